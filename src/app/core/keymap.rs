//! Which key runs which command where: the registry's defaults and the configuration's
//! own wishes.

use std::collections::{BTreeMap, HashMap};

use super::command::{Command, Focus};
use super::key::Key;
use super::registry;
use crate::app::own::OwnCommand;

/// Keys in force.
#[derive(Clone)]
pub struct Keymap {
    by_key: ByKey,
    by_name: HashMap<&'static str, Vec<Key>>,
    /// Commands beyond those of the registry, by name.
    own: BTreeMap<&'static str, &'static OwnCommand>,
}

impl Default for Keymap {
    fn default() -> Self {
        Self::new(&BTreeMap::new()).0
    }
}

/// A wish of the configuration that cannot be granted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyProblem {
    /// The entry, as the configuration spells it.
    pub entry: String,
    /// Why not, and what holds instead.
    pub message: String,
}

impl Keymap {
    /// The registry's keys, with those of `wishes` (command name to keys) in their place.
    /// Also answers what could not be granted.
    pub fn new(wishes: &Wishes) -> (Self, Vec<KeyProblem>) {
        Self::layered(&[wishes])
    }

    /// The same with the wishes of several configurations, of which an earlier one wins.
    ///
    /// A key has one meaning at a place, so a wish for one that another command keeps is refused,
    /// and of two wishes for one key the first in the registry is granted. A command none of whose
    /// wishes is granted keeps its own keys; one without any wish (an empty list) has none.
    pub(crate) fn layered(layers: &[&Wishes]) -> (Self, Vec<KeyProblem>) {
        Self::with_own(&[], layers)
    }

    /// The same with commands of one's own, whose keys are wishes like others.
    pub(crate) fn with_own(
        own: &[&'static OwnCommand],
        layers: &[&Wishes],
    ) -> (Self, Vec<KeyProblem>) {
        let own = own.iter().map(|own| (own.command.name, *own));
        let own: BTreeMap<&'static str, &'static OwnCommand> = own.collect();
        let commands: Vec<&'static Command> = all_with(&own).collect();
        let named = |name: &str| {
            let own = own.get(name).map(|own| &own.command);
            own.or_else(|| registry::named(name))
        };
        let mut refused: Vec<(String, String)> = Vec::new();
        let mut wished = Wished::new();
        let all = (layers.iter().enumerate()).flat_map(|(layer, wishes)| {
            let earlier = &layers[..layer];
            let is_new = |(name, _): &(&String, _)| !earlier.iter().any(|e| e.contains_key(*name));
            wishes.iter().filter(is_new).map(move |wish| (layer, wish))
        });
        for (layer, (name, texts)) in all {
            let Some(command) = named(name) else {
                let reason = "there is no such command; docs/keys.md lists them".to_owned();
                refused.push((name.clone(), reason));
                continue;
            };
            let mut keys = Vec::new();
            for text in texts {
                match text.parse::<Key>() {
                    Ok(key) if keys.contains(&key) => {}
                    Ok(key) => keys.push(key),
                    Err(reason) => refused.push((name.clone(), reason)),
                }
            }
            if texts.is_empty() || !keys.is_empty() {
                let entry = name.clone();
                let wish = Wish { layer, entry, keys };
                wished.entry(command.name).or_insert(wish);
            }
        }
        let by_key = loop {
            let (map, taken) = settle(&wished, &commands);
            let Some((command, key, other)) = taken else {
                break map;
            };
            let reason = format!("{key} is taken by {}", other.name);
            // What comes back to its own keys may stand in the way of another wish: once more.
            let Some(wish) = wished.get_mut(command.name) else {
                debug_assert!(false, "{} in the registry: {reason}", command.name);
                break map;
            };
            refused.push((wish.entry.clone(), reason));
            wish.keys.retain(|wished| *wished != key);
            if wish.keys.is_empty() {
                wished.remove(command.name);
            }
        };
        let by_name: HashMap<&'static str, Vec<Key>> = (commands.iter())
            .map(|command| (command.name, keys_of(command, &wished)))
            .collect();
        let map = Self {
            by_key,
            by_name,
            own,
        };
        let problems = refused.into_iter().map(|(entry, reason)| {
            let stays = match map.named(&entry) {
                Some(command) if !wished.contains_key(command.name) => match map.own(&entry) {
                    Some(_) => "; it has no key, and runs from the palette".to_owned(),
                    None => format!("; it stays on {}", map.key_of(command.name)),
                },
                _ => String::new(),
            };
            let table = match map.own(&entry) {
                Some(_) => format!("[commands.{entry}] key"),
                None => format!("[keys] {entry}"),
            };
            let message = format!("{table}: {reason}{stays}");
            KeyProblem { entry, message }
        });
        let problems = problems.collect();
        (map, problems)
    }

    /// Every command: those of the registry, then one's own.
    pub fn commands(&self) -> impl Iterator<Item = &'static Command> + '_ {
        all_with(&self.own)
    }

    /// The command with this name.
    pub(crate) fn named(&self, name: &str) -> Option<&'static Command> {
        let own = self.own(name).map(|own| &own.command);
        own.or_else(|| registry::named(name))
    }

