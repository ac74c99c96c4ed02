//! Checkpoints: what became of each thousand steps in a month, with what the indicators, the risks and
//! the budget say of it. A thousand that did not move has nothing to say.

use std::collections::BTreeSet;
use std::path::Path;

use chrono::NaiveDate;

use super::budget::Budget;
use super::chart::{Band, Chart, Plot};
use super::desk::{Desk, Materials};
use super::paper::{ChartFile, Fact, Made, Paper, Section};
use super::scorecard::delta::Delta;
use super::words::{block_named, items, linked, paragraphs, percent, plain, step, table};
use crate::change::Edit;
use crate::change::value::{Refusal, refuse};
use crate::document::english::{counted, listed};
use crate::history::outlook::Outlook;
use crate::history::since::Comparison;
use crate::history::target::Target;
use crate::history::weeks::Week;
use crate::plan::Plan;
use crate::plan::block::{STEPS_PER_CHECKPOINT, checkpoint_steps};
use crate::plan::canon::block_table::BlockColumn;
use crate::plan::id::StepId;
use crate::plan::paper::label::{DATE, STEPS};
use crate::plan::risk::Risk;
use crate::plan::source::Role;
use crate::plan::status::{State, Status};
use crate::record::checkpoint::{AS_OF, heading, path};
use crate::record::labels::section_edits;
use crate::record::{one_line, scorecard};

/// The checkpoints of a month.
pub(crate) struct Checkpoints<'a> {
    desk: Desk<'a>,
    /// What the plan is compared with.
    pub since: &'a Comparison,
    /// The thousands that moved.
    pub thousands: Vec<Thousand<'a>>,
    /// How the indicators moved, as the scorecards say it.
    pub indicators: Vec<Delta>,
}

/// A thousand steps that moved.
pub(crate) struct Thousand<'a> {
    desk: Desk<'a>,
    /// From 1.
    pub number: u32,
    /// Steps that were completed since the moment.
    pub completed: Vec<StepId>,
    /// Steps that were complete, and are not.
    pub reopened: Vec<StepId>,
    pub added: usize,
    pub removed: usize,
    /// Its blocks with steps, by place in the plan.
    pub blocks: Vec<Objective>,
    /// Risks about its steps, or about no step at all, that were written down since.
    pub opened: Vec<Risk>,
    /// The same that were closed.
    pub closed: Vec<Risk>,
    pub effort: Budget,
    pub cost: Budget,
    /// How it went, the earliest week first.
    pub weeks: Vec<Week>,
}

/// How far a block is: the objective of its steps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Objective {
    /// Index of the block.
    pub block: usize,
    /// Its steps without retired ones.
    pub total: usize,
    pub complete: usize,
    /// Those of them that were completed since the moment.
    pub since: usize,
    pub blocked: usize,
}

impl Objective {
    /// Whether nothing of it is left to do.
    pub(crate) fn is_done(self) -> bool {
        self.complete == self.total
    }
}

/// The thousand that a step belongs to, from 1.
fn thousand_of(step: StepId) -> u32 {
    step.number().saturating_sub(1) / STEPS_PER_CHECKPOINT + 1
}

impl<'a> Checkpoints<'a> {
    /// Gathers what moved.
    pub(crate) fn of(materials: &Materials<'a>) -> Self {
        let Materials {
            desk,
            since,
            from,
            archive,
        } = *materials;
        let net = &since.net;
        let events = net.added.iter().chain(&net.removed).map(|event| event.step);
        let moved = (net.completed.iter().chain(&net.reopened).copied())
            .chain(net.changed.iter().map(|(step, _)| *step))
            .chain(events);
        let numbers: BTreeSet<u32> = moved.map(thousand_of).collect();
        let targets: Vec<Target> = numbers.iter().map(|n| Target::Checkpoint(*n)).collect();
        let outlooks = match targets.is_empty() {
            true => Vec::new(),
            false => archive.outlooks(&targets),
        };
        let (opened, closed) = desk.risks(from);
        let scorecards = scorecard::all(desk.plan);
        let thousands = numbers.into_iter().zip(outlooks);
        Self {
            indicators: Delta::between(&scorecards, from.map(|from| from.date_naive())),
            thousands: thousands
                .map(|(number, outlook)| {
                    Thousand::of(desk, since, number, outlook, (&opened, &closed))
                })
                .collect(),
            desk,
            since,
        }
    }

