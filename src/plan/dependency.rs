//! What a step depends on: another step, or a condition in words.

use std::borrow::Cow;

use super::id::{StepId, named_id};

/// One entry of a step's dependencies.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Dependency<'a> {
    /// Another step, written `0003` or `Step 0003`, in any zero padding.
    Step(StepId),
    /// Something outside the plan, in words; met when written with `[x] ` before them.
    Condition {
        /// The words without the mark.
        text: Cow<'a, str>,
        /// Whether somebody ticked it off.
        met: bool,
    },
}

impl<'a> Dependency<'a> {
    /// Reads one entry. Whatever is not a step ID is a condition.
    pub fn read(text: Cow<'a, str>) -> Self {
        if let Some(id) = named_id(&text) {
            return Self::Step(id);
        }
        let trimmed = text.trim();
        for (mark, met) in [("[x]", true), ("[X]", true), ("[ ]", false)] {
            if let Some(words) = trimmed.strip_prefix(mark) {
                let text = words.trim_start().to_owned().into();
                return Self::Condition { text, met };
            }
        }
        let text = if trimmed.len() == text.len() {
            text
        } else {
            trimmed.to_owned().into()
        };
        Self::Condition { text, met: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_steps_or_conditions() {
        let read = |text: &'static str| Dependency::read(text.into());
        let step = Dependency::Step("0003".parse().unwrap());
        assert_eq!(read("0003"), step);
        assert_eq!(read("Step 0003"), step);
        for spelling in ["step 3", "3", "00003", " 0003 ", "Step\u{a0}0003"] {
            assert_eq!(read(spelling), step, "{spelling}");
        }
        let condition = |text: &'static str, met| Dependency::Condition {
            text: text.into(),
            met,
        };
        assert_eq!(read("[x] Budget signed"), condition("Budget signed", true));
        assert_eq!(read("[ ] Budget signed"), condition("Budget signed", false));
        assert_eq!(
            read("2 auditors agree"),
            condition("2 auditors agree", false)
        );
        assert_eq!(read("2027 budget"), condition("2027 budget", false));
    }
}
