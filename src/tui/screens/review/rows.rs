//! The rows of the review: what each says, in columns.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::core::model::Model;
use crate::app::screens::review::view::ReviewPart;
use crate::document::visible::{fit, pad, visible_line, width};
use crate::plan::StepRef;
use crate::plan::id::StepId;
use crate::plan::status::Status;
use crate::record::review::Word;
use crate::record::review::gather::{TEN, Trouble};
use crate::tui::theme::{Sign, Theme};
use crate::tui::widgets::{frame, status};

/// Columns that an owner takes at the most.
const OWNER: usize = 14;

/// A row of the list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Shown {
    /// Words between rows.
    Heading(String),
    /// The row of the part with this index.
    Row(usize),
}

/// The rows of the part that is walked, with what stands between them.
pub struct Rows {
    rows: usize,
    /// Where words stand among the rows.
    headings: Vec<(usize, &'static str)>,
}

impl Rows {
    /// Those of the part that is walked.
    pub fn of(model: &Model) -> Self {
        let view = &model.review;
        let (rows, ranked) = (view.count(view.part), view.ranked);
        let mut headings = Vec::new();
        // The line below the ten stands where the ranking ended when the rows were listed.
        if view.part == ReviewPart::Ten {
            if TEN < ranked {
                headings.push((TEN, "runners-up"));
            }
            if ranked < rows {
                let below = ranked + headings.len();
                headings.push((below, "below the runners-up, or not ready"));
            }
        }
        Self { rows, headings }
    }

    /// How many there are, words between them included.
    pub fn len(&self) -> usize {
        self.rows + self.headings.len()
    }

    /// What stands there.
    pub fn at(&self, at: usize) -> Shown {
        match self.headings.iter().find(|(heading, _)| *heading == at) {
            Some((_, text)) => Shown::Heading((*text).to_owned()),
            None => Shown::Row(at - self.headings.iter().filter(|(h, _)| *h < at).count()),
        }
    }

    /// Where the row of the part with this index stands.
    pub fn position(&self, row: usize) -> usize {
        let behind = |at: usize, (heading, _): &(usize, _)| at + usize::from(*heading <= at);
        self.headings.iter().fold(row, behind)
    }
}

/// Widths that the rows in sight share.
pub struct Columns {
    id: usize,
    owner: usize,
}

impl Columns {
    /// The widths of the columns of these rows, in a pane of so many columns.
    pub fn of(model: &Model, shown: &[Shown], room: u16) -> Self {
        let view = &model.review;
        let rows = || {
            shown.iter().filter_map(|row| match row {
                Shown::Row(at) => Some(*at),
                Shown::Heading(_) => None,
            })
        };
        let id = |at: usize| match view.part {
            ReviewPart::Proposals => view.proposals[at].id.to_string().len(),
            ReviewPart::Dependencies => {
                let (tangle, _) = &view.tangles[at];
                tangle.step.to_string().len() + tangle.other.to_string().len() + 3
            }
            ReviewPart::Ten => view.ten[at].id.to_string().len(),
        };
        let owner = |at: usize| {
            let owner = step(model, view.ten[at].id).map(|step| step.owner().into_owned());
            owner.map_or(1, |owner| width(&visible_line(&owner)))
        };
        let wide = view.part == ReviewPart::Ten && room >= 60;
        Self {
            id: rows().map(id).max().unwrap_or(0),
            owner: match wide {
                true => rows().map(owner).max().unwrap_or(0).min(OWNER),
                false => 0,
            },
        }
    }
}

fn step(model: &Model, id: StepId) -> Option<StepRef<'_>> {
    Some(model.plan.step(model.plan.find(id)?))
}

/// The left and the right part of a row.
pub fn row(
    model: &Model,
    theme: &Theme,
    at: usize,
    columns: &Columns,
) -> (Line<'static>, Line<'static>) {
    match model.review.part {
        ReviewPart::Proposals => proposal(model, theme, at, columns),
        ReviewPart::Dependencies => tangle(model, theme, at, columns),
        ReviewPart::Ten => candidate(model, theme, at, columns),
    }
}

/// How a decision looks: sign, word and style.
pub fn look(word: Word, theme: &Theme) -> (&'static str, Style) {
    match word {
        Word::AsDraft | Word::StillDraft | Word::Fixed | Word::Committed | Word::Complete => {
            (theme.glyph(Sign::Complete), theme.ok)
        }
        Word::Rejected | Word::Gone | Word::Blocked => (theme.glyph(Sign::Blocked), theme.error),
        Word::InProgress => (theme.glyph(Sign::InProgress), theme.accent),
        Word::Deferred | Word::Left | Word::Ready | Word::Waiting => (theme.glyphs.dot, theme.dim),
    }
}

fn verdict(word: Word, theme: &Theme) -> Line<'static> {
    let (sign, style) = look(word, theme);
    Line::styled(format!("{sign} {}", word.words()), style)
}

