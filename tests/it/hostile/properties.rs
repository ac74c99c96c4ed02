//! Laws of what people type and configure: no text whatever makes the readers panic, and what
//! they complain about stands where they say.

use std::path::Path;

use proptest::prelude::*;
use proptest::sample::select;
use stepdeck::document::markdown::MarkdownDocument;
use stepdeck::plan::Plan;
use stepdeck::plan::paper::PAPERS;
use stepdeck::store::locate::config::{Config, ConfigFile};

use super::corpus;
use super::exercise::{exercise, load};
use super::typed::{assert_config, assert_filter};
use crate::support::fixture::{CANON, DOCUMENT, LINES, LOG};

/// Pieces of TOML in any order.
fn toml() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        select(vec![
            &b"[paths]\n"[..],
            b"[keys]\n",
            b"[checks]\r\n",
            b"[ranking]\n",
            b"[display]\n",
            b"[[a]]\n",
            b"log = ",
            b"canon = [",
            b"\"a\", ",
            b"]\n",
            b"roadmap = \"\"\"\n\\\n",
            b"\"\"\"\n",
            b"'''",
            b"ascii = true\n",
            b"theme = \"dark\" # \xc3\xa9\n",
            b"age = ",
            b"1e999",
            b"0x",
            b"nan\n",
            b"1979-05-27T07:32:00Z\n",
            b"{ a = 1, ",
            b"}\n",
            b"\"\\u00e9\\ud800\"",
            b"\xef\xbb\xbf",
            b"\xff",
            b"\0",
            b"\r",
            b"a.b.",
            b"= ",
            b"\xf0\x9f\x99\x82",
        ])
        .prop_map(<[u8]>::to_vec),
        prop::collection::vec(any::<u8>(), 0..4),
    ];
    prop::collection::vec(piece, 0..16).prop_map(|pieces| pieces.concat())
}

fn hostile_plan() -> Plan {
    let named = corpus::files("jsonl");
    let mut files: Vec<(&str, &[u8])> = (named.iter())
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
        .collect();
    files.push((LOG, LINES.as_bytes()));
    files.push((CANON, DOCUMENT.as_bytes()));
    Plan::read(load(&files))
}

#[test]
fn every_hostile_configuration_says_where_it_is_wrong() {
    for (name, bytes) in corpus::files("toml") {
        assert_config(&name, &bytes);
        let path = Path::new("stepdeck.toml");
        let problems = Config::default().read(ConfigFile::Shared, path, &bytes, PAPERS);
        let fine = ["crlf_bom.toml", "multiline.toml"].contains(&&*name);
        assert!(fine || !problems.is_empty(), "{name} is said to be fine");
    }
}

#[test]
fn every_hostile_filter_is_understood_or_refused_at_its_term() {
    let plan = hostile_plan();
    for filter in corpus::filters() {
        assert_filter(&plan, &filter);
    }
}

proptest! {
    #[test]
    fn any_configuration_is_read_and_its_problems_stand_inside_it(bytes in toml()) {
        assert_config("any", &bytes);
    }

    #[test]
    fn any_text_is_a_filter_or_says_which_term_is_none(
        pieces in prop::collection::vec(prop_oneof![
            3 => select(vec![
                "owner:", "status:", "block:", "is:", "stage:", "updated:", "dep:", "up:",
                "down:", "evidence:", "theme:", "id:", "note:", "-", "\"", ":", " ", "\t",
                "\u{3000}", ">", "<", "7d", "B", "0042", "9223372036854775807", "é", "🙂",
                "\u{202e}", "\u{1b}", "ready", "İ", "ß", "\u{301}",
            ]).prop_map(str::to_owned),
            1 => "\\PC{0,6}",
        ], 0..8),
    ) {
        let plan = Plan::read(load(&[(LOG, LINES.as_bytes()), (CANON, DOCUMENT.as_bytes())]));
        assert_filter(&plan, &pieces.concat());
    }

    /// Pieces of the corpus, cut and put together again, obey the laws of edits too.
    #[test]
    fn constructs_put_together_at_random_are_edited_exactly(
        picked in prop::collection::vec((any::<prop::sample::Index>(), 0..3_usize), 1..4),
    ) {
        let constructs = corpus::constructs();
        let mut text = "# Plan\n\n| Stage | Stage-Gate Review |\n|-|-|\n| Ground | r |\n\n\
                        ## Readiness Checklists\n\n### Ground\n\n".to_owned();
        for (at, indent) in picked {
            let (_, _, construct) = &constructs[at.index(constructs.len())];
            for line in construct.split_inclusive('\n') {
                text += &" ".repeat(2 * indent);
                text += line;
            }
            text += "- A check\n\n#### Step 0001 — A step\n- **Owner:** ops\n\n### Ground\n";
        }
        let read = MarkdownDocument::load(text.as_bytes().to_vec());
        prop_assert_eq!(read.bytes(), text.as_bytes());
        exercise("constructs", &[(CANON, text.as_bytes())]);
    }
}
