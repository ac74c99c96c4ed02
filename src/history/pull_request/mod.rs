//! What a branch would change in the plan: what reviewers of a pull request ask, as values that
//! `stepdeck pr --json` prints and reads again. `documents` has what differs beside steps and blocks,
//! `words` says all of it in Markdown and for a terminal.
//!
//! Pure: the versions come in as plans, the problems as found.

mod documents;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::canon::{self, CanonVersion, Tick};
use super::events::{Event, Kind, Walk};
use super::lines::{ChangedLines, changed};
use super::net::Net;
use super::outlook::{Dates, Outlook};
use super::since::{Comparison, How};
use super::target::{Scope, Target};
use super::weeks::Week;
use super::words::title;
use crate::document::json;
use crate::document::markers::our_version;
use crate::plan::Plan;
use crate::plan::approval::Approval;
use crate::plan::canon::block_table::BlockColumn;
use crate::plan::checks::Problem;
use crate::plan::id::{BlockId, StepId};
use crate::plan::packet::Decision;
use crate::plan::query::Query;
use crate::plan::source::Role;
use crate::plan::stage::Stage;
use crate::record::review::gather::records;
use crate::record::review::{Section, Week as ReviewWeek};

/// How many lines of each kind a brief account has.
const BRIEF: usize = 50;

/// What the document says it is.
pub(crate) const SCHEMA: &str = "stepdeck/pr@1";

/// What a branch changes.
#[derive(Clone, Default, Serialize, Deserialize, Debug)]
pub(crate) struct PullRequest {
    pub schema: String,
    pub base: Base,
    /// The commit that is compared; none where files differ from it.
    pub head: Option<String>,
    /// Whether the files have something that is not committed.
    pub uncommitted: bool,
    /// What is not known, and why.
    pub notes: Vec<String>,
    pub approval: Approval,
    pub counts: Counts,
    pub gates: Vec<GateMove>,
    /// Steps of the current ten that the branch touches.
    pub ten: Vec<NamedStep>,
    /// Problems that the branch brings in.
    pub problems: Vec<NewProblem>,
    pub checks: Vec<Check>,
    /// Who is in the tables of people that was not, or with other words.
    #[serde(default)]
    pub people: Vec<PersonChange>,
    /// What the canon says beside steps, rows of blocks and ticks.
    #[serde(default)]
    pub canon: Vec<CanonChange>,
    pub papers: Vec<Paper>,
    /// What changes in each block, in their order; steps of none last.
    pub blocks: Vec<BlockChanges>,
    /// How many steps change, where it is not said which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_out: Option<usize>,
}

impl PullRequest {
    /// The same without what grows with the change: what decides and what must be looked at stays.
    pub(crate) fn brief(self) -> Self {
        let steps = self.blocks.iter().map(|block| block.steps.len()).sum();
        let (mut problems, mut canon, mut papers) = (self.problems, self.canon, self.papers);
        problems.truncate(BRIEF);
        canon.truncate(BRIEF);
        papers.truncate(BRIEF);
        Self {
            problems,
            canon,
            papers,
            checks: Vec::new(),
            blocks: Vec::new(),
            left_out: Some(steps),
            ..self
        }
    }
}

/// A person whose row in the tables of people comes, goes or changes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub(crate) struct PersonChange {
    pub person: String,
    pub how: String,
}

/// Words of the canon that come, go or change.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub(crate) struct CanonChange {
    pub path: String,
    /// Under which heading, or which check.
    pub what: String,
    pub how: String,
}

/// What the branch would go to.
#[derive(Clone, Default, Serialize, Deserialize, Debug)]
pub(crate) struct Base {
    /// What people call it.
    pub name: String,
    /// Its newest commit.
    pub commit: String,
    /// Where the branch left it: what the files are compared with.
    pub merge_base: String,
}

/// How many steps changed in which way. A completed step is a changed one, too.
#[derive(Clone, Copy, Default, Serialize, Deserialize, Debug)]
pub(crate) struct Counts {
    pub added: usize,
    pub removed: usize,
    pub completed: usize,
    pub reopened: usize,
    pub changed: usize,
}

/// A block whose row or steps change.
#[derive(Clone, Default, Serialize, Deserialize, Debug)]
pub(crate) struct BlockChanges {
    /// None for steps outside every block.
    pub block: Option<String>,
    pub theme: String,
    /// Cells of its row with other words.
    pub row: Vec<FieldChange>,
    /// Whether its row is gone.
    #[serde(default)]
    pub removed: bool,
    pub steps: Vec<StepChanges>,
}

