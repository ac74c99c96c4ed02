//! What changed in the register of risks between two states of a plan.
//!
//! A risk is its file; one whose file was renamed is found by its title.

use std::collections::HashMap;
use std::path::Path;

use super::register;
use crate::plan::Plan;
use crate::plan::canon::normalised;
use crate::plan::risk::{Level, Risk};

/// What is different in the register since an earlier state, each list as [`register`] orders it.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct RiskDelta {
    /// Open now, and not known or closed then.
    pub new: Vec<Risk>,
    /// Open then and closed now.
    pub closed: Vec<Risk>,
    /// Open then, and without a file now: as it was.
    pub gone: Vec<Risk>,
    /// Open then and now, with another likelihood or impact.
    pub changed: Vec<LevelChange>,
    /// How many are open now.
    pub open: usize,
}

/// A risk that became more or less likely, or harmful.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct LevelChange {
    /// As it is now.
    pub risk: Risk,
    /// Likelihood and impact of then.
    pub before: (Option<Level>, Option<Level>),
}

impl LevelChange {
    /// What is different, in words: `likelihood low → high`.
    pub(crate) fn words(&self) -> String {
        let word = |level: Option<Level>| level.map_or("unknown", Level::word);
        let part = |name, before: Option<Level>, now: Option<Level>| {
            (before != now).then(|| format!("{name} {} → {}", word(before), word(now)))
        };
        let parts = [
            part("likelihood", self.before.0, self.risk.likelihood),
            part("impact", self.before.1, self.risk.impact),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        parts.join(", ")
    }
}

impl RiskDelta {
    /// What is different in `now`, compared with an earlier state of the same plan.
    pub(crate) fn between(then: &Plan, now: &Plan) -> Self {
        let (before, after) = (register(then), register(now));
        let path = |plan: &'_ Plan, risk: &Risk| plan.files()[risk.file].path.clone();
        let by_path: HashMap<_, usize> = (before.iter().enumerate())
            .map(|(at, risk)| (path(then, risk), at))
            .collect();
        let stands = |path: &Path| now.files().iter().any(|file| file.path == path);
        // Whose file is still there was not renamed.
        let by_title: HashMap<String, usize> = (before.iter().enumerate())
            .filter(|(_, risk)| !stands(&path(then, risk)))
            .map(|(at, risk)| (normalised(&risk.title), at))
            .collect();
        let mut found = vec![false; before.len()];
        let mut delta = Self::default();
        for risk in after {
            let known = by_path.get(&path(now, &risk));
            let known = known.or_else(|| by_title.get(&normalised(&risk.title)));
            let was = known.map(|at| {
                found[*at] = true;
                &before[*at]
            });
            delta.open += usize::from(risk.is_open);
            match was.filter(|was| was.is_open) {
                None if risk.is_open => delta.new.push(risk),
                None => {}
                Some(_) if !risk.is_open => delta.closed.push(risk),
                Some(was) => {
                    let levels = (was.likelihood, was.impact);
                    if levels != (risk.likelihood, risk.impact) {
                        let before = levels;
                        delta.changed.push(LevelChange { risk, before });
                    }
                }
            }
        }
        let gone = before.into_iter().zip(found);
        let gone = gone.filter(|(risk, is_found)| risk.is_open && !is_found);
        delta.gone.extend(gone.map(|(risk, _)| risk));
        delta
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::source::{Role, SourceFile};

    fn plan(risks: &[(&str, &str, &str, &str, &str)]) -> Plan {
        let file = |(name, title, likelihood, impact, status): &(&str, &str, &str, &str, &str)| {
            let text = format!(
                "# {title}\n\n- **Likelihood:** {likelihood}\n- **Impact:** {impact}\n\
                 - **Status:** {status}\n"
            );
            let path = format!("docs/risks/{name}.md");
            SourceFile::load(path, Role::Risk, text.into_bytes())
        };
        Plan::read(risks.iter().map(file).collect())
    }

    #[test]
    fn a_register_tells_what_is_new_closed_and_changed_and_nothing_of_the_rest() {
        let then = plan(&[
            ("a", "Stays", "low", "high", "open"),
            ("b", "Grows", "low", "medium", "open"),
            ("c", "Ends", "low", "low", "open"),
            ("d", "Was closed", "low", "low", "closed"),
            ("e", "Comes back", "low", "low", "closed"),
            ("f", "Vanishes", "low", "low", "open"),
            ("g", "Is renamed", "low", "low", "open"),
        ]);
        let now = plan(&[
            ("a", "Stays", "L", "High", "open"),
            ("b", "Grows, and was reworded", "high", "low", "open"),
            ("c", "Ends", "low", "low", "mitigated"),
            ("d", "Was closed", "high", "high", "closed"),
            ("e", "Comes back", "high", "low", "open"),
            ("g2", "Is renamed", "low", "soon", "open"),
            ("h", "Is new", "low", "low", "open"),
            ("i", "New and over", "low", "low", "closed"),
        ]);
        let delta = RiskDelta::between(&then, &now);
        let titles = |risks: &[Risk]| -> Vec<String> {
            let mut titles: Vec<_> = risks.iter().map(|risk| risk.title.clone()).collect();
            titles.sort();
            titles
        };
        assert_eq!(titles(&delta.new), ["Comes back", "Is new"]);
        assert_eq!(titles(&delta.closed), ["Ends"]);
        assert_eq!(titles(&delta.gone), ["Vanishes"]);
        let mut changed: Vec<_> = delta.changed.iter().map(LevelChange::words).collect();
        changed.sort();
        assert_eq!(
            changed,
            [
                "impact low → unknown",
                "likelihood low → high, impact medium → low"
            ]
        );
        assert_eq!(delta.open, 5);
        assert_eq!(
            RiskDelta::between(&now, &now),
            RiskDelta {
                open: 5,
                ..RiskDelta::default()
            }
        );
    }
}
