//! The filter language: one line, every term must hold (screens, "Filter language").
//!
//! Words match title, outcome, owner and ID; `key:value` asks about a field or the
//! derived state; `-` in front turns a term round.

pub mod past;
pub(crate) mod sets;
pub mod words;

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use chrono::{DateTime, Utc};

use crate::document::parallel::in_parallel;
use crate::document::splice::Span;

use super::field::Field;
use super::id::{BlockId, StepId, USUAL_DIGITS, typed_id};
use super::marks::Marks;
use super::status::{State, Status};
use super::{Plan, StepRef};
use past::{Age, PastTest, PlanPast};
use sets::Sets;
use words::{Word, Words, fold, fold_onto};

/// What the keys of the language mean, for help and error messages.
pub const KEYS: [(&str, &str); 20] = [
    (
        "owner:",
        "the owner contains this text; owner:none finds steps without one",
    ),
    ("status:", "idea, draft, progress, blocked or complete"),
    ("block:", "a block, such as B37"),
    (
        "is:",
        "ready, waiting, blocked, done, open, drift, marked or cyclic",
    ),
    ("stage:", "named by a check of the stage"),
    (
        "updated:",
        "older (>7d) or newer (<7d) than a number of days (d), weeks (w) or hours (h)",
    ),
    ("dep:", "depends directly on this step"),
    ("up:", "everything a step waits for, directly or indirectly"),
    ("down:", "everything that waits for a step"),
    ("evidence:", "missing or given"),
    (
        "theme:",
        "the theme contains this text; any other field too, e.g. outcome:signed",
    ),
    ("id:", "the ID starts with this"),
    ("note:", "the notes contain this text"),
    (
        "added:",
        "came into the plan more (>7d) or less (<7d) than this long ago, or since the last weekly review (added:review)",
    ),
    (
        "changed:",
        "changed last so long ago, or since the last weekly review (changed:review)",
    ),
    ("completed:", "complete for so long, e.g. completed:<14d"),
    ("open:", "open for so long, e.g. open:>90d"),
    ("blocked:", "blocked for so long, e.g. blocked:>14d"),
    ("by:", "changed by somebody whose name contains this"),
    (
        "reopened:",
        "reopened more (>1) or less (<1) often than this after it was complete",
    ),
];

/// Why a line is not a filter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct QueryError {
    /// The term at fault, as typed, quotes aside.
    pub term: String,
    /// Where the term is in the line, in bytes, quotes included.
    pub span: Span,
    /// What is wrong with it and what would do.
    pub reason: String,
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "“{}”: {}", self.term, self.reason)
    }
}

/// Which field of time a term asks about.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Test {
    Owner(String),
    NoOwner,
    Status(Status),
    Block(BlockId),
    State(State),
    Open,
    Drift,
    Marked,
    Cyclic,
    Stage(String),
    Updated(Age),
    Past(PastTest),
    DependsOn(StepId),
    Upstream(StepId),
    Downstream(StepId),
    Evidence { given: bool },
    Id(String),
    Field(Field, String),
}

/// A filter line, understood.
pub struct Query {
    text: String,
    words: Words,
    unwanted: Vec<Words>,
    tests: Vec<(bool, Test)>,
}

/// A query made ready for one plan.
pub struct Prepared<'a> {
    query: &'a Query,
    plan: &'a Plan,
    now: DateTime<Utc>,
    marks: &'a Marks,
    sets: Sets,
}

/// So many steps are worth a thread of their own.
const SHARE: usize = 10_000;

/// How a step fares with a query.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Matched {
    /// Every term holds.
    Passes,
    /// Some term does not.
    Fails,
    /// Some word is not there, nor would any be that it is a part of: see
    /// [`Words::contain`].
    Hopeless,
}

/// The words of one step, folded into memory that serves one step after another.
#[derive(Default)]
struct Folded {
    near: String,
    far: String,
    is_far: bool,
}

impl Folded {
    /// Takes the words of a step that are looked through first.
    fn take(&mut self, step: StepRef<'_>) {
        self.is_far = false;
        self.near.clear();
        // Writing into a string cannot fail.
        let _ = write!(self.near, "{}", step.id());
        let id = step.id();
        if id.digits() < USUAL_DIGITS {
            let _ = write!(self.near, " {}", id.in_prose());
        }
        self.near.make_ascii_lowercase();
        for field in [Field::Title, Field::Owner] {
            self.near.push(' ');
            fold_onto(&mut self.near, &step.text(field));
        }
    }

