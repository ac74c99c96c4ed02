//! What a step depends on: another step, or a condition in words.

use std::borrow::Cow;

use super::id::{StepId, named_id};
use crate::document::markdown::{Entry, box_before, phrase};

/// One entry of a step's dependencies.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Dependency<'a> {
    /// Another step, written `0003` or `Step 0003`, in any zero padding.
    Step(StepId),
    /// Something outside the plan, in words; met when written with `[x] `, or another ticked box,
    /// before them.
    Condition {
        /// The words without the mark.
        text: Cow<'a, str>,
        /// Whether somebody ticked it off.
        met: bool,
    },
}

impl<'a> Dependency<'a> {
    /// Reads one entry. Whatever does not name a step is a condition.
    pub fn read(text: Cow<'a, str>) -> Self {
        let trimmed = text.trim();
        if let Some(id) = step_in_words(trimmed) {
            return Self::Step(id);
        }
        if let Some((met, words)) = unboxed(trimmed) {
            // Whether a step is done is for the step to say.
            if let Some(id) = step_in_words(words) {
                return Self::Step(id);
            }
            let text = words.to_owned().into();
            return Self::Condition { text, met };
        }
        // People copy what is in a document; no step's name is longer than a link.
        if trimmed.len() <= LONGEST_NAME
            && trimmed.contains(['[', '*', '_', '`', '&', '<'])
            && let Some(id) = named_step(&phrase(trimmed))
        {
            return Self::Step(id);
        }
        let text = if trimmed.len() == text.len() {
            text
        } else {
            trimmed.to_owned().into()
        };
        Self::Condition { text, met: false }
    }
}

/// Whether the box before the words is ticked, and the words: a box as lists have it, or `[x]` alone.
fn unboxed(text: &str) -> Option<(bool, &str)> {
    let alone = [("[x]", true), ("[X]", true), ("[ ]", false)];
    let alone = alone.into_iter().find(|(mark, _)| text == *mark);
    match alone {
        Some((_, met)) => Some((met, "")),
        None => box_before(text),
    }
}

/// The most bytes that a step's name has with its markup.
const LONGEST_NAME: usize = 512;

/// The step that a piece of Markdown names, in its words or by where its link leads.
pub fn named_step(entry: &Entry) -> Option<StepId> {
    let words = entry.words.trim();
    let linked = || entry.only_link().and_then(|link| step_in_link(&link.url));
    step_in_words(words).or_else(linked)
}

/// Reads `0003`, `Step 3` and the same in brackets, with a label behind them or not:
/// `[[0003]]`, `[Step 0003][s3]`.
fn step_in_words(words: &str) -> Option<StepId> {
    let mut words = words;
    if let Some(inner) = words
        .strip_prefix("[[")
        .and_then(|rest| rest.strip_suffix("]]"))
    {
        words = inner.split('|').next().unwrap_or_default().trim();
    } else if let Some(inner) = words
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        let (name, label) = inner.split_once("][").unwrap_or((inner, ""));
        words = if label.contains(['[', ']']) {
            words
        } else {
            name.trim()
        };
    }
    named_id(words)
}

/// Reads `#step-0003-title`, `steps/0003.md` and `plan.md#step-0003`.
fn step_in_link(url: &str) -> Option<StepId> {
    let (path, fragment) = url.split_once('#').unwrap_or((url, ""));
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let numbered = |text: &str| {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let ends = text[digits..].starts_with(['-', '_', '.']) || text.len() == digits;
        let id = || named_id(&text[..digits]);
        ends.then(id).flatten()
    };
    let behind_word = |text: &str| {
        let rest = text
            .get(..4)
            .filter(|word| word.eq_ignore_ascii_case("step"));
        let rest = rest.and_then(|_| text[4..].strip_prefix(['-', '_']));
        rest.and_then(numbered)
    };
    let of_steps = folders.rsplit('/').next().is_some_and(|folder| {
        folder.eq_ignore_ascii_case("step") || folder.eq_ignore_ascii_case("steps")
    });
    behind_word(fragment)
        .or_else(|| behind_word(name))
        .or_else(|| numbered(name).filter(|_| of_steps))
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
        for written in [
            "[Step 0003](#step-0003)",
            "[0003](steps/0003.md)",
            "[the schema](steps/0003-schema.md)",
            "[the schema](plan.md#step-0003--schema)",
            "[Step 0003][s3]",
            "**Step 0003**",
            "`0003`",
            "[[0003]]",
            "[[Step 0003|schema]]",
            "Step&nbsp;0003",
            "Step\u{a0}0003",
            "[x] Step 0003",
        ] {
            assert_eq!(read(written), step, "{written}");
        }
        for spelling in ["step 3", "3", "00003", " 0003 ", "Step\u{a0}0003"] {
            assert_eq!(read(spelling), step, "{spelling}");
        }
        let condition = |text: &'static str, met| Dependency::Condition {
            text: text.into(),
            met,
        };
        assert_eq!(read("[x] Budget signed"), condition("Budget signed", true));
        assert_eq!(read("[ ] Budget signed"), condition("Budget signed", false));
        for ticked in ["[✓] Board", "✅ Board", "[x]Board", "\\[x\\] Board"] {
            assert_eq!(read(ticked), condition("Board", true), "{ticked}");
        }
        assert_eq!(read("☐ Board"), condition("Board", false));
        assert_eq!(read("✅ Step 0003"), step);
        assert_eq!(read("[x]"), condition("", true));
        assert_eq!(
            read("2 auditors agree"),
            condition("2 auditors agree", false)
        );
        for words in [
            "2027 budget",
            "[the budget](2027.md)",
            "[Board](https://example.org/2027)",
            "[a] [0003]",
            "[x](a.md) b",
            "**Budget** signed",
        ] {
            assert_eq!(read(words), condition(words, false));
        }
    }
}
