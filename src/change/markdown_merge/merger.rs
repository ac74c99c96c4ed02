//! Units of three versions put together: what one side alone touched is taken as its bytes, what both
//! touched is taken apart further, and what both made of one thing is asked about.

use super::crossing::{Run, is_as_lines, replaced, runs, without_sections};
use super::heads::{self, Head};
use super::output::Output;
use super::pair::{Thing, things};
use super::table;
use super::unit::{Kind, Unit, are_same};
use super::weave::{Place, order};
use crate::change::three_way::text::Stretch;
use crate::change::three_way::{Dispute, Side};

/// One unit in the versions that have it.
#[derive(Clone, Copy)]
pub(super) struct Trio<'u, 'a> {
    pub base: Option<&'u Unit<'a>>,
    pub ours: Option<&'u Unit<'a>>,
    pub theirs: Option<&'u Unit<'a>>,
}

/// The units of one list in each version.
#[derive(Clone, Copy)]
pub(super) struct Lists<'u, 'a> {
    pub base: &'u [Unit<'a>],
    pub ours: &'u [Unit<'a>],
    pub theirs: &'u [Unit<'a>],
}

impl<'u, 'a> Lists<'u, 'a> {
    fn swapped(&self) -> Self {
        Self {
            ours: self.theirs,
            theirs: self.ours,
            ..*self
        }
    }

    fn of(&self, run: &Run) -> Self {
        let [base, ours, theirs] = &run.spans;
        Self {
            base: &self.base[base.clone()],
            ours: &self.ours[ours.clone()],
            theirs: &self.theirs[theirs.clone()],
        }
    }

    /// What a thing is, and where it belongs among its like.
    pub(super) fn place(&self, thing: &Thing) -> Place<'u> {
        let unit = self.trio(thing).any();
        let kind = unit.map_or(Kind::Prose, |unit| unit.kind);
        (kind, unit.and_then(|unit| unit.rank.as_deref()))
    }

    pub(super) fn trio(&self, thing: &Thing) -> Trio<'u, 'a> {
        Trio {
            base: thing.base.map(|at| &self.base[at]),
            ours: thing.ours.map(|at| &self.ours[at]),
            theirs: thing.theirs.map(|at| &self.theirs[at]),
        }
    }
}

/// What becomes of a unit.
pub(super) enum Fate<'u, 'a> {
    /// It is not in the result.
    Gone,
    /// It is as it is on one side.
    As(&'u Unit<'a>),
    /// One side removed what the other changed.
    Removed(&'u Unit<'a>, Side),
    /// Both sides have it, each in its own words.
    Both(&'u Unit<'a>, &'u Unit<'a>),
}

impl<'u, 'a> Trio<'u, 'a> {
    pub(super) fn fate(&self) -> Fate<'u, 'a> {
        let was = |unit: &Unit<'a>| self.base.is_some_and(|base| base.whole == unit.whole);
        match (self.ours, self.theirs) {
            (None, None) => Fate::Gone,
            (Some(unit), None) | (None, Some(unit)) if self.base.is_none() => Fate::As(unit),
            (Some(unit), None) | (None, Some(unit)) if was(unit) => Fate::Gone,
            (Some(unit), None) => Fate::Removed(unit, Side::Theirs),
            (None, Some(unit)) => Fate::Removed(unit, Side::Ours),
            (Some(ours), Some(theirs)) if ours.whole == theirs.whole || was(theirs) => {
                Fate::As(ours)
            }
            (Some(ours), Some(theirs)) if was(ours) => Fate::As(theirs),
            (Some(ours), Some(theirs)) => Fate::Both(ours, theirs),
        }
    }

    fn any(&self) -> Option<&'u Unit<'a>> {
        self.ours.or(self.theirs).or(self.base)
    }
}

/// Writes what becomes of a list.
pub(super) fn merge_lists(lists: Lists<'_, '_>, output: &mut Output<'_>) {
    if are_same(lists.ours, lists.theirs) || are_same(lists.base, lists.theirs) {
        return output.units(lists.ours);
    }
    if are_same(lists.base, lists.ours) {
        return output.units(lists.theirs);
    }
    let things = things(lists.base, lists.ours, lists.theirs);
    let runs = runs(&lists, &things);
    merge_things(lists, &things, &runs, output);
}

