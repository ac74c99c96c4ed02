//! The review of a stage gate: each criterion with its verdict and evidence, the sign-offs,
//! the decision with what it rests on.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::core::model::Model;
use crate::app::screens::gate_review::view::{ReviewRow, rows};
use crate::document::visible::visible_line;
use crate::plan::canon::normalised;
use crate::plan::packet::Decision;
use crate::plan::stage::Stage;
use crate::record::gate_review::edit::Clause;
use crate::record::gate_review::{
    Criterion, CriterionVerdict, GateReview, SignOff, decision_words, verdict_word,
};
use crate::tui::theme::{Sign, Theme};
use crate::tui::widgets::frame;
use crate::tui::widgets::pane::key_of;
use crate::tui::widgets::scroll::Window;
use crate::tui::widgets::text_layout::{GUTTER, TextLayout};

/// Columns of the longest verdict: `undecided`.
const VERDICT: usize = 9;
/// Columns of the longest label of the decision: `Conditions`.
const LABEL: usize = 10;

/// Draws the review that is open. Answers how many of its rows are visible.
pub fn draw(
    buf: &mut Buffer,
    area: Rect,
    model: &Model,
    theme: &Theme,
    window: &mut Window,
    focused: bool,
) -> usize {
    let (Some(review), Some(view)) = (model.review(), &model.gates.review) else {
        return 0;
    };
    let stage = model.plan.stages().iter();
    let stage = stage
        .into_iter()
        .find(|stage| stage.packets.iter().any(|p| p.file == review.facts.file));
    let title = Line::styled(
        format!("Gate review: {}", visible_line(&review.facts.stage)),
        theme.title,
    );
    let (words, style) = decision_look(review.facts.decision, theme);
    let right = Line::styled(words, style);
    let inner = frame::pane_with(buf, area, theme, title, right, focused);
    let mut sheet = TextLayout::new(theme, inner.width.saturating_sub(GUTTER + 1));
    let wide = inner.height > 30;
    let back = key_of(model, theme, "back");
    head(
        &mut sheet,
        &review,
        stage,
        (&view.packet.display().to_string(), &back),
    );
    let mut last = None;
    for row in rows(&review) {
        let part = match row {
            ReviewRow::Criterion(_) => 0,
            ReviewRow::SignOff(_) => 1,
            _ => 2,
        };
        if last != Some(part) {
            sheet.blank();
            part_head(&mut sheet, &review, part, theme);
        } else if wide && part == 0 {
            sheet.blank();
        }
        last = Some(part);
        sheet.begin_item();
        match row {
            ReviewRow::Criterion(at) => criterion(&mut sheet, &review.criteria[at], theme),
            ReviewRow::SignOff(at) => sign_off(&mut sheet, &review.sign_offs, at, theme),
            ReviewRow::Decision => decision(&mut sheet, &review, stage, model),
            ReviewRow::Clause(clause) => self::clause(&mut sheet, &review, clause, theme),
        }
        sheet.end_item();
    }
    sheet.draw_items(buf, inner, window, view.row, focused)
}

/// How a decision or none is shown: its words and their look.
pub fn decision_look(decision: Option<Decision>, theme: &Theme) -> (String, Style) {
    let (sign, style) = match decision {
        None => (Sign::Idea, theme.dim),
        Some(Decision::Go) => (Sign::Complete, theme.ok),
        Some(Decision::Conditional) => (Sign::Complete, theme.warning),
        Some(Decision::NoGo) => (Sign::Blocked, theme.error),
    };
    let words = decision_words(decision);
    (format!("{} {words}", theme.glyph(sign)), style)
}

/// Who holds it since when, where it is written, and how far the checklist is.
fn head(
    sheet: &mut TextLayout,
    review: &GateReview,
    stage: Option<&Stage>,
    (path, back): (&str, &str),
) {
    let theme = sheet.theme();
    let since = match review.facts.date {
        Some(date) => format!("Held by {} on {date}", review.facts.held_by),
        None => format!("Held by {}", review.facts.held_by),
    };
    let saved = format!("{since}. Every key press is saved at once; {back} leaves.");
    sheet.text(&saved, theme.dim);
    sheet.row(Span::styled(path.to_owned(), theme.dim));
    let Some(stage) = stage else { return };
    let count = format!("{} of {} checks ticked", stage.ticked(), stage.checks.len());
    let bar = stage.threshold();
    let state = match (stage.is_met(), stage.missing()) {
        (true, _) => Span::styled(format!("bar of {bar}% met"), theme.ok),
        (false, 0) => Span::styled(format!("bar of {bar}%: no checklist"), theme.warning),
        (false, more) => Span::styled(format!("{more} more to reach {bar}%"), theme.warning),
    };
    sheet.pair(Span::styled(count, theme.text), state);
    let gate = stage.rung.as_ref().map_or("", |rung| rung.review.as_str());
    if normalised(gate) != normalised(&review.gate) {
        let alert = Span::styled(format!("{} ", theme.glyphs.alert), theme.warning);
        let text = "The ladder's text for this gate has changed; the criteria are those of the \
         day the review was opened.";
        sheet.hanging(alert, text, theme.warning);
    }
}

