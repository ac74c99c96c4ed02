//! The state of screen 0: what was gathered of the day, and which line is selected.

use chrono::{DateTime, Timelike, Utc};

use crate::app::core::command::Focus;
use crate::app::core::job::JobKind;
use crate::app::core::model::Model;
use crate::app::core::navigate::moved;
use crate::app::screens::papers::view::Wanted;
use crate::document::progress::Progress;
use crate::history::since::Different;
use crate::plan::Plan;
use crate::plan::id::StepId;
use crate::plan::people::UNKNOWN;
use crate::record::today::cadence::RitualKind;
use crate::record::today::{Morning, Today};

/// Steps of one's own that are listed; the step list has them all.
const MOST_STEPS: usize = 12;
/// What is new that is listed; screen 6 has it all.
pub(crate) const MOST_CHANGES: usize = 8;

/// The state of screen 0.
#[derive(Debug, Default)]
pub struct TodayView {
    /// Which pane has the keys.
    pub pane: Focus,
    /// What each pane lists.
    pub rows: [Vec<Row>; 2],
    /// Which row of each is selected.
    pub cursors: [usize; 2],
    /// How many steps are new to the person.
    new: usize,
    /// When the person was here last, if they ever were.
    pub(crate) visited: Option<DateTime<Utc>>,
    /// Whether the person said who they are.
    pub(crate) is_told: bool,
    /// The day as gathered last.
    pub(crate) morning: Option<Morning>,
    /// What it was gathered from: the state of the plan, who the person is, and the minute.
    gathered: Option<(u64, String, DateTime<Utc>)>,
    /// What the rows were listed from beside it: how often screen 6 was listed.
    listed: Option<u64>,
}

/// A row of a pane.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Row {
    /// What stands below it, and how much of that there is.
    Heading(&'static str, String),
    /// A step of the person's own.
    Step(StepId),
    /// So many more of them.
    MoreSteps(usize),
    /// A step that is different, and new to the person.
    Change(Different),
    /// So many more of them.
    MoreChanges(usize),
    /// A ritual, by place.
    Ritual(usize),
    /// A gate, by place.
    Gate(usize),
    /// A blocker, by place.
    Blocker(usize),
    /// A risk whose review is overdue, by place.
    Risk(usize),
    /// That the plan does not know the person, and which key tells it.
    Unknown(String),
    /// Why there is nothing.
    Nothing(String),
}

/// Where a row leads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Leads {
    /// To the question who the person is.
    Me,
    Step(StepId),
    /// The list of one's own open steps.
    Mine,
    /// A step on screen 6.
    Change(StepId),
    Since,
    Standup,
    /// What was said of a stage over the days.
    Thread(String),
    Review,
    Checkpoint(u32),
    /// A kind of paper, or a paper.
    Papers(Wanted),
    /// A stage by index, and a check of it.
    Gate(usize, Option<usize>),
}

impl Row {
    /// Whether the cursor can be on it.
    pub(crate) fn is_line(&self) -> bool {
        !matches!(self, Self::Heading(..) | Self::Nothing(_))
    }
}

impl TodayView {
    /// The screen as it opens first.
    pub(crate) fn new() -> Self {
        Self {
            pane: Focus::MINE,
            ..Self::default()
        }
    }

    /// How many steps are the person's, and how many are new to them.
    pub(crate) fn counts(&self) -> String {
        let mine = self
            .morning
            .as_ref()
            .map_or(0, |morning| morning.mine.len());
        match (mine, self.new) {
            (0, 0) => String::new(),
            (mine, 0) => format!("{mine} open"),
            (0, new) => format!("{new} new"),
            (mine, new) => format!("{mine} open, {new} new"),
        }
    }

    fn place(&self) -> usize {
        usize::from(self.pane == Focus::TEAM)
    }

    /// The rows of a pane, and which is selected.
    pub(crate) fn list(&self, pane: Focus) -> (&[Row], usize) {
        let place = usize::from(pane == Focus::TEAM);
        (&self.rows[place], self.cursors[place])
    }

    /// Where the selected row leads.
    pub(super) fn leads(&self) -> Option<Leads> {
        let (rows, cursor) = self.list(self.pane);
        let morning = self.morning.as_ref()?;
        Some(match rows.get(cursor)? {
            Row::Heading(..) | Row::Nothing(_) => return None,
            Row::Unknown(_) => Leads::Me,
            Row::Step(id) => Leads::Step(*id),
            Row::MoreSteps(_) => Leads::Mine,
            Row::Change(step) => Leads::Change(step.step),
            Row::MoreChanges(_) => Leads::Since,
            Row::Ritual(at) => match morning.cadence.get(*at)?.kind {
                RitualKind::Standup => Leads::Standup,
                RitualKind::Review => Leads::Review,
                RitualKind::Checkpoint(number) => Leads::Checkpoint(number),
                kind => Leads::Papers(Wanted::Kind(kind.role())),
            },
            Row::Gate(at) => {
                let gate = morning.gates.get(*at)?;
                Leads::Gate(gate.stage, gate.next)
            }
            Row::Risk(at) => Leads::Papers(Wanted::Paper(morning.risks.get(*at)?.path.clone())),
            Row::Blocker(at) => Leads::Thread(morning.blockers.get(*at)?.stage.clone()),
        })
    }

    /// Moves the cursor, past headings.
    pub(super) fn step(&mut self, by: isize) {
        let place = self.place();
        let (rows, cursor) = (&self.rows[place], &mut self.cursors[place]);
        let target = moved(*cursor, by, rows.len());
        let is_line = |at: &usize| rows[*at].is_line();
        let ahead = |at| (at..rows.len()).find(is_line);
        let behind = |at| (0..=at).rev().find(is_line);
        let found = match by > 0 {
            true => ahead(target).or_else(|| behind(target)),
            false => behind(target).or_else(|| ahead(target)),
        };
        *cursor = found.unwrap_or(target);
    }
}

