//! An unfinished merge brought to an end: one version of a conflict, or both, in place of the markers.
//!
//! Of a log, only what both sides changed is decided by that. What one side changed stays, as far as it
//! is known what both started from: by the markers, or by somebody who asked git.

use std::collections::HashMap;
use std::path::Path;

use super::{Change, Composer, Edit, Target, both_papers, paper_side};
use crate::change::markdown_merge::CommonCommit;
use crate::change::three_way::{self, Disputed, Merged, Versions};
use crate::change::value::{Refusal, refuse};
use crate::document::json;
use crate::document::log::{LineLayout, LogDocument};
use crate::document::markers::MarkedConflict;
use crate::document::rope::{Piece, Rope};
use crate::document::splice::Span;
use crate::plan::Plan;
use crate::plan::disputes::{self, Dispute};
use crate::plan::field::Field;
use crate::plan::id::StepId;
use crate::plan::source::Role;

/// What stays of a conflict.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Resolution {
    /// The version of the branch that was merged into.
    Ours,
    /// The version of the branch that was merged.
    Theirs,
    /// Ours, then what theirs has besides.
    Both,
    /// What a person wrote instead.
    Text(String),
}

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

impl Composer<'_> {
    /// Puts what `resolution` says in place of each conflict. They are in the order of the plan's
    /// files and lines.
    ///
    /// # Errors
    /// When both versions are of one step, of which there can be one only.
    pub fn resolve(
        &self,
        disputes: &[Dispute],
        resolution: &Resolution,
    ) -> Result<Change, Refusal> {
        self.resolve_knowing(disputes, resolution, MergeFacts::NONE)
    }

    /// The same for somebody who can ask git.
    ///
    /// # Errors
    /// As [`Self::resolve`].
    pub fn resolve_knowing(
        &self,
        disputes: &[Dispute],
        resolution: &Resolution,
        facts: MergeFacts<'_>,
    ) -> Result<Change, Refusal> {
        let mut remarks: Vec<String> = Vec::new();
        let mut edits: Vec<Edit> = Vec::new();
        let mut notes = String::new();
        let mut gone = 0;
        for dispute in disputes {
            let file = &self.plan.files()[dispute.file];
            let after = self.resolved(dispute, resolution, facts, &mut remarks)?;
            notes.extend(outside(self.plan, dispute, &after));
            let lines = after.iter().filter(|byte| **byte == b'\n').count();
            if edits.last().is_some_and(|edit| edit.path != file.path) {
                gone = 0;
            }
            edits.push(Edit {
                path: file.path.clone(),
                target: Target::Dispute {
                    // Where it is once those above are resolved.
                    line: (dispute.line() - 1).saturating_sub(gone),
                    role: file.role,
                },
                before: Some(file.document.slice(dispute.place.whole)),
                after: Some(after),
            });
            gone += dispute.place.lines.saturating_sub(lines);
        }
        let (what, is_decided) = match disputes {
            [one] => told(one, step_dispute(self.plan, one, facts).as_ref()),
            many => (format!("{} conflicts", many.len()), false),
        };
        let label = match resolution {
            Resolution::Ours | Resolution::Theirs | Resolution::Both if is_decided => {
                format!("{what}: the changes of both sides")
            }
            Resolution::Ours => format!("{what}: our version"),
            Resolution::Theirs => format!("{what}: their version"),
            Resolution::Both => {
                remarks.dedup();
                let remarks = remarks.iter().map(|remark| format!(" · {remark}"));
                format!("{what}: both versions{}", remarks.collect::<String>())
            }
            Resolution::Text(_) => format!("{what}: resolved by hand"),
        };
        let label = label + &notes;
        Ok(Change { label, edits })
    }

    fn resolved(
        &self,
        dispute: &Dispute,
        resolution: &Resolution,
        facts: MergeFacts<'_>,
        remarks: &mut Vec<String>,
    ) -> Result<Vec<u8>, Refusal> {
        let MarkedConflict { ours, theirs, .. } = dispute.place;
        let file = &self.plan.files()[dispute.file];
        let text = |span: Span| file.document.slice(span);
        let disputed = match resolution {
            Resolution::Ours => Disputed::Ours,
            Resolution::Theirs => Disputed::Theirs,
            Resolution::Both => Disputed::Both,
            Resolution::Text(text) => {
                let mut text = text.clone().into_bytes();
                if !text.is_empty() && !text.ends_with(b"\n") {
                    text.push(b'\n');
                }
                return Ok(text);
            }
        };
        let is_both = *resolution == Resolution::Both;
        if let Some(lines) = Lines::of(self.plan, dispute, facts) {
            let merged = lines.decide(disputed);
            let is_twice = |conflict: &three_way::Conflict| {
                use three_way::Dispute::{Added, Changed};
                matches!(conflict.dispute, Added { .. } | Changed { .. })
            };
            return match is_both && merged.conflicts.iter().any(is_twice) {
                true => refuse(twice(dispute)),
                false => Ok(merged.bytes),
            };
        }
        if file.role != Role::Log {
            let bytes = file.document.rope();
            let bytes = bytes.contiguous();
            let places = disputes::in_file(dispute.file, file);
            let places: Vec<MarkedConflict> = places.iter().map(|other| other.place).collect();
            if is_both {
                let page = (facts.page)(&file.path);
                return both_papers::both(
                    dispute,
                    &places,
                    (&bytes, page),
                    (facts.common, remarks),
                );
            }
            let own = places.iter().position(|other| *other == dispute.place);
            let is_ours = *resolution == Resolution::Ours;
            let page = (facts.page)(&file.path);
            let merged = own.and_then(|own| {
                paper_side::one((own, &places), &bytes, (page, is_ours), facts.common)
            });
            return Ok(merged.unwrap_or_else(|| text(if is_ours { ours } else { theirs })));
        }
        Ok(match resolution {
            Resolution::Theirs => text(theirs),
            Resolution::Both => {
                let (ours, theirs) = (text(ours), text(theirs));
                if shares_a_step(&ours, &theirs) {
                    return refuse(twice(dispute));
                }
                let blank = match is_spaced(self.plan, dispute) {
                    true => &b"\n"[..],
                    false => b"",
                };
                both(&ours, blank, &theirs)
            }
            _ => text(ours),
        })
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

/// What a conflict is about, in as far as it is decided, and whether nothing is in dispute in it.
fn told(dispute: &Dispute, step: Option<&StepDispute>) -> (String, bool) {
    let is_decided = step.is_some_and(|step| step.fields.is_empty());
    let names: Vec<String> = dispute.steps.iter().map(ToString::to_string).collect();
    let what = match step {
        Some(step) if !is_decided => format!("{} {}", names.join(", "), step.fields.join(", ")),
        _ => dispute.about.clone(),
    };
    (what, is_decided)
}

/// What is left to do where both sides moved a step and the block of that move stays whose number does
/// not: everything that names the step names it by that number.
fn outside(plan: &Plan, dispute: &Dispute, after: &[u8]) -> Option<String> {
    let key = dispute.fields.iter().find(|key| *key == "block")?;
    let log = LogDocument::load(after);
    let line = log.lines().find(|line| line.is_object())?;
    let step = StepId::of_raw(line.get("step_id")?)?;
    let block = json::words(line.get(key)?).parse().ok()?;
    let (first, last) = plan.blocks()[plan.find_block(block)?].range;
    let is_there = (first..=last).contains(&step.number());
    (!is_there)
        .then(|| format!(" · `stepdeck move {step} --block {block}` gives it a number there"))
}

fn is_spaced(plan: &Plan, dispute: &Dispute) -> bool {
    let log = plan.files()[dispute.file].log();
    log.and_then(LogDocument::layout) == Some(LineLayout::Spaced)
}

fn twice(dispute: &Dispute) -> String {
    format!(
        "{} would be there twice: keep one version, and `stepdeck set` what the other has besides",
        dispute.about
    )
}

/// The lines of a log in conflict, with what both sides started from.
struct Lines([Rope; 3]);

impl Lines {
    /// Nothing where that is not known, or it is no log.
    fn of(plan: &Plan, dispute: &Dispute, facts: MergeFacts<'_>) -> Option<Self> {
        let file = &plan.files()[dispute.file];
        if file.role != Role::Log {
            return None;
        }
        let text = |span: Span| file.document.slice(span);
        let [ours, theirs] = [dispute.place.ours, dispute.place.theirs].map(text);
        let base = match dispute.place.base {
            Some(base) => text(base),
            None => {
                let is_spaced = is_spaced(plan, dispute);
                started_from((facts.base)(&file.path)?, &ours, &theirs, is_spaced)?
            }
        };
        if !are_alike([&base, &ours, &theirs]) {
            return None;
        }
        let [is_gone, is_gone_in_theirs] =
            [&ours, &theirs].map(|text| text.trim_ascii().is_empty());
        let rope = |bytes: Vec<u8>| Rope::from(Piece::from(bytes));
        let lines = Self([base, ours, theirs].map(rope));
        // A step that one side removed and the other renumbered is no new one.
        let is_new =
            is_gone != is_gone_in_theirs && lines.decide(Disputed::Ours).conflicts.is_empty();
        (!is_new).then_some(lines)
    }

    fn decide(&self, disputed: Disputed<'_>) -> Merged {
        let [base, ours, theirs] = &self.0;
        let versions = Versions { base, ours, theirs };
        three_way::decide(versions, disputed)
    }
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

/// Whether what has one number in several versions is one step in all of them, as far as uids tell:
/// a number may have gone to another step.
fn are_alike(versions: [&[u8]; 3]) -> bool {
    let mut uids: HashMap<StepId, String> = HashMap::new();
    for version in versions {
        for line in LogDocument::load(version).lines() {
            let step = line.get("step_id").and_then(StepId::of_raw);
            let uid = line.get(Field::Uid.spec().key).map(str::to_owned);
            let Some((step, uid)) = step.zip(uid) else {
                continue;
            };
            if *uids.entry(step).or_insert_with(|| uid.clone()) != uid {
                return false;
            }
        }
    }
    true
}

/// Whether two versions have a step in common, with other words.
fn shares_a_step(ours: &[u8], theirs: &[u8]) -> bool {
    let [ours, theirs] = [ours, theirs].map(LogDocument::load);
    let steps = |log: &LogDocument| -> Vec<(StepId, Vec<u8>)> {
        let lines = log.lines();
        let steps = lines.filter_map(|line| {
            let id = StepId::of_raw(line.get("step_id")?)?;
            Some((id, line.bytes().to_vec()))
        });
        steps.collect()
    };
    let ours = steps(&ours);
    let is_other = |(id, line): &(StepId, Vec<u8>)| {
        ours.iter().any(|(known, _)| known == id) && !ours.iter().any(|(_, known)| known == line)
    };
    steps(&theirs).iter().any(is_other)
}

/// Our lines, then those of theirs that ours do not have, with `blank` between them.
pub(super) fn both(ours: &[u8], blank: &[u8], theirs: &[u8]) -> Vec<u8> {
    let lines = |text: &'_ [u8]| -> Vec<Vec<u8>> {
        text.split_inclusive(|byte| *byte == b'\n')
            .map(<[u8]>::to_vec)
            .collect()
    };
    let known = lines(ours);
    let more = lines(theirs).into_iter();
    let more = more.filter(|line| line.trim_ascii().is_empty() || !known.contains(line));
    let more = more.collect::<Vec<_>>().concat();
    let blank = if ours.is_empty() || more.is_empty() {
        b""
    } else {
        blank
    };
    [ours, blank, &more].concat()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::plan::source::SourceFile;

    const KEYS: [&str; 5] = ["title", "owner", "status", "notes", "cost"];

    /// The values of a step, by key; nothing where it has none.
    type Values = [Option<&'static str>; 5];

    fn line(id: &str, values: Values) -> String {
        let values = KEYS.iter().zip(values).filter_map(|(key, value)| {
            let value = value?;
            Some(format!(",\"{key}\":\"{value}\""))
        });
        format!("{{\"step_id\":\"{id}\"{}}}\n", values.collect::<String>())
    }

    fn lines(steps: &[Values]) -> String {
        let steps = ["0002", "0003"].iter().zip(steps);
        steps.map(|(id, values)| line(id, *values)).collect()
    }

    /// What is left of the conflict between these versions, as `git merge` leaves it, or with what
    /// both started from between the markers.
    fn resolved(
        [base, ours, theirs]: [&[Values]; 3],
        shows_base: bool,
        resolution: &Resolution,
    ) -> Result<String, String> {
        let [base, ours, theirs] = [base, ours, theirs].map(lines);
        let first = line("0001", [None; 5]);
        let shown = match shows_base {
            true => format!("||||||| base\n{base}"),
            false => String::new(),
        };
        let text = format!("{first}<<<<<<< ours\n{ours}{shown}=======\n{theirs}>>>>>>> theirs\n");
        let file = SourceFile::load("p.jsonl", Role::Log, text.clone().into_bytes());
        let plan = Plan::read(vec![file]);
        let known: StepLines = base
            .lines()
            .map(|line| {
                let id = LogDocument::load(line.as_bytes());
                let id = id.lines().next().unwrap().get("step_id").unwrap();
                (StepId::of_raw(id).unwrap(), line.as_bytes().to_vec())
            })
            .collect();
        let facts = MergeFacts {
            common: &|_, _| None,
            base: &|_| (!shows_base).then_some(&known),
            page: &|_| None,
        };
        let now = "2026-11-20T08:00:00Z".parse().unwrap();
        let change = Composer::new(&plan, now)
            .resolve_knowing(&disputes::disputes(&plan), resolution, facts)
            .map_err(|refusal| refusal.to_string())?;
        let edit = &change.edits[0];
        let (before, after) = [&edit.before, &edit.after]
            .map(|text| String::from_utf8(text.clone().unwrap()).unwrap())
            .into();
        let text = text.replace(&before, &after);
        Ok(text.strip_prefix(&first).unwrap().to_owned())
    }

    fn value(text: &str, step: usize, key: &str) -> Option<String> {
        let log = LogDocument::load(text.as_bytes());
        let line = log.lines().nth(step).unwrap();
        line.get(key).map(str::to_owned)
    }

    fn values() -> impl Strategy<Value = Values> {
        let value = select(vec![None, Some("a"), Some("b"), Some("c"), Some("a b c")]);
        proptest::array::uniform5(value)
    }

    /// A version made of another one by giving some fields other values.
    fn edited(from: Values) -> impl Strategy<Value = Values> {
        (Just(from), values(), 0u8..32).prop_map(|(from, to, which)| {
            let mut edited = from;
            for at in (0..5).filter(|at| which & 1 << at != 0) {
                edited[at] = to[at];
            }
            edited
        })
    }

    fn versions() -> impl Strategy<Value = [Values; 3]> {
        let base = values();
        base.prop_flat_map(|base| (Just(base), edited(base), edited(base)))
            .prop_map(|(base, ours, theirs)| [base, ours, theirs])
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        /// Whatever is picked: what exactly one side changed has that side's value.
        #[test]
        fn what_one_side_changed_stays_whatever_is_picked(
            steps in prop::collection::vec(versions(), 1..3),
            shows_base: bool,
            resolution in select(vec![Resolution::Ours, Resolution::Theirs, Resolution::Both]),
        ) {
            let of = |side: usize| steps.iter().map(|step| step[side]).collect::<Vec<_>>();
            let (base, ours, theirs) = (of(0), of(1), of(2));
            let text = resolved([&base, &ours, &theirs], shows_base, &resolution);
            let Ok(text) = text else {
                prop_assert_eq!(resolution, Resolution::Both, "{:?}", text);
                return Ok(());
            };
            prop_assert_eq!(text.lines().count(), steps.len(), "{}", &text);
            for (step, [base, ours, theirs]) in steps.iter().enumerate() {
                for (at, key) in KEYS.iter().enumerate() {
                    let (base, ours, theirs) = (base[at], ours[at], theirs[at]);
                    let expected = match () {
                        () if ours == theirs || base == theirs => ours,
                        () if base == ours => theirs,
                        // Both have their say in notes.
                        () if *key == "notes" => continue,
                        () if resolution == Resolution::Ours => ours,
                        () => theirs,
                    };
                    let expected = expected.map(|value| format!("\"{value}\""));
                    prop_assert_eq!(value(&text, step, key), expected, "{} in {}", key, &text);
                }
            }
        }
    }

    /// Of a step that one side removed and the other left, nothing is left; of an unknown base, the
    /// version that is picked.
    #[test]
    fn lines_that_one_side_removed_or_added_are_merged_too() {
        let [one, two] = [[Some("a"); 5], [Some("b"); 5]];
        let mut other = one;
        other[1] = Some("c");
        fn merged(versions: [&[Values]; 3]) -> Result<String, String> {
            resolved(versions, true, &Resolution::Ours)
        }
        assert_eq!(
            merged([&[one, two], &[other, two], &[one]]),
            Ok(lines(&[other]))
        );
        assert_eq!(
            merged([&[one], &[other], &[one, two]]),
            Ok(lines(&[other, two]))
        );
    }

    /// A number that went to another step: the versions are not put together.
    #[test]
    fn two_steps_under_one_number_stay_apart() {
        let text = "<<<<<<< a\n{\"step_id\":\"0002\",\"title\":\"One\",\"owner\":\"x\",\"uid\":\"aaaaaaaaaaaa\"}\n\
                    ||||||| b\n{\"step_id\":\"0002\",\"title\":\"One\",\"owner\":\"y\",\"uid\":\"aaaaaaaaaaaa\"}\n\
                    =======\n{\"step_id\":\"0002\",\"title\":\"Two\",\"owner\":\"y\",\"uid\":\"bbbbbbbbbbbb\"}\n\
                    >>>>>>> c\n";
        let file = SourceFile::load("p.jsonl", Role::Log, text.as_bytes().to_vec());
        let plan = Plan::read(vec![file]);
        let composer = Composer::new(&plan, "2026-11-20T08:00:00Z".parse().unwrap());
        let change = composer.resolve(&disputes::disputes(&plan), &Resolution::Theirs);
        let after = change.unwrap().edits[0].after.clone().unwrap();
        let theirs = text.lines().nth(5).unwrap();
        assert_eq!(String::from_utf8(after).unwrap(), format!("{theirs}\n"));
    }
}
