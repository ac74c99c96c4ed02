//! How it went: the number of steps as a line, what of it was done as an area, how many were
//! completed each week as bars, and where that leads; or all of it as a table.

use chrono::NaiveDate;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::core::model::Model;
use crate::history::outlook::Outlook;
use crate::history::weeks::Week;
use crate::tui::theme::Theme;
use crate::tui::widgets::frame;
use crate::tui::widgets::pane::{split_columns, split_rows};
use crate::tui::widgets::plot::{Pen, Place, Plot};

/// From this many rows on the bars have three of their own.
const TALL: u16 = 14;
/// The shortest look ahead, in weeks.
const SHORTEST: f64 = 4.0;

/// Draws the chart.
pub fn chart(buf: &mut Buffer, area: Rect, outlook: &Outlook, today: NaiveDate, theme: &Theme) {
    let [first, .., last] = &outlook.weeks[..] else {
        let why = match outlook.weeks.is_empty() {
            true => "Reading the history…",
            false => "Less than a week is known so far.",
        };
        let text = frame::words(theme, why);
        frame::fitted(buf, theme, (area.x, area.y), area.width, &text, theme.dim);
        return;
    };
    if area.height < 4 || area.width < 20 {
        return;
    }
    let most = outlook.weeks.iter().map(|week| week.open + week.done).max();
    let most = most.unwrap_or(0).max(1);
    let scale = most.to_string();
    let (legend_row, rest) = split_rows(area, 1);
    legend(buf, legend_row, outlook, theme);
    let (labels, rest) = split_columns(rest, frame::columns(&scale) + 1);
    let bars_rows = if area.height >= TALL { 3 } else { 1 };
    let (plot_area, below) = split_rows(rest, rest.height - bars_rows - 1);
    let (bar_area, dates) = split_rows(below, bars_rows);

    let span = Stretch {
        from: first.end,
        days: days(first.end, horizon(outlook, first.end, last.end)),
    };
    let y = |count: usize| count as f64 / most as f64;
    let mut plot = Plot::new(plot_area, theme);
    let at = |week: &Week, count: usize| -> Place { (span.share(week.end), y(count)) };
    let done: Vec<Place> = outlook
        .weeks
        .iter()
        .map(|week| at(week, week.done))
        .collect();
    let scope = outlook
        .weeks
        .iter()
        .map(|week| at(week, week.open + week.done));
    let pens = Pens::of(theme);
    let now = span.share(last.end);
    if let Some(due) = outlook.due {
        let x = span.share(due);
        plot.line([(x, 0.0), (x, 1.0)], pens.due);
    }
    plot.fill(&done, pens.area);
    let total = y(last.open + last.done);
    let dates_ahead = outlook.dates();
    if let Some(end) = dates_ahead.iter().flatten().next_back() {
        plot.line([(now, total), (span.share(*end), total)], pens.ahead);
    }
    for date in dates_ahead.into_iter().take(2).flatten() {
        plot.line([(now, y(last.done)), (span.share(date), total)], pens.ahead);
    }
    plot.line(scope, pens.scope);
    plot.line(done, pens.done);
    plot.draw(buf, plot_area);

    let mut label = |row: u16, count: usize| {
        let text = count.to_string();
        let x = labels.right().saturating_sub(frame::columns(&text) + 1);
        frame::text(buf, x, row, labels.width, &text, theme.dim);
    };
    label(plot_area.y, most);
    label(plot_area.bottom() - 1, 0);
    if plot_area.height >= 7 {
        let row = plot_area.y + (plot_area.height - 1) / 2;
        let share = f64::from(plot_area.bottom() - 1 - row) / f64::from(plot_area.height - 1);
        label(row, (most as f64 * share).round() as usize);
    }
    bars(buf, bar_area, labels, &outlook.weeks, &span, theme);
    axis(buf, dates, outlook, (&span, last.end, today), theme);
}

