//! From a person's wish to the edits that fulfil it, in log and canon at once.
//!
//! A composer reads the plan as it is, checks the wish, and answers with a change or with the
//! reason why not. It changes nothing itself.

mod add;
mod block;
mod both_papers;
mod evidence;
mod fix;
mod free;
pub(crate) mod renumber;
mod gate;
mod layout;
mod line;
mod list;
mod paper_side;
mod resolve;
mod retire;
pub(crate) mod fix_all;
mod batch;
mod assign;
mod each;
mod relocate;
mod seen;
mod step_lines;

use std::collections::HashSet;
use std::path::Path;

use chrono::{DateTime, Utc};

use super::value::{self, Refusal, refuse};
use super::{Change, Edit, NONE, Target, apply, tail};
use crate::document::english::capitalised;
use crate::document::json;
use crate::document::log::LineRef;
use crate::document::markdown::escaped;
use crate::plan::canon::section::{HEADING_DASHES, Section, status_and_more};
use crate::plan::field::{Field, Kind, inner_order};
use crate::plan::id::StepId;
use crate::plan::source::{Role, SourceFile};
use crate::plan::status::Status;
use crate::plan::step::{Drift, stand_in};
use crate::plan::{Plan, StepRef};
pub(crate) use add::{add_edits, named_in_title};
pub use assign::Assignment;
pub(crate) use assign::{Action, requests};
pub(crate) use batch::FieldRequest;
pub use each::{BulkChange, StepRequest};
pub(crate) use each::{dependents, sub_steps};
pub use evidence::Attachment;
pub(crate) use evidence::own_entry;
pub(crate) use relocate::{Relocated, no_room};
pub use resolve::Resolution;
pub(crate) use seen::SeenValues;
pub(crate) use step_lines::questions;
pub use step_lines::{MergeFacts, StepDispute, StepLines, step_dispute};

/// Turns wishes about `plan` into changes dated `now`.
#[derive(Clone, Copy)]
pub struct Composer<'a> {
    /// The plan as it is.
    pub plan: &'a Plan,
    /// The instant that edited steps are stamped with.
    pub now: DateTime<Utc>,
    /// IDs that are in use elsewhere, such as on a branch: no step gets them unasked.
    elsewhere: Option<&'a HashSet<StepId>>,
    /// What the person saw in fields that they set.
    seen: Option<&'a SeenValues>,
    /// Where a plan without a log gets its first one.
    first_log: Option<&'a Path>,
}

impl<'a> Composer<'a> {
    /// A composer for `plan` at `now`.
    pub fn new(plan: &'a Plan, now: DateTime<Utc>) -> Self {
        Self {
            plan,
            now,
            elsewhere: None,
            seen: None,
            first_log: None,
        }
    }

    /// The same composer, passing over IDs that are in use elsewhere.
    pub(crate) fn passing_over(self, ids: &'a HashSet<StepId>) -> Self {
        Self {
            elsewhere: Some(ids),
            ..self
        }
    }

    /// The same composer, which adds the first step of a plan without a log to a new one here.
    pub(crate) fn starting_log(self, first_log: Option<&'a Path>) -> Self {
        Self { first_log, ..self }
    }
}

