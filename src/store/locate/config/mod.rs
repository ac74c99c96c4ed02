//! The configuration: where the plan's files are, and how a team and a person want keys, checks,
//! ranking and looks.
//!
//! It has two files. `stepdeck.toml` at the plan's root is shared, comes with a checkout and may be
//! anybody's: it names nothing outside the root. One's own `config.toml` is read over it, so one's
//! own wins where both may say something. Which entry belongs where is in the table in [`entries`].
//!
//! Command names, check codes and ranking terms are kept as written, with their positions, and are
//! judged by those who know them. Loading never fails: what is wrong is a problem with a line
//! and a column, and the entry has no effect.

pub mod entries;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use self::entries::{Entry, Mistake, Named};
use crate::plan::checks::{Problem, Severity};
use crate::plan::paper::PaperSpec;
use crate::plan::source::Location;
use crate::record::today::rituals::Rituals;
use crate::store::fs::read::{FileState, read};

/// The name of the shared file, at the plan's root.
pub(crate) const FILE_NAME: &str = "stepdeck.toml";

/// One of the two files.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ConfigFile {
    /// `stepdeck.toml` at the plan's root.
    Shared,
    /// `config.toml` in one's configuration directory.
    Own,
}

impl ConfigFile {
    /// What people call it.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Shared => "the shared stepdeck.toml",
            Self::Own => "your own config.toml",
        }
    }

    /// What holds instead of a file that cannot be read.
    fn fallback(self) -> &'static str {
        match self {
            Self::Shared => "the defaults are used",
            Self::Own => "nothing in it is used",
        }
    }

    /// A mistake in one's own file is nobody else's business: it never fails a check.
    fn severity(self, severity: Severity) -> Severity {
        match self {
            Self::Shared => severity,
            Self::Own => Severity::Note,
        }
    }
}

/// A value with the place of its key, for messages.
#[derive(Clone, PartialEq, Debug)]
pub struct Located<T> {
    pub value: T,
    /// Where its key is.
    pub place: Location,
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

/// The screen that opens first.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Start {
    /// What waits for the person.
    #[default]
    Today,
    /// The step list.
    Plan,
    /// The one that was left last.
    Last,
}

/// `[display]`.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Display {
    /// Colours.
    pub theme: Theme,
    /// Whether to draw with ASCII only.
    pub ascii: bool,
    /// What opens first.
    pub start: Start,
}

/// What the files say that were read.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Config {
    /// A paper's key to its places below the plan's root.
    pub paths: BTreeMap<String, Vec<String>>,
    /// Command name to its keys, of the shared file.
    pub keys: BTreeMap<String, Located<Vec<String>>>,
    /// The same of one's own file.
    pub own_keys: BTreeMap<String, Located<Vec<String>>>,
    /// Check code to severity.
    pub checks: BTreeMap<String, Located<String>>,
    /// Ranking term to weight.
    pub ranking: BTreeMap<String, Located<f64>>,
    /// The calendar of the team's rituals.
    pub rituals: Rituals,
    /// Looks.
    pub display: Display,
    /// Whether the mouse is listened to.
    pub mouse: bool,
}

/// Where one's own file is or would be: `$XDG_CONFIG_HOME/stepdeck/config.toml`, by default below
/// the home directory. `None` when there is no home directory either.
pub(crate) fn own_file() -> Option<PathBuf> {
    let strategy = etcetera::base_strategy::Xdg::new().ok()?;
    Some(strategy.config_dir().join("stepdeck/config.toml"))
}

impl Config {
    /// The places of a paper below the plan's root: those configured, else its own.
    pub(crate) fn places(&self, paper: &PaperSpec) -> Vec<String> {
        let default = || paper.default.iter().map(ToString::to_string).collect();
        self.paths.get(paper.key).cloned().unwrap_or_else(default)
    }

