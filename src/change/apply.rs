//! Puts edits onto documents: finds the thing by name, compares what is there with what the edit
//! expects, and splices.

use std::fmt;

use super::conflict::{Conflict, Obstacle};
use super::places::{LineHints, Lines, step_of};
use super::three_way::{Markers, Versions};
use super::{Change, Edit, Target, dispute, list, markdown_merge, merge, order, slots, tail};
use crate::document::Document;
use crate::document::json::Object;
use crate::document::log::LogDocument;
use crate::document::markdown::{CheckState, MarkdownDocument, is_tick};
use crate::document::rope::Rope;
use crate::document::splice::{Span, Splice};
use crate::plan::canon::{block_table, checklist, section};
use crate::plan::field::{Field, Kind, inner_order, key_order};
use crate::plan::id::StepId;
use crate::plan::list_entry::ListEntry;
use crate::plan::source::{SourceFile, is_chart};

/// Applies all edits of `change` to `files`, or none of them. A change may make a file
/// that is not there yet, write one anew, or take it away again.
///
/// # Errors
/// Every edit that met an obstacle; the files are untouched then.
pub fn change(change: &Change, files: &mut Vec<SourceFile>) -> Result<(), Vec<Conflict>> {
    change_seen(change, &LineHints::default(), files)
}

/// The same for somebody who has seen where its steps are, which spares looking for them.
///
/// # Errors
/// As [`change`].
pub fn change_seen(
    change: &Change,
    seen: &LineHints,
    files: &mut Vec<SourceFile>,
) -> Result<(), Vec<Conflict>> {
    let mut conflicts = Vec::new();
    let mut changed: Vec<(usize, Document)> = Vec::new();
    let mut made = Vec::new();
    let mut gone = Vec::new();
    for path in change.paths() {
        let edits: Vec<&Edit> = change.edits.iter().filter(|e| e.path == *path).collect();
        let at = files.iter().position(|file| file.path == *path);
        match (whole_file(&edits, at.map(|at| &files[at])), at) {
            (Some(Ok(Some(file))), None) => made.push(file),
            (Some(Ok(Some(file))), Some(at)) => changed.push((at, file.document)),
            (Some(Ok(None)), Some(at)) => gone.push(files[at].path.clone()),
            (Some(Ok(None)), None) => {}
            (Some(Err(conflict)), _) => conflicts.push(conflict),
            (None, Some(at)) => match files[at].not_utf8() {
                Some(reason) => conflicts.extend(edits.into_iter().map(|edit| Conflict {
                    edit: edit.clone(),
                    obstacle: Obstacle::Refused(reason.clone()),
                })),
                None => {
                    let mut document = files[at].document.clone();
                    conflicts.extend(edits_of_one_file(&edits, seen, &mut document));
                    changed.push((at, document));
                }
            },
            (None, None) => conflicts.extend(edits.into_iter().map(|edit| Conflict {
                edit: edit.clone(),
                obstacle: Obstacle::Gone,
            })),
        }
    }
    if !conflicts.is_empty() {
        return Err(conflicts);
    }
    for (at, document) in changed {
        files[at].document = document;
    }
    files.retain(|file| !gone.contains(&file.path));
    files.extend(made);
    Ok(())
}

/// The same for a plan in memory. Charts are opened by nobody: one that it has not seen yet is taken
/// to be there as the change expects it, and known from then on; who writes it compares.
///
/// # Errors
/// As [`change`].
pub(crate) fn in_memory(
    change: &Change,
    seen: &LineHints,
    files: &mut Vec<SourceFile>,
) -> Result<(), Vec<Conflict>> {
    let known = files.len();
    for edit in change.edits.iter().filter(|edit| is_chart(&edit.path)) {
        let is_seen = files.iter().any(|file| file.path == edit.path);
        if let (Target::File { role }, Some(before), false) = (&edit.target, &edit.before, is_seen)
        {
            files.push(SourceFile::load(&edit.path, *role, before.clone()));
        }
    }
    change_seen(change, seen, files).inspect_err(|_| files.truncate(known))
}

