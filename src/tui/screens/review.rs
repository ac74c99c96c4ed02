//! Screen 3: the weekly review. A line of progress, the rows of the part that is walked, and
//! the selected step with what was decided about it.
//!
//! `rows` says what a row is; here is what stands where.

mod causes;
mod detail;
mod rows;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::core::model::Model;
use crate::app::core::pointer::Target;
use crate::app::screens::review::view::ReviewPart;
use crate::record::review::{Section, Word};
use crate::tui::theme::{Sign, Theme};
use crate::tui::widgets::fit_row::RowPart as Piece;
use crate::tui::widgets::header::steward;
use crate::tui::widgets::pane::{dot, filter_part, key_of, split_columns, split_rows, titled};
use crate::tui::widgets::scroll::ScrollState;
use crate::tui::widgets::text_layout::{TextLayout, thumb};
use crate::tui::widgets::{fit_row, frame};
use rows::Shown;

/// From this many columns on the selected step stands beside the list.
const BESIDE: u16 = 120;
/// Below this many rows the list has the screen for itself.
const LIST_ALONE: u16 = 10;
/// Rows of the selected step where it stands below the list.
const DETAIL: u16 = 8;

/// Draws the screen into `body`.
pub fn draw(buf: &mut Buffer, body: Rect, model: &Model, theme: &Theme, sight: &mut ScrollState) {
    let (strip, rest) = split_rows(body, 1);
    progress(buf, strip, model, theme);
    let lines = model.review.lines(model.review.part);
    let alone = model.is_zoomed() || lines == 0;
    let (list, below) = if alone { (rest, None) } else { places(rest) };
    let title = Line::styled(model.review.part.title(), theme.title);
    let focused = model.overlays.is_empty();
    let inner = titled(
        buf,
        list,
        theme,
        title,
        summary(model, theme, list),
        focused,
    );
    sight.note(list, Target::Pane(model.place()));
    if lines == 0 {
        empty(buf, inner, model, theme);
    } else {
        let list = shortage(buf, inner, model, theme);
        draw_rows(buf, list, model, theme, sight);
    }
    if let Some(area) = below {
        detail::draw(buf, area, model, theme);
    }
}

fn places(area: Rect) -> (Rect, Option<Rect>) {
    let (list, step) = match area.width >= BESIDE {
        true => split_columns(area, area.width * 3 / 5),
        false if area.height < LIST_ALONE + DETAIL => return (area, None),
        false => split_rows(area, area.height - DETAIL.max(area.height / 3)),
    };
    (list, Some(step))
}

/// The three parts with how far each is, and whether the review is held.
fn progress(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let view = &model.review;
    let mut left = Vec::new();
    for (at, part) in ReviewPart::ALL.into_iter().enumerate() {
        let (done, all) = view.progress(part);
        let is_here = part == view.part;
        let mut spans = Vec::new();
        let sign = match (is_here, done >= all) {
            (true, _) => theme.glyphs.cursor,
            (_, true) => theme.glyph(Sign::Complete),
            _ => " ",
        };
        let style = if is_here { theme.accent } else { theme.ok };
        spans.push(Span::styled(format!("{sign} "), style));
        let name = if is_here { theme.title } else { theme.dim };
        spans.push(Span::styled(format!("{} {} ", at + 1, part.title()), name));
        let count = if done >= all { theme.ok } else { theme.text };
        spans.push(Span::styled(format!("{done}/{all}"), count));
        let rank = if is_here { 0 } else { 2 + at };
        left.push(Piece::new(rank, Line::from(spans)).after("  ".into()));
    }
    let state = match view.record.held {
        Some(at) => Line::styled(format!("held {}", at.format("%m-%d %H:%M")), theme.ok),
        None if view.is_first => {
            let is_the_first = view.fates.is_empty();
            let words = if is_the_first {
                "first review"
            } else {
                "all proposals"
            };
            Line::styled(words, theme.accent)
        }
        None => {
            let since = view.record.since;
            let since = since.map(|at| format!("since {}", at.format("%Y-%m-%d")));
            Line::styled(since.unwrap_or_default(), theme.dim)
        }
    };
    let mut right: Vec<Piece<'_>> = steward(8, model, theme).into_iter().collect();
    // Where one is comes before since when.
    right.push(Piece::new(9, state));
    fit_row::draw_both(buf, theme, area, left, right);
}

