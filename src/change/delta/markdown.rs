//! Two versions of a Markdown file: what the canon names (ticks, cells of the block table, values of
//! step sections) is found in each other by name, the rest line by line under its heading.

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;

use super::{FileDelta, How, Owner, Part, Subject};
use crate::change::compose::shown;
use crate::change::three_way::align::align;
use crate::change::{said_by_mark, tail};
use crate::document::json;
use crate::document::markdown::MarkdownDocument;
use crate::document::splice::Span;
use crate::plan::canon::block_table::{self, BlockColumn};
use crate::plan::canon::{checklist, section};
use crate::plan::field::{Field, Kind, fields};
use crate::plan::id::{BlockId, StepId};

/// Something that has a name and a place within lines.
struct Named {
    subject: Subject,
    span: Range<usize>,
    /// The value of a field, as the log would have it: without the escapes and links of Markdown.
    raw: Option<String>,
}

/// Some lines that belong together: one, or those that a named value goes over.
struct Unit {
    span: Range<usize>,
    named: Range<usize>,
    token: usize,
}

/// One version.
struct Version {
    document: MarkdownDocument,
    named: Vec<Named>,
    units: Vec<Unit>,
    sections: HashMap<usize, StepId>,
    rows: HashMap<usize, BlockId>,
}

pub(super) fn compare(delta: &mut FileDelta) {
    let mut tokens = HashMap::new();
    let [old, new] = delta
        .texts
        .clone()
        .map(|text| Version::read(text, &delta.path, &mut tokens));
    let kinds = [&old, &new].map(|version| {
        let tokens = version.units.iter().map(|unit| unit.token);
        tokens.collect::<Vec<_>>()
    });
    let matched = align(&kinds[0], &kinds[1], tokens.len());
    let mut writer = Writer {
        delta,
        old: &old,
        new: &new,
        texts: HashMap::new(),
    };
    let (mut at, mut gone) = (0, 0);
    for (here, place) in matched.iter().enumerate() {
        let Some(place) = *place else { continue };
        writer.gap(gone..here, at..place);
        writer.pair(&old.units[here], &new.units[place]);
        (gone, at) = (here + 1, place + 1);
    }
    writer.gap(gone..old.units.len(), at..new.units.len());
    writer.count();
}

impl Version {
    fn read(text: Vec<u8>, path: &Path, tokens: &mut HashMap<Vec<u8>, usize>) -> Self {
        let document = MarkdownDocument::load(text);
        let named = named(&document, path);
        let bytes = document.bytes();
        let (mut units, mut at, mut next) = (Vec::new(), 0, 0);
        while at < bytes.len() {
            let line_end = |from: usize| {
                let end = memchr::memchr(b'\n', &bytes[from..]);
                end.map_or(bytes.len(), |end| from + end + 1)
            };
            let mut end = line_end(at);
            let (first, mut token, mut copied) = (next, Vec::new(), at);
            while let Some(thing) = named.get(next).filter(|thing| thing.span.start < end) {
                if thing.span.end > end {
                    end = line_end(thing.span.end - 1);
                }
                token.extend_from_slice(&bytes[copied..thing.span.start]);
                // No text has these bytes, and every name is another.
                token.extend_from_slice(format!("\0{:?}\0", thing.subject).as_bytes());
                copied = thing.span.end;
                next += 1;
            }
            token.extend_from_slice(&bytes[copied..end]);
            let count = tokens.len();
            units.push(Unit {
                span: at..end,
                named: first..next,
                token: *tokens.entry(token).or_insert(count),
            });
            at = end;
        }
        let sections = section::sections(&document, 0).into_iter();
        let sections = sections
            .map(|section| (section.heading, section.id))
            .collect();
        let rows = block_table::rows(&document, 0).into_iter().map(|row| {
            let span = document.tables()[row.table].rows[row.row].span;
            (document.line_of(span.start), row.id)
        });
        Self {
            rows: rows.collect(),
            sections,
            document,
            named,
            units,
        }
    }

