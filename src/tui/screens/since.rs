//! Screen 6: what is different since a baseline by block, and the selected step with who did it.
//!
//! Draws the visible rows only, whatever their number.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::core::command::Focus;
use crate::app::core::model::Model;
use crate::app::core::pointer::Target;
use crate::app::screens::since::view::Row;
use crate::document::english::capitalised;
use crate::document::visible::{fit, pad, visible_line, width};
use crate::history::since::{Comparison, Different, How, Origin};
use crate::history::words::instant;
use crate::plan::canon::block_table::BlockColumn;
use crate::tui::theme::{Sign, Theme};
use crate::tui::widgets::change::{What, author, day, origin, what};
use crate::tui::widgets::frame;
use crate::tui::widgets::pane::{empty, key_of, split_columns, split_rows};
use crate::tui::widgets::scroll::ScrollState;
use crate::tui::widgets::text_layout::{TextLayout, thumb};

/// From this many columns on the selected step stands beside the list.
const BESIDE: u16 = 120;
/// Below this many rows the list has the screen for itself.
const LIST_ALONE: u16 = 9;
/// Columns of the longest word: `completed`.
const WORD: usize = 9;
/// Columns of who and when, at the most.
const WHO: usize = 26;
/// Below this many columns a change comes before the title, which is in the detail, too.
const CHANGE_FIRST: u16 = 90;

/// Draws the screen into `body`.
pub fn draw(buf: &mut Buffer, body: Rect, model: &Model, theme: &Theme, sight: &mut ScrollState) {
    let Some(compared) = &model.since.compared else {
        return nothing(buf, body, model, theme, None);
    };
    if model.since.rows.is_empty() {
        return nothing(buf, body, model, theme, Some(compared));
    }
    let (above, below) = places(body, model.since.rows.len() + compared.notes.len());
    list(buf, above, model, compared, theme, sight);
    if let Some(area) = below {
        detail(buf, area, model, compared, theme);
    }
}

fn places(body: Rect, count: usize) -> (Rect, Option<Rect>) {
    let (list, step) = match body.width >= BESIDE {
        true => split_columns(body, body.width * 3 / 5),
        false if body.height < LIST_ALONE => return (body, None),
        false => {
            let wanted = u16::try_from(count).unwrap_or(u16::MAX).saturating_add(2);
            split_rows(body, wanted.clamp(4, (body.height * 3 / 5).max(4)))
        }
    };
    (list, Some(step))
}

/// That nothing is listed, why, and what to press.
fn nothing(
    buf: &mut Buffer,
    body: Rect,
    model: &Model,
    theme: &Theme,
    compared: Option<&Comparison>,
) {
    let title = Line::styled("Since", theme.title);
    let focused = model.overlays.is_empty();
    let right = Line::styled(reading(model, theme).unwrap_or_default(), theme.dim);
    let inner = frame::pane_with(buf, body, theme, title, right, focused);
    let baseline = key_of(model, theme, "baseline");
    let (why, press) = match (compared, &model.since.trouble) {
        (Some(compared), _) => {
            let mut why = match compared.baseline.cut_off {
                Some(at) => format!(
                    "Nothing is different since {}; what was before is not in this clone.",
                    instant(at)
                ),
                None => format!("Nothing is different since {}.", compared.baseline.words()),
            };
            compared
                .notes
                .iter()
                .for_each(|note| why += &format!("\n{}.", capitalised(note)));
            (
                why,
                format!("{baseline} compares with another date, gate or commit."),
            )
        }
        (None, Some(reason)) => {
            let press = format!("{baseline} compares with another date, gate or commit.");
            (format!("{}.", capitalised(reason)), press)
        }
        (None, None) => {
            let why = match model.work.is_opening() {
                true => "The history is read when the plan is loaded.".to_owned(),
                false => "Reading the history…".to_owned(),
            };
            (why, String::new())
        }
    };
    let (why, press) = (frame::words(theme, &why), frame::words(theme, &press));
    empty(buf, inner, theme, &why, &press);
}

/// How far the history is read, while it is.
fn reading(model: &Model, theme: &Theme) -> Option<String> {
    let progress = model.work.comparing.as_ref()?;
    let text = match progress.percent() {
        0 => "reading the history…".to_owned(),
        percent => format!("reading the history… {percent}%"),
    };
    Some(frame::words(theme, &text).into_owned())
}

