//! What the plan and the days before already say of a stage, so that a person need only
//! confirm it. Nothing here is written until they do.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use super::{Card, CardPart, Entry, Health, Standup, days_before, slug};
use crate::change::value::{Refusal, refuse};
use crate::plan::Plan;
use crate::plan::id::{StepId, ids_in};
use crate::plan::stage::{Stage, standings};
use crate::plan::status::Status;
use crate::plan::step::StepRef;
use crate::record::{by, one_line, waits_for};

/// How many days back an earlier card still counts.
pub(super) const REACH: u64 = 14;
/// Entries of one kind that are suggested at most.
const MOST: usize = 8;

/// What is suggested for one stage.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Suggestion {
    pub card: Card,
    /// Entries that did not fit.
    pub more: usize,
}

impl Standup<'_> {
    /// The card of a stage as it is suggested for a day.
    ///
    /// # Errors
    /// When the plan has no such stage.
    pub(super) fn suggestion(&self, date: NaiveDate, stage: &str) -> Result<Card, Refusal> {
        let mut suggested = self.suggestions(date).into_iter();
        match suggested.find(|suggestion| suggestion.card.is_of(stage)) {
            Some(suggestion) => Ok(suggestion.card),
            None => refuse(format!("the plan has no stage “{stage}” with a checklist")),
        }
    }

    /// One suggestion for each stage with a checklist, in the order of cards.
    pub(super) fn suggestions(&self, date: NaiveDate) -> Vec<Suggestion> {
        let earlier = self.earlier(date);
        let since = since(date, &earlier);
        let facts = Facts::gather(self, since, date);
        let order = order(self.plan.stages());
        let suggestion = |at: usize| facts.suggest(&self.plan.stages()[at], at, &earlier);
        order.into_iter().map(suggestion).collect()
    }

    /// The person's entries of the days before, newest first.
    pub(super) fn earlier(&self, date: NaiveDate) -> Vec<Entry> {
        let from = days_before(date, REACH);
        let own = slug(self.person);
        let mut earlier = self.entries(from, days_before(date, 1));
        earlier.retain(|entry| entry.slug == own);
        earlier.reverse();
        earlier
    }

    /// Since when the plan's news count for a day: when the person last posted, else the
    /// beginning of the day before.
    pub(super) fn news_since(&self, date: NaiveDate) -> DateTime<Utc> {
        since(date, &self.earlier(date))
    }

    /// What became complete since an instant: for each stage, when and what, the newest
    /// first.
    pub(super) fn done_since(&self, since: DateTime<Utc>, date: NaiveDate) -> Vec<Vec<Done>> {
        Facts::gather(self, since, date).done
    }
}

/// Since when the plan's news count, given the person's earlier entries.
fn since(date: NaiveDate, earlier: &[Entry]) -> DateTime<Utc> {
    let newest = earlier.first().and_then(|entry| {
        let cards = entry.cards.iter().filter_map(|card| card.posted_at);
        cards.chain(entry.posted_at).max()
    });
    let yesterday = days_before(date, 1).and_time(NaiveTime::MIN).and_utc();
    newest.unwrap_or(yesterday)
}

/// The stages that have a card: the current one, those behind it, those already passed.
pub(super) fn order(stages: &[Stage]) -> Vec<usize> {
    let standings = standings(stages);
    let passed = |at: &usize| standings[*at].is_behind();
    let mut order: Vec<usize> = (0..stages.len()).collect();
    order.sort_by_key(passed);
    order.retain(|at| !stages[*at].checks.is_empty());
    order
}

/// When a step became complete, and the step in words.
pub(super) type Done = (DateTime<Utc>, String);

/// What a card says of a step that is done.
pub(super) fn done_words(step: StepRef<'_>) -> String {
    one_line(&format!("{} {}", step.id().in_prose(), step.title()))
}

/// What the plan says, by stage.
struct Facts<'a> {
    plan: &'a Plan,
    done: Vec<Vec<Done>>,
    /// The blocked steps, with the words for them.
    blocked: Vec<Vec<(StepId, String)>>,
    evidence: Vec<Vec<String>>,
}

impl<'a> Facts<'a> {
    fn gather(standup: &Standup<'a>, since: DateTime<Utc>, date: NaiveDate) -> Self {
        let plan = standup.plan;
        let count = plan.stages().len();
        let mut facts = Self {
            plan,
            done: vec![Vec::new(); count],
            blocked: vec![Vec::new(); count],
            evidence: plan
                .stages()
                .iter()
                .map(|stage| fresh_links(stage, since, date))
                .collect(),
        };
        if count == 0 {
            return facts;
        }
        let mine = Own::of(standup);
        for (step, stage) in plan.steps().zip(stages_of_steps(plan)) {
            match step.status() {
                Some(Status::Complete) => {
                    if let Some(at) = standup.past.within(step, since, standup.now)
                        && mine.counts(step)
                    {
                        facts.done[stage].push((at, done_words(step)));
                    }
                }
                Some(Status::Blocked) if step.state().is_open() && mine.counts(step) => {
                    facts.blocked[stage].push((step.id(), blocked(step)));
                }
                _ => {}
            }
        }
        for done in &mut facts.done {
            done.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        }
        facts
    }

