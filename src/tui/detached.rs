//! Programs that are started and left alone: the opener of links, and what fills the clipboard.
//!
//! They get a session of their own, without our terminal: they can neither read keys nor print
//! over the screen, and they outlive us. What becomes of them is reported from a thread.

use std::ffi::OsString;
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use super::editor::Env;

/// An opener that fails later than this has opened something before.
const OPENING: Duration = Duration::from_secs(60);
/// A clipboard that takes longer is not there.
const COPYING: Duration = Duration::from_secs(2);

/// Starts the program and does not wait for it. `failed` hears from a thread if it ends badly.
///
/// # Errors
/// When it cannot be started.
pub fn start(
    mut command: Command,
    failed: impl FnOnce(ExitStatus) + Send + 'static,
) -> io::Result<()> {
    let begun = Instant::now();
    let mut child = detach(&mut command).stdin(Stdio::null()).spawn()?;
    // Somebody has to collect it; a browser may stay for hours.
    std::thread::spawn(move || {
        if let Ok(status) = child.wait()
            && !status.success()
            && begun.elapsed() < OPENING
        {
            failed(status);
        }
    });
    Ok(())
}

/// Gives the command a session of its own, and nothing to print on.
fn detach(command: &mut Command) -> &mut Command {
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let own_session = || {
        rustix::process::setsid()?;
        Ok(())
    };
    // SAFETY: between fork and exec this makes one system call and touches no memory.
    unsafe { command.pre_exec(own_session) }
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

    /// Whether there is none, and only the terminal itself is left.
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
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped());
    let Ok(mut child) = detach(&mut command).spawn() else {
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
    match ended.recv_timeout(COPYING) {
        Ok(taken) => taken,
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => false,
    }
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

    #[test]
    fn a_program_that_is_missing_or_fails_took_nothing() {
        assert!(pipe(&["cat"], "text"));
        assert!(!pipe(&["false"], "text"));
        assert!(!pipe(&["/no/such/program"], "text"));
    }

    #[test]
    fn a_failure_is_told_and_a_success_is_not() {
        let (sender, told) = channel();
        let also = sender.clone();
        let mut fails = Command::new("sh");
        fails.args(["-c", "exit 3"]);
        start(fails, move |status| sender.send(status.code()).unwrap()).unwrap();
        assert_eq!(told.recv().unwrap(), Some(3));
        start(Command::new("true"), move |status| {
            also.send(status.code()).unwrap();
        })
        .unwrap();
        // The sender goes with the thread that had nothing to tell.
        assert!(told.recv().is_err());
    }
}