    /// Whether every word is found in what was taken of the step, or in its outcome.
    fn has(&mut self, words: &Words, step: StepRef<'_>) -> Matched {
        let (far, is_far) = (&mut self.far, &mut self.is_far);
        let in_far = |word: &Word| {
            if !std::mem::replace(is_far, true) {
                far.clear();
                fold_onto(far, &step.text(Field::Outcome));
            }
            word.is_in(far)
        };
        match words.score_folded(&self.near, in_far) {
            Ok(_) => Matched::Passes,
            Err(word) if word.may_grow_into(&self.near) => Matched::Fails,
            Err(_) => Matched::Hopeless,
        }
    }
}

impl Default for Query {
    fn default() -> Self {
        Self {
            text: String::new(),
            words: Words::new([]),
            unwanted: Vec::new(),
            tests: Vec::new(),
        }
    }
}

impl Query {
    /// Understands a line; an empty one lets everything pass.
    ///
    /// # Errors
    /// The first term that makes no sense.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        let mut words = Vec::new();
        let mut unwanted = Vec::new();
        let mut tests = Vec::new();
        for (span, term) in terms(text) {
            let (wanted, bare) = match term.strip_prefix('-') {
                Some(rest) if !rest.is_empty() => (false, rest),
                _ => (true, &*term),
            };
            let Some((key, value)) = bare.split_once(':') else {
                match wanted {
                    true => words.push(bare.to_owned()),
                    false => unwanted.push(Words::new([bare])),
                }
                continue;
            };
            let test = read_test(key, value).map_err(|reason| QueryError {
                term: term.clone(),
                span,
                reason,
            })?;
            tests.push((wanted, test));
        }
        Ok(Self {
            text: text.trim().to_owned(),
            words: Words::new(words.iter().map(String::as_str)),
            unwanted,
            tests,
        })
    }

    /// The line as typed.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether everything passes.
    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The words to be shown where they match.
    pub fn words(&self) -> &Words {
        &self.words
    }

    /// The query made ready to be asked about the steps of `plan`.
    pub fn prepare<'a>(
        &'a self,
        plan: &'a Plan,
        now: DateTime<Utc>,
        marks: &'a Marks,
    ) -> Prepared<'a> {
        self.prepare_with(plan, now, marks, None)
    }

    /// As [`Query::prepare`], with what is known of the plan's past.
    pub fn prepare_with<'a>(
        &'a self,
        plan: &'a Plan,
        now: DateTime<Utc>,
        marks: &'a Marks,
        past: Option<&PlanPast>,
    ) -> Prepared<'a> {
        self.go_on(plan, now, marks, self.sets(plan, now, past))
    }

    /// Whether a term asks about the plan's past.
    pub fn asks_past(&self) -> bool {
        let mut tests = self.tests.iter();
        tests.any(|(_, test)| matches!(test, Test::Past(_)))
    }

    /// As [`Query::prepare`], with the sets that were worked out for this plan before.
    pub(crate) fn go_on<'a>(
        &'a self,
        plan: &'a Plan,
        now: DateTime<Utc>,
        marks: &'a Marks,
        sets: Sets,
    ) -> Prepared<'a> {
        Prepared {
            query: self,
            plan,
            now,
            marks,
            sets,
        }
    }
}

