//! The two bottom rows: the line of news, and what can be pressed.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget};

use crate::app::core::key::{Code, Key};
use crate::app::core::model::{Model, Tone};
use crate::app::core::pointer::Target;
use crate::app::overlays::Overlay;
use crate::document::visible::{visible_line, wrap};
use crate::tui::theme::{Sign, Theme};
use crate::tui::widgets::fit_row::RowPart;
use crate::tui::widgets::pane::{key_name, key_of};
use crate::tui::widgets::scroll::ScrollState;
use crate::tui::widgets::{fit_row, frame};

/// Rows that the footer takes.
pub const HEIGHT: u16 = 2;

/// Rows that one piece of news takes at the most.
const MOST_NEWS: usize = 4;

/// Draws both rows, and notes where the hints stand.
pub fn draw(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme, sight: &mut ScrollState) {
    news(buf, area, model, theme);
    let room = area.width.saturating_sub(2);
    let at = (area.x + 1, area.y + 1);
    let mut hints = hints(model, theme);
    fit_row::keep(&mut hints, room);
    for (area, hint) in fit_row::places(&hints, at).into_iter().zip(&hints) {
        if let Some(key) = hint.key {
            sight.note(area, Target::Key(key));
        }
    }
    fit_row::draw(buf, theme, at, room, hints);
}

fn news(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let Some(notice) = &model.notice else { return };
    let (sign, sign_style, style) = match notice.tone {
        Tone::Done => (theme.glyph(Sign::Complete), theme.ok, theme.text),
        Tone::Info => (theme.glyphs.crumb, theme.accent, theme.text),
        Tone::Error => (theme.glyph(Sign::Blocked), theme.error, theme.error),
    };
    let mut room = area.width.saturating_sub(4);
    if notice.tone == Tone::Done {
        let undo = hint(theme, &key_of(model, theme, "undo"), "undo");
        let columns = frame::line_width(&undo);
        let x = area.right().saturating_sub(columns + 1);
        frame::spans(buf, theme, (x, area.y), columns, &undo);
        room = room.saturating_sub(columns + 2);
    }
    let text = frame::words(theme, &notice.text);
    let text = visible_line(&text);
    // What happened is said in full, over the end of the body if need be.
    let mut rows = wrap(&text, usize::from(room));
    if rows.len() < 2 {
        rows = vec![&text];
    }
    // Where there is too much, the last row ends in an ellipsis.
    let rest = match rows.len() > MOST_NEWS {
        true => rows[MOST_NEWS - 1..].join(" "),
        false => String::new(),
    };
    if !rest.is_empty() {
        rows.truncate(MOST_NEWS - 1);
        rows.push(&rest);
    }
    let above = u16::try_from(rows.len() - 1).unwrap_or(0).min(area.y);
    let top = area.y - above;
    let covered = Rect::new(area.x, top, area.width, above);
    Clear.render(covered, buf);
    frame::text(buf, area.x + 1, top, 1, sign, sign_style);
    for (y, row) in (top..).zip(rows) {
        frame::fitted(buf, theme, (area.x + 3, y), room, row, style);
    }
}

fn hint<'a>(theme: &Theme, key: &str, what: &str) -> Line<'a> {
    Line::from(vec![
        Span::styled(key.to_owned(), theme.key),
        Span::styled(format!(" {what}"), theme.key_hint),
    ])
}

/// What can be pressed now. Of commands, help and quit stay longest, else the first ones.
fn hints<'a>(model: &Model, theme: &Theme) -> Vec<RowPart<'a>> {
    if let Some(fixed) = model.overlays.last().and_then(|top| answers(top, model)) {
        let hints = fixed.into_iter().enumerate();
        return hints
            .map(|(rank, (key, what))| RowPart {
                key: key_named(key),
                ..RowPart::new(rank, hint(theme, &frame::words(theme, key), what))
            })
            .collect();
    }
    let place = model.place();
    model
        .keymap
        .commands()
        .filter(|c| !c.hint.is_empty() && c.places.contains(place))
        .filter(|c| c.refusal(model).is_none())
        .filter_map(|c| Some((c, *model.keymap.keys(place, c).first()?)))
        .enumerate()
        .map(|(at, (command, key))| {
            let rank = match command.name {
                "help" | "quit" => 0,
                _ => at + 1,
            };
            RowPart {
                key: Some(key),
                ..RowPart::new(rank, hint(theme, &key_name(theme, key), command.hint))
            }
        })
        .collect()
}

/// The one key that such a hint names, if it is one.
fn key_named(name: &str) -> Option<Key> {
    match name {
        "⏎" => Some(Key::plain(Code::Enter)),
        name => name.parse().ok(),
    }
}

/// The keys of an overlay that has the keyboard for itself; none where commands work.
fn answers(top: &Overlay, model: &Model) -> Option<Vec<(&'static str, &'static str)>> {
    Some(match top {
        Overlay::Filter(_) => vec![
            ("⏎", "keep"),
            ("Esc", "restore"),
            ("Tab", "complete"),
            ("↑", "earlier filters"),
            ("Ctrl-n Ctrl-p", "move"),
        ],
        Overlay::Prompt(prompt) => {
            let mut keys = vec![("⏎", prompt.answer()), ("Esc", "cancel")];
            keys.extend(prompt.input.multiline.then_some(("Alt-⏎", "line break")));
            keys
        }
        Overlay::Chooser(_) => vec![("⏎", "choose"), ("Esc", "close"), ("↑ ↓", "move")],
        Overlay::Menu(_) => vec![
            ("⏎", "choose"),
            ("Esc", "close"),
            ("↑ ↓", "move"),
            ("letter", "choose at once"),
        ],
        Overlay::Columns(_) => vec![
            ("space", "show or hide"),
            ("J K", "move the column"),
            ("r", "reset"),
            ("Esc", "close"),
        ],
        Overlay::Confirm(_) => vec![("y", "yes"), ("n", "no"), ("⏎", "no")],
        Overlay::Note(_) => vec![("any key", "closes")],
        Overlay::Output(_) => match model.programs.running() {
            Some(_) => vec![("Ctrl-c", "cancel"), ("Esc", "hide"), ("↑ ↓", "scroll")],
            None => vec![("Esc", "close"), ("y", "copy"), ("↑ ↓", "scroll")],
        },
        Overlay::StepHistory(_) => vec![("⏎", "open"), ("Esc", "close"), ("↑ ↓", "move")],
        Overlay::List(_) | Overlay::Conflict(_) | Overlay::Merge(_) => return None,
    })
}