    /// Reads the `file` at `path`, if there is one, over what was read before. Answers what is
    /// wrong with it, in the order of the file, with `named` as its name.
    pub(crate) fn load(
        &mut self,
        file: ConfigFile,
        (path, named): (&Path, &Path),
        papers: &[PaperSpec],
    ) -> Vec<Problem> {
        match read(path) {
            Ok(FileState::Present { bytes, .. }) => {
                self.read(file, named, &bytes.contiguous(), papers)
            }
            Ok(FileState::Missing) => Vec::new(),
            Err(error) => {
                let message = format!("{error}; {}", file.fallback());
                let severity = file.severity(Severity::Error);
                vec![Problem::of_configuration(
                    Location::line(named, 1),
                    severity,
                    message,
                )]
            }
        }
    }

    /// The same from `bytes`. A file that is not TOML says nothing and is one problem.
    pub fn read(
        &mut self,
        file: ConfigFile,
        named: &Path,
        bytes: &[u8],
        papers: &[PaperSpec],
    ) -> Vec<Problem> {
        let valid = match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text),
            Err(error) => Err(String::from_utf8_lossy(&bytes[..error.valid_up_to()])),
        };
        let fallback = file.fallback();
        let entries: Vec<Entry> = entries::all(papers).collect();
        let mut reader = Reader {
            file,
            named,
            text: valid.as_deref().unwrap_or_else(|good| good),
            entries: &entries,
            problems: Vec::new(),
        };
        match valid.as_ref().map(|text| DeTable::parse(text)) {
            Ok(Ok(table)) => reader.sections(table.get_ref(), self),
            Ok(Err(error)) => {
                let end = reader.text.len();
                let message = format!("{}: fix this line; {fallback}", error.message());
                reader.report(error.span().unwrap_or(end..end), Severity::Error, message);
            }
            Err(good) => {
                let message = format!("this byte is not UTF-8: save the file as UTF-8; {fallback}");
                reader.report(good.len()..good.len(), Severity::Error, message);
            }
        }
        let mut problems = reader.problems;
        problems.sort_by(Problem::order);
        problems
    }
}

type Name<'i> = Spanned<std::borrow::Cow<'i, str>>;
type Value<'i> = Spanned<DeValue<'i>>;

