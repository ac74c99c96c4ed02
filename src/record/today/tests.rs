use super::cadence::{RitualKind, Standing};
use super::*;
use crate::plan::source::SourceFile;

const CANON: &str = "\
# Gates

| Person | Team | Owners | Steward weeks |
| --- | --- | --- | --- |
| Ada Byron | Platform | platform, infra | 2026-W47 |
| Bo | Growth | growth | W48–W50 |

| Stage | Horizon | North-Star | Stage-Gate Review |
| --- | --- | --- | --- |
| Base | Q1 | Stands | ≥50% checklist completion |
| Reach | Q2 | Far | all |

## Readiness Checklists

### Base

- Stone is laid.
- Step 0003 is cut over.

### Reach

- Posters hang.
";

const LOG: &str = r#"{"step_id":"0001","title":"Lay stone","owner":"Platform","status":"complete"}
{"step_id":"0002","title":"Buy wood","owner":"growth","status":"draft"}
{"step_id":"0003","title":"Cut over","owner":"infra ","status":"in progress"}
{"step_id":"0004","title":"Wire up","owner":"platform","status":"draft","dependencies":["0002"]}
{"step_id":"0005","title":"Paint","owner":"PLATFORM","status":"draft"}
{"step_id":"0006","title":"Sign","owner":"platform","status":"blocked","dependencies":["Board agrees"]}
{"step_id":"0007","title":"Rest","owner":"Ada Byron","status":"idea","dependencies":["0006"]}
"#;

const ROADMAP: &str = "# Roadmap\n\n## Base\n\n- **Due:** 2026-11-25\n";

fn files() -> Vec<SourceFile> {
    let load =
        |path: &str, role, text: &str| SourceFile::load(path, role, text.as_bytes().to_vec());
    vec![
        load("plan.jsonl", Role::Log, LOG),
        load("plan.md", Role::Canon, CANON),
        load("docs/ROADMAP.md", Role::Roadmap, ROADMAP),
    ]
}

fn card(day: &str, person: &str, blockers: &[&str]) -> SourceFile {
    let blockers: String = blockers.iter().map(|b| format!("  - {b}\n")).collect();
    let text = format!(
        "# Standup {day} — {person}\n\n- **Posted:** {day} 09:00 UTC\n\n## Base\n\n\
         - **Status:** at risk\n- **Blockers:**\n{blockers}"
    );
    let path = format!("docs/standups/{day}/{}.md", person.to_lowercase());
    SourceFile::load(path, Role::Standup, text.into_bytes())
}

fn review(held: &str) -> SourceFile {
    let text = format!("# Weekly review 2026-W46\n\n- **Held:** {held}\n");
    let path = "docs/reviews/2026-W46.md";
    SourceFile::load(path, Role::Review, text.into_bytes())
}

fn morning(files: Vec<SourceFile>, me: &str, now: &str) -> Morning {
    let plan = Plan::read(files);
    let me = Identity {
        given: Some(me.to_owned()),
        ..Identity::default()
    };
    let today = Today {
        plan: &plan,
        papers: &Papers::default(),
        me: &me,
        rituals: &Rituals::default(),
        now: now.parse().unwrap(),
    };
    today.gather()
}

const NOW: &str = "2026-11-21T09:30:00Z";

fn ritual(morning: &Morning, kind: RitualKind) -> (Standing, &str) {
    let mut rituals = morning.cadence.iter();
    let ritual = rituals.find(|ritual| ritual.kind == kind).unwrap();
    (ritual.standing, &ritual.words)
}

#[test]
fn ones_own_open_steps_come_blocked_ones_first() {
    let ids = |me: &str| {
        let morning = morning(files(), me, NOW);
        let ids: Vec<String> = morning.mine.iter().map(StepId::to_string).collect();
        (morning.is_known, ids.join(" "))
    };
    assert_eq!(
        ids("Ada Byron"),
        (true, "0006 0003 0005 0004 0007".to_owned())
    );
    assert_eq!(ids("bo"), (true, "0002".to_owned()));
    assert_eq!(ids("growth"), (true, "0002".to_owned()));
    assert_eq!(ids("Zoe"), (false, String::new()));
}

