//! `+retry`: trying again to open an endpoint, after pauses that double and are never quite the same.

use std::time::Duration;

use crate::endpoint::RetryOptions;

/// The pauses between attempts; it ends when there shall be no more.
#[derive(Debug)]
pub(super) struct Pauses {
    left: Option<u64>,
    next: Duration,
    max: Duration,
}

impl Pauses {
    /// Returns the pauses of an endpoint; none where nothing is to be tried again.
    pub(super) fn of(options: Option<RetryOptions>) -> Self {
        let (left, interval, max) = match options {
            Some(RetryOptions { n, interval, max }) => (n, interval, max),
            None => (Some(0), Duration::ZERO, Duration::ZERO),
        };
        Self {
            left,
            next: interval.min(max),
            max,
        }
    }

    fn with(&mut self, random: u8) -> Option<Duration> {
        self.left = match self.left {
            Some(0) => return None,
            Some(left) => Some(left - 1),
            None => None,
        };
        let whole = self.next;
        self.next = whole.saturating_mul(2).min(self.max);
        // Between half of it and all of it: many that lost the same peer do not return at once.
        Some(whole / 2 + whole / 2 * u32::from(random) / u32::from(u8::MAX))
    }
}

impl Iterator for Pauses {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        let mut random = [u8::MAX];
        // Without randomness the pause is whole, which is as good.
        let _ = getrandom::fill(&mut random);
        self.with(random[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::Endpoint;

    const MS: Duration = Duration::from_millis(1);

    fn pauses(words: &str) -> Pauses {
        let endpoint = Endpoint::parse(&format!("db:5432 {words}")).unwrap();
        Pauses::of(endpoint.retry())
    }

    #[test]
    fn pauses_double_up_to_the_longest() {
        let mut pauses = pauses("+retry,5,interval=100ms,max=500ms");
        let whole: Vec<_> = std::iter::from_fn(|| pauses.with(u8::MAX)).collect();
        assert_eq!(whole, [100 * MS, 200 * MS, 400 * MS, 500 * MS, 500 * MS]);
    }

    #[test]
    fn jitter_takes_at_most_half() {
        let mut some = pauses("+retry,forever,interval=100ms,max=100ms");
        assert_eq!(some.with(0), Some(50 * MS));
        assert!(
            some.take(1000)
                .all(|pause| (50 * MS..=100 * MS).contains(&pause))
        );
    }

    #[test]
    fn without_the_word_nothing_is_tried_again() {
        assert_eq!(pauses("+idle,5s").next(), None);
        assert_eq!(pauses("+retry,0").next(), None);
    }
}
