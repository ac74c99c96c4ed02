//! An open step that waits for a step of a retired block.
//!
//! Nobody will complete what is retired, so the step waits forever. Depend on the step that took
//! over the work, remove the entry, or restore the block.
//!
//! ## Caught
//!
//! ```jsonl
//! {"step_id": "0001", "status": "draft", "dependencies": ["0101"]}
//! {"step_id": "0101", "status": "draft"}
//! ```
//!
//! ```markdown
//! | Block | Step Range | Status |
//! | --- | --- | --- |
//! | B01 | 0001–0100 | Draft |
//! | B02 | 0101–0200 | Retired |
//! ```
//!
//! ## Left alone
//!
//! ```jsonl
//! {"step_id": "0001", "status": "draft", "dependencies": ["0101"]}
//! {"step_id": "0101", "status": "complete"}
//! {"step_id": "0102", "status": "draft", "dependencies": ["0103"]}
//! {"step_id": "0103", "status": "draft"}
//! ```
//!
//! ```markdown
//! | Block | Step Range | Status |
//! | --- | --- | --- |
//! | B01 | 0001–0100 | Draft |
//! | B02 | 0101–0200 | Retired |
//! ```

use super::{Context, Found, Help, Pass, Reading, Rule, Severity, Spot};
use crate::plan::canon::block_table::Retirement;
use crate::plan::dependency::Dependency;
use crate::plan::field::Field;
use crate::plan::status::State;

/// The rule.
pub const RULE: Rule = Rule {
    code: "retired-dependency",
    severity: Severity::Warning,
    title: "a step waits for one of a retired block",
    help: Help {
        keys: "{problem-go} goes to the step: `{edit}` on the dependencies names another step or removes the entry; `{block}` on the retired block restores it",
        commands: "`stepdeck set STEP dependencies-=ID` removes it, `dependencies+=ID` adds the step that took over; `stepdeck block restore BLOCK` restores the block",
    },
    passes: &[Pass::Step(step)],
};

fn step(reading: &Reading<'_>, _: &Context<'_>, found: &mut Found) {
    let (step, plan) = (reading.step, reading.step.plan());
    let graph = plan.graph();
    let is_retired = |up: usize| graph.state(up) == State::Retired;
    if !step.state().is_open() || !graph.upstream(step.index()).any(is_retired) {
        return;
    }
    let retired = step.dependencies().enumerate().filter_map(|(at, entry)| {
        let Dependency::Step(id) = entry else {
            return None;
        };
        let up = plan.find(id).filter(|up| is_retired(*up))?;
        Some((at, plan.step(up)))
    });
    let retired: Vec<_> = retired.collect();
    let indexes: Vec<usize> = retired.iter().map(|(at, _)| *at).collect();
    let spots = Spot::entries(plan, step, Field::Dependencies, &indexes);
    for ((_, up), spot) in retired.iter().zip(spots) {
        found.add(spot, |spot| {
            let block = &plan.blocks()[up.block()];
            let how = block.retirement().map(Retirement::in_a_sentence);
            let message = format!(
                "{} waits for {}, but {} is {}",
                step.id(),
                up.id(),
                block.id,
                how.unwrap_or_default()
            );
            RULE.problem(plan, spot, message).about(step)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{CANON, LOG, found, step};
    use super::RULE;

    #[test]
    fn it_catches_entries_and_says_how_the_block_ended() {
        let log = [
            step("0001", &[("dependencies", "[\"paid\", \"Step 101\"]")]),
            step("0101", &[]),
        ]
        .concat();
        let canon = "| Block | Step Range | Status |\n|-|-|-|\n| B01 | 0001–0100 | |\n\
                     | B02 | 0101–0200 | Merged into B01 (was draft) |\n";
        assert_eq!(
            found(&RULE, &[(LOG, &log), (CANON, canon)]),
            [
                "data/plans/plan.jsonl:1:156 [\"Step 101\"] 0001 waits for 0101, but B02 is merged \
                 into B01"
            ]
        );
    }

    #[test]
    fn it_leaves_done_steps_and_what_waits_within_a_retired_block_alone() {
        let log = [
            step("0001", &[("dependencies", "[\"0101\"]")]),
            step("0101", &[("status", "\"complete\"")]),
            step("0102", &[("dependencies", "[\"0103\"]")]),
            step("0103", &[]),
        ]
        .concat();
        let canon = "| Block | Step Range | Status |\n|-|-|-|\n| B02 | 0101–0200 | Retired |\n";
        assert!(found(&RULE, &[(LOG, &log), (CANON, canon)]).is_empty());
    }
}
