//! In which order the things of three versions stand in one.
//!
//! What neither side moved is the frame. Between two parts of it stand first what our side has
//! there, then theirs, unless their numbers or days say otherwise; but what goes on with a list stands
//! with that list. What one side moved is where that side has it.

use std::iter::Peekable;
use std::vec::IntoIter;

use super::pair::Thing;
use super::unit::Kind;
use crate::change::three_way::align::align;

/// What a thing is, and where it belongs among its like.
pub(super) type Place<'r> = (Kind, Option<&'r str>);

/// The numbers of `things` in their order.
pub(super) fn order<'r>(things: &[Thing], at: impl Fn(usize) -> Place<'r>) -> Vec<usize> {
    let list = |place: fn(&Thing) -> Option<usize>| -> Vec<usize> {
        let placed = things.iter().enumerate();
        let placed = placed.filter_map(|(number, thing)| Some((place(thing)?, number)));
        let mut placed: Vec<(usize, usize)> = placed.collect();
        placed.sort_unstable();
        placed.into_iter().map(|(_, number)| number).collect()
    };
    let (base, ours, theirs) = (
        list(|thing| thing.base),
        list(|thing| thing.ours),
        list(|thing| thing.theirs),
    );
    let stays = |side: &[usize]| -> Vec<bool> {
        let mut stays = vec![false; things.len()];
        for (at, found) in align(&base, side, things.len()).into_iter().enumerate() {
            stays[base[at]] = found.is_some();
        }
        stays
    };
    let (in_ours, in_theirs) = (stays(&ours), stays(&theirs));
    let is_frame = |number: usize| in_ours[number] && in_theirs[number];
    let is_theirs = |number: usize| {
        let thing = &things[number];
        match (thing.ours, thing.theirs) {
            (None, _) => true,
            (_, None) => false,
            _ => in_ours[number] && !in_theirs[number],
        }
    };
    let mut order = Vec::with_capacity(things.len());
    let (mut o, mut t) = (ours.into_iter().peekable(), theirs.into_iter().peekable());
    let frame = base.iter().copied().filter(|number| is_frame(*number));
    for next in frame.map(Some).chain([None]) {
        let run = |side: &mut Peekable<IntoIter<usize>>| -> Vec<usize> {
            std::iter::from_fn(|| side.next_if(|number| !is_frame(*number))).collect()
        };
        let (mut ours, mut theirs) = (run(&mut o), run(&mut t));
        ours.retain(|number| !is_theirs(*number));
        theirs.retain(|number| is_theirs(*number) || things[*number].base.is_none());
        fill([&ours, &theirs], next, things, &at, &mut order);
        if let Some(next) = next {
            order.push(next);
            o.next();
            t.next();
        }
    }
    order
}

/// Puts two runs together, around what is new in both; `next` comes after them.
fn fill<'r>(
    [ours, theirs]: [&[usize]; 2],
    next: Option<usize>,
    things: &[Thing],
    at: &impl Fn(usize) -> Place<'r>,
    order: &mut Vec<usize>,
) {
    let own = |run: &[usize]| -> Vec<usize> {
        let own = run.iter().copied();
        own.filter(|number| things[*number].ours.is_none() || things[*number].base.is_some())
            .collect()
    };
    let (mut from, mut to) = (0, 0);
    for (place, found) in align(ours, theirs, things.len()).into_iter().enumerate() {
        let Some(found) = found else { continue };
        let between = [&ours[from..place], &own(&theirs[to..found])];
        beside_lists(between, Some(ours[place]), at, order);
        order.push(ours[place]);
        (from, to) = (place + 1, found + 1);
    }
    beside_lists([&ours[from..], &own(&theirs[to..])], next, at, order);
}

