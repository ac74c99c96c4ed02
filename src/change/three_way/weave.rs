//! Which lines the merged log has, and where they are.
//!
//! Lines that are in all three versions in the same order are the warp; between two of them lies a
//! stretch of lines that came, went or moved. A named line has one home: the stretch, and the side,
//! that put it where it is. Within a stretch the named lines of both sides are put together by
//! name, so that ordered logs stay ordered, and the other lines go along behind the lines that they
//! came after.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::align::align;
use super::lines::{Line, Name, Tokens, Version};
use super::object::{self, Merged};
use super::output::{Piece, Row};
use super::{Dispute, Side, either};
use crate::document::json::Object;
use crate::document::same_value::is_same;
use crate::plan::uid::Uid;

/// What is known of three versions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// What has one number is one step.
    Settled,
    /// What has one number is one step unless its uids say otherwise.
    AsNumbered,
    /// The same, and it is not known what both sides started from: the base has no lines.
    Unknowing,
}

/// The pieces of the log merged from base, ours and theirs, in order.
pub fn weave<'a>(
    [base, ours, theirs]: [&Version<'a>; 3],
    tokens: &Tokens<'a>,
    way: Way,
) -> Vec<Piece<'a>> {
    Loom::new([base, ours, theirs], tokens, way).weave()
}

/// What is between two lines of the warp in each of the versions.
struct Stretch {
    base: Range<usize>,
    ours: Range<usize>,
    theirs: Range<usize>,
}

impl Stretch {
    fn is_empty(&self) -> bool {
        self.base.is_empty() && self.ours.is_empty() && self.theirs.is_empty()
    }

    fn of(&self, side: Side) -> Range<usize> {
        match side {
            Side::Ours => self.ours.clone(),
            Side::Theirs => self.theirs.clone(),
        }
    }
}

struct Loom<'v, 'a> {
    tokens: &'v Tokens<'a>,
    base: &'v Version<'a>,
    ours: &'v Version<'a>,
    theirs: &'v Version<'a>,
    /// Where the warp is in base, ours and theirs.
    warp: Vec<[usize; 3]>,
    /// One more than the warp has lines.
    stretches: Vec<Stretch>,
    /// The side that each named line is placed by; `None` where both place it in one stretch.
    homes: Vec<Option<Side>>,
    /// Names that several lines share, and not as many in each version: which line is which
    /// is a guess then.
    shared: HashSet<Name<'a>>,
    /// Where each named line is in base, ours and theirs.
    places: [Vec<Option<usize>>; 3],
    way: Way,
}

impl<'v, 'a> Loom<'v, 'a> {
    fn new([base, ours, theirs]: [&'v Version<'a>; 3], tokens: &'v Tokens<'a>, way: Way) -> Self {
        let to = |side: &Version<'a>| align(&base.tokens(), &side.tokens(), tokens.count());
        let (to_ours, to_theirs) = (to(ours), to(theirs));
        let both = to_ours.iter().zip(&to_theirs).enumerate();
        let warp: Vec<[usize; 3]> = both
            .filter_map(|(at, (o, t))| Some([at, (*o)?, (*t)?]))
            .collect();
        let mut stretches = Vec::with_capacity(warp.len() + 1);
        let mut from = [0; 3];
        let end = [base.lines.len(), ours.lines.len(), theirs.lines.len()];
        for to in warp.iter().chain([&end]) {
            stretches.push(Stretch {
                base: from[0]..to[0],
                ours: from[1]..to[1],
                theirs: from[2]..to[2],
            });
            from = to.map(|at| at + 1);
        }
        let mut loom = Self {
            places: [base, ours, theirs].map(|version| version.places(tokens)),
            way,
            homes: Vec::new(),
            shared: HashSet::new(),
            tokens,
            base,
            ours,
            theirs,
            warp,
            stretches,
        };
        loom.homes = loom.find_homes(&to_ours, &to_theirs);
        loom.shared = (0..tokens.count())
            .filter(|token| loom.lines(*token).iter().any(Option::is_none))
            .filter_map(|token| tokens.name(token))
            .filter(|name| name.first() != **name)
            .map(Name::first)
            .collect();
        loom
    }

