//! Things between which one side moved lines: a heading put into a list makes some of its items those
//! of another section, a paragraph makes rows of a table prose.
//!
//! There a unit that is missing in one thing may well stand in the next, so that what the other side
//! did to it would be lost. Such neighbours are a [`Run`], which is merged as one, and what is made of
//! it is held against the lines: [`is_as_lines`]. A run too is what both sides [`replaced`], and a
//! paragraph that both changed with those that one side put beside it: these may be halves of it.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::merger::{Fate, Lists};
use super::pair::Thing;
use super::unit::{Kind, Unit};

/// Neighbours in all versions, between which one side at least moved lines.
pub(super) struct Run {
    /// The numbers of its things, ascending.
    pub things: Vec<usize>,
    /// Its units in base, ours and theirs.
    pub spans: [Range<usize>; 3],
}

impl Run {
    /// Where it begins.
    pub(super) fn first(&self) -> Thing {
        self.thing(|span| span.start)
    }

    /// Where it ends.
    pub(super) fn last(&self) -> Thing {
        self.thing(|span| span.end - 1)
    }

    fn thing(&self, at: fn(&Range<usize>) -> usize) -> Thing {
        let place = |version: usize| {
            let span = &self.spans[version];
            (!span.is_empty()).then(|| at(span))
        };
        Thing {
            base: place(0),
            ours: place(1),
            theirs: place(2),
        }
    }
}

/// All runs of a list; no two share a unit.
pub(super) fn runs(lists: &Lists<'_, '_>, things: &[Thing]) -> Vec<Run> {
    let mut groups = Groups((0..things.len()).collect());
    let mut is_any = false;
    for side in [1, 2] {
        for (from, to) in moved(lists, things, side) {
            groups.join(from, to);
            is_any = true;
        }
    }
    for (from, to) in replaced(lists, things)
        .into_iter()
        .chain(beside_prose(lists, things))
    {
        groups.join(from, to);
        is_any = true;
    }
    if !is_any {
        return Vec::new();
    }
    let mut in_order: [Vec<usize>; 3] = Default::default();
    for (version, order) in in_order.iter_mut().enumerate() {
        let placed = things.iter().enumerate();
        let placed = placed.filter_map(|(number, thing)| Some((place(thing, version)?, number)));
        let mut placed: Vec<(usize, usize)> = placed.collect();
        placed.sort_unstable();
        *order = placed.into_iter().map(|(_, number)| number).collect();
    }
    // What stands between two of a group is of the group, in each version until nothing changes.
    loop {
        let joined = in_order.each_ref().map(|order| groups.close(order));
        if joined == [false; 3] {
            break;
        }
    }
    let mut members: HashMap<usize, Vec<usize>> = HashMap::new();
    for number in 0..things.len() {
        members.entry(groups.of(number)).or_default().push(number);
    }
    let mut runs: Vec<Run> = (members.into_values())
        .filter(|members| members.len() > 1)
        .map(|members| Run {
            spans: [0, 1, 2].map(|version| {
                let places = members.iter();
                let places = places.filter_map(|number| place(&things[*number], version));
                let (from, to) = places.fold((usize::MAX, 0), |(from, to), at| {
                    (from.min(at), to.max(at + 1))
                });
                from.min(to)..to
            }),
            things: members,
        })
        .collect();
    runs.sort_by_key(|run| run.things[0]);
    runs
}

fn place(thing: &Thing, version: usize) -> Option<usize> {
    [thing.base, thing.ours, thing.theirs][version]
}

/// Pairs of things of which one has a line in the base that the other has on a side.
fn moved(lists: &Lists<'_, '_>, things: &[Thing], side: usize) -> Vec<(usize, usize)> {
    let all = [lists.base, lists.ours, lists.theirs];
    let (units, others) = (all[side], all[3 - side]);
    // Where a line was and is; a line that stands more than once in any version tells nothing.
    let mut places: HashMap<&[u8], [Option<usize>; 2]> = HashMap::new();
    let mut often: HashSet<(&[u8], usize)> = HashSet::new();
    for (number, thing) in things.iter().enumerate() {
        let was = thing.base.map(|at| lists.base[at].whole);
        let is = place(thing, side).map(|at| units[at].whole);
        if was == is {
            continue;
        }
        for (version, text) in [was, is].into_iter().enumerate() {
            for line in text.into_iter().flat_map(lines) {
                let known = &mut places.entry(line).or_default()[version];
                if known.replace(number).is_some() {
                    often.insert((line, version));
                }
            }
        }
    }
    let mut single: HashMap<&[u8], (usize, usize)> = places
        .into_iter()
        .filter_map(|(line, at)| {
            let [Some(was), Some(is)] = at else {
                return None;
            };
            let is_often = [0, 1].iter().any(|at| often.contains(&(line, *at)));
            (was != is && !is_often).then_some((line, (was, is)))
        })
        .collect();
    if !single.is_empty() {
        let mut seen: HashSet<&[u8]> = HashSet::new();
        for line in others.iter().flat_map(|unit| lines(unit.whole)) {
            if !seen.insert(line) {
                single.remove(line);
            }
        }
    }
    single.into_values().collect()
}

