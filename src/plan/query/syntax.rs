//! How a filter line is put together: terms, `OR`, parentheses, `-` and quotes.
//!
//! What a term means is decided elsewhere. Anything that is no operator is text: an `OR` with
//! nothing on one side, parentheses that are quoted, stand within a term or do not balance.

use super::QueryError;
use crate::document::splice::Span;

/// Parentheses within each other; more are a mistake, and would cost a stack.
const DEEPEST: usize = 32;

/// A line taken apart.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Tree {
    /// Every part must hold; an empty line is this without parts.
    All(Vec<Tree>),
    /// At least one must.
    Any(Vec<Tree>),
    /// It must not.
    Not(Box<Tree>),
    Term(Term),
}

/// What stands between two spaces, quotes taken off.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Term {
    /// Its text.
    pub text: String,
    /// Where it is in the line, in bytes, quotes included.
    pub span: Span,
    /// For each byte of the text, whether it stood between quotes.
    quoted: Vec<bool>,
}

impl Term {
    fn push(&mut self, c: char, quoted: bool) {
        self.text.push(c);
        self.quoted.resize(self.text.len(), quoted);
    }

    /// Whether quotes are about a part of it.
    pub(super) fn is_quoted(&self) -> bool {
        self.quoted.contains(&true)
    }

    /// Whether it ends with a parenthesis that nothing in it opens.
    pub(super) fn is_closed_too_often(&self) -> bool {
        self.groups().1 > 0
    }

    /// The rest of the term from a byte of its text on.
    pub(super) fn from(&self, at: usize) -> Self {
        Self {
            text: self.text[at..].to_owned(),
            span: self.span,
            quoted: self.quoted[at..].to_vec(),
        }
    }

    /// The parts between these characters where no quotes protect them, each with whether it begins
    /// between quotes.
    pub(super) fn split(&self, at: char) -> Vec<(&str, bool)> {
        let mut parts = Vec::new();
        let mut start = 0;
        let is_quoted = |at: usize| self.quoted.get(at) == Some(&true);
        for (end, c) in self.text.char_indices() {
            if c == at && !self.quoted[end] {
                parts.push((&self.text[start..end], is_quoted(start)));
                start = end + c.len_utf8();
            }
        }
        parts.push((&self.text[start..], is_quoted(start)));
        parts
    }

    /// Whether this ASCII character stands there, outside quotes.
    fn has(&self, at: usize, c: u8) -> bool {
        self.text.as_bytes().get(at) == Some(&c) && !self.quoted[at]
    }

    /// Its parentheses that group: how many bytes at the beginning hold the opening ones, and how
    /// many closing ones stand at the end. Those that belong together within the term do not count.
    fn groups(&self) -> (usize, usize) {
        let mut start = 0;
        loop {
            start += match () {
                () if self.has(start, b'(') => 1,
                () if self.has(start, b'-') && self.has(start + 1, b'(') => 2,
                () => break,
            };
        }
        let at_end = (start..self.text.len()).rev();
        let at_end = at_end.take_while(|at| self.has(*at, b')')).count();
        let count = |c| {
            (start..self.text.len())
                .filter(|at| self.has(*at, c))
                .count()
        };
        (start, at_end.min(count(b')').saturating_sub(count(b'('))))
    }
}

/// Takes a line apart.
///
/// # Errors
/// Parentheses go too deep.
pub(super) fn parse(text: &str) -> Result<Tree, QueryError> {
    let terms = terms(text);
    let tokens = grouped(&terms).unwrap_or_else(|| terms.iter().cloned().map(token).collect());
    let mut parser = Parser { tokens, at: 0 };
    parser.group(0)
}

/// How many parentheses that group are open at the end of a line, where none closes too early.
pub(super) fn unclosed(text: &str) -> usize {
    let mut depth = 0_usize;
    for term in terms(text) {
        let (start, closing) = term.groups();
        let opening = (0..start).filter(|at| term.has(*at, b'(')).count();
        match (depth + opening).checked_sub(closing) {
            Some(left) => depth = left,
            None => return 0,
        }
    }
    depth
}

/// Terms are separated by spaces; quotes keep them together, such as `owner:"field ops"`.
pub(super) fn terms(text: &str) -> Vec<Term> {
    let mut terms: Vec<Term> = Vec::new();
    let mut inside = false;
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        if c.is_whitespace() && !quoted {
            inside = false;
            continue;
        }
        if !std::mem::replace(&mut inside, true) {
            terms.push(Term {
                span: Span::empty(at),
                ..Term::default()
            });
        }
        quoted ^= c == '"';
        if let Some(term) = terms.last_mut() {
            term.span.end = at + c.len_utf8();
            if c != '"' {
                term.push(c, quoted);
            }
        }
    }
    terms.retain(|term| !term.text.is_empty());
    terms
}

#[derive(Clone, Debug)]
enum Token {
    Open { negated: bool, span: Span },
    Close,
    Or(Term),
    Term(Term),
}

/// A term that has nothing to do with parentheses.
fn token(term: Term) -> Token {
    let is_or = term.text == "OR" && !term.quoted[0] && term.span.len() == term.text.len();
    match is_or {
        true => Token::Or(term),
        false => Token::Term(term),
    }
}

