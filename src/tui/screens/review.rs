//! Screen 3: the weekly review. A line of progress, the rows of the part that is walked, and
//! the selected step with what was decided about it.
//!
//! `rows` says what a row is; here is what stands where.

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
use crate::tui::widgets::pane::{key_of, split_columns, split_rows};
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
    let alone = model.is_zoomed() || model.review.count(model.review.part) == 0;
    let (list, below) = if alone { (rest, None) } else { places(rest) };
    let title = Line::styled(model.review.part.title(), theme.title);
    let focused = model.overlays.is_empty();
    let inner = frame::pane_with(buf, list, theme, title, summary(model, theme), focused);
    sight.note(list, Target::Pane(model.place()));
    if model.review.count(model.review.part) == 0 {
        empty(buf, inner, model, theme);
    } else {
        draw_rows(buf, inner, model, theme, sight);
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
        None => {
            let since = view.record.since;
            let since = since.map(|at| format!("since {}", at.format("%Y-%m-%d")));
            Line::styled(since.unwrap_or_default(), theme.dim)
        }
    };
    // Where one is comes before since when.
    let right = vec![Piece::new(9, state)];
    fit_row::draw_both(buf, theme, area, left, right);
}

/// What is left to do in the part, at the right of the pane's title.
fn summary(model: &Model, theme: &Theme) -> Line<'static> {
    let view = &model.review;
    let text = match view.part {
        ReviewPart::Ten => {
            let done = view
                .fates
                .iter()
                .filter(|fate| fate.word == Word::Complete)
                .count();
            match view.fates.len() {
                0 => String::new(),
                all => format!("last week: {done} of {all} done"),
            }
        }
        part => {
            let (done, all) = view.progress(part);
            match all - done {
                0 => String::new(),
                open => format!("{open} to decide"),
            }
        }
    };
    Line::styled(text, theme.dim)
}

fn draw_rows(buf: &mut Buffer, inner: Rect, model: &Model, theme: &Theme, sight: &mut ScrollState) {
    let rows = rows::Rows::of(model);
    let cursor = model.review.cursor();
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
    let shown: Vec<Shown> = visible.map(|at| rows.at(at)).collect();
    let columns = rows::Columns::of(model, &shown, inner.width);
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
    let (why, press) = match model.review.part {
        ReviewPart::Proposals => (
            format!("No idea or draft is new or changed since {since}."),
            format!("{next} continues with the dependencies."),
        ),
        ReviewPart::Dependencies => (
            "No dependency is missing, cyclic, on a blocked step or on a later one.".to_owned(),
            format!("{next} continues with the next ten."),
        ),
        ReviewPart::Ten => (
            "No step is ready: each is done, blocked or waiting for another.".to_owned(),
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
