//! What the bytes mean: steps, blocks, stages, and everything derived from them.
//!
//! Pure: a plan is read from documents and asked questions. It never changes a byte (see
//! `change`) and never touches the file system (see `store`).

pub(crate) mod alike;
pub(crate) mod amend;
pub(crate) mod approval;
pub mod arrange;
pub mod block;
pub mod canon;
pub mod charge;
pub mod checks;
pub mod column;
pub(crate) mod compound;
pub(crate) mod decision;
pub(crate) mod dependency;
pub mod disputes;
pub mod field;
pub(crate) mod figure;
mod index_steps;
pub mod graph;
pub mod id;
pub(crate) mod indicator;
pub mod ladders;
pub mod last_change;
pub(crate) mod link;
pub mod list_entry;
pub mod marks;
pub(crate) mod mention;
pub mod packet;
pub mod people;
pub mod paper;
pub mod query;
pub mod ranking;
pub mod risk;
pub(crate) mod roster;
pub mod source;
pub(crate) mod spelling;
pub mod stage;
pub mod status;
pub mod step;
pub(crate) mod identity;
pub mod uid;
mod unreadable;
pub mod view;
pub mod waiting;

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::{Range, RangeInclusive};
use std::sync::{Arc, OnceLock};

use block::{Block, Sweep, Tally};
use canon::block_table::BlockRow;
use canon::contents::CanonContents;
use canon::section::Section;
use decision::Decisions;
use graph::Graph;
use id::{BlockId, StepId};
use ladders::{Ladder, Ladders, OtherChecklists, Taken};
use source::{Role, SourceFile};
use stage::Stage;
use status::Status;
pub use step::StepRef;

use crate::document::markdown::MarkdownDocument;
use crate::document::progress::Progress;

/// In a list of numbers: none.
const NONE: u32 = u32::MAX;

/// A whole plan: its files and what they say.
///
/// What an edit of a value leaves as it is stays behind an [`Arc`], so that a copy of a plan, made
/// where somebody else still reads it, costs a few bytes a step.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    files: Vec<SourceFile>,
    /// For each file the number of its first line, all lines of all logs counted through.
    first_lines: Vec<u32>,
    steps: Arc<Vec<Step>>,
    /// The status of each step.
    statuses: Vec<Option<Status>>,
    strays: Arc<Vec<LogPlace>>,
    canon: CanonContents,
    blocks: Arc<Vec<Block>>,
    stages: Arc<Vec<Stage>>,
    ladders: Arc<Vec<Ladder>>,
    /// The checklists that belong to stages, which the others do not.
    taken: Arc<Taken>,
    /// Read when somebody asks for them: by then every document with one has to be parsed.
    others: Arc<OnceLock<Vec<Arc<OtherChecklists>>>>,
    /// What decision notes name, read when somebody asks for it.
    decisions: Arc<OnceLock<Decisions>>,
    graph: Graph,
    /// Of all steps, kept because every frame shows it.
    tally: Tally,
    /// Indexes of the further versions of a step that a merge left side by side, ascending. It is
    /// one step, and counts once.
    repeated: Arc<Vec<u32>>,
}

/// A step by name: its ID, and which of several steps with that ID.
pub type StepKey = (StepId, u32);

/// A line of a log.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct LogPlace {
    /// Index of the file in the plan.
    pub file: usize,
    /// Index of the line in the log, counted from 0.
    pub line: usize,
}

/// Where a step is written. There are many: 28 bytes each.
#[derive(Clone, Copy, Debug)]
struct Step {
    id: StepId,
    /// Number of its line among those of all logs, or [`NONE`].
    line: u32,
    /// Index of its section, or [`NONE`].
    section: u32,
    /// Index of its block.
    block: u32,
}

impl Plan {
    /// Reads a plan from its files. Nothing is refused: what makes no sense is reported by
    /// the checks.
    pub fn read(files: Vec<SourceFile>) -> Self {
        let progress = Progress::default();
        let read = Self::read_with(files, &progress);
        // Nobody else knows of the progress, so nobody stops it.
        read.unwrap_or_default()
    }

    /// The same for somebody who watches how far it is and may stop it; nothing where that was
    /// done.
    pub(crate) fn read_with(files: Vec<SourceFile>, progress: &Progress) -> Option<Self> {
        let mut plan = Self {
            first_lines: index_steps::first_lines(&files),
            files,
            ..Self::default()
        };
        plan.read_canon();
        plan.index_steps(index_steps::SHARE, progress)?;
        progress.finish();
        Some(plan)
    }

