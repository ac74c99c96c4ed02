//! What happened to a step or a gate and which papers name it, with the selected entry in full below.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{boxed, centred, hints, light, scrolled};
use crate::app::overlays::step_history::{Row, StepHistory};
use crate::document::visible::{pad, visible_line};
use crate::history::gate::GateKind;
use crate::tui::theme::Theme;
use crate::tui::widgets::change::{What, author, day, origin, what};
use crate::tui::widgets::frame;
use crate::tui::widgets::pane::{empty, split_rows};
use crate::tui::widgets::scroll::ScrollState;
use crate::tui::widgets::text_layout::TextLayout;

/// Widest it gets: longer lines are hard to read.
const WIDEST: u16 = 130;
/// Rows of the selected entry, where the list has as many.
const ENTRY: u16 = 6;
/// Columns of a name or a kind of paper.
const WHO: usize = 14;

/// Draws the history.
pub fn draw(
    frame: &mut Frame,
    area: Rect,
    theme: &Theme,
    sight: &mut ScrollState,
    history: &StepHistory,
) {
    let buf = frame.buffer_mut();
    let height = area.height.saturating_sub(2);
    let area = centred(area, WIDEST.min(area.width), height);
    let title = format!("History {}", history.subject);
    let right = match (history.is_reading, history.rows.len()) {
        (true, _) => frame::words(theme, "reading the history…").into_owned(),
        (false, 1) => "1 entry".to_owned(),
        (false, count) => format!("{count} entries"),
    };
    let inner = boxed(buf, area, theme, &title, Line::styled(right, theme.dim));
    let keys = [("↑ ↓", "move"), ("⏎", "open"), ("Esc", "close")];
    let keys = keys.map(|(key, words)| (key.to_owned(), words));
    let keys = if history.rows.is_empty() {
        &keys[2..]
    } else {
        &keys[..]
    };
    hints(buf, area, theme, keys);
    let noted = u16::try_from(history.notes.len().min(2)).unwrap_or(0);
    let (inner, below) = split_rows(inner, inner.height.saturating_sub(noted));
    for (y, note) in (below.y..below.bottom()).zip(&history.notes) {
        frame::fitted(buf, theme, (below.x, y), below.width, note, theme.warning);
    }
    if history.rows.is_empty() {
        let why = match history.is_reading {
            true => "Reading the history…",
            false => "Nothing is known of its past.",
        };
        return empty(buf, inner, theme, &frame::words(theme, why), "");
    }
    let entry = ENTRY.min(inner.height / 2);
    let (list, entry) = split_rows(inner, inner.height - entry);
    let window = sight.overlay();
    let shown = window.follow(history.cursor, history.rows.len(), usize::from(list.height));
    scrolled(buf, list, theme, shown.start, history.rows.len());
    for (y, at) in (list.y..list.bottom()).zip(shown) {
        if at == history.cursor {
            light(buf, list, y, theme);
        }
        let line = row(&history.rows[at], theme);
        frame::spans(buf, theme, (list.x, y), list.width, &line);
    }
    if let Some(selected) = history.rows.get(history.cursor) {
        let mut sheet = TextLayout::new(theme, entry.width);
        sheet.row(Span::styled(
            theme
                .border_set(false)
                .horizontal_top
                .repeat(usize::from(entry.width)),
            theme.border(false),
        ));
        details(&mut sheet, selected, theme);
        sheet.shorten(usize::from(entry.height));
        sheet.draw(
            buf,
            Rect {
                width: entry.width + 1,
                ..entry
            },
            0,
        );
    }
}

/// When, who, what, in one line.
fn row(row: &Row, theme: &Theme) -> Line<'static> {
    let cell = |text: &str, columns, style: Style| {
        let text = crate::document::visible::visible_line(text).into_owned();
        let text =
            crate::document::visible::fit(&text, columns, theme.glyphs.ellipsis).into_owned();
        Span::styled(format!("{}  ", pad(&text, columns)), style)
    };
    match row {
        Row::Event(event, with) => {
            let mut line = Line::from(vec![
                cell(&day(with), 10, theme.dim),
                cell(author(with), WHO, theme.dim),
            ]);
            line.extend(what(event, true, theme).spans);
            if let Some(commit) = &with.commit {
                let subject = format!(" {} {}", theme.glyphs.dot, commit.subject);
                line.push_span(Span::styled(subject, theme.dim));
            }
            line
        }
        Row::Gate(event, with) => {
            let (lead, text) = (
                format!("{}: ", event.kind.word()),
                visible_line(&event.text),
            );
            let alarm = matches!(event.kind, GateKind::TurnedBack | GateKind::Unticked);
            let lead_style = if alarm { theme.warning } else { theme.dim };
            let mut line = Line::from(vec![
                cell(&day(with), 10, theme.dim),
                cell(author(with), WHO, theme.dim),
                Span::styled(lead, lead_style),
                Span::styled(frame::words(theme, &text).into_owned(), theme.text),
            ]);
            if let Some(commit) = &with.commit {
                let subject = format!(" {} {}", theme.glyphs.dot, commit.subject);
                line.push_span(Span::styled(subject, theme.dim));
            }
            line
        }
        Row::Paper(naming) => {
            let date = naming
                .date
                .map_or_else(|| "-".to_owned(), |date| date.to_string());
            Line::from(vec![
                cell(&date, 10, theme.dim),
                cell(naming.kind(), WHO, theme.accent),
                Span::styled(naming.line.clone(), theme.text),
            ])
        }
    }
}

fn details(sheet: &mut TextLayout<'_>, row: &Row, theme: &Theme) {
    match row {
        Row::Event(event, with) => {
            let What { lead, text } = What::of(event, true);
            sheet.hanging(
                Span::styled(lead, theme.heading),
                &frame::words(theme, &text),
                theme.text,
            );
            origin(sheet, with, theme);
        }
        Row::Gate(event, with) => {
            let lead = format!("{}: ", event.kind.word());
            sheet.hanging(
                Span::styled(lead, theme.heading),
                &frame::words(theme, &event.text),
                theme.text,
            );
            origin(sheet, with, theme);
        }
        Row::Paper(naming) => {
            sheet.text(&naming.line, theme.text);
            let path = naming.path.display().to_string();
            sheet.text(&path, theme.dim);
        }
    }
}
