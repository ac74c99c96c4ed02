//! A list whose rows stand in groups that fold: which lines it has, and what each line shows.
//!
//! Owns the folding and nothing of what rows and groups are. [`Groups`] knows a group by its key,
//! and a row by its position in a list that stands group by group and that somebody else keeps;
//! [`GroupedRows`] keeps that list, too. Which line shows what is worked out in one pass over the
//! groups, so that a line is found among any number of them by halving.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

/// What a line shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GroupLine {
    /// The heading of the group with this index.
    Heading(usize),
    /// The row at this position of the list.
    Row(usize),
}

/// What a heading says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Heading<'a, K> {
    /// What the group is known by.
    pub key: &'a K,
    /// How many rows it has.
    pub count: usize,
    /// Whether it stands for them.
    pub is_folded: bool,
}

/// Where a group is. One without rows has no line.
#[derive(Clone, Copy, Default, Debug)]
struct Group {
    /// Position of its first row in the list.
    first: usize,
    /// How many rows it has.
    count: usize,
    /// Its first line.
    line: usize,
    has_heading: bool,
    is_folded: bool,
}

/// The groups of a list; none where it has no groups. They show their rows until they are folded.
#[derive(Clone, Debug)]
pub struct Groups<K> {
    keys: Arc<[K]>,
    groups: Vec<Group>,
    lines: usize,
    /// Those that are otherwise than at first: folded, or unfolded.
    turned: BTreeSet<K>,
    /// Whether they are folded at first, and a single row needs no heading.
    begins_folded: bool,
}

impl<K> Default for Groups<K> {
    fn default() -> Self {
        Self {
            keys: Arc::default(),
            groups: Vec::new(),
            lines: 0,
            turned: BTreeSet::new(),
            begins_folded: false,
        }
    }
}

impl<K: Ord + Clone> Groups<K> {
    /// Whether the list has groups.
    pub fn is_grouped(&self) -> bool {
        !self.keys.is_empty()
    }

    /// Begins anew with these groups, none of which has a row yet.
    pub(crate) fn begin(&mut self, keys: Arc<[K]>) {
        self.groups.clear();
        self.groups.resize(keys.len(), Group::default());
        self.keys = keys;
        self.lay_out();
    }

    /// Counts rows of the list, each given by the index of its group.
    pub(crate) fn add(&mut self, groups: impl Iterator<Item = usize>) {
        groups.for_each(|group| self.groups[group].count += 1);
    }

    /// Works out which line shows what, after rows were counted or a group was folded.
    pub(crate) fn lay_out(&mut self) {
        let (mut first, mut line) = (0, 0);
        for (key, group) in self.keys.iter().zip(&mut self.groups) {
            let is_turned = !self.turned.is_empty() && self.turned.contains(key);
            group.has_heading = group.count > usize::from(self.begins_folded);
            group.is_folded = group.has_heading && is_turned != self.begins_folded;
            (group.first, group.line) = (first, line);
            first += group.count;
            line += usize::from(group.has_heading);
            line += if group.is_folded { 0 } else { group.count };
        }
        self.lines = line;
    }

    /// How many lines there are.
    pub(crate) fn lines(&self) -> usize {
        self.lines
    }

    /// What a line shows; nothing behind the last one.
    pub(crate) fn at(&self, line: usize) -> Option<GroupLine> {
        let at = self.group_of(line)?;
        let group = self.groups[at];
        let below = (line - group.line).checked_sub(usize::from(group.has_heading));
        Some(match below {
            None => GroupLine::Heading(at),
            Some(below) => GroupLine::Row(group.first + below),
        })
    }

    /// The line of the heading that a row stands below.
    pub(crate) fn heading_above(&self, line: usize) -> Option<usize> {
        let group = self.groups[self.group_of(line)?];
        (group.has_heading && group.line < line).then_some(group.line)
    }

    /// The group that a line belongs to.
    fn group_of(&self, line: usize) -> Option<usize> {
        let behind = self.groups.partition_point(|group| group.line <= line);
        behind.checked_sub(1).filter(|_| line < self.lines)
    }

    /// The line of the row at a position of the list, or of the heading that it is folded under.
    pub(crate) fn line_of(&self, position: usize) -> usize {
        let group = self.group_with(position).map(|at| self.groups[at]);
        group.map_or(0, |group| match group.is_folded {
            true => group.line,
            false => group.line + usize::from(group.has_heading) + position - group.first,
        })
    }

    /// The first line of a group.
    pub(crate) fn line_of_group(&self, group: usize) -> usize {
        self.groups.get(group).map_or(0, |group| group.line)
    }

