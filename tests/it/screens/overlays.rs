//! What lies over a screen: fields, choosers, menus, lists, questions, conflicts, notes.

use crate::support::programme::FILES;
use crate::support::screen::{
    ascii, check, dark, draw, model, picture, press, reversed, text, type_over,
};
use ratatui::layout::Rect;
use stepdeck::app::overlays::Overlay;
use stepdeck::app::{DiskEvent, Effect, Message, Model, update};
use stepdeck::change::conflict::{Conflict, Obstacle};
use stepdeck::plan::field::Field;
use stepdeck::tui::overlays::centred;

/// The screen in three sizes, one below the other.
fn sizes(model: &Model) -> String {
    [(80, 24), (50, 16), (40, 12)]
        .map(|(columns, rows)| text(&draw(model, &dark(), columns, rows)))
        .concat()
}

#[test]
fn the_palette_marks_what_was_found() {
    let mut model = model(&FILES);
    press(&mut model, ":");
    type_over(&mut model, "gates");
    let screen = draw(&model, &dark(), 160, 48);
    picture(&screen, "palette");
    insta::assert_snapshot!(text(&screen));
    let lit = screen.content.iter().filter(|cell| {
        (cell.modifier).contains(ratatui::style::Modifier::UNDERLINED) && cell.symbol() != " "
    });
    let lit: String = lit.map(|cell| cell.symbol()).collect();
    assert_eq!(lit, "Gates");
}

#[test]
fn a_number_in_the_palette_names_the_step() {
    let mut model = model(&FILES);
    press(&mut model, ": 2");
    let shown = text(&draw(&model, &dark(), 80, 24));
    assert!(shown.contains("Go to 0002"), "{shown}");
    press(&mut model, "2 enter");
    let shown = text(&draw(&model, &dark(), 80, 24));
    assert!(shown.contains("there is no step 0022"), "{shown}");
}

/// What one does here comes first, then where one goes, then how one gets about.
#[test]
fn the_help_names_each_group_once_and_the_verbs_first() {
    let mut model = model(&FILES);
    press(&mut model, "?");
    for (columns, rows) in [(80, 24), (50, 16), (40, 12)] {
        let shown = text(&draw(&model, &dark(), columns, rows));
        assert_eq!(shown.matches("Editing").count(), 1, "{shown}");
    }
    let Some(Overlay::Chooser(help)) = model.overlays.last() else {
        panic!("{:?}", model.overlays);
    };
    let mut groups: Vec<&str> = help.rows.iter().map(|row| &*row.detail).collect();
    groups.dedup();
    assert_eq!(
        groups,
        [
            "Editing", "Finding", "Viewing", "Screens", "Moving", "Program"
        ]
    );
}

#[test]
fn nothing_found_says_what_to_do() {
    let mut model = model(&FILES);
    press(&mut model, "?");
    type_over(&mut model, "zzzz");
    let shown = text(&draw(&model, &dark(), 80, 24));
    assert!(shown.contains("Nothing matches. Backspace"), "{shown}");
}

#[test]
fn fields_are_chosen_by_letter_and_edited_in_a_box() {
    let mut model = model(&FILES);
    press(&mut model, "j e");
    let menu = sizes(&model);
    press(&mut model, "t");
    insta::assert_snapshot!(menu + &sizes(&model));
}

#[test]
fn a_wrong_value_is_refused_in_place() {
    let mut model = model(&FILES);
    press(&mut model, "e t");
    type_over(&mut model, "");
    press(&mut model, "enter");
    insta::assert_snapshot!(text(&draw(&model, &dark(), 80, 24)));
}

#[test]
fn a_long_line_scrolls_to_the_cursor_and_shows_escapes() {
    let mut model = model(&FILES);
    press(&mut model, "e t");
    type_over(
        &mut model,
        &format!("{}设计\u{202e}end", "word ".repeat(40)),
    );
    let screen = draw(&model, &dark(), 60, 12);
    let shown = text(&screen);
    assert!(shown.contains("设计\\u{202e}end "), "{shown}");
    assert!(shown.contains("│ \u{2026}"), "{shown}");
}

#[test]
fn a_field_of_several_lines_breaks_at_words() {
    let mut model = model(&FILES);
    press(&mut model, "e O");
    type_over(
        &mut model,
        "A first line that is rather too long for the box that it stands in, so it breaks.\n\nThird",
    );
    insta::assert_snapshot!(sizes(&model));
}

