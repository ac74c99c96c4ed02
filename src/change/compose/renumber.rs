//! Steps get other IDs, and everything that names them follows: log, canon and open papers in one
//! change. Sub-steps go with their step, and a renumbered step says what it was.
//!
//! The step keeps its `uid` and its stamp: it is the same step, and nobody worked on it. A line
//! that would be out of order goes to its place.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::{Composer, reversible, shown};
use crate::change::renumber::line::{self, LinePlace};
use crate::change::renumber::{NewIds, Place, page};
use crate::change::value::{Refusal, refuse};
use crate::change::{Change, Edit, Target};
use crate::document::json::{self, Object};
use crate::document::log::LogDocument;
use crate::document::markdown::MarkdownDocument;
use crate::document::splice::{self, Span, Splice};
use crate::plan::StepRef;
use crate::plan::canon::block_table::BlockColumn;
use crate::plan::field::Field;
use crate::plan::id::{BlockId, StepId};
use crate::plan::mention::Form;
use crate::plan::packet::Packet;
use crate::plan::source::{Role, SourceFile};
pub(crate) use lines::with_former;
use lines::{by_line, placed};

mod lines;
#[cfg(test)]
mod tests;

/// Whether a branch itself brought in the mention of a step at a place of a file, given by its path
/// and its text.
pub(crate) type Own<'a> = &'a dyn Fn((&Path, &str), StepId, &Range<usize>) -> bool;

/// Which mentions of a renumbered step follow it.
#[derive(Clone, Copy)]
pub(crate) enum Reach<'a> {
    /// Those in log, canon and open papers.
    Open,
    /// These, and those that the branch itself brought into closed papers.
    OpenAndOwn(Own<'a>),
    /// Those alone that the branch itself brought in, wherever they are.
    Own(Own<'a>),
}

/// A change that renumbers steps, and what it does.
#[derive(Clone, Debug)]
pub(crate) struct Renumbered {
    /// The change.
    pub change: Change,
    /// Each step that gets another ID: the old one, the new one, and its title.
    pub steps: Vec<(StepId, StepId, String)>,
    /// The mentions that follow.
    pub rewritten: Vec<Rewritten>,
    /// The mentions that do not.
    pub left: Vec<Left>,
}

/// A mention that follows its step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Rewritten {
    /// The file, relative to the plan's root.
    pub path: PathBuf,
    /// Counted from 1.
    pub line: usize,
    /// As it was spelled.
    pub from: StepId,
    /// As it is spelled now.
    pub to: StepId,
}

/// A mention that stays as it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Left {
    /// The file, relative to the plan's root.
    pub path: PathBuf,
    /// Counted from 1.
    pub line: usize,
    /// The ID.
    pub id: StepId,
    /// Why.
    pub why: Stays,
}

/// Why a mention stays as it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Stays {
    /// It begins or ends a range, which means whatever steps are in it.
    Range,
    /// It is rather a year.
    Year,
    /// The paper is closed: it says what was true then.
    Closed,
}

impl Stays {
    /// What people read.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Range => "part of a range",
            Self::Year => "may be a year",
            Self::Closed => "in a closed paper",
        }
    }
}

