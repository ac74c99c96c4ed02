//! What people do in plans with hostile content, from their wish to the bytes on disk.

use super::exercise::{assert_law, load, now, problems};
use super::screen::{is_unseen, walk};
use crate::support::desk::Desk;
use crate::support::fixture::{CANON, DOCUMENT, LINES, LOG};
use crate::support::run::{Folder, Run};
use stepdeck::change::apply;
use stepdeck::change::compose::Composer;
use stepdeck::plan::Plan;
use stepdeck::plan::canon::block_table::BlockColumn;
use stepdeck::plan::field::{Field, Kind, fields};

const STAMP: &str = "2026-11-21T09:30:00Z";

/// The markers of an unfinished merge are a problem on their lines, and the
/// lines between them are steps that can be edited.
#[test]
fn an_unfinished_merge_is_a_problem_and_the_rest_works() {
    let merge = "{\"step_id\": \"0001\", \"title\": \"a\"}\n<<<<<<< ours\n\
                 {\"step_id\": \"0002\", \"title\": \"ours\"}\n||||||| base\n=======\n\
                 {\"step_id\": \"0003\", \"title\": \"theirs\"}\n>>>>>>> theirs\n";
    let plan = Plan::read(load(&[(LOG, merge.as_bytes())]));
    let found = problems(&plan);
    let marked = found.iter().filter(|p| p.code == "conflict-marker");
    assert!(marked.clone().any(|p| p.place.line == 2), "{found:#?}");
    assert!(marked.clone().all(|p| !p.help.is_empty()));
    let folder = Folder::new(&[(LOG, merge)]);
    for id in ["0001", "0002", "0003"] {
        assert_eq!(folder.run(&["set", id, "title=Set"]).code, 0, "{id}");
    }
    let set = format!("\"Set\", \"updated_at\": \"{STAMP}\"");
    let expected = ["\"a\"", "\"ours\"", "\"theirs\""]
        .iter()
        .fold(merge.to_owned(), |text, title| text.replace(title, &set));
    assert_eq!(folder.read(LOG), expected);
}

/// Of three lines with one ID none is dropped, all are reported, and each is
/// reached and edited by itself.
#[test]
fn steps_with_the_same_id_are_reported_kept_and_reached() {
    let line = |title: &str| format!("{{\"step_id\": \"0002\", \"title\": \"{title}\"}}\n");
    let log = ["one", "two", "two"].map(line).concat();
    let files = load(&[(LOG, log.as_bytes())]);
    let plan = Plan::read(files.clone());
    let titles: Vec<_> = plan.steps().map(|step| step.title()).collect();
    assert_eq!(titles, ["one", "two", "two"]);
    let reported = problems(&plan)
        .iter()
        .filter(|p| p.code == "duplicate-id")
        .count();
    assert!(reported >= 1);
    for step in 0..3 {
        let composer = Composer::new(&plan, now());
        let change = composer.set(step, Field::Owner, "ops").unwrap();
        assert_law("duplicates", &files, &change);
        let mut after = files.clone();
        apply::change(&change, &mut after).unwrap();
        let bytes = after[0].document.to_bytes();
        let text = String::from_utf8(bytes).unwrap();
        for (at, (old, new)) in log.lines().zip(text.lines()).enumerate() {
            assert_eq!(old != new, at == step, "{text}");
        }
    }
    let mut desk = Desk::open(&[(LOG, &log)]);
    desk.keys("jo").keys("ops<Enter>");
    let expected = ["one", "two", "two"].map(line);
    let edited = format!(
        "{{\"step_id\": \"0002\", \"title\": \"two\", \"owner\": \"ops\", \"updated_at\": \
         \"{STAMP}\"}}\n"
    );
    let expected = [&expected[0], &edited, &expected[2]]
        .map(String::as_str)
        .concat();
    assert_eq!(desk.file(LOG), expected, "{}", desk.screen());
    desk.keys("u");
    assert_eq!(desk.file(LOG), log);
}

