//! A complete, plausible plan of any size, to explore on day one and to measure with.
//!
//! Owns what the demo programme ("Mendwell", invented) says and how it is spread over the
//! files of a plan. Pure: the same arguments give the same bytes on every machine and on
//! every day, because its dice are its own ([`prng`]) and its dates end on a fixed day
//! ([`calendar`]). Writing the files is the subcommand's part.
//!
//! The words stand in `assets/demo/`: forty hand-written steps for each of the first twelve
//! blocks, and for every theme the subjects that further steps are put together from.
//! [`walk`] tells how steps are spread over blocks and how far each of them is, [`untidy`]
//! how the same programme looks once people kept it for years.

mod calendar;
mod canon;
mod content;
mod history;
mod papers;
pub(crate) mod prng;
mod step;
mod untidy;
mod walk;

use std::path::PathBuf;

pub(crate) use history::{Written, history, year};

use calendar::Calendar;
use content::Content;
use step::LineWriter;
use walk::{Layout, Walk};

/// The log's place in the plan.
const LOG: &str = "data/plans/10000_step_plan.jsonl";
/// The first line of the log.
const HEADER: &str = concat!(
    r#"{"schema": "stepdeck.step/1", "required": ["step_id", "block", "title", "theme", "#,
    r#""owner", "status", "outcome", "dependencies", "artifacts", "evidence", "updated_at"], "#,
    r#""optional": ["inputs", "verification", "notes", "effort", "cost"], "#,
    r#""units": {"effort": "days", "cost": "EUR"}}"#,
    "\n"
);
/// Bytes of a line of the log, a little more than the usual.
const LINE: usize = 480;

/// The files of a demo plan with `steps` lines in its log, sub-steps included: each with
/// its path below the plan's root and its bytes, `stepdeck.toml` first.
///
/// Takes linear time, and memory for the log itself (about half a kilobyte a step).
pub fn plan(steps: usize, seed: u64) -> Vec<(PathBuf, Vec<u8>)> {
    let content = Content::read();
    let calendar = Calendar::new();
    let layout = Layout::new(steps);
    let mut log = Vec::with_capacity(HEADER.len() + steps.saturating_mul(LINE));
    log.extend_from_slice(HEADER.as_bytes());
    let mut lines = LineWriter::new(&mut log);
    let mut sections = String::new();
    let walked = Walk::new(&content, &calendar, layout, seed).run(|step| {
        if step.canon {
            canon::section(step, &mut sections);
        }
        lines.step(step)
    });
    let ledger = walked.expect("a vector takes whatever is written to it");
    let mut files = vec![
        ("stepdeck.toml".into(), papers::CONFIGURATION.into()),
        (LOG.into(), log),
    ];
    let mut add = |path: String, text: String| files.push((path.into(), text.into_bytes()));
    let execution = canon::execution_plan(&content, layout, &ledger, sections.trim_end());
    add("data/canon/execution-plan.md".to_owned(), execution);
    let checks = canon::Milestones::read(&ledger);
    add("data/canon/milestones.md".to_owned(), checks.document());
    add(
        "data/ROADMAP.md".to_owned(),
        papers::roadmap(&checks, &ledger),
    );
    papers::artifacts(&ledger, &mut add);
    papers::decisions(&ledger, &mut add);
    papers::risks(&ledger, &mut add);
    papers::demos(&ledger, &mut add);
    papers::checkpoints(&content, layout, &ledger, &mut add);
    papers::figures(&ledger, &mut add);
    files
}

/// The files of a plan of the same programme as people write it, laid out as in [`plan`].
///
/// Five people's spellings, links and comments in the canon, and problems in most steps. Some
/// lines of its log are not readable, beside `steps` that are.
pub fn untidy_plan(steps: usize, seed: u64) -> Vec<(PathBuf, Vec<u8>)> {
    untidy::plan(steps, seed)
}

#[cfg(test)]
mod tests;
