//! New steps and sub-steps: a line in the spacing of its neighbour, its ID spelled as most lines
//! of the log spell theirs.

use super::{Change, Composer, Edit, Target};
use crate::change::value::{self, Refusal, refuse};
use crate::document::json;
use crate::document::log::{LineLayout, LogDocument};
use crate::plan::canon::block_table::BlockColumn;
use crate::plan::canon::section::HEADING_DASHES;
use crate::plan::field::Field;
use crate::plan::id::{BlockId, StepId, named_id};
use crate::plan::paper::LOG_HEADER;
use crate::plan::source::{Role, SourceFile};
use crate::plan::status::Status;
use crate::plan::uid::Uid;

/// The ID that a typed title names before its words, such as `Step 0002: Kick off`, and those
/// words.
pub(crate) fn named_in_title(typed: &str) -> Option<(StepId, &str)> {
    let (name, title) = typed.split_at(typed.find(HEADING_DASHES)?);
    let has_word = (name.trim_start().get(..4)).is_some_and(|w| w.eq_ignore_ascii_case("step"));
    let title = title.trim_start_matches(HEADING_DASHES).trim();
    let id = named_id(name).filter(|_| has_word && !title.is_empty())?;
    Some((id, title))
}

impl Composer<'_> {
    /// Adds a step called `title` under `id`, as an idea that is known by `uid` from now on.
    ///
    /// # Errors
    /// When the ID is taken, the title is empty, the block is retired, or no place for a log is known.
    pub fn add(&self, id: StepId, title: &str, uid: Uid) -> Result<Change, Refusal> {
        if let Some(other) = self.plan.alike(id).next() {
            let id = self.plan.step(other).id();
            return refuse(format!("there already is a step {id}"));
        }
        if let Some((path, line)) = self.unreadable_with(id) {
            return refuse(format!(
                "{id} is in {}:{line}, a line that cannot be read: fix that line, or use \
                 another ID",
                path.display()
            ));
        }
        let spelling = self.spelling_of(id);
        let id = spelling.spell(id);
        let title = value::accept(self.plan, Field::Title, title)?;
        let neighbour = self.neighbour(id);
        let file = match neighbour {
            Some((file, _)) => Some(&self.plan.files()[file]),
            None => self.only_log(),
        };
        if let Some(array) = file.filter(|file| file.log().is_some_and(LogDocument::is_one_array)) {
            return refuse(format!(
                "{} is one JSON array: write its objects one a line first, as `jq -c '.[]'` does",
                array.path.display()
            ));
        }
        let (separator, colon) = neighbour
            .and_then(|(file, line)| {
                Some(super::spacing(self.plan.files()[file].log()?.line(line)))
            })
            .unwrap_or((", ".to_owned(), ": ".to_owned()));
        let block = self.plan.find_block(BlockId(id.block_number()));
        if let Some(block) = block {
            self.may_take(block, "add the step to another one")?;
        }
        let theme = block.map_or("", |block| self.plan.block_text(block, BlockColumn::Theme));
        let block = block.map_or(BlockId(id.block_number()), |block| {
            self.plan.blocks()[block].id
        });
        let empty_evidence = format!("{{\"metric\"{colon}\"\"{separator}\"target\"{colon}null}}");
        let entries = [
            ("step_id", spelling.raw(id)),
            ("block", json::quote(&block.to_string())),
            ("title", json::quote(&title)),
            ("theme", json::quote(theme)),
            ("owner", json::quote("")),
            ("status", json::quote(Status::Idea.word())),
            ("outcome", json::quote("")),
            ("dependencies", "[]".to_owned()),
            ("artifacts", "[]".to_owned()),
            ("evidence", empty_evidence),
            ("updated_at", json::quote(&value::instant(self.now))),
            ("uid", json::quote(&uid.to_string())),
        ];
        let line = entries
            .iter()
            .map(|(key, raw)| format!("\"{key}\"{colon}{raw}"))
            .collect::<Vec<_>>()
            .join(&separator);
        let label = format!("{id} added: {}", super::shown(&title));
        let line = format!("{{{line}}}");
        let Some(file) = file else {
            let edits = vec![self.new_log(&line)?];
            return Ok(Change { label, edits });
        };
        let layout = file.log().and_then(LogDocument::layout);
        let spaced = layout == Some(LineLayout::Spaced);
        super::reversible(
            file,
            Change {
                label,
                edits: vec![Edit {
                    path: file.path.clone(),
                    target: Target::LogStep {
                        step: id,
                        nth: 0,
                        spaced,
                    },
                    before: None,
                    after: Some(line.into_bytes()),
                }],
            },
        )
    }

    /// The first log of the plan, with this line in it.
    fn new_log(&self, line: &str) -> Result<Edit, Refusal> {
        let Some(path) = self.first_log else {
            return refuse(
                "there is no log to add to; make sure that the one in `[paths]` can be read, or name a \
                 file there",
            );
        };
        Ok(Edit {
            path: path.to_owned(),
            target: Target::File { role: Role::Log },
            before: None,
            after: Some(format!("{LOG_HEADER}{line}\n").into_bytes()),
        })
    }

    /// Adds a sub-step called `title` under the next free ID of each of `parents`, as one change.
    ///
    /// # Errors
    /// As [`Composer::add`], for the first that refuses.
    pub(crate) fn add_under(
        &self,
        parents: &[StepId],
        title: &str,
        uids: &[Uid],
    ) -> Result<Change, Refusal> {
        let mut change = Change::default();
        for (parent, uid) in parents.iter().zip(uids) {
            let no_room = || Refusal(format!("{parent} has no room for another sub-step"));
            let id = self.next_child(*parent).ok_or_else(no_room)?;
            let one = self.add(id, title, *uid)?;
            add_edits(&mut change.edits, one);
        }
        let title = super::shown(title.trim());
        change.label = format!("{} sub-steps added: {title}", parents.len());
        Ok(change)
    }

    /// The log line of the step closest below `id`, else of the first step above it.
    pub(super) fn neighbour(&self, id: StepId) -> Option<(usize, usize)> {
        let logged = |step: crate::plan::StepRef<'_>| step.log_place().map(|p| (p.file, p.line));
        let after = self.plan.steps().position(|step| step.id() > id);
        let after = after.unwrap_or(self.plan.len());
        (0..after)
            .rev()
            .chain(after..self.plan.len())
            .find_map(|index| logged(self.plan.step(index)))
    }

    pub(super) fn only_log(&self) -> Option<&SourceFile> {
        self.plan.files().iter().find(|file| file.role.is_log())
    }
}

/// Adds the edits of another new step. Where both begin the first log, it is one with both lines.
pub(crate) fn add_edits(edits: &mut Vec<Edit>, more: Change) {
    for edit in more.edits {
        let is_same = |known: &&mut Edit| known.path == edit.path && known.target == edit.target;
        let known = edits.iter_mut().find(is_same);
        match (known, &edit.target, &edit.after) {
            (Some(known), Target::File { .. }, Some(after)) => {
                let line = after.get(LOG_HEADER.len()..).unwrap_or_default();
                known.after.get_or_insert_default().extend(line);
            }
            _ => edits.push(edit),
        }
    }
}
