//! The layout of the logs, changed as a whole.

use super::{Change, Composer, Edit, Target};
use crate::document::log::LineLayout;
use crate::plan::source::Role;

impl Composer<'_> {
    /// Puts every log into a layout.
    pub fn lay_out(&self, layout: LineLayout) -> Change {
        let logs = self.plan.files().iter();
        let edit = |file: &crate::plan::source::SourceFile| {
            let log = file.log()?;
            let (before, after) = (file.document.to_bytes(), log.laid_out(layout));
            (before != after).then(|| Edit {
                path: file.path.clone(),
                target: Target::File { role: Role::Log },
                before: Some(before),
                after: Some(after),
            })
        };
        let edits: Vec<Edit> = logs.filter_map(edit).collect();
        let names = edits.iter().map(|edit| edit.path.display().to_string());
        let names = names.collect::<Vec<_>>().join(", ");
        let label = format!("{names}: layout {}", layout.name());
        Change { label, edits }
    }
}
