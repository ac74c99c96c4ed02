//! The demo plan's canon: the execution plan with its block table, and the milestones with
//! their checks.
//!
//! Everything that depends on how far the steps are is read from the ledger, so that no
//! check is ticked and no block called complete while a step behind it is open.

use std::fmt::Write as _;

use super::content::Content;
use super::step::Step;
use super::walk::{BLOCK, Layout, Ledger};
use crate::plan::status::Status;

const EXECUTION_PLAN: &str = include_str!("../../../assets/demo/execution-plan.md");
const MILESTONES: &str = include_str!("../../../assets/demo/milestones.md");
/// The table shows as many blocks as ten thousand steps need, filled or not.
const TABLE_BLOCKS: usize = 100;
/// Columns of a wrapped line of prose.
const WIDTH: usize = 88;

/// Appends the section of one step, field by field as in the log.
pub(super) fn section(step: &Step<'_>, out: &mut String) {
    let level = if step.id.parent().is_some() {
        "#####"
    } else {
        "####"
    };
    let needs: Vec<String> = step.dependencies.iter().map(ToString::to_string).collect();
    let artifact = step.artifact.map(|at| at.to_string()).unwrap_or_default();
    let mut line = |words: std::fmt::Arguments<'_>| {
        out.push_str(&words.to_string());
        out.push('\n');
    };
    line(format_args!("{level} Step {} — {}\n", step.id, step.title));
    line(format_args!("- **Outcome:** {}", step.outcome));
    line(format_args!("- **Owner:** {}", step.owner));
    line(format_args!("- **Dependencies:** {}", needs.join(", ")));
    line(format_args!(
        "- **Inputs:** {}",
        step.input.unwrap_or_default()
    ));
    line(format_args!("- **Artifacts:** {artifact}"));
    line(format_args!(
        "- **Verification:** {}",
        step.verification.unwrap_or_default()
    ));
    line(format_args!("- **Status:** {}", step.status.word()));
    line(format_args!(
        "- **Notes:** {}\n",
        step.note.unwrap_or_default()
    ));
}

/// The execution plan with its block table and the given step sections.
pub(super) fn execution_plan(
    content: &Content,
    layout: Layout,
    ledger: &Ledger,
    sections: &str,
) -> String {
    let none = "_No step of this plan is written out yet._";
    let sections = if sections.is_empty() { none } else { sections };
    EXECUTION_PLAN
        .replacen(
            "{{blocks}}",
            block_table(content, layout, ledger).trim_end(),
            1,
        )
        .replacen("{{sections}}", sections, 1)
}

fn block_table(content: &Content, layout: Layout, ledger: &Ledger) -> String {
    let mut table = String::from(
        "| Block | Step Range | Working Theme | Primary Steward | Success Signal | Status | Checkpoint |\n\
         | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for block in 1..=layout.blocks.max(TABLE_BLOCKS) {
        let theme = &content.themes[(block - 1) % content.themes.len()];
        let (first, last) = ((block - 1) * BLOCK + 1, block * BLOCK);
        let round = match (block - 1) / content.themes.len() + 1 {
            1 => String::new(),
            round => format!(", round {round}"),
        };
        let thousand = block / 10;
        let is_first = thousand == 1 && super::papers::has_figures(ledger);
        let has_checkpoint = thousand <= layout.thousands_done || is_first;
        let checkpoint = match block % 10 == 0 && has_checkpoint {
            true => format!("[CP{thousand:02}](../checkpoints/CP{thousand:02}.md)"),
            false => String::new(),
        };
        let status = ledger
            .tallies
            .get(block - 1)
            .map_or(Status::Idea, block_status)
            .word();
        // Writing to a string cannot fail.
        let _ = writeln!(
            table,
            "| B{block:02} | {first:04}–{last:04} | {}{round} | {} | {} | {status} | {checkpoint} |",
            theme.name, theme.steward, theme.signal,
        );
    }
    table
}

