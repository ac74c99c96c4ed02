//! Work over a range of things, shared between processor cores.
//!
//! The range is cut into as many parts as pay, each part is worked on by one thread, and the
//! results come in the order of the parts: what follows from them is the same however many
//! there were. Small work stays on the thread that asks.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::num::NonZero;
use std::ops::Range;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{OnceLock, mpsc};
use std::thread;

thread_local! {
    static LEAVES_ONE: Cell<bool> = const { Cell::new(false) };
}

/// Has this thread share its work with all cores but one from now on. Who works beside keys leaves
/// them that one: on a core that is busy a thread that wakes up waits for some milliseconds, and
/// there are three between a key and its frame.
pub(crate) fn leave_a_core() {
    LEAVES_ONE.set(true);
}

/// Does `work` on all of `0..len`, in parts that have at least `least` things, if there are
/// several.
pub fn in_parallel<T: Send>(
    len: usize,
    least: usize,
    work: impl Fn(Range<usize>) -> T + Sync,
) -> Vec<T> {
    let worth = len / least.max(1);
    if worth < 2 {
        return vec![work(0..len)];
    }
    parted(len, worth.min(cores()), work)
}

/// What `work` makes of each item, in their order. Cores take `few` items at a time, because one
/// may take longer than many others.
pub fn map_in_parallel<I: Sync, T: Send>(
    items: &[I],
    few: usize,
    work: impl Fn(&I) -> T + Sync,
) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let parts = in_parallel(items.len(), few, |_| {
        let mut own = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(items) = items.chunks(few).nth(at) else {
                return own;
            };
            own.push((at, items.iter().map(&work).collect::<Vec<T>>()));
        }
    });
    let mut parts: Vec<(usize, Vec<T>)> = parts.into_iter().flatten().collect();
    parts.sort_by_key(|(at, _)| *at);
    parts.into_iter().flat_map(|(_, results)| results).collect()
}

/// Does `work` on so many things, on all cores, and hands on what it makes of each, in their order.
/// Who is slow to take it has the work wait.
///
/// # Errors
/// As `hand_on`, which is not asked again then.
pub(crate) fn in_order<T: Send, E>(
    count: usize,
    work: impl Fn(usize) -> T + Sync,
    mut hand_on: impl FnMut(T) -> Result<(), E>,
) -> Result<(), E> {
    let workers = cores().min(count);
    if workers < 2 {
        return (0..count).try_for_each(|at| hand_on(work(at)));
    }
    let (next, work) = (&AtomicUsize::new(0), &work);
    let (made, ready) = mpsc::sync_channel(workers);
    thread::scope(|scope| {
        for made in vec![made; workers] {
            scope.spawn(move || {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= count || made.send((at, work(at))).is_err() {
                        return;
                    }
                }
            });
        }
        let (mut due, mut early) = (0, BTreeMap::new());
        for (at, result) in ready {
            early.insert(at, result);
            while let Some(result) = early.remove(&due) {
                hand_on(result)?;
                due += 1;
            }
        }
        Ok(())
    })
}

/// Does two things at once where that `is_worth` a thread and there is a core for it, else one after
/// the other.
pub(crate) fn join<A, B: Send>(
    is_worth: bool,
    one: impl FnOnce() -> A,
    other: impl FnOnce() -> B + Send,
) -> (A, B) {
    if !is_worth || cores() < 2 {
        return (one(), other());
    }
    let leaves_one = LEAVES_ONE.get();
    thread::scope(|scope| {
        let other = scope.spawn(move || {
            LEAVES_ONE.set(leaves_one);
            other()
        });
        let one = one();
        match other.join() {
            Ok(other) => (one, other),
            Err(panic) => resume_unwind(panic),
        }
    })
}

/// How many cores this thread shares its work with, its own among them.
fn cores() -> usize {
    /// The system answers from a handful of files, which takes as long as some hundred lines do.
    static ALL: OnceLock<usize> = OnceLock::new();
    let all = *ALL.get_or_init(|| thread::available_parallelism().map_or(1, NonZero::get));
    all.saturating_sub(LEAVES_ONE.get().into()).max(1)
}

/// Does `work` in so many parts.
fn parted<T: Send>(len: usize, parts: usize, work: impl Fn(Range<usize>) -> T + Sync) -> Vec<T> {
    let part = |at: usize| len * at / parts..len * (at + 1) / parts;
    let work = &work;
    thread::scope(|scope| {
        let others: Vec<_> = (1..parts)
            .map(|at| scope.spawn(move || work(part(at))))
            .collect();
        let mut results = Vec::with_capacity(parts);
        results.push(work(part(0)));
        for other in others {
            match other.join() {
                Ok(result) => results.push(result),
                Err(panic) => resume_unwind(panic),
            }
        }
        results
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_are_the_whole_in_order() {
        for (len, parts) in [(0, 1), (1, 3), (10, 3), (4, 4)] {
            let seen: Vec<usize> = parted(len, parts, Iterator::collect::<Vec<_>>).concat();
            assert_eq!(seen, (0..len).collect::<Vec<_>>(), "{len} in {parts}");
        }
        assert_eq!(
            in_parallel(100, 1, |part| part.len()).iter().sum::<usize>(),
            100
        );
        assert_eq!(in_parallel(100, 51, |part| part.len()), [100]);
    }

    #[test]
    fn two_things_are_done_once_each_at_once_or_not() {
        for is_worth in [false, true] {
            let (mut one, mut other) = (0, 0);
            let joined = join(is_worth, || one += 1, || other += 1);
            assert_eq!((joined, one, other), (((), ()), 1, 1), "{is_worth}");
        }
    }

    #[test]
    fn who_works_beside_keys_leaves_them_a_core() {
        let parts = || in_parallel(1 << 20, 1, |part| part.len()).len();
        let all = parts();
        let beside = thread::spawn(move || {
            leave_a_core();
            parts()
        });
        assert_eq!(beside.join().unwrap(), all.max(2) - 1);
        assert_eq!(parts(), all, "on other threads nothing changes");
    }

    #[test]
    fn what_is_made_is_handed_on_in_order_until_nobody_takes_it() {
        for count in [0, 1, 5, 100] {
            let mut taken = Vec::new();
            let handed = in_order(
                count,
                |at| at,
                |at| {
                    taken.push(at);
                    if at == 3 { Err("enough") } else { Ok(()) }
                },
            );
            assert_eq!(taken, (0..count.min(4)).collect::<Vec<_>>(), "{count}");
            assert_eq!(handed.is_err(), count > 3, "{count}");
        }
        let mut taken = Vec::new();
        let take = |at| {
            taken.push(at);
            Ok::<(), ()>(())
        };
        assert_eq!(in_order(1_000, |at| at, take), Ok(()));
        assert_eq!(taken, (0..1_000).collect::<Vec<_>>());
    }

    #[test]
    fn each_item_is_met_once_in_order() {
        let items: Vec<usize> = (0..100).collect();
        for few in [1, 3, 100, 200] {
            assert_eq!(map_in_parallel(&items, few, |item| *item), items, "{few}");
        }
        assert_eq!(map_in_parallel(&[], 2, |item: &u8| *item), [0; 0]);
    }
}
