//! The step list: one row a step, only those in sight.

use std::ops::RangeInclusive;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;

use crate::app::core::command::Focus;
use crate::app::core::model::Model;
use crate::app::screens::plan::view::Sort;
use crate::document::visible::{fit, visible_line, width};
use crate::plan::StepRef;
use crate::plan::status::State;
use crate::tui::theme::Theme;
use crate::tui::widgets::fit_row::RowPart;
use crate::tui::widgets::pane::{empty, key_of};
use crate::tui::widgets::scroll::ScrollState;
use crate::tui::widgets::{fit_row, frame, status};

/// Where the columns of the list begin and how wide they are.
struct Columns {
    /// Columns before the ID: cursor, mark, and a gap where there is room.
    gutter: u16,
    id: u16,
    title: u16,
    owner: u16,
}

/// Draws the pane.
pub fn draw(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme, sight: &mut ScrollState) {
    let focused = model.view.pane == Focus::STEPS;
    let room = area.width.saturating_sub(2);
    let (left, right) = titles(model, theme, room);
    let inner = frame::pane_with(
        buf,
        area,
        theme,
        fit_row::line(left),
        fit_row::line(right),
        focused,
    );
    if focused {
        sight.page = usize::from(inner.height);
    }
    let view = &model.view;
    if view.list.is_empty() || view.empty_block.is_some() {
        return nothing(buf, inner, model, theme);
    }
    let shown = sight
        .window(Focus::STEPS)
        .keep_row(view.cursor, view.found_anew())
        .show(view.cursor, view.list.len(), inner);
    frame::scrollbar(buf, area, theme, &shown, view.list.len(), focused);
    let steps: Vec<StepRef<'_>> = view.list[shown.clone()]
        .iter()
        .map(|index| model.plan.step(*index))
        .collect();
    let columns = Columns::of(&steps, inner.width);
    for (y, (position, step)) in (inner.y..).zip(shown.zip(&steps)) {
        let row = Rect::new(inner.x, y, inner.width, 1);
        let selected = position == view.cursor;
        draw_row(buf, row, model, theme, *step, &columns, selected);
        draw_state(buf, row, model, theme, *step, position);
    }
}

