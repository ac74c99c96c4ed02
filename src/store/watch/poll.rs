//! Polling: which known files and folders may have changed, by `stat`.
//!
//! It sees what notifications miss: the targets of symlinks, other names of a hard link, network
//! mounts, watches that ran out, folders that were removed and came back. It reads no file, and
//! lists a folder only when that folder's stamp changed.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::store::fs::stamp::Stamp;
use crate::store::fs::walk::{Kind, children, kind_of};

/// At most this many folders and as many files are examined in one tick where notifications do
/// not work; larger sets take turns.
pub(crate) const AT_ONCE: usize = 2_000;
/// The same where they do, and only few changes go unnoticed: a minute of ticks costs less than
/// 50 ms of processor time, however many papers there are.
pub(crate) const BESIDE_NOTIFICATIONS: usize = 100;

/// What to watch. All paths are absolute.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Watched {
    /// The plan's root: folders between it and those below are watched for coming and going, and
    /// symlinked folders that lead out of it are not followed.
    pub root: PathBuf,
    /// Folders whose own entries matter.
    pub flat: Vec<PathBuf>,
    /// Folders with all that is below them.
    pub deep: Vec<PathBuf>,
    /// Files whose every change matters, there or not.
    pub files: Vec<PathBuf>,
}

/// How much of a folder matters. The order is from less to more.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Interest {
    /// Only that watched folders below it come and go.
    Passage,
    /// Its entries.
    Flat,
    /// Its entries, and theirs.
    Deep,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Snapshot {
    stamp: Option<Stamp>,
    /// Since when a later change could have the same stamp, so that it is examined once more.
    doubted: Option<SystemTime>,
}

impl Snapshot {
    fn at(path: &Path, now: SystemTime) -> Self {
        let stamp = Stamp::of(path);
        let is_racy = stamp.is_some_and(|stamp| stamp.is_racy(now));
        Self {
            stamp,
            doubted: is_racy.then_some(now),
        }
    }

    /// Takes what is there now. Answers whether it may have changed.
    ///
    /// One look settles a doubt, a tick after it arose: by the clock of the files, which may be
    /// ahead of ours, it could last for days.
    fn renew(&mut self, path: &Path, now: SystemTime) -> bool {
        let fresh = Self::at(path, now);
        if fresh.stamp != self.stamp {
            *self = fresh;
            return true;
        }
        let doubt = self.stamp.zip(self.doubted);
        let is_over = doubt.is_some_and(|(stamp, since)| {
            let passed = now.duration_since(since);
            !passed.is_ok_and(|passed| passed < stamp.tick())
        });
        if is_over {
            self.doubted = None;
        }
        is_over
    }

    fn is_same_folder(&self, other: &Self) -> bool {
        matches!((self.stamp, other.stamp), (Some(a), Some(b)) if a.same_inode(&b))
    }
}

struct Folder {
    interest: Interest,
    seen: Snapshot,
}

/// Called with each folder that exists and wants notifications, before it is listed, so that
/// nothing can appear in between unnoticed.
pub(crate) type Arm<'a> = &'a mut dyn FnMut(&Path);

/// The stamps of everything watched.
pub(crate) struct Poll {
    root: PathBuf,
    /// What is to be watched, there or not.
    fixed: BTreeMap<PathBuf, Interest>,
    folders: BTreeMap<PathBuf, Folder>,
    inodes: HashMap<(u64, u64), PathBuf>,
    files: BTreeMap<PathBuf, Snapshot>,
    /// Those of them that are not Markdown: few, and changed most often.
    logs: Vec<PathBuf>,
    extensions: BTreeSet<OsString>,
    /// Where the next tick goes on, when there are too many files for one.
    next_file: Option<PathBuf>,
    /// The same of folders.
    next_folder: Option<PathBuf>,
}

impl Poll {
    /// Examines everything once.
    pub fn new(watched: &Watched, now: SystemTime, arm: Arm<'_>) -> Self {
        let mut poll = Self {
            root: watched.root.clone(),
            fixed: fixed_folders(watched),
            folders: BTreeMap::new(),
            inodes: HashMap::new(),
            files: watched
                .files
                .iter()
                .map(|path| (path.clone(), Snapshot::at(path, now)))
                .collect(),
            logs: (watched.files.iter().filter(|path| !is_markdown(path)))
                .cloned()
                .collect(),
            extensions: extensions(&watched.files),
            next_file: None,
            next_folder: None,
        };
        poll.relist(now, arm);
        poll
    }

