//! A demo: the steps that were completed since the one before, with what shows each, and the
//! artifacts with their digests. What lacks evidence comes first, so that somebody asks.

use std::collections::HashSet;
use std::path::Path;

use chrono::NaiveDate;

use super::desk::{Archive, Artifact, Desk, Materials};
use super::paper::{Made, Paper, Section, ShownFile};
use super::words::{block, items, linked, paragraphs, plain, step};
use crate::document::english::{counted, listed};
use crate::document::markdown::escaped_cell;
use crate::document::visible::visible_line;
use crate::history::since::Comparison;
use crate::plan::column::stages_naming;
use crate::plan::field::Field;
use crate::plan::link;
use crate::plan::risk::Risk;
use crate::plan::source::Role;
use crate::plan::{Plan, StepRef};
use crate::record::one_line;
use crate::record::shelf::{COMPLETED, filed};

/// What is asked of those whose steps lack evidence.
const ASK: &str = "Owners, please add an artifact, a measured value or a link:";

/// What shows that a step is done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Verdict {
    /// Nothing does, or a file that should is not there.
    Missing,
    /// The value reached misses its target.
    Missed,
    /// The value reached meets its target.
    Met,
    /// There is a value, and nothing that says whether it is enough.
    Measured,
    /// There is a link or an artifact.
    Linked,
}

impl Verdict {
    /// The word on paper and in JSON.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Missed => "target missed",
            Self::Met => "target met",
            Self::Measured => "measured",
            Self::Linked => "linked",
        }
    }
}

/// A step that is shown.
#[derive(Clone)]
pub(crate) struct Shown<'a> {
    pub step: StepRef<'a>,
    /// The first stage that names it.
    pub stage: Option<&'a str>,
    pub verdict: Verdict,
    pub artifacts: Vec<(String, Artifact)>,
}

/// An artifact that is no longer what an earlier demo showed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Moved {
    /// Its path from the root.
    pub path: String,
    /// Index of the file of the demo.
    pub demo: usize,
    /// The digest that was shown.
    pub was: String,
    /// The digest now; none where the file is gone.
    pub is: Option<String>,
}

/// A demo.
pub(crate) struct Demo<'a> {
    desk: Desk<'a>,
    /// What the plan is compared with.
    pub since: &'a Comparison,
    /// What is shown: by stage and block, and what lacks evidence first.
    pub shown: Vec<Shown<'a>>,
    pub moved: Vec<Moved>,
    pub opened: Vec<Risk>,
    pub closed: Vec<Risk>,
}

impl<'a> Demo<'a> {
    /// Gathers what was completed.
    pub(crate) fn of(materials: &Materials<'a>) -> Self {
        let Materials {
            desk,
            since,
            from,
            archive,
        } = *materials;
        let plan = desk.plan;
        let stages = stages_naming(plan);
        let completed = since.net.completed.iter().filter_map(|id| plan.find(*id));
        let mut shown: Vec<(usize, Shown<'a>)> = completed
            .map(|at| {
                let step = plan.step(at);
                let stage = stages.get(&at).and_then(|all| all.first()).copied();
                let artifacts: Vec<(String, Artifact)> = (step.list(Field::Artifacts).iter())
                    .map(|entry| (entry.trim().to_owned(), artifact(entry.trim(), archive)))
                    .collect();
                let name = stage.map(|stage| &*plan.stages()[stage].name);
                let shown = Shown {
                    verdict: verdict(step, &artifacts),
                    stage: name,
                    artifacts,
                    step,
                };
                (stage.unwrap_or(usize::MAX), shown)
            })
            .collect();
        shown.sort_by_key(|(stage, shown)| {
            let is_missing = shown.verdict == Verdict::Missing;
            (*stage, shown.step.block(), !is_missing, shown.step.index())
        });
        let (opened, closed) = desk.risks(from);
        Self {
            shown: shown.into_iter().map(|(_, shown)| shown).collect(),
            moved: moved(&desk, archive),
            opened,
            closed,
            desk,
            since,
        }
    }

    /// Those that nothing shows.
    pub(crate) fn missing(&self) -> impl Iterator<Item = &Shown<'a>> {
        let is_missing = |shown: &&Shown<'a>| shown.verdict == Verdict::Missing;
        self.shown.iter().filter(is_missing)
    }

    /// The paper of the day, with the files that it shows.
    pub(crate) fn made(&self) -> Made {
        let artifacts = self.shown.iter().flat_map(|shown| &shown.artifacts);
        let mut shown: Vec<ShownFile> = Vec::new();
        for (entry, what) in artifacts {
            let (Artifact::File { size, sha256 }, Some(path)) = (what, link::file_of(entry)) else {
                continue;
            };
            if shown.iter().all(|known| known.path != path) {
                let (size, sha256) = (*size, sha256.clone());
                shown.push(ShownFile { path, size, sha256 });
            }
        }
        Made {
            shown,
            ..self.paper().into()
        }
    }

