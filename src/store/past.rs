//! The past of a plan, newest first: its files as they are, then every version of them that git
//! has. Git reads ahead while the versions before are compared.
//!
//! Owns which files made the plan in older versions: the logs that match the configuration, the
//! documents that hold step sections, ladders or checklists today, and what these were renamed
//! from. What cannot be known (a shallow or partial clone, no git) is said in notes, and is never
//! an error.

pub(crate) mod background;
pub(crate) mod moment;
pub(crate) mod outlook;
mod since;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::document::json;
use crate::git::GitError;
use crate::git::history::{History, Paths};
use crate::git::objects::Objects;
use crate::git::output::{Commit, FileChange};
use crate::history::canon::{self, CanonVersion, Tick};
use crate::history::events::{Event, Kind, Walk};
use crate::history::landing::{Landing, landed};
use crate::history::lines::{ChangedLines, changed};
use crate::plan::Plan;
use crate::plan::field::Field;
use crate::plan::source::{Role, SourceFile};
use crate::store::locate::discover::Layout;
use crate::store::locate::glob;

/// What happened to a plan, newest first: an iterator over what landed.
#[derive(Debug)]
pub struct Past {
    git: Option<History>,
    notes: Vec<String>,
    now: DateTime<Utc>,
    /// What the steps themselves say, newest last, where there is no history.
    by_stamp: Vec<Landing>,
    /// The files that `HEAD` has or once had, with their blobs, until they have been compared with
    /// those on disk.
    at_head: Option<BTreeMap<PathBuf, Option<String>>>,
    /// Commits that are still to be read, with when they landed, newest last.
    commits: Vec<(Arc<Commit>, DateTime<Utc>)>,
    objects: Option<Objects>,
    /// The logs of the version seen last, by their path from the top of the checkout.
    logs: BTreeMap<PathBuf, Vec<u8>>,
    /// The same of the canon.
    canon: BTreeMap<PathBuf, Vec<u8>>,
    /// The paths that documents of the canon ever had.
    canon_paths: HashSet<PathBuf>,
    /// Files whose last version seen is newer than the one walked to, which is missing.
    gaps: HashSet<PathBuf>,
    walk: Walk,
    missing: usize,
}

/// Why no version of the plan could be listed.
enum Unknown {
    Git(GitError),
    NoCommit,
}

impl From<GitError> for Unknown {
    fn from(error: GitError) -> Self {
        Self::Git(error)
    }
}

impl Past {
    /// The past of `plan`, whose files lie as `layout` says. `as_configured` is whether its logs
    /// are those that the configuration names, and not given otherwise.
    pub fn open(layout: &Layout, plan: &Plan, as_configured: bool, now: DateTime<Utc>) -> Self {
        let mut past = Self {
            git: None,
            notes: Vec::new(),
            now,
            by_stamp: Vec::new(),
            at_head: None,
            commits: Vec::new(),
            objects: None,
            logs: BTreeMap::new(),
            canon: BTreeMap::new(),
            canon_paths: HashSet::new(),
            gaps: HashSet::new(),
            walk: Walk::default(),
            missing: 0,
        };
        match past.list(layout, plan, as_configured) {
            Ok(()) => {}
            Err(Unknown::NoCommit) => past.notes.push("nothing is committed yet".to_owned()),
            Err(Unknown::Git(error)) => {
                past.git = None;
                past.by_stamp = by_stamp(plan, now);
                past.notes
                    .push(format!("no history ({error}); dates come from updated_at"));
            }
        }
        past
    }

    /// The history in git, if the plan has one.
    pub fn git(&self) -> Option<&History> {
        self.git.as_ref()
    }

