//! `stepdeck tick`: a check of a stage gate.

use color_eyre::eyre::{Result, bail, eyre};

use super::Ending;
use super::invocation::{Invocation, OpenPlan, refused};
use crate::change::Change;
use crate::change::compose::{Attachment, Composer};
use crate::plan::stage::Stage;

/// Tick a check of a stage's readiness checklist, and attach evidence to it.
///
/// The evidence becomes a bullet under the stage's heading in the roadmap; tick and evidence
/// are written together or not at all.
#[derive(clap::Args, Clone, Debug)]
pub struct Tick {
    /// The stage, or enough of its name to be the only one.
    pub stage: String,
    /// The check: its number from 1, or enough of its words to be the only one.
    pub item: String,
    /// Take the tick away instead.
    #[arg(long)]
    pub off: bool,
    /// A URL, or a path in the repository, that shows it.
    #[arg(long, value_name = "LINK")]
    pub evidence: Option<String>,
}

impl Tick {
    /// Writes the tick and the evidence, and says them.
    ///
    /// # Errors
    /// When stage or check cannot be told, or the files cannot be written.
    pub fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<Ending> {
        let who = match self.evidence {
            Some(_) => invocation.person(),
            None => String::new(),
        };
        let change = invocation.edit(|opened, composer| self.change(opened, composer, &who))?;
        match change.edits.is_empty() {
            true if self.off => invocation.say("it is not ticked")?,
            true => invocation.say("it is ticked already")?,
            false => invocation.say(&change.label)?,
        }
        Ok(Ending::Done)
    }

    fn change(&self, opened: &OpenPlan, composer: &Composer<'_>, who: &str) -> Result<Change> {
        let stages = opened.plan.stages();
        let stage = find_stage(stages, &self.stage)?;
        let check = self.find_check(&stages[stage])?;
        let mut change = match stages[stage].checks[check].done == self.off {
            true => composer.tick(stage, check).map_err(refused)?,
            false => Change {
                label: String::new(),
                edits: Vec::new(),
            },
        };
        let Some(link) = &self.evidence else {
            return Ok(change);
        };
        let roadmap = opened.below(&opened.layout.roadmap);
        let attached = composer.attach(stage, check, link, who, &roadmap);
        let (Attachment::Ready(more) | Attachment::Creates { change: more, .. }) =
            attached.map_err(refused)?;
        change.label = match change.label.is_empty() {
            true => more.label,
            false => format!("{} · {}", change.label, more.label),
        };
        change.edits.extend(more.edits);
        Ok(change)
    }

    fn find_check(&self, stage: &Stage) -> Result<usize> {
        let count = stage.checks.len();
        if let Ok(number) = self.item.trim().parse::<usize>() {
            return match number.checked_sub(1).filter(|index| *index < count) {
                Some(index) => Ok(index),
                None => bail!("{} has checks 1 to {count}, not {number}", stage.name),
            };
        }
        let texts = stage.checks.iter().map(|check| check.text.as_str());
        only(&self.item, texts).map_err(|found| match found {
            0 => eyre!(
                "no check of {} says “{}”; `stepdeck gates` lists them",
                stage.name,
                self.item
            ),
            _ => eyre!(
                "{found} checks of {} say “{}”: give more of the words, or the number",
                stage.name,
                self.item
            ),
        })
    }
}

/// Index of the stage that `typed` names.
///
/// # Errors
/// When none or several are called so.
pub fn find_stage(stages: &[Stage], typed: &str) -> Result<usize> {
    let names = || stages.iter().map(|stage| stage.name.as_str());
    only(typed, names()).map_err(|found| {
        let all = names().collect::<Vec<_>>().join(", ");
        match found {
            0 if all.is_empty() => eyre!("the plan has no stages"),
            0 => eyre!("there is no stage “{typed}”: there are {all}"),
            _ => eyre!("“{typed}” names {found} stages: there are {all}"),
        }
    })
}

/// Index of the one text that is `typed`, else of the one that has it in it, whatever the
/// case; else how many do.
fn only<'t>(typed: &str, texts: impl Iterator<Item = &'t str> + Clone) -> Result<usize, usize> {
    let wanted = typed.trim().to_lowercase();
    let found = |test: &dyn Fn(&str) -> bool| -> Vec<usize> {
        let all = texts.clone().enumerate();
        all.filter(|(_, text)| test(&text.to_lowercase()))
            .map(|(index, _)| index)
            .collect()
    };
    let same = found(&|text| text == wanted);
    let within = match same.is_empty() {
        true => found(&|text| text.contains(&wanted)),
        false => same,
    };
    match within[..] {
        [one] => Ok(one),
        _ => Err(within.len()),
    }
}
