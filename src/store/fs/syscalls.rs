//! The seam under every save: one method a system call, so that tests can fail or stop each.
//!
//! [`RealFs`] passes each call on and decides nothing. What the calls mean together is in
//! [`save`](crate::store::atomic_replace::save) and [`in_place`](crate::store::atomic_replace::in_place).

use std::ffi::OsString;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, IoSlice, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{FileExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, AtFlags, CWD, XattrFlags};
use rustix::io::Errno;

use super::read;
use crate::document::progress::Progress;
use crate::document::rope::Rope;

/// The system calls a save is made of. Errors are those of the call.
pub trait FileSystem: Send + Sync {
    /// `lstat`: what stands at `path` itself.
    fn status(&self, path: &Path) -> io::Result<Metadata>;
    /// `fstat`.
    fn file_status(&self, file: &File) -> io::Result<Metadata>;
    /// `readlink`.
    fn link_target(&self, path: &Path) -> io::Result<PathBuf>;
    /// `faccessat`: whether this user may write to `path`.
    fn may_write(&self, path: &Path) -> io::Result<()>;
    /// `open` for reading, without blocking.
    fn open(&self, path: &Path) -> io::Result<File>;
    /// `open` of an existing file for reading and writing.
    fn open_for_writing(&self, path: &Path) -> io::Result<File>;
    /// `open` of a file that must not exist, for reading and writing; the umask applies.
    fn create(&self, path: &Path, mode: u32) -> io::Result<File>;
    /// `pread` of all there is, sharing memory with `like` where the bytes are the same.
    fn read(&self, file: &File, like: &Rope) -> io::Result<Rope>;
    /// `pwrite` of all `bytes` from the start.
    fn write(&self, file: &File, bytes: &Rope) -> io::Result<()>;
    /// `open` for appending, `write` of `lines` behind whatever stands there, `fsync`. They begin
    /// on a line of their own.
    fn append(&self, path: &Path, lines: &[u8]) -> io::Result<()>;
    /// `fallocate` of the first `len` bytes, the size unchanged.
    fn reserve(&self, file: &File, len: u64) -> io::Result<()>;
    /// `ftruncate`.
    fn truncate(&self, file: &File, len: u64) -> io::Result<()>;
    /// `fsync`.
    fn sync(&self, file: &File) -> io::Result<()>;
    /// `fchown`.
    fn set_owner(&self, file: &File, uid: u32, gid: u32) -> io::Result<()>;
    /// `fchmod`.
    fn set_mode(&self, file: &File, mode: u32) -> io::Result<()>;
    /// `flistxattr`, sorted; empty where the file system has none.
    fn attribute_names(&self, file: &File) -> io::Result<Vec<OsString>>;
    /// `fgetxattr`.
    fn attribute(&self, file: &File, name: &OsString) -> io::Result<Vec<u8>>;
    /// `fsetxattr`.
    fn set_attribute(&self, file: &File, name: &OsString, value: &[u8]) -> io::Result<()>;
    /// `fremovexattr`.
    fn remove_attribute(&self, file: &File, name: &OsString) -> io::Result<()>;
    /// `renameat2(RENAME_EXCHANGE)`; `Unsupported` where there is none.
    fn exchange(&self, one: &Path, other: &Path) -> io::Result<()>;
    /// `rename`, replacing what stands at `to`.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// `link`: a second name, which must be free.
    fn link(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// `unlink`.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// `mkdir`.
    fn create_folder(&self, path: &Path) -> io::Result<()>;
    /// `rmdir`: of a folder that is empty.
    fn remove_folder(&self, path: &Path) -> io::Result<()>;
    /// `open` and `fsync` of a folder, which makes renames in it last.
    fn sync_folder(&self, path: &Path) -> io::Result<()>;
}

/// Below the least that a system takes at once.
const PIECES_A_CALL: usize = 512;

/// The file system of this machine.
#[derive(Clone, Copy, Default, Debug)]
pub struct RealFs;

impl FileSystem for RealFs {
    fn status(&self, path: &Path) -> io::Result<Metadata> {
        std::fs::symlink_metadata(path)
    }

    fn file_status(&self, file: &File) -> io::Result<Metadata> {
        file.metadata()
    }

    fn link_target(&self, path: &Path) -> io::Result<PathBuf> {
        std::fs::read_link(path)
    }

    fn may_write(&self, path: &Path) -> io::Result<()> {
        Ok(rustix::fs::accessat(
            CWD,
            path,
            Access::WRITE_OK,
            AtFlags::EACCESS,
        )?)
    }

    fn open(&self, path: &Path) -> io::Result<File> {
        read::open_nonblocking(path)
    }

    fn open_for_writing(&self, path: &Path) -> io::Result<File> {
        OpenOptions::new().read(true).write(true).open(path)
    }

    fn create(&self, path: &Path, mode: u32) -> io::Result<File> {
        OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(path)
    }

    fn read(&self, file: &File, like: &Rope) -> io::Result<Rope> {
        read::read_open(file, like, &Progress::default())
    }

    fn write(&self, file: &File, bytes: &Rope) -> io::Result<()> {
        // Many pieces a call: each call is an event for whoever watches the folder.
        let mut at = 0;
        for pieces in bytes.pieces().chunks(PIECES_A_CALL) {
            let slices: Vec<IoSlice<'_>> = (pieces.iter())
                .map(|piece| IoSlice::new(piece.as_bytes()))
                .collect();
            let write = || rustix::io::pwritev(file, &slices, at);
            let mut written = rustix::io::retry_on_intr(write)?;
            at += written as u64;
            // What was cut off, because the disk is full or somebody interrupts, goes by itself.
            for piece in pieces {
                let done = written.min(piece.len());
                written -= done;
                file.write_all_at(&piece.as_bytes()[done..], at)?;
                at += (piece.len() - done) as u64;
            }
        }
        Ok(())
    }

