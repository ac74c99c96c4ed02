use std::path::Path;

use chrono::{DateTime, NaiveDate, Utc};
use proptest::prelude::*;

use super::edit::{Clause, Held, Reviewer};
use super::*;
use crate::change::three_way::{Markers, Versions};
use crate::change::{Change, apply, markdown_merge};
use crate::plan::canon::ladder::Rung;
use crate::plan::canon::matrix::Assignment;
use crate::plan::source::{Role, SourceFile};

const FOLDER: &str = "docs/milestone-reviews";

fn stage(name: &str, review: &str, people: &[(&str, &str, &str)]) -> Stage {
    Stage {
        name: name.to_owned(),
        ladder: 0,
        rung: Some(Rung {
            stage: name.to_owned(),
            horizon: String::new(),
            north_star: String::new(),
            review: review.to_owned(),
            threshold: None,
            file: 0,
            line: 1,
        }),
        checks: Vec::new(),
        evidence: Vec::new(),
        due: Vec::new(),
        accountable: Vec::new(),
        acknowledged: Vec::new(),
        owners: (people.iter())
            .map(|(workstream, role, name)| Assignment {
                workstream: (*workstream).to_owned(),
                stage: String::new(),
                people: vec![((*role).to_owned(), (*name).to_owned())],
                file: 0,
                line: 1,
            })
            .collect(),
        notes: Vec::new(),
        packets: Vec::new(),
    }
}

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 21).unwrap()
}

fn read_back(text: &str) -> GateReview {
    let document = MarkdownDocument::load(text.as_bytes().to_vec());
    GateReview::read(&document, 0, Path::new("review.md")).expect(text)
}

