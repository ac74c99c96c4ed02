//! A step with its log line taken apart once, for all the rules that look at it.
//!
//! A rule first asks what costs next to nothing: a value's first byte, a state. Only where
//! something may be wrong does it look the value up again to say what and where.

use crate::document::json;
use crate::document::log::LineRef;
use crate::plan::StepRef;
use crate::plan::field::{Field, MOST, fields};

/// One step with the raw values of its log line.
pub(super) struct Reading<'a> {
    pub step: StepRef<'a>,
    /// Its line, if the log has it.
    pub line: Option<LineRef<'a>>,
    step_id: Option<&'a str>,
    /// What stands under each key, where the first field under it has its number.
    values: [Option<&'a str>; MOST],
}

impl<'a> Reading<'a> {
    /// The raw `step_id`, `null` included.
    pub fn step_id(&self) -> Option<&'a str> {
        self.step_id
    }

    /// The raw value of the key that holds a field, `null` included: for an inner field the
    /// whole object.
    pub fn raw(&self, field: Field) -> Option<&'a str> {
        self.values[field.slot()]
    }

    /// The same where it is a value.
    pub fn value(&self, field: Field) -> Option<&'a str> {
        self.raw(field).filter(|raw| *raw != "null")
    }

    /// What stands between the quotation marks of a text, if it stands there as it is meant.
    pub fn plain(&self, field: Field) -> Option<&'a str> {
        let inner = self.raw(field)?.strip_prefix('"')?.strip_suffix('"')?;
        memchr::memchr(b'\\', inner.as_bytes())
            .is_none()
            .then_some(inner)
    }

    /// The raw items of a list.
    pub fn items(&self, field: Field) -> Option<json::KnownItems<'a>> {
        json::known_items(self.raw(field)?)
    }
}

/// Takes the lines of a plan apart, one after the other.
#[derive(Default)]
pub(super) struct Reader<'a> {
    /// The keys of the last line, each with what is kept of it: those of one log are mostly the
    /// same, and each is stored once.
    keys: Vec<(&'a str, Slot)>,
}

/// Where the value of a key is kept.
#[derive(Clone, Copy)]
enum Slot {
    StepId,
    Of(usize),
    Nowhere,
}

impl<'a> Reader<'a> {
    /// A step, taken apart.
    pub fn read(&mut self, step: StepRef<'a>) -> Reading<'a> {
        let mut reading = Reading {
            step,
            line: step.log_line(),
            step_id: None,
            values: [None; MOST],
        };
        let entries = reading.line.into_iter().flat_map(LineRef::entries);
        for (at, (key, raw)) in entries.enumerate() {
            // With duplicate keys the last one counts.
            match self.slot(at, key) {
                Slot::StepId => reading.step_id = Some(raw),
                Slot::Of(slot) => reading.values[slot] = Some(raw),
                Slot::Nowhere => {}
            }
        }
        reading
    }

    fn slot(&mut self, at: usize, key: &'a str) -> Slot {
        match self.keys.get(at) {
            Some((known, slot)) if std::ptr::eq(*known, key) => return *slot,
            _ => {}
        }
        let first = fields().iter().find(|spec| spec.key == key);
        let slot = match first {
            _ if key == "step_id" => Slot::StepId,
            Some(spec) => Slot::Of(spec.field.slot()),
            None => Slot::Nowhere,
        };
        self.keys.truncate(at);
        self.keys.push((key, slot));
        slot
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{LOG, plan, step};
    use super::*;

    #[test]
    fn the_last_of_two_values_is_read_whatever_the_line_before_had() {
        let log = [
            step("0001", &[("owner", "\"a\"")]),
            step(
                "0002",
                &[("title", ""), ("x", "1"), ("status", "\"i\\u0064ea\"")],
            ),
            step("0003", &[("notes", "null, \"owner\": \"b\"")]),
        ]
        .concat();
        let plan = plan(&[(LOG, &log)]);
        let mut reader = Reader::default();
        for step in plan.steps() {
            let reading = reader.read(step);
            let line = step.log_line().unwrap();
            assert_eq!(reading.step_id(), line.get("step_id"));
            for spec in fields() {
                let raw = line.get(spec.key);
                assert_eq!(
                    reading.raw(spec.field),
                    raw,
                    "{} of {}",
                    spec.key,
                    step.id()
                );
            }
        }
        let reading = reader.read(plan.step(1));
        assert_eq!(
            (reading.plain(Field::Status), reading.plain(Field::Owner)),
            (None, Some("ops"))
        );
        assert_eq!(reader.read(plan.step(2)).value(Field::Notes), None);
    }
}
