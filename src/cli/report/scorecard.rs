//! `stepdeck report scorecard`: the indicators of a week.

use color_eyre::eyre::Result;
use serde::Serialize;

use super::{Asked, Common, Head};
use crate::cli::invocation::{Invocation, json_text};
use crate::plan::indicator::{Colour, Source};
use crate::report::scorecard::{ScoreLine, WeeklyScorecard};
use crate::report::table::ReportSpec;

/// A scorecard: each indicator with value, change and colour, beside the week's decisions.
///
/// Indicators are the rows of any table of the canon with the columns Indicator and Target; the plan
/// has some of its own. A value comes from the source that the row names, or from what people write
/// under “Values and notes” in the paper, where they can also set a colour with a reason.
#[derive(clap::Args, Clone, Debug)]
pub(super) struct ScorecardArguments {
    /// Since when; by default the last scorecard before this week, or the beginning of the week.
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    /// Run the programs that your own configuration names under [sources], for rows whose source is
    /// cmd:NAME.
    #[arg(long)]
    run_sources: bool,
    #[command(flatten)]
    common: Common,
}

impl ScorecardArguments {
    pub(super) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        let asked = Asked {
            runs_sources: self.run_sources,
            ..self.common.asked(self.since.as_ref())
        };
        invocation.report(ReportSpec::named("scorecard"), asked, |materials| {
            json_text(&Document::of(&WeeklyScorecard::of(materials)))
        })
    }
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    week: String,
    indicators: Vec<Row<'a>>,
    last_ten: Option<LastTen>,
    decisions: Vec<String>,
    risks_opened: Vec<String>,
    risks_closed: Vec<String>,
}

#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    built_in: bool,
    value: Option<f64>,
    text: &'a str,
    unit: &'a str,
    better: Option<&'static str>,
    target: &'a str,
    previous: Option<f64>,
    delta: Option<f64>,
    colour: Option<&'static str>,
    computed_colour: Option<&'static str>,
    reason: Option<&'a str>,
    note: &'a str,
    remark: &'a str,
    owner: &'a str,
    source: Option<String>,
}

#[derive(Serialize)]
struct LastTen {
    week: String,
    kept: usize,
    promised: usize,
    missed: Vec<Missed>,
}

#[derive(Serialize)]
struct Missed {
    step_id: String,
    became: &'static str,
    why: String,
}

impl<'a> Row<'a> {
    fn of(line: &'a ScoreLine) -> Self {
        let indicator = &line.indicator;
        Self {
            name: &indicator.name,
            built_in: line.is_built_in,
            value: line.value,
            text: &line.text,
            unit: &indicator.unit,
            better: indicator
                .is_up
                .map(|is_up| if is_up { "up" } else { "down" }),
            target: &indicator.target,
            previous: line.previous,
            delta: line.delta(),
            colour: line.colour().map(Colour::word),
            computed_colour: line.computed.map(Colour::word),
            reason: line.set.as_ref().map(|(_, why)| &**why),
            note: &line.note,
            remark: &line.remark,
            owner: &indicator.owner,
            source: indicator.source.as_ref().map(Source::words),
        }
    }
}

impl<'a> Document<'a> {
    fn of(scorecard: &'a WeeklyScorecard<'_>) -> Self {
        let path = |file: usize| scorecard.plan().files()[file].path.display().to_string();
        Self {
            head: Head::of("scorecard", scorecard.since),
            week: scorecard.week.to_string(),
            indicators: scorecard.lines.iter().map(Row::of).collect(),
            last_ten: scorecard.promise.as_ref().map(|last| LastTen {
                week: last.week.to_string(),
                kept: last.kept(),
                promised: last.promised(),
                missed: (last.missed())
                    .map(|fate| Missed {
                        step_id: fate.id.to_string(),
                        became: fate.word.words(),
                        why: fate.why.clone(),
                    })
                    .collect(),
            }),
            decisions: scorecard
                .decisions
                .iter()
                .map(|note| path(note.file))
                .collect(),
            risks_opened: scorecard
                .opened
                .iter()
                .map(|risk| path(risk.file))
                .collect(),
            risks_closed: scorecard
                .closed
                .iter()
                .map(|risk| path(risk.file))
                .collect(),
        }
    }
}
