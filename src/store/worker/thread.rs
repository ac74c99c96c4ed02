//! The thread that owns the files: its loop and its queue of changes.
//!
//! A report of the watch only says "look": what is read and equals the cached bytes is dropped, so
//! that our own saves never come back. A change is applied to the bytes on disk at the moment of
//! writing, under the lock, and so on top of whatever is there.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use super::cache::{Cache, CachedFile};
use super::protocol::{Changed, DiskEvent, Request, SaveJob, WorkerOptions};
use crate::change::history::Event;
use crate::document::Document;
use crate::store::fs::read::read_since;
use crate::store::fs::syscalls::FileSystem;
use crate::store::locate::discover::{Layout, discover};
use crate::store::locate::open::{Opened, candidates};
use crate::store::state::{HISTORY, State};
use crate::store::transaction::commit::{CommitObserver, Committer, Outcome};
use crate::store::transaction::one_shot::in_motion;
use crate::store::watch::motion::REST_TIMEOUT;
use crate::store::watch::poll::Watched;
use crate::store::watch::stragglers::Stragglers;
use crate::store::watch::watcher::{Look, Mode, Report, Watch};

/// Everything that belongs to the thread.
pub(crate) struct Worker {
    options: WorkerOptions,
    layout: Layout,
    state: State,
    committer: Committer,
    cache: Cache,
    watch: Option<Watch>,
    queue: Vec<Queued>,
    /// Whether the cockpit is being left: what others write does not matter any more.
    ending: Arc<AtomicBool>,
}

/// What requests that arrived together ask for.
#[derive(Default)]
struct Round {
    /// Whether what failed is to be tried again.
    again: bool,
    /// Where to look.
    look: Option<Look>,
    stop: bool,
}

impl Round {
    /// Many looks are one.
    fn look_at(&mut self, look: Look) {
        self.look = Some(match (self.look.take(), look) {
            (None, look) => look,
            (Some(Look::At(mut all)), Look::At(paths)) => {
                all.extend(paths);
                Look::At(all)
            }
            _ => Look::Everywhere,
        });
    }
}

/// A change that is not on disk yet.
struct Queued {
    job: SaveJob,
    /// Whether it was tried and failed.
    failed: bool,
}

impl Worker {
    /// For an opened plan; `publish` hears every event.
    pub(crate) fn new(
        fs: impl FileSystem + 'static,
        options: WorkerOptions,
        opened: Opened,
        publish: impl FnMut(DiskEvent) + Send + 'static,
        ending: Arc<AtomicBool>,
    ) -> Self {
        let layout = opened.layout;
        let files = opened.examined.into_iter().map(|examined| {
            let mut file = CachedFile::new(examined.role);
            file.bytes = examined.document.as_ref().map(Document::rope);
            file.log = examined.document.as_ref().and_then(Document::log).cloned();
            file.as_of = examined.as_of;
            (examined.path, file)
        });
        Self {
            state: State::at(&options.state),
            committer: Committer::over(fs, &layout.root, &options.state),
            layout,
            cache: Cache {
                files: files.collect(),
                stragglers: Stragglers::default(),
                publish: Box::new(publish),
            },
            options,
            watch: None,
            queue: Vec::new(),
            ending,
        }
    }

    /// Recovers from what an earlier run left, and begins to watch.
    pub(crate) fn begin(&mut self, reports: Sender<Request>) {
        self.clean_up();
        let report = move |report| {
            let _ = reports.send(Request::Report(report));
        };
        match Watch::start(self.watched(), report) {
            Ok(watch) => self.watch = Some(watch),
            Err(_) => (self.cache.publish)(DiskEvent::Watching { polling: true }),
        }
    }

    /// Recovers from what a killed save left behind, while nobody is saving.
    fn clean_up(&mut self) {
        if self.options.read_only {
            return;
        }
        let paths: Vec<PathBuf> = self.cache.files.keys().cloned().collect();
        let (said, event) = self
            .committer
            .clean_up(&self.layout.root, &paths, &mut self.cache);
        for text in said {
            (self.cache.publish)(DiskEvent::Fixed(text));
        }
        if let Some(event) = event {
            (self.cache.publish)(DiskEvent::Remembered(event));
        }
    }

