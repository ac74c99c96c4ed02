//! One step as the plan sees it: log and canon put together.

use std::borrow::Cow;
use std::collections::HashSet;

use super::canon::section::Section;
use super::dependency::Dependency;
use super::field::{Field, Kind, fields, key_order};
use super::id::StepId;
use super::link;
use super::list_entry::{ListEntry, words_in_log};
use super::source::Location;
use super::status::{State, Status};
use super::{LogPlace, Plan, Step, StepKey};
use crate::document::json;
use crate::document::log::LineRef;
use crate::document::markdown::{MarkdownDocument, is_nothing};
use crate::document::splice::Span;

/// A step of a plan.
#[derive(Clone, Copy)]
pub struct StepRef<'a> {
    plan: &'a Plan,
    index: usize,
}

/// A field on which log and canon disagree.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Drift {
    pub field: Field,
    /// What the log says.
    pub log: String,
    /// What the canon says.
    pub canon: String,
    /// Of a list the entries that only the log has, and those that only the canon has.
    pub only: [Vec<String>; 2],
}

impl<'a> StepRef<'a> {
    pub(super) fn new(plan: &'a Plan, index: usize) -> Self {
        Self { plan, index }
    }

    fn facts(self) -> &'a Step {
        &self.plan.steps[self.index]
    }

    /// The plan that it is a step of.
    pub(crate) fn plan(self) -> &'a Plan {
        self.plan
    }

    /// The step's index in the plan.
    pub fn index(self) -> usize {
        self.index
    }

    /// The step's name, spelled as its line or its heading spells it.
    pub fn id(self) -> StepId {
        self.facts().id
    }

    /// How many steps with the same ID are before it; 0 unless the ID is a duplicate.
    pub fn nth(self) -> u32 {
        let id = self.id();
        let before = self.index.checked_sub(1).map(|at| self.plan.steps[at].id);
        match before == Some(id) {
            true => (self.index - self.plan.first_from(id)) as u32,
            false => 0,
        }
    }

    /// The step by name, which stays the same while the plan changes around it.
    pub fn key(self) -> StepKey {
        (self.id(), self.nth())
    }

    /// The status, if it is one of the five in any spelling.
    pub fn status(self) -> Option<Status> {
        self.plan.statuses[self.index]
    }

    /// What its dependencies and its status make of it.
    pub fn state(self) -> State {
        match self.plan.graph.state(self.index) {
            State::Ready if self.has_unknown_status() => State::Unclear,
            state => state,
        }
    }

    /// Whether a status is written that is none of the five.
    pub fn has_unknown_status(self) -> bool {
        self.status().is_none() && !self.text(Field::Status).trim().is_empty()
    }

    /// Whether it can be worked on.
    pub fn is_ready(self) -> bool {
        self.state() == State::Ready
    }

    /// Index of the block that its number falls into.
    pub fn block(self) -> usize {
        self.facts().block as usize
    }

    /// Whether its block is retired or merged. Its open steps are then, and those that are done stay
    /// so.
    pub(crate) fn is_of_retired_block(self) -> bool {
        self.plan.blocks[self.block()].retirement().is_some()
    }

    /// The log line that holds the step.
    pub(crate) fn log_place(self) -> Option<LogPlace> {
        self.plan.log_place(self.facts().line)
    }

    /// The log line that holds the step, taken apart.
    pub fn log_line(self) -> Option<LineRef<'a>> {
        let place = self.log_place()?;
        Some(self.plan.files[place.file].log()?.line(place.line))
    }

    /// The canon section that describes the step, with its document.
    pub fn section(self) -> Option<(&'a Section, &'a MarkdownDocument)> {
        let section = self.plan.canon.section(self.facts().section)?;
        Some((section, self.plan.files[section.file].markdown()?))
    }

    /// The raw JSON of a field in the log line; for inner fields, the inner value, or what stands
    /// in the place of the object.
    pub(crate) fn raw(self, field: Field) -> Option<&'a str> {
        let spec = field.spec();
        let raw = self.log_line()?.get(spec.key)?;
        match spec.inner {
            None => Some(raw),
            Some(inner) => match json::Object::of_value(raw) {
                Some(object) => object.get(inner),
                None => (stand_in(spec.key, raw) == Some(field)).then_some(raw),
            },
        }
    }

    /// Whether the value of an inner field is written in the place of the object.
    pub(crate) fn is_bare(self, field: Field) -> bool {
        let spec = field.spec();
        let outer = self.log_line().and_then(|line| line.get(spec.key));
        spec.inner.is_some()
            && outer.is_some_and(|raw| !raw.starts_with('{') && self.raw(field) == Some(raw))
    }

    /// The words of a field: the log's, else the canon's, else the block's row's, else nothing. Lists are joined
    /// by commas.
    pub fn text(self, field: Field) -> Cow<'a, str> {
        match self.raw(field) {
            Some(_) if field.spec().kind == Kind::List => self.list(field).join(", ").into(),
            Some(raw) if raw.starts_with('[') => match words_of_list(raw) {
                Some(items) => Cow::Owned(items.join(", ")),
                None => Cow::Borrowed(raw),
            },
            Some(raw) => json::words(raw),
            None => {
                let canon = self.canon_text(field).or_else(|| self.inherited(field));
                canon.unwrap_or_default()
            }
        }
    }

    /// What the block's row says for a step that says nothing.
    fn inherited(self, field: Field) -> Option<Cow<'a, str>> {
        let column = field.spec().inherited?;
        Some(self.plan.block_text(self.block(), column).into())
    }

    /// The entries of a list field: the log's, else the canon's. Words that say that there is
    /// nothing are none.
    pub fn list(self, field: Field) -> Vec<Cow<'a, str>> {
        match self.raw(field) {
            Some(raw) => words_in_log(raw).collect(),
            None => {
                let entries = self.canon_list(field).unwrap_or_default().into_iter();
                entries.map(|(entry, _)| entry.text.into()).collect()
            }
        }
    }

    /// The entries of a list field in the log, or `None` where the log is silent about it.
    pub(crate) fn log_list(self, field: Field) -> Option<Vec<ListEntry>> {
        self.raw(field)?;
        let entries = self.list(field).into_iter();
        Some(entries.map(ListEntry::plain).collect())
    }

    /// The entries of a list field in the canon with their places, or `None` where the canon is
    /// silent about it.
    pub fn canon_list(self, field: Field) -> Option<Vec<(ListEntry, Span)>> {
        let (section, document) = self.section()?;
        section.list(document, &self.plan.files[section.file].path, field)
    }

    fn canon_text(self, field: Field) -> Option<Cow<'a, str>> {
        if field.spec().kind == Kind::List {
            let entries = self.canon_list(field)?.into_iter();
            let words: Vec<String> = entries.map(|(entry, _)| entry.text).collect();
            return Some(Cow::Owned(words.join(", ")));
        }
        let (section, document) = self.section()?;
        section.text(document, field)
    }

    /// The title.
    pub fn title(self) -> Cow<'a, str> {
        self.text(Field::Title)
    }

    /// The owner; nothing where there is none, or where words say so.
    pub fn owner(self) -> Cow<'a, str> {
        let owner = self.text(Field::Owner);
        match is_nothing(&owner) {
            true => Cow::Borrowed(""),
            false => owner,
        }
    }

    /// What the step depends on, in the order in which it is written.
    pub(crate) fn dependencies(self) -> impl Iterator<Item = Dependency<'a>> {
        self.list(Field::Dependencies)
            .into_iter()
            .map(Dependency::read)
    }

    /// Whether it waits for itself, in a circle.
    pub(crate) fn is_cyclic(self) -> bool {
        self.plan.graph.cycle(self.index).is_some()
    }

    /// Whether the value reached satisfies the target; `None` where either is missing or
    /// the target does not say which way is good, as `≤200` or `>= 99.5 %` does. Whoever reaches
    /// just that has it either way.
    pub(crate) fn meets_target(self) -> Option<bool> {
        let (target, actual) = (self.text(Field::Target), self.text(Field::Actual));
        let target = target.trim();
        let signs = ["<=", ">=", "≤", "≥", "<", ">"];
        let sign = signs.into_iter().find(|sign| target.starts_with(sign));
        let (bar, unit) = measure(&target[sign.map_or(0, str::len)..])?;
        let (reached, of) = measure(&actual)?;
        if !(of.is_empty() || unit.is_empty() || of == unit) {
            return None;
        }
        match sign {
            None => (reached == bar).then_some(true),
            Some("<=" | "≤") => Some(reached <= bar),
            Some(">=" | "≥") => Some(reached >= bar),
            Some("<") => Some(reached < bar),
            Some(_) => Some(reached > bar),
        }
    }

    /// Where the step is written: its log line, its canon heading.
    pub fn places(self) -> Vec<Location> {
        let log = self
            .log_place()
            .map(|place| Location::line(&self.plan.files[place.file].path, place.line + 1));
        let canon = self.section().map(|(section, document)| {
            let heading = &document.headings()[section.heading];
            Location::line(
                &self.plan.files[section.file].path,
                document.line_of(heading.span.start),
            )
        });
        log.into_iter().chain(canon).collect()
    }

    /// The fields on which log and canon disagree. A field that only one of them has is not a
    /// disagreement.
    pub fn drift(self) -> Vec<Drift> {
        let Some(canon) = self.beside_log() else {
            return Vec::new();
        };
        let fields = fields().iter();
        fields
            .filter_map(|spec| self.drift_from(spec.field, canon))
            .collect()
    }

    /// The same of one field.
    pub fn drift_of(self, field: Field) -> Option<Drift> {
        self.drift_from(field, self.beside_log()?)
    }

    /// The section of a step that the log has, too.
    fn beside_log(self) -> Option<(&'a Section, &'a MarkdownDocument)> {
        self.log_line()?;
        // Where two versions are there, what the canon says is open.
        self.section().filter(|(section, _)| !section.in_conflict)
    }

    fn drift_from(
        self,
        field: Field,
        (section, document): (&Section, &MarkdownDocument),
    ) -> Option<Drift> {
        let spec = field.spec();
        if !spec.is_in_canon() {
            return None;
        }
        // A field that says nothing does not contradict.
        self.raw(field).filter(|raw| *raw != "null")?;
        let agree = match spec.kind {
            Kind::List => same_list(field, self.log_list(field)?, &self.canon_list(field)?),
            Kind::Status => {
                let canon = section.text(document, field)?;
                Status::read(&canon) == self.status() && self.status().is_some()
                    || same_words(&canon, &self.text(field))
            }
            // Whoever fills the log from the canon mostly takes Markdown along.
            _ => {
                let log = self.text(field);
                let said = [
                    section.text(document, field)?,
                    section.source(document, field)?,
                ];
                let is_nobody = |owner: &str| field == Field::Owner && is_nothing(owner);
                said.iter().any(|canon| {
                    same_words(canon, &log)
                        || is_nobody(canon) && is_nobody(&log)
                        || field == Field::Notes && same_sentences(canon, &log)
                })
            }
        };
        (!agree).then(|| Drift {
            only: match spec.kind {
                Kind::List => self.only(field),
                _ => Default::default(),
            },
            field,
            log: self.text(field).into_owned(),
            canon: self.canon_text(field).unwrap_or_default().into_owned(),
        })
    }

    /// The entries of a list that only the log has, and those that only the canon has.
    fn only(self, field: Field) -> [Vec<String>; 2] {
        let log = self.log_list(field).unwrap_or_default();
        let canon = self.canon_list(field).unwrap_or_default().into_iter();
        let canon: Vec<ListEntry> = canon.map(|(entry, _)| entry).collect();
        [(&log, &canon), (&canon, &log)].map(|(own, other)| {
            let known: HashSet<_> = other.iter().flat_map(|entry| names(entry, field)).collect();
            let is_known =
                |entry: &&ListEntry| names(entry, field).iter().any(|name| known.contains(name));
            let only = own.iter().filter(|entry| !is_known(entry));
            only.map(|entry| entry.text.clone()).collect()
        })
    }

    /// Keys of the log line that no field stands for, with their raw values.
    pub fn other_keys(self) -> Vec<(&'a str, &'a str)> {
        self.log_line()
            .into_iter()
            .flat_map(LineRef::entries)
            .filter(|(key, _)| !key_order().contains(key))
            .collect()
    }
}

