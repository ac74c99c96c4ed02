//! The order of a list of steps: by any columns, either way, and in groups.
//!
//! One function, [`arrange`], orders the steps of a plan for the step list and for `list`. It goes
//! by keys that are worked out once for each step; among equals IDs decide, whichever way the
//! columns go.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use super::Plan;
use super::StepRef;
use super::column::{Column, Known, SortKey, block_in_words};
use super::field::Field;
use crate::document::progress::Progress;

/// A column that steps are sorted by, and which way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SortBy {
    pub column: Column,
    /// Whether the last come first.
    pub descending: bool,
}

/// The columns that steps are sorted by, what counts first before the others; none for the order
/// of IDs.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Sort(pub Vec<SortBy>);

impl Sort {
    /// Understands `owner,-updated`: names separated by commas, `-` in front of what is sorted the
    /// other way.
    ///
    /// # Errors
    /// That a name is not a column, and which there are.
    pub fn parse(text: &str) -> Result<Self, String> {
        let names = text
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty());
        let by = names.map(|name| {
            let (name, descending) = match name.strip_prefix('-') {
                Some(rest) => (rest, true),
                None => (name, false),
            };
            let column = Column::named(name)?;
            Ok(SortBy { column, descending })
        });
        let by = by.collect::<Result<Vec<_>, String>>()?;
        Ok(match &by[..] {
            [by] if by.column == Column::ID && !by.descending => Self::default(),
            _ => Self(by),
        })
    }

    /// By one column, the way that is usual for it; the other way where that is how it is sorted
    /// now.
    pub(crate) fn choose(&self, column: Column) -> Self {
        let descending = match self.direction(&column) {
            Some(descending) => !descending,
            None => column.most_first(),
        };
        match column == Column::ID && !descending {
            true => Self::default(),
            false => Self(vec![SortBy { column, descending }]),
        }
    }

    /// Whether steps stand in the order of their IDs.
    pub fn is_by_id(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it is sorted by a column before all others, and if so, whether descending.
    pub fn direction(&self, column: &Column) -> Option<bool> {
        match &self.0[..] {
            [] => (*column == Column::ID).then_some(false),
            [by, ..] => (by.column == *column).then_some(by.descending),
        }
    }

    /// The columns that it goes by.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &Column> + Clone {
        self.0.iter().map(|by| &by.column)
    }
}

/// As [`Sort::parse`] understands it.
impl fmt::Display for Sort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, by) in self.0.iter().enumerate() {
            let comma = if at > 0 { "," } else { "" };
            let sign = if by.descending { "-" } else { "" };
            write!(f, "{comma}{sign}{}", by.column.name())?;
        }
        Ok(())
    }
}

/// What steps are grouped by: a row of [`GROUPS`], by its index.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Group(u8);

/// A way to group steps.
pub struct GroupSpec {
    /// What it is called in commands and configuration.
    pub name: &'static str,
    /// The heading of the steps that are in no group.
    none: &'static str,
    /// What the groups go by, and the heading of the group of a step.
    of: fn(StepRef<'_>, &Known) -> (SortKey, String),
}

/// Every way to group steps.
pub const GROUPS: &[GroupSpec] = &[
    GroupSpec {
        name: "owner",
        none: "No owner",
        of: |step, _| of_text(&step.owner()),
    },
    GroupSpec {
        name: "status",
        none: "No status",
        of: |step, known| match step.status() {
            Some(status) => (
                Column::Field(Field::Status).key(step, known),
                status.word().to_owned(),
            ),
            None => of_text(&step.text(Field::Status)),
        },
    },
    GroupSpec {
        name: "block",
        none: "No block",
        of: |step, known| {
            let key = Column::BLOCK.key(step, known);
            (key, block_in_words(step.plan(), step.block()))
        },
    },
    GroupSpec {
        name: "stage",
        none: "No stage",
        of: |step, known| {
            let stage = known.stage_of(step);
            let name = stage.map(|at| step.plan().stages()[at].name.clone());
            (Column::STAGE.key(step, known), name.unwrap_or_default())
        },
    },
    GroupSpec {
        name: "theme",
        none: "No theme",
        of: |step, _| of_text(&step.text(Field::Theme)),
    },
];

fn of_text(text: &str) -> (SortKey, String) {
    (SortKey::text(text.trim()), text.trim().to_owned())
}

impl Group {
    /// Every way to group steps.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..GROUPS.len()).map(|at| Self(at as u8))
    }

