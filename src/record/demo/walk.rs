//! The walk over all steps of the demo plan, in the order of the log.
//!
//! Decides which block holds how many steps, what each step depends on and how far it is.
//! Keeps one byte a step (its status), so that the walk is linear in time and small in memory.
//!
//! The rule for room: a plan of up to 4,000 steps puts 40 lines into each block, so that a
//! small plan already spans several themes; a larger one spreads evenly over B01 to B100;
//! from 9,901 steps on each block is full and the numbers run on without a gap, through
//! B101 and further. A sub-step counts as a line.
//!
//! The rule for statuses: a front moves through the blocks. Behind it steps are complete,
//! around it they are in progress, blocked or drafted, far ahead they are ideas. A step is
//! complete or in progress only if everything it depends on is met.

use super::calendar::{Calendar, Stamp};
use super::content::{Content, Need, Row};
use super::prng::Prng;
use super::step::{Artifact, Dependency, Phrase, Spend, Step, Target};
use crate::plan::id::StepId;
use crate::plan::status::Status;

/// IDs that belong to one block, whether used or not.
pub(super) const BLOCK: usize = 100;
/// Blocks with a theme of their own; later blocks take the themes up again.
pub(super) const THEMES: usize = 100;
/// Lines in a block of a small plan.
const SMALL_BLOCK: usize = 40;
const HOSTS: [&str; 4] = ["docs", "boards", "code", "data"];

/// How the steps of a plan are spread over its blocks.
#[derive(Clone, Copy)]
pub(super) struct Layout {
    pub steps: usize,
    /// Lines in a block, or `None` where blocks are full.
    lines: Option<usize>,
    /// Blocks that hold at least one step.
    pub blocks: usize,
    /// Thousands at the start whose every step is complete.
    pub thousands_done: usize,
}

impl Layout {
    pub fn new(steps: usize) -> Self {
        let lines = steps.div_ceil(THEMES).clamp(SMALL_BLOCK, BLOCK);
        let full = lines == BLOCK;
        Self {
            steps,
            lines: (!full).then_some(lines),
            blocks: steps.div_ceil(lines),
            thousands_done: if full { steps * 3 / 10 / 1000 } else { 0 },
        }
    }

    pub fn finished(self, block: usize) -> bool {
        block <= self.thousands_done * 10
    }

    /// Lines in a block, at most.
    pub fn room(self) -> usize {
        self.lines.unwrap_or(BLOCK)
    }

    /// How far the front is in `block`, in thousandths of the block's steps.
    fn front(self, block: usize) -> u64 {
        let finished = self.thousands_done * 10;
        let band = ((self.blocks.saturating_sub(finished)) / 2).max(8);
        let ahead = block.saturating_sub(finished + 1);
        (970 * band.saturating_sub(ahead) / band) as u64
    }
}

/// A step's place within the plan.
#[derive(Clone, Copy)]
struct Place {
    block: usize,
    slot: usize,
    suffix: Option<char>,
}

impl Place {
    fn id(self) -> StepId {
        let number = u32::try_from(number(self.block, self.slot)).unwrap_or(u32::MAX);
        let parent = StepId::new(number);
        match self.suffix {
            Some(suffix) => parent
                .child(suffix.encode_utf8(&mut [0; 4]))
                .unwrap_or(parent),
            None => parent,
        }
    }
}

fn number(block: usize, slot: usize) -> usize {
    (block - 1) * BLOCK + slot
}

/// What a step is about and how one sees that it is done.
struct Work<'a> {
    title: Phrase<'a>,
    outcome: Phrase<'a>,
    metric: &'a str,
    target: Target,
}

/// What is known of the steps that the walk has passed.
pub(super) struct Ledger {
    /// By step number; sub-steps do not count.
    statuses: Vec<Option<Status>>,
    /// By block: lines in each status, sub-steps too, in the order of [`Status::ALL`].
    pub tallies: Vec<[usize; 5]>,
}

