//! Steps that share a number without being the same step, and the laws that hold for any logs.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::select;

use super::super::{Markers, Merged, Renumbered, Side, Versions, merge, new_ids};
use crate::document::json::{self, Object};
use crate::document::rope::Rope;
use crate::plan::id::StepId;

const MARKERS: Markers<'_> = Markers {
    ours: "ours",
    theirs: "theirs",
    size: 7,
};

fn run(base: &str, ours: &str, theirs: &str, mainline: Option<Side>) -> Merged {
    let [base, ours, theirs] = &[base, ours, theirs].map(|text| Rope::from(text.as_bytes()));
    merge(Versions { base, ours, theirs }, MARKERS, mainline)
}

/// A clean merge; the same whichever side is called ours.
fn clean(base: &str, ours: &str, theirs: &str, mainline: Option<Side>) -> (String, Vec<String>) {
    let merged = run(base, ours, theirs, mainline);
    let turned = mainline.map(|side| match side {
        Side::Ours => Side::Theirs,
        Side::Theirs => Side::Ours,
    });
    assert_eq!(run(base, theirs, ours, turned).bytes, merged.bytes);
    let text = String::from_utf8(merged.bytes).unwrap();
    assert_eq!(merged.conflicts, [], "{text}");
    let told = merged.renumbered.iter().map(Renumbered::to_string);
    (text, told.collect())
}

fn step(id: &str, title: &str, more: &str) -> String {
    format!("{{\"step_id\": \"{id}\", \"title\": \"{title}\"{more}}}\n")
}

fn uid(letter: &str) -> String {
    format!(", \"uid\": \"{}\"", letter.repeat(12))
}

#[test]
fn two_steps_under_one_number_are_both_kept_and_references_follow() {
    let base = step("1040", "Base", ", \"dependencies\": []");
    let needs = |id: &str| step("1040", "Base", &format!(", \"dependencies\": [\"{id}\"]"));
    let ana = step("1041", "Ana", &uid("z"));
    let ben = step("1041", "Ben", &uid("a"));
    let part = step("1041.A", "Part of Ben", ", \"notes\": \"of Step 1041\"");
    let ours = [&*base, &ana].concat();
    let theirs = [&*needs("1041"), &ben, &part].concat();
    let was = ", \"was\": [\"1041\"]";
    let moved = step("1042", "Ben", &format!("{was}{}", uid("a")));
    let moved_part = step(
        "1042.A",
        "Part of Ben",
        ", \"notes\": \"of Step 1042\", \"was\": [\"1041.A\"]",
    );
    let (text, told) = clean(&base, &ours, &theirs, Some(Side::Ours));
    assert_eq!(text, [&*needs("1042"), &ana, &moved, &moved_part].concat());
    assert_eq!(
        told,
        [
            "both sides added a step 1041; “Ben” is renumbered to 1042",
            "both sides added a step 1041.A; “Part of Ben” is renumbered to 1042.A"
        ]
    );
    // Unknown: the smaller uid keeps the number.
    let (text, _) = clean(&base, &ours, &theirs, None);
    let ana = step("1042", "Ana", &format!("{was}{}", uid("z")));
    assert_eq!(text, [&*needs("1041"), &ben, &part, &ana].concat());
}

#[test]
fn an_edit_follows_its_step_to_its_new_number() {
    // The second commit of a rebase: the first one was renumbered on the way.
    let ana = step("1041", "Ana", &uid("z"));
    let ben = |id: &str, more: &str| step(id, "Ben", &format!("{more}{}", uid("a")));
    let base = [step("1040", "Base", ""), ben("1041", "")].concat();
    let ours = [
        step("1040", "Base", ""),
        ana.clone(),
        ben("1042", ", \"was\": [\"1041\"]"),
    ]
    .concat();
    let theirs = [
        step("1040", "Base", ", \"dependencies\": [\"1041\"]"),
        ben("1041", ", \"status\": \"complete\""),
        step("1042", "Carl", &uid("c")),
    ]
    .concat();
    let (text, told) = clean(&base, &ours, &theirs, Some(Side::Ours));
    let expected = [
        step("1040", "Base", ", \"dependencies\": [\"1042\"]"),
        ana,
        ben("1042", ", \"was\": [\"1041\"], \"status\": \"complete\""),
        step(
            "1043",
            "Carl",
            &format!(", \"was\": [\"1042\"]{}", uid("c")),
        ),
    ];
    assert_eq!(text, expected.concat());
    assert_eq!(
        told,
        ["both sides added a step 1042; “Carl” is renumbered to 1043"]
    );
}

