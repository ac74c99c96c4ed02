//! The one registry of commands. Keymap, footer hints, help, palette, the README's key
//! table and the conflict test are all derived from it.

use super::command::Command;
use super::screen::Screen;
use super::{as_of, command_line, navigate, view};
use crate::app::overlays::{conflict, list, merge, step_history};
use crate::app::own::programs;
use crate::app::screens::SCREENS;
use crate::app::screens::welcome::Welcome;

/// Every command, in the order of help and footer: what one does on a screen, moving about,
/// what is shown and how, the program itself.
pub fn all() -> impl Iterator<Item = &'static Command> {
    let screens = || {
        SCREENS
            .iter()
            .map(|screen| screen.screen)
            .chain([&Welcome as &dyn Screen])
    };
    let own = screens().flat_map(|screen| screen.commands()).copied();
    let views = screens().map(|screen| screen.views());
    own.chain([
        list::COMMANDS,
        conflict::COMMANDS,
        merge::COMMANDS,
        navigate::COMMANDS,
    ])
    .chain(views)
    .chain([step_history::COMMANDS, as_of::COMMANDS])
    .chain([programs::COMMANDS, command_line::COMMANDS])
    .flatten()
    .chain(SCREENS.iter().map(|screen| &screen.command))
    .chain(view::COMMANDS)
}

/// Names that commands had in earlier versions, and what they are called now: both work in
/// `[keys]`.
const FORMER_NAMES: &[(&str, &str)] = &[
    ("back-in-jumps", "jump-back"),
    ("day-after", "next-day"),
    ("day-before", "previous-day"),
    ("edit-result", "merge-by-hand"),
    ("edit-whole", "edit-step"),
    ("first-dependant", "first-dependent"),
    ("forth-in-jumps", "jump-forward"),
    ("hold-back", "add-dependent"),
    ("mark-shown", "mark-all"),
    ("mend", "fix-dependency"),
    ("problems-of-plan", "list-problems"),
    ("set-aside", "defer-step"),
    ("standup-copy", "copy-standup"),
    ("take-back-review", "undo-review"),
    ("take-out", "remove"),
];

/// The command with this name, or that had it in an earlier version.
pub fn named(name: &str) -> Option<&'static Command> {
    let former = FORMER_NAMES.iter().find(|(former, _)| *former == name);
    let name = former.map_or(name, |(_, now)| now);
    all().find(|command| command.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::core::command::{Focus, Places};
    use crate::app::core::key::Key;
    use crate::app::core::keymap::Keymap;
    use std::collections::HashMap;

    #[test]
    fn a_former_name_still_binds_without_a_problem() {
        for (former, now) in FORMER_NAMES {
            let command = named(former).unwrap();
            assert_eq!(command.name, *now);
            let wishes = [((*former).to_owned(), vec!["alt-x".to_owned()])];
            let (keymap, problems) = Keymap::new(&wishes.into());
            assert_eq!(problems, [], "{former}");
            assert_eq!(keymap.key_of(now), "Alt-x", "{former}");
            let place = match command.places {
                Places::Only([first, ..]) => *first,
                _ => Focus::STEPS,
            };
            let runs = keymap.command(place, "alt-x".parse().unwrap());
            assert_eq!(runs.map(|command| command.name), Some(*now));
        }
    }

    #[test]
    fn names_are_unique_and_keys_mean_one_thing_at_a_place() {
        let mut names = HashMap::new();
        let mut keys: HashMap<Key, Vec<&Command>> = HashMap::new();
        for command in all() {
            assert_eq!(
                names.insert(command.name, ()),
                None,
                "{} twice",
                command.name
            );
            assert!(!command.title.is_empty() && command.places != Places::Only(&[]));
            let is_former = |(former, _): &(&str, &str)| *former == command.name;
            assert!(!FORMER_NAMES.iter().any(is_former), "{}", command.name);
            for key in command.keys {
                let key: Key = key.parse().unwrap();
                let others = keys.entry(key).or_default();
                let taken = others
                    .iter()
                    .find(|other| other.places.overlap(command.places));
                assert!(
                    taken.is_none(),
                    "{key} of {}: {}",
                    command.name,
                    taken.unwrap().name
                );
                others.push(command);
            }
        }
    }
}
