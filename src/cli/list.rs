//! `stepdeck list`: the steps that a filter lets pass, or those of a view.

mod table;

use std::sync::Arc;

use color_eyre::eyre::{Result, eyre};
use ratatui::style::Style;

use self::table::table;
use super::filter::{Filter, language_help};
use super::invocation::Invocation;
use super::next::weights;
use super::open_plan::OpenPlan;
use super::settings::judged;
use super::step_document::ListDocument;
use crate::cli::printer::Printer;
use crate::document::progress::Progress;
use crate::document::visible::{pad, visible_line, width};
use crate::plan::StepRef;
use crate::plan::arrange::{Group, Sort, arrange};
use crate::plan::column::{Column, DERIVED, Known};
use crate::plan::field::Field;
use crate::plan::ranking::Inputs;
use crate::plan::ranking::term::Weights;
use crate::plan::source::Role;
use crate::plan::status::State;
use crate::plan::view::{NamedView, all, nobodys};
use crate::record::review::Week;
use crate::record::review::gather::Review;
use crate::store::locate::discover::discover;
use crate::tui::theme::{Sign, Theme};
use crate::tui::widgets::status;

/// List steps: all of them, those that match a filter, or those of a view.
///
/// On a terminal, rows are aligned and cut to its width; columns that have no room are left out.
/// In a pipe, each step is one line of tab-separated fields, without a heading: ID, status, the
/// columns (state and owner unless others are chosen), title.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = columns_help())]
pub struct List {
    #[command(flatten)]
    filter: Filter,
    /// Show a view: mine, all, or one of [views] in the configuration; the other options replace
    /// its parts.
    #[arg(long, value_name = "NAME")]
    view: Option<String>,
    /// Sort by columns, the first before the others; `-` in front sorts the other way.
    #[arg(long, value_name = "COLUMN[,-COLUMN]", value_parser = Sort::parse, allow_hyphen_values = true)]
    sort: Option<Sort>,
    /// Show these columns beside ID, status and title.
    #[arg(long, value_name = "COLUMN[,COLUMN]", value_parser = chosen)]
    columns: Option<Chosen>,
    /// Group by owner, status, block, stage or theme; `none` for no groups.
    #[arg(long, value_name = "BY", value_parser = grouped)]
    group: Option<Grouped>,
    /// Print what the views are called and what each shows, instead of steps.
    #[arg(long, conflicts_with_all = ["query", "view", "sort", "columns", "group", "json"])]
    views: bool,
    /// Print JSON (stepdeck/list@1).
    #[arg(long)]
    json: bool,
}

/// Columns as chosen on the command line.
#[derive(Clone, Debug)]
struct Chosen(Vec<Column>);

fn chosen(names: &str) -> Result<Chosen, String> {
    Column::list(names).map(Chosen)
}

/// What the command line groups by, or that it does not.
#[derive(Clone, Copy, Debug)]
struct Grouped(Option<Group>);

fn grouped(name: &str) -> Result<Grouped, String> {
    match name {
        "none" => Ok(Grouped(None)),
        name => Group::named(name).map(|group| Grouped(Some(group))),
    }
}

/// The columns, and the filter language.
fn columns_help() -> String {
    let names: Vec<String> = Column::comparable()
        .map(|column| column.name().into_owned())
        .collect();
    let longest = DERIVED.iter().map(|row| row.name.len()).max().unwrap_or(0);
    let derived = DERIVED
        .iter()
        .map(|row| format!("  {:longest$}  {}\n", row.name, row.about));
    format!(
        "Columns: {}, and log.KEY for a key of the log that is none of these.\n{}\n{}",
        names.join(", "),
        derived.collect::<String>(),
        language_help()
    )
}

impl List {
    /// Prints the steps, in the order of their IDs unless another one is asked for.
    ///
    /// # Errors
    /// When the filter makes no sense, or there is no plan or no such view.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        if self.views {
            return print_views(invocation);
        }
        // What is typed wrong is said before the plan is read.
        self.filter.parse(invocation)?;
        let opened = invocation.open()?;
        let plan = &opened.plan;
        invocation.say_unreadable(plan)?;
        let look = self.look(invocation, &opened)?;
        let filter = Filter {
            query: Some(look.filter.clone()),
        };
        let query = filter.parse(invocation)?;
        let is_asked = query.asks_past() || look.used_columns().iter().any(Column::asks_past);
        let past = match is_asked {
            true => Some(Arc::new(invocation.steps_past(&opened)?)),
            false => None,
        };
        let known = known(invocation, &opened, &look)?.knowing(past.clone());
        let order = arrange(plan, &look.sort, look.group, &known, &Progress::default());
        let order = order.unwrap_or_default();
        let steps = order.pick(invocation.selected_knowing(&query, &opened, past.as_deref())?);
        let groups = look.group.map(|_| order.counted(&steps));
        if self.json {
            let columns = look.columns.as_deref().map(|columns| (columns, &known));
            let view = self.view.is_some().then_some(&*look.name);
            let document = ListDocument::new(plan, &steps).looking(view, groups, columns);
            return invocation.print_json(&document);
        }
        let paint = invocation.paint();
        let rows = Rows {
            steps: steps.iter().map(|step| plan.step(*step)).collect(),
            groups: groups.unwrap_or_default(),
            columns: look.columns.as_deref(),
            sort: &look.sort,
            known: &known,
        };
        let text = match invocation.outside.terminal {
            _ if rows.steps.is_empty() => String::new(),
            Some(_) => table(&rows, &paint, plan.len()),
            None => rows
                .steps
                .iter()
                .map(|step| tabbed(*step, &rows, &paint))
                .collect(),
        };
        let is_empty = rows.steps.is_empty();
        invocation.print(&text)?;
        if is_empty {
            let why = match plan.len() {
                0 if plan.is_partly_unreadable() => {
                    "none of the plan's steps can be read".to_owned()
                }
                0 if opened.lacks_log() => {
                    "there is no log where the configuration has it".to_owned()
                }
                0 => "the plan has no steps yet".to_owned(),
                total => format!("none of {total} steps matches the filter"),
            };
            invocation.say(&why)?;
            if query.asks_who() && !plan.is_empty() {
                let me = invocation.identity();
                invocation.say(&nobodys(&me))?;
            }
        }
        Ok(())
    }

    /// The view that is asked for, with the parts that options replace.
    fn look(&self, invocation: &mut Invocation<'_, '_>, opened: &OpenPlan) -> Result<NamedView> {
        let mut look = match &self.view {
            None => NamedView::default(),
            Some(name) => {
                let own = invocation.outside.config.clone();
                let settings = judged(&opened.layout, own.as_deref());
                invocation.say_own_mistakes(opened, &settings)?;
                let views = all(&settings.config.views);
                NamedView::named(&views, name)
                    .map_err(|reason| eyre!("{reason}"))?
                    .clone()
            }
        };
        if let Some(query) = &self.filter.query {
            look.filter.clone_from(query);
        }
        if let Some(sort) = &self.sort {
            look.sort = sort.clone();
        }
        if let Some(Chosen(columns)) = &self.columns {
            look.columns = Some(columns.clone());
        }
        if let Some(Grouped(group)) = self.group {
            look.group = group;
        }
        Ok(look)
    }
}

