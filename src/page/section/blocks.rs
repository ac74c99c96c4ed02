//! The grid of blocks, and below it each block with its steps; in a folder a row for each block,
//! which leads to a page of its own.

use maud::{Markup, html};

use super::super::counts::{Counts, Look};
use super::super::parts::{counted, line, mix, nothing, section};
use super::super::{Place, Shown, anchor};
use super::step;
use crate::plan::Plan;
use crate::plan::block::Block;
use crate::plan::canon::block_table::BlockColumn;
use crate::plan::field::Field;

/// So many blocks stand in a row of the grid.
const ROW: usize = 10;

/// A block with those of its steps that are on the page.
struct Of<'a> {
    at: usize,
    block: &'a Block,
    steps: Vec<usize>,
    counts: Counts,
}

impl<'a> Of<'a> {
    fn new(shown: &Shown<'a>, at: usize) -> Self {
        let plan = shown.plan();
        let block = &plan.blocks()[at];
        let is_shown = |step: &usize| shown.known.is_shown[*step];
        let steps: Vec<usize> = block.steps().filter(is_shown).collect();
        let counts = Counts::of(steps.iter().map(|step| plan.step(*step)));
        Self {
            at,
            block,
            steps,
            counts,
        }
    }

    /// How many of its steps are how, in words.
    fn parts(&self) -> String {
        let parts = Look::ALL.iter().filter(|look| self.counts.with(**look) > 0);
        let parts = parts.map(|look| {
            let word = look.word().to_lowercase();
            format!("{} {word}", self.counts.with(*look))
        });
        parts.collect::<Vec<_>>().join(", ")
    }
}

pub(super) fn show(shown: &Shown<'_>) -> Option<Markup> {
    let blocks = shown.known.blocks.iter();
    let blocks: Vec<Of<'_>> = blocks.map(|at| Of::new(shown, *at)).collect();
    let body = html! {
        @if blocks.is_empty() { (nothing("No step is shown.")) }
        @else {
            @if blocks.len() > 1 { (grid(shown, &blocks)) }
            @if shown.place == Place::Index {
                (search("Filter blocks", "blocks", false, false))
                (table(shown, &blocks))
            } @else {
                (search("Filter steps", "steps", true, true))
                @for of in &blocks { (folded(shown, of)) }
            }
        }
    };
    Some(section("blocks", "Blocks and steps", body))
}

/// What a page of its own shows of a block.
pub(in super::super) fn page(shown: &Shown<'_>, at: usize) -> Markup {
    let of = Of::new(shown, at);
    html! {
        section id=(anchor::block(of.block.id)) aria-label=(name(shown, at)) {
            p.figures { span.done { (of.counts.percent()) "%" } (mix(&of.counts)) }
            (about(shown, &of))
            (search("Filter steps", "steps", true, false))
            div #steps { (steps(shown, &of)) }
        }
    }
}

/// A block's ID and theme.
pub(in super::super) fn name(shown: &Shown<'_>, at: usize) -> String {
    let id = shown.plan().blocks()[at].id;
    format!("{id} {}", theme(shown, at)).trim_end().to_owned()
}

fn theme(shown: &Shown<'_>, at: usize) -> String {
    match shown.page.redacted.hides(Field::Theme) {
        true => String::new(),
        false => line(shown.plan().block_text(at, BlockColumn::Theme)),
    }
}

/// Where a block is, seen from this file.
fn address(shown: &Shown<'_>, of: &Of<'_>) -> String {
    match shown.place {
        Place::Index => shown.page_of(Place::Block(of.at)),
        _ => format!("#{}", anchor::block(of.block.id)),
    }
}

