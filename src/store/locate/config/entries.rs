//! The table of the configuration: each entry with the files it may stand in, what it means, and
//! how its value is read. Messages, the reader and `docs/configuration.md` are derived from it.

use std::borrow::Cow;
use std::ops::Range;
use std::path::{Component, Path};

use toml::de::DeValue;

use super::ConfigFile::{self, Own, Shared};
use super::commands::{CommandLine, CommandTable};
use super::rituals::{interval, ritual};
use super::{Colors, Config, Located, Start, Theme, archive, views};
use crate::document::log::LineLayout;
use crate::page::link;
use crate::plan::paper::{Kept, PaperSpec};
use crate::plan::source::Location;
use crate::record::today::rituals::{day_of_year, time_of_day};

/// One entry, or all entries of a section whose names others know.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The table that it stands in; empty where it stands in none.
    pub section: &'static str,
    /// Its name; `<command>` and the like stand for any.
    pub name: &'static str,
    /// The files in which it has an effect; of two, one's own wins.
    pub files: &'static [ConfigFile],
    /// What the value must be.
    pub value: &'static str,
    /// What holds without it, as TOML or in words.
    pub default: Cow<'static, str>,
    /// What it says.
    pub meaning: Cow<'static, str>,
    /// Takes the value into the configuration.
    pub(super) read: Reading,
}

impl Entry {
    /// Whether it is the one of this name.
    pub(super) fn takes(&self, name: &str) -> bool {
        self.name.starts_with('<') || self.name == name
    }

    /// The name by which it is known at the top of a file.
    pub(super) fn top(&self) -> &'static str {
        match self.section.split_once('.') {
            Some((section, _)) => section,
            None if self.section.is_empty() => self.name,
            None => self.section,
        }
    }

    /// Whether it stands in one of several tables, each with a name that a person chose.
    pub(super) fn is_of_named_table(&self) -> bool {
        self.section.contains('.')
    }
}

/// The name of an entry as it is in a file.
pub(super) struct Named<'a> {
    pub name: &'a str,
    /// The name of its table where a person chose that, and its place.
    pub of: Option<(&'a str, Location)>,
    pub place: Location,
    pub file: ConfigFile,
}

impl Named<'_> {
    fn with<T>(&self, value: T) -> (String, Located<T>) {
        let place = self.place.clone();
        (self.name.to_owned(), Located { value, place })
    }
}

/// The table of the command that an entry is about.
fn command<'c>(config: &'c mut Config, named: &Named<'_>) -> &'c mut CommandTable {
    let (name, place) = match &named.of {
        Some((name, place)) => (*name, place),
        None => (named.name, &named.place),
    };
    let tables = &mut config.commands;
    tables
        .entry(name.to_owned())
        .or_insert_with(|| CommandTable::new(place.clone()))
}

/// Why a value is ignored.
pub(super) enum Mistake {
    /// It is of another kind.
    Kind,
    /// It names a path that is not below the plan's root.
    Outside,
    /// It is wrong in these places, and that is said of each.
    Within(Vec<(Range<usize>, String)>),
}

/// Every entry that has an effect, with these papers.
pub fn all(papers: &[PaperSpec]) -> impl Iterator<Item = Entry> {
    papers.iter().map(of_paper).chain(ENTRIES.iter().cloned())
}

fn of_paper(paper: &PaperSpec) -> Entry {
    Entry {
        section: "paths",
        name: paper.key,
        files: &[Shared],
        value: match paper.is_many() {
            true => "a path or a list of paths",
            false => "a path",
        },
        default: paper.default_toml().into(),
        meaning: match paper.kept {
            Kept::Flat | Kept::Deep => {
                format!("the {}: files, folders or globs", paper.name).into()
            }
            Kept::File => format!("the {}", paper.name).into(),
            Kept::Folder => format!("the folder of {}", paper.name).into(),
        },
        read: match paper.is_many() {
            true => paths,
            false => path,
        },
    }
}

fn command_line(value: &DeValue<'_>) -> Result<CommandLine, Mistake> {
    Ok(match value.as_str() {
        Some(text) => CommandLine::Text(text.to_owned()),
        None => CommandLine::Words(strings(value)?),
    })
}

/// How a value is taken into the configuration.
pub(super) type Reading = fn(&mut Config, &Named<'_>, &DeValue<'_>) -> Result<(), Mistake>;

/// Where one's own commands are.
const COMMANDS: &str = "commands.<name>";

