//! An open gate review says that the criterion about the checklist is met, but too few checks are ticked.
//!
//! Whoever decides reads the verdict, not the list. Tick what is done, or change the verdict. To pass a
//! gate below its bar, write a waiver.
//!
//! ## Caught
//!
//! ```markdown
//! # Readiness Checklists
//!
//! ## Base
//!
//! - [x] Runbooks written
//! - [ ] Drill held
//! ```
//!
//! ```markdown docs/milestone-reviews/base/20260501/review.md
//! # Gate review: Base
//!
//! - **Stage:** Base
//! - **Date:** 2026-05-01
//!
//! ## Criteria
//!
//! ### 1. ≥95% checklist completion
//!
//! - **Verdict:** met
//!
//! ## Decision
//!
//! - **Decision:** undecided
//! ```
//!
//! ## Left alone
//!
//! ```markdown
//! # Readiness Checklists
//!
//! ## Base
//!
//! - [x] Runbooks written
//! - [ ] Drill held
//! ```
//!
//! ```markdown docs/milestone-reviews/base/20260501/review.md
//! # Gate review: Base
//!
//! - **Stage:** Base
//! - **Date:** 2026-05-01
//!
//! ## Criteria
//!
//! ### 1. ≥50% checklist completion
//!
//! - **Verdict:** met
//!
//! ## Decision
//!
//! - **Decision:** undecided
//! ```

use super::{Context, Help, Pass, Plan, Problem, Rule, Severity, Spot};
use crate::plan::canon::ladder::threshold;
use crate::plan::canon::normalised;
use crate::plan::packet::{CRITERIA, MET, VERDICT, label_at, section};

/// The rule.
pub const RULE: Rule = Rule {
    code: "criterion-contradicted",
    severity: Severity::Warning,
    title: "a criterion is marked met, but too few checks are ticked",
    help: Help {
        keys: "tick what is done, or open the review with `{gate-review}` and change the verdict",
        commands: "tick what is done with `stepdeck tick`, or change the verdict in the packet",
    },
    passes: &[Pass::Plan(run)],
};

fn run(plan: &Plan, _: &Context<'_>, problems: &mut Vec<Problem>) {
    for stage in plan.stages() {
        // A decision was taken on the list of its day.
        let Some(packet) = stage.review().filter(|packet| packet.decision.is_none()) else {
            continue;
        };
        let Some(document) = plan.files()[packet.file].markdown() else {
            continue;
        };
        let Some(criteria) = section(document, CRITERIA) else {
            continue;
        };
        let (ticked, total) = (stage.ticked(), stage.checks.len());
        for (at, heading) in document.headings().iter().enumerate() {
            if heading.parent != Some(criteria) {
                continue;
            }
            let Some(bar) = threshold(&heading.text) else {
                continue;
            };
            let is_met = |label: &str| normalised(label) == MET;
            let verdict = label_at(document, at, VERDICT);
            let Some((_, verdict)) = verdict.filter(|(_, label)| is_met(&label.text)) else {
                continue;
            };
            if total > 0 && !stage.reaches(bar) {
                let message = format!(
                    "{}: {ticked} of {total} checks are ticked, below the {bar}% that the criterion \
                     asks for",
                    stage.name
                );
                let spot = Spot::in_markdown(plan, packet.file, verdict.value);
                problems.push(RULE.problem(plan, spot, message));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{CANON, found};
    use super::RULE;

    const PACKET: &str = "docs/gates/base/20260501/review.md";
    const LIST: &str =
        "# Readiness Checklists\n\n## Base\n\n- [x] Runbooks written\n- Drill held\n";

    fn packet(criterion: &str, verdict: &str, decision: &str) -> String {
        format!(
            "# Review\n\n- **Stage:** Base\n\n## Criteria\n\n### 1. {criterion}\n\n\
             - **Verdict:** {verdict}\n\n## Decision\n\n- **Decision:** {decision}\n"
        )
    }

    #[test]
    fn it_catches_a_verdict_above_the_checklist() {
        let packet = packet("≥95% checklist completion", "met", "undecided");
        assert_eq!(
            found(&RULE, &[(CANON, LIST), (PACKET, &packet)]),
            [format!(
                "{PACKET}:9:16 [met] Base: 1 of 2 checks are ticked, below the 95% that the criterion \
                 asks for"
            )]
        );
    }

    #[test]
    fn it_leaves_other_criteria_verdicts_and_decisions_alone() {
        let checklist = "≥95% checklist completion";
        for packet in [
            packet("≥50% checklist completion", "met", "undecided"),
            packet("a drill", "met", "undecided"),
            packet(checklist, "not met", "undecided"),
            packet(checklist, "met", "no-go"),
        ] {
            assert!(found(&RULE, &[(CANON, LIST), (PACKET, &packet)]).is_empty());
        }
        let packet = packet(checklist, "met", "undecided");
        let done = LIST.replace("- Drill", "- [x] Drill");
        assert!(found(&RULE, &[(CANON, &done), (PACKET, &packet)]).is_empty());
    }
}
