//! The top row: where one is, how far the plan is, whether everything is saved and live.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::app::core::model::Model;
use crate::app::core::screen::Crumb;
use crate::document::english::counted;
use crate::document::visible::{fit, visible_line};
use crate::plan::checks::Severity;
use crate::plan::people::steward_words;
use crate::tui::theme::{Sign, Theme};
use crate::tui::widgets::fit_row::RowPart;
use crate::tui::widgets::{fit_row, frame, tabs};

/// Columns below which the name of a crumb tells nothing.
const NAME: u16 = 8;
/// The rank of the part that says when something was saved.
const SAVED: usize = 5;
/// Columns for who is steward at the most.
const STEWARD: usize = 32;
/// Columns between left and right.
const GAP: u16 = 3;

/// Draws the row. Parts that do not fit fall away whole: first the state of
/// the watch, then the percentage, who is steward, when it was saved, the program's name, the
/// counts; last what is wrong.
pub fn draw(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let room = area.width.saturating_sub(2);
    let crumbs = model.shown().crumbs(model);
    let mut left = path(&crumbs, theme);
    let mut right = state(model, theme);
    fit_row::keep_both(&mut left, &mut right, GAP, room);
    let spare = |left: &[RowPart<'_>], right: &[RowPart<'_>]| {
        room.saturating_sub(fit_row::columns(left) + GAP + fit_row::columns(right))
    };
    let room_for_name = spare(&left, &right);
    if !name_crumb(&mut left, &crumbs, theme, room_for_name) && area.width < tabs::LEAST {
        // Where nothing else names the block, its name tells more than when something was saved.
        let without: Vec<RowPart<'_>> = right.iter().filter(|p| p.rank != SAVED).cloned().collect();
        let room_for_name = spare(&left, &without);
        if name_crumb(&mut left, &crumbs, theme, room_for_name) {
            right = without;
        }
    }
    let right_columns = fit_row::columns(&right);
    let x = area.right().saturating_sub(right_columns + 1);
    let left_room = match right_columns {
        0 => room,
        _ => x.saturating_sub(area.x + 2),
    };
    fit_row::draw(buf, theme, (area.x + 1, area.y), left_room, left);
    fit_row::draw(buf, theme, (x, area.y), right_columns, right);
}

/// The program's name, and where one is.
fn path<'a>(crumbs: &[Crumb], theme: &Theme) -> Vec<RowPart<'a>> {
    let rank = if crumbs.is_empty() { 0 } else { 5 };
    let mut parts = vec![RowPart::styled(rank, "stepdeck", theme.title)];
    parts.extend(crumbs.iter().map(|crumb| {
        let style = if crumb.is_heading {
            theme.heading
        } else {
            theme.text
        };
        let text = visible_line(&crumb.text).into_owned();
        let sign = format!(" {} ", theme.glyphs.crumb);
        RowPart::styled(usize::from(!crumb.stays), text, style).after(Span::styled(sign, theme.dim))
    }));
    parts
}

