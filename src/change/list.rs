//! Lists changed entry by entry: which of the entries that are somewhere stay, go, are ticked or
//! come in, so that log and canon can be changed alike and two people's changes meet.

use std::collections::{HashMap, HashSet, VecDeque};

use crate::document::json;
use crate::document::sequence::{Slot, Style};
use crate::document::splice::Span;
use crate::plan::field::Field;
use crate::plan::list_entry::{ListEntry, says_nothing};

/// An entry of the list to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Piece {
    /// One that is there.
    Kept {
        /// Its index in the list that is there.
        at: usize,
        /// Whether it is to be met, if that changes.
        tick: Option<bool>,
    },
    /// One that does not: its index in the list that is wanted.
    New(usize),
}

/// What becomes of the list `current` if somebody wants `wanted`. Who saw the list as `seen`
/// wants only what differs from that: what they did not see stays, and so does its place.
pub fn pieces(
    field: Field,
    current: &[ListEntry],
    seen: Option<&[ListEntry]>,
    wanted: &[ListEntry],
) -> Vec<Piece> {
    let found = matched(field, wanted, current);
    let tick = |number: usize, at: usize, from: &ListEntry| {
        let (was, now) = (from.is_met(), wanted[number].is_met());
        let there = current[at].is_met();
        (field == Field::Dependencies && was != now && there != now).then_some(now)
    };
    let Some(seen) = seen else {
        let piece = |(number, at): (usize, &Option<usize>)| match *at {
            Some(at) => Piece::Kept {
                at,
                tick: tick(number, at, &current[at]),
            },
            None => Piece::New(number),
        };
        return found.iter().enumerate().map(piece).collect();
    };
    let origin = matched(field, wanted, seen);
    let gone = gone(field, current, seen, wanted, &found, &origin);
    let old_order = origin.iter().flatten();
    let reordered = !old_order.is_sorted();
    let mut in_turn = found
        .iter()
        .enumerate()
        .filter_map(|(number, at)| at.map(|at| (number, at)));
    let by_place: HashMap<usize, usize> =
        in_turn.clone().map(|(number, at)| (at, number)).collect();
    let mut pieces: Vec<Piece> = Vec::new();
    for at in (0..current.len()).filter(|at| !gone[*at]) {
        let piece = match by_place.get(&at) {
            None => Some((None, at)),
            Some(_) if reordered => in_turn.next().map(|(number, at)| (Some(number), at)),
            Some(number) => Some((Some(*number), at)),
        };
        if let Some((number, at)) = piece {
            let from = number.and_then(|number| Some((number, &seen[origin[number]?])));
            let tick = from.and_then(|(number, from)| tick(number, at, from));
            pieces.push(Piece::Kept { at, tick });
        }
    }
    let last_kept = found.iter().rposition(Option::is_some);
    for (number, entry) in wanted.iter().enumerate() {
        let known = origin[number].is_some_and(|from| seen[from].text == entry.text);
        if found[number].is_some() || known {
            continue;
        }
        let place = match last_kept.is_some_and(|last| number < last) {
            false => pieces.len(),
            true => match number.checked_sub(1) {
                None => 0,
                Some(before) => (pieces.iter())
                    .position(|piece| match piece {
                        Piece::New(number) => *number == before,
                        Piece::Kept { at, .. } => found[before] == Some(*at),
                    })
                    .map_or(pieces.len(), |at| at + 1),
            },
        };
        pieces.insert(place, Piece::New(number));
    }
    pieces
}

/// Which entries that are there were seen and are no longer wanted.
fn gone(
    field: Field,
    current: &[ListEntry],
    seen: &[ListEntry],
    wanted: &[ListEntry],
    found: &[Option<usize>],
    origin: &[Option<usize>],
) -> Vec<bool> {
    let mut gone = vec![false; current.len()];
    let stay: HashSet<usize> = origin.iter().flatten().copied().collect();
    let places = matched(field, seen, current);
    for (number, place) in places.iter().enumerate() {
        if let Some(at) = place.filter(|_| !stay.contains(&number)) {
            gone[at] = true;
        }
    }
    // What is written twice goes twice.
    let keys = |list: &[ListEntry]| -> HashSet<String> {
        list.iter().flat_map(|entry| entry.keys(field)).collect()
    };
    let (in_seen, in_wanted) = (keys(seen), keys(wanted));
    for (at, entry) in current.iter().enumerate() {
        let has = |set: &HashSet<String>| entry.keys(field).iter().any(|key| set.contains(key));
        gone[at] |= !places.contains(&Some(at)) && has(&in_seen) && !has(&in_wanted);
    }
    for at in found.iter().flatten() {
        gone[*at] = false;
    }
    gone
}

/// For each entry of `from` the one of `to` that says the same, each at most once.
fn matched(field: Field, from: &[ListEntry], to: &[ListEntry]) -> Vec<Option<usize>> {
    let mut found = vec![None; from.len()];
    let mut used = vec![false; to.len()];
    let mut pass = |keys: &dyn Fn(&ListEntry) -> Vec<String>| {
        let mut pool: HashMap<String, VecDeque<usize>> = HashMap::new();
        for (at, entry) in to.iter().enumerate() {
            for key in keys(entry) {
                pool.entry(key).or_default().push_back(at);
            }
        }
        for (number, entry) in from.iter().enumerate() {
            for key in keys(entry) {
                if found[number].is_some() {
                    break;
                }
                let Some(places) = pool.get_mut(&key) else {
                    continue;
                };
                while let Some(at) = places.pop_front() {
                    if !used[at] {
                        used[at] = true;
                        found[number] = Some(at);
                        break;
                    }
                }
            }
        }
    };
    pass(&|entry| entry.keys(field));
    pass(&|entry| entry.files(field));
    found
}

