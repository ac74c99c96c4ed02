//! The chain in columns: upstream, step, downstream.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Link, draw_link, elsewhere};
use crate::app::core::command::Focus;
use crate::app::core::model::Model;
use crate::app::screens::plan::view::Side;
use crate::plan::StepRef;
use crate::plan::graph::Graph;
use crate::tui::theme::Theme;
use crate::tui::widgets::frame;
use crate::tui::widgets::pane::split_columns;
use crate::tui::widgets::scroll::ScrollState;

/// Columns from which on the three columns stand side by side.
const THREE: u16 = 84;
/// Columns of an entry from which on its status is spelled out.
const WORDS: u16 = 50;
/// Columns from which on upstream stands beside the step.
const TWO: u16 = 40;
/// Columns that the lines between two columns take: ` ┴─▶`.
const JOINT: u16 = 4;
/// Columns by which downstream stands further in than the step it hangs on: `├▶ `.
const HOOK: u16 = 3;

/// One side of the chain: steps in the order in which the cursor walks them, then what the
/// plan does not hold.
struct Column<'a> {
    side: Side,
    graph: &'a Graph,
    step: usize,
    elsewhere: Vec<Link>,
}

impl Column<'_> {
    fn steps(&self) -> usize {
        match self.side {
            Side::Upstream => self.graph.upstream(self.step).len(),
            Side::Center => 0,
            Side::Downstream => self.graph.downstream(self.step).len(),
        }
    }

    fn len(&self) -> usize {
        self.steps() + self.elsewhere.len()
    }

    /// The entries in `range` and no others: a step may have as many as the plan has steps.
    fn links(self, range: Range<usize>) -> Vec<Link> {
        let steps = self.steps();
        let (skipped, wanted) = (range.start, range.len());
        let mut links: Vec<Link> = match self.side {
            Side::Upstream => (self.graph.upstream(self.step).skip(skipped))
                .take(wanted)
                .map(Link::Step)
                .collect(),
            Side::Center => Vec::new(),
            Side::Downstream => (self.graph.downstream(self.step).skip(skipped))
                .take(wanted)
                .map(Link::Step)
                .collect(),
        };
        let rest = wanted - links.len();
        let behind = self.elsewhere.into_iter();
        links.extend(behind.skip(skipped.saturating_sub(steps)).take(rest));
        links
    }
}

/// One side of the chain as far as there is room for it.
struct Stretch {
    side: Side,
    /// The entries in sight.
    links: Vec<Link>,
    shown: Range<usize>,
    /// Entries in all.
    count: usize,
    /// Rows, one for `… 5 more` included.
    rows: u16,
}

impl Stretch {
    fn of(column: Column<'_>, rows: u16, model: &Model, sight: &mut ScrollState) -> Self {
        let (count, side) = (column.len(), column.side);
        let height = usize::from(rows);
        let shown = if count <= height {
            0..count
        } else {
            // One row tells how many there are more.
            let height = height.saturating_sub(1);
            match has_cursor(model, side) {
                true => {
                    sight
                        .window(Focus::CHAIN)
                        .follow(model.view.link.min(count - 1), count, height)
                }
                false => 0..height,
            }
        };
        Self {
            side,
            links: column.links(shown.clone()),
            shown,
            count,
            rows: rows.min(u16::try_from(count).unwrap_or(u16::MAX)),
        }
    }
}

fn has_cursor(model: &Model, side: Side) -> bool {
    model.view.pane == Focus::CHAIN && model.view.side == side
}

/// Draws the columns in the way that fits the width.
pub fn draw(
    buf: &mut Buffer,
    body: Rect,
    model: &Model,
    theme: &Theme,
    sight: &mut ScrollState,
    step: StepRef<'_>,
) {
    let column = |side, elsewhere| Column {
        side,
        graph: model.plan.graph(),
        step: step.index(),
        elsewhere,
    };
    let up = column(Side::Upstream, elsewhere(model, step));
    let down = column(Side::Downstream, Vec::new());
    let mut pen = Pen { buf, model, theme };
    if body.width >= THREE {
        let up = Stretch::of(up, body.height, model, sight);
        let down = Stretch::of(down, body.height, model, sight);
        return three(&mut pen, body, &up, &down, step);
    }
    // Upstream's last row is the step's own where they stand side by side.
    let stacked = body.width < TWO;
    let room = body.height - u16::from(stacked && body.height > 0);
    let (least, below) = (u16::from(!stacked), down.len());
    let wanted = u16::try_from(up.len()).unwrap_or(u16::MAX).max(least);
    let below = u16::try_from(below).unwrap_or(u16::MAX);
    let above = match wanted.saturating_add(below) <= room {
        true => wanted,
        false => wanted.min((room / 2).max(room.saturating_sub(below))),
    };
    let up = Stretch::of(up, above, model, sight);
    let down = Stretch::of(down, room - above, model, sight);
    match stacked {
        true => one(&mut pen, body, &up, &down, step),
        false => two(&mut pen, body, &up, &down, step),
    }
}

