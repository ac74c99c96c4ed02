//! Screen 0: the person's own steps and what is new to them; beside or below it what the team has
//! ahead.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::core::command::Focus;
use crate::app::core::model::Model;
use crate::app::core::pointer::Target;
use crate::app::screens::today::view::Row;
use crate::document::visible::pad;
use crate::plan::id::StepId;
use crate::plan::status::State;
use crate::record::today::Morning;
use crate::record::today::cadence::Standing;
use crate::record::waits_for;
use crate::tui::theme::Theme;
use crate::tui::widgets::pane::{empty, split_columns, split_rows};
use crate::tui::widgets::scroll::ScrollState;
use crate::tui::widgets::text_layout::{GUTTER, TextLayout};
use crate::tui::widgets::{frame, status};

/// From this many columns on the panes stand side by side.
const BESIDE: u16 = 120;
/// Below this many rows, or columns, one pane is shown at a time.
const ONE_PANE: (u16, u16) = (14, 60);
/// What a row says behind what begins it.
type Spans = Vec<Span<'static>>;

/// Columns of a ritual's name: `Checkpoint CP01`.
const NAME: usize = 15;

/// Draws the screen into `body`.
pub fn draw(buf: &mut Buffer, body: Rect, model: &Model, theme: &Theme, sight: &mut ScrollState) {
    for (pane, area) in places(body, model) {
        sight.note(area, Target::Pane(pane));
        let page = list(buf, area, model, pane, theme, sight);
        if model.today.pane == pane {
            sight.page = page;
        }
    }
}

/// Where each pane stands. One above the other, the lower one has what it holds, as far as the
/// upper one keeps half.
fn places(body: Rect, model: &Model) -> Vec<(Focus, Rect)> {
    let view = &model.today;
    let (rows, columns) = ONE_PANE;
    if model.is_zoomed() || body.height < rows || body.width < columns {
        return vec![(view.pane, body)];
    }
    if body.width >= BESIDE {
        let (left, right) = split_columns(body, body.width * 11 / 20);
        return vec![(Focus::MINE, left), (Focus::TEAM, right)];
    }
    let rows = |pane| u16::try_from(view.list(pane).0.len()).unwrap_or(u16::MAX);
    let (mine, team) = (rows(Focus::MINE), rows(Focus::TEAM));
    let wanted = team
        .saturating_add(2)
        .max(body.height.saturating_sub(mine.saturating_add(2)));
    let above = mine.saturating_add(2).min(body.height / 2);
    let below = wanted.min(body.height - above);
    let (above, below) = split_rows(body, body.height - below);
    vec![(Focus::MINE, above), (Focus::TEAM, below)]
}

/// Draws a pane. Answers how many of its rows are visible.
fn list(
    buf: &mut Buffer,
    area: Rect,
    model: &Model,
    pane: Focus,
    theme: &Theme,
    sight: &mut ScrollState,
) -> usize {
    let has_keys = model.place() == pane;
    let title = match pane {
        Focus::MINE if model.context.person_awaited => "Today".to_owned(),
        Focus::MINE => format!("Today, {}", model.context.me.name()),
        _ => "Ahead".to_owned(),
    };
    let right = match pane {
        Focus::MINE => model.today.counts(),
        _ => String::new(),
    };
    let (title, right) = (
        Line::styled(title, theme.title),
        Line::styled(right, theme.dim),
    );
    let inner = frame::pane_with(buf, area, theme, title, right, has_keys);
    let Some(morning) = &model.today.morning else {
        let why = match model.work.is_opening() {
            true => "The day is gathered when the plan is loaded.",
            false => "Gathering the day…",
        };
        empty(buf, inner, theme, &frame::words(theme, why), "");
        return 0;
    };
    let (rows, cursor) = model.today.list(pane);
    let lines = rows.get(cursor).is_some_and(Row::is_line);
    let sheet = sheet(
        inner,
        model,
        (rows, if lines { cursor } else { 0 }),
        morning,
        theme,
    );
    let chosen = if lines { cursor } else { usize::MAX };
    sheet.draw_items(buf, inner, sight.window(pane), chosen, has_keys)
}

/// The rows of a pane, an item each. What has no room in one row goes on below it, as far as rows are
/// free. Where they are not, those out of sight of the cursor are left empty.
fn sheet<'t>(
    inner: Rect,
    model: &Model,
    (rows, cursor): (&[Row], usize),
    morning: &Morning,
    theme: &'t Theme,
) -> TextLayout<'t> {
    let height = usize::from(inner.height);
    let mut free = height.saturating_sub(rows.len());
    let mut sheet = TextLayout::new(theme, inner.width.saturating_sub(GUTTER + 1));
    for (at, row) in rows.iter().enumerate() {
        if rows.len() > height && at.abs_diff(cursor) > height {
            sheet.begin_item();
            sheet.blank();
            sheet.end_item();
            continue;
        }
        let (lead, spans) = line(row, model, morning, theme);
        let mut own = sheet.like();
        own.flowing(lead, spans);
        own.shorten(1 + free);
        free = (free + 1).saturating_sub(own.len());
        sheet.begin_item();
        sheet.append(own);
        sheet.end_head();
        sheet.end_item();
    }
    sheet
}

