//! Mouse reports as what a person meant by them: a click on what was drawn there, or a turn of the
//! wheel. Everything else that a mouse can do is passed over.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use super::widgets::scroll::ScrollState;
use crate::app::Message;

/// Rows that one turn of the wheel moves by.
const TURN: isize = 3;

/// The message of a report, on the screen as it was last drawn.
pub(super) fn message(event: MouseEvent, sight: &ScrollState) -> Option<Message> {
    let target = sight.at(Position::new(event.column, event.row));
    match event.kind {
        MouseEventKind::Down(MouseButton::Left) => target.map(Message::Click),
        MouseEventKind::ScrollDown => Some(Message::Wheel(target, TURN)),
        MouseEventKind::ScrollUp => Some(Message::Wheel(target, -TURN)),
        _ => None,
    }
}
