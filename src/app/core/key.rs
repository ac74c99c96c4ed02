//! Keys by name, as the configuration, the help and the footer spell them.

use std::fmt;
use std::str::FromStr;

/// What a key is, its modifiers aside.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Code {
    /// A character, as the keyboard layout and shift make it.
    Char(char),
    /// Return.
    Enter,
    /// Escape.
    Esc,
    /// Tabulator.
    Tab,
    /// Tabulator with shift.
    BackTab,
    Backspace,
    Insert,
    Delete,
    /// A function key, by its number.
    F(u8),
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    Home,
    End,
    PageUp,
    PageDown,
}

/// A key press.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Key {
    /// Which key.
    pub code: Code,
    /// Whether control was held.
    pub ctrl: bool,
    /// Whether alt was held.
    pub alt: bool,
}

const NAMES: [(Code, &str, &str); 16] = [
    (Code::Enter, "enter", "⏎"),
    (Code::Esc, "esc", "Esc"),
    (Code::Tab, "tab", "Tab"),
    (Code::BackTab, "shift-tab", "Shift-Tab"),
    (Code::Backspace, "backspace", "Backspace"),
    (Code::Insert, "insert", "Insert"),
    (Code::Delete, "delete", "Delete"),
    (Code::Up, "up", "↑"),
    (Code::Down, "down", "↓"),
    (Code::Left, "left", "←"),
    (Code::Right, "right", "→"),
    (Code::Home, "home", "Home"),
    (Code::End, "end", "End"),
    (Code::PageUp, "pageup", "PgUp"),
    (Code::PageDown, "pagedown", "PgDn"),
    (Code::Char(' '), "space", "space"),
];

/// No keyboard has more function keys, with shift.
const MOST_FUNCTIONS: u8 = 24;

impl Key {
    /// The key without modifiers.
    pub const fn plain(code: Code) -> Self {
        Self {
            code,
            ctrl: false,
            alt: false,
        }
    }

    /// The letter, if the key is one without modifiers.
    pub fn letter(self) -> Option<char> {
        match self {
            Self {
                code: Code::Char(c),
                ctrl: false,
                alt: false,
            } => Some(c),
            _ => None,
        }
    }

    /// The key as which most terminals send this one: their control codes are the same.
    fn sent_as(self) -> Option<Self> {
        let code = match self.code {
            Code::Char('i') => Code::Tab,
            Code::Char('m') => Code::Enter,
            Code::Char('[') => Code::Esc,
            Code::Char('h' | '?') => Code::Backspace,
            _ => return None,
        };
        self.ctrl.then_some(Self {
            code,
            ctrl: false,
            alt: self.alt,
        })
    }

    /// The spelling for terminals that show ASCII only.
    pub(crate) fn ascii(self) -> String {
        let shown = self.to_string();
        let drawn = NAMES
            .iter()
            .find(|(code, _, shown)| *code == self.code && !shown.is_ascii());
        let Some((_, name, sign)) = drawn else {
            return shown;
        };
        let (first, rest) = name.split_at(1);
        shown.replace(sign, &format!("{}{rest}", first.to_ascii_uppercase()))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ctrl {
            f.write_str("Ctrl-")?;
        }
        if self.alt {
            f.write_str("Alt-")?;
        }
        match NAMES.iter().find(|(code, ..)| *code == self.code) {
            Some((_, _, shown)) => f.write_str(shown),
            None => match self.code {
                Code::Char(c) => write!(f, "{c}"),
                Code::F(number) => write!(f, "F{number}"),
                _ => Ok(()),
            },
        }
    }
}

impl FromStr for Key {
    type Err = String;

    /// Reads `x`, `space`, `f5`, `ctrl-d`, `alt-enter`.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut rest = text;
        let (mut ctrl, mut alt) = (false, false);
        loop {
            let lower = rest.to_ascii_lowercase();
            if lower.len() > 5 && lower.starts_with("ctrl-") {
                ctrl = true;
            } else if lower.len() > 4 && lower.starts_with("alt-") {
                alt = true;
            } else {
                break;
            }
            rest = &rest[rest.find('-').map_or(0, |dash| dash + 1)..];
        }
        let lower = rest.to_ascii_lowercase();
        let named = NAMES.iter().find(|(_, name, _)| *name == lower);
        let mut chars = rest.chars();
        let named = named.map(|(code, ..)| *code).or_else(|| function(&lower));
        let code = match (named, chars.next(), chars.next()) {
            (Some(code), ..) => code,
            (None, Some(c), None) => Code::Char(if ctrl { c.to_ascii_lowercase() } else { c }),
            _ => {
                return Err(format!(
                    "“{text}” is not a key: write a character, or a name such as space, enter, f5, ctrl-q"
                ));
            }
        };
        let key = Self { code, ctrl, alt };
        match key.sent_as() {
            None => Ok(key),
            Some(other) => Err(format!(
                "terminals send {other} for “{text}”, so the two cannot be told apart: choose another key"
            )),
        }
    }
}

/// Reads `f5`.
fn function(name: &str) -> Option<Code> {
    let digits = name.strip_prefix('f')?;
    let is_number = digits.bytes().all(|digit| digit.is_ascii_digit());
    let number = digits.parse().ok().filter(|_| is_number)?;
    (1..=MOST_FUNCTIONS)
        .contains(&number)
        .then_some(Code::F(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_and_shown() {
        for (text, shown) in [
            ("x", "x"),
            ("ctrl-D", "Ctrl-d"),
            ("space", "space"),
            ("Enter", "⏎"),
            ("-", "-"),
            ("{", "{"),
            ("f", "f"),
            ("F5", "F5"),
            ("alt-f12", "Alt-F12"),
            ("insert", "Insert"),
        ] {
            assert_eq!(text.parse::<Key>().unwrap().to_string(), shown);
        }
        for (text, key) in [
            ("ctrl-i", "Tab"),
            ("Ctrl-M", "⏎"),
            ("ctrl-[", "Esc"),
            ("ctrl-h", "Backspace"),
            ("ctrl-alt-i", "Alt-Tab"),
        ] {
            let said = text.parse::<Key>().unwrap_err();
            let why = format!("terminals send {key} for “{text}”");
            assert!(said.starts_with(&why), "{said}");
        }
        for none in ["hyper-x", "f0", "f25", "f+5", "fx"] {
            assert!(none.parse::<Key>().is_err(), "{none}");
        }
    }

    /// Without drawn signs a key is spelled as in the hints within boxes.
    #[test]
    fn a_terminal_with_ascii_only_spells_keys_alike_everywhere() {
        for (text, shown) in [
            ("enter", "Enter"),
            ("alt-enter", "Alt-Enter"),
            ("ctrl-left", "Ctrl-Left"),
            ("tab", "Tab"),
            ("pagedown", "PgDn"),
            ("space", "space"),
            ("ctrl-d", "Ctrl-d"),
        ] {
            assert_eq!(text.parse::<Key>().unwrap().ascii(), shown);
        }
    }
}
