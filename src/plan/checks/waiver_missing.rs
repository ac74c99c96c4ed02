//! A gate that was passed although its bar is not met, without a waiver.
//!
//! The packet says go, the checklist says not yet, and nobody wrote down why that is acceptable.
//! The cockpit refuses such a go: somebody edited the packet by hand, or unticked checks after a
//! packet that does not record the count. Write the waiver, or decide again. A packet that recorded
//! the bar as met is believed, and only the decision in force counts.
//!
//! ## Caught
//!
//! ```markdown
//! # Readiness Checklists
//!
//! ## Base
//!
//! - [ ] Runbooks written
//! ```
//!
//! ```markdown docs/milestone-reviews/base/20260501/review.md
//! # Gate review: Base
//!
//! - **Stage:** Base
//! - **Date:** 2026-05-01
//!
//! ## Decision
//!
//! - **Decision:** go
//! ```
//!
//! ## Left alone
//!
//! ```markdown
//! # Readiness Checklists
//!
//! ## Base
//!
//! - [ ] Runbooks written
//! ```
//!
//! ```markdown docs/milestone-reviews/base/20260501/review.md
//! # Gate review: Base
//!
//! - **Stage:** Base
//! - **Date:** 2026-05-01
//!
//! ## Decision
//!
//! - **Decision:** go
//! - **Waiver:** Nobody is on call before June (2026-05-01, Ada)
//! ```

use super::{Context, Help, Pass, Plan, Problem, Rule, Severity, Spot};
use crate::plan::packet::Decision;

/// The rule.
pub const RULE: Rule = Rule {
    code: "waiver-missing",
    severity: Severity::Warning,
    title: "a gate below its bar was passed without a waiver",
    help: Help {
        keys: "write a bullet `**Waiver:**` under the packet's heading “Decision”, or hold the review again: `{gate-review}` on the stage",
        commands: "write a bullet `**Waiver:**` under the packet's heading “Decision”, or set its decision to no-go",
    },
    passes: &[Pass::Plan(run)],
};

fn run(plan: &Plan, _: &Context<'_>, problems: &mut Vec<Problem>) {
    for stage in plan.stages() {
        let Some(packet) = stage.decided() else {
            continue;
        };
        let passes = packet.decision.is_some_and(Decision::passes);
        let believed = stage.is_met() || packet.bar_met == Some(true);
        if !passes || believed || !packet.waiver.is_empty() {
            continue;
        }
        let (ticked, total) = (stage.ticked(), stage.checks.len());
        let message = format!(
            "{} was passed with {ticked} of {total} checks ticked, below the bar of {}%, and no \
             waiver says why",
            stage.name,
            stage.threshold()
        );
        let spot = Spot::of_packet(plan, packet);
        problems.push(RULE.problem(plan, spot, message));
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{CANON, found};
    use super::RULE;

    const PACKET: &str = "docs/gates/base/20260501/review.md";
    const OPEN: &str =
        "# Readiness Checklists\n\n## Base\n\n- [x] Runbooks written\n- Drill held\n";

    fn packet(decision: &str) -> String {
        format!("# Review\n\n- **Stage:** Base\n\n## Decision\n\n- **Decision:** {decision}\n")
    }

    #[test]
    fn it_catches_a_go_below_the_bar() {
        for go in ["go", "Go with conditions"] {
            assert_eq!(
                found(&RULE, &[(CANON, OPEN), (PACKET, &packet(go))]),
                [format!(
                    "{PACKET}:7 [- **Decision:** {go}] Base was passed with 1 of 2 checks \
                     ticked, below the bar of 100%, and no waiver says why"
                )]
            );
        }
    }

    #[test]
    fn it_leaves_waived_recorded_refused_and_open_reviews_alone() {
        let go = packet("go");
        for packet in [
            format!("{go}- **Waiver:** It is the only way\n"),
            format!("{go}\n## Readiness\n\n- **Bar:** 100%, met\n"),
            packet("no-go"),
            packet("undecided"),
        ] {
            assert!(found(&RULE, &[(CANON, OPEN), (PACKET, &packet)]).is_empty());
        }
        let met = OPEN.replace("- Drill", "- [x] Drill");
        assert!(found(&RULE, &[(CANON, &met), (PACKET, &go)]).is_empty());
    }
}
