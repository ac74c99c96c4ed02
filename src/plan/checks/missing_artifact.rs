//! A complete step that links to a file that does not exist.
//!
//! The proof that the work was done cannot be opened: the path is mistyped, the file was
//! moved, or it was never committed. Correct the entry. Only entries that are plainly paths
//! in this repository count: no URLs, no names of pull requests or dashboards. A step that
//! is not complete may name what is still to be made. A heading that an entry names
//! (`docs/plan.md#scope`) is looked for in documents of the plan.
//!
//! ## Caught
//!
//! ```jsonl
//! {"step_id": "0001", "status": "complete", "artifacts": ["docs/report.md"]}
//! ```
//!
//! ## Left alone
//!
//! ```jsonl
//! {"step_id": "0001", "status": "complete", "artifacts": ["https://example.org/report", "PR #12"]}
//! {"step_id": "0002", "status": "draft", "artifacts": ["docs/planned.md"]}
//! ```

use std::path::{Component, Path, PathBuf};

use super::vanished_evidence::without_heading;
use super::wording::quoted;
use super::{Context, Found, Help, Pass, Reading, Rule, Severity, Spot};
use crate::plan::field::Field;
use crate::plan::status::State;
use crate::plan::{StepRef, link};

/// The rule.
pub const RULE: Rule = Rule {
    code: "missing-artifact",
    severity: Severity::Warning,
    title: "an artifact's path does not exist",
    help: Help {
        keys: "{problem-go} goes to the step: `{edit}` on the artifacts corrects the path, relative to the plan's root",
        commands: "`stepdeck set STEP artifacts-=ENTRY artifacts+=PATH` corrects the path, relative to the plan's root",
    },
    passes: &[Pass::Step(step)],
};

/// Whether an entry, in its raw form, is surely no path.
fn is_address(item: &str) -> bool {
    item.contains("://")
}

fn step(reading: &Reading<'_>, context: &Context<'_>, found: &mut Found) {
    let (step, plan) = (reading.step, reading.step.plan());
    if step.state() != State::Done {
        return;
    }
    let items = reading.items(Field::Artifacts);
    if items.is_some_and(|mut items| items.all(is_address)) {
        return;
    }
    let entries = step.list(Field::Artifacts);
    let missing: Vec<usize> = (0..entries.len())
        .filter(|index| is_missing(step, *index, &entries[*index], context))
        .collect();
    let spots = Spot::entries(plan, step, Field::Artifacts, &missing);
    for (index, spot) in missing.iter().zip(spots) {
        found.add(spot, |spot| {
            let (id, artifact) = (step.id(), quoted(&entries[*index]));
            let message = format!("{id} names the artifact {artifact}, which does not exist");
            RULE.problem(plan, spot, message).about(step)
        });
    }
    let headless = |index: &usize| without_heading(plan, &entries[*index], None).is_some();
    let named = (0..entries.len()).filter(|index| entries[*index].contains('#'));
    let headless: Vec<usize> = named
        .filter(|index| !missing.contains(index) && headless(index))
        .collect();
    let spots = Spot::entries(plan, step, Field::Artifacts, &headless);
    for (index, spot) in headless.iter().zip(spots) {
        found.add(spot, |spot| {
            let (id, artifact) = (step.id(), quoted(&entries[*index]));
            let message =
                format!("{id} names the artifact {artifact}, a heading that is not there");
            RULE.problem(plan, spot, message).about(step)
        });
    }
}

fn is_missing(step: StepRef<'_>, index: usize, entry: &str, context: &Context<'_>) -> bool {
    let Some(path) = local_path(entry, context.exists) else {
        return false;
    };
    let mut candidates = vec![normal(path.strip_prefix("/").unwrap_or(&path))];
    // People write links from the root, too, or plain paths from the document's folder.
    if step.raw(Field::Artifacts).is_none()
        && let Some((entry, _)) = step
            .canon_list(Field::Artifacts)
            .and_then(|l| l.into_iter().nth(index))
    {
        let also = entry
            .also
            .iter()
            .filter_map(|path| local_path(path, context.exists));
        candidates.extend(also.map(|path| normal(&path)));
    }
    // A path that leads out of the plan says nothing that could be checked here.
    let inside: Vec<PathBuf> = candidates.into_iter().flatten().collect();
    !inside.is_empty() && !inside.iter().any(|path| (context.exists)(path))
}