impl Prepared<'_> {
    /// What tells how the step with an index fares. It keeps memory for the next step, so
    /// that a plan is looked through without asking for any.
    pub(crate) fn verdicts(&self) -> impl FnMut(usize) -> Matched {
        let mut folded = Folded::default();
        move |step| self.verdict(self.plan.step(step), &mut folded)
    }

    /// Indexes of all steps that pass, in the order of IDs.
    pub fn all(&self) -> Vec<usize> {
        let parts = in_parallel(self.plan.len(), SHARE, |steps| {
            let mut verdict = self.verdicts();
            let passing = steps.filter(|step| verdict(*step) == Matched::Passes);
            passing.collect::<Vec<_>>()
        });
        parts.concat()
    }

    fn verdict(&self, step: StepRef<'_>, folded: &mut Folded) -> Matched {
        let tests = self.query.tests.iter().zip(&*self.sets);
        for ((wanted, test), set) in tests {
            if self.holds(test, set.as_ref(), step) != *wanted {
                return Matched::Fails;
            }
        }
        let Query {
            words, unwanted, ..
        } = self.query;
        if words.is_empty() && unwanted.is_empty() {
            return Matched::Passes;
        }
        folded.take(step);
        let unwanted = |folded: &mut Folded, words| folded.has(words, step) == Matched::Passes;
        match folded.has(words, step) {
            Matched::Passes if self.query.unwanted.iter().any(|w| unwanted(folded, w)) => {
                Matched::Fails
            }
            verdict => verdict,
        }
    }

    fn holds(&self, test: &Test, set: Option<&Vec<bool>>, step: StepRef<'_>) -> bool {
        let holds = |text: Cow<'_, str>, part: &str| fold(&text).contains(part);
        match test {
            Test::Owner(part) => holds(step.owner(), part),
            Test::NoOwner => step.owner().trim().is_empty(),
            Test::Status(status) => step.status() == Some(*status),
            Test::Block(id) => self.plan.blocks()[step.block()].id == *id,
            Test::State(State::Blocked) => step.status() == Some(Status::Blocked),
            Test::State(state) => step.state() == *state,
            Test::Open => step.state() != State::Done,
            Test::Drift => !step.drift().is_empty(),
            Test::Marked => self.marks.contains(&step.key()),
            Test::Cyclic => step.is_cyclic(),
            Test::Updated(age) => DateTime::parse_from_rfc3339(&step.text(Field::UpdatedAt))
                .is_ok_and(|at| age.holds(at.to_utc(), self.now)),
            Test::DependsOn(id) => step
                .dependencies()
                .any(|d| d == super::dependency::Dependency::Step(*id)),
            Test::Upstream(_) | Test::Downstream(_) | Test::Stage(_) | Test::Past(_) => {
                set.is_some_and(|set| set[step.index()])
            }
            Test::Evidence { given } => {
                let has = |field| !step.text(field).trim().is_empty();
                (has(Field::Actual) || has(Field::Link)) == *given
            }
            // As its line spells it, or as most plans would.
            Test::Id(start) => [step.id(), step.id().padded_to(USUAL_DIGITS)]
                .iter()
                .any(|id| id.to_string().to_lowercase().starts_with(start.as_str())),
            Test::Field(field, part) => holds(step.text(*field), part),
        }
    }
}

fn read_test(key: &str, value: &str) -> Result<Test, String> {
    let folded = fold(value).into_owned();
    let step =
        || typed_id(value).ok_or_else(|| format!("{key}: takes a step ID, such as {key}:0042"));
    match &*key.to_lowercase() {
        "owner" if matches!(&*folded, "" | "none" | "-") => Ok(Test::NoOwner),
        "owner" => Ok(Test::Owner(folded)),
        "status" => status_starting(&folded)
            .map(Test::Status)
            .ok_or_else(|| "a status is idea, draft, progress, blocked or complete".to_owned()),
        "block" => value
            .parse()
            .or_else(|_| format!("B{value}").parse())
            .map(Test::Block)
            .map_err(|_| "a block is B and a number, such as block:B07".to_owned()),
        "is" => match &*folded {
            "ready" => Ok(Test::State(State::Ready)),
            "waiting" => Ok(Test::State(State::Waiting)),
            "blocked" => Ok(Test::State(State::Blocked)),
            "done" | "complete" => Ok(Test::State(State::Done)),
            "open" => Ok(Test::Open),
            "drift" => Ok(Test::Drift),
            "marked" => Ok(Test::Marked),
            "cyclic" | "cycle" => Ok(Test::Cyclic),
            _ => Err(
                "is: takes ready, waiting, blocked, done, open, drift, marked or cyclic".to_owned(),
            ),
        },
        "stage" => Ok(Test::Stage(folded)),
        "updated" => Age::read(value)
            .map(Test::Updated)
            .ok_or_else(|| "write updated:>7d for older, updated:<2w for newer".to_owned()),
        "dep" => step().map(Test::DependsOn),
        "up" => step().map(Test::Upstream),
        "down" => step().map(Test::Downstream),
        "evidence" => match &*folded {
            "missing" | "none" => Ok(Test::Evidence { given: false }),
            "given" | "any" => Ok(Test::Evidence { given: true }),
            _ => Err("evidence: takes missing or given".to_owned()),
        },
        "id" => Ok(Test::Id(folded)),
        "note" => Ok(Test::Field(Field::Notes, folded)),
        other => {
            if let Some(test) = PastTest::read(other, value) {
                return test.map(Test::Past);
            }
            if let Some(field) = Field::named(other) {
                return Ok(Test::Field(field, folded));
            }
            let keys: Vec<&str> = KEYS.iter().map(|(key, _)| *key).collect();
            Err(format!("no such key; use {}", keys.join(" ")))
        }
    }
}

fn status_starting(text: &str) -> Option<Status> {
    if text.is_empty() {
        return None;
    }
    Status::read(text).or_else(|| {
        Status::ALL
            .into_iter()
            .find(|status| status.word().split(' ').any(|word| word.starts_with(text)))
    })
}

