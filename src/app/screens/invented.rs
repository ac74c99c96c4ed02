//! A screen that only the tests have: all that a new one takes, and that it is met wherever a
//! screen is. Its drawing is `tui::screens::invented`.

use crate::app::core::command::{Command, Extent, Focus, Group, Places};
use crate::app::core::model::Model;
use crate::app::core::navigate::moved;
use crate::app::core::screen::{Crumb, Screen, numbered_screen};

// Every digit is a screen of its own by now.
numbered_screen!(99, "invented", "Invented", &Invented, "ctrl-g");

impl Focus {
    pub(crate) const UPPER: Self = Self::new(Extent::Pane, "invented", "upper");
    pub(crate) const LOWER: Self = Self::new(Extent::Pane, "invented", "lower");
}

const PANES: &[Focus] = &[Focus::UPPER, Focus::LOWER];

/// The state of the invented screen.
#[derive(Debug, Default)]
pub struct InventedView {
    /// Whether the lower pane has the keys.
    pub is_lower: bool,
    pub row: usize,
    /// How often it was opened, and how often brought up to date since.
    pub seen: (usize, usize),
}

const COMMANDS: &[Command] = &[Command {
    name: "invent",
    keys: &["i"],
    title: "Invent something",
    hint: "invent",
    group: Group::Edit,
    places: Places::Only(PANES),
    blocked: |_| None,
    run: |model| model.say("invented"),
}];

struct Invented;

impl Screen for Invented {
    fn commands(&self) -> &'static [&'static [Command]] {
        &[COMMANDS]
    }

    fn focus(&self, model: &Model) -> Focus {
        PANES[usize::from(model.invented.is_lower)]
    }

    fn panes(&self, _: &Model) -> &'static [Focus] {
        PANES
    }

    fn enter(&self, model: &mut Model, pane: Focus) {
        model.invented.is_lower = pane == Focus::LOWER;
    }

    fn step(&self, model: &mut Model, by: isize) {
        model.invented.row = moved(model.invented.row, by, 3);
    }

    fn opened(&self, model: &mut Model) {
        model.invented.seen = (model.invented.seen.0 + 1, 0);
    }

    fn refresh(&self, model: &mut Model) {
        model.invented.seen.1 += 1;
    }

    fn command_line(&self, _: &Model) -> Result<Vec<String>, String> {
        Ok(vec!["list".to_owned()])
    }

    fn crumbs(&self, model: &Model) -> Vec<Crumb> {
        let row = Crumb::last(format!("row {}", model.invented.row));
        vec![Crumb::new(SCREEN.title), row]
    }
}

/// A cockpit on one step, after these keys.
pub(crate) fn after(keys: &str) -> Model {
    use crate::app::core::keymap::Keymap;
    use crate::app::core::model::SessionContext;
    use crate::plan::source::{Role, SourceFile};
    let log = b"{\"step_id\":\"0001\",\"title\":\"One\"}\n";
    let files = vec![SourceFile::load("plan.jsonl", Role::Log, log.to_vec())];
    let now = chrono::DateTime::from_timestamp(0, 0).unwrap();
    let mut model = Model::new(files, SessionContext::default(), Keymap::default(), now);
    press(&mut model, keys);
    model
}

fn press(model: &mut Model, keys: &str) {
    for key in keys.split_whitespace() {
        crate::app::update(model, crate::app::Message::Key(key.parse().unwrap()));
    }
}

mod tests {
    use super::*;
    use crate::app::core::session::Session;
    use crate::app::overlays::Overlay;
    use crate::app::overlays::menu::Row;
    use crate::app::{Message, update};

    fn rows(model: &mut Model, typed: &str) -> Vec<Row> {
        update(model, Message::Typed(typed.to_owned()));
        match model.overlays.last() {
            Some(Overlay::Chooser(chooser)) => chooser.rows.clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn its_number_and_its_command_open_it_and_esc_leads_back_to_the_first_screen() {
        for keys in ["ctrl-g", "2 ctrl-g", "5 ctrl-g"] {
            let mut model = after(keys);
            assert_eq!((model.screen, model.place()), (&SCREEN, Focus::UPPER));
            assert_eq!(model.invented.seen, (1, 1));
            press(&mut model, "x esc");
            assert_eq!(model.screen.name, "plan");
        }
        let mut model = after("2 :");
        let found = rows(&mut model, "screen-invented");
        assert_eq!(found[0].label, "Screen 99: Invented");
        press(&mut model, "enter");
        assert_eq!(model.screen, &SCREEN);
    }

    #[test]
    fn the_palette_says_where_its_commands_work_and_the_help_lists_them_there() {
        let mut model = after(":");
        let there = rows(&mut model, "invent something")[0].blocked.clone();
        assert_eq!(there.as_deref(), Some("works on screen 99, Invented"));
        let mut model = after("ctrl-g ?");
        let listed = rows(&mut model, "invent something");
        assert_eq!((&*listed[0].key, &listed[0].blocked), ("i", &None));
        let zoom = rows(&mut model, "maximise");
        assert_eq!(zoom[0].key, "z");
        let mut model = after("ctrl-g i");
        assert_eq!(model.notice.take().unwrap().text, "invented");
    }

    #[test]
    fn tab_arrows_rows_zoom_and_back_are_its_own() {
        let mut model = after("ctrl-g tab");
        assert_eq!(model.place(), Focus::LOWER);
        for (key, place) in [
            ("right", Focus::LOWER),
            ("left", Focus::UPPER),
            ("left", Focus::UPPER),
            ("shift-tab", Focus::LOWER),
            ("tab", Focus::UPPER),
            ("l", Focus::LOWER),
        ] {
            press(&mut model, key);
            assert_eq!(model.place(), place, "{key}");
        }
        for (key, row) in [("j", 1), ("G", 2), ("j", 2), ("k", 1), ("g", 0)] {
            press(&mut model, key);
            assert_eq!(model.invented.row, row, "{key}");
        }
        press(&mut model, "z");
        assert!(model.is_zoomed());
        press(&mut model, "esc");
        assert_eq!((model.is_zoomed(), model.screen), (false, &SCREEN));
    }

    #[test]
    fn the_session_comes_back_to_it_after_a_restart() {
        let left = serde_json::to_string(&Session::of(&after("ctrl-g"))).unwrap();
        let back: Session = serde_json::from_str(&left).unwrap();
        let mut model = after("");
        back.restore(&mut model);
        assert_eq!((model.screen, model.invented.seen), (&SCREEN, (0, 1)));
    }
}