/// A step that changes.
#[derive(Clone, Serialize, Deserialize, Debug)]
pub(crate) struct StepChanges {
    pub step_id: String,
    pub title: String,
    /// `added`, `removed`, `completed`, `reopened` or `changed`.
    pub how: String,
    /// What of a step that stays.
    pub fields: Vec<FieldChange>,
}

/// A field with another value, as JSON.
#[derive(Clone, Serialize, Deserialize, Debug)]
pub(crate) struct FieldChange {
    pub field: String,
    pub before: Option<Box<RawValue>>,
    pub after: Option<Box<RawValue>>,
}

/// A step by number and title.
#[derive(Clone, Serialize, Deserialize, Debug)]
pub(crate) struct NamedStep {
    pub step_id: String,
    pub title: String,
}

/// A check that is ticked or unticked.
#[derive(Clone, Serialize, Deserialize, Debug)]
pub(crate) struct Check {
    pub stage: String,
    pub check: String,
    pub ticked: bool,
}

/// A paper that comes, goes or changes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub(crate) struct Paper {
    pub path: String,
    pub how: String,
}

/// A gate that is not where it was.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub(crate) struct GateMove {
    pub stage: String,
    pub before: Option<GateState>,
    pub after: Option<GateState>,
}

/// Where a gate is.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, Debug)]
pub(crate) struct GateState {
    pub ticked: usize,
    pub total: usize,
    /// The share of ticks that it asks for, in percent.
    pub threshold: u8,
    /// How many ticks are missing to that.
    pub missing: usize,
    /// How many steps are open that its open checks need.
    pub open: usize,
    pub decision: Option<String>,
    /// Why it was passed below its bar; none where it was not.
    #[serde(default)]
    pub waiver: Option<String>,
    /// By when it is done with 85 %.
    pub p85: Option<String>,
}

/// A problem that was not there before.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub(crate) struct NewProblem {
    pub severity: String,
    pub code: String,
    pub path: String,
    pub line: usize,
    pub message: String,
}

/// How the steps of stages went, by the names of the stages.
type StageWeeks<'a> = &'a dyn Fn(&[String]) -> BTreeMap<String, Vec<Week>>;

/// The versions of a plan that a pull request is about.
#[derive(Clone, Copy)]
pub(crate) struct Versions<'a> {
    /// Where the branch left the main branch.
    pub before: &'a Plan,
    /// The branch as it is.
    pub after: &'a Plan,
    /// The main branch as it is.
    pub main: &'a Plan,
    /// The present instant.
    pub now: DateTime<Utc>,
}

