//! `stepdeck papers`: every kind of paper with what is due, as screen 9 shows it.

use color_eyre::eyre::{Result, eyre};
use ratatui::text::{Line, Span};
use serde::Serialize;

use super::invocation::Invocation;
use super::risk::ProposalRow;
use crate::document::visible::visible_line;
use crate::record::catalogue::{PaperEntry, PaperKind, SHOWN, catalogue, kind_meant};
use crate::record::today::Today;
use crate::tui::widgets::frame;

/// List the papers: every kind with what is due, the newest of each, overdue ones first.
///
/// With KIND, all papers of that kind: `stepdeck papers decisions` is the register of decisions.
#[derive(clap::Args, Clone, Debug)]
pub struct Papers {
    /// The kind: its entry in [paths], its name, or enough of either.
    kind: Option<String>,
    /// Print JSON (stepdeck/papers@1), every paper of each kind.
    #[arg(long)]
    json: bool,
}

impl Papers {
    /// Prints the catalogue.
    ///
    /// # Errors
    /// When there is no such kind, or the plan cannot be read.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        let opened = invocation.open()?;
        let me = invocation.identity();
        let now = invocation.outside.now;
        let papers = &opened.layout.papers;
        let today = Today {
            plan: &opened.plan,
            papers,
            me: &me,
            rituals: &opened.layout.config.rituals,
            now,
        };
        let mut kinds = catalogue(&opened.plan, papers, &today.cadence(), now);
        if let Some(typed) = &self.kind {
            let at = kind_meant(&kinds, typed).map_err(|reason| eyre!(reason))?;
            kinds = vec![kinds.swap_remove(at)];
        }
        if self.json {
            return invocation.print_json(&Document {
                schema: "stepdeck/papers@1",
                kinds: kinds.iter().map(KindEntry::of).collect(),
            });
        }
        let text = self.text(invocation, &kinds);
        invocation.print(&text)
    }

    fn text(&self, invocation: &Invocation<'_, '_>, kinds: &[PaperKind]) -> String {
        let paint = invocation.paint();
        let theme = &paint.theme;
        let mut sheet = paint.sheet();
        for (at, kind) in kinds.iter().enumerate() {
            if at > 0 {
                sheet.blank();
            }
            let due = kind.due.as_ref().map(|(_, words)| format!("  {words}"));
            sheet.row(Line::from(vec![
                Span::styled(kind.name.clone(), theme.heading),
                Span::styled(format!("  {}", kind.counts()), theme.dim),
                Span::styled(
                    frame::words(theme, &due.unwrap_or_default()).into_owned(),
                    theme.text,
                ),
            ]));
            for proposal in &kind.proposed {
                let text = format!("{}  {}", proposal.title, proposal.words());
                let lead = Span::styled(format!("  {:10}  ", "proposed"), theme.warning);
                let text = visible_line(&text);
                sheet.hanging(lead, &frame::words(theme, &text), theme.text);
            }
            let shown = match self.kind {
                Some(_) => kind.papers.len(),
                None => SHOWN.max(kind.overdue()),
            };
            for paper in kind.papers.iter().take(shown) {
                let day = paper.date.map(|day| day.to_string()).unwrap_or_default();
                let facts = match paper.facts() {
                    facts if facts.is_empty() => facts,
                    facts => format!("  {facts}"),
                };
                let text = format!(
                    "{}{facts}  {}",
                    visible_line(&paper.title),
                    paper.path.display()
                );
                let style = if paper.is_overdue {
                    theme.warning
                } else {
                    theme.text
                };
                let lead = Span::styled(format!("  {day:10}  "), theme.dim);
                sheet.hanging(lead, &frame::words(theme, &text), style);
            }
            if kind.papers.len() > shown {
                let more = format!("  … and {} more", kind.papers.len() - shown);
                let more = frame::words(theme, &more).into_owned();
                sheet.row(Line::styled(more, theme.dim));
            }
        }
        paint.lines(sheet)
    }
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    kinds: Vec<KindEntry<'a>>,
}

#[derive(Serialize)]
struct KindEntry<'a> {
    kind: &'static str,
    name: &'a str,
    place: &'a str,
    standing: Option<&'static str>,
    due: Option<&'a str>,
    overdue: usize,
    papers: Vec<Entry<'a>>,
    proposed: Vec<ProposalRow>,
}

#[derive(Serialize)]
struct Entry<'a> {
    file: String,
    title: &'a str,
    date: Option<String>,
    state: &'a str,
    owner: &'a str,
    review_by: Option<String>,
    overdue: bool,
    steps: Vec<String>,
}

impl<'a> KindEntry<'a> {
    fn of(kind: &'a PaperKind) -> Self {
        let due = kind.due.as_ref();
        Self {
            kind: kind.key,
            name: &kind.name,
            place: &kind.place,
            standing: due.map(|(standing, _)| standing.word()),
            due: due.map(|(_, words)| &**words),
            overdue: kind.overdue(),
            papers: kind.papers.iter().map(Entry::of).collect(),
            proposed: kind.proposed.iter().map(ProposalRow::of).collect(),
        }
    }
}

impl<'a> Entry<'a> {
    fn of(paper: &'a PaperEntry) -> Self {
        Self {
            file: paper.path.display().to_string(),
            title: &paper.title,
            date: paper.date.map(|day| day.to_string()),
            state: &paper.state,
            owner: &paper.owner,
            review_by: paper.review_by.map(|by| by.to_string()),
            overdue: paper.is_overdue,
            steps: paper.steps.iter().map(ToString::to_string).collect(),
        }
    }
}