#[test]
fn the_steward_is_whose_week_it_is() {
    let stewards = |now: &str| morning(files(), "Bo", now).stewards;
    assert_eq!(stewards(NOW), ["Ada Byron"]);
    assert_eq!(stewards("2026-11-23T00:00:00Z"), ["Bo"]);
    assert!(stewards("2026-12-14T00:00:00Z").is_empty());
}

#[test]
fn a_standup_is_due_until_it_is_posted_and_late_from_its_hour_on() {
    let standup = |files: Vec<SourceFile>, now: &str| {
        let morning = morning(files, "Bo", now);
        let (standing, words) = ritual(&morning, RitualKind::Standup);
        (standing, words.to_owned())
    };
    let due = "due in 5 h 30 min · 0 of 2 cards posted";
    assert_eq!(standup(files(), NOW), (Standing::Ahead, due.to_owned()));
    let late = "late by 1 min · 0 of 2 cards posted · 1 other has posted";
    let with_ada = || [files(), vec![card("2026-11-21", "Ada", &[])]].concat();
    assert_eq!(
        standup(with_ada(), "2026-11-21T15:00:30Z"),
        (Standing::Late, late.to_owned())
    );
    let never = "never held · 0 of 2 cards posted";
    assert_eq!(
        standup(files(), "2026-11-21T15:00:30Z"),
        (Standing::Never, never.to_owned())
    );
    let posted = [with_ada(), vec![card("2026-11-21", "Bo", &[])]].concat();
    let words = "1 of 2 cards posted · 1 other has posted";
    assert_eq!(
        standup(posted, "2026-11-21T15:00:30Z"),
        (Standing::Held, words.to_owned())
    );
}

#[test]
fn a_review_is_due_a_week_after_the_last_one() {
    let review_at = |held: Option<&str>, now: &str| {
        let mut files = files();
        files.extend(held.map(review));
        let morning = morning(files, "Bo", now);
        let (standing, words) = ritual(&morning, RitualKind::Review);
        (standing, words.to_owned())
    };
    let is = |standing, words: &str| (standing, words.to_owned());
    assert_eq!(review_at(None, NOW), is(Standing::Never, "never held"));
    let held = Some("2026-11-15T10:00:00Z");
    let words = "due tomorrow · last held 2026-11-15";
    assert_eq!(review_at(held, NOW), is(Standing::Ahead, words));
    let words = "2 days late · last held 2026-11-15";
    assert_eq!(
        review_at(held, "2026-11-24T00:00:00Z"),
        is(Standing::Late, words)
    );
    let words = "held Sun 2026-11-15 · next in 7 days";
    assert_eq!(
        review_at(held, "2026-11-15T23:00:00Z"),
        is(Standing::Held, words)
    );
}

#[test]
fn the_checkpoint_is_the_first_thousand_with_an_open_step() {
    let here = morning(files(), "Bo", NOW);
    let words = "14% · 1 of 7 steps complete";
    assert_eq!(ritual(&here, RitualKind::Checkpoint(1)).1, words);
    let log = "{\"step_id\":\"0001\",\"status\":\"complete\"}\n{\"step_id\":\"1001\"}\n";
    let log = SourceFile::load("plan.jsonl", Role::Log, log.as_bytes().to_vec());
    let far = morning(vec![log], "Bo", NOW);
    let words = "0% · 0 of 1 steps complete";
    assert_eq!(ritual(&far, RitualKind::Checkpoint(2)).1, words);
    // Without a checklist there is nothing to say in a standup.
    assert_eq!(far.cadence[0].kind, RitualKind::Review);
}

#[test]
fn the_current_gate_is_ahead_and_one_whose_bar_is_met_is_to_be_reviewed() {
    let gates = |canon: &str| {
        let mut files = files();
        files[1] = SourceFile::load("plan.md", Role::Canon, canon.as_bytes().to_vec());
        let plan = Plan::read(files.clone());
        let today = NOW.parse::<DateTime<Utc>>().unwrap().date_naive();
        let morning = morning(files, "Bo", NOW);
        let words = morning.gates.iter().map(|gate| {
            let stage = &plan.stages()[gate.stage];
            let next = gate.next.map_or("", |next| &*stage.checks[next].text);
            format!("{}: {}; {next}", stage.name, gate.words(stage, today))
        });
        words.collect::<Vec<_>>()
    };
    assert_eq!(
        gates(CANON),
        ["Base: 0/2 ticked, 1 short of its bar, due in 4 days; Stone is laid."]
    );
    assert_eq!(
        gates(&CANON.replace("- Stone", "- [x] Stone")),
        [
            "Base: 1/2 ticked, bar met, due in 4 days; Step 0003 is cut over.",
            "Reach: 0/1 ticked, 1 short of its bar; Posters hang.",
        ]
    );
}

