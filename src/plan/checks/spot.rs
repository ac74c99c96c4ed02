//! Where in a file something is, found by what it is: a step, a field, an entry.

use super::super::canon::block_table::BlockRow;
use super::super::canon::checklist::Check;
use super::super::field::{Field, Kind};
use super::super::list_entry::items_in_log;
use super::super::packet::Packet;
use super::super::source::Location;
use super::super::{LogPlace, Plan, StepRef};
use crate::document::json;
use crate::document::log::LineRef;
use crate::document::splice::Span;

/// Some bytes of one line, or the line as a whole.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot {
    file: usize,
    /// Counted from 0.
    line: usize,
    /// Counted from the start of the line.
    span: Option<Span>,
    /// Where it was counted on the way.
    column: Option<usize>,
}

impl Spot {
    /// A whole line of a log.
    pub fn line(place: LogPlace) -> Self {
        Self {
            file: place.file,
            line: place.line,
            span: None,
            column: None,
        }
    }

    /// Some bytes of a log line, counted from its start; cut to the line.
    pub fn in_line(place: LogPlace, line: LineRef<'_>, span: Span) -> Self {
        let end = line.body().end;
        let cut = Span::new(span.start.min(end), span.end.min(end));
        Self {
            span: (!cut.is_empty()).then_some(cut),
            ..Self::line(place)
        }
    }

    /// Some bytes of a Markdown file; of several lines the first counts.
    pub fn in_markdown(plan: &Plan, file: usize, span: Span) -> Self {
        let document = plan.files()[file].markdown();
        let number = document.map_or(1, |document| document.line_of(span.start));
        let line = document.and_then(|document| document.line(number));
        let cut = line.map(|line| {
            let within = |at: usize| at.clamp(line.start, line.end) - line.start;
            Span::new(within(span.start), within(span.end))
        });
        Self {
            file,
            line: number - 1,
            span: cut.filter(|cut| !cut.is_empty()),
            column: None,
        }
    }

    /// The line of a gate packet that says what was decided.
    pub(super) fn of_packet(plan: &Plan, packet: &Packet) -> Self {
        let document = plan.files()[packet.file].markdown();
        let line = document.and_then(|document| document.line(packet.line));
        Self::in_markdown(plan, packet.file, line.unwrap_or(Span::empty(0)))
    }

    /// A step, by its ID.
    pub fn step(plan: &Plan, step: StepRef<'_>) -> Self {
        if let (Some(place), Some(line)) = (step.log_place(), step.log_line()) {
            return match line.span("step_id") {
                Some(span) => Self::in_line(place, line, span),
                None => Self::line(place),
            };
        }
        match step.section() {
            Some((section, document)) => {
                let heading = &document.headings()[section.heading];
                Self::in_markdown(plan, section.file, heading.content)
            }
            None => Self::line(LogPlace { file: 0, line: 0 }),
        }
    }

    /// The value of a field: the log's, else the canon's, else the step as a whole.
    pub fn field(plan: &Plan, step: StepRef<'_>, field: Field) -> Self {
        let spec = field.spec();
        if let (Some(place), Some(line)) = (step.log_place(), step.log_line())
            && let (Some(outer), Some(raw)) = (line.span(spec.key), line.get(spec.key))
        {
            let inner = spec.inner.and_then(|inner| {
                let span = json::Object::of_value(raw)?.span(inner)?;
                Some(span.shifted(outer.start))
            });
            return Self::in_line(place, line, inner.unwrap_or(outer));
        }
        Self::section_field(plan, step, field).unwrap_or_else(|| Self::step(plan, step))
    }

    /// One entry of a list field, counted from 0.
    pub fn entry(plan: &Plan, step: StepRef<'_>, field: Field, index: usize) -> Self {
        let spot = Self::entries(plan, step, field, &[index]).pop();
        spot.unwrap_or_else(|| Self::field(plan, step, field))
    }

