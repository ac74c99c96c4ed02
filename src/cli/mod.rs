//! Arguments in, exit code out. One file a subcommand; its doc comment is its help.
//!
//! `invocation` is what every subcommand works with: the plan opened, results printed,
//! changes written. `paint` turns what a screen would lay out into lines of text.

pub mod add;
pub mod block;
pub(crate) mod burn;
pub mod chain;
pub mod check;
pub mod cockpit;
pub mod completions;
pub mod decide;
pub mod demo;
pub mod diff;
mod difference;
pub mod export;
pub(crate) mod filter;
pub(crate) mod forecast;
pub mod gates;
pub mod git_setup;
pub mod init;
pub mod invocation;
pub mod list;
pub(crate) mod log;
mod mainline;
pub mod man;
pub mod merge;
pub mod next;
pub(crate) mod open_plan;
mod owners;
pub(crate) mod papers;
mod past;
pub(crate) mod pr;
pub(crate) mod printer;
mod progress_line;
pub(crate) mod relocate;
pub(crate) mod remove;
pub(crate) mod layout;
pub(crate) mod renumber;
pub(crate) mod report;
pub(crate) mod resolve;
pub mod review;
pub mod risk;
pub mod set;
pub(crate) mod settings;
pub mod show;
pub(crate) mod since;
pub mod standup;
pub(crate) mod step_document;
pub(crate) mod steps;
pub(crate) mod sync;
pub mod tick;
pub(crate) mod today;

use std::ffi::OsString;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io::{self, IsTerminal as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use chrono::Utc;
use clap::{Parser, Subcommand, ValueEnum};
use color_eyre::eyre::Result;

use crate::document::visible::visible;
use crate::history::when::When;
use crate::plan::uid::Uids;
use crate::store::locate::config::own_file;
use crate::store::past::cache;
use crate::store::state::default_base;
use crate::tui::detached;
use crate::tui::theme::ColorChoice;
use crate::tui::widgets::frame;
use invocation::{Invocation, Outside};

/// A terminal cockpit for very long plans kept as JSONL and Markdown in git.
///
/// Without a subcommand, opens the plan at or above the current directory.
///
/// Exit codes: 0 success; 1 problems found, or conflicts left in a merge; 2 wrong usage, a bad
/// value, an unknown ID, an unreadable or unwritable file.
#[derive(Parser, Debug)]
#[command(name = "stepdeck", version, max_term_width = 100)]
pub struct Arguments {
    /// Open the plan in this folder instead of the current one.
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub plan_dir: Option<PathBuf>,
    /// Read this log, or the logs in this folder, instead of the configured ones.
    #[arg(long, value_name = "FILE", global = true)]
    pub log: Vec<PathBuf>,
    /// Read this Markdown file, or those in this folder, as canon instead of the configured ones.
    #[arg(long, value_name = "FILE", global = true)]
    pub canon: Vec<PathBuf>,
    /// Write nothing.
    #[arg(long, global = true)]
    pub read_only: bool,
    /// Your name, instead of git's `user.name` or the login.
    #[arg(long = "as", value_name = "NAME", global = true)]
    pub person: Option<String>,
    /// Read the plan as it was then: a date, an age such as 2w, `review`, `gate:STAGE` or a
    /// revision. Nothing is written.
    #[arg(long, value_name = "WHEN", global = true)]
    pub at: Option<When>,
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
    /// Depending on the terminal and `NO_COLOR`.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The subcommands; what each does is at its own arguments, and is its help.
#[derive(Subcommand, Debug)]
pub enum Subcommands {
    Show(show::Show),
    List(list::List),
    Today(today::Today),
    Next(next::Next),
    Chain(chain::Chain),
    Gates(gates::Gates),
    Check(check::Check),
    Owners(owners::Owners),
    Papers(papers::Papers),
    Review(review::Review),
    Standup(standup::Standup),
    Set(set::Set),
    Add(add::Add),
    Block(block::Block),
    Decide(decide::Decide),
    Risk(risk::Risk),
    Remove(remove::Remove),
    Move(relocate::Move),
    Tick(tick::Tick),
    Renumber(renumber::Renumber),
    Layout(layout::Layout),
    Sync(sync::Sync),
    Init(init::Init),
    Demo(demo::Demo),
    Merge(merge::Merge),
    Resolve(resolve::Resolve),
    Diff(diff::Diff),
    Log(log::Log),
    Since(since::Since),
    Pr(pr::Pr),
    Burn(burn::Burn),
    Forecast(forecast::Forecast),
    Report(report::Report),
    GitSetup(git_setup::GitSetup),
    Export(export::Export),
    Completions(completions::Completions),
    Man(man::Man),
}

/// How a run ended, if it could be done at all.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Ending {
    /// Done.
    Done,
    /// Problems found, or conflicts left in a merge.
    Found,
}

/// After how long a person at the terminal wonders whether anything goes on.
const PROGRESS_TIMEOUT: Duration = Duration::from_millis(500);
/// Exit code of what could not be done.
const FAILED: u8 = 2;

/// Runs the program in its real surroundings. `before_cockpit` is done before the cockpit opens, if it does.
pub fn main(before_cockpit: fn()) -> ExitCode {
    let mut words = std::env::args_os().skip(1);
    if words.next().is_some_and(|word| word == detached::ENTRY) {
        return detached::become_detached(words);
    }
    let (mut out, mut err) = (io::stdout(), io::stderr());
    let is_terminal = out.is_terminal();
    let is_watched = err.is_terminal();
    // A terminal that nobody has told its size claims to have none.
    let columns = || match crossterm::terminal::size() {
        Ok((columns @ 1.., _)) => usize::from(columns),
        _ => 80,
    };
    let mut outside = Outside {
        now: Utc::now(),
        clock: Utc::now,
        uids: Uids::new(seed()),
        // A folder that is gone is told by whoever looks into it.
        folder: std::env::current_dir().unwrap_or_default(),
        state: default_base(),
        cache: cache::default_base(),
        config: own_file(),
        variable: &|name| std::env::var_os(name),
        local_minutes: local_minutes(),
        terminal: is_terminal.then(columns),
        patience: is_watched.then_some(PROGRESS_TIMEOUT),
        before_cockpit,
        out: &mut out,
        err: &mut err,
    };
    ExitCode::from(run(std::env::args_os(), &mut outside))
}

/// Bits that are other ones in each run: the key that hash maps get from the system.
fn seed() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// By how many minutes local clocks are ahead of UTC now.
fn local_minutes() -> i32 {
    chrono::Local::now().offset().local_minus_utc() / 60
}

/// Runs the program on these arguments, its own name first. Messages go to standard error;
/// answers the exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>, outside: &mut Outside<'_>) -> u8 {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let is_ascii = arguments.iter().any(|word| word == "--ascii");
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => return answer(&error, is_ascii, outside),
    };
    let mut invocation = Invocation {
        arguments: &arguments,
        outside,
        as_of: None,
    };
    match dispatch(&mut invocation) {
        Ok(Ending::Done) => 0,
        Ok(Ending::Found) => 1,
        Err(error) => {
            // If standard error is closed, the exit code alone has to tell.
            let _ = invocation.say(&format!("{error:#}"));
            FAILED
        }
    }
}

