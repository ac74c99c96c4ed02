//! `stepdeck list`: the steps that a filter lets pass.

use color_eyre::eyre::Result;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::filter::{Filter, language_help};
use super::invocation::Invocation;
use super::step_document::ListDocument;
use crate::cli::printer::Printer;
use crate::document::visible::{fit, visible_line, width};
use crate::plan::StepRef;
use crate::plan::status::{State, Status};
use crate::tui::theme::{Sign, Theme};
use crate::tui::widgets::status;

/// List steps: all of them, or those that match a filter.
///
/// On a terminal, rows are aligned and cut to its width. In a pipe, each step is one line of
/// tab-separated fields, without a heading: ID, status, state, owner, title.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = language_help())]
pub struct List {
    #[command(flatten)]
    filter: Filter,
    /// Print JSON (stepdeck/list@1).
    #[arg(long)]
    json: bool,
}

impl List {
    /// Prints the steps in the order of their IDs.
    ///
    /// # Errors
    /// When the filter makes no sense or there is no plan.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        let query = self.filter.parse(invocation)?;
        let opened = invocation.open()?;
        let plan = &opened.plan;
        invocation.say_unreadable(plan)?;
        let steps = invocation.selected(&query, &opened)?;
        if self.json {
            return invocation.print_json(&ListDocument::new(plan, &steps));
        }
        let paint = invocation.paint();
        let rows: Vec<StepRef<'_>> = steps.iter().map(|step| plan.step(*step)).collect();
        let text = match invocation.outside.terminal {
            _ if rows.is_empty() => String::new(),
            Some(_) => table(&rows, &paint, plan.len()),
            None => rows.iter().map(|step| tabbed(*step, &paint)).collect(),
        };
        invocation.print(&text)?;
        match rows.len() {
            0 if plan.is_empty() && plan.is_partly_unreadable() => {
                invocation.say("none of the plan's steps can be read")?;
            }
            0 if plan.is_empty() => invocation.say("the plan has no steps yet")?,
            0 => invocation.say(&format!("none of {} steps matches the filter", plan.len()))?,
            _ => {}
        }
        Ok(())
    }
}

/// The status in words, as the five are spelled or else as written.
fn status_words(step: StepRef<'_>) -> String {
    match step.status() {
        Some(status) => status.word().to_owned(),
        None => step
            .text(crate::plan::field::Field::Status)
            .trim()
            .to_owned(),
    }
}

/// One row for `cut` and `awk`: nothing is left out, and no part has a tab of its own.
fn tabbed(step: StepRef<'_>, paint: &Printer) -> String {
    let theme = &paint.theme;
    let looks = status::look(step, theme).style;
    let parts = [
        paint.styled(&step.id().to_string(), theme.text),
        paint.styled(&status_words(step), looks),
        paint.styled(step.state().word(), state_style(step.state(), theme)),
        paint.styled(&step.owner(), theme.dim),
        paint.styled(&step.title(), theme.text),
    ];
    format!("{}\n", parts.join("\t"))
}

/// Columns of the parts; those that have no room are 0 wide.
struct Columns {
    id: usize,
    title: usize,
    owner: usize,
    state: usize,
}

const GAP: usize = 2;
const STATUS: usize = status::WIDTH as usize;
const STATE: usize = 7;
/// Columns below which a title says nothing.
const SHORT_TITLE: usize = 16;

impl Columns {
    fn of(rows: &[StepRef<'_>], columns: usize) -> Self {
        let widest = |measure: &dyn Fn(&StepRef<'_>) -> usize| rows.iter().map(measure).max();
        let id = widest(&|step| width(&step.id().to_string())).unwrap_or(0);
        let owner = widest(&|step| width(&visible_line(&step.owner()))).unwrap_or(0);
        let title = widest(&|step| width(&visible_line(&step.title()))).unwrap_or(0);
        let mut fitted = Self {
            id,
            title: 0,
            owner: owner.clamp(5, 5.max(columns / 6)),
            state: STATE,
        };
        let room = |fitted: &Self| columns.saturating_sub(fitted.but_title());
        if room(&fitted) < SHORT_TITLE {
            fitted.owner = 0;
        }
        if room(&fitted) < SHORT_TITLE {
            fitted.state = 0;
        }
        fitted.title = title.max("TITLE".len()).min(room(&fitted));
        fitted
    }

    /// Columns of everything else, the gaps included.
    fn but_title(&self) -> usize {
        let behind = |columns: usize| if columns > 0 { GAP + columns } else { 0 };
        self.id + GAP + STATUS + GAP + behind(self.owner) + behind(self.state)
    }

    fn row(&self, theme: &Theme, parts: [(&str, Style); 5]) -> Line<'static> {
        let columns = [self.id, STATUS, self.title, self.owner, self.state];
        let mut spans = Vec::new();
        for ((text, style), columns) in parts.into_iter().zip(columns) {
            if columns == 0 {
                continue;
            }
            if !spans.is_empty() {
                spans.push(Span::raw(" ".repeat(GAP)));
            }
            let safe = visible_line(text);
            let cut = fit(&safe, columns, theme.glyphs.ellipsis);
            spans.push(Span::styled(cut.clone().into_owned(), style));
            spans.push(Span::raw(" ".repeat(columns.saturating_sub(width(&cut)))));
        }
        Line::from(spans)
    }
}

/// Aligned rows under a heading, with the count below.
fn table(rows: &[StepRef<'_>], paint: &Printer, total: usize) -> String {
    let theme = &paint.theme;
    let columns = Columns::of(rows, paint.columns);
    let heading = ["ID", "STATUS", "TITLE", "OWNER", "STATE"].map(|name| (name, theme.dim));
    let mut text = paint.line(&columns.row(theme, heading));
    for step in rows {
        text.push_str(&paint.line(&row(*step, theme, &columns)));
    }
    let count = match (rows.len(), total) {
        (1, 1) => "1 step".to_owned(),
        (count, total) if count == total => format!("{total} steps"),
        (count, total) => format!("{count} of {total} steps"),
    };
    text.push_str(&paint.line(&Line::styled(count, theme.dim)));
    text
}

fn row(step: StepRef<'_>, theme: &Theme, columns: &Columns) -> Line<'static> {
    let looks = status::look(step, theme);
    let sign = step
        .status()
        .map_or(looks.sign, |known| theme.glyph(status::sign(known)));
    let status = match status_words(step) {
        words if words.is_empty() => format!("{sign} {}", looks.words),
        words => format!("{sign} {words}"),
    };
    let title_style = match step.state() {
        State::Done | State::Retired => theme.dim,
        _ => theme.text,
    };
    let owner = step.owner();
    let owner = if owner.trim().is_empty() {
        "-"
    } else {
        &*owner
    };
    columns.row(
        theme,
        [
            (&step.id().to_string(), title_style),
            (&status, looks.style),
            (&step.title(), title_style),
            (owner, theme.dim),
            (differing_state(step), state_style(step.state(), theme)),
        ],
    )
}

/// The state, where the status does not say it already.
fn differing_state(step: StepRef<'_>) -> &'static str {
    match (step.status(), step.state()) {
        (Some(Status::Complete), State::Done) | (Some(Status::Blocked), State::Blocked) => "",
        (_, state) => state.word(),
    }
}

fn state_style(state: State, theme: &Theme) -> Style {
    match state {
        State::Ready => theme.sign(Sign::Ready),
        State::Blocked => theme.sign(Sign::Blocked),
        State::Done | State::Waiting | State::Retired => theme.dim,
    }
}
