//! The life of a line of the log: the states it passes through, and what it says in each.

use std::borrow::Cow;

use chrono::DateTime;

use super::{DAY, HOUR, PEOPLE};
use crate::document::json::{self, Object};
use crate::document::splice::{self, Splice};
use crate::plan::id::typed_id;
use crate::plan::status::Status;
use crate::record::demo::prng::Prng;
use crate::record::demo::walk::BLOCK;

/// Seconds within which all blocks were planned.
const PLANNING: i64 = 180 * DAY;
/// Of so many seconds at least is the life of a line that is dropped and brought back.
const LONG_LIFE: i64 = 60 * DAY;

/// A line with its past.
pub(super) struct Line<'a> {
    /// What the log says today, with its line end.
    text: &'a str,
    /// The ID as it is spelled; empty where none can be read.
    pub id: &'a str,
    /// The title, as far as one can be read.
    pub title: Cow<'a, str>,
    /// Index of the person whose step it is.
    pub person: usize,
    /// What becomes of it, oldest first.
    pub states: Vec<State<'a>>,
    /// A step that was tried and dropped, beside the one whose text it borrows.
    pub is_variant: bool,
}

/// What a line is from a moment on.
#[derive(Clone)]
pub(super) struct State<'a> {
    /// Seconds since the epoch.
    pub time: i64,
    /// The step's status; none where the line is gone.
    pub status: Option<Status>,
    /// An owner other than today's, as raw JSON.
    owner: Option<&'a str>,
    /// Whether it is the line of today.
    is_last: bool,
}

/// The lives of all lines between two moments, in the order of the log.
///
/// Only what the canon does not say as well is handed over; `in_canon` knows by ID.
pub(super) fn lives<'a>(
    log: &'a str,
    seed: u64,
    (start, end): (i64, i64),
    in_canon: impl Fn(&str) -> bool,
) -> Vec<Line<'a>> {
    let last = log.lines().filter_map(number).max();
    let blocks = last.map_or(1, |last| last as usize / BLOCK + 1) as i64;
    let mut lives = Vec::new();
    let (mut block, mut owner) = (0, None);
    for (at, text) in log.split_inclusive('\n').enumerate() {
        block = number(text).map_or(block, |number| number.saturating_sub(1) as usize / BLOCK);
        let mut dice = Prng::for_item(seed.wrapping_add(11), at as u64);
        // One commit plans a block.
        let planned = start + DAY + PLANNING * block as i64 / blocks;
        let planned = planned / DAY * DAY + 9 * HOUR;
        let object = Object::parse(text.trim_end()).ok();
        let get = |key| object.as_ref().and_then(|object| object.get(key));
        let status = get("status").and_then(|raw| Status::read(&json::words(raw)));
        let stamp = get("updated_at").map(json::words);
        let stamp = stamp.and_then(|text| DateTime::parse_from_rfc3339(&text).ok());
        let stamp = stamp.map(|stamp| stamp.timestamp());
        let within = planned..end - HOUR;
        let last = stamp.filter(|stamp| (start + 10 * DAY..end).contains(stamp));
        let last = last.unwrap_or_else(|| {
            let span = (within.end - within.start).max(1);
            within.start + dice.below(span as u64) as i64
        });
        let early = (last - (2 + dice.below(30) as i64) * DAY).max(start + HOUR);
        let first = planned.min(early);
        let id = get("step_id").map_or("", |raw| raw.trim_matches('"'));
        let person = owner_of(get("owner").unwrap_or_default(), block);
        let mut line = Line {
            text,
            id,
            title: get("title").map_or(Cow::Borrowed(""), json::words),
            person,
            states: Vec::new(),
            is_variant: false,
        };
        let before = owner.filter(|_| !in_canon(id));
        line.live(status, (first, last), before, &mut dice);
        owner = get("owner").or(owner);
        let variant = line.variant((first, last), &mut dice);
        lives.push(line);
        lives.extend(variant);
    }
    lives
}

fn number(text: &str) -> Option<u32> {
    let object = Object::parse(text.trim_end()).ok()?;
    let id = typed_id(&json::words(object.get("step_id")?))?;
    Some(id.number())
}

fn owner_of(raw: &str, block: usize) -> usize {
    let sum: usize = raw.bytes().map(usize::from).sum();
    (sum + block) % PEOPLE.len()
}

