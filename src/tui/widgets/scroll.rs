//! Which rows of a long list are on screen, and what each frame drew where.
//!
//! Only rows in sight are ever looked at, and where they stand is noted as they are drawn, so that
//! a click finds them again.

use std::collections::HashMap;
use std::ops::Range;

use ratatui::layout::{Position, Rect};

use crate::app::core::command::Focus;
use crate::app::core::pointer::Target;

/// Rows kept in sight above and below the cursor where there are more.
const MARGIN: usize = 2;

/// The visible stretch of one list.
#[derive(Clone, Debug, Default)]
pub(crate) struct Window {
    offset: usize,
    row: usize,
    serial: u64,
    /// Where this frame drew rows of the list, by index.
    pub rows: Vec<(Rect, usize)>,
}

impl Window {
    /// The lines to draw of a list with groups: its first row shows the heading that it stands
    /// below, so that this stays in sight while its rows scroll.
    pub(crate) fn under_heading(
        &mut self,
        shown: Range<usize>,
        cursor: usize,
        heading_above: impl Fn(usize) -> Option<usize>,
    ) -> Vec<usize> {
        let mut lines: Vec<usize> = shown.collect();
        if let Some(first) = lines.first_mut().filter(|first| **first != cursor)
            && let Some(heading) = heading_above(*first)
        {
            *first = heading;
            if let Some((_, line)) = self.rows.first_mut() {
                *line = heading;
            }
        }
        lines
    }

    /// Follows the cursor of a list that is drawn in `area`, one line a row.
    pub(crate) fn show(&mut self, cursor: usize, count: usize, area: Rect) -> Range<usize> {
        let shown = self.follow(cursor, count, usize::from(area.height));
        let line = |y| super::frame::row(area, y);
        self.rows = (area.y..area.bottom())
            .map(line)
            .zip(shown.clone())
            .collect();
        shown
    }

    /// Has the cursor in the row where it was, if the list was made again since: its step
    /// may have got another position by what came in above.
    pub(crate) fn keep_row(&mut self, cursor: usize, serial: u64) -> &mut Self {
        if self.serial != serial {
            self.serial = serial;
            self.offset = cursor.saturating_sub(self.row);
        }
        self
    }

    /// Moves the stretch as little as needed to have `cursor` in sight, and answers it.
    pub(crate) fn follow(&mut self, cursor: usize, count: usize, height: usize) -> Range<usize> {
        let margin = MARGIN.min(height.saturating_sub(1) / 2);
        let highest = cursor.saturating_sub(margin);
        let lowest = (cursor + margin + 1).saturating_sub(height);
        self.offset = self
            .offset
            .clamp(lowest.min(highest), highest)
            .min(count.saturating_sub(height));
        self.row = cursor.saturating_sub(self.offset);
        self.offset..(self.offset + height).min(count)
    }
}

/// What the terminal side remembers between frames: how far each list is scrolled, how many rows
/// the list with the keys had, for PgDn, and the grid in one row, for the arrows, and what was
/// drawn where.
#[derive(Debug, Default)]
pub struct ScrollState {
    windows: HashMap<Focus, Window>,
    overlay: Window,
    areas: Vec<(Rect, Target)>,
    /// Rows of the list that has the keys, as last drawn.
    pub page: usize,
    /// The first line in sight of a paper that is scrolled to its end, as last drawn.
    pub furthest: usize,
    /// Blocks in a row of the grid, as last drawn.
    pub across: usize,
}

impl ScrollState {
    /// The window of the list at `place`.
    pub(crate) fn window(&mut self, place: Focus) -> &mut Window {
        self.windows.entry(place).or_default()
    }

    /// Forgets what the last frame drew where.
    pub(crate) fn begin_frame(&mut self) {
        let windows = self.windows.values_mut().chain([&mut self.overlay]);
        windows.for_each(|window| window.rows.clear());
        self.areas.clear();
    }

    /// Notes what stands in an area, beside the rows of lists. What is drawn later lies on top.
    pub(crate) fn note(&mut self, area: Rect, target: Target) {
        self.areas.push((area, target));
    }

    /// What stands at a position, the topmost first.
    pub(crate) fn at(&self, position: Position) -> Option<Target> {
        let row_of = |window: &Window| {
            let mut rows = window.rows.iter();
            rows.find(|(area, _)| area.contains(position))
                .map(|(_, row)| *row)
        };
        let list = |focus: &Focus| Some(Target::Row(*focus, row_of(self.windows.get(focus)?)?));
        let choice = row_of(&self.overlay).map(Target::Choice);
        choice
            .or_else(|| list(&Focus::LIST))
            .or_else(|| self.windows.keys().find_map(list))
            .or_else(|| {
                let mut areas = self.areas.iter().rev();
                areas
                    .find(|(area, _)| area.contains(position))
                    .map(|(_, target)| *target)
            })
    }

    /// The window of the chooser or menu that lies on top.
    pub(crate) fn overlay(&mut self) -> &mut Window {
        &mut self.overlay
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_moves_no_further_than_the_cursor_asks() {
        let mut window = Window::default();
        assert_eq!(window.follow(0, 100, 10), 0..10);
        assert_eq!(window.follow(7, 100, 10), 0..10);
        assert_eq!(window.follow(8, 100, 10), 1..11);
        assert_eq!(window.follow(99, 100, 10), 90..100);
        assert_eq!(window.follow(50, 100, 10), 48..58);
        assert_eq!(window.follow(3, 4, 10), 0..4);
        assert_eq!(window.follow(0, 0, 0), 0..0);
    }
}
