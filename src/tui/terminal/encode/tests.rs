use std::num::NonZeroU16;

use proptest::prelude::*;
use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use super::*;

const SIZE: Size = Size::new(14, 4);

fn area() -> Rect {
    Rect::from(((0, 0).into(), SIZE))
}

fn terminal() -> vt100::Parser {
    let cells = |count| NonZeroU16::new(count).unwrap();
    vt100::Parser::new(cells(SIZE.height), cells(SIZE.width), 0)
}

/// What is to be seen of a cell. Of a plain blank that is its background.
#[derive(Clone, PartialEq, Debug)]
struct Seen {
    letter: String,
    bg: vt100::Color,
    ink: Option<(vt100::Color, [bool; 5])>,
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
            cell.bold(),
            cell.dim(),
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

/// A frame as ratatui's own backend draws it into a fresh terminal, cell by cell, so that no
/// cell depends on what stands before it.
fn as_ratatui_shows(frame: &Buffer) -> Vec<Option<Seen>> {
    let mut bytes = Vec::new();
    let cells = Buffer::empty(area());
    for cell in cells.diff_iter(frame) {
        let mut backend = CrosstermBackend::new(&mut bytes);
        backend.draw(std::iter::once(cell)).unwrap();
    }
    let mut terminal = terminal();
    terminal.process(&bytes);
    seen(&terminal)
}

/// A terminal, what is sent to it, and the frame before.
struct Desk {
    encoder: Encoder,
    terminal: vt100::Parser,
    before: Buffer,
}

impl Desk {
    fn new() -> Self {
        let mut desk = Self {
            encoder: Encoder::default(),
            terminal: terminal(),
            before: Buffer::empty(area()),
        };
        desk.encoder.cleared(SIZE);
        desk
    }

    fn send(&mut self, frame: &Buffer) -> Vec<u8> {
        let mut bytes = Vec::new();
        let changed = self.before.diff_iter(frame);
        self.encoder.draw(SIZE, changed, &mut bytes);
        self.before = frame.clone();
        self.terminal.process(&bytes);
        bytes
    }