    /// What is not known, and why. Complete when everything has been read.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = self.notes.clone();
        if self.missing > 0 {
            let versions = match self.missing {
                1 => "1 version of the plan's files is".to_owned(),
                count => format!("{count} versions of the plan's files are"),
            };
            notes.push(format!(
                "{versions} missing from this clone; changes there are shown with the next older \
                 version, or not at all"
            ));
        }
        notes
    }

    fn list(&mut self, layout: &Layout, plan: &Plan, as_configured: bool) -> Result<(), Unknown> {
        let git = self.git.insert(History::around(&layout.root)?).clone();
        for file in plan.files().iter().filter(|file| file.role == Role::Log) {
            let path = git.prefix().join(&file.path);
            let bytes = file
                .log()
                .map(|log| log.rope().contiguous().into_owned())
                .unwrap_or_default();
            self.logs.insert(path, bytes);
        }
        self.walk = Walk::from_newest(self.logs.values().map(Vec::as_slice));
        for file in canon::files(plan) {
            let file = &plan.files()[file];
            let bytes = file.markdown().map(|document| document.bytes().to_vec());
            let path = git.prefix().join(&file.path);
            self.canon_paths.insert(path.clone());
            self.canon.insert(path, bytes.unwrap_or_default());
        }
        if !self.canon.is_empty() {
            let version = self.canon_version();
            let in_log = plan.steps().filter(|step| step.log_place().is_some());
            let walk = std::mem::take(&mut self.walk);
            self.walk = walk.with_canon(version, in_log.map(|step| step.id()));
        }
        let head = git.commit("HEAD")?;
        let mut commits = Vec::new();
        if let Some(head) = &head {
            let files = self.logs.keys().chain(self.canon.keys());
            let mut paths: Vec<Paths> = files.cloned().map(Paths::File).collect();
            if as_configured {
                paths.extend(configured(layout, git.prefix()));
            }
            commits = self.commits(&git, head, paths)?;
        }
        let mut at_head: BTreeMap<PathBuf, Option<String>> = BTreeMap::new();
        for change in commits.iter().flat_map(|commit| &commit.changes) {
            let blob = at_head.entry(change.path.clone());
            blob.or_insert_with(|| change.after.clone());
        }
        let changes = commits.iter().flat_map(|commit| &commit.changes);
        let before = changes.filter_map(|change| change.before.as_deref());
        let at_head_first = at_head.values().flatten().map(String::as_str);
        let hashes: Vec<&str> = at_head_first.chain(before).collect();
        if !hashes.is_empty() {
            self.objects = Some(git.objects(&hashes)?);
        }
        self.at_head = Some(at_head);
        let commits: Vec<Arc<Commit>> = commits.into_iter().map(Arc::new).collect();
        let times = landed(&commits, self.now);
        self.commits = commits.into_iter().zip(times).rev().collect();
        head.map(drop).ok_or(Unknown::NoCommit)
    }

    /// Every commit that changed a log, newest first, through renames.
    fn commits(
        &mut self,
        git: &History,
        head: &str,
        mut paths: Vec<Paths>,
    ) -> Result<Vec<Commit>, GitError> {
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
            self.notes.push(format!(
                "the clone is shallow: its history begins with {short}"
            ));
            all.pop();
        }
        all.retain(|commit| !commit.changes.is_empty());
        Ok(all)
    }

    /// Goes back from what is on disk to `HEAD`; a file that it never had is new.
    fn back_to_head(&mut self, at_head: BTreeMap<PathBuf, Option<String>>) -> Landing {
        let mut older: BTreeMap<PathBuf, Vec<u8>> = BTreeMap::new();
        for path in self.logs.keys().chain(self.canon.keys()) {
            older.insert(path.clone(), Vec::new());
        }
        for (path, blob) in at_head {
            match self.read(blob.as_ref()) {
                Some(bytes) => drop(older.insert(path, bytes)),
                None => {
                    older.remove(&path);
                    self.gaps.insert(path);
                }
            }
        }
        let (events, ticks) = self.back(older.into_iter().collect());
        let (at, commit) = (self.now, None);
        Landing {
            at,
            commit,
            events,
            ticks,
        }
    }

    /// Goes back to the version in which these files were so.
    fn back(&mut self, older: Vec<(PathBuf, Vec<u8>)>) -> (Vec<Event>, Vec<Tick>) {
        let (canon, logs): (Vec<_>, Vec<_>) = older
            .into_iter()
            .partition(|(path, _)| self.canon_paths.contains(path));
        let mut lines = ChangedLines::default();
        for (path, bytes) in &logs {
            let newer = self.logs.get(path).map_or(&[][..], Vec::as_slice);
            lines.extend(changed(bytes, newer));
        }
        if logs.len() > 1 {
            lines.cancel();
        }
        let is_other = canon
            .iter()
            .any(|(path, bytes)| self.canon.get(path) != Some(bytes));
        self.canon.extend(canon);
        let canon = is_other.then(|| self.canon_version());
        let happened = self.walk.back(&lines, canon);
        self.logs.extend(logs);
        happened
    }

    fn canon_version(&self) -> CanonVersion {
        let documents = self.canon.iter();
        CanonVersion::read(documents.map(|(path, bytes)| (self.below(path), bytes.clone())))
    }

    /// A path from the top of the checkout as one from the plan's root.
    fn below(&self, path: &Path) -> PathBuf {
        let prefix = self.git.as_ref().map_or(Path::new(""), History::prefix);
        path.strip_prefix(prefix).unwrap_or(path).to_owned()
    }

    /// The plan before everything that was stepped back over: its logs and its canon, without
    /// papers.
    fn plan(&self) -> Plan {
        let logs = self.logs.iter().map(|file| (file, Role::Log));
        let files = logs.chain(self.canon.iter().map(|file| (file, Role::Canon)));
        let load = |((path, bytes), role): ((&PathBuf, &Vec<u8>), Role)| {
            SourceFile::load(self.below(path), role, bytes.clone())
        };
        Plan::read(files.map(load).collect())
    }

    /// What would be stepped back over next: when it landed, and the hash of its commit, if it is
    /// one. What is not committed comes first.
    pub fn upcoming(&self) -> Option<(DateTime<Utc>, Option<&str>)> {
        if self.at_head.is_some() {
            return Some((self.now, None));
        }
        if let Some(landing) = self.by_stamp.last() {
            return Some((landing.at, None));
        }
        let (commit, at) = self.commits.last()?;
        Some((*at, Some(&commit.hash)))
    }

    /// What the logs say, and the canon of steps that are in no log, before everything that was
    /// stepped back over.
    pub fn logs(&self) -> Vec<u8> {
        let canon = self.walk.canon_lines();
        together(self.logs.values().map(Vec::as_slice).chain(canon))
    }

    /// Goes back over the next that landed, which may have changed no step.
    pub fn step_back(&mut self) -> Option<Landing> {
        if let Some(at_head) = self.at_head.take() {
            return Some(self.back_to_head(at_head));
        }
        if let Some(landing) = self.by_stamp.pop() {
            return Some(landing);
        }
        let (commit, at) = self.commits.pop()?;
        let mut older = Vec::new();
        for FileChange { path, before, .. } in &commit.changes {
            match self.read(before.as_ref()) {
                // That it was made is known, but not what it was like then.
                Some(_) if before.is_none() && self.gaps.remove(path) => {}
                Some(bytes) => {
                    self.gaps.remove(path);
                    older.push((path.clone(), bytes));
                }
                None => drop(self.gaps.insert(path.clone())),
            }
        }
        let (events, ticks) = self.back(older);
        let commit = Some(commit);
        Some(Landing {
            at,
            commit,
            events,
            ticks,
        })
    }

    /// The next version, which is empty where there is no blob of it; `None` where it is missing.
    fn read(&mut self, blob: Option<&String>) -> Option<Vec<u8>> {
        if blob.is_none() {
            return Some(Vec::new());
        }
        let read = self.objects.as_mut()?.next_object();
        self.missing += usize::from(read.is_none());
        read
    }
}

