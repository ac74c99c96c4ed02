//! A step that names a block its number does not belong to.
//!
//! A block is a range of numbers, from the block table, or a hundred steps per block without one.
//! The number decides where the step is shown and counted, so a different name in its `block` sends
//! scripts to the wrong steward. Correct the block, or the number if that is what is wrong.
//!
//! ## Caught
//!
//! ```jsonl
//! {"step_id": "0150", "block": "B01"}
//! ```
//!
//! ## Left alone
//!
//! ```jsonl
//! {"step_id": "0150", "block": "B02"}
//! ```

use std::collections::HashMap;

use super::wording::numbers;
use super::{Help, Look, Pass, Plan, Reading, Rule, Severity, Spot};
use crate::document::json;
use crate::plan::StepRef;
use crate::plan::field::Field;
use crate::plan::id::BlockId;

/// The rule.
pub const RULE: Rule = Rule {
    code: "id-outside-block",
    severity: Severity::Error,
    title: "a step's number is outside its block's range",
    help: Help {
        keys: "{problem-go} goes to the step: `{edit}` on the block sets the block that the number belongs to",
        commands: "`stepdeck set STEP block=BLOCK` sets the block that the number belongs to",
    },
    passes: &[Pass::Prepared(prepare)],
};

fn prepare(plan: &Plan) -> Look<'_> {
    let ranges: HashMap<BlockId, (u32, u32)> = plan
        .blocks()
        .iter()
        .filter(|block| block.row.is_some())
        .map(|block| (block.id, block.range))
        .collect();
    Box::new(move |reading, _, found| {
        let step = reading.step;
        if is_home(reading) {
            return;
        }
        let Some(named) = named_block(step) else {
            return;
        };
        let range = match ranges.get(&named) {
            Some(range) => *range,
            // The table does not know the block: that is what is to be said then.
            None if plan.block_rows().next().is_some() => return,
            None => named.default_range(),
        };
        let id = step.id();
        if (range.0..=range.1).contains(&id.number()) {
            return;
        }
        found.add(Spot::field(plan, step, Field::Block), |spot| {
        let numbers = numbers(range.0, range.1);
        let message = format!("{id} names block {named}, which is {numbers}");
        let home = &plan.blocks()[step.block()];
        let (keys, commands) = match (home.range.0..=home.range.1).contains(&id.number()) {
            true => (
                format!(
                    "{{problem-go}} goes to the step: `{{edit}}` on the block sets {}, to which the number belongs",
                    home.id
                ),
                format!(
                    "`stepdeck set STEP block={}` sets the block that the number belongs to",
                    home.id
                ),
            ),
            false => {
                let help = "no block has this number: add a row to the block table";
                (help.to_owned(), help.to_owned())
            }
        };
        let problem = RULE.problem(plan, spot, message);
        problem.with_help(keys, commands).about(step)
        });
    })
}

/// Whether the step surely names the block that its number falls into, by a row of the table.
pub(super) fn is_home(reading: &Reading<'_>) -> bool {
    let step = reading.step;
    let home = &step.plan().blocks()[step.block()];
    let named = reading
        .plain(Field::Block)
        .and_then(|name| name.parse().ok());
    home.row.is_some()
        && named == Some(home.id)
        && (home.range.0..=home.range.1).contains(&step.id().number())
}

/// The block that the step's log line names, if it can be read.
pub(super) fn named_block(step: StepRef<'_>) -> Option<BlockId> {
    json::words(step.raw(Field::Block)?).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::super::example::{CANON, LOG, found, step, table};
    use super::RULE;

    #[test]
    fn it_catches_a_block_that_the_number_is_not_in() {
        let log = step("0150", &[("block", "\"B01\"")]);
        let expected = "data/plans/plan.jsonl:1:30 [\"B01\"] 0150 names block B01, which is \
                        0001–0100";
        assert_eq!(found(&RULE, &[(LOG, &log)]), [expected]);
        let canon = table(&[("B01", "0001–0100", "a"), ("B02", "0101–0200", "b")]);
        assert_eq!(found(&RULE, &[(LOG, &log), (CANON, &canon)]), [expected]);
    }

    #[test]
    fn it_leaves_ranges_of_the_table_alone() {
        let log = step("0150", &[("block", "\"B01\"")]);
        let canon = table(&[("B01", "0001–0200", "a")]);
        assert!(found(&RULE, &[(LOG, &log), (CANON, &canon)]).is_empty());
        let elsewhere = step("0150", &[("block", "\"B37\"")]);
        assert!(found(&RULE, &[(LOG, &elsewhere), (CANON, &canon)]).is_empty());
    }
}
