//! A step whose theme is not that of its block.
//!
//! A block has one theme, in the block table; the log repeats it for machines. When the quarterly
//! review renames a block's theme, steps keep the old one until somebody updates them, as the fix
//! does. If the step is right, edit the block's theme instead.
//!
//! ## Caught
//!
//! ```jsonl
//! {"step_id": "0001", "theme": "Cadence"}
//! ```
//!
//! ```markdown
//! | Block | Step Range | Working Theme |
//! | --- | --- | --- |
//! | B01 | 0001–0100 | Controls |
//! ```
//!
//! ## Left alone
//!
//! ```jsonl
//! {"step_id": "0001", "theme": "cadence"}
//! ```
//!
//! ```markdown
//! | Block | Step Range | Working Theme |
//! | --- | --- | --- |
//! | B01 | 0001–0100 | **Cadence** |
//! ```

use super::wording::contrasted;
use super::{Context, Fix, Found, Help, Pass, Reading, Rule, Severity, Spot};
use crate::document::json;
use crate::plan::canon::block_table::BlockColumn;
use crate::plan::canon::normalised;
use crate::plan::field::Field;

/// The rule.
pub const RULE: Rule = Rule {
    code: "theme",
    severity: Severity::Warning,
    title: "a step's theme is not its block's",
    help: Help {
        keys: "`{problem-fix}` uses the block's theme; `{edit}` on the block changes that",
        commands: "`stepdeck check --fix` uses the block's theme; if the step is right, correct the block's row",
    },
    passes: &[Pass::Step(step)],
};

fn step(reading: &Reading<'_>, _: &Context<'_>, found: &mut Found) {
    let (step, plan) = (reading.step, reading.step.plan());
    let theme = plan.block_text(step.block(), BlockColumn::Theme);
    if theme.is_empty() || reading.plain(Field::Theme) == Some(theme) {
        return;
    }
    let raw = reading.raw(Field::Theme).filter(|raw| raw.starts_with('"'));
    let Some(text) = raw.map(json::words) else {
        return;
    };
    let plain = normalised(theme);
    if plain.is_empty() || normalised(&text) == plain {
        return;
    }
    found.add(Spot::field(plan, step, Field::Theme), |spot| {
        let (id, block) = (step.id(), plan.blocks()[step.block()].id);
        let (ours, theirs) = contrasted(&text, theme);
        let message = match text.trim().is_empty() {
            true => format!("{id} has no theme; that of {block} is {theirs}"),
            false => format!("the theme of {id} is {ours}, that of {block} {theirs}"),
        };
        let problem = RULE.problem(plan, spot, message);
        problem.fixed_by(Fix::Theme(step.index())).about(step)
    });
}

#[cfg(test)]
mod tests {
    use super::super::example::{CANON, LOG, found, step, table};
    use super::RULE;

    #[test]
    fn it_catches_a_theme_of_its_own() {
        let log = [step("0001", &[]), step("0002", &[("theme", "\"\"")])].concat();
        let canon = table(&[("B01", "0001–0100", "Controls")]);
        assert_eq!(
            found(&RULE, &[(LOG, &log), (CANON, &canon)]),
            [
                "data/plans/plan.jsonl:1:66 [\"Cadence\"] the theme of 0001 is “Cadence”, that \
                 of B01 “Controls”",
                "data/plans/plan.jsonl:2:66 [\"\"] 0002 has no theme; that of B01 is “Controls”",
            ]
        );
    }

    #[test]
    fn it_leaves_spelling_and_blocks_without_a_theme_alone() {
        let log = [
            step("0001", &[("theme", "\"cadence.\"")]),
            step("0101", &[]),
        ]
        .concat();
        let canon = table(&[
            ("B01", "0001–0100", "**Cadence**"),
            ("B02", "0101–0200", ""),
        ]);
        assert!(found(&RULE, &[(LOG, &log), (CANON, &canon)]).is_empty());
        assert!(found(&RULE, &[(LOG, &log)]).is_empty());
    }
}
