//! Indicators: what a team wants to see go up or down, and when a value of it is green, yellow or red.
//!
//! They come from tables of the canon. Where a row does not say which way is good, nothing has a
//! colour: that is not guessed.

use super::Plan;
use super::canon::indicators::IndicatorRow;
use super::canon::normalised;
use super::figure::{Figure, Side, bar};

/// What a value is like.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Colour {
    Green,
    Yellow,
    Red,
}

impl Colour {
    pub(crate) const ALL: [Self; 3] = [Self::Green, Self::Yellow, Self::Red];

    /// The word for it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Green => "green",
            Self::Yellow => "yellow",
            Self::Red => "red",
        }
    }

    /// Its sign: no two have the same shape.
    pub(crate) fn sign(self) -> char {
        match self {
            Self::Green => '●',
            Self::Yellow => '▲',
            Self::Red => '■',
        }
    }

    /// Reads the word, or a common other one, and what follows it.
    pub(crate) fn read(text: &str) -> Option<(Self, &str)> {
        let text = text.trim_start_matches(|c: char| !c.is_alphanumeric());
        let end = text.find(|c: char| !c.is_alphanumeric());
        let (word, rest) = text.split_at(end.unwrap_or(text.len()));
        let colour = match &*word.to_lowercase() {
            "green" | "g" => Self::Green,
            "yellow" | "amber" | "y" => Self::Yellow,
            "red" | "r" => Self::Red,
            _ => return None,
        };
        Some((colour, rest))
    }
}

/// Where a value is read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Source {
    /// In a file, as a path from the root.
    File(String),
    /// In what a program of somebody's own configuration prints, by its name there.
    Command(String),
}

impl Source {
    fn read(text: &str) -> Option<Self> {
        let text = text.trim().trim_matches('`').trim();
        match text.strip_prefix("cmd:") {
            _ if normalised(text).is_empty() => None,
            Some(name) => Some(Self::Command(name.trim().to_owned())),
            None => Some(Self::File(text.to_owned())),
        }
    }

    /// As it is written.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::File(path) => path.clone(),
            Self::Command(name) => format!("cmd:{name}"),
        }
    }
}

/// An indicator.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Indicator {
    pub name: String,
    /// What is counted; empty where nobody says it.
    pub unit: String,
    /// Who answers for it.
    pub owner: String,
    /// What is aimed at, as written.
    pub target: String,
    pub source: Option<Source>,
    /// Whether more is better.
    pub is_up: Option<bool>,
    /// The target that can be read.
    pub aim: Option<Limit>,
    pub yellow: Option<Limit>,
    pub red: Option<Limit>,
    /// Where it is written: index of the file and line; none of what is built in.
    pub place: Option<(usize, usize)>,
}

/// A value from where on something holds.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Limit {
    pub value: f64,
    /// On which side of it, where that is written.
    pub side: Option<Side>,
}

impl Limit {
    fn read(text: &str) -> Option<(Self, String)> {
        let (side, Figure { value, unit }) = bar(text)?;
        Some((Self { value, side }, unit))
    }
}

impl Indicator {
    /// That of a row.
    pub(crate) fn of_row(row: &IndicatorRow) -> Self {
        let read = |text: &str| Limit::read(text);
        let (aim, yellow, red) = (read(&row.target), read(&row.yellow), read(&row.red));
        let limit = |of: &Option<(Limit, String)>| of.as_ref().map(|(limit, _)| *limit);
        let of_aim = aim.as_ref().map(|(_, unit)| unit.clone());
        let unit = match row.unit.is_empty() {
            true => of_aim.unwrap_or_default(),
            false => row.unit.clone(),
        };
        let is_up = direction(&row.better)
            .or_else(|| Some(limit(&aim)?.side?.is_up()))
            // What is red below the target is better above it.
            .or_else(|| {
                let worse = limit(&red).or(limit(&yellow))?;
                let by_side = worse.side.map(|side| !side.is_up());
                let aim = limit(&aim).filter(|aim| aim.value != worse.value);
                by_side.or_else(|| Some(worse.value < aim?.value))
            });
        Self {
            name: row.name.clone(),
            unit,
            owner: row.owner.clone(),
            target: row.target.clone(),
            source: Source::read(&row.source),
            is_up,
            aim: limit(&aim),
            yellow: limit(&yellow),
            red: limit(&red),
            place: Some((row.file, row.line)),
        }
    }

    /// The colour of a value, if anything says it. Red and yellow are past their limits; without
    /// them what misses the target is yellow.
    pub(crate) fn colour(&self, value: f64) -> Option<Colour> {
        let is_up = self.is_up?;
        let is_past = |limit: Limit| match limit.side {
            // A side that is the good one says where it still holds.
            Some(side) if side.is_up() == is_up => !side.holds(value, limit.value),
            Some(side) => side.holds(value, limit.value),
            None if is_up => value < limit.value,
            None => value > limit.value,
        };
        let misses = |aim: Limit| match (aim.side, is_up) {
            (Some(side), _) => !side.holds(value, aim.value),
            (None, true) => value < aim.value,
            (None, false) => value > aim.value,
        };
        match (self.red, self.yellow, self.aim) {
            (Some(red), ..) if is_past(red) => Some(Colour::Red),
            (_, Some(yellow), _) => Some(match is_past(yellow) {
                true => Colour::Yellow,
                false => Colour::Green,
            }),
            (_, None, Some(aim)) => Some(match misses(aim) {
                true => Colour::Yellow,
                false => Colour::Green,
            }),
            (Some(_), None, None) => Some(Colour::Green),
            (None, None, None) => None,
        }
    }
}