/// What everything here draws with.
struct Pen<'a> {
    buf: &'a mut Buffer,
    model: &'a Model,
    theme: &'a Theme,
}

fn three(pen: &mut Pen<'_>, body: Rect, up: &Stretch, down: &Stretch, step: StepRef<'_>) {
    let column = (body.width - 2 * JOINT - 1) / 3;
    // The step keeps its row whatever hangs on it, so that the eye finds it there.
    let middle = body.y + body.height.saturating_sub(1) / 2;
    let top = |rows: u16| middle - rows.saturating_sub(1) / 2;
    let (up_top, down_top) = (top(up.rows), top(down.rows));
    let left = Rect {
        width: column,
        y: up_top,
        ..body
    };
    let center = Rect {
        x: left.right() + JOINT,
        y: middle,
        width: column,
        height: 1,
    };
    let right = Rect {
        x: center.right() + JOINT,
        y: down_top,
        width: (body.right() - 1).saturating_sub(center.right() + JOINT),
        ..body
    };
    if up.rows > 0 {
        let rows = up_top..up_top + up.rows;
        pen.joint(left.right() + 1, rows.clone(), middle..middle + 1);
        pen.stretch(left, up, Some(left.right() + 1));
        pen.arrow(left.right() + 2, middle);
    } else {
        pen.none(Rect { y: middle, ..left }, "waits for nothing");
    }
    let end = pen.center(center, step);
    if down.rows > 0 {
        pen.line(end + 1, center.right() + 1, middle);
        let rows = down_top..down_top + down.rows;
        pen.joint(center.right() + 1, middle..middle + 1, rows.clone());
        for y in rows {
            pen.arrow(center.right() + 2, y);
        }
        pen.stretch(right, down, None);
    } else {
        pen.none(Rect { y: middle, ..right }, "blocks nothing");
    }
}

fn two(pen: &mut Pen<'_>, body: Rect, up: &Stretch, down: &Stretch, step: StepRef<'_>) {
    let column = body.width * 11 / 25;
    let middle = body.y + up.rows.max(1) - 1;
    let (left, _) = split_columns(body, column);
    let joint = left.right();
    let x = joint + JOINT - 1;
    if up.rows > 0 {
        pen.joint(joint, body.y..body.y + up.rows, middle..middle + 1);
        pen.stretch(left, up, Some(joint));
        pen.arrow(joint + 1, middle);
    } else {
        pen.none(left, "waits for nothing");
    }
    let right = Rect {
        x,
        y: middle,
        width: body.right().saturating_sub(x),
        height: body.bottom() - middle,
    };
    pen.with_downstream(right, down, step);
}

fn one(pen: &mut Pen<'_>, body: Rect, up: &Stretch, down: &Stretch, step: StepRef<'_>) {
    pen.stretch(body, up, None);
    let (mut x, y) = (body.x, body.y + up.rows);
    if y >= body.bottom() {
        return;
    }
    if up.rows > 0 {
        pen.hook(x + 1, y, true);
        x += HOOK;
    }
    let rest = Rect {
        x,
        y,
        width: body.right() - x,
        height: body.bottom() - y,
    };
    pen.with_downstream(rest, down, step);
}

