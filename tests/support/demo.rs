//! The demo plan of any size in memory, as what is measured stands on.

use std::path::Path;

use stepdeck::plan::source::{Role, SourceFile};
use stepdeck::record::demo;

/// Every file of the demo plan that the plan is read from, taken apart.
pub fn files(steps: usize) -> Vec<SourceFile> {
    let files = demo::plan(steps, 1).into_iter();
    files
        .filter_map(|(path, bytes)| Some(SourceFile::load(&path, role(&path)?, bytes)))
        .collect()
}

/// The bytes of its log.
pub fn log(steps: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    demo::log_writer(steps, 1, &mut bytes).expect("a vector takes everything");
    bytes
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

fn role(path: &Path) -> Option<Role> {
    match path.to_str()? {
        name if name.ends_with(".jsonl") => Some(Role::Log),
        name if name.ends_with("ROADMAP.md") => Some(Role::Roadmap),
        name if name.contains("/decisions/") => Some(Role::Decision),
        name if name.contains("/canon/") => Some(Role::Canon),
        _ => None,
    }
}
