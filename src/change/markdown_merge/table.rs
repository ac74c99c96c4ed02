//! Tables: rows by their key cell, and cells within a row, also where one side added, moved or
//! removed a column.

use unicode_width::UnicodeWidthStr;

use super::keys::plain;
use super::merger::{Fate, Lists};
use super::output::Output;
use super::pair::things;
use super::unit::{Kind, Parts, Unit};
use super::weave::order;
use crate::change::three_way::{Dispute, Side};

/// Which side's columns the result has, and where each of them is in the versions.
struct Columns {
    /// The side that changed the columns or how they are padded.
    side: Side,
    names: Vec<String>,
    /// Of each column its index in base, ours and theirs.
    places: Vec<[Option<usize>; 3]>,
    /// Whether every version has the same, whatever they are called.
    same: bool,
}

fn header(unit: &Unit<'_>) -> Vec<String> {
    let cells = unit
        .cells()
        .map(|cell| plain(&String::from_utf8_lossy(cell)));
    cells.collect()
}

/// Whether all that either side did to the columns is that it gave some of them new names.
fn are_renamed(base: &[String], ours: &[String], theirs: &[String]) -> bool {
    let is_long = base.len() == ours.len() && base.len() == theirs.len();
    let sides = ours.iter().zip(theirs);
    is_long
        && base.iter().zip(sides).all(|(b, (o, t))| {
            let is_new = |name: &String| name == b || !base.contains(name);
            (b == o || b == t || o == t) && is_new(o) && is_new(t)
        })
}

impl Columns {
    /// Nothing where both sides changed the columns, each in its own way.
    fn of(base: &Unit<'_>, ours: &Unit<'_>, theirs: &Unit<'_>) -> Option<Self> {
        let [b, o, t] = [base, ours, theirs].map(header);
        let is_renamed = are_renamed(&b, &o, &t);
        let side = match () {
            () if b != o && b != t && o != t && !is_renamed => return None,
            () if b != o && b != t && ours.head > theirs.head => Side::Ours,
            () if b != t => Side::Theirs,
            () if b != o => Side::Ours,
            () if base.head == ours.head => Side::Theirs,
            () => Side::Ours,
        };
        let same = is_renamed || (b == o && b == t);
        let names = match side {
            Side::Ours => o.clone(),
            Side::Theirs => t.clone(),
        };
        let places = names.iter().enumerate().map(|(at, name)| match same {
            true => [Some(at); 3],
            false => [&b, &o, &t].map(|all| all.iter().position(|other| other == name)),
        });
        let places = places.collect();
        // Words in a column that is gone would be lost.
        let is_kept = |name: &String| names.contains(name);
        if !same && ![&b, &o, &t].into_iter().flatten().all(is_kept) {
            return None;
        }
        // A name that stands twice says nothing.
        let is_twice = |all: &[String]| (1..all.len()).any(|at| all[..at].contains(&all[at]));
        let unclear = !same && [&b, &o, &t].into_iter().any(|all| is_twice(all));
        (!unclear).then_some(Self {
            side,
            names,
            places,
            same,
        })
    }
}

/// Writes what two sides made of a table.
pub(super) fn merge(
    base: Option<&Unit<'_>>,
    ours: &Unit<'_>,
    theirs: &Unit<'_>,
    output: &mut Output<'_>,
) {
    let like = base.unwrap_or(ours);
    let columns = Columns::of(like, ours, theirs);
    let columns = columns.filter(|columns| base.is_some() || columns.same);
    let Some(columns) = columns else {
        let name = ours.name.clone();
        let keys = vec!["columns".to_owned()];
        return output.conflict(ours.whole, theirs.whole, Dispute::Changed { name, keys });
    };
    let head = match columns.side {
        Side::Ours => ours,
        Side::Theirs => theirs,
    };
    let headers = [Some(like), Some(ours), Some(theirs)];
    let from = output.bytes.len();
    match merge_row(&columns, headers, head) {
        // The line of dashes goes with the header.
        Ok(row) if columns.same => output.head(Kind::Table, &row),
        Ok(_) => output.head(Kind::Table, head.head),
        Err(row) => output.conflict(&row.ours, &row.theirs, row.dispute(ours, false)),
    }
    output.note_together(headers, from);
    rows(&columns, base, ours, theirs, output);
}

