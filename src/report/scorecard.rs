//! The weekly scorecard: each indicator with its value, how it moved, and its colour as a sign and a
//! word, beside the week's decisions.
//!
//! A value comes from the plan, from a source, or from what people write into the paper, where they
//! also set another colour with a reason. Nothing that they write is ours to change, so it is there
//! in every version of the week.

mod built_in;
pub(crate) mod delta;
pub(crate) mod filed;
pub(crate) mod picture;

use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use self::picture::Picture;
use super::chart::figure as figure_in_words;
use super::desk::{Desk, Materials, NoValue};
use super::paper::{ChartFile, Paper, Section};
use super::words::{items, linked, paragraphs, plain, table};
use crate::document::english::{capitalised, counted, listed};
use crate::history::since::Comparison;
use crate::plan::Plan;
use crate::plan::decision::{self, DecisionNote};
use crate::plan::figure::{bar, figure};
use crate::plan::indicator::{self, Colour, Indicator, Source, is_one};
use crate::plan::risk::Risk;
use crate::plan::source::Role;
use crate::record::filed::slug;
use crate::record::review::Week;
use crate::record::review::promises::{HitRate, Promise, WEEKS, hit_rate, promises};
use crate::record::scorecard::{self, ENTRIES, Entry, Scorecard};
use crate::record::shelf::week_of;

/// What a new scorecard says above what people write.
const HELP: &str = "A value goes behind its name. A bullet below it can say a **Note**, or a \
                    **Colour** with the reason behind it.";

/// The scorecard of the running week.
pub(crate) struct WeeklyScorecard<'a> {
    desk: Desk<'a>,
    /// What the plan is compared with.
    pub since: &'a Comparison,
    pub week: Week,
    pub lines: Vec<ScoreLine>,
    /// What was decided in the week.
    pub decisions: Vec<DecisionNote>,
    pub opened: Vec<Risk>,
    pub closed: Vec<Risk>,
    /// What became of the last ten.
    pub promise: Option<Promise>,
    pub hit_rate: HitRate,
}

/// What it says of an indicator.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct ScoreLine {
    pub indicator: Indicator,
    /// Whether the plan itself says its value.
    pub is_built_in: bool,
    /// The value as shown; empty where there is none.
    pub text: String,
    pub value: Option<f64>,
    /// What the last scorecard said.
    pub previous: Option<f64>,
    /// The colour that its value has.
    pub computed: Option<Colour>,
    /// The colour that people gave it, and why.
    pub set: Option<(Colour, String)>,
    /// What is to be known about the value.
    pub remark: String,
    /// What people noted.
    pub note: String,
    /// What each scorecard said up to now.
    pub points: Vec<(NaiveDate, Option<f64>)>,
}

impl ScoreLine {
    /// The colour that holds.
    pub(crate) fn colour(&self) -> Option<Colour> {
        self.set
            .as_ref()
            .map(|(colour, _)| *colour)
            .or(self.computed)
    }

    /// How much the value moved since the last scorecard.
    pub(crate) fn delta(&self) -> Option<f64> {
        Some(self.value? - self.previous?)
    }

    /// Its colour, and which one it would have.
    fn colour_in_words(&self) -> String {
        let named = |colour: Colour| format!("{} {}", colour.sign(), colour.word());
        match (&self.set, self.computed) {
            (Some((set, _)), Some(computed)) if *set != computed => {
                format!(
                    "{}, set by hand (its value is {})",
                    named(*set),
                    named(computed)
                )
            }
            (Some((set, _)), _) => format!("{}, set by hand", named(*set)),
            (None, Some(computed)) => named(computed),
            (None, None) => "–".to_owned(),
        }
    }

    fn notes(&self) -> String {
        let set = self.set.as_ref();
        let set = set.map(|(colour, why)| format!("{} because: {why}", capitalised(colour.word())));
        let all = [
            self.note.clone(),
            set.unwrap_or_default(),
            self.remark.clone(),
        ];
        let all: Vec<String> = all.into_iter().filter(|part| !part.is_empty()).collect();
        all.join("; ")
    }

    fn row(&self) -> Vec<String> {
        let change = self.delta().map(change_in_words);
        vec![
            plain(&self.indicator.name),
            match &*self.text {
                "" => "–".to_owned(),
                text => plain(text),
            },
            change.unwrap_or_default(),
            plain(&self.indicator.target),
            self.colour_in_words(),
            plain(&self.indicator.owner),
            plain(&self.notes()),
        ]
    }

