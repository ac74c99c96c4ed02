//! The heat map of blocks and, where there is room, the selected block at a glance; in two rows,
//! a strip.
//!
//! One row of the grid is ten blocks: 1,000 steps, one checkpoint. A block's digits are the
//! percentage done; the colour behind them only helps the eye.

use std::collections::HashMap;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::grid::Cell;
use super::{grid, strip};
use crate::app::core::command::Focus;
use crate::app::core::model::Model;
use crate::document::visible::{visible, wrap};
use crate::plan::block::Block;
use crate::plan::canon::block_table::BlockColumn;
use crate::plan::status::{State, Status};
use crate::tui::theme::{Sign, Theme};
use crate::tui::widgets::fit_row::RowPart;
use crate::tui::widgets::pane::{empty, key_of, split_columns, split_rows};
use crate::tui::widgets::scroll::ScrollState;
use crate::tui::widgets::{fit_row, frame, status};

/// Columns between the two grids of the zoomed pane.
const GAP: u16 = 3;

/// Draws the pane.
pub fn draw(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme, sight: &mut ScrollState) {
    let focused = model.view.pane == Focus::BLOCKS;
    if area.height <= strip::height(model.plan.blocks().len()) {
        let (places, across) = strip::draw(buf, area, model, theme, focused);
        sight.window(Focus::BLOCKS).rows = places;
        sight.across = across;
        return;
    }
    sight.across = grid::ROW;
    let room = area.width.saturating_sub(2);
    let (mut left, mut right) = titles(model, theme);
    fit_row::keep_both(&mut left, &mut right, 2, room);
    let (left, right) = (fit_row::line(left), fit_row::line(right));
    let inner = frame::pane_with(buf, area, theme, left, right, focused);
    if focused {
        sight.page = usize::from(inner.height.min(grid::HEIGHT));
    }
    sight.window(Focus::BLOCKS).rows = blocks(buf, inner, model, theme, focused);
    let Some(block) = model.view.block(&model.plan) else {
        if let Some(away) = model.away() {
            return empty(buf, inner, theme, away.in_a_sentence(), "");
        }
        let add = key_of(model, theme, "add");
        let press = format!("{add} adds the first step");
        return empty(buf, inner, theme, "There are no blocks yet.", &press);
    };
    let side_by_side = inner.width >= 2 * grid::WIDTH + GAP;
    let rows = match side_by_side {
        true => grid::HEIGHT,
        false => rows_on_page(model, block),
    };
    let mut below = rest(inner, rows + 1);
    if side_by_side {
        let (_, beside) = split_columns(inner, grid::WIDTH + GAP);
        steps(buf, beside, model, theme, block);
    }
    // Beside the list what the selected block holds tells more than what the cells mean.
    let others = match area.width < buf.area.width {
        true => u16::try_from(CARD).unwrap_or(0) + 1,
        false => 0,
    };
    let has_retired = (model.plan.blocks().iter()).any(|block| block.retirement().is_some());
    legend(buf, &mut below, theme, (side_by_side, has_retired), others);
    card(buf, &mut below, model, theme, block, side_by_side);
    if !side_by_side && below.height > grid::HEIGHT {
        let (from, to) = model.plan.blocks()[block].range;
        let text = frame::words(theme, &format!("Steps {from:04}–{to:04}")).into_owned();
        frame::text(buf, below.x + 1, below.y, below.width, &text, theme.heading);
        steps(buf, rest(below, 1), model, theme, block);
    }
}

/// Rows of the grid that hold blocks.
fn rows_on_page(model: &Model, block: usize) -> u16 {
    let before = block / grid::PAGE * grid::PAGE;
    let rows = (model.plan.blocks().len() - before).div_ceil(grid::ROW);
    u16::try_from(rows).map_or(grid::HEIGHT, |rows| rows.min(grid::HEIGHT))
}

/// What is left of an area below its first `rows`.
fn rest(area: Rect, rows: u16) -> Rect {
    split_rows(area, rows).1
}

