//! Arguments in, exit code out.

use std::process::ExitCode;

/// Gives the memory of a former version of a plan back to the system. The allocator of glibc keeps
/// most of it: after two rewrites of a long log it held four times the file.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// `mi_option_purge_delay` in mimalloc.h, which the crate does not name.
const PURGE_DELAY: libmimalloc_sys::mi_option_t = 15;

/// Has memory given back so many milliseconds after it was freed, or never where they are negative.
fn give_back_after(milliseconds: i8) {
    // SAFETY: an option may be set at any time, by any thread.
    unsafe { libmimalloc_sys::mi_option_set(PURGE_DELAY, milliseconds.into()) }
}

/// Has memory given back as it is freed. By default that waits for a second, and then for somebody
/// to ask for memory, whom a program at rest does not have.
fn give_back_at_once() {
    give_back_after(0);
}

fn main() -> ExitCode {
    // What soon ends would only pay for it, with page faults and at its end.
    give_back_after(-1);
    if let Err(error) = color_eyre::install() {
        eprintln!("stepdeck: {error}");
    }
    stepdeck::cli::main(give_back_at_once)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    /// What the program holds, in kibibytes.
    fn held() -> usize {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let mut words = status
            .split_whitespace()
            .skip_while(|word| *word != "VmRSS:");
        words.nth(1).unwrap().parse().unwrap()
    }

    /// Pieces of a log, made by one thread that ends, let go of by another.
    #[test]
    fn what_is_freed_is_given_back_at_once() {
        super::give_back_at_once();
        let pieces = || vec![vec![1_u8; 1 << 16]; 1_000];
        let pieces = std::thread::spawn(pieces).join().unwrap();
        let before = held();
        std::thread::spawn(move || drop(pieces)).join().unwrap();
        let given_back = before.saturating_sub(held());
        assert!(given_back > 60_000, "{given_back} KiB of 64,000");
    }
}
