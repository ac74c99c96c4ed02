//! A commit laid out in a private folder, to be opened like a checkout of it.
//!
//! Git checks nothing out: filters, hooks and line ends that the clone is configured to convert
//! stay out of it, and nothing is written to the repository. Folders, links and the files of the plan are
//! laid out; of all others it only matters that they exist, which the listing of the commit says. A `.git` of its own stands beside them,
//! a linked worktree whose `HEAD` is the commit, so that whoever asks git there gets the answers of
//! that time. The folder goes away with the value.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use super::locate::discover::{Overrides, discover};
use super::locate::listed::Listed;
use super::state::temporary_folder;
use crate::git::GitError;
use crate::git::checkout::Checkout;
use crate::git::history::History;
use crate::git::tree::{TreeEntry, TreeKind, common_folder};

/// Files that the plan may be in, whatever the configuration says.
const READ: [&str; 5] = ["jsonl", "markdown", "md", "ndjson", "toml"];

/// What the folders of commits are called.
const PREFIX: &str = "stepdeck-at-";
/// A file in each that is locked as long as somebody uses it.
const IN_USE: &str = "in-use";
/// A folder that was only just made may not have its lock yet.
const YOUNG: Duration = Duration::from_secs(60);

/// A commit in a folder of its own.
#[derive(Debug)]
pub struct AsOf {
    /// Removed when this is dropped.
    _folder: TempDir,
    /// Locked until then.
    _in_use: fs::File,
    /// The top of the layout.
    top: PathBuf,
    /// The top of the real checkout.
    real_top: PathBuf,
    start: PathBuf,
    missing: usize,
    /// Files that are not laid out.
    others: Vec<TreeEntry>,
    /// The same for whoever asks what exists.
    listed: Arc<Listed>,
    git: History,
}

impl AsOf {
    /// Lays out a commit of the checkout that `start` lies in.
    ///
    /// # Errors
    /// When git refuses, or there is no room.
    pub fn lay_out(start: &Path, commit: &str, overrides: Overrides) -> io::Result<Self> {
        let git = History::around(start).map_err(git_error)?;
        let real_top = Checkout::around(start).map_err(git_error)?;
        let real_top = real_top.root().canonicalize()?;
        let folder = temporary_folder(PREFIX).ok_or(io::ErrorKind::StorageFull)?;
        let base = folder.path().canonicalize()?;
        let in_use = fs::File::create_new(base.join(IN_USE))?;
        // Where locks are not supported, folders are just not found abandoned either.
        let _ = in_use.lock();
        base.parent().map(remove_abandoned);
        let top = base.join("tree");
        let repository = base.join("git");
        fs::create_dir(&repository)?;
        fs::create_dir(&top)?;
        let common = common_folder(start).map_err(git_error)?.canonicalize()?;
        let line = |path: &Path| [path.as_os_str().as_bytes(), b"\n"].concat();
        fs::write(repository.join("HEAD"), format!("{commit}\n"))?;
        fs::write(repository.join("commondir"), line(&common))?;
        fs::write(repository.join("gitdir"), line(&top.join(".git")))?;
        let git_file = [b"gitdir: ", &*line(&repository)].concat();
        fs::write(top.join(".git"), git_file)?;
        let start = top.join(git.prefix());
        let mut as_of = Self {
            _folder: folder,
            _in_use: in_use,
            top,
            real_top,
            start,
            missing: 0,
            others: Vec::new(),
            listed: Arc::default(),
            git: git.clone(),
        };
        let tree = git.tree(commit).map_err(git_error)?;
        let tree = safe(tree);
        as_of.lay_folders(&tree)?;
        let (plan, others): (Vec<_>, Vec<_>) = tree.into_iter().partition(is_read);
        as_of.fill(&git, &plan)?;
        // The configuration may name files by any name.
        let overrides = as_of.overrides(overrides);
        let mut layout = discover(&as_of.start, &overrides);
        if layout.matches_names(has_known_name) {
            // Only where their names are there, a pattern finds them.
            for entry in others.iter().filter(|entry| entry.kind == TreeKind::File) {
                drop(fs::File::create_new(as_of.top.join(&entry.path))?);
            }
            layout = discover(&as_of.start, &overrides);
            others.iter().for_each(|entry| {
                // Nothing is lost where it stays: it is known to exist all the same.
                let _ = fs::remove_file(as_of.top.join(&entry.path));
            });
        }
        let named: HashSet<&Path> = layout.files.iter().map(|(path, _)| &**path).collect();
        let is_named = |entry: &TreeEntry| named.contains(&*as_of.top.join(&entry.path));
        let (named, others): (Vec<_>, Vec<_>) = others.into_iter().partition(is_named);
        as_of.fill(&git, &named)?;
        let files = others.iter().filter(|entry| entry.kind == TreeKind::File);
        let files = files.map(|entry| as_of.top.join(&entry.path));
        as_of.listed = Arc::new(Listed::new(files));
        as_of.others = others;
        Ok(as_of)
    }

