//! The fields of a step: the one table of what each is called, where it is written in a log
//! line and in a canon section, what it takes and where it is shown.
//!
//! What has to do with every field is derived from the table: the order of keys in a line, the
//! detail pane, forms, `set`, exports, filters, the checks of types and of missing fields, the
//! published schema. A field that code has to name is a constant that is found in the table by
//! its name when stepdeck is compiled.

use std::fmt;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::canon::block_table::BlockColumn;

/// A field of a step: a row of the table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "&'static str", try_from = "String")]
pub struct Field(u8);

/// What kind of value a field takes, and so how it is edited.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// One line of text.
    Line,
    /// Text of several lines.
    Text,
    /// A list of short texts.
    List,
    /// One of the statuses.
    Status,
    /// A block's name.
    Block,
    /// A number, or words where no number fits.
    Measure,
    /// An instant, RFC 3339 in UTC.
    Instant,
    /// A [`Uid`](super::uid::Uid).
    Uid,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct FieldSpec {
    pub field: Field,
    /// The name in commands: the key, with the inner key after a dot.
    pub name: &'static str,
    /// What people read.
    pub label: &'static str,
    /// The label where columns are few.
    pub short: &'static str,
    /// What it says.
    pub about: &'static str,
    /// The key of the log line.
    pub key: &'static str,
    /// The key within the object that `key` holds.
    pub inner: Option<&'static str>,
    /// The bullet's label in a canon section, where there is one.
    pub canon: Option<&'static str>,
    /// The kind of value.
    pub kind: Kind,
    /// Whether each log line has it.
    pub required: bool,
    /// The letter that picks it in the menu of fields.
    pub letter: Option<char>,
    /// Why nobody sets it, where only stepdeck does.
    pub read_only: Option<&'static str>,
    /// Whether it gives up its row in the detail pane where it has no value and rows are few.
    pub spare: bool,
    /// The column of the block's row that says it for a step that does not.
    pub inherited: Option<BlockColumn>,
    /// Its place among the rows of the detail pane. What has none is shown below them, where
    /// there is a value.
    row: Option<u8>,
    /// The place of its key in a new line, after those with lower numbers.
    place: u8,
    /// The first field under the same key.
    first: Field,
}

impl FieldSpec {
    /// A field with a key of its own.
    pub const fn new(
        name: &'static str,
        label: &'static str,
        kind: Kind,
        about: &'static str,
    ) -> Self {
        Self {
            field: Field(0),
            name,
            label,
            short: label,
            about,
            key: name,
            inner: None,
            canon: None,
            kind,
            required: false,
            letter: None,
            read_only: None,
            spare: false,
            inherited: None,
            row: None,
            place: u8::MAX,
            first: Field(0),
        }
    }

    /// Within the object under `key`.
    pub const fn within(mut self, key: &'static str, inner: &'static str) -> Self {
        (self.key, self.inner) = (key, Some(inner));
        self
    }

    /// In a log line, at this place.
    pub const fn place(mut self, place: u8) -> Self {
        self.place = place;
        self
    }

    /// In each log line, at this place.
    pub(crate) const fn required(mut self, place: u8) -> Self {
        self.required = true;
        self.place(place)
    }

    /// In a row of the detail pane.
    pub const fn row(mut self, row: u8) -> Self {
        self.row = Some(row);
        self
    }

    /// In a row of the detail pane that is left out first.
    pub(crate) const fn spare_row(mut self, row: u8) -> Self {
        self.spare = true;
        self.row(row)
    }

    /// With another label where columns are few.
    pub(crate) const fn short(mut self, label: &'static str) -> Self {
        self.short = label;
        self
    }

    /// As a bullet of a canon section.
    pub const fn bullet(mut self, label: &'static str) -> Self {
        self.canon = Some(label);
        self
    }

    /// That of the block's row where the step says nothing.
    pub(crate) const fn inherited(mut self, column: BlockColumn) -> Self {
        self.inherited = Some(column);
        self
    }

    /// Picked by a letter.
    pub const fn letter(mut self, letter: char) -> Self {
        self.letter = Some(letter);
        self
    }

