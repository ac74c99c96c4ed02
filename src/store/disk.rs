//! The thread that owns the files: it writes changes and tells what others write.
//!
//! It remembers the bytes it last read or wrote. A report of the watch only says "look":
//! what is read and equals those bytes is dropped, so that our own saves never come back.
//! A change is applied to the bytes on disk at the moment of writing, under the lock, and
//! so on top of whatever stands there.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::commit::{Committer, Outcome, Witness};
use super::discover::{Layout, Overrides, discover};
use super::known::Known;
use super::late::{Late, with_late_lines};
use super::open::{Opened, belongs, candidates};
use super::read::{FileState, read};
use super::save::Displaced;
use super::settle::Verdict;
use super::survey::Watched;
use super::watch::{Look, Mode, Report, Watch};
use crate::change::Change;
use crate::change::apply::Conflict;
use crate::plan::source::{Role, SourceFile};

/// How long handing on late lines waits for another program's lock.
const LOCK_PATIENCE: Duration = Duration::from_secs(5);

/// What the thread that owns the files reports.
#[derive(Debug)]
pub enum DiskEvent {
    /// A file now holds these bytes, by somebody else's doing; `None` where it is gone.
    Changed {
        /// Relative to the plan's root.
        path: PathBuf,
        /// What the plan looks for in it.
        role: Role,
        /// The new bytes.
        bytes: Option<Arc<[u8]>>,
    },
    /// A change stands on disk.
    Saved {
        /// Which one.
        ticket: u64,
        /// Something about how it was written that a person should know.
        remark: Option<String>,
    },
    /// A change could not be written; the files are as before.
    Failed {
        /// Which one.
        ticket: u64,
        /// What happened and what to do.
        reason: String,
    },
    /// Somebody else changed the same things; nothing was written.
    Conflicts {
        /// Which change.
        ticket: u64,
        /// What stood in its way.
        conflicts: Vec<Conflict>,
    },
    /// How changes by others are noticed from now on.
    Watching {
        /// Whether the files are asked after by the clock instead of by notice.
        polling: bool,
    },
    /// A file cannot be read; the plan keeps what it said last.
    Unreadable {
        /// Relative to the plan's root.
        path: PathBuf,
        /// What happened and what to do.
        reason: String,
    },
}

/// A running file thread. Dropping it finishes the saves that are under way.
pub struct Disk {
    requests: Sender<Request>,
    thread: Option<JoinHandle<()>>,
}

enum Request {
    Save { ticket: u64, change: Change },
    Report(Report),
    Stop,
}

struct Worker {
    start: PathBuf,
    overrides: Overrides,
    layout: Layout,
    committer: Committer,
    memory: Memory,
    watch: Option<Watch>,
    waiting: VecDeque<(u64, Change)>,
}

/// What the files held when they were last read or written, and who hears of news.
struct Memory {
    known: BTreeMap<PathBuf, Known>,
    late: Late,
    tell: Box<dyn FnMut(DiskEvent) + Send>,
    /// Whether there is no later: a file that looks half-written is believed.
    hurried: bool,
}

impl Disk {
    /// Starts the thread for an opened plan, of which `told` are the files that count.
    /// `state` is the folder for what is private to
    /// this person; `tell` hears every event.
    pub fn start(
        start: &Path,
        overrides: Overrides,
        opened: &Opened,
        told: &[PathBuf],
        state: &Path,
        tell: impl FnMut(DiskEvent) + Send + 'static,
    ) -> Self {
        let (requests, inbox) = channel();
        let known = opened
            .looked_at
            .iter()
            .map(|looked| {
                let mut known = Known::new(looked.role);
                known.bytes.clone_from(&looked.bytes);
                known.told = told.contains(&looked.path);
                (looked.path.clone(), known)
            })
            .collect();
        let mut worker = Worker {
            start: start.to_owned(),
            overrides,
            committer: Committer::new(&opened.layout.root, state),
            layout: opened.layout.clone(),
            memory: Memory {
                known,
                late: Late::default(),
                tell: Box::new(tell),
                hurried: false,
            },
            watch: None,
            waiting: VecDeque::new(),
        };
        let reports = requests.clone();
        let thread = std::thread::Builder::new()
            .name("disk".to_owned())
            .spawn(move || {
                worker.begin(reports);
                worker.run(&inbox);
            })
            .ok();
        Self { requests, thread }
    }

