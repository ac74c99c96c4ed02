//! Where the columns of the step list stand, and how wide they are.
//!
//! ID, sign and title always stand. The title gives way to nothing below 38 letters at 80 columns,
//! and a wider window never shows fewer of its letters than a narrower one, up to 72. Columns that
//! were chosen stand behind it as far as that leaves room; those at the right are left out first.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::layout::BLOCKS;
use crate::app::screens::plan::view::PlanView;
use crate::document::visible::{fit, visible_line, width};
use crate::plan::StepRef;
use crate::plan::column::{Column, Known};
use crate::plan::field::Field;
use crate::tui::theme::Theme;
use crate::tui::widgets::{frame, status};

/// Columns of a title that everything else gives way to, where there are so many: 72 letters, and
/// the sign that there are more.
const TITLE: u16 = 73;
/// The same for columns that were chosen: 38 letters.
const LEAST_TITLE: u16 = 39;
/// Columns of owners that a list without room to spare shows.
const OWNER: std::ops::RangeInclusive<u16> = 6..=12;
/// The most columns of owners, and of other words.
const WIDEST: u16 = 22;
/// Columns that a title keeps however short those in sight are.
const SHORT_TITLE: u16 = 16;
/// Columns that say how many columns are left out.
const LEFT_OUT: u16 = 3;
/// Columns between two columns; half of them at the right edge.
const GAP: u16 = 2;

/// Where the columns of the list begin and how wide they are. The title has what the others
/// leave: in a wider list never fewer columns than in a narrower one, or than [`TITLE`].
#[derive(Debug)]
pub(super) struct Columns {
    /// Columns before the ID: cursor, mark, and a gap where there is room.
    pub gutter: u16,
    pub id: u16,
    /// Columns of the status: its sign, and its word unless the grid beside the list needs those.
    pub status: u16,
    pub title: u16,
    /// Those behind the title, with their widths.
    pub others: Vec<(Column, u16)>,
    /// How many had no room.
    pub left_out: usize,
}

/// Whether a row above the steps names the columns.
pub(super) fn has_header(view: &PlanView) -> bool {
    view.columns.is_some() || view.group.is_some() || !view.sort.is_by_id()
}

/// Columns from which on the whole grid stands beside the list: 72 letters of a title remain, and
/// every column that was chosen.
pub(super) fn beside(view: &PlanView) -> u16 {
    let usual = 128;
    let (gutter, id, sign) = (2, 7, 2);
    let chosen = view
        .columns
        .iter()
        .flatten()
        .map(|column| column.width().1 + GAP);
    let all = BLOCKS + 2 + gutter + id + sign + TITLE + chosen.sum::<u16>();
    if view.columns.is_some() {
        usual.max(all)
    } else {
        usual
    }
}

impl Columns {
    /// Fits the columns to what is in sight, in a list of `room` columns that has all of the
    /// screen's or the grid beside it.
    pub(super) fn of(
        steps: &[StepRef<'_>],
        view: &PlanView,
        room: u16,
        has_grid_beside: bool,
    ) -> Self {
        let widest = |texts: &mut dyn Iterator<Item = u16>| texts.max().unwrap_or(0);
        // A sub-step pushes its own row aside, and no other.
        let id = widest(&mut steps.iter().map(|step| id_columns(*step)));
        let id = if has_header(view) { id.max(4) } else { id };
        if let Some(chosen) = &view.columns {
            let title = |step: &StepRef<'_>| {
                frame::columns(&visible_line(&step.title())) + frame::columns(step.id().suffix())
            };
            let title = widest(&mut steps.iter().map(title)).max(SHORT_TITLE);
            return Self::fitting_chosen(room, (id, title), chosen, has_grid_beside);
        }
        let owner = |step: &StepRef<'_>| frame::columns(&visible_line(&step.owner()));
        let owner = widest(&mut steps.iter().map(owner));
        Self::fitting(room, id, owner.max(1), has_grid_beside)
    }

    /// Columns that the title of a step has.
    pub(super) fn title_of(&self, step: StepRef<'_>) -> u16 {
        let indent = frame::columns(step.id().suffix());
        self.title.saturating_sub(indent)
    }

    /// Where the title begins.
    fn title_from(&self) -> u16 {
        self.gutter + self.id + 1 + self.status
    }

