//! Arguments in, exit code out.

use std::process::ExitCode;

/// Gives the memory of a former version of a plan back to the system. The allocator of glibc keeps
/// most of it: after two rewrites of a long log it held four times the file.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    if let Err(error) = color_eyre::install() {
        eprintln!("stepdeck: {error}");
    }
    stepdeck::cli::main()
}
