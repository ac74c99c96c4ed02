//! Notices that something may have changed, and says only where to look.
//!
//! Notifications come from folders, never from files, whose watches end at the first save by
//! rename. Once a second the [`poll`](super::poll) checks as well, a few files in turn; it alone
//! remains where notifications fail, and then checks all it can. No bytes are read here and nothing is compared: a look may find nothing,
//! but no change goes without one. Bursts become one look.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

use notify::event::{AccessKind, AccessMode, CreateKind, EventKind, ModifyKind, RemoveKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};

use crate::store::watch::poll::{
    AT_ONCE, BESIDE_NOTIFICATIONS, Poll, Watched, extensions, has_extension_of,
};

/// A burst ends when nothing came for this long.
const QUIET: Duration = Duration::from_millis(15);
/// A burst that does not end is reported this often.
const LONGEST_BURST: Duration = Duration::from_millis(100);
/// Looking at everything is expensive: at most this often.
const EVERYTHING_GAP: Duration = Duration::from_millis(250);
/// More single paths than this are everything.
const MOST_PATHS: usize = 1_000;
/// How often is polled.
const TICK: Duration = Duration::from_secs(1);
/// While notifications fail, they are tried again every so many ticks.
const RETRY_TICKS: u32 = 30;

/// Where something may have changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Look {
    /// At these files and folders. A folder stands for the list of what is in it.
    At(BTreeSet<PathBuf>),
    /// Everywhere: find all files again and read them.
    Everywhere,
}

/// How changes are noticed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Mode {
    /// At once, by notifications.
    Sync,
    /// Within about a second, by polling.
    Polling {
        /// Why, and what would help.
        reason: String,
    },
}

/// What a watch reports.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Report {
    /// Look there. The first one, right after the start, says everywhere.
    Look(Look),
    /// The mode is this one now; reported at the start and when it changes.
    Mode(Mode),
}

/// A running watch. Dropping it stops it; no report comes after that.
pub struct Watch {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    /// Watches, and calls `report` from a thread of its own.
    ///
    /// # Errors
    /// When the thread cannot be started. Failing notifications are a [`Mode`].
    pub fn start(
        watched: Watched,
        report: impl FnMut(Report) + Send + 'static,
    ) -> io::Result<Self> {
        Self::start_with(watched, report, Box::new(notifications))
    }

    fn start_with(
        watched: Watched,
        report: impl FnMut(Report) + Send + 'static,
        make: MakeNotifier,
    ) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        shared.lock().watched = Some(watched);
        let mut watching = WatchThread {
            shared: shared.clone(),
            report: Box::new(report),
            alarm: Alarm {
                make,
                notifier: None,
                trouble: None,
            },
            poll: None,
            mode: None,
            last_everywhere: None,
            ticks: 0,
        };
        let thread = std::thread::Builder::new()
            .name("watch".to_owned())
            .spawn(move || watching.run())?;
        Ok(Self {
            shared,
            thread: Some(thread),
        })
    }

    /// Watches these from now on. Reports to look at files that were not watched before.
    pub fn set(&self, watched: Watched) {
        self.shared.lock().watched = Some(watched);
        self.shared.wake.notify_all();
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.shared.lock().stop = true;
        self.shared.wake.notify_all();
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != std::thread::current().id()
        {
            // It panicked only if the receiver of reports did, which is reported elsewhere.
            let _ = thread.join();
        }
    }
}

/// What notifications leave for the watch's thread.
#[derive(Default)]
struct Shared {
    pending: Mutex<Pending>,
    wake: Condvar,
}

#[derive(Default)]
struct Pending {
    paths: BTreeSet<PathBuf>,
    everywhere: bool,
    /// When the current burst began and last grew.
    burst: Option<(Instant, Instant)>,
    /// Files that matter whatever their names are like.
    files: BTreeSet<PathBuf>,
    /// The extensions of others that may.
    extensions: BTreeSet<OsString>,
    watched: Option<Watched>,
    stop: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Pending> {
        // The data is a set of hints: as good after a panic as before.
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of a notification.
    fn notice(&self, event: notify::Result<notify::Event>) {
        let mut pending = self.lock();
        match event {
            Ok(event) if event.need_rescan() => pending.everywhere = true,
            Ok(event) => {
                let paths = event.paths.into_iter();
                let paths: Vec<PathBuf> = paths
                    .filter(|path| pending.wants(&event.kind, path))
                    .collect();
                if paths.is_empty() {
                    return;
                }
                pending.add(paths);
            }
            Err(_) => pending.everywhere = true,
        }
        let now = Instant::now();
        let begun = pending.burst.map_or(now, |(begun, _)| begun);
        pending.burst = Some((begun, now));
        drop(pending);
        self.wake.notify_all();
    }
}

impl Pending {
    fn wants(&self, kind: &EventKind, path: &Path) -> bool {
        if self.files.contains(path) {
            return is_change(kind);
        }
        let name = path.file_name().unwrap_or_default();
        !name.as_bytes().starts_with(b".")
            && is_change(kind)
            && (has_extension_of(&self.extensions, path) || may_be_folder(kind))
    }

