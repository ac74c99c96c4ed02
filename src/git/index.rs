//! An index of its own for one commit: what the checkout's index holds stays there.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::standing::paths;
use super::{Git, GitError};

/// The variable that names an index.
pub(crate) const INDEX: &str = "GIT_INDEX_FILE";
/// Has paths taken letter by letter.
pub(super) const LITERAL: &str = "GIT_LITERAL_PATHSPECS";

/// What a commit is to have at a path.
#[derive(Debug)]
pub(crate) struct IndexEntry<'a> {
    /// Relative to the folder.
    pub path: &'a Path,
    /// What the file holds; none where it goes away.
    pub bytes: Option<&'a [u8]>,
    /// Whether it may be run, where it is new.
    pub is_executable: bool,
}

/// What the checkout's index holds at a path.
#[derive(Clone, Debug)]
pub(crate) struct StagedFile {
    /// Relative to the folder.
    pub path: PathBuf,
    /// How git keeps it.
    pub mode: String,
    /// The hash of its blob.
    pub hash: String,
}

/// What the checkout's index is to hold at a path.
#[derive(Clone, Debug)]
pub(crate) struct Staged {
    /// Where, and what is there now.
    pub file: StagedFile,
    /// The bytes, as git keeps them.
    pub bytes: Vec<u8>,
}

/// What an index holds of some files, as `update-index --index-info` reads it.
#[derive(Debug)]
pub(crate) struct Entries(Vec<u8>);

impl Git {
    /// What the checkout's index holds below the folder, apart from what is in conflict.
    ///
    /// # Errors
    /// When git refuses.
    pub(crate) fn staged(&self) -> Result<Vec<StagedFile>, GitError> {
        let output = self.output(&["ls-files", "--stage", "-z", "--", "."])?;
        let file = |line: &[u8]| {
            let tab = memchr::memchr(b'\t', line)?;
            let head = std::str::from_utf8(&line[..tab]).ok()?;
            let words: Vec<&str> = head.split(' ').collect();
            let [mode, hash, "0"] = words[..] else {
                return None;
            };
            Some(StagedFile {
                path: PathBuf::from(OsStr::from_bytes(&line[tab + 1..])),
                mode: mode.to_owned(),
                hash: hash.to_owned(),
            })
        };
        Ok(output.split(|byte| *byte == 0).filter_map(file).collect())
    }

    /// Has the checkout's index hold these bytes, which are not converted.
    ///
    /// # Errors
    /// When git refuses.
    pub(crate) fn stage(&self, files: &[Staged]) -> Result<(), GitError> {
        let prefix = self.prefix_bytes()?;
        let literal = (LITERAL, OsStr::new("1"));
        let mut lines = Vec::new();
        for Staged { file, bytes } in files {
            let hash = self.exchange(&["hash-object", "-w", "--stdin"], literal, bytes.clone())?;
            let hash = String::from_utf8_lossy(&hash).trim().to_owned();
            lines.extend(index_line(&file.mode, &hash, &prefix, &file.path));
        }
        let update = ["update-index", "-z", "--index-info"];
        self.exchange(&update, literal, lines).map(drop)
    }

    /// Where the folder is in its checkout.
    ///
    /// # Errors
    /// When git refuses.
    pub(crate) fn prefix(&self) -> Result<PathBuf, GitError> {
        let prefix = self.prefix_bytes()?;
        Ok(PathBuf::from(OsStr::from_bytes(&prefix)))
    }

    fn prefix_bytes(&self) -> Result<Vec<u8>, GitError> {
        let prefix = self.output(&["rev-parse", "--show-prefix"])?;
        Ok(prefix.strip_suffix(b"\n").unwrap_or(&prefix).to_vec())
    }

    /// Where the checkout's index is.
    ///
    /// # Errors
    /// When git refuses.
    pub(crate) fn index_path(&self) -> Result<PathBuf, GitError> {
        let path = self.output(&["rev-parse", "--git-path", "index"])?;
        let path = path.strip_suffix(b"\n").unwrap_or(&path);
        Ok(self.folder.join(OsStr::from_bytes(path)))
    }

    /// The lock of the checkout's index, if another git holds it or left it behind.
    ///
    /// # Errors
    /// When git refuses.
    pub(crate) fn index_lock(&self) -> Result<Option<PathBuf>, GitError> {
        let mut lock = self.index_path()?.into_os_string();
        lock.push(".lock");
        let lock = PathBuf::from(lock);
        Ok(lock.exists().then_some(lock))
    }

    /// What is staged in the whole checkout, from its top.
    ///
    /// # Errors
    /// When git refuses, as it does before the first commit.
    pub(crate) fn staged_paths(&self) -> Result<Vec<PathBuf>, GitError> {
        self.names(&["diff-index", "--cached", "HEAD"])
    }

    /// What `HEAD` has otherwise than its parent, from the top of the checkout.
    ///
    /// # Errors
    /// When git refuses, as it does before the first commit.
    pub(crate) fn committed_paths(&self) -> Result<Vec<PathBuf>, GitError> {
        self.names(&["diff-tree", "--root", "--no-commit-id", "-r", "HEAD"])
    }

    fn names(&self, diff: &[&str]) -> Result<Vec<PathBuf>, GitError> {
        let only = ["-z", "--name-only", "--no-renames", "--no-ext-diff"];
        let (subcommand, rest) = diff.split_at(1);
        let output = self.output(&[subcommand, &only, rest].concat())?;
        Ok(paths(&output))
    }

