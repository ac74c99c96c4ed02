//! The milestone review of a workstream: how far the stage's exit criteria are, how its open steps went
//! week by week, what became of risks, and who has how much to do. What customers said is for people to
//! add.
//!
//! Each workstream gets its own paper, in the folder of the day beside the gate's packet.

use std::path::PathBuf;

use chrono::NaiveDate;

use super::budget::Sum;
use super::chart::{Chart, Curve, Plot};
use super::desk::{Desk, Materials};
use super::paper::{ChartFile, Fact, Made, Paper, Section};
use super::stage::{self, NO_STEPS, Packets, steps_of};
use super::words::{clause, count, items, linked, plain, step, table};
use crate::change::value::{Refusal, refuse};
use crate::document::english::{counted, listed};
use crate::history::outlook::Outlook;
use crate::history::since::Comparison;
use crate::history::target::Target;
use crate::history::weeks::Week;
use crate::plan::StepRef;
use crate::plan::field::Field;
use crate::plan::figure::figure;
use crate::plan::marks::Marks;
use crate::plan::query::Query;
use crate::plan::query::words::fold;
use crate::plan::risk::Risk;
use crate::plan::source::Role;
use crate::plan::stage::{Stage, Workstream, only};
use crate::plan::status::Status;
use crate::record::filed::slug;
use crate::record::gate_review::GateReview;
use crate::record::gate_review::criteria::criteria;
use crate::record::gate_review::verdict_word;
use crate::record::one_line;
use crate::record::risk::delta::RiskDelta;

/// Which reviews are meant; all by default.
#[derive(Clone, Default, Debug)]
pub(crate) struct Asked {
    /// A part of the stage's name; else it is the current one.
    pub stage: Option<String>,
    /// A part of the workstream's name; else every one.
    pub workstream: Option<String>,
}

/// The milestone reviews of a stage.
pub(crate) struct Milestone<'a> {
    desk: Desk<'a>,
    /// What the plan is compared with.
    pub since: &'a Comparison,
    pub stage: &'a Stage,
    /// What is to be expected of the stage.
    pub outlook: Outlook,
    /// What became of risks; as far as their own bullets tell, where git does not.
    pub risks: RiskDelta,
    pub reviews: Vec<WorkstreamReview<'a>>,
    /// The criteria of its gate, each with what the latest review says of it.
    pub criteria: Vec<(String, &'static str)>,
}

/// Whose review it is.
pub(crate) enum Team<'a> {
    Workstream(Workstream<'a>),
    /// Everybody, where the stage has no workstreams.
    Whole,
}

impl Team<'_> {
    /// What its paper calls it.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Workstream(stream) => stream.name,
            Self::Whole => "Team",
        }
    }

    /// The filter for its steps.
    fn filter(&self) -> String {
        match self {
            Self::Workstream(stream) => {
                format!("workstream:\"{}\"", stream.name.replace(['"', '\\'], ""))
            }
            Self::Whole => String::new(),
        }
    }

    /// Role and name of those whom the matrix names.
    fn people(&self) -> &[(&str, &str)] {
        match self {
            Self::Workstream(stream) => &stream.people,
            Self::Whole => &[],
        }
    }
}

/// How a workstream stands with a stage.
pub(crate) struct WorkstreamReview<'a> {
    pub team: Team<'a>,
    /// Its steps among those that the stage needs.
    pub steps: Vec<StepRef<'a>>,
    /// Those of them that were completed since.
    pub completed: Vec<StepRef<'a>>,
    /// How its open steps went.
    pub weeks: Vec<Week>,
    /// Who has how much to do.
    pub load: Vec<Load>,
}

/// What somebody has to do.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Load {
    pub owner: String,
    /// What the matrix says that they are: `DRI`.
    pub role: String,
    pub open: usize,
    pub in_progress: usize,
    pub blocked: usize,
    /// What is planned for the open steps, of those that say so.
    pub effort: Sum,
}

