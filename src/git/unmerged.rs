//! Files that git left in conflict: which version each side has, and what git is to take for the
//! outcome. No bytes are read here.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::index::{LITERAL, listed};
use super::{Git, GitError};

/// A file in conflict. Git has a state of its own for each choice of versions that are there: `DD`
/// (only the base), `AU` (only ours), `UA` (only theirs), `UD` (not theirs), `DU` (not ours), `AA` (no
/// base) and `UU` (all).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unmerged {
    /// Relative to the folder.
    pub path: PathBuf,
    /// What both sides started from.
    pub base: Option<Version>,
    /// What the branch has that is merged into.
    pub ours: Option<Version>,
    /// What the branch has that is merged.
    pub theirs: Option<Version>,
}

/// A version of a file in conflict.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Version {
    /// How git keeps it.
    pub mode: String,
    /// The hash of its blob.
    pub hash: String,
}

impl Version {
    /// Whether it is a file, not a link or a submodule.
    pub(crate) fn is_file(&self) -> bool {
        self.mode.starts_with("100")
    }
}

/// Which version of a file in conflict stays.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// What both sides started from.
    Base,
    /// The version of the branch that is merged into.
    Ours,
    /// The version of the branch that is merged.
    Theirs,
}

impl Unmerged {
    /// Those versions that are there, the base first.
    pub(crate) fn versions(&self) -> impl Iterator<Item = &Version> {
        [&self.base, &self.ours, &self.theirs].into_iter().flatten()
    }

    /// What each side did with the file as a whole; nothing where both have a version that is compared
    /// with the other.
    pub(crate) fn words(&self) -> Option<&'static str> {
        let Self {
            base, ours, theirs, ..
        } = self;
        Some(match (base, ours, theirs) {
            (_, None, None) => "gone on both sides: deleted, or moved elsewhere",
            (None, Some(_), None) => "only ours has it: added or moved here",
            (None, None, Some(_)) => "only theirs has it: added or moved here",
            (base, ours @ Some(_), None) if base == ours => "ours moved it here, theirs deleted it",
            (base, None, theirs @ Some(_)) if base == theirs => {
                "theirs moved it here, ours deleted it"
            }
            (Some(_), Some(_), None) => "ours changed it, theirs deleted it",
            (Some(_), None, Some(_)) => "theirs changed it, ours deleted it",
            (_, Some(_), Some(_)) => return None,
        })
    }

    /// Reads an entry of `status --porcelain=v2`, such as
    /// `u UD N... 100644 100644 000000 100644 HASH HASH HASH path`, with the path as git tells it.
    pub(super) fn read(line: &[u8]) -> Option<Self> {
        let words: Vec<&[u8]> = line.splitn(11, |byte| *byte == b' ').collect();
        let [_, _, _, m1, m2, m3, _, h1, h2, h3, path] = words[..] else {
            return None;
        };
        let version = |mode: &[u8], hash: &[u8]| {
            let text = |word| String::from_utf8_lossy(word).into_owned();
            mode.iter().any(|digit| *digit != b'0').then(|| Version {
                mode: text(mode),
                hash: text(hash),
            })
        };
        Some(Self {
            path: PathBuf::from(OsStr::from_bytes(path)),
            base: version(m1, h1),
            ours: version(m2, h2),
            theirs: version(m3, h3),
        })
    }
}

impl Git {
    /// Writes a version of a file in conflict into the checkout. The file stays in conflict.
    ///
    /// # Errors
    /// When git refuses.
    pub(crate) fn write_version(&self, path: &Path, stage: Stage) -> Result<(), GitError> {
        let stage = match stage {
            Stage::Base => "--stage=1",
            Stage::Ours => "--stage=2",
            Stage::Theirs => "--stage=3",
        };
        let write = ["checkout-index", "--force", stage, "-z", "--stdin"];
        self.exchange(&write, (LITERAL, OsStr::new("1")), listed(&[path]))
            .map(drop)
    }

    /// Has the checkout's index hold nothing at a path, as once `git rm` deleted the file.
    ///
    /// # Errors
    /// When git refuses.
    pub(crate) fn forget(&self, path: &Path) -> Result<(), GitError> {
        // `git rm` reads no paths from a pipe in a folder of a checkout.
        let forget = ["update-index", "--force-remove", "-z", "--stdin"];
        self.exchange(&forget, (LITERAL, OsStr::new("1")), listed(&[path]))
            .map(drop)
    }
}
