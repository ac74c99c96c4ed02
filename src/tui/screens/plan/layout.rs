//! Which pane of the plan screen stands where.
//!
//! Narrow screens show the pane that has the keys. From 80 columns on there are two rows
//! of two panes; from 120 on the blocks stand at the left from top to bottom, the steps
//! beside the detail, the chain below both. A screen too low for two rows shows the row
//! that has the keys.

use ratatui::layout::Rect;

use super::grid;
use crate::app::core::command::Focus;
use crate::tui::widgets::pane::{split_columns, split_rows};

/// Columns below which one pane is shown at a time.
const TWO: u16 = 80;
/// Columns from which on there are three columns.
const THREE: u16 = 120;
/// Columns of the pane of blocks, frame included.
const BLOCKS: u16 = grid::WIDTH + 2;
/// Rows of the upper panes, frame included, that show the whole grid.
const UPPER: u16 = grid::HEIGHT + 2;
/// Rows below which a second row of panes tells nothing.
const LOWER: u16 = 7;

/// The panes in sight, each with its area.
pub fn panes(body: Rect, focus: Focus, zoomed: bool) -> Vec<(Focus, Rect)> {
    if zoomed || body.width < TWO {
        return vec![(focus, body)];
    }
    match body.width < THREE {
        true => two_columns(body, focus),
        false => three_columns(body, focus),
    }
}

fn two_columns(body: Rect, focus: Focus) -> Vec<(Focus, Rect)> {
    let both = body.height >= UPPER + LOWER;
    let (top, bottom) = match both {
        true => split_rows(body, UPPER.max(body.height * 11 / 20)),
        false => (body, body),
    };
    let top = split_columns(top, BLOCKS);
    let bottom = split_columns(bottom, body.width * 43 / 100);
    let mut panes = Vec::new();
    if both || matches!(focus, Focus::BLOCKS | Focus::STEPS) {
        panes.extend([(Focus::BLOCKS, top.0), (Focus::STEPS, top.1)]);
    }
    if both || matches!(focus, Focus::DETAIL | Focus::CHAIN) {
        panes.extend([(Focus::DETAIL, bottom.0), (Focus::CHAIN, bottom.1)]);
    }
    panes
}

fn three_columns(body: Rect, focus: Focus) -> Vec<(Focus, Rect)> {
    let (left, rest) = split_columns(body, BLOCKS);
    let both = body.height >= UPPER + LOWER;
    let lower = match both {
        true => (body.height * 3 / 10).clamp(LOWER, 14),
        false => 0,
    };
    let (upper, chain) = split_rows(rest, rest.height - lower);
    let (steps, detail) = split_columns(upper, rest.width * 29 / 50);
    let mut panes = vec![(Focus::BLOCKS, left), (Focus::STEPS, steps)];
    match (both, focus) {
        (false, Focus::CHAIN) => panes.push((Focus::CHAIN, detail)),
        (false, _) => panes.push((Focus::DETAIL, detail)),
        (true, _) => panes.extend([(Focus::DETAIL, detail), (Focus::CHAIN, chain)]),
    }
    panes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::screens::plan::PANES;

    #[test]
    fn every_size_is_covered_without_overlap_and_shows_the_pane_with_the_keys() {
        for (width, height) in (40..200).step_by(7).zip((9..60).cycle()) {
            for focus in PANES.iter().copied() {
                let body = Rect::new(0, 1, width, height);
                let panes = panes(body, focus, false);
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

    #[test]
    fn the_smallest_full_screen_shows_the_whole_grid_and_seven_rows_of_detail() {
        let panes = panes(Rect::new(0, 1, 80, 21), Focus::STEPS, false);
        let height = |pane| panes.iter().find(|(p, _)| *p == pane).unwrap().1.height;
        assert_eq!((height(Focus::BLOCKS), height(Focus::DETAIL)), (12, 9));
    }
}