    /// Lays out a file that is not, for somebody who wants to read it.
    pub(crate) fn fetch(&self, path: &Path) {
        let Ok(path) = path.strip_prefix(&self.top) else {
            return;
        };
        let mut others = self.others.iter();
        let entry = others.find(|entry| entry.path == path && entry.kind == TreeKind::File);
        let hash = entry.map(|entry| &*entry.hash);
        let content = hash.and_then(|hash| self.git.objects(&[hash]).ok()?.next_object());
        if let Some(content) = content {
            // Whoever opens it sees that there is nothing.
            let _ = fs::write(self.top.join(path), content);
        }
    }

    /// Where one stands in the layout.
    pub fn start(&self) -> &Path {
        &self.start
    }

    /// How many files of the plan this clone does not have.
    pub fn missing(&self) -> usize {
        self.missing
    }

    /// What is named instead of the configured files, with paths of the real checkout as those of
    /// the layout.
    pub fn overrides(&self, mut overrides: Overrides) -> Overrides {
        overrides.listed = Some(self.listed.clone());
        for path in overrides.logs.iter_mut().chain(&mut overrides.canon) {
            if let Ok(below) = path.strip_prefix(&self.real_top) {
                *path = self.top.join(below);
            }
        }
        overrides
    }

    /// A text with the paths of the real checkout instead of those of the layout.
    pub fn in_real(&self, text: &str) -> String {
        let [top, real] = [&self.top, &self.real_top].map(|path| path.display().to_string());
        text.replace(&top, &real)
    }

    /// Makes all folders. Links come later, when they can lead nobody astray.
    fn lay_folders(&self, tree: &[TreeEntry]) -> io::Result<()> {
        fs::create_dir_all(&self.start)?;
        let mut made = HashSet::new();
        for entry in tree {
            let folder = match entry.kind {
                TreeKind::Submodule => Some(&*entry.path),
                TreeKind::File | TreeKind::Link => entry.path.parent(),
            };
            if let Some(folder) = folder.filter(|folder| made.insert(*folder)) {
                fs::create_dir_all(self.top.join(folder))?;
            }
        }
        Ok(())
    }

    fn fill(&mut self, git: &History, entries: &[TreeEntry]) -> io::Result<()> {
        if entries.is_empty() {
            return Ok(());
        }
        let (links, files): (Vec<_>, Vec<_>) = entries
            .iter()
            .partition(|entry| entry.kind == TreeKind::Link);
        let entries = || files.iter().chain(&links);
        let hashes: Vec<&str> = entries().map(|entry| &*entry.hash).collect();
        let mut objects = git.objects(&hashes).map_err(git_error)?;
        for entry in entries() {
            let path = self.top.join(&entry.path);
            match (objects.next_object(), entry.kind) {
                (Some(bytes), TreeKind::Link) => {
                    let leads_to = OsStr::from_bytes(&bytes);
                    // No bytes with a NUL are a path; such a link leads nowhere.
                    let _ = std::os::unix::fs::symlink(leads_to, path);
                }
                (Some(bytes), _) => {
                    // No link leads there: where something is already, this fails.
                    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
                    file.write_all(&bytes)?;
                    // Nobody waits for it to come to rest.
                    file.set_modified(SystemTime::UNIX_EPOCH)?;
                }
                (None, _) => self.missing += 1,
            }
        }
        Ok(())
    }
}

