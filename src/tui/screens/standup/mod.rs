//! Screen 4: one's own standup cards, beside what the others say, or a thread over days.
//!
//! Owns which panes stand where, and what their titles say of the deadline. Screens below
//! 120 columns show the pane that has the keys; the selected card then names the others.

mod card;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::core::command::Focus;
use crate::app::core::model::Model;
use crate::app::core::pointer::Target;
use crate::app::screens::standup::view::{Due, Thread};
use crate::document::english::counted;
use crate::document::visible::visible_line;
use crate::plan::people::steward_words;
use crate::record::standup::{Day, DayCard, Entry};
use crate::record::stretch;
use crate::tui::screens::standup::card::{body, branch, health, heard, summary};
use crate::tui::theme::Theme;
use crate::tui::widgets::fit_row::RowPart;
use crate::tui::widgets::pane::{empty, key_of, split_columns, split_rows};
use crate::tui::widgets::scroll::ScrollState;
use crate::tui::widgets::text_layout::{GUTTER, TextLayout};
use crate::tui::widgets::{fit_row, frame};

/// From this many columns on both panes are shown.
const TWO_COLUMNS: u16 = 120;
/// Below this many rows the cards have the screen for themselves.
const LEAST_ROWS: u16 = 10;
/// Columns at both ends of a row and between what stands there.
const MARGINS: u16 = 4;
/// What comes before the names of those who are missing.
const NOT_POSTED: &str = "Not posted  ";

/// Draws the screen into `body`.
pub fn draw(buf: &mut Buffer, body: Rect, model: &Model, theme: &Theme, sight: &mut ScrollState) {
    let view = &model.standup_view;
    let Some(day) = &view.day else { return };
    let focused = model.overlays.is_empty();
    let (body, is_told) = team(buf, body, day, theme);
    let both = body.width >= TWO_COLUMNS && !model.is_zoomed();
    let (own, right) = match both {
        true => split_columns(body, body.width * 11 / 20),
        false => (body, body),
    };
    if both || view.pane == Focus::CARDS {
        sight.note(own, Target::Pane(Focus::CARDS));
        let focused = focused && view.pane == Focus::CARDS;
        let page = cards(buf, own, model, (day, both), theme, (sight, focused));
        if view.pane == Focus::CARDS {
            sight.page = page;
        }
    }
    if both || view.pane == Focus::ENTRIES {
        sight.note(right, Target::Pane(Focus::ENTRIES));
        let focused = focused && view.pane == Focus::ENTRIES;
        let page = match &view.thread {
            Some((thread, _)) => told(buf, right, model, thread, theme, (sight, focused)),
            None => others(buf, right, model, (day, is_told), theme, (sight, focused)),
        };
        if view.pane == Focus::ENTRIES {
            sight.page = page;
        }
    }
}

/// Draws who has not posted and who is steward, if there is anything to say. Answers what is left,
/// and whether everybody who has not posted is named.
fn team(buf: &mut Buffer, body: Rect, day: &Day, theme: &Theme) -> (Rect, bool) {
    let steward = steward_words(&day.stewards);
    let is_said = steward.is_some() || !day.missing.is_empty();
    if !is_said || body.height < LEAST_ROWS {
        return (body, day.missing.is_empty());
    }
    let (row, rest) = split_rows(body, 1);
    let steward = steward.map(|[steward, _]| visible_line(&steward).into_owned());
    let steward = steward.map(|steward| RowPart::styled(1, steward, theme.text));
    let mut right: Vec<RowPart<'_>> = steward.into_iter().collect();
    let names = day.missing.iter();
    let names: Vec<String> = names.map(|name| visible_line(name).into_owned()).collect();
    let room = row
        .width
        .saturating_sub(frame::columns(NOT_POSTED) + MARGINS);
    let beside = named(&names, room.saturating_sub(fit_row::columns(&right)));
    let (named, text) = match beside.0 == names.len() {
        true => beside,
        // Names come first: who is steward stands in the header.
        false => {
            right.clear();
            named(&names, room)
        }
    };
    let mut left = Vec::new();
    if !names.is_empty() {
        let lead = Span::styled(NOT_POSTED, theme.dim);
        let names = Span::styled(text, theme.warning);
        left.push(RowPart::new(0, Line::from(vec![lead, names])));
    }
    fit_row::draw_both(buf, theme, row, left, right);
    (rest, named == names.len())
}

