//! Whatever a terminal sends, in whatever pieces, means the same keys.

use proptest::prelude::*;

use super::*;

/// One thing that a terminal sends, and what it means.
#[derive(Clone, Debug)]
struct Sent {
    bytes: Vec<u8>,
    means: Vec<Typed>,
    /// Bytes at the beginning that come together: Alt and a character are the same bytes as Esc
    /// and that character, told apart by time alone.
    whole: usize,
}

fn sent(bytes: &[u8], means: Vec<Typed>) -> Sent {
    Sent {
        bytes: bytes.to_vec(),
        means,
        whole: 1,
    }
}

fn anything_sent() -> impl Strategy<Value = Sent> {
    let named = |bytes: &[u8], code, modifiers| sent(bytes, vec![key(code, modifiers)]);
    let keys = prop::sample::select(vec![
        named(b"\r", KeyCode::Enter, M::NONE),
        named(b"\t", KeyCode::Tab, M::NONE),
        named(b"\x7f", KeyCode::Backspace, M::NONE),
        named(b"\x03", KeyCode::Char('c'), M::CONTROL),
        named(b"\x1b\r", KeyCode::Enter, M::ALT),
        named(b"\x1b\x7f", KeyCode::Backspace, M::ALT),
        named(b"\x1b[A", KeyCode::Up, M::NONE),
        named(b"\x1b[D", KeyCode::Left, M::NONE),
        named(b"\x1bOD", KeyCode::Left, M::NONE),
        named(b"\x1bOM", KeyCode::Enter, M::NONE),
        named(b"\x1bOw", KeyCode::Char('7'), M::NONE),
        named(b"\x1b[1;5C", KeyCode::Right, M::CONTROL),
        named(b"\x1b[Z", KeyCode::BackTab, M::SHIFT),
        named(b"\x1b[6~", KeyCode::PageDown, M::NONE),
        named(b"\x1b[15~", KeyCode::F(5), M::NONE),
        named(b"\x1b[[B", KeyCode::F(2), M::NONE),
        named(b"\x1b[8$", KeyCode::End, M::SHIFT),
        named(b"\x1b[100;2u", KeyCode::Char('D'), M::SHIFT),
        named(b"\x1b[100:68;2:1;68u", KeyCode::Char('D'), M::SHIFT),
        named(b"\x1b[57400;129u", KeyCode::Char('1'), M::NONE),
        named(b"\x1b[27;5;13~", KeyCode::Enter, M::CONTROL),
    ]);
    let letters = any::<char>()
        .prop_filter("no control", |c| !c.is_control())
        .prop_map(|c| sent(c.to_string().as_bytes(), vec![letter(c, M::NONE)]));
    let commands = prop::sample::select("qDxujkOP[]_^~M1/:".chars().collect::<Vec<_>>())
        .prop_map(|c| sent(c.to_string().as_bytes(), vec![letter(c, M::NONE)]));
    let with_alt = prop::sample::select("xé1;🚀".chars().collect::<Vec<_>>()).prop_map(|c| Sent {
        whole: 2,
        ..sent(format!("\x1b{c}").as_bytes(), vec![letter(c, M::ALT)])
    });
    let silent = prop::sample::select(vec![
        &b"\x1b]52;c;RDpxCg==\x07"[..],
        b"\x1b]10;rgb:1e1e/1e1e/1e1e\x1b\\",
        b"\x1b[?62;22;52c",
        b"\x1b[>1;10;0c",
        b"\x1b[12;40R",
        b"\x1b[?2026;2$y",
        b"\x1b[?997;1n",
        b"\x1b[8;24;80t",
        b"\x1b[?1u",
        b"\x1bP>|term 1.0 (D)\x1b\\",
        b"\x1bP1+r524742=38\x1b\\",
        b"\x1b_Gi=1;OK\x1b\\",
        b"\x1b[97;1:3u",
        b"\x1b[1;1:3A",
        b"\x1b[57441u",
        b"\x1b[<0;0;3M",
        b"\x1b[<35;12;3M",
        b"\x1b[32;12;3M",
    ])
    .prop_map(|bytes| sent(bytes, Vec::new()));
    let focus = prop::bool::ANY.prop_map(|gained| {
        let bytes = if gained { b"\x1b[I" } else { b"\x1b[O" };
        sent(bytes, vec![Typed::Focus(gained)])
    });
    let background = prop::bool::ANY.prop_map(|by_bell| {
        let end = if by_bell { "\x07" } else { "\x1b\\" };
        let bytes = format!("\x1b]11;rgb:fdfd/f6f6/e3e3{end}");
        sent(bytes.as_bytes(), vec![Typed::Background(Background::Light)])
    });
    let clicks = (32u8..128, 33u8..=161, 33u8..=255)
        .prop_map(|(button, x, y)| sent(&[b"\x1b[M", &[button, x, y][..]].concat(), Vec::new()));
    let reports = (0u8..3, 0u16..1000, 0u16..1000).prop_map(|(button, column, row)| {
        let kind = MouseEventKind::Down(
            [MouseButton::Left, MouseButton::Middle, MouseButton::Right][usize::from(button)],
        );
        let report = MouseEvent {
            kind,
            column,
            row,
            modifiers: M::NONE,
        };
        let bytes = format!("\x1b[<{button};{};{}M", column + 1, row + 1);
        sent(bytes.as_bytes(), vec![Typed::Mouse(report)])
    });
    let far_clicks = (1u32..1000, 1u32..1000).prop_map(|(x, y)| {
        let at = |place: u32| char::from_u32(32 + place).unwrap();
        sent(format!("\x1b[M {}{}", at(x), at(y)).as_bytes(), Vec::new())
    });
    let pastes = "(a|:q|D|\u{1b}\\[D|\u{1b}|\u{3}|\r|é|~){0,12}".prop_map(|text| {
        let means = pasted(text.as_bytes());
        sent(format!("\x1b[200~{text}\x1b[201~").as_bytes(), vec![means])
    });
    prop_oneof![
        4 => keys, 2 => letters, 4 => commands, 1 => with_alt, 4 => silent,
        1 => background, 1 => focus, 2 => clicks, 1 => far_clicks, 2 => reports, 2 => pastes,
    ]
}

