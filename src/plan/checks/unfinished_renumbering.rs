//! A mention of a step under the number that it had before.
//!
//! When two branches add a step under one number, the merge gives one of them the next free
//! number and keeps the old one in `was`. What that branch wrote about its step elsewhere, in the
//! canon or in a paper, still has the old number, and now names the other step. `stepdeck renumber
//! --collisions` rewrites these mentions, and `stepdeck sync` does so after each merge. Which
//! branch brought a mention in is known from git; without it, only a section that has the title of
//! the renumbered step is recognised.
//!
//! ## Caught
//!
//! ```jsonl
//! {"step_id": "0001", "title": "Hold the review"}
//! {"step_id": "0002", "title": "Hold the audit", "was": ["0001"]}
//! ```
//!
//! ```md
//! ### Step 0001 — Hold the audit
//!
//! - **Outcome:** The audit is held
//! ```
//!
//! ## Left alone
//!
//! ```jsonl
//! {"step_id": "0001", "title": "Hold the review"}
//! {"step_id": "0002", "title": "Hold the audit", "was": ["0001"]}
//! ```
//!
//! ```md
//! ### Step 0002 — Hold the audit
//!
//! - **Outcome:** The audit is held
//! ```

use super::{Context, Help, Pass, Plan, Problem, Rule, Severity, Spot};
use crate::document::json;
use crate::plan::canon::section::Section;
use crate::plan::field::Field;
use crate::plan::id::StepId;
use crate::plan::{StepRef, canon};

/// The rule.
pub const RULE: Rule = Rule {
    code: "unfinished-renumbering",
    severity: Severity::Error,
    title: "a renumbered step is still mentioned under its old number",
    help: Help {
        keys: "{problem-fix} rewrites every such mention, after a preview",
        commands: "`stepdeck renumber --collisions` rewrites every such mention",
    },
    passes: &[Pass::Plan(run)],
};

fn run(plan: &Plan, context: &Context<'_>, problems: &mut Vec<Problem>) {
    let was = |step: &StepRef<'_>| step.raw(Field::Was).is_some();
    if !plan.steps().any(|step| was(&step)) {
        return;
    }
    let mut lines = Vec::new();
    let mut report = |file: usize, line: usize, old: StepId, new: StepId| {
        let document = plan.files()[file].markdown();
        let span = document.and_then(|document| document.line(line));
        let (Some(span), false) = (span, lines.contains(&(file, line, old))) else {
            return;
        };
        lines.push((file, line, old));
        let message = format!("{old} here means the step renumbered to {new}");
        let spot = Spot::in_markdown(plan, file, span);
        problems.push(RULE.problem(plan, spot, message));
    };
    for (section, step) in stale_sections(plan) {
        let document = plan.files()[section.file].markdown();
        let line = document.map(|d| d.line_of(d.headings()[section.heading].content.start));
        report(section.file, line.unwrap_or(1), section.id, step.id());
    }
    for stale in (context.stale_mentions)() {
        let file = plan.files().iter().position(|file| file.path == stale.path);
        if let Some(file) = file {
            report(file, stale.line, stale.old, stale.new);
        }
    }
}

/// Sections under the old number of a renumbered step, with its title, which no other step has.
pub(crate) fn stale_sections(plan: &Plan) -> Vec<(&Section, StepRef<'_>)> {
    let mut found = Vec::new();
    for step in plan.steps() {
        let items = step.raw(Field::Was).and_then(json::items);
        let was: Vec<StepId> = (items.unwrap_or_default().iter())
            .filter_map(|raw| StepId::of_raw(raw))
            .collect();
        if was.is_empty() {
            continue;
        }
        let title = canon::normalised(&step.title());
        let holds = |section: &&Section| {
            let holder = plan.find(section.id).map(|at| plan.step(at));
            let is_holders = holder
                .and_then(|holder| holder.raw(Field::Title))
                .is_some_and(|raw| canon::normalised(&json::words(raw)) == title);
            was.contains(&section.id) && !is_holders && canon::normalised(&section.title) == title
        };
        found.extend(plan.sections().filter(holds).map(|section| (section, step)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::example::{CANON, LOG, found, in_context, plan, problems_in, step};
    use super::super::{Context, StaleMention};
    use super::*;

    #[test]
    fn it_catches_a_section_with_the_title_and_the_old_number_of_a_step() {
        let log = [
            step("0001", &[("title", "\"Review\"")]),
            step("0002", &[("title", "\"Audit\""), ("was", "[\"0001\"]")]),
        ]
        .concat();
        let section = |title: &str| format!("### Step 0001 — {title}\n- **Owner:** a\n");
        assert_eq!(
            found(&RULE, &[(LOG, &log), (CANON, &section("Audit"))]),
            [format!(
                "{CANON}:1 [### Step 0001 — Audit] 0001 here means the step renumbered to 0002"
            )]
        );
    }

    #[test]
    fn it_leaves_a_section_of_the_step_that_has_the_number_now() {
        let log = [
            step("0001", &[("title", "\"Review\"")]),
            step("0002", &[("title", "\"Audit\""), ("was", "[\"0001\"]")]),
        ]
        .concat();
        let section = "### Step 0001 — Review\n- **Owner:** a\n";
        let found = found(&RULE, &[(LOG, &log), (CANON, section)]);
        assert_eq!(found, [] as [&str; 0]);
    }

    #[test]
    fn it_reports_what_git_tells() {
        let log = step("0002", &[("was", "[\"0001\"]")]);
        let plan = plan(&[(LOG, &log), (CANON, "# Plan\n\nAfter 0001.\n")]);
        let stale = || {
            let (old, new) = (StepId::new(1), StepId::new(2));
            let path = CANON.into();
            vec![StaleMention {
                path,
                line: 3,
                old,
                new,
            }]
        };
        let told = in_context(&[], |context| {
            let context = Context {
                stale_mentions: &stale,
                ..*context
            };
            let problems = problems_in(&RULE, &plan, &context);
            problems.iter().map(|p| p.place.line).collect::<Vec<_>>()
        });
        assert_eq!(told, [3]);
    }
}
