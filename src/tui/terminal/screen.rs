//! The screen that frames are drawn on: ratatui's crossterm backend behind a buffer.
//!
//! [`Screen`] lets [`CrosstermBackend`] format into memory and sends the whole frame, enclosed in
//! a synchronised update, in one write. A frame that changes nothing writes nothing.
//! The terminal is never asked for anything: its size comes from the kernel, the cursor's
//! place from memory, so that [`ratatui::Terminal::clear`] cannot hang after an editor.
//!
//! Terminals disagree about the width of emoji, of letters with marks, and of signs that East
//! Asian fonts draw wide. After such a cell begins a new `draw`, so that the next cell is placed
//! absolutely: a terminal that measures otherwise draws one cell badly, never the rest of the row.
//! What it may have drawn over beside that cell is sent again when the cell comes or goes.

use std::io::{self, Write};
use std::num::NonZeroU16;

use crossterm::style::force_color_output;
use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::{Buffer, Cell, CellDiffOption, CellWidth};
use ratatui::layout::{Position, Rect, Size};
use unicode_width::UnicodeWidthChar;

const BEGIN_UPDATE: &[u8] = b"\x1b[?2026h";
const END_UPDATE: &[u8] = b"\x1b[?2026l";
/// Whatever another program wrote with, what is erased is blank.
const RESET_STYLE: &[u8] = b"\x1b[m";

/// Asks for the window's size, in cells.
type Measure = Box<dyn Fn() -> io::Result<Size> + Send>;

/// A ratatui backend on any writer.
pub struct Screen {
    out: Box<dyn Write + Send>,
    measure: Measure,
    frame: Vec<u8>,
    /// `None` while another program may have changed it.
    cursor_shown: Option<bool>,
    cursor: Option<Position>,
}

impl Screen {
    /// A screen that writes its frames to `out` and takes its size from `measure`.
    ///
    /// What colours are used is decided once, by the theme: a frame is sent as it was drawn,
    /// whatever crossterm makes of `NO_COLOR`.
    pub fn new(
        out: impl Write + Send + 'static,
        measure: impl Fn() -> io::Result<Size> + Send + 'static,
    ) -> Screen {
        force_color_output(true);
        Screen {
            out: Box::new(out),
            measure: Box::new(measure),
            frame: Vec::new(),
            cursor_shown: None,
            cursor: None,
        }
    }

    /// Forgets what the terminal looked like, because somebody else had it.
    pub(super) fn forget(&mut self) {
        self.frame.clear();
        (self.cursor_shown, self.cursor) = (None, None);
    }

    fn format(&mut self) -> CrosstermBackend<&mut Vec<u8>> {
        CrosstermBackend::new(&mut self.frame)
    }
}

/// Makes the next frame draw every cell, without asking the terminal for anything.
///
/// # Errors
/// Those of the backend.
pub fn redraw_next<B: Backend>(terminal: &mut ratatui::Terminal<B>) -> Result<(), B::Error> {
    let size = terminal.size()?;
    terminal.resize(Rect::from((Position::ORIGIN, size)))
}

/// Marks the cells that a terminal may have drawn over which takes a cell before them for wider:
/// they are sent again when that cell comes or goes.
///
/// To force the width that a cell has anyway changes nothing but what the cell is equal to. What
/// stands behind several letters in one cell, a flag or a family, is sent with every frame, as a
/// terminal that draws each letter for itself draws over it whenever the cell changes.
pub(super) fn mark_uncertain(buffer: &mut Buffer) {
    for row in buffer
        .content
        .chunks_mut(usize::from(buffer.area.width).max(1))
    {
        let (mut marked, mut resent) = (0, 0..0);
        for (at, cell) in row.iter_mut().enumerate() {
            if cell.cell_width() == 0 {
                // Whatever has no width would join its neighbour.
                cell.set_symbol(" ");
            }
            let certain = is_certain(cell);
            if certain && at >= marked {
                continue;
            }
            let width = NonZeroU16::new(cell.cell_width()).unwrap_or(NonZeroU16::MIN);
            cell.set_diff_option(match resent.contains(&at) {
                true => CellDiffOption::AlwaysUpdate,
                false => CellDiffOption::ForcedWidth(width),
            });
            if !certain {
                let end = at + usize::from(width.get());
                let letters = cell.symbol().chars();
                let most: usize = letters.map(|c| c.width_cjk().unwrap_or(0)).sum();
                marked = marked.max((at + most).max(end + 1));
                if cell.symbol().chars().nth(1).is_some() {
                    resent = at + 1..marked;
                }
            }
        }
    }
}

/// Whether every terminal takes the cell for as wide as ratatui does. Lines and blocks count as
/// certain although East Asian fonts may draw them wide: no terminal's frames would fit then.
fn is_certain(cell: &Cell) -> bool {
    let mut letters = cell.symbol().chars();
    let (Some(letter), None) = (letters.next(), letters.next()) else {
        return false;
    };
    let is_width = |measured: Option<usize>| measured == Some(usize::from(cell.cell_width()));
    match letter {
        ' '..='~' | '\u{2500}'..='\u{259f}' | '✓' | '✗' => true,
        // Signs of which some are drawn as emoji.
        '\u{2300}'..='\u{23ff}' | '\u{2600}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}' => false,
        '\u{1f000}'.. => false,
        _ if letter.is_alphabetic() => is_width(letter.width()),
        _ => is_width(letter.width()) && is_width(letter.width_cjk()),
    }
}

impl Backend for Screen {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        // A half of a letter cannot be written beside the other.
        let mut behind = Position::ORIGIN;
        let is_free = |(x, y, cell): &(u16, u16, &Cell)| {
            let free = *y != behind.y || *x >= behind.x;
            if free {
                behind = Position::new(x.saturating_add(cell.cell_width()), *y);
            }
            free
        };
        let content: Vec<_> = content.filter(is_free).collect();
        let is_wide = |cell: &Cell| !is_certain(cell) && cell.cell_width() > 1;
        for part in content.chunk_by(|(.., cell), (.., next)| is_certain(cell) && !is_wide(next)) {
            self.cursor = None;
            if let (x, y, cell) = part[0]
                && is_wide(cell)
            {
                // Who takes it for narrower would leave beside it what was there before.
                let mut blank = cell.clone();
                blank.set_symbol(" ");
                let columns = x..x.saturating_add(cell.cell_width());
                self.format().draw(columns.map(|x| (x, y, &blank)))?;
            }
            self.format().draw(part.iter().copied())?;
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        match self.cursor_shown.replace(false) {
            Some(false) => Ok(()),
            _ => self.format().hide_cursor(),
        }
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        match self.cursor_shown.replace(true) {
            Some(true) => Ok(()),
            _ => self.format().show_cursor(),
        }
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.cursor.unwrap_or(Position::ORIGIN))
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let position = position.into();
        match self.cursor.replace(position) {
            Some(former) if former == position => Ok(()),
            _ => self.format().set_cursor_position(position),
        }
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.frame.extend(RESET_STYLE);
        self.format().clear_region(clear_type)
    }

    fn size(&self) -> io::Result<Size> {
        (self.measure)()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize {
            columns_rows: self.size()?,
            pixels: Size::default(),
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.frame.is_empty() {
            return Ok(());
        }
        let update = [BEGIN_UPDATE, &self.frame, END_UPDATE].concat();
        self.frame.clear();
        self.out.write_all(&update)?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests;
