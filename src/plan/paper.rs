//! The table of papers: every kind of file that a plan is read from or written to.
//!
//! A row says where a paper is unless `[paths]` says otherwise, how a file is recognised as one,
//! and whether the plan opens it. The configuration's keys, discovery, opening, watching, the
//! folders that a session writes to, the file of `stepdeck init` and the tables of the docs are
//! derived from it. What a paper says is read and written by its folder below `record/`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::canon;
use super::checks::conflict_marker;
use super::source::{Role, SourceFile};
use crate::document::Document;
use crate::document::markdown::MarkdownDocument;

/// Labels of the bullets under the title of a paper.
pub(crate) mod label {
    /// The day, or the last day of the time that it is about.
    pub(crate) const DATE: &str = "Date";
    /// What the plan is compared with.
    pub(crate) const SINCE: &str = "Since";
    /// The commit that was checked out when it was written.
    pub(crate) const SEEN: &str = "Seen";
    /// How the title of a weekly review begins.
    pub(crate) const REVIEW: &str = "Weekly review";
    /// Who held it, or several of them.
    pub(crate) const STEWARD: &str = "Steward";
    /// When it was finished.
    pub(crate) const HELD: &str = "Held";
    /// How much was left undecided then.
    pub(crate) const UNDECIDED: &str = "Undecided";
    /// The steps that it is about.
    pub(crate) const STEPS: &str = "Steps";
    /// Whether it is finished, which people say.
    pub(crate) const STATUS: &str = "Status";
    /// Those that are written again with its parts.
    pub(crate) const WRITTEN_AGAIN: [&str; 4] = [DATE, SINCE, SEEN, STEPS];
}

/// How the files of a paper are kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kept {
    /// Files, folders or globs; of a folder, the files that it holds itself.
    Flat,
    /// Files, folders or globs, with all that is below a folder; what belongs to another paper is
    /// left out.
    Deep,
    /// One file.
    File,
    /// One folder with all that is below it.
    Folder,
}

/// One kind of paper.
#[derive(Clone, Copy, Debug)]
pub struct PaperSpec {
    /// What its files are to the plan.
    pub role: Role,
    /// Its key in `[paths]`.
    pub key: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// Where it is unless configured, below the plan's root.
    pub default: &'static [&'static str],
    /// How its files are kept.
    pub kept: Kept,
    /// How the names of its files end, without the dot.
    pub extension: &'static str,
    /// Whether the plan is read from it; else only its place is known.
    pub opened: bool,
    /// Whether a file at its place with such a name is one, by its content.
    pub recognises: fn(&SourceFile) -> bool,
    /// How its files are named below its folder, or known, for people.
    pub names: &'static str,
    /// What stepdeck writes there.
    pub written: &'static str,
    /// Whether charts are drawn beside its files.
    pub charts: bool,
}

impl PaperSpec {
    /// Whether `[paths]` may name several places.
    pub(crate) fn is_many(&self) -> bool {
        matches!(self.kept, Kept::Flat | Kept::Deep)
    }

    /// Where it is unless configured, as `[paths]` would say it.
    pub(crate) fn default_toml(&self) -> String {
        let quoted: Vec<String> = self
            .default
            .iter()
            .map(|path| format!("\"{path}\""))
            .collect();
        match self.default {
            [_] => quoted.concat(),
            _ => format!("[{}]", quoted.join(", ")),
        }
    }
}

/// The log of a plan that has none yet, unless configured.
pub(crate) const USUAL_LOG: &str = "data/plans/10000_step_plan.jsonl";

/// What a new log begins with.
pub(crate) const LOG_HEADER: &str = "{\"schema\": \"stepdeck/log@1\"}\n";

/// A paper that is one by its place alone: Markdown in a folder of its own.
const FOLDER: PaperSpec = PaperSpec {
    role: Role::Decision,
    key: "",
    name: "",
    default: &[],
    kept: Kept::Folder,
    extension: "md",
    opened: true,
    recognises: |_| true,
    names: "",
    written: "",
    charts: false,
};

