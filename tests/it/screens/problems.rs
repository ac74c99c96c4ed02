//! Screen 5: what the checks find; and the first-run card.

use crate::support::programme::FILES;
use crate::support::screen::{
    ascii, check, dark, draw, model, picture, press, problem_of, reversed, text,
};

#[test]
fn problems_stand_beside_their_text_on_a_wide_screen() {
    let mut model = model(&FILES);
    check(&mut model);
    press(&mut model, "5 j");
    let screen = draw(&model, &dark(), 160, 48);
    picture(&screen, "problems");
    insta::assert_snapshot!(text(&screen));
}

#[test]
fn problems_fit_80_columns() {
    let mut model = model(&FILES);
    check(&mut model);
    press(&mut model, "5");
    insta::assert_snapshot!(text(&draw(&model, &dark(), 80, 24)));
}

#[test]
fn problems_fit_a_small_ascii_screen_without_colour() {
    let mut model = model(&FILES);
    check(&mut model);
    press(&mut model, "5 j j");
    let screen = draw(&model, &ascii(), 50, 16);
    insta::assert_snapshot!(text(&screen) + &reversed(&screen));
}

#[test]
fn the_caret_stands_below_the_span_whatever_comes_before_it() {
    let log = "{\"step_id\":\"0001\",\"title\":\"设计\u{202e}\",\"status\":\"soon\"}\n";
    let mut model = model(&[("plan.jsonl", log)]);
    check(&mut model);
    press(&mut model, "5");
    let at = problem_of(&model, "unknown-status");
    model.problems.select(at);
    let shown = text(&draw(&model, &dark(), 240, 30));
    let rows: Vec<&str> = shown.lines().collect();
    let column = |row: &str, what: &str| {
        let at = row
            .find(what)
            .unwrap_or_else(|| panic!("no {what} in\n{shown}"));
        stepdeck::document::visible::width(&row[..at])
    };
    let carets = rows.iter().position(|row| row.contains("^^"));
    let carets = carets.unwrap_or_else(|| panic!("no carets in\n{shown}"));
    let place = column(rows[carets], "^");
    assert_eq!(place, column(rows[carets - 1], "\"soon\""), "{shown}");
}

#[test]
fn before_the_first_check_and_after_a_clean_one_it_says_so() {
    let mut model = model(&[("docs/plan.md", "# Notes\n")]);
    press(&mut model, "5");
    let before = text(&draw(&model, &dark(), 80, 12));
    assert!(before.contains("checking"), "{before}");
    check(&mut model);
    insta::assert_snapshot!(text(&draw(&model, &dark(), 80, 12)));
}

#[test]
fn a_fix_is_shown_before_it_is_written() {
    let mut model = model(&FILES);
    model.confirm(
        "Write this? 0002 status: In_Progress → in progress",
        "0002 status in data/plans/programme.jsonl\n- \"In_Progress\"\n+ \"in progress\"",
        stepdeck::change::Change {
            label: String::new(),
            edits: Vec::new(),
        },
    );
    insta::assert_snapshot!(text(&draw(&model, &dark(), 80, 14)));
}

#[test]
fn two_hundred_thousand_problems_draw_as_quickly_as_two() {
    let mut model = model(&[("plan.jsonl", &"{}\n".repeat(200_000))]);
    check(&mut model);
    press(&mut model, "5 G");
    let shown = text(&draw(&model, &dark(), 80, 24));
    assert!(shown.contains("200000 "), "{shown}");
}

#[test]
fn without_a_plan_a_card_says_how_to_get_one() {
    let model = model(&[]);
    let screen = draw(&model, &dark(), 80, 24);
    picture(&screen, "welcome");
    insta::assert_snapshot!(text(&screen) + &text(&draw(&model, &ascii(), 40, 12)));
}

#[test]
fn no_size_makes_it_panic() {
    let mut model = model(&FILES);
    check(&mut model);
    press(&mut model, "5 G");
    for size in [
        (1, 4),
        (2, 5),
        (3, 20),
        (12, 6),
        (39, 12),
        (119, 9),
        (120, 5),
        (300, 90),
    ] {
        draw(&model, &dark(), size.0, size.1);
    }
}

