use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::change::{Change, apply};

const CANON: &str = "\
# Gates

| Stage | Horizon | North-Star | Stage-Gate Review |
| --- | --- | --- | --- |
| Base | Q1 | Stands | all |
| Reach | Q2 | Far | all |

## Readiness Checklists

### Base

- Step 0001 holds.
- Step 0003 is cut over.

### Reach

- Posters hang.
";

const LOG: &str = r#"{"step_id":"0001","title":"Lay stone","owner":"ops","status":"complete","updated_at":"2026-11-20T16:00:00Z"}
{"step_id":"0002","title":"Buy wood","owner":"grc","status":"draft","updated_at":"2026-11-20T16:00:00Z"}
{"step_id":"0003","title":"Cut over","owner":"ops","status":"blocked","dependencies":["0002","Board agrees"],"updated_at":"2026-11-20T16:00:00Z"}
{"step_id":"0004","title":"Long ago","owner":"ops","status":"complete","updated_at":"2026-10-20T16:00:00Z"}
"#;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Before when entries are due.
fn due() -> NaiveTime {
    NaiveTime::from_hms_opt(15, 0, 0).unwrap()
}

fn now() -> DateTime<Utc> {
    at("2026-11-21T09:30:40Z")
}

fn today() -> NaiveDate {
    now().date_naive()
}

fn files() -> Vec<SourceFile> {
    vec![
        SourceFile::load("plan.jsonl", Role::Log, LOG.as_bytes().to_vec()),
        SourceFile::load("plan.md", Role::Canon, CANON.as_bytes().to_vec()),
    ]
}

fn paper(date: &str, person: &str, text: &str) -> SourceFile {
    let path = format!("docs/standups/{date}/{person}.md");
    SourceFile::load(path, Role::Standup, text.as_bytes().to_vec())
}

fn standup<'a>(plan: &'a Plan, person: &'a str) -> Standup<'a> {
    Standup {
        plan,
        folder: Path::new("docs/standups"),
        person,
        now: now(),
        due: due(),
        elsewhere: &[],
        past: DoneBy::Stamps,
    }
}

/// Posts a card and answers the files afterwards.
fn post(
    files: &[SourceFile],
    person: &str,
    stage: &str,
    wishes: &[CardRequest],
) -> Vec<SourceFile> {
    let plan = Plan::read(files.to_vec());
    let change = standup(&plan, person).post(today(), stage, wishes).unwrap();
    made(files, &change)
}

fn made(files: &[SourceFile], change: &Change) -> Vec<SourceFile> {
    let mut files = files.to_vec();
    apply::change(change, &mut files).unwrap();
    files
}

fn text(files: &[SourceFile]) -> String {
    let file = files
        .iter()
        .find(|file| file.role == Role::Standup)
        .unwrap();
    String::from_utf8(file.document.to_bytes()).unwrap()
}

fn entry(files: &[SourceFile]) -> Entry {
    let file = files.iter().find(|file| file.role == Role::Standup);
    read(file.unwrap(), due()).unwrap()
}

#[test]
fn the_first_edit_makes_the_paper_with_what_the_plan_says() {
    let files = post(&files(), "Robin", "Base", &[CardRequest::Post]);
    assert_eq!(
        text(&files),
        "# Standup 2026-11-21 — Robin\n\n- **Posted:** 2026-11-21 09:30 UTC\n\n\
         ## Base\n\n- **Status:** at risk\n- **Blockers:**\n  \
         - 0003 Cut over (ops): waits for 0002 (grc); Board agrees\n\
         - **Done:**\n  - 0001 Lay stone\n- **Posted:** 2026-11-21 09:30 UTC\n"
    );
    let path = files.last().unwrap().path.clone();
    assert_eq!(path, Path::new("docs/standups/2026-11-21/robin.md"));
}

