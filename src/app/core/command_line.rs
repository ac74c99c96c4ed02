//! The command line that prints what the screen shows: each screen says its subcommand, and what
//! chooses the plan comes from how the cockpit was started.

use super::command::{Command, Group};
use super::model::Model;

/// The command that shows and copies it.
pub(crate) const COMMANDS: &[Command] = &[Command {
    name: "command-line",
    keys: &["$"],
    title: "Show and copy the command line that prints what this screen shows",
    group: Group::Find,
    run: |model| match model.command_line() {
        Ok(line) => {
            model.copy(line.clone(), "the command line".to_owned());
            model.note("What prints this screen", vec![line]);
        }
        Err(reason) => model.refuse(reason),
    },
    ..Command::BASE
}];

impl Model {
    /// The command line that prints what the screen shows, quoted for a POSIX shell.
    ///
    /// # Errors
    /// Why there is none, in words.
    pub fn command_line(&self) -> Result<String, String> {
        let words = self.shown().command_line(self)?;
        let (subcommand, arguments) = words.split_first().ok_or("nothing prints this screen")?;
        let at = self.context.as_of.as_ref();
        let at = at.map(|shown| ["--at".to_owned(), shown.commit.clone()]);
        let program = "stepdeck".to_owned();
        let all = [&program, subcommand]
            .into_iter()
            .chain(&self.context.chosen);
        let all = all.chain(at.iter().flatten()).chain(arguments);
        shlex::try_join(all.map(String::as_str))
            .map_err(|_| "a NUL character stands in it, which no shell can be given".to_owned())
    }

    /// The arguments of a subcommand for the filter of the step list.
    ///
    /// # Errors
    /// When it asks for what only the cockpit knows.
    pub(crate) fn filter_arguments(&self) -> Result<Vec<String>, String> {
        let filter = &self.view.filter;
        if filter.asks_marks() {
            return Err("the filter asks for marks, which only the cockpit has".to_owned());
        }
        match filter.text() {
            "" => Ok(Vec::new()),
            // A text that begins with `-` would be an option of its own.
            text if text.starts_with('-') => Ok(vec![format!("--filter={text}")]),
            text => Ok(vec!["--filter".to_owned(), text.to_owned()]),
        }
    }
}

/// A subcommand about something with a name, which is never taken for an option.
pub(crate) fn about(subcommand: &str, name: &str) -> Vec<String> {
    let end_of_options = name.starts_with('-').then_some("--");
    [Some(subcommand), end_of_options, Some(name)]
        .into_iter()
        .flatten()
        .map(str::to_owned)
        .collect()
}
