//! `stepdeck next`: the ready steps that are worth doing first, and why.

use color_eyre::eyre::Result;
use ratatui::text::{Line, Span};
use serde::Serialize;

use super::invocation::Invocation;
use super::open_plan::OpenPlan;
use crate::cli::printer::Printer;
use crate::document::visible::{visible_line, width};
use crate::plan::Plan;
use crate::plan::ranking::Ranked;
use crate::plan::ranking::term::{TERMS, Weights, unknown_term};
use crate::plan::source::Role;
use crate::plan::status::State;
use crate::record::review::Week;
use crate::record::review::gather::Review;
use crate::tui::widgets::text_layout::TextLayout;
use crate::tui::widgets::{frame, status};

/// Columns that an owner takes at most.
const OWNER: usize = 22;

/// Show the next steps: those that are ready, best first.
///
/// A step is ready if everything that it depends on is met. Ready steps are ranked by a sum
/// of points; --explain lists what each step gets its points for. The weights are set under
/// [ranking] in stepdeck.toml.
#[derive(clap::Args, Clone, Debug)]
pub struct Next {
    /// How many steps to show.
    #[arg(short = 'n', value_name = "N", default_value_t = 10, value_parser = count)]
    pub count: usize,
    /// Show the terms of each score, whose points add up to it.
    #[arg(long)]
    pub explain: bool,
    /// Print JSON, with the terms.
    #[arg(long)]
    pub json: bool,
}

fn count(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("give a whole number from 1".to_owned()),
        Ok(count) => Ok(count),
    }
}

impl Next {
    /// Prints the steps.
    ///
    /// # Errors
    /// When the plan cannot be read, or the output not be written.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        let opened = invocation.open()?;
        let weights = weights(invocation, &opened)?;
        let plan = &opened.plan;
        invocation.say_unreadable(plan)?;
        let now = invocation.outside.now;
        let folder = opened.layout.papers.folder_of(Role::Review);
        let review = Review::of(plan, folder, Week::of(now), now)
            .with_changes(invocation.idle_since(&opened));
        let ranked = review.next(&weights, self.count);
        if self.json {
            return invocation.print_json(&document(plan, &ranked));
        }
        let paint = invocation.paint();
        let mut sheet = table(&paint, plan, &ranked, self.explain);
        // In a pipe, every row behind the first is a step or one of its terms.
        if invocation.outside.terminal.is_some() && !ranked.is_empty() {
            sheet.blank();
            let shown = format!("{} of {}", ranked.len(), states(plan));
            sheet.text(&shown, paint.theme.dim);
        }
        invocation.print(&paint.lines(sheet))
    }
}

/// The weights that the configuration sets; what it names that no term is called is said.
///
/// # Errors
/// When standard error cannot be written.
pub(crate) fn weights(invocation: &mut Invocation<'_, '_>, opened: &OpenPlan) -> Result<Weights> {
    let settings = &opened.layout.config.ranking;
    let values = settings
        .iter()
        .map(|(name, weight)| (name.as_str(), weight.value));
    let (weights, unknown) = Weights::with(values);
    for name in unknown {
        invocation.say_mistake(opened, &settings[name].place, &unknown_term(name))?;
    }
    Ok(weights)
}

#[derive(Serialize)]
struct Document {
    schema: &'static str,
    steps: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    rank: usize,
    step_id: String,
    title: String,
    owner: String,
    score: i64,
    terms: Vec<TermEntry>,
}

/// A term of a score, as JSON has it.
#[derive(Serialize)]
pub(crate) struct TermEntry {
    name: &'static str,
    points: i64,
    why: String,
}

impl TermEntry {
    /// The terms of a step's score.
    pub(crate) fn of(ranked: &Ranked) -> Vec<Self> {
        let terms = ranked.terms.iter().map(|term| Self {
            name: term.name,
            points: term.points,
            why: term.why.clone(),
        });
        terms.collect()
    }
}

fn document(plan: &Plan, ranked: &[Ranked]) -> Document {
    let entry = |(at, ranked): (usize, &Ranked)| {
        let step = plan.step(ranked.step);
        Entry {
            rank: at + 1,
            step_id: step.id().to_string(),
            title: step.title().into_owned(),
            owner: step.owner().into_owned(),
            score: ranked.score,
            terms: TermEntry::of(ranked),
        }
    };
    Document {
        schema: "stepdeck/next@1",
        steps: ranked.iter().enumerate().map(entry).collect(),
    }
}

/// Columns of the table.
struct Columns {
    rank: usize,
    id: usize,
    status: usize,
    title: usize,
    owner: usize,
    score: usize,
}