    fn append(&self, path: &Path, lines: &[u8]) -> io::Result<()> {
        let mut file = OpenOptions::new().read(true).append(true).open(path)?;
        let size = file.metadata()?.len();
        let mut last = *b"\n";
        if size > 0 {
            file.read_exact_at(&mut last, size - 1)?;
        }
        // In one write: whoever appends at the same time stands before or behind.
        match last == *b"\n" {
            true => file.write_all(lines)?,
            false => file.write_all(&[b"\n", lines].concat())?,
        }
        file.sync_all()
    }

    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn reserve(&self, file: &File, len: u64) -> io::Result<()> {
        if len == 0 {
            return Ok(());
        }
        let mode = rustix::fs::FallocateFlags::KEEP_SIZE;
        Ok(rustix::fs::fallocate(file, mode, 0, len)?)
    }

    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    fn reserve(&self, _: &File, _: u64) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn truncate(&self, file: &File, len: u64) -> io::Result<()> {
        file.set_len(len)
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_all()
    }

    fn set_owner(&self, file: &File, uid: u32, gid: u32) -> io::Result<()> {
        std::os::unix::fs::fchown(file, Some(uid), Some(gid))
    }

    fn set_mode(&self, file: &File, mode: u32) -> io::Result<()> {
        file.set_permissions(PermissionsExt::from_mode(mode))
    }

    fn attribute_names(&self, file: &File) -> io::Result<Vec<OsString>> {
        let list = sized(
            || rustix::fs::flistxattr_query(file),
            |buffer| rustix::fs::flistxattr(file, buffer),
        );
        let list = match list {
            Err(error) if is_unsupported(&error) => Vec::new(),
            list => list?,
        };
        let mut names: Vec<OsString> = list
            .split(|b| *b == 0)
            .filter(|name| !name.is_empty())
            .map(|name| OsString::from_vec(name.to_vec()))
            .collect();
        names.sort();
        Ok(names)
    }

    fn attribute(&self, file: &File, name: &OsString) -> io::Result<Vec<u8>> {
        let name = name.as_bytes();
        sized(
            || rustix::fs::fgetxattr_query(file, name),
            |buffer| rustix::fs::fgetxattr(file, name, buffer),
        )
    }

    fn set_attribute(&self, file: &File, name: &OsString, value: &[u8]) -> io::Result<()> {
        let flags = XattrFlags::empty();
        Ok(rustix::fs::fsetxattr(file, name.as_bytes(), value, flags)?)
    }

    fn remove_attribute(&self, file: &File, name: &OsString) -> io::Result<()> {
        Ok(rustix::fs::fremovexattr(file, name.as_bytes())?)
    }

    #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
    fn exchange(&self, one: &Path, other: &Path) -> io::Result<()> {
        let flags = rustix::fs::RenameFlags::EXCHANGE;
        Ok(rustix::fs::renameat_with(CWD, one, CWD, other, flags)?)
    }

    #[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
    fn exchange(&self, _: &Path, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        std::fs::rename(from, to)
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        std::fs::hard_link(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        std::fs::remove_file(path)
    }

    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        std::fs::remove_dir(path)
    }

    fn create_folder(&self, path: &Path) -> io::Result<()> {
        std::fs::create_dir(path)
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        match File::open(path)?.sync_all() {
            // Some network file systems cannot sync a folder, and need not.
            Err(error) if is_unsupported(&error) => Ok(()),
            result => result,
        }
    }
}

/// Whether the error says that this file system, or this kernel, has no such operation.
pub(crate) fn is_unsupported(error: &io::Error) -> bool {
    let codes = [Errno::NOSYS, Errno::OPNOTSUPP, Errno::INVAL];
    error.kind() == io::ErrorKind::Unsupported
        || Errno::from_io_error(error).is_some_and(|errno| codes.contains(&errno))
}

/// Calls `fill` with a buffer as large as `query` asks for, again if it grew in between.
fn sized(
    query: impl Fn() -> rustix::io::Result<usize>,
    fill: impl Fn(&mut [u8]) -> rustix::io::Result<usize>,
) -> io::Result<Vec<u8>> {
    loop {
        let size = query()?;
        if size == 0 {
            return Ok(Vec::new());
        }
        let mut buffer = vec![0; size];
        match fill(&mut buffer) {
            Ok(len) => {
                buffer.truncate(len);
                return Ok(buffer);
            }
            Err(Errno::RANGE) => {}
            Err(errno) => return Err(errno.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_pieces_than_a_call_takes_are_written() {
        let lines: String = (0..10_000).map(|at| format!("line {at}\n")).collect();
        let rope = Rope::from(lines.as_bytes());
        assert!(rope.pieces().len() > 2 * PIECES_A_CALL);
        let file = tempfile::tempfile().unwrap();
        RealFs.write(&file, &rope).unwrap();
        assert!(RealFs.read(&file, &Rope::default()).unwrap() == *lines.as_bytes());
    }

    #[test]
    fn appended_lines_begin_on_a_line_of_their_own() {
        let dir = tempfile::tempdir().unwrap();
        for (before, after) in [
            ("", "new\n"),
            ("old\n", "old\nnew\n"),
            ("old", "old\nnew\n"),
        ] {
            let path = dir.path().join("log");
            std::fs::write(&path, before).unwrap();
            RealFs.append(&path, b"new\n").unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), after);
        }
    }
}
