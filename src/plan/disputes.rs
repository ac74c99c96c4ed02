//! The conflicts that an unfinished merge left in the plan's files, and what each is about.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use super::Plan;
use super::canon::section;
use super::field::{Field, fields};
use super::id::{BlockId, StepId};
use super::source::{Role, SourceFile};
use super::uid::Uid;
use crate::document::Document;
use crate::document::log::{LineProblem, LogDocument};
use crate::document::markdown::MarkdownDocument;
use crate::document::markers::{MarkedConflict, conflicts};
use crate::document::splice::Span;

/// Two versions that git left in a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Dispute {
    /// Index of the file in the plan.
    pub file: usize,
    /// Where the versions are.
    pub(crate) place: MarkedConflict,
    /// The steps that it is about, in either version.
    pub steps: Vec<StepId>,
    /// The fields that differ, where both versions are of one step; those that one side only changed
    /// are among them.
    pub fields: Vec<String>,
    /// What it is about in a few words.
    pub about: String,
    /// The lines of the steps that are meant, where it is some only of those between the markers.
    part: Option<[Vec<u8>; 3]>,
}

/// One of the versions between the markers of a conflict.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum MarkedVersion {
    /// That of the branch that is merged into.
    Ours,
    /// What both sides started from.
    Base,
    /// That of the branch that is merged.
    Theirs,
}

impl Dispute {
    /// Line of the opening marker, counted from 1.
    pub fn line(&self) -> usize {
        self.place.line
    }

    /// Whether its markers show what both sides started from.
    pub(crate) fn shows_base(&self) -> bool {
        self.place.base.is_some()
    }

    /// Where it is in the file, markers included.
    pub(crate) fn whole(&self) -> Span {
        self.place.whole
    }

