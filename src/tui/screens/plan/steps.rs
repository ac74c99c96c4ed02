//! The step list: one row a step, only those in sight. Where the title of the selected one does
//! not fit into its row, the pane's lower edge shows it whole.

use std::ops::RangeInclusive;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;

use super::list_columns::{Columns, has_header};
use crate::app::core::command::Focus;
use crate::app::core::groups::GroupLine;
use crate::app::core::model::Model;
use crate::app::core::pointer::Target;
use crate::document::english::capitalised;
use crate::document::visible::{fit, visible_line, width, wrap};
use crate::plan::StepRef;
use crate::plan::status::State;
use crate::plan::view::nobodys;
use crate::tui::theme::Theme;
use crate::tui::widgets::fit_row::RowPart;
use crate::tui::widgets::pane::{empty, filter_part, key_of, split_rows};
use crate::tui::widgets::scroll::ScrollState;
use crate::tui::widgets::{fit_row, frame, status};

/// Draws the pane.
pub fn draw(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme, sight: &mut ScrollState) {
    let focused = model.view.pane == Focus::STEPS;
    let (left, right) = titles(model, theme, area);
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
    let (header, inner) = split_rows(inner, u16::from(has_header(view) && inner.height > 1));
    if focused {
        sight.page = usize::from(inner.height);
    }
    let window = sight.window(Focus::STEPS);
    let window = window.keep_row(view.row(), view.found_anew());
    let step_at = |row: usize| match view.at_row(row) {
        Some(GroupLine::Row(position)) => Some(model.plan.step(view.list[position])),
        _ => None,
    };
    let mut look_at = |rows: Rect| {
        let shown = window.show(view.row(), view.rows(), rows);
        let steps: Vec<StepRef<'_>> = shown.clone().filter_map(step_at).collect();
        let has_grid_beside = area.width < buf.area.width;
        let columns = Columns::of(&steps, view, rows.width, has_grid_beside);
        (shown, columns)
    };
    let (mut shown, mut columns) = look_at(inner);
    let title = view
        .step(&model.plan)
        .map(|step| whole_title(step, &columns, inner));
    let title = title.unwrap_or_default();
    if title.len() > 1 {
        let taken = u16::try_from(title.len() - 1).unwrap_or(0);
        let (rows, _) = split_rows(inner, inner.height.saturating_sub(taken));
        (shown, columns) = look_at(rows);
    }
    frame::scrollbar(buf, area, theme, &shown, view.rows(), focused);
    if !header.is_empty() {
        for (area, nth) in columns.draw_header(buf, header, theme, view) {
            sight.note(area, Target::Heading(Focus::STEPS, nth));
        }
    }
    let known = model.known();
    let heading = |at: usize| view.groups.heading_above(at);
    let shown = (sight.window(Focus::STEPS)).under_heading(shown, view.row(), heading);
    for (y, at) in (inner.y..).zip(shown) {
        let row = frame::row(inner, y);
        match view.at_row(at) {
            Some(GroupLine::Row(position)) => {
                let step = model.plan.step(view.list[position]);
                let selected = at == view.row();
                draw_row(buf, row, model, theme, step, &columns, selected);
                columns.draw_others(buf, row, theme, step, &known);
                draw_state(buf, row, model, theme, step, position);
            }
            Some(GroupLine::Heading(group)) => draw_heading(buf, row, model, theme, group),
            None => {}
        }
    }
    for (y, row) in (0..area.bottom()).rev().zip(title.iter().rev()) {
        let row = format!(" {row} ");
        frame::fitted(buf, theme, (inner.x, y), inner.width, &row, theme.title);
    }
}

/// The rows of a title that is cut in its own row; none if it is not. The last one stands on the
/// pane's lower edge, and a row at least is left to the list.
fn whole_title(step: StepRef<'_>, columns: &Columns, inner: Rect) -> Vec<String> {
    let title = step.title();
    let title = visible_line(&title);
    if width(&title) <= usize::from(columns.title_of(step)) {
        return Vec::new();
    }
    let rows = wrap(&title, usize::from(inner.width.saturating_sub(2)));
    let most = usize::from(inner.height).max(1);
    let (first, rest) = rows.split_at(rows.len().min(most));
    let mut rows: Vec<String> = first.iter().map(|row| (*row).to_owned()).collect();
    if let (Some(last), false) = (rows.last_mut(), rest.is_empty()) {
        // What is longer than the pane is cut at its edge.
        last.push(' ');
        last.push_str(&rest.concat());
    }
    rows
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
    let indent = frame::columns(step.id().suffix());
    frame::text(
        buf,
        x,
        row.y,
        columns.id + indent,
        &step.id().to_string(),
        style,
    );
    x += columns.id + indent + 1;
    let look = status::look(step, theme);
    frame::text(buf, x, row.y, 1, look.sign, look.style);
    let words = columns.status.saturating_sub(3);
    frame::fitted(buf, theme, (x + 2, row.y), words, &look.words, look.style);
    x += columns.status;
    let room = columns.title_of(step);
    let end = draw_title(buf, (x, row.y), room, model, theme, (step, style));
    let words = status::WIDTH - 2;
    let behind = (x + room).saturating_sub(words);
    if columns.status < status::WIDTH && end < behind {
        // The column of words has gone to the titles: one that leaves room for its word has it.
        frame::fitted(buf, theme, (behind, row.y), words, &look.words, look.style);
    }
}

