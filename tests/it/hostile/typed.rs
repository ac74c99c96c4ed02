//! The laws of what people type: configurations and filters.

use std::path::Path;

use stepdeck::plan::Plan;
use stepdeck::plan::checks::Severity;
use stepdeck::plan::paper::PAPERS;
use stepdeck::plan::query::Query;
use stepdeck::store::locate::config::{Config, ConfigFile};

use super::exercise::now;

/// Reads a configuration; what is wrong with it stands inside the file.
pub fn assert_config(name: &str, bytes: &[u8]) {
    for file in [ConfigFile::Shared, ConfigFile::Own] {
        assert_config_file(file, name, bytes);
    }
}

fn assert_config_file(file: ConfigFile, name: &str, bytes: &[u8]) {
    let mut config = Config::default();
    let problems = config.read(file, Path::new("stepdeck.toml"), bytes, PAPERS);
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<&str> = text.split('\n').collect();
    for problem in &problems {
        let line = problem.place.line;
        assert!((1..=lines.len()).contains(&line), "{name}: {problem:?}");
        let columns = lines[line - 1].chars().count();
        let column = problem.place.column;
        assert!((1..=columns + 1).contains(&column), "{name}: {problem:?}");
        assert!(!problem.message.is_empty());
    }
    let set_aside = problems.iter().any(|p| p.severity == Severity::Error);
    assert!(!set_aside || config == Config::default(), "{name}");
    for located in config.keys.values().chain(config.own_keys.values()) {
        assert!(located.place.line <= lines.len(), "{name}");
    }
    let all_finite = config.ranking.values().all(|term| term.value.is_finite());
    assert!(all_finite, "{name}: {:?}", config.ranking);
}

/// Understands a filter and runs it; an error stands at a term of the line.
pub fn assert_filter(plan: &Plan, text: &str) {
    match Query::parse(text) {
        Ok(query) => {
            let marks = stepdeck::plan::marks::Marks::default();
            let found = query.prepare(plan, now(), &marks).all();
            assert!(found.len() <= plan.len());
            for step in plan.steps() {
                let title = step.title();
                let places = query.words().places(&title);
                let length = title.chars().count();
                assert!(
                    places.iter().all(|at| *at < length),
                    "{text:?} in {title:?}"
                );
            }
        }
        Err(error) => {
            let term = &text[error.span.range()];
            assert_eq!(term.replace('"', ""), error.term, "{text:?}");
            assert!(!error.reason.is_empty());
        }
    }
}