/// As many names as so many columns hold, and how many these are; the others are counted.
fn named(names: &[String], room: u16) -> (usize, String) {
    let more = |shown: usize| match names.len() - shown {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let (mut used, mut fitting) = (0, 0);
    for (at, name) in names.iter().enumerate() {
        used += frame::columns(name) + if at > 0 { 2 } else { 0 };
        match used {
            _ if used + frame::columns(&more(at + 1)) <= room => fitting = at + 1,
            _ if used > room => break,
            _ => {}
        }
    }
    let text = match (fitting, names.len()) {
        (0, 1) => "1 person".to_owned(),
        (0, count) => format!("{count} people"),
        _ => names[..fitting].join(", ") + &more(fitting),
    };
    (fitting, text)
}

/// The day's name as titles have it.
fn dated(day: &Day) -> String {
    day.date.format("%a %Y-%m-%d").to_string()
}

/// How the deadline stands: the countdown, and once it is over, how the person kept it.
fn deadline(model: &Model, day: &Day, theme: &Theme) -> Line<'static> {
    let hour = day.deadline.format("%H:%M UTC").to_string();
    let posted = day.own().map(|entry| (entry.posted_at, entry.is_late()));
    let is_today = day.date == model.now.date_naive();
    let due = Due::at(day.deadline, model.now);
    let (text, style) = match (due, posted) {
        (Due::In(left), _) if is_today => {
            let left = format!(
                "{} to {hour}{}",
                stretch(left),
                day.due_here(model.context.local_minutes)
            );
            (left, theme.accent)
        }
        (_, Some((Some(at), true))) => (
            format!("posted {}, late", at.format("%H:%M UTC")),
            theme.warning,
        ),
        (_, Some((Some(at), false))) => (
            format!("posted {}, in time", at.format("%H:%M UTC")),
            theme.ok,
        ),
        (_, Some((None, _))) => ("posted".to_owned(), theme.dim),
        (Due::Since(over), None) if is_today => (
            format!(
                "late: {hour}{} was {} ago",
                day.due_here(model.context.local_minutes),
                stretch(over)
            ),
            theme.warning,
        ),
        (_, None) => ("not posted".to_owned(), theme.dim),
    };
    Line::styled(text, style)
}

/// Draws one's own cards. Answers how many are visible.
fn cards(
    buf: &mut Buffer,
    area: Rect,
    model: &Model,
    (day, both): (&Day, bool),
    theme: &Theme,
    (sight, focused): (&mut ScrollState, bool),
) -> usize {
    let posted = day.cards.iter().filter(|card| card.posted).count();
    let mut title = vec![
        Span::styled(visible_line(&day.person).into_owned(), theme.title),
        Span::styled(format!("  {}", dated(day)), theme.text),
    ];
    if !day.cards.is_empty() {
        let count = format!("  {posted}/{} posted", day.cards.len());
        title.push(Span::styled(count, theme.dim));
    }
    let right = deadline(model, day, theme);
    let inner = frame::pane_with(buf, area, theme, title.into(), right, focused);
    if day.cards.is_empty() {
        no_cards(buf, inner, model, day, theme);
        return 1;
    }
    let width = inner.width.saturating_sub(GUTTER + 1);
    // Every card in full where there is room; else only the selected one.
    let all = cards_in(model, day, (width, true, both), theme);
    let sheet = match all.len() <= usize::from(inner.height) {
        true => all,
        false => cards_in(model, day, (width, false, both), theme),
    };
    let window = sight.window(Focus::CARDS);
    sheet.draw_items(buf, inner, window, model.standup_view.card, focused)
}

fn no_cards(buf: &mut Buffer, inner: Rect, model: &Model, day: &Day, theme: &Theme) {
    if day.date != model.now.date_naive() {
        let later = key_of(model, theme, "next-day");
        let why = format!("You posted nothing on {}.", day.date);
        let press = format!("{later} moves towards today.");
        return empty(buf, inner, theme, &why, &press);
    }
    let why = "There is no card to fill in: the plan has no readiness checklist.";
    let press = "Under a heading with “Checklist”, write a heading for each stage and one list \
     item per check; each stage gets a card here.";
    empty(buf, inner, theme, why, &frame::words(theme, press));
}

