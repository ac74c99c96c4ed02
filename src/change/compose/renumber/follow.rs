//! What follows renumbered steps in one file: the mentions that do, those that stay and why, and
//! what the steps' own lines and sections say that they were.

use std::collections::HashMap;
use std::path::Path;

use super::lines::{by_line, placed};
use super::{Before, Left, MentioningText, Reach, Rewritten, Stays};
use crate::change::compose::{Composer, resolved};
use crate::change::renumber::line::{self, LinePlace};
use crate::change::renumber::{NewIds, Place, page};
use crate::change::value::Refusal;
use crate::change::{Edit, Target};
use crate::document::json::{self, Object};
use crate::document::log::LogDocument;
use crate::document::markdown::MarkdownDocument;
use crate::document::splice::{self, Span, Splice};
use crate::plan::StepRef;
use crate::plan::canon::section::Section;
use crate::plan::field::Field;
use crate::plan::id::{BlockId, StepId};
use crate::plan::mention::Form;
use crate::plan::packet::Packet;
use crate::plan::source::{Role, SourceFile};

/// The work on one set of steps.
pub(super) struct Job<'j, 'a> {
    pub(super) composer: &'j Composer<'a>,
    pub(super) steps: &'j [(usize, StepId)],
    pub(super) before: &'j [Before],
    pub(super) ids: &'j NewIds,
    pub(super) reach: Reach<'j>,
    pub(super) rewritten: Vec<Rewritten>,
    pub(super) left: Vec<Left>,
    pub(super) blocks: Vec<(StepId, BlockId)>,
}