impl Model {
    /// The minute that it is: what counts down is found again when it is over.
    pub(crate) fn minute(&self) -> DateTime<Utc> {
        let begun = self.now.with_second(0);
        let begun = begun.and_then(|now| now.with_nanosecond(0));
        begun.unwrap_or(self.now)
    }

    /// Has `read` find something in the day as it is for the person, beside the keys.
    pub(crate) fn have_day_read<T: Send + 'static>(
        &mut self,
        kind: JobKind,
        read: impl FnOnce(Today<'_>) -> T + Send + 'static,
        done: impl FnOnce(&mut Self, T) + Send + 'static,
    ) {
        // Papers come in last of all.
        if self.work.is_opening() {
            return;
        }
        let (papers, me) = (self.context.papers.clone(), self.context.me.clone());
        let (rituals, now) = (self.context.rituals, self.now);
        let work = move |plan: &Plan, _: &Progress| {
            Some(read(Today {
                plan,
                papers: &papers,
                me: &me,
                rituals: &rituals,
                now,
            }))
        };
        self.have_done(kind, work, done);
    }

    /// Gathers the day again if plan, person or minute changed.
    pub(super) fn keep_today(&mut self) {
        let who = self.context.me.name().to_owned();
        let from = (self.generation, who, self.minute());
        if self.today.gathered.as_ref() != Some(&from) {
            self.today.gathered = Some(from);
            let done = |model: &mut Self, morning| {
                model.today.morning = Some(morning);
                model.today.listed = None;
            };
            self.have_day_read(JobKind::Today, |today| today.gather(), done);
        }
        self.list_today();
    }

    /// Lists what was gathered, and what is new by now, if either changed.
    fn list_today(&mut self) {
        let from = Some(self.since.lists);
        if self.today.listed == from {
            return;
        }
        let Some(morning) = &self.today.morning else {
            return;
        };
        let lists = [self.rows_of_mine(morning), rows_of_team(morning)];
        let news = self.since.news.as_ref();
        self.today.listed = from;
        self.today.new = news.map_or(0, |news| news.steps.len());
        for (at, rows) in lists.into_iter().enumerate() {
            let view = &mut self.today;
            let selected = view.rows[at].get(view.cursors[at]);
            let same = rows
                .iter()
                .position(|row| Some(row) == selected && row.is_line());
            let cursor = same
                .unwrap_or(view.cursors[at])
                .min(rows.len().saturating_sub(1));
            let lines = |rows: &[Row]| rows.iter().position(Row::is_line);
            let on_line = rows.get(cursor).is_some_and(Row::is_line);
            view.cursors[at] = match on_line {
                true => cursor,
                false => lines(&rows).unwrap_or(0),
            };
            view.rows[at] = rows;
        }
    }

    fn rows_of_mine(&self, morning: &Morning) -> Vec<Row> {
        let name = self.context.me.name();
        let mut rows = vec![Row::Heading("My steps", String::new())];
        let shown = morning.mine.iter().take(MOST_STEPS);
        rows.extend(shown.map(|id| Row::Step(*id)));
        if !morning.is_known && self.context.person_awaited {
            rows.push(Row::Nothing("asking git who you are…".to_owned()));
        } else if !morning.is_known {
            let key = self.keymap.key_of("who-am-i");
            rows.push(Row::Unknown(match name {
                UNKNOWN => format!("Your name is not known. Press {key} to say who you are."),
                name => {
                    format!("Nobody in this plan is called {name}. Press {key} to say who you are.")
                }
            }));
        } else if morning.mine.is_empty() {
            rows.push(Row::Nothing("You own no open steps.".to_owned()));
        }
        match morning.mine.len().saturating_sub(MOST_STEPS) {
            0 => {}
            more => rows.push(Row::MoreSteps(more)),
        }
        let (new, about) = match (&self.since.news, &self.since.trouble) {
            (Some(news), _) => (&*news.steps, news.about.clone()),
            (None, Some(trouble)) => (&[][..], trouble.clone()),
            (None, None) => (&[][..], "reading the history…".to_owned()),
        };
        rows.push(Row::Heading("New to me", about));
        let more = new.len().saturating_sub(MOST_CHANGES);
        rows.extend(new.iter().take(MOST_CHANGES).copied().map(Row::Change));
        if more > 0 {
            rows.push(Row::MoreChanges(more));
        }
        rows
    }
}

fn rows_of_team(morning: &Morning) -> Vec<Row> {
    let stewards = match &morning.stewards[..] {
        [] => String::new(),
        names => format!("steward this week: {}", names.join(", ")),
    };
    let mut rows = vec![Row::Heading("Rituals", stewards)];
    rows.extend((0..morning.cadence.len()).map(Row::Ritual));
    if !morning.gates.is_empty() {
        rows.push(Row::Heading("Gates ahead", String::new()));
        rows.extend((0..morning.gates.len()).map(Row::Gate));
    }
    if !morning.blockers.is_empty() {
        rows.push(Row::Heading(
            "Blocked for three days or more",
            String::new(),
        ));
        rows.extend((0..morning.blockers.len()).map(Row::Blocker));
    }
    if !morning.risks.is_empty() {
        rows.push(Row::Heading("Risks whose review is overdue", String::new()));
        rows.extend((0..morning.risks.len()).map(Row::Risk));
    }
    rows
}
