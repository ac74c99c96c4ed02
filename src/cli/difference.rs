//! What a change would make of the files of a plan, printed as a diff.

use std::path::Path;

use color_eyre::eyre::Result;
use ratatui::text::Line;

use super::invocation::Invocation;
use crate::change::Change;
use crate::cli::Color;
use crate::cli::printer::Printer;
use crate::document::diff::{DiffLine, Kind, unified};
use crate::plan::Plan;

impl Invocation<'_, '_> {
    /// Prints how the files that `change` touches differ between two states of the plan.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub(super) fn print_difference(
        &mut self,
        before: &Plan,
        after: &Plan,
        change: &Change,
    ) -> Result<()> {
        let diff = difference(before, after, change);
        let paint = self.paint();
        let is_piped = self.outside.terminal.is_none() && self.arguments.color != Color::Always;
        let printed: Vec<u8> = match is_piped {
            // A pipe is read by programs, which want the very bytes.
            true => diff.into_iter().flat_map(|line| line.bytes).collect(),
            false => {
                let lines = diff.iter().map(|line| painted(&paint, line));
                lines.collect::<String>().into_bytes()
            }
        };
        self.print_bytes(&printed)
    }
}

fn difference(before: &Plan, after: &Plan, change: &Change) -> Vec<DiffLine> {
    let bytes = |plan: &Plan, path: &Path| {
        let file = plan.files().iter().find(|file| file.path == path);
        file.map_or(Vec::new(), |file| file.document.to_bytes())
    };
    let paths = change.paths().into_iter();
    let diff = |path| unified(path, &bytes(before, path), &bytes(after, path));
    paths.flat_map(|path| diff(path)).collect()
}

/// A line of a diff for a terminal.
fn painted(paint: &Printer, line: &DiffLine) -> String {
    let theme = &paint.theme;
    let style = match line.kind {
        Kind::Header => theme.title,
        Kind::Hunk => theme.accent,
        Kind::Context => theme.text,
        Kind::Removed => theme.error,
        Kind::Added => theme.ok,
        Kind::NoNewline => theme.dim,
    };
    let text = String::from_utf8_lossy(line.bytes.trim_ascii_end()).into_owned();
    paint.line(&Line::styled(text, style))
}
