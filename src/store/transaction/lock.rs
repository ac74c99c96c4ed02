//! One writer at a time: an exclusive lock on a permanent file, held while a change is saved.
//!
//! The kernel drops the lock with its process, however that ends. The file is never removed,
//! because a removed lock file can be locked twice. Readers take no lock. The file holds the
//! process that held it last, and the stamps of the files as stepdecks left them, by which the next
//! one tells their saves from somebody else's.

use std::fmt;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::store::fs::fingerprint::stable_name;
use crate::store::fs::stamp::Stamp;

/// How often a busy lock is tried again.
const RETRY: Duration = Duration::from_millis(5);
/// How many stamps are kept in a lock file: more than one change leaves files.
const MOST_STAMPS: usize = 64;
/// A lock file is never longer than this, unless somebody else wrote to it.
const LONGEST_NOTE: u64 = 1 << 14;

/// What is locked for a plan.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct LockPlace {
    /// The lock file.
    pub file: PathBuf,
    /// The plan's own folder, where the lock file is private to one person. It is locked as
    /// well, and alone where the file cannot be: nothing is written for that.
    pub folder: Option<PathBuf>,
}

impl LockPlace {
    /// What is locked for the plan at `root`; `state` is the folder for what is private.
    pub(crate) fn of(root: &Path, state: &Path) -> Self {
        let file = lock_path(root, state);
        let folder = file.starts_with(state).then(|| root.to_owned());
        Self { file, folder }
    }
}

/// The lock file of the plan at `root`, an absolute path.
///
/// Every worktree and clone path of one repository shares it: it lies in the common git
/// directory. Without a writable one it lies in `state`, named after the root.
pub(crate) fn lock_path(root: &Path, state: &Path) -> PathBuf {
    match git_common_dir(root) {
        Some(git) if is_writable(&git) => git.join("stepdeck.lock"),
        _ => {
            let root = std::fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
            state.join(stable_name(root.as_os_str().as_bytes()) + ".lock")
        }
    }
}

/// The git directory that all worktrees of the repository around `root` share.
fn git_common_dir(root: &Path) -> Option<PathBuf> {
    let git = root
        .ancestors()
        .map(|folder| folder.join(".git"))
        .find(|git| git.exists())?;
    if git.is_dir() {
        return Some(git);
    }
    let pointer = first_line(&git)?;
    let own = git.parent()?.join(pointer.strip_prefix("gitdir:")?.trim());
    let common = match first_line(&own.join("commondir")) {
        Some(common) => own.join(common.trim()),
        None => own,
    };
    common.is_dir().then(|| common.canonicalize().ok())?
}

fn first_line(path: &Path) -> Option<String> {
    const LONGEST_POINTER: u64 = 8192;
    let mut text = String::new();
    let file = crate::store::fs::read::open_nonblocking(path).ok()?;
    file.take(LONGEST_POINTER).read_to_string(&mut text).ok()?;
    text.lines().next().map(str::to_owned)
}

fn is_writable(folder: &Path) -> bool {
    rustix::fs::access(folder, rustix::fs::Access::WRITE_OK).is_ok()
}

/// Why the lock could not be taken.
#[derive(Debug)]
pub enum LockError {
    /// Somebody held it for the whole time.
    Busy {
        /// The lock file.
        path: PathBuf,
        /// The process that noted itself in it last, which need not be the holder.
        holder: Option<u32>,
        /// How long it was waited for.
        waited: Duration,
    },
    /// The lock file cannot be opened or locked.
    Failed {
        /// The lock file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl fmt::Display for LockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy {
                path,
                holder,
                waited,
            } => {
                let holder = match holder {
                    Some(pid) => format!("process {pid}, probably another stepdeck,"),
                    None => "another program".to_owned(),
                };
                write!(
                    f,
                    "{holder} has held {} for {} ms: try again when it is done",
                    path.display(),
                    waited.as_millis()
                )
            }
            Self::Failed { path, source } => write!(
                f,
                "{} could not be locked ({source}): check that its folder can be written, then try again",
                path.display()
            ),
        }
    }
}

