//! `stepdeck report`: the papers that are made out of the plan and its history.

mod changes;
mod demo;

use std::path::Path;

use chrono::{DateTime, Utc};
use clap::Subcommand;
use color_eyre::eyre::{Result, bail};
use serde::Serialize;

use super::invocation::{Invocation, OpenPlan, refused};
use super::past::Moment;
use crate::change::value::Refusal;
use crate::document::progress::Progress;
use crate::history::since::Comparison;
use crate::history::when::{HELP, When, end_of};
use crate::report::changes::Desk;
use crate::report::paper::Paper;
use crate::report::slack::slack;
use crate::store::fs::read::read;
use crate::store::past::Past;

/// Print a paper that is made out of the plan and its history, or write it.
///
/// Written papers can be edited: what you add stays when the paper is written again.
#[derive(clap::Args, Clone, Debug)]
pub struct Report {
    /// Which paper.
    #[command(subcommand)]
    kind: Kind,
}

/// The papers.
#[derive(Subcommand, Clone, Debug)]
enum Kind {
    Changes(changes::ChangesArguments),
    Demo(demo::DemoArguments),
}

/// What every paper can be asked for.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = HELP)]
struct Common {
    /// Write the paper to its file.
    #[arg(long)]
    write: bool,
    /// Print it as Slack reads it.
    #[arg(long, conflicts_with = "json")]
    slack: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Report {
    /// Prints or writes a paper.
    ///
    /// # Errors
    /// When there is no plan, no such time, or the file cannot be written.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        match &self.kind {
            Kind::Changes(arguments) => arguments.run(invocation),
            Kind::Demo(arguments) => arguments.run(invocation),
        }
    }
}

/// What a moment and the present are compared by.
struct Compared {
    /// What is different.
    since: Comparison,
    /// The moment, where it is known.
    from: Option<DateTime<Utc>>,
}

impl Invocation<'_, '_> {
    /// Compares the plan with a moment of its past, which people call `label`.
    fn compared(&mut self, opened: &OpenPlan, label: &str, when: &When) -> Result<Compared> {
        let past = self.past(opened);
        let moment = self.moment(when, &opened.plan, &past)?;
        self.compared_at(past, label, &moment)
    }

    /// The same with a moment that was found.
    fn compared_at(&mut self, mut past: Past, label: &str, moment: &Moment) -> Result<Compared> {
        let Some(since) = past.since(label, moment, &Progress::default()) else {
            bail!("reading the history was stopped");
        };
        self.say_unknown(&past)?;
        let from = match moment {
            Moment::At(at) => Some(*at),
            Moment::Commit(_) => since.baseline.time,
        };
        Ok(Compared { since, from })
    }

    /// Prints a paper as it was asked for, and writes it where it was.
    fn deliver(&mut self, common: &Common, paper: &Paper, document: &impl Serialize) -> Result<()> {
        if common.json {
            self.print_json(document)?;
        } else if common.slack {
            self.print(&slack(&paper.printed()))?;
        } else if !common.write {
            self.print(&paper.printed())?;
        }
        if !common.write {
            return Ok(());
        }
        let kept = std::cell::RefCell::new(Vec::new());
        let change = self.edit(|opened, _| {
            let root = &opened.layout.root;
            let (change, said) = paper.change(|path| found(root, path)).map_err(refused)?;
            *kept.borrow_mut() = said;
            Ok(change)
        })?;
        for said in kept.take() {
            self.say(&said)?;
        }
        match change.edits.is_empty() {
            true => self.say(&format!("{} is up to date", paper.path.display())),
            false => self.say_paper(&change),
        }
    }
}

/// What is at a path below the root.
fn found(root: &Path, path: &Path) -> Result<Option<Vec<u8>>, Refusal> {
    let state = read(&root.join(path)).map_err(|error| Refusal(error.to_string()))?;
    Ok(state.bytes().map(|bytes| bytes.contiguous().into_owned()))
}

/// What a paper is made of.
fn desk<'a>(opened: &'a OpenPlan, now: DateTime<Utc>, head: Option<&'a str>) -> Desk<'a> {
    Desk {
        plan: &opened.plan,
        papers: &opened.layout.papers,
        now,
        head,
    }
}

/// The full hash of the commit that is checked out.
fn head(past: &Past) -> Option<String> {
    past.git()?.commit("HEAD").ok().flatten()
}

/// The end of the day before one.
fn end_of_day_before(day: chrono::NaiveDate) -> When {
    When::At(end_of(day.pred_opt().unwrap_or(day)))
}
