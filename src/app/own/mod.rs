//! Commands of one's own: a table `[commands.NAME]` of one's own configuration, made a command
//! like any other, with its key, its places and its row in help and palette.
//!
//! Owns what may stand in such a table, and which program with which arguments it is here and now.
//! Never runs anything: that is an effect, and what becomes of it is in [`programs`]. Tables come
//! from one's own file alone; the reader of the configuration sees to that.

pub mod placeholder;
pub mod programs;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;

use self::placeholder::{Argument, PLACEHOLDERS, Placeholder};
use self::programs::ProgramRun;
use crate::app::core::command::{Blocked, Command, Extent, Focus, Group, Places, SCREENS};
use crate::app::core::keymap::Wishes;
use crate::app::core::model::Model;
use crate::app::core::registry;
use crate::app::screens;
use crate::plan::source::Location;
use crate::store::locate::config::commands::{CommandLine, CommandTable};

/// The shell that a table with `shell = true` asks for.
const SHELL: &str = "sh";

/// A command of one's own. There are as many as the configuration has tables, for as long as the
/// program runs.
#[derive(Debug)]
pub struct OwnCommand {
    /// As the registry would have it; what it does is in `line`.
    pub command: Command,
    line: Line,
    /// Whether it may change files of the plan.
    pub writes: bool,
}

/// What it runs.
#[derive(Debug)]
enum Line {
    /// A program and its arguments.
    Words(Vec<Argument>),
    /// A text for the shell, and what that needs to be told.
    Shell(String, Vec<&'static Placeholder>),
}

/// What the tables of a configuration come to.
#[derive(Default)]
pub struct Prepared {
    /// The commands, in the order of their names.
    pub commands: Vec<&'static OwnCommand>,
    /// The keys that they ask for.
    pub wishes: Wishes,
    /// What is wrong with a table, which then is no command or has no such entry.
    pub mistakes: Vec<(Location, String)>,
}

/// Makes commands of tables.
pub fn prepare(tables: &BTreeMap<String, CommandTable>) -> Prepared {
    let mut prepared = Prepared::default();
    for (name, table) in tables {
        match of_table(name, table) {
            Ok(command) => {
                if let Some(keys) = &table.keys {
                    prepared.wishes.insert(name.clone(), keys.value.clone());
                }
                // They last as long as the program, like those of the registry.
                prepared.commands.push(Box::leak(Box::new(command)));
            }
            Err((place, reason)) => {
                let message = format!("[commands.{name}] {reason}: it is ignored");
                prepared.mistakes.push((place, message));
            }
        }
    }
    prepared
}

fn of_table(name: &str, table: &CommandTable) -> Result<OwnCommand, (Location, String)> {
    let at_table = |reason: String| (table.place.clone(), reason);
    if registry::named(name).is_some() {
        let reason = "is the name of a command of stepdeck; choose another name";
        return Err(at_table(reason.to_owned()));
    }
    let Some(run) = &table.run else {
        return Err(at_table("does not say what to run".to_owned()));
    };
    let line = line(&run.value, table.shell).map_err(|reason| (run.place.clone(), reason))?;
    let places = match &table.places {
        None => SCREENS,
        Some(named) => places(&named.value).map_err(|reason| (named.place.clone(), reason))?,
    };
    let title = table.title.clone().unwrap_or_else(|| run.value.to_string());
    let command = Command {
        name: name.to_owned().leak(),
        title: title.leak(),
        group: Group::Own,
        places,
        ..Command::BASE
    };
    Ok(OwnCommand {
        command,
        line,
        writes: table.writes,
    })
}

/// What a table runs.
///
/// # Errors
/// Why it is nothing to run.
fn line(run: &CommandLine, shell: bool) -> Result<Line, String> {
    let words = match run {
        CommandLine::Text(text) if shell => return shell_line(text),
        CommandLine::Words(_) if shell => {
            return Err("run must be one text where shell = true".to_owned());
        }
        CommandLine::Words(words) => words.clone(),
        CommandLine::Text(text) => {
            shlex::split(text).ok_or_else(|| "run has a quote that does not close".to_owned())?
        }
    };
    let arguments: Result<Vec<Argument>, String> =
        words.iter().map(|word| Argument::parse(word)).collect();
    let arguments = arguments.map_err(|reason| format!("run: {reason}"))?;
    match arguments.first() {
        Some(program) if program.is_fixed() && !words[0].is_empty() => Ok(Line::Words(arguments)),
        Some(program) if !program.is_fixed() => {
            Err("run: the program itself cannot be a placeholder".to_owned())
        }
        _ => Err("run names no program".to_owned()),
    }
}

fn shell_line(text: &str) -> Result<Line, String> {
    if text.trim().is_empty() {
        return Err("run names no program".to_owned());
    }
    if let Some(placeholder) = placeholder::in_shell(text) {
        return Err(format!(
            "run: a shell gets no {{{}}}, which it would read as its own text; write \"${}\"",
            placeholder.name,
            placeholder.variable()
        ));
    }
    Ok(Line::Shell(
        text.to_owned(),
        placeholder::named_by_shell(text),
    ))
}

/// Every pane that a command can be bound to.
fn panes() -> BTreeSet<Focus> {
    let named = |command: &Command| match command.places {
        Places::Only(these) | Places::ScreensAnd(these) => these,
        _ => &[],
    };
    let all = registry::all().flat_map(named).copied();
    all.filter(|focus| focus.extent() != Extent::Beyond)
        .collect()
}

/// The names that `where` takes: those of screens, and those of panes.
pub fn place_names() -> Vec<&'static str> {
    let screens = screens::SCREENS.iter().map(|screen| screen.name);
    let panes = panes().into_iter().map(Focus::name);
    let mut names: Vec<&str> = Vec::new();
    for name in screens.chain(panes) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn places(names: &[String]) -> Result<Places, String> {
    let mut found: Vec<Focus> = Vec::new();
    for name in names {
        let here = |focus: &Focus| focus.place == name || focus.name() == name;
        let before = found.len();
        found.extend(panes().into_iter().filter(here));
        if found.len() == before {
            let known = place_names().join(", ");
            return Err(format!(
                "where: there is no screen or pane “{name}”: there are {known}"
            ));
        }
    }
    match found.is_empty() {
        true => Err("where names no screen".to_owned()),
        false => Ok(Places::Only(found.leak())),
    }
}

impl OwnCommand {
    /// Why it cannot run now.
    pub(crate) fn blocked(&self, model: &Model) -> Blocked {
        if model.context.as_of.is_some() {
            let key = model.keymap.key_of("as-of");
            return Some(format!(
                "your own commands run on the present; {key} returns to it"
            ));
        }
        if let Some(running) = model.programs.running() {
            let key = model.keymap.key_of("show-output");
            return Some(format!("{running} is still running; {key} shows it"));
        }
        if self.writes {
            if let Some(reason) = model.is_locked() {
                return Some(reason);
            }
            if model.sync.failed() > 0 {
                let key = model.keymap.key_of("retry-save");
                return Some(format!("{} not saved; {key} retries", model.sync.failed()));
            }
        }
        self.words(model).err()
    }