impl std::error::Error for LockError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Failed { source, .. } => Some(source),
            Self::Busy { .. } => None,
        }
    }
}

/// The right to write the plan, until dropped.
#[derive(Debug)]
pub struct PlanLock {
    file: Option<File>,
    folder: Option<File>,
    /// The files as stepdecks left them, the last one last.
    left: Vec<Stamp>,
}

impl PlanLock {
    /// Takes the lock of a plan, waiting for `timeout` at most; zero tries once.
    ///
    /// # Errors
    /// [`LockError::Busy`] when somebody else holds it all the while.
    pub(crate) fn acquire(place: &LockPlace, timeout: Duration) -> Result<Self, LockError> {
        let begun = Instant::now();
        let mut folder = None;
        if let Some(path) = &place.folder
            && let Ok(mut opened) = File::open(path)
        {
            match wait_for(&mut opened, path, (begun, timeout)) {
                Ok(()) => folder = Some(opened),
                Err(error @ LockError::Busy { .. }) => return Err(error),
                // Some network mounts lock no folders: the file alone has to do.
                Err(LockError::Failed { .. }) => {}
            }
        }
        match Self::acquire_file(&place.file, (begun, timeout)) {
            Ok(mut lock) => {
                lock.folder = folder;
                Ok(lock)
            }
            Err(LockError::Failed { .. }) if folder.is_some() => Ok(Self {
                file: None,
                folder,
                left: Vec::new(),
            }),
            Err(error) => Err(error),
        }
    }

    fn acquire_file(path: &Path, timeout: (Instant, Duration)) -> Result<Self, LockError> {
        let failed = |source| LockError::Failed {
            path: path.to_owned(),
            source,
        };
        let mut file = open(path).map_err(failed)?;
        loop {
            wait_for(&mut file, path, timeout)?;
            if is_at(&file, path) {
                break;
            }
            // Somebody removed the file: a lock on it keeps nobody out.
            file = open(path).map_err(failed)?;
        }
        let left = read_note(&mut file).1;
        write_note(&mut file, &left);
        Ok(Self {
            file: Some(file),
            folder: None,
            left,
        })
    }

    /// Whether a stepdeck left a file with this stamp.
    pub(crate) fn knows(&self, stamp: Stamp) -> bool {
        self.left.contains(&stamp)
    }

    /// Notes how we leave a file.
    pub(crate) fn note(&mut self, stamp: Stamp) {
        self.left.retain(|left| !left.same_inode(&stamp));
        self.left.push(stamp);
        let surplus = self.left.len().saturating_sub(MOST_STAMPS);
        self.left.drain(..surplus);
        if let Some(file) = &mut self.file {
            write_note(file, &self.left);
        }
    }
}

/// To close them is not enough: a program that another thread is starting holds all files for a moment.
impl Drop for PlanLock {
    fn drop(&mut self) {
        for file in [&self.file, &self.folder].into_iter().flatten() {
            // What cannot be unlocked is as soon as it is closed everywhere.
            let _ = file.unlock();
        }
    }
}

/// Takes the lock on an open file or folder, within the time since its beginning.
fn wait_for(
    file: &mut File,
    path: &Path,
    (begun, timeout): (Instant, Duration),
) -> Result<(), LockError> {
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) if begun.elapsed() < timeout => {
                std::thread::sleep(RETRY.min(timeout));
            }
            Err(TryLockError::WouldBlock) => {
                return Err(LockError::Busy {
                    path: path.to_owned(),
                    holder: read_note(file).0,
                    waited: begun.elapsed(),
                });
            }
            Err(TryLockError::Error(source)) => {
                return Err(LockError::Failed {
                    path: path.to_owned(),
                    source,
                });
            }
        }
    }
}

fn open(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        // A link in its place would make us write wherever it leads.
        .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed())
        .open(path)
}

