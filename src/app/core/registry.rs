//! The one registry of commands. Keymap, footer hints, help, palette, the README's key
//! table and the conflict test are all derived from it.

use super::command::Command;
use crate::app::{overlays, screens};

/// Every command, in the order of help and footer.
pub fn all() -> impl Iterator<Item = &'static Command> {
    [
        screens::plan::edit::COMMANDS,
        overlays::conflict::COMMANDS,
        overlays::list::COMMANDS,
        screens::gates::commands::COMMANDS,
        screens::gate_review::commands::COMMANDS,
        screens::problems::commands::COMMANDS,
        screens::review::commands::COMMANDS,
        screens::welcome::COMMANDS,
        screens::standup::commands::COMMANDS,
        screens::plan::find::COMMANDS,
        super::navigate::COMMANDS,
        super::view::COMMANDS,
    ]
    .into_iter()
    .flatten()
}

/// The command with this name.
pub fn named(name: &str) -> Option<&'static Command> {
    all().find(|command| command.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::core::command::Focus;
    use crate::app::core::key::Key;
    use std::collections::HashMap;

    #[test]
    fn names_are_unique_and_keys_mean_one_thing_at_a_place() {
        let mut names = HashMap::new();
        let mut keys: HashMap<(Focus, Key), &str> = HashMap::new();
        for command in all() {
            assert_eq!(
                names.insert(command.name, ()),
                None,
                "{} twice",
                command.name
            );
            assert!(!command.title.is_empty() && !command.places.is_empty());
            for key in command.keys {
                let key: Key = key.parse().unwrap();
                for place in command.places {
                    let taken = keys.insert((*place, key), command.name);
                    assert_eq!(taken, None, "{key} in {place:?}: {}", command.name);
                }
            }
        }
    }
}
