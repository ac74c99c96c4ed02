//! What is wrong with a plan: one file per rule, one table of rules, one function that runs them
//! all.
//!
//! A rule only reads and reports. It never changes a byte: what fixes a problem is a [`Fix`], plain
//! data that `change::compose` turns into an edit. It never touches the file system or the clock
//! either: both come in with the [`Context`]. Each rule is one pass over steps and edges; readiness
//! and cycles are the graph's.
//!
//! - `findings`: what the rules found, in few bytes until it is shown
//! - `found`: what one rule finds in one step
//! - `reading`: a step's line, taken apart once for all rules
//! - `spot`: where in a file something is
//! - `wording`: values quoted and listed in messages
//! - everything else: a rule, whose opening comment is its page in the handbook

pub(crate) mod against;
mod findings;
mod fix;
mod found;
mod reading;
mod spot;
mod wording;

pub(crate) mod block_table_gap;
pub(crate) mod complete_but_waiting;
pub(crate) mod complete_without_evidence;
pub(crate) mod compound_dependency;
pub(crate) mod condition_overdue;
pub(crate) mod conflict_marker;
pub(crate) mod contradicting_packets;
pub(crate) mod control_character;
pub(crate) mod criterion_contradicted;
pub(crate) mod cycle;
pub(crate) mod drift;
pub(crate) mod duplicate_id;
pub(crate) mod duplicate_key;
pub(crate) mod duplicate_uid;
pub(crate) mod encoding;
pub(crate) mod evidence_moved;
pub(crate) mod gap_in_series;
pub(crate) mod id_outside_block;
pub(crate) mod id_spelling;
pub(crate) mod in_progress_without_owner;
pub(crate) mod malformed_id;
pub(crate) mod missing_artifact;
pub(crate) mod missing_checkpoint;
pub(crate) mod missing_dependency;
pub(crate) mod missing_field;
pub(crate) mod orphan_sub_step;
pub(crate) mod overlapping_blocks;
pub(crate) mod dangling_decision;
pub(crate) mod retired_check;
pub(crate) mod risk_overdue;
pub(crate) mod ritual_late;
pub(crate) mod unreadable_risk;
pub(crate) mod retired_dependency;
mod self_dependency;
pub(crate) mod stage_overdue;
pub(crate) mod stale;
pub(crate) mod status_spelling;
pub(crate) mod theme;
pub(crate) mod tick_contradicted;
pub(crate) mod tick_without_evidence;
pub(crate) mod timestamp;
pub(crate) mod unknown_block;
pub(crate) mod unknown_stage;
pub(crate) mod unknown_status;
pub(crate) mod unknown_step;
pub(crate) mod unfinished_renumbering;
pub(crate) mod unreadable_due_date;
pub(crate) mod unreadable_indicator;
pub(crate) mod unreadable_line;
pub(crate) mod unreadable_section;
pub(crate) mod unsorted;
pub(crate) mod vanished_evidence;
pub(crate) mod waiver_missing;
pub(crate) mod wrong_type;

#[cfg(test)]
mod example;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::id::StepId;
use super::last_change::LastChanges;
use super::source::{Location, Role};
use super::uid::Uid;
use super::{LogPlace, Plan, StepRef};
use crate::document::log::{LineRef, LogDocument};
use crate::document::markdown::MarkdownDocument;
use crate::document::parallel::in_parallel;
use crate::document::progress::Progress;
use crate::document::splice::Span;
pub(crate) use findings::FindingKey;
use findings::SHARE;
pub use findings::{Findings, Problems};
pub use fix::Fix;
use found::Found;
use reading::Reading;
use spot::Spot;
pub(crate) use wording::numbers;

/// How much a problem matters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// The plan cannot be read as it is meant.
    Error,
    /// The plan contradicts itself or leaves something open.
    Warning,
    /// Worth a look.
    Note,
}

impl Severity {
    /// Every severity, the gravest first.
    pub(crate) const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Note];

    /// The word in `stepdeck.toml` and in `--json`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// The word in `stepdeck.toml` that switches a rule off.
const OFF: &str = "off";

/// Something wrong in one place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// The rule that found it.
    pub code: &'static str,
    /// How much it matters, as set for the plan.
    pub severity: Severity,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// What to do next in the cockpit, by its keys: `{command}` stands for the key of that command.
    pub help: Cow<'static, str>,
    /// What to do next elsewhere, by commands or in an editor.
    pub command_help: Cow<'static, str>,
    /// Where it is.
    pub place: Location,
    /// The offending bytes, counted from the start of the line in the file; see [`line`].
    pub span: Option<Span>,
    /// The step that it is about.
    pub step: Option<StepId>,
    /// Index of that step in the plan.
    pub step_index: Option<usize>,
    /// What fixes it safely.
    pub fix: Option<Fix>,
}

