//! Two packets of one stage that contradict each other.
//!
//! Two people reviewed a gate on one day and came to different decisions, or the latest packet refuses
//! what an earlier one passed, or a packet of an earlier review was decided after it. The latest review
//! is in force, at one day the one whose path comes last; who reads the other one goes by something else.
//! Hold one review of it: take the decision out of the packet that does not count, or hold the review
//! again. A go after a no-go is how reviews go on, and no contradiction; nor is what a later review
//! settled.
//!
//! ## Caught
//!
//! ```markdown
//! # Readiness Checklists
//!
//! ## Base
//!
//! - [x] Runbooks written
//! ```
//!
//! ```markdown docs/milestone-reviews/base/20260501/ada.md
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
//! ```markdown docs/milestone-reviews/base/20260501/bo.md
//! # Gate review: Base
//!
//! - **Stage:** Base
//! - **Date:** 2026-05-01
//!
//! ## Decision
//!
//! - **Decision:** no-go
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
//! - **Decision:** no-go
//! ```
//!
//! ```markdown docs/milestone-reviews/base/20260601/review.md
//! # Gate review: Base
//!
//! - **Stage:** Base
//! - **Date:** 2026-06-01
//!
//! ## Decision
//!
//! - **Decision:** go
//! ```

use super::{Context, Help, Pass, Plan, Problem, Rule, Severity, Spot};
use crate::plan::packet::{Decision, Packet};

/// The rule.
pub const RULE: Rule = Rule {
    code: "contradicting-packets",
    severity: Severity::Warning,
    title: "two packets of one stage contradict each other",
    help: Help::anywhere(
        "set the decision of the packet that does not count to undecided, or hold the review again",
    ),
    passes: &[Pass::Plan(run)],
};

fn run(plan: &Plan, _: &Context<'_>, problems: &mut Vec<Problem>) {
    for stage in plan.stages() {
        let decided = stage.packets.iter();
        let mut decided: Vec<(&Packet, Decision)> = decided
            .filter_map(|packet| Some((packet, packet.decision?)))
            .collect();
        let Some((in_force, decision)) = decided.pop() else {
            continue;
        };
        let contradicts = |(packet, other): &&(&Packet, Decision)| {
            let is_as_late = packet.decided_on() >= in_force.decided_on();
            *other != decision && (is_as_late || other.passes() && !decision.passes())
        };
        for (other, otherwise) in decided.iter().filter(contradicts) {
            let day = other.decided_on();
            let day = day.map_or_else(String::new, |day| format!(" of {day}"));
            let message = format!(
                "{} is {} here and {} in {}{day}",
                stage.name,
                decision.words(),
                otherwise.words(),
                plan.files()[other.file].path.display()
            );
            let spot = Spot::of_packet(plan, in_force);
            problems.push(RULE.problem(plan, spot, message));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{CANON, found};
    use super::RULE;

    fn packet(day: &str, decision: &str) -> String {
        format!(
            "# Review\n\n- **Stage:** Base\n- **Date:** {day}\n\n## Decision\n\n- **Decision:** {decision}\n"
        )
    }

    fn problems(packets: &[(&str, &str)]) -> Vec<String> {
        let packets = packets.iter().enumerate();
        let texts: Vec<(String, String)> = packets
            .map(|(at, (day, decision))| {
                (
                    format!("docs/gates/base/{at}/review.md"),
                    packet(day, decision),
                )
            })
            .collect();
        let mut files: Vec<(&str, &str)> = texts.iter().map(|(p, t)| (&**p, &**t)).collect();
        files.push((CANON, "# Readiness Checklists\n\n## Base\n\n- [x] Runs\n"));
        found(&RULE, &files)
    }

    #[test]
    fn it_catches_two_decisions_of_one_day_and_a_gate_taken_back() {
        for (packets, words) in [
            (
                [("2026-05-01", "go"), ("2026-05-01", "no-go")],
                "Base is no-go here and go in",
            ),
            (
                [("2026-05-01", "no-go"), ("2026-05-01", "go")],
                "Base is go here and no-go in",
            ),
            (
                [("2026-05-01", "go"), ("2026-05-01", "go with conditions")],
                "Base is go with conditions here and go in",
            ),
            (
                [("2026-05-01", "go"), ("2026-06-01", "no-go")],
                "Base is no-go here and go in",
            ),
        ] {
            let found = problems(&packets);
            assert!(found.len() == 1 && found[0].contains(words), "{found:?}");
        }
    }

    #[test]
    fn it_holds_on_what_people_write() {
        let day = "2026-05-01";
        // Three packets of one day; a decision in words of one's own; a day that nobody wrote.
        let three = [
            (day, "go"),
            (day, "No-Go (the vendor failed)"),
            (day, "GO."),
        ];
        let found = problems(&three);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].contains("Base is go here and no-go in"),
            "{found:?}"
        );
        assert_eq!(problems(&[("soon", "go"), ("", "no go")]).len(), 1);
        // A packet of an earlier review that was decided after the latest one.
        let late = "no-go\n- **Decided:** 2026-06-10, Bo";
        let found = problems(&[(day, late), ("2026-06-01", "go")]);
        assert!(found[0].contains("and no-go in") && found[0].contains("of 2026-06-10"));
        // A template that nobody filled in decides nothing.
        for open in ["go / no-go", "go, no-go", "go | no-go", "", "tbd"] {
            assert_eq!(problems(&[(day, "go"), (day, open)]), [""; 0], "{open}");
        }
    }

    #[test]
    fn a_later_review_settles_it() {
        let again = ("2026-06-02", "go");
        for packets in [
            [("2026-05-01", "go"), ("2026-05-01", "no-go"), again],
            [("2026-05-01", "go"), ("2026-06-01", "no-go"), again],
        ] {
            assert_eq!(problems(&packets), [""; 0], "{packets:?}");
        }
        let refused = [
            ("2026-05-01", "go"),
            ("2026-06-01", "no-go"),
            ("2026-06-02", "no-go"),
        ];
        assert_eq!(problems(&refused).len(), 1);
    }

    #[test]
    fn it_leaves_reviews_that_follow_each_other_alone() {
        for packets in [
            [("2026-05-01", "no-go"), ("2026-06-01", "go")],
            [("2026-05-01", "go"), ("2026-05-01", "go")],
            [("2026-05-01", "go"), ("2026-05-01", "undecided")],
            [("2026-05-01", "go with conditions"), ("2026-06-01", "go")],
            [("2026-05-01", "no-go"), ("2026-06-01", "no-go")],
        ] {
            assert_eq!(problems(&packets), [""; 0], "{packets:?}");
        }
    }
}
