//! Commands of one's own on the running program: where they come from, what they are told, how
//! they run beside the keys, and that nothing in a plan becomes more than one argument.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::support::fixture::{CANON, DOCUMENT, LINES, LOG, folder_of};
use crate::support::pty::{Launch, Pty};

/// One's own configuration, in the plan's folder for convenience.
const OWN: &str = "config/stepdeck/config.toml";

/// The step list opens first.
const PLAN_FIRST: &str = "[display]\nstart = \"plan\"\n";

/// The program on a plan, with this configuration of one's own.
fn started_on(files: &[(&str, &str)], own: &str) -> (TempDir, Pty) {
    let own = format!("{own}{PLAN_FIRST}");
    let files: Vec<(&str, &str)> = [&[(OWN, &*own)][..], files].concat();
    let folder = folder_of(&files);
    let pty = launch(folder.path()).start();
    pty.wait_for("● live");
    (folder, pty)
}

fn launch(folder: &Path) -> Launch {
    let config = folder.join("config");
    Launch::stepdeck(&[])
        .in_folder(folder)
        .size(120, 30)
        .env("XDG_CONFIG_HOME", config.to_str().unwrap())
}

fn started(own: &str) -> (TempDir, Pty) {
    started_on(&[(LOG, LINES), (CANON, DOCUMENT)], own)
}

/// Closes what is open: the output of what has ended, or a chooser.
#[track_caller]
fn close(pty: &Pty) {
    press_away(pty, "<C-c>");
}

/// Hides the output of what still runs.
#[track_caller]
fn hide(pty: &Pty) {
    press_away(pty, "q");
}

#[track_caller]
fn press_away(pty: &Pty, key: &str) {
    pty.type_keys(key);
    pty.wait_until(|screen| {
        let hints = screen.rows(0, 120).last().unwrap_or_default();
        hints.contains("? help") && !hints.contains("Esc ")
    });
}

fn leave(pty: &Pty) {
    pty.type_keys("q");
    assert!(pty.wait_exit().success());
}

/// A log of one step with this title.
fn titled(title: &str) -> String {
    let title = serde_json::to_string(title).unwrap();
    format!(
        "{{\"step_id\": \"0001\", \"title\": {title}, \"owner\": {title}, \"status\": \"draft\", \
         \"updated_at\": \"2026-11-01T00:00:00Z\"}}\n"
    )
}

#[test]
fn it_runs_with_what_is_selected_and_says_how_it_ended() {
    let (_folder, pty) = started(
        "[commands.tell]\ntitle = \"Tell me all\"\nkey = \"alt-1\"\nrun = [\"sh\", \"-c\", \
         'printf \"<%s>\" \"$@\"; echo; exit 3', \"sh\", \"{id}\", \"{title}\", \"{block} {theme}\", \
         \"{file}:{line}\", \"{owner}\", \"{marked}\", \"{{id}}\"]\n",
    );
    pty.type_keys("j<A-1>");
    pty.wait_for(
        "<0002><Review the schema><B01 Base><data/plans/10000_step_plan.jsonl:3><grc><0002><{id}>",
    );
    pty.wait_for("exit code 3");
    // Closed with a key, and shown again with another.
    close(&pty);
    pty.type_keys("O");
    pty.wait_for("exit code 3");
    close(&pty);
    // What is marked is told in the place of what is selected.
    pty.type_keys("g <Space><A-1>");
    pty.wait_for("<0001 0002>");
    pty.wait_for("exit code 3");
    close(&pty);
    // It stands in the help and in the palette, with its key.
    pty.type_keys("?tell");
    pty.wait_for("Tell me all");
    pty.wait_for("Your own");
    close(&pty);
    pty.type_keys(":tell<Enter>");
    pty.wait_for("exit code 3");
    close(&pty);
    leave(&pty);
}

