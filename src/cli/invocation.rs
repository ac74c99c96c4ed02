//! One run of a subcommand: what comes in from outside, the plan opened, results out,
//! changes written.
//!
//! Nothing below `main` asks for the time, the environment or the streams by itself, so that
//! a test can set each of them.

use std::borrow::Cow;
use std::ffi::OsString;
use std::io::{self, Write};
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, Utc};
use color_eyre::eyre::{Result, bail, eyre};
use serde::Serialize;

use super::Arguments;
use super::open_plan::OpenPlan;
use super::settings::Settings;
use crate::change::Change;
use crate::change::compose::Composer;
use crate::change::conflict::{Conflict, Obstacle};
use crate::change::value::Refusal;
use crate::cli::printer::Printer;
use crate::cli::progress_line::with_patience;
use crate::document::english::counted;
use crate::document::visible::{is_unsafe, visible};
use crate::git::Git;
use crate::plan::Plan;
use crate::plan::id::{StepId, typed_id};
use crate::plan::people::Identity;
use crate::plan::source::{Location, SourceFile};
use crate::plan::uid::Uids;
use crate::store::as_of::AsOf;
use crate::store::locate::discover::{Found, Overrides};
use crate::store::locate::open::{Opening, open_plan};
use crate::store::state::{NOWHERE, State};
use crate::store::transaction::commit::{Committer, Outcome};
use crate::store::transaction::one_shot::{OneShot, in_motion};
use crate::store::watch::motion::REST_TIMEOUT;
use crate::tui::widgets::frame;

/// How often a change is composed again because the plan changed under it.
const TRIES: usize = 20;

/// What a run meets outside.
pub struct Outside<'a> {
    /// The instant of the run.
    pub now: DateTime<Utc>,
    /// The time as it goes on, for a run that lasts.
    pub clock: fn() -> DateTime<Utc>,
    /// What new steps are known by.
    pub uids: Uids,
    /// The current folder.
    pub folder: PathBuf,
    /// Where private state is kept (see [`crate::store::state::default_base`]).
    pub state: Option<PathBuf>,
    /// Where what was found in the past is kept (see [`crate::store::past::cache::default_base`]).
    pub cache: Option<PathBuf>,
    /// One's own configuration file (see [`crate::store::locate::config::own_file`]).
    pub config: Option<PathBuf>,
    /// A variable of the environment.
    pub variable: &'a dyn Fn(&str) -> Option<OsString>,
    /// For results.
    pub out: &'a mut dyn Write,
    /// For messages.
    pub err: &'a mut dyn Write,
    /// What is to be done before the cockpit opens, which stays for hours.
    pub before_cockpit: fn(),
    /// By how many minutes local clocks are ahead of UTC.
    pub local_minutes: i32,
    /// The columns of the terminal that the results go to, if it is one.
    pub terminal: Option<usize>,
    /// After how long a person who waits at the terminal of the messages is told how far the
    /// work is, if there is one.
    pub patience: Option<Duration>,
}

impl Outside<'_> {
    /// A variable of the environment that is text.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        (self.variable)(name)?.into_string().ok()
    }
}

/// A run: its arguments and what is outside.
pub(crate) struct Invocation<'a, 'o> {
    /// The arguments that every subcommand shares.
    pub arguments: &'a Arguments,
    /// What is outside; with `--at`, its clock is turned back.
    pub outside: &'a mut Outside<'o>,
    /// The version that `--at` asks for.
    pub as_of: Option<AsOf>,
}

/// The ID of a step as people type it: `42`, `0042`, `Step 0042.A`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Name(pub StepId);

impl FromStr for Name {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        typed_id(text.trim())
            .map(Self)
            .ok_or("write digits with an optional sub-step, such as 0042.A")
    }
}

impl Invocation<'_, '_> {
    /// The folder that paths and the search for a plan start from.
    pub(crate) fn start(&self) -> PathBuf {
        match (&self.as_of, &self.arguments.plan_dir) {
            (Some(as_of), _) => as_of.start().to_owned(),
            (None, Some(dir)) => self.outside.folder.join(dir),
            (None, None) => self.outside.folder.clone(),
        }
    }

    /// Which files the arguments name instead of the configured ones.
    pub(crate) fn overrides(&self) -> Overrides {
        let overrides = Overrides {
            logs: self.arguments.log.clone(),
            canon: self.arguments.canon.clone(),
            ..Overrides::default()
        };
        match &self.as_of {
            Some(as_of) => as_of.overrides(overrides),
            None => overrides,
        }
    }