    fn add(&mut self, paths: Vec<PathBuf>) {
        if !self.everywhere {
            self.paths.extend(paths);
        }
        if self.paths.len() > MOST_PATHS {
            self.everywhere = true;
            self.paths.clear();
        }
    }
}

/// Reading is not a change; our own reading would otherwise never end.
fn is_change(kind: &EventKind) -> bool {
    match kind {
        EventKind::Access(kind) => *kind == AccessKind::Close(AccessMode::Write),
        _ => true,
    }
}

fn may_be_folder(kind: &EventKind) -> bool {
    match kind {
        EventKind::Create(kind) => *kind != CreateKind::File,
        EventKind::Remove(kind) => *kind != RemoveKind::File,
        EventKind::Modify(kind) => matches!(kind, ModifyKind::Name(_) | ModifyKind::Any),
        EventKind::Access(_) => false,
        EventKind::Any | EventKind::Other => true,
    }
}

/// Where notifications come from.
trait Notifier: Send {
    /// Asks for notifications about the entries of `folder`, again if it was another one before.
    fn arm(&mut self, folder: &Path) -> Result<(), String>;
    /// Asks for none about `folder` any more.
    fn disarm(&mut self, folder: &Path);
}

type MakeNotifier = Box<dyn FnMut(Arc<Shared>) -> Result<Box<dyn Notifier>, String> + Send>;

fn notifications(shared: Arc<Shared>) -> Result<Box<dyn Notifier>, String> {
    match notify::recommended_watcher(move |event| shared.notice(event)) {
        Ok(watcher) => Ok(Box::new(watcher)),
        Err(error) => Err(reason(&error)),
    }
}

impl Notifier for RecommendedWatcher {
    fn arm(&mut self, folder: &Path) -> Result<(), String> {
        match self.watch(folder, RecursiveMode::NonRecursive) {
            // Gone again: its parent, or polling, notices when it is back.
            Err(_) if !folder.exists() => Ok(()),
            result => result.map_err(|error| reason(&error)),
        }
    }

    fn disarm(&mut self, folder: &Path) {
        // It fails when the folder is gone, and its watch with it.
        let _ = self.unwatch(folder);
    }
}

fn reason(error: &notify::Error) -> String {
    match error.kind {
        notify::ErrorKind::MaxFilesWatch => {
            "the system's inotify watches are used up: raise fs.inotify.max_user_watches".to_owned()
        }
        _ => format!("file notifications do not work here ({error})"),
    }
}

/// The notifier, and what went wrong with it.
struct Alarm {
    make: MakeNotifier,
    notifier: Option<Box<dyn Notifier>>,
    trouble: Option<String>,
}

impl Alarm {
    fn revive(&mut self, shared: &Arc<Shared>) {
        self.trouble = None;
        if self.notifier.is_none() {
            match (self.make)(shared.clone()) {
                Ok(notifier) => self.notifier = Some(notifier),
                Err(reason) => self.trouble = Some(reason),
            }
        }
    }

    fn arm(&mut self, folder: &Path) {
        if let Some(notifier) = &mut self.notifier
            && let Err(reason) = notifier.arm(folder)
        {
            self.trouble = Some(reason);
        }
    }

    fn disarm(&mut self, folder: &Path) {
        if let Some(notifier) = &mut self.notifier {
            notifier.disarm(folder);
        }
    }
}

/// The watch's thread.
struct WatchThread {
    shared: Arc<Shared>,
    report: Box<dyn FnMut(Report) + Send>,
    alarm: Alarm,
    poll: Option<Poll>,
    mode: Option<Mode>,
    last_everywhere: Option<Instant>,
    ticks: u32,
}

/// Why the thread woke.
enum Wake {
    Stop,
    Set(Watched),
    Everywhere,
    Paths(BTreeSet<PathBuf>),
    Tick,
}

impl WatchThread {
    fn run(&mut self) {
        let mut next_tick = Instant::now() + TICK;
        loop {
            match self.wait(next_tick) {
                Wake::Stop => return,
                Wake::Set(watched) => self.set(&watched),
                Wake::Everywhere => self.look_everywhere(),
                Wake::Paths(paths) => self.look_at(paths),
                Wake::Tick => {
                    self.tick();
                    next_tick = Instant::now() + TICK;
                }
            }
            self.report_mode();
        }
    }

