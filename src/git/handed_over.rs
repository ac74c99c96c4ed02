//! Programs that may ask a person: they have the terminal, and what they print is shown there and
//! kept. Only what a person asked for runs like this.

use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::{Git, GitError};

/// How long to wait for the end of what a program printed, once it has ended itself.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// How a program ended that had the terminal.
#[derive(Debug)]
pub(crate) struct ProgramOutput {
    /// How it ended.
    pub status: ExitStatus,
    /// What it printed.
    pub output: String,
    /// What went wrong behind it, although it succeeded, and what puts it right.
    pub left: Option<String>,
}

/// Runs a program that may ask at the terminal, for as long as that takes.
///
/// # Errors
/// When it cannot be started.
fn hand_over(command: &mut Command) -> io::Result<ProgramOutput> {
    command
        .stdin(Stdio::inherit())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let kept = Arc::new(Mutex::new(Some(Vec::new())));
    let pipes = [
        child.stdout.take().map(|pipe| show(pipe, kept.clone())),
        child.stderr.take().map(|pipe| show(pipe, kept.clone())),
    ];
    let status = child.wait()?;
    // What a hook left running may hold the pipes open for hours: nobody waits for that.
    let end = Instant::now() + LAST_WORDS;
    for over in pipes.into_iter().flatten() {
        let _ = over.recv_timeout(end.saturating_duration_since(Instant::now()));
    }
    // From here on the terminal is somebody else's.
    let kept = kept.lock().unwrap_or_else(PoisonError::into_inner).take();
    let output = String::from_utf8_lossy(&kept.unwrap_or_default()).into_owned();
    Ok(ProgramOutput {
        status,
        output,
        left: None,
    })
}

/// The same for a program that is not git.
///
/// # Errors
/// As with git.
pub(crate) fn program(program: &Path, arguments: &[&OsStr]) -> io::Result<ProgramOutput> {
    hand_over(Command::new(program).args(arguments))
}

/// Shows what comes out of a pipe, and keeps it, until nobody keeps it any more. Answers when the
/// pipe is at its end.
fn show(mut pipe: impl Read + Send + 'static, kept: Arc<Mutex<Option<Vec<u8>>>>) -> Receiver<()> {
    let (over, is_over) = channel();
    thread::spawn(move || {
        let mut chunk = [0; 4 << 10];
        while let Ok(count @ 1..) = pipe.read(&mut chunk) {
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(kept) = kept.as_mut() else { break };
            let chunk = &chunk[..count];
            // Where the terminal is gone, it is kept all the same.
            let _ = io::stderr().write_all(chunk);
            kept.extend_from_slice(chunk);
        }
        let _ = over.send(());
    });
    is_over
}

impl Git {
    /// Runs a subcommand that may ask: for a password, or what a hook wants to know.
    ///
    /// # Errors
    /// When git cannot be started. A refusal is an answer.
    pub(crate) fn interactively(
        &self,
        arguments: &[&str],
        variables: &[(&str, &OsStr)],
    ) -> Result<ProgramOutput, GitError> {
        let mut command = self.open_command(arguments);
        command.envs(variables.iter().copied());
        hand_over(&mut command).map_err(GitError::NotStarted)
    }
}
