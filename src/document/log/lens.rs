//! The lengths of values, one after the other.

/// Lengths of values, each in as few bytes as it takes: seven bits in a byte, and all but its last
/// byte marked. Most values are short, and there are a dozen in a line.
pub(super) struct Lens<'a>(pub &'a [u8]);

impl Lens<'_> {
    /// Puts a length behind those in `bytes`.
    pub(super) fn put(bytes: &mut Vec<u8>, mut len: usize) {
        while len >= 0x80 {
            bytes.push(0x80 | (len & 0x7f) as u8);
            len >>= 7;
        }
        bytes.push(len as u8);
    }
}

impl Iterator for Lens<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let (mut len, mut shift) = (0, 0);
        loop {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            len |= usize::from(byte & 0x7f) << shift;
            if *byte < 0x80 {
                return Some(len);
            }
            shift += 7;
        }
    }
}
