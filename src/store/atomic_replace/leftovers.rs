//! The files that a save leaves behind when its process is killed: their names, and their clean-up.
//!
//! Every such file is hidden, starts with `.stepdeck-` and the number of the process that made
//! it. A leftover is removed only when nothing in it could be missed: bytes that neither the old
//! nor the new version accounts for are kept and reported.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};

use super::in_place::{Restoration, UndoRecord};
use crate::document::rope::Rope;
use crate::store::fs::fingerprint::fingerprint;
use crate::store::fs::read::is_missing;
use crate::store::fs::syscalls::{FileSystem, RealFs};

const PREFIX: &str = ".stepdeck-";

/// A name in `folder` for bytes that nobody reads yet.
pub(crate) fn temp_path(folder: &Path) -> PathBuf {
    folder.join(format!("{}.tmp", fresh_stem()))
}

/// The name `temp` takes just before it changes places with the target.
///
/// It tells a later clean-up which bytes may come out of that exchange.
pub(crate) fn swap_path(temp: &Path, old: &Rope, new: &Rope) -> PathBuf {
    let stem = temp.file_stem().unwrap_or_default().to_string_lossy();
    let (old, new) = (fingerprint(old), fingerprint(new));
    temp.with_file_name(format!("{stem}-{old:016x}-{new:016x}.swap"))
}

/// A name in `folder` for the record that an interrupted write in place is undone from.
pub(crate) fn undo_path(folder: &Path) -> PathBuf {
    folder.join(format!("{}.undo", fresh_stem()))
}

fn fresh_stem() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("{PREFIX}{}-{number}", std::process::id())
}

/// Whether `path` is named like a file of ours that lives for one save only.
pub fn is_leftover(path: &Path) -> bool {
    path.file_name().is_some_and(|name| parse(name).is_some())
}

/// Whether `path` is named like one that nobody reads yet.
pub(crate) fn is_temp(path: &Path) -> bool {
    let kind = path
        .file_name()
        .and_then(parse)
        .map(|leftover| leftover.kind);
    matches!(kind, Some(Kind::Temp))
}

/// A temporary file, removed when dropped.
pub(crate) struct Temp<'a> {
    fs: &'a dyn FileSystem,
    pub(crate) path: PathBuf,
    pub(crate) file: File,
    spared: bool,
}

impl<'a> Temp<'a> {
    /// Creates a file in `folder` by the first name that is free, of those that `name` makes.
    pub(crate) fn create(
        fs: &'a dyn FileSystem,
        (name, folder): (fn(&Path) -> PathBuf, &Path),
        mode: u32,
    ) -> io::Result<Self> {
        let mut path = name(folder);
        let file = loop {
            match fs.create(&path, mode) {
                // Left by an earlier process of the same number: numbers are reused.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => path = name(folder),
                file => break file?,
            }
        };
        Ok(Self {
            fs,
            path,
            file,
            spared: false,
        })
    }

    pub(crate) fn rename(&mut self, to: PathBuf) -> io::Result<()> {
        self.fs.rename(&self.path, &to)?;
        self.path = to;
        Ok(())
    }

    /// Leaves whatever is at the path, or has left it.
    pub(crate) fn spare(&mut self) {
        self.spared = true;
    }

    /// Removes the name, once; the open file stays. What cannot be removed is left for a clean-up.
    pub(crate) fn remove(&mut self) {
        if !std::mem::replace(&mut self.spared, true) {
            let _ = self.fs.remove(&self.path);
        }
    }
}

impl Drop for Temp<'_> {
    fn drop(&mut self) {
        self.remove();
    }
}

/// What a clean-up did.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Cleaned {
    /// Leftovers that are gone.
    pub removed: Vec<PathBuf>,
    /// Plan files that a killed process had half written and that hold their old bytes again.
    pub restored: Vec<PathBuf>,
    /// Leftovers with bytes found nowhere else, for a person to look at.
    pub kept: Vec<PathBuf>,
}

/// Removes what killed processes left in `folder` and restores the files they were writing.
///
/// Call it with the plan's lock held, for plan folders and for the folder of backups alike.
///
/// # Errors
/// When `folder` is there and cannot be listed. A leftover that cannot be handled is kept and reported.
pub(crate) fn clean_leftovers(folder: &Path) -> io::Result<Cleaned> {
    clean_leftovers_of(folder, |pid| !is_alive(pid))
}

/// As [`clean_leftovers`], for the processes of which `is_dead` is true.
///
/// # Errors
/// As [`clean_leftovers`].
pub fn clean_leftovers_of(folder: &Path, is_dead: impl Fn(i32) -> bool) -> io::Result<Cleaned> {
    let mut cleaned = Cleaned::default();
    let mut paths = Vec::new();
    match std::fs::read_dir(folder) {
        Err(error) if is_missing(&error) => return Ok(cleaned),
        entries => {
            for entry in entries? {
                paths.push(entry?.path());
            }
        }
    }
    paths.sort();
    for path in paths {
        let Some(leftover) = path.file_name().and_then(parse) else {
            continue;
        };
        if !is_dead(leftover.pid) {
            continue;
        }
        match leftover.kind {
            Kind::Temp => cleaned.remove(path),
            Kind::Swap { old, new } => cleaned.clean_swap(path, old, new),
            Kind::Undo => cleaned.clean_undo(path),
        }
    }
    Ok(cleaned)
}

impl Cleaned {
    fn remove(&mut self, path: PathBuf) {
        match std::fs::remove_file(&path) {
            Ok(()) => self.removed.push(path),
            Err(_) => self.kept.push(path),
        }
    }

