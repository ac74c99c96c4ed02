//! Whether two versions of a text read as the same document but for the wanted change.

use super::MarkdownDocument;
use super::blocks::{BlockKind, Cell, Link, ListItem, Row, Table};
use super::refusal::{Disturbed, Target};
use crate::document::splice::{Span, Splice};

/// What may differ between two versions.
#[derive(Clone, Copy, Debug)]
pub(super) enum Allowed {
    /// The words of one thing.
    Target(Target),
    /// New blocks within this range of the new version.
    Inserted(Span),
}

/// What differs, and where that is in the old version.
pub(super) type Difference = (Disturbed, usize);

/// The first thing that differs although it should not, if `splices` made `new` of `old`.
pub(super) fn first_difference(
    old: &MarkdownDocument,
    new: &MarkdownDocument,
    splices: &[Splice],
    allowed: Allowed,
) -> Option<Difference> {
    let comparison = Comparison {
        old,
        new,
        moves: Moves::of(splices),
        allowed,
    };
    comparison.first_difference()
}

/// Where the bytes of the old version are in the new one.
struct Moves {
    /// Old span, and where its replacement begins and ends, in file order.
    steps: Vec<(Span, Span)>,
}

impl Moves {
    fn of(splices: &[Splice]) -> Self {
        let mut ordered: Vec<&Splice> = splices.iter().collect();
        ordered.sort_by_key(|s| s.span);
        let mut grown = 0;
        let mut shrunk = 0;
        let mut steps = Vec::with_capacity(ordered.len());
        for splice in ordered {
            let start = splice.span.start + grown - shrunk;
            steps.push((splice.span, Span::new(start, start + splice.text.len())));
            grown += splice.text.len();
            shrunk += splice.span.len();
        }
        Self { steps }
    }

    /// Whether the byte at `old` may be the one at `new`. A byte next to a splice may be on either
    /// side of the new text.
    fn allow(&self, old: usize, new: usize) -> bool {
        let done = self.steps.partition_point(|(span, _)| span.start <= old);
        match self.steps[..done].last() {
            None => old == new,
            Some((span, to)) if old <= span.end => (to.start..=to.end).contains(&new),
            Some((span, to)) => old - span.end + to.end == new,
        }
    }
}

struct Comparison<'a> {
    old: &'a MarkdownDocument,
    new: &'a MarkdownDocument,
    moves: Moves,
    allowed: Allowed,
}

