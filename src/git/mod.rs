//! The only code that runs git: argument lists without a shell, for a bounded time. It never asks
//! a person, pages, reaches the network, takes optional locks, or starts what a repository
//! configures as file monitor; but for `sync` and `handed_over`, which fetch, merge, commit and push when a person says
//! so. It knows nothing of plans. `output` reads what git printed, apart
//! from running it.

pub(crate) mod checkout;
pub(crate) mod handed_over;
pub(crate) mod history;
pub(crate) mod import;
pub(crate) mod index;
pub(crate) mod mainline;
pub(crate) mod merge_file;
pub(crate) mod objects;
pub(crate) mod output;
pub(crate) mod standing;
pub(crate) mod sync;
pub(crate) mod tree;
pub(crate) mod unmerged;

use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};
use std::{fmt, thread};

/// How long git may take to answer what needs neither the network nor the whole history.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// Where a plan is without one.
const OUTSIDE: &str = "not in a git repository";
/// What to do about that.
const GIT_INIT: &str = "`git init` creates one; editing and undo work without";

/// What git says outside of any, in whatever words it goes on.
const NO_REPOSITORY: &str = "not a git repository";

/// How a person may have set all pathspecs to be read; ours say it themselves.
const PATHSPEC_VARIABLES: [&str; 4] = [
    "GIT_LITERAL_PATHSPECS",
    "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_ICASE_PATHSPECS",
];

/// What names a repository regardless of the folder.
const REPOSITORY_VARIABLES: [&str; 6] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
];

/// Git, seen from one folder.
#[derive(Clone, Debug)]
pub(crate) struct Git {
    folder: PathBuf,
    program: PathBuf,
    time_limit: Duration,
    /// Whether variables that name another repository than the folder's are ignored.
    is_own: bool,
}

/// What git answered.
#[derive(Debug)]
pub(crate) struct Answer {
    /// How it ended.
    pub status: ExitStatus,
    /// Its output, byte for byte.
    pub stdout: Vec<u8>,
    /// What it complained about, without surrounding blanks.
    pub complaint: String,
}

/// Why there is no answer to use.
#[derive(Debug)]
pub(crate) enum GitError {
    /// Git could not be started.
    NotStarted(io::Error),
    /// It was stopped because it took too long.
    TimedOut {
        /// What it was asked to do.
        subcommand: String,
    },
    /// It refused.
    Failed {
        /// What it was asked to do.
        subcommand: String,
        /// Its own words.
        complaint: String,
    },
}

impl fmt::Display for GitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotStarted(error) => {
                write!(f, "git could not be run ({error}); is it installed?")
            }
            Self::TimedOut { subcommand } => {
                write!(f, "git {subcommand} took too long and was stopped")
            }
            error if error.is_no_repository() => f.write_str(OUTSIDE),
            Self::Failed {
                subcommand,
                complaint,
            } => write!(f, "git {subcommand}: {complaint}"),
        }
    }
}

impl GitError {
    /// Whether there is no repository to ask.
    pub(crate) fn is_no_repository(&self) -> bool {
        matches!(self, Self::Failed { complaint, .. } if complaint.contains(NO_REPOSITORY))
    }

    /// The whole answer to somebody who asked for what needs git: why there is none, and what to do.
    pub(crate) fn answer(&self) -> String {
        match self.is_no_repository() {
            true => format!("the plan is {OUTSIDE}: {GIT_INIT}"),
            false => self.to_string(),
        }
    }
}

/// What it comes from is in its words.
impl std::error::Error for GitError {}

