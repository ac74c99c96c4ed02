//! Which steps the list shows, found a stretch of the plan at a time.
//!
//! Owns how far the plan has been looked through. A stretch is so many steps and never so
//! much time: the first one answers the letter that asked, the others follow between keys, so
//! that none of them waits. What a term needs to know of the graph is found in stretches as well. Looking goes outwards
//! from the step that was selected, in the order of the list: what is found later comes in
//! above and below what is there, and the cursor stays on its step.

use std::ops::Range;

use chrono::{DateTime, Utc};

use crate::app::screens::plan::view::PlanView;
use crate::document::progress::Progress;
use crate::plan::arrange::{Arrangement, Group, Sort, arrange};
use crate::plan::column::Known;
use crate::plan::query::Matched;
use crate::plan::query::sets::{Gathering, Sets};
use crate::plan::{Plan, StepKey};

/// Dependencies that are followed in the time in which one step is looked at.
const EDGES: usize = 8;

/// How many steps are looked at in one go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pace {
    /// At once, when the filter or the plan has changed.
    pub first: usize,
    /// Between two looks for a key, until all have been looked at.
    pub next: usize,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            first: 1 << 13,
            next: 1 << 10,
        }
    }
}

/// How far the plan has been looked through for what passes the filter.
#[derive(Default)]
pub struct Search {
    /// How many steps are looked at in one go.
    pub pace: Pace,
    order: Order,
    /// Whether every step is listed, by ID.
    lists_all: bool,
    /// What the filter needs to know of the plan as a whole, and how far that is known.
    sets: Sets,
    gathering: Option<Gathering>,
    /// Positions in the order that have been looked at, of how many.
    looked: Range<usize>,
    of: usize,
    /// How many listed steps stand before the place that the search began at.
    before: usize,
    /// Whether the cursor stays where it is: a person put it there.
    pinned: bool,
    /// Which steps need not be looked at while the words looked for only grow, and those
    /// words. Forgotten when the plan changes.
    hopeless: Vec<bool>,
    words: Vec<String>,
    /// Whether a block has a listed step, by index.
    blocks: Vec<bool>,
    /// Counts what was found again.
    serial: u64,
}

impl PlanView {
    /// Lists what passes the filter, in this order, and keeps the selection where it can. To be
    /// called whenever the plan or the order has changed.
    pub(crate) fn refresh(
        &mut self,
        plan: &Plan,
        now: DateTime<Utc>,
        selected: Option<StepKey>,
        order: Order,
    ) {
        self.search.order = order;
        self.search.hopeless.clear();
        self.find(plan, now, selected);
    }

    /// The order in force, as far as the plan still has those steps. It may have become wrong;
    /// no step is left out.
    pub(crate) fn order_of(&mut self, plan: &Plan) -> Order {
        let order = std::mem::take(&mut self.search.order);
        match &order.steps.steps {
            Some(steps) if steps.len() != plan.len() => Order::default(),
            _ => order,
        }
    }

    /// Lists what passes the filter, near the selection first; the rest is to follow while
    /// [`PlanView::is_looking`].
    pub(crate) fn find(&mut self, plan: &Plan, now: DateTime<Utc>, selected: Option<StepKey>) {
        let from = selected.and_then(|key| self.search.position(plan, key));
        let heading = self.heading.and_then(|group| self.groups.heading(group));
        let heading = heading.map(|heading| heading.key.clone());
        self.groups.begin(self.search.order.steps.groups.clone());
        self.heading = heading.and_then(|name| self.groups.named(&name));
        let search = &mut self.search;
        search.of = plan.len();
        search.before = 0;
        search.blocks.clear();
        self.range = None;
        if self.filter.is_empty() {
            search.looked = 0..plan.len();
            search.serial += 1;
            // Into the memory that is there: an edit lists as many steps as before, mostly the same.
            let is_by_id = search.order.steps.steps.is_none();
            let listed_all = std::mem::replace(&mut search.lists_all, is_by_id);
            if !(listed_all && search.lists_all) {
                self.list.clear();
            }
            self.list.truncate(plan.len());
            match &search.order.steps.steps {
                None => self.list.extend(self.list.len()..plan.len()),
                Some(order) => self.list.extend_from_slice(order),
            }
            let group_of = |step: &usize| search.order.steps.group_of(*step);
            self.groups.add(self.list.iter().filter_map(group_of));
            self.groups.lay_out();
            self.cursor = from.unwrap_or(self.cursor);
        } else {
            // Without a selection the cursor keeps its place in the list, as far as there is one.
            search.pinned = from.is_none();
            search.looked = from.unwrap_or(0)..from.unwrap_or(0);
            let past = self.past.as_deref();
            search.gathering = Some(self.filter.gather(plan, now, past));
            if !self.filter.narrows(&search.words) {
                search.hopeless.clear();
            }
            search.words = self.filter.required().to_vec();
            search.hopeless.resize(plan.len(), false);
            search.blocks = vec![false; plan.blocks().len()];
            search.lists_all = false;
            self.list.clear();
            let cursor = self.cursor;
            self.stretch(plan, now, self.search.pace.first);
            if from.is_none() {
                self.cursor = cursor;
            }
        }
        self.cursor = self.cursor.min(self.list.len().saturating_sub(1));
        self.keep_cursor_in_sight();
        self.empty_block = self
            .empty_block
            .filter(|block| *block < plan.blocks().len() && self.first_of(plan, *block).is_none());
    }

