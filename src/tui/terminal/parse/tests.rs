mod laws;

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers as M, MouseButton, MouseEventKind};

use super::*;

fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// What comes of pieces that come each after its silence, and of the silence behind them.
fn slowly(pieces: &[(u64, &[u8])]) -> Vec<Typed> {
    let (mut parser, mut out) = (Parser::new(false), Vec::new());
    for (silence, bytes) in pieces {
        wait(&mut parser, ms(*silence), &mut out);
        parser.push(bytes, &mut out);
    }
    wait(&mut parser, ms(10_000), &mut out);
    out
}

/// As the reading thread does: it wakes whenever the parser has something to say.
fn wait(parser: &mut Parser, silence: Duration, out: &mut Vec<Typed>) {
    let mut left = silence;
    while let Some(timeout) = parser.timeout().filter(|timeout| *timeout <= left) {
        parser.wait(timeout, out);
        left -= timeout;
    }
    // A reader that wakes too late, or for another reason, says so too.
    parser.wait(left, out);
}

fn parse(bytes: &[u8]) -> Vec<Typed> {
    slowly(&[(0, bytes)])
}

fn plain(c: char) -> Typed {
    key(KeyCode::Char(c), M::NONE)
}

fn esc() -> Typed {
    key(KeyCode::Esc, M::NONE)
}

fn paste(text: &str) -> Typed {
    Typed::Paste(text.to_owned())
}

#[test]
fn keys_are_read() {
    for (bytes, code, modifiers) in [
        (&b"a"[..], KeyCode::Char('a'), M::NONE),
        (b"G", KeyCode::Char('G'), M::SHIFT),
        ("é".as_bytes(), KeyCode::Char('é'), M::NONE),
        ("设".as_bytes(), KeyCode::Char('设'), M::NONE),
        ("🚀".as_bytes(), KeyCode::Char('🚀'), M::NONE),
        (b"\r", KeyCode::Enter, M::NONE),
        (b"\n", KeyCode::Char('j'), M::CONTROL),
        (b"\x04", KeyCode::Char('d'), M::CONTROL),
        (b"\x00", KeyCode::Char(' '), M::CONTROL),
        (b"\x7f", KeyCode::Backspace, M::NONE),
        (b"\x1b", KeyCode::Esc, M::NONE),
        (b"\x1bx", KeyCode::Char('x'), M::ALT),
        (b"\x1b\r", KeyCode::Enter, M::ALT),
        ("\x1bé".as_bytes(), KeyCode::Char('é'), M::ALT),
        (b"\x1b]", KeyCode::Char(']'), M::ALT),
        (b"\x1bO", KeyCode::Char('O'), M::ALT.union(M::SHIFT)),
        (b"\x1b[A", KeyCode::Up, M::NONE),
        (b"\x1bOB", KeyCode::Down, M::NONE),
        (b"\x1b[1;5C", KeyCode::Right, M::CONTROL),
        (b"\x1bO5C", KeyCode::Right, M::CONTROL),
        (b"\x1b[Z", KeyCode::BackTab, M::SHIFT),
        (b"\x1b[5~", KeyCode::PageUp, M::NONE),
        (b"\x1b[3;2~", KeyCode::Delete, M::SHIFT),
        (b"\x1bOP", KeyCode::F(1), M::NONE),
        (b"\x1b[[E", KeyCode::F(5), M::NONE),
        (b"\x1b[24~", KeyCode::F(12), M::NONE),
        // The keypad in its application mode.
        (b"\x1bOM", KeyCode::Enter, M::NONE),
        (b"\x1bOt", KeyCode::Char('4'), M::NONE),
        (b"\x1bOk", KeyCode::Char('+'), M::NONE),
        // rxvt
        (b"\x1b[3$", KeyCode::Delete, M::SHIFT),
        (b"\x1b[7^", KeyCode::Home, M::CONTROL),
        (b"\x1b[a", KeyCode::Up, M::SHIFT),
        (b"\x1bOd", KeyCode::Left, M::CONTROL),
        // modifyOtherKeys
        (b"\x1b[27;5;13~", KeyCode::Enter, M::CONTROL),
        (b"\x1b[27;2;33~", KeyCode::Char('!'), M::NONE),
        (b"\x1b[27;2;68~", KeyCode::Char('D'), M::SHIFT),
    ] {
        assert_eq!(parse(bytes), [key(code, modifiers)], "{bytes:?}");
    }
}

