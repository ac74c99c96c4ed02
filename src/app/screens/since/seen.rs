//! What a person has set aside as seen: private, and by what changed, so that a new change of the
//! same step shows again.

use serde::{Deserialize, Serialize};

use crate::history::events::Event;
use crate::store::fs::fingerprint::stable_name;

/// The name under which they are kept.
pub(crate) const SEEN: &str = "seen-changes";
/// How many are kept; the oldest go first.
const MOST: usize = 20_000;

/// Changes that were set aside, by name, the last one last.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, Default)]
#[serde(transparent)]
pub struct SeenChanges(Vec<String>);

impl SeenChanges {
    /// All of them, to look many up.
    pub(super) fn all(&self) -> std::collections::HashSet<&str> {
        self.0.iter().map(String::as_str).collect()
    }

    /// Sets these aside, or brings them back.
    pub(super) fn set(&mut self, names: Vec<String>, is_seen: bool) {
        let changed: std::collections::HashSet<&String> = names.iter().collect();
        self.0.retain(|name| !changed.contains(name));
        if is_seen {
            self.0.extend(names);
            let over = self.0.len().saturating_sub(MOST);
            self.0.drain(..over);
        }
    }
}

/// The name of a change: of which step, what, and to which value. What it was before and who made
/// it does not count: from another baseline, or once it is committed, it is the same change.
pub(super) fn name_of(event: &Event) -> String {
    let step = match event.uid {
        Some(uid) => uid.to_string(),
        None => event.step.to_string(),
    };
    let parts = [
        &*step,
        event.kind.word(),
        event.field.as_deref().unwrap_or_default(),
        event.after.as_deref().unwrap_or_default(),
    ];
    stable_name(parts.join("\0").as_bytes())
}
