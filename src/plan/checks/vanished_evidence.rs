//! Evidence in the roadmap that is a file of the repository and does not exist.
//!
//! Whoever opens the link at the gate finds nothing: the path is mistyped, or the file was moved,
//! deleted or never committed. Restore the file, or attach its new path. Only links that are
//! plainly paths in this repository count, relative to its root or to the roadmap's folder; web
//! addresses are not looked up. A heading that a link names (`plan.md#scope`) is looked for in documents
//! of the plan.
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
//! ```markdown docs/ROADMAP.md
//! ## Base
//!
//! - Runbooks written — [the runbooks](/docs/runbooks.md) (2026-05-01, Ada)
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
//! - Runbooks written — [in the plan](plan.md#readiness-checklists), <https://example.org/runbooks>
//! ```

use std::path::{Path, PathBuf};

use super::missing_artifact::{local_path, normal};
use super::wording::quoted;
use super::{Context, Help, Pass, Plan, Problem, Rule, Severity, Spot};
use crate::document::markdown::MarkdownDocument;
use crate::document::splice::Span;
use crate::plan::canon::roadmap::Evidence;
use crate::plan::link::decoded;
use crate::plan::source::SourceFile;

/// The rule.
pub const RULE: Rule = Rule {
    code: "vanished-evidence",
    severity: Severity::Warning,
    title: "evidence in the roadmap is a file or heading that does not exist",
    help: Help {
        keys: "restore the file, or press `{attach}` on the check to attach its new path and remove the old line from the roadmap",
        commands: "restore the file, or attach its new path with `stepdeck tick STAGE CHECK --evidence PATH` and remove the old line from the roadmap",
    },
    passes: &[Pass::Plan(run)],
};

fn run(plan: &Plan, context: &Context<'_>, problems: &mut Vec<Problem>) {
    for stage in plan.stages() {
        for evidence in &stage.evidence {
            let file = &plan.files()[evidence.file];
            let Some(document) = file.markdown() else {
                continue;
            };
            for link in &evidence.links {
                let folder = file.path.parent();
                let (link_words, stage) = (quoted(link), &stage.name);
                let message = if is_gone(link, folder, context.exists) {
                    format!("the evidence {link_words} for {stage} does not exist")
                } else if let Some(document) = without_heading(plan, link, folder) {
                    let document = quoted(&document.to_string_lossy());
                    format!(
                        "the evidence {link_words} for {stage} is at a heading that {document} does \
                         not have"
                    )
                } else {
                    continue;
                };
                let span = span_of(document, evidence, link);
                let spot = Spot::in_markdown(plan, evidence.file, span);
                problems.push(RULE.problem(plan, spot, message));
            }
        }
    }
}

/// The document of the plan that a link leads to, if it names a heading that is not there.
pub(super) fn without_heading<'p>(
    plan: &'p Plan,
    link: &str,
    folder: Option<&Path>,
) -> Option<&'p Path> {
    let (path, fragment) = link.split_once('#')?;
    if path.is_empty() || path.contains(':') {
        return None;
    }
    let path = PathBuf::from(decoded(path));
    let rooted = path.strip_prefix("/").unwrap_or(&path).to_owned();
    let beside = folder.map(|folder| folder.join(&path));
    let paths = [Some(rooted), beside].into_iter().flatten();
    let paths: Vec<PathBuf> = paths.filter_map(|path| normal(&path)).collect();
    // By their bytes: there may be many files, and as many links.
    let is_meant = |path: &Path| {
        paths
            .iter()
            .any(|meant| meant.as_os_str() == path.as_os_str())
    };
    let mut files = plan
        .files()
        .iter()
        .filter(|file| is_meant(&file.path))
        .peekable();
    let first = files.peek().map(|file| &*file.path);
    let fragment = decoded(fragment);
    let lacks = |file: &SourceFile| {
        let document = file.markdown();
        document.is_some_and(|document| !document.has_anchor(&fragment))
    };
    // Where two files may be meant, either will do.
    first.filter(|_| files.all(lacks))
}

