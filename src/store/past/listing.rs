//! Which versions of the plan there are: the commits that changed one of its files, through
//! renames, and what each left and found. No content is read here but that of the plan as it is.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::blobs::Blobs;
use super::cache::{Between, Cache, VersionId};
use super::{Held, Past, Unknown};
use crate::document::markers::our_version;
use crate::git::GitError;
use crate::git::history::{History, Paths, Times};
use crate::git::output::{Commit, FileChange};
use crate::history::landing::landed_among;
use crate::history::since::UNSHALLOW;
use crate::history::words::instant;
use crate::plan::Plan;
use crate::plan::source::Role;
use crate::store::locate::discover::Layout;
use crate::store::locate::glob;

/// A commit that is still to be stepped back over.
#[derive(Debug)]
pub(super) struct Upcoming {
    pub(super) commit: Arc<Commit>,
    /// When it landed.
    pub(super) at: DateTime<Utc>,
    /// The files that were something else before, with their blobs; none where there was no such
    /// file.
    pub(super) older: Vec<(PathBuf, Option<String>)>,
    /// How many versions of files this clone lacks there.
    pub(super) missing: usize,
    /// The versions before and after it.
    pub(super) between: Between,
}

impl Past {
    /// Lists the versions. What is kept of them lies below `cache`.
    pub(super) fn list(
        &mut self,
        layout: &Layout,
        plan: &Plan,
        canon: &BTreeSet<usize>,
        as_configured: bool,
        cache: Option<&Path>,
    ) -> Result<(), Unknown> {
        let git = self.git.insert(History::around(&layout.root)?).clone();
        for file in plan.files().iter().filter(|file| file.role == Role::Log) {
            let path = git.prefix().join(&file.path);
            let bytes = file
                .log()
                .map(|log| log.rope().contiguous().into_owned())
                .unwrap_or_default();
            // Until one is picked, two versions of a step are one step.
            self.logs.insert(path, Held::Bytes(our_version(bytes)));
        }
        for file in canon {
            let file = &plan.files()[*file];
            let bytes = file.markdown().map(|document| document.bytes().to_vec());
            let path = git.prefix().join(&file.path);
            self.canon_paths.insert(path.clone());
            let bytes = Held::Bytes(bytes.unwrap_or_default());
            self.canon.insert(path, bytes);
        }
        let head = git.head().map(str::to_owned);
        let (mut commits, mut first, mut times) = (Vec::new(), None, Times::default());
        if let Some(head) = &head {
            let files = self.logs.keys().chain(self.canon.keys());
            let mut paths: Vec<Paths> = files.cloned().map(Paths::File).collect();
            if as_configured {
                paths.extend(configured(layout, git.prefix()));
            }
            // Git walks the commits once more while it looks for those that changed the plan.
            let (lister, from) = (git.clone(), head.clone());
            let all = std::thread::spawn(move || lister.first_parent_times(&from));
            (commits, first) = self.commits(&git, head, paths)?;
            // Where they cannot be listed, those of the plan still follow each other.
            times = all.join().ok().and_then(Result::ok).unwrap_or_default();
        }
        let mut at_head: BTreeMap<PathBuf, Option<String>> = BTreeMap::new();
        let known = commits.iter().chain(&first);
        for change in known.flat_map(|commit| &commit.changes) {
            let blob = at_head.entry(change.path.clone());
            blob.or_insert_with(|| change.after.clone());
        }
        if let Some(base) = cache {
            let depth = git.prefix().components().count();
            let checkout = layout.root.ancestors().nth(depth);
            self.cache = Cache::open(base, &layout.root, checkout.unwrap_or(&layout.root));
        }
        let changes = commits.iter().flat_map(|commit| &commit.changes);
        let before = changes.filter_map(|change| change.before.as_deref());
        let hashes: Vec<&str> = at_head
            .values()
            .flatten()
            .map(String::as_str)
            .chain(before)
            .collect();
        let missing = match hashes.is_empty() {
            true => HashSet::new(),
            false => git.missing(&hashes)?,
        };
        let commits: Vec<Arc<Commit>> = commits.into_iter().map(Arc::new).collect();
        let times = landed_among(&commits, times.oldest_first(), self.now);
        self.take_stock(commits.into_iter().zip(times), at_head, &missing);
        self.blobs = Some(Blobs::of(git));
        head.map(drop).ok_or(Unknown::NoCommit)
    }

