//! `stepdeck.toml`: where the plan's files are, and how a team wants keys, checks and ranking.
//!
//! Command names, check codes and ranking terms are kept as written, with their places, and are
//! judged by those who know them. Loading never fails: what is wrong is a problem with a line
//! and a column, and the defaults stand in for it.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The name of the file, at the plan's root.
pub const FILE_NAME: &str = "stepdeck.toml";

/// A place in the file, both counted from 1; columns count characters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Place {
    /// Line.
    pub line: usize,
    /// Column, in characters.
    pub column: usize,
}

/// A value and the place of its key, for messages.
#[derive(Clone, PartialEq, Debug)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where its key stands.
    pub place: Place,
}

/// How bad a problem is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Severity {
    /// The whole file is set aside, the defaults hold.
    Error,
    /// One entry is set aside.
    Warning,
}

/// Something wrong in the configuration.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConfigProblem {
    /// The configuration file.
    pub path: PathBuf,
    /// Where in it.
    pub place: Place,
    /// How bad.
    pub severity: Severity,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { line, column } = self.place;
        write!(
            f,
            "{}:{line}:{column}: {}",
            self.path.display(),
            self.message
        )
    }
}

/// `[paths]`: relative to the plan's root, and below it. A configuration comes with a checkout
/// and may be anybody's: what lies elsewhere is named on the command line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Paths {
    /// Files, folders or globs of logs.
    pub log: Vec<String>,
    /// Files, folders or globs of canon documents.
    pub canon: Vec<String>,
    /// The roadmap file.
    pub roadmap: String,
    /// The folder of decision notes.
    pub decisions: String,
    /// The folder of weekly reviews.
    pub reviews: String,
    /// The folder of standups.
    pub standups: String,
    /// The folder of gate reviews.
    pub gates: String,
    /// The folder of checkpoints.
    pub checkpoints: String,
}

impl Default for Paths {
    fn default() -> Self {
        Self {
            log: vec!["data/plans/*.jsonl".to_owned()],
            canon: vec!["data".to_owned(), "docs".to_owned()],
            roadmap: "docs/ROADMAP.md".to_owned(),
            decisions: "docs/decisions".to_owned(),
            reviews: "docs/reviews".to_owned(),
            standups: "docs/standups".to_owned(),
            gates: "docs/milestone-reviews".to_owned(),
            checkpoints: "docs/checkpoints".to_owned(),
        }
    }
}

/// The colours asked for.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Theme {
    /// After the terminal's background.
    #[default]
    Auto,
    /// For a dark background.
    Dark,
    /// For a light background.
    Light,
}

/// `[display]`.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Display {
    /// Colours.
    pub theme: Theme,
    /// Whether to draw with ASCII only.
    pub ascii: bool,
}

/// All of `stepdeck.toml`.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Config {
    /// Where the plan's files are.
    pub paths: Paths,
    /// Command name to its keys.
    pub keys: BTreeMap<String, Located<Vec<String>>>,
    /// Check code to severity.
    pub checks: BTreeMap<String, Located<String>>,
    /// Ranking term to weight.
    pub ranking: BTreeMap<String, Located<f64>>,
    /// Looks.
    pub display: Display,
}

impl Config {
    /// Reads the configuration in `bytes`; `path` is for messages only.
    ///
    /// A file that is not TOML yields the defaults and one error.
    pub fn parse(path: &Path, bytes: &[u8]) -> (Self, Vec<ConfigProblem>) {
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let good = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
                let message =
                    "this byte is not UTF-8: save the file as UTF-8; the defaults are used";
                let problem = ConfigProblem {
                    path: path.to_owned(),
                    place: place_of(&good, good.len()),
                    severity: Severity::Error,
                    message: message.to_owned(),
                };
                return (Self::default(), vec![problem]);
            }
        };
        let mut reader = Reader {
            path,
            text,
            problems: Vec::new(),
        };
        let config = match DeTable::parse(text) {
            Ok(table) => reader.config(table.get_ref()),
            Err(error) => {
                let at = error.span().unwrap_or(text.len()..text.len());
                let message = format!("{}: fix this line; the defaults are used", error.message());
                reader.report(at, Severity::Error, message);
                Self::default()
            }
        };
        let mut problems = reader.problems;
        problems.sort_by_key(|problem| problem.place);
        (config, problems)
    }
}

