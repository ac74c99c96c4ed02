//! `stepdeck chain`: what a step waits for, what waits for it, and the longest way through.

use std::collections::HashSet;

use color_eyre::eyre::Result;
use ratatui::text::{Line, Span};
use serde::Serialize;

use super::invocation::{Invocation, Name};
use crate::cli::printer::Printer;
use crate::document::visible::{visible_line, width};
use crate::plan::dependency::Dependency;
use crate::plan::field::Field;
use crate::plan::id::StepId;
use crate::plan::{Plan, StepRef};
use crate::tui::theme::Sign;
use crate::tui::widgets::status;
use crate::tui::widgets::text_layout::TextLayout;

/// Show what a step waits for and what waits for it, directly or indirectly.
///
/// Each step is listed with its distance, in dependencies. Conditions in words are listed if they
/// are the step's own; further up, only while they are open.
#[derive(clap::Args, Clone, Debug)]
pub struct Chain {
    /// The step.
    pub id: Name,
    /// Print JSON; a status of null means that the step is not in the plan.
    #[arg(long)]
    pub json: bool,
}

impl Chain {
    /// Prints the chain.
    ///
    /// # Errors
    /// When there is no such step, the plan cannot be read, or the output not be written.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        let opened = invocation.open()?;
        invocation.say_unreadable(&opened.plan)?;
        let found = Around::of(&opened.plan, opened.find(self.id.0)?);
        if self.json {
            return invocation.print_json(&found.document(&opened.plan));
        }
        let paint = invocation.paint();
        invocation.print(&paint.lines(found.sheet(&paint, &opened.plan)))
    }
}

/// A step with everything before and behind it.
struct Around {
    step: usize,
    /// Nearest first.
    upstream: Vec<Link>,
    downstream: Vec<Link>,
    /// Each step of a cycle depends on the next, the last one on the first.
    cycles: Vec<Vec<usize>>,
    longest: Vec<usize>,
}

struct Link {
    what: What,
    /// How many dependencies away.
    depth: u32,
}

enum What {
    /// A step of the plan, by index.
    Step(usize),
    /// A step that is depended on, though nobody wrote it; and whose dependency it is.
    Missing(StepId, usize),
    /// A condition in words; and whose it is.
    Condition { text: String, met: bool, of: usize },
}

impl Around {
    fn of(plan: &Plan, step: usize) -> Self {
        let graph = plan.graph();
        let link = |(step, depth)| Link {
            what: What::Step(step),
            depth,
        };
        let ancestors = graph.ancestors(step);
        let mut dependants = graph.dependants(step);
        dependants.sort_by_key(|(step, depth)| (*depth, *step));
        let mut upstream: Vec<Link> = elsewhere(plan, step, &ancestors);
        upstream.extend(ancestors.iter().copied().map(link));
        upstream.sort_by_key(|link| (link.depth, link.what.order()));
        let near = ancestors.iter().chain(&dependants).map(|(at, _)| *at);
        let mut cycles: Vec<&[u32]> = (near.chain([step]))
            .filter_map(|at| graph.cycle(at))
            .collect();
        // The groups are parts of one list, and have no step in common.
        cycles.sort_by_key(|group| group.first());
        cycles.dedup_by_key(|group| group.first());
        Self {
            step,
            upstream,
            downstream: dependants.into_iter().map(link).collect(),
            cycles: cycles
                .into_iter()
                .map(|group| graph.shortest_cycle(group))
                .collect(),
            longest: graph.longest_chain(step),
        }
    }
}

impl What {
    /// Steps go before what the plan does not hold.
    fn order(&self) -> (u8, usize) {
        match self {
            Self::Step(step) => (0, *step),
            Self::Missing(_, of) => (1, *of),
            Self::Condition { of, .. } => (2, *of),
        }
    }
}

/// What the step and those before it depend on and the plan does not hold, each once.
fn elsewhere(plan: &Plan, step: usize, ancestors: &[(usize, u32)]) -> Vec<Link> {
    let mut found = Vec::new();
    let mut missing = HashSet::new();
    let mut conditions = HashSet::new();
    for (of, depth) in [(step, 0)].iter().chain(ancestors).copied() {
        let open = plan.graph().state(of).is_open();
        for dependency in plan.step(of).dependencies() {
            let what = match dependency {
                Dependency::Step(id) if plan.find(id).is_none() && missing.insert(id) => {
                    What::Missing(id, of)
                }
                Dependency::Condition { text, met }
                    if (of == step || open && !met) && conditions.insert(text.to_string()) =>
                {
                    let text = text.into_owned();
                    What::Condition { text, met, of }
                }
                _ => continue,
            };
            let depth = depth + 1;
            found.push(Link { what, depth });
        }
    }
    found
}

