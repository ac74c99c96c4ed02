//! The plan of a quarter: what became of each block, which stages it is about, what rolls forward, what
//! threatens by way of dependencies, and what was decided. It is written together with the roadmap
//! entries of its stages, in which each owner acknowledges it.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::desk::{Desk, Materials};
use super::last_quarter::{Objective, rolled};
use super::paper::{Fact, Made, Paper, Section};
use super::roadmap::{self, StageEntry};
use super::stage::{ahead, asked};
use super::words::{count, items, linked, plain, step, table};
use crate::change::value::{Refusal, refuse};
use crate::document::english::{capitalised, counted, listed};
use crate::history::outlook::Outlook;
use crate::history::since::Comparison;
use crate::history::target::{Condition, Target, conditions};
use crate::plan::block::Block;
use crate::plan::canon::block_table::BlockColumn;
use crate::plan::decision::{self, DecisionNote};
use crate::plan::source::Role;
use crate::plan::stage::{Stage, Standing, standing_of};
use crate::plan::status::{State, Status};
use crate::plan::{Plan, StepRef};
use crate::record::today::rituals::Quarter;
use crate::record::waits_for;

/// The section with what the quarter is to reach.
pub(super) const OBJECTIVES: &str = "Objectives";
/// So many steps are named before the rest is a number.
const MOST_STEPS: usize = 12;
/// So many dependants are counted.
const MOST_DEPENDANTS: usize = 10_000;

/// What is asked for.
#[derive(Clone, Default, Debug)]
pub(crate) struct Asked {
    /// Such as `2026-Q4`; else the one that is to be planned.
    pub quarter: Option<String>,
    /// Parts of the names of the stages that it is about; else the current ones and those due in it.
    pub stages: Vec<String>,
    /// When the gate of its one stage is due from now on.
    pub due: Option<NaiveDate>,
    /// Who answers for its one stage from now on.
    pub owners: Vec<String>,
}

/// The plan of a quarter.
pub(crate) struct QuarterPlan<'a> {
    desk: Desk<'a>,
    /// What the plan is compared with.
    pub since: &'a Comparison,
    pub quarter: Quarter,
    pub blocks: Vec<BlockReview<'a>>,
    pub focus: Vec<StageFocus<'a>>,
    /// Objectives of the quarter before that were not reached.
    pub rolled: Vec<Objective>,
    /// Steps that were begun and are not done.
    pub carried: Vec<StepRef<'a>>,
    /// Open steps that others wait for and that cannot go on, with why and how many wait.
    pub threats: Vec<Threat<'a>>,
    /// Conditions outside of the plan.
    pub conditions: Vec<Condition>,
    pub decisions: Vec<DecisionNote>,
    due: Option<NaiveDate>,
    owners: Vec<String>,
}

/// A block, and what became of it.
pub(crate) struct BlockReview<'a> {
    pub block: &'a Block,
    pub theme: &'a str,
    pub completed: usize,
    pub added: usize,
    pub word: String,
}

/// A stage that the quarter is about.
pub(crate) struct StageFocus<'a> {
    pub at: usize,
    pub stage: &'a Stage,
    pub standing: Standing,
    pub outlook: Option<Outlook>,
}

/// An open step that cannot go on.
pub(crate) struct Threat<'a> {
    pub step: StepRef<'a>,
    /// How many steps wait for it, as far as they are counted.
    pub dependants: usize,
    pub why: String,
}

impl Threat<'_> {
    /// Whether every dependant was counted.
    pub(crate) fn is_counted(&self) -> bool {
        self.dependants < MOST_DEPENDANTS
    }

    fn waiting(&self) -> String {
        match self.dependants {
            1 => "1 step waits for it".to_owned(),
            many if self.is_counted() => format!("{many} steps wait for it"),
            many => format!("{many} steps or more wait for it"),
        }
    }
}

