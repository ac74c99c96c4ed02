//! The groups of the step list: their headings, what is folded, and which row shows what.
//!
//! The list itself stays a list of steps, whatever is folded; rows are what one moves over and
//! what is drawn. Owns how the two belong together: worked out once when steps were found, in one
//! pass over the groups, so that a row is found among any number of them by halving.

use std::collections::BTreeSet;
use std::sync::Arc;

/// What a row shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Row {
    /// The heading of a group, by its index.
    Heading(usize),
    /// The step at a position of the list.
    Step(usize),
}

/// A group that has listed steps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Run {
    group: usize,
    /// Position of its first step in the list.
    first: usize,
    /// How many of its steps are listed.
    count: usize,
    /// The row of its heading.
    row: usize,
    is_folded: bool,
}

/// The groups of a list; none where it has no groups.
#[derive(Default)]
pub struct Groups {
    names: Arc<[String]>,
    counts: Vec<usize>,
    runs: Vec<Run>,
    folded: BTreeSet<String>,
    rows: usize,
}

/// What a heading says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Heading<'a> {
    pub name: &'a str,
    /// How many listed steps stand below it.
    pub count: usize,
    pub is_folded: bool,
}

impl Groups {
    /// Whether the list has groups.
    pub fn is_grouped(&self) -> bool {
        !self.names.is_empty()
    }

    /// Begins anew with these groups, none of which has a listed step yet.
    pub(super) fn begin(&mut self, names: Arc<[String]>) {
        self.counts.clear();
        self.counts.resize(names.len(), 0);
        self.names = names;
        self.lay_out();
    }

    /// Counts steps that are listed, by their groups.
    pub(super) fn add(&mut self, groups: impl Iterator<Item = usize>) {
        groups.for_each(|group| self.counts[group] += 1);
    }

    /// Works out which row shows what, after steps were counted or a group was folded.
    pub(super) fn lay_out(&mut self) {
        self.runs.clear();
        let (mut first, mut row) = (0, 0);
        for (group, count) in self.counts.iter().copied().enumerate() {
            if count == 0 {
                continue;
            }
            let is_folded = !self.folded.is_empty() && self.folded.contains(&self.names[group]);
            self.runs.push(Run {
                group,
                first,
                count,
                row,
                is_folded,
            });
            first += count;
            row += 1 + if is_folded { 0 } else { count };
        }
        self.rows = row;
    }

    /// How many rows there are.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// What a row shows; nothing behind the last one.
    pub(super) fn at(&self, row: usize) -> Option<Row> {
        if row >= self.rows {
            return None;
        }
        let at = self
            .runs
            .partition_point(|run| run.row <= row)
            .checked_sub(1)?;
        let run = self.runs[at];
        Some(match row - run.row {
            0 => Row::Heading(run.group),
            below => Row::Step(run.first + below - 1),
        })
    }

    /// The row of the step at a position of the list, or of the heading that it is folded under.
    pub(super) fn row_of(&self, position: usize) -> usize {
        let run = self.run_at(position);
        run.map_or(0, |run| match run.is_folded {
            true => run.row,
            false => run.row + 1 + position - run.first,
        })
    }

    /// The row of a heading.
    pub(super) fn row_of_heading(&self, group: usize) -> usize {
        self.run_of(group).map_or(0, |run| run.row)
    }

    /// What the heading of a group says.
    pub fn heading(&self, group: usize) -> Option<Heading<'_>> {
        let run = self.run_of(group)?;
        Some(Heading {
            name: &self.names[group],
            count: run.count,
            is_folded: run.is_folded,
        })
    }

    /// The group of this name.
    pub(super) fn named(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|group| group == name)
    }

    /// Positions in the list of the steps of a group.
    pub(crate) fn positions(&self, group: usize) -> std::ops::Range<usize> {
        self.run_of(group)
            .map_or(0..0, |run| run.first..run.first + run.count)
    }

    /// The group that the step at a position is folded under.
    pub(super) fn hides(&self, position: usize) -> Option<usize> {
        let run = self.run_at(position)?;
        run.is_folded.then_some(run.group)
    }

    /// Folds a group, or unfolds it.
    pub(super) fn turn(&mut self, group: usize) {
        let Some(name) = self.names.get(group) else {
            return;
        };
        if !self.folded.remove(name) {
            self.folded.insert(name.clone());
        }
        self.lay_out();
    }

    /// Folds every group, or none.
    pub(super) fn fold_all(&mut self, fold: bool) {
        self.folded.clear();
        if fold {
            self.folded.extend(self.names.iter().cloned());
        }
        self.lay_out();
    }

    /// The names of what is folded.
    pub(crate) fn folded(&self) -> &BTreeSet<String> {
        &self.folded
    }

    /// Folds the groups of these names, once they are there.
    pub(crate) fn set_folded(&mut self, names: BTreeSet<String>) {
        self.folded = names;
    }

    fn run_at(&self, position: usize) -> Option<Run> {
        let at = self.runs.partition_point(|run| run.first <= position);
        Some(self.runs[at.checked_sub(1)?])
    }

    fn run_of(&self, group: usize) -> Option<Run> {
        let at = self.runs.binary_search_by_key(&group, |run| run.group);
        at.ok().map(|at| self.runs[at])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever is listed and folded: each step has one row, below its own heading, and the
        /// counts of the headings sum to the list.
        #[test]
        fn rows_and_positions_belong_together(
            counts in prop::collection::vec(0_usize..6, 1..9),
            folded in prop::collection::vec(any::<bool>(), 9),
        ) {
            let names: Vec<String> = (0..counts.len()).map(|at| format!("g{at}")).collect();
            let mut groups = Groups::default();
            groups.begin(names.into());
            for (group, count) in counts.iter().enumerate() {
                groups.add(std::iter::repeat_n(group, *count));
            }
            groups.lay_out();
            for (group, folds) in folded.iter().enumerate().take(counts.len()) {
                if *folds {
                    groups.turn(group);
                }
            }
            let all: usize = counts.iter().sum();
            let (mut shown, mut counted) = (Vec::new(), 0);
            let mut under = None;
            for row in 0..groups.rows() {
                match groups.at(row).unwrap() {
                    Row::Heading(group) => {
                        prop_assert_eq!(groups.row_of_heading(group), row);
                        counted += groups.heading(group).unwrap().count;
                        under = Some(group);
                    }
                    Row::Step(position) => {
                        prop_assert_eq!(groups.row_of(position), row);
                        prop_assert!(groups.positions(under.unwrap()).contains(&position));
                        shown.push(position);
                    }
                }
            }
            prop_assert_eq!(counted, all);
            prop_assert_eq!(groups.at(groups.rows()), None);
            let expected: Vec<usize> = (0..all).filter(|at| groups.hides(*at).is_none()).collect();
            prop_assert_eq!(shown, expected);
        }
    }
}
