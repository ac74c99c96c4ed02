//! `stepdeck export`: the plan for other programs.
//!
//! Each format is a file below and a pure function from steps to text; this file chooses,
//! and puts the text where it is wanted.

mod csv;
mod gather;
mod html;
mod json;
mod markdown;
mod openmetrics;
mod sheets;
mod xlsx;

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use color_eyre::eyre::{Result, bail};

use super::check;
use super::filter::{Filter, language_help};
use super::invocation::Invocation;
use super::open_plan::OpenPlan;
use crate::document::english::counted;
use crate::document::progress::Progress;
use crate::document::visible::visible;
use crate::page::{GENERATOR, MOST_STEPS, Page};
use crate::plan::checks::Findings;
use crate::plan::query::Query;
use crate::store::atomic_replace::folder::{Pages, write_folder};
use crate::store::atomic_replace::overwrite::overwrite;
use crate::store::fs::walk::files_below;
use crate::store::locate::discover::Layout;

/// Export steps to a spreadsheet, a dashboard, a pull request or a page.
///
/// csv has a column for each field, with the values as they are written in the plan; cells that a
/// spreadsheet would run as a formula get a leading apostrophe. xlsx is a workbook with a sheet each
/// for steps, blocks, stages, checks, problems, risks, decisions and weeks, and one that says what it is of
/// (About). json is stepdeck/list@1;
/// with --with-history it is stepdeck/export@1, which holds that list and what happened to its steps
/// (stepdeck/log@1). markdown is a table. openmetrics counts steps by status, state and block, with
/// throughput and forecast; the checks, risks and problems in it are those of the whole plan,
/// whatever the filter. html is one page for people who open no terminal, or a folder with an index
/// and a page for each block, which plans of more than 20,000 steps need.
///
/// html and xlsx show the newest commit, with its time as the clock (or SOURCE_DATE_EPOCH), so that a
/// commit always gives the same bytes; where there is no git, they show the files.
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
    /// Put what happened to the steps into the JSON.
    #[arg(long)]
    with_history: bool,
    /// What the page or workbook is called, instead of the first heading of the canon.
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Leave these fields out of the page or workbook, wherever they are shown; with owner, sign-offs
    /// and standups too. Free text is not searched.
    #[arg(long, value_name = "FIELD,…", value_delimiter = ',')]
    redact: Vec<String>,
    /// Show the files as they are in the page or workbook, with what is not committed.
    #[arg(long)]
    worktree: bool,
    /// Write to this file instead of standard output, which - names; an existing file is replaced, unless it
    /// belongs to the plan. With html, a folder, a name that ends with a slash, or a new one without
    /// extension gets an index and a page for each block; files of others in it stay.
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
    /// A page to be read in a browser, or a folder of pages.
    Html,
    /// A workbook with a sheet for each kind of thing.
    Xlsx,
    /// Counts for a metrics scraper.
    Openmetrics,
}

impl Format {
    /// Whether it is of a commit, unless the files are asked for.
    fn is_of_commit(self) -> bool {
        matches!(self, Self::Html | Self::Xlsx)
    }
}

/// The steps that the filter lets pass.
#[derive(Clone, Copy)]
struct Picked<'a> {
    opened: &'a OpenPlan,
    query: &'a Query,
    /// Their indexes, in the order of IDs.
    steps: &'a [usize],
}

/// How standard output is called where a file is named. By one of the latter names it would be replaced
/// where it goes into a file.
const STANDARD_OUTPUT: [&str; 4] = ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];

/// What an export came to.
enum Made {
    /// A file, or what is printed.
    Bytes(Vec<u8>),
    /// So many pages, which are in their folder already.
    Pages(usize),
}

