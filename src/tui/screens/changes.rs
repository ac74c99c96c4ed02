//! Screen 8: what the checkout changes in the plan by block, step and field, and the selected
//! difference in full.
//!
//! Draws the visible rows only, whatever their number.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::core::command::Focus;
use crate::app::core::model::Model;
use crate::app::core::pointer::Target;
use crate::change::delta::How;
use crate::change::delta::outline::{Line as ChangeLine, LineKind};
use crate::document::english::capitalised;
use crate::document::visible::visible_line;
use crate::store::changes::{Base, Changes};
use crate::tui::theme::Theme;
use crate::tui::widgets::fit_row::RowPart;
use crate::tui::widgets::frame;
use crate::tui::widgets::pane::{dot, empty, key_of, split_columns, split_rows, titled};
use crate::tui::widgets::scroll::ScrollState;
use crate::tui::widgets::text_layout::{TextLayout, thumb};

/// From this many columns on the selected difference stands beside the list.
const BESIDE: u16 = 120;
/// So many lines of a text are shown; beyond that nobody scrolls.
const MOST_LINES: usize = 2000;
/// Below this many rows one pane at a time has the screen.
const LIST_ALONE: u16 = 12;
/// Rows of the list, which go first, and of what it says, edges included.
const LEAST: (u16, u16) = (6, 7);

/// Draws the screen into `body`.
pub fn draw(buf: &mut Buffer, body: Rect, model: &Model, theme: &Theme, sight: &mut ScrollState) {
    let view = &model.changes;
    let Some(read) = &view.read else {
        return unknown(buf, body, model, theme);
    };
    let (above, below) = places(body, view.lines.len() + read.notes.len() + 1);
    if below.is_none() && model.place() == Focus::CHANGE_TEXT {
        return detail(buf, body, model, read, theme, sight);
    }
    list(buf, above, model, read, theme, sight);
    if let Some(area) = below {
        detail(buf, area, model, read, theme, sight);
    }
}

fn places(body: Rect, count: usize) -> (Rect, Option<Rect>) {
    match body.width >= BESIDE {
        true => {
            let (list, detail) = split_columns(body, body.width * 3 / 5);
            (list, Some(detail))
        }
        false if body.height < LIST_ALONE => (body, None),
        false => {
            let wanted = u16::try_from(count).unwrap_or(u16::MAX).saturating_add(2);
            let most = (body.height - LEAST.1).max(LEAST.0);
            let (list, detail) = split_rows(body, wanted.clamp(LEAST.0, most));
            (list, Some(detail))
        }
    }
}

/// That nothing is known, why, and what works all the same.
fn unknown(buf: &mut Buffer, body: Rect, model: &Model, theme: &Theme) {
    let title = Line::styled("Changes", theme.title);
    let focused = model.overlays.is_empty();
    let inner = frame::pane(buf, body, theme, title, focused);
    let since = key_of(model, theme, "screen-since");
    let (why, press) = match (&model.changes.trouble, &model.context.as_of) {
        (_, Some(_)) => {
            let now = key_of(model, theme, "as-of");
            let why = "The plan as it was has nothing that is not committed.".to_owned();
            (why, format!("{now} returns to now."))
        }
        (Some(reason), _) => {
            let base = key_of(model, theme, "checkout-base");
            let press = match model.changes.base {
                Base::Head => format!("{since} shows what was edited since a date."),
                _ => format!("{base} compares with HEAD again."),
            };
            (format!("{}.", capitalised(reason)), press)
        }
        (None, _) => ("Asking git…".to_owned(), String::new()),
    };
    let (why, press) = (frame::words(theme, &why), frame::words(theme, &press));
    empty(buf, inner, theme, &why, &press);
}

