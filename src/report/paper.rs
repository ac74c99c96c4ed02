//! A paper as a value: its facts and sections, and the charts beside it.
//!
//! A new one is written whole. One that is there keeps every byte but the facts that are ours and
//! the generated parts of named sections (`generated`): what people wrote into it stays where it
//! is, and a generated part that they changed is left to them.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use super::chart;
use crate::change::value::{Refusal, refuse};
use crate::change::{Change, Edit, Target};
use crate::document::generated::{self, Generated};
use crate::document::markdown::MarkdownDocument;
use crate::document::markers::conflicts;
use crate::plan::canon::normalised;
use crate::plan::packet::label_at;
use crate::plan::paper::label::STATUS;
use crate::plan::source::Role;
use crate::record::labels::{bullet, set_label};
use crate::record::shelf;
use crate::record::{heading, one_line};

/// A paper.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Paper {
    /// What it is to the plan.
    pub role: Role,
    /// Where it is, relative to the root.
    pub path: PathBuf,
    /// What people call it, in a few words.
    pub title: String,
    /// What it says in bullets under its title.
    pub facts: Vec<Fact>,
    /// Its sections, in their order.
    pub sections: Vec<Section>,
    /// The charts that its sections show.
    pub charts: Vec<ChartFile>,
}

/// A labelled bullet under the title.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Fact {
    pub label: &'static str,
    pub text: String,
    pub whose: Whose,
}

/// Who says a fact.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Whose {
    /// The report.
    Ours,
    /// The report, when it says something new: a paper that would say the same again is left alone.
    Stamp,
    /// People, once the paper is there.
    Theirs,
}

/// A section.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Section {
    pub heading: Cow<'static, str>,
    pub body: Body,
}

/// What stands in a section.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Body {
    /// Markdown of ours, without headings; nothing where there is nothing to say.
    Generated(String),
    /// What people find there in a new paper, and make their own.
    Theirs(String),
}

/// A chart in a file of its own.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct ChartFile {
    /// Relative to the root.
    pub path: PathBuf,
    /// What it shows, for who does not see it.
    pub words: String,
    pub svg: String,
}

/// What a report comes to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Made {
    /// Its papers, the first of which people read first.
    pub papers: Vec<Paper>,
    /// What is written with them, such as a link to one.
    pub edits: Vec<Edit>,
    /// The files that they show, for an archive of one's own.
    pub shown: Vec<ShownFile>,
}

/// A file of the plan that a paper shows, as it was then.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ShownFile {
    /// Its path from the root.
    pub path: String,
    /// In bytes.
    pub size: u64,
    /// In hexadecimal.
    pub sha256: String,
}

/// What writes the papers of a report.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Writing {
    /// Their titles.
    pub(crate) titles: String,
    pub(crate) change: Change,
    /// What of them is left as it is, and where.
    pub(crate) kept: Vec<String>,
    /// The files that they show.
    pub(crate) shown: Vec<ShownFile>,
}

/// A paper that was written again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Rewritten {
    pub bytes: Vec<u8>,
    /// What was left as it is, and where.
    pub kept: Vec<String>,
}

impl From<Paper> for Made {
    fn from(paper: Paper) -> Self {
        Self {
            papers: vec![paper],
            edits: Vec::new(),
            shown: Vec::new(),
        }
    }
}

impl Made {
    /// The papers as people read them where they are not written to files.
    pub(crate) fn printed(&self) -> String {
        let papers: Vec<String> = self.papers.iter().map(Paper::printed).collect();
        papers.join("\n")
    }

    /// What writes the papers with their charts, and what goes along; `found` says what is at a path
    /// now.
    ///
    /// # Errors
    /// Why a paper that is there is not to be written again.
    pub(crate) fn change(
        &self,
        found: impl Fn(&Path) -> Result<Option<Vec<u8>>, Refusal>,
    ) -> Result<Writing, Refusal> {
        let (mut edits, mut kept) = (Vec::new(), Vec::new());
        for paper in &self.papers {
            edits.extend(paper.edits(&found, &mut kept)?);
        }
        edits.extend(self.edits.iter().cloned());
        let titles: Vec<&str> = self.papers.iter().map(|paper| &*paper.title).collect();
        let titles = titles.join(", ");
        Ok(Writing {
            change: Change {
                label: format!("{titles} written"),
                edits,
            },
            titles,
            kept,
            shown: self.shown.clone(),
        })
    }
}

impl Fact {
    /// One that is ours.
    pub(crate) fn new(label: &'static str, text: impl Into<String>) -> Self {
        Self {
            label,
            text: text.into(),
            whose: Whose::Ours,
        }
    }

    /// When the report was made, and of what.
    pub(crate) fn stamp(label: &'static str, text: impl Into<String>) -> Self {
        Self {
            whose: Whose::Stamp,
            ..Self::new(label, text)
        }
    }

    /// Whether the paper is finished, which people say.
    pub(crate) fn open() -> Self {
        Self {
            label: STATUS,
            text: "open".to_owned(),
            whose: Whose::Theirs,
        }
    }
}

