//! What identifies a step whatever becomes of its number: twelve letters, random.
//!
//! Here they are read and made; where the randomness comes from is known outside.

use std::fmt;

/// The identity of a step: `[a-z]{12}`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Uid([u8; Uid::LETTERS]);

impl Uid {
    const LETTERS: usize = 12;

    /// Reads one; nothing where `text` is not one, which then identifies nothing.
    pub fn read(text: &str) -> Option<Self> {
        let letters: [u8; Self::LETTERS] = text.as_bytes().try_into().ok()?;
        letters
            .iter()
            .all(u8::is_ascii_lowercase)
            .then_some(Self(letters))
    }

    /// Its number among all.
    pub(crate) fn number(self) -> u64 {
        let digit = |letter: u8| u64::from(letter - b'a');
        self.0
            .iter()
            .fold(0, |sum, letter| sum * 26 + digit(*letter))
    }

    /// Reads a raw JSON value.
    pub fn of_raw(raw: &str) -> Option<Self> {
        Self::read(raw.strip_prefix('"')?.strip_suffix('"')?)
    }
}

impl fmt::Display for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|letter| write!(f, "{}", char::from(*letter)))
    }
}

/// New uids without end, from a seed that nobody else has.
#[derive(Clone, Default, Debug)]
pub struct Uids(u64);

impl Uids {
    /// Those that follow from `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next one.
    pub fn take(&mut self) -> Uid {
        // SplitMix64: each number of its cycle once, spread over all bits.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        Uid(std::array::from_fn(|_| {
            let letter = b'a' + (bits % 26) as u8;
            bits /= 26;
            letter
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn new_ones_are_read_back_and_none_comes_twice() {
        let mut uids = Uids::new(7);
        let many: HashSet<Uid> = (0..10_000).map(|_| uids.take()).collect();
        assert_eq!(many.len(), 10_000);
        assert!(
            many.iter()
                .all(|uid| Uid::read(&uid.to_string()) == Some(*uid))
        );
        assert_ne!(Uids::new(7).take(), Uids::new(8).take());
    }

    #[test]
    fn anything_else_is_none() {
        for text in [
            "",
            "abcdefghijk",
            "abcdefghijklm",
            "Abcdefghijkl",
            "abcdefghijk1",
            "äbcdefghijk",
        ] {
            assert_eq!(Uid::read(text), None, "{text}");
        }
    }
}
