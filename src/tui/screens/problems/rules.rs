//! The rules of the problems screen: the line of each, what stands below it, and what it is about.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::look;
use crate::app::core::model::Model;
use crate::document::visible::{fit, pad, visible_line, width};
use crate::plan::StepRef;
use crate::plan::checks::Problem;
use crate::tui::overlays::key_name;
use crate::tui::theme::Theme;
use crate::tui::widgets::frame;
use crate::tui::widgets::text_layout::TextLayout;

/// Letters of a title that stay beside what is said of a step.
const TITLE: usize = 38;
/// Columns that an owner takes at the most.
const OWNER: usize = 10;
/// A message with less room than this says nothing; it is in the pane of the selected problem.
const MESSAGE: usize = 16;
/// Problems that the pane of a rule lists.
const EXAMPLES: usize = 40;

/// Draws a line that is a rule which found several problems.
pub fn row(buf: &mut Buffer, area: Rect, model: &Model, line: usize, theme: &Theme) {
    let view = &model.problems;
    let Some(((severity, code), rows)) = view.rules.heading(line) else {
        return;
    };
    let fold = match view.rules.is_unfolded((severity, code)) {
        true => theme.glyphs.unfolded,
        false => theme.glyphs.folded,
    };
    let (_, style) = look(severity, theme);
    let word = pad(severity.word(), 7);
    let title = frame::words(theme, view.found.rule_title(code)).into_owned();
    let left = Line::from(vec![
        Span::styled(format!("{fold} {word} "), style),
        Span::styled(format!("{:>5} ", rows.len()), theme.title),
        Span::styled(title, theme.text),
    ]);
    let room = area.width.saturating_sub(3);
    frame::spans(buf, theme, (area.x + 2, area.y), room, &left);
    // What a filter and the configuration call it, where there is room.
    let (taken, name) = (frame::line_width(&left), frame::columns(code));
    if taken + name + 2 <= room {
        let x = area.right().saturating_sub(name + 1);
        frame::text(buf, x, area.y, name, code, theme.dim);
    }
}

/// A problem below its rule: which step, whose, and what there is to say of it.
pub fn below(
    model: &Model,
    problem: &Problem,
    place: String,
    columns: u16,
    theme: &Theme,
) -> Line<'static> {
    let message = frame::words(theme, &problem.message).into_owned();
    let Some(step) = step_of(model, problem) else {
        return Line::from(vec![
            Span::raw("  "),
            Span::styled(place, theme.dim),
            Span::raw(" "),
            Span::styled(message, theme.text),
        ]);
    };
    let id = step.id().to_string();
    let owner = visible_line(&step.owner()).into_owned();
    let owner = if owner.is_empty() { "-" } else { &owner };
    let owner = fit(owner, OWNER, theme.glyphs.ellipsis).into_owned();
    let room = usize::from(columns).saturating_sub(4 + 2 + width(&id) + 1 + OWNER + 2);
    let said = message.strip_prefix(&format!("{id} ")).unwrap_or(&message);
    let title = visible_line(&step.title()).into_owned();
    let wide = match room >= TITLE + 2 + MESSAGE {
        true => (room - 2 - MESSAGE).min(room / 2).max(TITLE),
        false => room.saturating_sub(3),
    };
    let title = fit(&title, wide, theme.glyphs.ellipsis).into_owned();
    let mut spans = vec![
        Span::raw("  "),
        Span::styled(format!("{id} "), theme.dim),
        Span::styled(format!("{}  ", pad(&title, wide)), theme.text),
        Span::styled(pad(&owner, OWNER).into_owned(), theme.dim),
    ];
    if room >= TITLE + 2 + MESSAGE {
        spans.push(Span::styled(format!("  {said}"), theme.dim));
    }
    spans.into()
}

/// Title and owner of the step that a problem is about, as far as its message leaves them out.
pub fn step(model: &Model, problem: &Problem, theme: &Theme) -> Option<Span<'static>> {
    let step = step_of(model, problem)?;
    let title = step.title();
    if title.is_empty() || problem.message.contains(&*title) {
        return None;
    }
    let owner = step.owner();
    let owner = match owner.trim() {
        "" => String::new(),
        owner => format!(" ({})", visible_line(owner)),
    };
    let text = format!(" {} {}{owner}", theme.glyphs.dot, visible_line(&title));
    Some(Span::styled(text, theme.dim))
}

fn step_of<'m>(model: &'m Model, problem: &Problem) -> Option<StepRef<'m>> {
    let step = model.plan.find(problem.step?)?;
    Some(model.plan.step(step))
}

/// Draws what the selected rule is about, what to do, and whom it concerns.
pub fn detail(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let view = &model.problems;
    let Some(((severity, code), rows)) = view.rules.heading(view.cursor) else {
        return;
    };
    let first = rows
        .first()
        .and_then(|at| view.found.problem(*at, &model.plan));
    let fix = key_name(&model.keymap.key_of("problem-fix"), theme);
    let right = match first.as_ref().and_then(|problem| problem.fix) {
        Some(_) => Line::from(vec![
            Span::styled(fix, theme.key),
            Span::styled(" fixes them", theme.dim),
        ]),
        None => Line::default(),
    };
    let title = Line::styled(code, theme.title);
    let inner = frame::pane_with(buf, area, theme, title, right, false);
    let text = frame::aired(inner);
    let mut sheet = TextLayout::new(theme, text.width);
    let (sign, style) = look(severity, theme);
    let said = format!("{} times: {}", rows.len(), view.found.rule_title(code));
    let lead = Span::styled(format!("{sign} "), style);
    sheet.hanging(lead, &frame::words(theme, &said), theme.title);
    if let Some(problem) = &first {
        let help = model.keymap.spell(&problem.help);
        sheet.hanging("  ", &frame::words(theme, &help), theme.text);
    }
    sheet.blank();
    for at in rows.iter().take(EXAMPLES) {
        let Some(problem) = view.found.problem(*at, &model.plan) else {
            continue;
        };
        let message = frame::words(theme, &problem.message).into_owned();
        let mut spans = vec![Span::raw("  "), Span::styled(message, theme.text)];
        spans.extend(step(model, &problem, theme));
        sheet.row(Line::from(spans));
    }
    sheet.shorten(usize::from(text.height));
    sheet.draw(buf, text, 0);
}
