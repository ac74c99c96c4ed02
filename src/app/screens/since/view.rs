//! The state of screen 6: what it compares with, what is different, and what of that is new to
//! the person.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::seen::{SeenChanges, name_of};
use crate::app::core::job::JobKind;
use crate::app::core::message::Effect;
use crate::app::core::model::Model;
use crate::change::value::Refusal;
use crate::document::progress::Progress;
use crate::history::since::{Comparison, Different, How, OLDEST, OLDEST_IN_CLONE, cut_off_words};
use crate::history::when::When;
use crate::history::words::{instant, short};
use crate::plan::field::Field;
use crate::plan::id::StepId;
use crate::plan::query::past::ToldBy;
use crate::plan::{Plan, StepRef};

/// What is compared with unless a person says otherwise.
pub(crate) const LAST_REVIEW: &str = "review";

/// The state of screen 6.
#[derive(Debug)]
pub struct SinceView {
    /// What is compared with: a WHEN.
    pub baseline: String,
    /// The baseline of what is shown.
    known: Option<String>,
    /// What could not be compared with, though it was asked for last.
    pub(super) wrong: Option<String>,
    /// What is different, as last found out; shown until something newer is known.
    pub compared: Option<Arc<Comparison>>,
    /// Why nothing is known.
    pub trouble: Option<String>,
    /// What is listed.
    pub rows: Vec<Row>,
    /// What of it is new to the person; nothing where the plan was not compared yet.
    pub(crate) news: Option<News>,
    /// Which row is selected.
    pub cursor: usize,
    /// What was set aside.
    pub seen: SeenChanges,
    /// How often it was listed.
    pub(crate) lists: u64,
    /// The state of the plan that was asked about last; 0 is none yet.
    asked: u64,
}

impl Default for SinceView {
    fn default() -> Self {
        Self {
            baseline: LAST_REVIEW.to_owned(),
            known: None,
            wrong: None,
            compared: None,
            trouble: None,
            rows: Vec::new(),
            news: None,
            cursor: 0,
            seen: SeenChanges::default(),
            lists: 0,
            asked: 0,
        }
    }
}

impl SinceView {
    /// Whether what is shown is about another baseline than the one that was asked for.
    fn is_known_of_another(&self) -> bool {
        self.compared.is_some() && self.known.as_ref().is_some_and(|of| *of != self.baseline)
    }
}

/// A row of the list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Row {
    /// The heading of a block, or of the steps outside of all.
    Block {
        /// Index of the block.
        block: Option<usize>,
        /// How many steps below it are different in which way.
        counts: [usize; How::ALL.len()],
    },
    /// The heading of what was set aside, and how much that is.
    Seen(usize),
    /// A step.
    Step {
        /// How it is different.
        step: Different,
        /// Whether it was set aside.
        is_seen: bool,
    },
}

impl Row {
    /// The step, if it is one that is new to the person.
    pub(crate) fn new_step(&self) -> Option<Different> {
        match self {
            Self::Step {
                step,
                is_seen: false,
            } => Some(*step),
            _ => None,
        }
    }
}

/// What is new to a person.
#[derive(Debug)]
pub(crate) struct News {
    pub steps: Vec<Different>,
    /// How much that is, and since when.
    pub about: String,
    /// The WHEN since which that is.
    pub since: String,
    /// Whether there is more that is not named: all there is, or what this clone lacks.
    pub is_partial: bool,
}

impl SinceView {
    /// The step of the selected row.
    pub(crate) fn selected(&self) -> Option<&Different> {
        match self.rows.get(self.cursor)? {
            Row::Step { step, .. } => Some(step),
            _ => None,
        }
    }

    /// The steps that a verb acts on: the selected one, or all below the selected heading; and
    /// whether they were set aside.
    fn subjects(&self) -> (Vec<Different>, bool) {
        let steps = |rows: &[Row]| {
            let steps = rows.iter().map_while(|row| match row {
                Row::Step { step, .. } => Some(*step),
                _ => None,
            });
            steps.collect()
        };
        match self.rows.get(self.cursor) {
            Some(Row::Step { step, is_seen }) => (vec![*step], *is_seen),
            Some(heading) => {
                let below = steps(&self.rows[self.cursor + 1..]);
                (below, matches!(heading, Row::Seen(_)))
            }
            None => (Vec::new(), false),
        }
    }

    /// Shows a comparison, listed; answers what was shown.
    fn show(
        &mut self,
        compared: Option<Arc<Comparison>>,
        listing: Option<Listing>,
    ) -> impl Send + use<> {
        let former = std::mem::replace(&mut self.compared, compared);
        let listed = (std::mem::take(&mut self.rows), self.news.take());
        if let Some(listing) = listing {
            (self.rows, self.news) = (listing.rows, Some(listing.news));
        }
        self.lists += 1;
        self.cursor = self.cursor.min(self.rows.len().saturating_sub(1));
        (former, listed)
    }

