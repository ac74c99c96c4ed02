//! Weekly scorecards as they are filed: what each said of an indicator, and what people wrote
//! about it. Which value has which colour is for `plan::indicator`, what a new one says for
//! `report::scorecard`.
//!
//! Read by content: any table with an indicator and a value in it counts, whoever wrote it.

pub(crate) mod source;

use chrono::{NaiveDate, TimeDelta};

use super::shelf;
use crate::document::markdown::{MarkdownDocument, Table};
use crate::plan::Plan;
use crate::plan::canon::normalised;
use crate::plan::figure::figure;
use crate::plan::indicator::{Colour, is_one};
use crate::plan::source::Role;

/// The section in which people write values, notes and colours of their own.
pub(crate) const ENTRIES: &str = "Values and notes";

/// A scorecard on the shelf.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Scorecard {
    /// Index of the file in the plan.
    pub file: usize,
    /// The last day that it is about.
    pub date: Option<NaiveDate>,
    /// What it says of each indicator.
    pub readings: Vec<Reading>,
    /// What people wrote into it.
    pub entries: Vec<Entry>,
}

/// What a scorecard says of an indicator.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Reading {
    pub name: String,
    /// The value as written.
    pub text: String,
    pub value: Option<f64>,
    /// What is aimed at, as written.
    pub target: String,
    /// The colour that it was given.
    pub colour: Option<Colour>,
}

/// What people wrote about an indicator.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Entry {
    pub name: String,
    /// The value, as typed; empty where nobody typed one.
    pub value: String,
    pub note: String,
    /// The colour that it is to have, and why.
    pub colour: Option<(Colour, String)>,
    /// A colour that cannot be read, as typed.
    pub unreadable: String,
}

impl Scorecard {
    /// Reads the scorecard in a document.
    pub(crate) fn read(file: usize, date: Option<NaiveDate>, document: &MarkdownDocument) -> Self {
        Self {
            file,
            date,
            readings: document.tables().iter().flat_map(readings).collect(),
            entries: entries(document),
        }
    }

    /// What it says of an indicator.
    pub(crate) fn reading(&self, name: &str) -> Option<&Reading> {
        self.readings
            .iter()
            .find(|reading| is_one(&reading.name, name))
    }

    /// What people wrote about an indicator.
    pub(crate) fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| is_one(&entry.name, name))
    }
}

/// Every scorecard of a plan, the earliest first.
pub(crate) fn all(plan: &Plan) -> Vec<Scorecard> {
    let filed = shelf::filed(plan, Role::Scorecard).into_iter().rev();
    let read = filed.filter_map(|filed| {
        let document = plan.files()[filed.file].markdown()?;
        // A week's paper is of its week, whenever somebody wrote it: of its end unless it says earlier.
        let end = shelf::day_in(&plan.files()[filed.file].path);
        let within = |date: &NaiveDate| {
            end.is_none_or(|end| *date <= end && end - *date < TimeDelta::days(7))
        };
        let date = filed.date.filter(within).or(end);
        Some(Scorecard::read(filed.file, date, document))
    });
    let mut all: Vec<Scorecard> = read.collect();
    all.sort_by_key(|scorecard| scorecard.date);
    all
}

fn readings(table: &Table) -> Vec<Reading> {
    let column = |name: &str| {
        let mut cells = table.header.cells.iter();
        cells.position(|cell| normalised(&cell.text).starts_with(name))
    };
    let (Some(name), Some(value)) = (column("indicator"), column("value")) else {
        return Vec::new();
    };
    let (colour, target) = (
        column("colour").or_else(|| column("color")),
        column("target"),
    );
    let rows = table.rows.iter().filter_map(|row| {
        let text = |at: usize| row.cells.get(at).map_or("", |cell| cell.text.trim());
        let (name, value) = (text(name).to_owned(), text(value));
        (!name.is_empty()).then(|| Reading {
            name,
            value: figure(value).map(|figure| figure.value),
            target: target.map(text).unwrap_or_default().to_owned(),
            text: match normalised(value).is_empty() && figure(value).is_none() {
                true => String::new(),
                false => value.to_owned(),
            },
            colour: colour
                .and_then(|at| Colour::read(text(at)))
                .map(|(colour, _)| colour),
        })
    });
    rows.collect()
}

