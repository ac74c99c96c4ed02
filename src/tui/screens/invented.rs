//! The drawing of the screen that only the tests have, and that the one entry point reaches it.

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::core::model::Model;
use crate::app::screens::invented::after;
use crate::tui::draw;
use crate::tui::theme::{Background, ColorDepth, Theme};
use crate::tui::widgets::frame;
use crate::tui::widgets::scroll::ScrollState;

pub fn draw(buf: &mut Buffer, body: Rect, model: &Model, theme: &Theme, sight: &mut ScrollState) {
    let text = format!("row {} of the invented screen", model.invented.row);
    frame::text(buf, body.x, body.y, body.width, &text, theme.text);
    sight.page = 3;
}

#[test]
fn header_body_and_footer_show_it() {
    let mut terminal = Terminal::new(TestBackend::new(80, 12)).unwrap();
    let theme = Theme::new(ColorDepth::None, Background::Dark, true);
    let (model, mut sight) = (after("ctrl-g j"), ScrollState::default());
    terminal
        .draw(|frame| draw::draw(frame, &model, &theme, &mut sight, None))
        .unwrap();
    let screen = terminal.backend().to_string();
    for text in [
        "stepdeck > Invented > row 1",
        "6Sin",
        "Ctrl-g Invented",
        "row 1 of the invented screen",
        "i invent",
        "z zoom",
    ] {
        assert!(screen.contains(text), "{text}:\n{screen}");
    }
    assert_eq!(sight.page, 3);
}
