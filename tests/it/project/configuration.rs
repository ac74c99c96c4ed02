//! The tables of `docs/configuration.md` are those of the program. `STEPDECK_BLESS=1 cargo test
//! --test it project::configuration` updates them.

use stepdeck::plan::paper::PAPERS;
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
        let meaning = entry.meaning;
        format!("| `{name}` | {meaning} | {} | {default} |\n", entry.value)
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
fn the_table_of_papers_is_that_of_the_program() {
    let rows: String = PAPERS
        .iter()
        .map(|paper| {
            let places = paper.default.iter().map(|place| match paper.names {
                "" => format!("`{place}`"),
                names => format!("`{place}/{names}`"),
            });
            let places = places.collect::<Vec<_>>().join(", ");
            format!("| {} | {places} | {} |\n", paper.meaning, paper.written)
        })
        .collect();
    let head =
        "| what | where, unless configured | what stepdeck writes there |\n| --- | --- | --- |";
    check_section(
        "docs/configuration.md",
        "papers",
        &format!("\n{head}\n{rows}\n"),
    );
}