    fn weave(&self) -> Vec<Piece<'a>> {
        let (ours, theirs) = (self.ours.lines.len(), self.theirs.lines.len());
        let mut pieces = Vec::with_capacity(ours.max(theirs));
        let mut placed = vec![false; self.tokens.count()];
        for (number, stretch) in self.stretches.iter().enumerate() {
            if !stretch.is_empty() {
                self.fill(stretch, &mut placed, &mut pieces);
            }
            if let Some([b, o, t]) = self.warp.get(number) {
                let token = self.base.lines[*b].token;
                let lines = [
                    &self.base.lines[*b],
                    &self.ours.lines[*o],
                    &self.theirs.lines[*t],
                ];
                pieces.extend(self.line(token, lines.map(Some)));
            }
        }
        pieces
    }

    fn find_homes(
        &self,
        to_ours: &[Option<usize>],
        to_theirs: &[Option<usize>],
    ) -> Vec<Option<Side>> {
        let (in_ours, in_theirs) = (self.stretch_of(Side::Ours), self.stretch_of(Side::Theirs));
        let home = |token: usize| {
            let [b, o, t] = self.places.each_ref().map(|places| places[token]);
            let (Some(o), Some(t)) = (o, t) else {
                return o.map(|_| Side::Ours).or(Some(Side::Theirs));
            };
            let stays = |aligned: &[Option<usize>], at| b.is_some_and(|b| aligned[b] == Some(at));
            match (stays(to_ours, o), stays(to_theirs, t)) {
                (true, false) => Some(Side::Theirs),
                (false, true) => Some(Side::Ours),
                _ => match in_ours[o].cmp(&in_theirs[t]) {
                    Ordering::Less => Some(Side::Ours),
                    Ordering::Equal => None,
                    Ordering::Greater => Some(Side::Theirs),
                },
            }
        };
        (0..self.tokens.count()).map(home).collect()
    }

    /// The number of the stretch that each line of a side is in.
    fn stretch_of(&self, side: Side) -> Vec<usize> {
        let mut numbers = vec![0; self.version(side).lines.len()];
        for (number, stretch) in self.stretches.iter().enumerate() {
            numbers[stretch.of(side)].fill(number);
        }
        numbers
    }

    fn version(&self, side: Side) -> &'v Version<'a> {
        match side {
            Side::Ours => self.ours,
            Side::Theirs => self.theirs,
        }
    }

    fn lines(&self, token: usize) -> [Option<&'v Line<'a>>; 3] {
        let [b, o, t] = self.places.each_ref().map(|places| places[token]);
        [
            b.map(|at| &self.base.lines[at]),
            o.map(|at| &self.ours.lines[at]),
            t.map(|at| &self.theirs.lines[at]),
        ]
    }

    /// What becomes of a line: nothing if it is gone.
    fn line(&self, token: usize, lines: [Option<&Line<'a>>; 3]) -> Option<Piece<'a>> {
        let name = || self.tokens.name(token).map(Name::to_string);
        let name = || name().unwrap_or_default();
        if self.way == Way::Unknowing {
            let [_, ours, theirs] = lines;
            return Some(self.unlike(name(), ours, theirs));
        }
        let removed = |by, ours, theirs| Piece::Conflict {
            ours,
            theirs,
            dispute: Dispute::Removed { name: name(), by },
        };
        Some(match lines {
            [None, Some(line), None] | [None, None, Some(line)] => Piece::Row(line.into()),
            [Some(b), Some(line), None] | [Some(b), None, Some(line)]
                if is_same(b.body, line.body) =>
            {
                return None;
            }
            [Some(_), Some(o), None] => removed(Side::Theirs, vec![o.into()], Vec::new()),
            [Some(_), None, Some(t)] => removed(Side::Ours, Vec::new(), vec![t.into()]),
            [b, Some(o), Some(t)] => self.merged(token, b, o, t),
            [_, None, None] => return None,
        })
    }

    /// A line of two versions of which nobody knows which one changed it.
    fn unlike(
        &self,
        name: String,
        ours: Option<&Line<'a>>,
        theirs: Option<&Line<'a>>,
    ) -> Piece<'a> {
        let dispute = match (ours, theirs) {
            (Some(ours), Some(theirs)) if ours.body == theirs.body => {
                return Piece::Row(ours.into());
            }
            (Some(ours), Some(theirs)) if are_different(ours, theirs) => {
                Dispute::Different { name }
            }
            (Some(_), Some(_)) => Dispute::Changed {
                name,
                keys: Vec::new(),
            },
            (Some(_), None) => Dispute::Removed {
                name,
                by: Side::Theirs,
            },
            (None, _) => Dispute::Removed {
                name,
                by: Side::Ours,
            },
        };
        let rows = |line: Option<&Line<'a>>| line.map(Row::from).into_iter().collect();
        Piece::Conflict {
            ours: rows(ours),
            theirs: rows(theirs),
            dispute,
        }
    }

    fn merged(
        &self,
        token: usize,
        base: Option<&Line<'a>>,
        ours: &Line<'a>,
        theirs: &Line<'a>,
    ) -> Piece<'a> {
        let (bom, end) = match base {
            Some(base) => (
                either(base.bom, ours.bom, theirs.bom),
                either(base.end, ours.end, theirs.end),
            ),
            None => (ours.bom.max(theirs.bom), ours.end.max(theirs.end)),
        };
        let row = |body| Row { bom, body, end };
        let body = base.map(|line| line.body);
        if ours.body == theirs.body || body == Some(theirs.body) {
            return Piece::Row(row(Cow::Borrowed(ours.body)));
        }
        if body == Some(ours.body) {
            return Piece::Row(row(Cow::Borrowed(theirs.body)));
        }
        let name = self.tokens.name(token).cloned();
        let both = |ours, theirs, dispute| Piece::Conflict {
            ours: vec![row(ours)],
            theirs: vec![row(theirs)],
            dispute,
        };
        let words = name.as_ref().map(Name::to_string).unwrap_or_default();
        let is_new = base.is_none() && !matches!(name, Some(Name::Header(_)));
        if self.way != Way::Settled && are_different(ours, theirs) {
            let (ours, theirs) = (Cow::Borrowed(ours.body), Cow::Borrowed(theirs.body));
            return both(ours, theirs, Dispute::Different { name: words });
        }
        if name.is_some_and(|name| self.shared.contains(&name.first())) {
            let (ours, theirs) = (Cow::Borrowed(ours.body), Cow::Borrowed(theirs.body));
            let (name, keys) = (words, Vec::new());
            return match is_new {
                true => both(ours, theirs, Dispute::Added { name }),
                false => both(ours, theirs, Dispute::Changed { name, keys }),
            };
        }
        // A named line is a JSON object, so it is text.
        let text = |body: &'a [u8]| std::str::from_utf8(body).unwrap_or_default();
        match object::merge(body.map(text), text(ours.body), text(theirs.body)) {
            Merged::One(text) => Piece::Row(row(Cow::Owned(text.into_bytes()))),
            Merged::Two { ours, theirs, keys } => both(
                Cow::Owned(ours.into_bytes()),
                Cow::Owned(theirs.into_bytes()),
                match is_new {
                    true => Dispute::Added { name: words },
                    false => Dispute::Changed { name: words, keys },
                },
            ),
        }
    }

    /// Puts together what both sides made of a stretch.
    fn fill(&self, stretch: &Stretch, placed: &mut [bool], pieces: &mut Vec<Piece<'a>>) {
        let ours = self.runs(stretch, Side::Ours);
        let theirs = self.runs(stretch, Side::Theirs);
        let mut texts = self.texts(stretch, &ours, &theirs);
        texts.behind(None, pieces);
        let (mut ours, mut theirs) = (names(&ours).peekable(), names(&theirs).peekable());
        loop {
            let is_placed = |token: &usize| placed[*token];
            while ours.next_if(is_placed).is_some() || theirs.next_if(is_placed).is_some() {}
            let ours_first = match (ours.peek(), theirs.peek()) {
                (None, None) => break,
                (Some(o), Some(t)) => self.tokens.name(*o) <= self.tokens.name(*t),
                (ours, _) => ours.is_some(),
            };
            let next = if ours_first { &mut ours } else { &mut theirs };
            let Some(token) = next.next() else { break };
            placed[token] = true;
            pieces.extend(self.line(token, self.lines(token)));
            texts.behind(Some(token), pieces);
        }
    }

    /// The lines of a side in a stretch: the named ones that have their home and a future there,
    /// each with the other lines that come after it.
    fn runs(&self, stretch: &Stretch, side: Side) -> Vec<Run<'v, 'a>> {
        let mut runs = vec![Run::default()];
        for line in &self.version(side).lines[stretch.of(side)] {
            if self.tokens.name(line.token).is_none() {
                if let Some(run) = runs.last_mut() {
                    run.texts.push(line);
                }
            } else if self.is_home(line.token, side) && self.stays(line.token) {
                runs.push(Run {
                    name: Some(line.token),
                    texts: Vec::new(),
                });
            }
        }
        runs
    }

    fn is_home(&self, token: usize, side: Side) -> bool {
        self.homes[token].is_none_or(|home| home == side)
    }

    fn stays(&self, token: usize) -> bool {
        match self.lines(token) {
            [Some(b), Some(line), None] | [Some(b), None, Some(line)] => {
                !is_same(b.body, line.body)
            }
            [_, ours, theirs] => ours.is_some() || theirs.is_some(),
        }
    }

    /// Which side's lines without a name stay, and where.
    fn texts(
        &self,
        stretch: &Stretch,
        ours: &[Run<'v, 'a>],
        theirs: &[Run<'v, 'a>],
    ) -> Texts<'v, 'a> {
        let all = |version: &Version<'a>, range: &Range<usize>| -> Vec<usize> {
            let lines = version.lines[range.clone()].iter();
            lines.map(|line| line.token).collect()
        };
        let unnamed = |tokens: &[usize]| -> Vec<usize> {
            let tokens = tokens.iter().copied();
            tokens
                .filter(|token| self.tokens.name(*token).is_none())
                .collect()
        };
        let [b, o, t] = [
            all(self.base, &stretch.base),
            all(self.ours, &stretch.ours),
            all(self.theirs, &stretch.theirs),
        ];
        let (text_b, text_o, text_t) = (unnamed(&b), unnamed(&o), unnamed(&t));
        // Of equal texts, those behind the lesser names, whichever side that is.
        let lesser = |a: &[Run<'v, 'a>], b: &[Run<'v, 'a>]| self.bearers(a) <= self.bearers(b);
        let takes_ours = match () {
            () if o == b => false,
            () if t == b => true,
            () if text_o == text_t => lesser(ours, theirs),
            () if text_o == text_b => false,
            () if text_t == text_b => true,
            () if blank(ours) && blank(theirs) => bodies(ours) >= bodies(theirs),
            () => return Texts::conflict(ours, theirs),
        };
        Texts::of(if takes_ours { ours } else { theirs })
    }

    /// Behind which names the texts are, and how each of their lines is framed.
    fn bearers<'r>(&'r self, runs: &'r [Run<'v, 'a>]) -> Vec<Bearer<'r, 'a>> {
        let name = |run: &Run<'_, '_>| run.name.and_then(|token| self.tokens.name(token));
        let frames = |run: &Run<'v, 'a>| run.texts.iter().map(|l| (l.bom, l.end)).collect();
        let runs = runs.iter().filter(|run| !run.texts.is_empty());
        runs.map(|run| (name(run), frames(run))).collect()
    }
}