#[test]
fn statuses_carry_their_signs() {
    let mut model = model(&FILES);
    press(&mut model, "j s");
    let screen = draw(&model, &ascii(), 60, 14);
    insta::assert_snapshot!(
        text(&draw(&model, &dark(), 60, 14)) + &text(&screen) + &reversed(&screen)
    );
}

#[test]
fn dependencies_show_what_they_are() {
    let mut model = model(&FILES);
    model.edit_field(2, Field::Dependencies);
    press(&mut model, "j");
    let with = sizes(&model);
    press(&mut model, "esc");
    model.edit_field(0, Field::Inputs);
    insta::assert_snapshot!(with + &text(&draw(&model, &dark(), 60, 12)));
}

#[test]
fn a_step_to_depend_on_is_picked_by_words() {
    let mut model = model(&FILES);
    press(&mut model, "b");
    type_over(&mut model, "roll");
    insta::assert_snapshot!(text(&draw(&model, &dark(), 80, 24)));
}

#[test]
fn the_filter_line_leaves_the_list_in_sight() {
    let mut model = model(&FILES);
    press(&mut model, "/");
    type_over(&mut model, "owner:ops");
    let some = text(&draw(&model, &dark(), 60, 12));
    type_over(&mut model, "when:");
    insta::assert_snapshot!(some + &text(&draw(&model, &dark(), 60, 12)));
}

#[test]
fn a_question_names_the_consequence_and_defaults_to_no() {
    let mut model = model(&FILES);
    press(&mut model, "2 G a");
    type_over(&mut model, "docs/evidence.md");
    press(&mut model, "esc g tab tab j tab");
    press(&mut model, "a");
    type_over(&mut model, "docs/training.md");
    press(&mut model, "enter");
    insta::assert_snapshot!(text(&draw(&model, &dark(), 60, 14)));
}

#[test]
fn a_conflict_shows_all_versions_and_the_keys() {
    let mut model = model(&FILES);
    press(&mut model, "e t");
    type_over(&mut model, "Pick four pilot teams");
    let effects = update(&mut model, Message::Key("enter".parse().expect("a key")));
    let saved = effects.into_iter().find_map(|effect| match effect {
        Effect::Save(job) => Some((job.ticket, job.change)),
        _ => None,
    });
    let (ticket, change) = saved.expect("the edit is saved");
    let conflict = |edit: &stepdeck::change::Edit| Conflict {
        edit: edit.clone(),
        obstacle: Obstacle::Differs {
            found: Some(b"\"Pick two pilot teams and a spare one\"".to_vec()),
        },
    };
    let conflicts = change.edits.iter().map(conflict).collect();
    update(
        &mut model,
        Message::Disk(DiskEvent::Conflicts { ticket, conflicts }),
    );
    insta::assert_snapshot!(text(&draw(&model, &dark(), 120, 24)) + &sizes(&model));
}

#[test]
fn a_note_explains_and_scrolls() {
    let mut model = model(&FILES);
    press(&mut model, "j j w");
    let top = text(&draw(&model, &dark(), 80, 14));
    press(&mut model, "j j");
    insta::assert_snapshot!(top + &text(&draw(&model, &ascii(), 40, 8)));
}

#[test]
fn a_box_over_wide_letters_keeps_its_edges() {
    let mut model = model(&[
        ("plan.jsonl", "{\"step_id\":\"0001\"}\n"),
        ("docs/p.md", &wide()),
    ]);
    check(&mut model);
    press(&mut model, "2");
    press(&mut model, ":");
    for columns in 40..60 {
        let screen = draw(&model, &dark(), columns, 20);
        let top = text(&screen)
            .lines()
            .find(|row| row.contains("Commands"))
            .map(str::to_owned);
        assert!(
            top.is_some_and(|row| row.contains('┌') && row.contains('┐')),
            "{columns}"
        );
    }
}

fn wide() -> String {
    format!(
        "# Readiness Checklists\n\n## 设计\n\n- {}\n",
        "设计评审".repeat(60)
    )
}

#[test]
fn boxes_never_leave_the_screen() {
    let screen = Rect::new(0, 1, 30, 8);
    for (width, height) in [(0, 0), (10, 3), (30, 8), (90, 60)] {
        let area = centred(screen, width, height);
        assert_eq!(area.intersection(screen), area);
    }
    for open in ["?", ":", "e", "s", "o", "b", "/", "w", "e t", "e u", "e d"] {
        let mut model = model(&FILES);
        press(&mut model, open);
        for size in [(1, 4), (3, 5), (12, 6), (39, 11), (40, 12), (200, 60)] {
            draw(&model, &dark(), size.0, size.1);
        }
    }
}
