//! Path patterns: `*`, `?`, `[a-z]`, `[!a-z]` within one name, `**` for any number of folders.
//!
//! Only the folders that a pattern can reach are listed. Hidden names match only a pattern that
//! starts with a dot, as in a shell. What a match holds is not looked at.

use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use crate::store::fs::walk::{Kind, children, folders_below};

/// Whether `pattern` has a character that does not stand for itself.
pub fn is_pattern(pattern: &str) -> bool {
    pattern.contains(['*', '?', '['])
}

/// The part of `pattern`, below `root`, that no wildcard touches, and whether wildcards span
/// more than the last name (so that folders below matter too).
pub fn base(root: &Path, pattern: &str) -> (PathBuf, bool) {
    let path = root.join(pattern);
    let names: Vec<Component<'_>> = path.components().collect();
    let fixed = names
        .iter()
        .position(|name| is_pattern(&name.as_os_str().to_string_lossy()))
        .unwrap_or(names.len());
    (names[..fixed].iter().collect(), fixed + 1 < names.len())
}

/// The files and folders that `pattern`, below `root`, matches, sorted.
pub fn expand(root: &Path, pattern: &str) -> Vec<PathBuf> {
    let path = root.join(pattern);
    let mut reached = vec![PathBuf::new()];
    for name in path.components() {
        let mut next = Vec::new();
        for folder in reached {
            step(root, folder, name, &mut next);
        }
        next.sort();
        next.dedup();
        reached = next;
    }
    reached.retain(|path| path.exists());
    reached
}

fn step(root: &Path, folder: PathBuf, name: Component<'_>, next: &mut Vec<PathBuf>) {
    let text = name.as_os_str();
    // Names above the root are given, not searched for, whatever characters they have.
    let is_given = root.starts_with(folder.join(text));
    if is_given || !is_pattern(&text.to_string_lossy()) || folder.join(text).exists() {
        next.push(folder.join(text));
    } else if text == "**" {
        next.extend(folders_below(&folder, root));
    } else {
        let found = children(&folder, root).into_iter();
        next.extend(found.filter_map(|child| {
            let name = child.path.file_name()?;
            let reachable = child.kind != Kind::Other;
            (reachable && matches(text.as_bytes(), name.as_bytes())).then_some(child.path)
        }));
    }
}

/// Whether one name matches one pattern, byte by byte. Time is at most their product.
pub fn matches(pattern: &[u8], name: &[u8]) -> bool {
    if name.first() == Some(&b'.') && pattern.first() != Some(&b'.') {
        return false;
    }
    let (mut p, mut n) = (0, 0);
    // Where to go on when the present try fails: behind the last star, one byte further.
    let mut retry: Option<(usize, usize)> = None;
    loop {
        if pattern.get(p) == Some(&b'*') {
            p += 1;
            retry = Some((p, n));
            continue;
        }
        if n == name.len() {
            // No later try can match either: each leaves fewer bytes.
            return p == pattern.len();
        }
        match pattern.get(p..).and_then(|rest| one(rest, name[n])) {
            Some(width) => {
                p += width;
                n += 1;
            }
            None => {
                let Some((star, from)) = retry else {
                    return false;
                };
                retry = Some((star, from + 1));
                (p, n) = (star, from + 1);
            }
        }
    }
}

/// How many pattern bytes match the one `byte`; `None` when they do not.
fn one(pattern: &[u8], byte: u8) -> Option<usize> {
    match pattern.first()? {
        b'?' => Some(1),
        b'[' => match class(pattern, byte) {
            Some((true, width)) => Some(width),
            Some((false, _)) => None,
            // A bracket that is never closed stands for itself.
            None => (byte == b'[').then_some(1),
        },
        literal => (*literal == byte).then_some(1),
    }
}

fn class(pattern: &[u8], byte: u8) -> Option<(bool, usize)> {
    let negated = matches!(pattern.get(1), Some(b'!' | b'^'));
    let start = 1 + usize::from(negated);
    // A bracket right at the start is a member.
    let len = pattern.get(start + 1..)?.iter().position(|b| *b == b']')? + 1;
    let members = &pattern[start..start + len];
    let mut found = false;
    let mut at = 0;
    while let Some(low) = members.get(at) {
        let range = members.get(at + 1) == Some(&b'-');
        match members.get(at + 2) {
            Some(high) if range => {
                found |= (*low..=*high).contains(&byte);
                at += 3;
            }
            _ => {
                found |= *low == byte;
                at += 1;
            }
        }
    }
    Some((found != negated, start + len + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_match_as_in_a_shell() {
        for (pattern, name, expected) in [
            ("*.jsonl", "10000_step_plan.jsonl", true),
            ("*.jsonl", "plan.jsonl.bak", false),
            ("*.jsonl", ".hidden.jsonl", false),
            (".*.jsonl", ".hidden.jsonl", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("plan-?.md", "plan-1.md", true),
            ("plan-?.md", "plan-12.md", false),
            ("[a-c]*", "bell", true),
            ("[!a-c]*", "bell", false),
            ("[]x]", "]", true),
            ("[abc", "[abc", true),
            ("", "", true),
            ("**", "x", true),
        ] {
            assert_eq!(
                matches(pattern.as_bytes(), name.as_bytes()),
                expected,
                "{pattern} {name}"
            );
        }
    }

    #[test]
    fn patterns_reach_through_folders() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        for file in [
            "a/one.md",
            "a/b/two.md",
            "a/b/c/three.md",
            ".git/no.md",
            "four.md",
            "[x].md",
        ] {
            let path = root.join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        let found = |pattern: &str| -> Vec<String> {
            let below = expand(&root, pattern).into_iter();
            below
                .map(|p| p.strip_prefix(&root).unwrap().display().to_string())
                .collect()
        };
        assert_eq!(found("*.md"), ["[x].md", "four.md"]);
        assert_eq!(found("a/*/*.md"), ["a/b/two.md"]);
        assert_eq!(
            found("a/**/*.md"),
            ["a/b/c/three.md", "a/b/two.md", "a/one.md"]
        );
        assert_eq!(found("[x].md"), ["[x].md"]);
        assert_eq!(found("none/*.md"), [] as [&str; 0]);
        assert_eq!(base(&root, "a/*.md"), (root.join("a"), false));
        assert_eq!(base(&root, "a/*/x.md"), (root.join("a"), true));
    }

    proptest! {
        #[test]
        fn a_star_for_any_part_matches(a in "[a-z]{1,5}", b in "[a-z]{0,5}", c in "[a-z]{0,5}") {
            let name = format!("{a}{b}{c}");
            let with_star = format!("{a}*{c}");
            prop_assert!(matches(with_star.as_bytes(), name.as_bytes()));
            prop_assert!(matches(name.as_bytes(), name.as_bytes()));
        }

        #[test]
        fn no_pattern_panics(p in prop::collection::vec(any::<u8>(), 0..12), n in "[a-d*?]{0,12}") {
            matches(&p, n.as_bytes());
        }
    }
}