impl Composer<'_> {
    /// Renumbers these steps, each given by its index, in log, canon and papers, as one change.
    ///
    /// # Errors
    /// When an ID is taken by a step that keeps it, is given twice, or is that of a sub-step of
    /// something else; when a line cannot be edited, or undo could not restore a file.
    pub(crate) fn renumber(
        &self,
        steps: &[(usize, StepId)],
        reach: Reach<'_>,
    ) -> Result<Renumbered, Refusal> {
        self.renumber_with(steps, &[], reach)
    }

    /// The same, where mentions of steps that were renumbered before follow too: each given by its
    /// index and the ID that it had.
    ///
    /// # Errors
    /// As [`Composer::renumber`].
    pub(crate) fn renumber_with(
        &self,
        steps: &[(usize, StepId)],
        before: &[(usize, StepId)],
        reach: Reach<'_>,
    ) -> Result<Renumbered, Refusal> {
        let steps = self.with_sub_steps(steps, reach)?;
        self.may_get(&steps)?;
        let now = |step: usize| {
            let moved = steps.iter().find(|(at, _)| *at == step);
            moved.map_or(self.plan.step(step).id(), |(_, new)| *new)
        };
        let earlier = before.iter().map(|(step, old)| (*old, now(*step)));
        let ids: NewIds = (steps.iter())
            .map(|(step, new)| (self.plan.step(*step).id(), *new))
            .chain(earlier)
            .collect();
        let mut job = Job {
            composer: self,
            steps: &steps,
            ids: &ids,
            reach,
            rewritten: Vec::new(),
            left: Vec::new(),
        };
        let mut edits = Vec::new();
        for file in self.plan.files() {
            let more = match file.log() {
                Some(log) => job.in_log(file, log)?,
                None => job.in_page(file)?,
            };
            if more.is_empty() {
                continue;
            }
            if let Some(reason) = file.not_utf8() {
                return refuse(reason);
            }
            let change = Change {
                label: String::new(),
                edits: more,
            };
            edits.extend(reversible(file, change)?.edits);
        }
        let (rewritten, left) = (job.rewritten, job.left);
        let told = |(step, new): &(usize, StepId)| {
            let step = self.plan.step(*step);
            (step.id(), *new, step.title().into_owned())
        };
        let steps: Vec<_> = steps.iter().map(told).collect();
        let label = match steps.as_slice() {
            [] => "nothing renumbered".to_owned(),
            [(old, new, title)] => format!("{old} renumbered to {new}: {}", shown(title)),
            [(old, new, _), ..] => {
                format!("{} steps renumbered, {old} to {new} first", steps.len())
            }
        };
        Ok(Renumbered {
            change: Change { label, edits },
            steps,
            rewritten,
            left,
        })
    }

    /// The steps with all that is below them, in the order of their old IDs; new IDs are spelled as
    /// the old ones.
    fn with_sub_steps(
        &self,
        steps: &[(usize, StepId)],
        reach: Reach<'_>,
    ) -> Result<Vec<(usize, StepId)>, Refusal> {
        let mut all: BTreeMap<usize, StepId> = BTreeMap::new();
        for (step, new) in steps {
            let step = self.plan.step(*step);
            let old = step.id();
            let is_one = self.plan.find_nth(old, 1).is_none();
            all.insert(step.index(), new.padded_to(old.digits()));
            for index in self.plan.family(old) {
                let below = self.plan.step(index).id();
                let Some(rest) = below.suffix().strip_prefix(old.suffix()) else {
                    continue;
                };
                if rest.is_empty() || !rest.starts_with('.') || all.contains_key(&index) {
                    continue;
                }
                if !is_one && !self.is_own_line(index, reach) {
                    continue;
                }
                let Ok(id) = format!("{new}{rest}").parse::<StepId>() else {
                    return refuse(format!(
                        "{below} has no ID below {new}: it would be too long"
                    ));
                };
                all.insert(index, id.padded_to(below.digits()));
            }
        }
        let mut all: Vec<(usize, StepId)> = all.into_iter().collect();
        all.retain(|(step, new)| self.plan.step(*step).id() != *new);
        Ok(all)
    }

    /// Whether the branch itself brought in the line of a step.
    fn is_own_line(&self, step: usize, reach: Reach<'_>) -> bool {
        let (Reach::Own(own), Some(place)) = (reach, self.plan.step(step).log_place()) else {
            return false;
        };
        let file = &self.plan.files()[place.file];
        let Some(log) = file.log() else { return false };
        let start: usize = log.lines().take(place.line).map(|l| l.bytes().len()).sum();
        let span = log.line(place.line).span("step_id");
        let span = span.map(|span| span.shifted(start).range());
        let text = log.rope().contiguous().into_owned();
        let text = String::from_utf8_lossy(&text);
        let id = self.plan.step(step).id();
        span.is_some_and(|span| own((&file.path, &text), id, &span))
    }

    fn may_get(&self, steps: &[(usize, StepId)]) -> Result<(), Refusal> {
        let moving: HashSet<usize> = steps.iter().map(|(step, _)| *step).collect();
        let mut given = HashSet::new();
        for (step, new) in steps {
            let old = self.plan.step(*step).id();
            if !given.insert(*new) {
                return refuse(format!("two steps cannot both become {new}"));
            }
            let mut nth = 0;
            while let Some(other) = self.plan.find_nth(*new, nth) {
                if !moving.contains(&other) {
                    let title = self.plan.step(other).title().into_owned();
                    return refuse(format!(
                        "{old} cannot become {new}: that is “{}”",
                        shown(&title)
                    ));
                }
                nth += 1;
            }
            if let Some((path, line)) = self.unreadable_with(*new) {
                return refuse(format!(
                    "{new} is in {}:{line}, a line that cannot be read: fix that line, or use \
                     another ID",
                    path.display()
                ));
            }
        }
        Ok(())
    }

    /// The name of the block that a step with this ID belongs to, and its theme.
    fn block_named(&self, id: StepId) -> (BlockId, &str) {
        let blocks = self.plan.blocks();
        let holds = |at: &usize| {
            let (first, last) = blocks[*at].range;
            (first..=last).contains(&id.number())
        };
        match (0..blocks.len()).find(holds) {
            Some(at) => (blocks[at].id, self.plan.block_text(at, BlockColumn::Theme)),
            None => (BlockId(id.block_number()), ""),
        }
    }
}

