//! Content of a size that nobody writes: the stack holds and the time stays in proportion.
//!
//! What takes quadratic time takes minutes at these sizes and what takes linear time a
//! fraction of a second, so the limit is wide enough for any machine.

use std::time::Instant;

use stepdeck::change::apply;
use stepdeck::change::compose::Composer;
use stepdeck::document::markdown::MarkdownDocument;
use stepdeck::plan::Plan;
use stepdeck::plan::field::Field;
use stepdeck::plan::paper::PAPERS;
use stepdeck::plan::query::Query;
use stepdeck::store::locate::config::{Config, ConfigFile};

use super::exercise::{assert_law, load, now, problems};
use super::screen::walk;
use crate::support::LIMIT;
use crate::support::fixture::{CANON, LOG};
use crate::support::run::Folder;

const LEVELS: usize = 100_000;

/// Reads and checks a plan with this file in it, and says so where it took too long.
fn assert_quick(name: &str, path: &str, text: &[u8]) -> Plan {
    let begun = Instant::now();
    let plan = Plan::read(load(&[(path, text)]));
    problems(&plan);
    let taken = begun.elapsed();
    assert!(taken < LIMIT, "{name} took {taken:?}");
    plan
}

fn assert_quick_documents(shapes: &[(&str, String)]) {
    for (name, shape) in shapes {
        let text =
            format!("# Plan\n\n## Readiness Checklists\n\n### Ground\n\n- a check\n\n{shape}");
        let plan = assert_quick(name, CANON, text.as_bytes());
        assert!(
            plan.files()[0].document.to_bytes() == text.as_bytes(),
            "{name}"
        );
    }
}

/// What would nest, opened so often that a call for each would end the stack.
#[test]
fn a_hundred_thousand_levels_of_markdown_are_read_in_no_time() {
    let times = |piece: &str| piece.repeat(LEVELS);
    let half = |piece: &str| piece.repeat(LEVELS / 2);
    assert_quick_documents(&[
        ("quotes", times("> ") + "words"),
        ("quotes and lazy lines", times(">") + "a\n" + &half("b\n")),
        ("quotes and blank lines", times(">") + "a\n" + &half("\n")),
        ("lists", times("- ") + "words"),
        ("lists and lazy lines", half("- ") + "a\n" + &half("b\n")),
        (
            "lists and blank lines",
            half("- ") + "a\n" + &half("\n") + "b",
        ),
        ("lists in quotes", half("> - ") + "a\n" + &half(">\n")),
        ("numbered lists", times("1. ") + "words"),
        ("tasks", half("- [ ] ") + "words"),
        ("footnotes", half("[^a]: ") + "words"),
        ("alerts", times("> ") + "[!NOTE]\n"),
        ("emphasis", times("*") + "words" + &times("*")),
        ("emphasis of two kinds", half("*a **b ") + &half("** *")),
        ("emphasis unclosed", half("**a ")),
        ("strikethrough", half("~~a ") + &half("~a~~")),
        ("brackets", times("[") + &times("]")),
        ("images", times("![")),
        ("links", half("[a](")),
        ("links in angles", half("[a](<b")),
    ]);
}

/// What is opened again and again and never closed.
#[test]
fn what_is_never_closed_is_read_in_no_time() {
    let times = |piece: &str| piece.repeat(LEVELS / 4);
    let growing = |sign: &str| -> String {
        (1..400).map(|n| sign.repeat(n) + " ").collect::<String>() + "\n"
    };
    assert_quick_documents(&[
        ("backticks", times("`") + "\n" + &growing("`")),
        ("backticks of two lengths", times("` ``")),
        ("fences", times("```a\n")),
        (
            "fences shrinking",
            (3..400).rev().map(|n| "~".repeat(n) + "\n").collect(),
        ),
        ("tags", times("<a ") + &times("<")),
        ("attributes", "<a ".to_owned() + &times("b='")),
        ("comments", times("a <!-- ")),
        ("instructions", times("a <? ")),
        ("declarations", times("<!A ")),
        ("character data", times("a <![CDATA[ ")),
        ("link titles", times("[a](b \"")),
        ("link parentheses", "[a](".to_owned() + &times("(")),
        ("definitions", times("[a\n") + &times("[a]: b '\n")),
        ("entities", times("&a") + &times("&#")),
        ("addresses", times("<a:") + &times("<a@") + &times("http")),
        ("front matter", "---\n".to_owned() + &times("a: b\n")),
    ]);
}

