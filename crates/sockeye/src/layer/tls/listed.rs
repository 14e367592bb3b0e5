//! Certificates that are trusted by themselves: those that a file of authorities holds.
//!
//! Who makes a certificate at home mostly makes an authority of it (`openssl req -x509`), and the rules
//! of chains have no place for an authority's certificate at a server or a client. But whoever lists
//! exactly this certificate has decided on it.
//!
//! Invariant: only the chain above it is not asked for. Time, purpose and name are judged as they are
//! for any other, and that the peer has its key.

use rustls::pki_types::CertificateDer;
use rustls::{CertificateError, Error as TlsError, ExtendedKeyPurpose};
use sockeye_proto::x509::Certificate;

/// The certificates of such a file.
#[derive(Debug, Default)]
pub(super) struct Listed(Vec<CertificateDer<'static>>);

/// What a certificate is shown for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Purpose {
    Client,
    Server,
}

impl Listed {
    pub(super) fn add(&mut self, certificate: CertificateDer<'static>) {
        self.0.push(certificate);
    }

    /// Tells whether the certificate may stand although `why` speaks against it, which the rules of
    /// chains have found.
    ///
    /// # Errors
    /// It is listed and meant for something else.
    pub(super) fn outweighs(
        &self,
        why: &TlsError,
        certificate: &CertificateDer<'_>,
        purpose: Purpose,
    ) -> Result<bool, TlsError> {
        if !self.0.contains(certificate) {
            return Ok(false);
        }
        match why {
            // Its time and its purpose come before its chain there.
            TlsError::InvalidCertificate(CertificateError::UnknownIssuer) => Ok(true),
            // Only its time does.
            TlsError::InvalidCertificate(why) if is_authority(why) => {
                purpose.check(certificate).map(|()| true)
            }
            _ => Ok(false),
        }
    }
}

/// Tells whether that is what is wrong with a certificate: it is an authority's own.
pub(super) fn is_authority(why: &CertificateError) -> bool {
    let CertificateError::Other(why) = why else {
        return false;
    };
    let why = why.0.downcast_ref::<webpki::Error>();
    matches!(why, Some(webpki::Error::CaUsedAsEndEntity))
}

impl Purpose {
    /// Verifies that a certificate is meant for this, or does not say for what.
    fn check(self, certificate: &CertificateDer<'_>) -> Result<(), TlsError> {
        let (number, required) = match self {
            Self::Client => (CLIENT_AUTH, ExtendedKeyPurpose::ClientAuth),
            Self::Server => (SERVER_AUTH, ExtendedKeyPurpose::ServerAuth),
        };
        let read = Certificate::read(certificate).ok_or(CertificateError::BadEncoding)?;
        match read.purposes.is_empty() || read.purposes.iter().any(|given| given == number) {
            true => Ok(()),
            false => Err(CertificateError::InvalidPurposeContext {
                required,
                presented: Vec::new(),
            }
            .into()),
        }
    }
}

/// `id-kp-serverAuth` and `id-kp-clientAuth` (RFC 5280 section 4.2.1.12).
const SERVER_AUTH: &str = "1.3.6.1.5.5.7.3.1";
const CLIENT_AUTH: &str = "1.3.6.1.5.5.7.3.2";