impl<'a> QuarterPlan<'a> {
    /// Gathers it.
    ///
    /// # Errors
    /// When there is no such quarter or stage.
    pub(crate) fn of(materials: &Materials<'a>, wanted: &Asked) -> Result<Self, Refusal> {
        let desk = materials.desk;
        let plan = desk.plan;
        let quarter = meant(&desk, wanted.quarter.as_deref())?;
        let stages = focus(plan, wanted, quarter)?;
        let is_about_one = stages.len() == 1;
        if (wanted.due.is_some() || !wanted.owners.is_empty()) && !is_about_one {
            return refuse("say with --stage which stage the due date and the owners are for");
        }
        let targets: Vec<Target> = (stages.iter())
            .map(|at| Target::Stage(plan.stages()[*at].name.clone()))
            .collect();
        let mut outlooks = materials.archive.outlooks(&targets).into_iter();
        let focus = stages.into_iter().map(|at| StageFocus {
            at,
            stage: &plan.stages()[at],
            standing: standing_of(plan.stages(), &plan.stages()[at]),
            outlook: outlooks.next(),
        });
        let decisions = decision::all(plan).filter(|note| desk.is_new(note.date, materials.from));
        let mut decisions: Vec<DecisionNote> = decisions.collect();
        decisions.sort_by_key(|note| (note.date, note.file));
        let is_begun = |step: &StepRef<'_>| {
            let is_begun = step.state().is_open() && step.status() == Some(Status::InProgress);
            is_begun && !plan.is_repeated(step.index())
        };
        let open: Vec<usize> = (0..plan.len())
            .filter(|at| plan.graph().state(*at).is_open())
            .collect();
        Ok(Self {
            since: materials.since,
            blocks: blocks(plan, materials.since),
            focus: focus.collect(),
            rolled: rolled(&desk, quarter),
            carried: plan.steps().filter(is_begun).collect(),
            threats: threats(plan),
            conditions: conditions(plan, &open),
            decisions,
            due: wanted.due,
            owners: wanted.owners.clone(),
            quarter,
            desk,
        })
    }

    /// What is written: the paper, and the roadmap entries of its stages.
    ///
    /// # Errors
    /// When the roadmap cannot take them.
    pub(crate) fn made(&self) -> Result<Made, Refusal> {
        let paper = self.paper();
        let quarter = self.quarter.to_string();
        let entries = self.focus.iter().map(|focus| StageEntry {
            stage: focus.at,
            due: self.due,
            owners: &self.owners,
            quarter: &quarter,
            paper: &paper.path,
        });
        let entries: Vec<StageEntry<'_>> = entries.collect();
        let new = self.desk.papers.folder_of(Role::Roadmap);
        let edits = roadmap::edits(self.desk.plan, new, &entries)?;
        Ok(Made {
            papers: vec![paper],
            edits,
            shown: Vec::new(),
        })
    }

    fn paper(&self) -> Paper {
        let desk = &self.desk;
        let folder = desk.papers.folder_of(Role::Quarter);
        let path = folder.join(format!("{}.md", self.quarter));
        let last = self.quarter.next.pred_opt().unwrap_or(self.quarter.next);
        let mut facts = vec![Fact::new(
            "Quarter",
            format!("{} to {last}", self.quarter.first),
        )];
        facts.extend(desk.facts(self.since));
        let decisions = self.decisions.iter().map(|note| {
            let day = note.date.map(|day| format!("{day}: ")).unwrap_or_default();
            let to = &desk.plan.files()[note.file].path;
            format!("{day}{}", linked(&note.title, to, &path))
        });
        let rolled: Vec<String> = self
            .rolled
            .iter()
            .map(|objective| format!("[ ] {}", objective.markdown))
            .collect();
        let sections = vec![
            Section::generated("In short", self.in_short()),
            Section::theirs(OBJECTIVES, items(rolled)),
            Section::generated("Blocks", self.block_table()),
            Section::generated("Stage focus", self.stage_focus()),
            Section::generated("Rolled forward", self.rolled_forward()),
            Section::generated("Dependency risks", self.dependency_risks()),
            Section::generated("Decisions", items(decisions)),
            Section::theirs("Notes", ""),
        ];
        Paper {
            role: Role::Quarter,
            title: format!("Plan of {}", self.quarter),
            facts,
            sections,
            charts: Vec::new(),
            path,
        }
    }

    fn in_short(&self) -> String {
        let stages: Vec<String> = self
            .focus
            .iter()
            .map(|focus| plain(&focus.stage.name))
            .collect();
        let focus = match stages.is_empty() {
            true => "No gate is ahead.".to_owned(),
            false => format!("The focus is on {}.", listed(&stages)),
        };
        let net = &self.since.net;
        let label = plain(&self.since.baseline.label);
        let parts = [
            (net.completed.len(), "completed"),
            (net.added.len(), "added"),
            (net.removed.len(), "removed"),
        ];
        let parts: Vec<String> = (parts.into_iter())
            .filter(|(number, _)| *number > 0)
            .map(|(number, word)| format!("{} {word}", counted(number, "step")))
            .collect();
        let happened = match parts.is_empty() {
            true => format!("Nothing was completed or added since {label}."),
            false => format!("{} since {label}.", listed(&parts)),
        };
        let forward = format!(
            "{} and {} roll forward.",
            counted(self.rolled.len(), "objective"),
            count(self.carried.len(), "step in progress", "steps in progress")
        );
        format!("{focus} {happened} {forward}")
    }

    fn block_table(&self) -> String {
        let rows = self.blocks.iter().map(|review| {
            let tally = review.block.tally;
            vec![
                review.block.id.to_string(),
                plain(review.theme),
                format!("{} of {}", tally.done(), tally.total),
                review.completed.to_string(),
                review.added.to_string(),
                review.word.clone(),
            ]
        });
        table(
            "| Block | Theme | Complete | Completed since | Added since | Outcome |",
            "l l r r r l",
            rows,
        )
    }

    fn stage_focus(&self) -> String {
        let today = self.desk.today();
        items(self.focus.iter().map(|focus| {
            let stage = focus.stage;
            let bar = match (stage.checks.len(), stage.missing()) {
                (0, _) => "no checklist".to_owned(),
                (all, 0) => format!("{} of {all} checks ticked, bar met", stage.ticked()),
                (all, missing) => format!(
                    "{} of {all} checks ticked, {missing} short of {}%",
                    stage.ticked(),
                    stage.threshold()
                ),
            };
            let mut out = format!(
                "**{}** ({}): {bar}",
                plain(&stage.name),
                focus.standing.word()
            );
            let due = self.due.map(|due| format!("due {due}"));
            let due = due.or_else(|| stage.due_and_owners(focus.standing, today));
            if let Some(due) = due {
                out += &format!("\n  - {}", capitalised(&plain(&due)));
            }
            if let Some(outlook) = &focus.outlook {
                let dates = match (outlook.dates(), outlook.reason()) {
                    ([Some(half), Some(most), _], _) => format!("Forecast: P50 {half}, P85 {most}"),
                    (_, Some(reason)) => format!("No forecast: {}", plain(reason)),
                    _ => "No forecast".to_owned(),
                };
                out += &format!(
                    "\n  - {dates}; {} open",
                    counted(outlook.open.len(), "step")
                );
            }
            let owed = stage.owed().filter(|(check, _)| !check.done).count();
            if owed > 0 {
                out += &format!(
                    "\n  - {} of the gate before",
                    counted(owed, "open condition")
                );
            }
            out
        }))
    }

    fn rolled_forward(&self) -> String {
        let rolled = self.rolled.iter().map(|of| of.markdown.clone());
        let carried = self
            .carried
            .iter()
            .take(MOST_STEPS)
            .map(|of| format!("{}: in progress", step(*of)));
        let more = self.carried.len().saturating_sub(MOST_STEPS);
        let more = (more > 0).then(|| format!("and {} in progress", counted(more, "more step")));
        items(rolled.chain(carried).chain(more))
    }

    fn dependency_risks(&self) -> String {
        let threats = self.threats.iter().take(MOST_STEPS).map(|threat| {
            let (step, why) = (step(threat.step), plain(&threat.why));
            format!("{step}: {why}; {}", threat.waiting())
        });
        let more = self.threats.len().saturating_sub(MOST_STEPS);
        let more =
            (more > 0).then(|| format!("and {} that others wait for", counted(more, "more step")));
        let outside = self.conditions.iter().take(MOST_STEPS).map(|condition| {
            format!(
                "**{}** waits for {}",
                condition.step,
                plain(&condition.text)
            )
        });
        items(threats.chain(more).chain(outside))
    }
}

