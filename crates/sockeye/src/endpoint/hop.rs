//! Hops: proxies on the way to an address, `socks5h://user:password@jump:1080`.

use std::fmt;
use std::str::FromStr;

use super::address::{Address, Family, Host};
use super::authority::{Authority, Encoding, percent_decode};
use super::problem::nearest;
use super::secret::Secret;
use super::split::Token;

/// A proxy on the way.
#[derive(Clone, PartialEq, Eq)]
pub struct Hop {
    /// How it is asked.
    pub protocol: HopProtocol,
    /// The machine.
    pub host: Host,
    /// The port.
    pub port: u16,
    /// Who asks.
    pub login: Option<HopLogin>,
}

/// Who asks a proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HopLogin {
    /// The name.
    pub name: String,
    /// The password, or where it is; empty where none is written.
    pub password: Secret,
}

/// How a proxy is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HopProtocol {
    /// SOCKS 4: IPv4 addresses, which are looked up here.
    Socks4,
    /// SOCKS 4A: the proxy looks names up.
    Socks4a,
    /// SOCKS 5 with names looked up here.
    Socks5,
    /// SOCKS 5: the proxy looks names up.
    Socks5h,
    /// HTTP CONNECT: the proxy looks names up.
    Http,
}

impl Hop {
    /// Writes the hop with its password.
    pub fn to_text_with_secrets(&self) -> String {
        self.to_text(|password| match password {
            Secret::Literal(text) => encoded(text),
            elsewhere => elsewhere.to_string(),
        })
    }

    /// Returns the protocol that what stands before `://` is a slip of.
    pub(super) fn nearest_protocol(text: &str) -> Option<&'static str> {
        let (name, _) = text.split_once("://")?;
        let protocols = PROTOCOLS.map(HopProtocol::name);
        nearest(name, protocols).filter(|protocol| *protocol != name)
    }

    /// Tells whether its password is written out.
    pub fn shows_password(&self) -> bool {
        let written =
            |login: &HopLogin| matches!(&login.password, Secret::Literal(text) if !text.is_empty());
        self.login.as_ref().is_some_and(written)
    }

    fn to_text(&self, password: impl Fn(&Secret) -> String) -> String {
        let Self { protocol, port, .. } = self;
        let login = self.login.as_ref().map(|login| {
            let name = encoded(&login.name);
            match &login.password {
                Secret::Literal(text) if text.is_empty() => format!("{name}@"),
                secret => format!("{name}:{}@", password(secret)),
            }
        });
        let login = login.unwrap_or_default();
        let host = &self.host;
        format!("{}://{login}{host}:{port}", protocol.name())
    }
}

impl fmt::Display for Hop {
    /// Writes the hop, its password masked.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text(Secret::to_string))
    }
}

impl fmt::Debug for Hop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hop({self})")
    }
}

impl FromStr for Hop {
    type Err = ();

    /// Reads `PROTOCOL://[NAME[:PASSWORD]@]HOST[:PORT]`; what stands before the `@` is decoded as in a
    /// URL (RFC 3986 section 2.1), but for a password that is `@FILE` or `env:NAME`. A login that the
    /// protocol could not carry is refused.
    fn from_str(text: &str) -> Result<Self, ()> {
        let (name, rest) = text.split_once("://").ok_or(())?;
        let protocol = PROTOCOLS
            .into_iter()
            .find(|protocol| protocol.name() == name);
        let protocol = protocol.ok_or(())?;
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (login, place) = match rest.rsplit_once('@') {
            Some((login, place)) => {
                let login = read_login(login).filter(|login| protocol.carries(login));
                (Some(login.ok_or(())?), place)
            }
            None => (None, rest),
        };
        let behind_brackets = place.rsplit(']').next().unwrap_or_default();
        let place = match behind_brackets.contains(':') {
            true => place.to_owned(),
            false => format!("{place}:{DEFAULT_PORT}"),
        };
        let token = Token::verbatim(&place, 0);
        let authority = Authority {
            token: &token,
            part: 0..place.len(),
        };
        match authority.tcp(Family::Any, Encoding::Percent) {
            Ok(Address::Tcp { host, port, .. }) if port != 0 && host != Host::Any => Ok(Self {
                protocol,
                host,
                port,
                login,
            }),
            _ => Err(()),
        }
    }
}

