//! Names of steps and blocks: `0245`, `0245.A`, `B37`.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::document::json;

/// How many steps a block has (design: blocks of 100).
pub(crate) const STEPS_PER_BLOCK: u32 = 100;

/// The most bytes a sub-step suffix can have, its dots included.
const SUFFIX: usize = 11;

/// How many digits a number is padded to where nothing else is said.
pub(crate) const USUAL_DIGITS: u8 = 4;

/// A step's name: a number and an optional sub-step suffix such as `.A`.
///
/// Names are equal whatever zeros are before the number. A name remembers with how many digits it
/// was spelled and is shown so, but that is not part of what it means. Ordered by number, then by
/// suffix (`.B` before `.AA`, `.2` before `.10`).
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct StepId {
    number: u32,
    /// Filled up with zeros, which no suffix contains.
    suffix: [u8; SUFFIX],
    /// How many digits it is shown with at least.
    digits: u8,
}

impl StepId {
    /// The step with this number and no suffix, spelled with four digits or more.
    pub fn new(number: u32) -> Self {
        Self {
            number,
            suffix: [0; SUFFIX],
            digits: USUAL_DIGITS,
        }
    }

    /// The step that the raw JSON value of a `step_id` names: a text, or a number without quotes.
    pub(crate) fn of_raw(raw: &str) -> Option<Self> {
        json::name(raw).parse().ok()
    }

    /// The same name, padded with zeros to so many digits.
    pub(crate) fn padded_to(self, digits: u8) -> Self {
        Self { digits, ..self }
    }

    /// With how many digits it is spelled, zeros in front included.
    pub(crate) fn digits(self) -> u8 {
        self.digits.max(natural_digits(self.number))
    }

    /// Whether zeros are in front.
    pub(crate) fn is_padded(self) -> bool {
        self.digits > natural_digits(self.number)
    }

    /// The same name as running text has it: of four digits or more, so that [`ids_in`] finds it.
    pub(crate) fn in_prose(self) -> Self {
        self.padded_to(self.digits.max(USUAL_DIGITS))
    }

    /// The step with this number and suffix, whose leading dot belongs to it; none where the
    /// number is 0 or the suffix none.
    fn with_suffix(number: u32, suffix: &str) -> Option<Self> {
        let named = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_alphanumeric());
        let mut id = Self::new(number);
        if !suffix.is_empty() {
            let names = suffix.strip_prefix('.')?;
            if suffix.len() > SUFFIX || !names.split('.').all(named) {
                return None;
            }
            id.suffix[..suffix.len()].copy_from_slice(suffix.as_bytes());
        }
        (number > 0).then_some(id)
    }

    /// The sub-step of this step called `name`, if such a name is allowed.
    pub(crate) fn child(self, name: &str) -> Option<Self> {
        format!("{self}.{name}").parse().ok()
    }

    /// The sub-steps that this step may have, as they are named one after the other: `.A` to `.Z`,
    /// then `.AA` and on.
    pub(crate) fn children(self) -> impl Iterator<Item = Self> {
        let letters = ('A'..='Z').map(String::from);
        let pairs = ('A'..='Z').flat_map(|a| ('A'..='Z').map(move |b| format!("{a}{b}")));
        let names = letters.chain(pairs);
        names.filter_map(move |name| self.child(&name))
    }

    /// The number before the suffix.
    pub(crate) fn number(self) -> u32 {
        self.number
    }

    /// The suffix with its leading dot, or nothing.
    pub(crate) fn suffix(&self) -> &str {
        let end = self.suffix.iter().position(|byte| *byte == 0);
        std::str::from_utf8(&self.suffix[..end.unwrap_or(SUFFIX)]).unwrap_or_default()
    }

    /// The same name with its suffix in capitals.
    pub(crate) fn in_capitals(mut self) -> Self {
        self.suffix.make_ascii_uppercase();
        self
    }

    /// Whether it is a sub-step of another one, at any depth, or that itself.
    pub(crate) fn is_within(self, other: Self) -> bool {
        let below = self.suffix().strip_prefix(other.suffix());
        let is_below = below.is_some_and(|below| below.is_empty() || below.starts_with('.'));
        self.number == other.number && is_below
    }

    /// The step that a sub-step belongs to.
    pub(crate) fn parent(self) -> Option<Self> {
        let cut = self.suffix().rfind('.')?;
        let mut parent = self;
        parent.suffix[cut..].fill(0);
        Some(parent)
    }

    /// The number of the block that the number falls into: 1 for 0001–0100.
    pub fn block_number(self) -> u32 {
        self.number.saturating_sub(1) / STEPS_PER_BLOCK + 1
    }
}

