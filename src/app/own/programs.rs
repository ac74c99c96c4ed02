//! Programs that run beside the keys for a command of one's own: what they printed, how they
//! ended, and when they may begin.
//!
//! One runs at a time, and its output stays until the next one begins. One that may change the
//! plan begins when every edit is on disk, and the plan is read again when it has ended; one that
//! changes nothing waits for nothing and holds nothing up.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::app::core::command::{Command, Group, Places};
use crate::app::core::message::Effect;
use crate::app::core::model::Model;
use crate::app::overlays::Overlay;
use crate::app::overlays::output::Output;

/// So many lines are kept of what a program printed: the last ones.
const MOST_LINES: usize = 10_000;
/// A longer line is broken.
const LONGEST_LINE: usize = 4_096;

/// A program to run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProgramRun {
    /// Tells one run from the next.
    pub serial: u64,
    /// The command that asks for it.
    pub name: String,
    pub program: OsString,
    pub arguments: Vec<OsString>,
    /// Variables to set; those without a value are removed.
    pub variables: Vec<(String, Option<OsString>)>,
    /// Where it runs.
    pub folder: PathBuf,
    /// Whether it may change files of the plan.
    pub writes: bool,
}

/// How a program ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ended {
    /// With this exit code.
    Code(i32),
    /// By this signal.
    Signal(i32),
    /// The person cancelled it.
    Cancelled,
    /// It could not be started; why.
    NotStarted(String),
}

impl Ended {
    /// Whether all went well.
    pub fn is_success(&self) -> bool {
        *self == Self::Code(0)
    }
}

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Code(code) => write!(f, "exit code {code}"),
            Self::Signal(signal) => write!(f, "ended by signal {signal}"),
            Self::Cancelled => f.write_str("cancelled"),
            Self::NotStarted(reason) => write!(f, "could not be started: {reason}"),
        }
    }
}

/// How far a program is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ProgramState {
    /// Until every edit is on disk.
    Waiting,
    Running,
    /// It was asked to end.
    Stopping,
    Ended(Ended),
}

/// The program that ran last, or still runs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Program {
    run: ProgramRun,
    pub state: ProgramState,
    /// What it printed, control characters and all.
    pub lines: Vec<String>,
    /// How many lines before those are no longer kept.
    pub left_out: usize,
    /// Whether the last line may go on.
    is_open: bool,
}

impl Program {
    /// One that has ended, with what it printed.
    pub(crate) fn over(name: &str, ended: Ended, output: &str) -> Self {
        let mut program = Self {
            run: ProgramRun {
                serial: 0,
                name: name.to_owned(),
                program: OsString::new(),
                arguments: Vec::new(),
                variables: Vec::new(),
                folder: PathBuf::new(),
                writes: false,
            },
            state: ProgramState::Ended(ended),
            lines: Vec::new(),
            left_out: 0,
            is_open: false,
        };
        program.print(output);
        program
    }

    /// What the command is called.
    pub fn name(&self) -> &str {
        &self.run.name
    }

    /// Whether it has not ended yet.
    pub fn is_running(&self) -> bool {
        !matches!(self.state, ProgramState::Ended(_))
    }

    /// Adds to what it printed.
    fn print(&mut self, text: &str) {
        for part in text.split_inclusive('\n') {
            let (line, is_whole) = match part.strip_suffix('\n') {
                Some(line) => (line.strip_suffix('\r').unwrap_or(line), true),
                None => (part, false),
            };
            let may_grow = |last: &&mut String| last.len() < LONGEST_LINE;
            match self
                .lines
                .last_mut()
                .filter(|last| self.is_open && may_grow(last))
            {
                Some(last) => last.push_str(line),
                None => self.lines.push(line.to_owned()),
            }
            self.is_open = !is_whole;
        }
        // Twice as many before they are cut: it costs as much as there is to cut.
        if self.lines.len() > 2 * MOST_LINES {
            let surplus = self.lines.len() - MOST_LINES;
            self.lines.drain(..surplus);
            self.left_out += surplus;
        }
    }
}

/// The programs of commands of one's own.
#[derive(Debug, Default)]
pub struct Programs {
    /// The one that ran last, or still runs.
    pub last: Option<Program>,
}

impl Programs {
    /// The name of the command that still runs.
    pub(crate) fn running(&self) -> Option<&str> {
        let running = self.last.as_ref().filter(|program| program.is_running());
        running.map(Program::name)
    }

    fn of(&mut self, serial: u64) -> Option<&mut Program> {
        self.last
            .as_mut()
            .filter(|program| program.run.serial == serial)
    }
}

