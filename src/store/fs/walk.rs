//! Listing folders: what is below one, without the parts that hold no plan.
//!
//! Hidden folders, `target` and `node_modules` are skipped, and so are symlinked folders that
//! lead out of the boundary. A folder reached twice is listed once, so that no symlink can make
//! a walk endless. Folders that cannot be listed count as empty.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::{FileType, Metadata};
use std::ops::ControlFlow;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirEntryExt, MetadataExt};
use std::path::{Path, PathBuf};

/// What is in a folder, symlinks followed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder that is walked.
    Folder,
    /// Anything else: pipes, dangling symlinks, skipped folders.
    Other,
}

/// One entry of a folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Child {
    /// The folder's path and the entry's name.
    pub path: PathBuf,
    /// What it is.
    pub kind: Kind,
    /// Whether it is a symlink.
    pub is_link: bool,
    /// Its inode number, as the folder says it.
    pub inode: u64,
}

/// Whether a folder of this name is never looked into.
pub(crate) fn is_skipped(name: &OsStr) -> bool {
    name.as_bytes().starts_with(b".") || name == "target" || name == "node_modules"
}

/// The entries of `folder`, sorted by name.
pub(crate) fn children(folder: &Path, boundary: &Path) -> Vec<Child> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut children: Vec<Child> = entries
        .flatten()
        .filter_map(|entry| {
            let file_type = entry.file_type().ok()?;
            let path = entry.path();
            let is_link = file_type.is_symlink();
            let kind = kind_from(&path, file_type, boundary);
            Some(Child {
                path,
                kind,
                is_link,
                inode: entry.ino(),
            })
        })
        .collect();
    children.sort_by(|a, b| a.path.cmp(&b.path));
    children
}

/// What is at `path`; nothing counts as something else.
pub(crate) fn kind_of(path: &Path, boundary: &Path) -> Kind {
    std::fs::symlink_metadata(path).map_or(Kind::Other, |metadata| {
        kind_from(path, metadata.file_type(), boundary)
    })
}

fn kind_from(path: &Path, file_type: FileType, boundary: &Path) -> Kind {
    if file_type.is_symlink() {
        kind_behind_link(path, boundary)
    } else if file_type.is_file() {
        Kind::File
    } else if file_type.is_dir() && !path.file_name().is_some_and(is_skipped) {
        Kind::Folder
    } else {
        Kind::Other
    }
}

fn kind_behind_link(path: &Path, boundary: &Path) -> Kind {
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => Kind::File,
        Ok(metadata) if metadata.is_dir() && !path.file_name().is_some_and(is_skipped) => {
            let inside = path
                .canonicalize()
                .is_ok_and(|target| target.starts_with(boundary));
            if inside { Kind::Folder } else { Kind::Other }
        }
        _ => Kind::Other,
    }
}

/// `folder` and all folders below it, parents first.
pub(crate) fn folders_below(folder: &Path, boundary: &Path) -> Vec<PathBuf> {
    let mut folders = Vec::new();
    walk(folder, boundary, &mut |folder, _| {
        folders.push(folder.to_owned());
        ControlFlow::Continue(())
    });
    folders
}

/// All files below `folder` whose names `wanted` accepts, sorted; each file once, by its own
/// name rather than by a symlink's.
pub fn files_below(
    folder: &Path,
    boundary: &Path,
    wanted: impl Fn(&OsStr) -> bool,
) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let (mut inodes, mut may_repeat) = (HashSet::new(), false);
    walk(folder, boundary, &mut |_, children| {
        for child in children {
            if child.kind == Kind::File && child.path.file_name().is_some_and(&wanted) {
                may_repeat |= child.is_link || !inodes.insert(child.inode);
                files.push(child.path.clone());
            }
        }
        ControlFlow::Continue(())
    });
    // The folders have told whether any file may have two names: mostly none needs a look.
    if may_repeat {
        return unique(files);
    }
    files.sort();
    files
}