/// The entry as a path, if it cannot well be anything else.
pub(super) fn local_path(entry: &str, exists: &dyn Fn(&Path) -> bool) -> Option<PathBuf> {
    let entry = entry.trim();
    let strange =
        |c: char| c.is_whitespace() && c != ' ' || c.is_control() || "<>*?\\|\"{}`".contains(c);
    if entry.is_empty() || entry.contains(strange) || entry.contains("://") {
        return None;
    }
    let path = entry.split('#').next().unwrap_or_default();
    // `path/file.rs:12` names a line; `mailto:` and its like name no file.
    let path = match path.split_once(':') {
        Some((path, line)) if line.bytes().all(|b| b.is_ascii_digit()) => path,
        Some(_) => return None,
        None => path,
    };
    let ending = |name: &str| {
        let (stem, ending) = name.rsplit_once('.')?;
        let plain = ending.bytes().all(|b| b.is_ascii_alphanumeric());
        let named = ending.starts_with(|c: char| c.is_ascii_alphabetic());
        (plain && named && !stem.is_empty()).then(|| ending.to_ascii_lowercase())
    };
    let known = link::names_file(path);
    // A sentence that ends with a path has blanks, too.
    let is_listed = |word: &str| word.ends_with([',', ';', '.']) || exists(Path::new(word));
    if path.contains(' ') && (!known || path.split(' ').any(is_listed)) {
        return None;
    }
    let Some((folders, name)) = path.rsplit_once('/') else {
        return known.then(|| path.into());
    };
    if path.starts_with(['/', '.']) {
        return (!path.starts_with("//")).then(|| path.into());
    }
    let first = folders.split('/').next().unwrap_or_default();
    // `owner/repository` and `example.org/page.html` look like paths, too.
    let ours = exists(Path::new(first));
    let host = first.contains('.');
    (ours || !host && (name.is_empty() || ending(name).is_some())).then(|| path.into())
}

/// The path without `.` and `..`, or nothing where it leads out of the root.
pub(super) fn normal(path: &Path) -> Option<PathBuf> {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(part) => normal.push(part),
            Component::CurDir => {}
            Component::ParentDir if normal.pop() => {}
            _ => return None,
        }
    }
    Some(normal)
}

#[cfg(test)]
mod tests {
    use super::super::example::{CANON, LOG, found, found_beside, step};
    use super::RULE;

    const DONE: (&str, &str) = ("status", "\"complete\"");

    #[test]
    fn it_catches_paths_that_lead_nowhere() {
        let entries = "[\"docs/a.md\", \"/docs/gone#top\", \"docs/b.md:12\", \"plan.pdf\"]";
        let log = step("0001", &[DONE, ("artifacts", entries)]);
        let canon = "### Step 0002 — a\n- **Status:** Complete\n\
                     - **Artifacts:** [x](notes/x.md), [y](../docs/y.md)\n";
        assert_eq!(
            found_beside(
                &RULE,
                &[(LOG, &log), (CANON, canon)],
                &["docs/a.md", "docs/notes/x.md"]
            ),
            [
                "data/plans/plan.jsonl:1:181 [\"/docs/gone#top\"] 0001 names the artifact \
                 “/docs/gone#top”, which does not exist",
                "data/plans/plan.jsonl:1:199 [\"docs/b.md:12\"] 0001 names the artifact \
                 “docs/b.md:12”, which does not exist",
                "data/plans/plan.jsonl:1:215 [\"plan.pdf\"] 0001 names the artifact “plan.pdf”, \
                 which does not exist",
                "docs/plan.md:3:35 [[y](../docs/y.md)] 0002 names the artifact “docs/y.md”, which \
                 does not exist",
            ]
        );
    }

    #[test]
    fn it_catches_a_heading_that_is_not_there() {
        let entries = "[\"docs/plan.md#scope\", \"docs/plan.md#racks\", \"docs/a.md#racks\"]";
        let log = step("0001", &[DONE, ("artifacts", entries)]);
        let canon = "# Plan\n\n## Scope\n\n### Step 0002 — a\n- **Status:** Complete\n\
                     - **Artifacts:** [x](plan.md#racks)\n";
        let found = found_beside(
            &RULE,
            &[(LOG, &log), (CANON, canon)],
            &["docs/a.md", "docs/plan.md"],
        );
        let words = ["0001", "0002"].map(|id| {
            format!("{id} names the artifact “docs/plan.md#racks”, a heading that is not there")
        });
        assert_eq!(found.len(), 2, "{found:?}");
        for (found, words) in found.iter().zip(words) {
            assert!(found.ends_with(&words), "{found}");
        }
    }

    #[test]
    fn it_leaves_open_steps_and_what_is_no_path_alone() {
        let entries = "[\"https://example.org/a.md\", \"PR #12\", \"owner/repo\", \"v1.2\", \
                       \"example.org/a.html\", \"owner/repo#7\", \"mailto:a@example.org\", \
                       \"Node.js\", \"../../etc/passwd\", \"docs/*.md\"]";
        let log = [
            step("0001", &[DONE, ("artifacts", entries)]),
            step("0002", &[("artifacts", "[\"docs/planned.md\"]")]),
        ]
        .concat();
        assert!(found(&RULE, &[(LOG, &log)]).is_empty());
    }
}