    /// Its papers, and the links to them in the rows of the blocks that end each thousand.
    ///
    /// # Errors
    /// When nothing moved.
    pub(crate) fn papers(&self) -> Result<Made, Refusal> {
        if self.thousands.is_empty() {
            return refuse(format!(
                "no step moved since {}: there is no checkpoint to write",
                self.since.baseline.words()
            ));
        }
        let papers = self.thousands.iter().map(|thousand| self.paper(thousand));
        let links = self.thousands.iter();
        let links = links.flat_map(|thousand| linked_from_row(&self.desk, thousand.number));
        Ok(Made {
            papers: papers.collect(),
            edits: links.collect(),
            shown: Vec::new(),
        })
    }

    fn paper(&self, of: &Thousand<'_>) -> Paper {
        let (desk, number) = (&self.desk, of.number);
        let path = path(desk.papers, number);
        let chart = of.burn_up(&path);
        let picture = format!("!{}", linked(&chart.words, &chart.path, &path));
        let (first, last) = range(number);
        Paper {
            role: Role::Checkpoint,
            title: format!("Checkpoint CP{number:02}"),
            facts: vec![
                Fact::stamp(DATE, desk.today().to_string()),
                Fact::new(STEPS, format!("{first:04}–{last:04}")),
                Fact::open(),
            ],
            sections: vec![
                Section::generated("Burn-up", picture),
                Section::generated(heading(desk.today()), self.month(of, &path)),
                Section::theirs("Notes", ""),
            ],
            charts: vec![chart],
            path,
        }
    }

    /// What is said of a thousand this month.
    fn month(&self, of: &Thousand<'_>, path: &Path) -> String {
        let facts = format!(
            "- **{AS_OF}:** {}\n- **Since:** {}",
            self.desk.today(),
            plain(&self.since.baseline.words())
        );
        let titled = |title: &str, body: String| match body.is_empty() {
            true => String::new(),
            false => format!("**{title}**\n\n{body}"),
        };
        let indicators = self.indicators.iter().map(Delta::row);
        let indicators = match self.indicators.is_empty() {
            true => String::new(),
            false => table(
                "| Indicator | Before | Now | Change | Colour |",
                "l r r r l",
                indicators,
            ),
        };
        paragraphs([
            facts,
            of.in_short(),
            titled("Objectives", of.objectives()),
            titled("Completed", of.completed()),
            titled("Outstanding", of.outstanding()),
            titled("Indicators", indicators),
            titled("Risks found", of.risks(&of.opened, path)),
            titled("Risks mitigated", of.risks(&of.closed, path)),
            titled("Effort and cost", of.budget()),
        ])
    }
}

/// The first and the last number of a thousand.
fn range(number: u32) -> (u32, u32) {
    let last = number.saturating_mul(STEPS_PER_CHECKPOINT);
    (last.saturating_sub(STEPS_PER_CHECKPOINT) + 1, last)
}

impl<'a> Thousand<'a> {
    fn of(
        desk: Desk<'a>,
        since: &Comparison,
        number: u32,
        outlook: Outlook,
        (opened, closed): (&[Risk], &[Risk]),
    ) -> Self {
        let (plan, net) = (desk.plan, &since.net);
        let is_here = |step: StepId| thousand_of(step) == number;
        let here = |steps: &[StepId]| -> Vec<StepId> {
            steps
                .iter()
                .copied()
                .filter(|step| is_here(*step))
                .collect()
        };
        let completed = here(&net.completed);
        let is_about =
            |risk: &&Risk| risk.steps.is_empty() || risk.steps.iter().any(|step| is_here(*step));
        let risks = |all: &[Risk]| all.iter().filter(is_about).cloned().collect();
        let steps: Vec<usize> = checkpoint_steps(plan, number)
            .filter(|step| plan.graph().state(*step) != State::Retired)
            .collect();
        Self {
            blocks: objectives(plan, &steps, &completed),
            reopened: here(&net.reopened),
            added: net.added.iter().filter(|event| is_here(event.step)).count(),
            removed: net
                .removed
                .iter()
                .filter(|event| is_here(event.step))
                .count(),
            opened: risks(opened),
            closed: risks(closed),
            effort: Budget::effort(plan, &steps),
            cost: Budget::cost(plan, &steps),
            weeks: outlook.weeks,
            completed,
            number,
            desk,
        }
    }