impl<'a> Line<'a> {
    fn live(
        &mut self,
        status: Option<Status>,
        (first, last): (i64, i64),
        owner: Option<&'a str>,
        dice: &mut Prng,
    ) {
        use Status::{Blocked, Complete, Draft, Idea, InProgress};
        let before: &[Status] = match status {
            Some(Complete) if dice.chance(6) => &[Idea, Draft, InProgress, Complete, InProgress],
            Some(Complete) => &[Idea, Draft, InProgress],
            Some(Blocked) if dice.chance(40) => &[Idea, Draft, InProgress],
            Some(InProgress | Blocked) => &[Idea, Draft],
            Some(Draft) => &[Idea],
            Some(Idea) | None => &[],
        };
        let handed_over = owner.filter(|_| dice.chance(5));
        let count = before.len() as i64;
        for (at, status) in (0..).zip(before) {
            self.states.push(State {
                time: first + (last - first) * at / count.max(1),
                status: Some(*status),
                owner: handed_over.filter(|_| at < count / 2),
                is_last: false,
            });
        }
        // A line that nobody can read was there from the beginning.
        self.states.push(State {
            time: if count == 0 { first } else { last },
            status,
            owner: None,
            is_last: true,
        });
        if count > 0 && last - first > LONG_LIFE && dice.chance(3) {
            let at = 1 + dice.below(count as u64) as usize;
            let (from, to) = (self.states[at - 1].clone(), self.states[at].time);
            let away = (to - from.time) / 3;
            let gone = State {
                time: from.time + away,
                status: None,
                ..from.clone()
            };
            let back = State {
                time: to - away,
                ..from
            };
            self.states.splice(at..at, [gone, back]);
        }
    }

    /// Another way to the same end that was tried for a while.
    fn variant(&self, (first, last): (i64, i64), dice: &mut Prng) -> Option<Self> {
        if !dice.chance(2) || self.id.contains('.') || self.id.is_empty() {
            return None;
        }
        let state = |time, status| State {
            time,
            status,
            owner: None,
            is_last: false,
        };
        let dropped = first + ((last - first) / 2).max(DAY);
        Some(Self {
            states: vec![state(first, Some(Status::Idea)), state(dropped, None)],
            is_variant: true,
            title: self.title.clone(),
            ..*self
        })
    }

    /// What the log says today under a key; nothing where it is not text.
    pub fn said(&self, key: &str) -> String {
        let object = Object::parse(self.text.trim_end()).ok();
        let raw = object.as_ref().and_then(|object| object.get(key));
        let raw = raw.filter(|raw| raw.starts_with('"'));
        raw.map_or_else(String::new, |raw| json::words(raw).into_owned())
    }

    /// What the line says in a state; nothing where it is gone.
    pub fn text_in(&self, state: &State<'_>) -> String {
        if state.is_last {
            return self.text.to_owned();
        }
        let text = self.text.trim_end();
        // Only a line that could be read has a past.
        let (Some(status), Ok(object)) = (state.status, Object::parse(text)) else {
            return String::new();
        };
        let mut splices = Vec::new();
        let mut set = |key, raw: String| {
            splices.extend(object.span(key).map(|span| Splice::replace(span, raw)));
        };
        set("status", json::quote(status.word()));
        let stamp = DateTime::from_timestamp(state.time, 0).unwrap_or_default();
        let stamp = stamp.format("%Y-%m-%dT%H:%M:%SZ").to_string();
        set("updated_at", json::quote(&stamp));
        if let Some(owner) = state.owner {
            set("owner", owner.to_owned());
        }
        if self.is_variant {
            set("step_id", json::quote(&format!("{}.Z", self.id)));
            set("title", json::quote(&format!("Explore: {}", self.title)));
        }
        if status != Status::Complete
            && let Some(raw) = object.get("evidence")
        {
            set("evidence", planned(raw));
        }
        splices.sort_by_key(|splice| splice.span.start);
        let line = splice::apply(text.as_bytes(), &splices).unwrap_or_default();
        let end = &self.text[text.len()..];
        format!("{}{end}", String::from_utf8_lossy(&line))
    }
}

/// Evidence as it was before there was any.
fn planned(raw: &str) -> String {
    let mut raw = raw.to_owned();
    for key in ["actual", "link"] {
        let removed = Object::parse(&raw).ok().and_then(|object| {
            let splice = object.remove(key)?;
            splice::apply(raw.as_bytes(), &[splice]).ok()
        });
        if let Some(bytes) = removed {
            raw = String::from_utf8_lossy(&bytes).into_owned();
        }
    }
    raw
}
