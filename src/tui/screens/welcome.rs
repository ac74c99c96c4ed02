//! The card in the place of a plan: there is none yet and how to get one, or it is away.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::core::command::Focus;
use crate::app::core::model::Model;
use crate::app::sync::absent::Away;
use crate::document::english::capitalised;
use crate::tui::overlays::{centred, key_name};
use crate::tui::theme::Theme;
use crate::tui::widgets::frame;
use crate::tui::widgets::text_layout::TextLayout;

/// Widest the card gets, in columns.
const WIDEST: u16 = 72;

/// Draws the card into the middle of `body`.
pub fn draw(buf: &mut Buffer, body: Rect, model: &Model, theme: &Theme) {
    let columns = body.width.min(WIDEST).saturating_sub(4);
    let roomy = body.height >= 20;
    let mut sheet = TextLayout::new(theme, columns);
    let gap = |sheet: &mut TextLayout| {
        if roomy {
            sheet.blank();
        }
    };
    gap(&mut sheet);
    let root = model.context.root.display().to_string();
    match (model.away(), model.work_in_words()) {
        (Some(away), _) => waiting(&mut sheet, away, &root, theme),
        (None, Some(work)) if model.work.is_opening() => {
            sheet.text(
                &format!("The plan in {root} is long: {work}."),
                theme.heading,
            );
        }
        _ => first_run(&mut sheet, model, &root, theme),
    }
    gap(&mut sheet);
    let rows = u16::try_from(sheet.len()).unwrap_or(u16::MAX);
    let area = centred(body, columns + 4, rows.saturating_add(2));
    let title = Line::styled("stepdeck", theme.title);
    let inner = frame::pane(buf, area, theme, title, true);
    let text = frame::aired(inner);
    sheet.shorten(usize::from(text.height));
    sheet.draw(buf, text, 0);
}

/// The plan was there and is not: what is waited for.
fn waiting(sheet: &mut TextLayout, away: Away, root: &str, theme: &Theme) {
    let words = away.in_words();
    sheet.text(&format!("{}.", capitalised(words)), theme.heading);
    sheet.text(&format!("They were in {root}."), theme.dim);
    sheet.blank();
    sheet.text(
        "Nothing is written until then. When they are back, so is everything you had selected, \
         marked and typed.",
        theme.text,
    );
}

/// How to get a plan, and what it is made of.
fn first_run(sheet: &mut TextLayout, model: &Model, root: &str, theme: &Theme) {
    sheet.text("There is no plan here yet.", theme.heading);
    if !root.is_empty() {
        sheet.text(&format!("Looked in {root} and above."), theme.dim);
    }
    sheet.blank();
    choices(sheet, model, theme);
    sheet.blank();
    sheet.text(
        "A plan is made of plain files in a git checkout:",
        theme.dim,
    );
    for (what, files) in [
        ("steps", "data/plans/*.jsonl, one step a line"),
        (
            "canon",
            "Markdown under data/ and docs/ with blocks, gates, checklists",
        ),
        ("paths", "stepdeck.toml beside them, if yours are elsewhere"),
    ] {
        sheet.hanging(
            Span::styled(format!("  {what}  "), theme.dim),
            files,
            theme.dim,
        );
    }
}

/// What can be pressed.
fn choices(sheet: &mut TextLayout, model: &Model, theme: &Theme) {
    for name in ["start-demo", "start-plan", "quit"] {
        let Some(command) = crate::app::core::registry::named(name) else {
            continue;
        };
        let key = match model.keymap.keys(Focus::WELCOME, command).first() {
            Some(key) => key_name(&key.to_string(), theme),
            None => continue,
        };
        let words = match name {
            "start-demo" => "look around in a demo plan",
            "start-plan" => "start an empty plan here",
            _ => "quit",
        };
        let blocked = (command.blocked)(model);
        let (text, style) = match &blocked {
            Some(reason) => (format!("{words} ({reason})"), theme.dim),
            None => (words.to_owned(), theme.text),
        };
        sheet.hanging(Span::styled(format!("  {key}  "), theme.key), &text, style);
    }
}
