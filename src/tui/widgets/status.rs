//! How a step's status is shown: sign, word and style, with what readiness makes of it.

use std::borrow::Cow;

use ratatui::style::Style;

use crate::plan::StepRef;
use crate::plan::field::Field;
use crate::plan::status::{State, Status};
use crate::tui::theme::{Sign, Theme};

/// Columns of the longest of the usual words, sign included: `◐ in progress`.
pub const WIDTH: u16 = 13;

/// A status as drawn.
#[derive(Clone, Debug)]
pub struct Look {
    /// One column.
    pub sign: &'static str,
    /// What stands behind it; straight from the file where it is no known status.
    pub words: Cow<'static, str>,
    /// For both.
    pub style: Style,
}

/// The sign of a status.
pub fn sign(status: Status) -> Sign {
    match status {
        Status::Idea => Sign::Idea,
        Status::Draft => Sign::Draft,
        Status::InProgress => Sign::InProgress,
        Status::Blocked => Sign::Blocked,
        Status::Complete => Sign::Complete,
    }
}

/// The step's status. A proposal that could be started is shown as ready, one that has to
/// wait in the background.
pub fn look(step: StepRef<'_>, theme: &Theme) -> Look {
    let of = |sign, words: &'static str| Look {
        sign: theme.glyph(sign),
        words: words.into(),
        style: theme.sign(sign),
    };
    match (step.status(), step.state()) {
        (None, _) => unknown(step, theme),
        (Some(status), State::Retired) => Look {
            style: theme.dim,
            ..of(sign(status), State::Retired.word())
        },
        (Some(Status::Draft), State::Ready) => of(Sign::Ready, "ready draft"),
        (Some(Status::Idea), State::Ready) => of(Sign::Ready, "ready idea"),
        (Some(status @ (Status::Draft | Status::Idea)), _) => Look {
            style: theme.dim,
            ..of(sign(status), status.word())
        },
        (Some(status), _) => of(sign(status), status.word()),
    }
}

fn unknown(step: StepRef<'_>, theme: &Theme) -> Look {
    let text = step.text(Field::Status);
    Look {
        sign: "?",
        words: match text.trim() {
            "" => "no status".into(),
            text => text.to_owned().into(),
        },
        style: theme.warning,
    }
}
