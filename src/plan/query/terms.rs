//! The table of terms: what can be asked about a step, how it is written, and what may stand
//! behind the colon. Help, documentation, errors and completion follow from it.

use super::past::PastTest;
use super::syntax::Term;
use super::time::{self, Interval};
use super::value::{Bounds, Sign, TextTest, Value, bounds, count, has_end, number};
use super::words::fold;
use crate::document::markdown::is_nothing;
use crate::plan::Plan;
use crate::plan::column::DERIVED;
use crate::plan::field::{Field, Kind, fields};
use crate::plan::id::{BlockId, StepId, typed_id};
use crate::plan::status::{State, Status};
use std::collections::HashSet;

/// A row of the table.
pub struct TermSpec {
    /// The name with its colon.
    pub key: &'static str,
    /// What it finds.
    pub about: &'static str,
    /// What may stand behind the colon, where that is known.
    pub(super) values: Values,
    /// Whether `>` and `<` say anything about it.
    is_ordered: bool,
    read: Read,
}

/// What understands a value.
#[derive(Clone, Copy)]
enum Read {
    Step(fn(&Operand<'_>) -> Result<Test, String>),
    Whole(fn(&Operand<'_>) -> Result<Whole, String>),
    Either(fn(&Operand<'_>) -> Result<Asked, String>),
}

/// What completes a value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Values {
    /// Nothing does.
    Free,
    These(&'static [&'static str]),
    Owners,
    Blocks,
    Stages,
    Workstreams,
    Fields,
}

const IS: &[&str] = &[
    "ready", "waiting", "blocked", "done", "open", "mine", "drift", "marked", "cyclic", "retired",
    "unclear",
];
const STATUSES: &[&str] = &["idea", "draft", "progress", "blocked", "complete"];
const SINCE: &[&str] = &["<7d", ">14d", "review"];

const fn row(key: &'static str, values: Values, read: Read, about: &'static str) -> TermSpec {
    TermSpec {
        key,
        about,
        values,
        is_ordered: false,
        read,
    }
}

impl TermSpec {
    const fn ordered(mut self) -> Self {
        self.is_ordered = true;
        self
    }
}

/// Every term that is more than words.
#[rustfmt::skip]
pub const TERMS: [TermSpec; 24] = [
    row("owner:", Values::Owners, Read::Step(owner),
        "the owner contains this text; owner:none finds steps without one, owner:\"none\" those of somebody called so, owner=ops those of just ops").ordered(),
    row("status:", Values::These(STATUSES), Read::Step(status),
        "idea, draft, progress, blocked or complete; any other word finds the statuses that are written so"),
    row("block:", Values::Blocks, Read::Step(block),
        "a block, such as B37, or several: block:B03-B05").ordered(),
    row("is:", Values::These(IS), Read::Either(is),
        "ready, waiting (whatever its status), blocked (by its status, also where it waits), done, open, mine (you are its owner), drift, marked, cyclic, retired (with its block) or unclear (nothing is in its way, but its status is none of the five)"),
    row("stage:", Values::Stages, Read::Whole(|of| Ok(Whole::Stage(of.text()))),
        "named by a check of the stage"),
    row("workstream:", Values::Workstreams, Read::Whole(|of| Ok(Whole::Workstream(of.text()))),
        "the owner, or the block's steward, is this workstream, a word of its name, or stands in its row of the owner matrix"),
    row("updated:", Values::These(&["<7d", ">14d"]), Read::Step(updated),
        "edited longer (>7d) or less long (<7d) ago, in days (d), weeks (w) or hours (h); on a date (2026-10-05, \
         2026-W40, 2026-10), after (>2026-10) or before it, or between two: 2026-10..2026-11").ordered(),
    row("dep:", Values::Free, Read::Step(|of| of.step().map(Test::DependsOn)),
        "depends directly on this step"),
    row("up:", Values::Free, Read::Whole(|of| Ok(Whole::Upstream(of.step()?))),
        "everything a step waits for, directly or through others, complete steps among it"),
    row("down:", Values::Free, Read::Whole(|of| Ok(Whole::Downstream(of.step()?))),
        "everything that waits for a step, directly or through others; nobody waits through a complete step"),
    row("evidence:", Values::These(&["missing", "given"]), Read::Step(evidence),
        "missing or given"),
    row("has:", Values::Fields, Read::Step(has),
        "something stands in this field, or under this key of the log: has:notes, has:reviewer"),
    row("title:", Values::Free, Read::Step(|of| field(Field::Title, of)),
        "the title contains this text; any other field too, e.g. outcome:signed").ordered(),
    row("theme:", Values::Free, Read::Step(|of| field(Field::Theme, of)),
        "the theme contains this text; any field can be compared as well: theme=growth, cost.planned>500, \
         effort.actual:3..5, and lists by how many there are: dependencies>4, artifacts=0").ordered(),
    row("id:", Values::Free, Read::Step(id),
        "the ID starts with this, or lies between two: id:0100..0250; id=0042 is just that one").ordered(),
    row("note:", Values::Free, Read::Step(|of| field(Field::Notes, of)),
        "the notes contain this text").ordered(),
    row("log.KEY:", Values::Free, Read::Step(of_log),
        "what the log has under a key that stepdeck does not know, e.g. log.reviewer:ada, log.points>5, \
         log.due<2026-10; a list by how many there are").ordered(),
    row("added:", Values::These(SINCE), Read::Whole(past),
        "came into the plan more (>7d) or less (<7d) than this long ago, on or between dates as with updated:, or \
         since the last weekly review (added:review)").ordered(),
    row("changed:", Values::These(SINCE), Read::Whole(past),
        "changed last so long ago, then, or since the last weekly review (changed:review)").ordered(),
    row("completed:", Values::These(SINCE), Read::Whole(past),
        "complete for so long or since then, e.g. completed:<14d").ordered(),
    row("open:", Values::These(SINCE), Read::Whole(past),
        "open for so long or since then, e.g. open:>90d").ordered(),
    row("blocked:", Values::These(SINCE), Read::Whole(past),
        "blocked for so long or since then, e.g. blocked:>14d").ordered(),
    row("by:", Values::Free, Read::Whole(past),
        "changed by somebody whose name contains this"),
    row("reopened:", Values::These(&[">0", ">1"]), Read::Whole(past),
        "reopened more (>1) or less (<1) often than this after it was complete").ordered(),
];

/// What a term asks.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Asked {
    /// Of a step by itself.
    Step(Test),
    /// What has to be worked out for the plan as a whole.
    Whole(Whole),
}

/// What a term asks of a step.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Test {
    Status(Status),
    /// What is written is none of the five, and is like this.
    Written(Value),
    State(State),
    Open,
    Drift,
    Marked,
    Cyclic,
    Blocks(Bounds<BlockId>),
    Id(String),
    IdIs(StepId),
    /// Between two, in capitals; the sub-steps of the last are among them.
    Ids(Bounds<StepId>),
    DependsOn(StepId),
    Evidence {
        given: bool,
    },
    Field(Field, Value),
    /// Nobody is the owner.
    Unowned,
    /// Something stands in one of these.
    AnyOf(Vec<Field>),
    /// The same of a key of the log that no field stands for.
    Key(String, Value),
}

/// What a term needs to know of the plan as a whole.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Whole {
    Upstream(StepId),
    Downstream(StepId),
    Stage(TextTest),
    Workstream(TextTest),
    Past(PastTest),
    /// The person at work is the owner.
    Mine,
}

/// A term with its name taken off, one of its alternatives.
#[derive(Clone, Copy, Debug)]
pub(super) struct Operand<'a> {
    /// The name, as typed.
    name: &'a str,
    /// The same in lower case.
    pub key: &'a str,
    /// What stands between name and value, where that is no colon.
    pub sign: Option<Sign>,
    pub value: &'a str,
    /// Whether the value stands between quotes, and so is text where it may be.
    is_quoted: bool,
}

