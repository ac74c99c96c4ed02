//! The screen that frames are drawn on: a ratatui backend that writes one frame at once.
//!
//! An [`Encoder`] formats into memory, and [`Screen`] sends the whole frame, enclosed in a
//! synchronised update, in one write. A frame that changes nothing writes nothing.
//! The terminal is never asked for anything: its size comes from the kernel, the cursor's
//! place from memory, so that [`ratatui::Terminal::clear`] cannot hang after an editor.

use std::io::{self, Write};

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Rect, Size};

use super::encode::Encoder;

const BEGIN_UPDATE: &[u8] = b"\x1b[?2026h";
const END_UPDATE: &[u8] = b"\x1b[?2026l";
const SHOW_CURSOR: &[u8] = b"\x1b[?25h";
const HIDE_CURSOR: &[u8] = b"\x1b[?25l";
/// Whatever another program wrote with, what is erased is blank.
const RESET_PEN: &[u8] = b"\x1b[m";

/// Asks for the window's size, in cells.
type Measure = Box<dyn Fn() -> io::Result<Size> + Send>;

/// A ratatui backend on any writer.
pub struct Screen {
    out: Box<dyn Write + Send>,
    measure: Measure,
    encoder: Encoder,
    frame: Vec<u8>,
    /// `None` while another program may have changed it.
    cursor_shown: Option<bool>,
    cursor: Option<Position>,
}

impl Screen {
    /// A screen that writes its frames to `out` and takes its size from `measure`.
    ///
    /// What colours are used is decided once, by the theme: a frame is sent as it was drawn.
    pub fn new(
        out: impl Write + Send + 'static,
        measure: impl Fn() -> io::Result<Size> + Send + 'static,
    ) -> Screen {
        Screen {
            out: Box::new(out),
            measure: Box::new(measure),
            encoder: Encoder::default(),
            frame: Vec::new(),
            cursor_shown: None,
            cursor: None,
        }
    }

    /// Forgets what the terminal looked like, because somebody else had it.
    pub(super) fn forget(&mut self) {
        self.frame.clear();
        self.encoder.forget();
        (self.cursor_shown, self.cursor) = (None, None);
    }

    fn show(&mut self, shown: bool) {
        if self.cursor_shown.replace(shown) != Some(shown) {
            let sequence = if shown { SHOW_CURSOR } else { HIDE_CURSOR };
            self.frame.extend(sequence);
        }
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

impl Backend for Screen {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut content = content.peekable();
        if content.peek().is_none() {
            return Ok(());
        }
        self.cursor = None;
        let size = self.size()?;
        self.encoder.draw(size, content, &mut self.frame);
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.show(false);
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.show(true);
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.cursor.unwrap_or(Position::ORIGIN))
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let position = position.into();
        if self.cursor.replace(position) != Some(position) {
            let Position { x, y } = position;
            write!(self.frame, "\x1b[{};{}H", y + 1, x + 1)?;
        }
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.frame.extend(RESET_PEN);
        self.frame.extend(match clear_type {
            ClearType::All => b"\x1b[2J",
            ClearType::AfterCursor => b"\x1b[0J",
            ClearType::BeforeCursor => b"\x1b[1J",
            ClearType::CurrentLine => b"\x1b[2K",
            ClearType::UntilNewLine => b"\x1b[0K",
        });
        match clear_type {
            ClearType::All => self.encoder.cleared((self.measure)()?),
            _ => self.encoder.forget(),
        }
        Ok(())
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
mod tests {
    use super::*;
    use ratatui::style::{Modifier, Style};
    use std::sync::{Arc, Mutex};

    /// Keeps each write apart.
    #[derive(Clone, Default)]
    struct Sent(Arc<Mutex<Vec<Vec<u8>>>>);

    impl Write for Sent {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().push(bytes.to_vec());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Sent {
        fn take(&self) -> Vec<Vec<u8>> {
            std::mem::take(&mut self.0.lock().unwrap())
        }
    }

    fn terminal() -> (ratatui::Terminal<Screen>, Sent) {
        let sent = Sent::default();
        let screen = Screen::new(sent.clone(), || Ok(Size::new(20, 3)));
        (ratatui::Terminal::new(screen).unwrap(), sent)
    }

    fn contains(bytes: &[u8], part: &[u8]) -> bool {
        bytes.windows(part.len()).any(|window| window == part)
    }

    #[test]
    fn a_frame_is_one_synchronised_write() {
        let (mut terminal, sent) = terminal();
        terminal
            .draw(|frame| frame.render_widget("plan", frame.area()))
            .unwrap();
        let writes = sent.take();
        assert_eq!(writes.len(), 1);
        assert!(writes[0].starts_with(BEGIN_UPDATE) && writes[0].ends_with(END_UPDATE));
        assert!(contains(&writes[0], b"plan"));
    }

    #[test]
    fn a_frame_that_changes_nothing_writes_nothing() {
        let (mut terminal, sent) = terminal();
        for cursor in [None, Some((3, 1))] {
            for writes in [1, 0] {
                terminal
                    .draw(|frame| {
                        frame.render_widget("plan", frame.area());
                        cursor
                            .into_iter()
                            .for_each(|at: (u16, u16)| frame.set_cursor_position(at));
                    })
                    .unwrap();
                assert_eq!(sent.take().len(), writes, "{cursor:?}");
            }
        }
    }

    #[test]
    fn a_full_redraw_asks_the_terminal_nothing() {
        let (mut terminal, sent) = terminal();
        for _ in 0..2 {
            terminal
                .draw(|frame| frame.render_widget("plan", frame.area()))
                .unwrap();
            sent.take();
            redraw_next(&mut terminal).unwrap();
            assert!(sent.take().is_empty(), "the clearing waits for the frame");
        }
        terminal.clear().unwrap();
        terminal
            .draw(|frame| frame.render_widget("plan", frame.area()))
            .unwrap();
        let writes = sent.take().concat();
        assert!(contains(&writes, b"plan") && contains(&writes, b"\x1b[2J"));
        assert!(!contains(&writes, b"\x1b[6n"), "no question for the cursor");
    }

    #[test]
    fn a_colourless_theme_keeps_its_emphasis() {
        let (mut terminal, sent) = terminal();
        let style = Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD);
        terminal
            .draw(|f| f.buffer_mut().set_style(Rect::new(2, 0, 4, 1), style))
            .unwrap();
        let bytes = sent.take().concat();
        assert!(contains(&bytes, b"\x1b[1;7m    \x1b[m"));
        assert!(!contains(&bytes, b"38;") && !contains(&bytes, b"48;"));
    }
}