    /// Makes an index `HEAD` with these entries. What stands in it already only spares reading
    /// files that are as `HEAD` has them.
    ///
    /// # Errors
    /// When git refuses.
    pub(crate) fn write_index(
        &self,
        index: &Path,
        has_head: bool,
        entries: &[IndexEntry<'_>],
    ) -> Result<(), GitError> {
        let tree: &[&str] = match has_head {
            true => &["read-tree", "--reset", "HEAD"],
            false => &["read-tree", "--empty"],
        };
        self.on_index(index, tree, Vec::new())?;
        let prefix = self.prefix_bytes()?;
        let nothing = self.no_hash(has_head)?;
        let mut lines = Vec::new();
        for entry in entries {
            let (mode, hash) = match entry.bytes {
                Some(bytes) => {
                    let path = entry.path.to_string_lossy();
                    // As `git add` does it, so that it is converted as that does.
                    let write = ["hash-object", "-w", "--stdin", "--path", &path];
                    let hash = self.on_index(index, &write, bytes.to_vec())?;
                    let hash = String::from_utf8_lossy(&hash).trim().to_owned();
                    (self.mode(has_head, entry)?, hash)
                }
                None => ("0".to_owned(), nothing.clone()),
            };
            lines.extend(index_line(&mode, &hash, &prefix, entry.path));
        }
        self.on_index(index, &["update-index", "-z", "--index-info"], lines)
            .map(drop)
    }

    /// Has the checkout's index hold these files as `HEAD` does.
    ///
    /// # Errors
    /// When git refuses.
    pub(crate) fn reset_index(&self, paths: &[&Path]) -> Result<(), GitError> {
        let arguments = [
            "reset",
            "--quiet",
            "--pathspec-from-file=-",
            "--pathspec-file-nul",
            "HEAD",
        ];
        self.exchange(&arguments, (LITERAL, OsStr::new("1")), listed(paths))
            .map(drop)
    }

    /// Has the checkout's index hold these files as they are now, as `git add` does: what was in
    /// conflict is resolved by that. What is gone goes away.
    ///
    /// # Errors
    /// When git refuses.
    pub(crate) fn add(&self, paths: &[&Path]) -> Result<(), GitError> {
        let add = ["update-index", "--add", "--remove", "-z", "--stdin"];
        self.exchange(&add, (LITERAL, OsStr::new("1")), listed(paths))
            .map(drop)
    }

    /// What the checkout's index holds of these files, every version of those in conflict.
    ///
    /// # Errors
    /// When git refuses.
    pub(crate) fn entries(&self, paths: &[&Path]) -> Result<Entries, GitError> {
        let prefix = self.prefix_bytes()?;
        let nothing = self.no_hash(true)?;
        // Who puts a version of a conflict into an index removes the path from it first.
        let removed = paths.iter();
        let removed = removed.flat_map(|path| index_line("0", &nothing, &prefix, path));
        let mut lines: Vec<u8> = removed.collect();
        let wanted: HashSet<Vec<u8>> = (paths.iter())
            .map(|path| [&prefix, path.as_os_str().as_bytes()].concat())
            .collect();
        let listed = ["ls-files", "--stage", "-z", "--full-name", "--", "."];
        for line in self.output(&listed)?.split_inclusive(|byte| *byte == 0) {
            let path = memchr::memchr(b'\t', line).map(|tab| &line[tab + 1..]);
            let path = path.and_then(|path| path.strip_suffix(b"\0"));
            if path.is_some_and(|path| wanted.contains(path)) {
                lines.extend_from_slice(line);
            }
        }
        Ok(Entries(lines))
    }

    /// Has the checkout's index hold these files as it did.
    ///
    /// # Errors
    /// When git refuses.
    pub(crate) fn put_back(&self, entries: Entries) -> Result<(), GitError> {
        let update = ["update-index", "-z", "--index-info"];
        self.exchange(&update, (LITERAL, OsStr::new("1")), entries.0)
            .map(drop)
    }

    /// What stands for no blob where there is to be a hash.
    fn no_hash(&self, has_head: bool) -> Result<String, GitError> {
        let head = match has_head {
            true => self.lines(&["rev-parse", "HEAD"])?.pop(),
            false => None,
        };
        Ok("0".repeat(head.map_or(40, |head| head.len())))
    }

    fn on_index(
        &self,
        index: &Path,
        arguments: &[&str],
        fed: Vec<u8>,
    ) -> Result<Vec<u8>, GitError> {
        self.exchange(arguments, (INDEX, index.as_os_str()), fed)
    }

    /// How git keeps a file: as it did, or as a new one.
    fn mode(&self, has_head: bool, entry: &IndexEntry<'_>) -> Result<String, GitError> {
        let arguments = ["ls-tree", "HEAD", "--", &entry.path.to_string_lossy()];
        if has_head {
            let line = self.exchange(&arguments, (LITERAL, OsStr::new("1")), Vec::new())?;
            let line = String::from_utf8_lossy(&line);
            if let Some(mode) = line.split(' ').next().filter(|mode| !mode.is_empty()) {
                return Ok(mode.to_owned());
            }
        }
        let mode = if entry.is_executable {
            "100755"
        } else {
            "100644"
        };
        Ok(mode.to_owned())
    }
}

/// Paths as git reads them with `-z`.
pub(super) fn listed(paths: &[&Path]) -> Vec<u8> {
    let lines = paths
        .iter()
        .flat_map(|path| [path.as_os_str().as_bytes(), b"\0"]);
    lines.flatten().copied().collect()
}

/// A line for `update-index --index-info`.
fn index_line(mode: &str, hash: &str, prefix: &[u8], path: &Path) -> Vec<u8> {
    let head = format!("{mode} {hash}\t");
    [head.as_bytes(), prefix, path.as_os_str().as_bytes(), b"\0"].concat()
}
