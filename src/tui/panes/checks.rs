//! A stage's north star, its gate's criteria, and its checklist: each check with its
//! evidence and the steps that it names.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::gates::criteria;
use super::status;
use crate::app::model::Model;
use crate::plan::canon::checklist::Check;
use crate::plan::checks::tick_contradicted::open_steps;
use crate::plan::id::StepId;
use crate::plan::stage::Stage;
use crate::tui::frame;
use crate::tui::sheet::{GUTTER, Sheet};
use crate::tui::theme::Theme;
use crate::tui::window::Window;

/// A check that names more steps than this shows the rest as a number; ⏎ lists them all.
const MOST_STEPS: usize = 6;

/// Draws the stage that is selected. Answers how many checks are visible.
pub fn draw(
    buf: &mut Buffer,
    area: Rect,
    model: &Model,
    theme: &Theme,
    window: &mut Window,
    focused: bool,
) -> usize {
    let Some(stage) = model.plan.stages().get(model.gates.stage) else {
        return 0;
    };
    let title = Line::styled(stage.name.clone(), theme.title);
    let inner = frame::pane_with(buf, area, theme, title, to_go(stage, theme), focused);
    let mut sheet = Sheet::new(theme, inner.width.saturating_sub(GUTTER + 1));
    // At least half of the pane is for the checks; the owners pane has the whole text.
    criteria(&mut sheet, stage, theme, usize::from(inner.height) / 2);
    sheet.pair(
        Span::styled("Checklist", theme.heading),
        Span::styled(
            format!("{} of {} ticked", stage.ticked(), stage.checks.len()),
            theme.dim,
        ),
    );
    if stage.checks.is_empty() {
        no_checks(&mut sheet, stage, theme);
    }
    for (at, check) in stage.checks.iter().enumerate() {
        sheet.begin_item();
        item(&mut sheet, model, (stage, check), theme);
        sheet.end_item();
        if at + 1 < stage.checks.len() && inner.height > 24 {
            sheet.blank();
        }
    }
    sheet.draw_items(buf, inner, window, model.gates.check, focused)
}

fn to_go(stage: &Stage, theme: &Theme) -> Line<'static> {
    let bar = stage.threshold();
    match (stage.checks.is_empty(), stage.missing()) {
        (true, _) => Line::default(),
        (_, 0) => Line::styled(format!("bar of {bar}% met"), theme.ok),
        (_, missing) => Line::styled(format!("{missing} more for the bar of {bar}%"), theme.dim),
    }
}

fn no_checks(sheet: &mut Sheet, stage: &Stage, theme: &Theme) {
    let text = format!(
        "No checklist for this stage yet. Under a heading with “Checklist”, write a heading \
         “{}” and one list item a check; they appear here, to be ticked.",
        stage.name
    );
    sheet.text(&text, theme.dim);
}

fn item(sheet: &mut Sheet, model: &Model, (stage, check): (&Stage, &Check), theme: &Theme) {
    let style = match check.done {
        true => theme.ticked,
        false => theme.unticked,
    };
    let tick = Line::from(vec![
        Span::styled(theme.tick_box(check.done), style),
        Span::raw(" "),
    ]);
    sheet.hanging(tick, &check.text, theme.text);
    sheet.end_head();
    let open = open_steps(&model.plan, check);
    if let Some(first) = open.first() {
        let lead = Span::styled(format!("    {} ", theme.glyphs.alert), theme.warning);
        let id = model.plan.step(*first).id();
        let text = match open.len() {
            1 => format!("ticked, but {id} is not complete"),
            count => format!("ticked, but {id} and {} more are not complete", count - 1),
        };
        sheet.hanging(lead, &text, theme.warning);
    }
    for evidence in stage.evidence_for(check) {
        for link in &evidence.links {
            let left = Line::from(vec![
                Span::styled("    evidence ", theme.dim),
                Span::styled(link.clone(), theme.accent),
            ]);
            let stamp = evidence.stamp().unwrap_or_default().to_owned();
            sheet.pair(left, Span::styled(stamp, theme.dim));
        }
    }
    for id in check.steps.iter().take(MOST_STEPS) {
        step(sheet, model, *id, theme);
    }
    if let Some(more) = check.steps.len().checked_sub(MOST_STEPS + 1) {
        let text = format!("    {} and {} more", theme.glyphs.ellipsis, more + 1);
        sheet.row(Span::styled(text, theme.dim));
    }
}

fn step(sheet: &mut Sheet, model: &Model, id: StepId, theme: &Theme) {
    let Some(index) = model.plan.find(id) else {
        let text = format!("    {} {id} ", theme.glyphs.alert);
        sheet.pair(
            Span::styled(text, theme.warning),
            Span::styled("not in the plan", theme.warning),
        );
        return;
    };
    let step = model.plan.step(index);
    let look = status::look(step, theme);
    let left = Line::from(vec![
        Span::styled(format!("    {} ", look.sign), look.style),
        Span::styled(format!("{id} "), theme.dim),
        Span::styled(step.title().into_owned(), theme.text),
    ]);
    sheet.pair(left, Span::styled(look.words, look.style));
}
