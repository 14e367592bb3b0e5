//! Limits as they are promised, and the pace.

use alloc::format;

use super::*;
use crate::irc::casemap::{CHANNEL_BYTES_MAX, NICK_BYTES_MAX};
use crate::irc::message::LINE_BYTES_MAX;

#[test]
fn the_capability_tells_the_limits() {
    let told = format!(
        "before-connect,max-subs={SUBSCRIPTIONS_MAX},max-keys={KEYS_MAX},max-key-bytes={KEY_BYTES_MAX},\
         max-value-bytes={VALUE_BYTES_MAX}"
    );
    assert_eq!(CAPABILITY_VALUE, told);
}

#[test]
fn the_longest_value_fits_its_line() {
    let around = ":  761   * :\r\n".len() + 63 + NICK_BYTES_MAX + CHANNEL_BYTES_MAX;
    assert!(around + KEY_BYTES_MAX + VALUE_BYTES_MAX <= LINE_BYTES_MAX);
}

#[test]
fn keys_are_of_few_characters() {
    for key in ["a", "display-name", "example.org/x_1", "0"] {
        assert!(is_key(key), "{key}");
    }
    for word in ["", "A", "a b", "a:b", "ä", "a,b", "*", "$"] {
        assert!(!is_key(word), "{word}");
    }
    assert!(is_key(&"k".repeat(KEY_BYTES_MAX)) && !is_key(&"k".repeat(KEY_BYTES_MAX + 1)));
}

#[test]
fn a_pace_lets_a_burst_through_and_then_one_an_interval() {
    let limit = Limit {
        burst: 3,
        interval_ms: 2_000,
    };
    let mut pace = Pace::default();
    for _ in 0..3 {
        assert_eq!(pace.wait_s(10_000, &limit), None);
        pace.take(10_000, &limit);
    }
    assert_eq!(pace.wait_s(10_000, &limit), Some(2));
    assert_eq!(pace.wait_s(11_500, &limit), Some(1));
    assert_eq!(pace.wait_s(12_000, &limit), None);
    pace.take(12_000, &limit);
    assert_eq!(pace.wait_s(12_000, &limit), Some(2));
    // A clock that was set back makes nobody wait for longer than the burst took.
    assert_eq!(pace.wait_s(0, &limit), Some(14));
    assert_eq!(pace.wait_s(100_000, &limit), None);
}
