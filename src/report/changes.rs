//! The change log: what is different since a moment, stage moves and decisions included. It is
//! worked out each time; a team that wants it in a file has one a week.

use chrono::NaiveDate;

use super::desk::{Desk, Materials};
use super::paper::{Paper, Section};
use super::words::{block, count, items, linked, named, paragraphs, plain, step};
use crate::document::english::{counted, listed};
use crate::history::events::Event;
use crate::history::since::{Comparison, Origin};
use crate::history::words::{title, told};
use crate::plan::decision::{self, DecisionNote};
use crate::plan::field::Field;
use crate::plan::id::StepId;
use crate::plan::packet::Packet;
use crate::plan::risk::Risk;
use crate::plan::source::Role;
use crate::plan::stage::Stage;
use crate::record::review::Week;

/// What happened in a time.
#[derive(Debug)]
pub(crate) struct Changes<'a> {
    desk: Desk<'a>,
    /// What is different.
    pub since: &'a Comparison,
    /// Gates that were decided, each with its stage.
    pub gates: Vec<(&'a Stage, &'a Packet)>,
    /// Stages with checks that were ticked or unticked.
    pub stages: Vec<StageMove<'a>>,
    /// Decisions that were taken.
    pub decisions: Vec<DecisionNote>,
    /// Risks that were written down.
    pub opened: Vec<Risk>,
    /// Risks that were closed.
    pub closed: Vec<Risk>,
}

/// What moved on a stage.
#[derive(Debug)]
pub(crate) struct StageMove<'a> {
    pub stage: &'a Stage,
    /// Checks that are ticked now, and were not.
    pub ticked: Vec<(&'a str, &'a Origin)>,
    /// Checks that were ticked, and are not.
    pub unticked: Vec<(&'a str, &'a Origin)>,
}

impl StageMove<'_> {
    /// How many ticks there were before.
    pub(crate) fn before(&self) -> usize {
        (self.stage.ticked() + self.unticked.len()).saturating_sub(self.ticked.len())
    }

    /// What that means for the gate's bar.
    fn bar(&self) -> String {
        let total = self.stage.checks.len();
        let bar = usize::from(self.stage.threshold());
        let was_met = total > 0 && self.before() * 100 >= total * bar;
        match (was_met, self.stage.is_met()) {
            (false, true) => format!("the bar of {bar}% is reached"),
            (true, false) => format!("back below the bar of {bar}%"),
            (true, true) => format!("above the bar of {bar}%"),
            (false, false) => {
                let missing = self.stage.missing();
                format!("{} short of the bar of {bar}%", counted(missing, "tick"))
            }
        }
    }
}

impl<'a> Changes<'a> {
    /// Finds everything that happened.
    pub(crate) fn of(materials: &Materials<'a>) -> Self {
        let Materials {
            desk, since, from, ..
        } = *materials;
        let plan = desk.plan;
        let is_new = |day: Option<NaiveDate>| desk.is_new(day, from);
        let packets = plan.stages().iter().flat_map(|stage| {
            let packets = stage.packets.iter().map(move |packet| (stage, packet));
            packets.filter(|(_, packet)| packet.decision.is_some())
        });
        let gates = packets.filter(|(_, packet)| is_new(packet.decided_on()));
        let mut decisions: Vec<DecisionNote> = decision::all(plan)
            .filter(|note| is_new(note.date))
            .collect();
        decisions.sort_by_key(|note| (note.date, note.file));
        let (opened, closed) = desk.risks(from);
        let ticks = since.trail.ticks();
        let stages = plan.stages().iter().filter_map(|stage| {
            let of = |is_ticked: bool| {
                let ticks = ticks
                    .iter()
                    .filter(|(tick, _)| tick.stage == stage.name && tick.is_ticked == is_ticked);
                ticks
                    .map(|(tick, origin)| (&*tick.check, *origin))
                    .collect::<Vec<_>>()
            };
            let (ticked, unticked) = (of(true), of(false));
            let moved = !ticked.is_empty() || !unticked.is_empty();
            moved.then_some(StageMove {
                stage,
                ticked,
                unticked,
            })
        });
        Self {
            gates: gates.collect(),
            stages: stages.collect(),
            decisions,
            opened,
            closed,
            desk,
            since,
        }
    }

