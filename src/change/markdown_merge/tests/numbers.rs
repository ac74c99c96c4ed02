//! Numbered lists: the result is numbered as its sides number theirs.

use super::*;

fn list(items: &[&str]) -> String {
    let items = items.iter().enumerate();
    let items: String = items
        .map(|(at, item)| format!("{}. {item}\n", at + 1))
        .collect();
    format!("# Way\n\nFirst of all:\n\n{items}\nThen rest.\n")
}

#[test]
fn a_list_that_both_sides_number_on_is_numbered_on() {
    let base = list(&["Ask the vendor", "Sign the paper", "Move the rows"]);
    let ours = list(&[
        "Call home",
        "Ask the vendor",
        "Sign the paper",
        "Move the rows",
    ]);
    let theirs = list(&[
        "Ask the vendor",
        "Sign the paper",
        "Test it twice",
        "Move the rows",
    ]);
    let both = [
        "Call home",
        "Ask the vendor",
        "Sign the paper",
        "Test it twice",
        "Move the rows",
    ];
    assert_eq!(clean(&base, &ours, &theirs), list(&both));
    assert_eq!(clean(&base, &theirs, &ours), list(&both));
    // One removed, one added.
    let ours = list(&["Sign the paper", "Move the rows"]);
    assert_eq!(
        clean(&base, &ours, &theirs),
        list(&["Sign the paper", "Test it twice", "Move the rows"])
    );
    // Both add at one place.
    let ours = list(&[
        "Ask the vendor",
        "Sign the paper",
        "Move the rows",
        "Close the old one",
    ]);
    let theirs = list(&[
        "Ask the vendor",
        "Sign the paper",
        "Move the rows",
        "Tell the board",
    ]);
    let text = clean(&base, &ours, &theirs);
    assert!(text.contains("\n4. ") && text.contains("\n5. "), "{text}");
}

/// It begins with the number that a side gave it, and `)` stays.
#[test]
fn a_list_begins_where_its_sides_begin_it() {
    let base = "Text.\n\n3) a word\n4) bricks\n5) chalk\n";
    let ours = "Text.\n\n3) zinc\n4) a word\n5) bricks\n6) chalk\n";
    let theirs = "Text.\n\n3) a word\n4) bricks\n5) iron\n6) chalk\n";
    let both = "Text.\n\n3) zinc\n4) a word\n5) bricks\n6) iron\n7) chalk\n";
    assert_eq!(clean(base, ours, theirs), both);
}

#[test]
fn numbers_that_are_all_the_same_or_in_no_order_are_left_alone() {
    let base = "1. a word\n1. bricks\n1. chalk\n";
    let ours = "1. zinc\n1. a word\n1. bricks\n1. chalk\n";
    let theirs = "1. a word\n1. bricks\n1. chalk\n1. iron\n";
    assert_eq!(
        clean(base, ours, theirs),
        "1. zinc\n1. a word\n1. bricks\n1. chalk\n1. iron\n"
    );
    let base = "1. a word\n5. bricks\n9. chalk\n";
    let ours = "1. a word\n5. bricks\n7. zinc\n9. chalk\n";
    let theirs = "1. a word\n3. iron\n5. bricks\n9. chalk\n";
    assert_eq!(
        clean(base, ours, theirs),
        "1. a word\n3. iron\n5. bricks\n7. zinc\n9. chalk\n"
    );
}

/// A number that grows by a digit does not part an item from what is in it.
#[test]
fn what_is_in_an_item_stays_in_it() {
    let items = |from: usize, words: &[&str]| -> String {
        let items = words.iter().enumerate();
        items
            .map(|(at, word)| format!("{}. {word}\n", from + at))
            .collect()
    };
    let base = items(
        7,
        &[
            "seven men",
            "eight cars",
            "nine lamps\n\n   More of the lamps.",
        ],
    );
    let ours = items(
        7,
        &[
            "ours is new",
            "seven men",
            "eight cars",
            "nine lamps\n\n    More of the lamps.",
        ],
    );
    let theirs = base.replace("eight cars\n9.", "eight cars\n9. theirs is new\n10.");
    let text = clean(&base, &ours, &theirs);
    let document = crate::document::markdown::MarkdownDocument::load(text.clone().into_bytes());
    let last = document.items().last().unwrap();
    assert!(
        text[last.span.range()].contains("More of the lamps."),
        "{text}"
    );
}