    /// Set by stepdeck alone, and why.
    pub(crate) const fn read_only(mut self, reason: &'static str) -> Self {
        self.read_only = Some(reason);
        self
    }

    /// Whether it is the first field under its key.
    pub(crate) fn is_first(&self) -> bool {
        self.field == self.first
    }

    /// Whether step sections of the canon say it, in a bullet or in the heading.
    pub(crate) fn is_in_canon(&self) -> bool {
        self.canon.is_some() || self.field == Field::Title
    }
}

/// The fields that stepdeck knows, in the order in which people read a step.
#[rustfmt::skip]
const FIELDS: [FieldSpec; 22] = [
    FieldSpec::new("title", "Title", Kind::Line, "One line that says what is done.")
        .required(2).row(0).letter('t'),
    FieldSpec::new("status", "Status", Kind::Status, "Where the step stands.")
        .required(5).row(1).letter('s').bullet("Status"),
    FieldSpec::new("owner", "Owner", Kind::Line, "Team or person; empty where there is none.")
        .required(4).row(2).letter('o').bullet("Owner"),
    FieldSpec::new("block", "Block", Kind::Block, "The block it belongs to, e.g. B37.")
        .required(1).spare_row(17).letter('b'),
    FieldSpec::new("theme", "Theme", Kind::Line, "The block's working theme.")
        .place(3).spare_row(18).letter('h').inherited(BlockColumn::Theme),
    FieldSpec::new("outcome", "Outcome", Kind::Text, "The measurable result.")
        .required(6).row(3).letter('O').bullet("Outcome"),
    FieldSpec::new("dependencies", "Depends on", Kind::List,
        "Step IDs in any spelling, and external conditions in words, met when [x] is written in front.")
        .required(7).row(8).short("Depends").letter('d').bullet("Dependencies"),
    FieldSpec::new("inputs", "Inputs", Kind::List, "Documents, repositories, data sets.")
        .place(8).spare_row(9).letter('i').bullet("Inputs"),
    FieldSpec::new("artifacts", "Artifacts", Kind::List, "Links to what was made.")
        .required(9).row(10).letter('a').bullet("Artifacts"),
    FieldSpec::new("verification", "Verification", Kind::Text, "Tests, metrics, review gates.")
        .place(10).spare_row(11).short("Verify").letter('v').bullet("Verification"),
    FieldSpec::new("evidence.metric", "Metric", Kind::Line, "What is measured.")
        .within("evidence", "metric").required(11).row(4).short("Evidence").letter('m'),
    FieldSpec::new("evidence.target", "Target", Kind::Measure, "The value to reach.")
        .within("evidence", "target").required(11).row(5).short(" target").letter('T'),
    FieldSpec::new("evidence.actual", "Actual", Kind::Measure, "The value reached.")
        .within("evidence", "actual").place(11).row(6).short(" actual").letter('c'),
    FieldSpec::new("evidence.link", "Evidence link", Kind::Line, "Where the measurement can be seen.")
        .within("evidence", "link").place(11).spare_row(7).short(" link").letter('l'),
    FieldSpec::new("effort.planned", "Effort planned", Kind::Measure, "In the plan's own unit.")
        .within("effort", "planned").place(12).spare_row(12).short("Effort").letter('f'),
    FieldSpec::new("effort.actual", "Effort actual", Kind::Measure, "In the plan's own unit.")
        .within("effort", "actual").place(12).spare_row(13).short(" spent").letter('g'),
    FieldSpec::new("cost.planned", "Cost planned", Kind::Measure, "In the plan's own unit.")
        .within("cost", "planned").place(13).spare_row(14).short("Cost").letter('p'),
    FieldSpec::new("cost.actual", "Cost actual", Kind::Measure, "In the plan's own unit.")
        .within("cost", "actual").place(13).spare_row(15).short(" spent").letter('q'),
    FieldSpec::new("notes", "Notes", Kind::Text, "Context and decisions.")
        .place(14).row(16).letter('n').bullet("Notes"),
    FieldSpec::new("was", "Was", Kind::List, "IDs that the step had before it was renumbered.")
        .place(15).read_only("former IDs are kept when a step is renumbered"),
    FieldSpec::new("updated_at", "Updated", Kind::Instant, "When the step was last edited, RFC 3339.")
        .required(16).spare_row(19).read_only("the time of the last edit is set automatically"),
    FieldSpec::new("uid", "UID", Kind::Uid, "What identifies the step whatever its number: twelve random letters.")
        .place(17).read_only("a uid is written when the step is added, and never changes"),
];