/// Whether two lines are of different steps, as far as their uids tell.
fn are_different(ours: &Line<'_>, theirs: &Line<'_>) -> bool {
    let uid = |line: &Line<'_>| {
        let object = Object::parse(std::str::from_utf8(line.body).ok()?).ok()?;
        object.get("uid").and_then(Uid::of_raw)
    };
    let (ours, theirs) = (uid(ours), uid(theirs));
    ours.is_some() && theirs.is_some() && ours != theirs
}

type Bearer<'r, 'a> = (Option<&'r Name<'a>>, Vec<(bool, Option<&'a [u8]>)>);

/// A named line, or the beginning of a stretch, and the lines without a name behind it.
#[derive(Default)]
struct Run<'v, 'a> {
    name: Option<usize>,
    texts: Vec<&'v Line<'a>>,
}

fn names<'r>(runs: &'r [Run<'_, '_>]) -> impl Iterator<Item = usize> + 'r {
    runs.iter().filter_map(|run| run.name)
}

fn blank(runs: &[Run<'_, '_>]) -> bool {
    let mut texts = runs.iter().flat_map(|run| &run.texts);
    texts.all(|line| line.is_blank())
}

/// How many lines without a name there are, and what they say.
fn bodies<'a>(runs: &[Run<'_, 'a>]) -> (usize, Vec<&'a [u8]>) {
    let texts = runs.iter().flat_map(|run| &run.texts);
    let bodies: Vec<&[u8]> = texts.map(|line| line.body).collect();
    (bodies.len(), bodies)
}

