//! Who a stage is entrusted to and by when: what the roadmap says of it in bullets of its own, and
//! what the gate before left it to meet.

use chrono::NaiveDate;

use super::canon::checklist::Check;
use super::canon::normalised;
use super::stage::{Stage, Standing};

/// A bullet by which an owner takes a stage on: `- **Acknowledged:** 2026-11-12, Ada Ruiz`.
/// Without a day it stands open until the owner writes one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Acknowledgement {
    /// Who takes it on.
    pub name: String,
    /// Since when.
    pub date: Option<NaiveDate>,
}

impl Acknowledgement {
    /// Behind the colon; nothing where nobody is named and no day is given. What stands in brackets
    /// is a remark.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let parts = text.split([',', ';', '(', ')', '—', '–']).map(str::trim);
        let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
        let date = parts.iter().find_map(|part| day_in(part));
        let name = parts.iter().find(|part| day_in(part).is_none());
        let name = name.map_or("", |name| name.trim_start_matches("by "));
        (date.is_some() || !name.is_empty()).then(|| Self {
            name: name.to_owned(),
            date,
        })
    }
}

/// The day that a part of a text is.
fn day_in(text: &str) -> Option<NaiveDate> {
    let mut words = text.split_whitespace();
    words.find_map(|word| NaiveDate::parse_from_str(word, "%Y-%m-%d").ok())
}

/// How long a day has passed on which something was due.
pub(crate) fn overdue_in_words(days: i64) -> String {
    match days {
        1 => "1 day overdue".to_owned(),
        days => format!("{days} days overdue"),
    }
}

/// The names in a bullet such as `- **Owner:** Ada Ruiz, Bo Chen`.
pub(crate) fn names(text: &str) -> impl Iterator<Item = &str> {
    let names = text
        .split([',', ';', '\n'])
        .flat_map(|part| part.split("<br/>"));
    names
        .map(str::trim)
        .filter(|name| name.contains(char::is_alphanumeric))
}

/// Owners and when they took it on, in words; nothing where there are none.
pub(crate) fn owners_in_words<'o>(
    owners: impl Iterator<Item = (&'o str, Option<NaiveDate>)>,
) -> Option<String> {
    let owners = owners.map(|(name, date)| match date {
        Some(date) => format!("{name} (acknowledged {date})"),
        None => format!("{name} (not acknowledged)"),
    });
    let owners: Vec<String> = owners.collect();
    (!owners.is_empty()).then(|| owners.join(", "))
}

impl Stage {
    /// How many days the gate is overdue, if it is still ahead and its day has passed.
    pub(crate) fn overdue(&self, standing: Standing, today: NaiveDate) -> Option<i64> {
        let days = (today - self.due()?).num_days();
        (!standing.is_behind() && days > 0).then_some(days)
    }

    /// When each of those that the roadmap names took the stage on, as far as they did.
    pub(crate) fn acknowledgements(&self) -> impl Iterator<Item = (&str, Option<NaiveDate>)> {
        self.accountable.iter().map(|owner| {
            let own = |said: &&Acknowledgement| normalised(&said.name) == normalised(owner);
            let days = self
                .acknowledged
                .iter()
                .filter(own)
                .filter_map(|said| said.date);
            (&**owner, days.max())
        })
    }

    /// Due date, owners and their acknowledgements, in a sentence without its full stop; nothing
    /// where the roadmap says none of it.
    pub(crate) fn due_and_owners(&self, standing: Standing, today: NaiveDate) -> Option<String> {
        let due = self.due().map(|due| match self.overdue(standing, today) {
            Some(days) => format!("due {due}, {}", overdue_in_words(days)),
            None => format!("due {due}"),
        });
        let owners = owners_in_words(self.acknowledgements());
        let parts: Vec<String> = due.into_iter().chain(owners).collect();
        (!parts.is_empty()).then(|| parts.join(" · "))
    }

    /// The conditions of earlier gates that stand among its checks.
    pub(crate) fn owed(&self) -> impl Iterator<Item = (&Check, Owed)> {
        let checks = self.checks.iter();
        checks.filter_map(|check| Some((check, Owed::read(&check.text)?)))
    }
}

/// A condition under which a gate was passed, as a check of the next one:
/// `Pager rota covered by 2026-12-01 (condition of Foundation, 2026-11-21)`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Owed {
    /// The condition's words.
    pub words: String,
    /// The gate that was passed under it.
    pub gate: String,
    /// When that was decided.
    pub decided: NaiveDate,
    /// By when it is to be met, where its words say so: `by 2026-12-01`.
    pub by: Option<NaiveDate>,
}