/// The heading of a group, with how many steps stand below it.
fn draw_heading(buf: &mut Buffer, row: Rect, model: &Model, theme: &Theme, group: usize) {
    let Some(heading) = model.view.groups.heading(group) else {
        return;
    };
    let sign = match heading.is_folded {
        true => theme.glyphs.folded,
        false => theme.glyphs.unfolded,
    };
    frame::text(buf, row.x + 1, row.y, 1, sign, theme.dim);
    let count = format!("  {}", heading.count);
    let long = frame::columns(&count);
    let room = row.width.saturating_sub(4 + long);
    let used = frame::fitted(
        buf,
        theme,
        (row.x + 3, row.y),
        room,
        heading.key,
        theme.title,
    );
    frame::text(buf, row.x + 3 + used, row.y, long, &count, theme.dim);
    if model.view.heading == Some(group) {
        frame::select(buf, row, theme, model.view.pane == Focus::STEPS);
    }
}

/// What is done steps back, unless the cursor is on it.
fn text_style(step: StepRef<'_>, theme: &Theme, selected: bool) -> Style {
    match step.state() {
        State::Done | State::Retired if !selected => theme.dim,
        _ => theme.text,
    }
}

/// The title with the letters that the filter's words matched. Answers the column behind it.
fn draw_title(
    buf: &mut Buffer,
    (x, y): (u16, u16),
    room: u16,
    model: &Model,
    theme: &Theme,
    (step, style): (StepRef<'_>, Style),
) -> u16 {
    let title = step.title();
    let safe = visible_line(&title);
    let fitting = fit(&safe, usize::from(room), theme.glyphs.ellipsis);
    let end = x + frame::text(buf, x, y, room, &fitting, style);
    let words = model.view.filter.words();
    if words.is_empty() {
        return end;
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
    end
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
    if position == view.cursor && view.heading.is_none() {
        let focused = view.pane == Focus::STEPS;
        frame::select(buf, row, theme, focused);
    }
}

fn range(model: &Model) -> Option<RangeInclusive<usize>> {
    let (start, cursor) = (model.view.range?, model.view.cursor);
    Some(start.min(cursor)..=start.max(cursor))
}

/// The pane's name with what is done, and what narrows the list down.
fn titles<'a>(model: &Model, theme: &Theme, area: Rect) -> (Vec<RowPart<'a>>, Vec<RowPart<'a>>) {
    let view = &model.view;
    let room = area.width.saturating_sub(2);
    let mut left = vec![RowPart::styled(0, "Steps", theme.title)];
    if let Some(block) = view.block(&model.plan).map(|at| &model.plan.blocks()[at]) {
        left.push(RowPart::styled(1, block.id.to_string(), theme.title).after(" ".into()));
        if block.tally.total > 0 {
            let done = format!("{}/{} done", block.tally.done(), block.tally.total);
            left.push(RowPart::styled(5, done, theme.dim));
        }
    }
    let mut right = Vec::new();
    if let Some((name, is_changed)) = model.view_in_words() {
        let changed = if is_changed { ", changed" } else { "" };
        let name = visible_line(name);
        let name = fit(&name, usize::from(room / 3), theme.glyphs.ellipsis);
        right.push(RowPart::styled(
            1,
            format!("view: {name}{changed}"),
            theme.accent,
        ));
    }
    if let Some(group) = view.group {
        right.push(RowPart::styled(
            6,
            format!("grouped by {}", group.name()),
            theme.accent,
        ));
    }
    if let Some(by) = view.sort.0.first() {
        let (name, arrow) = (
            by.column.label().to_lowercase(),
            theme.direction(by.descending),
        );
        right.push(RowPart::styled(
            4,
            format!("by {name} {arrow}"),
            theme.accent,
        ));
    }
    if !view.filter.is_empty() {
        right.push(filter_part(theme, view.filter.text(), area));
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
    let is_nobodys = view.filter.asks_who() && !view.is_looking();
    let (why, press) = match (filter, view.empty_block.and(block)) {
        (Some(filter), None) if is_nobodys => (
            format!("No step matches “{filter}”."),
            format!("{}.", capitalised(&nobodys(&model.context.me))),
        ),
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
