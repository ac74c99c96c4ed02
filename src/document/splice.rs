//! The only way a document changes: byte ranges replaced by other bytes.
//!
//! A splice says nothing about meaning. Everything outside the given spans stays
//! byte-identical, which is the promise the rest of the program is built on.

use std::fmt;
use std::ops::Range;

/// A half-open byte range `start..end` in one file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// First byte of the range.
    pub start: usize,
    /// One past the last byte of the range.
    pub end: usize,
}

impl Span {
    /// The range `start..end`; `start` must not be behind `end`.
    pub fn new(start: usize, end: usize) -> Self {
        debug_assert!(start <= end, "a span runs forwards: {start}..{end}");
        Self { start, end }
    }

    /// The empty range at `at`.
    pub(crate) fn empty(at: usize) -> Self {
        Self { start: at, end: at }
    }

    /// Length in bytes.
    pub(crate) fn len(self) -> usize {
        self.end - self.start
    }

    /// Whether the range holds no byte.
    pub(crate) fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The same range, moved towards the end of the file by `by` bytes.
    pub(crate) fn shifted(self, by: usize) -> Self {
        Self::new(self.start + by, self.end + by)
    }

    /// The same range, counted from `start` on, which is not behind it.
    pub(crate) fn counted_from(self, start: usize) -> Self {
        Self::new(self.start - start, self.end - start)
    }

    /// The range as an index for slices.
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }

    /// Whether `offset` is inside the range.
    pub(crate) fn contains(self, offset: usize) -> bool {
        self.start <= offset && offset < self.end
    }
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Self {
        Self::new(range.start, range.end)
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

/// One replacement: the bytes at `span` become `text`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Splice {
    /// What goes away.
    pub span: Span,
    /// What is there afterwards.
    pub text: Vec<u8>,
}

impl Splice {
    /// Replaces `span` by `text`.
    pub(crate) fn replace(span: Span, text: impl Into<Vec<u8>>) -> Self {
        Self {
            span,
            text: text.into(),
        }
    }

    /// Puts `text` before the byte at `at`.
    pub(crate) fn insert(at: usize, text: impl Into<Vec<u8>>) -> Self {
        Self::replace(Span::empty(at), text)
    }

    /// Takes the bytes at `span` away.
    pub(crate) fn remove(span: Span) -> Self {
        Self::replace(span, Vec::new())
    }
}

/// Why a set of splices cannot be applied: two overlap, or one is outside the bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SpliceError {
    /// Two spans share a byte, so their order would matter.
    Overlap(Span, Span),
    /// The span reaches behind the end of the `len` bytes.
    OutOfBounds {
        /// The offending range.
        span: Span,
        /// How many bytes there are.
        len: usize,
    },
}

impl fmt::Display for SpliceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Overlap(a, b) => write!(f, "two edits touch the same bytes ({a:?} and {b:?})"),
            Self::OutOfBounds { span, len } => {
                write!(
                    f,
                    "an edit at {span:?} is outside the {len} bytes of the file"
                )
            }
        }
    }
}

impl std::error::Error for SpliceError {}

/// Applies `splices`, in any order, to `bytes`. Insertions at one place keep their given order.
///
/// # Errors
/// When two spans overlap or one is out of bounds; `bytes` is never half-changed.
pub(crate) fn apply(bytes: &[u8], splices: &[Splice]) -> Result<Vec<u8>, SpliceError> {
    let ordered = ordered(bytes.len(), splices)?;
    let grown: usize = splices.iter().map(|s| s.text.len()).sum();
    let mut out = Vec::with_capacity(bytes.len() + grown);
    let mut at = 0;
    for splice in ordered {
        out.extend_from_slice(&bytes[at..splice.span.start]);
        out.extend_from_slice(&splice.text);
        at = splice.span.end;
    }
    out.extend_from_slice(&bytes[at..]);
    Ok(out)
}

fn ordered(len: usize, splices: &[Splice]) -> Result<Vec<&Splice>, SpliceError> {
    let mut ordered: Vec<&Splice> = splices.iter().collect();
    ordered.sort_by_key(|s| (s.span.start, s.span.end));
    for splice in &ordered {
        if splice.span.end > len {
            return Err(SpliceError::OutOfBounds {
                span: splice.span,
                len,
            });
        }
    }
    for pair in ordered.windows(2) {
        if pair[0].span.end > pair[1].span.start {
            return Err(SpliceError::Overlap(pair[0].span, pair[1].span));
        }
    }
    Ok(ordered)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splices_apply_in_file_order() {
        let bytes = b"one two three";
        let splices = [
            Splice::replace(Span::new(8, 13), "3"),
            Splice::insert(4, "2 "),
            Splice::remove(Span::new(0, 4)),
        ];
        let changed = apply(bytes, &splices).unwrap();
        assert_eq!(changed, b"2 two 3");
    }

    #[test]
    fn overlapping_and_outlying_splices_are_refused() {
        let overlap = [
            Splice::remove(Span::new(0, 2)),
            Splice::remove(Span::new(1, 3)),
        ];
        assert_eq!(
            apply(b"abc", &overlap),
            Err(SpliceError::Overlap(Span::new(0, 2), Span::new(1, 3)))
        );
        assert!(matches!(
            apply(b"abc", &[Splice::insert(4, "x")]),
            Err(SpliceError::OutOfBounds { len: 3, .. })
        ));
    }
}
