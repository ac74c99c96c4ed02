//! `stepdeck report`: the papers that are made out of the plan and its history.

mod changes;
mod checkpoint;
mod demo;
mod milestone;
mod quarter;
mod retro;
mod scorecard;

use std::path::Path;

use clap::Subcommand;
use color_eyre::eyre::{Result, bail, eyre};
use serde::Serialize;

use super::invocation::{Invocation, refused};
use super::past::{ComparedWith, source_of};
use super::settings::judged;
use crate::change::value::Refusal;
use crate::document::progress::Progress;
use crate::history::since::Comparison;
use crate::history::when::HELP;
use crate::report::desk::{Desk, Materials};
use crate::report::paper::{Made, Paper};
use crate::report::slack::slack;
use crate::report::table::{ReportSpec, Start};
use crate::store::archive::archive;
use crate::store::locate::config::ArchiveEntries;
use crate::store::past::report::Reporter;

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
    Scorecard(scorecard::ScorecardArguments),
    Checkpoint(checkpoint::CheckpointArguments),
    Milestone(milestone::MilestoneArguments),
    Quarter(quarter::QuarterArguments),
    Retro(retro::RetroArguments),
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

/// Where a report starts, by what was asked of it.
type StartOf<'a> = dyn Fn(&Desk<'_>) -> Result<Start, Refusal> + 'a;

/// What is asked of a report.
struct Asked<'a> {
    /// The moment that the plan is compared with, if it is not the report's own.
    since: Option<&'a String>,
    /// Where the report starts without that moment, if what is asked of it decides.
    start: Option<&'a StartOf<'a>>,
    common: &'a Common,
    /// Whether the programs of one's own `[sources]` may be run.
    runs_sources: bool,
}

impl Common {
    fn asked<'a>(&'a self, since: Option<&'a String>) -> Asked<'a> {
        Asked {
            since,
            start: None,
            common: self,
            runs_sources: false,
        }
    }
}

/// How each report begins as JSON.
#[derive(Serialize)]
struct Head<'a> {
    schema: String,
    source: &'static str,
    notes: &'a [String],
    since: ComparedWith<'a>,
}

impl<'a> Head<'a> {
    fn of(report: &str, since: &'a Comparison) -> Self {
        Self {
            schema: format!("stepdeck/{report}@1"),
            source: source_of(since.baseline.has_history),
            notes: &since.notes,
            since: ComparedWith::of(&since.baseline),
        }
    }
}

/// What a report comes to.
struct Answer {
    made: Made,
    /// The same as JSON, where that is asked for.
    json: String,
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
            Kind::Scorecard(arguments) => arguments.run(invocation),
            Kind::Checkpoint(arguments) => arguments.run(invocation),
            Kind::Milestone(arguments) => arguments.run(invocation),
            Kind::Quarter(arguments) => arguments.run(invocation),
            Kind::Retro(arguments) => arguments.run(invocation),
        }
    }
}

impl Invocation<'_, '_> {
    /// Makes the papers of a report, compared with a moment where one is asked for, and prints or
    /// writes them; `document` is the report as JSON.
    fn report(
        &mut self,
        report: &ReportSpec,
        asked: Asked<'_>,
        document: fn(&Materials<'_>) -> Result<String>,
    ) -> Result<()> {
        let is_json = asked.common.json;
        self.report_by(report, asked, |materials| {
            Ok(Answer {
                made: (report.make)(materials).map_err(refused)?,
                json: if is_json {
                    document(materials)?
                } else {
                    String::new()
                },
            })
        })
    }

    /// The same, made in a way of its own.
    fn report_by(
        &mut self,
        report: &ReportSpec,
        Asked {
            since,
            start: own_start,
            common,
            runs_sources,
        }: Asked<'_>,
        answer: impl FnOnce(&Materials<'_>) -> Result<Answer>,
    ) -> Result<()> {
        if common.write {
            self.may_write()?;
        }
        let start = since.map(|since| -> Result<Start> {
            let (label, when) = (since.clone(), since.parse()?);
            Ok(Start::When { label, when })
        });
        let start = start.transpose()?;
        let opened = self.open()?;
        let cache = self.outside.cache.clone();
        let own = self.outside.config.as_deref();
        let settings = judged(&opened.layout, own);
        let config = &settings.config;
        let reporter = Reporter {
            plan: &opened.plan,
            layout: &opened.layout,
            as_configured: self.arguments.log.is_empty(),
            now: self.outside.now,
            cache: cache.as_deref(),
            sources: runs_sources.then_some(&config.sources),
        };
        let desk = reporter.desk();
        let start = match (start, own_start) {
            (Some(start), _) => start,
            (None, Some(own)) => own(&desk).map_err(refused)?,
            (None, None) => (report.start)(&desk),
        };
        let Some(gathered) = reporter.gather(start, &Progress::default()) else {
            bail!("reading the history was stopped");
        };
        let gathered = gathered.map_err(|reason| eyre!(reason))?;
        let materials = reporter.materials(&gathered);
        (materials.since.notes.iter()).try_for_each(|note| self.say(note))?;
        let Answer { made, json } = answer(&materials)?;
        if runs_sources || common.write && !made.shown.is_empty() {
            self.say_own_mistakes(&opened, &settings)?;
        }
        if common.json {
            self.print(&json)?;
        } else if common.slack {
            self.print(&slack(&made.printed()))?;
        } else if !common.write {
            self.print(&made.printed())?;
        }
        match common.write {
            true => {
                self.write_papers(&made, &reporter)?;
                self.archive(&made, &opened.layout.root, &config.archive)
            }
            false => Ok(()),
        }
    }

    /// Copies what the papers show into one's own archive. What cannot be copied is said; the papers
    /// are written all the same.
    fn archive(&mut self, made: &Made, root: &Path, entries: &ArchiveEntries) -> Result<()> {
        let Some(archived) = archive(root, entries, &made.shown) else {
            return Ok(());
        };
        archived.said().map_or(Ok(()), |said| self.say(&said))?;
        (archived.not_copied()).try_for_each(|said| self.say(&said))
    }

    fn write_papers(&mut self, made: &Made, reporter: &Reporter<'_>) -> Result<()> {
        let kept = std::cell::RefCell::new(Vec::new());
        let change = self.edit(|_, _| {
            let writing = made.change(|path| reporter.found(path)).map_err(refused)?;
            *kept.borrow_mut() = writing.kept;
            Ok(writing.change)
        })?;
        for said in kept.take() {
            self.say(&said)?;
        }
        let written = |paper: &Paper| change.paths().contains(&&paper.path);
        for paper in &made.papers {
            let path = paper.path.display();
            match written(paper) {
                true => self.say(&format!("written: {} · {path}", paper.title))?,
                false => self.say(&format!("{path} is up to date"))?,
            }
        }
        Ok(())
    }
}
