//! `stepdeck init`: starts a plan that has no steps yet.
//!
//! What the files say is decided by [`crate::record::start`], how they come to be by
//! [`crate::store::fs::create`].

use std::path::PathBuf;

use super::Ending;
use super::invocation::Invocation;
use crate::document::visible::visible;
use crate::record::start::plan;
use crate::store::fs::create::create;

/// Start an empty plan: configuration, a log with only its header, a block table B01–B100, a step
/// template, and a first stage with its checklist.
///
/// Nothing is overwritten: if one of the files already exists, none is written.
#[derive(clap::Args, Clone, Debug)]
pub struct Init {
    /// The folder for the plan; it is created if it does not exist.
    #[arg(default_value = ".")]
    pub dir: PathBuf,
}

impl Init {
    /// Writes the files, seen from the start, and names them.
    ///
    /// # Errors
    /// As [`create`], or standard output cannot be written.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> color_eyre::Result<Ending> {
        invocation.may_write()?;
        let written = create(&invocation.path(&self.dir), plan())?;
        let start = invocation.start();
        for path in written {
            let path = path.strip_prefix(&start).unwrap_or(&path);
            invocation.print(&format!("{}\n", visible(&path.display().to_string())))?;
        }
        Ok(Ending::Done)
    }
}
