//! What the lines of a log have in common: their keys, and what stands between the values.
//!
//! Programs write one line like the other, so that few shapes describe a million lines, and
//! of a line only the lengths of its values need to be kept.

use std::borrow::Cow;
use std::collections::HashSet;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crate::document::splice::Span;

/// The keys of an object in source order, and where its values would start if all values
/// were empty.
#[derive(Debug)]
pub(super) struct LineShape {
    keys: Box<[Arc<str>]>,
    starts: Box<[u32]>,
    finder: Finder,
}

pub(super) fn length(bytes: usize) -> u32 {
    u32::try_from(bytes).expect("a piece of a log is smaller than 4 GiB")
}

/// One key and the place of its value in the line.
pub(super) type Found<'a> = (Cow<'a, str>, Span);

impl LineShape {
    fn of(found: &[Found<'_>], starts: &[u32], names: &mut HashSet<Arc<str>>) -> Self {
        let mut name = |key: &str| match names.get(key) {
            Some(name) => name.clone(),
            None => {
                let name: Arc<str> = key.into();
                names.insert(name.clone());
                name
            }
        };
        let keys: Box<[Arc<str>]> = found.iter().map(|(key, _)| name(key)).collect();
        Self {
            finder: Finder::of(&keys),
            keys,
            starts: starts.into(),
        }
    }

    fn fits(&self, found: &[Found<'_>], starts: &[u32]) -> bool {
        *self.starts == *starts
            && (self.keys.iter().zip(found)).all(|(key, (other, _))| **key == **other)
    }

    /// The keys in source order, duplicates included.
    pub(super) fn keys(&self) -> &[Arc<str>] {
        &self.keys
    }

    /// Which entry `key` is; of duplicates the last.
    pub(super) fn find(&self, key: &str) -> Option<usize> {
        self.finder.find(&self.keys, key)
    }

    /// Where the value of an entry starts in a line whose values before it take `before` bytes.
    pub(super) fn start(&self, entry: usize, before: usize) -> usize {
        self.starts[entry] as usize + before
    }
}

impl PartialEq for LineShape {
    fn eq(&self, other: &Self) -> bool {
        self.starts == other.starts && self.keys == other.keys
    }
}

impl Eq for LineShape {}

impl Hash for LineShape {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.starts.hash(state);
        self.keys.hash(state);
    }
}

/// Finds a key by its length and two of its letters, mostly with one comparison.
#[derive(Debug)]
struct Finder([u8; Finder::SLOTS]);

impl Finder {
    const SLOTS: usize = 64;
    const NONE: u8 = u8::MAX;
    const SEVERAL: u8 = u8::MAX - 1;

    fn of(keys: &[Arc<str>]) -> Self {
        let mut slots = [Self::NONE; Self::SLOTS];
        for (at, key) in keys.iter().enumerate() {
            let slot = &mut slots[Self::slot(key)];
            let is_free = match *slot {
                Self::NONE => true,
                Self::SEVERAL => false,
                other => keys[other as usize] == *key,
            };
            *slot = match u8::try_from(at) {
                Ok(at) if is_free && at < Self::SEVERAL => at,
                _ => Self::SEVERAL,
            };
        }
        Self(slots)
    }

    fn slot(key: &str) -> usize {
        let letter = |at: Option<&u8>| at.map_or(0, |letter| usize::from(*letter));
        let key = key.as_bytes();
        (key.len() + letter(key.first()) * 7 + letter(key.last()) * 3) % Self::SLOTS
    }

    fn find(&self, keys: &[Arc<str>], key: &str) -> Option<usize> {
        match self.0[Self::slot(key)] {
            Self::NONE => None,
            Self::SEVERAL => keys.iter().rposition(|k| **k == *key),
            at => (*keys[at as usize] == *key).then_some(at as usize),
        }
    }
}

/// The shapes met so far, each kept once.
#[derive(Default)]
pub(super) struct Shapes {
    known: HashSet<Arc<LineShape>>,
    names: HashSet<Arc<str>>,
    starts: Vec<u32>,
}

impl Shapes {
    /// Goes on from shapes that are known already.
    pub(super) fn knowing<'a>(shapes: impl IntoIterator<Item = &'a Arc<LineShape>>) -> Self {
        let mut all = Self::default();
        for shape in shapes {
            all.names.extend(shape.keys.iter().cloned());
            all.known.insert(shape.clone());
        }
        all
    }

    /// The shape of a line as found, as its number among those of `here`, to which it is added
    /// if need be.
    pub(super) fn number(&mut self, found: &[Found<'_>], here: &mut Vec<Arc<LineShape>>) -> u32 {
        /// Further back no shape is looked for one by one.
        const RECENT: usize = 8;
        self.starts.clear();
        let mut values = 0;
        for (_, span) in found {
            self.starts.push(length(span.start - values));
            values += span.len();
        }
        let mut recent = here.iter().enumerate().rev().take(RECENT);
        let at = match recent.find(|(_, shape)| shape.fits(found, &self.starts)) {
            Some((at, _)) => at,
            None => {
                let shape = LineShape::of(found, &self.starts, &mut self.names);
                let shape = match self.known.get(&shape) {
                    Some(known) => known.clone(),
                    None => {
                        let shape = Arc::new(shape);
                        self.known.insert(shape.clone());
                        shape
                    }
                };
                here.push(shape);
                here.len() - 1
            }
        };
        length(at)
    }
}
