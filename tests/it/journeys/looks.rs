//! A list looked at in many ways: views that outlive a restart, sorting both ways, columns, groups
//! that fold, and marks among them.

use stepdeck::app::core::session::Session;

use crate::support::crew::{CONFIG, DOCUMENT, FILES, LINES};
use crate::support::desk::Desk;
use crate::support::fixture::{CANON, LOG};

fn listed(desk: &Desk) -> String {
    desk.listed().join(" ")
}

/// Leaves the cockpit and opens it again where it was.
fn restart(desk: Desk) -> Desk {
    let session = serde_json::to_string(&Session::of(&desk.cockpit.model)).unwrap();
    let session: Session = serde_json::from_str(&session).unwrap();
    let mut desk = desk.reopen();
    session.restore(&mut desk.cockpit.model);
    desk.settle();
    desk.keys("<C-l>");
    desk
}

/// The row that has the cursor.
fn row(desk: &Desk) -> String {
    let screen = desk.screen();
    let row = screen.lines().find(|line| line.starts_with("│▌"));
    let row = row.unwrap_or_default().trim_start_matches("│▌");
    row.split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_link_to_the_page_is_copied_where_it_is_published() {
    let config = "[page]\nurl = \"https://plan.example.org/index.html\"\n";
    let mut desk = Desk::open(&[(LOG, LINES), (CANON, DOCUMENT), ("stepdeck.toml", config)]);
    let id = desk.cockpit.model.selected().unwrap().0;
    let link = format!("https://plan.example.org/index.html#step-{id}");
    desk.keys(":copy-link<Enter>");
    assert_eq!(desk.cockpit.face.copied.last(), Some(&link));
    desk.keys("Y");
    let markdown = desk.cockpit.face.copied.last().unwrap();
    assert!(markdown.ends_with(&format!("\n<{link}>\n")), "{markdown}");
    let mut desk = Desk::open(&[(LOG, LINES), (CANON, DOCUMENT)]);
    desk.keys(":copy-link<Enter>");
    assert!(desk.cockpit.face.copied.is_empty());
    desk.keys("<Esc><Esc>Y");
    assert!(
        !desk
            .cockpit
            .face
            .copied
            .last()
            .unwrap()
            .contains("https://plan")
    );
}

#[test]
fn a_view_is_picked_named_in_the_title_and_there_again_after_a_restart() {
    let mut desk = Desk::open(&FILES);
    desk.keys("V2");
    assert_eq!(listed(&desk), "0101 0102 0104 0103");
    assert!(
        desk.screen().contains("view: mine─") || desk.screen().contains("view: mine "),
        "{}",
        desk.screen()
    );
    // Wherever the cursor was: the view begins with what is stuck.
    assert_eq!(row(&desk), "0101 ✗ blocked");
    desk.keys("V1GV2");
    assert_eq!(row(&desk), "0101 ✗ blocked");
    let mut desk = restart(desk);
    assert_eq!(listed(&desk), "0101 0102 0104 0103");
    assert!(desk.screen().contains("view: mine"), "{}", desk.screen());
    assert!(!desk.screen().contains("changed"), "{}", desk.screen());
    // What is changed since is said, and stays.
    desk.keys("So<Esc>");
    assert!(
        desk.screen().contains("view: mine, changed"),
        "{}",
        desk.screen()
    );
    let mut desk = restart(desk);
    assert!(
        desk.screen().contains("view: mine, changed"),
        "{}",
        desk.screen()
    );
    assert_eq!(
        listed(&desk),
        "0004 0101 0102 0103 0104 0002 0003 0001 0003.A"
    );
    desk.keys("V1");
    assert_eq!(
        listed(&desk),
        "0001 0002 0003 0003.A 0004 0101 0102 0103 0104"
    );
    assert!(!desk.screen().contains("view:"), "{}", desk.screen());
    assert_eq!(desk.diff(), "");
}

/// What the configuration says by then is what a view is; one that is gone leaves the list as it
/// was.
#[test]
fn a_view_that_changes_in_the_configuration_is_shown_as_it_is_now() {
    let mut desk = Desk::open(&FILES);
    desk.keys("V4");
    assert_eq!(listed(&desk), "0003.A 0002 0003");
    desk.write_outside("stepdeck.toml", "[views.rig]\nfilter = \"theme:hull\"\n");
    let desk = restart(desk);
    assert_eq!(listed(&desk), "0001 0004");
    desk.write_outside("stepdeck.toml", CONFIG.replace("rig", "mast").as_str());
    let desk = restart(desk);
    assert_eq!(listed(&desk), "0001 0004");
    assert!(!desk.screen().contains("view:"), "{}", desk.screen());
}

/// A session written before there were columns to sort by is read.
#[test]
fn the_order_of_an_old_session_is_kept() {
    for (sort, order) in [
        ("updated", "0003 0101 0104 0004 0103 0002 0003.A 0001 0102"),
        (
            "dependants",
            "0001 0002 0003 0004 0101 0102 0103 0003.A 0104",
        ),
        ("owner", "0004 0101 0102 0103 0104 0002 0003 0001 0003.A"),
        ("id", "0001 0002 0003 0003.A 0004 0101 0102 0103 0104"),
    ] {
        let session = format!("{{\"screen\":1,\"sort\":\"{sort}\"}}");
        let session: Session = serde_json::from_str(&session).unwrap();
        let mut desk = Desk::open(&FILES);
        session.restore(&mut desk.cockpit.model);
        assert_eq!(listed(&desk), order, "{sort}");
    }
}

#[test]
fn the_same_column_again_turns_the_order_round() {
    let mut desk = Desk::open(&FILES);
    desk.keys("jSo");
    assert_eq!(
        listed(&desk),
        "0004 0101 0102 0103 0104 0002 0003 0001 0003.A"
    );
    assert!(desk.screen().contains("Owner ↑"), "{}", desk.screen());
    assert_eq!(row(&desk), "0002 ◐ in", "the cursor stays on its step");
    desk.keys("S");
    assert!(
        desk.screen().contains("now ↑, again reverses it"),
        "{}",
        desk.screen()
    );
    desk.keys("o");
    assert_eq!(
        listed(&desk),
        "0001 0003.A 0002 0003 0101 0102 0103 0104 0004"
    );
    assert!(desk.screen().contains("Owner ↓"), "{}", desk.screen());
    // Last edited first, as ever; then first edited first.
    desk.keys("Su");
    assert_eq!(
        listed(&desk),
        "0003 0101 0104 0004 0103 0002 0003.A 0001 0102"
    );
    assert!(desk.screen().contains("by updated ↓"), "{}", desk.screen());
    desk.keys("Su");
    assert_eq!(
        listed(&desk),
        "0102 0001 0003.A 0002 0103 0004 0003 0101 0104"
    );
    // By IDs, the last first; and a column that is typed.
    desk.keys("SiSi");
    assert_eq!(
        listed(&desk),
        "0104 0103 0102 0101 0004 0003.A 0003 0002 0001"
    );
    desk.keys("S/berth<Enter>");
    assert_eq!(
        listed(&desk),
        "0003 0003.A 0004 0102 0103 0104 0101 0001 0002"
    );
}

#[test]
fn columns_are_added_moved_and_taken_away() {
    let mut desk = Desk::sized(&FILES, 100, 30);
    // The owner is shown; the state joins it, and goes before it.
    desk.keys("|j<Space>");
    assert!(
        desk.screen().contains("Owner         State"),
        "{}",
        desk.screen()
    );
    desk.keys("K");
    let header = |desk: &Desk| {
        let screen = desk.screen();
        let row = screen
            .lines()
            .find(|line| line.contains("ID   Status"))
            .unwrap_or_default();
        row.trim_matches(['│', ' ', '┃'])
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(header(&desk), "ID Status Title State Owner");
    // A key of the log, the last of all.
    desk.keys("G<Space><Esc>");
    assert_eq!(header(&desk), "ID Status Title State Owner berth");
    assert!(desk.screen().contains("ready    yard"), "{}", desk.screen());
    // `|` opens and closes; `r` brings the usual ones back.
    desk.keys("|r|");
    assert_eq!(header(&desk), "");
    assert_eq!(desk.diff(), "");
}

#[test]
fn headings_fold_by_enter_and_arrows_and_are_moved_over() {
    let mut desk = Desk::open(&FILES);
    desk.keys("=og");
    // captain ▾ 4, Rigging ▾ 2, yard ▾ 2, no owner ▾ 1.
    assert_eq!(row(&desk), "▾ captain 4");
    desk.keys("<Enter>j");
    assert_eq!(row(&desk), "▾ Rigging 2");
    assert!(desk.screen().contains("▸ captain  4"), "{}", desk.screen());
    desk.keys("<Left>j");
    assert_eq!(row(&desk), "▾ yard 2");
    desk.keys("k<Right>j");
    assert_eq!(row(&desk), "0002 ◐ in");
    // The list is whole whatever is folded, and a jump unfolds where it goes to.
    assert_eq!(
        listed(&desk),
        "0101 0102 0103 0104 0002 0003 0001 0003.A 0004"
    );
    desk.keys(":0103<Enter>");
    assert_eq!(row(&desk), "0103 ▸ ready");
    // No step is selected on a heading, and that is said.
    desk.keys("gx");
    assert!(
        desk.screen().contains("a heading is selected, not a step"),
        "{}",
        desk.screen()
    );
    desk.keys("=f");
    assert_eq!(row(&desk), "▸ captain 4");
    desk.keys("Gk");
    assert_eq!(row(&desk), "▸ yard 2");
    let mut desk = restart(desk);
    assert!(desk.screen().contains("▸ yard  2"), "{}", desk.screen());
    desk.keys("=u=n");
    assert_eq!(
        listed(&desk),
        "0001 0002 0003 0003.A 0004 0101 0102 0103 0104"
    );
    assert_eq!(desk.diff(), "");
}

/// However far one scrolls, the first row says which group it is.
#[test]
fn the_heading_of_a_group_stays_in_sight_while_its_rows_scroll() {
    let line = |id: usize| {
        let owner = ["ops", "grc"][id / 31];
        format!(
            "{{\"step_id\":\"{id:04}\",\"title\":\"Step {id}\",\"owner\":\"{owner}\",\"status\":\"draft\"}}\n"
        )
    };
    let log: String = (1..=60).map(line).collect();
    let mut desk = Desk::open(&[(LOG, &log)]);
    desk.keys("=og");
    let first = |desk: &Desk| {
        let screen = desk.screen();
        let mut rows = screen.lines().skip_while(|row| !row.contains("ID "));
        rows.nth(1).unwrap().to_owned()
    };
    let down = |desk: &mut Desk, count: usize| {
        desk.keys(&"j".repeat(count));
        let screen = desk.screen();
        assert!(screen.contains(&row(desk)), "{screen}");
    };
    assert!(first(&desk).contains("▾ grc"), "{}", desk.screen());
    down(&mut desk, 24);
    assert!(first(&desk).contains("▾ grc  30"), "{}", desk.screen());
    assert!(row(&desk).starts_with("0054"), "{}", desk.screen());
    down(&mut desk, 30);
    assert!(first(&desk).contains("▾ ops  30"), "{}", desk.screen());
    // The heading itself is reached where it is.
    desk.keys(&"k".repeat(23));
    assert_eq!(row(&desk), "▾ ops 30");
}

#[test]
fn marks_are_of_steps_and_a_heading_marks_its_own() {
    let mut desk = Desk::open(&FILES);
    desk.keys("=og<Space>");
    assert!(desk.screen().contains("4 marked"), "{}", desk.screen());
    desk.keys("g<Space>");
    assert!(!desk.screen().contains("marked"), "{}", desk.screen());
    // Folded or not, `*` marks every listed step.
    desk.keys("=f*");
    assert!(desk.screen().contains("9 marked"), "{}", desk.screen());
    desk.keys("**");
    // An edit moves a step to another group, and the cursor with it.
    desk.keys("=u<Esc>:0004<Enter><Esc>oaardvark<Enter>");
    assert!(
        desk.file(LOG)
            .contains("\"title\":\"Paint the name\",\"theme\":\"Hull\",\"owner\":\"aardvark\""),
        "{}",
        desk.file(LOG)
    );
    assert_eq!(row(&desk), "0004 ▸ ready");
    assert_eq!(
        listed(&desk),
        "0004 0101 0102 0103 0104 0002 0003 0001 0003.A"
    );
}

/// Where nothing is one's own, the list says who one is and what to do.
#[test]
fn a_view_without_steps_of_ones_own_says_what_to_do() {
    let mut desk = Desk::open(&[(LOG, LINES), (CANON, DOCUMENT)]);
    let zoe = desk.beside("Zoe", 80, 24);
    let mut zoe = zoe;
    zoe.keys("V2");
    let screen = zoe.screen();
    assert!(
        screen.contains("You are Zoe: a step is yours if you are its owner"),
        "{screen}"
    );
    // Where nobody is known at all, the view cannot be picked.
    desk.cockpit.model.context.me = Default::default();
    desk.keys("V2");
    let screen = desk.screen();
    assert!(
        screen.contains("it is not known who you are: set git's user.name"),
        "{screen}"
    );
    assert_eq!(
        listed(&desk),
        "0001 0002 0003 0003.A 0004 0101 0102 0103 0104"
    );
}
