//! `stepdeck log`: what happened to the steps, newest first.

mod sheet;

use color_eyre::eyre::{Report, Result, bail};

use super::filter::Filter;
use super::invocation::{Invocation, Name};
use super::past::{Moment, followed};
use super::printer::Printer;
use crate::history::follow::Followed;
use crate::history::landing::Landing;
use crate::history::when::{HELP, When};
use crate::history::words::instant;
use crate::store::past::Past;
use sheet::{Form, Sheet};

/// Show what happened to the steps, newest first: who changed what, and in which commit.
///
/// The history is read from git, along the first parents of the current branch; uncommitted
/// changes come first, and each row is there as soon as it is found. On a terminal, rows are cut to its width. In a pipe, each event is one line
/// of tab-separated fields: time, commit, author, step or stage, what changed.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = HELP)]
pub struct Log {
    /// Only this step, under every number that it had.
    id: Option<Name>,
    /// Only what landed after this time.
    #[arg(long, value_name = "WHEN")]
    since: Option<When>,
    /// Only what had landed by this time.
    #[arg(long, value_name = "WHEN")]
    until: Option<When>,
    #[command(flatten)]
    filter: Filter,
    /// Print JSON (stepdeck/log@1).
    #[arg(long)]
    json: bool,
}

impl Log {
    /// Prints the events.
    ///
    /// # Errors
    /// When there is no plan, no such step or no such time, or the filter makes no sense.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        let query = self.filter.parse(invocation)?;
        let opened = invocation.open()?;
        let plan = &opened.plan;
        let mut steps = followed(&query, plan, &invocation.selected(&query, &opened)?);
        let id = self.id.map(|Name(id)| plan.meant(id));
        let mut one = id.map(|id| Followed::one(plan, id));
        let mut past = invocation.past(&opened);
        let moment = |when: &Option<When>| {
            let moment = when
                .as_ref()
                .map(|when| invocation.moment(when, plan, &past));
            moment.transpose()
        };
        let (since, until) = (moment(&self.since)?, moment(&self.until)?);
        let form = match (self.json, invocation.outside.terminal) {
            (true, _) => Form::Json,
            (false, Some(_)) => Form::Table,
            (false, None) => Form::Tabbed,
        };
        let mut sheet = Sheet::new(form, invocation.paint(), &past, self.id.is_some());
        let is_wanted = |landing: &Landing| {
            (since.as_ref()).is_none_or(|since| since.is_before(landing.at, landing.hash()))
        };
        let is_read = past.beside(is_wanted, |landings| {
            for mut landing in landings {
                let is_later = (until.as_ref())
                    .is_some_and(|until| until.is_before(landing.at, landing.hash()));
                // Both are to see everything that landed.
                let found = [&mut steps, &mut one].map(|followed| {
                    (followed.as_mut()).map(|followed| followed.find(&landing.events))
                });
                let mut place = 0..;
                landing.events.retain(|_| {
                    let at = place.next();
                    let is_asked = |found: &Option<Vec<Option<usize>>>| {
                        let found = found.as_ref().zip(at);
                        found.is_none_or(|(found, at)| found[at].is_some())
                    };
                    found.iter().all(is_asked)
                });
                // Ticks belong to stages, not to steps.
                if steps.is_some() || one.is_some() {
                    landing.ticks.clear();
                }
                if !is_later && !landing.is_empty() {
                    sheet.add(&landing);
                    if !sheet.print(invocation)? {
                        return Ok(false);
                    }
                }
            }
            Ok::<bool, Report>(true)
        })?;
        if !is_read {
            return Ok(());
        }
        if let Some(id) = id
            && sheet.is_empty()
            && plan.find(id).is_none()
        {
            invocation.say_unknown(&past)?;
            bail!("there is no step {id}, and there was none");
        }
        sheet.end(invocation, &past.notes())?;
        invocation.say_unknown(&past)?;
        if !self.json && sheet.is_empty() {
            let since = match (past.begins_too_late(since.as_ref()), &since) {
                (Some(begins), _) => {
                    let begins = instant(begins);
                    format!(" since {begins}; what was before is not in this clone")
                }
                (None, Some(Moment::At(at))) => format!(" since {}", instant(*at)),
                (None, Some(Moment::Commit(_))) => " since that commit".to_owned(),
                (None, None) => String::new(),
            };
            invocation.say(&format!("nothing happened{since}"))?;
        }
        Ok(())
    }
}

/// What landed as `stepdeck/log@1`, for a document that holds it.
pub(super) fn document(paint: Printer, landings: &[Landing], past: &Past) -> String {
    Sheet::json(paint, past, landings)
}
