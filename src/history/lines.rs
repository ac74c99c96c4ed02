//! Which lines differ between two versions of a log, found without parsing any.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, Hash, Hasher, RandomState};
use std::ops::Range;

use xxhash_rust::xxh3::xxh3_64_with_seed;

/// The lines of one version that the other does not have, without their line ends. A line that
/// stands in one version more often than in the other is there as often as it is missing.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct ChangedLines<'a> {
    /// Those of the older version, in its order.
    pub(crate) gone: Vec<&'a [u8]>,
    /// Those of the newer version, in its order.
    pub(crate) came: Vec<&'a [u8]>,
}

/// Compares two versions. Where lines stand is not compared.
pub(crate) fn changed<'a>(older: &'a [u8], newer: &'a [u8]) -> ChangedLines<'a> {
    let front = line_start(older, common_front(older, newer));
    let (older, newer) = (&older[front..], &newer[front..]);
    let back = common_back(older, newer);
    let is_whole = |bytes: &[u8]| match bytes.len() - back {
        0 => true,
        before => bytes[before - 1] == b'\n',
    };
    let back = match is_whole(older) && is_whole(newer) {
        true => back,
        false => {
            let common = &older[older.len() - back..];
            memchr::memchr(b'\n', common).map_or(0, |end| back - end - 1)
        }
    };
    let mut old = split(&older[..older.len() - back]).peekable();
    let mut new = split(&newer[..newer.len() - back]).peekable();
    let mut changed = ChangedLines::default();
    // Mostly a few lines are edited where they stand, or some come or go in one place: as long as
    // that explains what differs, nothing is looked up.
    while let (Some(before), Some(after)) = (old.peek(), new.peek()) {
        let Some((gone, came)) = (match before == after {
            true => Some((0, 0)),
            false => next_common(old.clone(), new.clone()),
        }) else {
            break;
        };
        changed.gone.extend(old.by_ref().take(gone));
        changed.came.extend(new.by_ref().take(came));
        old.next();
        new.next();
    }
    changed.gone.extend(old);
    changed.came.extend(new);
    changed.cancel();
    changed
}

/// Lines that are looked at on either side of where two versions part.
const AHEAD: usize = 128;

/// How many lines of each version are before the next one that both have: as many of either, or
/// none of one of them.
fn next_common<'a>(
    old: impl Iterator<Item = &'a [u8]>,
    new: impl Iterator<Item = &'a [u8]>,
) -> Option<(usize, usize)> {
    let (mut before, mut after) = (None, None);
    for (at, (old, new)) in old.zip(new).take(AHEAD).enumerate() {
        let (first_old, first_new) = (*before.get_or_insert(old), *after.get_or_insert(new));
        if old == new {
            return Some((at, at));
        } else if new == first_old {
            return Some((0, at));
        } else if old == first_new {
            return Some((at, 0));
        }
    }
    None
}

impl<'a> ChangedLines<'a> {
    /// Adds those of another file of the same two versions.
    pub(crate) fn extend(&mut self, other: Self) {
        self.gone.extend(other.gone);
        self.came.extend(other.came);
    }

    /// Leaves out the lines that both have.
    pub(crate) fn cancel(&mut self) {
        if self.gone.is_empty() || self.came.is_empty() {
            return;
        }
        let seed = RandomState::new().hash_one(0);
        let hashed = |line| Hashed(xxh3_64_with_seed(line, seed), line);
        let mut counts: HashMap<Hashed<'a>, usize> = HashMap::with_capacity(self.gone.len());
        for line in &self.gone {
            *counts.entry(hashed(line)).or_default() += 1;
        }
        let mut take = |line: &&'a [u8]| match counts.get_mut(&hashed(line)) {
            Some(count) if *count > 0 => {
                *count -= 1;
                true
            }
            _ => false,
        };
        self.came.retain(|line| !take(line));
        self.gone.retain(take);
    }
}

/// A line with its hash, which nobody outside can foresee: that of the standard library takes several
/// times as long for a line.
#[derive(PartialEq, Eq)]
struct Hashed<'a>(u64, &'a [u8]);

