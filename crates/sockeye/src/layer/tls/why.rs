//! Why there is no TLS session, or no more of it: each cause a sentence of its own, and whose fault.

use std::io;
use std::time::Duration;

use rustls::{
    AlertDescription as Alert, CertificateError, Error as TlsError, ExtendedKeyPurpose,
    PeerIncompatible, PeerMisbehaved,
};

use super::handshake::Failure;
use super::listed::is_authority;
use crate::error::{self, Error, ErrorKind};

/// The end of a stream that no `close_notify` announced (RFC 8446 section 6.1).
pub(super) const CUT: &str = "the connection was cut: no close_notify of TLS came before its end";

/// Makes the error of a handshake.
pub(super) fn error(op: &'static str, on: &str, why: &Failure) -> Error {
    let (kind, cause) = match why {
        Failure::Tls(error) => (kind(error), words(error)),
        Failure::Io(error) if error.kind() == io::ErrorKind::ConnectionReset => (
            ErrorKind::PeerHandshake,
            "the peer reset the connection during the handshake".to_owned(),
        ),
        Failure::Io(error) => (ErrorKind::PeerHandshake, error::words(error)),
        Failure::PeerClosed => (
            ErrorKind::PeerHandshake,
            "the peer ended the connection during the handshake".to_owned(),
        ),
        Failure::Plain(cause) => {
            let cause = format!("starttls: {cause}");
            return Error::new(ErrorKind::PeerHandshake, op, on, cause);
        }
    };
    let error = Error::new(kind, op, on, format!("tls: {cause}"));
    match why {
        Failure::Tls(TlsError::InvalidCertificate(why)) => match hint(op, why) {
            Some(hint) => error.with_hint(hint),
            None => error,
        },
        _ => error,
    }
}

/// Says how a peer whose certificate was refused is let in, if it is meant to be.
fn hint(op: &str, why: &CertificateError) -> Option<&'static str> {
    let accepts = op == "accept";
    match why {
        CertificateError::UnknownIssuer if accepts => {
            Some("client-ca=FILE trusts an authority, or a single certificate that it holds")
        }
        CertificateError::UnknownIssuer => {
            Some("+tls,cacert=FILE trusts an authority, pin=sha256:… a single certificate")
        }
        why if is_authority(why) && accepts => {
            Some("client-ca=FILE trusts it if the file holds this very certificate")
        }
        why if is_authority(why) => Some(
            "+tls,cacert=FILE trusts it if the file holds this very certificate, pin=sha256:… too",
        ),
        _ => None,
    }
}

fn kind(error: &TlsError) -> ErrorKind {
    match error {
        TlsError::InvalidCertificate(_) | TlsError::NoCertificatesPresented => {
            ErrorKind::PeerCertificate
        }
        TlsError::AlertReceived(
            Alert::CertificateRequired
            | Alert::BadCertificate
            | Alert::UnsupportedCertificate
            | Alert::CertificateExpired
            | Alert::CertificateRevoked
            | Alert::CertificateUnknown
            | Alert::UnknownCA
            | Alert::AccessDenied,
        ) => ErrorKind::LocalCertificate,
        _ => ErrorKind::PeerHandshake,
    }
}

/// Says what rustls reports as a person reads it.
pub(super) fn words(error: &TlsError) -> String {
    match error {
        TlsError::InvalidCertificate(why) => certificate_words(why),
        TlsError::NoCertificatesPresented => "the peer shows no certificate".to_owned(),
        TlsError::InvalidMessage(_) | TlsError::InappropriateMessage { .. } => {
            "what the peer sends is not TLS".to_owned()
        }
        TlsError::DecryptError => "what the peer sends was changed on the way".to_owned(),
        TlsError::NoApplicationProtocol => "no protocol of alpn in common".to_owned(),
        TlsError::PeerIncompatible(why) => incompatible_words(why),
        TlsError::PeerMisbehaved(PeerMisbehaved::ServerNameMustContainOneHostName) => {
            "the name that the peer asks for is not a host name".to_owned()
        }
        TlsError::PeerMisbehaved(why) => format!("the peer breaks the protocol ({why:?})"),
        TlsError::AlertReceived(alert) => alert_words(*alert),
        other => other.to_string(),
    }
}

