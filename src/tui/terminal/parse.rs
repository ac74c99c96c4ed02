//! From the bytes of a terminal, and the silences between them, to keys and pastes.
//!
//! A pure state machine that reads nothing and knows no clock: [`Parser::push`] takes bytes,
//! [`Parser::wait`] takes the time for which none came, and [`Parser::timeout`] says how long
//! a silence must last to mean anything. Each byte is looked at once.
//!
//! A slow line delivers a sequence in pieces, and a piece must never run as keys:
//!
//! - An ESC alone is the Esc key after a moment. What comes within [`TAIL_TIMEOUT`] after it and can
//!   only be the rest of a sequence is swallowed, each byte beginning the time again. What begins
//!   like the rest of a string has to go on like one that terminals send, or it was typed.
//! - `ESC [` is no key, so what follows it belongs to it, however late it comes.
//! - A paste is open until its end mark, or until an Esc or Ctrl-C comes alone.
//!
//! A character behind an Esc that has acted is taken for that character: a quick hand types
//! the same bytes as Alt on a slow line, and would miss a key after each Esc.
//!
//! Reports and replies of the terminal never become keys; all but the answer about its
//! background, reports of the focus, and mouse reports in SGR's spelling are swallowed whole. Keys come in crossterm's types and spelling (an upper case
//! letter carries `SHIFT`, `\n` is Ctrl-J), so that keymaps can be tested with either.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseEvent};

use super::background;
use crate::tui::theme::Background;

mod keys;
mod mouse;
#[cfg(test)]
mod tests;

/// What was found in the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Typed {
    Key(KeyEvent),
    Mouse(MouseEvent),
    Paste(String),
    /// A paste of more than [`LONGEST_PASTE`] bytes is over; nothing of it was kept.
    PasteTooLong,
    /// The rest of a paste has been awaited for a while.
    PasteStalls,
    Background(Background),
    /// The window gained the focus, or lost it.
    Focus(bool),
}

const ESC: u8 = 0x1b;
const BEL: u8 = 0x07;
const CTRL_C: u8 = 0x03;
const PASTE_END: &[u8] = b"\x1b[201~";
/// No key has a longer sequence; a longer one is swallowed without being kept.
const LONGEST_SEQUENCE: usize = 128;
/// More is no text for a field. Bounds what an end mark that never comes can cost.
pub(super) const LONGEST_PASTE: usize = 1 << 20;

/// A lone ESC is the Esc key if nothing follows for this long.
const ESC_TIMEOUT: Duration = Duration::from_millis(30);
/// The same over a network.
const REMOTE_ESC_TIMEOUT: Duration = Duration::from_millis(100);
/// The rest of a sequence may lag behind by half a second.
const TAIL_TIMEOUT: Duration = Duration::from_millis(501);
/// A paste that lags for this long is worth a word.
const PASTE_TIMEOUT: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub(super) struct Parser {
    state: State,
    /// What belongs to the state: parameters, bytes of a letter, the pasted text.
    buffer: Vec<u8>,
    /// Whether the ESC before what is being read has acted as a key already.
    late: bool,
    /// Whether the letter behind that ESC has acted as well.
    acted: bool,
    /// For how long nothing has come.
    waited: Duration,
    esc_timeout: Duration,
    paste: Paste,
}

/// What there is to know of a paste beside its text.
#[derive(Clone, Copy, Debug, Default)]
struct Paste {
    too_long: bool,
    /// Whether it was said that the rest does not come.
    stalled: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum State {
    #[default]
    Ground,
    /// After ESC.
    Escape,
    /// After an ESC that has acted: the rest of its sequence may still come.
    AfterEsc,
    /// After `ESC [`.
    Csi,
    /// In the coordinates of a mouse report, of which this many are missing.
    Report(u8),
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
    /// After an Esc or Ctrl-C that came into a stalled paste.
    PasteBreak,
}

impl Parser {
    /// A parser for a terminal on this machine or, `remote`, behind a network.
    pub(super) fn new(remote: bool) -> Parser {
        Parser {
            state: State::Ground,
            buffer: Vec::new(),
            late: false,
            acted: false,
            waited: Duration::ZERO,
            esc_timeout: if remote {
                REMOTE_ESC_TIMEOUT
            } else {
                ESC_TIMEOUT
            },
            paste: Paste::default(),
        }
    }

    /// Takes the next bytes and appends what they complete to `out`.
    pub(super) fn push(&mut self, bytes: &[u8], out: &mut Vec<Typed>) {
        for &byte in bytes {
            let is_alone = std::mem::take(&mut self.waited) >= self.esc_timeout;
            self.step(byte, is_alone, out);
        }
    }

