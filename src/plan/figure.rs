//! Figures as people write them into tables: `1,234.5`, `98 %`, `€ 3.2M`, `≤ 5`, `at least 40`.
//!
//! Read kindly, since nobody counts with what they type there; what two readers could take for two
//! numbers is none. Evidence is judged by the stricter [`super::step::measure`].

/// A number with what it counts.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Figure {
    pub value: f64,
    /// As written; empty where nothing is.
    pub unit: String,
}

/// Which side of a figure is meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Side {
    /// It or more.
    AtLeast,
    /// It or less.
    AtMost,
    /// More than it.
    Above,
    /// Less than it.
    Below,
}

impl Side {
    /// Whether a value is on this side of a figure.
    pub(crate) fn holds(self, value: f64, figure: f64) -> bool {
        match self {
            Self::AtLeast => value >= figure,
            Self::AtMost => value <= figure,
            Self::Above => value > figure,
            Self::Below => value < figure,
        }
    }

    /// Whether more is on this side.
    pub(crate) fn is_up(self) -> bool {
        matches!(self, Self::AtLeast | Self::Above)
    }
}

/// Signs and words that say a side, the longer ones first.
const SIDES: &[(&str, Side)] = &[
    ("<=", Side::AtMost),
    (">=", Side::AtLeast),
    ("=<", Side::AtMost),
    ("=>", Side::AtLeast),
    ("≤", Side::AtMost),
    ("≥", Side::AtLeast),
    ("⩽", Side::AtMost),
    ("⩾", Side::AtLeast),
    ("<", Side::Below),
    (">", Side::Above),
    ("at least", Side::AtLeast),
    ("at most", Side::AtMost),
    ("no more than", Side::AtMost),
    ("not more than", Side::AtMost),
    ("no less than", Side::AtLeast),
    ("not less than", Side::AtLeast),
    ("more than", Side::Above),
    ("less than", Side::Below),
    ("up to", Side::AtMost),
    ("minimum", Side::AtLeast),
    ("maximum", Side::AtMost),
    ("min.", Side::AtLeast),
    ("max.", Side::AtMost),
    ("min", Side::AtLeast),
    ("max", Side::AtMost),
    ("above", Side::Above),
    ("over", Side::Above),
    ("below", Side::Below),
    ("under", Side::Below),
];

/// A figure, and the side of it that is meant, if the text says so.
pub(crate) fn bar(text: &str) -> Option<(Option<Side>, Figure)> {
    let text = text.trim();
    let side = SIDES.iter().find(|(sign, _)| {
        let start = text.get(..sign.len());
        let is_it = start.is_some_and(|start| start.eq_ignore_ascii_case(sign));
        let is_word = sign.ends_with(|c: char| c.is_alphabetic());
        let rest = text.get(sign.len()..).unwrap_or_default();
        is_it && !(is_word && rest.starts_with(char::is_alphabetic))
    });
    match side {
        Some((sign, side)) => Some((Some(*side), figure(&text[sign.len()..])?)),
        None => Some((None, figure(text.trim_start_matches('='))?)),
    }
}

