//! The plan as one HTML page, or as a folder of them, for people who open no terminal.
//!
//! Pure: everything that the page shows comes in as values ([`Page`]), and the same values give the
//! same bytes. Each section of the page is a file in `section/`, in the order of [`section::ALL`];
//! `parts` has what sections share (links, signs, bars), `counts` what they count, `prose` the
//! Markdown of papers, `anchor` the names that links from elsewhere rely on, `link` which links are
//! followed, `redact` what is left out, and `frame` everything around the sections with style, script
//! and the policy for both. In a folder the index has all sections, with a row a block, and each block
//! a page of its own with its steps.
//!
//! Markup is written by `maud`, which escapes all text. Nothing here asks the reader's browser to
//! fetch anything, and no section needs the script to be read.

pub mod anchor;
mod counts;
mod frame;
pub mod link;
mod parts;
mod prose;
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

/// More steps than this make a page that browsers open slowly: they want a folder.
pub const MOST_STEPS: usize = 20_000;
/// What a folder's first page is called.
pub const INDEX: &str = "index.html";
/// How the pages that stepdeck wrote are told from others: a tag in the head of each.
pub const GENERATOR: &str = "<meta name=\"generator\" content=\"stepdeck\">";

impl Page<'_> {
    /// The page as one file.
    pub fn html(&self) -> String {
        let known = Known::of(self);
        frame::document(&Shown {
            page: self,
            known: &known,
            place: Place::Whole,
        })
    }

    /// The page as a folder: the names of its files with their text, each made when it is asked for.
    /// The index comes last: it leads to the others.
    pub fn files(&self) -> impl Iterator<Item = (String, String)> {
        let known = Known::of(self);
        let places = known.places();
        places.into_iter().map(move |place| {
            let shown = Shown {
                page: self,
                known: &known,
                place,
            };
            (shown.page_of(place), frame::document(&shown))
        })
    }

    /// The names of these files, in the same order.
    pub fn names(&self) -> Vec<String> {
        let known = Known::of(self);
        let shown = Shown {
            page: self,
            known: &known,
            place: Place::Index,
        };
        let places = known.places().into_iter();
        places.map(|place| shown.page_of(place)).collect()
    }
}

/// What a file shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Place {
    /// Everything, in one file.
    Whole,
    /// Everything but the steps, which are on pages beside it.
    Index,
    /// The steps of the block with this index.
    Block(usize),
}

/// What the sections of a page ask for again and again.
struct Known {
    /// For each step of the plan whether it is on the page.
    is_shown: Vec<bool>,
    /// Indexes of the blocks with a step that is on the page.
    blocks: Vec<usize>,
    /// The anchor of each stage.
    gates: Vec<String>,
}

impl Known {
    fn of(page: &Page<'_>) -> Self {
        let mut is_shown = vec![false; page.plan.len()];
        for step in page.steps {
            is_shown[*step] = true;
        }
        let blocks = page.plan.blocks().iter().enumerate();
        let blocks = blocks.filter(|(_, block)| block.steps().any(|step| is_shown[step]));
        Self {
            blocks: blocks.map(|(at, _)| at).collect(),
            gates: anchor::gates(page.plan),
            is_shown,
        }
    }

    /// The files of a folder.
    fn places(&self) -> Vec<Place> {
        let blocks = self.blocks.iter().map(|block| Place::Block(*block));
        blocks.chain([Place::Index]).collect()
    }
}

/// A page at one of its places.
struct Shown<'a> {
    page: &'a Page<'a>,
    known: &'a Known,
    place: Place,
}

impl<'a> Shown<'a> {
    fn plan(&self) -> &'a Plan {
        self.page.plan
    }

    fn today(&self) -> NaiveDate {
        self.page.now.date_naive()
    }

    /// What the file of a place is called.
    fn page_of(&self, place: Place) -> String {
        match place {
            Place::Whole | Place::Index => INDEX.to_owned(),
            Place::Block(at) => anchor::block_file(self.plan().blocks()[at].id),
        }
    }

    /// Where a step of the page is, seen from this file.
    fn address(&self, step: usize) -> String {
        let step = self.plan().step(step);
        let anchor = anchor::of_step(step);
        match self.place {
            Place::Whole => format!("#{anchor}"),
            Place::Block(at) if at == step.block() => format!("#{anchor}"),
            _ => format!("{}#{anchor}", self.page_of(Place::Block(step.block()))),
        }
    }

    /// The title of a step as it is today, or what it was called.
    fn title(&self, id: StepId, before: &str) -> String {
        let plan = self.plan();
        let found = plan.find(id).map(|step| plan.step(step).title());
        found.map_or_else(|| before.to_owned(), |title| title.into_owned())
    }
}
