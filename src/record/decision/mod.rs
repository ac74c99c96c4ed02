//! Decision notes: written, and linked with what they replace. What a note says is read by
//! `plan::decision`.
//!
//! A note is a file of its own whose title is the decision; the bullets under it name day, steps,
//! people and the notes that it supersedes, and each of those says by what. Everything else in a
//! note is the people's.

pub(crate) mod blocks;

use std::path::Path;

use chrono::{DateTime, Utc};

use super::filed::{meant, new_path};
use super::labels::{add_bullet, bullet, section_edits, source_bullet};
use super::{heading, one_line};
use crate::change::compose::reversible;
use crate::change::value::{Refusal, refuse, refuse_control};
use crate::change::{Change, Edit, Target};
use crate::plan::Plan;
use crate::plan::decision::{self, DecisionNote, label};
use crate::plan::id::StepId;
use crate::plan::link;
use crate::plan::source::Role;

/// A decision to be written down.
#[derive(Clone, Debug, Default)]
pub(crate) struct NewDecision<'a> {
    /// What is decided, in one line.
    pub title: &'a str,
    /// Why, in Markdown or nothing.
    pub why: &'a str,
    /// The steps that it is about.
    pub steps: Vec<StepId>,
    /// The same in words, where it is about more than single steps: `0601–0700`.
    pub step_words: String,
    /// The blocks that it is about, in words.
    pub blocks: String,
    /// Indexes of the files of notes that no longer hold.
    pub supersedes: Vec<usize>,
}

/// Writes decisions down.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Secretary<'a> {
    /// The plan as it is.
    pub plan: &'a Plan,
    /// The instant of the decision.
    pub now: DateTime<Utc>,
    /// Who writes it down.
    pub who: &'a str,
    /// Where notes are kept, relative to the root.
    pub folder: &'a Path,
}

impl Secretary<'_> {
    /// The change that writes a note, and into each note that it supersedes by what.
    ///
    /// # Errors
    /// When it has no title, a step is not in the plan, or a superseded note has no place for it.
    pub(crate) fn decide(&self, new: &NewDecision<'_>) -> Result<Change, Refusal> {
        let title = one_line(new.title);
        refuse_control(new.title, "")?;
        refuse_control(new.why, "")?;
        if title.is_empty() {
            return refuse("a decision needs a title: what was decided, in one line");
        }
        if let Some(id) = new
            .steps
            .iter()
            .find(|id| self.plan.find(self.plan.meant(**id)).is_none())
        {
            return refuse(format!("{id} is not in the plan"));
        }
        let date = self.now.date_naive();
        let path = new_path(self.plan, self.folder, &title, date);
        let mut out = format!("# {}\n\n", heading(&title));
        bullet(&mut out, label::DATE, &date.to_string());
        if !new.blocks.is_empty() {
            bullet(&mut out, label::BLOCKS, &new.blocks);
        }
        let steps = match new.step_words.is_empty() {
            true => ids(self.plan, &new.steps),
            false => new.step_words.clone(),
        };
        if !steps.is_empty() {
            bullet(&mut out, label::STEPS, &steps);
        }
        bullet(&mut out, label::PEOPLE, self.who);
        for file in &new.supersedes {
            let old = self.note(*file)?;
            let link = link::titled(&old.title, &self.plan.files()[*file].path, &path);
            source_bullet(&mut out, label::SUPERSEDES, &link);
        }
        let why = new.why.trim();
        if !why.is_empty() {
            out += &format!("\n{why}\n");
        }
        let mut edits = vec![Edit {
            path: path.clone(),
            target: Target::File {
                role: Role::Decision,
            },
            before: None,
            after: Some(out.into_bytes()),
        }];
        for file in &new.supersedes {
            edits.extend(self.superseded(*file, &title, &path)?);
        }
        Ok(Change {
            label: format!("decided: {title}"),
            edits,
        })
    }

    fn note(&self, file: usize) -> Result<DecisionNote, Refusal> {
        let of = &self.plan.files()[file];
        match of.markdown() {
            Some(document) => Ok(DecisionNote::read(file, &of.path, document)),
            None => refuse(format!("{} is not Markdown", of.path.display())),
        }
    }

    /// Writes into a note by what it is superseded.
    fn superseded(&self, file: usize, title: &str, by: &Path) -> Result<Vec<Edit>, Refusal> {
        let of = &self.plan.files()[file];
        let Some(document) = of.markdown() else {
            return refuse(format!("{} is not Markdown", of.path.display()));
        };
        if document.headings().is_empty() {
            return refuse(format!(
                "{} has no heading to write under by what it is superseded: add one",
                of.path.display()
            ));
        }
        let link = link::titled(title, by, &of.path);
        let after = add_bullet(
            document,
            0,
            &format!("**{}:** {link}", label::SUPERSEDED_BY),
        )?;
        let edits = section_edits(&of.path, document, &after)?;
        let label = String::new();
        Ok(reversible(of, Change { label, edits })?.edits)
    }
}