impl Ledger {
    fn new(layout: Layout) -> Self {
        Self {
            statuses: vec![None; layout.blocks * BLOCK + 1],
            tallies: vec![[0; 5]; layout.blocks],
        }
    }

    /// The status of a step, or `None` if the plan has no such step.
    pub fn status(&self, number: usize) -> Option<Status> {
        self.statuses.get(number).copied().flatten()
    }

    pub fn complete(&self, number: usize) -> bool {
        self.status(number) == Some(Status::Complete)
    }

    fn enter(&mut self, step: &Step<'_>) {
        if step.id.parent().is_none() {
            self.statuses[step.id.number() as usize] = Some(step.status);
        }
        self.tallies[step.block - 1][step.status as usize] += 1;
    }
}

/// Makes the steps one after the other.
pub(super) struct Walk<'a> {
    content: &'a Content,
    calendar: &'a Calendar,
    layout: Layout,
    seed: u64,
    ledger: Ledger,
    /// Pairs of subject and phase along the diagonals: a subject is taken up only after
    /// the one before it has begun.
    diagonal: Vec<(usize, usize)>,
}

impl<'a> Walk<'a> {
    pub fn new(content: &'a Content, calendar: &'a Calendar, layout: Layout, seed: u64) -> Self {
        let diagonal = (0..19)
            .flat_map(|sum| (0..=sum).map(move |subject| (subject, sum - subject)))
            .filter(|(subject, phase)| *subject < 10 && *phase < 10)
            .collect();
        Self {
            content,
            calendar,
            layout,
            seed,
            ledger: Ledger::new(layout),
            diagonal,
        }
    }

    /// Visits each step in ascending order of ID and returns what was learned.
    ///
    /// # Errors
    /// The first error of `visit`.
    pub fn run<E>(
        mut self,
        mut visit: impl FnMut(&Step<'_>) -> Result<(), E>,
    ) -> Result<Ledger, E> {
        let content = self.content;
        let mut left = self.layout.steps;
        // One list serves all steps; a million short-lived ones would cost more than the rest.
        let mut dependencies = Vec::new();
        for block in 1..=self.layout.blocks {
            let rows = content
                .opening
                .get(block - 1)
                .map_or(&[][..], Vec::as_slice);
            let last = rows.last().map_or(0, |row| row.slot);
            let drafted = rows
                .iter()
                .map(Some)
                .zip(rows.iter().map(|row| (row.slot, row.suffix)));
            let made = (last + 1..=BLOCK).map(|slot| (None, (slot, None)));
            let lines = self.layout.lines.unwrap_or(usize::MAX).min(left);
            for (row, (slot, suffix)) in drafted.chain(made).take(lines) {
                let place = Place {
                    block,
                    slot,
                    suffix,
                };
                let step = match row {
                    Some(row) => self.written(place, row, dependencies),
                    None => self.made(place, last, dependencies),
                };
                visit(&step)?;
                self.ledger.enter(&step);
                dependencies = step.dependencies;
                dependencies.clear();
                left -= 1;
            }
        }
        Ok(self.ledger)
    }

    /// A step that is in the assets word for word.
    fn written(&self, place: Place, row: &'a Row, mut needs: Vec<Dependency<'a>>) -> Step<'a> {
        let finished = self.layout.finished(place.block);
        for need in &row.needs {
            match need {
                Need::Step { block, slot } => self.depend(number(*block, *slot), &mut needs),
                Need::Met(words) => needs.push(Dependency::Met(words)),
                Need::Open(words) if finished => needs.push(Dependency::Met(words)),
                Need::Open(words) => needs.push(Dependency::Open(words)),
            }
        }
        let mut dice = self.dice(place);
        let status = match row.status {
            Some(status) if !finished => status,
            _ => self.status(
                place,
                self.score(place, &mut dice),
                self.waits(&needs),
                &mut dice,
            ),
        };
        let words = |template| Phrase {
            template,
            subject: "",
            round: 1,
        };
        let owner = row
            .owner
            .unwrap_or_else(|| self.owner(place.block, &mut dice));
        let work = Work {
            title: words(row.title),
            outcome: words(row.outcome),
            metric: row.metric,
            target: row.target,
        };
        let mut step = Step {
            artifact: row.artifact.map(|at| match at.contains("://") {
                true => Artifact::Address(at),
                false => Artifact::File(at),
            }),
            input: row.input,
            verification: row.verification,
            note: row.note,
            canon: row.canon,
            ..self.bare(place, status, owner, work, needs, &mut dice)
        };
        self.fill(&mut step, &mut dice);
        step
    }