/// The code of what is wrong in the configuration, which no rule looks for.
pub(crate) const CONFIGURATION: &str = "configuration";

impl Problem {
    /// Something wrong in the configuration.
    pub(crate) fn of_configuration(place: Location, severity: Severity, message: String) -> Self {
        let help = "correct the entry; the default is used until then";
        Self {
            code: CONFIGURATION,
            severity,
            message,
            help: help.into(),
            command_help: help.into(),
            place,
            span: None,
            step: None,
            step_index: None,
            fix: None,
        }
    }

    fn about(mut self, step: StepRef<'_>) -> Self {
        if self.command_help.contains(STEP) {
            let id = step.id().to_string();
            self.command_help = self.command_help.replace(STEP, &id).into();
        }
        self.step = Some(step.id());
        self.step_index = Some(step.index());
        self
    }

    fn with_help(
        mut self,
        keys: impl Into<Cow<'static, str>>,
        commands: impl Into<Cow<'static, str>>,
    ) -> Self {
        self.help = keys.into();
        self.by_command(commands)
    }

    fn by_command(mut self, commands: impl Into<Cow<'static, str>>) -> Self {
        self.command_help = commands.into();
        self
    }

    fn fixed_by(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }

    /// File, line, column, then code.
    pub(crate) fn order(&self, other: &Self) -> Ordering {
        let (a, b) = (&self.place, &other.place);
        // Paths are compared part by part, which costs too much where they are equal.
        let paths = match a.path.as_os_str() == b.path.as_os_str() {
            true => Ordering::Equal,
            false => a.path.cmp(&b.path),
        };
        paths.then_with(|| (a.line, a.column, self.code).cmp(&(b.line, b.column, other.code)))
    }
}

/// What the rules need to know of the world outside the plan.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The instant of the check.
    pub now: DateTime<Utc>,
    /// Whether there is a file or folder at a path relative to the plan's root.
    pub exists: &'a (dyn Fn(&Path) -> bool + Sync),
    /// The `[checks]` of `stepdeck.toml`: a rule's code with `error`, `warning`, `note` or `off`.
    pub severities: &'a BTreeMap<String, String>,
    /// The folder of checkpoints, relative to the plan's root.
    pub checkpoints: &'a Path,
    /// The step that had a uid at the merge base or in `HEAD`, where that is known.
    pub uid_holder: &'a (dyn Fn(Uid) -> Option<StepId> + Sync),
    /// When steps in progress were changed last, where a history tells.
    pub changes: Option<&'a Arc<LastChanges>>,
    /// Mentions that mean a step which was renumbered, where a history tells.
    pub stale_mentions: &'a (dyn Fn() -> Vec<StaleMention> + Sync),
    /// Files that were evidence on some day, and are others now.
    pub moved_evidence: &'a (dyn Fn() -> Vec<MovedEvidence> + Sync),
    /// Rituals that the calendar says are late.
    pub late_rituals: &'a (dyn Fn() -> Vec<LateRitual> + Sync),
}

/// A mention that means a step under the ID that it had before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StaleMention {
    /// The file, relative to the plan's root.
    pub path: PathBuf,
    /// Counted from 1.
    pub line: usize,
    /// The ID that is written there.
    pub old: StepId,
    /// What the step is called now.
    pub new: StepId,
}

/// A file that was evidence on some day, and is another one now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MovedEvidence {
    /// Index of the file that names it.
    pub file: usize,
    /// Where that does, counted from 1.
    pub line: usize,
    /// As it is named there.
    pub artifact: String,
    /// What it has changed since, as a clause: `it was shown on 2026-10-30`.
    pub since: String,
}

/// A ritual that was due and was not held.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LateRitual {
    /// What people call it.
    pub name: String,
    /// How late it is, and when it was held last.
    pub words: String,
    /// Index of the file of its last paper.
    pub file: usize,
}

/// No `[checks]` at all.
static NO_SETTINGS: BTreeMap<String, String> = BTreeMap::new();

impl Context<'_> {
    /// Nothing is set, known of git, or missing on disk.
    pub fn at(now: DateTime<Utc>) -> Self {
        Self {
            now,
            exists: &|_| true,
            severities: &NO_SETTINGS,
            checkpoints: Path::new("docs/checkpoints"),
            uid_holder: &|_| None,
            changes: None,
            stale_mentions: &Vec::new,
            moved_evidence: &Vec::new,
            late_rituals: &Vec::new,
        }
    }
}

