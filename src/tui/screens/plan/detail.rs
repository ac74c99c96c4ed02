//! Every field of the selected step, or of its block, with what follows from them.
//!
//! The fields come from `app::plan_view`, so that the cursor means the same one here and
//! there. Long values show their beginning, in a low pane one line of it, and the one under
//! the cursor is shown whole. Where there is room each field keeps its row, whatever step is
//! selected, so that the eye finds it there; a longer value takes up the gaps below it.

use std::ops::Range;

use chrono::{DateTime, Utc};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::core::command::Focus;
use crate::app::core::model::Model;
use crate::plan::field::detail_fields;
use crate::plan::{Plan, StepRef};
use crate::tui::theme::Theme;
use crate::tui::widgets::frame;
use crate::tui::widgets::scroll::ScrollState;
use crate::tui::widgets::text_layout::TextLayout;

mod block;
mod step;
mod value;

use step::Surroundings;

/// Rows below which each value has one line.
const LOW: u16 = 14;
/// Rows that a value may take unless the cursor is on it.
const MOST: usize = 6;

/// Rows of a pane without room for longer values: one a field, and two that say where the
/// step is written.
fn tight() -> usize {
    detail_fields().len() + 2
}

/// Columns from which on a value seldom needs a second row.
const WIDE: u16 = 60;

/// A fact with its label. The first ones are the fields that the cursor walks.
#[derive(Default)]
struct Fact {
    label: String,
    lines: Vec<Line<'static>>,
    /// The line from which on it warns, with the label there.
    warning: Option<(usize, &'static str)>,
    /// The row where it stands if there is room.
    row: usize,
    /// Whether it is left out where not everything fits.
    spare: bool,
}

impl Fact {
    /// The label of a line, and whether it warns.
    fn label(&self, line: usize) -> (&str, bool) {
        match self.warning {
            Some((from, label)) if from == line => (label, true),
            _ if line == 0 => (&self.label, false),
            _ => ("", false),
        }
    }
}

/// What a pane shows.
struct Facts {
    title: String,
    /// How many of the facts the cursor walks; notes on drift stand within their field.
    fields: usize,
    facts: Vec<Fact>,
}

impl Facts {
    /// The row in which each fact begins, and how many rows there are, in a pane of `height`.
    fn rows(&self, height: usize) -> (Vec<usize>, usize) {
        let mut left: usize = self.facts.iter().map(|fact| fact.lines.len()).sum();
        let mut end = 0;
        let begin = |fact: &Fact| {
            let begin = end.max(fact.row.min(height.saturating_sub(left)));
            left -= fact.lines.len();
            end = begin + fact.lines.len();
            begin
        };
        (self.facts.iter().map(begin).collect(), end)
    }

    /// Leaves out what tells nothing, from below, as far as it takes to fit the rest.
    fn fit(&mut self, height: usize) {
        let rows: usize = self.facts.iter().map(|fact| fact.lines.len()).sum();
        let mut over = rows.saturating_sub(height);
        for at in (0..self.facts.len()).rev() {
            if over > 0 && self.facts[at].spare {
                over = over.saturating_sub(self.facts.remove(at).lines.len());
            }
        }
    }
}

/// How facts are put into lines.
#[derive(Clone, Copy)]
struct Measure {
    /// Columns for values.
    width: usize,
    /// Rows that a value may take.
    rows: usize,
    /// Rows that are kept free for values longer than one.
    extra: usize,
}

impl Measure {
    /// Whether there is but one line for a value.
    fn is_low(self) -> bool {
        self.rows <= 1
    }

