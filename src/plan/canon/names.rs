//! The names of stages, and which of them a text speaks of.

use std::collections::HashMap;

use super::normalised;

/// Stage names, looked up by words: a text costs its length, however many stages there are.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Index of the first stage with a name, by its words.
    whole: HashMap<String, usize>,
    /// The same by the words that tell it from other stages.
    core: HashMap<String, usize>,
    /// Stages whose last word is the last one of no other, by that word.
    last: HashMap<String, Option<usize>>,
    /// The most words of a name.
    longest: usize,
}

/// Names of more words are known as a whole only, so that a text costs its length.
const LONGEST: usize = 12;

/// Words that say that a heading is one of a stage, and not which.
const KINDS: [&str; 7] = [
    "stage",
    "phase",
    "gate",
    "milestone",
    "readiness",
    "checklist",
    "checks",
];

impl Names {
    /// Looks up by these names, in the order of stages; of equal ones the first is found.
    pub fn new<'n>(names: impl Iterator<Item = &'n str>) -> Self {
        let mut known = Self::default();
        let mut all = Vec::new();
        for (at, name) in names.enumerate() {
            let words = normalised(name);
            if words.is_empty() || known.whole.contains_key(&words) {
                continue;
            }
            known.longest = known.longest.max(words.split(' ').count().min(LONGEST));
            known.core.entry(core(name)).or_insert(at);
            known.whole.insert(words.clone(), at);
            all.push((at, words));
        }
        known.core.remove("");
        let mut uses: HashMap<&str, usize> = HashMap::new();
        for (_, words) in &all {
            let mut words: Vec<&str> = words.split(' ').collect();
            words.sort_unstable();
            words.dedup();
            for word in words {
                *uses.entry(word).or_default() += 1;
            }
        }
        for (at, words) in &all {
            if let Some((_, last)) = words.rsplit_once(' ')
                && uses.get(last) == Some(&1)
            {
                known.last.insert(last.to_owned(), Some(*at));
            }
        }
        known
    }

    /// The stage that is called so, whatever the spelling.
    pub fn called(&self, name: &str) -> Option<usize> {
        self.whole.get(&normalised(name)).copied()
    }

    /// The stage that a heading is about: its name, apart from words such as "Stage 2" and from
    /// what is in brackets or behind a dash.
    pub fn headed(&self, heading: &str) -> Option<usize> {
        let by_core = || self.core.get(&core(heading)).copied();
        self.called(heading).or_else(by_core)
    }

    /// The stages that a text names, each once, in the order in which they are named. One with
    /// several words may go by its last one, such as "the flywheel" for "Regenerative
    /// Flywheel", if that is a word of no other.
    pub fn named(&self, text: &str) -> Vec<usize> {
        let text = normalised(text);
        let words: Vec<&str> = text.split(' ').collect();
        let mut found = Vec::new();
        let mut at = 0;
        while at < words.len() {
            let most = self.longest.min(words.len() - at);
            let longest = (1..=most).rev().find_map(|count| {
                let stage = self.whole.get(&words[at..at + count].join(" "))?;
                Some((*stage, count))
            });
            let by_last = || match words.get(at + 1) {
                Some(last) if words[at] == "the" => Some(((*self.last.get(*last)?)?, 2)),
                _ => None,
            };
            match longest.or_else(by_last) {
                Some((stage, count)) => {
                    if !found.contains(&stage) {
                        found.push(stage);
                    }
                    at += count;
                }
                None => at += 1,
            }
        }
        found
    }

    /// Whether a line of Markdown may be a heading that is about one of the stages.
    pub fn may_head(&self, line: &[u8]) -> bool {
        if line.contains(&b'&') || line.contains(&b'<') {
            return true;
        }
        let line = String::from_utf8_lossy(line);
        let words = core_words(&normalised(&line));
        let words: Vec<&str> = words.split(' ').collect();
        let runs = |at: usize| {
            let most = self.longest.min(words.len() - at);
            (1..=most).any(|count| {
                let run = words[at..at + count].join(" ");
                self.whole.contains_key(&run) || self.core.contains_key(&run)
            })
        };
        (0..words.len()).any(runs) || !self.named(&line).is_empty()
    }
}

/// What tells a stage's heading from others.
fn core(heading: &str) -> String {
    let named = |part: &str| core_words(&normalised(part));
    let part = heading.split(['(', '[', '—', '–']);
    let first = part.map(named).find(|words| !words.is_empty());
    match heading.split_once(": ") {
        // "Stage 2: Foundation", and "Foundation: weeks 0-8".
        Some((before, behind)) => match named(before) {
            words if words.is_empty() => core(behind),
            words => words,
        },
        None => first.unwrap_or_default(),
    }
}

/// Words without kinds of heading and without the number before the name.
fn core_words(words: &str) -> String {
    let is_kind = |word: &str| {
        KINDS
            .iter()
            .any(|k| word == *k || word.strip_suffix('s') == Some(k))
    };
    let mut kept: Vec<&str> = words.split(' ').filter(|word| !is_kind(word)).collect();
    let is_number = |word: &str| word.bytes().all(|b| b.is_ascii_digit());
    while kept.first().is_some_and(|word| is_number(word)) {
        kept.remove(0);
    }
    kept.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(of: &[&str]) -> Names {
        Names::new(of.iter().copied())
    }

    #[test]
    fn a_heading_is_about_the_stage_that_it_names_and_no_other() {
        let names = names(&["Base", "Base Camp", "Top"]);
        for (heading, stage) in [
            ("Base", Some(0)),
            ("base camp", Some(1)),
            ("Stage 2: Base Camp", Some(1)),
            ("2. Base Camp", Some(1)),
            ("Base (weeks 0–8)", Some(0)),
            ("Stage 3 — Top", Some(2)),
            ("Top stage", Some(2)),
            ("Top: weeks 9–12", Some(2)),
            ("Base station", None),
            ("Stage 2", None),
            ("Tops", None),
            ("", None),
        ] {
            assert_eq!(names.headed(heading), stage, "{heading}");
            let line = format!("## **{heading}**");
            assert!(
                stage.is_none() || names.may_head(line.as_bytes()),
                "{heading}"
            );
        }
        assert!(!names.may_head(b"## Required secrets"));
    }

    #[test]
    fn stages_called_by_a_number_only_are_told_apart() {
        let names = names(&["Phase 1", "Phase 2"]);
        assert_eq!(names.headed("Phase 2"), Some(1));
        assert_eq!(names.headed("Phase 3"), None);
        assert_eq!(names.headed("Phase"), None);
    }

    #[test]
    fn texts_name_stages_by_whole_words() {
        let names = names(&["Base", "Base Camp", "Regenerative Flywheel"]);
        assert_eq!(names.named("Ship the base camp, then Base."), [1, 0]);
        assert_eq!(names.named("once the flywheel turns"), [2]);
        assert!(names.named("a flywheel, the database").is_empty());
        assert!(names.named("").is_empty());
    }
}