/// A number with its unit before or behind it. A full stop at the end and a remark in brackets say
/// nothing else.
pub(crate) fn figure(text: &str) -> Option<Figure> {
    let text = without_remark(text.trim());
    let is_sign = |c: char| matches!(c, '-' | '+' | '−' | '±');
    let start = text.find(|c: char| c.is_ascii_digit())?;
    // A point may begin a number, signs stand right before it.
    let before = &text[..start];
    let (before, point) = match before.strip_suffix('.') {
        Some(rest) if !rest.ends_with(char::is_alphabetic) => (rest, "."),
        _ => (before, ""),
    };
    let unsigned = before.trim_end_matches(is_sign);
    let sign = &before[unsigned.len()..];
    let (digits, rest) = digits(&text[start..]);
    let value: f64 = number(&format!("{point}{digits}"))?;
    let (scale, rest) = scaled(rest);
    // A sign may stand before the unit as well.
    let unit_before = unsigned.trim();
    let is_negative = [sign, unit_before]
        .iter()
        .any(|part| part.starts_with(['-', '−']));
    let unit_before = unit_before.trim_start_matches(is_sign).trim();
    let unit = match (unit_before, rest.trim()) {
        ("" | "~" | "≈" | "ca." | "about", unit) => unit,
        (unit, "") if !unit.contains([' ', ':', '=', '|']) => unit,
        // Words around a number are a sentence.
        _ => return None,
    };
    let unit = match unit.strip_suffix('.') {
        Some(stopped) if !stopped.ends_with(char::is_alphabetic) => stopped.trim_end(),
        _ => unit,
    };
    let is_no_part = |c: char| {
        let is_side = matches!(c, '<' | '>' | '≤' | '≥' | '⩽' | '⩾');
        c.is_ascii_digit() || is_sign(c) || c == '–' || is_side
    };
    let is_unit = !unit.contains(is_no_part);
    let is_sane = !sign.contains('±') && sign.chars().count() < 2;
    (is_unit && is_sane).then(|| Figure {
        value: if is_negative { -value } else { value } * scale,
        unit: unit.to_owned(),
    })
}

/// A text without what is in brackets at its end, unless that is another number.
fn without_remark(text: &str) -> &str {
    let stopped = text.strip_suffix('.').unwrap_or(text);
    let remark = stopped.strip_suffix(')').and_then(|text| text.rfind('('));
    let Some((before, remark)) = remark.and_then(|at| text.split_at_checked(at)) else {
        return text;
    };
    match remark.contains(|c: char| c.is_ascii_digit()) {
        true => text,
        false => before.trim_end(),
    }
}

/// The digits at the beginning of a text with what is between them, and what follows.
fn digits(text: &str) -> (&str, &str) {
    let mut end = 0;
    let mut letters = text.char_indices().peekable();
    while let Some((at, c)) = letters.next() {
        let goes_on = letters
            .peek()
            .is_some_and(|(_, next)| next.is_ascii_digit());
        let is_between = goes_on && (is_group_sign(c) || matches!(c, '.' | ','));
        if !c.is_ascii_digit() && !is_between {
            break;
        }
        end = at + c.len_utf8();
    }
    text.split_at(end)
}

/// What may part groups of three digits, besides a point and a comma.
fn is_group_sign(c: char) -> bool {
    matches!(
        c,
        ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}' | '\'' | '’' | '_'
    )
}

/// The number that digits with separators are.
fn number(digits: &str) -> Option<f64> {
    let points: Vec<usize> = digits.match_indices('.').map(|(at, _)| at).collect();
    let commas: Vec<usize> = digits.match_indices(',').map(|(at, _)| at).collect();
    // What comes last of both is the decimal sign; what comes often is none.
    let decimal = match (&points[..], &commas[..]) {
        ([], []) => None,
        ([point], []) => Some(*point),
        ([], [comma]) => (!is_grouped(digits, ',')).then_some(*comma),
        ([], _) | (_, []) => None,
        ([.., point], [.., comma]) if point > comma => (points.len() == 1).then_some(*point),
        ([.., _], [.., comma]) => (commas.len() == 1).then_some(*comma),
    };
    let (whole, part) = match decimal {
        Some(at) => (&digits[..at], &digits[at + 1..]),
        None => (digits, ""),
    };
    let is_plain = part.bytes().all(|byte| byte.is_ascii_digit());
    let groups: Vec<&str> = whole
        .split(|c: char| is_group_sign(c) || matches!(c, '.' | ','))
        .collect();
    let is_whole = groups.len() == 1 || groups[1..].iter().all(|group| group.len() == 3);
    let first = groups[0].len();
    let is_first = groups.len() == 1 || (1..=3).contains(&first);
    match is_plain && is_whole && is_first {
        true => format!("{}.{part}0", groups.concat()).parse().ok(),
        false => None,
    }
}