fn place_of(text: &str, at: usize) -> Place {
    let before = &text[..text.floor_char_boundary(at)];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Place {
        line: before.matches('\n').count() + 1,
        column: before[line_start..]
            .chars()
            .filter(|c| *c != '\u{feff}')
            .count()
            + 1,
    }
}

type Value<'i> = Spanned<DeValue<'i>>;

struct Reader<'a> {
    path: &'a Path,
    text: &'a str,
    problems: Vec<ConfigProblem>,
}

impl Reader<'_> {
    fn report(&mut self, at: Range<usize>, severity: Severity, message: String) {
        self.problems.push(ConfigProblem {
            path: self.path.to_owned(),
            place: place_of(self.text, at.start),
            severity,
            message,
        });
    }

    fn warn(&mut self, at: Range<usize>, message: String) {
        self.report(at, Severity::Warning, message);
    }

    fn wants(&mut self, name: &str, value: &Value<'_>, wanted: &str) {
        let found = value.get_ref().type_str();
        let message = format!("{name} must be {wanted}, not this {found}: it is ignored");
        self.warn(value.span(), message);
    }

    fn leaving(&mut self, name: &str, value: &Value<'_>) {
        let message = format!(
            "{name} leads out of the plan's folder, so it is ignored: name such files with \
             --log or --canon"
        );
        self.warn(value.span(), message);
    }

    fn unknown(&mut self, at: Range<usize>, name: &str, known: &str) {
        self.warn(
            at,
            format!("unknown entry \"{name}\": the entries here are {known}"),
        );
    }

    fn config(&mut self, root: &DeTable<'_>) -> Config {
        let mut config = Config::default();
        for (name, value) in root {
            let Some(table) = value.get_ref().as_table() else {
                match name.get_ref().as_ref() {
                    "paths" | "keys" | "checks" | "ranking" | "display" => {
                        self.wants(name.get_ref(), value, "a table");
                    }
                    other => self.unknown(name.span(), other, SECTIONS),
                }
                continue;
            };
            match name.get_ref().as_ref() {
                "paths" => self.paths(table, &mut config.paths),
                "keys" => config.keys = self.entries(table, "a key or a list of keys", strings),
                "checks" => {
                    config.checks = self.entries(table, "the name of a severity", |value| {
                        value.as_str().map(str::to_owned)
                    });
                }
                "ranking" => config.ranking = self.entries(table, "a finite number", number),
                "display" => self.display(table, &mut config.display),
                other => self.unknown(name.span(), other, SECTIONS),
            }
        }
        config
    }

    fn paths(&mut self, table: &DeTable<'_>, paths: &mut Paths) {
        for (name, value) in table {
            let one = match name.get_ref().as_ref() {
                list @ ("log" | "canon") => {
                    match strings(value.get_ref()) {
                        Some(found) if found.iter().any(|path| leaves(path)) => {
                            self.leaving(list, value);
                        }
                        Some(found) if list == "log" => paths.log = found,
                        Some(found) => paths.canon = found,
                        None => self.wants(list, value, "a path or a list of paths"),
                    }
                    continue;
                }
                "roadmap" => &mut paths.roadmap,
                "decisions" => &mut paths.decisions,
                "reviews" => &mut paths.reviews,
                "standups" => &mut paths.standups,
                "gates" => &mut paths.gates,
                "checkpoints" => &mut paths.checkpoints,
                other => {
                    let known =
                        "log, canon, roadmap, decisions, reviews, standups, gates, checkpoints";
                    self.unknown(name.span(), other, known);
                    continue;
                }
            };
            match value.get_ref().as_str() {
                Some(path) if leaves(path) => self.leaving(name.get_ref(), value),
                Some(path) if !path.is_empty() => *one = path.to_owned(),
                _ => self.wants(name.get_ref(), value, "a path"),
            }
        }
    }

    fn display(&mut self, table: &DeTable<'_>, display: &mut Display) {
        for (name, value) in table {
            match name.get_ref().as_ref() {
                "theme" => match value.get_ref().as_str() {
                    Some("auto") => display.theme = Theme::Auto,
                    Some("dark") => display.theme = Theme::Dark,
                    Some("light") => display.theme = Theme::Light,
                    _ => self.wants("theme", value, "\"auto\", \"dark\" or \"light\""),
                },
                "ascii" => match value.get_ref().as_bool() {
                    Some(ascii) => display.ascii = ascii,
                    None => self.wants("ascii", value, "true or false"),
                },
                other => self.unknown(name.span(), other, "theme, ascii"),
            }
        }
    }

    fn entries<T>(
        &mut self,
        table: &DeTable<'_>,
        wanted: &str,
        read: impl Fn(&DeValue<'_>) -> Option<T>,
    ) -> BTreeMap<String, Located<T>> {
        let mut entries = BTreeMap::new();
        for (name, value) in table {
            let place = place_of(self.text, name.span().start);
            match read(value.get_ref()) {
                Some(value) => {
                    let name = name.get_ref().clone().into_owned();
                    entries.insert(name, Located { value, place });
                }
                None => self.wants(name.get_ref(), value, wanted),
            }
        }
        entries
    }
}

