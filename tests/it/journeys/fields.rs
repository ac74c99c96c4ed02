//! Text fields: Tab completes what is typed, Ctrl-o opens the field in `$EDITOR`, and a new owner
//! that looks like a known one is questioned.

use std::fs;
use std::os::unix::fs::symlink;

use stepdeck::app::overlays::Overlay;

use crate::support::desk::Desk;
use crate::support::fixture::{CANON, DOCUMENT, LINES, LOG, folder_of};
use crate::support::pty::Launch;

fn desk(more: &[(&str, &str)]) -> Desk {
    let files = [&[(LOG, LINES), (CANON, DOCUMENT)][..], more].concat();
    Desk::sized(&files, 100, 30)
}

/// What stands in the open field.
#[track_caller]
fn text(desk: &Desk) -> String {
    let input = desk.cockpit.model.overlays.last().and_then(Overlay::input);
    input
        .unwrap_or_else(|| panic!("{}", desk.screen()))
        .text
        .clone()
}

/// Presses Tab, and waits for what somebody else lists.
#[track_caller]
fn tab(desk: &mut Desk, expected: &str) {
    desk.keys("<Tab>");
    desk.run_until(expected, |desk| text(desk) == expected);
}

const NOTES: [(&str, &str); 3] = [
    ("docs/notes/alpha.md", "a"),
    ("docs/notes/beta.md", "b"),
    ("docs/notes/alphabet.md", "c"),
];

#[test]
fn tab_completes_paths_below_the_root_and_links_of_the_plan() {
    let mut desk = desk(&NOTES);
    // An artifact of a step: a path, folder by folder.
    desk.keys("jea").keys("adocs/n");
    tab(&mut desk, "docs/notes/");
    tab(&mut desk, "docs/notes/alpha.md");
    assert!(
        desk.screen().contains("docs/notes/beta.md"),
        "{}",
        desk.screen()
    );
    tab(&mut desk, "docs/notes/alphabet.md");
    desk.keys("<S-Tab>");
    assert_eq!(text(&desk), "docs/notes/alpha.md");
    desk.keys("<Enter>");
    desk.wait_for("docs/notes/alpha.md");
    // One that another step has.
    desk.keys("ahttps:");
    tab(&mut desk, "https://example.org/1");
    desk.keys("<Esc>");
    // Words around the cursor stay.
    desk.keys("a<C-u>see docs/notes/be for more<A-b><A-b><Left>");
    tab(&mut desk, "see docs/notes/beta.md for more");
    desk.keys("<Esc><Esc>");
    assert!(
        desk.file(LOG)
            .contains("\"artifacts\": [\"docs/notes/alpha.md\"]")
    );
}

#[test]
fn nothing_outside_the_root_completes() {
    let outer = tempfile::tempdir().unwrap();
    fs::write(outer.path().join("secret.md"), "").unwrap();
    let folder = folder_of(&[(LOG, LINES), (CANON, DOCUMENT)]);
    symlink(outer.path(), folder.path().join("docs/up")).unwrap();
    symlink(
        outer.path().join("secret.md"),
        folder.path().join("secret.md"),
    )
    .unwrap();
    let mut desk = Desk::on(folder, 100, 30);
    for typed in ["docs/up/s", "secr", "/etc/pas", "../", "docs/../../"] {
        desk.keys("jea").keys("a<C-u>").keys(typed).keys("<Tab>");
        desk.wait_for("nothing completes this");
        assert_eq!(text(&desk), typed);
        desk.keys("<Esc><Esc><Esc>k");
    }
}

#[test]
fn stewards_complete_as_owners_do() {
    let mut desk = desk(&[]);
    // The grid, the block's row, its steward.
    desk.keys("<S-Tab>ei<Esc>ew<C-u>gr");
    tab(&mut desk, "grc");
    desk.keys("<Esc>");
}

#[test]
fn a_new_owner_that_looks_like_a_known_one_is_questioned() {
    let people = "# Team\n\n| Person | Team | Owners |\n| --- | --- | --- |\n| Zoë Lark | Ops | Platform Lead |\n";
    let mut desk = desk(&[("docs/team.md", people)]);
    for (typed, known) in [("platfrom lead", "Platform Lead"), ("Zoe Lark", "Zoë Lark")] {
        desk.keys("g").keys("o").keys(typed);
        let question = format!("Known: {known} · Tab takes it");
        assert!(
            desk.screen().contains(&question),
            "{typed}\n{}",
            desk.screen()
        );
        desk.keys("<Tab>");
        assert_eq!(text(&desk), known);
        desk.keys("<Esc>");
    }
    // Taken by Tab.
    desk.keys("go").keys("platfrom lead<Tab><Enter>");
    desk.wait_for("0001 owner: ops → Platform Lead");
    // Never changed silently: who means it gets it.
    desk.keys("jo").keys("Zoe Lark<Enter>");
    desk.wait_for("0002 owner: grc → Zoe Lark");
    // Somebody else is no question.
    desk.keys("jo").keys("design");
    assert!(!desk.screen().contains("Known:"));
    desk.keys("<Esc>");
}