#[test]
fn a_blocker_is_told_from_its_third_day_on_by_whoever_still_says_it() {
    let days = ["2026-11-18", "2026-11-19", "2026-11-20"];
    let mut papers: Vec<SourceFile> = days
        .iter()
        .map(|day| card(day, "Ada", &["The vendor is silent", day]))
        .collect();
    papers.push(card("2026-11-10", "Bo", &["No room"]));
    let found = morning([files(), papers.clone()].concat(), "Bo", NOW).blockers;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        (&*found[0].blocker, &*found[0].person, found[0].days),
        ("The vendor is silent", "Ada", 3)
    );
    papers.push(card("2026-11-21", "Ada", &["Something else"]));
    let found = morning([files(), papers].concat(), "Bo", NOW).blockers;
    assert!(found.is_empty(), "{found:?}");
}

/// A paper of a kind, named so.
fn paper(role: Role, path: &str) -> SourceFile {
    SourceFile::load(path, role, b"# Paper\n".to_vec())
}

fn told(
    papers: &[(Role, &str)],
    now: &str,
    rituals: Rituals,
    kind: RitualKind,
) -> (Standing, String) {
    let papers = papers.iter().map(|(role, path)| paper(*role, path));
    let plan = Plan::read(files().into_iter().chain(papers).collect());
    let today = Today {
        plan: &plan,
        papers: &Papers::default(),
        me: &Identity::default(),
        rituals: &rituals,
        now: now.parse().unwrap(),
    };
    let found = today
        .cadence()
        .into_iter()
        .find(|ritual| ritual.kind == kind);
    found.map_or((Standing::Never, String::new()), |ritual| {
        (ritual.standing, ritual.words)
    })
}

#[test]
fn demos_and_scorecards_are_due_after_the_last_one_or_on_fixed_days() {
    let demo = |papers: &[(Role, &str)], from: Option<&str>| {
        let rituals = Rituals {
            from: from.map(|from| from.parse().unwrap()),
            ..Rituals::default()
        };
        let (standing, words) = told(papers, NOW, rituals, RitualKind::Demo);
        format!("{}: {words}", standing.word())
    };
    assert_eq!(demo(&[], None), "never held: never held");
    assert_eq!(
        demo(&[], Some("2026-11-24")),
        "never held: never held · first due in 3 days"
    );
    let last = [
        (Role::Demo, "d/2026-11-11.md"),
        (Role::Demo, "d/2026-10-28.md"),
    ];
    assert_eq!(
        demo(&last, None),
        "ahead: due in 4 days · last of 2026-11-11"
    );
    assert_eq!(
        demo(&last[1..], None),
        "late: 10 days late · last of 2026-10-28"
    );
    assert_eq!(
        demo(&last, Some("2026-11-12")),
        "ahead: due in 5 days · last of 2026-11-11"
    );
    assert_eq!(
        demo(&[(Role::Demo, "d/2026-11-21.md")], None),
        "held: held · next in 14 days"
    );
    let scorecard = |week: &str| {
        let papers = [(Role::Scorecard, week)];
        let (standing, words) = told(&papers, NOW, Rituals::default(), RitualKind::Scorecard);
        format!("{}: {words}", standing.word())
    };
    assert_eq!(scorecard("s/2026-W47.md"), "held: written · next in 8 days");
    assert_eq!(
        scorecard("s/2026-W46.md"),
        "ahead: due tomorrow · last of 2026-11-15"
    );
    assert_eq!(
        scorecard("s/2026-W45.md"),
        "late: 6 days late · last of 2026-11-08"
    );
}

