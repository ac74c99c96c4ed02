//! Dependencies that name steps in a form that is not read as one: several steps in one entry,
//! an ID with a remark behind it, `#0001`, `(0001)`, `0001<br>0002`.
//!
//! Such an entry is a condition in words, which nothing ever meets. What it can only mean is
//! said here, for the check, its fix, and for who types one. Words that happen to hold a number
//! (`2027 budget`, `2026-11-28`, `24/7`) mean what they say.

use std::borrow::Cow;

use super::Plan;
use super::canon::section::HEADING_DASHES;
use super::id::{RANGE_SIGNS, RANGE_WORDS, StepId, USUAL_DIGITS};
use super::status::Status;

/// What is between two steps of a list.
const LIST_SIGNS: [&str; 6] = [",", ";", "&", "+", "/", "and"];
/// Remarks that say no more than the step's own status does.
const STATUS_REMARKS: [&str; 8] = [
    "done", "finished", "closed", "open", "todo", "ready", "pending", "wip",
];

/// What a compound entry names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Compound {
    /// Every step, in the order in which it is named, ranges spelled out.
    pub steps: Vec<StepId>,
    /// Words beside the steps that would be lost if only the steps were kept.
    pub remark: Option<String>,
}

impl Compound {
    /// Reads the words of a condition; nothing where they are no more than that.
    pub fn read(plan: &Plan, text: &str) -> Option<Self> {
        let text = bare(text);
        let reader = |only_steps: bool| Reader {
            plan,
            rest: &text,
            noun: false,
            only_steps,
            found: Self {
                steps: Vec::new(),
                remark: None,
            },
        };
        reader(false).read().or_else(|| reader(true).read())
    }

    /// The steps that do not exist.
    pub fn missing(&self, plan: &Plan) -> Vec<StepId> {
        let steps = self.steps.iter().copied();
        steps.filter(|id| plan.find(*id).is_none()).collect()
    }
}

struct Reader<'a> {
    plan: &'a Plan,
    rest: &'a str,
    /// Whether the word `Step` was read.
    noun: bool,
    /// Whether nothing but steps that exist may be there, which then need no padding.
    only_steps: bool,
    found: Compound,
}

