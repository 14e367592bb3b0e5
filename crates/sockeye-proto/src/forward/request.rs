//! What a client asks a proxy for, and what the proxy asks its origin server for.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::fields::{Fields, number};
use super::{Framing, PSEUDONYM};
use crate::connect::{ConnectError, authority};
use crate::socks::Destination;

/// A request to be passed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForwardRequest {
    /// Whom it is for.
    pub to: Destination,
    /// What is to be done there.
    pub method: String,
    /// The head that goes there.
    pub head: Vec<u8>,
    /// How the body behind it is framed, here as there.
    pub body: Framing,
    /// Whether the client reads answers before the final one, and bodies in chunks: it speaks HTTP/1.1.
    pub is_recent: bool,
    /// Whether the client's connection is to go on behind the answer.
    pub persists: bool,
    /// Whether it asks to go on as WebSocket.
    pub upgrades: bool,
    /// Whether it is to be answered by whoever has it now (RFC 9110 section 7.6.2).
    pub ends_here: bool,
}

impl ForwardRequest {
    /// Reads the head of a request that is not CONNECT.
    pub(crate) fn read(head: &httparse::Request<'_, '_>) -> Result<Self, ConnectError> {
        let fields = Fields(head.headers);
        let version = head.version.unwrap_or_default();
        let method = head.method.unwrap_or_default();
        let Target { to, host, path } = Target::read(head.path.unwrap_or_default(), method)?;
        check_host(fields)?;
        let body = fields.framing(version)?.unwrap_or(Framing::Empty);
        let hops = match method {
            "TRACE" | "OPTIONS" => fields.named("max-forwards").next().and_then(number),
            _ => None,
        };
        let is_recent = version > 0;
        let upgrades = is_recent && body == Framing::Empty && asks_for_websocket(fields);

        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\n").into_bytes();
        let but: &[&str] = match (hops, is_recent) {
            (Some(_), _) => &["host", "max-forwards"],
            // Who speaks HTTP/1.0 does not wait for an answer to that (RFC 9110 section 10.1.1).
            (None, false) => &["host", "expect"],
            (None, true) => &["host"],
        };
        fields.pass_on(but, &mut head);
        if let Some(hops) = hops {
            let hops = hops.saturating_sub(1);
            head.extend_from_slice(format!("Max-Forwards: {hops}\r\n").as_bytes());
        }
        head.extend_from_slice(format!("Via: 1.{version} {PSEUDONYM}\r\n").as_bytes());
        if upgrades {
            head.extend_from_slice(b"Connection: Upgrade\r\nUpgrade: websocket\r\n");
        }
        body.name(&mut head);
        head.extend_from_slice(b"\r\n");

        Ok(Self {
            to,
            method: method.into(),
            head,
            body,
            is_recent,
            // A proxy keeps no connection of HTTP/1.0 (RFC 9112 section 9.3).
            persists: is_recent && !fields.has("connection", "close"),
            upgrades,
            ends_here: hops == Some(0),
        })
    }

    /// Tells whether the answer has no body, whatever its fields say.
    pub fn asks_for_a_head(&self) -> bool {
        self.method == "HEAD"
    }

    /// Tells whether it may be sent once more, where it is not known what has become of it (RFC 9110
    /// section 9.2.1).
    pub fn may_repeat(&self) -> bool {
        let is_safe = matches!(&*self.method, "GET" | "HEAD" | "OPTIONS" | "TRACE");
        is_safe && self.body == Framing::Empty
    }
}

/// Checks that `Host` could name one, although it counts for nothing here (RFC 9112 section 3.2).
fn check_host(fields: Fields<'_>) -> Result<(), ConnectError> {
    let mut hosts = fields.named("host");
    let is_of_hosts = |byte: &u8| byte.is_ascii_graphic() && !b"/@,?#\\".contains(byte);
    let is_host = hosts.next().is_none_or(|host| host.iter().all(is_of_hosts));
    match is_host && hosts.next().is_none() {
        true => Ok(()),
        false => Err(ConnectError::Hosts),
    }
}

/// WebSocket only: what else could follow is HTTP again, which nobody would look at any more.
fn asks_for_websocket(fields: Fields<'_>) -> bool {
    let mut protocols = fields.named("upgrade");
    let websocket = |value: &[u8]| value.eq_ignore_ascii_case(b"websocket");
    fields.has("connection", "upgrade")
        && protocols.next().is_some_and(websocket)
        && protocols.next().is_none()
}

/// What stands behind the method, taken apart.
struct Target<'a> {
    to: Destination,
    /// What `Host` is to be.
    host: &'a str,
    path: Cow<'a, str>,
}

impl<'a> Target<'a> {
    /// Reads the absolute form (RFC 9112 section 3.2.2).
    fn read(target: &'a str, method: &str) -> Result<Self, ConnectError> {
        let (scheme, rest) = target.split_once("://").ok_or(ConnectError::NotAbsolute)?;
        if !scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(ConnectError::NotAbsolute);
        }
        if !scheme.eq_ignore_ascii_case("http") {
            return Err(ConnectError::Scheme);
        }
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (host, path) = rest.split_at_checked(end).ok_or(ConnectError::Address)?;
        if path.contains('#') {
            return Err(ConnectError::Address);
        }
        let host = host.strip_suffix(':').unwrap_or(host);
        let name_ends = host.rfind(']').unwrap_or_default();
        let has_port = host.get(name_ends..).is_some_and(|rest| rest.contains(':'));
        let to = match has_port {
            true => authority(host),
            false => authority(&format!("{host}:80")),
        };
        Ok(Self {
            to: to.ok_or(ConnectError::Address)?,
            host,
            path: match (path.as_bytes().first(), method) {
                (None, "OPTIONS") => "*".into(),
                (None, _) => "/".into(),
                (Some(b'?'), _) => format!("/{path}").into(),
                (Some(_), _) => path.into(),
            },
        })
    }
}