#[test]
fn a_quarter_is_planned_before_it_begins() {
    let quarter = |papers: &[&str]| {
        let papers: Vec<(Role, &str)> = papers.iter().map(|path| (Role::Quarter, *path)).collect();
        let (standing, words) = told(&papers, NOW, Rituals::default(), RitualKind::Quarter);
        format!("{}: {words}", standing.word())
    };
    assert_eq!(
        quarter(&[]),
        "never held: never written · 2027-Q1 begins in 41 days"
    );
    assert_eq!(
        quarter(&["q/2026-Q3.md"]),
        "late: 2026-Q4 began 51 days ago and has no plan"
    );
    assert_eq!(
        quarter(&["q/2026-Q4.md"]),
        "ahead: 2026-Q4 is planned · 2027-Q1 begins in 41 days"
    );
    assert_eq!(
        quarter(&["q/2026-Q4.md", "q/2027-Q1.md"]),
        "held: 2027-Q1 is planned, begins in 41 days"
    );
}

#[test]
fn milestone_reviews_are_told_before_the_first_is_held() {
    let milestone = |path: &str| {
        let papers = [(Role::GateReview, path)];
        told(&papers, NOW, Rituals::default(), RitualKind::Milestone).1
    };
    assert_eq!(
        milestone("m/base/20261110/platform.md"),
        "due in 3 days · last of 2026-11-10"
    );
    assert_eq!(milestone("m/base/platform.md"), "never held");
}

#[test]
fn a_risk_is_told_from_the_day_after_its_review() {
    let risk = |by: &str, status: &str| {
        let text = format!("# Snow\n\n- **Status:** {status}\n- **Review by:** {by}\n");
        let mut files = files();
        files.push(SourceFile::load(
            "docs/risks/snow.md",
            Role::Risk,
            text.into_bytes(),
        ));
        let risks = morning(files, "Bo", NOW).risks;
        risks.iter().map(|risk| risk.days).collect::<Vec<_>>()
    };
    assert_eq!(risk("2026-11-19", "open"), [2]);
    assert!(risk("2026-11-21", "open").is_empty());
    assert!(risk("2026-11-01", "closed").is_empty());
}

/// The parts of a review that are done, counted by hand: one proposal, no wrong dependency, ten picked
/// of those that are ready.
#[test]
fn a_review_that_is_begun_says_how_far_it_is() {
    let review = |body: &str| {
        let text = format!(
            "# Weekly review 2026-W47\n\n- **Week:** 2026-W47\n- **Since:** 2026-11-14T00:00:00Z\n\n{body}"
        );
        let log = "{\"step_id\":\"0001\",\"title\":\"A\",\"status\":\"idea\",\"updated_at\":\"2026-11-20T00:00:00Z\"}\n\
            {\"step_id\":\"0002\",\"title\":\"B\",\"status\":\"in progress\",\"updated_at\":\"2026-11-01T00:00:00Z\"}\n";
        let load =
            |path: &str, role, text: &str| SourceFile::load(path, role, text.as_bytes().to_vec());
        let files = vec![
            load("data/plans/p.jsonl", Role::Log, log),
            load("docs/reviews/2026-W47.md", Role::Review, &text),
        ];
        let morning = morning(files, "Bo", NOW);
        ritual(&morning, RitualKind::Review).1.to_owned()
    };
    assert_eq!(
        review(""),
        "begun, 1/3 · 0 of the next ten picked · never held"
    );
    let ten = "## Next ten\n\n1. 0002 B\n";
    assert!(review(ten).starts_with("begun, "), "{}", review(ten));
}

#[test]
fn late_rituals_of_the_team_are_told_with_their_last_paper() {
    let demo = |day: &str| {
        let path = format!("docs/demos/{day}.md");
        SourceFile::load(path, Role::Demo, format!("# Demo {day}\n").into_bytes())
    };
    let told = |files: Vec<SourceFile>| -> Vec<String> {
        let plan = Plan::read(files);
        let late = late(
            &plan,
            &Papers::default(),
            &Rituals::default(),
            NOW.parse().unwrap(),
        );
        let late = late.into_iter();
        late.map(|late| {
            format!(
                "{}: {} · {}",
                plan.files()[late.file].path.display(),
                late.name,
                late.words
            )
        })
        .collect()
    };
    assert_eq!(
        told(vec![demo("2026-10-02"), demo("2026-10-16")]),
        ["docs/demos/2026-10-16.md: Demo · 22 days late · last of 2026-10-16"]
    );
    assert!(told(vec![demo("2026-11-13")]).is_empty());
    // What was never held is not late, and a standup is a person's own.
    assert!(told(files()).iter().all(|late| !late.contains("Standup")));
}
