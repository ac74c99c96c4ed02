//! Arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    if let Err(error) = color_eyre::install() {
        eprintln!("stepdeck: {error}");
    }
    stepdeck::cli::main()
}
