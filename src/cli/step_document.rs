//! Steps as scripts read them: `stepdeck/step@1` and `stepdeck/list@1`.
//!
//! What the log says is handed on in its own bytes, so that a 23-digit number or a key that nobody
//! here knows comes out as it was written; what follows from it comes after, under keys that are
//! ours alone. The shapes are `assets/schema/step.schema.json` and `list.schema.json`.

use std::collections::HashSet;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::value::RawValue;

use crate::document::json;
use crate::document::log::LineRef;
use crate::plan::column::{Column, Known};
use crate::plan::field::{FieldSpec, Kind, fields, key_order};
use crate::plan::{Plan, StepRef};

/// What a document about one step says it is.
pub const STEP_SCHEMA: &str = "stepdeck/step@1";
/// What a document about several steps says it is.
pub const LIST_SCHEMA: &str = "stepdeck/list@1";

/// The keys that are ours: a key of the log by the same name gives way.
pub const DERIVED: [&str; 6] = [
    "schema",
    "state",
    "waiting_on",
    "unblocks",
    "sources",
    "drift",
];

/// The key of what chosen columns say; ours too where there are any.
const CELLS: &str = "columns";

/// One step.
#[derive(Clone, Copy)]
pub struct StepDocument<'a> {
    plan: &'a Plan,
    step: StepRef<'a>,
    names_schema: bool,
    shown: Option<(&'a [Column], &'a Known)>,
}

/// Some steps of a plan, in the order of their IDs or another one.
#[derive(Serialize)]
pub struct ListDocument<'a> {
    schema: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    view: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    groups: Option<Vec<GroupEntry<'a>>>,
    steps: Vec<StepDocument<'a>>,
    count: usize,
    total: usize,
}

/// A group of steps, which stand one behind the other.
#[derive(Serialize)]
struct GroupEntry<'a> {
    name: &'a str,
    count: usize,
}

/// What the columns say of a step: numbers, words, or nothing.
struct Cells<'a>(StepRef<'a>, &'a [Column], &'a Known);

impl Serialize for Cells<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(step, columns, known) = self;
        let mut map = serializer.serialize_map(Some(columns.len()))?;
        for column in *columns {
            let name = column.name();
            let text = column.text(*step, known);
            match column.number(*step, known) {
                // Whole numbers are written as such.
                Some(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
                    map.serialize_entry(&name, &(number as i64))?;
                }
                Some(number) => map.serialize_entry(&name, &number)?,
                None if text.is_empty() => map.serialize_entry(&name, &None::<&str>)?,
                None => map.serialize_entry(&name, &text)?,
            }
        }
        map.end()
    }
}

/// Where a step is written.
#[derive(Serialize)]
struct Source {
    /// Relative to the plan's root.
    file: String,
    /// Counted from 1.
    line: usize,
}

impl<'a> StepDocument<'a> {
    /// A document of its own.
    pub fn new(plan: &'a Plan, step: StepRef<'a>) -> Self {
        Self {
            plan,
            step,
            names_schema: true,
            shown: None,
        }
    }

    fn write_log_line<M: SerializeMap>(
        &self,
        map: &mut M,
        line: LineRef<'_>,
    ) -> Result<(), M::Error> {
        // With duplicate keys the last one counts, for us as for whoever reads this.
        let mut seen = HashSet::new();
        let mut entries: Vec<_> = line.entries().collect();
        entries.reverse();
        let is_ours = |key| DERIVED.contains(&key) || self.shown.is_some() && key == CELLS;
        entries.retain(|(key, _)| seen.insert(*key) && !is_ours(key));
        for (key, raw) in entries.into_iter().rev() {
            match key {
                // A dashboard joins by it: it is text even where the log has a number.
                "step_id" => map.serialize_entry(key, &self.step.id().to_string())?,
                _ => match serde_json::from_str::<&RawValue>(&json::well_formed(raw)) {
                    Ok(raw) => map.serialize_entry(key, raw)?,
                    Err(_) => map.serialize_entry(key, raw)?,
                },
            }
        }
        Ok(())
    }

    fn write_section<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        map.serialize_entry("step_id", &self.step.id().to_string())?;
        for key in key_order().iter().copied() {
            let Some(spec) = written_in_canon(key) else {
                continue;
            };
            let Some((section, document)) = self.step.section() else {
                continue;
            };
            match spec.kind {
                Kind::List => {
                    if let Some(entries) = self.step.canon_list(spec.field) {
                        let entries = entries.into_iter().map(|(entry, _)| entry.text);
                        let entries: Vec<String> = entries.collect();
                        map.serialize_entry(key, &entries)?;
                    }
                }
                _ => {
                    if let Some(text) = section.text(document, spec.field) {
                        map.serialize_entry(key, &text)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn unblocks(&self) -> Vec<String> {
        let held = self.plan.graph().held_back_by(self.step.index());
        held.map(|step| self.plan.step(step).id().to_string())
            .collect()
    }

    fn sources(&self) -> Vec<Source> {
        let places = self.step.places().into_iter();
        places
            .map(|place| Source {
                file: place.path.display().to_string(),
                line: place.line,
            })
            .collect()
    }

    fn drift(&self) -> Vec<&'static str> {
        let drift = self.step.drift().into_iter();
        drift.map(|drift| drift.field.spec().name).collect()
    }
}

/// The field that is in step sections under the log's `key`.
fn written_in_canon(key: &str) -> Option<&'static FieldSpec> {
    let of_key = |spec: &&FieldSpec| spec.key == key && spec.inner.is_none();
    let spec = fields().iter().find(of_key)?;
    spec.is_in_canon().then_some(spec)
}

impl Serialize for StepDocument<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if self.names_schema {
            map.serialize_entry("schema", STEP_SCHEMA)?;
        }
        match self.step.log_line() {
            Some(line) => self.write_log_line(&mut map, line)?,
            None => self.write_section(&mut map)?,
        }
        map.serialize_entry("state", self.step.state().word())?;
        map.serialize_entry("waiting_on", &self.step.awaited())?;
        map.serialize_entry("unblocks", &self.unblocks())?;
        map.serialize_entry("sources", &self.sources())?;
        map.serialize_entry("drift", &self.drift())?;
        if let Some((columns, known)) = self.shown {
            map.serialize_entry(CELLS, &Cells(self.step, columns, known))?;
        }
        map.end()
    }
}

impl<'a> ListDocument<'a> {
    /// The steps at these indexes.
    pub fn new(plan: &'a Plan, steps: &[usize]) -> Self {
        let document = |step: &usize| StepDocument {
            names_schema: false,
            ..StepDocument::new(plan, plan.step(*step))
        };
        Self {
            schema: LIST_SCHEMA,
            view: None,
            groups: None,
            steps: steps.iter().map(document).collect(),
            count: steps.len(),
            total: plan.len(),
        }
    }
    /// The same with the name of the view, the groups in the order of the steps, and what chosen
    /// columns say of each step.
    pub(super) fn looking(
        mut self,
        view: Option<&'a str>,
        groups: Option<Vec<(&'a str, usize)>>,
        columns: Option<(&'a [Column], &'a Known)>,
    ) -> Self {
        self.view = view;
        self.groups = groups.map(|groups| {
            let groups = groups.into_iter();
            groups
                .map(|(name, count)| GroupEntry { name, count })
                .collect()
        });
        self.steps.iter_mut().for_each(|step| step.shown = columns);
        self
    }
}