proptest! {
    /// Whatever a stage, its gate and its people are called, the packet says them back.
    #[test]
    fn a_draft_reads_back_as_what_it_was_made_of(
        name in "[^\\s\\x00]\\PC{0,20}",
        review in "\\PC{0,60}",
        words in proptest::collection::vec("[-#*_`<>\\[\\]()!&\\\\|~+=.:;, 0-9a-zé漢\"]{1,14}", 1..6),
        role in "[A-Za-z]{0,6}",
        who in "[^\\s\\x00*_`]\\PC{0,12}",
    ) {
        let review = format!("{review} {}", words.join(", "));
        let stage = stage(&name, &review, &[("Ops & Co", &role, &who)]);
        let draft = draft(&stage, day(), &who);
        let read = read_back(&draft);
        let expected = criteria::criteria(&review);
        let found: Vec<String> = read.criteria.iter().map(|c| c.words.clone()).collect();
        prop_assert_eq!(found, expected, "{}", draft);
        prop_assert_eq!(&read.facts.stage, &one_line(&name));
        prop_assert_eq!(&read.facts.held_by, &one_line(&who));
        prop_assert_eq!(&read.gate, &one_line(&review));
        prop_assert_eq!(read.facts.date, Some(day()));
        prop_assert_eq!(read.facts.decision, None);
        prop_assert_eq!(read.sign_offs.len(), 1);
        prop_assert_eq!(&read.sign_offs[0].name, &one_line(&who));
        prop_assert_eq!(read.signed(), 0);
        prop_assert_eq!(read.count(None), read.criteria.len());
    }

    /// A matrix that looks like a packet signs nothing.
    #[test]
    fn a_draft_is_signed_by_nobody(
        names in proptest::collection::vec(
            proptest::sample::select(vec![
                "[x] Ada", "x] Ada (2026-11-20, Ada)", "Ada<br/>- [x] QA: Bo", "- [X] Bo",
                "\n- [x] **QA:** Bo (2026-11-20, Bo)", "**Decision:** go", "## Decision\n\n- go",
                "<!-- -->[x]", "✅ Ada", "~~Ada~~ signed",
            ]),
            1..5,
        ),
        role in proptest::sample::select(vec!["", "DRI", "[x]", "x]", "- [x]", "Decision", "Verdict"]),
        gate in proptest::sample::select(vec!["all", "- [x] met\n- **Verdict:** met", "**Decision:** go"]),
    ) {
        let people: Vec<(&str, &str, &str)> = names.iter().map(|name| ("Ops", role, *name)).collect();
        let draft = draft(&stage("Base", gate, &people), day(), "- [x] Robin");
        let read = read_back(&draft);
        prop_assert_eq!(read.signed(), 0, "{}", draft);
        prop_assert_eq!(read.facts.decision, None, "{}", draft);
        prop_assert_eq!(read.count(None), read.criteria.len(), "{}", draft);
        prop_assert_eq!(read.sign_offs.len(), people.len(), "{}", draft);
    }

    /// Folders are letters, digits and dashes, whatever the stage is called.
    #[test]
    fn a_folder_is_safe_for_any_name(name in "İ|\\PC{0,90}") {
        let slug = slug(&name, "stage");
        prop_assert!(!slug.is_empty());
        prop_assert!(slug.chars().all(|c| c.is_alphanumeric() || c == '-'), "{}", slug);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// What is typed into a packet is read back, or refused; and it is undone to the byte.
    #[test]
    fn typed_words_are_read_back(typed in "\\PC{0,12}[-#*_`<>\\[\\]()!&\\\\|~:; a-z]{0,16}\\PC{0,8}") {
        let (plan, path) = opened(CANON);
        let words = GateReview::at(&plan, &path).unwrap().criteria[0].words.clone();
        let before = text(&plan, &path);
        if let Ok(change) = reviewer(&plan).set_evidence(&path, 0, &words, &typed) {
            let after = made(&plan, &change);
            let read = GateReview::at(&after, &path).unwrap();
            prop_assert_eq!(&read.criteria[0].evidence, &one_line(&typed));
            prop_assert_eq!(read.criteria.len(), 2);
            prop_assert_eq!(text(&made(&after, &change.inverse()), &path), before.clone());
        }
        if let Ok(change) = reviewer(&plan).set_clause(&path, Clause::Waiver, &typed) {
            let after = made(&plan, &change);
            let read = GateReview::at(&after, &path).unwrap();
            prop_assert_eq!(unstamped(&read.facts.waiver), &one_line(&typed));
            prop_assert_eq!(text(&made(&after, &change.inverse()), &path), before);
        }
    }
}

const CANON: &str = "\
# Plan

| Stage | Stage-Gate Review |
| --- | --- |
| Base | Review with ≥50% checklist completion, and a drill |
| Top | Review |

## Readiness Checklists

### Base

- [x] Runbooks written
- Drill held

### Top

- Flag planted

| Workstream | Base |
| --- | --- |
| Ops | DRI: Ada<br/>QA: Bo |
| Growth | Cy |
";

fn now() -> DateTime<Utc> {
    "2026-11-21T09:30:00Z".parse().unwrap()
}

/// A plan with an open packet, and the packet's path.
fn opened(canon: &str) -> (Plan, PathBuf) {
    let mut files = vec![SourceFile::load(
        "docs/plan.md",
        Role::Canon,
        canon.as_bytes().to_vec(),
    )];
    let plan = Plan::read(files.clone());
    let reviewer = Reviewer {
        plan: &plan,
        now: now(),
        who: "Robin",
    };
    let Held::New { path, change } = reviewer.hold(&plan.stages()[0], Path::new(FOLDER)) else {
        panic!("there is no packet yet");
    };
    apply::change(&change, &mut files).unwrap();
    (Plan::read(files), path)
}

fn made(plan: &Plan, change: &Change) -> Plan {
    let mut files = plan.files().to_vec();
    apply::change(change, &mut files).unwrap();
    Plan::read(files)
}

fn text(plan: &Plan, path: &Path) -> String {
    let file = plan.files().iter().find(|file| file.path == path).unwrap();
    String::from_utf8(file.document.to_bytes()).unwrap()
}

fn reviewer(plan: &Plan) -> Reviewer<'_> {
    Reviewer {
        plan,
        now: now(),
        who: "Robin",
    }
}

