//! The vertical axis: which round values it has, and where a value stands on it.

/// How many lines cross a chart at the most.
const MOST_TICKS: f64 = 5.0;

/// The values from the bottom to the top, both of them round.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    step: f64,
}

impl Scale {
    /// One that holds these values, and zero: what is twice as high is twice as much.
    pub(super) fn of(values: impl Iterator<Item = f64>) -> Self {
        let finite = values.filter(|value| value.is_finite());
        let (low, high) = finite.fold((0.0f64, 0.0f64), |(low, high), value| {
            (low.min(value), high.max(value))
        });
        let step = tick_step(high - low);
        let round = |value: f64| value / step;
        Self {
            low: round(low).floor() * step,
            high: (round(high).ceil() * step).max(if low < 0.0 { 0.0 } else { step }),
            step,
        }
    }

    /// How far up a value is, from 0 to 1.
    pub(super) fn share(&self, value: f64) -> f64 {
        (value - self.low) / (self.high - self.low)
    }

    /// The round values, the lowest first.
    pub(super) fn ticks(&self) -> impl Iterator<Item = f64> {
        let count = ((self.high - self.low) / self.step).round() as usize;
        let first = (self.low / self.step).round();
        let step = self.step;
        // One of so many steps, and not a sum of them, which would not be round.
        (0..=count).map(move |at| (first + at as f64) * step)
    }
}

/// The smallest of 1, 2, 5, 10, 20, … of which few make up so much; of tenths and hundredths, where
/// all of it is less than one.
fn tick_step(span: f64) -> f64 {
    if span <= 0.0 || !span.is_finite() {
        return 1.0;
    }
    let mut power = (span.log10().floor() as i32) - 1;
    if span >= MOST_TICKS {
        power = power.max(0);
    }
    loop {
        for digit in [1.0, 2.0, 5.0] {
            let step = match power {
                0.. => digit * 10f64.powi(power),
                _ => digit / 10f64.powi(-power),
            };
            if (span / step).floor() < MOST_TICKS {
                return step;
            }
        }
        power += 1;
    }
}

/// A value as people write it: at most two places behind the point, and none that are zero.
pub(crate) fn figure(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.'),
        false => &text,
    };
    match text {
        "-0" => "0".to_owned(),
        text => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_cross_at_round_numbers() {
        let counts = [5, 9, 10, 24, 25, 100, 480, 2_294];
        let steps = counts.map(|count| tick_step(f64::from(count)));
        assert_eq!(steps, [2.0, 2.0, 5.0, 5.0, 10.0, 50.0, 100.0, 500.0]);
        assert_eq!([0.9, 0.05, 3.0].map(tick_step), [0.2, 0.02, 1.0]);
        assert!(tick_step(f64::MAX).is_finite());
    }

    #[test]
    fn an_axis_holds_its_values_and_zero() {
        let ticks = |values: &[f64]| {
            let scale = Scale::of(values.iter().copied());
            let ticks: Vec<String> = scale.ticks().map(figure).collect();
            ticks.join(" ")
        };
        assert_eq!(ticks(&[]), "0 1");
        assert_eq!(ticks(&[3.0, 12.0]), "0 5 10 15");
        assert_eq!(ticks(&[-4.0, 7.5]), "-5 0 5 10");
        assert_eq!(ticks(&[-2.0]), "-2 -1.5 -1 -0.5 0");
        assert_eq!(ticks(&[0.3]), "0 0.1 0.2 0.3");
        assert_eq!(ticks(&[f64::NAN, 1.0]), "0 0.5 1");
    }
}
