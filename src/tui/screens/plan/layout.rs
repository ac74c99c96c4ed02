//! Which pane of the plan screen stands where.
//!
//! Narrow screens show the pane that has the keys. From 80 columns on the list has the whole
//! width, with the blocks as a strip above it and detail and chain below; the whole grid stands
//! beside the list where the titles keep enough of their letters. A list of few rows leaves its
//! room to what is below. A screen too low for both shows the row that has the keys.

use ratatui::layout::Rect;

use super::grid;
use crate::app::core::command::Focus;
use crate::tui::widgets::pane::{split_columns, split_rows};

/// Columns below which one pane is shown at a time.
const WIDE: u16 = 80;
/// Columns of the pane of blocks, frame included.
pub(super) const BLOCKS: u16 = grid::WIDTH + 2;
/// Rows of that pane, frame included, that show the whole grid.
const GRID: u16 = grid::HEIGHT + 2;
/// Rows below which the list tells nothing.
const LIST: u16 = 5;
/// Rows below which the panes under it tell nothing.
const LOWER: u16 = 7;
/// Rows of the lower panes that show every field of a step in its place. Up to then the list
/// leaves them what is over its own twenty.
const DETAIL: u16 = 24;
const TWENTY: u16 = 20;

/// What the panes hold, for their sizes.
#[derive(Clone, Copy, Debug)]
pub struct Holdings {
    /// Rows of the strip of blocks.
    pub strip: u16,
    /// Rows of the list.
    pub steps: usize,
    /// Columns from which on the whole grid stands beside the list: 72 letters of a title remain,
    /// and every column that was chosen.
    pub beside: u16,
}

/// The panes in sight, each with its area; `whole` if the one with the keys has it all.
pub fn panes(body: Rect, focus: Focus, whole: bool, holds: Holdings) -> Vec<(Focus, Rect)> {
    if whole || body.width < WIDE {
        return vec![(focus, body)];
    }
    let beside = body.width >= holds.beside && body.height >= GRID + LOWER;
    let (strip, rest) = split_rows(body, if beside { 0 } else { holds.strip });
    let least = if beside { GRID } else { LIST };
    let is_below = matches!(focus, Focus::DETAIL | Focus::CHAIN);
    let upper = match rest.height >= least + LOWER {
        true => upper(rest.height, least, holds.steps),
        false if is_below => 0,
        false => rest.height,
    };
    let (top, bottom) = split_rows(rest, upper);
    let (blocks, steps) = match beside {
        true => split_columns(top, BLOCKS),
        false => (strip, top),
    };
    let (detail, chain) = split_columns(bottom, bottom.width * 43 / 100);
    let mut panes = vec![
        (Focus::BLOCKS, blocks),
        (Focus::STEPS, steps),
        (Focus::DETAIL, detail),
        (Focus::CHAIN, chain),
    ];
    panes.retain(|(_, area)| !area.is_empty());
    panes
}

/// Rows of the list: half of them, no more than it fills, and no fewer than what is below it
/// would leave blank.
fn upper(rows: u16, least: u16, steps: usize) -> u16 {
    let half = (rows / 2 + 1).min(TWENTY).max(rows.saturating_sub(DETAIL));
    let filled = u16::try_from(steps).unwrap_or(u16::MAX).saturating_add(2);
    half.min(filled).max(least)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::screens::plan::PANES;

    const LONG: Holdings = Holdings {
        strip: 2,
        steps: 10_000,
        beside: 128,
    };

    #[test]
    fn every_size_is_covered_without_overlap_and_shows_the_pane_with_the_keys() {
        for (width, height) in (40..200).step_by(7).zip((9..60).cycle()) {
            for (focus, steps) in PANES.iter().copied().zip([0, 3, 30, 10_000]) {
                let body = Rect::new(0, 1, width, height);
                let panes = panes(body, focus, false, Holdings { steps, ..LONG });
                assert!(panes.iter().any(|(pane, _)| *pane == focus));
                let cells: u32 = panes.iter().map(|(_, area)| area.area()).sum();
                assert_eq!(cells, body.area(), "{width}×{height}");
                for (at, (_, area)) in panes.iter().enumerate() {
                    assert_eq!(area.intersection(body), *area);
                    for (_, other) in &panes[at + 1..] {
                        assert!(area.intersection(*other).is_empty(), "{width}×{height}");
                    }
                }
            }
        }
    }

    fn height(body: (u16, u16), steps: usize, pane: Focus) -> u16 {
        let body = Rect::new(0, 2, body.0, body.1);
        let panes = panes(body, Focus::STEPS, false, Holdings { steps, ..LONG });
        panes.iter().find(|(p, _)| *p == pane).unwrap().1.height
    }

    #[test]
    fn the_smallest_full_screen_shows_the_strip_eight_steps_and_six_rows_of_detail() {
        let heights = [Focus::BLOCKS, Focus::STEPS, Focus::DETAIL, Focus::CHAIN];
        let heights = heights.map(|pane| height((80, 20), 10_000, pane));
        assert_eq!(heights, [2, 10, 8, 8]);
    }

    #[test]
    fn a_list_of_few_rows_leaves_the_rest_to_what_is_below() {
        for (steps, list) in [(0, 5), (3, 5), (6, 8), (8, 10), (100, 10)] {
            assert_eq!(height((80, 20), steps, Focus::STEPS), list);
            assert_eq!(height((80, 20), steps, Focus::DETAIL), 18 - list);
        }
        // Beside the list the grid stays whole.
        assert_eq!(height((128, 36), 3, Focus::BLOCKS), GRID);
        // What every field has found a place for, the list has back.
        assert_eq!(height((160, 44), 10_000, Focus::DETAIL), DETAIL);
        assert_eq!(height((160, 80), 10_000, Focus::DETAIL), DETAIL);
    }
}