    /// The measure for the field in `row`: the one under the cursor is shown whole.
    fn of_row(self, row: usize, cursor: Option<usize>) -> Self {
        match cursor == Some(row) {
            true => Self {
                rows: usize::MAX,
                ..self
            },
            false => self,
        }
    }
}

/// Draws the pane.
pub fn draw(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme, sight: &mut ScrollState) {
    let focused = model.view.pane == Focus::DETAIL;
    let inner = Rect {
        height: area.height.saturating_sub(2),
        width: area.width.saturating_sub(2),
        ..area
    };
    let labels = label_columns(model);
    let width = inner.width.saturating_sub(labels + 3);
    let height = usize::from(inner.height);
    let rows = match inner.height {
        0..LOW => 1,
        _ if model.is_zoomed() => usize::MAX,
        _ => MOST,
    };
    let measure = Measure {
        width: usize::from(width),
        rows,
        extra: match width {
            0..WIDE => height.saturating_sub(tight()),
            _ => 0,
        },
    };
    let cursor = focused.then_some(model.view.detail);
    let facts = facts(model, theme, measure, cursor);
    let Some(mut facts) = facts else {
        let inner = frame::pane(buf, area, theme, title("Detail", theme), focused);
        return crate::tui::widgets::pane::empty(buf, inner, theme, "Nothing is selected.", "");
    };
    let inner = frame::pane(buf, area, theme, title(&facts.title, theme), focused);
    if focused {
        sight.page = height;
    } else {
        facts.fit(height);
    }
    let cursor = model.view.detail.min(facts.fields.saturating_sub(1));
    let (rows, count) = facts.rows(height);
    let shown = match focused {
        true => follow(&facts, &rows, cursor, (count, height), sight),
        false => sight.window(Focus::DETAIL).follow(0, count, height),
    };
    frame::scrollbar(buf, area, theme, &shown, count, focused);
    for (at, (fact, begin)) in facts.facts.iter().zip(rows).enumerate() {
        let selected = focused && at == cursor && at < facts.fields;
        for (nth, line) in fact.lines.iter().enumerate() {
            let row = begin + nth;
            if !shown.contains(&row) {
                continue;
            }
            let y = inner.y + u16::try_from(row - shown.start).unwrap_or(0);
            let place = frame::row(inner, y);
            if at < facts.fields {
                sight.window(Focus::DETAIL).rows.push((place, at));
            }
            draw_line(buf, place, theme, fact.label(nth), labels, line);
            if selected {
                frame::select(buf, place, theme, true);
            }
        }
    }
}

fn title(text: &str, theme: &Theme) -> Line<'static> {
    Line::styled(text.to_owned(), theme.title)
}

fn facts(model: &Model, theme: &Theme, measure: Measure, cursor: Option<usize>) -> Option<Facts> {
    match model.step() {
        Some(step) if !model.view.block_detail => {
            let keys = ["take-log", "take-canon"]
                .map(|name| crate::tui::widgets::pane::key_of(model, theme, name));
            let since = model.status_since(step);
            let around = Surroundings {
                plan: &model.plan,
                now: model.now,
                status_since: since.as_deref(),
                reconciles: Some((&keys[0], &keys[1])),
            };
            Some(step::facts(&around, theme, step, measure, cursor))
        }
        _ => {
            let block = model.view.block(&model.plan)?;
            Some(block::facts(model, theme, block, measure, cursor))
        }
    }
}

/// Lays the facts of a step out on a sheet, every value whole, without a cockpit around.
pub fn lay_out(sheet: &mut TextLayout<'_>, plan: &Plan, step: StepRef<'_>, now: DateTime<Utc>) {
    let theme = sheet.theme();
    let labels = usize::from(step::LABELS);
    let measure = Measure {
        width: usize::from(sheet.width()).saturating_sub(labels + 1).max(1),
        rows: usize::MAX,
        extra: 0,
    };
    let around = Surroundings {
        plan,
        now,
        status_since: None,
        reconciles: None,
    };
    let facts = step::facts(&around, theme, step, measure, None).facts;
    for fact in facts.iter().filter(|fact| !fact.spare) {
        for (nth, line) in fact.lines.iter().enumerate() {
            let (label, warns) = fact.label(nth);
            let style = if warns { theme.warning } else { theme.dim };
            let mut row = Line::from(Span::styled(format!("{label:labels$} "), style));
            let spans = line.spans.iter().cloned();
            row.extend(spans.map(|span| span.patch_style(line.style)));
            sheet.row(row);
        }
    }
}

/// Columns for labels: the same for all steps, so that walking the list does not shift them.
fn label_columns(model: &Model) -> u16 {
    let block = model.view.block_detail || model.step().is_none();
    if block { block::LABELS } else { step::LABELS }
}

/// The rows in sight: the cursor's fact whole if it fits, and what stands behind the last
/// field once the cursor is there.
fn follow(
    facts: &Facts,
    rows: &[usize],
    cursor: usize,
    (count, height): (usize, usize),
    sight: &mut ScrollState,
) -> Range<usize> {
    let window = sight.window(Focus::DETAIL);
    if cursor + 1 == facts.fields {
        window.follow(count.saturating_sub(1), count, height);
    }
    let begin = rows.get(cursor).copied().unwrap_or(0);
    let lines = facts.facts.get(cursor).map_or(0, |fact| fact.lines.len());
    window.follow((begin + lines).saturating_sub(1), count, height);
    window.follow(begin, count, height)
}

fn draw_line(
    buf: &mut Buffer,
    row: Rect,
    theme: &Theme,
    (label, warning): (&str, bool),
    labels: u16,
    line: &Line<'_>,
) {
    let style = if warning { theme.warning } else { theme.dim };
    frame::fitted(buf, theme, (row.x + 1, row.y), labels, label, style);
    let x = row.x + labels + 2;
    let width = row.right().saturating_sub(x + 1);
    frame::spans(buf, theme, (x, row.y), width, line);
}
