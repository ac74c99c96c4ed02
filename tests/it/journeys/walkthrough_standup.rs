//! The walkthrough of the standup: each key of a real run with the real screen behind it, so
//! that it cannot go stale. `STEPDECK_BLESS=1 cargo test --test it journeys::walkthrough_standup` writes it.

use std::fs;
use std::path::Path;

use crate::support::desk::Desk;
use crate::support::fixture::{CANON, DOCUMENT, LINES, LOG};

const PAGE: &str = "docs/walkthrough/standup.md";

/// What was said on the day before.
const EARLIER: [(&str, &str); 2] = [
    (
        "docs/standups/2026-11-20/robin.md",
        "# Standup 2026-11-20 — Robin\n\n- **Posted:** 2026-11-20 13:05 UTC\n\n## Ground\n\n\
         - **Status:** at risk\n- **Blockers:**\n  - The vendor is silent\n\
         - **Posted:** 2026-11-20 13:05 UTC\n",
    ),
    (
        "docs/standups/2026-11-20/ann-lee.md",
        "# Standup 2026-11-20 — Ann Lee\n\n- **Posted:** 2026-11-20 15:10 UTC\n\n## Ground\n\n\
         - **Status:** on track\n- **Blockers:** none\n- **Posted:** 2026-11-20 15:10 UTC\n",
    ),
];

/// What Ann says while Robin's screen is open.
const ANN: &str = "# Standup 2026-11-21 — Ann Lee\n\n- **Posted:** 2026-11-21 09:30 UTC\n\n\
                   ## Ground\n\n- **Status:** on track\n- **Blockers:** none\n- **Evidence:**\n  \
                   - <https://wiki.example.org/rollback>\n- **Posted:** 2026-11-21 09:30 UTC\n";

const INTRODUCTION: &str = "\
# The async standup, key by key

Once a day, before 15:00 UTC, a team says how each stage of the ladder is doing. Everybody has
their own paper, one file per person per day under `docs/standups/`, so nobody's git merge
conflicts. This page is a real run at 80×24, drawn by the program itself in a test: it is
09:30 UTC on a Saturday, and Robin's clock is an hour ahead.

Start it with `stepdeck`, or with `stepdeck --as Robin` where git does not know your name.
";

/// The keys, what they are for, and what the screen has to show afterwards.
const STEPS: [(&str, &str, &str); 11] = [
    (
        "4",
        "opens the standup. One card per stage, the current one first. Nothing is written yet: \
         the cards are suggested from yesterday's blockers and from the plan. The title counts \
         down to the deadline.",
        "x posts it as it is",
    ),
    (
        "e",
        "lists what the card holds: letters add, numbers change what is there.",
        "Edit Ground",
    ),
    (
        "1<C-u>The vendor answers on Monday<Enter>",
        "updates yesterday's blocker. This first edit posts the card, and creates today's \
         paper. (An empty text removes an entry.)",
        "Ground: posted, at risk",
    ),
    (
        "s",
        "sets the status: a letter is enough.",
        "Status of Ground",
    ),
    ("t", "it is on track after all.", "Ground: on track"),
    (
        "ahttps://wiki.example.org/drill<Enter>",
        "adds a link to evidence to the card.",
        "a attaches the evidence to a check",
    ),
    (
        "a",
        "pressed again, attaches it: which check of the stage does it prove?",
        "Attach https://wiki.example.org/drill to",
    ),
    (
        "1",
        "picks the first one. The link goes to the roadmap, under the stage's heading.",
        "evidence: https://wiki.example.org/drill",
    ),
    (
        "<Tab>",
        "switches to the others. Ann has posted in the meantime. (On a screen of 120 columns \
         the others are always beside the cards.)",
        "https://wiki.example.org/rollback",
    ),
    (
        "<Enter>",
        "follows Ann from day to day; on a card it follows the stage. `Esc` goes back.",
        "Thread  Ann Lee",
    ),
    (
        "<Esc><Tab>,",
        "goes back to the cards and to the previous day, which is read-only; `.` goes forward. \
         `Y` copies a whole day as one text.",
        "posted 13:05 UTC, in time",
    ),
];

/// Keys as people write them.
fn spelled(keys: &str) -> String {
    let mut spelled: Vec<String> = Vec::new();
    let mut typed = String::new();
    let mut rest = keys;
    let names = [
        ("<C-u>", "Ctrl-u"),
        ("<Enter>", "Enter"),
        ("<Tab>", "Tab"),
        ("<Esc>", "Esc"),
    ];
    while let Some(c) = rest.chars().next() {
        if let Some((name, word)) = names.iter().find(|(name, _)| rest.starts_with(name)) {
            spelled.extend((!typed.is_empty()).then(|| format!("`{typed}`")));
            typed.clear();
            spelled.push(format!("`{word}`"));
            rest = &rest[name.len()..];
            continue;
        }
        // The first key is a command, what follows in a field is text.
        if spelled.is_empty() && typed.is_empty() {
            spelled.push(format!("`{c}`"));
        } else {
            typed.push(c);
        }
        rest = &rest[c.len_utf8()..];
    }
    spelled.extend((!typed.is_empty()).then(|| format!("`{typed}`")));
    spelled.join(" ")
}

fn page() -> String {
    let roadmap = [("docs/ROADMAP.md", "# Roadmap\n\n## Ground\n\nSoon.\n")];
    let row = "Review with ≥95% checklist completion |\n";
    let two = DOCUMENT.replace(
        row,
        &format!("{row}| Summit | Later | The flag stands | Review |\n"),
    );
    let canon = format!("{two}\n### Summit\n\n- The flag stands.\n");
    let plan = [(LOG, LINES), (CANON, canon.as_str())];
    let files: Vec<(&str, &str)> = plan.into_iter().chain(roadmap).chain(EARLIER).collect();
    let mut desk = Desk::open(&files);
    let mut page = INTRODUCTION.to_owned();
    for (keys, text, shows) in STEPS {
        if keys == "<Tab>" {
            let folder = desk.folder().join("docs/standups/2026-11-21");
            fs::create_dir_all(&folder).unwrap();
            desk.write_outside("docs/standups/2026-11-21/ann-lee.md", ANN);
            desk.wait_for("Ann Lee  on track");
        }
        desk.keys(keys);
        desk.wait_for(shows);
        page += &format!(
            "\n{} {text}\n\n```text\n{}```\n",
            spelled(keys),
            desk.screen()
        );
    }
    desk.keys(".");
    page += "\n## The paper\n\nThis is what the run left in `docs/standups/2026-11-21/robin.md`. \
             Write what you like between the bullets; every edit keeps it, and `u` undoes each \
             edit, on disk too.\n\n";
    page += &format!(
        "```markdown\n{}```\n",
        desk.file("docs/standups/2026-11-21/robin.md")
    );
    page += "\n## From scripts\n\n```sh\nstepdeck standup post Ground --status on-track --blocker \
             'No room for the drill'\nstepdeck standup              # the day as one text\n\
             stepdeck standup --slack      # the same in Slack format\nstepdeck standup --date \
             2026-11-20 --person 'Ann Lee' --json\n```\n";
    page
}

#[test]
fn the_walkthrough_is_what_the_program_shows() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    let page = page();
    if fs::read_to_string(&path).ok().as_deref() == Some(&page) {
        return;
    }
    assert!(
        std::env::var_os("STEPDECK_BLESS").is_some(),
        "{PAGE} is stale: STEPDECK_BLESS=1 cargo test --test it journeys::walkthrough_standup"
    );
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, page).unwrap();
}
