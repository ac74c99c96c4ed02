//! Lines and areas drawn with dots: eight a cell in braille, one where the terminal has ASCII only.
//!
//! Owns what lies over what in a cell, and nothing of what is drawn. Places are shares of the width
//! and the height, from the lower left.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::tui::theme::Theme;

/// What a line is drawn with. Of several in one cell the later one gives the colour.
#[derive(Clone, Copy, Debug)]
pub struct Pen {
    /// Its colour.
    pub style: Style,
    /// What stands for a dot in ASCII.
    pub letter: &'static str,
    /// Every so many dots one is set: 1 is a line.
    pub every: usize,
}

/// A place: shares of the width and the height.
pub type Place = (f64, f64);

/// An area that dots are set in.
pub struct Plot {
    columns: usize,
    rows: usize,
    /// Dots in a cell, across and down.
    dots: (usize, usize),
    cells: Vec<Option<(u8, Pen)>>,
}

/// The bits of a braille sign, by row and column.
const BRAILLE: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

impl Plot {
    /// An empty one of so many columns and rows.
    pub fn new(area: Rect, theme: &Theme) -> Self {
        let (columns, rows) = (usize::from(area.width), usize::from(area.height));
        Self {
            columns,
            rows,
            dots: if theme.is_ascii() { (1, 1) } else { (2, 4) },
            cells: vec![None; columns * rows],
        }
    }

    /// Draws a line from place to place.
    pub fn line(&mut self, places: impl IntoIterator<Item = Place>, pen: Pen) {
        let mut count = 0;
        let mut before: Option<(isize, isize)> = None;
        for place in places {
            let to = self.dot(place);
            let from = before.unwrap_or(to);
            let (across, up) = (to.0 - from.0, to.1 - from.1);
            let steps = across.abs().max(up.abs());
            let first = if before.is_some() { 1 } else { 0 };
            for step in first..=steps {
                let share = |way: isize| match steps {
                    0 => 0,
                    // Rounded half away from zero, whichever the direction.
                    steps => (2 * way * step + way.signum() * steps) / (2 * steps),
                };
                if count % pen.every == 0 {
                    self.set(from.0 + share(across), from.1 + share(up), pen);
                }
                count += 1;
            }
            before = Some(to);
        }
    }

    /// Fills what lies below a line with every second dot of every second row.
    pub fn fill(&mut self, places: &[Place], pen: Pen) {
        for pair in places.windows(2) {
            let (from, to) = (self.dot(pair[0]), self.dot(pair[1]));
            for x in from.0..=to.0 {
                let share = (x - from.0) as f64 / ((to.0 - from.0).max(1)) as f64;
                let top = from.1 as f64 + share * (to.1 - from.1) as f64;
                for y in 0..top.max(0.0) as isize {
                    if self.dots == (1, 1) || (x % 2 == 0 && y % 2 == 0) {
                        self.set(x, y, pen);
                    }
                }
            }
        }
    }

    /// Puts what was drawn into an area of that size.
    pub fn draw(&self, buf: &mut Buffer, area: Rect) {
        for (at, cell) in self.cells.iter().enumerate() {
            let Some((bits, pen)) = cell else { continue };
            let x = area.x + (at % self.columns) as u16;
            let y = area.y + (at / self.columns) as u16;
            let Some(cell) = buf.cell_mut((x, y)) else {
                continue;
            };
            cell.set_style(pen.style);
            match self.dots {
                (1, 1) => cell.set_symbol(pen.letter),
                _ => cell.set_char(char::from_u32(0x2800 + u32::from(*bits)).unwrap_or(' ')),
            };
        }
    }

    /// The dot at a place, counted from the lower left.
    fn dot(&self, (x, y): Place) -> (isize, isize) {
        let of = |share: f64, dots: usize| (share * dots.saturating_sub(1) as f64).round() as isize;
        (
            of(x, self.columns * self.dots.0),
            of(y, self.rows * self.dots.1),
        )
    }

    /// Sets a dot, if it is within the area.
    fn set(&mut self, x: isize, y: isize, pen: Pen) {
        let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else {
            return;
        };
        let (across, down) = self.dots;
        let (width, height) = (self.columns * across, self.rows * down);
        if x >= width || y >= height {
            return;
        }
        let y = height - 1 - y;
        let cell = &mut self.cells[y / down * self.columns + x / across];
        let bit = BRAILLE[y % down][x % across];
        let bits = cell.map_or(0, |(bits, _)| bits);
        *cell = Some((bits | bit, pen));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::{Background, ColorDepth};

    fn drawn(ascii: bool, draw: impl Fn(&mut Plot)) -> Vec<String> {
        let theme = Theme::new(ColorDepth::None, Background::Dark, ascii);
        let area = Rect::new(0, 0, 4, 2);
        let mut buf = Buffer::empty(area);
        let mut plot = Plot::new(area, &theme);
        draw(&mut plot);
        plot.draw(&mut buf, area);
        let rows = buf.content.chunks(4);
        rows.map(|row| row.iter().map(|cell| cell.symbol()).collect())
            .collect()
    }

    fn pen(letter: &'static str, every: usize) -> Pen {
        Pen {
            style: Style::new(),
            letter,
            every,
        }
    }

    #[test]
    fn a_line_goes_from_corner_to_corner_and_what_is_outside_is_left_out() {
        let line = |plot: &mut Plot| plot.line([(0.0, 0.0), (1.0, 1.0)], pen("*", 1));
        assert_eq!(
            drawn(false, line),
            ["⠀⠀⡠⠊", "⡠⠊⠀⠀"].map(|row| row.replace('⠀', " "))
        );
        assert_eq!(drawn(true, line), ["  **", "**  "]);
        let far = |plot: &mut Plot| plot.line([(-3.0, 0.0), (9.0, 0.0)], pen("*", 2));
        assert_eq!(
            drawn(false, far)[1].chars().filter(|c| *c != ' ').count(),
            4
        );
        assert_eq!(drawn(true, far), ["    ", " * *"]);
        let none = |plot: &mut Plot| plot.line([(0.5, 7.0), (0.6, -7.0)], pen("*", 1));
        assert!(drawn(false, none).concat().contains(|c| c != ' '));
    }

    #[test]
    fn an_area_ends_below_its_line() {
        let area = |plot: &mut Plot| plot.fill(&[(0.0, 1.0), (1.0, 0.0)], pen(".", 1));
        assert_eq!(drawn(true, area), ["    ", ".   "]);
        let flat = |plot: &mut Plot| plot.fill(&[(0.0, 1.0), (1.0, 1.0)], pen(".", 1));
        assert_eq!(drawn(true, flat), ["    ", "...."]);
    }
}