    /// Writes a change as soon as those before it are written.
    pub fn save(&self, ticket: u64, change: Change) {
        // The thread ends only when this value is dropped.
        let _ = self.requests.send(Request::Save { ticket, change });
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = self.requests.send(Request::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Worker {
    fn begin(&mut self, reports: Sender<Request>) {
        self.clean_up();
        let report = move |report| {
            let _ = reports.send(Request::Report(report));
        };
        match Watch::start(self.watched(), report) {
            Ok(watch) => self.watch = Some(watch),
            Err(_) => (self.memory.tell)(DiskEvent::Watching { polling: true }),
        }
    }

    /// Removes what a killed save left behind, while nobody is saving.
    fn clean_up(&self) {
        let Ok(_lock) = self.committer.lock(Duration::ZERO) else {
            return;
        };
        let mut folders: Vec<&Path> = self
            .memory
            .known
            .keys()
            .filter_map(|path| path.parent())
            .collect();
        folders.sort();
        folders.dedup();
        for folder in folders {
            // A folder that cannot be listed has nothing of ours to remove.
            let _ = super::save::clean_leftovers(&self.layout.root.join(folder));
        }
    }

    fn run(&mut self, inbox: &Receiver<Request>) {
        loop {
            let request = match self.next_due() {
                None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(due) => inbox.recv_timeout(due.saturating_duration_since(Instant::now())),
            };
            match request {
                Ok(Request::Save { ticket, change }) => self.waiting.push_back((ticket, change)),
                Ok(Request::Report(Report::Look(look))) => self.look(look),
                Ok(Request::Report(Report::Mode(mode))) => {
                    (self.memory.tell)(DiskEvent::Watching {
                        polling: mode != Mode::Live,
                    })
                }
                Ok(Request::Stop) | Err(RecvTimeoutError::Disconnected) => {
                    self.memory.hurried = true;
                    return self.save_waiting();
                }
                Err(RecvTimeoutError::Timeout) => self.look_again(),
            }
            self.save_waiting();
        }
    }

    /// When something has to be looked at again without being asked.
    fn next_due(&self) -> Option<Instant> {
        let unsettled = self
            .memory
            .known
            .values()
            .filter_map(|known| known.unsettled.as_ref());
        let settled = unsettled.map(|(_, since)| *since + super::settle::PATIENCE);
        settled.chain(self.memory.late.next_look()).min()
    }

    fn look_again(&mut self) {
        let due: Vec<PathBuf> = (self.memory.known.iter())
            .filter(|(_, known)| known.unsettled.is_some())
            .map(|(path, _)| path.clone())
            .collect();
        for path in due {
            self.look_at(&path);
        }
        self.gather_late();
    }

    fn look(&mut self, look: Look) {
        let paths: Vec<PathBuf> = match look {
            Look::Everywhere => return self.look_everywhere(),
            Look::At(paths) => paths.iter().map(|path| self.below(path)).collect(),
        };
        if paths
            .iter()
            .any(|path| !self.memory.known.contains_key(path))
        {
            return self.look_everywhere();
        }
        for path in paths {
            self.look_at(&path);
        }
    }

    fn look_everywhere(&mut self) {
        self.layout = discover(&self.start, &self.overrides);
        for (path, role) in candidates(&self.layout) {
            self.memory
                .known
                .entry(path)
                .or_insert_with(|| Known::new(role));
        }
        let paths: Vec<PathBuf> = self.memory.known.keys().cloned().collect();
        for path in paths {
            self.look_at(&path);
        }
        let watched = self.watched();
        if let Some(watch) = &self.watch {
            watch.set(watched);
        }
    }

    fn watched(&self) -> Watched {
        let files = self
            .memory
            .known
            .keys()
            .map(|path| self.layout.root.join(path));
        Watched {
            root: self.layout.root.clone(),
            flat: self.layout.watch.flat.clone(),
            deep: self.layout.watch.deep.clone(),
            files: files.chain([self.layout.config_file.clone()]).collect(),
        }
    }

    fn below(&self, path: &Path) -> PathBuf {
        path.strip_prefix(&self.layout.root)
            .unwrap_or(path)
            .to_owned()
    }

    /// Reads one file and tells, if it changed and the change is believed.
    fn look_at(&mut self, path: &Path) {
        let state = read(&self.layout.root.join(path));
        let Some(known) = self.memory.known.get_mut(path) else {
            return;
        };
        let found = match state {
            Ok(FileState::Present { bytes, .. }) => Some(bytes),
            Ok(FileState::Missing) => None,
            Err(error) => {
                known.unsettled = None;
                let reason = error.to_string();
                if known.trouble.as_ref() != Some(&reason) {
                    known.trouble = Some(reason.clone());
                    (self.memory.tell)(DiskEvent::Unreadable {
                        path: path.to_owned(),
                        reason,
                    });
                }
                return;
            }
        };
        known.trouble = None;
        if found == known.bytes {
            known.unsettled = None;
            return;
        }
        if let Verdict::Wait(_) = known.judge(found.as_deref()) {
            return;
        }
        self.memory.accept(path, found);
    }

    /// Writes what waits, in order. A file that looks half-written holds everything up,
    /// unless there is no later.
    fn save_waiting(&mut self) {
        while let Some((ticket, change)) = self.waiting.pop_front() {
            let root = &self.layout.root;
            let event = match self.committer.commit(root, &change, &mut self.memory) {
                Outcome::Later => return self.waiting.push_front((ticket, change)),
                Outcome::Saved(remark) => DiskEvent::Saved { ticket, remark },
                Outcome::Failed(reason) => DiskEvent::Failed { ticket, reason },
                Outcome::Conflicts(conflicts) => DiskEvent::Conflicts { ticket, conflicts },
            };
            (self.memory.tell)(event);
        }
    }

    /// What programs appended to a file after we had replaced it goes to the end of the file
    /// that stands there now.
    fn gather_late(&mut self) {
        for (path, bytes) in self.memory.late.gather() {
            let Ok(_lock) = self.committer.lock(LOCK_PATIENCE) else {
                continue;
            };
            let target = self.layout.root.join(&path);
            let Ok(FileState::Present { bytes: here, .. }) = read(&target) else {
                continue;
            };
            let new = with_late_lines(&here, &bytes);
            let put = (Some(&*here), Some(&*new));
            if self
                .committer
                .put(&self.layout.root, &path, put, &mut self.memory)
                .is_ok()
            {
                self.memory.accept(&path, Some(new.into()));
            }
        }
    }
}

impl Memory {
    /// Believes that `bytes` stand in the file, and tells so.
    fn accept(&mut self, path: &Path, bytes: Option<Arc<[u8]>>) {
        let Some(known) = self.known.get_mut(path) else {
            return;
        };
        known.unsettled = None;
        known.bytes = bytes.clone();
        let role = known.role;
        let is_part = |bytes: &Arc<[u8]>| belongs(&SourceFile::load(path, role, bytes.clone()));
        if !known.told && !bytes.as_ref().is_some_and(is_part) {
            return;
        }
        known.told = bytes.is_some();
        (self.tell)(DiskEvent::Changed {
            path: path.to_owned(),
            role,
            bytes,
        });
    }
}

impl Witness for Memory {
    fn found(&mut self, path: &Path, role: Role, bytes: Option<&Arc<[u8]>>) -> Option<Role> {
        let known = (self.known.entry(path.to_owned())).or_insert_with(|| Known::new(role));
        let role = known.role;
        if bytes != known.bytes.as_ref() {
            let verdict = known.judge(bytes.map(AsRef::as_ref));
            if matches!(verdict, Verdict::Wait(_)) && !self.hurried {
                return None;
            }
            self.accept(path, bytes.cloned());
        }
        Some(role)
    }

    fn wrote(&mut self, path: &Path, bytes: Option<Arc<[u8]>>) {
        if let Some(known) = self.known.get_mut(path) {
            known.told = bytes.is_some();
            known.bytes = bytes;
            known.unsettled = None;
        }
    }

    fn displaced(&mut self, path: &Path, file: Displaced, known: usize) {
        // Only to a log do programs append whole things.
        if path.extension().is_some_and(|e| e == "jsonl") {
            self.late.watch(path.to_owned(), file, known);
        }
    }
}