/// The time that a chart shows.
struct Stretch {
    from: NaiveDate,
    days: f64,
}

impl Stretch {
    fn share(&self, date: NaiveDate) -> f64 {
        days(self.from, date) / self.days.max(1.0)
    }
}

fn days(from: NaiveDate, to: NaiveDate) -> f64 {
    (to - from).num_days() as f64
}

/// What each line is drawn with.
struct Pens {
    scope: Pen,
    done: Pen,
    area: Pen,
    ahead: Pen,
    due: Pen,
}

impl Pens {
    fn of(theme: &Theme) -> Self {
        let pen = |style, letter, every| Pen {
            style,
            letter,
            every,
        };
        Self {
            scope: pen(theme.title, "*", 1),
            done: pen(theme.ok, "#", 1),
            area: pen(theme.ok, ":", 1),
            ahead: pen(theme.accent, ".", 3),
            due: pen(theme.warning, "|", 2),
        }
    }
}

/// Up to when the chart looks: to the last date that is known, but never so far that the past has
/// less than half of it.
fn horizon(outlook: &Outlook, first: NaiveDate, now: NaiveDate) -> NaiveDate {
    let ahead = outlook
        .dates()
        .into_iter()
        .take(2)
        .flatten()
        .chain(outlook.due);
    let furthest = ahead
        .max()
        .filter(|_| !outlook.open.is_empty())
        .unwrap_or(now);
    let most = days(first, now).max(SHORTEST * 7.0) as u64;
    let limit = now.checked_add_days(chrono::Days::new(most)).unwrap_or(now);
    furthest.clamp(now, limit.max(now))
}

fn legend(buf: &mut Buffer, area: Rect, outlook: &Outlook, theme: &Theme) {
    let pens = Pens::of(theme);
    let sign = |pen: &Pen, drawn: &'static str| match theme.is_ascii() {
        true => Span::styled(format!("{} ", pen.letter), pen.style),
        false => Span::styled(format!("{drawn} "), pen.style),
    };
    let mut line = Line::from(vec![
        sign(&pens.scope, "──"),
        Span::styled("scope  ", theme.dim),
        sign(&pens.done, "──"),
        Span::styled("done", theme.dim),
    ]);
    if outlook.dates()[0].is_some() {
        line.push_span(Span::raw("  "));
        line.push_span(sign(&pens.ahead, "┄┄"));
        line.push_span(Span::styled("to P50, P85", theme.dim));
    }
    if outlook.due.is_some() {
        line.push_span(Span::raw("  "));
        line.push_span(sign(&pens.due, "┊"));
        line.push_span(Span::styled("due", theme.dim));
    }
    frame::spans(buf, theme, (area.x, area.y), area.width, &line);
}

/// How many steps were completed each week, below their place in the chart.
fn bars(buf: &mut Buffer, area: Rect, labels: Rect, weeks: &[Week], span: &Stretch, theme: &Theme) {
    const EIGHTHS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
    const ASCII: [&str; 9] = [" ", ".", ".", ":", ":", "+", "+", "#", "#"];
    let levels = if theme.is_ascii() { ASCII } else { EIGHTHS };
    let most = weeks.iter().map(|week| week.completed).max().unwrap_or(0);
    if most == 0 {
        return;
    }
    let text = most.to_string();
    let x = labels.right().saturating_sub(frame::columns(&text) + 1);
    frame::text(buf, x, area.y, labels.width, &text, theme.dim);
    let column = |date| (span.share(date) * f64::from(area.width - 1)).round() as u16;
    let mut from = 0;
    for week in weeks {
        let to = column(week.end).min(area.width - 1);
        let eighths = week.completed * 8 * usize::from(area.height) / most;
        let eighths = eighths.max(usize::from(week.completed > 0));
        // A gap where there is room for one.
        let begin = if to > from + 2 { from + 1 } else { from };
        for x in begin.min(to)..=to {
            for row in 0..area.height {
                let full = eighths.saturating_sub(8 * usize::from(row)).min(8);
                let y = area.bottom() - 1 - row;
                if full > 0 {
                    frame::text(buf, area.x + x, y, 1, levels[full], theme.gauge);
                }
            }
        }
        from = to + 1;
    }
}

