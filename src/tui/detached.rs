//! Programs that are started and left alone: the opener of links, and what fills the clipboard.
//!
//! They get a session of their own, without our terminal: they can neither read keys nor print
//! over the screen, and they outlive us. What becomes of them is reported from a thread.
//!
//! A session is begun by the process that is to have it, so each is started through this program
//! itself: called with [`ENTRY`] it takes a session and becomes the program that is named.

use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus, Stdio};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use super::editor::Env;

/// An opener that fails later than this has opened something before.
const OPENING: Duration = Duration::from_secs(60);
/// A clipboard that takes longer is not there.
const COPYING: Duration = Duration::from_secs(2);

/// What this program is called with to become another one, in a session of its own.
pub const ENTRY: &str = "--detached";
/// How it ends where it could not become that.
pub(super) const NOT_STARTED: u8 = 127;

/// Becomes the program with the arguments that follow [`ENTRY`]. Comes back only if that fails.
pub fn become_detached(mut words: impl Iterator<Item = OsString>) -> ExitCode {
    // It fails only for who leads a group already, and then the group is no terminal's.
    let _ = rustix::process::setsid();
    if let Some(program) = words.next() {
        let error = Command::new(&program).args(words).exec();
        // Whoever shows what the program prints, shows why there is none.
        let _ = writeln!(io::stderr(), "{}: {error}", program.display());
    }
    ExitCode::from(NOT_STARTED)
}

/// How a program ended badly.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Failure {
    /// It could not be started.
    NotStarted,
    /// It ran and failed.
    Ended(ExitStatus),
}

/// Starts the program and does not wait for it. `failed` hears from a thread if it ends badly.
///
/// # Errors
/// When no process can be started.
pub fn start(
    program: &OsStr,
    arguments: &[OsString],
    failed: impl FnOnce(Failure) + Send + 'static,
) -> io::Result<()> {
    let begun = Instant::now();
    let mut command = detached(program);
    let mut child = command.args(arguments).stdin(Stdio::null()).spawn()?;
    // Somebody has to collect it; a browser may stay for hours.
    std::thread::spawn(move || {
        if let Ok(status) = child.wait()
            && !status.success()
            && begun.elapsed() < OPENING
        {
            failed(match status.code() {
                Some(code) if code == i32::from(NOT_STARTED) => Failure::NotStarted,
                _ => Failure::Ended(status),
            });
        }
    });
    Ok(())
}

/// The running program, also after another version was installed in its place.
pub(super) fn own_program() -> PathBuf {
    let own = match cfg!(target_os = "linux") {
        true => Ok(PathBuf::from("/proc/self/exe")),
        false => std::env::current_exe(),
    };
    own.unwrap_or_else(|_| PathBuf::from("stepdeck"))
}

/// The command that becomes `program`, with nothing to print on.
fn detached(program: &OsStr) -> Command {
    let mut command = through(&own_program(), program);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// The command with which `own`, which is this program, becomes another one.
pub(super) fn through(own: &Path, program: &OsStr) -> Command {
    let mut command = Command::new(own);
    command.arg(ENTRY).arg(program);
    command
}

/// Programs that take a text from standard input and put it on a clipboard.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Clipboards {
    /// Those of the desktop at which the person sits, the best first.
    desktop: Vec<&'static [&'static str]>,
    /// Whether we run in tmux, which hands a text on to its terminal.
    tmux: bool,
}

impl Clipboards {
    /// Those that there should be in this environment. Over SSH the person sits elsewhere, and
    /// the desktop of this machine is somebody else's.
    pub fn of(env: impl Env) -> Self {
        let is_set = |name| env(name).is_some_and(|value: OsString| !value.is_empty());
        let mut desktop: Vec<&'static [&'static str]> = Vec::new();
        if !is_set("SSH_CONNECTION") && !is_set("SSH_TTY") {
            if cfg!(target_os = "macos") {
                desktop.push(&["pbcopy"]);
            }
            if is_set("WAYLAND_DISPLAY") {
                desktop.push(&["wl-copy"]);
            }
            if is_set("DISPLAY") {
                desktop.push(&["xclip", "-selection", "clipboard"]);
                desktop.push(&["xsel", "--clipboard", "--input"]);
            }
        }
        Self {
            desktop,
            tmux: is_set("TMUX"),
        }
    }

    /// Whether there is none, so that only the terminal itself is left.
    pub fn is_empty(&self) -> bool {
        self.desktop.is_empty() && !self.tmux
    }

    /// Puts `text`, which is called `what`, on them. Answers in words where it went; `None` where
    /// no program took it.
    pub fn take(&self, text: &str, what: &str) -> Option<String> {
        let desktop = self.desktop.iter().any(|way| pipe(way, text));
        let tmux = self.tmux && pipe(&["tmux", "load-buffer", "-w", "-"], text);
        match (desktop, tmux) {
            (true, true) => Some(format!("copied {what} to the clipboard and to tmux")),
            (true, false) => Some(format!("copied {what} to the clipboard")),
            (false, true) => Some(format!(
                "copied {what} to tmux, which passes it to the terminal"
            )),
            (false, false) => None,
        }
    }
}

/// Whether the program took the text.
fn pipe(words: &[&str], text: &str) -> bool {
    let [program, arguments @ ..] = words else {
        return false;
    };
    let mut command = detached(OsStr::new(program));
    command.args(arguments).stdin(Stdio::piped());
    let Ok(mut child) = command.spawn() else {
        return false;
    };
    let (sender, ended) = channel();
    let text = text.to_owned();
    std::thread::spawn(move || {
        let input = child.stdin.take();
        let written = input.is_some_and(|mut input| input.write_all(text.as_bytes()).is_ok());
        let status = child.wait();
        // Nobody hears it who no longer waits.
        let _ = sender.send(written && status.is_ok_and(|status| status.success()));
    });
    ended.recv_timeout(COPYING).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clipboards(vars: &[&str]) -> Clipboards {
        Clipboards::of(|name: &str| vars.contains(&name).then(|| OsString::from("x")))
    }

    #[test]
    fn a_program_is_used_where_its_clipboard_is_the_persons() {
        let first = |vars: &[&str]| clipboards(vars).desktop.last().map(|way| way[0]);
        assert_eq!(first(&["WAYLAND_DISPLAY"]), Some("wl-copy"));
        assert_eq!(first(&["DISPLAY"]), Some("xsel"));
        assert_eq!(clipboards(&["DISPLAY", "WAYLAND_DISPLAY"]).desktop.len(), 3);
        for remote in ["SSH_TTY", "SSH_CONNECTION"] {
            assert!(clipboards(&["DISPLAY", remote]).is_empty());
            assert!(clipboards(&["DISPLAY", remote, "TMUX"]).tmux);
        }
        assert!(clipboards(&[]).is_empty());
        assert!(!clipboards(&["TMUX"]).is_empty());
    }
}
