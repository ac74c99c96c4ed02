//! Whether the terminal's background is dark or light (OSC 11).
//!
//! The question is put once on the way in and nobody waits for the answer: it comes among
//! the keys, while the plan is still being read on most terminals, never on some. DECRQM and
//! mode 2031 are never asked.

use crate::tui::theme::Background;

/// What is asked.
pub(super) const QUESTION: &[u8] = b"\x1b]11;?\x1b\\";
/// What an answer begins with, behind its introducer.
const ANSWER: &[u8] = b"11;";

/// What an OSC string says of the background, if it is an answer at all.
pub(super) fn answered(text: &[u8]) -> Option<Background> {
    let color = std::str::from_utf8(text.strip_prefix(ANSWER)?).ok()?;
    Some(match brightness(color)? > 0.5 {
        true => Background::Light,
        false => Background::Dark,
    })
}

/// The perceived brightness, 0 to 1, of an X colour: `rgb:R/G/B` with one to four hex
/// digits a channel, `rgba:R/G/B/A`, or `#RRGGBB`.
fn brightness(color: &str) -> Option<f64> {
    let channels: Vec<&str> = if let Some(hex) = color.strip_prefix('#') {
        let third = hex.len() / 3;
        vec![
            hex.get(..third)?,
            hex.get(third..2 * third)?,
            hex.get(2 * third..)?,
        ]
    } else {
        color
            .strip_prefix("rgb:")
            .or_else(|| color.strip_prefix("rgba:"))?
            .split('/')
            .collect()
    };
    let [red, green, blue, ..] = channels[..] else {
        return None;
    };
    Some(0.299 * share(red)? + 0.587 * share(green)? + 0.114 * share(blue)?)
}

fn share(hex: &str) -> Option<f64> {
    if !(1..=4).contains(&hex.len()) {
        return None;
    }
    let full = (1u32 << (4 * hex.len())) - 1;
    Some(f64::from(u32::from_str_radix(hex, 16).ok()?) / f64::from(full))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_in_every_spelling_are_judged() {
        for (color, light) in [
            ("rgb:0000/0000/0000", Some(false)),
            ("rgb:ffff/ffff/ffff", Some(true)),
            ("rgb:1e/1e/2e", Some(false)),
            ("rgb:f/f/f", Some(true)),
            ("rgba:fdfd/f6f6/e3e3/ffff", Some(true)),
            ("#002b36", Some(false)),
            ("rgb:xx/00/00", None),
            ("rgb:0/0", None),
            ("rgb:00000/0/0", None),
            ("#é", None),
            ("", None),
        ] {
            let answer = format!("11;{color}");
            let judged = answered(answer.as_bytes());
            assert_eq!(judged.map(|b| b == Background::Light), light, "{color}");
        }
        assert_eq!(answered(b"10;rgb:ffff/ffff/ffff"), None);
        assert_eq!(answered(b"\xff"), None);
    }
}