fn rows(
    columns: &Columns,
    base: Option<&Unit<'_>>,
    ours: &Unit<'_>,
    theirs: &Unit<'_>,
    output: &mut Output<'_>,
) {
    let lists = Lists {
        base: base.map_or(&[], |base| &base.children),
        ours: &ours.children,
        theirs: &theirs.children,
    };
    let things = things(lists.base, lists.ours, lists.theirs);
    for number in order(&things, |number| lists.place(&things[number])) {
        let trio = lists.trio(&things[number]);
        let all = [trio.base, trio.ours, trio.theirs];
        match trio.fate() {
            Fate::Gone => {}
            Fate::As(unit) if columns.same => output.unit(unit),
            Fate::Removed(unit, _) if columns.is_unchanged(trio.base, unit, &all) => {
                output.note_together(all, output.bytes.len());
            }
            Fate::Removed(unit, by) => {
                let name = unit.name.clone();
                let dispute = Dispute::Removed { name, by };
                match by {
                    Side::Ours => output.conflict(b"", unit.whole, dispute),
                    Side::Theirs => output.conflict(unit.whole, b"", dispute),
                }
            }
            Fate::As(_) | Fate::Both(..) => {
                let from = output.bytes.len();
                row(columns, all, output);
                output.note_together(all, from);
            }
        }
    }
}

