//! What stands between the axes.

use std::fmt;

use chrono::NaiveDate;

use super::scale::Scale;
use super::{
    BOTTOM, Band, Curve, HEIGHT, LEFT, LETTER, Level, RIGHT, TOP, WIDTH, axis_of_dates, escaped,
    figure, grid, points, x, y,
};

/// How wide the words of a level are, about.
const LEVEL: f64 = 150.0;

/// Areas on each other, and the line of their sum.
pub(super) fn areas(
    f: &mut fmt::Formatter<'_>,
    dates: &[NaiveDate],
    bands: &[Band],
) -> fmt::Result {
    let mut at_x = LEFT;
    for (at, band) in bands.iter().enumerate() {
        writeln!(
            f,
            "  <rect class=\"band-{at}\" x=\"{at_x}\" y=\"46\" width=\"12\" height=\"12\"/>\n  \
             <text x=\"{}\" y=\"57\">{}</text>",
            at_x + 18.0,
            escaped(band.name)
        )?;
        at_x += 42.0 + band.name.len() as f64 * LETTER;
    }
    writeln!(
        f,
        "  <line class=\"total\" x1=\"{at_x}\" x2=\"{}\" y1=\"52\" y2=\"52\"/>\n  \
         <text x=\"{}\" y=\"57\">total</text>",
        at_x + 14.0,
        at_x + 20.0
    )?;
    let sums = sums(dates, bands);
    let total = sums.last().map_or(&[][..], |total| total);
    let scale = Scale::of(total.iter().map(|count| *count as f64));
    let place = |sums: &[usize], at: usize| (x(dates, at), y(&scale, sums[at] as f64));
    let below = vec![0; dates.len()];
    for (at, upper) in sums.iter().enumerate() {
        let lower = at.checked_sub(1).map_or(&below, |below| &sums[below]);
        let up = (0..dates.len()).map(|at| place(upper, at));
        let back = (0..dates.len()).rev().map(|at| place(lower, at));
        let path = points(up.chain(back));
        writeln!(f, "  <polygon class=\"band-{at}\" points=\"{path}\"/>")?;
    }
    grid(f, &scale)?;
    if !total.is_empty() {
        let path = points((0..dates.len()).map(|at| place(total, at)));
        writeln!(f, "  <polyline class=\"total\" points=\"{path}\"/>")?;
    }
    axis_of_dates(f, dates)
}

/// For each band what it and those below it have together.
fn sums(dates: &[NaiveDate], bands: &[Band]) -> Vec<Vec<usize>> {
    let mut below = vec![0; dates.len()];
    let bands = bands.iter().map(|band| {
        for (sum, count) in below.iter_mut().zip(&band.counts) {
            *sum += count;
        }
        below.clone()
    });
    bands.collect()
}

/// Lines over time. What is not known is a gap.
pub(super) fn lines(
    f: &mut fmt::Formatter<'_>,
    dates: &[NaiveDate],
    lines: &[Curve],
    levels: &[Level],
) -> fmt::Result {
    if lines.len() > 1 {
        let mut at_x = LEFT;
        for (at, line) in lines.iter().enumerate() {
            writeln!(
                f,
                "  <line class=\"line line-{at}\" x1=\"{at_x}\" x2=\"{}\" y1=\"52\" y2=\"52\"/>\n  \
                 <text x=\"{}\" y=\"57\">{}</text>",
                at_x + 26.0,
                at_x + 32.0,
                escaped(&line.name)
            )?;
            at_x += 56.0 + line.name.chars().count() as f64 * LETTER;
        }
    }
    let values = lines.iter().flat_map(|line| line.values.iter().flatten());
    let values = values
        .copied()
        .chain(levels.iter().map(|level| level.value));
    let scale = Scale::of(values);
    grid(f, &scale)?;
    for (at, level) in levels.iter().enumerate() {
        let (y, right) = (y(&scale, level.value), WIDTH - RIGHT);
        writeln!(
            f,
            "  <line class=\"level\" x1=\"{LEFT}\" x2=\"{right}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>\n  \
             <text x=\"{}\" y=\"{:.1}\">{} {}</text>",
            // Beside each other: levels may be close.
            LEFT + 6.0 + at as f64 * LEVEL,
            y - 5.0,
            escaped(&level.name),
            figure(level.value)
        )?;
    }
    for (at, line) in lines.iter().enumerate() {
        let known = |place: &usize| line.values.get(*place).copied().flatten();
        let all: Vec<usize> = (0..dates.len()).collect();
        for run in all.split(|place| known(place).is_none()) {
            let ends = run
                .iter()
                .filter_map(|place| Some((x(dates, *place), y(&scale, known(place)?))));
            match run {
                [] => {}
                // A line of one point would not be seen.
                [one] => {
                    let (x, y) = (x(dates, *one), y(&scale, known(one).unwrap_or_default()));
                    writeln!(
                        f,
                        "  <circle class=\"dot\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\"/>"
                    )?;
                }
                _ => writeln!(
                    f,
                    "  <polyline class=\"line line-{at}\" points=\"{}\"/>",
                    points(ends)
                )?,
            }
        }
        // The last value says itself.
        let last = all
            .iter()
            .rev()
            .find_map(|place| Some((*place, known(place)?)));
        if let Some((place, value)) = last {
            writeln!(
                f,
                "  <text class=\"value\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                x(dates, place),
                (y(&scale, value) - 8.0).max(TOP - 4.0),
                figure(value)
            )?;
        }
    }
    axis_of_dates(f, dates)
}

/// Bars that lie beside each other, each with its name below and its value on top.
pub(super) fn bars(f: &mut fmt::Formatter<'_>, bars: &[(String, f64)]) -> fmt::Result {
    let scale = Scale::of(bars.iter().map(|(_, value)| *value));
    grid(f, &scale)?;
    let width = (WIDTH - LEFT - RIGHT) / bars.len().max(1) as f64;
    let letters = (width / LETTER).floor() as usize;
    for (at, (name, value)) in bars.iter().enumerate() {
        let (zero, end) = (y(&scale, 0.0), y(&scale, *value));
        let middle = LEFT + (at as f64 + 0.5) * width;
        let short: String = match name.chars().count() > letters.max(2) {
            true => name.chars().take(letters.max(2) - 1).chain(['…']).collect(),
            false => name.clone(),
        };
        writeln!(
            f,
            "  <rect class=\"band-1\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\"/>\n  \
             <text class=\"value\" x=\"{middle:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>\n  \
             <text x=\"{middle:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
            middle - width * 0.35,
            zero.min(end),
            width * 0.7,
            (zero - end).abs(),
            zero.min(end) - 6.0,
            figure(*value),
            HEIGHT - BOTTOM + 20.0,
            escaped(&short)
        )?;
    }
    Ok(())
}
