use std::num::NonZeroU16;
use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use ratatui::style::{Color, Modifier, Style};

use super::*;

const SIZE: Size = Size::new(14, 4);

fn area() -> Rect {
    Rect::from((Position::ORIGIN, SIZE))
}

/// A terminal that draws each letter for itself. It knows no way to switch its line wrap off, so
/// that it has room at the right for what the cockpit's terminal drops there.
fn terminal() -> vt100::Parser {
    let cells = |count| NonZeroU16::new(count).unwrap();
    vt100::Parser::new(cells(SIZE.height), cells(SIZE.width + 8), 0)
}

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

/// What is to be seen of a cell. Of a plain blank that is its background.
#[derive(Clone, PartialEq, Debug)]
struct Seen {
    letter: String,
    bg: vt100::Color,
    ink: Option<(vt100::Color, [bool; 4])>,
}

fn seen(terminal: &vt100::Parser) -> Vec<Option<Seen>> {
    let places = (0..SIZE.height).flat_map(|y| (0..SIZE.width).map(move |x| (y, x)));
    let cells = places.map(|(y, x)| terminal.screen().cell(y, x).unwrap());
    let see = |cell: &vt100::Cell| {
        let letter = match cell.contents() {
            "" => " ",
            letter => letter,
        };
        let modifiers = [
            // This terminal shows the one or the other, where others show both.
            cell.bold() || cell.dim(),
            cell.italic(),
            cell.underline(),
            cell.inverse(),
        ];
        let inked = letter != " " || cell.underline() || cell.inverse();
        Seen {
            letter: letter.to_owned(),
            bg: cell.bgcolor(),
            ink: inked.then(|| (cell.fgcolor(), modifiers)),
        }
    };
    let covered = |cell: &vt100::Cell| cell.is_wide_continuation();
    cells
        .map(|cell| (!covered(cell)).then(|| see(cell)))
        .collect()
}

/// What a terminal shows that was given every cell of the frame by itself, from left to right.
fn expected(frame: &Buffer) -> Vec<Option<Seen>> {
    let mut bytes = Vec::new();
    let mut draw = |x, y, cell: &Cell| {
        let mut backend = CrosstermBackend::new(&mut bytes);
        backend.draw(std::iter::once((x, y, cell))).unwrap();
    };
    for y in 0..SIZE.height {
        let mut behind = 0;
        for x in 0..SIZE.width {
            if x < behind {
                continue;
            }
            let cell = &frame[(x, y)];
            behind = x + cell.cell_width().max(1);
            if cell.cell_width() != 1 {
                let mut blank = cell.clone();
                blank.set_symbol(" ");
                (x..behind).for_each(|x| draw(x, y, &blank));
            }
            if cell.cell_width() > 0 {
                draw(x, y, cell);
            }
        }
    }
    let mut terminal = terminal();
    terminal.process(&bytes);
    seen(&terminal)
}

/// A terminal, and what it was sent.
struct Desk {
    screen: ratatui::Terminal<Screen>,
    sent: Sent,
    terminal: vt100::Parser,
}

impl Desk {
    fn new() -> Self {
        let sent = Sent::default();
        let screen = Screen::new(sent.clone(), || Ok(SIZE));
        Self {
            screen: ratatui::Terminal::new(screen).unwrap(),
            sent,
            terminal: terminal(),
        }
    }

    /// Sends a frame; answers the writes that it took.
    fn send(&mut self, frame: &Buffer, cursor: Option<(u16, u16)>) -> Vec<Vec<u8>> {
        let draw = |f: &mut ratatui::Frame<'_>| {
            f.buffer_mut().clone_from(frame);
            mark_uncertain(f.buffer_mut());
            cursor.into_iter().for_each(|at| f.set_cursor_position(at));
        };
        self.screen.draw(draw).unwrap();
        let writes = self.writes();
        self.terminal.process(&writes.concat());
        writes
    }

    fn writes(&self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.sent.0.lock().unwrap())
    }

    fn row(&self, row: u16) -> String {
        let mut rows = self.terminal.screen().rows(0, SIZE.width);
        rows.nth(usize::from(row)).unwrap().trim_end().to_owned()
    }
}

fn frame<'a>(texts: impl IntoIterator<Item = (u16, u16, &'a str, Style)>) -> Buffer {
    let mut frame = Buffer::empty(area());
    for (x, y, text, style) in texts {
        // Half a wide letter is nothing that ratatui draws in one way.
        if x > 0 && frame[(x - 1, y)].cell_width() > 1 {
            frame[(x - 1, y)].reset();
        }
        frame.set_string(x, y, text, style);
    }
    frame
}