/// Pairs of things that make a piece in the place of which each side has another one. Nobody can tell
/// whether that are two things: both are kept of pure additions only.
pub(super) fn replaced(lists: &Lists<'_, '_>, things: &[Thing]) -> Vec<(usize, usize)> {
    let sides = [lists.ours, lists.theirs];
    let mut numbers = sides.map(|side| vec![0; side.len()]);
    for (number, thing) in things.iter().enumerate() {
        for (side, at) in [thing.ours, thing.theirs].into_iter().enumerate() {
            at.into_iter().for_each(|at| numbers[side][at] = number);
        }
    }
    let mut pairs = Vec::new();
    let mut lost: Vec<usize> = Vec::new();
    let mut from = [0, 0];
    let ends = Thing {
        base: None,
        ours: Some(sides[0].len()),
        theirs: Some(sides[1].len()),
    };
    let base = things.iter().take(lists.base.len());
    for (number, thing) in base.chain([&ends]).enumerate() {
        let (Some(ours), Some(theirs)) = (thing.ours, thing.theirs) else {
            lost.push(number);
            continue;
        };
        let to = [ours, theirs];
        let lost = std::mem::take(&mut lost);
        let from = std::mem::replace(&mut from, to.map(|at| at + 1));
        let added = [0, 1].map(|side| -> Vec<usize> {
            let between = numbers[side].get(from[side]..to[side]).unwrap_or_default();
            let is_own = |number: &&usize| {
                let thing = &things[**number];
                thing.base.is_none() && (thing.ours.is_none() || thing.theirs.is_none())
            };
            between.iter().filter(is_own).copied().collect()
        });
        for number in lost {
            let trio = lists.trio(&things[number]);
            let is_gone = [trio.ours.is_none(), trio.theirs.is_none()];
            // What one side left alone was removed by the other, and what has a number or a label is
            // no other thing's former version.
            let is_removed = matches!(trio.fate(), Fate::Gone) && is_gone != [true; 2];
            if is_removed || lists.base[number].has_name() {
                continue;
            }
            let new = || (0..2).filter(|side| is_gone[*side]);
            if new().all(|side| !added[side].is_empty()) {
                let others = new().flat_map(|side| &added[side]);
                pairs.extend(others.map(|other| (number, *other)));
            }
        }
    }
    pairs
}

/// Pairs of a paragraph that both sides changed and one that a side put beside it.
fn beside_prose(lists: &Lists<'_, '_>, things: &[Thing]) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    for side in [1, 2] {
        let units = [lists.base, lists.ours, lists.theirs][side];
        let placed = things.iter().enumerate();
        let mut placed: Vec<(usize, usize)> = placed
            .filter_map(|(number, thing)| Some((place(thing, side)?, number)))
            .collect();
        placed.sort_unstable();
        let is_new = |number: usize| {
            let thing = &things[number];
            thing.base.is_none() && place(thing, 3 - side).is_none()
        };
        let is_disputed = |number: usize| {
            let trio = lists.trio(&things[number]);
            trio.base.is_some() && matches!(trio.fate(), Fate::Both(..) | Fate::Removed(..))
        };
        for two in placed.windows(2) {
            let is_prose = two.iter().all(|(at, _)| units[*at].kind == Kind::Prose);
            let [one, other] = [two[0].1, two[1].1];
            if is_prose && (is_new(one) && is_disputed(other) || is_new(other) && is_disputed(one))
            {
                pairs.push((one, other));
            }
        }
    }
    pairs
}

/// Which things belong together: of each another one of its group, at the end the first.
struct Groups(Vec<usize>);

impl Groups {
    fn of(&mut self, mut number: usize) -> usize {
        while self.0[number] != number {
            self.0[number] = self.0[self.0[number]];
            number = self.0[number];
        }
        number
    }

    fn join(&mut self, one: usize, other: usize) -> bool {
        let (one, other) = (self.of(one), self.of(other));
        self.0[one.max(other)] = one.min(other);
        one != other
    }

    /// Joins what stands between things of one group; whether there was any.
    fn close(&mut self, order: &[usize]) -> bool {
        let mut last: HashMap<usize, usize> = HashMap::new();
        for (at, number) in order.iter().enumerate() {
            last.insert(self.of(*number), at);
        }
        let (mut joined, mut until) = (false, 0);
        for (at, number) in order.iter().enumerate() {
            let end = last.get(&self.of(*number)).copied().unwrap_or(at);
            if at > 0 && at <= until {
                joined |= self.join(order[at - 1], *number);
            }
            until = if at > until { end } else { until.max(end) };
        }
        joined
    }
}

