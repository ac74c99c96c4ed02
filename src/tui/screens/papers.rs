//! Screen 9: every kind of paper with what is due, and beside or below it what the selected one says.
//!
//! Draws the visible rows only, whatever their number.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::core::command::Focus;
use crate::app::core::model::Model;
use crate::app::core::pointer::Target;
use crate::app::screens::papers::view::Row;
use crate::document::visible::{fit, visible_line, width, wrap};
use crate::record::catalogue::{PaperEntry, PaperKind};
use crate::record::risk::Proposal;
use crate::record::today::cadence::Standing;
use crate::tui::theme::Theme;
use crate::tui::widgets::frame;
use crate::tui::widgets::pane::{empty, filter_part, key_of, split_columns, split_rows, titled};
use crate::tui::widgets::scroll::ScrollState;
use crate::tui::widgets::text_layout::{TextLayout, thumb};

/// From this many columns on the paper stands beside the list.
const BESIDE: u16 = 120;
/// Below this many rows, or columns, one pane is shown at a time.
const ONE_PANE: (u16, u16) = (14, 60);
/// Columns of a day.
const DAY: usize = 10;

/// Draws the screen into `body`.
pub fn draw(buf: &mut Buffer, body: Rect, model: &Model, theme: &Theme, sight: &mut ScrollState) {
    for (pane, area) in places(body, model) {
        sight.note(area, Target::Pane(pane));
        let page = match pane {
            Focus::PAPER_TEXT => text(buf, area, model, theme, sight),
            _ => list(buf, area, model, theme, sight),
        };
        if model.papers.pane == pane {
            sight.page = page;
        }
    }
}

fn places(body: Rect, model: &Model) -> Vec<(Focus, Rect)> {
    let view = &model.papers;
    let (rows, columns) = ONE_PANE;
    if model.is_zoomed() || body.height < rows || body.width < columns {
        return vec![(view.pane, body)];
    }
    let (first, second) = match body.width >= BESIDE {
        true => split_columns(body, body.width / 2),
        // Who reads has most of the room.
        false if view.pane == Focus::PAPER_TEXT => split_rows(body, body.height / 3),
        false => split_rows(body, body.height * 2 / 3),
    };
    vec![(Focus::PAPERS, first), (Focus::PAPER_TEXT, second)]
}

/// Draws the list. Answers how many of its rows are visible.
fn list(
    buf: &mut Buffer,
    area: Rect,
    model: &Model,
    theme: &Theme,
    sight: &mut ScrollState,
) -> usize {
    let view = &model.papers;
    let has_keys = model.place() == Focus::PAPERS;
    let title = Line::styled("Papers", theme.title);
    let right = match view.filter.as_str() {
        "" => Vec::new(),
        filter => vec![filter_part(theme, filter, area)],
    };
    let inner = titled(buf, area, theme, title, right, has_keys);
    if view.rows.is_empty() {
        let (why, press) = match (&view.kinds, model.work.is_opening()) {
            (Some(_), _) => (
                "No paper passes the filter.",
                format!("{} shows all of them.", key_of(model, theme, "back")),
            ),
            (None, true) => ("Papers are listed when the plan is loaded.", String::new()),
            (None, false) => ("Listing the papers…", String::new()),
        };
        empty(buf, inner, theme, &frame::words(theme, why), &press);
        return 0;
    }
    let (rows, cursor) = (&view.rows, view.cursor);
    let shown = sight.window(Focus::PAPERS).show(cursor, rows.len(), inner);
    thumb(buf, inner, theme, (shown.start, rows.len()), has_keys);
    for (y, at) in (inner.y..).zip(shown) {
        let area = frame::row(inner, y);
        if at == cursor {
            frame::select(buf, area, theme, has_keys);
        }
        let (left, right) = line(rows[at], model, theme);
        let room = area.width.saturating_sub(3);
        // The title first; a quarter stays for what is said of the paper.
        let left_over = room.saturating_sub(frame::line_width(&left) + 2);
        let right_width = frame::line_width(&right).min(left_over.max(room / 4));
        let gap = u16::from(right_width > 0) * 2;
        frame::spans(
            buf,
            theme,
            (area.x + 2, y),
            room.saturating_sub(right_width + gap),
            &left,
        );
        let x = area.right().saturating_sub(right_width + 1);
        frame::spans(buf, theme, (x, y), right_width, &right);
    }
    usize::from(inner.height)
}

