//! An indicator whose target, limits or direction cannot be read.
//!
//! Such a row has no colour on a scorecard. A target or a limit is one number with its unit, such as
//! `≥ 95 %` or `at most 5`; a sign before it, or a column “Better” with up or down, says which way is
//! good. A dash, or `n/a`, says that there is none.
//!
//! ## Caught
//!
//! ```markdown
//! | Indicator | Target | Better |
//! | --- | --- | --- |
//! | Uptime | high | up |
//! ```
//!
//! ## Left alone
//!
//! ```markdown
//! | Indicator | Target | Better |
//! | --- | --- | --- |
//! | Uptime | 99.5 % | up |
//! | Visits | – | |
//! ```

use super::wording::quoted;
use super::{Context, Help, Pass, Plan, Problem, Rule, Severity, Spot};
use crate::plan::canon::indicators::IndicatorRow;
use crate::plan::canon::is_set;
use crate::plan::figure::bar;
use crate::plan::indicator::{Indicator, direction};

/// The rule.
pub const RULE: Rule = Rule {
    code: "unreadable-indicator",
    severity: Severity::Note,
    title: "an indicator's target, limits or direction cannot be read",
    help: Help::anywhere(
        "write one number with its unit, such as ≥ 95 %; and up or down in a column “Better”",
    ),
    passes: &[Pass::Plan(run)],
};

fn run(plan: &Plan, _: &Context<'_>, problems: &mut Vec<Problem>) {
    for row in plan.canon.indicators() {
        let document = plan.files()[row.file].markdown();
        let Some(span) = document.and_then(|document| document.line(row.line)) else {
            continue;
        };
        if let Some(message) = mistake(row) {
            let spot = Spot::in_markdown(plan, row.file, span);
            problems.push(RULE.problem(plan, spot, message));
        }
    }
}

/// The first thing in a row that cannot be read.
fn mistake(row: &IndicatorRow) -> Option<String> {
    let name = quoted(&row.name);
    let limits = [
        ("target", &row.target),
        ("yellow limit", &row.yellow),
        ("red limit", &row.red),
    ];
    let wrong = limits
        .into_iter()
        .find(|(_, text)| is_set(text) && bar(text).is_none());
    if let Some((what, text)) = wrong {
        let text = quoted(text);
        return Some(format!("the {what} of {name} is {text}, not a number"));
    }
    if is_set(&row.better) && direction(&row.better).is_none() {
        let better = quoted(&row.better);
        return Some(format!("“Better” of {name} is {better}, not up or down"));
    }
    let has_limit = limits.into_iter().any(|(_, text)| is_set(text));
    let is_open = has_limit && Indicator::of_row(row).is_up.is_none();
    is_open.then(|| format!("nothing says whether up or down is good for {name}"))
}

#[cfg(test)]
mod tests {
    use super::super::example::{CANON, found};
    use super::RULE;

    fn table(rows: &str) -> String {
        format!(
            "| Indicator | Target | Better | Yellow | Red |\n| --- | --- | --- | --- | --- |\n{rows}"
        )
    }

    #[test]
    fn it_catches_what_is_no_number_and_what_has_no_direction() {
        for (row, message) in [
            (
                "| Uptime | high | up | | |",
                "the target of “Uptime” is “high”, not a number",
            ),
            (
                "| Uptime | ≥ 99 % | | soon | |",
                "the yellow limit of “Uptime” is “soon”, not a number",
            ),
            (
                "| Uptime | ≥ 99 % | | | never |",
                "the red limit of “Uptime” is “never”, not a number",
            ),
            (
                "| Uptime | 99 % | sideways | | |",
                "“Better” of “Uptime” is “sideways”, not up or down",
            ),
            (
                "| Uptime | 99 % | | | |",
                "nothing says whether up or down is good for “Uptime”",
            ),
        ] {
            let found = found(&RULE, &[(CANON, &table(row))]);
            assert_eq!(found.len(), 1, "{row}");
            assert!(found[0].ends_with(message), "{found:?}");
        }
    }

    #[test]
    fn it_leaves_numbers_with_a_direction_and_dashes_alone() {
        let rows = "| Uptime | ≥ 99 % | | 98 | 95 |\n| Calls | at most 5 | – | | |\n\
                    | Visits | – | | | |\n| Rate | 40 | ↑ | n/a | TBD |\n| Cost | 100 | | | 150 |\n";
        assert_eq!(found(&RULE, &[(CANON, &table(rows))]), [] as [&str; 0]);
    }
}
