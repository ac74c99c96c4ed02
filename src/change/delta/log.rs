//! Two versions of a log: lines are found in each other by step, values within a line by key.

use std::collections::HashMap;
use std::ops::Range;

use super::{FileDelta, How, LinePair, Owner, Part, Subject};
use crate::change::difference::{self, Difference};
use crate::change::three_way::align::align;
use crate::change::three_way::lines::{Name, Tokens, Version};
use crate::document::json::{self, Object};
use crate::document::log::{body, split_pieces};
use crate::document::rope::Rope;
use crate::plan::field::Field;
use crate::plan::id::StepId;
use crate::plan::uid::Uid;

/// A line of one version.
#[derive(Clone)]
struct Line<'a> {
    token: usize,
    /// All of it, and its content.
    span: Range<usize>,
    body: Range<usize>,
    text: &'a str,
}

impl Line<'_> {
    fn get<T>(&self, key: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        read(Object::parse(self.text).ok()?.get(key)?)
    }

    fn title(&self) -> String {
        let title = self.get("title", |raw| Some(json::words(raw).into_owned()));
        title.unwrap_or_default()
    }

    fn uid(&self) -> Option<Uid> {
        self.get("uid", Uid::of_raw)
    }
}

/// Lines that are in one version only, or in another place of the other.
#[derive(Default)]
struct Alone<'l, 'a> {
    old: Option<&'l Line<'a>>,
    new: Option<&'l Line<'a>>,
}

pub(super) fn compare(delta: &mut FileDelta) {
    let texts = delta.texts.clone();
    let [old_rope, new_rope] = texts.each_ref().map(|text| Rope::from(&**text));
    let mut tokens = Tokens::default();
    let old = Version::read(&old_rope, None, &mut tokens);
    let new = Version::read(&new_rope, Some(&old), &mut tokens);
    let kinds: [Vec<usize>; 2] = [old.tokens(), new.tokens()];
    let [old, new] = [
        (&old_rope, &texts[0], &kinds[0]),
        (&new_rope, &texts[1], &kinds[1]),
    ]
    .map(|(rope, text, tokens)| lines(rope, text, tokens));
    let matched = align(&kinds[0], &kinds[1], tokens.count());
    let mut alone: HashMap<usize, Alone<'_, '_>> = HashMap::new();
    for (line, place) in old.iter().zip(&matched) {
        if place.is_none() && tokens.name(line.token).is_some() {
            alone.entry(line.token).or_default().old = Some(line);
        }
    }
    let mut is_matched = vec![false; new.len()];
    matched
        .iter()
        .flatten()
        .for_each(|at| is_matched[*at] = true);
    for (line, _) in new.iter().zip(&is_matched).filter(|(_, is)| !**is) {
        if tokens.name(line.token).is_some() {
            alone.entry(line.token).or_default().new = Some(line);
        }
    }
    let mut writer = Writer {
        owners: owners(delta, &tokens, &alone),
        delta,
        tokens: &tokens,
        lines: None,
        ends: None,
    };
    let mut at = 0;
    let mut gone: Vec<&Line<'_>> = Vec::new();
    for (line, place) in old.iter().zip(&matched) {
        let Some(place) = *place else {
            gone.push(line);
            continue;
        };
        writer.gap(
            &std::mem::take(&mut gone),
            &new[at..place],
            (line.span.start, new[place].span.start),
        );
        writer.pair(line, &new[place]);
        at = place + 1;
    }
    let ends = (texts[0].len(), texts[1].len());
    writer.gap(&gone, &new[at..], ends);
}

fn lines<'a>(rope: &Rope, text: &'a [u8], tokens: &[usize]) -> Vec<Line<'a>> {
    let mut start = 0;
    let line = |(line, token): (&[u8], &usize)| {
        let content = body(line);
        let body = start + content.start..start + content.end;
        let span = start..start + line.len();
        start += line.len();
        Line {
            token: *token,
            text: std::str::from_utf8(&text[body.clone()]).unwrap_or_default(),
            span,
            body,
        }
    };
    split_pieces(rope).zip(tokens).map(line).collect()
}

