//! What can be done by when: a row for the plan, the filter, and each stage, block and checkpoint.

use chrono::NaiveDate;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use crate::app::core::command::Focus;
use crate::app::core::model::Model;
use crate::app::screens::outlook::view::Row;
use crate::history::forecast::LEVELS;
use crate::history::outlook::Outlook;
use crate::tui::theme::{Sign, Theme};
use crate::tui::widgets::frame;
use crate::tui::widgets::pane::{split_columns, split_rows};
use crate::tui::widgets::scroll::ScrollState;
use crate::tui::widgets::text_layout::{TextLayout, thumb};

/// Columns of a date, with the gap before it.
const DATE: u16 = 12;
/// Columns of the number of open steps, with the gap before it.
const OPEN: u16 = 8;
/// Columns of a due date with what it means: `2027-03-31 on time`.
const DUE: u16 = 20;
/// Columns that a name has at least before a column is left out.
const NAME: u16 = 22;

/// The columns of the list.
struct Columns {
    name: u16,
    /// How many of the dates are shown.
    dates: u16,
    has_due: bool,
}

impl Columns {
    fn of(width: u16, model: &Model) -> Self {
        let has_due = model
            .outlook
            .outlooks
            .iter()
            .any(|outlook| outlook.due.is_some());
        let due = if has_due { DUE } else { 0 };
        let left = |dates: u16| width.checked_sub(OPEN + due + dates * DATE);
        let dates = [3, 2, 1]
            .into_iter()
            .find(|dates| left(*dates).is_some_and(|name| name >= NAME));
        let dates = dates.unwrap_or(1);
        Self {
            name: left(dates).unwrap_or(NAME),
            dates,
            has_due,
        }
    }

    /// Which of [`LEVELS`] are shown.
    fn levels(&self) -> &'static [usize] {
        match self.dates {
            1 => &[1],
            2 => &[0, 1],
            _ => &[0, 1, 2],
        }
    }
}

/// Draws the list. Answers how many rows are visible.
pub fn draw(
    buf: &mut Buffer,
    area: Rect,
    model: &Model,
    theme: &Theme,
    sight: &mut ScrollState,
    focused: bool,
) -> usize {
    let view = &model.outlook;
    let title = Line::styled("Forecast", theme.title);
    let right = Line::styled(super::working(model, theme).unwrap_or_default(), theme.dim);
    let inner = frame::pane_with(buf, area, theme, title, right, focused);
    let mut notes = TextLayout::new(theme, inner.width.saturating_sub(4));
    for note in &view.notes {
        notes.text(&frame::words(theme, note), theme.warning);
    }
    notes.shorten(usize::from(inner.height / 3));
    let count = u16::try_from(notes.len()).unwrap_or(u16::MAX);
    let (inner, noted) = split_rows(inner, inner.height - count);
    notes.draw(buf, split_columns(noted, 2).1, 0);
    let (head, list) = split_rows(inner, 1);
    let columns = Columns::of(inner.width.saturating_sub(4), model);
    heading(buf, head, &columns, theme);
    let shown = (sight.window(Focus::FORECASTS)).show(view.cursor, view.rows.len(), list);
    thumb(buf, list, theme, (shown.start, view.rows.len()), focused);
    let heading = |at: usize| {
        let is_row = |row: &Row| matches!(row, Row::Scope(_));
        let above = view.rows[..at].iter().rposition(|row| !is_row(row));
        above.filter(|_| is_row(&view.rows[at]))
    };
    let window = sight.window(Focus::FORECASTS);
    let shown = window.under_heading(shown, view.cursor, heading);
    for (y, at) in (list.y..).zip(shown) {
        let row = frame::row(list, y);
        if at == view.cursor {
            frame::select(buf, row, theme, focused);
        }
        match view.rows[at] {
            Row::Heading(text) => {
                frame::text(buf, row.x + 2, y, row.width, text, theme.heading);
            }
            Row::Scope(place) => {
                let outlook = &view.outlooks[place];
                scope(buf, row, &columns, outlook, model, theme);
            }
        }
    }
    usize::from(list.height)
}

/// Puts text with its right end at a column.
fn right(buf: &mut Buffer, (end, y): (u16, u16), text: &str, style: Style) {
    let width = frame::columns(text);
    frame::text(buf, end.saturating_sub(width), y, width, text, style);
}

fn heading(buf: &mut Buffer, area: Rect, columns: &Columns, theme: &Theme) {
    let mut end = area.x + 2 + columns.name + OPEN;
    right(buf, (end, area.y), "open", theme.dim);
    for level in columns.levels() {
        frame::text(
            buf,
            end + 2,
            area.y,
            DATE,
            &format!("P{}", LEVELS[*level]),
            theme.dim,
        );
        end += DATE;
    }
    if columns.has_due {
        frame::text(buf, end + 2, area.y, DUE, "due", theme.dim);
    }
}

fn scope(
    buf: &mut Buffer,
    row: Rect,
    columns: &Columns,
    outlook: &Outlook,
    model: &Model,
    theme: &Theme,
) {
    let (x, y) = (row.x + 2, row.y);
    let is_done = outlook.is_done();
    let style = if is_done { theme.dim } else { theme.text };
    let name = outlook.name(&model.plan);
    frame::fitted(buf, theme, (x, y), columns.name, &name, style);
    let mut end = x + columns.name + OPEN;
    right(buf, (end, y), &outlook.open.len().to_string(), style);
    // Words go on where no due date stands.
    let spare = if columns.has_due && outlook.due.is_none() {
        DUE
    } else {
        0
    };
    let room = columns.dates * DATE + spare - 2;
    let dates = outlook.dates();
    match outlook.reason() {
        _ if is_done => {
            let text = format!("{} done", theme.glyph(Sign::Complete));
            frame::fitted(buf, theme, (end + 2, y), room, &text, theme.ok);
        }
        Some(reason) if dates[0].is_none() => {
            let text = frame::words(theme, reason);
            frame::fitted(buf, theme, (end + 2, y), room, &text, theme.dim);
        }
        _ => {
            for (at, level) in (0..).zip(columns.levels()) {
                let text = match (dates[*level], &outlook.dates) {
                    (Some(date), _) => date.to_string(),
                    (None, Some(_)) => "-".to_owned(),
                    (None, None) => theme.glyphs.ellipsis.to_owned(),
                };
                let style = if *level == 1 { theme.title } else { theme.text };
                frame::text(buf, end + 2 + at * DATE, y, DATE, &text, style);
            }
        }
    }
    end += columns.dates * DATE;
    if columns.has_due
        && let Some(due) = outlook.due
    {
        let (text, style) = due_cell(due, outlook, model.now.date_naive(), theme);
        frame::text(buf, end + 2, y, DUE, &text, style);
    }
}

/// When it is due, and whether it is late.
fn due_cell(due: NaiveDate, outlook: &Outlook, today: NaiveDate, theme: &Theme) -> (String, Style) {
    match outlook.is_late(today) {
        Some(true) => (format!("{due} late"), theme.warning),
        Some(false) => (format!("{due} on time"), theme.ok),
        None => (due.to_string(), theme.dim),
    }
}
