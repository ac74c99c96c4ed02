//! The fields of a step: one table that says what each is called, where it is written
//! in a log line and in a canon section, and what kind of value it takes.

use serde::{Deserialize, Serialize};

/// A field of a step.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Debug)]
#[serde(into = "&'static str", try_from = "String")]
pub enum Field {
    /// One line that says what is done.
    Title,
    /// The block the step belongs to.
    Block,
    /// The block's working theme.
    Theme,
    /// Team or person.
    Owner,
    /// One of the five statuses.
    Status,
    /// The measurable result.
    Outcome,
    /// Step IDs and external conditions.
    Dependencies,
    /// Documents, repositories, data sets.
    Inputs,
    /// Links to what was made.
    Artifacts,
    /// Tests, metrics, review gates.
    Verification,
    /// What is measured.
    Metric,
    /// The value to reach.
    Target,
    /// The value reached.
    Actual,
    /// Where the measurement can be seen.
    Link,
    /// Planned effort, in the plan's own unit.
    EffortPlanned,
    /// Effort spent.
    EffortActual,
    /// Planned cost, in the plan's own unit.
    CostPlanned,
    /// Cost incurred.
    CostActual,
    /// Context and decisions.
    Notes,
    /// When the step was last edited.
    UpdatedAt,
}

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
}

/// What the table says of a field.
#[derive(Debug)]
pub struct FieldSpec {
    /// The field.
    pub field: Field,
    /// What people read.
    pub label: &'static str,
    /// The name in commands: the key, with the inner key after a dot.
    pub name: &'static str,
    /// The key of the log line.
    pub key: &'static str,
    /// The key within the object that `key` holds.
    pub inner: Option<&'static str>,
    /// The bullet's label in a canon section, where there is one.
    pub canon: Option<&'static str>,
    /// The kind of value.
    pub kind: Kind,
}

const fn spec(
    field: Field,
    label: &'static str,
    name: &'static str,
    canon: Option<&'static str>,
    kind: Kind,
) -> FieldSpec {
    FieldSpec {
        field,
        label,
        name,
        key: name,
        inner: None,
        canon,
        kind,
    }
}

const fn inner(
    field: Field,
    label: &'static str,
    name: &'static str,
    key: &'static str,
    within: &'static str,
    kind: Kind,
) -> FieldSpec {
    FieldSpec {
        field,
        label,
        name,
        key,
        inner: Some(within),
        canon: None,
        kind,
    }
}

/// Every field, in the order in which people read a step.
pub const FIELDS: [FieldSpec; 20] = [
    spec(Field::Title, "Title", "title", None, Kind::Line),
    spec(
        Field::Status,
        "Status",
        "status",
        Some("Status"),
        Kind::Status,
    ),
    spec(Field::Owner, "Owner", "owner", Some("Owner"), Kind::Line),
    spec(Field::Block, "Block", "block", None, Kind::Block),
    spec(Field::Theme, "Theme", "theme", None, Kind::Line),
    spec(
        Field::Outcome,
        "Outcome",
        "outcome",
        Some("Outcome"),
        Kind::Text,
    ),
    spec(
        Field::Dependencies,
        "Depends on",
        "dependencies",
        Some("Dependencies"),
        Kind::List,
    ),
    spec(
        Field::Inputs,
        "Inputs",
        "inputs",
        Some("Inputs"),
        Kind::List,
    ),
    spec(
        Field::Artifacts,
        "Artifacts",
        "artifacts",
        Some("Artifacts"),
        Kind::List,
    ),
    spec(
        Field::Verification,
        "Verification",
        "verification",
        Some("Verification"),
        Kind::Text,
    ),
    inner(
        Field::Metric,
        "Metric",
        "evidence.metric",
        "evidence",
        "metric",
        Kind::Line,
    ),
    inner(
        Field::Target,
        "Target",
        "evidence.target",
        "evidence",
        "target",
        Kind::Measure,
    ),
    inner(
        Field::Actual,
        "Actual",
        "evidence.actual",
        "evidence",
        "actual",
        Kind::Measure,
    ),
    inner(
        Field::Link,
        "Evidence link",
        "evidence.link",
        "evidence",
        "link",
        Kind::Line,
    ),
    inner(
        Field::EffortPlanned,
        "Effort planned",
        "effort.planned",
        "effort",
        "planned",
        Kind::Measure,
    ),
    inner(
        Field::EffortActual,
        "Effort actual",
        "effort.actual",
        "effort",
        "actual",
        Kind::Measure,
    ),
    inner(
        Field::CostPlanned,
        "Cost planned",
        "cost.planned",
        "cost",
        "planned",
        Kind::Measure,
    ),
    inner(
        Field::CostActual,
        "Cost actual",
        "cost.actual",
        "cost",
        "actual",
        Kind::Measure,
    ),
    spec(Field::Notes, "Notes", "notes", Some("Notes"), Kind::Text),
    spec(
        Field::UpdatedAt,
        "Updated",
        "updated_at",
        None,
        Kind::Instant,
    ),
];

/// The keys of a log line in the order of the schema; a new key is put in at its place.
pub const KEY_ORDER: [&str; 16] = [
    "step_id",
    "block",
    "title",
    "theme",
    "owner",
    "status",
    "outcome",
    "dependencies",
    "inputs",
    "artifacts",
    "verification",
    "evidence",
    "effort",
    "cost",
    "notes",
    "updated_at",
];

/// The keys within `evidence`, `effort` and `cost` in the order of the schema.
pub const INNER_ORDER: [&str; 5] = ["metric", "target", "planned", "actual", "link"];

impl From<Field> for &'static str {
    fn from(field: Field) -> Self {
        field.spec().name
    }
}

impl TryFrom<String> for Field {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        Self::named(&name).ok_or_else(|| format!("there is no field {name}"))
    }
}

impl Field {
    /// The field's row in the table.
    pub fn spec(self) -> &'static FieldSpec {
        // The table has a row for each variant; a test says so.
        FIELDS
            .iter()
            .find(|spec| spec.field == self)
            .unwrap_or(&FIELDS[0])
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        self.spec().label
    }

    /// The field with this name, as `owner` or `evidence.target`.
    pub fn named(name: &str) -> Option<Self> {
        FIELDS
            .iter()
            .find(|spec| spec.name.eq_ignore_ascii_case(name))
            .map(|spec| spec.field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_one_row_for_each_field() {
        for spec in &FIELDS {
            assert_eq!(spec.field.spec().name, spec.name);
            assert_eq!(Field::named(spec.name), Some(spec.field));
            assert!(KEY_ORDER.contains(&spec.key), "{}", spec.key);
            assert!(spec.inner.is_none_or(|inner| INNER_ORDER.contains(&inner)));
        }
        let mut fields: Vec<Field> = FIELDS.iter().map(|spec| spec.field).collect();
        fields.sort();
        fields.dedup();
        assert_eq!(fields.len(), FIELDS.len());
        assert_eq!(fields.last(), Some(&Field::UpdatedAt));
    }
}