impl<'a> Milestone<'a> {
    /// Gathers the reviews that were asked for.
    ///
    /// # Errors
    /// When there is no such stage or workstream.
    pub(crate) fn of(materials: &Materials<'a>, asked: &Asked) -> Result<Self, Refusal> {
        let desk = materials.desk;
        let plan = desk.plan;
        let at = stage::asked(plan, asked.stage.as_deref())?;
        let stage = &plan.stages()[at];
        let streams = stage.workstreams();
        let mut teams: Vec<Team<'a>> = match streams.is_empty() {
            true => vec![Team::Whole],
            false => streams.into_iter().map(Team::Workstream).collect(),
        };
        if let Some(typed) = &asked.workstream {
            let found = only(typed, teams.iter().map(Team::name));
            let Ok(found) = found else {
                let names: Vec<&str> = teams.iter().map(Team::name).collect();
                return refuse(format!(
                    "“{typed}” is not a workstream of {}: there are {}",
                    stage.name,
                    names.join(", ")
                ));
            };
            teams = vec![teams.swap_remove(found)];
        }
        let target = Target::Stage(stage.name.clone());
        let outlook = materials.archive.outlooks(std::slice::from_ref(&target));
        let filters: Vec<String> = teams.iter().map(Team::filter).collect();
        let scopes: Vec<(Target, String)> = (filters.iter())
            .map(|filter| (target.clone(), filter.clone()))
            .collect();
        let weeks = materials.archive.weeks(&scopes);
        let needed: Vec<StepRef<'a>> = steps_of(plan, stage)
            .into_iter()
            .map(|at| plan.step(at))
            .collect();
        let reviews = teams.into_iter().zip(filters).zip(weeks);
        let reviews = reviews.map(|((team, filter), weeks)| {
            let steps = own(&desk, &needed, &filter);
            let completed = (steps.iter().copied())
                .filter(|step| materials.since.net.completed.contains(&step.id()))
                .collect();
            WorkstreamReview {
                load: loads(&team, &steps),
                team,
                steps,
                completed,
                weeks,
            }
        });
        Ok(Self {
            desk,
            since: materials.since,
            stage,
            outlook: outlook
                .into_iter()
                .next()
                .ok_or_else(|| Refusal("the history could not be read".to_owned()))?,
            risks: stage::risk_delta(materials),
            reviews: reviews.collect(),
            criteria: judged(&desk, stage),
        })
    }

    /// What is written: the paper of each workstream, and the packet beside them that lists the folder.
    pub(crate) fn made(&self, materials: &Materials<'_>) -> Result<Made, Refusal> {
        let papers: Vec<Paper> = self
            .reviews
            .iter()
            .map(|review| self.paper(review))
            .collect();
        let folder = self.folder();
        let files: Vec<PathBuf> = papers.iter().map(|paper| paper.path.clone()).collect();
        let edits = Packets::of(&self.desk).listing(&folder, files, materials.archive)?;
        Ok(Made {
            papers,
            edits,
            shown: Vec::new(),
        })
    }

    /// The present day.
    pub(crate) fn today(&self) -> NaiveDate {
        self.desk.today()
    }

    fn folder(&self) -> PathBuf {
        let desk = &self.desk;
        let day = desk.today().format("%Y%m%d").to_string();
        let folder = desk.papers.folder_of(Role::GateReview);
        folder.join(slug(&self.stage.name, "stage")).join(day)
    }

    /// The paper of a workstream.
    pub(crate) fn paper(&self, review: &WorkstreamReview<'_>) -> Paper {
        let name = slug(review.team.name(), "workstream");
        // The packet's own name is not to be taken.
        let name = if name == "review" {
            "review-workstream".to_owned()
        } else {
            name
        };
        let path = self.folder().join(format!("{name}.md"));
        let chart = self.chart(review, path.with_file_name(format!("{name}-burndown.svg")));
        let mut facts = vec![
            // “Stage” is what a packet is known by.
            Fact::new("Milestone", &*self.stage.name),
            Fact::new("Workstream", review.team.name()),
        ];
        facts.extend(self.desk.facts(self.since));
        let burndown = match &chart {
            Some(chart) => format!(
                "![{}]({})\n\n{}",
                plain(&chart.words),
                chart.path.file_name().unwrap_or_default().to_string_lossy(),
                self.weeks_in_words(review)
            ),
            None => self.weeks_in_words(review),
        };
        let sections = vec![
            Section::generated("In short", self.in_short(review)),
            Section::generated("Exit criteria", self.exit_criteria()),
            Section::generated("Burndown", burndown),
            Section::generated(
                "Completed",
                items(review.completed.iter().map(|of| step(*of))),
            ),
            Section::generated("Risks", self.risk_rows(&path)),
            Section::theirs("Customer signals", ""),
            Section::generated("Resourcing", resourcing(&review.load)),
            Section::theirs("Adjustments", ""),
        ];
        Paper {
            role: Role::GateReview,
            title: format!(
                "Milestone review: {} of {}",
                review.team.name(),
                self.stage.name
            ),
            facts,
            sections,
            charts: chart.into_iter().collect(),
            path,
        }
    }

    fn in_short(&self, review: &WorkstreamReview<'_>) -> String {
        let (stage, today) = (self.stage, self.desk.today());
        let mut said = Vec::new();
        let bar = match stage.missing() {
            _ if stage.checks.is_empty() => "There is no checklist.".to_owned(),
            0 => format!(
                "{} of {} checks are ticked; the bar of {}% is met.",
                stage.ticked(),
                stage.checks.len(),
                stage.threshold()
            ),
            missing => format!(
                "{} of {} checks are ticked, {missing} short of the bar of {}%.",
                stage.ticked(),
                stage.checks.len(),
                stage.threshold()
            ),
        };
        said.push(bar);
        if let Some(due) = self.outlook.due_in_words(today) {
            said.push(format!("{due}."));
        }
        let done = review.steps.iter().filter(|step| is_done(step)).count();
        let whose = match review.team {
            Team::Workstream(_) => "workstream",
            Team::Whole => "stage",
        };
        said.push(match (review.steps.len(), &review.team) {
            (0, Team::Workstream(_)) => {
                "None of the stage's steps belongs to this workstream: its row of the owner matrix \
                 names none of their owners."
                    .to_owned()
            }
            (0, Team::Whole) => NO_STEPS.to_owned(),
            (all, _) => format!(
                "Steps of the {whose}: {done} of {all} complete, {} since {}.",
                review.completed.len(),
                plain(&self.since.baseline.label)
            ),
        });
        said.join(" ")
    }

    fn exit_criteria(&self) -> String {
        let criteria = self
            .criteria
            .iter()
            .map(|(words, verdict)| format!("{}: **{verdict}**", clause(words)));
        let checks = self.stage.checks.iter().map(|check| {
            let word = if check.done { "ticked" } else { "open" };
            let proofs = self.stage.evidence_for(check);
            let proofs = proofs.map(|proof| proof.links.len()).sum::<usize>();
            let proof = match (proofs, check.done) {
                (0, true) => ", without evidence".to_owned(),
                (0, false) => String::new(),
                (proofs, _) => format!(", {}", counted(proofs, "link")),
            };
            format!("{}: **{word}**{proof}", clause(&check.text))
        });
        items(criteria.chain(checks))
    }

    fn weeks_in_words(&self, review: &WorkstreamReview<'_>) -> String {
        let open = |weeks: &[Week]| -> Vec<String> {
            let last = weeks.len().saturating_sub(6);
            weeks[last..]
                .iter()
                .map(|week| week.open.to_string())
                .collect()
        };
        let told = |who: &str, weeks: &[Week]| match open(weeks).as_slice() {
            [] => None,
            [one] => Some(format!("{who}: {one} open")),
            all => Some(format!(
                "{who}: {} open at the end of each of the last weeks, this one included",
                listed(all)
            )),
        };
        let all = [
            told("The stage", &self.outlook.weeks),
            told(&plain(review.team.name()), &review.weeks),
        ];
        let all: Vec<String> = all
            .into_iter()
            .flatten()
            .map(|said| format!("{said}."))
            .collect();
        all.join(" ")
    }

    /// Open steps week by week; none where there is only one.
    fn chart(&self, review: &WorkstreamReview<'_>, path: PathBuf) -> Option<ChartFile> {
        let dates: Vec<NaiveDate> = self.outlook.weeks.iter().map(|week| week.end).collect();
        if dates.len() < 2 {
            return None;
        }
        let own = |day: &NaiveDate| {
            let week = review.weeks.iter().find(|week| week.end == *day);
            week.map(|week| week.open as f64)
        };
        let lines = [
            Curve {
                name: format!("{}: open steps", one_line(&self.stage.name)),
                values: self
                    .outlook
                    .weeks
                    .iter()
                    .map(|week| Some(week.open as f64))
                    .collect(),
            },
            Curve {
                name: one_line(review.team.name()),
                values: dates.iter().map(own).collect(),
            },
        ];
        let words = format!(
            "Open steps of {} and of {} at the end of each week, {} to {}",
            one_line(&self.stage.name),
            one_line(review.team.name()),
            dates[0],
            dates[dates.len() - 1]
        );
        let title = format!("Burndown: {}", one_line(&self.stage.name));
        let chart = Chart {
            id: "",
            title: &title,
            description: &words,
            plot: Plot::Lines {
                dates: &dates,
                lines: &lines,
                levels: &[],
            },
        };
        let svg = chart.to_string();
        Some(ChartFile { path, words, svg })
    }

    fn risk_rows(&self, path: &std::path::Path) -> String {
        let files = self.desk.plan.files();
        let row = |word: &str, risk: &Risk| {
            let link = linked(&risk.title, &files[risk.file].path, path);
            format!("{word}: {link} (score {})", risk.score())
        };
        let delta = &self.risks;
        let new = delta.new.iter().map(|risk| row("New", risk));
        let closed = delta.closed.iter().map(|risk| row("Closed", risk));
        let changed = delta.changed.iter().map(|change| {
            format!(
                "{}: {}",
                row("Rated differently", &change.risk),
                change.words()
            )
        });
        // Their files are those of an earlier state.
        let gone = delta
            .gone
            .iter()
            .map(|risk| format!("Removed: {}", plain(&risk.title)));
        let rows = items(new.chain(closed).chain(changed).chain(gone));
        let open = format!("{} open.", count(delta.open, "risk is", "risks are"));
        match rows.is_empty() {
            true => open,
            false => format!("{open}\n\n{rows}"),
        }
    }
}

