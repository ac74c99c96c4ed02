//! The parts of a difference in the order in which people read them: by block, step and field, then
//! by file. What a step's line and its section in the canon both say is said once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::{FileDelta, How, Subject};
use crate::document::english::counted;
use crate::document::markdown::line_words;
use crate::plan::Plan;
use crate::plan::canon::block_table::BlockColumn;
use crate::plan::disputes::{Dispute, in_file};
use crate::plan::id::StepId;
use crate::plan::source::Role;

/// Where a part is: its file's place in the list, and its own in the file.
pub type PartPlace = (usize, usize);

/// What a line of the outline is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LineKind {
    /// The heading of a block, or of what is in none.
    Block(Option<usize>),
    /// The heading of a step of which fields differ.
    Step(StepId),
    /// The heading of a file of which more differs than steps and blocks.
    File,
    /// A difference: of this step, if it is one's.
    Change(Option<StepId>, How),
    /// What a merge left undecided, of this step, if it is one's: two versions behind the marker at
    /// this line.
    Conflict(Option<StepId>, usize),
    /// A file that a merge left undecided as a whole.
    Undecided(PathBuf),
}

/// A line of the outline.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// What it is.
    pub kind: LineKind,
    /// How far it is indented.
    pub depth: usize,
    /// What it is about.
    pub name: String,
    /// What happened to it; for a heading how many differences are below.
    pub words: String,
    /// The same with long values cut, where that is less.
    brief: Option<String>,
    /// What a file is to the plan, and its title, where it came or went as a whole.
    pub(super) paper: Option<(Role, String)>,
    /// Its parts; those of all lines below a heading.
    pub parts: Vec<PartPlace>,
    /// How many lines are below it as a heading.
    pub below: usize,
    /// What it is known by as long as it says the same: fields of two steps have one name.
    pub key: String,
}

impl Line {
    /// Whether it is a difference, and not the heading of some.
    pub fn is_change(&self) -> bool {
        matches!(self.kind, LineKind::Change(..)) || self.is_conflict()
    }

    /// What happened to it, with long values cut.
    pub fn brief(&self) -> &str {
        self.brief.as_deref().unwrap_or(&self.words)
    }

    /// Whether it is a conflict that a merge left.
    pub fn is_conflict(&self) -> bool {
        matches!(self.kind, LineKind::Conflict(..) | LineKind::Undecided(_))
    }
}

struct Entry {
    name: String,
    words: String,
    brief: String,
    how: How,
    key: Option<String>,
    parts: Vec<PartPlace>,
}

#[derive(Default)]
struct InBlock {
    own: Vec<Entry>,
    conflicts: Vec<Line>,
    steps: BTreeMap<(StepId, u32), Vec<Entry>>,
}