/// How many digits a number has by itself.
pub(super) fn natural_digits(number: u32) -> u8 {
    number.checked_ilog10().unwrap_or(0) as u8 + 1
}

impl PartialEq for StepId {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number && self.suffix == other.suffix
    }
}

impl Eq for StepId {}

impl Hash for StepId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.number.hash(state);
        self.suffix.hash(state);
    }
}

impl Ord for StepId {
    fn cmp(&self, other: &Self) -> Ordering {
        self.number.cmp(&other.number).then_with(|| {
            if self.suffix == other.suffix {
                return Ordering::Equal;
            }
            let by_length = |a: &str, b: &str| a.len().cmp(&b.len()).then_with(|| a.cmp(b));
            let mut ours = self.suffix().split('.');
            let mut theirs = other.suffix().split('.');
            loop {
                match (ours.next(), theirs.next()) {
                    (None, None) => return Ordering::Equal,
                    (None, _) => return Ordering::Less,
                    (_, None) => return Ordering::Greater,
                    (Some(a), Some(b)) => match by_length(a, b) {
                        Ordering::Equal => {}
                        unequal => return unequal,
                    },
                }
            }
        })
    }
}

impl PartialOrd for StepId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Why a text is not a step ID.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MalformedId;

impl fmt::Display for MalformedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a step ID is a number with an optional suffix, such as 0245 or 0245.A")
    }
}

impl std::error::Error for MalformedId {}

impl From<StepId> for String {
    fn from(id: StepId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for StepId {
    type Error = MalformedId;

    fn try_from(text: String) -> Result<Self, MalformedId> {
        text.parse()
    }
}

impl FromStr for StepId {
    type Err = MalformedId;

    /// Reads an ID where nothing but an ID is expected: a number in any zero padding.
    fn from_str(text: &str) -> Result<Self, MalformedId> {
        let mut number: u32 = 0;
        let mut digits = 0;
        for byte in text.bytes() {
            match byte {
                b'0'..=b'9' => {
                    let more = number.checked_mul(10);
                    let more = more.and_then(|n| n.checked_add(u32::from(byte - b'0')));
                    number = more.ok_or(MalformedId)?;
                    digits += 1;
                }
                b'.' => break,
                _ => return Err(MalformedId),
            }
        }
        let id = Self::with_suffix(number, &text[digits..]).ok_or(MalformedId)?;
        Ok(id.padded_to(u8::try_from(digits).map_err(|_| MalformedId)?))
    }
}

impl fmt::Display for StepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (number, digits) = (self.number, usize::from(self.digits));
        match f.width() {
            None => write!(f, "{number:0digits$}{}", self.suffix()),
            Some(_) => f.pad(&format!("{number:0digits$}{}", self.suffix())),
        }
    }
}

impl fmt::Debug for StepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// Reads an ID as a person types it: `42`, `step 42` and `245.a` will do. Shown with four digits
/// or more.
pub(crate) fn typed_id(text: &str) -> Option<StepId> {
    named_id(text).map(StepId::in_prose)
}

/// Reads an ID that may have the word `Step` before it, and is spelled as it is there.
pub(crate) fn named_id(text: &str) -> Option<StepId> {
    let text = text.trim();
    match text.get(..4) {
        Some(word) if word.eq_ignore_ascii_case("step") => {
            let rest = &text[4..];
            let id = rest.trim_start();
            (id.len() < rest.len()).then(|| id.parse().ok())?
        }
        _ => text.parse().ok(),
    }
}

/// Every step ID that is in running text as `Step 0123`, `0101–0110` or a bare `0245.A`. A range of
/// no more steps than a block has is expanded; of a longer one there are the ends. A number of fewer
/// than four digits is an ID only behind the word `Step`, or as the end of a range that `Steps` begins.
pub(crate) fn ids_in(text: &str) -> Vec<StepId> {
    ids_with_room(text, &mut 0)
}

/// The same with longer ranges expanded as well, where they surely are ranges of steps, into as many
/// IDs as there is still room for.
pub(crate) fn ids_with_room(text: &str, room: &mut usize) -> Vec<StepId> {
    let mut ids: Vec<StepId> = Vec::new();
    for found in found_in(text) {
        if let Some(first) = found.ends {
            let within = first.id.number() + 1..found.id.number();
            let count = within.len();
            let is_short = count < STEPS_PER_BLOCK as usize;
            if is_short || first.is_sure && count <= *room {
                *room -= if is_short { 0 } else { count };
                ids.extend(within.map(|number| StepId::new(number).padded_to(first.id.digits)));
            }
        }
        ids.push(found.id);
    }
    ids
}

