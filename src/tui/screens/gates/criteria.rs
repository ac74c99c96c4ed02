//! What a stage is for and what its gate asks, as checklist and owners both show it.

use ratatui::text::Span;

use crate::plan::stage::Stage;
use crate::tui::theme::Theme;
use crate::tui::widgets::text_layout::TextLayout;

/// Adds them in full where that takes at most so many rows, else cut to them. `due` says when the gate
/// is due and who answers for it, as far as that is written.
pub fn criteria(
    sheet: &mut TextLayout,
    stage: &Stage,
    due: Option<&str>,
    theme: &Theme,
    most: usize,
) {
    let mut most = most;
    if let Some(due) = due {
        let (label, text) = match due.strip_prefix("due ") {
            Some(date) => ("Due", date),
            None => ("Owners", due),
        };
        let mut row = sheet.like();
        row.hanging(
            Span::styled(format!("{label:13}"), theme.heading),
            text,
            theme.text,
        );
        row.shorten((most / 4).max(1));
        most = most.saturating_sub(row.len() + 1).max(1);
        row.blank();
        sheet.append(row);
    }
    let Some(rung) = &stage.rung else {
        sheet.text(
            "This stage has no row on the stage ladder, so its gate asks for every check.",
            theme.dim,
        );
        return sheet.shorten(most);
    };
    let parts = [
        ("North star", rung.north_star.as_str()),
        ("Gate review", rung.review.as_str()),
    ];
    let parts = parts.into_iter().filter(|(_, text)| !text.is_empty());
    let mut full = sheet.like();
    for (name, text) in parts.clone() {
        full.row(Span::styled(name, theme.heading));
        full.text(text, theme.text);
        full.blank();
    }
    if full.len() <= most {
        return sheet.append(full);
    }
    // Too little room: a row for each, the second one longer where it can be.
    for (at, (name, text)) in parts.enumerate() {
        let mut brief = sheet.like();
        let name = Span::styled(format!("{name:13}"), theme.heading);
        brief.hanging(name, text, theme.text);
        brief.shorten(if at == 0 {
            1
        } else {
            most.saturating_sub(1).max(1)
        });
        sheet.append(brief);
    }
}
