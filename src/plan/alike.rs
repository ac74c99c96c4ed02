//! Names that look like a known one: another case or accent, a letter or two of difference.

use super::Plan;
use super::people::people;
use super::query::words::fold;
use crate::document::progress::Progress;

/// Names of fewer letters differ by chance.
const FEWEST: usize = 4;
/// From how many letters on two of them may differ.
const LONG: usize = 8;

/// Everybody who may own steps, those of most steps first, then whom the tables of people name.
/// Each with the number of their steps; nothing where that was stopped.
pub(crate) fn known_owners(plan: &Plan, progress: &Progress) -> Option<Vec<(String, usize)>> {
    let mut known = plan.owners(progress)?;
    for person in people(plan) {
        for name in person.owners.into_iter().chain(person.names) {
            if !known.iter().any(|(owner, _)| *owner == name) {
                known.push((name, 0));
            }
        }
    }
    Some(known)
}

/// The known name that a new one may have been meant to be, the likeliest. None for one that is
/// known as it is.
pub(crate) fn meant<'n>(
    typed: &str,
    known: impl Iterator<Item = &'n str> + Clone,
) -> Option<&'n str> {
    if typed.is_empty() || known.clone().any(|name| name == typed) {
        return None;
    }
    let folded = bare(typed);
    let most = match folded.len() {
        letters if letters < FEWEST => 0,
        letters if letters < LONG => 1,
        _ => 2,
    };
    // Far longer ones are not worth their folding.
    let known = known.filter(|name| name.len() <= 4 * typed.len() + 16);
    let distances = known.map(|name| (distance(&folded, &bare(name), most), name));
    let near = distances.filter(|(distance, _)| *distance <= most);
    near.min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// The letters and digits of a name, folded.
fn bare(name: &str) -> Vec<char> {
    let folded = fold(name);
    folded.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// How many letters are added, left out, replaced or swapped with their neighbour; more than
/// `most` is not told apart.
fn distance(a: &[char], b: &[char], most: usize) -> usize {
    if a.len().abs_diff(b.len()) > most {
        return most + 1;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let replaced = last[j] + usize::from(x != y);
            let mut least = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_questioned_for_case_accents_and_a_letter_or_two() {
        let known = ["Platform Lead", "ops", "sre", "Zoë", "data", "field ops"];
        for (typed, meant_is) in [
            ("platform lead", Some("Platform Lead")),
            ("Platfrom Lead", Some("Platform Lead")),
            ("Platform-Leda", Some("Platform Lead")),
            ("Plaform Leadd", Some("Platform Lead")),
            ("Zoe", Some("Zoë")),
            ("OPS", Some("ops")),
            ("dta", None),
            ("dtaa", Some("data")),
            ("field op", Some("field ops")),
            // Known as it is, or somebody else.
            ("ops", None),
            ("ups", None),
            ("design", None),
            ("", None),
        ] {
            assert_eq!(meant(typed, known.into_iter()), meant_is, "{typed}");
        }
    }

    proptest::proptest! {
        #[test]
        fn distance_is_the_same_both_ways_and_nothing_for_the_same(a in "[abc]{0,8}", b in "[abc]{0,8}") {
            let (a, b) = (bare(&a), bare(&b));
            proptest::prop_assert_eq!(distance(&a, &b, 99), distance(&b, &a, 99));
            proptest::prop_assert_eq!(distance(&a, &b, 99) == 0, a == b);
        }
    }
}