impl Composer<'_> {
    /// Sets a single-valued field of one step to what was typed.
    ///
    /// # Errors
    /// When the field cannot take the value, or the step's files have no place for it.
    pub fn set(&self, step: usize, field: Field, typed: &str) -> Result<Change, Refusal> {
        let step = self.plan.step(step);
        let after = value::accept(self.plan, field, typed)?;
        let before = step.text(field).into_owned();
        let pair = shown_pair(&before, &after);
        let label = match field.spec().kind {
            Kind::Text => format!("{} {}", step.id(), field.label().to_lowercase()),
            _ => format!(
                "{} {}: {} → {}",
                step.id(),
                field.label().to_lowercase(),
                pair.0,
                pair.1
            ),
        };
        let edits = self.set_edits(step, field, &after)?;
        Ok(Change { label, edits })
    }

    /// Sets the same field of several steps, as one change.
    ///
    /// # Errors
    /// As [`Composer::each`].
    pub fn set_all(&self, steps: &[usize], field: Field, typed: &str) -> Result<Change, Refusal> {
        let request = StepRequest::set(field, typed);
        Ok(self.each(steps, &request)?.change)
    }

    /// Takes over one side of a step's drift: the canon's words into the log, or the
    /// log's into the canon. What does not fit the other side stays, and the label says so.
    ///
    /// # Errors
    /// When none of the words fit the other side.
    pub fn reconcile(&self, step: usize, keep_log: bool) -> Result<Change, Refusal> {
        let (mut change, refused) = self.reconcile_each(step, keep_log)?;
        if let Some(why) = refused.first() {
            change.label += &format!("; {why}");
        }
        Ok(change)
    }

    /// The same, with what does not fit apart.
    ///
    /// # Errors
    /// As [`Composer::reconcile`].
    fn reconcile_each(
        &self,
        step: usize,
        keep_log: bool,
    ) -> Result<(Change, Vec<Refusal>), Refusal> {
        let step = self.plan.step(step);
        let Some((section, _)) = step.section() else {
            return refuse(format!("{} is in one file only", step.id()));
        };
        let (mut fields, mut refused) = (Vec::new(), Vec::new());
        // Each field of the log brings its own stamp; the step needs one.
        let mut edits: Vec<Edit> = Vec::new();
        for drift in step.drift() {
            let name = drift.field.label().to_lowercase();
            match self.field_of_side(step, section, &drift, keep_log) {
                Ok(more) => {
                    more.into_iter()
                        .for_each(|edit| batch::add(&mut edits, edit));
                    fields.push(name);
                }
                Err(why) => refused.push(Refusal(format!(
                    "{name} of {} stays as it is: {why}",
                    step.id()
                ))),
            }
        }
        if fields.is_empty() {
            let agree = || Refusal(format!("log and canon agree on {}", step.id()));
            let reasons: Vec<String> = refused.iter().map(ToString::to_string).collect();
            return Err(match reasons.is_empty() {
                true => agree(),
                false => Refusal(reasons.join("; ")),
            });
        }
        let side = if keep_log { "log" } else { "canon" };
        let label = format!("{} {} as in the {side}", step.id(), fields.join(", "));
        Ok((Change { label, edits }, refused))
    }

    /// One field of a step made that of one side.
    fn field_of_side(
        &self,
        step: StepRef<'_>,
        section: &Section,
        drift: &Drift,
        keep_log: bool,
    ) -> Result<Vec<Edit>, Refusal> {
        let field = drift.field;
        let is_list = field.spec().kind == Kind::List;
        let mut edits: Vec<Edit> = match (keep_log, is_list) {
            (true, true) => self.list_from_log(step, field)?.into_iter().collect(),
            (true, false) => {
                let text = value::accept(self.plan, field, &drift.log)?;
                let edit = self.section_edit(step, section, field, &text)?;
                edit.into_iter().collect()
            }
            (false, true) => self.log_edits(step, field, &self.list_from_canon(step, field))?,
            (false, false) => {
                let text = value::accept(self.plan, field, &drift.canon)?;
                self.log_edits(step, field, &value::raw(field, &text))?
            }
        };
        edits.retain(|edit| edit.before != edit.after);
        match edits.iter().all(is_stamp) {
            true => refuse("this would change nothing; edit it by hand"),
            false => Ok(edits),
        }
    }

    fn set_edits(
        &self,
        step: StepRef<'_>,
        field: Field,
        after: &str,
    ) -> Result<Vec<Edit>, Refusal> {
        let mut edits = Vec::new();
        if step.log_line().is_some() {
            let unchanged = step.raw(field).is_some_and(|raw| json::words(raw) == after)
                || step.raw(field).is_none() && after.is_empty();
            if !unchanged {
                edits.extend(self.log_edits(step, field, &value::raw(field, after))?);
            }
        }
        if let Some((section, document)) = step.section()
            && section.text(document, field).unwrap_or_default() != after
            && let Some(edit) = self.section_edit(step, section, field, after)?
        {
            // In the canon's own spelling it may be there already.
            if edit.before == edit.after {
                return Ok(edits);
            }
            edits.push(edit);
        }
        if edits.is_empty() && step.text(field) == after {
            return Ok(edits);
        }
        placed(step, field, edits)
    }

    /// Sets a key of the log line, and its stamp with it.
    fn log_edits(&self, step: StepRef<'_>, field: Field, raw: &str) -> Result<Vec<Edit>, Refusal> {
        let spec = field.spec();
        let line = step.log_line().map(|line| (line.get(spec.key), line));
        let Some((outer, line)) = line else {
            return Ok(Vec::new());
        };
        let (inner, before, after) = match (spec.inner, outer) {
            (Some(inner), Some(outer)) if json::Object::parse(outer).is_ok() => {
                (Some(inner), step.raw(field), raw.to_owned())
            }
            (Some(inner), outer) => {
                let spacing = spacing(line);
                let after = as_object(spec.key, outer, Some((inner, raw)), &spacing);
                (None, outer, after)
            }
            (None, outer) => (None, outer, raw.to_owned()),
        };
        let mut edits = vec![self.log_edit(step, spec.key, inner, before, &after)];
        if field != Field::UpdatedAt {
            let stamp = json::quote(&value::instant(self.now));
            let before = line.get("updated_at");
            if before != Some(&stamp) {
                edits.push(self.log_edit(step, "updated_at", None, before, &stamp));
            }
        }
        Ok(edits)
    }

    fn log_edit(
        &self,
        step: StepRef<'_>,
        key: &'static str,
        inner: Option<&'static str>,
        before: Option<&str>,
        after: &str,
    ) -> Edit {
        let file = step.log_place().map_or(0, |place| place.file);
        let line = step.log_line().map(LineRef::text).unwrap_or_default();
        let after = json::escaped_as_in(&line, after);
        Edit {
            path: self.plan.files()[file].path.clone(),
            target: Target::LogValue {
                step: step.id(),
                nth: self.nth_in_file(step, file),
                key,
                inner,
            },
            before: before.map(|raw| raw.as_bytes().to_vec()),
            after: Some(after.as_bytes().to_vec()),
        }
    }

    /// Which of the lines with this ID within one log the step is.
    fn nth_in_file(&self, step: StepRef<'_>, file: usize) -> u32 {
        let first = step.index() - step.nth() as usize;
        let earlier = (first..step.index())
            .filter(|index| {
                self.plan
                    .step(*index)
                    .log_place()
                    .is_some_and(|p| p.file == file)
            })
            .count();
        u32::try_from(earlier).unwrap_or(u32::MAX)
    }

    /// Which of the sections of its step within one file it is.
    fn nth_of_section(&self, section: &Section) -> usize {
        let same = |s: &&Section| s.id == section.id && s.heading < section.heading;
        let sections = self.plan.sections_of(section.file).iter();
        sections.filter(same).count()
    }

    /// Sets a bullet or the title of a canon section. A section of a step that the log
    /// has, too, and that is silent about the field stays silent.
    fn section_edit(
        &self,
        step: StepRef<'_>,
        section: &Section,
        field: Field,
        text: &str,
    ) -> Result<Option<Edit>, Refusal> {
        let file = &self.plan.files()[section.file];
        let Some(document) = file.markdown() else {
            return Ok(None);
        };
        resolved(section, file)?;
        self.may_be_canon_only(step)?;
        let nth = self.nth_of_section(section);
        let edit = |target, before: Option<Vec<u8>>, after: String| {
            Ok(Some(Edit {
                path: file.path.clone(),
                target,
                before,
                after: Some(after.into_bytes()),
            }))
        };
        let added = |edit: Result<Option<Edit>, Refusal>| {
            let edits = edit?.into_iter().collect();
            let label = String::new();
            let change = reversible(file, Change { label, edits })?;
            Ok(change.edits.into_iter().next())
        };
        let source = |span: crate::document::splice::Span| document.bytes()[span.range()].to_vec();
        let id = section.id;
        if field == Field::Title {
            if text.starts_with(HEADING_DASHES) {
                return refuse("a title in the canon cannot start with a dash");
            }
            let span = section.title_span;
            let ahead = document.bytes()[..span.start].last();
            if ahead.is_some_and(u8::is_ascii_alphanumeric) {
                return refuse(format!(
                    "the heading of {id} in {} has no dash after the ID; add one there first",
                    file.path.display()
                ));
            }
            let splices = document
                .set_heading_text(section.heading, span, text)
                .map_err(|refusal| Refusal(refusal.to_string()))?;
            let after = splices.into_iter().next().map(|splice| splice.text);
            let target = Target::SectionTitle { step: id, nth };
            let after = String::from_utf8(after.unwrap_or_default())
                .map_err(|_| Refusal(format!("the title of {id} is not UTF-8")))?;
            return edit(target, Some(source(span)), after);
        }
        if field.spec().canon.is_none() {
            return Ok(None);
        }
        let target = Target::SectionValue {
            step: id,
            nth,
            field,
        };
        let Some(item) = section.bullet(field) else {
            return match step.log_line() {
                Some(_) => Ok(None),
                None if section.last_bullet().is_none() => refuse(format!(
                    "the section of {id} in {} has no bullets yet; write one below its heading first, such as `- **Owner:** …`",
                    file.path.display()
                )),
                // A new bullet is one line: the canon reads a break as a space anyway.
                None => {
                    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
                    added(edit(target, None, format!(" {}", escaped(&line))))
                }
            };
        };
        let (Some(label), Some(span)) = (document.label(item), tail(document, item, field)) else {
            return Ok(None);
        };
        let before = source(span);
        let splices = match (field, status_and_more(document, &label)) {
            (Field::Status, Some((status, more))) => {
                document.set_label_source(item, &(cased_like(&status, text) + &more))
            }
            (Field::Status, None) => document.set_label_value(item, &cased_like(&label.text, text)),
            _ => document.set_label_value(item, text),
        };
        let changed = splices
            .map_err(|refusal| refusal.to_string())
            .and_then(|splices| document.apply(&splices).map_err(|error| error.to_string()))
            .map_err(Refusal)?;
        let after = match tail(&changed, item, field) {
            Some(span) => changed.source(span).into_owned(),
            None => return refuse(format!("{id} would lose its {}", field.label())),
        };
        edit(target, Some(before), after)
    }
}

