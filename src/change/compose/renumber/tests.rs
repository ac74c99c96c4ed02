//! What renumbering rewrites and what it leaves, on plans as people write them.

use super::*;
use crate::change::apply;
use crate::plan::Plan;
use crate::plan::source::{Role, SourceFile};

const LOG: &str = "data/plan.jsonl";
const CANON: &str = "data/canon.md";

fn plan(files: &[(&str, Role, &str)]) -> Plan {
    let load = |(path, role, text): &(&str, Role, &str)| {
        SourceFile::load(*path, *role, text.as_bytes().to_vec())
    };
    Plan::read(files.iter().map(load).collect())
}

fn now() -> chrono::DateTime<chrono::Utc> {
    "2026-11-28T12:00:00Z".parse().unwrap()
}

fn id(text: &str) -> StepId {
    text.parse().unwrap()
}

/// The files after the change; undo has to restore them.
fn after(plan: &Plan, change: &Change) -> Vec<String> {
    let text = |files: &[SourceFile]| -> Vec<String> {
        let texts = files.iter().map(|file| file.document.to_bytes());
        texts
            .map(|bytes| String::from_utf8(bytes).unwrap())
            .collect()
    };
    let before = text(plan.files());
    let mut files = plan.files().to_vec();
    apply::change(change, &mut files).unwrap();
    let after = text(&files);
    apply::change(&change.inverse(), &mut files).unwrap();
    assert_eq!(text(&files), before);
    after
}

fn renumbered(plan: &Plan, pairs: &[(&str, &str)], reach: Reach<'_>) -> Renumbered {
    let steps: Vec<(usize, StepId)> = pairs
        .iter()
        .map(|(old, new)| (plan.find(id(old)).unwrap(), id(new)))
        .collect();
    Composer::new(plan, now()).renumber(&steps, reach).unwrap()
}

fn refusal(plan: &Plan, old: &str, new: &str) -> String {
    let steps = [(plan.find(id(old)).unwrap(), id(new))];
    let refused = Composer::new(plan, now()).renumber(&steps, Reach::Open);
    refused.unwrap_err().0
}

#[test]
fn links_lead_to_the_heading_of_a_renumbered_step() {
    let log = "{\"step_id\": \"0001\", \"title\": \"One\"}\n\
        {\"step_id\": \"0002\", \"dependencies\": [\"[Step 0001](data/canon.md#step-0001--one)\"], \"evidence\": {\"link\": \"docs/a.md#step-0001\"}}\n";
    let canon = "#### <a id=\"step-0001\"></a>Step 0001 — One {#step-0001}\n\n- **Owner:** ops\n\n\
        #### Step 0002 — Two\n\n- **Dependencies:** [Step 0001](#step-0001--one)\n\
        - **Notes:** as [here](b.md#step-0001 \"step-0001\"), [there][x], <https://x.example/#step-0001>\n\n\
        `#step-0001`\n\n```\n[a](#step-0001)\n```\n\n[x]: #step-0001--one\n";
    let plan = plan(&[(LOG, Role::Log, log), (CANON, Role::Canon, canon)]);
    let texts = after(
        &plan,
        &renumbered(&plan, &[("0001", "0009.A")], Reach::Open).change,
    );
    assert_eq!(
        texts[0].lines().next().unwrap(),
        "{\"step_id\": \"0002\", \"dependencies\": [\"[Step 0009.A](data/canon.md#step-0009a--one)\"], \"evidence\": {\"link\": \"docs/a.md#step-0009a\"}}"
    );
    assert_eq!(
        texts[1],
        "#### <a id=\"step-0009a\"></a>Step 0009.A — One {#step-0009a}\n\n- **Owner:** ops\n\n\
        #### Step 0002 — Two\n\n- **Dependencies:** [Step 0009.A](#step-0009a--one)\n\
        - **Notes:** as [here](b.md#step-0009a \"step-0001\"), [there][x], <https://x.example/#step-0001>\n\n\
        `#step-0001`\n\n```\n[a](#step-0001)\n```\n\n[x]: #step-0009a--one\n"
    );
}