    /// Examines everything again, trusting no stamp.
    pub fn relist(&mut self, now: SystemTime, arm: Arm<'_>) {
        self.folders.clear();
        self.inodes.clear();
        for (path, interest) in self.fixed.clone() {
            if !self.folders.contains_key(&path) {
                self.enter(path, interest, now, arm);
            }
        }
        for (path, seen) in &mut self.files {
            *seen = Snapshot::at(path, now);
        }
    }

    /// Takes over what `former` knew of the files, so that no change between the two is missed, and
    /// of folders that are as they were, so that what was settled stays so.
    pub fn inherit(&mut self, former: &Self) {
        for (path, folder) in &mut self.folders {
            let known = former.folders.get(path).map(|known| known.seen);
            if let Some(known) = known.filter(|known| known.stamp == folder.seen.stamp) {
                folder.seen = known;
            }
        }
        for (path, seen) in &mut self.files {
            if let Some(known) = former.files.get(path) {
                *seen = *known;
            }
        }
    }

    /// The folders known to exist.
    pub fn folders(&self) -> impl Iterator<Item = &Path> {
        let there = self.folders.iter().filter(|(_, f)| f.seen.stamp.is_some());
        there.map(|(path, _)| path.as_path())
    }

    /// Whether a change at `path` matters.
    pub fn is_relevant(&self, path: &Path) -> bool {
        self.files.contains_key(path)
            || self.folders.contains_key(path)
            || (self.parent_interest(path) >= Some(Interest::Flat)
                && (has_extension_of(&self.extensions, path) || path.is_dir()))
    }

    fn parent_interest(&self, path: &Path) -> Option<Interest> {
        self.folders.get(path.parent()?).map(|f| f.interest)
    }

    /// Takes note of a change at `path` that is being reported, so that it is not reported twice,
    /// and follows folders that came or went.
    pub fn note(&mut self, path: &Path, now: SystemTime, arm: Arm<'_>) {
        if let Some(seen) = self.files.get_mut(path) {
            *seen = Snapshot::at(path, now);
        }
        if let Some(folder) = self.folders.get(path) {
            // Its watch may have gone with it: enter it again, whatever the stamps say.
            let interest = folder.interest;
            self.leave(path);
            self.enter(path.to_owned(), interest, now, arm);
        } else if self.parent_interest(path) == Some(Interest::Deep)
            && kind_of(path, &self.root) == Kind::Folder
        {
            self.enter(path.to_owned(), Interest::Deep, now, arm);
        }
        if let Some(parent) = path.parent()
            && let Some(folder) = self.folders.get_mut(parent)
        {
            let seen = Snapshot::at(parent, now);
            if seen.is_same_folder(&folder.seen) {
                folder.seen = seen;
            }
        }
    }

    /// The paths that may have changed since they were last examined, of at most so many folders
    /// and files. Logs are among them each time.
    pub fn tick(&mut self, now: SystemTime, most: usize, arm: Arm<'_>) -> BTreeSet<PathBuf> {
        let mut moved = BTreeSet::new();
        let from = self.next_folder.take().unwrap_or_default();
        let mut rest = self.folders.range(from..).map(|(path, _)| path.clone());
        let folders: Vec<PathBuf> = rest.by_ref().take(most).collect();
        self.next_folder = rest.next();
        for path in folders {
            self.check_folder(&path, now, arm, &mut moved);
        }
        self.check_files(now, most, &mut moved);
        moved
    }

    fn check_folder(
        &mut self,
        path: &Path,
        now: SystemTime,
        arm: Arm<'_>,
        moved: &mut BTreeSet<PathBuf>,
    ) {
        // It may have gone with an earlier folder of this tick.
        let Some(folder) = self.folders.get_mut(path) else {
            return;
        };
        let (former, interest) = (folder.seen, folder.interest);
        if !folder.seen.renew(path, now) {
            return;
        }
        if folder.seen.is_same_folder(&former) {
            if interest == Interest::Deep {
                self.enter_new_children(path, now, arm);
            }
        } else {
            self.leave(path);
            self.enter(path.to_owned(), interest, now, arm);
        }
        if interest >= Interest::Flat {
            moved.insert(path.to_owned());
        }
    }

