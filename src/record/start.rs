//! The files of a plan that has no steps yet.

use std::fmt::Write as _;
use std::path::PathBuf;

use crate::plan::paper::{LOG_HEADER, PAPERS, USUAL_LOG};

/// How many blocks the table of a new plan has.
const BLOCKS: u32 = 100;

/// Paths below the plan's folder, with what they hold: configuration, a log with nothing
/// but its header, and a canon with the block table and the template of a step.
pub fn plan() -> Vec<(PathBuf, Vec<u8>)> {
    [
        ("stepdeck.toml", configuration()),
        (USUAL_LOG, LOG_HEADER.to_owned()),
        ("docs/execution-plan.md", execution_plan()),
        ("docs/milestones.md", MILESTONES.to_owned()),
    ]
    .into_iter()
    .map(|(path, text)| (path.into(), text.into_bytes()))
    .collect()
}

fn configuration() -> String {
    let mut text = CONFIG_HEAD.to_owned();
    for paper in PAPERS {
        let _ = writeln!(text, "{} = {}", paper.key, paper.default_toml());
    }
    text
}

fn execution_plan() -> String {
    let mut text = PLAN_HEAD.to_owned();
    for block in 1..=BLOCKS {
        let (first, last) = (block * 100 - 99, block * 100);
        let _ = writeln!(
            text,
            "| B{block:02} | {first:04}–{last:04} | To be named | | | Draft |"
        );
    }
    text + PLAN_TAIL
}

const CONFIG_HEAD: &str = "\
# Where this plan keeps its files, seen from this folder. These are the defaults.
[paths]
";

const PLAN_HEAD: &str = "\
# Execution plan

Each step is one line of `data/plans/10000_step_plan.jsonl`. A step that people want to
discuss in a pull request may also stand here, as a section of its own.

## Blocks

A block is a hundred steps with one theme and one steward.

| Block | Step Range | Working Theme | Primary Steward | Success Signal | Status |
| --- | --- | --- | --- | --- | --- |
";

const PLAN_TAIL: &str = "
## Template of a step

```
#### Step 0001 — Title
- **Outcome:** what one can measure when it is done
- **Owner:** team or person
- **Dependencies:** step IDs, or conditions in words
- **Inputs:** documents, repositories, data sets
- **Artifacts:** links to what was made
- **Verification:** tests, metrics, review gates
- **Status:** Idea | Draft | In Progress | Blocked | Complete
- **Notes:** context and decisions
```

## Steps
";

const MILESTONES: &str = "\
# Milestones

## Stages

| Stage | Horizon | North-Star Outcome | Stage-Gate Review |
| --- | --- | --- | --- |
| Foundation | Quarter 1 | Name the outcome that steers this stage. | Name what the review asks for, with ≥95% checklist completion. |

## Readiness checklists

### Foundation

- Name the first thing that must be true before the gate.

## Owner matrix

| Workstream | Foundation |
| --- | --- |
| Name a workstream | DRI: somebody<br/>QA: somebody else |
";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Plan;
    use crate::plan::source::{Role, SourceFile};

    #[test]
    fn a_new_plan_has_a_hundred_blocks_a_gate_and_no_step() {
        let files = plan().into_iter().filter_map(|(path, bytes)| {
            let role = match path.extension()?.to_str()? {
                "jsonl" => Role::Log,
                "md" => Role::Canon,
                _ => return None,
            };
            Some(SourceFile::load(path, role, bytes))
        });
        let plan = Plan::read(files.collect());
        assert_eq!((plan.len(), plan.blocks().len()), (0, 100));
        assert_eq!(plan.stages().len(), 1);
        assert_eq!(plan.stages()[0].threshold(), 95);
        assert_eq!(plan.stages()[0].checks.len(), 1);
    }
}