#[test]
fn a_step_takes_its_mentions_along_in_log_and_canon() {
    let log = "{\"schema\": \"x\"}\n\
        {\"step_id\": \"0001\", \"dependencies\": [\"0002\", \"Step 2\", \"Board signs 0002\"], \"notes\": \"docs/0002.md\"}\n\
        {\"step_id\": \"0002\", \"block\": \"B01\", \"title\": \"Two\", \"uid\": \"kqzhbwmtrnxa\"}\n\
        {\"step_id\": \"0002.A\", \"title\": \"Part\", \"dependencies\": [\"0002\"]}\n\
        {\"step_id\": \"0003\", \"dependencies\": [2]}\n";
    let canon = "# Steps\n\n## Step 0002 — Two, 0002\n\n- **Outcome:** after Step 2\n\
        - **Dependencies:** 1, 2.A\n\n## Step 0003 — Three\n\n- **Dependencies:** 2, [it](s/0002.md)\n\n\
        | Block | Step Range |\n|---|---|\n| B01 | 0001–0100 |\n\n`0002` and `ls 0002`, Steps 0002–0003, #0002\n";
    let plan = plan(&[(LOG, Role::Log, log), (CANON, Role::Canon, canon)]);
    let done = renumbered(&plan, &[("0002", "0107")], Reach::Open);
    let texts = after(&plan, &done.change);
    assert_eq!(
        texts[0],
        "{\"schema\": \"x\"}\n\
        {\"step_id\": \"0001\", \"dependencies\": [\"0107\", \"Step 107\", \"Board signs 0107\"], \"notes\": \"docs/0002.md\"}\n\
        {\"step_id\": \"0003\", \"dependencies\": [107]}\n\
        {\"step_id\": \"0107\", \"block\": \"B02\", \"title\": \"Two\", \"was\": [\"0002\"], \"uid\": \"kqzhbwmtrnxa\"}\n\
        {\"step_id\": \"0107.A\", \"title\": \"Part\", \"dependencies\": [\"0107\"], \"was\": [\"0002.A\"]}\n"
    );
    assert_eq!(
        texts[1],
        "# Steps\n\n## Step 0107 — Two, 0107\n\n- **Outcome:** after Step 107\n\
        - **Dependencies:** 1, 107.A\n\n## Step 0003 — Three\n\n- **Dependencies:** 107, [it](s/0002.md)\n\n\
        | Block | Step Range |\n|---|---|\n| B01 | 0001–0100 |\n\n`0107` and `ls 0002`, Steps 0002–0003, #0002\n"
    );
    let left: Vec<_> = done.left.iter().map(|left| (left.line, left.why)).collect();
    assert_eq!(left, [(16, Stays::Range)]);
    assert_eq!(done.change.label, "2 steps renumbered, 0002 to 0107 first");
    let again = Plan::read(plan.files().to_vec());
    assert_eq!(again.len(), plan.len());
}

#[test]
fn steps_change_places_and_an_unsorted_log_keeps_its_order() {
    let line = |id: &str, title: &str, more: &str| {
        format!("{{\"step_id\": {id}, \"title\": \"{title}\"{more}}}\n")
    };
    let log = [line("3", "C", ""), line("1", "A", ""), line("2", "B", "")].concat();
    let plan = plan(&[(LOG, Role::Log, &log)]);
    let done = renumbered(&plan, &[("1", "2"), ("2", "1")], Reach::Open);
    let expected = [
        line("3", "C", ""),
        line("2", "A", ", \"was\": [\"1\"]"),
        line("1", "B", ", \"was\": [\"2\"]"),
    ];
    assert_eq!(after(&plan, &done.change), [expected.concat()]);
    assert_eq!(refusal(&plan, "1", "3"), "1 cannot become 3: that is “C”");
    let sorted = [line("1", "A", ""), line("2", "B", ""), line("5", "C", "")].concat();
    let plan = self::plan(&[(LOG, Role::Log, &sorted)]);
    let done = renumbered(&plan, &[("1", "9"), ("2", "8")], Reach::Open);
    let ids: Vec<String> = after(&plan, &done.change)[0]
        .lines()
        .map(|line| line[12..13].to_owned())
        .collect();
    assert_eq!(ids, ["5", "8", "9"]);
}

#[test]
fn closed_papers_keep_the_old_number_unless_the_branch_wrote_it() {
    let log = "{\"step_id\": \"0002\", \"title\": \"Two\"}\n";
    let packet = "# Review\n\n- **Stage:** Pilot\n\nStep 0002\n\n## Decision\n\n- **Decision:** ";
    let (open, decided) = (format!("{packet}\n"), format!("{packet}go\n"));
    let note = "# 0002 Use it\n\nSince 0002 landed.\n";
    let plan = plan(&[
        (LOG, Role::Log, log),
        (
            "docs/gates/pilot/20261128/review.md",
            Role::GateReview,
            &open,
        ),
        (
            "docs/gates/pilot/20261101/review.md",
            Role::GateReview,
            &decided,
        ),
        ("docs/reviews/2026-W47.md", Role::Review, "Step 0002\n"),
        ("docs/reviews/2026-W48.md", Role::Review, "Step 0002\n"),
        (
            "docs/standups/2026-11-27/a.md",
            Role::Standup,
            "0002 was fun\n",
        ),
        (
            "docs/standups/2026-11-28/a.md",
            Role::Standup,
            "0002 was fun\n",
        ),
        ("docs/decisions/0002-x.md", Role::Decision, note),
    ]);
    let changed = |reach: Reach<'_>| -> Vec<usize> {
        let done = renumbered(&plan, &[("0002", "0003")], reach);
        let texts = after(&plan, &done.change);
        let has = |at: &usize| texts[*at].contains("0003");
        (1..texts.len()).filter(has).collect()
    };
    assert_eq!(changed(Reach::Open), [1, 4, 6, 7]);
    let own =
        |text: &MentioningText<'_>, _: StepId, _: &Range<usize>| text.path.ends_with("2026-W47.md");
    assert_eq!(changed(Reach::OpenAndOwn(&own)), [1, 3, 4, 6, 7]);
    assert_eq!(changed(Reach::Own(&own)), [3]);
    let done = renumbered(&plan, &[("0002", "0003")], Reach::Open);
    let texts = after(&plan, &done.change);
    assert!(
        texts[7].starts_with("# 0002 Use it\n\nSince 0003"),
        "{}",
        texts[7]
    );
}