impl Reader<'_> {
    fn read(mut self) -> Option<Compound> {
        let mut last = self.id()?;
        self.found.steps.push(last);
        self.remark_in_parentheses(last);
        while !self.rest.is_empty() {
            let before = self.rest;
            if self.is_status(before) {
                break;
            }
            let joint = self.joint().or_else(|| self.alternative(last));
            // Blanks alone part what is surely a step.
            let Some(is_range) = joint.or((!self.only_steps).then_some(false)) else {
                return self.titled(last, before);
            };
            match self.id() {
                Some(id) if is_range && self.is_range(last, id) => {
                    let (from, to) = (last.min(id), last.max(id));
                    self.found.steps.extend(self.between(from, to));
                    self.found.steps.push(id);
                    last = id;
                }
                Some(id) if !is_range => {
                    self.found.steps.push(id);
                    last = id;
                }
                _ => return self.titled(last, before),
            }
            self.remark_in_parentheses(last);
        }
        let mut seen = std::collections::HashSet::new();
        self.found.steps.retain(|id| seen.insert(*id));
        Some(self.found)
    }

    /// An ID that is surely one: behind the word `Step`, of a step that exists, or padded. In words
    /// of which every one is a step, padding says nothing.
    fn id(&mut self) -> Option<StepId> {
        let noun = ["steps", "step"].into_iter().find_map(|noun| {
            let rest = self.rest.get(noun.len()..)?;
            let is_it = self.rest[..noun.len()].eq_ignore_ascii_case(noun);
            (is_it && rest.starts_with([' ', '\u{a0}', '#'])).then(|| rest.trim_start())
        });
        self.noun |= noun.is_some();
        let rest = noun.unwrap_or(self.rest);
        let is_named = rest
            .get(..3)
            .is_some_and(|name| name.eq_ignore_ascii_case("id "));
        let rest = if is_named {
            rest[3..].trim_start()
        } else {
            rest
        };
        let rest = rest.strip_prefix('#').unwrap_or(rest);
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '.';
        let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
        // `0001..0004` is a range.
        let end = rest[..end].find("..").unwrap_or(end);
        let word = rest[..end].trim_end_matches('.');
        let id: StepId = word.parse().ok()?;
        let known = self.plan.find(id).is_some().then(|| self.plan.spelled(id));
        let is_short = id.digits() < USUAL_DIGITS;
        let is_sure = match known {
            Some(step) => !is_short || step.digits() < USUAL_DIGITS,
            None => !is_short && word.starts_with('0'),
        };
        let is_sure = is_sure || self.only_steps && known.is_some();
        if !is_sure && !self.noun {
            return None;
        }
        self.rest = rest[word.len()..].trim_start();
        // As its own line spells it.
        Some(known.unwrap_or(id))
    }

    /// What is between two steps: whether it makes them the ends of a range.
    fn joint(&mut self) -> Option<bool> {
        let range = || {
            RANGE_SIGNS
                .iter()
                .chain(&RANGE_WORDS)
                .map(|sign| (*sign, true))
        };
        // `24/7` is no list.
        let signs = (LIST_SIGNS.iter()).filter(|sign| !self.only_steps || **sign != "/");
        let list = || signs.clone().map(|sign| (*sign, false));
        let mut joint = None;
        // `, and` is one joint, too.
        while let Some((sign, is_range)) = range().chain(list()).find(|(sign, _)| {
            let is_word = sign.starts_with(|c: char| c.is_ascii_alphabetic());
            let behind = self.rest.get(sign.len()..);
            (self.rest.get(..sign.len())).is_some_and(|own| own.eq_ignore_ascii_case(sign))
                && (!is_word || behind.is_some_and(|rest| rest.starts_with([' ', '\u{a0}'])))
        }) {
            self.rest = self.rest[sign.len()..].trim_start();
            joint = Some(joint.unwrap_or(true) && is_range);
        }
        joint
    }

    /// `or` between two steps: which of them is meant, nobody but who wrote it knows.
    fn alternative(&mut self, id: StepId) -> Option<bool> {
        let rest = (self.rest.strip_prefix("or ")).filter(|_| !self.only_steps)?;
        self.rest = rest.trim_start();
        self.remark(id, "or");
        Some(false)
    }

    /// Whether these words say no more than the step's own status does.
    fn is_status(&self, words: &str) -> bool {
        let lower = words.trim().to_lowercase();
        let is_one = Status::read(words).is_some() || STATUS_REMARKS.contains(&&*lower);
        is_one && !self.only_steps
    }

    fn is_range(&self, from: StepId, to: StepId) -> bool {
        let plain = from.suffix().is_empty() && to.suffix().is_empty();
        let span = to.number().abs_diff(from.number());
        plain && span > 0
    }

    /// The steps without a suffix between two, each number once.
    fn between(&self, from: StepId, to: StepId) -> Vec<StepId> {
        let steps = self.plan.steps_from(from);
        let ids = steps.map(|step| step.id()).take_while(|id| *id < to);
        let mut ids: Vec<StepId> = ids
            .filter(|id| id.suffix().is_empty() && *id != from)
            .collect();
        ids.dedup();
        ids
    }

    fn remark_in_parentheses(&mut self, id: StepId) {
        let Some(inner) = self.rest.strip_prefix('(').filter(|_| !self.only_steps) else {
            return;
        };
        if let Some((remark, rest)) = inner.split_once(')') {
            self.remark(id, remark);
            self.rest = rest.trim_start();
        }
    }

    /// `0001 — Kickoff`: an ID with its title, or with other words.
    fn titled(mut self, id: StepId, rest: &str) -> Option<Compound> {
        let words = rest.strip_prefix(HEADING_DASHES)?.trim();
        let is_only = self.found.steps.len() == 1 && !self.only_steps;
        (is_only && !words.is_empty()).then(|| {
            self.remark(id, words);
            self.found
        })
    }

    /// Keeps words that say more than the plan does.
    fn remark(&mut self, id: StepId, words: &str) {
        let step = self.plan.find(id).map(|at| self.plan.step(at));
        let lower = words.trim().to_lowercase();
        let is_known = self.is_status(words)
            || step.is_some_and(|step| step.title().trim().to_lowercase() == lower);
        if !is_known {
            self.found
                .remark
                .get_or_insert_with(|| words.trim().to_owned());
        }
    }
}

/// The words without what stands around them and says nothing: tags, quotes and brackets, invisible
/// characters, signs at the end. Cells and arrows part as commas do.
fn bare(text: &str) -> Cow<'_, str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b" .#".contains(&byte);
    if text.bytes().all(is_plain) {
        return Cow::Borrowed(text.trim());
    }
    let mut bare = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, tag, behind)) = first_tag(rest) {
        bare.push_str(before);
        if tag
            .trim_end_matches('/')
            .trim_end()
            .eq_ignore_ascii_case("br")
        {
            bare.push_str(", ");
        }
        rest = behind;
    }
    bare.push_str(rest);
    let parted = bare.replace(['|', '→'], ",").replace("->", ",");
    let visible = parted.replace(['\u{200b}', '\u{2060}', '\u{feff}'], "");
    let mut words = visible.trim();
    let pairs = [
        ('(', ')'),
        ('\'', '\''),
        ('"', '"'),
        ('“', '”'),
        ('‘', '’'),
        ('`', '`'),
    ];
    while let Some(inner) = pairs.into_iter().find_map(|(open, close)| {
        let inner = words.strip_prefix(open)?.strip_suffix(close)?;
        (!inner.contains([open, close])).then_some(inner)
    }) {
        words = inner.trim();
    }
    Cow::Owned(words.trim_end_matches([',', ';', '!', '?', ' ']).to_owned())
}