/// The most rows that a table may have.
pub(crate) const MOST: usize = 32;

pub(super) const fn is_same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}

/// The table in use, with what follows from it.
struct Table {
    rows: Vec<FieldSpec>,
    keys: Vec<&'static str>,
    detail: Vec<Field>,
}

static TABLE: OnceLock<Table> = OnceLock::new();

impl Table {
    fn of(mut rows: Vec<FieldSpec>) -> Self {
        for at in 0..rows.len() {
            let first = rows.iter().position(|row| row.key == rows[at].key);
            rows[at].field = Field(at as u8);
            rows[at].first = Field(first.unwrap_or(at) as u8);
        }
        let mut in_line: Vec<&FieldSpec> = rows.iter().filter(|row| row.is_first()).collect();
        in_line.sort_by_key(|row| row.place);
        let keys = std::iter::once("step_id").chain(in_line.iter().map(|row| row.key));
        let mut shown: Vec<&FieldSpec> = rows.iter().filter(|row| row.row.is_some()).collect();
        shown.sort_by_key(|row| row.row);
        Self {
            keys: keys.collect(),
            detail: shown.iter().map(|row| row.field).collect(),
            rows,
        }
    }

    fn get() -> &'static Self {
        TABLE.get_or_init(|| Self::of(FIELDS.to_vec()))
    }
}

/// Puts further rows into the table, before anything else asks it. stepdeck itself never does:
/// a test invents a field, to meet it wherever fields are.
///
/// # Errors
/// When the table is in use already, or there would be too many rows.
pub fn extend(rows: &[FieldSpec]) -> Result<(), &'static str> {
    let all = [&FIELDS[..], rows].concat();
    if all.len() > MOST {
        return Err("these are too many fields");
    }
    TABLE
        .set(Table::of(all))
        .map_err(|_| "the fields are in use")
}

/// Every field, in the order in which people read a step.
pub fn fields() -> &'static [FieldSpec] {
    &Table::get().rows
}

/// The keys of a log line in the order of the schema; a new key is put in at its place.
pub fn key_order() -> &'static [&'static str] {
    &Table::get().keys
}

/// The same for the keys within the object under `key`.
pub(crate) fn inner_order(key: &str) -> Vec<&'static str> {
    let rows = fields().iter().filter(|row| row.key == key);
    rows.filter_map(|row| row.inner).collect()
}

/// The fields with a row of their own in the detail pane, always the same ones in the same
/// order, so that walking the list leaves each in its row. What the breadcrumb says already
/// comes late.
pub(crate) fn detail_fields() -> &'static [Field] {
    &Table::get().detail
}

impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.spec().name)
    }
}

impl From<Field> for &'static str {
    fn from(field: Field) -> Self {
        field.spec().name
    }
}

impl TryFrom<String> for Field {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        Self::named(&name).ok_or_else(|| format!("{name} is not a field"))
    }
}