/// The step IDs in running text that belong to no range.
pub(crate) fn single_ids_in(text: &str) -> Vec<StepId> {
    let found = found_in(text).into_iter();
    found
        .filter_map(|found| (!found.in_range).then_some(found.id))
        .collect()
}

/// A step ID that is written in running text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct FoundId {
    pub id: StepId,
    /// Where it is written.
    pub span: Range<usize>,
    /// Whether it is the first or the last of several steps.
    pub in_range: bool,
    /// The first of the steps of which it is the last.
    ends: Option<FirstId>,
    /// Whether the word `Step` is right before it.
    pub named: bool,
}

/// The first of several steps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct FirstId {
    id: StepId,
    /// Whether it can be no other number: the word `Step` or a zero is before it.
    is_sure: bool,
}

/// Every step ID that is written in running text, and how it is named.
pub(super) fn found_in(text: &str) -> Vec<FoundId> {
    let mut ids: Vec<FoundId> = Vec::new();
    let mut range_from: Option<FirstId> = None;
    let mut rest = text;
    let (mut is_range, mut noun, mut of_several) = (false, None, false);
    while let Some(start) = next_word(rest) {
        let between = rest[..start].trim();
        rest = &rest[start..];
        let at = text.len() - rest.len();
        let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
        // `0101..0110` is a range.
        let end = rest[..end].find("..").unwrap_or(end);
        let word = rest[..end].trim_end_matches('.');
        rest = &rest[end..];
        // `0101 to 0110` and `Step 0101–Step 0110` are ranges, too.
        is_range = match between {
            "" => is_range,
            sign => RANGE_SIGNS.contains(&sign),
        };
        let named = noun.take().filter(|_| between.is_empty());
        let is_id = |id: &StepId| {
            let ends_range = is_range && of_several && range_from.is_some_and(|from| from.id < *id);
            id.digits() >= USUAL_DIGITS || named.is_some() || ends_range
        };
        let Some(id) = word.parse::<StepId>().ok().filter(is_id) else {
            let lower = word.to_ascii_lowercase();
            let joins = RANGE_WORDS.contains(&&*lower);
            is_range |= joins;
            noun = ["step", "steps"].into_iter().find(|noun| *noun == lower);
            if !(joins || is_range && noun.is_some()) {
                range_from = None;
                is_range = false;
            }
            continue;
        };
        let ends = range_from
            .filter(|from| std::mem::take(&mut is_range) && from.id.number() < id.number());
        if ends.is_some()
            && let Some(first) = ids.last_mut()
        {
            first.in_range = true;
        }
        ids.push(FoundId {
            id,
            span: at..at + word.len(),
            in_range: ends.is_some(),
            ends,
            named: named.is_some(),
        });
        let is_sure = named.is_some() || id.is_padded();
        range_from = Some(FirstId { id, is_sure });
        of_several = named == Some("steps");
    }
    ids
}

/// Whether it may be in an ID.
fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '.'
}

/// Where the next word begins. Several points are a sign between two.
fn next_word(text: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        let start = at + text[at..].find(is_name)?;
        let points = text[start..].bytes().take_while(|byte| *byte == b'.');
        match points.count() {
            0 | 1 => return Some(start),
            count => at = start + count,
        }
    }
}

/// Signs between the first and the last of several steps.
pub(super) const RANGE_SIGNS: [&str; 8] = ["–", "—", "-", "‑", "−", "…", "...", ".."];
/// Words between them.
pub(super) const RANGE_WORDS: [&str; 3] = ["to", "through", "until"];

/// A block's name: `B01` is block 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct BlockId(pub u32);

impl BlockId {
    /// The numbers that belong to the block by the rule of 100 steps a block.
    pub(crate) fn default_range(self) -> (u32, u32) {
        let last = self.0.saturating_mul(STEPS_PER_BLOCK);
        (last.saturating_sub(STEPS_PER_BLOCK - 1), last)
    }
}

impl From<BlockId> for String {
    fn from(id: BlockId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for BlockId {
    type Error = MalformedId;

    fn try_from(text: String) -> Result<Self, MalformedId> {
        text.parse()
    }
}

impl FromStr for BlockId {
    type Err = MalformedId;

    fn from_str(text: &str) -> Result<Self, MalformedId> {
        let digits = text.strip_prefix(['B', 'b']).ok_or(MalformedId)?;
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(MalformedId);
        }
        match digits.parse() {
            Ok(number) if number > 0 => Ok(Self(number)),
            _ => Err(MalformedId),
        }
    }
}

impl fmt::Display for BlockId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("B{:02}", self.0))
    }
}

