//! The lines of a log between the markers of a conflict, step by step: what both sides changed of each, and
//! one of several steps settled while the others stay in dispute.

use std::collections::HashMap;
use std::path::Path;

use crate::change::markdown_merge::CommonCommit;
use crate::change::three_way::{self, Disputed, Markers, Merged, Versions};
use crate::change::value::{Refusal, refuse};
use crate::document::json;
use crate::document::log::{LineLayout, LineRef, LogDocument};
use crate::document::rope::{Piece, Rope};
use crate::plan::Plan;
use crate::plan::disputes::{Dispute, MarkedVersion};
use crate::plan::field::Field;
use crate::plan::id::StepId;
use crate::plan::source::Role;
use crate::plan::uid::Uid;

/// Lines of steps, each without its line end.
pub type StepLines = Vec<(StepId, Vec<u8>)>;

/// What git can tell of a merge that the files do not say.
#[derive(Clone, Copy)]
pub struct MergeFacts<'a> {
    /// The newest commit that two commits both have.
    pub common: CommonCommit<'a>,
    /// The lines of the steps in conflict of a log as both sides started from them, in file order.
    pub base: &'a dyn Fn(&Path) -> Option<&'a StepLines>,
    /// The canon or paper as both sides started from it.
    pub page: &'a dyn Fn(&Path) -> Option<&'a [u8]>,
}

impl MergeFacts<'_> {
    /// Nothing is known.
    pub const NONE: MergeFacts<'static> = MergeFacts {
        common: &|_, _| None,
        base: &|_| None,
        page: &|_| None,
    };
}

/// Which fields of a step in conflict a person decides about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StepDispute {
    /// Those of which either version may stay.
    pub fields: Vec<String>,
    /// The others that differ, with the raw value that each gets whatever is picked; nothing where
    /// it goes.
    pub either_way: Vec<(String, Option<String>)>,
}

impl StepDispute {
    /// What there is to say beside the fields that a person decides about.
    pub(crate) fn told(&self) -> Vec<String> {
        let none = self.fields.is_empty();
        let none = none.then(|| {
            "the sides changed other things: whatever is picked keeps them all".to_owned()
        });
        let value = |(key, raw): &(String, Option<String>)| match raw {
            Some(raw) => format!("either way {key}: {raw}"),
            None => format!("either way {key} goes"),
        };
        none.into_iter()
            .chain(self.either_way.iter().map(value))
            .collect()
    }
}

/// Which fields a person decides about, where both versions of a conflict are of one step of a log, or
/// nothing is in dispute in those of several.
pub fn step_dispute(plan: &Plan, dispute: &Dispute, facts: MergeFacts<'_>) -> Option<StepDispute> {
    let mut found = StepDispute {
        fields: Vec::new(),
        either_way: Vec::new(),
    };
    let Some(lines) = Lines::of(plan, dispute, facts) else {
        found.fields.clone_from(&dispute.fields);
        return (!dispute.fields.is_empty()).then_some(found);
    };
    let merged = lines.decide(Disputed::Ours);
    if dispute.fields.is_empty() {
        let is_clean = merged.conflicts.is_empty() && !dispute.steps.is_empty();
        return is_clean.then_some(found);
    }
    let [ours, theirs] =
        [merged, lines.decide(Disputed::Theirs)].map(|merged| LogDocument::load(merged.bytes));
    let value = |log: &LogDocument, key: &str| {
        let line = log.lines().find(|line| line.is_object())?;
        line.get(key).map(str::to_owned)
    };
    for key in dispute.fields.iter().cloned() {
        let [ours, theirs] = [&ours, &theirs].map(|log| value(log, &key));
        match ours == theirs {
            true => found.either_way.push((key, ours)),
            false => found.fields.push(key),
        }
    }
    Some(found)
}

/// What there is to ask about a conflict: of one that spans several steps of a log, each step that both
/// sides changed. The conflict itself where it is one question, or none.
pub(crate) fn questions(plan: &Plan, dispute: &Dispute, facts: MergeFacts<'_>) -> Vec<Dispute> {
    let mut parts = dispute.parts(plan);
    parts.retain(|part| {
        let step = step_dispute(plan, part, facts);
        step.is_none_or(|step| !step.fields.is_empty())
    });
    if parts.is_empty() {
        return vec![dispute.clone()];
    }
    parts
}