impl<'a> Operand<'a> {
    pub(super) fn folded(&self) -> String {
        fold(self.value).into_owned()
    }

    /// What is asked of a text.
    pub(super) fn text(&self) -> TextTest {
        TextTest::new(self.sign, self.value)
    }

    /// The sign and what stands behind it: `>7d` may follow a colon.
    pub(super) fn signed(&self) -> (Option<Sign>, &'a str) {
        match (self.sign, Sign::split(self.value)) {
            (None, Some((sign, rest))) => (Some(sign), rest),
            _ => (self.sign, self.value),
        }
    }

    /// What is asked of a value that may be compared, and may be text unless a comparison is meant.
    fn compared(&self, compared: Option<Value>, is_meant: bool) -> Option<Value> {
        let is_text = self.is_quoted && self.sign.is_none();
        let text = || (is_text || !is_meant).then(|| Value::Text(self.text()));
        compared.filter(|_| !is_text).or_else(text)
    }

    fn step(&self) -> Result<StepId, String> {
        let Self { key, value, .. } = self;
        typed_id(value).ok_or_else(|| format!("{key}: takes a step ID, such as {key}:0042"))
    }
}

/// Understands a term: the tests of which one must hold, or nothing where it is a word.
///
/// # Errors
/// What is wrong with it and what would do.
pub(super) fn read(term: &Term) -> Result<Option<Vec<Asked>>, String> {
    let Some((name, sign, rest)) = name_of(&term.text) else {
        return Ok(None);
    };
    // One in front is gone by now.
    if name.starts_with('-') {
        return Err("one - negates a term: leave the second out".to_owned());
    }
    let key = name.to_lowercase();
    let value = term.from(term.text.len() - rest.len());
    let parts = value.split(',');
    let mut alternatives: Vec<_> = (parts.into_iter())
        .filter(|(part, _)| !part.is_empty())
        .collect();
    if alternatives.is_empty() {
        alternatives.push((&value.text, false));
    }
    let read = |(value, is_quoted)| {
        of_table(&Operand {
            name,
            key: &key,
            sign,
            value,
            is_quoted,
        })
    };
    alternatives
        .into_iter()
        .map(read)
        .collect::<Result<_, _>>()
        .map(Some)
        .map_err(|reason| match term.is_closed_too_often() {
            true => NO_PAIR.to_owned(),
            false => reason,
        })
}

