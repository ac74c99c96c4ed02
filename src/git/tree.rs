//! What a commit holds: the files of its tree, without checking any of them out.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::history::History;
use super::{Git, GitError};

/// What lies at a path of a tree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum TreeKind {
    /// A regular file.
    File,
    /// A symbolic link; its blob is where it leads.
    Link,
    /// The commit of another repository, whose files are not here.
    Submodule,
}

/// A path of a tree, relative to the top of the checkout.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct TreeEntry {
    /// As git has it, which may be anything.
    pub path: PathBuf,
    /// What lies there.
    pub kind: TreeKind,
    /// The hash of its blob.
    pub hash: String,
}

impl History {
    /// Everything in the tree of a commit.
    ///
    /// # Errors
    /// When git refuses.
    pub(crate) fn tree(&self, commit: &str) -> Result<Vec<TreeEntry>, GitError> {
        let arguments = ["ls-tree", "-r", "-z", "--full-tree", commit];
        Ok(entries(&self.git.output(&arguments)?))
    }
}

impl Git {
    /// What a commit has below the folder, with paths relative to that.
    ///
    /// # Errors
    /// When git refuses.
    pub(crate) fn tree_below(&self, commit: &str) -> Result<Vec<TreeEntry>, GitError> {
        Ok(entries(&self.output(&["ls-tree", "-r", "-z", commit])?))
    }

    /// What a tree has right in it, folders aside.
    ///
    /// # Errors
    /// When git refuses.
    pub(crate) fn listing(&self, tree: &str) -> Result<Vec<TreeEntry>, GitError> {
        Ok(entries(&self.output(&[
            "ls-tree",
            "-z",
            "--full-tree",
            tree,
        ])?))
    }
}

/// The folder that all worktrees of the repository around `folder` share.
///
/// # Errors
/// When git refuses.
pub(crate) fn common_folder(folder: &Path) -> Result<PathBuf, GitError> {
    let output = Git::at(folder).output(&["rev-parse", "--git-common-dir"])?;
    let path = output.strip_suffix(b"\n").unwrap_or(&output);
    Ok(folder.join(OsStr::from_bytes(path)))
}

/// Reads `ls-tree -z`: `100644 blob <hash>\t<path>`. Folders are left out.
fn entries(output: &[u8]) -> Vec<TreeEntry> {
    let entry = |line: &[u8]| {
        let tab = memchr::memchr(b'\t', line)?;
        let head = std::str::from_utf8(&line[..tab]).ok()?;
        let words: Vec<&str> = head.split(' ').collect();
        let [mode, "blob" | "commit", hash] = words[..] else {
            return None;
        };
        let kind = match mode {
            "120000" => TreeKind::Link,
            "160000" => TreeKind::Submodule,
            _ => TreeKind::File,
        };
        Some(TreeEntry {
            path: PathBuf::from(OsStr::from_bytes(&line[tab + 1..])),
            kind,
            hash: hash.to_owned(),
        })
    };
    output.split(|byte| *byte == 0).filter_map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_taken_as_they_are_and_nonsense_is_left_out() {
        let output =
            b"100755 blob ab\ta\tb\n.md\x00120000 blob cd\tlink\x00160000 commit ef\tsub\0\
              040000 tree ba\tfolder\0\0x\0";
        let read = entries(output);
        let told: Vec<_> = read
            .iter()
            .map(|entry| (entry.path.to_str().unwrap(), entry.kind, &*entry.hash))
            .collect();
        let expected = [
            ("a\tb\n.md", TreeKind::File, "ab"),
            ("link", TreeKind::Link, "cd"),
            ("sub", TreeKind::Submodule, "ef"),
        ];
        assert_eq!(told, expected);
    }
}
