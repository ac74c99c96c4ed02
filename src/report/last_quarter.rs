//! The plan of the quarter before: where the next one starts, and what of its objectives rolls forward.

use chrono::NaiveDate;

use super::desk::Desk;
use super::quarter::{OBJECTIVES, meant};
use super::table::Start;
use super::words::plain;
use crate::change::value::Refusal;
use crate::document::markdown::{CheckState, ListItem, MarkdownDocument};
use crate::document::visible::visible_line;
use crate::plan::Plan;
use crate::plan::canon::checklist::named_steps;
use crate::plan::packet::section;
use crate::plan::source::{Role, SourceFile};
use crate::record::one_line;
use crate::record::shelf::{day_written, filed, seen_in};
use crate::record::today::rituals::Quarter;

/// An objective of the quarter before.
pub(crate) struct Objective {
    /// Its words.
    pub words: String,
    /// The same as Markdown of one line.
    pub markdown: String,
}

impl Objective {
    /// The objective that an item of a list is. Its source is kept where it says the same on one line
    /// by itself; it may need a definition from elsewhere in its file.
    fn read(document: &MarkdownDocument, item: &ListItem) -> Self {
        let words = one_line(&item.text);
        let source = document.source(item.content);
        let lines = source.lines().map(|line| {
            let line = line.trim();
            let signs = line.len() - line.trim_end_matches('\\').len();
            // One in front of the end of a line breaks it.
            line.get(..line.len() - signs % 2).unwrap_or(line)
        });
        let line = lines.collect::<Vec<_>>().join(" ");
        let markdown = visible_line(&line);
        let alone = MarkdownDocument::load(format!("- [ ] {markdown}\n").into_bytes());
        let says_the_same = match alone.items() {
            [item] => one_line(&item.text) == words,
            _ => false,
        };
        Self {
            markdown: match says_the_same {
                true => markdown.into_owned(),
                false => plain(&words),
            },
            words,
        }
    }
}

/// Where the plan of a quarter starts: at what the plan of the last quarter before it saw when it was
/// written last. Where no plan is named for one, at the last plan that is six weeks old, else a quarter
/// ago.
///
/// # Errors
/// When there is no such quarter.
pub(crate) fn start(desk: &Desk<'_>, typed: Option<&str>) -> Result<Start, Refusal> {
    let quarter = meant(desk, typed)?;
    let today = desk.today();
    if let Some((of, file)) = plan_before(desk, quarter) {
        let file = &desk.plan.files()[file];
        let written = file.markdown().and_then(day_written);
        let written = written.filter(|day| *day <= today);
        let (day, said) = match written {
            Some(day) => (day, format!("written {day}")),
            None => (of.first, format!("begins {}", of.first)),
        };
        let seen = file.markdown().and_then(seen_in);
        return Ok(Start::Paper {
            label: format!("the plan of {of} ({said})"),
            day,
            seen: seen.filter(|_| written.is_some()),
        });
    }
    let is_old = |day: &NaiveDate| (today - *day).num_days() > 42;
    let unnamed = filed(desk.plan, Role::Quarter).into_iter();
    let unnamed = unnamed.filter(|paper| quarter_of(desk, paper.file).is_none());
    let mut dated = unnamed.filter_map(|paper| Some((paper.date.filter(is_old)?, paper.seen)));
    Ok(match dated.next() {
        Some((day, seen)) => Start::Paper {
            label: format!("the plan of {day}"),
            day,
            seen,
        },
        None => Start::days_ago(desk.now, 91),
    })
}

/// The quarter that a file of the plan is named for.
fn quarter_of(desk: &Desk<'_>, file: usize) -> Option<Quarter> {
    let stem = desk.plan.files()[file].path.file_stem()?.to_str()?;
    desk.rituals.quarter_named(stem)
}

/// The last quarter before this one that has a plan, and the index of its file.
fn plan_before(desk: &Desk<'_>, quarter: Quarter) -> Option<(Quarter, usize)> {
    let files = desk.plan.files().iter().enumerate();
    let plans = files.filter(|(_, file)| file.role == Role::Quarter && file.markdown().is_some());
    let named = plans.filter_map(|(at, _)| Some((quarter_of(desk, at)?, at)));
    let before = named.filter(|(of, _)| of.first < quarter.first);
    before.max_by_key(|(of, at)| {
        // That of everybody, where one part of the team has its own.
        let stem = desk.plan.files()[*at].path.file_stem();
        (of.first, stem.is_some_and(|stem| *stem == *of.to_string()))
    })
}

/// The objectives of the quarter before that were not reached: those that are not ticked, and whose
/// steps are not all done.
pub(super) fn rolled(desk: &Desk<'_>, quarter: Quarter) -> Vec<Objective> {
    let last = plan_before(desk, quarter).map(|(_, at)| &desk.plan.files()[at]);
    last.and_then(SourceFile::markdown)
        .map_or_else(Vec::new, |document| open_objectives(desk.plan, document))
}

fn open_objectives(plan: &Plan, document: &MarkdownDocument) -> Vec<Objective> {
    let Some(heading) = section(document, OBJECTIVES) else {
        return Vec::new();
    };
    let items = document.items().iter();
    let own = items.filter(|item| item.heading == Some(heading) && item.parent.is_none());
    let is_open = |text: &str| {
        let mut steps = named_steps(text).filter_map(|id| plan.find(id)).peekable();
        let has_none = steps.peek().is_none();
        has_none || steps.any(|step| plan.graph().state(step).is_open())
    };
    own.filter(|item| item.check.state() != CheckState::Done)
        .map(|item| Objective::read(document, item))
        .filter(|objective| !objective.words.is_empty() && is_open(&objective.words))
        .collect()
}