    fn check_files(&mut self, now: SystemTime, most: usize, moved: &mut BTreeSet<PathBuf>) {
        let mut check = |(path, seen): (&PathBuf, &mut Snapshot)| {
            if seen.renew(path, now) {
                moved.insert(path.clone());
            }
        };
        let from = self.next_file.take().unwrap_or_default();
        let mut rest = self.files.range_mut(from..);
        rest.by_ref().take(most).for_each(&mut check);
        self.next_file = rest.next().map(|(path, _)| path.clone());
        for path in &self.logs {
            if let Some(seen) = self.files.get_mut(path) {
                check((path, seen));
            }
        }
    }

    /// Takes up `path` and, if deep, all folders below.
    fn enter(&mut self, path: PathBuf, interest: Interest, now: SystemTime, arm: Arm<'_>) {
        let mut next = vec![(path, interest)];
        while let Some((path, inherited)) = next.pop() {
            let interest = self
                .fixed
                .get(&path)
                .map_or(inherited, |own| inherited.max(*own));
            let seen = Snapshot::at(&path, now);
            if let Some(stamp) = seen.stamp {
                // A folder behind two paths is watched by the first, so that no symlink circles.
                let inode = (stamp.dev, stamp.ino);
                let first = self.inodes.entry(inode).or_insert_with(|| path.clone());
                if *first != path && !self.fixed.contains_key(&path) {
                    continue;
                }
                arm(&path);
            } else if !self.fixed.contains_key(&path) {
                continue;
            }
            if interest == Interest::Deep {
                let below = children(&path, &self.root).into_iter();
                let folders = below.filter(|child| child.kind == Kind::Folder);
                next.extend(folders.map(|child| (child.path, Interest::Deep)));
            }
            self.folders.insert(path, Folder { interest, seen });
        }
    }

    fn enter_new_children(&mut self, path: &Path, now: SystemTime, arm: Arm<'_>) {
        for child in children(path, &self.root) {
            if child.kind == Kind::Folder && !self.folders.contains_key(&child.path) {
                self.enter(child.path, Interest::Deep, now, arm);
            }
        }
    }

    /// Forgets `path` and all below it, except what is to be watched by name.
    fn leave(&mut self, path: &Path) {
        let below: Vec<PathBuf> = self
            .folders
            .range(path.to_owned()..)
            .map(|(folder, _)| folder)
            .take_while(|folder| folder.starts_with(path))
            .filter(|folder| *folder == path || !self.fixed.contains_key(*folder))
            .cloned()
            .collect();
        for folder in below {
            if let Some(Folder { seen, .. }) = self.folders.remove(&folder)
                && let Some(stamp) = seen.stamp
                && self.inodes.get(&(stamp.dev, stamp.ino)) == Some(&folder)
            {
                self.inodes.remove(&(stamp.dev, stamp.ino));
            }
        }
    }
}

/// The extensions, in lower case, by which a new file may belong to the plan: those of `files`
/// that do, whatever logs are called, and the usual ones.
pub(crate) fn extensions(files: &[PathBuf]) -> BTreeSet<OsString> {
    let known = files.iter().filter_map(|path| path.extension());
    let known = known.map(OsStr::to_ascii_lowercase);
    known.chain(["md".into(), "jsonl".into()]).collect()
}

/// Whether a file has one of these [`extensions`].
pub(crate) fn has_extension_of(extensions: &BTreeSet<OsString>, path: &Path) -> bool {
    let extension = path.extension().map(OsStr::to_ascii_lowercase);
    extension.is_some_and(|extension| extensions.contains(&extension))
}

fn is_markdown(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("md"))
}

/// Everything that is to be watched, and the folders between it and the root.
fn fixed_folders(watched: &Watched) -> BTreeMap<PathBuf, Interest> {
    let mut fixed: BTreeMap<PathBuf, Interest> = BTreeMap::new();
    let mut want = |folder: &Path, interest: Interest| {
        let present = fixed.entry(folder.to_owned()).or_insert(interest);
        *present = interest.max(*present);
    };
    let listed = [
        (&watched.flat, Interest::Flat),
        (&watched.deep, Interest::Deep),
    ];
    for (folders, interest) in listed {
        for folder in folders {
            want(folder, interest);
            let inside = folder.starts_with(&watched.root);
            for above in folder.ancestors().skip(1) {
                if !above.starts_with(&watched.root) && inside {
                    break;
                }
                want(above, Interest::Passage);
                if !inside {
                    break;
                }
            }
        }
    }
    for file in &watched.files {
        if let Some(folder) = file.parent() {
            want(folder, Interest::Passage);
        }
    }
    fixed
}