fn dispatch(invocation: &mut Invocation<'_, '_>) -> Result<Ending> {
    let arguments = invocation.arguments;
    let Some(command) = &arguments.command else {
        (invocation.outside.before_cockpit)();
        return cockpit::run(invocation).map(|()| Ending::Done);
    };
    if let Some(when) = &arguments.at {
        invocation.go_to("--at", when)?;
    }
    match command {
        Subcommands::Check(check) => return check.run(invocation),
        Subcommands::Merge(merge) => return merge.run(invocation),
        Subcommands::Sync(sync) => return sync.run(invocation),
        Subcommands::Resolve(resolve) => return resolve.run(invocation),
        Subcommands::GitSetup(setup) => return setup.run(invocation),
        Subcommands::Pr(pr) => return pr.run(invocation),
        Subcommands::Show(show) => show.run(invocation)?,
        Subcommands::List(list) => list.run(invocation)?,
        Subcommands::Today(today) => today.run(invocation)?,
        Subcommands::Next(next) => next.run(invocation)?,
        Subcommands::Chain(chain) => chain.run(invocation)?,
        Subcommands::Gates(gates) => gates.run(invocation)?,
        Subcommands::Owners(owners) => owners.run(invocation)?,
        Subcommands::Papers(papers) => papers.run(invocation)?,
        Subcommands::Set(set) => set.run(invocation)?,
        Subcommands::Add(add) => add.run(invocation)?,
        Subcommands::Block(block) => block.run(invocation)?,
        Subcommands::Decide(decide) => decide.run(invocation)?,
        Subcommands::Risk(risk) => risk.run(invocation)?,
        Subcommands::Remove(remove) => remove.run(invocation)?,
        Subcommands::Move(relocate) => relocate.run(invocation)?,
        Subcommands::Tick(tick) => tick.run(invocation)?,
        Subcommands::Renumber(renumber) => renumber.run(invocation)?,
        Subcommands::Layout(layout) => layout.run(invocation)?,
        Subcommands::Init(init) => init.run(invocation)?,
        Subcommands::Demo(demo) => demo.run(invocation)?,
        Subcommands::Export(export) => export.run(invocation)?,
        Subcommands::Completions(completions) => completions.run(invocation)?,
        Subcommands::Man(man) => man.run(invocation)?,
        Subcommands::Diff(diff) => diff.run(invocation)?,
        Subcommands::Review(review) => review.run(invocation)?,
        Subcommands::Standup(standup) => standup.run(invocation)?,
        Subcommands::Log(log) => log.run(invocation)?,
        Subcommands::Since(since) => since.run(invocation)?,
        Subcommands::Burn(burn) => burn.run(invocation)?,
        Subcommands::Forecast(forecast) => forecast.run(invocation)?,
        Subcommands::Report(report) => report.run(invocation)?,
    }
    Ok(Ending::Done)
}

/// Prints help or what is wrong with the arguments.
fn answer(error: &clap::Error, is_ascii: bool, outside: &mut Outside<'_>) -> u8 {
    let text = error.render();
    let text = match outside.terminal {
        Some(_) if !error.use_stderr() => text.ansi().to_string(),
        // It quotes arguments, which may be anything.
        _ => visible(&text.to_string()).into_owned(),
    };
    let (variable, terminal) = (|name: &str| outside.text(name), outside.terminal);
    let theme = printer::theme(variable, ColorChoice::Never, is_ascii, terminal);
    let text = frame::words(&theme, &text).into_owned();
    let stream = match error.use_stderr() {
        true => &mut outside.err,
        false => &mut outside.out,
    };
    // Nobody hears it where the stream is closed.
    let _ = stream.write_all(text.as_bytes());
    match error.use_stderr() {
        true => FAILED,
        false => 0,
    }
}
