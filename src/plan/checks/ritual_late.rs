//! A ritual that was due and was not held.
//!
//! The weekly review, a demo, the workstreams' milestone reviews, a checkpoint, the scorecard and the plan of a
//! quarter leave papers, and each is due so long after the last one; `[rituals]` is the calendar. Hold
//! it, or change the calendar. What was never held is not late. It is only a note: no day makes a plan
//! wrong by itself.
//!
//! ## Caught
//!
//! ```markdown docs/demos/2026-10-30.md
//! # Demo 2026-10-30
//! ```
//!
//! ## Left alone
//!
//! ```markdown docs/demos/2026-11-20.md
//! # Demo 2026-11-20
//! ```

use super::{Context, Help, Pass, Plan, Problem, Rule, Severity, Spot};
use crate::document::splice::Span;

/// The rule.
pub const RULE: Rule = Rule {
    code: "ritual-late",
    severity: Severity::Note,
    title: "a ritual was due and was not held",
    help: Help {
        keys: "{screen-review} is the weekly review, {paper-write} on screen 9 writes any other paper; \
               `[rituals]` in stepdeck.toml is the calendar",
        commands: "`stepdeck review` is the weekly review, `stepdeck report` writes any other paper; \
                   `[rituals]` in stepdeck.toml is the calendar",
    },
    passes: &[Pass::Plan(run)],
};

fn run(plan: &Plan, context: &Context<'_>, problems: &mut Vec<Problem>) {
    for late in (context.late_rituals)() {
        let name = &late.name;
        let message = format!("{name}: {}", late.words);
        let spot = Spot::in_markdown(plan, late.file, Span::empty(0));
        problems.push(RULE.problem(plan, spot, message));
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{in_context, plan, told_in};
    use super::super::{Context, LateRitual};
    use super::*;

    fn told(late: &(dyn Fn() -> Vec<LateRitual> + Sync)) -> Vec<String> {
        let plan = plan(&[("docs/demos/2026-05-01.md", "# Demo\n")]);
        in_context(&[], |context| {
            let context = Context {
                late_rituals: late,
                ..*context
            };
            told_in(&RULE, &plan, &context)
        })
    }

    #[test]
    fn it_catches_what_the_calendar_says() {
        let late = || {
            vec![LateRitual {
                name: "Demo".to_owned(),
                words: "3 days late · last of 2026-05-01".to_owned(),
                file: 0,
            }]
        };
        assert_eq!(
            told(&late),
            ["docs/demos/2026-05-01.md:1 Demo: 3 days late · last of 2026-05-01"]
        );
    }

    #[test]
    fn it_leaves_a_plan_without_late_rituals_alone() {
        assert!(told(&Vec::new).is_empty());
    }
}
