//! An unfinished merge brought to an end: one version of a conflict, or both, in place of the markers.
//!
//! Of a log, only what both sides changed is decided by that. What one side changed stays, as far as it
//! is known what both started from: by the markers, or by somebody who asked git.

use super::step_lines::{
    Lines, MergeFacts, StepDispute, in_both, is_spaced, is_twice, left_out, settled, step_dispute,
    twice,
};
use super::{Change, Composer, Edit, Target, both_papers, paper_side};
use crate::change::three_way::{Conflict, Disputed};
use crate::change::value::{Refusal, refuse};
use crate::document::json;
use crate::document::log::{LineRef, LogDocument};
use crate::document::markers::MarkedConflict;
use crate::document::splice::Span;
use crate::plan::Plan;
use crate::plan::disputes::{self, Dispute, MarkedVersion};
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
        // So many lines fewer are above than were there.
        let mut gone = 0isize;
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
                    line: (dispute.line() - 1).saturating_add_signed(-gone),
                    role: file.role,
                },
                before: Some(file.document.slice(dispute.place.whole)),
                after: Some(after),
            });
            gone += dispute.place.lines.cast_signed() - lines.cast_signed();
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
            Resolution::Both => format!("{what}: both versions"),
            Resolution::Text(_) => format!("{what}: resolved by hand"),
        };
        remarks.dedup();
        let remarks = remarks.iter().map(|remark| format!(" · {remark}"));
        let label = label + &remarks.collect::<String>() + &notes;
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
        if file.role == Role::Log {
            remarks.extend(of_two_steps(self.plan, dispute, resolution));
        }
        if dispute.is_part() {
            return settled(self.plan, dispute, disputed, facts);
        }
        if let Some(lines) = Lines::of(self.plan, dispute, facts) {
            let merged = lines.decide(disputed);
            let mut conflicts = merged.conflicts.iter();
            return match conflicts.find(|conflict| is_both && is_twice(conflict)) {
                Some(conflict) => refuse(twice(&name_of(dispute, conflict))),
                None => Ok(merged.bytes),
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
        if !is_both && dispute.parts(self.plan).len() > 1 {
            remarks.push(
                "what both sides started from is not known: no edit of the other version is kept"
                    .to_owned(),
            );
        }
        Ok(match resolution {
            Resolution::Theirs => text(theirs),
            Resolution::Both => {
                let (ours, theirs) = (text(ours), text(theirs));
                if let Some((step, _)) = in_both(&ours, &theirs).first() {
                    let many = (dispute.steps.len() > 1).then(|| step.to_string());
                    return refuse(twice(many.as_ref().unwrap_or(&dispute.about)));
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

/// What to call a step that a conflict is about, alone or with others.
fn name_of(dispute: &Dispute, conflict: &Conflict) -> String {
    let is_about = |step: &&StepId| conflict.dispute.is_about(&[**step]);
    match dispute.steps.iter().find(is_about) {
        Some(step) if dispute.steps.len() > 1 => step.to_string(),
        _ => dispute.about.clone(),
    }
}

/// What there is to say where the versions have different steps under one number.
fn of_two_steps(plan: &Plan, dispute: &Dispute, resolution: &Resolution) -> Vec<String> {
    let lines = |version| dispute.lines(plan, version).unwrap_or_default();
    let [ours, theirs] = [MarkedVersion::Ours, MarkedVersion::Theirs].map(lines);
    let lost = match resolution {
        Resolution::Ours => left_out(&theirs, &ours),
        Resolution::Theirs => left_out(&ours, &theirs),
        Resolution::Both if left_out(&theirs, &ours).is_empty() => Vec::new(),
        Resolution::Both => {
            let how = "`stepdeck renumber --collisions` gives one of the two a number of its own";
            return vec![how.to_owned()];
        }
        Resolution::Text(_) => Vec::new(),
    };
    let lost = lost.iter();
    lost.map(|title| format!("without “{title}”, a step of its own"))
        .collect()
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
    let step = *dispute.steps.first()?;
    let id = |line: LineRef<'_>| line.get("step_id").and_then(StepId::of_raw);
    let line = log.lines().find(|line| id(*line) == Some(step))?;
    let step = id(line)?;
    let block = json::words(line.get(key)?).parse().ok()?;
    let (first, last) = plan.blocks()[plan.find_block(block)?].range;
    let is_there = (first..=last).contains(&step.number());
    (!is_there)
        .then(|| format!(" · `stepdeck move {step} --block {block}` gives it a number there"))
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

    use super::super::StepLines;
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

    /// What is left once the steps of a conflict are decided one after the other.
    fn resolved_one_by_one(
        [base, ours, theirs]: [&[Values]; 3],
        resolution: &Resolution,
        mut order: Vec<u32>,
    ) -> Result<String, String> {
        let [base, ours, theirs] = [base, ours, theirs].map(lines);
        let first = line("0001", [None; 5]);
        let mut text = format!(
            "{first}<<<<<<< a b\n{ours}||||||| base\n{base}=======\n{theirs}>>>>>>> theirs\n"
        );
        while let Some(step) = order.pop() {
            let file = SourceFile::load("p.jsonl", Role::Log, text.clone().into_bytes());
            let plan = Plan::read(vec![file]);
            let step = StepId::new(step);
            let own = disputes::disputes(&plan).into_iter();
            let own = own.filter(|dispute| dispute.steps.contains(&step));
            let own: Vec<_> = own
                .map(|dispute| dispute.narrowed(&plan, &[step]))
                .collect();
            let composer = Composer::new(&plan, chrono::DateTime::default());
            let change = composer.resolve(&own, resolution);
            for edit in change.map_err(|refusal| refusal.to_string())?.edits {
                let [before, after] =
                    [edit.before, edit.after].map(|text| String::from_utf8(text.unwrap()).unwrap());
                text = text.replace(&before, &after);
            }
        }
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

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        /// Steps that are decided one after the other, in whatever order, end as those that are
        /// decided at once.
        #[test]
        fn step_by_step_is_the_same_as_at_once(
            steps in prop::collection::vec(versions(), 2..3),
            order in select(vec![vec![2, 3], vec![3, 2]]),
            resolution in select(vec![Resolution::Ours, Resolution::Theirs]),
        ) {
            let of = |side: usize| steps.iter().map(|step| step[side]).collect::<Vec<_>>();
            let (base, ours, theirs) = (of(0), of(1), of(2));
            let versions: [&[Values]; 3] = [&base, &ours, &theirs];
            let at_once = resolved(versions, true, &resolution);
            prop_assert_eq!(resolved_one_by_one(versions, &resolution, order), at_once);
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
