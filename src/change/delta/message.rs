//! The message of a commit, made from what it commits.

use super::How;
use super::outline::{Line, LineKind};
use crate::document::english::counted;
use crate::plan::source::Role;

/// Differences that a message lists at the most.
const MOST: usize = 60;
/// Letters of the first line at the most.
const SUBJECT: usize = 72;

/// A message for some lines of an outline, by their places: a subject, and below it each difference
/// where there are several.
pub fn message(lines: &[Line], chosen: &[usize]) -> String {
    let told: Vec<String> = chosen.iter().map(|at| told(lines, *at)).collect();
    if let [only] = &told[..] {
        return cut(only);
    }
    let mut text = cut(&subject(lines, chosen));
    text.push('\n');
    for line in told.iter().take(MOST) {
        text += &format!("\n- {line}");
    }
    match told.len().saturating_sub(MOST) {
        0 => {}
        more => text += &format!("\n- and {more} more"),
    }
    text
}

/// A difference in a line of its own, with the step or the file that it is of.
fn told(lines: &[Line], at: usize) -> String {
    let line = &lines[at];
    let above = lines[..at].iter().rev();
    let above = above.clone().find(|above| above.depth < line.depth);
    let words = line.brief();
    let text = match (&line.kind, above) {
        (LineKind::Change(Some(step), _), _) if line.name.starts_with(&step.to_string()) => {
            match line
                .words
                .strip_prefix("added: ")
                .or(words.strip_prefix("removed: "))
            {
                Some(title) => format!(
                    "{} {}: {title}",
                    words.split(':').next().unwrap_or_default(),
                    line.name
                ),
                None => format!("{} {}", line.name, words),
            }
        }
        (LineKind::Change(Some(step), _), _) => format!("{step} {}: {}", line.name, words),
        (_, Some(above)) => match above.kind {
            LineKind::Block(_) => {
                let block = above.name.split(' ').next().unwrap_or_default();
                format!("{block} {}: {}", line.name, words)
            }
            _ => format!("{}: {}, {}", above.name, line.name, words),
        },
        _ => format!("{}: {}", line.name, words),
    };
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// How many steps are added, removed and changed, and what else.
fn subject(lines: &[Line], chosen: &[usize]) -> String {
    let (mut added, mut removed, mut other) = (0, 0, 0);
    let mut papers: [Vec<(Role, &str)>; 2] = Default::default();
    let mut changed = Vec::new();
    let mut fields: Vec<&str> = Vec::new();
    for at in chosen {
        let line = &lines[*at];
        match line.kind {
            LineKind::Change(Some(step), how) => match how {
                How::Added if line.depth == 1 => added += 1,
                How::Removed if line.depth == 1 => removed += 1,
                _ => {
                    if !changed.contains(&step) {
                        changed.push(step);
                    }
                    if line.depth > 1 && !fields.contains(&&*line.name) {
                        fields.push(&line.name);
                    }
                }
            },
            LineKind::Change(None, how @ (How::Added | How::Removed)) if line.paper.is_some() => {
                let paper = line.paper.iter().map(|(role, title)| (*role, &**title));
                papers[usize::from(how == How::Removed)].extend(paper);
            }
            _ => other += 1,
        }
    }
    let is_one_step = added + removed + other == 0 && papers.iter().all(Vec::is_empty);
    if let (true, [step]) = (is_one_step, &changed[..]) {
        return format!("{step} {}", fields.join(", "));
    }
    let steps = |count| counted(count, "step");
    let what = match fields[..] {
        [field] if is_one_step => format!("Change {field} of"),
        _ => "Change".to_owned(),
    };
    let counts = [("Add", added), (&*what, changed.len()), ("Remove", removed)];
    let counts = counts.iter().filter(|(_, count)| *count > 0);
    let mut parts: Vec<String> = counts
        .map(|(verb, count)| format!("{verb} {}", steps(*count)))
        .collect();
    for (verb, papers) in ["Add", "Remove"].into_iter().zip(&papers) {
        parts.extend(told_papers(papers).map(|papers| format!("{verb} {papers}")));
    }
    match other {
        0 => {}
        1 => parts.push("Change 1 other thing".to_owned()),
        count => parts.push(format!("Change {count} other things")),
    }
    for part in parts.iter_mut().skip(1) {
        part[..1].make_ascii_lowercase();
    }
    parts.join(", ")
}

/// Files that came or went: one by its title, several by what they are.
fn told_papers(papers: &[(Role, &str)]) -> Option<String> {
    let (role, title) = *papers.first()?;
    let kind = kind(role);
    Some(match papers.len() {
        1 => {
            // “Weekly review 2026-W49” says itself what it is.
            let named = title.get(..kind.len());
            let rest = named.filter(|named| named.eq_ignore_ascii_case(kind));
            let rest = rest.map_or(title, |_| &title[kind.len()..]);
            let rest = rest.trim_start_matches([':', ' ']);
            format!("the {kind} {rest}").trim_end().to_owned()
        }
        count if papers.iter().all(|(other, _)| *other == role) => counted(count, kind),
        count => counted(count, "paper"),
    })
}

/// What people call a file of the plan.
fn kind(role: Role) -> &'static str {
    match role {
        Role::Log => "log",
        Role::Canon => "document",
        Role::Roadmap => "roadmap",
        Role::Decision => "decision",
        Role::Risk => "risk",
        Role::Review => "weekly review",
        Role::Standup => "standup",
        Role::GateReview => "gate review",
        Role::Checkpoint => "checkpoint",
        Role::Demo => "demo",
        Role::Scorecard => "scorecard",
        Role::Quarter => "quarter plan",
        Role::Retrospective => "retrospective",
        Role::Changes => "change log",
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(SUBJECT) {
        None => text.to_owned(),
        Some(_) => text.chars().take(SUBJECT - 1).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::FileDelta;
    use super::super::outline::outline;
    use super::*;
    use crate::plan::Plan;
    use crate::plan::source::{Role, SourceFile};

    fn of(old: &str, new: &str) -> String {
        let plan = Plan::read(vec![SourceFile::load("p.jsonl", Role::Log, new.as_bytes())]);
        let delta = FileDelta::between("p.jsonl", Role::Log, Some(old.into()), Some(new.into()));
        let lines = outline(
            &delta.into_iter().collect::<Vec<_>>(),
            &plan,
            &std::collections::BTreeMap::new(),
        );
        let all: Vec<usize> = (0..lines.len())
            .filter(|at| lines[*at].is_change())
            .collect();
        message(&lines, &all)
    }

    #[test]
    fn new_papers_are_named_by_what_they_are() {
        let subject = |files: &[(&str, Role, &str)]| {
            let deltas: Vec<FileDelta> = files
                .iter()
                .filter_map(|(path, role, text)| {
                    FileDelta::between(*path, *role, None, Some(text.as_bytes().to_vec()))
                })
                .collect();
            let lines = outline(&deltas, &Plan::default(), &BTreeMap::new());
            super::subject(&lines, &(0..lines.len()).collect::<Vec<_>>())
        };
        let risk = ("docs/risks/a.md", Role::Risk, "# The vendor is late\n");
        let review = ("w.md", Role::Review, "# Weekly review 2026-W49\n");
        assert_eq!(subject(&[risk]), "Add the risk The vendor is late");
        assert_eq!(subject(&[review]), "Add the weekly review 2026-W49");
        assert_eq!(subject(&[risk, risk]), "Add 2 risks");
        assert_eq!(subject(&[risk, review]), "Add 2 papers");
        assert_eq!(
            subject(&[("x/b.md", Role::GateReview, "none\n")]),
            "Add the gate review b"
        );
    }

    #[test]
    fn a_long_value_is_cut_where_it_differs() {
        let long = "word ".repeat(150);
        let old = format!("{{\"step_id\": \"0001\", \"notes\": \"{long}\", \"owner\": \"a\"}}\n");
        let new = old
            .replace("word \"", "word end\"")
            .replace("\"a\"", "\"b\"");
        assert_eq!(
            of(&old, &new),
            "0001 notes, owner\n\n\
             - 0001 notes: …word word word word → …word word word word end\n\
             - 0001 owner: a → b"
        );
    }

    #[test]
    fn a_message_says_what_is_committed() {
        let one = "{\"step_id\": \"0001\", \"title\": \"A\", \"status\": \"draft\"}\n";
        let two = "{\"step_id\": \"0002\", \"title\": \"B\", \"status\": \"draft\"}\n";
        let done = one.replace("draft", "complete");
        assert_eq!(of(one, &done), "0001 status: draft → complete");
        assert_eq!(of(one, &format!("{one}{two}")), "added 0002: B");
        let both = done.replace("\"A\"", "\"AA\"");
        assert_eq!(
            of(one, &both),
            "0001 title, status\n\n- 0001 title: A → AA\n- 0001 status: draft → complete"
        );
        assert_eq!(
            of(&format!("{one}{two}"), &both),
            "Change 1 step, remove 1 step\n\n- 0001 title: A → AA\n\
             - 0001 status: draft → complete\n- removed 0002: B"
        );
        let titles = one.replace("\"A\"", &format!("\"{}\"", "long ".repeat(40)));
        assert_eq!(of(one, &titles).chars().count(), 72);
    }
}
