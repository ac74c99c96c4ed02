//! "May have changed", for the price of one `stat`: only bytes say "has changed".

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A file's identity and times: equal stamps mean "very probably unchanged".
///
/// The change time is part of it, because an edit of equal size whose modification time was set
/// back still moves that one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Stamp {
    /// Device number.
    pub dev: u64,
    /// Inode number.
    pub ino: u64,
    /// Size in bytes.
    pub size: u64,
    /// Modification time, nanoseconds since the epoch.
    pub mtime_ns: i128,
    /// Change time, nanoseconds since the epoch.
    pub ctime_ns: i128,
}

impl Stamp {
    /// The stamp in `metadata`.
    pub(crate) fn from_metadata(metadata: &Metadata) -> Self {
        let nanos = |s: i64, ns: i64| i128::from(s) * 1_000_000_000 + i128::from(ns);
        Self {
            dev: metadata.dev(),
            ino: metadata.ino(),
            size: metadata.size(),
            mtime_ns: nanos(metadata.mtime(), metadata.mtime_nsec()),
            ctime_ns: nanos(metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    /// The stamp of what `path` leads to, through symlinks; `None` if that cannot be looked at.
    pub fn of(path: &Path) -> Option<Self> {
        std::fs::metadata(path)
            .ok()
            .map(|m| Self::from_metadata(&m))
    }

    /// Whether both are the same file or folder, changed or not.
    pub(crate) fn same_inode(&self, other: &Self) -> bool {
        (self.dev, self.ino) == (other.dev, other.ino)
    }

    /// Whether nobody has written to the file between both: another name, owner or mode moves
    /// the change time alone.
    pub(crate) fn has_bytes_of(&self, other: &Self) -> bool {
        self.same_inode(other) && (self.size, self.mtime_ns) == (other.size, other.mtime_ns)
    }

    /// For how long the file has not been changed, where its times are fine enough to tell and
    /// not ahead of our clock.
    pub(crate) fn age(&self, now: SystemTime) -> Option<Duration> {
        let is_coarse = self.ctime_ns % 1_000_000_000 == 0;
        let changed = u64::try_from(self.ctime_ns).ok().filter(|_| !is_coarse)?;
        let now = now.duration_since(UNIX_EPOCH).ok()?;
        now.checked_sub(Duration::from_nanos(changed))
    }

    /// Whether the last change is so near to `now` that a second one could bear the same times.
    ///
    /// Kernel clocks tick every 1–10 ms, and some file systems keep whole seconds only.
    pub(crate) fn is_racy(&self, now: SystemTime) -> bool {
        let now = now
            .duration_since(UNIX_EPOCH)
            .map_or(0, |d| d.as_nanos() as i128);
        now - self.ctime_ns < self.tick().as_nanos() as i128
    }

    /// How long two changes can be apart and bear the same times.
    pub(crate) fn tick(&self) -> Duration {
        let whole_seconds = self.ctime_ns % 1_000_000_000 == 0;
        Duration::from_millis(if whole_seconds { 2_000 } else { 12 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;

    #[test]
    fn a_same_size_edit_dated_into_the_past_moves_the_stamp() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.md");
        std::fs::write(&path, "one").unwrap();
        let modified = std::fs::metadata(&path).unwrap().modified().unwrap();
        let before = Stamp::of(&path).unwrap();
        // The kernel's clock ticks: write until it has, as it would have for a person.
        let after = (0..)
            .map(|_| {
                std::fs::write(&path, "two").unwrap();
                let file = File::options().write(true).open(&path).unwrap();
                file.set_modified(modified).unwrap();
                Stamp::of(&path).unwrap()
            })
            .find(|after| after.ctime_ns != before.ctime_ns)
            .unwrap();
        assert_eq!((after.size, after.mtime_ns), (before.size, before.mtime_ns));
        assert_ne!(after, before);
    }
}
