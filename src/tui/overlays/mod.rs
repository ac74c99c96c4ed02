//! What lies over the screens.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::app::model::Model;
use crate::tui::field::Field;
use crate::tui::theme::Theme;
use crate::tui::window::Sight;

/// Draws every open overlay.
pub fn draw(
    _frame: &mut Frame<'_>,
    _area: Rect,
    _model: &Model,
    _theme: &Theme,
    _sight: &mut Sight,
    _field: Option<&Field>,
) {
}