    /// The paper of the running week.
    pub(crate) fn paper(&self) -> Paper {
        let desk = &self.desk;
        let week = Week::of(desk.now).to_string();
        let folder = desk.papers.folder_of(Role::Changes);
        let path = folder.join(format!("{week}.md"));
        let net = &self.since.net;
        let rows = |events: &[Event]| {
            let row =
                |event: &Event| format!("{}{}", named(event.step, &title(event)), self.by(event));
            items(events.iter().map(row))
        };
        let reopened = items(net.reopened.iter().map(|id| self.step(*id)));
        let decisions = items(self.decisions.iter().map(|note| {
            let to = &desk.plan.files()[note.file].path;
            let date = note
                .date
                .map(|date| format!("{date}: "))
                .unwrap_or_default();
            format!("{date}{}", linked(&note.title, to, &path))
        }));
        let sections = vec![
            Section::generated("In short", self.in_short()),
            Section::generated("Stages", self.of_stages(&path)),
            Section::generated("Completed", self.completed()),
            Section::generated("Reopened", reopened),
            Section::generated("Added", rows(&net.added)),
            Section::generated("Removed", rows(&net.removed)),
            Section::generated("Changed", self.changed()),
            Section::generated("Decisions", decisions),
            Section::generated("Risks", self.risks(&path)),
            Section::theirs("Notes", ""),
        ];
        Paper {
            role: Role::Changes,
            title: format!("Changes {week}"),
            facts: desk.facts(self.since),
            sections,
            charts: Vec::new(),
            path,
        }
    }

