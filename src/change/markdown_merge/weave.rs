//! In which order the things of three versions stand in one.
//!
//! What neither side moved is the frame. Between two parts of it stand first what our side has
//! there, then theirs, unless their numbers or days say otherwise; what one side moved is where that
//! side has it.

use std::iter::Peekable;
use std::vec::IntoIter;

use super::pair::Thing;
use crate::change::three_way::align::align;

/// The numbers of `things` in their order. `rank` says where a thing belongs among its like.
pub(super) fn order<'r>(things: &[Thing], rank: impl Fn(usize) -> Option<&'r str>) -> Vec<usize> {
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
        fill(&ours, &theirs, things, &rank, &mut order);
        if let Some(next) = next {
            order.push(next);
            o.next();
            t.next();
        }
    }
    order
}

/// Puts two runs together, around what is new in both.
fn fill<'r>(
    ours: &[usize],
    theirs: &[usize],
    things: &[Thing],
    rank: &impl Fn(usize) -> Option<&'r str>,
    order: &mut Vec<usize>,
) {
    let own = |run: &[usize]| -> Vec<usize> {
        let own = run.iter().copied();
        own.filter(|number| things[*number].ours.is_none() || things[*number].base.is_some())
            .collect()
    };
    let (mut from, mut to) = (0, 0);
    for (at, found) in align(ours, theirs, things.len()).into_iter().enumerate() {
        let Some(found) = found else { continue };
        interleave(&ours[from..at], &own(&theirs[to..found]), rank, order);
        order.push(ours[at]);
        (from, to) = (at + 1, found + 1);
    }
    interleave(&ours[from..], &own(&theirs[to..]), rank, order);
}

/// Puts two runs together: by rank where all have one and are in order, else ours first.
fn interleave<'r>(
    ours: &[usize],
    theirs: &[usize],
    rank: &impl Fn(usize) -> Option<&'r str>,
    order: &mut Vec<usize>,
) {
    let ranks = |run: &[usize]| -> Option<Vec<&'r str>> {
        let ranks: Vec<&str> = run
            .iter()
            .map(|number| rank(*number))
            .collect::<Option<_>>()?;
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
        let order = order(&things, rank);
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
    fn what_one_side_moved_is_where_it_has_it() {
        assert_eq!(woven("abcd", "bcda", "abcdx"), "bcdax");
        assert_eq!(woven("abcd", "abcdx", "bcda"), "bcdxa");
    }

    #[test]
    fn what_one_side_took_away_keeps_its_place_for_the_question() {
        assert_eq!(woven("abc", "ac", "abxc"), "abxc");
    }
}