/// Puts as much of a crumb's name behind it as there is room for. Answers whether that is
/// enough of it.
fn name_crumb(left: &mut [RowPart<'_>], crumbs: &[Crumb], theme: &Theme, spare: u16) -> bool {
    let Some(crumb) = crumbs.iter().find(|crumb| !crumb.name.is_empty()) else {
        return false;
    };
    let text = visible_line(&crumb.name);
    let room = spare.saturating_sub(1);
    if room < NAME.min(frame::columns(&text)) {
        return false;
    }
    let name = fit(&text, usize::from(room), theme.glyphs.ellipsis).into_owned();
    let part = left
        .iter_mut()
        .find(|part| part.line.to_string() == crumb.text);
    part.map(|part| part.line.spans.push(Span::raw(format!(" {name}"))))
        .is_some()
}

fn state<'a>(model: &Model, theme: &Theme) -> Vec<RowPart<'a>> {
    let mut parts = Vec::new();
    if !model.has_plan() && !model.work.is_opening() {
        return parts;
    }
    if let (true, Some(work)) = (model.work.is_opening(), model.work_in_words()) {
        // Of a front nothing can be counted, and nobody watches it.
        let steps = format!("{} so far", counted(model.plan.len(), "step"));
        parts.push(RowPart::styled(1, steps, theme.dim).after("   ".into()));
        parts.push(RowPart::styled(0, work, theme.warning).after("   ".into()));
        return parts;
    }
    if let Some(away) = model.away() {
        parts.push(
            RowPart::styled(0, away.in_words().to_owned(), theme.warning).after("   ".into()),
        );
    }
    problems(&mut parts, model, theme);
    parts.extend(steward(6, model, theme).map(|steward| steward.after("   ".into())));
    if !model.screen.is_about_problems() {
        let tally = model.plan.tally();
        let counts = format!("{}/{}", tally.done(), tally.total);
        parts.push(RowPart::styled(4, counts, theme.text).after("   ".into()));
        let percent = format!("{}%", tally.percent());
        parts.push(RowPart::styled(6, percent, theme.dim).after(" ".into()));
    }
    let mut push = |rank, text: String, style| {
        parts.push(RowPart::styled(rank, text, style).after("   ".into()));
    };
    let live = &model.sync;
    if live.failed() > 0 {
        push(0, format!("{} NOT SAVED", live.failed()), theme.error);
    }
    if live.saving() > 0 {
        push(3, format!("saving{}", theme.glyphs.ellipsis), theme.warning);
    } else if let Some(at) = live.saved_at.filter(|_| live.failed() == 0) {
        push(SAVED, format!("saved {}", at.format("%H:%M")), theme.dim);
    }
    if let Some(work) = model.work_in_words() {
        push(0, work, theme.warning);
    }
    watch(&mut parts, model, theme);
    parts
}

/// Whose week it is, as far as a table says; by first names where there is little room.
pub(crate) fn steward(rank: usize, model: &Model, theme: &Theme) -> Option<RowPart<'static>> {
    let [words, short] = steward_words(model.stewards())?.map(|words| {
        let words = visible_line(&words);
        let words = fit(&words, STEWARD, theme.glyphs.ellipsis).into_owned();
        Span::styled(words, theme.text)
    });
    Some(RowPart::new(rank, words).or(short))
}

/// What the checks found: on its own screen all of it, elsewhere the errors.
fn problems(parts: &mut Vec<RowPart<'_>>, model: &Model, theme: &Theme) {
    let all = model.screen.is_about_problems();
    let styles = [theme.error, theme.warning, theme.dim];
    for (rank, (severity, style)) in Severity::ALL.into_iter().zip(styles).enumerate() {
        let text = match model.problems.found.count(severity) {
            0 => continue,
            count if all => counted(count, severity.word()),
            count if severity == Severity::Error => {
                format!("{} {count}", theme.glyph(Sign::Blocked))
            }
            _ => continue,
        };
        parts.push(RowPart::styled(2 + rank, text, style).after("   ".into()));
    }
}

fn watch(parts: &mut Vec<RowPart<'_>>, model: &Model, theme: &Theme) {
    let mut push = |rank, text: String, style| {
        parts.push(RowPart::styled(rank, text, style).after("   ".into()));
    };
    let unreadable = model.sync.unreadable.len();
    if unreadable > 0 {
        push(1, format!("{unreadable} unreadable"), theme.error);
    }
    let in_motion = model.sync.in_motion.len();
    if in_motion > 0 {
        push(1, format!("{in_motion} being written"), theme.warning);
    }
    if model.context.read_only {
        push(2, "read-only".to_owned(), theme.warning);
    } else if model.sync.polling {
        let sign = if theme.is_ascii() { "o" } else { "◌" };
        push(6, format!("{sign} polling"), theme.warning);
    } else {
        push(7, format!("{} live", theme.glyphs.live), theme.ok);
    }
}
