//! `stepdeck review`: what screen 3 shows, and the record of the week.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use color_eyre::eyre::{Result, bail};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use serde::Serialize;

use super::invocation::{Invocation, refused};
use super::next::{TermEntry, weights};
use super::open_plan::OpenPlan;
use crate::cli::printer::Printer;
use crate::document::visible::{visible_line, width};
use crate::history::words::short;
use crate::plan::people::steward_words;
use crate::plan::ranking::term::Weights;
use crate::plan::source::Role;
use crate::record::review::causes::{Cause, Shortage, by_cause};
use crate::record::review::gather::{RUNNERS_UP, TEN};
use crate::record::review::promises::{self, HitRate, hit_rate};
use crate::record::review::{Entry, EntryKey, Section, Week, Word, gather, instant};
use crate::store::past::Past;
use crate::store::past::review::landed;
use crate::tui::widgets::frame;
use crate::tui::widgets::text_layout::TextLayout;

/// Show the weekly review: proposals, dependencies, the next ten, and last week's.
///
/// Proposals are the ideas and drafts that are new or changed since the last review, or that
/// it deferred. Decisions are made on screen 3, or by hand in the record. --write finishes the
/// review; if no step is committed to yet, it commits to the ten best of the ranking.
#[derive(clap::Args, Clone, Debug)]
pub struct Review {
    /// The week, such as 2026-W07, instead of the current one.
    #[arg(long, value_name = "W")]
    pub week: Option<Week>,
    /// Print JSON, with the terms of each score.
    #[arg(long)]
    pub json: bool,
    /// Write the record of the week.
    #[arg(long)]
    pub write: bool,
}

impl Review {
    /// Prints the review, or writes its record.
    ///
    /// # Errors
    /// When the plan cannot be read, or the record not be written.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        let now = invocation.outside.now;
        let this = Week::of(now);
        if let Some(week) = self.week.filter(|week| self.write && *week != this) {
            let when = if week > this {
                "has not started yet"
            } else {
                "is over"
            };
            bail!("{week} {when}; only this week's review, {this}, can be held");
        }
        let opened = invocation.open()?;
        let weights = weights(invocation, &opened)?;
        let changes = invocation.idle_since(&opened);
        let as_configured = invocation.arguments.log.is_empty();
        let cache = invocation.outside.cache.clone();
        if self.write {
            let who = invocation.person();
            let change = invocation.edit(|opened, _| {
                let review = self.of(opened, as_configured, cache.as_deref(), now);
                let review = review.with_changes(changes.clone());
                review.finish(&[], Some(&weights), &who).map_err(refused)
            })?;
            match change.edits.last() {
                Some(edit) => {
                    let path = edit.path.display();
                    invocation.say(&format!("{} · {path}", change.label))?;
                }
                None => invocation.say(&change.label)?,
            }
            if !self.json {
                return Ok(());
            }
        }
        let opened = if self.write {
            invocation.reopen()?
        } else {
            opened
        };
        let review = self.of(&opened, as_configured, cache.as_deref(), now);
        let review = review.with_changes(changes);
        let document = document(&review, &weights);
        if self.week.is_some_and(|week| week < this) && document.record.is_none() {
            bail!("there is no record for {}", document.week);
        }
        if self.json {
            return invocation.print_json(&document);
        }
        let paint = invocation.paint();
        invocation.print(&paint.lines(sheet(&paint, &document)))
    }

    fn of<'p>(
        &self,
        opened: &'p OpenPlan,
        as_configured: bool,
        cache: Option<&Path>,
        now: chrono::DateTime<chrono::Utc>,
    ) -> gather::Review<'p> {
        let week = self.week.unwrap_or_else(|| Week::of(now));
        let folder = opened.layout.papers.folder_of(Role::Review);
        let review = gather::Review::of(&opened.plan, folder, week, now);
        let (layout, plan) = (&opened.layout, &opened.plan);
        let past = || Past::open(layout, plan, as_configured, now, cache);
        let landed = landed(&review, &layout.root, past);
        review.knowing(Arc::new(landed))
    }
}

