//! The open text field: ratatui-textarea does the editing, the model learns the text.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui_textarea::{CursorMove, TextArea};
use unicode_segmentation::GraphemeCursor;

use crate::app::overlays::input::{Input, LONGEST_TEXT};
use crate::document::control;

/// The editor behind the field that is open in the model.
pub struct Field {
    serial: u64,
    multiline: bool,
    area: TextArea<'static>,
    /// What stood there when the field was opened.
    initial: String,
    /// What was typed before that was put back.
    typed: Option<String>,
}

impl Field {
    /// An editor that holds what the field held when it was opened, cursor at the end of it or of its
    /// first line.
    pub fn open(input: &Input) -> Self {
        let multiline = input.multiline;
        let mut area = area_of(&input.text, multiline);
        if input.at_first_line {
            area.move_cursor(CursorMove::Top);
            area.move_cursor(CursorMove::End);
        }
        Self {
            serial: input.serial,
            multiline,
            area,
            initial: area_of(&input.initial, multiline).lines().join("\n"),
            typed: None,
        }
    }

    /// Whether this is the editor of `input`.
    pub(crate) fn is_of(&self, input: &Input) -> bool {
        self.serial == input.serial
    }

    /// What stands in the field.
    pub(crate) fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// The lines of the field.
    pub(crate) fn lines(&self) -> &[String] {
        self.area.lines()
    }

    /// The cursor: line and character, counted from 0.
    pub(crate) fn cursor(&self) -> (usize, usize) {
        let cursor = self.area.cursor();
        (cursor.0, cursor.1)
    }

    /// The same in bytes of the text.
    pub(crate) fn caret(&self) -> usize {
        let (row, column) = self.cursor();
        let lines = self.area.lines();
        let before: usize = lines[..row].iter().map(|line| line.len() + 1).sum();
        let own = lines[row].char_indices().nth(column);
        before + own.map_or(lines[row].len(), |(at, _)| at)
    }

    /// Why the field does not take a key that is a letter.
    pub(crate) fn refusal(key: KeyEvent) -> Option<String> {
        match key.code {
            KeyCode::Char(c) if control::is_control(c) => control::names(&c.to_string())
                .map(|name| format!("control characters were left out: {name}")),
            _ => None,
        }
    }

    /// Takes a key, if it is one for the field. Enter, Esc, Tab and, in a field of one
    /// line, up and down are the model's.
    pub(crate) fn take(&mut self, key: KeyEvent) -> bool {
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        if !self.multiline && self.is_idle(key) {
            return false;
        }
        match key.code {
            KeyCode::Enter if self.multiline && alt => self.area.insert_newline(),
            // There is nothing to break in a field of one line; to save would surprise.
            KeyCode::Enter if alt => {}
            KeyCode::Char('j') if self.multiline && ctrl => self.area.insert_newline(),
            // As in a shell; the widget's own habit would be undo.
            KeyCode::Char('u') if ctrl => {
                self.area.delete_line_by_head();
            }
            KeyCode::Char('r') if ctrl => self.put_back(),
            // As in readline. Without an enhanced keyboard, ctrl-_ arrives as ctrl-7.
            KeyCode::Char('_' | '7' | '/') if ctrl => self.turn_back(TextArea::undo),
            KeyCode::Char('_') if alt => self.turn_back(TextArea::redo),
            KeyCode::Char('z' | 'l' | 'j' | 'm' | 'c' | 'o') if ctrl => return false,
            KeyCode::Enter | KeyCode::Esc | KeyCode::Tab | KeyCode::BackTab => return false,
            KeyCode::Up | KeyCode::Down | KeyCode::PageUp | KeyCode::PageDown
                if !self.multiline =>
            {
                return false;
            }
            KeyCode::Char('n' | 'p') if ctrl && !self.multiline => return false,
            _ => self.edit(key),
        }
        true
    }

    /// Whether a key of a field would change nothing in it, as it stands: then it may move what the
    /// field belongs to.
    fn is_idle(&self, key: KeyEvent) -> bool {
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        let (_, column) = self.cursor();
        let is_end = || column == self.area.lines()[0].chars().count();
        match key.code {
            KeyCode::Home => column == 0,
            KeyCode::End => is_end(),
            KeyCode::Char('d') if ctrl => is_end(),
            _ => false,
        }
    }

