//! Which lines of two versions are the same line in the same place.
//!
//! Patience: the lines that occur once in both are matched along their longest common order, then
//! what is equal next to a match is matched too. `n log n` for any input; what was moved against
//! that order is left unmatched, and is for others to find by name.

use std::ops::Range;

/// For each element of `a` the element of `b` that it is, if any. The matches run forwards in
/// both. Elements are numbers below `kinds`.
pub fn align(a: &[usize], b: &[usize], kinds: usize) -> Vec<Option<usize>> {
    let (in_a, in_b) = (single_places(a, kinds), single_places(b, kinds));
    let singles = a.iter().enumerate().filter_map(|(at, kind)| {
        let is_single = in_a[*kind] == Seen::Once(at);
        match in_b[*kind] {
            Seen::Once(place) if is_single => Some((at, place)),
            _ => None,
        }
    });
    let mut matched = vec![None; a.len()];
    for (from, to) in longest_forward(singles.collect()) {
        matched[from] = Some(to);
    }
    let anchors: Vec<(usize, usize)> = (matched.iter().enumerate())
        .filter_map(|(from, to)| Some((from, (*to)?)))
        .chain([(a.len(), b.len())])
        .collect();
    let (mut from, mut to) = (0, 0);
    for (next_from, next_to) in anchors {
        match_ends(a, b, from..next_from, to..next_to, &mut matched);
        (from, to) = (next_from + 1, next_to + 1);
    }
    matched
}

#[derive(Clone, Copy, PartialEq)]
enum Seen {
    Never,
    Once(usize),
    Often,
}

fn single_places(list: &[usize], kinds: usize) -> Vec<Seen> {
    let mut seen = vec![Seen::Never; kinds];
    for (at, kind) in list.iter().enumerate() {
        seen[*kind] = match seen[*kind] {
            Seen::Never => Seen::Once(at),
            _ => Seen::Often,
        };
    }
    seen
}

/// The longest run of pairs whose second halves ascend; the first halves ascend already.
fn longest_forward(pairs: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    // The pair that ends the best run of each length, and the pair before each in its run.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (at, (_, to)) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| pairs[*end].1 < *to);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        match ends.get_mut(length) {
            Some(end) => *end = at,
            None => ends.push(at),
        }
    }
    let mut run = Vec::with_capacity(ends.len());
    let mut at = ends.last().copied();
    while let Some(pair) = at {
        run.push(pairs[pair]);
        at = before[pair];
    }
    run.reverse();
    run
}

fn match_ends(
    a: &[usize],
    b: &[usize],
    mut from: Range<usize>,
    mut to: Range<usize>,
    matched: &mut [Option<usize>],
) {
    while !from.is_empty() && !to.is_empty() && a[from.start] == b[to.start] {
        matched[from.start] = Some(to.start);
        from.start += 1;
        to.start += 1;
    }
    while !from.is_empty() && !to.is_empty() && a[from.end - 1] == b[to.end - 1] {
        from.end -= 1;
        to.end -= 1;
        matched[from.end] = Some(to.end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_longest_common_order_is_matched_and_what_stands_beside_it() {
        // 9 stands for a blank line.
        let a = [9, 1, 9, 2, 3, 4];
        let b = [9, 2, 9, 3, 1, 4];
        let matched = align(&a, &b, 10);
        assert_eq!(matched, [Some(0), None, None, Some(1), Some(3), Some(5)]);
        assert_eq!(align(&[], &b, 10), []);
    }

    proptest! {
        #[test]
        fn matches_are_equal_and_run_forwards(
            a in prop::collection::vec(0_usize..8, 0..14),
            b in prop::collection::vec(0_usize..8, 0..14),
        ) {
            let mut last = None;
            for (from, to) in align(&a, &b, 8).into_iter().enumerate() {
                let Some(to) = to else { continue };
                prop_assert_eq!(a[from], b[to]);
                prop_assert!(last < Some(to));
                last = Some(to);
            }
            let all: Vec<Option<usize>> = (0..a.len()).map(Some).collect();
            prop_assert_eq!(align(&a, &a, 8), all);
        }
    }
}