/// The keyboard protocol of kitty, as much of it as a child may have switched on.
#[test]
fn keys_of_the_newer_keyboard_protocol_are_the_same_keys() {
    for (bytes, code, modifiers) in [
        (&b"\x1b[97;5u"[..], KeyCode::Char('a'), M::CONTROL),
        (b"\x1b[97u", KeyCode::Char('a'), M::NONE),
        (b"\x1b[97;1:2u", KeyCode::Char('a'), M::NONE),
        (b"\x1b[9;2u", KeyCode::BackTab, M::SHIFT),
        (b"\x1b[13u", KeyCode::Enter, M::NONE),
        (b"\x1b[13;3u", KeyCode::Enter, M::ALT),
        (b"\x1b[27u", KeyCode::Esc, M::NONE),
        (b"\x1b[127;1:1u", KeyCode::Backspace, M::NONE),
        // Shift, with and without the shifted key being told; caps lock, num lock.
        (b"\x1b[100;2u", KeyCode::Char('D'), M::SHIFT),
        (b"\x1b[100:68;2u", KeyCode::Char('D'), M::SHIFT),
        (b"\x1b[100;65u", KeyCode::Char('D'), M::SHIFT),
        (b"\x1b[100;66u", KeyCode::Char('d'), M::NONE),
        (b"\x1b[100;129u", KeyCode::Char('d'), M::NONE),
        ("\x1b[233;2u".as_bytes(), KeyCode::Char('É'), M::SHIFT),
        (b"\x1b[49:33;2u", KeyCode::Char('!'), M::NONE),
        (b"\x1b[49;2;33u", KeyCode::Char('!'), M::NONE),
        (b"\x1b[33;2u", KeyCode::Char('!'), M::NONE),
        (b"\x1b[32;2;32u", KeyCode::Char(' '), M::NONE),
        (b"\x1b[0;;229u", KeyCode::Char('å'), M::NONE),
        (b"\x1b[100;4u", KeyCode::Char('D'), M::ALT.union(M::SHIFT)),
        // Another layout's letter is the letter, not the key's place.
        (b"\x1b[1089::99;1u", KeyCode::Char('с'), M::NONE),
        // What other terminals send as one byte.
        (b"\x1b[91;5u", KeyCode::Esc, M::NONE),
        (b"\x1b[105;5u", KeyCode::Tab, M::NONE),
        (b"\x1b[109;5u", KeyCode::Enter, M::NONE),
        // The keypad.
        (b"\x1b[57399u", KeyCode::Char('0'), M::NONE),
        (b"\x1b[57408;129u", KeyCode::Char('9'), M::NONE),
        (b"\x1b[57413u", KeyCode::Char('+'), M::NONE),
        (b"\x1b[57414u", KeyCode::Enter, M::NONE),
        (b"\x1b[57419u", KeyCode::Up, M::NONE),
        (b"\x1b[57426u", KeyCode::Delete, M::NONE),
    ] {
        let spelled = String::from_utf8_lossy(bytes);
        assert_eq!(parse(bytes), [key(code, modifiers)], "{spelled:?}");
    }
    let several = parse(b"\x1b[0;;229:98u");
    assert_eq!(several, [plain('å'), plain('b')]);
}