/// A stream of bytes and the pauses before each of them, in milliseconds.
fn pauses() -> impl Strategy<Value = Vec<u64>> {
    let pause = prop_oneof![4 => Just(0), 1 => 1u64..30, 3 => 30u64..=500];
    prop::collection::vec(pause, 64)
}

/// Whether `few` is `all` with some left out.
fn is_part(few: &[Typed], all: &[(Typed, bool)]) -> bool {
    let mut all = all.iter();
    few.iter().all(|typed| all.any(|(one, _)| one == typed))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// A legal stream, cut anywhere, with any pause up to half a second: the same keys, or
    /// fewer, never other ones. An Esc that a pause follows may act, and so may Alt with the head of a string
    /// that nobody asks for; where none does, not a key
    /// is missing.
    #[test]
    fn no_pause_makes_a_key_of_what_is_none(
        stream in prop::collection::vec(anything_sent(), 1..10),
        pauses in pauses(),
    ) {
        let (mut pieces, mut means) = (Vec::new(), Vec::new());
        let mut pauses = pauses.iter().cycle();
        let (mut is_cut, mut acted) = (false, 0);
        for one in &stream {
            let opens = one.bytes[0] == ESC && one.bytes.len() > 1;
            for (at, byte) in one.bytes.chunks(1).enumerate() {
                let pause = *pauses.next().unwrap();
                let pause = if (1..one.whole).contains(&at) { 0 } else { pause };
                if opens && at == 1 && pause >= 30 {
                    means.push((esc(), false));
                    (is_cut, acted) = (true, acted + 1);
                }
                if opens && at == 2 && pause >= 30 && matches!(one.bytes[1], b'_' | b'^') {
                    let alt = letter(char::from(one.bytes[1]), KeyModifiers::ALT);
                    means.push((alt, false));
                }
                pieces.push((pause, byte));
            }
            means.extend(one.means.iter().map(|typed| (typed.clone(), true)));
        }
        let found = slowly(&pieces);
        prop_assert!(is_part(&found, &means), "{found:?} of {means:?}");
        if !is_cut {
            let all: Vec<Typed> = means.into_iter().map(|(typed, _)| typed).collect();
            prop_assert_eq!(found, all);
        } else {
            // Texts and answers are never lost.
            let is_whole =
                |typed: &&Typed| !matches!(typed, Typed::Key(_) | Typed::Mouse(_) | Typed::Focus(_));
            let count = means.iter().filter(|(typed, _)| is_whole(&typed)).count();
            prop_assert_eq!(found.iter().filter(is_whole).count(), count);
            let escs = found.iter().filter(|typed| **typed == esc()).count();
            prop_assert_eq!(escs, acted);
        }
    }

    /// Any bytes at all, cut anywhere with any pauses.
    #[test]
    fn no_bytes_panic_and_no_key_is_a_control_character(
        pieces in prop::collection::vec(
            (0u64..1_000, prop::collection::vec(any::<u8>(), 0..12)), 0..20),
    ) {
        let pieces: Vec<(u64, &[u8])> =
            pieces.iter().map(|(pause, bytes)| (*pause, &bytes[..])).collect();
        for typed in slowly(&pieces) {
            if let Typed::Key(KeyEvent { code: KeyCode::Char(c), .. }) = typed {
                prop_assert!(!c.is_control());
            }
        }
    }

    /// Where the reads are cut does not matter as long as there is no pause between them.
    #[test]
    fn where_the_reads_are_cut_does_not_matter(
        parts in prop::collection::vec(prop::sample::select(vec![
            &b"a"[..], b"\x1b[A", b"\x1b]11;rgb:0/0/0\x1b\\", b"\x1b[200~", b"\x1b[201~", b"\x1b",
            "é".as_bytes(), b"\x1b[1;5C", b"\x1b[<0;12;3M", b"\xff", b"\x1bO", b"~", b"\x1b[?1c", b"\r", b"\x1b[M",
        ]), 0..12),
        cut in any::<prop::sample::Index>(),
    ) {
        let bytes = parts.concat();
        let (head, tail) = bytes.split_at(cut.index(bytes.len() + 1));
        prop_assert_eq!(slowly(&[(0, head), (0, tail)]), parse(&bytes));
    }
}