    /// Finds out what is before each commit, and before what is on disk: a file of which a version is
    /// missing stays what it was later, up to the next older version that is there.
    fn take_stock(
        &mut self,
        commits: impl Iterator<Item = (Arc<Commit>, DateTime<Utc>)>,
        at_head: BTreeMap<PathBuf, Option<String>>,
        missing: &HashSet<String>,
    ) {
        let is_there =
            |blob: &Option<String>| !blob.as_ref().is_some_and(|blob| missing.contains(blob));
        let files = self.logs.keys().chain(self.canon.keys());
        let mut head: BTreeMap<PathBuf, Option<String>> =
            files.map(|path| (path.clone(), None)).collect();
        let mut gaps = HashSet::new();
        for (path, blob) in at_head {
            if is_there(&blob) {
                head.insert(path, blob);
            } else {
                head.remove(&path);
                self.missing += 1;
                gaps.insert(path);
            }
        }
        if !gaps.is_empty() {
            // What these files are like then is on disk, under no name.
            self.cache = Cache::none();
        }
        let id_of = |path: &Path, blob: &Option<String>| -> VersionId {
            let is_canon = self.canon_paths.contains(path);
            let id = |blob: &String| self.cache.id_of(path, is_canon, blob);
            blob.as_ref().map_or(0, id)
        };
        let ids = head.iter().map(|(path, blob)| id_of(path, blob));
        let mut newer: VersionId = ids.fold(0, VersionId::wrapping_add);
        let mut held = head.clone();
        let mut upcoming = Vec::new();
        for (commit, at) in commits {
            let mut older = Vec::new();
            let (mut id, mut lacks) = (newer, 0);
            for FileChange { path, before, .. } in &commit.changes {
                if !is_there(before) {
                    gaps.insert(path.clone());
                    lacks += 1;
                    continue;
                }
                // That it was made is known, but not what it was like then.
                if gaps.remove(path) && before.is_none() {
                    continue;
                }
                let was = held.insert(path.clone(), before.clone()).flatten();
                id = id.wrapping_sub(id_of(path, &was));
                id = id.wrapping_add(id_of(path, before));
                older.push((path.clone(), before.clone()));
            }
            upcoming.push(Upcoming {
                commit,
                at,
                older,
                missing: lacks,
                between: (id, newer),
            });
            newer = id;
        }
        upcoming.reverse();
        self.at_head = Some(head);
        self.commits = upcoming;
    }

