//! Wrapped text as rows, some of which belong to an item that can be chosen.
//!
//! Owns how prose and lists of unequal heights are broken, scrolled and lit. It knows
//! nothing of what it shows. Every row passes `frame`, so text from files is safe here.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::frame;
use crate::document::visible::{fit, visible, width, wrap};
use crate::tui::theme::Theme;
use crate::tui::widgets::pane::split_columns;
use crate::tui::widgets::scroll::Window;

/// Columns before each row of a sheet with items: the cursor's sign and a space.
pub const GUTTER: u16 = 2;

/// Rows of text of one width.
pub struct TextLayout<'a> {
    theme: &'a Theme,
    width: u16,
    rows: Vec<Row>,
    items: Vec<Item>,
}

struct Row {
    left: Line<'static>,
    right: Line<'static>,
}

struct Item {
    rows: Range<usize>,
    /// Behind the last row that is lit with the item.
    head: usize,
}

impl<'a> TextLayout<'a> {
    /// An empty sheet of so many columns.
    pub fn new(theme: &'a Theme, width: u16) -> Self {
        Self {
            theme,
            width,
            rows: Vec::new(),
            items: Vec::new(),
        }
    }

    /// The looks of its rows.
    pub fn theme(&self) -> &'a Theme {
        self.theme
    }

    /// Columns of text.
    pub fn width(&self) -> u16 {
        self.width
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The rows as they stand, each part beside the other.
    pub fn into_lines(self) -> impl Iterator<Item = Line<'static>> {
        self.rows.into_iter().map(move |row| {
            let mut line = row.left;
            if !row.right.spans.is_empty() {
                let used = frame::line_width(&line) + frame::line_width(&row.right);
                let gap = self.width.saturating_sub(used).max(1);
                line.push_span(" ".repeat(usize::from(gap)));
                line.spans.extend(row.right.spans);
            }
            line
        })
    }

    /// Adds one row, cut where it is too long.
    pub fn row(&mut self, left: impl Into<Line<'static>>) {
        self.pair(left, Line::default());
    }

    /// Adds one row with a part at the right end, for which the left part makes room.
    pub fn pair(&mut self, left: impl Into<Line<'static>>, right: impl Into<Line<'static>>) {
        self.rows.push(Row {
            left: left.into(),
            right: right.into(),
        });
    }

    /// Adds an empty row.
    pub fn blank(&mut self) {
        self.row("");
    }

    /// Adds `text`, wrapped.
    pub fn text(&mut self, text: &str, style: Style) {
        self.hanging(Line::default(), text, style);
    }

    /// Adds `text`, wrapped behind `lead`, under whose width the further rows are indented.
    pub fn hanging(&mut self, lead: impl Into<Line<'static>>, text: &str, style: Style) {
        let lead = lead.into();
        let indent = frame::line_width(&lead);
        let columns = self.width.saturating_sub(indent).max(1);
        let safe = visible(text);
        let mut lead = Some(lead);
        for piece in wrap(safe.trim_end(), usize::from(columns)) {
            let mut line = lead
                .take()
                .unwrap_or_else(|| Line::raw(" ".repeat(usize::from(indent))));
            line.push_span(Span::styled(piece.to_owned(), style));
            self.row(line);
        }
    }

    /// Adds what several spans say one behind the other, wrapped behind `lead` like
    /// [`hanging`](Self::hanging) text.
    pub fn flowing(&mut self, lead: impl Into<Line<'static>>, spans: Vec<Span<'static>>) {
        let lead = lead.into();
        let indent = frame::line_width(&lead);
        let columns = self.width.saturating_sub(indent).max(1);
        let mut text = String::new();
        let mut ends = Vec::new();
        for span in spans {
            text += &visible(&span.content);
            ends.push((text.len(), span.style));
        }
        let (mut lead, mut behind) = (Some(lead), 0);
        for piece in wrap(text.trim_end(), usize::from(columns)) {
            let mut line = lead
                .take()
                .unwrap_or_else(|| Line::raw(" ".repeat(usize::from(indent))));
            let mut at = behind + text[behind..].find(piece).unwrap_or(0);
            behind = at + piece.len();
            for (until, style) in &ends {
                let until = behind.min(*until);
                if at < until {
                    line.push_span(Span::styled(text[at..until].to_owned(), *style));
                    at = until;
                }
            }
            self.row(line);
        }
    }

    /// An empty sheet of the same width.
    pub fn like(&self) -> Self {
        Self::new(self.theme, self.width)
    }

    /// Adds the rows of another sheet, which has no items.
    pub fn append(&mut self, other: Self) {
        self.rows.extend(other.rows);
    }

    /// Keeps only the first `most` rows, the last of which says that there is more.
    pub fn shorten(&mut self, most: usize) {
        if self.rows.len() <= most {
            return;
        }
        self.rows.truncate(most);
        if let Some(last) = self.rows.last_mut() {
            let room = self
                .width
                .saturating_sub(frame::columns(self.theme.glyphs.ellipsis));
            let mut used = 0;
            for span in &mut last.left.spans {
                let safe = visible(&span.content).into_owned();
                let left = usize::from(room).saturating_sub(used);
                span.content = fit(&safe, left, "").into_owned().into();
                used += width(&span.content);
            }
            let more = Span::styled(self.theme.glyphs.ellipsis, self.theme.dim);
            last.left.push_span(more);
            last.right = Line::default();
        }
    }

    /// The rows from here on belong to the next item.
    pub fn begin_item(&mut self) {
        let at = self.rows.len();
        self.items.push(Item {
            rows: at..at,
            head: at,
        });
    }

    /// The rows of the item so far are lit when it is chosen.
    pub fn end_head(&mut self) {
        if let Some(item) = self.items.last_mut() {
            item.head = self.rows.len();
        }
    }

    /// The item ends here.
    pub fn end_item(&mut self) {
        let at = self.rows.len();
        if let Some(item) = self.items.last_mut() {
            item.rows.end = at;
        }
    }

    /// Draws the rows from `first` on, with a thumb in the frame at the right where not
    /// all of them fit.
    pub fn draw(&self, buf: &mut Buffer, area: Rect, first: usize) {
        for (y, row) in (area.y..area.bottom()).zip(self.rows.iter().skip(first)) {
            self.draw_row(buf, Rect { y, ..area }, row);
        }
        thumb(buf, area, self.theme, (first, self.rows.len()), true);
    }

    /// Draws a sheet with items, scrolled so that the chosen one is in sight; the first
    /// item brings what stands above it into sight. Answers how many items are visible.
    pub fn draw_items(
        &self,
        buf: &mut Buffer,
        area: Rect,
        window: &mut Window,
        chosen: usize,
        focused: bool,
    ) -> usize {
        let (count, height) = (self.rows.len(), usize::from(area.height));
        let item = self.items.get(chosen);
        let mut shown = 0..height.min(count);
        if let Some(item) = item {
            let last = item.rows.end.saturating_sub(1);
            window.follow(last, count, height);
            shown = match chosen {
                0 => window.follow(0, count, height),
                _ => window.follow(item.rows.start, count, height),
            };
        }
        let (_, text) = split_columns(area, GUTTER);
        window.rows.clear();
        for (y, at) in (area.y..area.bottom()).zip(shown.clone()) {
            let place = self.items.partition_point(|item| item.rows.end <= at);
            let lit = item.is_some_and(|item| (item.rows.start..item.head).contains(&at));
            self.draw_row(buf, Rect { y, ..text }, &self.rows[at]);
            let row = Rect::new(area.x, y, area.width, 1);
            if self
                .items
                .get(place)
                .is_some_and(|item| item.rows.contains(&at))
            {
                window.rows.push((row, place));
            }
            if lit {
                buf.set_style(row.intersection(buf.area), self.theme.selection(focused));
            }
            if item.is_some_and(|item| item.rows.contains(&at)) && focused {
                let sign = self.theme.glyphs.cursor;
                frame::text(buf, area.x, y, 1, sign, self.theme.accent);
            }
        }
        thumb(buf, area, self.theme, (shown.start, count), focused);
        let overlaps = |item: &&Item| item.rows.start < shown.end && shown.start < item.rows.end;
        self.items.iter().filter(overlaps).count().max(1)
    }

    fn draw_row(&self, buf: &mut Buffer, area: Rect, row: &Row) {
        let at = (area.x, area.y);
        let right = frame::line_width(&row.right);
        if right == 0 || right >= area.width {
            frame::spans(buf, self.theme, at, area.width, &row.left);
            return;
        }
        frame::spans(buf, self.theme, at, area.width - right - 1, &row.left);
        let at = (area.right() - right, area.y);
        frame::spans(buf, self.theme, at, right, &row.right);
    }
}