/// The work on one set of steps.
struct Job<'j, 'a> {
    composer: &'j Composer<'a>,
    steps: &'j [(usize, StepId)],
    ids: &'j NewIds,
    reach: Reach<'j>,
    rewritten: Vec<Rewritten>,
    left: Vec<Left>,
}

impl Job<'_, '_> {
    fn in_log(&mut self, file: &SourceFile, log: &LogDocument) -> Result<Vec<Edit>, Refusal> {
        let plan = self.composer.plan;
        let here = |step: StepRef<'_>| {
            let place = step.log_place()?;
            (plan.files()[place.file].path == file.path).then_some(place.line)
        };
        let steps = self.steps.iter();
        let moving: HashMap<usize, (usize, StepId)> = steps
            .filter_map(|(step, new)| Some((here(plan.step(*step))?, (*step, *new))))
            .collect();
        let of_line: HashMap<usize, usize> = plan
            .steps()
            .filter_map(|step| Some((here(step)?, step.index())))
            .collect();
        let own = match self.reach {
            Reach::Own(own) => {
                let text = log.rope().contiguous().into_owned();
                Some((own, String::from_utf8_lossy(&text).into_owned()))
            }
            Reach::Open | Reach::OpenAndOwn(_) => None,
        };
        let (mut values, mut lines) = (Vec::new(), Vec::new());
        let mut start = 0;
        for (at, source) in log.lines().enumerate() {
            let begin = start + source.body().start;
            start += source.bytes().len();
            let Some(step) = of_line
                .get(&at)
                .filter(|_| self.ids.may_be_in(source.bytes()))
            else {
                continue;
            };
            let text = String::from_utf8_lossy(&source.bytes()[source.body().range()]).into_owned();
            let Ok(object) = Object::parse(&text) else {
                continue;
            };
            let mut places = line::places(&text, &object);
            places.retain(|place| {
                let span = place.place.source.shifted(begin).range();
                let id = place.place.mention.id;
                (own.as_ref()).is_none_or(|(own, text)| own((&file.path, text), id, &span))
            });
            let splices = self.follow(&file.path, at + 1, &places);
            match moving.get(&at) {
                Some((_, new)) => {
                    let after = self.renamed_line(&text, splices, plan.step(*step), *new)?;
                    lines.push((at, text, after, *new));
                }
                None => values.extend(self.values(plan.step(*step), &text, &object, &splices)),
            }
        }
        values.extend(placed(file, log, lines));
        Ok(values)
    }

    /// The splices for the mentions that follow; notes what becomes of each.
    fn follow(&mut self, path: &Path, line: usize, places: &[LinePlace]) -> Vec<Splice> {
        let mut splices = Vec::new();
        for place in places {
            self.note(path, line, &place.place, true);
            splices.extend(place.renamed(self.ids));
        }
        splices
    }

    fn note(&mut self, path: &Path, line: usize, place: &Place, is_open: bool) {
        let id = place.mention.id;
        let Some(new) = self.ids.get(id) else { return };
        let why = match place.mention.form {
            _ if !is_open => Stays::Closed,
            Form::Range if self.is_block_end(id) => return,
            Form::Range => Stays::Range,
            Form::Year => Stays::Year,
            Form::Single => {
                return self.rewritten.push(Rewritten {
                    path: path.to_owned(),
                    line,
                    from: id,
                    to: new.padded_to(id.digits()),
                });
            }
        };
        self.left.push(Left {
            path: path.to_owned(),
            line,
            id,
            why,
        });
    }

    /// Whether the ID is the first or the last that a block has, which is said in its row.
    fn is_block_end(&self, id: StepId) -> bool {
        let blocks = self.composer.plan.blocks().iter();
        let mut ends = blocks.flat_map(|block| [block.range.0, block.range.1]);
        ends.any(|end| end == id.number())
    }

    /// The line of a renumbered step.
    fn renamed_line(
        &self,
        text: &str,
        mut splices: Vec<Splice>,
        step: StepRef<'_>,
        new: StepId,
    ) -> Result<String, Refusal> {
        let old = step.id();
        let unreadable = || Refusal(format!("the line of {old} is not a JSON object"));
        let object = Object::parse(text).map_err(|_| unreadable())?;
        if let Some(span) = object.span("step_id") {
            let is_text = text[span.range()].starts_with('"') || !new.suffix().is_empty();
            let raw = match is_text {
                true => json::quote(&new.to_string()),
                false => new.number().to_string(),
            };
            splices.push(Splice::replace(span, raw));
        }
        let (before, after) = [old, new].map(|id| self.composer.block_named(id)).into();
        if before.0 != after.0 {
            let follow = |field: Field, was: &str, is: String| {
                let span = object.span(field.spec().key)?;
                let is_so = json::words(&text[span.range()]).trim() == was;
                is_so.then(|| Splice::replace(span, json::quote(&is)))
            };
            let (block, theme) = (before.0.to_string(), before.1);
            splices.extend(follow(Field::Block, &block, after.0.to_string()));
            if !theme.is_empty() {
                splices.extend(follow(Field::Theme, theme, after.1.to_owned()));
            }
        }
        let bytes = splice::apply(text.as_bytes(), &splices).map_err(|_| unreadable())?;
        let text = String::from_utf8(bytes).map_err(|_| unreadable())?;
        with_former(&text, old, new).ok_or_else(unreadable)
    }

    /// The edits of a line that only names renumbered steps, one per value.
    fn values(
        &self,
        step: StepRef<'_>,
        text: &str,
        object: &Object<'_>,
        splices: &[Splice],
    ) -> Vec<Edit> {
        let mut edits = Vec::new();
        for spec in line::naming_fields() {
            let Some(span) = line::value(text, object, spec) else {
                continue;
            };
            let inside =
                |splice: &&Splice| span.start <= splice.span.start && splice.span.end <= span.end;
            let own: Vec<Splice> = (splices.iter().filter(inside).cloned())
                .map(|mut splice| {
                    splice.span =
                        Span::new(splice.span.start - span.start, splice.span.end - span.start);
                    splice
                })
                .collect();
            let raw = &text[span.range()];
            if own.is_empty() {
                continue;
            }
            let after = splice::apply(raw.as_bytes(), &own).unwrap_or_else(|_| raw.into());
            let after = String::from_utf8_lossy(&after).into_owned();
            edits.push(
                self.composer
                    .log_edit(step, spec.key, spec.inner, Some(raw), &after),
            );
        }
        edits
    }

    fn in_page(&mut self, file: &SourceFile) -> Result<Vec<Edit>, Refusal> {
        let Some(document) = file.markdown() else {
            return Ok(Vec::new());
        };
        if !self.ids.may_be_in(document.bytes()) {
            return Ok(Vec::new());
        }
        let mut places = page::places(file);
        places.retain(|place| self.ids.get(place.mention.id).is_some());
        let is_open = self.is_open(file, document);
        let own = match self.reach {
            Reach::Own(own) => Some(own),
            Reach::OpenAndOwn(own) if !is_open => Some(own),
            Reach::Open | Reach::OpenAndOwn(_) => None,
        };
        let text = String::from_utf8_lossy(document.bytes());
        let mut splices = Vec::new();
        for place in &places {
            let (id, span) = (place.mention.id, place.source.range());
            let is_own = own.map(|own| own((&file.path, &text), id, &span));
            if matches!(self.reach, Reach::Own(_)) && is_own == Some(false) {
                continue;
            }
            let follows = is_own.unwrap_or(is_open);
            let line = document.line_of(place.source.start);
            self.note(&file.path, line, place, follows);
            splices.extend(place.renamed(self.ids).filter(|_| follows));
        }
        let (in_notes, new_notes) = self.former_in_notes(file, document)?;
        splices.extend(in_notes);
        let mut edits = by_line(file, document, splices);
        edits.extend(new_notes);
        Ok(edits)
    }

    /// Whether a paper is still worked on. Decided packets and the papers of past periods say what
    /// was true then.
    fn is_open(&self, file: &SourceFile, document: &MarkdownDocument) -> bool {
        let today = self.composer.now.date_naive();
        match file.role {
            Role::Log | Role::Canon | Role::Roadmap | Role::Decision => true,
            Role::GateReview => {
                let packet = Packet::read(document, 0, &file.path);
                packet.is_none_or(|packet| packet.decision.is_none())
            }
            Role::Review => {
                let week = today.format("%G-W%V").to_string();
                stem(&file.path) >= &*week
            }
            Role::Standup => {
                let day = today.format("%Y-%m-%d").to_string();
                let folder = file.path.parent().unwrap_or(Path::new(""));
                let is_past =
                    |name: &str| name.starts_with(|c: char| c.is_ascii_digit()) && *name < *day;
                !is_past(stem(folder)) && !is_past(stem(&file.path))
            }
            Role::Checkpoint => false,
        }
    }

    /// A renumbered step that only the canon has says in its notes what it was: there if it has
    /// some, else in a new bullet.
    fn former_in_notes(
        &self,
        file: &SourceFile,
        document: &MarkdownDocument,
    ) -> Result<(Vec<Splice>, Vec<Edit>), Refusal> {
        let plan = self.composer.plan;
        let (mut splices, mut edits) = (Vec::new(), Vec::new());
        for (step, new) in self.steps {
            let step = plan.step(*step);
            let Some((section, _)) = step.section().filter(|_| step.log_line().is_none()) else {
                continue;
            };
            if plan.files()[section.file].path != file.path {
                continue;
            }
            super::resolved(section, file)?;
            let former = format!(" (was {})", step.id().in_prose());
            let notes = section.bullet(Field::Notes).and_then(|item| {
                let label = document.label(item)?;
                Some(label.value.end.max(label.end))
            });
            match notes {
                Some(end) => splices.push(Splice::insert(end, former)),
                None => edits.push(Edit {
                    path: file.path.clone(),
                    target: Target::SectionValue {
                        step: *new,
                        nth: 0,
                        field: Field::Notes,
                    },
                    before: None,
                    after: Some(former.into_bytes()),
                }),
            }
        }
        Ok((splices, edits))
    }
}

fn stem(path: &Path) -> &str {
    path.file_stem()
        .and_then(|stem| stem.to_str())
        .unwrap_or_default()
}