    /// A part of it as it is in the file.
    pub(crate) fn text(&self, plan: &Plan, span: Span) -> String {
        let bytes = plan.files()[self.file].document.slice(span);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// A version of what it is about; nothing where the markers do not show that one.
    pub(crate) fn lines(&self, plan: &Plan, version: MarkedVersion) -> Option<Vec<u8>> {
        let span = match version {
            MarkedVersion::Ours => Some(self.place.ours),
            MarkedVersion::Base => self.place.base,
            MarkedVersion::Theirs => Some(self.place.theirs),
        };
        let span = span?;
        Some(match &self.part {
            Some(part) => part[version as usize].clone(),
            None => plan.files()[self.file].document.slice(span),
        })
    }

    /// The same for people: of one step in a log, the values of `fields`.
    pub(crate) fn version(
        &self,
        plan: &Plan,
        version: MarkedVersion,
        fields: &[String],
    ) -> Option<String> {
        let text = self.lines(plan, version)?;
        if self.fields.is_empty() {
            return Some(String::from_utf8_lossy(&text).into_owned());
        }
        let log = LogDocument::load(text);
        let Some(line) = log.lines().find(|line| line.is_object()) else {
            return Some(String::new());
        };
        let value = |key: &String| match line.get(key) {
            Some(raw) => format!("{key}: {raw}\n"),
            None => format!("{key} is not there\n"),
        };
        Some(fields.iter().map(value).collect())
    }

    /// Whether it is about some only of the steps between the markers.
    pub(crate) fn is_part(&self) -> bool {
        self.part.is_some()
    }

    /// How many characters its markers have.
    pub(crate) fn marker_size(&self, plan: &Plan) -> usize {
        let marker = Span::new(self.place.whole.start, self.place.our_label.start);
        let marker = self.text(plan, marker);
        marker.matches('<').count()
    }

    /// What it is about of these steps; all of it, where those are all, or it is not one of a log.
    pub(crate) fn narrowed(&self, plan: &Plan, steps: &[StepId]) -> Self {
        let is_log = plan.files()[self.file].role == Role::Log;
        if !is_log || self.steps.iter().all(|step| steps.contains(step)) {
            return self.clone();
        }
        let by_step = self.by_step(plan);
        let own = by_step.lines.into_iter();
        let own = own.filter(|(step, _)| steps.contains(step));
        let part = own.fold(<[Vec<u8>; 3]>::default(), |mut part, (_, lines)| {
            part.iter_mut()
                .zip(lines)
                .for_each(|(part, lines)| part.extend(lines));
            part
        });
        of_log(self.file, self.place, part)
    }

    /// What is to be decided of it one by one: each step of which the versions differ. It alone where
    /// they differ in anything else.
    pub(crate) fn parts(&self, plan: &Plan) -> Vec<Self> {
        let is_log = plan.files()[self.file].role == Role::Log;
        if !is_log || self.steps.len() < 2 {
            return vec![self.clone()];
        }
        let by_step = self.by_step(plan);
        if by_step.others_differ {
            return vec![self.clone()];
        }
        let differ = by_step
            .lines
            .into_values()
            .filter(|[ours, _, theirs]| ours != theirs);
        differ
            .map(|part| of_log(self.file, self.place, part))
            .collect()
    }

    /// The lines of each version by the step that they are of.
    fn by_step(&self, plan: &Plan) -> ByStep {
        let mut lines: BTreeMap<StepId, [Vec<u8>; 3]> = BTreeMap::new();
        let mut others = <[Vec<u8>; 3]>::default();
        for version in [
            MarkedVersion::Ours,
            MarkedVersion::Base,
            MarkedVersion::Theirs,
        ] {
            let at = version as usize;
            let log = LogDocument::load(self.lines(plan, version).unwrap_or_default());
            for line in log.lines().filter(|line| !line.is_blank()) {
                let of = match line.get("step_id").and_then(StepId::of_raw) {
                    Some(step) => &mut lines.entry(step).or_default()[at],
                    None => &mut others[at],
                };
                of.extend_from_slice(line.bytes());
            }
        }
        let [ours, _, theirs] = others;
        ByStep {
            lines,
            others_differ: ours != theirs,
        }
    }

    /// What the markers call each side.
    pub(crate) fn labels(&self, plan: &Plan) -> [String; 2] {
        [self.place.our_label, self.place.their_label].map(|span| self.text(plan, span))
    }

    /// Whether a line of the file, counted from 1, is in it.
    pub(crate) fn holds(&self, line: usize) -> bool {
        (self.place.line..self.place.line + self.place.lines).contains(&line)
    }
}

/// The lines between the markers of a conflict.
struct ByStep {
    /// Ours, base and theirs of each step.
    lines: BTreeMap<StepId, [Vec<u8>; 3]>,
    /// Whether the versions differ in lines of no step, other than blank ones.
    others_differ: bool,
}

/// Every conflict in the files of `plan`, by file and line.
pub fn disputes(plan: &Plan) -> Vec<Dispute> {
    let files = plan.files().iter().enumerate();
    files.flat_map(|(at, file)| in_file(at, file)).collect()
}

/// Why a plan whose log holds two versions of a step is not renumbered, laid out or merged: which
/// step is which is not known until one is chosen. Nothing where no log does.
pub(crate) fn unresolved(plan: &Plan) -> Option<String> {
    let is_log = |dispute: &Dispute| plan.files()[dispute.file].role == Role::Log;
    let first = disputes(plan).into_iter().find(is_log)?;
    Some(format!(
        "{}:{}: a merge left two versions here: `stepdeck resolve` shows them and keeps one",
        plan.files()[first.file].path.display(),
        first.line()
    ))
}

/// Indexes of the steps whose lines repeat a number within one conflict of a log, ascending.
pub(super) fn repeated(plan: &Plan) -> Vec<u32> {
    let mut lines = HashSet::new();
    for (file, first) in plan.files.iter().zip(&plan.first_lines) {
        let Some(log) = file.log().filter(|log| log.unreadable_lines() > 0) else {
            continue;
        };
        let mut seen: Option<HashSet<StepId>> = None;
        for (number, line) in (*first..).zip(log.lines()) {
            let is_marker = line.problem() == Some(&LineProblem::ConflictMarker);
            match &mut seen {
                _ if is_marker && line.bytes().starts_with(b"<<<<<<<") => {
                    seen = Some(HashSet::new());
                }
                _ if is_marker && line.bytes().starts_with(b">>>>>>>") => seen = None,
                Some(seen) => {
                    let id = line.get("step_id").and_then(StepId::of_raw);
                    if id.is_some_and(|id| !seen.insert(id)) {
                        lines.insert(number);
                    }
                }
                None => {}
            }
        }
    }
    if lines.is_empty() {
        return Vec::new();
    }
    let steps = (0..).zip(plan.steps.iter());
    let repeated = steps.filter(|(_, step)| lines.contains(&step.line));
    repeated.map(|(at, _)| at).collect()
}

/// The conflicts in one file. In Markdown, none that is in a code fence: a page may explain merging.
pub(crate) fn in_file(at: usize, file: &SourceFile) -> Vec<Dispute> {
    if let Document::Log(log) = &file.document
        && (log.unreadable_lines() == 0
            || !log
                .lines()
                .any(|line| line.problem() == Some(&LineProblem::ConflictMarker)))
    {
        return Vec::new();
    }
    let rope = match &file.document {
        Document::Log(log) => log.rope(),
        Document::Markdown(markdown) => markdown.rope(),
    };
    let bytes = rope.contiguous();
    let mut found = conflicts(&bytes);
    if file.role == Role::Log {
        let read = |place: MarkedConflict| in_log(at, place, &bytes);
        return found.into_iter().map(read).collect();
    }
    let (mut fences, mut from) = (0, 0);
    found.retain(|conflict| {
        let start = conflict.whole.start;
        fences += count_fences(&bytes[from..start]);
        from = start;
        fences % 2 == 0
    });
    // Read once for all of them, up to the last.
    let end = found.last().map_or(0, |last| last.whole.start);
    let above = MarkdownDocument::load(bytes[..end].to_vec());
    let read = |place: MarkedConflict| in_markdown(at, place, (&bytes, &above));
    found.into_iter().map(read).collect()
}

fn count_fences(lines: &[u8]) -> usize {
    let lines = lines
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii_start);
    let fences = lines.filter(|line| line.starts_with(b"```") || line.starts_with(b"~~~"));
    fences.count()
}