    /// Its chart.
    pub(crate) fn picture(&self) -> Picture<'_> {
        Picture {
            indicator: &self.indicator,
            points: &self.points,
        }
    }
}

/// A difference with its sign.
pub(crate) fn change_in_words(delta: f64) -> String {
    match figure_in_words(delta) {
        same if same == "0" => "±0".to_owned(),
        less if less.starts_with('-') => less.replacen('-', "−", 1),
        more => format!("+{more}"),
    }
}

/// A value of an indicator as it is shown.
fn value_in_words(value: f64, unit: &str) -> String {
    format!("{} {unit}", figure_in_words(value))
        .trim_end()
        .to_owned()
}

/// Where a line has its value from.
struct Found {
    text: String,
    value: Option<f64>,
    remark: String,
}

impl<'a> WeeklyScorecard<'a> {
    /// Finds every value.
    pub(crate) fn of(materials: &Materials<'a>) -> Self {
        let Materials {
            desk, since, from, ..
        } = *materials;
        let week = Week::of(desk.now);
        let (monday, sunday) = week_of(desk.today());
        let scorecards = scorecard::all(desk.plan);
        let path = path(&desk, week);
        let is_this = |of: &&Scorecard| desk.plan.files()[of.file].path == path;
        let shelf = Shelf {
            this: scorecards.iter().find(is_this),
            before: (scorecards.iter())
                .filter(|of| of.date.is_some_and(|date| date < monday))
                .collect(),
            sunday,
        };
        let mut lines = lines(materials, &shelf);
        lines.iter_mut().for_each(|line| shelf.complete(line));
        let is_of_week = |date: NaiveDate| (monday..=sunday).contains(&date);
        let mut decisions: Vec<DecisionNote> = decision::all(desk.plan)
            .filter(|note| note.date.is_some_and(is_of_week))
            .collect();
        decisions.sort_by_key(|note| (note.date, note.file));
        let (opened, closed) = desk.risks(from);
        let promises = promises(desk.plan, desk.now);
        Self {
            hit_rate: hit_rate(&promises, WEEKS),
            promise: promises.into_iter().next_back(),
            desk,
            since,
            week,
            lines,
            decisions,
            opened,
            closed,
        }
    }

    /// The plan that it is of.
    pub(crate) fn plan(&self) -> &'a Plan {
        self.desk.plan
    }

    /// The paper of the week.
    pub(crate) fn paper(&self) -> Paper {
        let path = path(&self.desk, self.week);
        let charts = self.charts(&path);
        let pictures = charts
            .iter()
            .map(|chart| format!("!{}", linked(&chart.words, &chart.path, &path)));
        let rows = self.lines.iter().map(ScoreLine::row);
        let head = "| Indicator | Value | Change | Target | Colour | Owner | Note |";
        let is_missing = |line: &&ScoreLine| !line.is_built_in && line.text.is_empty();
        let missing = self.lines.iter().filter(is_missing);
        let missing: Vec<String> = missing
            .map(|line| format!("- **{}:**", plain(&line.indicator.name)))
            .collect();
        let entries = match missing.is_empty() {
            true => HELP.to_owned(),
            false => format!("{HELP}\n\n{}", missing.join("\n\n")),
        };
        Paper {
            role: Role::Scorecard,
            title: format!("Scorecard {}", self.week),
            facts: self.desk.facts(self.since),
            sections: vec![
                Section::generated("In short", self.in_short()),
                Section::generated("Indicators", table(head, "l r r r l l l", rows)),
                Section::generated("Decisions", self.of_decisions(&path)),
                Section::generated("Last ten", self.last_ten()),
                Section::generated(
                    "Risks",
                    self.desk.risks_in_words(&self.opened, &self.closed, &path),
                ),
                Section::generated("Charts", paragraphs(pictures)),
                Section::theirs(ENTRIES, entries),
                Section::theirs("Notes", ""),
            ],
            charts,
            path,
        }
    }

    fn charts(&self, path: &Path) -> Vec<ChartFile> {
        let mut charts: Vec<ChartFile> = Vec::new();
        for (number, line) in self.lines.iter().enumerate() {
            let Some(svg) = line.picture().svg() else {
                continue;
            };
            let name = slug(&line.indicator.name, &format!("indicator-{number}"));
            let file = |name: &str| path.with_extension("").join(format!("{name}.svg"));
            let is_taken = charts.iter().any(|chart| chart.path == file(&name));
            charts.push(ChartFile {
                path: match is_taken {
                    true => file(&format!("{name}-{number}")),
                    false => file(&name),
                },
                words: line.picture().words(),
                svg,
            });
        }
        charts
    }

    fn in_short(&self) -> String {
        let with = |colour: Option<Colour>| {
            self.lines
                .iter()
                .filter(|line| line.colour() == colour)
                .count()
        };
        let parts = Colour::ALL.map(|colour| (with(Some(colour)), colour.word()));
        let parts = parts.into_iter().filter(|(number, _)| *number > 0);
        let mut parts: Vec<String> = parts.map(|(n, word)| format!("{n} {word}")).collect();
        match with(None) {
            0 => {}
            none => parts.push(format!("{none} without a colour")),
        }
        let of = counted(self.lines.len(), "indicator");
        let red = self
            .lines
            .iter()
            .filter(|line| line.colour() == Some(Colour::Red));
        let red: Vec<String> = red.map(|line| plain(&line.indicator.name)).collect();
        let red = match red.is_empty() {
            true => String::new(),
            false => format!(" Red: {}.", red.join("; ")),
        };
        format!("{of}: {}.{red}", listed(&parts))
    }

    fn of_decisions(&self, path: &Path) -> String {
        items(self.decisions.iter().map(|note| {
            let to = &self.desk.plan.files()[note.file].path;
            let date = note
                .date
                .map(|date| format!("{date}: "))
                .unwrap_or_default();
            format!("{date}{}", linked(&note.title, to, path))
        }))
    }

    /// What became of the ten of the last review, with reasons for the others.
    fn last_ten(&self) -> String {
        let Some(last) = &self.promise else {
            return String::new();
        };
        let rate = match self.hit_rate.percent() {
            Some(rate) if self.hit_rate.weeks > 1 => format!(
                " Over {} it is {} of {} ({rate}%).",
                counted(self.hit_rate.weeks, "week"),
                self.hit_rate.kept,
                self.hit_rate.promised
            ),
            _ => String::new(),
        };
        let kept = format!(
            "{} of the {} picked in {} were completed.{rate}",
            last.kept(),
            last.promised(),
            last.week
        );
        let missed = last.missed().map(|fate| {
            let why = match &*fate.why {
                "" => String::new(),
                why => format!(": {}", plain(why)),
            };
            format!("**{}** {}{why}", fate.id, fate.word.words())
        });
        paragraphs([kept, items(missed)])
    }
}