impl Export {
    /// Writes the steps that the filter lets pass.
    ///
    /// # Errors
    /// When the filter makes no sense, there is no plan, or the file may not or cannot be
    /// written.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        let query = self.filter.parse(invocation)?;
        self.check(invocation)?;
        let is_of_commit = self.format.is_of_commit();
        let on_disk = is_of_commit.then(|| gather::layout_on_disk(invocation));
        if is_of_commit {
            gather::turn_to_commit(self, invocation)?;
        }
        let opened = invocation.open()?;
        invocation.say_unreadable(&opened.plan)?;
        let steps = invocation.selected(&query, &opened)?;
        let picked = Picked {
            opened: &opened,
            query: &query,
            steps: &steps,
        };
        let guarded = guarded(&opened, on_disk.as_ref().unwrap_or(&opened.layout));
        let made = match self.format {
            Format::Csv => self.csv(invocation, picked)?.into(),
            Format::Json => json::text(self.with_history, invocation, picked)?.into(),
            Format::Markdown => markdown::table(&opened.plan, &steps).into(),
            Format::Html => self.page(invocation, picked, &guarded)?,
            Format::Xlsx => Made::Bytes(xlsx::workbook(self, invocation, picked)?),
            Format::Openmetrics => {
                let problems = problems(&opened, invocation);
                let (points, notes) = gather::points(invocation, picked);
                let past = openmetrics::Past {
                    points: &points,
                    outlooks: &gather::outlooks(invocation, picked),
                    notes: &notes,
                    now: invocation.outside.now,
                };
                let text = openmetrics::exposition(&opened.plan, &steps, &problems, &past);
                notes.iter().try_for_each(|note| invocation.say(note))?;
                text.into()
            }
        };
        self.deliver(invocation, made, steps.len(), &guarded)
    }

    /// The file that is written; nothing where that is standard output.
    fn file(&self) -> Option<&Path> {
        let named = self.output.as_deref();
        named.filter(|file| !STANDARD_OUTPUT.iter().any(|name| *file == Path::new(name)))
    }

    /// Refuses options that another format has.
    fn check(&self, invocation: &Invocation<'_, '_>) -> Result<()> {
        if self.bom && self.format != Format::Csv {
            bail!("--bom only works with --format csv: other readers trip over the mark");
        }
        if self.with_history && self.format != Format::Json {
            bail!("--with-history only works with --format json");
        }
        let is_of_commit = self.format.is_of_commit();
        if !is_of_commit && (self.title.is_some() || !self.redact.is_empty() || self.worktree) {
            bail!("--title, --redact and --worktree only work with --format html and xlsx");
        }
        let is_shown = self.output.is_none() || invocation.outside.terminal.is_some();
        if self.format == Format::Xlsx && self.file().is_none() && is_shown {
            bail!("a workbook is a binary file: name it with -o plan.xlsx");
        }
        match self.file() {
            None => Ok(()),
            // What shows the past is written beside the plan, not to it.
            Some(_) if is_of_commit && !invocation.arguments.read_only => Ok(()),
            Some(_) => invocation.may_write(),
        }
    }

    fn csv(&self, invocation: &Invocation<'_, '_>, picked: Picked<'_>) -> Result<String> {
        let on_screen = self.file().is_none() && invocation.outside.terminal.is_some();
        let mark = if self.bom { "\u{feff}" } else { "" };
        let (plan, steps) = (&picked.opened.plan, picked.steps);
        let table = match on_screen {
            true => csv::table(plan, steps, visible)?,
            false => csv::table(plan, steps, |value| value.into())?,
        };
        Ok(format!("{mark}{table}"))
    }

    fn page(
        &self,
        invocation: &mut Invocation<'_, '_>,
        picked: Picked<'_>,
        guarded: &[PathBuf],
    ) -> Result<Made> {
        let folder = self.file().filter(|typed| {
            let path = gather::real_start(invocation).join(typed);
            is_folder(typed, &path)
        });
        let Some(folder) = folder else {
            let count = picked.steps.len();
            if count > MOST_STEPS {
                bail!(
                    "{} are more than browsers show well in one page ({MOST_STEPS}): write a \
                     folder with a page for each block, as with -o site/, or fewer steps with --filter",
                    counted(count, "step")
                );
            }
            return html::with_page(self, invocation, picked, |page| Ok(page.html().into()));
        };
        let folder = gather::real_start(invocation).join(folder);
        let write = |page: &Page<'_>| {
            let pages = Pages {
                folder: &folder,
                names: &page.names(),
                mark: GENERATOR,
                former: ("block-", ".html"),
            };
            Ok(Made::Pages(write_folder(&pages, guarded, page.files())?))
        };
        html::with_page(self, invocation, picked, write)
    }

    /// Puts what was made where it is wanted.
    fn deliver(
        &self,
        invocation: &mut Invocation<'_, '_>,
        made: Made,
        count: usize,
        guarded: &[PathBuf],
    ) -> Result<()> {
        let steps = counted(count, "step");
        match (made, self.file()) {
            (Made::Bytes(bytes), None) => invocation.print_bytes(&bytes),
            (Made::Bytes(bytes), Some(file)) => {
                let path = gather::real_start(invocation).join(file);
                overwrite(&path, guarded, &bytes)?;
                invocation.say(&format!("{steps} written to {}", file.display()))
            }
            (Made::Pages(pages), file) => {
                let pages = counted(pages, "page");
                let folder = file.unwrap_or(Path::new(".")).display();
                invocation.say(&format!("{steps} written to {pages} in {folder}"))
            }
        }
    }
}

impl From<String> for Made {
    fn from(text: String) -> Self {
        Self::Bytes(text.into_bytes())
    }
}

/// Whether what was typed means a folder of pages: one that is there, or a new name that ends with a
/// slash or has no extension.
fn is_folder(typed: &Path, path: &Path) -> bool {
    let ends_with_slash = typed.as_os_str().as_encoded_bytes().ends_with(b"/");
    let is_new = || !path.exists() && typed.extension().is_none();
    path.is_dir() || ends_with_slash || is_new()
}

/// What `stepdeck check` finds, whoever asks: one's own configuration is nobody else's business.
fn problems(opened: &OpenPlan, invocation: &Invocation<'_, '_>) -> Findings {
    let (changes, now) = (invocation.stale_since(opened), invocation.outside.now);
    let progress = Progress::default();
    check::problems(opened, None, &opened.plan, changes.as_ref(), now, &progress)
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
