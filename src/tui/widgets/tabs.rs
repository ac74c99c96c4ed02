//! The row that names the screens with their keys. A click on a name goes there.
//!
//! Owns how the names give way to each other. The screen that is shown keeps its whole name. Where the
//! others have no room for theirs, first the space behind each key goes, then letters of the longest.

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
    /// The key, if there is one, and what parts it from the name.
    key: String,
    /// As much of the name as there is room for.
    name: &'static str,
    is_shown: bool,
}

impl Tab {
    fn columns(&self) -> u16 {
        frame::columns(&self.key) + frame::columns(self.name)
    }

    /// Takes the space from behind the key, if that is a single letter or digit.
    fn close_up(&mut self) {
        if self.key.chars().count() == 2 {
            self.key.truncate(self.key.trim_end().len());
        }
    }

    /// Takes a letter from the name.
    fn shorten(&mut self) {
        let last = self.name.char_indices().next_back();
        self.name = self.name[..last.map_or(0, |(at, _)| at)].trim_end();
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
    let mut tabs: Vec<Tab> = SCREENS
        .iter()
        .map(|screen| tab(screen, model, theme))
        .collect();
    let gap = fit(&mut tabs, row.width.saturating_sub(1));
    let mut x = row.x + 1;
    for tab in &tabs {
        let place = Rect {
            x,
            width: tab.columns(),
            ..row
        };
        let name = match tab.is_shown {
            true => theme.heading,
            false => theme.key_hint,
        };
        let line = Line::from(vec![
            Span::styled(&*tab.key, theme.key),
            Span::styled(tab.name, name),
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
        name: screen.title,
        is_shown: screen == model.screen,
    }
}

/// Makes the names fit, and answers the gap between them.
fn fit(tabs: &mut [Tab], room: u16) -> u16 {
    let count = u16::try_from(tabs.len()).unwrap_or(0);
    let wanted = |tabs: &[Tab], gap: u16| tabs.iter().map(Tab::columns).sum::<u16>() + gap * count;
    let fitting = GAPS.into_iter().find(|gap| wanted(tabs, *gap) <= room);
    if let Some(gap) = fitting {
        return gap;
    }
    tabs.iter_mut().for_each(Tab::close_up);
    let [_, gap] = GAPS;
    while wanted(tabs, gap) > room {
        let others = tabs.iter_mut().filter(|tab| !tab.is_shown);
        // Of equally long ones the last: people look for the first.
        match others.max_by_key(|tab| tab.name.len()) {
            Some(tab) if !tab.name.is_empty() => tab.shorten(),
            _ => break,
        }
    }
    gap
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
            name: title,
            is_shown: at == shown,
        };
        titles.iter().enumerate().map(tab).collect()
    }

    /// All ten screens.
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
        let row = |width: u16, shown: usize| {
            let mut tabs = tabs(&titles, shown);
            let gap = fit(&mut tabs, width - 1);
            let gap = " ".repeat(usize::from(gap));
            let names = tabs.iter().map(|tab| format!("{}{}", tab.key, tab.name));
            names.collect::<Vec<_>>().join(&gap)
        };
        assert_eq!(
            row(80, 1),
            "0Today 1Plan 2Gates 3Weekly 4Standup 5Problem 6Since 7Outlook 8Changes 9Papers"
        );
        assert_eq!(
            row(80, 3),
            "0Today 1Plan 2Gates 3Weekly review 4Standu 5Proble 6Since 7Outlo 8Chang 9Paper"
        );
        assert_eq!(
            row(88, 1),
            "0Today 1Plan 2Gates 3Weekly review 4Standup 5Problems 6Since 7Outlook 8Changes 9Papers"
        );
        assert_eq!(
            row(100, 3),
            "0 Today 1 Plan 2 Gates 3 Weekly review 4 Standup 5 Problems 6 Since 7 Outlook 8 Changes 9 Papers"
        );
        assert!(row(120, 3).contains("0 Today  1 Plan"));
        for (width, shown) in (LEAST..200).flat_map(|width| (0..10).map(move |at| (width, at))) {
            let row = row(width, shown);
            assert!(row.len() < usize::from(width), "{row}");
            assert!(row.contains(titles[shown]), "{row}");
        }
    }
}
