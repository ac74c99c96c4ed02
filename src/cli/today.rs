//! `stepdeck today`: what waits for a person this morning, as screen 0 shows it.

use color_eyre::eyre::Result;
use ratatui::text::{Line, Span};
use serde::Serialize;

use super::cockpit::SESSION;
use super::invocation::Invocation;
use super::open_plan::OpenPlan;
use crate::app::core::session::Session;
use crate::app::screens::since::seen::SEEN;
use crate::app::screens::since::view::{LAST_REVIEW, Listing, News};
use crate::app::screens::today::view::MOST_CHANGES;
use crate::document::progress::Progress;
use crate::document::visible::pad;
use crate::history::since::{Comparison, Different};
use crate::history::words::instant;
use crate::plan::id::StepId;
use crate::plan::people::Identity;
use crate::plan::status::Status;
use crate::record::today::{Morning, Today as Day};
use crate::record::waits_for;
use crate::store::state::State;
use crate::tui::widgets::{frame, status};

/// Show what waits for you today: your steps, what is new, rituals, gates, long blockers.
///
/// Your steps are those of the owners that the table of people names for you, blocked ones first.
/// New is what landed since your last visit to the cockpit, or else since the last weekly review, and
/// was not set aside there. --as asks for somebody else.
#[derive(clap::Args, Clone, Debug)]
pub struct Today {
    /// Print JSON (stepdeck/today@1).
    #[arg(long)]
    json: bool,
}

impl Today {
    /// Prints the day.
    ///
    /// # Errors
    /// When the plan cannot be read, or the output not be written.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        let opened = invocation.open()?;
        let me = invocation.identity();
        let now = invocation.outside.now;
        let day = Day {
            plan: &opened.plan,
            papers: &opened.layout.papers,
            me: &me,
            rituals: &opened.layout.config.rituals,
            now,
        };
        let morning = day.gather();
        let news = news(invocation, &opened);
        if self.json {
            let document = Document::of(&day, &morning, &news);
            return invocation.print_json(&document);
        }
        let text = text(invocation, &day, &morning, &news);
        invocation.print(&text)
    }
}

/// What is new to a person, and what of it is found where; or why that is not known.
type Answer = std::result::Result<(News, Comparison), String>;

/// What is new to the person, as screen 0 finds it; or why that is not known.
fn news(invocation: &Invocation<'_, '_>, opened: &OpenPlan) -> Answer {
    let mut past = invocation.past(opened);
    let (label, moment, _) = past.baseline(LAST_REVIEW, &opened.plan, invocation.outside.now)?;
    let compared = past.since(label, &moment, &Progress::default());
    let base = invocation.outside.state.as_ref();
    let state = base.map(|base| State::of_plan(base, &opened.layout.root));
    let session = state
        .as_ref()
        .and_then(|state| state.load::<Session>(SESSION));
    let seen = state.and_then(|state| state.load(SEEN)).unwrap_or_default();
    let visited = session.and_then(|session| session.left());
    let compared = compared.ok_or("reading the history was stopped")?;
    let listing = Listing::of(&compared, &seen, &opened.plan, visited);
    Ok((listing.news, compared))
}

fn text(
    invocation: &Invocation<'_, '_>,
    day: &Day<'_>,
    morning: &Morning,
    news: &Answer,
) -> String {
    let paint = invocation.paint();
    let (theme, plan, today) = (&paint.theme, day.plan, day.now.date_naive());
    let mut sheet = paint.sheet();
    let heading = |text: String| Line::styled(text, theme.heading);
    let lead = |text: String| Span::styled(text, theme.dim);
    let mine = match morning.is_known {
        true => format!("{}: {} open", day.me.name(), morning.mine.len()),
        false => format!(
            "Nobody in this plan is called {}; --as NAME says who you are",
            day.me.name()
        ),
    };
    sheet.row(heading(mine));
    for id in &morning.mine {
        let Some(step) = plan.find(*id).map(|step| plan.step(step)) else {
            continue;
        };
        let look = status::look(step, theme);
        let waits = match &waits_for(step)[..] {
            [] => String::new(),
            waits => format!("  waits for {}", waits.join("; ")),
        };
        let text = format!("{}{waits}", step.title());
        let lead = vec![
            Span::styled(format!("{} ", look.sign), look.style),
            lead(format!("{id} ")),
        ];
        sheet.hanging(lead, &text, theme.text);
    }
    sheet.blank();
    match news {
        Err(reason) => sheet.row(heading(format!("New to you: not known, {reason}"))),
        Ok((news, compared)) => {
            sheet.row(heading(format!("New to you: {}", news.about)));
            for step in news.steps.iter().take(MOST_CHANGES) {
                let text = format!("{}  {}", compared.title(plan, step), step.how.word());
                sheet.hanging(lead(format!("{} ", step.step)), &text, theme.text);
            }
            if news.steps.len() > MOST_CHANGES {
                let more = news.steps.len() - MOST_CHANGES;
                let more = format!("… and {more} more: `stepdeck since {}`", news.since);
                sheet.row(lead(frame::words(theme, &more).into_owned()));
            }
        }
    }
    sheet.blank();
    let stewards = match &morning.stewards[..] {
        [] => String::new(),
        names => format!("; steward this week: {}", names.join(", ")),
    };
    sheet.row(heading(format!("Rituals{stewards}")));
    for ritual in &morning.cadence {
        let name = format!("{}  ", pad(&ritual.name(), 15));
        sheet.hanging(lead(name), &frame::signs(theme, &ritual.words), theme.text);
    }
    if !morning.gates.is_empty() {
        sheet.blank();
        sheet.row(heading("Gates ahead".to_owned()));
    }
    for gate in &morning.gates {
        let stage = &plan.stages()[gate.stage];
        let next = gate
            .next
            .map(|next| format!("; next: {}", stage.checks[next].text));
        let words = format!("{}{}", gate.words(stage, today), next.unwrap_or_default());
        let words = frame::signs(theme, &words);
        sheet.hanging(lead(format!("{}  ", stage.name)), &words, theme.text);
    }
    if !morning.blockers.is_empty() {
        sheet.blank();
        sheet.row(heading("Blocked for three days or more".to_owned()));
        for stands in &morning.blockers {
            let text = format!("{}  {}, {}", stands.blocker, stands.person, stands.stage);
            sheet.hanging(lead(format!("{:>3} d  ", stands.days)), &text, theme.text);
        }
    }
    if !morning.risks.is_empty() {
        sheet.blank();
        sheet.row(heading("Risks whose review is overdue".to_owned()));
        for risk in &morning.risks {
            let owner = match risk.owner.is_empty() {
                true => String::new(),
                false => format!("  {}", risk.owner),
            };
            let text = format!("{}{owner}, by {}", risk.title, risk.by);
            sheet.hanging(lead(format!("{:>3} d  ", risk.days)), &text, theme.text);
        }
    }
    paint.lines(sheet)
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    date: String,
    person: &'a str,
    known: bool,
    stewards: &'a [String],
    steps: Vec<StepEntry>,
    new: Option<Vec<NewEntry>>,
    rituals: Vec<RitualEntry<'a>>,
    gates: Vec<GateEntry<'a>>,
    blockers: Vec<BlockerEntry<'a>>,
    risks: Vec<RiskEntry<'a>>,
}

