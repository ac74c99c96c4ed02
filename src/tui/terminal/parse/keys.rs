//! The key that a complete escape sequence names.
//!
//! Read are the sequences of xterm, rxvt and the consoles, and what newer keyboard protocols
//! make of them: xterm's `modifyOtherKeys` and kitty's. Nobody here switches these on, but a
//! child that died may have left them on, and a key must be the same key then.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// The letter as crossterm spells it.
pub(super) fn letter(c: char, modifiers: KeyModifiers) -> KeyEvent {
    let shift = if c.is_uppercase() {
        KeyModifiers::SHIFT
    } else {
        KeyModifiers::NONE
    };
    KeyEvent::new(KeyCode::Char(c), modifiers | shift)
}

/// Whether these are the parameters of a key that has a number, and nothing else.
pub(super) fn is_number(parameters: &[u8]) -> bool {
    matches!(parameters.len(), 1 | 2) && parameters.iter().all(u8::is_ascii_digit)
}

/// What is held while a key is pressed.
#[derive(Clone, Copy)]
struct Held {
    modifiers: KeyModifiers,
    caps_lock: bool,
}

impl Held {
    /// Reads `modifiers` or `modifiers:event`. `None` for the release of a key, and for keys of
    /// the desktop (super, hyper, meta), which are none without them.
    fn read(field: &str) -> Option<Held> {
        let (mask, event) = field.split_once(':').unwrap_or((field, ""));
        if event == "3" {
            return None;
        }
        let mask = match mask {
            "" => 0,
            _ => mask.parse::<u16>().ok()?.saturating_sub(1),
        };
        let mut modifiers = KeyModifiers::NONE;
        for (bit, modifier) in [
            (1, KeyModifiers::SHIFT),
            (2, KeyModifiers::ALT),
            (4, KeyModifiers::CONTROL),
        ] {
            modifiers.set(modifier, mask & bit != 0);
        }
        let caps_lock = mask & 64 != 0;
        (mask & (8 | 16 | 32) == 0).then_some(Held {
            modifiers,
            caps_lock,
        })
    }
}

/// Hands on the keys of a complete `ESC [ parameters end`: none for replies, reports and the
/// unknown, and several only where a keyboard sends a text.
pub(super) fn sequence(parameters: &[u8], end: u8, found: &mut dyn FnMut(KeyEvent)) {
    if let Some(key) = read(parameters, end, found) {
        found(key);
    }
}

fn read(parameters: &[u8], end: u8, found: &mut dyn FnMut(KeyEvent)) -> Option<KeyEvent> {
    if let Some(rest) = parameters.strip_prefix(b"[") {
        let number = end
            .checked_sub(b'A')
            .filter(|number| rest.is_empty() && *number < 5)?;
        return Some(KeyEvent::from(KeyCode::F(1 + number)));
    }
    let text = std::str::from_utf8(parameters).ok()?;
    let mut fields = text.split(';');
    let first = fields.next().unwrap_or_default();
    let held = Held::read(fields.next().unwrap_or_default())?;
    let third = fields.next().unwrap_or_default();
    let (shift, control) = (KeyModifiers::SHIFT, KeyModifiers::CONTROL);
    let key = |code, modifiers| Some(KeyEvent::new(code, modifiers));
    match end {
        b'Z' => key(KeyCode::BackTab, held.modifiers | shift),
        b'u' => coded(first, held, third, found),
        b'~' if first == "27" => other(char::from_u32(third.parse().ok()?)?, held),
        b'~' => key(numbered(first.parse().ok()?)?, held.modifiers),
        // The rest is rxvt's.
        b'$' => key(numbered(first.parse().ok()?)?, shift),
        b'^' if is_number(parameters) => key(numbered(first.parse().ok()?)?, control),
        b'@' if is_number(parameters) => key(numbered(first.parse().ok()?)?, shift | control),
        b'a'..=b'd' if text.is_empty() => key(arrow(end.to_ascii_uppercase())?, shift),
        // A position on the screen looks like F3 with modifiers.
        b'R' => None,
        _ if first.is_empty() || first == "1" => key(arrow(end)?, held.modifiers),
        _ => None,
    }
}

/// The key of a complete `ESC O modifiers end`: arrows and the keypad in the modes that
/// programs of the full screen switch on.
pub(super) fn single_shift(parameters: &[u8], end: u8) -> Option<KeyEvent> {
    let text = std::str::from_utf8(parameters).ok()?;
    let held = Held::read(text.rsplit(';').next().unwrap_or_default())?;
    let key = |code| Some(KeyEvent::new(code, held.modifiers));
    match end {
        b'M' => key(KeyCode::Enter),
        b'I' => key(KeyCode::Tab),
        b' ' => key(KeyCode::Char(' ')),
        b'X' => Some(letter('=', held.modifiers)),
        b'j'..=b'y' => Some(letter(char::from(end - b'j' + b'*'), held.modifiers)),
        b'a'..=b'd' => Some(KeyEvent::new(
            arrow(end.to_ascii_uppercase())?,
            KeyModifiers::CONTROL,
        )),
        _ => key(arrow(end)?),
    }
}

/// Whether a byte right behind `ESC [` ends a sequence, or begins its numbers.
pub(super) fn is_sequence(byte: u8) -> bool {
    let is_key = || read(b"", byte, &mut |_| {}).is_some();
    is_key() || matches!(byte, b'I' | b'O' | b'[' | b'0'..=b'?')
}