/// What comes in place of a conflict of which some steps are decided; the others stay between markers of
/// their own as far as both sides changed them.
///
/// # Errors
/// When both versions of one step are to stay.
pub(super) fn settled(
    plan: &Plan,
    dispute: &Dispute,
    decided: Disputed<'_>,
    facts: MergeFacts<'_>,
) -> Result<Vec<u8>, Refusal> {
    let [ours, theirs] = &dispute.labels(plan);
    let disputed = Disputed::Of {
        steps: &dispute.steps,
        decided: &decided,
        others: Markers {
            ours,
            theirs,
            size: dispute.marker_size(plan),
        },
    };
    let merged = match Lines::around(plan, dispute, facts) {
        Some(lines) => lines.decide(disputed),
        None => {
            let place = dispute.place;
            let text =
                |span| Rope::from(Piece::from(plan.files()[dispute.file].document.slice(span)));
            three_way::decide_unknowing(
                &text(place.ours),
                &text(place.theirs),
                disputed,
                layout(plan, dispute),
            )
        }
    };
    if matches!(decided, Disputed::Both) {
        let text = |span| plan.files()[dispute.file].document.slice(span);
        let [ours, theirs] = [dispute.place.ours, dispute.place.theirs].map(text);
        let moved = in_both(&ours, &theirs).into_iter();
        let mut moved = moved.filter(|(one, other)| one != other);
        let is_own = |(one, other): (StepId, StepId)| {
            dispute.steps.contains(&one) || dispute.steps.contains(&other)
        };
        let mut own = merged.conflicts.iter();
        let is_twice = own.any(|one| one.dispute.is_about(&dispute.steps) && is_twice(one));
        if is_twice || moved.any(is_own) {
            return refuse(twice(&dispute.about));
        }
    }
    Ok(merged.bytes)
}

/// Whether there is one step of which both versions cannot stay.
pub(super) fn is_twice(conflict: &three_way::Conflict) -> bool {
    use three_way::Dispute::{Added, Changed};
    matches!(conflict.dispute, Added { .. } | Changed { .. })
}

pub(super) fn twice(what: &str) -> String {
    format!(
        "{what} would be there twice: keep one version, and `stepdeck set` what the other has besides"
    )
}

/// A line of a step: its number, its uid, and itself.
type StepLine = (StepId, Option<Uid>, Vec<u8>);

fn step_lines(text: &[u8]) -> Vec<StepLine> {
    let log = LogDocument::load(text);
    let step = |line: LineRef<'_>| {
        let uid = line.get(Field::Uid.spec().key).and_then(Uid::of_raw);
        let id = StepId::of_raw(line.get("step_id")?)?;
        Some((id, uid, line.bytes().to_vec()))
    };
    log.lines().filter_map(step).collect()
}

/// Whether two lines are of one step: by uid where both have one, else by number.
fn is_one(one: &StepLine, other: &StepLine) -> bool {
    match (one.1, other.1) {
        (Some(uid), Some(other)) => uid == other,
        _ => one.0 == other.0,
    }
}

/// The steps that two versions have in common with other words, each by the number it has in either.
pub(super) fn in_both(ours: &[u8], theirs: &[u8]) -> Vec<(StepId, StepId)> {
    let (ours, theirs) = (step_lines(ours), step_lines(theirs));
    let pairs = theirs.iter().filter_map(|theirs| {
        let of_it = |ours: &&StepLine| is_one(ours, theirs) && ours.2 != theirs.2;
        Some((ours.iter().find(of_it)?.0, theirs.0))
    });
    pairs.collect()
}

/// The titles of the steps of `text` whose number another step has in `other`, and which are not there.
pub(super) fn left_out(text: &[u8], other: &[u8]) -> Vec<String> {
    let others = step_lines(other);
    let is_out = |step: &StepLine| {
        others.iter().any(|other| other.0 == step.0) && !others.iter().any(|o| is_one(o, step))
    };
    let out = step_lines(text).into_iter().filter(is_out);
    out.map(|(id, _, line)| {
        let log = LogDocument::load(line);
        let title = log
            .lines()
            .next()
            .and_then(|line| line.get("title").map(json::words));
        title.map_or_else(|| id.to_string(), |title| title.into_owned())
    })
    .collect()
}

/// The lines of a log in conflict, with what both sides started from.
pub(super) struct Lines([Rope; 3], LineLayout);