/// The lines that say something.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    lines.filter(|line| !line.is_empty())
}

/// The units with what is in sections beside their headings.
pub(super) fn without_sections<'a>(units: &[Unit<'a>]) -> Vec<Unit<'a>> {
    let mut flat = Vec::with_capacity(units.len());
    for unit in units {
        let mut unit = unit.clone();
        if unit.kind != Kind::Section {
            flat.push(unit);
            continue;
        }
        let children = std::mem::take(&mut unit.children);
        unit.whole = unit.head;
        flat.push(unit);
        flat.extend(children);
    }
    flat
}

/// Whether what one side alone did to a line is done in the result: what it removed is not there, what
/// it added is there as often, and not away from between its neighbours. Lines in `put_together` are
/// both sides' work.
pub(super) fn is_as_lines(
    versions: [&[u8]; 3],
    merged: &[u8],
    put_together: &HashSet<&[u8]>,
) -> bool {
    // Start and end are neighbours too; no text has these bytes.
    let ends: [&[u8]; 2] = [b"\0", b"\0\0"];
    let [base, ours, theirs, result] =
        [versions[0], versions[1], versions[2], merged].map(|text| {
            let inner = std::iter::once(ends[0]).chain(lines(text));
            inner.chain([ends[1]]).collect::<Vec<_>>()
        });
    let mut counts: HashMap<&[u8], [usize; 4]> = HashMap::new();
    for (version, lines) in [&base, &ours, &theirs, &result].into_iter().enumerate() {
        for line in lines {
            counts.entry(line).or_default()[version] += 1;
        }
    }
    let is_counted = counts.iter().all(|(line, [base, ours, theirs, result])| {
        put_together.contains(line)
            || match () {
                () if base == theirs => result == ours,
                () if base == ours => result == theirs,
                () => true,
            }
    });
    // What is new on one side is between the lines that it came between, if nothing else is. Those that
    // stand more than once tell nothing.
    let is_new = |line: &[u8]| counts.get(line).is_some_and(|counts| counts[0] == 0);
    let is_single = |line: &[u8], version: usize| {
        let counts = counts.get(line).copied().unwrap_or_default();
        counts[3] == 1 && counts[version] == 1
    };
    let mut places: HashMap<&[u8], (usize, usize)> = HashMap::new();
    let mut old = 0;
    for (at, line) in result.iter().enumerate() {
        places.insert(line, (at, old));
        old += usize::from(is_single(line, 0));
    }
    let place = |line: &[u8]| places.get(line).copied();
    let is_placed = |side: &[&[u8]], version: usize| {
        let mut before: Option<(usize, usize)> = None;
        let mut new: Vec<usize> = Vec::new();
        let mut known = side.iter().filter(|line| is_single(line, version));
        known.all(|line| {
            if is_new(line) {
                let own = place(line).filter(|_| !put_together.contains(line));
                new.extend(own.map(|(at, _)| at));
                return true;
            }
            let behind = place(line);
            let new = std::mem::take(&mut new);
            match (std::mem::replace(&mut before, behind), behind) {
                (Some((from, old)), Some((to, next))) if old + 1 == next => {
                    new.iter().all(|at| (from..to).contains(at))
                }
                _ => true,
            }
        })
    };
    is_counted
        && is_placed(&ours, 1)
        && is_placed(&theirs, 2)
        && is_in_order(&base, [&ours, &theirs, &result])
}

/// Whether neighbours of the base that both sides leave in this order are so in the result, which is
/// the last version.
fn is_in_order(base: &[&[u8]], versions: [&[&[u8]]; 3]) -> bool {
    // Nothing where a line stands more than once.
    let places = versions.map(|lines| {
        let mut places: HashMap<&[u8], Option<usize>> = HashMap::new();
        for (at, line) in lines.iter().enumerate() {
            let place = places.entry(line).or_insert(Some(at));
            *place = place.filter(|place| *place == at);
        }
        places
    });
    let in_all = |line: &[u8]| -> Option<[usize; 3]> {
        let [ours, theirs, result] = [0, 1, 2].map(|at| places[at].get(line).copied().flatten());
        Some([ours?, theirs?, result?])
    };
    let known: Vec<[usize; 3]> = base.iter().filter_map(|line| in_all(line)).collect();
    known.windows(2).all(|two| {
        let [ours, theirs, result] = [0, 1, 2].map(|version| two[0][version] < two[1][version]);
        result || !ours || !theirs
    })
}
