//! `stepdeck risk`: the register of risks.

use chrono::NaiveDate;
use clap::Subcommand;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use color_eyre::eyre::Result;
use ratatui::text::{Line, Span};
use serde::Serialize;

use super::decide::step;
use super::invocation::{Invocation, refused};
use super::open_plan::OpenPlan;
use crate::cli::printer::Printer;
use crate::document::visible::{visible_line, width};
use crate::history::when::When;
use crate::plan::id::StepId;
use crate::plan::risk::{Level, Risk as Entry};
use crate::plan::source::Role;
use crate::plan::stage::named;
use crate::record::risk::delta::RiskDelta;
use crate::record::risk::{NewRisk, Proposal, Register, find, register};
use crate::tui::widgets::frame::signs;

/// List the risks, the highest score first; add one, or close one.
///
/// The score is likelihood times impact, each 1 (low) to 3 (high). A blocker that stood in three
/// standups in a row is proposed as a risk.
#[derive(clap::Args, Clone, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Risk {
    /// What to do instead of listing them.
    #[command(subcommand)]
    deed: Option<Deed>,
    /// List closed risks too.
    #[arg(long)]
    all: bool,
    /// List only the blockers that are proposed as risks.
    #[arg(long)]
    proposed: bool,
    /// List what is new, closed or rated differently since WHEN, such as 2w or a commit.
    #[arg(long, value_name = "WHEN", conflicts_with_all = ["all", "proposed"])]
    since: Option<String>,
    /// Print JSON (stepdeck/risks@1).
    #[arg(long)]
    json: bool,
}

/// What to do with a risk.
#[derive(Subcommand, Clone, Debug)]
enum Deed {
    /// Add a risk, as a file named after the day and the words of its title.
    Add(Add),
    /// Close a risk.
    Close(Close),
}

#[derive(clap::Args, Clone, Debug)]
struct Add {
    /// What may happen, in one line.
    title: String,
    /// How likely it is.
    #[arg(long, value_name = "LEVEL", default_value = "medium", value_parser = levels())]
    likelihood: Level,
    /// How much harm it would do.
    #[arg(long, value_name = "LEVEL", default_value = "medium", value_parser = levels())]
    impact: Level,
    /// The steps that it threatens.
    #[arg(long, value_name = "STEPS", value_delimiter = ',', value_parser = step)]
    steps: Vec<StepId>,
    /// The stage that it threatens, or enough of its name to be unique.
    #[arg(long, value_name = "STAGE")]
    stage: Option<String>,
    /// Who watches it; you, if nobody is named.
    #[arg(long, value_name = "NAME")]
    owner: Option<String>,
    /// What is done about it, in Markdown.
    #[arg(long, value_name = "TEXT", default_value = "")]
    mitigation: String,
    /// By when it is looked at again, e.g. 2026-12-15.
    #[arg(long, value_name = "DATE")]
    review_by: Option<NaiveDate>,
}

#[derive(clap::Args, Clone, Debug)]
struct Close {
    /// The risk: its path, or enough of its name or title.
    file: String,
    /// Why it no longer is one.
    #[arg(long, value_name = "TEXT", default_value = "")]
    why: String,
}

/// The words for a level.
fn levels() -> impl TypedValueParser<Value = Level> {
    let words = PossibleValuesParser::new(["low", "medium", "high"]);
    words.map(|word| Level::read(&word).unwrap_or(Level::Medium))
}

