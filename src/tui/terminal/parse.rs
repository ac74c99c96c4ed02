//! From the bytes of a terminal to keys and pastes.
//!
//! Owns the state between two reads: half an escape sequence, an open paste. It reads
//! nothing itself and knows no clock: the caller says when it has waited long enough
//! ([`Parser::patience`]) for a sequence to go on. Replies of the terminal never become keys;
//! all but the answer about its background are swallowed whole. Each byte is looked at once.
//!
//! Keys come in crossterm's types and spelling (an upper case letter carries `SHIFT`,
//! `\n` is Ctrl-J), so that keymaps can be tested with either.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::background;
use crate::tui::theme::Background;

/// What was found in the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Typed {
    Key(KeyEvent),
    Paste(String),
    Background(Background),
}

const ESC: u8 = 0x1b;
const BEL: u8 = 0x07;
const PASTE_END: &[u8] = b"\x1b[201~";
/// No key has a longer sequence; what follows is swallowed without being kept.
const LONGEST_SEQUENCE: usize = 64;

/// A lone ESC is the Esc key if nothing follows for this long.
const KEY_PATIENCE: Duration = Duration::from_millis(30);
/// The rest of a begun reply may lag behind on a slow line.
const REPLY_PATIENCE: Duration = Duration::from_millis(500);
/// A paste that is never closed is handed over after this silence.
const PASTE_PATIENCE: Duration = Duration::from_secs(5);

#[derive(Debug, Default)]
pub(super) struct Parser {
    state: State,
    /// What belongs to the state: parameters, bytes of a letter, the pasted text.
    buffer: Vec<u8>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum State {
    #[default]
    Ground,
    /// After ESC.
    Escape,
    /// After `ESC [`.
    Csi,
    /// After `ESC O`.
    Ss3,
    /// In an OSC, DCS, APC or PM string; which one by its introducer.
    String(u8),
    /// After an ESC in such a string.
    StringEscape(u8),
    /// In a letter of several bytes, of which this many are missing.
    Letter {
        missing: u8,
        modifiers: KeyModifiers,
    },
    Paste,
}

impl Parser {
    /// Takes the next bytes and appends what they complete to `out`.
    pub(super) fn push(&mut self, bytes: &[u8], out: &mut Vec<Typed>) {
        for &byte in bytes {
            self.step(byte, out);
        }
    }

    /// How long to wait for more bytes before [`Parser::give_up`]; `None` if nothing is
    /// half read.
    pub(super) fn patience(&self) -> Option<Duration> {
        match self.state {
            State::Ground => None,
            State::Paste => Some(PASTE_PATIENCE),
            State::Escape | State::Ss3 => Some(KEY_PATIENCE),
            State::Csi | State::String(_) if self.buffer.is_empty() => Some(KEY_PATIENCE),
            _ => Some(REPLY_PATIENCE),
        }
    }

    /// Nothing more came: what looked like the start of a sequence was a key.
    pub(super) fn give_up(&mut self, out: &mut Vec<Typed>) {
        let alone = self.buffer.is_empty();
        match std::mem::take(&mut self.state) {
            State::Escape => out.push(key(KeyCode::Esc, KeyModifiers::NONE)),
            State::Csi if alone => out.push(letter('[', KeyModifiers::ALT)),
            State::Ss3 => out.push(letter('O', KeyModifiers::ALT)),
            State::String(introducer) if alone => {
                out.push(letter(char::from(introducer), KeyModifiers::ALT));
            }
            State::Paste => out.push(pasted(&self.buffer)),
            _ => {}
        }
        self.buffer.clear();
    }

    fn step(&mut self, byte: u8, out: &mut Vec<Typed>) {
        match self.state {
            State::Ground => self.plain(byte, KeyModifiers::NONE, out),
            State::Escape => self.escape(byte, out),
            State::Csi => self.csi(byte, out),
            State::Ss3 => {
                self.state = State::Ground;
                out.extend(named(byte, KeyModifiers::NONE));
            }
            State::String(introducer) => match byte {
                BEL => self.string(introducer, out),
                ESC => self.state = State::StringEscape(introducer),
                // What is longer is no answer that anybody reads.
                _ if self.buffer.len() < LONGEST_SEQUENCE => self.buffer.push(byte),
                _ => {}
            },
            State::StringEscape(introducer) if byte == b'\\' => self.string(introducer, out),
            State::StringEscape(_) => {
                self.reset();
                self.escape(byte, out);
            }
            State::Letter { missing, modifiers } => self.letter(byte, missing, modifiers, out),
            State::Paste => {
                self.buffer.push(byte);
                if byte == b'~' && self.buffer.ends_with(PASTE_END) {
                    let end = self.buffer.len() - PASTE_END.len();
                    out.push(pasted(&self.buffer[..end]));
                    self.reset();
                }
            }
        }
    }

