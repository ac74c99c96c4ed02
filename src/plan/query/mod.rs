//! The filter language: one line about a step (screens, "Filter language").
//!
//! Words match title, outcome, owner and ID; `key:value` asks about a field or the derived state.
//! Terms must all hold unless `OR` stands between them, parentheses group, and `-` in front turns a
//! term round. `syntax` takes the line apart, `terms` says what a term means.

pub(crate) mod complete;
pub mod past;
pub(crate) mod sets;
mod slip;
mod syntax;
mod terms;
pub(crate) mod time;
mod value;
pub mod words;

use std::fmt::{self, Write as _};
use std::ops::{Bound, RangeBounds as _};

use chrono::{DateTime, Utc};

use self::past::PlanPast;
use self::sets::{Known, Sets};
use self::slip::{Slip, is_written};
use self::syntax::Tree;
pub use self::terms::TERMS;
use self::terms::{Asked, NO_STATUS, Test, Whole};
use self::value::Bounds;
use self::words::{Word, Words, fold, fold_onto};
use super::canon::block_table::BlockColumn;
use super::dependency::Dependency;
use super::field::Field;
use super::id::{StepId, USUAL_DIGITS};
use super::marks::Marks;
use super::people::Identity;
use super::{Plan, StepRef};
use crate::document::parallel::in_parallel;
use crate::document::splice::Span;

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

impl QueryError {
    /// The same for a line without so many blanks in front.
    fn within(mut self, indent: usize) -> Self {
        self.span = Span::new(self.span.start - indent, self.span.end - indent);
        self
    }
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "“{}”: {}", self.term, self.reason)
    }
}

/// So many steps are worth a thread of their own.
const SHARE: usize = 10_000;

/// What must hold.
enum Expr {
    All(Vec<Expr>),
    Any(Vec<Expr>),
    Not(Box<Expr>),
    Words(Box<Words>),
    Test(Test),
    /// The term with this index of those that ask about the plan as a whole.
    Whole(usize),
}

impl Expr {
    fn asks_marks(&self) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().any(Self::asks_marks),
            Self::Not(part) => part.asks_marks(),
            Self::Test(test) => matches!(test, Test::Marked),
            Self::Words(_) | Self::Whole(_) => false,
        }
    }
}

/// A filter line, understood.
pub struct Query {
    text: String,
    me: Identity,
    root: Expr,
    whole: Vec<Whole>,
    /// Every word that may have made a step match.
    shown: Words,
    /// The words without which nothing passes, folded.
    required: Vec<String>,
    /// What is well formed and may be a slip.
    slips: Vec<Slip>,
}

/// A query made ready for one plan.
pub struct Prepared<'a> {
    query: &'a Query,
    plan: &'a Plan,
    now: DateTime<Utc>,
    marks: &'a Marks,
    sets: Sets,
}

/// How a step fares with a query.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Matched {
    /// Every term holds.
    Passes,
    /// Some term does not.
    Fails,
    /// Some word is not there, nor would any be that it is a part of: see
    /// [`Query::narrows`].
    Hopeless,
}

/// The words of one step, folded into memory that serves one step after another.
#[derive(Default)]
struct Folded {
    near: String,
    far: String,
    is_near: bool,
    is_far: bool,
}

impl Folded {
    /// Gets ready for another step.
    fn clear(&mut self) {
        (self.is_near, self.is_far) = (false, false);
    }

    /// Takes the words of a step that are looked through first.
    fn take(&mut self, step: StepRef<'_>) {
        if std::mem::replace(&mut self.is_near, true) {
            return;
        }
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
        self.take(step);
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
            me: Identity::default(),
            root: Expr::All(Vec::new()),
            whole: Vec::new(),
            shown: Words::new([]),
            required: Vec::new(),
            slips: Vec::new(),
        }
    }
}