fn is_done(step: &StepRef<'_>) -> bool {
    step.status() == Some(Status::Complete)
}

/// Those of the steps that are a workstream's.
fn own<'a>(desk: &Desk<'a>, needed: &[StepRef<'a>], filter: &str) -> Vec<StepRef<'a>> {
    let Ok(query) = Query::parse(filter) else {
        return Vec::new();
    };
    let marks = Marks::default();
    let passing = query.prepare(desk.plan, desk.now, &marks).all();
    let is_own = |step: &&StepRef<'_>| passing.binary_search(&step.index()).is_ok();
    needed.iter().filter(is_own).copied().collect()
}

/// Those whom the matrix names and those who own steps, with what they have to do.
fn loads(team: &Team<'_>, steps: &[StepRef<'_>]) -> Vec<Load> {
    let load = |owner: &str, role: &str| Load {
        owner: owner.to_owned(),
        role: role.to_owned(),
        open: 0,
        in_progress: 0,
        blocked: 0,
        effort: Sum::default(),
    };
    let people = team.people().iter();
    let mut loads: Vec<Load> = people.map(|(role, name)| load(name, role)).collect();
    for step in steps.iter().filter(|step| step.state().is_open()) {
        let owner = step.owner().trim().to_owned();
        let at = loads
            .iter()
            .position(|load| fold(&load.owner) == fold(&owner));
        let at = at.unwrap_or_else(|| {
            loads.push(load(&owner, ""));
            loads.len() - 1
        });
        let own = &mut loads[at];
        own.open += 1;
        own.in_progress += usize::from(step.status() == Some(Status::InProgress));
        own.blocked += usize::from(step.status() == Some(Status::Blocked));
        let planned = figure(&step.text(Field::EffortPlanned));
        planned.iter().for_each(|planned| own.effort.add(planned));
    }
    loads
}

