//! Replaces a whole file in one step: readers see the old bytes or the new, never a mixture.
//!
//! A save names the bytes it was made on and is refused when others are there, before the
//! rename and, where the system can exchange two names, after it. Mode, owner, extended
//! attributes, symlinks and hard links survive. It never decides what to do about a conflict,
//! takes no lock and knows nothing of what the bytes mean.

use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rustix::io::Errno;

use super::in_place::{InPlace, Overwrite};
use super::leftovers::{self, Temp, temp_path};
use super::save_error::{Aftermath, Operation, SaveError};
use crate::document::rope::Rope;
use crate::store::atomic_replace::replaced_file::ReplacedFile;
use crate::store::fs::read::is_missing;
use crate::store::fs::read_error::NotAFile;
use crate::store::fs::stamp::Stamp;
use crate::store::fs::syscalls::{FileSystem, RealFs, is_unsupported};

mod swap;

/// How a save was done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum How {
    /// The file did not exist.
    Created,
    /// A new file took the old one's place.
    Replaced,
    /// The bytes were written into the existing file, a backup standing by meanwhile.
    InPlace(InPlace),
    /// The file held these bytes already; nothing was written.
    Unchanged,
}

/// A finished save.
#[derive(Debug)]
pub struct Saved {
    /// The stamp of the file as saved.
    pub stamp: Stamp,
    /// Whether that is how we left it: nobody else wrote to it since.
    pub is_ours: bool,
    /// How it was done.
    pub how: How,
    /// The old file, nameless now, for programs that still hold it open.
    pub replaced: Option<ReplacedFile>,
}

/// Saves files. Every system call goes through its [`FileSystem`].
pub struct Saver {
    fs: Box<dyn FileSystem>,
    backups: Option<PathBuf>,
}

/// Replaces `path` on the real file system, backups beside the file. See [`Saver::replace`].
///
/// # Errors
/// As [`Saver::replace`].
pub fn replace(path: &Path, expected: Option<&[u8]>, new: &[u8]) -> Result<Saved, SaveError> {
    let expected = expected.map(Rope::from);
    Saver::new(None).replace(path, expected.as_ref(), &Rope::from(new))
}

impl Saver {
    /// Saves on the real file system; backups go to `backups`, else beside the file.
    pub(crate) fn new(backups: Option<PathBuf>) -> Self {
        Self::over(RealFs, backups)
    }

    /// Saves over another file system, such as one that fails on purpose.
    pub fn over(fs: impl FileSystem + 'static, backups: Option<PathBuf>) -> Self {
        Self {
            fs: Box::new(fs),
            backups,
        }
    }

    /// Makes `path` hold `new`, provided that it holds `expected` now (`None`: does not exist).
    ///
    /// Symlinks are followed, and stay. Folders above a new file are created.
    ///
    /// # Errors
    /// [`SaveError::Changed`] with the bytes found when they differ from `expected`, and one
    /// typed error for each way the system can refuse. The file is then untouched, except where
    /// [`Aftermath`] says otherwise.
    pub fn replace(
        &self,
        path: &Path,
        expected: Option<&Rope>,
        new: &Rope,
    ) -> Result<Saved, SaveError> {
        self.replace_since(path, expected, None, new)
    }

    /// The same for somebody who knows that the file held `expected` `as_of` a stamp that every
    /// later change moves: it is read only if its stamp is another one.
    ///
    /// # Errors
    /// As [`Saver::replace`].
    pub(crate) fn replace_since(
        &self,
        path: &Path,
        expected: Option<&Rope>,
        as_of: Option<Stamp>,
        new: &Rope,
    ) -> Result<Saved, SaveError> {
        let target = self.resolve(path)?;
        let save = Save {
            fs: &*self.fs,
            backups: self.backups.as_deref(),
            folder: target.parent().unwrap_or(Path::new("/")),
            path,
            target: &target,
            like: expected.cloned().unwrap_or_default(),
            as_of,
            new,
        };
        match (save.present()?, expected) {
            (None, None) => save.create(),
            (Some(present), Some(expected)) if present.bytes == *expected => save.over(&present),
            (present, _) => Err(SaveError::Changed {
                path: path.to_owned(),
                found: present.map(|p| p.bytes),
            }),
        }
    }

