//! `stepdeck owners`: the people whom the canon's tables name, and what a host wants to know of them.

use std::path::Path;

use color_eyre::eyre::Result;
use serde::Serialize;

use super::invocation::Invocation;
use super::open_plan::OpenPlan;
use crate::document::visible::visible_line;
use crate::plan::approval::stewards;
use crate::plan::paper::{Kept, PaperSpec};
use crate::plan::people::{Person, people};
use crate::store::locate::discover::checkout;

/// List the people whom the canon's tables name, with their teams, owners and steward weeks.
///
/// One person a line, the parts separated by tabs.
#[derive(clap::Args, Clone, Debug)]
pub struct Owners {
    /// Print a CODEOWNERS file instead: the plan's files with the logins of the stewards: those
    /// that `[team] stewards` names, else those with steward weeks, else everybody.
    #[arg(long, conflicts_with = "json")]
    pub codeowners: bool,
    /// Print JSON (stepdeck/owners@1).
    #[arg(long)]
    pub json: bool,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    people: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    name: &'a str,
    other_names: &'a [String],
    teams: &'a [String],
    mails: &'a [String],
    logins: &'a [String],
    owners: &'a [String],
    steward_weeks: &'a [String],
}

impl<'a> Entry<'a> {
    fn of(person: &'a Person) -> Self {
        let (name, other_names) = match &*person.names {
            [] => ("", &[][..]),
            [first, others @ ..] => (&**first, others),
        };
        Self {
            name,
            other_names,
            teams: &person.teams,
            mails: &person.mails,
            logins: &person.logins,
            owners: &person.owners,
            steward_weeks: &person.weeks,
        }
    }
}

impl Owners {
    /// Prints who is known.
    ///
    /// # Errors
    /// When there is no plan, or nothing can be printed.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        let opened = invocation.open()?;
        let people = people(&opened.plan);
        if people.is_empty() {
            invocation.say(
                "no table in the canon names people; one with the columns Person and Team does",
            )?;
        }
        if self.codeowners {
            let (text, unknown) = codeowners(&opened, &people);
            for name in unknown {
                invocation.say(&format!(
                    "{name} has neither login nor mail, and is left out"
                ))?;
            }
            return invocation.print(&text);
        }
        if self.json {
            let people = people.iter().map(Entry::of).collect();
            let schema = "stepdeck/owners@1";
            return invocation.print_json(&Document { schema, people });
        }
        let line = |person: &Person| {
            let entry = Entry::of(person);
            let parts = [entry.teams, entry.owners, entry.steward_weeks].map(|all| all.join(", "));
            format!("{}\t{}", entry.name, parts.join("\t"))
        };
        let lines = people.iter().map(line);
        let lines: String = lines.map(|line| shown(&line) + "\n").collect();
        invocation.print(&lines)
    }
}

/// Safe for a terminal, with the tabs between the parts.
fn shown(line: &str) -> String {
    let parts = line.split('\t').map(|part| visible_line(part).into_owned());
    parts.collect::<Vec<_>>().join("\t")
}

/// The plan's places with those who review them, and the stewards whom no host can know.
fn codeowners(opened: &OpenPlan, people: &[Person]) -> (String, Vec<String>) {
    let stewards = stewards(people, &opened.layout.config.stewards);
    let handle = |person: &Person| {
        let login = person
            .logins
            .first()
            .map(|login| format!("@{}", login.trim_start_matches('@')));
        let mail = || Some(person.mails.first()?.trim_matches(['<', '>']).to_owned());
        let handle = login.or_else(mail)?;
        // A blank would make two of it.
        (!handle.contains(char::is_whitespace)).then_some(handle)
    };
    let unknown = stewards.iter().filter(|person| handle(person).is_none());
    let unknown = unknown
        .map(|person| Entry::of(person).name.to_owned())
        .collect();
    let handles: Vec<String> = stewards
        .iter()
        .filter_map(|person| handle(person))
        .collect();
    let mut text =
        "# Who reviews the plan: `stepdeck owners --codeowners`, from the tables of people.\n"
            .to_owned();
    if handles.is_empty() {
        return (text, unknown);
    }
    let root = &opened.layout.root;
    let above = checkout(root).and_then(|top| root.strip_prefix(top).ok());
    let mut places: Vec<String> = Vec::new();
    for paper in opened.layout.papers.specs {
        for place in opened.layout.patterns_of(paper.role) {
            let place = pattern(above.unwrap_or(Path::new("")), &place, paper);
            let is_within = |known: &String| known.ends_with('/') && place.starts_with(&**known);
            if !places.iter().any(is_within) {
                places.push(place);
            }
        }
    }
    for place in places {
        text += &format!("{place} {}\n", handles.join(" "));
    }
    (text, unknown)
}

/// A paper's place as CODEOWNERS has it: from the top of the checkout, folders with a slash.
fn pattern(above: &Path, place: &str, paper: &PaperSpec) -> String {
    let path = above.join(place.strip_prefix("./").unwrap_or(place));
    let path = path.to_string_lossy().replace(' ', "\\ ");
    let is_file = path.contains('*')
        || paper.kept == Kept::File
        || path.ends_with(&format!(".{}", paper.extension));
    let end = if is_file || path.ends_with('/') {
        ""
    } else {
        "/"
    };
    format!("/{}{end}", path.trim_start_matches('/'))
}