/// The name, the sign and the value of a term. `>`, `<` and `=` are signs behind a name that is
/// known, and text behind anything else; before a colon everything is a name.
pub(super) fn name_of(text: &str) -> Option<(&str, Option<Sign>, &str)> {
    let at = text.find([':', '>', '<', '='])?;
    let (key, rest) = text.split_at(at);
    if let Some((sign, value)) = Sign::split(rest)
        && (spec_of(key).is_some() || Field::named(key).is_some())
    {
        return Some((key, Some(sign), value));
    }
    let (key, value) = text.split_once(':')?;
    Some((key, None, value))
}

/// The row of a term with this name.
pub(super) fn spec_of(name: &str) -> Option<&'static TermSpec> {
    let name = log_key(name).map_or(name, |_| "log.KEY");
    let is_of = |row: &&TermSpec| {
        let key = row.key.strip_suffix(':');
        key.is_some_and(|key| key.eq_ignore_ascii_case(name))
    };
    TERMS.iter().find(is_of)
}

/// The key of the log in `log.reviewer`.
fn log_key(name: &str) -> Option<&str> {
    let (log, key) = name.split_once('.')?;
    (log.eq_ignore_ascii_case("log") && !key.is_empty()).then_some(key)
}

/// What is wrong with parentheses that do not balance.
pub(super) const NO_PAIR: &str = "the parentheses do not match: close them, or put them in quotes";

fn of_table(of: &Operand<'_>) -> Result<Asked, String> {
    if let Some(spec) = spec_of(of.name) {
        let key = of.key;
        return match of.sign {
            Some(sign) if sign != Sign::Equal && !spec.is_ordered => {
                Err(format!("{key} has no order: write {key}:"))
            }
            _ => match spec.read {
                Read::Step(read) => read(of).map(Asked::Step),
                Read::Whole(read) => read(of).map(Asked::Whole),
                Read::Either(read) => read(of),
            },
        };
    }
    if let Some(named) = Field::named(of.key) {
        return field(named, of).map(Asked::Step);
    }
    if of.name.starts_with('(') {
        return Err(NO_PAIR.to_owned());
    }
    if let Some(instead) = of_column(of.key) {
        return Err(format!("no such key; {instead}"));
    }
    let keys: Vec<&str> = TERMS.iter().map(|row| row.key).collect();
    Err(format!("no such key; use {}", keys.join(" ")))
}

/// What to ask for instead of a column that is no key.
fn of_column(name: &str) -> Option<&'static str> {
    let column = DERIVED.iter().find(|column| column.name == name)?;
    Some(match column.name {
        "age" => "changed:>30d finds what changed last so long ago",
        "state" => "is:ready and the like find the states",
        "waiting_on" | "whom" => "up:0042 finds what a step waits for",
        "dependents" => "down:0042 finds what waits for a step",
        _ => "it is a column, by which lists can be sorted",
    })
}

/// What is wrong with text that looks like a comparison, such as `priority>2`, if it is meant as one.
pub(super) fn unknown(text: &str) -> Option<String> {
    let at = text.find([':', '>', '<', '='])?;
    let (name, rest) = text.split_at(at);
    let (_, value) = Sign::split(rest)?;
    let is_name = name.starts_with(char::is_alphabetic)
        && name.ends_with(char::is_alphanumeric)
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-'));
    if !is_name || value.is_empty() {
        return None;
    }
    let key = name.to_lowercase();
    let parts = fields().iter().map(|row| row.name);
    let parts: Vec<&str> = parts
        .filter(|field| {
            field
                .strip_prefix(&*key)
                .is_some_and(|rest| rest.starts_with('.'))
        })
        .collect();
    Some(match of_column(&key) {
        Some(instead) => format!("no such key; {instead}"),
        None if !parts.is_empty() => format!("no such key; use {}", listed(&parts)),
        None => format!("no such key; log.{text} compares a key of the log, \"{text}\" finds text"),
    })
}

