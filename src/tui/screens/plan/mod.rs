//! Screen 1: blocks, steps, detail and chain.

pub(crate) mod blocks;
pub(crate) mod chain;
pub(crate) mod detail;
pub(crate) mod grid;
pub(crate) mod layout;
pub(crate) mod list_columns;
pub(crate) mod steps;
mod strip;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::core::command::Focus;
use crate::app::core::model::Model;
use crate::app::core::pointer::Target;
use crate::tui::theme::Theme;
use crate::tui::widgets::scroll::ScrollState;

/// Draws the screen into `body`.
pub fn draw(buf: &mut Buffer, body: Rect, model: &Model, theme: &Theme, sight: &mut ScrollState) {
    let focus = model.view.pane;
    let whole = model.is_zoomed() || model.view.is_unfolded();
    let holds = layout::Holdings {
        strip: strip::height(model.plan.blocks().len()),
        steps: match model.view.empty_block {
            Some(_) => 0,
            None => model.view.rows() + usize::from(list_columns::has_header(&model.view)),
        },
        beside: list_columns::beside(&model.view),
    };
    for (pane, area) in layout::panes(body, focus, whole, holds) {
        sight.note(area, Target::Pane(pane));
        match pane {
            Focus::BLOCKS => blocks::draw(buf, area, model, theme, sight),
            Focus::STEPS => steps::draw(buf, area, model, theme, sight),
            Focus::DETAIL => detail::draw(buf, area, model, theme, sight),
            _ => chain::draw(buf, area, model, theme, sight),
        }
    }
}
