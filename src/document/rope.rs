//! A file's bytes in pieces that its versions share.
//!
//! Two versions of a long file differ in few lines. Cut into pieces, they hold every byte that
//! they have in common once: a snapshot is a list of pointers, an edit a new piece. A piece
//! holds whole lines, so that what is known of a line needs one piece only.

use std::borrow::Cow;
use std::sync::Arc;

use super::splice::Span;

/// How many bytes of whole lines a piece holds at the most; a line that is longer is a piece of its
/// own.
///
/// Small enough that an edit, which copies one piece, costs microseconds; large enough that
/// the list of pieces of the largest file is read in as little. A power of two, above which
/// allocators round up by a quarter. Tests cut into small pieces, so that short files have many.
pub(crate) const PIECE: usize = if cfg!(test) { 16 } else { 1 << 16 };

/// Some bytes, shared. Whether they are UTF-8 is found out once, when they come in.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    /// UTF-8.
    Text(Arc<String>),
    /// Anything else.
    Bytes(Arc<Vec<u8>>),
}

impl Piece {
    /// The bytes.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }

    /// How many bytes there are.
    pub(crate) fn len(&self) -> usize {
        self.as_bytes().len()
    }

    /// Whether there is no byte.
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether both are one piece of memory, which says more than that they are equal.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => Arc::ptr_eq(a, b),
            (Self::Bytes(a), Self::Bytes(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }

    /// Puts `new` in the place of a range of bytes. Whoever shares the piece keeps it as it was.
    ///
    /// # Panics
    /// When the range is outside.
    pub(crate) fn replace(&mut self, range: std::ops::Range<usize>, new: &[u8]) {
        if let Self::Text(text) = self
            && let Ok(new) = std::str::from_utf8(new)
            && text.is_char_boundary(range.start)
            && text.is_char_boundary(range.end)
        {
            return Arc::make_mut(text).replace_range(range, new);
        }
        let bytes = self.as_bytes();
        *self = Self::from([&bytes[..range.start], new, &bytes[range.end..]].concat());
    }
}

impl From<Vec<u8>> for Piece {
    fn from(bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(text) => Self::Text(Arc::new(text)),
            Err(error) => Self::Bytes(Arc::new(error.into_bytes())),
        }
    }
}

impl PartialEq for Piece {
    fn eq(&self, other: &Self) -> bool {
        self.is_same(other) || self.as_bytes() == other.as_bytes()
    }
}

/// A file's bytes in pieces. Where it is cut makes no difference to whether two are equal.
#[derive(Clone, Debug, Default)]
pub struct Rope {
    pieces: Vec<Piece>,
}

/// The bytes at `span` of what these pieces make up, copied; fewer where the pieces end before it does.
pub(crate) fn slice<'p>(pieces: impl Iterator<Item = &'p Piece>, span: Span) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(span.end.saturating_sub(span.start));
    let mut at = 0;
    for piece in pieces {
        let (start, end) = (span.start.max(at), span.end.min(at + piece.len()));
        if start < end {
            bytes.extend_from_slice(&piece.as_bytes()[start - at..end - at]);
        }
        at += piece.len();
        if span.end <= at {
            break;
        }
    }
    bytes
}

impl Rope {
    /// Joins pieces; all but the last have to end with a line.
    pub(crate) fn of_pieces(pieces: impl IntoIterator<Item = Piece>) -> Self {
        let pieces = pieces.into_iter().filter(|piece| !piece.is_empty());
        Self {
            pieces: pieces.collect(),
        }
    }

    /// The pieces in file order, none of them empty.
    pub(crate) fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// How many bytes there are.
    pub(crate) fn len(&self) -> usize {
        self.pieces.iter().map(Piece::len).sum()
    }

    /// Whether there is no byte.
    pub(crate) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Whether the last byte ends a line.
    pub(crate) fn ends_line(&self) -> bool {
        (self.pieces.last()).is_some_and(|piece| piece.as_bytes().ends_with(b"\n"))
    }

    /// What was appended to `before`, which ended with a line, to make this; nothing where it was
    /// changed in any other way.
    pub(crate) fn appended_to(&self, before: &Self) -> Option<Self> {
        let is_between_lines = before.is_empty() || before.ends_line();
        (is_between_lines && self.starts_with(before)).then(|| self.tail(before.len()))
    }