fn path(desk: &Desk<'_>, week: Week) -> PathBuf {
    desk.papers
        .folder_of(Role::Scorecard)
        .join(format!("{week}.md"))
}

/// What is filed of scorecards.
struct Shelf<'s> {
    /// That of this week, if it is written already.
    this: Option<&'s Scorecard>,
    /// Those of the weeks before, the earliest first.
    before: Vec<&'s Scorecard>,
    /// The last day of this week.
    sunday: NaiveDate,
}

impl Shelf<'_> {
    fn entry(&self, name: &str) -> Option<&Entry> {
        self.this?.entry(name)
    }

    /// Adds to a line what was said before, and what people say of it.
    fn complete(&self, line: &mut ScoreLine) {
        let name = &line.indicator.name;
        let said = |of: &&Scorecard| of.reading(name).map(|reading| reading.value);
        line.previous = self.before.last().and_then(said).flatten();
        let mut points: Vec<(NaiveDate, Option<f64>)> = (self.before.iter())
            .filter_map(|of| Some((of.date?, said(of).flatten())))
            .collect();
        points.push((self.sunday, line.value));
        points.dedup_by_key(|(date, _)| *date);
        let first = points.iter().position(|(_, value)| value.is_some());
        line.points = points.split_off(first.unwrap_or(points.len()));
        let Some(entry) = self.entry(name) else {
            return;
        };
        line.note.clone_from(&entry.note);
        let mut remark = |words: String| match line.remark.is_empty() {
            true => line.remark = words,
            false => line.remark += &format!("; {words}"),
        };
        match &entry.colour {
            Some((_, why)) if why.is_empty() => {
                remark("a colour set by hand is ignored without a reason".to_owned());
            }
            Some(set) => line.set = Some(set.clone()),
            None if !entry.unreadable.is_empty() => {
                remark(format!(
                    "“{}” is not green, yellow or red",
                    entry.unreadable
                ));
            }
            None => {}
        }
    }
}

