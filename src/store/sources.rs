//! Where indicators have their values from: files below the plan's root, and programs that a person
//! named in a configuration of their own.
//!
//! A table of the canon is somebody else's text. A file that it names is opened as a link's is; a
//! program only if the person asked for that, and never what the table says but what their own
//! `[sources]` has under that name.

use std::collections::BTreeMap;
use std::io::Read;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::fs::inside::{NotInside, file_inside};
use super::fs::read::open_nonblocking;
use super::locate::config::Located;
use super::locate::config::commands::CommandLine;
use crate::plan::link;
use crate::record::scorecard::source::value_in;
use crate::report::desk::NoValue;

/// Programs by the names that a person gave them.
pub(crate) type Sources = BTreeMap<String, Located<CommandLine>>;

/// A file with more bytes is no source of a value.
const LARGEST: u64 = 1 << 20;
/// How long a program may take.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// The value in a file below the root; a column or key of it may be named behind a `#`.
///
/// # Errors
/// Why there is none.
pub(crate) fn value_of_file(root: &Path, source: &str) -> Result<String, NoValue> {
    let failed = |reason: &str| Err(NoValue::Failed(reason.to_owned()));
    if link::is_address(source) {
        return failed("is an address, and nothing is fetched");
    }
    let (path, part) = match source.split_once('#') {
        Some((path, part)) => (path, Some(part)),
        None => (source, None),
    };
    let Some(path) = link::file_of(path) else {
        return failed("leads out of the plan");
    };
    let found = match file_inside(root, &path) {
        Ok(found) => found,
        Err(NotInside::Outside) => return failed("leads out of the plan"),
        Err(NotInside::NotAFile) => return failed("is not a file"),
        Err(error) if error.is_missing() => return failed("is not there"),
        Err(NotInside::Unreadable(error)) => return failed(&format!("cannot be read: {error}")),
    };
    let mut bytes = Vec::new();
    let read = open_nonblocking(&found).and_then(|file| {
        // It may be another one by now.
        match file.metadata()?.is_file() {
            true => file.take(LARGEST + 1).read_to_end(&mut bytes),
            false => Err(std::io::ErrorKind::InvalidInput.into()),
        }
    });
    match read {
        Err(error) => failed(&format!("cannot be read: {error}")),
        Ok(read) if read as u64 > LARGEST => failed("is larger than 1 MiB"),
        Ok(_) => value_in(&String::from_utf8_lossy(&bytes), part).map_err(NoValue::Failed),
    }
}

/// The value that a program prints, run at the root; nothing is run where there are no `sources`.
///
/// # Errors
/// Why there is none.
pub(crate) fn value_of_program(
    root: &Path,
    name: &str,
    sources: Option<&Sources>,
) -> Result<String, NoValue> {
    let sources = sources.ok_or(NoValue::NotRun)?;
    let Some(line) = sources.get(name) else {
        let reason = "is not in [sources] of your configuration";
        return Err(NoValue::Failed(reason.to_owned()));
    };
    let words = match &line.value {
        CommandLine::Words(words) => Some(words.clone()),
        CommandLine::Text(text) => shlex::split(text),
    };
    let words = words.filter(|words| words.first().is_some_and(|program| !program.is_empty()));
    let Some(words) = words else {
        return Err(NoValue::Failed("names no program".to_owned()));
    };
    let printed = printed(root, &words, TIME_LIMIT).map_err(NoValue::Failed)?;
    value_in(&printed, None).map_err(NoValue::Failed)
}

