//! The register of risks: one file a risk, written here, kept by people, and read back by
//! `plan::risk`. And what the register adds up to: its order, and which blockers of the standups
//! belong in it.

pub(crate) mod delta;

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use super::filed::{meant, new_path};
use super::labels::{bullet, section_edits, set_label};
use super::standup::{DoneBy, Standup};
use super::{heading, one_line};
use crate::change::compose::reversible;
use crate::change::value::{Refusal, refuse, refuse_control};
use crate::change::{Change, Edit, Target};
use crate::plan::Plan;
use crate::plan::canon::normalised;
use crate::plan::id::{StepId, ids_in};
use crate::plan::risk::{self, Level, Risk, label};
use crate::plan::source::Role;

/// So many standups in a row with one blocker make it a risk.
const STANDUPS: usize = 3;
/// So many days back standups are looked at.
const DAYS: u64 = 21;

/// A risk to be written down.
#[derive(Clone, Debug)]
pub(crate) struct NewRisk<'a> {
    /// What may happen, in one line.
    pub title: &'a str,
    /// How likely it is.
    pub likelihood: Level,
    /// How much harm it would do.
    pub impact: Level,
    /// Who watches it.
    pub owner: &'a str,
    /// The steps that it threatens.
    pub steps: Vec<StepId>,
    /// The stage that it threatens, or nothing.
    pub stage: &'a str,
    /// By when it is looked at again.
    pub review_by: Option<NaiveDate>,
    /// What is done about it, in Markdown or nothing.
    pub mitigation: &'a str,
}

/// Keeps the register.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Register<'a> {
    /// The plan as it is.
    pub plan: &'a Plan,
    /// The present instant.
    pub now: DateTime<Utc>,
    /// Who is at work.
    pub who: &'a str,
    /// Where risks are kept, relative to the root.
    pub folder: &'a Path,
}

impl Register<'_> {
    /// The change that writes a risk down.
    ///
    /// # Errors
    /// When it has no title, or a step is not in the plan.
    pub(crate) fn add(&self, new: &NewRisk<'_>) -> Result<Change, Refusal> {
        let title = one_line(new.title);
        for text in [new.title, new.owner, new.stage, new.mitigation] {
            refuse_control(text, "")?;
        }
        if title.is_empty() {
            return refuse("a risk needs a title: what may happen, in one line");
        }
        if let Some(id) = new
            .steps
            .iter()
            .find(|id| self.plan.find(self.plan.meant(**id)).is_none())
        {
            return refuse(format!("{id} is not in the plan"));
        }
        let date = self.now.date_naive();
        let path = new_path(self.plan, self.folder, &title, date);
        let mut out = format!("# {}\n\n", heading(&title));
        bullet(&mut out, label::LIKELIHOOD, new.likelihood.word());
        bullet(&mut out, label::IMPACT, new.impact.word());
        bullet(&mut out, label::STATUS, "open");
        bullet(&mut out, label::OWNER, new.owner);
        if !new.steps.is_empty() {
            let ids = new
                .steps
                .iter()
                .map(|id| self.plan.spelled(self.plan.meant(*id)).in_prose());
            let ids: Vec<String> = ids.map(|id| id.to_string()).collect();
            bullet(&mut out, label::STEPS, &ids.join(", "));
        }
        if !new.stage.is_empty() {
            bullet(&mut out, label::STAGE, new.stage);
        }
        let by = new.review_by.map_or_else(String::new, |by| by.to_string());
        bullet(&mut out, label::REVIEW_BY, &by);
        bullet(&mut out, label::OPENED, &format!("{date}, {}", self.who));
        out += &format!("\n## {}\n", label::MITIGATION);
        let mitigation = new.mitigation.trim();
        if !mitigation.is_empty() {
            out += &format!("\n{mitigation}\n");
        }
        Ok(Change {
            label: format!("risk added: {title}"),
            edits: vec![Edit {
                path,
                target: Target::File { role: Role::Risk },
                before: None,
                after: Some(out.into_bytes()),
            }],
        })
    }

    /// The change that closes a risk, given by the index of its file, and says why.
    ///
    /// # Errors
    /// When it is closed already, or its file has no place for it.
    pub(crate) fn close(&self, file: usize, why: &str) -> Result<Change, Refusal> {
        refuse_control(why, "")?;
        let of = &self.plan.files()[file];
        let Some(document) = of.markdown() else {
            return refuse(format!("{} is not Markdown", of.path.display()));
        };
        let risk = Risk::read(file, &of.path, document);
        if !risk.is_open {
            return refuse(format!("“{}” is closed already", risk.title));
        }
        if document.headings().is_empty() {
            return refuse(format!(
                "{} has no heading to write its status under: add one",
                of.path.display()
            ));
        }
        let why = one_line(why);
        let mut said = format!("{}, {}", self.now.date_naive(), self.who);
        if !why.is_empty() {
            said += &format!(": {why}");
        }
        let after = set_label(document, 0, label::STATUS, "closed")?;
        let after = set_label(&after, 0, label::CLOSED, &said)?;
        let change = Change {
            label: format!("risk closed: {}", risk.title),
            edits: section_edits(&of.path, document, &after)?,
        };
        reversible(of, change)
    }

    /// Blockers that stood in three standups of one person in a row and that the register does not
    /// have, by stage and words.
    pub(crate) fn proposals(&self, standups: &Path) -> Vec<Proposal> {
        let standup = Standup {
            plan: self.plan,
            folder: standups,
            person: self.who,
            now: self.now,
            // Nobody is late here.
            due: NaiveTime::MIN,
            elsewhere: &[],
            past: DoneBy::Unknown,
        };
        let known: HashSet<String> = risk::all(self.plan)
            .map(|risk| normalised(&risk.title))
            .collect();
        let mut found: BTreeMap<(String, String), Proposal> = BTreeMap::new();
        for stands in standup.blockers(standup.today(), DAYS) {
            let title = one_line(&stands.blocker);
            let words = normalised(&title);
            if stands.cards < STANDUPS || known.contains(&words) {
                continue;
            }
            let proposal = found
                .entry((stands.stage.clone(), words))
                .or_insert(Proposal {
                    steps: ids_in(&title),
                    title,
                    stage: stands.stage,
                    since: stands.since,
                    standups: 0,
                });
            proposal.since = proposal.since.min(stands.since);
            proposal.standups = proposal.standups.max(stands.cards);
        }
        found.into_values().collect()
    }
}

