//! The pointer that git has of a file whose content is in Git LFS, and that stands in the file's
//! place where LFS has not fetched it.

use super::digest;

/// What each begins with.
const START: &str = "version https://git-lfs.github.com/spec/v1\n";

/// Which content is meant.
#[derive(Debug)]
pub(crate) struct LfsPointer {
    sha256: String,
    size: u64,
}

impl LfsPointer {
    /// None has more bytes.
    pub(crate) const LONGEST: usize = 1024;

    /// The pointer that these bytes are, if they are one.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        if bytes.len() > Self::LONGEST {
            return None;
        }
        let lines = std::str::from_utf8(bytes).ok()?.strip_prefix(START)?;
        let value = |key: &str| lines.lines().find_map(|line| line.strip_prefix(key));
        Some(Self {
            sha256: value("oid sha256:")?.to_owned(),
            size: value("size ")?.parse().ok()?,
        })
    }

    /// The size of what the pointer stands for, and its digest in hexadecimal.
    pub(crate) fn content(self) -> (u64, String) {
        (self.size, self.sha256)
    }

    /// Whether these bytes are what the pointer stands for.
    pub(crate) fn is(&self, bytes: &[u8]) -> bool {
        bytes.len() as u64 == self.size && digest::of(bytes) == self.sha256
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_is_told_from_a_log_and_knows_what_it_stands_for() {
        let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\nsize 3\n";
        let stored = LfsPointer::read(pointer).unwrap();
        assert!(stored.is(b"abc") && !stored.is(b"abd") && !stored.is(pointer));
        assert!(LfsPointer::read(b"{\"step_id\":\"0001\"}\n").is_none());
        assert!(LfsPointer::read(b"").is_none());
        // Whatever is longer only begins like one.
        let longer = [&pointer[..], &[b'\n'; LfsPointer::LONGEST]].concat();
        assert!(LfsPointer::read(&longer).is_none());
    }
}