/// The first date, today, and the last one, as far as there is room.
fn axis(
    buf: &mut Buffer,
    area: Rect,
    outlook: &Outlook,
    (span, now, today): (&Stretch, NaiveDate, NaiveDate),
    theme: &Theme,
) {
    let first = outlook.weeks[0].end;
    let text = first.to_string();
    frame::text(buf, area.x, area.y, area.width, &text, theme.dim);
    let mut free = area.x + frame::columns(&text) + 2;
    let column =
        |date| area.x + (span.share(date).min(1.0) * f64::from(area.width - 1)).round() as u16;
    let mut put = |x: u16, text: &str, style| {
        let width = frame::columns(text);
        let x = x
            .saturating_sub(width / 2)
            .min(area.right().saturating_sub(width));
        if x >= free {
            frame::text(buf, x, area.y, width, text, style);
            free = x + width + 2;
        }
    };
    put(column(now), &today.to_string(), theme.text);
    let [p50, p85, _] = outlook.dates();
    for (date, name) in [(p50, "P50"), (p85, "P85")] {
        if let Some(date) = date.filter(|date| span.share(*date) <= 1.0) {
            put(column(date), name, theme.accent);
        }
    }
}

/// A column of the table: its heading, and how wide it is.
type Column = (&'static str, usize);

const COLUMNS: [Column; 6] = [
    ("to", 10),
    ("scope", 7),
    ("done", 7),
    ("open", 7),
    ("completed", 11),
    ("added", 7),
];
/// What is open is left out where the columns do not fit: scope and done tell it.
const LEFT_OUT: &str = "open";

/// Draws the weeks as a table, the running one first. Answers how many are visible.
pub fn table(
    buf: &mut Buffer,
    area: Rect,
    model: &Model,
    outlook: &Outlook,
    theme: &Theme,
) -> usize {
    let needed: usize = COLUMNS.iter().map(|(_, width)| width).sum();
    let is_narrow = usize::from(area.width) < needed;
    let row = |cells: [String; 6]| -> String {
        let cells = COLUMNS.into_iter().zip(cells);
        let shown = cells.filter(|((name, _), _)| !is_narrow || *name != LEFT_OUT);
        shown
            .map(|((_, width), cell)| format!("{cell:>width$}"))
            .collect()
    };
    let heading = row(COLUMNS.map(|(name, width)| match name {
        "to" => format!("{name:<width$}"),
        name => name.to_owned(),
    }));
    frame::fitted(
        buf,
        theme,
        (area.x, area.y),
        area.width,
        &heading,
        theme.dim,
    );
    let weeks = &outlook.weeks;
    let newest = weeks.len().saturating_sub(model.outlook.week);
    let rows = usize::from(area.height.saturating_sub(1));
    for (y, at) in (area.y + 1..area.bottom()).zip((0..newest).rev()) {
        let week = &weeks[at];
        let total = week.open + week.done;
        let before = at.checked_sub(1).map(|before| &weeks[before]);
        let added = before.map_or(0, |before| {
            total as i64 - (before.open + before.done) as i64
        });
        // Empty where nothing happened, so that what did happen stands out.
        let flow = |count: i64| match count {
            0 => String::new(),
            count => format!("{count:+}"),
        };
        let text = row([
            week.end.to_string(),
            total.to_string(),
            week.done.to_string(),
            week.open.to_string(),
            flow(week.completed as i64),
            flow(added),
        ]);
        let is_running = at + 1 == weeks.len();
        let style = if is_running { theme.title } else { theme.text };
        frame::fitted(buf, theme, (area.x, y), area.width, &text, style);
    }
    rows
}