/// The outline of what differs in the files of a plan, and of those that a merge left undecided as a
/// whole, for the reason given, whether they differ or not.
pub fn outline(deltas: &[FileDelta], plan: &Plan, whole: &BTreeMap<&Path, &str>) -> Vec<Line> {
    let mut blocks: BTreeMap<usize, InBlock> = BTreeMap::new();
    let mut files: Vec<Vec<Entry>> = deltas.iter().map(|_| Vec::new()).collect();
    let mut undecided: Vec<Vec<Line>> = deltas.iter().map(|_| Vec::new()).collect();
    for (at, delta) in deltas.iter().enumerate() {
        if let Some(words) = whole.get(&*delta.path) {
            let parts = (0..delta.parts.len()).map(|part| (at, part)).collect();
            undecided[at].push(undecided_line(&delta.path, words, parts));
            continue;
        }
        let mut in_conflict: BTreeSet<usize> = BTreeSet::new();
        for dispute in disputes(plan, &delta.path) {
            let parts = delta.parts_within(dispute.whole());
            in_conflict.extend(&parts);
            let step = dispute.steps.first().copied();
            let kind = LineKind::Conflict(step, dispute.line());
            let line = Line {
                words: "two versions".to_owned(),
                parts: parts.into_iter().map(|part| (at, part)).collect(),
                ..heading_of(kind, 1, dispute.about)
            };
            match step {
                // Markers that were committed are no difference.
                _ if line.parts.is_empty() => {}
                Some(step) => {
                    let own = blocks.entry(block_of(plan, step)).or_default();
                    own.conflicts.push(line);
                }
                None => undecided[at].push(line),
            }
        }
        for (part, told) in delta.parts.iter().enumerate() {
            if in_conflict.contains(&part) {
                continue;
            }
            let mut entry = Entry {
                name: told.subject.to_string(),
                words: told.change(),
                brief: told.brief(),
                how: told.how,
                key: None,
                parts: vec![(at, part)],
            };
            match &told.subject {
                Subject::Step(step, nth) => {
                    let own = blocks.entry(block_of(plan, *step)).or_default();
                    join(own.steps.entry((*step, *nth)).or_default(), entry);
                }
                Subject::Field(step, nth, key) => {
                    entry.name.clone_from(key);
                    entry.key = Some(key.clone());
                    let own = blocks.entry(block_of(plan, *step)).or_default();
                    join(own.steps.entry((*step, *nth)).or_default(), entry);
                }
                Subject::Cell(block, _) | Subject::Row(block) => {
                    entry.name = match &told.subject {
                        Subject::Cell(_, column) => column.label().to_owned(),
                        _ => "row in the block table".to_owned(),
                    };
                    let at = plan.find_block(*block).unwrap_or(usize::MAX);
                    blocks.entry(at).or_default().own.push(entry);
                }
                _ => files[at].push(entry),
            }
        }
    }
    gather_rewritten(&mut blocks, &mut files);
    let mut lines = Vec::new();
    for (block, within) in blocks {
        let block = (block < plan.blocks().len()).then_some(block);
        let heading = lines.len();
        lines.push(heading_of(
            LineKind::Block(block),
            0,
            block_name(plan, block),
        ));
        lines.extend(within.conflicts);
        lines.extend(within.own.into_iter().map(|entry| entry.line(None, 1)));
        for ((step, nth), entries) in within.steps {
            let title = plan
                .find_nth(step, nth)
                .map(|at| plan.step(at).title().into_owned());
            let title = title.unwrap_or_default();
            match &entries[..] {
                // One that came or went says its title itself.
                [entry] if entry.key.is_none() => {
                    let mut lines_of = entries.into_iter().map(|entry| entry.line(Some(step), 1));
                    lines.extend(lines_of.by_ref());
                }
                _ => {
                    let own = lines.len();
                    let which = match nth {
                        0 => step.to_string(),
                        nth => format!("{step} ({})", nth + 1),
                    };
                    let name = format!("{which} {title}").trim_end().to_owned();
                    lines.push(heading_of(LineKind::Step(step), 1, name));
                    lines.extend(entries.into_iter().map(|entry| entry.line(Some(step), 2)));
                    sum(&mut lines, own);
                }
            }
        }
        sum(&mut lines, heading);
    }
    for ((delta, entries), undecided) in deltas.iter().zip(files).zip(undecided) {
        if entries.is_empty() && undecided.is_empty() {
            continue;
        }
        let heading = lines.len();
        let path = delta.path.display().to_string();
        if let [line] = &undecided[..]
            && line.depth == 0
        {
            lines.extend(undecided);
            continue;
        }
        if let (true, Some(entry)) = (delta.is_whole(), entries.first()) {
            let (words, parts) = (entry.words.clone(), entry.parts.clone());
            lines.push(Line {
                words,
                paper: Some((delta.role, title_of(delta))),
                parts,
                ..heading_of(LineKind::Change(None, entry.how), 0, path)
            });
            continue;
        }
        lines.push(heading_of(LineKind::File, 0, path));
        lines.extend(undecided);
        lines.extend(entries.into_iter().map(|entry| entry.line(None, 1)));
        sum(&mut lines, heading);
    }
    let is_listed = |path: &Path| deltas.iter().any(|delta| delta.path == path);
    let alike = whole.iter().filter(|(path, _)| !is_listed(path));
    lines.extend(alike.map(|(path, words)| undecided_line(path, words, Vec::new())));
    let mut above = Vec::new();
    for line in &mut lines {
        above.truncate(line.depth);
        let heading = above.last().map_or("", String::as_str);
        line.key = format!("{heading}\0{}\0{}", line.name, line.words);
        above.push(line.name.clone());
    }
    lines
}

/// What a paper calls itself, else the name of its file.
fn title_of(delta: &FileDelta) -> String {
    let text = delta.new.as_deref().or(delta.old.as_deref());
    let text = String::from_utf8_lossy(text.unwrap_or_default());
    let title = text.lines().find_map(|line| line.strip_prefix("# "));
    let stem = || delta.path.file_stem().map(|stem| stem.to_string_lossy());
    match title.map(line_words).filter(|title| !title.is_empty()) {
        Some(title) => title,
        None => stem().unwrap_or_default().into_owned(),
    }
}