fn in_log(file: usize, place: MarkedConflict, bytes: &[u8]) -> Dispute {
    let lines = [Some(place.ours), place.base, Some(place.theirs)];
    let lines = lines.map(|span| span.map_or_else(Vec::new, |span| bytes[span.range()].to_vec()));
    Dispute {
        part: None,
        ..of_log(file, place, lines)
    }
}

/// What some of the lines between the markers are about.
fn of_log(file: usize, place: MarkedConflict, lines: [Vec<u8>; 3]) -> Dispute {
    let [ours, _, theirs] = lines.each_ref().map(|text| LogDocument::load(&text[..]));
    let ids = |log: &LogDocument| -> Vec<StepId> {
        let ids = log
            .lines()
            .filter_map(|line| StepId::of_raw(line.get("step_id")?));
        ids.collect()
    };
    let mut steps = ids(&ours);
    let is_one_number = steps == ids(&theirs) && steps.len() == 1;
    let uid = |log: &LogDocument| {
        let mut lines = log.lines();
        lines.find_map(|line| Uid::of_raw(line.get(Field::Uid.spec().key)?))
    };
    let uids = uid(&ours).zip(uid(&theirs));
    let are_two = is_one_number && uids.is_some_and(|(ours, theirs)| ours != theirs);
    steps.extend(ids(&theirs));
    steps.sort_unstable();
    steps.dedup();
    let fields = match is_one_number && !are_two {
        true => differing(&ours, &theirs),
        false => Vec::new(),
    };
    let names: Vec<String> = steps.iter().map(ToString::to_string).collect();
    let about = match (&*names, &*fields) {
        ([], _) => "lines that are no steps".to_owned(),
        ([name], []) if are_two => format!("{name}, two steps under one number"),
        (names, []) => names.join(", "),
        (names, fields) => format!("{} {}", names.join(", "), fields.join(", ")),
    };
    Dispute {
        file,
        place,
        steps,
        fields,
        about,
        part: Some(lines),
    }
}

