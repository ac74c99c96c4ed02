//! The step list with columns, sorted, in groups and as a view, as people see it. Read each screen.

use stepdeck::plan::view::NamedView;

use crate::support::crew::{DOCUMENT, FILES, LINES};
use crate::support::desk::Desk;
use crate::support::fixture::{CANON, LOG};
use crate::support::screen::{ascii, draw, model, press, text};

fn desk(columns: u16, rows: u16, keys: &str) -> String {
    let mut desk = Desk::sized(&FILES, columns, rows);
    desk.keys(keys);
    desk.screen()
}

#[test]
fn ones_own_steps_at_80x24() {
    insta::assert_snapshot!(desk(80, 24, "V2"));
}

#[test]
fn a_shared_view_in_groups_at_100x30() {
    insta::assert_snapshot!(desk(100, 30, "V3j"));
}

#[test]
fn a_shared_view_beside_the_grid_at_160x48() {
    insta::assert_snapshot!(desk(160, 48, "V4"));
}

#[test]
fn views_say_what_they_do_at_80x24() {
    insta::assert_snapshot!(desk(80, 24, "V"));
}

#[test]
fn columns_are_chosen_with_the_list_in_sight_at_80x24() {
    insta::assert_snapshot!(desk(80, 24, "|jj<Space>jj<Space>"));
}

#[test]
fn the_orders_and_the_groups_are_menus_at_80x24() {
    let sorts = desk(80, 24, "SuS");
    let groups = desk(80, 24, "=t=");
    insta::assert_snapshot!(format!("{sorts}\n{groups}"));
}

/// Without columns, sort and groups nothing is different from before.
#[test]
fn a_list_without_a_look_of_its_own_has_no_header() {
    let plain = desk(80, 24, "");
    assert!(!plain.contains("Status        Title"), "{plain}");
    assert_eq!(desk(80, 24, "V2V1g"), plain);
    assert_eq!(desk(80, 24, "SoSi"), plain);
    assert_eq!(desk(80, 24, "=o=n"), plain);
    assert_eq!(desk(80, 24, "|<Space><Space><Esc>"), plain);
}

#[test]
fn ascii_without_colour_shows_headings_arrows_and_what_is_left_out() {
    let mut model = model(&[(LOG, LINES), (CANON, DOCUMENT)]);
    press(&mut model, "= o S a | j space j space j space j space esc");
    press(&mut model, "k k k enter");
    let shown = text(&draw(&model, &ascii(), 80, 24));
    assert!(shown.is_ascii(), "{shown}");
    insta::assert_snapshot!(shown);
}

/// The look can be kept: what is copied is what a configuration takes.
#[test]
fn the_look_is_copied_as_a_view() {
    let mut desk = Desk::open(&FILES);
    desk.keys("/theme:rig<Enter>Sa=s|<Space>j<Space><Esc>:copy how<Enter>");
    let copied = desk.cockpit.face.copied.pop().unwrap();
    assert_eq!(
        copied,
        "[views.NAME]\nfilter = \"theme:rig\"\nsort = \"-age\"\ncolumns = [\"state\"]\ngroup = \"status\"\n"
    );
    assert!(
        desk.screen()
            .contains("copied [views.NAME] for stepdeck.toml"),
        "{}",
        desk.screen()
    );
    let config = copied.replace("NAME", "kept");
    let files = [
        (LOG, LINES),
        (CANON, DOCUMENT),
        ("stepdeck.toml", config.as_str()),
    ];
    let again = Desk::open(&files);
    let views = &again.cockpit.model.context.views;
    let kept = NamedView::named(views, "kept").unwrap();
    assert_eq!(kept.to_toml(), config);
}