/// Reads which way is good.
pub(super) fn direction(text: &str) -> Option<bool> {
    let words = normalised(text);
    match words.split(' ').next().unwrap_or_default() {
        "up" | "higher" | "high" | "more" | "rising" | "max" | "maximise" | "increase" => {
            Some(true)
        }
        "down" | "lower" | "low" | "less" | "fewer" | "falling" | "min" | "minimise"
        | "decrease" => Some(false),
        _ => match text.trim() {
            "↑" | "▲" | "+" | "⬆" => Some(true),
            "↓" | "▼" | "-" | "−" | "⬇" => Some(false),
            _ => None,
        },
    }
}

/// The indicators of a plan's tables, in file order. What is written twice is the first of both.
pub(crate) fn all(plan: &Plan) -> Vec<Indicator> {
    let mut all: Vec<Indicator> = Vec::new();
    for row in plan.canon.indicators() {
        let is_known = |known: &Indicator| is_one(&known.name, &row.name);
        if !all.iter().any(is_known) {
            all.push(Indicator::of_row(row));
        }
    }
    all
}

/// Whether two names are of one indicator.
pub(crate) fn is_one(a: &str, b: &str) -> bool {
    let (words, others) = (normalised(a), normalised(b));
    match words.is_empty() {
        true => a.trim() == b.trim(),
        false => words == others,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn indicator(target: &str, better: &str, yellow: &str, red: &str) -> Indicator {
        let text = |text: &str| text.to_owned();
        Indicator::of_row(&IndicatorRow {
            name: text("x"),
            target: text(target),
            better: text(better),
            yellow: text(yellow),
            red: text(red),
            ..IndicatorRow::default()
        })
    }

    fn colours(of: &Indicator, values: &[f64]) -> String {
        let word = |value: &f64| of.colour(*value).map_or("-", Colour::word).to_owned();
        values.iter().map(word).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_colour_follows_from_target_and_limits_as_they_are_written() {
        let up = indicator("≥ 95 %", "", "92%", "90 %");
        assert_eq!(
            colours(&up, &[95.0, 92.0, 91.9, 90.0, 89.0]),
            "green green yellow yellow red"
        );
        assert_eq!(up.unit, "%");
        let down = indicator("≤ 5", "", "> 5", "≥ 10");
        assert_eq!(colours(&down, &[5.0, 6.0, 10.0]), "green yellow red");
        // Without limits the target alone speaks.
        assert_eq!(
            colours(&indicator("40", "up", "", ""), &[40.0, 39.0]),
            "green yellow"
        );
        assert_eq!(
            colours(&indicator("< 40", "", "", ""), &[40.0, 39.0]),
            "yellow green"
        );
        assert_eq!(
            colours(&indicator("", "down", "", "7"), &[7.0, 8.0]),
            "green red"
        );
        // Limits say which way is good, too.
        assert_eq!(
            colours(&indicator("100", "", "80", "50"), &[90.0, 70.0, 20.0]),
            "green yellow red"
        );
        assert_eq!(
            colours(&indicator("100", "", "", "150"), &[100.0, 120.0, 151.0]),
            "green yellow red"
        );
        assert_eq!(
            colours(&indicator("", "", "", "below 3"), &[3.0, 2.0]),
            "green red"
        );
        // A limit that says what still holds.
        assert_eq!(
            colours(&indicator("", "up", "≥ 90", "≥ 80"), &[90.0, 85.0, 79.0]),
            "green yellow red"
        );
        // Nothing says it.
        assert_eq!(colours(&indicator("100", "", "", ""), &[1.0]), "-");
        assert_eq!(colours(&indicator("many", "up", "–", "n/a"), &[1.0]), "-");
    }

    #[test]
    fn a_source_is_a_path_or_a_command_and_dashes_are_none() {
        assert_eq!(
            Source::read(" `data/a.csv#rate` "),
            Some(Source::File("data/a.csv#rate".to_owned()))
        );
        assert_eq!(
            Source::read("cmd: uptime"),
            Some(Source::Command("uptime".to_owned()))
        );
        for none in ["", "–", "—", "``"] {
            assert_eq!(Source::read(none), None, "{none}");
        }
    }

    #[test]
    fn colours_are_read_with_what_follows() {
        assert_eq!(
            Colour::read("Green: it is theirs"),
            Some((Colour::Green, ": it is theirs"))
        );
        assert_eq!(Colour::read("■ red"), Some((Colour::Red, "")));
        assert_eq!(Colour::read("amber"), Some((Colour::Yellow, "")));
        assert_eq!(Colour::read("greenish"), None);
    }
}
