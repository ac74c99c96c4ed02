//! The columns of a list of steps: what each is called, what it says of a step, and how steps are
//! compared by it.
//!
//! Every field is a column by its row in [`fields`], and so is every key of the log that no field
//! stands for, as `log.KEY`. What follows from the plan as a whole is in the table [`DERIVED`].
//! Choosers, sorting, `list`, views and their documentation follow from here.

mod derived;
mod key;
mod known;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use chrono::DateTime;

use self::derived::{Asks, Holds};
pub use self::derived::{DERIVED, DerivedSpec};
pub use self::key::SortKey;
pub use self::known::Known;
pub(crate) use self::known::stages_naming;
use super::canon::block_table::BlockColumn;
use super::field::{Field, Kind, fields, is_same, key_order};
use super::step::measure;
use super::{Plan, StepRef};
use crate::document::json;
use crate::document::progress::Progress;

/// A column of a list of steps.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Column {
    /// What follows from the plan: a row of [`DERIVED`], by its index.
    Derived(u8),
    /// A field of the step.
    Field(Field),
    /// A key of the log that no field stands for.
    Key(String),
}

/// The prefix of a key of the log that no field stands for, as in filters.
const LOG: &str = "log.";

impl Column {
    /// The owner: the one column beside ID, status and title that is shown where none is chosen.
    pub(crate) const OWNER: Self = Self::Field(Field::Owner);
    pub(crate) const ID: Self = Self::known("id");
    pub(crate) const STATE: Self = Self::known("state");
    pub(crate) const BLOCK: Self = Self::known("block");
    pub(crate) const STAGE: Self = Self::known("stage");

    /// The row of [`DERIVED`] with this name. A name that is in no row does not compile.
    const fn known(name: &str) -> Self {
        let mut at = 0;
        while !is_same(DERIVED[at].name, name) {
            at += 1;
        }
        Self::Derived(at as u8)
    }

