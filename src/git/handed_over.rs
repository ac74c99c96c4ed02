//! Programs that may ask a person: they have the terminal, and what they print is shown there and
//! kept. Only what a person asked for runs like this.

use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::{Git, GitError};

/// How a program ended that had the terminal.
#[derive(Debug)]
pub(crate) struct Told {
    /// How it ended.
    pub status: ExitStatus,
    /// What it printed, in the order in which it was printed.
    pub output: String,
}

/// Runs a program that may ask at the terminal, for as long as that takes.
///
/// # Errors
/// When it cannot be started.
fn hand_over(command: &mut Command) -> io::Result<Told> {
    command
        .stdin(Stdio::inherit())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let kept = Arc::new(Mutex::new(Vec::new()));
    let pipes = [
        child.stdout.take().map(|pipe| show(pipe, kept.clone())),
        child.stderr.take().map(|pipe| show(pipe, kept.clone())),
    ];
    let status = child.wait()?;
    for pipe in pipes.into_iter().flatten() {
        // A reader that panicked has shown what it could.
        let _ = pipe.join();
    }
    let kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    let output = String::from_utf8_lossy(&kept).into_owned();
    Ok(Told { status, output })
}

/// The same for a program that is not git.
///
/// # Errors
/// As with git.
pub(crate) fn program(program: &Path, arguments: &[&OsStr]) -> io::Result<Told> {
    hand_over(Command::new(program).args(arguments))
}

/// Shows what comes out of a pipe, and keeps it.
fn show(mut pipe: impl Read + Send + 'static, kept: Arc<Mutex<Vec<u8>>>) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let mut chunk = [0; 4 << 10];
        while let Ok(count @ 1..) = pipe.read(&mut chunk) {
            let chunk = &chunk[..count];
            // Where the terminal is gone, it is kept all the same.
            let _ = io::stderr().write_all(chunk);
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.extend_from_slice(chunk);
        }
    })
}

impl Git {
    /// Runs a subcommand that may ask: for a password, or what a hook wants to know.
    ///
    /// # Errors
    /// When git cannot be started. A refusal is an answer.
    pub(crate) fn before_person(
        &self,
        arguments: &[&str],
        variables: &[(&str, &OsStr)],
    ) -> Result<Told, GitError> {
        let mut command = self.open_command(arguments);
        command.envs(variables.iter().copied());
        hand_over(&mut command).map_err(GitError::NotStarted)
    }
}
