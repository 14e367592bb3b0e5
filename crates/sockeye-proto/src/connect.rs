//! HTTP CONNECT: asking an HTTP proxy for a connection (RFC 9110 sections 9.3.6 and 11.7, RFC 9112).
//!
//! Codecs without state: each `decode` looks at what has arrived, so any split of an input gives the
//! same result. What stands behind a head belongs to the tunnel, or to whoever forwards the request.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::forward::ForwardRequest;
use crate::socks::{Destination, Host, Login};

/// The head of a request to a proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxyRequest {
    /// What is asked for.
    pub asks: Asks,
    /// Who asks, if the head says so (RFC 7617).
    pub login: Option<Login>,
}

/// What a request to a proxy asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asks {
    /// A connection to there.
    Tunnel(Destination),
    /// To pass the request on: it has another method.
    Forward(ForwardRequest),
}

/// Why bytes are no head.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConnectError {
    /// It is not HTTP, or not well written.
    Http,
    /// It is longer than the limit, or has too many fields.
    TooLarge,
    /// What stands behind CONNECT is no host with a port.
    Target,
    /// HTTP/1.1 without a Host, or with several.
    Hosts,
    /// Several logins, or one that cannot be read.
    Login,
    /// It is of a version that is not spoken here.
    Version,
    /// What is asked for is no whole address.
    NotAbsolute,
    /// What is asked for has another scheme than `http`.
    Scheme,
    /// The address names no host and port that can be connected to.
    Address,
    /// Where the body ends is said twice, or in a way that not all read alike.
    Length,
    /// The body is in an encoding that nobody has asked for.
    Coding,
    /// The body is not in chunks as it should be.
    Chunks,
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Http => "what came is not HTTP",
            Self::TooLarge => "a head of more than 16 KiB or 100 fields",
            Self::Target => "CONNECT needs a host and a port, as in example.org:443",
            Self::Hosts => "a request of HTTP/1.1 has one Host",
            Self::Login => "a login other than one of the scheme Basic",
            Self::Version => "a version of HTTP other than 1.0 and 1.1",
            Self::NotAbsolute => "a proxy is asked for whole addresses, as in http://example.org/",
            Self::Scheme => "an address of another kind than http://",
            Self::Address => {
                "http:// is followed by a host, and perhaps a port, with no user and no zone"
            }
            Self::Length => "a length that is said twice, or not in a way that all read alike",
            Self::Coding => "a transfer encoding other than chunked",
            Self::Chunks => "a body that is not in well written chunks",
        })
    }
}

impl core::error::Error for ConnectError {}

impl ProxyRequest {
    /// Reads a head and the bytes that it took, once it is whole.
    ///
    /// # Errors
    /// [`ConnectError`].
    pub fn decode(bytes: &[u8]) -> Result<Option<(Self, usize)>, ConnectError> {
        let mut fields = [httparse::EMPTY_HEADER; FIELDS_MAX];
        let mut head = httparse::Request::new(&mut fields);
        let Some(used) = whole(head.parse(bytes), bytes.len())? else {
            return Ok(None);
        };
        let named = |name: &'static str| {
            let fields = head.headers.iter();
            fields.filter(move |field| field.name.eq_ignore_ascii_case(name))
        };
        if head.version == Some(1) && named("host").count() != 1 {
            return Err(ConnectError::Hosts);
        }
        let mut logins = named("proxy-authorization");
        let login = match (logins.next(), logins.next()) {
            (None, _) => None,
            (Some(field), None) => Some(basic(field.value).ok_or(ConnectError::Login)?),
            (Some(_), Some(_)) => return Err(ConnectError::Login),
        };
        let asks = match head.method {
            Some("CONNECT") => {
                let target = head.path.unwrap_or_default();
                Asks::Tunnel(authority(target).ok_or(ConnectError::Target)?)
            }
            _ => Asks::Forward(ForwardRequest::read(&head)?),
        };
        Ok(Some((Self { asks, login }, used)))
    }
}

