//! Which units of three versions are one thing.
//!
//! Each side is compared with the base: by bytes, then by what units are known by, then, between
//! neighbours that were found, by how much they say alike. What neither side has from the base is
//! one thing in both if it shares a key that says so.

use std::collections::{HashMap, HashSet};

use super::keys::{first_number, plain};
use super::unit::{Kind, Unit};
use crate::change::three_way::align::align;

/// Where one thing is in base, ours and theirs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Thing {
    pub base: Option<usize>,
    pub ours: Option<usize>,
    pub theirs: Option<usize>,
}

/// How many candidates are looked at for one that is not known by anything.
const CANDIDATES: usize = 24;

/// Everything that is in any version.
pub(super) fn things(base: &[Unit<'_>], ours: &[Unit<'_>], theirs: &[Unit<'_>]) -> Vec<Thing> {
    let unclear = Unclear::of([base, ours, theirs]);
    let to_ours = matched(base, ours, &unclear);
    let to_theirs = matched(base, theirs, &unclear);
    let free = |side: &[Unit<'_>], taken: &[Option<usize>]| -> Vec<usize> {
        let mut is_free = vec![true; side.len()];
        taken.iter().flatten().for_each(|at| is_free[*at] = false);
        (0..side.len()).filter(|at| is_free[*at]).collect()
    };
    let (new_o, new_t) = (free(ours, &to_ours), free(theirs, &to_theirs));
    let o: Vec<&Unit<'_>> = new_o.iter().map(|at| &ours[*at]).collect();
    let t: Vec<&Unit<'_>> = new_t.iter().map(|at| &theirs[*at]).collect();
    let mut both = by_keys(&o, &t, true, &unclear);
    let frame = |side: &[Option<usize>]| -> Vec<(usize, usize)> {
        let both = to_ours.iter().zip(&to_theirs).enumerate();
        let both = both.filter(|(_, (ours, theirs))| ours.is_some() && theirs.is_some());
        let mut frame: Vec<(usize, usize)> =
            both.filter_map(|(at, _)| Some((side[at]?, at))).collect();
        frame.sort_unstable();
        frame
    };
    let gaps = |new: &[usize], frame: Vec<(usize, usize)>| -> Vec<Option<usize>> {
        let before = |at: &usize| {
            frame
                .partition_point(|(place, _)| place < at)
                .checked_sub(1)
        };
        new.iter().map(|at| Some(frame[before(at)?].1)).collect()
    };
    let places = [
        gaps(&new_o, frame(&to_ours)),
        gaps(&new_t, frame(&to_theirs)),
    ];
    by_likeness_of_new([&o, &t], places, &mut both);
    let mut is_in_ours = vec![false; new_t.len()];
    let mut things: Vec<Thing> = (0..base.len())
        .map(|at| Thing {
            base: Some(at),
            ours: to_ours[at],
            theirs: to_theirs[at],
        })
        .collect();
    things.extend(new_o.iter().zip(&both).map(|(at, other)| {
        if let Some(other) = other {
            is_in_ours[*other] = true;
        }
        Thing {
            base: None,
            ours: Some(*at),
            theirs: other.map(|other| new_t[other]),
        }
    }));
    let only_theirs = new_t.iter().zip(&is_in_ours).filter(|(_, both)| !**both);
    things.extend(only_theirs.map(|(at, _)| Thing {
        base: None,
        ours: None,
        theirs: Some(*at),
    }));
    things
}

/// For each unit of the base that of a side.
fn matched(base: &[Unit<'_>], side: &[Unit<'_>], unclear: &Unclear<'_>) -> Vec<Option<usize>> {
    let (b, s): (Vec<_>, Vec<_>) = (base.iter().collect(), side.iter().collect());
    let mut matched = by_keys(&b, &s, false, unclear);
    by_likeness(base, side, &mut matched);
    matched
}

/// Matches by bytes, then by each key in turn, first in order and then wherever a key is alone.
fn by_keys(
    a: &[&Unit<'_>],
    b: &[&Unit<'_>],
    joined: bool,
    unclear: &Unclear<'_>,
) -> Vec<Option<usize>> {
    let mut matched = vec![None; a.len()];
    let mut is_taken = vec![false; b.len()];
    let levels = a.iter().map(|unit| unit.keys.len()).max().unwrap_or(0);
    for level in 0..=levels {
        let free_a: Vec<usize> = (0..a.len()).filter(|at| matched[*at].is_none()).collect();
        let free_b: Vec<usize> = (0..b.len()).filter(|at| !is_taken[*at]).collect();
        if free_a.is_empty() || free_b.is_empty() {
            break;
        }
        let mut numbers: HashMap<(Kind, &[u8]), usize> = HashMap::new();
        let units = free_a.iter().map(|at| a[*at]);
        let units = units.chain(free_b.iter().map(|at| b[*at])).enumerate();
        // What is known by nothing at this level has a number of its own.
        let tokens: Vec<usize> = units
            .map(|(own, unit)| match unclear.token(unit, level, joined) {
                Some(token) => *numbers.entry((unit.kind, token)).or_insert(own),
                None => own,
            })
            .collect();
        let (tokens_a, tokens_b) = tokens.split_at(free_a.len());
        let mut found = align(tokens_a, tokens_b, tokens.len());
        add_moved(tokens_a, tokens_b, tokens.len(), &mut found);
        for (from, to) in found.into_iter().enumerate() {
            if let Some(to) = to {
                matched[free_a[from]] = Some(free_b[to]);
                is_taken[free_b[to]] = true;
            }
        }
    }
    matched
}

/// Names that two rows of one version have, and which therefore name neither in any.
struct Unclear<'u> {
    names: HashSet<(usize, &'u str)>,
    /// Whether some are in the column that should name the rows: it names none of the others either.
    is_column: bool,
}

/// The key of a row that is the cell of the column which should name it.
const KEY_CELL: usize = 1;

impl<'u> Unclear<'u> {
    fn of(versions: [&'u [Unit<'_>]; 3]) -> Self {
        let mut names = HashSet::new();
        for units in versions {
            let mut seen = HashSet::new();
            for unit in units.iter().filter(|unit| unit.kind == Kind::Row) {
                for (at, key) in unit.keys.iter().enumerate().skip(KEY_CELL) {
                    if !seen.insert((at, &*key.text)) && !key.text.is_empty() {
                        names.insert((at, &*key.text));
                    }
                }
            }
        }
        Self {
            is_column: names.iter().any(|(at, _)| *at == KEY_CELL),
            names,
        }
    }

    /// What a unit is known by at a level: its bytes, then its keys.
    fn token<'v>(&self, unit: &'v Unit<'_>, level: usize, joined: bool) -> Option<&'v [u8]> {
        let Some(level) = level.checked_sub(1) else {
            return Some(unit.whole);
        };
        let key = unit.keys.get(level).filter(|key| key.joins || !joined)?;
        let is_unclear =
            level == KEY_CELL && self.is_column || self.names.contains(&(level, &*key.text));
        let is_clear = unit.kind != Kind::Row || !is_unclear;
        (is_clear && !key.text.is_empty()).then_some(key.text.as_bytes())
    }
}

/// Matches what is left and occurs once on either side.
fn add_moved(a: &[usize], b: &[usize], kinds: usize, found: &mut [Option<usize>]) {
    let mut is_taken = vec![false; b.len()];
    found.iter().flatten().for_each(|at| is_taken[*at] = true);
    let mut once: Vec<(u8, Option<usize>)> = vec![(0, None); kinds];
    for (at, token) in b.iter().enumerate().filter(|(at, _)| !is_taken[*at]) {
        once[*token] = (once[*token].0.saturating_add(1), Some(at));
    }
    let mut count = vec![0_u8; kinds];
    let free = a.iter().zip(&*found).filter(|(_, found)| found.is_none());
    for (token, _) in free {
        count[*token] = count[*token].saturating_add(1);
    }
    for (at, token) in a.iter().enumerate() {
        if found[at].is_none() && count[*token] == 1 && once[*token].0 == 1 {
            found[at] = once[*token].1;
        }
    }
}

/// Matches what both sides added in one place: paragraphs that say much alike, and sections of which
/// one has more words behind the title. `places` are the things that each stands behind.
fn by_likeness_of_new(
    [ours, theirs]: [&[&Unit<'_>]; 2],
    places: [Vec<Option<usize>>; 2],
    both: &mut [Option<usize>],
) {
    let mut is_taken = vec![false; theirs.len()];
    both.iter().flatten().for_each(|at| is_taken[*at] = true);
    let mut in_place: HashMap<Option<usize>, Vec<usize>> = HashMap::new();
    let free = (0..theirs.len()).filter(|at| !is_taken[*at]);
    free.for_each(|at| in_place.entry(places[1][at]).or_default().push(at));
    let mut pairs = Vec::new();
    for (at, unit) in ours
        .iter()
        .enumerate()
        .filter(|(at, _)| both[*at].is_none())
    {
        let others = in_place.get(&places[0][at]).into_iter().flatten();
        for other in others.take(CANDIDATES) {
            if may_be_one(unit, theirs[*other]) {
                let heads = [unit.head, theirs[*other].head];
                let order = (heads.into_iter().min(), heads.into_iter().max());
                let score = likeness(unit, theirs[*other]);
                pairs.push((std::cmp::Reverse(score), order, at, *other));
            }
        }
    }
    pairs.retain(|(score, ..)| score.0 >= ALIKE);
    // The likest first, whichever side is called ours.
    pairs.sort_unstable();
    for (_, _, at, other) in pairs {
        if both[at].is_none() && !std::mem::replace(&mut is_taken[other], true) {
            both[at] = Some(other);
        }
    }
}

/// Whether two new units may be one thing in the words of two people. Items that are alike are often
/// two, and so are sections of one form.
fn may_be_one(one: &Unit<'_>, other: &Unit<'_>) -> bool {
    match (one.kind, other.kind) {
        (Kind::Prose, Kind::Prose) => true,
        (Kind::Section, Kind::Section) if !one.has_name() && !one.children.is_empty() => {
            let title = |unit: &Unit<'_>| unit.keys.first().map(|key| key.text.clone());
            let (one, other) = (
                title(one).unwrap_or_default(),
                title(other).unwrap_or_default(),
            );
            let more = one
                .strip_prefix(&*other)
                .or_else(|| other.strip_prefix(&*one));
            more.is_some_and(|more| more.starts_with(' '))
        }
        _ => false,
    }
}

/// Matches what is between two matches by its words.
fn by_likeness(base: &[Unit<'_>], side: &[Unit<'_>], matched: &mut [Option<usize>]) {
    let mut is_taken = vec![false; side.len()];
    matched.iter().flatten().for_each(|at| is_taken[*at] = true);
    // Of each unit the next one behind it that was found.
    let mut behind = vec![side.len(); base.len()];
    let mut next = side.len();
    for at in (0..base.len()).rev() {
        next = matched[at].unwrap_or(next);
        behind[at] = next;
    }
    let mut before = None;
    for at in 0..base.len() {
        if matched[at].is_some() {
            before = matched[at];
            continue;
        }
        let (from, to) = (before.map_or(0, |at| at + 1), behind[at]);
        if from > to {
            continue;
        }
        let free = (from..to).filter(|at| !is_taken[*at]).take(CANDIDATES);
        let scored = free.map(|other| (likeness(&base[at], &side[other]), other));
        let best = scored.max_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
        if let Some((score, other)) = best
            && score >= ALIKE
        {
            matched[at] = Some(other);
            is_taken[other] = true;
            before = Some(other);
        }
    }
}

/// From how many hundredths on two units are one.
const ALIKE: usize = 50;

/// How much two units say alike, in hundredths.
fn likeness(a: &Unit<'_>, b: &Unit<'_>) -> usize {
    if a.kind != b.kind {
        return 0;
    }
    let text = |unit: &Unit<'_>| String::from_utf8_lossy(unit.head).into_owned();
    match a.kind {
        Kind::Section | Kind::Table => {
            let children = |unit: &Unit<'_>| -> Vec<String> {
                let heads = unit.children.iter().map(|child| child.head);
                heads
                    .map(|head| plain(&String::from_utf8_lossy(head)))
                    .collect()
            };
            match a.children.is_empty() && b.children.is_empty() {
                true => shared(words(&text(a)), words(&text(b))),
                false => shared(children(a), children(b)),
            }
        }
        Kind::Row => {
            let is_number = |unit: &Unit<'_>| unit.rank.is_some();
            if a.name != b.name && (is_number(a) || is_number(b)) {
                return 0;
            }
            let cells = |unit: &Unit<'_>| unit.cells().map(<[u8]>::to_vec).collect();
            shared::<Vec<u8>>(cells(a), cells(b))
        }
        Kind::Item => {
            let is_label =
                |unit: &Unit<'_>| unit.keys.iter().any(|key| key.text.starts_with("label "));
            let number = |unit: &Unit<'_>| first_number(&unit.name).map(str::to_owned);
            match is_label(a) || is_label(b) || number(a) != number(b) {
                true => 0,
                false => shared(words(&text(a)), words(&text(b))),
            }
        }
        // Another label is another thing.
        Kind::Definition => 0,
        Kind::Prose => shared(words(&text(a)), words(&text(b))),
    }
}

fn words(text: &str) -> Vec<String> {
    plain(text).split_whitespace().map(str::to_owned).collect()
}

/// Twice what both have, of all that they have.
fn shared<T: std::hash::Hash + Eq>(a: Vec<T>, b: Vec<T>) -> usize {
    let total = a.len() + b.len();
    let mut counts: HashMap<T, usize> = HashMap::new();
    for item in a {
        *counts.entry(item).or_default() += 1;
    }
    let mut both = 0;
    for item in b {
        if let Some(count) = counts.get_mut(&item).filter(|count| **count > 0) {
            *count -= 1;
            both += 1;
        }
    }
    200 * both / total.max(1)
}