/// Whether a path is not below the folder that it counts from.
fn leaves(path: &str) -> bool {
    let inside = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    !Path::new(path).components().all(inside)
}

const SECTIONS: &str = "paths, keys, checks, ranking, display";

fn strings(value: &DeValue<'_>) -> Option<Vec<String>> {
    if let Some(one) = value.as_str() {
        return Some(vec![one.to_owned()]);
    }
    let list = value.as_array()?.iter();
    list.map(|item| item.get_ref().as_str().map(str::to_owned))
        .collect()
}

fn number(value: &DeValue<'_>) -> Option<f64> {
    let number = match value {
        DeValue::Float(float) => float.as_str().parse().ok()?,
        DeValue::Integer(integer) => {
            i64::from_str_radix(integer.as_str(), integer.radix()).ok()? as f64
        }
        _ => return None,
    };
    f64::is_finite(number).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> (Config, Vec<String>) {
        let (config, problems) = Config::parse(Path::new("stepdeck.toml"), text.as_bytes());
        (config, problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_path_that_leaves_the_plan_is_ignored_with_a_word() {
        for wrong in [
            "log = \"/etc/passwd\"",
            "log = [\"a.jsonl\", \"../b.jsonl\"]",
            "canon = \"docs/../../x\"",
            "roadmap = \"../ROADMAP.md\"",
            "gates = \"/tmp\"",
        ] {
            let toml = format!("[paths]\n{wrong}\n");
            let (config, problems) = Config::parse(Path::new("stepdeck.toml"), toml.as_bytes());
            assert_eq!(config, Config::default(), "{wrong}");
            assert_eq!(problems.len(), 1, "{wrong}");
            let said = problems[0].to_string();
            assert!(said.starts_with("stepdeck.toml:2:"), "{said}");
            assert!(said.contains("leads out of the plan's folder"), "{said}");
        }
        let inside = b"[paths]\nlog = [\"./a/*.jsonl\", \"..b.jsonl\"]\n";
        let (config, problems) = Config::parse(Path::new("stepdeck.toml"), inside);
        assert_eq!(problems, []);
        assert_eq!(config.paths.log, ["./a/*.jsonl", "..b.jsonl"]);
    }

    #[test]
    fn each_section_is_read_and_keeps_its_places() {
        let (config, problems) = parse(concat!(
            "[paths]\nlog = [\"plan/*.jsonl\", \"extra.jsonl\"]\ncanon = \"canon\"\nroadmap = \"R.md\"\n",
            "[keys]\nquit = \"q\"\nundo = [\"u\", \"ctrl-z\"]\n",
            "[checks]\nmissing-dependency = \"error\"\n",
            "[ranking]\nage = 2\nunblocks = 0.5\n",
            "[display]\ntheme = \"light\"\nascii = true\n",
        ));
        assert_eq!(problems, [] as [String; 0]);
        assert_eq!(config.paths.log, ["plan/*.jsonl", "extra.jsonl"]);
        assert_eq!(config.paths.canon, ["canon"]);
        assert_eq!(config.paths.roadmap, "R.md");
        assert_eq!(config.paths.gates, "docs/milestone-reviews");
        assert_eq!(config.keys["undo"].value, ["u", "ctrl-z"]);
        assert_eq!(config.keys["undo"].place, Place { line: 7, column: 1 });
        assert_eq!(config.checks["missing-dependency"].value, "error");
        assert_eq!(config.ranking["age"].value, 2.0);
        assert_eq!(config.ranking["unblocks"].value, 0.5);
        assert_eq!(config.display.theme, Theme::Light);
        assert!(config.display.ascii);
    }

    #[test]
    fn what_is_unknown_or_of_another_kind_is_a_warning_at_its_place() {
        let (config, problems) = parse(
            concat!(
                "colour = 1\n[paths]\n  lag = \"x\"\ndecisions = 3\ncanon = [\"a\", 1]\n",
                "[ranking]\nage = \"much\"\nfar = inf\n[display]\ntheme = \"é\"; \n",
            )
            .replace("; ", "")
            .as_str(),
        );
        assert_eq!(config, Config::default());
        assert_eq!(
            problems,
            [
                "stepdeck.toml:1:1: unknown entry \"colour\": the entries here are paths, keys, \
                 checks, ranking, display",
                "stepdeck.toml:3:3: unknown entry \"lag\": the entries here are log, canon, \
                 roadmap, decisions, reviews, standups, gates, checkpoints",
                "stepdeck.toml:4:13: decisions must be a path, not this integer: it is ignored",
                "stepdeck.toml:5:9: canon must be a path or a list of paths, not this array: it is ignored",
                "stepdeck.toml:7:7: age must be a finite number, not this string: it is ignored",
                "stepdeck.toml:8:7: far must be a finite number, not this float: it is ignored",
                "stepdeck.toml:10:9: theme must be \"auto\", \"dark\" or \"light\", not this string: it is ignored",
            ]
        );
    }

    #[test]
    fn a_file_that_is_no_toml_yields_the_defaults_and_one_error() {
        for (text, start) in [
            (
                &b"[paths]\nlog = \"a\nroadmap = \"b\"\n"[..],
                "stepdeck.toml:2:",
            ),
            (
                b"[paths]\nlog = \"\xff\"\n",
                "stepdeck.toml:2:8: this byte is not UTF-8",
            ),
            (b"# \xc3\xa9\n= 1", "stepdeck.toml:2:1: "),
        ] {
            let (config, problems) = Config::parse(Path::new("stepdeck.toml"), text);
            assert_eq!(config, Config::default());
            assert_eq!(problems.len(), 1);
            assert_eq!(problems[0].severity, Severity::Error);
            let message = problems[0].to_string();
            assert!(message.starts_with(start), "{message}");
        }
    }

    #[test]
    fn a_byte_order_mark_and_crlf_do_no_harm() {
        let (config, problems) = parse("\u{feff}[display]\r\nascii = true\r\n");
        assert_eq!(problems, [] as [String; 0]);
        assert!(config.display.ascii);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let (_, problems) = Config::parse(Path::new("p"), &bytes);
            prop_assert!(problems.iter().all(|p| p.place.line > 0 && p.place.column > 0));
        }

        #[test]
        fn no_text_panics(text in "[\\[\\]a-c.=\"'{}1é#\n \u{feff}]{0,40}") {
            let (_, problems) = parse(&text);
            prop_assert!(problems.iter().all(|p| p.starts_with("stepdeck.toml:")));
        }
    }
}
