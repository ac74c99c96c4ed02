//! What reports are made of: the plan and where its papers are, what is different since a moment,
//! and what files and history answer where a report asks.

use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, Utc};

use super::paper::Fact;
use super::words::{is_since, items, linked};
use crate::history::outlook::Outlook;
use crate::history::since::Comparison;
use crate::history::target::Target;
use crate::history::weeks::Week;
use crate::plan::Plan;
use crate::plan::indicator::Source;
use crate::plan::paper::Papers;
use crate::plan::paper::label::{DATE, SEEN, SINCE};
use crate::plan::query::past::PlanPast;
use crate::plan::risk::{self, Risk};
use crate::plan::source::{Role, SourceFile};
use crate::record::today::rituals::Rituals;

/// The plan on the desk.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Desk<'a> {
    /// The plan as it is.
    pub plan: &'a Plan,
    /// Where the papers are.
    pub papers: &'a Papers,
    /// The present instant.
    pub now: DateTime<Utc>,
    /// The full hash of the commit that is checked out.
    pub head: Option<&'a str>,
    /// The calendar of the team.
    pub rituals: &'a Rituals,
}

/// Everything that a report is made of.
#[derive(Clone, Copy)]
pub(crate) struct Materials<'a> {
    pub desk: Desk<'a>,
    /// What is different since the moment that the plan is compared with.
    pub since: &'a Comparison,
    /// That moment, where it is known.
    pub from: Option<DateTime<Utc>>,
    /// Files and history.
    pub archive: &'a dyn Archive,
}

/// What files and history tell; read when somebody asks.
pub(crate) trait Archive {
    /// What is at a path from the root.
    fn artifact(&self, path: &str) -> Artifact;
    /// What is known of the past of each step.
    fn history(&self) -> PlanPast;
    /// What is to be expected of these.
    fn outlooks(&self, targets: &[Target]) -> Vec<Outlook>;
    /// How the steps of these that pass a filter went, week by week, the running week last.
    fn weeks(&self, scopes: &[(Target, String)]) -> Vec<Vec<Week>>;
    /// The papers with this role as they were at the moment that a comparison starts at; `None` where
    /// nobody knows.
    fn papers_then(&self, since: &Comparison, role: Role) -> Option<Vec<SourceFile>>;
    /// The files that lie in a folder, relative to the root as it is.
    fn files_in(&self, folder: &Path) -> Vec<PathBuf>;
    /// The value that the source of an indicator says.
    ///
    /// # Errors
    /// Why there is none.
    fn value(&self, source: &Source) -> Result<String, NoValue>;
}

/// Why a source says no value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum NoValue {
    /// It is a program, and nobody asked to run it.
    NotRun,
    /// What is wrong, as a clause.
    Failed(String),
}

/// What an entry under a step's artifacts is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Artifact {
    /// It is on the web.
    Address,
    /// A regular file inside the plan's root.
    File {
        /// In bytes.
        size: u64,
        /// In hexadecimal.
        sha256: String,
    },
    /// A path at which nothing is.
    Gone,
    /// A path that is not opened, such as one that leads out of the plan.
    Refused,
    /// Words.
    Words,
}

impl Desk<'_> {
    /// The present day.
    pub(crate) fn today(&self) -> NaiveDate {
        self.now.date_naive()
    }

    /// The facts that every paper has: its day, what it is compared with, what was checked out.
    pub(crate) fn facts(&self, since: &Comparison) -> Vec<Fact> {
        let mut facts = vec![
            Fact::stamp(DATE, self.today().to_string()),
            Fact::new(SINCE, since.baseline.words()),
        ];
        facts.extend(self.head.map(|head| Fact::stamp(SEEN, head)));
        facts.push(Fact::open());
        facts
    }

    /// Whether a day lies between a moment and now.
    pub(crate) fn is_new(&self, day: Option<NaiveDate>, from: Option<DateTime<Utc>>) -> bool {
        day.is_some_and(|day| is_since(day, from) && day <= self.today())
    }

    /// The risks that were written down since a moment, and those that were closed.
    pub(crate) fn risks(&self, from: Option<DateTime<Utc>>) -> (Vec<Risk>, Vec<Risk>) {
        let risks = |day: fn(&Risk) -> Option<NaiveDate>| {
            let risks = risk::all(self.plan);
            risks.filter(|risk| self.is_new(day(risk), from)).collect()
        };
        (risks(|risk| risk.opened), risks(|risk| risk.closed))
    }

    /// Risks that were written down and closed, for a paper at a path.
    pub(crate) fn risks_in_words(&self, opened: &[Risk], closed: &[Risk], path: &Path) -> String {
        let row = |word: &str, risk: &Risk| {
            let title = linked(&risk.title, &self.plan.files()[risk.file].path, path);
            format!("{word} {title} (score {})", risk.score())
        };
        let opened = opened.iter().map(|risk| row("New:", risk));
        items(opened.chain(closed.iter().map(|risk| row("Closed:", risk))))
    }
}
