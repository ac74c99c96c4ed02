//! Charts of counts over time as SVG: stacked areas under the line of their sum.
//!
//! A chart stands alone: it has a title and a description for those who do not see it, axes and a
//! legend, follows the reader's light or dark scheme, and has neither script nor anything to fetch.

use std::fmt::{self, Write as _};

use chrono::NaiveDate;

/// Counts over time.
#[derive(Clone, Debug)]
pub struct Chart<'a> {
    /// What it shows, in a few words.
    pub title: &'a str,
    /// What there is to see, in a sentence.
    pub description: &'a str,
    /// When the counts were taken, ascending.
    pub dates: &'a [NaiveDate],
    /// What is stacked, from the bottom up; as many as have a colour, which are four.
    pub bands: &'a [Band],
}

/// One of the areas.
#[derive(Clone, Debug)]
pub struct Band {
    /// What is counted.
    pub name: &'static str,
    /// A count for each date.
    pub counts: Vec<usize>,
}

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 400.0;
const LEFT: f64 = 60.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 76.0;
const BOTTOM: f64 = 40.0;
/// How many lines cross the chart at the most.
const MOST_TICKS: usize = 5;
/// How many dates stand below it at the most.
const MOST_DATES: usize = 5;

/// Colours that differ in lightness too, each pair on the other's background.
const STYLE: &str = "\
    svg { --paper: #ffffff; --ink: #1f2328; --faint: #59636e; --grid: #d1d9e0; \
--band-0: #1a7f37; --band-1: #54aeff; --band-2: #cf222e; --band-3: #d8dee4; }
    @media (prefers-color-scheme: dark) {
      svg { --paper: #0d1117; --ink: #f0f6fc; --faint: #9198a1; --grid: #3d444d; \
--band-0: #3fb950; --band-1: #1f6feb; --band-2: #ff7b72; --band-3: #2f363e; }
    }
    text { font: 13px system-ui, sans-serif; fill: var(--faint); }
    .title { font-size: 17px; font-weight: 600; fill: var(--ink); }
    .paper { fill: var(--paper); }
    .grid { stroke: var(--grid); }
    .total { fill: none; stroke: var(--ink); stroke-width: 2; }
    .band-0 { fill: var(--band-0); } .band-1 { fill: var(--band-1); }
    .band-2 { fill: var(--band-2); } .band-3 { fill: var(--band-3); }
";

impl fmt::Display for Chart<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
             role=\"img\" aria-labelledby=\"title description\">\n  \
             <title id=\"title\">{}</title>\n  <desc id=\"description\">{}</desc>\n  \
             <style>\n{STYLE}  </style>\n  \
             <rect class=\"paper\" width=\"{WIDTH}\" height=\"{HEIGHT}\"/>\n  \
             <text class=\"title\" x=\"{LEFT}\" y=\"28\">{}</text>",
            escaped(self.title),
            escaped(self.description),
            escaped(self.title),
        )?;
        self.legend(f)?;
        let sums = self.sums();
        let highest = sums.last().and_then(|total| total.iter().max());
        let step = tick_step(*highest.unwrap_or(&0));
        let top = (highest.unwrap_or(&0).div_ceil(step) * step).max(step);
        let y =
            |count: usize| HEIGHT - BOTTOM - count as f64 / top as f64 * (HEIGHT - TOP - BOTTOM);
        for (at, upper) in sums.iter().enumerate() {
            let mut path = String::new();
            for (place, count) in upper.iter().enumerate() {
                write!(path, " {:.1},{:.1}", self.x(place), y(*count))?;
            }
            for place in (0..upper.len()).rev() {
                let lower = at.checked_sub(1).map_or(0, |below| sums[below][place]);
                write!(path, " {:.1},{:.1}", self.x(place), y(lower))?;
            }
            writeln!(
                f,
                "  <polygon class=\"band-{at}\" points=\"{}\"/>",
                path.trim_start()
            )?;
        }
        for count in (0..=top).step_by(step) {
            let (y, right) = (y(count), WIDTH - RIGHT);
            writeln!(
                f,
                "  <line class=\"grid\" x1=\"{LEFT}\" x2=\"{right}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>\n  \
                 <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{count}</text>",
                LEFT - 8.0,
                y + 4.0
            )?;
        }
        if let Some(total) = sums.last() {
            let points = total.iter().enumerate();
            let points =
                points.map(|(place, count)| format!("{:.1},{:.1}", self.x(place), y(*count)));
            let points = points.collect::<Vec<_>>().join(" ");
            writeln!(f, "  <polyline class=\"total\" points=\"{points}\"/>")?;
        }
        self.axis_of_dates(f)?;
        writeln!(f, "</svg>")
    }
}