    /// Handles requests until the handle is dropped.
    pub(crate) fn run(&mut self, inbox: &Receiver<Request>) {
        loop {
            let request = match self.next_due() {
                None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(due) => inbox.recv_timeout(due.saturating_duration_since(Instant::now())),
            };
            let mut round = Round::default();
            let mut next = Some(request);
            while let Some(request) = next {
                match request {
                    Ok(request) => self.take(request, &mut round),
                    Err(RecvTimeoutError::Timeout) => self.look_again(),
                    Err(RecvTimeoutError::Disconnected) => round.stop = true,
                }
                next = inbox.try_recv().ok().map(Ok);
            }
            if round.stop {
                return self.finish();
            }
            // Edits before looks: a flood of notifications must not keep one from the disk.
            self.work_off(round.again);
            if let Some(look) = round.look {
                self.look(look);
                self.work_off(false);
            }
        }
    }

    /// Handles one request: what can wait until all are handled goes into the round.
    fn take(&mut self, request: Request, round: &mut Round) {
        match request {
            Request::Save(job) => {
                self.queue.push(Queued { job, failed: false });
                round.again = true;
            }
            Request::Retry => round.again = self.reset_failures(),
            Request::Forget { ticket } => self.queue.retain(|q| q.job.ticket != ticket),
            Request::Remember(event) => self.remember(&event),
            Request::Keep { name, document } => {
                // A draft that cannot be kept is still in its field.
                let document = document.map(|spell| spell());
                let _ = self.state.put(&name, document.as_deref());
                let _ = self.state.remove_record(&name);
            }
            Request::KeepMore { name, line } => {
                let _ = self.state.append(&name, &line);
            }
            Request::Report(Report::Look(look)) => round.look_at(look),
            Request::Report(Report::Mode(mode)) => {
                (self.cache.publish)(DiskEvent::Watching {
                    polling: mode != Mode::Sync,
                });
            }
            Request::Stop => round.stop = true,
        }
    }

    /// Writes what is left to write, now that no request follows.
    fn finish(&mut self) {
        // From here on only files that edits wait for are read.
        self.ending.store(false, Ordering::Relaxed);
        self.reset_failures();
        self.work_off(true);
        // A file that somebody is writing gets the time that it takes to come to rest.
        let until = Instant::now() + REST_TIMEOUT;
        while self.queue.iter().any(|queued| !queued.failed) {
            if Instant::now() > until {
                self.give_up();
                break;
            }
            let due = self.next_due().unwrap_or_else(Instant::now);
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            self.look_again();
            self.work_off(true);
        }
        let (root, cache) = (&self.layout.root, &mut self.cache);
        for forwarded in self.committer.forward_last(root, cache) {
            self.cache.publish_kept(forwarded);
        }
    }

    /// Says of each edit that still waits that it is not written.
    fn give_up(&mut self) {
        for queued in self.queue.iter_mut().filter(|queued| !queued.failed) {
            queued.failed = true;
            let paths = queued.job.change.paths();
            let path = paths.first().map_or(Path::new("the plan"), |path| path);
            let (ticket, reason) = (queued.job.ticket, in_motion(path));
            (self.cache.publish)(DiskEvent::Failed { ticket, reason });
        }
    }

    /// Marks every change as not tried yet.
    fn reset_failures(&mut self) -> bool {
        self.queue
            .iter_mut()
            .for_each(|queued| queued.failed = false);
        true
    }

    /// When something has to be read again without a request.
    fn next_due(&self) -> Option<Instant> {
        let files = self.cache.files.values();
        let at_rest = together(files.filter_map(|file| file.debounce.due()));
        at_rest
            .into_iter()
            .chain(self.cache.stragglers.next_look())
            .min()
    }

    fn look_again(&mut self) {
        let due: Vec<PathBuf> = (self.cache.files.iter())
            .filter(|(_, file)| file.debounce.due().is_some())
            .map(|(path, _)| path.clone())
            .collect();
        self.look_at(due);
        self.forward_stragglers();
    }

    fn look(&mut self, look: Look) {
        let paths: Vec<PathBuf> = match look {
            Look::Everywhere => return self.look_everywhere(),
            Look::At(paths) => paths.iter().map(|path| self.below(path)).collect(),
        };
        if paths
            .iter()
            .any(|path| !self.cache.files.contains_key(path))
        {
            return self.look_everywhere();
        }
        self.look_at(paths);
    }

    fn look_everywhere(&mut self) {
        let found = discover(&self.options.start, &self.options.overrides);
        // While the log or the whole folder is away, another folder may look like the root; the plan
        // has not moved.
        if found.root == self.layout.root {
            self.layout = found;
        }
        for (path, role) in candidates(&self.layout) {
            self.cache
                .files
                .entry(path)
                .or_insert_with(|| CachedFile::new(role));
        }
        let paths: Vec<PathBuf> = self.cache.files.keys().cloned().collect();
        self.look_at(paths);
        let watched = self.watched();
        if let Some(watch) = &self.watch {
            watch.set(watched);
        }
    }

