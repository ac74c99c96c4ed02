//! What several formats show: which version of the plan, how it came to be, and what is to be expected.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use color_eyre::eyre::{Result, bail, eyre};

use super::{Export, Picked};
use crate::cli::invocation::Invocation;
use crate::cli::open_plan::OpenPlan;
use crate::git::history::History;
use crate::history::follow::Followed;
use crate::history::landing::Landing;
use crate::history::outlook::Outlook;
use crate::history::series::{Counts, Period, Point, series};
use crate::history::target::{Scope, Target};
use crate::history::when::When;
use crate::page::redact::Redacted;
use crate::plan::Plan;
use crate::plan::query::Query;
use crate::plan::status::State;
use crate::store::locate::discover::{Found, Layout, Overrides, discover};
use crate::store::past::outlook::KnownBy;

/// A variable by which builds are told what time it is.
const EPOCH: &str = "SOURCE_DATE_EPOCH";

/// Turns to the newest commit and its clock, unless another version or the files are asked for.
///
/// # Errors
/// When the plan is not in that commit, or the clock is not one.
pub(super) fn turn_to_commit(export: &Export, invocation: &mut Invocation<'_, '_>) -> Result<()> {
    if invocation.arguments.at.is_some() {
        if export.worktree {
            bail!("--worktree shows the files as they are: leave out --at");
        }
        return Ok(());
    }
    let has_commit = |git: History| git.head().is_some();
    let is_committed = History::around(&invocation.start()).is_ok_and(has_commit);
    if is_committed && !export.worktree {
        invocation.go_to("--at", &When::Revision("HEAD".to_owned()))?;
        let found = discover(&invocation.start(), &invocation.overrides()).found;
        if found == Found::Nothing {
            bail!("the plan is not committed yet: commit it, or show the files with --worktree");
        }
    }
    if let Some(text) = invocation.outside.text(EPOCH) {
        let seconds = text.trim().parse().ok();
        let at = seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        invocation.outside.now = at.ok_or_else(|| {
            eyre!("{EPOCH} is “{text}”, which is not a number of seconds since 1970")
        })?;
    }
    Ok(())
}

/// Where the files of the plan are on disk, whatever version is shown.
pub(super) fn layout_on_disk(invocation: &Invocation<'_, '_>) -> Layout {
    let overrides = Overrides {
        logs: invocation.arguments.log.clone(),
        canon: invocation.arguments.canon.clone(),
        ..Overrides::default()
    };
    discover(&real_start(invocation), &overrides)
}

/// The folder that paths on the command line start from, whatever version is shown.
pub(super) fn real_start(invocation: &Invocation<'_, '_>) -> PathBuf {
    let folder = &invocation.outside.folder;
    match &invocation.arguments.plan_dir {
        Some(dir) => folder.join(dir),
        None => folder.clone(),
    }
}

/// What is left out, as asked for.
///
/// # Errors
/// When a name is not that of a field that can be left out.
pub(super) fn redacted(export: &Export) -> Result<Redacted> {
    let redacted = Redacted::new(export.redact.iter().map(String::as_str));
    redacted.map_err(|reason| eyre!("--redact: {reason}"))
}

/// The commit that is shown; nothing where the files are shown as they are.
pub(super) fn commit(invocation: &Invocation<'_, '_>) -> Option<String> {
    invocation.as_of.as_ref()?;
    let git = History::around(&invocation.start()).ok()?;
    git.head().map(str::to_owned)
}

/// As told, else as the document with the block table or the ladder is called.
pub(super) fn title(export: &Export, opened: &OpenPlan) -> String {
    if let Some(title) = export
        .title
        .as_ref()
        .or(opened.layout.config.page.title.as_ref())
    {
        return title.clone();
    }
    let plan = &opened.plan;
    let of_blocks = plan.block_rows().next().map(|row| row.file);
    let of_ladder = || {
        plan.stages()
            .iter()
            .find_map(|stage| Some(stage.rung.as_ref()?.file))
    };
    let heading = |file: usize| {
        let document = plan.files()[file].markdown()?;
        let heading = document
            .headings()
            .iter()
            .find(|heading| heading.level == 1)?;
        Some(heading.text.clone())
    };
    let heading = of_blocks.or_else(of_ladder).and_then(heading);
    // Not the folder's name: clones of one commit give the same bytes.
    heading.unwrap_or_else(|| "Plan".to_owned())
}

/// How the selected steps came to be what they are, week by week, and what is not known of that.
pub(super) fn points(
    invocation: &Invocation<'_, '_>,
    picked: Picked<'_>,
) -> (Vec<Point>, Vec<String>) {
    let Picked { opened, query, .. } = picked;
    let (plan, selected) = (&opened.plan, picked.steps);
    let mut past = invocation.past(opened);
    let mut landings: Vec<Landing> = past.by_ref().collect();
    let counts = |step: &&usize| plan.step(**step).state() != State::Retired;
    let counted: Vec<usize> = selected.iter().filter(counts).copied().collect();
    // Steps that are gone by now count where everything does.
    if !query.is_empty() || counted.len() < selected.len() {
        let steps = counted.iter().map(|step| plan.step(*step));
        let mut followed = Followed::of(plan, steps);
        for landing in &mut landings {
            followed.retain(&mut landing.events);
        }
    }
    landings.retain(|landing| !landing.events.is_empty());
    let statuses = counted.iter().map(|step| plan.step(*step).status());
    let has_history = past.git().is_some();
    let now = invocation.outside.now;
    let points = series(
        &landings,
        Counts::of(statuses),
        Period::Week,
        now,
        has_history,
    );
    (points, past.notes())
}

/// What is to be expected of the plan and of each of its stages.
pub(super) fn outlooks(
    invocation: &Invocation<'_, '_>,
    Picked { opened, query, .. }: Picked<'_>,
) -> Vec<Outlook> {
    let (plan, all) = (&opened.plan, Query::default());
    let known = (query.asks_past()).then(|| KnownBy::of(invocation.past(opened)));
    let past_by = |then: &Plan, at: DateTime<Utc>| Some(known.as_ref()?.at(then, at));
    let scope = |target, query| Scope {
        target,
        query,
        past: &past_by,
    };
    let mut scopes = vec![scope(Target::Plan, query)];
    let stages = plan.stages().iter();
    scopes.extend(stages.map(|stage| scope(Target::Stage(stage.name.clone()), &all)));
    invocation.past(opened).outlooks_of(&scopes, plan)
}
