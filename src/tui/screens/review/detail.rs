//! The selected step of the review: what it is, what was decided about it, and why it stands
//! where it stands.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{entries, rows};
use crate::app::core::model::Model;
use crate::app::screens::review::view::ReviewPart;
use crate::document::visible::visible_line;
use crate::plan::StepRef;
use crate::plan::field::Field;
use crate::plan::id::StepId;
use crate::record::review::causes::Cause;
use crate::record::review::{Entry, Section};
use crate::tui::theme::Theme;
use crate::tui::widgets::text_layout::TextLayout;
use crate::tui::widgets::{frame, status};

/// Columns of the names at the left.
const NAME: usize = 12;
/// Rows from which on the ten stand below the step.
const WITH_THE_TEN: u16 = 24;

/// Draws the pane.
pub fn draw(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let view = &model.review;
    let id = view.step();
    let title = match id {
        Some(id) => Line::styled(id.to_string(), theme.title),
        None => Line::styled("Review", theme.title),
    };
    let inner = frame::pane(buf, area, theme, title, false);
    let text = frame::aired(inner);
    let mut sheet = TextLayout::new(theme, text.width);
    if let Some(id) = id {
        let of_cause = view.cause().map(|_| text.height / 2);
        decision(&mut sheet, model, id, theme);
        if let Some(most) = of_cause {
            sheet.shorten(usize::from(most.max(3)));
        }
        match model.plan.find(id).map(|step| model.plan.step(step)) {
            Some(step) => about(&mut sheet, step, theme),
            None => {
                let gone = match view.cause() {
                    Some(_) => "It is not in the plan.",
                    None => "It is no longer in the plan: somebody removed it.",
                };
                sheet.hanging(name("", theme), gone, theme.warning);
            }
        }
    }
    if text.height >= WITH_THE_TEN && !view.record.entries(Section::Ten).is_empty() {
        sheet.shorten(usize::from(text.height).saturating_sub(13));
        sheet.blank();
        sheet.row(Span::styled("The ten so far", theme.heading));
        entries(&mut sheet, model, Section::Ten, theme);
    }
    sheet.shorten(usize::from(text.height));
    sheet.draw(buf, text, 0);
}

fn name(text: &str, theme: &Theme) -> Span<'static> {
    Span::styled(format!("{text:NAME$}"), theme.dim)
}

/// What was decided, and what the ranking has to say.
fn decision(sheet: &mut TextLayout, model: &Model, id: StepId, theme: &Theme) {
    let view = &model.review;
    if let Some((cause, rows)) = view.cause() {
        return waiting(sheet, model, (cause, rows), theme);
    }
    let Some(at) = view.row() else { return };
    let decided = match view.part {
        ReviewPart::Proposals => {
            (view.proposals.get(at)).and_then(|row| row.verdict.as_deref().cloned())
        }
        ReviewPart::Dependencies => {
            let (tangle, _) = &view.tangles[at];
            let (sign, style) = rows::trouble(tangle.trouble, theme);
            let lead = Line::from(vec![
                name("Wrong", theme),
                Span::styled(format!("{sign} "), style),
            ]);
            sheet.hanging(lead, &frame::words(theme, &tangle.words), theme.text);
            let other = model
                .plan
                .find(tangle.other)
                .map(|step| model.plan.step(step));
            if let Some(other) = other {
                let look = status::look(other, theme);
                let lead = Line::from(vec![
                    name(&tangle.other.to_string(), theme),
                    Span::styled(format!("{} {} ", look.sign, look.words), look.style),
                ]);
                sheet.hanging(lead, &other.title(), theme.text);
            }
            view.handled(tangle).cloned()
        }
        ReviewPart::Ten => {
            let row = &view.ten[at];
            if let Some((place, ranked)) = &row.ranked {
                let why = crate::record::review::gather::reason(ranked);
                let text = format!("{place} with {} points: {why}", ranked.score);
                sheet.hanging(name("Ranked", theme), &text, theme.text);
            }
            if let Some(fate) = &row.fate {
                let (sign, style) = rows::look(fate.word, theme);
                let text = match fate.why.as_str() {
                    "" => format!("{sign} {}", fate.word.words()),
                    why => format!("{sign} {}: {why}", fate.word.words()),
                };
                sheet.hanging(name("Last week", theme), &text, style);
            }
            view.pick(id).cloned()
        }
    };
    if let Some(entry) = decided {
        verdict(sheet, &entry, theme);
    }
}

/// The steps that one step holds up.
fn waiting(sheet: &mut TextLayout, model: &Model, (cause, rows): (Cause, &[usize]), theme: &Theme) {
    let view = &model.review;
    let (sign, style) = rows::trouble(cause.trouble, theme);
    let said = cause.in_words(rows.len(), true);
    sheet.hanging(name("Wrong", theme), &format!("{sign} {said}"), style);
    /// More are listed when the cause is unfolded.
    const MOST: usize = 40;
    for (at, row) in rows.iter().take(MOST).enumerate() {
        let id = view.tangles[*row].0.step;
        let step = rows::step(model, id);
        let title = step.map(|step| step.title().into_owned());
        let left = Line::from(vec![
            name(if at == 0 { "Waiting" } else { "" }, theme),
            Span::styled(format!("{id} "), theme.dim),
            Span::styled(title.unwrap_or_default(), theme.text),
        ]);
        let owner = step.map(|step| visible_line(&step.owner()).into_owned());
        sheet.pair(left, Span::styled(owner.unwrap_or_default(), theme.dim));
    }
}

fn verdict(sheet: &mut TextLayout, entry: &Entry, theme: &Theme) {
    let (sign, style) = rows::look(entry.word, theme);
    let text = match entry.why.as_str() {
        "" => format!("{sign} {}", entry.word.words()),
        why => format!("{sign} {}: {why}", entry.word.words()),
    };
    sheet.hanging(name("Decided", theme), &text, style);
}

/// What the step is.
fn about(sheet: &mut TextLayout, step: StepRef<'_>, theme: &Theme) {
    sheet.hanging(name("Title", theme), &step.title(), theme.title);
    let look = status::look(step, theme);
    let lead = name("Status", theme);
    sheet.row(Line::from(vec![
        lead,
        Span::styled(format!("{} {}", look.sign, look.words), look.style),
    ]));
    for field in [
        Field::Owner,
        Field::Outcome,
        Field::Dependencies,
        Field::Verification,
        Field::UpdatedAt,
        Field::Notes,
    ] {
        let text = step.text(field);
        let label = match field {
            Field::Dependencies => "Depends on",
            Field::Verification => "Verified by",
            Field::UpdatedAt => "Edited",
            field => field.label(),
        };
        let label: String = label.chars().take(NAME - 1).collect();
        match text.trim() {
            "" if field == Field::Owner => sheet.hanging(name(&label, theme), "nobody", theme.dim),
            "" => {}
            text => sheet.hanging(name(&label, theme), text, theme.text),
        }
    }
}