/// Whether an edit does no more than date a step.
fn is_stamp(edit: &Edit) -> bool {
    let key = Field::UpdatedAt.spec().key;
    matches!(&edit.target, Target::LogValue { key: own, .. } if *own == key)
}

/// What stands in the place of the object under `key`, in an object, with one more entry or the
/// same with another value.
fn as_object(
    key: &str,
    bare: Option<&str>,
    entry: Option<(&str, &str)>,
    (separator, colon): &Spacing,
) -> String {
    let bare = bare.and_then(|raw| Some((stand_in(key, raw)?.spec().inner?, raw)));
    let kept = bare.filter(|(inner, _)| entry.is_none_or(|(name, _)| name != *inner));
    let order = inner_order(key);
    let mut entries: Vec<(&str, &str)> = kept.into_iter().chain(entry).collect();
    entries.sort_by_key(|(inner, _)| order.iter().position(|known| known == inner));
    let entries = entries.iter();
    let entries: Vec<String> = entries
        .map(|(inner, raw)| format!("{}{colon}{raw}", json::quote(inner)))
        .collect();
    format!("{{{}}}", entries.join(separator))
}

/// What is between two entries of a line, and between a key and its value.
type Spacing = (String, String);

/// That of a line; the usual one of what is no JSON.
fn spacing(line: LineRef<'_>) -> Spacing {
    let text = line.text();
    let object = json::Object::parse(&text).ok();
    let (separator, colon) = object.as_ref().map_or((", ", ": "), json::Object::spacing);
    (separator.to_owned(), colon.to_owned())
}