    /// All bytes in one go, copied where they are in several pieces.
    pub fn contiguous(&self) -> Cow<'_, [u8]> {
        match &*self.pieces {
            [] => Cow::Borrowed(&[]),
            [piece] => Cow::Borrowed(piece.as_bytes()),
            pieces => {
                let pieces: Vec<&[u8]> = pieces.iter().map(Piece::as_bytes).collect();
                Cow::Owned(pieces.concat())
            }
        }
    }

    /// All bytes as one piece, copied where they are in several.
    pub(crate) fn into_piece(mut self) -> Piece {
        match self.pieces.len() {
            1 => self.pieces.remove(0),
            _ => Piece::from(self.contiguous().into_owned()),
        }
    }

    /// The bytes from `start` on, in pieces; nothing where there are fewer.
    pub(crate) fn tail(&self, start: usize) -> Self {
        let mut at = 0;
        let mut pieces = Vec::new();
        for piece in &self.pieces {
            let end = at + piece.len();
            if start <= at {
                pieces.push(piece.clone());
            } else if start < end {
                pieces.push(Piece::from(piece.as_bytes()[start - at..].to_vec()));
            }
            at = end;
        }
        Self { pieces }
    }

    /// The bytes before `end`, in pieces; all of them where there are fewer.
    pub(crate) fn head(&self, end: usize) -> Self {
        let mut left = end;
        let mut pieces = Vec::new();
        for piece in &self.pieces {
            let part = piece.len().min(left);
            left -= part;
            match part == piece.len() {
                true => pieces.push(piece.clone()),
                false => pieces.push(Piece::from(piece.as_bytes()[..part].to_vec())),
            }
        }
        Self::of_pieces(pieces)
    }

    /// Whether `front` is what it begins with.
    pub(crate) fn starts_with(&self, front: &Self) -> bool {
        self.common_prefix(front) == front.len()
    }

    /// How many bytes both have in common from their start.
    fn common_prefix(&self, other: &Self) -> usize {
        // Mostly both are cut in the same places, and most pieces are the same.
        let both = self.pieces.iter().zip(&other.pieces);
        let alike = both.take_while(|(ours, theirs)| ours == theirs).count();
        let mut common = self.pieces[..alike].iter().map(Piece::len).sum();
        let mut theirs = other.pieces[alike..].iter().map(Piece::as_bytes);
        let mut rest: &[u8] = &[];
        for piece in &self.pieces[alike..] {
            let mut ours = piece.as_bytes();
            while !ours.is_empty() {
                if rest.is_empty() {
                    let Some(next) = theirs.next() else {
                        return common;
                    };
                    rest = next;
                }
                let shorter = ours.len().min(rest.len());
                if ours[..shorter] != rest[..shorter] {
                    let pairs = ours.iter().zip(rest);
                    return common + pairs.take_while(|(ours, theirs)| ours == theirs).count();
                }
                (ours, rest) = (&ours[shorter..], &rest[shorter..]);
                common += shorter;
            }
        }
        common
    }

    /// Cuts bytes into pieces of up to [`PIECE`] bytes.
    fn cut(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
        let mut rest = bytes;
        std::iter::from_fn(move || {
            let piece;
            (piece, rest) = rest.split_at(first_piece(rest)?);
            Some(piece)
        })
    }
}

/// How long the first piece of `bytes` is; `None` where there is no byte.
pub(crate) fn first_piece(bytes: &[u8]) -> Option<usize> {
    let (front, behind) = bytes.split_at_checked(PIECE).unwrap_or((bytes, &[]));
    let last = memchr::memrchr(b'\n', front).filter(|_| !behind.is_empty());
    let end = last.or_else(|| Some(front.len() + memchr::memchr(b'\n', behind)?));
    let end = end.map_or(bytes.len(), |at| at + 1);
    (end > 0).then_some(end)
}

impl From<&[u8]> for Rope {
    fn from(bytes: &[u8]) -> Self {
        Self::of_pieces(Self::cut(bytes).map(|piece| Piece::from(piece.to_vec())))
    }
}

impl From<Vec<u8>> for Rope {
    fn from(bytes: Vec<u8>) -> Self {
        match first_piece(&bytes) {
            Some(end) if end == bytes.len() => Self::from(Piece::from(bytes)),
            _ => Self::from(&*bytes),
        }
    }
}

