//! When the open steps of a scope are likely to be done, if the weeks to come are like those that
//! were: a simulation that draws past weeks, and how well it would have foretold the past.
//!
//! A week is drawn as a whole, with what was completed in it and what the scope grew by: in many
//! plans the two go together. The running week is left out, weeks without work are not.

use chrono::{Days, NaiveDate};

use super::weeks::Week;
use crate::record::demo::prng::Prng;

/// How often the future is played through.
const RUNS: usize = 10_000;
/// The same for each forecast of the past, of which there is one a week.
const BACKTEST_RUNS: usize = 1_000;
/// With fewer full weeks to draw from there is no forecast.
const FEWEST_WEEKS: usize = 4;
/// With fewer forecasts of the past there is no rate of hits.
const FEWEST_BACKTESTS: usize = 10;
/// How many weeks are looked ahead: twenty years.
const HORIZON: usize = 1_040;
/// The percentage of runs that are done by each of the dates.
pub const LEVELS: [usize; 3] = [50, 85, 95];
/// Which of the levels is tested against the past.
const TESTED: usize = 1;
/// The seed where none is given.
pub const SEED: u64 = 1;

/// What the past says of the future.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Forecast {
    /// How many full weeks it is drawn from.
    pub weeks: usize,
    /// How many steps were completed in them.
    pub completed: usize,
    /// How many steps came into the scope in them, less those that left it.
    pub growth: i64,
    /// For each of [`LEVELS`] the Sunday by which so many percent of the runs are done.
    pub dates: [Option<NaiveDate>; LEVELS.len()],
    /// Why a date is missing, as a clause.
    pub reason: Option<String>,
}

/// How forecasts of the past came out, of those whose outcome is known.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Backtest {
    /// How many there are.
    pub due: usize,
    /// How often the scope was done by the date that then had 85 %.
    pub held: usize,
}

impl Backtest {
    /// The share that held, if there are enough to tell.
    pub fn hit_rate(self) -> Option<f64> {
        (self.due >= FEWEST_BACKTESTS).then(|| self.held as f64 / self.due as f64)
    }
}

/// The forecast for `open` steps, given the full weeks before the one that ends with `sunday`, the
/// earliest first.
pub fn forecast(weeks: &[Week], open: usize, sunday: NaiveDate, seed: u64) -> Forecast {
    simulate(weeks, open, sunday, seed, RUNS, HORIZON)
}

/// What the forecast of each past week said, against what happened. A forecast is due when its date
/// has passed or the scope is done.
pub fn backtest(weeks: &[Week], seed: u64) -> Backtest {
    let mut backtest = Backtest::default();
    for at in 1..weeks.len() {
        let (past, future) = weeks.split_at(at);
        let done = future.iter().find(|week| week.open == 0);
        // Until the scope is done, a date that lies beyond the weeks known is not due.
        let ahead = if done.is_some() {
            HORIZON
        } else {
            future.len()
        };
        let Some(Foretold { date, .. }) = foretold_after(past, seed, ahead) else {
            continue;
        };
        let is_past = weeks.last().is_some_and(|last| date <= last.end);
        backtest.due += usize::from(done.is_some() || is_past);
        backtest.held += usize::from(done.is_some_and(|week| week.end <= date));
    }
    backtest
}

/// A forecast of the past.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Foretold {
    /// The Sunday after which it was made.
    pub on: NaiveDate,
    /// The date that then had 85 %.
    pub date: NaiveDate,
}

/// What the forecast after each of the full weeks said, the earliest first; a week that allowed none
/// is left out.
pub fn foretold(weeks: &[Week], seed: u64) -> Vec<Foretold> {
    let all = (1..=weeks.len()).filter_map(|at| foretold_after(&weeks[..at], seed, HORIZON));
    all.collect()
}

/// What the forecast after these weeks said, looking so many weeks ahead.
fn foretold_after(past: &[Week], seed: u64, ahead: usize) -> Option<Foretold> {
    let now = past.last()?;
    let then = simulate(past, now.open, now.end, seed, BACKTEST_RUNS, ahead);
    let (on, date) = (now.end, then.dates[TESTED]?);
    Some(Foretold { on, date })
}

