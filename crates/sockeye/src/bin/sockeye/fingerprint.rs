//! A certificate that somebody names: by its SHA-256, or by a file that has it.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use sockeye::{Error, ErrorKind};
use sockeye_proto::irc::input::{fingerprint_text, parse_fingerprint};

/// Returns the SHA-256 in hexadecimal of what was named on the command line.
///
/// # Errors
/// When it is no SHA-256, or the file cannot be read or has no certificate.
pub(crate) fn of(named: &str) -> Result<String, Error> {
    let usage = |cause: &str| Error::new(ErrorKind::ConfigUsage, "account", named, cause);
    let Some(path) = named.strip_prefix('@') else {
        let print = parse_fingerprint(named);
        let print = print.ok_or_else(|| {
            usage("a fingerprint is a SHA-256: 64 hexadecimal digits")
                .with_hint("@FILE names the certificate itself")
        })?;
        return Ok(fingerprint_text(&print));
    };
    let file = fs::read(path).map_err(|e| Error::new(ErrorKind::LocalRead, "read", path, e))?;
    let certificate = der(file).ok_or_else(|| usage("there is no certificate in the file"))?;
    Ok(fingerprint_text(&Sha256::digest(certificate).into()))
}

/// Returns the first certificate of a file, which is PEM (RFC 7468) or DER.
fn der(file: Vec<u8>) -> Option<Vec<u8>> {
    if file.first() == Some(&DER_SEQUENCE) {
        return Some(file);
    }
    let text = String::from_utf8(file).ok()?;
    let (_, rest) = text.split_once("-----BEGIN CERTIFICATE-----")?;
    let (base64, _) = rest.split_once("-----END CERTIFICATE-----")?;
    let base64: String = base64.split_ascii_whitespace().collect();
    STANDARD.decode(base64).ok()
}

/// With what every certificate in DER begins: no PEM does.
const DER_SEQUENCE: u8 = 0x30;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_named_by_its_digest_or_its_file() {
        let digest = "1F".repeat(32);
        assert_eq!(of(&digest).unwrap(), "1f".repeat(32));
        assert!(of("1f1f").is_err());
        let dir = tempfile::tempdir().unwrap();
        let named = |name: &str, content: &[u8]| {
            let path = dir.path().join(name);
            fs::write(&path, content).unwrap();
            of(&format!("@{}", path.display()))
        };
        let der = named("c.der", &[0x30, 1, 2]).unwrap();
        let pem = "key\n-----BEGIN CERTIFICATE-----\nMAEC\n-----END CERTIFICATE-----\n";
        assert_eq!(named("c.pem", pem.as_bytes()).unwrap(), der);
        assert!(named("none.pem", b"nothing").is_err());
        assert!(of("@/nowhere/at/all").is_err());
    }
}