/// Puts two runs together: first what goes on with the list before them, last what begins the one
/// behind.
fn beside_lists<'r>(
    mut runs: [&[usize]; 2],
    next: Option<usize>,
    at: &impl Fn(usize) -> Place<'r>,
    order: &mut Vec<usize>,
) {
    let list = |number: Option<usize>| {
        let kind = number.map(|number| at(number).0);
        kind.filter(|kind| matches!(kind, Kind::Item | Kind::Definition))
    };
    let (before, behind) = (list(order.last().copied()), list(next));
    let is_of = |number: &usize, list| list == Some(at(*number).0);
    let first = runs.each_mut().map(|run| {
        let other = run.iter().position(|number| !is_of(number, before));
        let (first, rest) = run.split_at(other.unwrap_or(run.len()));
        *run = rest;
        first
    });
    let last = runs.each_mut().map(|run| {
        let other = run.iter().rposition(|number| !is_of(number, behind));
        let (rest, last) = run.split_at(other.map_or(0, |other| other + 1));
        *run = rest;
        last
    });
    for runs in [first, runs, last] {
        interleave(runs, at, order);
    }
}

/// Puts two runs together: by rank where all have one and are in order, else ours first.
fn interleave<'r>(
    [ours, theirs]: [&[usize]; 2],
    at: &impl Fn(usize) -> Place<'r>,
    order: &mut Vec<usize>,
) {
    let ranks = |run: &[usize]| -> Option<Vec<&'r str>> {
        let ranks = run.iter().map(|number| at(*number).1);
        let ranks: Vec<&str> = ranks.collect::<Option<_>>()?;
        ranks.is_sorted().then_some(ranks)
    };
    let (Some(in_ours), Some(in_theirs)) = (ranks(ours), ranks(theirs)) else {
        order.extend(ours);
        order.extend(theirs);
        return;
    };
    let mut t = 0;
    for (number, own) in ours.iter().zip(in_ours) {
        while t < theirs.len() && in_theirs[t] < own {
            order.push(theirs[t]);
            t += 1;
        }
        order.push(*number);
    }
    order.extend(&theirs[t..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Things named by letters, as three versions have them.
    fn woven(base: &str, ours: &str, theirs: &str) -> String {
        let mut names: Vec<char> = [base, ours, theirs].concat().chars().collect();
        names.sort_unstable();
        names.dedup();
        let things: Vec<Thing> = (names.iter())
            .map(|name| {
                let at = |text: &str| text.chars().position(|c| c == *name);
                Thing {
                    base: at(base),
                    ours: at(ours),
                    theirs: at(theirs),
                }
            })
            .collect();
        let rank = |number: usize| {
            let digits = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
            let digit = names[number].to_digit(10)?;
            Some(digits[digit as usize])
        };
        let kind = |number: usize| match names[number].is_uppercase() {
            true => Kind::Prose,
            false => Kind::Item,
        };
        let order = order(&things, |number| (kind(number), rank(number)));
        order.into_iter().map(|number| names[number]).collect()
    }

    #[test]
    fn what_both_sides_add_stands_where_they_put_it() {
        assert_eq!(woven("abc", "axbc", "abcy"), "axbcy");
        assert_eq!(woven("abc", "abcx", "abcy"), "abcxy");
        assert_eq!(woven("19", "1479", "159"), "14579");
        assert_eq!(woven("", "x", "y"), "xy");
        assert_eq!(woven("", "xz", "yz"), "xyz");
    }

    #[test]
    fn what_goes_on_with_a_list_stands_with_it() {
        assert_eq!(woven("aP", "aSP", "axP"), "axSP");
        assert_eq!(woven("aP", "axP", "aSP"), "axSP");
        assert_eq!(woven("aP", "axSP", "ayTP"), "axySTP");
        assert_eq!(woven("Pa", "Pxa", "PSa"), "PSxa");
        assert_eq!(woven("", "x", "S"), "xS");
    }

    #[test]
    fn what_one_side_moved_is_where_it_has_it() {
        assert_eq!(woven("abcd", "bcda", "abcdx"), "bcdax");
        assert_eq!(woven("abcd", "abcdx", "bcda"), "bcdxa");
    }

    #[test]
    fn what_one_side_took_away_keeps_its_place_for_the_question() {
        assert_eq!(woven("abc", "ac", "abxc"), "abxc");
    }
}