    /// The end of a string: only one of them is of any interest.
    fn string(&mut self, introducer: u8, out: &mut Vec<Typed>) {
        if introducer == b']' {
            out.extend(background::answered(&self.buffer).map(Typed::Background));
        }
        self.reset();
    }

    fn reset(&mut self) {
        self.state = State::Ground;
        self.buffer.clear();
    }

    fn plain(&mut self, byte: u8, modifiers: KeyModifiers, out: &mut Vec<Typed>) {
        self.reset();
        match byte {
            ESC => self.state = State::Escape,
            b'\r' => out.push(key(KeyCode::Enter, modifiers)),
            b'\t' => out.push(key(KeyCode::Tab, modifiers)),
            0x7f => out.push(key(KeyCode::Backspace, modifiers)),
            0 => out.push(key(KeyCode::Char(' '), modifiers | KeyModifiers::CONTROL)),
            0x01..=0x1a => {
                let letter = char::from(byte - 1 + b'a');
                out.push(key(
                    KeyCode::Char(letter),
                    modifiers | KeyModifiers::CONTROL,
                ));
            }
            0x1c..=0x1f => {
                let digit = char::from(byte - 0x1c + b'4');
                out.push(key(KeyCode::Char(digit), modifiers | KeyModifiers::CONTROL));
            }
            b' '..=b'~' => out.push(letter(char::from(byte), modifiers)),
            0xc2..=0xf4 => {
                let missing = 1 + u8::from(byte >= 0xe0) + u8::from(byte >= 0xf0);
                self.buffer.push(byte);
                self.state = State::Letter { missing, modifiers };
            }
            // No letter of UTF-8 starts like this.
            _ => {}
        }
    }

    fn letter(&mut self, byte: u8, missing: u8, modifiers: KeyModifiers, out: &mut Vec<Typed>) {
        if !(0x80..=0xbf).contains(&byte) {
            return self.plain(byte, KeyModifiers::NONE, out);
        }
        self.buffer.push(byte);
        if missing > 1 {
            self.state = State::Letter {
                missing: missing - 1,
                modifiers,
            };
            return;
        }
        let read = std::str::from_utf8(&self.buffer)
            .ok()
            .and_then(|text| text.chars().next());
        // A C1 control is no key, whatever way it came.
        out.extend(
            read.filter(|c| !c.is_control())
                .map(|c| letter(c, modifiers)),
        );
        self.reset();
    }

    fn escape(&mut self, byte: u8, out: &mut Vec<Typed>) {
        self.buffer.clear();
        match byte {
            b'[' => self.state = State::Csi,
            b'O' => self.state = State::Ss3,
            b']' | b'P' | b'_' | b'^' => self.state = State::String(byte),
            ESC => {
                out.push(key(KeyCode::Esc, KeyModifiers::NONE));
                self.state = State::Escape;
            }
            _ => self.plain(byte, KeyModifiers::ALT, out),
        }
    }

