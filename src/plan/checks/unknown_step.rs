//! A check or a risk that names a step which is not in the plan.
//!
//! Whoever ticks the check or looks at the risk finds no work behind it. The ID may be mistyped, or
//! the step was removed or renumbered; where `was` tells what the step is called now, the message
//! says so. Correct the ID, or remove it. What counts is what is surely an ID: `Step 0999`, `0999`,
//! a link to `#step-0999`. Ranges, years, amounts and closed risks are left alone.
//! [`dangling-decision`](dangling-decision.md) is the same for decisions.
//!
//! ## Caught
//!
//! ```jsonl
//! {"step_id": "0001"}
//! {"step_id": "0002", "was": ["0007"]}
//! ```
//!
//! ```markdown
//! # Readiness Checklists
//!
//! ## Base
//!
//! - [ ] Step 0999 shipped
//! - [ ] Drills held (0007)
//! ```
//!
//! ```markdown docs/risks/2026-05-02-one-supplier.md
//! # One supplier
//!
//! - **Status:** open
//! - **Steps:** 0001, 0009
//! ```
//!
//! ## Left alone
//!
//! ```jsonl
//! {"step_id": "0001"}
//! ```
//!
//! ```markdown
//! # Readiness Checklists
//!
//! ## Base
//!
//! - [ ] Step 0001 shipped
//! - [ ] Steps 0001–0250 are planned, and 1200 seats booked for 2027
//! - [ ] Step 3 of the runbook is rehearsed by 0900 UTC
//! ```

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{Context, Help, Pass, Plan, Problem, Rule, Severity, Spot};
use crate::document::markdown::MarkdownDocument;
use crate::document::splice::Span;
use crate::plan::canon::checklist::Check;
use crate::plan::id::{StepId, single_ids_in};
use crate::plan::identity::former_numbers;
use crate::plan::mention::{self, Form, Mention};
use crate::plan::risk::{self, Risk};

/// The rule.
pub const RULE: Rule = Rule {
    code: "unknown-step",
    severity: Severity::Warning,
    title: "a check or a risk names a step that does not exist",
    help: Help::anywhere("correct the ID in the file, or remove it"),
    passes: &[Pass::Plan(run)],
};

fn run(plan: &Plan, _: &Context<'_>, problems: &mut Vec<Problem>) {
    if plan.steps().len() == 0 {
        return;
    }
    let mut missing = Missing::new(plan);
    let mut checks: BTreeMap<usize, Vec<Span>> = BTreeMap::new();
    for check in all_checks(plan) {
        let document = plan.files()[check.file].markdown();
        let item = document.map(|document| &document.items()[check.item]);
        let Some((document, item)) = document.zip(item) else {
            continue;
        };
        if missing.may_be_in(&check.text) || document.source(item.content).contains(ADDRESS) {
            checks.entry(check.file).or_default().push(item.content);
        }
    }
    for (file, mut spans) in checks {
        spans.sort_unstable_by_key(|span| span.start);
        let is_in_check = |at: usize| {
            let behind = spans.partition_point(|span| span.start <= at);
            behind > 0 && at < spans[behind - 1].end
        };
        let found = plan.files()[file].markdown().map(mention::in_document);
        let found = found.unwrap_or_default().into_iter();
        let named = found.filter(|(mention, at)| mention.is_sure() && is_in_check(at.start));
        missing.report(file, "check", named, problems);
    }
    for risk in risk::all(plan).filter(|risk| risk.is_open) {
        if let Some(document) = plan.files()[risk.file].markdown() {
            missing.report(risk.file, "risk", of_risk(document), problems);
        }
    }
}

/// What an address of a step's heading has in it.
const ADDRESS: &str = "#step-";

fn all_checks(plan: &Plan) -> impl Iterator<Item = &Check> {
    let others = plan.other_checklists().iter();
    let others = others.flat_map(|other| &other.lists);
    let of_stages = plan.stages().iter().flat_map(|stage| &stage.checks);
    of_stages.chain(others.flat_map(|list| &list.checks))
}

/// The steps that a risk says that it threatens, and those that its text names.
fn of_risk(document: &MarkdownDocument) -> impl Iterator<Item = (Mention, Span)> + use<> {
    let listed = Risk::steps_label(document).unwrap_or_default();
    let place = move |mention: Mention| {
        let span = Span::from(mention.span.clone()).shifted(listed.start);
        (mention, span)
    };
    let threatened = mention::in_list(&document.source(listed)).into_iter();
    let threatened = threatened.filter(|mention| mention.form == Form::Single);
    let others = mention::in_note(document, listed);
    threatened.map(place).chain(others)
}

/// Tells which steps are not in the plan.
struct Missing<'a> {
    plan: &'a Plan,
    /// What is in lines that cannot be read, which is reported there.
    unreadable: HashSet<StepId>,
    /// What steps are called now that had other IDs, once somebody has asked.
    former: Option<HashMap<StepId, StepId>>,
}

