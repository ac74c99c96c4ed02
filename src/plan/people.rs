//! Who is who: the people that the canon's tables name, and which of them is at work here.

use std::collections::HashMap;

use chrono::{Datelike as _, NaiveDate};

use super::Plan;
use super::query::words::fold;

/// What a person is called of whom nothing is known.
pub(crate) const UNKNOWN: &str = "unknown";

/// What is known of the person at work.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Identity {
    /// As whom they want to be taken (`--as`).
    pub given: Option<String>,
    /// Git's `user.email`.
    pub mail: Option<String>,
    /// Git's `user.name`.
    pub git_name: Option<String>,
    /// The name with which they logged in.
    pub login: Option<String>,
}

/// Somebody whom a table names, all their rows taken together.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Person {
    /// What they are called, in the first row first.
    pub names: Vec<String>,
    pub teams: Vec<String>,
    pub mails: Vec<String>,
    pub logins: Vec<String>,
    /// Owners of steps that they stand for, as written.
    pub owners: Vec<String>,
    /// Their weeks as steward, as written.
    pub weeks: Vec<String>,
}

impl Identity {
    /// What others call the person.
    pub fn name(&self) -> &str {
        let names = [&self.given, &self.git_name, &self.login];
        names
            .into_iter()
            .flatten()
            .next()
            .map_or(UNKNOWN, |name| name)
    }

    /// Whether nothing is known of them.
    pub(crate) fn is_unknown(&self) -> bool {
        let known = [&self.given, &self.mail, &self.git_name, &self.login];
        known.into_iter().all(Option::is_none)
    }

    /// The owners that are this person, folded: those of their rows in the plan's tables, and what
    /// the person is called. A team is theirs where no row says which owners are.
    pub(crate) fn owners(&self, plan: &Plan) -> Vec<String> {
        let people = people(plan);
        let person = self.person(&people);
        let none = Person::default();
        let person = person.unwrap_or(&none);
        let teams = match person.owners.is_empty() {
            true => &person.teams[..],
            false => &[],
        };
        let own = [&self.given, &self.git_name, &self.login]
            .into_iter()
            .flatten();
        let all = own
            .chain(&person.names)
            .chain(&person.logins)
            .chain(&person.owners)
            .chain(teams);
        let mut all: Vec<String> = all.map(|name| told(name)).collect();
        all.retain(|name| !name.is_empty());
        all
    }

    /// Which of them it is: by the name given, else the mail, the name in git, the login.
    pub(crate) fn person<'p>(&self, people: &'p [Person]) -> Option<&'p Person> {
        let find = |text: &Option<String>, of: fn(&Person) -> Vec<&String>| {
            let text = told(text.as_ref()?);
            people
                .iter()
                .find(|person| of(person).iter().any(|name| told(name) == text))
        };
        match &self.given {
            Some(_) => find(&self.given, |person| {
                person
                    .names
                    .iter()
                    .chain(&person.logins)
                    .chain(&person.mails)
                    .collect()
            }),
            None => find(&self.mail, |person| person.mails.iter().collect())
                .or_else(|| find(&self.git_name, |person| person.names.iter().collect()))
                .or_else(|| find(&self.login, |person| person.logins.iter().collect())),
        }
    }
}

/// A name, mail or login as it is compared: `@ada` is `ada`, `<ada@example.org>` is what is in it.
pub(super) fn told(name: &str) -> String {
    let bare = name
        .trim()
        .trim_start_matches(['@', '<'])
        .trim_end_matches('>');
    fold(bare).into_owned()
}

