//! Screen 5: what the checks find, and the selected problem with the text around it.
//!
//! Draws the visible rows only, whatever their number.

mod rules;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::core::command::Focus;
use crate::app::core::model::Model;
use crate::app::core::pointer::Target;
use crate::document::english::counted;
use crate::document::visible::{pad, visible_line, width};
use crate::plan::checks::{Problem, Severity};
use crate::plan::source;
use crate::tui::overlays::key_name;
use crate::tui::theme::Theme;
use crate::tui::widgets::excerpt::excerpt;
use crate::tui::widgets::fit_row::RowPart;
use crate::tui::widgets::frame;
use crate::tui::widgets::pane::{dot, filter_part, key_of, split_columns, split_rows, titled};
use crate::tui::widgets::scroll::ScrollState;
use crate::tui::widgets::text_layout::{TextLayout, thumb};

/// From this many columns on the selected problem stands beside the list.
const BESIDE: u16 = 120;
/// Below this many rows the list has the screen for itself.
const LIST_ALONE: u16 = 9;

/// Draws the screen into `body`.
pub fn draw(buf: &mut Buffer, body: Rect, model: &Model, theme: &Theme, sight: &mut ScrollState) {
    let view = &model.problems;
    if view.found.is_empty() {
        return nothing(buf, body, model, theme);
    }
    let (above, below) = places(body, view.rules.lines());
    list(buf, above, model, theme, sight);
    let Some(area) = below else { return };
    let problem = |at: usize| view.found.problem(at, &model.plan);
    match view.selected().and_then(problem) {
        Some(problem) => detail(buf, area, model, &problem, theme),
        None => rules::detail(buf, area, model, theme),
    }
}

fn places(body: Rect, count: usize) -> (Rect, Option<Rect>) {
    let (list, problem) = match body.width >= BESIDE {
        true => split_columns(body, body.width * 3 / 5),
        false if body.height < LIST_ALONE => return (body, None),
        false => {
            // A short list leaves its room to the problem.
            let wanted = u16::try_from(count).unwrap_or(u16::MAX).saturating_add(2);
            split_rows(body, wanted.clamp(4, (body.height / 2).max(4)))
        }
    };
    (list, Some(problem))
}

fn nothing(buf: &mut Buffer, body: Rect, model: &Model, theme: &Theme) {
    let title = Line::styled("Problems", theme.title);
    let inner = frame::pane(buf, body, theme, title, model.overlays.is_empty());
    let (sign, text, when) = match model.problems.checked_at {
        None => (
            theme.glyphs.ellipsis,
            model.checks_in_words(),
            String::new(),
        ),
        Some(at) => {
            let mut when = format!("Checked at {} UTC.", at.format("%H:%M"));
            if model.problems.generation != model.generation {
                let now = model.checks_in_words();
                when += &format!(" The plan has changed since: {now}.");
            }
            let nothing = "Nothing is wrong with the plan.".to_owned();
            let sign = theme.glyph(crate::tui::theme::Sign::Complete);
            (sign, nothing, when)
        }
    };
    let style = match model.problems.checked_at {
        None => theme.dim,
        Some(_) => theme.ok,
    };
    let (x, y) = (inner.x + 1, inner.y + inner.height.min(2) / 2);
    let line = Line::from(vec![
        Span::styled(format!("{sign} "), style),
        Span::styled(text, theme.text),
    ]);
    let room = inner.width.saturating_sub(1);
    frame::spans(buf, theme, (x, y), room, &line);
    if y + 1 < inner.bottom() {
        frame::fitted(buf, theme, (x + 2, y + 1), room, &when, theme.dim);
    }
}

