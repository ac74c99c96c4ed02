//! Screen 7: what can be done by when, how it went as a chart or a table, and which steps may wait.
//!
//! Owns which panes stand where. Where they do not fit side by side, how it went and what may wait
//! take turns below the list.

mod burn_up;
mod facts;
mod float;
mod forecasts;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::app::core::command::Focus;
use crate::app::core::model::Model;
use crate::app::core::pointer::Target;
use crate::tui::theme::Theme;
use crate::tui::widgets::frame;
use crate::tui::widgets::pane::{empty, key_of, split_columns, split_rows};
use crate::tui::widgets::scroll::ScrollState;

/// From this many columns on everything stands side by side.
const BESIDE: u16 = 120;
/// Below this many rows, or columns, one pane is shown at a time.
const ONE_PANE: (u16, u16) = (14, 72);
/// From this many columns on the facts stand beside the chart.
const FACTS_BESIDE: u16 = 72;
/// Columns of the facts there: the first number with which all of them are seen.
const FACTS: [u16; 4] = [34, 38, 42, 46];

/// Draws the screen into `body`.
pub fn draw(buf: &mut Buffer, body: Rect, model: &Model, theme: &Theme, sight: &mut ScrollState) {
    if model.outlook.rows.is_empty() || model.plan.is_empty() {
        return nothing(buf, body, model, theme);
    }
    for (pane, area) in places(body, model) {
        sight.note(area, Target::Pane(pane));
        let has_keys = model.place() == pane;
        let page = match pane {
            Focus::FORECASTS => forecasts::draw(buf, area, model, theme, sight, has_keys),
            Focus::FLOAT => float::draw(buf, area, model, theme, sight, has_keys),
            _ => how_it_went(buf, area, model, theme, has_keys),
        };
        if model.outlook.pane == pane {
            sight.page = page;
        }
    }
}

/// Where each pane stands; those that do not are left out.
fn places(body: Rect, model: &Model) -> Vec<(Focus, Rect)> {
    let view = &model.outlook;
    let (rows, columns) = ONE_PANE;
    if model.is_zoomed() || body.height < rows || body.width < columns {
        return vec![(view.pane, body)];
    }
    if body.width >= BESIDE {
        let (left, right) = split_columns(body, body.width / 2);
        let (above, below) = split_rows(right, body.height * 3 / 5);
        return vec![
            (Focus::FORECASTS, left),
            (Focus::BURN_UP, above),
            (Focus::FLOAT, below),
        ];
    }
    // Frame and heading take three rows.
    let wanted = u16::try_from(view.rows.len())
        .unwrap_or(u16::MAX)
        .saturating_add(3);
    let (above, below) = split_rows(body, wanted.min(body.height / 2));
    let other = match view.pane {
        Focus::FLOAT => Focus::FLOAT,
        _ => Focus::BURN_UP,
    };
    vec![(Focus::FORECASTS, above), (other, below)]
}

/// That nothing is listed, and why.
fn nothing(buf: &mut Buffer, body: Rect, model: &Model, theme: &Theme) {
    let title = Line::styled("Outlook", theme.title);
    let inner = frame::pane(buf, body, theme, title, model.overlays.is_empty());
    let (plan, add) = (
        key_of(model, theme, "screen-plan"),
        key_of(model, theme, "add"),
    );
    let (why, press) = match (model.work.is_opening(), model.plan.is_empty()) {
        (true, _) => (
            "The history is read when the plan is loaded.",
            String::new(),
        ),
        (false, true) => (
            "The plan has no steps yet, so there is nothing to forecast.",
            format!("{plan} goes to the plan; {add} adds a step there."),
        ),
        (false, false) => ("Reading the history…", String::new()),
    };
    empty(buf, inner, theme, &frame::words(theme, why), &press);
}

/// What is being read or worked out, and how far that is.
fn working(model: &Model, theme: &Theme) -> Option<String> {
    let progress = model.work.looking_ahead.as_ref()?;
    let what = match model.outlook.is_reading {
        true => "reading the history…",
        false => "forecasting…",
    };
    let text = match progress.percent() {
        0 | 100 => what.to_owned(),
        percent => format!("{what} {percent}%"),
    };
    Some(frame::words(theme, &text).into_owned())
}

/// The chart or the table, with what there is to say beside or below it. Answers how many weeks of
/// the table are visible.
fn how_it_went(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme, focused: bool) -> usize {
    let Some(outlook) = model.outlook.selected() else {
        return 0;
    };
    let title = Line::styled(outlook.name(&model.plan), theme.title);
    let now = outlook.weeks.last();
    let right = now.map(|week| {
        let total = week.open + week.done;
        let percent = week.done * 100 / total.max(1);
        Line::styled(
            format!("{} of {total} done, {percent}%", week.done),
            theme.dim,
        )
    });
    let inner = frame::pane_with(buf, area, theme, title, right.unwrap_or_default(), focused);
    let inner = frame::aired(inner);
    let facts = |width| facts::facts(outlook, model, theme, width);
    let (drawing, beside) =
        if inner.width < FACTS_BESIDE || area.width >= BESIDE / 2 && area.height > 20 {
            let lines = facts(inner.width);
            let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX);
            let above = inner.height.saturating_sub(rows + 1).max(inner.height / 2);
            let (drawing, rest) = split_rows(inner, above);
            (drawing, split_rows(rest, 1).1)
        } else {
            let fits = |columns: &u16| facts(columns - 2).len() <= usize::from(inner.height);
            // A chart can be drawn in any room, a table not.
            let most = if model.outlook.is_table {
                1
            } else {
                FACTS.len()
            };
            let columns = FACTS[..most].iter().copied().find(fits);
            let columns = columns.unwrap_or(FACTS[most - 1]);
            let (drawing, rest) = split_columns(inner, inner.width - columns);
            (drawing, split_columns(rest, 2).1)
        };
    let mut sheet = facts(beside.width);
    sheet.shorten(usize::from(beside.height));
    sheet.draw(buf, beside, 0);
    match model.outlook.is_table {
        true => burn_up::table(buf, drawing, model, outlook, theme),
        false => {
            burn_up::chart(buf, drawing, outlook, model.now.date_naive(), theme);
            1
        }
    }
}