#[test]
fn replies_and_reports_never_become_keys() {
    for reply in [
        &b"\x1b]10;rgb:1e1e/1e1e/1e1e\x1b\\"[..],
        b"\x1b]52;c;QUJD\x07",
        b"\x1b[?62;22;52c",
        b"\x1b[>41;390;0c",
        b"\x1b[?2031;0$y",
        b"\x1b[12;2$y",
        b"\x1b[?997;1n",
        b"\x1b[0n",
        b"\x1b[12;40R",
        b"\x1b[1;5R",
        b"\x1b[?1u",
        b"\x1b[8;24;80t",
        b"\x1bP>|term 1.0\x1b\\",
        b"\x1b_Gi=1;OK\x1b\\",
        b"\x9b\xff\xc0",
        // Mouse reports: X10, with coordinates beyond ASCII, in UTF-8, at the edge; of a range.
        b"\x1b[M #!",
        b"\x1b[M!\r1",
        b"\x1b[M \xe9\xf1",
        b"\x1b[M \xc3\xa9\x7e",
        b"\x1b[M \x7e\xc3\xa9",
        b"\x1b[M \x00\x00",
        b"\x1b[t!!",
        b"\x1b[Tabcdef",
        b"\x1b[32;12;3M",
        b"\x1b[1;12;3M",
        // In SGR's spelling: outside every window, of buttons that nobody has, and broken.
        b"\x1b[<0;0;3M",
        b"\x1b[<0;12;0M",
        b"\x1b[<0;65536;3M",
        b"\x1b[<0;12;99999999999999999999M",
        b"\x1b[<0;-1;3M",
        b"\x1b[<0;+1;3M",
        b"\x1b[<256;12;3M",
        b"\x1b[<128;12;3M",
        b"\x1b[<3;12;3M",
        b"\x1b[<35;12;3M",
        b"\x1b[<64;12;3m",
        b"\x1b[<0;12M",
        b"\x1b[<0;12;3;4M",
        b"\x1b[<;;M",
        b"\x1b[<M",
        b"\x1b[<0;12;3A",
        // Of the newer keyboard protocol: a key let go, keys that do nothing, a sign that only
        // the keyboard knows, a key of the desktop.
        b"\x1b[97;1:3u",
        b"\x1b[1;1:3D",
        b"\x1b[3;1:3~",
        b"\x1b[57441;2u",
        b"\x1b[57427u",
        b"\x1b[57376u",
        b"\x1b[49;2u",
        b"\x1b[100;9u",
    ] {
        let mut bytes = reply.to_vec();
        bytes.push(b'q');
        let expected: &[Typed] = match reply {
            // Nobody presses Enter in the middle of a report: it was cut short before.
            b"\x1b[M!\r1" => &[key(KeyCode::Enter, M::NONE), plain('1'), plain('q')],
            _ => &[plain('q')],
        };
        assert_eq!(parse(&bytes), expected, "{reply:?}");
    }
}

#[test]
fn the_focus_of_the_window_is_told() {
    assert_eq!(
        parse(b"\x1b[Iq\x1b[O"),
        [Typed::Focus(true), plain('q'), Typed::Focus(false)]
    );
}

#[test]
fn mouse_reports_are_read() {
    use MouseEventKind::{Down, Drag, ScrollDown, ScrollLeft, ScrollRight, ScrollUp, Up};
    for (report, kind, place, modifiers) in [
        ("0;1;1M", Down(MouseButton::Left), (0, 0), M::NONE),
        ("0;12;3m", Up(MouseButton::Left), (11, 2), M::NONE),
        ("1;12;3M", Down(MouseButton::Middle), (11, 2), M::NONE),
        ("2;300;200M", Down(MouseButton::Right), (299, 199), M::NONE),
        (
            "2;65535;65535m",
            Up(MouseButton::Right),
            (65534, 65534),
            M::NONE,
        ),
        ("32;12;3M", Drag(MouseButton::Left), (11, 2), M::NONE),
        ("4;12;3M", Down(MouseButton::Left), (11, 2), M::SHIFT),
        ("8;12;3M", Down(MouseButton::Left), (11, 2), M::ALT),
        ("16;012;3M", Down(MouseButton::Left), (11, 2), M::CONTROL),
        (
            "60;12;3M",
            Drag(MouseButton::Left),
            (11, 2),
            M::SHIFT | M::ALT | M::CONTROL,
        ),
        ("64;12;3M", ScrollUp, (11, 2), M::NONE),
        ("65;12;3M", ScrollDown, (11, 2), M::NONE),
        ("66;12;3M", ScrollLeft, (11, 2), M::NONE),
        ("67;12;3M", ScrollRight, (11, 2), M::NONE),
        ("81;12;3M", ScrollDown, (11, 2), M::CONTROL),
    ] {
        let (column, row) = place;
        let expected = MouseEvent {
            kind,
            column,
            row,
            modifiers,
        };
        let bytes = format!("\x1b[<{report}");
        assert_eq!(
            parse(bytes.as_bytes()),
            [Typed::Mouse(expected)],
            "{report}"
        );
    }
    // In pieces it is the same report, and after an Esc that has acted it is not one.
    let whole = parse(b"\x1b[<0;12;3M");
    assert_eq!(
        slowly(&[(0, b"\x1b["), (5_000, b"<0;1"), (500, b"2;3M")]),
        whole
    );
    assert_eq!(
        slowly(&[(0, b"\x1b"), (100, b"[<0;12;3Mq")]),
        [esc(), plain('q')]
    );
}

