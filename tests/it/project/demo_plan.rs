//! The demo plan, of any size, and the bundled one break no rule.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use stepdeck::plan::Plan;
use stepdeck::plan::checks::{Context, check};
use stepdeck::plan::source::{Role, SourceFile};
use stepdeck::record::{demo, start};

fn problems(files: Vec<(PathBuf, Vec<u8>)>) -> (Plan, Vec<String>) {
    let names: BTreeSet<PathBuf> = files.iter().map(|(path, _)| path.clone()).collect();
    let sources = files.into_iter().filter_map(|(path, bytes)| {
        let role = match path.to_str()? {
            name if name.ends_with(".jsonl") => Role::Log,
            name if name.ends_with("ROADMAP.md") => Role::Roadmap,
            name if name.contains("/decisions/") => Role::Decision,
            name if name.contains("/risks/") => Role::Risk,
            name if name.contains("/canon/") || name.starts_with("docs/") => Role::Canon,
            _ => return None,
        };
        Some(SourceFile::load(path, role, bytes))
    });
    let plan = Plan::read(sources.collect());
    let exists = |path: &Path| names.contains(path) || names.iter().any(|n| n.starts_with(path));
    let found = check(
        &plan,
        &Context {
            exists: &exists,
            checkpoints: Path::new("data/checkpoints"),
            ..Context::at("2026-11-21T09:00:00Z".parse().unwrap())
        },
    );
    let found = found
        .iter()
        .map(|p| format!("{} {}: {}", p.place, p.code, p.message));
    let found = found.collect();
    (plan, found)
}

#[test]
fn a_demo_plan_of_any_size_breaks_no_rule() {
    for (steps, seed) in [
        (1, 1),
        (39, 2),
        (480, 1),
        (4_000, 3),
        (10_000, 1),
        (12_345, 9),
    ] {
        let (plan, found) = problems(demo::plan(steps, seed));
        assert_eq!(plan.len(), steps, "{steps} steps of seed {seed}");
        assert_eq!(found, Vec::<String>::new(), "{steps} steps of seed {seed}");
    }
}

#[test]
fn the_bundled_plan_is_worth_exploring() {
    use stepdeck::plan::status::{State, Status};
    let (plan, _) = problems(demo::plan(480, 1));
    assert!(plan.len() >= 400);
    let filled = plan
        .blocks()
        .iter()
        .filter(|block| block.steps().next().is_some());
    assert!(filled.count() >= 12);
    assert_eq!(plan.blocks().len(), 100);
    for status in Status::ALL {
        assert!(plan.tally().count(status) > 10, "{status}");
    }
    for state in [State::Done, State::Ready, State::Waiting] {
        assert!(
            plan.steps().any(|step| step.state() == state),
            "{}",
            state.word()
        );
    }
    let b03 = &plan.blocks()[2];
    assert!(b03.tally.count(Status::Blocked) >= 2);
    assert!(
        plan.stages()
            .iter()
            .all(|stage| stage.rung.is_some() && !stage.checks.is_empty())
    );
    assert!(plan.stages()[0].ticked() > 0 && !plan.stages()[0].is_met());
}

#[test]
fn an_empty_plan_breaks_no_rule() {
    let (plan, found) = problems(start::plan());
    assert!(plan.is_empty());
    assert_eq!(found, Vec::<String>::new());
}
