//! The files that a plan is read from.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::document::Document;
use crate::document::encoding::Encoding;
use crate::document::log::LogDocument;
use crate::document::markdown::MarkdownDocument;
use crate::document::progress::Progress;
use crate::document::rope::Rope;

/// What a file is to the plan.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Debug)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// One step a line.
    Log,
    /// Markdown that may hold block rows, step sections, gates and checklists.
    Canon,
    /// Evidence links under the milestones' headings.
    Roadmap,
    /// A decision note that names step IDs.
    Decision,
    /// One thing that may happen to the plan.
    Risk,
    /// The record of a weekly review.
    Review,
    /// What one person said in the standup of one day.
    Standup,
    /// The packet of a gate review.
    GateReview,
    /// The summary at each thousand steps.
    Checkpoint,
    /// What was shown at a demo.
    Demo,
    /// The indicators of a week.
    Scorecard,
    /// The planning of a quarter.
    Quarter,
    /// What was learnt from a stage.
    Retrospective,
    /// The change log of a week.
    Changes,
}

/// One file of the plan with what it says at this moment.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Relative to the plan's root.
    pub path: PathBuf,
    /// What the plan looks for in it.
    pub role: Role,
    /// Its bytes, taken apart.
    pub document: Document,
}

/// A line of a file, as people quote it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Location {
    /// Relative to the plan's root.
    pub path: PathBuf,
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
}

impl Role {
    /// Whether it is a log.
    pub(crate) fn is_log(self) -> bool {
        self == Self::Log
    }
}

/// Whether a file of this name is a chart.
pub(crate) fn is_chart(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().ends_with(b".svg")
}

impl SourceFile {
    /// Takes `bytes` apart as the role demands.
    pub fn load(path: impl Into<PathBuf>, role: Role, bytes: impl Into<Rope>) -> Self {
        let document = match role {
            Role::Log => Document::Log(LogDocument::load(bytes)),
            // The plan is read from them: parsed here, they are on several cores.
            Role::Roadmap | Role::GateReview => {
                let document = MarkdownDocument::load(bytes);
                document.parse();
                Document::Markdown(document)
            }
            // Of what may be canon most is not, and is searched without being parsed. What no
            // first frame shows is parsed behind it.
            _ => Document::Markdown(MarkdownDocument::load(bytes)),
        };
        let path = path.into();
        Self {
            path,
            role,
            document,
        }
    }

    /// The same for somebody who watches how far it is, in bytes, and may stop it; nothing where
    /// that was done.
    pub(crate) fn load_with(
        path: impl Into<PathBuf>,
        role: Role,
        bytes: impl Into<Rope>,
        progress: &Progress,
    ) -> Option<Self> {
        match role {
            Role::Log => Some(Self {
                path: path.into(),
                role,
                document: Document::Log(LogDocument::load_with(bytes, progress)?),
            }),
            _ => {
                let bytes = bytes.into();
                let mut strides = progress.strides();
                let goes_on = strides.add(bytes.len()) && strides.end();
                goes_on.then(|| Self::load(path, role, bytes))
            }
        }
    }

    /// What the file is encoded in, where that is surely not UTF-8. Nothing is written to it then.
    pub fn encoding(&self) -> Option<Encoding> {
        self.document.encoding()
    }

    /// Why the file is read in part or not at all, and never written to: it is not UTF-8.
    pub(crate) fn not_utf8(&self) -> Option<String> {
        let encoding = self.encoding()?;
        let (path, how) = (self.path.display(), self.conversion(encoding));
        Some(format!(
            "{path} is {encoding}, not UTF-8; convert it: {how}"
        ))
    }

    /// The command that makes it UTF-8.
    pub(crate) fn conversion(&self, from: Encoding) -> String {
        let path = self.path.display().to_string().replace('\'', r"'\''");
        let from = from.iconv_name();
        format!("`iconv -f {from} -t UTF-8 '{path}' > utf8.tmp && mv utf8.tmp '{path}'`")
    }

    /// The log, if it is one.
    pub fn log(&self) -> Option<&LogDocument> {
        self.document.log()
    }

    /// Whether it is a chart, which is written with a paper and says nothing to the plan.
    pub(crate) fn is_chart(&self) -> bool {
        is_chart(&self.path)
    }

    /// The Markdown document, if it is one.
    pub fn markdown(&self) -> Option<&MarkdownDocument> {
        match &self.document {
            Document::Markdown(markdown) if !self.is_chart() => Some(markdown),
            _ => None,
        }
    }
}

impl Location {
    /// The start of a line, counted from 1.
    pub(crate) fn line(path: &Path, line: usize) -> Self {
        Self {
            path: path.to_owned(),
            line,
            column: 1,
        }
    }
}

impl std::fmt::Display for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.path.display(), self.line)?;
        if self.column > 1 {
            write!(f, ":{}", self.column)?;
        }
        Ok(())
    }
}