/// The keys of a step whose values are not the same, the stamp aside.
fn differing(ours: &LogDocument, theirs: &LogDocument) -> Vec<String> {
    let first = |log: &LogDocument| -> Vec<(String, String)> {
        let entries = log.lines().find(|line| line.is_object());
        let entries = entries.map(|line| {
            let entries = line.entries();
            entries
                .map(|(key, raw)| (key.to_owned(), raw.to_owned()))
                .collect()
        });
        entries.unwrap_or_default()
    };
    let (ours, theirs) = (first(ours), first(theirs));
    let mut keys: Vec<String> = Vec::new();
    for (key, _) in ours.iter().chain(&theirs) {
        let of = |side: &[(String, String)]| side.iter().find(|(k, _)| k == key).cloned();
        let is_stamp = fields()
            .iter()
            .any(|spec| spec.key == *key && *key == "updated_at");
        if !is_stamp && of(&ours) != of(&theirs) && !keys.contains(key) {
            keys.push(key.clone());
        }
    }
    keys
}

/// `above` has what is above the conflict, at least.
fn in_markdown(
    file: usize,
    place: MarkedConflict,
    (bytes, above): (&[u8], &MarkdownDocument),
) -> Dispute {
    let inside =
        [place.ours, place.theirs].map(|span| MarkdownDocument::load(bytes[span.range()].to_vec()));
    let of_steps = |document: &MarkdownDocument| -> Vec<StepId> {
        let headings = document.headings().iter();
        headings
            .filter_map(|heading| Some(section::read_heading(&heading.text)?.0))
            .collect()
    };
    let mut steps: Vec<StepId> = inside.iter().flat_map(of_steps).collect();
    // One that its own markers make of the text before them is none.
    let headings = above.headings();
    let count = headings.partition_point(|heading| heading.span.end <= place.whole.start);
    let heading = headings[..count].last();
    if steps.is_empty() {
        let step = heading.and_then(|heading| section::read_heading(&heading.text));
        steps.extend(step.map(|(id, _)| id));
    }
    steps.sort_unstable();
    steps.dedup();
    let first = inside.iter().find_map(first_words);
    let about = match (first, heading) {
        (Some(first), Some(heading)) if first != heading.text => {
            format!("{}: {first}", heading.text)
        }
        (Some(words), _) => words,
        (None, Some(heading)) => heading.text.clone(),
        (None, None) => "text".to_owned(),
    };
    Dispute {
        file,
        place,
        steps,
        fields: Vec::new(),
        about,
        part: None,
    }
}

/// What a piece of Markdown begins with: its label, its words, the key cell of a row.
fn first_words(document: &MarkdownDocument) -> Option<String> {
    const QUOTED: usize = 40;
    let item = document.items().first();
    let label = item.and_then(|item| Some(item.label.as_ref()?.name.clone()));
    let heading = document
        .headings()
        .first()
        .map(|heading| heading.text.clone());
    let text = String::from_utf8_lossy(document.bytes()).into_owned();
    let line = text.lines().find(|line| !line.trim().is_empty())?;
    let row = line
        .trim()
        .strip_prefix('|')
        .and_then(|row| row.split('|').next());
    let row = row.map(|cell| cell.trim().to_owned());
    let words = label
        .or(heading)
        .or(row)
        .or(item.map(|item| item.text.clone()));
    let words = words.unwrap_or_else(|| line.trim().to_owned());
    Some(match words.char_indices().nth(QUOTED) {
        Some((at, _)) => format!("{}…", words[..at].trim_end()),
        None => words,
    })
}

