//! The entries of a list field: dependencies with their signs, conditions with their ticks.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{boxed, centred, hints, light, scrolled};
use crate::app::core::command::Focus;
use crate::app::core::model::Model;
use crate::app::overlays::list::EntryList;
use crate::app::screens::plan::bulk::called;
use crate::document::visible::width;
use crate::plan::dependency::Dependency;
use crate::plan::field::Field;
use crate::tui::theme::Theme;
use crate::tui::widgets::scroll::ScrollState;
use crate::tui::widgets::{frame, status};

/// Widest and least high a list gets.
const WIDEST: u16 = 84;
const LOWEST: u16 = 6;

/// Draws the entries.
pub fn draw(
    frame: &mut Frame,
    area: Rect,
    model: &Model,
    theme: &Theme,
    sight: &mut ScrollState,
    list: &EntryList,
) {
    let (field, cursor) = (list.field, list.cursor);
    let entries = &list.rows;
    let buf = frame.buffer_mut();
    let wide = (area.width * 4 / 5).clamp(area.width.min(60), WIDEST);
    let high = u16::try_from(entries.len() + 2).unwrap_or(u16::MAX);
    let area = centred(area, wide, high.max(LOWEST));
    let title = match &*list.steps {
        [(id, _)] => format!("{id} {}", field.label()),
        steps => format!("{}: {}", called(steps), field.label()),
    };
    let count = match entries.len() {
        0 => Line::default(),
        count => Line::styled(format!("{} of {count}", cursor + 1), theme.dim),
    };
    let inner = boxed(buf, area, theme, &title, count);
    hints(buf, area, theme, &keys(model, list));
    if entries.is_empty() {
        return empty(buf, inner, model, theme, field);
    }
    let window = sight.window(Focus::LIST);
    let shown = window.show(cursor, entries.len(), inner);
    scrolled(buf, inner, theme, shown.start, entries.len());
    sight.page = usize::from(inner.height);
    for (y, at) in (inner.y..).zip(shown) {
        let (left, right) = entry(model, theme, field, &entries[at].text);
        let right = match (entries[at].count, list.steps.len()) {
            (count, all) if count < all => Span::styled(format!("{count} of {all}"), theme.dim),
            _ => right,
        };
        if at == cursor {
            light(buf, inner, y, theme);
        }
        let long = u16::try_from(width(&right.content)).unwrap_or(0);
        let room = inner.width.saturating_sub(long + u16::from(long > 0));
        frame::spans(buf, theme, (inner.x, y), room, &left);
        frame::text(
            buf,
            inner.right() - long,
            y,
            long,
            &right.content,
            right.style,
        );
    }
}

/// What can be pressed, the most useful first.
fn keys(model: &Model, list: &EntryList) -> Vec<(String, &'static str)> {
    let key = |name: &str| model.keymap.key_of(name);
    let mut keys = vec![(key("entry-add"), "add")];
    if !list.rows.is_empty() {
        keys.push((key("entry-edit"), "edit"));
        keys.push((key("entry-remove"), "remove"));
        if list.field == Field::Dependencies {
            keys.push((key("entry-tick"), "tick"));
        }
        match list.steps.len() {
            1 => {
                let both = format!("{} {}", key("entry-down"), key("entry-up"));
                keys.push((both, "move"));
            }
            _ => keys.push((key("entries-replace"), "replace all")),
        }
        keys.push((key("entry-open"), "open"));
    }
    keys.push((key("back"), "close"));
    keys
}

/// Says that there is no entry, and what to press.
fn empty(buf: &mut Buffer, inner: Rect, model: &Model, theme: &Theme, field: Field) {
    let what = match field {
        Field::Dependencies => "No dependencies yet.",
        _ => "Nothing here yet.",
    };
    frame::fitted(buf, theme, (inner.x, inner.y), inner.width, what, theme.dim);
    let key = model.keymap.key_of("entry-add");
    let help = format!("{key} adds the first entry.");
    let at = (inner.x, inner.y + 1);
    frame::fitted(buf, theme, at, inner.width, &help, theme.text);
}

/// An entry and what there is to say of it at the right.
fn entry(model: &Model, theme: &Theme, field: Field, text: &str) -> (Line<'static>, Span<'static>) {
    if field != Field::Dependencies {
        let sign = Span::styled(format!("{} ", theme.glyphs.dot), theme.dim);
        let text = Span::styled(text.to_owned(), theme.text);
        return (vec![sign, text].into(), Span::raw(""));
    }
    let id = match Dependency::read(text.into()) {
        Dependency::Condition { text, met } => {
            let style = if met { theme.ticked } else { theme.unticked };
            let tick = Span::styled(format!("{} ", theme.tick_box(met)), style);
            let text = Span::styled(text.into_owned(), theme.text);
            let word = if met { "met" } else { "open" };
            return (vec![tick, text].into(), Span::styled(word, style));
        }
        Dependency::Step(id) => id,
    };
    let Some(step) = model.plan.find(id) else {
        let left = format!("{} {id}", theme.glyphs.alert);
        let right = Span::styled("not in the plan", theme.warning);
        return (Line::styled(left, theme.warning), right);
    };
    let step = model.plan.step(step);
    let look = status::look(step, theme);
    let left = vec![
        Span::styled(format!("{} ", look.sign), look.style),
        Span::styled(format!("{id} "), theme.dim),
        Span::styled(step.title().into_owned(), theme.text),
    ];
    (left.into(), Span::styled(look.words, look.style))
}
