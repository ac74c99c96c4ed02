//! Files that texts of a plan name: a regular file inside the plan's root, or none. A link is
//! somebody else's text, and nothing else is opened for it.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::read::{LARGEST_FILE, open_nonblocking};
use crate::document::digest;
use crate::document::pointer::LfsPointer;

/// Why a file is not to be opened.
#[derive(Debug)]
pub(crate) enum NotInside {
    /// It leads out of the root, also through symlinks.
    Outside,
    /// It is a folder, a device or the like.
    NotAFile,
    /// It is not there, or the system fails.
    Unreadable(io::Error),
}

impl NotInside {
    /// Whether nothing is there.
    pub(crate) fn is_missing(&self) -> bool {
        matches!(self, Self::Unreadable(error) if error.kind() == io::ErrorKind::NotFound)
    }
}

/// The regular file inside the root that a link leads to; a place in it, behind a `#`, is left out.
///
/// # Errors
/// When there is none.
pub(crate) fn file_inside(root: &Path, link: &str) -> Result<PathBuf, NotInside> {
    let root = root.canonicalize().map_err(NotInside::Unreadable)?;
    let found = match root.join(link).canonicalize() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => match link.split_once('#') {
            Some((file, _)) if !file.is_empty() => root.join(file).canonicalize(),
            _ => Err(error),
        },
        result => result,
    };
    let path = found.map_err(NotInside::Unreadable)?;
    if !path.starts_with(&root) {
        return Err(NotInside::Outside);
    }
    // Without opening it: opening a FIFO would wait for a writer.
    match path.metadata() {
        Ok(metadata) if metadata.is_file() => Ok(path),
        Ok(_) => Err(NotInside::NotAFile),
        Err(error) => Err(NotInside::Unreadable(error)),
    }
}

/// The size of such a file, and the SHA-256 of its bytes in hexadecimal; of a file that Git LFS has
/// not fetched those of what belongs in its place.
///
/// # Errors
/// As [`file_inside`], and when it is larger than any plan's file may be.
pub(crate) fn digest_inside(root: &Path, link: &str) -> Result<(u64, String), NotInside> {
    let path = file_inside(root, link)?;
    let file = open_nonblocking(&path).map_err(NotInside::Unreadable)?;
    if !file.metadata().map_err(NotInside::Unreadable)?.is_file() {
        return Err(NotInside::NotAFile);
    }
    let mut start = Vec::new();
    let mut file = file.take(LARGEST_FILE + 1);
    let longest = LfsPointer::LONGEST as u64 + 1;
    let read = (&mut file).take(longest).read_to_end(&mut start);
    read.map_err(NotInside::Unreadable)?;
    if let Some(pointer) = LfsPointer::read(&start) {
        return Ok(pointer.content());
    }
    let whole = digest::copied(start.chain(file), io::sink()).map_err(NotInside::Unreadable)?;
    match whole {
        (size, _) if size > LARGEST_FILE => {
            Err(NotInside::Unreadable(io::ErrorKind::FileTooLarge.into()))
        }
        whole => Ok(whole),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_that_of_the_bytes_and_of_files_inside_only() {
        let outer = tempfile::TempDir::new().unwrap();
        let root = outer.path().join("plan");
        std::fs::create_dir_all(root.join("docs")).unwrap();
        std::fs::write(root.join("docs/a.txt"), "abc").unwrap();
        std::fs::write(outer.path().join("secret"), "x").unwrap();
        std::os::unix::fs::symlink(outer.path().join("secret"), root.join("out")).unwrap();
        let (size, hash) = digest_inside(&root, "docs/a.txt#part").unwrap();
        assert_eq!(size, 3);
        assert_eq!(
            hash,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        let not = |link: &str| digest_inside(&root, link).unwrap_err();
        assert!(matches!(not("out"), NotInside::Outside));
        assert!(matches!(not("../secret"), NotInside::Outside));
        assert!(matches!(not("docs"), NotInside::NotAFile));
        assert!(not("docs/b.txt").is_missing());
    }
}