/// The conflict in which two versions of a step are, as far as it is about that step. A line that one side added is no dispute.
pub(crate) fn of_step(plan: &Plan, id: StepId) -> Option<Dispute> {
    let is_twice = plan.find_nth(id, 1).is_some();
    let mut all = disputes(plan).into_iter();
    let found = all.find(|dispute| {
        let is_log = plan.files()[dispute.file].role == Role::Log;
        dispute.steps.contains(&id) && (is_twice || !is_log)
    });
    found.map(|dispute| dispute.narrowed(plan, &[id]))
}

/// What a dispute is about of a block: its steps, or its row. Nothing where it is about other things.
pub(crate) fn of_block(plan: &Plan, dispute: &Dispute, block: BlockId) -> Option<Dispute> {
    let at = plan.find_block(block);
    let range = at.map_or(block.default_range(), |at| plan.blocks()[at].range);
    let mut steps = dispute.steps.clone();
    steps.retain(|step| (range.0..=range.1).contains(&step.number()));
    if !steps.is_empty() {
        return Some(dispute.narrowed(plan, &steps));
    }
    let mut rows = plan
        .block_rows()
        .filter(|row| row.id == block && row.file == dispute.file);
    let is_row = rows.any(|row| {
        let document = plan.files()[row.file].markdown();
        let rows = document.map(|document| &document.tables()[row.table].rows);
        rows.is_some_and(|rows| dispute.whole().contains(rows[row.row].span.start))
    });
    is_row.then(|| dispute.clone())
}

/// Whether a dispute is what somebody means by a file, or by `FILE:LINE`.
pub fn is_named(plan: &Plan, dispute: &Dispute, path: &Path, line: Option<usize>) -> bool {
    let own = &plan.files()[dispute.file].path;
    own == path && line.is_none_or(|line| dispute.holds(line))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::status::Status;

    fn plan(statuses: [&str; 3]) -> Plan {
        let [ours, base, theirs] = statuses;
        let line = |id: &str, status: &str| {
            format!("{{\"step_id\": \"{id}\", \"title\": \"x\", \"status\": \"{status}\"}}\n")
        };
        let log = [
            line("0001", "complete"),
            "<<<<<<< ours\n".to_owned(),
            line("0002", ours),
            "||||||| base\n".to_owned(),
            line("0002", base),
            "=======\n".to_owned(),
            line("0002", theirs),
            line("0003", "idea"),
            ">>>>>>> theirs\n".to_owned(),
            // No merge left this one: two steps have one number.
            line("0001", "draft"),
        ];
        let log = log.concat().into_bytes();
        Plan::read(vec![SourceFile::load("p.jsonl", Role::Log, log)])
    }

    #[test]
    fn a_step_of_which_a_merge_left_several_versions_counts_once() {
        let mut plan = plan(["complete", "draft", "blocked"]);
        assert_eq!(plan.len(), 6, "each version can be looked at");
        let tally = plan.tally();
        assert_eq!((tally.total, tally.done()), (4, 2));
        assert_eq!(tally.count(Status::Blocked), 0);
        assert_eq!(plan.blocks()[0].tally, tally);
        // An edit of another version changes nothing about that.
        let edited = plan_text(&plan).replace("blocked", "complete");
        let amended = plan.amend(&[StepId::new(2)], false, |files| {
            let log = edited.into_bytes();
            files[0] = SourceFile::load("p.jsonl", Role::Log, log);
            Ok::<_, ()>(())
        });
        amended.unwrap();
        assert_eq!(plan.tally(), tally);
    }

    fn plan_text(plan: &Plan) -> String {
        String::from_utf8(plan.files()[0].document.to_bytes()).unwrap()
    }
}