/// Whether there is any file below `folder` whose name `wanted` accepts.
pub(crate) fn has_file_below(
    folder: &Path,
    boundary: &Path,
    wanted: impl Fn(&OsStr) -> bool,
) -> bool {
    let mut found = false;
    walk(folder, boundary, &mut |_, children| {
        found = children
            .iter()
            .any(|child| child.kind == Kind::File && child.path.file_name().is_some_and(&wanted));
        if found {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    found
}

/// `files` sorted, without those that are another name of an earlier one; a file's own name
/// wins over a symlink to it. Missing files stay.
pub(crate) fn unique(mut files: Vec<PathBuf>) -> Vec<PathBuf> {
    files.sort_by_cached_key(|path| (path.is_symlink(), path.clone()));
    let mut seen = HashSet::new();
    let mut seen_paths = HashSet::new();
    files.retain(|path| {
        let is_new = std::fs::metadata(path).map_or(true, |m| seen.insert((m.dev(), m.ino())));
        is_new && seen_paths.insert(path.clone())
    });
    files.sort();
    files
}

/// Calls `visit` with each folder and its entries until told to stop, symlinked folders after
/// all others.
fn walk(folder: &Path, boundary: &Path, visit: &mut dyn FnMut(&Path, &[Child]) -> ControlFlow<()>) {
    let identity = |folder: &PathBuf| {
        let metadata = std::fs::metadata(folder).ok().filter(Metadata::is_dir)?;
        Some((metadata.dev(), metadata.ino()))
    };
    let mut next: Vec<PathBuf> = folder
        .is_dir()
        .then(|| folder.to_owned())
        .into_iter()
        .collect();
    let mut linked = Vec::new();
    // Until a link is followed, no folder is reached twice and none needs a look.
    let (mut walked, mut seen) = (Vec::new(), None);
    let known = |walked: &[PathBuf]| walked.iter().filter_map(identity).collect::<HashSet<_>>();
    loop {
        let folder = match next.pop() {
            Some(folder) => folder,
            None => {
                let Some(folder) = linked.pop() else { return };
                seen.get_or_insert_with(|| known(&walked));
                folder
            }
        };
        if let Some(seen) = &mut seen
            && !identity(&folder).is_some_and(|folder| seen.insert(folder))
        {
            continue;
        }
        walked.push(folder.clone());
        let children = children(&folder, boundary);
        if visit(&folder, &children).is_break() {
            return;
        }
        for child in children.into_iter().rev() {
            match (child.kind, child.is_link) {
                (Kind::Folder, false) => next.push(child.path),
                (Kind::Folder, true) => linked.push(child.path),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn skipped_folders_circles_and_ways_out_are_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let top = dir.path().canonicalize().unwrap();
        let root = top.join("root");
        for file in [
            "root/docs/a.md",
            "root/docs/sub/b.md",
            "root/docs/.cache/c.md",
            "root/docs/target/d.md",
            "root/docs/node_modules/e.md",
            "root/more/f.md",
            "outside/g.md",
        ] {
            let path = top.join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        symlink(root.join("docs"), root.join("docs/sub/circle")).unwrap();
        symlink(top.join("outside"), root.join("docs/out")).unwrap();
        symlink(root.join("more"), root.join("docs/inside")).unwrap();
        symlink("a.md", root.join("docs/0-alias.md")).unwrap();
        symlink("nowhere.md", root.join("docs/dangling.md")).unwrap();
        std::fs::hard_link(root.join("docs/a.md"), root.join("docs/sub/again.md")).unwrap();
        let files = files_below(&root.join("docs"), &root, |_| true);
        let names: Vec<_> = files
            .iter()
            .map(|f| f.strip_prefix(&root).unwrap())
            .collect();
        assert_eq!(
            names,
            ["docs/a.md", "docs/inside/f.md", "docs/sub/b.md"].map(Path::new)
        );
        let folders = folders_below(&root.join("docs"), &root);
        assert_eq!(folders.len(), 3);
    }

    #[test]
    fn a_missing_folder_is_empty() {
        assert!(folders_below(Path::new("/no/such/folder"), Path::new("/")).is_empty());
    }
}
