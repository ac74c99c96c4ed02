//! One writer at a time: an exclusive lock on a permanent file, held while a change is saved.
//!
//! The kernel drops the lock with its process, however that ends. The file stays for ever,
//! because a lock file that is removed can be locked twice. Readers take no lock.

use std::fmt;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::fingerprint::fingerprint;
use super::stamp::Stamp;

/// How often a busy lock is tried again.
const RETRY: Duration = Duration::from_millis(5);

/// The lock file of the plan at `root`, an absolute path.
///
/// Every worktree and clone path of one repository shares it: it lies in the common git
/// directory. Without a writable one it lies in `state`, named after the root.
pub fn lock_path(root: &Path, state: &Path) -> PathBuf {
    match git_common_dir(root) {
        Some(git) if is_writable(&git) => git.join("stepdeck.lock"),
        _ => {
            let root = std::fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
            let hash = fingerprint(root.as_os_str().as_bytes());
            state.join(format!("{hash:016x}.lock"))
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
    let file = super::read::open_nonblocking(path).ok()?;
    file.take(LONGEST_POINTER).read_to_string(&mut text).ok()?;
    text.lines().next().map(str::to_owned)
}

fn is_writable(folder: &Path) -> bool {
    rustix::fs::access(folder, rustix::fs::Access::WRITE_OK).is_ok()
}

/// Why the lock was not had.
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
                    "{holder} has held {} for {} ms: the edit is kept, save again when it is done",
                    path.display(),
                    waited.as_millis()
                )
            }
            Self::Failed { path, source } => write!(
                f,
                "{} could not be locked ({source}): check that its folder can be written, then save again; the edit is kept",
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
    /// Closing it releases the lock.
    _file: File,
}

impl PlanLock {
    /// Takes the lock at `path`, waiting for `patience` at most; zero tries once.
    ///
    /// # Errors
    /// [`LockError::Busy`] when somebody else holds it all the while.
    pub fn acquire(path: &Path, patience: Duration) -> Result<Self, LockError> {
        let failed = |source| LockError::Failed {
            path: path.to_owned(),
            source,
        };
        let begun = Instant::now();
        let mut file = open(path).map_err(failed)?;
        loop {
            match file.try_lock() {
                Ok(()) if is_at(&file, path) => {
                    note_holder(&mut file);
                    return Ok(Self { _file: file });
                }
                // Somebody removed the file: a lock on it keeps nobody out.
                Ok(()) => file = open(path).map_err(failed)?,
                Err(TryLockError::WouldBlock) if begun.elapsed() < patience => {
                    std::thread::sleep(RETRY.min(patience));
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(LockError::Busy {
                        path: path.to_owned(),
                        holder: read_holder(&mut file),
                        waited: begun.elapsed(),
                    });
                }
                Err(TryLockError::Error(source)) => return Err(failed(source)),
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

/// Only a courtesy to whoever has to wait, so that failing at it fails nothing.
fn note_holder(file: &mut File) {
    let note = format!("{}\n", std::process::id());
    let _ = file
        .set_len(0)
        .and_then(|()| file.seek(SeekFrom::Start(0)))
        .and_then(|_| file.write_all(note.as_bytes()));
}

fn read_holder(file: &mut File) -> Option<u32> {
    let mut note = String::new();
    file.seek(SeekFrom::Start(0)).ok()?;
    file.take(32).read_to_string(&mut note).ok()?;
    note.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    const NONE: Duration = Duration::ZERO;
    const LONG: Duration = Duration::from_secs(20);

    #[test]
    fn a_link_in_the_place_of_the_lock_is_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let (path, other) = (dir.path().join("a.lock"), dir.path().join("precious"));
        std::fs::write(&other, "mine").unwrap();
        std::os::unix::fs::symlink(&other, &path).unwrap();
        assert!(PlanLock::acquire(&path, Duration::ZERO).is_err());
        assert_eq!(std::fs::read_to_string(other).unwrap(), "mine");
    }

    #[test]
    fn a_second_writer_is_told_who_holds_the_lock() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("made/for/it.lock");
        let held = PlanLock::acquire(&path, NONE).unwrap();
        match PlanLock::acquire(&path, NONE) {
            Err(LockError::Busy { holder, .. }) => assert_eq!(holder, Some(std::process::id())),
            other => panic!("{other:?}"),
        }
        drop(held);
        PlanLock::acquire(&path, NONE).unwrap();
    }

    #[test]
    fn a_waiting_writer_gets_the_lock_once_it_is_free() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("it.lock");
        let held = PlanLock::acquire(&path, NONE).unwrap();
        let (waiting, has_begun) = mpsc::channel();
        let other = std::thread::spawn(move || {
            waiting.send(()).unwrap();
            PlanLock::acquire(&path, LONG)
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
        assert!(matches!(
            PlanLock::acquire(&path, NONE),
            Err(LockError::Busy { .. })
        ));
        child.kill().unwrap();
        child.wait().unwrap();
        PlanLock::acquire(&path, Duration::from_secs(1)).unwrap();
    }

    #[test]
    fn a_removed_lock_file_is_not_locked_twice() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("it.lock");
        let stale = open(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert!(!is_at(&stale, &path));
        let _held = PlanLock::acquire(&path, NONE).unwrap();
        assert!(PlanLock::acquire(&path, NONE).is_err());
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
}
