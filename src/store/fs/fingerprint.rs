//! Short names for bytes, 64 bits each. They are no proof of equality where somebody wants to
//! cheat.

use xxhash_rust::xxh3::Xxh3Default;

use crate::document::rope::Rope;

/// The hash (XXH3) of a file's bytes, in whatever pieces they are. Journals and leftovers carry
/// it: where a crash left one with another hash, its bytes count as somebody else's and are kept.
pub(crate) fn fingerprint(bytes: &Rope) -> u64 {
    let mut hasher = Xxh3Default::new();
    for piece in bytes.pieces() {
        hasher.update(piece.as_bytes());
    }
    hasher.digest()
}

/// The name, 16 hexadecimal digits, under which something is kept for a path or another name.
///
/// People's private state lies in folders named like this, so that it must never change.
pub(crate) fn stable_name(bytes: &[u8]) -> String {
    const SEED: u64 = 0xcbf2_9ce4_8422_2325;
    const FACTOR: u128 = 0x9e37_79b9_7f4a_7c15;
    let (words, rest) = bytes.as_chunks();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let length = (bytes.len() as u64).to_le_bytes();
    let hash = words
        .iter()
        .chain([&last, &length])
        .fold(SEED, |hash, word| {
            let wide = u128::from(hash ^ u64::from_le_bytes(*word)).wrapping_mul(FACTOR);
            ((wide >> 64) as u64) ^ (wide as u64).rotate_left(23)
        });
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::rope::Piece;

    #[test]
    fn the_names_given_so_far_stay() {
        assert_eq!(stable_name(b""), "7f9434afd591cf01");
        assert_eq!(stable_name(b"foobar"), "bc49e5084e274d7f");
        let long = b"a longer text of several words";
        assert_eq!(stable_name(long), "732a8a63b08185b9");
        assert_eq!(
            fingerprint(&Rope::from(long)),
            xxhash_rust::xxh3::xxh3_64(long)
        );
    }

    #[test]
    fn where_the_bytes_are_cut_makes_no_difference() {
        let lines: Vec<u8> = (0..200).flat_map(|at| [at, b'\n']).collect();
        for length in (0..lines.len()).step_by(2) {
            let (front, back) = lines.split_at(length);
            let rope = Rope::of_pieces([Piece::from(front.to_vec()), Piece::from(back.to_vec())]);
            assert_eq!(fingerprint(&rope), fingerprint(&Rope::from(lines.clone())));
        }
    }
}
