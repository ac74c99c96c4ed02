//! A stage's north star, its gate's criteria, and its checklist: each check with its
//! evidence and the steps that it names. Or a document's checklists that belong to no stage.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::criteria::criteria;
use crate::app::core::model::Model;
use crate::app::screens::gates::checklists::Holder;
use crate::plan::Plan;
use crate::plan::canon::checklist::Check;
use crate::plan::checks::tick_contradicted::open_steps;
use crate::plan::id::StepId;
use crate::plan::ladders::OtherChecklists;
use crate::plan::stage::{Stage, Standing, standing_of};
use crate::tui::theme::Theme;
use crate::tui::widgets::scroll::Window;
use crate::tui::widgets::text_layout::{GUTTER, TextLayout};
use crate::tui::widgets::{frame, status};

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
    let stage = match model.selected_holder() {
        Some(Holder::Stage(stage)) => stage,
        Some(Holder::Other(other)) => {
            return draw_other(buf, area, model, (theme, other), window, focused);
        }
        None => return 0,
    };
    let title = Line::styled(stage.name.clone(), theme.title);
    let inner = frame::pane_with(buf, area, theme, title, to_go(model, stage, theme), focused);
    let mut sheet = TextLayout::new(theme, inner.width.saturating_sub(GUTTER + 1));
    // At least half of the pane is for the checks; the owners pane has the whole text.
    let due = model.due_and_owners(stage);
    let due = due.as_deref().map(|due| frame::words(theme, due));
    let most = usize::from(inner.height) / 2;
    criteria(&mut sheet, stage, due.as_deref(), theme, most);
    sheet.pair(
        Span::styled("Checklist", theme.heading),
        Span::styled(
            format!("{} of {} ticked", stage.ticked(), stage.checks.len()),
            theme.dim,
        ),
    );
    if stage.checks.is_empty() {
        no_checks(&mut sheet, stage, theme);
        if let Some(path) = model.checklist_path() {
            let (key, path) = (model.keymap.key_of("checklist-edit"), path.display());
            sheet.text(&format!("{key} opens {path} in $EDITOR."), theme.dim);
        }
    }
    for (at, check) in stage.checks.iter().enumerate() {
        sheet.begin_item();
        let lead = Span::raw("");
        item(
            &mut sheet,
            &model.plan,
            (Some(stage), check),
            lead,
            MOST_STEPS,
        );
        sheet.end_item();
        if at + 1 < stage.checks.len() && inner.height > 24 {
            sheet.blank();
        }
    }
    sheet.draw_items(buf, inner, window, model.gates.check, focused)
}

/// Draws the checklists of a document that belong to no stage, list by list.
fn draw_other(
    buf: &mut Buffer,
    area: Rect,
    model: &Model,
    (theme, other): (&Theme, &OtherChecklists),
    window: &mut Window,
    focused: bool,
) -> usize {
    let title = Line::styled(other.title.clone(), theme.title);
    let count = format!("{} of {} ticked", other.ticked(), other.len());
    let right = Line::styled(count, theme.dim);
    let inner = frame::pane_with(buf, area, theme, title, right, focused);
    let mut sheet = TextLayout::new(theme, inner.width.saturating_sub(GUTTER + 1));
    let path = model.plan.files()[other.file].path.display().to_string();
    sheet.row(Span::styled(path, theme.dim));
    other_lists(&mut sheet, &model.plan, other, |_| Span::raw(""), theme);
    sheet.draw_items(buf, inner, window, model.gates.check, focused)
}

/// Adds the lists of a document under their headings, each check behind what `lead` makes of its
/// number, counted from 1.
pub fn other_lists(
    sheet: &mut TextLayout,
    plan: &Plan,
    other: &OtherChecklists,
    lead: impl Fn(usize) -> Span<'static>,
    theme: &Theme,
) {
    let mut number = 0;
    for list in &other.lists {
        sheet.blank();
        sheet.row(Span::styled(list.heading.clone(), theme.heading));
        for check in &list.checks {
            number += 1;
            sheet.begin_item();
            item(sheet, plan, (None, check), lead(number), MOST_STEPS);
            sheet.end_item();
        }
    }
}