/// The same right behind `ESC O`.
pub(super) fn is_shifted(byte: u8) -> bool {
    single_shift(b"", byte).is_some()
}

fn arrow(end: u8) -> Option<KeyCode> {
    Some(match end {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'H' => KeyCode::Home,
        b'F' => KeyCode::End,
        b'P'..=b'S' => KeyCode::F(1 + end - b'P'),
        _ => return None,
    })
}

fn numbered(number: u8) -> Option<KeyCode> {
    Some(match number {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        11..=15 => KeyCode::F(number - 10),
        17..=21 => KeyCode::F(number - 11),
        23..=26 => KeyCode::F(number - 12),
        28 | 29 => KeyCode::F(number - 13),
        31..=34 => KeyCode::F(number - 14),
        _ => return None,
    })
}

/// kitty's `code:shifted:base ; modifiers:event ; text`, where only the first must be there.
/// What the keyboard says was meant is believed: the text, else the shifted key, else the key.
fn coded(codes: &str, held: Held, text: &str, found: &mut dyn FnMut(KeyEvent)) -> Option<KeyEvent> {
    let mut codes = codes.split(':').map(|code| code.parse::<u32>().ok());
    let code = codes.next()??;
    let shifted = codes.next().flatten().and_then(char::from_u32);
    let controls = KeyModifiers::CONTROL | KeyModifiers::ALT;
    if let Some(code) = functional(code) {
        return Some(KeyEvent::new(code?, held.modifiers));
    }
    if !held.modifiers.intersects(controls) && !text.is_empty() {
        let codes = text.split(':').filter_map(|code| code.parse().ok());
        let signs = codes.filter_map(char::from_u32).filter(|c| !c.is_control());
        signs.for_each(|sign| found(letter(sign, KeyModifiers::NONE)));
        return None;
    }
    let plain = char::from_u32(code)?;
    if !held.modifiers.contains(KeyModifiers::SHIFT)
        || held.modifiers.contains(KeyModifiers::CONTROL)
    {
        return other(plain, held);
    }
    match shifted {
        Some(shifted) => other(shifted, held),
        // What shift makes of these depends on the keyboard's layout, which was not told.
        None if UNSHIFTED.contains(plain) => None,
        None => other(upper(plain), held),
    }
}

/// Signs that keyboards have without shift.
const UNSHIFTED: &str = "0123456789-=[]\\;',./`";

/// The key that makes this character, modifiers aside.
fn other(c: char, held: Held) -> Option<KeyEvent> {
    let modifiers = held.modifiers;
    let key = |code, modifiers| Some(KeyEvent::new(code, modifiers));
    match c {
        '\t' if modifiers.contains(KeyModifiers::SHIFT) => key(KeyCode::BackTab, modifiers),
        '\t' => key(KeyCode::Tab, modifiers),
        '\r' => key(KeyCode::Enter, modifiers),
        '\u{1b}' => key(KeyCode::Esc, modifiers),
        '\u{8}' | '\u{7f}' => key(KeyCode::Backspace, modifiers),
        _ if c.is_control() => None,
        // As these are where no protocol tells them apart.
        '[' if modifiers == KeyModifiers::CONTROL => key(KeyCode::Esc, KeyModifiers::NONE),
        'i' if modifiers == KeyModifiers::CONTROL => key(KeyCode::Tab, KeyModifiers::NONE),
        'm' if modifiers == KeyModifiers::CONTROL => key(KeyCode::Enter, KeyModifiers::NONE),
        _ if modifiers.contains(KeyModifiers::CONTROL) => key(KeyCode::Char(c), modifiers),
        _ => {
            let c = match (held.caps_lock, c.is_uppercase()) {
                (true, true) => lower(c),
                (true, false) => upper(c),
                (false, _) => c,
            };
            Some(letter(c, modifiers - KeyModifiers::SHIFT))
        }
    }
}

/// What kitty gives a code of its own, in the private part of Unicode: the key, or `None` for
/// one that does nothing here. The outer `None` is for characters.
fn functional(code: u32) -> Option<Option<KeyCode>> {
    const FIRST: u32 = 57_399;
    const KEYPAD: [KeyCode; 28] = [
        KeyCode::Char('0'),
        KeyCode::Char('1'),
        KeyCode::Char('2'),
        KeyCode::Char('3'),
        KeyCode::Char('4'),
        KeyCode::Char('5'),
        KeyCode::Char('6'),
        KeyCode::Char('7'),
        KeyCode::Char('8'),
        KeyCode::Char('9'),
        KeyCode::Char('.'),
        KeyCode::Char('/'),
        KeyCode::Char('*'),
        KeyCode::Char('-'),
        KeyCode::Char('+'),
        KeyCode::Enter,
        KeyCode::Char('='),
        KeyCode::Char(','),
        KeyCode::Left,
        KeyCode::Right,
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::PageUp,
        KeyCode::PageDown,
        KeyCode::Home,
        KeyCode::End,
        KeyCode::Insert,
        KeyCode::Delete,
    ];
    (0xe000..=0xf8ff).contains(&code).then(|| {
        let at = usize::try_from(code.checked_sub(FIRST)?).ok()?;
        KEYPAD.get(at).copied()
    })
}

fn upper(c: char) -> char {
    one(c, c.to_uppercase())
}

fn lower(c: char) -> char {
    one(c, c.to_lowercase())
}

/// The mapped letter where it is one: `ß` stays.
fn one(c: char, mut mapped: impl Iterator<Item = char>) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(mapped), None) => mapped,
        _ => c,
    }
}