impl Risk {
    /// Prints the register, or changes it.
    ///
    /// # Errors
    /// When a risk, a step or a stage cannot be found, or the files cannot be read or written.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        match &self.deed {
            None => self.list(invocation),
            Some(deed) => {
                let who = invocation.person();
                let now = invocation.outside.now;
                let change = invocation.edit(|opened, _| {
                    let keeper = keeper(opened, now, &who);
                    match deed {
                        Deed::Add(add) => add.change(&keeper),
                        Deed::Close(close) => {
                            let file = find(&opened.plan, &close.file).map_err(refused)?;
                            keeper.close(file, &close.why).map_err(refused)
                        }
                    }
                })?;
                invocation.say_paper(&change)
            }
        }
    }

    /// What changed in the register since a moment.
    fn delta(&self, invocation: &mut Invocation<'_, '_>, since: &str) -> Result<()> {
        let when: When = since.parse()?;
        let (opened, now) = (invocation.open()?, invocation.outside.now);
        invocation.go_to("--since", &when)?;
        let then = invocation.reopen()?;
        let delta = RiskDelta::between(&then.plan, &opened.plan);
        if self.json {
            let (today, risks) = (now.date_naive(), register(&opened.plan));
            let row = |risk: &Entry| Row::of(&opened, risk, today);
            let gone = |risk: &Entry| Row::of(&then, risk, today);
            let changes = Changes {
                since: since.to_owned(),
                open: delta.open,
                new: delta.new.iter().map(row).collect(),
                closed: delta.closed.iter().map(row).collect(),
                removed: delta.gone.iter().map(gone).collect(),
                changed: (delta.changed.iter())
                    .map(|change| ChangedRow {
                        risk: row(&change.risk),
                        change: change.words(),
                    })
                    .collect(),
            };
            return invocation.print_json(&Document {
                schema: "stepdeck/risks@1",
                risks: risks.iter().filter(|risk| risk.is_open).map(row).collect(),
                proposed: Vec::new(),
                changes: Some(changes),
            });
        }
        let paint = invocation.paint();
        let line = |lead: &'static str, title: &str, rest: String| {
            let title = visible_line(title).into_owned();
            paint.line(&Line::from(vec![
                Span::styled(format!("{lead:9}"), paint.theme.accent),
                Span::styled(title, paint.theme.text),
                Span::styled(rest, paint.theme.dim),
            ]))
        };
        let score = |risk: &Entry| format!("  score {}", risk.score());
        let mut text = String::new();
        text.extend((delta.new.iter()).map(|risk| line("new", &risk.title, score(risk))));
        text.extend((delta.changed.iter()).map(|change| {
            line(
                "changed",
                &change.risk.title,
                format!("  {}", signs(&paint.theme, &change.words())),
            )
        }));
        text.extend((delta.closed.iter()).map(|risk| line("closed", &risk.title, String::new())));
        text.extend((delta.gone.iter()).map(|risk| line("removed", &risk.title, String::new())));
        let words = format!(
            "{} open; since {since} {} new, {} closed, {} changed",
            delta.open,
            delta.new.len(),
            delta.closed.len() + delta.gone.len(),
            delta.changed.len()
        );
        text += &paint.line(&Line::styled(words, paint.theme.dim));
        invocation.print(&text)
    }

    fn list(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        if let Some(since) = &self.since {
            return self.delta(invocation, since);
        }
        let opened = invocation.open()?;
        let (plan, now) = (&opened.plan, invocation.outside.now);
        let today = now.date_naive();
        let risks: Vec<Entry> = match self.proposed {
            true => Vec::new(),
            false => register(plan),
        };
        let who = invocation.person();
        let folder = opened.layout.papers.folder_of(Role::Standup);
        let proposals = keeper(&opened, now, &who).proposals(folder);
        if self.json {
            let row = |risk: &Entry| Row::of(&opened, risk, today);
            let shown = risks.iter().filter(|risk| risk.is_open || self.all);
            return invocation.print_json(&Document {
                schema: "stepdeck/risks@1",
                risks: shown.map(row).collect(),
                proposed: proposals.iter().map(ProposalRow::of).collect(),
                changes: None,
            });
        }
        let paint = invocation.paint();
        let mut text = String::new();
        let shown: Vec<&Entry> = (risks.iter())
            .filter(|risk| risk.is_open || self.all)
            .collect();
        text += &table(&opened, &paint, &shown, today);
        let closed = risks.iter().filter(|risk| !risk.is_open).count();
        let dim = |line: String| paint.line(&Line::styled(line, paint.theme.dim));
        if !self.proposed {
            let open = risks.len() - closed;
            let count = match (open, closed) {
                (0, 0) => "no risks".to_owned(),
                (open, 0) => format!("{open} open"),
                (open, closed) => format!("{open} open, {closed} closed"),
            };
            text += &dim(count);
        }
        if self.proposed && proposals.is_empty() {
            text += &dim("no blocker stood in three standups in a row".to_owned());
        }
        for proposal in &proposals {
            let title = visible_line(&proposal.title);
            let line = Line::from(vec![
                Span::styled("proposed  ", paint.theme.warning),
                Span::styled(title.into_owned(), paint.theme.text),
                Span::styled(
                    format!("  {}", visible_line(&proposal.words())),
                    paint.theme.dim,
                ),
            ]);
            text += &paint.line(&line);
        }
        invocation.print(&text)
    }
}

fn keeper<'a>(
    opened: &'a OpenPlan,
    now: chrono::DateTime<chrono::Utc>,
    who: &'a str,
) -> Register<'a> {
    Register {
        plan: &opened.plan,
        now,
        who,
        folder: opened.layout.papers.folder_of(Role::Risk),
    }
}

