//! The documents that promise something name the tests that show it: each of them is there.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const PAPERS: [&str; 3] = [
    "SECURITY.md",
    "docs/durability.md",
    "tests/it/ACCEPTANCE.md",
];

/// What follows in a paper until the next heading is shown by tests.
const PROMISE: &str = "\n### ";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The words in backticks of a paragraph, outside fences.
fn quoted(paragraph: &str) -> Vec<&str> {
    paragraph.split('`').skip(1).step_by(2).collect()
}

fn is_file(word: &str) -> bool {
    let told = ["tests/", "src/", "fuzz/", "docs/"]
        .iter()
        .any(|folder| word.starts_with(folder));
    told && [".rs", ".sh", ".md"].iter().any(|end| word.ends_with(end))
}

/// The names of tests are sentences; no other word of the papers has so many joints.
fn is_test(word: &str) -> bool {
    word.matches('_').count() >= 2
        && word
            .bytes()
            .all(|b| b == b'_' || b.is_ascii_lowercase() || b.is_ascii_digit())
}

/// Whether this source has a test function of this name, and not just any function.
fn has_test(source: &str, name: &str) -> bool {
    let Some(at) = source.find(&format!("fn {name}(")) else {
        return false;
    };
    let above = source[..at].lines().rev().map(str::trim);
    above
        .skip_while(|line| line.is_empty())
        .take_while(|line| line.starts_with('#') || line.starts_with("///"))
        .any(|line| line == "#[test]")
}

/// What a paper names: each file, and each test with the file named before it.
fn named(paper: &str) -> (BTreeSet<String>, Vec<(String, String)>) {
    let text = read(paper);
    let (mut files, mut tests) = (BTreeSet::new(), Vec::new());
    for paragraph in text.split("\n\n").filter(|p| !p.contains("```")) {
        let mut file: Option<&str> = None;
        for word in quoted(paragraph) {
            if is_file(word) {
                file = Some(word);
                files.insert(word.to_owned());
            } else if is_test(word) {
                let file = file.unwrap_or_else(|| panic!("{paper}: {word} stands behind no file"));
                tests.push((file.to_owned(), word.to_owned()));
            }
        }
    }
    (files, tests)
}

#[test]
fn every_test_that_a_paper_names_is_there() {
    for paper in PAPERS {
        let (files, tests) = named(paper);
        for file in &files {
            assert!(root().join(file).is_file(), "{paper} names {file}");
        }
        for (file, test) in &tests {
            assert!(
                has_test(&read(file), test),
                "{paper}: no test {test} in {file}"
            );
        }
        assert!(tests.len() > 20, "{paper} names {} tests only", tests.len());
    }
}

#[test]
fn every_promise_names_a_test() {
    for paper in PAPERS {
        let text = read(paper);
        let promises = text.split(PROMISE).skip(1);
        let promises: Vec<&str> = promises.map(|p| p.split("\n## ").next().unwrap()).collect();
        assert!(promises.len() > 5, "{paper} promises little");
        for promise in promises {
            let shown = quoted(promise)
                .iter()
                .any(|word| is_test(word) || word.ends_with(".sh"));
            let heading = promise.lines().next().unwrap_or_default();
            assert!(shown, "{paper}: no test shows \u{201c}{heading}\u{201d}");
        }
    }
}

/// The documents that people read: at the root, under `docs/`, and those of the fuzz targets.
fn documents() -> Vec<String> {
    let mut found = vec!["fuzz/README.md".to_owned()];
    for folder in [".", "docs", "docs/walkthrough", "docs/checks"] {
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if name.ends_with(".md") {
                found.push(format!("{folder}/{name}"));
            }
        }
    }
    found
}

#[test]
fn links_between_documents_lead_to_files() {
    for document in documents() {
        let text = read(&document);
        let folder = Path::new(&document).parent().unwrap();
        // What is quoted is not a link.
        let outside_fences = text.split("```").step_by(2);
        let targets = outside_fences
            .flat_map(|part| part.split("](").skip(1))
            .filter_map(|rest| rest.split(')').next());
        for target in targets.filter(|target| !target.contains("://")) {
            let file = target.split('#').next().unwrap();
            let path = root().join(folder).join(file);
            assert!(path.exists(), "{document} links to {target}");
        }
    }
}

/// Each document is reached from the README, directly or through others.
#[test]
fn every_document_is_linked() {
    let text: String = documents().iter().map(|document| read(document)).collect();
    for document in documents() {
        let name = document.rsplit('/').next().unwrap();
        let is_linked = text.contains(&format!("{name})")) || name == "README.md";
        assert!(is_linked, "nothing links to {document}");
    }
}

/// What must hold is in `tests/it/ACCEPTANCE.md`, in words: the number of an item in some other
/// list says nothing to a reader.
#[test]
fn no_comment_cites_a_numbered_list_from_elsewhere() {
    let cited = ["acceptance ", "case "];
    let folders = ["src", "tests", "benches"];
    for path in folders
        .iter()
        .flat_map(|folder| sources(&root().join(folder)))
    {
        let text = fs::read_to_string(&path).unwrap_or_default().to_lowercase();
        let is_comment = |line: &&str| line.trim_start().starts_with(['/', '#']);
        for line in text.lines().filter(is_comment) {
            let cites = |word| {
                let mut rests = line.split(word).skip(1);
                rests.any(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
            };
            assert!(!cited.into_iter().any(cites), "{}: {line}", path.display());
        }
    }
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(sources(&path)),
            false => found.push(path),
        }
    }
    found
}

/// SECURITY.md says that there is no network, and which programs are started.
#[test]
fn no_source_opens_a_connection_and_few_start_a_program() {
    const STARTERS: [&str; 5] = [
        "src/git/handed_over.rs",
        "src/git/mod.rs",
        "src/store/sources.rs",
        "src/tui/detached.rs",
        "src/tui/editor.rs",
    ];
    let mut starting = BTreeSet::new();
    for path in sources(&root().join("src")) {
        let text = fs::read_to_string(&path).unwrap_or_default();
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
        for word in ["std::net", "TcpStream", "UdpSocket", "ToSocketAddrs"] {
            assert!(!code.contains(word), "{}: {word}", path.display());
        }
        let imports = |line: &str| line.contains("process::") && line.contains("Command");
        if code.lines().any(imports) {
            let below = path.strip_prefix(root()).unwrap();
            starting.insert(below.display().to_string());
        }
    }
    assert_eq!(starting, STARTERS.map(str::to_owned).into());
    let manifest = read("Cargo.toml");
    let own = manifest.split("[dev-dependencies]").next().unwrap();
    for client in ["reqwest", "ureq", "hyper", "curl", "tokio", "socket2"] {
        assert!(!own.contains(&format!("\n{client} ")), "{client}");
    }
}