impl Columns {
    fn of(paint: &Printer, plan: &Plan, ranked: &[Ranked]) -> Self {
        let steps = || ranked.iter().map(|ranked| plan.step(ranked.step));
        let widest = |head: &str, widths: &mut dyn Iterator<Item = usize>| {
            widths.max().unwrap_or(0).max(head.len())
        };
        let shown = |text: &str| width(&visible_line(text));
        let look = |step| shown(&status::look(step, &paint.theme).words) + 2;
        let mut columns = Self {
            rank: ranked.len().to_string().len(),
            id: widest(HEAD[1], &mut steps().map(|s| shown(&s.id().to_string()))),
            status: widest(HEAD[2], &mut steps().map(look)).min(usize::from(status::WIDTH)),
            title: widest(HEAD[3], &mut steps().map(|s| shown(&s.title()))),
            owner: widest(HEAD[4], &mut steps().map(|s| shown(&s.owner()))).min(OWNER),
            score: widest(
                HEAD[5],
                &mut ranked.iter().map(|r| r.score.to_string().len()),
            ),
        };
        let others = columns.rank + columns.id + columns.status + columns.owner + columns.score;
        let room = paint.columns.saturating_sub(others + GAP.len() * 5);
        columns.title = columns.title.min(room.max(HEAD[3].len()));
        columns
    }
}

const HEAD: [&str; 6] = ["#", "step", "status", "title", "owner", "score"];
const GAP: &str = "  ";

fn table<'p>(paint: &'p Printer, plan: &Plan, ranked: &[Ranked], explain: bool) -> TextLayout<'p> {
    let mut sheet = paint.sheet();
    let theme = &paint.theme;
    if ranked.is_empty() {
        let text = match plan.is_empty() {
            true if plan.is_partly_unreadable() => {
                "None of the plan's steps can be read; `stepdeck check` says why.".to_owned()
            }
            true => "The plan has no steps yet; `stepdeck add title=…` adds one.".to_owned(),
            false => format!("No step is ready: {}.", states(plan)),
        };
        sheet.text(&frame::words(theme, &text), theme.text);
        return sheet;
    }
    let columns = Columns::of(paint, plan, ranked);
    let head = |text: &str, wide: usize| paint.cell(text, wide, theme.dim);
    sheet.row(row([
        Span::styled(format!("{:>1$}", HEAD[0], columns.rank), theme.dim),
        head(HEAD[1], columns.id),
        head(HEAD[2], columns.status),
        head(HEAD[3], columns.title),
        head(HEAD[4], columns.owner),
        Span::styled(format!("{:>1$}", HEAD[5], columns.score), theme.dim),
    ]));
    for (at, ranked) in ranked.iter().enumerate() {
        let step = plan.step(ranked.step);
        let (owner, title) = (step.owner(), step.title());
        let owner = if owner.is_empty() { "-" } else { &*owner };
        let look = status::look(step, theme);
        let state = format!("{} {}", look.sign, look.words);
        sheet.row(row([
            Span::styled(format!("{:>1$}", at + 1, columns.rank), theme.dim),
            paint.cell(&step.id().to_string(), columns.id, theme.text),
            paint.cell(&state, columns.status, look.style),
            paint.cell(&title, columns.title, theme.text),
            paint.cell(owner, columns.owner, theme.dim),
            Span::styled(format!("{:>1$}", ranked.score, columns.score), theme.title),
        ]));
        if explain {
            terms(&mut sheet, paint, ranked, columns.rank + GAP.len());
        }
    }
    sheet
}

fn row(cells: [Span<'static>; 6]) -> Line<'static> {
    let mut spans = Vec::with_capacity(11);
    for cell in cells {
        if !spans.is_empty() {
            spans.push(Span::raw(GAP));
        }
        spans.push(cell);
    }
    Line::from(spans)
}

/// The terms that give or take points; the others are in the JSON.
fn terms(sheet: &mut TextLayout, paint: &Printer, ranked: &Ranked, indent: usize) {
    let theme = &paint.theme;
    let counted = || ranked.terms.iter().filter(|term| term.points != 0);
    let signed = |points: i64| format!("{points:+}");
    let points = counted().map(|term| signed(term.points).len()).max();
    let name = TERMS.iter().map(|term| term.name.len()).max();
    let (points, name) = (points.unwrap_or(0), name.unwrap_or(0));
    for term in counted() {
        let lead = Line::from(vec![
            Span::raw(" ".repeat(indent)),
            Span::styled(format!("{:>points$}", signed(term.points)), theme.accent),
            Span::styled(format!("{GAP}{:name$}{GAP}", term.name), theme.dim),
        ]);
        sheet.hanging(lead, &term.why, theme.text);
    }
}

/// How many steps are in each state.
fn states(plan: &Plan) -> String {
    let count = |state: State| plan.steps().filter(|step| step.state() == state).count();
    let states = [State::Ready, State::Waiting, State::Blocked, State::Done];
    let mut counts: Vec<(State, usize)> = states.map(|state| (state, count(state))).into();
    // Most plans have none.
    let retired = (State::Retired, count(State::Retired));
    counts.extend((retired.1 > 0).then_some(retired));
    let counts = counts
        .iter()
        .map(|(state, count)| format!("{count} {}", state.word()));
    let unknown = count(State::Unclear);
    let unknown =
        (unknown > 0).then(|| format!("{unknown} with a status that is none of the five"));
    counts.chain(unknown).collect::<Vec<_>>().join(", ")
}
