//! Signals as something to look at: flags, and a socket that wakes the reader.
//!
//! A handler only sets a flag and writes one byte. After [`Signals::restore_defaults`] each signal
//! has its ordinary effect again.

use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::{flag, low_level};

/// Which signals have come since the last look.
#[derive(Debug)]
pub(super) struct Signals {
    caught: [(i32, Arc<AtomicBool>); 7],
    /// Once true, signals take their default action.
    default: Arc<AtomicBool>,
    woken: UnixStream,
    waker: UnixStream,
}

impl Signals {
    /// Starts catching.
    pub(super) fn catch() -> io::Result<Signals> {
        let (woken, waker) = UnixStream::pair()?;
        woken.set_nonblocking(true)?;
        waker.set_nonblocking(true)?;
        let default = Arc::new(AtomicBool::new(false));
        let all = [SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH];
        let caught = all.map(|signal| (signal, Arc::new(AtomicBool::new(false))));
        for (signal, came) in &caught {
            flag::register_conditional_default(*signal, Arc::clone(&default))?;
            // In this order: whoever is woken finds the flag set.
            flag::register(*signal, Arc::clone(came))?;
            low_level::pipe::register(*signal, waker.try_clone()?)?;
        }
        Ok(Signals {
            caught,
            default,
            woken,
            waker,
        })
    }

    /// Whether the signal has come since it was asked about last.
    pub(super) fn take(&self, signal: i32) -> bool {
        self.caught
            .iter()
            .any(|(s, came)| *s == signal && came.swap(false, Ordering::SeqCst))
    }

    /// What becomes readable when a signal comes or the waker is used.
    pub(super) fn woken(&self) -> &UnixStream {
        &self.woken
    }

    /// Wakes whoever polls [`Signals::woken`].
    pub(super) fn waker(&self) -> io::Result<UnixStream> {
        self.waker.try_clone()
    }

    /// Empties the socket. Look at the flags afterwards, not before.
    pub(super) fn drain(&self) {
        let mut buffer = [0; 64];
        while matches!((&self.woken).read(&mut buffer), Ok(1..)) {}
    }

    fn restore_defaults(&self) {
        self.default.store(true, Ordering::SeqCst);
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        self.restore_defaults();
    }
}
