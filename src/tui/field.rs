//! The open text field: ratatui-textarea does the editing, the model learns the text.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui_textarea::{CursorMove, TextArea};

use crate::app::overlay::Input;
use crate::app::prompt::LONGEST_TEXT;
use crate::document::control;

/// The editor behind the field that is open in the model.
pub struct Field {
    serial: u64,
    multiline: bool,
    area: TextArea<'static>,
}

impl Field {
    /// An editor that holds what the field held when it was opened, cursor at the end.
    pub fn open(input: &Input) -> Self {
        let lines: Vec<String> = match input.multiline {
            true => input.text.split('\n').map(str::to_owned).collect(),
            false => vec![input.text.replace('\n', " ")],
        };
        let mut area = TextArea::new(lines);
        area.move_cursor(CursorMove::Bottom);
        area.move_cursor(CursorMove::End);
        Self {
            serial: input.serial,
            multiline: input.multiline,
            area,
        }
    }

    /// Whether this is the editor of `input`.
    pub fn is_of(&self, input: &Input) -> bool {
        self.serial == input.serial
    }

    /// What stands in the field.
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// The lines of the field.
    pub fn lines(&self) -> &[String] {
        self.area.lines()
    }

    /// The cursor: line and character, counted from 0.
    pub fn cursor(&self) -> (usize, usize) {
        let cursor = self.area.cursor();
        (cursor.0, cursor.1)
    }

    /// Why the field does not take a key that is a letter.
    pub fn refusal(key: KeyEvent) -> Option<String> {
        match key.code {
            KeyCode::Char(c) if control::is_control(c) => control::names(&c.to_string())
                .map(|name| format!("control characters were left out: {name}")),
            _ => None,
        }
    }

    /// Takes a key, if it is one for the field. Enter, Esc, Tab and, in a field of one
    /// line, up and down are the model's.
    pub fn take(&mut self, key: KeyEvent) -> bool {
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Enter if self.multiline && alt => self.area.insert_newline(),
            // There is nothing to break in a field of one line; to save would surprise.
            KeyCode::Enter if alt => {}
            KeyCode::Char('j') if self.multiline && ctrl => self.area.insert_newline(),
            // As in a shell; the widget's own habit would be undo.
            KeyCode::Char('u') if ctrl => {
                self.area.delete_line_by_head();
            }
            KeyCode::Char('z' | 'l' | 'j' | 'm' | 'c') if ctrl => return false,
            KeyCode::Enter | KeyCode::Esc | KeyCode::Tab | KeyCode::BackTab => return false,
            KeyCode::Up | KeyCode::Down | KeyCode::PageUp | KeyCode::PageDown
                if !self.multiline =>
            {
                return false;
            }
            _ => {
                self.area.input(key);
            }
        }
        true
    }

    /// Takes pasted text; line breaks become spaces in a field of one line. Answers in words what
    /// was left out: control characters, or all of a text that is too long.
    pub fn paste(&mut self, text: &str) -> Option<String> {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let there: usize = self.area.lines().iter().map(|line| line.len() + 1).sum();
        if there + text.len() > LONGEST_TEXT {
            let most = LONGEST_TEXT / 1_000_000;
            return Some(format!(
                "nothing was pasted: a field takes {most} MB at the most"
            ));
        }
        let left_out = control::names(&text);
        let text = control::without(&text);
        match self.multiline {
            true => self.area.insert_str(&text),
            false => self
                .area
                .insert_str(text.trim_end_matches('\n').replace('\n', " ")),
        };
        left_out.map(|names| format!("control characters were left out: {names}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(text: &str, multiline: bool) -> Field {
        Field::open(&Input {
            serial: 1,
            label: String::new(),
            initial: text.to_owned(),
            text: text.to_owned(),
            multiline,
            error: None,
        })
    }

    fn press(field: &mut Field, code: KeyCode, modifiers: KeyModifiers) -> bool {
        field.take(KeyEvent::new(code, modifiers))
    }

    #[test]
    fn a_field_swallows_every_letter_and_leaves_the_rest() {
        let mut field = field("ab", false);
        for letter in "qx?:/ ".chars() {
            assert!(press(&mut field, KeyCode::Char(letter), KeyModifiers::NONE));
        }
        assert_eq!(field.text(), "abqx?:/ ");
        assert!(!press(&mut field, KeyCode::Enter, KeyModifiers::NONE));
        assert!(!press(&mut field, KeyCode::Down, KeyModifiers::NONE));
        field.paste("one\r\ntwo\n");
        assert_eq!(field.text(), "abqx?:/ one two");
    }

    #[test]
    fn control_characters_stay_out_of_a_field() {
        let mut field = field("", true);
        let pasted = "\u{1b}[1mone\u{7}\0 \u{202e}two\u{2028}three\tfour";
        assert_eq!(
            field.paste(pasted).unwrap(),
            "ESC, BEL, NUL, U+202E, U+2028"
        );
        let typed = |c| Field::refusal(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
        assert!(typed('\u{202e}').unwrap().ends_with(": U+202E"));
        assert_eq!(typed('x'), None);
        assert_eq!(field.text(), "[1mone two\nthree\tfour");
        assert_eq!(field.paste("plain"), None);
        let text = field.text();
        let said = field.paste(&"x".repeat(LONGEST_TEXT)).unwrap();
        assert!(said.starts_with("nothing was pasted"), "{said}");
        assert_eq!(field.text(), text);
    }

    #[test]
    fn a_field_of_several_lines_takes_breaks_with_alt() {
        let mut field = field("one\ntwo", true);
        assert!(press(&mut field, KeyCode::Enter, KeyModifiers::ALT));
        assert!(press(&mut field, KeyCode::Char('x'), KeyModifiers::NONE));
        assert_eq!(field.text(), "one\ntwo\nx");
        assert_eq!(field.cursor(), (2, 1));
    }
}
