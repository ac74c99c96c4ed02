//! The past of a plan, newest first: its files as they are, then every version of them that git
//! has. Git reads ahead while the versions before are compared; between versions that were compared
//! in an earlier run, nothing is read at all.
//!
//! Owns which files made the plan in older versions: the logs that match the configuration, the
//! documents that hold step sections, ladders or checklists today, and what these were renamed
//! from. What cannot be known (a shallow or partial clone, no git) is said in notes, and is never
//! an error.

pub(crate) mod background;
mod blobs;
pub(crate) mod cache;
mod coding;
mod gate;
mod listing;
pub(crate) mod moment;
pub(crate) mod outlook;
mod own_line;
pub(crate) mod report;
pub(crate) mod review;
mod since;
mod touched;
mod weeks;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;

use chrono::{DateTime, Utc};

use crate::document::json;
use crate::git::GitError;
use crate::git::history::History;
use crate::history::canon::{self, CanonVersion, Tick};
use crate::history::events::{Event, Kind, Walk};
use crate::history::landing::Landing;
use crate::history::lines::{ChangedLines, changed};
use crate::history::stamps::Stamps;
use crate::plan::Plan;
use crate::plan::field::Field;
use crate::plan::source::{Role, SourceFile};
use crate::store::locate::discover::Layout;
use blobs::Blobs;
use cache::Cache;
use listing::Upcoming;
use moment::Moment;

/// How much is found ahead of whoever takes it.
const AHEAD: usize = 16;

/// What happened to a plan, newest first: an iterator over what landed.
#[derive(Debug)]
pub struct Past {
    git: Option<History>,
    /// The commit that a shallow clone begins with, and when it was made: what was before is not here.
    cut_off: Option<(String, DateTime<Utc>)>,
    notes: Vec<String>,
    /// Why there is no git.
    without: Option<String>,
    now: DateTime<Utc>,
    /// What the steps themselves say, newest last, where there is no history.
    by_stamp: Vec<Landing>,
    /// The files as `HEAD` has them, by blob; none where it has no such file. Until they have been
    /// compared with those on disk.
    at_head: Option<BTreeMap<PathBuf, Option<String>>>,
    /// Commits that are still to be stepped back over, newest last.
    commits: Vec<Upcoming>,
    blobs: Option<Blobs>,
    cache: Cache,
    /// The logs of the version seen last, by their path from the top of the checkout.
    logs: BTreeMap<PathBuf, Held>,
    /// The same of the canon.
    canon: BTreeMap<PathBuf, Held>,
    /// The paths that documents of the canon ever had.
    canon_paths: HashSet<PathBuf>,
    /// The way back from the version seen last; none where it has not been read.
    walk: Option<Walk>,
    /// How many versions of files are missing among those seen.
    missing: usize,
}

/// A file of a version.
#[derive(Debug)]
enum Held {
    /// What it says.
    Bytes(Vec<u8>),
    /// Its blob, which has not been read.
    Blob(String),
}