/// Writes what becomes of things, those of a run together.
fn merge_things(lists: Lists<'_, '_>, things: &[Thing], runs: &[Run], output: &mut Output<'_>) {
    // A run stands as one thing among the others.
    let mut is_in_run = vec![false; things.len()];
    for number in runs.iter().flat_map(|run| &run.things) {
        is_in_run[*number] = true;
    }
    let alone = things.iter().zip(is_in_run);
    let alone = alone.filter_map(|(thing, is_in_run)| (!is_in_run).then_some(*thing));
    let all: Vec<Thing> = runs.iter().map(Run::first).chain(alone).collect();
    let mut before: Option<Thing> = None;
    for number in order(&all, |number| lists.place(&all[number])) {
        if let Some(run) = runs.get(number) {
            merge_run(lists.of(run), output);
            before = Some(run.last());
            continue;
        }
        let thing = all[number];
        let trio = lists.trio(&thing);
        let fate = trio.fate();
        if matches!(fate, Fate::Gone) {
            continue;
        }
        let lead = lead(&lists, &thing, before.as_ref());
        output.lead(&lead);
        match fate {
            Fate::Gone => {}
            Fate::As(unit) => output.unit(unit),
            Fate::Removed(unit, by) => {
                let dispute = Dispute::Removed {
                    name: heads::name(unit),
                    by,
                };
                match by {
                    Side::Ours => output.conflict(b"", unit.whole, dispute),
                    Side::Theirs => output.conflict(unit.whole, b"", dispute),
                }
            }
            Fate::Both(ours, theirs) => merge_units(trio.base, ours, theirs, output),
        }
        before = Some(thing);
    }
}

/// Writes neighbours of which one side made others: by what is in them, and by line where that is not
/// what either side did.
fn merge_run(lists: Lists<'_, '_>, output: &mut Output<'_>) {
    if are_same(lists.base, lists.theirs) {
        return output.units(lists.ours);
    }
    if are_same(lists.base, lists.ours) {
        return output.units(lists.theirs);
    }
    let all = [lists.base, lists.ours, lists.theirs];
    let [base, ours, theirs] = &all.map(text);
    let stretches = heads::lines(base, ours, theirs);
    // Where lines are in dispute, it must not depend on which side is ours that units are in none.
    let is_disputed = |stretch: &Stretch| matches!(stretch, Stretch::Disputed { .. });
    // Nor does a section that one side removed leave behind what the other put into it.
    let is_removed = |thing: &Thing| {
        let is_section = |unit: &Unit<'_>| unit.kind == Kind::Section;
        matches!(lists.trio(thing).fate(), Fate::Removed(unit, _) if is_section(unit))
    };
    let is_possible = !stretches.iter().any(is_disputed) || {
        let things = things(lists.base, lists.ours, lists.theirs);
        !things.iter().any(is_removed)
    } && {
        let mut scrap = Output::new(output.markers, output.ticks);
        merge_inside(lists.swapped(), [base, theirs, ours], &mut scrap)
    };
    let mark = output.mark();
    if is_possible && merge_inside(lists, [base, ours, theirs], output) {
        return;
    }
    output.back_to(&mark);
    for stretch in stretches {
        match stretch {
            Stretch::Merged(lines) => output.read(&lines),
            Stretch::Disputed { ours: o, theirs: t } => {
                let first = lists.base.first().map(heads::name);
                let name = first.unwrap_or_else(|| "the text there".to_owned());
                let keys = Vec::new();
                output.conflict(&o, &t, Dispute::Changed { name, keys });
            }
        }
    }
}

/// Writes what becomes of the neighbours in a run by what is in them; whether that is clean, and all
/// that either side did.
fn merge_inside(lists: Lists<'_, '_>, texts: [&[u8]; 3], output: &mut Output<'_>) -> bool {
    let all = [lists.base, lists.ours, lists.theirs];
    let mark = output.mark();
    let is_full = |unit: &Unit<'_>| unit.kind == Kind::Section && !unit.children.is_empty();
    match all.iter().any(|units| units.iter().any(is_full)) {
        true => {
            let [base, ours, theirs] = &all.map(without_sections);
            merge_lists(Lists { base, ours, theirs }, output);
        }
        false => {
            let things = things(lists.base, lists.ours, lists.theirs);
            if !replaced(&lists, &things).is_empty() {
                return false;
            }
            merge_things(lists, &things, &[], output);
        }
    }
    let together = output.lines_together(mark.put_together);
    output.conflicts.len() == mark.conflicts
        && is_as_lines(texts, &output.bytes[mark.bytes..], &together)
}

