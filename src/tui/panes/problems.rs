//! Screen of problems.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::app::model::Model;
use crate::tui::theme::Theme;
use crate::tui::window::Sight;

/// Draws the screen.
pub fn draw(
    _frame: &mut Frame<'_>,
    _body: Rect,
    _model: &Model,
    _theme: &Theme,
    _sight: &mut Sight,
) {
}
