//! `stepdeck completions`: scripts that let a shell complete the command line.

use clap::CommandFactory as _;
use clap_complete::Shell;
use color_eyre::eyre::Result;

use super::invocation::Invocation;
use super::{Arguments, Ending};

/// Print a shell completion script.
///
/// For bash: stepdeck completions bash > ~/.local/share/bash-completion/completions/stepdeck
#[derive(clap::Args, Clone, Debug)]
pub struct Completions {
    /// The shell.
    shell: Shell,
}

impl Completions {
    /// Prints the script.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<Ending> {
        let mut script = Vec::new();
        clap_complete::generate(
            self.shell,
            &mut Arguments::command(),
            "stepdeck",
            &mut script,
        );
        invocation.print(&String::from_utf8(script)?)?;
        Ok(Ending::Done)
    }
}
