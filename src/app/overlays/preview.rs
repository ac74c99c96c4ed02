//! What a change would put in place of what, for the question before it is made.
//!
//! Made between two keys: no more than so many edits, and so many lines of one, are compared.

use std::path::Path;

use crate::app::core::model::Model;
use crate::change::{Change, Edit, Target};
use crate::document::diff::{Kind, unified};
use crate::plan::source::is_chart;

/// Edits that a question shows at most.
const MOST_EDITS: usize = 200;
/// Lines of both versions of a text between the first and the last difference, above which only
/// their number is told.
const MOST_LINES: usize = 2_000;

impl Model {
    /// What a change would put in place of what: a heading a file or an edit, what goes after `- `,
    /// what comes after `+ `. Where steps are edited, their stamps go without saying.
    pub(crate) fn preview(&self, change: &Change) -> String {
        let is_stamp = |edit: &&Edit| matches!(edit.target, Target::LogValue { key, .. } if key == "updated_at");
        let all_stamps = change.edits.iter().all(|edit| is_stamp(&edit));
        let told = || (change.edits.iter()).filter(|edit| all_stamps || !is_stamp(edit));
        let mut lines = Vec::new();
        let mut last = None;
        for edit in told().take(MOST_EDITS) {
            let path = edit.path.display();
            let is_file = matches!(edit.target, Target::File { .. });
            let before = edit.before.as_deref();
            let after = edit.after.as_deref().unwrap_or_default();
            match before {
                _ if is_file && is_chart(&edit.path) => lines.push(format!("chart {path}")),
                None if is_file => {
                    lines.push(format!("new file {path}"));
                    // A note is read line by line, as it will stand there.
                    let text = String::from_utf8_lossy(after);
                    lines.extend(text.lines().map(|line| format!("+ {line}")));
                }
                _ if edit.target.is_passage() => {
                    if last != Some(&edit.path) {
                        lines.push(path.to_string());
                    }
                    lines.extend(compared(&edit.path, before.unwrap_or_default(), after));
                }
                _ => {
                    lines.push(format!("{} in {path}", edit.target.words()));
                    let sides = [('-', &edit.before), ('+', &edit.after)].into_iter();
                    let sides = sides.filter_map(|(sign, side)| Some((sign, side.as_ref()?)));
                    lines.extend(sides.map(|(sign, bytes)| {
                        format!("{sign} {}", excerpt(&String::from_utf8_lossy(bytes)))
                    }));
                }
            }
            last = Some(&edit.path);
        }
        let more = told().skip(MOST_EDITS).count();
        if more > 0 {
            lines.push(format!("… and {more} more"));
        }
        lines.join("\n")
    }
}

/// The lines of a text that go and that come.
fn compared(path: &Path, before: &[u8], after: &[u8]) -> Vec<String> {
    let lines = |bytes: &[u8]| bytes.iter().filter(|byte| **byte == b'\n').count();
    let same = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    let (old, new) = (&before[same..], &after[same..]);
    let same_end = (old.iter().rev()).zip(new.iter().rev());
    let same_end = same_end.take_while(|(a, b)| a == b).count();
    let [old, new] = [old, new].map(|rest| lines(&rest[..rest.len() - same_end]) + 1);
    if old + new > MOST_LINES {
        return vec![format!("{old} lines become {new}")];
    }
    let diff = unified(path, before, after).into_iter();
    let diff = diff.filter(|line| matches!(line.kind, Kind::Removed | Kind::Added));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes.trim_ascii_end()).into_owned();
    diff.map(|line| text(&line.bytes)).collect()
}

/// A source text as one line, short enough to be compared with another one.
fn excerpt(text: &str) -> String {
    const LONGEST: usize = 160;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("{}…", &line[..cut]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_differs_in_too_many_lines_is_told_by_their_number() {
        let text = |lines: usize, word: &str| -> Vec<u8> {
            let lines = (0..lines).map(|line| format!("{word} {line}\n"));
            ["first\n".to_owned()]
                .into_iter()
                .chain(lines)
                .collect::<String>()
                .into_bytes()
        };
        let told = compared(Path::new("a.md"), &text(1_200, "old"), &text(1_300, "new"));
        assert_eq!(told, ["1200 lines become 1300"]);
        // However long it is: what differs counts.
        let long = text(5_000, "same");
        let mut other = long.clone();
        other.splice(6..6, *b"more\n");
        assert_eq!(compared(Path::new("a.md"), &long, &other), ["+more"]);
    }
}