#[test]
fn a_field_is_edited_in_the_editor_and_comes_back() {
    let mut desk = desk(&[]);
    desk.cockpit.face.editor =
        Box::new(|text| Ok(format!("{} and\nmore\u{1b}[31m\n", text.trim_end())));
    // Notes have lines; a title has none.
    desk.keys("jen").keys("One<C-o>");
    assert_eq!(text(&desk), "One and\nmore[31m");
    assert!(
        desk.screen()
            .contains("control characters were left out: ESC"),
        "{}",
        desk.screen()
    );
    desk.keys("<Enter>");
    desk.wait_for("0002 notes");
    desk.keys("et<C-o>");
    assert_eq!(text(&desk), "Review the schema and more[31m");
    desk.keys("<C-u>Plain<Enter>");
    desk.wait_for("Plain");
    // An editor that fails leaves the field as it was.
    desk.cockpit.face.editor = Box::new(|_| Err("vi ended with exit status: 1".to_owned()));
    desk.keys("et").keys(" kept<C-o>");
    assert_eq!(text(&desk), "Plain kept");
    assert!(
        desk.screen().contains("the text is as it was"),
        "{}",
        desk.screen()
    );
    desk.keys("<Esc>");
    // A filter follows what the editor left.
    desk.cockpit.face.editor = Box::new(|_| Ok("owner:ops\n".to_owned()));
    desk.keys("/<C-o>");
    assert_eq!(
        (text(&desk), desk.listed().len()),
        ("owner:ops".to_owned(), 2)
    );
    desk.keys("<Esc>");
    assert_eq!(desk.listed().len(), 4);
}

/// With a real editor, on a real terminal.
#[test]
fn the_editor_has_the_terminal_meanwhile() {
    let folder = folder_of(&[(LOG, LINES), (CANON, DOCUMENT)]);
    let script = folder.path().join("ed.sh");
    fs::write(
        &script,
        "#!/bin/sh\necho editing; read a; printf 'Typed %s\\n' \"$a\" > \"$1\"\n",
    )
    .unwrap();
    let pty = Launch::stepdeck(&[])
        .in_folder(folder.path())
        .env("EDITOR", &format!("sh {}", script.display()))
        .start();
    pty.wait_for("0002");
    pty.type_keys("et");
    pty.wait_for("Ctrl-o editor");
    pty.type_keys("<C-o>");
    pty.wait_for("editing");
    pty.type_keys("qx<Enter>");
    pty.wait_for("Typed qx");
    pty.type_keys("<Enter>");
    pty.wait_until(|_| {
        fs::read_to_string(folder.path().join(LOG)).is_ok_and(|log| log.contains("\"Typed qx\""))
    });
    pty.type_keys("q");
    assert!(pty.wait_exit().success());
}

/// Where log and canon differ, what the canon says stands at the field: saving replaces both.
#[test]
fn a_field_in_drift_says_what_the_canon_has_before_it_is_replaced() {
    let canon = DOCUMENT
        .replace("Schema agreed", "Both desks agree on the schema in writing")
        .replace("**Owner:** grc", "**Owner:** legal")
        .replace("**Status:** Draft", "**Status:** Blocked")
        .replace(
            "**Status:** Blocked",
            "**Status:** Blocked\n- **Notes:** Ask first.",
        );
    let log = LINES.replacen("\"x-ticket\"", "\"notes\": \"\", \"x-ticket\"", 1);
    let mut desk = Desk::open(&[(LOG, &log), (CANON, &canon)]);
    for (keys, said) in [
        ("en", "docs/plan.md says: Ask first."),
        ("eO", "docs/plan.md says: Both desks agree"),
        ("o", "docs/plan.md says: legal"),
        ("s", "in the canon"),
    ] {
        desk.keys("1ggj").keys(keys);
        assert!(desk.screen().contains(said), "{keys}\n{}", desk.screen());
        desk.keys("<Esc><Esc>");
    }
    // What does not differ needs no words, and of several steps it is said how many do.
    desk.keys("1ggjet");
    assert!(!desk.screen().contains("says:"), "{}", desk.screen());
    desk.keys("<Esc><Esc>");
    let text = std::rc::Rc::new(std::cell::RefCell::new(String::new()));
    let kept = text.clone();
    desk.cockpit.face.editor = Box::new(move |text| {
        text.clone_into(&mut kept.borrow_mut());
        Ok(text.to_owned())
    });
    desk.keys("1ggjE");
    let text = text.borrow();
    assert!(
        text.contains("# the canon says: Ask first.\nnotes = \"\""),
        "{text}"
    );
    desk.keys("ggj<Space><Space>en");
    let said = "log and canon differ in 1 of these steps";
    assert!(desk.screen().contains(said), "{}", desk.screen());
    assert_eq!(desk.diff(), "");
}
