//! A decision note that names a step or supersedes a note, and there is none.
//!
//! Whoever comes from the note finds nothing, and whoever looks for decisions about the step that
//! was meant does not find the note. Correct the ID or the link, or remove it. A number that a step
//! had before it was renumbered is no problem. Outside of the bullet with the steps, what counts is
//! `Step 0007` and a link to `#step-0007`: a number alone may be that of another note.
//!
//! ## Caught
//!
//! ```jsonl
//! {"step_id": "0001"}
//! ```
//!
//! ```markdown docs/decisions/2026-05-02-keep-one-index.md
//! # Keep one index
//!
//! - **Steps:** 0001, 0007
//! ```
//!
//! ## Left alone
//!
//! ```jsonl
//! {"step_id": "0001"}
//! {"step_id": "0002", "was": ["0007"]}
//! ```
//!
//! ```markdown docs/decisions/2026-05-02-keep-one-index.md
//! # Keep one index
//!
//! - **Steps:** 0001, 0007, and all of 0101–0200
//! ```

use std::collections::HashSet;

use super::{Context, Help, Pass, Plan, Problem, Rule, Severity, Spot};
use crate::plan::decision;
use crate::plan::field::Field;
use crate::plan::id::{StepId, typed_id};
use crate::plan::mention::in_note;

/// The rule.
pub const RULE: Rule = Rule {
    code: "dangling-decision",
    severity: Severity::Warning,
    title: "a decision names a step or a note that does not exist",
    help: Help::anywhere("correct the ID or the link in the note, or remove it"),
    passes: &[Pass::Plan(run)],
};

fn run(plan: &Plan, context: &Context<'_>, problems: &mut Vec<Problem>) {
    let mut former: Option<HashSet<StepId>> = None;
    for note in decision::all(plan) {
        let listed = note.steps.first().map(|(_, span)| *span);
        let document = plan.files()[note.file].markdown();
        let others = document.map(|document| in_note(document, listed.unwrap_or_default()));
        let others = others.into_iter().flatten();
        let others = others.map(|(mention, span)| (mention.id, span));
        for (id, span) in note.steps.iter().copied().chain(others) {
            if plan.find(id).is_some() || former.get_or_insert_with(|| formers(plan)).contains(&id)
            {
                continue;
            }
            let message = format!("this decision names {id}, which is not in the plan");
            let spot = Spot::in_markdown(plan, note.file, span);
            problems.push(RULE.problem(plan, spot, message));
        }
        for (verb, links) in [
            ("supersedes", &note.supersedes),
            ("is superseded by", &note.superseded_by),
        ] {
            for link in links {
                let Some(path) = &link.path else { continue };
                let known = plan.files().iter().any(|file| file.path == *path);
                if known || (context.exists)(path) {
                    continue;
                }
                let message = format!(
                    "this decision {verb} {}, which does not exist",
                    path.display()
                );
                let spot = Spot::in_markdown(plan, note.file, link.span);
                problems.push(RULE.problem(plan, spot, message));
            }
        }
    }
}

/// The IDs that steps had before.
fn formers(plan: &Plan) -> HashSet<StepId> {
    let Some(was) = Field::named("was") else {
        return HashSet::new();
    };
    let ids = plan.steps().flat_map(|step| step.list(was));
    ids.filter_map(|id| typed_id(&id)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::example::{LOG, found, step};
    use super::RULE;

    const NOTE: &str = "docs/decisions/2026-05-02-a.md";

    #[test]
    fn it_catches_steps_and_notes_that_are_not_there() {
        let note = "# Keep\n\n- **Steps:** Step 1, 0009\n- **Supersedes:** [Old](0001-old.md)\n\
                    - **Superseded by:** later.md\n";
        assert_eq!(
            found(&RULE, &[(LOG, &step("0001", &[])), (NOTE, note)]),
            [
                "docs/decisions/2026-05-02-a.md:3:14 [Step 1, 0009] this decision names 0009, \
                 which is not in the plan",
                "docs/decisions/2026-05-02-a.md:4:19 [[Old](0001-old.md)] this decision \
                 supersedes docs/decisions/0001-old.md, which does not exist",
                "docs/decisions/2026-05-02-a.md:5:22 [later.md] this decision is superseded by \
                 docs/decisions/later.md, which does not exist",
            ]
        );
    }

    #[test]
    fn it_catches_steps_that_the_text_names() {
        let note = "# 0009: Keep\n\n- **Steps:** 0001\n\nSee [Step 0999](a.md#step-0999), 0008, \
                    step 3 and Steps 0002–0250.\n";
        assert_eq!(
            found(&RULE, &[(LOG, &step("0001", &[])), (NOTE, note)]),
            [
                "docs/decisions/2026-05-02-a.md:5:11 [0999] this decision names 0999, which is \
                 not in the plan",
            ]
        );
    }

    #[test]
    fn it_leaves_what_is_there_and_what_is_only_prose_alone() {
        let note = "# 0009: Keep\n\n- **Steps:** 1 and 0101–0200\n\
                    - **Supersedes:** [Old](0001-old.md), <https://example.org/x>\n\nSee 0009.\n";
        let old = ("docs/decisions/0001-old.md", "# Old\n");
        let log = step("0001", &[]);
        let files = [(LOG, &*log), (NOTE, note), old];
        assert!(found(&RULE, &files).is_empty());
    }
}
