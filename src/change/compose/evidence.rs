//! Evidence in the roadmap.
//!
//! Each check has a bullet of its own under the heading of its stage, with a blank line before the
//! next: two people who prove two checks change lines apart, which any host merges. The first
//! evidence of a stage makes the places of all its checks; what people wrote stays.

use std::path::Path;

use super::{Change, Composer, Edit, Target, roadmap_file};
use crate::change::value::{Refusal, refuse, refuse_control};
use crate::document::markdown::{ListItem, MarkdownDocument, escaped};
use crate::document::splice::{self, Splice};
use crate::plan::canon::names::Names;
use crate::plan::canon::{normalised, roadmap};
use crate::plan::source::Role;
use crate::plan::stage::Stage;
use crate::plan::{ladders, link};

/// What attaching evidence means for the files.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Attachment {
    /// The roadmap has an entry for the stage; the change adds a bullet to it.
    Ready(Change),
    /// The roadmap or its entry would have to be made first, which a person must allow.
    /// The question names what would be made.
    Creates {
        /// What to ask.
        question: String,
        /// What to do after a yes.
        change: Change,
    },
}

impl Composer<'_> {
    /// Attaches `link` to a check: dated and signed, in the check's bullet under the stage's heading
    /// in the roadmap. `roadmap` is the path that a new roadmap would get.
    ///
    /// # Errors
    /// When the link is empty, or with its spaces neither a URL nor a path.
    pub fn attach(
        &self,
        at: usize,
        check: usize,
        link: &str,
        who: &str,
        roadmap: &Path,
    ) -> Result<Attachment, Refusal> {
        let stage = &self.plan.stages()[at];
        let link = checked(link)?;
        let proof = format!(
            "{} ({}, {})",
            link::written(link),
            self.now.format("%Y-%m-%d"),
            escaped(who)
        );
        let evidence = Proof {
            stage,
            check,
            proof: &proof,
        };
        let label = format!("{} evidence: {}", stage.name, super::shown(link));
        let change = |path, target, before, after: Vec<u8>| Change {
            label: label.clone(),
            edits: vec![Edit {
                path,
                target,
                before,
                after: Some(after),
            }],
        };
        let Some(file) = roadmap_file(self.plan) else {
            let text = format!("# Roadmap\n\n{}", evidence.entry("\n"));
            let role = Role::Roadmap;
            let target = Target::File { role };
            return Ok(Attachment::Creates {
                question: format!(
                    "There is no roadmap yet. Create {} with an entry for {}?",
                    roadmap.display(),
                    stage.name
                ),
                change: change(roadmap.to_owned(), target, None, text.into_bytes()),
            });
        };
        let file = &self.plan.files()[file];
        let Some(document) = file.markdown() else {
            return refuse(format!("{} is not Markdown", file.path.display()));
        };
        let newline = document.newline();
        let names = ladders::names(self.plan.stages());
        let Some(found) = own_entry(document, &names, at) else {
            let gap = match document.bytes() {
                [] => String::new(),
                bytes if bytes.ends_with(b"\n") => newline.to_owned(),
                _ => newline.repeat(2),
            };
            let text = format!("{gap}{}", evidence.entry(newline));
            return Ok(Attachment::Creates {
                question: format!(
                    "{} has no entry for {}. Add one at its end?",
                    file.path.display(),
                    stage.name
                ),
                change: change(file.path.clone(), Target::AT_END, None, text.into_bytes()),
            });
        };
        let (before, after) = evidence.below(&file.path, document, found)?;
        let target = Target::section(document, found);
        let change = change(file.path.clone(), target, Some(before), after);
        Ok(Attachment::Ready(change))
    }
}

/// A link as it is attached.
fn checked(link: &str) -> Result<&str, Refusal> {
    let link = link.trim();
    if link.is_empty() {
        return refuse("a link is a URL or a path in the repository");
    }
    if link.contains(char::is_whitespace) && !link::is_path(link) {
        return refuse(format!(
            "“{link}” is neither a URL, which has no spaces, nor a path such as docs/run 1.md"
        ));
    }
    refuse_control(link, "")?;
    Ok(link)
}

/// What proves a check of a stage.
struct Proof<'a> {
    stage: &'a Stage,
    check: usize,
    /// The link, the day and the person.
    proof: &'a str,
}