fn line(row: Row, model: &Model, theme: &Theme) -> (Line<'static>, Line<'static>) {
    let view = &model.papers;
    let safe = |text: &str| frame::words(theme, &visible_line(text)).into_owned();
    let kinds = view.kinds.as_deref();
    let kind = |at: usize| kinds.and_then(|kinds| kinds.get(at));
    match row {
        Row::Kind(at) => {
            let Some(kind) = kind(at) else {
                return Default::default();
            };
            let left = Line::from(vec![
                Span::styled(safe(&kind.name), theme.heading),
                Span::styled(format!("  {}", kind.counts()), theme.dim),
            ]);
            (left, due(kind, theme))
        }
        Row::More(_, more) => {
            let text = safe(&format!("  … and {more} more"));
            (Line::styled(text, theme.dim), Line::default())
        }
        Row::Proposed { .. } => match view.proposal(row) {
            None => Default::default(),
            Some(of) => {
                let left = Line::from(vec![
                    Span::styled(format!("  {:DAY$}  ", "proposed"), theme.warning),
                    Span::styled(safe(&of.title), theme.text),
                ]);
                (left, Line::styled(safe(&of.words()), theme.dim))
            }
        },
        Row::Paper { .. } => match view.paper(row) {
            None => Default::default(),
            Some(paper) => {
                let day = paper.date.map(|day| day.to_string()).unwrap_or_default();
                let left = Line::from(vec![
                    Span::styled(format!("  {day:DAY$}  "), theme.dim),
                    Span::styled(safe(&paper.title), theme.text),
                ]);
                (left, facts(paper, theme))
            }
        },
    }
}

/// How the ritual of a kind stands.
fn due(kind: &PaperKind, theme: &Theme) -> Line<'static> {
    let Some((standing, words)) = &kind.due else {
        return Line::default();
    };
    let style = match standing {
        Standing::Held => theme.ok,
        Standing::Ahead => theme.text,
        Standing::Late => theme.warning,
        Standing::Never => theme.dim,
    };
    Line::styled(frame::words(theme, words).into_owned(), style)
}

fn facts(paper: &PaperEntry, theme: &Theme) -> Line<'static> {
    let style = match paper.is_overdue {
        true => theme.warning,
        false => theme.dim,
    };
    let facts = visible_line(&paper.facts()).into_owned();
    Line::styled(frame::words(theme, &facts).into_owned(), style)
}

