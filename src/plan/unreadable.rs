//! Lines of the logs that cannot be read, as far as something is known of them: how many there are,
//! and which IDs are in them.

use std::path::Path;

use super::id::StepId;
use super::source::SourceFile;
use super::{LogPlace, Plan};
use crate::document::log::LineRef;

impl Plan {
    /// How many lines of each log are neither blank nor JSON objects, where some are. Not of a
    /// file in another encoding, which cannot be read as a whole.
    pub fn unreadable_lines(&self) -> impl Iterator<Item = (&Path, usize)> {
        let logs = self
            .files
            .iter()
            .filter_map(|file| Some((file, file.log()?)));
        let counts = logs.filter(|(_, log)| log.encoding().is_none());
        let counts = counts.map(|(file, log)| (&*file.path, log.unreadable_lines()));
        counts.filter(|(_, count)| *count > 0)
    }

    /// Whether a log has lines that may be steps and cannot be read.
    pub fn is_partly_unreadable(&self) -> bool {
        let mut logs = self.files.iter().filter_map(SourceFile::log);
        logs.any(|log| log.unreadable_lines() > 0)
    }

    /// The IDs in lines that cannot be read, each with its line.
    pub fn unreadable_ids(&self) -> impl Iterator<Item = (StepId, LogPlace)> {
        let logs = self.files.iter().enumerate();
        let logs = logs.filter_map(|(file, source)| Some((file, source.log()?)));
        // Mostly there are none, which costs no look at the lines.
        let logs = logs.filter(|(_, log)| log.unreadable_lines() > 0);
        logs.flat_map(|(file, log)| {
            let lines = log.lines().enumerate();
            let broken = lines.filter(|(_, line)| line.problem().is_some());
            broken.flat_map(move |(line, content)| {
                let ids = ids_of(content).into_iter();
                ids.map(move |id| (id, LogPlace { file, line }))
            })
        })
    }
}

/// What is as `step_id` in a line that is not a JSON object, in whatever quotes: Python and JavaScript
/// print their own, editors make them round.
fn ids_of(line: LineRef<'_>) -> Vec<StepId> {
    let is_quote = |c: char| "\"'`“”„‘’\\".contains(c);
    let text = line.text();
    let values = text.split("step_id").skip(1).filter_map(|rest| {
        let rest = rest.trim_start_matches(is_quote).trim_start();
        let value = rest.strip_prefix([':', '='])?.trim_start();
        let value = value.trim_start_matches(is_quote);
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '.';
        let end = value.find(|c| !is_name(c)).unwrap_or(value.len());
        value[..end].parse().ok()
    });
    values.collect()
}
