//! What the bytes mean: steps, blocks, stages, and everything derived from them.
//!
//! Pure: a plan is read from documents and asked questions. It never changes a byte (see
//! `change`) and never touches the file system (see `store`).

pub mod block;
pub mod canon;
pub mod checks;
pub mod decision;
pub mod dependency;
pub mod field;
pub mod graph;
pub mod id;
pub mod packet;
pub mod query;
pub mod ranking;
pub mod source;
pub mod stage;
pub mod status;
pub mod step;

use std::ops::Range;

use crate::document::log::LogDocument;
use block::{Block, Tally};
use canon::block_table::BlockRow;
use canon::section::Section;
use dependency::Dependency;
use field::Field;
use graph::{Graph, Node};
use id::{BlockId, StepId};
use source::{Role, SourceFile};
use stage::{Stage, StageParts};
use status::Status;
pub use step::StepRef;

/// A whole plan: its files and what they say.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    files: Vec<SourceFile>,
    steps: Vec<Step>,
    strays: Vec<LogPlace>,
    sections: Vec<Section>,
    block_rows: Vec<BlockRow>,
    blocks: Vec<Block>,
    stages: Vec<Stage>,
    graph: Graph,
    /// Of all steps, kept because every frame shows it.
    tally: Tally,
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

/// Where a step is written and what the plan needs to know of it at all times.
#[derive(Clone, Copy, Debug)]
struct Step {
    id: StepId,
    nth: u32,
    log: Option<LogPlace>,
    section: Option<usize>,
    status: Option<Status>,
    block: usize,
}

impl Plan {
    /// Reads a plan from its files. Nothing is refused: what makes no sense is reported by
    /// the checks.
    pub fn read(files: Vec<SourceFile>) -> Self {
        let mut plan = Self {
            files,
            ..Self::default()
        };
        plan.read_canon();
        plan.gather_steps();
        plan.gather_blocks();
        plan.graph = Graph::build((0..plan.steps.len()).map(|step| plan.node(step)));
        plan
    }

    /// Changes the files in place and derives anew what follows, where it is known beforehand
    /// what the change concerns: the values of some steps, and whether Markdown is edited.
    /// Files, lines and the IDs on them stay as they are; if they do not after all, the plan
    /// is read anew as a whole.
    ///
    /// # Errors
    /// What `edit` reports; it must leave the files as they were then.
    pub fn amend<T, E>(
        &mut self,
        steps: &[StepId],
        markdown: bool,
        edit: impl FnOnce(&mut Vec<SourceFile>) -> Result<T, E>,
    ) -> Result<T, E> {
        let shape = |plan: &Self| (plan.files.len(), plan.log_lines());
        let before = shape(self);
        let done = edit(&mut self.files)?;
        let sections: Vec<StepId> = self.sections.iter().map(|section| section.id).collect();
        if markdown {
            self.block_rows.clear();
            self.sections.clear();
            self.read_canon();
        }
        let same = sections
            .iter()
            .eq(self.sections.iter().map(|section| &section.id));
        if !same || shape(self) != before {
            *self = Self::read(std::mem::take(&mut self.files));
            return Ok(done);
        }
        let mut steps: Vec<usize> = steps
            .iter()
            .filter_map(|id| self.find(*id).map(|first| (first, *id)))
            .flat_map(|(first, id)| {
                let same = self.steps[first..].iter().take_while(move |s| s.id == id);
                first..first + same.count()
            })
            .collect();
        steps.sort_unstable();
        steps.dedup();
        let mut other_status = false;
        for index in &steps {
            let status = Status::read(&self.step(*index).text(Field::Status));
            other_status |= status != self.steps[*index].status;
            self.steps[*index].status = status;
        }
        let nodes: Vec<(usize, Node)> =
            steps.iter().map(|step| (*step, self.node(*step))).collect();
        self.graph.amend(&nodes);
        if other_status || markdown {
            self.gather_blocks();
        }
        Ok(done)
    }

