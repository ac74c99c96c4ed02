//! The screens: a folder each, with its state, its commands, and what it makes of the keys that
//! mean the same on all of them.

pub mod changes;
pub mod gate_review;
pub mod gates;
#[cfg(test)]
pub(crate) mod invented;
pub mod outlook;
pub mod plan;
pub mod problems;
pub mod review;
pub(crate) mod row_filter;
pub mod since;
pub mod standup;
pub mod today;
pub(crate) mod welcome;

use crate::app::core::command::{Focus, Places};
use crate::app::core::screen::NumberedScreen;

/// Every screen that a number opens.
pub(crate) static SCREENS: &[&NumberedScreen] = &[
    &today::SCREEN,
    &plan::SCREEN,
    &gates::SCREEN,
    &review::SCREEN,
    &standup::SCREEN,
    &problems::SCREEN,
    &since::SCREEN,
    &outlook::SCREEN,
    &changes::SCREEN,
    #[cfg(test)]
    &invented::SCREEN,
];

/// Where a command works, in words.
pub(crate) fn in_words(places: Places) -> String {
    let Places::Only([Focus { place, .. }, ..]) = places else {
        return "on the screens of a plan".to_owned();
    };
    let screen = SCREENS.iter().find(|screen| screen.name == *place);
    screen.map_or_else(
        || (*place).to_owned(),
        |screen| format!("on screen {}, {}", screen.number, screen.title),
    )
}
