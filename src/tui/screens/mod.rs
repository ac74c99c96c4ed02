//! The screens, drawn: one folder each, under the name that its state has in `app`.
//!
//! A pane reads the model and writes cells. It never changes the model, never looks at
//! rows that are out of sight, and never lets a letter from a file through unsafe.

pub(crate) mod changes;
pub(crate) mod gate_review;
pub(crate) mod gates;
#[cfg(test)]
mod invented;
pub(crate) mod outlook;
pub(crate) mod plan;
pub(crate) mod problems;
pub(crate) mod review;
pub(crate) mod since;
pub(crate) mod standup;
pub(crate) mod today;
pub(crate) mod welcome;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::theme::Theme;
use super::widgets::scroll::ScrollState;
use crate::app::core::model::Model;
use crate::app::core::screen::NumberedScreen;
use crate::app::screens;

/// Draws a screen into the area between header and footer. Notes how many rows the list with
/// the keys has.
pub type Drawing = fn(&mut Buffer, Rect, &Model, &Theme, &mut ScrollState);

/// How each screen of the table is drawn.
const DRAWINGS: &[(&NumberedScreen, Drawing)] = &[
    (&screens::today::SCREEN, today::draw),
    (&screens::plan::SCREEN, plan::draw),
    (&screens::gates::SCREEN, gates::draw),
    (&screens::review::SCREEN, review::draw),
    (&screens::standup::SCREEN, standup::draw),
    (&screens::problems::SCREEN, problems::draw),
    (&screens::since::SCREEN, since::draw),
    (&screens::outlook::SCREEN, outlook::draw),
    (&screens::changes::SCREEN, changes::draw),
    #[cfg(test)]
    (&screens::invented::SCREEN, invented::draw),
];

/// How `screen` is drawn.
pub(crate) fn drawing(screen: &NumberedScreen) -> Drawing {
    let row = DRAWINGS.iter().find(|(of, _)| *of == screen);
    row.map_or(|_, _, _, _, _| {}, |(_, draw)| *draw)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_screen_has_a_drawing() {
        let drawn: Vec<&str> = DRAWINGS.iter().map(|(screen, _)| screen.name).collect();
        let names: Vec<&str> = screens::SCREENS.iter().map(|screen| screen.name).collect();
        assert_eq!(drawn, names);
    }
}