    /// A path given on the command line, seen from the start.
    pub(crate) fn path(&self, given: &Path) -> PathBuf {
        self.start().join(given).components().collect()
    }

    /// How results are coloured and drawn.
    pub(crate) fn paint(&self) -> Printer {
        let variable = |name: &str| self.outside.text(name);
        Printer::detect(self.arguments, variable, self.outside.terminal)
    }

    /// Opens the plan at or above the start.
    ///
    /// # Errors
    /// When there is none, or one of its files cannot be read: a script must not take a part
    /// for the whole.
    pub(crate) fn open(&mut self) -> Result<OpenPlan> {
        let opened = self.reopen()?;
        for problem in &opened.layout.config_problems {
            self.say_mistake(&opened, &problem.place, &problem.message)?;
        }
        for text in opened.plan.files().iter().filter_map(SourceFile::not_utf8) {
            self.say(&text)?;
        }
        Ok(opened)
    }

    /// Says what is wrong at a place of the configuration.
    ///
    /// # Errors
    /// When standard error cannot be written.
    pub(crate) fn say_mistake(
        &mut self,
        opened: &OpenPlan,
        at: &Location,
        message: &str,
    ) -> Result<()> {
        let path = opened.layout.root.join(&at.path);
        let (path, Location { line, column, .. }) = (path.display(), at);
        self.say(&format!("{path}:{line}:{column}: {message}"))
    }

    /// Says what is wrong in one's own configuration, where a command heeds it. What is wrong in the
    /// shared file is said when the plan is opened.
    ///
    /// # Errors
    /// When standard error cannot be written.
    pub(crate) fn say_own_mistakes(
        &mut self,
        opened: &OpenPlan,
        settings: &Settings,
    ) -> Result<()> {
        let own = self.outside.config.clone();
        let problems = settings.problems.iter();
        for problem in problems.filter(|of| own.as_deref() == Some(&of.place.path)) {
            self.say_mistake(opened, &problem.place, &problem.message)?;
        }
        Ok(())
    }

    /// Says how many lines of the logs could not be read, if any: what is printed is not the
    /// whole plan then.
    ///
    /// # Errors
    /// When standard error cannot be written.
    pub(crate) fn say_unreadable(&mut self, plan: &Plan) -> Result<()> {
        for (path, count) in plan.unreadable_lines() {
            let lines = counted(count, "line");
            let path = path.display();
            self.say(&format!(
                "{lines} of {path} could not be read; `stepdeck check` says which and why"
            ))?;
        }
        Ok(())
    }

    /// Opens the plan as it is by now, without saying again what is wrong with its configuration.
    ///
    /// # Errors
    /// As [`Invocation::open`].
    pub(crate) fn reopen(&mut self) -> Result<OpenPlan> {
        let start = self.start();
        if !start.is_dir() {
            bail!(
                "{} is not a folder; -C takes the folder of a plan",
                start.display()
            );
        }
        let overrides = self.overrides();
        let opening = Opening::waiting(REST_TIMEOUT);
        let percent = || opening.percent();
        let open = || open_plan(&start, &overrides, &opening);
        let Some((opened, plan)) = self.with_patience(("opening", &percent), open) else {
            bail!("opening the plan was cancelled");
        };
        if let Some((_, reason)) = opened.unreadable.first() {
            bail!("{reason}");
        }
        if let Some(path) = opened.in_motion.first() {
            bail!("{}", in_motion(path));
        }
        for (given, named) in [(&overrides.logs, "--log"), (&overrides.canon, "--canon")] {
            if let Some(path) = given.iter().find(|path| !start.join(path).exists()) {
                bail!("{named} {}: there is no such file", path.display());
            }
        }
        if let Some(reason) = opened.without_canon() {
            self.say(&reason)?;
        }
        if opened.layout.found == Found::Nothing {
            bail!(
                "there is no plan at or above {}: go to a plan's folder, name it with -C, or \
                 start one with `stepdeck init`",
                start.display()
            );
        }
        Ok(OpenPlan {
            plan: ManuallyDrop::new(plan),
            layout: opened.layout,
        })
    }

    /// Does long work; a person who waits at a terminal is told how many percent of it are done.
    pub(crate) fn with_patience<T: Send>(
        &mut self,
        told: (&str, &(dyn Fn() -> usize + Sync)),
        work: impl FnOnce() -> T + Send,
    ) -> T {
        match self.outside.patience {
            Some(patience) => with_patience(&mut self.outside.err, patience, told, work),
            None => work(),
        }
    }

