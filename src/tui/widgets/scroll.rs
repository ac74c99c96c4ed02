//! Which rows of a long list are on screen: only those are ever looked at.

use std::collections::HashMap;
use std::ops::Range;

use crate::app::core::command::Focus;

/// Rows kept in sight above and below the cursor where there are more.
const MARGIN: usize = 2;

/// The visible stretch of one list.
#[derive(Clone, Copy, Debug, Default)]
pub struct Window {
    offset: usize,
    row: usize,
    serial: u64,
}

impl Window {
    /// Has the cursor in the row where it was, if the list was made anew since: its step
    /// may have got another position by what came in above.
    pub fn keep_row(&mut self, cursor: usize, serial: u64) -> &mut Self {
        if self.serial != serial {
            self.serial = serial;
            self.offset = cursor.saturating_sub(self.row);
        }
        self
    }

    /// Moves the stretch as little as needed to have `cursor` in sight, and answers it.
    pub fn follow(&mut self, cursor: usize, count: usize, height: usize) -> Range<usize> {
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

/// What the terminal side remembers between frames: how far each list is scrolled, and how
/// many rows the list with the keys had, for PgDn.
#[derive(Debug, Default)]
pub struct ScrollState {
    windows: HashMap<Focus, Window>,
    overlay: Window,
    /// Rows of the list that has the keys, as last drawn.
    pub page: usize,
}

impl ScrollState {
    /// The window of the list at `place`.
    pub fn window(&mut self, place: Focus) -> &mut Window {
        self.windows.entry(place).or_default()
    }

    /// The window of the chooser or menu that lies on top.
    pub fn overlay(&mut self) -> &mut Window {
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
