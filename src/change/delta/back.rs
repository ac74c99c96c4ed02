//! Reverting parts: edits that name the thing and put the older bytes there, so that they can be
//! undone, and merged with what somebody else writes meanwhile.

use std::collections::BTreeSet;
use std::ops::Range;

use super::{FileDelta, How, Owner, Part, Piece, Subject};
use crate::change::{Change, Edit, Key, Target, apply, tail};
use crate::document::json::Object;
use crate::document::markdown::MarkdownDocument;
use crate::plan::canon::{block_table, checklist, section};
use crate::plan::field::{Field, fields};
use crate::plan::id::StepId;
use crate::plan::source::SourceFile;

/// The change that gives these parts, each a file and a place in it, what they were in the older
/// version. Where every part of a file goes, the file is the older version again, byte for byte.
pub fn reverted(deltas: &[FileDelta], parts: &[(usize, usize)]) -> Change {
    let mut edits = Vec::new();
    for (at, delta) in deltas.iter().enumerate() {
        let own: BTreeSet<usize> = parts
            .iter()
            .filter(|(file, _)| *file == at)
            .map(|(_, part)| *part)
            .collect();
        if !own.is_empty() {
            edits.extend(delta.back(&own));
        }
    }
    let label = match parts {
        [(file, part)] => deltas[*file].parts[*part].back_label(),
        parts => {
            let mut subjects: Vec<&Subject> = Vec::new();
            for (file, part) in parts {
                let subject = &deltas[*file].parts[*part].subject;
                if !subjects.contains(&subject) {
                    subjects.push(subject);
                }
            }
            match (&subjects[..], parts.first()) {
                ([_], Some((file, part))) => deltas[*file].parts[*part].back_label(),
                _ => format!("{} changes reverted", subjects.len()),
            }
        }
    };
    Change { label, edits }
}

impl Part {
    fn back_label(&self) -> String {
        let subject = &self.subject;
        match (&self.words, self.how) {
            (None, _) => format!("{subject}: {} → {}", self.after, self.before),
            (Some(_), how) => format!(
                "{subject}: {} reverted",
                match how {
                    How::Added => "addition",
                    How::Removed => "removal",
                    How::Changed => "change",
                    How::Rewritten => "rewriting",
                }
            ),
        }
    }
}

impl FileDelta {
    fn back(&self, parts: &BTreeSet<usize>) -> Vec<Edit> {
        let is_new = |part: usize| !parts.contains(&part);
        let wanted = self.mixed(&is_new);
        if let (Some(new), Some(wanted), false) = (&self.new, &wanted, self.is_whole()) {
            let edits = match self.role.is_log() {
                true => self.back_in_log(parts),
                false => self.back_in_markdown(parts),
            };
            let mut files = vec![SourceFile::load(&self.path, self.role, new.clone())];
            if let Some(edits) = edits {
                let change = Change {
                    label: String::new(),
                    edits,
                };
                let is_made = apply::change(&change, &mut files).is_ok();
                let is_it = is_made && files[0].document.to_bytes() == *wanted;
                let is_undone = is_it && apply::change(&change.inverse(), &mut files).is_ok();
                if is_undone && files[0].document.to_bytes() == *new {
                    return change.edits;
                }
            }
        }
        vec![Edit {
            path: self.path.clone(),
            target: Target::File { role: self.role },
            before: self.new.clone(),
            after: wanted,
        }]
    }

    fn edit(&self, target: Target, before: Option<&[u8]>, after: Option<&[u8]>) -> Edit {
        Edit {
            path: self.path.clone(),
            target,
            before: before.map(<[u8]>::to_vec),
            after: after.map(<[u8]>::to_vec),
        }
    }

    /// The pieces that one part owns.
    fn pieces_of(&self, part: usize) -> impl Iterator<Item = &Piece> {
        self.pieces
            .iter()
            .filter(move |piece| piece.owner == Owner::Part(part))
    }

