//! Screen 2: the ladder, the checklist of a stage, and its owners.

use crate::support::programme::{FILES, LOG};
use crate::support::screen::{
    ascii, check, dark, draw, draw_with, model, picture, press, reversed, text,
};
use stepdeck::app::core::message::Effect;
use stepdeck::app::{Message, update};
use stepdeck::tui::widgets::scroll::ScrollState;

#[test]
fn the_three_panes_stand_side_by_side_on_a_wide_screen() {
    let mut model = model(&FILES);
    press(&mut model, "2 j");
    let screen = draw(&model, &dark(), 160, 48);
    picture(&screen, "gates");
    insta::assert_snapshot!(text(&screen));
}

#[test]
fn ladder_and_checklist_fit_80_columns() {
    let mut model = model(&FILES);
    press(&mut model, "2 j");
    insta::assert_snapshot!(text(&draw(&model, &dark(), 80, 24)));
}

#[test]
fn the_owners_take_the_place_of_the_checklist() {
    let mut model = model(&FILES);
    press(&mut model, "2 tab j");
    insta::assert_snapshot!(text(&draw(&model, &dark(), 80, 24)));
}

#[test]
fn a_narrow_screen_shows_one_pane_at_a_time() {
    let mut model = model(&FILES);
    press(&mut model, "2");
    let mut screens = text(&draw(&model, &dark(), 50, 16));
    for _ in 0..2 {
        press(&mut model, "tab");
        screens += &text(&draw(&model, &dark(), 50, 16));
    }
    insta::assert_snapshot!(screens);
}

#[test]
fn a_zoomed_pane_fills_the_screen() {
    let mut model = model(&FILES);
    press(&mut model, "2 z");
    insta::assert_snapshot!(text(&draw(&model, &dark(), 100, 24)));
}

#[test]
fn ascii_without_colour_shows_standing_ticks_and_selection() {
    let mut model = model(&FILES);
    press(&mut model, "2 j");
    let screen = draw(&model, &ascii(), 80, 24);
    let shown = text(&screen);
    // What is not ASCII here is in the plan itself.
    assert!(
        shown
            .chars()
            .all(|c| c.is_ascii() || "≥设计评审".contains(c)),
        "{shown}"
    );
    insta::assert_snapshot!(shown + &reversed(&screen));
}

#[test]
fn ticking_moves_the_gauge_and_meets_the_bar() {
    let mut model = model(&FILES);
    check(&mut model);
    press(&mut model, "2 g j j x");
    let shown = text(&draw(&model, &dark(), 80, 24));
    assert!(shown.contains("bar of 75% met"), "{shown}");
    assert!(shown.contains("3 of 4 ticked"), "{shown}");
    assert!(shown.contains("1 of 2 met"), "{shown}");
    let said = |model: &stepdeck::app::Model| {
        let notice = model.notice.as_ref();
        notice.map_or_else(String::new, |notice| notice.text.clone())
    };
    assert!(
        said(&model).ends_with("· Pilot meets its bar"),
        "{}",
        said(&model)
    );
    press(&mut model, "k x");
    assert!(
        said(&model).ends_with("· Pilot falls below its bar"),
        "{}",
        said(&model)
    );
    press(&mut model, "x");
    assert!(
        said(&model).ends_with("· but 0002 is not complete"),
        "{}",
        said(&model)
    );
    press(&mut model, "u u u");
    let shown = text(&draw(&model, &dark(), 80, 24));
    assert!(shown.contains("1 more to reach 75%"), "{shown}");
}

#[test]
fn the_checklist_scrolls_with_the_cursor() {
    let mut canon = String::from("# Readiness Checklists\n\n## Only\n\n");
    for number in 1..=40 {
        canon += &format!("- Check number {number} of many\n");
    }
    let mut model = model(&[("plan.jsonl", LOG), ("docs/plan.md", &canon)]);
    let mut sight = ScrollState::default();
    press(&mut model, "2");
    draw_with(&model, &dark(), (80, 24), &mut sight);
    assert!(sight.page > 10, "{}", sight.page);
    press(&mut model, "G");
    let shown = text(&draw_with(&model, &dark(), (80, 24), &mut sight));
    assert!(shown.contains("▌ [ ] Check number 40 of many"), "{shown}");
    press(&mut model, "g");
    let shown = text(&draw_with(&model, &dark(), (80, 24), &mut sight));
    assert!(shown.contains("▌ [ ] Check number 1 of many"), "{shown}");
    assert!(shown.contains("its gate asks for every check"), "{shown}");
}

#[test]
fn without_a_ladder_the_screen_says_what_to_write() {
    let mut model = model(&[("data/plans/programme.jsonl", LOG)]);
    press(&mut model, "2");
    insta::assert_snapshot!(text(&draw(&model, &dark(), 80, 24)));
}

#[test]
fn no_size_makes_it_panic() {
    let mut model = model(&FILES);
    press(&mut model, "2");
    for pane in 0..3 {
        for size in [
            (1, 4),
            (2, 5),
            (12, 6),
            (40, 12),
            (79, 9),
            (80, 10),
            (121, 7),
            (300, 90),
        ] {
            draw(&model, &dark(), size.0, size.1);
        }
        assert!(pane < 3);
        press(&mut model, "tab");
    }
}

/// Somebody who has no check yet, or looks for the steps of one that names none, is told where the
/// list is written.
#[test]
fn the_document_of_a_checklist_is_a_key_away() {
    let canon = "| Stage | Stage-Gate Review |\n| --- | --- |\n| Base | Review |\n";
    let mut model = model(&[(LOG, ""), ("docs/plan.md", canon)]);
    press(&mut model, "2");
    let screen = text(&draw(&model, &dark(), 80, 24));
    assert!(
        screen.contains("E opens docs/plan.md in $EDITOR."),
        "{screen}"
    );
    let key = Message::Key("E".parse().unwrap());
    let effects = update(&mut model, key);
    let opened = |effect: &Effect| matches!(effect, Effect::Open(path) if path == "./docs/plan.md");
    assert!(effects.iter().any(opened), "{effects:?}");
}