    /// Every column that can be chosen but keys of the log, in the order in which they are offered.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::comparable().filter(|column| !column.always_stands())
    }

    /// The same with those that always stand: steps can be sorted by them.
    pub fn comparable() -> impl Iterator<Item = Self> {
        let derived = (0..DERIVED.len()).map(|at| Self::Derived(at as u8));
        let fields = fields().iter().map(|row| Self::Field(row.field));
        let is_derived = |column: &Self| DERIVED.iter().any(|row| row.name == column.name());
        derived.chain(fields.filter(move |column| !is_derived(column)))
    }

    /// The column with this name.
    ///
    /// # Errors
    /// That there is none, and which there are.
    pub fn named(name: &str) -> Result<Self, String> {
        let name = name.trim();
        if let Some(at) = DERIVED
            .iter()
            .position(|row| row.name.eq_ignore_ascii_case(name))
        {
            return Ok(Self::Derived(at as u8));
        }
        if name.eq_ignore_ascii_case("updated") {
            return Ok(Self::Field(Field::UpdatedAt));
        }
        if let Some(field) = Field::named(name) {
            return Ok(Self::Field(field));
        }
        match name.split_once('.') {
            Some((log, key)) if log.eq_ignore_ascii_case("log") && !key.is_empty() => {
                Ok(Self::Key(key.to_owned()))
            }
            _ => {
                let names: Vec<String> = Self::comparable()
                    .map(|column| column.name().into_owned())
                    .collect();
                Err(format!(
                    "“{name}” is not a column: use {}, or {LOG}KEY for a key of the log",
                    names.join(", ")
                ))
            }
        }
    }

    /// The columns with these names, separated by commas, each once. Those that always stand are
    /// left out.
    ///
    /// # Errors
    /// As [`Column::named`].
    pub fn list(names: &str) -> Result<Vec<Self>, String> {
        let names = names.split(',').filter(|name| !name.trim().is_empty());
        let all: Vec<Self> = names.map(Self::named).collect::<Result<_, _>>()?;
        Ok(Self::chosen(all))
    }

    /// These columns, each once, without those that always stand.
    pub(crate) fn chosen(columns: impl IntoIterator<Item = Self>) -> Vec<Self> {
        let mut chosen: Vec<Self> = Vec::new();
        for column in columns {
            if !column.always_stands() && !chosen.contains(&column) {
                chosen.push(column);
            }
        }
        chosen
    }

    /// What it is called in commands and configuration.
    pub fn name(&self) -> Cow<'_, str> {
        match self {
            Self::Derived(at) => derived(*at).name.into(),
            Self::Field(field) => field.spec().name.into(),
            Self::Key(key) => format!("{LOG}{key}").into(),
        }
    }

    /// Its heading.
    pub fn label(&self) -> &str {
        match self {
            Self::Derived(at) => derived(*at).label,
            Self::Field(field) => field.label(),
            Self::Key(key) => key,
        }
    }

    /// What it says.
    pub fn about(&self) -> Cow<'static, str> {
        match self {
            Self::Derived(at) => derived(*at).about.into(),
            Self::Field(field) => field.spec().about.into(),
            Self::Key(_) => "A key of the log.".into(),
        }
    }

    /// Whether it stands in every list, and so is never chosen.
    fn always_stands(&self) -> bool {
        *self == Self::Field(Field::Title) || *self == Self::ID
    }

    /// Columns of the terminal that it needs, at least and usually, its heading counted.
    pub fn width(&self) -> (u16, u16) {
        let (least, usual) = match self {
            Self::Derived(at) => return derived(*at).width,
            Self::Field(Field::Owner) => (6, 12),
            Self::Field(field) => match field.spec().kind {
                Kind::Status => (11, 11),
                Kind::Instant => return (10, 10),
                Kind::Block => (5, 5),
                Kind::Measure => (6, 8),
                Kind::Uid => (12, 12),
                Kind::Line | Kind::List => (6, 14),
                Kind::Text => (8, 24),
            },
            Self::Key(_) => (6, 12),
        };
        let label = u16::try_from(self.label().chars().count()).unwrap_or(usual);
        (least, usual.max(label.min(16)))
    }

    /// Whether it holds words, which are worth more room than usual.
    pub fn is_text(&self) -> bool {
        self.holds() == Holds::Words
    }

    /// Whether its values are numbers, which stand to the right.
    pub fn is_number(&self) -> bool {
        self.holds() == Holds::Number
    }

    fn holds(&self) -> Holds {
        match self {
            Self::Derived(at) => derived(*at).holds,
            Self::Field(field) => match field.spec().kind {
                Kind::Line | Kind::Text | Kind::List => Holds::Words,
                Kind::Measure => Holds::Number,
                Kind::Status | Kind::Block | Kind::Instant | Kind::Uid => Holds::Word,
            },
            Self::Key(_) => Holds::Words,
        }
    }

    /// Whether what counts more is sorted first: the last change, the best score.
    pub(crate) fn most_first(&self) -> bool {
        match self {
            Self::Derived(at) => derived(*at).most_first,
            Self::Field(field) => matches!(field.spec().kind, Kind::Instant | Kind::Measure),
            Self::Key(_) => false,
        }
    }

    /// Whether it says something else when more is known of when steps changed.
    pub(crate) fn asks_changes(&self) -> bool {
        matches!(self.asks(), Asks::Changes | Asks::Scores)
    }

    /// Whether it counts from the last change, however long ago.
    pub(crate) fn asks_past(&self) -> bool {
        self.asks() == Asks::Changes
    }

    /// Whether ready steps are compared for it.
    pub(crate) fn asks_scores(&self) -> bool {
        self.asks() == Asks::Scores
    }

    /// Whether the plan as a whole has to be gone through for it.
    pub(crate) fn asks_plan(&self) -> bool {
        matches!(self.asks(), Asks::Stages | Asks::Scores)
    }

    fn asks(&self) -> Asks {
        match self {
            Self::Derived(at) => derived(*at).asks,
            _ => Asks::Nothing,
        }
    }

    /// What it says of a step, in words straight from the file; empty where there is nothing.
    pub fn text<'a>(&self, step: StepRef<'a>, known: &Known) -> Cow<'a, str> {
        match self {
            Self::Derived(at) => (derived(*at).text)(step, known).into(),
            Self::Field(Field::Status) => match step.status() {
                Some(status) => status.word().into(),
                None => step.text(Field::Status),
            },
            Self::Field(field) => match field.spec().kind {
                Kind::Instant => day(step.text(*field)),
                _ => step.text(*field),
            },
            Self::Key(key) => {
                let raw = step.log_line().and_then(|line| line.get(key));
                raw.map_or(Cow::Borrowed(""), json::words)
            }
        }
    }

    /// What steps are compared by.
    pub(super) fn key(&self, step: StepRef<'_>, known: &Known) -> SortKey {
        match self {
            Self::Derived(at) => (derived(*at).key)(step, known),
            Self::Field(field) => match field.spec().kind {
                Kind::Status => {
                    let status = step.status();
                    status.map_or(SortKey::Nothing, |at| SortKey::number(f64::from(at as u8)))
                }
                Kind::List => SortKey::count(step.list(*field).len()),
                Kind::Instant => {
                    let at = DateTime::parse_from_rfc3339(&step.text(*field));
                    let at = at.map(|at| at.timestamp_millis() as f64);
                    at.map_or(SortKey::Nothing, SortKey::number)
                }
                Kind::Measure => number_or_text(&step.text(*field)),
                _ => SortKey::text(&step.text(*field)),
            },
            Self::Key(_) => {
                let text = self.text(step, known);
                match text.trim().parse::<f64>() {
                    Ok(number) if number.is_finite() => SortKey::number(number),
                    _ => SortKey::text(&text),
                }
            }
        }
    }

    /// What it says of a step as a number, where it compares numbers.
    pub(crate) fn number(&self, step: StepRef<'_>, known: &Known) -> Option<f64> {
        match self.is_number() {
            true => self.key(step, known).value(),
            false => None,
        }
    }
}