/// A change that makes or takes away a whole file: the new file, or none any more.
fn whole_file(
    edits: &[&Edit],
    found: Option<&SourceFile>,
) -> Option<Result<Option<SourceFile>, Conflict>> {
    let [edit] = edits else { return None };
    let Target::File { role } = edit.target else {
        return None;
    };
    let found = found.map(|file| file.document.to_bytes());
    if found != edit.before {
        return Some(Err(Conflict {
            edit: (*edit).clone(),
            obstacle: Obstacle::Differs { found },
        }));
    }
    let file = |bytes: &Vec<u8>| SourceFile::load(&edit.path, role, bytes.clone());
    Some(Ok(edit.after.as_ref().map(file)))
}

fn edits_of_one_file(edits: &[&Edit], seen: &LineHints, document: &mut Document) -> Vec<Conflict> {
    if matches!(edits, [edit, _, ..] if matches!(edit.target, Target::Dispute { .. }))
        && let Some(resolved) = dispute::all_at_once(edits, document)
    {
        *document = resolved;
        return Vec::new();
    }
    let mut lines = Lines::seen(edits, seen);
    edits
        .iter()
        .filter_map(|edit| {
            let result = match document {
                Document::Log(log) => in_log(edit, log, &mut lines),
                Document::Markdown(markdown) => in_markdown(edit, markdown),
            };
            result.err().map(|obstacle| Conflict {
                edit: (*edit).clone(),
                obstacle,
            })
        })
        .collect()
}

/// Decides what to write where `found` is: the edit's new text, or a merge.
fn resolve(key: &str, edit: &Edit, found: Option<&[u8]>) -> Result<Option<Vec<u8>>, Obstacle> {
    resolve_in((key, ", "), edit, found)
}

/// The same in an object with this between its entries.
fn resolve_in(
    key: (&str, &str),
    edit: &Edit,
    found: Option<&[u8]>,
) -> Result<Option<Vec<u8>>, Obstacle> {
    merge::value(key, edit.before.as_deref(), edit.after.as_deref(), found).ok_or_else(|| {
        Obstacle::Differs {
            found: found.map(<[u8]>::to_vec),
        }
    })
}

fn in_log(edit: &Edit, log: &mut LogDocument, lines: &mut Lines) -> Result<(), Obstacle> {
    match &edit.target {
        Target::LogValue {
            step,
            nth,
            key,
            inner,
        } => {
            let line = lines.find(log, *step, *nth).ok_or(Obstacle::Gone)?;
            set_value(edit, log, line, key, *inner)
        }
        Target::LogStep { step, nth, spaced } => {
            let line = lines.find(log, *step, *nth);
            lines.forget();
            set_step(edit, log, line, (*step, *spaced))
        }
        Target::LogText { line, spaced } => {
            lines.forget();
            set_text(edit, log, (*line, *spaced))
        }
        Target::LogOrder => {
            lines.forget();
            order::apply(edit, log)
        }
        Target::Dispute { line, .. } => {
            lines.forget();
            let bytes = log.rope().contiguous().into_owned();
            if let Some(splice) = dispute::splice(edit, &bytes, *line)? {
                let refused = |error: crate::document::splice::SpliceError| {
                    Obstacle::Refused(error.to_string())
                };
                let bytes = crate::document::splice::apply(&bytes, &[splice]).map_err(refused)?;
                *log = log.reload(bytes);
            }
            Ok(())
        }
        _ => Err(Obstacle::Gone),
    }
}

fn set_value(
    edit: &Edit,
    log: &mut LogDocument,
    line: usize,
    key: &str,
    inner: Option<&str>,
) -> Result<(), Obstacle> {
    let body = log.line(line).body();
    let text = log.line(line).text().into_owned();
    let unreadable = |_| Obstacle::Refused("the line is not a JSON object".to_owned());
    let object = Object::parse(&text).map_err(unreadable)?;
    let splice = match inner {
        None => value_splice(edit, &object, key, key_order())?,
        Some(inner) => {
            let outer = object.span(key).ok_or(Obstacle::Gone)?;
            let object = Object::parse(&text[outer.range()]).map_err(|_| {
                Obstacle::Refused(format!("`{key}` is not a JSON object in this line"))
            })?;
            value_splice(edit, &object, inner, &inner_order(key))?.map(|mut splice| {
                splice.span = splice.span.shifted(outer.start);
                splice
            })
        }
    };
    if let Some(mut splice) = splice {
        splice.span = splice.span.shifted(body.start);
        let refused =
            |error: crate::document::splice::SpliceError| Obstacle::Refused(error.to_string());
        log.splice_line(line, &[splice]).map_err(refused)?;
    }
    Ok(())
}

