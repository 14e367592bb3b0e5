//! What an origin server answers, and what the client is answered.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::fields::Fields;
use super::{ForwardRequest, Framing, PSEUDONYM};
use crate::connect::{ConnectError, FIELDS_MAX, whole};

/// The head of an answer to be passed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForwardResponse {
    /// 100 to 199: another one follows, but behind 101.
    pub status: u16,
    /// How the body behind it is framed, as it comes.
    pub body: Framing,
    /// Whether the server's connection goes on behind it.
    pub persists: bool,
    /// The length that is told where there is no body: that which GET would have had.
    told: Framing,
    /// The first line, and the fields that are for the client.
    lines: Vec<u8>,
}

impl ForwardResponse {
    /// Reads a head and the bytes that it took, once it is whole; what a body means depends on what was
    /// asked for.
    ///
    /// # Errors
    /// [`ConnectError`], of the server's making.
    pub fn decode(
        bytes: &[u8],
        request: &ForwardRequest,
    ) -> Result<Option<(Self, usize)>, ConnectError> {
        let mut fields = [httparse::EMPTY_HEADER; FIELDS_MAX];
        let mut head = httparse::Response::new(&mut fields);
        let mut config = httparse::ParserConfig::default();
        // A proxy takes that space away (RFC 9112 section 5.1).
        config.allow_spaces_after_header_name_in_responses(true);
        let parsed = config.parse_response(&mut head, bytes);
        let Some(used) = whole(parsed, bytes.len())? else {
            return Ok(None);
        };
        let fields = Fields(head.headers);
        let version = head.version.unwrap_or_default();
        let status = head.code.unwrap_or_default();
        let upgrades = status == 101;
        if status < 100 || (upgrades && !request.upgrades) {
            return Err(ConnectError::Http);
        }
        let framing = fields.framing(version)?;
        let is_interim = status < 200;
        let has_no_body = is_interim || matches!(status, 204 | 304) || request.asks_for_a_head();
        let body = match has_no_body {
            true => Framing::Empty,
            false => framing.unwrap_or(Framing::UntilClose),
        };
        let told = match framing {
            Some(length @ Framing::Length(_)) if !is_interim && status != 204 => length,
            _ => Framing::Empty,
        };
        let reason = head.reason.unwrap_or_default();
        let mut lines = format!("HTTP/1.1 {status} {reason}\r\n").into_bytes();
        fields.pass_on(&[], &mut lines);
        lines.extend_from_slice(format!("Via: 1.{version} {PSEUDONYM}\r\n").as_bytes());
        let response = Self {
            status,
            body,
            persists: version > 0 && !fields.has("connection", "close") && !upgrades,
            told,
            lines,
        };
        Ok(Some((response, used)))
    }

    /// Tells whether another answer follows.
    pub fn is_interim(&self) -> bool {
        self.status < 200 && self.status != 101
    }

    /// Returns how the body is to be framed on its way to the client.
    pub fn onward(&self, request: &ForwardRequest) -> Framing {
        match self.body {
            Framing::Chunked | Framing::UntilClose if request.is_recent => Framing::Chunked,
            Framing::Chunked => Framing::UntilClose,
            other => other,
        }
    }

    /// Returns the head that the client gets, whose connection ends behind the answer if it `closes`.
    pub fn head(&self, request: &ForwardRequest, closes: bool) -> Vec<u8> {
        let mut head = self.lines.clone();
        match self.onward(request) {
            Framing::Empty => self.told.name(&mut head),
            onward => onward.name(&mut head),
        }
        head.extend_from_slice(match self.status {
            101 => b"Connection: Upgrade\r\nUpgrade: websocket\r\n",
            _ if closes && !self.is_interim() => b"Connection: close\r\n",
            _ => b"",
        });
        head.extend_from_slice(b"\r\n");
        head
    }

    /// Returns the first line, as a person reads it.
    pub fn line(&self) -> String {
        let line = self.lines.split(|byte| *byte == b'\r').next();
        String::from_utf8_lossy(line.unwrap_or_default()).into_owned()
    }
}
