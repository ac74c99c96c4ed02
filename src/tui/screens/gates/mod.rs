//! Screen 2: the ladder of stages, the checklist of one of them, and who answers for it.
//!
//! Owns which panes stand where. What the narrow screens cannot show side by side takes
//! turns in the same place, so that Tab never moves what is being read.

pub(crate) mod checks;
pub(crate) mod criteria;
pub(crate) mod ladder;
mod owners;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::gate_review;
use crate::app::core::command::Focus;
use crate::app::core::model::Model;
use crate::app::core::pointer::Target;
use crate::plan::source::Role;
use crate::tui::theme::Theme;
use crate::tui::widgets::frame;
use crate::tui::widgets::pane::split_columns;
use crate::tui::widgets::scroll::ScrollState;
use crate::tui::widgets::text_layout::TextLayout;

/// The panes from left to right.
const PANES: [Focus; 3] = [Focus::LADDER, Focus::CHECKS, Focus::OWNERS];
/// Below this many columns one pane is shown at a time.
const TWO_COLUMNS: u16 = 80;
/// From this many columns on all three panes are shown.
const THREE_COLUMNS: u16 = 120;
/// From this many columns on the ladder stays beside an open review.
const ALL_BESIDE_REVIEW: u16 = 150;

/// Draws the screen into `body`.
pub fn draw(buf: &mut Buffer, body: Rect, model: &Model, theme: &Theme, sight: &mut ScrollState) {
    if model.holders() == 0 {
        return no_ladder(buf, body, model, theme);
    }
    if model.gates.review.is_some() {
        return review(buf, body, model, theme, sight);
    }
    let focus = model.gates.pane;
    let other = model.selected_other().is_some();
    let places = places(body, focus, model.gates.zoomed, other);
    for (at, (pane, area)) in PANES.into_iter().zip(places).enumerate() {
        let Some(area) = area else { continue };
        sight.note(area, Target::Pane(pane));
        let focused = model.overlays.is_empty() && focus == pane;
        let window = sight.window(pane);
        let shown = match at {
            0 => ladder::draw(buf, area, model, theme, window, focused),
            1 => checks::draw(buf, area, model, theme, window, focused),
            // Whatever the checklist does not say beside it comes first.
            _ => owners::draw(
                buf,
                area,
                model,
                theme,
                window,
                (focused, places[1].is_none()),
            ),
        };
        if focus == pane {
            sight.page = shown;
        }
    }
}

/// The open review in the place of the panes; beside it, as far as there is room, the
/// checklist that its bar is about, and the ladder.
fn review(buf: &mut Buffer, body: Rect, model: &Model, theme: &Theme, sight: &mut ScrollState) {
    let (ladder, rest) = match body.width < ALL_BESIDE_REVIEW {
        true => (None, body),
        false => {
            let (ladder, rest) = split_columns(body, 32);
            (Some(ladder), rest)
        }
    };
    let (checklist, middle) = match body.width < THREE_COLUMNS {
        true => (None, rest),
        false => {
            let (middle, checklist) = split_columns(rest, rest.width * 3 / 5);
            (Some(checklist), middle)
        }
    };
    if let Some(area) = ladder {
        ladder::draw(buf, area, model, theme, sight.window(Focus::LADDER), false);
    }
    if let Some(area) = checklist {
        checks::draw(buf, area, model, theme, sight.window(Focus::CHECKS), false);
    }
    let focused = model.overlays.is_empty();
    sight.note(middle, Target::Pane(Focus::GATE_REVIEW));
    let window = sight.window(Focus::GATE_REVIEW);
    sight.page = gate_review::draw(buf, middle, model, theme, window, focused);
}

/// Where ladder, checklist and owners stand; those that do not are left out. Nobody answers for a
/// checklist that belongs to no stage.
fn places(body: Rect, focus: Focus, zoomed: bool, other: bool) -> [Option<Rect>; 3] {
    let alone = zoomed || body.width < TWO_COLUMNS;
    let left = match body.width {
        _ if alone => body.width,
        width if width < THREE_COLUMNS => 30,
        width => (width / 5).clamp(32, 40),
    };
    let (ladder, rest) = split_columns(body, left);
    if alone {
        return match focus {
            Focus::LADDER => [Some(body), None, None],
            Focus::CHECKS => [None, Some(body), None],
            _ => [None, None, Some(body)],
        };
    }
    if body.width < THREE_COLUMNS || other {
        return match focus {
            Focus::OWNERS if !other => [Some(ladder), None, Some(rest)],
            _ => [Some(ladder), Some(rest), None],
        };
    }
    let (middle, right) = split_columns(rest, rest.width - (rest.width * 2 / 5).clamp(34, 52));
    [Some(ladder), Some(middle), Some(right)]
}

/// Says which structure is looked for, and where it could go.
fn no_ladder(buf: &mut Buffer, body: Rect, model: &Model, theme: &Theme) {
    let title = Line::styled("Gates", theme.title);
    let inner = frame::pane(buf, body, theme, title, model.overlays.is_empty());
    let area = Rect {
        x: inner.x + 1,
        width: inner.width.saturating_sub(2),
        ..inner
    };
    let mut sheet = TextLayout::new(theme, area.width);
    sheet.text("No stage ladder found.", theme.heading);
    sheet.blank();
    sheet.text(
        "stepdeck looks in the Markdown files of the plan for a table with the columns Stage \
         and Stage-Gate Review, and for lists under a heading with “Readiness Checklist”, one \
         heading per stage. Write this into one of them, and the ladder appears here:",
        theme.text,
    );
    sheet.blank();
    for line in [
        "| Stage | Horizon | North-Star | Stage-Gate Review |",
        "| --- | --- | --- | --- |",
        "| Pilot | Q1 | Ten teams use it | ≥95% of the checklist |",
        "",
        "## Readiness Checklists",
        "### Pilot",
        "- First thing that must be true",
    ] {
        sheet.row(Span::styled(format!("  {line}"), theme.accent));
    }
    sheet.blank();
    let canon = model.plan.files().iter().filter(|f| f.role == Role::Canon);
    let mut paths: Vec<String> = canon.map(|f| f.path.display().to_string()).collect();
    let more = paths.len().saturating_sub(4);
    paths.truncate(4);
    let text = match (paths.is_empty(), more) {
        (true, _) => "No Markdown files of the plan were found under data/ or docs/.".to_owned(),
        (_, 0) => format!("Looked in {}.", paths.join(", ")),
        (_, more) => format!("Looked in {} and {more} more.", paths.join(", ")),
    };
    sheet.text(&text, theme.dim);
    sheet.shorten(usize::from(area.height));
    sheet.draw(buf, area, 0);
}
