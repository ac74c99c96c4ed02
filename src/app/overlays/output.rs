//! What a command of one's own prints, while it runs and afterwards. It follows the end until one
//! scrolls. Ctrl-C cancels the command; Esc only puts the output away.

use crate::app::core::key::{Code, Key};
use crate::app::core::model::Model;

use super::movement;

/// Where one is in the output.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Output {
    /// Lines below the last one in sight: none where the end is followed.
    pub from_end: usize,
}

impl Output {
    /// Takes a key; answers the output unless that closed it.
    pub(crate) fn press(mut self, model: &mut Model, key: Key) -> Option<Self> {
        let program = model.programs.last.as_ref()?;
        let count = program.lines.len();
        let by = match (key.code, key.letter()) {
            (Code::Char('c'), _) if key.ctrl && program.is_running() => {
                model.stop_program();
                return Some(self);
            }
            (_, Some('y')) if count > 0 => {
                let (text, name) = (program.lines.join("\n") + "\n", program.name().to_owned());
                model.copy(text, format!("what {name} printed"));
                return Some(self);
            }
            _ => movement(model, key)?.saturating_neg(),
        };
        let most = count.saturating_sub(1);
        self.from_end = self.from_end.saturating_add_signed(by).min(most);
        Some(self)
    }
}
