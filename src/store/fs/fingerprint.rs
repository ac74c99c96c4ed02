//! A short, stable name for some bytes: 64 bits, eight bytes at a time.
//!
//! It names folders and leftovers, across runs and releases, which the standard library's hasher
//! does not promise, and it is taken of whole files at each save, so it has to be fast. It is not a
//! proof of equality where somebody wants to cheat.

use crate::document::rope::{Piece, Rope};

/// The hash of `bytes`: multiply, fold and rotate, word by word, then the length.
pub fn fingerprint(bytes: &[u8]) -> u64 {
    of_parts([bytes])
}

/// The hash of a file's bytes, in whatever pieces they are.
pub fn fingerprint_of(rope: &Rope) -> u64 {
    of_parts(rope.pieces().iter().map(Piece::as_bytes))
}

fn of_parts<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> u64 {
    const SEED: u64 = 0xcbf2_9ce4_8422_2325;
    const WORD: usize = size_of::<u64>();
    let mut hash = SEED;
    let mut length = 0;
    // The bytes of a word that is not full yet.
    let (mut begun, mut filled) = ([0; WORD], 0);
    for part in parts {
        length += part.len() as u64;
        let mut rest = part;
        if filled > 0 {
            let (front, behind) = rest.split_at(rest.len().min(WORD - filled));
            begun[filled..filled + front.len()].copy_from_slice(front);
            filled += front.len();
            rest = behind;
            if filled < WORD {
                continue;
            }
            hash = mix(hash, begun);
        }
        let mut words = rest.chunks_exact(WORD);
        for word in &mut words {
            hash = mix(hash, <[u8; WORD]>::try_from(word).unwrap_or_default());
        }
        filled = words.remainder().len();
        begun[..filled].copy_from_slice(words.remainder());
    }
    begun[filled..].fill(0);
    mix(mix(hash, begun), length.to_le_bytes())
}

fn mix(hash: u64, word: [u8; 8]) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let word = u64::from_le_bytes(word);
    let wide = u128::from(hash ^ word).wrapping_mul(u128::from(FACTOR));
    ((wide >> 64) as u64) ^ (wide as u64).rotate_left(23)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{fingerprint, of_parts};

    /// Names on disk outlive a release: the function must never change.
    #[test]
    fn the_names_given_so_far_stay() {
        assert_eq!(fingerprint(b""), EMPTY);
        assert_eq!(fingerprint(b"foobar"), FOOBAR);
        assert_eq!(fingerprint(b"a longer text of several words"), LONG);
    }

    const EMPTY: u64 = 0x7f94_34af_d591_cf01;
    const FOOBAR: u64 = 0xbc49_e508_4e27_4d7f;
    const LONG: u64 = 0x732a_8a63_b081_85b9;

    #[test]
    fn where_the_bytes_are_cut_makes_no_difference() {
        let bytes: Vec<u8> = (0..40).collect();
        for length in 0..bytes.len() {
            let bytes = &bytes[..length];
            for (a, b) in (0..=length).flat_map(|a| (a..=length).map(move |b| (a, b))) {
                let parts = [&bytes[..a], &bytes[a..b], &bytes[b..]];
                assert_eq!(of_parts(parts), fingerprint(bytes), "{a} {b} {length}");
            }
        }
    }

    #[test]
    fn small_differences_give_other_names() {
        let mut names = HashSet::new();
        for length in 0..40 {
            for at in 0..length {
                for byte in [1, 0x80, 0xff] {
                    let mut bytes = vec![0; length];
                    bytes[at] = byte;
                    assert!(names.insert(fingerprint(&bytes)), "{bytes:?}");
                }
            }
            assert!(names.insert(fingerprint(&vec![0; length])), "{length}");
        }
    }
}
