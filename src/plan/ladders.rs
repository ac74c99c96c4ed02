//! Which stages there are, and what of the canon belongs to which.
//!
//! A stage is a row of a ladder. What is in a ladder's own document belongs to that ladder: its
//! owner matrix, its alignment, and first of all its checklists. What a ladder does not have at
//! home is looked for elsewhere, where a structure is known by the stages that it names. Only where
//! there is no ladder at all do checklists make the stages. Every other checklist is apart.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::canon::alignment::{self, WorkstreamNote};
use super::canon::checklist::{self, Check, Checklist, says_checklist};
use super::canon::contents::CanonContents;
use super::canon::ladder::{self, Rung};
use super::canon::matrix::{self, Assignment};
use super::canon::names::Names;
use super::canon::{self, roadmap};
use super::packet::Packet;
use super::source::{Role, SourceFile};
use super::stage::Stage;
use crate::document::markdown::{MarkdownDocument, may_say};
use crate::document::parallel::map_in_parallel;

/// A ladder: some stages that follow each other.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Ladder {
    /// What its document is called; nothing where checklists make the stages.
    pub title: String,
    /// Index of the file that it is in.
    pub file: Option<usize>,
}

/// The checklists of one document that belong to no stage.
#[derive(Clone, Debug)]
pub struct OtherChecklists {
    /// Index of the file in the plan.
    pub file: usize,
    /// What the document is called.
    pub title: String,
    /// The lists in file order; none is empty.
    pub lists: Vec<Checklist>,
    /// What they were read from.
    source: MarkdownDocument,
}

impl OtherChecklists {
    /// All checks in file order.
    pub fn checks(&self) -> impl Iterator<Item = &Check> {
        self.lists.iter().flat_map(|list| &list.checks)
    }

    /// How many checks there are.
    pub(crate) fn len(&self) -> usize {
        self.lists.iter().map(|list| list.checks.len()).sum()
    }

    /// How many checks are ticked.
    pub(crate) fn ticked(&self) -> usize {
        self.checks().filter(|check| check.done).count()
    }
}

/// The lists that belong to stages: index of the file, and of the heading in it.
pub(super) type Taken = HashSet<(usize, usize)>;

/// The stages with everything that belongs to them.
#[derive(Default, Debug)]
pub(super) struct Ladders {
    pub ladders: Vec<Ladder>,
    pub stages: Vec<Stage>,
    pub taken: Taken,
}

/// A ladder while its parts are gathered.
struct Parts {
    ladder: Ladder,
    stages: Vec<Stage>,
    /// The stages' names as the ladder has them.
    names: Names,
}

impl Parts {
    fn new(ladder: Ladder, stages: Vec<Stage>) -> Self {
        let names = Names::new(stages.iter().map(|stage| &*stage.name));
        Self {
            ladder,
            stages,
            names,
        }
    }
}

/// Reads the stages out of all files.
pub(super) fn read(files: &[SourceFile], canon: &CanonContents) -> Ladders {
    let documents = |role| {
        let files = files.iter().enumerate();
        files.filter_map(move |(at, file)| {
            Some((at, file.markdown()?)).filter(|_| file.role == role)
        })
    };
    let canon = canon.files(|of| of.bears_on_stages);
    let canon: Vec<(usize, &MarkdownDocument)> = canon
        .filter_map(|file| Some((file, files[file].markdown()?)))
        .collect();
    let mut taken = Taken::new();
    let mut all: Vec<Parts> = canon
        .iter()
        .filter_map(|(file, document)| of_rungs(ladder::rungs(document, *file), *file, document))
        .collect();
    match all.is_empty() {
        true => all.extend(of_checklists(&canon, &mut taken)),
        false => {
            take_own_lists(&canon, &mut all, &mut taken);
            take_lists_elsewhere(&canon, &mut all, &mut taken);
        }
    }
    for (file, document) in &canon {
        for matrix in matrix::matrices(document, *file) {
            give_owners(&mut all, *file, matrix);
        }
        give_notes(&mut all, *file, alignment::notes(document, *file));
    }
    let mut found = assemble(all);
    found.taken = taken;
    let names = names(&found.stages);
    for (file, document) in documents(Role::Roadmap) {
        for entry in roadmap::entries(document, file, &names) {
            let stage = &mut found.stages[entry.stage];
            stage.evidence.extend(entry.evidence);
            stage.due.extend(entry.due);
            stage.accountable.extend(entry.accountable);
            stage.acknowledged.extend(entry.acknowledged);
        }
    }
    let papers: Vec<_> = documents(Role::GateReview).collect();
    let packets = map_in_parallel(&papers, DOCUMENTS, |(file, document)| {
        let packet = Packet::read(document, *file, &files[*file].path)?;
        Some((names.called(&packet.stage)?, packet))
    });
    for (stage, packet) in packets.into_iter().flatten() {
        found.stages[stage].packets.push(packet);
    }
    for stage in &mut found.stages {
        // Of one day the last path counts as latest.
        stage.packets.sort_by_key(|packet| packet.date);
    }
    found
}