fn titles<'a>(model: &Model, theme: &Theme) -> (Vec<RowPart<'a>>, Vec<RowPart<'a>>) {
    let mut left = vec![RowPart::styled(0, "Blocks", theme.title)];
    let mut right = Vec::new();
    let Some(at) = model.view.block(&model.plan) else {
        return (left, right);
    };
    if let Some(page) = page(model, at) {
        left.push(RowPart::styled(1, page, theme.dim));
    }
    let block = &model.plan.blocks()[at];
    right.push(RowPart::styled(
        3,
        format!("{} {}", block.id, percent(block)),
        theme.dim,
    ));
    let blocked = block.tally.count(Status::Blocked);
    if blocked > 0 {
        right.push(RowPart::styled(
            2,
            format!("{blocked} blocked"),
            theme.error,
        ));
    }
    (left, right)
}

/// Which page a block is on, if there are several.
pub(super) fn page(model: &Model, at: usize) -> Option<String> {
    let pages = model.plan.blocks().len().div_ceil(grid::PAGE);
    (pages > 1).then(|| format!("page {} of {pages}", at / grid::PAGE + 1))
}

/// How much of a block is done.
pub(super) fn percent(block: &Block) -> String {
    match (block.retirement(), block.tally.total) {
        (Some(retirement), _) => retirement.in_a_sentence(),
        (None, 0) => "no steps".to_owned(),
        (None, _) => format!("{}%", block.tally.percent()),
    }
}

fn blocks(
    buf: &mut Buffer,
    area: Rect,
    model: &Model,
    theme: &Theme,
    focused: bool,
) -> Vec<(Rect, usize)> {
    let count = model.plan.blocks().len();
    let selected = model.view.block(&model.plan);
    grid::draw(buf, area, theme, count, selected, focused, |at| {
        cell(model, theme, at)
    })
}

/// The cell of a block: how much is done, in words and as a shade, and whether work is blocked.
pub(super) fn cell(model: &Model, theme: &Theme, at: usize) -> Cell {
    let block = &model.plan.blocks()[at];
    let hidden = !model.view.lists_block(at);
    let (text, style) = match block.tally.percent() {
        _ if block.retirement().is_some() => (retired(theme), theme.dim),
        _ if block.tally.total == 0 => (theme.glyph(Sign::Idea).repeat(2), theme.dim),
        100 => (theme.glyph(Sign::Complete).repeat(2), theme.heat(100)),
        done => {
            let done = u8::try_from(done).unwrap_or(99);
            (format!("{done:02}"), theme.heat(done))
        }
    };
    let blocked = block.tally.count(Status::Blocked) > 0;
    Cell {
        text,
        style: if hidden { theme.dim } else { style },
        sign: blocked.then_some((theme.glyphs.alert, theme.error)),
    }
}

/// What the cell of a retired block holds.
fn retired(theme: &Theme) -> String {
    theme.glyphs.line.repeat(2)
}

/// The block's own hundred, each step by its last two digits with the sign of its status.
fn steps(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme, block: usize) {
    let block = &model.plan.blocks()[block];
    let (from, to) = block.range;
    // Of several steps with one number the first one stands for all, sub-steps included.
    let mut by_number = HashMap::new();
    for index in block.steps().rev() {
        by_number.insert(model.plan.step(index).id().number(), index);
    }
    let selected = model.step().map(|step| step.id().number());
    let selected = selected.and_then(|number| number.checked_sub(from));
    let count = usize::try_from(to - from).map_or(0, |more| more + 1);
    let selected = selected.and_then(|at| usize::try_from(at).ok());
    let selected = selected.filter(|at| *at < count);
    grid::draw(buf, area, theme, count, selected, false, |at| {
        let number = from + u32::try_from(at).unwrap_or(0);
        let Some(step) = by_number.get(&number) else {
            let text = theme.glyph(Sign::Idea).repeat(2);
            let (style, sign) = (theme.dim, None);
            return Cell { text, style, sign };
        };
        let step = model.plan.step(*step);
        let look = status::look(step, theme);
        let style = match step.state() {
            State::Done | State::Retired => theme.dim,
            _ => theme.text,
        };
        Cell {
            text: format!("{:02}", number % 100),
            style,
            sign: Some((look.sign, look.style)),
        }
    });
}

