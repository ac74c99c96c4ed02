//! SHA-256 of bytes, in hexadecimal: how demos list files, and Git LFS names them.

use std::fmt::Write as _;
use std::io::{self, Read, Write};

use sha2::{Digest as _, Sha256};

/// Copies everything; answers how many bytes that was, and their digest.
///
/// # Errors
/// When reading or writing fails.
pub(crate) fn copied(mut from: impl Read, mut to: impl Write) -> io::Result<(u64, String)> {
    let (mut hash, mut size) = (Sha256::new(), 0);
    let mut part = vec![0; 1 << 16];
    loop {
        let read = match from.read(&mut part) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        hash.update(&part[..read]);
        to.write_all(&part[..read])?;
        size += read as u64;
    }
    Ok((size, hexadecimal(&hash.finalize())))
}

/// The digest of bytes.
pub(crate) fn of(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

fn hexadecimal(digest: &[u8]) -> String {
    digest.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