    /// A step put together from the word lists of its block's theme.
    fn made(&self, place: Place, written: usize, mut needs: Vec<Dependency<'a>>) -> Step<'a> {
        let theme = &self.content.themes[(place.block - 1) % THEMES];
        let (subject, phase) = self.diagonal[place.slot - written - 1];
        let slot_of = |wanted| {
            let at = self.diagonal.iter().position(|pair| *pair == wanted);
            number(place.block, at.unwrap_or(0) + written + 1)
        };
        let mut dice = self.dice(place);
        if phase > 0 {
            self.depend(slot_of((subject, phase - 1)), &mut needs);
        } else if written > 0 {
            let slot = 1 + dice.below(written as u64) as usize;
            self.depend(number(place.block, slot), &mut needs);
        } else if place.block > 1 && (subject == 0 || dice.chance(30)) {
            let slot = 1 + dice.below(self.layout.room() as u64 / 2) as usize;
            self.depend(number(place.block - 1, slot), &mut needs);
        }
        if subject > 0 && (dice.chance(25) || (needs.is_empty() && dice.chance(60))) {
            self.depend(slot_of((subject - 1, phase)), &mut needs);
        }
        let score = self.score(place, &mut dice);
        if dice.chance(3) {
            let words = dice.pick(&self.content.externals);
            let met = score < self.layout.front(place.block) || self.layout.finished(place.block);
            needs.push(if met {
                Dependency::Met(words)
            } else {
                Dependency::Open(words)
            });
        }
        let status = self.status(place, score, self.waits(&needs), &mut dice);
        let phase = &self.content.kinds[theme.kind][phase * 2 + dice.below(2) as usize];
        let round = (place.block - 1) / THEMES + 1;
        let subject = theme.subjects[subject];
        let owner = self.owner(place.block, &mut dice);
        let work = Work {
            title: Phrase {
                template: phase.title,
                subject,
                round,
            },
            outcome: Phrase {
                template: phase.outcome,
                subject,
                round: 1,
            },
            metric: phase.metric,
            target: phase.target,
        };
        let mut step = self.bare(place, status, owner, work, needs, &mut dice);
        self.fill(&mut step, &mut dice);
        step
    }

    /// A step with everything that follows from its place and status.
    fn bare(
        &self,
        place: Place,
        status: Status,
        owner: &'a str,
        work: Work<'a>,
        dependencies: Vec<Dependency<'a>>,
        dice: &mut Prng,
    ) -> Step<'a> {
        let theme = self.content.themes[(place.block - 1) % THEMES].name;
        let round = (place.block - 1) / THEMES + 1;
        let spread = dice.below(1 << 20);
        Step {
            id: place.id(),
            block: place.block,
            title: work.title,
            theme: Phrase {
                template: theme,
                subject: "",
                round,
            },
            owner,
            status,
            outcome: work.outcome,
            dependencies,
            artifact: None,
            metric: work.metric,
            target: work.target,
            actual: match status {
                Status::Complete => Some(work.target.met(spread)),
                Status::InProgress => work.target.partly(spread),
                _ => None,
            },
            updated: self.updated(place, status, dice),
            input: None,
            verification: None,
            note: None,
            effort: None,
            cost: None,
            canon: false,
        }
    }