/// What begins a row, and what is said behind it.
fn line(row: &Row, model: &Model, morning: &Morning, theme: &Theme) -> (Span<'static>, Spans) {
    let text =
        |text: String, style: Style| Span::styled(frame::words(theme, &text).into_owned(), style);
    let nothing = || (Span::default(), Vec::new());
    match row {
        Row::Heading(name, about) => (
            Span::styled(format!("{name}  "), theme.heading),
            vec![text(about.clone(), theme.dim)],
        ),
        Row::Step(id) => step(*id, model, theme),
        Row::MoreSteps(more) => {
            let more = text(format!("… and {more} more"), theme.dim);
            (Span::default(), vec![more])
        }
        Row::MoreChanges(more) => {
            let more = text(format!("… and {more} more on Since"), theme.dim);
            (Span::default(), vec![more])
        }
        Row::Change(step) => {
            let mut spans = super::since::short_row(model, step, theme).spans;
            match spans.is_empty() {
                true => nothing(),
                false => (spans.remove(0), spans),
            }
        }
        Row::Ritual(at) => morning.cadence.get(*at).map_or_else(nothing, |ritual| {
            let style = match ritual.standing {
                Standing::Held => theme.ok,
                Standing::Ahead => theme.text,
                Standing::Late => theme.warning,
                Standing::Never => theme.dim,
            };
            let name = format!("{}  ", pad(&ritual.name(), NAME));
            (
                text(name, theme.text),
                vec![text(ritual.words.clone(), style)],
            )
        }),
        Row::Gate(at) => gate(*at, model, morning, theme),
        Row::Blocker(at) => morning.blockers.get(*at).map_or_else(nothing, |stands| {
            let by = format!("  {}, {}", stands.person, stands.stage);
            (
                text(format!("{:>3} d  ", stands.days), theme.warning),
                vec![
                    text(stands.blocker.clone(), theme.text),
                    text(by, theme.dim),
                ],
            )
        }),
        Row::Risk(at) => morning.risks.get(*at).map_or_else(nothing, |risk| {
            let owner = match risk.owner.is_empty() {
                true => String::new(),
                false => format!("  {}", risk.owner),
            };
            (
                text(format!("{:>3} d  ", risk.days), theme.warning),
                vec![text(risk.title.clone(), theme.text), text(owner, theme.dim)],
            )
        }),
        Row::Unknown(why) | Row::Nothing(why) => {
            (Span::default(), vec![text(why.clone(), theme.dim)])
        }
    }
}

/// A step with what it waits for, or where it is ready, nothing more than its title.
fn step(id: StepId, model: &Model, theme: &Theme) -> (Span<'static>, Spans) {
    // It may have been removed since.
    let Some(found) = model.plan.find(id) else {
        return (Span::default(), Vec::new());
    };
    let step = model.plan.step(found);
    let look = status::look(step, theme);
    let sign = Span::styled(format!("{} ", look.sign), look.style);
    let mut spans = vec![
        Span::styled(format!("{id} "), theme.dim),
        Span::styled(step.title().into_owned(), theme.text),
    ];
    match &waits_for(step)[..] {
        [] if step.state() == State::Blocked => {
            spans.push(Span::styled("  blocked", theme.warning));
        }
        [] => {}
        [first, rest @ ..] => {
            let more = match rest.len() {
                0 => String::new(),
                more => format!(" +{more}"),
            };
            let waits = format!("  waits for {first}{more}");
            spans.push(Span::styled(waits, theme.warning));
        }
    }
    (sign, spans)
}

fn gate(at: usize, model: &Model, morning: &Morning, theme: &Theme) -> (Span<'static>, Spans) {
    let gate = morning.gates.get(at);
    let Some((gate, stage)) =
        gate.and_then(|gate| Some((gate, model.plan.stages().get(gate.stage)?)))
    else {
        return (Span::default(), Vec::new());
    };
    let today = model.now.date_naive();
    let style = match gate.due.is_some_and(|due| due < today) {
        true => theme.warning,
        false => theme.dim,
    };
    let name = Span::styled(format!("{}  ", stage.name), theme.text);
    let mut spans = vec![Span::styled(gate.words(stage, today), style)];
    if let Some(next) = gate.next.and_then(|next| stage.checks.get(next)) {
        let dot = format!(" {} next: ", theme.glyphs.dot);
        spans.push(Span::styled(dot, theme.dim));
        spans.push(Span::styled(next.text.clone(), theme.text));
    }
    (name, spans)
}