/// What a program prints that ends well within this time.
fn printed(folder: &Path, words: &[String], limit: Duration) -> Result<String, String> {
    let until = Instant::now() + limit;
    let mut child = Command::new(&words[0])
        .args(&words[1..])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .map_err(|error| format!("could not be started: {error}"))?;
    let (sender, receiver) = mpsc::channel();
    let stdout = read_aside(child.stdout.take(), sender.clone());
    let stderr = read_aside(child.stderr.take(), sender);
    for _ in 0..2 {
        let left = until.saturating_duration_since(Instant::now());
        if receiver.recv_timeout(left) == Err(RecvTimeoutError::Timeout) {
            end(&mut child);
            let seconds = limit.as_secs();
            return Err(format!("took longer than {seconds} s and was stopped"));
        }
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    let [stdout, stderr] = [stdout, stderr].map(|pipe| pipe.join().unwrap_or_default());
    if status.success() {
        return Ok(stdout);
    }
    let said = stderr.lines().rfind(|line| !line.trim().is_empty());
    let said = said.map_or_else(String::new, |said| format!(": {}", said.trim()));
    Err(format!("failed ({status}){said}"))
}

/// Ends a program with all that it started.
fn end(child: &mut Child) {
    let group = rustix::process::Pid::from_child(child);
    // One that has ended already is what is wanted.
    let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    let _ = child.wait();
}

/// Reads a pipe to its end, or as far as a value can be; `ended` hears of that.
fn read_aside(
    pipe: Option<impl Read + Send + 'static>,
    ended: mpsc::Sender<()>,
) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(pipe) = pipe {
            // What broke off is as good as an end: the exit status tells more.
            let _ = pipe.take(LARGEST).read_to_end(&mut bytes);
        }
        let _ = ended.send(());
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::source::Location;

    fn words(all: &[&str]) -> Vec<String> {
        all.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_file_is_read_only_below_the_root() {
        let outer = tempfile::TempDir::new().unwrap();
        let root = outer.path().join("plan");
        std::fs::create_dir_all(root.join("data")).unwrap();
        std::fs::write(root.join("data/a.csv"), "week,rate\n47,41 %\n").unwrap();
        std::fs::write(outer.path().join("secret.txt"), "7\n").unwrap();
        std::os::unix::fs::symlink(outer.path().join("secret.txt"), root.join("out.txt")).unwrap();
        let large = "1".repeat(LARGEST as usize + 1);
        std::fs::write(root.join("large.txt"), large).unwrap();
        let value = |source: &str| match value_of_file(&root, source) {
            Ok(value) => value,
            Err(NoValue::Failed(reason)) => format!("! {reason}"),
            Err(NoValue::NotRun) => panic!(),
        };
        assert_eq!(value("data/a.csv"), "41 %");
        assert_eq!(value("./data/a.csv#rate"), "41 %");
        for (source, reason) in [
            ("out.txt", "! leads out of the plan"),
            ("../secret.txt", "! leads out of the plan"),
            (
                "https://example.org/a",
                "! is an address, and nothing is fetched",
            ),
            ("data", "! is not a file"),
            ("data/b.csv", "! is not there"),
            ("large.txt", "! is larger than 1 MiB"),
            ("data/a.csv#x", "! has no column “x”"),
        ] {
            assert_eq!(value(source), reason, "{source}");
        }
    }

    #[test]
    fn a_program_is_run_only_if_somebody_asked_and_named_it() {
        let folder = tempfile::TempDir::new().unwrap();
        let source = |line| Located {
            value: line,
            place: Location::line(Path::new("config.toml"), 1),
        };
        let text = |text: &str| source(CommandLine::Text(text.to_owned()));
        let sources = Sources::from([
            ("up".to_owned(), text("echo '99.5 %'")),
            ("bad".to_owned(), text("sh -c 'echo no luck >&2; exit 3'")),
            ("empty".to_owned(), text("")),
            (
                "list".to_owned(),
                source(CommandLine::Words(words(&["echo", "a b: 3"]))),
            ),
        ]);
        let value = |name: &str| value_of_program(folder.path(), name, Some(&sources));
        assert_eq!(value("up").unwrap(), "99.5 %");
        assert_eq!(value("list").unwrap(), "3");
        let failed = |name: &str| match value(name) {
            Err(NoValue::Failed(reason)) => reason,
            other => panic!("{other:?}"),
        };
        assert_eq!(failed("bad"), "failed (exit status: 3): no luck");
        assert_eq!(failed("empty"), "names no program");
        assert!(failed("echo 5").contains("is not in [sources]"));
        assert_eq!(
            value_of_program(folder.path(), "up", None),
            Err(NoValue::NotRun)
        );
    }

    #[test]
    fn a_program_that_never_ends_is_stopped_with_its_children() {
        let folder = tempfile::TempDir::new().unwrap();
        // A pipe that the child holds as long as it lives.
        let pipe = folder.path().join("alive");
        let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        let (sender, ended) = mpsc::channel();
        let held = pipe.clone();
        thread::spawn(move || {
            let mut held = std::fs::File::open(held).unwrap();
            held.read_to_end(&mut Vec::new()).unwrap();
            sender.send(()).unwrap();
        });
        let line = words(&["sh", "-c", "sleep 600 3>alive & echo 5; wait"]);
        let reason = printed(folder.path(), &line, Duration::from_millis(300)).unwrap_err();
        assert!(reason.contains("was stopped"), "{reason}");
        let until = Instant::now() + Duration::from_secs(60);
        while ended.recv_timeout(Duration::from_millis(50)).is_err() {
            assert!(Instant::now() < until, "the child lives");
            // One that was stopped before it took hold left the reader waiting.
            let both = std::fs::OpenOptions::new()
                .read(true)
                .write(true)
                .open(&pipe);
            drop(both.unwrap());
        }
    }
}
