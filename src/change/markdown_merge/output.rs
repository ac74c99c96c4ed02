//! The bytes of a merged Markdown file: units, the blank lines between them, markers around what is
//! in dispute. It notes which units it wrote, so that the result can be read again and compared.

use super::unit::{Kind, Unit};
use crate::change::three_way::{Conflict, Dispute, Markers};

/// What is written so far.
pub(super) struct Output<'m> {
    markers: Markers<'m>,
    pub bytes: Vec<u8>,
    pub conflicts: Vec<Conflict>,
    /// The kind and own lines of each unit, in file order.
    pub written: Vec<(Kind, Vec<u8>)>,
    /// How many of the conflicts are about running text alone.
    pub prose: usize,
    /// How many line ends there are up to where.
    lines: (usize, usize),
}

impl<'m> Output<'m> {
    pub(super) fn new(markers: Markers<'m>) -> Self {
        Self {
            markers,
            bytes: Vec::new(),
            conflicts: Vec::new(),
            written: Vec::new(),
            prose: 0,
            lines: (0, 0),
        }
    }

    /// The blank lines before a unit.
    pub(super) fn lead(&mut self, lead: &[u8]) {
        self.bytes.extend_from_slice(lead);
    }

    /// A unit as it is, with all inside it.
    pub(super) fn unit(&mut self, unit: &Unit<'_>) {
        self.bytes.extend_from_slice(unit.whole);
        unit.each(&mut |unit| self.written.push((unit.kind, unit.head.to_vec())));
    }

    /// Several units with the blank lines before each.
    pub(super) fn units(&mut self, units: &[Unit<'_>]) {
        for unit in units {
            self.lead(unit.lead);
            self.unit(unit);
        }
    }

    /// The own lines of a unit.
    pub(super) fn head(&mut self, kind: Kind, head: &[u8]) {
        self.bytes.extend_from_slice(head);
        self.written.push((kind, head.to_vec()));
    }

    /// Lines that are a part of a unit's own, which has a dispute in it.
    pub(super) fn lines(&mut self, lines: &[u8]) {
        self.bytes.extend_from_slice(lines);
    }

    /// The same of running text.
    pub(super) fn prose(&mut self, ours: &[u8], theirs: &[u8], dispute: Dispute) {
        self.prose += 1;
        self.conflict(ours, theirs, dispute);
    }

    /// Two versions between markers.
    pub(super) fn conflict(&mut self, ours: &[u8], theirs: &[u8], dispute: Dispute) {
        let (counted, until) = self.lines;
        let more = memchr::memchr_iter(b'\n', &self.bytes[until..]).count();
        self.lines = (counted + more, self.bytes.len());
        let line = self.lines.0 + 1;
        self.conflicts.push(Conflict { line, dispute });
        let (label_o, label_t) = (self.markers.ours, self.markers.theirs);
        self.marker('<', label_o);
        self.bytes.extend_from_slice(ours);
        self.marker('=', "");
        self.bytes.extend_from_slice(theirs);
        self.marker('>', label_t);
    }

    fn marker(&mut self, sign: char, label: &str) {
        let mut text: String = std::iter::repeat_n(sign, self.markers.size).collect();
        if !label.is_empty() {
            text.push(' ');
            // A label is one line.
            text.extend(label.chars().map(|c| if c == '\n' { ' ' } else { c }));
        }
        text.push('\n');
        self.bytes.extend_from_slice(text.as_bytes());
    }
}