impl Section {
    /// One that is ours.
    pub(crate) fn generated(
        heading: impl Into<Cow<'static, str>>,
        body: impl Into<String>,
    ) -> Self {
        let (heading, body) = (heading.into(), Body::Generated(body.into()));
        Self { heading, body }
    }

    /// One that people fill.
    pub(crate) fn theirs(heading: &'static str, body: impl Into<String>) -> Self {
        let (heading, body) = (heading.into(), Body::Theirs(body.into()));
        Self { heading, body }
    }

    fn text(&self) -> Option<&str> {
        match &self.body {
            Body::Generated(body) => Some(body.trim_end()).filter(|body| !body.is_empty()),
            Body::Theirs(_) => None,
        }
    }
}

/// What a generated section says that has nothing left to say.
const NOTHING: &str = "None.";

impl Paper {
    /// The paper as people read it where it is not written to a file.
    pub(crate) fn printed(&self) -> String {
        let mut out = self.head();
        for section in &self.sections {
            if let Some(text) = section.text() {
                out += &format!("\n## {}\n\n{text}\n", heading(&section.heading));
            }
        }
        out
    }

    /// The paper as a new file.
    pub(crate) fn written(&self) -> String {
        let mut out = self.head();
        for section in &self.sections {
            let text = match &section.body {
                Body::Generated(_) => match section.text() {
                    Some(text) => generated::marked(text),
                    None => continue,
                },
                Body::Theirs(text) => text.trim_end().to_owned(),
            };
            out += &format!("\n## {}\n", heading(&section.heading));
            if !text.is_empty() {
                out += &format!("\n{text}\n");
            }
        }
        out
    }

    fn head(&self) -> String {
        let mut out = format!("# {}\n\n", heading(&self.title));
        for fact in &self.facts {
            bullet(&mut out, fact.label, &fact.text);
        }
        out
    }