fn simulate(
    weeks: &[Week],
    open: usize,
    sunday: NaiveDate,
    seed: u64,
    runs: usize,
    ahead: usize,
) -> Forecast {
    let first = weeks.iter().position(|week| week.done > 0);
    // From the week after the first completion on: that one was chosen for its completion.
    let from = first.unwrap_or(weeks.len());
    let pairs = weeks.get(from..).unwrap_or_default().windows(2);
    let changes: Vec<i64> = pairs
        .map(|pair| pair[1].open as i64 - pair[0].open as i64)
        .collect();
    let drawn = weeks.iter().skip(from + 1);
    let completed = drawn.map(|week| week.completed).sum();
    let net: i64 = changes.iter().sum();
    let mut forecast = Forecast {
        weeks: changes.len(),
        completed,
        growth: net + completed as i64,
        ..Forecast::default()
    };
    forecast.reason = if open == 0 {
        Some("nothing is open".to_owned())
    } else if first.is_none() {
        Some("nothing completed in any full week".to_owned())
    } else if changes.len() < FEWEST_WEEKS {
        let count = match changes.len() {
            0 => "no full week has".to_owned(),
            1 => "only 1 full week has".to_owned(),
            count => format!("only {count} full weeks have"),
        };
        Some(format!(
            "{count} passed since the first completion; it takes {FEWEST_WEEKS}"
        ))
    } else if net >= 0 {
        let rate = |count: i64| count as f64 / changes.len() as f64;
        let (growth, completed) = (rate(forecast.growth), rate(completed as i64));
        // A step a year is not none.
        let digits = if growth < 0.1 { 2 } else { 1 };
        Some(format!(
            "{growth:.digits$} added, {completed:.digits$} completed a week"
        ))
    } else {
        None
    };
    if forecast.reason.is_some() {
        return forecast;
    }
    let ends = match is_out_of_reach(&changes, open, ahead) {
        true => Vec::new(),
        false => play(&changes, open, runs, ahead, &mut Prng::for_item(seed, 0)),
    };
    for (date, level) in forecast.dates.iter_mut().zip(LEVELS) {
        let mut done = 0;
        let week = ends.iter().position(|count| {
            done += count;
            done * 100 >= level * runs
        });
        *date = week.and_then(|week| sunday.checked_add_days(Days::new(7 * (week as u64 + 1))));
    }
    if let Some(at) = forecast.dates.iter().position(Option::is_none) {
        let percent = 100 - LEVELS[at];
        forecast.reason = Some(format!(
            "more than {percent} % of the runs are not done in {} years",
            HORIZON / 52
        ));
    }
    forecast
}

/// Whether surely fewer than half of the runs would be done in so many weeks, so that none need be
/// played: by Kolmogorov's inequality at most a quarter of them.
fn is_out_of_reach(changes: &[i64], open: usize, ahead: usize) -> bool {
    let (count, ahead) = (changes.len() as f64, ahead as f64);
    let mean = changes.iter().sum::<i64>() as f64 / count;
    let squares = changes.iter().map(|change| (*change as f64 - mean).powi(2));
    let variance = squares.sum::<f64>() / count;
    // What is left then, if each week is an average one.
    let left = open as f64 + mean * ahead;
    left > 0.0 && ahead * variance <= left * left / 4.0
}

