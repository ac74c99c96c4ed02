//! A page a rule, made from the opening comment of the rule's file. The examples in it are
//! run: what is to be caught is caught by the rule, what is to be left alone is left alone.
//! `STEPDECK_BLESS=1 cargo test --test it project::check_pages` brings `docs/checks/` up to date.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::fixture::{CANON, LOG};
use crate::support::run::{Folder, NOW};
use stepdeck::app::core::keymap::Keymap;
use stepdeck::plan::Plan;
use stepdeck::plan::canon::is_canon;
use stepdeck::plan::checks::{Fix, Problem, RULES, Rule};
use stepdeck::plan::source::{Role, SourceFile};
use stepdeck::store::locate::discover::Overrides;
use stepdeck::store::locate::inspect::CheckInput;
use stepdeck::store::locate::open::open;

const REFRESH: &str =
    "refresh it with `STEPDECK_BLESS=1 cargo test --test it project::check_pages`";
const CAUGHT: &str = "\n## Caught\n";
const LEFT_ALONE: &str = "\n## Left alone\n";
/// A line that stands for the steps between the one above and the one below.
const AND_SO_ON: &str = "…";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn source(rule: &Rule) -> String {
    format!("src/plan/checks/{}.rs", rule.code.replace('-', "_"))
}

/// The opening comment of a rule's file.
fn comment(rule: &Rule) -> String {
    let text = fs::read_to_string(root().join(source(rule))).unwrap();
    let lines = text.lines().map_while(|line| line.strip_prefix("//!"));
    lines
        .map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line)))
        .collect()
}

/// The comment's prose, what the rule catches, what it leaves alone.
fn parts(rule: &Rule) -> (String, String, String) {
    let text = comment(rule);
    let (prose, rest) = text
        .split_once(CAUGHT)
        .unwrap_or_else(|| panic!("{}: no “Caught”", rule.code));
    let (caught, left) = rest
        .split_once(LEFT_ALONE)
        .unwrap_or_else(|| panic!("{}: no “Left alone”", rule.code));
    (prose.to_owned(), caught.to_owned(), left.to_owned())
}

/// What is in the place of the path of a log that is written in Latin-1.
const LATIN1: &str = "latin1";

/// The files of an example: each fence is one, its path behind its language.
fn files(example: &str) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = Vec::new();
    let mut open = false;
    for line in example.lines() {
        match line.strip_prefix("```") {
            Some("") => open = false,
            Some(info) => {
                let path = match info.split_once(' ') {
                    Some((_, LATIN1)) => LOG,
                    Some((_, path)) => path,
                    None if info == "jsonl" => LOG,
                    None => CANON,
                };
                files.push((path.to_owned(), String::new()));
                open = true;
            }
            None if open => {
                let (_, text) = files.last_mut().unwrap();
                *text += &format!("{line}\n");
            }
            None => assert_eq!(line, "", "examples are fenced"),
        }
    }
    for (_, text) in &mut files {
        *text = spelled_out(text);
    }
    files
}

/// The text with the steps that `…` stands for.
fn spelled_out(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let number = |line: &str| line.split('"').nth(3).unwrap().parse::<u32>().unwrap();
    let mut whole = String::new();
    for (at, line) in lines.iter().enumerate() {
        if *line != AND_SO_ON {
            whole += &format!("{line}\n");
            continue;
        }
        let above = lines[at - 1];
        let from = number(above);
        for step in from + 1..number(lines[at + 1]) {
            let line = above.replace(&format!("\"{from:04}\""), &format!("\"{step:04}\""));
            whole += &format!("{line}\n");
        }
    }
    whole
}

/// A plan made of an example, in which no other rule is on.
fn folder(rule: &Rule, example: &str) -> Folder {
    let files = files(example);
    assert!(!files.is_empty(), "{}: no example", rule.code);
    let others = RULES.iter().filter(|other| other.code != rule.code);
    let off: String = others
        .map(|other| format!("{} = \"off\"\n", other.code))
        .collect();
    let folder = Folder::new(&[("stepdeck.toml", &format!("[checks]\n{off}"))]);
    for (path, text) in files {
        match example.contains(&format!(" {LATIN1}\n")) {
            true => folder.write(&path, text.chars().map(|c| c as u8).collect::<Vec<u8>>()),
            false => folder.write(&path, text),
        }
    }
    folder
}

/// What the rule finds in an example, all of whose files are part of the plan.
fn found(folder: &Folder, example: &str) -> Vec<Problem> {
    let opened = open(folder.path(), &Overrides::default());
    for (path, _) in files(example) {
        let is_read = opened.files.iter().any(|f| f.path == Path::new(&path));
        assert!(is_read, "{path} is no part of the plan: {example}");
    }
    let severities = opened.layout.severities();
    let premises = CheckInput {
        root: &opened.layout.root,
        severities: &severities,
        papers: &opened.layout.papers,
        rituals: &opened.layout.config.rituals,
        configuration: &[],
        changes: None,
        listed: None,
    };
    premises.inspect(&Plan::read(opened.files), NOW.parse().unwrap())
}