/// The inner field whose value it is that somebody wrote in the place of the object under `key`:
/// an address or a path is the link, anything else the first. Nothing where it says nothing.
pub(crate) fn stand_in(key: &str, raw: &str) -> Option<Field> {
    let words = json::words(raw);
    let text = words.trim();
    let is_link = !text.contains(char::is_whitespace)
        && (link::is_address(text) || link::is_path(text) && link::names_file(text));
    let own = || fields().iter().filter(|spec| spec.key == key);
    let link = own().find(|spec| is_link && spec.inner == Some("link"));
    let said = link.or_else(|| own().next()).filter(|_| !text.is_empty());
    said.map(|spec| spec.field)
}

/// A number and its unit. `1,200` can be read in two ways, and so is neither.
pub(crate) fn measure(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+')))
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end + exponent(&text[end..]));
    let unit = unit.trim_start();
    (!unit.starts_with([',', '\'', '_'])).then_some((number.parse().ok()?, unit))
}

/// How many bytes the exponent of a number takes, as JSON writes it: `2e3` is 2000.
fn exponent(text: &str) -> usize {
    let Some(rest) = text.strip_prefix(['e', 'E']) else {
        return 0;
    };
    let digits = rest.strip_prefix(['+', '-']).unwrap_or(rest);
    let count = digits.bytes().take_while(u8::is_ascii_digit).count();
    match count {
        0 => 0,
        count => text.len() - digits.len() + count,
    }
}