/// One value of one line changes, whatever else is odd about the line.
#[test]
fn one_field_is_one_value_whatever_else_the_line_holds() {
    let odd = "\u{feff}{ \"step_id\" :\"0001\",\t\"title\":  \"a\\/b\\u0041\", \"title\":\"c\" , \
               \"n\":12345678901234567890123, \"owner\": \"\\u006fps\",\"x\":[1E400 ,-0], \
               \"updated_at\":\"2026-11-01T00:00:00Z\"  }";
    let before = format!("{odd}\r\n{{\"step_id\": \"0002\"}}");
    let folder = Folder::new(&[(LOG, &before)]);
    assert_eq!(folder.run(&["set", "1", "owner=gr/c"]).code, 0);
    let owner = before.replace("\"\\u006fps\"", "\"gr/c\"");
    let expected = owner.replace("2026-11-01T00:00:00Z", STAMP);
    assert_eq!(folder.read(LOG), expected);
    // The last of two equal keys is the one that counts.
    assert_eq!(folder.run(&["set", "1", "title=d"]).code, 0);
    assert_eq!(
        folder.read(LOG),
        expected.replace("\"title\":\"c\"", "\"title\":\"d\"")
    );
}

/// The check is ticked, not what looks like it in fences, comments, quotes
/// and tables.
#[test]
fn a_tick_finds_its_byte_beside_look_alikes() {
    let alike = "```\n- [ ] Drill held\n```\n\n<!--\n- [ ] Drill held\n-->\n\n    - [ ] Drill held\n\n\
                 > - [ ] Drill held\n\n| - [ ] Drill held |\n| --- |\n| - [ ] Drill held |\n";
    let checks = "- other\n\n  ```\n  - [ ] Drill held\n  ```\n- [ ] Drill held\n";
    let canon = |checks: &str| {
        format!(
            "# Plan\n\n{alike}\n| Stage | Stage-Gate Review |\n| --- | --- |\n| Ground | r |\n\n\
             ## Readiness Checklists\n\n### Ground\n\n{checks}\n{alike}"
        )
    };
    let before = canon(checks);
    let folder = Folder::new(&[(LOG, LINES), (CANON, &before)]);
    assert_eq!(folder.run(&["tick", "ground", "2"]).code, 0);
    let ticked = checks.replace("\n- [ ] Drill held", "\n- [x] Drill held");
    assert_eq!(folder.read(CANON), canon(&ticked));
    assert_eq!(folder.run(&["tick", "ground", "2", "--off"]).code, 0);
    assert_eq!(folder.read(CANON), before);
}

/// A cell is edited in a row of odd cells; the others stay, a typed pipe is
/// escaped, and padding is used up before columns shift.
#[test]
fn a_cell_is_edited_in_a_row_of_odd_cells() {
    let table = |steward: &str| {
        format!(
            "| Block | Step Range | Working Theme | Primary Steward | Success Signal | Status |\n\
             | --- | --- | --- | --- | --- | --- |\n\
             | B01 | 0001–0100 | a \\| b 🙂 |{steward}| x<br/>y `c \\| d` | 漢字 |\n"
        )
    };
    for (typed, cell) in [
        ("ab", " ab         "),
        ("a|b", " a\\|b       "),
        ("🙂 ops", " 🙂 ops     "),
        ("two\nlines", " two<br/>lines "),
        ("a long, long name", " a long, long name "),
        ("C:\\", " C:\\        "),
        ("", "            "),
    ] {
        let before = table(" Ops Guild  ");
        let files = load(&[(CANON, before.as_bytes())]);
        let plan = Plan::read(files.clone());
        let composer = Composer::new(&plan, now());
        let change = composer.set_block(0, BlockColumn::Steward, typed).unwrap();
        assert_law(typed, &files, &change);
        let mut after = files.clone();
        apply::change(&change, &mut after).unwrap();
        let text = String::from_utf8(after[0].document.to_bytes()).unwrap();
        assert_eq!(text, table(cell), "{typed:?}");
        let read = Plan::read(after);
        assert_eq!(read.block_text(0, BlockColumn::Steward), typed);
    }
}

/// Escape, a clipboard sequence, C1, an override, an isolate, a mark, a separator.
const NASTY: &str = "\u{1b}[2J\u{1b}]52;c;AAAA\u{7}\u{9b}2J\u{202e}abc\u{2066}\u{200f}\u{2028}";

/// The same as JSON spells it.
const NASTY_JSON: &str =
    "\\u001b[2J\\u001b]52;c;AAAA\\u0007\\u009b2J\\u202eabc\\u2066\\u200f\\u2028";

