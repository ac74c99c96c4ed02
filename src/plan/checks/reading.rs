//! A step with its log line taken apart once, for all the rules that look at it.
//!
//! A rule first asks what costs next to nothing: a value's first byte, a state. Only where
//! something may be wrong does it look the value up again to say what and where.

use crate::document::json;
use crate::document::log::LineRef;
use crate::plan::StepRef;
use crate::plan::field::KEY_ORDER;

/// The known keys of a log line, in the order of [`KEY_ORDER`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Key {
    StepId,
    Block,
    Title,
    Theme,
    Owner,
    Status,
    Outcome,
    Dependencies,
    Inputs,
    Artifacts,
    Verification,
    Evidence,
    Effort,
    Cost,
    Notes,
    UpdatedAt,
}

/// One step with the raw values of its log line.
pub(super) struct Reading<'a> {
    pub step: StepRef<'a>,
    /// Its line, if the log has it.
    pub line: Option<LineRef<'a>>,
    values: [Option<&'a str>; KEY_ORDER.len()],
}

impl<'a> Reading<'a> {
    /// The raw value of a key, `null` included.
    pub fn raw(&self, key: Key) -> Option<&'a str> {
        self.values[key as usize]
    }

    /// The raw value of a key where it is one.
    pub fn value(&self, key: Key) -> Option<&'a str> {
        self.raw(key).filter(|raw| *raw != "null")
    }

    /// What stands between the quotation marks of a text, if it stands there as it is meant.
    pub fn plain(&self, key: Key) -> Option<&'a str> {
        let inner = self.raw(key)?.strip_prefix('"')?.strip_suffix('"')?;
        memchr::memchr(b'\\', inner.as_bytes())
            .is_none()
            .then_some(inner)
    }

    /// The raw items of a list.
    pub fn items(&self, key: Key) -> Option<json::KnownItems<'a>> {
        json::known_items(self.raw(key)?)
    }
}

/// Takes the lines of a plan apart, one after the other.
#[derive(Default)]
pub(super) struct Reader<'a> {
    /// The keys of the last line, each with its place in [`KEY_ORDER`]: those of one log are
    /// mostly the same, and each is stored once.
    keys: Vec<(&'a str, Option<usize>)>,
}

impl<'a> Reader<'a> {
    /// A step, taken apart.
    pub fn read(&mut self, step: StepRef<'a>) -> Reading<'a> {
        let line = step.log_line();
        let mut values = [None; KEY_ORDER.len()];
        let entries = line.into_iter().flat_map(LineRef::entries);
        for (at, (key, raw)) in entries.enumerate() {
            // With duplicate keys the last one counts.
            if let Some(place) = self.place(at, key) {
                values[place] = Some(raw);
            }
        }
        Reading { step, line, values }
    }

    fn place(&mut self, at: usize, key: &'a str) -> Option<usize> {
        match self.keys.get(at) {
            Some((known, place)) if std::ptr::eq(*known, key) => return *place,
            _ => {}
        }
        let place = KEY_ORDER.iter().position(|known| *known == key);
        self.keys.truncate(at);
        self.keys.push((key, place));
        place
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
            for (key, name) in KEYS.iter().zip(KEY_ORDER) {
                let raw = step.log_line().unwrap().get(name);
                assert_eq!(reading.raw(*key), raw, "{name} of {}", step.id());
            }
        }
        let reading = reader.read(plan.step(1));
        assert_eq!(
            (reading.plain(Key::Status), reading.plain(Key::Owner)),
            (None, Some("ops"))
        );
        assert_eq!(reader.read(plan.step(2)).value(Key::Notes), None);
    }

    const KEYS: [Key; KEY_ORDER.len()] = [
        Key::StepId,
        Key::Block,
        Key::Title,
        Key::Theme,
        Key::Owner,
        Key::Status,
        Key::Outcome,
        Key::Dependencies,
        Key::Inputs,
        Key::Artifacts,
        Key::Verification,
        Key::Evidence,
        Key::Effort,
        Key::Cost,
        Key::Notes,
        Key::UpdatedAt,
    ];
}
