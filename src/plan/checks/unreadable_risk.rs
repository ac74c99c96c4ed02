//! A risk that says its likelihood, its impact or its review date in a way that cannot be read.
//!
//! The register puts the highest score first, and tells when a risk is to be looked at again. What it
//! cannot read counts as medium, or is never due, and nobody notices. Write low, medium or high, and
//! the date as year, month and day. What is left empty is no problem.
//!
//! ## Caught
//!
//! ```markdown docs/risks/2026-03-02-parts-get-dear.md
//! # Parts get dear
//!
//! - **Likelihood:** 40%
//! - **Impact:** high
//! ```
//!
//! ## Left alone
//!
//! ```markdown docs/risks/2026-03-02-parts-get-dear.md
//! # Parts get dear
//!
//! - **Likelihood:** High
//! - **Impact:** high
//! - **Review by:**
//! ```

use super::wording::quoted;
use super::{Context, Help, Pass, Plan, Problem, Rule, Severity, Spot};
use crate::plan::packet::label_at;
use crate::plan::risk::{self, label};

/// The rule.
pub const RULE: Rule = Rule {
    code: "unreadable-risk",
    severity: Severity::Warning,
    title: "a risk's likelihood, impact or review date cannot be read",
    help: Help::anywhere(
        "write low, medium or high; and dates as year, month and day, such as 2027-03-31",
    ),
    passes: &[Pass::Plan(run)],
};

fn run(plan: &Plan, _: &Context<'_>, problems: &mut Vec<Problem>) {
    for risk in risk::all(plan) {
        let Some(document) = plan.files()[risk.file].markdown() else {
            continue;
        };
        for (name, is_read, wanted) in [
            (
                label::LIKELIHOOD,
                risk.likelihood.is_some(),
                "low, medium or high",
            ),
            (label::IMPACT, risk.impact.is_some(), "low, medium or high"),
            (label::REVIEW_BY, risk.review_by.is_some(), "a date"),
        ] {
            let Some((_, said)) = label_at(document, 0, name).filter(|_| !is_read) else {
                continue;
            };
            if matches!(said.text.trim(), "" | "-" | "?") {
                continue;
            }
            let message = format!(
                "the {} of this risk is {}, not {wanted}",
                name.to_lowercase().replace("review by", "review date"),
                quoted(said.text.trim())
            );
            let spot = Spot::in_markdown(plan, risk.file, said.value);
            problems.push(RULE.problem(plan, spot, message));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::found;
    use super::RULE;

    const RISK: &str = "docs/risks/2026-03-02-a.md";

    #[test]
    fn it_catches_words_of_ones_own() {
        let odd = "# Parts\n\n- **Likelihood:** 40%\n- **Impact:** huge\n- **Review by:** soon\n";
        assert_eq!(
            found(&RULE, &[(RISK, odd)]),
            [
                "docs/risks/2026-03-02-a.md:3:19 [40%] the likelihood of this risk is “40%”, not \
                 low, medium or high",
                "docs/risks/2026-03-02-a.md:4:15 [huge] the impact of this risk is “huge”, not \
                 low, medium or high",
                "docs/risks/2026-03-02-a.md:5:18 [soon] the review date of this risk is “soon”, \
                 not a date",
            ]
        );
    }

    #[test]
    fn it_leaves_what_is_read_or_empty_alone() {
        let fine =
            "# Parts\n\n- **Likelihood:** MED\n- **Impact:**\n- **Review by:** 2026-12-01, Ada\n";
        assert!(found(&RULE, &[(RISK, fine)]).is_empty());
        assert!(found(&RULE, &[(RISK, "Nothing but words.\n")]).is_empty());
    }
}
