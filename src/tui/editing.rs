//! `$EDITOR` at work on the text of a step: what became of it, and what is saved after it seemed
//! to have ended.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, EventKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};

use super::cockpit::Event;
use super::editor::OpenError;
use crate::app::core::message::Edited;
use crate::change::form::Form;
use crate::plan::StepKey;
use crate::store::scratch::Scratch;

/// Nobody opens an editor, looks at a step and leaves it in less: a window was opened.
const AT_ONCE: Duration = Duration::from_secs(2);
/// An editor is done with saving when nothing more came for this long.
const QUIET: Duration = Duration::from_millis(100);

/// What became of a text, once the editor is left. `took` is how long that was, `ended` how it
/// ended, and `before` the bytes that it was given.
pub fn returned(
    scratch: &Scratch,
    form: &Form,
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
            let is_same = text.as_bytes() == before && text == form.seen;
            match is_same && took < AT_ONCE {
                true => Edited::AtOnce,
                false => Edited::Left(text),
            }
        }
        (None, Err(error)) => Edited::Unreadable {
            reason: format!("what the editor saved cannot be read: {error}"),
        },
        (Some(reason), Ok(text)) if text != form.seen => Edited::Failed {
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

/// Watches for what an editor saves into a text after it came back. Dropping it ends that.
pub struct LateSaves {
    pub steps: Arc<[StepKey]>,
    _watcher: RecommendedWatcher,
}

impl LateSaves {
    /// Tells `sender` each text that is saved for these steps.
    ///
    /// # Errors
    /// When the system cannot watch the folder.
    pub fn watch(
        private: &Path,
        steps: Arc<[StepKey]>,
        sender: Sender<Event>,
    ) -> notify::Result<Self> {
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
        let of = steps.clone();
        let mut last = Scratch::of(&private, &of).as_ref().and_then(read);
        std::thread::spawn(move || {
            // It ends when the watcher is dropped.
            while touches.recv().is_ok() {
                while touches.recv_timeout(QUIET).is_ok() {}
                let Some(scratch) = Scratch::of(&private, &of) else {
                    continue;
                };
                let now = read(&scratch);
                if now == last {
                    continue;
                }
                last = now;
                let event = match scratch.form() {
                    Ok(form) if form.text.trim().is_empty() => continue,
                    Ok(form) => Event::SavedLate(form),
                    Err(error) if error.kind() == io::ErrorKind::InvalidData => Event::Notice {
                        text: format!(
                            "what the editor saved for {} cannot be read: {error}; save it as UTF-8",
                            of[0].0
                        ),
                        error: true,
                    },
                    Err(_) => continue,
                };
                let _ = sender.send(event);
            }
        });
        Ok(Self {
            steps,
            _watcher: watcher,
        })
    }
}
