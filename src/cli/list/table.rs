//! The rows of `list` as a terminal shows them: aligned, cut to its width, under a heading and in
//! groups.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{Rows, status_words, style};
use crate::cli::printer::Printer;
use crate::document::visible::{fit, visible_line, width};
use crate::plan::StepRef;
use crate::plan::column::Column;
use crate::plan::status::{State, Status};
use crate::tui::theme::Theme;
use crate::tui::widgets::status;

const GAP: usize = 2;
const STATUS: usize = status::WIDTH as usize;
const STATE: usize = 7;
/// Columns below which a title says nothing.
const SHORT_TITLE: usize = 16;
/// Columns that a title keeps before the last of the chosen columns is shown.
const TITLE: usize = 38;

/// A column that is shown, and its width.
struct Shown<'a> {
    column: &'a Column,
    columns: usize,
}

/// Columns of the parts.
struct Columns<'a> {
    id: usize,
    title: usize,
    /// Those behind the title.
    others: Vec<Shown<'a>>,
    /// How many had no room.
    left_out: usize,
    /// Whether people chose them.
    are_chosen: bool,
}

/// The columns where none are chosen.
static USUAL: [Column; 2] = [Column::OWNER, Column::STATE];

impl<'a> Columns<'a> {
    fn of(rows: &Rows<'a>, columns: usize, theme: &Theme) -> Self {
        let steps = &rows.steps;
        let widest = |measure: &dyn Fn(&StepRef<'_>) -> usize| steps.iter().map(measure).max();
        let id = widest(&|step| width(&step.id().to_string())).unwrap_or(0);
        let title = widest(&|step| width(&visible_line(&step.title()))).unwrap_or(0);
        let title = title.max("TITLE".len());
        let mut fitted = Self {
            id,
            title: 0,
            others: Vec::new(),
            left_out: 0,
            are_chosen: rows.columns.is_some(),
        };
        let least = match rows.columns {
            None => {
                let owner = widest(&|step| width(&visible_line(&step.owner()))).unwrap_or(0);
                let owner = owner.clamp(5, 5.max(columns / 6));
                let usual = USUAL.iter().zip([owner, STATE]);
                fitted.others = usual
                    .map(|(column, columns)| Shown { column, columns })
                    .collect();
                SHORT_TITLE
            }
            Some(chosen) => {
                let measured = |column: &'a Column| {
                    let value =
                        |step: &StepRef<'_>| width(&visible_line(&column.text(*step, rows.known)));
                    let most = match column.is_text() {
                        true => usize::from(column.width().1).max(columns / 6),
                        false => usize::MAX,
                    };
                    let label = width(column.label()) + width(&arrow(rows, column, theme));
                    let columns = widest(&value).unwrap_or(0).min(most).max(label);
                    Shown { column, columns }
                };
                fitted.others = chosen.iter().map(measured).collect();
                TITLE.min(title).min(columns / 2)
            }
        };
        let room = |fitted: &Self| columns.saturating_sub(fitted.but_title());
        while room(&fitted) < least && !fitted.others.is_empty() {
            // The state says more than the owner; of chosen columns the first say most.
            match fitted.are_chosen {
                true => drop(fitted.others.pop()),
                false => drop(fitted.others.remove(0)),
            }
            fitted.left_out += 1;
        }
        fitted.title = title.min(room(&fitted));
        fitted
    }

    /// Columns of everything else, the gaps included.
    fn but_title(&self) -> usize {
        let others = self.others.iter().map(|shown| GAP + shown.columns);
        let sign = if self.are_chosen && self.left_out > 0 {
            4
        } else {
            0
        };
        self.id + GAP + STATUS + GAP + others.sum::<usize>() + sign
    }

    fn row(&self, theme: &Theme, parts: &[(String, Style)]) -> Line<'static> {
        let others = self
            .others
            .iter()
            .map(|shown| (shown.columns, shown.column.is_number()));
        let columns = [(self.id, false), (STATUS, false), (self.title, false)];
        let mut spans = Vec::new();
        for ((text, style), (columns, right)) in parts.iter().zip(columns.into_iter().chain(others))
        {
            if !spans.is_empty() {
                spans.push(Span::raw(" ".repeat(GAP)));
            }
            let safe = visible_line(text);
            let cut = fit(&safe, columns, theme.glyphs.ellipsis);
            let blank = Span::raw(" ".repeat(columns.saturating_sub(width(&cut))));
            let text = Span::styled(cut.clone().into_owned(), *style);
            match right {
                true => spans.extend([blank, text]),
                false => spans.extend([text, blank]),
            }
        }
        Line::from(spans)
    }
}