    /// Selects the row of a step.
    pub(crate) fn select(&mut self, id: StepId) {
        let is_it = |row: &Row| matches!(row, Row::Step { step, .. } if step.step == id);
        if let Some(at) = self.rows.iter().position(is_it) {
            self.cursor = at;
        }
    }

    /// Goes to the next row that is new to the person, from the end to the beginning; or the one
    /// before. Answers whether there is another one.
    pub(super) fn go_to_new(&mut self, forward: bool) -> bool {
        let is_new = |at: &usize| self.rows[*at].new_step().is_some();
        let (count, at) = (self.rows.len(), self.cursor.min(self.rows.len()));
        let found = match forward {
            true => (at + 1..count).chain(0..at).find(is_new),
            false => (0..at).rev().chain((at + 1..count).rev()).find(is_new),
        };
        self.cursor = found.unwrap_or(self.cursor);
        found.is_some()
    }
}

/// A comparison as it is listed for a person, and what of it is new to them.
pub(crate) struct Listing {
    rows: Vec<Row>,
    pub(crate) news: News,
}

impl Listing {
    /// What is different: what was not set aside by block, then what was. What is new landed after
    /// the person last looked, where that is known.
    pub(crate) fn of(
        compared: &Comparison,
        seen: &SeenChanges,
        plan: &Plan,
        visited: Option<DateTime<Utc>>,
    ) -> Self {
        let all_seen = seen.all();
        let is_seen = |step: &Different| {
            let mut events = compared.events(step).iter();
            !all_seen.is_empty() && events.all(|event| all_seen.contains(&*name_of(event)))
        };
        let steps = compared.steps().into_iter();
        let (seen, new): (Vec<Different>, Vec<Different>) = steps.partition(is_seen);
        let mut by_block: BTreeMap<usize, Vec<Different>> = BTreeMap::new();
        for step in new {
            let block = block_of(plan, step.step).unwrap_or(usize::MAX);
            by_block.entry(block).or_default().push(step);
        }
        let mut rows = Vec::new();
        let row = |is_seen| move |step| Row::Step { step, is_seen };
        for (block, steps) in by_block {
            let mut counts = [0; How::ALL.len()];
            steps.iter().for_each(|step| counts[step.how as usize] += 1);
            let block = (block < usize::MAX).then_some(block);
            rows.push(Row::Block { block, counts });
            rows.extend(steps.into_iter().map(row(false)));
        }
        if !seen.is_empty() {
            rows.push(Row::Seen(seen.len()));
            rows.extend(seen.into_iter().map(row(true)));
        }
        let news = News::of(compared, &rows, visited);
        Self { rows, news }
    }
}

impl News {
    /// What is new of what is listed. What is not committed is here because of this checkout.
    fn of(compared: &Comparison, rows: &[Row], visited: Option<DateTime<Utc>>) -> Self {
        let baseline = &compared.baseline;
        if baseline.is_before_history() && visited.is_none() {
            let label = &baseline.label;
            return Self {
                steps: Vec::new(),
                about: format!("everything: the history begins after “{label}”"),
                since: label.clone(),
                is_partial: true,
            };
        }
        let landed_since = |step: &Different| {
            let events = compared.events(step).iter();
            let mut origins = events.filter_map(|event| compared.trail.origin(event));
            origins.any(|origin| {
                let landed = origin.commit.is_some() || !baseline.has_history;
                landed && visited.is_none_or(|visited| origin.at > visited)
            })
        };
        let steps = rows.iter().filter_map(Row::new_step).filter(landed_since);
        let steps: Vec<Different> = steps.collect();
        let when = match (visited, &baseline.commit) {
            (Some(visited), _) => instant(visited),
            // Nobody can type a baseline that is called by what it is.
            (None, Some(commit)) if [OLDEST, OLDEST_IN_CLONE].contains(&&*baseline.label) => {
                short(commit).to_owned()
            }
            (None, _) => baseline.label.clone(),
        };
        let cut_off = baseline.cut_off;
        let cut_off = cut_off.filter(|at| visited.is_none_or(|visited| visited < *at));
        let count = match steps.len() {
            0 => "nothing".to_owned(),
            count => count.to_string(),
        };
        let about = match cut_off {
            Some(at) => format!("{}; {count} since then", cut_off_words(at)),
            None => {
                let since = match visited {
                    Some(visited) => format!("your last visit, {}", instant(visited)),
                    None => baseline.words(),
                };
                format!("{count} since {since}")
            }
        };
        Self {
            steps,
            about,
            since: when,
            is_partial: cut_off.is_some(),
        }
    }
}

/// The block that a step belongs to, or belonged to by its number.
fn block_of(plan: &Plan, id: StepId) -> Option<usize> {
    let by_number = || {
        let holds = |(from, to): (u32, u32)| (from..=to).contains(&id.number());
        plan.blocks().iter().rposition(|block| holds(block.range))
    };
    match plan.find(id) {
        Some(step) => Some(plan.step(step).block()),
        None => by_number(),
    }
}