/// Refuses a section with an unfinished merge in it.
fn resolved(section: &Section, file: &SourceFile) -> Result<(), Refusal> {
    match section.in_conflict {
        true => refuse(format!(
            "the section of {} in {} has conflict markers in it: resolve the merge first",
            section.id,
            file.path.display()
        )),
        false => Ok(()),
    }
}

/// A change to a field for which no file of the step has a place is not a change at all.
fn placed(step: StepRef<'_>, field: Field, edits: Vec<Edit>) -> Result<Vec<Edit>, Refusal> {
    if edits.is_empty() {
        return refuse(format!(
            "{} is only in the canon, which has no place for {}",
            step.id(),
            field.label().to_lowercase()
        ));
    }
    Ok(edits)
}

/// The status in the canon's own habit: "In Progress" where the old one began with a capital.
fn cased_like(old: &str, status: &str) -> String {
    if !old.starts_with(char::is_uppercase) || Status::read(status).is_none() {
        return status.to_owned();
    }
    status
        .split(' ')
        .map(capitalised)
        .collect::<Vec<_>>()
        .join(" ")
}

/// Characters of a value that a message shows at most.
const LONGEST: usize = 32;

/// A value short enough for one line of a message.
pub(crate) fn shown(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() {
        return NONE.to_owned();
    }
    match line.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("{}…", &line[..cut]),
        None => line,
    }
}