fn color() -> impl Strategy<Value = Color> {
    prop_oneof![
        4 => Just(Color::Reset),
        2 => Just(Color::Red),
        1 => Just(Color::LightCyan),
        1 => Just(Color::Gray),
        2 => Just(Color::Indexed(74)),
        2 => Just(Color::Rgb(0x56, 0xb4, 0xe9)),
    ]
}

/// What shows of letters only.
fn ink() -> impl Strategy<Value = Style> {
    let modifiers = prop_oneof![
        4 => Just(Modifier::empty()),
        1 => Just(Modifier::BOLD),
        1 => Just(Modifier::DIM),
        1 => Just(Modifier::DIM | Modifier::BOLD),
        1 => Just(Modifier::ITALIC | Modifier::DIM),
    ];
    (color(), modifiers).prop_map(|(fg, modifiers)| Style::new().fg(fg).add_modifier(modifiers))
}

/// What shows of blanks, too.
fn paper() -> impl Strategy<Value = Style> {
    let modifiers = prop_oneof![
        4 => Just(Modifier::empty()),
        1 => Just(Modifier::REVERSED),
        1 => Just(Modifier::UNDERLINED),
    ];
    (color(), modifiers).prop_map(|(bg, modifiers)| Style::new().bg(bg).add_modifier(modifiers))
}

fn narrow() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        3 => Just("                    "),
        3 => Just("plan"),
        2 => Just("a plan of steps"),
        2 => Just("  ── ┌─▶"),
        2 => Just("✓ ok … ● live"),
        1 => Just("план"),
        1 => Just("e\u{301}te\u{301}"),
    ]
}

fn wide() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        Just("設計 評"),
        Just("⌨\u{fe0f} keys"),
        Just("🚀🚀 up"),
        Just("❤\u{fe0f}❤\u{fe0f}"),
        Just("🇩🇪🇫🇷 flag"),
        Just("👩\u{200d}👧\u{200d}👦 kin"),
        Just("👍🏽 1\u{fe0f}\u{20e3}"),
        Just("①●◐◑"),
    ]
}

/// What no text of ours is, and no cell may pass on.
fn hostile() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        Just(""),
        Just("\u{301}"),
        Just("\u{200d}"),
        Just("\u{feff}")
    ]
}