impl Job<'_, '_> {
    /// The edits of a log.
    pub(super) fn in_log(
        &mut self,
        file: &SourceFile,
        log: &LogDocument,
    ) -> Result<Vec<Edit>, Refusal> {
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
                .filter(|_| self.may_concern(source.bytes()))
            else {
                continue;
            };
            let text = String::from_utf8_lossy(&source.bytes()[source.body().range()]).into_owned();
            let Ok(object) = Object::parse(&text) else {
                continue;
            };
            let mut places = line::places(&text, &object);
            let ranges = ranges(places.iter().map(|place| &place.place));
            places.retain(|place| {
                let span = place.place.source.shifted(begin).range();
                let id = place.place.mention.id;
                own.as_ref().is_none_or(|(own, text)| {
                    let text = MentioningText {
                        path: &file.path,
                        text,
                        is_open: true,
                    };
                    own(&text, id, &span)
                })
            });
            let splices = self.follow(&file.path, at + 1, &places, &ranges);
            match moving.get(&at) {
                Some((_, new)) => {
                    let after = self.renamed_line(&text, splices, plan.step(*step), *new)?;
                    lines.push((at, text, after, *new));
                }
                None => {
                    let step = plan.step(*step);
                    values.extend(self.values(step, &text, &object, &splices));
                    values.extend(self.block_of_number(step, &text, &object));
                }
            }
        }
        values.extend(placed(file, log, lines));
        Ok(values)
    }

    /// The splices for the mentions that follow; notes what becomes of each.
    fn follow(
        &mut self,
        path: &Path,
        line: usize,
        places: &[LinePlace],
        ranges: &[Several],
    ) -> Vec<Splice> {
        let mut splices = Vec::new();
        for place in places {
            self.note((path, line), &place.place, ranges, true);
            splices.extend(place.renamed(self.ids));
        }
        splices
    }

    fn note(
        &mut self,
        (path, line): (&Path, usize),
        place: &Place,
        ranges: &[Several],
        is_open: bool,
    ) {
        let left = |id: StepId, why: Stays| Left {
            path: path.to_owned(),
            line,
            id,
            why,
        };
        let before = |range: &Several| range.at[1].start < place.source.start;
        let range = ranges.get(ranges.partition_point(before));
        let range = range.filter(|range| range.at.contains(&place.source));
        let is_first = |range: &&Several| range.at[0] == place.source;
        if let Some(range) = range.filter(is_first).filter(|_| is_open) {
            let gone = self.gone_from(range).into_iter();
            self.left.extend(gone.map(|id| left(id, Stays::Range)));
        }
        let id = place.mention.id;
        let Some(new) = self.ids.get(id) else { return };
        let why = match place.mention.form {
            _ if !is_open => Stays::Closed,
            Form::Range if range.is_some_and(|range| self.is_block(range)) => return,
            Form::Range => Stays::Range,
            Form::Year => Stays::Year,
            Form::Single | Form::Anchor => {
                return self.rewritten.push(Rewritten {
                    path: path.to_owned(),
                    line,
                    from: id,
                    to: new.padded_to(id.digits()),
                });
            }
        };
        self.left.push(left(id, why));
    }

    /// Whether bytes may say something of the steps: told without reading them.
    fn may_concern(&self, bytes: &[u8]) -> bool {
        self.ids.may_be_in(bytes) || self.ids.may_be_between(bytes)
    }

    /// The steps between the ends of a range that are no longer in it.
    fn gone_from(&self, range: &Several) -> Vec<StepId> {
        if self.is_block(range) {
            return Vec::new();
        }
        let (first, last) = (range.first.number(), range.last.number());
        let is_gone = |(old, new): &(StepId, StepId)| {
            let was_within = first < old.number() && old.number() < last;
            was_within && old.suffix().is_empty() && !(first..=last).contains(&new.number())
        };
        let gone = self.ids.iter().filter(is_gone);
        let mut gone: Vec<StepId> = gone
            .map(|(old, _)| old.padded_to(range.first.digits()))
            .collect();
        gone.sort_unstable();
        gone
    }

    /// Whether the range is all that a block may have: it names the block, as its row does.
    fn is_block(&self, range: &Several) -> bool {
        let ends = (range.first.number(), range.last.number());
        let mut blocks = self.composer.plan.blocks().iter();
        blocks.any(|block| block.range == ends)
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
        splices.extend(line::set_id(text, &object, new));
        let block = self.block(text, &object, (old, new)).into_iter();
        splices.extend(block.map(|(_, span, raw)| Splice::replace(span, raw)));
        let bytes = splice::apply(text.as_bytes(), &splices).map_err(|_| unreadable())?;
        let text = String::from_utf8(bytes).map_err(|_| unreadable())?;
        line::with_former(&text, old, new).ok_or_else(unreadable)
    }

    /// Block and theme of a line whose step goes from one ID to another, where they are those of the
    /// old one: each field, where its value is, and the new value.
    fn block(
        &self,
        text: &str,
        object: &Object<'_>,
        (old, new): (StepId, StepId),
    ) -> Vec<(Field, Span, String)> {
        let [before, after] = [old, new].map(|id| self.composer.block_named(id));
        if before.0 == after.0 {
            return Vec::new();
        }
        let follow = |field: Field, was: &str, is: String| {
            let span = object.span(field.spec().key)?;
            let is_so = json::words(&text[span.range()]).trim() == was;
            (is_so && !was.is_empty()).then(|| (field, span, json::quote(&is)))
        };
        let (block, theme) = (before.0.to_string(), before.1);
        let block = follow(Field::Block, &block, after.0.to_string());
        let theme = follow(Field::Theme, theme, after.1.to_owned());
        block.into_iter().chain(theme).collect()
    }

    /// The edits that put a step of the branch that was renumbered before into the block of its number.
    fn block_of_number(&mut self, step: StepRef<'_>, text: &str, object: &Object<'_>) -> Vec<Edit> {
        let before = self.before.iter();
        let mut before = before.filter(|it| it.step == step.index() && it.is_new);
        let found = before.find_map(|it| {
            let values = self.block(text, object, (it.old, step.id()));
            let is_block = values.iter().any(|(field, ..)| *field == Field::Block);
            is_block.then_some(values)
        });
        let values = found.unwrap_or_default();
        if !values.is_empty() {
            let block = self.composer.block_named(step.id()).0;
            self.blocks.push((step.id(), block));
        }
        let edit = |(field, span, after): (Field, Span, String)| {
            let raw = &text[span.range()];
            let key = field.spec().key;
            (self.composer).log_edit(step, key, None, Some(raw), &after)
        };
        values.into_iter().map(edit).collect()
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
                    splice.span = splice.span.counted_from(span.start);
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

    /// The edits of a Markdown file.
    pub(super) fn in_page(&mut self, file: &SourceFile) -> Result<Vec<Edit>, Refusal> {
        let Some(document) = file.markdown() else {
            return Ok(Vec::new());
        };
        if !self.may_concern(document.bytes()) {
            return Ok(Vec::new());
        }
        let mut places = page::places(file);
        let ranges = ranges(places.iter());
        places.retain(|place| {
            let is_first = |range: &&Several| range.at[0] == place.source;
            let mut of_range = ranges.iter().filter(is_first);
            self.ids.get(place.mention.id).is_some()
                || of_range.any(|range| !self.gone_from(range).is_empty())
        });
        let is_open = self.is_open(file, document);
        let own = match self.reach {
            Reach::Own(own) => Some(own),
            Reach::OpenAndOwn(own) if !is_open => Some(own),
            Reach::Open | Reach::OpenAndOwn(_) => None,
        };
        let text = MentioningText {
            path: &file.path,
            text: &String::from_utf8_lossy(document.bytes()),
            is_open,
        };
        let mut splices = Vec::new();
        for place in &places {
            let (id, span) = (place.mention.id, place.source.range());
            let is_own = own.map(|own| own(&text, id, &span));
            if matches!(self.reach, Reach::Own(_)) && is_own == Some(false) {
                continue;
            }
            let follows = is_own.unwrap_or(is_open);
            let line = document.line_of(place.source.start);
            self.note((&file.path, line), place, &ranges, follows);
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
            Role::Log | Role::Canon | Role::Roadmap | Role::Decision | Role::Risk => true,
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
            // What is made out of the plan is made again.
            Role::Checkpoint
            | Role::Demo
            | Role::Scorecard
            | Role::Quarter
            | Role::Retrospective
            | Role::Changes => false,
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
            if step.log_line().is_some() {
                continue;
            }
            let is_here = |section: &&Section| plan.files()[section.file].path == file.path;
            let section = match self.reach {
                Reach::Own(_) => {
                    let own = (self.composer).own_sections(self.reach, &|id| id == step.id());
                    own.into_iter().find(is_here)
                }
                _ => step.section().map(|(section, _)| section).filter(is_here),
            };
            let Some(section) = section else { continue };
            resolved(section, file)?;
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

/// Steps that are named by the first and the last of them.
struct Several {
    first: StepId,
    last: StepId,
    /// Where these two are.
    at: [Span; 2],
}

/// The ranges among mentions, in their order in the source: their ends come in pairs.
fn ranges<'p>(places: impl Iterator<Item = &'p Place>) -> Vec<Several> {
    let ends: Vec<&Place> = places
        .filter(|place| place.mention.form == Form::Range)
        .collect();
    let pairs = ends.chunks_exact(2);
    let several = |pair: &[&Place]| Several {
        first: pair[0].mention.id,
        last: pair[1].mention.id,
        at: [pair[0].source, pair[1].source],
    };
    let mut ranges: Vec<Several> = pairs.map(several).collect();
    ranges.sort_unstable_by_key(|range| range.at[0].start);
    ranges
}

fn stem(path: &Path) -> &str {
    path.file_stem()
        .and_then(|stem| stem.to_str())
        .unwrap_or_default()
}