const ENTRIES: &[Entry] = &[
    Entry {
        section: "keys",
        name: "<command>",
        files: &[Shared, Own],
        value: "a key or a list of keys",
        default: Cow::Borrowed("the command's own keys"),
        meaning: Cow::Borrowed("the keys of a command; `[]` for none"),
        read: |config, named, value| {
            let (name, keys) = named.with(strings(value)?);
            match named.file {
                Shared => config.keys.insert(name, keys),
                Own => config.own_keys.insert(name, keys),
            };
            Ok(())
        },
    },
    Entry {
        section: "checks",
        name: "<code>",
        files: &[Shared],
        value: "the name of a severity",
        default: Cow::Borrowed("the rule's own"),
        meaning: Cow::Borrowed(
            "how severe a rule is: `\"error\"`, `\"warning\"`, `\"note\"` or `\"off\"`",
        ),
        read: |config, named, value| {
            let word = value.as_str().ok_or(Mistake::Kind)?;
            config.checks.extend([named.with(word.to_owned())]);
            Ok(())
        },
    },
    Entry {
        section: "ranking",
        name: "<term>",
        files: &[Shared],
        value: "a finite number",
        default: Cow::Borrowed("the term's own"),
        meaning: Cow::Borrowed("the weight of a term of `stepdeck next`; 0 removes the term"),
        read: |config, named, value| {
            config.ranking.extend([named.with(number(value)?)]);
            Ok(())
        },
    },
    Entry {
        section: "views",
        name: "<name>",
        files: &[Shared, Own],
        value: "a table with filter, sort, columns, group",
        default: Cow::Borrowed("`all` and `mine` are built in"),
        meaning: Cow::Borrowed(
            "a view of the step list, each part optional: `filter` in the filter language, `sort` and \
             `columns` by the names below, `group` by owner, status, block, stage or theme",
        ),
        read: views::read,
    },
    Entry {
        section: COMMANDS,
        name: "run",
        files: &[Own],
        value: "a text or a list of texts",
        default: Cow::Borrowed("none: it must be there"),
        meaning: Cow::Borrowed(
            "the program and its arguments, which may hold [placeholders](#placeholders); one text \
             is split into words as a shell would, and nothing else is done to it",
        ),
        read: |config, named, value| {
            let line = command_line(value)?;
            command(config, named).run = Some(named.with(line).1);
            Ok(())
        },
    },
    Entry {
        section: COMMANDS,
        name: "title",
        files: &[Own],
        value: "a text",
        default: Cow::Borrowed("what it runs"),
        meaning: Cow::Borrowed("what help and palette say that it does"),
        read: |config, named, value| {
            let title = value.as_str().ok_or(Mistake::Kind)?;
            command(config, named).title = Some(title.to_owned());
            Ok(())
        },
    },
    Entry {
        section: COMMANDS,
        name: "key",
        files: &[Own],
        value: "a key or a list of keys",
        default: Cow::Borrowed("none: the palette runs it"),
        meaning: Cow::Borrowed("its keys; one that another command has is a problem"),
        read: |config, named, value| {
            let keys = named.with(strings(value)?).1;
            command(config, named).keys = Some(keys);
            Ok(())
        },
    },
    Entry {
        section: COMMANDS,
        name: "where",
        files: &[Own],
        value: "a name or a list of names",
        default: Cow::Borrowed("every screen"),
        meaning: Cow::Borrowed("the screens and panes in which it works"),
        read: |config, named, value| {
            let places = named.with(strings(value)?).1;
            command(config, named).places = Some(places);
            Ok(())
        },
    },
    Entry {
        section: COMMANDS,
        name: "shell",
        files: &[Own],
        value: "true or false",
        default: Cow::Borrowed("false"),
        meaning: Cow::Borrowed(
            "give `run` to `sh -c`, which finds the placeholders in variables: `$STEPDECK_ID`",
        ),
        read: |config, named, value| {
            command(config, named).shell = value.as_bool().ok_or(Mistake::Kind)?;
            Ok(())
        },
    },
    Entry {
        section: COMMANDS,
        name: "writes",
        files: &[Own],
        value: "true or false",
        default: Cow::Borrowed("false"),
        meaning: Cow::Borrowed(
            "it may change the plan: it starts when every edit is saved, and the plan is read \
             again when it has ended",
        ),
        read: |config, named, value| {
            command(config, named).writes = value.as_bool().ok_or(Mistake::Kind)?;
            Ok(())
        },
    },
    Entry {
        section: "sources",
        name: "<source>",
        files: &[Own],
        value: "a text or a list of texts",
        default: Cow::Borrowed("none: nothing is run"),
        meaning: Cow::Borrowed(
            "a program with its arguments that prints the value of an indicator, whose row in the \
             canon says `cmd:` and this name; only `stepdeck report scorecard --run-sources` runs it",
        ),
        read: |config, named, value| {
            let line = command_line(value)?;
            config.sources.extend([named.with(line)]);
            Ok(())
        },
    },
    archive::FOLDER,
    archive::LIMIT,
    Entry {
        section: "rituals",
        name: "standup",
        files: &[Shared],
        value: "a time such as \"15:00\"",
        default: Cow::Borrowed("\"15:00\""),
        meaning: Cow::Borrowed("before when, in UTC, a day's standup entries are due"),
        read: |config, _, value| {
            let time = value.as_str().and_then(time_of_day);
            config.rituals.standup = time.ok_or(Mistake::Kind)?;
            Ok(())
        },
    },
    ritual(
        "demo",
        "\"2w\"",
        "how long it is from one demo to the next",
        |config, _, value| interval(value).map(|of| config.rituals.demo = of),
    ),
    ritual(
        "milestone",
        "\"2w\"",
        "how long it is from one milestone review to the next",
        |config, _, value| interval(value).map(|of| config.rituals.milestone = of),
    ),
    ritual(
        "scorecard",
        "\"1w\"",
        "how long it is from one scorecard to the next",
        |config, _, value| interval(value).map(|of| config.rituals.scorecard = of),
    ),
    ritual(
        "checkpoint",
        "\"1m\"",
        "how long it is from one checkpoint to the next",
        |config, _, value| interval(value).map(|of| config.rituals.checkpoint = of),
    ),
    Entry {
        section: "rituals",
        name: "from",
        files: &[Shared],
        value: "a day such as \"2026-01-05\"",
        default: Cow::Borrowed("each counts from its last paper"),
        meaning: Cow::Borrowed(
            "the day on which all of these begin: they are due on fixed days then",
        ),
        read: |config, _, value| {
            let day = value.as_str().and_then(|day| day.parse().ok());
            config.rituals.from = Some(day.ok_or(Mistake::Kind)?);
            Ok(())
        },
    },
    Entry {
        section: "rituals",
        name: "quarter_starts",
        files: &[Shared],
        value: "month and day such as \"02-01\", the day 28 at the most",
        default: Cow::Borrowed("\"01-01\""),
        meaning: Cow::Borrowed(
            "when the first quarter of your year starts, which is named after it",
        ),
        read: |config, _, value| {
            let day = value.as_str().and_then(day_of_year);
            config.rituals.quarter_starts = day.ok_or(Mistake::Kind)?;
            Ok(())
        },
    },
    Entry {
        section: "page",
        name: "title",
        files: &[Shared],
        value: "a text",
        default: Cow::Borrowed("the first heading of the canon"),
        meaning: Cow::Borrowed("what the page of `stepdeck export --format html` is called"),
        read: |config, _, value| {
            let title = value.as_str().filter(|title| !title.trim().is_empty());
            config.page.title = Some(title.ok_or(Mistake::Kind)?.to_owned());
            Ok(())
        },
    },
    Entry {
        section: "page",
        name: "url",
        files: &[Shared],
        value: "an address that begins with https:// or http://",
        default: Cow::Borrowed("links to the page cannot be copied"),
        meaning: Cow::Borrowed("where the page is published: copied links to steps lead there"),
        read: |config, _, value| {
            let url = value.as_str().and_then(link::address);
            config.page.url = Some(url.ok_or(Mistake::Kind)?);
            Ok(())
        },
    },
    Entry {
        section: "page",
        name: "source",
        files: &[Shared],
        value: "an address that begins with https:// or http://",
        default: Cow::Borrowed("paths are no links"),
        meaning: Cow::Borrowed(
            "where the files of the repository can be read: paths on the page lead there",
        ),
        read: |config, _, value| {
            let base = value.as_str().and_then(link::base);
            config.page.source = Some(base.ok_or(Mistake::Kind)?);
            Ok(())
        },
    },
    Entry {
        section: "display",
        name: "start",
        files: &[Shared, Own],
        value: "\"today\", \"plan\" or \"last\"",
        default: Cow::Borrowed("\"today\""),
        meaning: Cow::Borrowed("the screen that opens first; `last` is where you left"),
        read: |config, _, value| {
            config.display.start = match value.as_str() {
                Some("today") => Start::Today,
                Some("plan") => Start::Plan,
                Some("last") => Start::Last,
                _ => return Err(Mistake::Kind),
            };
            Ok(())
        },
    },
    Entry {
        section: "display",
        name: "theme",
        files: &[Shared, Own],
        value: "\"auto\", \"dark\" or \"light\"",
        default: Cow::Borrowed("\"auto\""),
        meaning: Cow::Borrowed("the background that colours are for; `auto` asks the terminal"),
        read: |config, _, value| {
            config.display.theme = match value.as_str() {
                Some("auto") => Theme::Auto,
                Some("dark") => Theme::Dark,
                Some("light") => Theme::Light,
                _ => return Err(Mistake::Kind),
            };
            Ok(())
        },
    },
    Entry {
        section: "display",
        name: "colors",
        files: &[Shared, Own],
        value: "\"auto\" or \"16\"",
        default: Cow::Borrowed("\"auto\""),
        meaning: Cow::Borrowed(
            "`16` draws with the terminal's own sixteen colours, so that its palette decides",
        ),
        read: |config, _, value| {
            config.display.colors = match value.as_str() {
                Some("auto") => Colors::Auto,
                Some("16") => Colors::Sixteen,
                _ => return Err(Mistake::Kind),
            };
            Ok(())
        },
    },
    Entry {
        section: "display",
        name: "ascii",
        files: &[Shared, Own],
        value: "true or false",
        default: Cow::Borrowed("false"),
        meaning: Cow::Borrowed("draw with ASCII characters only, as `--ascii` does"),
        read: |config, _, value| {
            config.display.ascii = value.as_bool().ok_or(Mistake::Kind)?;
            Ok(())
        },
    },
    Entry {
        section: "log",
        name: "layout",
        files: &[Shared],
        value: "\"plain\" or \"spaced\"",
        default: Cow::Borrowed("\"plain\""),
        meaning: Cow::Borrowed(
            "whether a blank line is between two steps; a log with two or more lines keeps its layout, \
             which `stepdeck layout` changes",
        ),
        read: |config, _, value| {
            config.log_layout = match value.as_str() {
                Some("plain") => LineLayout::Plain,
                Some("spaced") => LineLayout::Spaced,
                _ => return Err(Mistake::Kind),
            };
            Ok(())
        },
    },
    Entry {
        section: "team",
        name: "main",
        files: &[Shared],
        value: "the name of a branch",
        default: Cow::Borrowed("the remote's `HEAD`"),
        meaning: Cow::Borrowed(
            "the branch whose steps keep their numbers when branches meet, and that `stepdeck sync` merges",
        ),
        read: |config, _, value| {
            let name = value.as_str().filter(|name| !name.trim().is_empty());
            config.main_branch = Some(name.ok_or(Mistake::Kind)?.to_owned());
            Ok(())
        },
    },
    Entry {
        section: "team",
        name: "stewards",
        files: &[Shared],
        value: "a name or a list of names",
        default: Cow::Borrowed("the people with steward weeks, or everybody in the tables"),
        meaning: Cow::Borrowed(
            "whose approval counts for `stepdeck pr`, by name, login or team; read from the main branch",
        ),
        read: |config, _, value| {
            config.stewards = strings(value)?;
            Ok(())
        },
    },
    Entry {
        section: "display",
        name: "mouse",
        files: &[Own],
        value: "true or false",
        default: Cow::Borrowed("false"),
        meaning: Cow::Borrowed("the same as `mouse`"),
        read: |config, _, value| {
            config.mouse = value.as_bool().ok_or(Mistake::Kind)?;
            Ok(())
        },
    },
    Entry {
        section: "",
        name: "mouse",
        files: &[Own],
        value: "true or false",
        default: Cow::Borrowed("false"),
        meaning: Cow::Borrowed("listen to the mouse"),
        read: |config, _, value| {
            config.mouse = value.as_bool().ok_or(Mistake::Kind)?;
            Ok(())
        },
    },
];

