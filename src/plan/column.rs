//! The columns of a list of steps: what each is called, what it says of a step, and how steps are
//! compared by it.
//!
//! Every field is a column by its row in [`fields`], and so is every key of the log that no field
//! stands for, as `log.KEY`. What follows from the plan as a whole is in the table [`DERIVED`].
//! Choosers, sorting, `list`, views and their documentation follow from here.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::canon::block_table::BlockColumn;
use super::field::{Field, Kind, fields, is_same};
use super::last_change::{LastChange, LastChanges};
use super::ranking::{self, Inputs};
use super::status::{State, Status};
use super::step::{Waiting, measure};
use super::{Plan, StepRef};
use crate::document::json;

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

/// A column that is no field.
pub struct DerivedSpec {
    /// What it is called in commands and configuration.
    pub name: &'static str,
    /// Its heading.
    pub label: &'static str,
    /// What it says.
    pub about: &'static str,
    /// How many columns of the terminal it needs, at least and usually.
    width: (u16, u16),
    holds: Holds,
    /// Whether what counts more is sorted first: the best score, the oldest.
    most_first: bool,
    /// What has to be known beside the step.
    asks: Asks,
    text: fn(StepRef<'_>, &Known) -> String,
    key: fn(StepRef<'_>, &Known) -> SortKey,
}

/// What stands in a column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Holds {
    /// One word or two, never longer than the column.
    Word,
    /// Words, which are worth more room than usual.
    Words,
    /// A number.
    Number,
}

/// What a column has to know beside the step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Asks {
    Nothing,
    /// When steps changed last.
    Changes,
    /// That, and what the ranking makes of them.
    Scores,
    /// Which stages name them.
    Stages,
}

/// What a step is compared by. What is not there comes first, numbers come before words.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum SortKey {
    Nothing,
    /// In an order of its own, see [`SortKey::number`].
    Number(u64),
    /// In lower case.
    Text(String),
}

impl SortKey {
    /// A number, as bits that ascend with it.
    fn number(number: f64) -> Self {
        let bits = number.to_bits();
        Self::Number(match number.is_sign_negative() {
            true => !bits,
            false => bits | 1 << 63,
        })
    }

    fn count(count: usize) -> Self {
        match count {
            0 => Self::Nothing,
            count => Self::number(count as f64),
        }
    }

    /// A text, whatever its case.
    pub(super) fn text(text: &str) -> Self {
        match text.trim() {
            "" => Self::Nothing,
            _ => Self::Text(text.to_lowercase()),
        }
    }

    /// The number, if it is one.
    fn value(&self) -> Option<f64> {
        match self {
            Self::Number(bits) if bits >> 63 == 1 => Some(f64::from_bits(bits & !(1 << 63))),
            Self::Number(bits) => Some(f64::from_bits(!bits)),
            _ => None,
        }
    }
}

/// What columns know of a plan beside its steps. A clone shares it.
#[derive(Clone, Default, Debug)]
pub struct Known {
    /// The present instant, from which ages count.
    pub now: DateTime<Utc>,
    /// When steps changed last, where a history tells.
    pub changes: Option<Arc<LastChanges>>,
    /// The score of each ready step, by index; nothing where no column asks.
    scores: Arc<[Option<i64>]>,
    /// Indexes of the stages whose checks name a step.
    stages: Arc<HashMap<usize, Vec<usize>>>,
}

impl Known {
    /// What these columns need to know of `plan`. `inputs` are those of the ranking, whose changes
    /// are given apart.
    pub fn of<'c>(
        plan: &Plan,
        columns: impl Iterator<Item = &'c Column> + Clone,
        inputs: &Inputs<'_>,
        changes: Option<Arc<LastChanges>>,
    ) -> Self {
        let asked = |what| columns.clone().any(|column| column.asks() == what);
        let inputs = Inputs {
            changes: changes.as_deref(),
            ..*inputs
        };
        Self {
            now: inputs.now,
            scores: match asked(Asks::Scores) {
                true => ranking::scores(plan, &inputs).into(),
                false => Arc::default(),
            },
            stages: match asked(Asks::Stages) {
                true => Arc::new(stages(plan)),
                false => Arc::default(),
            },
            changes,
        }
    }

    /// Index of the first stage that names a step, in the order of the ladders.
    pub(super) fn stage_of(&self, step: StepRef<'_>) -> Option<usize> {
        self.stages.get(&step.index())?.first().copied()
    }

    fn score(&self, step: StepRef<'_>) -> Option<i64> {
        self.scores.get(step.index()).copied().flatten()
    }

    /// When a step changed last. The history is only asked of open steps.
    fn last_change(&self, step: StepRef<'_>) -> Option<LastChange> {
        let is_open = step.status() != Some(Status::Complete);
        LastChange::of(step, self.changes.as_deref().filter(|_| is_open))
    }

    /// Whole days since a step changed last.
    fn age(&self, step: StepRef<'_>) -> Option<i64> {
        let change = self.last_change(step)?;
        Some((self.now - change.at()).num_days().max(0))
    }
}

/// The stages whose checks name a step, ascending.
fn stages(plan: &Plan) -> HashMap<usize, Vec<usize>> {
    let mut named: HashMap<usize, Vec<usize>> = HashMap::new();
    for (at, stage) in plan.stages().iter().enumerate() {
        let ids = stage.checks.iter().flat_map(|check| &check.steps);
        for step in ids.filter_map(|id| plan.find(*id)) {
            let stages = named.entry(step).or_default();
            if stages.last() != Some(&at) {
                stages.push(at);
            }
        }
    }
    named
}

