//! Completing what stands in a field by Tab: the ways in which it may go on, and which of them
//! stands there.
//!
//! A filter line has its own ways (`plan/query/complete`). In a prompt the word before the cursor
//! goes on as what the plan holds of that kind (owners, artifacts, links), or as a path below the
//! plan's root, which somebody outside lists: a folder may take long to answer.

use super::Overlay;
use super::prompt::{Prompt, Purpose};
use crate::app::core::job::JobKind;
use crate::app::core::message::Effect;
use crate::app::core::model::Model;
use crate::document::progress::Progress;
use crate::plan::Plan;
use crate::plan::alike::known_owners;
use crate::plan::canon::block_table::BlockColumn;
use crate::plan::field::Field;
use crate::plan::link::is_address;
use crate::plan::query::words::fold;

/// More ways are not offered.
pub const MOST: usize = 100;

/// The ways in which the text of a field may go on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Completion {
    /// What stands before them.
    before: String,
    texts: Vec<String>,
    /// What stands behind.
    behind: String,
    /// Which of them stands in the field.
    pub cursor: usize,
}

impl Completion {
    pub(super) fn new(before: &str, texts: Vec<String>, behind: &str) -> Self {
        Self {
            before: before.to_owned(),
            texts,
            behind: behind.to_owned(),
            cursor: 0,
        }
    }

    /// The ways, in order; never none.
    pub fn texts(&self) -> &[String] {
        &self.texts
    }

    /// The next one stands in the field, or the one before.
    pub(super) fn turn(&mut self, forth: bool) {
        let count = self.texts.len();
        let by = if forth { 1 } else { count - 1 };
        self.cursor = (self.cursor + by) % count;
    }

    /// What then stands in the field.
    pub(super) fn text(&self) -> String {
        let way = &self.texts[self.cursor];
        format!("{}{way}{}", self.before, self.behind)
    }
}

/// What of the plan may stand in a prompt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Known {
    /// Owners.
    Owners,
    /// Artifacts and links to evidence.
    Links,
    /// Nothing but paths.
    Nothing,
}

impl Purpose {
    fn known(&self, list: Option<Field>) -> Known {
        match self {
            Self::Set(request) if request.field == Field::Owner => Known::Owners,
            Self::SetBlock(cell) if cell.column == BlockColumn::Steward => Known::Owners,
            Self::Me => Known::Owners,
            Self::Set(request) if request.field == Field::Link => Known::Links,
            Self::Entry { .. } if list == Some(Field::Artifacts) => Known::Links,
            Self::Evidence(_) | Self::GateReview(_) | Self::Card(_) => Known::Links,
            _ => Known::Nothing,
        }
    }
}

/// Where the word begins that ends a text: behind a space, a bracket or a quotation mark.
fn word_start(text: &str) -> usize {
    let ends = |c: char| c.is_whitespace() || matches!(c, '(' | '<' | '[' | '"' | '\'' | '`');
    text.rfind(ends).map_or(0, |at| {
        at + text[at..].chars().next().map_or(1, char::len_utf8)
    })
}

fn values(plan: &Plan, known: Known, progress: &Progress) -> Option<Vec<String>> {
    match known {
        Known::Nothing => Some(Vec::new()),
        Known::Owners => {
            let owners = known_owners(plan, progress)?.into_iter();
            Some(owners.map(|(owner, _)| owner).collect())
        }
        Known::Links => {
            let mut links = std::collections::BTreeSet::new();
            progress.expect(plan.len());
            let mut strides = progress.strides();
            for step in plan.steps() {
                if !strides.add(1) {
                    return None;
                }
                links.extend(step.list(Field::Artifacts).into_iter().map(String::from));
                let link = step.text(Field::Link);
                links.extend((!link.is_empty()).then(|| link.into_owned()));
            }
            Some(links.into_iter().collect())
        }
    }
}

/// A prompt that waits for the ways in which its text may go on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Asked {
    /// The text before the cursor, and behind it.
    before: String,
    behind: String,
    /// Where in it the word begins.
    from: usize,
    /// What the plan has to say; the paths are still to come.
    found: Vec<String>,
}

impl Prompt {
    /// Puts the next way to go on into the field, or asks which there are.
    pub(super) fn complete(mut self, model: &mut Model, forth: bool) -> Self {
        if let Some(mut completion) = self.completion.take() {
            completion.turn(forth);
            return self.put(model, completion);
        }
        let text = &self.input.text;
        let at = text.floor_char_boundary(model.caret.min(text.len()));
        let (before, behind) = text.split_at(at);
        let known = self.purpose.known(model.list_field());
        // A name is all of a line; of other texts the last word goes on.
        let line = before.rfind('\n').map_or(0, |at| at + 1);
        let from = match known {
            Known::Owners => line,
            _ => line + word_start(&before[line..]),
        };
        self.asked = Some(Asked {
            before: before.to_owned(),
            behind: behind.to_owned(),
            from,
            found: Vec::new(),
        });
        self
    }

