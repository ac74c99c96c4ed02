//! Key notation of the journeys: `jj/gate<Enter>` → the bytes a terminal would send.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// The bytes for `keys`. Text stands for itself; `<Enter>`, `<Esc>`, `<C-d>`, `<A-x>`,
/// `<S-Tab>`, `<Up>`, `<PageDown>`, `<F5>`, … are keys; `<lt>` is a literal `<`, which also
/// stands for itself where no name follows.
///
/// # Panics
/// On a name that looks like a key and is none, so that a typing error fails loudly.
pub fn bytes(keys: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = keys;
    while let Some(c) = rest.chars().next() {
        if let Some((name, after)) = named(rest) {
            out.extend(key(name).unwrap_or_else(|| panic!("no key is called <{name}>")));
            rest = after;
        } else {
            out.extend(c.encode_utf8(&mut [0; 4]).as_bytes());
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

fn named(text: &str) -> Option<(&str, &str)> {
    let (name, after) = text.strip_prefix('<')?.split_once('>')?;
    let modified = matches!(name.as_bytes(), [b'C' | b'A' | b'S', b'-', ..]) && name.len() > 2;
    let word = name.len() > 1 && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (modified || word).then_some((name, after))
}

fn key(name: &str) -> Option<Vec<u8>> {
    let bytes: &[u8] = match name {
        "Enter" => b"\r",
        "Esc" => b"\x1b",
        "Tab" => b"\t",
        "S-Tab" => b"\x1b[Z",
        "Space" => b" ",
        "BS" => b"\x7f",
        "Del" => b"\x1b[3~",
        "Insert" => b"\x1b[2~",
        "Up" => b"\x1b[A",
        "Down" => b"\x1b[B",
        "Right" => b"\x1b[C",
        "Left" => b"\x1b[D",
        "Home" => b"\x1b[H",
        "End" => b"\x1b[F",
        "PageUp" => b"\x1b[5~",
        "PageDown" => b"\x1b[6~",
        "lt" => b"<",
        "F1" => b"\x1bOP",
        "F2" => b"\x1bOQ",
        "F3" => b"\x1bOR",
        "F4" => b"\x1bOS",
        "F5" => b"\x1b[15~",
        _ => return modified_key(name),
    };
    Some(bytes.to_vec())
}

fn modified_key(name: &str) -> Option<Vec<u8>> {
    let (modifier, key_name) = name.split_once('-')?;
    let direction = |code| match key_name {
        "Up" => Some(format!("\x1b[1;{code}A").into_bytes()),
        "Down" => Some(format!("\x1b[1;{code}B").into_bytes()),
        "Right" => Some(format!("\x1b[1;{code}C").into_bytes()),
        "Left" => Some(format!("\x1b[1;{code}D").into_bytes()),
        _ => None,
    };
    match (modifier, key_name.as_bytes()) {
        ("C", [letter @ (b'a'..=b'z' | b'\\' | b']' | b'_')]) => Some(vec![letter & 0x1f]),
        ("A", [letter]) => Some(vec![0x1b, *letter]),
        ("S", _) => direction(2),
        ("A", _) => direction(3),
        ("C", _) => direction(5),
        _ => None,
    }
}

/// The same notation as key events, for tests of the loop without a pseudo-terminal.
///
/// # Panics
/// As [`bytes`].
pub fn events(keys: &str) -> Vec<KeyEvent> {
    let mut events = Vec::new();
    let mut rest = keys;
    while let Some(c) = rest.chars().next() {
        if let Some((name, after)) = named(rest) {
            events.push(event(name).unwrap_or_else(|| panic!("no key is called <{name}>")));
            rest = after;
        } else {
            events.push(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
            rest = &rest[c.len_utf8()..];
        }
    }
    events
}

fn event(name: &str) -> Option<KeyEvent> {
    if let Some((modifier @ ("C" | "A"), letter)) = name.split_once('-') {
        let modifiers = match modifier {
            "C" => KeyModifiers::CONTROL,
            _ => KeyModifiers::ALT,
        };
        let code = match letter {
            "Enter" => KeyCode::Enter,
            letter => KeyCode::Char(letter.chars().next()?),
        };
        return Some(KeyEvent::new(code, modifiers));
    }
    let code = match name {
        "Enter" => KeyCode::Enter,
        "Esc" => KeyCode::Esc,
        "Tab" => KeyCode::Tab,
        "S-Tab" => KeyCode::BackTab,
        "Space" => KeyCode::Char(' '),
        "BS" => KeyCode::Backspace,
        "Del" => KeyCode::Delete,
        "Up" => KeyCode::Up,
        "Down" => KeyCode::Down,
        "Left" => KeyCode::Left,
        "Right" => KeyCode::Right,
        "Home" => KeyCode::Home,
        "End" => KeyCode::End,
        "PageUp" => KeyCode::PageUp,
        "PageDown" => KeyCode::PageDown,
        "lt" => KeyCode::Char('<'),
        _ => return None,
    };
    Some(KeyEvent::new(code, KeyModifiers::NONE))
}
