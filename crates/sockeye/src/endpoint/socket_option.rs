//! Any socket option by number: `LEVEL:NAME:VALUE`, as setsockopt(2) takes them.

use std::fmt;
use std::str::FromStr;

/// A socket option by number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SocketOption {
    /// The protocol level, such as 1 for SOL_SOCKET on Linux.
    pub level: i32,
    /// The option's number within the level.
    pub name: i32,
    /// What it is set to.
    pub value: OptionValue,
}

/// What a socket option is set to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OptionValue {
    /// A C `int`.
    Int(i32),
    /// Bytes as they are.
    Bytes(Vec<u8>),
}

impl FromStr for SocketOption {
    type Err = ();

    /// Reads `1:15:1` or `0:35:x0102a0ff`.
    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.splitn(3, ':');
        let mut part = || parts.next().ok_or(());
        let (level, name) = (number(part()?)?, number(part()?)?);
        let value = part()?;
        let value = match value.strip_prefix('x') {
            Some(digits) => OptionValue::Bytes(bytes(digits)?),
            None => OptionValue::Int(number(value)?),
        };
        Ok(Self { level, name, value })
    }
}

impl fmt::Display for SocketOption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { level, name, value } = self;
        match value {
            OptionValue::Int(value) => write!(f, "{level}:{name}:{value}"),
            OptionValue::Bytes(bytes) => {
                write!(f, "{level}:{name}:x")?;
                bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }
    }
}

/// Reads a decimal number, without the plus sign that [`str::parse`] would take.
fn number(text: &str) -> Result<i32, ()> {
    match text.starts_with('+') {
        true => Err(()),
        false => text.parse().map_err(|_| ()),
    }
}

/// Reads pairs of hexadecimal digits, at least one.
fn bytes(digits: &str) -> Result<Vec<u8>, ()> {
    let pair = |pair: &[u8]| {
        let digit = |digit: &u8| char::from(*digit).to_digit(16).ok_or(());
        match pair {
            [high, low] => Ok((digit(high)? * 16 + digit(low)?) as u8),
            _ => Err(()),
        }
    };
    match digits.len() {
        1..=DIGITS_MAX => digits.as_bytes().chunks(2).map(pair).collect(),
        _ => Err(()),
    }
}

/// The longest value, hexadecimal digits: 1 KiB, more than any option of Linux takes.
const DIGITS_MAX: usize = 2048;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_bytes_are_read() {
        let read = |text: &str| text.parse::<SocketOption>();
        let option = read("6:12:-7").unwrap();
        assert_eq!((option.level, option.name), (6, 12));
        assert_eq!(option.value, OptionValue::Int(-7));
        let option = read("0:35:x0102A0ff").unwrap();
        assert_eq!(option.value, OptionValue::Bytes(vec![1, 2, 0xa0, 0xff]));
        assert_eq!(option.to_string(), "0:35:x0102a0ff");
        for wrong in [
            "",
            "1",
            "1:2",
            "1:2:",
            "1:2:3:4",
            "1:2:x",
            "1:2:x123",
            "1:2:xéa",
            "a:2:3",
            "1:+2:3",
            "1:2:99999999999",
            "1:2:0x10",
        ] {
            assert_eq!(read(wrong), Err(()), "{wrong}");
        }
    }
}