    fn put(mut self, model: &mut Model, completion: Completion) -> Self {
        let initial = self.input.initial.clone();
        let multiline = self.input.multiline;
        let input = model.input(self.input.label.clone(), completion.text());
        self.input = super::input::Input {
            initial,
            multiline,
            ..input
        };
        self.completion = Some(completion);
        self
    }
}

impl Model {
    /// The list field that the prompt stands over.
    fn list_field(&self) -> Option<Field> {
        self.overlays
            .iter()
            .rev()
            .find_map(|overlay| match overlay {
                Overlay::List(list) => Some(list.field),
                _ => None,
            })
    }

    /// Finds how the text of the open prompt may go on, if it has just asked.
    pub(crate) fn list_prompt_completions(&mut self) {
        let known = match self.overlays.last() {
            Some(Overlay::Prompt(prompt)) if prompt.asked.is_some() => {
                prompt.purpose.known(self.list_field())
            }
            _ => return,
        };
        let Some(asked) = self.asked().cloned() else {
            return;
        };
        if self.jobs.is_running(JobKind::Rows) || self.is_listing_paths(&asked) {
            return;
        }
        let word = asked.before[asked.from..].to_owned();
        self.have_done(
            JobKind::Rows,
            move |plan, progress| {
                let typed = fold(&word).into_owned();
                let values = values(plan, known, progress)?;
                let goes_on = |value: &String| fold(value).starts_with(&typed) && **value != word;
                Some((
                    values.into_iter().filter(goes_on).take(MOST).collect(),
                    known,
                ))
            },
            move |model, (found, known): (Vec<String>, Known)| {
                if model.asked() != Some(&asked) {
                    return;
                }
                let word = &asked.before[asked.from..];
                let wants_paths = known != Known::Owners && !is_address(word);
                if let Some(waiting) = model.asked_mut() {
                    waiting.found = found;
                }
                match wants_paths {
                    true => {
                        let word = word.to_owned();
                        model.paths_of = Some(asked.before.clone());
                        model.effects.push(Effect::ListPaths(word));
                    }
                    false => model.take_paths(String::new(), Vec::new()),
                }
            },
        );
    }

    fn is_listing_paths(&self, asked: &Asked) -> bool {
        self.paths_of.as_ref() == Some(&asked.before)
    }

    fn asked(&self) -> Option<&Asked> {
        match self.overlays.last()? {
            Overlay::Prompt(prompt) => prompt.asked.as_ref(),
            _ => None,
        }
    }

    fn asked_mut(&mut self) -> Option<&mut Asked> {
        match self.overlays.last_mut()? {
            Overlay::Prompt(prompt) => prompt.asked.as_mut(),
            _ => None,
        }
    }

    /// Takes the paths that a word may go on as.
    pub(crate) fn take_paths(&mut self, word: String, paths: Vec<String>) {
        self.paths_of = None;
        let Some(Overlay::Prompt(mut prompt)) = self.overlays.pop_if(|top| match top {
            Overlay::Prompt(prompt) => prompt
                .asked
                .as_ref()
                .is_some_and(|asked| word.is_empty() || asked.before[asked.from..] == word),
            _ => false,
        }) else {
            return;
        };
        let asked = prompt.asked.take();
        let Some(Asked {
            before,
            behind,
            from,
            found,
        }) = asked
        else {
            return;
        };
        let mut texts = found;
        for path in paths {
            if !texts.contains(&path) && path != word {
                texts.push(path);
            }
        }
        let prompt = match texts.is_empty() {
            true => {
                prompt.input.error = Some("nothing completes this".to_owned());
                prompt
            }
            false => {
                let is_only = texts.len() == 1;
                let completion = Completion::new(&before[..from], texts, &behind);
                let mut prompt = prompt.put(self, completion);
                // The only way is taken: the next Tab goes on from there.
                if is_only {
                    prompt.completion = None;
                }
                prompt
            }
        };
        self.overlays.push(Overlay::Prompt(prompt));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_before_the_cursor_goes_on() {
        for (text, word) in [
            ("docs/a", "docs/a"),
            ("see docs/a", "docs/a"),
            ("(docs/a", "docs/a"),
            ("a ", ""),
            ("设 计", "计"),
            ("a\u{3000}b", "b"),
        ] {
            assert_eq!(&text[word_start(text)..], word, "{text}");
        }
    }

    #[test]
    fn the_ways_are_turned_round_their_end() {
        let texts = ["a", "b", "c"].map(str::to_owned).to_vec();
        let mut completion = Completion::new("x ", texts, " y");
        assert_eq!(completion.text(), "x a y");
        completion.turn(false);
        assert_eq!(completion.text(), "x c y");
        completion.turn(true);
        completion.turn(true);
        assert_eq!(completion.text(), "x b y");
    }
}