/// The quarter that is meant; else the running one, unless it is planned already and the next one is
/// nearer than three weeks.
pub(super) fn meant(desk: &Desk<'_>, typed: Option<&str>) -> Result<Quarter, Refusal> {
    let none = || Refusal("the calendar has no such quarter".to_owned());
    let today = desk.today();
    let here = desk.rituals.quarter(today).ok_or_else(none)?;
    let next = desk.rituals.quarter(here.next).ok_or_else(none)?;
    if let Some(typed) = typed {
        let typed = typed.trim().to_uppercase();
        // A year back, and two ahead.
        let mut known = Vec::new();
        let mut day = here.first.checked_sub_months(chrono::Months::new(12));
        while let Some(quarter) = day.and_then(|day| desk.rituals.quarter(day)) {
            known.push(quarter);
            day = (known.len() < 13).then_some(quarter.next);
        }
        let found = known.iter().find(|quarter| quarter.to_string() == typed);
        return found.copied().ok_or_else(|| {
            Refusal(format!(
                "“{typed}” is not a quarter near today: write one such as {here}"
            ))
        });
    }
    let is_planned = |quarter: Quarter| {
        let mut files = desk
            .plan
            .files()
            .iter()
            .filter(|file| file.role == Role::Quarter);
        files.any(|file| {
            file.path
                .file_stem()
                .is_some_and(|stem| *stem == *quarter.to_string())
        })
    };
    let is_near = (next.first - today).num_days() <= 21;
    Ok(if is_planned(here) && is_near {
        next
    } else {
        here
    })
}