/// The fields that code names. They are in patterns, as the variants of an enum would.
#[allow(non_upper_case_globals, missing_docs)]
impl Field {
    pub const Title: Self = Self::known("title");
    pub const Status: Self = Self::known("status");
    pub const Owner: Self = Self::known("owner");
    pub(crate) const Block: Self = Self::known("block");
    pub const Theme: Self = Self::known("theme");
    pub(crate) const Outcome: Self = Self::known("outcome");
    pub const Dependencies: Self = Self::known("dependencies");
    pub const Inputs: Self = Self::known("inputs");
    pub const Artifacts: Self = Self::known("artifacts");
    pub(crate) const Verification: Self = Self::known("verification");
    pub(crate) const Metric: Self = Self::known("evidence.metric");
    pub const Target: Self = Self::known("evidence.target");
    pub(crate) const Actual: Self = Self::known("evidence.actual");
    pub(crate) const Link: Self = Self::known("evidence.link");
    pub(crate) const EffortPlanned: Self = Self::known("effort.planned");
    pub(crate) const EffortActual: Self = Self::known("effort.actual");
    pub(crate) const CostPlanned: Self = Self::known("cost.planned");
    pub(crate) const CostActual: Self = Self::known("cost.actual");
    pub const Notes: Self = Self::known("notes");
    pub const UpdatedAt: Self = Self::known("updated_at");
    pub(crate) const Uid: Self = Self::known("uid");
    pub(crate) const Was: Self = Self::known("was");

    /// The row with this name. A name that is in no row does not compile.
    const fn known(name: &str) -> Self {
        let mut at = 0;
        while !is_same(FIELDS[at].name, name) {
            at += 1;
        }
        Self(at as u8)
    }
}

impl Field {
    /// The field's row in the table.
    pub fn spec(self) -> &'static FieldSpec {
        &fields()[usize::from(self.0)]
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        self.spec().label
    }

    /// The field with this name, such as `owner` or `evidence.target`.
    pub fn named(name: &str) -> Option<Self> {
        let mut rows = fields().iter();
        let row = rows.find(|row| row.name.eq_ignore_ascii_case(name));
        row.map(|row| row.field)
    }

    /// The same where people may set it.
    ///
    /// # Errors
    /// Why they may not, and which they may.
    pub(crate) fn editable(name: &str) -> Result<Self, String> {
        let Some(field) = Self::named(name) else {
            let names: Vec<&str> = Self::all_editable().map(|row| row.name).collect();
            return Err(format!("“{name}” is not a field: use {}", names.join(", ")));
        };
        match field.spec().read_only {
            Some(reason) => Err(reason.to_owned()),
            None => Ok(field),
        }
    }

    /// The rows of the fields that people may set.
    pub(crate) fn all_editable() -> impl Iterator<Item = &'static FieldSpec> {
        fields().iter().filter(|row| row.read_only.is_none())
    }

    /// The number of the first field under the same key: where what the key holds is kept in an
    /// array of [`MOST`].
    pub(super) fn slot(self) -> usize {
        usize::from(self.spec().first.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_a_line_and_of_the_detail_pane_follow_from_the_table() {
        assert_eq!(
            key_order().join(" "),
            "step_id block title theme owner status outcome dependencies inputs artifacts \
             verification evidence effort cost notes was updated_at uid"
        );
        assert_eq!(
            inner_order("evidence"),
            ["metric", "target", "actual", "link"]
        );
        assert_eq!(inner_order("cost"), ["planned", "actual"]);
        let detail: Vec<&str> = detail_fields().iter().map(|field| field.label()).collect();
        assert_eq!(
            detail.join(", "),
            "Title, Status, Owner, Outcome, Metric, Target, Actual, Evidence link, Depends on, \
             Inputs, Artifacts, Verification, Effort planned, Effort actual, Cost planned, Cost \
             actual, Notes, Block, Theme, Updated"
        );
    }

    #[test]
    fn each_row_has_a_name_and_a_letter_of_its_own() {
        let each = |of: fn(&FieldSpec) -> Option<String>| {
            let mut all: Vec<String> = fields().iter().filter_map(of).collect();
            let count = all.len();
            all.sort();
            all.dedup();
            assert_eq!(all.len(), count, "{all:?}");
        };
        each(|row| Some(row.name.to_owned()));
        each(|row| row.letter.map(String::from));
        each(|row| row.row.map(|at| at.to_string()));
        for row in fields() {
            assert_eq!(Field::named(row.name), Some(row.field));
            assert_ne!(
                row.letter.is_some(),
                row.read_only.is_some(),
                "{}",
                row.name
            );
        }
    }
}