/// Whether a separator parts three digits at the end from at most three before it.
fn is_grouped(digits: &str, separator: char) -> bool {
    let parts = digits.split_once(separator);
    parts.is_some_and(|(whole, part)| {
        part.len() == 3 && (1..=3).contains(&whole.len()) && !whole.starts_with('0')
    })
}

/// What a letter right behind a number multiplies it by, and what follows that.
fn scaled(rest: &str) -> (f64, &str) {
    const SCALES: [(&str, f64); 5] = [("bn", 1e9), ("k", 1e3), ("K", 1e3), ("M", 1e6), ("B", 1e9)];
    for (letter, scale) in SCALES {
        if let Some(behind) = rest.strip_prefix(letter)
            && !behind.starts_with(char::is_alphanumeric)
        {
            return (scale, behind);
        }
    }
    (1.0, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        figure(text).map_or("-".to_owned(), |f| {
            format!("{} {}", f.value, f.unit).trim().to_owned()
        })
    }

    #[test]
    fn a_number_is_read_however_people_part_and_name_it() {
        for (text, expected) in [
            ("41%", "41 %"),
            ("98.5 %", "98.5 %"),
            ("98,5 %", "98.5 %"),
            ("1,234", "1234"),
            ("1,234,567.89 €", "1234567.89 €"),
            ("1.234.567,89 €", "1234567.89 €"),
            ("1 234 567", "1234567"),
            ("1\u{202f}234,5", "1234.5"),
            ("12'500 CHF", "12500 CHF"),
            ("€ 3.2M", "3200000 €"),
            ("$5k", "5000 $"),
            ("200MB", "200 MB"),
            ("12 weeks", "12 weeks"),
            ("-3", "-3"),
            ("−4.5 %", "-4.5 %"),
            ("-€5", "-5 €"),
            ("€-5", "-5 €"),
            (".5", "0.5"),
            ("0,125", "0.125"),
            ("~40", "40"),
            ("7", "7"),
            ("900.", "900"),
            ("98 %.", "98 %"),
            ("3.2M.", "3200000"),
            ("900 (est.)", "900"),
            ("900 shops (est.).", "900 shops"),
        ] {
            assert_eq!(told(text), expected, "{text}");
        }
        for text in [
            "",
            "–",
            "n/a",
            "soon",
            "3–5",
            "3-5",
            "1,23,4",
            "1.2.3",
            "12,3456,7",
            "5 of 10",
            "a 5 b",
            "rate: 5",
            "in week 5",
            "±2",
            "2026-11-20",
            "--5",
            "> 900",
            "≤5",
            "(5)",
            "900 (1,000)",
            "(est.)",
        ] {
            assert_eq!(told(text), "-", "{text}");
        }
    }

    #[test]
    fn a_bar_says_which_side_is_meant() {
        let told = |text: &str| {
            let (side, figure) = bar(text)?;
            Some((side, figure.value))
        };
        assert_eq!(told("≤ 5"), Some((Some(Side::AtMost), 5.0)));
        assert_eq!(told(">=1,000"), Some((Some(Side::AtLeast), 1000.0)));
        assert_eq!(told("< € 2M"), Some((Some(Side::Below), 2e6)));
        assert_eq!(told("At least 40 %"), Some((Some(Side::AtLeast), 40.0)));
        assert_eq!(told("max 3 days"), Some((Some(Side::AtMost), 3.0)));
        assert_eq!(told("95%"), Some((None, 95.0)));
        assert_eq!(told("= 4"), Some((None, 4.0)));
        for text in ["", "soon", "≤", "at leasty 4", "minutes 5 x"] {
            assert_eq!(told(text), None, "{text}");
        }
        assert!(Side::AtMost.holds(5.0, 5.0) && !Side::Below.holds(5.0, 5.0));
        assert!(Side::AtLeast.holds(5.0, 5.0) && !Side::Above.holds(5.0, 5.0));
    }
}