/// The conflicts in a file of the plan.
fn disputes(plan: &Plan, path: &Path) -> Vec<Dispute> {
    let mut files = plan.files().iter().enumerate();
    let file = files.find(|(_, file)| file.path == path);
    file.map_or_else(Vec::new, |(at, file)| in_file(at, file))
}

fn undecided_line(path: &Path, words: &str, parts: Vec<PartPlace>) -> Line {
    let name = path.display().to_string();
    Line {
        words: words.to_owned(),
        parts,
        ..heading_of(LineKind::Undecided(path.to_owned()), 0, name)
    }
}

/// Gathers the steps of which only the spelling differs, as after a tool wrote the whole log: one
/// line of their file, so that they do not hide what changed.
fn gather_rewritten(blocks: &mut BTreeMap<usize, InBlock>, files: &mut [Vec<Entry>]) {
    let is_rewritten =
        |entries: &Vec<Entry>| entries.iter().all(|entry| entry.how == How::Rewritten);
    let steps = || blocks.values().flat_map(|block| block.steps.values());
    if steps().filter(|entries| is_rewritten(entries)).count() < 2 {
        return;
    }
    let mut of_files: BTreeMap<usize, (usize, Vec<Entry>)> = BTreeMap::new();
    blocks.retain(|_, block| {
        for (_, entries) in block
            .steps
            .extract_if(.., |_, entries| is_rewritten(entries))
        {
            let (steps, known) = of_files.entry(entries[0].parts[0].0).or_default();
            *steps += 1;
            known.extend(entries);
        }
        !(block.own.is_empty() && block.conflicts.is_empty() && block.steps.is_empty())
    });
    for (file, (steps, entries)) in of_files {
        let name = counted(steps, "step");
        files[file].push(Entry {
            name,
            words: entries[0].words.clone(),
            brief: entries[0].brief.clone(),
            how: How::Rewritten,
            key: None,
            parts: entries.into_iter().flat_map(|entry| entry.parts).collect(),
        });
    }
}

impl Entry {
    fn line(self, step: Option<StepId>, depth: usize) -> Line {
        Line {
            kind: LineKind::Change(step, self.how),
            depth,
            name: self.name,
            brief: (self.brief != self.words).then_some(self.brief),
            words: self.words,
            paper: None,
            parts: self.parts,
            below: 0,
            key: String::new(),
        }
    }
}

/// Adds what differs of a step: what log and canon both say is one difference.
fn join(entries: &mut Vec<Entry>, entry: Entry) {
    let is_same = |known: &&mut Entry| {
        let is_elsewhere = known
            .parts
            .iter()
            .all(|(file, _)| *file != entry.parts[0].0);
        known.key == entry.key && known.how == entry.how && is_elsewhere
    };
    match entries.iter_mut().find(is_same) {
        Some(known) => {
            let (ours, theirs) = (&known.words, &entry.words);
            let is_same = ours.split_whitespace().eq(theirs.split_whitespace());
            if known.key.is_some() && !is_same {
                known.words += &format!(" · elsewhere {}", entry.words);
                known.brief += &format!(" · elsewhere {}", entry.brief);
            }
            known.parts.extend(entry.parts);
        }
        None => entries.push(entry),
    }
}

fn heading_of(kind: LineKind, depth: usize, name: String) -> Line {
    Line {
        kind,
        depth,
        name,
        words: String::new(),
        brief: None,
        paper: None,
        parts: Vec::new(),
        below: 0,
        key: String::new(),
    }
}

/// Has a heading say how much is below it.
fn sum(lines: &mut [Line], heading: usize) {
    let below = lines[heading + 1..].iter().filter(|line| line.is_change());
    let parts: Vec<PartPlace> = below.clone().flat_map(|line| line.parts.clone()).collect();
    let (rows, count) = (lines.len() - heading - 1, below.count());
    lines[heading].below = rows;
    lines[heading].words = counted(count, "change");
    lines[heading].parts = parts;
}

fn block_of(plan: &Plan, step: StepId) -> usize {
    let holds = |(from, to): (u32, u32)| (from..=to).contains(&step.number());
    let by_number = || plan.blocks().iter().rposition(|block| holds(block.range));
    let found = match plan.find(step) {
        Some(at) => Some(plan.step(at).block()),
        None => by_number(),
    };
    found.unwrap_or(usize::MAX)
}

fn block_name(plan: &Plan, block: Option<usize>) -> String {
    let Some(block) = block else {
        return "Outside the blocks".to_owned();
    };
    let theme = plan.block_text(block, BlockColumn::Theme);
    let name = format!("{} {theme}", plan.blocks()[block].id);
    name.trim_end().to_owned()
}
