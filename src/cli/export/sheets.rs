//! What is in a workbook: a sheet for each kind of thing, its columns, and its rows one by one. Pure;
//! how it becomes a file is `xlsx`'s.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, Utc};

use super::csv::is_number;
use crate::history::forecast::LEVELS;
use crate::history::outlook::Outlook;
use crate::history::series::Point;
use crate::page::redact::Redacted;
use crate::plan::block::Tally;
use crate::plan::canon::block_table::BlockColumn;
use crate::plan::canon::checklist::Check;
use crate::plan::checks::{Findings, Problem};
use crate::plan::decision::{self, DecisionNote};
use crate::plan::field::{Field, FieldSpec, Kind, fields};
use crate::plan::id::StepId;
use crate::plan::packet::Decision;
use crate::plan::risk::{Level, Risk};
use crate::plan::stage::{Stage, Standing, standings};
use crate::plan::status::Status;
use crate::plan::{Plan, StepRef};
use crate::record::risk::register;

/// What a cell holds.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Cell<'a> {
    Nothing,
    Text(Cow<'a, str>),
    Number(f64),
    Day(NaiveDate),
    Instant(DateTime<Utc>),
    Yes(bool),
}

/// A column: its heading, and how many letters wide it is.
pub(super) type Column = (&'static str, u16);

/// A sheet, whose rows are made when they are asked for.
pub(super) struct Sheet<'a> {
    pub name: &'static str,
    pub columns: Vec<Column>,
    pub rows: Box<dyn Iterator<Item = Vec<Cell<'a>>> + 'a>,
}

/// What a workbook shows.
pub(super) struct Book<'a> {
    pub plan: &'a Plan,
    /// Indexes of the steps, in the order of IDs.
    pub steps: &'a [usize],
    pub title: &'a str,
    /// The clock.
    pub now: DateTime<Utc>,
    pub commit: Option<&'a str>,
    pub filter: &'a str,
    pub redacted: &'a Redacted,
    pub findings: &'a Findings,
    /// How the steps came to be, week by week.
    pub points: &'a [Point],
    /// What is not known of that.
    pub notes: &'a [String],
    /// What is to be expected of the plan, then of each stage.
    pub outlooks: &'a [Outlook],
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Cow::Borrowed(text).into()
    }
}

impl From<String> for Cell<'_> {
    fn from(text: String) -> Self {
        Cow::<str>::Owned(text).into()
    }
}

impl<'a> From<Cow<'a, str>> for Cell<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        match text.trim().is_empty() {
            true => Self::Nothing,
            false => Self::Text(text),
        }
    }
}

impl From<usize> for Cell<'_> {
    fn from(count: usize) -> Self {
        Self::Number(count as f64)
    }
}

impl From<Option<NaiveDate>> for Cell<'_> {
    fn from(day: Option<NaiveDate>) -> Self {
        day.map_or(Self::Nothing, Self::Day)
    }
}

impl<'a> Book<'a> {
    /// Every sheet, in the order of their tabs.
    pub(super) fn sheets(&'a self) -> Vec<Sheet<'a>> {
        vec![
            self.all_steps(),
            self.blocks(),
            self.stages(),
            self.checks(),
            self.problems(),
            self.risks(),
            self.decisions(),
            self.weeks(),
            self.about(),
        ]
    }

    fn file(&self, file: usize) -> Cell<'a> {
        self.plan.files()[file].path.display().to_string().into()
    }

    fn all_steps(&'a self) -> Sheet<'a> {
        let is_shown = |spec: &&FieldSpec| !self.redacted.hides(spec.field);
        let shown: Vec<&FieldSpec> = fields().iter().filter(is_shown).collect();
        let mut columns = vec![("Step", 9), ("State", 10)];
        columns.extend(shown.iter().map(|spec| (spec.label, width(spec))));
        let row = move |step: StepRef<'a>| {
            let mut row = vec![step.id().to_string().into(), step.state().word().into()];
            row.extend(shown.iter().map(|spec| value(step, spec)));
            row
        };
        Sheet {
            name: "Steps",
            columns,
            rows: Box::new(self.steps.iter().map(move |at| row(self.plan.step(*at)))),
        }
    }

