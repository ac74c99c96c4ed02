//! The last scorecard on file, for those who read it elsewhere: the page and the metrics.

use chrono::NaiveDate;

use super::picture::Picture;
use crate::plan::Plan;
use crate::plan::canon::indicators::IndicatorRow;
use crate::plan::indicator::{self, Indicator, is_one};
use crate::record::scorecard::{self, Entry, Reading, Scorecard};

/// The last scorecard on file.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct FiledScorecard {
    /// Index of its file in the plan.
    pub file: usize,
    /// The last day of its week.
    pub date: Option<NaiveDate>,
    /// What it says, each indicator once.
    pub lines: Vec<FiledLine>,
}

/// What it says of an indicator.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct FiledLine {
    /// As the canon defines it; by its name and target alone where that does not.
    pub indicator: Indicator,
    pub reading: Reading,
    /// What the one before it said.
    pub previous: Option<f64>,
    /// What people wrote about it.
    pub entry: Option<Entry>,
    /// What each scorecard said, by the last days of their weeks.
    pub points: Vec<(NaiveDate, Option<f64>)>,
}

impl FiledLine {
    /// How much the value moved.
    pub(crate) fn delta(&self) -> Option<f64> {
        Some(self.reading.value? - self.previous?)
    }

    /// Its chart.
    pub(crate) fn picture(&self) -> Picture<'_> {
        Picture {
            indicator: &self.indicator,
            points: &self.points,
        }
    }
}

impl FiledScorecard {
    /// The last one of a plan, if there is any.
    pub(crate) fn last(plan: &Plan) -> Option<Self> {
        let all = scorecard::all(plan);
        let (last, before) = all.split_last()?;
        let known = indicator::all(plan);
        let mut lines: Vec<FiledLine> = Vec::new();
        for reading in &last.readings {
            if lines
                .iter()
                .any(|line| is_one(&line.reading.name, &reading.name))
            {
                continue;
            }
            let name = &reading.name;
            let defined = known
                .iter()
                .find(|known| is_one(&known.name, name))
                .cloned();
            let said = |of: &Scorecard| of.reading(name).and_then(|reading| reading.value);
            let mut points: Vec<(NaiveDate, Option<f64>)> = (all.iter())
                .filter_map(|of| Some((of.date?, said(of))))
                .collect();
            points.dedup_by_key(|(date, _)| *date);
            let first = points.iter().position(|(_, value)| value.is_some());
            lines.push(FiledLine {
                indicator: defined.unwrap_or_else(|| named(reading)),
                previous: before.last().and_then(said),
                entry: last.entry(name).cloned(),
                points: points.split_off(first.unwrap_or(points.len())),
                reading: reading.clone(),
            });
        }
        Some(Self {
            file: last.file,
            date: last.date,
            lines,
        })
    }
}

/// An indicator of which the scorecard alone speaks.
fn named(reading: &Reading) -> Indicator {
    Indicator {
        place: None,
        ..Indicator::of_row(&IndicatorRow {
            name: reading.name.clone(),
            target: reading.target.clone(),
            ..IndicatorRow::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::source::{Role, SourceFile};

    #[test]
    fn the_last_scorecard_is_read_with_those_before_it() {
        let file = |week: &str, rows: &str| {
            let text = format!(
                "# {week}\n\n| Indicator | Value | Target | Colour |\n| --- | --- | --- | --- |\n{rows}\n\
                 ## Values and notes\n\n- **Calls:** 3\n  - **Note:** few\n"
            );
            let path = format!("docs/scorecards/{week}.md");
            SourceFile::load(path, Role::Scorecard, text.into_bytes())
        };
        let canon = "| Indicator | Target |\n| --- | --- |\n| Uptime | ≥ 99 % |\n";
        let plan = Plan::read(vec![
            SourceFile::load("docs/i.md", Role::Canon, canon.as_bytes().to_vec()),
            file("2026-W45", "| Uptime | 98 % | | |\n"),
            file(
                "2026-W47",
                "| uptime | 99.5 % | | ● green |\n| Calls | 3 | ≥ 5 | ▲ yellow |\n| Calls | 4 | | |\n",
            ),
            file("2026-W46", "| Uptime | 99 % | | |\n"),
        ]);
        let last = FiledScorecard::last(&plan).unwrap();
        assert_eq!(last.date, "2026-11-22".parse().ok());
        let [uptime, calls] = &last.lines[..] else {
            panic!("{last:?}")
        };
        assert_eq!(
            (&*uptime.indicator.target, uptime.delta()),
            ("≥ 99 %", Some(0.5))
        );
        assert_eq!(uptime.points.len(), 3);
        assert_eq!((&*calls.indicator.target, calls.delta()), ("≥ 5", None));
        assert_eq!(calls.points.len(), 1);
        assert_eq!(calls.entry.as_ref().unwrap().note, "few");
        assert_eq!(FiledScorecard::last(&Plan::default()), None);
    }
}
