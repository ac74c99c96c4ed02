//! What steps are compared by, whatever a column holds.

/// What a step is compared by. What is not there comes first, numbers come before words.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum SortKey {
    Nothing,
    /// In an order of its own, see [`SortKey::number`].
    Number(u64),
    /// In lower case.
    Text(String),
}

impl SortKey {
    /// A number, as bits that ascend with it.
    pub(super) fn number(number: f64) -> Self {
        let bits = number.to_bits();
        Self::Number(match number.is_sign_negative() {
            true => !bits,
            false => bits | 1 << 63,
        })
    }

    pub(super) fn count(count: usize) -> Self {
        match count {
            0 => Self::Nothing,
            count => Self::number(count as f64),
        }
    }

    /// A text, whatever its case.
    pub(crate) fn text(text: &str) -> Self {
        match text.trim() {
            "" => Self::Nothing,
            _ => Self::Text(text.to_lowercase()),
        }
    }

    /// The number, if it is one.
    pub(super) fn value(&self) -> Option<f64> {
        match self {
            Self::Number(bits) if bits >> 63 == 1 => Some(f64::from_bits(bits & !(1 << 63))),
            Self::Number(bits) => Some(f64::from_bits(!bits)),
            _ => None,
        }
    }
}
