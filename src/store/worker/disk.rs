//! The handle of the file thread: it starts the thread, passes requests on, and waits for its end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

use super::protocol::{DiskEvent, PrivateDocument, Request, SaveJob, WorkerOptions};
use super::thread::Worker;
use crate::change::history::Event;
use crate::document::parallel::leave_a_core;
use crate::store::fs::syscalls::{FileSystem, RealFs};
use crate::store::locate::open::Opened;
use crate::store::watch::watcher::{Look, Report};

/// A running file thread. Dropping it finishes the saves that are under way, and ends looks.
pub struct Disk {
    requests: Sender<Request>,
    ending: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl std::fmt::Debug for Disk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Disk").finish_non_exhaustive()
    }
}

impl Disk {
    /// Starts the thread for an opened plan, which it takes over: nobody else keeps alive what was
    /// read when others rewrite it. It calls `publish` with every event.
    pub fn start(
        options: WorkerOptions,
        opened: Opened,
        publish: impl FnMut(DiskEvent) + Send + 'static,
    ) -> Self {
        Self::over(RealFs, options, opened, publish)
    }

    /// The same, writing to another file system, such as one that is slow on purpose.
    pub(crate) fn over(
        fs: impl FileSystem + 'static,
        options: WorkerOptions,
        opened: Opened,
        publish: impl FnMut(DiskEvent) + Send + 'static,
    ) -> Self {
        let (requests, inbox) = channel();
        let ending = Arc::new(AtomicBool::new(false));
        let mut worker = Worker::new(fs, options, opened, publish, ending.clone());
        let reports = requests.clone();
        let thread = std::thread::Builder::new()
            .name("disk".to_owned())
            .spawn(move || {
                leave_a_core();
                worker.begin(reports);
                worker.run(&inbox);
            })
            .ok();
        Self {
            requests,
            ending,
            thread,
        }
    }

    /// Writes a change as soon as those before it are written. What could not be written
    /// earlier is tried again first, so that the order of edits holds.
    pub fn save(&self, job: SaveJob) {
        self.request(Request::Save(job));
    }

    /// Adds to the history that outlives the program.
    pub(crate) fn remember(&self, event: Event) {
        self.request(Request::Remember(event));
    }

    /// Keeps a private document under this name, or removes it, and the record of the same
    /// name with it.
    pub(crate) fn keep(&self, name: String, document: Option<PrivateDocument>) {
        self.request(Request::Keep { name, document });
    }

    /// Adds a line to the record of this name.
    pub(crate) fn keep_more(&self, name: String, line: serde_json::Value) {
        self.request(Request::KeepMore { name, line });
    }

    /// Tries again to write what could not be written.
    pub(crate) fn retry(&self) {
        self.request(Request::Retry);
    }

    /// Looks at every file of the plan, whether or not anything was noticed.
    pub(crate) fn look_again(&self) {
        self.request(Request::Report(Report::Look(Look::Everywhere)));
    }

    /// Drops a change that could not be written: it was undone.
    pub(crate) fn forget(&self, ticket: u64) {
        self.request(Request::Forget { ticket });
    }

    /// Lets the thread finish by itself, for somebody who ends the process without waiting for the
    /// disk.
    pub(crate) fn abandon(mut self) {
        self.thread = None;
    }

    fn request(&self, request: Request) {
        // The thread ends only when this value is dropped.
        let _ = self.requests.send(request);
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        self.ending.store(true, Ordering::Relaxed);
        let _ = self.requests.send(Request::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::RecvTimeoutError;
    use std::time::Duration;

    use super::*;
    use crate::document::rope::Piece;
    use crate::store::locate::discover::Overrides;
    use crate::store::locate::open::open;

    /// What was read at first went on living on the stack of whoever started the thread: from the
    /// first rewrite on a long log was in memory twice.
    #[test]
    fn nothing_holds_a_version_that_others_replaced() {
        let (folder, state) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let log = folder.path().join("data/plans/plan.jsonl");
        std::fs::create_dir_all(log.parent().unwrap()).unwrap();
        std::fs::write(&log, "{\"step_id\":\"0001\"}\n").unwrap();
        let opened = open(folder.path(), &Overrides::default());
        let rope = opened.files[0].document.rope();
        let [Piece::Text(former)] = rope.pieces() else {
            panic!("{:?}", rope.pieces());
        };
        let former = Arc::downgrade(former);
        drop(rope);
        let options = WorkerOptions {
            start: folder.path().to_owned(),
            overrides: Overrides::default(),
            state: state.path().to_owned(),
            read_only: false,
        };
        let (sender, events) = channel();
        let _disk = Disk::start(options, opened, move |event| {
            let _ = sender.send(event);
        });
        let new = log.with_extension("new");
        std::fs::write(&new, "{\"step_id\":\"0002\"}\n").unwrap();
        std::fs::rename(&new, &log).unwrap();
        loop {
            match events.recv_timeout(Duration::from_secs(60)) {
                Ok(DiskEvent::Changed(_)) => break,
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    panic!("the change was not noticed")
                }
            }
        }
        assert_eq!(former.strong_count(), 0);
    }
}
