//! A program that runs beside the keys for a command of one's own: begun, read from, and ended.
//!
//! Like every program that is left alone (`detached`) it has a session of its own, without our
//! terminal and with nothing to read, so that it takes no key and draws nothing. What it prints
//! goes through one pipe, in the order in which it was printed, and waits there while the loop has
//! enough of it: a program that floods is slowed down and never fills the memory.

use std::io::{self, Read};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, ExitStatus, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, kill_process, kill_process_group, waitid,
};

use super::cockpit::Event;
use super::detached::through;
use crate::app::own::programs::{Ended, ProgramRun};

/// So many bytes wait for the loop at the most.
const MOST_WAITING: usize = 256 << 10;
/// How often the loop is told at the most that there is more.
const TOLD_EVERY: Duration = Duration::from_millis(20);
/// What a program left running may hold its output open: for so long it is waited for.
const LEFT_OPEN: Duration = Duration::from_millis(300);
/// A program that was asked to end, and did not by then, is made to.
const ENDING: Duration = Duration::from_secs(3);

/// A program that runs.
pub(super) struct Running {
    serial: u64,
    shared: Arc<Shared>,
}

/// What the loop and the threads of a program share.
#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    taken: Condvar,
}

#[derive(Default)]
struct State {
    /// What was printed and not taken yet.
    printed: Vec<u8>,
    /// Whether the loop was told of it.
    is_told: bool,
    /// Whether nobody takes anything any more.
    is_closed: bool,
    /// The process, until it has ended.
    process: Option<Pid>,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // What it holds is as good after a panic as before.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a signal to the program and all that it started, if it still runs.
    fn signal(&self, signal: Signal) {
        let state = self.lock();
        if let Some(process) = state.process
            // Right after its start it leads no group yet.
            && kill_process_group(process, signal).is_err()
        {
            let _ = kill_process(process, signal);
        }
    }
}

impl Running {
    /// Begins a program through `own`, which is this program. What it prints and how it ends are
    /// events; one that cannot be begun has ended.
    pub(super) fn start(run: &ProgramRun, own: &Path, sender: Sender<Event>) -> Self {
        let shared = Arc::new(Shared::default());
        let serial = run.serial;
        match begin(run, own) {
            Ok((child, output)) => {
                shared.lock().process = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
                attend(child, output, serial, &shared, sender);
            }
            Err(error) => {
                let ended = Ended::NotStarted(error.to_string());
                // Nobody hears it when the cockpit is being left.
                let _ = sender.send(Event::ProgramEnded(serial, ended));
            }
        }
        Self { serial, shared }
    }

    /// Which run it is.
    pub(super) fn serial(&self) -> u64 {
        self.serial
    }

    /// What it printed since the last time, whole letters only.
    pub(super) fn take(&self) -> String {
        let mut state = self.shared.lock();
        state.is_told = false;
        let end = whole(&state.printed);
        let rest = state.printed.split_off(end);
        let printed = std::mem::replace(&mut state.printed, rest);
        drop(state);
        self.shared.taken.notify_all();
        String::from_utf8_lossy(&printed).into_owned()
    }

    /// Asks it to end; makes it end if it does not.
    pub(super) fn stop(&self) {
        self.shared.signal(Signal::TERM);
        let shared = self.shared.clone();
        std::thread::spawn(move || {
            std::thread::sleep(ENDING);
            shared.signal(Signal::KILL);
        });
    }
}

impl Drop for Running {
    /// Whoever runs the next one, or leaves, waits for nothing that this one prints.
    fn drop(&mut self) {
        self.shared.lock().is_closed = true;
        self.shared.taken.notify_all();
    }
}

/// How many bytes are whole letters: the last one may still be on its way.
fn whole(bytes: &[u8]) -> usize {
    let from = bytes.len().saturating_sub(3);
    let tail = &bytes[from..];
    // A byte that begins a letter of more bytes than there are.
    let begun = tail
        .iter()
        .rposition(|byte| byte & 0b1100_0000 == 0b1100_0000);
    match begun {
        Some(at) if tail.len() - at < tail[at].leading_ones() as usize => from + at,
        _ => bytes.len(),
    }
}