impl Hash for Hashed<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

/// The lines of a version, without line ends; blank ones are left out.
pub(crate) fn split(bytes: &[u8]) -> Split<'_> {
    Split { rest: bytes }
}

/// The lines of [`split`].
#[derive(Clone)]
pub(crate) struct Split<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Split<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        while !self.rest.is_empty() {
            let end = memchr::memchr(b'\n', self.rest).unwrap_or(self.rest.len());
            let line = self.rest[..end].trim_ascii();
            self.rest = self.rest.get(end + 1..).unwrap_or_default();
            if !line.is_empty() {
                return Some(line);
            }
        }
        None
    }
}

/// Bytes compared at once: comparing slices is many times as fast as comparing their bytes.
const STRIDE: usize = 4096;

fn common_front(a: &[u8], b: &[u8]) -> usize {
    let strides = a.chunks(STRIDE).zip(b.chunks(STRIDE));
    let same = strides
        .take_while(|(a, b)| a == b)
        .map(|(a, _)| a.len())
        .sum::<usize>();
    same + a[same..]
        .iter()
        .zip(&b[same..])
        .take_while(|(a, b)| a == b)
        .count()
}

fn common_back(a: &[u8], b: &[u8]) -> usize {
    let strides = a.rchunks(STRIDE).zip(b.rchunks(STRIDE));
    let same = strides
        .take_while(|(a, b)| a == b)
        .map(|(a, _)| a.len())
        .sum::<usize>();
    let (a, b) = (&a[..a.len() - same], &b[..b.len() - same]);
    same + a
        .iter()
        .rev()
        .zip(b.iter().rev())
        .take_while(|(a, b)| a == b)
        .count()
}

/// The line that `at` lies in, without its end.
pub(crate) fn line_around(bytes: &[u8], at: usize) -> Range<usize> {
    let end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |end| at + end);
    line_start(bytes, at)..end
}

/// Where the line begins that `at` lies in.
fn line_start(bytes: &[u8], at: usize) -> usize {
    memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |end| end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn naive(older: &[u8], newer: &[u8]) -> [Vec<Vec<u8>>; 2] {
        let lines = |bytes: &[u8]| -> Vec<Vec<u8>> {
            let lines = bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
            lines
                .filter(|line| !line.is_empty())
                .map(<[u8]>::to_vec)
                .collect()
        };
        let (mut old, mut new) = (lines(older), lines(newer));
        old.sort();
        new.sort();
        let mut gone = Vec::new();
        for line in old {
            match new.iter().position(|other| *other == line) {
                Some(at) => drop(new.remove(at)),
                None => gone.push(line),
            }
        }
        [gone, new]
    }

    fn sorted(lines: &[&[u8]]) -> Vec<Vec<u8>> {
        let mut lines: Vec<Vec<u8>> = lines.iter().map(|line| line.to_vec()).collect();
        lines.sort();
        lines
    }

    #[test]
    fn line_ends_and_places_do_not_count() {
        let found = changed(b"a\r\nb\r\nc", b"c\nx\na\n");
        assert_eq!(
            found,
            ChangedLines {
                gone: vec![b"b"],
                came: vec![b"x"]
            }
        );
    }

    proptest! {
        #[test]
        fn they_are_the_difference_of_the_two_bags(
            older in "([ab]{1,2}\r?\n{1,2}){0,9}[ab]{0,2}",
            newer in "([ab]{1,2}\r?\n{1,2}){0,9}[ab]{0,2}",
            big in prop::sample::select(vec![0usize, 1000]),
        ) {
            let common = "filler\n".repeat(big);
            let (older, newer) = (format!("{older}\n{common}{newer}"), format!("{newer}\n{common}{older}"));
            let found = changed(older.as_bytes(), newer.as_bytes());
            let expected = naive(older.as_bytes(), newer.as_bytes());
            prop_assert_eq!([sorted(&found.gone), sorted(&found.came)], expected);
        }
    }
}
