//! The fields of a head.

use alloc::vec::Vec;

use super::Framing;
use crate::connect::ConnectError;

/// The fields of a head, as they were read.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a>(pub(super) &'a [httparse::Header<'a>]);

impl<'a> Fields<'a> {
    /// Yields the values of the fields of a name.
    pub(super) fn named(self, name: &'static str) -> impl Iterator<Item = &'a [u8]> {
        let fields = self.0.iter();
        let fields = fields.filter(move |field| field.name.eq_ignore_ascii_case(name));
        fields.map(|field| field.value)
    }

    /// Tells whether a field that is a list has a member (RFC 9110 section 5.6.1).
    pub(super) fn has(self, name: &'static str, member: &str) -> bool {
        let mut values = self.named(name);
        values.any(|value| members(value).any(|one| one.eq_ignore_ascii_case(member.as_bytes())))
    }

    /// Tells how the head says that its body is framed; `None` where it does not.
    ///
    /// # Errors
    /// Whatever two could read differently (RFC 9112 sections 6.1 and 6.3).
    pub(super) fn framing(self, version: u8) -> Result<Option<Framing>, ConnectError> {
        let mut codings = self.named("transfer-encoding");
        let mut lengths = self.named("content-length");
        let coding = (codings.next(), codings.next().is_some());
        let length = (lengths.next(), lengths.next().is_some());
        match (coding, length) {
            ((None, _), (None, _)) => Ok(None),
            ((None, _), (Some(digits), false)) => Ok(Some(Framing::Length(
                number(digits).ok_or(ConnectError::Length)?,
            ))),
            ((Some(coding), false), (None, _)) if version > 0 => {
                match coding.eq_ignore_ascii_case(b"chunked") {
                    true => Ok(Some(Framing::Chunked)),
                    false => Err(ConnectError::Coding),
                }
            }
            _ => Err(ConnectError::Length),
        }
    }

    /// Appends the fields that are for the other end: none of this connection, none that `but` names.
    pub(super) fn pass_on(self, but: &[&str], into: &mut Vec<u8>) {
        let ours = |name: &str| {
            let mut names = OF_A_CONNECTION.iter().chain(but);
            names.any(|ours| name.eq_ignore_ascii_case(ours)) || self.has("connection", name)
        };
        for field in self.0.iter().filter(|field| !ours(field.name)) {
            into.extend_from_slice(field.name.as_bytes());
            into.extend_from_slice(b": ");
            into.extend_from_slice(field.value);
            into.extend_from_slice(b"\r\n");
        }
    }
}

/// Reads a number of digits only.
pub(super) fn number(digits: &[u8]) -> Option<u64> {
    let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    let text = str::from_utf8(digits).ok().filter(|_| is_number)?;
    text.parse().ok()
}

fn members(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii)
}

/// Fields that concern a connection and not what passes through it (RFC 9110 section 7.6.1; `Trailer` as
/// trailers are not passed on), and those that are written anew.
const OF_A_CONNECTION: [&str; 12] = [
    "connection",
    "proxy-connection",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "content-length",
    "upgrade",
    "proxy-authorization",
    "proxy-authenticate",
    "proxy-authentication-info",
    "http2-settings",
];
