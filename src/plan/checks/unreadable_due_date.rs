//! A due date in the roadmap that cannot be read.
//!
//! The bullet `- **Due:** 2027-03-31` under a stage's heading says by when its gate is to be passed;
//! Outlook and the ladder hold the forecast against it. A date that is written in another way is
//! held against nothing, and nobody notices. Write year, month and day; a remark may follow. A
//! date that is not set yet is no problem.
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
//! - **Due:** end of March
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
//! ```markdown docs/ROADMAP.md
//! ## Base
//!
//! - **Due:** 2027-03-31 (agreed with the board)
//! ```

use super::wording::quoted;
use super::{Context, Help, Pass, Plan, Problem, Rule, Severity, Spot};

/// The rule.
pub const RULE: Rule = Rule {
    code: "unreadable-due-date",
    severity: Severity::Warning,
    title: "a due date in the roadmap cannot be read",
    help: Help::anywhere("write the date as year, month and day, such as 2027-03-31"),
    passes: &[Pass::Plan(run)],
};

fn run(plan: &Plan, _: &Context<'_>, problems: &mut Vec<Problem>) {
    for stage in plan.stages() {
        for due in stage.due.iter().filter(|due| due.date.is_none()) {
            let document = plan.files()[due.file].markdown();
            let Some(span) = document.and_then(|document| document.line(due.line)) else {
                continue;
            };
            let message = format!(
                "the due date {} of {} is not a date",
                quoted(&due.text),
                stage.name
            );
            let spot = Spot::in_markdown(plan, due.file, span);
            problems.push(RULE.problem(plan, spot, message));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{CANON, found};
    use super::RULE;

    const LIST: &str = "# Readiness Checklists\n\n## Base\n\n- [ ] Runbooks written\n";

    #[test]
    fn it_catches_words_and_other_spellings_of_a_date() {
        let roadmap = "## Base\n\n- **Due:** soon\n- Due: 31.03.2027\n- due: 2027-02-30\n";
        assert_eq!(
            found(&RULE, &[(CANON, LIST), ("docs/ROADMAP.md", roadmap)]),
            [
                "docs/ROADMAP.md:3 [- **Due:** soon] the due date “soon” of Base is not a date",
                "docs/ROADMAP.md:4 [- Due: 31.03.2027] the due date “31.03.2027” of Base is not a \
                 date",
                "docs/ROADMAP.md:5 [- due: 2027-02-30] the due date “2027-02-30” of Base is not a \
                 date",
            ]
        );
    }

    #[test]
    fn it_leaves_other_headings_and_dates_that_are_not_set_alone() {
        let roadmap = "## Dates\n\n- Due: soon\n\n## Base\n\n- Due: TBD\n- Due diligence: done\n\
                       - Due: 2027-03-31 (moved once)\n\n## After Base and its drill\n\n- Due: later\n";
        assert!(found(&RULE, &[(CANON, LIST), ("docs/ROADMAP.md", roadmap)]).is_empty());
    }
}