/// Two values short enough for one line of a message, from where they begin to differ.
pub(crate) fn shown_pair(before: &str, after: &str) -> (String, String) {
    const LEAD: usize = 8;
    let alike = before
        .chars()
        .zip(after.chars())
        .take_while(|(a, b)| a == b)
        .count();
    let from = |text: &str| {
        if alike < 2 * LEAD || text.chars().count() <= LONGEST {
            return shown(text);
        }
        let tail: String = text.chars().skip(alike - LEAD).collect();
        format!("…{}", shown(&tail))
    };
    (from(before), from(after))
}

/// The file that new roadmap entries go to.
fn roadmap_file(plan: &Plan) -> Option<usize> {
    plan.files()
        .iter()
        .position(|file| file.role == Role::Roadmap)
}

/// Refuses a change of `file` that cannot be made, or that undo could not take back to the
/// last byte: line ends of two kinds, a table row that ends in the middle of a cell. Where only the
/// blank lines of a spaced log could not come back, its lines come and go without them.
///
/// # Errors
/// When it is one of those.
pub(crate) fn reversible(file: &SourceFile, change: Change) -> Result<Change, Refusal> {
    let Err(refusal) = comes_back(file, &change) else {
        return Ok(change);
    };
    let alone = change.clone().without_blank_lines();
    match alone != change && comes_back(file, &alone).is_ok() {
        true => Ok(alone),
        false => Err(refusal),
    }
}

/// Whether a change can be made and undone to the last byte.
fn comes_back(file: &SourceFile, change: &Change) -> Result<(), Refusal> {
    let before = vec![file.clone()];
    let mut files = before.clone();
    let same = |files: &[SourceFile]| {
        let bytes = |files: &[SourceFile]| files.first().map(|f| f.document.to_bytes());
        bytes(files) == bytes(&before)
    };
    let there = apply::change(change, &mut files);
    // As whoever reads the file next would read it.
    for file in &mut files {
        *file = SourceFile::load(&file.path, file.role, file.document.to_bytes());
    }
    let back = there.and_then(|()| apply::change(&change.inverse(), &mut files));
    match back {
        Ok(()) if same(&files) => Ok(()),
        Ok(()) => {
            let path = file.path.display();
            let bytes = file.document.to_bytes();
            // The last one has nothing behind it.
            let is_lone = |pair: &[u8]| pair[0] == b'\r' && pair[1] != b'\n';
            let reason = match bytes.windows(2).any(is_lone) || bytes.ends_with(b"\r") {
                true => {
                    "its lines end with a carriage return alone: convert them to newlines first"
                }
                false => "make it by hand",
            };
            refuse(format!(
                "this edit of {path} could not be undone byte for byte, so it is not made; {reason}"
            ))
        }
        Err(conflicts) => match conflicts.first() {
            Some(conflict) => refuse(conflict.obstacle.to_string()),
            None => Ok(()),
        },
    }
}