    fn fitting(room: u16, id: u16, owner: u16, has_grid_beside: bool) -> Self {
        let (sign, word) = (2, status::WIDTH - 1);
        let room_for_all = 3 + id + 1 + sign + word + TITLE + GAP + OWNER.end();
        let has_word = !has_grid_beside || room >= room_for_all;
        let gutter = if room < 44 || !has_word { 2 } else { 3 };
        let rest = room.saturating_sub(gutter + id + 1 + sign);
        let status = if has_word { sign + word } else { sign };
        let rest = rest.saturating_sub(status - sign);
        let spare = rest.saturating_sub(TITLE + GAP).min(WIDEST);
        let few = (OWNER.start() + room.saturating_sub(40) / 6).min(*OWNER.end());
        let most = if has_grid_beside {
            spare
        } else {
            spare.max(few)
        };
        let owner = owner.min(most);
        Self {
            gutter,
            id,
            status,
            title: rest.saturating_sub(owner + GAP),
            others: vec![(Column::OWNER, owner)],
            left_out: 0,
        }
    }

    /// The same where people chose the columns. As many as fit stand beside a title of
    /// [`LEAST_TITLE`], or of fewer columns where no title in sight has so many; then they grow to
    /// their usual width, then the title grows, and at last what words are cut.
    fn fitting_chosen(
        room: u16,
        (id, widest_title): (u16, u16),
        chosen: &[Column],
        has_grid_beside: bool,
    ) -> Self {
        let (sign, word) = (2, status::WIDTH - 1);
        let widths: Vec<(u16, u16)> = chosen.iter().map(Column::width).collect();
        let usual: u16 = widths.iter().map(|(_, usual)| usual + GAP).sum();
        let has_word = !has_grid_beside || room >= 3 + id + 1 + sign + word + TITLE + usual;
        let gutter = if room < 44 || !has_word { 2 } else { 3 };
        let status = if has_word { sign + word } else { sign };
        let rest = room.saturating_sub(gutter + id + 1 + status);
        let least = if has_grid_beside { TITLE } else { LEAST_TITLE };
        let least = least.min(widest_title);
        let mut spare = rest.saturating_sub(least);
        if widths.iter().map(|(least, _)| least + GAP).sum::<u16>() > spare {
            // How many are left out is said behind them.
            spare = spare.saturating_sub(LEFT_OUT);
        }
        let mut others = Vec::new();
        for (column, (least, _)) in chosen.iter().zip(&widths) {
            if least + GAP > spare {
                break;
            }
            spare -= least + GAP;
            others.push((column.clone(), *least));
        }
        let left_out = chosen.len() - others.len();
        grow(&mut others, &mut spare, |column| column.width().1);
        let mut title = rest.min(least);
        if left_out == 0 {
            let more = spare.min(TITLE.min(widest_title).saturating_sub(title));
            title += more;
            spare -= more;
            let words = |column: &Column| if column.is_text() { WIDEST } else { 0 };
            grow(&mut others, &mut spare, words);
            title += spare;
        }
        Self {
            gutter,
            id,
            status,
            title,
            others,
            left_out,
        }
    }

    /// Where each column behind the title begins, in a row.
    fn places(&self, row: Rect) -> impl Iterator<Item = (&Column, u16, u16)> {
        let mut x = row.x + self.title_from() + self.title + 1;
        self.others.iter().map(move |(column, columns)| {
            let at = x;
            x += columns + GAP;
            (column, at, *columns)
        })
    }

    /// Draws what the columns behind the title say of a step.
    pub(super) fn draw_others(
        &self,
        buf: &mut Buffer,
        row: Rect,
        theme: &Theme,
        step: StepRef<'_>,
        known: &Known,
    ) {
        for (column, x, columns) in self.places(row) {
            let text = column.text(step, known);
            let text = match text.is_empty() && *column == Column::OWNER {
                true => "-",
                false => &*text,
            };
            let safe = visible_line(text);
            let text = fit(&safe, usize::from(columns), theme.glyphs.ellipsis);
            let indent = match column.is_number() {
                true => columns.saturating_sub(frame::columns(&text)),
                false => 0,
            };
            frame::text(buf, x + indent, row.y, columns, &text, theme.dim);
        }
    }