fn certificate_words(error: &CertificateError) -> String {
    use CertificateError as E;
    match error {
        E::NotValidForNameContext {
            expected,
            presented,
        } => {
            let names: Vec<_> = presented.iter().map(|name| bare_name(name)).collect();
            let names = match names.is_empty() {
                true => "no name".to_owned(),
                false => names.join(", "),
            };
            format!(
                "the certificate is for {names}, not for {}",
                expected.to_str()
            )
        }
        E::NotValidForName => "the certificate is for another name".to_owned(),
        E::ExpiredContext { time, not_after } => {
            let ago = time.as_secs().saturating_sub(not_after.as_secs());
            format!("the certificate expired {} ago", about(ago))
        }
        E::Expired => "the certificate has expired".to_owned(),
        E::NotValidYetContext { time, not_before } => {
            let ahead = not_before.as_secs().saturating_sub(time.as_secs());
            format!("the certificate is valid only in {}", about(ahead))
        }
        E::NotValidYet => "the certificate is not valid yet".to_owned(),
        E::UnknownIssuer => "the certificate is signed by nobody who is trusted here".to_owned(),
        E::InvalidPurposeContext { required, .. } => match required {
            ExtendedKeyPurpose::ClientAuth => {
                "the certificate is not meant for a client".to_owned()
            }
            _ => "the certificate is not meant for a server".to_owned(),
        },
        E::InvalidPurpose => "the certificate is meant for something else".to_owned(),
        E::Revoked => "the certificate was revoked".to_owned(),
        E::BadSignature => "the certificate's signature is wrong".to_owned(),
        E::BadEncoding => "the certificate is not well formed".to_owned(),
        why if is_authority(why) => {
            "the certificate is an authority's own and not one that is trusted here".to_owned()
        }
        E::Other(why) => format!("the certificate is refused: {why}"),
        other => format!("the certificate is refused: {other}"),
    }
}

/// Returns the name of `DnsName("a.example")` and `IpAddress(127.0.0.1)`, as webpki writes them.
fn bare_name(name: &str) -> &str {
    let inner = name.split_once('(').map_or(name, |(_, inner)| inner);
    inner.trim_end_matches(')').trim_matches('"')
}

/// Writes a time to its largest unit.
fn about(seconds: u64) -> String {
    let units = [
        (86_400, "day"),
        (3_600, "hour"),
        (60, "minute"),
        (1, "second"),
    ];
    let (size, unit) = units
        .into_iter()
        .find(|(size, _)| seconds >= *size)
        .unwrap_or((1, "second"));
    match Duration::from_secs(seconds).as_secs() / size {
        1 => format!("1 {unit}"),
        count => format!("{count} {unit}s"),
    }
}

fn incompatible_words(why: &PeerIncompatible) -> String {
    use PeerIncompatible as P;
    match why {
        P::Tls12NotOffered
        | P::Tls12NotOfferedOrEnabled
        | P::ServerDoesNotSupportTls12Or13
        | P::ServerTlsVersionIsDisabledByOurConfig
        | P::SupportedVersionsExtensionRequired => "no version of TLS in common".to_owned(),
        P::NoCipherSuitesInCommon => "no cipher suite in common".to_owned(),
        other => format!("the peer cannot do what is needed ({other:?})"),
    }
}

fn alert_words(alert: Alert) -> String {
    match alert {
        Alert::CertificateRequired => "the peer wants a certificate: cert=FILE".to_owned(),
        Alert::UnknownCA => "the peer does not trust who signed the own certificate".to_owned(),
        Alert::CertificateExpired => {
            "the peer says that the own certificate has expired".to_owned()
        }
        Alert::BadCertificate | Alert::CertificateUnknown | Alert::UnsupportedCertificate => {
            "the peer does not take the own certificate".to_owned()
        }
        Alert::ProtocolVersion => "the peer speaks no such version of TLS".to_owned(),
        Alert::NoApplicationProtocol => "the peer has no protocol of alpn in common".to_owned(),
        Alert::HandshakeFailure => {
            "the peer has nothing in common, or wants a certificate".to_owned()
        }
        Alert::UnrecognisedName => "the peer does not know the name asked for".to_owned(),
        other => format!("the peer ended the handshake ({other:?})"),
    }
}