impl Chart<'_> {
    /// For each band what it and those below it have together.
    fn sums(&self) -> Vec<Vec<usize>> {
        let mut below = vec![0; self.dates.len()];
        let bands = self.bands.iter().map(|band| {
            for (sum, count) in below.iter_mut().zip(&band.counts) {
                *sum += count;
            }
            below.clone()
        });
        bands.collect()
    }

    /// Where a date stands; by its time, since nobody says that they are evenly apart.
    fn x(&self, place: usize) -> f64 {
        let days = |to: NaiveDate| (to - self.dates[0]).num_days() as f64;
        let all = self.dates.last().map_or(0.0, |last| days(*last)).max(1.0);
        LEFT + days(self.dates[place]) / all * (WIDTH - LEFT - RIGHT)
    }

    fn legend(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut x = LEFT;
        for (at, band) in self.bands.iter().enumerate() {
            let (box_at, text_at) = (x, x + 18.0);
            writeln!(
                f,
                "  <rect class=\"band-{at}\" x=\"{box_at}\" y=\"46\" width=\"12\" height=\"12\"/>\n  \
                 <text x=\"{text_at}\" y=\"57\">{}</text>",
                escaped(band.name)
            )?;
            x += 42.0 + band.name.len() as f64 * 7.0;
        }
        writeln!(
            f,
            "  <line class=\"total\" x1=\"{x}\" x2=\"{}\" y1=\"52\" y2=\"52\"/>\n  \
             <text x=\"{}\" y=\"57\">total</text>",
            x + 14.0,
            x + 20.0
        )
    }

    fn axis_of_dates(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let every = self.dates.len().div_ceil(MOST_DATES).max(1);
        // From the last one back: today is what people look for.
        for place in (0..self.dates.len()).rev().step_by(every) {
            let (x, last) = (self.x(place), self.dates.len() - 1);
            let anchor = match place {
                place if place == last => "end",
                0 => "start",
                _ => "middle",
            };
            writeln!(
                f,
                "  <text x=\"{x:.1}\" y=\"{}\" text-anchor=\"{anchor}\">{}</text>",
                HEIGHT - BOTTOM + 20.0,
                self.dates[place]
            )?;
        }
        Ok(())
    }
}

/// The smallest of 1, 2, 5, 10, 20, … of which few make up so many.
fn tick_step(highest: usize) -> usize {
    let mut decade = 1usize;
    loop {
        for step in [1, 2, 5].map(|digit| digit * decade) {
            if highest / step < MOST_TICKS {
                return step;
            }
        }
        match decade.checked_mul(10) {
            Some(next) if next <= usize::MAX / 5 => decade = next,
            _ => return decade,
        }
    }
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
mod tests {
    use super::*;

    #[test]
    fn lines_cross_at_round_numbers() {
        let steps = [0, 4, 5, 9, 10, 24, 25, 100, 480, 2_294, usize::MAX].map(tick_step);
        assert_eq!(steps[..10], [1, 1, 2, 2, 5, 5, 10, 50, 100, 500]);
        assert!(usize::MAX / steps[10] < 10);
    }

    #[test]
    fn text_is_no_markup_and_bands_lie_on_each_other() {
        let dates = ["2026-01-04", "2026-01-11"].map(|date| date.parse().unwrap());
        let band = |name, counts: [usize; 2]| Band {
            name,
            counts: counts.to_vec(),
        };
        let chart = Chart {
            title: "a < b & \"c\"\u{1}",
            description: "</desc><script>",
            dates: &dates,
            bands: &[band("done", [0, 5]), band("open", [10, 5])],
        };
        let svg = chart.to_string();
        assert!(svg.contains("<title id=\"title\">a &lt; b &amp; &quot;c&quot;\u{fffd}</title>"));
        assert!(!svg.contains("<script"));
        let [bottom, full] = [HEIGHT - BOTTOM, TOP].map(|y| format!("{y:.1}"));
        let right = format!("{:.1}", WIDTH - RIGHT);
        let middle = format!("{:.1}", (HEIGHT - BOTTOM + TOP) / 2.0);
        assert!(svg.contains(&format!(
            "band-0\" points=\"60.0,{bottom} {right},{middle} {right},{bottom} 60.0,{bottom}\""
        )));
        assert!(svg.contains(&format!("total\" points=\"60.0,{full} {right},{full}\"")));
        let empty = Chart {
            dates: &[],
            bands: &[],
            ..chart
        };
        assert!(empty.to_string().ends_with("</svg>\n"));
    }
}