/// The heading of a part, with how much of it is done.
fn part_head(sheet: &mut TextLayout, review: &GateReview, part: usize, theme: &Theme) {
    let (name, count) = match part {
        0 => {
            let all = review.criteria.len();
            (
                "Criteria",
                format!("{} of {all} met", review.count(Some(CriterionVerdict::Met))),
            )
        }
        1 => {
            let all = review.sign_offs.len();
            ("Sign-offs", format!("{} of {all} signed", review.signed()))
        }
        _ => ("Decision", String::new()),
    };
    sheet.pair(
        Span::styled(name, theme.heading),
        Span::styled(count, theme.dim),
    );
}

fn criterion(sheet: &mut TextLayout, criterion: &Criterion, theme: &Theme) {
    let (sign, style) = match criterion.verdict {
        Some(CriterionVerdict::Met) => (Sign::Complete, theme.ok),
        Some(CriterionVerdict::NotMet) => (Sign::Blocked, theme.error),
        None => (Sign::Idea, theme.dim),
    };
    let word = verdict_word(criterion.verdict);
    let lead = Span::styled(format!("{} {word:VERDICT$}  ", theme.glyph(sign)), style);
    sheet.hanging(lead, &criterion.words, theme.text);
    sheet.end_head();
    if !criterion.evidence.is_empty() {
        let indent = " ".repeat(VERDICT + 4);
        let lead = Span::styled(format!("{indent}evidence "), theme.dim);
        sheet.hanging(lead, &criterion.evidence, theme.accent);
    }
}

fn sign_off(sheet: &mut TextLayout, all: &[SignOff], at: usize, theme: &Theme) {
    let sign = &all[at];
    let style = match sign.signed {
        true => theme.ticked,
        false => theme.unticked,
    };
    let columns = |sign: &SignOff| frame::columns(&visible_line(&sign.role));
    let column = all.iter().map(columns).max().unwrap_or(0).min(12);
    let role = visible_line(&sign.role);
    let role = crate::document::visible::pad(&role, usize::from(column));
    let left = Line::from(vec![
        Span::styled(theme.tick_box(sign.signed), style),
        Span::styled(format!(" {role}  "), theme.dim),
        Span::styled(sign.name.clone(), theme.text),
    ]);
    let right = match (sign.signed, sign.stamp.is_empty()) {
        (true, false) => format!("signed {}", sign.stamp),
        (true, true) => "signed".to_owned(),
        (false, _) => sign.workstream.clone(),
    };
    sheet.pair(left, Span::styled(right, theme.dim));
    sheet.end_head();
}

fn decision(sheet: &mut TextLayout, review: &GateReview, stage: Option<&Stage>, model: &Model) {
    let theme = sheet.theme();
    let (words, style) = decision_look(review.facts.decision, theme);
    let left = Line::from(vec![
        Span::styled(format!("{:LABEL$}  ", "Decision"), theme.dim),
        Span::styled(words, style),
    ]);
    let right = match review.facts.decision {
        Some(_) => review.facts.decided.clone(),
        None => format!("{} decides", key_of(model, theme, "gate-decide")),
    };
    sheet.pair(left, Span::styled(right, theme.dim));
    sheet.end_head();
    let below = stage.is_some_and(|stage| !stage.is_met());
    if below && review.facts.decision.is_none() && review.facts.waiver.is_empty() {
        let indent = Span::raw(" ".repeat(LABEL + 2));
        let text = "The bar is not met: a go needs the waiver below.";
        sheet.hanging(indent, text, theme.dim);
    }
}

fn clause(sheet: &mut TextLayout, review: &GateReview, clause: Clause, theme: &Theme) {
    let text = match clause {
        Clause::Conditions => &review.facts.conditions,
        Clause::Waiver => &review.facts.waiver,
    };
    let lead = Span::styled(format!("{:LABEL$}  ", clause.label()), theme.dim);
    match text.is_empty() {
        true => sheet.hanging(lead, "none", theme.dim),
        false => sheet.hanging(lead, text, theme.text),
    }
    sheet.end_head();
}
