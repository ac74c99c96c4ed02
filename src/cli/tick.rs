//! `stepdeck tick`: a check of a stage gate.

use color_eyre::eyre::{Result, bail, eyre};

use super::invocation::{Invocation, refused};
use super::open_plan::OpenPlan;
use crate::change::Change;
use crate::change::compose::{Attachment, Composer};
use crate::plan::Plan;
use crate::plan::canon::checklist::Check;
use crate::plan::source::Role;
use crate::plan::stage::{Stage, named, only};

/// Tick a check of a stage's readiness checklist, or of any other checklist, and attach evidence.
///
/// The evidence goes into the check's bullet under the stage's heading in the roadmap; tick and
/// evidence are written together or not at all.
#[derive(clap::Args, Clone, Debug)]
pub struct Tick {
    /// The stage, or enough of its name to be unique; or the path or title of a document with other
    /// checklists.
    pub stage: String,
    /// The check: its number, starting at 1, or enough of its words to be unique.
    pub item: String,
    /// Untick it instead.
    #[arg(long)]
    pub off: bool,
    /// Evidence: a URL, or a path in the repository.
    #[arg(long, value_name = "LINK")]
    pub evidence: Option<String>,
}

impl Tick {
    /// Writes the tick and the evidence, and says them.
    ///
    /// # Errors
    /// When stage or check cannot be told, or the files cannot be written.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        let who = match self.evidence {
            Some(_) => invocation.person(),
            None => String::new(),
        };
        let change = invocation.edit(|opened, composer| self.change(opened, composer, &who))?;
        match change.edits.is_empty() {
            true if self.off => invocation.say("it is not ticked"),
            true => invocation.say("it is already ticked"),
            false => invocation.say(&change.label),
        }
    }

    fn change(&self, opened: &OpenPlan, composer: &Composer<'_>, who: &str) -> Result<Change> {
        let plan = &opened.plan;
        let stage = match find_list(plan, &self.stage)? {
            List::Stage(stage) => stage,
            List::Other(other) => return self.other(plan, composer, other),
        };
        let of = &plan.stages()[stage];
        let check = self.find_check(&of.name, &of.checks.iter().collect::<Vec<_>>())?;
        let mut change = self.mark(composer, &of.checks[check])?;
        let Some(link) = &self.evidence else {
            return Ok(change);
        };
        let roadmap = opened.layout.papers.folder_of(Role::Roadmap);
        let attached = composer.attach(stage, check, link, who, roadmap);
        let (Attachment::Ready(more) | Attachment::Creates { change: more, .. }) =
            attached.map_err(refused)?;
        change.label = match change.label.is_empty() {
            true => more.label,
            false => format!("{} · {}", change.label, more.label),
        };
        change.edits.extend(more.edits);
        Ok(change)
    }

    /// The same for a check that belongs to no stage.
    fn other(&self, plan: &Plan, composer: &Composer<'_>, at: usize) -> Result<Change> {
        if self.evidence.is_some() {
            bail!("this check belongs to no gate, so it takes no evidence");
        }
        let other = &plan.other_checklists()[at];
        let checks: Vec<&Check> = other.checks().collect();
        let path = plan.files()[other.file].path.display().to_string();
        let check = self.find_check(&path, &checks)?;
        self.mark(composer, checks[check])
    }

    /// The change of the mark; none where it is already as it shall.
    fn mark(&self, composer: &Composer<'_>, check: &Check) -> Result<Change> {
        match check.done == self.off {
            true => composer.tick(check).map_err(refused),
            false => Ok(Change::default()),
        }
    }

    fn find_check(&self, name: &str, checks: &[&Check]) -> Result<usize> {
        let count = checks.len();
        if let Ok(number) = self.item.trim().parse::<usize>() {
            return match number.checked_sub(1).filter(|index| *index < count) {
                Some(index) => Ok(index),
                None if count == 0 => bail!("{name} has no checks"),
                None => bail!("{name} has checks 1 to {count}, not {number}"),
            };
        }
        let texts = checks.iter().map(|check| check.text.as_str());
        only(&self.item, texts).map_err(|found| match found {
            0 => {
                let quoted = shlex::try_quote(name).unwrap_or_else(|_| name.into());
                eyre!(
                    "no check of {name} contains “{}”; `stepdeck gates {quoted}` lists them",
                    self.item
                )
            }
            _ => eyre!(
                "{found} checks of {name} contain “{}”: give more of the words, or the number",
                self.item
            ),
        })
    }
}

/// What somebody means who names a stage or a document.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum List {
    /// Index of a stage.
    Stage(usize),
    /// Index of a document with other checklists.
    Other(usize),
}

/// The stage that `typed` names, else the document with other checklists: by its path or its
/// title, or by enough of one of them.
///
/// # Errors
/// When none or several are called so.
pub(crate) fn find_list(plan: &Plan, typed: &str) -> Result<List> {
    let stages = plan.stages();
    let refusal = match find_stage(stages, typed) {
        Ok(stage) => return Ok(List::Stage(stage)),
        Err(refusal) => refusal,
    };
    if stages.iter().any(|stage| {
        stage
            .name
            .to_lowercase()
            .contains(&typed.trim().to_lowercase())
    }) {
        return Err(refusal);
    }
    let others = plan.other_checklists();
    let paths: Vec<String> = (others.iter())
        .map(|other| plan.files()[other.file].path.display().to_string())
        .collect();
    let typed = typed.strip_prefix("./").unwrap_or(typed);
    let by_path = only(typed, paths.iter().map(String::as_str));
    let by_title = || only(typed, others.iter().map(|other| other.title.as_str()));
    match by_path.or_else(|found| by_title().map_err(|more| found.max(more))) {
        Ok(other) => Ok(List::Other(other)),
        Err(0) => Err(refusal),
        Err(found) => bail!(
            "“{typed}” matches {found} documents with checklists: give more of the path; \
             `stepdeck gates --other` lists them"
        ),
    }
}

/// Index of the stage that `typed` names.
///
/// # Errors
/// When none or several are called so.
pub(crate) fn find_stage(stages: &[Stage], typed: &str) -> Result<usize> {
    named(stages, typed).map_err(|reason| eyre!(reason))
}
