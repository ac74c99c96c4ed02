//! A retrospective of a stage: what its history says, and what people will keep and change. An action
//! that names no step can be turned into a proposed one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use super::desk::{Desk, Materials};
use super::paper::{Fact, Made, Paper, Section};
use super::stage::{NO_STEPS, Packets, asked, last_passed, steps_of};
use super::words::{count, items, linked, plain, step};
use crate::change::compose::{Composer, add_edits, reversible};
use crate::change::value::{Refusal, refuse};
use crate::change::{Change, Edit};
use crate::document::english::{counted, listed};
use crate::document::markdown::{CheckState, MarkdownDocument};
use crate::history::forecast::{Foretold, SEED, foretold};
use crate::history::outlook::Outlook;
use crate::history::since::Comparison;
use crate::history::target::Target;
use crate::plan::canon::checklist::named_steps;
use crate::plan::charge::Owed;
use crate::plan::id::StepId;
use crate::plan::packet::{Decision, Packet, label_at, section};
use crate::plan::source::{Role, SourceFile};
use crate::plan::stage::{Stage, named};
use crate::plan::uid::Uid;
use crate::plan::{Plan, StepRef};
use crate::record::filed::slug;
use crate::record::gate_review::GateReview;
use crate::record::gate_review::beside::STAGE;
use crate::record::labels::section_edits;

/// The section whose items become steps.
const ACTIONS: &str = "Actions";
/// So many forecasts are named.
const MOST_FORECASTS: usize = 6;

/// A retrospective.
pub(crate) struct Retro<'a> {
    desk: Desk<'a>,
    /// What the plan is compared with.
    pub since: &'a Comparison,
    at: usize,
    pub stage: &'a Stage,
    /// The reviews of its gate, the earliest first.
    pub attempts: Vec<Attempt<'a>>,
    /// Its steps that were complete and then were not, and how often.
    pub reopened: Vec<(StepRef<'a>, u32)>,
    /// How many of the steps that it needs are complete, and how many there are.
    pub steps: (usize, usize),
    /// The forecasts of past weeks whose outcome is known.
    pub forecasts: Vec<Foretold>,
    /// The conditions under which its gate was passed, and whether they were met.
    pub conditions: Vec<Condition>,
    /// The day on which the gate was passed.
    pub passed: Option<NaiveDate>,
}

/// A review of the gate.
pub(crate) struct Attempt<'a> {
    pub packet: &'a Packet,
    pub signed: usize,
    pub sign_offs: usize,
}

/// A condition of the gate.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Condition {
    pub words: String,
    /// Whether its check is ticked; a condition without one is open.
    pub is_met: bool,
    /// By when it is to be met.
    pub by: Option<NaiveDate>,
    /// The stage that has its check.
    pub at: Option<String>,
}

impl<'a> Retro<'a> {
    /// Gathers that of a stage: of the one that is meant, else of the one passed last.
    ///
    /// # Errors
    /// When there is no such stage.
    pub(crate) fn of(materials: &Materials<'a>, stage: Option<&str>) -> Result<Self, Refusal> {
        let desk = materials.desk;
        let plan = desk.plan;
        let at = match (stage, last_passed(plan)) {
            (None, Some(passed)) => passed,
            _ => asked(plan, stage)?,
        };
        let stage = &plan.stages()[at];
        let attempts: Vec<Attempt<'a>> = stage
            .packets
            .iter()
            .map(|packet| attempt(plan, packet))
            .collect();
        let passed = stage
            .decided()
            .filter(|packet| packet.decision.is_some_and(Decision::passes));
        let passed = passed.and_then(Packet::decided_on);
        let steps: Vec<StepRef<'a>> = steps_of(plan, stage)
            .into_iter()
            .map(|at| plan.step(at))
            .collect();
        let past = materials.archive.history();
        let reopened = steps.iter().filter_map(|step| {
            let times = past.steps.get(&step.key()).map_or(0, |past| past.reopened);
            (times > 0).then_some((*step, times))
        });
        let reopened = reopened.collect();
        let done = steps.iter().filter(|step| !step.state().is_open()).count();
        let outlook = materials
            .archive
            .outlooks(&[Target::Stage(stage.name.clone())]);
        Ok(Self {
            since: materials.since,
            at,
            stage,
            attempts,
            reopened,
            steps: (done, steps.len()),
            forecasts: outlook
                .first()
                .map_or_else(Vec::new, |it| known_forecasts(it, passed, desk.today())),
            conditions: conditions(plan, at),
            passed,
            desk,
        })
    }