    /// The paper of the day.
    fn paper(&self) -> Paper {
        let desk = &self.desk;
        let today = desk.today();
        let path = desk
            .papers
            .folder_of(Role::Demo)
            .join(format!("{today}.md"));
        let missing = self.missing().map(|shown| {
            let gone = shown.artifacts.iter();
            let gone = gone.filter(|(_, what)| *what == Artifact::Gone);
            let gone: Vec<String> = gone.map(|(entry, _)| plain(entry)).collect();
            match gone.is_empty() {
                true => step(shown.step),
                false => format!("{}: {} not found", step(shown.step), listed(&gone)),
            }
        });
        let missing = items(missing);
        let missing = match missing.is_empty() {
            true => missing,
            false => format!("{ASK}\n\n{missing}"),
        };
        let moved = self.moved.iter().map(|moved| {
            let file = &desk.plan.files()[moved.demo].path;
            let name = file.file_stem().unwrap_or_default().to_string_lossy();
            let demo = linked(&name, file, &path);
            let what = match moved.is {
                Some(_) => "has changed since it was shown",
                None => "is gone since it was shown",
            };
            format!("{} {what} on {demo}", plain(&moved.path))
        });
        let sections = vec![
            Section::generated("In short", self.in_short()),
            Section::generated(COMPLETED[0], missing),
            Section::generated(COMPLETED[1], self.completed(&path)),
            Section::generated("Artifacts", self.artifacts()),
            Section::generated("Changed since they were shown", items(moved)),
            Section::generated(
                "Risks",
                desk.risks_in_words(&self.opened, &self.closed, &path),
            ),
            Section::theirs("Feedback", ""),
            Section::theirs("Actions", ""),
        ];
        Paper {
            role: Role::Demo,
            title: format!("Demo {today}"),
            facts: desk.facts(self.since),
            sections,
            charts: Vec::new(),
            path,
        }
    }

    fn in_short(&self) -> String {
        if self.shown.is_empty() {
            return "Nothing was completed.".to_owned();
        }
        let with = |verdict: Verdict| self.shown.iter().filter(|s| s.verdict == verdict).count();
        let parts = [
            (Verdict::Met, "met their target", "met its target"),
            (Verdict::Missed, "missed their target", "missed its target"),
            (
                Verdict::Measured,
                "have a value and no target with ≥ or ≤ to judge it by",
                "has a value and no target with ≥ or ≤ to judge it by",
            ),
            (Verdict::Linked, "have a link", "has a link"),
            (Verdict::Missing, "lack evidence", "lacks evidence"),
        ];
        let parts = parts.map(|(verdict, many, one)| match with(verdict) {
            0 => String::new(),
            1 => format!("1 {one}"),
            number => format!("{number} {many}"),
        });
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        let all = counted(self.shown.len(), "step");
        format!("{all} completed: {}.", listed(&parts))
    }

    fn completed(&self, path: &Path) -> String {
        let mut parts: Vec<String> = Vec::new();
        let mut rows: Vec<String> = Vec::new();
        let mut before: Option<(Option<&str>, usize)> = None;
        for shown in &self.shown {
            let (stage, of) = (shown.stage, shown.step.block());
            if before != Some((stage, of)) {
                parts.push(items(std::mem::take(&mut rows)));
                let block = block(shown.step);
                parts.push(match stage {
                    Some(stage) => format!("**{} · {block}**", plain(stage)),
                    None => format!("**{block}**"),
                });
                before = Some((shown.stage, of));
            }
            rows.push(row(shown, path));
        }
        parts.push(items(rows));
        paragraphs(parts)
    }

    /// The files that were found, so that a later look tells whether they are the same.
    fn artifacts(&self) -> String {
        let files = self.shown.iter().flat_map(|shown| {
            shown
                .artifacts
                .iter()
                .filter_map(move |(entry, what)| match what {
                    Artifact::File { size, sha256 } => Some((shown, entry, size, sha256)),
                    _ => None,
                })
        });
        let rows: Vec<String> = files
            .map(|(shown, entry, size, sha256)| {
                let name = escaped_cell(&visible_line(&one_line(entry)));
                format!("| {name} | {} | {size} | {sha256} |", shown.step.id())
            })
            .collect();
        match rows.is_empty() {
            true => String::new(),
            false => format!(
                "| Artifact | Step | Bytes | SHA-256 |\n| --- | --- | ---: | --- |\n{}",
                rows.join("\n")
            ),
        }
    }
}

