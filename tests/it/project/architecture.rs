//! The rules of the house (ARCHITECTURE.md): layers import downwards only, the file system
//! belongs to `store`, nothing names the machine it was written on, no file grows past comfort.

use std::fs;
use std::path::{Path, PathBuf};

/// From the ground up: each folder imports only those before it.
const LAYERS: [&str; 12] = [
    "document", "plan", "change", "record", "git", "history", "report", "page", "store", "app",
    "tui", "cli",
];

/// The modules of `store`, in the same way.
const STORE: [&str; 17] = [
    "fs",
    "atomic_replace",
    "state",
    "scratch",
    "watch",
    "branch",
    "renumbering",
    "posts",
    "locate",
    "sources",
    "archive",
    "past",
    "as_of",
    "changes",
    "pull_request",
    "transaction",
    "worker",
];

/// Lines of a source file, tests aside.
const LONGEST_FILE: usize = 600;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The lines before the tests that a file ends with.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    match text.find("\n#[cfg(test)]\nmod tests {") {
        Some(tests) => text[..tests].to_owned(),
        None => text,
    }
}

fn layer(path: &Path) -> Option<usize> {
    let inside = path.strip_prefix(root().join("src")).ok()?;
    let folder = inside.components().next()?.as_os_str().to_str()?;
    LAYERS.iter().position(|layer| *layer == folder)
}

fn is_test(path: &Path) -> bool {
    let name = path.file_stem().unwrap().to_string_lossy().into_owned();
    name.contains("test") || path.to_string_lossy().contains("/tests/")
}

/// The lines below `src/<above>` that import a module of this order into one before it.
fn imports_upwards(above: &str, order: &[&str]) -> Vec<String> {
    let folder = root().join("src").join(above);
    let prefix = match above {
        "" => "crate::".to_owned(),
        above => format!("crate::{above}::"),
    };
    let rank = |name: &str| order.iter().position(|module| *module == name);
    let mut wrong = Vec::new();
    for path in sources(&folder).into_iter().filter(|path| !is_test(path)) {
        let inside = path.strip_prefix(&folder).unwrap().with_extension("");
        let module = inside.components().next().unwrap().as_os_str();
        let Some(own) = module.to_str().and_then(rank) else {
            continue;
        };
        for (number, line) in code(&path).lines().enumerate() {
            if line.trim_start().starts_with("//") {
                continue;
            }
            // A file among these modules may name the others from where they are.
            let beside = (inside.components().count() == 1).then_some("super::");
            for prefix in [Some(&*prefix), beside].into_iter().flatten() {
                for (at, _) in line.match_indices(prefix) {
                    let rest = &line[at + prefix.len()..];
                    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
                    if rank(&rest[..end.unwrap_or(rest.len())]) > Some(own) {
                        let (path, line) = (path.display(), line.trim());
                        wrong.push(format!("{path}:{}: {line}", number + 1));
                    }
                }
            }
        }
    }
    wrong
}

#[test]
fn layers_import_downwards_only() {
    let wrong = imports_upwards("", &LAYERS);
    assert!(wrong.is_empty(), "imports upwards:\n{}", wrong.join("\n"));
}

#[test]
fn the_rooms_of_the_file_layer_import_only_those_before_them() {
    let wrong = imports_upwards("store", &STORE);
    assert!(wrong.is_empty(), "imports upwards:\n{}", wrong.join("\n"));
    let declared = fs::read_to_string(root().join("src/store/mod.rs")).unwrap();
    let declared: Vec<&str> = (declared.lines())
        .filter_map(|line| line.split_once("mod ")?.1.strip_suffix(';'))
        .collect();
    assert_eq!(declared, STORE, "each has its place in the order");
}

