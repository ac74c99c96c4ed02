//! How the business goes: the indicators of the canon, week by week, towards what the scorecard of
//! the bundled plan says.

use std::path::PathBuf;

use crate::record::demo::prng::Prng;

/// An indicator. Values are tenths of its unit.
pub(super) struct Indicator {
    pub name: &'static str,
    pub unit: &'static str,
    pub target: &'static str,
    pub owner: &'static str,
    /// Where the year begins, and where it ends.
    span: (i64, i64),
    /// How far a week is off at most.
    swing: u64,
    /// Yellow is short of the first, red short of the second.
    limits: (i64, i64),
    is_up: bool,
    has_tenths: bool,
}

/// The six of the canon.
pub(super) const INDICATORS: [Indicator; 6] = [
    Indicator {
        name: "Bookings that end in a repair",
        unit: " %",
        target: "≥ 70 %",
        owner: "product",
        span: (481, 664),
        swing: 17,
        limits: (700, 600),
        is_up: true,
        has_tenths: true,
    },
    Indicator {
        name: "Quotes that hold",
        unit: " %",
        target: "≥ 85 %",
        owner: "revenue",
        span: (712, 861),
        swing: 14,
        limits: (850, 750),
        is_up: true,
        has_tenths: true,
    },
    Indicator {
        name: "Payouts on time",
        unit: " %",
        target: "≥ 98 %",
        owner: "finance",
        span: (905, 978),
        swing: 9,
        limits: (980, 950),
        is_up: true,
        has_tenths: true,
    },
    Indicator {
        name: "Shops open for bookings",
        unit: "",
        target: "26",
        owner: "partners",
        span: (40, 230),
        swing: 0,
        limits: (220, 180),
        is_up: true,
        has_tenths: false,
    },
    Indicator {
        name: "Money in reserve",
        unit: " weeks",
        target: "at least 8 weeks",
        owner: "finance",
        span: (50, 90),
        swing: 0,
        limits: (80, 60),
        is_up: true,
        has_tenths: false,
    },
    Indicator {
        name: "Complaints unanswered after a day",
        unit: "",
        target: "≤ 5",
        owner: "support",
        span: (190, 70),
        swing: 30,
        limits: (50, 120),
        is_up: false,
        has_tenths: false,
    },
];

/// Weeks of the story.
const WEEKS: i64 = 51;

/// The indicators, where the canon has them, with their values of last week.
pub(super) struct Figures {
    pub has_indicators: bool,
    pub last: [Option<i64>; 6],
}

impl Figures {
    pub fn of(files: &[(PathBuf, Vec<u8>)]) -> Self {
        let names = |bytes: &[u8]| memchr::memmem::find(bytes, b"| Indicator |").is_some();
        let has_indicators = files
            .iter()
            .any(|(path, bytes)| path.starts_with("data/canon") && names(bytes));
        Self {
            has_indicators,
            last: [None; 6],
        }
    }
}

impl Indicator {
    /// Its value in a week of the story, in tenths.
    pub fn value(&self, week: i64, dice: &mut Prng) -> i64 {
        let (from, to) = self.span;
        let swing = dice.below(2 * self.swing + 1) as i64 - self.swing as i64;
        let value = from + (to - from) * week.min(WEEKS) / WEEKS + swing;
        match self.has_tenths {
            true => value,
            false => value.max(0) / 10 * 10,
        }
    }

    /// A value as people write it.
    pub fn text(&self, tenths: i64) -> String {
        format!("{}{}", self.number(tenths), self.unit)
    }

    /// A change of the value, with its sign; nothing where there is none.
    pub fn change(&self, tenths: i64) -> String {
        match tenths {
            0 => String::new(),
            1.. => format!("+{}", self.number(tenths)),
            _ => format!("−{}", self.number(-tenths)),
        }
    }

    fn number(&self, tenths: i64) -> String {
        match self.has_tenths && tenths % 10 != 0 {
            true => format!("{}.{}", tenths / 10, tenths % 10),
            false => (tenths / 10).to_string(),
        }
    }

    /// The sign and the word of its colour.
    pub fn colour(&self, tenths: i64) -> &'static str {
        let is_short = |limit: i64| match self.is_up {
            true => tenths < limit,
            false => tenths > limit,
        };
        match (is_short(self.limits.1), is_short(self.limits.0)) {
            (true, _) => "■ red",
            (_, true) => "▲ yellow",
            _ => "● green",
        }
    }
}