impl HopProtocol {
    /// Returns how it is written before `://`, as curl has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Socks4 => "socks4",
            Self::Socks4a => "socks4a",
            Self::Socks5 => "socks5",
            Self::Socks5h => "socks5h",
            Self::Http => "http",
        }
    }

    /// Tells whether a login arrives as it is: SOCKS 4 has a name that ends at a zero, and no password;
    /// in HTTP a colon ends the name (RFC 7617 section 2).
    fn carries(self, login: &HopLogin) -> bool {
        let HopLogin { name, password } = login;
        match self {
            Self::Socks4 | Self::Socks4a => {
                let no_password = Secret::Literal(String::new());
                !name.contains('\0') && *password == no_password
            }
            Self::Socks5 | Self::Socks5h => true,
            Self::Http => !name.contains(':'),
        }
    }
}

fn read_login(text: &str) -> Option<HopLogin> {
    let (name, password) = text.split_once(':').unwrap_or((text, ""));
    let name = percent_decode(name).filter(|name| !name.is_empty())?;
    let password = match Secret::read(password)? {
        Secret::Literal(text) => Secret::Literal(percent_decode(&text)?),
        elsewhere => elsewhere,
    };
    let is_long = |text: &str| text.len() > LOGIN_BYTES_MAX;
    let is_long = is_long(&name) || matches!(&password, Secret::Literal(text) if is_long(text));
    (!is_long).then_some(HopLogin { name, password })
}

/// Encodes all but what a URL takes as it is (RFC 3986 section 2.3).
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
        encoded
    })
}

const PROTOCOLS: [HopProtocol; 5] = [
    HopProtocol::Socks4,
    HopProtocol::Socks4a,
    HopProtocol::Socks5,
    HopProtocol::Socks5h,
    HopProtocol::Http,
];

/// The port where none is written: that of SOCKS (RFC 1928 section 3), which curl takes for all.
const DEFAULT_PORT: u16 = 1080;

/// The longest name and the longest password, bytes (RFC 1929 section 2).
pub(crate) const LOGIN_BYTES_MAX: usize = 255;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_curl_takes_is_read() {
        for (text, masked) in [
            ("socks5h://jump:1080", "socks5h://jump:1080"),
            ("socks5://jump", "socks5://jump:1080"),
            ("http://p.example:3128/", "http://p.example:3128"),
            ("socks4a://ali@10.0.0.1:1", "socks4a://ali@10.0.0.1:1"),
            (
                "socks5h://a%40b:s:%3a@[::1]:9",
                "socks5h://a%40b:***@[::1]:9",
            ),
            ("socks4://localhost:9", "socks4://localhost:9"),
            ("http://a:@/run/p@h:9", "http://a:@/run/p@h:9"),
            ("http://a:env:PASSWORD@h:9", "http://a:env:PASSWORD@h:9"),
        ] {
            let hop: Hop = text.parse().unwrap_or_else(|()| panic!("{text}"));
            assert_eq!(hop.to_string(), masked);
            assert_eq!(hop.to_text_with_secrets().parse(), Ok(hop));
        }
        let hop: Hop = "socks5h://ali:a%20b%3a@h".parse().unwrap();
        let password = hop.login.clone().unwrap().password;
        assert_eq!(password, Secret::Literal("a b:".to_owned()));
        assert!(!format!("{hop:?}").contains("a b:"), "{hop:?}");
        let long = format!("socks5://{}@h", "a".repeat(256));
        for wrong in [
            "",
            "jump:1080",
            "socks6://jump:1080",
            "https://jump:1080",
            "socks5://",
            "socks5://:1080",
            "socks5://jump:0",
            "socks5://jump:99999",
            "socks5://jump:1080/path",
            "socks5://@jump",
            "socks5://:secret@jump",
            "socks5://a%4@jump",
            "socks4://ali:secret@jump",
            "socks4a://ali:env:SECRET@jump",
            "socks4://a%00li@jump",
            "http://a%3Ab:secret@jump",
            &long,
        ] {
            assert_eq!(wrong.parse::<Hop>(), Err(()), "{wrong}");
        }
    }
}