#[test]
fn lines_without_a_uid_are_one_step_where_their_titles_agree() {
    let (ours, theirs) = (
        step("0001", "Hold it", ", \"owner\": \"a\""),
        step("001", "Hold it", ", \"status\": \"draft\""),
    );
    let (text, told) = clean("", &ours, &theirs, None);
    assert!(
        text.contains("\"owner\"") && text.contains("\"status\""),
        "{text}"
    );
    assert_eq!((text.lines().count(), told.len()), (1, 0));
    let (text, told) = clean("", &ours, &step("0001", "Other", ""), None);
    assert_eq!((text.lines().count(), told.len()), (2, 1));
    // Lost on one side, it is still the same step.
    let with = step("0001", "Hold it", &uid("a"));
    let lost = step("0001", "Hold it", ", \"owner\": \"b\"");
    let (text, told) = clean(&with, &lost, &with, None);
    assert_eq!((text, told.len()), (lost, 0));
    // Renumbered before it had one.
    let base = step("0005", "Five", "");
    let ours = [
        step("0005", "Ana", ""),
        step("0006", "Five", ", \"was\": [\"0005\"]"),
    ]
    .concat();
    let theirs = step("0005", "Five", ", \"owner\": \"b\"");
    let (text, _) = clean(&base, &ours, &theirs, Some(Side::Ours));
    let six = step("0006", "Five", ", \"was\": [\"0005\"], \"owner\": \"b\"");
    assert_eq!(text, [step("0005", "Ana", ""), six].concat());
}

#[test]
fn a_step_that_lost_its_uid_is_the_one_with_its_number() {
    let base = step("0001", "Hold", &format!(", \"owner\": \"a\"{}", uid("a")));
    let ours = step("0001", "Hold it", ", \"owner\": \"a\"");
    let theirs = base.replace("\"a\"", "\"b\"");
    let (text, told) = clean(&base, &ours, &theirs, None);
    assert_eq!(text, ours.replace("\"a\"", "\"b\""));
    assert_eq!(told, [] as [&str; 0]);
}

#[test]
fn a_step_that_is_gone_is_not_taken_for_the_one_that_has_its_number() {
    let base = step("0005", "Old", &uid("o"));
    let ours = step("0005", "New", &uid("n"));
    let (text, told) = clean(&base, &ours, &base, None);
    assert_eq!((text, told.len()), (ours.clone(), 0));
    // Changed on the other side, somebody has to decide about it, and it keeps its number.
    let changed = step("0005", "Old and changed", &uid("o"));
    let merged = run(&base, &ours, &changed, None);
    assert_eq!(merged.conflicts.len(), 1);
    let text = String::from_utf8(merged.bytes).unwrap();
    assert!(
        text.contains(&changed) && text.contains("\"step_id\": \"0006\""),
        "{text}"
    );
}

/// A move changes number and block. The number is that of the mainline, so that references hold; which
/// block it is people decide.
#[test]
fn the_block_of_a_step_that_both_sides_moved_is_in_dispute() {
    let at = |id: &str, block: &str| {
        let block = format!(", \"block\": \"{block}\"{}", uid("a"));
        step(id, "Moved", &block)
    };
    let base = at("0114", "B02");
    let (ours, theirs) = (at("0025", "B01"), at("0214", "B03"));
    for (mainline, kept, lost) in [(Side::Ours, "0025", "0214"), (Side::Theirs, "0214", "0025")] {
        let merged = run(&base, &ours, &theirs, Some(mainline));
        let disputes = merged.conflicts.iter().map(|c| c.dispute.to_string());
        let expected = format!("{kept} block: both sides changed it");
        assert_eq!(disputes.collect::<Vec<_>>(), [expected]);
        let text = String::from_utf8(merged.bytes).unwrap();
        // The other move is told, and what was written under its number finds the step.
        let was = format!(", \"was\": [\"{lost}\"]");
        assert_eq!(text.matches(&was).count(), 2, "{text}");
        let bare = text.replace(&was, "");
        let versions = [at(kept, "B01"), at(kept, "B03")];
        let between = "=======\n".to_owned();
        let expected = [&versions[0], &between, &versions[1]]
            .map(String::as_str)
            .concat();
        assert_eq!(bare, format!("<<<<<<< ours\n{expected}>>>>>>> theirs\n"));
        let told = merged.renumbered.iter().map(Renumbered::to_string);
        let expected = format!("both sides moved “Moved”: it is {kept}, not {lost}");
        assert_eq!(told.collect::<Vec<_>>(), [expected]);
    }
    // Within one block there is nothing to decide, nor where one side alone moved it.
    let (ours, theirs) = (at("0025", "B01"), at("0026", "B01"));
    let (text, _) = clean(&base, &ours, &theirs, Some(Side::Ours));
    assert_eq!(text.replace(", \"was\": [\"0026\"]", ""), ours);
    let theirs = at("0214", "B03");
    let renamed = base.replace("Moved", "Renamed");
    let (text, _) = clean(&base, &renamed, &theirs, None);
    assert_eq!(text, theirs.replace("Moved", "Renamed"));
}

