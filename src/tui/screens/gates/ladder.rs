//! The stage ladder: where each stage stands, how much is ticked, and the gate's bar.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::core::model::Model;
use crate::history::outlook::Outlook;
use crate::plan::ladders::OtherChecklists;
use crate::plan::stage::{Stage, Standing, standings};
use crate::tui::theme::{Sign, Theme};
use crate::tui::widgets::frame;
use crate::tui::widgets::scroll::Window;
use crate::tui::widgets::text_layout::{GUTTER, TextLayout};

/// Draws the ladder. Answers how many stages are visible.
pub fn draw(
    buf: &mut Buffer,
    area: Rect,
    model: &Model,
    theme: &Theme,
    window: &mut Window,
    focused: bool,
) -> usize {
    let stages = model.plan.stages();
    let standings = standings(stages);
    let behind = standings.iter().filter(|s| s.is_behind()).count();
    let word = match standings.contains(&Standing::Passed) {
        true => "passed",
        false => "met",
    };
    let right = Line::styled(format!("{behind} of {} {word}", stages.len()), theme.dim);
    let title = Line::styled("Stages", theme.title);
    let inner = frame::pane_with(buf, area, theme, title, right, focused);
    let width = inner.width.saturating_sub(GUTTER);
    let mut sheet = TextLayout::new(theme, width);
    let reviews = stages.iter().filter(|stage| stage.review().is_some());
    let reviews = reviews.count();
    let ladders = model.plan.ladders();
    let others = model.other_checklists();
    let height = usize::from(inner.height).saturating_sub(match others.len() {
        0 => 0,
        count => 2 + count.min(2),
    });
    let titles = if ladders.len() > 1 {
        2 * ladders.len()
    } else {
        0
    };
    // A stage that is ahead has a row for its forecast, so that nothing moves when that is known.
    let ahead = stages.len() - behind;
    let rows = stages.len() * 3 + titles;
    let has_forecasts = rows + ahead <= height;
    let rows = if has_forecasts { rows + ahead } else { rows };
    let is_owned = |(stage, standing): &(&Stage, &Standing)| {
        !standing.is_behind() && !stage.accountable.is_empty()
    };
    let owned = stages.iter().zip(&standings).filter(is_owned).count();
    let has_owners = has_forecasts && rows + owned <= height;
    let rows = if has_owners { rows + owned } else { rows };
    let roomy = rows + stages.len() + reviews <= height + 1;
    let tight = rows > height;
    // For what the reviews came to beyond a row each.
    let blanks = if roomy { stages.len() } else { 0 };
    let mut free = height.saturating_sub(rows + blanks + reviews);
    let mut ladder = None;
    for (at, (stage, standing)) in stages.iter().zip(standings).enumerate() {
        if at > 0 && roomy {
            sheet.blank();
        }
        if ladders.len() > 1 && ladder.replace(stage.ladder) != Some(stage.ladder) {
            if at > 0 && !roomy {
                sheet.blank();
            }
            let title = ladders[stage.ladder].title.clone();
            sheet.row(Span::styled(title, theme.heading));
        }
        sheet.begin_item();
        let (sign, style) = look(standing, theme);
        let name = Line::from(vec![
            Span::styled(format!("{sign} "), style),
            Span::styled(stage.name.clone(), theme.title),
        ]);
        sheet.pair(name, Span::styled(standing.word(), style));
        sheet.end_head();
        let count = format!("{}/{}", stage.ticked(), stage.checks.len());
        let columns = width.saturating_sub(frame::columns(&count) + 3);
        match stage.checks.is_empty() {
            true => sheet.row(Span::styled("  no checklist", theme.dim)),
            false => sheet.pair(gauge(stage, columns, theme), count),
        }
        if let Some(rung) = stage.rung.as_ref().filter(|_| !tight) {
            let bar = match rung.threshold {
                Some(percent) => Span::styled(format!("bar {percent}%"), theme.dim),
                None => Span::styled("bar: all", theme.dim),
            };
            // Where there is no row for it, a date takes the place of the horizon.
            let date = (!has_forecasts && !standing.is_behind()).then(|| date(stage, model, theme));
            let (date, late) = date.flatten().unzip();
            let horizon = || Span::styled(format!("  {}", rung.horizon), theme.dim);
            sheet.pair(date.unwrap_or_else(horizon), late.flatten().unwrap_or(bar));
        }
        if has_forecasts && !standing.is_behind() {
            let (left, right) = forecast(stage, standing, model, width, theme);
            sheet.pair(left, right);
        }
        if has_owners && is_owned(&(stage, &standing)) {
            let (left, right) = owners(stage, width, theme);
            sheet.pair(left, right);
        }
        if let Some((text, style)) = reviewed(stage, theme) {
            let mut own = sheet.like();
            own.hanging(Span::raw("  "), &text, style);
            own.shorten(1 + free);
            free = (free + 1).saturating_sub(own.len());
            sheet.append(own);
        }
        sheet.end_item();
    }
    other_checklists(&mut sheet, others, !stages.is_empty());
    sheet.draw_items(buf, inner, window, model.gates.stage, focused)
}

/// By when the gate is likely to be reached, and whether that is late; nothing where no date is known.
fn date(
    stage: &Stage,
    model: &Model,
    theme: &Theme,
) -> Option<(Span<'static>, Option<Span<'static>>)> {
    let outlook = model.outlook.of_stage(&stage.name)?;
    let is_late = outlook.is_late(model.now.date_naive()) == Some(true);
    let date = Span::styled(format!("  P85 {}", outlook.p85()?), theme.text);
    Some((date, is_late.then(|| Span::styled("late", theme.warning))))
}

