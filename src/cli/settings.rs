//! The configuration of both files, judged by everybody who knows a part of it: the reader of the
//! files, the registry of commands, the rules, the terms of the ranking.

use std::collections::BTreeMap;
use std::path::Path;

use crate::app::core::keymap::Keymap;
use crate::app::own;
use crate::plan::checks::{Problem, Severity, unknown_settings};
use crate::plan::paper::PAPERS;
use crate::plan::ranking::term::{Weights, unknown_term};
use crate::plan::source::Location;
use crate::store::locate::config::{Config, ConfigFile, Located};
use crate::store::locate::discover::Layout;

/// What holds for one person at one plan.
pub struct Settings {
    /// The shared configuration with one's own over it.
    pub config: Config,
    /// The keys in force.
    pub keymap: Keymap,
    /// How much each term of the ranking counts.
    pub weights: Weights,
    /// All that is wrong in both files, by file and line. What is wrong in the shared file does not
    /// depend on one's own.
    pub problems: Vec<Problem>,
}

/// Whether the person wants the mouse: their own file alone says so, before any plan is found.
pub fn mouse(own: Option<&Path>) -> bool {
    let mut config = Config::default();
    own.map(|own| config.load(ConfigFile::Own, (own, own), PAPERS));
    config.mouse
}

type Keys = BTreeMap<String, Located<Vec<String>>>;

/// The settings at this plan for whoever has the file `own`.
pub fn judged(layout: &Layout, own: Option<&Path>) -> Settings {
    let mut config = layout.config.clone();
    let mut problems = layout.config_problems.clone();
    if let Some(own) = own {
        let read = config.load(ConfigFile::Own, (own, own), layout.papers.specs);
        problems.extend(read);
    }
    let wishes = |keys: &Keys| -> BTreeMap<String, Vec<String>> {
        let wishes = keys.iter();
        wishes
            .map(|(name, keys)| (name.clone(), keys.value.clone()))
            .collect()
    };
    let (shared, mut own) = (wishes(&config.keys), wishes(&config.own_keys));
    let own_commands = own::prepare(&config.commands);
    // What `[keys]` says of a command comes before what its own table does.
    for (name, keys) in own_commands.wishes {
        own.entry(name).or_insert(keys);
    }
    let mut mistake = |place: &Location, severity, message| {
        problems.push(Problem::of_configuration(place.clone(), severity, message));
    };
    for problem in Keymap::new(&shared).1 {
        let place = &config.keys[&problem.entry].place;
        mistake(place, Severity::Warning, problem.message);
    }
    for (place, message) in own_commands.mistakes {
        mistake(&place, Severity::Note, message);
    }
    let (keymap, refused) = Keymap::with_own(&own_commands.commands, &[&own, &shared]);
    for problem in refused {
        let of_command = config.commands.get(&problem.entry);
        let of_command = of_command.and_then(|table| table.keys.as_ref());
        let keys = config.own_keys.get(&problem.entry).or(of_command);
        if let Some(keys) = keys {
            mistake(&keys.place, Severity::Note, problem.message);
        }
    }
    for (code, message) in unknown_settings(&layout.severities()) {
        mistake(&config.checks[&code].place, Severity::Warning, message);
    }
    let weights = config.ranking.iter();
    let (weights, unknown) = Weights::with(weights.map(|(name, at)| (name.as_str(), at.value)));
    for name in unknown {
        let place = &config.ranking[name].place;
        mistake(place, Severity::Warning, unknown_term(name));
    }
    problems.sort_by(Problem::order);
    Settings {
        keymap,
        weights,
        problems,
        config,
    }
}
