//! Lists: each entry that stays keeps its bytes, in the log and in the canon.

use super::{Change, Composer, Edit, Target, placed, resolved, reversible, shown, spacing};
use crate::change::list::{self, Piece};
use crate::change::value::{self, Refusal, refuse};
use crate::change::{slots, tail};
use crate::document::markdown::{self, EntryList, EntrySlot, MarkdownDocument, written_list};
use crate::document::splice::Span;
use crate::plan::dependency::Dependency;
use crate::plan::field::Field;
use crate::plan::list_entry::ListEntry;
use crate::plan::{StepRef, link};

/// How new entries are written into the canon.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Habit {
    /// As they were typed.
    Typed,
    /// As links, where the list has links to files.
    LikeOthers,
}

impl Composer<'_> {
    /// Sets a list field of one step for somebody who saw it as [`StepRef::list`] shows it: what
    /// they remove, tick or put in changes in log and canon alike, and what only the canon has
    /// stays there.
    ///
    /// # Errors
    /// When an entry cannot be there, or the step's files have no place for it.
    pub fn set_list(&self, step: usize, field: Field, typed: &[String]) -> Result<Change, Refusal> {
        let seen: Vec<String> = self
            .plan
            .step(step)
            .list(field)
            .into_iter()
            .map(Into::into)
            .collect();
        self.edit_list(step, field, &seen, typed)
    }

    /// The same for somebody who saw the entries `seen`.
    ///
    /// # Errors
    /// As [`Composer::set_list`].
    pub(crate) fn edit_list(
        &self,
        step: usize,
        field: Field,
        seen: &[String],
        typed: &[String],
    ) -> Result<Change, Refusal> {
        let step = self.plan.step(step);
        let entries = value::accept_entries(self.plan, step, field, seen, typed)?;
        let label = list_label(step, field, seen, &entries);
        let edits = match *seen == *entries {
            true => Vec::new(),
            false => self.list_edits(step, field, Some(seen), &entries)?,
        };
        Ok(Change { label, edits })
    }

    /// Makes a list field of one step hold these entries and nothing else, in log and canon.
    ///
    /// # Errors
    /// As [`Composer::set_list`].
    pub(crate) fn replace_list(
        &self,
        step: usize,
        field: Field,
        typed: &[String],
    ) -> Result<Change, Refusal> {
        let step = self.plan.step(step);
        let seen: Vec<String> = step.list(field).into_iter().map(Into::into).collect();
        let entries = value::accept_entries(self.plan, step, field, &seen, typed)?;
        let label = list_label(step, field, &seen, &entries);
        let edits = self.list_edits(step, field, None, &entries)?;
        Ok(Change { label, edits })
    }

    fn list_edits(
        &self,
        step: StepRef<'_>,
        field: Field,
        seen: Option<&[String]>,
        entries: &[String],
    ) -> Result<Vec<Edit>, Refusal> {
        let entry = |text: &String| ListEntry::plain(text.as_str());
        let wanted: Vec<ListEntry> = entries.iter().map(entry).collect();
        let seen: Option<Vec<ListEntry>> = seen.map(|seen| seen.iter().map(entry).collect());
        let mut edits = Vec::new();
        let mut same = false;
        if step.log_line().is_some() {
            let current = step.log_list(field).unwrap_or_default();
            let pieces = list::pieces(field, &current, seen.as_deref(), &wanted);
            let raw = written_raw(step, field, &current, &pieces, &wanted);
            same = step.raw(field) == Some(&raw) || step.raw(field).is_none() && wanted.is_empty();
            if !same {
                edits.extend(self.log_edits(step, field, &raw)?);
            }
        }
        let edit = self.section_list(step, field, seen.as_deref(), &wanted, Habit::Typed)?;
        let unchanged = |edit: &Edit| edit.before == edit.after;
        same |= edit.as_ref().is_some_and(unchanged);
        edits.extend(edit.filter(|edit| !unchanged(edit)));
        match same && edits.is_empty() {
            true => Ok(edits),
            false => placed(step, field, edits),
        }
    }

    /// The canon's list made that of the log.
    pub(super) fn list_from_log(
        &self,
        step: StepRef<'_>,
        field: Field,
    ) -> Result<Option<Edit>, Refusal> {
        let wanted = step.log_list(field).unwrap_or_default();
        self.section_list(step, field, None, &wanted, Habit::LikeOthers)
    }

    /// The log's list made that of the canon, as raw JSON.
    pub(super) fn list_from_canon(&self, step: StepRef<'_>, field: Field) -> String {
        let current = step.log_list(field).unwrap_or_default();
        let canon = step.canon_list(field).unwrap_or_default().into_iter();
        let mut wanted: Vec<ListEntry> = canon.map(|(entry, _)| entry).collect();
        let pieces = list::pieces(field, &current, None, &wanted);
        for entry in &mut wanted {
            if let (Field::Dependencies, Dependency::Step(id)) =
                (field, Dependency::read((&*entry.text).into()))
            {
                entry.text = id.to_string();
            }
        }
        written_raw(step, field, &current, &pieces, &wanted)
    }

    fn section_list(
        &self,
        step: StepRef<'_>,
        field: Field,
        seen: Option<&[ListEntry]>,
        wanted: &[ListEntry],
        habit: Habit,
    ) -> Result<Option<Edit>, Refusal> {
        let Some((section, document)) = step.section() else {
            return Ok(None);
        };
        let file = &self.plan.files()[section.file];
        resolved(section, file)?;
        self.may_be_canon_only(step)?;
        let step_id = section.id;
        let edit = |before: Option<Vec<u8>>, after: Vec<u8>| Edit {
            path: file.path.clone(),
            target: Target::SectionValue {
                step: step_id,
                nth: self.nth_of_section(section),
                field,
            },
            before,
            after: Some(after),
        };
        let Some(item) = section.bullet(field) else {
            if step.log_line().is_some() {
                return Ok(None);
            }
            if section.last_bullet().is_none() {
                return refuse(format!(
                    "the section of {step_id} in {} has no bullets yet; write one below its heading first, such as `- **Owner:** …`",
                    file.path.display()
                ));
            }
            let texts: Vec<&str> = wanted.iter().map(|entry| &*entry.text).collect();
            let after = format!(" {}", written_list(&texts));
            let label = String::new();
            let edits = vec![edit(None, after.into_bytes())];
            let change = reversible(file, Change { label, edits })?;
            return Ok(change.edits.into_iter().next());
        };
        let (Some(span), Some(list)) = (tail(document, item, field), document.entries(item)) else {
            return Ok(None);
        };
        let links = habit == Habit::LikeOthers && has_file_links(&list);
        let written = |number: usize| {
            let text = &wanted[number].text;
            match links && field != Field::Dependencies && link::is_path(text) {
                true => link::written_beside(text, &file.path),
                false => document.entry_source(&list, text),
            }
        };
        let current = step.canon_list(field).unwrap_or_default().into_iter();
        let current: Vec<ListEntry> = current.map(|(entry, _)| entry).collect();
        let slots = slots(&list::pieces(field, &current, seen, wanted), written);
        let refused = |refusal: markdown::Refusal| Refusal(refusal.to_string());
        let source = |of: &MarkdownDocument, span: Span| of.bytes()[span.range()].to_vec();
        let before = source(document, span);
        let stays = |(at, piece): (usize, &EntrySlot)| *piece == EntrySlot::Kept { at, tick: None };
        if slots.len() == current.len() && slots.iter().enumerate().all(stays) {
            return Ok(Some(edit(Some(before.clone()), before)));
        }
        let changed = document.set_entries(item, &slots).map_err(refused)?;
        match tail(&changed, item, field) {
            Some(span) => Ok(Some(edit(Some(before), source(&changed, span)))),
            None => refuse(format!("{step_id} would lose its {}", field.label())),
        }
    }
}

