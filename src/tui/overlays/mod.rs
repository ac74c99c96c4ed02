//! What lies over a screen: fields, choosers, menus, questions. One file each.
//!
//! Every box is centred, cleared below and never larger than the screen. The topmost
//! field sets the terminal's cursor.

mod chooser;
mod columns;
mod confirm;
mod conflict;
mod filter;
mod input;
mod list;
mod merge;
mod menu;
mod note;
mod output;
mod prompt;
mod step_history;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget};

use super::theme::Theme;
use crate::app::core::model::Model;
use crate::app::overlays::Overlay;
use crate::document::visible::width;
use crate::tui::widgets::field::Field;
use crate::tui::widgets::frame;
use crate::tui::widgets::scroll::ScrollState;
use crate::tui::widgets::text_layout::thumb;

/// Draws everything that lies over the screen, the topmost last. `area` is the whole
/// screen, whose last row has the hints; `field` is the editor of the topmost field.
pub(crate) fn draw(
    frame: &mut Frame,
    area: Rect,
    model: &Model,
    theme: &Theme,
    sight: &mut ScrollState,
    field: Option<&Field>,
) {
    let last = model.overlays.len().saturating_sub(1);
    for (at, overlay) in model.overlays.iter().enumerate() {
        let field = field
            .filter(|field| at == last && overlay.input().is_some_and(|input| field.is_of(input)));
        match overlay {
            Overlay::Prompt(prompt) => {
                prompt::draw(frame, area, model, theme, prompt, field);
            }
            Overlay::Filter(line) => filter::draw(frame, area, model, theme, line, field),
            Overlay::Chooser(chooser) => {
                chooser::draw(frame, area, model, theme, sight, chooser, field);
            }
            Overlay::Menu(menu) => menu::draw(frame, area, theme, sight, menu),
            Overlay::Columns(list) => columns::draw(frame, area, theme, sight, list),
            Overlay::List(list) => list::draw(frame, area, model, theme, sight, list),
            Overlay::Confirm(confirm) => confirm::draw(frame, area, theme, confirm),
            Overlay::Conflict(conflict) => conflict::draw(frame, area, model, theme, conflict),
            Overlay::Merge(merge) => merge::draw(frame, area, model, theme, merge),
            Overlay::Note(note) => note::draw(frame, area, theme, note),
            Overlay::Output(output) => output::draw(frame, area, model, theme, output),
            Overlay::StepHistory(history) => {
                step_history::draw(frame, area, theme, sight, history);
            }
        }
    }
}

/// The middle of `area`, at most so large.
pub fn centred(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect::new(
        area.x + (area.width - width) / 2,
        area.y + (area.height - height) / 2,
        width,
        height,
    )
}

/// Clears `area`, frames it as what has the keys, and answers the room within, a column
/// of air at either side.
fn boxed(buf: &mut Buffer, area: Rect, theme: &Theme, title: &str, right: Line) -> Rect {
    let area = area.intersection(buf.area);
    for y in area.y..area.bottom() {
        // Half of a wide letter left of the box would swallow the box's edge.
        if area.x > buf.area.x && width(buf[(area.x - 1, y)].symbol()) > 1 {
            buf[(area.x - 1, y)].set_symbol(" ");
        }
    }
    Clear.render(area, buf);
    let title = Line::styled(format!(" {title} "), theme.title);
    let right = match right.spans.is_empty() {
        true => right,
        false => {
            let mut line = Line::raw(" ");
            line.spans.extend(right.spans);
            line.push_span(Span::raw(" "));
            line
        }
    };
    let inner = frame::pane_with(buf, area, theme, title, right, true);
    frame::aired(inner)
}

/// Lights the row of the cursor within a box, from edge to edge.
fn light(buf: &mut Buffer, inner: Rect, y: u16, theme: &Theme) {
    let x = inner.x.saturating_sub(1);
    let whole = Rect::new(x, y, inner.width + 2, 1).intersection(buf.area);
    buf.set_style(whole, theme.selection(true));
    frame::text(buf, x, y, 1, theme.glyphs.cursor, theme.accent);
}

/// Shows in a box's edge which stretch of `count` rows is in sight.
fn scrolled(buf: &mut Buffer, inner: Rect, theme: &Theme, first: usize, count: usize) {
    let beside = Rect {
        width: inner.width + 1,
        ..inner
    };
    thumb(buf, beside, theme, (first, count), true);
}

/// Writes hints into the lower edge of a box, as many as fit, none cut.
fn hints(buf: &mut Buffer, area: Rect, theme: &Theme, hints: &[(String, &str)]) {
    let end = area.right().saturating_sub(1);
    let y = area.bottom().saturating_sub(1);
    let mut x = area.x + 2;
    for (key, words) in hints {
        let line = Line::from(vec![
            Span::raw(" "),
            Span::styled(key_name(key, theme), theme.key),
            Span::styled(format!(" {words} "), theme.key_hint),
        ]);
        let long = frame::line_width(&line);
        if x + long > end {
            return;
        }
        // What stands in the frame does not take over the frame's look.
        for cell in x..x + long {
            buf[(cell, y)].reset();
        }
        x = frame::spans(buf, theme, (x, y), long, &line);
    }
}

/// A key's name as this terminal can show it.
pub(crate) fn key_name(key: &str, theme: &Theme) -> String {
    match (theme.is_ascii(), key) {
        (true, "→") => "Right".to_owned(),
        (true, "←") => "Left".to_owned(),
        _ => frame::words(theme, key).into_owned(),
    }
}