fn words_of_list(raw: &str) -> Option<Vec<Cow<'_, str>>> {
    Some(json::known_items(raw)?.map(json::words).collect())
}

fn same_words(a: &str, b: &str) -> bool {
    a.split_whitespace().eq(b.split_whitespace())
}

/// Whether two notes have the same lines and sentences, in whatever order: what two people appended
/// is in the log in the order of its stamps, which the canon does not have.
fn same_sentences(a: &str, b: &str) -> bool {
    let sentences = |text: &'_ str| {
        let ends = ['\n', '.', '!', '?'];
        let parts = text.split_inclusive(ends).map(str::trim);
        let mut parts: Vec<String> = parts.map(str::to_owned).collect();
        parts.retain(|part| !part.is_empty());
        parts.sort_unstable();
        parts
    };
    sentences(a) == sentences(b)
}

/// Whether log and canon have the same entries, in whatever order. What is written twice in the
/// log is one.
fn same_list(field: Field, mut log: Vec<ListEntry>, canon: &[(ListEntry, Span)]) -> bool {
    log.dedup_by(|a, b| a.agrees(b, field));
    let known: HashSet<_> = log.iter().flat_map(|entry| names(entry, field)).collect();
    let is_known = |entry: &ListEntry| names(entry, field).iter().any(|name| known.contains(name));
    log.len() == canon.len() && canon.iter().all(|(entry, _)| is_known(entry))
}

