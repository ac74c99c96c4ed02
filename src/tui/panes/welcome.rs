//! The first-run card.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::app::model::Model;
use crate::tui::theme::Theme;

/// Draws the card.
pub fn draw(_frame: &mut Frame<'_>, _body: Rect, _model: &Model, _theme: &Theme) {}