/// Rather the numbers stay wrong.
#[test]
fn a_number_that_its_item_has_no_room_for_is_left_alone() {
    let base = "8. eight cars\n\n   More of the cars.\n\n9. nine lamps\n";
    let ours = "8. ours is new\n9. eight cars\n\n   More of the cars.\n\n10. nine lamps\n";
    let theirs = "8. the other one\n9. eight cars\n\n   More of the cars.\n\n10. nine lamps\n";
    let text = clean(base, ours, theirs);
    assert!(text.contains("\n9. eight cars\n\n   More"), "{text}");
}

/// What is in dispute elsewhere does not matter, and beside it nothing is renumbered.
#[test]
fn a_list_counts_where_something_else_is_in_dispute() {
    let (base, ours, theirs) = (
        "1. red\n2. blue\n",
        "1. new\n2. red\n3. blue\n",
        "1. red\n2. odd\n3. blue\n",
    );
    let with = |word: &str, list: &str| format!("# One\n\nIt is {word}.\n\n# Two\n\n{list}");
    let (text, conflicts) = merged(&with("a", base), &with("b", ours), &with("c", theirs));
    assert_eq!(conflicts.len(), 1, "{text}");
    assert!(
        text.ends_with("# Two\n\n1. new\n2. red\n3. odd\n4. blue\n"),
        "{text}"
    );
    let with = |word: &str, list: &str| format!("{list}\n\nIt is {word}.\n");
    let (text, _) = merged(&with("a", base), &with("b", ours), &with("c", theirs));
    assert!(
        text.starts_with("1. new\n2. red\n2. odd\n3. blue\n"),
        "{text}"
    );
}

/// Zeros in front, and a start that one side moved.
#[test]
fn numbers_are_written_as_they_were() {
    let base = "01. red\n02. blue\n";
    let ours = "01. new\n02. red\n03. blue\n";
    let theirs = "01. red\n02. odd\n03. blue\n";
    assert_eq!(
        clean(base, ours, theirs),
        "01. new\n02. red\n03. odd\n04. blue\n"
    );
    let base = "1. red\n2. blue\n";
    let ours = "4. red\n5. blue\n";
    let theirs = "1. red\n2. blue\n3. odd\n";
    assert_eq!(clean(base, ours, theirs), "4. red\n5. blue\n6. odd\n");
    let base = "1. red\n1. blue\n";
    let ours = "1. red\n2. blue\n";
    let theirs = "1. red\n1. blue\n1. odd\n";
    assert_eq!(clean(base, ours, theirs), "1. red\n2. blue\n3. odd\n");
}

/// The list in an item, and a list below another heading, each count on their own.
#[test]
fn every_list_counts_on_its_own() {
    let way = |a: &str, b: &str| format!("# One\n\n{a}\n# Two\n\n{b}");
    let (a, b) = (
        "1. red\n   1. dark\n   2. light\n2. blue\n",
        "1. up\n2. down\n",
    );
    let ours = way(
        "1. red\n   1. pale\n   2. dark\n   3. light\n2. blue\n",
        "1. over\n2. up\n3. down\n",
    );
    let theirs = way("1. red\n   1. dark\n   2. odd\n   3. light\n2. blue\n", b);
    assert_eq!(
        clean(&way(a, b), &ours, &theirs),
        way(
            "1. red\n   1. pale\n   2. dark\n   3. odd\n   4. light\n2. blue\n",
            "1. over\n2. up\n3. down\n"
        )
    );
}

/// Numbers that one side alone wrote stay as it wrote them.
#[test]
fn what_one_side_alone_numbered_stays() {
    let base = "# One\n\nWords.\n\n# Two\n\n1. up\n2. down\n";
    let ours = base.replace("2. down", "2. down\n2. twice");
    let theirs = base.replace("Words", "Other words");
    assert_eq!(
        clean(base, &ours, &theirs),
        ours.replace("Words", "Other words")
    );
}