/// How many problems of each severity, and whether the plan has changed since.
fn summary<'a>(model: &Model, theme: &Theme, area: Rect) -> Vec<RowPart<'a>> {
    let view = &model.problems;
    let mut parts = Vec::new();
    if !view.filter.is_empty() {
        let count = format!("{} of {}", view.rules.count(), view.found.len());
        parts.push(filter_part(theme, &view.filter, area));
        parts.push(RowPart::styled(2, count, theme.text));
    }
    let marked = view.marked();
    if marked > 0 {
        parts.push(RowPart::styled(3, format!("{marked} marked"), theme.mark));
    }
    let counts = counts(|severity| view.found.count(severity), theme);
    parts.push(RowPart::new(4, counts));
    if model.problems.generation != model.generation {
        parts.push(RowPart::styled(5, model.checks_in_words(), theme.dim));
    }
    let gap = |part: RowPart<'a>| part.after(dot(theme));
    parts.into_iter().map(gap).collect()
}

/// How many problems of each severity there are; nothing where there is none.
pub fn counts(count: impl Fn(Severity) -> usize, theme: &Theme) -> Vec<Span<'static>> {
    let mut spans = Vec::new();
    for severity in Severity::ALL {
        let count = count(severity);
        if count == 0 {
            continue;
        }
        if !spans.is_empty() {
            spans.push(Span::styled(format!(" {} ", theme.glyphs.dot), theme.dim));
        }
        let text = counted(count, severity.word());
        spans.push(Span::styled(text, look(severity, theme).1));
    }
    spans
}

/// Sign and style of a severity.
pub fn look(severity: Severity, theme: &Theme) -> (&'static str, Style) {
    use crate::tui::theme::Sign;
    match severity {
        Severity::Error => (theme.glyph(Sign::Blocked), theme.error),
        Severity::Warning => (theme.glyphs.alert, theme.warning),
        Severity::Note => (theme.glyphs.dot, theme.accent),
    }
}

fn list(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme, sight: &mut ScrollState) {
    let view = &model.problems;
    let title = Line::styled("Problems", theme.title);
    let focused = model.overlays.is_empty();
    let inner = titled(
        buf,
        area,
        theme,
        title,
        summary(model, theme, area),
        focused,
    );
    sight.page = usize::from(inner.height);
    sight.note(area, Target::Pane(Focus::PROBLEMS));
    let lines = view.rules.lines();
    if lines == 0 {
        let why = format!("None of {} problems passes the filter.", view.found.len());
        let press = format!("{} shows all of them.", key_of(model, theme, "back"));
        return crate::tui::widgets::pane::empty(buf, inner, theme, &why, &press);
    }
    let rows = (sight.window(Focus::PROBLEMS)).show(view.cursor, lines, inner);
    thumb(buf, inner, theme, (rows.start, lines), focused);
    let heading = |at: usize| view.rules.heading_above(at);
    let rows = (sight.window(Focus::PROBLEMS)).under_heading(rows, view.cursor, heading);
    let shown: Vec<Shown> = rows.iter().map(|at| Shown::of(model, *at)).collect();
    let longest = shown.iter().map(|shown| width(&shown.place)).max();
    let column = longest.unwrap_or(0).min(usize::from(inner.width / 4));
    for ((y, at), shown) in (inner.y..).zip(rows).zip(&shown) {
        let area = frame::row(inner, y);
        if at == view.cursor {
            buf.set_style(area, theme.selection(focused));
            frame::text(buf, inner.x, y, 1, theme.glyphs.cursor, theme.accent);
        }
        let mut marked = view.rules.rows(at).iter();
        if view.marked() > 0 && marked.any(|at| view.is_marked(*at)) {
            frame::text(buf, inner.x + 1, y, 1, theme.glyphs.mark, theme.mark);
        }
        match &shown.problem {
            None => rules::row(buf, area, model, at, theme),
            Some(problem) => {
                let group = view.rules.group_of(at);
                let is_alone = group.is_some_and(|(_, rows)| rows.len() == 1);
                let place = pad(&tail(&shown.place, column, theme), column).into_owned();
                let line = match is_alone {
                    true => alone(model, problem, place, theme),
                    false => rules::below(model, problem, place, area.width, theme),
                };
                row(buf, area, model, problem, &line, theme);
            }
        }
    }
}

