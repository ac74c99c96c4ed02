//! A condition under which a gate was passed, and which was not met in time.
//!
//! “Go with conditions” leaves each condition to the next gate as a check. One whose words say
//! `by 2026-12-01` is late after that day. Meet it and tick it, or agree on another day and write
//! that. It is only a note: no day makes a plan wrong by itself.
//!
//! ## Caught
//!
//! ```markdown
//! # Readiness Checklists
//!
//! ## Top
//!
//! - [ ] Rota covered by 2026-04-30 (condition of Base, 2026-03-31)
//! ```
//!
//! ## Left alone
//!
//! ```markdown
//! # Readiness Checklists
//!
//! ## Top
//!
//! - [ ] Rota covered (condition of Base, 2026-03-31)
//! ```

use super::wording::quoted;
use super::{Context, Help, Pass, Plan, Problem, Rule, Severity, Spot};

/// The rule.
pub const RULE: Rule = Rule {
    code: "condition-overdue",
    severity: Severity::Note,
    title: "a condition of a gate was not met in time",
    help: Help::anywhere("meet it and tick its check, or write the day that was agreed on instead"),
    passes: &[Pass::Plan(run)],
};

fn run(plan: &Plan, context: &Context<'_>, problems: &mut Vec<Problem>) {
    let today = context.now.date_naive();
    for (check, owed) in plan.stages().iter().flat_map(|stage| stage.owed()) {
        let Some(by) = owed.by.filter(|by| *by < today && !check.done) else {
            continue;
        };
        let document = plan.files()[check.file].markdown();
        let Some(span) = document.and_then(|document| document.line(check.line)) else {
            continue;
        };
        let message = format!(
            "{}, a condition of {}, was due on {by}",
            quoted(&owed.words),
            owed.gate
        );
        let spot = Spot::in_markdown(plan, check.file, span);
        problems.push(RULE.problem(plan, spot, message));
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{CANON, found};
    use super::RULE;

    #[test]
    fn it_catches_the_day_after() {
        let text = "# Readiness Checklists\n\n## Top\n\n- [ ] Rota by 2026-05-31 (condition of Base, 2026-03-31)\n\
            - [ ] Drill by 2026-06-01 (condition of Base, 2026-03-31)\n";
        let found = found(&RULE, &[(CANON, text)]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].ends_with("“Rota by 2026-05-31”, a condition of Base, was due on 2026-05-31"),
            "{found:?}"
        );
    }

    #[test]
    fn it_leaves_ticks_and_checks_that_are_no_condition_alone() {
        let text = "# Readiness Checklists\n\n## Top\n\n- [ ] Rota by 2026-05-31\n\
            - [x] Budget by 2026-05-01 (condition of Base, 2026-03-31)\n";
        assert!(found(&RULE, &[(CANON, text)]).is_empty());
    }
}
