//! Journeys of the built binary in a pseudo-terminal, from opening to the file on disk.

use std::fs;
use std::path::Path;

use crate::support::fixture::{CANON, DOCUMENT, LINES, LOG};
use crate::support::pty::{Launch, Pty};
use rustix::process::Signal;
use tempfile::TempDir;

fn plan(files: &[(&str, &[u8])]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

fn fixture() -> TempDir {
    plan(&[(LOG, LINES.as_bytes()), (CANON, DOCUMENT.as_bytes())])
}

fn open(folder: &TempDir) -> Pty {
    let cockpit = Launch::stepdeck(&[]).in_folder(folder.path()).start();
    cockpit.wait_for("quit");
    cockpit
}

fn read(folder: &TempDir, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).unwrap()
}

fn write_by_rename(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    let new = path.with_extension("new");
    fs::write(&new, text).unwrap();
    fs::rename(new, path).unwrap();
}

fn changed_lines(before: &str, after: &str) -> Vec<(String, String)> {
    assert_eq!(before.lines().count(), after.lines().count());
    let pairs = before.lines().zip(after.lines());
    pairs
        .filter(|(a, b)| a != b)
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .collect()
}

#[test]
fn an_edited_field_is_a_one_line_diff() {
    let folder = fixture();
    let cockpit = open(&folder);
    cockpit.type_keys("Gk");
    cockpit.wait_for("Load test");
    cockpit.type_keys("eo");
    cockpit.wait_for("› ");
    cockpit.type_keys("field ops<Enter>");
    cockpit.wait_for("field ops");
    cockpit.type_keys("q");
    cockpit.wait_exit();
    let changed = changed_lines(LINES, &read(&folder, LOG));
    assert_eq!(changed.len(), 1);
    assert!(changed[0].1.contains("\"step_id\": \"0003\""));
    assert!(changed[0].1.contains("\"owner\": \"field ops\""));
    assert_eq!(read(&folder, CANON), DOCUMENT);
}

#[test]
fn another_program_edits_while_a_field_is_open() {
    let folder = fixture();
    let cockpit = open(&folder);
    cockpit.type_keys("jet");
    cockpit.wait_for("0002 Title");
    cockpit.type_keys(" twice");
    cockpit.wait_for("Review the schema twice");
    let theirs = LINES.replace("\"owner\": \"grc\"", "\"owner\": \"legal\"");
    write_by_rename(folder.path(), LOG, &theirs);
    cockpit.wait_for("legal");
    cockpit.wait_for("Review the schema twice");
    cockpit.type_keys("<Enter>");
    cockpit.wait_for("0002 title");
    cockpit.type_keys("q");
    cockpit.wait_exit();
    let log = read(&folder, LOG);
    assert!(log.contains("\"title\": \"Review the schema twice\""));
    assert!(log.contains("\"owner\": \"legal\""));
}

#[test]
fn everything_is_undone_to_the_first_byte() {
    let folder = fixture();
    let cockpit = open(&folder);
    cockpit.type_keys("sb");
    cockpit.wait_for("→ blocked");
    cockpit.type_keys("aA new step<Enter>");
    cockpit.wait_for("0004 added");
    cockpit.type_keys("2x");
    cockpit.wait_for("ticked");
    cockpit.type_keys("uuu");
    cockpit.wait_for("0001 is complete again");
    cockpit.type_keys("q");
    cockpit.wait_exit();
    assert_eq!(read(&folder, LOG), LINES);
    assert_eq!(read(&folder, CANON), DOCUMENT);
}

#[test]
fn a_check_is_ticked_and_its_wrapped_line_left_alone() {
    let folder = fixture();
    let cockpit = open(&folder);
    cockpit.type_keys("2");
    cockpit.wait_for("Runbooks cover deploy");
    cockpit.type_keys("x");
    cockpit.wait_for("ticked");
    cockpit.type_keys("q");
    cockpit.wait_exit();
    let expected = DOCUMENT.replace("- Runbooks", "- [x] Runbooks");
    assert_eq!(read(&folder, CANON), expected);
}