/// Appends a request for a connection.
pub fn encode_request(destination: &Destination, login: Option<&Login>, into: &mut Vec<u8>) {
    let login = login.map(|login| {
        let pair = [login.name.as_slice(), login.password.as_slice()].join(&b':');
        format!("Proxy-Authorization: Basic {}\r\n", STANDARD.encode(pair))
    });
    let login = login.unwrap_or_default();
    let head = format!("CONNECT {destination} HTTP/1.1\r\nHost: {destination}\r\n{login}\r\n");
    into.extend_from_slice(head.as_bytes());
}

/// The head of a proxy's answer to CONNECT.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxyResponse {
    /// 200 to 299: the connection stands.
    pub status: u16,
    /// What stands behind the status, without control characters.
    pub reason: String,
}

impl ProxyResponse {
    /// Reads a head and the bytes that it took, once it is whole; what comes before the final answer
    /// (100 to 199) is passed over. A length is of no meaning where the connection stands.
    ///
    /// # Errors
    /// [`ConnectError::Http`] or [`ConnectError::TooLarge`].
    pub fn decode(bytes: &[u8]) -> Result<Option<(Self, usize)>, ConnectError> {
        let mut used = 0;
        loop {
            let rest = bytes.get(used..).unwrap_or_default();
            let mut fields = [httparse::EMPTY_HEADER; FIELDS_MAX];
            let mut head = httparse::Response::new(&mut fields);
            let count = match whole(head.parse(rest), bytes.len()) {
                Ok(Some(count)) => count,
                Ok(None) => return Ok(None),
                // What answers at all may speak something else.
                Err(ConnectError::Version) => return Err(ConnectError::Http),
                Err(error) => return Err(error),
            };
            used += count;
            if used > HEAD_BYTES_MAX {
                return Err(ConnectError::TooLarge);
            }
            let status = head.code.unwrap_or_default();
            // 101 would be another protocol, which nobody has asked for.
            if (100..200).contains(&status) && status != 101 {
                continue;
            }
            let reason = head.reason.unwrap_or_default().chars();
            let reason = reason.filter(|char| !char.is_control()).collect();
            return Ok(Some((Self { status, reason }, used)));
        }
    }

    /// Tells whether the connection stands.
    pub fn stands(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// What a proxy answers where the connection stands.
pub const ESTABLISHED: &[u8] = b"HTTP/1.1 200 Connection established\r\n\r\n";

/// What a proxy answers to OPTIONS that was to end there (RFC 9110 section 9.3.7); so does the connection.
pub const OPTIONS: &[u8] =
    b"HTTP/1.1 200 OK\r\nAllow: CONNECT, OPTIONS\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

/// Why a proxy does not do what is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProxyStatus {
    /// 400: it is not well written.
    BadRequest,
    /// 403: the rules do not allow it.
    Forbidden,
    /// 405: the proxy itself does not do that.
    NotAllowed,
    /// 407: who asks has to log in first, or does not have the right password.
    LoginRequired,
    /// 408: it was not whole in time.
    RequestTimeout,
    /// 431: the head is too large.
    HeadersTooLarge,
    /// 500: the proxy cannot.
    Internal,
    /// 501: nobody here does that.
    NotImplemented,
    /// 502: no way to there, or it refuses.
    BadGateway,
    /// 503: the proxy has too much to do.
    Unavailable,
    /// 504: it does not answer.
    GatewayTimeout,
    /// 505: it is of another version of HTTP.
    VersionNotSupported,
}

impl ProxyStatus {
    /// Returns the status of what cannot be read.
    pub const fn of(error: &ConnectError) -> Self {
        match error {
            ConnectError::TooLarge => Self::HeadersTooLarge,
            ConnectError::Login => Self::LoginRequired,
            ConnectError::Version => Self::VersionNotSupported,
            ConnectError::Scheme | ConnectError::Coding => Self::NotImplemented,
            _ => Self::BadRequest,
        }
    }

