//! A list whose rows stand in groups that fold: which lines it has, and what each line is.
//!
//! Owns the folding and nothing of what rows and groups are: a group is known by its key, a row by
//! its position in whatever the screen lists. A group of one row is that row. Making it is one
//! pass over the rows; finding a line is a search among the groups.

use std::collections::HashSet;
use std::hash::Hash;

/// What a line of the list is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GroupLine {
    /// The group with this index.
    Group(usize),
    /// The row in this place of the group with this index.
    Row(usize, usize),
}

/// The groups of a list.
#[derive(Clone, Debug)]
pub struct Groups<K> {
    groups: Vec<(K, Vec<usize>)>,
    /// The first line of each group, and behind them how many lines there are.
    starts: Vec<usize>,
    unfolded: HashSet<K>,
}

impl<K> Default for Groups<K> {
    fn default() -> Self {
        Self {
            groups: Vec::new(),
            starts: vec![0],
            unfolded: HashSet::new(),
        }
    }
}

impl<K: Copy + Eq + Hash> Groups<K> {
    /// Lists these groups, empty ones left out; those that were unfolded still are.
    pub(crate) fn set(&mut self, mut groups: Vec<(K, Vec<usize>)>) {
        groups.retain(|(_, rows)| !rows.is_empty());
        self.groups = groups;
        self.find_lines();
    }

    /// Has the groups folded that are folded in another list.
    pub(crate) fn fold_as(&mut self, other: &Self) {
        self.unfolded.clone_from(&other.unfolded);
        self.find_lines();
    }

    fn find_lines(&mut self) {
        self.starts.clear();
        let mut at = 0;
        for (key, rows) in &self.groups {
            self.starts.push(at);
            at += match rows.len() {
                count if count > 1 && self.unfolded.contains(key) => 1 + count,
                _ => 1,
            };
        }
        self.starts.push(at);
    }

    /// How many lines there are.
    pub fn lines(&self) -> usize {
        self.starts.last().copied().unwrap_or(0)
    }

    /// The groups with their rows, in order.
    pub fn all(&self) -> &[(K, Vec<usize>)] {
        &self.groups
    }

    /// Key and rows of a group.
    pub fn group(&self, at: usize) -> Option<(K, &[usize])> {
        self.groups.get(at).map(|(key, rows)| (*key, &**rows))
    }

    /// What a line is.
    pub fn line(&self, at: usize) -> Option<GroupLine> {
        let group = self.starts.partition_point(|start| *start <= at);
        let group = group.checked_sub(1)?;
        let (_, rows) = self.groups.get(group)?;
        Some(match at - self.starts[group] {
            0 if rows.len() > 1 => GroupLine::Group(group),
            0 => GroupLine::Row(group, 0),
            row => GroupLine::Row(group, row - 1),
        })
    }

    /// The row of a line, unless that is a group.
    pub fn row(&self, at: usize) -> Option<usize> {
        match self.line(at)? {
            GroupLine::Group(_) => None,
            GroupLine::Row(group, row) => self.groups[group].1.get(row).copied(),
        }
    }

    /// The rows that a line stands for.
    pub fn rows(&self, at: usize) -> Vec<usize> {
        match self.line(at) {
            Some(GroupLine::Group(group)) => self.groups[group].1.clone(),
            _ => self.row(at).into_iter().collect(),
        }
    }

    /// The group that a line belongs to.
    pub fn group_of(&self, at: usize) -> Option<usize> {
        self.line(at).map(|line| match line {
            GroupLine::Group(group) | GroupLine::Row(group, _) => group,
        })
    }

    /// The line of a row, or of its group where that is folded.
    pub fn line_of(&self, row: usize) -> Option<usize> {
        self.groups
            .iter()
            .enumerate()
            .find_map(|(group, (key, rows))| {
                let within = rows.iter().position(|of| *of == row)?;
                let is_open = rows.len() > 1 && self.unfolded.contains(key);
                let below = if is_open { 1 + within } else { 0 };
                Some(self.starts[group] + below)
            })
    }

    /// The line of a group.
    pub fn line_of_group(&self, key: K) -> Option<usize> {
        let at = self.groups.iter().position(|(of, _)| *of == key)?;
        Some(self.starts[at])
    }

    /// Whether a group shows its rows.
    pub fn is_unfolded(&self, key: K) -> bool {
        self.unfolded.contains(&key)
    }

    /// Folds the group that a line belongs to, or unfolds it; answers the line to go on from.
    pub(crate) fn fold(&mut self, at: usize) -> usize {
        let Some(group) = self.group_of(at) else {
            return at;
        };
        let key = self.groups[group].0;
        if !self.unfolded.remove(&key) {
            self.unfolded.insert(key);
        }
        self.find_lines();
        self.starts[group]
    }

    /// Folds all groups where one shows its rows, else unfolds all.
    pub(crate) fn fold_all(&mut self) {
        if self.unfolded.is_empty() {
            self.unfolded
                .extend(self.groups.iter().map(|(key, _)| *key));
        } else {
            self.unfolded.clear();
        }
        self.find_lines();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever is folded, each line is one thing, and each row that is in sight has one line.
        #[test]
        fn lines_and_rows_find_each_other(
            sizes in prop::collection::vec(0_usize..5, 0..9),
            folds in prop::collection::vec(0_usize..40, 0..9),
        ) {
            let mut groups = Groups::default();
            let mut next = 0;
            let made = sizes.iter().enumerate().map(|(key, size)| {
                next += size;
                (key, (next - size..next).collect::<Vec<usize>>())
            });
            groups.set(made.collect());
            for line in folds {
                let group = groups.group_of(line);
                let stays = groups.fold(line);
                prop_assert!(group.is_none() || groups.group_of(stays) == group);
            }
            let mut rows: Vec<usize> = Vec::new();
            for line in 0..groups.lines() {
                match groups.line(line) {
                    Some(GroupLine::Group(group)) => {
                        let (key, all) = groups.group(group).unwrap();
                        prop_assert!(all.len() > 1);
                        prop_assert_eq!(groups.line_of_group(key), Some(line));
                        if !groups.is_unfolded(key) {
                            rows.extend(all);
                            prop_assert_eq!(groups.line_of(all[0]), Some(line));
                        }
                    }
                    Some(GroupLine::Row(..)) => {
                        let row = groups.row(line).unwrap();
                        rows.push(row);
                        prop_assert_eq!(groups.line_of(row), Some(line));
                    }
                    None => prop_assert!(false, "no line {line}"),
                }
            }
            prop_assert_eq!(groups.line(groups.lines()), None);
            prop_assert_eq!(rows, (0..next).collect::<Vec<usize>>());
        }
    }
}
