//! The row that names the screens with their keys. A click on a name goes there.
//!
//! Owns how the names give way to each other: the screen that is shown keeps its whole name, the
//! others as many letters of theirs as there is room for.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::scroll::ScrollState;
use super::{frame, pane};
use crate::app::core::model::Model;
use crate::app::core::pointer::Target;
use crate::app::core::screen::NumberedScreen;
use crate::app::screens::SCREENS;
use crate::tui::theme::Theme;

/// Columns from which on there is such a row.
pub(crate) const LEAST: u16 = 80;
/// Columns between two names, and where they are many.
const GAPS: [u16; 2] = [2, 1];

/// One name.
struct Tab {
    screen: &'static NumberedScreen,
    /// The key with a space behind it, if there is one.
    key: String,
    is_shown: bool,
}

impl Tab {
    /// Its name, of which the others keep so many letters.
    fn name(&self, letters: u16) -> &str {
        let (title, letters) = (self.screen.title, usize::from(letters));
        let end = title.char_indices().nth(letters).map(|(at, _)| at);
        match end {
            Some(end) if !self.is_shown => title[..end].trim_end(),
            _ => title,
        }
    }

    fn columns(&self, letters: u16) -> u16 {
        frame::columns(&self.key) + frame::columns(self.name(letters))
    }
}

/// Rows that the names take on a screen of this width.
pub(crate) fn height(model: &Model, width: u16) -> u16 {
    u16::from(width >= LEAST && model.has_plan())
}

/// Draws the names, and notes where each stands.
pub(crate) fn draw(
    buf: &mut Buffer,
    row: Rect,
    model: &Model,
    theme: &Theme,
    sight: &mut ScrollState,
) {
    if row.is_empty() {
        return;
    }
    let tabs: Vec<Tab> = SCREENS
        .iter()
        .map(|screen| tab(screen, model, theme))
        .collect();
    let (gap, letters) = fitting(&tabs, row.width.saturating_sub(1));
    let mut x = row.x + 1;
    for tab in &tabs {
        let place = Rect {
            x,
            width: tab.columns(letters),
            ..row
        };
        let name = match tab.is_shown {
            true => theme.heading,
            false => theme.key_hint,
        };
        let line = Line::from(vec![
            Span::styled(&*tab.key, theme.key),
            Span::styled(tab.name(letters), name),
        ]);
        frame::spans(buf, theme, (x, row.y), place.width, &line);
        // The space before and behind it belongs to it, too.
        let whole = Rect {
            x: x - 1,
            width: place.width + 2,
            ..row
        };
        if tab.is_shown {
            buf.set_style(whole.intersection(row), theme.selection);
        }
        sight.note(whole, Target::Screen(tab.screen));
        x = place.right() + gap;
    }
}

fn tab(screen: &'static NumberedScreen, model: &Model, theme: &Theme) -> Tab {
    let place = model.shown().focus(model);
    let key = model.keymap.keys(place, &screen.command);
    let key = key.first().map(|key| pane::key_name(theme, *key) + " ");
    Tab {
        screen,
        key: key.unwrap_or_default(),
        is_shown: screen == model.screen,
    }
}

/// The widest gap and the most letters of a name that let all of them fit.
fn fitting(tabs: &[Tab], room: u16) -> (u16, u16) {
    let wanted = |gap: u16, letters: u16| -> u16 {
        let names: u16 = tabs.iter().map(|tab| tab.columns(letters)).sum();
        names + gap * u16::try_from(tabs.len()).unwrap_or(0)
    };
    let [wide, narrow] = GAPS;
    let longest = tabs.iter().map(|tab| frame::columns(tab.screen.title));
    let longest = longest.max().unwrap_or(0);
    if wanted(wide, longest) <= room {
        return (wide, longest);
    }
    let letters = (1..=longest)
        .rev()
        .find(|letters| wanted(narrow, *letters) <= room);
    (narrow, letters.unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tabs(titles: &[&'static str], shown: usize) -> Vec<Tab> {
        let screens = SCREENS[0];
        let tab = |(at, title): (usize, &&'static str)| Tab {
            screen: Box::leak(Box::new(NumberedScreen {
                number: u8::try_from(at).unwrap(),
                name: title,
                title,
                command: crate::app::core::command::Command::BASE,
                screen: screens.screen,
            })),
            key: format!("{at} "),
            is_shown: at == shown,
        };
        titles.iter().enumerate().map(tab).collect()
    }

    /// All ten screens that there will be.
    #[test]
    fn the_one_that_is_shown_keeps_its_name_and_the_others_what_fits() {
        let titles = [
            "Today",
            "Plan",
            "Gates",
            "Weekly review",
            "Standup",
            "Problems",
            "Since",
            "Outlook",
            "Changes",
            "Papers",
        ];
        let row = |width: u16| {
            let tabs = tabs(&titles, 3);
            let (gap, letters) = fitting(&tabs, width - 1);
            let gap = " ".repeat(usize::from(gap));
            let names = tabs
                .iter()
                .map(|tab| format!("{}{}", tab.key, tab.name(letters)));
            names.collect::<Vec<_>>().join(&gap)
        };
        assert_eq!(
            row(80),
            "0 Toda 1 Plan 2 Gate 3 Weekly review 4 Stan 5 Prob 6 Sinc 7 Outl 8 Chan 9 Pape"
        );
        assert_eq!(
            row(100),
            "0 Today 1 Plan 2 Gates 3 Weekly review 4 Standup 5 Problems 6 Since 7 Outlook 8 Changes 9 Papers"
        );
        assert!(row(120).contains("0 Today  1 Plan"));
        for width in LEAST..200 {
            assert!(row(width).len() < usize::from(width), "{}", row(width));
        }
    }
}