fn list(
    buf: &mut Buffer,
    area: Rect,
    model: &Model,
    read: &Changes,
    theme: &Theme,
    sight: &mut ScrollState,
) {
    let view = &model.changes;
    let focused = model.overlays.is_empty() && model.place() == Focus::CHANGES;
    let title = Line::styled(read.heading(), theme.title);
    let mut right = vec![RowPart::styled(2, read.summary(), theme.dim)];
    if !view.marks().is_empty() {
        let count = format!("{} marked", view.marks().len());
        right.push(RowPart::styled(1, count, theme.dim).after(dot(theme)));
    }
    let inner = titled(buf, area, theme, title, right, focused);
    let (head, inner) = split_rows(inner, 1);
    let room = head.width.saturating_sub(3);
    let standing = frame::words(theme, &read.standing_words()).into_owned();
    frame::fitted(buf, theme, (head.x + 2, head.y), room, &standing, theme.dim);
    let count = u16::try_from(read.notes.len()).unwrap_or(u16::MAX);
    let (inner, noted) = split_rows(inner, inner.height - count.min(inner.height / 3));
    for (y, note) in (noted.y..noted.bottom()).zip(&read.notes) {
        let note = frame::words(theme, note);
        frame::fitted(buf, theme, (noted.x + 2, y), room, &note, theme.warning);
    }
    sight.page = usize::from(inner.height);
    sight.note(area, Target::Pane(Focus::CHANGES));
    if view.lines.is_empty() {
        let base = key_of(model, theme, "checkout-base");
        let (why, press) = match read.base {
            Base::Head if model.sync.failed() > 0 => (
                "What is on disk is committed; the edits that are not saved are not listed.",
                format!("{} saves them again.", key_of(model, theme, "retry-save")),
            ),
            Base::Head if read.is_merge() => {
                let named = model.keymap.named("commit-changes");
                let obstacle = named.and_then(|command| command.refusal(model));
                let key = key_of(model, theme, "commit-changes");
                let how = match obstacle {
                    Some(reason) => frame::words(theme, &capitalised(&reason)).into_owned(),
                    None => format!("{key} concludes it"),
                };
                (
                    "The merge changes nothing else, and is not committed.",
                    format!("{how}."),
                )
            }
            Base::Head => (
                "Everything is committed.",
                format!("{base} shows what a pull request would hold."),
            ),
            _ => (
                "This branch changes nothing in the plan.",
                format!("{base} compares with HEAD."),
            ),
        };
        return empty(buf, inner, theme, why, &press);
    }
    let shown = (sight.window(Focus::CHANGES)).show(view.cursor, view.lines.len(), inner);
    thumb(buf, inner, theme, (shown.start, view.lines.len()), focused);
    for (y, at) in (inner.y..).zip(shown) {
        let area = frame::row(inner, y);
        if at == view.cursor {
            buf.set_style(area, theme.selection(focused));
            frame::text(buf, inner.x, y, 1, theme.glyphs.cursor, theme.accent);
        }
        if view.is_marked(at) {
            frame::text(buf, inner.x + 1, y, 1, theme.glyphs.mark, theme.accent);
        }
        let line = row(&view.lines[at], theme);
        let width = area.width.saturating_sub(4);
        frame::spans(buf, theme, (area.x + 3, y), width, &line);
    }
}

/// Sign and style of a difference.
fn look(how: How, theme: &Theme) -> (&'static str, Style) {
    match how {
        How::Added => ("+", theme.accent),
        How::Removed => ("-", theme.warning),
        How::Changed => ("~", theme.text),
        How::Rewritten => ("=", theme.dim),
    }
}

fn row(line: &ChangeLine, theme: &Theme) -> Line<'static> {
    let indent = "  ".repeat(line.depth);
    let name = frame::words(theme, &visible_line(&line.name)).into_owned();
    let words = frame::words(theme, &visible_line(&line.words)).into_owned();
    let dot = Span::styled(format!(" {} ", theme.glyphs.dot), theme.dim);
    match line.kind {
        LineKind::Change(..) | LineKind::Conflict(..) | LineKind::Undecided(_) => {
            let (sign, style) = match line.kind {
                LineKind::Change(_, how) => look(how, theme),
                _ => ("!", theme.warning),
            };
            Line::from(vec![
                Span::styled(format!("{indent}{sign} "), style),
                Span::styled(format!("{name}  "), theme.dim),
                Span::styled(words, style),
            ])
        }
        LineKind::Step(_) => Line::from(vec![
            Span::styled(format!("{indent}{name}"), theme.text),
            dot,
            Span::styled(words, theme.dim),
        ]),
        LineKind::Block(_) | LineKind::File => Line::from(vec![
            Span::styled(format!("{indent}{name}"), theme.title),
            dot,
            Span::styled(words, theme.dim),
        ]),
    }
}

