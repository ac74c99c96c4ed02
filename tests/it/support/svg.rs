//! A screen as a picture: SVG with the exact cell grid, for the README and the docs.
//!
//! Takes a ratatui buffer or a vt100 screen. The same cells give the same bytes. Every run
//! of text carries its `textLength`, so that columns align whatever font draws it; wide
//! characters and drawn signs are placed one by one.

use std::fmt::Write;

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

/// Width and height of one cell, in the picture's units.
const CELL: (f64, f64) = (8.4, 18.0);
const PADDING: f64 = 14.0;
/// Height of the bar above the screen, with the title.
const BAR: f64 = 30.0;
/// Where in a cell the letters are.
const BASELINE: f64 = 13.5;

const PAPER: u32 = 0x14171C;
const INK: u32 = 0xD6DAE0;
const FRAME: u32 = 0x2A2F38;
const TITLE: u32 = 0x8A919C;

/// The sixteen named colours, in the terminal's order.
const NAMED: [u32; 16] = [
    0x1C2026, 0xE0605B, 0x5FB878, 0xD7B75A, 0x5C9CE6, 0xB98AE0, 0x56B6C2, 0xC5CAD3, 0x6B7280,
    0xF07F7A, 0x7FD597, 0xF0D47C, 0x82B8F5, 0xCFA8F0, 0x7AD3DE, 0xFFFFFF,
];

/// A ratatui buffer as SVG, in a window with `title`.
pub fn of_buffer(buffer: &Buffer, title: &str) -> String {
    let area = buffer.area;
    let grid = (0..area.height).map(|y| {
        let row = (0..area.width).map(|x| {
            let cell = &buffer[(area.x + x, area.y + y)];
            let has = |modifier| cell.modifier.contains(modifier);
            Cell {
                text: cell.symbol().to_owned(),
                fg: ratatui_color(cell.fg),
                bg: ratatui_color(cell.bg),
                bold: has(Modifier::BOLD),
                dim: has(Modifier::DIM),
                italic: has(Modifier::ITALIC),
                underline: has(Modifier::UNDERLINED),
                inverse: has(Modifier::REVERSED),
            }
        });
        row.collect()
    });
    draw(grid.collect(), title)
}

/// A terminal's screen as SVG, in a window with `title`.
pub fn of_screen(screen: &vt100::Screen, title: &str) -> String {
    let (rows, columns) = screen.size();
    let grid = (0..rows.get()).map(|y| {
        let row = (0..columns.get())
            .filter_map(|x| screen.cell(y, x))
            .map(|cell| Cell {
                text: cell.contents().to_owned(),
                fg: vt100_color(cell.fgcolor()),
                bg: vt100_color(cell.bgcolor()),
                bold: cell.bold(),
                dim: cell.dim(),
                italic: cell.italic(),
                underline: cell.underline(),
                inverse: cell.inverse(),
            });
        row.collect()
    });
    draw(grid.collect(), title)
}

struct Cell {
    text: String,
    fg: Option<u32>,
    bg: Option<u32>,
    bold: bool,
    dim: bool,
    italic: bool,
    underline: bool,
    inverse: bool,
}

/// A cell's look with all rules applied; equal looks are drawn together.
#[derive(Clone, Copy, PartialEq)]
struct Look {
    ink: u32,
    paper: u32,
    bold: bool,
    italic: bool,
    underline: bool,
}

impl Cell {
    fn look(&self) -> Look {
        let (mut ink, mut paper) = (self.fg.unwrap_or(INK), self.bg.unwrap_or(PAPER));
        if self.inverse {
            (ink, paper) = (paper, ink);
        }
        if self.dim {
            ink = between(ink, paper);
        }
        let Cell {
            bold,
            italic,
            underline,
            ..
        } = *self;
        Look {
            ink,
            paper,
            bold,
            italic,
            underline,
        }
    }
}