/// A line of the list, in words.
struct Shown {
    /// The problem, unless the line is a rule with several.
    problem: Option<Problem>,
    /// Where that is, where it is said.
    place: String,
}

impl Shown {
    fn of(model: &Model, at: usize) -> Self {
        let view = &model.problems;
        let row = view.rules.row(at);
        let problem = row.and_then(|row| view.found.problem(row, &model.plan));
        let place = problem.as_ref().map(|problem| short(&problem.place));
        Self {
            problem,
            place: place.unwrap_or_default(),
        }
    }
}

/// A problem that is the only one of its rule: what it is, where, and whose step it is about.
fn alone(model: &Model, problem: &Problem, place: String, theme: &Theme) -> Line<'static> {
    let (sign, style) = look(problem.severity, theme);
    let word = pad(problem.severity.word(), 7);
    let mut spans = vec![
        Span::styled(format!("{sign} {word} "), style),
        Span::styled(place, theme.dim),
        Span::raw(" "),
        Span::styled(
            frame::words(theme, &problem.message).into_owned(),
            theme.text,
        ),
    ];
    spans.extend(rules::step(model, problem, theme));
    spans.into()
}

/// Draws one problem, and the key that fixes it.
fn row(
    buf: &mut Buffer,
    area: Rect,
    model: &Model,
    problem: &Problem,
    line: &Line<'_>,
    theme: &Theme,
) {
    let fix = match problem.fix {
        Some(_) => key_name(&model.keymap.key_of("problem-fix"), theme),
        None => String::new(),
    };
    let mark = frame::columns(&fix);
    let room = area.width.saturating_sub(mark + 4);
    frame::spans(buf, theme, (area.x + 2, area.y), room, line);
    let x = area.right().saturating_sub(mark + 1);
    frame::text(buf, x, area.y, mark, &fix, theme.key);
}

fn short(place: &source::Location) -> String {
    format!(
        "{}:{}",
        visible_line(&place.path.to_string_lossy()),
        place.line
    )
}

/// The end of `text` in at most so many columns: of a path, the end says most.
fn tail(text: &str, columns: usize, theme: &Theme) -> String {
    let long = width(text);
    if long <= columns {
        return text.to_owned();
    }
    let cut = long + width(theme.glyphs.ellipsis) - columns.min(long);
    let start = text
        .char_indices()
        .map(|(at, _)| at)
        .find(|at| width(&text[..*at]) >= cut)
        .unwrap_or(text.len());
    format!("{}{}", theme.glyphs.ellipsis, &text[start..])
}

fn detail(buf: &mut Buffer, area: Rect, model: &Model, problem: &Problem, theme: &Theme) {
    let title = Line::styled(problem.code, theme.title);
    let fix = model.keymap.key_of("problem-fix");
    let right = match problem.fix {
        Some(_) => Line::from(vec![
            Span::styled(fix, theme.key),
            Span::styled(" fixes it", theme.dim),
        ]),
        None => Line::default(),
    };
    let inner = frame::pane_with(buf, area, theme, title, right, false);
    let text = frame::aired(inner);
    let mut sheet = TextLayout::new(theme, text.width);
    let (sign, style) = look(problem.severity, theme);
    sheet.hanging(
        Span::styled(format!("{sign} "), style),
        &frame::words(theme, &problem.message),
        theme.title,
    );
    sheet.hanging(
        "  ",
        &frame::words(theme, &model.keymap.spell(&problem.help)),
        theme.text,
    );
    if text.height > 8 {
        sheet.blank();
    }
    let place = problem.place.to_string();
    sheet.row(Span::styled(
        format!(
            "  {}",
            tail(
                &visible_line(&place),
                usize::from(text.width.saturating_sub(2)),
                theme
            )
        ),
        theme.dim,
    ));
    excerpt(&mut sheet, &model.plan, problem, theme, text.height > 10);
    sheet.shorten(usize::from(text.height));
    sheet.draw(buf, text, 0);
}