    /// Every commit that changed a file of the plan, newest first, through renames. Apart from them
    /// the one that a shallow clone begins with: what it has is known, but not what it changed.
    fn commits(
        &mut self,
        git: &History,
        head: &str,
        mut paths: Vec<Paths>,
    ) -> Result<(Vec<Commit>, Option<Commit>), GitError> {
        let mut first = None;
        let mut from = head.to_owned();
        let mut all = Vec::new();
        loop {
            let listed = git.commits(&from, &paths)?;
            if let Some(complaint) = listed.broken_off {
                self.notes.push(format!(
                    "git listed only a part of the history: {complaint}"
                ));
            }
            let mut commits = listed.commits;
            for commit in &mut commits {
                commit.changes.retain(|change| {
                    let is_edited = change.before != change.after;
                    is_edited && (!is_hidden(&change.path) || self.logs.contains_key(&change.path))
                });
            }
            let Some(Renamed { at, changes }) = first_rename(git, &commits)? else {
                all.append(&mut commits);
                break;
            };
            commits.truncate(at + 1);
            let commit = &mut commits[at];
            from = commit.parent.clone().unwrap_or_default();
            for (to, change) in changes {
                if self.canon_paths.contains(&to) {
                    self.canon_paths.insert(change.path.clone());
                }
                paths.push(Paths::File(change.path.clone()));
                commit.changes.push(change);
            }
            all.append(&mut commits);
        }
        if let Some(oldest) = all.last()
            && git.is_cut_off(oldest)?
        {
            let short = &oldest.hash[..oldest.hash.len().min(10)];
            let made = DateTime::from_timestamp(oldest.time, 0).unwrap_or_default();
            let at = made.min(self.now);
            self.notes.push(format!(
                "the clone is shallow: its history begins with {short}, {}; {UNSHALLOW}",
                instant(at)
            ));
            self.cut_off = Some((oldest.hash.clone(), at));
            first = all.pop();
        }
        all.retain(|commit| !commit.changes.is_empty());
        Ok((all, first))
    }
}

/// The files that the configuration takes for logs, in any version.
fn configured(layout: &Layout, prefix: &Path) -> Vec<Paths> {
    let patterns = layout.patterns_of(Role::Log).into_iter();
    let paths = patterns.map(|pattern| match glob::is_pattern(&pattern) {
        true => Paths::Matching {
            folder: prefix.to_owned(),
            pattern,
        },
        false if layout.root.join(&pattern).is_dir() => Paths::Matching {
            folder: prefix.join(&pattern),
            pattern: "*.jsonl".to_owned(),
        },
        false => Paths::File(prefix.join(pattern)),
    });
    paths.collect()
}

/// Hidden files are editors' and our own leftovers, never logs by a pattern.
fn is_hidden(path: &Path) -> bool {
    path.file_name()
        .unwrap_or(OsStr::new(""))
        .as_bytes()
        .starts_with(b".")
}

/// The newest commit that renamed another file to one that no older commit has, as its place in
/// the list; and for each such file its path, and what that did to the other one.
fn first_rename(git: &History, commits: &[Commit]) -> Result<Option<Renamed>, GitError> {
    let mut oldest: HashMap<&Path, usize> = HashMap::new();
    for (at, commit) in commits.iter().enumerate() {
        oldest.extend(commit.changes.iter().map(|change| (&*change.path, at)));
    }
    let came = |at: usize, path: &Path| {
        let mut changes = commits[at]
            .changes
            .iter()
            .filter(|change| change.path == path);
        oldest.get(path) == Some(&at) && changes.any(|change| change.before.is_none())
    };
    let candidates = (0..commits.len()).filter(|at| {
        let Commit {
            parent, changes, ..
        } = &commits[*at];
        parent.is_some() && changes.iter().any(|change| came(*at, &change.path))
    });
    let candidates: Vec<usize> = candidates.collect();
    if candidates.is_empty() {
        return Ok(None);
    }
    let hashes: Vec<&str> = candidates.iter().map(|at| &*commits[*at].hash).collect();
    let whole = git.with_renames(&hashes)?.commits;
    for (at, whole) in candidates.into_iter().zip(whole) {
        let renames = whole.changes.into_iter().filter_map(|change| {
            let is_new = |from: &PathBuf| commits[at].changes.iter().all(|own| own.path != *from);
            let from = change
                .from
                .filter(is_new)
                .filter(|_| came(at, &change.path))?;
            let gone = FileChange {
                path: from,
                from: None,
                before: change.before,
                after: None,
            };
            Some((change.path, gone))
        });
        let changes: Vec<(PathBuf, FileChange)> = renames.collect();
        if !changes.is_empty() {
            return Ok(Some(Renamed { at, changes }));
        }
    }
    Ok(None)
}

/// A commit that renamed files, and what that did to each by its new path.
struct Renamed {
    at: usize,
    changes: Vec<(PathBuf, FileChange)>,
}