    /// The forecasts that named a day on which the gate was not passed yet.
    pub(crate) fn missed(&self) -> impl Iterator<Item = &Foretold> {
        let is_missed = |told: &&Foretold| self.passed.is_none_or(|passed| passed > told.date);
        self.forecasts.iter().filter(is_missed)
    }

    fn path(&self) -> PathBuf {
        let folder = self.desk.papers.folder_of(Role::Retrospective);
        let name = slug(&self.stage.name, "stage");
        folder.join(format!("{name}-{}.md", self.desk.today()))
    }

    /// What is written: the paper, and its link in the open packet of the next stage.
    ///
    /// # Errors
    /// When that packet has no room for it.
    pub(crate) fn made(&self) -> Result<Made, Refusal> {
        let paper = self.paper();
        let edits = Packets::of(&self.desk).linking(self.at, &paper.path)?;
        Ok(Made {
            papers: vec![paper],
            edits,
            shown: Vec::new(),
        })
    }

    fn paper(&self) -> Paper {
        let path = self.path();
        let mut facts = vec![Fact::new(STAGE, &*self.stage.name)];
        facts.extend(self.desk.facts(self.since));
        let reopened = self.reopened.iter().map(|(of, times)| match times {
            1 => step(*of),
            times => format!("{}: {times} times", step(*of)),
        });
        let sections = vec![
            Section::generated("In short", self.in_short()),
            Section::generated("Gate attempts", self.attempts(&path)),
            Section::generated("Reopened", items(reopened)),
            Section::generated("Forecasts that missed", self.forecasts()),
            Section::generated("Conditions still open", self.open_conditions()),
            Section::theirs("Keep", ""),
            Section::theirs("Change", ""),
            Section::theirs(ACTIONS, ""),
        ];
        Paper {
            role: Role::Retrospective,
            title: format!("Retrospective: {}", self.stage.name),
            facts,
            sections,
            charts: Vec::new(),
            path,
        }
    }

    fn in_short(&self) -> String {
        let passed = match (self.passed, self.attempts.len()) {
            (Some(day), tries) => {
                let tries = counted(tries, "review");
                let waived = self.stage.decided().is_some_and(|it| !it.waiver.is_empty());
                let waived = if waived { ", with a waiver" } else { "" };
                format!("The gate was passed on {day} after {tries}{waived}.")
            }
            (None, 0) => "The gate has not been reviewed yet.".to_owned(),
            (None, tries) => format!(
                "The gate is still ahead after {}.",
                counted(tries, "review")
            ),
        };
        let late = self.passed.zip(self.stage.due()).map(|(passed, due)| {
            match (passed - due).num_days() {
                0 => "That was its due date.".to_owned(),
                days if days > 0 => format!(
                    "That was {} after its due date, {due}.",
                    counted(days as usize, "day")
                ),
                days => format!(
                    "That was {} before its due date, {due}.",
                    counted(-days as usize, "day")
                ),
            }
        });
        let (done, all) = self.steps;
        let reopened = match self.reopened.len() {
            0 => "none was reopened".to_owned(),
            1 => "1 was reopened".to_owned(),
            number => format!("{number} were reopened"),
        };
        let steps = match all {
            0 => NO_STEPS.to_owned(),
            _ => format!(
                "{done} of the {} that its checks depend on {} complete, and {reopened}.",
                counted(all, "step"),
                if done == 1 { "is" } else { "are" },
            ),
        };
        let forecasts = match self.forecasts.len() {
            0 => String::new(),
            known => format!(
                " {} of {} missed.",
                self.missed().count(),
                counted(known, "weekly forecast")
            ),
        };
        let open = self
            .conditions
            .iter()
            .filter(|condition| !condition.is_met)
            .count();
        let conditions = match (open, self.conditions.len()) {
            (_, 0) => String::new(),
            (open, all) => format!(
                " {open} of {} still open.",
                count(all, "condition is", "conditions are")
            ),
        };
        let late = late.map(|late| format!(" {late}")).unwrap_or_default();
        format!("{passed}{late} {steps}{forecasts}{conditions}")
    }