impl Iterator for Past {
    type Item = Landing;

    fn next(&mut self) -> Option<Landing> {
        loop {
            let landing = self.step_back()?;
            if !landing.is_empty() {
                return Some(landing);
            }
        }
    }
}

fn together(logs: impl Iterator<Item = impl AsRef<[u8]>>) -> Vec<u8> {
    let mut all = Vec::new();
    for log in logs {
        all.extend_from_slice(log.as_ref());
        all.push(b'\n');
    }
    all
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

/// What the steps themselves say: when each was last edited, and what its status is since.
fn by_stamp(plan: &Plan, now: DateTime<Utc>) -> Vec<Landing> {
    let mut landings: Vec<Landing> = Vec::new();
    for step in plan.steps() {
        let stamp = DateTime::parse_from_rfc3339(step.text(Field::UpdatedAt).trim());
        let Ok(stamp) = stamp else { continue };
        let event = Event {
            step: step.id(),
            uid: None,
            kind: Kind::Changed,
            field: Some(Field::Status.spec().name.to_owned()),
            before: None,
            after: Some(
                step.raw(Field::Status)
                    .map_or_else(|| json::quote(&step.text(Field::Status)), str::to_owned),
            ),
        };
        landings.push(Landing {
            at: stamp.to_utc().min(now),
            commit: None,
            events: vec![event],
            ticks: Vec::new(),
        });
    }
    landings.sort_by_key(|landing| landing.at);
    landings
}
