//! How often something may happen: a token bucket.

use core::time::Duration;

/// Allows `burst` at once and one more each `interval`.
///
/// It is kept as the one moment when it will be full again, so it needs no timer and no floating
/// point, and two that are fed the same times answer the same.
///
/// ```
/// use core::time::Duration;
/// use sockeye_proto::limit::Bucket;
///
/// let mut lines = Bucket::new(2, Duration::from_millis(200));
/// let now = Duration::from_secs(5);
/// assert_eq!(lines.take(now), Ok(()));
/// assert_eq!(lines.take(now), Ok(()));
/// assert_eq!(lines.take(now), Err(Duration::from_millis(200)));
/// ```
#[derive(Debug, Clone)]
pub struct Bucket {
    interval: Duration,
    /// How long it takes to fill.
    capacity: Duration,
    full_at: Duration,
}

impl Bucket {
    /// Makes a full bucket; a `burst` of 0 counts as 1.
    pub fn new(burst: u32, interval: Duration) -> Self {
        let capacity = interval.saturating_mul(burst.max(1));
        Self {
            interval,
            capacity,
            full_at: Duration::ZERO,
        }
    }

    /// Takes one token out.
    ///
    /// # Errors
    /// How long to wait for the next token, if there is none; nothing was taken then.
    pub fn take(&mut self, now: Duration) -> Result<(), Duration> {
        let full_at = self.full_at.max(now).saturating_add(self.interval);
        match full_at.saturating_sub(now).saturating_sub(self.capacity) {
            Duration::ZERO => {
                self.full_at = full_at;
                Ok(())
            }
            wait => Err(wait),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn a_burst_then_the_rate() {
        let mut bucket = Bucket::new(10, 200 * MS);
        let start = Duration::from_secs(1);
        assert!((0..10).all(|_| bucket.take(start).is_ok()));
        assert_eq!(bucket.take(start), Err(200 * MS));
        assert_eq!(bucket.take(start + 150 * MS), Err(50 * MS));
        assert_eq!(bucket.take(start + 200 * MS), Ok(()));
        assert_eq!(bucket.take(start + 200 * MS), Err(200 * MS));
    }

    #[test]
    fn it_holds_no_more_than_a_burst() {
        let mut bucket = Bucket::new(3, 200 * MS);
        let later = Duration::from_secs(1_000);
        assert!((0..3).all(|_| bucket.take(later).is_ok()));
        assert!(bucket.take(later).is_err());
    }

    #[test]
    fn odd_values_do_no_harm() {
        assert_eq!(Bucket::new(0, MS).take(Duration::ZERO), Ok(()));
        let mut unlimited = Bucket::new(1, Duration::ZERO);
        assert!((0..100).all(|_| unlimited.take(Duration::ZERO).is_ok()));
        let mut never = Bucket::new(u32::MAX, Duration::MAX);
        assert_eq!(never.take(Duration::MAX), Ok(()));
    }

    proptest! {
        #[test]
        fn in_any_span_at_most_burst_and_rate(
            burst in 1u32..20,
            interval_ms in 1u32..100,
            steps_ms in prop::collection::vec(0u32..50, 1..200),
        ) {
            let mut bucket = Bucket::new(burst, MS * interval_ms);
            let mut now = Duration::ZERO;
            let mut taken = std::vec::Vec::new();
            for step in steps_ms {
                now += MS * step;
                match bucket.take(now) {
                    Ok(()) => taken.push(now),
                    Err(wait) => prop_assert!(bucket.clone().take(now + wait).is_ok()),
                }
            }
            for (first, &from) in taken.iter().enumerate() {
                for (last, &to) in taken.iter().enumerate().skip(first) {
                    let allowed = burst as u128 + (to - from).as_millis() / u128::from(interval_ms);
                    prop_assert!((last - first + 1) as u128 <= allowed);
                }
            }
        }
    }
}