const MARK: &str = " (condition of ";

impl Owed {
    /// One of these words, decided on a day.
    pub(crate) fn new(words: &str, gate: &str, decided: NaiveDate) -> Self {
        Self {
            words: words.to_owned(),
            gate: gate.to_owned(),
            decided,
            by: by_day(words),
        }
    }

    /// The condition that a check is, if it says so at its end.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (words, rest) = text.trim_end().rsplit_once(MARK)?;
        let (gate, day) = rest.strip_suffix(')')?.rsplit_once(", ")?;
        Some(Self::new(words.trim(), gate, day.parse().ok()?))
    }

    /// The words of its check.
    pub(crate) fn text(&self) -> String {
        format!("{}{MARK}{}, {})", self.words, self.gate, self.decided)
    }

    /// Whether it is the condition with these words of this gate.
    pub(crate) fn is(&self, words: &str, gate: &str) -> bool {
        self.is_of(gate) && normalised(&self.words) == normalised(words)
    }

    /// Whether it is one of this gate.
    pub(crate) fn is_of(&self, gate: &str) -> bool {
        normalised(&self.gate) == normalised(gate)
    }

    /// The conditions in the text of a packet: semicolons part them.
    pub(crate) fn listed(conditions: &str) -> Vec<String> {
        let parts = conditions.split(';').map(|part| {
            let part = part.trim().trim_end_matches('.').trim_end();
            let joint = part
                .get(..4)
                .filter(|joint| joint.eq_ignore_ascii_case("and "));
            joint.map_or(part, |joint| part[joint.len()..].trim_start())
        });
        parts
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect()
    }
}

/// The day behind the word “by”.
fn by_day(words: &str) -> Option<NaiveDate> {
    let mut words = words.split_whitespace();
    while let Some(word) = words.next() {
        if !word.eq_ignore_ascii_case("by") {
            continue;
        }
        let day = words
            .clone()
            .next()
            .map(|next| next.trim_matches([',', '.', ')']));
        if let Some(day) = day.and_then(|day| NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()) {
            return Some(day);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn an_acknowledgement_names_a_person_and_perhaps_a_day() {
        let read = |text: &str| {
            let said = Acknowledgement::read(text)?;
            Some((said.name, said.date.map(|date| date.to_string())))
        };
        let dated = Some(("Ada Ruiz".to_owned(), Some("2026-11-12".to_owned())));
        for text in [
            "2026-11-12, Ada Ruiz",
            " Ada Ruiz, 2026-11-12 (2026-Q4)",
            "2026-11-12 — Ada Ruiz",
            "by Ada Ruiz (on 2026-11-12)",
        ] {
            assert_eq!(read(text), dated, "{text}");
        }
        let open = Some(("Ada Ruiz".to_owned(), None));
        for text in [
            "Ada Ruiz",
            "Ada Ruiz, not yet (2026-Q4)",
            "Ada Ruiz, 12.11.2026",
        ] {
            assert_eq!(read(text), open, "{text}");
        }
        assert_eq!(
            read("2026-11-12"),
            Some((String::new(), Some("2026-11-12".to_owned())))
        );
        assert_eq!(read(" – "), None);
        let all: Vec<&str> = names("Ada Ruiz, Bo Chen<br/>Cy; –").collect();
        assert_eq!(all, ["Ada Ruiz", "Bo Chen", "Cy"]);
    }

    #[test]
    fn a_condition_is_read_back_from_its_check() {
        let owed = Owed::new(
            "Rota (nights, too) covered by 2026-12-01",
            "Base, v2",
            day("2026-11-21"),
        );
        assert_eq!(owed.by, Some(day("2026-12-01")));
        assert_eq!(
            owed.text(),
            "Rota (nights, too) covered by 2026-12-01 (condition of Base, v2, 2026-11-21)"
        );
        assert_eq!(Owed::read(&owed.text()), Some(owed));
        for none in [
            "Rota covered",
            "Rota (condition of Base)",
            "Rota (condition of Base, soon)",
        ] {
            assert_eq!(Owed::read(none), None, "{none}");
        }
    }

    #[test]
    fn semicolons_part_conditions() {
        let listed = Owed::listed("Rota covered; a drill, held twice; and budget signed.;");
        assert_eq!(
            listed,
            ["Rota covered", "a drill, held twice", "budget signed"]
        );
        assert!(Owed::listed(" ; ").is_empty());
    }
}