fn detail(
    buf: &mut Buffer,
    area: Rect,
    model: &Model,
    read: &Changes,
    theme: &Theme,
    sight: &mut ScrollState,
) {
    let title = Line::styled("Change", theme.title);
    let focused = model.overlays.is_empty() && model.place() == Focus::CHANGE_TEXT;
    let inner = frame::pane(buf, area, theme, title, focused);
    sight.note(area, Target::Pane(Focus::CHANGE_TEXT));
    let text = frame::aired(inner);
    let Some(line) = model.changes.selected() else {
        return;
    };
    let mut sheet = TextLayout::new(theme, text.width);
    sheet.text(&frame::words(theme, &line.name), theme.heading);
    let mut files: Vec<usize> = Vec::new();
    // Log and canon mostly say the same.
    let mut told = std::collections::HashSet::new();
    for (file, part) in &line.parts {
        let delta = &read.deltas[*file];
        if !files.contains(file) {
            files.push(*file);
        }
        let (at, part) = (*part, &delta.parts[*part]);
        match (
            line.is_change() && !line.is_conflict(),
            part.before.is_empty() && part.after.is_empty(),
        ) {
            (false, _) => {}
            (true, true) => {
                sheet.text(&frame::words(theme, &part.change()), theme.text);
                lines(&mut sheet, delta.lines_of(at, MOST_LINES), theme);
            }
            (true, false) if told.insert((&part.before, &part.after)) => {
                sheet.hanging("- ", &part.before, theme.warning);
                sheet.hanging("+ ", &part.after, theme.ok);
            }
            (true, false) => {}
        }
    }
    if !line.is_change() || line.is_conflict() {
        sheet.text(&frame::words(theme, &line.words), theme.text);
    }
    let key = key_of(model, theme, "checkout-go");
    match line.kind {
        LineKind::Conflict(..) => {
            sheet.text(&format!("{key} shows both and keeps one."), theme.text);
        }
        LineKind::Undecided(_) => {
            sheet.text(&format!("{key} decides what becomes of it."), theme.text);
        }
        _ => {}
    }
    if !files.is_empty() && !matches!(line.kind, LineKind::Undecided(_)) {
        let files = files
            .iter()
            .map(|file| read.deltas[*file].path.display().to_string());
        let files: Vec<String> = files.collect();
        sheet.text(&format!("in {}", files.join(", ")), theme.dim);
    }
    if focused {
        sight.page = usize::from(text.height);
    }
    sight.furthest = sheet.len().saturating_sub(usize::from(text.height));
    let first = model.changes.scroll.min(sight.furthest);
    thumb(buf, inner, theme, (first, sheet.len()), focused);
    sheet.draw(buf, text, first);
}

/// Adds the lines that are gone and new, as many as there are here.
fn lines(sheet: &mut TextLayout, (lines, count): (Vec<(How, String)>, usize), theme: &Theme) {
    let more = count - lines.len();
    for (how, line) in lines {
        let (sign, style) = match how {
            How::Removed => ("- ", theme.warning),
            _ => ("+ ", theme.ok),
        };
        match line.trim().is_empty() {
            true => sheet.row(Span::styled(sign, style)),
            false => sheet.hanging(Span::styled(sign, style), &visible_line(&line), style),
        }
    }
    if more > 0 {
        let more = format!("… and {more} more lines: open the file");
        sheet.text(&frame::words(theme, &more), theme.dim);
    }
}