/// The lines of units with the blank ones before each.
fn text(units: &[Unit<'_>]) -> Vec<u8> {
    let parts = units.iter().flat_map(|unit| [unit.lead, unit.whole]);
    parts.flatten().copied().collect()
}

fn merge_units(
    base: Option<&Unit<'_>>,
    ours: &Unit<'_>,
    theirs: &Unit<'_>,
    output: &mut Output<'_>,
) {
    if ours.kind == Kind::Table {
        return table::merge(base, ours, theirs, output);
    }
    if let Some(bullet) = heads::list_of_two_forms(base, ours, theirs) {
        let from = output.bytes.len();
        output.read(&bullet);
        return output.note_together([base, Some(ours), Some(theirs)], from);
    }
    match heads::merge(base, ours, theirs, output.ticks) {
        Head::One(head) => {
            let from = output.bytes.len();
            output.head(ours.kind, &head);
            output.note_together([base, Some(ours), Some(theirs)], from);
        }
        Head::Two {
            ours,
            theirs,
            dispute,
        } => output.conflict(&ours, &theirs, dispute),
        Head::Lines(stretches) => heads::write(stretches, ours, output),
    }
    merge_lists(
        Lists {
            base: base.map_or(&[], |base| &base.children),
            ours: &ours.children,
            theirs: &theirs.children,
        },
        output,
    );
}

/// The blank lines before a thing that comes after `before` in the result.
fn lead(lists: &Lists<'_, '_>, thing: &Thing, before: Option<&Thing>) -> Vec<u8> {
    let trio = lists.trio(thing);
    let kind = trio.any().map(|unit| unit.kind);
    let kind_before = before.and_then(|before| lists.trio(before).any().map(|unit| unit.kind));
    // What it comes after where it comes from.
    let follows = |at: usize, place: fn(&Thing) -> Option<usize>| match before {
        None => at == 0,
        Some(before) => place(before).is_some_and(|other| other + 1 == at),
    };
    let in_ours = thing.ours.is_some_and(|at| follows(at, |thing| thing.ours));
    let in_theirs = thing
        .theirs
        .is_some_and(|at| follows(at, |thing| thing.theirs));
    // Blank lines behind another neighbour than before are no change of them.
    let neighbour = |units: &[Unit<'_>], at: Option<usize>| {
        let before = at.and_then(|at| at.checked_sub(1));
        before.map(|before| units[before].kind)
    };
    let was = neighbour(lists.base, thing.base);
    let moved_in_ours = !in_ours && was != neighbour(lists.ours, thing.ours);
    let moved_in_theirs = !in_theirs && was != neighbour(lists.theirs, thing.theirs);
    let leads = [trio.base, trio.ours, trio.theirs].map(|unit| unit.map(|unit| unit.lead));
    let own = match leads {
        [_, Some(ours), Some(theirs)] if ours == theirs => ours,
        [Some(base), Some(ours), Some(theirs)] if base == theirs && !moved_in_ours => ours,
        [Some(base), Some(ours), Some(theirs)] if base == ours && !moved_in_theirs => theirs,
        [_, Some(ours), Some(theirs)] => match [in_ours, in_theirs, moved_in_ours, moved_in_theirs]
        {
            [true, false, ..] | [_, _, false, true] => ours,
            [false, true, ..] | [_, _, true, false] => theirs,
            _ => std::cmp::max_by_key(ours, theirs, |lead| (lead.len(), *lead)),
        },
        [_, ours, theirs] => ours.or(theirs).unwrap_or_default(),
    };
    if in_ours || in_theirs {
        return own.to_vec();
    }
    let is_like =
        kind == kind_before && matches!(kind, Some(Kind::Item | Kind::Row | Kind::Definition));
    if is_like {
        // It was the first of its side, and what follows it there says how items are parted.
        let next = match (thing.ours, thing.theirs) {
            (Some(0), None) => lists.ours.get(1),
            (None, Some(0)) => lists.theirs.get(1),
            (Some(0), Some(0)) => lists.ours.get(1),
            _ => return own.to_vec(),
        };
        return next
            .filter(|next| Some(next.kind) == kind)
            .map_or(&b""[..], |next| next.lead)
            .to_vec();
    }
    match own.is_empty() && (before.is_some() || kind == Some(Kind::Prose)) {
        true => b"\n".to_vec(),
        false => own.to_vec(),
    }
}