/// Indexes of the stages that the quarter is about.
fn focus(plan: &Plan, wanted: &Asked, quarter: Quarter) -> Result<Vec<usize>, Refusal> {
    if !wanted.stages.is_empty() {
        let stages = wanted.stages.iter().map(|typed| asked(plan, Some(typed)));
        return stages.collect();
    }
    let is_due = |at: usize| {
        plan.stages()[at]
            .due()
            .is_some_and(|due| due < quarter.next)
    };
    let all = ahead(plan).into_iter();
    let all = all.filter(|(at, standing)| *standing == Standing::Current || is_due(*at));
    Ok(all.map(|(at, _)| at).collect())
}

/// What became of each block that has steps, or had.
fn blocks<'a>(plan: &'a Plan, since: &Comparison) -> Vec<BlockReview<'a>> {
    let of = |ids: &mut dyn Iterator<Item = crate::plan::id::StepId>| {
        let mut counts: HashMap<usize, usize> = HashMap::new();
        for step in ids.filter_map(|id| plan.find(id)) {
            *counts.entry(plan.step(step).block()).or_default() += 1;
        }
        counts
    };
    let completed = of(&mut since.net.completed.iter().copied());
    let added = of(&mut since.net.added.iter().map(|event| event.step));
    let blocks = plan.blocks().iter().enumerate();
    let blocks = blocks.filter(|(_, block)| block.tally.total + block.tally.retired > 0);
    blocks
        .map(|(at, block)| {
            let count = |of: &HashMap<usize, usize>| of.get(&at).copied().unwrap_or(0);
            let (completed, added) = (count(&completed), count(&added));
            BlockReview {
                theme: plan.block_text(at, BlockColumn::Theme).trim(),
                word: became(block, completed, added),
                block,
                completed,
                added,
            }
        })
        .collect()
}

fn became(block: &Block, completed: usize, added: usize) -> String {
    let tally = block.tally;
    if let Some(retirement) = block.retirement() {
        return retirement.in_a_sentence();
    }
    match (tally.done(), tally.total) {
        (done, total) if done == total && completed > 0 => "finished".to_owned(),
        (done, total) if done == total => "complete".to_owned(),
        (0, total) if total == tally.count(Status::Idea) => "only ideas".to_owned(),
        _ if completed > 0 || tally.count(Status::InProgress) > 0 => "under way".to_owned(),
        _ if added > 0 => "steps added".to_owned(),
        (0, _) => "not started".to_owned(),
        _ => "no progress".to_owned(),
    }
}

/// Open steps that others wait for and that are blocked, wait for what is gone, or for themselves; those
/// that most wait for first.
fn threats(plan: &Plan) -> Vec<Threat<'_>> {
    let graph = plan.graph();
    let steps = plan.steps().filter(|step| !plan.is_repeated(step.index()));
    let stuck = steps.filter_map(|step| {
        let why = why_stuck(step)?;
        let dependants = graph.count_waiting(step.index(), MOST_DEPENDANTS);
        (dependants > 0).then_some(Threat {
            step,
            dependants,
            why,
        })
    });
    let mut stuck: Vec<Threat<'_>> = stuck.collect();
    stuck.sort_by_key(|threat| (std::cmp::Reverse(threat.dependants), threat.step.index()));
    stuck
}

fn why_stuck(step: StepRef<'_>) -> Option<String> {
    let graph = step.plan().graph();
    match step.state() {
        State::Done | State::Retired => None,
        _ if step.is_cyclic() => Some("in a cycle".to_owned()),
        _ if step.status() == Some(Status::Blocked) => {
            let waits = waits_for(step);
            Some(match waits.is_empty() {
                true => "blocked".to_owned(),
                false => format!("blocked, waits for {}", listed(&waits)),
            })
        }
        _ => {
            let is_retired = |up: &usize| graph.state(*up) == State::Retired;
            let up = graph.upstream(step.index()).find(is_retired)?;
            Some(format!(
                "depends on {}, which is retired",
                step.plan().step(up).id()
            ))
        }
    }
}
