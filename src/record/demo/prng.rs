//! The dice of the demo plan and of forecasts: splitmix64, so that one seed throws the same numbers
//! on every machine.
//!
//! In the demo each step gets its own stream, named by seed and ID. A step therefore looks the same
//! whichever steps were made before it. Never used for anything that must be secret.

/// A stream of pseudo-random numbers (splitmix64, Steele, Lea and Flood 2014).
pub(crate) struct Prng(u64);

impl Prng {
    /// The stream of one thing within one plan.
    pub fn for_item(seed: u64, item: u64) -> Self {
        let mut mixed = Self(seed);
        let base = mixed.next();
        Self(base ^ item.wrapping_mul(0xD1B5_4A32_D192_ED03))
    }

    /// 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number in `0..bound`, or 0 when `bound` is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        // The bias of the remainder is below 2^-40 for the bounds used here.
        self.next().checked_rem(bound).unwrap_or(0)
    }

    /// True in `percent` of 100 throws.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of `items`, which must not be empty.
    pub fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len() as u64) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_the_published_splitmix64() {
        let mut prng = Prng(1_234_567);
        assert_eq!(prng.next(), 6_457_827_717_110_365_317);
        assert_eq!(prng.next(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn streams_of_two_items_differ_and_a_bound_of_zero_is_harmless() {
        assert_ne!(Prng::for_item(1, 1).next(), Prng::for_item(1, 2).next());
        assert_ne!(Prng::for_item(1, 1).next(), Prng::for_item(2, 1).next());
        assert_eq!(Prng::for_item(1, 1).below(0), 0);
    }
}