    /// The way with this name.
    ///
    /// # Errors
    /// That there is none, and which there are.
    pub fn named(name: &str) -> Result<Self, String> {
        let name = name.trim();
        let found = Self::all().find(|group| group.name().eq_ignore_ascii_case(name));
        found.ok_or_else(|| {
            let names: Vec<&str> = GROUPS.iter().map(|row| row.name).collect();
            format!(
                "steps are not grouped by “{name}”: use {}",
                names.join(", ")
            )
        })
    }

    /// What it is called in commands and configuration.
    pub fn name(self) -> &'static str {
        self.spec().name
    }

    fn spec(self) -> &'static GroupSpec {
        &GROUPS[usize::from(self.0)]
    }

    /// The column that says the same.
    pub(crate) fn column(self) -> Column {
        match self.name() {
            "block" => Column::BLOCK,
            "stage" => Column::STAGE,
            "status" => Column::Field(Field::Status),
            "theme" => Column::Field(Field::Theme),
            _ => Column::OWNER,
        }
    }
}

impl fmt::Debug for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The steps of a plan in an order.
#[derive(Clone, Debug, Default)]
pub struct Arrangement {
    /// Indexes of the steps, where they are not in the order of IDs.
    pub(crate) steps: Option<Vec<usize>>,
    /// The headings of the groups, in their order; none where there are no groups.
    pub(crate) groups: Arc<[String]>,
    /// By index of the step, which group it is in.
    group_of: Vec<u32>,
}

impl Arrangement {
    /// Index of the group that a step is in.
    pub(crate) fn group_of(&self, step: usize) -> Option<usize> {
        self.group_of.get(step).map(|group| *group as usize)
    }

    /// Some of the steps, given in the order of IDs, in this order.
    pub fn pick(&self, steps: Vec<usize>) -> Vec<usize> {
        let Some(order) = &self.steps else {
            return steps;
        };
        let mut wanted = vec![false; order.len()];
        steps.iter().for_each(|step| wanted[*step] = true);
        order.iter().copied().filter(|step| wanted[*step]).collect()
    }

    /// The groups that some steps are in, in order, each with its heading and how many of them are
    /// in it.
    pub fn counted(&self, steps: &[usize]) -> Vec<(&str, usize)> {
        let mut counts = vec![0; self.groups.len()];
        for group in steps.iter().filter_map(|step| self.group_of(*step)) {
            counts[group] += 1;
        }
        let named = self.groups.iter().map(String::as_str).zip(counts);
        named.filter(|(_, count)| *count > 0).collect()
    }
}

/// Orders the steps of a plan: by group, in it by the columns of `sort`, among equals by ID.
/// Nothing where that was stopped.
pub fn arrange(
    plan: &Plan,
    sort: &Sort,
    group: Option<Group>,
    known: &Known,
    progress: &Progress,
) -> Option<Arrangement> {
    if sort.is_by_id() && group.is_none() {
        return Some(Arrangement::default());
    }
    let rounds = sort.0.len() + usize::from(group.is_some());
    progress.expect(plan.len() * rounds);
    let mut strides = progress.strides();
    let (groups, group_of) = match group {
        Some(group) => grouped(plan, group, known, |count| strides.add(count))?,
        None => (Vec::new(), Vec::new()),
    };
    let mut keys: Vec<(Vec<SortKey>, bool)> = Vec::new();
    for by in &sort.0 {
        let mut of_column = Vec::with_capacity(plan.len());
        for step in plan.steps() {
            of_column.push(by.column.key(step, known));
            if !strides.add(1) {
                return None;
            }
        }
        keys.push((of_column, by.descending));
    }
    let mut steps: Vec<usize> = (0..plan.len()).collect();
    steps.sort_unstable_by(|a, b| {
        let by_group = group_of.get(*a).cmp(&group_of.get(*b));
        let by_keys = keys.iter().map(|(keys, descending)| {
            let order = keys[*a].cmp(&keys[*b]);
            if *descending { order.reverse() } else { order }
        });
        let differing = std::iter::once(by_group).chain(by_keys);
        let first = differing
            .into_iter()
            .find(|order| *order != Ordering::Equal);
        // Among equals IDs decide.
        first.unwrap_or_else(|| a.cmp(b))
    });
    Some(Arrangement {
        steps: Some(steps),
        groups: groups.into(),
        group_of,
    })
}