    /// Old bytes came out of the exchange as they should, new ones never went in; any others
    /// are another program's save, brought out by an exchange whose check never ran.
    fn clean_swap(&mut self, path: PathBuf, old: u64, new: u64) {
        let is_file = std::fs::symlink_metadata(&path).is_ok_and(|m| m.is_file());
        let content = is_file.then(|| read_whole(&path));
        match content {
            Some(Ok(bytes)) if [old, new].contains(&fingerprint(&bytes)) => self.remove(path),
            _ => self.kept.push(path),
        }
    }

    fn clean_undo(&mut self, path: PathBuf) {
        let Ok(bytes) = read_whole(&path) else {
            self.kept.push(path);
            return;
        };
        // A record is synced before the target is touched: a cut one means an untouched target.
        let Some(record) = UndoRecord::parse(&bytes.contiguous()) else {
            self.remove(path);
            return;
        };
        match record.restore() {
            Ok(Restoration::Whole) => self.remove(path),
            Ok(Restoration::Restored) => {
                self.restored.push(record.target.clone());
                self.remove(path);
            }
            Ok(Restoration::Foreign) | Err(_) => self.kept.push(path),
        }
    }
}

fn read_whole(path: &Path) -> io::Result<Rope> {
    RealFs.read(&RealFs.open(path)?, &Rope::default())
}

struct Leftover {
    pid: i32,
    kind: Kind,
}

enum Kind {
    Temp,
    Swap { old: u64, new: u64 },
    Undo,
}

fn parse(name: &OsStr) -> Option<Leftover> {
    let (stem, extension) = name.to_str()?.strip_prefix(PREFIX)?.rsplit_once('.')?;
    let parts: Vec<&str> = stem.split('-').collect();
    let hash = |text: &str| u64::from_str_radix(text, 16).ok();
    let kind = match (extension, parts.as_slice()) {
        ("tmp", [_, _]) => Kind::Temp,
        ("undo", [_, _]) => Kind::Undo,
        ("swap", [_, _, old, new]) => Kind::Swap {
            old: hash(old)?,
            new: hash(new)?,
        },
        _ => return None,
    };
    parts[1].parse::<u64>().ok()?;
    let pid = parts[0].parse().ok().filter(|pid| *pid > 0)?;
    Some(Leftover { pid, kind })
}

pub(crate) fn is_alive(pid: i32) -> bool {
    let Some(pid) = Pid::from_raw(pid) else {
        return false;
    };
    // A process of another user may not be signalled, but it is there.
    !matches!(test_kill_process(pid), Err(Errno::SRCH))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Above any process number that Linux gives out.
    const DEAD: &str = "2000000000";

    fn put(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
        let path = folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    #[test]
    fn leftovers_of_dead_processes_go_and_all_else_stays() {
        let dir = tempfile::tempdir().unwrap();
        let stale = put(dir.path(), &format!(".stepdeck-{DEAD}-0.tmp"), b"half");
        let own = put(
            dir.path(),
            &format!(".stepdeck-{}-0.tmp", std::process::id()),
            b"",
        );
        let strange = put(dir.path(), ".stepdeck-notes.tmp", b"mine");
        let plan = put(dir.path(), "plan.jsonl", b"{}\n");
        let cleaned = clean_leftovers(dir.path()).unwrap();
        assert_eq!(cleaned.removed, std::slice::from_ref(&stale));
        assert!(cleaned.kept.is_empty() && cleaned.restored.is_empty());
        assert!(!stale.exists() && own.exists() && strange.exists() && plan.exists());
        assert_eq!(clean_leftovers(dir.path()).unwrap(), Cleaned::default());
        let none = clean_leftovers(&dir.path().join("none"));
        assert_eq!(none.unwrap(), Cleaned::default());
    }

    #[test]
    fn a_swap_that_holds_somebody_elses_bytes_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let name = |n: u32| {
            let temp = dir.path().join(format!(".stepdeck-{DEAD}-{n}.tmp"));
            swap_path(&temp, &b"old".into(), &b"new".into())
        };
        std::fs::write(name(1), "old").unwrap();
        std::fs::write(name(2), "new").unwrap();
        std::fs::write(name(3), "theirs").unwrap();
        let cleaned = clean_leftovers(dir.path()).unwrap();
        assert_eq!(cleaned.removed, [name(1), name(2)]);
        assert_eq!(cleaned.kept, [name(3)]);
        assert_eq!(std::fs::read(name(3)).unwrap(), b"theirs");
    }

    /// Earlier versions hashed in another way: nothing of what they left is lost.
    #[test]
    fn a_swap_named_by_an_earlier_release_is_recognised_and_kept() {
        let dir = tempfile::tempdir().unwrap();
        // As they named “foobar”, about to be replaced by nothing.
        let name = format!(".stepdeck-{DEAD}-0-bc49e5084e274d7f-7f9434afd591cf01.swap");
        let swap = put(dir.path(), &name, b"foobar");
        assert!(is_leftover(&swap));
        assert_eq!(clean_leftovers(dir.path()).unwrap().kept, [swap]);
    }

    #[test]
    fn the_names_made_are_the_names_recognised() {
        let folder = Path::new("/plan");
        let temp = temp_path(folder);
        for path in [
            undo_path(folder),
            swap_path(&temp, &b"a".into(), &b"b".into()),
            temp,
        ] {
            assert!(is_leftover(&path), "{}", path.display());
        }
        assert!(!is_leftover(Path::new("/plan/.stepdeck.toml")));
    }
}