    fn attempts(&self, path: &Path) -> String {
        items(self.attempts.iter().map(|attempt| {
            let packet = attempt.packet;
            let day = packet.decided_on().or(packet.date);
            let day = day.map_or_else(String::new, |day| format!("{day}: "));
            let words = packet.decision.map_or("undecided", Decision::words);
            let to = &self.desk.plan.files()[packet.file].path;
            let mut out = format!("{day}{}", linked(words, to, path));
            if attempt.sign_offs > 0 {
                out += &format!(", {} of {} signed", attempt.signed, attempt.sign_offs);
            }
            if !packet.waiver.is_empty() {
                out += &format!("\n  - Waiver: {}", plain(&packet.waiver));
            }
            out
        }))
    }

    fn forecasts(&self) -> String {
        let mut missed: Vec<&Foretold> = self.missed().collect();
        let all = missed.len();
        if all == 0 {
            return String::new();
        }
        // The latest said the most, and was believed the longest.
        missed.drain(..all.saturating_sub(MOST_FORECASTS));
        let rows = missed.into_iter().map(|told| {
            let outcome = match self.passed {
                Some(passed) => format!(
                    "{} too early",
                    counted(
                        (passed - told.date).num_days().unsigned_abs() as usize,
                        "day"
                    )
                ),
                None => "which has passed".to_owned(),
            };
            format!("On {}: P85 {}, {outcome}", told.on, told.date)
        });
        let held = self.forecasts.len() - all;
        let last = if all > MOST_FORECASTS {
            format!("; the last {MOST_FORECASTS}")
        } else {
            String::new()
        };
        format!(
            "{held} of {} held, {all} missed{last}:\n\n{}",
            counted(self.forecasts.len(), "weekly forecast"),
            items(rows)
        )
    }

    fn open_conditions(&self) -> String {
        let open = self.conditions.iter().filter(|condition| !condition.is_met);
        items(open.map(|condition| {
            let by = condition.by.map(|by| match by < self.desk.today() {
                true => ", overdue".to_owned(),
                false => String::new(),
            });
            let at = match &condition.at {
                Some(stage) => format!(" (a check of {})", plain(stage)),
                None => " (in the packet only)".to_owned(),
            };
            format!("{}{at}{}", plain(&condition.words), by.unwrap_or_default())
        }))
    }
}

fn attempt<'a>(plan: &Plan, packet: &'a Packet) -> Attempt<'a> {
    let file = &plan.files()[packet.file];
    let review = file
        .markdown()
        .and_then(|it| GateReview::read(it, packet.file, &file.path));
    Attempt {
        packet,
        signed: review.as_ref().map_or(0, GateReview::signed),
        sign_offs: review.map_or(0, |review| review.sign_offs.len()),
    }
}

/// The forecasts whose day is over, or whose gate was passed; of those made before it was.
fn known_forecasts(
    outlook: &Outlook,
    passed: Option<NaiveDate>,
    today: NaiveDate,
) -> Vec<Foretold> {
    let weeks = outlook.weeks.split_last().map_or(&[][..], |(_, full)| full);
    let is_known = |told: &Foretold| match passed {
        Some(passed) => told.on < passed,
        None => told.date < today,
    };
    foretold(weeks, SEED).into_iter().filter(is_known).collect()
}

/// The conditions of every go with conditions at this gate, each once.
fn conditions(plan: &Plan, at: usize) -> Vec<Condition> {
    let stage = &plan.stages()[at];
    let next = plan
        .stages()
        .get(at + 1)
        .filter(|next| next.ladder == stage.ladder);
    let mut all: Vec<Condition> = Vec::new();
    for packet in &stage.packets {
        if packet.decision != Some(Decision::Conditional) {
            continue;
        }
        for words in Owed::listed(&packet.conditions) {
            let mut checks = next.into_iter().flat_map(|next| next.owed());
            let check = checks.find(|(_, owed)| owed.is(&words, &stage.name));
            let by = Owed::new(&words, &stage.name, NaiveDate::default()).by;
            all.retain(|known| known.words != words);
            all.push(Condition {
                is_met: check.as_ref().is_some_and(|(check, _)| check.done),
                at: check.and(next).map(|next| next.name.clone()),
                words,
                by,
            });
        }
    }
    all
}

/// The actions of a retrospective that name no step: the item and its words.
fn open_actions(document: &MarkdownDocument) -> Vec<(usize, String)> {
    let Some(heading) = section(document, ACTIONS) else {
        return Vec::new();
    };
    let items = document.items().iter().enumerate();
    let own = items.filter(|(_, item)| item.heading == Some(heading) && item.parent.is_none());
    let is_open = |item: &crate::document::markdown::ListItem| {
        item.check.state() != CheckState::Done
            && !item.text.trim().is_empty()
            && named_steps(&item.text).next().is_none()
    };
    own.filter(|(_, item)| is_open(item))
        .map(|(at, item)| (at, item.text.trim().to_owned()))
        .collect()
}

