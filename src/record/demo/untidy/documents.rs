//! The untidy plan's documents: the canon, papers with people's own words in them, and what
//! lies beside the canon and is none of the plan's.

use super::author::{Author, RowForm};
use crate::plan::status::Status;
use crate::record::demo::canon::block_status;
use crate::record::demo::content::Content;
use crate::record::demo::walk::{BLOCK, Layout, Ledger, THEMES};

macro_rules! asset {
    ($name:literal) => {
        include_str!(concat!("../../../../assets/demo/untidy/", $name))
    };
}

pub const CONFIGURATION: &str = asset!("stepdeck.toml");
const EXECUTION_PLAN: &str = asset!("execution-plan.md");
const WORKSHOPS: &str = asset!("workshops.md");

/// Documents with fixed words, each with its path below the plan's root.
pub const FIXED: [(&str, &str); 10] = [
    ("data/canon/milestones.md", asset!("milestones.md")),
    ("data/ROADMAP.md", asset!("roadmap.md")),
    (
        "data/standups/2026-11-19/marek.md",
        asset!("papers/standup.md"),
    ),
    ("data/reviews/2026-W46.md", asset!("papers/review.md")),
    (
        "data/milestone-reviews/groundwork/20261106/review.md",
        asset!("papers/gate-review.md"),
    ),
    ("docs/opening-a-shop.md", asset!("docs/opening-a-shop.md")),
    ("docs/releasing.md", asset!("docs/releasing.md")),
    ("docs/first-week.md", asset!("docs/first-week.md")),
    ("docs/words.md", asset!("docs/words.md")),
    ("docs/minutes-october.md", asset!("docs/minutes-october.md")),
];

/// Sections of the execution plan, and of the workshops' page.
#[derive(Default)]
pub struct Sections {
    pub plan: String,
    pub workshops: String,
}

/// The execution plan, with the block table in it.
pub fn execution_plan(sections: &str, table: &str) -> String {
    EXECUTION_PLAN
        .replacen("{{blocks}}", table.trim_end(), 1)
        .replacen("{{sections}}", sections.trim_end(), 1)
}

/// The workshops' page, which names two steps that the log does not have. It was written on
/// a counter machine, whose editor puts a mark before the text and ends lines with two bytes.
pub fn workshops(sections: &str, layout: Layout) -> String {
    let number = layout.blocks * BLOCK;
    let text = WORKSHOPS
        .replacen("{{sections}}", sections.trim_end(), 1)
        .replacen("{{first}}", &format!("{:04}", number + 1), 1)
        .replacen("{{second}}", &format!("{:04}", number + 2), 1);
    format!("\u{feff}{}", text.replace('\n', "\r\n"))
}

/// Widths of the cells of an aligned row.
const WIDTHS: [usize; 6] = [5, 13, 40, 24, 56, 11];

/// The block table, whose rows several people wrote; `author` tells who wrote a block's.
pub fn block_table(
    content: &Content,
    layout: Layout,
    ledger: &Ledger,
    author: impl Fn(usize) -> &'static Author,
) -> String {
    let mut table = String::from(
        "| Block | Step Range    | Working Theme | Primary Steward | Success Signal | Status |\n\
         | ----- |:-------------:|---|---|---|--:|\n",
    );
    for block in 1..=layout.blocks.max(THEMES) {
        let theme = &content.themes[(block - 1) % THEMES];
        let next = &content.themes[block % THEMES];
        let habits = &author(block).canon;
        let name = match (block - 1) / THEMES + 1 {
            1 => theme.name.to_owned(),
            round => format!("{}, round {round}", theme.name),
        };
        let name = match block % 11 {
            4 => format!("**{name}**"),
            7 => format!("[{name}](workshops.md)"),
            _ => name,
        };
        let steward = match block % 9 {
            5 => format!("{}<br/>{}", theme.steward, next.steward),
            _ => theme.steward.to_owned(),
        };
        let signal = match block % 13 {
            6 => format!("{} \\| twice", theme.signal),
            _ => theme.signal.to_owned(),
        };
        let tally = ledger.tallies.get(block - 1);
        let status = tally.map_or(Status::Idea, block_status);
        let dash = habits.row.dash;
        let (first, last) = ((block - 1) * BLOCK + 1, block * BLOCK);
        let cells = [
            format!("B{block:02}"),
            format!("{first:0width$}{dash}{last:0width$}", width = habits.width),
            name,
            steward,
            signal,
            habits.statuses[status as usize].to_owned(),
        ];
        // Nobody fills in the end of a row far ahead.
        let count = if block % 17 == 16 { 4 } else { cells.len() };
        table += &habits.row.write(&cells[..count]);
    }
    table
}

impl RowForm {
    fn write(&self, cells: &[String]) -> String {
        let cells = cells.iter().zip(WIDTHS).map(|(cell, width)| {
            let width = if self.aligned { width } else { 0 };
            format!("{cell:width$}")
        });
        let cells: Vec<String> = cells.collect();
        format!("{}{}{}\n", self.open, cells.join(self.between), self.close)
    }
}
