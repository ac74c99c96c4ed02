//! Text in another encoding than UTF-8, recognised so that it can be named.
//!
//! Such a file is shown as far as it reads as UTF-8, which is not at all or without its accented
//! letters, and never written to: what is added would be UTF-8 and could be read in neither
//! encoding.

use std::fmt;

/// An encoding that is not UTF-8.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Encoding {
    /// Two bytes a unit.
    Utf16 {
        /// Whether the lower byte comes first.
        little_endian: bool,
        /// Whether a byte order mark says so.
        marked: bool,
    },
    /// Four bytes a character.
    Utf32 {
        /// Whether the lowest byte comes first.
        little_endian: bool,
    },
    /// One byte a character: ISO 8859-1 or Windows-1252, which differ in signs only.
    Latin1,
}

impl Encoding {
    /// The encoding of several bytes a character that a file begins in.
    pub(crate) fn of_start(bytes: &[u8]) -> Option<Self> {
        let utf16 = |little_endian, marked| Self::Utf16 {
            little_endian,
            marked,
        };
        let is_letter = |byte: &u8| byte.is_ascii_graphic();
        match bytes {
            [0xff, 0xfe, 0, 0, ..] => Some(Self::Utf32 {
                little_endian: true,
            }),
            [0, 0, 0xfe, 0xff, ..] => Some(Self::Utf32 {
                little_endian: false,
            }),
            [0xff, 0xfe, ..] => Some(utf16(true, true)),
            [0xfe, 0xff, ..] => Some(utf16(false, true)),
            [a, 0, b, 0, ..] if is_letter(a) && is_letter(b) => Some(utf16(true, false)),
            [0, a, 0, b, ..] if is_letter(a) && is_letter(b) => Some(utf16(false, false)),
            _ => None,
        }
    }

    /// Whether bytes read as words of [`Encoding::Latin1`].
    pub(crate) fn is_latin1(bytes: &[u8]) -> bool {
        Self::latin1_words(bytes) > Some(0)
    }

    /// How many words with accented letters there are, if bytes can be [`Encoding::Latin1`]:
    /// nothing in them that is not ASCII is UTF-8, or so rare that it comes from elsewhere.
    pub(crate) fn latin1_words(bytes: &[u8]) -> Option<usize> {
        let (mut words, mut before) = (0, b' ');
        for chunk in bytes.utf8_chunks() {
            let (valid, invalid) = (chunk.valid().as_bytes(), chunk.invalid());
            if !valid.is_ascii() || invalid.iter().any(|byte| *byte >= 0xfe) {
                return None;
            }
            words +=
                usize::from(valid.first().is_some_and(u8::is_ascii_alphabetic) && before > 0x7f);
            before = valid.last().copied().unwrap_or(before);
            words += usize::from(!invalid.is_empty() && before.is_ascii_alphabetic());
            before = invalid.last().copied().unwrap_or(before);
        }
        Some(words)
    }

    /// The text that bytes of this encoding are.
    pub(crate) fn decode(self, bytes: &[u8]) -> String {
        match self {
            Self::Latin1 => bytes.iter().map(|byte| char::from(*byte)).collect(),
            Self::Utf16 { little_endian, .. } => {
                let units = bytes.as_chunks().0.iter().map(|unit| match little_endian {
                    true => u16::from_le_bytes(*unit),
                    false => u16::from_be_bytes(*unit),
                });
                let units: Vec<u16> = units.collect();
                String::from_utf16_lossy(&units)
            }
            Self::Utf32 { little_endian } => {
                let units = bytes.as_chunks().0.iter().map(|unit| match little_endian {
                    true => u32::from_le_bytes(*unit),
                    false => u32::from_be_bytes(*unit),
                });
                let letter = |unit| char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER);
                units.map(letter).collect()
            }
        }
    }

    /// What `iconv` calls it.
    pub(crate) fn iconv_name(self) -> &'static str {
        match self {
            Self::Utf16 { marked: true, .. } => "UTF-16",
            Self::Utf16 {
                little_endian: true,
                ..
            } => "UTF-16LE",
            Self::Utf16 { .. } => "UTF-16BE",
            Self::Utf32 { .. } => "UTF-32",
            Self::Latin1 => "WINDOWS-1252",
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Utf16 { .. } => "UTF-16",
            Self::Utf32 { .. } => "UTF-32",
            Self::Latin1 => "Latin-1",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, little_endian: bool) -> Vec<u8> {
        let bytes = |unit: u16| match little_endian {
            true => unit.to_le_bytes(),
            false => unit.to_be_bytes(),
        };
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn wide_encodings_are_known_by_their_first_bytes() {
        for little_endian in [true, false] {
            for (text, marked) in [("\u{feff}# Größe 🙂", true), ("# Größe 🙂", false)] {
                let bytes = utf16(&text.replace("# ", "##"), little_endian);
                let found = Encoding::of_start(&bytes).unwrap();
                let expected = Encoding::Utf16 {
                    little_endian,
                    marked,
                };
                assert_eq!(found, expected);
                assert_eq!(found.decode(&bytes), text.replace("# ", "##"));
            }
        }
        let wide: Vec<u8> = "\u{feff}é"
            .chars()
            .flat_map(|c| (c as u32).to_be_bytes())
            .collect();
        assert_eq!(
            Encoding::of_start(&wide).unwrap().decode(&wide),
            "\u{feff}é"
        );
        for text in ["", "a", "{\"a\": 1}", "\u{feff}# Größe", "\0\0\0\0", "a\0"] {
            assert_eq!(Encoding::of_start(text.as_bytes()), None, "{text:?}");
        }
    }

    #[test]
    fn latin1_is_what_has_no_utf8_in_it() {
        for (bytes, is_it) in [
            (&b"Gr\xf6\xdfe"[..], true),
            (b"caf\xe9, \x93quoted\x94", true),
            (b"plain", false),
            ("Größe".as_bytes(), false),
            (b"Gr\xc3\xb6\xdfe", false),
            (b"broken \xff", false),
            (b"alone \xe9 or \xc0\xaf", false),
            (b"\xe0 la carte, \xe9t\xe9", true),
        ] {
            assert_eq!(Encoding::is_latin1(bytes), is_it, "{bytes:?}");
        }
        assert_eq!(Encoding::Latin1.decode(b"Gr\xf6\xdfe"), "Größe");
    }
}