    fn in_short(&self) -> String {
        let net = &self.since.net;
        let decided = |number| counted(number, "decision");
        let parts = [
            (net.completed.len(), "completed"),
            (net.reopened.len(), "reopened"),
            (net.added.len(), "added"),
            (net.removed.len(), "removed"),
        ];
        let mut parts: Vec<String> = parts
            .into_iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, word)| format!("{} {word}", counted(number, "step")))
            .collect();
        let more = [
            (
                self.gates.len(),
                count(self.gates.len(), "gate decided", "gates decided"),
            ),
            (self.decisions.len(), decided(self.decisions.len())),
            (self.opened.len(), counted(self.opened.len(), "new risk")),
            (
                self.closed.len(),
                count(self.closed.len(), "risk closed", "risks closed"),
            ),
        ];
        parts.extend(
            more.into_iter()
                .filter(|(number, _)| *number > 0)
                .map(|(_, words)| words),
        );
        let tally = self.desk.plan.tally();
        let stands = format!(
            "The plan stands at {} of {} steps complete ({}%).",
            tally.done(),
            tally.total,
            tally.percent()
        );
        match parts.is_empty() {
            true => format!("Nothing was completed, added or decided. {stands}"),
            false => format!("{}. {stands}", listed(&parts)),
        }
    }

    fn of_stages(&self, path: &std::path::Path) -> String {
        let gates = self.gates.iter().map(|(stage, packet)| {
            let decision = packet
                .decision
                .map_or("undecided", |decision| decision.words());
            let to = &self.desk.plan.files()[packet.file].path;
            let decided = plain(&packet.decided);
            let name = plain(&stage.name);
            format!(
                "**{name}:** {} ({decided})",
                linked(&format!("gate: {decision}"), to, path)
            )
        });
        let stages = self.stages.iter().map(|moved| {
            let stage = moved.stage;
            let checks = |of: &[(&str, &Origin)], word: &str| {
                of.iter()
                    .map(|(check, origin)| {
                        let by = origin_words(origin, self.since.baseline.has_history);
                        format!("\n  - {word}: {}{by}", plain(check.trim_end_matches('.')))
                    })
                    .collect::<String>()
            };
            format!(
                "**{}:** {} of {} checks ticked, {} before; {}{}{}",
                plain(&stage.name),
                stage.ticked(),
                stage.checks.len(),
                moved.before(),
                moved.bar(),
                checks(&moved.ticked, "ticked"),
                checks(&moved.unticked, "unticked"),
            )
        });
        items(gates.chain(stages))
    }

    /// What was completed, by block.
    fn completed(&self) -> String {
        let mut blocks: Vec<(String, Vec<String>)> = Vec::new();
        for id in &self.since.net.completed {
            let found = self.desk.plan.find(*id).map(|at| self.desk.plan.step(at));
            let of = found.map(block).unwrap_or_default();
            let outcome = found
                .map(|step| plain(&step.text(Field::Outcome)))
                .unwrap_or_default();
            let outcome = match &*outcome {
                "" => String::new(),
                outcome => format!(": {outcome}"),
            };
            let row = format!("{}{outcome}", self.step(*id));
            match blocks.iter_mut().find(|(name, _)| *name == of) {
                Some((_, rows)) => rows.push(row),
                None => blocks.push((of, vec![row])),
            }
        }
        let blocks = blocks.into_iter().map(|(name, rows)| match &*name {
            "" => items(rows),
            name => format!("**{name}**\n\n{}", items(rows)),
        });
        paragraphs(blocks)
    }

    /// What else changed of steps that were there: each field once. What is said elsewhere is not
    /// said again.
    fn changed(&self) -> String {
        let net = &self.since.net;
        let rows = net.changed.iter().filter_map(|(id, events)| {
            let is_turn = |event: &&Event| {
                event.field.as_deref() == Some(Field::Status.spec().name)
                    && (net.completed.contains(id) || net.reopened.contains(id))
            };
            let mut said: Vec<String> = Vec::new();
            for event in events.iter().filter(|event| !is_turn(event)) {
                let words = told(event, self.since.baseline.has_history);
                let words = words
                    .strip_prefix(&format!("{} ", event.step))
                    .unwrap_or(&words);
                // A long text is read in the plan.
                let words = match words.chars().count() > 80 {
                    true => {
                        let field = words.split(':').next().unwrap_or_default();
                        format!("{field} {}", how(event))
                    }
                    false => words.to_owned(),
                };
                said.push(plain(&words));
            }
            let found = self.desk.plan.find(*id).map(|at| self.desk.plan.step(at));
            let title = found
                .map(|step| step.title().into_owned())
                .unwrap_or_default();
            (!said.is_empty()).then(|| format!("{}: {}", named(*id, &title), said.join("; ")))
        });
        items(rows)
    }

    fn risks(&self, path: &std::path::Path) -> String {
        let row = |word: &str, day: Option<NaiveDate>, risk: &Risk| {
            let to = &self.desk.plan.files()[risk.file].path;
            let day = day.map(|day| format!("{day}: ")).unwrap_or_default();
            let title = linked(&risk.title, to, path);
            format!("{day}{word} {title} (score {})", risk.score())
        };
        let opened = self.opened.iter().map(|risk| row("new", risk.opened, risk));
        let closed = self
            .closed
            .iter()
            .map(|risk| row("closed", risk.closed, risk));
        items(opened.chain(closed))
    }

    fn step(&self, id: StepId) -> String {
        match self.desk.plan.find(id) {
            Some(at) => step(self.desk.plan.step(at)),
            None => named(id, ""),
        }
    }

    fn by(&self, event: &Event) -> String {
        let origin = self.since.trail.origin(event);
        origin.map_or_else(String::new, |origin| {
            origin_words(origin, self.since.baseline.has_history)
        })
    }
}

/// What was done to a field that has a long text, or had one.
fn how(event: &Event) -> &'static str {
    let is_empty = |raw: &Option<String>| {
        raw.as_deref()
            .is_none_or(|raw| matches!(raw.trim(), "" | "null" | "\"\"" | "[]"))
    };
    match (is_empty(&event.before), is_empty(&event.after)) {
        (true, _) => "written",
        (_, true) => "cleared",
        (false, false) => "rewritten",
    }
}

/// When something landed, and who brought it.
fn origin_words(origin: &Origin, has_history: bool) -> String {
    match &origin.commit {
        Some(commit) => format!(", {} {}", origin.at.date_naive(), plain(&commit.author)),
        None if has_history => ", not committed yet".to_owned(),
        None => format!(", {}", origin.at.date_naive()),
    }
}
