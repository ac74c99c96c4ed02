//! A plan with something to do in each part of the weekly review.

/// Where its log is.
pub const LOG: &str = "data/plans/plan.jsonl";
/// Where last week's record is.
pub const LAST_PAPER: &str = "docs/reviews/2026-W46.md";
/// Where this week's record will be.
pub const PAPER: &str = "docs/reviews/2026-W47.md";

fn line(id: &str, title: &str, owner: &str, status: &str, dependencies: &str, day: &str) -> String {
    format!(
        "{{\"step_id\": \"{id}\", \"title\": \"{title}\", \"owner\": \"{owner}\", \"status\": \
         \"{status}\", \"dependencies\": [{dependencies}], \"updated_at\": \
         \"2026-11-{day}T08:00:00Z\"}}\n"
    )
}

/// Three proposals, three dependencies that are wrong, and more ready steps than ten.
pub fn log() -> String {
    let mut log = [
        line("0001", "Agree the measures", "ops", "complete", "", "02"),
        line(
            "0002",
            "Write the rollback note",
            "sre",
            "in progress",
            "\"0001\"",
            "10",
        ),
        line(
            "0003",
            "Rehearse the cut-over",
            "ops",
            "draft",
            "\"0002\", \"0090\"",
            "19",
        ),
        line("0004", "Ask the auditors", "", "idea", "", "18"),
        line("0005", "Order the hardware", "ops", "blocked", "", "03"),
        line(
            "0006",
            "Install the hardware",
            "ops",
            "draft",
            "\"0005\"",
            "04",
        ),
        line(
            "0007",
            "Train the first team",
            "grc",
            "draft",
            "\"0008\"",
            "17",
        ),
        line("0008", "Write the handbook", "grc", "draft", "", "05"),
    ]
    .concat();
    for number in 11..24 {
        let title = format!("Move team {number}");
        log += &line(&format!("{number:04}"), &title, "ops", "draft", "", "06");
    }
    log
}

/// The record of the week before: two steps were committed to.
pub const LAST: &str = "\
# Weekly review 2026-W46

- **Date:** 2026-11-13
- **Steward:** Ada
- **Since:** 2026-11-06T09:00:00Z
- **Held:** 2026-11-13T09:30:00Z

## Proposals

None.

## Dependencies

None.

## Next ten

1. **0001 committed:** Agree the measures
    - **Owner:** ops
2. **0002 committed:** Write the rollback note
    - **Owner:** sre

## Set aside

None.

## Last week's ten

None.
";