fn paths(config: &mut Config, named: &Named<'_>, value: &DeValue<'_>) -> Result<(), Mistake> {
    let found = strings(value)?;
    if found.iter().any(|path| leaves(path)) {
        return Err(Mistake::Outside);
    }
    config.paths.extend([named.with(found)]);
    Ok(())
}

fn path(config: &mut Config, named: &Named<'_>, value: &DeValue<'_>) -> Result<(), Mistake> {
    match value.as_str() {
        Some("") | None => Err(Mistake::Kind),
        Some(_) => paths(config, named, value),
    }
}

/// Whether a path is not below the folder that it counts from.
fn leaves(path: &str) -> bool {
    let inside = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    !Path::new(path).components().all(inside)
}

fn strings(value: &DeValue<'_>) -> Result<Vec<String>, Mistake> {
    let one = |value: &DeValue<'_>| value.as_str().map(str::to_owned).ok_or(Mistake::Kind);
    match value.as_array() {
        None => Ok(vec![one(value)?]),
        Some(list) => list.iter().map(|item| one(item.get_ref())).collect(),
    }
}

fn number(value: &DeValue<'_>) -> Result<f64, Mistake> {
    let number = match value {
        DeValue::Float(float) => float.as_str().parse().ok(),
        DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix())
            .ok()
            .map(|whole| whole as f64),
        _ => None,
    };
    number.filter(|n| n.is_finite()).ok_or(Mistake::Kind)
}
