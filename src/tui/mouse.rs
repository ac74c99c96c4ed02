//! Mouse reports as what a person meant by them: a click on what was drawn there, or a turn of the
//! wheel. Everything else that a mouse can do is passed over.

use std::time::{Duration, Instant};

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use super::widgets::scroll::ScrollState;
use crate::app::Message;

/// A press that comes later than this after the focus is a click of its own.
const WITH_FOCUS: Duration = Duration::from_millis(200);

/// Which press gave the window the focus, and means nothing else. A terminal that does not report
/// the focus never has one, and after one that was swallowed the next counts, whatever was missed.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) enum WindowFocus {
    /// As far as is known, it has the focus.
    #[default]
    Held,
    /// It has lost it.
    Lost,
    /// It has it again since then.
    Regained(Instant),
}

impl WindowFocus {
    /// The terminal says that the window gained the focus, or lost it.
    pub(super) fn report(&mut self, gained: bool, now: Instant) {
        *self = match (gained, *self) {
            (false, _) => Self::Lost,
            (true, Self::Lost) => Self::Regained(now),
            // Some say so when they are asked to report.
            (true, known) => known,
        };
    }

    /// Whether this is the press that gives the window the focus; some terminals tell of it before
    /// they tell of the focus.
    pub(super) fn takes(&mut self, event: MouseEvent, now: Instant) -> bool {
        if !matches!(event.kind, MouseEventKind::Down(_)) {
            return false;
        }
        match std::mem::take(self) {
            Self::Held => false,
            Self::Lost => true,
            Self::Regained(at) => now.saturating_duration_since(at) <= WITH_FOCUS,
        }
    }
}

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

#[cfg(test)]
mod tests {
    use crossterm::event::KeyModifiers;

    use super::*;

    fn press() -> MouseEvent {
        MouseEvent {
            kind: MouseEventKind::Down(MouseButton::Left),
            column: 0,
            row: 0,
            modifiers: KeyModifiers::NONE,
        }
    }

    #[test]
    fn only_the_press_that_comes_with_the_focus_is_swallowed() {
        let begun = Instant::now();
        let after = |millis| begun + Duration::from_millis(millis);
        let mut focus = WindowFocus::default();
        assert!(!focus.takes(press(), begun), "nothing is reported");
        // Some report the focus that they have when they are asked to.
        focus.report(true, begun);
        assert!(!focus.takes(press(), begun));
        focus.report(false, begun);
        focus.report(true, after(10));
        let wheel = MouseEvent {
            kind: MouseEventKind::ScrollDown,
            ..press()
        };
        assert!(!focus.takes(wheel, after(11)), "the wheel needs no focus");
        assert!(focus.takes(press(), after(12)));
        assert!(!focus.takes(press(), after(13)), "a double click is one");
        focus.report(false, after(20));
        focus.report(true, after(30));
        assert!(
            !focus.takes(press(), after(1_000)),
            "by the keyboard, then a click"
        );
        focus.report(false, after(2_000));
        assert!(
            focus.takes(press(), after(2_001)),
            "told of before the focus"
        );
        focus.report(true, after(2_002));
        assert!(!focus.takes(press(), after(2_003)));
    }
}
