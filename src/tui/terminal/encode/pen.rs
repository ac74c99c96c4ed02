//! The pen that a terminal writes with, and the shortest way from one pen to another.

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

use super::{decimal, keep_shorter};

/// What shows in a cell without a letter.
const SHOWS_ON_BLANKS: Modifier = Modifier::REVERSED
    .union(Modifier::UNDERLINED)
    .union(Modifier::SLOW_BLINK)
    .union(Modifier::RAPID_BLINK)
    .union(Modifier::CROSSED_OUT);

/// What sets a modifier.
const SET: [(Modifier, u8); 9] = [
    (Modifier::BOLD, 1),
    (Modifier::DIM, 2),
    (Modifier::ITALIC, 3),
    (Modifier::UNDERLINED, 4),
    (Modifier::SLOW_BLINK, 5),
    (Modifier::RAPID_BLINK, 6),
    (Modifier::REVERSED, 7),
    (Modifier::HIDDEN, 8),
    (Modifier::CROSSED_OUT, 9),
];

/// What takes modifiers away, some of them only together.
const UNSET: [(Modifier, u8); 7] = [
    (Modifier::BOLD.union(Modifier::DIM), 22),
    (Modifier::ITALIC, 23),
    (Modifier::UNDERLINED, 24),
    (Modifier::SLOW_BLINK.union(Modifier::RAPID_BLINK), 25),
    (Modifier::REVERSED, 27),
    (Modifier::HIDDEN, 28),
    (Modifier::CROSSED_OUT, 29),
];

/// Colours and modifiers of what is written next. The default is a pen just reset.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Pen {
    fg: Color,
    bg: Color,
    underline: Color,
    modifiers: Modifier,
}

impl Pen {
    pub fn of(cell: &Cell) -> Self {
        Self {
            fg: cell.fg,
            bg: cell.bg,
            underline: cell.underline_color,
            modifiers: cell.modifier,
        }
    }

    /// Whether nothing but the background shows of a blank written with this pen.
    pub fn is_plain(self) -> bool {
        !self.modifiers.intersects(SHOWS_ON_BLANKS)
    }

    /// The default pen on the background of this one.
    pub fn paper(self) -> Self {
        Self {
            bg: self.bg,
            ..Self::default()
        }
    }

    /// This pen with no more changed than a plain blank on `paper` needs.
    pub fn on(self, paper: Self) -> Self {
        Self {
            bg: paper.bg,
            modifiers: self.modifiers.difference(SHOWS_ON_BLANKS),
            ..self
        }
    }

    /// Bytes that a fresh pen takes to become this one.
    pub fn bytes(self) -> usize {
        let mut out = Vec::new();
        Self::default().change(self, &mut out);
        out.len()
    }

    /// Changes the terminal's pen from this one to `to` in one sequence: by what differs, or
    /// from a fresh one if that takes fewer bytes.
    pub fn change(self, to: Self, out: &mut Vec<u8>) {
        if self == to {
            return;
        }
        let start = out.len();
        let mut sequence = Sequence::begin(out);
        self.differences(to, &mut sequence);
        sequence.end();
        let middle = out.len();
        let mut sequence = Sequence::begin(out);
        if to != Self::default() {
            // An empty first parameter stands for 0.
            sequence.count += 1;
        }
        Self::default().differences(to, &mut sequence);
        sequence.end();
        keep_shorter(out, start, middle);
    }

    fn differences(self, to: Self, sequence: &mut Sequence<'_>) {
        let mut missing = to.modifiers.difference(self.modifiers);
        let gone = self.modifiers.difference(to.modifiers);
        for (group, code) in UNSET {
            if gone.intersects(group) {
                sequence.number(code);
                missing |= to.modifiers.intersection(group);
            }
        }
        let both = UNSET[0].0;
        if missing.intersects(both) {
            // Where one puts out the other, the same one must come last in every way.
            missing |= to.modifiers.intersection(both);
        }
        for (modifier, code) in SET {
            if missing.contains(modifier) {
                sequence.number(code);
            }
        }
        if self.fg != to.fg {
            sequence.color(to.fg, 30);
        }
        if self.bg != to.bg {
            sequence.color(to.bg, 40);
        }
        if self.underline != to.underline {
            sequence.underline(to.underline);
        }
    }
}

/// One `CSI … m`.
struct Sequence<'a> {
    out: &'a mut Vec<u8>,
    count: usize,
}

impl<'a> Sequence<'a> {
    fn begin(out: &'a mut Vec<u8>) -> Self {
        out.extend(b"\x1b[");
        Self { out, count: 0 }
    }

    /// A parameter of parts: most have one.
    fn parts(&mut self, parts: impl IntoIterator<Item = u8>, between: u8) {
        for (nth, part) in parts.into_iter().enumerate() {
            match (nth, self.count) {
                (0, 0) => {}
                (0, _) => self.out.push(b';'),
                _ => self.out.push(between),
            }
            decimal(u16::from(part), self.out);
        }
        self.count += 1;
    }

    fn number(&mut self, number: u8) {
        self.parts([number], b';');
    }

    /// A colour, `base` being 30 for the foreground and 40 for the background.
    fn color(&mut self, color: Color, base: u8) {
        match (name(color), color) {
            (Some(name @ 0..8), _) => self.number(base + name),
            (Some(name), _) => self.number(base + 60 + name - 8),
            (_, Color::Indexed(index)) => self.parts([base + 8, 5, index], b';'),
            (_, Color::Rgb(r, g, b)) => self.parts([base + 8, 2, r, g, b], b';'),
            _ => self.number(base + 9),
        }
    }

    /// The colour of underlines, as one parameter: a terminal that knows none skips it, and
    /// does not take the colour's type for a modifier. The 0 is the standard's
    /// colour space.
    fn underline(&mut self, color: Color) {
        match (name(color), color) {
            (Some(index), _) | (_, Color::Indexed(index)) => self.parts([58, 5, index], b':'),
            (_, Color::Rgb(r, g, b)) => self.parts([58, 2, 0, r, g, b], b':'),
            _ => self.number(59),
        }
    }

    fn end(self) {
        self.out.push(b'm');
    }
}

/// The number of a named colour.
fn name(color: Color) -> Option<u8> {
    let names = [
        Color::Black,
        Color::Red,
        Color::Green,
        Color::Yellow,
        Color::Blue,
        Color::Magenta,
        Color::Cyan,
        Color::Gray,
        Color::DarkGray,
        Color::LightRed,
        Color::LightGreen,
        Color::LightYellow,
        Color::LightBlue,
        Color::LightMagenta,
        Color::LightCyan,
        Color::White,
    ];
    let at = names.iter().position(|name| *name == color);
    at.and_then(|at| u8::try_from(at).ok())
}