#[test]
fn each_further_edit_changes_its_own_bullets() {
    let files = post(&files(), "Robin", "Base", &[CardRequest::Post]);
    let first = text(&files);
    let add = |part, words: &str| CardRequest::Add(part, words.to_owned());
    let link = "https://example.org/a_b_c?x=1&y=2";
    let files = post(
        &files,
        "Robin",
        "Base",
        &[
            CardRequest::Status(Health::OnTrack),
            add(CardPart::Evidence, link),
            add(CardPart::Evidence, "docs/run.md"),
            add(CardPart::Blockers, "* the *vendor*\n is late"),
        ],
    );
    let expected = first.replace("at risk", "on track").replace(
        "Board agrees\n",
        "Board agrees\n  - \\* the \\*vendor\\* is late\n- **Evidence:**\n  \
         - <https://example.org/a_b_c?x=1&y=2>\n  - docs/run.md\n",
    );
    assert_eq!(text(&files), expected);
    assert_eq!(entry(&files).cards[0].evidence, [link, "docs/run.md"]);
    let gone = |part, old: &str| CardRequest::Change {
        part,
        old: old.to_owned(),
        new: String::new(),
    };
    let blockers = entry(&files).cards[0].blockers.clone();
    let files = post(
        &files,
        "Robin",
        "Base",
        &[
            gone(CardPart::Blockers, &blockers[0]),
            gone(CardPart::Blockers, &blockers[1]),
            gone(CardPart::Evidence, link),
        ],
    );
    assert!(text(&files).contains("- **Blockers:** none\n- **Evidence:**\n  - docs/run.md\n"));
    let files = post(&files, "Robin", "Base", &[add(CardPart::Blockers, "Rain")]);
    assert!(text(&files).contains("- **Blockers:**\n  - Rain\n- **Evidence:**"));
}

#[test]
fn cards_of_other_stages_come_below() {
    let files = post(&files(), "Robin", "Base", &[CardRequest::Post]);
    let files = post(
        &files,
        "Robin",
        "reach",
        &[CardRequest::Status(Health::Blocked)],
    );
    assert!(text(&files).ends_with(
        "\n\n## Reach\n\n- **Status:** blocked\n- **Blockers:** none\n\
         - **Posted:** 2026-11-21 09:30 UTC\n"
    ));
    assert_eq!(entry(&files).cards.len(), 2);
}

#[test]
fn yesterdays_blockers_carry_over_until_they_are_gone() {
    let yesterday = "# Standup 2026-11-20 — Robin\n\n- **Posted:** 2026-11-20 15:20 UTC\n\n\
                     ## Base\n\n- **Status:** Blocked: rain\n- **Blockers:**\n  - Rain\n  \
                     - 0002 Buy wood: blocked\n  - 2026 money is not signed\n";
    let before = yesterday.replace("11-20", "11-19");
    let mut files = files();
    files.push(paper("2026-11-19", "robin", &before));
    files.push(paper("2026-11-20", "robin", yesterday));
    files.push(paper("2026-11-20", "bo", "# Standup 2026-11-20 — Bo\n"));
    let plan = Plan::read(files);
    let standup = standup(&plan, "Robin");
    let day = standup.day(today());
    let card = &day.cards[0];
    // Step 0002 is no longer blocked; what was blocked stays so.
    assert_eq!(
        card.card.blockers,
        [
            "Rain",
            "2026 money is not signed",
            "0003 Cut over (ops): waits for 0002 (grc); Board agrees"
        ]
    );
    let since = "2026-11-19".parse().ok();
    assert_eq!(card.since, [since, since, None]);
    assert_eq!(card.card.status, Some(Health::Blocked));
    assert_eq!(
        (card.posted, &*day.missing),
        (false, &["Bo".to_owned()][..])
    );
    // Since 15:20 yesterday.
    assert_eq!(card.card.done, ["0001 Lay stone"]);
    let thread = standup.thread_of_stage("Base");
    assert_eq!(thread.len(), 2);
    assert!(thread[0].late && thread[0].card.said == "Blocked: rain");
    let said: Vec<NaiveDate> = (standup.thread_of_person("robin").iter())
        .map(|said| said.date)
        .collect();
    assert_eq!(
        said,
        [today().pred_opt().unwrap(), "2026-11-19".parse().unwrap()]
    );
    let earlier = standup.neighbour(today(), false).unwrap();
    assert_eq!(earlier.to_string(), "2026-11-20");
    assert_eq!(standup.neighbour(earlier, true), Some(today()));
    assert_eq!(standup.neighbour(today(), true), None);
    let past = standup.day(earlier);
    assert_eq!((past.cards.len(), past.others().count()), (1, 1));
}