/// A part for each step that came, went, or is elsewhere; by the tokens of its lines.
fn owners(
    delta: &mut FileDelta,
    tokens: &Tokens<'_>,
    alone: &HashMap<usize, Alone<'_, '_>>,
) -> HashMap<usize, usize> {
    let mut owners = HashMap::new();
    let mut gone: HashMap<Uid, usize> = HashMap::new();
    for (token, lines) in alone {
        if let (Some(old), None) = (lines.old, lines.new) {
            gone.extend(old.uid().map(|uid| (uid, *token)));
        }
    }
    let mut order: Vec<usize> = alone.keys().copied().collect();
    let place = |token: &usize| {
        let lines = &alone[token];
        let line = lines.new.or(lines.old);
        (lines.new.is_none(), line.map_or(0, |line| line.span.start))
    };
    order.sort_by_key(place);
    for token in order {
        if owners.contains_key(&token) {
            continue;
        }
        let lines = &alone[&token];
        let was = match (lines.old, lines.new) {
            (None, Some(new)) => new.uid().and_then(|uid| gone.remove(&uid)),
            _ => None,
        };
        let name = tokens.name(token);
        let part = match (lines.old, lines.new, was) {
            (_, Some(_), Some(was)) => {
                let from = tokens.name(was).map(ToString::to_string);
                let from = from.unwrap_or_default();
                let words = format!("renumbered from {from}");
                Part::saying(subject(name), How::Changed, words)
            }
            (Some(old), Some(new), _) => {
                let mut found = Vec::new();
                differences(old.text, new.text, &mut found);
                let words: Vec<String> = found
                    .iter()
                    .map(|(key, words)| format!("{key} {words}"))
                    .collect();
                let moved = "moved to another line".to_owned();
                let words = [vec![moved], words].concat().join(" · ");
                let how = if found.is_empty() {
                    How::Rewritten
                } else {
                    How::Changed
                };
                Part::saying(subject(name), how, words)
            }
            (None, Some(new), _) => {
                Part::saying(subject(name), How::Added, titled("added", &new.title()))
            }
            (Some(old), ..) => {
                Part::saying(subject(name), How::Removed, titled("removed", &old.title()))
            }
            (None, None, _) => continue,
        };
        let part = delta.part(part);
        owners.insert(token, part);
        owners.extend(was.map(|was| (was, part)));
    }
    owners
}

fn titled(word: &str, title: &str) -> String {
    match title {
        "" => word.to_owned(),
        title => format!("{word}: {title}"),
    }
}

fn subject(name: Option<&Name<'_>>) -> Subject {
    match name {
        Some(Name::Step(step, nth)) => Subject::Step(*step, *nth),
        _ => Subject::Lines,
    }
}

/// What two spellings of a line say differently: keys, each with what happened.
fn differences(old: &str, new: &str, found: &mut Vec<(String, String)>) {
    let [Ok(old), Ok(new)] = [old, new].map(Object::parse) else {
        return;
    };
    let gone = old.entries().filter(|(key, _)| new.get(key).is_none());
    for (key, _) in new.entries().chain(gone) {
        let (before, after) = (old.get(key), new.get(key));
        if before != after && key != Field::UpdatedAt.spec().key {
            found.push((key.to_owned(), worded(key, before, after).change()));
        }
    }
}

/// A value that differs, with what it said and says.
pub(super) fn worded(key: &str, before: Option<&str>, after: Option<&str>) -> Part {
    let subject = Subject::Lines;
    match difference::field(&"", key, before, after) {
        Difference::Field { before, after, .. } => Part::new(subject, How::Changed, before, after),
        Difference::List { added, removed, .. } => {
            let added = added.iter().map(|entry| format!("+{entry}"));
            let removed = removed.iter().map(|entry| format!("−{entry}"));
            let words: Vec<String> = added.chain(removed).collect();
            Part::saying(subject, How::Changed, words.join(" "))
        }
        other => Part::saying(subject, How::Changed, other.to_string()),
    }
}

/// What is said where only the spelling differs.
const SAME_VALUES: &str = "rewritten with the same values";