    /// Takes pasted text; line breaks become spaces in a field of one line. Answers in words what
    /// was left out: control characters, or all of a text that is too long.
    pub(crate) fn paste(&mut self, text: &str) -> Option<String> {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let there: usize = self.area.lines().iter().map(|line| line.len() + 1).sum();
        if there + text.len() > LONGEST_TEXT {
            let most = LONGEST_TEXT / 1_000_000;
            return Some(format!(
                "nothing was pasted: a field takes {most} MB at most"
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
        self.leave_grapheme(true);
        left_out.map(|names| format!("control characters were left out: {names}"))
    }

    /// Puts what stood there at first in the place of what was typed, and that back again.
    fn put_back(&mut self) {
        let text = self.text();
        let other = match text == self.initial {
            true => self.typed.take(),
            false => Some(self.initial.clone()),
        };
        if let Some(other) = other {
            self.area = area_of(&other, self.multiline);
            self.typed = Some(text);
        }
    }

    /// Undoes an edit of the field, or does it again.
    fn turn_back(&mut self, turn: fn(&mut TextArea<'static>) -> bool) {
        turn(&mut self.area);
        self.leave_grapheme(true);
    }

    /// Hands a key to the widget, which knows characters only, and makes whole what it did: a
    /// grapheme (a family, a flag, a letter with its accents) is moved over and erased as one.
    fn edit(&mut self, key: KeyEvent) {
        let (row, column) = self.cursor();
        let line = self.area.lines()[row].clone();
        let count = self.area.lines().len();
        let selects = (self.area.selection_range()).is_some_and(|(from, to)| from != to);
        self.area.input(key);
        let (new_row, new_column) = self.cursor();
        let long = |line: &str| line.chars().count();
        let is_same = row == new_row && count == self.area.lines().len() && !selects;
        let erased = match is_same {
            true => long(&line).saturating_sub(long(&self.area.lines()[row])),
            false => 0,
        };
        if erased > 0 {
            let (from, to) = (new_column, new_column + erased);
            for _ in around(&line, from).0..from {
                self.area.delete_char();
            }
            for _ in to..around(&line, to).1 {
                self.area.delete_next_char();
            }
        }
        self.leave_grapheme(row == new_row && new_column > column);
    }

    /// Moves the cursor out of the middle of a grapheme.
    fn leave_grapheme(&mut self, forward: bool) {
        let (row, column) = self.cursor();
        let (start, end) = around(&self.area.lines()[row], column);
        let (step, steps) = match forward {
            true => (CursorMove::Forward, end - column),
            false => (CursorMove::Back, column - start),
        };
        for _ in 0..steps {
            self.area.move_cursor(step);
        }
    }
}

/// An editor on `text`, cursor at the end.
fn area_of(text: &str, multiline: bool) -> TextArea<'static> {
    let lines: Vec<String> = match multiline {
        true => text.split('\n').map(str::to_owned).collect(),
        false => vec![text.replace('\n', " ")],
    };
    let mut area = TextArea::new(lines);
    area.move_cursor(CursorMove::Bottom);
    area.move_cursor(CursorMove::End);
    area
}

/// Where the grapheme begins and ends that has `column`, counted in characters, in its middle;
/// twice the column where none has. Looks at its neighbourhood only, however long the line is.
fn around(line: &str, column: usize) -> (usize, usize) {
    let at = line.char_indices().nth(column);
    let at = at.map_or(line.len(), |(at, _)| at);
    let boundaries = || GraphemeCursor::new(at, line.len(), true);
    if boundaries().is_boundary(line, 0) != Ok(false) {
        return (column, column);
    }
    let start = boundaries().prev_boundary(line, 0).ok().flatten();
    let end = boundaries().next_boundary(line, 0).ok().flatten();
    let before = line[start.unwrap_or(at)..at].chars().count();
    let behind = line[at..end.unwrap_or(at)].chars().count();
    (column - before, column + behind)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(text: &str, multiline: bool) -> Field {
        Field::open(&Input {
            serial: 1,
            former: None,
            label: String::new(),
            initial: text.to_owned(),
            text: text.to_owned(),
            multiline,
            at_first_line: false,
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

    const GRAPHEMES: [&str; 8] = ["👨‍👩‍👧", "🇩🇪", "👍🏽", "❤️", "e\u{301}", "#️⃣", "ก็", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"];

    #[test]
    fn what_is_seen_as_one_sign_is_erased_and_moved_over_as_one() {
        let (none, alt, ctrl) = (KeyModifiers::NONE, KeyModifiers::ALT, KeyModifiers::CONTROL);
        for sign in GRAPHEMES {
            let text = format!("a{sign}{sign}b");
            let opened = || field(&text, false);
            let one = format!("a{sign}b");
            for (keys, rest) in [
                (
                    &[(KeyCode::Left, none), (KeyCode::Backspace, none)][..],
                    &one,
                ),
                (
                    &[(KeyCode::Char('b'), ctrl), (KeyCode::Char('h'), ctrl)],
                    &one,
                ),
                (
                    &[
                        (KeyCode::Left, none),
                        (KeyCode::Left, none),
                        (KeyCode::Delete, none),
                    ],
                    &one,
                ),
                (
                    &[
                        (KeyCode::Home, none),
                        (KeyCode::Right, none),
                        (KeyCode::Delete, none),
                    ],
                    &one,
                ),
                (
                    &[
                        (KeyCode::Home, none),
                        (KeyCode::Char('f'), ctrl),
                        (KeyCode::Right, none),
                        (KeyCode::Char('d'), ctrl),
                    ],
                    &one,
                ),
            ] {
                let mut field = opened();
                for (code, modifiers) in keys {
                    press(&mut field, *code, *modifiers);
                }
                assert_eq!(field.text(), *rest, "{keys:?}");
            }
            // A word at a time: never half a sign.
            for (code, modifiers) in [
                (KeyCode::Char('w'), ctrl),
                (KeyCode::Backspace, alt),
                (KeyCode::Char('b'), alt),
                (KeyCode::Delete, alt),
            ] {
                let mut field = opened();
                press(&mut field, KeyCode::Left, none);
                for _ in 0..4 {
                    press(&mut field, code, modifiers);
                    let text = field.text();
                    let rest = text.trim_start_matches('a').trim_end_matches('b');
                    assert!(rest.replace(sign, "").is_empty(), "{code:?} {text}");
                    let (_, column) = field.cursor();
                    assert_eq!(around(&text, column), (column, column));
                }
            }
        }
    }

    #[test]
    fn up_and_down_never_end_within_a_sign() {
        let mut field = field("👨‍👩‍👧👨‍👩‍👧\nabc\n🇩🇪🇩🇪", true);
        for code in [
            KeyCode::Up,
            KeyCode::Up,
            KeyCode::Down,
            KeyCode::Left,
            KeyCode::Down,
        ] {
            press(&mut field, code, KeyModifiers::NONE);
            let (row, column) = field.cursor();
            assert_eq!(around(&field.lines()[row], column), (column, column));
        }
    }

    #[test]
    fn what_stood_there_can_be_put_back_and_what_was_typed_again() {
        let mut field = field("as it was", false);
        field.paste(" and more");
        for text in ["as it was", "as it was and more", "as it was"] {
            press(&mut field, KeyCode::Char('r'), KeyModifiers::CONTROL);
            assert_eq!(field.text(), text);
        }
    }

    #[test]
    fn words_are_moved_over_cut_pasted_and_edits_undone() {
        let (alt, ctrl) = (KeyModifiers::ALT, KeyModifiers::CONTROL);
        let mut field = field("one two three", false);
        for (letter, modifiers, text) in [
            ('b', alt, "one two three"),
            ('b', alt, "one two three"),
            ('k', ctrl, "one "),
            ('y', ctrl, "one two three"),
            ('w', ctrl, "one two "),
            ('_', ctrl, "one two three"),
            ('_', alt, "one two "),
            ('7', ctrl, "one two three"),
            ('u', ctrl, ""),
            ('y', ctrl, "one two three"),
        ] {
            press(&mut field, KeyCode::Char(letter), modifiers);
            assert_eq!(field.text(), text, "{letter} {modifiers:?}");
        }
    }

    #[test]
    fn control_characters_stay_out_of_a_field() {
        let mut field = field("", true);
        let pasted = "\u{1b}[1mone\u{7}\0 \u{202e}two\u{2028}three\tfour";
        let said = field.paste(pasted).unwrap();
        assert!(said.ends_with(": ESC, BEL, NUL, U+202E, U+2028"), "{said}");
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