/// The ordinary way out.
#[test]
fn quitting_gives_the_terminal_back() {
    let folder = fixture();
    let cockpit = open(&folder);
    assert!(cockpit.alternate_screen());
    cockpit.type_keys("q");
    assert!(cockpit.wait_exit().success());
    assert!(!cockpit.alternate_screen());
    assert!(cockpit.cursor_visible());
    assert!(cockpit.line_mode());
}

#[test]
fn a_signal_or_a_lost_terminal_ends_the_program_in_order() {
    let folder = fixture();
    let cockpit = open(&folder);
    cockpit.kill(Signal::TERM);
    cockpit.wait_exit();
    assert!(!cockpit.alternate_screen() && cockpit.cursor_visible() && cockpit.line_mode());
    let mut cockpit = open(&folder);
    cockpit.vanish();
    cockpit.wait_process_end();
}

#[test]
fn a_folder_without_a_plan_offers_the_demo_plan() {
    let folder = TempDir::new().unwrap();
    let cockpit = open(&folder);
    cockpit.wait_for("demo plan");
    cockpit.type_keys("d");
    cockpit.wait_for("/480");
    cockpit.type_keys("q");
    cockpit.wait_exit();
    assert_eq!(
        read(&folder, "data/plans/10000_step_plan.jsonl")
            .lines()
            .count(),
        481
    );
    assert!(folder.path().join("stepdeck.toml").is_file());
}

#[test]
fn a_folder_without_a_plan_offers_an_empty_one() {
    let folder = TempDir::new().unwrap();
    let cockpit = open(&folder);
    cockpit.type_keys("i");
    cockpit.wait_for("0/0");
    cockpit.type_keys("aThe very first step<Enter>");
    cockpit.wait_for("0001 added");
    cockpit.type_keys("q");
    cockpit.wait_exit();
    let log = read(&folder, LOG);
    assert_eq!(log.lines().count(), 2);
    assert!(
        log.contains(
            "\"step_id\": \"0001\", \"block\": \"B01\", \"title\": \"The very first step\""
        )
    );
}

/// The issue's own newcomer: a blocked step in B03, what blocks it, a new owner and status,
/// undo, a tick, and a diff of exactly that.
#[test]
fn a_newcomer_finds_a_blocked_step_and_mends_it() {
    let folder = TempDir::new().unwrap();
    let demo = Launch::stepdeck(&["demo", "."])
        .in_folder(folder.path())
        .start();
    demo.wait_exit();
    let log = read(&folder, LOG);
    let canon = read(&folder, "data/canon/milestones.md");
    let cockpit = open(&folder);
    cockpit.type_keys("/block:B03 status:blocked<Enter>");
    cockpit.wait_for("0226");
    cockpit.type_keys("/<C-u>id:0226<Enter>w");
    cockpit.wait_for("Why: 0226");
    cockpit.wait_for("0219");
    cockpit.type_keys("<Esc>");
    cockpit.wait_gone("Why: 0226");
    cockpit.type_keys("ofield-crew<Enter>");
    cockpit.wait_for("→ field-crew");
    cockpit.type_keys("sp");
    cockpit.wait_for("→ in progress");
    cockpit.type_keys("u");
    cockpit.wait_for(" again");
    cockpit.type_keys("2x");
    cockpit.wait_for("u undo");
    cockpit.type_keys("q");
    cockpit.wait_exit();
    let changed = changed_lines(&log, &read(&folder, LOG));
    assert_eq!(changed.len(), 1);
    assert!(
        changed[0].0.contains("\"step_id\": \"0226\"")
            && changed[0].0.contains("\"status\": \"blocked\"")
    );
    assert!(
        changed[0].1.contains("\"owner\": \"field-crew\"")
            && changed[0].1.contains("\"status\": \"blocked\"")
    );
    let ticked = changed_lines(&canon, &read(&folder, "data/canon/milestones.md"));
    assert_eq!(ticked.len(), 1);
}

