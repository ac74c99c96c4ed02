//! `stepdeck export`: the plan for other programs.
//!
//! Each format is a file below and a pure function from steps to text; this file chooses,
//! and puts the text where it is wanted.

mod csv;
mod html;
mod markdown;
mod openmetrics;

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use color_eyre::eyre::{Result, bail};

use super::filter::{Filter, language_help};
use super::invocation::{Invocation, OpenPlan, json_text};
use super::step_document::ListDocument;
use crate::document::english::counted;
use crate::document::visible::visible;
use crate::plan::checks::{Context, Findings, find};
use crate::plan::source::Role;
use crate::store::atomic_replace::overwrite::overwrite;
use crate::store::fs::walk::files_below;
use crate::store::locate::discover::Layout;
use crate::store::locate::listed::exists;

/// Export steps to a spreadsheet, a dashboard or a pull request.
///
/// csv has a column for each field, with the values as they are written in the plan; cells that a
/// spreadsheet would run as a formula get a leading apostrophe. json is stepdeck/list@1. markdown
/// is a table. openmetrics counts steps by status, state and block, with throughput and
/// forecast; the checks, risks and problems in it are those of the whole plan, whatever the filter. html is one page for people who open no
/// terminal: it shows the newest commit, with its time as the clock, so that a commit always gives
/// the same bytes; where there is no git, it shows the files.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = language_help())]
pub struct Export {
    /// Output format.
    #[arg(long, value_name = "FORMAT")]
    format: Format,
    /// Start CSV with a byte order mark, which some spreadsheets need to recognise UTF-8.
    #[arg(long)]
    bom: bool,
    #[command(flatten)]
    filter: Filter,
    /// What the page is called, instead of the first heading of the canon.
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Leave these fields out of the page, wherever they are shown; with owner, sign-offs and
    /// standups too. Free text is not searched.
    #[arg(long, value_name = "FIELD,…", value_delimiter = ',')]
    redact: Vec<String>,
    /// Show the files as they are in the page, with what is not committed.
    #[arg(long)]
    worktree: bool,
    /// Write to this file instead of standard output; an existing file is replaced, unless it
    /// belongs to the plan.
    #[arg(short = 'o', long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// What steps can be written as.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
pub(crate) enum Format {
    /// One row per step, RFC 4180.
    Csv,
    /// The document of `list --json`.
    Json,
    /// A table.
    Markdown,
    /// A page to be read in a browser.
    Html,
    /// Counts for a metrics scraper.
    Openmetrics,
}

impl Export {
    /// Writes the steps that the filter lets pass.
    ///
    /// # Errors
    /// When the filter makes no sense, there is no plan, or the file may not or cannot be
    /// written.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        let query = self.filter.parse(invocation)?;
        if self.bom && self.format != Format::Csv {
            bail!("--bom only works with --format csv: other readers trip over the mark");
        }
        let is_page = self.format == Format::Html;
        if !is_page && (self.title.is_some() || !self.redact.is_empty() || self.worktree) {
            bail!("--title, --redact and --worktree only work with --format html");
        }
        match (&self.output, is_page) {
            (None, _) => {}
            // A page of the past is written beside the plan, not to it.
            (Some(_), true) if !invocation.arguments.read_only => {}
            (Some(_), _) => invocation.may_write()?,
        }
        let on_disk = is_page.then(|| html::layout_on_disk(invocation));
        if is_page {
            html::turn_to_commit(self, invocation)?;
        }
        let opened = invocation.open()?;
        let plan = &opened.plan;
        invocation.say_unreadable(plan)?;
        let steps = invocation.selected(&query, &opened)?;
        let text = match self.format {
            Format::Csv => {
                let on_screen = self.output.is_none() && invocation.outside.terminal.is_some();
                let mark = if self.bom { "\u{feff}" } else { "" };
                let table = match on_screen {
                    true => csv::table(plan, &steps, visible)?,
                    false => csv::table(plan, &steps, |value| value.into())?,
                };
                format!("{mark}{table}")
            }
            Format::Json => json_text(&ListDocument::new(plan, &steps))?,
            Format::Markdown => markdown::table(plan, &steps),
            Format::Html => html::page(self, invocation, &opened, (&query, &steps))?,
            Format::Openmetrics => {
                let problems = problems(&opened, invocation);
                let (points, _) = html::points(invocation, &opened, &query, &steps);
                let outlooks = html::outlooks(invocation, &opened, &query);
                let now = invocation.outside.now;
                openmetrics::exposition(plan, &steps, &problems, (&points, &outlooks, now))
            }
        };
        let Some(file) = &self.output else {
            return invocation.print(&text);
        };
        let path = html::real_start(invocation).join(file);
        let layout = on_disk.as_ref().unwrap_or(&opened.layout);
        overwrite(&path, &guarded(&opened, layout), text.as_bytes())?;
        let steps = counted(steps.len(), "step");
        invocation.say(&format!("{steps} written to {}", file.display()))
    }
}

fn problems(opened: &OpenPlan, invocation: &Invocation<'_, '_>) -> Findings {
    let layout = &opened.layout;
    let changes = invocation.stale_since(opened);
    let context = Context {
        changes: changes.as_ref(),
        exists: &|path: &Path| exists(&layout.root.join(path), layout.listed.as_deref()),
        severities: &layout.severities(),
        checkpoints: layout.papers.folder_of(Role::Checkpoint),
        ..Context::at(invocation.outside.now)
    };
    find(&opened.plan, &context)
}

/// The files of the plan: those it was read from, those it would be read from if they were
/// there, and the papers that rituals left.
fn guarded(opened: &OpenPlan, layout: &Layout) -> Vec<PathBuf> {
    let root = &layout.root;
    let read = opened.plan.files().iter().map(|file| root.join(&file.path));
    let papers = layout.papers.places();
    let papers = papers.flat_map(|place| files_below(&root.join(place), root, |_| true));
    let named = layout.files.iter().map(|(path, _)| path);
    let named = named.chain([&layout.config_file]);
    read.chain(papers).chain(named.cloned()).collect()
}