    /// How much longer nothing must come before [`Parser::wait`] has something to say; `None`
    /// if no silence means anything.
    pub(super) fn timeout(&self) -> Option<Duration> {
        let is_heard = self.state == State::Paste && self.waited < self.esc_timeout;
        let limit = match is_heard {
            // Whether the next byte comes by itself must be known.
            true => Some(self.esc_timeout),
            false => self.limit(),
        };
        limit.map(|limit| limit.saturating_sub(self.waited))
    }

    /// Takes a silence since the last byte or the last call, and appends what it means.
    pub(super) fn wait(&mut self, silence: Duration, out: &mut Vec<Typed>) {
        self.waited = self.waited.saturating_add(silence);
        while let Some(limit) = self.limit().filter(|limit| self.waited >= *limit) {
            let waited = self.waited;
            self.give_up(out);
            self.waited = match self.state {
                State::Paste => waited,
                _ => waited - limit,
            };
        }
    }

    /// How long the present state lasts at the most without a byte.
    fn limit(&self) -> Option<Duration> {
        match self.state {
            State::Ground => None,
            State::Escape => Some(self.esc_timeout),
            // For certain the head of a sequence: the rest is its own whenever it comes.
            State::Csi | State::Report(_) if !self.late => None,
            State::Paste if self.paste.stalled => None,
            State::Paste => Some(PASTE_TIMEOUT),
            // Nobody asks for these, so that hardly ever one comes.
            State::String(b'_' | b'^') if self.may_be_key() => Some(self.esc_timeout),
            _ => Some(TAIL_TIMEOUT),
        }
    }

    /// Whether a letter behind an ESC may be all there is to come: the letter with Alt.
    fn may_be_key(&self) -> bool {
        self.buffer.is_empty() && !self.late
    }

    /// Nothing more came: what looked like the start of a sequence was a key, or is lost.
    fn give_up(&mut self, out: &mut Vec<Typed>) {
        let is_key = self.may_be_key();
        match self.state {
            State::Escape => {
                self.reset();
                self.state = State::AfterEsc;
                return out.push(key(KeyCode::Esc, KeyModifiers::NONE));
            }
            State::Paste => {
                self.paste.stalled = true;
                return out.push(Typed::PasteStalls);
            }
            State::PasteBreak => {
                let is_text = |byte: &u8| !matches!(*byte, ESC | CTRL_C);
                let end = self.buffer.iter().rposition(is_text);
                return self.end_paste(end.map_or(0, |last| last + 1), out);
            }
            State::Ss3 if is_key => out.push(letter('O', KeyModifiers::ALT)),
            State::String(introducer) if is_key => {
                out.push(letter(char::from(introducer), KeyModifiers::ALT));
                if self.waited < TAIL_TIMEOUT {
                    (self.late, self.acted) = (true, true);
                    return;
                }
            }
            // Nothing of a sequence that began late has come but its head: that was typed.
            State::Csi if self.late && self.buffer.is_empty() => {
                return self.retype(b'[', None, out);
            }
            State::Ss3 if self.late && self.buffer.is_empty() => {
                return self.retype(b'O', None, out);
            }
            // No answer stops before its head is whole, so it was typed.
            State::String(introducer) if self.late && !has_head(introducer, &self.buffer) => {
                return self.retype(introducer, None, out);
            }
            _ => {}
        }
        self.reset();
    }

    fn step(&mut self, byte: u8, is_alone: bool, out: &mut Vec<Typed>) {
        match self.state {
            State::Ground => self.plain(byte, KeyModifiers::NONE, out),
            State::Escape => self.escape(byte, out),
            State::AfterEsc => self.after_esc(byte, out),
            State::Csi => self.csi(byte, out),
            State::Report(missing) => self.report(byte, missing, out),
            State::Ss3 => self.ss3(byte, out),
            State::String(introducer) => self.string(byte, introducer, out),
            State::StringEscape(introducer) => match byte {
                b'\\' => self.end_string(introducer, out),
                ESC => self.plain(ESC, KeyModifiers::NONE, out),
                _ => {
                    if self.may_be_key() {
                        out.push(letter(char::from(introducer), KeyModifiers::ALT));
                    }
                    self.reset();
                    self.escape(byte, out);
                }
            },
            State::Letter { missing, modifiers } => self.letter(byte, missing, modifiers, out),
            State::Paste | State::PasteBreak => self.paste(byte, is_alone, out),
        }
    }

