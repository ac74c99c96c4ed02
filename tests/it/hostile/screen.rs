//! What people see of hostile plans: every screen draws, and shows nothing but visible signs.

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use stepdeck::app::{Message, Model, update};
use stepdeck::tui::draw::draw;
use stepdeck::tui::theme::Theme;
use stepdeck::tui::widgets::scroll::ScrollState;

use super::exercise::{load, now};
use crate::support::screen::{ascii, check, dark};
use stepdeck::app::core::keymap::Keymap;
use stepdeck::app::core::model::SessionContext;

/// Characters that a terminal obeys or that turn what is beside them round.
pub fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{feff}')
        || ('\u{202a}'..='\u{202e}').contains(&c)
        || ('\u{2066}'..='\u{2069}').contains(&c)
        || ('\u{2028}'..='\u{2029}').contains(&c)
}

/// A cockpit on these files, checked.
pub fn cockpit(files: &[(&str, &[u8])]) -> Model {
    let mut model = Model::new(
        load(files),
        SessionContext::default(),
        Keymap::default(),
        now(),
    );
    check(&mut model);
    model
}

/// Walks over the screens, the steps and the fields; returns all that was on the screens.
pub fn walk(name: &str, files: &[(&str, &[u8])]) -> String {
    let mut model = cockpit(files);
    let mut seen = String::new();
    let rest = "j j j down e esc s esc T tab z z 2 j tab j 5 j enter esc 1";
    for (theme, size) in [(dark(), (160, 48)), (ascii(), (44, 14))] {
        let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).unwrap();
        let mut sight = ScrollState::default();
        for key in rest.split(' ') {
            seen += &shown(name, &model, &theme, &mut terminal, &mut sight);
            update(&mut model, Message::Key(key.parse().unwrap()));
        }
        seen += &shown(name, &model, &theme, &mut terminal, &mut sight);
    }
    seen
}

fn shown(
    name: &str,
    model: &Model,
    theme: &Theme,
    terminal: &mut Terminal<TestBackend>,
    sight: &mut ScrollState,
) -> String {
    terminal
        .draw(|frame| draw(frame, model, theme, sight, None))
        .unwrap();
    let mut text = String::new();
    for cell in &terminal.backend().buffer().content {
        let bad = cell.symbol().chars().find(|c| is_unseen(*c));
        assert_eq!(bad, None, "{name}: a cell holds {:?}", cell.symbol());
        text += cell.symbol();
    }
    text
}
