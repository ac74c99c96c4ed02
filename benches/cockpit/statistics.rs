//! One number for many measured times.

use std::time::Duration;

/// Thousandths of a second.
pub fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// The median of times, in milliseconds.
pub fn median(times: Vec<Duration>) -> f64 {
    middle(times.into_iter().map(milliseconds).collect())
}

/// The median of numbers.
pub fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The greatest of numbers; nothing where there are none.
pub fn greatest(values: Vec<f64>) -> Option<f64> {
    values.into_iter().max_by(f64::total_cmp)
}

/// The time in milliseconds that one of a hundred takes longer than.
pub fn slowest(mut times: Vec<Duration>) -> f64 {
    times.sort();
    milliseconds(times[(times.len() * 99).div_ceil(100) - 1])
}