    /// The first and the last number of its steps.
    pub(crate) fn range(&self) -> (u32, u32) {
        range(self.number)
    }

    /// How many of its steps are complete, and how many there are.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let sum = |of: fn(&Objective) -> usize| self.blocks.iter().map(of).sum();
        (sum(|block| block.complete), sum(|block| block.total))
    }

    fn in_short(&self) -> String {
        let (complete, total) = self.counts();
        let parts = [
            (self.completed.len(), "completed"),
            (self.reopened.len(), "reopened"),
            (self.added, "added"),
            (self.removed, "removed"),
        ];
        let parts = parts.into_iter().filter(|(number, _)| *number > 0);
        let parts: Vec<String> = parts
            .map(|(number, word)| format!("{} {word}", counted(number, "step")))
            .collect();
        let happened = match parts.is_empty() {
            true => "Steps changed, and none was completed".to_owned(),
            false => listed(&parts),
        };
        let share = percent(complete, total);
        format!("{happened}. {complete} of {total} steps are complete ({share}%).")
    }

    fn objectives(&self) -> String {
        let rows = self.blocks.iter().map(|block| {
            let done = if block.is_done() { "✓ " } else { "" };
            vec![
                format!("{done}{}", block_named(self.desk.plan, block.block)),
                format!("{} of {}", block.complete, block.total),
                block.since.to_string(),
                block.blocked.to_string(),
            ]
        });
        table(
            "| Block | Complete | Since then | Blocked |",
            "l r r r",
            rows,
        )
    }

    fn completed(&self) -> String {
        let found = self
            .completed
            .iter()
            .filter_map(|id| self.desk.plan.find(*id));
        items(found.map(|at| step(self.desk.plan.step(at))))
    }

    /// The blocks with open steps, each with what would show that it worked.
    fn outstanding(&self) -> String {
        let open = self.blocks.iter().filter(|block| !block.is_done());
        items(open.map(|block| {
            let plan = self.desk.plan;
            let signal = plain(plan.block_text(block.block, BlockColumn::Signal));
            let signal = match &*signal {
                "" => String::new(),
                signal => format!(": {signal}"),
            };
            let open = block.total - block.complete;
            format!(
                "**{}**, {} open{signal}",
                block_named(plan, block.block),
                counted(open, "step")
            )
        }))
    }

    fn risks(&self, risks: &[Risk], path: &Path) -> String {
        items(risks.iter().map(|risk| {
            let to = &self.desk.plan.files()[risk.file].path;
            let mitigation = one_line(&risk.mitigation);
            let mitigation = match &*mitigation {
                "" => String::new(),
                words => format!(": {}", plain(words)),
            };
            let title = linked(&risk.title, to, path);
            format!("{title} (score {}){mitigation}", risk.score())
        }))
    }

    fn budget(&self) -> String {
        let rows: Vec<Vec<String>> = [("Effort", &self.effort), ("Cost", &self.cost)]
            .into_iter()
            .flat_map(|(name, budget)| budget.rows(name))
            .collect();
        match rows.is_empty() {
            true => "No step has figures of effort or cost.".to_owned(),
            false => table(
                "| | Planned | Actual | Actual to planned | Steps with figures |",
                "l r r r l",
                rows,
            ),
        }
    }

    /// Its complete and open steps at the end of each week.
    fn burn_up(&self, paper: &Path) -> ChartFile {
        let number = self.number;
        let dates: Vec<NaiveDate> = self.weeks.iter().map(|week| week.end).collect();
        let counts = |of: fn(&Week) -> usize| self.weeks.iter().map(of).collect();
        let bands = [
            Band {
                name: "complete",
                counts: counts(|week| week.done),
            },
            Band {
                name: "open",
                counts: counts(|week| week.open),
            },
        ];
        let (complete, total) = self.counts();
        let words = format!(
            "{complete} of {} of CP{number:02} complete; recorded over {}.",
            counted(total, "step"),
            counted(dates.len(), "week")
        );
        let svg = Chart {
            id: "",
            title: &format!("Burn-up of CP{number:02}"),
            description: &words,
            plot: Plot::Areas {
                dates: &dates,
                bands: &bands,
            },
        };
        ChartFile {
            path: paper.with_extension("").join("burn-up.svg"),
            svg: svg.to_string(),
            words,
        }
    }
}

