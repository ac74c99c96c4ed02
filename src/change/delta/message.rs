//! The message of a commit, made from what it commits.

use super::How;
use super::outline::{Line, LineKind};
use crate::document::english::counted;

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
    let text = match (&line.kind, above) {
        (LineKind::Change(Some(step), _), _) if line.name.starts_with(&step.to_string()) => {
            match line
                .words
                .strip_prefix("added: ")
                .or(line.words.strip_prefix("removed: "))
            {
                Some(title) => format!(
                    "{} {}: {title}",
                    line.words.split(':').next().unwrap_or_default(),
                    line.name
                ),
                None => format!("{} {}", line.name, line.words),
            }
        }
        (LineKind::Change(Some(step), _), _) => format!("{step} {}: {}", line.name, line.words),
        (_, Some(above)) => match above.kind {
            LineKind::Block(_) => {
                let block = above.name.split(' ').next().unwrap_or_default();
                format!("{block} {}: {}", line.name, line.words)
            }
            _ => format!("{}: {}, {}", above.name, line.name, line.words),
        },
        _ => format!("{}: {}", line.name, line.words),
    };
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// How many steps are added, removed and changed, and what else.
fn subject(lines: &[Line], chosen: &[usize]) -> String {
    let (mut added, mut removed, mut other) = (0, 0, 0);
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
            _ => other += 1,
        }
    }
    let is_one_step = added + removed + other == 0;
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

fn cut(text: &str) -> String {
    match text.char_indices().nth(SUBJECT) {
        None => text.to_owned(),
        Some(_) => text.chars().take(SUBJECT - 1).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests {
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
