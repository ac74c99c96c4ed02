//! The chart of an indicator: what each scorecard said, with target and limits across.

use chrono::NaiveDate;

use crate::plan::indicator::{Indicator, Limit};
use crate::record::review::Week;
use crate::report::chart::{Chart, Curve, Level, Plot, figure};

/// An indicator over time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Picture<'a> {
    pub indicator: &'a Indicator,
    /// The values, by the last day of their weeks, ascending.
    pub points: &'a [(NaiveDate, Option<f64>)],
}

impl Picture<'_> {
    /// What there is to see, in a sentence.
    pub(crate) fn words(&self) -> String {
        let name = &self.indicator.name;
        let known = |(date, value): &(NaiveDate, Option<f64>)| Some((*date, (*value)?));
        let known: Vec<(NaiveDate, f64)> = self.points.iter().filter_map(known).collect();
        let said = |value: f64| {
            format!("{} {}", figure(value), self.indicator.unit)
                .trim_end()
                .to_owned()
        };
        match &known[..] {
            [] => format!("{name}: no value yet"),
            [(date, value)] => format!("{name}: {} in {}", said(*value), Week::with(*date)),
            [(from, before), .., (to, now)] => format!(
                "{name}: {} in {}, {} in {}",
                said(*before),
                Week::with(*from),
                said(*now),
                Week::with(*to)
            ),
        }
    }

    /// As a file of its own; nothing where there is no value.
    pub(crate) fn svg(&self) -> Option<String> {
        self.drawn("", |chart| chart.to_string())
    }

    /// As a part of a page, in which it is known by `id`.
    pub(crate) fn in_page(&self, id: &str) -> Option<String> {
        self.drawn(id, |chart| chart.in_page())
    }

    fn drawn(&self, id: &str, draw: impl Fn(&Chart<'_>) -> String) -> Option<String> {
        self.points.iter().find(|(_, value)| value.is_some())?;
        let dates: Vec<NaiveDate> = self.points.iter().map(|(date, _)| *date).collect();
        let lines = [Curve {
            name: self.indicator.name.clone(),
            values: self.points.iter().map(|(_, value)| *value).collect(),
        }];
        let levels = [
            ("target", self.indicator.aim),
            ("yellow", self.indicator.yellow),
            ("red", self.indicator.red),
        ];
        let mut known: Vec<Level> = Vec::new();
        for (name, limit) in levels {
            let Some(Limit { value, .. }) = limit else {
                continue;
            };
            match known.iter_mut().find(|level| level.value == value) {
                Some(level) => level.name += &format!(", {name}"),
                None => known.push(Level {
                    name: name.to_owned(),
                    value,
                }),
            }
        }
        let unit = match &*self.indicator.unit {
            "" => String::new(),
            unit => format!(" ({unit})"),
        };
        Some(draw(&Chart {
            id,
            title: &format!("{}{unit}", self.indicator.name),
            description: &self.words(),
            plot: Plot::Lines {
                dates: &dates,
                lines: &lines,
                levels: &known,
            },
        }))
    }
}
