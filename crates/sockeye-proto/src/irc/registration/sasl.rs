//! The exchange of SASL PLAIN over AUTHENTICATE (IRCv3 sasl-3.1, RFC 4616).

use alloc::string::String;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// An exchange, or none.
#[derive(Debug, Default)]
pub(super) struct Sasl {
    /// The base64 text so far, once PLAIN was chosen.
    received: Option<String>,
}

/// What an AUTHENTICATE leads to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Exchange {
    /// Answer `AUTHENTICATE +`.
    Continue,
    /// The client goes on by itself.
    More,
    /// The client gave up.
    Aborted,
    /// More than fits.
    TooLong,
    /// No valid PLAIN message.
    Malformed,
    /// Not a mechanism of ours.
    UnknownMechanism,
    /// Complete.
    Verify { name: String, password: String },
}

impl Sasl {
    /// Takes the parameter of one AUTHENTICATE.
    pub(super) fn step(&mut self, parameter: &str) -> Exchange {
        let Some(mut received) = self.received.take() else {
            return self.choose(parameter);
        };
        if parameter == "*" {
            return Exchange::Aborted;
        }
        if parameter.len() > CHUNK_BYTES || received.len() + parameter.len() > MESSAGE_BYTES_MAX {
            return Exchange::TooLong;
        }
        // A lone `+` is an empty chunk; it ends a message whose last chunk was full.
        if parameter != "+" {
            received.push_str(parameter);
        }
        if parameter.len() == CHUNK_BYTES {
            self.received = Some(received);
            return Exchange::More;
        }
        decode_plain(&received).unwrap_or(Exchange::Malformed)
    }

    /// Ends an exchange; returns whether there was one.
    pub(super) fn abort(&mut self) -> bool {
        self.received.take().is_some()
    }

    fn choose(&mut self, mechanism: &str) -> Exchange {
        if mechanism == "*" {
            return Exchange::Aborted;
        }
        if !mechanism.eq_ignore_ascii_case(MECHANISMS) {
            return Exchange::UnknownMechanism;
        }
        self.received = Some(String::new());
        Exchange::Continue
    }
}

/// `[authzid] NUL authcid NUL password` (RFC 4616 section 2); acting for somebody else is not on
/// offer.
fn decode_plain(text: &str) -> Option<Exchange> {
    let message = String::from_utf8(STANDARD.decode(text).ok()?).ok()?;
    let (for_whom, rest) = message.split_once('\0')?;
    let (name, password) = rest.split_once('\0')?;
    let valid = (for_whom.is_empty() || for_whom == name)
        && !name.is_empty()
        && !password.is_empty()
        && !password.contains('\0');
    valid.then(|| Exchange::Verify {
        name: name.into(),
        password: password.into(),
    })
}

/// What SASL can do here.
pub(super) const MECHANISMS: &str = "PLAIN";

/// A chunk of exactly this size is followed by another one (IRCv3 sasl-3.1).
const CHUNK_BYTES: usize = 400;

/// Longest message in base64: a name and a password of together about 1,500 bytes.
const MESSAGE_BYTES_MAX: usize = 2_000;
