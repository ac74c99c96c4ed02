//! The canon and papers: opening them, and an edit of a section.

use super::*;

/// Documents with words, tables and lists of their own, and one with a ladder of so many stages.
fn documents(count: usize, stages: usize) -> Vec<SourceFile> {
    let part = "## Ropes\n\nTwist, lay and splice.\n\n| Stage | Output |\n| --- | --- |\n\
                | Bait | List |\n\n- [ ] a\n- [ ] b\n\n";
    let foreign = part.repeat(20);
    let mut canon = "# Plan\n\n| Stage | Stage-Gate Review |\n| --- | --- |\n".to_owned();
    let mut lists = "\n## Stage checklists\n".to_owned();
    for at in 0..stages {
        canon += &format!("| Berth{at} | Review |\n");
        lists += &format!("\n### Berth{at}\n\n- Bollard {at}\n- Fender {at}\n");
    }
    let load = |path: String, text: &str| SourceFile::load(path, Role::Canon, text.as_bytes());
    let mut files = vec![load("docs/plan.md".to_owned(), &(canon + &lists))];
    files.extend((0..count).map(|at| load(format!("docs/a{at}.md"), &foreign)));
    files
}

#[test]
fn documents_without_a_structure_are_searched_and_stages_grow_with_their_number() {
    let count = |documents_: usize, stages: usize| {
        let (count, plan) = counted(|| {
            let files = documents(documents_, stages);
            let is_canon = |file: &SourceFile| file.markdown().is_some_and(canon::is_canon);
            let own = files.iter().filter(|file| is_canon(file)).count();
            (own, Plan::read(files))
        });
        assert_eq!((plan.0, plan.1.stages().len()), (1, stages));
        count
    };
    let few = count(0, 3);
    let each = (count(500, 3).calls - few.calls) / 500;
    let one = documents(1, 3).remove(1);
    let (parse, ()) = counted(|| one.markdown().map_or((), |document| document.parse()));
    let least = parse.calls / 4;
    assert!(
        each <= least,
        "{each} allocations for a document without a structure, not {least}"
    );
    let (small, large) = (count(0, 100), count(0, 1_000));
    grows_at_most("stages", LINEAR, &[small, large]);
}

/// A log with a canon of so many documents, each with the sections of ten of its steps.
fn big_canon(steps: usize, documents: usize) -> Vec<SourceFile> {
    let line = |number: usize| {
        format!(
            "{{\"step_id\":\"{number:04}\",\"title\":\"Splice\",\"owner\":\"Ada\",\"status\":\"draft\"}}\n"
        )
    };
    let section = |number: usize| {
        format!("\n### Step {number:04} — Splice\n\n- **Owner:** Ada\n- **Status:** draft\n")
    };
    let log: String = (1..=steps).map(line).collect();
    let document = |at: usize| {
        let sections = (10 * at + 1..10 * at + 11).map(section);
        let text = sections.fold(format!("# Part {at}\n"), |text, section| text + &section);
        SourceFile::load(format!("docs/{at:04}.md"), Role::Canon, text.into_bytes())
    };
    let mut files = vec![SourceFile::load("l.jsonl", Role::Log, log.into_bytes())];
    files.extend((0..documents).map(document));
    files
}

/// Its own document is read again, and no other.
#[test]
fn an_edit_of_a_step_with_a_section_costs_the_same_however_large_the_canon_is() {
    let edit = |documents: usize| {
        let mut plan = Plan::read(big_canon(1_600, documents));
        let step = 10 * documents - 5;
        let composer = Composer::new(&plan, NOW.parse().expect("an instant"));
        let (composed, change) = counted(|| composer.set(step, Field::Owner, "Bo"));
        let change = change.expect("it can be set");
        let scope = change.scope().expect("one value, of one step");
        assert!(scope.markdown);
        let (mut all, ()) = counted(|| {
            let edit = |files: &mut Vec<SourceFile>| apply::change(&change, files);
            let done = plan.amend(&scope.steps, scope.markdown, edit);
            done.expect("nothing stands in its way");
        });
        assert_eq!(plan.step(step).text(Field::Owner), "Bo");
        assert!(plan.step(step).drift().is_empty());
        all.calls += composed.calls;
        all.bytes += composed.bytes;
        // Of every file is noted which document it was, and twice where its lines begin.
        all.bytes -= 16 * plan.files().len() as u64;
        all
    };
    grows_at_most("an edit", CONSTANT, &[edit(16), edit(160)]);
}

#[test]
fn opening_grows_with_the_canon_and_no_faster() {
    // From 16 documents on as many cores share them as there are.
    let read = |documents: usize| counted(|| Plan::read(big_canon(10 * documents, documents))).0;
    grows_at_most("reading", LINEAR, &[read(32), read(320)]);
}

/// What no first frame shows is not parsed before it.
#[test]
fn a_paper_costs_little_before_the_first_frame() {
    let text = "# Standup 2026-11-20 — ada\n\n## Base\n\n- **Done:** 0041\n- **Next:** 0042\n";
    for role in [Role::Standup, Role::Decision, Role::Review] {
        let count = |papers: usize| {
            let mut files = big_canon(10, 1);
            let (count, plan) = counted(|| {
                let paper = |at: usize| SourceFile::load(format!("{at}.md"), role, text.as_bytes());
                files.extend((0..papers).map(paper));
                Plan::read(files)
            });
            drop(plan);
            count.calls
        };
        let each = (count(1_000) - count(0)) / 1_000;
        assert!(each <= 8, "{role:?}: {each} allocations");
    }
}