fn value_splice(
    edit: &Edit,
    object: &Object<'_>,
    key: &str,
    order: &[&str],
) -> Result<Option<Splice>, Obstacle> {
    let found = object.get(key).map(str::as_bytes);
    Ok(match resolve_in((key, object.spacing().0), edit, found)? {
        None => object.remove(key),
        Some(raw) => Some(object.set(key, &String::from_utf8_lossy(&raw), order)),
    })
}

fn set_step(
    edit: &Edit,
    log: &mut LogDocument,
    line: Option<usize>,
    (step, is_spaced): (StepId, bool),
) -> Result<(), Obstacle> {
    let found = line.map(|line| content(log, line));
    match (resolve("step", edit, found.as_deref())?, line) {
        (Some(after), Some(line)) => log.replace_line(line, &after),
        (None, Some(line)) => remove(log, line, is_spaced),
        (Some(after), None) => insert(log, place_for(log, step), &after, is_spaced),
        (None, None) => {}
    }
    Ok(())
}

fn insert(log: &mut LogDocument, at: usize, content: &[u8], is_spaced: bool) {
    match is_spaced {
        true => log.insert_spaced(at, content),
        false => log.insert_line(at, content),
    }
}

fn remove(log: &mut LogDocument, line: usize, is_spaced: bool) {
    match is_spaced {
        true => log.remove_spaced(line),
        false => log.remove_line(line),
    }
}

/// Behind the line with the greatest ID below `step`, which keeps an ordered log ordered;
/// a log without such a line takes it behind its header.
fn place_for(log: &LogDocument, step: StepId) -> usize {
    let before = (0..log.line_count())
        .filter_map(|line| Some((step_of(log, line)?, line)))
        .filter(|(id, _)| *id <= step)
        .max();
    match before {
        Some((_, line)) => line + 1,
        None => (0..log.line_count())
            .find(|line| step_of(log, *line).is_some())
            .unwrap_or(log.line_count()),
    }
}

fn set_text(
    edit: &Edit,
    log: &mut LogDocument,
    (hint, is_spaced): (usize, bool),
) -> Result<(), Obstacle> {
    let Some(before) = edit.before.as_deref() else {
        let after = edit.after.as_deref().unwrap_or_default();
        insert(log, hint.min(log.line_count()), after, is_spaced);
        return Ok(());
    };
    // From where it was outwards: mostly it is there still.
    let count = log.line_count();
    let around =
        (0..count.max(hint + 1)).flat_map(|far| [hint.checked_sub(far), hint.checked_add(far)]);
    let nearest = (around.flatten())
        .find(|line| *line < count && content(log, *line) == before)
        .ok_or(Obstacle::Gone)?;
    match &edit.after {
        Some(after) => log.replace_line(nearest, after),
        None => remove(log, nearest, is_spaced),
    }
    Ok(())
}

fn content(log: &LogDocument, line: usize) -> Vec<u8> {
    let line = log.line(line);
    line.bytes()[line.body().range()].to_vec()
}

