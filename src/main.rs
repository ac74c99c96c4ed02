//! Arguments in, exit code out.

use std::process::ExitCode;

/// Returns what an earlier version of a plan took to the system, which the allocators of most C
/// libraries keep for later.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    if let Err(error) = color_eyre::install() {
        eprintln!("stepdeck: {error}");
    }
    stepdeck::cli::main()
}
