//! The walkthrough of the weekly review: each key of a real run with the real screen behind it, so
//! that it cannot go stale. `STEPDECK_BLESS=1 cargo test --test it journeys::walkthrough_review` writes it.

use std::fs;
use std::path::Path;

use crate::support::desk::Desk;
use crate::support::review::{LAST, LAST_PAPER, LOG, PAPER, log};

/// One stretch of the walkthrough: what to do, the keys for it, and why.
const STRETCHES: [(&str, &str, &str); 12] = [
    (
        "`3` opens the weekly review.",
        "3",
        "The line at the top shows the three parts and how far each is. The list has the ideas \
         and drafts that are new or changed since the last review, with the selected one below.",
    ),
    (
        "`+` accepts the first proposal.",
        "+",
        "It is already a draft and stays one; an idea would become a draft. The record has been \
         started, and the cursor is on the next proposal.",
    ),
    (
        "`r` rejects the second one. It asks why.",
        "rThe auditors ask us",
        "The reason goes into the record and into the step's notes.",
    ),
    (
        "`Enter` saves that, and `-` defers the third one.",
        "<Enter>-",
        "It comes back in the next review. All proposals are decided.",
    ),
    (
        "`Tab` continues with the dependencies, and `f` fixes the first.",
        "<Tab>f",
        "Missing ones come first. A menu offers what can be done.",
    ),
    (
        "`d` drops it, and `-` leaves the next two as they are.",
        "d--",
        "`Enter` would go to the step, to fix it by hand there.",
    ),
    (
        "`Tab` continues with the next ten.",
        "<Tab>",
        "The ready steps in the order of the ranking. `↻` marks what was among last week's ten.",
    ),
    (
        "`w` shows the score of the first one, term by term.",
        "w",
        "Any key closes it.",
    ),
    (
        "`Enter` closes that; `+` commits to the first three.",
        "<Enter>+++",
        "The number on the left is the position among the ten.",
    ),
    (
        "`-` defers a step, with a reason; `x` completes the one below.",
        "-no room this week<Enter>x",
        "The cursor moves on each time.",
    ),
    (
        "`g` goes to the top, `J` moves the first step down.",
        "gJ",
        "Only the ten can be reordered.",
    ),
    (
        "`F` finishes the review.",
        "F",
        "The record says when it was held, what is left, and what became of last week's ten. \
         `u` would undo it, one decision at a time.",
    ),
];

#[test]
fn the_walkthrough_is_a_real_run() {
    let mut desk = Desk::sized(&[(LOG, &log()), (LAST_PAPER, LAST)], 80, 24);
    let mut text = "<!-- Made from a real run; refresh it with `STEPDECK_BLESS=1 cargo test --test it journeys::walkthrough_review`. -->\n\n# The weekly review, key by key\n\nThe steward opens the plan with `stepdeck` and walks through three parts: proposals,\ndependencies, the next ten. Every decision is saved when it is made, so `q` leaves at any point\nand `3` continues from there.\n".to_owned();
    for (what, keys, why) in STRETCHES {
        desk.keys(keys);
        text += &format!("\n## {what}\n\n```text\n{}```\n\n{why}\n", desk.screen());
    }
    text += &format!(
        "\n## The paper\n\n`{PAPER}` reads:\n\n````markdown\n{}````\n",
        desk.file(PAPER)
    );
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/walkthrough/review.md");
    if fs::read_to_string(&path).ok().as_deref() == Some(&text) {
        return;
    }
    assert!(
        std::env::var_os("STEPDECK_BLESS").is_some(),
        "docs/walkthrough/review.md is stale: STEPDECK_BLESS=1 cargo test --test it journeys::walkthrough_review"
    );
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}
