//! The plan as one HTML page, for people who open no terminal.
//!
//! Pure: everything that the page shows comes in as values ([`Page`]), and the same values give the
//! same bytes. Each section of the page is a file in `section/`, in the order of [`section::ALL`];
//! `parts` has what sections share (links, signs, bars), `counts` what they count, `anchor` the
//! names that links from elsewhere rely on, `link` which links are followed, `redact` what is left
//! out, and `frame` everything around the sections with style, script and the policy for both.
//!
//! Markup is written by `maud`, which escapes all text. Nothing here asks the reader's browser to
//! fetch anything, and no section needs the script to be read.

pub mod anchor;
mod counts;
mod frame;
pub mod link;
mod parts;
pub mod redact;
mod section;

use chrono::{DateTime, NaiveDate, Utc};

use crate::history::outlook::Outlook;
use crate::history::series::Point;
use crate::history::since::Comparison;
use crate::plan::Plan;
use crate::plan::checks::Findings;
use crate::plan::id::StepId;
use crate::plan::ranking::Ranked;
use crate::record::review::gather::Review;
use crate::record::standup::Entry;
use redact::Redacted;

/// Everything that a page shows.
pub struct Page<'a> {
    /// The plan, papers included.
    pub plan: &'a Plan,
    /// What the page is called.
    pub title: &'a str,
    /// The clock of the page.
    pub now: DateTime<Utc>,
    /// The commit that is shown; none where the files are shown as they are.
    pub commit: Option<&'a str>,
    /// Indexes of the steps that are shown, in the order of IDs.
    pub steps: &'a [usize],
    /// Which steps these are, in the filter language; empty for all of them.
    pub filter: &'a str,
    /// What is left out.
    pub redacted: &'a Redacted,
    /// Where files of the repository can be read, with a slash at the end.
    pub source: Option<&'a str>,
    /// This week's review, held or not.
    pub review: &'a Review<'a>,
    /// The ready steps that are worth doing first, for a week without a review.
    pub next: &'a [Ranked],
    /// The entries of the latest standup.
    pub standup: &'a [Entry],
    /// How many steps there were, week by week; the last one is this week.
    pub series: &'a [Point],
    /// What is to be expected of the plan, then of each stage in the order of the ladders.
    pub outlooks: &'a [Outlook],
    /// What is different since the last review, or why that is not known.
    pub since: Result<&'a Comparison, &'a str>,
    /// What is wrong with the plan.
    pub findings: &'a Findings,
    /// What is not known of the past, and why.
    pub notes: &'a [String],
}

impl Page<'_> {
    /// The page as one file.
    pub fn html(&self) -> String {
        frame::document(&Shown::of(self))
    }
}

/// A page with what its sections ask for again and again.
struct Shown<'a> {
    page: &'a Page<'a>,
    /// For each step of the plan whether it is on the page.
    is_shown: Vec<bool>,
    /// The anchor of each stage.
    gates: Vec<String>,
}

impl<'a> Shown<'a> {
    fn of(page: &'a Page<'a>) -> Self {
        let mut is_shown = vec![false; page.plan.len()];
        for step in page.steps {
            is_shown[*step] = true;
        }
        Self {
            is_shown,
            gates: anchor::gates(page.plan),
            page,
        }
    }

    fn plan(&self) -> &'a Plan {
        self.page.plan
    }

    fn today(&self) -> NaiveDate {
        self.page.now.date_naive()
    }

    /// The title of a step as it is today, or what it was called.
    fn title(&self, id: StepId, before: &str) -> String {
        let plan = self.plan();
        let found = plan.find(id).map(|step| plan.step(step).title());
        found.map_or_else(|| before.to_owned(), |title| title.into_owned())
    }
}