/// How many of the runs are done in each of so many weeks to come, if each week changes the number
/// of open steps as one of the past did.
fn play(changes: &[i64], open: usize, runs: usize, ahead: usize, prng: &mut Prng) -> Vec<usize> {
    let mut ends = vec![0; ahead];
    for _ in 0..runs {
        let mut left = open as i64;
        for end in &mut ends {
            // The high half of a product is as even as a remainder here, and several times as fast.
            let at = (u128::from(prng.next()) * changes.len() as u128) >> 64;
            left += changes[at as usize];
            if left <= 0 {
                *end += 1;
                break;
            }
        }
    }
    ends
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn sunday() -> NaiveDate {
        "2026-11-01".parse().unwrap()
    }

    /// Weeks that end with the Sunday before [`sunday`], with so many open steps at each end.
    fn weeks(open: &[usize]) -> Vec<Week> {
        let count = open.len() as u64;
        let week = |(at, open): (usize, &usize)| Week {
            end: sunday() - Days::new(7 * (count - at as u64)),
            open: *open,
            done: at,
            completed: 1,
        };
        open.iter().enumerate().map(week).collect()
    }

    /// By which share of all futures the work is done after each week: every way counted, none
    /// thrown.
    fn exact(changes: &[i64], open: i64, weeks: usize) -> Vec<f64> {
        let mut left: HashMap<i64, f64> = HashMap::from([(open, 1.0)]);
        let mut done = 0.0;
        let week = |_| {
            let mut next: HashMap<i64, f64> = HashMap::new();
            for (left, share) in left.drain() {
                for change in changes {
                    let share = share / changes.len() as f64;
                    match left + change {
                        ..=0 => done += share,
                        left => *next.entry(left).or_default() += share,
                    }
                }
            }
            left.extend(next);
            done
        };
        (0..weeks).map(week).collect()
    }

    #[test]
    fn the_dates_are_those_of_all_futures_counted() {
        for open in [
            &[60, 55, 55, 52, 40, 41, 38][..],
            &[30, 30, 29, 35, 20, 12],
            &[9, 8, 9, 8, 7, 6],
        ] {
            let weeks = weeks(open);
            let changes: Vec<i64> = open[1..]
                .windows(2)
                .map(|w| w[1] as i64 - w[0] as i64)
                .collect();
            let remaining = *open.last().unwrap();
            let found = forecast(&weeks, remaining, sunday(), SEED);
            assert_eq!((found.weeks, found.reason), (changes.len(), None));
            let exact = exact(&changes, remaining as i64, 400);
            for (date, level) in found.dates.into_iter().zip(LEVELS) {
                let week = ((date.unwrap() - sunday()).num_days() / 7) as usize;
                let level = level as f64 / 100.0;
                assert!(exact[week - 1] > level - 0.015, "{open:?} {level} {week}");
                let before = if week > 1 { exact[week - 2] } else { 0.0 };
                assert!(before < level + 0.015, "{open:?} {level} {week}");
            }
        }
    }

    #[test]
    fn what_is_out_of_reach_is_so_by_every_way_counted() {
        let mut out_of_reach = 0;
        for changes in [&[-1, 0, 0, 0][..], &[-3, 2, -1], &[-40, 1, 1, 1], &[-2]] {
            for open in (1..200).step_by(7) {
                for ahead in [1, 10, 40] {
                    if is_out_of_reach(changes, open, ahead) {
                        out_of_reach += 1;
                        let done = exact(changes, open as i64, ahead)[ahead - 1];
                        assert!(done <= 0.25, "{changes:?} {open} {ahead}: {done}");
                    }
                }
            }
        }
        assert!(out_of_reach > 100, "{out_of_reach}");
    }

    #[test]
    fn one_seed_gives_one_answer_and_another_nearly_the_same() {
        let weeks = weeks(&[400, 390, 384, 384, 370, 372, 351]);
        let of = |seed| {
            forecast(&weeks, 351, sunday(), seed)
                .dates
                .map(Option::unwrap)
        };
        assert_eq!(of(7), of(7));
        for (a, b) in of(7).into_iter().zip(of(8)) {
            assert!((a - b).num_days().abs() <= 14);
        }
        let dates = of(7);
        assert!(dates.is_sorted() && dates[0] > sunday());
    }

    #[test]
    fn without_a_pace_there_is_a_reason_instead_of_a_date() {
        let reason = |open: &[usize], left| {
            let forecast = forecast(&weeks(open), left, sunday(), SEED);
            assert_eq!(forecast.dates, [None; 3]);
            forecast.reason.unwrap()
        };
        assert_eq!(reason(&[5, 4, 3, 2, 1, 0], 0), "nothing is open");
        assert_eq!(reason(&[5], 5), "nothing completed in any full week");
        assert_eq!(
            reason(&[9, 9, 8, 7, 6], 6),
            "only 3 full weeks have passed since the first completion; it takes 4"
        );
        assert_eq!(
            reason(&[9, 9, 10, 11, 10, 11], 11),
            "1.5 added, 1.0 completed a week"
        );
        let slow = forecast(
            &weeks(&[9_999, 9_999, 9_999, 9_999, 9_999, 9_998]),
            9_998,
            sunday(),
            SEED,
        );
        assert_eq!(
            slow.reason.unwrap(),
            "more than 50 % of the runs are not done in 20 years"
        );
    }

    #[test]
    fn forecasts_of_the_past_are_held_against_what_came() {
        // Steady work is foretold to the week.
        let steady: Vec<usize> = (0..=20).rev().collect();
        let tested = backtest(&weeks(&steady), SEED);
        assert_eq!(tested, Backtest { due: 15, held: 15 });
        assert_eq!(tested.hit_rate(), Some(1.0));
        // Work that stops is not: dates pass with steps left.
        let stopped: Vec<usize> = (5..=20).rev().chain([5; 40]).collect();
        let tested = backtest(&weeks(&stopped), SEED);
        assert!(tested.due > 10 && tested.held == 0, "{tested:?}");
        assert_eq!(
            backtest(&weeks(&[9, 8, 7, 6, 5, 4, 3]), SEED).hit_rate(),
            None
        );
    }
}