/// The raw JSON of a list. What was not a list before is written as one.
fn written_raw(
    step: StepRef<'_>,
    field: Field,
    current: &[ListEntry],
    pieces: &[Piece],
    wanted: &[ListEntry],
) -> String {
    let old = step.raw(field);
    let quoted = value::raw_entry(step, field);
    let separator = step
        .log_line()
        .map_or(", ".to_owned(), |line| spacing(line).0);
    if old.is_none_or(|raw| raw.starts_with('[')) {
        return list::raw(old, pieces, &separator, |number| {
            quoted(&wanted[number].text)
        });
    }
    let all: Vec<ListEntry> = pieces
        .iter()
        .map(|piece| match *piece {
            Piece::Kept { at, .. } => current[at].clone(),
            Piece::New(number) => wanted[number].clone(),
        })
        .collect();
    let pieces: Vec<Piece> = (0..all.len()).map(Piece::New).collect();
    list::raw(None, &pieces, &separator, |number| {
        quoted(&all[number].text)
    })
}

fn has_file_links(list: &EntryList) -> bool {
    let mut links = list.entries.iter().flat_map(|entry| &entry.links);
    links.any(|link| !link::is_address(&link.url))
}

fn list_label(step: StepRef<'_>, field: Field, old: &[String], entries: &[String]) -> String {
    let added = entries.iter().filter(|e| !old.contains(e));
    let removed = old.iter().filter(|o| !entries.contains(o));
    let signed: Vec<String> = added
        .map(|e| format!("+{}", shown(e)))
        .chain(removed.map(|o| format!("−{}", shown(o))))
        .collect();
    let name = field.label().to_lowercase();
    if old == entries {
        return format!("{} {} written as a list", step.id(), field.spec().name);
    }
    match signed.is_empty() {
        true => format!("{} {name} reordered", step.id()),
        false => format!("{} {name} {}", step.id(), signed.join(" ")),
    }
}
