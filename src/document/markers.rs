//! The conflicts that a merge left in a file: where each version is between git's markers.
//!
//! Reads the styles `merge`, `diff3` and `zdiff3`, markers of any length and any line end, also
//! indented ones. Only a complete conflict counts; markers of another length, as a merge of merges
//! leaves in the base, are a version's text.

use super::splice::Span;

/// Shortest marker.
const SHORTEST: usize = 7;

/// Two versions of one stretch of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct MarkedConflict {
    /// Everything, markers included, up to the line end behind the last.
    pub whole: Span,
    /// Line of the opening marker, counted from 1.
    pub line: usize,
    /// How many lines it has, markers included.
    pub lines: usize,
    /// The lines of our version.
    pub ours: Span,
    /// What both started from, where the markers show it.
    pub base: Option<Span>,
    /// The lines of their version.
    pub theirs: Span,
    /// What the opening marker says.
    pub our_label: Span,
    /// What the closing marker says.
    pub their_label: Span,
}

impl MarkedConflict {
    /// The same where the bytes of its file are elsewhere; its line is that of the file it was read from.
    pub(crate) fn moved(&self, to: impl Fn(Span) -> Span) -> Self {
        Self {
            whole: to(self.whole),
            ours: to(self.ours),
            base: self.base.map(&to),
            theirs: to(self.theirs),
            our_label: to(self.our_label),
            their_label: to(self.their_label),
            ..*self
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Marker {
    sign: u8,
    size: usize,
    start: usize,
    end: usize,
    line: usize,
    label: Span,
}

/// The conflicts in `bytes`, in file order.
pub(crate) fn conflicts(bytes: &[u8]) -> Vec<MarkedConflict> {
    if memchr::memmem::find(bytes, b"<<<<<<<").is_none() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut open: Vec<Marker> = Vec::new();
    let mut at = 0;
    for (number, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let marker = marker(line, at, number + 1);
        at += line.len();
        let Some(marker) = marker else { continue };
        let first = open.first().copied();
        let last = open.last().map(|last| last.sign);
        match (marker.sign, first, last) {
            // One begins where the one before never ended.
            (b'<', None, _) => open.push(marker),
            (b'<', Some(first), _) if first.size == marker.size => open = vec![marker],
            (_, Some(first), _) if first.size != marker.size => {}
            (b'|', _, Some(b'<')) | (b'=', _, Some(b'<' | b'|')) => open.push(marker),
            (b'>', Some(first), Some(b'=')) => {
                found.push(conflict(&open, first, marker));
                open.clear();
            }
            _ => {}
        }
    }
    found
}

/// A file as our side has it: of what a merge left in conflict, one version.
pub(crate) fn our_version(bytes: Vec<u8>) -> Vec<u8> {
    let found = conflicts(&bytes);
    if found.is_empty() {
        return bytes;
    }
    let mut ours = Vec::with_capacity(bytes.len());
    let mut from = 0;
    for conflict in found {
        ours.extend_from_slice(&bytes[from..conflict.whole.start]);
        ours.extend_from_slice(&bytes[conflict.ours.range()]);
        from = conflict.whole.end;
    }
    ours.extend_from_slice(&bytes[from..]);
    ours
}

fn conflict(open: &[Marker], first: Marker, last: Marker) -> MarkedConflict {
    let middle = open[open.len() - 1];
    let base = open.get(1).filter(|marker| marker.sign == b'|');
    let ours_end = base.map_or(middle.start, |base| base.start);
    MarkedConflict {
        whole: Span::new(first.start, last.end),
        line: first.line,
        lines: last.line - first.line + 1,
        ours: Span::new(first.end, ours_end),
        base: base.map(|base| Span::new(base.end, middle.start)),
        theirs: Span::new(middle.end, last.start),
        our_label: first.label,
        their_label: last.label,
    }
}

fn marker(line: &[u8], start: usize, number: usize) -> Option<Marker> {
    let indent = line.len() - line.trim_ascii_start().len();
    let text = line[indent..].trim_ascii_end();
    let sign = *text.first().filter(|sign| b"<|=>".contains(sign))?;
    let size = text.iter().take_while(|byte| **byte == sign).count();
    let label = &text[size..];
    let is_one = size >= SHORTEST && (label.is_empty() || (label[0] == b' ' && sign != b'='));
    let from = start + indent + size;
    let blank = usize::from(!label.is_empty());
    is_one.then_some(Marker {
        sign,
        size,
        start,
        end: start + line.len(),
        line: number,
        label: Span::new(from + blank, from + label.len()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<[String; 5]> {
        let of = |span: Span| text[span.range()].to_owned();
        let conflicts = conflicts(text.as_bytes()).into_iter();
        let parts = conflicts.map(|found| {
            let base = found.base.map_or("-".to_owned(), of);
            let place = format!("{}+{} {}", found.line, found.lines, of(found.our_label));
            [
                place,
                of(found.ours),
                base,
                of(found.theirs),
                of(found.their_label),
            ]
        });
        parts.collect()
    }

    #[test]
    fn every_style_is_read() {
        let merge = "a\n<<<<<<< HEAD\nb\n=======\nc\nd\n>>>>>>> side/x\ne\n";
        assert_eq!(read(merge), [["2+6 HEAD", "b\n", "-", "c\nd\n", "side/x"]]);
        let diff3 = "<<<<<<< ours\r\nb\r\n||||||| base\r\na\r\n=======\r\n>>>>>>> theirs";
        assert_eq!(read(diff3), [["1+6 ours", "b\r\n", "a\r\n", "", "theirs"]]);
        let long = "<<<<<<<<<<< a\n=======\n===========\n>>>>>>>>>>> b\n";
        assert_eq!(read(long), [["1+4 a", "=======\n", "-", "", "b"]]);
        let nested = "- x\n  <<<<<<< a\n  - y\n  =======\n  - z\n  >>>>>>> b\n";
        assert_eq!(read(nested), [["2+5 a", "  - y\n", "-", "  - z\n", "b"]]);
    }

    #[test]
    fn a_merge_of_merges_has_its_conflict_in_the_base() {
        let text = "<<<<<<< a\n1\n||||||| merged\n<<<<<<<<< t\n2\n=========\n3\n>>>>>>>>> u\n\
                    =======\n4\n>>>>>>> b\n";
        let base = "<<<<<<<<< t\n2\n=========\n3\n>>>>>>>>> u\n";
        assert_eq!(read(text), [["1+11 a", "1\n", base, "4\n", "b"]]);
    }

    #[test]
    fn what_is_not_complete_is_none() {
        for text in [
            "<<<<<<< a\nb\n",
            "a\n=======\n",
            ">>>>>>> b\n",
            "<<<<<<<a\n=======\n>>>>>>> b\n",
        ] {
            assert_eq!(read(text), [] as [[String; 5]; 0], "{text}");
        }
        let again = "<<<<<<< lost\n<<<<<<< a\n=======\n>>>>>>> b\n=======\n";
        assert_eq!(read(again), [["2+3 a", "", "-", "", "b"]]);
    }
}
