//! Files that are known to exist though they are not on this disk: those of a version of which only
//! the plan is laid out.

use std::collections::HashSet;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

/// Links that are followed at the most, as systems do.
const LINKS: usize = 40;

/// The files of a tree whose folders and links are there, and which themselves are not.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Listed {
    files: HashSet<PathBuf>,
}

impl Listed {
    /// The files at these absolute paths, without links in them.
    pub(crate) fn new(files: impl IntoIterator<Item = PathBuf>) -> Self {
        let files = files.into_iter().collect();
        Self { files }
    }

    /// Whether a path leads to one of the files, through folders and links of the tree.
    fn has(&self, path: &Path) -> bool {
        if path.as_os_str().as_bytes().ends_with(b"/") {
            return false;
        }
        let mut path = path.to_owned();
        for _ in 0..LINKS {
            let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
                return false;
            };
            let Ok(folder) = folder.canonicalize() else {
                return false;
            };
            let here = folder.join(name);
            match here.read_link() {
                Ok(leads_to) => path = folder.join(leads_to),
                Err(_) => return self.files.contains(&here),
            }
        }
        false
    }
}

/// Whether there is something at a path: on disk, or in the version that is looked at.
pub(crate) fn exists(path: &Path, listed: Option<&Listed>) -> bool {
    path.exists() || listed.is_some_and(|listed| listed.has(path))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    /// Whatever is asked about, the answer is that of a disk with all the files.
    #[test]
    fn what_is_listed_exists_as_if_it_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path().canonicalize().unwrap();
        let files = ["out/report.pdf", "out/deep/a.png", "plan.txt"];
        for (root, whole) in [(base.join("whole"), true), (base.join("tree"), false)] {
            fs::create_dir_all(root.join("out/deep")).unwrap();
            for file in files.iter().filter(|_| whole) {
                fs::write(root.join(file), "").unwrap();
            }
            for (link, leads_to) in [
                ("latest", "out/report.pdf"),
                ("pictures", "out/deep"),
                ("twice", "latest"),
                ("loop", "loop"),
                ("gone", "out/other.pdf"),
                ("up", "../tree/nothing"),
            ] {
                symlink(leads_to, root.join(link)).unwrap();
            }
        }
        let tree = base.join("tree");
        let listed = Listed::new(files.iter().map(|file| tree.join(file)));
        for path in [
            "out/report.pdf",
            "out/report.pdf/",
            "out/report.pdf/x",
            "out",
            "out/",
            "out/deep/../report.pdf",
            "out/none/../report.pdf",
            "plan.txt/../plan.txt",
            "./plan.txt",
            "latest",
            "twice",
            "pictures/a.png",
            "pictures/b.png",
            "loop",
            "gone",
            "up",
            "Plan.txt",
            "",
            ".",
            "..",
        ] {
            let there = base.join("whole").join(path).exists();
            assert_eq!(exists(&tree.join(path), Some(&listed)), there, "{path}");
        }
        assert!(!exists(&tree.join("plan.txt"), None));
    }
}
