//! Message ids and times as text.

use alloc::format;
use alloc::string::String;

use crate::irc::event::Stamp;
use crate::irc::id::Number;

/// Returns the `msgid` of what has this stamp (IRCv3 message-ids): 13 characters of number and 8 of
/// randomness in base32hex (RFC 4648 section 7) in lower case.
///
/// It names its row, so no index is needed to find it, and ids sort like their messages.
pub fn msgid_text(stamp: &Stamp) -> String {
    let mut text = String::with_capacity(NUMBER_DIGITS + RANDOM_DIGITS);
    push_base32(&mut text, stamp.number, NUMBER_DIGITS);
    push_base32(&mut text, stamp.random, RANDOM_DIGITS);
    text
}

/// Returns number and low 40 bits of randomness out of a `msgid`; `None` if it is none of ours.
pub fn parse_msgid(text: &str) -> Option<(Number, u64)> {
    if text.len() != NUMBER_DIGITS + RANDOM_DIGITS {
        return None;
    }
    let (number, random) = text.split_at_checked(NUMBER_DIGITS)?;
    Some((parse_base32(number)?, parse_base32(random)?))
}

/// Returns a time as `2019-01-04T14:33:26.123Z` (IRCv3 server-time); the year 9999 is the last.
pub fn time_text(wall_ms: u64) -> String {
    let (date, ms) = Civil::of(wall_ms);
    let Civil {
        year,
        month,
        day,
        hour,
        minute,
        second,
    } = date;
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z")
}

/// Returns a time as `2019-01-04 14:33`.
pub(super) fn minute_text(wall_ms: u64) -> String {
    let Civil {
        year,
        month,
        day,
        hour,
        minute,
        ..
    } = Civil::of(wall_ms).0;
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}")
}