    /// One's own command with this name.
    pub(crate) fn own(&self, name: &str) -> Option<&'static OwnCommand> {
        self.own.get(name).copied()
    }

    /// The command that `key` runs at `place`.
    pub fn command(&self, place: Focus, key: Key) -> Option<&'static Command> {
        let commands = self.by_key.get(&key)?.iter();
        commands
            .copied()
            .find(|command| command.places.contains(place))
    }

    /// The keys that run `command` at `place`, the first one first.
    pub fn keys(&self, place: Focus, command: &Command) -> Vec<Key> {
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

    /// `text` with the key in force for each `{command}` in it.
    pub fn spell(&self, text: &str) -> String {
        let mut spelled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            spelled.push_str(before);
            let placeholder = after
                .split_once('}')
                .and_then(|(name, rest)| Some((registry::named(name)?, rest)));
            let Some((command, behind)) = placeholder else {
                spelled.push('{');
                rest = after;
                continue;
            };
            spelled.push_str(&self.key_of(command.name));
            rest = behind;
        }
        spelled + rest
    }

    /// The key that people are told to press for the command called `name`, wherever it works.
    pub(crate) fn key_of(&self, name: &str) -> String {
        self.by_name
            .get(name)
            .and_then(|keys| keys.first())
            .map_or_else(|| format!(":{name}"), ToString::to_string)
    }
}

/// A command's name with the keys that are wished for it, as the configuration spells both.
pub(crate) type Wishes = BTreeMap<String, Vec<String>>;

/// What a key runs, in one place or another.
type ByKey = HashMap<Key, Vec<&'static Command>>;

/// The keys wished for a command.
struct Wish {
    /// Which of the configurations wishes them; an earlier one wins.
    layer: usize,
    /// The command as the entry spells it.
    entry: String,
    keys: Vec<Key>,
}

/// By the command's name.
type Wished = HashMap<&'static str, Wish>;

/// The commands of the registry, then these.
fn all_with(
    own: &BTreeMap<&'static str, &'static OwnCommand>,
) -> impl Iterator<Item = &'static Command> {
    let own = own.values().map(|own| &own.command);
    registry::all().chain(own)
}

/// The keys of every command under these wishes, and the first wish for a key that another
/// command has: the wisher, the key, the other.
fn settle(
    wished: &Wished,
    commands: &[&'static Command],
) -> (ByKey, Option<(&'static Command, Key, &'static Command)>) {
    let mut by_key = ByKey::new();
    let mut commands = commands.to_vec();
    // Those that keep their keys come first, then layer by layer those that take some.
    commands.sort_by_key(|command| wished.get(command.name).map(|wish| wish.layer));
    for command in commands {
        for key in keys_of(command, wished) {
            let others: &mut Vec<&'static Command> = by_key.entry(key).or_default();
            let has_it = |other: &&'static Command| {
                other.name != command.name && other.places.overlap(command.places)
            };
            if let Some(other) = others.iter().copied().find(has_it) {
                return (by_key, Some((command, key, other)));
            }
            others.push(command);
        }
    }
    (by_key, None)
}