    /// Whether there are steps that have not been looked at.
    pub fn is_looking(&self) -> bool {
        self.search.looked.len() < self.search.of
    }

    /// Looks at the next stretch of the plan.
    pub(crate) fn search_on(&mut self, plan: &Plan, now: DateTime<Utc>) {
        self.stretch(plan, now, self.search.pace.next);
        if let Some(block) = self.empty_block {
            self.select_block(plan, block);
        }
    }

    /// Leaves the list in the order in which it is.
    pub(crate) fn keep_order(&mut self) {
        self.sort = self.search.order.sort.clone();
        self.group = self.search.order.group;
    }

    /// Whether the list is in the order of IDs.
    pub(super) fn is_by_id(&self) -> bool {
        self.search.order.steps.steps.is_none()
    }

    /// Leaves the cursor on its step, whatever else is found.
    pub(crate) fn pin(&mut self) {
        self.search.pinned = true;
    }

    /// Whether a step of the block is listed.
    pub(crate) fn lists_block(&self, block: usize) -> bool {
        self.filter.is_empty() || self.search.blocks[block]
    }

    /// Counts the times that steps were found: the cursor may stand at another position since,
    /// on the same step.
    pub(crate) fn found_anew(&self) -> u64 {
        self.search.serial
    }

    fn stretch(&mut self, plan: &Plan, now: DateTime<Utc>, count: usize) {
        let search = &mut self.search;
        if let Some(mut gathering) = search.gathering.take() {
            if !gathering.go_on(plan, count.saturating_mul(EDGES)) {
                search.gathering = Some(gathering);
                return;
            }
            search.sets = gathering.into_sets();
        }
        let (start, end) = (search.looked.start, search.looked.end);
        // What one side has no use for is the other's.
        let ahead = count.div_ceil(2).max(count.saturating_sub(start));
        let ahead = ahead.min(search.of - end);
        let behind = (count - ahead).min(start);
        let at = |position: usize| match &search.order.steps.steps {
            None => position,
            Some(order) => order[position],
        };
        let found = {
            let prepared = self
                .filter
                .go_on(plan, now, &self.marks, search.sets.clone());
            let mut verdict = prepared.verdicts();
            let hopeless = &mut search.hopeless;
            let mut passes = |step: &usize| {
                if hopeless[*step] {
                    return false;
                }
                let verdict = verdict(*step);
                hopeless[*step] = verdict == Matched::Hopeless;
                verdict == Matched::Passes
            };
            let found = [start - behind..start, end..end + ahead];
            found.map(|positions| positions.map(at).filter(&mut passes).collect::<Vec<_>>())
        };
        search.looked = start - behind..end + ahead;
        search.serial += 1;
        for step in found.iter().flatten() {
            search.blocks[plan.step(*step).block()] = true;
        }
        let group_of = |step: &usize| search.order.steps.group_of(*step);
        self.groups.add(found.iter().flatten().filter_map(group_of));
        self.groups.lay_out();
        let [above, below] = found;
        let shift = above.len();
        search.before += shift;
        self.list.splice(0..0, above);
        self.list.extend(below);
        self.range = self.range.map(|from| from + shift);
        let cursor = match search.pinned {
            true => self.cursor + shift,
            false => search.before,
        };
        self.cursor = cursor.min(self.list.len().saturating_sub(1));
        self.keep_cursor_in_sight();
    }
}

impl Search {
    /// Position in the order of the step, or of where it would stand if IDs order it.
    fn position(&self, plan: &Plan, key: StepKey) -> Option<usize> {
        match &self.order.steps.steps {
            None => Some(plan.position(key)),
            Some(order) => {
                let step = plan.find_nth(key.0, key.1)?;
                order.iter().position(|at| *at == step)
            }
        }
    }
}

/// The order of the step list.
#[derive(Debug, Default)]
pub(crate) struct Order {
    sort: Sort,
    group: Option<Group>,
    steps: Arrangement,
}

