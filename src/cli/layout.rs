//! `stepdeck layout`: whether the log has a blank line between two steps.

use std::cell::RefCell;

use clap::ValueEnum;
use color_eyre::eyre::Result;
use serde::Serialize;

use super::invocation::Invocation;
use super::open_plan::OpenPlan;
use crate::change::Change;
use crate::change::compose::Composer;
use crate::document::log::LineLayout;
use crate::plan::source::SourceFile;

/// Put a blank line between the steps of the log, or take these lines out.
///
/// Spaced logs help where no merge driver runs: edits of neighbouring steps merge there. Whatever
/// stepdeck writes later keeps to the layout that it finds. Without LAYOUT, says which one each log
/// has.
#[derive(clap::Args, Clone, Debug)]
pub struct Layout {
    /// The layout.
    #[arg(value_name = "LAYOUT")]
    layout: Option<Wanted>,
    /// Print what would change as a diff, and write nothing.
    #[arg(long, requires = "layout")]
    dry_run: bool,
    /// Print JSON (assets/schema/layout.schema.json).
    #[arg(long)]
    json: bool,
}

/// A layout to ask for.
#[derive(Clone, Copy, ValueEnum, Debug)]
enum Wanted {
    /// A blank line between two steps.
    Spaced,
    /// One step below the other.
    Plain,
}

impl Layout {
    /// Writes the logs, as one change, or says how they are laid out.
    ///
    /// # Errors
    /// When a merge is unfinished, or the files cannot be read or written.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        let Some(wanted) = self.layout else {
            let opened = invocation.open()?;
            let logs = logs(&opened, None);
            return match self.json {
                true => invocation.print_json(&Document::of(logs, false)),
                false => {
                    let line =
                        |log: &Log| format!("{}: {}\n", log.path, log.before.unwrap_or("none"));
                    let text: String = logs.iter().map(line).collect();
                    invocation.print(&crate::document::visible::visible(&text))
                }
            };
        };
        let layout = match wanted {
            Wanted::Spaced => LineLayout::Spaced,
            Wanted::Plain => LineLayout::Plain,
        };
        let told = RefCell::new(Vec::new());
        let compose = |opened: &OpenPlan, composer: &Composer<'_>| -> Result<Change> {
            opened.has_no_conflict()?;
            told.replace(logs(opened, Some(layout)));
            Ok(composer.lay_out(layout))
        };
        let change = match self.dry_run {
            true => {
                let opened = invocation.open()?;
                let composer = Composer::new(&opened.plan, invocation.outside.now);
                let change = compose(&opened, &composer)?;
                if !self.json {
                    invocation.print_change(opened.plan.files(), &change)?;
                }
                change
            }
            false => invocation.edit(compose)?,
        };
        if self.json {
            return invocation.print_json(&Document::of(told.into_inner(), self.dry_run));
        }
        let label = &change.label;
        match (change.edits.is_empty(), self.dry_run) {
            (true, _) => invocation.say(&format!("the log is {} already", layout.name())),
            (false, false) => invocation.say(label),
            (false, true) => {
                invocation.say(&format!("dry run, nothing was written; otherwise: {label}"))
            }
        }
    }
}

#[derive(Serialize)]
struct Document {
    schema: &'static str,
    dry_run: bool,
    logs: Vec<Log>,
}

impl Document {
    fn of(logs: Vec<Log>, dry_run: bool) -> Self {
        Self {
            schema: "stepdeck/layout@1",
            dry_run,
            logs,
        }
    }
}

/// How a log is laid out.
#[derive(Serialize)]
struct Log {
    path: String,
    /// None where there are no two lines to tell.
    before: Option<&'static str>,
    after: Option<&'static str>,
    /// How many blank lines come, less those that go.
    lines: i64,
}

/// The logs, and what becomes of them in a layout.
fn logs(opened: &OpenPlan, layout: Option<LineLayout>) -> Vec<Log> {
    let log = |file: &SourceFile| {
        let log = file.log()?;
        let before = log.layout();
        let lines = |bytes: &[u8]| {
            let count = bytes.iter().filter(|byte| **byte == b'\n').count();
            i64::try_from(count).unwrap_or(i64::MAX)
        };
        let changed = layout.map(|layout| (before.map(|_| layout), log.laid_out(layout)));
        let was = lines(&file.document.to_bytes());
        Some(Log {
            path: file.path.display().to_string(),
            before: before.map(LineLayout::name),
            after: changed
                .as_ref()
                .map_or(before, |(layout, _)| *layout)
                .map(LineLayout::name),
            lines: changed.map_or(0, |(_, bytes)| lines(&bytes) - was),
        })
    };
    opened.plan.files().iter().filter_map(log).collect()
}