fn resourcing(loads: &[Load]) -> String {
    let rows = loads.iter().map(|load| {
        let owner = match &*load.owner {
            "" => "nobody".to_owned(),
            owner => plain(owner),
        };
        let effort = match (load.effort.steps, load.open) {
            (0, _) => "–".to_owned(),
            (some, all) if some == all => load.effort.words(),
            (some, all) => format!("{} (from {some} of {all})", load.effort.words()),
        };
        let counts = [load.open, load.in_progress, load.blocked].map(|count| count.to_string());
        let cells = [owner, plain(&load.role)].into_iter().chain(counts);
        cells.chain([effort]).collect()
    });
    table(
        "| Owner | Role | Open | In progress | Blocked | Effort left |",
        "l l r r r r",
        rows,
    )
}

/// The criteria of a gate with what the latest review of it says.
fn judged(desk: &Desk<'_>, stage: &Stage) -> Vec<(String, &'static str)> {
    let review = stage.review().and_then(|packet| {
        let file = &desk.plan.files()[packet.file];
        GateReview::read(file.markdown()?, packet.file, &file.path)
    });
    if let Some(review) = review.filter(|review| !review.criteria.is_empty()) {
        let all = review.criteria.into_iter();
        return all
            .map(|one| (one.words, verdict_word(one.verdict)))
            .collect();
    }
    let gate = stage.rung.as_ref().map_or("", |rung| &rung.review);
    criteria(gate)
        .into_iter()
        .map(|words| (words, "undecided"))
        .collect()
}
