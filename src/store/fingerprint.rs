//! A short, stable name for some bytes: 64 bits, eight bytes at a time.
//!
//! It names folders and leftovers, across runs and releases, which the standard library's
//! hasher does not promise, and it is taken of whole files at each save, so it has to be
//! fast. It is no proof of equality where somebody wants to cheat.

/// The hash of `bytes`: multiply, fold and rotate, word by word, then the length.
pub fn fingerprint(bytes: &[u8]) -> u64 {
    const SEED: u64 = 0xcbf2_9ce4_8422_2325;
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let mix = |hash: u64, word: u64| {
        let wide = u128::from(hash ^ word).wrapping_mul(u128::from(FACTOR));
        ((wide >> 64) as u64) ^ (wide as u64).rotate_left(23)
    };
    let mut words = bytes.chunks_exact(8);
    let mut hash = SEED;
    for word in &mut words {
        let word = <[u8; 8]>::try_from(word).unwrap_or_default();
        hash = mix(hash, u64::from_le_bytes(word));
    }
    let mut last = [0; 8];
    last[..words.remainder().len()].copy_from_slice(words.remainder());
    let hash = mix(hash, u64::from_le_bytes(last));
    mix(hash, bytes.len() as u64)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::fingerprint;

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