    /// Says something beside the results.
    ///
    /// # Errors
    /// When standard error cannot be written.
    pub(crate) fn say(&mut self, message: &str) -> Result<()> {
        let message = match &self.as_of {
            Some(as_of) => as_of.in_real(message).into(),
            None => Cow::Borrowed(message),
        };
        let message = frame::words(&self.paint().theme, &message).into_owned();
        Ok(writeln!(
            self.outside.err,
            "stepdeck: {}",
            visible(&message)
        )?)
    }

    /// Says what was written, and in which file a paper is.
    ///
    /// # Errors
    /// When standard error cannot be written.
    pub(crate) fn say_paper(&mut self, change: &Change) -> Result<()> {
        let path = change.edits.first().map(|edit| edit.path.display());
        let path = path.map_or_else(String::new, |path| path.to_string());
        self.say(&format!("{} · {path}", change.label))
    }

    /// Prints a result of which every part is safe for a terminal already.
    ///
    /// # Errors
    /// When standard output cannot be written. That nobody reads it any longer is not an error.
    pub(crate) fn print(&mut self, text: &str) -> Result<()> {
        self.print_bytes(text.as_bytes())
    }

    /// Prints a result with the signs that the terminal can show between words of our own and of files.
    ///
    /// # Errors
    /// As [`Invocation::print`].
    pub(crate) fn print_signs(&mut self, text: &str) -> Result<()> {
        let theme = self.paint().theme;
        self.print(&frame::signs(&theme, text))
    }

    /// Prints a result byte for byte: for a pipe, or safe for a terminal already.
    ///
    /// # Errors
    /// As [`Invocation::print`].
    pub(crate) fn print_bytes(&mut self, bytes: &[u8]) -> Result<()> {
        self.print_on(bytes).map(drop)
    }

    /// Prints a part of a result, as [`Invocation::print_bytes`]. Answers whether anybody reads on.
    ///
    /// # Errors
    /// As [`Invocation::print`].
    pub(crate) fn print_on(&mut self, bytes: &[u8]) -> Result<bool> {
        let out = &mut self.outside.out;
        match out.write_all(bytes).and_then(|()| out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
            other => Ok(other.map(|()| true)?),
        }
    }

    /// Prints one JSON document. Characters that could steer a terminal are escaped, which
    /// changes nothing for who parses it.
    ///
    /// # Errors
    /// As [`Invocation::print`].
    pub(crate) fn print_json(&mut self, document: &impl Serialize) -> Result<()> {
        let text = json_text(document)?;
        self.print(&text)
    }

    /// Lets a subcommand that writes go on.
    ///
    /// # Errors
    /// With `--read-only` or `--at`.
    pub(crate) fn may_write(&self) -> Result<()> {
        if self.arguments.at.is_some() {
            bail!("--at shows the past, and nothing is written to it; run this without --at");
        }
        match self.arguments.read_only {
            true => bail!("--read-only: nothing is written"),
            false => Ok(()),
        }
    }