type Piece = (u16, u16, &'static str, Style);
/// The pieces put onto a frame, its row with a paper, a hostile cell, whether it begins empty, and
/// whether the screen is drawn as a whole.
type Step = (
    Vec<Piece>,
    (u16, Style),
    Option<(u16, u16, &'static str)>,
    bool,
    bool,
);

fn steps(
    text: impl Strategy<Value = &'static str>,
    style: impl Strategy<Value = Style>,
) -> impl Strategy<Value = Vec<Step>> {
    let piece = (0..SIZE.width, 0..SIZE.height, text, style);
    let pieces = prop::collection::vec(piece, 0..6);
    let row = (0..SIZE.height, paper());
    let cell = prop::option::weighted(0.2, (0..SIZE.width, 0..SIZE.height, hostile()));
    let rarely = prop::bool::weighted(0.1);
    prop::collection::vec((pieces, row, cell, any::<bool>(), rarely), 1..6)
}

fn holds(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let mut desk = Desk::new();
    let mut texts = Vec::new();
    for (pieces, (row, paper), cell, afresh, redraw) in steps {
        if afresh {
            texts.clear();
        }
        texts.extend(pieces);
        let mut next = frame(texts.iter().copied());
        next.set_style(Rect::new(0, row, SIZE.width, 1), paper);
        if let Some((x, y, symbol)) = cell {
            next[(x, y)].set_symbol(symbol);
        }
        if redraw {
            redraw_next(&mut desk.screen).unwrap();
        }
        let bytes = desk.send(&next, None).concat();
        let (shown, expected) = (seen(&desk.terminal), expected(&next));
        let mut pairs = shown.iter().zip(&expected).enumerate();
        let differs = pairs.find(|(_, (a, b))| a != b);
        prop_assert!(
            differs.is_none(),
            "{:?} after {}",
            differs,
            bytes.escape_ascii()
        );
        let pen = desk.terminal.screen();
        prop_assert_eq!(pen.fgcolor(), vt100::Color::Default);
        prop_assert_eq!(pen.bgcolor(), vt100::Color::Default);
        prop_assert!(!(pen.bold() || pen.dim() || pen.inverse() || pen.underline()));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_terminal_shows_the_frame(
        steps in steps(narrow(), (ink(), paper()).prop_map(|(ink, paper)| ink.patch(paper)))
    ) {
        holds(steps)?;
    }

    /// With papers of whole rows only: what is left of a wide letter behind a narrow one has the
    /// colour that the terminal thinks best.
    #[test]
    fn a_terminal_shows_wide_cells_and_those_that_it_measures_differently(
        steps in steps(prop_oneof![narrow(), wide()], ink())
    ) {
        holds(steps)?;
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn plan() -> Buffer {
    frame([(0, 0, "plan", Style::new())])
}

#[test]
fn a_frame_is_one_synchronised_write() {
    let writes = Desk::new().send(&plan(), None);
    assert_eq!(writes.len(), 1);
    assert!(writes[0].starts_with(BEGIN_UPDATE) && writes[0].ends_with(END_UPDATE));
    assert!(contains(&writes[0], b"plan"));
}

#[test]
fn a_frame_that_changes_nothing_writes_nothing() {
    let mut desk = Desk::new();
    let signs = frame([(0, 0, "plan ● … 🚀", Style::new())]);
    for cursor in [None, Some((3, 1))] {
        for writes in [1, 0] {
            assert_eq!(desk.send(&signs, cursor).len(), writes, "{cursor:?}");
        }
    }
}

#[test]
fn a_full_redraw_asks_the_terminal_nothing() {
    let mut desk = Desk::new();
    for _ in 0..2 {
        desk.send(&plan(), None);
        redraw_next(&mut desk.screen).unwrap();
        assert!(desk.writes().is_empty(), "the clearing waits for the frame");
    }
    desk.screen.clear().unwrap();
    let writes = desk.send(&plan(), None).concat();
    assert!(contains(&writes, b"plan") && contains(&writes, b"\x1b[2J"));
    assert!(!contains(&writes, b"\x1b[6n"), "no question for the cursor");
}

#[test]
fn a_colourless_theme_keeps_its_emphasis() {
    let style = Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD);
    let mut lit = Buffer::empty(area());
    lit.set_style(Rect::new(2, 0, 4, 1), style);
    let mut desk = Desk::new();
    let bytes = desk.send(&lit, None).concat();
    let cell = desk.terminal.screen().cell(0, 2).unwrap();
    assert!(cell.inverse() && cell.bold());
    assert!(!contains(&bytes, b"38;") && !contains(&bytes, b"48;"));
}

/// What is written after a cell whose width terminals disagree about is placed absolutely, and
/// what a terminal may have written over that draws each letter for itself is written again.
#[test]
fn a_cell_that_terminals_measure_differently_moves_nothing() {
    let titles = [
        "●",
        "⚠\u{fe0f}",
        "e\u{301}",
        "👩\u{200d}👧\u{200d}👦",
        "🚀",
        "🇩🇪",
    ];
    let digits = (0, 0, "0123456789", Style::new());
    let mut desk = Desk::new();
    for title in titles {
        desk.send(&frame([digits]), None);
        assert_eq!(desk.row(0), "0123456789");
        desk.send(&frame([digits, (2, 0, title, Style::new())]), None);
        let (row, behind) = (desk.row(0), 2 + usize::from(title.cell_width()));
        assert!(
            row.starts_with("01") && row.ends_with(&"0123456789"[behind..]),
            "{title}: {row}"
        );
    }
    // One in the place of another, before the same words.
    for title in ["👩\u{200d}👧 kin", "👨\u{200d}👦 kin"] {
        desk.send(&frame([(0, 0, title, Style::new())]), None);
        assert!(desk.row(0).ends_with(" kin"), "{}", desk.row(0));
    }
}

/// tmux draws a flag as two letters, of which a blank over the first leaves the second.
#[test]
fn an_erased_flag_leaves_no_half_of_it() {
    let mut desk = Desk::new();
    for title in ["🇩🇪", "👩\u{200d}👧\u{200d}👦", "⌨\u{fe0f}"] {
        desk.send(&frame([(3, 1, title, Style::new())]), None);
        assert_ne!(desk.row(1), "");
        desk.send(&frame([]), None);
        assert_eq!(desk.row(1), "", "{title}");
    }
}
