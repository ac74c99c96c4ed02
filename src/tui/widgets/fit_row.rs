//! A row of parts of which the least important fall away whole: titles, header, hints.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::frame;
use crate::app::core::key::Key;
use crate::tui::theme::Theme;

/// One part of a row.
#[derive(Clone, Debug)]
pub struct RowPart<'a> {
    /// What it says.
    pub line: Line<'a>,
    /// What it says where that has no room.
    pub shorter: Option<Line<'a>>,
    /// What stands between it and the part before it.
    pub before: Span<'a>,
    /// How soon it falls away: parts of a higher rank go first, of equals the last one.
    pub rank: usize,
    /// The key that it tells of, if it is a hint.
    pub key: Option<Key>,
}

impl<'a> RowPart<'a> {
    /// A part with two spaces before it.
    pub fn new(rank: usize, line: impl Into<Line<'a>>) -> Self {
        Self {
            line: line.into(),
            shorter: None,
            before: Span::raw("  "),
            rank,
            key: None,
        }
    }

    /// A part in one style with two spaces before it.
    pub fn styled(
        rank: usize,
        text: impl Into<std::borrow::Cow<'a, str>>,
        style: impl Into<Style>,
    ) -> Self {
        Self::new(rank, Line::from(Span::styled(text, style.into())))
    }

    /// The same part, which says less before it falls away.
    pub fn or(mut self, shorter: impl Into<Line<'a>>) -> Self {
        self.shorter = Some(shorter.into());
        self
    }

    /// The same part behind another separator.
    pub fn after(mut self, before: Span<'a>) -> Self {
        self.before = before;
        self
    }
}

/// Columns that the parts take in one row.
pub fn columns(parts: &[RowPart<'_>]) -> u16 {
    let all: Vec<usize> = (0..parts.len()).collect();
    columns_of(parts, &all)
}

/// Keeps what fits into `width` columns: the parts of a low rank first, of equals the
/// first one. A short part can stay where a longer one of a lower rank had to go.
pub fn keep(parts: &mut Vec<RowPart<'_>>, width: u16) {
    keep_both(parts, &mut Vec::new(), 0, width);
}

/// Like [`keep`] for two sides with `gap` columns between them.
pub fn keep_both<'a>(
    left: &mut Vec<RowPart<'a>>,
    right: &mut Vec<RowPart<'a>>,
    gap: u16,
    width: u16,
) {
    let mut sides = [&mut *left, &mut *right].map(std::mem::take);
    let mut order: Vec<(usize, usize, usize)> = Vec::new();
    for (side, parts) in sides.iter().enumerate() {
        let ranked = parts.iter().enumerate();
        order.extend(ranked.map(|(at, part)| (part.rank, side, at)));
    }
    order.sort_unstable();
    let mut kept = [Vec::new(), Vec::new()];
    for (_, side, at) in order {
        let place = kept[side].partition_point(|other| *other < at);
        kept[side].insert(place, at);
        let fits = |sides: &[Vec<RowPart<'_>>; 2]| {
            let [a, b] = [0, 1].map(|side| columns_of(&sides[side], &kept[side]));
            let between = if a > 0 && b > 0 { gap } else { 0 };
            a.saturating_add(b).saturating_add(between) <= width
        };
        let mut is_kept = fits(&sides);
        if !is_kept && let Some(shorter) = sides[side][at].shorter.take() {
            sides[side][at].line = shorter;
            is_kept = fits(&sides);
        }
        if !is_kept {
            kept[side].remove(place);
        }
    }
    let [a, b] = sides;
    let [kept_a, kept_b] = kept;
    let only = |parts: Vec<RowPart<'a>>, kept: &[usize]| {
        let parts = parts.into_iter().enumerate();
        let parts = parts.filter(|(at, _)| kept.contains(at));
        parts.map(|(_, part)| part).collect()
    };
    *left = only(a, &kept_a);
    *right = only(b, &kept_b);
}