    /// The cells of the row that begins in a line, each with the words above its column.
    fn cells(&self, unit: usize) -> Vec<(String, String)> {
        let line = self.units[unit].span.clone();
        let found = self.document.tables().iter().find_map(|table| {
            let mut rows = table.rows.iter();
            let row = rows.find(|row| line.contains(&row.span.start))?;
            Some((table, row))
        });
        let Some((table, row)) = found else {
            return Vec::new();
        };
        let names = table.header.cells.iter().map(|cell| cell.text.trim());
        let texts = row.cells.iter().map(|cell| cell.text.clone());
        names.map(str::to_owned).zip(texts).collect()
    }

    /// The heading that a place is under.
    fn heading(&self, at: usize) -> Option<usize> {
        let starts = self.document.headings();
        let below = starts.partition_point(|heading| heading.span.start <= at);
        below.checked_sub(1)
    }

    /// What lines at a place are about, where they are all on one side.
    fn subject(&self, at: usize) -> Subject {
        if let Some(block) = self.rows.get(&self.document.line_of(at)) {
            return Subject::Row(*block);
        }
        let heading = self.heading(at);
        let words = heading.map(|heading| self.document.headings()[heading].text.clone());
        match heading.and_then(|heading| self.sections.get(&heading)) {
            Some(step) if self.is_heading(at) => Subject::Step(*step, 0),
            _ => Subject::Text(words),
        }
    }

    /// Whether a heading begins in the line that begins here.
    fn is_heading(&self, at: usize) -> bool {
        let line = self.document.line_of(at);
        let heading = self.heading(at);
        // Blanks may be before it.
        let next = heading.map_or(0, |heading| heading + 1);
        let begins = |heading: usize| {
            let heading = self.document.headings().get(heading);
            heading.is_some_and(|heading| self.document.line_of(heading.span.start) == line)
        };
        heading.is_some_and(begins) || begins(next)
    }
}

/// What the canon names in a document, in file order, nothing within another.
fn named(document: &MarkdownDocument, path: &Path) -> Vec<Named> {
    let mut all = Vec::new();
    let mut add = |subject, span: Span, raw| {
        all.push(Named {
            subject,
            span: span.range(),
            raw,
        })
    };
    for row in block_table::rows(document, 0) {
        let cells = &document.tables()[row.table].rows[row.row].cells;
        for column in BlockColumn::ALL {
            let cell = row.column(column).and_then(|at| cells.get(at));
            if let Some(cell) = cell {
                add(Subject::Cell(row.id, column), cell.outer, None);
            }
        }
    }
    for check in checklist::lists(document, 0)
        .iter()
        .flat_map(|list| &list.checks)
    {
        let item = &document.items()[check.item];
        let start = match item.check.brackets() {
            Some(brackets) => brackets.start.min(item.content.start),
            None => item.content.start,
        };
        if item.marker.end <= start && !item.content.is_empty() && !item.marker.is_empty() {
            let span = Span::new(item.marker.end, item.content.start);
            add(
                Subject::Check(check.heading.clone(), check.text.clone()),
                span,
                None,
            );
        }
    }
    for section in section::sections(document, 0) {
        let field = |field: Field| Subject::Field(section.id, 0, field.spec().name.to_owned());
        let raw = |field: Field| {
            if field.spec().kind != Kind::List {
                return Some(json::quote(section.text(document, field)?.trim()));
            }
            let entries = section.list(document, path, field)?;
            let entries = entries.iter().map(|(entry, _)| json::quote(&entry.text));
            Some(format!("[{}]", entries.collect::<Vec<_>>().join(",")))
        };
        if !section.title_span.is_empty() {
            let title = Field::Title;
            add(field(title), section.title_span, raw(title));
        }
        for spec in fields() {
            let tail = section
                .bullet(spec.field)
                .and_then(|item| tail(document, item, spec.field));
            if let Some(span) = tail.filter(|span| !span.is_empty()) {
                add(field(spec.field), span, raw(spec.field));
            }
        }
    }
    all.sort_by_key(|thing| (thing.span.start, thing.span.end));
    let mut kept: Vec<Named> = Vec::new();
    let mut seen: HashMap<Subject, usize> = HashMap::new();
    for thing in &all {
        *seen.entry(thing.subject.clone()).or_default() += 1;
    }
    for thing in all {
        // A name that stands for two things is none.
        let is_apart = kept
            .last()
            .is_none_or(|last| last.span.end <= thing.span.start);
        if is_apart && seen[&thing.subject] == 1 {
            kept.push(thing);
        }
    }
    kept
}

