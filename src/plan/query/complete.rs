//! How the end of a filter line may go on: names of terms, and values that the plan has.

use super::terms::{TERMS, Values, name_of, spec_of};
use super::words::fold;
use crate::document::progress::Progress;
use crate::plan::Plan;
use crate::plan::field::fields;

/// What may stand in the place of the end of a line.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Completions {
    /// The byte from which on the line is replaced.
    pub from: usize,
    /// What may stand there, quoted where it has to be.
    pub texts: Vec<String>,
}

/// More are not offered.
const MOST: usize = 100;

/// Finds how the last term of a line may go on; nothing where that was stopped.
pub(crate) fn complete(line: &str, plan: &Plan, progress: &Progress) -> Option<Completions> {
    let mut from = last_term(line);
    while let Some(rest) = line[from..].strip_prefix(['(', '-']) {
        from = line.len() - rest.len();
    }
    let term = &line[from..];
    let Some((name, _, value)) = name_of(term) else {
        let typed = term.to_lowercase();
        let named = fields().iter().map(|row| format!("{}:", row.name));
        let terms = TERMS.iter().map(|row| row.key.replace("KEY:", ""));
        let mut texts: Vec<String> = terms.collect();
        // Every field is a term; those of the table come first.
        texts.extend(named.filter(|_| !typed.is_empty()));
        texts.retain(|text| text.starts_with(&typed));
        let mut seen = std::collections::HashSet::new();
        texts.retain(|text| seen.insert(text.clone()));
        return Some(Completions { from, texts });
    };
    let values = spec_of(name).map_or(Values::Free, |row| row.values);
    let values = values_of(values, plan, progress)?;
    let typed = match value.rfind(',') {
        Some(comma) if !is_quoted(&value[..comma]) => &value[comma + 1..],
        _ => value,
    };
    from = line.len() - typed.len();
    let typed = fold(typed).replace('"', "");
    let begins = |value: &&String| fold(value).starts_with(&typed);
    let contains = |value: &&String| !begins(value) && fold(value).contains(&typed);
    let found = values
        .iter()
        .filter(begins)
        .chain(values.iter().filter(contains));
    let texts = found.take(MOST).map(|value| quoted(value)).collect();
    Some(Completions { from, texts })
}

/// Where the last term begins; at the end behind a space.
fn last_term(line: &str) -> usize {
    let spaces = line.char_indices().rev().filter(|(_, c)| c.is_whitespace());
    let mut ends = spaces.map(|(at, c)| at + c.len_utf8());
    ends.find(|end| !is_quoted(&line[..*end])).unwrap_or(0)
}

/// Whether the end of a text is between quotes.
fn is_quoted(text: &str) -> bool {
    text.matches('"').count() % 2 == 1
}

/// A value as one term takes it.
pub(crate) fn quoted(value: &str) -> String {
    // Quotes cannot be quoted; without them it is found as well.
    let value = value.replace('"', "");
    let is_plain = !value.contains(|c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')'));
    match is_plain {
        true => value,
        false => format!("\"{value}\""),
    }
}

fn values_of(values: Values, plan: &Plan, progress: &Progress) -> Option<Vec<String>> {
    let distinct = |names: &mut dyn Iterator<Item = &str>| {
        let mut all: Vec<String> = Vec::new();
        for name in names {
            if !all.iter().any(|known| known == name) {
                all.push(name.to_owned());
            }
        }
        all
    };
    Some(match values {
        Values::Free => Vec::new(),
        Values::These(words) => words.iter().map(|word| (*word).to_owned()).collect(),
        Values::Owners => {
            let owners = plan.owners(progress)?.into_iter().map(|(owner, _)| owner);
            owners.chain(["none".to_owned()]).collect()
        }
        Values::Blocks => plan
            .blocks()
            .iter()
            .map(|block| block.id.to_string())
            .collect(),
        Values::Stages => distinct(&mut plan.stages().iter().map(|stage| &*stage.name)),
        Values::Workstreams => {
            let streams = plan.stages().iter().flat_map(|stage| stage.workstreams());
            distinct(&mut streams.map(|stream| stream.name))
        }
        Values::Fields => fields().iter().map(|row| row.name.to_owned()).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::source::{Role, SourceFile};

    fn completed(line: &str) -> (String, String) {
        let log = b"{\"step_id\":\"0001\",\"owner\":\"field ops\"}\n\
            {\"step_id\":\"0002\",\"owner\":\"grc\"}\n{\"step_id\":\"0101\",\"owner\":\"grc\"}\n";
        let files = vec![SourceFile::load("log.jsonl", Role::Log, log.to_vec())];
        let found = complete(line, &Plan::read(files), &Progress::default()).unwrap();
        (line[..found.from].to_owned(), found.texts.join(" | "))
    }

    #[test]
    fn names_and_values_follow_from_the_plan() {
        for (line, kept, texts) in [
            ("ow", "", "owner:"),
            ("gate -(up", "gate -(", "updated: | up: | updated_at:"),
            ("cost", "", "cost.planned: | cost.actual:"),
            ("owner:", "owner:", "grc | \"field ops\" | none"),
            ("a OR owner:f", "a OR owner:", "\"field ops\""),
            ("owner:\"field o", "owner:", "\"field ops\""),
            ("owner:grc,o", "owner:grc,", "\"field ops\" | none"),
            ("owner:\"a, b", "owner:", ""),
            ("owner=G", "owner=", "grc"),
            ("-status:c", "-status:", "complete | blocked"),
            ("block:b0", "block:", "B01 | B02"),
            (
                "has:evi",
                "has:",
                "evidence.metric | evidence.target | evidence.actual | evidence.link",
            ),
            ("nobody:x", "nobody:", ""),
            ("log", "", "log."),
        ] {
            assert_eq!(
                completed(line),
                (kept.to_owned(), texts.to_owned()),
                "{line}"
            );
        }
        assert!(completed("is:ready ").1.starts_with("owner: | status:"));
        assert!(completed("").1.ends_with("reopened:"));
    }
}