#[derive(Serialize)]
struct Document {
    schema: &'static str,
    step_id: String,
    upstream: Vec<Entry>,
    downstream: Vec<Entry>,
    cycles: Vec<Vec<String>>,
    longest_chain: Vec<String>,
}

#[derive(Serialize)]
struct Entry {
    step_id: String,
    depth: u32,
    status: Option<String>,
}

impl Around {
    fn document(&self, plan: &Plan) -> Document {
        let names = |steps: &[usize]| -> Vec<String> {
            steps
                .iter()
                .map(|step| plan.step(*step).id().to_string())
                .collect()
        };
        let entries = |links: &[Link]| links.iter().filter_map(|link| link.entry(plan)).collect();
        Document {
            schema: "stepdeck/chain@1",
            step_id: plan.step(self.step).id().to_string(),
            upstream: entries(&self.upstream),
            downstream: entries(&self.downstream),
            cycles: self.cycles.iter().map(|cycle| names(cycle)).collect(),
            longest_chain: names(&self.longest),
        }
    }
}

impl Link {
    /// A step, in the plan or not; conditions are not steps.
    fn entry(&self, plan: &Plan) -> Option<Entry> {
        let (step_id, status) = match &self.what {
            What::Step(step) => {
                let step = plan.step(*step);
                let status = match step.status() {
                    Some(status) => status.word().to_owned(),
                    None => step.text(Field::Status).into_owned(),
                };
                (step.id(), Some(status))
            }
            What::Missing(id, _) => (*id, None),
            What::Condition { .. } => return None,
        };
        Some(Entry {
            step_id: step_id.to_string(),
            depth: self.depth,
            status,
        })
    }
}

/// Columns of the lists.
struct Columns {
    depth: usize,
    id: usize,
    title: usize,
    /// The owner of a step, or whose the missing step or condition is.
    behind: usize,
}

const GAP: &str = "  ";
const STATUS: usize = status::WIDTH as usize;
/// Columns behind the title, at most.
const BEHIND: usize = 16;

impl Around {
    fn columns(&self, paint: &Printer, plan: &Plan) -> Columns {
        let links = || self.upstream.iter().chain(&self.downstream);
        let steps = || {
            let listed = links().filter_map(|link| match link.what {
                What::Step(step) => Some(step),
                _ => None,
            });
            listed.chain([self.step]).map(|step| plan.step(step))
        };
        let shown = |text: &str| width(&visible_line(text));
        let missing = links().map(|link| match link.what {
            What::Missing(id, _) => shown(&id.to_string()),
            _ => 0,
        });
        let ids = steps()
            .map(|step| shown(&step.id().to_string()))
            .chain(missing);
        let owners = steps().map(|step| shown(&step.owner()));
        let whose = links().map(|link| shown(&self.whose(plan, &link.what)));
        let depth = links().map(|link| link.depth.to_string().len()).max();
        let mut columns = Columns {
            depth: depth.unwrap_or(0),
            id: ids.max().unwrap_or(0),
            title: 0,
            behind: owners.chain(whose).max().unwrap_or(0).min(BEHIND),
        };
        let others = columns.depth + columns.id + STATUS + columns.behind + GAP.len() * 5;
        columns.title = paint.columns.saturating_sub(others).max(8);
        columns
    }