    /// Edits of values and lines; nothing where a part has no name in a log.
    fn back_in_log(&self, parts: &BTreeSet<usize>) -> Option<Vec<Edit>> {
        let [old, new] = &self.texts;
        let (mut edits, mut left) = (Vec::new(), parts.clone());
        for pair in &self.lines {
            let own: Vec<usize> = pair
                .parts
                .clone()
                .filter(|part| left.remove(part))
                .collect();
            if own.is_empty() {
                continue;
            }
            let is_new = |part: usize| !parts.contains(&part);
            let holds = |piece: &Piece| match &piece.owner {
                Owner::Part(part) => pair.parts.contains(part),
                Owner::Any(parts) => *parts == pair.parts,
            };
            let before = &new[pair.new.clone()];
            let after = self.mixed_within(pair.new.clone(), &holds, &is_new);
            match values(pair.step, pair.nth, before, &after) {
                Some(values) => {
                    let values = values.into_iter();
                    edits.extend(values.map(|(target, before, after)| {
                        self.edit(target, Some(before.as_bytes()), Some(after.as_bytes()))
                    }));
                }
                None => {
                    let (step, nth) = (pair.step, pair.nth);
                    let target = Target::LogStep {
                        step,
                        nth,
                        spaced: false,
                    };
                    edits.push(self.edit(target, Some(before), Some(&after)));
                }
            }
        }
        let mut inserted: Vec<(usize, StepLine)> = Vec::new();
        let mut taken: Vec<(usize, StepLine)> = Vec::new();
        let line_of = |at: usize| new[..at].iter().filter(|byte| **byte == b'\n').count();
        for part in left {
            let Part {
                subject: Subject::Step(..),
                how,
                ..
            } = &self.parts[part]
            else {
                return None;
            };
            let mut pieces = self.pieces_of(part);
            let (Some(piece), None) = (pieces.next(), pieces.next()) else {
                return None;
            };
            match how {
                How::Added => {
                    let line = StepLine::read(&new[piece.new.clone()])?;
                    taken.push((line_of(piece.new.start) + line.above, line));
                }
                How::Removed => {
                    let line = StepLine::read(&old[piece.old.clone()])?;
                    inserted.push((piece.new.start, line));
                }
                _ => return None,
            }
        }
        // From the last one up, so that those before stay where they are.
        taken.sort_by_key(|(line, _)| std::cmp::Reverse(*line));
        inserted.sort_by_key(|(at, _)| *at);
        for (line, text) in &taken {
            let (line, spaced) = (*line, text.height == 2);
            let target = Target::LogText { line, spaced };
            edits.push(self.edit(target, Some(&text.content), None));
        }
        let mut more = 0;
        for (at, text) in inserted {
            let before = taken.iter().filter(|(line, _)| *line < line_of(at));
            let gone: usize = before.map(|(_, text)| text.height).sum();
            let line = line_of(at) - gone + more;
            more += text.height;
            let spaced = text.height == 2;
            let target = Target::LogText { line, spaced };
            edits.push(self.edit(target, None, Some(&text.content)));
        }
        Some(edits)
    }

    /// Edits of what the canon names, and of sections as a whole; nothing where that is not enough.
    fn back_in_markdown(&self, parts: &BTreeSet<usize>) -> Option<Vec<Edit>> {
        let [old, new] = self.texts.clone().map(MarkdownDocument::load);
        let mut edits = Vec::new();
        let mut texts: Vec<usize> = Vec::new();
        for part in parts {
            match named(&self.parts[*part].subject, &old, &new) {
                Some((target, before, after)) if before != after => {
                    edits.push(self.edit(target, before.as_deref(), after.as_deref()));
                }
                _ => texts.push(*part),
            }
        }
        if texts.is_empty() {
            return Some(edits);
        }
        // The section of each, with everything that goes back in it.
        let mut sections: BTreeSet<usize> = BTreeSet::new();
        for piece in texts.iter().flat_map(|part| self.pieces_of(*part)) {
            let headings = new.headings();
            let at = (0..headings.len())
                .rev()
                .find(|at| new.own_section(*at).start < piece.new.start)?;
            let own = new.own_section(at).range();
            let gone = &old.bytes()[piece.old.clone()];
            let has_heading = !MarkdownDocument::load(gone.to_vec()).headings().is_empty();
            if has_heading || piece.new.end > own.end || !sections_hold(&own, piece) {
                return None;
            }
            sections.insert(at);
        }
        if !edits.is_empty() {
            return None;
        }
        for at in sections {
            let own = new.own_section(at).range();
            let holds = |piece: &Piece| own.start < piece.new.start && piece.new.end <= own.end;
            let after = self.mixed_within(own.clone(), &holds, &|part| !parts.contains(&part));
            let target = Target::section(&new, at);
            edits.push(self.edit(target, Some(&new.bytes()[own.clone()]), Some(&after)));
        }
        Some(edits)
    }
}

