//! Arguments in, exit code out.

use std::process::ExitCode;

use stepdeck::cli::invocation::MemoryUse;

/// Gives the memory of a former version of a plan back to the system. The allocator of glibc keeps
/// most of it: after two rewrites of a long log it held four times the file.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// `mi_option_purge_delay` in mimalloc.h, which the crate does not name.
const PURGE_DELAY: libmimalloc_sys::mi_option_t = 15;

/// Sets when freed memory is given back, and in what pages it comes. By default it is given back after
/// a second, and then when somebody asks for memory, which a program at rest does not do. One that
/// soon ends would only pay for it with page faults, and has fewer of them with large pages.
fn use_memory(how: MemoryUse) {
    let (milliseconds, has_large_pages) = match how {
        MemoryUse::Sparing => (0, false),
        MemoryUse::Brief => (-1, true),
    };
    // SAFETY: an option may be set at any time, by any thread.
    unsafe { libmimalloc_sys::mi_option_set(PURGE_DELAY, milliseconds) }
    allow_large_pages(has_large_pages);
}

/// Where the system has no such switch, it decides.
fn allow_large_pages(allow: bool) {
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::disable_transparent_huge_pages(!allow);
    #[cfg(not(target_os = "linux"))]
    let _ = allow;
}

/// Has the system call [`begin_sparing`] before anything asks for memory: a large page is not given
/// back in parts.
#[cfg(target_os = "linux")]
#[used]
// SAFETY: the section holds functions without arguments that are called once, before `main`.
#[unsafe(link_section = ".init_array")]
static BEGIN: extern "C" fn() = begin_sparing;

#[cfg(target_os = "linux")]
extern "C" fn begin_sparing() {
    allow_large_pages(false);
}

fn main() -> ExitCode {
    if let Err(error) = color_eyre::install() {
        eprintln!("stepdeck: {error}");
    }
    stepdeck::cli::main(use_memory)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::MemoryUse;

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
        super::use_memory(MemoryUse::Sparing);
        let pieces = || vec![vec![1_u8; 1 << 16]; 1_000];
        let pieces = std::thread::spawn(pieces).join().unwrap();
        let before = held();
        std::thread::spawn(move || drop(pieces)).join().unwrap();
        let given_back = before.saturating_sub(held());
        assert!(given_back > 60_000, "{given_back} KiB of 64,000");
    }
}
