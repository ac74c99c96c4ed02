//! What happened to a step, who did it and when, as rows and texts show it.

use ratatui::text::{Line, Span};

use super::frame;
use super::text_layout::TextLayout;
use crate::history::events::{Event, Kind};
use crate::history::since::Origin;
use crate::history::words::{short, title, told};
use crate::tui::theme::Theme;

/// What happened, in two parts.
pub(crate) struct What {
    /// The field, with a colon; or what happened to the step.
    pub lead: String,
    /// What it was and is.
    pub text: String,
}

impl What {
    /// What an event says; without a history, that it is the step's last edit.
    pub fn of(event: &Event, has_history: bool) -> Self {
        let told = told(event, has_history);
        let what = told.split_once(' ').map_or(&*told, |(_, what)| what);
        match event.kind {
            Kind::Added | Kind::Removed => Self {
                lead: format!("{} ", event.kind.word()),
                text: title(event),
            },
            _ => {
                let (lead, text) = what.split_once(": ").unwrap_or((what, ""));
                Self {
                    lead: format!("{lead}: "),
                    text: text.to_owned(),
                }
            }
        }
    }
}

/// What happened, in a line.
pub(crate) fn what(event: &Event, has_history: bool, theme: &Theme) -> Line<'static> {
    let What { lead, text } = What::of(event, has_history);
    Line::from(vec![
        Span::styled(lead, theme.dim),
        Span::styled(frame::words(theme, &text).into_owned(), theme.text),
    ])
}

/// The day on which something landed.
pub(crate) fn day(origin: &Origin) -> String {
    match &origin.commit {
        Some(_) => origin.at.format("%Y-%m-%d").to_string(),
        None => "now".to_owned(),
    }
}

/// Who made a change.
pub(crate) fn author(origin: &Origin) -> &str {
    let author = origin.commit.as_ref().map(|commit| &*commit.author);
    author.unwrap_or("not committed")
}

/// Who made a change, when, and the subject of its commit.
pub(crate) fn origin(sheet: &mut TextLayout<'_>, origin: &Origin, theme: &Theme) {
    let Some(commit) = &origin.commit else {
        return sheet.text("  now, not committed", theme.dim);
    };
    let at = origin.at.format("%Y-%m-%d %H:%M UTC");
    let who = format!("{}, {at}, {}", commit.author, short(&commit.hash));
    sheet.hanging("  ", &who, theme.dim);
    sheet.hanging("  ", &commit.subject, theme.dim);
}