impl<const N: usize> From<&[u8; N]> for Rope {
    fn from(bytes: &[u8; N]) -> Self {
        Self::from(&bytes[..])
    }
}

impl From<Piece> for Rope {
    /// The one piece, uncut.
    fn from(piece: Piece) -> Self {
        Self::of_pieces([piece])
    }
}

impl PartialEq<[u8]> for Rope {
    fn eq(&self, other: &[u8]) -> bool {
        let mut rest = other;
        let begins = |piece: &Piece| match rest.split_at_checked(piece.len()) {
            Some((front, behind)) => {
                rest = behind;
                front == piece.as_bytes()
            }
            None => false,
        };
        self.pieces.iter().all(begins) && rest.is_empty()
    }
}

impl PartialEq for Rope {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.starts_with(other)
    }
}

impl Eq for Rope {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Pieces of any size, whose ends need not be those of lines for what is tested here.
    fn cut_at(bytes: &[u8], places: &[prop::sample::Index]) -> Rope {
        let mut places: Vec<usize> = places.iter().map(|at| at.index(bytes.len() + 1)).collect();
        places.sort_unstable();
        places.push(bytes.len());
        let mut from = 0;
        let pieces = places.into_iter().map(|to| {
            let piece = Piece::from(bytes[from..to].to_vec());
            from = to;
            piece
        });
        Rope::of_pieces(pieces)
    }

    proptest! {
        #[test]
        fn where_a_rope_is_cut_makes_no_difference(
            bytes: Vec<u8>,
            other: Vec<u8>,
            a in prop::collection::vec(any::<prop::sample::Index>(), 0..5),
            b in prop::collection::vec(any::<prop::sample::Index>(), 0..5),
            start in any::<prop::sample::Index>(),
        ) {
            let rope = cut_at(&bytes, &a);
            prop_assert_eq!(&*rope.contiguous(), &*bytes);
            prop_assert_eq!(rope.len(), bytes.len());
            prop_assert!(rope == *bytes && rope == cut_at(&bytes, &b));
            prop_assert_eq!(rope == cut_at(&other, &b), bytes == other);
            prop_assert_eq!(rope == *other, bytes == other);
            let front = cut_at(&bytes[..bytes.len() / 2], &b);
            prop_assert!(rope.starts_with(&front));
            prop_assert_eq!(rope.starts_with(&cut_at(&other, &b)), bytes.starts_with(&other));
            let start = start.index(bytes.len() + 1);
            prop_assert!(rope.tail(start) == bytes[start..]);
            prop_assert!(rope.head(start) == bytes[..start]);
            prop_assert!(rope.into_piece().as_bytes() == bytes);
        }

        #[test]
        fn a_replaced_range_leaves_the_rest_and_the_other_version_alone(
            bytes in "\\PC{0,8}|[a\u{80}-\u{ff}]{0,8}",
            new: Vec<u8>,
            a in any::<prop::sample::Index>(),
            b in any::<prop::sample::Index>(),
        ) {
            let bytes = bytes.into_bytes();
            let (a, b) = (a.index(bytes.len() + 1), b.index(bytes.len() + 1));
            let range = a.min(b)..a.max(b);
            let before = Piece::from(bytes.clone());
            let mut after = before.clone();
            after.replace(range.clone(), &new);
            let expected = [&bytes[..range.start], &new, &bytes[range.end..]].concat();
            prop_assert_eq!(after.as_bytes(), &*expected);
            prop_assert_eq!(before.as_bytes(), &*bytes);
            let is_text = std::str::from_utf8(&expected).is_ok();
            prop_assert_eq!(matches!(after, Piece::Text(_)), is_text);
        }
    }

    #[test]
    fn pieces_hold_as_many_whole_lines_as_fit() {
        let line = [&[b'x'; PIECE / 4][..], b"\n"].concat();
        let bytes = line.repeat(10);
        let rope = Rope::from(&*bytes);
        let lens: Vec<usize> = rope.pieces().iter().map(Piece::len).collect();
        assert_eq!(lens, [3, 3, 3, 1].map(|lines| lines * line.len()));
        assert!(rope.ends_line() && rope == *bytes);
        let one = vec![b'x'; 3 * PIECE];
        assert_eq!(Rope::from(one).pieces().len(), 1, "a line is never cut");
    }
}
