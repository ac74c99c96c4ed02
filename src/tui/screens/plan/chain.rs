//! What the step waits for, the step, and what waits for it.
//!
//! Wide panes show three columns joined by lines, narrower ones put the downstream column
//! below the step, the narrowest put all of it in one column. `T` shows a tree instead.
//! Below stand a cycle, named in full, and how much hangs on the step.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::core::command::Focus;
use crate::app::core::model::Model;
use crate::app::screens::plan::view::Side;
use crate::document::visible::wrap;
use crate::plan::StepRef;
use crate::plan::dependency::Dependency;
use crate::plan::id::StepId;
use crate::plan::status::State;
use crate::tui::theme::{Sign, Theme};
use crate::tui::widgets::pane::{empty, key_of, split_rows};
use crate::tui::widgets::scroll::ScrollState;
use crate::tui::widgets::{frame, status};

mod columns;
mod tree;

/// Rows that a cycle's names may take.
const CYCLE_ROWS: usize = 3;
/// Dependencies along which a cycle is looked for in each frame.
const CYCLE_EDGES: usize = 2_000;

/// Dependants that are counted for each frame. A plan of the size that this program is for is
/// counted whole; a longer one costs no more.
const COUNTED: usize = 10_000;

/// One entry of a column.
enum Link {
    /// A step of the plan, by index.
    Step(usize),
    /// A step that others name and nobody wrote.
    Missing(StepId),
    /// A condition outside the plan.
    Condition { text: String, met: bool },
}

/// Draws the pane.
pub fn draw(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme, sight: &mut ScrollState) {
    let focused = model.view.pane == Focus::CHAIN;
    let inner = frame::pane(buf, area, theme, title(model, theme, focused), focused);
    let Some(step) = model.step() else {
        return empty(buf, inner, theme, "No step is selected.", "");
    };
    let notes = notes(model, theme, step, inner.width.saturating_sub(2));
    let room = usize::from(inner.height.saturating_sub(2));
    let notes = &notes[notes.len().saturating_sub(room.max(1))..];
    let below = u16::try_from(notes.len()).unwrap_or(0);
    let (body, _) = split_rows(inner, inner.height.saturating_sub(below));
    if focused {
        sight.page = usize::from(body.height);
    }
    match model.view.tree {
        true => tree::draw(buf, (area, body), model, theme, sight, step),
        false => columns::draw(buf, body, model, theme, sight, step),
    }
    for (y, line) in (body.bottom()..).zip(notes) {
        frame::spans(buf, theme, (inner.x + 1, y), inner.width - 2, line);
    }
}

fn title(model: &Model, theme: &Theme, focused: bool) -> Line<'static> {
    let plain = |text: &str| Span::styled(frame::words(theme, text).into_owned(), theme.title);
    if model.view.tree {
        let text = "Chain as a tree: upstream above, downstream below";
        return Line::from(plain(text));
    }
    let side = |side, text: &str| {
        let style = match (focused, model.view.side == side) {
            (false, _) => theme.title,
            (true, true) => theme.heading,
            (true, false) => theme.dim,
        };
        Span::styled(text.to_owned(), style)
    };
    let before = if theme.is_ascii() { " < " } else { " ‹ " };
    Line::from(vec![
        plain("Chain: "),
        side(Side::Upstream, "upstream"),
        Span::styled(before, theme.dim),
        side(Side::Center, "step"),
        Span::styled(format!(" {} ", theme.glyphs.crumb), theme.dim),
        side(Side::Downstream, "downstream"),
    ])
}