fn begin(run: &ProgramRun, own: &Path) -> io::Result<(Child, io::PipeReader)> {
    let (output, printed) = io::pipe()?;
    let mut command = through(own, &run.program);
    command
        .args(&run.arguments)
        .current_dir(&run.folder)
        .stdin(Stdio::null())
        .stdout(printed.try_clone()?)
        .stderr(printed);
    for (name, value) in &run.variables {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    Ok((command.spawn()?, output))
}

/// Reads what a program prints and waits for its end, each on a thread.
fn attend(
    mut child: Child,
    mut output: io::PipeReader,
    serial: u64,
    shared: &Arc<Shared>,
    sender: Sender<Event>,
) {
    let (read_out, is_read_out) = channel::<()>();
    let (reading, told) = (shared.clone(), sender.clone());
    std::thread::spawn(move || {
        let mut chunk = vec![0; 32 << 10];
        while let Ok(count @ 1..) = output.read(&mut chunk) {
            if !reading.take_in(&chunk[..count], || {
                let _ = told.send(Event::Printed(serial));
            }) {
                break;
            }
        }
        drop(read_out);
    });
    let waiting = shared.clone();
    std::thread::spawn(move || {
        // Not collected yet, so that its number cannot be another program's when it is signalled.
        let process = waiting.lock().process;
        if let Some(process) = process {
            let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
            let wait = || waitid(WaitId::Pid(process), options);
            while matches!(wait(), Err(rustix::io::Errno::INTR)) {}
        }
        waiting.lock().process = None;
        let ended = child
            .wait()
            .map_or_else(|error| Ended::NotStarted(error.to_string()), Ended::from);
        // All that it printed comes before its end, unless what it left running prints on.
        let _ = is_read_out.recv_timeout(LEFT_OPEN);
        let _ = sender.send(Event::ProgramEnded(serial, ended));
    });
}

impl Shared {
    /// Takes in what was printed, when there is room for it, and has the loop told. Answers
    /// whether anybody wants more.
    fn take_in(&self, printed: &[u8], tell: impl FnOnce()) -> bool {
        let mut state = self.lock();
        while state.printed.len() > MOST_WAITING && !state.is_closed {
            state = self
                .taken
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        if state.is_closed {
            return false;
        }
        state.printed.extend_from_slice(printed);
        let is_told = std::mem::replace(&mut state.is_told, true);
        drop(state);
        if !is_told {
            tell();
            std::thread::sleep(TOLD_EVERY);
        }
        true
    }
}

impl From<ExitStatus> for Ended {
    fn from(status: ExitStatus) -> Self {
        match (status.code(), status.signal()) {
            (Some(code), _) => Self::Code(code),
            (None, signal) => Self::Signal(signal.unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_taken_when_all_of_it_is_there() {
        for (bytes, taken) in [
            (&b""[..], 0),
            (b"ab", 2),
            ("aé".as_bytes(), 3),
            (&"aé".as_bytes()[..2], 1),
            (&"设".as_bytes()[..2], 0),
            (&"🙂".as_bytes()[..3], 0),
            ("🙂".as_bytes(), 4),
            // What is no letter is not waited for.
            (b"a\xff\xff\xff", 4),
            (b"\x80\x80\x80\x80", 4),
        ] {
            let at = whole(bytes);
            assert!(at == taken || bytes.ends_with(b"\xff"), "{bytes:?} {at}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_is_lost_between_two_takings(text in "[a-c设é🙂]{0,30}", cut in 0usize..90) {
            let bytes = text.as_bytes();
            let cut = cut.min(bytes.len());
            let running = Running { serial: 1, shared: Arc::default() };
            running.shared.lock().printed.extend(&bytes[..cut]);
            let first = running.take();
            running.shared.lock().printed.extend(&bytes[cut..]);
            proptest::prop_assert_eq!(first + &running.take(), text);
        }
    }
}
