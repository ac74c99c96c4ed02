//! `stepdeck init`: starts a plan that has no steps yet.
//!
//! What the files say is decided by [`crate::record::start`], how they come to be by
//! [`crate::store::create`].

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::record::start::plan;
use crate::store::create::create;

/// Start an empty plan: configuration, a log with nothing but its header, a block table
/// B01–B100, the template of a step, and a first stage with its checklist.
///
/// Nothing is overwritten: if one of the files exists already, none is written.
#[derive(clap::Args, Clone, Debug)]
pub struct Init {
    /// The folder for the plan; it is created if it does not exist.
    #[arg(default_value = ".")]
    pub dir: PathBuf,
}

impl Init {
    /// Writes the files, seen from `base`, and names them.
    ///
    /// # Errors
    /// As [`create`], or standard output cannot be written.
    pub fn run(&self, base: &Path) -> color_eyre::Result<()> {
        let mut out = io::stdout().lock();
        for path in create(&base.join(&self.dir), plan())? {
            match writeln!(out, "{}", path.display()) {
                // Whoever closed the pipe has read enough; the plan is written.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
                other => other?,
            }
        }
        Ok(())
    }
}