/// Reads a time as IRCv3 server-time writes it, into milliseconds since 1970; the fraction may
/// have any number of digits or be missing.
pub fn parse_time(text: &str) -> Option<u64> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let (time, fraction) = time.split_once('.').unwrap_or((time, ""));
    let mut date = date.split('-').map(decimal);
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let mut time = time.split(':').map(decimal);
    let (hour, minute, second) = (time.next()??, time.next()??, time.next()??);
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days_in_month = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u64::from(leap),
        _ => 31,
    };
    let valid = date.next().is_none()
        && time.next().is_none()
        && (1970..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=days_in_month).contains(&day)
        && hour < 24
        && minute < 60
        // 60 is a leap second.
        && second <= 60;
    if !valid || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let ms = fraction.bytes().chain(*b"000").take(3);
    let ms = ms.fold(0, |ms, digit| ms * 10 + u64::from(digit - b'0'));
    let seconds = ((days_from_civil(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
    Some(seconds * 1_000 + ms)
}

fn push_base32(text: &mut String, value: u64, digits: usize) {
    for place in (0..digits).rev() {
        let digit = value >> (5 * place) & 31;
        text.push(char::from_digit(digit as u32, 32).unwrap_or('0'));
    }
}

fn parse_base32(text: &str) -> Option<u64> {
    text.chars().try_fold(0u64, |value, c| {
        let digit = c.to_digit(32).filter(|_| !c.is_ascii_uppercase())?;
        value.checked_mul(32)?.checked_add(u64::from(digit))
    })
}

/// At most four digits, no sign.
fn decimal(text: &str) -> Option<u64> {
    let digits = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

struct Civil {
    year: u64,
    month: u64,
    day: u64,
    hour: u64,
    minute: u64,
    second: u64,
}

impl Civil {
    /// Returns date and time of day in UTC, and the milliseconds.
    fn of(wall_ms: u64) -> (Self, u64) {
        let wall_ms = wall_ms.min(WALL_MS_MAX);
        let (seconds, ms) = (wall_ms / 1_000, wall_ms % 1_000);
        let (days, second) = (seconds / DAY_S, seconds % DAY_S);
        let (year, month, day) = civil_from_days(days);
        let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
        (
            Self {
                year,
                month,
                day,
                hour,
                minute,
                second,
            },
            ms,
        )
    }
}

/// The calendar repeats after 400 years; a year that begins in March ends with its leap day.
fn civil_from_days(days: u64) -> (u64, u64, u64) {
    let days = days + DAYS_FROM_MARCH_0_TO_1970;
    let (era, day_of_era) = (days / ERA_DAYS, days % ERA_DAYS);
    let leap_days = day_of_era / 1_460 - day_of_era / 36_524 + day_of_era / 146_096;
    let year_of_era = (day_of_era - leap_days) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    // Months from March on have 153 days in every five.
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 {
        march_month + 3
    } else {
        march_month - 9
    };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

fn days_from_civil(year: u64, month: u64, day: u64) -> u64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year / 400, year % 400);
    let march_month = (month + 9) % 12;
    let day_of_year = (153 * march_month + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * ERA_DAYS + day_of_era - DAYS_FROM_MARCH_0_TO_1970
}

/// Digits of a 64-bit number, 5 bits each.
const NUMBER_DIGITS: usize = 13;

/// Digits of 40 random bits.
const RANDOM_DIGITS: usize = 8;

const DAY_S: u64 = 86_400;

/// Days of 400 years.
const ERA_DAYS: u64 = 146_097;

const DAYS_FROM_MARCH_0_TO_1970: u64 = 719_468;

/// 9999-12-31T23:59:59.999Z, the last time with a year of four digits.
const WALL_MS_MAX: u64 = 253_402_300_799_999;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn times_are_those_of_the_calendar() {
        assert_eq!(time_text(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(time_text(951_782_400_000), "2000-02-29T00:00:00.000Z");
        assert_eq!(time_text(1_546_612_406_123), "2019-01-04T14:33:26.123Z");
        assert_eq!(time_text(4_107_542_399_999), "2100-02-28T23:59:59.999Z");
        assert_eq!(time_text(4_107_542_400_000), "2100-03-01T00:00:00.000Z");
        assert_eq!(time_text(u64::MAX), "9999-12-31T23:59:59.999Z");
        assert_eq!(minute_text(1_546_612_406_123), "2019-01-04 14:33");
    }

    #[test]
    fn times_are_read_with_any_fraction() {
        assert_eq!(parse_time("2019-01-04T14:33:26Z"), Some(1_546_612_406_000));
        assert_eq!(
            parse_time("2019-01-04T14:33:26.1Z"),
            Some(1_546_612_406_100)
        );
        assert_eq!(
            parse_time("2019-01-04T14:33:26.123456Z"),
            Some(1_546_612_406_123)
        );
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "Z",
            "2019-01-04",
            "2019-01-04T14:33:26.123",
            "2019-02-29T00:00:00Z",
            "2019-00-01T00:00:00Z",
            "2019-01-04T24:00:00Z",
            "2019-01-04T1:2:3:4Z",
            "+019-01-04T00:00:00Z",
            "1969-12-31T23:59:59Z",
            "99999-01-01T00:00:00Z",
            "2019-01-04T00:00:00.xZ",
        ] {
            assert_eq!(parse_time(text), None, "{text}");
        }
    }

    #[test]
    fn msgids_sort_like_their_numbers() {
        let id = |number| {
            msgid_text(&Stamp {
                number,
                wall_ms: 0,
                random: u64::MAX,
            })
        };
        assert_eq!(id(1), "0000000000001vvvvvvvv");
        assert!(id(31) < id(32) && id(9) < id(10) && id(u64::MAX - 1) < id(u64::MAX));
    }

    #[test]
    fn what_is_no_msgid_is_refused() {
        for text in [
            "",
            "1",
            "0000000000001VVVVVVVV",
            "000000000000wvvvvvvvv",
            "00000000000é1vvvvvvv",
        ] {
            assert_eq!(parse_msgid(text), None, "{text}");
        }
        // Thirteen digits could hold 65 bits.
        assert_eq!(parse_msgid("vvvvvvvvvvvvvvvvvvvvv"), None);
    }

    proptest! {
        #[test]
        fn msgids_read_back(number: u64, random: u64) {
            let text = msgid_text(&Stamp { number, wall_ms: 0, random });
            prop_assert_eq!(parse_msgid(&text), Some((number, random & 0xff_ffff_ffff)));
        }

        #[test]
        fn times_read_back(wall_ms in 0..=WALL_MS_MAX) {
            prop_assert_eq!(parse_time(&time_text(wall_ms)), Some(wall_ms));
        }

        #[test]
        fn no_text_panics(text in "[0-9TZ:.-]{0,30}|\\PC{0,30}") {
            parse_time(&text);
            parse_msgid(&text);
        }
    }
}