    /// Draws the names of the columns, with an arrow at the one that the list is sorted by, and how
    /// many columns had no room. Answers where each stands, with its number from the left.
    pub(super) fn draw_header(
        &self,
        buf: &mut Buffer,
        row: Rect,
        theme: &Theme,
        view: &PlanView,
    ) -> Vec<(Rect, usize)> {
        let mut headings = Vec::new();
        let mut put = |column: &Column, nth: usize, (x, columns): (u16, u16)| {
            let label = column.label();
            let is_sorted = !view.sort.is_by_id();
            let arrow = view.sort.direction(column).filter(|_| is_sorted);
            let arrow = arrow.map(|descending| format!(" {}", theme.direction(descending)));
            let arrow = arrow.unwrap_or_default();
            let room = usize::from(columns).saturating_sub(width(&arrow));
            let label = visible_line(label);
            let label = fit(&label, room, theme.glyphs.ellipsis);
            let text = format!("{label}{arrow}");
            let indent = match column.is_number() {
                true => columns.saturating_sub(frame::columns(&text)),
                false => 0,
            };
            let style = if arrow.is_empty() {
                theme.dim
            } else {
                theme.accent
            };
            frame::text(buf, x + indent, row.y, columns, &text, style);
            headings.push((Rect::new(x, row.y, columns, 1), nth));
        };
        let id = row.x + self.gutter;
        put(&Column::ID, 0, (id, self.id));
        let status = id + self.id + 1;
        if self.status >= status::WIDTH {
            let column = Column::Field(Field::Status);
            put(&column, 1, (status, self.status.saturating_sub(1)));
        }
        let title = Column::Field(Field::Title);
        let end = row.x + self.title_from();
        put(&title, 2, (end, self.title));
        for (nth, (column, x, columns)) in (3..).zip(self.places(row)) {
            put(column, nth, (x, columns));
        }
        if self.left_out > 0 {
            let text = format!("+{}", self.left_out);
            let long = frame::columns(&text);
            let x = row.right().saturating_sub(long + 1);
            frame::text(buf, x, row.y, long, &text, theme.accent);
        }
        headings
    }
}

/// Gives columns what is to spare, the first ones first, up to what each wants.
fn grow(columns: &mut [(Column, u16)], spare: &mut u16, wants: impl Fn(&Column) -> u16) {
    for (column, width) in columns {
        let more = wants(column).saturating_sub(*width).min(*spare);
        *width += more;
        *spare -= more;
    }
}

/// Columns of the ID of the whole step that a step belongs to.
fn id_columns(step: StepRef<'_>) -> u16 {
    let id = step.id();
    frame::columns(&id.to_string()) - frame::columns(id.suffix())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Whatever IDs and owners are in sight: the title never loses columns to a wider window,
        /// but for those over 72 and the ellipsis, and has 38 beside that at 80 columns.
        #[test]
        fn the_title_has_no_fewer_columns_in_a_wider_window(id in 1..7_u16, owner in 1..60_u16) {
            let mut most = 0;
            for width in 40..=240_u16 {
                let beside = width >= 128;
                let room = width - 2 - if beside { 33 } else { 0 };
                let columns = Columns::fitting(room, id, owner, beside);
                prop_assert!(columns.title >= most.min(TITLE), "{columns:?} at {width}");
                let all = columns.gutter + columns.id + 1 + columns.status + columns.title;
                prop_assert_eq!(all + columns.others[0].1 + 2, room);
                prop_assert!(width < 80 || columns.title > 38);
                most = most.max(columns.title);
            }
        }

        /// The same for any columns that people choose; they stand in their order, the first ones
        /// first, and every row is filled.
        #[test]
        fn chosen_columns_leave_the_title_its_letters(
            id in 2..7_u16,
            title in SHORT_TITLE..110,
            chosen in prop::sample::subsequence(Column::all().collect::<Vec<_>>(), 0..9),
        ) {
            let mut most = 0;
            let mut view = PlanView::new();
            view.columns = Some(chosen.clone());
            for columns in 40..=300_u16 {
                let has_grid = columns >= beside(&view);
                let room = columns - 2 - if has_grid { 33 } else { 0 };
                let fitted = Columns::fitting_chosen(room, (id, title), &chosen, has_grid);
                let letters = fitted.title.min(title);
                prop_assert!(letters >= most.min(TITLE), "{fitted:?} at {columns}");
                prop_assert!(columns < 80 || letters >= 39.min(title), "{fitted:?} at {columns}");
                prop_assert!(!has_grid || fitted.left_out == 0 && letters >= TITLE.min(title));
                let shown = fitted.others.iter().map(|(column, _)| column);
                prop_assert!(shown.eq(&chosen[..fitted.others.len()]));
                prop_assert_eq!(fitted.others.len() + fitted.left_out, chosen.len());
                let others: u16 = fitted.others.iter().map(|(_, columns)| columns + GAP).sum();
                let all = fitted.title_from() + fitted.title + others;
                prop_assert!(all <= room, "{fitted:?} at {columns}");
                prop_assert!(fitted.left_out > 0 || all == room, "{fitted:?} at {columns}");
                most = most.max(letters);
            }
        }
    }
}