    fn csi(&mut self, byte: u8, out: &mut Vec<Typed>) {
        match byte {
            // The Linux console sends F1 to F5 as `ESC [ [ A`.
            b'[' if self.buffer.is_empty() => self.buffer.push(byte),
            b' '..=b'?' => {
                if self.buffer.len() < LONGEST_SEQUENCE {
                    self.buffer.push(byte);
                }
            }
            b'~' if self.buffer == b"200" => {
                self.reset();
                self.state = State::Paste;
            }
            b'@'..=b'~' => {
                out.extend(sequence(&self.buffer, byte));
                self.reset();
            }
            _ => self.plain(byte, KeyModifiers::NONE, out),
        }
    }
}

fn key(code: KeyCode, modifiers: KeyModifiers) -> Typed {
    Typed::Key(KeyEvent::new(code, modifiers))
}

fn letter(c: char, modifiers: KeyModifiers) -> Typed {
    let shift = if c.is_uppercase() {
        KeyModifiers::SHIFT
    } else {
        KeyModifiers::NONE
    };
    key(KeyCode::Char(c), modifiers | shift)
}

/// Terminals send a pasted line break as a carriage return.
fn pasted(bytes: &[u8]) -> Typed {
    let text = String::from_utf8_lossy(bytes);
    Typed::Paste(text.replace("\r\n", "\n").replace('\r', "\n"))
}

/// The key of a complete `ESC [ parameters end`; `None` for replies and the unknown.
fn sequence(parameters: &[u8], end: u8) -> Option<Typed> {
    if let Some(rest) = parameters.strip_prefix(b"[") {
        let number = end
            .checked_sub(b'A')
            .filter(|number| rest.is_empty() && *number < 5)?;
        return Some(key(KeyCode::F(1 + number), KeyModifiers::NONE));
    }
    let text = std::str::from_utf8(parameters).ok()?;
    let mut fields = text.split(';');
    let first = fields.next().unwrap_or_default();
    let second = fields.next().unwrap_or_default();
    let modifiers = modifiers(second)?;
    match end {
        b'Z' => Some(key(KeyCode::BackTab, modifiers | KeyModifiers::SHIFT)),
        b'u' => coded(first.split(':').next()?.parse().ok()?, modifiers),
        b'~' if first == "27" => coded(fields.next()?.parse().ok()?, modifiers),
        b'~' => Some(key(numbered(first.parse().ok()?)?, modifiers)),
        _ if first.is_empty() || first == "1" => named(end, modifiers),
        _ => None,
    }
}

/// Reads `modifier` or `modifier:kind`; `None` for the release of a key.
fn modifiers(field: &str) -> Option<KeyModifiers> {
    let (mask, kind) = field.split_once(':').unwrap_or((field, ""));
    if kind == "3" {
        return None;
    }
    let mask = if mask.is_empty() {
        0
    } else {
        mask.parse::<u8>().ok()?.saturating_sub(1)
    };
    let mut modifiers = KeyModifiers::NONE;
    for (bit, modifier) in [
        (1, KeyModifiers::SHIFT),
        (2, KeyModifiers::ALT),
        (4, KeyModifiers::CONTROL),
        (8, KeyModifiers::SUPER),
    ] {
        modifiers.set(modifier, mask & bit != 0);
    }
    Some(modifiers)
}

fn named(end: u8, modifiers: KeyModifiers) -> Option<Typed> {
    let code = match end {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'H' => KeyCode::Home,
        b'F' => KeyCode::End,
        b'P'..=b'S' => KeyCode::F(1 + end - b'P'),
        b'M' => KeyCode::Enter,
        _ => return None,
    };
    Some(key(code, modifiers))
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

/// A key named by its Unicode code point, as newer keyboard protocols send it.
fn coded(code: u32, modifiers: KeyModifiers) -> Option<Typed> {
    Some(match code {
        9 if modifiers.contains(KeyModifiers::SHIFT) => key(KeyCode::BackTab, modifiers),
        9 => key(KeyCode::Tab, modifiers),
        13 => key(KeyCode::Enter, modifiers),
        27 => key(KeyCode::Esc, modifiers),
        8 | 127 => key(KeyCode::Backspace, modifiers),
        _ => letter(char::from_u32(code).filter(|c| !c.is_control())?, modifiers),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(bytes: &[u8]) -> Vec<Typed> {
        let (mut parser, mut out) = (Parser::default(), Vec::new());
        parser.push(bytes, &mut out);
        parser.give_up(&mut out);
        out
    }

    fn plain(c: char) -> Typed {
        key(KeyCode::Char(c), KeyModifiers::NONE)
    }

    #[test]
    fn keys_are_read() {
        use KeyModifiers as M;
        for (bytes, code, modifiers) in [
            (&b"a"[..], KeyCode::Char('a'), M::NONE),
            (b"G", KeyCode::Char('G'), M::SHIFT),
            ("é".as_bytes(), KeyCode::Char('é'), M::NONE),
            ("设".as_bytes(), KeyCode::Char('设'), M::NONE),
            ("🚀".as_bytes(), KeyCode::Char('🚀'), M::NONE),
            (b"\r", KeyCode::Enter, M::NONE),
            (b"\n", KeyCode::Char('j'), M::CONTROL),
            (b"\x04", KeyCode::Char('d'), M::CONTROL),
            (b"\x00", KeyCode::Char(' '), M::CONTROL),
            (b"\x7f", KeyCode::Backspace, M::NONE),
            (b"\x1b", KeyCode::Esc, M::NONE),
            (b"\x1bx", KeyCode::Char('x'), M::ALT),
            ("\x1bé".as_bytes(), KeyCode::Char('é'), M::ALT),
            (b"\x1b[", KeyCode::Char('['), M::ALT),
            (b"\x1b]", KeyCode::Char(']'), M::ALT),
            (b"\x1bO", KeyCode::Char('O'), M::ALT.union(M::SHIFT)),
            (b"\x1b[A", KeyCode::Up, M::NONE),
            (b"\x1bOB", KeyCode::Down, M::NONE),
            (b"\x1b[1;5C", KeyCode::Right, M::CONTROL),
            (b"\x1b[Z", KeyCode::BackTab, M::SHIFT),
            (b"\x1b[5~", KeyCode::PageUp, M::NONE),
            (b"\x1b[3;2~", KeyCode::Delete, M::SHIFT),
            (b"\x1bOP", KeyCode::F(1), M::NONE),
            (b"\x1b[[E", KeyCode::F(5), M::NONE),
            (b"\x1b[24~", KeyCode::F(12), M::NONE),
            (b"\x1b[97;5u", KeyCode::Char('a'), M::CONTROL),
            (b"\x1b[27;5;13~", KeyCode::Enter, M::CONTROL),
            (b"\x1b[9;2u", KeyCode::BackTab, M::SHIFT),
        ] {
            assert_eq!(parse(bytes), [key(code, modifiers)], "{bytes:?}");
        }
    }

    #[test]
    fn replies_never_become_keys() {
        for reply in [
            &b"\x1b]10;rgb:1e1e/1e1e/1e1e\x1b\\"[..],
            b"\x1b]52;c;QUJD\x07",
            b"\x1b[?62;22;52c",
            b"\x1b[?2031;0$y",
            b"\x1b[12;40R",
            b"\x1b[I",
            b"\x1bP>|term 1.0\x1b\\",
            b"\x1b[97;1:3u",
            b"\x9b\xff\xc0",
        ] {
            let mut bytes = reply.to_vec();
            bytes.push(b'q');
            assert_eq!(parse(&bytes), [plain('q')], "{reply:?}");
        }
    }

    #[test]
    fn the_answer_about_the_background_is_told_apart_from_keys() {
        for (answer, background) in [
            (&b"\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\"[..], Background::Dark),
            (b"\x1b]11;rgb:ffff/ffff/ffff\x07", Background::Light),
        ] {
            let bytes = [b"j", answer, b"q"].concat();
            let found = [plain('j'), Typed::Background(background), plain('q')];
            assert_eq!(parse(&bytes), found);
        }
        let long = [b"\x1b]11;".to_vec(), vec![b'x'; 100_000], b"\x07q".to_vec()];
        assert_eq!(parse(&long.concat()), [plain('q')]);
    }

    #[test]
    fn a_paste_is_one_text_whatever_it_holds() {
        let bytes = b"\x1b[200~one\rtwo\r\n\x1b[Aq\x1b[201~x";
        assert_eq!(
            parse(bytes),
            [Typed::Paste("one\ntwo\n\x1b[Aq".to_owned()), plain('x')]
        );
        assert_eq!(parse(b"\x1b[200~open"), [Typed::Paste("open".to_owned())]);
    }

    #[test]
    fn esc_twice_is_two_keys() {
        let esc = key(KeyCode::Esc, KeyModifiers::NONE);
        assert_eq!(parse(b"\x1b\x1b"), [esc.clone(), esc.clone()]);
        assert_eq!(
            parse(b"\x1b\x1b[A"),
            [esc, key(KeyCode::Up, KeyModifiers::NONE)]
        );
    }

    #[test]
    fn only_half_read_sequences_need_patience() {
        let mut parser = Parser::default();
        let mut out = Vec::new();
        for (bytes, patience) in [
            (&b"x"[..], None),
            (b"\x1b", Some(KEY_PATIENCE)),
            (b"[", Some(KEY_PATIENCE)),
            (b"1;", Some(REPLY_PATIENCE)),
            (b"5A", None),
            (b"\x1b]", Some(KEY_PATIENCE)),
            (b"11;", Some(REPLY_PATIENCE)),
            (b"\x07", None),
        ] {
            parser.push(bytes, &mut out);
            assert_eq!(parser.patience(), patience, "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn where_the_reads_are_cut_does_not_matter(
            parts in prop::collection::vec(prop::sample::select(vec![
                &b"a"[..], b"\x1b[A", b"\x1b]11;rgb:0/0/0\x1b\\", b"\x1b[200~", b"\x1b[201~", b"\x1b",
                "é".as_bytes(), b"\x1b[1;5C", b"\xff", b"\x1bO", b"~", b"\x1b[?1c", b"\r",
            ]), 0..12),
            cut in any::<prop::sample::Index>(),
        ) {
            let bytes = parts.concat();
            let (head, tail) = bytes.split_at(cut.index(bytes.len() + 1));
            let (mut parser, mut out) = (Parser::default(), Vec::new());
            parser.push(head, &mut out);
            parser.push(tail, &mut out);
            parser.give_up(&mut out);
            prop_assert_eq!(out, parse(&bytes));
            prop_assert_eq!(parser.patience(), None);
        }

        #[test]
        fn no_bytes_panic_and_no_key_is_a_control_character(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            for typed in parse(&bytes) {
                if let Typed::Key(KeyEvent { code: KeyCode::Char(c), .. }) = typed {
                    prop_assert!(!c.is_control());
                }
            }
        }
    }
}