/// A rule's page, and in a few words how its problems are fixed.
fn page(rule: &Rule) -> (String, &'static str) {
    let (prose, caught, left) = parts(rule);
    let clean = folder(rule, &left);
    assert_eq!(found(&clean, &left), [], "{} is to leave alone", rule.code);

    let wrong = folder(rule, &caught);
    let problems = found(&wrong, &caught);
    assert!(!problems.is_empty(), "{} catches nothing", rule.code);
    let fix = match problems[0].fix {
        None => "",
        Some(Fix::Drift(_)) => "`--fix --prefer`",
        Some(_) => "`--fix`",
    };
    let said = wrong.run(&["check"]).out;
    let severity = rule.severity.word();
    let safe = match fix {
        "" => String::new(),
        fix => format!(" · fixed by `stepdeck check {}`", fix.trim_matches('`')),
    };
    let keys = Keymap::default().spell(rule.help.keys);
    assert!(
        !keys.contains('{'),
        "{}: no such command in {keys}",
        rule.code
    );
    let commands = rule.help.commands;
    let todo = match keys == commands {
        true => format!("{}.\n", capitalised(commands)),
        false => format!("- In the cockpit: {keys}.\n- In a terminal: {commands}.\n"),
    };
    let page = format!(
        "<!-- Made from {}; {REFRESH}. -->\n\n# {}\n\n**{severity}**: {}{safe}\n\n{prose}{CAUGHT}{}\n\
         `stepdeck check` says:\n\n```text\n{said}```\n{LEFT_ALONE}{left}\n## What to do\n\n{todo}",
        source(rule),
        rule.code,
        rule.title,
        caught,
    );
    (page, fix)
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}

fn index(fixes: &[&str]) -> String {
    let mut text = format!(
        "<!-- Made from the table of rules; {REFRESH}. -->\n\n# What `stepdeck check` looks for\n\n\
         `stepdeck.toml` sets the severity of a rule, or turns it off:\n\n```toml\n[checks]\n\
         stale = \"warning\"   # error | warning | note | off\n```\n\nErrors and warnings make \
         `stepdeck check` exit with 1, notes do not. Each page has an example that the rule\n\
         catches and one that it leaves alone; they hold only the keys that matter there, are \
         checked as of\n{}, and `…` stands for the steps between two lines.\n\n\
         | code | severity | what it finds | fixed by |\n| --- | --- | --- | --- |\n",
        &NOW[..10]
    );
    for (rule, fix) in RULES.iter().zip(fixes) {
        let (code, severity, title) = (rule.code, rule.severity.word(), rule.title);
        text += &format!("| [{code}]({code}.md) | {severity} | {title} | {fix} |\n");
    }
    text
}

#[test]
fn the_pages_are_those_of_the_rules_and_their_examples_hold() {
    let folder = root().join("docs/checks");
    let mut fixes = Vec::new();
    let mut pages: Vec<(PathBuf, String)> = Vec::new();
    for rule in RULES {
        let (page, fix) = page(rule);
        pages.push((folder.join(format!("{}.md", rule.code)), page));
        fixes.push(fix);
    }
    pages.push((folder.join("README.md"), index(&fixes)));
    for (path, page) in &pages {
        // A plan that is looked for in `docs/` must not take a page for its own.
        let file = SourceFile::load(path, Role::Canon, page.clone().into_bytes());
        assert!(!is_canon(file.markdown().unwrap()), "{}", path.display());
        if fs::read_to_string(path).ok().as_deref() == Some(page) {
            continue;
        }
        let blessed = std::env::var_os("STEPDECK_BLESS").is_some();
        assert!(blessed, "{} is stale; {REFRESH}", path.display());
        fs::create_dir_all(&folder).unwrap();
        fs::write(path, page).unwrap();
    }
    let there: BTreeSet<PathBuf> = (fs::read_dir(&folder).unwrap())
        .map(|entry| entry.unwrap().path())
        .collect();
    let known: BTreeSet<PathBuf> = pages.into_iter().map(|(path, _)| path).collect();
    assert_eq!(there, known, "a page without a rule");
}

/// The pages are not part of the plan that the repository holds.
#[test]
fn the_repository_shows_its_bundled_plan_only() {
    let opened = open(root(), &Overrides::default());
    let outside = opened.files.iter().filter(|f| !f.path.starts_with("data"));
    assert_eq!(
        outside.map(|f| &f.path).collect::<Vec<_>>(),
        [] as [&PathBuf; 0]
    );
    assert!(opened.unreadable.is_empty());
}