/// Every paper there is, one row a role, in the order in which their files are read.
pub const PAPERS: &[PaperSpec] = &[
    PaperSpec {
        role: Role::Log,
        key: "log",
        name: "log",
        default: &["data/plans/*.jsonl"],
        kept: Kept::Flat,
        extension: "jsonl",
        written: "one step per line",
        ..FOLDER
    },
    PaperSpec {
        role: Role::Canon,
        key: "canon",
        name: "canon",
        default: &["data", "docs"],
        kept: Kept::Deep,
        recognises: is_canon,
        names: "Markdown, recognised by its content",
        written: "block rows, step sections, checklist ticks",
        ..FOLDER
    },
    PaperSpec {
        role: Role::Roadmap,
        key: "roadmap",
        name: "roadmap",
        default: &["docs/ROADMAP.md"],
        kept: Kept::File,
        written: "evidence links under a stage's heading; due dates, owners and acknowledgements are read there",
        ..FOLDER
    },
    PaperSpec {
        role: Role::Decision,
        key: "decisions",
        name: "decisions",
        default: &["docs/decisions"],
        names: "<date>-<words>.md",
        written: "one note per decision, linked with the one that it supersedes",
        ..FOLDER
    },
    PaperSpec {
        role: Role::Risk,
        key: "risks",
        name: "risks",
        default: &["docs/risks"],
        names: "<date>-<words>.md",
        written: "one file per risk",
        ..FOLDER
    },
    PaperSpec {
        role: Role::Review,
        key: "reviews",
        name: "weekly reviews",
        default: &["docs/reviews"],
        names: "<yyyy>-W<ww>.md",
        written: "proposals, dependencies, the next ten, last week's",
        ..FOLDER
    },
    PaperSpec {
        role: Role::Standup,
        key: "standups",
        name: "standups",
        default: &["docs/standups"],
        names: "<day>/<person>.md",
        written: "one file per person per day",
        ..FOLDER
    },
    PaperSpec {
        role: Role::GateReview,
        key: "gates",
        name: "gate reviews",
        default: &["docs/milestone-reviews"],
        names: "<stage>/<yyyymmdd>/review.md",
        written: "criteria, checklist, sign-offs, decision; beside it the milestone reviews of the workstreams, `<workstream>.md`",
        charts: true,
        ..FOLDER
    },
    PaperSpec {
        role: Role::Checkpoint,
        key: "checkpoints",
        name: "checkpoints",
        default: &["docs/checkpoints"],
        names: "CP<nn>.md",
        written: "one file per thousand steps that moved, with a section a month",
        charts: true,
        ..FOLDER
    },
    PaperSpec {
        role: Role::Demo,
        key: "demos",
        name: "demos",
        default: &["docs/demos"],
        names: "<date>.md",
        written: "what was completed since the last one, with evidence and artifacts",
        ..FOLDER
    },
    PaperSpec {
        role: Role::Scorecard,
        key: "scorecards",
        name: "scorecards",
        default: &["docs/scorecards"],
        names: "<yyyy>-W<ww>.md",
        written: "the indicators of a week with value, change and colour",
        charts: true,
        ..FOLDER
    },
    PaperSpec {
        role: Role::Quarter,
        key: "quarters",
        name: "quarter plans",
        default: &["docs/planning"],
        names: "<yyyy>-Q<n>.md",
        written: "blocks, stage focus, what rolls forward, dependency risks, decisions",
        ..FOLDER
    },
    PaperSpec {
        role: Role::Retrospective,
        key: "retrospectives",
        name: "retrospectives",
        default: &["docs/retrospectives"],
        names: "<stage>-<date>.md",
        written: "what the history of a stage says; what to keep and to change",
        ..FOLDER
    },
    PaperSpec {
        role: Role::Changes,
        key: "changes",
        name: "change logs",
        default: &["docs/changes"],
        names: "<yyyy>-W<ww>.md",
        written: "what happened in a week, where a team wants it in a file",
        ..FOLDER
    },
];

/// Whether Markdown is canon: by its content only. What a merge left in it must be resolved, so until
/// then any Markdown is a part of the plan.
fn is_canon(file: &SourceFile) -> bool {
    let Document::Markdown(markdown) = &file.document else {
        return true;
    };
    match markdown.encoding() {
        // It says nothing as it is; what it would say as text makes it known.
        Some(encoding) => {
            let text = encoding.decode(markdown.bytes());
            canon::is_canon(&MarkdownDocument::load(text.into_bytes()))
        }
        None => canon::is_canon(markdown) || conflict_marker::is_conflict_in(file),
    }
}

/// The papers of a plan, and where those with one place are or would be, relative to its root.
#[derive(Clone, Debug)]
pub struct Papers {
    /// Every paper there is.
    pub specs: &'static [PaperSpec],
    places: BTreeMap<Role, PathBuf>,
    first_log: Option<PathBuf>,
}

impl Papers {
    /// These papers, with the place of each that has one.
    pub(crate) fn new(
        specs: &'static [PaperSpec],
        place: impl Fn(&PaperSpec) -> Option<PathBuf>,
    ) -> Self {
        let one = specs.iter().filter(|paper| !paper.is_many());
        let places = one.filter_map(|paper| Some((paper.role, place(paper)?)));
        Self {
            places: places.collect(),
            specs,
            first_log: Some(USUAL_LOG.into()),
        }
    }

    /// The same where a plan without a log gets its first one here; nothing where no file is meant.
    pub(crate) fn starting_log(self, first_log: Option<PathBuf>) -> Self {
        Self { first_log, ..self }
    }

    /// Where the first log of a plan without one is written, relative to its root.
    pub(crate) fn first_log(&self) -> Option<&Path> {
        self.first_log.as_deref()
    }

    /// The folder of this paper, or its file where it is one.
    pub fn folder_of(&self, role: Role) -> &Path {
        self.places
            .get(&role)
            .map_or(Path::new(""), PathBuf::as_path)
    }

    /// All such folders and files.
    pub(crate) fn places(&self) -> impl Iterator<Item = &Path> {
        self.places.values().map(PathBuf::as_path)
    }

    /// Whether a file is what it was taken for by its place and name.
    pub(crate) fn recognise(&self, file: &SourceFile) -> bool {
        let row = self.specs.iter().find(|paper| paper.role == file.role);
        row.is_some_and(|paper| (paper.recognises)(file))
    }
}

impl Default for Papers {
    /// Those of a plan without a configuration.
    fn default() -> Self {
        Self::new(PAPERS, |paper| paper.default.first().map(PathBuf::from))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_and_keys_are_named_once_and_papers_with_one_place_have_one() {
        for (at, paper) in PAPERS.iter().enumerate() {
            let before = &PAPERS[..at];
            assert!(before.iter().all(|b| b.role < paper.role), "{paper:?}");
            assert!(before.iter().all(|b| b.key != paper.key), "{paper:?}");
            assert!(!paper.key.is_empty() && !paper.name.is_empty());
            assert!(paper.is_many() || paper.default.len() == 1, "{paper:?}");
        }
    }
}