    /// What the heading of a group says; nothing where it has none.
    pub fn heading(&self, group: usize) -> Option<Heading<'_, K>> {
        let of = self.groups.get(group).filter(|of| of.has_heading)?;
        Some(Heading {
            key: &self.keys[group],
            count: of.count,
            is_folded: of.is_folded,
        })
    }

    /// The group with this key.
    pub(crate) fn named(&self, key: &K) -> Option<usize> {
        self.keys.iter().position(|of| of == key)
    }

    /// Positions in the list of the rows of a group.
    pub(crate) fn positions(&self, group: usize) -> Range<usize> {
        let group = self.groups.get(group).copied().unwrap_or_default();
        group.first..group.first + group.count
    }

    /// The group that the row at a position is folded under.
    pub(crate) fn hides(&self, position: usize) -> Option<usize> {
        let group = self.group_with(position)?;
        self.groups[group].is_folded.then_some(group)
    }

    /// Folds a group, or unfolds it.
    pub(crate) fn turn(&mut self, group: usize) {
        let Some(key) = self.keys.get(group) else {
            return;
        };
        if !self.turned.remove(key) {
            self.turned.insert(key.clone());
        }
        self.lay_out();
    }

    /// Folds every group, or none.
    pub(crate) fn fold_all(&mut self, fold: bool) {
        self.turned.clear();
        if fold != self.begins_folded {
            self.turned.extend(self.keys.iter().cloned());
        }
        self.lay_out();
    }

    /// The keys of those that are otherwise than at first.
    pub(crate) fn turned(&self) -> &BTreeSet<K> {
        &self.turned
    }

    /// Has the groups with these keys otherwise than at first, once they are there.
    pub(crate) fn set_turned(&mut self, keys: BTreeSet<K>) {
        self.turned = keys;
    }

    fn group_with(&self, position: usize) -> Option<usize> {
        let behind = self.groups.partition_point(|group| group.first <= position);
        behind.checked_sub(1)
    }
}

/// A list with its groups, where a row is a position in whatever a screen lists. A heading stands
/// for its rows until it is unfolded, and a group of one row is that row.
#[derive(Clone, Debug)]
pub struct GroupedRows<K> {
    groups: Groups<K>,
    /// The rows of all groups, one group behind the other.
    rows: Vec<usize>,
}

impl<K> Default for GroupedRows<K> {
    fn default() -> Self {
        Self {
            groups: Groups {
                begins_folded: true,
                ..Groups::default()
            },
            rows: Vec::new(),
        }
    }
}

impl<K: Ord + Copy> GroupedRows<K> {
    /// Lists these groups; those that were unfolded still are.
    pub(crate) fn set(&mut self, groups: Vec<(K, Vec<usize>)>) {
        self.groups
            .begin(groups.iter().map(|(key, _)| *key).collect());
        let counts = groups.iter().map(|(_, rows)| rows.len()).enumerate();
        self.groups
            .add(counts.flat_map(|(group, count)| std::iter::repeat_n(group, count)));
        self.groups.lay_out();
        self.rows = groups.into_iter().flat_map(|(_, rows)| rows).collect();
    }

    /// Has the groups folded that are folded in another list.
    pub(crate) fn fold_as(&mut self, other: &Self) {
        self.groups.turned.clone_from(&other.groups.turned);
        self.groups.lay_out();
    }

    /// How many lines there are.
    pub fn lines(&self) -> usize {
        self.groups.lines()
    }

    /// How many rows there are, folded or not.
    pub(crate) fn count(&self) -> usize {
        self.rows.len()
    }

    /// The line of the heading that a row stands below.
    pub(crate) fn heading_above(&self, line: usize) -> Option<usize> {
        self.groups.heading_above(line)
    }

    /// Key and rows of the group whose heading a line is.
    pub fn heading(&self, line: usize) -> Option<(K, &[usize])> {
        match self.groups.at(line)? {
            GroupLine::Heading(group) => Some(self.group(group)),
            GroupLine::Row(_) => None,
        }
    }

    /// Key and rows of the group that a line belongs to.
    pub fn group_of(&self, line: usize) -> Option<(K, &[usize])> {
        Some(self.group(self.groups.group_of(line)?))
    }

    /// Key and rows of the group with this key.
    pub(crate) fn named(&self, key: K) -> Option<(K, &[usize])> {
        Some(self.group(self.groups.named(&key)?))
    }

