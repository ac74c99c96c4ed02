//! The filter line: what completes it, what it remembers, what it says of a mistake.

use stepdeck::app::core::session::Session;
use stepdeck::app::overlays::Overlay;

use super::keeping::desk;
use crate::support::desk::Desk;
use crate::support::fixture::{CANON, DOCUMENT, LINES, LOG};

fn line(desk: &Desk) -> String {
    let overlays = &desk.cockpit.model.overlays;
    let input = overlays.last().and_then(Overlay::input);
    input.expect("the line is closed").text.clone()
}

#[test]
fn tab_completes_names_and_the_plans_own_values() {
    let mut desk = desk();
    desk.keys("/ow<Tab>");
    assert_eq!(line(&desk), "owner:");
    desk.keys("<Tab>");
    let first = line(&desk);
    let offered = desk.screen();
    for owner in ["ops", "none"] {
        assert!(offered.contains(owner), "{offered}");
    }
    desk.keys("<Tab>");
    assert_ne!(line(&desk), first);
    desk.keys("<S-Tab>");
    assert_eq!(line(&desk), first);
    // The list follows what stands in the line, and a letter goes on from there.
    assert_eq!(first, "owner:ops");
    assert_eq!(desk.listed().join(" "), "0001 0101");
    desk.keys(" OR status:dr<Tab>");
    assert_eq!(line(&desk), "owner:ops OR status:draft");
    desk.keys(" zz:<Tab>");
    assert!(
        desk.screen().contains("nothing completes this"),
        "{}",
        desk.screen()
    );
    desk.keys("<Esc>");
    assert_eq!(desk.diff(), "");
}

#[test]
fn arrows_go_through_earlier_filters_even_after_a_restart() {
    let mut desk = desk();
    desk.keys("So/<Up>");
    assert!(
        desk.screen().contains("no filter was kept before"),
        "{}",
        desk.screen()
    );
    desk.keys("<Esc>/is:ready<Enter>/<C-u>owner:ops<Enter>/<C-u>is:ready<Enter><Esc>");
    let session = serde_json::to_string(&Session::of(&desk.cockpit.model)).unwrap();
    let session: Session = serde_json::from_str(&session).unwrap();
    let mut desk = desk.reopen();
    session.restore(&mut desk.cockpit.model);
    assert_eq!(desk.cockpit.model.view.sort.to_string(), "owner");
    desk.keys("/<C-u>typed<Up>");
    assert_eq!(line(&desk), "is:ready");
    desk.keys("<Up>");
    assert_eq!(line(&desk), "owner:ops");
    assert_eq!(desk.listed().join(" "), "0001 0101");
    // There is no third: one that was kept twice is remembered once.
    desk.keys("<Up>");
    assert_eq!(line(&desk), "owner:ops");
    desk.keys("<Down><Down>");
    assert_eq!(line(&desk), "typed");
    // Opened on the filter in force, the first step goes past it.
    desk.keys("<C-u>is:ready<Enter>/<Up>");
    assert_eq!(line(&desk), "owner:ops");
}

#[test]
fn one_moves_in_the_list_while_the_line_is_open() {
    let mut desk = desk();
    let selected = |desk: &Desk| desk.cockpit.model.selected().unwrap().0.to_string();
    desk.keys("/e<C-n><C-n>");
    assert_eq!(selected(&desk), "0003");
    desk.keys("<C-p>");
    assert_eq!(selected(&desk), "0002");
    desk.keys("<PageDown>");
    assert_eq!(selected(&desk), "0101");
    desk.keys("<Enter>");
    assert_eq!(selected(&desk), "0101");
}

#[test]
fn a_group_that_is_being_typed_narrows_the_list_already() {
    let mut desk = desk();
    let all = desk.listed().join(" ");
    for (typed, ids) in [
        ("/(", &*all),
        ("owner:ops", "0001 0101"),
        (" OR", "0001 0101"),
        (" ", "0001 0101"),
        ("status:draft", "0001 0002 0101"),
        (") -(", "0001 0002 0101"),
        ("is:done", "0002 0101"),
        (")<Enter>", "0002 0101"),
    ] {
        desk.keys(typed);
        assert_eq!(desk.listed().join(" "), ids, "{typed}\n{}", desk.screen());
    }
}

/// However long the reason is, and however few columns there are.
#[test]
fn what_is_wrong_is_never_cut() {
    for (columns, rows) in [(40, 12), (80, 24), (160, 48)] {
        let mut desk = Desk::sized(&[(LOG, LINES), (CANON, DOCUMENT)], columns, rows);
        desk.keys("/colour:red");
        let screen = desk.screen();
        for word in [
            "“colour:red”",
            "owner:",
            "workstream:",
            "log.KEY:",
            "reopened:",
        ] {
            assert!(screen.contains(word), "{word}\n{screen}");
        }
        desk.keys("<C-u>(owner:ops<Enter>");
        assert!(desk.screen().contains("close them"), "{}", desk.screen());
    }
}

#[test]
fn alternatives_and_groups_narrow_the_list() {
    let mut desk = desk();
    for (filter, ids) in [
        ("owner:grc OR owner:none", "0002 0003"),
        ("owner:grc,none", "0002 0003"),
        ("-(owner:grc OR owner:none)", "0001 0101"),
    ] {
        desk.keys(&format!("/<C-u>{filter}<Enter>"));
        assert_eq!(desk.listed().join(" "), ids, "{filter}\n{}", desk.screen());
    }
}