impl<'a> Missing<'a> {
    fn new(plan: &'a Plan) -> Self {
        Self {
            plan,
            unreadable: plan.unreadable_ids().map(|(id, _)| id).collect(),
            former: None,
        }
    }

    fn is_missing(&self, id: StepId) -> bool {
        self.plan.find(id).is_none() && !self.unreadable.contains(&id)
    }

    fn may_be_in(&self, text: &str) -> bool {
        single_ids_in(text).iter().any(|id| self.is_missing(*id))
    }

    /// What a step is called now that had this ID before.
    fn now(&mut self, id: StepId) -> Option<StepId> {
        let known = (self.former).get_or_insert_with(|| former_numbers(self.plan).collect());
        known.get(&id).copied()
    }

    /// Reports each of the mentions that names no step, once for each line.
    fn report(
        &mut self,
        file: usize,
        what: &str,
        named: impl Iterator<Item = (Mention, Span)>,
        problems: &mut Vec<Problem>,
    ) {
        let mut named: Vec<(Mention, Span)> = named.collect();
        named.sort_by_key(|(_, span)| span.start);
        let mut seen = HashSet::new();
        for (mention, span) in named {
            let id = mention.id;
            let spot = Spot::in_markdown(self.plan, file, span);
            if !self.is_missing(id) || !seen.insert((spot.line_number(), id)) {
                continue;
            }
            let Some(now) = self.now(id) else {
                let message = format!("this {what} names {id}, which is not in the plan");
                problems.push(RULE.problem(self.plan, spot, message));
                continue;
            };
            let message = format!("this {what} names {id}, which is {now} now");
            let help = format!("write {now} in the file");
            let problem = RULE.problem(self.plan, spot, message);
            problems.push(problem.with_help(help.clone(), help));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{CANON, LOG, found, step};
    use super::RULE;

    const RISK: &str = "docs/risks/2026-05-02-a.md";

    #[test]
    fn it_catches_checks_of_stages_and_others_that_name_no_step() {
        let log = [
            step("0001", &[]),
            step("0002", &[("was", "[\"0312\", \"0007\"]")]),
        ]
        .concat();
        let canon = "# Readiness Checklists\n\n## Base\n\n- [ ] *Step 0999* shipped, 0998.A too\n\
                     - [x] Drills held, [as planned](#step-0997--drills)\n  - [ ] below 0312\n\n\
                     # Standup checklist\n\n- [ ] Step 0996 looked at, 0996 again\n";
        assert_eq!(
            found(&RULE, &[(LOG, &log), (CANON, canon)]),
            [
                "docs/plan.md:5:13 [0999] this check names 0999, which is not in the plan",
                "docs/plan.md:5:28 [0998.A] this check names 0998.A, which is not in the plan",
                "docs/plan.md:6:39 [0997] this check names 0997, which is not in the plan",
                "docs/plan.md:7:15 [0312] this check names 0312, which is 0002 now",
                "docs/plan.md:11:12 [0996] this check names 0996, which is not in the plan",
            ]
        );
    }

    #[test]
    fn it_catches_open_risks_that_name_no_step() {
        let log = step("0001", &[("was", "[\"0007\"]")]);
        let risk = "# Parts get dear\n\n- **Status:** open\n- **Steps:** 1; 9, 0007 and 0008\n\n\
                    As in Step 0999, 0998, step 3.\n";
        assert_eq!(
            found(&RULE, &[(LOG, &log), (RISK, risk)]),
            [
                "docs/risks/2026-05-02-a.md:4:17 [9] this risk names 9, which is not in the plan",
                "docs/risks/2026-05-02-a.md:4:20 [0007] this risk names 0007, which is 0001 now",
                "docs/risks/2026-05-02-a.md:4:29 [0008] this risk names 0008, which is not in \
                 the plan",
                "docs/risks/2026-05-02-a.md:6:12 [0999] this risk names 0999, which is not in the \
                 plan",
            ]
        );
    }

    #[test]
    fn it_leaves_other_numbers_steps_that_cannot_be_read_and_closed_risks_alone() {
        let log = step("0001", &[]) + "{\"step_id\": \"0044\", \n";
        let canon = "# Checklists\n\n## Base\n\n- [ ] Step 1 and 00001 of Steps 0002–0250, 0003..0009\n\
                     - [ ] 1200 seats, 0131 555 0130, docs/0999.md, 2027, Step 7, 0900 UTC\n\
                     - [ ] `ls 0999`, https://x.example/#step-0999, Step 0044\n\n\
                     # Plan\n\n- [ ] Step 0999 is no check\n\nStep 0999\n";
        let risk = "# A\n\n- **Status:** closed\n- **Steps:** 0999\n";
        let files = [(LOG, &*log), (CANON, canon), (RISK, risk)];
        assert_eq!(found(&RULE, &files), [] as [&str; 0]);
        // Without any step there is nothing to name.
        let canon = "# Checklists\n\n## Base\n\n- [ ] Step 0999\n";
        assert_eq!(found(&RULE, &[(CANON, canon)]), [] as [&str; 0]);
    }
}