/// Whatever a title holds: one argument, and no other.
#[test]
fn what_a_plan_says_is_one_argument_and_never_shell() {
    let hostile = [
        "$(touch x)",
        "`touch x`; touch x & touch x | touch x",
        "a b 'c' \"d\" \\ * ? ~ {id} {root} $HOME",
        "two\nlines\ttab",
    ];
    for title in hostile {
        let log = titled(title);
        let (folder, pty) = started_on(
            &[(LOG, &log)],
            "[commands.words]\nkey = \"alt-1\"\nrun = [\"sh\", \"-c\", 'printf \"%s\" $# \"$1\" > words', \
             \"sh\", \"{title}\"]\n\
             [commands.shell]\nkey = \"alt-2\"\nshell = true\n\
             run = 'printf \"%s\" \"$STEPDECK_TITLE\" > shell; : \"$STEPDECK_OWNER\"'\n",
        );
        pty.type_keys("<A-1>");
        pty.wait_for("exit code 0");
        close(&pty);
        pty.type_keys("<A-2>");
        pty.wait_for("exit code 0");
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!(read("words"), format!("1{title}"));
        assert_eq!(read("shell"), title);
        assert!(!folder.path().join("x").exists());
        close(&pty);
        leave(&pty);
    }
}

/// A title that begins with `-` is no option of the program, and one with a NUL is no argument.
#[test]
fn what_would_be_an_option_or_no_argument_at_all_is_refused() {
    let own = "[commands.grep]\nkey = \"alt-1\"\nrun = \"touch {title}\"\n\
               [commands.safe]\nkey = \"alt-2\"\nrun = \"touch -- {title}\"\n";
    let log = titled("-r");
    let (folder, pty) = started_on(&[(LOG, &log)], own);
    pty.type_keys("<A-1>");
    pty.wait_for("the title begins with “-”");
    pty.type_keys("<A-2>");
    pty.wait_for("exit code 0");
    assert!(folder.path().join("-r").exists());
    close(&pty);
    leave(&pty);
    let log = titled("a\u{0}b");
    let (_folder, pty) = started_on(&[(LOG, &log)], own);
    pty.type_keys("<A-2>");
    pty.wait_for("the title has a NUL character");
    leave(&pty);
}