fn list(
    buf: &mut Buffer,
    area: Rect,
    model: &Model,
    compared: &Comparison,
    theme: &Theme,
    sight: &mut ScrollState,
) {
    let rows = &model.since.rows;
    let focused = model.overlays.is_empty();
    let title = format!("Since {}", compared.baseline.words());
    let right = reading(model, theme).unwrap_or_else(|| compared.counts());
    let (title, right) = (
        Line::styled(title, theme.title),
        Line::styled(right, theme.dim),
    );
    let inner = frame::pane_with(buf, area, theme, title, right, focused);
    let (inner, noted) = notes(inner, &compared.notes);
    for (y, note) in (noted.y..noted.bottom()).zip(&compared.notes) {
        let note = frame::words(theme, note);
        let (at, room) = ((noted.x + 2, y), noted.width.saturating_sub(3));
        frame::fitted(buf, theme, at, room, &note, theme.warning);
    }
    sight.page = usize::from(inner.height);
    sight.note(area, Target::Pane(Focus::SINCE));
    let cursor = model.since.cursor;
    let shown = (sight.window(Focus::SINCE)).show(cursor, rows.len(), inner);
    thumb(buf, inner, theme, (shown.start, rows.len()), focused);
    let heading_above = |at: usize| {
        let is_row = |row: &Row| matches!(row, Row::Step { .. });
        let above = rows[..at].iter().rposition(|row| !is_row(row));
        above.filter(|_| is_row(&rows[at]))
    };
    let shown = (sight.window(Focus::SINCE)).under_heading(shown, cursor, heading_above);
    for (y, at) in (inner.y..).zip(shown) {
        let area = frame::row(inner, y);
        if at == cursor {
            buf.set_style(area, theme.selection(focused));
            frame::text(buf, inner.x, y, 1, theme.glyphs.cursor, theme.accent);
        }
        let line = match &rows[at] {
            Row::Block { block, counts } => heading(&block_name(model, *block), counts, theme),
            Row::Seen(count) => Line::styled(format!("Seen {count}"), theme.title),
            Row::Step { step, is_seen } => {
                row(buf, area, model, compared, step, *is_seen, theme);
                continue;
            }
        };
        let width = area.width.saturating_sub(3);
        frame::spans(buf, theme, (area.x + 2, y), width, &line);
    }
}

/// The rows of the list, and those below for what is not known.
fn notes(inner: Rect, notes: &[String]) -> (Rect, Rect) {
    let count = u16::try_from(notes.len()).unwrap_or(u16::MAX);
    split_rows(inner, inner.height - count.min(inner.height / 3))
}

fn block_name(model: &Model, block: Option<usize>) -> String {
    let blocks = model.plan.blocks();
    // The plan may have fewer blocks by now than what is shown knows of.
    let Some(block) = block.filter(|block| *block < blocks.len()) else {
        return "Outside the blocks".to_owned();
    };
    let theme = model.plan.block_text(block, BlockColumn::Theme);
    format!("{} {theme}", blocks[block].id)
        .trim_end()
        .to_owned()
}

fn heading(name: &str, counts: &[usize; How::ALL.len()], theme: &Theme) -> Line<'static> {
    let mut line = Line::from(Span::styled(name.to_owned(), theme.title));
    for (how, count) in How::ALL
        .into_iter()
        .zip(counts)
        .filter(|(_, count)| **count > 0)
    {
        let dot = Span::styled(format!(" {} ", theme.glyphs.dot), theme.dim);
        line.push_span(dot);
        line.push_span(Span::styled(
            format!("{count} {}", how.word()),
            look(how, theme).1,
        ));
    }
    line
}

/// Sign and style of a difference.
fn look(how: How, theme: &Theme) -> (&'static str, Style) {
    match how {
        How::Added => ("+", theme.accent),
        How::Removed => ("-", theme.warning),
        How::Completed => (theme.glyph(Sign::Complete), theme.ok),
        How::Reopened => ("<", theme.warning),
        How::Changed => ("~", theme.text),
    }
}

/// One step in a list of other things: how it is different, and its title.
pub(super) fn short_row(model: &Model, step: &Different, theme: &Theme) -> Line<'static> {
    let Some(compared) = &model.since.compared else {
        return Line::default();
    };
    let (sign, style) = look(step.how, theme);
    let title = compared.title(&model.plan, step);
    Line::from(vec![
        Span::styled(format!("{sign} {} ", pad(step.how.word(), WORD)), style),
        Span::styled(format!("{} ", step.step), theme.dim),
        Span::styled(title, theme.text),
    ])
}