impl Query {
    /// Understands a line; an empty one lets everything pass.
    ///
    /// # Errors
    /// The first term that makes no sense.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        let mut reading = Reading {
            line: text,
            whole: Vec::new(),
            shown: Vec::new(),
            slips: Vec::new(),
        };
        let root = reading.expr(syntax::parse(text)?, true)?;
        let indent = text.len() - text.trim_start().len();
        let required = match &root {
            Expr::Words(words) => words.texts(),
            Expr::All(parts) => parts
                .iter()
                .find_map(|part| match part {
                    Expr::Words(words) => Some(words.texts()),
                    _ => None,
                })
                .unwrap_or_default(),
            _ => Vec::new(),
        };
        Ok(Self {
            text: text.trim().to_owned(),
            me: Identity::default(),
            root,
            whole: reading.whole,
            shown: Words::of(
                reading
                    .shown
                    .iter()
                    .map(|(word, literal)| (&**word, *literal)),
            ),
            required,
            slips: (reading.slips.into_iter())
                .map(|slip| slip.within(indent))
                .collect(),
        })
    }

    /// Understands a line that is being typed: a group that is open at its end is closed there, and
    /// an `OR` at the end waits for what follows. Left like that, they would be text.
    ///
    /// # Errors
    /// The first term that makes no sense.
    pub(crate) fn parse_typed(text: &str) -> Result<Self, QueryError> {
        let mut so_far = text.trim_end();
        if syntax::unclosed(so_far) > 0 {
            so_far = so_far.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '(' | '-'));
        }
        so_far = so_far.strip_suffix(" OR").unwrap_or(so_far);
        Self::parse(&format!("{so_far}{}", ")".repeat(syntax::unclosed(so_far))))
    }

    /// The same, asked by somebody: whose steps `is:mine` finds. Asked by nobody it finds none.
    pub fn asked_by(mut self, me: &Identity) -> Self {
        self.me.clone_from(me);
        self
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
        &self.shown
    }

    /// The words that every step must have, folded.
    pub(crate) fn required(&self) -> &[String] {
        &self.required
    }

    /// Whether each of `parts`, which another query required, is a part of a word that this one
    /// requires. Then what was hopeless for that one is so for this one. Of steps that merely do
    /// not match that is not true: letters may be further apart the more there are.
    pub(crate) fn narrows(&self, parts: &[String]) -> bool {
        let contained = |part: &String| self.required.iter().any(|word| word.contains(part));
        parts.iter().all(contained)
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
        let mut whole = self.whole.iter();
        whole.any(|whole| matches!(whole, Whole::Past(_)))
    }

    /// Whether a term asks which steps are marked.
    pub(crate) fn asks_marks(&self) -> bool {
        self.root.asks_marks()
    }

    /// Whether a term asks who is at work.
    pub(crate) fn asks_who(&self) -> bool {
        self.whole.contains(&Whole::Mine)
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
        move |step| {
            folded.clear();
            self.verdict(&self.query.root, self.plan.step(step), &mut folded)
        }
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

    /// Only words that every step must have make one hopeless.
    fn verdict(&self, expr: &Expr, step: StepRef<'_>, folded: &mut Folded) -> Matched {
        let mut passes = |expr| self.verdict(expr, step, folded) == Matched::Passes;
        let holds = match expr {
            Expr::Words(words) => return folded.has(words, step),
            Expr::All(parts) => {
                let mut verdicts = parts.iter().map(|part| self.verdict(part, step, folded));
                let failed = verdicts.find(|verdict| *verdict != Matched::Passes);
                return failed.unwrap_or(Matched::Passes);
            }
            Expr::Any(parts) => parts.iter().any(passes),
            Expr::Not(part) => !passes(part),
            Expr::Test(test) => self.holds(test, step),
            Expr::Whole(at) => self.holds_as_a_whole(*at, step),
        };
        match holds {
            true => Matched::Passes,
            false => Matched::Fails,
        }
    }

    fn holds(&self, test: &Test, step: StepRef<'_>) -> bool {
        let has = |field| match field {
            Field::Owner => !step.owner().is_empty(),
            _ => !step.text(field).trim().is_empty(),
        };
        match test {
            Test::Status(status) => step.status() == Some(*status),
            Test::Written(value) => is_written(value, step, self.now),
            Test::State(state) => step.state() == *state,
            Test::Open => step.state().is_open(),
            Test::Drift => !step.drift().is_empty(),
            Test::Marked => self.marks.contains(&step.key()),
            Test::Cyclic => step.is_cyclic(),
            Test::Blocks(range) => range.contains(&self.plan.blocks()[step.block()].id),
            // As its line spells it, as most plans would, or without zeros.
            Test::Id(start) => [0, step.id().digits(), USUAL_DIGITS]
                .into_iter()
                .map(|digits| step.id().padded_to(digits).to_string().to_lowercase())
                .any(|id| id.starts_with(start.as_str())),
            Test::IdIs(id) => step.id() == self.plan.meant(*id),
            Test::Ids(range) => lies_in(step.id(), range),
            Test::DependsOn(id) => {
                let id = self.plan.meant(*id);
                step.dependencies().any(|d| d == Dependency::Step(id))
            }
            Test::Evidence { given } => (has(Field::Actual) || has(Field::Link)) == *given,
            Test::Field(field, value) => {
                value.holds(&step.text(*field), || step.list(*field).len(), self.now)
            }
            Test::Unowned => !has(Field::Owner),
            Test::AnyOf(fields) => fields.iter().any(|field| has(*field)),
            Test::Key(key, value) => {
                let raw = step.log_line().and_then(|line| line.get(key));
                raw.is_some_and(|raw| value.holds_in_log(raw, self.now))
            }
        }
    }

    /// What was worked out for the plan as a whole, of one step.
    fn holds_as_a_whole(&self, at: usize, step: StepRef<'_>) -> bool {
        match (self.sets.get(at), &self.query.whole[at]) {
            (Some(Known::Steps(steps)), _) => steps[step.index()],
            (Some(Known::Owners(owners)), Whole::Workstream(name)) => {
                let owner = step.owner();
                let owner = fold(owner.trim());
                let steward = || self.plan.block_text(step.block(), BlockColumn::Steward);
                owners.contains(&*owner) || name.holds_folded(&owner) || name.holds(steward())
            }
            (Some(Known::Owners(owners)), _) => owners.contains(&*fold(step.owner().trim())),
            _ => false,
        }
    }
}

