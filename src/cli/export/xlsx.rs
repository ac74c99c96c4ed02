//! `--format xlsx`: the sheets as a workbook. Times are real times, each sheet has filters and a
//! heading that stays, and text is text, whatever it begins with. Nothing in it is of the machine or
//! the minute, so that a commit always gives the same bytes.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, Utc};
use color_eyre::eyre::Result;
use rust_xlsxwriter::{DocProperties, Format, Workbook, Worksheet, XlsxError};

use super::sheets::{Book, Cell, Sheet};
use super::{Export, Picked, gather, problems};
use crate::cli::invocation::Invocation;
use crate::document::visible::visible;

/// Rows below the heading that a sheet takes.
const MOST_ROWS: u32 = 1_048_575;
/// UTF-16 units that a cell takes.
const MOST_UNITS: usize = 32_767;

/// The workbook of the steps that were picked.
///
/// # Errors
/// When a field to be left out is none.
pub(super) fn workbook(
    export: &Export,
    invocation: &mut Invocation<'_, '_>,
    picked: Picked<'_>,
) -> Result<Vec<u8>> {
    let opened = picked.opened;
    let findings = problems(opened, invocation);
    let (points, notes) = gather::points(invocation, picked);
    let commit = gather::commit(invocation);
    let book = Book {
        plan: &opened.plan,
        steps: picked.steps,
        title: &gather::title(export, opened),
        now: invocation.outside.now,
        commit: commit.as_deref(),
        filter: export.filter.text(),
        redacted: &gather::redacted(export)?,
        findings: &findings,
        points: &points,
        notes: &notes,
        outlooks: &gather::outlooks(invocation, picked),
    };
    let bytes = written(&book)?;
    notes.iter().try_for_each(|note| invocation.say(note))?;
    Ok(bytes)
}

/// How cells look.
struct Looks {
    heading: Format,
    day: Format,
    instant: Format,
}

fn written(book: &Book<'_>) -> Result<Vec<u8>, XlsxError> {
    let looks = Looks {
        heading: Format::new().set_bold(),
        day: Format::new().set_num_format("yyyy-mm-dd"),
        instant: Format::new().set_num_format("yyyy-mm-dd hh:mm"),
    };
    let mut workbook = Workbook::new();
    let properties = DocProperties::new().set_title(&*plain(book.title));
    workbook.set_properties(&properties.set_creation_datetime(&book.now));
    for sheet in book.sheets() {
        add(workbook.add_worksheet(), sheet, &looks)?;
    }
    workbook.save_to_buffer()
}

fn add(page: &mut Worksheet, sheet: Sheet<'_>, looks: &Looks) -> Result<(), XlsxError> {
    page.set_name(sheet.name)?;
    for (at, (heading, width)) in (0..).zip(&sheet.columns) {
        page.write_string_with_format(0, at, *heading, &looks.heading)?;
        page.set_column_width(at, *width)?;
    }
    let mut last = 0;
    let mut rows = sheet.rows;
    for row in rows.by_ref() {
        last += 1;
        // What a sheet does not take is counted in its last row.
        if last == MOST_ROWS {
            let left = rows.count() + 1;
            page.write_string(last, 0, format!("{left} more rows do not fit in a sheet"))?;
            break;
        }
        for (at, cell) in (0..).zip(row) {
            write(page, (last, at), cell, looks)?;
        }
    }
    page.set_freeze_panes(1, 0)?;
    let columns = u16::try_from(sheet.columns.len()).unwrap_or(u16::MAX);
    page.autofilter(0, 0, last, columns.saturating_sub(1))?;
    Ok(())
}

fn write(
    page: &mut Worksheet,
    (row, column): (u32, u16),
    cell: Cell<'_>,
    looks: &Looks,
) -> Result<(), XlsxError> {
    match cell {
        Cell::Nothing => {}
        // Never guessed at: what looks like a formula or a link stays words.
        Cell::Text(text) => drop(page.write_string(row, column, &*plain(&text))?),
        Cell::Number(number) => drop(page.write_number(row, column, number)?),
        Cell::Yes(is) => drop(page.write_boolean(row, column, is)?),
        Cell::Day(day) if is_known(day) => {
            page.write_datetime_with_format(row, column, day, &looks.day)?;
        }
        Cell::Instant(at) if is_known(at.date_naive()) => {
            page.write_datetime_with_format(row, column, at.naive_utc(), &looks.instant)?;
        }
        Cell::Day(day) => drop(page.write_string(row, column, day.to_string())?),
        Cell::Instant(at) => drop(page.write_string(row, column, words(at))?),
    }
    Ok(())
}

/// Whether spreadsheets have a number for a day.
fn is_known(day: NaiveDate) -> bool {
    use chrono::Datelike as _;
    (1900..=9999).contains(&day.year())
}

fn words(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M").to_string()
}

/// Text that a cell can hold: without characters that XML has no place for, and cut where it is too
/// long.
fn plain(text: &str) -> Cow<'_, str> {
    let is_odd = |c: char| {
        c.is_control() && !matches!(c, '\t' | '\n') || matches!(c, '\u{fffe}' | '\u{ffff}')
    };
    let text = match text.contains(is_odd) {
        true => visible(text),
        false => Cow::Borrowed(text),
    };
    if text.len() <= MOST_UNITS {
        return text;
    }
    let mut units = 0;
    let end = text.char_indices().find(|(_, c)| {
        units += c.len_utf16();
        units >= MOST_UNITS
    });
    match end {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => text,
    }
}
