//! What people read is in plain words: none that sound translated, on screen or in the documents.

use std::fs;
use std::path::{Path, PathBuf};

/// Words that crept in before, with what to say instead.
const PLAIN: [(&str, &str); 16] = [
    ("anew", "again"),
    ("mend", "fix, recover or reconcile"),
    ("mends", "fixes"),
    ("mended", "fixed"),
    ("though it be", "even if it is"),
    ("parted by", "separated by"),
    ("any more", "no longer"),
    ("for ever", "forever"),
    ("take out", "remove"),
    ("takes out", "removes"),
    ("taken out", "removed"),
    ("take back", "undo"),
    ("takes back", "undoes"),
    ("taken back", "undone"),
    ("holds back", "blocks"),
    ("goes on with", "continues"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, end: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path, end)),
            false if path.extension().is_some_and(|own| own == end) => found.push(path),
            false => {}
        }
    }
    found
}

/// What to say instead of a word in `text`, if there is one.
fn plainer(text: &str) -> Option<&'static (&'static str, &'static str)> {
    let text = text.to_lowercase();
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    PLAIN.iter().find(|(word, _)| {
        text.match_indices(word).any(|(at, _)| {
            let (before, after) = (&text[..at], &text[at + word.len()..]);
            !is_letter(before.chars().next_back()) && !is_letter(after.chars().next())
        })
    })
}

/// The demo plans are stories of their own, and old words are still read.
fn is_exempt(path: &Path) -> bool {
    [
        "record/demo",
        "docs/walkthrough",
        "CHANGELOG.md",
        "tests.rs",
        "tests",
    ]
    .iter()
    .any(|part| path.display().to_string().contains(&format!("/{part}")))
}

#[test]
fn what_people_read_is_in_plain_words() {
    let mut wrong = Vec::new();
    for path in files(&root().join("src"), "rs") {
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        for line in code.lines().map(str::trim).filter(|_| !is_exempt(&path)) {
            // Help is in the doc comments of the command line, and pages in those of the checks.
            let is_page = ["src/cli", "src/plan/checks"]
                .iter()
                .any(|part| path.display().to_string().contains(part));
            let is_read = match line.starts_with("//") {
                true => is_page && plainer(line).is_some(),
                false => line
                    .split('"')
                    .skip(1)
                    .step_by(2)
                    .any(|text| text.contains(' ') && plainer(text).is_some()),
            };
            // The table of words that are still read.
            if is_read && !line.starts_with("(Word::") {
                wrong.push(format!("{}: {line}", path.display()));
            }
        }
    }
    let mut documents = files(&root().join("docs"), "md");
    documents.extend(
        [
            "README.md",
            "ARCHITECTURE.md",
            "SECURITY.md",
            "CONTRIBUTING.md",
        ]
        .map(|d| root().join(d)),
    );
    for path in documents.into_iter().filter(|path| !is_exempt(path)) {
        // A word in quotation marks is talked about, and one in code is a name.
        for line in fs::read_to_string(&path).unwrap().lines() {
            let said = line.split(['"', '`']).step_by(2);
            if said.into_iter().any(|text| plainer(text).is_some()) {
                wrong.push(format!("{}: {line}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "say it plainly:\n{}", wrong.join("\n"));
}
