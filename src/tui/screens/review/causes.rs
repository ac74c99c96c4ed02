//! The dependencies of the review, by what causes that they are wrong.
//!
//! A line says which step holds others up, whose it is, what is wrong, and how many wait; below
//! one that is unfolded stand those that wait.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::rows::{self, Columns};
use crate::app::core::model::Model;
use crate::app::screens::review::view::{ReviewPart, ReviewView};
use crate::document::visible::{pad, width};
use crate::plan::id::StepId;
use crate::record::review::causes::Cause;
use crate::record::review::gather::Trouble;
use crate::tui::theme::Theme;
use crate::tui::widgets::frame;

/// The cause and its rows that a line stands for: one line with several, or all there is.
pub fn line(view: &ReviewView, line: usize) -> Option<(Cause, &[usize])> {
    let is_here = view.part == ReviewPart::Dependencies;
    let group = view.causes.group_of(line).filter(|_| is_here);
    group.filter(|(_, rows)| rows.len() == view.causes.rows(line).len())
}

/// The left and the right part of a line.
pub fn draw(
    model: &Model,
    theme: &Theme,
    at: usize,
    columns: &Columns,
) -> (Line<'static>, Line<'static>) {
    let view = &model.review;
    match (line(view, at), view.row_at(at)) {
        (Some((cause, rows)), _) => group(model, theme, (cause, rows), columns),
        (None, Some(row)) => below(model, theme, row, columns),
        (None, None) => Default::default(),
    }
}

/// A cause, with all that it holds up.
fn group(
    model: &Model,
    theme: &Theme,
    (cause, rows): (Cause, &[usize]),
    columns: &Columns,
) -> (Line<'static>, Line<'static>) {
    let view = &model.review;
    let (sign, style) = rows::trouble(cause.trouble, theme);
    let sign = match rows.len() {
        1 => sign,
        _ if view.causes.is_unfolded(cause) => theme.glyphs.unfolded,
        _ => theme.glyphs.folded,
    };
    let step = rows::step(model, cause.step);
    let title = match step.filter(|_| cause.trouble != Trouble::Cyclic) {
        Some(step) => step.title().into_owned(),
        None => rows.first().map_or_else(String::new, |row| {
            let words = &view.tangles[*row].0.words;
            let id = format!("{} ", cause.step);
            words.strip_prefix(&id).unwrap_or(words).to_owned()
        }),
    };
    let left = Line::from(vec![
        Span::styled(format!("{sign} "), style),
        rows::id(cause.step, columns, theme),
        Span::styled(frame::words(theme, &title).into_owned(), theme.text),
    ]);
    let outcome = outcome(view, theme, (cause, rows), columns);
    let mut right = vec![Span::styled(
        pad(&outcome.content, columns.outcome).into_owned(),
        outcome.style,
    )];
    right.extend(rows::owner(step, columns, theme));
    (left, Line::from(right))
}

/// Columns that what is wrong with the steps of a line takes.
pub fn outcome_width(model: &Model, theme: &Theme, at: usize, columns: &Columns) -> usize {
    let view = &model.review;
    let words = match (line(view, at), view.row_at(at)) {
        (Some(group), _) => outcome(view, theme, group, columns).content.into_owned(),
        (None, Some(row)) => verdict(view, row, theme).map_or_else(String::new, |(words, _)| words),
        (None, None) => String::new(),
    };
    width(&words)
}

/// What is wrong, and what was decided about it.
fn outcome(
    view: &ReviewView,
    theme: &Theme,
    (cause, rows): (Cause, &[usize]),
    columns: &Columns,
) -> Span<'static> {
    let decided: Vec<_> = rows
        .iter()
        .filter_map(|row| verdict(view, *row, theme))
        .collect();
    let open = rows.len() - decided.len();
    if let (0, [(words, style), rest @ ..]) = (open, &decided[..]) {
        let is_same = rest.iter().all(|(other, _)| other == words);
        let text = match rows.len() {
            1 => words.clone(),
            count if is_same => format!("{words} ({count})"),
            count => format!("{count} decided"),
        };
        return Span::styled(text, *style);
    }
    let (_, style) = rows::trouble(cause.trouble, theme);
    let text = match (rows, open < rows.len()) {
        ([row], _) if cause.trouble != Trouble::Cyclic => {
            format!("{} for {}", cause.word(), view.tangles[*row].0.step)
        }
        (_, true) => format!("{}: {open} of {} open", cause.word(), rows.len()),
        _ => cause.in_words(rows.len(), columns.wide),
    };
    Span::styled(text, style)
}

/// What became of a row, with its sign.
fn verdict(view: &ReviewView, row: usize, theme: &Theme) -> Option<(String, Style)> {
    let (tangle, wrong) = &view.tangles[row];
    match (view.handled(tangle), wrong) {
        (Some(entry), _) => {
            let (sign, style) = rows::look(entry.word, theme);
            Some((format!("{sign} {}", entry.word.words()), style))
        }
        (None, false) => Some(("fixed since".to_owned(), theme.ok)),
        (None, true) => None,
    }
}

/// A step that waits, below what it waits for.
fn below(
    model: &Model,
    theme: &Theme,
    row: usize,
    columns: &Columns,
) -> (Line<'static>, Line<'static>) {
    let id: StepId = model.review.tangles[row].0.step;
    let step = rows::step(model, id);
    let title = step.map(|step| step.title().into_owned());
    let left = Line::from(vec![
        Span::raw("    "),
        rows::id(id, columns, theme),
        Span::styled(title.unwrap_or_default(), theme.text),
    ]);
    let mut right = Vec::new();
    if let Some((words, style)) = verdict(&model.review, row, theme) {
        let words = pad(&words, columns.outcome).into_owned();
        right.push(Span::styled(words, style));
    }
    right.extend(rows::owner(step, columns, theme));
    (left, Line::from(right))
}
