//! What happened and how things stood, as bytes and back: each text behind its length. Bytes that
//! make no sense are nothing; none make it panic.

use crate::history::canon::Tick;
use crate::history::events::{Event, Kind};
use crate::history::weeks::Snapshot;
use crate::plan::uid::Uid;

const KINDS: [Kind; 4] = [Kind::Added, Kind::Removed, Kind::Changed, Kind::Renumbered];
/// The length of a text that is not there.
const NONE: u32 = u32::MAX;

/// Appends events, and checks that were ticked.
pub(super) fn write(out: &mut Vec<u8>, events: &[Event], ticks: &[Tick]) {
    out.extend_from_slice(&(events.len() as u32).to_le_bytes());
    for event in events {
        let kind = KINDS.iter().position(|kind| *kind == event.kind);
        out.push(kind.unwrap_or(0) as u8);
        text(out, Some(&event.step.to_string()));
        text(out, event.uid.map(|uid| uid.to_string()).as_deref());
        for part in [&event.field, &event.before, &event.after] {
            text(out, part.as_deref());
        }
    }
    for tick in ticks {
        out.push(u8::from(tick.is_ticked));
        text(out, Some(&tick.stage));
        text(out, Some(&tick.check));
    }
}

fn text(out: &mut Vec<u8>, text: Option<&str>) {
    // No text is longer than a file, whose length has 30 bits.
    let length = text.map_or(NONE, |text| text.len() as u32);
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(text.unwrap_or_default().as_bytes());
}

/// Reads them back.
pub(super) fn read(bytes: &[u8]) -> Option<(Vec<Event>, Vec<Tick>)> {
    let mut rest = Rest(bytes);
    let count = rest.number()?;
    let mut events = Vec::new();
    for _ in 0..count {
        events.push(Event {
            kind: *KINDS.get(usize::from(rest.byte()?))?,
            step: rest.text()??.parse().ok()?,
            uid: rest.uid()?,
            field: rest.text()?.map(str::to_owned),
            before: rest.text()?.map(str::to_owned),
            after: rest.text()?.map(str::to_owned),
        });
    }
    let mut ticks = Vec::new();
    while !rest.0.is_empty() {
        ticks.push(Tick {
            is_ticked: rest.byte()? == 1,
            stage: rest.text()??.to_owned(),
            check: rest.text()??.to_owned(),
        });
    }
    Some((events, ticks))
}

/// Appends how some scopes stood.
pub(super) fn write_snapshot(out: &mut Vec<u8>, snapshot: &Snapshot) {
    let (steps, is_complete, scopes) = snapshot.parts();
    let number = |out: &mut Vec<u8>, number: usize| {
        out.extend_from_slice(&(number as u32).to_le_bytes());
    };
    number(out, steps.len());
    for ((id, uid), is_complete) in steps.iter().zip(is_complete) {
        text(out, Some(&id.to_string()));
        text(out, uid.map(|uid| uid.to_string()).as_deref());
        out.push(u8::from(*is_complete));
    }
    for scope in scopes {
        number(out, scope.len());
        scope.iter().for_each(|step| number(out, *step as usize));
    }
}

/// Reads it back.
pub(super) fn read_snapshot(bytes: &[u8]) -> Option<Snapshot> {
    let mut rest = Rest(bytes);
    let count = rest.number()?;
    let (mut steps, mut is_complete, mut scopes) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..count {
        let id = rest.text()??.parse().ok()?;
        steps.push((id, rest.uid()?));
        is_complete.push(rest.byte()? == 1);
    }
    while !rest.0.is_empty() {
        let size = rest.number()?;
        let scope: Option<Vec<u32>> = (0..size)
            .map(|_| rest.number().filter(|step| *step < count))
            .collect();
        scopes.push(scope?);
    }
    Some(Snapshot::from_parts(steps, is_complete, scopes))
}

/// What is still to be read.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*byte)
    }

    fn number(&mut self) -> Option<u32> {
        let (number, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u32::from_le_bytes(*number))
    }

    /// A uid, which may not be there.
    fn uid(&mut self) -> Option<Option<Uid>> {
        Some(match self.text()? {
            Some(uid) => Some(Uid::read(uid)?),
            None => None,
        })
    }

    /// A text, which may not be there.
    fn text(&mut self) -> Option<Option<&'a str>> {
        let length = self.number()?;
        if length == NONE {
            return Some(None);
        }
        let (text, rest) = self.0.split_at_checked(length as usize)?;
        self.0 = rest;
        Some(Some(std::str::from_utf8(text).ok()?))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(
            bytes in prop::collection::vec(prop::sample::select(vec![0, 1, 2, 48, 255u8]), 0..60)
        ) {
            read(&bytes);
            read_snapshot(&bytes);
        }

        #[test]
        fn a_snapshot_is_read_as_it_was_written(
            steps in prop::collection::vec(("0*[1-9][0-9]{0,3}(\\.[A-Z])?", any::<bool>(), any::<bool>()), 0..6),
            scopes in prop::collection::vec(prop::collection::vec(any::<prop::sample::Index>(), 0..4), 0..3),
        ) {
            let uid = |has: bool| has.then(|| Uid::read("abcdefghijkl").unwrap());
            let names = steps.iter().map(|(id, has_uid, _)| (id.parse().unwrap(), uid(*has_uid)));
            let scopes = scopes.iter().map(|scope| match steps.len() {
                0 => Vec::new(),
                count => scope.iter().map(|at| at.index(count) as u32).collect(),
            });
            let is_complete = steps.iter().map(|step| step.2);
            let snapshot = Snapshot::from_parts(names.collect(), is_complete.collect(), scopes.collect());
            let mut bytes = Vec::new();
            write_snapshot(&mut bytes, &snapshot);
            let read = read_snapshot(&bytes).unwrap();
            prop_assert_eq!(read.parts(), snapshot.parts());
        }

        #[test]
        fn what_was_written_is_read(
            parts in prop::collection::vec((0..4usize, "0*[1-9][0-9]{0,3}(\\.[A-Z])?", any::<bool>(), prop::option::of("\\PC{0,5}")), 0..5)
        ) {
            let events: Vec<Event> = parts.iter().map(|(kind, step, has_uid, text)| Event {
                kind: KINDS[*kind],
                step: step.parse().unwrap(),
                uid: has_uid.then(|| Uid::read("abcdefghijkl").unwrap()),
                field: text.clone(),
                before: None,
                after: text.clone(),
            }).collect();
            let ticks: Vec<Tick> = parts.iter().map(|(_, step, is_ticked, text)| Tick {
                stage: step.clone(),
                check: text.clone().unwrap_or_default(),
                is_ticked: *is_ticked,
            }).collect();
            let mut bytes = Vec::new();
            write(&mut bytes, &events, &ticks);
            let read = read(&bytes).unwrap();
            let spelled = |events: &[Event]| -> Vec<String> {
                events.iter().map(|event| event.step.to_string()).collect()
            };
            prop_assert_eq!(spelled(&read.0), spelled(&events));
            prop_assert_eq!(read, (events, ticks));
        }
    }
}