fn in_markdown(edit: &Edit, document: &mut MarkdownDocument) -> Result<(), Obstacle> {
    let splices = match &edit.target {
        Target::SectionValue { step, nth, field } => {
            let section = nth_section(document, *step, *nth).ok_or(Obstacle::Gone)?;
            section_value(edit, document, &section, *field)
        }
        Target::SectionTitle { step, nth } => {
            let section = nth_section(document, *step, *nth).ok_or(Obstacle::Gone)?;
            let found = source(document, section.title_span);
            let after = resolve("title", edit, Some(&found))?.unwrap_or_default();
            Ok(vec![Splice::replace(section.title_span, after)])
        }
        Target::BlockCell { block, column } => {
            let rows = block_table::rows(document, 0);
            let row = rows
                .iter()
                .find(|row| row.id == *block)
                .ok_or(Obstacle::Gone)?;
            let index = row.column(*column).ok_or(Obstacle::Gone)?;
            let cells = &document.tables()[row.table].rows[row.row].cells;
            let found = cells.get(index).map(|cell| source(document, cell.outer));
            let after = resolve("cell", edit, found.as_deref())?.unwrap_or_default();
            refusable(document.set_cell_source(row.table, row.row, index, &lossy(&after)))
        }
        Target::BlockRow { block } => {
            let rows = block_table::rows(document, 0);
            let row = rows.iter().find(|row| row.id == *block);
            let row = row.ok_or(Obstacle::Gone)?;
            let span = document.tables()[row.table].rows[row.row].span;
            let found = source(document, span);
            let after = resolve("row", edit, Some(&found))?.unwrap_or_default();
            Ok(vec![Splice::replace(span, after)])
        }
        Target::CheckMark { stage, text, nth } => {
            let lists = checklist::lists(document, 0);
            let check = lists
                .iter()
                .filter(|list| list.heading == *stage)
                .flat_map(|list| &list.checks)
                .find(|check| check.text == *text && check.nth == *nth)
                .ok_or(Obstacle::Gone)?;
            check_mark(edit, document, check.item)
        }
        Target::Passage { heading, nth } => {
            let named = heading.as_deref().map(|heading| (heading, *nth));
            passage(edit, document, named)
        }
        Target::Dispute { line, .. } => {
            let splice = dispute::splice(edit, document.bytes(), *line)?;
            Ok(splice.into_iter().collect())
        }
        Target::Section { heading, nth } => {
            let named = |at: &usize| document.headings()[*at].text == *heading;
            let at = (0..document.headings().len()).filter(named).nth(*nth);
            let span = document.own_section(at.ok_or(Obstacle::Gone)?);
            let found = source(document, span);
            let after = match resolve("section", edit, Some(&found)) {
                Ok(after) => after.unwrap_or_default(),
                Err(obstacle) => merged_section(edit, &found).ok_or(obstacle)?,
            };
            Ok(vec![Splice::replace(span, after)])
        }
        Target::TextLine { line } => text_line(edit, document, *line),
        _ => Err(Obstacle::Differs {
            found: Some(document.bytes().to_vec()),
        }),
    }?;
    let refused =
        |error: crate::document::splice::SpliceError| Obstacle::Refused(error.to_string());
    *document = document.apply(&splices).map_err(refused)?;
    Ok(())
}

