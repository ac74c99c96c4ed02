//! An owner matrix or a readiness checklist that names a stage that is not on the ladder.
//!
//! Its owners and checks belong to no gate, so no review asks for them. Usually a stage was renamed
//! in one place only. Name it as the ladder does. Tables and lists that name none of the ladder's
//! stages are about something else and are left alone, as is everything in a plan without a ladder.
//!
//! ## Caught
//!
//! ```markdown
//! | Stage | Stage-Gate Review |
//! | --- | --- |
//! | Base | Review of the runbooks |
//! | Top | Review of the drill |
//!
//! # Checklists
//!
//! ## Base
//!
//! - Runbooks written
//!
//! ## Summit
//!
//! - Drill held
//! ```
//!
//! ## Left alone
//!
//! ```markdown
//! | Stage | Stage-Gate Review |
//! | --- | --- |
//! | Base | Review of the runbooks |
//! | Top | Review of the drill |
//!
//! # Checklists
//!
//! ## Base
//!
//! - Runbooks written
//!
//! ## Top
//!
//! - Drill held
//! ```

use std::collections::{BTreeSet, HashSet};

use super::wording::quoted;
use super::{Context, Help, Pass, Plan, Problem, Rule, Severity, Spot};
use crate::document::english::listed;
use crate::document::markdown::MarkdownDocument;
use crate::document::splice::Span;
use crate::plan::canon::checklist::{self, Checklist};
use crate::plan::canon::matrix;
use crate::plan::canon::names::Names;

/// The rule.
pub const RULE: Rule = Rule {
    code: "unknown-stage",
    severity: Severity::Warning,
    title: "a matrix or checklist names a stage that is not on the ladder",
    help: Help::anywhere("name the stage as the ladder does, or add a row to the ladder"),
    passes: &[Pass::Plan(run)],
};

fn run(plan: &Plan, _: &Context<'_>, problems: &mut Vec<Problem>) {
    for (at, ladder) in plan.ladders().iter().enumerate() {
        let Some(home) = ladder.file else {
            continue;
        };
        let stages = || plan.stages().iter().filter(|stage| stage.ladder == at);
        let rungs = stages().filter_map(|stage| stage.rung.as_ref());
        let names: Vec<&str> = rungs.map(|rung| rung.stage.as_str()).collect();
        let known = Names::new(names.iter().copied());
        // The ladder's own document, and those that something of its stages is in.
        let mut files = BTreeSet::from([home]);
        files.extend(stages().flat_map(|stage| stage.checks.iter().map(|check| check.file)));
        files.extend(stages().flat_map(|stage| stage.owners.iter().map(|cell| cell.file)));
        let mut report = |file, span, what: &str, stage: &str| {
            let message = format!("the {what} names the stage {}", quoted(stage));
            let message = format!("{message}, which is not on the ladder: {}", listed(&names));
            problems.push(RULE.problem(plan, Spot::in_markdown(plan, file, span), message));
        };
        for file in files {
            let Some(document) = plan.files()[file].markdown() else {
                continue;
            };
            for (span, stage) in matrix_columns(document, &known) {
                report(file, span, "owner matrix", stage);
            }
            for (span, stage) in checklist_headings(document, file, &known) {
                report(file, span, "checklist", &stage);
            }
        }
    }
}

/// The headers of unknown stages in owner matrices that name a known one, too. Where the
/// cells give people roles, a column without any role is a remark and no stage.
fn matrix_columns<'a>(document: &'a MarkdownDocument, known: &Names) -> Vec<(Span, &'a str)> {
    let is_known = |name: &str| known.called(name).is_some();
    let mut unknown = Vec::new();
    for table in document.tables().iter().filter(|t| matrix::is_matrix(t)) {
        let header = &table.header.cells;
        if !header.iter().skip(1).any(|cell| is_known(&cell.text)) {
            continue;
        }
        let has_role = |column: usize| {
            let cells = table.rows.iter().filter_map(|row| row.cells.get(column));
            cells.into_iter().any(|cell| cell.text.contains(':'))
        };
        let any_role = (1..header.len()).any(has_role);
        for (column, cell) in header.iter().enumerate().skip(1) {
            let name = cell.text.trim();
            if !name.is_empty() && !is_known(name) && (!any_role || has_role(column)) {
                unknown.push((cell.inner, name));
            }
        }
    }
    unknown
}

/// The headings of unknown stages beside the checklist of a known one.
fn checklist_headings(
    document: &MarkdownDocument,
    file: usize,
    known: &Names,
) -> Vec<(Span, String)> {
    let lists = checklist::lists(document, file);
    let is_known = |list: &&Checklist| known.headed(&list.heading).is_some();
    let known_lists = lists.iter().filter(|list| list.is_direct).filter(is_known);
    let above: HashSet<Option<usize>> = known_lists.map(|list| list.below).collect();
    let beside = lists.iter().filter(|list| {
        list.is_direct && !list.checks.is_empty() && above.contains(&list.below) && !is_known(list)
    });
    beside
        .filter_map(|list| Some((document.line(list.line)?, list.heading.clone())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::example::{CANON, found};
    use super::RULE;

    const LADDER: &str =
        "| Stage | Stage-Gate Review |\n| --- | --- |\n| Base | a |\n| Top | b |\n";

    #[test]
    fn it_catches_stages_under_another_name() {
        let canon = format!(
            "{LADDER}\n# Checklists\n\n## Base\n\n- a\n\n## Summit\n\n- b\n\n\
             | Workstream | Base | Summit | Remarks |\n| --- | --- | --- | --- |\n\
             | Ops | DRI: A | DRI: B | fine |\n"
        );
        assert_eq!(
            found(&RULE, &[(CANON, &canon)]),
            [
                "docs/plan.md:16:23 [Summit] the owner matrix names the stage “Summit”, which is \
                 not on the ladder: Base and Top",
                "docs/plan.md:12 [## Summit] the checklist names the stage “Summit”, which is \
                 not on the ladder: Base and Top",
            ]
        );
    }

    #[test]
    fn it_leaves_other_lists_and_plans_without_a_ladder_alone() {
        let lists = "# Release checklist\n\n## Before\n\n- a\n\n\
                     | Workstream | Lead | Room |\n| --- | --- | --- |\n| Ops | A | 7 |\n";
        assert!(found(&RULE, &[(CANON, lists)]).is_empty());
        assert!(found(&RULE, &[(CANON, LADDER), ("docs/release.md", lists)]).is_empty());
    }
}
