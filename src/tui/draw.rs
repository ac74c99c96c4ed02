//! Temporary until the panes are merged.
use super::field::Field;
use super::theme::Theme;
use super::window::Sight;
use crate::app::Model;
/// Draws.
pub fn draw(
    frame: &mut ratatui::Frame<'_>,
    model: &Model,
    _t: &Theme,
    _s: &mut Sight,
    _f: Option<&Field>,
) {
    let text = format!(
        "{:?} {} {:?}",
        model.place(),
        model.plan.len(),
        model.notice
    );
    frame.render_widget(ratatui::text::Text::raw(text), frame.area());
}