/// Papers are merged in the numbering of the merged log.
#[test]
fn each_version_says_which_shared_steps_it_calls_otherwise() {
    let moved = |id: &str| step(id, "Moved", &uid("a"));
    let both = |id: &str, own: &str| [moved(id), step("0300", own, &uid(own))].concat();
    let texts = [moved("0114"), both("0025", "o"), both("0214", "t")];
    let [base, ours, theirs] = &texts.map(|text| Rope::from(text.as_bytes()));
    let versions = Versions { base, ours, theirs };
    let id = |number| StepId::new(number);
    let found = |side| {
        let ids = new_ids(versions, Some(side)).unwrap();
        ids.map(|ids| [114, 25, 214, 300].map(|old| ids.get(id(old)).map(StepId::number)))
    };
    let (none, ours_holds, theirs_holds) = ([None; 4], Some(25), Some(214));
    assert_eq!(
        found(Side::Ours),
        [
            [ours_holds, None, None, None],
            none,
            [None, None, ours_holds, None]
        ]
    );
    assert_eq!(
        found(Side::Theirs),
        [
            [theirs_holds, None, None, None],
            [None, theirs_holds, None, None],
            none
        ]
    );
    let same = Versions {
        theirs: ours,
        ..versions
    };
    let ids = new_ids(same, None).unwrap();
    assert_eq!(ids.map(|ids| ids.is_empty()), [false, true, true]);
    let unmoved = Versions { base: ours, ..same };
    assert!(new_ids(unmoved, None).is_none());
}

#[test]
fn numbers_that_stand_twice_already_are_left_alone() {
    let twice = [step("0005", "A", &uid("a")), step("0005", "B", &uid("b"))].concat();
    let ours = [&*twice, &step("0006", "C", "")].concat();
    assert_eq!(clean(&twice, &ours, &twice, None).0, ours);
}

#[test]
fn the_next_number_is_free_in_every_version_and_the_log_stays_in_order() {
    let theirs = [
        step("0001", "Ben", &uid("b")),
        step("0002", "Ben too", &uid("c")),
        step("0003", "Far", &uid("d")),
    ]
    .concat();
    let ours = step("0001", "Ana", &uid("z"));
    let (text, _) = clean("", &ours, theirs.trim_end(), Some(Side::Ours));
    let ids: Vec<&str> = text.lines().map(|line| &line[13..17]).collect();
    assert_eq!(ids, ["0001", "0002", "0003", "0004"]);
    assert!(text.contains("\"0004\", \"title\": \"Ben\""), "{text}");
}

/// A step as somebody means it: who it is, its title, which steps it waits for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Meant {
    title: &'static str,
    owner: &'static str,
    needs: BTreeSet<usize>,
}

/// A version: the steps that are in it, by identity, with the number that each has there.
type Plan = BTreeMap<usize, (u32, Meant)>;

fn meant() -> impl Strategy<Value = Meant> {
    let word = || select(vec!["a", "b", "c"]);
    let needs = prop::collection::btree_set(0_usize..8, 0..3);
    (word(), word(), needs).prop_map(|(title, owner, needs)| Meant {
        title,
        owner,
        needs,
    })
}

/// Steps 0–3 are in the base; each side edits some and adds its own, under the next numbers.
fn versions() -> impl Strategy<Value = [Plan; 3]> {
    let steps = prop::collection::vec(meant(), 8);
    let edits = prop::collection::vec(prop::option::of(meant()), 8);
    (steps, edits, 0_usize..3, 0_usize..3).prop_map(|(steps, edits, ours, theirs)| {
        let only = |mut of: Meant, known: &dyn Fn(usize) -> bool| {
            of.needs.retain(|other| known(*other));
            of
        };
        let base: Plan = (0..4)
            .map(|at| {
                (
                    at,
                    (at as u32 + 1, only(steps[at].clone(), &|other| other < 4)),
                )
            })
            .collect();
        let side = |own: std::ops::Range<usize>, half: usize| {
            let known = |other: usize| other < 4 || own.contains(&other);
            let mut plan = base.clone();
            for at in (0..4).filter(|at| at % 2 == half) {
                if let Some(edit) = &edits[at] {
                    plan.insert(at, (at as u32 + 1, only(edit.clone(), &known)));
                }
            }
            for (number, at) in (5..).zip(own.clone()) {
                plan.insert(at, (number, only(steps[at].clone(), &known)));
            }
            plan
        };
        [base.clone(), side(4..4 + ours, 0), side(6..6 + theirs, 1)]
    })
}