/// Everybody whom the tables of the canon name. Rows are about one person if they share a mail
/// address, or the name where one of them has none.
pub(crate) fn people(plan: &Plan) -> Vec<Person> {
    let mut people: Vec<Person> = Vec::new();
    let mut by_mail: HashMap<String, usize> = HashMap::new();
    let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
    for row in plan.canon.people() {
        let mails: Vec<String> = row.mails.iter().map(|mail| told(mail)).collect();
        let same_mail = mails.iter().filter_map(|mail| by_mail.get(mail)).min();
        let same_name = || {
            let named = by_name.get(&told(&row.name)).into_iter().flatten();
            let mut named = named.filter(|at| people[**at].mails.is_empty() || mails.is_empty());
            named.next()
        };
        let at = same_mail.or_else(same_name).copied();
        let at = at.unwrap_or_else(|| {
            people.push(Person::default());
            people.len() - 1
        });
        for mail in mails {
            by_mail.entry(mail).or_insert(at);
        }
        for name in std::iter::once(&row.name).chain(&row.git_names) {
            let named = by_name.entry(told(name)).or_default();
            if !named.contains(&at) {
                named.push(at);
            }
        }
        let person = &mut people[at];
        let team = (!row.team.is_empty()).then_some(&row.team);
        for (to, from) in [
            (
                &mut person.names,
                std::iter::once(&row.name)
                    .chain(&row.git_names)
                    .collect::<Vec<_>>(),
            ),
            (&mut person.teams, team.into_iter().collect()),
            (&mut person.mails, row.mails.iter().collect()),
            (&mut person.logins, row.logins.iter().collect()),
            (&mut person.owners, row.owners.iter().collect()),
            (&mut person.weeks, row.weeks.iter().collect()),
        ] {
            for text in from {
                if !to.contains(text) {
                    to.push(text.clone());
                }
            }
        }
    }
    people
}

/// The names of those who are steward in the ISO week of a day.
pub(crate) fn stewards(plan: &Plan, day: NaiveDate) -> Vec<String> {
    let week = (day.iso_week().year(), day.iso_week().week());
    let serves = |person: &Person| person.weeks.iter().any(|text| is_in(text, week));
    let stewards = people(plan).into_iter().filter(serves);
    stewards
        .filter_map(|person| person.names.into_iter().next())
        .collect()
}

/// Who is steward, in words, and in fewer: `steward Ada Byron`, `steward Ada`; nothing where no
/// table says.
pub(crate) fn steward_words(names: &[String]) -> Option<[String; 2]> {
    let word = match names {
        [] => return None,
        [_] => "steward",
        _ => "stewards",
    };
    let first = |name: &String| name.split_whitespace().next().map(str::to_owned);
    let first: Vec<String> = names.iter().filter_map(first).collect();
    Some([names.join(", "), first.join(", ")].map(|names| format!("{word} {names}")))
}

/// Whether a week, or a range of weeks, as people write it has this one in it: `2026-W48`,
/// `W48–W50`, `2026-W51 to 2027-W02`. A week without a year is one of every year.
fn is_in(text: &str, (year, week): (i32, u32)) -> bool {
    let weeks = weeks_in(text);
    match weeks[..] {
        [(None, one)] => one == week,
        [(Some(of), one)] => (of, one) == (year, week),
        [(from_year, from), (to_year, to)] => {
            match (from_year.or(to_year), to_year.or(from_year)) {
                (Some(first), Some(last)) => {
                    // Of two weeks with one year, a lower second one is of the next.
                    let turns = from_year.is_none() != to_year.is_none() && to < from;
                    let (first, last) = match (turns, to_year) {
                        (true, None) => (first, first + 1),
                        (true, Some(_)) => (last - 1, last),
                        (false, _) => (first, last),
                    };
                    ((first, from)..=(last, to)).contains(&(year, week))
                }
                _ if from <= to => (from..=to).contains(&week),
                _ => week >= from || week <= to,
            }
        }
        _ => false,
    }
}