/// What to do about a problem, worded for the two places where one reads of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Help {
    /// In the cockpit, by its keys: `{command}` stands for the key of that command.
    pub keys: &'static str,
    /// Elsewhere, by commands or in an editor; `STEP` stands for the step's ID.
    pub commands: &'static str,
}

/// What stands for the ID of a problem's step in the help of its rule.
const STEP: &str = "STEP";

impl Help {
    /// The same words in both places.
    const fn anywhere(words: &'static str) -> Self {
        Self {
            keys: words,
            commands: words,
        }
    }
}

/// A rule.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Its stable name, in kebab-case.
    pub code: &'static str,
    /// How much its problems matter where `stepdeck.toml` says nothing else.
    pub severity: Severity,
    /// What it looks for, in a few words.
    pub title: &'static str,
    /// What to do about it, where a problem does not know better.
    pub help: Help,
    /// How it looks.
    passes: &'static [Pass],
}

/// How a rule looks at a plan: each adds what it finds. Of those that look at each step, from
/// several threads, a rule has one at the most, and what it finds depends on nothing but the plan,
/// the instant and what exists: so it finds the same when the problem is to be worded.
#[derive(Clone, Copy, Debug)]
enum Pass {
    /// At the plan as a whole.
    Plan(fn(&Plan, &Context<'_>, &mut Vec<Problem>)),
    /// At one step after the other.
    Step(fn(&Reading<'_>, &Context<'_>, &mut Found)),
    /// The same with something that is found out beforehand.
    Prepared(for<'a> fn(&'a Plan) -> Look<'a>),
    /// At the steps that have something in common, a number for which is found in each step: the
    /// groups by that number, each in the order of the steps.
    Groups(
        fn(&Reading<'_>) -> Option<u64>,
        fn(&Plan, &Context<'_>, &[Vec<usize>], &mut Vec<Problem>),
    ),
}

/// A look at one step.
type Look<'a> = Box<dyn Fn(&Reading<'_>, &Context<'_>, &mut Found) + Send + Sync + 'a>;

impl Rule {
    /// The severity under these settings; nothing where the rule is off.
    pub(crate) fn severity_in(&self, settings: &BTreeMap<String, String>) -> Option<Severity> {
        match settings.get(self.code).map(String::as_str) {
            Some(OFF) => None,
            Some(word) => Severity::ALL
                .into_iter()
                .find(|severity| severity.word() == word)
                .or(Some(self.severity)),
            None => Some(self.severity),
        }
    }

    /// How it looks at one step, if it does.
    fn look<'a>(&self, plan: &'a Plan) -> Option<Look<'a>> {
        self.passes.iter().find_map(|pass| match *pass {
            Pass::Step(look) => Some(Box::new(look) as Look<'a>),
            Pass::Prepared(prepare) => Some(prepare(plan)),
            Pass::Plan(_) | Pass::Groups(..) => None,
        })
    }

    fn problem(&self, plan: &Plan, spot: Spot, message: impl Into<String>) -> Problem {
        self.problem_at(spot.place(plan), spot.span(), message)
    }

    fn problem_at(
        &self,
        place: Location,
        span: Option<Span>,
        message: impl Into<String>,
    ) -> Problem {
        Problem {
            code: self.code,
            severity: self.severity,
            message: message.into(),
            help: self.help.keys.into(),
            command_help: self.help.commands.into(),
            place,
            span,
            step: None,
            step_index: None,
            fix: None,
        }
    }
}

/// Every rule: errors, warnings, notes.
pub const RULES: &[Rule] = &[
    encoding::RULE,
    unreadable_line::RULE,
    conflict_marker::RULE,
    missing_field::RULE,
    wrong_type::RULE,
    malformed_id::RULE,
    duplicate_id::RULE,
    duplicate_uid::RULE,
    unfinished_renumbering::RULE,
    id_outside_block::RULE,
    unknown_block::RULE,
    unknown_status::RULE,
    status_spelling::RULE,
    timestamp::RULE,
    missing_dependency::RULE,
    self_dependency::RULE,
    cycle::RULE,
    overlapping_blocks::RULE,
    unsorted::RULE,
    duplicate_key::RULE,
    compound_dependency::RULE,
    gap_in_series::RULE,
    complete_but_waiting::RULE,
    complete_without_evidence::RULE,
    in_progress_without_owner::RULE,
    orphan_sub_step::RULE,
    drift::RULE,
    unreadable_section::RULE,
    theme::RULE,
    control_character::RULE,
    block_table_gap::RULE,
    tick_without_evidence::RULE,
    tick_contradicted::RULE,
    retired_dependency::RULE,
    retired_check::RULE,
    dangling_decision::RULE,
    unknown_step::RULE,
    unreadable_risk::RULE,
    vanished_evidence::RULE,
    unreadable_due_date::RULE,
    waiver_missing::RULE,
    criterion_contradicted::RULE,
    contradicting_packets::RULE,
    missing_artifact::RULE,
    unknown_stage::RULE,
    missing_checkpoint::RULE,
    unreadable_indicator::RULE,
    id_spelling::RULE,
    stale::RULE,
    risk_overdue::RULE,
    stage_overdue::RULE,
    condition_overdue::RULE,
    ritual_late::RULE,
    evidence_moved::RULE,
];

/// The rule with this code.
pub(crate) fn find_rule(code: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.code == code)
}

/// Everything that is wrong with the plan, by file, line, column and code.
pub fn check(plan: &Plan, context: &Context<'_>) -> Vec<Problem> {
    let findings = find(plan, context);
    findings.problems(0..findings.len(), plan).collect()
}

/// The same without words.
pub fn find(plan: &Plan, context: &Context<'_>) -> Findings {
    let progress = Progress::default();
    // Nobody else knows of the progress, so nobody stops it.
    find_with(plan, context, &progress).unwrap_or_default()
}

/// The same for somebody who watches how far it is and may stop it; nothing where that was
/// done.
pub(crate) fn find_with(
    plan: &Plan,
    context: &Context<'_>,
    progress: &Progress,
) -> Option<Findings> {
    let mut findings = Findings::of(RULES, plan, context, SHARE, progress)?;
    findings.sort();
    Some(findings)
}

/// What is wrong with the settings themselves, each code with one sentence: codes and
/// severities that do not exist and so have no effect.
pub(crate) fn unknown_settings(settings: &BTreeMap<String, String>) -> Vec<(String, String)> {
    let known = |word: &str| word == OFF || Severity::ALL.iter().any(|s| s.word() == word);
    settings
        .iter()
        .filter_map(|(code, word)| {
            let message = match (find_rule(code), known(word)) {
                (None, _) => format!("[checks] names {code}, but no rule has that code"),
                (_, true) => return None,
                _ => format!("[checks] sets {code} to “{word}”: use error, warning, note or off"),
            };
            Some((code.clone(), message))
        })
        .collect()
}

/// The bytes of a line, counted from 1, without its end: what a problem's span counts in. A byte
/// order mark at the start of a file belongs to its first line.
pub fn line<'a>(plan: &'a Plan, path: &Path, number: usize) -> Option<&'a [u8]> {
    // Part by part, as paths are compared otherwise, would take longer than all that follows.
    let path = path.as_os_str();
    let file = (plan.files().iter()).find(|file| file.path.as_os_str() == path)?;
    let index = number.checked_sub(1)?;
    match (file.log(), file.markdown()) {
        (Some(log), _) if index < log.line_count() => {
            let line = log.line(index);
            Some(&line.bytes()[..line.body().end])
        }
        (_, Some(document)) => Some(&document.bytes()[document.line(number)?.range()]),
        _ => None,
    }
}