impl Proof<'_> {
    /// A new entry for the stage.
    fn entry(&self, newline: &str) -> String {
        let all: Vec<usize> = (0..self.stage.checks.len()).collect();
        let places = self.places(&all, newline);
        format!("## {}{newline}{newline}{places}{newline}", self.stage.name)
    }

    /// The bullets of some checks, each with room before the next.
    fn places(&self, checks: &[usize], newline: &str) -> String {
        let bullet = |at: &usize| {
            // A line break in a check is no end of its bullet.
            let words = self.stage.checks[*at].text.split_whitespace();
            let words = escaped(&words.collect::<Vec<_>>().join(" "));
            match *at == self.check {
                true => format!("- {words} — {}", self.proof),
                false => format!("- {words}"),
            }
        };
        let bullets: Vec<String> = checks.iter().map(bullet).collect();
        bullets.join(&newline.repeat(2))
    }

    /// The own section of a heading before and after.
    ///
    /// # Errors
    /// When anything else would come of it than more in that section.
    fn below(
        &self,
        path: &Path,
        document: &MarkdownDocument,
        heading: usize,
    ) -> Result<(Vec<u8>, Vec<u8>), Refusal> {
        let mut splices = self.splices(document, heading);
        if !is_only_more(document, &splices) {
            return refuse(format!(
                "{} cannot take the evidence: the section “{}” ends in code or HTML that is not closed",
                path.display(),
                document.headings()[heading].text
            ));
        }
        let section = document.own_section(heading);
        for splice in &mut splices {
            splice.span = splice.span.counted_from(section.start);
        }
        let before = document.bytes()[section.range()].to_vec();
        let after = splice::apply(&before, &splices);
        let after = after.map_err(|error| Refusal(error.to_string()))?;
        Ok((before, after))
    }

    /// What is to be written below a heading of the roadmap: into the check's own bullet, below what
    /// is in it already, or with all places that are missing.
    fn splices(&self, document: &MarkdownDocument, heading: usize) -> Vec<Splice> {
        let items = document.items().iter().enumerate();
        let items =
            items.filter(|(_, item)| item.heading == Some(heading) && item.parent.is_none());
        let items: Vec<(usize, &ListItem)> = items.collect();
        let place = |check: usize| {
            let words = &*self.stage.checks[check].words;
            let mut places = items.iter();
            places.find(|(_, item)| !words.is_empty() && normalised(&item.text).contains(words))
        };
        let Some((index, item)) = place(self.check) else {
            let missing = (0..self.stage.checks.len()).filter(|check| place(*check).is_none());
            let newline = document.newline();
            let bullets = self.places(&missing.collect::<Vec<_>>(), newline);
            let section = document.own_section(heading);
            let text = &document.bytes()[section.range()];
            let at = section.start + text.trim_ascii_end().len();
            let gap = newline.repeat(2);
            let left = &document.bytes()[at..section.end];
            let is_close = left.iter().filter(|byte| **byte == b'\n').count() < 2;
            let is_last = section.end == document.bytes().len();
            let end = if is_close && !is_last { newline } else { "" };
            return vec![Splice::insert(at, format!("{gap}{bullets}{end}"))];
        };
        let mut links = document.links().iter();
        let is_filled = links.any(|link| item.span.contains(link.span.start));
        if !is_filled && !item.content.is_empty() {
            return vec![Splice::insert(
                item.content.end,
                format!(" — {}", self.proof),
            )];
        }
        let inner = document.items()[index + 1..].iter();
        let last = inner.take_while(|inner| inner.span.start < item.span.end);
        let end = last.map(|inner| inner.span.end).max();
        let end = end.unwrap_or(item.content.end.max(item.marker.end));
        let above = &document.bytes()[..item.marker.end];
        let column = above
            .iter()
            .rev()
            .take_while(|byte| **byte != b'\n')
            .count();
        let indent = " ".repeat(column + 1);
        let newline = document.newline();
        let bullet = format!("{newline}{indent}- {}", self.proof);
        vec![Splice::insert(end, bullet)]
    }
}

/// Whether the document reads as before with more bullets, or more words in one.
fn is_only_more(document: &MarkdownDocument, splices: &[Splice]) -> bool {
    let Ok(after) = document.apply(splices) else {
        return false;
    };
    let headings = |document: &MarkdownDocument| -> Vec<String> {
        let headings = document.headings().iter();
        headings.map(|heading| heading.text.clone()).collect()
    };
    let mut now = after.items().iter();
    let is_there = |was: &ListItem| now.any(|item| item.text.starts_with(&was.text));
    let links = |document: &MarkdownDocument| document.links().len();
    headings(document) == headings(&after)
        && document.items().iter().all(is_there)
        && links(&after) > links(document)
}

/// Index of the roadmap's heading for a stage: one that is about it alone, else one that also names
/// it. What is under the states of a board is left to those who keep the board: a program that
/// rewrites its parts would take the evidence along.
pub(crate) fn own_entry(document: &MarkdownDocument, names: &Names, stage: usize) -> Option<usize> {
    let headings = document.headings();
    let on_board = |heading: usize| {
        let above = std::iter::successors(headings[heading].parent, |at| headings[*at].parent);
        above.into_iter().any(|at| {
            let words = normalised(&headings[at].text);
            BOARD.contains(&&*words)
        })
    };
    let entries = roadmap::entries(document, 0, names);
    let of_stage = || entries.iter().filter(|entry| entry.stage == stage);
    let own = of_stage().find(|entry| entry.is_own && !on_board(entry.heading));
    let named = || of_stage().find(|entry| !on_board(entry.heading));
    own.or_else(named).map(|entry| entry.heading)
}

/// How the parts of a board are headed.
const BOARD: [&str; 12] = [
    "backlog",
    "in progress",
    "shipped",
    "done",
    "released",
    "planned",
    "next",
    "now",
    "later",
    "todo",
    "to do",
    "doing",
];