    fn watched(&self) -> Watched {
        let files = self
            .cache
            .files
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

    /// Reads files, and publishes together all of those that changed.
    fn look_at(&mut self, paths: Vec<PathBuf>) {
        let mut changed = Vec::new();
        for path in paths {
            if self.ending.load(Ordering::Relaxed) {
                return;
            }
            changed.extend(self.changed(path));
        }
        self.cache.publish_changed(changed);
    }

    /// What a file holds, if it changed and the change is trusted.
    fn changed(&mut self, path: PathBuf) -> Option<Changed> {
        let (known, as_of) = self.cache.expects(&path);
        let state = read_since(&self.layout.root.join(&path), &known, as_of);
        let file = self.cache.files.get_mut(&path)?;
        let found = match state {
            Ok(found) => found,
            Err(error) => {
                file.debounce.forget();
                let (role, reason) = (file.role, error.to_string());
                if file.trouble.as_ref() != Some(&reason) {
                    file.trouble = Some(reason.clone());
                    (self.cache.publish)(DiskEvent::Unreadable { path, role, reason });
                }
                return None;
            }
        };
        if file.trouble.take().is_some() {
            (self.cache.publish)(DiskEvent::Readable(path.clone()));
        }
        // What is not at rest is read again when it may be.
        self.cache.update(&path, found, false).ok().flatten()
    }

    /// Writes what waits, in order; what failed before only if it is to be tried `again`.
    /// Behind a change that cannot be written, none is written to the same files. A file that
    /// looks half-written holds everything up.
    fn work_off(&mut self, again: bool) {
        let mut stuck: HashSet<PathBuf> = HashSet::new();
        let mut at = 0;
        while at < self.queue.len() {
            let queued = &self.queue[at];
            let ticket = queued.job.ticket;
            let waits = queued
                .job
                .change
                .paths()
                .iter()
                .any(|path| stuck.contains(*path));
            let outcome = match waits || queued.failed && !again {
                // A file that is to be made would bring its folders back.
                _ if !self.layout.root.is_dir() => {
                    Outcome::Failed("the plan's folder is gone".to_owned())
                }
                true => Outcome::Failed("an earlier edit is not written yet".to_owned()),
                false => {
                    let (root, observer) = (&self.layout.root, &mut self.cache);
                    let known = (&queued.job.hints, Some(&queued.job.event));
                    (self.committer).commit_seen(root, &queued.job.change, known, observer)
                }
            };
            match outcome {
                Outcome::Later => return,
                Outcome::Failed(reason) => {
                    let queued = &mut self.queue[at];
                    stuck.extend(queued.job.change.paths().into_iter().cloned());
                    if !std::mem::replace(&mut queued.failed, true) {
                        (self.cache.publish)(DiskEvent::Failed { ticket, reason });
                    }
                    at += 1;
                }
                Outcome::Saved(remark) => {
                    self.queue.remove(at);
                    (self.cache.publish)(DiskEvent::Saved { ticket, remark });
                }
                Outcome::Conflicts(conflicts) => {
                    let change = self.queue.remove(at).job.change;
                    (self.cache.publish)(DiskEvent::Conflicts { ticket, conflicts });
                    self.cache.publish_again(&change.paths());
                }
            }
        }
    }

    /// Appends to the history. A failure is not reported: the edit itself is on disk.
    fn remember(&self, event: &Event) {
        let _ = self.state.append(HISTORY, event);
    }

    /// Forwards what programs wrote to a file after we had replaced it.
    fn forward_stragglers(&mut self) {
        let (root, cache) = (&self.layout.root, &mut self.cache);
        for forwarded in self.committer.forward_stragglers(root, cache) {
            self.look_at(vec![forwarded.path.clone()]);
            self.cache.publish_kept(forwarded);
        }
    }
}

/// When to read what falls due at these times: together, if they follow each other closely, such
/// as when a checkout removes one file after the other.
fn together(due: impl Iterator<Item = Instant> + Clone) -> Option<Instant> {
    /// None waits longer than this for the others.
    const AT_MOST: Duration = Duration::from_millis(100);
    let first = due.clone().min()?;
    due.filter(|at| *at <= first + AT_MOST).max()
}