fn refusable<T, E: fmt::Display>(result: Result<T, E>) -> Result<T, Obstacle> {
    result.map_err(|refusal| Obstacle::Refused(refusal.to_string()))
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn source(document: &MarkdownDocument, span: Span) -> Vec<u8> {
    document.bytes()[span.range()].to_vec()
}

/// A section with what the edit changes in it on top of what somebody else made of it.
fn merged_section(edit: &Edit, found: &[u8]) -> Option<Vec<u8>> {
    let versions = Versions {
        base: &Rope::from(edit.before.as_deref()?),
        ours: &Rope::from(found),
        theirs: &Rope::from(edit.after.as_deref()?),
    };
    let markers = Markers {
        ours: "",
        theirs: "",
        size: 7,
    };
    let merged = markdown_merge::merge(versions, markers)?.merged;
    merged.conflicts.is_empty().then_some(merged.bytes)
}

fn nth_section(document: &MarkdownDocument, step: StepId, nth: usize) -> Option<section::Section> {
    section::sections(document, 0)
        .into_iter()
        .filter(|section| section.id == step)
        .nth(nth)
}

fn section_value(
    edit: &Edit,
    document: &MarkdownDocument,
    section: &section::Section,
    field: Field,
) -> Result<Vec<Splice>, Obstacle> {
    let bullet = section.bullet(field);
    let span = bullet.and_then(|item| tail(document, item, field));
    let found = span.map(|span| source(document, span));
    if let (Some(item), Some(span)) = (bullet, span)
        && field.spec().kind == Kind::List
        && found != edit.before
        && let Some(after) = merged_list(edit, document, item, field)
    {
        return Ok(vec![Splice::replace(span, after)]);
    }
    match (resolve("value", edit, found.as_deref())?, bullet, span) {
        (Some(after), _, Some(span)) => Ok(vec![Splice::replace(span, after)]),
        (Some(after), ..) => {
            let last = section.last_bullet().ok_or(Obstacle::Gone)?;
            let name = field.spec().canon.ok_or(Obstacle::Gone)?;
            refusable(document.insert_item_after(last, &format!("**{name}:**{}", lossy(&after))))
        }
        (None, Some(item), _) => {
            let lines = document.whole_lines(document.items()[item].span);
            Ok(vec![Splice::remove(lines)])
        }
        (None, None, _) => Ok(Vec::new()),
    }
}

/// The list of a bullet with what the edit changes, entry by entry, on top of what somebody
/// else made of it; nothing where that cannot be said.
fn merged_list(
    edit: &Edit,
    document: &MarkdownDocument,
    item: usize,
    field: Field,
) -> Option<Vec<u8>> {
    let span = tail(document, item, field)?;
    let with = |source: &Option<Vec<u8>>| {
        let splice = Splice::replace(span, source.clone()?);
        document.apply(&[splice]).ok()
    };
    let (before, after) = (with(&edit.before)?, with(&edit.after)?);
    let read = |of: &MarkdownDocument| section::list(of, item, &edit.path, field);
    let entries = |of: &MarkdownDocument| -> Vec<ListEntry> {
        read(of).into_iter().map(|(entry, _)| entry).collect()
    };
    let pieces = list::pieces(
        field,
        &entries(document),
        Some(&entries(&before)),
        &entries(&after),
    );
    let places = read(&after);
    let written = |number: usize| {
        let (entry, span) = &places[number];
        let source = after.source(*span).into_owned();
        // In a list of bullets the checkbox is before the entry.
        match entry.is_met() && !source.starts_with("[") {
            true => format!("[x] {source}"),
            false => source,
        }
    };
    let changed = document.set_entries(item, &slots(&pieces, written)).ok()?;
    let span = tail(&changed, item, field)?;
    Some(source(&changed, span))
}

fn check_mark(
    edit: &Edit,
    document: &MarkdownDocument,
    item: usize,
) -> Result<Vec<Splice>, Obstacle> {
    let mut mark = document.items()[item].check.brackets();
    // A box made by hand may have got a blank behind it, which an undo undoes.
    if let (Some(mark), Some([.., b' '])) = (&mut mark, edit.before.as_deref())
        && document.bytes().get(mark.end) == Some(&b' ')
    {
        mark.end += 1;
    }
    let found = mark.map(|mark| source(document, mark));
    match (resolve("mark", edit, found.as_deref())?, mark) {
        (Some(after), Some(mark)) => Ok(vec![Splice::replace(mark, after)]),
        (Some(after), None) => {
            let state = match is_tick(lossy(&after).trim()) {
                Some(false) => CheckState::Open,
                _ => CheckState::Done,
            };
            refusable(document.set_check(item, state))
        }
        (None, _) => refusable(document.set_check(item, CheckState::Absent)),
    }
}

/// A line of running text is known by what it says, wherever it is by now.
fn text_line(
    edit: &Edit,
    document: &MarkdownDocument,
    hint: usize,
) -> Result<Vec<Splice>, Obstacle> {
    let before = edit.before.as_deref().unwrap_or_default();
    let lines = (1..).map_while(|number| Some((number, document.line(number)?)));
    let same = lines.filter(|(_, span)| document.bytes()[span.range()] == *before);
    let nearest = same.min_by_key(|(number, _)| usize::abs_diff(*number, hint + 1));
    let (_, span) = nearest.ok_or(Obstacle::Gone)?;
    let after = edit.after.clone().unwrap_or_default();
    Ok(vec![Splice::replace(span, after)])
}

fn passage(
    edit: &Edit,
    document: &MarkdownDocument,
    heading: Option<(&str, usize)>,
) -> Result<Vec<Splice>, Obstacle> {
    let section = match heading {
        None => None,
        Some((text, nth)) => Some(
            (0..document.headings().len())
                .filter(|at| document.headings()[*at].text == text)
                .nth(nth)
                .ok_or(Obstacle::Gone)?,
        ),
    };
    if let Some(after) = &edit.after {
        let at = match section {
            None => document.bytes().len(),
            Some(heading) => {
                refusable(document.append_to_section(heading, "x"))?
                    .first()
                    .ok_or(Obstacle::Gone)?
                    .span
                    .start
            }
        };
        return Ok(vec![Splice::insert(at, after.clone())]);
    }
    let text = edit.before.as_deref().unwrap_or_default();
    let span = match section {
        None => Span::new(0, document.bytes().len()),
        Some(heading) => document.own_section(heading),
    };
    let at = document.bytes()[span.range()]
        .windows(text.len().max(1))
        .rposition(|window| window == text)
        .ok_or(Obstacle::Gone)?;
    let start = span.start + at;
    Ok(vec![Splice::remove(Span::new(start, start + text.len()))])
}