/// How far the gate is; of one that was passed, how far it was from its bar by that.
fn to_go(model: &Model, stage: &Stage, theme: &Theme) -> Line<'static> {
    let bar = stage.threshold();
    let is_passed = standing_of(model.plan.stages(), stage) == Standing::Passed;
    match (stage.checks.is_empty(), stage.missing()) {
        (true, _) => Line::default(),
        (_, 0) if is_passed => Line::styled("passed", theme.ok),
        (_, missing) if is_passed => {
            Line::styled(format!("passed, {missing} short of {bar}%"), theme.dim)
        }
        (_, 0) => Line::styled(format!("bar of {bar}% met"), theme.ok),
        (_, missing) => Line::styled(format!("{missing} more to reach {bar}%"), theme.dim),
    }
}

/// Says that there is no checklist, and how to write one.
pub fn no_checks(sheet: &mut TextLayout, stage: &Stage, theme: &Theme) {
    let text = format!(
        "No checklist for this stage yet. Under a heading with “Checklist”, write a heading \
         “{}” and one list item per check; they will appear here.",
        stage.name
    );
    sheet.text(&text, theme.dim);
}

/// Adds a check behind `lead`: its tick and words, what contradicts the tick, evidence, and
/// the steps that it names, at most so many.
pub fn item(
    sheet: &mut TextLayout,
    plan: &Plan,
    (stage, check): (Option<&Stage>, &Check),
    lead: Span<'static>,
    most_steps: usize,
) {
    let theme = sheet.theme();
    let below = "  ".repeat(check.depth);
    let columns = usize::from(frame::columns(&lead.content)) + below.len() + 4;
    let indent = " ".repeat(columns);
    let style = match check.done {
        true => theme.ticked,
        false => theme.unticked,
    };
    let tick = Line::from(vec![
        lead,
        Span::raw(below),
        Span::styled(theme.tick_box(check.done), style),
        Span::raw(" "),
    ]);
    sheet.hanging(tick, &check.text, theme.text);
    sheet.end_head();
    let open = open_steps(plan, check);
    if let Some(first) = open.first() {
        let lead = Span::styled(format!("{indent}{} ", theme.glyphs.alert), theme.warning);
        let id = plan.step(*first).id();
        let text = match open.len() {
            1 => format!("ticked, but {id} is not complete"),
            count => format!("ticked, but {id} and {} more are not complete", count - 1),
        };
        sheet.hanging(lead, &text, theme.warning);
    }
    for evidence in stage
        .into_iter()
        .flat_map(|stage| stage.evidence_for(check))
    {
        for link in &evidence.links {
            let left = Line::from(vec![
                Span::styled(format!("{indent}evidence "), theme.dim),
                Span::styled(link.clone(), theme.accent),
            ]);
            let stamp = evidence.stamp().unwrap_or_default().to_owned();
            sheet.pair(left, Span::styled(stamp, theme.dim));
        }
    }
    for id in check.steps.iter().take(most_steps) {
        step(sheet, plan, *id, &indent, theme);
    }
    let more = check.steps.len().saturating_sub(most_steps);
    if more > 0 {
        let text = format!("{indent}{} and {more} more", theme.glyphs.ellipsis);
        sheet.row(Span::styled(text, theme.dim));
    }
}

fn step(sheet: &mut TextLayout, plan: &Plan, id: StepId, indent: &str, theme: &Theme) {
    let Some(index) = plan.find(id) else {
        let text = format!("{indent}{} {id} ", theme.glyphs.alert);
        sheet.pair(
            Span::styled(text, theme.warning),
            Span::styled("not in the plan", theme.warning),
        );
        return;
    };
    let step = plan.step(index);
    let look = status::look(step, theme);
    let left = Line::from(vec![
        Span::styled(format!("{indent}{} ", look.sign), look.style),
        Span::styled(format!("{id} "), theme.dim),
        Span::styled(step.title().into_owned(), theme.text),
    ]);
    sheet.pair(left, Span::styled(look.words, look.style));
}