/// Columns of some of the parts in one row.
fn columns_of(parts: &[RowPart<'_>], kept: &[usize]) -> u16 {
    let part = |(nth, at): (usize, &usize)| {
        let part = &parts[*at];
        let before = if nth > 0 {
            frame::columns(&part.before.content)
        } else {
            0
        };
        before.saturating_add(frame::line_width(&part.line))
    };
    kept.iter()
        .enumerate()
        .map(part)
        .fold(0, u16::saturating_add)
}

/// Where the parts stand that are drawn in one row from a place on.
pub fn places(parts: &[RowPart<'_>], (x, y): (u16, u16)) -> Vec<Rect> {
    let place = |nth| {
        let behind = columns(&parts[..=nth]);
        let long = frame::line_width(&parts[nth].line);
        Rect::new(x + behind - long, y, long, 1)
    };
    (0..parts.len()).map(place).collect()
}

/// The parts as one line.
pub fn line<'a>(parts: Vec<RowPart<'a>>) -> Line<'a> {
    let mut spans = Vec::new();
    for (at, part) in parts.into_iter().enumerate() {
        if at > 0 {
            spans.push(part.before);
        }
        let style = part.line.style;
        spans.extend(part.line.spans.into_iter().map(|mut span| {
            span.style = style.patch(span.style);
            span
        }));
    }
    Line::from(spans)
}

/// Draws the parts in one row of `width` columns, after dropping those that do not fit.
/// Answers the column behind the last letter.
pub fn draw(
    buf: &mut Buffer,
    theme: &Theme,
    at: (u16, u16),
    width: u16,
    mut parts: Vec<RowPart<'_>>,
) -> u16 {
    keep(&mut parts, width);
    frame::spans(buf, theme, at, width, &line(parts))
}

/// Draws a row with parts at both ends, after dropping those that do not fit.
pub fn draw_both<'a>(
    buf: &mut Buffer,
    theme: &Theme,
    area: Rect,
    mut left: Vec<RowPart<'a>>,
    mut right: Vec<RowPart<'a>>,
) {
    let room = area.width.saturating_sub(2);
    keep_both(&mut left, &mut right, 2, room);
    let columns = columns(&right);
    draw(buf, theme, (area.x + 1, area.y), room, left);
    let x = area.right().saturating_sub(columns + 1);
    draw(buf, theme, (x, area.y), columns, right);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_important_part_falls_away_whole() {
        let parts = || {
            vec![
                RowPart::new(0, "Steps"),
                RowPart::new(2, "42/100 done"),
                RowPart::new(1, "3 marked"),
            ]
        };
        let shown = |width| {
            let mut parts = parts();
            keep(&mut parts, width);
            line(parts).to_string()
        };
        assert_eq!(shown(28), "Steps  42/100 done  3 marked");
        assert_eq!(shown(27), "Steps  3 marked");
        assert_eq!(shown(14), "Steps");
        assert_eq!(shown(4), "");
    }

    #[test]
    fn a_part_says_less_before_it_falls_away() {
        let shown = |width| {
            let steward = RowPart::new(1, "steward Ana Byron").or("steward Ana");
            let mut parts = vec![RowPart::new(0, "Week 7"), steward, RowPart::new(2, "live")];
            keep(&mut parts, width);
            line(parts).to_string()
        };
        assert_eq!(shown(31), "Week 7  steward Ana Byron  live");
        assert_eq!(shown(30), "Week 7  steward Ana Byron");
        assert_eq!(shown(24), "Week 7  steward Ana");
        assert_eq!(shown(18), "Week 7  live");
    }

    #[test]
    fn two_sides_give_way_by_rank() {
        let shown = |width| {
            let mut left = vec![RowPart::new(0, "Steps"), RowPart::new(3, "42/100")];
            let mut right = vec![RowPart::new(1, "filter"), RowPart::new(2, "17 of 480")];
            keep_both(&mut left, &mut right, 2, width);
            format!("{}|{}", line(left), line(right))
        };
        assert_eq!(shown(32), "Steps  42/100|filter  17 of 480");
        assert_eq!(shown(31), "Steps|filter  17 of 480");
        assert_eq!(shown(22), "Steps  42/100|filter");
        assert_eq!(shown(20), "Steps|filter");
        assert_eq!(shown(12), "Steps|");
        assert_eq!(shown(3), "|");
    }
}
