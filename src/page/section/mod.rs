//! The sections of the page, a file each, in the order in which they are read.

pub(super) mod blocks;
mod decisions;
mod demo;
mod gates;
mod overview;
mod problems;
mod progress;
mod risks;
mod scorecard;
mod since;
mod standup;
mod step;
mod week;

use maud::Markup;

use super::Shown;

/// A section: its anchor, what the navigation calls it, and what it shows; nothing where the plan
/// has nothing of the kind.
pub(super) struct Section {
    pub id: &'static str,
    pub name: &'static str,
    pub show: fn(&Shown<'_>) -> Option<Markup>,
}

const fn section(
    id: &'static str,
    name: &'static str,
    show: fn(&Shown<'_>) -> Option<Markup>,
) -> Section {
    Section { id, name, show }
}

/// Every section.
pub(super) const ALL: &[Section] = &[
    section("overview", "Overview", overview::show),
    section("week", "This week", week::show),
    section("gates", "Gates", gates::show),
    section("progress", "Progress", progress::show),
    section("scorecard", "Scorecard", scorecard::show),
    section("standup", "Standup", standup::show),
    section("demo", "Demo", demo::show),
    section("since", "Since the last review", since::show),
    section("risks", "Risks", risks::show),
    section("decisions", "Decisions", decisions::show),
    section("blocks", "Blocks and steps", blocks::show),
    section("problems", "Problems", problems::show),
];
