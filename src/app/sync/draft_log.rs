//! The draft on disk: a short one is written whole at each key. A long one is written whole when
//! typing begins, and then letter by letter, as edits of what was written: however long the text
//! is, a key costs what the key changed. When the edits have become longer than the draft, it is
//! written whole once more.

use serde::{Deserialize, Serialize};

use super::draft::Draft;
use crate::app::core::message::Effect;
use crate::app::core::model::Model;
use crate::app::overlays::prompt::Prompt;

/// What a key changed in the text of a draft.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct DraftEdit {
    /// The draft that it is an edit of.
    base: u64,
    /// Where what goes begins and ends, in bytes.
    from: usize,
    to: usize,
    /// What comes in its place.
    text: String,
}

impl DraftEdit {
    fn between(base: u64, old: &str, new: &str) -> Self {
        let begin = alike(old.as_bytes(), new.as_bytes());
        let from = old.floor_char_boundary(new.floor_char_boundary(begin));
        let (rest, other) = (&old.as_bytes()[from..], &new.as_bytes()[from..]);
        let to = old.ceil_char_boundary(old.len() - alike_behind(rest, other));
        let text = new[from..new.len() - (old.len() - to)].to_owned();
        Self {
            base,
            from,
            to,
            text,
        }
    }
}

/// Bytes that are compared in one go.
const STRIDE: usize = 4 * 1024;

/// How many bytes are the same from the start.
fn alike(a: &[u8], b: &[u8]) -> usize {
    let strides = a.chunks_exact(STRIDE).zip(b.chunks_exact(STRIDE));
    let from = strides.take_while(|(a, b)| a == b).count() * STRIDE;
    let rest = a[from..].iter().zip(&b[from..]);
    from + rest.take_while(|(a, b)| a == b).count()
}

/// How many bytes are the same from the end.
fn alike_behind(a: &[u8], b: &[u8]) -> usize {
    let strides = a.rchunks_exact(STRIDE).zip(b.rchunks_exact(STRIDE));
    let from = strides.take_while(|(a, b)| a == b).count() * STRIDE;
    let rest = a[..a.len() - from].iter().rev();
    let other = b[..b.len() - from].iter().rev();
    from + rest.zip(other).take_while(|(a, b)| a == b).count()
}

/// What is known to be written of a draft.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct KeptDraft {
    /// The field.
    serial: u64,
    base: u64,
    text: String,
    /// Bytes of the text when it was written whole, and of the edits since.
    whole: usize,
    edits: usize,
}

/// A text of so many bytes is written whole. Tests know shorter ones.
const SHORT: usize = if cfg!(test) { 4 } else { 4 * 1024 };
/// Edits of a draft take this many bytes at least before it is written whole again.
const FEW: usize = 4 * 1024;
/// What an edit takes beside its text.
const EDIT: usize = 40;

impl Draft {
    /// The draft with the edits that were written after it.
    pub(crate) fn with(mut self, edits: impl IntoIterator<Item = DraftEdit>) -> Self {
        for edit in edits.into_iter().filter(|edit| edit.base == self.base) {
            // After an edit that does not fit, nothing is known about those that follow.
            if self.text.get(edit.from..edit.to).is_none() {
                break;
            }
            self.text.replace_range(edit.from..edit.to, &edit.text);
        }
        self
    }
}

impl Model {
    /// Has written what was typed since the last time.
    pub(crate) fn keep_draft(&mut self) {
        let kept = std::mem::take(&mut self.sync.kept);
        let base = self.sync.drafts;
        let (kept, effect) = match (self.unsaved(), kept) {
            (None, None) => (None, None),
            (None, Some(_)) => (None, Some(Effect::Keep(None))),
            (Some(Prompt { input, .. }), Some(kept))
                if kept.serial == input.serial && kept.text == input.text =>
            {
                (Some(kept), None)
            }
            (Some(Prompt { input, .. }), Some(mut kept))
                if kept.serial == input.serial && input.text.len() > SHORT =>
            {
                let edit = DraftEdit::between(kept.base, &kept.text, &input.text);
                kept.text.replace_range(edit.from..edit.to, &edit.text);
                kept.edits += EDIT + edit.text.len();
                match kept.edits > FEW.max(kept.whole) {
                    true => self.whole_draft(base + 1),
                    false => (Some(kept), Some(Effect::KeepEdit(edit))),
                }
            }
            (Some(_), _) => self.whole_draft(base + 1),
        };
        if let Some(kept) = &kept {
            self.sync.drafts = kept.base.max(base);
        }
        self.sync.kept = kept;
        self.effects.extend(effect);
    }

