//! `stepdeck decide`: a decision note.

use color_eyre::eyre::Result;

use super::invocation::{Invocation, refused};
use crate::plan::id::{StepId, typed_id};
use crate::plan::source::Role;
use crate::record::decision::{NewDecision, Secretary, find_note};

/// Write down a decision that names steps.
///
/// The note becomes a file of its own, named after the day and the words of its title, in the
/// folder of decisions. A note that it supersedes says so, and links to it.
#[derive(clap::Args, Clone, Debug)]
pub struct Decide {
    /// What was decided, in one line.
    pub title: String,
    /// The steps that it is about.
    #[arg(long, value_name = "STEPS", value_delimiter = ',', value_parser = step)]
    pub steps: Vec<StepId>,
    /// A decision note that no longer holds: its path, or enough of its name or title.
    #[arg(long, value_name = "FILE")]
    pub supersedes: Vec<String>,
    /// Why, in Markdown.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub why: String,
}

/// A step as people type it.
pub(super) fn step(text: &str) -> Result<StepId, String> {
    typed_id(text).ok_or_else(|| format!("“{text}” is not a step ID, such as 0042"))
}

impl Decide {
    /// Writes the note, and says where it is.
    ///
    /// # Errors
    /// When a step or a note cannot be found, or the files cannot be written.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        let who = invocation.person();
        let now = invocation.outside.now;
        let change = invocation.edit(|opened, _| {
            let plan = &opened.plan;
            let supersedes = self.supersedes.iter().map(|typed| find_note(plan, typed));
            let secretary = Secretary {
                plan,
                now,
                who: &who,
                folder: opened.layout.papers.folder_of(Role::Decision),
            };
            let decision = NewDecision {
                title: &self.title,
                why: &self.why,
                steps: self.steps.clone(),
                supersedes: supersedes.collect::<Result<_, _>>().map_err(refused)?,
                ..NewDecision::default()
            };
            secretary.decide(&decision).map_err(refused)
        })?;
        invocation.say_paper(&change)
    }
}