/// The same without a history: a stamp says when a step was edited, not what of it.
fn stamped(step: StepRef<'_>) -> Option<String> {
    let stamp = step.text(Field::UpdatedAt);
    let stamp = DateTime::parse_from_rfc3339(stamp.trim()).ok()?;
    let day = stamp.to_utc().date_naive();
    Some(format!("since {day} or before, by updated_at"))
}

impl Model {
    /// Has the plan compared, unless only its front is there.
    pub(crate) fn ask_since(&mut self) {
        if self.has_plan() && !self.work.is_opening() {
            self.since.asked = self.generation;
            self.effects.push(Effect::Compare);
        }
    }

    /// Has the plan compared again if it changed since it was last asked about.
    pub(crate) fn keep_since(&mut self) {
        if self.since.asked != self.generation {
            self.ask_since();
        }
    }

    /// Takes what is different since a baseline, or why that is not known.
    pub(crate) fn compared(&mut self, baseline: &str, answer: Result<Box<Comparison>, String>) {
        if baseline != self.since.baseline {
            return;
        }
        match answer {
            Ok(compared) => {
                self.since.trouble = None;
                self.since.known = Some(baseline.to_owned());
                self.list_since(Arc::from(compared), None);
            }
            Err(reason) if self.since.is_known_of_another() => {
                // What was shown is no worse for a baseline that there is not.
                let known = self.since.known.clone().unwrap_or_default();
                self.since.wrong = Some(std::mem::replace(&mut self.since.baseline, known));
                self.refuse(reason);
            }
            Err(reason) => {
                self.since.trouble = Some(reason);
                let former = self.since.show(None, None);
                self.let_go(former);
            }
        }
    }

    /// Lists a comparison beside the keys. The selected step stays selected; where it was set aside,
    /// the one that takes its `place` is.
    fn list_since(&mut self, compared: Arc<Comparison>, place: Option<usize>) {
        let (of, seen) = (compared.clone(), self.since.seen.clone());
        let visited = self.today.visited;
        let list = move |plan: &Plan, _: &Progress| Some(Listing::of(&of, &seen, plan, visited));
        self.have_done(JobKind::Since, list, move |model, listing| {
            let view = &mut model.since;
            let is_first = view.rows.is_empty();
            let selected = view.selected().map(|step| step.step);
            let selected = selected.filter(|_| place != Some(view.cursor));
            let former = view.show(Some(compared), Some(listing));
            match selected {
                Some(step) => view.select(step),
                None if is_first => drop(view.go_to_new(true)),
                None => {}
            }
            model.let_go(former);
        });
    }

    /// Compares with another baseline.
    pub(crate) fn set_baseline(&mut self, text: &str) -> Result<(), Refusal> {
        let text = match text.trim() {
            "" => LAST_REVIEW,
            text => text,
        };
        let _: When = text.parse().map_err(|error| Refusal(format!("{error}")))?;
        self.since.baseline = text.to_owned();
        self.since.wrong = None;
        if let Some(comparing) = &self.work.comparing {
            comparing.stop();
        }
        self.ask_since();
        Ok(())
    }

    /// Since when a step has its status, in words, as far as the history that was read tells.
    pub(crate) fn status_since(&self, step: StepRef<'_>) -> Option<String> {
        let past = self.view.past.as_ref().filter(|past| past.has_history);
        let Some(past) = past else {
            return self.work.has_no_history.then(|| stamped(step)).flatten();
        };
        let held = past.steps.get(&step.key())?.status?;
        // After an edit, the past before it is known until it is read again.
        if Some(held.status) != step.status() || held.told_by == ToldBy::Files {
            return Some("not committed".to_owned());
        }
        let day = held.since.date_naive();
        if held.told_by == ToldBy::Stamp {
            return Some(format!("since {day} or before"));
        }
        Some(match (self.now.date_naive() - day).num_days() {
            0 => "since today".to_owned(),
            1 => format!("since {day}, 1 day"),
            days => format!("since {day}, {days} days"),
        })
    }

    /// Sets the selected steps aside as seen, or brings them back.
    pub(super) fn set_aside(&mut self) {
        let Some(compared) = self.since.compared.clone() else {
            return;
        };
        let (steps, was_seen) = self.since.subjects();
        let events = steps.iter().flat_map(|step| compared.events(step));
        self.since
            .seen
            .set(events.map(name_of).collect(), !was_seen);
        self.list_since(compared, Some(self.since.cursor));
        let what = match &steps[..] {
            [one] => one.step.to_string(),
            steps => format!("{} steps", steps.len()),
        };
        let key = self.keymap.key_of("set-aside-change");
        self.say(match was_seen {
            true => format!("{what} is new again"),
            false => format!("{what} set aside as seen; {key} under “Seen” brings it back"),
        });
        self.effects.push(Effect::KeepSeen(self.since.seen.clone()));
    }
}
