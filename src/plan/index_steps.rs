//! The steps of a plan, gathered from its logs and its canon: which there are, where each is
//! written, its status, and what it waits for.
//!
//! Two passes. The first goes over the lines of the logs, each looked at once, and keeps of a
//! line its ID, its status and its dependencies, the latter by name. When all steps are known
//! and in order, the second turns names into indexes. Both are shared between cores, by ranges
//! that follow each other, so what comes out does not depend on how many there are. What a
//! step section has to say is asked of the finished step.

use std::borrow::Cow;
use std::ops::Range;

use super::dependency::Dependency;
use super::field::Field;
use super::graph::{Builder, Graph};
use super::id::StepId;
use super::list_entry::words_in_log;
use super::source::SourceFile;
use super::status::Status;
use super::{LogPlace, NONE, Plan, Step};
use crate::document::json;
use crate::document::log::LineRef;
use crate::document::parallel::in_parallel;
use crate::document::progress::Progress;

/// So many lines or steps are worth a thread of their own.
pub(super) const SHARE: usize = 10_000;

/// What the logs say.
pub(super) struct Found {
    pub steps: Vec<Step>,
    /// Of each of the steps.
    pub statuses: Vec<Option<Status>>,
    /// Lines that are objects but no steps.
    pub strays: Vec<LogPlace>,
    pub listed: Listed,
}

/// The dependencies of all lines, by name.
pub(super) struct Listed(Vec<Part>);

/// What a range of lines says.
#[derive(Default)]
struct Part {
    /// The first of the lines.
    first: usize,
    steps: Vec<Step>,
    statuses: Vec<Option<Status>>,
    strays: Vec<LogPlace>,
    /// For each line, where its dependencies end.
    ends: Vec<u32>,
    /// The number of a step, or [`UNMET`], or with [`LONG`] the index of a name.
    names: Vec<u32>,
    /// Names that are more than a number.
    long: Vec<StepId>,
    /// The lines of steps that say nothing of dependencies.
    silent: Vec<u32>,
}

/// An open condition: no step has the number 0.
const UNMET: u32 = 0;
/// What marks an index among numbers.
const LONG: u32 = 1 << 31;

impl Part {
    fn depends_on(&mut self, entry: Dependency<'_>) {
        let id = match entry {
            Dependency::Step(id) => id,
            Dependency::Condition { met: true, .. } => return,
            Dependency::Condition { .. } => return self.names.push(UNMET),
        };
        if id.suffix().is_empty() && id.number() < LONG {
            self.names.push(id.number());
        } else {
            self.names.push(LONG | count(self.long.len()));
            self.long.push(id);
        }
    }

    fn read(&mut self, line: LineRef<'_>, place: LogPlace, number: usize) {
        if line.is_object() {
            let id = line.get("step_id");
            match id.and_then(StepId::of_raw) {
                Some(id) => {
                    self.steps.push(Step::new(id, count(number), NONE));
                    self.statuses.push(line.get("status").and_then(status));
                    match line.get("dependencies") {
                        Some(raw) => entries(raw, |entry| self.depends_on(entry)),
                        None => self.silent.push(count(self.ends.len())),
                    }
                }
                None if id.is_none() && line.get("schema").is_some() => {}
                None => self.strays.push(place),
            }
        }
        self.ends.push(count(self.names.len()));
    }

    /// The dependencies of a line, by name.
    fn of(&self, line: usize) -> &[u32] {
        let from = match line {
            0 => 0,
            _ => self.ends[line - 1],
        };
        &self.names[from as usize..self.ends[line] as usize]
    }

    fn is_silent(&self, line: usize) -> bool {
        self.silent.binary_search(&count(line)).is_ok()
    }

    fn name(&self, code: u32) -> Option<StepId> {
        match code {
            UNMET => None,
            _ if code & LONG == 0 => Some(StepId::new(code)),
            _ => Some(self.long[(code & !LONG) as usize]),
        }
    }
}

/// How many, as the plan counts.
fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(NONE)
}

/// The status that a line's value stands for, as [`StepRef::text`](super::StepRef::text)
/// words it.
fn status(raw: &str) -> Option<Status> {
    match json::known_items(raw) {
        Some(items) => Status::read(&items.map(json::words).collect::<Vec<_>>().join(", ")),
        None => Status::read(&json::words(raw)),
    }
}