/// Says below the ten why there are fewer; answers what is left for them.
fn shortage(buf: &mut Buffer, inner: Rect, model: &Model, theme: &Theme) -> Rect {
    /// Rows that stay with the ten.
    const TEN_ROWS: u16 = 4;
    let view = &model.review;
    let Some(why) = view
        .shortage
        .as_ref()
        .filter(|_| view.part == ReviewPart::Ten)
    else {
        return inner;
    };
    let mut sheet = TextLayout::new(theme, inner.width.saturating_sub(3));
    sheet.text(&frame::words(theme, &why.to_string()), theme.warning);
    let rows = u16::try_from(sheet.len()).unwrap_or(u16::MAX);
    if inner.height < rows.saturating_add(TEN_ROWS) {
        return inner;
    }
    let (list, below) = split_rows(inner, inner.height - rows);
    let below = Rect {
        x: below.x + 2,
        width: below.width.saturating_sub(3),
        ..below
    };
    sheet.draw(buf, below, 0);
    list
}

/// At the right of the pane's title: what it is narrowed by, what is marked, and what is left to do.
fn summary<'a>(model: &Model, theme: &Theme, area: Rect) -> Vec<Piece<'a>> {
    let view = &model.review;
    let mut parts = Vec::new();
    if let (Some(filter), Some((passing, all))) = (view.filter(), view.passing()) {
        let count = format!("{passing} of {all}");
        parts.push(filter_part(theme, filter, area));
        parts.push(Piece::styled(2, count, theme.text));
    }
    let marked = view.marks[view.part as usize].len();
    if marked > 0 {
        parts.push(Piece::styled(3, format!("{marked} marked"), theme.mark));
    }
    let left = left_to_do(model);
    if let Some(shortest) = left.last() {
        let shorter = Line::styled(shortest.clone(), theme.dim);
        parts.push(Piece::styled(4, left.concat(), theme.dim).or(shorter));
    }
    let gap = |part: Piece<'a>| part.after(dot(theme));
    parts.into_iter().map(gap).collect()
}

/// What is left to do: a remark that may be left out, and how much it is.
fn left_to_do(model: &Model) -> Vec<String> {
    let view = &model.review;
    match view.part {
        ReviewPart::Ten => {
            let done = view
                .fates
                .iter()
                .filter(|fate| fate.word == Word::Complete)
                .count();
            match view.fates.len() {
                0 => Vec::new(),
                all => match (view.rate.percent(), view.rate.weeks) {
                    (Some(percent), 2..) => vec![format!(
                        "last week: {done} of {all} done, {percent}% in {} weeks",
                        view.rate.weeks
                    )],
                    _ => vec![format!("last week: {done} of {all} done")],
                },
            }
        }
        // The strip above says it of all of them.
        _ if view.filter().is_some() => Vec::new(),
        part => {
            let (done, all) = view.progress(part);
            let (open, is_first) = (all - done, view.is_first);
            let remark = (part == ReviewPart::Proposals && is_first && open > 0)
                .then(|| "every idea and draft, oldest first, ".to_owned());
            let open = (open > 0).then(|| format!("{open} to decide"));
            remark.into_iter().chain(open).collect()
        }
    }
}

