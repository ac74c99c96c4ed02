//! Which steps of three versions are the same step, and which number each has in the result.
//!
//! A step is known by its `uid`, else by its ID; never by how that is spelled or on which line it
//! is. Where two steps come under one number, both stay: the mainline's keeps it, the other gets
//! the next free one with all that is below it, and says what it was. Each version is then
//! rewritten into the numbering of the result, references included, as that version meant them; so
//! the merge that follows can go by IDs alone, and what nobody renumbered keeps its bytes.
//!
//! The answer is the same whichever side is called ours.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::lines::{Name, Tokens, Version};
use super::{Renumbered, Side};
use crate::change::compose::renumber::with_former;
use crate::change::renumber::{NewIds, line};
use crate::document::json::{self, Object};
use crate::document::log;
use crate::document::rope::Rope;
use crate::document::splice::{self, Splice};
use crate::plan::id::StepId;
use crate::plan::uid::Uid;

#[cfg(test)]
mod tests;

/// Three versions in one numbering.
pub struct Settled {
    /// Base, ours and theirs.
    pub versions: [Rope; 3],
    /// The steps that got another number, in the order of the old ones.
    pub renumbered: Vec<Renumbered>,
}

/// Puts base, ours and theirs into the numbering of the result; nothing where that is what they
/// have.
pub fn settle(
    bytes: [&Rope; 3],
    versions: [&Version<'_>; 3],
    tokens: &Tokens<'_>,
    mainline: Option<Side>,
) -> Option<Settled> {
    let places = versions.map(|version| version.places(tokens));
    let entries = entries(versions, &places, tokens);
    if entries.iter().all(Vec::is_empty) {
        return None;
    }
    let mainline = mainline.map(|side| match side {
        Side::Ours => 1,
        Side::Theirs => 2,
    });
    let names = (0..tokens.count()).filter_map(|token| tokens.name(token));
    let taken = names.filter_map(|name| match name {
        Name::Step(id, _) => Some(*id),
        Name::Header(_) | Name::Odd(..) => None,
    });
    let mut numbering = Numbering {
        groups: groups(entries),
        taken: taken.collect(),
        new: BTreeMap::new(),
        hidden: HashMap::new(),
        mainline,
    };
    numbering.part();
    numbering.hide();
    if numbering.is_as_written() {
        return None;
    }
    let shared = Shared {
        in_base: (versions[0].lines.iter())
            .filter_map(|line| step_of(tokens, line.token))
            .collect(),
        base: versions[0]
            .lines
            .iter()
            .map(|line| (line.token, line.body))
            .collect(),
    };
    let rewritten = [0, 1, 2].map(|at| {
        let version = (bytes[at], versions[at]);
        numbering.rewritten(at, version, &shared)
    });
    Some(Settled {
        versions: rewritten,
        renumbered: numbering.told(),
    })
}

fn step_of(tokens: &Tokens<'_>, token: usize) -> Option<StepId> {
    match tokens.name(token)? {
        Name::Step(id, _) => Some(*id),
        Name::Header(_) | Name::Odd(..) => None,
    }
}

/// A step's line in one version.
#[derive(Clone, Debug)]
struct Entry<'a> {
    id: StepId,
    nth: u32,
    uid: Option<Uid>,
    title: String,
    was: Vec<StepId>,
    body: &'a [u8],
    line: usize,
}

/// One step: its lines in base, ours and theirs.
type Group<'a> = [Option<Entry<'a>>; 3];