/// Every entry of a line's list, as [`StepRef::dependencies`](super::StepRef::dependencies)
/// reads it.
fn entries(raw: &str, mut each: impl FnMut(Dependency<'_>)) {
    words_in_log(raw).for_each(|words| each(Dependency::read(words)));
}

/// For each file the number of its first line, where all lines of all logs are counted through.
pub(super) fn first_lines(files: &[SourceFile]) -> Vec<u32> {
    let mut before = 0;
    let first = files.iter().map(|file| {
        let first = count(before);
        before += file.log().map_or(0, |log| log.line_count());
        first
    });
    first.collect()
}

/// Reads every line of the logs; nothing where that is no longer wanted.
pub(super) fn lines(files: &[SourceFile], share: usize, progress: &Progress) -> Option<Found> {
    let logs = files.iter().filter_map(SourceFile::log);
    let all = logs.map(|log| log.line_count()).sum();
    let mut parts: Vec<Part> = in_parallel(all, share, |range| part(files, range, progress))
        .into_iter()
        .collect::<Option<_>>()?;
    let (mut steps, mut statuses) = (Vec::new(), Vec::new());
    let mut strays = Vec::new();
    for part in &mut parts {
        append(&mut steps, &mut part.steps);
        append(&mut statuses, &mut part.statuses);
        append(&mut strays, &mut part.strays);
    }
    let listed = Listed(parts);
    Some(Found {
        steps,
        statuses,
        strays,
        listed,
    })
}

/// Moves what is in `more` behind what is in `all`.
fn append<T>(all: &mut Vec<T>, more: &mut Vec<T>) {
    match all.is_empty() {
        true => *all = std::mem::take(more),
        false => all.append(&mut std::mem::take(more)),
    }
}

fn part(files: &[SourceFile], range: Range<usize>, progress: &Progress) -> Option<Part> {
    let mut part = Part {
        first: range.start,
        steps: Vec::with_capacity(range.len()),
        statuses: Vec::with_capacity(range.len()),
        ends: Vec::with_capacity(range.len()),
        names: Vec::with_capacity(range.len()),
        ..Part::default()
    };
    let (mut before, mut strides) = (0, progress.strides());
    for (file, source) in files.iter().enumerate() {
        let Some(log) = source.log() else { continue };
        let own = before..before + log.line_count();
        before = own.end;
        let from = range.start.clamp(own.start, own.end) - own.start;
        let to = range.end.clamp(own.start, own.end) - own.start;
        for (line, content) in (from..to).zip(log.lines_within(from..to)) {
            let number = own.start + line;
            part.read(content, LogPlace { file, line }, number);
            if !strides.add(1) {
                return None;
            }
        }
    }
    strides.end().then_some(part)
}

/// Puts steps and their statuses into the order of IDs; equals stay as they were.
fn sort(steps: &mut Vec<Step>, statuses: &mut Vec<Option<Status>>) {
    if steps.is_sorted_by_key(|step| step.id) {
        return;
    }
    let mut order: Vec<u32> = (0..count(steps.len())).collect();
    order.sort_by_key(|at| steps[*at as usize].id);
    *steps = order.iter().map(|at| steps[*at as usize]).collect();
    *statuses = order.iter().map(|at| statuses[*at as usize]).collect();
}

/// Puts the steps in order, together with those of the canon: a section belongs to the first
/// step of the log with its ID, or is a step of its own.
pub(super) fn merge(found: &mut Found, sections: impl Iterator<Item = StepId>) {
    let Found {
        steps, statuses, ..
    } = found;
    sort(steps, statuses);
    let logged = steps.len();
    for (index, id) in sections.enumerate() {
        let at = steps[..logged].partition_point(|step| step.id < id);
        match steps[..logged].get_mut(at) {
            Some(step) if step.id == id && step.section == NONE => {
                step.section = count(index);
            }
            _ => {
                steps.push(Step::new(id, NONE, count(index)));
                statuses.push(None);
            }
        }
    }
    sort(steps, statuses);
    // A few more than the log has doubled the room.
    steps.shrink_to_fit();
    statuses.shrink_to_fit();
}

/// What a range of steps waits for.
#[derive(Default)]
struct Waiting {
    upstream: Vec<u32>,
    /// For each step how many of `upstream` are its own, and how much else it waits for.
    counts: Vec<(u32, u32)>,
}

/// Builds the graph of all steps; nothing where that is no longer wanted.
pub(super) fn graph(
    plan: &Plan,
    listed: Listed,
    share: usize,
    progress: &Progress,
) -> Option<Graph> {
    let parts: Vec<Waiting> = in_parallel(plan.len(), share, |range| {
        waiting(plan, &listed, range, progress)
    })
    .into_iter()
    .collect::<Option<_>>()?;
    drop(listed);
    let dependencies = parts.iter().map(|part| part.upstream.len()).sum();
    let mut builder = Builder::with_capacity(plan.len(), dependencies);
    let retired: Vec<bool> = (plan.blocks.iter())
        .map(|block| block.retirement().is_some())
        .collect();
    let mut steps = plan.steps.iter().zip(&plan.statuses);
    for part in parts {
        let mut from = 0;
        for (own, elsewhere) in part.counts {
            let to = from + own as usize;
            let (status, is_retired) = steps.next().map_or((None, false), |(step, status)| {
                (*status, retired[step.block as usize])
            });
            builder.push(&part.upstream[from..to], elsewhere, status, is_retired);
            from = to;
        }
    }
    Some(builder.build())
}

fn waiting(
    plan: &Plan,
    listed: &Listed,
    range: Range<usize>,
    progress: &Progress,
) -> Option<Waiting> {
    let mut waiting = Waiting {
        upstream: Vec::with_capacity(range.len()),
        counts: Vec::with_capacity(range.len()),
    };
    let (mut own, mut at, mut strides) = (Vec::new(), 0, progress.strides());
    for index in range {
        let step = &plan.steps[index];
        own.clear();
        let line = (step.line != NONE).then_some(step.line as usize);
        let written = line.map(|line| {
            let has = |at: usize| {
                let part = &listed.0[at];
                (part.first..part.first + part.ends.len()).contains(&line)
            };
            if !has(at) {
                at = listed.0.partition_point(|part| part.first <= line) - 1;
            }
            let part = &listed.0[at];
            (part, line - part.first)
        });
        // What the line does not say, the section may.
        let is_said =
            |(part, line): &(&Part, usize)| step.section == NONE || !part.is_silent(*line);
        let elsewhere = match written.filter(is_said) {
            Some((part, line)) => {
                let names = part.of(line).iter();
                let found = |code: &u32| plan.find(part.name(*code)?);
                resolve(names.map(found), &mut own)
            }
            None => {
                let entries = plan.step(index).dependencies();
                resolve(upstream(plan, entries), &mut own)
            }
        };
        waiting.upstream.extend_from_slice(&own);
        waiting.counts.push((count(own.len()), elsewhere));
        if !strides.add(1) {
            return None;
        }
    }
    strides.end().then_some(waiting)
}

/// Of each entry that is not met elsewhere, the step that it names, if there is one.
pub(super) fn upstream<'a>(
    plan: &'a Plan,
    entries: impl Iterator<Item = Dependency<'a>>,
) -> impl Iterator<Item = Option<usize>> {
    entries.filter_map(|entry| match entry {
        Dependency::Step(id) => Some(plan.find(id)),
        Dependency::Condition { met, .. } => (!met).then_some(None),
    })
}

