//! The step list: one row a step, only those in sight. Where the title of the selected one does
//! not fit into its row, the pane's lower edge shows it whole.

use std::ops::RangeInclusive;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;

use crate::app::core::command::Focus;
use crate::app::core::model::Model;
use crate::app::screens::plan::view::Sort;
use crate::document::visible::{fit, visible_line, width, wrap};
use crate::plan::StepRef;
use crate::plan::status::State;
use crate::tui::theme::Theme;
use crate::tui::widgets::fit_row::RowPart;
use crate::tui::widgets::pane::{empty, key_of, split_rows};
use crate::tui::widgets::scroll::ScrollState;
use crate::tui::widgets::{fit_row, frame, status};

/// Columns of a title that everything else gives way to, where there are so many: 72 letters, and
/// the sign that there are more.
const TITLE: u16 = 73;
/// Columns of owners that a list without room to spare shows.
const OWNER: std::ops::RangeInclusive<u16> = 6..=12;
/// The most columns of owners.
const WIDEST_OWNER: u16 = 22;

/// Where the columns of the list begin and how wide they are. The title has what the others
/// leave: in a wider list never fewer columns than in a narrower one, or than [`TITLE`].
#[derive(Debug)]
struct Columns {
    /// Columns before the ID: cursor, mark, and a gap where there is room.
    gutter: u16,
    id: u16,
    /// Columns of the status: its sign, and its word unless the grid beside the list needs those.
    status: u16,
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
    let window = sight.window(Focus::STEPS);
    let window = window.keep_row(view.cursor, view.found_anew());
    let mut look_at = |rows: Rect| {
        let shown = window.show(view.cursor, view.list.len(), rows);
        let step = |index: &usize| model.plan.step(*index);
        let steps: Vec<StepRef<'_>> = view.list[shown.clone()].iter().map(step).collect();
        let has_grid_beside = area.width < buf.area.width;
        let columns = Columns::of(&steps, rows.width, has_grid_beside);
        (shown, steps, columns)
    };
    let (mut shown, mut steps, mut columns) = look_at(inner);
    let title = view
        .step(&model.plan)
        .map(|step| whole_title(step, &columns, inner));
    let title = title.unwrap_or_default();
    if title.len() > 1 {
        let taken = u16::try_from(title.len() - 1).unwrap_or(0);
        let (rows, _) = split_rows(inner, inner.height.saturating_sub(taken));
        (shown, steps, columns) = look_at(rows);
    }
    frame::scrollbar(buf, area, theme, &shown, view.list.len(), focused);
    for (y, (position, step)) in (inner.y..).zip(shown.zip(&steps)) {
        let row = frame::row(inner, y);
        let selected = position == view.cursor;
        draw_row(buf, row, model, theme, *step, &columns, selected);
        draw_state(buf, row, model, theme, *step, position);
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

impl Columns {
    /// Fits the columns to what is in sight, in a list of `room` columns that has all of the
    /// screen's or the grid beside it.
    fn of(steps: &[StepRef<'_>], room: u16, has_grid_beside: bool) -> Self {
        let widest = |texts: &mut dyn Iterator<Item = u16>| texts.max().unwrap_or(0);
        // A sub-step pushes its own row aside, and no other.
        let id = widest(&mut steps.iter().map(|step| id_columns(*step)));
        let owner = |step: &StepRef<'_>| frame::columns(&visible_line(&step.owner()));
        let owner = widest(&mut steps.iter().map(owner));
        Self::fitting(room, id, owner.max(1), has_grid_beside)
    }

    /// Columns that the title of a step has.
    fn title_of(&self, step: StepRef<'_>) -> u16 {
        let indent = frame::columns(step.id().suffix());
        self.title.saturating_sub(indent)
    }

    fn fitting(room: u16, id: u16, owner: u16, has_grid_beside: bool) -> Self {
        let (sign, word, gap) = (2, status::WIDTH - 1, 2);
        let room_for_all = 3 + id + 1 + sign + word + TITLE + gap + OWNER.end();
        let has_word = !has_grid_beside || room >= room_for_all;
        let gutter = if room < 44 || !has_word { 2 } else { 3 };
        let rest = room.saturating_sub(gutter + id + 1 + sign);
        let status = if has_word { sign + word } else { sign };
        let rest = rest.saturating_sub(status - sign);
        let spare = rest.saturating_sub(TITLE + gap).min(WIDEST_OWNER);
        let few = (OWNER.start() + room.saturating_sub(40) / 6).min(*OWNER.end());
        let most = if has_grid_beside {
            spare
        } else {
            spare.max(few)
        };
        let owner = owner.min(most);
        Self {
            gutter,
            id,
            status,
            title: rest.saturating_sub(owner + gap),
            owner,
        }
    }
}

/// Columns of the ID of the whole step that a step belongs to.
fn id_columns(step: StepRef<'_>) -> u16 {
    let id = step.id();
    frame::columns(&id.to_string()) - frame::columns(id.suffix())
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
    let owner = step.owner();
    let owner = if owner.is_empty() { "-" } else { &*owner };
    let x = row.right().saturating_sub(columns.owner + 1);
    frame::fitted(buf, theme, (x, row.y), columns.owner, owner, theme.dim);
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Whatever IDs and owners are in sight: the title never loses columns to a wider window,
        /// but for those over 72 and the ellipsis, and has 38 beside that at 80 columns.
        #[test]
        fn the_title_has_no_fewer_columns_in_a_wider_window(id in 1..7_u16, owner in 1..60_u16) {
            let mut most = 0;
            for width in 40..=240_u16 {
                let beside = width >= 128;
                let room = width - 2 - if beside { 33 } else { 0 };
                let columns = Columns::fitting(room, id, owner, beside);
                prop_assert!(columns.title >= most.min(TITLE), "{columns:?} at {width}");
                let all = columns.gutter + columns.id + 1 + columns.status + columns.title;
                prop_assert_eq!(all + columns.owner + 2, room);
                prop_assert!(width < 80 || columns.title > 38);
                most = most.max(columns.title);
            }
        }
    }
}