impl Comparison<'_> {
    fn first_difference(&self) -> Option<Difference> {
        self.blocks()
            .or_else(|| self.headings())
            .or_else(|| self.tables())
            .or_else(|| self.items())
            .or_else(|| self.links())
    }

    /// Whether a thing of the new version is one that was put in.
    fn is_new(&self, start: usize) -> bool {
        matches!(self.allowed, Allowed::Inserted(span) if span.contains(start))
    }

    /// Pairs old things with new ones, leaving out those put in, and returns the place of
    /// the first pair that is not `same`.
    fn pairs<'t, T>(
        &self,
        old: &'t [T],
        new: &'t [T],
        start: impl Fn(&T) -> usize,
        same: impl Fn(usize, &T, &T) -> bool,
    ) -> Option<usize> {
        let mut kept = new.iter().filter(|thing| !self.is_new(start(thing)));
        for (index, thing) in old.iter().enumerate() {
            let place = start(thing);
            match kept.next() {
                Some(other) if self.moves.allow(place, start(other)) => {
                    if !same(index, thing, other) {
                        return Some(place);
                    }
                }
                _ => return Some(place),
            }
        }
        kept.next().map(|_| self.old.bytes().len())
    }

    /// How a parent's index reads in the new version.
    fn shifted<T>(
        &self,
        index: Option<usize>,
        new: &[T],
        start: impl Fn(&T) -> usize,
    ) -> Option<usize> {
        let Allowed::Inserted(span) = self.allowed else {
            return index;
        };
        let before = new.partition_point(|thing| start(thing) < span.start);
        let inserted = new[before..]
            .iter()
            .take_while(|thing| span.contains(start(thing)))
            .count();
        index.map(|i| if i < before { i } else { i + inserted })
    }

    fn shifted_heading(&self, index: Option<usize>) -> Option<usize> {
        self.shifted(index, self.new.headings(), |h| h.span.start)
    }

    fn blocks(&self) -> Option<Difference> {
        let old = &self.old.shared.outline;
        let new = &self.new.shared.outline;
        let same = |_, a: &(BlockKind, usize), b: &(BlockKind, usize)| a.0 == b.0;
        self.pairs(&old.blocks, &new.blocks, |b| b.1, same)
            .map(|at| (Disturbed::Structure, at))
    }

    fn headings(&self) -> Option<Difference> {
        let (old, new) = (self.old.headings(), self.new.headings());
        self.pairs(
            old,
            new,
            |h| h.span.start,
            |index, a, b| {
                let aimed =
                    matches!(self.allowed, Allowed::Target(Target::Heading(i)) if i == index);
                a.level == b.level
                    && (aimed || a.text == b.text)
                    && self.shifted_heading(a.parent) == b.parent
            },
        )
        .map(|at| (Disturbed::Heading, at))
    }

    fn tables(&self) -> Option<Difference> {
        let (old, new) = (self.old.tables(), self.new.tables());
        self.pairs(
            old,
            new,
            |t| t.span.start,
            |index, a, b| {
                self.shifted_heading(a.heading) == b.heading
                    && a.quoted == b.quoted
                    && a.alignments == b.alignments
                    && self.same_rows(index, a, b)
            },
        )
        .map(|at| (Disturbed::Table, at))
    }

    fn same_rows(&self, table: usize, old: &Table, new: &Table) -> bool {
        let aimed = match self.allowed {
            Allowed::Target(Target::Cell(t, row, column)) if t == table => Some((row, column)),
            _ => None,
        };
        old.rows.len() == new.rows.len()
            && same_words(&old.header, &new.header)
            && old
                .rows
                .iter()
                .zip(&new.rows)
                .enumerate()
                .all(|(number, (a, b))| match aimed {
                    Some((row, column)) if row == number => same_but(a, b, column),
                    _ => same_words(a, b),
                })
    }

    fn items(&self) -> Option<Difference> {
        let (old, new) = (self.old.items(), self.new.items());
        self.pairs(
            old,
            new,
            |i| i.marker.start,
            |index, a, b| {
                let aimed = matches!(self.allowed, Allowed::Target(Target::Item(i)) if i == index);
                let parent = self.shifted(a.parent, new, |i: &ListItem| i.marker.start);
                parent == b.parent
                    && self.shifted_heading(a.heading) == b.heading
                    && (a.ordered, a.quoted) == (b.ordered, b.quoted)
                    && (aimed || same_item(a, b))
            },
        )
        .map(|at| (Disturbed::Item, at))
    }

    /// Links within the target may come and go; all others stay.
    fn links(&self) -> Option<Difference> {
        let old = outside(self.old.links(), self.own_range(self.old));
        let new = outside(self.new.links(), self.own_range(self.new));
        self.pairs(
            &old,
            &new,
            |l| l.span.start,
            |_, a, b| a.url == b.url && a.text == b.text,
        )
        .map(|at| (Disturbed::Link, at))
    }

    /// What belongs to the target in a version.
    fn own_range(&self, version: &MarkdownDocument) -> Option<Span> {
        let Allowed::Target(target) = self.allowed else {
            return None;
        };
        match target {
            Target::Heading(heading) => version.headings().get(heading).map(|h| h.span),
            Target::Item(item) => version.items().get(item).map(|i| i.content),
            Target::Cell(table, row, column) => {
                let row = version.tables().get(table)?.rows.get(row)?;
                row.cells.get(column).map(|c| c.outer)
            }
        }
    }
}

fn outside(links: &[Link], range: Option<Span>) -> Vec<&Link> {
    let inside = |l: &&Link| range.is_some_and(|range| range.contains(l.span.start));
    links.iter().filter(|l| !inside(l)).collect()
}

fn same_words(a: &Row, b: &Row) -> bool {
    a.cells.len() == b.cells.len() && a.cells.iter().zip(&b.cells).all(|(a, b)| a.text == b.text)
}

/// A short row may have been filled up with empty cells as far as `column`.
fn same_but(old: &Row, new: &Row, column: usize) -> bool {
    let words = |row: &Row, at: usize| row.cells.get(at).map(|c: &Cell| c.text.clone());
    let length = old.cells.len().max(column + 1);
    new.cells.len() == length
        && (0..length)
            .filter(|at| *at != column)
            .all(|at| words(old, at).unwrap_or_default() == words(new, at).unwrap_or_default())
}

fn same_item(a: &ListItem, b: &ListItem) -> bool {
    let label = |i: &ListItem| i.label.as_ref().map(|l| (l.name.clone(), l.text.clone()));
    a.text == b.text && a.check.state() == b.check.state() && label(a) == label(b)
}