fn draw(rows: Vec<Vec<Cell>>, title: &str) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = columns as f64 * CELL.0 + 2.0 * PADDING;
    let height = rows.len() as f64 * CELL.1 + BAR + PADDING;
    let mut out = String::new();
    let family = "ui-monospace,'JetBrains Mono','DejaVu Sans Mono',Menlo,Consolas,monospace";
    line(
        &mut out,
        format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
             width=\"{width}\" height=\"{height}\" font-family=\"{family}\" font-size=\"14\">",
            width = number(width),
            height = number(height),
        ),
    );
    line(&mut out, format_args!("<title>{}</title>", escaped(title)));
    line(
        &mut out,
        format_args!(
            "<rect x=\"0.5\" y=\"0.5\" width=\"{}\" height=\"{}\" rx=\"9\" fill=\"#{PAPER:06x}\" \
             stroke=\"#{FRAME:06x}\"/>",
            number(width - 1.0),
            number(height - 1.0),
        ),
    );
    for (index, color) in [0xE0605B, 0xD7B75A, 0x5FB878].iter().enumerate() {
        let x = number(PADDING + 6.0 + 18.0 * index as f64);
        line(
            &mut out,
            format_args!("<circle cx=\"{x}\" cy=\"15\" r=\"5\" fill=\"#{color:06x}\"/>"),
        );
    }
    line(
        &mut out,
        format_args!(
            "<text x=\"{}\" y=\"19.5\" text-anchor=\"middle\" font-size=\"12\" \
             fill=\"#{TITLE:06x}\">{}</text>",
            number(width / 2.0),
            escaped(title),
        ),
    );
    for (index, row) in rows.iter().enumerate() {
        draw_row(&mut out, row, BAR + index as f64 * CELL.1);
    }
    out.push_str("</svg>\n");
    out
}

fn draw_row(out: &mut String, row: &[Cell], top: f64) {
    let runs = runs(row);
    for run in runs.iter().filter(|run| run.look.paper != PAPER) {
        let (x, width) = (left(run.start), run.columns as f64 * CELL.0);
        line(
            out,
            format_args!(
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"#{:06x}\" \
                 shape-rendering=\"crispEdges\"/>",
                number(x),
                number(top),
                number(width),
                number(CELL.1),
                run.look.paper,
            ),
        );
    }
    for run in &runs {
        draw_text(out, run, top);
    }
}

fn draw_text(out: &mut String, run: &Run, top: f64) {
    if run.look.underline {
        let (x, y) = (number(left(run.start)), number(top + BASELINE + 2.5));
        let (to, ink) = (number(run.columns as f64 * CELL.0), run.look.ink);
        line(
            out,
            format_args!("<path d=\"M{x} {y}h{to}\" stroke=\"#{ink:06x}\"/>"),
        );
    }
    let lead = run.text.len() - run.text.trim_start_matches(' ').len();
    let text = run.text.trim_matches(' ');
    if text.is_empty() || draw_lines(out, run, top) {
        return;
    }
    // Spaces are columns of one byte each, and at the ends they need no letter.
    let columns = run.columns - (run.text.len() - text.len());
    let weight = if run.look.bold {
        " font-weight=\"bold\""
    } else {
        ""
    };
    let slant = if run.look.italic {
        " font-style=\"italic\""
    } else {
        ""
    };
    line(
        out,
        format_args!(
            "<text x=\"{}\" y=\"{}\" fill=\"#{:06x}\" textLength=\"{}\" \
             lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\"{weight}{slant}>{}</text>",
            number(left(run.start + lead)),
            number(top + BASELINE),
            run.look.ink,
            number(columns as f64 * CELL.0),
            escaped(text),
        ),
    );
}

/// Neighbouring cells that are drawn as one text.
struct Run {
    start: usize,
    columns: usize,
    text: String,
    look: Look,
    /// Letters of another font's width would shift their neighbours: these are alone.
    alone: bool,
}

fn runs(row: &[Cell]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut column = 0;
    while let Some(cell) = row.get(column) {
        let text = if cell.text.is_empty() {
            " "
        } else {
            &cell.text
        };
        let columns = text.width().clamp(1, row.len() - column);
        let (look, alone) = (cell.look(), !text.is_ascii());
        match runs.last_mut() {
            Some(run) if run.look == look && joins(run, text, alone) => {
                run.text.push_str(text);
                run.columns += columns;
            }
            _ => runs.push(Run {
                start: column,
                columns,
                text: text.to_owned(),
                look,
                alone,
            }),
        }
        column += columns;
    }
    runs
}