struct Reader<'a> {
    file: ConfigFile,
    named: &'a Path,
    text: &'a str,
    entries: &'a [Entry],
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn place(&self, at: usize) -> Location {
        let before = &self.text[..self.text.floor_char_boundary(at)];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let characters = before[line_start..].chars();
        Location {
            path: self.named.to_owned(),
            line: before.matches('\n').count() + 1,
            column: characters.filter(|c| *c != '\u{feff}').count() + 1,
        }
    }

    fn report(&mut self, at: Range<usize>, severity: Severity, message: String) {
        let (place, severity) = (self.place(at.start), self.file.severity(severity));
        let problem = Problem::of_configuration(place, severity, message);
        self.problems.push(problem);
    }

    fn warn(&mut self, at: Range<usize>, message: String) {
        self.report(at, Severity::Warning, message);
    }

    fn wants(&mut self, name: &str, value: &Value<'_>, wanted: &str) {
        let found = value.get_ref().type_str();
        let message = format!("{name} must be {wanted}, not this {found}: it is ignored");
        self.warn(value.span(), message);
    }

    /// An entry that is in no table, or in none of this part of it.
    fn unknown<'e>(&mut self, name: &Name<'_>, known: impl Iterator<Item = &'e str>) {
        let mut listed: Vec<&str> = known.collect();
        listed.dedup();
        let (name_text, known) = (name.get_ref(), listed.join(", "));
        let message = format!("unknown entry \"{name_text}\": the entries here are {known}");
        self.warn(name.span(), message);
    }

    /// An entry that the other file is for.
    fn misplaced(&mut self, name: &Name<'_>) {
        let (here, there) = match self.file {
            ConfigFile::Shared => (ConfigFile::Shared, ConfigFile::Own),
            ConfigFile::Own => (ConfigFile::Own, ConfigFile::Shared),
        };
        let message = format!(
            "{} belongs in {}: in {} it is ignored",
            name.get_ref(),
            there.words(),
            here.words()
        );
        self.warn(name.span(), message);
    }

    fn sections(&mut self, root: &DeTable<'_>, config: &mut Config) {
        let entries = self.entries;
        let is_here = |entry: &&Entry| entry.files.contains(&self.file);
        let here: Vec<&str> = entries.iter().filter(is_here).map(Entry::top).collect();
        for (name, value) in root {
            let section = name.get_ref().as_ref();
            let rows = entries.iter().filter(|entry| entry.top() == section);
            match rows.clone().next() {
                None => self.unknown(name, here.iter().copied()),
                Some(_) if !here.contains(&section) => self.misplaced(name),
                Some(entry) if entry.section.is_empty() => self.entry(entry, name, value, config),
                Some(_) => match value.get_ref().as_table() {
                    None => self.wants(section, value, "a table"),
                    Some(table) => {
                        for (name, value) in table {
                            match rows.clone().find(|row| row.takes(name.get_ref())) {
                                Some(entry) => self.entry(entry, name, value, config),
                                None => self.unknown(name, rows.clone().map(|row| row.name)),
                            }
                        }
                    }
                },
            }
        }
    }

    fn entry(&mut self, entry: &Entry, name: &Name<'_>, value: &Value<'_>, config: &mut Config) {
        if !entry.files.contains(&self.file) {
            return self.misplaced(name);
        }
        let named = Named {
            name: name.get_ref(),
            place: self.place(name.span().start),
            file: self.file,
        };
        match (entry.read)(config, &named, value.get_ref()) {
            Ok(()) => {}
            Err(Mistake::Kind) => self.wants(named.name, value, entry.value),
            Err(Mistake::Outside) => self.warn(
                value.span(),
                format!(
                    "{} leads out of the plan's folder, so it is ignored: name such files with \
                     --log or --canon",
                    named.name
                ),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::paper::PAPERS;
    use proptest::prelude::*;

    fn said(problem: &Problem) -> String {
        let Location { path, line, column } = &problem.place;
        format!("{}:{line}:{column}: {}", path.display(), problem.message)
    }

    fn read(text: impl AsRef<[u8]>) -> (Config, Vec<Problem>) {
        let mut config = Config::default();
        let path = Path::new("stepdeck.toml");
        let problems = config.read(ConfigFile::Shared, path, text.as_ref(), PAPERS);
        (config, problems)
    }

    fn parse(text: &str) -> (Config, Vec<String>) {
        let (config, problems) = read(text);
        (config, problems.iter().map(said).collect())
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
            let (config, problems) = read(toml);
            assert_eq!(config, Config::default(), "{wrong}");
            assert_eq!(problems.len(), 1, "{wrong}");
            let said = said(&problems[0]);
            assert!(said.starts_with("stepdeck.toml:2:"), "{said}");
            assert!(said.contains("leads out of the plan's folder"), "{said}");
        }
        let (config, problems) = read("[paths]\nlog = [\"./a/*.jsonl\", \"..b.jsonl\"]\n");
        assert_eq!(problems, []);
        assert_eq!(config.paths["log"], ["./a/*.jsonl", "..b.jsonl"]);
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
        assert_eq!(config.paths["log"], ["plan/*.jsonl", "extra.jsonl"]);
        assert_eq!(config.paths["canon"], ["canon"]);
        assert_eq!(config.paths["roadmap"], ["R.md"]);
        let gates = PAPERS.iter().find(|paper| paper.key == "gates").unwrap();
        assert_eq!(config.places(gates), ["docs/milestone-reviews"]);
        assert_eq!(config.keys["undo"].value, ["u", "ctrl-z"]);
        assert_eq!(
            config.keys["undo"].place,
            Location::line(Path::new("stepdeck.toml"), 7)
        );
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
                "stepdeck.toml:1:1: unknown entry \"colour\": the entries here are paths, keys, checks, ranking, rituals, display",
                "stepdeck.toml:3:3: unknown entry \"lag\": the entries here are log, canon, roadmap, decisions, reviews, standups, gates, checkpoints",
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
            let (config, problems) = read(text);
            assert_eq!(config, Config::default());
            assert_eq!(problems.len(), 1);
            assert_eq!(problems[0].severity, Severity::Error);
            let message = said(&problems[0]);
            assert!(message.starts_with(start), "{message}");
        }
    }

    /// Each entry of the table, with a value that is not the default.
    fn sample(entry: &Entry) -> String {
        let value = match (entry.section, entry.name) {
            ("paths", _) => "\"elsewhere\"",
            ("keys", _) => "[\"f1\"]",
            ("checks", _) => "\"off\"",
            ("ranking", _) => "7.5",
            (_, "theme") => "\"dark\"",
            (_, "start") => "\"last\"",
            (_, "standup") => "\"14:30\"",
            _ => "true",
        };
        let name = entry.name.trim_matches(['<', '>']);
        match entry.section {
            "" => format!("{name} = {value}\n"),
            section => format!("[{section}]\n{name} = {value}\n"),
        }
    }

    #[test]
    fn an_entry_counts_in_its_own_file_and_is_a_problem_in_the_other() {
        for entry in entries::all(PAPERS) {
            let text = sample(&entry);
            for file in [ConfigFile::Shared, ConfigFile::Own] {
                let mut config = Config::default();
                let problems = config.read(file, Path::new("c"), text.as_bytes(), PAPERS);
                if entry.files.contains(&file) {
                    assert_eq!(problems, [], "{text}");
                    assert_ne!(config, Config::default(), "{text}");
                    continue;
                }
                assert_eq!(config, Config::default(), "{text}");
                let other = entry.files[0].words();
                assert_eq!(problems.len(), 1, "{text}");
                let message = &problems[0].message;
                assert!(
                    message.contains(&format!("belongs in {other}")),
                    "{message}"
                );
            }
        }
    }

    #[test]
    fn ones_own_file_wins_and_its_mistakes_are_notes() {
        let (mut config, _) =
            parse("[display]\ntheme = \"light\"\nascii = true\n[keys]\nundo = \"u\"\n");
        let own = "mouse = true\n[display]\ntheme = \"dark\"\n[keys]\nundo = \"f2\"\n\
                   [paths]\nlog = \"x\"\n[checks]\ncycle = \"off\"\n[archive]\n";
        let path = Path::new("/home/ada/.config/stepdeck/config.toml");
        let problems = config.read(ConfigFile::Own, path, own.as_bytes(), PAPERS);
        assert!(config.mouse && config.display.ascii);
        assert_eq!(config.display.theme, Theme::Dark);
        assert_eq!(config.keys["undo"].value, ["u"]);
        assert_eq!(config.own_keys["undo"].value, ["f2"]);
        assert!(config.paths.is_empty() && config.checks.is_empty());
        assert!(
            problems
                .iter()
                .all(|problem| problem.severity == Severity::Note)
        );
        let all: Vec<String> = problems.iter().map(said).collect();
        assert_eq!(
            all,
            [
                "/home/ada/.config/stepdeck/config.toml:6:2: paths belongs in the shared stepdeck.toml: \
                 in your own config.toml it is ignored",
                "/home/ada/.config/stepdeck/config.toml:8:2: checks belongs in the shared stepdeck.toml: \
                 in your own config.toml it is ignored",
                "/home/ada/.config/stepdeck/config.toml:10:2: unknown entry \"archive\": the entries here are \
                 keys, display, mouse",
            ]
        );
        // A broken one changes nothing.
        let before = config.clone();
        let problems = config.read(ConfigFile::Own, path, b"[keys\n", PAPERS);
        assert_eq!((config, problems.len()), (before, 1));
        assert!(problems[0].message.ends_with("nothing in it is used"));
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
            let (_, problems) = read(&bytes);
            prop_assert!(problems.iter().all(|p| p.place.line > 0 && p.place.column > 0));
        }

        #[test]
        fn no_text_panics(text in "[\\[\\]a-c.=\"'{}1é#\n \u{feff}]{0,40}") {
            let (_, problems) = parse(&text);
            prop_assert!(problems.iter().all(|p| p.starts_with("stepdeck.toml:")));
        }
    }
}