fn draw_rows(buf: &mut Buffer, inner: Rect, model: &Model, theme: &Theme, sight: &mut ScrollState) {
    let rows = rows::Rows::of(model);
    let view = &model.review;
    let cursor = view.cursor();
    let at = rows.position(cursor);
    let focused = model.overlays.is_empty();
    sight.page = usize::from(inner.height);
    let window = sight.window(model.place());
    let mut visible = window.follow(at, rows.len(), usize::from(inner.height));
    if cursor == 0 {
        // What stands above the first row comes into sight with it.
        visible = window.follow(0, rows.len(), usize::from(inner.height));
    }
    thumb(buf, inner, theme, (visible.start, rows.len()), focused);
    let heading = |at: usize| {
        let is_grouped = view.part == ReviewPart::Dependencies;
        is_grouped.then(|| view.causes.heading_above(at)).flatten()
    };
    let visible = (sight.window(model.place())).under_heading(visible, at, heading);
    let shown: Vec<Shown> = visible.into_iter().map(|at| rows.at(at)).collect();
    let columns = rows::Columns::of(model, theme, &shown, inner.width);
    for (y, row) in (inner.y..).zip(&shown) {
        let area = frame::row(inner, y);
        let (left, right) = match row {
            Shown::Heading(text) => (Line::styled(text.clone(), theme.heading), Line::default()),
            Shown::Row(at) => rows::row(model, theme, *at, &columns),
        };
        if let Shown::Row(at) = row {
            sight.window(model.place()).rows.push((area, *at));
        }
        if *row == Shown::Row(cursor) {
            buf.set_style(area, theme.selection(focused));
            frame::text(buf, area.x, y, 1, theme.glyphs.cursor, theme.accent);
        }
        if let Shown::Row(at) = row
            && view.rows_at(*at).into_iter().any(|row| view.is_marked(row))
        {
            frame::text(buf, area.x + 1, y, 1, theme.glyphs.mark, theme.mark);
        }
        let room = area.width.saturating_sub(3);
        let right_width = frame::line_width(&right).min(room / 2);
        let gap = u16::from(right_width > 0) * 2;
        frame::spans(buf, theme, (area.x + 2, y), room - right_width - gap, &left);
        let x = area.right() - right_width - 1;
        frame::spans(buf, theme, (x, y), right_width, &right);
    }
}

/// Says why there is nothing to decide, and what to press.
fn empty(buf: &mut Buffer, inner: Rect, model: &Model, theme: &Theme) {
    if model.review.week.is_none() {
        let what = "Gathering what the review is about.";
        return crate::tui::widgets::pane::empty(buf, inner, theme, what, "");
    }
    let since = model.review.record.since;
    let since = since.map_or_else(String::new, |at| at.format("%Y-%m-%d").to_string());
    let next = key_of(model, theme, "next-pane");
    let view = &model.review;
    let (why, press) = match view.part {
        _ if view.filter().is_some() && view.count(view.part) > 0 => (
            format!("None of {} passes the filter.", view.count(view.part)),
            format!("{} shows all of them.", key_of(model, theme, "back")),
        ),
        ReviewPart::Proposals if view.is_first => (
            "No step is an idea or a draft.".to_owned(),
            format!("{next} continues with the dependencies."),
        ),
        ReviewPart::Proposals => (
            format!("No idea or draft is new or changed since {since}."),
            format!("{next} continues with the dependencies."),
        ),
        ReviewPart::Dependencies => (
            "No dependency is missing, cyclic, on a blocked step or on a later one.".to_owned(),
            format!("{next} continues with the next ten."),
        ),
        ReviewPart::Ten => (
            match &view.shortage {
                Some(why) => format!("{why}."),
                None => "No step is ready: each is done.".to_owned(),
            },
            format!(
                "{} goes back to the plan; {} finishes the review.",
                key_of(model, theme, "back"),
                key_of(model, theme, "finish")
            ),
        ),
    };
    let inner = Rect {
        width: inner.width.saturating_sub(1),
        ..inner
    };
    crate::tui::widgets::pane::empty(buf, inner, theme, &frame::words(theme, &why), &press);
}

/// The entries of a section as rows of text: for the detail pane.
fn entries(sheet: &mut TextLayout, model: &Model, section: Section, theme: &Theme) {
    for (at, entry) in model.review.record.entries(section).iter().enumerate() {
        let number = format!("{:2} ", at + 1);
        let left = Line::from(vec![
            Span::styled(number, theme.accent),
            Span::styled(format!("{} ", entry.id), theme.dim),
            Span::styled(entry.text.clone(), theme.text),
        ]);
        sheet.pair(left, Span::styled(entry.owner.clone(), theme.dim));
    }
}
