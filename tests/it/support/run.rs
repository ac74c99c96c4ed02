//! One run of a subcommand in a folder of its own: fixed clock, no environment, and
//! everything that it leaves: results, messages, exit code, files.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use stepdeck::cli::invocation::Outside;
use stepdeck::plan::uid::Uids;
use tempfile::TempDir;

use super::desk::{all_files, diff, rest};

/// The instant of every run.
pub const NOW: &str = "2026-11-21T09:30:00Z";

/// A folder with a plan in it.
pub struct Folder {
    dir: TempDir,
    state: TempDir,
    first: Vec<(PathBuf, Vec<u8>)>,
    /// How many there were: each has a seed of its own.
    runs: AtomicU64,
}

/// What a run left.
#[derive(Debug)]
pub struct Run {
    pub out: String,
    pub err: String,
    pub code: u8,
}

impl Folder {
    /// A folder with these files.
    pub fn new(files: &[(&str, &str)]) -> Self {
        let bytes: Vec<(&str, &[u8])> = files.iter().map(|(p, t)| (*p, t.as_bytes())).collect();
        Self::with_bytes(&bytes)
    }

    /// A folder with these files, whatever is in them.
    pub fn with_bytes(files: &[(&str, &[u8])]) -> Self {
        let mut folder = Self {
            dir: TempDir::new().unwrap(),
            state: TempDir::new().unwrap(),
            first: Vec::new(),
            runs: AtomicU64::new(0),
        };
        for (path, bytes) in files {
            folder.write(path, bytes);
        }
        folder.first = all_files(folder.path());
        folder
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn read(&self, path: &str) -> String {
        String::from_utf8(fs::read(self.path().join(path)).unwrap()).unwrap()
    }

    pub fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        rest(&path);
    }

    /// Where the configuration is of whoever runs it.
    pub fn own_config(&self) -> PathBuf {
        self.state.path().join("config.toml")
    }

    /// The IDs of the steps that `list` prints with these arguments, in order.
    pub fn listed(&self, arguments: &[&str]) -> String {
        let out = self.run(&[&["list"][..], arguments].concat()).ok();
        let ids = out.lines().map(|line| line.split('\t').next().unwrap());
        ids.collect::<Vec<&str>>().join(" ")
    }

    /// Runs `stepdeck` with these arguments, into a pipe.
    pub fn run(&self, arguments: &[&str]) -> Run {
        self.run_on(arguments, None)
    }

    /// Runs it on a terminal of so many columns, if any.
    pub fn run_on(&self, arguments: &[&str], terminal: Option<usize>) -> Run {
        self.run_in(self.path(), NOW, arguments, terminal)
    }

    /// Where what is found in the past is kept.
    pub fn cache(&self) -> PathBuf {
        self.state.path().join("cache")
    }

    /// Runs it somewhere else at another time.
    pub fn run_in(
        &self,
        folder: &Path,
        now: &str,
        arguments: &[&str],
        terminal: Option<usize>,
    ) -> Run {
        self.run_told(folder, (now, &[]), arguments, terminal)
    }

    /// The same with these variables in its environment.
    pub fn run_told(
        &self,
        folder: &Path,
        (now, variables): (&str, &[(&str, &str)]),
        arguments: &[&str],
        terminal: Option<usize>,
    ) -> Run {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let variable = |name: &str| {
            let known = [("TERM", "xterm-256color")];
            let found = known
                .iter()
                .chain(variables)
                .find(|(known, _)| *known == name);
            found.map(|(_, value)| value.into())
        };
        let mut outside = Outside {
            now: now.parse::<DateTime<Utc>>().unwrap(),
            clock: || NOW.parse().unwrap(),
            uids: Uids::new(self.runs.fetch_add(1, Ordering::Relaxed)),
            folder: folder.to_owned(),
            state: Some(self.state.path().to_owned()),
            cache: Some(self.cache()),
            config: Some(self.own_config()),
            variable: &variable,
            before_cockpit: || {},
            local_minutes: 0,
            out: &mut out,
            err: &mut err,
            terminal,
            patience: None,
        };
        let arguments = ["stepdeck"].iter().chain(arguments).map(OsString::from);
        let code = stepdeck::cli::run(arguments, &mut outside);
        let text = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).unwrap();
            text.replace(&folder.display().to_string(), "ROOT")
        };
        Run {
            out: text(out),
            err: text(err),
            code,
        }
    }

    /// What changed since the folder was made, a file and its lines at a time.
    pub fn diff(&self) -> String {
        diff(&self.first, &all_files(self.path()))
    }
}

impl Run {
    /// The results of a run that went well.
    pub fn ok(self) -> String {
        assert_eq!(self.code, 0, "{self:?}");
        self.out
    }
}