/// Terms are separated by spaces; quotes keep them together, such as `owner:"field ops"`.
fn terms(text: &str) -> Vec<(Span, String)> {
    let mut terms: Vec<(Span, String)> = Vec::new();
    let mut inside = false;
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        if c.is_whitespace() && !quoted {
            inside = false;
            continue;
        }
        if !inside {
            inside = true;
            terms.push((Span::empty(at), String::new()));
        }
        quoted ^= c == '"';
        if let Some((span, term)) = terms.last_mut() {
            span.end = at + c.len_utf8();
            if c != '"' {
                term.push(c);
            }
        }
    }
    terms.retain(|(_, term)| !term.is_empty());
    terms
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::source::{Role, SourceFile};

    fn plan() -> Plan {
        let line = |id: &str, title: &str, owner: &str, status: &str, rest: &str| {
            format!(
                r#"{{"step_id":"{id}","title":"{title}","owner":"{owner}","status":"{status}"{rest}}}"#
            )
        };
        let log = [
            line(
                "0001",
                "Pick the engine",
                "ops",
                "complete",
                r#","updated_at":"2026-01-01T00:00:00Z""#,
            ),
            line(
                "0002",
                "Gate review of indexes",
                "ops",
                "draft",
                r#","dependencies":["0001"],"updated_at":"2026-01-30T00:00:00Z""#,
            ),
            line(
                "0003",
                "Load test",
                "",
                "blocked",
                r#","dependencies":["0002"],"evidence":{"metric":"p95","target":1,"actual":2}"#,
            ),
            line(
                "0101",
                "Überprüfung",
                "grc",
                "idea",
                r#","dependencies":["0003","Board agrees"]"#,
            ),
        ];
        Plan::read(vec![SourceFile::load(
            "log.jsonl",
            Role::Log,
            log.join("\n").into_bytes(),
        )])
    }

    fn found(text: &str) -> Vec<String> {
        let plan = plan();
        let now = "2026-01-31T00:00:00Z".parse().unwrap();
        let marks = Marks::from_iter([("0003".parse().unwrap(), 0)]);
        let query = Query::parse(text).unwrap();
        let ids = query.prepare(&plan, now, &marks).all();
        ids.into_iter()
            .map(|step| plan.step(step).id().to_string())
            .collect()
    }

    #[test]
    fn every_term_of_the_language_is_understood() {
        for (text, ids) in [
            ("", vec!["0001", "0002", "0003", "0101"]),
            ("gate rev", vec!["0002"]),
            ("rev gate", vec!["0002"]),
            ("uberpruf", vec!["0101"]),
            ("owner:ops status:draft", vec!["0002"]),
            ("owner:none", vec!["0003"]),
            ("-owner:ops", vec!["0003", "0101"]),
            ("block:B02", vec!["0101"]),
            ("is:ready", vec!["0002"]),
            ("is:waiting", vec!["0003", "0101"]),
            ("is:blocked", vec!["0003"]),
            ("is:marked", vec!["0003"]),
            ("updated:>7d", vec!["0001"]),
            ("updated:<7d", vec!["0002"]),
            ("dep:2", vec!["0003"]),
            ("up:0003", vec!["0001", "0002"]),
            ("down:0001", vec!["0002", "0003", "0101"]),
            ("evidence:missing id:000", vec!["0001", "0002"]),
            ("-test -engine block:1", vec!["0002"]),
        ] {
            assert_eq!(found(text), ids, "{text}");
        }
    }

    #[test]
    fn what_makes_no_sense_says_what_would() {
        let reason = |text: &str| Query::parse(text).err().map(|e| e.to_string());
        assert_eq!(
            reason("is:purple").as_deref(),
            Some(
                "“is:purple”: is: takes ready, waiting, blocked, done, open, drift, marked or cyclic"
            )
        );
        assert!(reason("colour:red").unwrap().contains("owner:"));
        assert!(reason("updated:7d").is_some());
        let place = |text: &str| Query::parse(text).err().map(|e| e.span);
        assert_eq!(place("gate -is:red x"), Some(Span::new(5, 12)));
        assert_eq!(place("é \"is:deep red\""), Some(Span::new(3, 16)));
        assert_eq!(reason("-"), None);
    }

    #[test]
    fn the_place_of_the_wrong_term_is_known() {
        for (text, wrong) in [
            ("is:purple", "is:purple"),
            ("  gate \u{fc}ber -colour:red  x", "-colour:red"),
            (
                "owner:\"field ops\" block:\"no number\" x",
                "block:\"no number\"",
            ),
        ] {
            let error = Query::parse(text).err().unwrap();
            assert_eq!(&text[error.span.range()], wrong);
        }
    }
}
