//! The handshake: a request, and a response that accepts or refuses it (RFC 6455 section 4).

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};

/// What who connects asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    method: String,
    /// HTTP/1.x.
    minor_version: u8,
    /// The path, without what stands behind a question mark.
    pub path: String,
    /// The page that the browser shows, where it is one.
    pub origin: Option<String>,
    /// The subprotocols, best first.
    pub subprotocols: Vec<String>,
    /// Each `X-Forwarded-For`, for [`forwarded_for`](super::forwarded_for).
    pub forwarded_for: Vec<String>,
    /// The last `X-Forwarded-Proto`: what the client speaks with the gateway.
    pub forwarded_proto: Option<String>,
    hosts: usize,
    keys: Vec<String>,
    versions: Vec<String>,
    upgrade: Vec<String>,
    connection: Vec<String>,
}

/// What the accepting end takes.
#[derive(Debug, Clone, Default)]
pub struct Offer<'a> {
    /// The only path; `None` takes all.
    pub path: Option<&'a str>,
    /// The subprotocols that are spoken.
    pub subprotocols: &'a [&'a str],
    /// The pages of browsers that may connect, `*` for all; whoever is no browser names none.
    pub origins: &'a [&'a str],
}

/// What was agreed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    key: String,
    /// The subprotocol.
    pub subprotocol: Option<String>,
}

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What the answer says.
    pub status: Status,
    /// Why, in words.
    pub why: &'static str,
}

/// The status of a refusal (RFC 9110 section 15).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It is not well written.
    BadRequest,
    /// The page may not connect.
    Forbidden,
    /// Another path.
    NotFound,
    /// Not GET.
    MethodNotAllowed,
    /// No WebSocket, or another version of it.
    UpgradeRequired,
    /// The head is too large.
    HeadersTooLarge,
}

/// What who accepts answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// 101, or why not.
    pub status: u16,
    /// The subprotocol that it has chosen.
    pub subprotocol: Option<String>,
    accept: Option<String>,
    upgrade: Vec<String>,
    connection: Vec<String>,
    has_extension: bool,
}

/// Why bytes are no head, or a response does not accept.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum HandshakeError {
    /// It is not HTTP, or not well written.
    Http,
    /// It is longer than the limit, or has too many fields.
    TooLarge,
    /// The peer answers with another status.
    Refused(u16),
    /// The peer has not understood that WebSocket is wanted.
    NoWebSocket,
    /// The peer has chosen what was not offered.
    NotOffered,
}

impl fmt::Display for HandshakeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Http => "what came is not HTTP",
            Self::TooLarge => "a head of more than 16 KiB or 64 fields",
            Self::Refused(status) => return write!(f, "the server answers {status}"),
            Self::NoWebSocket => "the server does not speak WebSocket",
            Self::NotOffered => "the server has chosen what was not offered",
        })
    }
}

impl core::error::Error for HandshakeError {}

impl Request {
    /// Reads a request and the bytes that it took, once it is whole.
    ///
    /// # Errors
    /// [`HandshakeError::Http`] or [`HandshakeError::TooLarge`].
    pub fn decode(bytes: &[u8]) -> Result<Option<(Self, usize)>, HandshakeError> {
        let mut fields = [httparse::EMPTY_HEADER; FIELDS_MAX];
        let mut head = httparse::Request::new(&mut fields);
        let used = match head.parse(bytes).map_err(wrong)? {
            httparse::Status::Complete(used) if used <= HEAD_BYTES_MAX => used,
            httparse::Status::Partial if bytes.len() < HEAD_BYTES_MAX => return Ok(None),
            _ => return Err(HandshakeError::TooLarge),
        };
        let target = head.path.unwrap_or_default();
        let mut request = Self {
            method: head.method.unwrap_or_default().into(),
            minor_version: head.version.unwrap_or_default(),
            path: target.split('?').next().unwrap_or_default().into(),
            ..Self::default()
        };
        for field in head.headers.iter() {
            let value = str::from_utf8(field.value).map_err(|_| HandshakeError::Http)?;
            request.take(field.name, value.trim());
        }
        Ok(Some((request, used)))
    }

