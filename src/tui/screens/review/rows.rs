//! The rows of the review: what each says, in columns.

use chrono::NaiveDate;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::causes;
use crate::app::core::model::Model;
use crate::app::screens::review::view::ReviewPart;
use crate::document::visible::{fit, pad, visible_line, width};
use crate::plan::StepRef;
use crate::plan::field::Field;
use crate::plan::id::StepId;
use crate::plan::status::Status;
use crate::record::review::Word;
use crate::record::review::gather::{TEN, Trouble};
use crate::tui::theme::{Sign, Theme};
use crate::tui::widgets::status;

/// Columns that an owner takes at the most.
const OWNER: usize = 14;

/// A row of the list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Shown {
    /// Words between rows.
    Heading(String),
    /// The line of the part with this index.
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
        let (rows, ranked) = (view.lines(view.part), view.ranked);
        let mut headings = Vec::new();
        // The line below the ten stands where the ranking ended when the rows were listed.
        if view.part == ReviewPart::Ten && view.filter().is_none() {
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

    /// Where the line of the part with this index stands.
    pub fn position(&self, row: usize) -> usize {
        let behind = |at: usize, (heading, _): &(usize, _)| at + usize::from(*heading <= at);
        self.headings.iter().fold(row, behind)
    }
}

/// Widths that the rows in sight share.
pub struct Columns {
    id: usize,
    owner: usize,
    /// What is wrong, which stands in a column of its own.
    pub outcome: usize,
    /// Whether there is room for whole words.
    pub wide: bool,
}

impl Columns {
    /// The widths of the columns of these rows, in a pane of so many columns.
    pub fn of(model: &Model, theme: &Theme, shown: &[Shown], room: u16) -> Self {
        let view = &model.review;
        let wide = room >= WIDE;
        let mut columns = Self {
            id: 0,
            owner: 0,
            outcome: 0,
            wide,
        };
        let most = if wide { OWNER } else { SHORT_OWNER };
        let has_owners = view.part != ReviewPart::Proposals && room >= 60;
        for row in shown {
            let Shown::Row(line) = row else { continue };
            let (Some(id), cause) = (about(model, *line), causes::line(view, *line)) else {
                continue;
            };
            columns.id = columns.id.max(id.to_string().len());
            let owner = step(model, id).map(|step| step.owner().into_owned());
            let owner = owner.map_or(1, |owner| width(&visible_line(&owner)));
            let most = if cause.is_some() { most } else { OWNER };
            if has_owners {
                columns.owner = columns.owner.max(owner.min(most));
            }
            if view.part == ReviewPart::Dependencies {
                let outcome = causes::outcome_width(model, theme, *line, &columns);
                columns.outcome = columns.outcome.max(outcome);
            }
        }
        columns
    }
}

/// Columns of a day as it is stamped; one that people wrote otherwise gets no more.
const DAY: usize = "2026-11-21".len();
/// From this many columns on there is room for whole words beside a title.
const WIDE: u16 = 90;
/// Columns that an owner takes at the most beside the words of a cause.
const SHORT_OWNER: usize = 8;

/// The step that a line names first.
fn about(model: &Model, line: usize) -> Option<StepId> {
    let view = &model.review;
    match causes::line(view, line) {
        Some((cause, _)) => Some(cause.step),
        None => Some(view.key(view.part, view.row_at(line)?).0),
    }
}

pub fn step(model: &Model, id: StepId) -> Option<StepRef<'_>> {
    Some(model.plan.step(model.plan.find(id)?))
}

/// The left and the right part of a line.
pub fn row(
    model: &Model,
    theme: &Theme,
    line: usize,
    columns: &Columns,
) -> (Line<'static>, Line<'static>) {
    let view = &model.review;
    match (view.part, view.row_at(line)) {
        (ReviewPart::Dependencies, _) => causes::draw(model, theme, line, columns),
        (ReviewPart::Proposals, Some(at)) => proposal(model, theme, at, columns),
        (ReviewPart::Ten, Some(at)) => candidate(model, theme, at, columns),
        (_, None) => Default::default(),
    }
}