impl Versions<'_> {
    /// What the branch changes. `weeks` says how the steps of stages went, by the name of the
    /// stage; `problems` are those that it brings in.
    pub(crate) fn compare(
        &self,
        weeks: StageWeeks<'_>,
        problems: impl IntoIterator<Item = Problem>,
    ) -> PullRequest {
        let (events, ticks) = happened(self.before, self.after);
        let ten = self.ten(&events);
        let compared = Comparison {
            net: Net::of(events, true),
            ..Comparison::default()
        };
        let net = &compared.net;
        let check = |tick: Tick| Check {
            stage: tick.stage,
            check: tick.check,
            ticked: tick.is_ticked,
        };
        let told: Vec<String> = ticks.iter().map(|tick| tick.check.clone()).collect();
        let new = |problem: Problem| NewProblem {
            severity: problem.severity.word().to_owned(),
            code: problem.code.to_owned(),
            path: problem.place.path.display().to_string(),
            line: problem.place.line,
            message: problem.message,
        };
        PullRequest {
            schema: SCHEMA.to_owned(),
            counts: Counts {
                added: net.added.len(),
                removed: net.removed.len(),
                completed: net.completed.len(),
                reopened: net.reopened.len(),
                changed: net.changed.len(),
            },
            gates: self.gates(weeks),
            ten,
            problems: problems.into_iter().map(new).collect(),
            checks: ticks.into_iter().map(check).collect(),
            people: documents::people(self.before, self.after),
            canon: documents::canon(self.before, self.after, &told),
            papers: documents::papers(self.before, self.after),
            blocks: self.blocks(&compared),
            ..PullRequest::default()
        }
    }

    fn blocks(&self, compared: &Comparison) -> Vec<BlockChanges> {
        // By their first numbers, for a block may be only before or only now; steps of none last.
        let mut found: BTreeMap<u32, BlockChanges> = BTreeMap::new();
        let has_row = |plan: &Plan, id: BlockId| plan.block_rows().any(|row| row.id == id);
        for (at, block) in self.before.blocks().iter().enumerate() {
            if has_row(self.before, block.id) && !has_row(self.after, block.id) {
                let theme = self.before.block_text(at, BlockColumn::Theme).to_owned();
                let changes = BlockChanges {
                    block: Some(block.id.to_string()),
                    theme,
                    row: row(Some((self.before, at)), None),
                    removed: true,
                    steps: Vec::new(),
                };
                found.insert(block.range.0, changes);
            }
        }
        let of_block = |number: u32| {
            let mut blocks = self.after.blocks().iter();
            blocks.rposition(|block| (block.range.0..=block.range.1).contains(&number))
        };
        for at in 0..self.after.blocks().len() {
            let block = &self.after.blocks()[at];
            let old = self.before.find_block(block.id);
            let row = row(old.map(|old| (self.before, old)), Some((self.after, at)));
            if !row.is_empty() && !found.contains_key(&block.range.0) {
                let changes = self.named(Some(at));
                found.insert(block.range.0, BlockChanges { row, ..changes });
            }
        }
        for step in &compared.steps() {
            let events = compared.events(step);
            let is_whole = matches!(step.how, How::Added | How::Removed);
            let words = match is_whole {
                true => events.first().map(title).unwrap_or_default(),
                false => title_of(self.after, step.step),
            };
            let fields = events.iter().filter(|_| !is_whole).map(field);
            let at = of_block(step.step.number());
            let changes = found
                .entry(at.map_or(u32::MAX, |at| self.after.blocks()[at].range.0))
                .or_insert_with(|| self.named(at));
            changes.steps.push(StepChanges {
                step_id: step.step.to_string(),
                title: words,
                how: step.how.word().to_owned(),
                fields: fields.collect(),
            });
        }
        found.into_values().collect()
    }

    fn named(&self, block: Option<usize>) -> BlockChanges {
        let id = block.map(|at| self.after.blocks()[at].id.to_string());
        let theme = block.map(|at| self.after.block_text(at, BlockColumn::Theme).to_owned());
        BlockChanges {
            block: id,
            theme: theme.unwrap_or_default(),
            ..BlockChanges::default()
        }
    }

    fn gates(&self, weeks: StageWeeks<'_>) -> Vec<GateMove> {
        let mut names: Vec<String> = Vec::new();
        let stages = self.after.stages().iter().chain(self.before.stages());
        for stage in stages {
            if !names.contains(&stage.name) {
                names.push(stage.name.clone());
            }
        }
        let of = |plan: &Plan, name: &str| {
            let stage = plan.stages().iter().find(|stage| stage.name == *name)?;
            Some(state(stage, plan, self.now))
        };
        let moved = names.into_iter().filter_map(|name| {
            let [before, after] = [self.before, self.after].map(|plan| of(plan, &name));
            let bare = |state: &Option<(GateState, Outlook)>| state.as_ref().map(|s| s.0.clone());
            (bare(&before) != bare(&after)).then_some((name, before, after))
        });
        let moved: Vec<_> = moved.collect();
        if moved.is_empty() {
            return Vec::new();
        }
        let names: Vec<String> = moved.iter().map(|(name, ..)| name.clone()).collect();
        let weeks = weeks(&names);
        let with_date = |(mut state, mut outlook): (GateState, Outlook), weeks: &[Week]| {
            outlook.dates = Dates::of(weeks, state.open, super::forecast::SEED);
            state.p85 = outlook.p85().map(|date| date.to_string());
            state
        };
        let moves = moved.into_iter().map(|(stage, before, after)| {
            let weeks = weeks.get(&stage).map_or(&[][..], Vec::as_slice);
            GateMove {
                before: before.map(|before| with_date(before, weeks)),
                after: after.map(|after| with_date(after, weeks)),
                stage,
            }
        });
        moves.collect()
    }

    /// The steps among those changed that the main branch's last review picked.
    fn ten(&self, events: &[Event]) -> Vec<NamedStep> {
        let week = ReviewWeek::of(self.now);
        let records = records(self.main).into_iter().rev();
        let mut tens = records
            .filter(|(of, ..)| *of <= week)
            .map(|(.., record)| record)
            .filter(|record| !record.entries(Section::Ten).is_empty());
        let Some(record) = tens.next() else {
            return Vec::new();
        };
        let mut touched: BTreeMap<StepId, StepId> = BTreeMap::new();
        for event in events {
            let number = match event.kind {
                Kind::Renumbered => event.before.as_deref().and_then(StepId::of_raw),
                _ => None,
            };
            touched
                .entry(number.unwrap_or(event.step))
                .or_insert(event.step);
            touched.entry(event.step).or_insert(event.step);
        }
        let mut seen = BTreeSet::new();
        let picked = record.entries(Section::Ten).iter();
        let picked = picked.filter_map(|entry| touched.get(&entry.id).copied());
        let picked = picked.filter(|step| seen.insert(*step));
        let named = |step: StepId| NamedStep {
            step_id: step.to_string(),
            title: match self.after.find(step) {
                Some(_) => title_of(self.after, step),
                None => title_of(self.before, step),
            },
        };
        picked.map(named).collect()
    }
}