/// The command that shows what was printed.
pub(crate) const COMMANDS: &[Command] = &[Command {
    name: "show-output",
    keys: &["O"],
    title: "Show what git or your own command printed last, or still prints",
    group: Group::View,
    places: Places::ScreensAnd(&[]),
    blocked: |model| {
        let none = model.programs.last.is_none();
        none.then(|| "neither git nor a command of your own has run yet".to_owned())
    },
    run: |model| model.overlays.push(Overlay::Output(Output::default())),
    ..Command::BASE
}];

impl Model {
    /// Has a program run, as soon as it may, and shows what it prints.
    pub(super) fn start_program(&mut self, run: ProgramRun) {
        self.programs.last = Some(Program {
            run,
            state: ProgramState::Waiting,
            lines: Vec::new(),
            left_out: 0,
            is_open: false,
        });
        self.overlays.push(Overlay::Output(Output::default()));
        self.begin_program();
    }

    /// Begins the program that waits, if it may begin: one that writes meets every edit.
    pub(crate) fn begin_program(&mut self) {
        let is_saving = self.sync.saving() > 0;
        let Some(program) = &mut self.programs.last else {
            return;
        };
        if program.state == ProgramState::Waiting && !(program.run.writes && is_saving) {
            program.state = ProgramState::Running;
            self.effects.push(Effect::RunProgram(program.run.clone()));
        }
    }

    /// Shows what the program printed that ran last.
    pub(crate) fn show_output(&mut self) {
        self.overlays.push(Overlay::Output(Output::default()));
    }

    /// Asks the program that runs to end.
    pub(crate) fn stop_program(&mut self) {
        let Some(program) = &mut self.programs.last else {
            return;
        };
        match program.state {
            // Nobody has begun it.
            ProgramState::Waiting => {
                program.state = ProgramState::Ended(Ended::Cancelled);
            }
            ProgramState::Running => {
                program.state = ProgramState::Stopping;
                self.effects.push(Effect::StopProgram);
            }
            ProgramState::Stopping | ProgramState::Ended(_) => {}
        }
    }

    /// Takes what a program printed.
    pub(crate) fn printed(&mut self, serial: u64, text: &str) {
        if let Some(program) = self.programs.of(serial) {
            program.print(text);
        }
    }

    /// Takes how a program ended. Who does not look at its output is told.
    pub(crate) fn program_ended(&mut self, serial: u64, ended: Ended) {
        let Some(program) = self.programs.of(serial) else {
            return;
        };
        // Which signal ended what was told to end is of no interest.
        let ended = match (&program.state, ended) {
            (ProgramState::Stopping, Ended::Signal(_)) => Ended::Cancelled,
            (_, ended) => ended,
        };
        program.state = ProgramState::Ended(ended.clone());
        if program.run.writes {
            self.effects.push(Effect::LookAgain);
        }
        let is_shown = |overlay: &Overlay| matches!(overlay, Overlay::Output(_));
        if self.overlays.iter().any(is_shown) {
            return;
        }
        let key = self.keymap.key_of("show-output");
        let name = self
            .programs
            .last
            .as_ref()
            .map(Program::name)
            .unwrap_or_default();
        let text = format!("{name}: {ended} · {key} shows what it printed");
        match ended.is_success() {
            true => self.say(text),
            false => self.refuse(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program() -> Program {
        Program {
            run: ProgramRun {
                serial: 1,
                name: "lint".to_owned(),
                program: "lint".into(),
                arguments: Vec::new(),
                variables: Vec::new(),
                folder: PathBuf::new(),
                writes: false,
            },
            state: ProgramState::Running,
            lines: Vec::new(),
            left_out: 0,
            is_open: false,
        }
    }

    #[test]
    fn lines_are_put_together_from_what_arrives() {
        let mut program = program();
        for text in ["one\ntw", "o", "\r\n", "\n", "three"] {
            program.print(text);
        }
        assert_eq!(program.lines, ["one", "two", "", "three"]);
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut program = program();
        for _ in 0..5 * MOST_LINES {
            program.print("x\n");
        }
        assert!(program.lines.len() <= 2 * MOST_LINES);
        assert_eq!(program.lines.len() + program.left_out, 5 * MOST_LINES);
        for _ in 0..100 {
            program.print(&"y".repeat(1_000));
        }
        let longest = program.lines.iter().map(String::len).max().unwrap();
        assert!(longest < 2 * LONGEST_LINE, "{longest}");
    }
}