/// Blocks in rows of ten, each a link with how much of it is done.
fn grid(shown: &Shown<'_>, blocks: &[Of<'_>]) -> Markup {
    html! {
        table.grid {
            caption { "How much of each block is done. Each number leads to the block." }
            tbody {
                @for row in blocks.chunks(ROW) {
                    tr {
                        @for of in row {
                            td class=(shade(&of.counts)) {
                                a href=(address(shown, of)) title=(theme(shown, of.at)) {
                                    b { (of.block.id) } " " span { (of.counts.percent()) "%" }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// One of six shades, the last one for what is done.
fn shade(counts: &Counts) -> &'static str {
    const SHADES: [&str; 6] = ["g0", "g1", "g2", "g3", "g4", "g5"];
    match counts.percent() {
        0 => SHADES[0],
        percent => SHADES[(percent / 25 + 1).min(5)],
    }
}

/// Filled and shown by the script. `of` is what it counts.
fn search(label: &str, of: &str, has_states: bool, has_folds: bool) -> Markup {
    html! {
        form #search role="search" data-of=(of) hidden {
            label { span { (label) } input #words type="search" autocomplete="off" spellcheck="false"; }
            @if has_states {
                label {
                    span { "State" }
                    select #state {
                        option value="" { "All" }
                        @for look in Look::ALL { option value=(look.class()) { (look.word()) } }
                    }
                }
            }
            @if has_folds { button #fold type="button" aria-pressed="false" { "Unfold all" } }
            p #found role="status" {}
        }
    }
}

/// A row for each block; the script knows by it which block has a step.
fn table(shown: &Shown<'_>, blocks: &[Of<'_>]) -> Markup {
    let plan = shown.plan();
    html! {
        table.rows.summary {
            caption.quiet { (counted(blocks.len(), "block")) }
            thead { tr {
                th scope="col" { "Block" }
                th scope="col" { "Theme" }
                th scope="col" { "Steps" }
                th scope="col" { "Done" }
                th scope="col" { "How they are" }
            } }
            tbody { @for of in blocks {
                tr id=(anchor::block(of.block.id)) data-steps=(numbers(plan, &of.steps)) {
                    th scope="row" { a href=(address(shown, of)) { (of.block.id) } }
                    td { (theme(shown, of.at)) }
                    td { (range(plan, &of.steps)) }
                    td.number { (of.counts.percent()) "%" }
                    td { (mix(&of.counts)) (of.parts()) }
                }
            } }
        }
    }
}

/// The first and the last step, as people write a range.
fn range(plan: &Plan, steps: &[usize]) -> String {
    let id =
        |step: Option<&usize>| step.map_or_else(String::new, |at| plan.step(*at).id().to_string());
    match steps.len() {
        1 => id(steps.first()),
        _ => format!("{}–{}", id(steps.first()), id(steps.last())),
    }
}

/// The numbers of steps as runs: `201-300 305`.
fn numbers(plan: &Plan, steps: &[usize]) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for number in steps.iter().map(|step| plan.step(*step).id().number()) {
        match runs.last_mut() {
            Some((_, last)) if number <= last.saturating_add(1) => *last = number.max(*last),
            _ => runs.push((number, number)),
        }
    }
    let runs = runs.iter().map(|(first, last)| match first == last {
        true => first.to_string(),
        false => format!("{first}-{last}"),
    });
    runs.collect::<Vec<_>>().join(" ")
}

/// A block as a part of the one page.
fn folded(shown: &Shown<'_>, of: &Of<'_>) -> Markup {
    html! {
        details.block id=(anchor::block(of.block.id)) open {
            summary {
                h3 { span.id { (of.block.id) } " " (theme(shown, of.at)) }
                span.done { (of.counts.percent()) "%" }
                (mix(&of.counts))
            }
            (about(shown, of))
            (steps(shown, of))
        }
    }
}

fn about(shown: &Shown<'_>, of: &Of<'_>) -> Markup {
    let told = |column| line(shown.plan().block_text(of.at, column));
    let (steward, signal) = (told(BlockColumn::Steward), told(BlockColumn::Signal));
    let hides_people = shown.page.redacted.hides_people();
    html! {
        div.about {
            p { (of.parts()) "." }
            @if let Some(retirement) = of.block.retirement() { p { (line(&retirement.words())) "." } }
            @if !steward.is_empty() && !hides_people { p { b { "Steward " } (steward) } }
            @if !signal.is_empty() { p { b { "Success signal " } (signal) } }
        }
    }
}

fn steps(shown: &Shown<'_>, of: &Of<'_>) -> Markup {
    let plan = shown.plan();
    html! {
        table.rows.steps.whole[shown.page.redacted.is_empty()] {
            caption.quiet { (of.block.id) ": " (counted(of.steps.len(), "step")) }
            (step::head(shown))
            tbody { @for step in &of.steps { (step::row(shown, plan.step(*step))) } }
        }
    }
}