#[test]
fn the_model_knows_no_terminal_and_the_lower_layers_no_outside() {
    let mut wrong = Vec::new();
    for path in sources(&root().join("src")) {
        let Some(own) = layer(&path).filter(|_| !is_test(&path)) else {
            continue;
        };
        let mut forbidden: Vec<&str> = Vec::new();
        if LAYERS[own] != "store" && LAYERS[own] != "tui" {
            forbidden.extend(["std::fs", "File::open", "File::create"]);
        }
        if !matches!(LAYERS[own], "tui" | "cli") {
            forbidden.extend(["ratatui", "crossterm", "std::env"]);
        }
        if !matches!(LAYERS[own], "tui" | "cli" | "store" | "git") {
            // Threads that end before the function does are no more than arithmetic.
            forbidden.extend(["thread::spawn", "thread::Builder", "thread::sleep"]);
            forbidden.extend(["Utc::now", "Instant::now", "SystemTime"]);
        }
        if LAYERS[own] != "git" {
            forbidden.push("Command::new(\"git\")");
        }
        let code = code(&path);
        for (number, line) in code.lines().enumerate() {
            let comment = line.trim_start().starts_with("//");
            for word in forbidden
                .iter()
                .filter(|word| !comment && line.contains(**word))
            {
                wrong.push(format!("{}:{}: {word}", path.display(), number + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "out of place:\n{}", wrong.join("\n"));
}

#[test]
fn no_source_file_grows_past_comfort() {
    let long: Vec<String> = sources(&root().join("src"))
        .into_iter()
        .filter(|path| !is_test(path))
        .map(|path| (code(&path).lines().count(), path))
        .filter(|(lines, _)| *lines > LONGEST_FILE)
        .map(|(lines, path)| format!("{lines} {}", path.display()))
        .collect();
    assert!(
        long.is_empty(),
        "the design wants changing:\n{}",
        long.join("\n")
    );
}

#[test]
fn every_source_file_opens_by_saying_what_it_owns() {
    let silent: Vec<String> = sources(&root().join("src"))
        .into_iter()
        .filter(|path| !is_test(path))
        .filter(|path| !fs::read_to_string(path).unwrap().starts_with("//! "))
        .map(|path| path.display().to_string())
        .collect();
    assert!(
        silent.is_empty(),
        "no opening comment:\n{}",
        silent.join("\n")
    );
}

/// A message that names a key asks the keymap for it: people rebind keys. Esc, Enter and Tab of
/// an open field are nobody's to rebind, so `draft.rs` and `chooser.rs` may say them.
#[test]
fn no_message_names_a_key_that_can_be_rebound() {
    let mut wrong = Vec::new();
    for folder in ["src/app", "src/tui", "src/plan", "src/change", "src/record"] {
        for path in sources(&root().join(folder)) {
            let is_of_a_field = ["app/sync/draft.rs", "app/overlays/chooser.rs"]
                .iter()
                .any(|own| path.ends_with(own));
            if is_test(&path) || is_of_a_field {
                continue;
            }
            for line in code(&path).lines() {
                let line = line.trim();
                if !line.starts_with("//") && line.split('"').skip(1).step_by(2).any(names_a_key) {
                    wrong.push(format!("{}: {line}", path.display()));
                }
            }
        }
    }
    assert_eq!(wrong, [] as [String; 0]);
}

/// Whether a text says what a key does: “x takes the tick away”, “press E”, “Esc clears it”.
fn names_a_key(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.windows(2).any(|pair| {
        let key = pair[0].trim_matches(['`', '(', '·', ';', ',']);
        let verb = pair[1].trim_matches(|c: char| !c.is_alphanumeric());
        let is_letter = key.chars().count() == 1 && key.chars().all(|c| c.is_alphabetic());
        let does = !pair[1].starts_with('{')
            && verb.len() > 3
            && verb.ends_with('s')
            && verb.chars().all(|c| c.is_lowercase());
        let article = ["a", "A"].contains(&key) && !["adds", "attaches"].contains(&verb);
        let pressed = verb.chars().count() == 1 && verb.chars().all(|c| c.is_alphabetic());
        (is_letter && does && !article)
            || (["Esc", "⏎", "Tab"].contains(&key) && does)
            || (key == "press" && pressed && verb != "a")
    })
}

#[test]
fn the_search_for_keys_in_messages_finds_them() {
    for text in [
        "no step here; a adds one",
        "no step matches · Esc clears the filter",
        "is not a JSON object; press E to edit",
        "`x` unticks the check",
        "⏎ goes to the step",
    ] {
        assert!(names_a_key(text), "{text}");
    }
    for text in [
        "a step needs a title",
        "bookmark: press a letter",
        "{back} clears it",
    ] {
        assert!(!names_a_key(text), "{text}");
    }
}