    fn reset(&mut self) {
        self.state = State::Ground;
        self.buffer.clear();
        (self.late, self.acted) = (false, false);
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
        match introduced(byte) {
            Some(state) => self.state = state,
            None if byte == ESC => {
                out.push(key(KeyCode::Esc, KeyModifiers::NONE));
                self.state = State::Escape;
            }
            None => self.plain(byte, KeyModifiers::ALT, out),
        }
    }

    /// The first byte behind an ESC that has acted.
    fn after_esc(&mut self, byte: u8, out: &mut Vec<Typed>) {
        match (introduced(byte), byte) {
            (Some(state), _) => (self.state, self.late) = (state, true),
            // Alt-Enter breaks a line and Alt-Backspace takes a word: alone they would do more.
            (None, b'\r' | b'\n' | 0x08 | 0x7f) => self.reset(),
            _ => self.plain(byte, KeyModifiers::NONE, out),
        }
    }

    fn csi(&mut self, byte: u8, out: &mut Vec<Typed>) {
        match byte {
            // The Linux console sends F1 to F5 as `ESC [ [ A`.
            b'[' if self.buffer.is_empty() => self.buffer.push(byte),
            // As an end only in rxvt; else something follows it.
            b'$' if keys::is_number(&self.buffer) => self.end_csi(byte, out),
            b' '..=b'?' => {
                if self.buffer.len() < LONGEST_SEQUENCE {
                    self.buffer.push(byte);
                }
            }
            b'~' if self.buffer == b"200" => {
                self.reset();
                self.paste = Paste::default();
                self.state = State::Paste;
            }
            // Mouse reports of the oldest kinds: what was pressed and where, or from where to
            // where, in bytes of any value.
            b'M' if self.buffer.is_empty() => self.state = State::Report(3),
            b't' if self.buffer.is_empty() => self.state = State::Report(2),
            b'T' if self.buffer.is_empty() => self.state = State::Report(6),
            _ if self.is_typed(byte, keys::is_sequence) => self.retype(b'[', Some(byte), out),
            b'@'..=b'~' => self.end_csi(byte, out),
            _ => self.plain(byte, KeyModifiers::NONE, out),
        }
    }

    /// Whether the letter behind a late `[` or `O` ends no sequence, so that somebody typed both.
    fn is_typed(&self, byte: u8, ends_one: fn(u8) -> bool) -> bool {
        self.late && self.buffer.is_empty() && byte.is_ascii_graphic() && !ends_one(byte)
    }

    fn end_csi(&mut self, end: u8, out: &mut Vec<Typed>) {
        if !self.late && self.buffer.len() < LONGEST_SEQUENCE {
            match self.buffer.strip_prefix(b"<") {
                Some(report) => out.extend(mouse::report(report, end).map(Typed::Mouse)),
                None if self.buffer.is_empty() && matches!(end, b'I' | b'O') => {
                    out.push(Typed::Focus(end == b'I'));
                }
                None => keys::sequence(&self.buffer, end, &mut |key| out.push(Typed::Key(key))),
            }
        }
        self.reset();
    }

    /// A byte of a mouse report. A terminal that writes its coordinates in UTF-8 sends two
    /// bytes for those above 95.
    fn report(&mut self, byte: u8, missing: u8, out: &mut Vec<Typed>) {
        let leads = matches!(self.buffer.pop(), Some(0xc2..=0xdf));
        match byte {
            // A new sequence, or somebody who wants out.
            0x01..=0x1f => self.plain(byte, KeyModifiers::NONE, out),
            0x80..=0xbf if leads => {}
            // What may be left of the last character is no letter, and ignored.
            _ if missing == 1 => self.reset(),
            _ => {
                self.buffer.push(byte);
                self.state = State::Report(missing - 1);
            }
        }
    }

    fn ss3(&mut self, byte: u8, out: &mut Vec<Typed>) {
        match byte {
            // Old terminals put the modifiers here.
            b'0'..=b'9' | b';' if self.buffer.len() < LONGEST_SEQUENCE => self.buffer.push(byte),
            _ if self.is_typed(byte, keys::is_shifted) => self.retype(b'O', Some(byte), out),
            b' '..=b'~' => {
                if !self.late {
                    out.extend(keys::single_shift(&self.buffer, byte).map(Typed::Key));
                }
                self.reset();
            }
            _ => self.plain(byte, KeyModifiers::NONE, out),
        }
    }

