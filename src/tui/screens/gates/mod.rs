//! Screen 2: the ladder of stages, the checklist of one of them, and who answers for it.
//!
//! Owns which panes stand where. What the narrow screens cannot show side by side takes
//! turns in the same place, so that Tab never moves what is being read.

pub mod checks;
pub mod ladder;
pub mod owners;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::gate_review;
use crate::app::core::command::Focus;
use crate::app::core::model::{GatePane, Model};
use crate::app::core::pointer::Target;
use crate::plan::source::Role;
use crate::plan::stage::Stage;
use crate::tui::theme::Theme;
use crate::tui::widgets::frame;
use crate::tui::widgets::scroll::ScrollState;
use crate::tui::widgets::text_layout::TextLayout;

/// Below this many columns one pane is shown at a time.
const TWO_COLUMNS: u16 = 80;
/// From this many columns on all three panes are shown.
const THREE_COLUMNS: u16 = 120;
/// From this many columns on the ladder stays beside an open review.
const ALL_BESIDE_REVIEW: u16 = 150;

/// Draws the screen into `body`.
pub fn draw(frame: &mut Frame, body: Rect, model: &Model, theme: &Theme, sight: &mut ScrollState) {
    let buf = frame.buffer_mut();
    if model.holders() == 0 {
        return no_ladder(buf, body, model, theme);
    }
    if model.gates.review.is_some() {
        return review(buf, body, model, theme, sight);
    }
    let focus = model.gates.pane;
    let other = model.selected_other().is_some();
    let [left, middle, right] = places(body, focus, model.gates.zoomed, other);
    let focused = model.overlays.is_empty();
    if let Some(area) = left {
        sight.note(area, Target::Pane(Focus::Ladder));
        let shown = ladder::draw(
            buf,
            area,
            model,
            theme,
            sight.window(Focus::Ladder),
            focused && focus == GatePane::Ladder,
        );
        measure(sight, focus == GatePane::Ladder, shown);
    }
    if let Some(area) = middle {
        sight.note(area, Target::Pane(Focus::Checks));
        let shown = checks::draw(
            buf,
            area,
            model,
            theme,
            sight.window(Focus::Checks),
            focused && focus == GatePane::Checks,
        );
        measure(sight, focus == GatePane::Checks, shown);
    }
    if let Some(area) = right {
        sight.note(area, Target::Pane(Focus::Owners));
        let shown = owners::draw(
            buf,
            area,
            model,
            theme,
            sight.window(Focus::Owners),
            (focused && focus == GatePane::Owners, middle.is_none()),
        );
        measure(sight, focus == GatePane::Owners, shown);
    }
}

/// The open review in the place of the panes; beside it, as far as there is room, the
/// checklist that its bar is about, and the ladder.
fn review(buf: &mut Buffer, body: Rect, model: &Model, theme: &Theme, sight: &mut ScrollState) {
    let (ladder, rest) = match body.width < ALL_BESIDE_REVIEW {
        true => (None, body),
        false => {
            let (ladder, rest) = split(body, 32);
            (Some(ladder), rest)
        }
    };
    let (middle, checklist) = match body.width < THREE_COLUMNS {
        true => (rest, None),
        false => {
            let (middle, checklist) = split(rest, rest.width * 3 / 5);
            (middle, Some(checklist))
        }
    };
    if let Some(area) = ladder {
        ladder::draw(buf, area, model, theme, sight.window(Focus::Ladder), false);
    }
    if let Some(area) = checklist {
        checks::draw(buf, area, model, theme, sight.window(Focus::Checks), false);
    }
    let focused = model.overlays.is_empty();
    sight.note(middle, Target::Pane(Focus::GateReview));
    let window = sight.window(Focus::GateReview);
    sight.page = gate_review::draw(buf, middle, model, theme, window, focused);
}

fn measure(sight: &mut ScrollState, has_keys: bool, shown: usize) {
    if has_keys {
        sight.page = shown;
    }
}

/// Where ladder, checklist and owners stand; those that do not are left out. Nobody answers for a
/// checklist that belongs to no stage.
fn places(body: Rect, focus: GatePane, zoomed: bool, other: bool) -> [Option<Rect>; 3] {
    let alone = zoomed || body.width < TWO_COLUMNS;
    let left = match body.width {
        _ if alone => body.width,
        width if width < THREE_COLUMNS => 30,
        width => (width / 5).clamp(32, 40),
    };
    let (ladder, rest) = split(body, left);
    if alone {
        return match focus {
            GatePane::Ladder => [Some(body), None, None],
            GatePane::Checks => [None, Some(body), None],
            GatePane::Owners => [None, None, Some(body)],
        };
    }
    if body.width < THREE_COLUMNS || other {
        return match focus {
            GatePane::Owners if !other => [Some(ladder), None, Some(rest)],
            _ => [Some(ladder), Some(rest), None],
        };
    }
    let (middle, right) = split(rest, rest.width - (rest.width * 2 / 5).clamp(34, 52));
    [Some(ladder), Some(middle), Some(right)]
}

fn split(area: Rect, left: u16) -> (Rect, Rect) {
    let left = left.min(area.width);
    let rest = Rect {
        x: area.x + left,
        width: area.width - left,
        ..area
    };
    (
        Rect {
            width: left,
            ..area
        },
        rest,
    )
}

/// What a stage is for and what its gate asks, as checklist and owners both show it: in
/// full where that takes at most so many rows, else cut to them.
pub fn criteria(sheet: &mut TextLayout, stage: &Stage, theme: &Theme, most: usize) {
    let Some(rung) = &stage.rung else {
        sheet.text(
            "This checklist has no row on the stage ladder, so it has no gate.",
            theme.dim,
        );
        return sheet.shorten(most);
    };
    let parts = [
        ("North star", rung.north_star.as_str()),
        ("Gate review", rung.review.as_str()),
    ];
    let parts = parts.into_iter().filter(|(_, text)| !text.is_empty());
    let mut full = sheet.like();
    for (name, text) in parts.clone() {
        full.row(Span::styled(name, theme.heading));
        full.text(text, theme.text);
        full.blank();
    }
    if full.len() <= most {
        return sheet.append(full);
    }
    // Too little room: a row for each, the second one longer where it can be.
    for (at, (name, text)) in parts.enumerate() {
        let mut brief = sheet.like();
        let name = Span::styled(format!("{name:13}"), theme.heading);
        brief.hanging(name, text, theme.text);
        brief.shorten(if at == 0 {
            1
        } else {
            most.saturating_sub(1).max(1)
        });
        sheet.append(brief);
    }
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