impl Git {
    /// Git as it is found on the path, run in `folder`.
    pub(crate) fn at(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            program: "git".into(),
            time_limit: TIME_LIMIT,
            is_own: false,
        }
    }

    /// The same for a repository that the folder is to become, whatever repository a hook that we
    /// may run in is about.
    pub(crate) fn in_new(folder: &Path) -> Self {
        Self {
            is_own: true,
            ..Self::at(folder)
        }
    }

    /// Runs a subcommand and waits for its end.
    ///
    /// # Errors
    /// When git cannot be started or takes longer than it may. A refusal is an answer.
    pub(crate) fn run(&self, arguments: &[&str]) -> Result<Answer, GitError> {
        self.answer(self.command(arguments), arguments)
    }

    fn answer(&self, mut command: Command, arguments: &[&str]) -> Result<Answer, GitError> {
        let until = Instant::now() + self.time_limit;
        let child = command.stdin(Stdio::null()).spawn();
        let mut child = child.map_err(GitError::NotStarted)?;
        let (sender, receiver) = mpsc::channel();
        let stdout = read_aside(child.stdout.take(), sender.clone());
        let stderr = read_aside(child.stderr.take(), sender);
        let status = wait(&mut child, until, &receiver).map_err(GitError::NotStarted)?;
        let Some(status) = status else {
            let subcommand = subcommand(arguments);
            return Err(GitError::TimedOut { subcommand });
        };
        let [stdout, stderr] = [stdout, stderr].map(|pipe| pipe.join().unwrap_or_default());
        Ok(Answer {
            status,
            stdout,
            complaint: String::from_utf8_lossy(&stderr).trim().to_owned(),
        })
    }

    /// The output of a subcommand that must succeed.
    ///
    /// # Errors
    /// As [`Git::run`], and when git refuses.
    pub(crate) fn output(&self, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
        let answer = self.run(arguments)?;
        if answer.status.success() {
            return Ok(answer.stdout);
        }
        Err(GitError::Failed {
            subcommand: subcommand(arguments),
            complaint: answer.complaint,
        })
    }

    /// The value that holds for a configuration key in this folder, if one is set.
    ///
    /// # Errors
    /// As [`Git::run`]; outside a checkout the person's own configuration answers.
    pub(crate) fn config(&self, key: &str) -> Result<Option<String>, GitError> {
        let answer = self.run(&["config", "--null", "--get", key])?;
        let value = answer.stdout.strip_suffix(b"\0");
        let value = value.filter(|_| answer.status.success());
        Ok(value.map(|value| String::from_utf8_lossy(value).into_owned()))
    }

    /// Runs a subcommand that must succeed on what `write` hands over, however long that takes.
    fn feed(
        &self,
        arguments: &[&str],
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), GitError> {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::null());
        let mut child = command.spawn().map_err(GitError::NotStarted)?;
        let stderr = read_aside(child.stderr.take(), mpsc::channel().0);
        let written = child
            .stdin
            .take()
            .map_or(Ok(()), |mut pipe| write(&mut pipe));
        let status = child.wait().map_err(GitError::NotStarted)?;
        let complaint = String::from_utf8_lossy(&stderr.join().unwrap_or_default())
            .trim()
            .to_owned();
        match (status.success(), written) {
            (true, Ok(())) => Ok(()),
            (_, written) => Err(GitError::Failed {
                subcommand: subcommand(arguments),
                complaint: match (complaint.is_empty(), written) {
                    (true, Err(error)) => error.to_string(),
                    _ => complaint,
                },
            }),
        }
    }

    /// What a subcommand prints that must succeed on what it is fed, with one more variable.
    fn exchange(
        &self,
        arguments: &[&str],
        variable: (&str, &OsStr),
        fed: Vec<u8>,
    ) -> Result<Vec<u8>, GitError> {
        let mut command = self.command(arguments);
        command.env(variable.0, variable.1).stdin(Stdio::piped());
        let mut child = command.spawn().map_err(GitError::NotStarted)?;
        let stdin = child.stdin.take();
        // Where git has ended, its status tells why.
        let writing = thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(&fed)));
        let output = child.wait_with_output().map_err(GitError::NotStarted)?;
        let _ = writing.join();
        match output.status.success() {
            true => Ok(output.stdout),
            false => Err(GitError::Failed {
                subcommand: subcommand(arguments),
                complaint: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            }),
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.open_command(arguments);
        command
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_ALLOW_PROTOCOL", "none");
        command
    }

    /// A command that may reach the network and ask; for `sync` and `handed_over`.
    fn open_command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(["--no-pager", "-c", "core.fsmonitor=false"])
            // What git says of a path is shown as it is.
            .args(["-c", "core.quotePath=false"])
            .args(arguments)
            .current_dir(&self.folder)
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env_remove("GIT_EXTERNAL_DIFF")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let foreign = REPOSITORY_VARIABLES.iter().filter(|_| self.is_own);
        for variable in PATHSPEC_VARIABLES.iter().chain(foreign) {
            command.env_remove(variable);
        }
        command
    }
}