/// What happened to steps and checks between two versions of a plan.
fn happened(before: &Plan, after: &Plan) -> (Vec<Event>, Vec<Tick>) {
    let logs = |plan: &Plan| -> Vec<Vec<u8>> {
        let logs = plan.files().iter().filter(|file| file.role == Role::Log);
        logs.map(|file| our_version(file.document.to_bytes()))
            .collect()
    };
    let canon = |plan: &Plan| {
        let files = canon::files(plan).into_iter().map(|at| &plan.files()[at]);
        let files = files.filter(|file| file.role == Role::Canon);
        CanonVersion::read(files.map(|file| (file.path.clone(), file.document.to_bytes())))
    };
    let [older, newer] = [before, after].map(logs);
    let [older, newer] = [older, newer].map(|logs| {
        let ends = |mut log: Vec<u8>| {
            if log.last().is_some_and(|byte| *byte != b'\n') {
                log.push(b'\n');
            }
            log
        };
        logs.into_iter().flat_map(ends).collect::<Vec<u8>>()
    });
    let in_log = after.steps().filter(|step| step.log_place().is_some());
    let mut walk = Walk::from_newest([&*newer]);
    walk = walk.with_canon(canon(after), in_log.map(|step| step.id()));
    let mut lines = ChangedLines::default();
    lines.extend(changed(&older, &newer));
    lines.cancel();
    walk.back(&lines, Some(canon(before)))
}

/// The cells of a block's row that say something else than before: in which plan, and where there.
fn row(before: Option<(&Plan, usize)>, after: Option<(&Plan, usize)>) -> Vec<FieldChange> {
    let cells = BlockColumn::ALL.into_iter().filter_map(|column| {
        let [before, after] =
            [before, after].map(|row| row.map_or("", |(plan, at)| plan.block_text(at, column)));
        (before != after).then(|| FieldChange {
            field: column.label().to_owned(),
            before: raw(Some(&json::quote(before))),
            after: raw(Some(&json::quote(after))),
        })
    });
    cells.collect()
}

fn field(event: &Event) -> FieldChange {
    let key = match event.kind {
        Kind::Renumbered => "step_id",
        _ => event.field.as_deref().unwrap_or_default(),
    };
    FieldChange {
        field: key.to_owned(),
        before: raw(event.before.as_deref()),
        after: match event.kind {
            Kind::Renumbered => raw(Some(&json::quote(&event.step.to_string()))),
            _ => raw(event.after.as_deref()),
        },
    }
}

/// A value as it is written, for readers of any kind.
pub(crate) fn raw(value: Option<&str>) -> Option<Box<RawValue>> {
    RawValue::from_string(json::well_formed(value?).into_owned()).ok()
}

fn title_of(plan: &Plan, step: StepId) -> String {
    let found = plan.find(step);
    found.map_or_else(String::new, |at| plan.step(at).title().into_owned())
}

/// Where a gate is, still without a date.
fn state(stage: &Stage, plan: &Plan, now: DateTime<Utc>) -> (GateState, Outlook) {
    let scope = Scope {
        target: Target::Stage(stage.name.clone()),
        query: &Query::default(),
        past: &|_, _| None,
    };
    let outlook = Outlook::of(&scope, plan, now);
    let passed = stage.decided();
    let passed = passed.filter(|packet| packet.decision.is_some_and(Decision::passes));
    let waiver = passed.map(|packet| packet.waiver.clone());
    let state = GateState {
        ticked: stage.ticked(),
        total: stage.checks.len(),
        threshold: stage.threshold(),
        missing: stage.missing(),
        open: outlook.open.len(),
        decision: stage.decision().map(|d: Decision| d.words().to_owned()),
        waiver: waiver.filter(|waiver| !waiver.is_empty()),
        p85: None,
    };
    (state, outlook)
}