/// The names of all stages, to look one up by.
pub(crate) fn names(stages: &[Stage]) -> Names {
    Names::new(stages.iter().map(|stage| &*stage.name))
}

fn of_rungs(rungs: Vec<Rung>, file: usize, document: &MarkdownDocument) -> Option<Parts> {
    if rungs.is_empty() {
        // Before its title is asked for, which parses the document.
        return None;
    }
    let mut seen = HashSet::new();
    let stages = rungs.into_iter().filter_map(|rung| {
        let is_new = seen.insert(canon::normalised(&rung.stage));
        is_new.then(|| Stage::new(rung.stage.clone(), Some(rung)))
    });
    let stages: Vec<Stage> = stages.collect();
    let ladder = Ladder {
        title: canon::title(document).to_owned(),
        file: Some(file),
    };
    Some(Parts::new(ladder, stages))
}

/// The stages of a plan without a ladder: the checklists under a heading that says so.
fn of_checklists(canon: &[(usize, &MarkdownDocument)], taken: &mut Taken) -> Option<Parts> {
    let mut stages: Vec<Stage> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for (file, document) in canon {
        if !document.heading_lines().any(may_say_stage) {
            continue;
        }
        for list in checklist::lists(document, *file) {
            let above = list.below.map_or("", |at| &document.headings()[at].text);
            let makes = list.is_direct
                && !says_checklist(&list.heading)
                && (says_stages(above) || says_stage_first(&list.heading));
            if makes {
                taken.insert((*file, list.at));
                let at = known.entry(canon::normalised(&list.heading));
                let at = *at.or_insert_with(|| {
                    stages.push(Stage::new(list.heading.clone(), None));
                    stages.len() - 1
                });
                stages[at].checks.extend(list.checks);
            }
        }
    }
    let ladder = Ladder {
        title: String::new(),
        file: None,
    };
    (!stages.is_empty()).then(|| Parts::new(ladder, stages))
}

fn may_say_stage(line: &[u8]) -> bool {
    may_say(line, "stage") || may_say(line, "readiness checklist")
}

/// Whether a heading with "Checklist" is about stages.
fn says_stages(heading: &str) -> bool {
    let words = canon::normalised(heading);
    words.contains("readiness checklist")
        || words
            .split(' ')
            .any(|word| matches!(word, "stage" | "stages"))
}

fn says_stage_first(heading: &str) -> bool {
    let words = canon::normalised(heading);
    words.split(' ').next() == Some("stage")
}

fn take_own_lists(canon: &[(usize, &MarkdownDocument)], all: &mut [Parts], taken: &mut Taken) {
    for parts in all {
        let own = canon
            .iter()
            .filter(|(file, _)| parts.ladder.file == Some(*file));
        for list in own.flat_map(|(file, document)| checklist::lists(document, *file)) {
            if list.below.is_some()
                && let Some(stage) = parts.names.headed(&list.heading)
            {
                taken.insert((list.file, list.at));
                let checks = list.own_checks(&parts.names);
                parts.stages[stage].checks.extend(checks);
            }
        }
    }
}

/// Gives the stages that have no checklist at home one of another document: the one that has
/// lists of the most of them.
fn take_lists_elsewhere(
    canon: &[(usize, &MarkdownDocument)],
    all: &mut [Parts],
    taken: &mut Taken,
) {
    for parts in all {
        let lacks = |stage: &&Stage| stage.checks.is_empty();
        let lacking: Vec<&str> = parts
            .stages
            .iter()
            .filter(lacks)
            .map(|s| &*s.name)
            .collect();
        if lacking.is_empty() {
            continue;
        }
        let names = Names::new(lacking.iter().copied());
        let mut found: Vec<(usize, Vec<(usize, Checklist)>)> = Vec::new();
        for (file, document) in canon {
            let may_have = checklist::may_be_in(document)
                && document.heading_lines().any(|line| names.may_head(line));
            if parts.ladder.file == Some(*file) || !may_have {
                continue;
            }
            let lists = checklist::lists(document, *file).into_iter();
            let lists = lists.filter(|list| list.below.is_some() && !list.checks.is_empty());
            let lists = lists.filter(|list| !taken.contains(&(list.file, list.at)));
            let lists: Vec<(usize, Checklist)> = lists
                .filter_map(|list| Some((parts.names.headed(&list.heading)?, list)))
                .filter(|(stage, _)| parts.stages[*stage].checks.is_empty())
                .collect();
            let stages: HashSet<usize> = lists.iter().map(|(stage, _)| *stage).collect();
            if !stages.is_empty() {
                found.push((stages.len(), lists));
            }
        }
        found.sort_by_key(|(stages, _)| std::cmp::Reverse(*stages));
        for (_, lists) in found {
            let is_open = |stage: usize| parts.stages[stage].checks.is_empty();
            let lists: Vec<_> = lists
                .into_iter()
                .filter(|(stage, _)| is_open(*stage))
                .collect();
            for (stage, list) in lists {
                taken.insert((list.file, list.at));
                let checks = list.own_checks(&parts.names);
                parts.stages[stage].checks.extend(checks);
            }
        }
    }
}