impl fmt::Debug for BlockId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> StepId {
        text.parse().unwrap()
    }

    #[test]
    fn ids_order_by_number_then_suffix() {
        let mut ids = [
            "10000", "0245.B", "0245.10", "0245", "0245.AA", "0245.2", "0245.A.1", "0245.A",
        ]
        .map(id);
        ids.sort();
        assert_eq!(
            ids.map(|id| id.to_string()),
            [
                "0245", "0245.2", "0245.A", "0245.A.1", "0245.B", "0245.10", "0245.AA", "10000"
            ]
        );
        assert_eq!(id("0245.A").parent(), Some(id("0245")));
        assert_eq!(id("0200").block_number(), 2);
    }

    #[test]
    fn malformed_ids_are_refused() {
        for text in [
            "",
            "0",
            "0000",
            "4294967296",
            "-57",
            "5e3",
            ".A",
            "0245.",
            "0245.A B",
            "B01",
            "0245.ABCDEFGHIJKL",
            "９９９９",
        ] {
            assert_eq!(text.parse::<StepId>(), Err(MalformedId), "{text}");
        }
    }

    #[test]
    fn zeros_in_front_are_kept_and_mean_nothing() {
        use std::collections::HashSet;
        let spellings = ["57", "057", "0057", "00057", "0000000000000057"];
        let ids: HashSet<StepId> = spellings.map(id).into_iter().collect();
        assert_eq!(ids, HashSet::from([StepId::new(57)]));
        for spelling in spellings {
            assert_eq!(id(spelling).to_string(), spelling);
            let part = id(spelling).child("A").unwrap();
            assert_eq!(part.to_string(), format!("{spelling}.A"));
            assert_eq!(part.parent(), Some(StepId::new(57)));
        }
        assert_eq!(StepId::of_raw("57"), StepId::of_raw("\"00057\""));
        assert_eq!(StepId::new(57).padded_to(2).in_prose().to_string(), "0057");
        assert_eq!(id("00057").digits(), 5);
        assert_eq!(StepId::new(123_456).digits(), 6);
        assert!(id("00057") < id("58") && id("57.A") > id("0057"));
    }

    #[test]
    fn people_may_type_ids_carelessly() {
        assert_eq!(typed_id("42"), Some(id("0042")));
        assert_eq!(typed_id("step 245.a"), Some(id("0245.a")));
        assert_eq!(typed_id("4217 "), Some(id("4217")));
        assert_eq!(typed_id("x"), None);
    }

    #[test]
    fn ids_are_found_in_running_text() {
        let found = |text: &str| {
            ids_in(text)
                .iter()
                .map(StepId::to_string)
                .collect::<Vec<_>>()
        };
        assert_eq!(found("See Step 0123 and 0245.A."), ["0123", "0245.A"]);
        assert_eq!(
            found("steps 0101–0104 done"),
            ["0101", "0102", "0103", "0104"]
        );
        for range in [
            "Steps 0101-0104",
            "0101 — 0104.",
            "0101‑0104",
            "0101 to 0104",
            "Step 0101–Step 0104",
            "step 0101 through step 0104",
        ] {
            assert_eq!(found(range), ["0101", "0102", "0103", "0104"], "{range}");
        }
        for two in [
            "0101, 0104",
            "0101 and 0104",
            "0101 (0104)",
            "0101 step 0104",
            "to 0101, 0104",
        ] {
            assert_eq!(found(two), ["0101", "0104"], "{two}");
        }
        assert_eq!(found("0101..0104"), ["0101", "0102", "0103", "0104"]);
        // Of more steps than a block has, the ends.
        assert_eq!(found("Steps 0001–0250"), ["0001", "0250"]);
        assert_eq!(single_ids_in("Steps 0001–0250, 0300"), [id("0300")]);
        assert_eq!(found("0104–0101"), ["0104", "0101"]);
        assert!(found("in 95% of 3 runs by 07:00").is_empty());
        // Fewer than four digits are an ID only behind the word.
        assert_eq!(found("Step 57 and 3 people, steps 8"), ["57", "8"]);
        assert_eq!(found("Steps 57–60"), ["57", "58", "59", "60"]);
        assert_eq!(found("Step 57–Step 59"), ["57", "58", "59"]);
        assert_eq!(found("Step 2 - 3 people"), ["2"]);
        assert_eq!(found("00057 to 00059"), ["00057", "00058", "00059"]);
        assert!(found("the step: 57, 3-4").is_empty());
    }
}
