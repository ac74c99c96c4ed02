//! The tables of `docs/configuration.md`, and that of files in `docs/papers.md`, are those of the program. `STEPDECK_BLESS=1 cargo test
//! --test it project::configuration` updates them.

use stepdeck::app::own::place_names;
use stepdeck::app::own::placeholder::{PLACEHOLDERS, Placeholder};
use stepdeck::plan::column::Column;
use stepdeck::plan::paper::{Kept, PAPERS, PaperSpec};
use stepdeck::store::locate::config::ConfigFile;
use stepdeck::store::locate::config::entries::{Entry, all};

use super::readme::check_section;

/// The rows of the entries that have an effect in exactly these files.
fn rows(files: &[ConfigFile]) -> String {
    let row = |entry: &Entry| {
        let name = match entry.section {
            "" => entry.name.to_owned(),
            section => format!("{section}.{}", entry.name),
        };
        let default = match entry.default.starts_with(['"', '[']) || entry.default == "false" {
            true => format!("`{}`", entry.default),
            false => entry.default.to_string(),
        };
        let (meaning, value) = (&entry.meaning, entry.value);
        format!("| `{name}` | {meaning} | {value} | {default} |\n")
    };
    let entries = all(PAPERS).filter(|entry| entry.files == files);
    entries.map(|entry| row(&entry)).collect()
}

fn check_table(name: &str, files: &[ConfigFile]) {
    let rows = rows(files);
    assert!(!rows.is_empty(), "{name}");
    let head = "| entry | meaning | value | default |\n| --- | --- | --- | --- |";
    check_section(
        "docs/configuration.md",
        name,
        &format!("\n{head}\n{rows}\n"),
    );
}

#[test]
fn the_tables_of_entries_are_those_of_the_program() {
    check_table("shared", &[ConfigFile::Shared]);
    check_table("either", &[ConfigFile::Shared, ConfigFile::Own]);
    check_table("own", &[ConfigFile::Own]);
    let all = all(PAPERS).count();
    let known = [
        &[ConfigFile::Shared][..],
        &[ConfigFile::Shared, ConfigFile::Own],
        &[ConfigFile::Own],
    ];
    let listed: usize = known.iter().map(|files| rows(files).lines().count()).sum();
    assert_eq!(listed, all, "an entry stands in no table");
}

#[test]
fn the_table_of_columns_is_that_of_the_program() {
    let row = |column: Column| {
        let about = column.about();
        format!("| `{}` | {} | {about} |\n", column.name(), column.label())
    };
    let rows: String = Column::comparable().map(row).collect();
    let head = "| column | heading | what it says |\n| --- | --- | --- |";
    check_section(
        "docs/configuration.md",
        "columns",
        &format!("\n{head}\n{rows}\n"),
    );
}

#[test]
fn the_table_of_placeholders_is_that_of_the_program() {
    let row = |known: &Placeholder| {
        let variable = known.variable();
        format!(
            "| `{{{}}}` | `{variable}` | {} |\n",
            known.name, known.meaning
        )
    };
    let rows: String = PLACEHOLDERS.iter().map(row).collect();
    let head = "| placeholder | variable | what stands for it |\n| --- | --- | --- |";
    check_section(
        "docs/configuration.md",
        "placeholders",
        &format!("\n{head}\n{rows}\n"),
    );
    // Every name that the page gives for a place is one.
    let page = include_str!("../../../docs/configuration.md");
    let named = page.split("names for `where` are").nth(1).unwrap();
    let named = named.split("\n\n").next().unwrap();
    for name in named.split('`').skip(1).step_by(2) {
        assert!(place_names().contains(&name), "{name}");
    }
    for name in place_names() {
        assert!(named.contains(&format!("`{name}`")), "{name}");
    }
}

#[test]
fn the_table_of_papers_is_that_of_the_program() {
    let row = |paper: &PaperSpec| {
        let quoted = |place: &&str| match paper.kept {
            Kept::Folder => format!("`{place}/{}`", paper.names),
            _ => format!("`{place}`"),
        };
        let places: Vec<String> = paper.default.iter().map(quoted).collect();
        let known = match (paper.kept, paper.names) {
            (Kept::Folder, _) | (_, "") => String::new(),
            (_, names) => format!(": {names}"),
        };
        let (name, places) = (paper.name, places.join(", "));
        format!("| {name} | {places}{known} | {} |\n", paper.written)
    };
    let rows: String = PAPERS.iter().map(row).collect();
    let head = "| what | where | what stepdeck writes there |\n| --- | --- | --- |";
    check_section("docs/papers.md", "files", &format!("\n{head}\n{rows}\n"));
}
