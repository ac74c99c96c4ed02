//! `stepdeck set`: changes fields of steps.

use color_eyre::eyre::{Result, bail};

use super::invocation::{Invocation, Name, refused};
use super::steps::{Several, Steps};
use crate::change::compose::{Assignment, StepRequest, requests};
use crate::plan::field::Field;
use crate::plan::id::StepId;

/// Change fields of steps, in the log and in the canon.
///
/// FIELD=VALUE sets a field; separate the entries of a list with semicolons, and write \;
/// for one within an entry. FIELD+=ITEM adds entries to a list, FIELD-=ITEM removes them. All assignments to a step are one change: if one is
/// refused, that step stays as it is. All steps are one change, too.
#[derive(clap::Args, Clone, Debug)]
#[command(
    after_help = fields_help(),
    override_usage = "stepdeck set [OPTIONS] [STEP]... FIELD=VALUE..."
)]
pub struct Set {
    /// The steps, and what to change, such as status=complete or dependencies+=0042.
    #[arg(required = true, value_name = "STEP | FIELD=VALUE")]
    pub words: Vec<Word>,
    #[command(flatten)]
    pub several: Several,
}

/// A step or an assignment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Word {
    /// A step.
    Step(StepId),
    /// What to change.
    Field(Assignment),
}

impl std::str::FromStr for Word {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.contains('=') {
            true => text.parse().map(Self::Field),
            false => {
                let help = "write a field, =, and a value, such as status=complete";
                let name = text.parse::<Name>();
                name.map(|name| Self::Step(name.0))
                    .map_err(|error| format!("{error}; or {help}"))
            }
        }
    }
}

impl Set {
    /// Writes the change and says it.
    ///
    /// # Errors
    /// When there is no such step, a value does not fit, or the files cannot be written.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        let mut named = Vec::new();
        let mut fields = Vec::new();
        for word in &self.words {
            match word {
                Word::Step(id) => named.push(*id),
                Word::Field(assignment) => fields.push(assignment.clone()),
            }
        }
        if fields.is_empty() {
            bail!("FIELD=VALUE is required: write what to change, such as status=complete");
        }
        let steps = Steps::of(named, &self.several)?;
        if let Some(id) = steps.only() {
            return self.one(invocation, id, &fields);
        }
        let request = StepRequest::Assign(fields);
        steps.change(invocation, |_, composer, steps| {
            composer.each(steps, &request).map_err(refused)
        })
    }

    fn one(
        &self,
        invocation: &mut Invocation<'_, '_>,
        id: StepId,
        fields: &[Assignment],
    ) -> Result<()> {
        let spelled = std::cell::Cell::new(id);
        let change = invocation.edit(|opened, composer| {
            let step = opened.find_only(id)?;
            spelled.set(opened.plan.step(step).id());
            let requests = requests(fields, Some(opened.plan.step(step))).map_err(refused)?;
            composer.set_fields(step, &requests).map_err(refused)
        })?;
        match change.edits.is_empty() {
            true => invocation.say(&format!("{} already has these values", spelled.get())),
            false => invocation.say(&change.label),
        }
    }
}

/// The names that assignments know.
pub(crate) fn fields_help() -> String {
    let names: Vec<&str> = Field::all_editable().map(|spec| spec.name).collect();
    format!("Fields: {}", names.join(", "))
}
