//! New steps and sub-steps: the next free ID, a line in the spacing of its neighbour.

use super::{Change, Composer, Edit, Target};
use crate::change::value::{self, Refusal, refuse};
use crate::document::json;
use crate::plan::canon::block_table::BlockColumn;
use crate::plan::field::Field;
use crate::plan::id::{BlockId, StepId};
use crate::plan::source::{Role, SourceFile};
use crate::plan::status::Status;

impl Composer<'_> {
    /// The first free number from `id` on: in its block, else in a block behind it.
    pub fn next_free(&self, id: StepId) -> Option<StepId> {
        let own_end = BlockId(id.block_number()).default_range().1;
        let ends = self.plan.blocks().iter().map(|block| block.range.1);
        let last = ends.fold(own_end, u32::max);
        (id.number()..=last)
            .map(StepId::new)
            .find(|candidate| self.plan.find(*candidate).is_none())
    }

    /// The first free sub-step letter below `id`: `.A` to `.Z`, then `.AA` and on.
    pub fn next_child(&self, id: StepId) -> Option<StepId> {
        let letters = ('A'..='Z').map(String::from);
        let pairs = ('A'..='Z').flat_map(|a| ('A'..='Z').map(move |b| format!("{a}{b}")));
        letters
            .chain(pairs)
            .filter_map(|name| id.child(&name))
            .find(|candidate| self.plan.find(*candidate).is_none())
    }

    /// Adds a step called `title` under `id`, as an idea.
    ///
    /// # Errors
    /// When the ID is taken, the title is empty, or there is no log to write to.
    pub fn add(&self, id: StepId, title: &str) -> Result<Change, Refusal> {
        if self.plan.find(id).is_some() {
            return refuse(format!("there is a step {id} already"));
        }
        let title = value::accept(self.plan, Field::Title, title)?;
        let neighbour = self.neighbour(id);
        let file = match neighbour {
            Some((file, _)) => &self.plan.files()[file],
            None => self.only_log()?,
        };
        let (separator, colon) = neighbour
            .and_then(|(file, line)| spacing(&self.plan.files()[file], line))
            .unwrap_or((", ".to_owned(), ": ".to_owned()));
        let block = self.plan.find_block(BlockId(id.block_number()));
        let theme = block.map_or("", |block| self.plan.block_text(block, BlockColumn::Theme));
        let block = block.map_or(BlockId(id.block_number()), |block| {
            self.plan.blocks()[block].id
        });
        let empty_evidence = format!("{{\"metric\"{colon}\"\"{separator}\"target\"{colon}null}}");
        let entries = [
            ("step_id", json::quote(&id.to_string())),
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
        ];
        let line = entries
            .iter()
            .map(|(key, raw)| format!("\"{key}\"{colon}{raw}"))
            .collect::<Vec<_>>()
            .join(&separator);
        super::reversible(
            file,
            Change {
                label: format!("{id} added: {}", super::shown(&title)),
                edits: vec![Edit {
                    path: file.path.clone(),
                    target: Target::LogStep { step: id, nth: 0 },
                    before: None,
                    after: Some(format!("{{{line}}}").into_bytes()),
                }],
            },
        )
    }

    /// The log line of the step closest below `id`, else of the first step above it.
    fn neighbour(&self, id: StepId) -> Option<(usize, usize)> {
        let logged = |step: crate::plan::StepRef<'_>| step.log_place().map(|p| (p.file, p.line));
        let after = self.plan.steps().position(|step| step.id() > id);
        let after = after.unwrap_or(self.plan.len());
        (0..after)
            .rev()
            .chain(after..self.plan.len())
            .find_map(|index| logged(self.plan.step(index)))
    }

    fn only_log(&self) -> Result<&SourceFile, Refusal> {
        let log = self.plan.files().iter().find(|file| file.role == Role::Log);
        log.ok_or_else(|| {
            Refusal(
                "there is no log to add to; `stepdeck init` in an empty folder starts a plan"
                    .to_owned(),
            )
        })
    }
}

/// What stands between two entries of a line, and between a key and its value.
fn spacing(file: &SourceFile, line: usize) -> Option<(String, String)> {
    let text = file.log()?.line(line).text();
    let object = json::Object::parse(&text).ok()?;
    let (separator, colon) = object.spacing();
    Some((separator.to_owned(), colon.to_owned()))
}