/// The terms with parentheses as tokens of their own, if they balance and hold something.
fn grouped(terms: &[Term]) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut depth = 0_usize;
    for term in terms {
        let (start, closing) = term.groups();
        let mut at = 0;
        while at < start {
            let negated = term.has(at, b'-');
            let span = term.span;
            tokens.push(Token::Open { negated, span });
            depth += 1;
            at += 1 + usize::from(negated);
        }
        let end = term.text.len() - closing;
        if start < end {
            let mut inner = term.from(start);
            inner.text.truncate(end - start);
            inner.quoted.truncate(end - start);
            inner.span = Span::new(term.span.start + start, term.span.end - closing);
            tokens.push(token(inner));
        }
        for _ in 0..closing {
            if matches!(tokens.last(), None | Some(Token::Open { .. })) {
                return None;
            }
            tokens.push(Token::Close);
            depth = depth.checked_sub(1)?;
        }
    }
    (depth == 0).then_some(tokens)
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

impl Parser {
    /// Everything up to the parenthesis that closes the group, or to the end.
    fn group(&mut self, depth: usize) -> Result<Tree, QueryError> {
        let mut alternatives = Vec::new();
        let mut parts = Vec::new();
        while let Some(token) = self.tokens.get(self.at).cloned() {
            self.at += 1;
            match token {
                Token::Close => break,
                Token::Open { span, .. } if depth == DEEPEST => {
                    return Err(QueryError {
                        term: "(".to_owned(),
                        span,
                        reason: "parentheses go too deep here".to_owned(),
                    });
                }
                Token::Open { negated, .. } => {
                    let group = self.group(depth + 1)?;
                    parts.push(match negated {
                        true => Tree::Not(Box::new(group)),
                        false => group,
                    });
                }
                Token::Or(_) if !parts.is_empty() && self.has_operand() => {
                    alternatives.push(all(std::mem::take(&mut parts)));
                }
                Token::Or(term) | Token::Term(term) => parts.push(signed(term)),
            }
        }
        if alternatives.is_empty() {
            return Ok(all(parts));
        }
        alternatives.push(all(parts));
        Ok(Tree::Any(alternatives))
    }

    /// Whether something follows that an `OR` can have on its right.
    fn has_operand(&self) -> bool {
        let next = self.tokens.get(self.at);
        matches!(next, Some(Token::Term(_) | Token::Open { .. }))
    }
}

fn all(mut parts: Vec<Tree>) -> Tree {
    match parts.len() {
        1 => parts.remove(0),
        _ => Tree::All(parts),
    }
}

fn signed(term: Term) -> Tree {
    match term.text.strip_prefix('-') {
        Some(rest) if !rest.is_empty() => Tree::Not(Box::new(Tree::Term(term.from(1)))),
        _ => Tree::Term(term),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tree as text: `&` and `|` between parts, `!` before what is negated.
    fn shown(tree: &Tree) -> String {
        let list = |parts: &[Tree], sign: &str| {
            let parts: Vec<String> = parts.iter().map(shown).collect();
            format!("({})", parts.join(sign))
        };
        match tree {
            Tree::All(parts) => list(parts, " & "),
            Tree::Any(parts) => list(parts, " | "),
            Tree::Not(part) => format!("!{}", shown(part)),
            Tree::Term(term) => term.text.clone(),
        }
    }

    #[test]
    fn a_line_is_taken_apart_as_people_would() {
        for (line, tree) in [
            ("", "()"),
            ("a", "a"),
            ("a b", "(a & b)"),
            ("a OR b", "(a | b)"),
            ("a b OR c d", "((a & b) | (c & d))"),
            ("a (b OR c)", "(a & (b | c))"),
            ("( a OR b ) c", "((a | b) & c)"),
            ("-(a OR -b) c", "(!(a | !b) & c)"),
            ("((a OR b) c)", "((a | b) & c)"),
            ("(a OR b) OR c", "((a | b) | c)"),
            ("a (review)", "(a & review)"),
            ("x:f(b)", "x:f(b)"),
            ("(x:f(b))", "x:f(b)"),
        ] {
            assert_eq!(shown(&parse(line).unwrap()), tree, "{line}");
        }
    }

    #[test]
    fn what_is_no_operator_is_text() {
        for (line, tree) in [
            ("OR a", "(OR & a)"),
            ("a OR", "(a & OR)"),
            ("a OR OR b", "((a & OR) | b)"),
            ("a or b", "(a & or & b)"),
            ("a \"OR\" b", "(a & OR & b)"),
            ("a O\"R\" b", "(a & OR & b)"),
            ("(a", "(a"),
            ("a)", "a)"),
            ("a) (b", "(a) & (b)"),
            ("()", "()"),
            ("( )", "(( & ))"),
            ("a :)", "(a & :))"),
            ("\"(a\" \"b)\"", "((a & b))"),
            ("\"(\"a b)", "((a & b))"),
            ("-", "-"),
            ("f(a) b", "(f(a) & b)"),
        ] {
            assert_eq!(shown(&parse(line).unwrap()), tree, "{line}");
        }
    }

    #[test]
    fn deep_parentheses_are_refused() {
        let line = format!("{}a{}", "(".repeat(50_000), ")".repeat(50_000));
        assert!(parse(&line).is_err());
        let line = format!("{}a{}", "(".repeat(30), ")".repeat(30));
        assert_eq!(shown(&parse(&line).unwrap()), "a");
    }
}