#[test]
fn what_only_the_canon_has_says_in_its_notes_what_it_was() {
    let canon = "## Step 0002 — Two\n\n- **Outcome:** x\n- **Notes:** see 0002\n\n\
        ## Step 0004 — Four\n\n- **Outcome:** x\n- **Status:** draft\n";
    let plan = plan(&[(CANON, Role::Canon, canon)]);
    let done = renumbered(&plan, &[("0002", "0003"), ("0004", "0005")], Reach::Open);
    assert_eq!(
        after(&plan, &done.change)[0],
        "## Step 0003 — Two\n\n- **Outcome:** x\n- **Notes:** see 0003 (was 0002)\n\n\
        ## Step 0005 — Four\n\n- **Outcome:** x\n- **Status:** draft\n- **Notes:** (was 0004)\n"
    );
}

/// A range is what a block has only where it says all of the block: its row, a heading above its steps.
#[test]
fn a_range_that_a_step_leaves_is_told_also_at_the_ends_of_blocks() {
    let log = "{\"step_id\": \"0001\"}\n{\"step_id\": \"0002\"}\n{\"step_id\": \"0003\"}\n\
        {\"step_id\": \"0100\"}\n{\"step_id\": \"0201\", \"dependencies\": [\"Steps 0001–0003\", \"Steps 0098–0100\"]}\n";
    let canon = "# Plan\n\n| Block | Step Range |\n|---|---|\n| B01 | 0001–0100 |\n\n\
        ## Base (Steps 0001–0100)\n\n# Checklists\n\n## Alpha\n\n- [ ] a (Steps 0001–0003)\n\
        - [ ] b (Step 0001)\n";
    let plan = plan(&[(LOG, Role::Log, log), (CANON, Role::Canon, canon)]);
    let left = |old: &str, new: &str| -> Vec<(usize, String)> {
        let done = renumbered(&plan, &[(old, new)], Reach::Open);
        let left = done.left.iter().filter(|left| left.why == Stays::Range);
        left.map(|left| (left.line, left.id.to_string())).collect()
    };
    let of = |lines: &[(usize, &str)]| -> Vec<(usize, String)> {
        lines
            .iter()
            .map(|(line, id)| (*line, (*id).to_owned()))
            .collect()
    };
    assert_eq!(left("0001", "0050"), of(&[(5, "0001"), (13, "0001")]));
    assert_eq!(left("0100", "0050"), of(&[(5, "0100")]));
    // Nor does a step within it stay in silence.
    assert_eq!(left("0002", "0050"), of(&[(5, "0002"), (13, "0002")]));
    assert_eq!(left("0002", "0250"), of(&[(5, "0002"), (13, "0002")]));
}

/// However long a range is, and however it is written.
#[test]
fn the_ends_of_a_long_range_are_left_and_told() {
    let log = "{\"step_id\": \"0001\", \"notes\": \"Steps 0001–0250, 0001..0300, 0001–4294967295\"}\n\
        {\"step_id\": \"0250\"}\n";
    let plan = plan(&[(LOG, Role::Log, log)]);
    let left = |new: &str| -> Vec<String> {
        let done = renumbered(&plan, &[("0250", new)], Reach::Open);
        let text = after(&plan, &done.change).concat();
        assert!(
            text.contains("Steps 0001–0250, 0001..0300, 0001–4294967295"),
            "{text}"
        );
        assert!(done.left.iter().all(|left| left.why == Stays::Range));
        done.left.iter().map(|left| left.id.to_string()).collect()
    };
    assert_eq!(left("0260"), ["0250"]);
    // It leaves the second range, too.
    assert_eq!(left("0400"), ["0250", "0250"]);
}

/// What is printed is what the schema allows, reason by reason.
#[test]
fn the_schema_names_every_reason() {
    let schema = include_str!("../../../../assets/schema/renumber.schema.json");
    let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
    let why = &schema["properties"]["left"]["items"]["properties"]["why"]["enum"];
    let words = Stays::ALL.map(Stays::words);
    assert_eq!(*why, serde_json::json!(words));
}