/// The weeks that a text names, each with its year where it says so.
fn weeks_in(text: &str) -> Vec<(Option<i32>, u32)> {
    let mut weeks = Vec::new();
    let mut before = "";
    let mut rest = text;
    while let Some(at) = rest.find(['W', 'w']) {
        let (head, tail) = rest.split_at(at);
        before = if head.is_empty() { before } else { head };
        let digits = tail[1..].find(|c: char| !c.is_ascii_digit());
        let digits = &tail[1..][..digits.unwrap_or(tail.len() - 1)];
        rest = &tail[1 + digits.len()..];
        let Some(week) = digits.parse().ok().filter(|week| (1..=53).contains(week)) else {
            continue;
        };
        let year = before
            .trim_end()
            .strip_suffix('-')
            .unwrap_or(before)
            .trim_end();
        let year = year.get(year.len().saturating_sub(4)..);
        let year = year.filter(|year| year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit()));
        weeks.push((year.and_then(|year| year.parse().ok()), week));
        before = "";
    }
    weeks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::source::{Role, SourceFile};

    const TABLES: &str = "| Person | Team | Git mail | Login | Owners |\n| --- | --- | --- | --- | --- |\n\
        | Ada Byron | Platform | ada@example.org | ada | platform, infra |\n\
        | Bo | Growth | bo@example.org | | |\n| Ada Byron | Sales | other@example.org | | |\n\n\
        | Person | Team | Mail | Git name |\n| --- | --- | --- | --- |\n\
        | A. Byron | Board | ADA@example.org | Countess |\n| Bo | Ops | | |\n";

    fn plan() -> Plan {
        Plan::read(vec![SourceFile::load(
            "team.md",
            Role::Canon,
            TABLES.as_bytes().to_vec(),
        )])
    }

    #[test]
    fn rows_unite_by_mail_else_by_name() {
        let people = people(&plan());
        let names: Vec<String> = people.iter().map(|person| person.names.join("/")).collect();
        assert_eq!(names, ["Ada Byron/A. Byron/Countess", "Bo", "Ada Byron"]);
        assert_eq!(people[0].teams, ["Platform", "Board"]);
        assert_eq!(people[1].teams, ["Growth", "Ops"]);
        assert_eq!(people[2].teams, ["Sales"]);
    }

    #[test]
    fn what_was_given_comes_first_then_mail_name_and_login() {
        let plan = plan();
        let owners = |given: &str, mail: &str, git_name: &str, login: &str| {
            let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            let me = Identity {
                given: some(given),
                mail: some(mail),
                git_name: some(git_name),
                login: some(login),
            };
            me.owners(&plan)
        };
        let ada = |owners: Vec<String>| owners.contains(&"infra".to_owned());
        let bo = |owners: Vec<String>| owners.contains(&"growth".to_owned());
        assert!(ada(owners("", "Ada@Example.org", "Bo", "bo")));
        assert!(bo(owners("bo", "ada@example.org", "", "")));
        assert!(ada(owners("@ada", "", "", "")));
        assert!(bo(owners("", "x@example.org", "BO", "ada")));
        assert!(ada(owners("", "", "", "ada")));
        // Nobody knows her: she is what she is called, and nobody's team.
        assert_eq!(owners("", "", "Zoe", "zz"), ["zoe", "zz"]);
        // A team is hers only where no owners are listed.
        assert!(!owners("", "ada@example.org", "", "").contains(&"board".to_owned()));
    }

    #[test]
    fn a_week_is_in_what_people_write_of_weeks() {
        for (text, inside, outside) in [
            ("2026-W48", vec![(2026, 48)], vec![(2026, 47), (2025, 48)]),
            ("W48", vec![(2026, 48), (2027, 48)], vec![(2026, 49)]),
            (
                "w48-w50",
                vec![(2026, 48), (2026, 50)],
                vec![(2026, 51), (2026, 47)],
            ),
            (
                "2026-W48–2026-W50",
                vec![(2026, 49)],
                vec![(2027, 49), (2026, 51)],
            ),
            ("2026-W48–W50", vec![(2026, 50)], vec![(2027, 50)]),
            (
                "2026-W51 to 2027-W02",
                vec![(2026, 52), (2026, 53), (2027, 1)],
                vec![(2027, 3), (2026, 1)],
            ),
            ("2026-W51 – W02", vec![(2027, 2)], vec![(2026, 2)]),
            ("W51–W02", vec![(2026, 52), (2027, 1)], vec![(2026, 3)]),
            ("weeks 48", vec![], vec![(2026, 48)]),
            ("W99", vec![], vec![(2026, 9), (2026, 99)]),
            ("é-W48", vec![(2026, 48)], vec![]),
        ] {
            assert!(inside.iter().all(|week| is_in(text, *week)), "{text}");
            assert!(!outside.iter().any(|week| is_in(text, *week)), "{text}");
        }
    }
}
