//! Charts as SVG: counts stacked over time, values as lines over time, and bars.
//!
//! A chart stands alone or in a page: it has a title and a description for those who do not see
//! it, axes and a legend, follows the reader's light or dark scheme, and has neither script nor
//! anything to fetch. Colour is never the only sign: lines differ in their dashes, bars say their
//! numbers. The same figures give the same bytes.

mod scale;
mod shapes;

use std::fmt::{self, Write as _};

use chrono::NaiveDate;

use scale::Scale;
pub(crate) use scale::figure;

/// Figures to be drawn.
#[derive(Clone, Debug)]
pub struct Chart<'a> {
    /// What its parts are known by in a page that has several; nothing for a file of its own.
    pub id: &'a str,
    /// What it shows, in a few words.
    pub title: &'a str,
    /// What there is to see, in a sentence.
    pub description: &'a str,
    /// How it is drawn.
    pub plot: Plot<'a>,
}

/// How figures are drawn.
#[derive(Clone, Copy, Debug)]
pub enum Plot<'a> {
    /// Counts over time, stacked under the line of their sum.
    Areas {
        /// When the counts were taken, ascending.
        dates: &'a [NaiveDate],
        /// What is stacked, from the bottom up; as many as have a colour, which are four.
        bands: &'a [Band],
    },
    /// Values over time.
    Lines {
        /// When the values were taken, ascending.
        dates: &'a [NaiveDate],
        /// What is drawn; as many as have a colour, which are four.
        lines: &'a [Curve],
        /// Values that are crossed or not, such as a target.
        levels: &'a [Level],
    },
    /// A bar each.
    Bars {
        /// What is measured, each with its value.
        bars: &'a [(String, f64)],
    },
}

/// One of the areas.
#[derive(Clone, Debug)]
pub struct Band {
    /// What is counted.
    pub name: &'static str,
    /// A count for each date.
    pub counts: Vec<usize>,
}

/// One of the lines.
#[derive(Clone, Debug)]
pub struct Curve {
    /// What is measured.
    pub name: String,
    /// A value for each date, where there is one.
    pub values: Vec<Option<f64>>,
}

/// A line across.
#[derive(Clone, Debug)]
pub struct Level {
    /// What it stands for.
    pub name: String,
    /// Where it is.
    pub value: f64,
}

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 400.0;
const LEFT: f64 = 60.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 76.0;
const BOTTOM: f64 = 40.0;
/// How many dates stand below it at the most.
const MOST_DATES: usize = 5;
/// How wide a letter of the legend is, about.
const LETTER: f64 = 7.0;

/// What our own files are known by.
pub(crate) const MARK: &str = "<!-- drawn by stepdeck -->";

/// The latest day that a chart of ours names.
pub(crate) fn last_date(svg: &str) -> Option<NaiveDate> {
    let words = svg.split(|c: char| !c.is_ascii_digit() && c != '-');
    let days = words.filter(|word| word.len() == 10);
    days.filter_map(|word| word.parse().ok()).max()
}

/// Colours that differ in lightness too, each pair on the other's background. Everything is below
/// the class, so that a page keeps its own.
pub(crate) const STYLE: &str = "\
    .chart { --paper: #ffffff; --ink: #1f2328; --faint: #59636e; --grid: #d1d9e0; \
--band-0: #1a7f37; --band-1: #54aeff; --band-2: #cf222e; --band-3: #d8dee4; \
--line-0: #0550ae; --line-1: #8a4600; --line-2: #1a7f37; --line-3: #59636e; }
    @media screen and (prefers-color-scheme: dark) {
      .chart { --paper: #0d1117; --ink: #f0f6fc; --faint: #9198a1; --grid: #3d444d; \
--band-0: #3fb950; --band-1: #1f6feb; --band-2: #ff7b72; --band-3: #2f363e; \
--line-0: #79c0ff; --line-1: #f0b072; --line-2: #56d364; --line-3: #9198a1; }
    }
    .chart text { font: 13px system-ui, sans-serif; fill: var(--faint); }
    .chart .title { font-size: 17px; font-weight: 600; fill: var(--ink); }
    .chart .value { fill: var(--ink); }
    .chart .paper { fill: var(--paper); }
    .chart .grid { stroke: var(--grid); }
    .chart .level { stroke: var(--ink); stroke-dasharray: 2 4; }
    .chart .total { fill: none; stroke: var(--ink); stroke-width: 2; }
    .chart .band-0 { fill: var(--band-0); } .chart .band-1 { fill: var(--band-1); }
    .chart .band-2 { fill: var(--band-2); } .chart .band-3 { fill: var(--band-3); }
    .chart .line { fill: none; stroke-width: 2.5; }
    .chart .line-0 { stroke: var(--line-0); } .chart .line-1 { stroke: var(--line-1); stroke-dasharray: 8 4; }
    .chart .line-2 { stroke: var(--line-2); stroke-dasharray: 3 3; }
    .chart .line-3 { stroke: var(--line-3); stroke-dasharray: 12 4 3 4; }
    .chart .dot { fill: var(--line-0); }
";

impl fmt::Display for Chart<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, &format!("<style>\n{STYLE}  </style>\n  "))
    }
}