fn cards_in<'t>(
    model: &Model,
    day: &Day,
    (width, full, both): (u16, bool, bool),
    theme: &'t Theme,
) -> TextLayout<'t> {
    let mut sheet = TextLayout::new(theme, width);
    for (at, card) in day.cards.iter().enumerate() {
        if full && at > 0 {
            sheet.blank();
        }
        sheet.begin_item();
        head(&mut sheet, day, card, theme);
        sheet.end_head();
        let selected = at == model.standup_view.card;
        match full || selected {
            true => {
                body(&mut sheet, &card.card, Some(card), 2);
                if selected {
                    advice(&mut sheet, model, day, card, theme);
                }
                if !both {
                    for entry in day.others() {
                        heard(&mut sheet, entry, &card.card.stage, theme);
                    }
                }
            }
            false => summary(&mut sheet, &card.card, theme),
        }
        sheet.end_item();
    }
    sheet
}

fn head(sheet: &mut TextLayout, day: &Day, card: &DayCard, theme: &Theme) {
    let (sign, style) = health(card.card.status, theme);
    let name = Line::from(vec![
        Span::styled(
            format!("{sign} "),
            if card.posted { style } else { theme.dim },
        ),
        Span::styled(card.card.stage.clone(), theme.title),
    ]);
    let said = match card.card.said.as_str() {
        "" => "no status".to_owned(),
        said => said.to_owned(),
    };
    let (when, look) = match (card.posted, card.card.posted_at) {
        (false, _) => ("suggested".to_owned(), theme.dim),
        (true, Some(at)) if at >= day.deadline => {
            (format!("late, {}", at.format("%H:%M")), theme.warning)
        }
        (true, Some(at)) => (format!("posted {}", at.format("%H:%M")), theme.ok),
        (true, None) => ("posted".to_owned(), theme.ok),
    };
    let style = if card.posted { style } else { theme.dim };
    let right = vec![
        Span::styled(said, style),
        Span::styled(format!(" {} ", theme.glyphs.dot), theme.dim),
        Span::styled(when, look),
    ];
    sheet.pair(name, right);
}

/// What can be done with the selected card, where that is not plain.
fn advice(sheet: &mut TextLayout, model: &Model, day: &Day, card: &DayCard, theme: &Theme) {
    if day.date != model.now.date_naive() {
        return;
    }
    let key = |name| key_of(model, theme, name);
    let mut parts = Vec::new();
    match (card.posted, card.fresh.len()) {
        (false, _) => {
            let (post, edit) = (key("card-post"), key("card-edit"));
            parts.push(format!(
                "{post} posts it as it is, {edit} edits and posts it"
            ));
        }
        (true, 0) => {}
        (true, 1) => {
            let post = key("card-post");
            parts.push(format!(
                "completed since then: {} ({post} adds it)",
                card.fresh[0]
            ));
        }
        (true, count) => {
            let post = key("card-post");
            parts.push(format!(
                "{count} steps completed since then ({post} adds them)"
            ));
        }
    }
    if card.more > 0 {
        parts.push(format!("{} more in the plan are not shown", card.more));
    }
    match &*model.loose_evidence(card) {
        [] => {}
        [_] => parts.push(format!(
            "{} attaches the evidence to a check",
            key("card-attach")
        )),
        links => {
            let attach = key("card-attach");
            parts.push(format!("{attach} attaches {} links to checks", links.len()));
        }
    }
    if parts.is_empty() {
        return;
    }
    let text = parts.join("; ");
    let lead = Span::styled(format!("  {} ", theme.glyphs.crumb), theme.accent);
    sheet.hanging(lead, &text, theme.dim);
}

