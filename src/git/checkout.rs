//! The checkout around a folder: where it is, what its clone is configured to do, and what its
//! attributes say of paths.

use std::path::{Path, PathBuf};

use super::{Git, GitError};

/// The work tree that a folder is in.
#[derive(Clone, Debug)]
pub struct Checkout {
    root: PathBuf,
    git: Git,
}

impl Checkout {
    /// The checkout around `folder`.
    ///
    /// # Errors
    /// When git cannot be run, or the folder is in no work tree; git's own words say why.
    pub fn around(folder: &Path) -> Result<Self, GitError> {
        let output = Git::at(folder).output(&["rev-parse", "--show-toplevel"])?;
        let root = String::from_utf8_lossy(&output);
        let root = PathBuf::from(root.strip_suffix('\n').unwrap_or(&root));
        let git = Git::at(&root);
        Ok(Self { root, git })
    }

    /// Its top folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The value that holds for a configuration key, if one is set.
    ///
    /// # Errors
    /// As [`Git::config`].
    pub fn config(&self, key: &str) -> Result<Option<String>, GitError> {
        self.git.config(key)
    }

    /// Sets a key in the configuration of this clone, which git shares with nobody.
    ///
    /// # Errors
    /// When git refuses.
    pub fn set_config(&self, key: &str, value: &str) -> Result<(), GitError> {
        let arguments = ["config", "--local", "--replace-all", key, value];
        self.git.output(&arguments).map(drop)
    }

    /// The `attributes` of `paths`, which are below the root, as triples of path, attribute and
    /// value.
    ///
    /// # Errors
    /// When git refuses.
    pub fn attributes(
        &self,
        attributes: &[&str],
        paths: &[String],
    ) -> Result<Vec<[String; 3]>, GitError> {
        if paths.is_empty() {
            return Ok(Vec::new());
        }
        let mut arguments = vec!["check-attr", "-z"];
        arguments.extend(attributes);
        arguments.push("--");
        arguments.extend(paths.iter().map(String::as_str));
        let output = self.git.output(&arguments)?;
        let text = String::from_utf8_lossy(&output);
        let fields: Vec<&str> = text.split('\0').collect();
        let triples = fields.chunks_exact(3);
        Ok(triples
            .map(|triple| [0, 1, 2].map(|at| triple[at].to_owned()))
            .collect())
    }
}
