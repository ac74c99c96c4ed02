//! What reports say of stages: which one is meant, which steps it needs, what became of risks, and
//! the packets of its gate.

use std::path::{Path, PathBuf};

use super::desk::{Archive, Desk, Materials};
use crate::change::Edit;
use crate::change::value::Refusal;
use crate::history::target::upstream;
use crate::plan::Plan;
use crate::plan::packet::Packet;
use crate::plan::source::{Role, is_chart};
use crate::plan::stage::{Stage, Standing, current, named, standings};
use crate::record::gate_review::beside::{self, Listed};
use crate::record::risk::delta::RiskDelta;
use crate::record::risk::register;

/// What is said of a stage without steps.
pub(crate) const NO_STEPS: &str =
    "Its checks name no steps: write a step's number into a check, and it counts here.";

/// Index of the stage that is meant by a part of its name; else of the current one, or the last.
///
/// # Errors
/// When there is no such stage.
pub(crate) fn asked(plan: &Plan, typed: Option<&str>) -> Result<usize, Refusal> {
    let stages = plan.stages();
    match typed {
        Some(typed) => named(stages, typed).map_err(Refusal),
        None => {
            let none = || Refusal("the plan has no stages".to_owned());
            let last = stages.len().checked_sub(1).ok_or_else(none)?;
            Ok(current(stages).unwrap_or(last))
        }
    }
}

/// Index of the stage whose gate was passed last, by the day of the decision.
pub(crate) fn last_passed(plan: &Plan) -> Option<usize> {
    let stages = plan.stages().iter().enumerate();
    let passed = stages.filter_map(|(at, stage)| {
        let packet = stage
            .decided()
            .filter(|packet| packet.decision.is_some_and(|it| it.passes()))?;
        Some((packet.decided_on(), at))
    });
    passed.max().map(|(_, at)| at)
}

/// Indexes of the steps that a stage needs: those that its checks name, ticked or not, and what these
/// wait for.
pub(crate) fn steps_of(plan: &Plan, stage: &Stage) -> Vec<usize> {
    let named = stage.checks.iter().flat_map(|check| &check.steps);
    let named = named.filter_map(|id| plan.find(*id));
    let needed = upstream(plan.graph(), named, |_| true);
    (0..plan.len()).filter(|step| needed[*step]).collect()
}

/// The stages whose gates are still ahead, with their standings.
pub(crate) fn ahead(plan: &Plan) -> Vec<(usize, Standing)> {
    let all = standings(plan.stages()).into_iter().enumerate();
    all.filter(|(_, standing)| !standing.is_behind()).collect()
}

/// What became of risks since the moment that a report starts at: against the register of then, where
/// there is a history; else by the days in their own bullets.
pub(crate) fn risk_delta(materials: &Materials<'_>) -> RiskDelta {
    let desk = &materials.desk;
    if let Some(then) = materials.archive.papers_then(materials.since, Role::Risk) {
        return RiskDelta::between(&Plan::read(then), desk.plan);
    }
    let (new, closed) = desk.risks(materials.from);
    let is_open = |risk: &&crate::plan::risk::Risk| risk.is_open;
    RiskDelta {
        new: new.into_iter().filter(|risk| risk.is_open).collect(),
        closed,
        open: register(desk.plan).iter().filter(is_open).count(),
        ..RiskDelta::default()
    }
}

/// The packets of gates that papers are listed in.
pub(crate) struct Packets<'a> {
    plan: &'a Plan,
}

impl<'a> Packets<'a> {
    pub(crate) fn of(desk: &Desk<'a>) -> Self {
        Self { plan: desk.plan }
    }

    /// The edits by which the packet in a folder lists these papers, and all else that lies there.
    ///
    /// # Errors
    /// When the packet has no room for them.
    pub(crate) fn listing(
        &self,
        folder: &Path,
        papers: Vec<PathBuf>,
        archive: &dyn Archive,
    ) -> Result<Vec<Edit>, Refusal> {
        let is_packet = |file: &&crate::plan::source::SourceFile| {
            let is_there = file.role == Role::GateReview && file.path.parent() == Some(folder);
            let document = file.markdown().filter(|_| is_there);
            document.is_some_and(|document| Packet::read(document, 0, &file.path).is_some())
        };
        let Some(packet) = self.plan.files().iter().find(is_packet) else {
            return Ok(Vec::new());
        };
        let mut all = archive.files_in(folder);
        all.extend(papers);
        all.sort();
        all.dedup();
        // What a paper shows is found through it.
        let is_listed = |path: &PathBuf| !is_chart(path);
        let all: Vec<Listed> = all
            .into_iter()
            .filter(is_listed)
            .map(Listed::beside)
            .collect();
        beside::listing(packet, &all)
    }

    /// The edits by which the open packet of the stage after this one links its retrospective.
    ///
    /// # Errors
    /// When the packet has no room for it.
    pub(crate) fn linking(&self, at: usize, retrospective: &Path) -> Result<Vec<Edit>, Refusal> {
        let stages = self.plan.stages();
        let next = stages
            .get(at + 1)
            .filter(|next| next.ladder == stages[at].ladder);
        let Some(packet) = next.and_then(Stage::review) else {
            return Ok(Vec::new());
        };
        let paper = Listed::retrospective(&stages[at].name, retrospective.to_owned());
        beside::listing(&self.plan.files()[packet.file], &[paper])
    }
}