/// By when the gate, which is still ahead, is likely to be reached and when it is due, as far as that
/// is known yet.
fn forecast(
    stage: &Stage,
    standing: Standing,
    model: &Model,
    width: u16,
    theme: &Theme,
) -> (Span<'static>, Span<'static>) {
    let outlook = model.outlook.of_stage(&stage.name);
    let p85 = outlook.and_then(Outlook::p85);
    let due = stage.due().map(|due| format!("due {due}"));
    let today = model.now.date_naive();
    let is_late = outlook.and_then(|outlook| outlook.is_late(today));
    let left = match (p85, outlook) {
        (Some(p85), _) => Span::styled(format!("  P85 {p85}"), theme.text),
        (None, Some(outlook)) if outlook.open.is_empty() && outlook.reason().is_some() => {
            Span::styled("  no step is open", theme.dim)
        }
        (None, Some(outlook)) if outlook.reason().is_some() => Span::styled("  no date", theme.dim),
        _ => Span::raw(""),
    };
    let used = left.width() as u16;
    let fits = |text: &String| used + frame::columns(text) < width;
    let right = match (is_late, due) {
        _ if stage.overdue(standing, today).is_some() => Span::styled("overdue", theme.warning),
        (Some(true), _) => Span::styled("late", theme.warning),
        (_, Some(due)) if fits(&due) => Span::styled(due, theme.dim),
        (Some(false), _) => Span::styled("on time", theme.ok),
        _ => Span::raw(""),
    };
    (left, right)
}

/// Who answers for a stage, and whether they took it on.
fn owners(stage: &Stage, width: u16, theme: &Theme) -> (Span<'static>, Span<'static>) {
    let all = stage.acknowledgements().count();
    let said = stage.acknowledgements();
    let said = said.filter(|(_, date)| date.is_some()).count();
    let left = Span::styled(format!("  {}", stage.accountable.join(", ")), theme.text);
    let words = match said {
        said if said == all => "acknowledged".to_owned(),
        0 => "not acknowledged".to_owned(),
        said => format!("{said} of {all} acknowledged"),
    };
    // Names before words.
    let fits = left.width() as u16 + frame::columns(&words) < width;
    let words = match fits {
        true => words,
        false => format!("{} {said}/{all}", theme.glyph(Sign::Complete)),
    };
    let style = if said == all { theme.ok } else { theme.dim };
    (left, Span::styled(words, style))
}

/// The documents with checklists that belong to no stage, a row each.
fn other_checklists(sheet: &mut TextLayout, others: &[Arc<OtherChecklists>], apart: bool) {
    let theme = sheet.theme();
    if others.is_empty() {
        return;
    }
    if apart {
        sheet.blank();
    }
    sheet.row(Span::styled("Other checklists", theme.heading));
    for other in others {
        sheet.begin_item();
        let count = format!("{}/{}", other.ticked(), other.len());
        let name = Span::styled(other.title.clone(), theme.text);
        sheet.pair(name, Span::styled(count, theme.dim));
        sheet.end_item();
    }
}

/// What the reviews of the gate came to: the decision in force, and whether one is open.
pub fn reviewed(stage: &Stage, theme: &Theme) -> Option<(String, Style)> {
    let decided = stage.decided().and_then(|packet| {
        let on = packet.decided_on();
        let on = on.map_or_else(String::new, |day| format!(" {day}"));
        let waived = match packet.decision?.passes() && !packet.waiver.is_empty() {
            true => ", waived",
            false => "",
        };
        Some(format!("{}{waived}{on}", packet.decision?.words()))
    });
    let is_open = stage
        .review()
        .is_some_and(|packet| packet.decision.is_none());
    match (decided, is_open) {
        (None, false) => None,
        (None, true) => Some(("review open".to_owned(), theme.warning)),
        (Some(decided), true) => Some((format!("{decided}, review open"), theme.warning)),
        (Some(decided), false) => Some((decided, theme.dim)),
    }
}

/// The sign of a standing and its look.
pub fn look(standing: Standing, theme: &Theme) -> (&'static str, Style) {
    let sign = match standing {
        Standing::Passed | Standing::Met => Sign::Complete,
        Standing::Current => Sign::InProgress,
        Standing::Later => Sign::Idea,
    };
    (theme.glyph(sign), theme.sign(sign))
}

/// The ticked share as a gauge of so many columns, with the gate's bar in it.
fn gauge(stage: &Stage, columns: u16, theme: &Theme) -> Line<'static> {
    let columns = usize::from(columns);
    let total = stage.checks.len().max(1);
    let done = stage.ticked() * columns / total;
    let bar = usize::from(stage.threshold()) * columns / 100;
    let mut spans = vec![Span::raw("  ")];
    let mut stretch = |from: usize, to: usize| {
        let split = done.clamp(from, to);
        let full = theme.glyphs.gauge_done.repeat(split - from);
        let open = theme.glyphs.gauge_open.repeat(to - split);
        spans.push(Span::styled(full, theme.gauge));
        spans.push(Span::styled(open, theme.gauge_open));
    };
    if bar >= columns {
        stretch(0, columns);
        return Line::from(spans);
    }
    stretch(0, bar);
    stretch(bar + 1, columns);
    spans.insert(3, Span::styled(theme.glyphs.vertical, theme.warning));
    Line::from(spans)
}
