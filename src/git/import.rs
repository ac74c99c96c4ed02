//! A new repository with a history, written through `git fast-import`: each commit is spelled
//! out, so that the same history has the same hashes whatever git is configured to do.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::{Git, GitError};

/// The branch that is written.
const BRANCH: &str = "main";

/// One commit to be written.
#[derive(Debug)]
pub struct NewCommit<'a> {
    /// Seconds since the epoch; the time zone is UTC.
    pub time: i64,
    /// The name of who writes it.
    pub name: &'a str,
    /// The address of who writes it.
    pub mail: &'a str,
    /// The message, without a line end.
    pub message: &'a str,
    /// The commits that it follows, counted from 0 in the order in which they are written.
    pub parents: &'a [usize],
    /// Files that differ from the first parent, with paths below the root.
    pub files: &'a [(&'a Path, Vec<u8>)],
}

/// Takes commits down, oldest first.
pub struct Importer<'w> {
    out: BufWriter<&'w mut dyn Write>,
    commits: usize,
}

impl Importer<'_> {
    /// Writes one commit; the last one is what the branch ends in.
    ///
    /// # Errors
    /// When git does not take it.
    pub fn commit(&mut self, commit: &NewCommit<'_>) -> io::Result<()> {
        self.commits += 1;
        let out = &mut self.out;
        writeln!(out, "commit refs/heads/{BRANCH}\nmark :{}", self.commits)?;
        for role in ["author", "committer"] {
            let NewCommit {
                name, mail, time, ..
            } = commit;
            writeln!(out, "{role} {name} <{mail}> {time} +0000")?;
        }
        let message = format!("{}\n", commit.message);
        writeln!(out, "data {}\n{message}", message.len())?;
        for (at, parent) in commit.parents.iter().enumerate() {
            let role = if at == 0 { "from" } else { "merge" };
            writeln!(out, "{role} :{}", parent + 1)?;
        }
        for (path, bytes) in commit.files {
            writeln!(out, "M 100644 inline {}", path.display())?;
            writeln!(out, "data {}", bytes.len())?;
            out.write_all(bytes)?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }
}

impl Git {
    /// Makes a repository of the folder, whose branch `main` has the commits that `write` hands
    /// over. Files in the folder stay as they are.
    ///
    /// # Errors
    /// When git cannot be run or refuses, or `write` fails.
    pub fn import(
        &self,
        write: impl FnOnce(&mut Importer<'_>) -> io::Result<()>,
    ) -> Result<(), GitError> {
        let branch = format!("--initial-branch={BRANCH}");
        self.output(&[
            "init",
            "--quiet",
            "--object-format=sha1",
            "--template=",
            &branch,
        ])?;
        // What was written is what is there, whatever line ends somebody prefers.
        self.output(&["config", "--local", "core.autocrlf", "false"])?;
        // Versions differ in a few lines: to press them harder takes a fifth of the time, for little.
        let pressed = ["-c", "pack.compression=1"];
        let import = ["fast-import", "--quiet", "--done"];
        self.feed(&[&pressed[..], &import].concat(), |pipe| {
            let out = BufWriter::with_capacity(1 << 16, pipe);
            let mut importer = Importer { out, commits: 0 };
            write(&mut importer)?;
            importer.out.write_all(b"done\n")?;
            importer.out.flush()
        })?;
        self.output(&["reset", "--quiet"]).map(drop)
    }
}
