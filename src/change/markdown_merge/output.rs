//! The bytes of a merged Markdown file: units, the blank lines between them, markers around what is
//! in dispute. It notes which units it wrote, so that the result can be read again and compared.

use std::collections::HashSet;

use super::NewTicks;
use super::read;
use super::unit::{Kind, Unit};
use crate::change::three_way::{Conflict, Dispute, Markers};

/// What is written so far.
pub(super) struct Output<'m> {
    pub markers: Markers<'m>,
    pub ticks: NewTicks,
    pub bytes: Vec<u8>,
    pub conflicts: Vec<Conflict>,
    /// The kind and own lines of each unit, in file order.
    pub written: Vec<(Kind, Vec<u8>)>,
    /// Own lines of units that are made of both sides' words, as each version and the result have them.
    pub put_together: Vec<Vec<u8>>,
    /// How many of the conflicts are about running text alone.
    pub prose: usize,
    /// How many line ends there are up to where.
    lines: (usize, usize),
}

/// A place in what is written.
pub(super) struct Mark {
    pub bytes: usize,
    pub conflicts: usize,
    written: usize,
    pub put_together: usize,
    prose: usize,
    lines: (usize, usize),
}

impl<'m> Output<'m> {
    pub(super) fn new(markers: Markers<'m>, ticks: NewTicks) -> Self {
        Self {
            markers,
            ticks,
            bytes: Vec::new(),
            conflicts: Vec::new(),
            written: Vec::new(),
            put_together: Vec::new(),
            prose: 0,
            lines: (0, 0),
        }
    }

    /// How much is written so far.
    pub(super) fn mark(&self) -> Mark {
        Mark {
            bytes: self.bytes.len(),
            conflicts: self.conflicts.len(),
            written: self.written.len(),
            put_together: self.put_together.len(),
            prose: self.prose,
            lines: self.lines,
        }
    }

    /// Forgets what was written since.
    pub(super) fn back_to(&mut self, mark: &Mark) {
        self.bytes.truncate(mark.bytes);
        self.conflicts.truncate(mark.conflicts);
        self.written.truncate(mark.written);
        self.put_together.truncate(mark.put_together);
        self.prose = mark.prose;
        self.lines = mark.lines;
    }

    /// Notes that what is written since `from` is made of words of several versions.
    pub(super) fn note_together(&mut self, units: [Option<&Unit<'_>>; 3], from: usize) {
        let heads = units.into_iter().flatten().map(|unit| unit.head.to_vec());
        self.put_together.extend(heads);
        self.put_together.push(self.bytes[from..].to_vec());
    }

    /// The lines that are made of both sides' words.
    pub(super) fn lines_together(&self, since: usize) -> HashSet<&[u8]> {
        let heads = self.put_together[since..].iter();
        let lines = heads.flat_map(|head| head.split(|byte| *byte == b'\n'));
        lines.map(<[u8]>::trim_ascii).collect()
    }

    /// The blank lines before a unit.
    pub(super) fn lead(&mut self, lead: &[u8]) {
        self.bytes.extend_from_slice(lead);
    }

    /// Lines that are whole units.
    pub(super) fn read(&mut self, lines: &[u8]) {
        self.bytes.extend_from_slice(lines);
        for unit in read::read(lines).units {
            unit.each(&mut |unit| self.written.push((unit.kind, unit.head.to_vec())));
        }
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
