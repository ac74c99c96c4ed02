//! A folder of pages of ours: each is replaced in one step, those of ours that are not written any
//! more go, and what others put there is neither replaced nor removed.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::overwrite::{OverwriteError, is_of_git, overwrite};
use crate::store::fs::read::read;

/// The mark is within so many bytes at the beginning of a page.
const HEAD: usize = 4096;

/// Which files are written, and how ours are told from others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pages<'a> {
    /// Where they are; it is made where the folder above it is there.
    pub folder: &'a Path,
    /// What they are called.
    pub names: &'a [String],
    /// What is in the head of each page of ours.
    pub mark: &'a str,
    /// How the names of pages begin and end that an earlier run may have left.
    pub former: (&'a str, &'a str),
}

/// Why a folder was not written.
#[derive(Debug)]
pub(crate) enum FolderError {
    /// A file in the way is not ours; nothing was written.
    NotOurs(PathBuf),
    /// The folder cannot be made or listed, or a page of ours not be removed.
    Folder(PathBuf, io::Error),
    /// A page could not be written; those before it may have been.
    Page(OverwriteError),
}

impl fmt::Display for FolderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOurs(path) => write!(
                f,
                "{} is not a page that stepdeck wrote, so nothing was written; move it away, or name \
                 another folder",
                path.display()
            ),
            Self::Folder(path, source) => write!(
                f,
                "{}: {source}; name a folder that can be written to, or a new one in a folder that is \
                 there",
                path.display()
            ),
            Self::Page(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for FolderError {}

impl From<OverwriteError> for FolderError {
    fn from(error: OverwriteError) -> Self {
        Self::Page(error)
    }
}

/// Writes the pages, in their order. What is the same already is left alone. Answers how many pages
/// the folder has.
///
/// # Errors
/// As the variants say.
pub(crate) fn write_folder(
    pages: &Pages<'_>,
    guarded: &[PathBuf],
    files: impl Iterator<Item = (String, String)>,
) -> Result<usize, FolderError> {
    let folder = pages.folder;
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |error| FolderError::Folder(path, error)
    };
    if is_of_git(folder) {
        return Err(OverwriteError::OfGit(folder.to_owned()).into());
    }
    if !folder.is_dir() {
        fs::create_dir(folder).map_err(failed(folder))?;
    }
    for path in pages.names.iter().map(|name| folder.join(name)) {
        if path.symlink_metadata().is_ok() && !pages.is_ours(&path) {
            return Err(FolderError::NotOurs(path));
        }
    }
    let mut count = 0;
    for (name, text) in files {
        let path = folder.join(name);
        let present = read(&path).map_err(OverwriteError::Read)?;
        if present
            .bytes()
            .is_none_or(|bytes| *bytes != *text.as_bytes())
        {
            overwrite(&path, guarded, text.as_bytes())?;
        }
        count += 1;
    }
    for entry in fs::read_dir(folder).map_err(failed(folder))? {
        let path = entry.map_err(failed(folder))?.path();
        if pages.is_former(&path) {
            fs::remove_file(&path).map_err(failed(&path))?;
        }
    }
    Ok(count)
}

impl Pages<'_> {
    /// Whether it is a regular file with our mark.
    fn is_ours(&self, path: &Path) -> bool {
        let is_file = path.symlink_metadata().is_ok_and(|data| data.is_file());
        let has_mark = || {
            let bytes = read(path).ok()?.into_bytes()?;
            let head = bytes.head(HEAD.min(bytes.len()));
            let head = String::from_utf8_lossy(&head.contiguous()).into_owned();
            Some(head.contains(self.mark))
        };
        is_file && has_mark() == Some(true)
    }

    /// Whether it is a page of ours that is not written any more.
    fn is_former(&self, path: &Path) -> bool {
        let name = path.file_name().and_then(|name| name.to_str());
        let (begin, end) = self.former;
        let is_named = |name: &&str| name.starts_with(begin) && name.ends_with(end);
        let name = name.filter(is_named);
        let is_former = name.is_some_and(|name| !self.names.iter().any(|known| known == name));
        is_former && self.is_ours(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARK: &str = "<ours>";

    fn write(folder: &Path, files: &[(&str, &str)]) -> Result<usize, FolderError> {
        let names: Vec<String> = files.iter().map(|(name, _)| (*name).to_owned()).collect();
        let pages = Pages {
            folder,
            names: &names,
            mark: MARK,
            former: ("part-", ".html"),
        };
        let files = files.iter();
        write_folder(
            &pages,
            &[],
            files.map(|(name, text)| ((*name).to_owned(), (*text).to_owned())),
        )
    }

    #[test]
    fn pages_of_ours_are_replaced_and_former_ones_go_and_all_else_stays() {
        let above = tempfile::tempdir().unwrap();
        let folder = above.path().join("site");
        let at = |name: &str| folder.join(name);
        let first = [
            ("part-1.html", "<ours> 1"),
            ("part-2.html", "<ours> 2"),
            ("index.html", "<ours>"),
        ];
        assert_eq!(write(&folder, &first).unwrap(), 3);
        fs::write(at("part-3.html"), "theirs").unwrap();
        fs::write(at("style.css"), "<ours>").unwrap();
        std::os::unix::fs::symlink(at("part-1.html"), at("part-4.html")).unwrap();
        let before = fs::metadata(at("part-1.html")).unwrap().modified().unwrap();
        let second = [("part-1.html", "<ours> 1"), ("index.html", "<ours> new")];
        assert_eq!(write(&folder, &second).unwrap(), 2);
        assert!(
            !at("part-2.html").exists(),
            "ours, and not written any more"
        );
        assert_eq!(fs::read(at("index.html")).unwrap(), b"<ours> new");
        let after = fs::metadata(at("part-1.html")).unwrap().modified().unwrap();
        assert_eq!(before, after, "what is the same is not touched");
        for theirs in ["part-3.html", "part-4.html", "style.css"] {
            assert!(at(theirs).symlink_metadata().is_ok(), "{theirs}");
        }
    }

    #[test]
    fn a_file_of_others_in_the_way_stops_it_before_anything_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("index.html"), "theirs").unwrap();
        let files = [("part-1.html", "<ours>"), ("index.html", "<ours>")];
        let refused = write(folder.path(), &files);
        assert!(matches!(refused, Err(FolderError::NotOurs(_))));
        assert!(!at("part-1.html").exists());
        assert_eq!(fs::read(at("index.html")).unwrap(), b"theirs");
        let nowhere = write(&folder.path().join("a/b"), &files);
        assert!(matches!(nowhere, Err(FolderError::Folder(..))));
    }
}