#[derive(Serialize)]
struct Document {
    schema: &'static str,
    week: String,
    record: Option<String>,
    date: Option<String>,
    steward: String,
    stewards: Vec<String>,
    since: String,
    since_commit: Option<String>,
    held: Option<String>,
    first: bool,
    proposals: Vec<ProposalEntry>,
    dependencies: Vec<DependencyEntry>,
    causes: Vec<CauseEntry>,
    ten: Vec<TenEntry>,
    shortage: Option<String>,
    outcome: Outcome,
    ranked: Vec<RankedEntry>,
    set_aside: Vec<AsideEntry>,
    last_ten: Vec<FateEntry>,
    promises: Vec<PromiseEntry>,
    hit_rate: RateEntry,
}

/// A week's ten and how many of them were kept.
#[derive(Serialize)]
struct PromiseEntry {
    week: String,
    promised: usize,
    kept: usize,
    settled: bool,
    missed: Vec<FateEntry>,
}

#[derive(Serialize)]
struct RateEntry {
    kept: usize,
    promised: usize,
    weeks: usize,
    percent: Option<usize>,
}

impl From<HitRate> for RateEntry {
    fn from(rate: HitRate) -> Self {
        Self {
            kept: rate.kept,
            promised: rate.promised,
            weeks: rate.weeks,
            percent: rate.percent(),
        }
    }
}

#[derive(Serialize)]
struct ProposalEntry {
    step_id: String,
    title: String,
    status: String,
    comes_back: bool,
    verdict: Option<Word>,
    why: String,
}

#[derive(Serialize)]
struct DependencyEntry {
    step_id: String,
    depends_on: String,
    trouble: Option<&'static str>,
    words: String,
    verdict: Option<Word>,
    why: String,
}

/// What holds up others, by the same function as on screen 3.
#[derive(Serialize)]
struct CauseEntry {
    step_id: String,
    title: String,
    owner: String,
    trouble: &'static str,
    words: String,
    waiting: Vec<String>,
}

impl CauseEntry {
    fn all(review: &gather::Review<'_>) -> Vec<Self> {
        let (tangles, plan) = (review.tangles(), review.plan);
        let entry = |(cause, rows): (Cause, Vec<usize>)| {
            let step = plan.find(cause.step).map(|step| plan.step(step));
            Self {
                step_id: cause.step.to_string(),
                title: step.map_or_else(String::new, |step| step.title().into_owned()),
                owner: step.map_or_else(String::new, |step| step.owner().into_owned()),
                trouble: cause.trouble.word(),
                words: cause.in_words(rows.len(), true),
                waiting: (rows.iter().map(|row| tangles[*row].step.to_string())).collect(),
            }
        };
        by_cause(&tangles).into_iter().map(entry).collect()
    }
}

/// What the record says was decided, skipped and not discussed.
#[derive(Serialize)]
struct Outcome {
    decided: usize,
    skipped: usize,
    not_discussed: usize,
}

#[derive(Serialize)]
struct TenEntry {
    rank: usize,
    step_id: String,
    title: String,
    owner: String,
    why: String,
}

#[derive(Serialize)]
struct RankedEntry {
    rank: usize,
    step_id: String,
    title: String,
    owner: String,
    score: i64,
    verdict: Option<Word>,
    terms: Vec<TermEntry>,
}

#[derive(Serialize)]
struct AsideEntry {
    step_id: String,
    title: String,
    verdict: Word,
    why: String,
}

#[derive(Serialize)]
struct FateEntry {
    step_id: String,
    title: String,
    owner: String,
    fate: Word,
    why: String,
}