/// The lines below the chain: the cycle, then what hangs on the step.
fn notes(model: &Model, theme: &Theme, step: StepRef<'_>, width: u16) -> Vec<Line<'static>> {
    let graph = model.plan.graph();
    let mut lines = Vec::new();
    let cycle = graph.cycle(step.index()).filter(|_| step.state().is_open());
    if let Some(group) = cycle {
        let text = match graph.shortest_cycle_within(group, CYCLE_EDGES) {
            Some(circle) => {
                let id = |at: &usize| model.plan.step(*at).id().to_string();
                // No more of them show than there are columns.
                let most = CYCLE_ROWS * usize::from(width);
                let names = circle.iter().chain(circle.first()).take(most);
                let arrow = format!(" {} ", theme.glyphs.arrow);
                names.map(id).collect::<Vec<_>>().join(&arrow)
            }
            None => format!("among {} steps", group.len()),
        };
        let text = format!("{} cycle: {text}", theme.glyphs.repeat);
        let rows = wrap(&text, usize::from(width));
        let rows = rows.into_iter().take(CYCLE_ROWS);
        lines.extend(rows.map(|row| Line::styled(row.to_owned(), theme.warning)));
    }
    let (up, down) = (
        step.dependencies().count(),
        graph.downstream(step.index()).len(),
    );
    let long = |text: &str| frame::columns(text) > width;
    let text = if up == 0 && down == 0 {
        let (add, hold) = (
            key_of(model, theme, "depend-on"),
            key_of(model, theme, "add-dependent"),
        );
        let text = format!("no dependencies either way · {add} adds upstream, {hold} downstream");
        match long(&text) {
            true => format!("no dependencies · {add} upstream, {hold} downstream"),
            false => text,
        }
    } else {
        let longest = graph.height(step.index()) + graph.depth(step.index()) - 1;
        // Whatever depended on what is done was unblocked by it; nothing complete waits any longer.
        let (verb, down_now, all) = match step.state() {
            State::Done => (
                "unblocked",
                down,
                graph.count_dependants(step.index(), COUNTED + 1),
            ),
            _ => (
                "blocks",
                graph.waiting_for(step.index()).count(),
                graph.count_waiting(step.index(), COUNTED + 1),
            ),
        };
        let all = match all {
            all @ 0..=COUNTED => all.to_string(),
            _ => format!("{COUNTED}+"),
        };
        let text = match (down, down_now) {
            (0, _) => format!("blocks nothing · longest chain {longest}"),
            (_, 0) => format!("blocks nothing open · longest chain {longest}"),
            (_, down) => format!("{verb} {down} directly, {all} in all · longest chain {longest}"),
        };
        let shorter = match down_now {
            0 => "blocks nothing open".to_owned(),
            down => format!("{verb} {down}, {all} in all"),
        };
        let short = format!("{shorter} · longest chain {longest}");
        match (long(&text), long(&short)) {
            (false, _) => text,
            (true, false) => short,
            (true, true) => shorter,
        }
    };
    let text = frame::words(theme, &text).into_owned();
    lines.push(Line::styled(text, theme.dim));
    lines
}

/// What the step waits for and the plan does not hold.
fn elsewhere(model: &Model, step: StepRef<'_>) -> Vec<Link> {
    let links = step.dependencies().filter_map(|entry| match entry {
        Dependency::Step(id) => model.plan.find(id).is_none().then_some(Link::Missing(id)),
        Dependency::Condition { text, met } => Some(Link::Condition {
            text: text.into_owned(),
            met,
        }),
    });
    links.collect()
}

/// Draws an entry as ID, sign and title within `width` columns, with its status in words
/// if asked. Answers the column behind it.
fn draw_link(
    buf: &mut Buffer,
    (x, y): (u16, u16),
    (width, words): (u16, bool),
    model: &Model,
    theme: &Theme,
    link: &Link,
) -> u16 {
    let step = match link {
        Link::Step(index) => model.plan.step(*index),
        Link::Missing(id) => {
            let sign = theme.glyph(Sign::Blocked);
            return pieces(
                buf,
                theme,
                (x, y),
                width,
                [
                    (&id.to_string(), theme.text),
                    (sign, theme.error),
                    ("is not in the plan", theme.error),
                ],
            );
        }
        Link::Condition { text, met } => {
            let style = if *met { theme.ticked } else { theme.unticked };
            return pieces(
                buf,
                theme,
                (x, y),
                width,
                [(theme.tick_box(*met), style), (text, style), ("", style)],
            );
        }
    };
    let done = !step.state().is_open();
    let style = if done { theme.dim } else { theme.text };
    let look = status::look(step, theme);
    let sign = match words {
        false => look.sign.to_owned(),
        true => format!("{} {:<11}", look.sign, look.words),
    };
    let (id, title) = (step.id().to_string(), step.title());
    pieces(
        buf,
        theme,
        (x, y),
        width,
        [(&id, style), (&sign, look.style), (&title, style)],
    )
}

/// Draws pieces with a space between them; an empty one takes none.
fn pieces(
    buf: &mut Buffer,
    theme: &Theme,
    (x, y): (u16, u16),
    width: u16,
    pieces: [(&str, Style); 3],
) -> u16 {
    let (mut at, end) = (x, x + width);
    for (text, style) in pieces {
        if text.is_empty() {
            continue;
        }
        if at > x {
            at = (at + 1).min(end);
        }
        at += frame::fitted(buf, theme, (at, y), end - at, text, style);
    }
    at
}
