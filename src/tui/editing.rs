//! `$EDITOR` at work on the text of a step or of a field: what became of it, and what is saved after
//! it seemed to have ended.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, EventKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};

use super::cockpit::Event;
use super::editor::OpenError;
use crate::app::core::message::{Edited, FieldText};
use crate::plan::StepKey;
use crate::store::scratch::Scratch;

/// Nobody opens an editor, looks at a step and leaves it in less: a window was opened.
const AT_ONCE: Duration = Duration::from_secs(2);
/// An editor is done with saving when nothing more came for this long.
const QUIET: Duration = Duration::from_millis(100);

/// What became of a text, once the editor is left. `took` is how long that was, `ended` how it
/// ended, and `before` the bytes that it was given; `seen` is the text as the plan has it.
pub fn returned(
    scratch: &Scratch,
    seen: &str,
    before: &[u8],
    took: Duration,
    ended: io::Result<Result<(), OpenError>>,
) -> Edited {
    let saved = scratch.read();
    let reason = match ended {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(error.to_string()),
        Err(error) => Some(error.to_string()),
    };
    match (reason, saved) {
        (None, Ok(text)) => {
            let is_same = text.as_bytes() == before && text == seen;
            match is_same && took < AT_ONCE {
                true => Edited::AtOnce,
                false => Edited::Left(text),
            }
        }
        (None, Err(error)) => Edited::Unreadable {
            reason: format!("what the editor saved cannot be read: {error}"),
        },
        (Some(reason), Ok(text)) if text != seen => Edited::Failed {
            reason,
            saved: Some(text),
        },
        (Some(reason), Err(error)) if error.kind() == io::ErrorKind::InvalidData => {
            Edited::Unreadable {
                reason: format!("{reason}, and what it saved cannot be read: {error}"),
            }
        }
        (Some(reason), _) => match scratch.has_traces() {
            true => Edited::Recoverable { reason },
            false => Edited::Failed {
                reason,
                saved: None,
            },
        },
    }
}

/// What a text is about that an editor may still have open.
#[derive(Clone, PartialEq, Debug)]
pub enum LateText {
    /// Steps as a whole.
    Steps(Arc<[StepKey]>),
    /// The field with this number, and its file.
    Field(FieldText, PathBuf),
}

impl LateText {
    fn scratch(&self, private: &Path) -> Option<Scratch> {
        match self {
            Self::Steps(steps) => Scratch::of(private, steps),
            Self::Field(_, path) => Scratch::at(private, path),
        }
    }

    /// What there is to tell of what was saved into it, if anything.
    fn saved(&self, scratch: &Scratch) -> Option<Event> {
        let (saved, called) = match self {
            Self::Steps(steps) => (
                scratch
                    .form()
                    .map(|form| (form.text.clone(), Event::SavedLate(form))),
                steps[0].0.to_string(),
            ),
            Self::Field(field, _) => {
                let saved = scratch.read().map(|text| {
                    let draft = field.draft.clone();
                    let draft = draft.map(|draft| Box::new(draft.with_saved(&text)));
                    // The field has it from here on: it is not offered by the next start.
                    let _ = scratch.describe_field(&draft);
                    let field = field.field;
                    (
                        text.clone(),
                        Event::FieldSavedLate(FieldText { field, text, draft }),
                    )
                });
                (saved, "the field".to_owned())
            }
        };
        match saved {
            Ok((text, _)) if text.trim().is_empty() => None,
            Ok((_, event)) => Some(event),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Some(Event::Notice {
                text: format!(
                    "what the editor saved for {called} cannot be read: {error}; save it as UTF-8"
                ),
                error: true,
            }),
            Err(_) => None,
        }
    }
}

/// Watches for what an editor saves into a text after it came back. Dropping it ends that.
pub struct LateSaves {
    pub of: LateText,
    _watcher: RecommendedWatcher,
}

impl LateSaves {
    /// Tells `sender` what is saved into this text.
    ///
    /// # Errors
    /// When the system cannot watch the folder.
    pub fn watch(private: &Path, of: LateText, sender: Sender<Event>) -> notify::Result<Self> {
        let (touched, touches) = channel();
        let mut watcher =
            notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
                let is_write = |kind: EventKind| match kind {
                    // To read it is no reason to read it again.
                    EventKind::Access(kind) => kind == AccessKind::Close(AccessMode::Write),
                    _ => true,
                };
                if event.is_ok_and(|event| is_write(event.kind)) {
                    // Nobody hears it when the cockpit is being left.
                    let _ = touched.send(());
                }
            })?;
        let folder = Scratch::folder(private);
        watcher.watch(&folder, RecursiveMode::NonRecursive)?;
        let private = private.to_owned();
        let read = |scratch: &Scratch| std::fs::read(scratch.path()).ok();
        let text = of.clone();
        let mut last = text.scratch(&private).as_ref().and_then(read);
        std::thread::spawn(move || {
            // It ends when the watcher is dropped.
            while touches.recv().is_ok() {
                while touches.recv_timeout(QUIET).is_ok() {}
                let Some(scratch) = text.scratch(&private) else {
                    continue;
                };
                let now = read(&scratch);
                if now == last {
                    continue;
                }
                last = now;
                if let Some(event) = text.saved(&scratch) {
                    let _ = sender.send(event);
                }
            }
        });
        Ok(Self {
            of,
            _watcher: watcher,
        })
    }
}
