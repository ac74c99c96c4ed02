//! Which part of a section stepdeck wrote.
//!
//! It begins with a mark that holds a digest of its words, and ends where the words so far have
//! that digest. So what people write before or after it stays theirs, and what they change within
//! it is noticed: then all of it is theirs. Blanks, and the signs that formatters change, do not
//! count.

use std::ops::Range;

use xxhash_rust::xxh3::xxh3_64;

const BEGIN: &str = "<!-- stepdeck ";
const END: &str = " -->";
/// Hexadecimal digits of a digest.
const DIGITS: usize = 8;

/// The generated part of a section.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Generated {
    /// It stands here, its mark included, without the line end behind it.
    Here(Range<usize>),
    /// There is a mark, but what follows is no longer what was written.
    Edited,
    /// There is no mark.
    None,
}

/// What stands under the heading, with the mark before it.
pub(crate) fn marked(body: &str) -> String {
    format!(
        "{BEGIN}{}{END}\n\n{}",
        digest(body.trim_end()),
        body.trim_end()
    )
}

/// Whether there may be a generated part in these bytes.
pub(crate) fn may_be_in(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, BEGIN.as_bytes()).is_some()
}

/// Finds the generated part among the bytes of a section, which begin behind its heading.
pub(crate) fn find(section: &[u8]) -> Generated {
    let mut at = 0;
    let mut wanted = None;
    let mut words = Words::default();
    for line in section.split_inclusive(|byte| *byte == b'\n') {
        let text = String::from_utf8_lossy(line);
        match &wanted {
            None => wanted = mark_in(&text).map(|mark| (mark.to_owned(), at)),
            Some((mark, from)) => {
                words.add(&text);
                if !text.trim().is_empty() && words.digest() == *mark {
                    let ended = line.trim_ascii_end().len();
                    return Generated::Here(*from..at + ended);
                }
            }
        }
        at += line.len();
    }
    match wanted {
        None => Generated::None,
        Some(_) => Generated::Edited,
    }
}

/// Whether a line is a mark.
pub(crate) fn is_mark(line: &[u8]) -> bool {
    mark_in(&String::from_utf8_lossy(line)).is_some()
}

/// The digest in a line that is a mark.
fn mark_in(line: &str) -> Option<&str> {
    let mark = line.trim().strip_prefix(BEGIN)?.strip_suffix(END)?;
    let is_digest = mark.len() == DIGITS && mark.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_digest.then_some(mark)
}

fn digest(text: &str) -> String {
    let mut words = Words::default();
    words.add(text);
    words.digest()
}

/// What counts of a text.
#[derive(Default)]
struct Words(String);

impl Words {
    fn add(&mut self, text: &str) {
        let counts = |c: &char| !c.is_whitespace() && !"-*_|:\\".contains(*c);
        self.0.extend(text.chars().filter(counts));
    }

    fn digest(&self) -> String {
        format!("{:08x}", xxh3_64(self.0.as_bytes()) as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_around_it_is_theirs() {
        let body = "- 0001 Pick\n\n- 0002 Test";
        let text = format!("\nBefore.\n\n{}\n\nAfter.\n", marked(body));
        let Generated::Here(found) = find(text.as_bytes()) else {
            panic!("{text}");
        };
        assert_eq!(text[found], marked(body));
        // A formatter's taste is no edit.
        let other = text.replace("- 0001", "*   0001").replace('\n', "\r\n");
        assert!(matches!(find(other.as_bytes()), Generated::Here(_)));
        let edited = text.replace("Pick", "Choose");
        assert_eq!(find(edited.as_bytes()), Generated::Edited);
        assert_eq!(find(b"\nWords.\n"), Generated::None);
    }
}