/// The columns of the keys of the log that no field stands for, by name; nothing where that was
/// stopped.
pub fn keys_of_log(plan: &Plan, progress: &Progress) -> Option<Vec<Column>> {
    progress.expect(plan.len());
    let mut strides = progress.strides();
    let mut keys: BTreeSet<&str> = BTreeSet::new();
    for step in plan.steps() {
        let entries = step.log_line().into_iter().flat_map(|line| line.entries());
        keys.extend(entries.map(|(key, _)| key));
        if !strides.add(1) {
            return None;
        }
    }
    let is_other = |key: &&str| *key != "step_id" && !key_order().contains(key);
    let keys = keys.into_iter().filter(is_other);
    Some(keys.map(|key| Column::Key(key.to_owned())).collect())
}

impl fmt::Debug for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

fn derived(at: u8) -> &'static DerivedSpec {
    &DERIVED[usize::from(at)]
}

/// The day of an instant that can be read.
fn day(text: Cow<'_, str>) -> Cow<'_, str> {
    match DateTime::parse_from_rfc3339(&text) {
        Ok(at) => at.to_utc().format("%Y-%m-%d").to_string().into(),
        Err(_) => text,
    }
}

/// A measure by its number, whatever its unit; words where there is no number.
fn number_or_text(text: &str) -> SortKey {
    match measure(text) {
        Some((number, _)) if number.is_finite() => SortKey::number(number),
        _ => SortKey::text(text),
    }
}

/// The theme of a block, for headings.
pub(super) fn block_in_words(plan: &Plan, block: usize) -> String {
    let theme = plan.block_text(block, BlockColumn::Theme);
    format!("{} {theme}", plan.blocks()[block].id)
        .trim_end()
        .to_owned()
}