#[test]
fn a_packet_reads_well() {
    let (plan, path) = opened(CANON);
    assert_eq!(
        path,
        Path::new("docs/milestone-reviews/base/20261121/review.md")
    );
    insta::assert_snapshot!(text(&plan, &path));
}

#[test]
fn each_deed_changes_its_own_lines_and_is_taken_back_to_the_byte() {
    let (plan, path) = opened(CANON);
    let review = |plan: &Plan| GateReview::at(plan, &path).unwrap();
    let words = review(&plan).criteria[1].words.clone();
    type Action<'d> = Box<dyn Fn(&Reviewer<'_>) -> Change + 'd>;
    let deeds: Vec<(Action<'_>, &[&str])> = vec![
        (
            Box::new(|r| r.judge(&path, 1, Some(CriterionVerdict::Met)).unwrap()),
            &["- **Verdict:** met"],
        ),
        (
            Box::new(|r| r.judge(&path, 0, Some(CriterionVerdict::NotMet)).unwrap()),
            &["- **Verdict:** not met"],
        ),
        (
            Box::new(|r| {
                r.set_evidence(&path, 1, &words, "https://x.org/a_b *see* it")
                    .unwrap()
            }),
            &["- **Evidence:** https://x.org/a_b \\*see\\* it"],
        ),
        (
            Box::new(|r| r.sign(&path, 1).unwrap()),
            &["- [x] **QA:** Bo (2026-11-21, Robin)"],
        ),
        (
            Box::new(|r| r.set_clause(&path, Clause::Conditions, "a bell").unwrap()),
            &["- **Conditions:** a bell"],
        ),
        (
            Box::new(|r| r.decide(&path, Some(Decision::Conditional)).unwrap()),
            &[
                "- **Decision:** go with conditions",
                "- **Decided:** 2026-11-21, Robin",
            ],
        ),
    ];
    let mut plan = plan;
    for (deed, expected) in deeds {
        let before = text(&plan, &path);
        let change = deed(&reviewer(&plan));
        let after = made(&plan, &change);
        let old: Vec<&str> = before.lines().collect();
        let now = text(&after, &path);
        let come: Vec<&str> = now.lines().filter(|line| !old.contains(line)).collect();
        assert_eq!(come, expected, "{}", change.label);
        let back = made(&after, &change.inverse());
        assert_eq!(text(&back, &path), before);
        plan = after;
    }
    let read = review(&plan);
    assert_eq!(read.criteria[1].evidence, "https://x.org/a_b *see* it");
    assert_eq!(read.criteria[1].links, ["https://x.org/a_b"]);
    let sign = &read.sign_offs[1];
    assert_eq!((&*sign.role, &*sign.name, sign.signed), ("QA", "Bo", true));
    assert_eq!(sign.stamp, "2026-11-21, Robin");
    assert_eq!(read.sign_offs[2].role, "Owner");
    assert_eq!(plan.stages()[0].decision(), Some(Decision::Conditional));
    insta::assert_snapshot!("a_packet_after_the_decision", text(&plan, &path));
}