/// Removes what was left by processes that were killed.
fn remove_abandoned(folder: &Path) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let ours = entries.filter(|entry| entry.file_name().as_bytes().starts_with(PREFIX.as_bytes()));
    for path in ours.map(|entry| entry.path()) {
        let is_old = |lock: &fs::File| {
            let made = lock.metadata().and_then(|metadata| metadata.modified());
            made.is_ok_and(|made| made.elapsed().is_ok_and(|age| age > YOUNG))
        };
        let lock = fs::File::open(path.join(IN_USE)).ok().filter(is_old);
        if lock.is_some_and(|lock| lock.try_lock().is_ok()) {
            // Somebody else may remove it at the same time.
            let _ = fs::remove_dir_all(path);
        }
    }
}

fn git_error(error: GitError) -> io::Error {
    io::Error::other(error)
}

fn has_known_name(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default();
    let extension = extension.to_ascii_lowercase().into_vec();
    READ.iter().any(|read| read.as_bytes() == extension)
}

fn is_read(entry: &TreeEntry) -> bool {
    let is_read = has_known_name(&entry.path);
    match entry.kind {
        TreeKind::File => is_read,
        TreeKind::Link => true,
        TreeKind::Submodule => false,
    }
}

/// The entries that stay within the folder: git never makes any others, but who sent the
/// repository may have.
fn safe(mut tree: Vec<TreeEntry>) -> Vec<TreeEntry> {
    let is_plain = |path: &Path| {
        let mut components = path.components();
        !path.as_os_str().is_empty()
            && components.all(|component| match component {
                Component::Normal(name) => !name.eq_ignore_ascii_case(".git"),
                _ => false,
            })
    };
    tree.retain(|entry| is_plain(&entry.path));
    let leaves = tree
        .iter()
        .filter(|entry| entry.kind != TreeKind::Submodule);
    // Nothing can lie below a file or a link.
    let leaves: HashSet<PathBuf> = leaves.map(|entry| entry.path.clone()).collect();
    let mut seen = HashSet::new();
    tree.into_iter()
        .filter(|entry| {
            let mut above = entry.path.ancestors().skip(1);
            !above.any(|path| leaves.contains(path)) && seen.insert(entry.path.clone())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_process_left_goes_and_what_is_used_or_new_stays() {
        let folder = tempfile::tempdir().unwrap();
        let made = |name: &str, age: u64| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.join("tree")).unwrap();
            let lock = fs::File::create_new(path.join(IN_USE)).unwrap();
            let at = SystemTime::now() - Duration::from_secs(age);
            lock.set_modified(at).unwrap();
            lock
        };
        let [left, used, new, other] = [
            made("stepdeck-at-left", 3600),
            made("stepdeck-at-used", 3600),
            made("stepdeck-at-new", 0),
            made("stepdeck-other", 3600),
        ];
        drop((left, new, other));
        used.lock().unwrap();
        remove_abandoned(folder.path());
        let entries = fs::read_dir(folder.path()).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(
            names,
            ["stepdeck-at-new", "stepdeck-at-used", "stepdeck-other"]
        );
    }

    #[test]
    fn nothing_leads_out_of_the_folder() {
        let entry = |path: &str, kind| TreeEntry {
            path: path.into(),
            kind,
            hash: String::new(),
        };
        let tree = vec![
            entry("docs/a.md", TreeKind::File),
            entry("../out.md", TreeKind::File),
            entry("/etc/out.md", TreeKind::File),
            entry("docs/../../out.md", TreeKind::File),
            entry(".git", TreeKind::File),
            entry("sub/.GIT/config", TreeKind::File),
            entry("link", TreeKind::Link),
            entry("link/out.md", TreeKind::File),
            entry("link", TreeKind::File),
            entry("", TreeKind::File),
        ];
        let left: Vec<PathBuf> = safe(tree).into_iter().map(|entry| entry.path).collect();
        assert_eq!(left, [PathBuf::from("docs/a.md"), "link".into()]);
    }
}