    fn sent(&mut self, frame: &Buffer) -> String {
        self.send(frame)
            .escape_ascii()
            .to_string()
            .replace("\\x1b[", "^")
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
    ]
}

type Piece = (u16, u16, &'static str, Style);
/// The pieces put onto a frame, its row with a paper, whether it begins empty, and whether the
/// terminal's screen is forgotten before.
type Step = (Vec<Piece>, (u16, Style), bool, bool);

fn steps(
    text: impl Strategy<Value = &'static str>,
    style: impl Strategy<Value = Style>,
) -> impl Strategy<Value = Vec<Step>> {
    let piece = (0..SIZE.width, 0..SIZE.height, text, style);
    let pieces = prop::collection::vec(piece, 0..6);
    let row = (0..SIZE.height, paper());
    let rarely = prop::bool::weighted(0.1);
    prop::collection::vec((pieces, row, any::<bool>(), rarely), 1..6)
}

fn holds(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let mut desk = Desk::new();
    let mut texts = Vec::new();
    for (pieces, (row, paper), anew, forget) in steps {
        if anew {
            texts.clear();
        }
        texts.extend(pieces);
        let mut next = frame(texts.iter().copied());
        next.set_style(Rect::new(0, row, SIZE.width, 1), paper);
        if forget {
            desk.encoder.forget();
        }
        let bytes = desk.send(&next);
        let (ours, theirs) = (seen(&desk.terminal), as_ratatui_shows(&next));
        let differs = ours.iter().zip(&theirs).enumerate();
        let differs = differs.into_iter().find(|(_, (a, b))| a != b);
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
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_terminal_shows_what_ratatui_would_have_shown(
        steps in steps(narrow(), (ink(), paper()).prop_map(|(ink, paper)| ink.patch(paper)))
    ) {
        holds(steps)?;
    }

    /// With papers of whole rows only: what is left of a wide letter behind a narrow one has the
    /// colour that the terminal thinks best.
    #[test]
    fn wide_letters_show_as_ratatui_would_have_shown_them(
        steps in steps(prop_oneof![narrow(), wide()], ink())
    ) {
        holds(steps)?;
    }
}

#[test]
fn one_sequence_says_what_differs_in_the_fewest_bytes() {
    let dim = Style::new().fg(Color::Indexed(246));
    let bold = dim.add_modifier(Modifier::BOLD);
    let mut desk = Desk::new();
    let sent = desk.sent(&frame([
        (0, 0, "a", dim),
        (1, 0, "b", bold),
        (2, 0, "c", dim),
    ]));
    assert_eq!(sent, "^1H^38;5;246ma^1mb^22mc^m");
    let red = bold.fg(Color::Red).bg(Color::Rgb(1, 2, 3));
    let sent = desk.sent(&frame([(0, 1, "a", red), (1, 1, "b c", dim)]));
    assert_eq!(sent, "^1H   \\n\\r^1;31;48;2;1;2;3ma^;38;5;246mb c^m");
}

#[test]
fn gaps_are_written_over_or_jumped_and_blanks_erased() {
    let plain = Style::new();
    let mut desk = Desk::new();
    desk.sent(&frame([
        (0, 0, "the long plan", plain),
        (0, 1, "short", plain),
    ]));
    let next = frame([
        (0, 0, "a  lang plot", plain),
        (0, 1, "s", plain),
        (13, 3, "x", plain),
    ]);
    assert_eq!(desk.sent(&next), "^1Ha  lang plot \\n^2G^K^4;14Hx");
    let sent = desk.sent(&frame([(13, 3, "y", plain)]));
    assert_eq!(sent, "^1H^K\\n ^4;14Hy");
}

#[test]
fn a_dear_colour_is_named_once_and_a_cheap_one_where_it_is_needed() {
    let rows = |style| {
        let row = move |y| [(0, y, "ab", style), (2, y, "c", Style::new())];
        (0..3).flat_map(row)
    };
    let mut desk = Desk::new();
    let sent = desk.sent(&frame(rows(Style::new().fg(Color::Indexed(246)))));
    assert_eq!(
        sent,
        "^1;3Hc\\n\\x08c\\n\\x08c^1H^38;5;246mab\\n\\rab\\n\\rab^m"
    );
    let mut desk = Desk::new();
    let sent = desk.sent(&frame(rows(Style::new().fg(Color::Blue))));
    assert_eq!(sent, "^1H^34mab^mc\\n\\r^34mab^mc\\n\\r^34mab^mc");
}

#[test]
fn what_looks_the_same_is_not_sent() {
    let mut desk = Desk::new();
    let blue = Style::new().fg(Color::Blue);
    desk.sent(&frame([(2, 1, "a b", Style::new())]));
    let mut next = frame([(2, 1, "a b", Style::new()), (0, 2, "     ", blue)]);
    next[(3, 1)].set_style(blue);
    assert_eq!(desk.sent(&next), "");
}

/// What is written after the cell whose width terminals disagree about is placed anew, and
/// what a terminal may have written over that draws each letter for itself is written again.
#[test]
fn a_cell_that_terminals_measure_differently_moves_nothing() {
    let plain = Style::new();
    let mut desk = Desk::new();
    let sent = desk.sent(&frame([(0, 0, "● on", plain)]));
    assert_eq!(sent, "^1H\\xe2\\x97\\x8f^3Gon");
    for title in ["●", "⚠\u{fe0f}", "e\u{301}", "👩\u{200d}👧\u{200d}👦", "🚀"] {
        let mut desk = Desk::new();
        desk.sent(&frame([(0, 0, "0123456789", plain)]));
        let next = frame([(0, 0, "0123456789", plain), (2, 0, title, plain)]);
        desk.send(&next);
        let row = desk.terminal.screen().rows(0, SIZE.width).next().unwrap();
        let behind = 2 + usize::from(title.cell_width());
        assert!(
            row.starts_with("01") && row.ends_with(&"0123456789"[behind..]),
            "{title}: {row}"
        );
    }
}