/// Prints the views, a line each, without reading the plan: a shell that completes their names waits.
fn print_views(invocation: &mut Invocation<'_, '_>) -> Result<()> {
    let layout = discover(&invocation.start(), &invocation.overrides());
    let settings = judged(&layout, invocation.outside.config.as_deref());
    let views = all(&settings.config.views);
    let name = |view: &NamedView| visible_line(&view.name).into_owned();
    let longest = views.iter().map(|view| width(&name(view))).max();
    let line = |view: &NamedView| {
        let (name, words) = (name(view), view.in_words());
        let words = visible_line(&words);
        match invocation.outside.terminal.and(longest) {
            Some(longest) => format!("{}  {words}\n", pad(&name, longest)),
            None => format!("{name}\t{words}\n"),
        }
    };
    let text: String = views.iter().map(line).collect();
    invocation.print_signs(&text)
}

/// What the columns of a view need to know; nothing is read that none of them asks.
fn known(
    invocation: &mut Invocation<'_, '_>,
    opened: &OpenPlan,
    look: &NamedView,
) -> Result<Known> {
    let (plan, now) = (&opened.plan, invocation.outside.now);
    let columns = look.used_columns();
    let changes = match columns.iter().any(Column::asks_scores) {
        true => invocation.idle_since(opened),
        false => None,
    };
    let (weights, carried) = match columns.iter().any(Column::asks_plan) {
        true => {
            let folder = opened.layout.papers.folder_of(Role::Review);
            let review = Review::of(plan, folder, Week::of(now), now);
            (weights(invocation, opened)?, review.carried())
        }
        false => (Weights::default(), Vec::new()),
    };
    let inputs = Inputs {
        now,
        carried: &carried,
        weights: &weights,
        changes: None,
    };
    Ok(Known::of(plan, columns.iter(), &inputs, changes))
}

/// What is printed, and how.
struct Rows<'a> {
    steps: Vec<StepRef<'a>>,
    /// Headings with how many of the steps stand below each; none where there are no groups.
    groups: Vec<(&'a str, usize)>,
    /// Those chosen, if any are.
    columns: Option<&'a [Column]>,
    sort: &'a Sort,
    known: &'a Known,
}

/// The status in words, as the five are spelled or else as written.
fn status_words(step: StepRef<'_>) -> String {
    match step.status() {
        Some(status) => status.word().to_owned(),
        None => step.text(Field::Status).trim().to_owned(),
    }
}

/// One row for `cut` and `awk`: nothing is left out, and no part has a tab of its own.
fn tabbed(step: StepRef<'_>, rows: &Rows<'_>, paint: &Printer) -> String {
    let theme = &paint.theme;
    let mut parts = vec![
        paint.styled(&step.id().to_string(), theme.text),
        paint.styled(&status_words(step), status::look(step, theme).style),
    ];
    let usual = [Column::STATE, Column::OWNER];
    let columns = rows.columns.unwrap_or(&usual).iter();
    parts.extend(columns.map(|column| {
        let text = column.text(step, rows.known);
        paint.styled(&text, style(column, step, theme))
    }));
    parts.push(paint.styled(&step.title(), theme.text));
    format!("{}\n", parts.join("\t"))
}

/// How the value of a column looks.
fn style(column: &Column, step: StepRef<'_>, theme: &Theme) -> Style {
    match *column == Column::STATE {
        true => state_style(step.state(), theme),
        false => theme.dim,
    }
}

fn state_style(state: State, theme: &Theme) -> Style {
    match state {
        State::Ready => theme.sign(Sign::Ready),
        State::Blocked => theme.sign(Sign::Blocked),
        State::Unclear => theme.warning,
        State::Done | State::Waiting | State::Retired => theme.dim,
    }
}
