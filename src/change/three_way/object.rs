//! Two versions of one JSON object put together, key by key, on raw values.
//!
//! What only one side touched is taken from it, objects within are merged in the same way,
//! and [`merge::value`] decides about the rest. The bytes are those of one side with the
//! other's values spliced in, so spacing, key order and escapes survive. Where a key is in
//! conflict there are two results: each side's own value, and everything else merged in both,
//! so that whoever picks a side loses nothing that was in no dispute.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use crate::change::merge;
use crate::document::json::{self, Object};
use crate::document::splice::{self, Span, Splice};
use crate::plan::field::Field;

/// How deep objects within objects are merged by key; deeper ones are one value.
const DEEPEST: usize = 8;

/// What became of two versions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Merged {
    /// Both sides' changes in one.
    One(String),
    /// Somebody has to pick.
    Two {
        /// Our values where there is a conflict.
        ours: String,
        /// Their values where there is a conflict.
        theirs: String,
        /// The keys in conflict, those of inner objects behind a dot.
        keys: Vec<String>,
    },
}

/// Merges `ours` and `theirs`, which are JSON objects; without `base` every key is new. What is not
/// a JSON object after all is merged as one value.
pub fn merge(base: Option<&str>, ours: &str, theirs: &str) -> Merged {
    merge_at(base, ours, theirs, DEEPEST)
}

fn merge_at(base: Option<&str>, ours: &str, theirs: &str, depth: usize) -> Merged {
    let whole = || Merged::Two {
        ours: ours.to_owned(),
        theirs: theirs.to_owned(),
        keys: Vec::new(),
    };
    let (Ok(base), Ok(ours), Ok(theirs)) = (
        Object::parse(base.unwrap_or("{}")),
        Object::parse(ours),
        Object::parse(theirs),
    ) else {
        return whole();
    };
    let (texts_b, texts_o, texts_t) = (Slots::of(&base), Slots::of(&ours), Slots::of(&theirs));
    let stamps = [&texts_o, &texts_t].map(|side| side.raw((STAMP, 0)).and_then(instant));
    let goes_first = stamps[0].cmp(&stamps[1]);
    // The same whichever side is called ours.
    let separator = ours.spacing().0.min(theirs.spacing().0);
    let how = (depth, goes_first, separator);
    let mut decisions = decide_all(&texts_b, &texts_o, &texts_t, how);
    let keys: Vec<String> = decisions.iter().flat_map(|d| d.keys.clone()).collect();
    let stamp = decisions.iter_mut().find(|d| d.slot == (STAMP, 0));
    // Each version of a line in conflict keeps its own stamp.
    if let Some(stamp) = stamp.filter(|stamp| stamp.both_changed && !keys.is_empty()) {
        stamp.ours = texts_o.raw(stamp.slot).map(Cow::Borrowed);
        stamp.theirs = texts_t.raw(stamp.slot).map(Cow::Borrowed);
    }
    let our_side = || texts_o.with(&decisions, &texts_t, |d| d.ours.as_deref());
    let their_side = || texts_t.with(&decisions, &texts_o, |d| d.theirs.as_deref());
    match keys.is_empty() {
        false => Merged::Two {
            ours: our_side(),
            theirs: their_side(),
            keys,
        },
        true if texts_o.carries(&texts_t, &texts_b) => Merged::One(our_side()),
        true => Merged::One(their_side()),
    }
}

fn instant(raw: &str) -> Option<chrono::DateTime<chrono::FixedOffset>> {
    chrono::DateTime::parse_from_rfc3339(&json::words(raw)).ok()
}

/// The key of which the later value holds, unless there is a conflict beside it.
const STAMP: &str = "updated_at";

/// A key, and which of several of that spelling.
type Slot<'a> = (&'a str, usize);

/// The keys of one object and where their values are.
struct Slots<'a> {
    text: &'a str,
    list: Vec<(Slot<'a>, Span)>,
    index: HashMap<Slot<'a>, usize>,
    counts: HashMap<&'a str, usize>,
}

/// What becomes of one slot on either side; the same unless it is in conflict.
struct Decision<'a> {
    slot: Slot<'a>,
    ours: Option<Cow<'a, str>>,
    theirs: Option<Cow<'a, str>>,
    /// The names of what is in conflict.
    keys: Vec<String>,
    both_changed: bool,
}

