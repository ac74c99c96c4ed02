//! Each option of the command line is described: `docs/command-line.md`, or a document that it
//! leads to, has a paragraph that names the option and its subcommand.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use clap::{Command, CommandFactory as _};

/// The paragraphs of the document, and of those beside it that it links.
fn paragraphs() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let main = fs::read_to_string(folder.join("command-line.md")).unwrap();
    let links = main.split("](").skip(1).filter_map(|rest| {
        let address = rest.split_once(')')?.0;
        let path = address.split('#').next()?;
        let is_beside = path.ends_with(".md") && !path.contains('/');
        is_beside.then(|| path.to_owned())
    });
    let linked: BTreeSet<String> = links.collect();
    let linked = linked.iter().map(|path| folder.join(path));
    let linked = linked.map(|path| fs::read_to_string(path).unwrap());
    let texts = std::iter::once(main.clone()).chain(linked);
    let paragraphs = texts.flat_map(|text| {
        let parts = text.split("\n\n").map(str::to_owned);
        parts.collect::<Vec<_>>()
    });
    paragraphs.collect()
}

/// Whether a text has a word that no letter and no hyphen goes on.
fn says(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '-';
    text.match_indices(word).any(|(at, _)| {
        !text[..at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part)
    })
}

/// The options of a command and of those below it that no paragraph names beside it.
fn untold(command: &Command, name: &str, paragraphs: &[String], found: &mut Vec<String>) {
    let own = command.get_arguments();
    for argument in own.filter(|argument| !argument.is_hide_set()) {
        // What all of them take is described once.
        if !name.is_empty() && (argument.is_global_set() || argument.get_id() == "help") {
            continue;
        }
        let Some(long) = argument.get_long() else {
            continue;
        };
        let option = format!("--{long}");
        let is_told = |paragraph: &&String| {
            says(paragraph, &option) && name.split(' ').all(|word| says(paragraph, word))
        };
        if !paragraphs.iter().any(|paragraph| is_told(&paragraph)) {
            found.push(format!("{name} {option}"));
        }
    }
    for subcommand in command.get_subcommands() {
        let name = format!("{name} {}", subcommand.get_name());
        untold(subcommand, name.trim(), paragraphs, found);
    }
}

#[test]
fn each_option_is_described_beside_its_subcommand() {
    let mut command = stepdeck::cli::Arguments::command().disable_help_subcommand(true);
    command.build();
    let mut found = Vec::new();
    untold(&command, "", &paragraphs(), &mut found);
    assert_eq!(
        found,
        [] as [&str; 0],
        "describe them in docs/command-line.md"
    );
}