/// Writes a row that may have to change its columns.
fn row(columns: &Columns, all: [Option<&Unit<'_>>; 3], output: &mut Output<'_>) {
    let carrier = match columns.side {
        Side::Ours => all[1],
        Side::Theirs => all[2],
    };
    match (all, carrier) {
        // New on the side that has these columns, or on the one that does not.
        ([None, Some(unit), None] | [None, None, Some(unit)], own) => match own {
            Some(unit) => output.unit(unit),
            None => output.head(Kind::Row, &columns.rebuilt(unit)),
        },
        (_, Some(carrier)) => match merge_row(columns, all, carrier) {
            Ok(row) => output.head(Kind::Row, &row),
            Err(row) => {
                let dispute = row.dispute(carrier, all[0].is_none());
                output.conflict(&row.ours, &row.theirs, dispute);
            }
        },
        // Both sides have what neither has alone.
        (_, None) => {}
    }
}

impl Columns {
    /// A row of the side that does not have these columns, in them.
    fn rebuilt(&self, row: &Unit<'_>) -> Vec<u8> {
        let version = match self.side {
            Side::Ours => 2,
            Side::Theirs => 1,
        };
        let cells: Vec<&[u8]> = row.cells().collect();
        let mut line = b"|".to_vec();
        for places in &self.places {
            let cell = places[version].and_then(|at| cells.get(at).copied());
            line.push(b' ');
            line.extend_from_slice(cell.unwrap_or_default());
            line.extend_from_slice(b" |");
        }
        line.push(b'\n');
        line
    }

    /// Whether a side that has other columns, or other blanks in them, left the words of a row as they
    /// were.
    fn is_unchanged(
        &self,
        base: Option<&Unit<'_>>,
        unit: &Unit<'_>,
        all: &[Option<&Unit<'_>>; 3],
    ) -> bool {
        let version = if all[1].is_some() { 1 } else { 2 };
        let Some(base) = base.filter(|base| !self.same || is_all_cells(unit, base)) else {
            return false;
        };
        let (was, is): (Vec<_>, Vec<_>) = (base.cells().collect(), unit.cells().collect());
        self.places
            .iter()
            .all(|places| match (places[0], places[version]) {
                (Some(old), Some(new)) => was.get(old) == is.get(new),
                _ => true,
            })
    }
}

/// A row that somebody has to pick.
struct Disputed {
    ours: Vec<u8>,
    theirs: Vec<u8>,
    /// The names of the columns.
    keys: Vec<String>,
}

impl Disputed {
    fn dispute(&self, row: &Unit<'_>, is_new: bool) -> Dispute {
        let (name, keys) = (row.name.clone(), self.keys.clone());
        match is_new {
            true => Dispute::Added { name },
            false => Dispute::Changed { name, keys },
        }
    }
}

/// The cells of a row that both sides have, in the writing of `carrier`.
fn merge_row(
    columns: &Columns,
    versions: [Option<&Unit<'_>>; 3],
    carrier: &Unit<'_>,
) -> Result<Vec<u8>, Disputed> {
    let cells: [Vec<&[u8]>; 3] =
        versions.map(|unit| unit.map_or(Vec::new(), |u| u.cells().collect()));
    let (mut one, mut ours, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
    let mut keys = Vec::new();
    for (name, places) in columns.names.iter().zip(&columns.places) {
        let value = |version: usize| -> Option<&[u8]> {
            let cells: &Vec<&[u8]> = &cells[version];
            Some(cells.get(places[version]?).copied().unwrap_or_default())
        };
        let (b, o, t) = (value(0), value(1), value(2));
        let merged = match (o, t) {
            (Some(o), None) => Some(o),
            (None, t) => t,
            (o, t) if o == t || (b == t && versions[0].is_some()) => o,
            (o, t) if b == o && versions[0].is_some() => t,
            // In a new row, a cell of the form that one side filled.
            (o, t) if versions[0].is_none() && is_open(o) => t,
            (o, t) if versions[0].is_none() && is_open(t) => o,
            _ => None,
        };
        if merged.is_none() {
            keys.push(name.clone());
        }
        one.push(merged.unwrap_or_default());
        ours.push(merged.or(o).unwrap_or_default());
        theirs.push(merged.or(t).unwrap_or_default());
    }
    if columns.same
        && versions
            .iter()
            .flatten()
            .any(|unit| !is_all_cells(unit, carrier))
    {
        keys.push("cells without a column".to_owned());
    }
    if keys.is_empty() {
        return Ok(with_cells(carrier, &one));
    }
    // Each version is written as its side writes it.
    let own = |at: usize| versions[at].filter(|_| columns.same).unwrap_or(carrier);
    Err(Disputed {
        ours: with_cells(own(1), &ours),
        theirs: with_cells(own(2), &theirs),
        keys,
    })
}

/// Whether a cell says nothing, or that there is nothing to say.
fn is_open(cell: Option<&[u8]>) -> bool {
    let text = String::from_utf8_lossy(cell.unwrap_or_default());
    text.trim().trim_matches(['-', '–', '—']).is_empty()
}

/// Whether a row differs from another in nothing but the words of its cells, in blanks and in how long
/// the dashes below a header are.
fn is_all_cells(row: &Unit<'_>, like: &Unit<'_>) -> bool {
    let bare = |bytes: &[u8]| -> Vec<u8> {
        let mut bare = bytes.to_vec();
        bare.retain(|byte| !matches!(byte, b' ' | b'|'));
        if row.kind == Kind::Table {
            bare.dedup_by(|byte, before| [*byte, *before] == [b'-'; 2]);
        }
        bare
    };
    let cells: Vec<&[u8]> = like.cells().collect();
    cells.len() != row.cells().count() || bare(&with_cells(row, &cells)) == bare(like.head)
}

/// A row with other words in its cells, each as wide as before if there is room.
fn with_cells(row: &Unit<'_>, cells: &[&[u8]]) -> Vec<u8> {
    let Parts::Cells(spans) = &row.parts else {
        return row.head.to_vec();
    };
    let (mut out, mut at) = (Vec::new(), 0);
    for (span, cell) in spans.iter().zip(cells) {
        let old = &row.head[span.range()];
        if old == *cell || span.start < at {
            continue;
        }
        out.extend_from_slice(&row.head[at..span.start]);
        if old.is_empty() && !out.ends_with(b" ") && !cell.is_empty() {
            out.push(b' ');
        }
        out.extend_from_slice(cell);
        at = span.end;
        let blanks = row.head[at..]
            .iter()
            .take_while(|byte| **byte == b' ')
            .count();
        let width = |bytes: &[u8]| String::from_utf8_lossy(bytes).width();
        let room = (blanks + width(old)).saturating_sub(width(cell));
        out.extend(std::iter::repeat_n(b' ', room.max(blanks.min(1))));
        at += blanks;
    }
    out.extend_from_slice(&row.head[at..]);
    // A row too short for a cell that has words gets it at its end.
    let missing = cells.iter().skip(spans.len());
    if missing.clone().any(|cell| !cell.is_empty()) {
        let end = out.trim_ascii_end().len();
        let newline = out.split_off(end);
        let is_closed = out.ends_with(b"|");
        for cell in missing {
            out.extend_from_slice(if is_closed { b" " } else { b" | " });
            out.extend_from_slice(cell);
            out.extend_from_slice(if is_closed { b" |" } else { b"" });
        }
        out.extend(newline);
    }
    out
}
