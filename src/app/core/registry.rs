//! The one registry of commands. Keymap, footer hints, help, palette, the README's key
//! table and the conflict test are all derived from it.

use super::command::Command;
use super::screen::Screen;
use super::{navigate, view};
use crate::app::overlays::list;
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
    own.chain([list::COMMANDS, navigate::COMMANDS])
        .chain(views)
        .flatten()
        .chain(SCREENS.iter().map(|screen| &screen.command))
        .chain(view::COMMANDS)
}

/// The command with this name.
pub fn named(name: &str) -> Option<&'static Command> {
    all().find(|command| command.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::core::command::Places;
    use crate::app::core::key::Key;
    use std::collections::HashMap;

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