#[test]
fn the_answer_about_the_background_is_told_apart_from_keys() {
    for (answer, background) in [
        (&b"\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\"[..], Background::Dark),
        (b"\x1b]11;rgb:ffff/ffff/ffff\x07", Background::Light),
    ] {
        let bytes = [b"j", answer, b"q"].concat();
        let found = [plain('j'), Typed::Background(background), plain('q')];
        assert_eq!(parse(&bytes), found);
    }
    let long = [b"\x1b]11;".to_vec(), vec![b'x'; 100_000], b"\x07q".to_vec()];
    assert_eq!(parse(&long.concat()), [plain('q')]);
}

#[test]
fn esc_twice_is_two_keys() {
    assert_eq!(parse(b"\x1b\x1b"), [esc(), esc()]);
    let up = key(KeyCode::Up, M::NONE);
    assert_eq!(parse(b"\x1b\x1b[A"), [esc(), up]);
}

/// A piece of a sequence that comes late is swallowed; the Esc before it has acted.
#[test]
fn the_tail_of_a_sequence_is_never_run() {
    for pause in [30, 60, 120, 250, 499, 500] {
        for tail in [
            &b"[D"[..],
            b"OD",
            b"[15~",
            b"[1;5D",
            b"[M #!",
            b"[<0;1;1M",
            b"[100;2u",
            b"]52;c;QUJD\x1b\\",
            b"P>|x\x1b\\",
            b"\r",
            b"\x7f",
        ] {
            let found = slowly(&[(0, b"\x1b"), (pause, tail), (0, b"q")]);
            assert_eq!(found, [esc(), plain('q')], "{pause} {tail:?}");
            // In its own pieces, too.
            let mut pieces = vec![(0, &b"\x1b"[..])];
            pieces.extend(tail.chunks(1).map(|byte| (pause, byte)));
            let found = slowly(&pieces);
            assert_eq!(found, [esc()], "{pause} {tail:?}");
        }
    }
    let found = slowly(&[(0, b"\x1b"), (200, b"]11;rgb:0/0/0\x07")]);
    assert_eq!(found, [esc(), Typed::Background(Background::Dark)]);
    let found = slowly(&[(0, b"\x1b"), (200, b"[200~:q\r\x1b[201~")]);
    assert_eq!(found, [esc(), paste(":q\n")]);
}

/// Long after an Esc everything is a key again, and whatever is no tail is one at once.
#[test]
fn an_esc_that_was_meant_costs_nothing() {
    for (pause, next) in [(40, 'j'), (200, 'q'), (400, 'é'), (600, '['), (600, 'O')] {
        let mut letter = [0; 4];
        let bytes = next.encode_utf8(&mut letter).as_bytes();
        let found = slowly(&[(0, &b"\x1b"[..]), (pause, bytes), (600, b"D")]);
        let last = key(KeyCode::Char('D'), M::SHIFT);
        assert_eq!(found, [esc(), super::letter(next, M::NONE), last], "{next}");
    }
    let found = slowly(&[(0, b"\x1b"), (600, b"\r")]);
    assert_eq!(found, [esc(), key(KeyCode::Enter, M::NONE)]);
    // What might have been the head of a sequence was typed if nothing follows, or none ends so.
    for head in ["[", "O"] {
        let head_key = super::letter(head.chars().next().unwrap(), M::NONE);
        let found = slowly(&[(0, b"\x1b"), (300, head.as_bytes()), (600, b"D")]);
        let last = key(KeyCode::Char('D'), M::SHIFT);
        assert_eq!(found, [esc(), head_key.clone(), last]);
        for pause in [0, 200] {
            let found = slowly(&[(0, b"\x1b"), (300, head.as_bytes()), (pause, b"hj")]);
            assert_eq!(found, [esc(), head_key.clone(), plain('h'), plain('j')]);
        }
    }
}

/// Letters that begin strings are keys with Alt as soon as nobody goes on.
#[test]
fn alt_with_the_head_of_a_string_costs_nothing_either() {
    for head in ["_", "^"] {
        let alt = super::letter(head.chars().next().unwrap(), M::ALT);
        let bytes = format!("\x1b{head}");
        let found = slowly(&[(0, bytes.as_bytes()), (40, b"xy")]);
        assert_eq!(found, [alt.clone(), plain('x'), plain('y')], "{head}");
        let twice = format!("{bytes}{bytes}");
        assert_eq!(
            slowly(&[(0, twice.as_bytes()), (40, b"")]),
            [alt.clone(), alt],
            "{head}"
        );
    }
    let alt = super::letter(']', M::ALT);
    assert_eq!(parse(b"\x1b]x"), [alt, plain('x')]);
}

/// Keys that terminals begin strings with are keys, too, as soon as what follows is none of theirs.
#[test]
fn a_string_of_a_persons_own_making_is_what_was_typed() {
    for typed in [
        "P", "]", "_", "^", "Pj", "]j", "_j", "^j", "]1", "]12", "P1", "P0$", "]1j", "P1j", "]]jj",
        "PP", "Psc",
    ] {
        for pause in [40, 300, 600] {
            let mut pieces = vec![(0, &b"\x1b"[..])];
            pieces.extend(typed.as_bytes().chunks(1).map(|byte| (pause, byte)));
            pieces.push((600, b"q"));
            let mut keys = vec![esc()];
            keys.extend(
                typed
                    .chars()
                    .chain(['q'])
                    .map(|c| super::letter(c, M::NONE)),
            );
            assert_eq!(slowly(&pieces), keys, "{typed} {pause}");
        }
    }
    let found = slowly(&[(0, b"\x1b"), (300, b"P"), (300, b"\r"), (300, b"\x1b[A")]);
    let keys = [KeyCode::Enter, KeyCode::Up].map(|code| key(code, M::NONE));
    assert_eq!(found[2..], keys);
}

/// Nobody types `ESC [`: what follows belongs to it, however long the line is dead.
#[test]
fn the_head_of_a_sequence_waits_for_its_tail() {
    let left = key(KeyCode::Left, M::NONE);
    for pause in [40, 500, 3_000] {
        let found = slowly(&[(0, b"\x1b["), (pause, b"D"), (pause, b"q")]);
        assert_eq!(found, [left.clone(), plain('q')]);
        let found = slowly(&[(0, b"\x1b[M"), (pause, b" #"), (pause, b"!q")]);
        assert_eq!(found, [plain('q')]);
    }
    assert_eq!(parse(b"\x1b["), []);
    // One leaves it as one leaves everything.
    let found = slowly(&[
        (0, b"\x1b["),
        (900, b"\x03"),
        (900, b"\x1b["),
        (900, b"\x1b"),
    ]);
    assert_eq!(found, [key(KeyCode::Char('c'), M::CONTROL), esc()]);
}

#[test]
fn over_a_network_an_esc_waits_longer() {
    for (remote, waits) in [(false, 30), (true, 100)] {
        let (mut parser, mut out) = (Parser::new(remote), Vec::new());
        parser.push(b"\x1b", &mut out);
        assert_eq!(parser.timeout(), Some(ms(waits)));
        parser.wait(ms(waits - 1), &mut out);
        assert_eq!(out, []);
        parser.wait(ms(1), &mut out);
        assert_eq!(out, [esc()]);
    }
}

#[test]
fn only_what_is_half_read_has_a_timeout() {
    let (mut parser, mut out) = (Parser::new(false), Vec::new());
    for (bytes, timeout) in [
        (&b"x"[..], None),
        (b"\x1b", Some(ESC_TIMEOUT)),
        (b"[", None),
        (b"1;", None),
        (b"5A", None),
        (b"\x1bO", Some(TAIL_TIMEOUT)),
        (b"A", None),
        (b"\x1b]", Some(TAIL_TIMEOUT)),
        (b"11;", Some(TAIL_TIMEOUT)),
        (b"\x07", None),
        // Whether the next byte comes by itself.
        (b"\x1b[200~", Some(ESC_TIMEOUT)),
        (b"\x1b[201~", None),
    ] {
        parser.push(bytes, &mut out);
        assert_eq!(parser.timeout(), timeout, "{bytes:?}");
    }
}

#[test]
fn a_paste_is_one_text_whatever_it_holds() {
    let bytes = b"\x1b[200~one\rtwo\r\n\x1b[Aq\x03\x1b\x1b[201~x";
    let found = [paste("one\ntwo\n\x1b[Aq\x03\x1b"), plain('x')];
    assert_eq!(parse(bytes), found);
}

/// However long a paste stalls, its rest is text.
#[test]
fn a_paste_that_stalls_is_one_text_all_the_same() {
    for stall in [40, 499, 6_000, 600_000] {
        let pieces = [
            (0, &b"\x1b[200~one "[..]),
            (stall, b"xD:q\r"),
            (stall, b"ss\x1b"),
            (0, b"[201~"),
            (0, b"j"),
        ];
        let mut found = slowly(&pieces);
        let said = found.iter().filter(|typed| **typed == Typed::PasteStalls);
        assert_eq!(said.count(), if stall > 2_000 { 2 } else { 0 });
        found.retain(|typed| *typed != Typed::PasteStalls);
        assert_eq!(found, [paste("one xD:q\nss"), plain('j')], "{stall}");
    }
    // The end mark in pieces.
    for cut in 1..PASTE_END.len() {
        let (head, tail) = PASTE_END.split_at(cut);
        let found = slowly(&[(0, &b"\x1b[200~x"[..]), (200, head), (500, tail), (0, b"j")]);
        assert_eq!(found, [paste("x"), plain('j')], "{cut}");
    }
}

/// An end mark that never comes leaves nobody deaf.
#[test]
fn a_lone_esc_or_ctrl_c_ends_a_paste() {
    for way_out in [&b"\x1b"[..], b"\x03"] {
        for (wait, again) in [(100, false), (5_000, false), (100, true)] {
            let mut pieces = vec![(0, &b"\x1b[200~one"[..]), (wait, b"jk"), (wait, way_out)];
            if again {
                pieces.push((200, way_out));
            }
            pieces.push((600, b"j"));
            let mut found = slowly(&pieces);
            found.retain(|typed| *typed != Typed::PasteStalls);
            assert_eq!(found, [paste("onejk"), plain('j')], "{way_out:?}");
        }
        // Within the flow, or with more behind it, it is text.
        let bytes = [b"\x1b[200~a", way_out, b"b"].concat();
        let found = slowly(&[(0, &bytes[..]), (300, way_out), (300, b"c\x1b[201~")]);
        let sign = char::from(way_out[0]);
        assert_eq!(found, [paste(&format!("a{sign}b{sign}c"))]);
    }
}

#[test]
fn a_paste_costs_no_more_than_its_limit() {
    let (mut parser, mut out) = (Parser::new(false), Vec::new());
    parser.push(b"\x1b[200~", &mut out);
    let piece = vec![b'x'; 1 << 16];
    for _ in 0..64 {
        parser.push(&piece, &mut out);
        assert!(parser.buffer.capacity() <= 2 * LONGEST_PASTE);
    }
    parser.push(b"\x1b[201~j", &mut out);
    assert_eq!(out, [Typed::PasteTooLong, plain('j')]);
    assert_eq!(parser.buffer.capacity(), 0);
    for (more, kept) in [(0, true), (1, false)] {
        let text = "x".repeat(LONGEST_PASTE + more);
        let found = parse(format!("\x1b[200~{text}\x1b[201~").as_bytes());
        assert_eq!(found == [paste(&text)], kept);
    }
}
