//! Who may approve a change: a steward from outside the author's team.

use serde::{Deserialize, Serialize};

use super::people::{Identity, Person, told};

/// Who has to approve a change, and who did.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, Debug)]
pub struct Approval {
    /// What the author is called.
    pub author: String,
    /// The author's teams; none where no table names the author.
    pub author_teams: Vec<String>,
    /// The stewards from outside these teams. One of them is enough.
    pub stewards: Vec<Steward>,
    /// Those of them who approved.
    pub approved_by: Vec<String>,
    /// Whether that is enough.
    pub met: bool,
}

/// Somebody who may approve.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, Debug)]
pub struct Steward {
    /// The first of their names.
    pub name: String,
    /// By what the host knows them, as the table writes it.
    pub logins: Vec<String>,
    /// Their teams.
    pub teams: Vec<String>,
}

/// The stewards among people: those whom `[team] stewards` names, by name, login or team; without
/// that entry those with steward weeks; where nobody has any, everybody.
pub(crate) fn stewards<'p>(people: &'p [Person], configured: &[String]) -> Vec<&'p Person> {
    let is_named = |person: &&Person| {
        let called = (person.names.iter())
            .chain(&person.logins)
            .chain(&person.teams);
        let called: Vec<String> = called.map(|text| told(text)).collect();
        configured.iter().any(|name| called.contains(&told(name)))
    };
    if !configured.is_empty() {
        return people.iter().filter(is_named).collect();
    }
    let serves = |person: &&Person| !person.weeks.is_empty();
    match people.iter().any(|person| serves(&person)) {
        true => people.iter().filter(serves).collect(),
        false => people.iter().collect(),
    }
}

impl Approval {
    /// What a change by `author` needs, in a team of these people. Nobody has approved it yet.
    pub(crate) fn of(people: &[Person], configured: &[String], author: &Identity) -> Self {
        let person = author.person(people);
        let none = Person::default();
        let known = person.unwrap_or(&none);
        let teams: Vec<String> = known.teams.iter().map(|team| told(team)).collect();
        let is_outside = |steward: &&Person| {
            let is_author = person.is_some_and(|person| std::ptr::eq(person, *steward));
            let shares = steward.teams.iter().any(|team| teams.contains(&told(team)));
            !is_author && !shares
        };
        let stewards = stewards(people, configured).into_iter();
        let steward = |person: &Person| Steward {
            name: person.names.first().cloned().unwrap_or_default(),
            logins: person.logins.clone(),
            teams: person.teams.clone(),
        };
        Self {
            author: known
                .names
                .first()
                .map_or(author.name(), |name| name)
                .to_owned(),
            author_teams: known.teams.clone(),
            stewards: stewards.filter(is_outside).map(steward).collect(),
            approved_by: Vec::new(),
            met: false,
        }
    }

    /// The same, approved by whoever has these logins at the host. A name is no login: anybody may
    /// register under another person's name.
    pub(crate) fn approved_by(mut self, logins: &[String]) -> Self {
        let logins: Vec<String> = logins.iter().map(|login| told(login)).collect();
        let approves = |steward: &&Steward| {
            let mut own = steward.logins.iter().map(|login| told(login));
            own.any(|login| !login.is_empty() && logins.contains(&login))
        };
        let approved = self.stewards.iter().filter(approves);
        self.approved_by = approved.map(|steward| steward.name.clone()).collect();
        self.met = !self.approved_by.is_empty();
        self
    }

    /// Who has to approve, or who did, in a sentence without a full stop.
    pub(crate) fn words(&self) -> String {
        let of_team = |steward: &Steward| match &steward.teams[..] {
            [] => steward.name.clone(),
            teams => format!("{} ({})", steward.name, teams.join(", ")),
        };
        let names: Vec<String> = self.stewards.iter().map(of_team).collect();
        let outside = match &self.author_teams[..] {
            [] => "other than the author".to_owned(),
            teams => format!("from outside {}", teams.join(", ")),
        };
        if self.met {
            return format!("Approved by {}", self.approved_by.join(", "));
        }
        match &names[..] {
            [] => format!(
                "Needs the approval of a steward {outside}, and no table of people on main names one: \
                 add a table with the columns Person, Team, Login and Steward weeks to the canon there"
            ),
            [one] => format!("Needs the approval of a steward {outside}: {one}"),
            _ => format!(
                "Needs the approval of a steward {outside}: one of {}",
                names.join(", ")
            ),
        }
    }

    /// Those of the stewards whom the host cannot be asked about.
    pub(crate) fn without_login(&self) -> impl Iterator<Item = &str> {
        let unknown = |steward: &&Steward| steward.logins.is_empty();
        let stewards = self.stewards.iter().filter(unknown);
        stewards.map(|steward| &*steward.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Plan;
    use crate::plan::people::people;
    use crate::plan::source::{Role, SourceFile};

    fn team(weeks: bool) -> Vec<Person> {
        let week = if weeks { "W48" } else { "" };
        let table = format!(
            "| Person | Team | Login | Steward weeks |\n| --- | --- | --- | --- |\n\
             | Ada | Platform | @ada | {week} |\n| Bo | Growth | bo | {week} |\n\
             | Cy | platform | cy | {week} |\n| Di | Risk | | {week} |\n| Eve | Growth | eve | |\n"
        );
        let file = SourceFile::load("team.md", Role::Canon, table.into_bytes());
        people(&Plan::read(vec![file]))
    }

    fn by(author: &str) -> Identity {
        Identity {
            given: Some(author.to_owned()),
            ..Identity::default()
        }
    }

    fn names(approval: &Approval) -> Vec<&str> {
        let stewards = approval.stewards.iter();
        stewards.map(|steward| &*steward.name).collect()
    }

    #[test]
    fn stewards_from_outside_the_authors_team_may_approve() {
        let of = |weeks: bool, configured: &[&str], author: &str| {
            let configured: Vec<String> = configured.iter().map(ToString::to_string).collect();
            Approval::of(&team(weeks), &configured, &by(author))
        };
        assert_eq!(names(&of(true, &[], "ada")), ["Bo", "Di"]);
        assert_eq!(names(&of(true, &[], "Bo")), ["Ada", "Cy", "Di"]);
        assert_eq!(names(&of(false, &[], "ada")), ["Bo", "Di", "Eve"]);
        assert_eq!(names(&of(true, &["Eve", "ADA"], "bo")), ["Ada"]);
        assert_eq!(names(&of(true, &["growth"], "ada")), ["Bo", "Eve"]);
        assert_eq!(names(&of(true, &["@cy"], "ada")), [""; 0]);
        // Nobody knows the author: nobody is of their team.
        assert_eq!(names(&of(true, &[], "Zoe")), ["Ada", "Bo", "Cy", "Di"]);
    }

    #[test]
    fn only_a_stewards_login_approves() {
        let of = |logins: &[&str]| {
            let logins: Vec<String> = logins.iter().map(ToString::to_string).collect();
            let approval = Approval::of(&team(true), &[], &by("ada")).approved_by(&logins);
            assert_eq!(approval.met, !approval.approved_by.is_empty());
            approval.approved_by
        };
        assert_eq!(of(&["@BO", "cy"]), ["Bo"]);
        for wrong in [
            &[][..],
            &["ada"],
            &["cy"],
            &["eve"],
            &["Di"],
            &[""],
            &["Growth"],
        ] {
            assert_eq!(of(wrong), [""; 0], "{wrong:?}");
        }
    }
}