/// Every indicator with its value: those of the canon, then the others of the plan.
fn lines(materials: &Materials<'_>, shelf: &Shelf<'_>) -> Vec<ScoreLine> {
    let mut built_in = built_in::all(materials);
    let mut lines = Vec::new();
    for indicator in indicator::all(materials.desk.plan) {
        let is_it = |own: &built_in::BuiltIn| is_one(&own.indicator.name, &indicator.name);
        let own = built_in
            .iter()
            .position(is_it)
            .filter(|_| indicator.source.is_none());
        lines.push(match own.map(|at| built_in.remove(at)) {
            Some(own) => of_built_in(with_wishes(own.indicator, indicator), own.value, own.note),
            None => of_canon(materials, shelf, indicator),
        });
    }
    let others = built_in.into_iter();
    lines.extend(others.map(|own| of_built_in(own.indicator, own.value, own.note)));
    lines
}

/// A built-in indicator with the target, limits and owner that a row of the canon gives it.
fn with_wishes(own: Indicator, row: Indicator) -> Indicator {
    let has_limits = row.aim.is_some() || row.yellow.is_some() || row.red.is_some();
    let limits = if has_limits { &row } else { &own };
    Indicator {
        is_up: row.is_up.or(own.is_up),
        aim: limits.aim,
        yellow: limits.yellow,
        red: limits.red,
        target: limits.target.clone(),
        owner: row.owner,
        place: row.place,
        unit: own.unit,
        name: own.name,
        source: None,
    }
}

fn of_built_in(indicator: Indicator, value: Option<f64>, remark: String) -> ScoreLine {
    let text = value.map(|value| value_in_words(value, &indicator.unit));
    line(
        indicator,
        true,
        Found {
            text: text.unwrap_or_default(),
            value,
            remark,
        },
    )
}

fn of_canon(materials: &Materials<'_>, shelf: &Shelf<'_>, indicator: Indicator) -> ScoreLine {
    let typed = shelf
        .entry(&indicator.name)
        .map_or("", |entry| &entry.value);
    let found = match (typed, &indicator.source) {
        ("", None) => Found {
            text: String::new(),
            value: None,
            remark: String::new(),
        },
        ("", Some(source)) => of_source(materials, shelf, &indicator, source),
        (typed, source) => {
            let source = source.as_ref().map(Source::words);
            let remark = source.map(|source| format!("typed, and {source} not read"));
            understood(typed, &indicator, remark.unwrap_or_default())
        }
    };
    line(indicator, false, found)
}

fn of_source(
    materials: &Materials<'_>,
    shelf: &Shelf<'_>,
    indicator: &Indicator,
    source: &Source,
) -> Found {
    let nothing = |remark: String| Found {
        text: String::new(),
        value: None,
        remark,
    };
    let words = source.words();
    match materials.archive.value(source) {
        Ok(text) => understood(&text, indicator, String::new()),
        Err(NoValue::Failed(reason)) => nothing(format!("{words} {reason}")),
        // What it said this week still holds.
        Err(NoValue::NotRun) => {
            let said = shelf.this.and_then(|this| this.reading(&indicator.name));
            match said.filter(|said| !said.text.is_empty()) {
                Some(said) => understood(&said.text, indicator, String::new()),
                None => nothing(format!("{words} was not run: --run-sources does")),
            }
        }
    }
}

/// A value out of a text, as far as it is one in the indicator's unit.
fn understood(text: &str, indicator: &Indicator, remark: String) -> Found {
    let said = |words: String| match remark.is_empty() {
        true => words,
        false => format!("{remark}; {words}"),
    };
    match figure(text) {
        None => {
            let is_bound = matches!(bar(text), Some((Some(_), _)));
            let words = match is_bound {
                true => "a limit, not a value",
                false => "not a number",
            };
            Found {
                text: text.to_owned(),
                value: None,
                remark: said(words.to_owned()),
            }
        }
        Some(figure) if figure.unit.is_empty() => {
            let number = text.trim().trim_end_matches('.');
            Found {
                text: match number.ends_with(')') {
                    true => number.to_owned(),
                    false => format!("{number} {}", indicator.unit).trim_end().to_owned(),
                },
                value: Some(figure.value),
                remark,
            }
        }
        Some(figure) => {
            let is_other = !indicator.unit.is_empty() && !is_one(&figure.unit, &indicator.unit);
            let words = format!("{} is not {}", figure.unit, indicator.unit);
            Found {
                text: text.trim().to_owned(),
                value: (!is_other).then_some(figure.value),
                remark: if is_other { said(words) } else { remark },
            }
        }
    }
}

fn line(indicator: Indicator, is_built_in: bool, found: Found) -> ScoreLine {
    ScoreLine {
        computed: found.value.and_then(|value| indicator.colour(value)),
        indicator,
        is_built_in,
        text: found.text,
        value: found.value,
        previous: None,
        set: None,
        remark: found.remark,
        note: String::new(),
        points: Vec::new(),
    }
}
