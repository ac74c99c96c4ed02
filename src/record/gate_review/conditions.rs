//! What a gate that was passed with conditions leaves to the next one: a check for each condition,
//! with the day of the decision, so that it is ticked, proven and asked for as any other.

use chrono::NaiveDate;

use crate::change::compose::reversible;
use crate::change::value::Refusal;
use crate::change::{Change, Edit};
use crate::document::markdown::{CheckState, MarkdownDocument, escaped};
use crate::document::splice::Splice;
use crate::plan::Plan;
use crate::plan::canon::checklist::Check;
use crate::plan::charge::Owed;
use crate::plan::packet::{Decision, Packet};
use crate::plan::stage::Stage;
use crate::record::labels::{applied, in_words, section_edits};
use crate::record::one_line;

/// The stage after this one on its ladder, if it has a checklist.
pub(crate) fn next_with_checks(stages: &[Stage], at: usize) -> Option<&Stage> {
    let next = stages.get(at + 1)?;
    (next.ladder == stages[at].ladder && !next.checks.is_empty()).then_some(next)
}

/// The conditions of a gate: those of each of its packets that was decided with some, and not only of
/// the last. Whoever reviews a gate again has not met by that what is owed.
pub(super) fn of_gate<'a>(packets: impl Iterator<Item = &'a Packet>) -> Vec<String> {
    let conditional = packets.filter(|packet| packet.decision == Some(Decision::Conditional));
    conditional
        .flat_map(|packet| Owed::listed(&packet.conditions))
        .collect()
}

/// What becomes of the conditions of a gate in the checklist of the next one.
#[derive(Default)]
pub(super) struct HandedOn {
    pub edits: Vec<Edit>,
    /// In words; nothing where nothing changes.
    pub words: Option<String>,
}

/// What becomes of so many conditions that are added to the checks of a stage, or leave them.
fn words(next: &Stage, added: usize, gone: usize) -> Option<String> {
    let name = &next.name;
    let become_checks = match added {
        0 => None,
        1 => Some(format!("1 condition becomes a check of {name}")),
        count => Some(format!("{count} conditions become checks of {name}")),
    };
    let leave = match gone {
        0 => None,
        1 => Some("1 condition leaves".to_owned()),
        count => Some(format!("{count} conditions leave")),
    };
    match (become_checks, leave) {
        (Some(added), Some(gone)) => Some(format!("{added}, {gone}")),
        (None, Some(gone)) => Some(format!("{gone} the checks of {name}")),
        (added, None) => added,
    }
}

/// The edits by which the checklist of the next stage has the wanted conditions of this gate: those
/// that it lacks come behind its last check; of the `former` ones, or of all where these are not known,
/// those that are not wanted any more go, unless somebody ticked them. None where no stage with a
/// checklist comes next.
pub(super) fn handed_on(
    plan: &Plan,
    at: usize,
    (former, wanted): (Option<&[String]>, &[String]),
    day: NaiveDate,
) -> Result<HandedOn, Refusal> {
    let gate = &plan.stages()[at].name;
    let Some(next) = next_with_checks(plan.stages(), at) else {
        return Ok(HandedOn::default());
    };
    let owed = || next.owed().filter(|(_, owed)| owed.is_of(gate));
    let is_in = |list: &[String], owed: &Owed| list.iter().any(|words| owed.is(words, gate));
    let is_former = |owed: &Owed| former.is_none_or(|former| is_in(former, owed));
    let mut missing: Vec<Owed> = Vec::new();
    for words in wanted {
        let is_there = owed().any(|(_, owed)| owed.is(words, gate));
        if !is_there && !missing.iter().any(|owed| owed.is(words, gate)) {
            missing.push(Owed::new(&one_line(words), gate, day));
        }
    }
    let gone: Vec<&Check> = owed()
        .filter(|(check, owed)| !check.done && is_former(owed) && !is_in(wanted, owed))
        .map(|(check, _)| check)
        .collect();
    // Behind the last check with all that is below it.
    let last = next.checks.iter().rev().find_map(|check| {
        let file = &plan.files()[check.file];
        let document = file.markdown()?;
        let is_below = document.items()[check.item].parent.is_some();
        (!is_below).then_some((check, file, document))
    });
    let Some((last, file, document)) = last else {
        return Ok(HandedOn::default());
    };
    let gone: Vec<&Check> = (gone.into_iter())
        .filter(|check| check.file == last.file)
        .collect();
    let stays = |check: &&Check| !gone.iter().any(|gone| gone.item == check.item);
    let stays = |check: &&Check| check.file == last.file && stays(check);
    // New ones take the places of those that go at the end.
    let behind = next.checks.iter().rfind(stays).unwrap_or(last);
    let added = with(document, behind.item, &missing)?;
    let count = added.items().len() - document.items().len();
    let words = words(next, missing.len(), gone.len());
    let item = |check: &Check| check.item + if check.item > behind.item { count } else { 0 };
    let after = without(&added, gone.into_iter().map(item))?;
    let edits = section_edits(&file.path, document, &after)?;
    if edits.is_empty() {
        return Ok(HandedOn::default());
    }
    let label = String::new();
    let edits = reversible(file, Change { label, edits })?.edits;
    Ok(HandedOn { edits, words })
}