#[test]
fn what_was_added_to_the_plans_words_carries_over_with_them() {
    let words = "0003 Cut over (ops): waits for 0002 (grc); Board agrees";
    for (carried, suggested) in [
        (format!("{words}, on Monday"), format!("{words}, on Monday")),
        (
            "0003 Cut over (ops): waits for 0007".to_owned(),
            words.to_owned(),
        ),
    ] {
        let text = format!(
            "# Standup 2026-11-20 — Robin\n\n## Base\n\n- **Status:** no change\n\
             - **Blockers:** {carried}\n"
        );
        let mut files = files();
        files.push(paper("2026-11-20", "robin", &text));
        let plan = Plan::read(files);
        let day = standup(&plan, "Robin").day(today());
        assert_eq!(day.cards[0].card.blockers, [suggested]);
    }
}

#[test]
fn what_became_complete_after_posting_is_offered() {
    let files = post(&files(), "Robin", "Base", &[CardRequest::Post]);
    let log = LOG.replace(
        r#""draft","updated_at":"2026-11-20T16:00:00Z""#,
        r#""complete","updated_at":"2026-11-21T09:30:30Z""#,
    );
    let mut files = files;
    files[0] = SourceFile::load("plan.jsonl", Role::Log, log.into_bytes());
    let plan = Plan::read(files);
    assert_eq!(
        standup(&plan, "robin").day(today()).cards[0].fresh,
        ["0002 Buy wood"]
    );
}

#[test]
fn an_owner_is_told_of_their_own_steps() {
    let plan = Plan::read(files());
    let done = |person| {
        standup(&plan, person).day(today()).cards[0]
            .card
            .done
            .clone()
    };
    assert_eq!(done("Ops"), ["0001 Lay stone"]);
    assert_eq!(done("GRC"), Vec::<String>::new());
    assert_eq!(done("Anyone else"), ["0001 Lay stone"]);
}

#[test]
fn only_today_is_written_and_only_what_the_plan_has() {
    let plan = Plan::read(files());
    let standup = standup(&plan, "Robin");
    let refused = |date: NaiveDate, stage: &str, wish: CardRequest| {
        standup.post(date, stage, &[wish]).unwrap_err().to_string()
    };
    let yesterday = today().pred_opt().unwrap();
    assert!(refused(yesterday, "Base", CardRequest::Post).contains("is over"));
    let tomorrow = today().succ_opt().unwrap();
    assert!(refused(tomorrow, "Base", CardRequest::Post).contains("not started"));
    assert!(refused(today(), "Sky", CardRequest::Post).contains("no stage “Sky”"));
    let spaced = CardRequest::Add(CardPart::Evidence, "a b".to_owned());
    assert!(refused(today(), "Base", spaced).contains("no spaces"));
    let empty = CardRequest::Add(CardPart::Blockers, " ".to_owned());
    assert!(refused(today(), "Base", empty).contains("cannot be empty"));
}

#[test]
fn late_is_at_the_deadline_or_behind_it() {
    let plan = Plan::read(files());
    for (now, late) in [
        ("2026-11-21T14:59:59Z", false),
        ("2026-11-21T15:00:00Z", true),
        ("2026-11-21T15:00:40Z", true),
    ] {
        let standup = Standup {
            now: at(now),
            ..standup(&plan, "Robin")
        };
        let change = standup.post(today(), "Base", &[CardRequest::Post]).unwrap();
        assert_eq!(entry(&made(&files(), &change)).is_late(), late, "{now}");
    }
}

#[test]
fn a_file_name_is_safe_for_any_name() {
    for (name, file) in [
        ("Robin", "robin"),
        ("  Ann-Marie  O'Neil ", "ann-marie-o-neil"),
        ("Zoë Ångström", "zoe-angstrom"),
        ("李雷", "李雷"),
        ("../../etc/passwd", "etc-passwd"),
        ("C:\\con", "c-con"),
        ("?!", "u3f-u21"),
        ("", "someone"),
    ] {
        assert_eq!(slug(name), file);
    }
}