    /// Appends the whole answer, whose body says why; the connection ends behind it. `realm` names who
    /// asks for a password, in printable ASCII characters.
    pub fn encode(self, realm: &str, why: &str, into: &mut Vec<u8>) {
        let status = match self {
            Self::BadRequest => "400 Bad Request",
            Self::Forbidden => "403 Forbidden",
            Self::NotAllowed => "405 Method Not Allowed",
            Self::LoginRequired => "407 Proxy Authentication Required",
            Self::RequestTimeout => "408 Request Timeout",
            Self::HeadersTooLarge => "431 Request Header Fields Too Large",
            Self::Internal => "500 Internal Server Error",
            Self::NotImplemented => "501 Not Implemented",
            Self::BadGateway => "502 Bad Gateway",
            Self::Unavailable => "503 Service Unavailable",
            Self::GatewayTimeout => "504 Gateway Timeout",
            Self::VersionNotSupported => "505 HTTP Version Not Supported",
        };
        let challenge = match self {
            // RFC 9110 section 15.5.6.
            Self::NotAllowed => "Allow: CONNECT, OPTIONS\r\n".into(),
            Self::LoginRequired => {
                let is_plain =
                    |char: &char| matches!(char, ' '..='~') && !matches!(char, '"' | '\\');
                let realm: String = realm.chars().filter(is_plain).collect();
                format!("Proxy-Authenticate: Basic realm=\"{realm}\", charset=\"UTF-8\"\r\n")
            }
            _ => String::new(),
        };
        let length = why.len() + 1;
        let answer = format!(
            "HTTP/1.1 {status}\r\n{challenge}Connection: close\r\nContent-Type: text/plain; \
             charset=utf-8\r\nContent-Length: {length}\r\n\r\n{why}\n"
        );
        into.extend_from_slice(answer.as_bytes());
    }
}

pub(crate) fn whole(
    parsed: httparse::Result<usize>,
    arrived: usize,
) -> Result<Option<usize>, ConnectError> {
    match parsed {
        Ok(httparse::Status::Complete(used)) if used <= HEAD_BYTES_MAX => Ok(Some(used)),
        Ok(httparse::Status::Partial) if arrived < HEAD_BYTES_MAX => Ok(None),
        Ok(_) | Err(httparse::Error::TooManyHeaders) => Err(ConnectError::TooLarge),
        Err(httparse::Error::Version) => Err(ConnectError::Version),
        Err(_) => Err(ConnectError::Http),
    }
}

/// Reads `host:port`; an IPv6 address stands in brackets (RFC 9112 section 3.2.3).
pub(crate) fn authority(text: &str) -> Option<Destination> {
    let (host, port) = text.rsplit_once(':')?;
    let is_number = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let port = port.parse().ok().filter(|port| is_number && *port != 0)?;
    let host = match host.strip_prefix('[') {
        Some(ip) => Host::Address(core::net::IpAddr::V6(ip.strip_suffix(']')?.parse().ok()?)),
        None if host.contains([':', '@', '/']) => return None,
        None => Host::parse(host)?,
    };
    Some(Destination { host, port })
}

/// Reads `Basic` and the name and password behind it (RFC 7617 section 2).
fn basic(value: &[u8]) -> Option<Login> {
    let value = str::from_utf8(value).ok()?;
    let (scheme, token) = value.trim().split_once(' ')?;
    let pair = STANDARD.decode(token.trim_start()).ok()?;
    let colon = pair.iter().position(|byte| *byte == b':')?;
    let (name, password) = pair.split_at_checked(colon)?;
    scheme.eq_ignore_ascii_case("basic").then(|| Login {
        name: name.to_vec(),
        password: password.get(1..).unwrap_or_default().to_vec(),
    })
}

/// The longest head, bytes: what browsers send to a proxy is less than half.
pub(crate) const HEAD_BYTES_MAX: usize = 16 * 1024;

/// Fields of a head; browsers send some twenty, some servers more than sixty.
pub(crate) const FIELDS_MAX: usize = 100;

#[cfg(test)]
mod tests;
