//! Reads the corpus.

use std::fs;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/hostile")
}

/// The files of the corpus with this ending: names and bytes, sorted.
pub fn files(ending: &str) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder().join("files")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut files: Vec<(String, Vec<u8>)> = paths
        .filter(|path| path.extension().is_some_and(|e| e == ending))
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read(&path).unwrap())
        })
        .collect();
    files.sort();
    files
}

/// Lines of filters.
pub fn filters() -> Vec<String> {
    let text = fs::read_to_string(folder().join("files/filters.txt")).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// Whether a JSON reader takes a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    Taken,
    Refused,
    Either,
}

/// A value that is where JSON is expected.
pub struct Value {
    pub name: String,
    pub verdict: Verdict,
    pub bytes: Vec<u8>,
}

/// Every value of `json.txt`.
pub fn values() -> Vec<Value> {
    let text = fs::read_to_string(folder().join("json.txt")).unwrap();
    let lines = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let mut parts = line.splitn(3, ' ');
            let verdict = match parts.next().unwrap() {
                "+" => Verdict::Taken,
                "-" => Verdict::Refused,
                "?" => Verdict::Either,
                other => panic!("{other:?} is no mark: {line}"),
            };
            Value {
                name: parts.next().unwrap().to_owned(),
                verdict,
                bytes: decoded(parts.next().unwrap()),
            }
        })
        .collect()
}

/// `%XX` is a byte.
fn decoded(text: &str) -> Vec<u8> {
    let mut pieces = text.split('%');
    let mut bytes = pieces.next().unwrap().as_bytes().to_vec();
    for piece in pieces {
        bytes.push(u8::from_str_radix(&piece[..2], 16).unwrap());
        bytes.extend(&piece.as_bytes()[2..]);
    }
    assert!(!bytes.contains(&b'\n'), "{text} would be two lines");
    bytes
}

/// Every construct of `markdown.txt`: section, name, text.
pub fn constructs() -> Vec<(String, String, String)> {
    let text = fs::read_to_string(folder().join("markdown.txt")).unwrap();
    let mut section = String::new();
    let mut constructs: Vec<(String, String, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        if let Some(name) = line.strip_prefix("@@ ") {
            section = name.trim_end().to_owned();
        } else if let Some(name) = line.strip_prefix("@ ") {
            let name = name.trim_end().to_owned();
            constructs.push((section.clone(), name, String::new()));
        } else if let Some((_, _, text)) = constructs.last_mut() {
            text.push_str(line);
        }
    }
    constructs
}
