//! Ticks on readiness checklists, and evidence in the roadmap.

use std::path::{Path, PathBuf};

use super::{Change, Composer, Edit, Target, roadmap_file};
use crate::change::value::{Refusal, refuse, refuse_control};
use crate::document::markdown::{Check as Mark, MarkdownDocument, escaped};
use crate::plan::canon::checklist::Check;
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
    /// Ticks a check of the plan, or takes its tick away.
    ///
    /// # Errors
    /// When the document cannot take the mark.
    pub fn tick(&self, check: &Check) -> Result<Change, Refusal> {
        let file = &self.plan.files()[check.file];
        let Some(document) = file.markdown() else {
            return refuse("the checklist is not in a Markdown file");
        };
        let box_now = document.items()[check.item].check;
        let mark = box_now.brackets();
        let before = mark.map(|mark| document.bytes()[mark.range()].to_vec());
        let mut after = if check.done { "[ ]" } else { "[x]" }.to_owned();
        if let (Mark::Odd { .. }, Some(mark)) = (box_now, mark)
            && !matches!(document.bytes().get(mark.end), Some(b' ' | b'\t'))
        {
            after.push(' ');
        }
        let verb = if check.done { "unticked" } else { "ticked" };
        super::reversible(
            file,
            Change {
                label: format!("{} {verb}: {}", check.heading, super::shown(&check.text)),
                edits: vec![Edit {
                    path: file.path.clone(),
                    target: Target::CheckMark {
                        stage: check.heading.clone(),
                        text: check.text.clone(),
                        nth: check.nth,
                    },
                    before,
                    after: Some(after.into_bytes()),
                }],
            },
        )
    }

    /// Attaches `link` to a check: a bullet in the stage's roadmap entry, dated and signed.
    /// `roadmap` is the path that a new roadmap would get.
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
        let check = &stage.checks[check];
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
        let bullet = format!(
            "- {} — {} ({}, {})",
            escaped(&check.text),
            link::written(link),
            self.now.format("%Y-%m-%d"),
            escaped(who)
        );
        let label = format!("{} evidence: {}", stage.name, super::shown(link));
        let change = |path: PathBuf, target, after: String| Change {
            label: label.clone(),
            edits: vec![Edit {
                path,
                target,
                before: None,
                after: Some(after.into_bytes()),
            }],
        };
        let Some(file) = roadmap_file(self.plan) else {
            let text = format!("# Roadmap\n\n{}", entry(stage, "\n", &bullet));
            return Ok(Attachment::Creates {
                question: format!(
                    "There is no roadmap yet. Create {} with an entry for {}?",
                    roadmap.display(),
                    stage.name
                ),
                change: change(
                    roadmap.to_owned(),
                    Target::File {
                        role: Role::Roadmap,
                    },
                    text,
                ),
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
            let text = format!("{gap}{}", entry(stage, newline, &bullet));
            return Ok(Attachment::Creates {
                question: format!(
                    "{} has no entry for {}. Add one at its end?",
                    file.path.display(),
                    stage.name
                ),
                change: change(
                    file.path.clone(),
                    Target::Passage {
                        heading: None,
                        nth: 0,
                    },
                    text,
                ),
            });
        };
        let splices = document
            .append_to_section(found, &bullet)
            .map_err(|refusal| Refusal(refusal.to_string()))?;
        let text = splices.into_iter().next().map(|splice| splice.text);
        let heading = document.headings()[found].text.clone();
        let text = String::from_utf8_lossy(&text.unwrap_or_default()).into_owned();
        let twins = document.headings()[..found].iter();
        let target = Target::Passage {
            nth: twins.filter(|twin| twin.text == heading).count(),
            heading: Some(heading),
        };
        Ok(Attachment::Ready(change(file.path.clone(), target, text)))
    }
}

/// Index of the roadmap's heading for a stage: one that is about it alone, else one that also names
/// it. What is under the states of a board is left to those who keep the board: a program that
/// rewrites its parts would take the evidence along.
fn own_entry(document: &MarkdownDocument, names: &Names, stage: usize) -> Option<usize> {
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

fn entry(stage: &Stage, newline: &str, bullet: &str) -> String {
    format!("## {}{newline}{newline}{bullet}{newline}", stage.name)
}