/// The keys that a command has: those wished for, else its own.
fn keys_of(command: &Command, wished: &Wished) -> Vec<Key> {
    match wished.get(command.name) {
        Some(Wish { keys, .. }) => keys.clone(),
        // The registry's keys are all keys, which its test says.
        None => command.keys.iter().flat_map(|key| key.parse()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::core::command::Places;

    fn wishes(pairs: &[(&str, &str)]) -> Wishes {
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
        assert!(map.command(Focus::STEPS, key("q")).is_none());
        assert_eq!(
            map.command(Focus::STEPS, key("ctrl-q")).unwrap().name,
            "quit"
        );
        assert_eq!(map.key_of("quit"), "Ctrl-q");
    }

    fn messages(pairs: &[(&str, &str)]) -> (Keymap, Vec<String>) {
        let (map, problems) = Keymap::new(&wishes(pairs));
        (map, problems.into_iter().map(|p| p.message).collect())
    }

    #[test]
    fn a_wish_that_cannot_be_had_leaves_the_key_that_was_there() {
        for (pairs, said) in [
            (
                &[("complete", "ctrl+q")][..],
                &[
                    "[keys] complete: “ctrl+q” is not a key: write a character, or a name such as \
                   space, enter, f5, ctrl-q; it stays on x",
                ][..],
            ),
            (
                &[("complete", "u")],
                &["[keys] complete: u is taken by undo; it stays on x"],
            ),
            (
                &[("mark", "?")],
                &["[keys] mark: ? is taken by help; it stays on space"],
            ),
            (
                &[("fly", "f")],
                &["[keys] fly: there is no such command; docs/keys.md lists them"],
            ),
            // A former name is answered as it was spelled.
            (
                &[("take-out", "u")],
                &["[keys] take-out: u is taken by undo; it stays on D"],
            ),
            // Of two wishes the registry's first is granted.
            (
                &[
                    ("undo", "f60"),
                    ("undo", "f60"),
                    ("redo", "alt-r"),
                    ("quit", "alt-r"),
                ],
                &[
                    "[keys] undo: “f60” is not a key: write a character, or a name such as space, \
                     enter, f5, ctrl-q; it stays on u",
                    "[keys] quit: Alt-r is taken by redo; it stays on q",
                ],
            ),
            // Who keeps a key after all keeps it from others.
            (
                &[("complete", "u"), ("mark", "x")],
                &[
                    "[keys] complete: u is taken by undo; it stays on x",
                    "[keys] mark: x is taken by complete; it stays on space",
                ],
            ),
        ] {
            let (map, problems) = messages(pairs);
            assert_eq!(problems, said, "{pairs:?}");
            for name in ["complete", "undo", "mark", "help"] {
                let keys = registry::named(name).unwrap().keys;
                let default: Key = keys[0].parse().unwrap();
                assert_eq!(map.key_of(name), default.to_string(), "{pairs:?}");
                let runs = map.command(Focus::STEPS, default).unwrap();
                assert_eq!(runs.name, name, "{pairs:?}");
            }
        }
    }

    #[test]
    fn keys_can_change_places_and_be_taken_away() {
        let (map, problems) = messages(&[("redo", "u"), ("undo", "U")]);
        assert_eq!(problems, [] as [&str; 0]);
        assert_eq!(
            (map.key_of("redo"), map.key_of("undo")),
            ("u".to_owned(), "U".to_owned())
        );
        let none = BTreeMap::from([("complete".to_owned(), Vec::new())]);
        let (map, problems) = Keymap::new(&none);
        assert_eq!(problems, []);
        assert_eq!(map.key_of("complete"), ":complete");
        assert_eq!(
            map.command(Focus::STEPS, "x".parse().unwrap())
                .map(|c| c.name),
            None
        );
    }

    #[test]
    fn a_stronger_wish_takes_the_key_of_a_weaker_one() {
        let own = wishes(&[("redo", "alt-r"), ("undo", "alt-z")]);
        let shared = wishes(&[("undo", "alt-y"), ("quit", "alt-r"), ("mark", "alt-m")]);
        let (map, problems) = Keymap::layered(&[&own, &shared]);
        let keys = ["redo", "undo", "quit", "mark"].map(|name| map.key_of(name));
        assert_eq!(keys, ["Alt-r", "Alt-z", "q", "Alt-m"]);
        let refused: Vec<&str> = problems.iter().map(|p| p.entry.as_str()).collect();
        assert_eq!(refused, ["quit"]);
    }

    #[test]
    fn of_several_keys_those_that_can_be_had_are_granted() {
        let both = vec!["u".to_owned(), "alt-x".to_owned()];
        let (map, problems) = Keymap::new(&BTreeMap::from([("complete".to_owned(), both)]));
        assert_eq!(problems[0].message, "[keys] complete: u is taken by undo");
        assert_eq!(map.key_of("complete"), "Alt-x");
        assert_eq!(map.key_of("undo"), "u");
    }

    #[test]
    fn a_text_names_the_keys_in_force() {
        let (map, _) = messages(&[("edit", "alt-e")]);
        assert_eq!(
            map.spell("`{edit}` writes {\"a\"}, {problem-fix} {no-such} {"),
            "`Alt-e` writes {\"a\"}, f {no-such} {"
        );
    }

    /// Every place that a command names.
    fn places() -> impl Iterator<Item = Focus> {
        let named = |command: &Command| match command.places {
            Places::Only(these) | Places::ScreensAnd(these) => these,
            _ => &[],
        };
        registry::all().flat_map(named).copied()
    }

    proptest::proptest! {
        /// Whatever is wished for: each command that has keys in the registry and was not told to
        /// have none has one, and each key that people are told runs what they are told.
        #[test]
        fn every_key_told_runs_its_command(
            picks in proptest::collection::vec((0usize..200, 0usize..200), 0..6),
        ) {
            let commands: Vec<&Command> = registry::all().collect();
            let keys: Vec<&str> = commands.iter().flat_map(|c| c.keys).copied().chain(["alt-x", "??"]).collect();
            let pairs: Vec<(&str, &str)> = picks
                .iter()
                .map(|(c, k)| (commands[c % commands.len()].name, keys[k % keys.len()]))
                .collect();
            let (map, _) = Keymap::new(&wishes(&pairs));
            for command in commands {
                let has_key = !map.by_name[command.name].is_empty();
                proptest::prop_assert!(has_key || command.keys.is_empty(), "{}", command.name);
                for key in &map.by_name[command.name] {
                    for place in places().filter(|place| command.places.contains(*place)) {
                        let runs = map.command(place, *key).map(|c| c.name);
                        proptest::prop_assert_eq!(runs, Some(command.name));
                    }
                }
            }
        }
    }
}