/// The headings of the groups in order, and the group of each step. What is in no group comes last.
fn grouped(
    plan: &Plan,
    group: Group,
    known: &Known,
    mut goes_on: impl FnMut(usize) -> bool,
) -> Option<(Vec<String>, Vec<u32>)> {
    let spec = group.spec();
    let mut numbers: HashMap<SortKey, u32> = HashMap::new();
    let mut found: Vec<(SortKey, String)> = Vec::new();
    let mut group_of = Vec::with_capacity(plan.len());
    for step in plan.steps() {
        let (key, name) = (spec.of)(step, known);
        let next = found.len() as u32;
        let number = *numbers.entry(key.clone()).or_insert(next);
        if number == next {
            // Under the spelling that comes first.
            let name = match key {
                SortKey::Nothing => spec.none.to_owned(),
                _ => name,
            };
            found.push((key, name));
        }
        group_of.push(number);
        if !goes_on(1) {
            return None;
        }
    }
    let mut order: Vec<usize> = (0..found.len()).collect();
    let rank = |at: usize| (found[at].0 == SortKey::Nothing, &found[at].0);
    order.sort_unstable_by(|a, b| rank(*a).cmp(&rank(*b)));
    let mut place = vec![0; order.len()];
    for (to, at) in order.iter().enumerate() {
        place[*at] = to as u32;
    }
    group_of
        .iter_mut()
        .for_each(|group| *group = place[*group as usize]);
    let names = order.iter().map(|at| std::mem::take(&mut found[*at].1));
    Some((names.collect(), group_of))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::plan::source::{Role, SourceFile};

    fn plan(steps: &[(usize, usize, usize)]) -> Plan {
        let line = |(at, (owner, status, up)): (usize, &(usize, usize, usize))| {
            let owner = ["", "ops", "Ops", "grc", " "][*owner];
            let status = ["idea", "draft", "complete", "nearly"][*status];
            let id = at * 30 + 1;
            format!(
                "{{\"step_id\":\"{id:04}\",\"owner\":\"{owner}\",\"status\":\"{status}\",\
                 \"theme\":\"{owner}{up}\",\"k\":{up},\"dependencies\":[\"{:04}\"],\
                 \"updated_at\":\"2026-11-0{}T00:00:00Z\"}}",
                up * 30 + 1,
                up % 9 + 1,
            )
        };
        let lines: Vec<String> = steps.iter().enumerate().map(line).collect();
        let log = lines.join("\n").into_bytes();
        Plan::read(vec![SourceFile::load("plan.jsonl", Role::Log, log)])
    }

    fn any_column() -> impl Strategy<Value = String> {
        let names: Vec<String> = Column::comparable()
            .map(|column| column.name().into_owned())
            .chain(["log.k".to_owned()])
            .collect();
        select(names)
    }

    fn known(plan: &Plan, columns: &[&Column]) -> Known {
        let weights = Default::default();
        let inputs = crate::plan::ranking::Inputs {
            now: chrono::DateTime::from_timestamp(1_795_000_000, 0).unwrap(),
            carried: &[],
            weights: &weights,
            changes: None,
        };
        Known::of(plan, columns.iter().copied(), &inputs, None)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        /// Either way every step is there once; the two ways are each other's reverse but for
        /// steps that are equal, and those stand by ID in both.
        #[test]
        fn the_two_ways_are_each_others_reverse(
            steps in prop::collection::vec((0_usize..5, 0_usize..4, 0_usize..12), 1..30),
            name in any_column(),
        ) {
            let plan = plan(&steps);
            let column = Column::named(&name).unwrap();
            let known = known(&plan, &[&column]);
            let sorted = |text: &str| {
                let sort = Sort::parse(text).unwrap();
                prop_assert_eq!(Sort::parse(&sort.to_string()).unwrap(), sort.clone());
                let order = arrange(&plan, &sort, None, &known, &Progress::default()).unwrap();
                Ok(order.pick((0..plan.len()).collect()))
            };
            let (up, down) = (sorted(&name)?, sorted(&format!("-{name}"))?);
            let key = |step: &usize| column.key(plan.step(*step), &known);
            for (steps, descending) in [(&up, false), (&down, true)] {
                let mut all = steps.clone();
                all.sort_unstable();
                prop_assert_eq!(all, (0..plan.len()).collect::<Vec<_>>());
                for pair in steps.windows(2) {
                    let order = key(&pair[0]).cmp(&key(&pair[1]));
                    let order = if descending { order.reverse() } else { order };
                    prop_assert!(order.then(pair[0].cmp(&pair[1])).is_lt());
                }
            }
            let mut back: Vec<SortKey> = down.iter().map(key).collect();
            back.reverse();
            prop_assert_eq!(up.iter().map(key).collect::<Vec<_>>(), back);
        }

        /// Groups stand one behind the other, their counts sum to the list, and in each the steps
        /// are sorted.
        #[test]
        fn groups_hold_every_step_once(
            steps in prop::collection::vec((0_usize..5, 0_usize..4, 0_usize..12), 1..30),
            group in select(GROUPS.iter().map(|row| row.name).collect::<Vec<_>>()),
            name in any_column(),
            kept in prop::collection::vec(any::<bool>(), 30),
        ) {
            let plan = plan(&steps);
            let group = Group::named(group).unwrap();
            let sort = Sort::parse(&name).unwrap();
            let column = Column::named(&name).unwrap();
            let known = known(&plan, &[&column, &group.column()]);
            let order = arrange(&plan, &sort, Some(group), &known, &Progress::default()).unwrap();
            let kept: Vec<usize> = (0..plan.len()).filter(|step| kept[*step]).collect();
            let listed = order.pick(kept.clone());
            let counted = order.counted(&listed);
            let sum: usize = counted.iter().map(|(_, count)| count).sum();
            prop_assert_eq!(sum, kept.len());
            let mut rest = &listed[..];
            for (name, count) in counted {
                let (of_group, others) = rest.split_at(count);
                rest = others;
                for step in of_group {
                    let at = order.group_of(*step).unwrap();
                    prop_assert_eq!(&order.groups[at], name);
                }
                let key = |step: &usize| (column.key(plan.step(*step), &known), *step);
                prop_assert!(of_group.is_sorted_by_key(key));
            }
        }
    }

    #[test]
    fn what_has_no_value_comes_first_and_numbers_by_their_size() {
        let steps = [(1, 0, 9), (0, 0, 2), (3, 0, 11), (2, 0, 10)];
        let plan = plan(&steps);
        let sorted = |text: &str| {
            let sort = Sort::parse(text).unwrap();
            let known = Known::default();
            let order = arrange(&plan, &sort, None, &known, &Progress::default()).unwrap();
            order.pick((0..plan.len()).collect())
        };
        assert_eq!(sorted("owner"), [1, 2, 0, 3]);
        assert_eq!(sorted("owner,-id"), [1, 2, 3, 0]);
        assert_eq!(sorted("log.k"), [1, 0, 3, 2]);
        assert_eq!(sorted("-log.k"), [2, 3, 0, 1]);
    }
}