/// What `git checkout` does to a folder, and a folder moved in.
#[test]
fn folders_that_go_and_come_are_followed() {
    let folder = fixture();
    let cockpit = open(&folder);
    let docs = folder.path().join("docs");
    fs::remove_dir_all(&docs).unwrap();
    fs::create_dir(&docs).unwrap();
    fs::write(
        folder.path().join(CANON),
        DOCUMENT.replace("Ops Guild", "Ops Circle"),
    )
    .unwrap();
    cockpit.type_keys("<S-Tab>");
    cockpit.wait_for("Ops Circle");
    write_by_rename(
        folder.path(),
        CANON,
        &DOCUMENT.replace("Ops Guild", "Ops Union"),
    );
    cockpit.wait_for("Ops Union");
    let arrival = plan(&[(
        "more/steps.md",
        b"#### Step 0150 - Moved in\n- **Outcome:** seen\n",
    )]);
    fs::rename(arrival.path().join("more"), docs.join("more")).unwrap();
    cockpit.wait_for("1/5");
    cockpit.type_keys(":150<Enter>");
    cockpit.wait_for("Moved in");
    cockpit.type_keys("q");
    cockpit.wait_exit();
}

/// The link stays a link, its target is edited and watched.
#[test]
fn a_symlinked_log_is_edited_where_it_is() {
    let folder = plan(&[
        ("elsewhere/real.jsonl", LINES.as_bytes()),
        (CANON, DOCUMENT.as_bytes()),
    ]);
    let link = folder.path().join(LOG);
    fs::create_dir_all(link.parent().unwrap()).unwrap();
    std::os::unix::fs::symlink(folder.path().join("elsewhere/real.jsonl"), &link).unwrap();
    let cockpit = open(&folder);
    cockpit.type_keys("sb");
    cockpit.wait_for("saved");
    let edited = read(&folder, "elsewhere/real.jsonl");
    assert!(edited.contains("\"status\": \"blocked\", \"outcome\": \"Engine chosen\""));
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    write_by_rename(
        folder.path(),
        "elsewhere/real.jsonl",
        &edited.replace("Load test", "Soak test"),
    );
    cockpit.wait_for("Soak test");
    cockpit.type_keys("q");
    cockpit.wait_exit();
}

/// One argument, nothing executed, no key lost.
#[test]
fn the_editor_gets_the_step_and_the_next_key_is_ours() {
    let folder = fixture();
    let script = folder.path().join("my editor.sh");
    fs::write(
        &script,
        "sed -i 's/^owner = .*/owner = \"edited\"/' \"$2\"; test $# = 2 && test \"$1\" = --wait\n",
    )
    .unwrap();
    let cockpit = Launch::stepdeck(&[])
        .in_folder(folder.path())
        .env("EDITOR", &format!("sh '{}' --wait", script.display()))
        .start();
    cockpit.wait_for("quit");
    cockpit.type_keys("jE");
    cockpit.wait_for("0002 owner");
    cockpit.type_keys("sc");
    cockpit.wait_for("→ complete");
    cockpit.type_keys("q");
    cockpit.wait_exit();
    assert!(read(&folder, LOG).contains("\"owner\": \"edited\", \"status\": \"complete\""));
}

#[test]
fn the_window_changes_size_while_a_field_is_open() {
    let folder = fixture();
    let cockpit = open(&folder);
    cockpit.resize(160, 48);
    cockpit.wait_for("Load test");
    cockpit.type_keys("jet!!");
    cockpit.wait_for("Review the schema!!");
    cockpit.resize(80, 24);
    cockpit.wait_for("Review the schema!!");
    cockpit.resize(30, 8);
    cockpit.wait_for("needs 40×12");
    cockpit.resize(160, 48);
    cockpit.wait_for("Review the schema!!");
    cockpit.type_keys("<Enter>");
    cockpit.wait_for("0002 title");
    cockpit.type_keys("q");
    cockpit.wait_exit();
    assert!(read(&folder, LOG).contains("Review the schema!!"));
}

