//! Which steps of three versions are the same step, and which number each has in the result.
//!
//! A step is known by its `uid`, else by its ID; never by how that is spelled or on which line it
//! is. Where two steps come under one number, both stay: the mainline's keeps it, the other gets
//! the next free one with all that is below it, and says what it was. Each version is then
//! rewritten into the numbering of the result, references included, as that version meant them; so
//! the merge that follows can go by IDs alone, and what nobody renumbered keeps its bytes.
//!
//! The answer is the same whichever side is called ours.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;

use self::rewriting::Shared;
use self::same::{Entry, Group, entries, groups};
use super::lines::{Name, Tokens, Version};
use super::{Renumbered, Side};
use crate::change::renumber::NewIds;
use crate::document::rope::Rope;
use crate::document::same_value::is_same;
use crate::plan::id::StepId;
use crate::plan::uid::Uid;

mod rewriting;
mod same;
#[cfg(test)]
mod tests;

/// Three versions in one numbering.
pub struct Settled {
    /// Base, ours and theirs.
    pub versions: [Rope; 3],
    /// The steps that got another number, in the order of the old ones.
    pub renumbered: Vec<Renumbered>,
}

/// Puts base, ours and theirs into the numbering of the result; nothing where that is what they
/// have.
pub fn settle(
    bytes: [&Rope; 3],
    versions: [&Version<'_>; 3],
    tokens: &Tokens<'_>,
    mainline: Option<Side>,
) -> Option<Settled> {
    let numbering = Numbering::of(versions, tokens, mainline)?;
    let shared = Shared {
        in_base: (versions[0].lines.iter())
            .filter_map(|line| step_of(tokens, line.token))
            .collect(),
        base: versions[0]
            .lines
            .iter()
            .map(|line| (line.token, line.body))
            .collect(),
    };
    let rewritten = [0, 1, 2].map(|at| {
        let version = (bytes[at], versions[at]);
        numbering.rewritten(at, version, &shared)
    });
    Some(Settled {
        versions: rewritten,
        renumbered: numbering.told(),
    })
}

/// What steps that several of base, ours and theirs have are called in the result, for each version
/// that calls some of them otherwise; nothing where none does.
pub fn new_ids(
    versions: [&Version<'_>; 3],
    tokens: &Tokens<'_>,
    mainline: Option<Side>,
) -> Option<[NewIds; 3]> {
    let numbering = Numbering::of(versions, tokens, mainline)?;
    let is_shared = |group: usize| numbering.groups[group].iter().flatten().count() > 1;
    let ids = [0, 1, 2].map(|at| {
        let ids = numbering.new_ids(at).into_iter();
        let shared = ids.filter(|(_, (group, _))| is_shared(*group));
        shared.map(|(old, (_, new))| (old, new)).collect()
    });
    ids.iter()
        .any(|ids: &NewIds| !ids.is_empty())
        .then_some(ids)
}

fn step_of(tokens: &Tokens<'_>, token: usize) -> Option<StepId> {
    match tokens.name(token)? {
        Name::Step(id, _) => Some(*id),
        Name::Header(_) | Name::Odd(..) => None,
    }
}

/// Which number each step has in the result.
struct Numbering<'a> {
    groups: Vec<Group<'a>>,
    /// The groups by the number of their first line: a sub-step has that of its step.
    by_number: HashMap<u32, Vec<usize>>,
    /// IDs that some version has, or that were given here.
    taken: HashSet<StepId>,
    /// Numbers that all are taken, as the last search found.
    full: Range<u32>,
    /// The steps that got a number here.
    new: BTreeMap<usize, StepId>,
    /// What steps that are gone from the result are called until then, so that nobody is taken for
    /// them.
    hidden: HashMap<usize, StepId>,
    mainline: Option<usize>,
}

impl<'a> Numbering<'a> {
    /// That of three versions; nothing where it is what they have.
    fn of(
        versions: [&Version<'a>; 3],
        tokens: &Tokens<'_>,
        mainline: Option<Side>,
    ) -> Option<Self> {
        let places = versions.map(|version| version.places(tokens));
        let entries = entries(versions, &places, tokens);
        if entries.iter().all(Vec::is_empty) {
            return None;
        }
        let mainline = mainline.map(|side| match side {
            Side::Ours => 1,
            Side::Theirs => 2,
        });
        let names = (0..tokens.count()).filter_map(|token| tokens.name(token));
        let taken = names.filter_map(|name| match name {
            Name::Step(id, _) => Some(*id),
            Name::Header(_) | Name::Odd(..) => None,
        });
        let groups = groups(entries);
        let mut by_number: HashMap<u32, Vec<usize>> = HashMap::new();
        for (at, group) in groups.iter().enumerate() {
            if let Some(entry) = group.iter().flatten().next() {
                by_number.entry(entry.id.number()).or_default().push(at);
            }
        }
        let mut numbering = Self {
            groups,
            by_number,
            taken: taken.collect(),
            full: 0..0,
            new: BTreeMap::new(),
            hidden: HashMap::new(),
            mainline,
        };
        numbering.part();
        numbering.hide();
        (!numbering.is_as_written()).then_some(numbering)
    }

    /// What a step that stays is called in the result, spelled as in a version, if that is
    /// something else.
    fn new_id(&self, group: usize, entry: &Entry<'_>) -> Option<StepId> {
        let id = (self.stays(group) && !self.hidden.contains_key(&group)).then(|| self.id(group));
        let id = id.filter(|id| *id != entry.id);
        id.map(|id| id.padded_to(entry.id.digits()))
    }

    /// Those of a version, each with its group, by the number that it has there; none that stands
    /// twice.
    fn new_ids(&self, at: usize) -> HashMap<StepId, (usize, StepId)> {
        let mut ids = HashMap::new();
        let mut shown_twice = HashSet::new();
        for (group, entries) in self.groups.iter().enumerate() {
            let Some(entry) = &entries[at] else { continue };
            if entry.nth > 0 {
                shown_twice.insert(entry.id);
            }
            ids.extend(self.new_id(group, entry).map(|id| (entry.id, (group, id))));
        }
        ids.retain(|old, _| !shown_twice.contains(old));
        ids
    }

    /// The ID that both sides' wishes make.
    fn wished(&self, group: usize) -> StepId {
        let [base, ours, theirs] = &self.groups[group];
        let id = |entry: &Option<Entry<'_>>| entry.as_ref().map(|entry| entry.id);
        let (b, o, t) = (id(base), id(ours), id(theirs));
        let had = |entry: &Option<Entry<'_>>, id: StepId| {
            entry.as_ref().is_some_and(|entry| entry.was.contains(&id))
        };
        match (o, t) {
            (Some(o), Some(t)) if o == t || b == Some(t) => o,
            (Some(o), Some(t)) if b == Some(o) => t,
            (Some(o), Some(t)) => match (had(ours, t), had(theirs, o), self.mainline) {
                (true, false, _) | (_, _, Some(1)) => o,
                (false, true, _) | (_, _, Some(_)) => t,
                _ => o.min(t),
            },
            (Some(id), None) | (None, Some(id)) => id,
            (None, None) => b.unwrap_or(StepId::new(1)),
        }
    }

    /// The version whose move of a step does not hold, where both sides moved it.
    fn moved_in_vain(&self, group: usize) -> Option<usize> {
        let [Some(base), Some(ours), Some(theirs)] = &self.groups[group] else {
            return None;
        };
        let kept = self.wished(group);
        let is_moved = [ours, theirs].iter().all(|entry| entry.id != base.id);
        let differ = ours.id != theirs.id && !self.new.contains_key(&group);
        let is_earlier = ours.was.contains(&theirs.id) || theirs.was.contains(&ours.id);
        let lost = if ours.id == kept { 2 } else { 1 };
        (is_moved && differ && !is_earlier).then_some(lost)
    }

    fn id(&self, group: usize) -> StepId {
        match self.new.get(&group) {
            Some(id) => *id,
            None => self.wished(group),
        }
    }

    /// Whether the step is in the result.
    fn stays(&self, group: usize) -> bool {
        match &self.groups[group] {
            [_, Some(_), Some(_)] => true,
            [Some(base), Some(side), None] | [Some(base), None, Some(side)] => {
                !is_same(base.body, side.body)
            }
            [base, _, _] => base.is_none(),
        }
    }

    /// Gives every step a number of its own, unless several share one already.
    fn part(&mut self) {
        let mut claims: BTreeMap<StepId, Vec<usize>> = BTreeMap::new();
        for group in (0..self.groups.len()).filter(|group| self.stays(*group)) {
            claims.entry(self.wished(group)).or_default().push(group);
        }
        for (id, mut claimants) in claims {
            claimants.retain(|group| !self.new.contains_key(group));
            claimants.sort_by_cached_key(|group| self.rank(*group, id));
            let Some((holder, others)) = claimants.split_first() else {
                continue;
            };
            for other in others {
                if !self.meet(*holder, *other, id) {
                    self.move_on(*other, *holder, id);
                }
            }
        }
    }

    /// Who of several keeps an ID: who had it, who is on the mainline, who has the smaller uid.
    fn rank(&self, group: usize, id: StepId) -> (bool, bool, Option<Uid>, String, Vec<u8>) {
        let entries = &self.groups[group];
        let has = |at: usize| entries[at].as_ref().is_some_and(|entry| entry.id == id);
        let first = entries[1].iter().chain(&entries[2]).min_by_key(|e| e.body);
        (
            !has(0),
            !self.mainline.is_some_and(has),
            first.and_then(|entry| entry.uid),
            first.map_or_else(String::new, |entry| entry.title.clone()),
            first.map_or_else(Vec::new, |entry| entry.body.to_vec()),
        )
    }

    /// Whether two steps share an ID in some version already.
    fn meet(&self, one: usize, other: usize, id: StepId) -> bool {
        let has = |group: usize, at: usize| {
            let entry = self.groups[group][at].as_ref();
            entry.is_some_and(|entry| entry.id == id)
        };
        (0..3).any(|at| has(one, at) && has(other, at))
    }

    /// Gives a step the next free ID, and those below it theirs.
    fn move_on(&mut self, group: usize, holder: usize, id: StepId) {
        let Some(free) = self.next_free(id) else {
            return;
        };
        self.give(group, free);
        let has = |group: usize, at: usize| self.groups[group][at].is_some();
        let own = [0, 1, 2].map(|at| has(group, at) && !has(holder, at));
        let near = self.by_number.get(&id.number());
        let below: Vec<(usize, StepId)> = (near.into_iter().flatten().copied())
            .filter(|other| !self.new.contains_key(other))
            .filter_map(|other| Some((other, self.below(other, id, free, own)?)))
            .collect();
        for (other, id) in below {
            self.give(other, id);
        }
    }

    /// What a sub-step of a step that moves on is called, if it is one, and only where that step
    /// is.
    fn below(&self, group: usize, old: StepId, new: StepId, own: [bool; 3]) -> Option<StepId> {
        let mut found = None;
        for (at, entry) in self.groups[group].iter().enumerate() {
            let Some(entry) = entry else { continue };
            let rest = entry.id.suffix().strip_prefix(old.suffix())?;
            if !own[at] || entry.id.number() != old.number() || !rest.starts_with('.') {
                return None;
            }
            found = format!("{new}{rest}").parse::<StepId>().ok();
        }
        found.filter(|id| !self.taken.contains(id))
    }

    /// The first ID behind `id` that nobody has: a number, or a letter below the same step.
    fn next_free(&mut self, id: StepId) -> Option<StepId> {
        let is_free = |id: &StepId| !self.taken.contains(id);
        if let Some(parent) = id.parent() {
            return parent.children().find(is_free);
        }
        let first = id.number().checked_add(1)?;
        let from = match self.full.contains(&first) {
            true => self.full.end,
            false => first,
        };
        let id = |number| StepId::new(number).padded_to(id.digits());
        let free = (from..).find(|number| is_free(&id(*number)))?;
        self.full = first..free;
        Some(id(free))
    }

    fn give(&mut self, group: usize, id: StepId) {
        self.taken.insert(id);
        self.new.insert(group, id);
    }

    /// Keeps steps that are gone apart from those that have their numbers now.
    fn hide(&mut self) {
        let gone: Vec<usize> = (0..self.groups.len())
            .filter(|group| !self.stays(*group))
            .collect();
        if gone.is_empty() {
            return;
        }
        let live: HashSet<StepId> = (0..self.groups.len())
            .filter(|group| self.stays(*group))
            .map(|group| self.id(group))
            .collect();
        let mut last = u32::MAX;
        for group in gone {
            let mut entries = self.groups[group].iter().flatten();
            if entries.any(|entry| live.contains(&entry.id)) {
                while self.taken.contains(&StepId::new(last)) {
                    last -= 1;
                }
                self.hidden.insert(group, StepId::new(last));
                last -= 1;
            }
        }
    }

    fn is_as_written(&self) -> bool {
        let is_so = |group: usize| {
            let id = self.id(group);
            let mut entries = self.groups[group].iter().flatten();
            entries.all(|entry| entry.id == id)
        };
        let mut stay = (0..self.groups.len()).filter(|group| self.stays(*group));
        self.hidden.is_empty() && stay.all(is_so)
    }

    fn told(&self) -> Vec<Renumbered> {
        let told = |(group, new): (&usize, &StepId)| {
            let entry = self.groups[*group].iter().flatten().last()?;
            Some(Renumbered {
                old: entry.id,
                new: new.padded_to(entry.id.digits()),
                title: entry.title.clone(),
                is_moved_by_both: false,
            })
        };
        let moved = (0..self.groups.len()).filter_map(|group| {
            let lost = self.groups[group][self.moved_in_vain(group)?].as_ref()?;
            let new = self.id(group);
            Some(Renumbered {
                old: lost.id,
                new: new.padded_to(lost.id.digits()),
                title: lost.title.clone(),
                is_moved_by_both: true,
            })
        });
        let given = self.new.iter().filter_map(told);
        let mut all: Vec<Renumbered> = given.chain(moved).collect();
        all.sort_by_key(|step| step.old);
        all
    }
}
