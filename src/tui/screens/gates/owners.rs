//! Who answers for what in a stage, and what the workstreams say of it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::criteria::criteria;
use crate::app::core::model::Model;
use crate::plan::stage::Workstream;
use crate::tui::theme::Theme;
use crate::tui::widgets::frame;
use crate::tui::widgets::scroll::Window;
use crate::tui::widgets::text_layout::{GUTTER, TextLayout};

/// Draws the workstreams of the stage that is selected; `with_criteria` says whether the
/// stage's own words come first, because no pane beside this one shows them. Answers how
/// many workstreams are visible.
pub fn draw(
    buf: &mut Buffer,
    area: Rect,
    model: &Model,
    theme: &Theme,
    window: &mut Window,
    (focused, with_criteria): (bool, bool),
) -> usize {
    let Some(stage) = model.plan.stages().get(model.gates.stage) else {
        return 0;
    };
    let streams = stage.workstreams();
    let (name, right) = match with_criteria {
        true => (stage.name.clone(), "owners and notes"),
        false => ("Owners and notes".to_owned(), ""),
    };
    let title = Line::styled(name, theme.title);
    let right = Line::styled(right, theme.dim);
    let inner = frame::pane_with(buf, area, theme, title, right, focused);
    let mut sheet = TextLayout::new(theme, inner.width.saturating_sub(GUTTER + 1));
    if with_criteria {
        let due = model.due_and_owners(stage);
        let due = due.as_deref().map(|due| frame::words(theme, due));
        criteria(&mut sheet, stage, due.as_deref(), theme, usize::MAX);
    }
    if streams.is_empty() {
        sheet.text(
            "Nobody is named for this stage. A table headed Workstream with the stages as \
             columns names owners; bullets under Workstream Alignment that name the stage \
             are its notes.",
            theme.dim,
        );
    }
    for (at, stream) in streams.iter().enumerate() {
        sheet.begin_item();
        workstream(&mut sheet, stream, theme);
        sheet.end_item();
        if at + 1 < streams.len() {
            sheet.blank();
        }
    }
    sheet.draw_items(buf, inner, window, model.gates.workstream, focused)
}

fn workstream(sheet: &mut TextLayout, stream: &Workstream<'_>, theme: &Theme) {
    sheet.row(Span::styled(stream.name.to_owned(), theme.title));
    sheet.end_head();
    let roles = stream.people.iter().map(|(role, _)| frame::columns(role));
    let column = usize::from(roles.max().unwrap_or(0).min(12));
    for (role, name) in &stream.people {
        let role = crate::document::visible::pad(role, column).into_owned();
        let lead = match column {
            0 => Line::raw("  "),
            _ => Line::styled(format!("  {role}  "), theme.dim),
        };
        sheet.hanging(lead, name, theme.text);
    }
    for note in &stream.notes {
        let lead = Span::styled(format!("  {} ", theme.glyphs.dot), theme.dim);
        sheet.hanging(lead, note, theme.dim);
    }
}