    fn log_lines(&self) -> usize {
        let logs = self.files.iter().filter_map(SourceFile::log);
        logs.map(LogDocument::line_count).sum()
    }

    /// Gives the files back, to be changed and read again.
    pub fn into_files(self) -> Vec<SourceFile> {
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

    /// Index of the first step with this ID.
    pub fn find(&self, id: StepId) -> Option<usize> {
        let at = self.steps.partition_point(|step| step.id < id);
        (self.steps.get(at)?.id == id).then_some(at)
    }

    /// Index of the `nth` step with this ID, counted from 0.
    pub fn find_nth(&self, id: StepId, nth: u32) -> Option<usize> {
        let at = self.find(id)? + nth as usize;
        (self.steps.get(at)?.id == id).then_some(at)
    }

    /// Index of the first step that is not before this one in the order of IDs.
    pub fn position(&self, key: StepKey) -> usize {
        self.steps.partition_point(|step| (step.id, step.nth) < key)
    }

    /// Indexes of the sub-steps of `id`, at any depth, and the step itself.
    pub fn family(&self, id: StepId) -> Range<usize> {
        let from = self
            .steps
            .partition_point(|step| step.id.number() < id.number());
        let to = self
            .steps
            .partition_point(|step| step.id.number() <= id.number());
        from..to
    }

    /// Log lines that are objects but no steps: without a readable ID.
    pub fn strays(&self) -> &[LogPlace] {
        &self.strays
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

    /// Where a block's row stands in the block table, if it has one.
    pub fn block_place(&self, block: usize) -> Option<source::Place> {
        let row = self.blocks[block].row.as_ref()?;
        let file = &self.files[row.file];
        let document = file.markdown()?;
        let span = document.tables()[row.table].rows[row.row].span;
        Some(source::Place::line(
            &file.path,
            document.line_of(span.start),
        ))
    }

    /// Every row of the block tables in file order, duplicates included.
    pub fn block_rows(&self) -> &[BlockRow] {
        &self.block_rows
    }

    /// Index of the block with this name.
    pub fn find_block(&self, id: BlockId) -> Option<usize> {
        self.blocks.iter().position(|block| block.id == id)
    }

    /// Every stage in ladder order.
    pub fn stages(&self) -> &[Stage] {
        &self.stages
    }

    /// Every step section of the canon, in file order.
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// Dependencies turned into readiness, cycles and chains.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// How many steps there are and how many are done.
    pub fn tally(&self) -> Tally {
        self.tally
    }

    fn read_canon(&mut self) {
        let mut parts = StageParts::default();
        for (index, file) in self.files.iter().enumerate() {
            let (Role::Canon, Some(document)) = (file.role, file.markdown()) else {
                continue;
            };
            self.block_rows
                .extend(canon::block_table::rows(document, index));
            self.sections
                .extend(canon::section::sections(document, index));
            parts.rungs.extend(canon::ladder::rungs(document, index));
            parts
                .checklists
                .extend(canon::checklist::checklists(document, index));
            parts
                .owners
                .extend(canon::matrix::assignments(document, index));
            parts.notes.extend(canon::alignment::notes(document, index));
        }
        let names = parts.names();
        for (index, file) in self.files.iter().enumerate() {
            if let (Role::Roadmap, Some(document)) = (file.role, file.markdown()) {
                parts
                    .roadmap
                    .extend(canon::roadmap::entries(document, index, &names));
            }
            if let (Role::GateReview, Some(document)) = (file.role, file.markdown()) {
                let packet = packet::Packet::read(document, index, &file.path);
                parts.packets.extend(packet);
            }
        }
        self.stages = parts.assemble();
    }

    fn gather_steps(&mut self) {
        let mut steps = Vec::new();
        for (file, source) in self.files.iter().enumerate() {
            let Some(log) = source.log() else { continue };
            for (line, content) in log.lines().enumerate() {
                if !content.is_object() {
                    continue;
                }
                let place = LogPlace { file, line };
                let id = content.get("step_id");
                match id.and_then(|raw| crate::document::json::words(raw).parse().ok()) {
                    Some(id) => steps.push(Step::new(id, Some(place), None)),
                    None if id.is_none() && content.get("schema").is_some() => {}
                    None => self.strays.push(place),
                }
            }
        }
        // Logs are mostly in order already, which a stable sort recognises.
        steps.sort_by_key(|step| step.id);
        number_duplicates(&mut steps);
        let logged = steps.len();
        for (index, section) in self.sections.iter().enumerate() {
            let at = steps[..logged].partition_point(|step| step.id < section.id);
            match steps[..logged].get_mut(at) {
                Some(step) if step.id == section.id && step.section.is_none() => {
                    step.section = Some(index);
                }
                _ => steps.push(Step::new(section.id, None, Some(index))),
            }
        }
        steps.sort_by_key(|step| step.id);
        number_duplicates(&mut steps);
        self.steps = steps;
        for index in 0..self.steps.len() {
            self.steps[index].status = Status::read(&self.step(index).text(Field::Status));
        }
    }

    fn gather_blocks(&mut self) {
        let mut blocks: Vec<Block> = Vec::new();
        let mut named = std::collections::HashSet::new();
        for row in &self.block_rows {
            if named.insert(row.id) {
                blocks.push(Block {
                    id: row.id,
                    range: row.range.unwrap_or(row.id.default_range()),
                    row: Some(row.clone()),
                    steps: Vec::new(),
                    tally: Tally::default(),
                });
            }
        }
        blocks.sort_by_key(|block| block.range);
        let mut implied: Vec<Block> = Vec::new();
        for step in &self.steps {
            let id = BlockId(step.id.block_number());
            if block_of(&blocks, step.id).is_none() && named.insert(id) {
                implied.push(Block {
                    id,
                    range: id.default_range(),
                    row: None,
                    steps: Vec::new(),
                    tally: Tally::default(),
                });
            }
        }
        blocks.append(&mut implied);
        blocks.sort_by_key(|block| block.range);
        let by_id: std::collections::HashMap<BlockId, usize> = blocks
            .iter()
            .enumerate()
            .map(|(at, block)| (block.id, at))
            .collect();
        let mut tally = Tally::default();
        for (index, step) in self.steps.iter_mut().enumerate() {
            // A step outside every range falls to the block that its number implies.
            step.block = block_of(&blocks, step.id)
                .unwrap_or_else(|| by_id[&BlockId(step.id.block_number())]);
            blocks[step.block].steps.push(index);
            blocks[step.block].tally.add(step.status);
            tally.add(step.status);
        }
        self.tally = tally;
        self.blocks = blocks;
    }

    fn node(&self, index: usize) -> Node {
        let mut node = Node {
            complete: self.steps[index].status == Some(Status::Complete),
            blocked: self.steps[index].status == Some(Status::Blocked),
            ..Node::default()
        };
        for dependency in self.step(index).dependencies() {
            match dependency {
                Dependency::Step(id) => match self.find(id) {
                    Some(found) => node.upstream.push(found as u32),
                    None => node.unmet_elsewhere += 1,
                },
                Dependency::Condition { met, .. } => node.unmet_elsewhere += u32::from(!met),
            }
        }
        // Two spellings of one step are one dependency.
        node.upstream.sort_unstable();
        node.upstream.dedup();
        node
    }
}

impl Step {
    fn new(id: StepId, log: Option<LogPlace>, section: Option<usize>) -> Self {
        Self {
            id,
            nth: 0,
            log,
            section,
            status: None,
            block: 0,
        }
    }
}

fn number_duplicates(steps: &mut [Step]) {
    for index in 1..steps.len() {
        if steps[index].id == steps[index - 1].id {
            steps[index].nth = steps[index - 1].nth + 1;
        }
    }
}

/// The last block that starts at or before the step, if its range holds the step.
fn block_of(blocks: &[Block], id: StepId) -> Option<usize> {
    let number = id.number();
    let after = blocks.partition_point(|block| block.range.0 <= number);
    blocks[..after]
        .iter()
        .rposition(|block| number <= block.range.1)
}