    /// The fields that only some steps have.
    fn fill(&self, step: &mut Step<'a>, dice: &mut Prng) {
        let begun = matches!(step.status, Status::Complete | Status::InProgress);
        let linked = match step.status {
            Status::Complete => 100,
            Status::InProgress => 50,
            Status::Blocked => 30,
            Status::Idea | Status::Draft => 0,
        };
        if dice.chance(linked) && step.artifact.is_none() {
            step.artifact = Some(Artifact::Made(dice.pick(&HOSTS), step.id));
        }
        if dice.chance(20) && step.status != Status::Idea {
            step.input = step.input.or(Some(dice.pick(&self.content.inputs)));
        }
        if dice.chance(25) && step.status != Status::Idea {
            step.verification = step
                .verification
                .or(Some(dice.pick(&self.content.verifications)));
        }
        let waits_for_step = step
            .dependencies
            .iter()
            .any(|need| matches!(need, Dependency::Step(_)));
        let notes = match step.status {
            Status::Blocked if waits_for_step => &self.content.blocked_notes,
            _ => &self.content.notes,
        };
        let noted = if step.status == Status::Blocked {
            70
        } else {
            10
        };
        if dice.chance(noted) {
            step.note = step.note.or(Some(dice.pick(notes)));
        }
        let mut spend = |percent, unit: u64, most| {
            let planned = (1 + dice.below(most)) * unit;
            let actual = planned - planned / 3 + dice.below(planned * 2 / 3 + 1);
            dice.chance(percent).then_some(Spend {
                planned,
                actual: begun.then_some(actual),
            })
        };
        step.effort = spend(if step.status == Status::Idea { 25 } else { 60 }, 1, 8);
        step.cost = spend(12, 50, 40);
    }

    /// Adds a dependency on a step, if the plan has that step.
    fn depend(&self, number: usize, needs: &mut Vec<Dependency<'a>>) {
        if self.ledger.status(number).is_some() {
            needs.push(Dependency::Step(number));
        }
    }

    fn waits(&self, needs: &[Dependency<'_>]) -> bool {
        needs.iter().any(|need| match need {
            Dependency::Step(number) => !self.ledger.complete(*number),
            Dependency::Met(_) => false,
            Dependency::Open(_) => true,
        })
    }

    /// How late in its block a step's turn comes, in thousandths.
    fn score(&self, place: Place, dice: &mut Prng) -> u64 {
        (550 * place.slot / self.layout.room()) as u64 + dice.below(450)
    }

    fn status(&self, place: Place, score: u64, waits: bool, dice: &mut Prng) -> Status {
        let front = self.layout.front(place.block);
        let left = 80 + (self.layout.blocks + 1 - place.block) * 420 / self.layout.blocks.max(1);
        if self.layout.finished(place.block) || (score < front && !waits) {
            Status::Complete
        } else if score < front + 120 && !waits {
            Status::InProgress
        } else if score < front + 150 && waits && dice.chance(22) {
            Status::Blocked
        } else if score < front + left as u64 {
            Status::Draft
        } else {
            Status::Idea
        }
    }

    fn updated(&self, place: Place, status: Status, dice: &mut Prng) -> Stamp<'a> {
        let blocks = self.layout.blocks * 7 / 10 + 1;
        let within = 200 * place.slot / self.layout.room();
        match status {
            Status::Complete => self
                .calendar
                .around(800 * place.block / blocks + within, dice),
            Status::InProgress => self.calendar.recent(14, dice),
            Status::Blocked => self.calendar.recent(25, dice),
            Status::Draft => self.calendar.recent(70, dice),
            Status::Idea => self.calendar.recent(150, dice),
        }
    }

    fn owner(&self, block: usize, dice: &mut Prng) -> &'a str {
        let owners = &self.content.themes[(block - 1) % THEMES].owners;
        if dice.chance(84) {
            owners[0]
        } else {
            dice.pick(owners)
        }
    }

    fn dice(&self, place: Place) -> Prng {
        let suffix = place.suffix.map_or(0, u64::from);
        Prng::for_item(
            self.seed,
            (number(place.block, place.slot) as u64) << 8 | suffix,
        )
    }
}