    /// Makes the change that `wish` composes and writes it. If the plan changed meanwhile,
    /// the wish is asked again. Answers the change as written.
    ///
    /// # Errors
    /// When the wish refuses, nothing may be written, or it cannot be.
    pub(crate) fn edit(
        &mut self,
        wish: impl Fn(&OpenPlan, &Composer<'_>) -> Result<Change>,
    ) -> Result<Change> {
        self.may_write()?;
        let mut observer = OneShot::default();
        let mut met = Vec::new();
        for round in 0..TRIES {
            let opened = match round {
                0 => self.open()?,
                _ => self.reopen()?,
            };
            let composer = Composer::new(&opened.plan, self.outside.now)
                .starting_log(opened.layout.papers.first_log());
            let change = wish(&opened, &composer)?;
            let change = change.laid_out(&opened.plan, opened.layout.config.log_layout);
            if change.edits.is_empty() {
                return Ok(change);
            }
            let root = &opened.layout.root;
            let committer = Committer::new(root, &self.private(root));
            if round == 0 {
                let files = opened.plan.files().iter();
                let paths: Vec<PathBuf> = files.map(|file| file.path.clone()).collect();
                for text in committer.clean_up(root, &paths, &mut observer).0 {
                    self.say(&text)?;
                }
            }
            match committer.commit_now(root, &change, &mut observer) {
                Outcome::Saved(remark) => {
                    if let Some(remark) = remark {
                        self.say(&remark)?;
                    }
                    return Ok(change);
                }
                Outcome::Failed(reason) => bail!("{reason}"),
                Outcome::Conflicts(conflicts) => {
                    let refused = conflicts
                        .iter()
                        .find_map(|conflict| match &conflict.obstacle {
                            Obstacle::Refused(reason) => Some(reason),
                            _ => None,
                        });
                    if let Some(reason) = refused {
                        bail!("{reason}");
                    }
                    met = conflicts;
                }
                Outcome::Later => {}
            }
        }
        Err(in_the_way(&met))
    }

    /// Who is at work: as told by `--as`, else git's `user.name`, else the login.
    pub(crate) fn person(&self) -> String {
        self.identity().name().to_owned()
    }

    /// The same with everything that is known of them.
    pub(crate) fn identity(&self) -> Identity {
        let told = self.told_identity();
        match told.given {
            Some(_) => told,
            None => known_to_git(told, &self.start()),
        }
    }

    /// What is known of them without asking git.
    pub(super) fn told_identity(&self) -> Identity {
        Identity {
            given: self.arguments.person.clone(),
            login: self.outside.text("USER"),
            ..Identity::default()
        }
    }

    /// The folder for what is private to the person: their state about the plan at `root`,
    /// or nowhere.
    pub(super) fn private(&self, root: &Path) -> PathBuf {
        let base = self.outside.state.as_ref();
        let state = base.map(|base| State::of_plan(base, root));
        state.map_or_else(|| NOWHERE.into(), |state| state.folder().to_owned())
    }
}

/// The same person with what git is told of them for `folder`.
pub(super) fn known_to_git(told: Identity, folder: &Path) -> Identity {
    let git = Git::at(folder);
    let ask = |key| {
        let value = git.config(key).ok().flatten()?;
        Some(value.trim().to_owned()).filter(|value| !value.is_empty())
    };
    Identity {
        mail: ask("user.email"),
        git_name: ask("user.name"),
        ..told
    }
}

fn in_the_way(conflicts: &[Conflict]) -> color_eyre::Report {
    let first = conflicts.first().map(|conflict| {
        let edit = &conflict.edit;
        let what = edit.target.words();
        format!("{}: {what}: {}", edit.path.display(), conflict.obstacle)
    });
    let first = first.unwrap_or_else(|| "the files keep changing".to_owned());
    eyre!("{first}; nothing was written, try again")
}

/// One JSON document as [`Invocation::print_json`] prints it.
///
/// # Errors
/// When the document cannot be put into JSON.
pub(crate) fn json_text(document: &impl Serialize) -> Result<String> {
    let mut text = escape_hidden(serde_json::to_string_pretty(document)?);
    text.push('\n');
    Ok(text)
}

/// A refusal as an error of the command line.
pub(crate) fn refused(refusal: Refusal) -> color_eyre::Report {
    eyre!("{refusal}")
}

/// JSON with every character that a terminal would obey written as an escape. Such characters are
/// in strings only, but for the tabs and carriage returns that may part the values of a log line,
/// where an escape would be no JSON.
pub(crate) fn escape_hidden(json: String) -> String {
    let is_plain = |byte| matches!(byte, b' '..=b'~' | b'\n');
    // Whole stretches at once: most JSON has nothing to escape, and there may be a lot of it.
    let all_plain = |bytes: &[u8]| bytes.iter().fold(true, |all, byte| all & is_plain(*byte));
    let next_odd = |text: &str| {
        let bytes = text.as_bytes();
        let plain = bytes.chunks(64).take_while(|chunk| all_plain(chunk));
        let plain: usize = plain.map(<[u8]>::len).sum();
        let odd = bytes[plain..].iter().position(|byte| !is_plain(*byte))?;
        Some(plain + odd)
    };
    if next_odd(&json).is_none() {
        return json;
    }
    let mut escaped = String::with_capacity(json.len());
    let mut rest = &*json;
    while let Some(at) = next_odd(rest) {
        let (plain, odd) = rest.split_at(at);
        escaped.push_str(plain);
        let mut chars = odd.chars();
        let Some(c) = chars.next() else { break };
        if matches!(c, '\t' | '\r') {
            escaped.push(' ');
        } else if is_unsafe(c) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                escaped.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            escaped.push(c);
        }
        rest = chars.as_str();
    }
    escaped.push_str(rest);
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_for_a_terminal_parses_to_the_same_value() {
        let value = "a\u{1b}]52;c\u{7}b\u{202e}c\u{9b}d\ne — ü 漢";
        let escaped = escape_hidden(serde_json::to_string_pretty(&value).unwrap());
        assert!(!escaped.contains(['\u{1b}', '\u{202e}', '\u{9b}']));
        assert!(escaped.contains("ü 漢"));
        let back: String = serde_json::from_str(&escaped).unwrap();
        assert_eq!(back, value);
    }
}
