//! A version of a log rewritten into the numbering of the result.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::Numbering;
use crate::change::renumber::{NewIds, line};
use crate::change::three_way::lines::Version;
use crate::document::json::Object;
use crate::document::log::{self, LineReader};
use crate::document::rope::Rope;
use crate::document::splice;
use crate::plan::id::StepId;

/// What the rewriting of all versions needs.
pub(super) struct Shared<'a> {
    /// The steps that the base has.
    pub in_base: HashSet<StepId>,
    /// The lines of the base.
    pub base: HashMap<usize, &'a [u8]>,
}

impl Numbering<'_> {
    /// A version in the numbering of the result.
    pub(super) fn rewritten(
        &self,
        at: usize,
        from: (&Rope, &Version<'_>),
        shared: &Shared<'_>,
    ) -> Rope {
        let (bytes, version) = from;
        let mut lines: HashMap<usize, (usize, StepId)> = HashMap::new();
        for (group, entries) in self.groups.iter().enumerate() {
            let Some(entry) = &entries[at] else { continue };
            let id = self.hidden.get(&group).copied();
            if let Some(id) = id.or_else(|| self.new_id(group, entry)) {
                lines.insert(entry.line, (group, id));
            }
        }
        if lines.is_empty() {
            return bytes.clone();
        }
        let ids = self.new_ids(at).into_iter();
        let ids: HashMap<StepId, StepId> = ids.map(|(old, (_, new))| (old, new)).collect();
        let in_base = ids.iter().filter(|(old, _)| shared.in_base.contains(old));
        let known: NewIds = in_base.map(|(old, new)| (*old, *new)).collect();
        let ids: NewIds = ids.into_iter().collect();
        let pieces = log::split_pieces(bytes).zip(&version.lines).enumerate();
        let pieces = pieces.map(|(number, (whole, line))| {
            // A line that the side left alone means what it meant.
            let is_old = shared.base.get(&line.token) == Some(&line.body);
            let ids = if is_old { &known } else { &ids };
            let new = lines.get(&number).copied().map(|(group, id)| {
                let is_told =
                    self.new.contains_key(&group) || self.moved_in_vain(group) == Some(at);
                (group, id, is_told)
            });
            self.line(whole, line.body, ids, new)
        });
        let pieces: Vec<Cow<'_, [u8]>> = pieces.collect();
        let moved: HashSet<usize> = lines.keys().copied().collect();
        Rope::from(ordered(pieces, &moved, bytes).concat())
    }

    /// The block in which the side that gave a step its number has put it: a move changes both.
    /// Nothing where the other side has put it into another one: that is for people to decide.
    fn block_of(&self, group: usize, id: StepId) -> Option<&str> {
        let versions = self.groups[group].each_ref();
        let blocks = versions.map(|entry| {
            let text = std::str::from_utf8(entry.as_ref()?.body).ok()?;
            Object::parse(text).ok()?.get("block")
        });
        if let [Some(base), Some(ours), Some(theirs)] = blocks
            && base != ours
            && base != theirs
            && ours != theirs
        {
            return None;
        }
        let sides = versions.into_iter().zip(blocks).skip(1);
        let mut movers = sides.filter(|(entry, _)| entry.as_ref().is_some_and(|e| e.id == id));
        movers.next()?.1
    }

    fn line<'l>(
        &self,
        whole: &'l [u8],
        body: &[u8],
        ids: &NewIds,
        new: Option<(usize, StepId, bool)>,
    ) -> Cow<'l, [u8]> {
        let Ok(text) = std::str::from_utf8(body) else {
            return Cow::Borrowed(whole);
        };
        let mut after = line::rewritten(text, ids);
        if let Some((group, id, is_told)) = new {
            let text = after.as_deref().unwrap_or(text);
            after = renamed(text, id, is_told, self.block_of(group, id)).or(after);
        }
        match after {
            None => Cow::Borrowed(whole),
            Some(after) => {
                let span = log::body(whole);
                let line = [&whole[..span.start], after.as_bytes(), &whole[span.end..]];
                Cow::Owned(line.concat())
            }
        }
    }
}

/// The line under another ID, in the block that goes with it; it may be told what it was.
fn renamed(text: &str, id: StepId, is_told: bool, block: Option<&str>) -> Option<String> {
    let object = Object::parse(text).ok()?;
    let old = StepId::of_raw(object.get("step_id")?)?;
    let mut splices = vec![line::set_id(text, &object, id)?];
    if let (Some(block), Some(own)) = (block, object.get("block"))
        && block != own
    {
        splices.push(object.set("block", block, &[]));
    }
    let bytes = splice::apply(text.as_bytes(), &splices).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    match is_told {
        true => line::with_former(&text, old, id),
        false => Some(text),
    }
}

/// Lines that got other IDs go to their places, if the log was in order.
fn ordered<'l>(
    mut lines: Vec<Cow<'l, [u8]>>,
    moved: &HashSet<usize>,
    before: &Rope,
) -> Vec<Cow<'l, [u8]>> {
    let mut reader = LineReader::default();
    let mut id_of = |line: &[u8]| StepId::of_raw(reader.values(line, ["step_id"])?[0]?);
    let ids: Vec<Option<StepId>> = lines.iter().map(|line| id_of(line)).collect();
    if ids.iter().flatten().is_sorted() || !log::split_pieces(before).filter_map(id_of).is_sorted()
    {
        return lines;
    }
    let is_open = lines.last().is_some_and(|line| !line.ends_with(b"\n"));
    if is_open && let Some(last) = lines.last_mut() {
        last.to_mut().push(b'\n');
    }
    let numbered = ids.into_iter().zip(lines).enumerate();
    let (mut taken, rest): (Vec<_>, Vec<_>) = numbered.partition(|(at, _)| moved.contains(at));
    taken.sort_by_key(|(_, (id, _))| *id);
    // From the end: each right behind the last that does not come after it, or before all.
    let first = rest.iter().position(|(_, (id, _))| id.is_some());
    let mut lines = Vec::with_capacity(taken.len() + rest.len());
    if first.is_none() {
        lines.extend(taken.drain(..).rev());
    }
    for (at, stays) in rest.into_iter().enumerate().rev() {
        let (_, (id, _)) = stays;
        while let Some(next) = taken.pop_if(|(_, (other, _))| id.is_some() && *other >= id) {
            lines.push(next);
        }
        lines.push(stays);
        if first == Some(at) {
            lines.extend(taken.drain(..).rev());
        }
    }
    lines.reverse();
    let mut lines: Vec<Cow<'_, [u8]>> = lines.into_iter().map(|(_, (_, line))| line).collect();
    if is_open && let Some(last) = lines.last_mut() {
        last.to_mut().pop();
    }
    lines
}