    fn take(&mut self, name: &str, value: &str) {
        match name.to_ascii_lowercase().as_str() {
            "host" => self.hosts += 1,
            "origin" => self.origin = Some(value.into()),
            "x-forwarded-for" => self.forwarded_for.push(value.into()),
            "x-forwarded-proto" => self.forwarded_proto = list(value).last(),
            "sec-websocket-key" => self.keys.push(value.into()),
            "sec-websocket-version" => self.versions.extend(list(value)),
            "sec-websocket-protocol" => self.subprotocols.extend(list(value)),
            "upgrade" => self.upgrade.extend(list(value)),
            "connection" => self.connection.extend(list(value)),
            _ => {}
        }
    }

    /// Decides on the request (RFC 6455 sections 4.2.1 and 4.2.2).
    ///
    /// # Errors
    /// Why it is refused.
    pub fn judge(&self, offer: &Offer<'_>) -> Result<Accepted, Refusal> {
        let refused = |status, why| Err(Refusal { status, why });
        if self.method != "GET" {
            return refused(Status::MethodNotAllowed, "not a GET");
        }
        if self.minor_version < 1 || self.hosts != 1 {
            return refused(Status::BadRequest, "not HTTP/1.1 with a Host");
        }
        if offer.path.is_some_and(|path| path != self.path) {
            return refused(Status::NotFound, "another path");
        }
        if !has(&self.upgrade, "websocket") || !has(&self.connection, "upgrade") {
            return refused(Status::UpgradeRequired, "no WebSocket is asked for");
        }
        if !has(&self.versions, VERSION) {
            return refused(Status::UpgradeRequired, "another version of WebSocket");
        }
        let [key] = self.keys.as_slice() else {
            return refused(Status::BadRequest, "not one key");
        };
        if STANDARD.decode(key).map_or(0, |key| key.len()) != KEY_BYTES {
            return refused(Status::BadRequest, "a key that is not 16 bytes");
        }
        let is_open_to = |origin: &String| {
            let same = |open: &&&str| **open == "*" || open.eq_ignore_ascii_case(origin);
            offer.origins.iter().any(|open| same(&open))
        };
        if self
            .origin
            .as_ref()
            .is_some_and(|origin| !is_open_to(origin))
        {
            return refused(Status::Forbidden, "a page that may not connect");
        }
        let spoken = |asked: &&String| offer.subprotocols.contains(&asked.as_str());
        Ok(Accepted {
            key: key.clone(),
            subprotocol: self.subprotocols.iter().find(spoken).cloned(),
        })
    }
}

impl Accepted {
    /// Writes the response that accepts.
    pub fn encode(&self) -> Vec<u8> {
        let accept = accept_of(&self.key);
        let subprotocol = match &self.subprotocol {
            Some(name) => format!("Sec-WebSocket-Protocol: {name}\r\n"),
            None => String::new(),
        };
        let head = format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Accept: {accept}\r\n{subprotocol}\r\n"
        );
        head.into_bytes()
    }
}

impl Refusal {
    /// Makes the refusal of what cannot be read.
    pub fn of(error: &HandshakeError) -> Self {
        match error {
            HandshakeError::TooLarge => Self {
                status: Status::HeadersTooLarge,
                why: "a head that is too large",
            },
            _ => Self {
                status: Status::BadRequest,
                why: "not HTTP",
            },
        }
    }

    /// Writes the response that refuses; its body says why.
    pub fn encode(&self) -> Vec<u8> {
        let (status, more) = match self.status {
            Status::BadRequest => ("400 Bad Request", ""),
            Status::Forbidden => ("403 Forbidden", ""),
            Status::NotFound => ("404 Not Found", ""),
            Status::MethodNotAllowed => ("405 Method Not Allowed", "Allow: GET\r\n"),
            Status::UpgradeRequired => ("426 Upgrade Required", UPGRADE_FIELDS),
            Status::HeadersTooLarge => ("431 Request Header Fields Too Large", ""),
        };
        let connection = if more == UPGRADE_FIELDS {
            ""
        } else {
            "Connection: close\r\n"
        };
        let (why, length) = (self.why, self.why.len() + 1);
        let head = format!(
            "HTTP/1.1 {status}\r\n{more}{connection}Content-Type: text/plain\r\n\
             Content-Length: {length}\r\n\r\n{why}\n"
        );
        head.into_bytes()
    }
}

/// Writes a request; `fields` are further lines, each with its end.
pub(super) fn request(
    host: &str,
    path: &str,
    key: &str,
    subprotocols: &[&str],
    fields: &str,
) -> Vec<u8> {
    let subprotocols = match subprotocols {
        [] => String::new(),
        names => format!("Sec-WebSocket-Protocol: {}\r\n", names.join(", ")),
    };
    let head = format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: {VERSION}\r\n{subprotocols}{fields}\r\n"
    );
    head.into_bytes()
}