/// Marks in the frame around `area` which stretch of `count` rows is shown from `first`.
pub fn thumb(
    buf: &mut Buffer,
    area: Rect,
    theme: &Theme,
    (first, count): (usize, usize),
    focused: bool,
) {
    let framed = Rect {
        y: area.y.saturating_sub(1),
        width: area.width + 1,
        height: area.height + 2,
        ..area
    };
    let shown = first..first + usize::from(area.height);
    frame::scrollbar(buf, framed, theme, &shown, count, focused);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::{Background, ColorDepth};

    fn rows(buf: &Buffer) -> Vec<String> {
        buf.content
            .chunks(usize::from(buf.area.width))
            .map(|row| row.iter().map(|cell| cell.symbol()).collect::<String>())
            .map(|row| row.trim_end().to_owned())
            .collect()
    }

    #[test]
    fn text_hangs_under_its_lead_and_the_right_part_stays() {
        let theme = Theme::new(ColorDepth::None, Background::Dark, false);
        let mut sheet = TextLayout::new(&theme, 12);
        sheet.hanging("[ ] ", "one two three", Style::new());
        sheet.pair("A long left part", "7%");
        let area = Rect::new(0, 0, 12, 3);
        let mut buf = Buffer::empty(area);
        sheet.draw(&mut buf, area, 0);
        assert_eq!(rows(&buf), ["[ ] one two", "    three", "A long l… 7%"]);
    }

    #[test]
    fn spans_flow_behind_their_lead_and_keep_their_looks() {
        let theme = Theme::new(ColorDepth::TrueColor, Background::Dark, false);
        let mut sheet = TextLayout::new(&theme, 12);
        let spans = vec![
            Span::styled("one ", theme.dim),
            Span::styled("two three", theme.text),
            Span::styled(" \u{1b}!", theme.warning),
        ];
        sheet.flowing("7 d ", spans);
        let lines: Vec<Line<'_>> = sheet.into_lines().collect();
        let texts: Vec<String> = lines.iter().map(Line::to_string).collect();
        assert_eq!(texts, ["7 d one two", "    three", "    \\x1b!"]);
        let last = lines[1].spans.last().unwrap();
        assert_eq!((&*last.content, last.style), ("three", theme.text));
        assert_eq!(lines[0].spans[1].style, theme.dim);
    }

    #[test]
    fn the_chosen_item_is_in_sight_as_a_whole() {
        let theme = Theme::new(ColorDepth::None, Background::Dark, false);
        let mut sheet = TextLayout::new(&theme, 8);
        sheet.row("head");
        for name in ["a", "b", "c"] {
            sheet.begin_item();
            sheet.row(name);
            sheet.end_head();
            sheet.row("more");
            sheet.end_item();
        }
        let mut window = Window::default();
        let mut draw = |chosen| {
            let mut buf = Buffer::empty(Rect::new(0, 0, 8, 6));
            let area = Rect::new(0, 1, 7, 4);
            sheet.draw_items(&mut buf, area, &mut window, chosen, true);
            rows(&buf)[1..5].to_vec()
        };
        assert_eq!(draw(0)[..3], ["  head █", "▌ a    █", "▌ more"]);
        assert_eq!(draw(2)[2..], ["▌ c    █", "▌ more █"]);
        assert_eq!(draw(0)[0], "  head █");
    }
}