/// How far the blocks of these steps are.
fn objectives(plan: &Plan, steps: &[usize], completed: &[StepId]) -> Vec<Objective> {
    let completed: BTreeSet<usize> = completed.iter().filter_map(|id| plan.find(*id)).collect();
    let mut blocks: Vec<Objective> = Vec::new();
    for at in steps.iter().copied() {
        let of = plan.step(at);
        let block = of.block();
        if blocks.last().is_none_or(|last| last.block != block) {
            let known = blocks.iter().position(|known| known.block == block);
            let objective = known.map(|known| blocks.remove(known));
            blocks.push(objective.unwrap_or(Objective {
                block,
                total: 0,
                complete: 0,
                since: 0,
                blocked: 0,
            }));
        }
        if let Some(last) = blocks.last_mut() {
            last.total += 1;
            last.complete += usize::from(of.status() == Some(Status::Complete));
            last.since += usize::from(completed.contains(&at));
            last.blocked += usize::from(of.status() == Some(Status::Blocked));
        }
    }
    blocks.sort_by_key(|block| block.block);
    blocks
}

/// The edits that link a checkpoint from the row of the block that ends its thousand: in a column for
/// checkpoints, else behind the status. None where there is no such row, or it has the link.
fn linked_from_row(desk: &Desk<'_>, number: u32) -> Vec<Edit> {
    let (_, last) = range(number);
    let row = desk.plan.blocks().iter().find_map(|block| {
        let row = block.row.as_ref()?;
        (block.range.1 == last).then_some(row)
    });
    let Some(row) = row else { return Vec::new() };
    let file = &desk.plan.files()[row.file];
    let Some(document) = file.markdown() else {
        return Vec::new();
    };
    let of = &document.tables()[row.table];
    let is_here = |column: &usize| of.rows[row.row].cells.get(*column).is_some();
    let mut header = of.header.cells.iter();
    let own = header.position(|cell| {
        let start = cell.text.trim_start().get(..10);
        start.is_some_and(|start| start.eq_ignore_ascii_case("checkpoint"))
    });
    let column = own
        .filter(is_here)
        .or(row.column(BlockColumn::Status).filter(is_here));
    let Some(column) = column else {
        return Vec::new();
    };
    let link = linked(
        &format!("CP{number:02}"),
        &path(desk.papers, number),
        &file.path,
    );
    let outer = document.source(of.rows[row.row].cells[column].outer);
    let target = link.split_once("](").map_or(&*link, |(_, target)| target);
    let whole = document.source(of.rows[row.row].span);
    if whole.contains(target) {
        return Vec::new();
    }
    let text = with_link(&outer, &link);
    let splices = document.set_cell_source(row.table, row.row, column, &text);
    let changed = splices
        .ok()
        .and_then(|splices| document.apply(&splices).ok());
    let edits = changed.and_then(|changed| section_edits(&file.path, document, &changed).ok());
    edits.unwrap_or_default()
}

/// A cell with a link behind what it says, between the blanks that are there.
fn with_link(cell: &str, link: &str) -> String {
    match cell.trim() {
        "" if cell.is_empty() => link.to_owned(),
        "" => format!(" {link} "),
        words => cell.replacen(words, &format!("{words} · {link}"), 1),
    }
}

#[cfg(test)]
mod tests {
    use super::with_link;

    #[test]
    fn a_cell_keeps_its_blanks() {
        for (cell, linked) in [
            (" Draft ", " Draft · L "),
            ("Draft", "Draft · L"),
            ("Draft   ", "Draft · L   "),
            ("", "L"),
            ("   ", " L "),
        ] {
            assert_eq!(with_link(cell, "L"), linked);
        }
    }
}
