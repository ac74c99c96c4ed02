//! The grid of blocks, and below it each block with its steps.

use maud::{Markup, html};

use super::super::counts::{Counts, Look};
use super::super::parts::{counted, line, mix, nothing, section};
use super::super::{Shown, anchor};
use super::step;
use crate::plan::block::Block;
use crate::plan::canon::block_table::BlockColumn;

/// So many blocks stand in a row of the grid.
const ROW: usize = 10;

/// A block with those of its steps that are on the page.
struct Of<'a> {
    at: usize,
    block: &'a Block,
    steps: Vec<usize>,
    counts: Counts,
}

pub(super) fn show(shown: &Shown<'_>) -> Option<Markup> {
    let plan = shown.plan();
    let blocks = plan.blocks().iter().enumerate().map(|(at, block)| {
        let steps: Vec<usize> = block.steps().filter(|step| shown.is_shown[*step]).collect();
        let counts = Counts::of(steps.iter().map(|step| plan.step(*step)));
        Of {
            at,
            block,
            steps,
            counts,
        }
    });
    let blocks: Vec<Of<'_>> = blocks.filter(|of| !of.steps.is_empty()).collect();
    let body = html! {
        @if blocks.is_empty() { (nothing("No step is shown.")) }
        @else {
            @if blocks.len() > 1 { (grid(shown, &blocks)) }
            (search())
            @for of in &blocks { (block(shown, of)) }
        }
    };
    Some(section("blocks", "Blocks and steps", body))
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
                                a href={ "#" (anchor::block(of.block.id)) } title=(theme(shown, of)) {
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

fn theme(shown: &Shown<'_>, of: &Of<'_>) -> String {
    line(shown.plan().block_text(of.at, BlockColumn::Theme))
}

/// Filled and shown by the script.
fn search() -> Markup {
    html! {
        form #search role="search" hidden {
            label { span { "Filter steps" } input #words type="search" autocomplete="off" spellcheck="false"; }
            label {
                span { "State" }
                select #state {
                    option value="" { "All" }
                    @for look in Look::ALL { option value=(look.class()) { (look.word()) } }
                }
            }
            button #fold type="button" aria-pressed="false" { "Unfold all" }
            p #found role="status" {}
        }
    }
}

fn block(shown: &Shown<'_>, of: &Of<'_>) -> Markup {
    let id = anchor::block(of.block.id);
    let plan = shown.plan();
    let told = |column| line(plan.block_text(of.at, column));
    let (steward, signal) = (told(BlockColumn::Steward), told(BlockColumn::Signal));
    let hides_people = shown.page.redacted.hides_people();
    let counts = &of.counts;
    let parts = Look::ALL.iter().filter(|look| counts.with(**look) > 0);
    let parts = parts.map(|look| format!("{} {}", counts.with(*look), look.word().to_lowercase()));
    html! {
        details.block id=(id) open {
            summary {
                h3 { span.id { (of.block.id) } " " (theme(shown, of)) }
                span.done { (counts.percent()) "%" }
                (mix(counts))
            }
            div.about {
                p { (parts.collect::<Vec<_>>().join(", ")) "." }
                @if let Some(retirement) = of.block.retirement() { p { (line(&retirement.words())) "." } }
                @if !steward.is_empty() && !hides_people { p { b { "Steward " } (steward) } }
                @if !signal.is_empty() { p { b { "Success signal " } (signal) } }
            }
            table.steps.whole[shown.page.redacted.is_empty()] {
                caption.quiet { (of.block.id) ": " (counted(of.steps.len(), "step")) }
                (step::head(shown))
                tbody { @for step in &of.steps { (step::row(shown, plan.step(*step))) } }
            }
        }
    }
}