/// What to do about a problem names the keys that do it, wherever the configuration put them.
#[test]
fn the_help_of_a_problem_follows_the_keys_in_force() {
    let log = "{\"step_id\":\"0001\",\"title\":\"One\",\"status\":\"In Progress\"}\n\
               {\"step_id\":\"0002\",\"title\":\"Two\",\"status\":\"soon\"}\n";
    let mut model = model(&[("plan.jsonl", log)]);
    let wishes = [
        ("problem-fix", "alt-f"),
        ("problem-go", "alt-g"),
        ("problem-status", "alt-s"),
    ];
    let wishes = wishes.map(|(name, key)| (name.to_owned(), vec![key.to_owned()]));
    let (keymap, problems) = stepdeck::app::core::keymap::Keymap::new(&wishes.into());
    assert_eq!(problems, []);
    model.keymap = keymap;
    check(&mut model);
    press(&mut model, "5");
    for (code, said) in [
        ("status-spelling", "`Alt-f` writes it"),
        (
            "unknown-status",
            "`Alt-s` sets one for all steps that have the same word",
        ),
    ] {
        let at = problem_of(&model, code);
        model.problems.select(at);
        let shown = text(&draw(&model, &dark(), 200, 30));
        assert!(shown.contains(said), "{shown}");
    }
}

/// All mistakes of the configuration at once, and no key is lost over them.
#[test]
fn the_mistakes_of_a_configuration_are_listed_at_the_start() {
    let folder = crate::support::fixture::folder_of(&FILES);
    let config = "[keys]\ncomplete = \"ctrl+q\"\nmark = \"?\"\n[display]\ntheme = \"pink\"\n";
    std::fs::write(folder.path().join("stepdeck.toml"), config).unwrap();
    let cockpit = crate::support::pty::Launch::stepdeck(&[])
        .in_folder(folder.path())
        .size(120, 30)
        .start();
    cockpit.wait_for("3 mistakes in the configuration");
    for said in [
        "stepdeck.toml:2: [keys] complete: “ctrl+q” is not a key",
        "stepdeck.toml:3: [keys] mark: ? is taken by help; it stays on space",
        "stepdeck.toml:5:9: theme must be",
    ] {
        cockpit.wait_for(said);
    }
    cockpit.type_keys("<Enter>?");
    cockpit.wait_for("Keys that work here");
    cockpit.type_keys("?");
    cockpit.wait_gone("Keys that work here");
    cockpit.type_keys("5");
    cockpit.wait_for("mark: ? is taken by help");
    cockpit.type_keys("q");
    assert!(cockpit.wait_exit().success());
}

/// One's own file: its keys win over the team's, what it gets wrong is listed with its full path,
/// and the team's settings hold where it says nothing.
#[test]
fn ones_own_configuration_is_read_over_the_shared_one() {
    let folder = crate::support::fixture::folder_of(&FILES);
    let shared = "[keys]\nhelp = \"alt-h\"\nundo = \"alt-u\"\n[display]\nascii = true\n";
    std::fs::write(folder.path().join("stepdeck.toml"), shared).unwrap();
    let own = tempfile::tempdir().unwrap();
    let file = own.path().join("stepdeck/config.toml");
    std::fs::create_dir(file.parent().unwrap()).unwrap();
    std::fs::write(&file, "[keys]\nhelp = \"alt-k\"\n[ranking]\nage = 3\n").unwrap();
    let cockpit = crate::support::pty::Launch::stepdeck(&[])
        .env("XDG_CONFIG_HOME", &own.path().display().to_string())
        .in_folder(folder.path())
        .size(160, 30)
        .start();
    cockpit.wait_for("config.toml:3:2: ranking belongs in the");
    cockpit.wait_for("Alt-k help");
    cockpit.type_keys("q");
    assert!(cockpit.wait_exit().success());
    let left = std::fs::read_dir(file.parent().unwrap()).unwrap().count();
    assert_eq!(left, 1);
}