#[test]
fn what_people_write_into_a_packet_stays() {
    let (plan, path) = opened(CANON);
    let by_hand = text(&plan, &path)
        .replace(
            "## Decision\n",
            "## Decision\n\nWe met in the *small* room.\n",
        )
        .replace(
            "- **Evidence:**\n\n### 2",
            "- **Evidence:** see <https://x.org/1>\n- Bo doubts it\n\n### 2",
        )
        .replace("### Ops\n", "### Ops\n\n> Ada is away until Monday\n")
        .replace('\n', "\r\n")
        + "\r\n## Minutes\r\n\r\nLong ones.";
    let mut files = plan.files().to_vec();
    files.retain(|file| file.path != path);
    files.push(SourceFile::load(
        &path,
        Role::GateReview,
        by_hand.clone().into_bytes(),
    ));
    let plan = Plan::read(files);
    let read = GateReview::at(&plan, &path).unwrap();
    assert_eq!(read.criteria[0].links, ["https://x.org/1"]);
    let mut now = plan;
    let mut undo = Vec::new();
    for deed in 0..4 {
        let change = {
            let r = reviewer(&now);
            match deed {
                0 => r.judge(&path, 0, Some(CriterionVerdict::Met)),
                1 => r.sign(&path, 0),
                2 => r.set_clause(&path, Clause::Waiver, "No other day"),
                _ => r.decide(&path, Some(Decision::Go)),
            }
        };
        let change = change.unwrap();
        now = made(&now, &change);
        undo.push(change.inverse());
    }
    let after = text(&now, &path);
    for line in by_hand.lines() {
        let ours = ["**Verdict:**", "**Decision:**", "**DRI:**"];
        if !ours.iter().any(|label| line.contains(label)) {
            assert!(after.contains(line), "{line} is gone from {after}");
        }
    }
    assert!(!after.replace("\r\n", "").contains('\n'));
    for change in undo.iter().rev() {
        now = made(&now, change);
    }
    assert_eq!(text(&now, &path), by_hand);
}

#[test]
fn a_gate_below_its_bar_is_passed_on_a_waiver_only() {
    let canon = CANON.replace("- [x] Runbooks", "- [ ] Runbooks");
    let (plan, path) = opened(&canon);
    let go = |plan: &Plan| reviewer(plan).decide(&path, Some(Decision::Go));
    assert_eq!(
        go(&plan).unwrap_err().0,
        "1 more to reach 50%: write the waiver first"
    );
    assert!(reviewer(&plan).decide(&path, Some(Decision::NoGo)).is_ok());
    let waived = reviewer(&plan)
        .set_clause(&path, Clause::Waiver, "  One  day late ")
        .unwrap();
    let plan = made(&plan, &waived);
    let passed = made(&plan, &go(&plan).unwrap());
    let packet = passed.stages()[0].decided().unwrap();
    assert_eq!(packet.waiver, "One day late (2026-11-21, Robin)");
    assert_eq!(packet.bar_met, Some(false));
    // What the decision rests on cannot be pulled away from under it.
    assert!(
        reviewer(&passed)
            .set_clause(&path, Clause::Waiver, " ")
            .is_err()
    );
    let undecided = made(&passed, &reviewer(&passed).decide(&path, None).unwrap());
    assert!(
        reviewer(&undecided)
            .set_clause(&path, Clause::Waiver, "")
            .is_ok()
    );
}

#[test]
fn conditions_come_before_a_go_with_conditions() {
    let (plan, path) = opened(CANON);
    let refusal = reviewer(&plan).decide(&path, Some(Decision::Conditional));
    assert_eq!(refusal.unwrap_err().0, "write the conditions first");
}

