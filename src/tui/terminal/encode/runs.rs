//! In which order the changes of a frame are written, so that the pen changes seldom.

use std::ops::Range;

use super::Change;
use super::pen::Pen;

/// A pen that takes no more bytes than this is changed wherever a row asks for it: getting
/// back to the place later would take as many.
const CHEAP: usize = 8;
/// Runs of one pen below which it saves nothing to write them together.
const FEW: usize = 3;

/// Changes of one row that are written one behind the other.
pub(super) struct Run {
    pub row: u16,
    /// Indexes of the changes.
    pub changes: Range<usize>,
    /// The pen that suits them all. Blanks only ask for its background.
    pen: Pen,
    /// Whether there are but blanks so far.
    blank: bool,
}

/// The changes of a frame as runs.
#[derive(Default)]
pub(super) struct Runs {
    runs: Vec<Run>,
    /// Rows that have to be written from left to right, each as a whole.
    whole: Vec<Run>,
}

impl Runs {
    /// Adds the changes from `first` on, which are those of a row.
    pub fn add_row(&mut self, row: u16, first: usize, changes: &[Change<'_>]) {
        let run = |changes, pen, blank| Run {
            row,
            changes,
            pen,
            blank,
        };
        let own = &changes[first..];
        if own.iter().any(|change| !change.certain) {
            // Terminals may draw such a change over what stands behind it.
            let all = first..changes.len();
            return self.whole.push(run(all, Pen::default(), true));
        }
        let mut last: Option<Run> = None;
        for (at, change) in (first..).zip(own) {
            let blank = change.is_plain_blank();
            match &mut last {
                Some(run) if run.takes(change.pen, blank) => {
                    run.changes.end = at + 1;
                    if !blank {
                        (run.pen, run.blank) = (change.pen, false);
                    }
                }
                _ => self
                    .runs
                    .extend(last.replace(run(at..at + 1, change.pen, blank))),
            }
        }
        self.runs.extend(last);
    }

    /// The runs as they are to be written: by row, those of a dear pen behind the others.
    pub fn in_order(self) -> impl Iterator<Item = Run> {
        let Self { mut runs, whole } = self;
        let mut pens: Vec<(Pen, usize)> = Vec::new();
        for run in &runs {
            match pens.iter_mut().find(|(pen, _)| *pen == run.pen) {
                Some((_, count)) => *count += 1,
                None => pens.push((run.pen, 1)),
            }
        }
        pens.retain(|(pen, count)| *count >= FEW && pen.bytes() > CHEAP);
        let turn = |run: &Run| pens.iter().position(|(pen, _)| *pen == run.pen);
        runs.sort_by_key(turn);
        whole.into_iter().chain(runs)
    }
}

impl Run {
    /// Whether a change with this pen can be one of the run.
    fn takes(&self, pen: Pen, blank: bool) -> bool {
        match blank || self.blank {
            true => self.pen.paper() == pen.paper(),
            false => self.pen == pen,
        }
    }
}