/// The raw JSON of a list that was there as `old`, with these entries: those that stay keep their
/// source, and what is between them, which is `separator` where there is nothing to go by; `new` is
/// that of an entry that comes in.
pub fn raw(
    old: Option<&str>,
    pieces: &[Piece],
    separator: &str,
    new: impl Fn(usize) -> String,
) -> String {
    let old = old.filter(|raw| json::items(raw).is_some());
    let text = old.unwrap_or("[]");
    let Some(sequence) = json::sequence(text) else {
        return text.to_owned();
    };
    // Words that say that there is nothing go when the list changes.
    let says = |span: &Span| !says_nothing(&text[span.range()]);
    let places: Vec<usize> = (0..sequence.items.len())
        .filter(|at| says(&sequence.items[*at]))
        .collect();
    let stays = |(at, piece): (usize, &Piece)| *piece == Piece::Kept { at, tick: None };
    if pieces.len() == places.len() && !pieces.is_empty() && pieces.iter().enumerate().all(stays) {
        return text.to_owned();
    }
    let place = |piece: Piece| match piece {
        Piece::Kept { at, tick } => Piece::Kept {
            at: places[at],
            tick,
        },
        new => new,
    };
    let slots: Vec<Slot> = pieces
        .iter()
        .map(|piece| match place(*piece) {
            Piece::New(number) => Slot::New(new(number).into_bytes()),
            Piece::Kept { at, tick: None } => Slot::Kept(at),
            Piece::Kept {
                at,
                tick: Some(met),
            } => {
                let words = json::words(&text[sequence.items[at].range()]);
                Slot::Changed(at, json::quote(&marked(&words, met)).into_bytes())
            }
        })
        .collect();
    let style = Style {
        separator: match &*sequence.items {
            [first, second, ..] => &text.as_bytes()[first.end..second.start],
            _ => separator.as_bytes(),
        },
        nothing: b"",
        comments: false,
    };
    String::from_utf8_lossy(&sequence.arranged(text.as_bytes(), &slots, style)).into_owned()
}

/// A condition with the mark that it is met, or without one.
fn marked(words: &str, met: bool) -> String {
    let words = words.trim();
    let bare = ["[x]", "[X]", "[ ]"]
        .iter()
        .find_map(|mark| words.strip_prefix(mark));
    let bare = bare.map_or(words, str::trim_start);
    match met {
        true => format!("[x] {bare}"),
        false => bare.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(entries: &[&str]) -> Vec<ListEntry> {
        entries
            .iter()
            .map(|entry| ListEntry::plain(*entry))
            .collect()
    }

    fn after(current: &[&str], seen: Option<&[&str]>, wanted: &[&str]) -> Vec<String> {
        let (current, wanted) = (list(current), list(wanted));
        let seen = seen.map(list);
        let pieces = pieces(Field::Dependencies, &current, seen.as_deref(), &wanted);
        let text = |piece: &Piece| match *piece {
            Piece::Kept { at, tick: None } => current[at].text.clone(),
            Piece::Kept {
                at,
                tick: Some(met),
            } => marked(&current[at].text, met),
            Piece::New(number) => format!("+{}", wanted[number].text),
        };
        pieces.iter().map(text).collect()
    }

    #[test]
    fn what_was_not_seen_stays() {
        let seen: Option<&[&str]> = Some(&["0002", "Board", "0003"]);
        assert_eq!(
            after(
                &["Step 0002", "x", "Board"],
                seen,
                &["0002", "Board", "0003", "new"]
            ),
            ["Step 0002", "x", "Board", "+new"]
        );
        assert_eq!(
            after(&["x", "0003", "0002"], seen, &["0002", "new", "0003"]),
            ["x", "0003", "0002", "+new"]
        );
        assert_eq!(
            after(
                &["0002", "x", "Board", "0003"],
                seen,
                &["0002", "[x] Board", "0003"]
            ),
            ["0002", "x", "[x] Board", "0003"]
        );
        assert_eq!(
            after(
                &["0002", "x", "Board", "0003"],
                seen,
                &["0003", "Board", "0002"]
            ),
            ["0003", "x", "Board", "0002"]
        );
        assert_eq!(
            after(&["x", "0002", "0002"], seen, &["Board", "0003"]),
            ["x"]
        );
        assert_eq!(after(&["x", "0002"], None, &["0002", "y"]), ["0002", "+y"]);
    }

    #[test]
    fn other_items_keep_their_source_and_spacing() {
        let old = r#"[ "a\/b" ,  "\u0062","c"]"#;
        let current = crate::plan::list_entry::in_log(old);
        let raw = |wanted: &[&str]| {
            let wanted = list(wanted);
            let pieces = pieces(Field::Inputs, &current, Some(&current), &wanted);
            super::raw(Some(old), &pieces, ",", |number| {
                json::quote(&wanted[number].text)
            })
        };
        assert_eq!(raw(&["a/b", "b", "c"]), old);
        assert_eq!(raw(&["a/b", "c"]), r#"[ "a\/b","c"]"#);
        assert_eq!(
            raw(&["a/b", "b", "new", "c"]),
            r#"[ "a\/b" ,  "\u0062" ,  "new","c"]"#
        );
        assert_eq!(raw(&[]), "[ ]");
        assert_eq!(
            super::raw(None, &[Piece::New(0)], ",", |_| json::quote("a")),
            r#"["a"]"#
        );
    }
}
