//! The filter line: the list follows each letter, Enter keeps it, Esc puts back the filter and
//! the selection of before. Tab completes its last term, the arrows go through earlier filters.
//!
//! What Esc drops is a search, not data: it is not kept, as in fzf and lazygit. The same goes
//! for the text of a chooser.

use super::completion::Completion;
use super::input::Input;
use super::{Overlay, movement};
use crate::app::core::command::Focus;
use crate::app::core::job::JobKind;
use crate::app::core::key::{Code, Key};
use crate::app::core::model::Model;
use crate::app::screens::plan;
use crate::change::value::Refusal;
use crate::plan::StepKey;
use crate::plan::people::Identity;
use crate::plan::query::complete::{Completions, complete};
use crate::plan::query::{Query, QueryError};

/// The open filter line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FilterLine {
    /// Its text.
    pub input: Input,
    /// The selection before, for Esc; the filter before is what the field held at first.
    selected: Option<StepKey>,
    /// The selection to stay near while letters come and go.
    anchor: Option<StepKey>,
    /// How its last term may go on, once Tab has asked.
    pub completion: Option<Completion>,
    /// Whether that was asked and is not known yet.
    is_completing: bool,
    /// Which of the earlier filters stands in it, counted from the last, and what was typed before.
    earlier: Option<(usize, String)>,
}

/// So many filters are remembered.
const REMEMBERED: usize = 100;

impl FilterLine {
    /// Takes a key; answers the line unless that closed it.
    pub(crate) fn press(mut self, model: &mut Model, key: Key) -> Option<Self> {
        match key.code {
            Code::Enter => {
                self.input.error = Some(model.keep_filter(&self.input.text).err()?.to_string());
            }
            Code::Esc => {
                model.view.filter = model.query(&self.input.initial).unwrap_or_default();
                model.find(self.selected);
                return None;
            }
            Code::Tab => return Some(self.complete(model, true)),
            Code::BackTab => return Some(self.complete(model, false)),
            Code::Up => return Some(self.recall(model, true)),
            Code::Down => return Some(self.recall(model, false)),
            Code::Char('n') if key.ctrl => self.walk(model, 1),
            Code::Char('p') if key.ctrl => self.walk(model, -1),
            _ => {
                if let Some(by) = movement(model, key) {
                    self.walk(model, by);
                }
            }
        }
        Some(self)
    }

    /// Moves in the list.
    fn walk(&mut self, model: &mut Model, by: isize) {
        model.shown().step(model, by);
        self.anchor = model.selected();
    }

    /// Puts the next way to go on into the line, or asks which there are.
    fn complete(mut self, model: &mut Model, forth: bool) -> Self {
        let Some(mut completion) = self.completion.take() else {
            self.is_completing = true;
            return self;
        };
        completion.turn(forth);
        self.take_completion(model, completion)
    }

    fn take_completion(self, model: &mut Model, completion: Completion) -> Self {
        let mut line = self.put(model, completion.text());
        line.completion = Some(completion);
        line
    }

    /// Puts an earlier filter into the line, or a later one, and in the end what was typed.
    fn recall(mut self, model: &mut Model, back: bool) -> Self {
        let kept = &model.view.kept_filters;
        let (at, typed) = match self.earlier.take() {
            Some((at, typed)) if back => (Some(at + 1), typed),
            Some((at, typed)) => (at.checked_sub(1), typed),
            None => {
                // What stands there already is nothing to go back to.
                let is_last = kept.last() == Some(&self.input.text);
                (
                    back.then_some(usize::from(is_last)),
                    self.input.text.clone(),
                )
            }
        };
        let Some(at) = at else {
            return self.put(model, typed);
        };
        let Some((at, text)) = kept
            .iter()
            .rev()
            .enumerate()
            .nth(at.min(kept.len().saturating_sub(1)))
        else {
            self.input.error = Some("no filter was kept before".to_owned());
            return self;
        };
        let text = text.clone();
        let mut line = self.put(model, text);
        line.earlier = Some((at, typed));
        line
    }

    /// Replaces what stands in the line.
    fn put(mut self, model: &mut Model, text: String) -> Self {
        let initial = self.input.initial;
        self.input = Input {
            initial,
            ..model.input(self.input.label, text)
        };
        self.typed(model)
    }