/// Draws what the others say. Answers how many of them are visible.
fn others(
    buf: &mut Buffer,
    area: Rect,
    model: &Model,
    (day, is_told): (&Day, bool),
    theme: &Theme,
    (sight, focused): (&mut ScrollState, bool),
) -> usize {
    let count = day.others().count();
    let title = Line::from(vec![
        Span::styled("Others", theme.title),
        Span::styled(format!("  {}", dated(day)), theme.text),
    ]);
    let right = Line::styled(format!("{count} posted"), theme.dim);
    let inner = frame::pane_with(buf, area, theme, title, right, focused);
    let mut sheet = TextLayout::new(theme, inner.width.saturating_sub(GUTTER + 1));
    if count == 0 {
        let text = match day.date == model.now.date_naive() {
            true => "Nobody else has posted today. New posts appear here.",
            false => "Nobody else posted on this day.",
        };
        sheet.text(text, theme.dim);
    }
    for (at, entry) in day.others().enumerate() {
        if at > 0 {
            sheet.blank();
        }
        sheet.begin_item();
        whose(&mut sheet, entry, theme);
        sheet.end_head();
        for card in &entry.cards {
            let (sign, style) = health(card.status, theme);
            let name = Line::from(vec![
                Span::styled(format!("  {sign} "), style),
                Span::styled(card.stage.clone(), theme.text),
            ]);
            sheet.pair(name, Span::styled(card.said.clone(), style));
            body(&mut sheet, card, None, 4);
        }
        sheet.end_item();
    }
    // Those for whom the row above has no room.
    if !is_told {
        sheet.blank();
        let lead = Span::styled(NOT_POSTED, theme.dim);
        sheet.hanging(lead, &day.missing.join(", "), theme.warning);
    }
    let window = sight.window(Focus::ENTRIES);
    sheet.draw_items(buf, inner, window, model.standup_view.other, focused)
}

fn whose(sheet: &mut TextLayout, entry: &Entry, theme: &Theme) {
    let (when, style) = match (entry.posted_at, entry.is_late()) {
        (None, _) => (String::new(), theme.dim),
        (Some(at), false) => (format!("posted {}", at.format("%H:%M")), theme.ok),
        (Some(at), true) => (format!("late, {}", at.format("%H:%M")), theme.warning),
    };
    let name = vec![
        Span::styled(entry.person.clone(), theme.title),
        branch(entry.branch.as_deref(), theme),
    ];
    sheet.pair(name, Span::styled(when, style));
}

/// Draws a thread over days. Answers how many of its cards are visible.
fn told(
    buf: &mut Buffer,
    area: Rect,
    model: &Model,
    thread: &Thread,
    theme: &Theme,
    (sight, focused): (&mut ScrollState, bool),
) -> usize {
    let name = match thread {
        Thread::Stage(stage) => stage,
        Thread::Person { name, .. } => name,
    };
    let view = &model.standup_view;
    let title = Line::from(vec![
        Span::styled("Thread  ", theme.text),
        Span::styled(name.clone(), theme.title),
    ]);
    let right = Line::styled(counted(view.said.len(), "card"), theme.dim);
    let inner = frame::pane_with(buf, area, theme, title, right, focused);
    let mut sheet = TextLayout::new(theme, inner.width.saturating_sub(GUTTER + 1));
    if view.said.is_empty() {
        let key = key_of(model, theme, "card-post");
        let text = format!("Nothing has been posted here yet; {key} on your card starts it.");
        sheet.text(&text, theme.dim);
    }
    for (at, said) in view.said.iter().enumerate() {
        if at > 0 {
            sheet.blank();
        }
        sheet.begin_item();
        let (sign, style) = health(said.card.status, theme);
        let who = match thread {
            Thread::Stage(_) => &said.person,
            Thread::Person { .. } => &said.card.stage,
        };
        let mut right = vec![Span::styled(said.card.said.clone(), style)];
        if said.late {
            right.push(Span::styled(
                format!(" {} late", theme.glyphs.dot),
                theme.warning,
            ));
        }
        let left = vec![
            Span::styled(format!("{sign} "), style),
            Span::styled(said.date.format("%a %Y-%m-%d").to_string(), theme.text),
            Span::styled(format!("  {who}"), theme.title),
            branch(said.branch.as_deref(), theme),
        ];
        sheet.pair(left, right);
        sheet.end_head();
        body(&mut sheet, &said.card, None, 2);
        sheet.end_item();
    }
    let window = sight.window(Focus::ENTRIES);
    sheet.draw_items(buf, inner, window, view.line, focused)
}