/// The columns that are no fields, in the order in which they are offered.
pub const DERIVED: &[DerivedSpec] = &[
    DerivedSpec {
        name: "id",
        label: "ID",
        about: "the step's number",
        width: (4, 6),
        holds: Holds::Word,
        most_first: false,
        asks: Asks::Nothing,
        text: |step, _| step.id().to_string(),
        key: |step, _| SortKey::number(step.index() as f64),
    },
    DerivedSpec {
        name: "state",
        label: "State",
        about: "blocked, waiting, ready or done, in this order",
        width: (7, 7),
        holds: Holds::Word,
        most_first: false,
        asks: Asks::Nothing,
        text: |step, _| step.state().word().to_owned(),
        key: |step, _| SortKey::number(f64::from(urgency(step.state()))),
    },
    DerivedSpec {
        name: "waiting_on",
        label: "Waits for",
        about: "the steps and conditions that it waits for; compared by how many there are",
        width: (7, 14),
        holds: Holds::Words,
        most_first: true,
        asks: Asks::Nothing,
        text: |step, _| step.awaited().join(", "),
        key: |step, _| SortKey::count(step.unmet().len()),
    },
    DerivedSpec {
        name: "whom",
        label: "Whom",
        about: "the owners of the steps that it waits for, and conditions outside the plan",
        width: (6, 12),
        holds: Holds::Words,
        most_first: false,
        asks: Asks::Nothing,
        text: |step, _| whom(step).join(", "),
        key: |step, _| SortKey::text(&whom(step).join(", ")),
    },
    DerivedSpec {
        name: "unblocks",
        label: "Unblocks",
        about: "how many steps wait for it and for nothing else",
        width: (8, 8),
        holds: Holds::Number,
        most_first: true,
        asks: Asks::Nothing,
        text: |step, _| some(held_back_by(step)),
        key: |step, _| SortKey::count(held_back_by(step)),
    },
    DerivedSpec {
        name: "dependents",
        label: "Dependents",
        about: "how many steps depend on it directly",
        width: (10, 10),
        holds: Holds::Number,
        most_first: true,
        asks: Asks::Nothing,
        text: |step, _| some(dependents(step)),
        key: |step, _| SortKey::count(dependents(step)),
    },
    DerivedSpec {
        name: "score",
        label: "Score",
        about: "its points in the ranking of `stepdeck next`; only ready steps have one",
        width: (5, 5),
        holds: Holds::Number,
        most_first: true,
        asks: Asks::Scores,
        text: |step, known| {
            let score = known.score(step);
            score.map_or_else(String::new, |score| score.to_string())
        },
        key: |step, known| {
            let score = known.score(step);
            score.map_or(SortKey::Nothing, |score| SortKey::number(score as f64))
        },
    },
    DerivedSpec {
        name: "age",
        label: "Age",
        about: "days since its last change landed, or else since `updated_at`",
        width: (5, 5),
        holds: Holds::Number,
        most_first: true,
        asks: Asks::Changes,
        text: |step, known| match (known.age(step), known.last_change(step)) {
            (Some(days), Some(LastChange::LandedBefore(_))) => format!(">{days}d"),
            (Some(days), _) => format!("{days}d"),
            (None, _) => String::new(),
        },
        key: |step, known| {
            let age = known.age(step);
            age.map_or(SortKey::Nothing, |days| SortKey::number(days as f64))
        },
    },
    DerivedSpec {
        name: "block",
        label: "Block",
        about: "the block that its number falls into",
        width: (5, 5),
        holds: Holds::Word,
        most_first: false,
        asks: Asks::Nothing,
        text: |step, _| step.plan().blocks()[step.block()].id.to_string(),
        key: |step, _| SortKey::number(step.block() as f64),
    },
    DerivedSpec {
        name: "stage",
        label: "Stage",
        about: "the stages whose checks name it",
        width: (6, 10),
        holds: Holds::Words,
        most_first: false,
        asks: Asks::Stages,
        text: |step, known| {
            let stages = known.stages.get(&step.index()).map_or(&[][..], |all| all);
            let names = stages.iter().map(|at| &*step.plan().stages()[*at].name);
            names.collect::<Vec<_>>().join(", ")
        },
        key: |step, known| {
            let stage = known.stage_of(step);
            stage.map_or(SortKey::Nothing, |at| SortKey::number(at as f64))
        },
    },
];

/// What needs somebody's help comes first.
fn urgency(state: State) -> u8 {
    match state {
        State::Blocked => 0,
        State::Waiting => 1,
        State::Ready => 2,
        State::Done => 3,
    }
}

fn held_back_by(step: StepRef<'_>) -> usize {
    step.plan().graph().held_back_by(step.index()).count()
}

fn dependents(step: StepRef<'_>) -> usize {
    step.plan().graph().downstream(step.index()).len()
}

fn some(count: usize) -> String {
    match count {
        0 => String::new(),
        count => count.to_string(),
    }
}

/// Who has to do something before the step can go on, each once.
fn whom(step: StepRef<'_>) -> Vec<String> {
    let plan = step.plan();
    let mut people: Vec<String> = Vec::new();
    for waiting in step.unmet() {
        let who = match waiting {
            Waiting::Step(id) => match plan.find(id).map(|up| plan.step(up).owner()) {
                Some(owner) if !owner.trim().is_empty() => owner.trim().to_owned(),
                _ => "no owner".to_owned(),
            },
            Waiting::Condition(text) => text,
            Waiting::Missing(_) | Waiting::Cycle(_) => continue,
        };
        if !people.contains(&who) {
            people.push(who);
        }
    }
    people
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
                let names: Vec<String> = Self::all()
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
            Self::Key(_) => "a key of the log".into(),
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