fn is_at(file: &File, path: &Path) -> bool {
    let held = file.metadata().map(|m| Stamp::from_metadata(&m)).ok();
    let named = Stamp::of(path);
    matches!((held, named), (Some(held), Some(named)) if held.same_inode(&named))
}

/// A failure fails nothing: whoever has to wait is not told for whom, and the next process takes
/// our saves for somebody else's for a tenth of a second.
fn write_note(file: &mut File, left: &[Stamp]) {
    let mut note = format!("{}\n", std::process::id());
    for stamp in left {
        let Stamp {
            dev,
            ino,
            size,
            mtime_ns,
            ctime_ns,
        } = stamp;
        note.push_str(&format!("{dev} {ino} {size} {mtime_ns} {ctime_ns}\n"));
    }
    let _ = file
        .set_len(0)
        .and_then(|()| file.seek(SeekFrom::Start(0)))
        .and_then(|_| file.write_all(note.as_bytes()));
}

/// The process that noted itself last, and the files as stepdecks left them.
fn read_note(file: &mut File) -> (Option<u32>, Vec<Stamp>) {
    let mut note = String::new();
    let read = (file.seek(SeekFrom::Start(0)))
        .and_then(|_| file.take(LONGEST_NOTE).read_to_string(&mut note));
    if read.is_err() {
        return (None, Vec::new());
    }
    let mut lines = note.lines();
    let holder = lines.next().and_then(|line| line.trim().parse().ok());
    (holder, lines.filter_map(parse_stamp).collect())
}