/// A step's status as a column, or that it is gone.
fn state(step: Option<StepRef<'_>>, theme: &Theme) -> Span<'static> {
    let columns = usize::from(status::WIDTH);
    let (text, style) = match step {
        Some(step) => {
            let look = status::look(step, theme);
            (
                format!("{} {}", look.sign, visible_line(&look.words)),
                look.style,
            )
        }
        None => (format!("{} gone", theme.glyphs.alert), theme.warning),
    };
    let text = fit(&text, columns, theme.glyphs.ellipsis).into_owned();
    Span::styled(format!("{} ", pad(&text, columns)), style)
}

fn proposal(
    model: &Model,
    theme: &Theme,
    at: usize,
    columns: &Columns,
) -> (Line<'static>, Line<'static>) {
    let row = &model.review.proposals[at];
    let step = step(model, row.id);
    let id = format!("{} ", pad(&row.id.to_string(), columns.id));
    let left = Line::from(vec![
        Span::styled(id, theme.dim),
        state(step, theme),
        Span::styled(row.title.clone(), theme.text),
    ]);
    let right = match (&row.verdict, step) {
        (Some(entry), _) => verdict(entry.word, theme),
        (None, None) => Line::styled("no longer in the plan", theme.warning),
        (None, Some(step)) => match step.status() {
            Some(Status::Idea | Status::Draft) if row.comes_back => {
                Line::styled("deferred last time", theme.dim)
            }
            Some(Status::Idea | Status::Draft) => Line::default(),
            _ => Line::styled("decided elsewhere", theme.dim),
        },
    };
    (left, right)
}

/// Sign and style of what is wrong with a dependency.
pub fn trouble(trouble: Trouble, theme: &Theme) -> (&'static str, Style) {
    match trouble {
        Trouble::Missing => (theme.glyph(Sign::Blocked), theme.error),
        Trouble::Retired => (theme.glyph(Sign::Blocked), theme.warning),
        Trouble::Cyclic => (theme.glyphs.repeat, theme.error),
        Trouble::Blocked => (theme.glyphs.alert, theme.warning),
        Trouble::Later => (theme.glyphs.dot, theme.accent),
    }
}

fn tangle(
    model: &Model,
    theme: &Theme,
    at: usize,
    columns: &Columns,
) -> (Line<'static>, Line<'static>) {
    let (row, wrong) = &model.review.tangles[at];
    let (sign, style) = trouble(row.trouble, theme);
    let pair = format!("{} {} {}", row.step, theme.glyphs.arrow, row.other);
    let left = Line::from(vec![
        Span::styled(format!("{sign} "), style),
        Span::styled(format!("{} ", pad(&pair, columns.id)), theme.dim),
        Span::styled(frame::words(theme, &row.words).into_owned(), theme.text),
    ]);
    let right = match (model.review.handled(row), wrong) {
        (Some(entry), _) => verdict(entry.word, theme),
        (None, false) => Line::styled("fixed since", theme.ok),
        (None, true) => Line::default(),
    };
    (left, right)
}

fn candidate(
    model: &Model,
    theme: &Theme,
    at: usize,
    columns: &Columns,
) -> (Line<'static>, Line<'static>) {
    let view = &model.review;
    let row = &view.ten[at];
    let step = step(model, row.id);
    let place = view.rank(row.id);
    let aside = view.is_aside(row.id);
    let mark = match (place, aside) {
        (Some(place), _) => Span::styled(format!("{place:2} "), theme.ok),
        (None, Some(word)) => {
            let (sign, style) = look(word, theme);
            Span::styled(format!(" {sign} "), style)
        }
        (None, None) => Span::raw("   "),
    };
    let mut left = vec![
        mark,
        Span::styled(
            format!("{} ", pad(&row.id.to_string(), columns.id)),
            theme.dim,
        ),
        state(step, theme),
        Span::styled(row.title.clone(), theme.text),
    ];
    if row.fate.is_some() {
        left.insert(
            3,
            Span::styled(format!("{} ", theme.glyphs.repeat), theme.accent),
        );
    }
    let mut right = Vec::new();
    match (place, aside) {
        (Some(_), _) => right.push(Span::styled("committed", theme.ok)),
        (None, Some(word)) => right.push(Span::styled(word.words(), look(word, theme).1)),
        (None, None) => {}
    }
    if columns.owner > 0 {
        let owner = step.map(|step| visible_line(&step.owner()).into_owned());
        let owner = owner
            .filter(|owner| !owner.is_empty())
            .unwrap_or_else(|| "-".to_owned());
        let owner = fit(&owner, columns.owner, theme.glyphs.ellipsis).into_owned();
        right.push(Span::styled(
            format!("  {}", pad(&owner, columns.owner)),
            theme.dim,
        ));
    }
    let score = row
        .ranked
        .as_ref()
        .map(|(_, ranked)| ranked.score.to_string());
    right.push(Span::styled(
        format!("{:>5}", score.unwrap_or_default()),
        theme.text,
    ));
    (Line::from(left), Line::from(right))
}