/// A new packet of a gate that was passed with conditions took these out of the next gate's checks.
#[test]
fn a_second_review_of_a_gate_leaves_what_is_owed_after_the_first() {
    let canon = |plan: &Plan| text(plan, Path::new("docs/plan.md"));
    let set = |plan: &Plan, path: &Path, words: &str| {
        let change = reviewer(plan).set_clause(path, Clause::Conditions, words);
        let change = change.unwrap();
        (made(plan, &change), change.label)
    };
    let decide = |plan: &Plan, path: &Path| {
        let change = reviewer(plan).decide(path, Some(Decision::Conditional));
        let change = change.unwrap();
        (made(plan, &change), change.label)
    };
    let (plan, first) = opened(CANON);
    let (plan, _) = set(&plan, &first, "Rota covered; Budget signed");
    let (plan, label) = decide(&plan, &first);
    assert!(
        label.ends_with(" · 2 conditions become checks of Top"),
        "{label}"
    );
    let later = Reviewer {
        now: now() + chrono::Duration::days(7),
        ..reviewer(&plan)
    };
    let Held::New { path, change } = later.hold(&plan.stages()[0], Path::new(FOLDER)) else {
        panic!("the packet of that day is decided");
    };
    let (before, plan) = (canon(&plan), made(&plan, &change));
    let (plan, label) = set(&plan, &path, "Staff trained; rota covered");
    assert_eq!(label, "conditions written");
    assert_eq!(canon(&plan), before);
    let (plan, label) = decide(&plan, &path);
    assert!(
        label.ends_with(" · 1 condition becomes a check of Top"),
        "{label}"
    );
    for words in ["Rota covered", "Budget signed", "Staff trained"] {
        let (canon, check) = (canon(&plan), format!("{words} (condition of Base"));
        assert_eq!(canon.matches(&check).count(), 1, "{words}");
    }
    // Struck from the paper that had it, and that one alone.
    let (plan, label) = set(&plan, &first, "Rota covered");
    assert_eq!(
        label,
        "conditions written · 1 condition leaves the checks of Top"
    );
    let after = canon(&plan);
    assert!(
        !after.contains("Budget") && after.contains("Staff"),
        "{after}"
    );
}

#[test]
fn the_packet_follows_the_checklist_with_each_deed() {
    let (plan, path) = opened(CANON);
    let mut files = plan.files().to_vec();
    let ticked = CANON.replace("- Drill held", "- [x] Drill held\n- Bell rung");
    files.retain(|file| file.path == path);
    files.push(SourceFile::load(
        "docs/plan.md",
        Role::Canon,
        ticked.into_bytes(),
    ));
    let plan = Plan::read(files);
    let plan = made(&plan, &reviewer(&plan).sign(&path, 0).unwrap());
    let read = GateReview::at(&plan, &path).unwrap();
    let checks: Vec<(&str, bool)> = read.checks.iter().map(|(t, d)| (t.as_str(), *d)).collect();
    assert_eq!(
        checks,
        [
            ("Runbooks written", true),
            ("Drill held", true),
            ("Bell rung", false)
        ]
    );
    assert!(text(&plan, &path).contains("- **Ticked:** 2 of 3 (66%)\n- **Bar:** 50%, met\n"));
}

#[test]
fn a_decided_packet_keeps_saying_how_the_checklist_stood() {
    let (plan, path) = opened(CANON);
    let plan = made(
        &plan,
        &reviewer(&plan).decide(&path, Some(Decision::Go)).unwrap(),
    );
    let mut files = plan.files().to_vec();
    files.retain(|file| file.path == path);
    let unticked = CANON.replace("- [x] Runbooks", "- [ ] Runbooks");
    files.push(SourceFile::load(
        "docs/plan.md",
        Role::Canon,
        unticked.into_bytes(),
    ));
    let plan = Plan::read(files);
    let plan = made(&plan, &reviewer(&plan).sign(&path, 0).unwrap());
    assert_eq!(plan.stages()[0].decided().unwrap().bar_met, Some(true));
    assert!(!plan.stages()[0].is_met());
}

#[test]
fn a_review_goes_on_until_it_is_decided_and_on_its_day() {
    let (plan, path) = opened(CANON);
    let tomorrow = now() + chrono::Duration::days(1);
    let hold = |plan: &Plan, now| {
        let reviewer = Reviewer {
            plan,
            now,
            who: "Robin",
        };
        reviewer.hold(&plan.stages()[0], Path::new(FOLDER))
    };
    assert_eq!(hold(&plan, tomorrow), Held::Open(path.clone()));
    let decided = made(
        &plan,
        &reviewer(&plan).decide(&path, Some(Decision::NoGo)).unwrap(),
    );
    assert_eq!(hold(&decided, now()), Held::Open(path.clone()));
    let Held::New { path: next, .. } = hold(&decided, tomorrow) else {
        panic!("a decided review is over the next day");
    };
    assert_eq!(
        next,
        Path::new("docs/milestone-reviews/base/20261122/review.md")
    );
}