fn entries(document: &MarkdownDocument) -> Vec<Entry> {
    let wanted = normalised(ENTRIES);
    let headings = document.headings().iter();
    let Some(heading) = headings
        .enumerate()
        .find(|(_, heading)| normalised(&heading.text) == wanted)
        .map(|(at, _)| at)
    else {
        return Vec::new();
    };
    let items = document.items();
    let mut entries: Vec<(usize, Entry)> = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let Some(label) = item.label.as_deref().filter(|_| !item.quoted) else {
            continue;
        };
        if item.heading != Some(heading) {
            continue;
        }
        let text = label.text.trim().to_owned();
        let Some(parent) = item.parent else {
            let entry = Entry {
                name: label.name.trim().to_owned(),
                value: text,
                ..Entry::default()
            };
            entries.push((at, entry));
            continue;
        };
        let Some((_, entry)) = entries.iter_mut().find(|(of, _)| *of == parent) else {
            continue;
        };
        match &*normalised(&label.name) {
            "note" => entry.note = text,
            "colour" | "color" if !text.is_empty() => match Colour::read(&text) {
                Some((colour, rest)) => entry.colour = Some((colour, reason(rest))),
                None => entry.unreadable = text,
            },
            _ => {}
        }
    }
    entries.into_iter().map(|(_, entry)| entry).collect()
}

/// Why a colour was chosen: what follows it, without the signs and words that lead over.
fn reason(rest: &str) -> String {
    let rest = rest.trim_start_matches(|c: char| !c.is_alphanumeric() && !"\"“(".contains(c));
    let rest = rest.strip_prefix("because ").unwrap_or(rest);
    rest.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::source::SourceFile;

    /// Written within its week it is of that day; written later, of the end of the week.
    #[test]
    fn a_week_has_its_scorecard_when_it_was_written_but_no_later() {
        for (written, day) in [
            ("2026-03-17", "2026-03-17"),
            ("2026-03-25", "2026-03-22"),
            ("2026-03-02", "2026-03-22"),
        ] {
            let text = format!("# Scorecard 2026-W12\n\n- **Date:** {written}\n");
            let path = "docs/scorecards/2026-W12.md";
            let file = SourceFile::load(path, Role::Scorecard, text.into_bytes());
            let scorecards = all(&Plan::read(vec![file]));
            let days: Vec<_> = scorecards.iter().filter_map(|of| of.date).collect();
            assert_eq!(days, [day.parse::<NaiveDate>().unwrap()], "{written}");
        }
    }

    #[test]
    fn a_scorecard_is_read_whoever_wrote_its_table() {
        let text = "# Scorecard 2026-W47\n\n| Indicator | Target | Value this week | Colour |\n\
            | --- | --- | ---: | --- |\n| Uptime | ≥ 99 % | 98,5 % | ▲ yellow |\n\
            | Calls | | – | |\n| Mood | | good | ● green |\n\n| Other | Value |\n| --- | --- |\n| x | 1 |\n\n\
            ## Values and notes\n\n- **Uptime:** 98.5 %\n  - **Note:** one outage\n  \
            - **Color:** green, because it was planned\n\n- **Calls:**\n\n- **Mood:** good\n    \
            - **Colour:** blue\n\n> - **Quoted:** 1\n\n- not labelled\n";
        let document = MarkdownDocument::load(text.as_bytes().to_vec());
        let scorecard = Scorecard::read(0, None, &document);
        let told: Vec<_> = (scorecard.readings.iter())
            .map(|r| (&*r.name, &*r.text, r.value, r.colour))
            .collect();
        assert_eq!(
            told,
            [
                ("Uptime", "98,5 %", Some(98.5), Some(Colour::Yellow)),
                ("Calls", "", None, None),
                ("Mood", "good", None, Some(Colour::Green)),
            ]
        );
        let uptime = scorecard.entry("uptime").unwrap();
        assert_eq!((&*uptime.value, &*uptime.note), ("98.5 %", "one outage"));
        let colour = (Colour::Green, "it was planned".to_owned());
        assert_eq!(uptime.colour, Some(colour));
        assert_eq!(scorecard.entry("Calls").unwrap().value, "");
        assert_eq!(scorecard.entry("Mood").unwrap().unreadable, "blue");
        assert_eq!(scorecard.entries.len(), 3);
    }
}