    /// Appends whole lines to `path`, whatever it holds.
    ///
    /// # Errors
    /// Those of the system; a part of the lines may be written then.
    pub(crate) fn append(&self, path: &Path, lines: &[u8]) -> io::Result<()> {
        self.fs.append(path, lines)
    }

    /// Removes `path`, provided that it holds `expected` now. Of a symlink, the target stays.
    ///
    /// # Errors
    /// [`SaveError::Changed`] where it holds something else, [`SaveError::Failed`] where the
    /// system refuses.
    pub(crate) fn remove(&self, path: &Path, expected: &Rope) -> Result<(), SaveError> {
        let target = self.resolve(path)?;
        let folder = target.parent().unwrap_or(Path::new("/"));
        let save = Save {
            fs: &*self.fs,
            backups: None,
            folder,
            path,
            target: &target,
            like: expected.clone(),
            as_of: None,
            new: &Rope::default(),
        };
        match save.present()? {
            Some(present) if present.bytes == *expected => {}
            present => return Err(save.changed(present.map(|p| p.bytes))),
        }
        (self.fs.remove(path)).map_err(save.failed(Operation::Remove))?;
        let synced = self.fs.sync_folder(path.parent().unwrap_or(folder));
        synced.map_err(|source| SaveError::Failed {
            path: path.to_owned(),
            operation: Operation::SyncFolder,
            source,
            aftermath: Aftermath::New,
        })
    }

    /// Removes the folders above a file that is gone, as far as nothing else is in them and they are
    /// below `root`: as git does, which keeps no empty folder.
    pub(crate) fn remove_empty_folders(&self, root: &Path, path: &Path) {
        let above = path.ancestors().skip(1);
        let below = above.take_while(|folder| folder.starts_with(root) && *folder != root);
        for folder in below {
            if self.fs.remove_folder(folder).is_err() {
                return;
            }
        }
    }

    /// The absolute path at the end of all symlinks, which need not exist.
    fn resolve(&self, path: &Path) -> Result<PathBuf, SaveError> {
        const MOST_LINKS: usize = 40;
        let failed = |source| SaveError::failed(path, Operation::Resolve, source);
        let mut target = std::path::absolute(path).map_err(failed)?;
        for _ in 0..MOST_LINKS {
            match self.fs.status(&target) {
                Ok(status) if status.is_symlink() => {
                    let link = self.fs.link_target(&target).map_err(failed)?;
                    target = target.parent().unwrap_or(Path::new("/")).join(link);
                }
                Ok(_) => return Ok(target),
                Err(error) if is_missing(&error) => return Ok(target),
                Err(error) => return Err(failed(error)),
            }
        }
        Err(failed(Errno::LOOP.into()))
    }
}

/// The file as it is before a save.
struct Present {
    file: File,
    metadata: Metadata,
    bytes: Rope,
    /// When it was looked at, before its bytes were read.
    looked: SystemTime,
}

/// One save under way: what every step of it needs.
struct Save<'a> {
    fs: &'a dyn FileSystem,
    backups: Option<&'a Path>,
    folder: &'a Path,
    /// As the caller named it, for messages.
    path: &'a Path,
    /// Where its symlinks end.
    target: &'a Path,
    /// What the target is likely to hold.
    like: Rope,
    /// The stamp that it had then, if every later change moves it.
    as_of: Option<Stamp>,
    new: &'a Rope,
}