impl Lines {
    /// Those that a dispute is about. Nothing where it is not known what both sides started from, or it is
    /// no log.
    pub(super) fn of(plan: &Plan, dispute: &Dispute, facts: MergeFacts<'_>) -> Option<Self> {
        let lines = |version| dispute.lines(plan, version);
        let [base, ours, theirs] = [
            MarkedVersion::Base,
            MarkedVersion::Ours,
            MarkedVersion::Theirs,
        ]
        .map(lines);
        let versions = (base, ours?, theirs?);
        if !dispute.is_part() {
            return Self::between(plan, dispute, versions, facts);
        }
        let text = |span| plan.files()[dispute.file].document.slice(span);
        let whole = [dispute.place.ours, dispute.place.theirs].map(text);
        // A step that one side removed and the other renumbered is no new one.
        if whole.iter().any(|text| text.trim_ascii().is_empty()) {
            return None;
        }
        Self::between_some(plan, dispute, versions, facts)
    }

    /// All between the markers.
    fn around(plan: &Plan, dispute: &Dispute, facts: MergeFacts<'_>) -> Option<Self> {
        let text = |span| plan.files()[dispute.file].document.slice(span);
        let place = dispute.place;
        let versions = (place.base.map(text), text(place.ours), text(place.theirs));
        Self::between(plan, dispute, versions, facts)
    }

    fn between(
        plan: &Plan,
        dispute: &Dispute,
        versions: (Option<Vec<u8>>, Vec<u8>, Vec<u8>),
        facts: MergeFacts<'_>,
    ) -> Option<Self> {
        let [is_gone, is_gone_in_theirs] =
            [&versions.1, &versions.2].map(|text| text.trim_ascii().is_empty());
        let lines = Self::between_some(plan, dispute, versions, facts)?;
        // A step that one side removed and the other renumbered is no new one.
        let is_new =
            is_gone != is_gone_in_theirs && lines.decide(Disputed::Ours).conflicts.is_empty();
        (!is_new).then_some(lines)
    }

    fn between_some(
        plan: &Plan,
        dispute: &Dispute,
        (base, ours, theirs): (Option<Vec<u8>>, Vec<u8>, Vec<u8>),
        facts: MergeFacts<'_>,
    ) -> Option<Self> {
        let file = &plan.files()[dispute.file];
        if file.role != Role::Log {
            return None;
        }
        let base = match base {
            Some(base) => base,
            None => {
                let is_spaced = is_spaced(plan, dispute);
                started_from((facts.base)(&file.path)?, &ours, &theirs, is_spaced)?
            }
        };
        let rope = |bytes: Vec<u8>| Rope::from(Piece::from(bytes));
        is_numbered_once([&base, &ours, &theirs])
            .then(|| Self([base, ours, theirs].map(rope), layout(plan, dispute)))
    }

    pub(super) fn decide(&self, disputed: Disputed<'_>) -> Merged {
        let [base, ours, theirs] = &self.0;
        let versions = Versions { base, ours, theirs };
        three_way::decide(versions, disputed, self.1)
    }
}

fn layout(plan: &Plan, dispute: &Dispute) -> LineLayout {
    let log = plan.files()[dispute.file].log();
    log.and_then(LogDocument::layout).unwrap_or_default()
}

pub(super) fn is_spaced(plan: &Plan, dispute: &Dispute) -> bool {
    layout(plan, dispute) == LineLayout::Spaced
}

/// The lines of `base` that these versions are of; nothing where that is not sure.
fn started_from(base: &StepLines, ours: &[u8], theirs: &[u8], is_spaced: bool) -> Option<Vec<u8>> {
    let [ours, theirs] = [ours, theirs].map(LogDocument::load);
    let steps = |log: &LogDocument| -> Option<Vec<StepId>> {
        let lines = log.lines().filter(|line| !line.is_blank());
        let ids = lines.map(|line| StepId::of_raw(line.get("step_id")?));
        ids.collect()
    };
    let known = [steps(&ours)?, steps(&theirs)?].concat();
    let mut text = Vec::new();
    for (_, line) in base.iter().filter(|(step, _)| known.contains(step)) {
        if is_spaced && !text.is_empty() {
            text.push(b'\n');
        }
        text.extend_from_slice(line);
        text.push(b'\n');
    }
    Some(text)
}

/// Whether each step has one number in all of these versions, as far as uids tell.
fn is_numbered_once(versions: [&[u8]; 3]) -> bool {
    let mut numbers: HashMap<Uid, StepId> = HashMap::new();
    let mut lines = versions.into_iter().flat_map(step_lines);
    lines.all(|(step, uid, _)| uid.is_none_or(|uid| *numbers.entry(uid).or_insert(step) == step))
}