proptest! {
    #[test]
    fn any_name_makes_one_file_in_the_days_folder(name in "\\PC{0,90}|[^a]{0,12}") {
        let slug = slug(&name);
        prop_assert!(!slug.is_empty() && slug.chars().count() <= 80, "{slug}");
        prop_assert!(slug.chars().all(|c| c.is_alphanumeric() || c == '-'), "{slug}");
        let path = Path::new("day").join(format!("{slug}.md"));
        prop_assert_eq!(path.components().count(), 2);
        prop_assert_eq!(super::slug(&slug), slug);
    }

    /// What a person says is what the paper says, whatever they type.
    #[test]
    fn a_paper_reads_back(
        person in "\\PC{0,12}",
        blockers in prop::collection::vec("[ -~ä*_`<>\\[\\]#|—]{0,16}|\\PC{0,12}", 0..4),
        links in prop::collection::vec("https://[!-~]{1,12}|[!-~]{1,12}", 0..3),
    ) {
        let mut now = files();
        let wishes = blockers.iter().map(|text| CardRequest::Add(CardPart::Blockers, text.clone()));
        let links = links.iter().map(|link| CardRequest::Add(CardPart::Evidence, link.clone()));
        let mut said = None;
        for wish in wishes.chain(links) {
            let plan = Plan::read(now.clone());
            let Ok(change) = standup(&plan, &person).post(today(), "Reach", std::slice::from_ref(&wish)) else {
                // Refused, not written wrongly.
                continue;
            };
            now = made(&now, &change);
            let entry = entry(&now);
            prop_assert_eq!(&entry.person, &person_name(&person));
            let CardRequest::Add(part, text) = wish else { unreachable!() };
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            prop_assert!(entry.cards[0].part(part).contains(&text), "{text}");
            said = Some(entry);
        }
        if let Some(entry) = said {
            prop_assert_eq!(entry.cards.len(), 1);
        }
    }

    /// Whatever is edited, every line that people wrote by hand stays, in its order, and
    /// undo restores the paper to the last byte.
    #[test]
    fn hand_written_words_survive_every_edit(
        spots in prop::collection::vec((0usize..40, 0usize..HAND.len()), 0..6),
        deeds in prop::collection::vec((0u8..7, 0usize..3), 1..6),
        crlf: bool,
    ) {
        let mut lines: Vec<String> = START.lines().map(str::to_owned).collect();
        for (at, words) in spots {
            let at = 3 + at % (lines.len() - 3);
            for (behind, line) in HAND[words].lines().enumerate() {
                lines.insert(at + behind, line.to_owned());
            }
        }
        let newline = if crlf { "\r\n" } else { "\n" };
        let whole = lines.join(newline) + newline;
        let mut now = files();
        now.push(paper("2026-11-21", "robin", &whole));
        for (deed, nth) in deeds {
            let entry = entry(&now);
            let Some(card) = entry.card("Base") else { continue };
            // An entry that hand-written words run on is theirs to change.
            let own = |text: &&String| !text.contains("by hand");
            let old = |part| card.part(part).get(nth).filter(own).cloned().unwrap_or_default();
            let wish = match deed {
                0 => CardRequest::Status(Health::ALL[nth]),
                1 => CardRequest::Add(CardPart::Blockers, format!("New {nth}")),
                2 => CardRequest::Add(CardPart::Evidence, format!("https://example.org/{nth}")),
                3 => CardRequest::Change { part: CardPart::Blockers, old: old(CardPart::Blockers), new: "Other".into() },
                4 => CardRequest::Change { part: CardPart::Done, old: old(CardPart::Done), new: "Other".into() },
                5 => CardRequest::Change { part: CardPart::Blockers, old: old(CardPart::Blockers), new: String::new() },
                _ => CardRequest::Add(CardPart::Done, format!("0009 Thing {nth}")),
            };
            let plan = Plan::read(now.clone());
            let stage = if nth == 2 { "Reach" } else { "Base" };
            let Ok(change) = standup(&plan, "Robin").post(today(), stage, &[wish]) else {
                continue;
            };
            let before = text(&now);
            now = made(&now, &change);
            let after = text(&now);
            let by_hand = |text: &str| -> Vec<String> {
                let lines = text.lines().filter(|line| line.contains("by hand"));
                // What was behind a label may become the first entry below it.
                lines.map(|line| line.trim_start_matches([' ', '-']).to_owned()).collect()
            };
            prop_assert_eq!(by_hand(&before), by_hand(&after));
            let mut back = now.clone();
            apply::change(&change.inverse(), &mut back).unwrap();
            prop_assert_eq!(text(&back), before);
        }
    }
}