/// What stands before the first tag, what is in it, and what stands behind it.
fn first_tag(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('<')?;
    let (tag, behind) = rest.split_once('>')?;
    let is_tag = tag.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/');
    is_tag.then_some((before, tag, behind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::source::{Role, SourceFile};

    fn plan(ids: &[&str]) -> Plan {
        let line = |id: &&str| format!("{{\"step_id\":\"{id}\",\"title\":\"Kick off\"}}\n");
        let log: String = ids.iter().map(line).collect();
        Plan::read(vec![SourceFile::load("log", Role::Log, log.into_bytes())])
    }

    fn read(plan: &Plan, text: &str) -> Option<String> {
        let Compound { steps, remark } = Compound::read(plan, text)?;
        let steps: Vec<String> = steps.iter().map(ToString::to_string).collect();
        let remark = remark.map(|remark| format!(" ({remark})"));
        Some(steps.join(" ") + &remark.unwrap_or_default())
    }

    #[test]
    fn steps_in_one_entry_are_told_apart() {
        let plan = plan(&["0001", "0002", "0004", "0002.A", "10000"]);
        for (text, steps) in [
            ("0001-0002", "0001 0002"),
            ("0001–0004", "0001 0002 0004"),
            ("Step 1 to Step 4", "0001 0002 0004"),
            ("0001–10000", "0001 0002 0004 10000"),
            ("0001..0004", "0001 0002 0004"),
            ("Steps 1–2", "0001 0002"),
            ("0001, 0002", "0001 0002"),
            ("0001; 0002.A and #0004 ", "0001 0002.A 0004"),
            ("0004-0001", "0004 0002 0001"),
            ("Step 0001 and Step 0002", "0001 0002"),
            ("0001, 0002, and 10000", "0001 0002 10000"),
            ("0001 & 0001", "0001"),
            ("#0001", "0001"),
            ("Step #1", "0001"),
            ("00001/00002", "0001 0002"),
            ("0001 (done)", "0001"),
            ("0001 (In Progress), 0002 (done)", "0001 0002"),
            ("0001 — Kick off", "0001"),
            ("Step 1: kick off", "0001"),
            ("0001 (needs legal)", "0001 (needs legal)"),
            ("0001 – Board agrees", "0001 (Board agrees)"),
            ("0001, 0009", "0001 0009"),
            ("1, 2", "0001 0002"),
            ("0001 and 2", "0001 0002"),
            ("1-4", "0001 0002 0004"),
            ("#1", "0001"),
            ("0001 0002", "0001 0002"),
            ("0001,0002,", "0001 0002"),
            ("0001|0002", "0001 0002"),
            ("0001<br>0002 <br/> #0004", "0001 0002 0004"),
            ("0001 → 0002", "0001 0002"),
            ("(0001)", "0001"),
            ("'0001'", "0001"),
            ("“Step 1”", "0001"),
            ("0001!", "0001"),
            ("ID 0001", "0001"),
            ("0001 complete", "0001"),
            ("0001\u{200b}", "0001"),
            ("<a href=\"#step-0001\">Step 0001</a>", "0001"),
            ("0001 or 0002", "0001 0002 (or)"),
        ] {
            assert_eq!(read(&plan, text).as_deref(), Some(steps), "{text}");
        }
        let missing = Compound::read(&plan, "0001-0009").unwrap().missing(&plan);
        assert_eq!(missing, [StepId::new(9)]);
    }

    #[test]
    fn words_that_hold_a_number_are_words() {
        let plan = plan(&["0001", "0002", "0024", "0007"]);
        for text in [
            "2027 budget",
            "2026-11-28",
            "2026-2027",
            "24/7",
            "1 and 3",
            "1, 2 or 3 vendors",
            "1, 2 (done)",
            "2 - vendors agree",
            "#4",
            "#57",
            "0001 people agree",
            "(0001",
            "ID 24 of the contract",
            "<0001 km",
            "0001-",
            "after 0001",
            "step by step",
            "",
        ] {
            assert_eq!(read(&plan, text), None, "{text}");
        }
    }

    #[test]
    fn short_numbers_count_where_lines_spell_them_so() {
        let plan = plan(&["1", "2", "57"]);
        assert_eq!(read(&plan, "1, 57"), Some("1 57".to_owned()));
        assert_eq!(read(&plan, "1-2"), Some("1 2".to_owned()));
        assert_eq!(read(&plan, "0057 (done)"), Some("57".to_owned()));
        assert_eq!(read(&plan, "24/7"), None);
    }
}
