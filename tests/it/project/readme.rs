//! The tables under `docs/` and the README's picture are derived from the program, and fail here
//! when they are stale. `STEPDECK_BLESS=1 cargo test --test it project::readme` updates them.

use std::fs;
use std::path::Path;

use crate::support::desk::Desk;
use crate::support::svg;
use stepdeck::app::core::command::{Focus, Group, Places};
use stepdeck::app::core::keymap::Keymap;
use stepdeck::app::core::registry;
use stepdeck::app::overlays::palette::{KINDS, KindSpec};
use stepdeck::plan::query;
use stepdeck::plan::ranking::term::TERMS;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn is_blessing() -> bool {
    std::env::var_os("STEPDECK_BLESS").is_some()
}

/// Compares the text between the markers called `name` in a document with `expected`, or puts
/// `expected` there.
pub(crate) fn check_section(document: &str, name: &str, expected: &str) {
    let path = root().join(document);
    let text = fs::read_to_string(&path).unwrap();
    let open = text.find(&format!("<!-- {name}:")).unwrap();
    let start = open + text[open..].find("-->\n").unwrap() + "-->\n".len();
    let end = start + text[start..].find(&format!("<!-- /{name} -->")).unwrap();
    if text[start..end] == *expected {
        return;
    }
    assert!(
        is_blessing(),
        "the {name} of {document} are stale: STEPDECK_BLESS=1 cargo test --test it project::readme"
    );
    fs::write(
        path,
        format!("{}{expected}{}", &text[..start], &text[end..]),
    )
    .unwrap();
}

#[test]
fn the_key_table_is_that_of_the_registry() {
    let keymap = Keymap::default();
    let mut table = String::new();
    let has_commands = |group: &Group| registry::all().any(|command| command.group == *group);
    for group in Group::ALL.into_iter().filter(has_commands) {
        table += &format!(
            "\n**{}**\n\n| key | command | what it does |\n| --- | --- | --- |\n",
            group.title()
        );
        for command in registry::all().filter(|command| command.group == group) {
            let place = match command.places {
                Places::Only([first, ..]) => *first,
                _ => Focus::STEPS,
            };
            let keys: Vec<String> = keymap
                .keys(place, command)
                .iter()
                .map(|key| format!("`{key}`").replace('|', "\\|"))
                .collect();
            table += &format!(
                "| {} | `{}` | {} |\n",
                keys.join(" "),
                command.name,
                command.title
            );
        }
    }
    check_section("docs/keys.md", "keys", &format!("{table}\n"));
}

#[test]
fn the_table_of_what_the_palette_finds_is_that_of_the_program() {
    let row = |spec: &KindSpec| {
        let prefix = spec.prefix.map(|sign| format!("`{sign}`"));
        let prefix = prefix.unwrap_or_default();
        format!(
            "| {} | {prefix} | {} | {} |\n",
            spec.word, spec.found_by, spec.enter
        )
    };
    let rows: String = KINDS.iter().map(row).collect();
    let head = "| kind | sign | found by | `⏎` |\n| --- | --- | --- | --- |";
    check_section("docs/keys.md", "palette", &format!("\n{head}\n{rows}\n"));
}

#[test]
fn the_filter_table_is_that_of_the_language() {
    let rows: String = query::TERMS
        .iter()
        .map(|row| format!("| `{}` | {} |\n", row.key, row.about))
        .collect();
    check_section(
        "docs/filters.md",
        "filter",
        &format!("\n| term | meaning |\n| --- | --- |\n{rows}\n"),
    );
}

#[test]
fn the_ranking_table_is_that_of_the_terms() {
    let rows: String = TERMS
        .iter()
        .map(|term| format!("| `{}` | {} | {} |\n", term.name, term.weight, term.meaning))
        .collect();
    check_section(
        "docs/ranking.md",
        "ranking",
        &format!("\n| term | weight | what a measure of 1 is |\n| --- | --- | --- |\n{rows}\n"),
    );
}

#[test]
fn the_table_of_subcommands_is_that_of_the_command_line() {
    use clap::CommandFactory as _;
    let mut command = stepdeck::cli::Arguments::command().disable_help_subcommand(true);
    command.build();
    let rows: String = command
        .get_subcommands_mut()
        .map(|subcommand| {
            let about = subcommand.get_about().map(ToString::to_string);
            // What all of them take is described once, below the table.
            let own = subcommand
                .clone()
                .mut_args(|argument| match argument.is_global_set() {
                    true => argument.hide(true),
                    false => argument,
                });
            let usage = own.disable_help_flag(true).render_usage().to_string();
            let usage = usage.trim_start_matches("Usage: ").replace('|', "\\|");
            // A row of a table is one line, in however many ways the command is used.
            let ways: Vec<String> = usage
                .lines()
                .map(|way| format!("`{}`", way.trim()))
                .collect();
            let usage = ways.join(" or ");
            format!(
                "| {usage} | {} |\n",
                about.unwrap_or_default().replace('|', "\\|")
            )
        })
        .collect();
    check_section(
        "docs/command-line.md",
        "subcommands",
        &format!("\n| command | what it does |\n| --- | --- |\n{rows}\n"),
    );
}

#[test]
fn the_picture_is_the_screen_of_the_bundled_plan() {
    let mut desk = Desk::bundled(100, 30);
    desk.keys(":226<Enter>");
    let picture = svg::of_buffer(desk.buffer(), "stepdeck");
    let path = root().join("assets/screen.svg");
    if fs::read_to_string(&path).ok().as_deref() == Some(&picture) {
        return;
    }
    assert!(
        is_blessing(),
        "assets/screen.svg is stale: STEPDECK_BLESS=1 cargo test --test it project::readme"
    );
    fs::write(path, picture).unwrap();
}

/// The first thing that people copy from the README, and what CI runs.
#[test]
fn the_readme_and_ci_run_the_same_tests() {
    for file in ["README.md", ".ci/run"] {
        let text = fs::read_to_string(root().join(file)).unwrap();
        let runs = |line: &str| line == "cargo test" || line.starts_with("cargo test ");
        assert!(text.lines().any(runs), "{file}");
    }
}