/// A step with what shows that it is done.
fn row(shown: &Shown<'_>, path: &Path) -> String {
    let of = shown.step;
    let text = |field: Field| plain(&of.text(field));
    let mut out = step(of);
    let outcome = text(Field::Outcome);
    if !outcome.is_empty() {
        out += &format!(": {outcome}");
    }
    let (metric, actual, target) = (
        text(Field::Metric),
        text(Field::Actual),
        text(Field::Target),
    );
    out += &format!("\n  - Evidence: {}", shown.verdict.word());
    if !actual.is_empty() {
        let of = if target.is_empty() { "" } else { " of " };
        out += &format!(", {metric} {actual}{of}{target}").replace("  ", " ");
    }
    let link = of.text(Field::Link);
    let link = link.trim();
    if link::is_address(link) {
        out += &format!(", [evidence](<{}>)", safe(link));
    } else if !link.is_empty() {
        out += &format!(", {}", plain(link));
    }
    for (entry, what) in &shown.artifacts {
        let words = match what {
            Artifact::Address => format!("<{}>", safe(entry)),
            Artifact::File { .. } => linked(entry, Path::new(entry), path),
            Artifact::Gone => format!("{} (not found)", plain(entry)),
            Artifact::Refused => format!("{} (not a file of the plan)", plain(entry)),
            Artifact::Words => plain(entry),
        };
        out += &format!("\n  - {words}");
    }
    out
}

/// An address without what would end it in Markdown.
fn safe(address: &str) -> String {
    let ends = |c: char| c.is_whitespace() || c.is_control() || "<>\\".contains(c);
    address.chars().filter(|c| !ends(*c)).collect()
}

fn artifact(entry: &str, archive: &dyn Archive) -> Artifact {
    if link::is_address(entry) {
        return Artifact::Address;
    }
    // What leads out of the plan is not even looked for.
    match link::is_path(entry).then(|| link::file_of(entry)) {
        Some(Some(path)) => archive.artifact(&path),
        Some(None) => Artifact::Refused,
        None => Artifact::Words,
    }
}

fn verdict(step: StepRef<'_>, artifacts: &[(String, Artifact)]) -> Verdict {
    let is_set = |field: Field| !step.text(field).trim().is_empty();
    let is_gone = artifacts.iter().any(|(_, what)| *what == Artifact::Gone);
    let is_linked = is_set(Field::Link) || !artifacts.is_empty();
    match step.meets_target() {
        _ if is_gone => Verdict::Missing,
        Some(true) => Verdict::Met,
        Some(false) => Verdict::Missed,
        None if is_set(Field::Actual) => Verdict::Measured,
        None if is_linked => Verdict::Linked,
        None => Verdict::Missing,
    }
}

/// An artifact that a demo lists, with what it was.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct ShownArtifact {
    /// As the demo writes it.
    pub path: String,
    pub sha256: String,
    /// Index of the file of the demo.
    pub demo: usize,
    /// The day that it was held on.
    pub day: Option<NaiveDate>,
    /// Where the demo lists it, counted from 1.
    pub line: usize,
}

/// The artifacts that the demos of earlier days list, each once: the latest demo that lists one
/// counts, so that showing it again settles it.
pub(crate) fn shown_before(plan: &Plan, day: NaiveDate) -> Vec<ShownArtifact> {
    let mut all: Vec<ShownArtifact> = Vec::new();
    let mut known: HashSet<String> = HashSet::new();
    for demo in filed(plan, Role::Demo) {
        if demo.date.is_none_or(|date| date >= day) {
            continue;
        }
        let Some(document) = plan.files()[demo.file].markdown() else {
            continue;
        };
        for table in document.tables() {
            let column = |name: &str| {
                let mut cells = table.header.cells.iter();
                cells.position(|cell| cell.text.trim().eq_ignore_ascii_case(name))
            };
            let (Some(path), Some(hash)) = (column("Artifact"), column("SHA-256")) else {
                continue;
            };
            for row in &table.rows {
                let text = |at: usize| row.cells.get(at).map(|cell| cell.text.trim().to_owned());
                let (Some(path), Some(sha256)) = (text(path), text(hash)) else {
                    continue;
                };
                if !path.is_empty() && known.insert(path.clone()) {
                    all.push(ShownArtifact {
                        path,
                        sha256,
                        demo: demo.file,
                        day: demo.date,
                        line: document.line_of(row.span.start),
                    });
                }
            }
        }
    }
    all
}

/// The artifacts that earlier demos list and that have another digest now.
fn moved(desk: &Desk<'_>, archive: &dyn Archive) -> Vec<Moved> {
    let shown = shown_before(desk.plan, desk.today()).into_iter();
    let moved = shown.filter_map(|shown| {
        let is = match artifact(&shown.path, archive) {
            Artifact::File { sha256, .. } => Some(sha256),
            _ => None,
        };
        (is.as_ref() != Some(&shown.sha256)).then_some(Moved {
            path: shown.path,
            demo: shown.demo,
            was: shown.sha256,
            is,
        })
    });
    moved.collect()
}