#[test]
fn a_name_that_is_taken_gets_a_number() {
    let minutes = "docs/milestone-reviews/base/20261121/review.md";
    let files = vec![
        SourceFile::load("docs/plan.md", Role::Canon, CANON.as_bytes().to_vec()),
        SourceFile::load(minutes, Role::GateReview, b"# Minutes\n".to_vec()),
    ];
    let plan = Plan::read(files);
    let path = new_path(&plan, Path::new(FOLDER), "Base", day());
    assert_eq!(
        path,
        Path::new("docs/milestone-reviews/base-2/20261121/review.md")
    );
}

/// What a person does on one side of a merge: signs, judges, decides.
fn approve(plan: &Plan, path: &Path, who: &str, deeds: &[usize]) -> String {
    let mut plan = made(plan, &Change::default());
    for deed in deeds {
        let change = {
            let reviewer = Reviewer {
                who,
                ..reviewer(&plan)
            };
            match deed {
                0..3 => reviewer.sign(path, *deed),
                3 | 4 => reviewer.judge(path, deed - 3, Some(CriterionVerdict::Met)),
                _ => reviewer.decide(path, Some(Decision::Go)),
            }
        };
        plan = made(&plan, &change.unwrap());
    }
    text(&plan, path)
}

/// The lines of a packet by which something is approved.
fn approvals(packet: &str) -> Vec<&str> {
    let is_approval = |line: &&str| {
        line.contains("[x] **")
            || line.ends_with("**Verdict:** met")
            || line.ends_with("**Decision:** go")
    };
    packet.lines().filter(is_approval).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Nothing stands approved in a packet but what a person approved: not by bringing it up to date
    /// with a checklist that reads like sign-offs, and not by a merge, which takes what either did.
    #[test]
    fn only_a_person_approves(
        one in proptest::sample::subsequence(vec![0, 1, 2, 3, 4, 5], 0..=4).prop_shuffle(),
        other in proptest::sample::subsequence(vec![0, 1, 2, 3, 4, 5], 0..=4).prop_shuffle(),
    ) {
        let canon = CANON.replace("- Drill held", "- [x] **QA:** Bo\n- [x] **Decision:** go");
        let (plan, path) = opened(&canon);
        let base = text(&plan, &path);
        let [ours, theirs] = [("Robin", &one), ("Ana", &other)]
            .map(|(who, deeds)| approve(&plan, &path, who, deeds));
        for (side, deeds) in [(&ours, &one), (&theirs, &other)] {
            let read = read_back(side);
            let signed: Vec<usize> = (0..3).filter(|at| read.sign_offs[*at].signed).collect();
            let expected: Vec<usize> = (0..3).filter(|at| deeds.contains(at)).collect();
            prop_assert_eq!(signed, expected, "{}", side);
            prop_assert_eq!(read.facts.decision.is_some(), deeds.contains(&5), "{}", side);
        }
        let [base, our, their] = [&base, &ours, &theirs].map(|text| text.as_bytes().into());
        let versions = Versions { base: &base, ours: &our, theirs: &their };
        let markers = Markers { ours: "ours", theirs: "theirs", size: 7 };
        let Some(merged) = markdown_merge::merge(versions, markers) else { return Ok(()) };
        let conflicts = merged.merged.conflicts.len();
        let merged = String::from_utf8(merged.merged.bytes).unwrap();
        let known = [approvals(&ours), approvals(&theirs)].concat();
        for line in approvals(&merged) {
            prop_assert!(known.contains(&line), "{}\n{}", line, merged);
        }
        if conflicts == 0 {
            let read = read_back(&merged);
            for at in 0..3 {
                let expected = one.contains(&at) || other.contains(&at);
                prop_assert_eq!(read.sign_offs[at].signed, expected, "{}", merged);
            }
        }
    }
}
