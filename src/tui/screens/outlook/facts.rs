//! What there is to say of a scope: its dates or why there is none, when it is due, what no date allows
//! for, and how it went.

use ratatui::text::{Line, Span};

use crate::app::core::model::Model;
use crate::history::forecast::LEVELS;
use crate::history::outlook::{Outlook, ahead};
use crate::history::target::Condition;
use crate::plan::id::StepId;
use crate::tui::theme::Theme;
use crate::tui::widgets::frame;
use crate::tui::widgets::text_layout::TextLayout;

/// How many steps or conditions are named before the rest is a number.
const MOST_NAMED: usize = 4;

/// All of it, in so many columns.
pub fn facts<'t>(outlook: &Outlook, model: &Model, theme: &'t Theme, width: u16) -> TextLayout<'t> {
    let today = model.now.date_naive();
    let mut sheet = TextLayout::new(theme, width);
    let text = |sheet: &mut TextLayout<'_>, text: &str, style| {
        sheet.text(&frame::words(theme, text), style);
    };
    for (date, level) in outlook.dates().into_iter().zip(LEVELS) {
        let Some(date) = date else { continue };
        sheet.row(Line::from(vec![
            Span::styled(format!("P{level}  "), theme.dim),
            Span::styled(date.to_string(), theme.title),
            Span::styled(format!("  {}", ahead(date, today)), theme.dim),
        ]));
    }
    match outlook.reason_in_words() {
        Some(_) if outlook.is_done() => {}
        Some(reason) => text(&mut sheet, &format!("{reason}."), theme.warning),
        None if outlook.dates.is_none() => text(&mut sheet, "Reading the history…", theme.dim),
        None => {}
    }
    if outlook.is_done() {
        let passed = outlook.passed_in_words();
        let done = passed.unwrap_or_else(|| "Nothing is open".to_owned());
        text(&mut sheet, &format!("{done}."), theme.ok);
    }
    if let Some(due) = outlook.due_in_words(today) {
        let style = match outlook.is_late(today) {
            Some(true) => theme.warning,
            _ => theme.text,
        };
        text(&mut sheet, &due, style);
    }
    if let Some(owners) = outlook.owners_in_words() {
        text(&mut sheet, &owners, theme.text);
    }
    if !outlook.blocked.is_empty() {
        let ids = outlook.blocked.iter().map(StepId::to_string);
        let said = format!("Blocked: {}", named(ids, outlook.blocked.len(), ", "));
        text(&mut sheet, &said, theme.warning);
    }
    if !outlook.conditions.is_empty() {
        let said = |Condition { step, text }: &Condition| format!("{step} {text}");
        let conditions = outlook.conditions.iter().map(said);
        let count = outlook.conditions.len();
        let said = format!("Open conditions: {}", named(conditions, count, " · "));
        text(&mut sheet, &said, theme.warning);
    }
    // Where there is little room, how it went is left out first: the chart shows it.
    let rates = outlook.rates_in_words().into_iter();
    for said in rates.chain(outlook.backtest_in_words()) {
        text(&mut sheet, &said, theme.dim);
    }
    sheet
}

/// The first few, and how many more there are.
fn named(all: impl Iterator<Item = String>, count: usize, between: &str) -> String {
    let mut named: Vec<String> = all.take(MOST_NAMED).collect();
    if count > MOST_NAMED {
        named.push(format!("{} more", count - MOST_NAMED));
    }
    named.join(between)
}
