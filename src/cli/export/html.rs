//! `--format html`: gathers what the page shows. What it looks like is `page`'s.

use chrono::{DateTime, Utc};
use color_eyre::eyre::Result;

use super::{Export, Picked, gather, problems};
use crate::cli::invocation::Invocation;
use crate::cli::next::weights;
use crate::cli::open_plan::OpenPlan;
use crate::document::progress::Progress;
use crate::history::since::Comparison;
use crate::history::when::When;
use crate::page::Page;
use crate::plan::source::Role;
use crate::record::review::Week;
use crate::record::review::gather::{Review, TEN};
use crate::record::standup::{DoneBy, Entry, Standup};
use crate::store::past::review::landed;

/// So many days back a standup is still the latest one.
const STANDUP_DAYS: u64 = 60;

/// Gathers the page of the steps that were picked, for somebody who writes it.
///
/// # Errors
/// When a field to be left out is none, or the page cannot be written.
pub(super) fn with_page<T>(
    export: &Export,
    invocation: &mut Invocation<'_, '_>,
    picked: Picked<'_>,
    write: impl FnOnce(&Page<'_>) -> Result<T>,
) -> Result<T> {
    let opened = picked.opened;
    let now = invocation.outside.now;
    let redacted = gather::redacted(export)?;
    let findings = problems(opened, invocation);
    let review = review(invocation, opened);
    let next = review.next(&weights(invocation, opened)?, TEN);
    let standup = latest_standup(opened, now);
    let (series, mut notes) = gather::points(invocation, picked);
    let outlooks = gather::outlooks(invocation, picked);
    let since = since(invocation, opened);
    notes.dedup();
    write(&Page {
        plan: &opened.plan,
        title: &gather::title(export, opened),
        now,
        commit: gather::commit(invocation).as_deref(),
        steps: picked.steps,
        filter: export.filter.text(),
        redacted: &redacted,
        source: opened.layout.config.page.source.as_deref(),
        review: &review,
        next: &next,
        standup: &standup,
        series: &series,
        outlooks: &outlooks,
        since: since.as_ref().map_err(String::as_str),
        findings: &findings,
        notes: &notes,
    })
}

fn review<'p>(invocation: &Invocation<'_, '_>, opened: &'p OpenPlan) -> Review<'p> {
    let now = invocation.outside.now;
    let folder = opened.layout.papers.folder_of(Role::Review);
    let review = Review::of(&opened.plan, folder, Week::of(now), now);
    let known = landed(&review, &opened.layout.root, || invocation.past(opened));
    let review = review.with_changes(invocation.idle_since(opened));
    review.knowing(std::sync::Arc::new(known))
}

/// The entries of the last day that has any.
fn latest_standup(opened: &OpenPlan, now: DateTime<Utc>) -> Vec<Entry> {
    let standup = Standup {
        plan: &opened.plan,
        folder: opened.layout.papers.folder_of(Role::Standup),
        // Nobody reads the page as themselves.
        person: "",
        now,
        due: opened.layout.config.rituals.standup,
        // The page tells of what it was made from.
        elsewhere: &[],
        past: DoneBy::Unknown,
    };
    let today = standup.today();
    let from = today.checked_sub_days(chrono::Days::new(STANDUP_DAYS));
    let mut entries = standup.entries(from.unwrap_or(today), today);
    let last = entries.last().map(|entry| entry.date);
    entries.retain(|entry| Some(entry.date) == last);
    entries
}

fn since(invocation: &Invocation<'_, '_>, opened: &OpenPlan) -> Result<Comparison, String> {
    let mut past = invocation.past(opened);
    let moment = invocation.moment(&When::Review, &opened.plan, &past);
    let moment = moment.map_err(|reason| reason.to_string())?;
    // Nobody stops it.
    Ok((past.since("review", &moment, &Progress::default())).unwrap_or_default())
}
