//! An open risk that should have been looked at again by now.
//!
//! A risk whose review date has passed is watched by nobody. Look at it, and write the next date into
//! its bullet `Review by`; or close it. It is only a note: no day makes a plan wrong by itself.
//!
//! ## Caught
//!
//! ```markdown docs/risks/2026-03-02-parts-get-dear.md
//! # Parts get dear
//!
//! - **Likelihood:** medium
//! - **Impact:** high
//! - **Status:** open
//! - **Review by:** 2026-05-01
//! ```
//!
//! ## Left alone
//!
//! ```markdown docs/risks/2026-03-02-parts-get-dear.md
//! # Parts get dear
//!
//! - **Likelihood:** medium
//! - **Impact:** high
//! - **Status:** closed
//! - **Review by:** 2026-05-01
//! ```

use super::wording::quoted;
use super::{Context, Help, Pass, Plan, Problem, Rule, Severity, Spot};
use crate::document::splice::Span;
use crate::plan::packet::label_at;
use crate::plan::risk::{self, label};

/// The rule.
pub const RULE: Rule = Rule {
    code: "risk-overdue",
    severity: Severity::Note,
    title: "an open risk was not looked at again in time",
    help: Help::anywhere(
        "write the next date into its bullet `Review by`, or close it with `stepdeck risk close FILE`",
    ),
    passes: &[Pass::Plan(run)],
};

fn run(plan: &Plan, context: &Context<'_>, problems: &mut Vec<Problem>) {
    let today = context.now.date_naive();
    for risk in risk::all(plan).filter(|risk| risk.is_overdue(today)) {
        let (Some(by), Some(document)) = (risk.review_by, plan.files()[risk.file].markdown())
        else {
            continue;
        };
        let message = format!("{} was due for review by {by}", quoted(&risk.title));
        let label = label_at(document, 0, label::REVIEW_BY);
        let span = label.map_or(Span::empty(0), |(_, label)| label.value);
        let spot = Spot::in_markdown(plan, risk.file, span);
        problems.push(RULE.problem(plan, spot, message));
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::found;
    use super::RULE;

    const RISK: &str = "docs/risks/2026-03-02-a.md";

    fn risk(status: &str, by: &str) -> String {
        format!("# Parts\n\n- **Status:** {status}\n- **Review by:** {by}\n")
    }

    #[test]
    fn it_catches_the_day_after() {
        let late = risk("open", "2026-05-31 (board)");
        assert_eq!(
            found(&RULE, &[(RISK, &late)]),
            [
                "docs/risks/2026-03-02-a.md:4:18 [2026-05-31 (board)] “Parts” was due for review \
                 by 2026-05-31"
            ]
        );
    }

    #[test]
    fn it_leaves_the_day_itself_closed_risks_and_words_alone() {
        for left in [
            risk("open", "2026-06-01"),
            risk("closed", "2026-05-01"),
            risk("open", "soon"),
        ] {
            assert!(found(&RULE, &[(RISK, &left)]).is_empty(), "{left}");
        }
    }
}