/// Whether a retrospective has actions that name no step.
pub(crate) fn has_open_actions(document: &MarkdownDocument) -> bool {
    !open_actions(document).is_empty()
}

/// The latest retrospective with actions that name no step, of a stage if one is meant.
///
/// # Errors
/// When there is none.
pub(crate) fn with_actions(plan: &Plan, stage: Option<&str>) -> Result<usize, Refusal> {
    let stage = stage.map(|typed| asked(plan, Some(typed))).transpose()?;
    let is_of = |document: &MarkdownDocument| {
        let Some(stage) = stage else { return true };
        let label = label_at(document, 0, STAGE);
        label.is_some_and(|(_, label)| label.text.trim() == plan.stages()[stage].name)
    };
    let mut papers = crate::record::shelf::filed(plan, Role::Retrospective).into_iter();
    let found = papers.find(|paper| {
        let document = plan.files()[paper.file].markdown();
        document.is_some_and(|document| is_of(document) && !open_actions(document).is_empty())
    });
    match found {
        Some(paper) => Ok(paper.file),
        None => refuse(format!(
            "no retrospective has an action that names no step: write them as list items under “{ACTIONS}”"
        )),
    }
}

/// Turns the actions of a retrospective that name no step into proposed steps,
/// and names these in it; all in one change. They come behind the last step of the block that most
/// steps of its stage are in.
///
/// # Errors
/// When there is no such action, no free number, or no room.
pub(crate) fn propose(
    composer: &Composer<'_>,
    file: usize,
    mut uid: impl FnMut() -> Uid,
) -> Result<(Change, Vec<StepId>), Refusal> {
    let plan = composer.plan;
    let source: &SourceFile = &plan.files()[file];
    let actions = source
        .markdown()
        .map(|document| (document, open_actions(document)));
    let Some((document, actions)) = actions.filter(|(_, actions)| !actions.is_empty()) else {
        return refuse(format!(
            "{} has no action that names no step",
            source.path.display()
        ));
    };
    let last = number_before(plan, document);
    let (mut edits, mut ids, mut taken) =
        (Vec::new(), Vec::new(), std::collections::HashSet::new());
    let mut bytes = document.bytes().to_vec();
    let mut mentions = Vec::new();
    for (item, words) in &actions {
        let free = composer.next_free_but(StepId::new(last.saturating_add(1)), &taken);
        let Some(id) = free else {
            return refuse(format!("there is no free number behind {last}"));
        };
        let id = composer.spelling_of(id).spell(id);
        taken.insert(id);
        add_edits(&mut edits, composer.add(id, words, uid())?);
        mentions.push((document.items()[*item].content.end, format!(" (Step {id})")));
        ids.push(id);
    }
    for (at, text) in mentions.into_iter().rev() {
        bytes.splice(at..at, text.into_bytes());
    }
    let own = section_edits(&source.path, document, &MarkdownDocument::load(bytes))?;
    let label = String::new();
    let own: Vec<Edit> = reversible(source, Change { label, edits: own })?.edits;
    edits.extend(own);
    let words: Vec<String> = ids.iter().map(StepId::to_string).collect();
    let label = format!("proposed: {}", listed(&words));
    Ok((Change { label, edits }, ids))
}

/// The number of the last step in the block that most steps of a retrospective's stage are in; without
/// such steps that of the last one of all.
fn number_before(plan: &Plan, retrospective: &MarkdownDocument) -> u32 {
    let stage = label_at(retrospective, 0, STAGE).map(|(_, label)| label.text.trim());
    let stage = stage.and_then(|name| named(plan.stages(), name).ok());
    let steps = stage.map_or_else(Vec::new, |at| steps_of(plan, &plan.stages()[at]));
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for at in steps {
        *counts.entry(plan.step(at).block()).or_default() += 1;
    }
    let most = counts.into_iter().rev().max_by_key(|(_, steps)| *steps);
    let is_near = |step: &StepRef<'_>| most.is_none_or(|(block, _)| step.block() == block);
    let mut steps = plan.steps().rev();
    steps.find(is_near).map_or(0, |step| step.id().number())
}