/// A blocker that has stood so long that it is a risk.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Proposal {
    /// Its words.
    pub title: String,
    /// The stage of its card.
    pub stage: String,
    /// The steps that its words name.
    pub steps: Vec<StepId>,
    /// The first day on which it stood.
    pub since: NaiveDate,
    /// In how many standups in a row.
    pub standups: usize,
}

impl Proposal {
    /// Whose blocker it is and since when.
    pub(crate) fn words(&self) -> String {
        format!(
            "blocker of {} since {}, {} standups",
            self.stage, self.since, self.standups
        )
    }
}

/// The risks of a plan: those that are open first, the highest score and the nearest review first.
pub(crate) fn register(plan: &Plan) -> Vec<Risk> {
    let mut risks: Vec<Risk> = risk::all(plan).collect();
    risks.sort_by_key(|risk| {
        let review = risk.review_by.unwrap_or(NaiveDate::MAX);
        (
            !risk.is_open,
            std::cmp::Reverse(risk.score()),
            review,
            risk.title.clone(),
        )
    });
    risks
}

/// Index of the file of the risk that a person means by its path, its name or enough of its name or
/// title; one that is open, where several fit.
///
/// # Errors
/// Why there is none.
pub(crate) fn find(plan: &Plan, typed: &str) -> Result<usize, Refusal> {
    let typed = typed.trim();
    let risks = register(plan);
    let among = |is_wanted: fn(&&Risk) -> bool| {
        let risks = risks.iter().filter(is_wanted);
        meant(typed, plan, risks.map(|risk| (risk.file, &*risk.title)))
    };
    let found = among(|risk| risk.is_open).or_else(|found| match found {
        0 => among(|_| true),
        found => Err(found),
    });
    found.map_err(|found| {
        Refusal(match found {
            0 => format!("“{typed}” is not a risk; `stepdeck risk` lists them"),
            _ => format!("“{typed}” matches {found} risks: give more of the name"),
        })
    })
}

#[cfg(test)]
mod tests;