/// Whether a link is a path in the repository at which there is nothing.
fn is_gone(link: &str, folder: Option<&Path>, exists: &dyn Fn(&Path) -> bool) -> bool {
    // A link within the page.
    if link.starts_with('#') {
        return false;
    }
    let Some(path) = local_path(link.split('?').next().unwrap_or_default(), exists) else {
        return false;
    };
    let path = PathBuf::from(decoded(&path.to_string_lossy()));
    let rooted = path.strip_prefix("/").unwrap_or(&path).to_owned();
    let beside = folder.map(|folder| folder.join(&path));
    let inside: Vec<_> = [Some(rooted), beside]
        .into_iter()
        .flatten()
        .filter_map(|path| normal(&path))
        .collect();
    // A path that leads out of the repository says nothing that could be checked here.
    !inside.is_empty() && !inside.iter().any(|path| exists(path))
}

/// Where the link is, else the line of its bullet.
fn span_of(document: &MarkdownDocument, evidence: &Evidence, link: &str) -> Span {
    let item = document.items().iter();
    let item = item
        .map(|item| item.span)
        .find(|span| document.line_of(span.start) == evidence.line);
    let item = item.unwrap_or_default();
    let links = document.links().iter();
    let own = links.filter(|l| item.contains(l.span.start));
    let found = own
        .into_iter()
        .find(|l| l.url == link || l.url.strip_prefix('/') == Some(link));
    found.map_or(item, |link| link.span)
}

#[cfg(test)]
mod tests {
    use super::super::example::{CANON, found, found_beside};
    use super::RULE;

    const LIST: &str = "# Readiness Checklists\n\n## Base\n\n- [x] Runbooks written\n";

    #[test]
    fn it_catches_files_that_are_gone() {
        let roadmap = "## Base\n\n- Runbooks written — [a](</docs/a.md>) (2026-05-01, Ada)\n\
                       - [b](../data/b%20c.pdf), [c](sub/c.md#top)\n";
        let files = [(CANON, LIST), ("docs/ROADMAP.md", roadmap)];
        assert_eq!(
            found_beside(&RULE, &files, &["docs/sub/c.md"]),
            [
                "docs/ROADMAP.md:3:22 [[a](</docs/a.md>)] the evidence “docs/a.md” for Base \
                 does not exist",
                "docs/ROADMAP.md:4:3 [[b](../data/b%20c.pdf)] the evidence \
                 “../data/b%20c.pdf” for Base does not exist",
            ]
        );
        let there = ["docs/a.md", "docs/sub/c.md", "data/b c.pdf"];
        assert_eq!(found_beside(&RULE, &files, &there), [] as [&str; 0]);
    }

    #[test]
    fn it_catches_headings_that_are_gone() {
        let roadmap = "## Base\n\n- Runbooks written — [a](plan.md#base) [b](/docs/plan.md#legal), \
                       [c](plan.md#readiness-checklists) [d](other.md#x) [e](#nowhere) \
                       [f](plan.md#readiness%2Dchecklists)\n";
        let files = [(CANON, LIST), ("docs/ROADMAP.md", roadmap)];
        assert_eq!(
            found_beside(&RULE, &files, &["docs/plan.md", "docs/other.md"]),
            [
                "docs/ROADMAP.md:3:40 [[b](/docs/plan.md#legal)] the evidence “docs/plan.md#legal” for \
              Base is at a heading that “docs/plan.md” does not have"
            ]
        );
    }

    #[test]
    fn it_leaves_addresses_and_what_lies_outside_alone() {
        let roadmap = "## Base\n\n- [a](https://example.org/a.md) [b](#top) \
                       [c](mailto:a@example.org) [d](../../etc/passwd)\n";
        let files = [(CANON, LIST), ("ROADMAP.md", roadmap)];
        assert!(found(&RULE, &files).is_empty());
    }
}