/// Whether an ID lies between two in capitals; the sub-steps of an end belong to it.
fn lies_in(id: StepId, (from, to): &Bounds<StepId>) -> bool {
    let id = id.in_capitals();
    let is_behind = match from {
        Bound::Included(first) => id >= *first,
        Bound::Excluded(first) => id > *first && !id.is_within(*first),
        Bound::Unbounded => true,
    };
    is_behind
        && match to {
            Bound::Included(last) => id <= *last || id.is_within(*last),
            Bound::Excluded(last) => id < *last,
            Bound::Unbounded => true,
        }
}

/// A line that is being understood.
struct Reading<'a> {
    line: &'a str,
    whole: Vec<Whole>,
    shown: Vec<(String, bool)>,
    slips: Vec<Slip>,
}

impl Reading<'_> {
    /// What a part of the line asks for; `wanted` where matching it makes a step match.
    fn expr(&mut self, tree: Tree, wanted: bool) -> Result<Expr, QueryError> {
        Ok(match tree {
            Tree::All(parts) => {
                let mut words = Vec::new();
                let mut exprs = Vec::new();
                self.gather(parts, wanted, &mut words, &mut exprs)?;
                // The cheapest first.
                exprs.sort_by_key(Expr::cost);
                if !words.is_empty() {
                    let at = exprs.partition_point(|expr| expr.cost() < WORDS);
                    let words = Words::of(words.iter().map(|(word, literal)| (&**word, *literal)));
                    exprs.insert(at, Expr::Words(Box::new(words)));
                }
                Expr::All(exprs)
            }
            Tree::Any(parts) => {
                let parts = parts.into_iter().map(|part| self.expr(part, wanted));
                Expr::Any(parts.collect::<Result<_, _>>()?)
            }
            Tree::Not(part) => Expr::Not(Box::new(self.expr(*part, !wanted)?)),
            Tree::Term(term) => {
                let wrong = |reason| QueryError {
                    term: self.line[term.span.range()].replace('"', ""),
                    span: term.span,
                    reason,
                };
                let tests = terms::read(&term).map_err(wrong)?;
                for test in tests.iter().flatten() {
                    if let Asked::Step(Test::Written(value)) = test {
                        let error = wrong(NO_STATUS.to_owned());
                        self.slips.push(Slip::status(value.clone(), error));
                    }
                }
                match tests {
                    Some(tests) => {
                        let mut tests: Vec<Expr> =
                            tests.into_iter().map(|test| self.test(test)).collect();
                        match tests.len() {
                            1 => tests.remove(0),
                            _ => Expr::Any(tests),
                        }
                    }
                    None => {
                        let is_literal = term.is_quoted();
                        if let (false, Some(reason)) = (is_literal, terms::unknown(&term.text)) {
                            self.slips.push(Slip::words(&term.text, wrong(reason)));
                        }
                        if wanted {
                            self.shown.push((term.text.clone(), is_literal));
                        }
                        Expr::Words(Box::new(Words::of([(&*term.text, is_literal)])))
                    }
                }
            }
        })
    }

    /// The parts that must all hold, those of groups within the group among them.
    fn gather(
        &mut self,
        parts: Vec<Tree>,
        wanted: bool,
        words: &mut Vec<(String, bool)>,
        exprs: &mut Vec<Expr>,
    ) -> Result<(), QueryError> {
        for part in parts {
            match part {
                Tree::All(parts) => self.gather(parts, wanted, words, exprs)?,
                part => match self.expr(part, wanted)? {
                    Expr::Words(part) => {
                        words.extend(
                            part.parts()
                                .map(|(word, literal)| (word.to_owned(), literal)),
                        );
                    }
                    expr => exprs.push(expr),
                },
            }
        }
        Ok(())
    }

    fn test(&mut self, test: Asked) -> Expr {
        match test {
            Asked::Step(test) => Expr::Test(test),
            Asked::Whole(whole) => {
                self.whole.push(whole);
                Expr::Whole(self.whole.len() - 1)
            }
        }
    }
}

/// What looking for words costs, see [`Expr::cost`].
const WORDS: u8 = 2;

impl Expr {
    /// Which come first where all must hold.
    fn cost(&self) -> u8 {
        match self {
            Self::Test(_) | Self::Whole(_) => 0,
            Self::Not(part) => part.cost() + u8::from(matches!(**part, Self::Words(_))),
            Self::All(_) | Self::Any(_) => 1,
            Self::Words(_) => WORDS,
        }
    }
}

#[cfg(test)]
mod tests;