/// What the cells mean, where that leaves `others` rows.
fn legend(
    buf: &mut Buffer,
    area: &mut Rect,
    theme: &Theme,
    (wide, has_retired): (bool, bool),
    others: u16,
) {
    let empty = theme.glyph(Sign::Idea).repeat(2);
    let done = theme.glyph(Sign::Complete).repeat(2);
    let mut shades = Vec::new();
    for (percent, text) in [(0, "00"), (20, "20"), (40, "40"), (60, "60"), (80, "80")] {
        shades.push(Span::styled(text, theme.heat(percent)));
        shades.push(Span::raw(" "));
    }
    shades.push(Span::styled(done, theme.heat(100)));
    shades.push(Span::styled(" % done", theme.dim));
    let mut signs = vec![
        Span::styled(theme.glyphs.alert, theme.error),
        Span::styled(" blocked work   ", theme.dim),
        Span::styled(empty, theme.dim),
        Span::styled(" no steps", theme.dim),
    ];
    if has_retired {
        let text = format!("   {} retired", retired(theme));
        signs.push(Span::styled(text, theme.dim));
    }
    let lines = match wide {
        true => {
            shades.push(Span::raw("   "));
            shades.extend(signs);
            vec![Line::from(shades)]
        }
        false => vec![Line::from(shades), Line::from(signs)],
    };
    let rows = u16::try_from(lines.len()).unwrap_or(2);
    if area.height < rows + others {
        return;
    }
    for (y, line) in (area.y..).zip(&lines) {
        frame::spans(buf, theme, (area.x + 1, y), area.width - 1, line);
    }
    *area = rest(*area, rows + 1);
}

/// Rows of the least card: its name, and a row a status.
const CARD: usize = 1 + Status::ALL.len();

/// The selected block: its name, what the block table says of it, how its steps stand. Where rows
/// are few, the table's words go first, then the end of the name.
fn card(buf: &mut Buffer, area: &mut Rect, model: &Model, theme: &Theme, at: usize, whole: bool) {
    let block = &model.plan.blocks()[at];
    let width = area.width.saturating_sub(2);
    let name = model.plan.block_text(at, BlockColumn::Theme);
    let name = format!("{} {name}", block.id);
    let name = visible(name.trim());
    let Some(spare) = usize::from(area.height).checked_sub(CARD) else {
        return;
    };
    let rows = wrap(&name, usize::from(width));
    let rows = match spare {
        0 => vec![&*name],
        _ => rows.into_iter().take(3.min(1 + spare)).collect(),
    };
    let mut cells = vec![("steward ", BlockColumn::Steward)];
    if whole {
        cells.extend([
            ("signal  ", BlockColumn::Signal),
            ("status  ", BlockColumn::Status),
        ]);
    }
    cells.retain(|(_, column)| !model.plan.block_text(at, *column).is_empty());
    cells.truncate(spare + 1 - rows.len());
    let (x, mut y) = (area.x + 1, area.y);
    for row in rows {
        frame::fitted(buf, theme, (x, y), width, row, theme.heading);
        y += 1;
    }
    for (label, column) in cells {
        let used = frame::text(buf, x, y, width, label, theme.dim);
        let text = model.plan.block_text(at, column);
        frame::fitted(buf, theme, (x + used, y), width - used, text, theme.text);
        y += 1;
    }
    for status in Status::ALL.into_iter().rev() {
        let (count, total) = (block.tally.count(status), block.tally.total);
        tally(buf, Rect { y, ..*area }, theme, status, (count, total));
        y += 1;
    }
    *area = rest(*area, y - area.y + 1);
}

/// One status with its share of the block's steps as a bar.
fn tally(
    buf: &mut Buffer,
    row: Rect,
    theme: &Theme,
    status: Status,
    (count, total): (usize, usize),
) {
    let sign = status::sign(status);
    let style = match count {
        0 => theme.dim,
        _ => theme.sign(sign),
    };
    let x = row.x + 1;
    frame::text(buf, x, row.y, 1, theme.glyph(sign), style);
    frame::text(buf, x + 2, row.y, 11, status.word(), style);
    let number = format!("{count:>4}");
    frame::text(buf, x + 13, row.y, 4, &number, style);
    let room = usize::from(row.width.saturating_sub(20).min(20));
    let bar = (count * room).div_ceil(total.max(1)).min(room);
    let bar = theme.glyphs.gauge_done.repeat(bar);
    frame::text(
        buf,
        x + 18,
        row.y,
        row.width.saturating_sub(20),
        &bar,
        style,
    );
}