impl Chart<'_> {
    /// The same for a page that has [`STYLE`] in its own style sheet.
    pub(crate) fn in_page(&self) -> String {
        fmt::from_fn(|f| self.write(f, "")).to_string()
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, style: &str) -> fmt::Result {
        let id = |part: &str| match self.id {
            "" => part.to_owned(),
            id => format!("{id}-{part}"),
        };
        let (title, description) = (id("title"), id("description"));
        writeln!(
            f,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
             role=\"img\" aria-labelledby=\"{title} {description}\">\n  {MARK}\n  \
             <title id=\"{title}\">{}</title>\n  <desc id=\"{description}\">{}</desc>\n  \
             {style}<rect class=\"paper\" width=\"{WIDTH}\" height=\"{HEIGHT}\"/>\n  \
             <text class=\"title\" x=\"{LEFT}\" y=\"28\">{}</text>",
            escaped(self.title),
            escaped(self.description),
            escaped(self.title),
        )?;
        match self.plot {
            Plot::Areas { dates, bands } => shapes::areas(f, dates, bands)?,
            Plot::Lines {
                dates,
                lines,
                levels,
            } => shapes::lines(f, dates, lines, levels)?,
            Plot::Bars { bars } => shapes::bars(f, bars)?,
        }
        writeln!(f, "</svg>")
    }
}

/// Where a value stands.
fn y(scale: &Scale, value: f64) -> f64 {
    HEIGHT - BOTTOM - scale.share(value) * (HEIGHT - TOP - BOTTOM)
}

/// Where a date stands; by its time, since nobody says that they are evenly apart.
fn x(dates: &[NaiveDate], place: usize) -> f64 {
    let days = |to: NaiveDate| (to - dates[0]).num_days() as f64;
    let all = dates.last().map_or(0.0, |last| days(*last));
    // The only one is the last one.
    if all <= 0.0 {
        return WIDTH - RIGHT;
    }
    LEFT + days(dates[place]) / all * (WIDTH - LEFT - RIGHT)
}

/// Points as an attribute has them.
fn points(all: impl Iterator<Item = (f64, f64)>) -> String {
    let mut text = String::new();
    for (x, y) in all {
        let blank = if text.is_empty() { "" } else { " " };
        // Writing to a string does not fail.
        let _ = write!(text, "{blank}{x:.1},{y:.1}");
    }
    text
}

/// The lines across, with their values.
fn grid(f: &mut fmt::Formatter<'_>, scale: &Scale) -> fmt::Result {
    for value in scale.ticks() {
        let (y, right) = (y(scale, value), WIDTH - RIGHT);
        writeln!(
            f,
            "  <line class=\"grid\" x1=\"{LEFT}\" x2=\"{right}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>\n  \
             <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            LEFT - 8.0,
            y + 4.0,
            figure(value)
        )?;
    }
    Ok(())
}

fn axis_of_dates(f: &mut fmt::Formatter<'_>, dates: &[NaiveDate]) -> fmt::Result {
    let every = dates.len().div_ceil(MOST_DATES).max(1);
    // From the last one back: today is what people look for.
    for place in (0..dates.len()).rev().step_by(every) {
        let (x, last) = (x(dates, place), dates.len() - 1);
        let anchor = match place {
            place if place == last => "end",
            0 => "start",
            _ => "middle",
        };
        writeln!(
            f,
            "  <text x=\"{x:.1}\" y=\"{}\" text-anchor=\"{anchor}\">{}</text>",
            HEIGHT - BOTTOM + 20.0,
            dates[place]
        )?;
    }
    Ok(())
}

/// Text as XML has it. Characters that XML forbids are replaced.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                escaped.push(char::REPLACEMENT_CHARACTER);
            }
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests;
