//! How indicators moved between two scorecards.

use chrono::NaiveDate;

use super::change_in_words;
use crate::plan::indicator::Colour;
use crate::record::scorecard::{Reading, Scorecard};
use crate::report::words::plain;

/// How an indicator moved.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Delta {
    pub name: String,
    /// What the earlier scorecard said; none where it did not speak of it.
    pub before: Option<Reading>,
    /// What the later one says.
    pub now: Reading,
}

impl Delta {
    /// For each indicator of the latest scorecard, what it was in the last one up to a day. Nothing
    /// where no scorecard came after that.
    pub(crate) fn between(scorecards: &[Scorecard], from: Option<NaiveDate>) -> Vec<Self> {
        let is_before = |of: &Scorecard| from.is_some_and(|from| of.date <= Some(from));
        let Some(last) = scorecards.last().filter(|last| !is_before(last)) else {
            return Vec::new();
        };
        let before = scorecards.iter().rfind(|of| is_before(of));
        let all = last.readings.iter().map(|now| Self {
            name: now.name.clone(),
            before: before.and_then(|before| before.reading(&now.name)).cloned(),
            now: now.clone(),
        });
        all.filter(|delta| !delta.now.text.is_empty()).collect()
    }

    /// By how much.
    pub(crate) fn by(&self) -> Option<f64> {
        Some(self.now.value? - self.before.as_ref()?.value?)
    }

    /// Its row in a table.
    pub(crate) fn row(&self) -> Vec<String> {
        let before = self.before.as_ref().map_or("–", |before| &before.text);
        let colour = self.now.colour;
        let colour = colour.map(|colour: Colour| format!("{} {}", colour.sign(), colour.word()));
        vec![
            plain(&self.name),
            plain(before),
            plain(&self.now.text),
            self.by().map(change_in_words).unwrap_or_default(),
            colour.unwrap_or("–".to_owned()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indicators_are_compared_with_the_last_scorecard_up_to_a_day() {
        let scorecard = |date: &str, values: &[(&str, f64)]| Scorecard {
            file: 0,
            date: date.parse().ok(),
            readings: (values.iter())
                .map(|(name, value)| Reading {
                    name: (*name).to_owned(),
                    text: value.to_string(),
                    value: Some(*value),
                    target: String::new(),
                    colour: None,
                })
                .collect(),
            entries: Vec::new(),
        };
        let all = [
            scorecard("2026-10-04", &[("Uptime", 98.0)]),
            scorecard("2026-10-11", &[("Uptime", 97.0)]),
            scorecard("2026-11-01", &[("uptime", 99.5), ("Calls", 3.0)]),
        ];
        let rows = |from: &str| {
            let all = Delta::between(&all, from.parse().ok());
            let rows: Vec<String> = all.iter().map(|delta| delta.row().join(" ")).collect();
            rows
        };
        assert_eq!(
            rows("2026-10-20"),
            ["uptime 97 99.5 +2.5 –", "Calls – 3  –"]
        );
        assert_eq!(
            rows("2026-10-10"),
            ["uptime 98 99.5 +1.5 –", "Calls – 3  –"]
        );
        assert_eq!(rows("2026-11-01"), [] as [&str; 0]);
    }
}
