//! Names of steps and blocks: `0245`, `0245.A`, `B37`.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How many steps a block has (design: blocks of 100).
pub const STEPS_PER_BLOCK: u32 = 100;

/// The most bytes a sub-step suffix can have, its dots included.
const SUFFIX: usize = 11;

/// A step's name: a number, shown with four digits or more, and an optional sub-step
/// suffix such as `.A`. Ordered by number, then by suffix (`.B` before `.AA`, `.2` before `.10`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct StepId {
    number: u32,
    suffix: [u8; SUFFIX],
    len: u8,
}

impl StepId {
    /// The step with this number and no suffix.
    pub fn new(number: u32) -> Self {
        Self {
            number,
            suffix: [0; SUFFIX],
            len: 0,
        }
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
            id.len = suffix.len() as u8;
        }
        (number > 0).then_some(id)
    }

    /// The sub-step of this step called `name`, if such a name is allowed.
    pub fn child(self, name: &str) -> Option<Self> {
        format!("{self}.{name}").parse().ok()
    }

    /// The number before the suffix.
    pub fn number(self) -> u32 {
        self.number
    }

    /// The suffix with its leading dot, or nothing.
    pub fn suffix(&self) -> &str {
        std::str::from_utf8(&self.suffix[..self.len as usize]).unwrap_or_default()
    }

    /// The step that a sub-step belongs to.
    pub fn parent(self) -> Option<Self> {
        let cut = self.suffix().rfind('.')?;
        let mut parent = self;
        parent.suffix[cut..].fill(0);
        parent.len = cut as u8;
        Some(parent)
    }

    /// The number of the block that the number falls into: 1 for 0001–0100.
    pub fn block_number(self) -> u32 {
        self.number.saturating_sub(1) / STEPS_PER_BLOCK + 1
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
        f.write_str("a step ID is four or more digits with an optional suffix, as 0245 or 0245.A")
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

    /// Reads an ID exactly as files spell it: at least four digits.
    fn from_str(text: &str) -> Result<Self, MalformedId> {
        let cut = text.find('.').unwrap_or(text.len());
        let (digits, suffix) = text.split_at(cut);
        if digits.len() < 4 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(MalformedId);
        }
        // One spelling a number: 00245 would be a second name for 0245.
        if digits.len() > 4 && digits.starts_with('0') {
            return Err(MalformedId);
        }
        let number = digits.parse().map_err(|_| MalformedId)?;
        Self::with_suffix(number, suffix).ok_or(MalformedId)
    }
}

impl fmt::Display for StepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match f.width() {
            None => write!(f, "{:04}{}", self.number, self.suffix()),
            Some(_) => f.pad(&format!("{:04}{}", self.number, self.suffix())),
        }
    }
}

impl fmt::Debug for StepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// Reads an ID as a person types it: `42`, `step 42` and `245.a` will do.
pub fn typed_id(text: &str) -> Option<StepId> {
    let text = text.trim();
    let text = match text.get(..5) {
        Some(word) if word.eq_ignore_ascii_case("step ") => text[5..].trim_start(),
        _ => text,
    };
    let cut = text.find('.').unwrap_or(text.len());
    let (digits, suffix) = text.split_at(cut);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    StepId::with_suffix(digits.parse().ok()?, suffix)
}

/// Every step ID that stands in running text as `Step 0123`, `0101–0110` or a bare `0245.A`,
/// ranges expanded to at most one block.
pub fn ids_in(text: &str) -> Vec<StepId> {
    let mut ids = Vec::new();
    let mut range_from: Option<StepId> = None;
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '.';
    let mut rest = text;
    let mut is_range = false;
    while let Some(start) = rest.find(is_name) {
        let between = rest[..start].trim();
        rest = &rest[start..];
        let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
        let word = rest[..end].trim_end_matches('.');
        rest = &rest[end..];
        // `0101 to 0110` and `Step 0101–Step 0110` are ranges, too.
        is_range = match between {
            "" => is_range,
            sign => RANGE_SIGNS.contains(&sign),
        };
        let lower = word.to_ascii_lowercase();
        let Ok(id) = word.parse::<StepId>() else {
            let joins = RANGE_WORDS.contains(&&*lower);
            is_range |= joins;
            let is_noun = is_range && matches!(&*lower, "step" | "steps");
            if !(joins || is_noun) {
                range_from = None;
                is_range = false;
            }
            continue;
        };
        if let Some(from) = range_from
            && std::mem::take(&mut is_range)
            && from.number() < id.number()
            && id.number() - from.number() < STEPS_PER_BLOCK
        {
            ids.extend((from.number() + 1..id.number()).map(StepId::new));
        }
        ids.push(id);
        range_from = Some(id);
    }
    ids
}

/// Signs between the first and the last of several steps.
const RANGE_SIGNS: [&str; 7] = ["–", "—", "-", "‑", "−", "…", ".."];
/// Words between them.
const RANGE_WORDS: [&str; 3] = ["to", "through", "until"];

/// A block's name: `B01` is block 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct BlockId(pub u32);

impl BlockId {
    /// The numbers that belong to the block by the rule of 100 steps a block.
    pub fn default_range(self) -> (u32, u32) {
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
            "245",
            "00245",
            "0000",
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
        assert_eq!(found("0104–0101"), ["0104", "0101"]);
        assert!(found("in 95% of 3 runs by 07:00").is_empty());
    }
}