/// What an entry is recognised by in the other file: whether it is met, and its words or files.
fn names(entry: &ListEntry, field: Field) -> Vec<(bool, bool, String)> {
    let met = field == Field::Dependencies && entry.is_met();
    let keys = entry.keys(field).into_iter().map(|key| (met, false, key));
    let files = entry.files(field).into_iter().map(|file| (met, true, file));
    keys.chain(files).collect()
}

#[cfg(test)]
mod tests {
    use crate::plan::Plan;
    use crate::plan::source::{Role, SourceFile};

    #[test]
    fn a_target_is_met_only_where_it_says_which_way_is_good() {
        for (target, actual, met) in [
            (r#""≤200""#, "180", Some(true)),
            (r#""≤200""#, "200.5", Some(false)),
            (r#"">= 99.5 %""#, r#""99.5""#, Some(true)),
            (r#""<2 s""#, r#""1.9 s""#, Some(true)),
            (r#""<2 s""#, r#""900 ms""#, None),
            (r#"">1,000""#, "2000", None),
            ("200", "180", None),
            ("200", "200", Some(true)),
            ("0.8", r#""80 %""#, None),
            (r#""≤200""#, r#""soon""#, None),
        ] {
            let line = format!(
                r#"{{"step_id":"0001","evidence":{{"target":{target},"actual":{actual}}}}}"#
            );
            let plan = Plan::read(vec![SourceFile::load("l", Role::Log, line.into_bytes())]);
            assert_eq!(plan.step(0).meets_target(), met, "{target} {actual}");
        }
    }
}