/// Draws what the selected paper says, or what a kind is. Answers how many rows are visible.
fn text(
    buf: &mut Buffer,
    area: Rect,
    model: &Model,
    theme: &Theme,
    sight: &mut ScrollState,
) -> usize {
    let view = &model.papers;
    let has_keys = model.place() == Focus::PAPER_TEXT;
    let Some(paper) = view.selected() else {
        let title = view.kind().map(|kind| kind.name.clone());
        let title = Line::styled(title.unwrap_or_else(|| "Paper".to_owned()), theme.title);
        let inner = frame::pane(buf, area, theme, title, has_keys);
        if let Some(proposal) = view.proposed() {
            about_proposal(buf, frame::aired(inner), model, proposal, theme);
        } else if let Some(kind) = view.kind() {
            about(buf, frame::aired(inner), model, kind, theme);
        }
        return usize::from(inner.height);
    };
    let room = usize::from(area.width.saturating_sub(4));
    let path = visible_line(&paper.path.display().to_string()).into_owned();
    // The end of a path tells more than its beginning.
    let title = match width(&path) > room {
        true => fit(&path, room, theme.glyphs.ellipsis).into_owned(),
        false => path,
    };
    let title = Line::styled(title, theme.title);
    let inner = frame::pane(buf, area, theme, title, has_keys);
    let Some(document) = model.paper_document(&paper.path) else {
        empty(buf, inner, theme, "The paper is no longer there.", "");
        return 0;
    };
    let text = frame::aired(inner);
    let lines: Vec<&[u8]> = document.bytes().split(|byte| *byte == b'\n').collect();
    let wrapped = |line: &[u8]| -> Vec<String> {
        let line = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line));
        let safe = visible_line(&line);
        let safe = frame::words(theme, &safe);
        let rows = wrap(&safe, usize::from(text.width.max(1))).into_iter();
        rows.map(str::to_owned).collect()
    };
    sight.furthest = {
        let mut room = usize::from(text.height);
        let fits = lines.iter().rev().take_while(|line| {
            let rows = wrapped(line).len().max(1);
            let left = room.checked_sub(rows);
            room = left.unwrap_or(0);
            left.is_some()
        });
        lines.len() - fits.count().max(1)
    };
    let first = view.scroll.min(sight.furthest);
    thumb(buf, inner, theme, (first, lines.len()), has_keys);
    let mut y = text.y;
    for line in &lines[first..] {
        let style = match line.starts_with(b"#") {
            true => theme.heading,
            false => theme.text,
        };
        let rows = wrapped(line);
        if rows.is_empty() {
            y += 1;
        }
        for row in rows {
            if y < text.bottom() {
                frame::text(buf, text.x, y, text.width, &row, style);
            }
            y += 1;
        }
        if y >= text.bottom() {
            break;
        }
    }
    usize::from(inner.height)
}

/// What a kind of paper is: where its papers are, what is due, what the keys do.
fn about(buf: &mut Buffer, area: Rect, model: &Model, kind: &PaperKind, theme: &Theme) {
    let mut sheet = TextLayout::new(theme, area.width);
    let lead = |text: &'static str| Span::styled(format!("{text:8}"), theme.dim);
    sheet.hanging(lead("Files"), &kind.place, theme.text);
    if let Some((_, words)) = &kind.due {
        sheet.hanging(lead("Due"), &frame::words(theme, words), theme.text);
    }
    sheet.hanging(lead("Papers"), &kind.counts(), theme.text);
    sheet.blank();
    let key = key_of(model, theme, "paper-read");
    let words = match model.papers.is_unfolded(kind.role) {
        true => format!("{key} lists the newest only."),
        false => format!("{key} lists all of them."),
    };
    sheet.text(&words, theme.dim);
    sheet.shorten(usize::from(area.height));
    sheet.draw(buf, area, 0);
}

/// What a proposed risk is made of, and what writes it down.
fn about_proposal(buf: &mut Buffer, area: Rect, model: &Model, proposal: &Proposal, theme: &Theme) {
    let mut sheet = TextLayout::new(theme, area.width);
    let safe = |text: &str| frame::words(theme, &visible_line(text)).into_owned();
    sheet.text(&safe(&proposal.title), theme.heading);
    sheet.blank();
    let lead = |text: &'static str| Span::styled(format!("{text:8}"), theme.dim);
    sheet.hanging(lead("Stage"), &safe(&proposal.stage), theme.text);
    let since = format!(
        "{}, {} standups in a row",
        proposal.since, proposal.standups
    );
    sheet.hanging(lead("Since"), &since, theme.text);
    if !proposal.steps.is_empty() {
        let steps: Vec<String> = proposal.steps.iter().map(ToString::to_string).collect();
        sheet.hanging(lead("Steps"), &steps.join(", "), theme.text);
    }
    sheet.blank();
    let key = key_of(model, theme, "risk-add");
    sheet.text(&format!("{key} adds it to the register."), theme.dim);
    sheet.shorten(usize::from(area.height));
    sheet.draw(buf, area, 0);
}