impl Held {
    /// What it says, if it has been read.
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Blob(_) => &[],
        }
    }
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
    /// are those that the configuration names, and not given otherwise. What is found is kept for
    /// the next run below `cache`, if there is such a folder.
    pub fn open(
        layout: &Layout,
        plan: &Plan,
        as_configured: bool,
        now: DateTime<Utc>,
        cache: Option<&Path>,
    ) -> Self {
        Self::of(layout, plan, &canon::files(plan), as_configured, now, cache)
    }

    /// The same where there is git; nothing where only the steps themselves tell.
    pub(crate) fn in_git(
        layout: &Layout,
        plan: &Plan,
        as_configured: bool,
        now: DateTime<Utc>,
        cache: Option<&Path>,
    ) -> Option<Self> {
        let (mut past, canon) = (Self::unread(now), canon::files(plan));
        let listed = past.list(layout, plan, &canon, as_configured, cache);
        (!matches!(listed, Err(Unknown::Git(_)))).then_some(past)
    }

    /// The same, with these files of the plan for its canon.
    fn of(
        layout: &Layout,
        plan: &Plan,
        canon: &BTreeSet<usize>,
        as_configured: bool,
        now: DateTime<Utc>,
        cache: Option<&Path>,
    ) -> Self {
        let mut past = Self::unread(now);
        match past.list(layout, plan, canon, as_configured, cache) {
            Ok(()) => {}
            Err(Unknown::NoCommit) => past.notes.push("nothing is committed yet".to_owned()),
            Err(Unknown::Git(error)) => {
                past.git = None;
                past.without = Some(error.answer());
                let stamps = Stamps::of(plan, now);
                past.by_stamp = by_stamp(plan, &stamps);
                let papers = match stamps.has_papers() {
                    true => " and the papers",
                    false => "",
                };
                past.notes.push(format!(
                    "dates come from updated_at{papers}: no history ({error})"
                ));
            }
        }
        past
    }

    fn unread(now: DateTime<Utc>) -> Self {
        Self {
            git: None,
            cut_off: None,
            notes: Vec::new(),
            without: None,
            now,
            by_stamp: Vec::new(),
            at_head: None,
            commits: Vec::new(),
            blobs: None,
            cache: Cache::none(),
            logs: BTreeMap::new(),
            canon: BTreeMap::new(),
            canon_paths: HashSet::new(),
            walk: None,
            missing: 0,
        }
    }

    /// The history in git, if the plan has one.
    pub fn git(&self) -> Option<&History> {
        self.git.as_ref()
    }

    /// The same for what needs git; in words why there is none, and what to do.
    pub(crate) fn needed_git(&self) -> Result<&History, &str> {
        let why = self.without.as_deref();
        self.git
            .as_ref()
            .ok_or(why.unwrap_or("there is no history"))
    }

    /// When the history that this clone has begins, where it is shallow and what landed after `moment`
    /// may be missing; of no moment where all of it is asked for.
    pub(crate) fn begins_too_late(&self, moment: Option<&Moment>) -> Option<DateTime<Utc>> {
        let (commit, at) = self.cut_off.as_ref()?;
        let is_later = |moment: &Moment| moment.is_before(*at, Some(commit));
        moment.is_none_or(is_later).then_some(*at)
    }

    /// Who made the commits that are still to be stepped back over.
    pub(crate) fn authors(&self) -> impl Iterator<Item = &str> {
        self.commits.iter().map(|step| &*step.commit.author)
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

    /// Goes back from what is on disk to `HEAD`; a file that it never had is new.
    fn back_to_head(&mut self, mut at_head: BTreeMap<PathBuf, Option<String>>) -> Landing {
        // What is as it was committed needs no reading.
        at_head.retain(|path, blob| {
            let held = self.logs.get(path).or_else(|| self.canon.get(path));
            let bytes = held.map_or(&[][..], Held::bytes);
            match blob {
                Some(blob) => self.cache.blob(bytes) != Some(blob),
                None => !bytes.is_empty(),
            }
        });
        self.read_ahead(at_head.values().flatten().cloned().collect());
        let blobs = at_head.clone();
        let mut older = self.read_all(at_head.into_iter().collect());
        for (path, bytes) in &older {
            if let Some(Some(blob)) = blobs.get(path) {
                self.cache.keep_blob(bytes, blob);
            }
        }
        older.retain(|(path, bytes)| {
            let held = self.logs.get(path).or_else(|| self.canon.get(path));
            held.map_or(&[][..], Held::bytes) != bytes
        });
        let (events, ticks) = match older.is_empty() {
            true => Default::default(),
            false => self.back(older),
        };
        Landing {
            at: self.now,
            commit: None,
            events,
            ticks,
            is_first: self.commits.is_empty(),
        }
    }

    /// Goes back to the version in which these files were so.
    fn back(&mut self, older: Vec<(PathBuf, Vec<u8>)>) -> (Vec<Event>, Vec<Tick>) {
        let mut walk = self.walk();
        let (canon, logs): (Vec<_>, Vec<_>) = older
            .into_iter()
            .partition(|(path, _)| self.canon_paths.contains(path));
        let mut lines = ChangedLines::default();
        for (path, bytes) in &logs {
            let newer = self.logs.get(path).map_or(&[][..], Held::bytes);
            lines.extend(changed(bytes, newer));
        }
        if logs.len() > 1 {
            lines.cancel();
        }
        let mut is_other = false;
        for (path, bytes) in canon {
            let newer = self.canon.get(&path);
            is_other |= newer.is_none_or(|newer| newer.bytes() != bytes);
            self.canon.insert(path, Held::Bytes(bytes));
        }
        let canon = is_other.then(|| self.canon_version());
        let happened = walk.back(&lines, canon);
        for (path, bytes) in logs {
            let newer = self.logs.insert(path, Held::Bytes(bytes));
            if let (Some(Held::Bytes(newer)), Some(blobs)) = (newer, &self.blobs) {
                blobs.give_back(newer);
            }
        }
        self.walk = Some(walk);
        happened
    }

    /// The way back from the version seen last, all of which is read.
    fn walk(&mut self) -> Walk {
        if let Some(walk) = self.walk.take() {
            return walk;
        }
        self.fill();
        let walk = Walk::from_newest(self.logs.values().map(Held::bytes));
        if self.canon.is_empty() {
            return walk;
        }
        let plan = self.plan();
        let in_log = plan.steps().filter(|step| step.log_place().is_some());
        walk.with_canon(self.canon_version(), in_log.map(|step| step.id()))
    }

    /// Reads what has not been read of the version seen last.
    fn fill(&mut self) {
        for held in self.logs.values_mut().chain(self.canon.values_mut()) {
            if let Held::Blob(blob) = held {
                let read = self.blobs.as_mut().and_then(|blobs| blobs.read(blob));
                self.missing += usize::from(read.is_none());
                *held = Held::Bytes(read.unwrap_or_default());
            }
        }
    }

    /// Has git read these, then what the version seen last lacks, and then what is before the
    /// commits up to the next one about which everything is known.
    fn read_ahead(&mut self, mut first: Vec<String>) {
        let held = self.logs.values().chain(self.canon.values());
        first.extend(held.filter_map(|held| match held {
            Held::Bytes(_) => None,
            Held::Blob(blob) => Some(blob.clone()),
        }));
        let commits = self.commits.iter().rev();
        let unknown = commits.take_while(|commit| !self.cache.knows(&commit.between));
        let older = unknown.flat_map(|commit| &commit.older);
        first.extend(older.filter_map(|(_, blob)| blob.clone()));
        if let Some(blobs) = &mut self.blobs {
            blobs.read_ahead(first);
        }
    }

    /// Files with their content, without those that git cannot read in spite of having them.
    fn read_all(&mut self, files: Vec<(PathBuf, Option<String>)>) -> Vec<(PathBuf, Vec<u8>)> {
        let mut read = Vec::with_capacity(files.len());
        for (path, blob) in files {
            let bytes = match &blob {
                None => Some(Vec::new()),
                Some(blob) => self.blobs.as_mut().and_then(|blobs| blobs.read(blob)),
            };
            match bytes {
                Some(bytes) => read.push((path, bytes)),
                None => {
                    self.missing += 1;
                    self.cache = Cache::none();
                }
            }
        }
        read
    }

    fn canon_version(&self) -> CanonVersion {
        let documents = self.canon.iter();
        CanonVersion::read(documents.map(|(path, held)| (self.below(path), held.bytes().to_vec())))
    }

    /// A path from the top of the checkout as one from the plan's root.
    fn below(&self, path: &Path) -> PathBuf {
        let prefix = self.git.as_ref().map_or(Path::new(""), History::prefix);
        path.strip_prefix(prefix).unwrap_or(path).to_owned()
    }

    /// The plan before everything that was stepped back over, as far as it is read: its logs and its
    /// canon, without papers.
    fn plan(&self) -> Plan {
        let logs = self.logs.iter().map(|file| (file, Role::Log));
        let files = logs.chain(self.canon.iter().map(|file| (file, Role::Canon)));
        let load = |((path, held), role): ((&PathBuf, &Held), Role)| {
            SourceFile::load(self.below(path), role, held.bytes().to_vec())
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
        let Upcoming { commit, at, .. } = self.commits.last()?;
        Some((*at, Some(&commit.hash)))
    }

    /// What the logs say, and the canon of steps that are in no log, before everything that was
    /// stepped back over.
    pub fn logs(&mut self) -> Vec<u8> {
        let walk = self.walk();
        let all = together(
            self.logs
                .values()
                .map(Held::bytes)
                .chain(walk.canon_lines()),
        );
        self.walk = Some(walk);
        all
    }

    /// Goes back over the next that landed, which may have changed no step.
    pub fn step_back(&mut self) -> Option<Landing> {
        if let Some(at_head) = self.at_head.take() {
            return Some(self.back_to_head(at_head));
        }
        if let Some(landing) = self.by_stamp.pop() {
            return Some(landing);
        }
        let first = self.first();
        let known = self.commits.last()?.between;
        let known = self.cache.get(&known);
        if known.is_none() && self.walk.is_none() {
            self.read_ahead(Vec::new());
            let walk = self.walk();
            self.walk = Some(walk);
        }
        let step = self.commits.pop()?;
        self.missing += step.missing;
        let (events, ticks) = match known {
            Some(known) => {
                self.skip(step.older);
                known
            }
            None => {
                let older = self.read_all(step.older);
                let happened = self.back(older);
                self.cache.keep(&step.between, (&happened.0, &happened.1));
                happened
            }
        };
        Some(Landing {
            at: step.at,
            commit: Some(step.commit),
            events,
            ticks,
            is_first: self.commits.len() <= first,
        })
    }

    /// Goes back on a thread of its own as long as what landed is wanted, while `take` makes something of it.
    pub(crate) fn beside<T>(
        &mut self,
        is_wanted: impl Fn(&Landing) -> bool + Send,
        take: impl FnOnce(&mut dyn Iterator<Item = Landing>) -> T,
    ) -> T {
        thread::scope(|scope| {
            let (sender, landings) = mpsc::sync_channel(AHEAD);
            scope.spawn(move || {
                let mut wanted = self.take_while(is_wanted);
                // Nobody may listen any more.
                wanted.try_for_each(|landing| sender.send(landing))
            });
            take(&mut landings.into_iter())
        })
    }

    /// The place of the oldest commit that brought a log, among those still to be stepped back over.
    fn first(&self) -> usize {
        let is_log = |(path, _): &(PathBuf, _)| !self.canon_paths.contains(path);
        let brings_log = |step: &Upcoming| step.older.iter().any(is_log);
        self.commits.iter().position(brings_log).unwrap_or(0)
    }

    /// Goes back to the version in which files were these blobs, without reading them.
    fn skip(&mut self, older: Vec<(PathBuf, Option<String>)>) {
        self.walk = None;
        for (path, blob) in older {
            let files = match self.canon_paths.contains(&path) {
                true => &mut self.canon,
                false => &mut self.logs,
            };
            files.insert(path, blob.map_or(Held::Bytes(Vec::new()), Held::Blob));
        }
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

/// What each step's status is, and since when at the latest.
fn by_stamp(plan: &Plan, stamps: &Stamps) -> Vec<Landing> {
    let mut landings: Vec<Landing> = Vec::new();
    for (at, step) in plan.steps().enumerate() {
        let Some(at) = stamps.since(plan, at) else {
            continue;
        };
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
            at,
            commit: None,
            events: vec![event],
            ticks: Vec::new(),
            is_first: false,
        });
    }
    landings.sort_by_key(|landing| landing.at);
    landings
}
