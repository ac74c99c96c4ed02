//! Arguments in, exit code out. One file a subcommand; its doc comment is its help.

pub mod cockpit;
pub mod demo;
pub mod init;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

/// A terminal cockpit for very long plans kept as JSONL and Markdown in git.
///
/// Without a subcommand, opens the plan at or above the current directory.
#[derive(Parser, Debug)]
#[command(name = "stepdeck", version, max_term_width = 100)]
pub struct Arguments {
    /// Open the plan of this folder instead of the current one.
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub plan_dir: Option<PathBuf>,
    /// Read this log, or the logs of this folder, instead of the configured ones.
    #[arg(long, value_name = "FILE", global = true)]
    pub log: Vec<PathBuf>,
    /// Read this Markdown, or that of this folder, as canon instead of the configured one.
    #[arg(long, value_name = "FILE", global = true)]
    pub canon: Vec<PathBuf>,
    /// Write nothing.
    #[arg(long, global = true)]
    pub read_only: bool,
    /// When to use colours.
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    pub color: Color,
    /// Draw with ASCII characters only.
    #[arg(long, global = true)]
    pub ascii: bool,
    /// What to do instead of opening the cockpit.
    #[command(subcommand)]
    pub command: Option<Subcommands>,
}

/// When to use colours.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
pub enum Color {
    /// As the terminal and `NO_COLOR` say.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The subcommands; what each does stands at its own arguments, and is its help.
#[derive(Subcommand, Debug)]
pub enum Subcommands {
    Demo(demo::Demo),
    Init(init::Init),
}

/// Runs the program. Messages go to standard error; 2 means that it could not be done.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let base = arguments.plan_dir.clone().unwrap_or_default();
    let done = match &arguments.command {
        Some(Subcommands::Demo(demo)) => demo.run(&base),
        Some(Subcommands::Init(init)) => init.run(&base),
        None => cockpit::run(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let message = format!("{error:#}");
            eprintln!("stepdeck: {}", crate::document::visible::visible(&message));
            ExitCode::from(2)
        }
    }
}