    fn group(&self, at: usize) -> (K, &[usize]) {
        let rows = &self.rows[self.groups.positions(at)];
        (self.groups.keys[at], rows)
    }

    /// The row of a line, unless that is a heading.
    pub fn row(&self, line: usize) -> Option<usize> {
        match self.groups.at(line)? {
            GroupLine::Heading(_) => None,
            GroupLine::Row(position) => self.rows.get(position).copied(),
        }
    }

    /// The rows that a line stands for.
    pub fn rows(&self, line: usize) -> &[usize] {
        let positions = match self.groups.at(line) {
            Some(GroupLine::Heading(group)) => self.groups.positions(group),
            Some(GroupLine::Row(position)) => position..position + 1,
            None => 0..0,
        };
        &self.rows[positions]
    }

    /// The line of a row, or of its group where that is folded.
    pub fn line_of(&self, row: usize) -> Option<usize> {
        let position = self.rows.iter().position(|of| *of == row)?;
        Some(self.groups.line_of(position))
    }

    /// The first line of the group with this key, if it has rows.
    pub fn line_of_group(&self, key: K) -> Option<usize> {
        let group = self.groups.named(&key)?;
        let has_rows = !self.groups.positions(group).is_empty();
        has_rows.then(|| self.groups.line_of_group(group))
    }

    /// Whether the group with this key shows its rows.
    pub fn is_unfolded(&self, key: K) -> bool {
        self.groups.turned.contains(&key)
    }

    /// Folds the group that a line belongs to, or unfolds it; answers the line to go on from.
    pub(crate) fn fold(&mut self, line: usize) -> usize {
        let Some(group) = self.groups.group_of(line) else {
            return line;
        };
        self.groups.turn(group);
        self.groups.line_of_group(group)
    }

    /// Folds all groups where one shows its rows, else unfolds all.
    pub(crate) fn fold_all(&mut self) {
        self.groups.fold_all(!self.groups.turned.is_empty());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever is listed and folded: each row has one line, below its own heading, and the
        /// counts of the headings sum to the list.
        #[test]
        fn lines_and_positions_belong_together(
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
            for line in 0..groups.lines() {
                match groups.at(line).unwrap() {
                    GroupLine::Heading(group) => {
                        prop_assert_eq!(groups.line_of_group(group), line);
                        counted += groups.heading(group).unwrap().count;
                        under = Some(group);
                    }
                    GroupLine::Row(position) => {
                        prop_assert_eq!(groups.line_of(position), line);
                        prop_assert!(groups.positions(under.unwrap()).contains(&position));
                        shown.push(position);
                    }
                }
            }
            prop_assert_eq!(counted, all);
            prop_assert_eq!(groups.at(groups.lines()), None);
            let expected: Vec<usize> = (0..all).filter(|at| groups.hides(*at).is_none()).collect();
            prop_assert_eq!(shown, expected);
        }

        /// Whatever is folded, each line is one thing, and each row that is in sight has one line.
        #[test]
        fn lines_and_rows_find_each_other(
            sizes in prop::collection::vec(0_usize..5, 0..9),
            folds in prop::collection::vec(0_usize..40, 0..9),
        ) {
            let mut groups = GroupedRows::default();
            let mut next = 0;
            let made = sizes.iter().enumerate().map(|(key, size)| {
                next += size;
                (key, (next - size..next).collect::<Vec<usize>>())
            });
            groups.set(made.collect());
            for line in folds {
                let group = groups.group_of(line).map(|(key, _)| key);
                let stays = groups.fold(line);
                prop_assert!(group.is_none() || groups.group_of(stays).map(|(key, _)| key) == group);
            }
            let mut rows: Vec<usize> = Vec::new();
            for line in 0..groups.lines() {
                match groups.heading(line) {
                    Some((key, all)) => {
                        prop_assert!(all.len() > 1);
                        prop_assert_eq!(groups.rows(line), all);
                        prop_assert_eq!(groups.row(line), None);
                        prop_assert_eq!(groups.line_of_group(key), Some(line));
                        if !groups.is_unfolded(key) {
                            rows.extend(all);
                            prop_assert_eq!(groups.line_of(all[0]), Some(line));
                        }
                    }
                    None => {
                        let row = groups.row(line).unwrap();
                        prop_assert_eq!(groups.rows(line), [row]);
                        rows.push(row);
                        prop_assert_eq!(groups.line_of(row), Some(line));
                    }
                }
            }
            prop_assert_eq!(groups.group_of(groups.lines()), None);
            prop_assert_eq!(rows, (0..next).collect::<Vec<usize>>());
        }
    }
}