/// The steps' lines of each version but for those that are the same in all three.
fn entries<'a>(
    versions: [&Version<'a>; 3],
    places: &[Vec<Option<usize>>; 3],
    tokens: &Tokens<'_>,
) -> [Vec<Entry<'a>>; 3] {
    let mut found: [Vec<Entry<'a>>; 3] = Default::default();
    let names = (0..tokens.count()).map(|token| (token, tokens.name(token)));
    for (token, name) in names {
        let Some(Name::Step(id, nth)) = name else {
            continue;
        };
        let lines = [0, 1, 2].map(|at| Some((places[at][token]?, &versions[at].lines)));
        let bodies = lines.map(|line| line.map(|(at, lines)| lines[at].body));
        if bodies[0].is_some() && bodies[0] == bodies[1] && bodies[0] == bodies[2] {
            continue;
        }
        for (at, line) in lines.iter().enumerate() {
            if let Some((line, lines)) = line {
                found[at].push(Entry::read(lines[*line].body, *line, (*id, *nth)));
            }
        }
    }
    for entries in &mut found {
        // A uid that stands twice counts for neither.
        let mut seen: HashMap<Uid, usize> = HashMap::new();
        for uid in entries.iter().filter_map(|entry| entry.uid) {
            *seen.entry(uid).or_default() += 1;
        }
        for entry in entries.iter_mut() {
            entry.uid = entry.uid.filter(|uid| seen[uid] == 1);
        }
    }
    found
}

impl<'a> Entry<'a> {
    fn read(body: &'a [u8], line: usize, (id, nth): (StepId, u32)) -> Self {
        let text = std::str::from_utf8(body).unwrap_or_default();
        let object = Object::parse(text).ok();
        let raw = |key| object.as_ref().and_then(|object| object.get(key));
        Self {
            id: raw("step_id").and_then(StepId::of_raw).unwrap_or(id),
            nth,
            uid: raw("uid").and_then(Uid::of_raw),
            title: raw("title").map_or_else(String::new, |raw| json::words(raw).trim().to_owned()),
            was: (raw("was").and_then(json::items).unwrap_or_default().iter())
                .filter_map(|raw| StepId::of_raw(raw))
                .collect(),
            body,
            line,
        }
    }

    /// Whether nothing says that they are two steps, given that they have one ID.
    fn may_be(&self, other: &Self) -> bool {
        match (self.uid, other.uid) {
            (Some(a), Some(b)) => a == b,
            (None, None) => true,
            _ => self.title == other.title,
        }
    }
}

/// The entries of one step, put together: by uid, by what it was, by ID.
fn groups<'a>([base, ours, theirs]: [Vec<Entry<'a>>; 3]) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = base
        .into_iter()
        .map(|entry| [Some(entry), None, None])
        .collect();
    let ours = join(&mut groups, 1, ours);
    let theirs = join(&mut groups, 2, theirs);
    // What both sides added.
    let key = |entry: &Entry<'_>| (entry.id, entry.nth);
    let mut by_id: HashMap<(StepId, u32), usize> = HashMap::new();
    let mut by_uid: HashMap<Uid, usize> = HashMap::new();
    for entry in ours {
        by_id.insert(key(&entry), groups.len());
        by_uid.extend(entry.uid.map(|uid| (uid, groups.len())));
        groups.push([None, Some(entry), None]);
    }
    for entry in theirs {
        let by_uid = entry.uid.and_then(|uid| by_uid.get(&uid).copied());
        let by_id = by_id.get(&key(&entry)).copied().filter(|at| {
            let same = |ours: &Entry<'_>| ours.title == entry.title && ours.may_be(&entry);
            groups[*at][1].as_ref().is_some_and(same)
        });
        match by_uid.or(by_id).filter(|at| groups[*at][2].is_none()) {
            Some(at) => groups[at][2] = Some(entry),
            None => groups.push([None, None, Some(entry)]),
        }
    }
    groups
}

/// Joins the entries of a side to those of the base; answers those that it added.
fn join<'a>(groups: &mut [Group<'a>], side: usize, entries: Vec<Entry<'a>>) -> Vec<Entry<'a>> {
    let mut by_uid: HashMap<Uid, usize> = HashMap::new();
    let mut by_id: HashMap<(StepId, u32), usize> = HashMap::new();
    for (at, group) in groups.iter().enumerate() {
        if let Some(base) = &group[0] {
            by_uid.extend(base.uid.map(|uid| (uid, at)));
            by_id.insert((base.id, base.nth), at);
        }
    }
    let titles: HashMap<StepId, String> = (entries.iter())
        .map(|entry| (entry.id, entry.title.clone()))
        .collect();
    let mut left = entries;
    let find_uid = |entry: &Entry<'_>, _: &[Group<'_>]| by_uid.get(&entry.uid?).copied();
    let find_former = |entry: &Entry<'_>, groups: &[Group<'_>]| {
        entry.was.iter().find_map(|was| {
            let at = *by_id.get(&(*was, 0))?;
            let base = groups[at][0].as_ref()?;
            let is_it = base.may_be(entry) && base.title == entry.title;
            let stays = titles.get(was).is_some_and(|title| *title == base.title);
            (is_it && !stays).then_some(at)
        })
    };
    let find_id = |entry: &Entry<'_>, groups: &[Group<'_>]| {
        let at = *by_id.get(&(entry.id, entry.nth))?;
        groups[at][0].as_ref()?.may_be(entry).then_some(at)
    };
    type Find<'f> = &'f dyn Fn(&Entry<'_>, &[Group<'_>]) -> Option<usize>;
    let ways: [Find<'_>; 3] = [&find_uid, &find_former, &find_id];
    for find in ways {
        let mut rest = Vec::with_capacity(left.len());
        for entry in left {
            match find(&entry, groups).filter(|at| groups[*at][side].is_none()) {
                Some(at) => groups[at][side] = Some(entry),
                None => rest.push(entry),
            }
        }
        left = rest;
    }
    left
}