/// The sign behind the heading of the column that steps are sorted by.
fn arrow(rows: &Rows<'_>, column: &Column, theme: &Theme) -> String {
    match rows.sort.direction(column) {
        Some(descending) if !rows.sort.is_by_id() => format!(" {}", theme.direction(descending)),
        _ => String::new(),
    }
}

/// Aligned rows under a heading, with the count below.
pub(super) fn table(rows: &Rows<'_>, paint: &Printer, total: usize) -> String {
    let theme = &paint.theme;
    let columns = Columns::of(rows, paint.columns, theme);
    let mut text = paint.line(&heading(rows, &columns, theme));
    let mut groups = rows.groups.iter();
    let mut left = 0;
    for (at, step) in rows.steps.iter().enumerate() {
        if left == 0
            && let Some((name, count)) = groups.next()
        {
            if at > 0 {
                text.push('\n');
            }
            let name = fit(
                &visible_line(name),
                paint.columns.saturating_sub(10),
                theme.glyphs.ellipsis,
            )
            .into_owned();
            text.push_str(&paint.line(&Line::from(vec![
                Span::styled(name, theme.title),
                Span::styled(format!("  {count}"), theme.dim),
            ])));
            left = *count;
        }
        left = left.saturating_sub(1);
        text.push_str(&paint.line(&row(*step, rows, theme, &columns)));
    }
    let mut count = match (rows.steps.len(), total) {
        (1, 1) => "1 step".to_owned(),
        (count, total) if count == total => format!("{total} steps"),
        (count, total) => format!("{count} of {total} steps"),
    };
    match rows.groups.len() {
        0 => {}
        1 => count += " in 1 group",
        groups => count += &format!(" in {groups} groups"),
    }
    text.push_str(&paint.line(&Line::styled(count, theme.dim)));
    text
}

fn heading(rows: &Rows<'_>, columns: &Columns<'_>, theme: &Theme) -> Line<'static> {
    let label = |column: &Column, label: &str| {
        let arrow = arrow(rows, column, theme);
        (format!("{}{arrow}", label.to_uppercase()), theme.dim)
    };
    let first = ["id", "status", "title"].map(|name| match Column::named(name) {
        Ok(column) => label(&column, name),
        Err(_) => (name.to_uppercase(), theme.dim),
    });
    let others = columns
        .others
        .iter()
        .map(|shown| label(shown.column, shown.column.label()));
    let parts: Vec<(String, Style)> = first.into_iter().chain(others).collect();
    let mut line = columns.row(theme, &parts);
    if columns.are_chosen && columns.left_out > 0 {
        line.push_span(Span::styled(format!("  +{}", columns.left_out), theme.dim));
    }
    line
}

fn row(step: StepRef<'_>, rows: &Rows<'_>, theme: &Theme, columns: &Columns<'_>) -> Line<'static> {
    let looks = status::look(step, theme);
    let sign = step
        .status()
        .map_or(looks.sign, |known| theme.glyph(status::sign(known)));
    let status = match status_words(step) {
        words if words.is_empty() => format!("{sign} {}", looks.words),
        words => format!("{sign} {words}"),
    };
    let title_style = match step.state() {
        State::Done => theme.dim,
        _ => theme.text,
    };
    let mut parts = vec![
        (step.id().to_string(), title_style),
        (status, looks.style),
        (step.title().into_owned(), title_style),
    ];
    for Shown { column, .. } in &columns.others {
        let text = match *column == &Column::STATE && !columns.are_chosen {
            true => differing_state(step).to_owned(),
            false => column.text(step, rows.known).into_owned(),
        };
        let text = match text.trim().is_empty() && *column == &Column::OWNER {
            true => "-".to_owned(),
            false => text,
        };
        parts.push((text, style(column, step, theme)));
    }
    columns.row(theme, &parts)
}

/// The state, where the status does not say it already.
fn differing_state(step: StepRef<'_>) -> &'static str {
    match (step.status(), step.state()) {
        (Some(Status::Complete), State::Done) | (Some(Status::Blocked), State::Blocked) => "",
        (_, state) => state.word(),
    }
}
