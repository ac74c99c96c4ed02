//! What a change makes of the files of a plan, as a diff: what `--dry-run` prints.

use std::path::Path;

use color_eyre::eyre::{Result, eyre};
use ratatui::text::Line;

use super::Color;
use super::invocation::Invocation;
use super::printer::Printer;
use crate::change::{Change, apply};
use crate::document::diff::{DiffLine, Kind, unified};
use crate::plan::source::SourceFile;

impl Invocation<'_, '_> {
    /// Prints what a change would make of these files.
    ///
    /// # Errors
    /// When it cannot be made, or the output not be written.
    pub(super) fn print_change(&mut self, files: &[SourceFile], change: &Change) -> Result<()> {
        let mut after = files.to_vec();
        apply::change(change, &mut after).map_err(|conflicts| {
            let obstacle = conflicts
                .first()
                .map(|conflict| conflict.obstacle.to_string());
            eyre!("{}: {}", change.label, obstacle.unwrap_or_default())
        })?;
        self.print_difference(files, &after, change)
    }

    /// Prints what a change has made of files, with what they were before.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub(super) fn print_difference(
        &mut self,
        before: &[SourceFile],
        after: &[SourceFile],
        change: &Change,
    ) -> Result<()> {
        let bytes = |files: &[SourceFile], path: &Path| {
            let file = files.iter().find(|file| file.path == path);
            file.map_or(Vec::new(), |file| file.document.to_bytes())
        };
        let paths = change.paths().into_iter();
        let diff = paths.flat_map(|path| unified(path, &bytes(before, path), &bytes(after, path)));
        let paint = self.paint();
        let printed: Vec<u8> =
            match self.outside.terminal.is_none() && self.arguments.color != Color::Always {
                // A pipe is read by programs, which want the very bytes.
                true => diff.flat_map(|line| line.bytes).collect(),
                false => diff
                    .flat_map(|line| painted(&paint, &line).into_bytes())
                    .collect(),
            };
        self.print_bytes(&printed)
    }
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
