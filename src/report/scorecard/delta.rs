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
    /// The day of the later one, where newer ones have no value yet.
    pub as_of: Option<NaiveDate>,
}

impl Delta {
    /// For each indicator of the latest scorecard its last value, and what that was in the last one up to
    /// a day. Nothing of those without a value since that day.
    pub(crate) fn between(scorecards: &[Scorecard], from: Option<NaiveDate>) -> Vec<Self> {
        let is_after = |of: &Scorecard| from.is_none_or(|from| of.date > Some(from));
        let (before, since) = scorecards.split_at(scorecards.partition_point(|of| !is_after(of)));
        let Some(last) = since.last() else {
            return Vec::new();
        };
        let said = |of: &[Scorecard], name: &str| {
            of.iter().rev().find_map(|of| {
                let reading = of.reading(name).filter(|reading| !reading.text.is_empty());
                Some((of.date, reading?.clone()))
            })
        };
        let all = last.readings.iter().filter_map(|Reading { name, .. }| {
            let (day, now) = said(since, name)?;
            Some(Self {
                name: name.clone(),
                before: said(before, name).map(|(_, reading)| reading),
                now,
                as_of: day.filter(|day| Some(*day) != last.date),
            })
        });
        all.collect()
    }

    /// By how much.
    pub(crate) fn by(&self) -> Option<f64> {
        Some(self.now.value? - self.before.as_ref()?.value?)
    }

    /// Its row in a table.
    pub(crate) fn row(&self) -> Vec<String> {
        let before = self.before.as_ref().map_or("–", |before| &before.text);
        let now = match self.as_of {
            Some(day) => format!("{} ({day})", self.now.text),
            None => self.now.text.clone(),
        };
        let colour = self.now.colour;
        let colour = colour.map(|colour: Colour| format!("{} {}", colour.sign(), colour.word()));
        vec![
            plain(&self.name),
            plain(before),
            plain(&now),
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
        // A scorecard that was just begun has no values yet.
        let mut begun = scorecard(
            "2026-11-08",
            &[("Uptime", 0.0), ("Calls", 0.0), ("New", 0.0)],
        );
        begun
            .readings
            .iter_mut()
            .for_each(|reading| reading.text.clear());
        let begun: Vec<Scorecard> = all.iter().cloned().chain([begun]).collect();
        let told = Delta::between(&begun, "2026-10-20".parse().ok());
        let told: Vec<String> = told.iter().map(|delta| delta.row().join(" ")).collect();
        assert_eq!(
            told,
            [
                "Uptime 97 99.5 (2026-11-01) +2.5 –",
                "Calls – 3 (2026-11-01)  –"
            ]
        );
    }
}