#[test]
fn bad_input_is_told_with_its_place_and_never_ends_the_program() {
    let bad = b"{\"step_id\": \"0001\", \"title\": \"Good\"}\nnot json\n\xff\xfe\x00\n{\"step_id\": \"0002\", \"title\": \"Fine\"}\n";
    let folder = plan(&[(LOG, bad), ("docs/bad.md", b"# \xff\n- [x] \x00\n")]);
    let cockpit = open(&folder);
    cockpit.wait_for("Good");
    cockpit.wait_for("Fine");
    cockpit.type_keys("5");
    cockpit.wait_for("_step_plan.jsonl:2");
    cockpit.wait_for("_step_plan.jsonl:3");
    cockpit.type_keys("q");
    cockpit.wait_exit();
    assert_eq!(fs::read(folder.path().join(LOG)).unwrap(), bad);
}

#[test]
fn a_socket_where_a_log_should_be_is_told_with_what_to_do() {
    let folder = plan(&[
        ("stepdeck.toml", b"[paths]\nlog = \"plan.jsonl\"\n"),
        (CANON, DOCUMENT.as_bytes()),
    ]);
    std::os::unix::net::UnixListener::bind(folder.path().join("plan.jsonl")).unwrap();
    let cockpit = open(&folder);
    cockpit.wait_for("socket");
    cockpit.type_keys("q");
    cockpit.wait_exit();
}

#[test]
fn a_folder_by_the_name_of_a_log_is_told_in_full() {
    let folder = plan(&[(CANON, DOCUMENT.as_bytes())]);
    fs::create_dir_all(folder.path().join(LOG)).unwrap();
    let cockpit = open(&folder);
    cockpit.wait_for("is a folder");
    cockpit.wait_for("move it away");
    cockpit.type_keys("q");
    cockpit.wait_exit();
}

#[test]
fn one_comes_back_to_where_one_was() {
    let folder = fixture();
    let state = TempDir::new().unwrap();
    let launch = || {
        let cockpit = Launch::stepdeck(&[])
            .in_folder(folder.path())
            .env("XDG_STATE_HOME", state.path().to_str().unwrap())
            .start();
        cockpit.wait_for("quit");
        cockpit
    };
    let cockpit = launch();
    cockpit.type_keys(":101<Enter>");
    cockpit.wait_for("› 0101");
    cockpit.type_keys("q");
    cockpit.wait_exit();
    let cockpit = launch();
    cockpit.wait_for("› 0101");
    cockpit.type_keys("q");
    cockpit.wait_exit();
}

/// What files hold is data.
#[test]
fn escape_sequences_in_a_plan_are_shown_and_never_sent() {
    let nasty = LINES.replace("Load test", "Load \\u001b]52;c;AAAA\\u0007 \\u202egnp test");
    let folder = plan(&[(LOG, nasty.as_bytes())]);
    let cockpit = Launch::stepdeck(&["--color", "never"])
        .in_folder(folder.path())
        .size(160, 48)
        .start();
    cockpit.wait_for("\\x1b]52;c;AAAA");
    let output = cockpit.output();
    let text = String::from_utf8_lossy(&output);
    assert!(!text.contains("\u{1b}]52") && !text.contains('\u{202e}'));
    cockpit.type_keys("q");
    cockpit.wait_exit();
}

#[test]
fn without_a_terminal_the_program_says_so() {
    let folder = fixture();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_stepdeck"))
        .current_dir(folder.path())
        .env("XDG_STATE_HOME", folder.path().join("state"))
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("no terminal"), "{message}");
}