/// Lines are drawn as one piece, other signs one by one.
fn joins(run: &Run, text: &str, alone: bool) -> bool {
    let both = |part: fn(char) -> bool| text.chars().chain(run.text.chars()).all(part);
    let ascii = !alone && !run.alone;
    ascii || both(|c| arms(c).is_some()) || both(|c| matches!(c, '█' | '░'))
}

/// Where a box drawing sign leads from the middle of its cell, and how thick it is.
/// Letters of a font would leave gaps between rows.
fn arms(c: char) -> Option<(&'static str, u8)> {
    Some(match c {
        '─' => ("lr", 1),
        '│' => ("ud", 1),
        '┌' => ("rd", 1),
        '┐' => ("ld", 1),
        '└' => ("ru", 1),
        '┘' => ("lu", 1),
        '├' => ("rud", 1),
        '┤' => ("lud", 1),
        '┬' => ("lrd", 1),
        '┴' => ("lru", 1),
        '┼' => ("lrud", 1),
        '━' => ("lr", 2),
        '┃' => ("ud", 2),
        '┏' => ("rd", 2),
        '┓' => ("ld", 2),
        '┗' => ("ru", 2),
        '┛' => ("lu", 2),
        _ => return None,
    })
}

/// Draws a run of box drawing signs; `false` if it is something else.
fn draw_lines(out: &mut String, run: &Run, top: f64) -> bool {
    let Some((_, thickness)) = run.text.chars().next().and_then(arms) else {
        return false;
    };
    let mut path = String::new();
    for (column, (arms, _)) in (run.start..).zip(run.text.chars().filter_map(arms)) {
        let (x, y) = (left(column) + CELL.0 / 2.0, top + CELL.1 / 2.0);
        for arm in arms.chars() {
            let to = match arm {
                'l' => format!("H{}", number(left(column))),
                'r' => format!("H{}", number(left(column + 1))),
                'u' => format!("V{}", number(top)),
                _ => format!("V{}", number(top + CELL.1)),
            };
            path.push_str(&format!("M{} {}{to}", number(x), number(y)));
        }
    }
    let ink = run.look.ink;
    line(
        out,
        format_args!("<path d=\"{path}\" stroke=\"#{ink:06x}\" stroke-width=\"{thickness}\"/>"),
    );
    true
}

fn left(column: usize) -> f64 {
    PADDING + column as f64 * CELL.0
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    writeln!(out, "{text}").expect("a String takes every write");
}

/// At most two decimals, none where none are needed: the same on every machine.
fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // XML has no way to write these.
            _ if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
    out
}

fn between(a: u32, b: u32) -> u32 {
    [16, 8, 0].iter().fold(0, |mixed, shift| {
        let (a, b) = (a >> shift & 0xff, b >> shift & 0xff);
        mixed | ((3 * a + 2 * b) / 5) << shift
    })
}

fn ratatui_color(color: Color) -> Option<u32> {
    let named = match color {
        Color::Reset => return None,
        Color::Rgb(r, g, b) => return Some(u32::from_be_bytes([0, r, g, b])),
        Color::Indexed(index) => return Some(indexed(index)),
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
    };
    Some(NAMED[named])
}

fn vt100_color(color: vt100::Color) -> Option<u32> {
    match color {
        vt100::Color::Default => None,
        vt100::Color::Idx(index) => Some(indexed(index)),
        vt100::Color::Rgb(r, g, b) => Some(u32::from_be_bytes([0, r, g, b])),
    }
}

/// xterm's table of 256 colours.
fn indexed(index: u8) -> u32 {
    const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    match index {
        0..=15 => NAMED[usize::from(index)],
        16..=231 => {
            let cube = usize::from(index - 16);
            u32::from_be_bytes([0, LEVELS[cube / 36], LEVELS[cube / 6 % 6], LEVELS[cube % 6]])
        }
        232..=255 => u32::from(8 + 10 * (index - 232)) * 0x0001_0101,
    }
}