    /// Some entries of a list field, in ascending order: one pass over the list, however
    /// long it is.
    pub fn entries(plan: &Plan, step: StepRef<'_>, field: Field, indexes: &[usize]) -> Vec<Self> {
        let spec = field.spec();
        debug_assert!(spec.kind == Kind::List && spec.inner.is_none());
        let Some((place, line)) = step.log_place().zip(step.log_line()) else {
            return Self::section_entries(plan, step, field, indexes);
        };
        let (Some(list), Some(raw)) = (line.span(spec.key), line.get(spec.key)) else {
            return Self::section_entries(plan, step, field, indexes);
        };
        let items: Vec<&str> = items_in_log(raw).into_iter().flatten().collect();
        let (mut counted, mut column) = (line.body().start, 1);
        let entry = |index: &usize| {
            let Some(item) = items.get(*index) else {
                return Self::in_line(place, line, list);
            };
            let start = list.start + (item.as_ptr() as usize - raw.as_ptr() as usize);
            column += characters(&line.bytes()[counted..start]);
            counted = start;
            Self {
                column: Some(column),
                ..Self::in_line(place, line, Span::new(start, start + item.len()))
            }
        };
        indexes.iter().map(entry).collect()
    }

    /// The value of a field in the step's canon section.
    pub fn section_field(plan: &Plan, step: StepRef<'_>, field: Field) -> Option<Self> {
        let (section, document) = step.section()?;
        if field == Field::Title {
            return Some(Self::in_markdown(plan, section.file, section.title_span));
        }
        let item = &document.items()[section.bullet(field)?];
        let label = document.label(section.bullet(field)?)?;
        let span = match label.value.is_empty() {
            true => item.content,
            false => label.value,
        };
        Some(Self::in_markdown(plan, section.file, span))
    }

    fn section_entries(
        plan: &Plan,
        step: StepRef<'_>,
        field: Field,
        indexes: &[usize],
    ) -> Vec<Self> {
        let found = step.section().zip(step.canon_list(field));
        let entry = |index: &usize| {
            let ((section, _), entries) = found.as_ref()?;
            let (_, span) = entries.get(*index)?;
            Some(Self::in_markdown(plan, section.file, *span))
        };
        let or_field = |spot: Option<Self>| spot.unwrap_or_else(|| Self::field(plan, step, field));
        indexes.iter().map(entry).map(or_field).collect()
    }

    /// A row of a block table.
    pub fn row(plan: &Plan, row: &BlockRow) -> Self {
        let document = plan.files()[row.file].markdown();
        let span = document.map(|document| document.tables()[row.table].rows[row.row].span);
        Self::in_markdown(plan, row.file, span.unwrap_or_default())
    }

    /// The words of a check.
    pub fn check(plan: &Plan, check: &Check) -> Self {
        let document = plan.files()[check.file].markdown();
        let span = document.map(|document| document.items()[check.item].content);
        Self::in_markdown(plan, check.file, span.unwrap_or_default())
    }

    /// Index of the file.
    pub(super) fn file(self) -> usize {
        self.file
    }

    /// The number of the line, counted from 1.
    pub(super) fn line_number(self) -> usize {
        self.line + 1
    }

    /// The same for people: a path, a line, a column.
    pub fn place(self, plan: &Plan) -> Location {
        Location {
            column: self.column(plan),
            ..Location::line(&plan.files()[self.file].path, self.line_number())
        }
    }

    /// The column, as in a [`Location`].
    pub(super) fn column(self, plan: &Plan) -> usize {
        if let Some(column) = self.column {
            return column;
        }
        let Some(span) = self.span else { return 1 };
        let file = &plan.files()[self.file];
        let before = match (file.log(), file.markdown()) {
            (Some(log), _) => {
                let line = log.line(self.line);
                let start = line.body().start.min(span.start);
                &line.bytes()[start..span.start]
            }
            (_, Some(document)) => {
                let start = document
                    .line(self.line_number())
                    .map_or(0, |line| line.start);
                &document.bytes()[start..start + span.start]
            }
            _ => &[],
        };
        characters(before) + 1
    }

    /// The bytes, counted from the start of the line.
    pub fn span(self) -> Option<Span> {
        self.span
    }
}

fn characters(bytes: &[u8]) -> usize {
    match bytes.is_ascii() {
        true => bytes.len(),
        false => String::from_utf8_lossy(bytes).chars().count(),
    }
}