/// Puts the steps that are there into `own`, ascending and each once: two spellings of one
/// step are one dependency. Answers how many are not there.
pub(super) fn resolve(found: impl Iterator<Item = Option<usize>>, own: &mut Vec<u32>) -> u32 {
    let mut elsewhere = 0;
    for step in found {
        match step {
            Some(step) => own.push(count(step)),
            None => elsewhere += 1,
        }
    }
    own.sort_unstable();
    own.dedup();
    elsewhere
}

/// The status of a step as its line and its section word it.
pub(super) fn own_status(plan: &Plan, step: usize) -> Option<Status> {
    let text: Cow<'_, str> = plan.step(step).text(Field::Status);
    Status::read(&text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::plan::source::Role;

    fn any_line() -> impl Strategy<Value = String> {
        let id = select(vec![
            "0001",
            "0002",
            "0002.A",
            "0003",
            "0300",
            "9",
            "2147483650",
        ]);
        let status = select(vec![
            "\"draft\"",
            "\"Complete\"",
            "[\"in\", \"progress\"]",
            "null",
        ]);
        let entry = prop_oneof![
            3 => select(vec!["0001", "Step 2", "0002.A", "0003", "0300", "2147483650"]),
            1 => select(vec!["[x] Paid", "Signed", "0099", "a\\u0062"]),
        ];
        let entries = prop::collection::vec(entry, 0..4);
        let entries = entries.prop_map(|entries| format!("{entries:?}").replace("\\\\", "\\"));
        let list = prop_oneof![4 => entries, 1 => select(vec!["\"0001\"", "null", "7"]).prop_map(str::to_owned)];
        let step = (id, status, list).prop_map(|(id, status, list)| {
            format!("{{\"step_id\":\"{id}\",\"status\":{status},\"dependencies\":{list}}}\n")
        });
        prop_oneof![6 => step, 1 => "(\n|x\n|\\{\"schema\":1\\}\n|\\{\\}\n|\\{\"step_id\":\"0004\"\\}\n)"]
    }

    fn files(logs: &[Vec<String>], canon: &str) -> Vec<SourceFile> {
        let log =
            |lines: &Vec<String>| SourceFile::load("l", Role::Log, lines.concat().into_bytes());
        let canon = SourceFile::load("c", Role::Canon, canon.as_bytes().to_vec());
        logs.iter().map(log).chain([canon]).collect()
    }

    fn read(files: &[SourceFile], share: usize) -> Plan {
        let mut plan = Plan {
            first_lines: first_lines(files),
            files: files.to_vec(),
            ..Plan::default()
        };
        plan.read_canon();
        plan.index_steps(share, &Progress::default()).unwrap();
        plan
    }

    fn facts(plan: &Plan) -> String {
        let Plan {
            steps,
            statuses,
            strays,
            blocks,
            graph,
            ..
        } = plan;
        format!("{steps:?} {statuses:?} {strays:?} {blocks:?} {graph:?}")
    }

    const CANON: &str = "### Step 0001 — a\n- **Status:** draft\n- **Dependencies:** 0003, paid\n\n\
                         ### Step 0250 — b\n- **Status:** complete\n";

    proptest! {
        /// What several threads gather is what one gathers, and it is what each step says
        /// when it is asked by itself.
        #[test]
        fn shared_work_is_the_same_work(
            logs in prop::collection::vec(prop::collection::vec(any_line(), 0..12), 0..3),
            canon in select(vec!["", CANON]),
        ) {
            let files = files(&logs, canon);
            let plan = read(&files, usize::MAX);
            prop_assert_eq!(facts(&plan), facts(&read(&files, 1)));
            for step in 0..plan.len() {
                prop_assert_eq!(plan.statuses[step], own_status(&plan, step));
                let node = plan.node(step);
                let upstream = plan.graph.upstream(step).map(count);
                prop_assert!(upstream.eq(node.upstream.iter().copied()));
                prop_assert_eq!(plan.graph.unmet_elsewhere(step), node.unmet_elsewhere as usize);
                let id = plan.step(step).id();
                let first = (0..plan.len()).find(|at| plan.step(*at).id() == id);
                prop_assert_eq!(plan.find(id), first);
                prop_assert_eq!(plan.find_nth(id, plan.step(step).nth()), Some(step));
            }
        }
    }

    #[test]
    fn who_waits_sees_how_far_it_is_and_may_end_it() {
        let line = |n: u32| format!("{{\"step_id\": \"{n:04}\"}}\n");
        let lines: Vec<String> = (1..3_000).map(line).collect();
        let progress = Progress::default();
        assert_eq!(progress.seen(), (0, 0));
        let files = files(&[lines], CANON);
        assert!(Plan::read_with(files.clone(), &progress).is_some());
        let (done, total) = progress.seen();
        assert!(done == total && total >= 2 * 2_999, "{done} of {total}");
        progress.stop();
        assert!(Plan::read_with(files, &progress).is_none());
        let (done, total) = progress.seen();
        assert!(done < total, "{done} of {total}");
    }
}