fn sections_hold(own: &Range<usize>, piece: &Piece) -> bool {
    own.start < piece.new.start && piece.new.end <= own.end
}

/// A step's line that comes or goes, perhaps with the blank line of a spaced log.
struct StepLine {
    /// Without its line end.
    content: Vec<u8>,
    /// How many lines it is, with the blank one.
    height: usize,
    /// How many of them are above the step's.
    above: usize,
}

impl StepLine {
    /// Reads whole lines; nothing where they are more than a step and a blank one.
    fn read(text: &[u8]) -> Option<Self> {
        let lines: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
        let is_blank = |line: &&[u8]| line.trim_ascii().is_empty();
        let above = lines.iter().position(|line| !is_blank(line))?;
        if lines.len() > 2 || lines.iter().skip(above + 1).any(|line| !is_blank(line)) {
            return None;
        }
        let line = lines[above];
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        Some(Self {
            content: line.to_vec(),
            height: lines.len(),
            above,
        })
    }
}

type ValueEdit<'a> = (Target, &'a str, &'a str);

/// The values in which two spellings of a line differ, where nothing else does and all are known.
fn values<'a>(
    step: StepId,
    nth: u32,
    before: &'a [u8],
    after: &'a [u8],
) -> Option<Vec<ValueEdit<'a>>> {
    let [before, after] = [before, after].map(|text| std::str::from_utf8(text).ok());
    let [before, after] = [Object::parse(before?).ok()?, Object::parse(after?).ok()?];
    let mut found = Vec::new();
    for (key, raw) in before.entries() {
        let other = after.get(key)?;
        if raw == other {
            continue;
        }
        let known: Key = fields().iter().find(|spec| spec.key == key)?.key;
        let target = Target::LogValue {
            step,
            nth,
            key: known,
            inner: None,
        };
        found.push((target, raw, other));
    }
    (before.entries().count() == after.entries().count()).then_some(found)
}

type NamedEdit = (Target, Option<Vec<u8>>, Option<Vec<u8>>);

/// What a name stands for in both versions, the newer first, as an edit has it.
fn named(subject: &Subject, old: &MarkdownDocument, new: &MarkdownDocument) -> Option<NamedEdit> {
    let source = |document: &MarkdownDocument, span: crate::document::splice::Span| {
        document.bytes()[span.range()].to_vec()
    };
    let versions = [new, old];
    let (target, [before, after]) = match subject {
        Subject::Field(step, _, name) => {
            let field = Field::named(name)?;
            let place = |document: &MarkdownDocument| {
                let sections = section::sections(document, 0);
                let own = sections.iter().find(|section| section.id == *step)?;
                match field {
                    Field::Title => Some(source(document, own.title_span)),
                    field => Some(source(document, tail(document, own.bullet(field)?, field)?)),
                }
            };
            let target = match field {
                Field::Title => Target::SectionTitle {
                    step: *step,
                    nth: 0,
                },
                field => Target::SectionValue {
                    step: *step,
                    nth: 0,
                    field,
                },
            };
            (target, versions.map(place))
        }
        Subject::Cell(block, column) => {
            let place = |document: &MarkdownDocument| {
                let rows = block_table::rows(document, 0);
                let row = rows.iter().find(|row| row.id == *block)?;
                let cells = &document.tables()[row.table].rows[row.row].cells;
                Some(source(document, cells.get(row.column(*column)?)?.outer))
            };
            let (block, column) = (*block, *column);
            (Target::BlockCell { block, column }, versions.map(place))
        }
        Subject::Check(heading, text) => {
            let place = |document: &MarkdownDocument| {
                let lists = checklist::lists(document, 0);
                let mut checks = lists
                    .iter()
                    .filter(|list| list.heading == *heading)
                    .flat_map(|list| &list.checks);
                let check = checks.find(|check| check.text == *text)?;
                let mark = document.items()[check.item].check.brackets();
                Some(mark.map(|mark| source(document, mark)))
            };
            let [before, after] = versions.map(place);
            let target = Target::CheckMark {
                stage: heading.clone(),
                text: text.clone(),
                nth: 0,
            };
            return Some((target, before?, after?));
        }
        _ => return None,
    };
    Some((target, Some(before?), Some(after?)))
}