/// The ladder that something in a file belongs to, by how many of its stages it names: that of
/// its own document, else the one it names the most stages of, and more than one by chance.
fn owner(all: &mut [Parts], file: usize, named: impl Fn(&Names) -> usize) -> Option<&mut Parts> {
    let own = all.iter().position(|parts| parts.ladder.file == Some(file));
    if let Some(at) = own {
        return (named(&all[at].names) > 0).then(|| &mut all[at]);
    }
    let enough = |parts: &Parts| match parts.ladder.file {
        Some(_) => parts.stages.len().min(2),
        None => 1,
    };
    let mut best: Option<(usize, usize)> = None;
    for (at, parts) in all.iter().enumerate() {
        let count = named(&parts.names);
        if count >= enough(parts) && best.is_none_or(|(_, most)| count > most) {
            best = Some((at, count));
        }
    }
    best.map(|(at, _)| &mut all[at])
}

fn distinct(stages: impl Iterator<Item = usize>) -> usize {
    stages.collect::<HashSet<usize>>().len()
}

fn give_owners(all: &mut [Parts], file: usize, matrix: Vec<Assignment>) {
    let mut columns: Vec<&str> = matrix.iter().map(|cell| &*cell.stage).collect();
    columns.sort_unstable();
    columns.dedup();
    let named = |names: &Names| distinct(columns.iter().filter_map(|stage| names.called(stage)));
    let Some(parts) = owner(all, file, named) else {
        return;
    };
    for cell in matrix {
        if let Some(stage) = parts.names.called(&cell.stage)
            && !cell.people.is_empty()
        {
            parts.stages[stage].owners.push(cell);
        }
    }
}

fn give_notes(all: &mut [Parts], file: usize, notes: Vec<WorkstreamNote>) {
    if notes.is_empty() {
        return;
    }
    let named = |names: &Names| distinct(notes.iter().flat_map(|note| names.named(&note.text)));
    let Some(parts) = owner(all, file, named) else {
        return;
    };
    for note in notes {
        for stage in parts.names.named(&note.text) {
            parts.stages[stage].notes.push(note.clone());
        }
    }
}

/// One ladder after the other. A stage that is called as one of an earlier ladder goes by its
/// document's title too: papers, evidence and commands name stages by their names alone.
fn assemble(all: Vec<Parts>) -> Ladders {
    let mut found = Ladders::default();
    let mut known = HashSet::new();
    for parts in all {
        for mut stage in parts.stages {
            stage.ladder = found.ladders.len();
            if !known.insert(canon::normalised(&stage.name)) {
                stage.name = format!("{} ({})", stage.name, parts.ladder.title);
                let mut nth = 2;
                while !known.insert(canon::normalised(&stage.name)) {
                    stage.name = format!("{} {nth}", stage.name);
                    nth += 1;
                }
            }
            found.stages.push(stage);
        }
        found.ladders.push(parts.ladder);
    }
    found
}

/// The checklists of all documents that belong to no stage. What was read `before` from a
/// document that is still the same is taken over.
pub(super) fn others(
    files: &[SourceFile],
    canon: &CanonContents,
    taken: &Taken,
    before: &[Arc<OtherChecklists>],
) -> Vec<Arc<OtherChecklists>> {
    let known: HashMap<usize, &Arc<OtherChecklists>> =
        before.iter().map(|other| (other.file, other)).collect();
    let candidates = canon.files(|of| of.has_checklists);
    let candidates: Vec<(usize, &MarkdownDocument)> = candidates
        .filter_map(|file| Some((file, files[file].markdown()?)))
        .collect();
    let read = |(file, document): &(usize, &MarkdownDocument)| {
        if let Some(other) = known.get(file)
            && other.source.is_same(document)
        {
            return Some(Arc::clone(other));
        }
        let lists = checklist::lists(document, *file).into_iter();
        let lists = lists.filter(|list| list.is_apart() && !taken.contains(&(*file, list.at)));
        let lists: Vec<Checklist> = lists.collect();
        (!lists.is_empty()).then(|| {
            Arc::new(OtherChecklists {
                file: *file,
                title: canon::title(document).to_owned(),
                lists,
                source: (*document).clone(),
            })
        })
    };
    let others = map_in_parallel(&candidates, DOCUMENTS, read);
    others.into_iter().flatten().collect()
}

/// From how many documents on another core is worth its start.
const DOCUMENTS: usize = 8;