    fn log_lines(&self) -> usize {
        let logs = self.files.iter().filter_map(SourceFile::log);
        logs.map(|log| log.line_count()).sum()
    }

    /// Parses all that is not canon, which else is parsed when a screen first asks for it.
    pub(crate) fn parse_papers(&self) {
        let papers = self.files.iter().filter(|file| file.role != Role::Canon);
        papers
            .filter_map(SourceFile::markdown)
            .for_each(MarkdownDocument::parse);
    }

    /// Gives the files back, to be changed and read again.
    pub(crate) fn into_files(self) -> Vec<SourceFile> {
        self.files
    }

    /// Every file of the plan.
    pub fn files(&self) -> &[SourceFile] {
        &self.files
    }

    /// How many steps there are, duplicates included.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether there is no step.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The step at `index`; steps are ordered by ID.
    ///
    /// # Panics
    /// When there is no such step.
    pub fn step(&self, index: usize) -> StepRef<'_> {
        assert!(index < self.steps.len(), "no step has index {index}");
        StepRef::new(self, index)
    }

    /// Every step in the order of IDs.
    pub fn steps(&self) -> impl DoubleEndedIterator<Item = StepRef<'_>> + ExactSizeIterator {
        (0..self.steps.len()).map(|index| StepRef::new(self, index))
    }

    /// The steps with this ID or a later one, in the order of IDs.
    pub(crate) fn steps_from(&self, id: StepId) -> impl Iterator<Item = StepRef<'_>> {
        (self.first_from(id)..self.steps.len()).map(|index| StepRef::new(self, index))
    }

    /// The status of every step in the order of IDs.
    pub fn statuses(&self) -> &[Option<Status>] {
        &self.statuses
    }

    /// The owners of steps, as written, with how many steps each has: those of most steps first,
    /// then by name. Nothing where that was stopped.
    pub(crate) fn owners(&self, progress: &Progress) -> Option<Vec<(String, usize)>> {
        let mut owners: BTreeMap<String, usize> = BTreeMap::new();
        progress.expect(self.len());
        let mut strides = progress.strides();
        for step in self.steps() {
            if !strides.add(1) {
                return None;
            }
            let owner = step.owner();
            if owner.is_empty() {
                continue;
            }
            match owners.get_mut(&*owner) {
                Some(count) => *count += 1,
                None => drop(owners.insert(owner.into_owned(), 1)),
            }
        }
        let mut owners: Vec<(String, usize)> = owners.into_iter().collect();
        owners.sort_by_key(|(_, steps)| Reverse(*steps));
        Some(owners)
    }

    /// Index of the first step with this ID.
    pub fn find(&self, id: StepId) -> Option<usize> {
        let at = self.first_from(id);
        (self.steps.get(at)?.id == id).then_some(at)
    }

    /// The ID as the step's own line spells it, where there is such a step.
    pub(crate) fn spelled(&self, id: StepId) -> StepId {
        self.find(id).map_or(id, |at| self.steps[at].id)
    }

    /// The ID that somebody means who typed one: where no step has it, the one step's whose suffix is
    /// just in another case.
    pub(crate) fn meant(&self, typed: StepId) -> StepId {
        if typed.suffix().is_empty() || self.find(typed).is_some() {
            return typed;
        }
        let family = self.steps[self.family(typed)].iter().map(|step| step.id);
        let mut alike = family.filter(|id| id.in_capitals() == typed.in_capitals());
        match (alike.next(), alike.next_back()) {
            (Some(one), last) if last.is_none_or(|last| last == one) => one,
            _ => typed,
        }
    }

    /// Indexes of the steps with this ID, however the case of its suffix is: no other step may get it.
    pub(crate) fn alike(&self, id: StepId) -> impl Iterator<Item = usize> + '_ {
        let wanted = id.in_capitals();
        self.family(id)
            .filter(move |at| self.steps[*at].id.in_capitals() == wanted)
    }

    /// Index of the `nth` step with this ID, counted from 0.
    pub fn find_nth(&self, id: StepId, nth: u32) -> Option<usize> {
        let at = self.find(id)? + nth as usize;
        (self.steps.get(at)?.id == id).then_some(at)
    }

    /// Indexes of all steps with this ID.
    fn all_of(&self, id: StepId) -> Range<usize> {
        let from = self.first_from(id);
        let same = self.steps[from..].iter().take_while(|step| step.id == id);
        from..from + same.count()
    }

    /// Index of the first step that does not come before this ID. Numbers mostly follow each
    /// other, so it is looked for around the place where it would be then.
    fn first_from(&self, id: StepId) -> usize {
        let (Some(first), Some(last)) = (self.steps.first(), self.steps.last()) else {
            return 0;
        };
        let before = |at: usize| self.steps.get(at).is_some_and(|step| step.id < id);
        let from_first = u64::from(id.number().saturating_sub(first.id.number()));
        let numbers = u64::from(last.id.number() - first.id.number()).max(1);
        let last = self.steps.len() - 1;
        let guess = (from_first * last as u64 / numbers).min(last as u64) as usize;
        let (mut low, mut high, mut stride) = (guess, guess, 1);
        if before(guess) {
            while before(high) {
                (low, high) = (high + 1, high + stride);
                stride *= 2;
            }
        } else {
            while low > 0 && !before(low) {
                (low, high) = (low.saturating_sub(stride), low);
                stride *= 2;
            }
        }
        let within = &self.steps[low..high.min(self.steps.len())];
        low + within.partition_point(|step| step.id < id)
    }

    /// Index of the first step that is not before this one in the order of IDs.
    pub(crate) fn position(&self, (id, nth): StepKey) -> usize {
        let same = self.all_of(id);
        (same.start + nth as usize).min(same.end)
    }

    /// Indexes of the sub-steps of `id`, at any depth, and the step itself.
    pub(crate) fn family(&self, id: StepId) -> Range<usize> {
        self.numbered(id.number()..=id.number())
    }

    /// Indexes of the steps with these numbers, sub-steps included.
    pub(crate) fn numbered(&self, numbers: RangeInclusive<u32>) -> Range<usize> {
        let steps = &self.steps;
        let from = steps.partition_point(|step| step.id.number() < *numbers.start());
        let to = steps.partition_point(|step| step.id.number() <= *numbers.end());
        from..to
    }

    /// Log lines that are objects but no steps: without a readable ID.
    pub fn strays(&self) -> &[LogPlace] {
        &self.strays
    }

    /// Whether the lines of the logs follow each other as the steps do.
    fn lines_are_in_order(&self) -> bool {
        let lines = self.steps.iter().map(|step| step.line);
        lines.filter(|line| *line != NONE).is_sorted()
    }

    /// Every block in the order of its range.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// The words of a block's cell in the block table.
    pub fn block_text(&self, block: usize, column: canon::block_table::BlockColumn) -> &str {
        let Some(row) = &self.blocks[block].row else {
            return "";
        };
        self.files[row.file]
            .markdown()
            .map_or("", |document| row.text(document, column))
    }

    /// Where a block's row is in the block table, if it has one.
    pub(crate) fn block_place(&self, block: usize) -> Option<source::Location> {
        let row = self.blocks[block].row.as_ref()?;
        let file = &self.files[row.file];
        let document = file.markdown()?;
        let span = document.tables()[row.table].rows[row.row].span;
        Some(source::Location::line(
            &file.path,
            document.line_of(span.start),
        ))
    }

    /// Every row of the block tables in file order, duplicates included.
    pub(crate) fn block_rows(&self) -> impl Iterator<Item = &BlockRow> {
        self.canon.block_rows()
    }

    /// Index of the block with this name.
    pub(crate) fn find_block(&self, id: BlockId) -> Option<usize> {
        self.blocks.iter().position(|block| block.id == id)
    }

    /// Every stage in the order of the ladders.
    pub fn stages(&self) -> &[Stage] {
        &self.stages
    }

    /// The ladders that the stages are rows of.
    pub(crate) fn ladders(&self) -> &[Ladder] {
        &self.ladders
    }

    /// The checklists that belong to no stage, by document. The first to ask has them read,
    /// which takes as long as parsing every document with one.
    pub fn other_checklists(&self) -> &[Arc<OtherChecklists>] {
        self.others
            .get_or_init(|| ladders::others(&self.files, &self.canon, &self.taken, &[]))
    }

    /// The same for somebody who cannot wait; nothing where they are not read yet.
    pub(crate) fn known_other_checklists(&self) -> Option<&[Arc<OtherChecklists>]> {
        self.others.get().map(Vec::as_slice)
    }

    fn decisions(&self) -> &Decisions {
        self.decisions.get_or_init(|| Decisions::read(&self.files))
    }

    /// Whether there may be such checklists, told without reading any.
    pub(crate) fn may_have_other_checklists(&self) -> bool {
        let own: HashSet<usize> = self.taken.iter().map(|(file, _)| *file).collect();
        let mut canon = self.canon.files(|of| of.has_checklists);
        canon.any(|at| match self.files[at].markdown() {
            // Documents of stages are parsed already.
            Some(document) if own.contains(&at) => (canon::checklist::lists(document, at).iter())
                .any(|list| list.is_apart() && !self.taken.contains(&(at, list.at))),
            Some(document) => canon::checklist::is_in(document),
            None => false,
        })
    }

    /// Every step section of the canon, in file order.
    pub fn sections(&self) -> impl Iterator<Item = &Section> {
        self.canon.sections()
    }

    /// Dependencies turned into readiness, cycles and chains.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// How many steps there are and how many are done.
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// The step sections of one file, by its index.
    pub(crate) fn sections_of(&self, file: usize) -> &[Section] {
        self.canon.sections_of(file)
    }

    fn read_canon(&mut self) {
        self.canon = CanonContents::read(&self.files);
        self.read_stages();
        self.others = Arc::default();
    }

    fn read_stages(&mut self) {
        let Ladders {
            ladders,
            stages,
            taken,
        } = ladders::read(&self.files, &self.canon);
        self.ladders = Arc::new(ladders);
        self.stages = Arc::new(stages);
        self.taken = Arc::new(taken);
    }

    fn index_steps(&mut self, share: usize, progress: &Progress) -> Option<()> {
        // Every line is looked at, then every step: mostly one per line.
        progress.expect(2 * self.log_lines());
        let mut found = index_steps::lines(&self.files, share, progress)?;
        index_steps::merge(&mut found, self.canon.names());
        let index_steps::Found {
            steps,
            statuses,
            strays,
            listed,
        } = found;
        self.steps = Arc::new(steps);
        self.statuses = statuses;
        self.strays = Arc::new(strays);
        for step in 0..self.steps.len() {
            // What the line says counts.
            if self.steps[step].section != NONE && self.statuses[step].is_none() {
                self.statuses[step] = index_steps::own_status(self, step);
            }
        }
        self.repeated = Arc::new(disputes::repeated(self));
        self.gather_blocks();
        self.graph = index_steps::graph(self, listed, share, progress)?;
        Some(())
    }

    fn gather_blocks(&mut self) {
        let mut blocks: Vec<Block> = Vec::new();
        let mut named = HashSet::new();
        for row in self.canon.block_rows() {
            if named.insert(row.id) {
                let range = row.range.unwrap_or(row.id.default_range());
                blocks.push(Block::new(row.id, range, Some(row.clone())));
            }
        }
        blocks.sort_by_key(|block| block.range);
        let mut implied: Vec<Block> = Vec::new();
        let mut sweep = Sweep::new(&blocks);
        for step in self.steps.iter() {
            let id = BlockId(step.id.block_number());
            let last = implied.last().map(|block| block.id);
            if sweep.block_of(step.id.number()).is_none() && last != Some(id) && named.insert(id) {
                implied.push(Block::new(id, id.default_range(), None));
            }
        }
        blocks.append(&mut implied);
        blocks.sort_by_key(|block| block.range);
        let by_id: HashMap<BlockId, usize> = (blocks.iter().enumerate())
            .map(|(at, block)| (block.id, at))
            .collect();
        let mut sweep = Sweep::new(&blocks);
        let mut tally = Tally::default();
        let steps = Arc::make_mut(&mut self.steps);
        for (index, (step, status)) in steps.iter_mut().zip(&self.statuses).enumerate() {
            // A step outside every range falls to the block that its number implies.
            let block = sweep
                .block_of(step.id.number())
                .unwrap_or_else(|| by_id[&BlockId(step.id.block_number())]);
            step.block = block as u32;
            let counts = self.repeated.binary_search(&(index as u32)).is_err();
            blocks[block].push(index as u32, counts.then_some(*status));
            if counts {
                tally.add(*status, blocks[block].retirement().is_some());
            }
        }
        self.tally = tally;
        self.blocks = Arc::new(blocks);
    }

    /// Whether it is one more version of a step, which a merge left beside the first.
    pub(crate) fn is_repeated(&self, step: usize) -> bool {
        self.repeated.binary_search(&(step as u32)).is_ok()
    }

    /// The log line with this number among those of all logs.
    fn log_place(&self, number: u32) -> Option<LogPlace> {
        if number == NONE {
            return None;
        }
        let file = self.first_lines.partition_point(|first| *first <= number);
        let file = file.checked_sub(1)?;
        let line = (number - self.first_lines[file]) as usize;
        Some(LogPlace { file, line })
    }
}

impl Step {
    fn new(id: StepId, line: u32, section: u32) -> Self {
        Self {
            id,
            line,
            section,
            block: 0,
        }
    }
}