    /// What writes the paper and its charts; what of it is left as it is goes to `kept`.
    fn edits(
        &self,
        found: impl Fn(&Path) -> Result<Option<Vec<u8>>, Refusal>,
        kept: &mut Vec<String>,
    ) -> Result<Vec<Edit>, Refusal> {
        let mut edits = Vec::new();
        let mut put = |path: &Path, before: Option<Vec<u8>>, after: Vec<u8>| {
            if before.as_ref() != Some(&after) {
                edits.push(Edit {
                    path: path.to_owned(),
                    target: Target::File { role: self.role },
                    before,
                    after: Some(after),
                });
            }
        };
        let before = found(&self.path)?;
        let bytes = match &before {
            None => self.written().into_bytes(),
            Some(before) => {
                let again = self.rewritten(before)?;
                kept.extend(again.kept);
                again.bytes
            }
        };
        put(&self.path, before, bytes);
        for file in &self.charts {
            let before = found(&file.path)?;
            let is_ours = |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).contains(chart::MARK);
            if before.as_ref().is_some_and(|before| !is_ours(before)) {
                return refuse(format!(
                    "{} was not drawn by stepdeck: rename it, stepdeck writes a chart there",
                    file.path.display()
                ));
            }
            put(&file.path, before, file.svg.clone().into_bytes());
        }
        Ok(edits)
    }

    /// The paper that is there, with our parts written again.
    ///
    /// # Errors
    /// Why that cannot be done without touching what is not ours.
    pub(crate) fn rewritten(&self, before: &[u8]) -> Result<Rewritten, Refusal> {
        let path = self.path.display();
        let mut document = MarkdownDocument::load(before.to_vec());
        if let Some(encoding) = document.encoding() {
            return refuse(format!("{path} is {encoding}, not UTF-8: convert it first"));
        }
        if let Some(conflict) = conflicts(before).first() {
            return refuse(format!(
                "{path}:{}: a merge left two versions here: resolve it first",
                conflict.line
            ));
        }
        if document
            .headings()
            .first()
            .is_none_or(|first| first.level > 1)
        {
            return refuse(format!(
                "{path} has no title; begin it with “# {}”, or move it away",
                self.title
            ));
        }
        if shelf::is_closed(&document) {
            return refuse(format!(
                "{path} is closed: set its {STATUS} to open to have it written again"
            ));
        }
        let mut kept = Vec::new();
        document = self.with_facts(document, Whose::Ours)?;
        for at in 0..self.sections.len() {
            document = self.with_section(document, at, &mut kept)?;
        }
        if document.bytes() != before {
            document = self.with_facts(document, Whose::Stamp)?;
        }
        Ok(Rewritten {
            bytes: document.bytes().to_vec(),
            kept,
        })
    }

    /// The document with some of the facts written again.
    fn with_facts(
        &self,
        mut document: MarkdownDocument,
        whose: Whose,
    ) -> Result<MarkdownDocument, Refusal> {
        for fact in self.facts.iter().filter(|fact| fact.whose == whose) {
            let there = label_at(&document, 0, fact.label);
            if there.is_none_or(|(_, label)| label.text.trim() != one_line(&fact.text)) {
                document = set_label(&document, 0, fact.label, &one_line(&fact.text))?;
            }
        }
        Ok(document)
    }

    /// The document with one of the sections written again, or added.
    fn with_section(
        &self,
        document: MarkdownDocument,
        at: usize,
        kept: &mut Vec<String>,
    ) -> Result<MarkdownDocument, Refusal> {
        let section = &self.sections[at];
        let is_ours = matches!(section.body, Body::Generated(_));
        let Some(found) = place(&document, &section.heading) else {
            let text = match section.text() {
                Some(text) if is_ours => text,
                _ => return Ok(document),
            };
            return self.with_new(&document, at, &generated::marked(text));
        };
        if !is_ours {
            return Ok(document);
        }
        let whole = document.own_section(found).range();
        let from = behind_heading(&document, found);
        let part = match generated::find(&document.bytes()[from..whole.end]) {
            Generated::Here(part) => from + part.start..from + part.end,
            other => {
                let line = document.line_of(document.headings()[found].span.start);
                let why = match other {
                    Generated::Edited => "was edited by hand",
                    _ => "was not written by stepdeck",
                };
                kept.push(format!(
                    "{}:{line}: “{}” {why} and is left as it is; remove the section to have it \
                     written again",
                    self.path.display(),
                    section.heading
                ));
                return Ok(document);
            }
        };
        let text = generated::marked(section.text().unwrap_or(NOTHING));
        let text = with_newlines(&text, document.newline());
        let mut bytes = document.bytes().to_vec();
        bytes.splice(part, text.into_bytes());
        self.checked(&document, bytes, at)
    }

    /// The document with a section that it does not have, where it belongs among the others.
    fn with_new(
        &self,
        document: &MarkdownDocument,
        at: usize,
        text: &str,
    ) -> Result<MarkdownDocument, Refusal> {
        let known = |section: &Section| place(document, &section.heading);
        let before = self.sections[..at].iter().rev().find_map(known);
        let after = self.sections[at + 1..].iter().find_map(known);
        let offset = match (before, after) {
            (Some(before), _) => document.section(before).range().end,
            (None, Some(after)) => document.headings()[after].span.start,
            (None, None) => document.bytes().len(),
        };
        let mut bytes = document.bytes().to_vec();
        let ended = &bytes[..offset];
        let blank = match ended {
            _ if ended.ends_with(b"\n\n") || ended.ends_with(b"\r\n\r\n") => "",
            _ if ended.ends_with(b"\n") => "\n",
            _ => "\n\n",
        };
        let behind = if offset < bytes.len() { "\n\n" } else { "\n" };
        let heading = heading(&self.sections[at].heading);
        let text = format!("{blank}## {heading}\n\n{text}{behind}");
        let text = with_newlines(&text, document.newline());
        bytes.splice(offset..offset, text.into_bytes());
        self.checked(document, bytes, at)
    }

    /// The document of these bytes, if nothing open around it swallows the section.
    fn checked(
        &self,
        before: &MarkdownDocument,
        bytes: Vec<u8>,
        at: usize,
    ) -> Result<MarkdownDocument, Refusal> {
        let document = MarkdownDocument::load(bytes);
        let heading = &*self.sections[at].heading;
        let is_there = place(&document, heading).is_some_and(|found| {
            let end = document.own_section(found).range().end;
            let from = behind_heading(&document, found);
            matches!(
                generated::find(&document.bytes()[from..end]),
                Generated::Here(_)
            )
        });
        let words = |document: &MarkdownDocument| -> Vec<String> {
            let others = document.headings().iter();
            let others = others.filter(|other| normalised(&other.text) != normalised(heading));
            others.map(|other| other.text.clone()).collect()
        };
        match is_there && words(before) == words(&document) {
            true => Ok(document),
            false => refuse(format!(
                "{}: “{heading}” cannot be written without disturbing what is around it: look for \
                 a code fence or a comment that nobody closed",
                self.path.display()
            )),
        }
    }
}

/// The first section of the second level with these words.
fn place(document: &MarkdownDocument, words: &str) -> Option<usize> {
    let wanted = normalised(words);
    let headings = document.headings().iter();
    let mut found = headings
        .enumerate()
        .filter(|(_, heading)| heading.level == 2 && normalised(&heading.text) == wanted);
    found.next().map(|(at, _)| at)
}

/// Where the line behind a heading begins.
fn behind_heading(document: &MarkdownDocument, heading: usize) -> usize {
    let bytes = document.bytes();
    let end = document.headings()[heading].span.range().end;
    if bytes[..end].ends_with(b"\n") {
        return end;
    }
    let rest = bytes[end..].iter().position(|byte| *byte == b'\n');
    rest.map_or(bytes.len(), |newline| end + newline + 1)
}

fn with_newlines(text: &str, newline: &str) -> String {
    match newline {
        "\n" => text.to_owned(),
        newline => text.replace('\n', newline),
    }
}

#[cfg(test)]
mod tests;
