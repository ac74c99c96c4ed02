//! Path patterns: `*`, `?`, `[a-z]`, `[!a-z]` within one name, `**` for any number of folders.
//!
//! Names are matched by [`globset`]; only the folders that a pattern can reach are listed. Hidden names match only a pattern that
//! starts with a dot, as in a shell. What a match holds is not looked at.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use globset::{GlobBuilder, GlobSet};

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
    let mut names = path.components().peekable();
    while let Some(name) = names.next() {
        let name = NamePattern::new(name.as_os_str());
        let is_last = names.peek().is_none();
        let folders = reached.iter();
        let mut next: Vec<_> = folders
            .flat_map(|folder| name.below(folder, root, is_last))
            .collect();
        next.sort();
        next.dedup();
        reached = next;
    }
    reached.retain(|path| path.symlink_metadata().is_ok());
    reached
}

/// Whether a pattern matches a path, or a folder that it is in, both below the root: by their names
/// alone, whatever is there.
pub(crate) fn reaches(pattern: &str, path: &Path) -> bool {
    fn within(pattern: &[&OsStr], path: &[&OsStr]) -> bool {
        match (pattern.split_first(), path.split_first()) {
            (None, _) => true,
            (Some((name, rest)), _) if *name == "**" => {
                (0..=path.len()).any(|at| within(rest, &path[at..]))
            }
            (Some((name, rest)), Some((first, below))) => {
                let is_it = name == first || NamePattern::new(name).matches(first);
                is_it && within(rest, below)
            }
            (Some(_), None) => false,
        }
    }
    fn names(path: &Path) -> Vec<&OsStr> {
        let names = path.components().filter(|name| *name != Component::CurDir);
        names.map(Component::as_os_str).collect()
    }
    let (pattern, path) = (names(Path::new(pattern)), names(path));
    within(&pattern, &path)
}

/// One name of a pattern.
struct NamePattern<'a> {
    text: &'a OsStr,
    globs: GlobSet,
}

impl<'a> NamePattern<'a> {
    fn new(text: &'a OsStr) -> Self {
        // Alternatives and escapes are not a part of our patterns.
        let escaped = (text.to_string_lossy().replace('\\', "\\\\"))
            .replace('{', "\\{")
            .replace('}', "\\}");
        let mut glob = GlobBuilder::new(&escaped);
        glob.literal_separator(true).allow_unclosed_class(true);
        let globs = (glob.build()).and_then(|glob| GlobSet::builder().add(glob).build());
        Self {
            text,
            // What cannot be compiled, such as a range that runs backwards, matches nothing.
            globs: globs.unwrap_or_default(),
        }
    }

    /// What the name leads to from `folder`. The last name of a pattern matches what is no folder,
    /// be it a pipe or a dangling symlink: reading it says what is wrong.
    fn below(&self, folder: &Path, root: &Path, is_last: bool) -> Vec<PathBuf> {
        let path = folder.join(self.text);
        // Names above the root are given, not searched for, whatever characters they have.
        let is_given = root.starts_with(&path);
        if is_given || !is_pattern(&self.text.to_string_lossy()) || path.exists() {
            return vec![path];
        }
        if self.text == "**" {
            return folders_below(folder, root);
        }
        let found = children(folder, root).into_iter();
        let found =
            found.filter(|child| child.kind != Kind::Other || (is_last && !child.path.is_dir()));
        let paths = found.map(|child| child.path);
        paths
            .filter(|path| path.file_name().is_some_and(|name| self.matches(name)))
            .collect()
    }

    fn matches(&self, name: &OsStr) -> bool {
        let is_hidden = |name: &OsStr| name.as_bytes().starts_with(b".");
        (!is_hidden(name) || is_hidden(self.text)) && self.globs.is_match(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn matches(pattern: &str, name: &str) -> bool {
        NamePattern::new(pattern.as_ref()).matches(name.as_ref())
    }

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
            ("a**", "a-b", true),
            ("{a,b}*", "{a,b}c", true),
            ("{a,b}*", "ac", false),
            ("a\\*", "a\\b", true),
            ("[c-a]*", "b", false),
            ("A*", "a", false),
            ("*", "a\nb", true),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn what_is_gone_is_known_by_its_names() {
        for (pattern, path, expected) in [
            ("data/plans/*.jsonl", "data/plans/a.jsonl", true),
            ("data/plans/*.jsonl", "data/plans/old/a.jsonl", false),
            ("data/plans", "data/plans/old/a.jsonl", true),
            ("./docs", "docs/a.md", true),
            ("docs", "documents/a.md", false),
            ("docs/a.md", "docs", false),
            ("**/plan.md", "plan.md", true),
            ("**/plan.md", "a/b/plan.md", true),
            ("a/**/c", "a/b/b/c/d.md", true),
            ("a/**", "a/b", true),
            ("a/**", "b/a/b", false),
            ("[x].md", "[x].md", true),
            ("[x].md", "x.md", true),
        ] {
            assert_eq!(
                reaches(pattern, path.as_ref()),
                expected,
                "{pattern} {path}"
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
        std::os::unix::fs::symlink("nowhere", root.join("a/gone.md")).unwrap();
        std::fs::create_dir_all(root.join("a/target")).unwrap();
        assert_eq!(found("a/*"), ["a/b", "a/gone.md", "a/one.md"]);
        assert_eq!(found("none/*.md"), [] as [&str; 0]);
        assert_eq!(base(&root, "a/*.md"), (root.join("a"), false));
        assert_eq!(base(&root, "a/*/x.md"), (root.join("a"), true));
    }

    proptest! {
        #[test]
        fn a_star_for_any_part_matches(a in "[a-z]{1,5}", b in "[a-z]{0,5}", c in "[a-z]{0,5}") {
            let name = format!("{a}{b}{c}");
            let with_star = format!("{a}*{c}");
            prop_assert!(matches(&with_star, &name));
            prop_assert!(matches(&name, &name));
        }

        #[test]
        fn no_pattern_panics(p in prop::collection::vec(any::<u8>(), 0..12), n in "[a-d*?]{0,12}") {
            matches(&String::from_utf8_lossy(&p), &n);
        }
    }
}