/// The document with checks behind an item, written as that one is.
fn with(
    document: &MarkdownDocument,
    item: usize,
    missing: &[Owed],
) -> Result<MarkdownDocument, Refusal> {
    let mut document = document.clone();
    let mark = match document.items()[item].check.state() {
        CheckState::Absent => "",
        _ => "[ ] ",
    };
    // One behind the other, so that a numbered list goes on counting.
    let mut behind = item;
    for owed in missing {
        let text = format!("{mark}{}", escaped(&owed.text()));
        let splices = document.insert_item_after(behind, &text);
        document = applied(&document, &splices.map_err(in_words)?)?;
        let parent = document.items()[behind].parent;
        let next = (behind + 1..document.items().len())
            .find(|later| document.items()[*later].parent == parent);
        behind = next.unwrap_or(behind);
    }
    Ok(document)
}

/// The document without these items.
fn without(
    document: &MarkdownDocument,
    gone: impl Iterator<Item = usize>,
) -> Result<MarkdownDocument, Refusal> {
    let lines = gone.map(|item| {
        let span = document.items()[item].span;
        Splice::remove(document.whole_lines(span))
    });
    applied(document, &lines.collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::apply;
    use crate::plan::source::{Role, SourceFile};

    const CANON: &str = "# Plan\n\n| Stage | Stage-Gate Review |\n| --- | --- |\n| Base | Review |\n\
        | Top | Review |\n\n## Readiness Checklists\n\n### Base\n\n- [x] Runbooks\n\n### Top\n\n- [ ] Flag\n\n\
        ## End\n\nWords.\n";

    fn plan(canon: &str) -> Plan {
        let canon = SourceFile::load("docs/plan.md", Role::Canon, canon.as_bytes().to_vec());
        Plan::read(vec![canon])
    }

    fn after(plan: &Plan, wanted: &[&str]) -> String {
        let wanted: Vec<String> = wanted.iter().map(|words| (*words).to_owned()).collect();
        let day = "2026-11-21".parse().unwrap();
        let edits = handed_on(plan, 0, (None, &wanted), day).unwrap().edits;
        let mut files = plan.files().to_vec();
        let label = String::new();
        apply::change(&Change { label, edits }, &mut files).unwrap();
        String::from_utf8(files[0].document.to_bytes()).unwrap()
    }

    #[test]
    fn conditions_become_checks_and_go_again_unless_ticked() {
        let before = plan(CANON);
        let two = after(&before, &["Rota *covered*", "Budget signed by 2026-12-01"]);
        let expected = "- [ ] Flag\n- [ ] Rota \\*covered\\* (condition of Base, 2026-11-21)\n\
            - [ ] Budget signed by 2026-12-01 (condition of Base, 2026-11-21)\n\n## End";
        assert!(two.contains(expected), "{two}");
        let read = plan(&two);
        let owed: Vec<String> = read.stages()[1]
            .owed()
            .map(|(_, owed)| owed.words)
            .collect();
        assert_eq!(owed, ["Rota *covered*", "Budget signed by 2026-12-01"]);
        // The same again is nothing new, in whatever case.
        assert_eq!(
            after(&read, &["rota *covered*", "Budget signed by 2026-12-01"]),
            two
        );
        assert_eq!(after(&read, &[]), CANON);
        let ticked = two.replace("- [ ] Rota", "- [x] Rota");
        let left = after(&plan(&ticked), &[]);
        assert!(left.contains("Rota") && !left.contains("Budget"), "{left}");
        // The last gate leaves nothing to anybody.
        assert!(
            handed_on(
                &before,
                1,
                (None, &["x".to_owned()]),
                "2026-11-21".parse().unwrap()
            )
            .unwrap()
            .edits
            .is_empty()
        );
    }

    #[test]
    fn a_numbered_checklist_counts_on() {
        let numbered = "1. [x] Flag\n   - [ ] For all\n2. [ ] Rota";
        let canon = CANON.replace("- [ ] Flag", numbered);
        let two = after(&plan(&canon), &["Cover", "Budget"]);
        let expected = "2. [ ] Rota\n3. [ ] Cover (condition of Base, 2026-11-21)\n\
            4. [ ] Budget (condition of Base, 2026-11-21)\n";
        assert!(two.contains(expected), "{two}");
        let three = after(&plan(&two), &["Cover", "Budget", "Staff"]);
        assert!(three.contains("\n5. [ ] Staff (condition"), "{three}");
        // Another word for the last one takes its number.
        let other = after(&plan(&two), &["Cover", "Staff"]);
        assert!(other.contains("\n4. [ ] Staff (condition"), "{other}");
        assert!(!other.contains("Budget"), "{other}");
        assert_eq!(after(&plan(&three), &[]), canon);
    }

    #[test]
    fn plain_bullets_stay_plain() {
        let canon = CANON.replace("- [ ] Flag", "* Flag");
        let one = after(&plan(&canon), &["Rota"]);
        assert!(
            one.contains("* Flag\n* Rota (condition of Base, 2026-11-21)\n"),
            "{one}"
        );
        assert_eq!(after(&plan(&one), &[]), canon);
    }
}