    /// Filters by what stands in the line so far; a half-typed term leaves the list as it is.
    pub(crate) fn typed(mut self, model: &mut Model) -> Self {
        (self.completion, self.earlier, self.is_completing) = (None, None, false);
        let query = Query::parse_typed(&self.input.text);
        match query.and_then(|query| query.known_to(&model.plan)) {
            Ok(query) => {
                model.view.filter = query.asked_by(&model.context.me);
                model.find(self.anchor);
            }
            Err(error) => self.input.error = Some(error.to_string()),
        }
        self
    }
}

impl Model {
    /// Opens the filter line.
    pub(crate) fn open_filter(&mut self) {
        let selected = self.selected();
        self.view.pane = Focus::STEPS;
        let input = self.input("/", self.view.filter.text().to_owned());
        self.overlays.push(Overlay::Filter(FilterLine {
            input,
            selected,
            anchor: selected,
            completion: None,
            is_completing: false,
            earlier: None,
        }));
    }

    /// Finds how the filter line may go on, if it has asked.
    pub(crate) fn list_completions(&mut self) {
        let Some(Overlay::Filter(filter)) = self.overlays.last() else {
            return;
        };
        if filter.is_completing && !self.jobs.is_running(JobKind::Rows) {
            let line = filter.input.text.clone();
            self.have_done(
                JobKind::Rows,
                move |plan, progress| Some((complete(&line, plan, progress)?, line)),
                |model, (found, line)| model.take_completions(found, line),
            );
        }
    }

    fn take_completions(&mut self, found: Completions, line: String) {
        let Some(Overlay::Filter(mut filter)) = self.overlays.pop_if(|top| match top {
            Overlay::Filter(filter) => filter.is_completing && filter.input.text == line,
            _ => false,
        }) else {
            return;
        };
        filter.is_completing = false;
        let filter = match &found.texts[..] {
            [] => {
                filter.input.error = Some("nothing completes this".to_owned());
                filter
            }
            [only] => {
                let text = format!("{}{only}", &line[..found.from]);
                filter.put(self, text)
            }
            _ => {
                let completion = Completion::new(&line[..found.from], found.texts, "");
                filter.take_completion(self, completion)
            }
        };
        self.overlays.push(Overlay::Filter(filter));
    }

    /// A filter as the person at work asks it.
    ///
    /// # Errors
    /// The first term that makes no sense.
    pub(crate) fn query(&self, text: &str) -> Result<Query, QueryError> {
        Query::parse(text).map(|query| query.asked_by(&self.context.me))
    }

    /// Learns who the person at work is, after the plan was opened. What they said themselves stays.
    pub(crate) fn know_person(&mut self, me: Identity) {
        let given = me.given.or_else(|| self.context.me.given.take());
        let me = Identity { given, ..me };
        let filter = std::mem::take(&mut self.view.filter);
        self.view.filter = filter.asked_by(&me);
        self.context.me = me;
        self.context.person_awaited = false;
        let selected = self.selected();
        self.find(selected);
        self.screen.refresh(self);
    }

    /// Whether the filter line is open.
    pub(crate) fn is_filtering(&self) -> bool {
        matches!(self.overlays.last(), Some(Overlay::Filter(_)))
    }

    /// Opens the step list at the steps that pass a filter.
    ///
    /// # Errors
    /// The first term that makes no sense.
    pub(crate) fn list_steps(&mut self, text: &str) -> Result<(), Refusal> {
        self.open_screen(&plan::SCREEN);
        self.view.pane = Focus::STEPS;
        self.keep_filter(text)
            .map_err(|error| Refusal(error.to_string()))
    }

    /// Filters by this text for good.
    fn keep_filter(&mut self, text: &str) -> Result<(), QueryError> {
        let query = self.query(text)?.known_to(&self.plan)?;
        if !query.is_empty() {
            let kept = &mut self.view.kept_filters;
            kept.retain(|filter| filter != query.text());
            kept.push(query.text().to_owned());
            kept.drain(..kept.len().saturating_sub(REMEMBERED));
        }
        if self.view.is_looking() && query.text() == self.view.filter.text() {
            // What is selected now was chosen, though a nearer one be found yet.
            self.view.pin();
            return Ok(());
        }
        let selected = self.selected();
        self.view.filter = query;
        self.find(selected);
        self.say_if_none();
        Ok(())
    }
}
