//! A stage whose gate was due and is still ahead.
//!
//! The day that the roadmap names in `- **Due:** 2027-03-31` has passed, and the gate was not. Hold
//! the gate review, or write the new date and have the owners acknowledge it. It is only a note: no
//! day makes a plan wrong by itself.
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
//! ```markdown docs/ROADMAP.md
//! ## Base
//!
//! - **Due:** 2026-03-31
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
//! ```markdown docs/ROADMAP.md
//! ## Base
//!
//! - **Due:** 2026-03-31
//! ```

use super::{Context, Help, Pass, Plan, Problem, Rule, Severity, Spot};
use crate::plan::charge::overdue_in_words;
use crate::plan::stage::standings;

/// The rule.
pub const RULE: Rule = Rule {
    code: "stage-overdue",
    severity: Severity::Note,
    title: "a gate was due and is still ahead",
    help: Help {
        keys: "{gate-review} on the Gates screen holds the gate review; a new date goes into the roadmap",
        commands: "write the new date into the roadmap, or hold the gate review on the Gates screen",
    },
    passes: &[Pass::Plan(run)],
};

fn run(plan: &Plan, context: &Context<'_>, problems: &mut Vec<Problem>) {
    let today = context.now.date_naive();
    for (stage, standing) in plan.stages().iter().zip(standings(plan.stages())) {
        let due = stage.due.iter().find(|due| due.date.is_some());
        let (Some(days), Some(due)) = (stage.overdue(standing, today), due) else {
            continue;
        };
        let document = plan.files()[due.file].markdown();
        let Some(span) = document.and_then(|document| document.line(due.line)) else {
            continue;
        };
        let days = overdue_in_words(days);
        let message = format!("the gate of {} is {days}", stage.name);
        let spot = Spot::in_markdown(plan, due.file, span);
        problems.push(RULE.problem(plan, spot, message));
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{CANON, found};
    use super::RULE;

    const LIST: &str =
        "# Readiness Checklists\n\n## Base\n\n- [x] Runbooks\n\n## Top\n\n- [ ] Flag\n";

    #[test]
    fn it_catches_the_day_after() {
        let roadmap = "## Base\n\n- Due: 2026-01-01\n\n## Top\n\n- Due: 2026-05-31\n";
        assert_eq!(
            found(&RULE, &[(CANON, LIST), ("docs/ROADMAP.md", roadmap)]),
            ["docs/ROADMAP.md:7 [- Due: 2026-05-31] the gate of Top is 1 day overdue"]
        );
    }

    #[test]
    fn it_leaves_the_day_itself_alone() {
        let roadmap = "## Top\n\n- Due: 2026-06-01\n";
        assert!(found(&RULE, &[(CANON, LIST), ("docs/ROADMAP.md", roadmap)]).is_empty());
    }
}
