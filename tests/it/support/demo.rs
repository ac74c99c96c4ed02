//! The demo plan of any size in memory, tidy or as people write it.

use std::path::{Path, PathBuf};

use stepdeck::plan::source::{Role, SourceFile};
use stepdeck::record::demo;

/// Which of the two plans of the programme.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    Tidy,
    Untidy,
}

impl Kind {
    /// Every file that the plan is read from, taken apart.
    pub fn files(self, steps: usize) -> Vec<SourceFile> {
        let source = |(path, bytes): (PathBuf, _)| {
            let role = role(&path)?;
            Some(SourceFile::load(path, role, bytes))
        };
        self.plan(steps, 1).into_iter().filter_map(source).collect()
    }

    /// The bytes of the log.
    pub fn log(self, steps: usize) -> Vec<u8> {
        let is_log = |(path, _): &(PathBuf, _)| role(path) == Some(Role::Log);
        let mut files = self.plan(steps, 1).into_iter();
        files.find(is_log).expect("a plan has a log").1
    }

    /// The files as they are written.
    pub fn plan(self, steps: usize, seed: u64) -> Vec<(PathBuf, Vec<u8>)> {
        match self {
            Self::Tidy => demo::plan(steps, seed),
            Self::Untidy => demo::untidy_plan(steps, seed),
        }
    }
}

/// The log with one letter of the line in its middle changed, and that line's index.
pub fn with_one_line_changed(log: &[u8]) -> (Vec<u8>, usize) {
    const KEY: &[u8] = br#""title": ""#;
    let from = log.len() / 2;
    let title = memchr::memmem::find(&log[from..], KEY).expect("a title follows");
    let at = from + title + KEY.len();
    let mut changed = log.to_vec();
    changed[at] = if changed[at] == b'Q' { b'Z' } else { b'Q' };
    (changed, memchr::memchr_iter(b'\n', &log[..at]).count())
}

/// What a file of the plan is, or nothing where the plan is not read from it.
pub fn role(path: &Path) -> Option<Role> {
    match path.to_str()? {
        name if name.ends_with(".jsonl") => Some(Role::Log),
        name if name.ends_with("ROADMAP.md") => Some(Role::Roadmap),
        name if name.contains("/decisions/") => Some(Role::Decision),
        name if name.contains("/risks/") => Some(Role::Risk),
        name if name.contains("/reviews/") => Some(Role::Review),
        name if name.contains("/standups/") => Some(Role::Standup),
        name if name.contains("/milestone-reviews/") => Some(Role::GateReview),
        name if name.contains("/canon/") || name.starts_with("docs/") => Some(Role::Canon),
        _ => None,
    }
}
