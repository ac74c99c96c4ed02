//! Ticks on readiness checklists, and evidence in the roadmap.

use std::path::{Path, PathBuf};

use super::{Change, Composer, Edit, Target, roadmap_file};
use crate::change::value::{Refusal, refuse, refuse_control};
use crate::document::markdown::escaped;
use crate::plan::link;
use crate::plan::source::Role;
use crate::plan::stage::Stage;

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
    /// Ticks a check, or takes its tick away.
    ///
    /// # Errors
    /// When the document cannot take the mark.
    pub fn tick(&self, stage: usize, check: usize) -> Result<Change, Refusal> {
        let check = &self.plan.stages()[stage].checks[check];
        let file = &self.plan.files()[check.file];
        let Some(document) = file.markdown() else {
            return refuse("the checklist is not in a Markdown file");
        };
        let before = document.items()[check.item]
            .check
            .brackets()
            .map(|mark| document.bytes()[mark.range()].to_vec());
        let after = if check.done { "[ ]" } else { "[x]" };
        let verb = if check.done { "unticked" } else { "ticked" };
        super::reversible(
            file,
            Change {
                label: format!("{} {verb}: {}", check.stage, super::shown(&check.text)),
                edits: vec![Edit {
                    path: file.path.clone(),
                    target: Target::CheckMark {
                        stage: check.stage.clone(),
                        text: check.text.clone(),
                        nth: check.nth,
                    },
                    before,
                    after: Some(after.as_bytes().to_vec()),
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
        stage: usize,
        check: usize,
        link: &str,
        who: &str,
        roadmap: &Path,
    ) -> Result<Attachment, Refusal> {
        let stage = &self.plan.stages()[stage];
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
        let stages = [stage.name.clone()];
        let entries = crate::plan::canon::roadmap::entries(document, 0, &stages);
        let Some(found) = entries.first() else {
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
                change: change(file.path.clone(), Target::Passage { heading: None }, text),
            });
        };
        let splices = document
            .append_to_section(found.heading, &bullet)
            .map_err(|refusal| Refusal(refusal.to_string()))?;
        let text = splices.into_iter().next().map(|splice| splice.text);
        let heading = document.headings()[found.heading].text.clone();
        let text = String::from_utf8_lossy(&text.unwrap_or_default()).into_owned();
        let target = Target::Passage {
            heading: Some(heading),
        };
        Ok(Attachment::Ready(change(file.path.clone(), target, text)))
    }
}

fn entry(stage: &Stage, newline: &str, bullet: &str) -> String {
    format!("## {}{newline}{newline}{bullet}{newline}", stage.name)
}
