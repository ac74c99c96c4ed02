//! Screen 4: one's own cards, the others' entries, threads, past days.

use crate::support::programme::FILES;
use crate::support::screen::{ascii, dark, draw, model, picture, press, reversed, text};
use ratatui::buffer::Buffer;
use stepdeck::app::{Message, Model, update};
use stepdeck::tui::theme::{Background, ColorDepth, Theme};

/// What was said on the days before, and by whom today. The screens' present is 2026-06-01,
/// 12:00 UTC.
const PAPERS: [(&str, &str); 4] = [
    (
        "docs/standups/2026-05-29/ada.md",
        "# Standup 2026-05-29 — Ada\n\n- **Posted:** 2026-05-29 15:20 UTC\n\n## Pilot\n\n\
         - **Status:** at risk\n- **Blockers:**\n  - The support rota has a gap on Fridays\n\
         - **Posted:** 2026-05-29 15:20 UTC\n",
    ),
    (
        "docs/standups/2026-05-29/cy.md",
        "# Standup 2026-05-29 — Cy\n\n- **Posted:** 2026-05-29 10:00 UTC\n\n## Pilot\n\n\
         - **Status:** on track\n- **Blockers:** none\n",
    ),
    (
        "docs/standups/2026-06-01/bo.md",
        "# Standup 2026-06-01 — Bo\n\n- **Posted:** 2026-06-01 09:12 UTC\n\n## Pilot\n\n\
         - **Status:** blocked\n- **Blockers:**\n  - 设计评审 waits for the vendor\u{1b}[31m\n\
         - **Evidence:**\n  - <https://wiki.example.org/pilot/dashboards>\n\n\
         ## Rollout\n\n- **Status:** no change\n- **Blockers:** none\n",
    ),
    (
        "docs/standups/2026-06-01/dee.md",
        "# Standup 2026-06-01 — Dee\n\n- **Posted:** 2026-06-01 11:40 UTC\n\n## Pilot\n\n\
         - **Status:** on track\n- **Blockers:** none\n- **Done:**\n  - 0001 Pick the pilot teams\n",
    ),
];

fn team() -> Model {
    let files: Vec<(&str, &str)> = FILES.into_iter().chain(PAPERS).collect();
    let mut model = model(&files);
    model.context.local_minutes = 120;
    press(&mut model, "4");
    model
}

fn shown(model: &Model, columns: u16, rows: u16) -> String {
    text(&draw(model, &dark(), columns, rows))
}

fn looked_at(buffer: Buffer, name: &str) -> String {
    picture(&buffer, name);
    text(&buffer)
}

#[test]
fn cards_and_others_stand_side_by_side_on_a_wide_screen() {
    let model = team();
    let screen = draw(&model, &dark(), 160, 48);
    insta::assert_snapshot!(looked_at(screen, "standup-wide"));
}

#[test]
fn the_selected_card_is_expanded_at_80_columns() {
    let mut model = team();
    let first = looked_at(draw(&model, &dark(), 80, 24), "standup");
    press(&mut model, "x j");
    insta::assert_snapshot!(first + &shown(&model, 80, 24));
}

#[test]
fn tab_turns_to_the_others() {
    let mut model = team();
    press(&mut model, "tab");
    insta::assert_snapshot!(looked_at(draw(&model, &dark(), 80, 24), "standup-others"));
}

#[test]
fn a_thread_follows_the_stage_or_the_person() {
    let mut model = team();
    press(&mut model, "enter");
    let stage = looked_at(draw(&model, &dark(), 80, 24), "standup-thread");
    press(&mut model, "G enter");
    insta::assert_snapshot!(stage + &shown(&model, 80, 24));
    press(&mut model, "esc");
    assert!(shown(&model, 80, 24).contains("Ada  Mon 2026-06-01"));
}

#[test]
fn past_days_are_read_and_not_edited() {
    let mut model = team();
    press(&mut model, ",");
    let before = shown(&model, 160, 24);
    press(&mut model, "s");
    let notice = model.notice.as_ref().unwrap().text.clone();
    assert_eq!(
        notice,
        "2026-05-29 is over and cannot be changed; use today's card"
    );
    press(&mut model, ",");
    let notice = model.notice.as_ref().unwrap().text.clone();
    assert_eq!(notice, "there is no earlier standup");
    press(&mut model, ".");
    assert!(shown(&model, 80, 24).contains("Mon 2026-06-01"));
    insta::assert_snapshot!(before);
}

#[test]
fn the_title_counts_down_and_then_says_late() {
    let mut model = team();
    for (now, title) in [
        ("2026-06-01T12:00:00Z", "3 h to 15:00 UTC (17:00 here)"),
        ("2026-06-01T14:31:20Z", "29 min to 15:00 UTC (17:00 here)"),
        (
            "2026-06-01T15:20:00Z",
            "late: 15:00 UTC (17:00 here) was 20 min ago",
        ),
    ] {
        update(&mut model, Message::Clock(now.parse().unwrap()));
        let screen = shown(&model, 80, 24);
        assert!(screen.contains(title), "{title}\n{screen}");
    }
    press(&mut model, "x");
    let screen = shown(&model, 80, 24);
    assert!(screen.contains("posted 15:20 UTC, late"), "{screen}");
    update(
        &mut model,
        Message::Clock("2026-06-02T00:00:10Z".parse().unwrap()),
    );
    let screen = shown(&model, 80, 24);
    assert!(screen.contains("Tue 2026-06-02  0/2 posted"), "{screen}");
    assert!(screen.contains("(since Fri 05-29)"), "{screen}");
}

#[test]
fn the_cards_menu_and_fields_are_those_of_every_screen() {
    let mut model = team();
    press(&mut model, "e");
    let menu = looked_at(draw(&model, &dark(), 80, 24), "standup-menu");
    press(&mut model, "esc s");
    insta::assert_snapshot!(menu + &shown(&model, 80, 24));
}

#[test]
fn ascii_without_colour_tells_everything() {
    let model = team();
    let screen = draw(&model, &ascii(), 80, 24);
    let shown = text(&screen);
    // What is not ASCII here is in a paper itself.
    let ours = |c: char| c.is_ascii() || "设计评审".contains(c);
    assert!(shown.chars().all(ours), "{shown}");
    insta::assert_snapshot!(shown + &reversed(&screen));
    let light = Theme::new(ColorDepth::TrueColor, Background::Light, false);
    picture(&draw(&model, &light, 160, 48), "standup-light");
}

#[test]
fn without_a_checklist_the_screen_says_what_to_write() {
    let mut model = model(&[FILES[0]]);
    press(&mut model, "4");
    insta::assert_snapshot!(shown(&model, 80, 24));
}

#[test]
fn no_size_makes_it_panic() {
    let mut model = team();
    for keys in ["x", "tab", "enter", "z"] {
        press(&mut model, keys);
        for (columns, rows) in [(1, 4), (12, 6), (40, 12), (79, 9), (121, 7), (300, 90)] {
            shown(&model, columns, rows);
        }
    }
}