#[test]
fn a_strangers_configuration_runs_nothing() {
    let shared = "[commands.quit]\nkey = \"q\"\nrun = \"touch x\"\n\
                  [commands.x]\nkey = \"alt-1\"\nrun = \"touch x\"\nshell = true\n";
    let folder = folder_of(&[(LOG, LINES), ("stepdeck.toml", shared), (OWN, PLAN_FIRST)]);
    let pty = launch(folder.path()).start();
    pty.wait_for("commands belongs in your own config.toml");
    pty.wait_for("q quit");
    pty.type_keys("<A-1>");
    pty.wait_for("Alt-1 does nothing here");
    pty.type_keys(":touch");
    pty.wait_for("Nothing matches");
    close(&pty);
    leave(&pty);
    assert!(!folder.path().join("x").exists());
    let check = std::process::Command::new(env!("CARGO_BIN_EXE_stepdeck"))
        .args(["check", "--color", "never"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8(check.stdout).unwrap();
    assert!(
        said.contains("commands belongs in your own config.toml: in the shared"),
        "{said}"
    );
    assert!(!folder.path().join("x").exists());
}

#[test]
fn what_it_prints_is_shown_and_steers_nothing() {
    let (_folder, pty) = started(
        "[commands.noise]\nkey = \"alt-1\"\nshell = true\nrun = '''printf 'out\\033[31m\\033]0;x\\007\\n' ; \
         printf 'err\\r\\n' >&2; printf 'bad \\377 end'; kill -9 $$'''\n",
    );
    pty.type_keys("<A-1>");
    pty.wait_for("ended by signal 9");
    pty.wait_for("out\\x1b[31m\\x1b]0;x\\x07");
    pty.wait_for("err ");
    pty.wait_until(|screen| {
        screen
            .rows(0, 120)
            .any(|row| row.contains("│ bad ") && row.contains(" end "))
    });
    assert!(!pty.output().windows(4).any(|part| part == b"\x1b]0;"));
    close(&pty);
    leave(&pty);
}

/// A line without end leaves room for the others.
#[test]
fn a_long_line_takes_three_rows_at_the_most() {
    let (_folder, pty) = started(
        "[commands.long]\nkey = \"alt-1\"\nshell = true\nrun = '''i=100; while [ $i -lt 400 ]; do \
         printf 'w%s ' $i; i=$((i+1)); done; printf '\\nshort\\n'; head -c 5000 /dev/zero | tr '\\0' x'''\n",
    );
    pty.type_keys("<A-1>");
    pty.wait_for("exit code 0");
    pty.wait_for("│ short");
    let screen = pty.screen_text();
    let rows: Vec<&str> = screen.lines().collect();
    let of = |text: &str| rows.iter().filter(|row| row.contains(text)).count();
    assert_eq!((of("│ w"), of("│ xxx")), (3, 3), "{screen}");
    assert!(
        screen.contains("w100") && !screen.contains("w399"),
        "{screen}"
    );
    let last = rows.iter().rposition(|row| row.contains("│ w")).unwrap();
    assert!(
        rows[last].contains('…') && rows[last + 1].contains("short"),
        "{screen}"
    );
    close(&pty);
    leave(&pty);
}

#[test]
fn a_program_that_is_not_there_is_said() {
    let (_folder, pty) = started("[commands.none]\nkey = \"alt-1\"\nrun = \"no-such-program a\"\n");
    pty.type_keys("<A-1>");
    pty.wait_for("no-such-program: No such file or directory");
    pty.wait_for("exit code 127");
    close(&pty);
    leave(&pty);
}

/// Beside the keys: one goes on working, another waits, and it can be cancelled, with all that it
/// started.
#[test]
fn it_holds_nothing_up_and_can_be_cancelled() {
    let (folder, pty) = started(
        "[commands.long]\nkey = \"alt-1\"\nshell = true\n\
         run = '(trap \"touch ended; exit\" TERM; while :; do sleep 0.05; done) & echo begun; wait'\n\
         [commands.other]\nkey = \"alt-2\"\nrun = \"true\"\n",
    );
    pty.type_keys("<A-1>");
    pty.wait_for("begun");
    hide(&pty);
    pty.wait_for("running long");
    // An edit is made and saved meanwhile.
    pty.type_keys("jsp");
    pty.wait_for("0002 status: draft → in progress");
    pty.wait_until(|_| {
        fs::read_to_string(folder.path().join(LOG)).is_ok_and(|log| log.contains("\"in progress\""))
    });
    pty.type_keys("<A-2>");
    pty.wait_for("long is still running; O shows it");
    // Leaving says so once.
    pty.type_keys("q");
    pty.wait_for("long is still running: q again cancels it");
    pty.type_keys("O");
    pty.wait_for("begun");
    pty.type_keys("<C-c>");
    pty.wait_for("cancelled");
    pty.wait_until(|_| folder.path().join("ended").exists());
    close(&pty);
    leave(&pty);
}

/// Its end is told where nobody looks at its output.
#[test]
fn an_end_that_nobody_sees_is_told() {
    let (folder, pty) = started(
        "[commands.wait]\nkey = \"alt-1\"\nshell = true\nrun = 'while [ ! -e go ]; do sleep 0.05; done; exit 4'\n",
    );
    pty.type_keys("<A-1>");
    pty.wait_for("Nothing printed so far");
    hide(&pty);
    fs::write(folder.path().join("go"), "").unwrap();
    pty.wait_for("wait: exit code 4 · O shows what it printed");
    leave(&pty);
}

#[test]
fn a_flood_neither_holds_up_the_keys_nor_hides_the_end() {
    let (_folder, pty) = started(
        "[commands.flood]\nkey = \"alt-1\"\nshell = true\nrun = 'yes flood | head -n 200000; echo all done'\n\
         [commands.endless]\nkey = \"alt-2\"\nrun = \"yes endless\"\n",
    );
    pty.type_keys("<A-1>");
    pty.wait_for("all done");
    pty.wait_for("exit code 0");
    pty.type_keys("g");
    pty.wait_gone("all done");
    close(&pty);
    pty.type_keys("<A-2>");
    pty.wait_for("endless");
    hide(&pty);
    pty.type_keys("jj");
    pty.wait_for("› 0003");
    pty.type_keys("O<C-c>");
    pty.wait_for("cancelled");
    // What no longer runs cannot be cancelled.
    pty.wait_until(|screen| !screen.contents().contains("Ctrl-c"));
    close(&pty);
    leave(&pty);
}

/// What writes begins when all is saved, and the plan is read again behind it.
#[test]
fn what_writes_meets_every_edit_and_is_read_again() {
    let (folder, pty) = started(
        "[commands.shout]\nkey = \"alt-1\"\nwrites = true\nshell = true\n\
         run = 'grep -c \"in progress\" \"$STEPDECK_FILE\"; sed \"s/Load test/LOAD TEST/\" \"$STEPDECK_FILE\" > new && \
         mv new \"$STEPDECK_FILE\"'\n",
    );
    pty.type_keys("jsp<A-1>");
    pty.wait_for("exit code 0");
    // It saw the edit that was made right before.
    let row = |screen: &vt100::Screen| {
        screen
            .rows(0, 120)
            .any(|row| row.trim_matches(['│', ' ']).ends_with("│ 1") || row.contains("│ 1 "))
    };
    assert!(pty.screen(row), "{}", pty.screen_text());
    close(&pty);
    pty.wait_for("LOAD TEST");
    let log = fs::read_to_string(folder.path().join(LOG)).unwrap();
    assert!(log.contains("LOAD TEST") && log.contains("\"in progress\""));
    leave(&pty);
    // Where nothing may be written, it does not run.
    let pty = {
        let config = folder.path().join("config");
        let launch = Launch::stepdeck(&["--read-only"]).in_folder(folder.path());
        launch
            .size(120, 30)
            .env("XDG_CONFIG_HOME", config.to_str().unwrap())
            .start()
    };
    pty.wait_for("LOAD TEST");
    pty.type_keys("<A-1>");
    pty.wait_for("opened with --read-only");
    leave(&pty);
}

/// Mistakes are told with their place, and cost no other command its key.
#[test]
fn mistakes_in_a_table_are_told_at_their_place() {
    let (_folder, pty) = started(
        "[commands.undo]\nrun = \"true\"\n[commands.nothing]\nkey = \"alt-2\"\n[commands.empty]\n\
         [commands.typo]\nrun = \"echo {tittle}\"\n[commands.shelled]\nshell = true\nrun = \"echo {title}\"\n\
         [commands.quote]\nrun = \"echo 'a\"\n[commands.any]\nrun = [\"{file}\"]\n\
         [commands.away]\nrun = \"true\"\nwhere = \"nowhere\"\n[commands.taken]\nrun = \"true\"\nkey = \"u\"\n",
    );
    pty.wait_for("9 mistakes in the configuration");
    for said in [
        "config.toml:1:11: [commands.undo] is the",
        "config.toml:3:11: [commands.nothing] does",
        "config.toml:5:11: empty says nothing",
        "[commands.typo] run: there is",
        "no placeholder {tittle}",
        "[commands.shelled] run: a",
        "\"$STEPDECK_TITLE\"",
        "[commands.quote] run has a",
        "[commands.any] run: the",
        "[commands.away] where: there",
        "[commands.taken] key: u is",
    ] {
        pty.wait_for(said);
    }
    close(&pty);
    pty.type_keys("u");
    pty.wait_for("nothing to undo");
    leave(&pty);
}