/// How far a block is, by its steps.
pub(super) fn block_status(tally: &[usize; 5]) -> Status {
    let count = |status: Status| tally[status as usize];
    let all: usize = tally.iter().sum();
    if all > 0 && count(Status::Complete) == all {
        Status::Complete
    } else if count(Status::Complete) + count(Status::InProgress) > 0 {
        Status::InProgress
    } else if count(Status::Draft) + count(Status::Blocked) > 0 {
        Status::Draft
    } else {
        Status::Idea
    }
}

/// One check of a stage.
pub(super) struct Check {
    pub stage: String,
    /// The words as shown, with the steps that they name.
    pub text: String,
    pub ticked: bool,
    boxed: bool,
}

/// A line of the milestones: plain text, or a check.
enum Line {
    Plain(&'static str),
    Check(Check),
}

/// The milestones with each check's state decided.
pub(super) struct Milestones(Vec<Line>);

impl Milestones {
    pub fn read(ledger: &Ledger) -> Self {
        let mut stage = "";
        let mut lines = Vec::new();
        for line in MILESTONES.lines() {
            if let Some(name) = line.strip_prefix("#### ") {
                stage = name;
            }
            lines.push(check(line, stage, ledger).map_or(Line::Plain(line), Line::Check));
        }
        Self(lines)
    }

    pub fn checks(&self) -> impl Iterator<Item = &Check> {
        self.0.iter().filter_map(|line| match line {
            Line::Plain(_) => None,
            Line::Check(check) => Some(check),
        })
    }

    pub fn document(&self) -> String {
        let mut out = String::new();
        for line in &self.0 {
            match line {
                Line::Plain(text) => out.push_str(text),
                Line::Check(check) => {
                    let mark = match (check.boxed, check.ticked) {
                        (false, _) => "- ",
                        (true, false) => "- [ ] ",
                        (true, true) => "- [x] ",
                    };
                    out.push_str(&wrapped(&format!("{mark}{}", check.text)));
                }
            }
            out.push('\n');
        }
        out
    }
}

/// Reads `?tick 0101 0102 | words`. Steps that the plan does not have are not named, and
/// their check stays open.
fn check(line: &str, stage: &str, ledger: &Ledger) -> Option<Check> {
    let (kind, rest) = line.strip_prefix('?')?.split_once(' ')?;
    let (steps, words) = rest.split_once(" | ")?;
    let numbers = numbers_in(steps);
    let known = numbers
        .iter()
        .all(|number| ledger.status(*number).is_some());
    let done = numbers.iter().all(|number| ledger.complete(*number));
    let text = match (known, steps.split_once('-'), numbers.as_slice()) {
        (true, Some((first, last)), [_, ..]) => format!("{words} (Steps {first}–{last})."),
        (true, None, [first, rest @ ..]) => {
            let rest: String = rest
                .iter()
                .map(|number| format!(", Step {number:04}"))
                .collect();
            format!("{words} (Step {first:04}{rest}).")
        }
        _ => format!("{words}."),
    };
    Some(Check {
        stage: stage.to_owned(),
        text,
        ticked: kind == "tick" && done,
        boxed: kind != "bare",
    })
}

/// The numbers of `0101 0102` or of the range `0101-0104`; none of `-`.
fn numbers_in(steps: &str) -> Vec<usize> {
    let number = |text: &str| text.parse::<usize>().ok();
    match steps
        .split_once('-')
        .map(|(first, last)| (number(first), number(last)))
    {
        Some((Some(first), Some(last))) => (first..=last).collect(),
        _ => steps.split(' ').filter_map(number).collect(),
    }
}

/// One list item broken into lines, the later ones indented.
fn wrapped(text: &str) -> String {
    let mut out = String::new();
    let mut column = 0;
    // A step's name stays on one line.
    let text = text.replace("Step ", "Step\0").replace("Steps ", "Steps\0");
    for word in text.split(' ').map(|word| word.replace('\0', " ")) {
        let width = word.chars().count();
        if column > 0 && column + 1 + width > WIDTH {
            out.push_str("\n  ");
            column = 2;
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(&word);
        column += width;
    }
    out
}
