//! Two versions of one thing: what stood there, what somebody else wrote, what I wrote.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{boxed, centred, hints, key_name};
use crate::app::core::model::Model;
use crate::app::overlays::conflict::OpenConflict;
use crate::change::conflict::{Conflict, Obstacle};
use crate::change::{Change, Edit, Target};
use crate::document::visible::{visible, width, wrap};
use crate::tui::theme::Theme;
use crate::tui::widgets::frame;
use crate::tui::widgets::text_layout::TextLayout;

/// Widest a conflict gets.
pub(super) const WIDEST: u16 = 110;
/// From this many columns on the two versions stand side by side.
pub(super) const BESIDE: u16 = 72;
/// Rows that one version gets at most, side by side.
const MOST: usize = 8;
/// From this many rows on the box says what has happened.
const ROOMY: u16 = 20;

/// Draws every conflict of a change, and how to decide.
pub fn draw(frame: &mut Frame, area: Rect, model: &Model, theme: &Theme, open: &OpenConflict) {
    let buf = frame.buffer_mut();
    let columns = (area.width * 9 / 10).clamp(area.width.min(60), WIDEST);
    let mut sheet = TextLayout::new(theme, columns.saturating_sub(4));
    if area.height >= ROOMY {
        sheet.text(
            "Somebody else changed the same thing before your edit was saved. Your edit is not \
             written yet.",
            theme.text,
        );
        let lead = Span::styled("Your edit: ", theme.dim);
        sheet.hanging(lead, &frame::words(theme, &open.change.label), theme.title);
    }
    // The time of an edit differs wherever the edit does; it says nothing of its own.
    let is_stamp = |conflict: &&Conflict| {
        let stamp = matches!(
            conflict.edit.target,
            Target::LogValue {
                key: "updated_at",
                ..
            }
        );
        stamp && open.conflicts.len() > 1
    };
    for conflict in open.conflicts.iter().filter(|conflict| !is_stamp(conflict)) {
        if !sheet.is_empty() {
            sheet.blank();
        }
        versions(&mut sheet, model, (conflict, &open.change), theme);
    }
    let rows = u16::try_from(sheet.len()).unwrap_or(u16::MAX);
    let area = centred(area, columns, rows.saturating_add(2));
    let title = "Two versions: which one stays?";
    let inner = boxed(buf, area, theme, title, Line::default());
    let key = |name| model.keymap.key_of(name);
    let mut keys = vec![
        (key("take-mine"), "write mine"),
        (key("take-theirs"), "keep theirs"),
    ];
    if model.contested_field().is_some() {
        keys.push((key("merge-by-hand"), "edit"));
    }
    if model.conflict_parts() > 1 {
        keys.push((key("decide-each"), "one by one"));
    }
    let hidden = sheet.len().saturating_sub(usize::from(inner.height));
    if hidden > 0 {
        keys.push((format!("{} {}", key("down"), key("up")), "scroll"));
    }
    hints(buf, area, theme, &keys);
    sheet.draw(buf, inner, open.scroll.min(hidden));
}

/// Where a step is that is not under its number, and what writing mine does then.
fn whereabouts(model: &Model, change: &Change, target: &Target) -> Option<String> {
    let Target::LogValue { step, .. } = target else {
        return None;
    };
    let comes_back = |edit: &Edit| match edit.target {
        Target::LogStep { step: id, .. } => id == *step && edit.before.is_none(),
        _ => false,
    };
    change.edits.iter().find(|edit| comes_back(edit))?;
    Some(match model.renumbered(change, *step) {
        Some(now) => format!("(its number is {} now: mine is written there)", now.id()),
        None => "(the step is no longer in the file: mine brings it back)".to_owned(),
    })
}

fn versions(
    sheet: &mut TextLayout,
    model: &Model,
    (conflict, change): (&Conflict, &Change),
    theme: &Theme,
) {
    let columns = sheet.width();
    let edit = &conflict.edit;
    let place = Line::from(vec![
        Span::styled(edit.target.words(), theme.heading),
        Span::styled(format!("  {}", edit.path.display()), theme.dim),
    ]);
    sheet.row(place);
    let theirs = match &conflict.obstacle {
        Obstacle::Differs { found } => edit.target.value_words(found.as_deref()),
        other => match whereabouts(model, change, &edit.target) {
            Some(words) if *other == Obstacle::Gone => words,
            _ => format!("({other})"),
        },
    };
    let mine = edit.target.value_words(edit.after.as_deref());
    let key = |name: &str| key_name(&model.keymap.key_of(name), theme);
    let theirs = (format!("{} theirs", key("take-theirs")), theirs);
    let mine = (format!("{} mine", key("take-mine")), mine);
    let column = width(&theirs.0).max(width(&mine.0)).max(8);
    let mut value = |name: &str, text: &str, looks: (Style, Style), most: usize| {
        let mut part = sheet.like();
        let name = Span::styled(format!("{name:column$}  "), looks.0);
        part.hanging(name, text, looks.1);
        part.shorten(most);
        sheet.append(part);
    };
    let strong = (theme.key, theme.text);
    let narrow = columns < BESIDE;
    if narrow {
        value(&theirs.0, &theirs.1, strong, MOST / 2);
        value(&mine.0, &mine.1, strong, MOST / 2);
    }
    let before = edit.target.value_words(edit.before.as_deref());
    value("  before", &before, (theme.dim, theme.dim), MOST / 4);
    if !narrow {
        beside(sheet, theirs, mine, MOST, theme);
    }
}

/// Two texts in two columns under their names, so many rows at the most.
pub(super) fn beside(
    sheet: &mut TextLayout,
    left: (String, String),
    right: (String, String),
    most: usize,
    theme: &Theme,
) {
    let column = usize::from(sheet.width().saturating_sub(3) / 2);
    let broken = |text: &str| -> Vec<String> {
        let safe = visible(text).into_owned();
        let rows = wrap(&safe, column);
        rows.into_iter().take(most).map(str::to_owned).collect()
    };
    let (a, b) = (broken(&left.1), broken(&right.1));
    let bar = theme.glyphs.vertical;
    let mut row = |a: &str, b: &str, style: Style| {
        sheet.row(vec![
            Span::styled(crate::document::visible::pad(a, column).into_owned(), style),
            Span::styled(format!(" {bar} "), theme.dim),
            Span::styled(b.to_owned(), style),
        ]);
    };
    row(&left.0, &right.0, theme.key);
    for at in 0..a.len().max(b.len()) {
        let text = |rows: &[String]| rows.get(at).cloned().unwrap_or_default();
        row(&text(&a), &text(&b), theme.text);
    }
}
