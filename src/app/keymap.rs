//! Which key runs which command where: the registry's defaults and the configuration's
//! own wishes.

use std::collections::{BTreeMap, HashMap};

use super::command::{self, Command, Place};
use super::key::Key;

/// Keys in force.
pub struct Keymap {
    by_key: HashMap<(Place, Key), &'static Command>,
    by_name: HashMap<&'static str, Vec<Key>>,
}

impl Default for Keymap {
    fn default() -> Self {
        Self::new(&BTreeMap::new()).0
    }
}

impl Keymap {
    /// The registry's keys, with those of `wishes` (command name to keys) in their place.
    /// Also answers what could not be granted, one sentence each.
    pub fn new(wishes: &BTreeMap<String, Vec<String>>) -> (Self, Vec<String>) {
        let mut problems = Vec::new();
        for name in wishes.keys().filter(|name| command::named(name).is_none()) {
            problems.push(format!(
                "[keys] {name}: there is no such command; the README lists them"
            ));
        }
        let mut map = Self {
            by_key: HashMap::new(),
            by_name: HashMap::new(),
        };
        for command in command::all() {
            let wished = wishes.get(command.name);
            let mut keys = Vec::new();
            let defaults = command.keys.iter().map(ToString::to_string);
            for text in wished.cloned().unwrap_or_else(|| defaults.collect()) {
                match text.parse::<Key>() {
                    Ok(key) => keys.push(key),
                    Err(reason) => problems.push(format!("[keys] {}: {reason}", command.name)),
                }
            }
            for key in &keys {
                for place in command.places {
                    let slot = (*place, *key);
                    match map.by_key.get(&slot) {
                        // A wish takes a default's key; two wishes for one key are a mistake.
                        Some(other) if wished.is_none() && wishes.contains_key(other.name) => {}
                        Some(other) if wished.is_some() && wishes.contains_key(other.name) => {
                            let problem = format!(
                                "[keys] {key} is given to both {} and {}",
                                other.name, command.name
                            );
                            if !problems.contains(&problem) {
                                problems.push(problem);
                            }
                        }
                        _ => {
                            map.by_key.insert(slot, command);
                        }
                    }
                }
            }
            map.by_name.insert(command.name, keys);
        }
        (map, problems)
    }

    /// The command that `key` runs at `place`.
    pub fn command(&self, place: Place, key: Key) -> Option<&'static Command> {
        self.by_key.get(&(place, key)).copied()
    }

    /// The keys that run `command` at `place`, the first one first.
    pub fn keys(&self, place: Place, command: &Command) -> Vec<Key> {
        self.by_name
            .get(command.name)
            .into_iter()
            .flatten()
            .copied()
            .filter(|key| {
                self.command(place, *key)
                    .is_some_and(|winner| winner.name == command.name)
            })
            .collect()
    }

    /// The key that people are told to press for the command called `name`, wherever it works.
    pub fn key_of(&self, name: &str) -> String {
        self.by_name
            .get(name)
            .and_then(|keys| keys.first())
            .map_or_else(|| format!(":{name}"), ToString::to_string)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wishes(pairs: &[(&str, &str)]) -> BTreeMap<String, Vec<String>> {
        pairs
            .iter()
            .map(|(name, key)| ((*name).to_owned(), vec![(*key).to_owned()]))
            .collect()
    }

    #[test]
    fn a_wish_takes_the_key_and_hints_follow() {
        let (map, problems) = Keymap::new(&wishes(&[("quit", "ctrl-q")]));
        assert!(problems.is_empty(), "{problems:?}");
        let key = |text: &str| text.parse::<Key>().unwrap();
        assert!(map.command(Place::Steps, key("q")).is_none());
        assert_eq!(
            map.command(Place::Steps, key("ctrl-q")).unwrap().name,
            "quit"
        );
        assert_eq!(map.key_of("quit"), "Ctrl-q");
    }

    #[test]
    fn wishes_that_cannot_be_granted_are_told() {
        let (_, problems) = Keymap::new(&wishes(&[
            ("fly", "f"),
            ("quit", "xx"),
            ("undo", "j"),
            ("redo", "j"),
        ]));
        assert_eq!(problems.len(), 3, "{problems:?}");
    }
}