fn owner(of: &Operand<'_>) -> Result<Test, String> {
    let is_nobody = !of.is_quoted && is_nothing(of.value);
    match is_nobody && matches!(of.sign, None | Some(Sign::Equal)) {
        true => Ok(Test::Unowned),
        false => field(Field::Owner, of),
    }
}

/// What is wrong with a status that no step has.
pub(super) const NO_STATUS: &str = "a status is idea, draft, progress, blocked or complete";

fn status(of: &Operand<'_>) -> Result<Test, String> {
    let text = of.folded();
    let begins = |status: &Status| {
        status
            .word()
            .split(' ')
            .any(|word| word.starts_with(&*text))
    };
    let begun = || Status::ALL.into_iter().find(begins);
    if text.is_empty() {
        return Err(NO_STATUS.to_owned());
    }
    Ok(match (Status::read(&text).or_else(begun), of.sign) {
        (Some(status), _) => Test::Status(status),
        (None, _) => Test::Written(Value::Text(of.text())),
    })
}

fn block(of: &Operand<'_>) -> Result<Test, String> {
    let read = |text: &str| {
        let block = text.parse().or_else(|_| format!("B{text}").parse());
        block.ok()
    };
    let (sign, value) = of.signed();
    let ends = value.split_once('-');
    let ends = ends.filter(|(first, last)| !(first.is_empty() || last.is_empty()));
    let several = ends.map_or_else(
        || value.to_owned(),
        |(first, last)| format!("{first}..{last}"),
    );
    let one = || bounds(Some(sign.unwrap_or(Sign::Equal)), value, read);
    let blocks = bounds(sign, &several, read).or_else(one);
    blocks.map(Test::Blocks).ok_or_else(|| {
        "a block is B and a number, such as block:B07, block:B03-B05 or block>B03".to_owned()
    })
}

fn is(of: &Operand<'_>) -> Result<Asked, String> {
    Ok(Asked::Step(match &*of.folded() {
        "ready" => Test::State(State::Ready),
        "unclear" => Test::State(State::Unclear),
        "waiting" => Test::State(State::Waiting),
        "blocked" => Test::Status(Status::Blocked),
        "done" | "complete" => Test::State(State::Done),
        "open" => Test::Open,
        "retired" => Test::State(State::Retired),
        "mine" => return Ok(Asked::Whole(Whole::Mine)),
        "drift" => Test::Drift,
        "marked" => Test::Marked,
        "cyclic" | "cycle" => Test::Cyclic,
        _ => return Err(format!("is: takes {}", listed(IS))),
    }))
}

fn updated(of: &Operand<'_>) -> Result<Test, String> {
    let (sign, value) = of.signed();
    let time = Interval::read(sign, value).ok_or_else(|| {
        "write updated:>7d for older, updated:<2w for newer, updated:2026-10..2026-11 for a time".to_owned()
    })?;
    Ok(Test::Field(Field::UpdatedAt, Value::Time(time)))
}

fn evidence(of: &Operand<'_>) -> Result<Test, String> {
    match &*of.folded() {
        "missing" | "none" => Ok(Test::Evidence { given: false }),
        "given" | "any" => Ok(Test::Evidence { given: true }),
        _ => Err("evidence: takes missing or given".to_owned()),
    }
}

fn has(of: &Operand<'_>) -> Result<Test, String> {
    let name = of.folded();
    if name.is_empty() {
        return Err("has: takes a field, such as has:notes, or a key of the log".to_owned());
    }
    let named = fields().iter().filter(|row| {
        let is_alias = row.field == Field::Notes && name == "note";
        row.name == name || row.key == name || is_alias
    });
    let named: Vec<Field> = named.map(|row| row.field).collect();
    Ok(match named.is_empty() {
        true => Test::Key(
            log_key(of.value).unwrap_or(of.value).to_owned(),
            Value::Given,
        ),
        false => Test::AnyOf(named),
    })
}