/// What is simply very much.
#[test]
fn very_much_of_anything_is_read_in_no_time() {
    let times = |piece: &str| piece.repeat(LEVELS / 8);
    let wide = |cell: &str| cell.repeat(10_000) + "|\n";
    let stages = "| Stage | Stage-Gate Review |\n|-|-|\n| Ground | r |\n\n";
    let numbered = |make: &dyn Fn(usize) -> String| (0..LEVELS / 16).map(make).collect::<String>();
    assert_quick_documents(&[
        (
            "a table of 10,000 columns",
            wide("|a") + &wide("|-") + &wide("|b") + &times("|c\n"),
        ),
        ("tables", times("|a|\n|-|\n|b|\n\n")),
        ("tables that are none", times("a|b\n") + "-|-\n"),
        (
            "blocks",
            "|Block|Step Range|\n|-|-|\n".to_owned() + &times("|B01|1–9999|\n"),
        ),
        ("stages", format!("{stages}{}", times("### Ground\n- a\n"))),
        ("checks", times("- [ ] a\n")),
        ("empty items", times("-\n")),
        (
            "labels",
            times("- **Owner:** a\n") + "- " + &times("**a:** "),
        ),
        ("headings", times("# a\n") + &times("b\n=\n")),
        (
            "definitions",
            numbered(&|n| format!("[a{n}]: b\n")) + &times("[a1] "),
        ),
        (
            "footnotes",
            numbered(&|n| format!("[^{n}]: b\n\n")) + &times("[^1] "),
        ),
        (
            "sections",
            numbered(&|n| format!("#### Step {:04} — t\n- **Owner:** a\n", n + 1)),
        ),
        (
            "sections of one step",
            times("#### Step 0001 — t\n- **Owner:** a\n"),
        ),
        (
            "a list",
            format!("#### Step 0001 — t\n- **Inputs:** {}\n", times("\\, a, ")),
        ),
        (
            "addresses",
            times("https://a.b/_c ") + "https://" + &times("a_*"),
        ),
        ("carriage returns", times("\r")),
        ("zeros", times("\0")),
    ]);
    let plan = stages.to_owned() + "## Readiness Checklists\n\n### Ground\n\n- a\n";
    let roadmap = "# Ground\n\n".to_owned() + &times("- <http://a.b>\n");
    let begun = Instant::now();
    let files = load(&[
        (CANON, plan.as_bytes()),
        ("docs/ROADMAP.md", roadmap.as_bytes()),
    ]);
    let plan = Plan::read(files);
    assert_eq!(plan.stages()[0].evidence.len(), LEVELS / 8);
    assert!(begun.elapsed() < LIMIT);
}

#[test]
fn a_log_with_very_much_of_anything_is_read_in_no_time() {
    let count = LEVELS / 8;
    let line = |rest: &str| format!("{{\"step_id\": \"0001\", {rest}}}\n");
    let keys: String = (0..count).map(|n| format!("\"k{n}\": 1, ")).collect();
    let entries = |entry: &str| entry.repeat(count) + "\"a\"";
    for (name, text) in [
        ("lines of one step", line("\"title\": \"t\"").repeat(count)),
        ("keys", line(&(keys + "\"title\": \"t\""))),
        (
            "keys alike",
            line(&("\"title\": \"s\", ".repeat(count) + "\"title\": \"t\"")),
        ),
        (
            "missing steps",
            line(&format!("\"dependencies\": [{}]", entries("\"0002\", "))),
        ),
        (
            "no IDs",
            line(&format!("\"dependencies\": [{}]", entries("\"0.0\", "))),
        ),
        (
            "conditions",
            line(&format!("\"dependencies\": [{}]", entries("\"c\", "))),
        ),
        (
            "kinds",
            line(&format!("\"artifacts\": [{}]", entries("1, "))),
        ),
        (
            "artifacts",
            line(&format!(
                "\"status\": \"complete\", \"artifacts\": [{}]",
                entries("\"a.md\", ")
            )),
        ),
        (
            "circles",
            line("\"dependencies\": [\"0001\"]").repeat(count),
        ),
        (
            "conflict markers",
            "<<<<<<< a\n=======\n>>>>>>> b\n".repeat(count),
        ),
        ("torn lines", "{\n".repeat(count)),
    ] {
        let plan = assert_quick(name, LOG, text.as_bytes());
        if let Some(last) = plan.len().checked_sub(1) {
            let composer = Composer::new(&plan, now());
            let change = composer.set(last, Field::Owner, "ops").unwrap();
            let mut files = plan.files().to_vec();
            let begun = Instant::now();
            apply::change(&change, &mut files).unwrap();
            assert!(begun.elapsed() < LIMIT, "{name}");
        }
    }
}