/// The first argument that is neither an option nor the setting behind `-c`.
fn subcommand(arguments: &[&str]) -> String {
    let named =
        |at: usize| !arguments[at].starts_with('-') && (at == 0 || arguments[at - 1] != "-c");
    let found = (0..arguments.len()).find(|at| named(*at));
    found.map(|at| arguments[at].to_owned()).unwrap_or_default()
}

/// Reads a pipe to its end, so that git never waits for a full one; `ended` hears of the end.
fn read_aside(
    pipe: Option<impl Read + Send + 'static>,
    ended: mpsc::Sender<()>,
) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // What broke off is as good as an end: the exit status tells more.
            let _ = pipe.read_to_end(&mut bytes);
        }
        let _ = ended.send(());
        bytes
    })
}

/// Waits until both pipes have ended and the process with them; nothing if that took too long.
fn wait(
    child: &mut Child,
    until: Instant,
    ended: &mpsc::Receiver<()>,
) -> io::Result<Option<ExitStatus>> {
    for _ in 0..2 {
        let left = until.saturating_duration_since(Instant::now());
        if ended.recv_timeout(left) == Err(RecvTimeoutError::Timeout) {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
    }
    child.wait().map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A program in git's place that does what the script says.
    fn scripted(folder: &Path, script: &str) -> Git {
        let (text, program) = (folder.join("text"), folder.join("program"));
        std::fs::write(&text, format!("#!/bin/sh\n{script}\n")).unwrap();
        // Another process writes it: a child that a neighbouring test forks meanwhile would
        // hold it open for writing, and it could not be started.
        let install = Command::new("install").args([&text, &program]).status();
        assert!(install.unwrap().success());
        Git {
            program,
            ..Git::at(folder)
        }
    }

    #[test]
    fn why_git_could_not_be_run_is_said_once() {
        let folder = tempfile::tempdir().unwrap();
        let git = Git {
            program: folder.path().join("none"),
            ..Git::at(folder.path())
        };
        let error = git.run(&["status"]).unwrap_err();
        let said = format!("{:#}", color_eyre::eyre::Report::new(error));
        assert_eq!(said.matches("os error").count(), 1, "{said}");
    }

    #[test]
    fn more_than_a_pipe_holds_comes_whole() {
        let folder = tempfile::tempdir().unwrap();
        let script = "head -c 300000 /dev/zero; head -c 200000 /dev/zero >&2; exit 3";
        let answer = scripted(folder.path(), script).run(&["x"]).unwrap();
        assert_eq!(answer.stdout.len(), 300_000);
        assert_eq!(answer.status.code(), Some(3));
    }

    #[test]
    fn who_hangs_is_stopped_and_named() {
        let folder = tempfile::tempdir().unwrap();
        let git = Git {
            time_limit: Duration::from_millis(50),
            ..scripted(folder.path(), "exec tail -f /dev/null")
        };
        let error = git.run(&["status"]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "git status took too long and was stopped"
        );
        assert_eq!(subcommand(&["-c", "a=b", "log", "-c"]), "log");
    }

    #[test]
    fn a_refusal_is_told_in_gits_words() {
        let folder = tempfile::tempdir().unwrap();
        let git = scripted(folder.path(), "echo 'fatal: no' >&2; exit 128");
        let error = git.output(&["log"]).unwrap_err();
        assert_eq!(error.to_string(), "git log: fatal: no");
        assert_eq!(git.config("user.name").unwrap(), None);
        let missing = Git {
            program: folder.path().join("absent"),
            ..git
        };
        let error = missing.run(&["log"]).unwrap_err().to_string();
        assert!(error.ends_with("is it installed?"), "{error}");
    }

    #[test]
    fn nothing_is_asked_and_no_monitor_started() {
        let folder = tempfile::tempdir().unwrap();
        let git = scripted(
            folder.path(),
            "echo \"$@\" $GIT_TERMINAL_PROMPT$GIT_OPTIONAL_LOCKS$GIT_NO_LAZY_FETCH; cat",
        );
        let output = git.output(&["status", "-z"]).unwrap();
        let expected = "--no-pager -c core.fsmonitor=false -c core.quotePath=false status -z 001\n";
        assert_eq!(String::from_utf8(output).unwrap(), expected);
    }
}