fn id(of: &Operand<'_>) -> Result<Test, String> {
    let (sign, value) = of.signed();
    let in_capitals = |text: &str| typed_id(text).map(StepId::in_capitals);
    let test = match sign {
        None if !value.contains("..") => Some(Test::Id(of.folded())),
        None => bounds(sign, value, in_capitals).map(Test::Ids),
        Some(Sign::Equal) => typed_id(value).map(Test::IdIs),
        Some(_) => {
            let is_whole = typed_id(value).is_some_and(|id| id.suffix().is_empty());
            let ids = bounds(sign, value, in_capitals).filter(|_| is_whole);
            ids.map(Test::Ids)
        }
    };
    test.ok_or_else(|| {
        "write id:0100..0250, with a step ID at an end, or id>0100, with a number".to_owned()
    })
}

fn past(of: &Operand<'_>) -> Result<Whole, String> {
    PastTest::read(of).map(Whole::Past)
}

/// What is asked of a field: a number where it holds one, a time, how many, or else its text.
fn field(field: Field, of: &Operand<'_>) -> Result<Test, String> {
    let (sign, value) = of.signed();
    let kind = field.spec().kind;
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    // The second: whether it must be that, and is wrong as text.
    let (compared, is_meant) = match kind {
        Kind::Measure => (
            bounds(sign, value, number).map(Value::Number),
            has_end(value, |end| number(end).is_some()),
        ),
        Kind::Instant => (
            Interval::compared(sign, value).map(Value::Time),
            has_end(value, time::is_point) || sign.is_some() && !value.is_empty(),
        ),
        Kind::List => (
            bounds(sign, value, count).map(Value::Count),
            has_end(value, is_digits),
        ),
        _ => (None, of.sign.is_some_and(|sign| sign != Sign::Equal)),
    };
    let is_ordered = matches!(kind, Kind::Measure | Kind::Instant | Kind::List);
    let is_meant = is_meant || is_ordered && sign.is_some_and(|sign| sign != Sign::Equal);
    let value = of.compared(compared, is_meant).ok_or_else(|| {
        let key = of.key;
        match kind {
            Kind::Measure => format!("{key} is compared with a number, such as {key}>10"),
            Kind::Instant => {
                format!("{key} is compared with a time, such as {key}>7d or {key}<2026-10")
            }
            Kind::List => format!("{key} is compared with how many there are, such as {key}>3"),
            _ => format!("{key} is text: write {key}: for a part of it, {key}= for all of it"),
        }
    })?;
    Ok(Test::Field(field, value))
}

/// The same of a key of the log, of which nobody knows what it holds.
fn of_log(of: &Operand<'_>) -> Result<Test, String> {
    let (sign, value) = of.signed();
    let (numbers, time) = (bounds(sign, value, number), Interval::compared(sign, value));
    let is_either = numbers.is_some() || time.is_some();
    let is_meant = has_end(value, |end| number(end).is_some() || time::is_point(end))
        || sign.is_some_and(|sign| sign != Sign::Equal);
    let value = of.compared(is_either.then_some(Value::Either(numbers, time)), is_meant);
    let value = value.ok_or_else(|| {
        let key = of.name;
        format!(
            "{key} is compared with a number or a time, such as {key}>5 or {key}<2026-10; \
             {key}:\"...\" finds text"
        )
    })?;
    let key = log_key(of.name).unwrap_or_default();
    Ok(Test::Key(key.to_owned(), value))
}

/// Words with commas and a last “or”.
fn listed(words: &[&str]) -> String {
    match words {
        [all @ .., last] if !all.is_empty() => format!("{} or {last}", all.join(", ")),
        _ => words.concat(),
    }
}

/// Who stands for a workstream with such a name: those whom its rows name, and its own words: what
/// `Platform & Infrastructure` has to do is mostly owned by `platform`.
pub(super) fn of_workstream(plan: &Plan, name: &TextTest) -> HashSet<String> {
    let streams = || plan.stages().iter().flat_map(|stage| stage.workstreams());
    let names: HashSet<String> = streams().map(|it| fold(it.name).into_owned()).collect();
    let words_of = |name: &str| -> HashSet<String> {
        let words = name.split(|c: char| !c.is_alphanumeric());
        let words = words.filter(|word| word.chars().count() > 2 && *word != "and");
        words.map(str::to_owned).collect()
    };
    let mut owners = HashSet::new();
    for stream in streams().filter(|stream| name.holds(stream.name)) {
        let people = stream.people.iter();
        owners.extend(people.map(|(_, name)| fold(name.trim()).into_owned()));
        let name = fold(stream.name).into_owned();
        // A word that two of them have does not tell them apart.
        let is_own = |word: &String| {
            let mut others = names.iter().filter(|other| **other != name);
            !others.any(|other| words_of(other).contains(word))
        };
        owners.extend(words_of(&name).into_iter().filter(is_own));
    }
    owners
}