fn written(plan: &Plan) -> String {
    let mut lines: Vec<(u32, String)> = plan
        .iter()
        .map(|(who, (number, step))| {
            let needs: Vec<String> = (step.needs.iter())
                .filter_map(|other| Some(format!("\"{:04}\"", plan.get(other)?.0)))
                .collect();
            let (title, owner) = (step.title, step.owner);
            let letter = char::from(b'a' + *who as u8).to_string();
            let more = format!(
                ", \"owner\": \"{owner}\", \"dependencies\": [{}]{}",
                needs.join(", "),
                uid(&letter)
            );
            (*number, step_line(*number, title, &more))
        })
        .collect();
    lines.sort();
    lines.into_iter().map(|(_, line)| line).collect()
}

fn step_line(number: u32, title: &str, more: &str) -> String {
    step(&format!("{number:04}"), title, more)
}

/// What a log means, by identity.
fn read(text: &str) -> BTreeMap<usize, Meant> {
    let word = |text: &str| {
        ["a", "b", "c"]
            .into_iter()
            .find(|word| *word == text)
            .unwrap()
    };
    let mut who: BTreeMap<StepId, usize> = BTreeMap::new();
    let raw = |line: &str, key: &str| {
        let object = Object::parse(line).unwrap();
        json::words(object.get(key).unwrap()).into_owned()
    };
    for line in text.lines() {
        let letter = raw(line, "uid").bytes().next().unwrap();
        let id = raw(line, "step_id").parse().unwrap();
        assert_eq!(who.insert(id, usize::from(letter - b'a')), None, "{text}");
    }
    let meant = text.lines().map(|line| {
        let id: StepId = raw(line, "step_id").parse().unwrap();
        let object = Object::parse(line).unwrap();
        let needs = json::items(object.get("dependencies").unwrap()).unwrap();
        let needs = needs.iter().map(|raw| who[&StepId::of_raw(raw).unwrap()]);
        let step = Meant {
            title: word(&raw(line, "title")),
            owner: word(&raw(line, "owner")),
            needs: needs.collect(),
        };
        (who[&id], step)
    });
    meant.collect()
}

proptest! {
    /// Nothing is lost or misplaced: every step that either side has is there once, with what that
    /// side made of it, and waits for the steps that it waited for.
    #[test]
    fn every_edit_and_every_reference_stays_with_its_step(
        versions in versions(),
        mainline in select(vec![None, Some(Side::Ours), Some(Side::Theirs)]),
    ) {
        let [base, ours, theirs] = versions.each_ref().map(written);
        let merged = run(&base, &ours, &theirs, mainline);
        prop_assert_eq!(&merged.conflicts, &[]);
        let text = String::from_utf8(merged.bytes).unwrap();
        let [in_base, in_ours, in_theirs] = [&base, &ours, &theirs].map(|text| read(text));
        let found = read(&text);
        let all: BTreeSet<usize> = in_ours.keys().chain(in_theirs.keys()).copied().collect();
        prop_assert_eq!(found.keys().copied().collect::<BTreeSet<_>>(), all);
        for (who, step) in &found {
            let base = in_base.get(who);
            let side = |of: &BTreeMap<usize, Meant>| of.get(who).cloned();
            let expected = match (side(&in_ours), side(&in_theirs)) {
                (Some(ours), Some(theirs)) if Some(&ours) == base => theirs,
                (Some(ours), _) => ours,
                (None, theirs) => theirs.unwrap(),
            };
            prop_assert_eq!(step, &expected, "{}", text);
        }
        // Who keeps a number is not a matter of names.
        let turned = mainline.map(|side| match side {
            Side::Ours => Side::Theirs,
            Side::Theirs => Side::Ours,
        });
        let other = run(&base, &theirs, &ours, turned);
        prop_assert_eq!(String::from_utf8(other.bytes).unwrap(), text.clone());
        // What nobody renumbered and nobody touched keeps its bytes.
        for line in ours.lines().filter(|line| theirs.lines().any(|other| other == *line)) {
            prop_assert!(text.lines().any(|other| other == line), "{}\n{}", line, text);
        }
        // The mainline's steps keep their numbers.
        let kept = match mainline {
            Some(Side::Ours) => &ours,
            Some(Side::Theirs) => &theirs,
            None => &base,
        };
        let name = |line: &str| (line[..20].to_owned(), line[line.len() - 15..].to_owned());
        let names: BTreeSet<_> = text.lines().map(name).collect();
        for line in kept.lines() {
            prop_assert!(names.contains(&name(line)), "{}\n{}", line, text);
        }
    }
}
