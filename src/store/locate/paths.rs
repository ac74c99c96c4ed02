//! The paths below the plan's root with which a text may go on.

use std::fs;
use std::path::{Component, Path};

use crate::document::control::is_control;

/// More are not listed.
const MOST: usize = 1_000;

/// The files and folders below `root` whose paths begin with `typed`, as one writes them from
/// there, folders with a slash behind. Nothing that is or leads outside is listed, nor what nobody
/// could type; hidden ones only where their dot was typed.
pub(crate) fn paths_from(root: &Path, typed: &str) -> Vec<String> {
    let (folder, name) = typed.rsplit_once('/').unwrap_or(("", typed));
    let inside = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    if typed.starts_with('/') || !Path::new(folder).components().all(inside) {
        return Vec::new();
    }
    let Ok(root) = root.canonicalize() else {
        return Vec::new();
    };
    let is_below = |path: &Path| {
        path.canonicalize()
            .ok()
            .filter(|path| path.starts_with(&root))
    };
    let Some(within) = is_below(&root.join(folder)) else {
        return Vec::new();
    };
    let Ok(entries) = fs::read_dir(within) else {
        return Vec::new();
    };
    let before = &typed[..typed.len() - name.len()];
    let mut found: Vec<String> = entries
        .flatten()
        .filter_map(|entry| {
            let own = entry.file_name().into_string().ok()?;
            let is_hidden = own.starts_with('.') && !name.starts_with('.');
            if !own.starts_with(name) || is_hidden || own.contains(is_control) {
                return None;
            }
            let path = is_below(&entry.path())?;
            let end = if path.is_dir() { "/" } else { "" };
            Some(format!("{before}{own}{end}"))
        })
        .collect();
    found.sort_unstable();
    found.truncate(MOST);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn only_what_is_below_the_root_is_listed() {
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path().join("plan");
        for folder in ["docs/a", ".git", "out"] {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        fs::create_dir_all(outer.path().join("secret")).unwrap();
        for file in [
            "docs/note.md",
            "docs/new.md",
            "docs/b\u{1b}[m",
            ".hidden",
            "../secret/key",
        ] {
            fs::write(root.join(file), "").unwrap();
        }
        symlink(outer.path().join("secret"), root.join("docs/up")).unwrap();
        symlink("note.md", root.join("docs/nowhere-else.md")).unwrap();
        let listed = |typed| paths_from(&root, typed).join(" ");
        assert_eq!(listed(""), "docs/ out/");
        assert_eq!(listed("d"), "docs/");
        assert_eq!(
            listed("docs/"),
            "docs/a/ docs/new.md docs/note.md docs/nowhere-else.md"
        );
        assert_eq!(
            listed("docs/n"),
            "docs/new.md docs/note.md docs/nowhere-else.md"
        );
        assert_eq!(listed("./docs/no"), "./docs/note.md ./docs/nowhere-else.md");
        assert_eq!(listed("."), ".git/ .hidden");
        for out in [
            "..",
            "../",
            "../s",
            "docs/../../s",
            "docs/up/",
            "docs/up/k",
            "/",
            "/etc/p",
            "no/",
        ] {
            assert_eq!(listed(out), "", "{out}");
        }
    }
}
