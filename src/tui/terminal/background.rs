//! Asks the terminal once whether its background is dark or light (OSC 11).
//!
//! Runs before the input reader starts, waits a bounded time, and gives back every byte
//! that was not the answer, in order: a key typed meanwhile is not lost. A late answer is
//! swallowed by the parser. DECRQM and mode 2031 are never asked.

use std::io::{self, Write};
use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::tui::theme::Background;

/// The longest that a start may wait for the terminal.
pub(super) const LIMIT: Duration = Duration::from_millis(120);

const QUESTION: &[u8] = b"\x1b]11;?\x1b\\";
const ANSWER: &[u8] = b"\x1b]11;";

/// Asks over `output` and reads `input`, a terminal in raw mode, for at most `limit`.
/// Also returns what was typed meanwhile.
///
/// # Errors
/// When the terminal cannot be written to or read from.
pub(super) fn ask(
    input: BorrowedFd<'_>,
    mut output: impl Write,
    limit: Duration,
) -> io::Result<(Option<Background>, Vec<u8>)> {
    output.write_all(QUESTION)?;
    output.flush()?;
    let end = Instant::now() + limit;
    let mut bytes = Vec::new();
    loop {
        if let Some((background, typed)) = find_answer(&bytes) {
            return Ok((background, typed));
        }
        let left = Timespec::try_from(end.saturating_duration_since(Instant::now()));
        let mut fds = [PollFd::new(&input, PollFlags::IN)];
        match poll(&mut fds, left.ok().as_ref()) {
            Ok(0) => return Ok((None, bytes)),
            Err(rustix::io::Errno::INTR) => continue,
            result => result?,
        };
        let mut buffer = [0; 256];
        match rustix::io::read(input, &mut buffer) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Err(rustix::io::Errno::INTR) => {}
            count => bytes.extend(&buffer[..count?]),
        }
    }
}

/// Splits a complete answer from what was typed around it.
fn find_answer(bytes: &[u8]) -> Option<(Option<Background>, Vec<u8>)> {
    let start = bytes
        .windows(ANSWER.len())
        .position(|window| window == ANSWER)?;
    let (before, rest) = (&bytes[..start], &bytes[start + ANSWER.len()..]);
    let end = rest.iter().position(|byte| matches!(byte, 0x07 | 0x1b))?;
    let terminator = match rest[end..] {
        [0x07, ..] => 1,
        [0x1b, b'\\', ..] => 2,
        _ => return None,
    };
    let color = std::str::from_utf8(&rest[..end]).ok().and_then(brightness);
    let background = color.map(|share| {
        if share > 0.5 {
            Background::Light
        } else {
            Background::Dark
        }
    });
    Some((background, [before, &rest[end + terminator..]].concat()))
}

/// The perceived brightness, 0 to 1, of an X colour: `rgb:R/G/B` with one to four hex
/// digits a channel, `rgba:R/G/B/A`, or `#RRGGBB`.
fn brightness(color: &str) -> Option<f64> {
    let channels: Vec<&str> = if let Some(hex) = color.strip_prefix('#') {
        let third = hex.len() / 3;
        vec![
            hex.get(..third)?,
            hex.get(third..2 * third)?,
            hex.get(2 * third..)?,
        ]
    } else {
        color
            .strip_prefix("rgb:")
            .or_else(|| color.strip_prefix("rgba:"))?
            .split('/')
            .collect()
    };
    let [red, green, blue, ..] = channels[..] else {
        return None;
    };
    Some(0.299 * share(red)? + 0.587 * share(green)? + 0.114 * share(blue)?)
}

fn share(hex: &str) -> Option<f64> {
    if !(1..=4).contains(&hex.len()) {
        return None;
    }
    let full = (1u32 << (4 * hex.len())) - 1;
    Some(f64::from(u32::from_str_radix(hex, 16).ok()?) / f64::from(full))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;
    use std::os::fd::AsFd;
    use std::os::unix::net::UnixStream;

    #[test]
    fn colours_in_every_spelling_are_judged() {
        for (color, light) in [
            ("rgb:0000/0000/0000", Some(false)),
            ("rgb:ffff/ffff/ffff", Some(true)),
            ("rgb:1e/1e/2e", Some(false)),
            ("rgb:f/f/f", Some(true)),
            ("rgba:fdfd/f6f6/e3e3/ffff", Some(true)),
            ("#002b36", Some(false)),
            ("rgb:xx/00/00", None),
            ("rgb:0/0", None),
            ("rgb:00000/0/0", None),
            ("#é", None),
            ("", None),
        ] {
            assert_eq!(brightness(color).map(|share| share > 0.5), light, "{color}");
        }
    }

    #[test]
    fn what_was_typed_around_the_answer_is_kept_in_order() {
        let (mut person, terminal) = UnixStream::pair().unwrap();
        person
            .write_all(b"jj\x1b]11;rgb:ffff/ffff/ffff\x1b\\k\x1b[A")
            .unwrap();
        let answer = ask(terminal.as_fd(), &terminal, LIMIT).unwrap();
        assert_eq!(answer, (Some(Background::Light), b"jjk\x1b[A".to_vec()));
        let mut question = [0; QUESTION.len()];
        person.read_exact(&mut question).unwrap();
        assert_eq!(question, QUESTION);
    }

    #[test]
    fn silence_and_half_an_answer_cost_no_byte() {
        for typed in [
            &b""[..],
            b"abc",
            b"q\x1b]11;rgb:ff",
            b"\x1b]11;rgb:0/0/0\x1b",
        ] {
            let (mut person, terminal) = UnixStream::pair().unwrap();
            person.write_all(typed).unwrap();
            let answer = ask(terminal.as_fd(), io::sink(), Duration::from_millis(5)).unwrap();
            assert_eq!(answer, (None, typed.to_vec()));
        }
    }

    #[test]
    fn a_dead_terminal_is_an_error() {
        let (person, terminal) = UnixStream::pair().unwrap();
        drop(person);
        assert!(ask(terminal.as_fd(), io::sink(), LIMIT).is_err());
    }
}