/// A million brackets in a line are kept, shown and edited beside, in their own
/// line as well.
#[test]
fn a_million_brackets_are_kept_shown_and_edited_beside() {
    let (open, close) = ("[".repeat(1_000_000), "]".repeat(1_000_000));
    let brackets = format!(
        "{{\"step_id\": \"0001\"}}\n{{\"step_id\": \"0002\", \"owner\": \
         \"a\", \"dependencies\": {open}{close}}}\n{open}\n{{\"step_id\": \"0003\", \
         \"evidence\": {{\"metric\": {open}{close}}}}}\n"
    );
    let files = load(&[(LOG, brackets.as_bytes())]);
    let plan = assert_quick("brackets", LOG, brackets.as_bytes());
    assert_eq!(plan.len(), 3);
    for (step, field) in [(1, Field::Owner), (2, Field::Target)] {
        let composer = Composer::new(&plan, now());
        let change = composer.set(step, field, "ops").unwrap();
        assert_law("brackets", &files, &change);
    }
    let folder = Folder::with_bytes(&[(LOG, brackets.as_bytes())]);
    assert_eq!(folder.run(&["set", "0002", "owner=ops"]).code, 0);
    let expected = brackets.replace("\"owner\": \"a\"", "\"owner\": \"ops\"");
    let now = folder
        .read(LOG)
        .replace(", \"updated_at\": \"2026-11-21T09:30:00Z\"", "");
    assert!(now == expected);
    let document =
        format!("# Plan\n\n{open}{close}\n\n## Readiness Checklists\n\n### Ground\n\n- a\n");
    assert_quick("brackets in Markdown", CANON, document.as_bytes());
    let braces = "{\"a\":".repeat(500_000);
    assert_quick("braces", LOG, braces.as_bytes());
    let toml = format!("a = {}", "[".repeat(LEVELS));
    let (mut config, path) = (Config::default(), "a.toml".as_ref());
    let problems = config.read(ConfigFile::Shared, path, toml.as_bytes(), PAPERS);
    assert_eq!(problems.len(), 1);
    assert!(Query::parse(&open[..LEVELS]).is_ok());
}

/// A line of 50 MB is kept, shown and edited beside.
#[test]
fn a_line_of_fifty_megabytes_is_kept_shown_and_edited_beside() {
    let long = "All work and no play. ".repeat(50_000_000 / 22);
    let before = b"{\"step_id\": \"0001\", \"title\": \"Before\"}\n";
    let line = [
        b"{\"step_id\": \"0002\", \"title\": \"".as_slice(),
        long.as_bytes(),
        b"\", \"owner\": \"a\"}\n",
    ];
    let bytes = [before.as_slice(), &line.concat()].concat();
    let folder = Folder::with_bytes(&[(LOG, &bytes)]);
    for id in ["0001", "0002"] {
        let run = folder.run(&["set", id, "owner=ops"]);
        assert_eq!(run.code, 0, "{}", run.err);
    }
    let stamp = b", \"updated_at\": \"2026-11-21T09:30:00Z\"}\n";
    let expected = [
        b"{\"step_id\": \"0001\", \"title\": \"Before\", \"owner\": \"ops\"".as_slice(),
        stamp,
        line[0],
        line[1],
        b"\", \"owner\": \"ops\"",
        stamp,
    ]
    .concat();
    let now = std::fs::read(folder.path().join(LOG)).unwrap();
    assert!(now == expected);
}

/// The same length in a document, as words and as a line without a space.
#[test]
fn a_long_line_of_markdown_is_read_and_ticked_beside() {
    let long = "All work and no play. ".repeat(20_000) + &"x".repeat(400_000);
    let text = format!("## Readiness Checklists\n\n### Ground\n\n- a\n- {long}\n\n{long}\n");
    let document = MarkdownDocument::load(text.clone().into_bytes());
    assert_eq!(document.items().len(), 2);
    let plan = assert_quick("a long line", CANON, text.as_bytes());
    let composer = Composer::new(&plan, now());
    let change = composer.tick(&plan.stages()[0].checks[0]).unwrap();
    assert_law("a long line", plan.files(), &change);
}

/// A field far longer than the screen costs a frame no more than its screenful.
#[test]
fn a_field_of_a_megabyte_is_drawn() {
    let line = format!(
        "{{\"step_id\": \"0001\", \"title\": \"{0}\", \"outcome\": \"{0}\", \"owner\": \"{0}\", \
         \"x\": \"{0}\"}}\n",
        "long 🙂 ".repeat(LEVELS / 10)
    );
    let begun = Instant::now();
    walk("a long field", &[(LOG, line.as_bytes())]);
    assert!(begun.elapsed() < LIMIT, "{:?}", begun.elapsed());
}
