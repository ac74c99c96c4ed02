//! Changes as JSON, for the journal and the history that outlive the program.
//!
//! Bytes that are UTF-8 are written as text, others as numbers, so that nothing is lost and
//! a person can still read the file. What no version of the program could have written is
//! an error, never a guess.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::plan::field::{FieldSpec, fields};

/// Bytes as text where they are.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Bytes {
    Text(String),
    Raw(Vec<u8>),
}

impl Bytes {
    fn of(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::Text(text.to_owned()),
            Err(_) => Self::Raw(bytes.to_vec()),
        }
    }

    fn into_bytes(self) -> Vec<u8> {
        match self {
            Self::Text(text) => text.into_bytes(),
            Self::Raw(bytes) => bytes,
        }
    }
}

pub(super) mod bytes {
    use super::*;

    pub fn serialize<S: Serializer>(bytes: &Option<Vec<u8>>, to: S) -> Result<S::Ok, S::Error> {
        bytes.as_deref().map(Bytes::of).serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<u8>>, D::Error> {
        Ok(Option::<Bytes>::deserialize(from)?.map(Bytes::into_bytes))
    }
}

pub(super) mod path {
    use super::*;

    pub fn serialize<S: Serializer>(path: &Path, to: S) -> Result<S::Ok, S::Error> {
        Bytes::of(path.as_os_str().as_bytes()).serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<PathBuf, D::Error> {
        let bytes = Bytes::deserialize(from)?.into_bytes();
        Ok(PathBuf::from(OsString::from_vec(bytes)))
    }
}

/// A key of the log line that an edit may name: one of the table of fields.
pub(super) fn key<'de, D: Deserializer<'de>>(from: D) -> Result<&'static str, D::Error> {
    known(&String::deserialize(from)?, |spec| Some(spec.key))
}

/// The same for a key within such a key.
pub(super) fn inner_key<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<&'static str>, D::Error> {
    let name = Option::<String>::deserialize(from)?;
    name.map(|name| known(&name, |spec| spec.inner)).transpose()
}

fn known<E: serde::de::Error>(
    name: &str,
    of: impl Fn(&FieldSpec) -> Option<&'static str>,
) -> Result<&'static str, E> {
    let mut keys = fields().iter().filter_map(of);
    let known = keys.find(|key| *key == name);
    known.ok_or_else(|| E::custom(format!("no field is written under {name}")))
}

#[cfg(test)]
mod tests {
    use crate::change::{Change, Edit, Target};
    use crate::plan::canon::block_table::BlockColumn;
    use crate::plan::field::Field;
    use crate::plan::id::{BlockId, StepId};
    use crate::plan::source::Role;

    fn every_target() -> Vec<Target> {
        let step: StepId = "0042.A".parse().unwrap();
        vec![
            Target::LogValue {
                step,
                nth: 1,
                key: "evidence",
                inner: Some("target"),
            },
            Target::LogValue {
                step,
                nth: 0,
                key: "updated_at",
                inner: None,
            },
            Target::LogStep {
                step,
                nth: 2,
                spaced: true,
            },
            Target::LogText {
                line: 7,
                spaced: false,
            },
            Target::LogOrder,
            Target::TextLine { line: 7 },
            Target::SectionValue {
                step,
                nth: 0,
                field: Field::Metric,
            },
            Target::SectionTitle { step, nth: 0 },
            Target::BlockCell {
                block: BlockId(7),
                column: BlockColumn::Theme,
            },
            Target::BlockRow { block: BlockId(7) },
            Target::CheckMark {
                stage: "Ground".to_owned(),
                text: "“x” | ü".to_owned(),
                nth: 0,
            },
            Target::Passage {
                heading: None,
                nth: 0,
            },
            Target::Section {
                heading: "Next ten".to_owned(),
                nth: 1,
            },
            Target::Dispute {
                line: 4,
                role: Role::Log,
            },
            Target::File {
                role: Role::Roadmap,
            },
        ]
    }

    #[test]
    fn every_kind_of_edit_comes_back_as_it_was() {
        let edits = every_target().into_iter().map(|target| Edit {
            path: "docs/plan.md".into(),
            target,
            before: Some(b"\xff\x00 not text".to_vec()),
            after: Some("“text”\r\n".into()),
        });
        let mut change = Change {
            label: "0042 status: draft → complete".to_owned(),
            edits: edits.collect(),
        };
        change.edits[0].before = None;
        let json = serde_json::to_string(&change).unwrap();
        let back: Change = serde_json::from_str(&json).unwrap();
        assert_eq!(back, change);
    }

    #[test]
    fn what_names_no_field_is_an_error() {
        let change = Change {
            label: String::new(),
            edits: vec![Edit {
                path: "a".into(),
                target: every_target().swap_remove(0),
                before: None,
                after: None,
            }],
        };
        let json = serde_json::to_string(&change).unwrap();
        for (known, unknown) in [("evidence", "mood"), ("target", "step_id"), ("0042.A", "x")] {
            let json = json.replace(known, unknown);
            assert!(serde_json::from_str::<Change>(&json).is_err(), "{json}");
        }
    }
}