impl Columns {
    /// Fits the columns to what is in sight.
    fn of(steps: &[StepRef<'_>], room: u16) -> Self {
        let widest = |texts: &mut dyn Iterator<Item = u16>| texts.max().unwrap_or(0);
        let id = widest(&mut steps.iter().map(|s| frame::columns(&s.id().to_string())));
        let most = match room {
            0..36 => 0,
            36..50 => 6,
            50..70 => 10,
            70..100 => 14,
            _ => 22,
        };
        let owner = widest(
            &mut steps
                .iter()
                .map(|s| frame::columns(&visible_line(&s.owner()))),
        );
        let gutter = if room >= 44 { 3 } else { 2 };
        let owner = owner.max(1).min(most);
        let before = gutter + id + 1 + status::WIDTH + 1;
        let behind = if owner > 0 { owner + 2 } else { 0 };
        Self {
            gutter,
            id,
            title: room.saturating_sub(before + behind),
            owner,
        }
    }
}

fn draw_row(
    buf: &mut Buffer,
    row: Rect,
    model: &Model,
    theme: &Theme,
    step: StepRef<'_>,
    columns: &Columns,
    selected: bool,
) {
    let style = text_style(step, theme, selected);
    let mut x = row.x + columns.gutter;
    frame::text(buf, x, row.y, columns.id, &step.id().to_string(), style);
    x += columns.id + 1;
    let look = status::look(step, theme);
    frame::text(buf, x, row.y, 1, look.sign, look.style);
    let words = status::WIDTH - 2;
    frame::fitted(buf, theme, (x + 2, row.y), words, &look.words, look.style);
    x += status::WIDTH + 1;
    let mut room = columns.title;
    if step.id().parent().is_some() {
        let branch = theme.glyphs.branch_last;
        let used = frame::text(buf, x, row.y, room.min(1), branch, theme.dim) + 1;
        (x, room) = (x + used, room.saturating_sub(used));
    }
    draw_title(buf, (x, row.y), room, model, theme, (step, style));
    if columns.owner > 0 {
        let owner = step.owner();
        let owner = if owner.is_empty() { "-" } else { &*owner };
        let x = row.right().saturating_sub(columns.owner + 1);
        frame::fitted(buf, theme, (x, row.y), columns.owner, owner, theme.dim);
    }
}

/// What is done steps back, unless the cursor is on it.
fn text_style(step: StepRef<'_>, theme: &Theme, selected: bool) -> Style {
    match step.state() {
        State::Done if !selected => theme.dim,
        _ => theme.text,
    }
}

/// The title with the letters that the filter's words matched.
fn draw_title(
    buf: &mut Buffer,
    (x, y): (u16, u16),
    room: u16,
    model: &Model,
    theme: &Theme,
    (step, style): (StepRef<'_>, Style),
) {
    let title = step.title();
    let safe = visible_line(&title);
    let fitting = fit(&safe, usize::from(room), theme.glyphs.ellipsis);
    frame::text(buf, x, y, room, &fitting, style);
    let words = model.view.filter.words();
    if words.is_empty() {
        return;
    }
    let places = words.places(&safe);
    let kept = match fitting.len() == safe.len() {
        true => fitting.len(),
        false => fitting.len() - theme.glyphs.ellipsis.len().min(fitting.len()),
    };
    highlight(
        buf,
        (x, y),
        &fitting[..kept],
        &places,
        theme.match_highlight,
    );
}

/// Styles the characters of drawn text whose indexes are in `places`, which ascend.
fn highlight(buf: &mut Buffer, (x, y): (u16, u16), text: &str, places: &[usize], style: Style) {
    let (mut character, mut column) = (0, x);
    for grapheme in text.graphemes(true) {
        let end = character + grapheme.chars().count();
        if places.iter().any(|at| (character..end).contains(at)) {
            buf[(column, y)].set_style(style);
        }
        character = end;
        column += u16::try_from(width(grapheme)).unwrap_or(0);
    }
}

/// Cursor, mark, range and flash of a row.
fn draw_state(
    buf: &mut Buffer,
    row: Rect,
    model: &Model,
    theme: &Theme,
    step: StepRef<'_>,
    position: usize,
) {
    let view = &model.view;
    let in_range = range(model).is_some_and(|range| range.contains(&position));
    if view.marks.contains(&step.key()) {
        frame::text(buf, row.x + 1, row.y, 1, theme.glyphs.mark, theme.mark);
    } else if in_range {
        frame::text(buf, row.x + 1, row.y, 1, theme.glyphs.vertical, theme.mark);
    }
    if in_range {
        buf.set_style(row, theme.selection_unfocused);
    }
    if model.is_lit(step.id()) {
        buf.set_style(row, theme.flash);
    }
    if position == view.cursor {
        let focused = view.pane == Focus::STEPS;
        frame::select(buf, row, theme, focused);
    }
}

fn range(model: &Model) -> Option<RangeInclusive<usize>> {
    let (start, cursor) = (model.view.range?, model.view.cursor);
    Some(start.min(cursor)..=start.max(cursor))
}

/// The pane's name with what is done, and what narrows the list down.
fn titles<'a>(model: &Model, theme: &Theme, room: u16) -> (Vec<RowPart<'a>>, Vec<RowPart<'a>>) {
    let view = &model.view;
    let mut left = vec![RowPart::styled(0, "Steps", theme.title)];
    if let Some(block) = view.block(&model.plan).map(|at| &model.plan.blocks()[at]) {
        left.push(RowPart::styled(1, block.id.to_string(), theme.title).after(" ".into()));
        if block.tally.total > 0 {
            let done = format!("{}/{} done", block.tally.done(), block.tally.total);
            left.push(RowPart::styled(5, done, theme.dim));
        }
    }
    let mut right = Vec::new();
    if view.sort != Sort::Id {
        let name = Sort::ALL.iter().find(|(sort, ..)| *sort == view.sort);
        let name = name.map_or("", |(.., name)| *name);
        right.push(RowPart::styled(4, format!("by {name}"), theme.accent));
    }
    if !view.filter.is_empty() {
        let text = format!("filter: {}", visible_line(view.filter.text()));
        let most = usize::from(room / 2);
        let text = fit(&text, most, theme.glyphs.ellipsis).into_owned();
        right.push(RowPart::styled(1, text, theme.accent));
        right.push(RowPart::styled(2, count(model, theme), theme.text));
    }
    if !view.marks.is_empty() {
        let count = format!("{} marked", view.marks.len());
        right.push(RowPart::styled(3, count, theme.mark));
    }
    fit_row::keep_both(&mut left, &mut right, 2, room);
    (left, right)
}

/// How many steps are listed so far, of how many.
pub fn count(model: &Model, theme: &Theme) -> String {
    let more = match model.view.is_looking() {
        true => theme.glyphs.ellipsis,
        false => "",
    };
    format!("{}{more} of {}", model.view.list.len(), model.plan.len())
}

/// Why the list is empty, and what to press.
fn nothing(buf: &mut Buffer, inner: Rect, model: &Model, theme: &Theme) {
    if let Some(away) = model.away() {
        return empty(buf, inner, theme, away.in_a_sentence(), "");
    }
    let key = |name| key_of(model, theme, name);
    let view = &model.view;
    let block = view.block(&model.plan).map(|at| &model.plan.blocks()[at]);
    let filter = (!view.filter.is_empty()).then(|| view.filter.text());
    let (why, press) = match (filter, view.empty_block.and(block)) {
        (Some(filter), _) if view.is_looking() => (
            format!("Still searching for “{filter}”{}", theme.glyphs.ellipsis),
            format!("{} clears the filter", key("back")),
        ),
        (Some(filter), None) => (
            format!("No step matches “{filter}”."),
            format!(
                "{} clears the filter, {} changes it",
                key("back"),
                key("filter")
            ),
        ),
        (Some(filter), Some(block)) => (
            format!("No step in {} matches “{filter}”.", block.id),
            format!(
                "{} clears the filter, {} changes it",
                key("back"),
                key("filter")
            ),
        ),
        (None, Some(block)) => (
            format!("{} has no steps yet.", block.id),
            format!(
                "{} adds one, {} goes to the next block",
                key("add"),
                key("next-block")
            ),
        ),
        (None, None) => (
            "There are no steps yet.".to_owned(),
            format!("{} adds the first one", key("add")),
        ),
    };
    empty(
        buf,
        inner,
        theme,
        &frame::words(theme, &why),
        &frame::words(theme, &press),
    );
}