/// An owner as a column of its own, if there is one.
pub fn owner(step: Option<StepRef<'_>>, columns: &Columns, theme: &Theme) -> Option<Span<'static>> {
    let owner = step.map(|step| visible_line(&step.owner()).into_owned());
    let owner = owner.filter(|owner| !owner.is_empty());
    let owner = owner.unwrap_or_else(|| "-".to_owned());
    let text = fit(&owner, columns.owner, theme.glyphs.ellipsis).into_owned();
    let span = || Span::styled(format!("  {}", pad(&text, columns.owner)), theme.dim);
    (columns.owner > 0).then(span)
}

/// The ID of a line, as wide as those of the others.
pub fn id(id: StepId, columns: &Columns, theme: &Theme) -> Span<'static> {
    Span::styled(format!("{} ", pad(&id.to_string(), columns.id)), theme.dim)
}

/// How a decision looks: sign, word and style.
pub fn look(word: Word, theme: &Theme) -> (&'static str, Style) {
    match word {
        Word::AsDraft | Word::StillDraft | Word::Fixed | Word::Committed | Word::Complete => {
            (theme.glyph(Sign::Complete), theme.ok)
        }
        Word::Rejected | Word::Gone | Word::Blocked => (theme.glyph(Sign::Blocked), theme.error),
        Word::InProgress => (theme.glyph(Sign::InProgress), theme.accent),
        Word::Deferred | Word::Left | Word::Ready | Word::Waiting | Word::NotDiscussed => {
            (theme.glyphs.dot, theme.dim)
        }
    }
}

pub fn verdict(word: Word, theme: &Theme) -> Line<'static> {
    let (sign, style) = look(word, theme);
    Line::styled(format!("{sign} {}", word.words()), style)
}

/// A step's status as a column, or that it is gone; its sign alone where titles need the room.
fn state(step: Option<StepRef<'_>>, columns: &Columns, theme: &Theme) -> Span<'static> {
    let (sign, words, style) = match step {
        Some(step) => {
            let look = status::look(step, theme);
            (
                look.sign,
                visible_line(&look.words).into_owned(),
                look.style,
            )
        }
        None => (theme.glyphs.alert, "gone".to_owned(), theme.warning),
    };
    if !columns.wide {
        return Span::styled(format!("{sign} "), style);
    }
    let width = usize::from(status::WIDTH);
    let text = format!("{sign} {words}");
    let text = fit(&text, width, theme.glyphs.ellipsis).into_owned();
    Span::styled(format!("{} ", pad(&text, width)), style)
}

fn proposal(
    model: &Model,
    theme: &Theme,
    at: usize,
    columns: &Columns,
) -> (Line<'static>, Line<'static>) {
    let row = &model.review.proposals[at];
    let step = step(model, row.id);
    let left = Line::from(vec![
        id(row.id, columns, theme),
        state(step, columns, theme),
        Span::styled(row.title.clone(), theme.text),
    ]);
    let right = match (&row.verdict, step) {
        (Some(entry), _) => verdict(entry.word, theme),
        (None, None) => Line::styled("no longer in the plan", theme.warning),
        (None, Some(step)) => match step.status() {
            Some(Status::Idea | Status::Draft) if row.comes_back => {
                Line::styled("deferred last time", theme.dim)
            }
            // Those stand first that were left untouched for longest.
            Some(Status::Idea | Status::Draft) if model.review.is_first => {
                let edited = step.text(Field::UpdatedAt);
                let is_instant = |day: &&str| day.parse::<NaiveDate>().is_ok();
                let day = edited.get(..DAY).filter(is_instant).unwrap_or(&edited);
                let day = fit(&visible_line(day), DAY, theme.glyphs.ellipsis).into_owned();
                Line::styled(day, theme.dim)
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
        id(row.id, columns, theme),
        state(step, columns, theme),
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
    right.extend(owner(step, columns, theme));
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