fn document(review: &gather::Review<'_>, weights: &Weights) -> Document {
    let record = &review.record;
    let shown = |entry: Option<&Entry>| entry.map(|entry| entry.word);
    let why = |entry: Option<&Entry>| entry.map(|entry| entry.why.clone()).unwrap_or_default();
    let proposals = review
        .proposals()
        .into_iter()
        .map(|proposal| ProposalEntry {
            step_id: proposal.id.to_string(),
            status: (review.plan.find(proposal.id))
                .and_then(|step| review.plan.step(step).status())
                .map_or_else(String::new, |status| status.word().to_owned()),
            title: proposal.title,
            comes_back: proposal.comes_back,
            verdict: shown(proposal.verdict.as_deref()),
            why: why(proposal.verdict.as_deref()),
        });
    let aside = record.entries(Section::Aside);
    let ranked = review.next(weights, TEN + RUNNERS_UP);
    let shortage = Shortage::of(review.plan, ranked.len());
    let tally = record.tally();
    let ranked = ranked.iter().enumerate().map(|(at, ranked)| {
        let step = review.plan.step(ranked.step);
        let key = (step.id(), None);
        let entry = [Section::Ten, Section::Aside];
        let entry = entry
            .into_iter()
            .find_map(|section| record.find(section, key));
        RankedEntry {
            rank: at + 1,
            step_id: step.id().to_string(),
            title: step.title().into_owned(),
            owner: step.owner().into_owned(),
            score: ranked.score,
            verdict: shown(entry),
            terms: TermEntry::of(ranked),
        }
    });
    let ten = record.entries(Section::Ten).iter().enumerate();
    let promises = review.promises();
    Document {
        schema: "stepdeck/review@1",
        week: review.week.to_string(),
        record: review.written.then(|| review.path.display().to_string()),
        date: record.date.map(|date| date.to_string()),
        steward: record.steward.clone(),
        stewards: review.stewards(),
        since: instant(review.since()),
        since_commit: (review.landed().since.as_ref()).and_then(|since| since.from.clone()),
        held: record.held.map(instant),
        first: review.everything,
        proposals: proposals.collect(),
        dependencies: dependencies(review),
        causes: CauseEntry::all(review),
        shortage: shortage.map(|shortage| shortage.to_string()),
        outcome: Outcome {
            decided: tally.decided,
            skipped: tally.skipped,
            not_discussed: tally.not_discussed,
        },
        ten: ten
            .map(|(at, entry)| TenEntry {
                rank: at + 1,
                step_id: entry.id.to_string(),
                title: entry.text.clone(),
                owner: entry.owner.clone(),
                why: entry.why.clone(),
            })
            .collect(),
        ranked: ranked.collect(),
        set_aside: aside
            .iter()
            .map(|entry| AsideEntry {
                step_id: entry.id.to_string(),
                title: entry.text.clone(),
                verdict: entry.word,
                why: entry.why.clone(),
            })
            .collect(),
        last_ten: review.fates().iter().map(FateEntry::of).collect(),
        hit_rate: hit_rate(&promises, promises::WEEKS).into(),
        promises: (promises.iter())
            .map(|promise| PromiseEntry {
                week: promise.week.to_string(),
                promised: promise.promised(),
                kept: promise.kept(),
                settled: promise.is_settled,
                missed: promise.missed().map(FateEntry::of).collect(),
            })
            .collect(),
    }
}

impl FateEntry {
    fn of(fate: &Entry) -> Self {
        Self {
            step_id: fate.id.to_string(),
            title: fate.text.clone(),
            owner: fate.owner.clone(),
            fate: fate.word,
            why: fate.why.clone(),
        }
    }
}