    fn blocks(&'a self) -> Sheet<'a> {
        let mut tallies = vec![Tally::default(); self.plan.blocks().len()];
        for step in self.steps.iter().map(|at| self.plan.step(*at)) {
            let is_retired = self.plan.blocks()[step.block()].retirement().is_some();
            tallies[step.block()].add(step.status(), is_retired);
        }
        let hides_people = self.redacted.hides_people();
        let hides_theme = self.redacted.hides(Field::Theme);
        let row = move |(at, tally): (usize, Tally)| {
            let block = &self.plan.blocks()[at];
            let told = |column, is_hidden| match is_hidden {
                true => Cell::Nothing,
                false => Cell::from(self.plan.block_text(at, column)),
            };
            let counts = [
                Status::Complete,
                Status::InProgress,
                Status::Blocked,
                Status::Draft,
                Status::Idea,
            ];
            let mut row = vec![
                block.id.to_string().into(),
                told(BlockColumn::Theme, hides_theme),
                told(BlockColumn::Steward, hides_people),
                told(BlockColumn::Signal, false),
                StepId::new(block.range.0).to_string().into(),
                StepId::new(block.range.1).to_string().into(),
                tally.total.into(),
            ];
            row.extend(counts.map(|status| tally.count(status).into()));
            row.extend([tally.retired.into(), tally.percent().into()]);
            row
        };
        let some = tallies.into_iter().enumerate();
        let some = some.filter(|(_, tally)| tally.total + tally.retired > 0);
        Sheet {
            name: "Blocks",
            columns: vec![
                ("Block", 8),
                ("Theme", 36),
                ("Steward", 22),
                ("Success signal", 40),
                ("First step", 11),
                ("Last step", 11),
                ("Steps", 9),
                ("Complete", 11),
                ("In progress", 12),
                ("Blocked", 10),
                ("Draft", 9),
                ("Idea", 9),
                ("Retired", 10),
                ("Complete %", 13),
            ],
            rows: Box::new(some.map(row)),
        }
    }

    fn stages(&'a self) -> Sheet<'a> {
        let standings = standings(self.plan.stages());
        let stages = self.plan.stages().iter().zip(standings).enumerate();
        Sheet {
            name: "Stages",
            columns: vec![
                ("Stage", 24),
                ("Standing", 11),
                ("Horizon", 18),
                ("Outcome", 50),
                ("Gate", 40),
                ("Checks", 9),
                ("Ticked", 9),
                ("Bar %", 8),
                ("Open steps", 12),
                ("Due", 12),
                ("P50", 12),
                ("P85", 12),
                ("P95", 12),
                ("Decision", 22),
                ("Decided", 12),
                ("Held by", 22),
                ("Conditions", 40),
            ],
            rows: Box::new(stages.map(|(at, (stage, standing))| self.stage(at, stage, standing))),
        }
    }

    fn stage(&'a self, at: usize, stage: &'a Stage, standing: Standing) -> Vec<Cell<'a>> {
        // The first one is that of the whole plan.
        let outlook = self.outlooks.get(at + 1);
        let rung = stage.rung.as_ref();
        let told = |text: Option<&'a String>| Cell::from(text.map_or("", |text| text));
        let packet = stage.review();
        let held_by = packet.map(|packet| &packet.held_by);
        let dates = outlook.map_or([None; LEVELS.len()], Outlook::dates);
        let mut row = vec![
            Cell::from(&*stage.name),
            standing.word().into(),
            told(rung.map(|rung| &rung.horizon)),
            told(rung.map(|rung| &rung.north_star)),
            told(rung.map(|rung| &rung.review)),
            stage.checks.len().into(),
            stage.ticked().into(),
            usize::from(stage.threshold()).into(),
            outlook.map_or(Cell::Nothing, |outlook| outlook.open.len().into()),
            stage.due().into(),
        ];
        row.extend(dates.map(Cell::from));
        row.extend([
            packet
                .and_then(|packet| packet.decision)
                .map_or(Cell::Nothing, |decision| Decision::words(decision).into()),
            packet.and_then(|packet| packet.decided_on()).into(),
            told(held_by.filter(|_| !self.redacted.hides_people())),
            told(packet.map(|packet| &packet.conditions)),
        ]);
        row
    }

    fn checks(&'a self) -> Sheet<'a> {
        let row = |stage: &'a Stage, check: &'a Check| {
            let links = stage
                .evidence_for(check)
                .flat_map(|evidence| &evidence.links);
            let links: Vec<&str> = links.map(String::as_str).collect();
            vec![
                Cell::from(&*stage.name),
                Cell::from(&*check.text),
                Cell::Yes(check.done),
                ids(&check.steps),
                links.join("; ").into(),
                self.file(check.file),
                check.line.into(),
            ]
        };
        let stages = self.plan.stages().iter();
        let rows =
            stages.flat_map(move |stage| stage.checks.iter().map(move |check| row(stage, check)));
        Sheet {
            name: "Checks",
            columns: vec![
                ("Stage", 24),
                ("Check", 60),
                ("Ticked", 9),
                ("Steps", 18),
                ("Evidence", 40),
                ("File", 28),
                ("Line", 8),
            ],
            rows: Box::new(rows),
        }
    }

    fn problems(&'a self) -> Sheet<'a> {
        // Words of a problem may quote what is left out.
        let is_told = self.redacted.is_empty();
        let row = move |problem: Problem| {
            let told = |words: String| match is_told {
                true => Cell::from(words),
                false => Cell::Nothing,
            };
            vec![
                Cell::from(problem.severity.word()),
                problem.code.into(),
                problem
                    .step
                    .map_or(Cell::Nothing, |step| step.to_string().into()),
                told(problem.message),
                told(problem.command_help.into_owned()),
                problem.place.path.display().to_string().into(),
                problem.place.line.into(),
            ]
        };
        let all = (0..self.findings.len()).filter_map(|at| self.findings.problem(at, self.plan));
        Sheet {
            name: "Problems",
            columns: vec![
                ("Severity", 10),
                ("Rule", 26),
                ("Step", 9),
                ("What", 60),
                ("What to do", 50),
                ("File", 28),
                ("Line", 8),
            ],
            rows: Box::new(all.map(row)),
        }
    }

    fn risks(&'a self) -> Sheet<'a> {
        let hides_people = self.redacted.hides_people();
        let row = move |risk: Risk| {
            let level = |level: Option<Level>| Cell::from(level.map_or("", Level::word));
            let owner = match hides_people {
                true => Cell::Nothing,
                false => risk.owner.clone().into(),
            };
            vec![
                Cell::from(risk.title.clone()),
                usize::from(risk.score()).into(),
                level(risk.likelihood),
                level(risk.impact),
                Cell::Yes(risk.is_open),
                owner,
                risk.stage.clone().into(),
                ids(&risk.steps),
                risk.review_by.into(),
                risk.opened.into(),
                risk.closed.into(),
                risk.mitigation.clone().into(),
                self.file(risk.file),
            ]
        };
        Sheet {
            name: "Risks",
            columns: vec![
                ("Risk", 44),
                ("Score", 8),
                ("Likelihood", 12),
                ("Impact", 10),
                ("Open", 8),
                ("Owner", 20),
                ("Stage", 24),
                ("Steps", 18),
                ("Review by", 12),
                ("Opened", 12),
                ("Closed", 12),
                ("Mitigation", 60),
                ("File", 40),
            ],
            rows: Box::new(register(self.plan).into_iter().map(row)),
        }
    }

    fn decisions(&'a self) -> Sheet<'a> {
        let row = |note: DecisionNote| {
            let steps: Vec<StepId> = note.steps.iter().map(|(id, _)| *id).collect();
            let paths = |links: &[decision::NoteLink]| {
                let paths = links.iter().filter_map(|link| link.path.as_ref());
                let paths: Vec<String> = paths.map(|path| path.display().to_string()).collect();
                Cell::from(paths.join("; "))
            };
            vec![
                note.date.into(),
                note.title.clone().into(),
                ids(&steps),
                paths(&note.supersedes),
                paths(&note.superseded_by),
                self.file(note.file),
            ]
        };
        Sheet {
            name: "Decisions",
            columns: vec![
                ("Date", 12),
                ("Decision", 60),
                ("Steps", 24),
                ("Supersedes", 40),
                ("Superseded by", 40),
                ("File", 50),
            ],
            rows: Box::new(decision::all(self.plan).map(row)),
        }
    }

    fn weeks(&'a self) -> Sheet<'a> {
        let row = |point: &'a Point| {
            let with = |status| point.counts.with(status);
            let counts = [
                point.counts.total(),
                with(Status::Complete),
                with(Status::InProgress),
                with(Status::Blocked),
                with(Status::Draft) + with(Status::Idea) + point.counts.other,
                point.completed,
                point.reopened,
                point.added,
                point.removed,
            ];
            let mut row = vec![Cell::Day(point.date)];
            row.extend(counts.map(Cell::from));
            row
        };
        Sheet {
            name: "Weeks",
            columns: vec![
                ("Week to", 12),
                ("Total", 9),
                ("Complete", 11),
                ("In progress", 13),
                ("Blocked", 10),
                ("Not started", 13),
                ("Completed", 12),
                ("Reopened", 11),
                ("Added", 9),
                ("Removed", 10),
            ],
            rows: Box::new(self.points.iter().map(row)),
        }
    }

    /// What the workbook is of.
    fn about(&'a self) -> Sheet<'a> {
        let redacted = self.redacted;
        let mut rows = vec![
            vec!["Plan".into(), self.title.into()],
            vec!["As of".into(), Cell::Instant(self.now)],
            vec![
                "Commit".into(),
                self.commit.unwrap_or("none, the files as they were").into(),
            ],
            vec!["Written by".into(), "stepdeck".into()],
        ];
        if !self.notes.is_empty() {
            rows.push(vec!["Weeks".into(), self.notes.join("; ").into()]);
        }
        if !self.filter.is_empty() {
            let what = "the sheets about steps, blocks and weeks have only what matches";
            rows.push(vec!["Filter".into(), self.filter.into(), what.into()]);
        }
        if !redacted.is_empty() {
            let people = match redacted.hides_people() {
                true => "With owners, sign-offs are left out too. ",
                false => "",
            };
            let what = format!("{people}Free text was not searched for what these fields say.");
            rows.push(vec![
                "Left out".into(),
                redacted.names().join(", ").into(),
                what.into(),
            ]);
        }
        Sheet {
            name: "About",
            columns: vec![("What", 14), ("Value", 50), ("Note", 60)],
            rows: Box::new(rows.into_iter()),
        }
    }
}

fn ids<'a>(ids: &[StepId]) -> Cell<'a> {
    let ids: Vec<String> = ids.iter().map(StepId::to_string).collect();
    ids.join("; ").into()
}

fn width(spec: &FieldSpec) -> u16 {
    match (spec.field, spec.kind) {
        (Field::Title, _) => 48,
        (_, Kind::Line) => 24,
        (_, Kind::Text) => 48,
        (_, Kind::List) => 24,
        (_, Kind::Status | Kind::Measure) => 13,
        (_, Kind::Block) => 8,
        (_, Kind::Instant) => 20,
        (_, Kind::Uid) => 15,
    }
}

/// A field's value as a spreadsheet counts with it, where it is a number or a time.
fn value<'a>(step: StepRef<'a>, spec: &FieldSpec) -> Cell<'a> {
    let text = match spec.kind {
        Kind::List => Cow::Owned(step.list(spec.field).join("; ")),
        _ => step.text(spec.field),
    };
    match spec.kind {
        Kind::Measure => match number(&text) {
            Some(number) => Cell::Number(number),
            None => text.into(),
        },
        Kind::Instant => match DateTime::parse_from_rfc3339(text.trim()) {
            Ok(at) => Cell::Instant(at.to_utc()),
            Err(_) => text.into(),
        },
        _ => text.into(),
    }
}

/// A number that a spreadsheet holds to the last digit.
fn number(text: &str) -> Option<f64> {
    const DIGITS: usize = 15;
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let number = (is_number(text) && digits <= DIGITS).then(|| text.parse::<f64>().ok());
    number.flatten().filter(|number| number.is_finite())
}