/// Nothing but visible signs, line ends and colours of our own.
fn assert_seen(what: &str, text: &str) {
    let mut plain = String::new();
    let mut pieces = text.split("\u{1b}[");
    plain += pieces.next().unwrap_or_default();
    for piece in pieces {
        let end = piece.find(|c: char| !(c.is_ascii_digit() || c == ';'));
        let rest = &piece[end.unwrap_or(piece.len())..];
        plain += rest.strip_prefix('m').unwrap_or("\u{1b}");
    }
    let bad = plain.chars().find(|c| *c != '\n' && is_unseen(*c));
    assert_eq!(bad, None, "{what}: {text:?}");
}

/// Whatever field holds it, on every screen.
#[test]
fn no_field_sends_control_characters_to_the_screen() {
    let value = |kind: Kind| match kind {
        Kind::List => format!("[\"{NASTY_JSON}\"]"),
        _ => format!("\"{NASTY_JSON}\""),
    };
    let mut line = "{\"step_id\": \"0001\"".to_owned();
    for spec in fields().iter().filter(|spec| spec.inner.is_none()) {
        line += &format!(", \"{}\": {}", spec.key, value(spec.kind));
    }
    for outer in ["evidence", "effort", "cost"] {
        let inner: Vec<String> = (fields().iter().filter(|spec| spec.key == outer))
            .map(|spec| format!("\"{}\": {}", spec.inner.unwrap(), value(spec.kind)))
            .collect();
        line += &format!(", \"{outer}\": {{{}}}", inner.join(", "));
    }
    line += &format!(", \"{NASTY_JSON}\": \"{NASTY_JSON}\"}}\n{NASTY}\n");
    let canon = DOCUMENT
        .replace("Ops Guild", NASTY)
        .replace("Weeks 0-8", NASTY)
        .replace("Schema agreed", NASTY)
        .replace("Runbooks", NASTY)
        .replace("Ground", &format!("Ground {NASTY}"));
    let name = format!("docs/{}.md", NASTY.replace('/', ""));
    let files = [(LOG, line.as_bytes()), (&*name, canon.as_bytes())];
    let seen = walk("nasty", &files);
    assert!(seen.contains("\\x1b[2J"), "the escape is not shown");
    assert!(seen.contains("\\u{202e}abc"), "the override is not shown");
}

/// In results, messages and errors of subcommands.
#[test]
fn no_subcommand_sends_control_characters() {
    let log = LINES
        .replace("Load test", NASTY_JSON)
        .replace("Board agrees", NASTY_JSON);
    let canon = DOCUMENT
        .replace("Runbooks", NASTY)
        .replace("Ground", &format!("Ground {NASTY}"));
    let nasty_name = format!("data/plans/{NASTY}.jsonl");
    let config = format!("[paths]\nlog = \"data/plans\"\n\"{NASTY_JSON}\" = 1\n");
    let folder = Folder::new(&[
        (LOG, log.as_str()),
        (CANON, canon.as_str()),
        (&nasty_name, "{\"step_id\": \"0500\", \"title\": \"t\"}\n"),
        ("stepdeck.toml", config.as_str()),
    ]);
    let assignment = format!("owner={NASTY}");
    let status = format!("status={NASTY}");
    let entry = format!("dependencies-={NASTY}");
    let title = format!("title=a {NASTY}");
    let runs: [&[&str]; 10] = [
        &["set", "0003", "owner=ops"],
        &["set", "0003", "title=Plain"],
        &["set", "0500", "title=Named"],
        &["set", "0002", &assignment],
        &["set", "0002", &status],
        &["set", "0002", &entry],
        &["add", &title],
        &["tick", NASTY, "1"],
        &["tick", "ground", NASTY],
        &["--log", NASTY, "set", "0002", "owner=x"],
    ];
    let mut escaped = 0;
    for arguments in runs {
        let Run { out, err, .. } = folder.run_on(arguments, Some(80));
        assert_seen(&format!("{arguments:?}"), &out);
        assert_seen(&format!("{arguments:?}"), &err);
        escaped += usize::from(err.contains("\\x1b") || err.contains("\\u{202e}"));
    }
    assert!(
        escaped >= 6,
        "only {escaped} messages show what was escaped"
    );
}