    fn suggest(&self, stage: &Stage, at: usize, earlier: &[Entry]) -> Suggestion {
        let mut suggestion = Suggestion::default();
        let card = &mut suggestion.card;
        card.stage.clone_from(&stage.name);
        let last = earlier.iter().find_map(|entry| entry.card(&stage.name));
        // It may have been committed only after it was told.
        let told = |words: &&String| {
            let mut cards = earlier.iter().filter_map(|entry| entry.card(&stage.name));
            cards.any(|card| card.done.contains(words))
        };
        let done = self.done[at].iter().map(|(_, words)| words);
        let done = done.filter(|words| !told(words)).cloned();
        let lists = [
            (CardPart::Blockers, self.blockers(at, last)),
            (CardPart::Evidence, self.evidence[at].clone()),
            (CardPart::Done, done.collect()),
        ];
        for (part, entries) in lists {
            let list = card.part_mut(part);
            for entry in entries {
                if !entry.is_empty() && !list.contains(&entry) {
                    list.push(entry);
                }
            }
            // What is carried over is nobody's to leave out.
            let carried = |text: &String| last.is_some_and(|last| last.blockers.contains(text));
            let kept = list.iter().take_while(|entry| carried(entry)).count();
            let most = MOST.max(kept);
            suggestion.more += list.len().saturating_sub(most);
            list.truncate(most);
        }
        let was = last.and_then(|card| card.status);
        let news = !(card.done.is_empty() && card.evidence.is_empty());
        card.set_status(match (card.blockers.is_empty(), was) {
            (false, Some(Health::Blocked)) => Health::Blocked,
            (false, _) => Health::AtRisk,
            (true, _) if news => Health::OnTrack,
            (true, _) => Health::NoChange,
        });
        suggestion
    }

    /// The blockers of the last card, and the blocked steps. A blocker that begins with a step was
    /// the plan's: it goes when the step is no longer blocked, and today's words are in its place
    /// where they differ, unless somebody only added to them.
    fn blockers(&self, at: usize, last: Option<&Card>) -> Vec<String> {
        let carried = last.map_or(&[][..], |card| &card.blockers);
        let mut all = Vec::new();
        let mut told = HashSet::new();
        for text in carried {
            let Some(id) = self.step_in(text) else {
                all.push(text.clone());
                continue;
            };
            let mut blocked = self.blocked.iter().flatten();
            if let Some((_, words)) = blocked.find(|(blocked, _)| *blocked == id) {
                let kept = text.starts_with(words.as_str());
                all.push(if kept { text } else { words }.clone());
                told.insert(id);
            }
        }
        let blocked = self.blocked[at].iter().filter(|(id, _)| !told.contains(id));
        all.extend(blocked.map(|(_, words)| words.clone()));
        all
    }

    /// The step of the plan that a blocker begins with, ID and title.
    fn step_in(&self, text: &str) -> Option<StepId> {
        let id = *ids_in(text).first()?;
        let step = self.plan.step(self.plan.find(id)?);
        let begins = format!("{id} {}", one_line(&step.title()));
        text.starts_with(&begins).then_some(id)
    }
}

/// Whose steps count: the person's own where the plan knows them as an owner, else all.
struct Own(HashMap<String, bool>);

impl Own {
    fn of(standup: &Standup<'_>) -> Self {
        let own = slug(standup.person);
        let mut owners = HashMap::new();
        for step in standup.plan.steps() {
            let owner = step.owner();
            if !owners.contains_key(&*owner) {
                let is_own = slug(&owner) == own;
                owners.insert(owner.into_owned(), is_own);
            }
        }
        if !owners.values().any(|is_own| *is_own) {
            owners.clear();
        }
        Self(owners)
    }

    fn counts(&self, step: StepRef<'_>) -> bool {
        self.0.is_empty() || self.0.get(&*step.owner()).is_some_and(|own| *own)
    }
}

/// A blocked step with what it waits for and who has that.
fn blocked(step: StepRef<'_>) -> String {
    let waits = waits_for(step);
    let head = format!(
        "{} {}{}",
        step.id().in_prose(),
        step.title(),
        by(&step.owner())
    );
    let text = match waits.is_empty() {
        true => format!("{head}: blocked"),
        false => format!("{head}: waits for {}", waits.join("; ")),
    };
    one_line(&text)
}

/// The links that came to a stage's roadmap entry from the day of `since` to `date`.
fn fresh_links(stage: &Stage, since: DateTime<Utc>, date: NaiveDate) -> Vec<String> {
    let days = since.date_naive()..=date;
    let fresh = stage.evidence.iter().filter(|evidence| {
        let day = evidence.stamp().and_then(|stamp| stamp.get(..10));
        let day = day.and_then(|day| NaiveDate::parse_from_str(day, "%Y-%m-%d").ok());
        day.is_some_and(|day| days.contains(&day))
    });
    fresh.flat_map(|evidence| evidence.links.clone()).collect()
}

/// For each step, the first stage whose gate waits for it: a check names it, or a step that
/// waits for it. What no gate waits for belongs to the current stage, where work goes on.
fn stages_of_steps(plan: &Plan) -> Vec<usize> {
    let stages = plan.stages();
    let cards = order(stages);
    let current = cards.first().copied().unwrap_or(0);
    let mut of_step: Vec<Option<usize>> = vec![None; plan.len()];
    for (at, stage) in stages.iter().enumerate() {
        let named = stage.checks.iter().flat_map(|check| &check.steps);
        let mut left: Vec<usize> = named.filter_map(|id| plan.find(*id)).collect();
        while let Some(step) = left.pop() {
            if of_step[step].is_none() {
                of_step[step] = Some(at);
                left.extend(plan.graph().upstream(step));
            }
        }
    }
    of_step
        .into_iter()
        .map(|stage| stage.unwrap_or(current))
        .collect()
}
