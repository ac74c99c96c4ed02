//! What the kernel knows of a process. Nothing is known where there is no `/proc`.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Processor time of all threads that are still there.
pub fn cpu(pid: u32) -> Option<Duration> {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).ok()?;
    let nanoseconds = threads.filter_map(|thread| {
        let text = fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<u64>().ok()
    });
    Some(Duration::from_nanos(nanoseconds.sum()))
}

/// The most memory that it held at a time, in bytes.
pub fn peak_memory(pid: u32) -> Option<u64> {
    memory(pid, "VmHWM:")
}

/// The memory that it holds, in bytes.
pub fn resident_memory(pid: u32) -> Option<u64> {
    memory(pid, "VmRSS:")
}

fn memory(pid: u32, kind: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(kind))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

/// How long a program takes from start to end; nothing where it is not installed, or could not
/// do what was asked. To have found something (1) is not to have failed.
pub fn run(program: &str, arguments: &[&str], folder: &Path) -> Option<Duration> {
    took(Command::new(program).args(arguments).current_dir(folder))
}

/// The same of a command that is put together already.
pub fn took(command: &mut Command) -> Option<Duration> {
    let begun = Instant::now();
    let status = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .ok()?;
    let took = begun.elapsed();
    matches!(status.code(), Some(0 | 1)).then_some(took)
}