struct Writer<'d, 't> {
    delta: &'d mut FileDelta,
    tokens: &'d Tokens<'t>,
    /// The part of each named line that is in one version only, or elsewhere.
    owners: HashMap<usize, usize>,
    /// The part of lines without a name.
    lines: Option<usize>,
    /// The part of line endings, and how many there are.
    ends: Option<(usize, usize)>,
}

impl Writer<'_, '_> {
    /// What is between two lines that are in both versions, which begin at `next`.
    fn gap(&mut self, gone: &[&Line<'_>], came: &[Line<'_>], next: (usize, usize)) {
        let new = came.first().map_or(next.1, |line| line.span.start);
        for (span, owner) in self.runs(gone.iter().copied()) {
            self.delta.piece(span, new..new, owner);
        }
        for (span, owner) in self.runs(came.iter()) {
            self.delta.piece(next.0..next.0, span, owner);
        }
    }

    /// Whose these lines are. A blank line is its neighbour's, as in a spaced log: that of the line
    /// before it, or of the one behind it where the first line is blank.
    fn runs<'l>(
        &mut self,
        lines: impl Iterator<Item = &'l Line<'l>>,
    ) -> Vec<(Range<usize>, Owner)> {
        let mut runs: Vec<(Range<usize>, Option<Owner>)> = Vec::new();
        let mut goes_ahead = false;
        for line in lines {
            let is_blank = line.text.trim_ascii().is_empty() && line.span.len() < 3;
            let owner = (!is_blank).then(|| self.owner(line));
            goes_ahead |= runs.is_empty() && is_blank;
            match (runs.last_mut(), owner) {
                (Some((span, whose @ None)), Some(owner)) => {
                    span.end = line.span.end;
                    *whose = Some(owner);
                }
                (Some((span, Some(_))), None) if !goes_ahead => span.end = line.span.end,
                (_, owner) => runs.push((line.span.clone(), owner)),
            }
        }
        runs.into_iter()
            .map(|(span, owner)| (span, owner.unwrap_or_else(|| self.other_lines())))
            .collect()
    }

    fn owner(&mut self, line: &Line<'_>) -> Owner {
        if let Some(part) = self.owners.get(&line.token) {
            return Owner::Part(*part);
        }
        self.other_lines()
    }

    fn other_lines(&mut self) -> Owner {
        let part = *self.lines.get_or_insert_with(|| {
            let words = "lines that are not steps differ".to_owned();
            self.delta
                .part(Part::saying(Subject::Lines, How::Changed, words))
        });
        Owner::Part(part)
    }

    /// The same line in both versions, at its place.
    fn pair(&mut self, old: &Line<'_>, new: &Line<'_>) {
        let heads = [old, new].map(|line| line.span.start..line.body.start);
        if heads[0].len() != heads[1].len() {
            let words = "byte order mark within the file".to_owned();
            let part = Part::saying(Subject::Ends, How::Rewritten, words);
            let part = self.delta.part(part);
            let [from, to] = heads;
            self.delta.piece(from, to, Owner::Part(part));
        }
        if old.text != new.text {
            self.within(old, new);
        }
        let [from, to] = [old, new].map(|line| line.body.end..line.span.end);
        let texts = &self.delta.texts;
        let is_crlf = [&texts[0][from.clone()], &texts[1][to.clone()]].map(|end| end == b"\r\n");
        if is_crlf[0] != is_crlf[1] {
            let (part, count) = match self.ends {
                Some((part, count)) => (part, count + 1),
                None => {
                    let part = Part::saying(Subject::Ends, How::Rewritten, String::new());
                    (self.delta.part(part), 1)
                }
            };
            let names = is_crlf.map(|is_crlf| if is_crlf { "CRLF" } else { "LF" });
            self.delta.parts[part].words =
                Some(format!("{} → {} on {count} lines", names[0], names[1]));
            self.ends = Some((part, count));
            self.delta.piece(from, to, Owner::Part(part));
        }
    }

    fn within(&mut self, old: &Line<'_>, new: &Line<'_>) {
        let (first, first_piece) = (self.delta.parts.len(), self.delta.pieces.len());
        let name = self.tokens.name(new.token);
        let Some(Name::Step(step, nth)) = name.cloned() else {
            let (how, words) = told(old, new);
            let name = name.map_or_else(|| "line".to_owned(), ToString::to_string);
            let words = format!("{name}: {words}");
            let part = self.delta.part(Part::saying(Subject::Lines, how, words));
            return self
                .delta
                .piece(old.body.clone(), new.body.clone(), Owner::Part(part));
        };
        let values = [old, new].map(|line| values(line.text));
        let is_apart = match &values {
            [Some(old_values), Some(new_values)] => {
                self.values((step, nth), (old, old_values), (new, new_values))
            }
            _ => false,
        };
        if !is_apart {
            self.delta.parts.truncate(first);
            self.delta.pieces.truncate(first_piece);
            let (how, words) = told(old, new);
            let part = self
                .delta
                .part(Part::saying(Subject::Step(step, nth), how, words));
            self.delta
                .piece(old.body.clone(), new.body.clone(), Owner::Part(part));
        }
        let parts = first..self.delta.parts.len();
        let new = new.body.clone();
        self.delta.lines.push(LinePair {
            step,
            nth,
            new,
            parts,
        });
    }

    /// Tells the line's values apart. Answers whether that can be done: whether they can be chosen
    /// one by one.
    fn values(
        &mut self,
        (step, nth): (StepId, u32),
        (old, before): (&Line<'_>, &Values<'_>),
        (new, after): (&Line<'_>, &Values<'_>),
    ) -> bool {
        // The first value is behind no comma, and one key may not stand for two.
        let first = |values: &Values<'_>| values.all.first().map(|value| value.key.clone());
        let is_plain = |values: &Values<'_>| {
            let mut keys: Vec<&String> = values.all.iter().map(|value| &value.key).collect();
            keys.sort();
            keys.windows(2).all(|pair| pair[0] != pair[1])
        };
        if first(before) != first(after) || !is_plain(before) || !is_plain(after) {
            return false;
        }
        let first = self.delta.parts.len();
        let mut spelling = None;
        let mut stamp = None;
        let (mut from, mut to) = (0, 0);
        let mut last = (0, 0);
        let is_in =
            |values: &Values<'_>, key: &str| values.all.iter().any(|value| value.key == key);
        let at = |line: &Line<'_>, range: Range<usize>| {
            line.body.start + range.start..line.body.start + range.end
        };
        loop {
            match (before.all.get(from), after.all.get(to)) {
                (None, None) => break,
                (Some(was), _) if !is_in(after, &was.key) => {
                    let part = self.field((step, nth), was.key.clone(), Some(was.raw), None);
                    let gone = at(old, last.0..was.value.end);
                    let here = at(new, last.1..last.1);
                    self.delta.piece(gone, here, Owner::Part(part));
                    last.0 = was.value.end;
                    from += 1;
                }
                (_, Some(is)) if !is_in(before, &is.key) => {
                    let part = self.field((step, nth), is.key.clone(), None, Some(is.raw));
                    let here = at(old, last.0..last.0);
                    self.delta
                        .piece(here, at(new, last.1..is.value.end), Owner::Part(part));
                    last.1 = is.value.end;
                    to += 1;
                }
                (Some(was), Some(is)) if was.key == is.key => {
                    let heads = (last.0..was.value.start, last.1..is.value.start);
                    let [head_was, head_is] =
                        [&old.text[heads.0.clone()], &new.text[heads.1.clone()]];
                    if head_was != head_is {
                        let part = self.spelling(&mut spelling, (step, nth));
                        self.delta
                            .piece(at(old, heads.0), at(new, heads.1), Owner::Part(part));
                    }
                    let places = (at(old, was.value.clone()), at(new, is.value.clone()));
                    if was.raw == is.raw {
                    } else if is.key == Field::UpdatedAt.spec().key {
                        stamp = Some((self.delta.pieces.len(), was.raw, is.raw));
                        self.delta.piece(places.0, places.1, Owner::Part(0));
                    } else if json::is_same_but_for_blanks(was.raw, is.raw) {
                        let part = self.spelling(&mut spelling, (step, nth));
                        self.delta.piece(places.0, places.1, Owner::Part(part));
                    } else if !self.inner((step, nth), &is.key, (old, was), (new, is)) {
                        let part =
                            self.field((step, nth), is.key.clone(), Some(was.raw), Some(is.raw));
                        self.delta.piece(places.0, places.1, Owner::Part(part));
                    }
                    last = (was.value.end, is.value.end);
                    from += 1;
                    to += 1;
                }
                _ => return false,
            }
        }
        let tails = (last.0..old.text.len(), last.1..new.text.len());
        if old.text[tails.0.clone()] != new.text[tails.1.clone()] {
            let part = self.spelling(&mut spelling, (step, nth));
            self.delta
                .piece(at(old, tails.0), at(new, tails.1), Owner::Part(part));
        }
        if let Some((piece, was, is)) = stamp {
            if self.delta.parts.len() == first {
                let key = Field::UpdatedAt.spec().key.to_owned();
                self.field((step, nth), key, Some(was), Some(is));
            }
            self.delta.pieces[piece].owner = Owner::Any(first..self.delta.parts.len());
        }
        true
    }

    /// The values of an object within the line, where both have the same keys.
    fn inner(
        &mut self,
        name: (StepId, u32),
        key: &str,
        (old, was): (&Line<'_>, &Value<'_>),
        (new, is): (&Line<'_>, &Value<'_>),
    ) -> bool {
        let [Some(before), Some(after)] = [was.raw, is.raw].map(values) else {
            return false;
        };
        let skeleton = |raw: &str, values: &Values<'_>| {
            let mut text = String::new();
            let mut at = 0;
            for value in &values.all {
                text += &raw[at..value.value.start];
                text.push('\0');
                at = value.value.end;
            }
            text + &raw[at..]
        };
        if before.all.is_empty() || skeleton(was.raw, &before) != skeleton(is.raw, &after) {
            return false;
        }
        for (before, after) in before.all.iter().zip(&after.all) {
            if before.raw != after.raw {
                let key = format!("{key}.{}", after.key);
                let part = self.field(name, key, Some(before.raw), Some(after.raw));
                let place = |line: &Line<'_>, outer: &Value<'_>, inner: &Value<'_>| {
                    let start = line.body.start + outer.value.start;
                    start + inner.value.start..start + inner.value.end
                };
                let places = (place(old, was, before), place(new, is, after));
                self.delta.piece(places.0, places.1, Owner::Part(part));
            }
        }
        true
    }

    fn field(
        &mut self,
        (step, nth): (StepId, u32),
        key: String,
        before: Option<&str>,
        after: Option<&str>,
    ) -> usize {
        let mut part = worded(&key, before, after);
        part.subject = Subject::Field(step, nth, key);
        self.delta.part(part)
    }

    fn spelling(&mut self, known: &mut Option<usize>, (step, nth): (StepId, u32)) -> usize {
        *known.get_or_insert_with(|| {
            let words = SAME_VALUES.to_owned();
            let subject = Subject::Step(step, nth);
            self.delta
                .part(Part::saying(subject, How::Rewritten, words))
        })
    }
}

/// What happened to a line that is changed as a whole, in words.
fn told(old: &Line<'_>, new: &Line<'_>) -> (How, String) {
    let mut found = Vec::new();
    differences(old.text, new.text, &mut found);
    let words: Vec<String> = (found.iter())
        .map(|(key, words)| format!("{key} {words}"))
        .collect();
    match words.is_empty() {
        true => (How::Rewritten, SAME_VALUES.to_owned()),
        false => (How::Changed, words.join(" · ")),
    }
}

/// The values of an object, with their places in its text.
struct Values<'a> {
    all: Vec<Value<'a>>,
}

struct Value<'a> {
    key: String,
    value: Range<usize>,
    raw: &'a str,
}

fn values(text: &str) -> Option<Values<'_>> {
    let mut all = Vec::new();
    let read = json::visit(text, |key, span| {
        all.push(Value {
            key: key.into_owned(),
            value: span.range(),
            raw: &text[span.range()],
        });
    });
    read.ok().map(|()| Values { all })
}