fn decide_all<'a>(
    base: &Slots<'a>,
    ours: &Slots<'a>,
    theirs: &Slots<'a>,
    how: (usize, Ordering, &str),
) -> Vec<Decision<'a>> {
    let slots = |side: &Slots<'a>| side.list.iter().map(|(slot, _)| *slot).collect::<Vec<_>>();
    let new_in_theirs = slots(theirs)
        .into_iter()
        .filter(|slot| ours.raw(*slot).is_none());
    let all = slots(ours).into_iter().chain(new_in_theirs);
    all.filter_map(|slot| {
        let (o, t) = (ours.raw(slot), theirs.raw(slot));
        let sides = [base, ours, theirs].map(|side| side.counts.get(slot.0).copied());
        let repeated = sides.iter().flatten().any(|count| *count > 1);
        if o == t {
            return None;
        }
        if repeated && sides != [sides[0]; 3] {
            // Which of the values belong together nobody can tell.
            return Some(Decision::dispute(slot, o, t));
        }
        Some(decide(slot, base.raw(slot), o, t, how))
    })
    .collect()
}

fn decide<'a>(
    slot: Slot<'a>,
    base: Option<&'a str>,
    ours: Option<&'a str>,
    theirs: Option<&'a str>,
    (depth, goes_first, separator): (usize, Ordering, &str),
) -> Decision<'a> {
    let agreed = |value: Option<Cow<'a, str>>, both_changed| Decision {
        slot,
        ours: value.clone(),
        theirs: value,
        keys: Vec::new(),
        both_changed,
    };
    if base == theirs {
        return agreed(ours.map(Cow::Borrowed), false);
    }
    if base == ours {
        return agreed(theirs.map(Cow::Borrowed), false);
    }
    if let (Some(o), Some(t)) = (ours, theirs)
        && depth > 0
        && [Some(o), Some(t), base]
            .into_iter()
            .flatten()
            .all(is_object)
    {
        return match merge_at(base, o, t, depth - 1) {
            Merged::One(value) => agreed(Some(Cow::Owned(value)), true),
            Merged::Two { ours, theirs, keys } => Decision {
                slot,
                ours: Some(Cow::Owned(ours)),
                theirs: Some(Cow::Owned(theirs)),
                keys: (keys.iter().map(|key| format!("{}.{key}", slot.0))).collect(),
                both_changed: true,
            },
        };
    }
    match value((slot.0, separator), goes_first, [base, ours, theirs]) {
        Some(value) => agreed(value.map(Cow::Owned), true),
        None => Decision::dispute(slot, ours, theirs),
    }
}

impl<'a> Decision<'a> {
    fn dispute(slot: Slot<'a>, ours: Option<&'a str>, theirs: Option<&'a str>) -> Self {
        Self {
            slot,
            ours: ours.map(Cow::Borrowed),
            theirs: theirs.map(Cow::Borrowed),
            keys: vec![slot.0.to_owned()],
            both_changed: true,
        }
    }
}

fn is_object(raw: &str) -> bool {
    raw.starts_with('{')
}

/// [`merge::value`], made to answer the same whichever side is called ours. What the side with the
/// earlier stamp appended comes first.
fn value(
    (key, separator): (&str, &str),
    goes_first: Ordering,
    [base, ours, theirs]: [Option<&str>; 3],
) -> Option<Option<String>> {
    let is_list = |side: Option<&str>| side.is_some_and(|raw| raw.starts_with('['));
    // A list that both sides begin is an empty one that both add to.
    let base = match base {
        None | Some("null") if is_list(ours) && is_list(theirs) => Some("[]"),
        base => base,
    };
    let ours_first = match (reorders(key, base, ours), reorders(key, base, theirs)) {
        (true, false) => true,
        (false, true) => false,
        _ if key == Field::Notes.spec().key => goes_first.then(ours.cmp(&theirs)).is_le(),
        _ => ours <= theirs,
    };
    let (keeps_order, other) = match ours_first {
        true => (ours, theirs),
        false => (theirs, ours),
    };
    let bytes = |side: Option<&'_ str>| side.map(|raw| raw.as_bytes().to_vec());
    let merged = merge::value(
        (key, separator),
        bytes(base).as_deref(),
        bytes(other).as_deref(),
        bytes(keeps_order).as_deref(),
    )?;
    Some(merged.map(|raw| String::from_utf8_lossy(&raw).into_owned()))
}