/// The steps as a note names them.
fn ids(plan: &Plan, steps: &[StepId]) -> String {
    let spelled = steps
        .iter()
        .map(|id| plan.spelled(plan.meant(*id)).in_prose());
    spelled
        .map(|id| id.to_string())
        .collect::<Vec<_>>()
        .join(", ")
}

/// Index of the file of the decision note that a person means by its path, its name or enough of
/// its name or title.
///
/// # Errors
/// Why there is none.
pub(crate) fn find_note(plan: &Plan, typed: &str) -> Result<usize, Refusal> {
    let notes: Vec<DecisionNote> = decision::all(plan).collect();
    let typed = typed.trim();
    let notes = notes.iter().map(|note| (note.file, &*note.title));
    meant(typed, plan, notes).map_err(|found| {
        Refusal(match found {
            0 => format!("“{typed}” is not a decision note"),
            _ => format!("“{typed}” matches {found} decision notes: give more of the name"),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::apply;
    use crate::plan::source::SourceFile;

    const OLD: &str = "# 0003: Release [money] by gate\n\n- **Date:** 2026-11-10\n\
                       - **Steps:** 0438\n\nQuarters end whether or not.\n\n- Not a fact.\n";

    fn plan() -> Plan {
        let log = "{\"step_id\":\"0042\"}\n{\"step_id\":\"57\"}\n";
        Plan::read(vec![
            SourceFile::load("plan.jsonl", Role::Log, log.as_bytes().to_vec()),
            SourceFile::load(
                "docs/decisions/0003-money.md",
                Role::Decision,
                OLD.as_bytes().to_vec(),
            ),
        ])
    }

    fn secretary(plan: &Plan) -> Secretary<'_> {
        Secretary {
            plan,
            now: "2026-11-20T10:00:00Z".parse().unwrap(),
            who: "Ada *B*",
            folder: Path::new("docs/decisions"),
        }
    }

    #[test]
    fn a_note_and_the_one_that_it_supersedes_name_each_other() {
        let plan = plan();
        let change = secretary(&plan).decide(&NewDecision {
            title: "Release money\nmonthly",
            why: "Gates slip.",
            steps: vec!["42".parse().unwrap(), "57".parse().unwrap()],
            supersedes: vec![find_note(&plan, "0003").unwrap()],
            ..NewDecision::default()
        });
        let change = change.unwrap();
        let mut files = plan.files().to_vec();
        apply::change(&change, &mut files).unwrap();
        let text = |at: usize| String::from_utf8(files[at].document.to_bytes()).unwrap();
        assert_eq!(
            files[2].path,
            Path::new("docs/decisions/2026-11-20-release-money-monthly.md")
        );
        assert_eq!(
            text(2),
            "# Release money monthly\n\n- **Date:** 2026-11-20\n- **Steps:** 0042, 0057\n\
             - **People:** Ada \\*B\\*\n\
             - **Supersedes:** [0003: Release \\[money\\] by gate](0003-money.md)\n\nGates slip.\n"
        );
        let link = "[Release money monthly](2026-11-20-release-money-monthly.md)";
        assert_eq!(
            text(1),
            OLD.replace("0438\n", &format!("0438\n- **Superseded by:** {link}\n"))
        );
        let after = Plan::read(files.clone());
        let [old, new] = decision::all(&after)
            .collect::<Vec<_>>()
            .try_into()
            .unwrap();
        let target = |links: &[decision::NoteLink]| links[0].path.clone().unwrap();
        assert_eq!(target(&new.supersedes), files[1].path);
        assert_eq!(target(&old.superseded_by), files[2].path);
        assert_eq!(new.steps.len(), 2);
        apply::change(&change.inverse(), &mut files).unwrap();
        assert_eq!(files.len(), 2);
        assert_eq!(files[1].document.to_bytes(), OLD.as_bytes());
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_the_reason() {
        let plan = plan();
        let reason = |title: &str, step: &str| {
            let decision = NewDecision {
                title,
                steps: vec![step.parse().unwrap()],
                ..NewDecision::default()
            };
            secretary(&plan).decide(&decision).unwrap_err().0
        };
        assert_eq!(reason("x", "0099"), "0099 is not in the plan");
        assert!(reason(" ", "0042").starts_with("a decision needs a title"));
        assert_eq!(
            find_note(&plan, "nothing").unwrap_err().0,
            "“nothing” is not a decision note"
        );
    }
}