impl Save<'_> {
    fn failed(&self, operation: Operation) -> impl FnOnce(io::Error) -> SaveError {
        let path = self.path.to_owned();
        move |source| SaveError::failed(&path, operation, source)
    }

    fn changed(&self, found: Option<Rope>) -> SaveError {
        SaveError::Changed {
            path: self.path.to_owned(),
            found,
        }
    }

    /// What is at the target; only a regular file is opened.
    fn present(&self) -> Result<Option<Present>, SaveError> {
        match self.look_at(self.target) {
            Ok(present) => Ok(present),
            Err(Unreadable::NotAFile(kind)) => Err(SaveError::NotAFile {
                path: self.path.to_owned(),
                kind,
            }),
            Err(Unreadable::Failed(source)) => Err(self.failed(Operation::Read)(source)),
        }
    }

    fn look_at(&self, path: &Path) -> Result<Option<Present>, Unreadable> {
        let status = match self.fs.status(path) {
            Err(error) if is_missing(&error) => return Ok(None),
            status => status?,
        };
        if let Some(kind) = NotAFile::of(&status) {
            return Err(Unreadable::NotAFile(kind));
        }
        let file = match self.fs.open(path) {
            Err(error) if is_missing(&error) => return Ok(None),
            file => file?,
        };
        let looked = SystemTime::now();
        let metadata = self.fs.file_status(&file)?;
        let bytes = match self.as_of == Some(Stamp::from_metadata(&metadata)) {
            true => self.like.clone(),
            false => self.fs.read(&file, &self.like)?,
        };
        Ok(Some(Present {
            file,
            metadata,
            bytes,
            looked,
        }))
    }

    /// The file at the target, unchanged: by its stamp if every change moves that, else by its
    /// bytes. It is opened, because a network mount asks its server only then.
    ///
    /// # Errors
    /// [`SaveError::Changed`] if it has changed.
    fn still(&self, old: &Present) -> Result<File, SaveError> {
        let stamp = Stamp::from_metadata(&old.metadata);
        if !stamp.is_racy(old.looked)
            && let Ok(now) = self.fs.open(self.target)
            && let Ok(metadata) = self.fs.file_status(&now)
            && Stamp::from_metadata(&metadata) == stamp
        {
            return Ok(now);
        }
        match self.present()? {
            Some(now) if now.bytes == old.bytes => Ok(now.file),
            now => Err(self.changed(now.map(|present| present.bytes))),
        }
    }

    /// Saves a file that does not exist yet.
    fn create(&self) -> Result<Saved, SaveError> {
        let made = self.create_folders()?;
        let mut temp = Temp::create(self.fs, (temp_path, self.folder), 0o666)
            .map_err(self.failed(Operation::CreateTemporary))?;
        let filled = self.fill(&temp.file)?;
        match self.fs.link(&temp.path, self.target) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(self.changed(self.present()?.map(|p| p.bytes)));
            }
            // No hard links here (FAT, some network mounts): look once more, then rename.
            Err(error) if refuses(&error) || is_unsupported(&error) => {
                if let Some(present) = self.present()? {
                    return Err(self.changed(Some(present.bytes)));
                }
                let renamed = self.fs.rename(&temp.path, self.target);
                renamed.map_err(self.failed(Operation::Swap))?;
            }
            Err(error) => return Err(self.failed(Operation::Swap)(error)),
        }
        temp.remove();
        self.sync_folders(&made)?;
        self.saved(&temp.file, filled, How::Created, None)
    }

    /// Creates the missing folders above the target; returns the folders that got an entry.
    fn create_folders(&self) -> Result<Vec<PathBuf>, SaveError> {
        let mut missing = Vec::new();
        for folder in self.folder.ancestors() {
            match self.fs.status(folder) {
                Ok(_) => break,
                Err(error) if error.kind() == io::ErrorKind::NotFound => missing.push(folder),
                Err(error) => return Err(self.failed(Operation::CreateFolder)(error)),
            }
        }
        let mut changed = Vec::new();
        for folder in missing.into_iter().rev() {
            match self.fs.create_folder(folder) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                result => result.map_err(self.failed(Operation::CreateFolder))?,
            }
            changed.extend(folder.parent().map(Path::to_owned));
        }
        Ok(changed)
    }

    /// Saves over the `present` version.
    fn over(&self, present: &Present) -> Result<Saved, SaveError> {
        self.refuse_read_only(&present.metadata)?;
        if present.bytes == *self.new {
            let found = Stamp::from_metadata(&present.metadata);
            return self.saved(&present.file, found, How::Unchanged, None);
        }
        if present.metadata.nlink() > 1 {
            return self.in_place(present, InPlace::HardLinks);
        }
        let temp = match Temp::create(self.fs, (temp_path, self.folder), 0o600) {
            Err(error) if refuses(&error) => return self.in_place(present, InPlace::FolderRefuses),
            temp => temp.map_err(self.failed(Operation::CreateTemporary))?,
        };
        match self.copy_attributes(present, &temp.file) {
            Err(error) if refuses(&error) || is_unsupported(&error) => {
                drop(temp);
                return self.in_place(present, InPlace::Attributes);
            }
            result => result.map_err(self.failed(Operation::CopyAttributes))?,
        }
        let (path, old) = (&*temp.path, &present.bytes);
        let (name, filled) = std::thread::scope(|scope| {
            // Hashing both versions takes a while: it is done while one of them is written.
            let name = scope.spawn(|| leftovers::swap_path(path, old, self.new));
            let filled = self.fill(&temp.file)?;
            Ok((name.join(), filled))
        })?;
        let name = name.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        self.swap((temp, filled), name, present)
    }

    fn refuse_read_only(&self, metadata: &Metadata) -> Result<(), SaveError> {
        let read_only = || SaveError::ReadOnly {
            path: self.path.to_owned(),
        };
        // Root may write to anything, but whoever removed the write bits meant it.
        if metadata.mode() & 0o222 == 0 {
            return Err(read_only());
        }
        match self.fs.may_write(self.target) {
            Ok(()) => Ok(()),
            Err(error) if refuses(&error) || error.kind() == io::ErrorKind::ReadOnlyFilesystem => {
                Err(read_only())
            }
            Err(error) => Err(self.failed(Operation::Read)(error)),
        }
    }

    /// Owner first, because changing it clears mode bits; mode last, because ACLs set some.
    fn copy_attributes(&self, present: &Present, to: &File) -> io::Result<()> {
        let (from, old) = (&present.file, &present.metadata);
        let own = self.fs.file_status(to)?;
        if (own.uid(), own.gid()) != (old.uid(), old.gid()) {
            self.fs.set_owner(to, old.uid(), old.gid())?;
        }
        let names = self.fs.attribute_names(from)?;
        for inherited in self.fs.attribute_names(to)? {
            if !names.contains(&inherited) {
                self.fs.remove_attribute(to, &inherited)?;
            }
        }
        for name in names {
            let value = self.fs.attribute(from, &name)?;
            // Security labels are often the same already, and may not be set by everybody.
            if self.fs.attribute(to, &name).ok().as_ref() != Some(&value) {
                self.fs.set_attribute(to, &name, &value)?;
            }
        }
        self.fs.set_mode(to, old.mode() & 0o7777)
    }

    /// Writes the new version. Answers the stamp that the file got by it.
    fn fill(&self, file: &File) -> Result<Stamp, SaveError> {
        let written = self.fs.write(file, self.new);
        written.map_err(self.failed(Operation::Write))?;
        self.fs.sync(file).map_err(self.failed(Operation::Sync))?;
        let filled = self.fs.file_status(file);
        Ok(Stamp::from_metadata(
            &filled.map_err(self.failed(Operation::Write))?,
        ))
    }

    fn in_place(&self, present: &Present, why: InPlace) -> Result<Saved, SaveError> {
        let overwrite = Overwrite {
            fs: self.fs,
            path: self.path,
            target: self.target,
            old: &present.bytes,
            new: self.new,
        };
        let file = overwrite.run(self.backups, self.folder)?;
        let left = self.fs.file_status(&file);
        let left = left.map_err(|source| self.failed_after(Operation::Read, source))?;
        self.saved(&file, Stamp::from_metadata(&left), How::InPlace(why), None)
    }

    fn sync_folders(&self, more: &[PathBuf]) -> Result<(), SaveError> {
        let folders = std::iter::once(self.folder).chain(more.iter().map(PathBuf::as_path));
        for folder in folders {
            self.fs
                .sync_folder(folder)
                .map_err(|source| self.failed_after(Operation::SyncFolder, source))?;
        }
        Ok(())
    }

    /// A finished save of a file that was written for the last time as of `written`.
    fn saved(
        &self,
        file: &File,
        written: Stamp,
        how: How,
        replaced: Option<ReplacedFile>,
    ) -> Result<Saved, SaveError> {
        let metadata = self
            .fs
            .file_status(file)
            .map_err(|source| self.failed_after(Operation::Read, source))?;
        let stamp = Stamp::from_metadata(&metadata);
        Ok(Saved {
            stamp,
            is_ours: stamp.has_bytes_of(&written),
            how,
            replaced,
        })
    }

    fn failed_after(&self, operation: Operation, source: io::Error) -> SaveError {
        SaveError::Failed {
            path: self.path.to_owned(),
            operation,
            source,
            aftermath: Aftermath::New,
        }
    }
}

/// Why a path could not be looked at.
enum Unreadable {
    NotAFile(NotAFile),
    Failed(io::Error),
}

impl From<io::Error> for Unreadable {
    fn from(source: io::Error) -> Self {
        Self::Failed(source)
    }
}

/// Whether the system forbids this, as opposed to having failed at it.
fn refuses(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::PermissionDenied
}