    fn string(&mut self, byte: u8, introducer: u8, out: &mut Vec<Typed>) {
        match byte {
            BEL => self.end_string(introducer, out),
            ESC => self.state = State::StringEscape(introducer),
            CTRL_C => self.plain(byte, KeyModifiers::NONE, out),
            _ if self.late && !is_answer(introducer, &self.buffer, byte) => {
                self.retype(introducer, Some(byte), out);
            }
            // What was asked for begins with a number.
            _ if self.may_be_key() && introducer == b']' && !is_answer(b']', &[], byte) => {
                out.push(letter(']', KeyModifiers::ALT));
                self.plain(byte, KeyModifiers::NONE, out);
            }
            // What is longer is no answer that anybody reads.
            _ if self.buffer.len() < LONGEST_SEQUENCE => self.buffer.push(byte),
            _ => {}
        }
    }

    /// Takes what looked like a string for keys.
    fn retype(&mut self, introducer: u8, last: Option<u8>, out: &mut Vec<Typed>) {
        let between = std::mem::take(&mut self.buffer);
        let introducer = (!self.acted).then_some(introducer);
        self.reset();
        let typed = introducer.into_iter().chain(between).chain(last);
        typed.for_each(|byte| self.step(byte, false, out));
    }

    /// The end of a string: only one of them is of any interest.
    fn end_string(&mut self, introducer: u8, out: &mut Vec<Typed>) {
        if introducer == b']' {
            out.extend(background::answered(&self.buffer).map(Typed::Background));
        }
        self.reset();
    }

    /// A byte of a paste. An Esc or Ctrl-C that comes by itself, and that nothing follows, is a
    /// person who waits no longer; within a flow of bytes it is text.
    fn paste(&mut self, byte: u8, is_alone: bool, out: &mut Vec<Typed>) {
        self.paste.stalled = false;
        self.state = match byte {
            ESC | CTRL_C if is_alone => State::PasteBreak,
            _ => State::Paste,
        };
        self.buffer.push(byte);
        if byte == b'~' && self.buffer.ends_with(PASTE_END) {
            return self.end_paste(self.buffer.len() - PASTE_END.len(), out);
        }
        if self.buffer.len() > LONGEST_PASTE + PASTE_END.len() {
            self.paste.too_long = true;
            // All but what may be the beginning of the end mark.
            self.buffer.drain(..=LONGEST_PASTE);
        }
    }

    fn end_paste(&mut self, end: usize, out: &mut Vec<Typed>) {
        out.push(match self.paste.too_long || end > LONGEST_PASTE {
            true => Typed::PasteTooLong,
            false => pasted(&self.buffer[..end]),
        });
        // Its room is given back.
        self.buffer = Vec::new();
        self.reset();
    }
}

/// What a byte behind ESC begins, if it begins a sequence.
fn introduced(byte: u8) -> Option<State> {
    match byte {
        b'[' => Some(State::Csi),
        b'O' => Some(State::Ss3),
        b']' | b'P' | b'_' | b'^' => Some(State::String(byte)),
        _ => None,
    }
}

/// How the answers of terminals begin; those of `]` with a number and a semicolon.
fn heads(introducer: u8) -> &'static [&'static [u8]] {
    match introducer {
        b'P' => &[b">|", b"!|", b"0$r", b"1$r", b"0+r", b"1+r"],
        b'_' => &[b"G"],
        _ => &[],
    }
}

/// Whether a string has the whole head of an answer.
fn has_head(introducer: u8, text: &[u8]) -> bool {
    match introducer {
        b']' => text.contains(&b';'),
        _ => heads(introducer).iter().any(|head| text.starts_with(head)),
    }
}

/// Whether `byte` goes on with a string in a way in which terminals begin theirs.
fn is_answer(introducer: u8, before: &[u8], byte: u8) -> bool {
    if introducer == b']' {
        let is_number = byte.is_ascii_digit() || byte == b';' && !before.is_empty();
        return has_head(introducer, before) || is_number;
    }
    let text = before.iter().chain([&byte]);
    heads(introducer)
        .iter()
        .any(|head| text.clone().zip(*head).all(|(a, b)| a == b))
}

fn key(code: KeyCode, modifiers: KeyModifiers) -> Typed {
    Typed::Key(KeyEvent::new(code, modifiers))
}

fn letter(c: char, modifiers: KeyModifiers) -> Typed {
    Typed::Key(keys::letter(c, modifiers))
}

/// Terminals send a pasted line break as a carriage return.
fn pasted(bytes: &[u8]) -> Typed {
    let text = String::from_utf8_lossy(bytes);
    Typed::Paste(text.replace("\r\n", "\n").replace('\r', "\n"))
}