    fn whole_draft(&self, base: u64) -> (Option<KeptDraft>, Option<Effect>) {
        let draft = self.draft().map(|mut draft| {
            draft.base = base;
            Box::new(draft)
        });
        let kept = self.unsaved().map(|Prompt { input, .. }| KeptDraft {
            serial: input.serial,
            base,
            text: input.text.clone(),
            whole: input.text.len() + input.initial.len(),
            edits: 0,
        });
        (kept, Some(Effect::Keep(draft)))
    }

    /// Goes on with the draft that an earlier run wrote on this base.
    pub(crate) fn take_over_draft(&mut self, base: u64) {
        self.sync.drafts = self.sync.drafts.max(base);
        (self.sync.kept, _) = self.whole_draft(base);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::core::keymap::Keymap;
    use crate::app::core::model::SessionContext;
    use crate::app::{Message, update};
    use crate::plan::field::Field;
    use crate::plan::source::{Role, SourceFile};
    use proptest::prelude::*;

    fn model(notes: &str) -> Model {
        let notes = crate::document::json::quote(notes);
        let log = format!("{{\"step_id\":\"0001\",\"title\":\"One\",\"notes\":{notes}}}\n");
        let files = vec![SourceFile::load("plan.jsonl", Role::Log, log.into_bytes())];
        let now = chrono::DateTime::from_timestamp(0, 0).unwrap();
        Model::new(files, SessionContext::default(), Keymap::default(), now)
    }

    /// What the disk would hold after these effects.
    #[derive(Default)]
    struct Disk {
        whole: Option<Draft>,
        edits: Vec<DraftEdit>,
        bytes: usize,
    }

    impl Disk {
        fn take(&mut self, effects: Vec<Effect>) {
            for effect in effects {
                match effect {
                    Effect::Keep(draft) => {
                        self.whole = draft.map(|draft| *draft);
                        let written = serde_json::to_string(&self.whole).unwrap();
                        self.bytes += written.len();
                        // The record is cleared after that, or never: it is of another base.
                    }
                    Effect::KeepEdit(edit) => {
                        self.bytes += serde_json::to_string(&edit).unwrap().len();
                        self.edits.push(edit);
                    }
                    _ => {}
                }
            }
        }

        fn text(&self) -> Option<String> {
            let whole = self.whole.clone()?;
            Some(whole.with(self.edits.iter().cloned()).text)
        }
    }

    #[test]
    fn a_letter_in_a_long_text_costs_a_letter() {
        for size in [200_000, 1_000_000] {
            let mut text = "word \u{e9} ".repeat(size / 8);
            let mut model = model(&text);
            model.edit_field(0, Field::Notes);
            let mut disk = Disk::default();
            text.push('a');
            disk.take(update(&mut model, Message::Typed(text.clone())));
            let whole = disk.bytes;
            for at in (0..text.len()).step_by(size / 10) {
                let at = text.floor_char_boundary(at);
                text.insert(at, '\u{e8}');
                disk.take(update(&mut model, Message::Typed(text.clone())));
            }
            let more = disk.bytes - whole;
            assert!(more < 12 * 80, "{size}: {more} bytes for a few letters");
            assert_eq!(disk.text().unwrap(), text);
        }
    }

    #[test]
    fn the_record_of_edits_does_not_outgrow_the_draft() {
        let mut model = model("short");
        model.edit_field(0, Field::Notes);
        let (mut disk, mut text) = (Disk::default(), "short".to_owned());
        for _ in 0..2_000 {
            text.push('x');
            disk.take(update(&mut model, Message::Typed(text.clone())));
            let base = disk.whole.as_ref().unwrap().base;
            let live = disk.edits.iter().filter(|edit| edit.base == base).count();
            assert!(live * EDIT <= FEW.max(2 * text.len()), "{live}");
        }
        assert_eq!(disk.text().unwrap(), text);
        assert!(disk.bytes < 400_000, "{}", disk.bytes);
    }

    proptest! {
        /// Whatever is typed, and wherever it ends: what is on disk is what is in the field.
        #[test]
        fn what_is_kept_is_what_was_typed(texts in prop::collection::vec("[aé设\n]{0,12}", 1..12)) {
            let mut model = model("aé设a");
            model.edit_field(0, Field::Notes);
            let mut disk = Disk::default();
            for text in texts {
                disk.take(update(&mut model, Message::Typed(text.clone())));
                let expected = (text != "aé设a").then_some(text);
                prop_assert_eq!(disk.text(), expected);
            }
        }
    }
}
