//! Long work of a subcommand: a person at a terminal is told how far it is. Ctrl-C ends it, as
//! it ends any program: nothing is written before the work is done.

use std::io::Write;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// How often it is told.
const EVERY: Duration = Duration::from_millis(100);
/// To the start of the line, and the line away.
const CLEAR: &str = "\r\x1b[K";

/// Does `work`, and once it has taken `patience` writes to `to`, over and over in one line that
/// goes in the end, how many percent of it are done.
pub(super) fn with_patience<T: Send>(
    to: &mut dyn Write,
    patience: Duration,
    (what, percent): (&str, &(dyn Fn() -> usize + Sync)),
    work: impl FnOnce() -> T + Send,
) -> T {
    std::thread::scope(|scope| {
        let (done, wait) = channel();
        let working = scope.spawn(move || {
            let result = work();
            // Whoever waits waits longer than this.
            let _ = done.send(());
            result
        });
        let mut next = patience;
        let mut is_shown = false;
        while wait.recv_timeout(next) == Err(RecvTimeoutError::Timeout) {
            // That somebody cannot be told is no reason not to work.
            let _ = write!(to, "{CLEAR}{what} {}%", percent()).and_then(|()| to.flush());
            (is_shown, next) = (true, EVERY);
        }
        if is_shown {
            let _ = write!(to, "{CLEAR}").and_then(|()| to.flush());
        }
        match working.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::sync_channel;

    use super::*;

    /// Says when it was written to.
    struct Terminal {
        text: Vec<u8>,
        written: std::sync::mpsc::SyncSender<()>,
    }

    impl Write for Terminal {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.text.extend_from_slice(bytes);
            let _ = self.written.try_send(());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn who_waits_is_told_and_the_line_goes_in_the_end() {
        let (written, told) = sync_channel(0);
        let mut terminal = Terminal {
            text: Vec::new(),
            written,
        };
        let percent = AtomicUsize::new(40);
        let at = || percent.load(Ordering::Relaxed);
        let work = move || told.recv().is_ok();
        let patience = Duration::ZERO;
        assert!(with_patience(
            &mut terminal,
            patience,
            ("checking", &at),
            work
        ));
        let text = String::from_utf8(terminal.text).unwrap();
        assert!(text.starts_with("\r\u{1b}[Kchecking 40%"), "{text:?}");
        assert!(text.ends_with(CLEAR), "{text:?}");
    }

    #[test]
    fn short_work_says_nothing() {
        let mut silent = Vec::new();
        let patience = Duration::from_secs(3600);
        assert_eq!(
            with_patience(&mut silent, patience, ("opening", &|| 0), || 7),
            7
        );
        assert!(silent.is_empty());
    }
}
