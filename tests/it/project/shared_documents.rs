//! The main job on real input: documents kept beside the repository, where they are.
//! Elsewhere these tests say that they skipped.

use std::path::{Path, PathBuf};

use stepdeck::plan::Plan;
use stepdeck::plan::canon::block_table::BlockColumn;
use stepdeck::plan::source::{Role, SourceFile};

/// The folder with the documents, if `names` are all there.
fn shared(names: &[&str]) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    match names.iter().find(|name| !folder.join(name).is_file()) {
        None => Some(folder),
        Some(missing) => {
            eprintln!("skipped: there is no ../shared/{missing}");
            None
        }
    }
}

fn load(folder: &Path, name: &str, role: Role) -> SourceFile {
    let bytes = std::fs::read(folder.join(name)).unwrap();
    let file = SourceFile::load(name, role, bytes.clone());
    assert_eq!(
        file.document.to_bytes(),
        bytes,
        "{name} is kept byte for byte"
    );
    file
}

#[test]
fn the_seed_canon_is_recognised_whole() {
    let names = ["seeds/execution-plan.md", "seeds/milestones.md"];
    let Some(folder) = shared(&names) else { return };
    let plan = Plan::read(vec![
        load(&folder, names[0], Role::Canon),
        load(&folder, names[1], Role::Canon),
    ]);
    assert!(
        plan.is_empty(),
        "the template skeleton in the fence is no step"
    );
    assert_eq!(plan.blocks().len(), 10);
    assert_eq!(plan.blocks()[2].range, (201, 300));
    assert_eq!(
        plan.block_text(2, BlockColumn::Theme),
        "Core product instrumentation"
    );
    assert_eq!(plan.block_text(9, BlockColumn::Steward), "Revenue Ops");
    let stages: Vec<_> = plan.stages().iter().map(|s| s.name.as_str()).collect();
    assert_eq!(
        stages,
        [
            "Foundation",
            "Productization",
            "Network Proof",
            "Capital Scale",
            "Regenerative Flywheel"
        ]
    );
    for stage in plan.stages() {
        assert_eq!(stage.checks.len(), 4, "{}", stage.name);
        assert_eq!(stage.owners.len(), 5, "{}", stage.name);
        assert!(!stage.notes.is_empty(), "{}", stage.name);
        assert!(stage.rung.is_some());
    }
    let notes: usize = plan.stages().iter().map(|s| s.notes.len()).sum();
    assert_eq!(notes, 15, "each workstream note names one stage");
    assert_eq!(plan.stages()[0].threshold(), 95);
    assert_eq!(
        plan.stages()[0].owners[0].people[1],
        ("QA".into(), "Reliability Engineer".into())
    );
    assert!(
        plan.stages()[0].checks[1]
            .text
            .ends_with("bot throughput, and Supabase health.")
    );
}

#[test]
fn the_real_logs_are_read_with_every_dependency() {
    for (name, steps, edges) in [
        ("plans/real-463-steps.jsonl", 463, 269),
        ("plans/real-2294-steps.jsonl", 2_294, 674),
    ] {
        let Some(folder) = shared(&[name]) else {
            continue;
        };
        let plan = Plan::read(vec![load(&folder, name, Role::Log)]);
        assert_eq!(plan.len(), steps, "{name}");
        let upstream = |step| plan.graph().upstream(step).len();
        assert_eq!((0..steps).map(upstream).sum::<usize>(), edges, "{name}");
        assert!(plan.strays().is_empty());
        assert!(plan.steps().all(|step| step.status().is_some()));
        assert_eq!(plan.step(0).other_keys()[0].0, "priority");
    }
}