/// What is wrong now, and behind it what has been fixed.
fn dependencies(review: &gather::Review<'_>) -> Vec<DependencyEntry> {
    let record = &review.record;
    let tangles = review.tangles();
    let wrong: HashSet<EntryKey> = tangles.iter().map(|t| (t.step, Some(t.other))).collect();
    let fixed = record.entries(Section::Dependencies).iter();
    let fixed = fixed.filter(|entry| !wrong.contains(&entry.key()));
    let fixed = fixed.map(|entry| DependencyEntry {
        step_id: entry.id.to_string(),
        depends_on: entry
            .other
            .map(|other| other.to_string())
            .unwrap_or_default(),
        trouble: None,
        words: entry.text.clone(),
        verdict: Some(Word::Fixed),
        why: entry.why.clone(),
    });
    let told = tangles.iter().map(|tangle| {
        let entry = record.find(Section::Dependencies, (tangle.step, Some(tangle.other)));
        DependencyEntry {
            step_id: tangle.step.to_string(),
            depends_on: tangle.other.to_string(),
            trouble: Some(tangle.trouble.word()),
            words: tangle.words.clone(),
            verdict: entry.map(|entry| entry.word),
            why: entry.map(|entry| entry.why.clone()).unwrap_or_default(),
        }
    });
    told.chain(fixed).collect()
}

fn sheet<'p>(paint: &'p Printer, document: &Document) -> TextLayout<'p> {
    let theme = &paint.theme;
    let mut sheet = paint.sheet();
    let title = format!("Weekly review {}", document.week);
    let steward = steward_words(&document.stewards);
    let steward = steward.map_or_else(String::new, |[steward, _]| format!("  {steward}"));
    sheet.row(Line::from(vec![
        Span::styled(title, theme.title),
        Span::styled(visible_line(&steward).into_owned(), theme.text),
    ]));
    let state = match (&document.record, &document.held) {
        (None, _) => "no record yet".to_owned(),
        (Some(path), None) => format!("started by {}, {path}", document.steward),
        (Some(path), Some(held)) => format!("held by {} at {held}, {path}", document.steward),
    };
    let commit = document.since_commit.as_deref().map(short);
    let commit = commit.map_or_else(String::new, |commit| format!(" ({commit})"));
    sheet.text(
        &format!("since {}{commit}; {state}", document.since),
        theme.dim,
    );
    let open = document
        .proposals
        .iter()
        .filter(|p| p.verdict.is_none())
        .count();
    let head = format!("Proposals: {}, {open} to decide", document.proposals.len());
    let rows = document.proposals.iter().map(|p| {
        let verdict = reasoned(p.verdict, &p.why);
        vec![
            p.step_id.clone(),
            p.status.clone(),
            p.title.clone(),
            verdict,
        ]
    });
    table(&mut sheet, paint, &head, rows.collect(), 2);
    let wrong = document
        .dependencies
        .iter()
        .filter(|d| d.trouble.is_some())
        .count();
    let head = format!("Dependencies: {wrong} wrong");
    table(&mut sheet, paint, &head, dependency_rows(document), 1);
    let rows = document.ten.iter().map(|t| {
        let owner = if t.owner.is_empty() { "-" } else { &t.owner };
        let rank = format!("{:>2}", t.rank);
        vec![
            rank,
            t.step_id.clone(),
            t.title.clone(),
            owner.to_owned(),
            t.why.clone(),
        ]
    });
    let head = format!("Next ten: {} committed", document.ten.len());
    table(&mut sheet, paint, &head, rows.collect(), 4);
    if let Some(shortage) = &document.shortage {
        sheet.text(&frame::words(&paint.theme, shortage), paint.theme.warning);
    }
    let rows = document.ranked.iter().map(|r| {
        let owner = if r.owner.is_empty() { "-" } else { &r.owner };
        let rank = format!("{:>2}", r.rank);
        let verdict = r.verdict.map_or("-", Word::words).to_owned();
        let score = format!("{:>4}", r.score);
        vec![
            rank,
            r.step_id.clone(),
            r.title.clone(),
            owner.to_owned(),
            score,
            verdict,
        ]
    });
    let head = format!("Ready, ranked: the first {}", document.ranked.len());
    table(&mut sheet, paint, &head, rows.collect(), 2);
    let done = document
        .last_ten
        .iter()
        .filter(|f| f.fate == Word::Complete)
        .count();
    let rows = document.last_ten.iter().map(|f| {
        vec![
            f.step_id.clone(),
            f.title.clone(),
            reasoned(Some(f.fate), &f.why),
        ]
    });
    let rate = &document.hit_rate;
    let before = match rate.percent {
        Some(percent) if rate.weeks > 1 => format!(
            "; {} of {} in {} weeks ({percent}%)",
            rate.kept, rate.promised, rate.weeks
        ),
        _ => String::new(),
    };
    let head = format!(
        "Last week's ten: {done} of {} done{before}",
        document.last_ten.len()
    );
    table(&mut sheet, paint, &head, rows.collect(), 1);
    sheet
}

