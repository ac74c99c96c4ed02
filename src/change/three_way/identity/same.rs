//! Which lines of three versions are about the same step.

use std::collections::HashMap;

use crate::change::three_way::lines::{Name, Tokens, Version};
use crate::document::json::{self, Object};
use crate::plan::id::StepId;
use crate::plan::uid::Uid;

/// A step's line in one version.
#[derive(Clone, Debug)]
pub(super) struct Entry<'a> {
    pub id: StepId,
    pub nth: u32,
    pub uid: Option<Uid>,
    pub title: String,
    pub was: Vec<StepId>,
    pub body: &'a [u8],
    pub line: usize,
}

/// One step: its lines in base, ours and theirs.
pub(super) type Group<'a> = [Option<Entry<'a>>; 3];

/// The steps' lines of each version but for those that are the same in all three.
pub(super) fn entries<'a>(
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

    /// Whether nothing says that a later line is about another step, given that both have one ID. A
    /// uid can be lost; what has one that was not there before is new, unless its title says otherwise.
    fn may_be(&self, later: &Self) -> bool {
        match (self.uid, later.uid) {
            (Some(a), Some(b)) => a == b,
            (_, None) => true,
            (None, Some(_)) => self.title == later.title,
        }
    }
}

/// The entries of one step, put together: by uid, by what it was, by ID.
pub(super) fn groups<'a>([base, ours, theirs]: [Vec<Entry<'a>>; 3]) -> Vec<Group<'a>> {
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