/// The lines without a name that a stretch keeps.
enum Texts<'v, 'a> {
    /// Those of one side, by the named line that they come after.
    Behind(HashMap<Option<usize>, Vec<&'v Line<'a>>>),
    /// Those of both sides, to be put behind the first of these lines; then nothing more.
    Conflict {
        bearers: HashSet<Option<usize>>,
        lines: Option<[Vec<&'v Line<'a>>; 2]>,
    },
}

impl<'v, 'a> Texts<'v, 'a> {
    fn of(runs: &[Run<'v, 'a>]) -> Self {
        let runs = runs.iter().filter(|run| !run.texts.is_empty());
        Self::Behind(runs.map(|run| (run.name, run.texts.clone())).collect())
    }

    fn conflict(ours: &[Run<'v, 'a>], theirs: &[Run<'v, 'a>]) -> Self {
        let texts = |runs: &[Run<'v, 'a>]| runs.iter().flat_map(|run| run.texts.clone()).collect();
        let bearers = ours
            .iter()
            .chain(theirs)
            .filter(|run| !run.texts.is_empty());
        Self::Conflict {
            bearers: bearers.map(|run| run.name).collect(),
            lines: Some([texts(ours), texts(theirs)]),
        }
    }

    fn behind(&mut self, name: Option<usize>, pieces: &mut Vec<Piece<'a>>) {
        let row = |line: &&Line<'a>| Row::from(*line);
        match self {
            Self::Behind(lines) => {
                let lines = lines.remove(&name).unwrap_or_default();
                pieces.extend(lines.iter().map(row).map(Piece::Row));
            }
            Self::Conflict { bearers, lines } if bearers.contains(&name) => {
                pieces.extend(lines.take().map(|[ours, theirs]| Piece::Conflict {
                    ours: ours.iter().map(row).collect(),
                    theirs: theirs.iter().map(row).collect(),
                    dispute: Dispute::Text,
                }));
            }
            Self::Conflict { .. } => {}
        }
    }
}