#[derive(Serialize)]
struct RiskEntry<'a> {
    file: String,
    title: &'a str,
    owner: &'a str,
    review_by: String,
    days: i64,
}

#[derive(Serialize)]
struct StepEntry {
    step_id: String,
    title: String,
    status: Option<&'static str>,
    state: &'static str,
    waits_for: Vec<String>,
}

#[derive(Serialize)]
struct NewEntry {
    step_id: String,
    title: String,
    how: &'static str,
}

#[derive(Serialize)]
struct RitualEntry<'a> {
    ritual: &'static str,
    name: String,
    due: Option<String>,
    last: Option<String>,
    standing: &'static str,
    words: &'a str,
}

#[derive(Serialize)]
struct GateEntry<'a> {
    stage: &'a str,
    ticked: usize,
    total: usize,
    missing: usize,
    due: Option<String>,
    next: Option<&'a str>,
}

#[derive(Serialize)]
struct BlockerEntry<'a> {
    blocker: &'a str,
    stage: &'a str,
    person: &'a str,
    since: String,
    days: i64,
}

impl<'a> Document<'a> {
    fn of(day: &Day<'a>, morning: &'a Morning, news: &Answer) -> Self {
        let plan = day.plan;
        let me: &'a Identity = day.me;
        let step = |id: &StepId| {
            let step = plan.step(plan.find(*id)?);
            Some(StepEntry {
                step_id: id.to_string(),
                title: step.title().into_owned(),
                status: step.status().map(Status::word),
                state: step.state().word(),
                waits_for: waits_for(step),
            })
        };
        let new = |(news, compared): &(News, Comparison)| {
            let entry = |step: &Different| NewEntry {
                step_id: step.step.to_string(),
                title: compared.title(plan, step),
                how: step.how.word(),
            };
            news.steps.iter().map(entry).collect()
        };
        let rituals = morning.cadence.iter().map(|ritual| RitualEntry {
            ritual: ritual.word(),
            name: ritual.name(),
            due: ritual.due.map(instant),
            last: ritual.last.map(instant),
            standing: ritual.standing.word(),
            words: &ritual.words,
        });
        let gates = morning.gates.iter().map(|gate| {
            let stage = &plan.stages()[gate.stage];
            GateEntry {
                stage: &stage.name,
                ticked: stage.ticked(),
                total: stage.checks.len(),
                missing: gate.missing,
                due: gate.due.map(|due| due.to_string()),
                next: gate.next.map(|next| &*stage.checks[next].text),
            }
        });
        let blockers = morning.blockers.iter().map(|stands| BlockerEntry {
            blocker: &stands.blocker,
            stage: &stands.stage,
            person: &stands.person,
            since: stands.since.to_string(),
            days: stands.days,
        });
        Self {
            schema: "stepdeck/today@1",
            date: day.now.date_naive().to_string(),
            person: me.name(),
            known: morning.is_known,
            stewards: &morning.stewards,
            steps: morning.mine.iter().filter_map(step).collect(),
            new: (news.as_ref().ok())
                .filter(|(news, _)| !news.is_partial)
                .map(new),
            rituals: rituals.collect(),
            gates: gates.collect(),
            blockers: blockers.collect(),
            risks: (morning.risks.iter())
                .map(|risk| RiskEntry {
                    file: risk.path.display().to_string(),
                    title: &risk.title,
                    owner: &risk.owner,
                    review_by: risk.by.to_string(),
                    days: risk.days,
                })
                .collect(),
        }
    }
}
