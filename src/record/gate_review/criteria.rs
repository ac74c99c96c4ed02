//! The text of a gate, taken apart into the criteria that a review goes through.
//!
//! A criterion keeps the author's words. What introduces the list ("Readiness review with", "Go or
//! no-go with the sponsors:") is not a criterion; the packet quotes the whole text beside them, so
//! nothing is lost where the author's commas mean something else.

/// Words behind "review" that introduce what it looks at.
const LEADS: [&str; 2] = ["with", "that"];

/// The criteria in the text of a gate, in its order. Sentences, lines, semicolons and commas
/// part them, but not within brackets or quotation marks.
pub fn criteria(review: &str) -> Vec<String> {
    let mut found = Vec::new();
    for sentence in sentences(review) {
        let listed = without_lead(&sentence);
        for piece in parts(listed) {
            let words = trimmed(piece);
            if !words.is_empty() {
                found.push(words.split_whitespace().collect::<Vec<_>>().join(" "));
            }
        }
    }
    found
}

/// A piece without the "and" that joined it to the list and the stop that ends it.
fn trimmed(piece: &str) -> &str {
    let piece = piece.trim().trim_end_matches(['.', ';', ',']).trim_end();
    match piece.split_once(char::is_whitespace) {
        None if piece.eq_ignore_ascii_case("and") => "",
        Some((joint, rest)) if joint.eq_ignore_ascii_case("and") => rest.trim_start(),
        _ => piece,
    }
}

/// The sentences and lines of a text, and what semicolons part.
fn sentences(text: &str) -> Vec<String> {
    let mut sentences = vec![String::new()];
    let mut depth = Depth::default();
    for (at, c) in text.char_indices() {
        depth.see(c);
        let rest = &text[at + c.len_utf8()..];
        let ends = match c {
            '\n' => true,
            ';' => depth.is_outside(),
            '.' | '!' | '?' => depth.is_outside() && begins_sentence(rest),
            _ => false,
        };
        match (ends, sentences.last_mut()) {
            (true, _) => {
                sentences.push(String::new());
                depth = Depth::default();
            }
            (false, Some(last)) => last.push(c),
            (false, None) => {}
        }
    }
    sentences
}

/// Whether a new sentence begins behind a stop: blanks, then no small letter.
fn begins_sentence(rest: &str) -> bool {
    let next = rest.trim_start();
    rest.len() > next.len() && next.chars().next().is_some_and(|c| !c.is_lowercase())
}

/// What a sentence lists, without the words that introduce it.
fn without_lead(sentence: &str) -> &str {
    if let Some((lead, list)) = sentence.split_once(": ")
        && !lead.contains(',')
        && !list.trim().is_empty()
    {
        return list;
    }
    let mut from = 0;
    for word in sentence.split_inclusive(char::is_whitespace) {
        from += word.len();
        if word.contains(',') {
            break;
        }
        if !word.trim().eq_ignore_ascii_case("review") {
            continue;
        }
        let rest = &sentence[from..];
        let Some((next, list)) = rest.split_once(char::is_whitespace) else {
            break;
        };
        let introduces = next.ends_with("ing") || LEADS.contains(&next);
        if introduces && !list.trim().is_empty() {
            return list;
        }
        break;
    }
    sentence
}

/// The pieces between commas that stand outside brackets and are followed by a blank.
fn parts(sentence: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut depth = Depth::default();
    let mut from = 0;
    for (at, c) in sentence.char_indices() {
        depth.see(c);
        let behind = &sentence[at + c.len_utf8()..];
        if c == ',' && depth.is_outside() && behind.starts_with(char::is_whitespace) {
            parts.push(&sentence[from..at]);
            from = at + 1;
        }
    }
    parts.push(&sentence[from..]);
    parts
}

/// How deep one is within brackets and quotation marks.
#[derive(Default)]
struct Depth {
    brackets: usize,
    quoted: bool,
}

impl Depth {
    fn see(&mut self, c: char) {
        match c {
            '(' | '[' | '{' | '“' => self.brackets += 1,
            ')' | ']' | '}' | '”' => self.brackets = self.brackets.saturating_sub(1),
            '"' => self.quoted = !self.quoted,
            _ => {}
        }
    }

    fn is_outside(&self) -> bool {
        self.brackets == 0 && !self.quoted
    }
}

#[cfg(test)]
mod tests {
    use super::criteria;

    #[test]
    fn a_list_behind_the_kind_of_review_is_taken_apart() {
        assert_eq!(
            criteria(
                "Launch review confirming a calm rehearsal, ≥95% checklist completion, and \
                 runbooks signed off."
            ),
            [
                "a calm rehearsal",
                "≥95% checklist completion",
                "runbooks signed off"
            ]
        );
        assert_eq!(
            criteria("Go/no-go with the sponsors: ≥75% of the checklist, support hours covered."),
            ["≥75% of the checklist", "support hours covered"]
        );
    }

    #[test]
    fn sentences_semicolons_and_lines_part_criteria_and_brackets_do_not() {
        assert_eq!(
            criteria("Costs (rent, power) known; 1,000 users. Drill held\nand filmed e.g. twice"),
            [
                "Costs (rent, power) known",
                "1,000 users",
                "Drill held",
                "filmed e.g. twice"
            ]
        );
        assert_eq!(
            criteria("Say “yes, we can”, then “go”."),
            ["Say “yes, we can”", "then “go”"]
        );
    }

    #[test]
    fn what_lists_nothing_is_one_criterion() {
        for whole in ["Review of adoption and cost", "Go or no-go", "review with"] {
            assert_eq!(criteria(whole), [whole]);
        }
        for nothing in ["", " . ", ";;", ", and "] {
            assert_eq!(criteria(nothing), [] as [&str; 0], "{nothing:?}");
        }
    }
}