const START: &str = "\
# Standup 2026-11-21 — Robin

- **Posted:** 2026-11-21 09:00 UTC

## Base

- **Status:** at risk
- **Blockers:**
  - Rain
  - Snow
- **Done:** 0001 Lay stone
- **Posted:** 2026-11-21 09:00 UTC
";

/// Lines that people put into papers, blank ones included.
const HAND: [&str; 7] = [
    "\nA thought by hand.\n",
    "- a bullet by hand",
    "    more by hand",
    "> quoted by hand",
    "\n### Notes by hand\n",
    "<!-- by hand -->",
    "\n```\n- **Note:** by hand\n```\n",
];

#[test]
fn whoever_is_in_the_table_is_missing_until_they_post_under_any_of_their_names() {
    let table = "# Team\n\n| Person | Team | Git name | Mail | Login | Steward |\n\
        | --- | --- | --- | --- | --- | --- |\n\
        | Ada Byron | One | Countess | <ada@example.org> | @ada | 2026-W47 |\n\
        | Zoë | Two | | | zz | W48 |\n| Robin | Two | | | | |\n";
    let mut files = files();
    files.push(SourceFile::load(
        "team.md",
        Role::Canon,
        table.as_bytes().to_vec(),
    ));
    files.push(paper("2026-11-18", "bo", "# Standup — Bo\n"));
    files.push(paper("2026-11-18", "zoe", "# Standup — Zoë\n"));
    let missing = |more: &[SourceFile]| {
        let plan = Plan::read([&files, more].concat());
        let day = standup(&plan, "robin").day(today());
        assert_eq!(day.stewards, ["Ada Byron"]);
        day.missing.join(", ")
    };
    assert_eq!(missing(&[]), "Ada Byron, Bo, Zoë");
    for (file, title) in [
        ("countess", "# Standup — Countess\n"),
        ("ada", "# Standup — ada\n"),
        ("ada-example-org", "# By mail\n"),
        ("Ada Byron", "# By hand\n"),
        ("x", "# Standup 2026-11-21 — Ada Byron\n"),
    ] {
        let posted = [paper("2026-11-21", file, title)];
        assert_eq!(missing(&posted), "Bo, Zoë", "{file}");
    }
    let plan = Plan::read(files);
    let is_expected = |person| standup(&plan, person).is_expected(today());
    assert!(is_expected("Countess") && is_expected("Bo") && is_expected("zz"));
    assert!(!is_expected("Cy"));
}

/// "For 14 days", however long it had stood, and "for 21" in the register.
#[test]
fn a_blocker_stands_since_the_first_day_of_its_row_however_long_ago() {
    let text = |blocker: &str| {
        format!(
            "# Standup\n\n## Base\n\n- **Status:** blocked\n- **Blockers:** {blocker}\n\
             - **Posted:** 2026-01-01 09:00 UTC\n"
        )
    };
    let mut files = files();
    // A standup a week since February, the first with another blocker.
    let days: Vec<NaiveDate> = (1..=42)
        .map(|weeks| days_before(today(), 7 * weeks))
        .collect();
    let first = days.len() - 1;
    for (at, day) in days.iter().enumerate() {
        let blocker = if at == first { "Snow" } else { "Rain" };
        files.push(paper(&day.to_string(), "ada", &text(blocker)));
    }
    let plan = Plan::read(files);
    let standup = standup(&plan, "Ada");
    let standing = standup.standing(today(), 3);
    let told = standing.iter().map(|standing| {
        let days = (today() - days[first - 1]).num_days();
        assert_eq!(standing.days, days);
        (&*standing.blocker, standing.since, standing.cards)
    });
    assert_eq!(told.collect::<Vec<_>>(), [("Rain", days[first - 1], first)]);
    let day = standup.day(days[0]);
    assert_eq!(day.cards[0].since, [Some(days[first - 1])]);
}