impl Order {
    /// Sorts and groups the steps of a plan; nothing where that was stopped.
    pub(crate) fn by(
        sort: Sort,
        group: Option<Group>,
        plan: &Plan,
        known: &Known,
        progress: &Progress,
    ) -> Option<Self> {
        let steps = arrange(plan, &sort, group, known, progress)?;
        Some(Self { sort, group, steps })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::{Index, select};

    use super::*;
    use crate::app::core::groups::GroupLine;
    use crate::plan::query::Query;
    use crate::plan::source::{Role, SourceFile};

    fn plan(titles: &[String]) -> Plan {
        let line = |(at, title): (usize, &String)| {
            let id = at * 40 + 1;
            let status = ["draft", "complete", "idea"][at % 3];
            format!("{{\"step_id\":\"{id:04}\",\"title\":\"{title}\",\"status\":\"{status}\"}}")
        };
        let lines: Vec<String> = titles.iter().enumerate().map(line).collect();
        let log = lines.join("\n").into_bytes();
        Plan::read(vec![SourceFile::load("plan.jsonl", Role::Log, log)])
    }

    fn view(text: &str, sort: (Sort, Option<Group>), pace: Pace) -> PlanView {
        let mut view = PlanView::default();
        view.filter = Query::parse(text).unwrap();
        view.sort = sort.0;
        view.group = sort.1;
        view.search.pace = pace;
        view
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        /// Bit by bit or in one go, and whatever was looked for before: the list and the
        /// cursor end up alike, and the list only ever grows around what it had.
        #[test]
        fn looking_in_stretches_finds_what_one_look_finds(
            titles in prop::collection::vec("[abcd ]{0,8}", 1..40),
            typed in prop::collection::vec(select(vec!["a", "ab", "abc", "abcd", "abcd ba", "c", "ba -c",
                "is:ready", "-status:draft", "a up:0081", ""]), 1..6),
            sort in select(vec!["", "status", "-dependents", "-id"]),
            group in select(vec![None, Some("status"), Some("theme")]),
            (first, next) in (0_usize..9, 1_usize..9),
            anchor: Index,
            done: bool,
        ) {
            let plan = plan(&titles);
            let now = DateTime::default();
            let anchor = Some(plan.step(anchor.index(plan.len())).key());
            let group = group.map(|name| Group::named(name).unwrap());
            let sort = (Sort::parse(sort).unwrap(), group);
            let (known, none) = (Known::default(), Progress::default());
            let mut slow = view("", sort.clone(), Pace { first, next });
            let order = || Order::by(sort.0.clone(), group, &plan, &known, &none).unwrap();
            slow.refresh(&plan, now, anchor, order());
            for text in typed {
                slow.filter = Query::parse(text).unwrap();
                slow.find(&plan, now, anchor);
                let mut rounds = 0;
                while slow.is_looking() && (done || rounds < 2) {
                    let before = slow.list.clone();
                    slow.search_on(&plan, now);
                    rounds += 1;
                    prop_assert!(before.is_empty()
                        || slow.list.windows(before.len()).any(|part| part == before));
                }
                if slow.is_looking() {
                    continue;
                }
                let whole = Pace { first: plan.len(), next: 0 };
                let mut quick = view(text, sort.clone(), whole);
                quick.refresh(&plan, now, anchor, order());
                prop_assert!(!quick.is_looking());
                prop_assert_eq!(&slow.list, &quick.list);
                prop_assert_eq!(slow.cursor, quick.cursor);
                prop_assert_eq!((slow.rows(), slow.row()), (quick.rows(), quick.row()));
                if group.is_some() {
                    let headings = (0..slow.rows()).filter_map(|row| match slow.at_row(row)? {
                        GroupLine::Heading(group) => slow.groups.heading(group),
                        GroupLine::Row(_) => None,
                    });
                    let counted: usize = headings.map(|heading| heading.count).sum();
                    prop_assert_eq!(counted, slow.list.len());
                }
                for block in 0..plan.blocks().len() {
                    let listed = slow.list.iter().any(|at| plan.step(*at).block() == block);
                    prop_assert_eq!(slow.lists_block(block), listed || text.is_empty());
                }
            }
        }
    }

    #[test]
    fn the_cursor_stays_on_its_step_while_others_come_in_above() {
        let titles: Vec<String> = (0..50).map(|at| format!("a{at}")).collect();
        let plan = plan(&titles);
        let now = DateTime::default();
        let mut view = view("a", (Sort::default(), None), Pace { first: 4, next: 6 });
        view.refresh(&plan, now, Some(plan.step(20).key()), Order::default());
        view.go(view.cursor + 1);
        view.range = Some(view.cursor);
        assert_eq!(view.list, [18, 19, 20, 21]);
        while view.is_looking() {
            view.search_on(&plan, now);
            assert_eq!(view.step(&plan).map(|step| step.index()), Some(21));
            assert_eq!(view.range, Some(view.cursor));
        }
        assert_eq!(view.list, (0..50).collect::<Vec<_>>());
    }
}