    fn sheet<'p>(&self, paint: &'p Printer, plan: &Plan) -> TextLayout<'p> {
        let mut sheet = paint.sheet();
        let theme = &paint.theme;
        let columns = self.columns(paint, plan);
        let step = plan.step(self.step);
        let look = status::look(step, theme);
        let lead = Line::from(vec![
            Span::styled(format!("{}{GAP}", step.id()), theme.title),
            Span::styled(format!("{} {}{GAP}", look.sign, look.words), look.style),
        ]);
        sheet.hanging(lead, &step.title(), theme.title);
        self.list(
            &mut sheet,
            paint,
            plan,
            ("Upstream", &self.upstream),
            &columns,
        );
        self.list(
            &mut sheet,
            paint,
            plan,
            ("Downstream", &self.downstream),
            &columns,
        );
        let arrow = format!(" {} ", theme.glyphs.arrow);
        let names = |steps: &mut dyn Iterator<Item = &usize>| {
            let ids: Vec<String> = steps
                .map(|step| plan.step(*step).id().to_string())
                .collect();
            ids.join(&arrow)
        };
        if !self.cycles.is_empty() {
            let title = format!("{} Cycles", theme.glyphs.repeat);
            heading(&mut sheet, paint, &title, "each waits for the next");
        }
        for cycle in &self.cycles {
            let text = names(&mut cycle.iter().chain(cycle.first()));
            sheet.hanging(Span::raw(GAP), &text, theme.warning);
        }
        if self.longest.len() > 1 {
            let note = format!("{} steps, in the order of work", self.longest.len());
            heading(&mut sheet, paint, "Longest chain", &note);
            sheet.hanging(Span::raw(GAP), &names(&mut self.longest.iter()), theme.text);
        }
        sheet
    }

    fn list(
        &self,
        sheet: &mut TextLayout,
        paint: &Printer,
        plan: &Plan,
        (title, links): (&str, &[Link]),
        columns: &Columns,
    ) {
        let direct = links.iter().filter(|link| link.depth == 1).count();
        let note = match links.len() {
            0 => "nothing".to_owned(),
            all => format!("{direct} directly, {all} in all"),
        };
        heading(sheet, paint, title, &note);
        for link in links {
            let depth = format!("{GAP}{:>1$}{GAP}", link.depth, columns.depth);
            let mut line = Line::from(Span::styled(depth, paint.theme.dim));
            line.spans.extend(self.link(paint, plan, link, columns));
            sheet.row(line);
        }
    }

    fn link(
        &self,
        paint: &Printer,
        plan: &Plan,
        link: &Link,
        columns: &Columns,
    ) -> Vec<Span<'static>> {
        let theme = &paint.theme;
        let (id, sign, words, style, title, behind) = match &link.what {
            What::Step(step) => {
                let step: StepRef<'_> = plan.step(*step);
                let look = status::look(step, theme);
                let (title, owner) = (step.title().into_owned(), step.owner().into_owned());
                (
                    step.id().to_string(),
                    look.sign,
                    look.words,
                    look.style,
                    title,
                    owner,
                )
            }
            What::Missing(id, _) => {
                let (sign, text) = (theme.glyph(Sign::Blocked), "is not in the plan".to_owned());
                (
                    id.to_string(),
                    sign,
                    "missing".into(),
                    theme.error,
                    text,
                    self.whose(plan, &link.what),
                )
            }
            What::Condition { text, met, .. } => {
                let (sign, words) = match met {
                    true => (theme.glyph(Sign::Complete), "met"),
                    false => (theme.glyph(Sign::Waiting), "open"),
                };
                let style = if *met { theme.ticked } else { theme.unticked };
                (
                    String::new(),
                    sign,
                    words.into(),
                    style,
                    text.clone(),
                    self.whose(plan, &link.what),
                )
            }
        };
        vec![
            paint.cell(&id, columns.id, theme.text),
            Span::raw(GAP),
            paint.cell(&format!("{sign} {words}"), STATUS, style),
            Span::raw(GAP),
            paint.cell(&title, columns.title, theme.text),
            Span::raw(GAP),
            paint.cell(&behind, columns.behind, theme.dim),
        ]
    }
}

impl Around {
    /// For what is not a step of the plan and hangs further up: which step has it.
    fn whose(&self, plan: &Plan, what: &What) -> String {
        match what {
            What::Missing(_, of) | What::Condition { of, .. } if *of != self.step => {
                format!("for {}", plan.step(*of).id())
            }
            _ => String::new(),
        }
    }
}

fn heading(sheet: &mut TextLayout, paint: &Printer, title: &str, note: &str) {
    sheet.blank();
    sheet.row(Line::from(vec![
        Span::styled(format!("{title}{GAP}"), paint.theme.heading),
        Span::styled(note.to_owned(), paint.theme.dim),
    ]));
}
