//! How far a long piece of work is, and the wish that it end: shared between whoever does it
//! and whoever waits for it.
//!
//! It decides nothing by itself. The work asks now and then whether it is still wanted, and
//! answers nothing where it is not.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Work counted in whatever the work chooses: bytes, steps.
#[derive(Debug, Default)]
pub struct Progress {
    stopped: AtomicBool,
    done: AtomicUsize,
    total: AtomicUsize,
}

impl Progress {
    /// Asks the work to end without a result.
    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// Whether the work is to end.
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// The part that is done, in percent; 0 as long as nobody knows how much there is to do.
    pub(crate) fn percent(&self) -> usize {
        let (done, total) = self.seen();
        (done * 100).checked_div(total).unwrap_or(0)
    }

    /// How much is done, and of how much: 0 of 0 as long as nobody knows, equal at the end.
    pub(crate) fn seen(&self) -> (usize, usize) {
        let total = self.total.load(Ordering::Relaxed);
        (self.done.load(Ordering::Relaxed).min(total), total)
    }

    /// Says how much there is to do.
    pub(crate) fn expect(&self, total: usize) {
        self.done.store(0, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
    }

    /// Says that all is done.
    pub(crate) fn finish(&self) {
        let total = self.total.load(Ordering::Relaxed);
        self.done.store(total, Ordering::Relaxed);
    }

    /// Says that so much more is done.
    pub(crate) fn advance(&self, more: usize) {
        self.done.fetch_add(more, Ordering::Relaxed);
    }

    /// For one thread of the work, which tells how far it is.
    pub(crate) fn strides(&self) -> Strides<'_> {
        Strides {
            progress: self,
            untold: 0,
        }
    }
}

/// Counts on one thread and tells the others now and then.
pub(crate) struct Strides<'a> {
    progress: &'a Progress,
    untold: usize,
}

impl Strides<'_> {
    /// After so many steps it is told, and asked whether to go on.
    const LENGTH: usize = 1_024;

    /// Says that more is done; answers whether to go on.
    pub(crate) fn add(&mut self, more: usize) -> bool {
        self.untold += more;
        self.untold < Self::LENGTH || self.tell()
    }

    /// Says that this thread's part is done; answers whether to go on.
    pub(crate) fn end(mut self) -> bool {
        self.tell()
    }

    fn tell(&mut self) -> bool {
        let done = std::mem::take(&mut self.untold);
        self.progress.advance(done);
        !self.progress.is_stopped()
    }
}
