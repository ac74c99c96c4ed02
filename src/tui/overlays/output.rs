//! What a command of one's own prints.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::{boxed, centred, hints, scrolled};
use crate::app::core::model::Model;
use crate::app::overlays::output::Output;
use crate::app::own::programs::{Program, ProgramState};
use crate::document::visible::{fit, visible_line, width, wrap};
use crate::tui::theme::Theme;
use crate::tui::widgets::frame;

/// Widest it gets.
const WIDEST: u16 = 120;
/// Rows that one line takes at the most; all of it is copied.
const MOST_ROWS: usize = 3;
/// What a tab becomes, as programs print them between columns.
const TAB: &str = "    ";

/// Draws the end of what was printed, or as far from it as one has scrolled.
pub fn draw(frame: &mut Frame, area: Rect, model: &Model, theme: &Theme, output: &Output) {
    let Some(program) = &model.programs.last else {
        return;
    };
    let buf = frame.buffer_mut();
    let area = centred(area, WIDEST.min(area.width), area.height.saturating_sub(2));
    let (words, style) = match &program.state {
        ProgramState::Waiting => ("waits for edits to be saved…".to_owned(), theme.warning),
        ProgramState::Running => ("running…".to_owned(), theme.accent),
        ProgramState::Stopping => ("ending…".to_owned(), theme.warning),
        ProgramState::Ended(ended) if ended.is_success() => (ended.to_string(), theme.ok),
        ProgramState::Ended(ended) => (ended.to_string(), theme.error),
    };
    let state = frame::words(theme, &words);
    let state = Line::styled(visible_line(&state).into_owned(), style);
    let inner = boxed(buf, area, theme, &visible_line(program.name()), state);
    hints(buf, area, theme, &keys(program));
    if program.lines.is_empty() {
        let text = match program.is_running() {
            true => "Nothing printed so far.",
            false => "It printed nothing.",
        };
        frame::text(buf, inner.x, inner.y, inner.width, text, theme.dim);
        return;
    }
    let end = program.lines.len().saturating_sub(output.from_end);
    let (rows, first) = rows_before(program, end, inner, theme.glyphs.ellipsis);
    for (y, row) in (inner.y..).zip(&rows) {
        frame::text(buf, inner.x, y, inner.width, row, theme.text);
    }
    let all = program.lines.len() + program.left_out;
    scrolled(
        buf,
        inner,
        theme,
        program.left_out + first,
        all.max(rows.len()),
    );
}

fn keys(program: &Program) -> Vec<(String, &'static str)> {
    let mut keys = match program.is_running() {
        true => vec![("Ctrl-c", "cancel"), ("Esc", "hide")],
        false => vec![("Esc", "close")],
    };
    if !program.lines.is_empty() {
        keys.extend([("y", "copy"), ("↑ ↓", "scroll")]);
    }
    let keys = keys.into_iter();
    keys.map(|(key, words)| (key.to_owned(), words)).collect()
}

/// The rows that fit of the lines before `end`, and the first line that is among them. A screen
/// that is not full shows what follows as well.
fn rows_before(program: &Program, end: usize, inner: Rect, ellipsis: &str) -> (Vec<String>, usize) {
    let (columns, height) = (usize::from(inner.width.max(1)), usize::from(inner.height));
    let broken = |at: usize| -> Vec<String> {
        let line = program.lines[at].replace('\t', TAB);
        let safe = visible_line(&line);
        let mut rows = wrap(&safe, columns);
        let is_cut = rows.len() > MOST_ROWS;
        rows.truncate(MOST_ROWS);
        let mut rows: Vec<String> = rows.into_iter().map(str::to_owned).collect();
        if let Some(last) = rows.last_mut().filter(|_| is_cut) {
            let room = columns.saturating_sub(width(ellipsis));
            *last = format!("{}{ellipsis}", fit(last, room, ""));
        }
        rows
    };
    let mut rows = Vec::new();
    let mut first = end;
    while first > 0 && rows.len() < height {
        first -= 1;
        rows.splice(0..0, broken(first));
    }
    let surplus = rows.len().saturating_sub(height);
    rows.drain(..surplus);
    for at in end..program.lines.len() {
        if rows.len() >= height {
            break;
        }
        rows.extend(broken(at));
    }
    rows.truncate(height);
    (rows, first)
}