/// Every log with the index of its file.
fn logs(plan: &Plan) -> impl Iterator<Item = (usize, &LogDocument)> {
    let files = plan.files().iter().enumerate();
    files.filter_map(|(index, file)| Some((index, file.log()?)))
}

/// From how many lines on another core is worth its start.
const LINES: usize = 8_192;

/// What `look` finds in each line of each log, in their order, looked for on all cores.
fn in_lines(
    plan: &Plan,
    look: impl Fn(LogPlace, LineRef<'_>, &mut Vec<Problem>) + Sync,
) -> impl Iterator<Item = Problem> {
    logs(plan).flat_map(move |(file, log)| {
        let parts = in_parallel(log.line_count(), LINES, |lines| {
            let mut found = Vec::new();
            for (line, content) in lines.clone().zip(log.lines_within(lines)) {
                look(LogPlace { file, line }, content, &mut found);
            }
            found
        });
        parts.into_iter().flatten()
    })
}

/// Every canon document with the index of its file.
fn canon(plan: &Plan) -> impl Iterator<Item = (usize, &MarkdownDocument)> {
    let files = plan.files().iter().enumerate();
    files
        .filter(|(_, file)| file.role == Role::Canon)
        .filter_map(|(index, file)| Some((index, file.markdown()?)))
}