struct Writer<'d> {
    delta: &'d mut FileDelta,
    old: &'d Version,
    new: &'d Version,
    /// The part of each text under a heading, with the lines that went and came.
    texts: HashMap<Subject, (usize, usize, usize)>,
}

impl Writer<'_> {
    /// Lines that are the same but for what has a name in them.
    fn pair(&mut self, old: &Unit, new: &Unit) {
        let pairs = self.old.named[old.named.clone()]
            .iter()
            .zip(&self.new.named[new.named.clone()]);
        for (before, after) in pairs {
            let bytes = [(self.old, before), (self.new, after)]
                .map(|(version, thing)| &version.document.bytes()[thing.span.clone()]);
            if bytes[0] == bytes[1] {
                continue;
            }
            let words = bytes.map(|bytes| words(&after.subject, &String::from_utf8_lossy(bytes)));
            let [before_words, after_words] = words;
            let values = [&before.raw, &after.raw].map(Option::as_deref);
            let is_same = match values {
                [Some(before), Some(after)] => before == after,
                _ => before_words == after_words,
            };
            let subject = after.subject.clone();
            let part = match (is_same, &subject, values) {
                (true, ..) => {
                    let words = "rewritten with the same value".to_owned();
                    Part::saying(subject, How::Rewritten, words)
                }
                (false, Subject::Field(.., name), [Some(before), Some(after)]) => Part {
                    subject: subject.clone(),
                    ..super::log::worded(name, Some(before), Some(after))
                },
                _ => Part::new(subject, How::Changed, before_words, after_words),
            };
            let part = self.delta.part(part);
            self.delta
                .piece(before.span.clone(), after.span.clone(), Owner::Part(part));
        }
    }

    /// Lines between those that are in both versions.
    fn gap(&mut self, gone: Range<usize>, came: Range<usize>) {
        let start = |version: &Version, at: usize| {
            let unit = version.units.get(at);
            unit.map_or(version.document.bytes().len(), |unit| unit.span.start)
        };
        let from = start(self.old, gone.start)..start(self.old, gone.end);
        let to = start(self.new, came.start)..start(self.new, came.end);
        if from.is_empty() && to.is_empty() {
            return;
        }
        if !gone.is_empty() && gone.len() == came.len() && self.rows(&gone, &came) {
            return;
        }
        match (gone.is_empty(), came.is_empty()) {
            (true, _) => {
                for run in runs(self.new, came) {
                    let (subject, lines) = (self.new.subject(run.span.start), run.lines);
                    self.text(subject, (0, lines), from.clone(), run.span);
                }
            }
            (_, true) => {
                for run in runs(self.old, gone) {
                    let (subject, lines) = (self.old.subject(run.span.start), run.lines);
                    self.text(subject, (lines, 0), run.span, to.clone());
                }
            }
            _ => {
                let heading = match self.new.subject(to.start) {
                    Subject::Text(heading) => heading,
                    _ => {
                        let heading = self.new.heading(to.start);
                        heading.map(|at| self.new.document.headings()[at].text.clone())
                    }
                };
                let lines = (gone.len(), came.len());
                self.text(Subject::Text(heading), lines, from, to);
            }
        }
    }

    /// The same rows of the block table in both versions, told one by one. Answers whether that is
    /// what these lines are.
    fn rows(&mut self, gone: &Range<usize>, came: &Range<usize>) -> bool {
        let row = |version: &Version, at: usize| {
            let start = version.units[at].span.start;
            version.rows.get(&version.document.line_of(start)).copied()
        };
        let blocks: Option<Vec<BlockId>> = (gone.clone().zip(came.clone()))
            .map(|(old, new)| row(self.old, old).filter(|block| row(self.new, new) == Some(*block)))
            .collect();
        let Some(blocks) = blocks else { return false };
        for ((old, new), block) in gone.clone().zip(came.clone()).zip(blocks) {
            let words = self.row_words(old, new);
            let part = self
                .delta
                .part(Part::saying(Subject::Row(block), How::Changed, words));
            let (old, new) = (
                self.old.units[old].span.clone(),
                self.new.units[new].span.clone(),
            );
            self.delta.piece(old, new, Owner::Part(part));
        }
        true
    }

    /// What differs between two versions of a row: each cell under another value, else the blanks.
    fn row_words(&self, old: usize, new: usize) -> String {
        let (old, new) = (self.old.cells(old), self.new.cells(new));
        let cell = |cells: &[(String, String)], at: usize| {
            shown(cells.get(at).map_or("", |(_, text)| text))
        };
        let columns = 0..old.len().max(new.len());
        let differs = columns.filter_map(|at| {
            let (before, after) = (cell(&old, at), cell(&new, at));
            let (name, _) = new.get(at).or(old.get(at))?;
            (before != after).then(|| format!("{name}: {before} → {after}"))
        });
        match differs.collect::<Vec<_>>() {
            differs if differs.is_empty() => "only blanks differ".to_owned(),
            differs => differs.join("; "),
        }
    }

    /// A piece of text. What is under one heading is one part.
    fn text(
        &mut self,
        subject: Subject,
        (gone, came): (usize, usize),
        old: Range<usize>,
        new: Range<usize>,
    ) {
        let part = match self.texts.get_mut(&subject) {
            Some((part, lines_gone, lines_came)) => {
                *lines_gone += gone;
                *lines_came += came;
                *part
            }
            None => {
                let part = Part::saying(subject.clone(), How::Changed, String::new());
                let part = self.delta.part(part);
                self.texts.insert(subject, (part, gone, came));
                part
            }
        };
        self.delta.piece(old, new, Owner::Part(part));
    }

    /// Says how many lines each text lost and got.
    fn count(&mut self) {
        for (subject, (part, gone, came)) in &self.texts {
            let is_thing = matches!(subject, Subject::Step(..) | Subject::Row(_));
            let counts = [(came, '+'), (gone, '−')];
            let counts = counts.iter().filter(|(count, _)| **count > 0);
            let counts: Vec<String> = counts
                .map(|(count, sign)| format!("{sign}{count}"))
                .collect();
            let noun = if gone + came == 1 { "line" } else { "lines" };
            let lines = format!("{} {noun}", counts.join(" "));
            let part = &mut self.delta.parts[*part];
            (part.how, part.words) = match (is_thing, gone, came) {
                (true, 0, _) => (How::Added, Some("added".to_owned())),
                (true, _, 0) => (How::Removed, Some("removed".to_owned())),
                (_, 0, _) => (How::Added, Some(lines)),
                (_, _, 0) => (How::Removed, Some(lines)),
                _ => (How::Changed, Some(lines)),
            };
        }
    }
}

/// Lines of one version that are about one thing.
struct Run {
    span: Range<usize>,
    lines: usize,
}

/// Parts lines at headings and at rows of the block table.
fn runs(version: &Version, units: Range<usize>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for unit in &version.units[units] {
        let start = unit.span.start;
        let is_row = version.rows.contains_key(&version.document.line_of(start));
        let text = &version.document.bytes()[unit.span.clone()];
        let lines = text.split_inclusive(|byte| *byte == b'\n').count();
        match runs.last_mut() {
            Some(run) if !is_row && !version.is_heading(start) => {
                run.span.end = unit.span.end;
                run.lines += lines;
            }
            _ => runs.push(Run {
                span: unit.span.clone(),
                lines,
            }),
        }
    }
    runs
}

/// What a named value says, in words.
fn words(subject: &Subject, source: &str) -> String {
    let text = source.trim();
    let of_check = matches!(subject, Subject::Check(..));
    match (of_check.then(|| said_by_mark(text)).flatten(), text) {
        (Some(said), _) => said.to_owned(),
        (_, "") => "(nothing)".to_owned(),
        _ => text
            .split('\n')
            .map(str::trim)
            .collect::<Vec<_>>()
            .join(" "),
    }
}
