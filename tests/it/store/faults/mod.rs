//! A file system that fails, dies or is interfered with at a chosen system call.
#![allow(dead_code, reason = "every test crate uses another part")]

use std::ffi::OsString;
use std::fs::{File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustix::io::Errno;
use stepdeck::document::rope::Rope;
use stepdeck::store::fs::syscalls::{FileSystem, RealFs};

/// What happens from the chosen call on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// That call fails, later ones work.
    Once(Errno),
    /// That call and all later ones fail, as when the process was killed there.
    Dead,
}

/// Interference by another program, just before each exchange of names.
pub type BeforeExchange = Box<dyn Fn(usize) + Send + Sync>;

/// What keeps a disk busy, just before each `fsync` of a file.
pub type BeforeSync = Box<dyn Fn() + Send + Sync>;

/// [`RealFs`], but the call number `at` (from 0) meets a `fault`.
pub struct FaultyFs {
    at: usize,
    fault: Fault,
    calls: Arc<AtomicUsize>,
    exchanges: AtomicUsize,
    before_exchange: Option<BeforeExchange>,
    can_exchange: bool,
    before_sync: Option<BeforeSync>,
}

impl FaultyFs {
    pub fn failing(at: usize, fault: Fault) -> (Self, Arc<AtomicUsize>) {
        let calls = Arc::new(AtomicUsize::new(0));
        let fs = Self {
            at,
            fault,
            calls: calls.clone(),
            exchanges: AtomicUsize::new(0),
            before_exchange: None,
            can_exchange: true,
            before_sync: None,
        };
        (fs, calls)
    }

    pub fn interfered(before_exchange: impl Fn(usize) + Send + Sync + 'static) -> Self {
        let mut fs = Self::failing(usize::MAX, Fault::Dead).0;
        fs.before_exchange = Some(Box::new(before_exchange));
        fs
    }

    /// As slow as `before_sync` makes it.
    pub fn busy(before_sync: impl Fn() + Send + Sync + 'static) -> Self {
        let mut fs = Self::failing(usize::MAX, Fault::Dead).0;
        fs.before_sync = Some(Box::new(before_sync));
        fs
    }

    pub fn without_exchange(mut self) -> Self {
        self.can_exchange = false;
        self
    }

    fn call(&self) -> io::Result<()> {
        let number = self.calls.fetch_add(1, Ordering::SeqCst);
        match self.fault {
            Fault::Once(errno) if number == self.at => Err(errno.into()),
            Fault::Dead if number >= self.at => Err(Errno::IO.into()),
            _ => Ok(()),
        }
    }
}

impl FileSystem for FaultyFs {
    fn status(&self, path: &Path) -> io::Result<Metadata> {
        self.call()?;
        RealFs.status(path)
    }
    fn file_status(&self, file: &File) -> io::Result<Metadata> {
        self.call()?;
        RealFs.file_status(file)
    }
    fn link_target(&self, path: &Path) -> io::Result<PathBuf> {
        self.call()?;
        RealFs.link_target(path)
    }
    fn may_write(&self, path: &Path) -> io::Result<()> {
        self.call()?;
        RealFs.may_write(path)
    }
    fn open(&self, path: &Path) -> io::Result<File> {
        self.call()?;
        RealFs.open(path)
    }
    fn open_for_writing(&self, path: &Path) -> io::Result<File> {
        self.call()?;
        RealFs.open_for_writing(path)
    }
    fn create(&self, path: &Path, mode: u32) -> io::Result<File> {
        self.call()?;
        RealFs.create(path, mode)
    }
    fn read(&self, file: &File, like: &Rope) -> io::Result<Rope> {
        self.call()?;
        RealFs.read(file, like)
    }
    /// A failing write gets half of its bytes through first, as on a disk that fills up.
    fn write(&self, file: &File, bytes: &Rope) -> io::Result<()> {
        let dead_before = self.calls.load(Ordering::SeqCst) > self.at;
        if let Err(error) = self.call() {
            if !(dead_before && self.fault == Fault::Dead) {
                let bytes = bytes.contiguous();
                RealFs.write(file, &bytes[..bytes.len() / 2].into())?;
            }
            return Err(error);
        }
        RealFs.write(file, bytes)
    }
    fn append(&self, path: &Path, lines: &[u8]) -> io::Result<()> {
        self.call()?;
        RealFs.append(path, lines)
    }
    fn reserve(&self, file: &File, len: u64) -> io::Result<()> {
        self.call()?;
        RealFs.reserve(file, len)
    }
    fn truncate(&self, file: &File, len: u64) -> io::Result<()> {
        self.call()?;
        RealFs.truncate(file, len)
    }
    fn sync(&self, file: &File) -> io::Result<()> {
        self.call()?;
        if let Some(wait) = &self.before_sync {
            wait();
        }
        RealFs.sync(file)
    }
    fn set_owner(&self, file: &File, uid: u32, gid: u32) -> io::Result<()> {
        self.call()?;
        RealFs.set_owner(file, uid, gid)
    }
    fn set_mode(&self, file: &File, mode: u32) -> io::Result<()> {
        self.call()?;
        RealFs.set_mode(file, mode)
    }
    fn attribute_names(&self, file: &File) -> io::Result<Vec<OsString>> {
        self.call()?;
        RealFs.attribute_names(file)
    }
    fn attribute(&self, file: &File, name: &OsString) -> io::Result<Vec<u8>> {
        self.call()?;
        RealFs.attribute(file, name)
    }
    fn set_attribute(&self, file: &File, name: &OsString, value: &[u8]) -> io::Result<()> {
        self.call()?;
        RealFs.set_attribute(file, name, value)
    }
    fn remove_attribute(&self, file: &File, name: &OsString) -> io::Result<()> {
        self.call()?;
        RealFs.remove_attribute(file, name)
    }
    fn exchange(&self, one: &Path, other: &Path) -> io::Result<()> {
        self.call()?;
        if !self.can_exchange {
            return Err(Errno::NOSYS.into());
        }
        if let Some(interfere) = &self.before_exchange {
            interfere(self.exchanges.fetch_add(1, Ordering::SeqCst));
        }
        RealFs.exchange(one, other)
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.call()?;
        RealFs.rename(from, to)
    }
    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.call()?;
        RealFs.link(from, to)
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        self.call()?;
        RealFs.remove(path)
    }
    fn create_folder(&self, path: &Path) -> io::Result<()> {
        self.call()?;
        RealFs.create_folder(path)
    }
    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        self.call()?;
        RealFs.remove_folder(path)
    }
    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        self.call()?;
        RealFs.sync_folder(path)
    }
}
