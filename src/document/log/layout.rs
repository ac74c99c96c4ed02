//! How the lines of a log are laid out: one below the other, or with a blank line between them.
//!
//! A blank line between steps gives a merge by lines, such as a web host makes, something in common
//! between edits of neighbouring steps. What a log looks like is found in the log itself.

use super::{LineRef, LogDocument};

/// Whether there is a blank line between two steps.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
pub enum LineLayout {
    /// One step below the other.
    #[default]
    Plain,
    /// A blank line between two steps.
    Spaced,
}

impl LineLayout {
    /// As a command line and the configuration name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Spaced => "spaced",
        }
    }
}

/// From so many lines at the start of a log its layout is taken.
const SAMPLE: usize = 1_000;

impl LogDocument {
    /// The layout that most of its lines are in; nothing where there are no two lines to tell.
    pub fn layout(&self) -> Option<LineLayout> {
        let (mut apart, mut together, mut is_blank) = (0_usize, 0_usize, None);
        for line in self.lines().take(SAMPLE) {
            match (line.is_blank(), is_blank) {
                (false, Some(true)) => apart += 1,
                (false, Some(false)) => together += 1,
                // Blank lines before the first one separate nothing.
                (true, None) => continue,
                _ => {}
            }
            is_blank = Some(line.is_blank());
        }
        match (apart, together) {
            (0, 0) => None,
            _ if apart > together => Some(LineLayout::Spaced),
            _ => Some(LineLayout::Plain),
        }
    }

    /// The bytes of the log in a layout. Only blank lines between two others come or go.
    pub(crate) fn laid_out(&self, layout: LineLayout) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut blanks: Vec<LineRef<'_>> = Vec::new();
        let mut is_first = true;
        for line in self.lines() {
            if line.is_blank() {
                blanks.push(line);
                continue;
            }
            if !is_first && layout == LineLayout::Plain {
                blanks.clear();
            }
            if !is_first && layout == LineLayout::Spaced && blanks.is_empty() {
                bytes.extend_from_slice(self.newline.as_bytes());
            }
            is_first = false;
            for line in blanks.drain(..).chain([line]) {
                bytes.extend_from_slice(line.bytes());
            }
        }
        for line in blanks {
            bytes.extend_from_slice(line.bytes());
        }
        bytes
    }

    /// Whether a blank line goes along when this line of a spaced log goes: where those around it
    /// are as new ones would be.
    pub(crate) fn has_own_blank(&self, line: usize) -> bool {
        let mut near = [line.checked_sub(1), Some(line + 1)]
            .into_iter()
            .flatten()
            .filter(|near| *near < self.line_count)
            .peekable();
        near.peek().is_some()
            && near.all(|near| self.is_new_blank(near))
            && self.layout() == Some(LineLayout::Spaced)
    }

    /// As [`LogDocument::insert_line`], with a blank line between it and the one before it, or
    /// behind it where it has none before it.
    pub(crate) fn insert_spaced(&mut self, index: usize, content: &[u8]) {
        self.insert_line(index, content);
        let is_last = index + 1 == self.line_count;
        let follows = index.checked_sub(1).map(|before| self.line(before));
        match follows {
            None if is_last => {}
            Some(before) if !before.is_blank() => self.insert_line(index, b""),
            // Behind a last line without newline there is no other line.
            _ if is_last && self.bare_end() => {}
            _ => self.insert_line(index + 1, b""),
        }
    }

    /// Takes a line away with its blank line, the inverse of [`LogDocument::insert_spaced`].
    pub(crate) fn remove_spaced(&mut self, index: usize) {
        let is_own = |near: &usize| *near < self.line_count && self.is_new_blank(*near);
        let before = index.checked_sub(1).filter(is_own);
        match before.or(Some(index + 1).filter(is_own)) {
            // The blank line first: a last line may have no newline.
            Some(blank) => {
                self.remove_line(blank);
                self.remove_line(index - usize::from(blank < index));
            }
            None => self.remove_line(index),
        }
    }

    /// Whether a line is blank as a new one would be.
    fn is_new_blank(&self, line: usize) -> bool {
        self.line(line).bytes() == self.newline.as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(text: &str) -> Option<LineLayout> {
        LogDocument::load(text.as_bytes()).layout()
    }

    #[test]
    fn most_lines_say_the_layout() {
        use LineLayout::{Plain, Spaced};
        for (text, expected) in [
            ("", None),
            ("\n\n{}\n\n", None),
            ("{}\n{}\n", Some(Plain)),
            ("{}\n\n{}", Some(Spaced)),
            ("{}\r\n \r\n\r\n{}\r\n", Some(Spaced)),
            ("{}\n\n{}\n{}\n", Some(Plain)),
            ("{}\n\n{}\n\n{}\n{}\n", Some(Spaced)),
        ] {
            assert_eq!(layout(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_layout_changes_only_blank_lines_between_others() {
        let text = "\n{\"a\": 1}\r\n{}\r\n  \r\n\r\ntorn\r\n\r\n";
        let log = LogDocument::load(text.as_bytes());
        let as_text = |layout| String::from_utf8(log.laid_out(layout)).unwrap();
        let newline = log.newline;
        assert_eq!(
            as_text(LineLayout::Plain),
            "\n{\"a\": 1}\r\n{}\r\ntorn\r\n\r\n"
        );
        assert_eq!(
            as_text(LineLayout::Spaced),
            format!("\n{{\"a\": 1}}\r\n{newline}{{}}\r\n  \r\n\r\ntorn\r\n\r\n")
        );
    }

    #[test]
    fn a_line_comes_and_goes_with_its_blank_line() {
        for text in [
            "",
            "{}\n",
            "{}",
            "{}\n\n[]\n",
            "{}\n\n[]",
            "{}\n\n",
            "\n{}\n",
        ] {
            let log = LogDocument::load(text.as_bytes());
            for at in 0..=log.line_count() {
                let mut changed = log.clone();
                changed.insert_spaced(at, b"{\"new\": 1}");
                let reread = LogDocument::load(changed.rope().contiguous().into_owned());
                assert_eq!(reread.line_count(), changed.line_count(), "{text:?} {at}");
                let mut back = reread;
                let new =
                    (0..back.line_count()).find(|line| back.line(*line).text().contains("new"));
                back.remove_spaced(new.unwrap());
                assert_eq!(back.rope().contiguous(), text.as_bytes(), "{text:?} {at}");
            }
        }
    }
}