impl Add {
    fn change(&self, keeper: &Register<'_>) -> Result<crate::change::Change> {
        let stages = keeper.plan.stages();
        let stage = self.stage.as_deref().map(|typed| named(stages, typed));
        let stage = stage
            .transpose()
            .map_err(|reason| color_eyre::eyre::eyre!(reason))?;
        let risk = NewRisk {
            title: &self.title,
            likelihood: self.likelihood,
            impact: self.impact,
            owner: self.owner.as_deref().unwrap_or(keeper.who),
            steps: self.steps.clone(),
            stage: stage.map_or("", |at| &stages[at].name),
            review_by: self.review_by,
            mitigation: &self.mitigation,
        };
        keeper.add(&risk).map_err(refused)
    }
}

/// The risks, one a line.
fn table(opened: &OpenPlan, paint: &Printer, risks: &[&Entry], today: NaiveDate) -> String {
    let level = |level: Option<Level>| level.map_or("?", Level::word);
    let cells = |risk: &&Entry| {
        let review = match risk.review_by {
            _ if !risk.is_open => "closed".to_owned(),
            Some(by) if risk.is_overdue(today) => format!("{by} overdue"),
            Some(by) => by.to_string(),
            None => "-".to_owned(),
        };
        let owner = match risk.owner.is_empty() {
            true => "-".to_owned(),
            false => visible_line(&risk.owner).into_owned(),
        };
        [
            risk.score().to_string(),
            format!("{} × {}", level(risk.likelihood), level(risk.impact)),
            visible_line(&risk.title).into_owned(),
            owner,
            review,
            opened.plan.files()[risk.file].path.display().to_string(),
        ]
    };
    let rows: Vec<[String; 6]> = risks.iter().map(cells).collect();
    let widths: Vec<usize> = (0..5)
        .map(|at| rows.iter().map(|row| width(&row[at])).max().unwrap_or(0))
        .collect();
    let theme = &paint.theme;
    let line = |(row, risk): (&[String; 6], &&Entry)| {
        let style = |at: usize| match at {
            0 => theme.accent,
            2 if risk.is_open => theme.text,
            4 if risk.is_overdue(today) => theme.warning,
            _ => theme.dim,
        };
        let spans = row.iter().enumerate().map(|(at, text)| {
            let pad = widths.get(at).map_or(0, |widest| widest - width(text) + 2);
            let text = signs(theme, text);
            Span::styled(format!("{text}{}", " ".repeat(pad)), style(at))
        });
        paint.line(&Line::from(spans.collect::<Vec<_>>()))
    };
    rows.iter().zip(risks).map(line).collect()
}

#[derive(Serialize)]
struct Document {
    schema: &'static str,
    risks: Vec<Row>,
    proposed: Vec<ProposalRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<Changes>,
}

#[derive(Serialize)]
struct Changes {
    since: String,
    open: usize,
    new: Vec<Row>,
    closed: Vec<Row>,
    removed: Vec<Row>,
    changed: Vec<ChangedRow>,
}

#[derive(Serialize)]
struct ChangedRow {
    risk: Row,
    change: String,
}

#[derive(Serialize)]
struct Row {
    file: String,
    title: String,
    likelihood: Option<&'static str>,
    impact: Option<&'static str>,
    score: u8,
    status: &'static str,
    owner: String,
    steps: Vec<String>,
    stage: String,
    review_by: Option<String>,
    overdue: bool,
    opened: Option<String>,
    closed: Option<String>,
    mitigation: String,
}

impl Row {
    fn of(opened: &OpenPlan, risk: &Entry, today: NaiveDate) -> Self {
        let day = |day: Option<NaiveDate>| day.map(|day| day.to_string());
        Self {
            file: opened.plan.files()[risk.file].path.display().to_string(),
            title: risk.title.clone(),
            likelihood: risk.likelihood.map(Level::word),
            impact: risk.impact.map(Level::word),
            score: risk.score(),
            status: if risk.is_open { "open" } else { "closed" },
            owner: risk.owner.clone(),
            steps: risk.steps.iter().map(StepId::to_string).collect(),
            stage: risk.stage.clone(),
            review_by: day(risk.review_by),
            overdue: risk.is_overdue(today),
            opened: day(risk.opened),
            closed: day(risk.closed),
            mitigation: risk.mitigation.clone(),
        }
    }
}

#[derive(Serialize)]
pub(super) struct ProposalRow {
    title: String,
    stage: String,
    steps: Vec<String>,
    since: String,
    standups: usize,
}

impl ProposalRow {
    pub(super) fn of(proposal: &Proposal) -> Self {
        Self {
            title: proposal.title.clone(),
            stage: proposal.stage.clone(),
            steps: proposal.steps.iter().map(StepId::to_string).collect(),
            since: proposal.since.to_string(),
            standups: proposal.standups,
        }
    }
}