/// Whether a list has the items that it shares with `base` in another order.
fn reorders(key: &str, base: Option<&str>, side: Option<&str>) -> bool {
    let (Some(base), Some(side)) = (base.and_then(json::items), side.and_then(json::items)) else {
        return false;
    };
    let shared = |list: &[&str], other: &[&str]| -> Vec<String> {
        let other: HashSet<_> = other.iter().map(|i| merge::item_words(key, i)).collect();
        let words = list.iter().map(|item| merge::item_words(key, item));
        let shared = words.filter(|item| other.contains(item));
        shared.map(Cow::into_owned).collect()
    };
    shared(&base, &side) != shared(&side, &base)
}

impl<'a> Slots<'a> {
    fn of(object: &'a Object<'a>) -> Self {
        let text = object.text();
        let mut counts: HashMap<&str, usize> = HashMap::new();
        let list: Vec<(Slot<'a>, Span)> = (object.entries())
            .map(|(key, raw)| {
                let count = counts.entry(key).or_default();
                *count += 1;
                let start = raw.as_ptr() as usize - text.as_ptr() as usize;
                ((key, *count - 1), Span::new(start, start + raw.len()))
            })
            .collect();
        let index = (list.iter().enumerate())
            .map(|(at, (slot, _))| (*slot, at))
            .collect();
        Self {
            text,
            list,
            index,
            counts,
        }
    }

    fn raw(&self, slot: Slot<'_>) -> Option<&'a str> {
        let at = *self.index.get(&slot)?;
        Some(&self.text[self.list[at].1.range()])
    }

    fn keys(&self) -> Vec<&'a str> {
        self.list.iter().map(|((key, _), _)| *key).collect()
    }

    /// What is around the values: keys, colons, commas, spaces.
    fn around(&self) -> Vec<&'a str> {
        let starts = [0].into_iter().chain(self.list.iter().map(|(_, s)| s.end));
        let ends = (self.list.iter().map(|(_, s)| s.start)).chain([self.text.len()]);
        starts.zip(ends).map(|(a, b)| &self.text[a..b]).collect()
    }

    /// How much of the writing of `base` this version gave up.
    fn strangeness(&self, base: &Self) -> u8 {
        let spacing = |side: &Self| Object::parse(side.text).map(|o| o.spacing()).ok();
        let shared = |a: &Self, b: &Self| -> Vec<Slot<'a>> {
            let slots = a.list.iter().map(|(slot, _)| *slot);
            slots.filter(|slot| b.index.contains_key(slot)).collect()
        };
        match () {
            () if base.list.is_empty() => 0,
            () if spacing(self) != spacing(base) || shared(self, base) != shared(base, self) => 2,
            () if self.around() != base.around() => 1,
            () => 0,
        }
    }

    /// Whether the result is written as this version rather than as the other one: the side that
    /// rewrote the line, else one of them for good, whichever is called ours.
    fn carries(&self, other: &Self, base: &Self) -> bool {
        match (self.strangeness(base), other.strangeness(base)) {
            (a, b) if a != b => a > b,
            _ => self.text <= other.text,
        }
    }

    /// The text with the decided values, as `side` reads them. New keys go behind the keys that
    /// they come after in `other`.
    fn with(
        &self,
        decisions: &[Decision<'_>],
        other: &Self,
        side: impl for<'d> Fn(&'d Decision<'_>) -> Option<&'d str>,
    ) -> String {
        let mut values = Vec::new();
        let (mut added, mut removed) = (Vec::new(), Vec::new());
        for decision in decisions {
            let span = self.index.get(&decision.slot).map(|at| self.list[*at].1);
            match (span, side(decision)) {
                (Some(span), Some(raw)) => values.push(Splice::replace(span, raw)),
                (None, Some(raw)) => added.push((decision.slot.0, raw)),
                (Some(_), None) => removed.push(decision.slot.0),
                (None, None) => {}
            }
        }
        let order = other.keys();
        let mut text = spliced(self.text, &values);
        for (key, raw) in added {
            text = edited(&text, |object| Some(object.set(key, raw, &order)));
        }
        for key in removed {
            text = edited(&text, |object| object.remove(key));
        }
        text
    }
}

fn edited(text: &str, edit: impl Fn(&Object<'_>) -> Option<Splice>) -> String {
    let splice = Object::parse(text).ok().and_then(|object| edit(&object));
    spliced(text, splice.as_slice())
}

fn spliced(text: &str, splices: &[Splice]) -> String {
    // The spans are those of separate values in this very text.
    let bytes = splice::apply(text.as_bytes(), splices).unwrap_or_else(|_| text.into());
    String::from_utf8_lossy(&bytes).into_owned()
}
