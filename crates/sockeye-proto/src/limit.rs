//! How often something may happen, and how many bytes may pass: token buckets.

use core::num::NonZeroU64;
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

    /// Puts one token back that was taken.
    pub fn put_back(&mut self) {
        self.full_at = self.full_at.saturating_sub(self.interval);
    }

    /// Returns how long it takes to fill; nothing, where it is full: it is then as good as a new one.
    pub fn full_in(&self, now: Duration) -> Duration {
        self.full_at.saturating_sub(now)
    }
}

/// Lets `rate` bytes a second pass, and up to `burst` at once after a pause.
///
/// It is kept as [`Bucket`] is. Whoever cannot cut what they have (a message) may take more than
/// there is: the bucket is then in debt, and the average is the same.
///
/// ```
/// use core::num::NonZeroU64;
/// use core::time::Duration;
/// use sockeye_proto::limit::ByteBucket;
///
/// let rate = NonZeroU64::new(1000).unwrap();
/// let mut bytes = ByteBucket::new(rate, 100);
/// let now = Duration::from_secs(5);
/// assert_eq!(bytes.available(now), 100);
/// bytes.take(now, 60);
/// assert_eq!(bytes.available(now), 40);
/// assert_eq!(bytes.due(70), now + Duration::from_millis(30));
/// ```
#[derive(Debug, Clone)]
pub struct ByteBucket {
    rate: NonZeroU64,
    /// How long it takes to fill.
    capacity: Duration,
    full_at: Duration,
}

impl ByteBucket {
    /// Makes a full bucket; a `burst` of 0 counts as 1.
    pub fn new(rate: NonZeroU64, burst: u64) -> Self {
        Self {
            rate,
            capacity: time_of(burst.max(1), rate),
            full_at: Duration::ZERO,
        }
    }

    /// Returns how many bytes may pass now.
    pub fn available(&self, now: Duration) -> u64 {
        let missing = self.full_at.saturating_sub(now);
        let there = self.capacity.saturating_sub(missing);
        let bytes = there.as_nanos().saturating_mul(self.rate.get().into()) / NANOS;
        u64::try_from(bytes).unwrap_or(u64::MAX)
    }

    /// Takes out what passes.
    pub fn take(&mut self, now: Duration, bytes: u64) {
        let time = time_of(bytes, self.rate);
        self.full_at = self.full_at.max(now).saturating_add(time);
    }

    /// Returns when there will be `bytes`, or a whole burst where that is less.
    pub fn due(&self, bytes: u64) -> Duration {
        let wanted = time_of(bytes, self.rate).min(self.capacity);
        self.full_at
            .saturating_add(wanted)
            .saturating_sub(self.capacity)
    }
}

/// Returns how long `bytes` take, rounded up to whole nanoseconds.
fn time_of(bytes: u64, rate: NonZeroU64) -> Duration {
    let nanos = (u128::from(bytes) * NANOS).div_ceil(rate.get().into());
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

/// Nanoseconds in a second.
const NANOS: u128 = 1_000_000_000;

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
    fn it_tells_when_it_is_as_good_as_new() {
        let mut bucket = Bucket::new(2, 200 * MS);
        let start = Duration::from_secs(1);
        assert_eq!(bucket.full_in(start), Duration::ZERO);
        assert_eq!((bucket.take(start), bucket.take(start)), (Ok(()), Ok(())));
        assert_eq!(bucket.full_in(start + 100 * MS), 300 * MS);
        assert_eq!(bucket.full_in(start + 500 * MS), Duration::ZERO);
    }

    #[test]
    fn odd_values_do_no_harm() {
        assert_eq!(Bucket::new(0, MS).take(Duration::ZERO), Ok(()));
        let mut unlimited = Bucket::new(1, Duration::ZERO);
        assert!((0..100).all(|_| unlimited.take(Duration::ZERO).is_ok()));
        let mut never = Bucket::new(u32::MAX, Duration::MAX);
        assert_eq!(never.take(Duration::MAX), Ok(()));
    }

    #[test]
    fn a_debt_is_paid_before_more_passes() {
        let mut bucket = ByteBucket::new(NonZeroU64::new(1000).unwrap(), 100);
        let start = Duration::from_secs(1);
        bucket.take(start, 1100);
        assert_eq!(bucket.available(start + 999 * MS), 0);
        assert_eq!(bucket.due(1), start + 1001 * MS);
        assert_eq!(bucket.available(start + 1001 * MS), 1);
        assert_eq!(bucket.due(u64::MAX), start + 1100 * MS);
    }

    #[test]
    fn odd_rates_do_no_harm() {
        let mut slow = ByteBucket::new(NonZeroU64::MIN, 0);
        assert_eq!(slow.available(Duration::ZERO), 1);
        slow.take(Duration::ZERO, u64::MAX);
        assert_eq!(slow.available(Duration::from_secs(1_000_000)), 0);
        slow.take(Duration::MAX, u64::MAX);
        assert_eq!(slow.due(u64::MAX), Duration::MAX - Duration::from_secs(1));
        let mut fast = ByteBucket::new(NonZeroU64::MAX, u64::MAX);
        fast.take(Duration::ZERO, 1);
        assert!(fast.available(Duration::ZERO) > 0);
    }

    proptest! {
        #[test]
        fn in_any_span_at_most_burst_and_rate_in_bytes(
            rate in 1u64..5_000_000_000,
            burst in 1u64..100_000,
            wishes in prop::collection::vec((0u64..50_000_000, 1u64..100_000), 1..100),
        ) {
            let mut bucket = ByteBucket::new(NonZeroU64::new(rate).unwrap(), burst);
            let (mut now, mut passed) = (Duration::ZERO, 0u128);
            for (pause_ns, wish) in wishes {
                now += Duration::from_nanos(pause_ns);
                let taken = bucket.available(now).min(wish);
                bucket.take(now, taken);
                passed += u128::from(taken);
                let allowed = (now.as_nanos() + bucket.capacity.as_nanos()) * u128::from(rate);
                prop_assert!(passed <= allowed / NANOS);
                let due = bucket.due(wish.min(burst));
                prop_assert!(bucket.available(due.max(now)) >= wish.min(burst));
            }
        }

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