/// Which number each step has in the result.
struct Numbering<'a> {
    groups: Vec<Group<'a>>,
    /// IDs that some version has, or that were given here.
    taken: HashSet<StepId>,
    /// The steps that got a number here.
    new: BTreeMap<usize, StepId>,
    /// What steps that are gone from the result are called until then, so that nobody is taken for
    /// them.
    hidden: HashMap<usize, StepId>,
    mainline: Option<usize>,
}

/// What the rewriting of all versions needs.
struct Shared<'a> {
    /// The steps that the base has.
    in_base: HashSet<StepId>,
    /// The lines of the base.
    base: HashMap<usize, &'a [u8]>,
}

impl Numbering<'_> {
    /// The ID that both sides' wishes make.
    fn wished(&self, group: usize) -> StepId {
        let [base, ours, theirs] = &self.groups[group];
        let id = |entry: &Option<Entry<'_>>| entry.as_ref().map(|entry| entry.id);
        let (b, o, t) = (id(base), id(ours), id(theirs));
        let had = |entry: &Option<Entry<'_>>, id: StepId| {
            entry.as_ref().is_some_and(|entry| entry.was.contains(&id))
        };
        match (o, t) {
            (Some(o), Some(t)) if o == t || b == Some(t) => o,
            (Some(o), Some(t)) if b == Some(o) => t,
            (Some(o), Some(t)) => match (had(ours, t), had(theirs, o), self.mainline) {
                (true, false, _) | (_, _, Some(1)) => o,
                (false, true, _) | (_, _, Some(_)) => t,
                _ => o.min(t),
            },
            (Some(id), None) | (None, Some(id)) => id,
            (None, None) => b.unwrap_or(StepId::new(1)),
        }
    }

    fn id(&self, group: usize) -> StepId {
        match self.new.get(&group) {
            Some(id) => *id,
            None => self.wished(group),
        }
    }

    /// Whether the step is in the result.
    fn stays(&self, group: usize) -> bool {
        match &self.groups[group] {
            [_, Some(_), Some(_)] => true,
            [Some(base), Some(side), None] | [Some(base), None, Some(side)] => {
                base.body != side.body
            }
            [base, _, _] => base.is_none(),
        }
    }

    /// Gives every step a number of its own, unless several share one already.
    fn part(&mut self) {
        let mut claims: BTreeMap<StepId, Vec<usize>> = BTreeMap::new();
        for group in (0..self.groups.len()).filter(|group| self.stays(*group)) {
            claims.entry(self.wished(group)).or_default().push(group);
        }
        for (id, mut claimants) in claims {
            claimants.retain(|group| !self.new.contains_key(group));
            claimants.sort_by_cached_key(|group| self.rank(*group, id));
            let Some((holder, others)) = claimants.split_first() else {
                continue;
            };
            for other in others {
                if !self.meet(*holder, *other, id) {
                    self.move_on(*other, *holder, id);
                }
            }
        }
    }

    /// Who of several keeps an ID: who had it, who is on the mainline, who has the smaller uid.
    fn rank(&self, group: usize, id: StepId) -> (bool, bool, Option<Uid>, String, Vec<u8>) {
        let entries = &self.groups[group];
        let has = |at: usize| entries[at].as_ref().is_some_and(|entry| entry.id == id);
        let first = entries[1].iter().chain(&entries[2]).min_by_key(|e| e.body);
        (
            !has(0),
            !self.mainline.is_some_and(has),
            first.and_then(|entry| entry.uid),
            first.map_or_else(String::new, |entry| entry.title.clone()),
            first.map_or_else(Vec::new, |entry| entry.body.to_vec()),
        )
    }

    /// Whether two steps share an ID in some version already.
    fn meet(&self, one: usize, other: usize, id: StepId) -> bool {
        let has = |group: usize, at: usize| {
            let entry = self.groups[group][at].as_ref();
            entry.is_some_and(|entry| entry.id == id)
        };
        (0..3).any(|at| has(one, at) && has(other, at))
    }

    /// Gives a step the next free ID, and those below it theirs.
    fn move_on(&mut self, group: usize, holder: usize, id: StepId) {
        let Some(free) = next_free(id, &self.taken) else {
            return;
        };
        self.give(group, free);
        let has = |group: usize, at: usize| self.groups[group][at].is_some();
        let own = [0, 1, 2].map(|at| has(group, at) && !has(holder, at));
        let below: Vec<(usize, StepId)> = (0..self.groups.len())
            .filter(|other| !self.new.contains_key(other))
            .filter_map(|other| Some((other, self.below(other, id, free, own)?)))
            .collect();
        for (other, id) in below {
            self.give(other, id);
        }
    }

    /// What a sub-step of a step that moves on is called, if it is one, and only where that step
    /// is.
    fn below(&self, group: usize, old: StepId, new: StepId, own: [bool; 3]) -> Option<StepId> {
        let mut found = None;
        for (at, entry) in self.groups[group].iter().enumerate() {
            let Some(entry) = entry else { continue };
            let rest = entry.id.suffix().strip_prefix(old.suffix())?;
            if !own[at] || entry.id.number() != old.number() || !rest.starts_with('.') {
                return None;
            }
            found = format!("{new}{rest}").parse::<StepId>().ok();
        }
        found.filter(|id| !self.taken.contains(id))
    }

    fn give(&mut self, group: usize, id: StepId) {
        self.taken.insert(id);
        self.new.insert(group, id);
    }

    /// Keeps steps that are gone apart from those that have their numbers now.
    fn hide(&mut self) {
        let gone: Vec<usize> = (0..self.groups.len())
            .filter(|group| !self.stays(*group))
            .collect();
        if gone.is_empty() {
            return;
        }
        let live: HashSet<StepId> = (0..self.groups.len())
            .filter(|group| self.stays(*group))
            .map(|group| self.id(group))
            .collect();
        let mut last = u32::MAX;
        for group in gone {
            let mut entries = self.groups[group].iter().flatten();
            if entries.any(|entry| live.contains(&entry.id)) {
                while self.taken.contains(&StepId::new(last)) {
                    last -= 1;
                }
                self.hidden.insert(group, StepId::new(last));
                last -= 1;
            }
        }
    }

    fn is_as_written(&self) -> bool {
        let is_so = |group: usize| {
            let id = self.id(group);
            let mut entries = self.groups[group].iter().flatten();
            entries.all(|entry| entry.id == id)
        };
        let mut stay = (0..self.groups.len()).filter(|group| self.stays(*group));
        self.hidden.is_empty() && stay.all(is_so)
    }

    fn told(&self) -> Vec<Renumbered> {
        let told = |(group, new): (&usize, &StepId)| {
            let entry = self.groups[*group].iter().flatten().last()?;
            Some(Renumbered {
                old: entry.id,
                new: new.padded_to(entry.id.digits()),
                title: entry.title.clone(),
            })
        };
        let mut all: Vec<Renumbered> = self.new.iter().filter_map(told).collect();
        all.sort_by_key(|step| step.old);
        all
    }

    /// A version in the numbering of the result.
    fn rewritten(&self, at: usize, from: (&Rope, &Version<'_>), shared: &Shared<'_>) -> Rope {
        let (bytes, version) = from;
        let mut lines: HashMap<usize, (usize, StepId)> = HashMap::new();
        let mut ids: HashMap<StepId, StepId> = HashMap::new();
        let mut shown_twice = HashSet::new();
        for (group, entries) in self.groups.iter().enumerate() {
            let Some(entry) = &entries[at] else { continue };
            if entry.nth > 0 {
                shown_twice.insert(entry.id);
            }
            if let Some(hidden) = self.hidden.get(&group) {
                lines.insert(entry.line, (group, *hidden));
            } else if self.stays(group) && self.id(group) != entry.id {
                let id = self.id(group).padded_to(entry.id.digits());
                lines.insert(entry.line, (group, id));
                ids.insert(entry.id, id);
            }
        }
        ids.retain(|old, _| !shown_twice.contains(old));
        if lines.is_empty() {
            return bytes.clone();
        }
        let in_base = ids.iter().filter(|(old, _)| shared.in_base.contains(old));
        let known: NewIds = in_base.map(|(old, new)| (*old, *new)).collect();
        let ids: NewIds = ids.into_iter().collect();
        let pieces = log::split_pieces(bytes).zip(&version.lines).enumerate();
        let pieces = pieces.map(|(number, (whole, line))| {
            // A line that the side left alone means what it meant.
            let is_old = shared.base.get(&line.token) == Some(&line.body);
            let ids = if is_old { &known } else { &ids };
            let new = lines.get(&number).copied();
            self.line(whole, line.body, ids, new)
        });
        let pieces: Vec<Vec<u8>> = pieces.collect();
        let moved: HashSet<usize> = lines.keys().copied().collect();
        Rope::from(ordered(pieces, &moved, bytes).concat())
    }

    fn line(
        &self,
        whole: &[u8],
        body: &[u8],
        ids: &NewIds,
        new: Option<(usize, StepId)>,
    ) -> Vec<u8> {
        let Ok(text) = std::str::from_utf8(body) else {
            return whole.to_vec();
        };
        let mut after = line::rewritten(text, ids);
        if let Some((group, id)) = new {
            let text = after.as_deref().unwrap_or(text);
            let is_new = self.new.contains_key(&group);
            after = renamed(text, id, is_new).or(after);
        }
        match after {
            None => whole.to_vec(),
            Some(after) => {
                let span = log::body(whole);
                [&whole[..span.start], after.as_bytes(), &whole[span.end..]].concat()
            }
        }
    }
}