/// A verdict with its reason.
fn reasoned(word: Option<Word>, why: &str) -> String {
    match (word.map(Word::words), why) {
        (None, _) => "-".to_owned(),
        (Some(word), "") => word.to_owned(),
        (Some(word), why) => format!("{word}: {why}"),
    }
}

/// Each cause with what it holds up below it, and what is fixed behind them.
fn dependency_rows(document: &Document) -> Vec<Vec<String>> {
    let verdict = |d: &DependencyEntry| reasoned(d.verdict, &d.why);
    let titled = |words: &str, title: &str, owner: &str| match (title, owner) {
        ("", _) => words.to_owned(),
        (title, "") => format!("{title}: {words}"),
        (title, owner) => format!("{title} ({owner}) {words}"),
    };
    let known: HashMap<(&str, &str), &DependencyEntry> = (document.dependencies.iter())
        .map(|d| ((&*d.step_id, &*d.depends_on), d))
        .collect();
    let mut rows = Vec::new();
    for cause in &document.causes {
        let words = titled(&cause.words, &cause.title, &cause.owner);
        rows.push(vec![cause.step_id.clone(), words, String::new()]);
        for step in &cause.waiting {
            let Some(d) = known.get(&(&**step, &*cause.step_id)) else {
                continue;
            };
            rows.push(vec![format!("  {step}"), d.words.clone(), verdict(d)]);
        }
    }
    let fixed = document.dependencies.iter().filter(|d| d.trouble.is_none());
    rows.extend(fixed.map(|d| vec![d.step_id.clone(), d.words.clone(), verdict(d)]));
    rows
}

/// Rows below a heading; the column at `wide` takes what room is left.
fn table(
    sheet: &mut TextLayout<'_>,
    paint: &Printer,
    head: &str,
    rows: Vec<Vec<String>>,
    wide: usize,
) {
    const GAP: usize = 2;
    let theme = &paint.theme;
    sheet.blank();
    sheet.row(Span::styled(head.to_owned(), theme.heading));
    let Some(first) = rows.first() else { return };
    let mut widths = vec![0; first.len()];
    for row in &rows {
        for (at, cell) in row.iter().enumerate() {
            widths[at] = widths[at].max(width(&visible_line(cell)));
        }
    }
    let last = widths.len() - 1;
    let others = |widths: &[usize], but: usize| -> usize {
        let others = widths.iter().enumerate().filter(|(at, _)| *at != but);
        others.map(|(_, width)| width + GAP).sum()
    };
    // A long reason leaves at least half of the row to the rest.
    widths[last] = widths[last].min(paint.columns / 2);
    widths[wide] = widths[wide].min(paint.columns.saturating_sub(others(&widths, wide)).max(8));
    for row in &rows {
        let mut spans = Vec::new();
        for (at, cell) in row.iter().enumerate() {
            if at > 0 {
                spans.push(Span::raw(" ".repeat(GAP)));
            }
            let style: Style = if at == wide { theme.text } else { theme.dim };
            spans.push(paint.cell(&frame::words(theme, cell), widths[at], style));
        }
        sheet.row(Line::from(spans));
    }
}