impl Pen<'_> {
    /// The step, and hanging on it what waits for it.
    fn with_downstream(&mut self, area: Rect, down: &Stretch, step: StepRef<'_>) {
        self.center(Rect { height: 1, ..area }, step);
        let top = area.y + 1;
        for y in top..top + down.rows {
            self.hook(area.x + 1, y, y + 1 == top + down.rows);
        }
        let below = Rect {
            x: area.x + HOOK,
            y: top,
            width: area.width.saturating_sub(HOOK),
            height: down.rows,
        };
        self.stretch(below, down, None);
    }

    /// Says that there is nothing on a side.
    fn none(&mut self, area: Rect, text: &str) {
        let room = area.width.saturating_sub(1);
        let at = (area.x + 1, area.y);
        frame::fitted(self.buf, self.theme, at, room, text, self.theme.dim);
    }

    fn hook(&mut self, x: u16, y: u16, last: bool) {
        self.sign(x, y, (true, !last, false, true));
        self.head(x + 1, y);
    }

    /// The entries of one side; `to` is the column up to which a line leads on.
    fn stretch(&mut self, area: Rect, stretch: &Stretch, to: Option<u16>) {
        let (mut y, room) = (area.y, area.width.saturating_sub(1));
        let at = area.x + 1;
        for (index, link) in stretch.shown.clone().zip(&stretch.links) {
            let size = (room, room >= WORDS);
            let end = draw_link(self.buf, (at, y), size, self.model, self.theme, link);
            if let Some(to) = to {
                self.line(end + 1, to, y);
            }
            if has_cursor(self.model, stretch.side) && index == self.model.view.link {
                frame::select(self.buf, frame::row(area, y), self.theme, true);
            }
            y += 1;
        }
        let hidden = stretch.count - stretch.shown.len();
        if hidden > 0 && stretch.rows > 0 {
            let text = format!("{} {hidden} more", self.theme.glyphs.ellipsis);
            let used = frame::text(self.buf, at, y, room, &text, self.theme.dim);
            if let Some(to) = to {
                self.line(at + used + 1, to, y);
            }
        }
    }

    /// The step itself. Answers the column behind it.
    fn center(&mut self, row: Rect, step: StepRef<'_>) -> u16 {
        let link = Link::Step(step.index());
        let (x, room) = (row.x + 1, row.width.saturating_sub(1));
        let size = (room, room >= WORDS);
        let end = draw_link(self.buf, (x, row.y), size, self.model, self.theme, &link);
        let shown = Rect {
            x,
            width: end - x,
            ..row
        };
        self.buf.set_style(shown, self.theme.title);
        if has_cursor(self.model, Side::Center) {
            frame::select(
                self.buf,
                Rect {
                    width: end + 1 - row.x,
                    ..row
                },
                self.theme,
                true,
            );
        }
        end
    }

    /// A line from one column up to another.
    fn line(&mut self, from: u16, to: u16, y: u16) {
        for x in from..to {
            frame::text(self.buf, x, y, 1, self.theme.glyphs.line, self.theme.dim);
        }
    }

    fn arrow(&mut self, x: u16, y: u16) {
        self.line(x, x + 1, y);
        self.head(x + 1, y);
    }

    fn head(&mut self, x: u16, y: u16) {
        frame::text(self.buf, x, y, 1, self.theme.glyphs.head, self.theme.dim);
    }

    /// A vertical line that lines from the left enter at `from` and leave at `to`.
    fn joint(&mut self, x: u16, from: Range<u16>, to: Range<u16>) {
        let ends = [from.clone(), to.clone()];
        let ends = ends.iter().filter(|range| !range.is_empty());
        let top = ends.clone().map(|range| range.start).min().unwrap_or(0);
        let bottom = ends.map(|range| range.end).max().unwrap_or(0);
        for y in top..bottom {
            let arms = (y > top, y + 1 < bottom, from.contains(&y), to.contains(&y));
            self.sign(x, y, arms);
        }
    }

    /// The sign whose arms lead up, down, left and right.
    fn sign(&mut self, x: u16, y: u16, arms: (bool, bool, bool, bool)) {
        let sign = match arms {
            (true, true, false, false) => self.theme.glyphs.vertical,
            (false, false, _, _) => self.theme.glyphs.line,
            _ if self.theme.is_ascii() => "+",
            (true, true, true, true) => "┼",
            (true, true, true, false) => "┤",
            (true, true, false, true) => "├",
            (true, false, true, true) => "┴",
            (true, false, true, false) => "┘",
            (true, false, false, true) => "└",
            (false, true, true, true) => "┬",
            (false, true, true, false) => "┐",
            (false, true, false, true) => "┌",
            (true, false, false, false) | (false, true, false, false) => "│",
        };
        frame::text(self.buf, x, y, 1, sign, self.theme.dim);
    }
}
