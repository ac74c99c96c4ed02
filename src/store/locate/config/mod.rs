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

mod archive;
pub mod commands;
pub mod entries;
mod rituals;
mod views;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub use self::archive::ArchiveEntries;
use self::commands::{CommandLine, CommandTable};
use self::entries::{Entry, Mistake, Named};
use crate::document::log::LineLayout;
use crate::plan::checks::{Problem, Severity};
use crate::plan::paper::PaperSpec;
use crate::plan::source::Location;
use crate::plan::view::NamedView;
use crate::record::today::rituals::Rituals;
use crate::store::fs::read::{FileState, read};

/// A value that is wrong is shown up to so many bytes.
const LONGEST: usize = 60;

/// The name of the shared file, at the plan's root.
pub(crate) const FILE_NAME: &str = "stepdeck.toml";

/// What the page is called, and where it and the files of the repository can be read.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct PageEntries {
    /// Its title.
    pub title: Option<String>,
    /// The address of the page.
    pub url: Option<String>,
    /// The address that paths of the repository are put behind; it ends with a slash.
    pub source: Option<String>,
}

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

/// Which colours are used.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Colors {
    /// As many as the terminal shows.
    #[default]
    Auto,
    /// The terminal's own sixteen, which its palette decides.
    Sixteen,
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
    /// Which of them.
    pub colors: Colors,
    /// Whether to draw with ASCII only.
    pub ascii: bool,
    /// What opens first.
    pub start: Start,
}

/// What the files say that were read.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Config {
    /// A paper's key to its places below the plan's root.
    pub paths: BTreeMap<String, Located<Vec<String>>>,
    /// Command name to its keys, of the shared file.
    pub keys: BTreeMap<String, Located<Vec<String>>>,
    /// The same of one's own file.
    pub own_keys: BTreeMap<String, Located<Vec<String>>>,
    /// Check code to severity.
    pub checks: BTreeMap<String, Located<String>>,
    /// Ranking term to weight.
    pub ranking: BTreeMap<String, Located<f64>>,
    /// Views of the step list by name.
    pub views: BTreeMap<String, NamedView>,
    /// One's own commands, by name.
    pub commands: BTreeMap<String, CommandTable>,
    /// Programs that print the value of an indicator, by name.
    pub sources: BTreeMap<String, Located<CommandLine>>,
    /// Where copies are kept of what demos show.
    pub archive: ArchiveEntries,
    /// The calendar of the team's rituals.
    pub rituals: Rituals,
    /// The page for people who open no terminal.
    pub page: PageEntries,
    /// Looks.
    pub display: Display,
    /// The layout of a log that has none of its own yet.
    pub log_layout: LineLayout,
    /// The team's main branch, if it is not the remote's `HEAD`.
    pub main_branch: Option<String>,
    /// Who counts as a steward when a change is approved; empty where that is not said.
    pub stewards: Vec<String>,
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
        let configured = self.paths.get(paper.key);
        configured.map_or_else(default, |places| places.value.clone())
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
        let found = match value.get_ref() {
            DeValue::Array(_) | DeValue::Table(_) => "",
            _ => self.text.get(value.span()).unwrap_or_default(),
        };
        let found = match found.is_empty() || found.len() > LONGEST || found.contains('\n') {
            true => format!("this {}", value.get_ref().type_str()),
            false => found.to_owned(),
        };
        let message = format!("{name} must be {wanted}, not {found}: it is ignored");
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
                Some(entry) if entry.section.is_empty() => {
                    self.entry(entry, (None, name), value, config);
                }
                Some(_) => match value.get_ref().as_table() {
                    None => self.wants(section, value, "a table"),
                    Some(table) if rows.clone().any(Entry::is_of_named_table) => {
                        for (of, value) in table {
                            match value.get_ref().as_table() {
                                None => self.wants(of.get_ref(), value, "a table"),
                                Some(table) => self.table(rows.clone(), Some(of), table, config),
                            }
                        }
                    }
                    Some(table) => self.table(rows, None, table, config),
                },
            }
        }
    }

    /// The entries of a table, which may have a name of its own.
    fn table<'e>(
        &mut self,
        rows: impl Iterator<Item = &'e Entry> + Clone,
        of: Option<&Name<'_>>,
        table: &DeTable<'_>,
        config: &mut Config,
    ) {
        if let Some(of) = of.filter(|_| table.is_empty()) {
            self.warn(
                of.span(),
                format!("{} says nothing: it is ignored", of.get_ref()),
            );
        }
        for (name, value) in table {
            match rows.clone().find(|row| row.takes(name.get_ref())) {
                Some(entry) => self.entry(entry, (of, name), value, config),
                None => self.unknown(name, rows.clone().map(|row| row.name)),
            }
        }
    }

    fn entry(
        &mut self,
        entry: &Entry,
        (of, name): (Option<&Name<'_>>, &Name<'_>),
        value: &Value<'_>,
        config: &mut Config,
    ) {
        if !entry.files.contains(&self.file) {
            return self.misplaced(name);
        }
        let of = of.map(|of| (of.get_ref().as_ref(), self.place(of.span().start)));
        let named = Named {
            name: name.get_ref(),
            of,
            place: self.place(name.span().start),
            file: self.file,
        };
        match (entry.read)(config, &named, value.get_ref()) {
            Ok(()) => {}
            Err(Mistake::Within(mistakes)) => {
                for (span, message) in mistakes {
                    self.warn(span, format!("{} {}: {message}", entry.section, named.name));
                }
            }
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
mod tests;