/// The line under another ID, with what it was if it gets that ID here.
fn renamed(text: &str, id: StepId, is_new: bool) -> Option<String> {
    let object = Object::parse(text).ok()?;
    let span = object.span("step_id")?;
    let raw = &text[span.range()];
    let old = StepId::of_raw(raw)?;
    let spelled = match raw.starts_with('"') || !id.suffix().is_empty() {
        true => json::quote(&id.to_string()),
        false => id.number().to_string(),
    };
    let bytes = splice::apply(text.as_bytes(), &[Splice::replace(span, spelled)]).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    match is_new {
        true => with_former(&text, old, id),
        false => Some(text),
    }
}

/// Lines that got other IDs go to their places, if the log was in order.
fn ordered(mut lines: Vec<Vec<u8>>, moved: &HashSet<usize>, before: &Rope) -> Vec<Vec<u8>> {
    let id_of = |line: &[u8]| {
        let text = std::str::from_utf8(&line[log::body(line).range()]).ok()?;
        StepId::of_raw(Object::parse(text).ok()?.get("step_id")?)
    };
    let was_sorted = log::split_pieces(before).filter_map(id_of).is_sorted();
    let ids: Vec<Option<StepId>> = lines.iter().map(|line| id_of(line)).collect();
    if !was_sorted || ids.iter().flatten().is_sorted() {
        return lines;
    }
    let is_open = lines.last().is_some_and(|line| !line.ends_with(b"\n"));
    if is_open && let Some(last) = lines.last_mut() {
        last.push(b'\n');
    }
    let mut taken: Vec<(Option<StepId>, Vec<u8>)> = Vec::new();
    let mut rest: Vec<(Option<StepId>, Vec<u8>)> = Vec::new();
    for (at, (id, line)) in ids.into_iter().zip(lines).enumerate() {
        match moved.contains(&at) {
            true => taken.push((id, line)),
            false => rest.push((id, line)),
        }
    }
    taken.sort_by_key(|(id, _)| *id);
    for (id, line) in taken {
        let behind = rest
            .iter()
            .rposition(|(other, _)| other.is_some() && *other <= id);
        let first = rest.iter().position(|(other, _)| other.is_some());
        let at = behind.map_or(first.unwrap_or(rest.len()), |at| at + 1);
        rest.insert(at, (id, line));
    }
    let mut lines: Vec<Vec<u8>> = rest.into_iter().map(|(_, line)| line).collect();
    if is_open && let Some(last) = lines.last_mut() {
        last.pop();
    }
    lines
}

/// The first ID behind `id` that nobody has: a number, or a letter below the same step.
pub(crate) fn next_free(id: StepId, taken: &HashSet<StepId>) -> Option<StepId> {
    let is_free = |id: &StepId| !taken.contains(id);
    match id.parent() {
        None => (id.number().checked_add(1)?..)
            .map(|number| StepId::new(number).padded_to(id.digits()))
            .find(is_free),
        Some(parent) => {
            let letters = ('A'..='Z').map(String::from);
            let pairs = ('A'..='Z').flat_map(|a| ('A'..='Z').map(move |b| format!("{a}{b}")));
            letters
                .chain(pairs)
                .filter_map(|name| parent.child(&name))
                .find(is_free)
        }
    }
}