    /// Program and arguments, here and now.
    ///
    /// # Errors
    /// What it would have to be told is not known here, or must not be passed.
    fn words(&self, model: &Model) -> Result<Vec<OsString>, String> {
        match &self.line {
            Line::Shell(text, told) => {
                for placeholder in told {
                    placeholder.value(model)?;
                }
                Ok(vec![SHELL.into(), "-c".into(), text.into()])
            }
            Line::Words(arguments) => {
                let mut words: Vec<OsString> = Vec::new();
                for argument in arguments {
                    let word = argument.fill(model)?;
                    // Whose text it is must not choose the options of a program.
                    if let Some(first) = argument.first()
                        && placeholder::is_option(&word)
                        && !words.iter().any(|word| word == "--")
                    {
                        return Err(format!(
                            "the {} begins with “-”, which the program would take for an option; \
                             in the configuration, put \"--\" before it",
                            first.name
                        ));
                    }
                    words.push(word);
                }
                Ok(words)
            }
        }
    }

    /// What is to be run, here and now.
    ///
    /// # Errors
    /// See [`OwnCommand::words`].
    fn run(&self, model: &Model, serial: u64) -> Result<ProgramRun, String> {
        let mut words = self.words(model)?.into_iter();
        let program = words.next().unwrap_or_default();
        let variables = PLACEHOLDERS.iter();
        let variables = variables.map(|known| (known.variable(), known.value(model).ok()));
        Ok(ProgramRun {
            serial,
            name: self.command.name.to_owned(),
            program,
            arguments: words.collect(),
            variables: variables.collect(),
            folder: model.context.root.clone(),
            writes: self.writes,
        })
    }
}

impl Model {
    /// Has a command of one's own run, and shows what it prints.
    pub(crate) fn run_own(&mut self, own: &OwnCommand) {
        self.serial += 1;
        match own.run(self, self.serial) {
            Ok(run) => self.start_program(run),
            Err(reason) => self.refuse(reason),
        }
    }
}