fn parse_stamp(line: &str) -> Option<Stamp> {
    let mut numbers = line.split(' ');
    let mut number = || numbers.next()?.parse::<i128>().ok();
    Some(Stamp {
        dev: number()?.try_into().ok()?,
        ino: number()?.try_into().ok()?,
        size: number()?.try_into().ok()?,
        mtime_ns: number()?,
        ctime_ns: number()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    const NONE: Duration = Duration::ZERO;

    fn acquire(path: &Path, timeout: Duration) -> Result<PlanLock, LockError> {
        let place = LockPlace {
            file: path.to_owned(),
            folder: None,
        };
        PlanLock::acquire(&place, timeout)
    }
    const LONG: Duration = Duration::from_secs(20);

    #[test]
    fn a_link_in_the_place_of_the_lock_is_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let (path, other) = (dir.path().join("a.lock"), dir.path().join("precious"));
        std::fs::write(&other, "mine").unwrap();
        std::os::unix::fs::symlink(&other, &path).unwrap();
        assert!(acquire(&path, Duration::ZERO).is_err());
        assert_eq!(std::fs::read_to_string(other).unwrap(), "mine");
    }

    #[test]
    fn a_second_writer_is_told_who_holds_the_lock() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("made/for/it.lock");
        let held = acquire(&path, NONE).unwrap();
        match acquire(&path, NONE) {
            Err(LockError::Busy { holder, .. }) => assert_eq!(holder, Some(std::process::id())),
            other => panic!("{other:?}"),
        }
        drop(held);
        acquire(&path, NONE).unwrap();
    }

    /// A program that is being started has the file open, as our threads have.
    #[test]
    fn a_lock_is_free_once_it_is_dropped_whoever_has_its_file_open() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("it.lock");
        let held = acquire(&path, NONE).unwrap();
        let inherited = held.file.as_ref().unwrap().try_clone().unwrap();
        drop(held);
        acquire(&path, NONE).unwrap();
        drop(inherited);
    }

    #[test]
    fn a_waiting_writer_gets_the_lock_once_it_is_free() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("it.lock");
        let held = acquire(&path, NONE).unwrap();
        let (waiting, has_begun) = mpsc::channel();
        let other = std::thread::spawn(move || {
            waiting.send(()).unwrap();
            acquire(&path, LONG)
        });
        has_begun.recv_timeout(LONG).unwrap();
        drop(held);
        other.join().unwrap().unwrap();
    }

    #[test]
    fn the_lock_of_a_killed_process_is_free_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("it.lock");
        let file = open(&path).unwrap();
        file.lock().unwrap();
        // A child holds the same lock through its inherited standard output.
        let mut child = std::process::Command::new("cat")
            .stdin(std::process::Stdio::piped())
            .stdout(file)
            .spawn()
            .unwrap();
        assert!(matches!(acquire(&path, NONE), Err(LockError::Busy { .. })));
        child.kill().unwrap();
        child.wait().unwrap();
        acquire(&path, Duration::from_secs(1)).unwrap();
    }

    #[test]
    fn a_removed_lock_file_is_not_locked_twice() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("it.lock");
        let stale = open(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert!(!is_at(&stale, &path));
        let _held = acquire(&path, NONE).unwrap();
        assert!(acquire(&path, NONE).is_err());
    }

    #[test]
    fn worktrees_share_the_lock_of_their_repository() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        let state = root.join("state");
        let own = root.join("main/.git/worktrees/side");
        std::fs::create_dir_all(&own).unwrap();
        std::fs::write(own.join("commondir"), "../..\n").unwrap();
        std::fs::create_dir_all(root.join("side/plan")).unwrap();
        let pointer = format!("gitdir: {}\n", own.display());
        std::fs::write(root.join("side/.git"), pointer).unwrap();
        let expected = root.join("main/.git/stepdeck.lock");
        assert_eq!(lock_path(&root.join("main"), &state), expected);
        assert_eq!(lock_path(&root.join("side/plan"), &state), expected);
    }

    #[test]
    fn without_git_the_lock_lies_in_the_state_folder_named_by_the_root() {
        let dir = tempfile::tempdir().unwrap();
        let state = dir.path().join("state");
        let (a, b) = (dir.path().join("a"), dir.path().join("b"));
        std::fs::create_dir(&a).unwrap();
        std::fs::write(dir.path().join(".git"), "no pointer").unwrap();
        let path = lock_path(&a, &state);
        assert_eq!(path.parent(), Some(state.as_path()));
        assert_eq!(path, lock_path(&a.join("../a"), &state));
        assert_ne!(path, lock_path(&b, &state));
    }

    #[test]
    fn how_files_were_left_is_known_to_the_next_holder() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("it.lock");
        let stamp = |ino| Stamp {
            dev: 1,
            ino,
            size: 2,
            mtime_ns: -3,
            ctime_ns: 4,
        };
        let mut lock = acquire(&path, NONE).unwrap();
        for ino in 0..100 {
            lock.note(stamp(ino));
        }
        lock.note(Stamp {
            size: 9,
            ..stamp(99)
        });
        drop(lock);
        let lock = acquire(&path, NONE).unwrap();
        assert!(lock.knows(stamp(98)) && !lock.knows(stamp(99)));
        assert!(!lock.knows(stamp(0)), "the oldest are let go");
        drop(lock);
        std::fs::write(&path, "77\nno stamp\n1 2\n\u{fffd}").unwrap();
        assert!(acquire(&path, NONE).unwrap().left.is_empty());
    }

    /// Two persons, each with a state folder of their own, or with none that can be written.
    #[test]
    fn outside_of_git_the_plans_folder_keeps_others_out() {
        let dir = tempfile::tempdir().unwrap();
        let (root, none) = (dir.path().join("plan"), dir.path().join("file"));
        std::fs::create_dir(&root).unwrap();
        std::fs::write(&none, "").unwrap();
        let states = [
            dir.path().join("one"),
            dir.path().join("two"),
            none.join("x"),
        ];
        for mine in &states {
            let held = PlanLock::acquire(&LockPlace::of(&root, mine), NONE).unwrap();
            for other in &states {
                let error = PlanLock::acquire(&LockPlace::of(&root, other), NONE).unwrap_err();
                assert!(matches!(error, LockError::Busy { .. }), "{error}");
            }
            drop(held);
        }
        assert_eq!(std::fs::read_dir(&root).unwrap().count(), 0);
    }
}
