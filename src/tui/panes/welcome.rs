//! The first-run card: there is no plan here yet, and how to get one.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::command::Place;
use crate::app::model::Model;
use crate::tui::frame;
use crate::tui::overlays::{centred, key_name};
use crate::tui::sheet::Sheet;
use crate::tui::theme::Theme;

/// Widest the card gets, in columns.
const WIDEST: u16 = 72;

/// Draws the card into the middle of `body`.
pub fn draw(frame: &mut Frame, body: Rect, model: &Model, theme: &Theme) {
    let buf = frame.buffer_mut();
    let columns = body.width.min(WIDEST).saturating_sub(4);
    let roomy = body.height >= 20;
    let mut sheet = Sheet::new(theme, columns);
    let gap = |sheet: &mut Sheet| {
        if roomy {
            sheet.blank();
        }
    };
    gap(&mut sheet);
    let root = model.setting.root.display().to_string();
    sheet.text("There is no plan here yet.", theme.heading);
    if !root.is_empty() {
        sheet.text(&format!("Looked in {root} and above."), theme.dim);
    }
    sheet.blank();
    choices(&mut sheet, model, theme);
    gap(&mut sheet);
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
        ("paths", "stepdeck.toml beside them, if yours lie elsewhere"),
    ] {
        sheet.hanging(
            Span::styled(format!("  {what}  "), theme.dim),
            files,
            theme.dim,
        );
    }
    gap(&mut sheet);
    let rows = u16::try_from(sheet.len()).unwrap_or(u16::MAX);
    let area = centred(body, columns + 4, rows.saturating_add(2));
    let title = Line::styled("stepdeck", theme.title);
    let inner = frame::pane(buf, area, theme, title, true);
    let text = Rect {
        x: inner.x + 1,
        width: inner.width.saturating_sub(2),
        ..inner
    };
    sheet.shorten(usize::from(text.height));
    sheet.draw(buf, text, 0);
}

/// What can be pressed.
fn choices(sheet: &mut Sheet, model: &Model, theme: &Theme) {
    for name in ["start-demo", "start-plan", "quit"] {
        let Some(command) = crate::app::command::named(name) else {
            continue;
        };
        let key = match model.keymap.keys(Place::Welcome, command).first() {
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