    /// Sleeps until there is something to do.
    fn wait(&self, next_tick: Instant) -> Wake {
        let mut pending = self.shared.lock();
        loop {
            if pending.stop {
                return Wake::Stop;
            }
            if let Some(watched) = pending.watched.take() {
                return Wake::Set(watched);
            }
            let now = Instant::now();
            let due = self.due(&pending);
            if due.is_some_and(|due| due <= now) {
                pending.burst = None;
                let paths = std::mem::take(&mut pending.paths);
                if std::mem::take(&mut pending.everywhere) {
                    return Wake::Everywhere;
                }
                return Wake::Paths(paths);
            }
            if next_tick <= now {
                return Wake::Tick;
            }
            let until = due.map_or(next_tick, |due| due.min(next_tick));
            let waited = self.shared.wake.wait_timeout(pending, until - now);
            pending = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// When the current burst is to be reported.
    fn due(&self, pending: &Pending) -> Option<Instant> {
        let (begun, moved) = pending.burst?;
        let due = (moved + QUIET).min(begun + LONGEST_BURST);
        match self.last_everywhere {
            Some(last) if pending.everywhere => Some(due.max(last + EVERYTHING_GAP)),
            _ => Some(due),
        }
    }

    fn set(&mut self, watched: &Watched) {
        self.alarm.revive(&self.shared);
        let files: BTreeSet<PathBuf> = watched.files.iter().cloned().collect();
        let mut pending = self.shared.lock();
        pending.extensions = extensions(&watched.files);
        let former = std::mem::replace(&mut pending.files, files.clone());
        drop(pending);
        let alarm = &mut self.alarm;
        let mut poll = Poll::new(watched, SystemTime::now(), &mut |folder| alarm.arm(folder));
        let Some(mut old) = self.poll.take() else {
            self.poll = Some(poll);
            self.report_look(Look::Everywhere);
            return;
        };
        let mut look = old.tick(SystemTime::now(), AT_ONCE, &mut |_| {});
        poll.inherit(&old);
        self.poll = Some(poll);
        let now: BTreeSet<&Path> = self.poll.iter().flat_map(Poll::folders).collect();
        for folder in old.folders().filter(|folder| !now.contains(folder)) {
            self.alarm.disarm(folder);
        }
        // They may have changed since they were read and before they were watched.
        look.extend(files.difference(&former).cloned());
        if !look.is_empty() {
            self.report_look(Look::At(look));
        }
    }

    fn look_everywhere(&mut self) {
        let alarm = &mut self.alarm;
        if let Some(poll) = &mut self.poll {
            poll.relist(SystemTime::now(), &mut |folder| alarm.arm(folder));
        }
        self.report_look(Look::Everywhere);
    }

    fn look_at(&mut self, mut paths: BTreeSet<PathBuf>) {
        let alarm = &mut self.alarm;
        if let Some(poll) = &mut self.poll {
            paths.retain(|path| poll.is_relevant(path));
            for path in &paths {
                // The stamp comes before the report: what changes afterwards moves it again.
                poll.note(path, SystemTime::now(), &mut |folder| alarm.arm(folder));
            }
        }
        if !paths.is_empty() {
            self.report_look(Look::At(paths));
        }
    }

    fn tick(&mut self) {
        self.ticks = self.ticks.wrapping_add(1);
        if self.alarm.trouble.is_some() && self.ticks.is_multiple_of(RETRY_TICKS) {
            self.alarm.revive(&self.shared);
            self.look_everywhere();
            return;
        }
        let alarm = &mut self.alarm;
        let most = match alarm.trouble {
            None => BESIDE_NOTIFICATIONS,
            Some(_) => AT_ONCE,
        };
        let moved = self
            .poll
            .as_mut()
            .map(|poll| poll.tick(SystemTime::now(), most, &mut |folder| alarm.arm(folder)));
        match moved {
            Some(moved) if !moved.is_empty() => self.report_look(Look::At(moved)),
            _ => {}
        }
    }

    fn report_look(&mut self, look: Look) {
        if look == Look::Everywhere {
            self.last_everywhere = Some(Instant::now());
        }
        (self.report)(Report::Look(look));
    }

    fn report_mode(&mut self) {
        let mode = match &self.alarm.trouble {
            None => Mode::Sync,
            Some(trouble) => Mode::Polling {
                reason: trouble.clone(),
            },
        };
        if self.mode.as_ref() != Some(&mode) {
            self.mode = Some(mode.clone());
            (self.report)(Report::Mode(mode));
        }
    }
}

#[cfg(test)]
mod tests;
