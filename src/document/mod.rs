//! One file as bytes: lines or Markdown blocks with spans, changed by splices.
//!
//! Nothing here knows what a step is, nothing touches the file system, and loading
//! never fails: what cannot be understood is kept and described.

pub mod control;
pub(crate) mod diff;
pub(crate) mod digest;
pub mod encoding;
pub(crate) mod english;
pub(crate) mod generated;
pub mod json;
pub mod log;
pub mod markdown;
pub(crate) mod markers;
pub(crate) mod pointer;
pub mod progress;
pub mod rope;
pub(crate) mod same_value;
pub(crate) mod sequence;
pub(crate) mod parallel;
pub mod splice;
pub mod visible;

use encoding::Encoding;
use log::LogDocument;
use markdown::MarkdownDocument;
use rope::Rope;
use splice::Span;

/// A file of either kind.
#[derive(Clone, Debug)]
pub enum Document {
    /// One JSON object a line.
    Log(LogDocument),
    /// Markdown that people read and review.
    Markdown(MarkdownDocument),
}

impl Document {
    /// The log, if it is one.
    pub(crate) fn log(&self) -> Option<&LogDocument> {
        match self {
            Self::Log(log) => Some(log),
            Self::Markdown(_) => None,
        }
    }

    /// What the file is encoded in, where that is surely not UTF-8.
    pub(crate) fn encoding(&self) -> Option<Encoding> {
        match self {
            Self::Log(log) => log.encoding(),
            Self::Markdown(markdown) => markdown.encoding(),
        }
    }

    /// The whole file, sharing the bytes.
    pub(crate) fn rope(&self) -> Rope {
        match self {
            Self::Log(log) => log.rope(),
            Self::Markdown(markdown) => markdown.rope(),
        }
    }

    /// The bytes at `span`, copied: no more of the file than that.
    pub(crate) fn slice(&self, span: Span) -> Vec<u8> {
        match self {
            Self::Log(log) => log.slice(span),
            Self::Markdown(markdown) => {
                let end = span.end.min(markdown.bytes().len());
                markdown.bytes()[span.start.min(end)..end].to_vec()
            }
        }
    }

    /// The whole file, copied.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.rope().contiguous().into_owned()
    }
}
