//! `stepdeck merge`: the merge driver that git calls for a log.
//!
//! What is merged how is decided by [`crate::change::three_way`]; here the files are read, the
//! result is written over OURS and the conflicts are named. If anything fails, OURS is as it
//! was, so that the caller can merge in another way.

use std::path::{Path, PathBuf};

use color_eyre::eyre::{Result, bail};

use super::invocation::Invocation;
use super::{Ending, mainline};
use crate::change::three_way::{Markers, Versions, merge};
use crate::document::parallel::in_parallel;
use crate::document::rope::{Piece, Rope};
use crate::store::atomic_replace::save::Saver;
use crate::store::fs::read::read;
use crate::store::fs::stamp::Stamp;

/// Merge three versions of a log, step by step and key by key, into OURS.
///
/// Made for git; `stepdeck git-setup` registers it. What both sides changed is left between
/// conflict markers around that step's line only; each conflict is reported on standard error, and
/// the exit code is 1.
#[derive(clap::Args, Clone, Debug)]
pub struct Merge {
    /// The version that both sides started from; may be empty.
    pub base: PathBuf,
    /// Our version; the result is written here.
    pub ours: PathBuf,
    /// Their version.
    pub theirs: PathBuf,
    /// The file's name in messages.
    #[arg(long, value_name = "NAME")]
    pub path: Option<PathBuf>,
    /// Label of the opening marker.
    #[arg(long, value_name = "LABEL", default_value = "ours")]
    pub ours_label: String,
    /// Label of the closing marker.
    #[arg(long, value_name = "LABEL", default_value = "theirs")]
    pub theirs_label: String,
    /// Length of a conflict marker.
    #[arg(long, value_name = "N", default_value_t = 7,
          value_parser = clap::value_parser!(u16).range(1..))]
    pub marker_size: u16,
}

impl Merge {
    /// Merges, writes and names the conflicts.
    ///
    /// # Errors
    /// When a version cannot be read or the result cannot be written; OURS is untouched then.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<Ending> {
        invocation.may_write()?;
        let [base, ours, theirs] =
            [&self.base, &self.ours, &self.theirs].map(|path| invocation.path(path));
        let target = ours.clone();
        let [base, theirs, ours] = versions([base, theirs, ours])?;
        let versions = Versions {
            base: &base.0,
            ours: &ours.0,
            theirs: &theirs.0,
        };
        let markers = Markers {
            ours: label(&self.ours_label, "ours"),
            theirs: label(&self.theirs_label, "theirs"),
            size: usize::from(self.marker_size),
        };
        let merged = merge(versions, markers, mainline::side(self, invocation));
        let (before, as_of) = &ours;
        let bytes = Rope::from(Piece::from(merged.bytes));
        Saver::new(None).replace_since(&target, Some(before), *as_of, &bytes)?;
        let name = self.path.as_ref().unwrap_or(&self.ours).display();
        for step in &merged.renumbered {
            invocation.say(&format!("{name}: {step}"))?;
        }
        for conflict in &merged.conflicts {
            invocation.say(&format!("{name}:{}: {}", conflict.line, conflict.dispute))?;
        }
        match merged.conflicts.len() {
            0 => return Ok(Ending::Done),
            1 => invocation.say(&format!(
                "{name}: 1 conflict; keep one version, remove the markers, then `git add` it"
            ))?,
            count => invocation.say(&format!(
                "{name}: {count} conflicts; keep one version of each, remove the markers, then \
                 `git add` it"
            ))?,
        }
        Ok(Ending::Found)
    }
}

/// The bytes of some versions, and the stamps that they had, if every later change moves them.
pub(super) fn versions<const N: usize>(paths: [PathBuf; N]) -> Result<[(Rope, Option<Stamp>); N]> {
    let parts = in_parallel(N, 1, |part| {
        paths[part]
            .iter()
            .map(|path| version(path))
            .collect::<Vec<_>>()
    });
    let read: Vec<_> = parts.into_iter().flatten().collect::<Result<_>>()?;
    let mut read = read.into_iter();
    Ok(std::array::from_fn(|_| read.next().unwrap_or_default()))
}

/// Git names a version that does not exist by an empty file or by the null device.
fn version(path: &Path) -> Result<(Rope, Option<Stamp>)> {
    if path == Path::new("/dev/null") {
        return Ok((Rope::default(), None));
    }
    let state = read(path)?;
    let as_of = state.as_of();
    match state.into_bytes() {
        Some(bytes) => Ok((bytes, as_of)),
        None => bail!(
            "{} does not exist; name three versions of a log",
            path.display()
        ),
    }
}

/// Git before 2.44 leaves the placeholders of labels as they are.
fn label<'a>(given: &'a str, plain: &'a str) -> &'a str {
    match given {
        "" | "%X" | "%Y" => plain,
        given => given,
    }
}