/// One step: how it is different, the first of its changes, who made the newest one and when.
fn row(
    buf: &mut Buffer,
    area: Rect,
    model: &Model,
    compared: &Comparison,
    step: &Different,
    is_seen: bool,
    theme: &Theme,
) {
    let (sign, style) = look(step.how, theme);
    let (style, text) = match is_seen {
        true => (theme.dim, theme.dim),
        false => (style, theme.text),
    };
    let events = compared.events(step);
    let newest = events
        .iter()
        .filter_map(|event| compared.trail.origin(event));
    let newest = newest.max_by_key(|origin| origin.at);
    let has_history = compared.baseline.has_history;
    let who = newest.map(|origin| match &origin.commit {
        Some(_) => format!("{} {}", author(origin), day(origin)),
        None if has_history => author(origin).to_owned(),
        None => format!("by {}", origin.at.format("%Y-%m-%d")),
    });
    let who = visible_line(&who.unwrap_or_default()).into_owned();
    let who = fit(
        &who,
        WHO.min(usize::from(area.width / 3)),
        theme.glyphs.ellipsis,
    )
    .into_owned();
    let right = frame::columns(&who);
    let word = pad(step.how.word(), WORD);
    let mut line = Line::from(vec![
        Span::styled(format!("{sign} {word} "), style),
        Span::styled(format!("{} ", step.step), theme.dim),
    ]);
    let room = area.width.saturating_sub(right + 4);
    let left = usize::from(room.saturating_sub(frame::line_width(&line)));
    let name = visible_line(&compared.title(&model.plan, step)).into_owned();
    if matches!(step.how, How::Added | How::Removed) {
        line.push_span(Span::styled(name, text));
    } else if let Some(event) = events.first() {
        let change = what(event, has_history, theme);
        let more = match events.len() {
            1 => String::new(),
            count => format!(" +{}", count - 1),
        };
        let needed = usize::from(frame::line_width(&change)) + width(&more) + 2;
        let spare = left.saturating_sub(needed);
        if area.width < CHANGE_FIRST {
            let name = fit(&name, spare, theme.glyphs.ellipsis).into_owned();
            line.extend(change.spans);
            line.push_span(Span::styled(format!("{more}  "), theme.dim));
            line.push_span(Span::styled(name, theme.dim));
        } else {
            // Half of the room for the title, or what the change leaves of it.
            let name = fit(&name, spare.max(left / 2), theme.glyphs.ellipsis).into_owned();
            line.push_span(Span::styled(format!("{name}  "), text));
            line.extend(change.spans);
            line.push_span(Span::styled(more, theme.dim));
        }
    }
    frame::spans(buf, theme, (area.x + 2, area.y), room, &line);
    let x = area.right().saturating_sub(right + 1);
    frame::text(buf, x, area.y, right, &who, theme.dim);
}

fn detail(buf: &mut Buffer, area: Rect, model: &Model, compared: &Comparison, theme: &Theme) {
    let Some(step) = model.since.selected() else {
        return about_heading(buf, area, model, theme);
    };
    let title = Line::styled(format!("{} {}", step.step, step.how.word()), theme.title);
    let inner = frame::pane(buf, area, theme, title, false);
    let text = frame::aired(inner);
    let mut sheet = TextLayout::new(theme, text.width);
    sheet.text(&compared.title(&model.plan, step), theme.heading);
    let mut before = None;
    for event in compared.events(step) {
        let with = compared.trail.origin(event);
        if before.is_some_and(|before| before != with) {
            said(&mut sheet, before.flatten(), compared, theme);
        }
        before = Some(with);
        match step.how {
            How::Added | How::Removed => {}
            _ => {
                let What { lead, text } = What::of(event, compared.baseline.has_history);
                let lead = Span::styled(lead, theme.dim);
                sheet.hanging(lead, &frame::words(theme, &text), theme.text);
            }
        }
    }
    said(&mut sheet, before.flatten(), compared, theme);
    sheet.shorten(usize::from(text.height));
    sheet.draw(buf, text, 0);
}

/// Who made the changes above, if that is known.
fn said(sheet: &mut TextLayout<'_>, with: Option<&Origin>, compared: &Comparison, theme: &Theme) {
    match with {
        Some(with) if compared.baseline.has_history => origin(sheet, with, theme),
        Some(with) => {
            let at = with.at.format("%Y-%m-%d %H:%M UTC");
            sheet.hanging("  ", &format!("{at}, by updated_at"), theme.dim);
        }
        None => {}
    }
}

/// What the keys do on a heading.
fn about_heading(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let title = Line::styled("Change", theme.title);
    let inner = frame::pane(buf, area, theme, title, false);
    let next = key_of(model, theme, "next-change");
    let aside = key_of(model, theme, "set-aside-change");
    let is_seen = matches!(model.since.rows.get(model.since.cursor), Some(Row::Seen(_)));
    let (why, press) = match is_seen {
        true => (
            "You have set these aside.",
            format!("{aside} brings all of them back."),
        ),
        false => (
            "The changed steps of a block.",
            format!(
                "{next} goes to the next step that is new to you; {aside} sets all of these aside as seen."
            ),
        ),
    };
    empty(buf, inner, theme, why, &press);
}
