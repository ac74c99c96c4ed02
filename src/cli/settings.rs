//! The configuration judged by everybody who knows a part of it: the reader of the file, the
//! registry of commands, the rules, the terms of the ranking.

use std::collections::BTreeMap;
use std::path::Path;

use crate::app::core::keymap::Keymap;
use crate::plan::checks::{Problem, Severity, unknown_settings};
use crate::plan::ranking::term::{Weights, unknown_term};
use crate::plan::source;
use crate::store::locate::config;
use crate::store::locate::config::Located;
use crate::store::locate::discover::Layout;

/// The keys in force, and all that is wrong in the configuration, in the order of the file.
pub fn judged(layout: &Layout) -> (Keymap, Vec<Problem>) {
    let config = &layout.config;
    let below = |path: &Path| path.strip_prefix(&layout.root).unwrap_or(path).to_owned();
    let file = below(&layout.config_file);
    let read = layout.config_problems.iter().map(|problem| {
        let severity = match problem.severity {
            config::Severity::Error => Severity::Error,
            config::Severity::Warning => Severity::Warning,
        };
        let at = problem.place;
        let place = source::Location {
            path: below(&problem.path),
            line: at.line,
            column: at.column,
        };
        Problem::of_configuration(place, severity, problem.message.clone())
    });
    let mut problems: Vec<Problem> = read.collect();
    let mut mistake = |at: Option<config::Place>, message: String| {
        let place = source::Location {
            path: file.clone(),
            line: at.map_or(1, |at| at.line),
            column: at.map_or(1, |at| at.column),
        };
        problems.push(Problem::of_configuration(place, Severity::Warning, message));
    };
    let wishes = config.keys.iter();
    let wishes = wishes.map(|(name, keys)| (name.clone(), keys.value.clone()));
    let (keymap, refused) = Keymap::new(&wishes.collect());
    for problem in refused {
        mistake(place(&config.keys, &problem.entry), problem.message);
    }
    for (code, message) in unknown_settings(&layout.severities()) {
        mistake(place(&config.checks, &code), message);
    }
    let weights = config.ranking.iter();
    let weights = weights.map(|(name, weight)| (name.as_str(), weight.value));
    for name in Weights::with(weights).1 {
        mistake(place(&config.ranking, name), unknown_term(name));
    }
    problems.sort_by(Problem::order);
    (keymap, problems)
}

fn place<T>(entries: &BTreeMap<String, Located<T>>, name: &str) -> Option<config::Place> {
    entries.get(name).map(|entry| entry.place)
}