impl Response {
    /// Writes the request with a key made of `random`, and returns it with the key; `fields` are
    /// further lines, each with its end.
    pub fn ask(
        host: &str,
        path: &str,
        random: [u8; 16],
        subprotocols: &[&str],
        fields: &str,
    ) -> (Vec<u8>, String) {
        let key = STANDARD.encode(random);
        (request(host, path, &key, subprotocols, fields), key)
    }

    /// Reads a response and the bytes that its head took, once it is whole.
    ///
    /// # Errors
    /// [`HandshakeError::Http`] or [`HandshakeError::TooLarge`].
    pub fn decode(bytes: &[u8]) -> Result<Option<(Self, usize)>, HandshakeError> {
        let mut fields = [httparse::EMPTY_HEADER; FIELDS_MAX];
        let mut head = httparse::Response::new(&mut fields);
        let used = match head.parse(bytes).map_err(wrong)? {
            httparse::Status::Complete(used) if used <= HEAD_BYTES_MAX => used,
            httparse::Status::Partial if bytes.len() < HEAD_BYTES_MAX => return Ok(None),
            _ => return Err(HandshakeError::TooLarge),
        };
        let mut response = Self {
            status: head.code.unwrap_or_default(),
            subprotocol: None,
            accept: None,
            upgrade: Vec::new(),
            connection: Vec::new(),
            has_extension: false,
        };
        for field in head.headers.iter() {
            let value = String::from_utf8_lossy(field.value);
            let value = value.trim();
            match field.name.to_ascii_lowercase().as_str() {
                "sec-websocket-accept" => response.accept = Some(value.into()),
                "sec-websocket-protocol" => response.subprotocol = Some(value.into()),
                "sec-websocket-extensions" => response.has_extension = true,
                "upgrade" => response.upgrade.extend(list(value)),
                "connection" => response.connection.extend(list(value)),
                _ => {}
            }
        }
        Ok(Some((response, used)))
    }

    /// Checks that the response accepts the request with `key` (RFC 6455 section 4.1).
    ///
    /// # Errors
    /// Why it does not.
    pub fn check(&self, key: &str, subprotocols: &[&str]) -> Result<(), HandshakeError> {
        if self.status != 101 {
            return Err(HandshakeError::Refused(self.status));
        }
        let upgrades = has(&self.upgrade, "websocket") && has(&self.connection, "upgrade");
        if !upgrades || self.accept.as_deref() != Some(accept_of(key).as_str()) {
            return Err(HandshakeError::NoWebSocket);
        }
        let offered = |name: &String| subprotocols.contains(&name.as_str());
        match self.has_extension || !self.subprotocol.iter().all(offered) {
            true => Err(HandshakeError::NotOffered),
            false => Ok(()),
        }
    }
}

/// Returns what proves that a key was read (RFC 6455 section 1.3).
fn accept_of(key: &str) -> String {
    STANDARD.encode(Sha1::new().chain_update(key).chain_update(GUID).finalize())
}

fn wrong(error: httparse::Error) -> HandshakeError {
    match error {
        httparse::Error::TooManyHeaders => HandshakeError::TooLarge,
        _ => HandshakeError::Http,
    }
}

fn list(value: &str) -> impl Iterator<Item = String> + '_ {
    let items = value.split(',').map(str::trim);
    items
        .filter(|item| !item.is_empty())
        .map(ToString::to_string)
}

fn has(list: &[String], wanted: &str) -> bool {
    list.iter().any(|item| item.eq_ignore_ascii_case(wanted))
}

/// The one version (RFC 6455 section 4.1).
const VERSION: &str = "13";

/// What is hashed behind a key (RFC 6455 section 1.3).
const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// Length of a key, bytes (RFC 6455 section 4.1).
const KEY_BYTES: usize = 16;

const UPGRADE_FIELDS: &str =
    "Upgrade: websocket\r\nConnection: Upgrade, close\r\nSec-WebSocket-Version: 13\r\n";

/// The longest head, bytes: what browsers send with all their cookies is less than half.
const HEAD_BYTES_MAX: usize = 16 * 1024;

/// Fields of a head; browsers send some twenty.
const FIELDS_MAX: usize = 64;
