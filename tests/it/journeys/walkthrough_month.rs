//! The walkthrough of a steward's month: every ritual on the bundled plan, each key of a real run with
//! the real screen behind it. `STEPDECK_BLESS=1 cargo test --test it journeys::walkthrough_month` writes it.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::support::desk::Desk;

const PAGE: &str = "docs/walkthrough/month.md";
const REFRESH: &str = "STEPDECK_BLESS=1 cargo test --test it journeys::walkthrough_month";

/// Keys, what they are for, and what must be on the screen afterwards.
type Stretch = (&'static str, &'static str, &'static str);

/// A day of the month: when, what it is about, and what the steward does.
struct Day {
    now: &'static str,
    title: &'static str,
    why: &'static str,
    stretches: &'static [Stretch],
}

const DAYS: [Day; 8] = [
    Day {
        now: "2026-12-07T09:00:00Z",
        title: "Monday 7 December: what is due",
        why: "Robin is steward this month and opens the plan with `stepdeck`.",
        stretches: &[(
            "0",
            "Today is the first screen: your own steps, the rituals with what is due, the gate with its \
             nearest open check. `Enter` jumps to whatever a line is about.",
            "Weekly review",
        )],
    },
    Day {
        now: "2026-12-08T12:30:00Z",
        title: "Tuesday 8 December: the standup",
        why: "Everybody says before 15:00 UTC how each stage is doing. It takes Robin a minute.",
        stretches: &[
            (
                "4",
                "One card a stage, suggested from what is blocked in the plan. Nothing is written yet.",
                "Groundwork",
            ),
            (
                "x",
                "The first card is right as it is, and is posted.",
                "posted",
            ),
        ],
    },
    Day {
        now: "2026-12-11T14:00:00Z",
        title: "Friday 11 December: the weekly review",
        why: "The steward goes through the proposals and commits to the next ten.",
        stretches: &[
            (
                "3",
                "Proposals first. In the first review of a plan these are all ideas and drafts, the oldest first.",
                "Proposals",
            ),
            (
                "++",
                "Two are accepted. The others may wait until next week.",
                "accepted",
            ),
            (
                "<Tab><Tab>",
                "Dependencies that wait for blocked steps are known, so on to the next ten. They are ranked: what \
                 unblocks most comes first.",
                "Next ten",
            ),
            (
                "xx",
                "Two were done this week and nobody had said so.",
                "complete",
            ),
            ("+++++", "Five are enough before the holidays.", "5/10"),
            (
                "F",
                "The review is finished, and its record is in `data/reviews`.",
                "finished",
            ),
        ],
    },
    Day {
        now: "2026-12-11T15:30:00Z",
        title: "The same afternoon: demo and scorecard",
        why: "Both papers are on screen 9. What the plan can count, stepdeck writes; the rest is yours.",
        stretches: &[
            (
                "9",
                "Every kind of paper, with what is due and the newest of each.",
                "Papers",
            ),
            (
                "{Demos}F",
                "`F` on the row of the demos makes the paper that is due and shows it first: what was \
                 completed since the last one, what lacks evidence at the top.",
                "One u undoes it all.",
            ),
            (
                "y",
                "It is a file now, with room for feedback and actions.",
                "✓ Demo",
            ),
            (
                "{Scorecards}F",
                "The scorecard: the plan's own indicators are filled in, the others wait for a value \
                 under “Values and notes”.",
                "One u undoes it all.",
            ),
            (
                "y",
                "`E` would open it in `$EDITOR` for the values.",
                "✓ Scorecard",
            ),
        ],
    },
    Day {
        now: "2026-12-18T10:00:00Z",
        title: "Friday 18 December: the gate review",
        why: "Groundwork is read against its criteria. Half of the people of the matrix are in the room.",
        stretches: &[
            (
                "2P",
                "The packet is created with nothing decided.",
                "Gate review: Groundwork",
            ),
            ("x", "The first criterion is met.", "criterion 1: met"),
            (
                "jx",
                "So is the second: October closed in three days.",
                "criterion 2: met",
            ),
            ("<Tab>x", "The first person signs.", "signed"),
            (
                "sg",
                "Checks are still open, so a go needs a waiver: its field opens.",
                "Waiver: why the gate may be passed",
            ),
            (
                "The drill is repeated by 29 January<Enter>",
                "It is written with name and date, and the decision goes on: passing asks first, and says what \
                 follows.",
                "Pass the gate of Groundwork",
            ),
            (
                "y",
                "The stage is passed.",
                "Pilot Towns is now the current stage",
            ),
        ],
    },
    Day {
        now: "2026-12-21T09:30:00Z",
        title: "Monday 21 December: the checkpoint",
        why: "Once a month each thousand steps that moved gets a section in its paper.",
        stretches: &[
            (
                "9{Checkpoints}F",
                "Objectives block by block, indicators, risks, effort and cost against plan, and the \
                 burn-up as a chart. November's section stays as it is.",
                "One u undoes it all.",
            ),
            (
                "y",
                "Paper and chart are written in one change.",
                "✓ Checkpoint",
            ),
        ],
    },
    Day {
        now: "2026-12-22T16:00:00Z",
        title: "Tuesday 22 December: the retrospective",
        why: "The gate is passed, and those who worked for it say what they would do again.",
        stretches: &[
            (
                "9{Retrospectives}F",
                "What the history says stands there: the reviews of the gate, reopened steps, forecasts \
                 that missed.",
                "One u undoes it all.",
            ),
            (
                "y",
                "Keep, change and actions are for the people in the room. Once actions are written, `F` \
                 on the paper proposes them as steps.",
                "✓ Retrospective",
            ),
        ],
    },
    Day {
        now: "2027-01-04T09:30:00Z",
        title: "Monday 4 January: the quarter",
        why: "The new quarter begins with the stage that is current now.",
        stretches: &[
            (
                "9{Quarter plans}F",
                "What became of each block, the stage in focus, and what rolls forward from the last plan. \
                 The roadmap links the plan in the same change.",
                "One u undoes it all.",
            ),
            (
                "y",
                "Each owner of the stage acknowledges it in a line of their own.",
                "✓ Plan",
            ),
            ("0", "And Today says what comes next.", "Quarter"),
        ],
    },
];

/// Presses keys; `{Demos}` goes to the row of a kind of paper on screen 9.
fn press(desk: &mut Desk, keys: &str) {
    let Some((before, rest)) = keys.split_once('{') else {
        desk.keys(keys);
        return;
    };
    let (kind, after) = rest.split_once('}').unwrap();
    desk.keys(before);
    desk.wait_for("stepdeck › Papers");
    desk.keys("g");
    let is_there = |desk: &Desk| {
        let screen = desk.screen();
        screen
            .lines()
            .next()
            .unwrap()
            .contains(&format!("› {kind}"))
    };
    for _ in 0..60 {
        if is_there(desk) {
            desk.keys(after);
            return;
        }
        desk.keys("j");
    }
    panic!("no {kind}\n{}", desk.screen());
}

/// Keys as people write them.
fn spelled(keys: &str) -> String {
    let mut spelled: Vec<String> = Vec::new();
    let mut rest = keys;
    while let Some(c) = rest.chars().next() {
        let named = [('<', '>'), ('{', '}')]
            .into_iter()
            .find(|(open, _)| *open == c);
        if let Some((open, close)) = named {
            let end = rest.find(close).unwrap();
            let name = &rest[1..end];
            spelled.push(match open {
                '{' => format!("down to *{name}*"),
                _ => format!("`{name}`"),
            });
            rest = &rest[end + 1..];
            continue;
        }
        let typed = rest.split(['<', '{']).next().unwrap();
        // What follows `e` is the text of a field.
        match typed.strip_prefix('e').filter(|text| !text.is_empty()) {
            Some(text) => spelled.extend(["`e`".to_owned(), format!("`{text}`")]),
            None => spelled.extend(typed.chars().map(|key| format!("`{key}`"))),
        }
        rest = &rest[typed.len()..];
    }
    spelled.join(" ")
}

fn page() -> String {
    let mut page = format!(
        "<!-- Made from a real run; refresh it with `{REFRESH}`. -->\n\n# A month of a steward's life\n\n\
         Every ritual once, on the plan that comes with stepdeck: each key with the screen after it. All of it is \
         saved as it\nhappens, each paper is one change that `u` undoes, and nothing is lost if the terminal dies in \
         between.\n"
    );
    let mut desk = Desk::bundled(80, 24);
    for day in &DAYS {
        desk = desk.reopen_at(day.now);
        let _ = write!(page, "\n## {}\n\n{}\n", day.title, day.why);
        for (keys, why, seen) in day.stretches {
            press(&mut desk, keys);
            desk.wait_for(seen);
            desk.settle();
            let screen = desk.screen();
            let _ = write!(page, "\n{}: {why}\n\n```text\n{screen}```\n", spelled(keys));
        }
    }
    page += "\n## What the month left\n\n";
    for (path, what) in [
        ("data/standups/2026-12-08/robin.md", "the standup"),
        (
            "data/reviews/2026-W50.md",
            "the record of the weekly review",
        ),
        ("data/demos/2026-12-11.md", "the demo"),
        ("data/scorecards/2026-W50.md", "the scorecard"),
        (
            "data/milestone-reviews/groundwork/20261218/review.md",
            "the packet of the gate",
        ),
        (
            "data/checkpoints/CP01.md",
            "the checkpoint, with a section for December",
        ),
        (
            "data/retrospectives/groundwork-2026-12-22.md",
            "the retrospective",
        ),
        ("data/planning/2027-Q1.md", "the plan of the quarter"),
    ] {
        assert!(desk.folder().join(path).is_file(), "{path}");
        let _ = writeln!(page, "- `{path}`: {what}");
    }
    page += "\nEach can be written from a script as well, such as `stepdeck report demo --write`; `stepdeck papers` \
             lists them.\n";
    page
}

#[test]
fn the_walkthrough_is_a_real_month() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    let page = page();
    if fs::read_to_string(&path).ok().as_deref() == Some(&page) {
        return;
    }
    assert!(
        std::env::var_os("STEPDECK_BLESS").is_some(),
        "{PAGE} is stale: {REFRESH}"
    );
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, page).unwrap();
}
