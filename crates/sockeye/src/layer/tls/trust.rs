//! Whom a connecting end trusts, and what an accepting end asks of any peer.
//!
//! By default the platform's authorities decide. `cacert` puts others in their place, and certificates
//! that are trusted by themselves; `pin` names one certificate or key; with both, both have to agree. `insecure` lets anybody be anybody. That the
//! peer has the key of the certificate that it shows is verified always.

use std::fmt;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error as TlsError, OtherError,
    RootCertStore, SignatureScheme,
};
use rustls_platform_verifier::Verifier;
use sha2::{Digest, Sha256};

use super::listed::{Listed, Purpose};
use super::{Settings, files};
use crate::error::{Error, ErrorKind};

/// What decides on the certificate of a peer that was connected to.
#[derive(Debug)]
pub(super) struct Trust {
    authorities: Option<Arc<dyn ServerCertVerifier>>,
    listed: Listed,
    /// `sha256:` and hexadecimal digits.
    pin: Option<String>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Trust {
    pub(super) fn of(settings: &Settings) -> Result<Self, Error> {
        let (cacert, pin) = (settings.text("cacert"), settings.text("pin"));
        let insecure = settings.flag("insecure");
        if insecure && (cacert.is_some() || pin.is_some()) {
            return Err(settings.usage("insecure of +tls contradicts cacert and pin"));
        }
        let provider = Arc::clone(&settings.provider);
        let mut listed = Listed::default();
        let authorities: Option<Arc<dyn ServerCertVerifier>> = match cacert {
            Some(file) => {
                let roots;
                (roots, listed) = authorities(settings, &file)?;
                let built =
                    WebPkiServerVerifier::builder_with_provider(roots.into(), provider).build();
                Some(built.map_err(|error| settings.unusable(error))?)
            }
            None if insecure || pin.is_some() => None,
            None => Some(Arc::new(
                Verifier::new(provider).map_err(|_| no_roots(settings))?,
            )),
        };
        Ok(Self {
            authorities,
            listed,
            pin,
            algorithms: settings.provider.signature_verification_algorithms,
        })
    }

    /// Tells whether the peer has to prove a name.
    pub(super) fn verifies_names(&self) -> bool {
        self.authorities.is_some()
    }
}

/// Reads the authorities that a file in PEM holds; each of its certificates may also stand by itself.
pub(super) fn authorities(
    settings: &Settings,
    file: &str,
) -> Result<(RootCertStore, Listed), Error> {
    let (mut roots, mut listed) = (RootCertStore::empty(), Listed::default());
    let unusable = |why: &dyn fmt::Display| settings.unusable(format!("{file}: {why}"));
    let pem = files::read(file).map_err(|why| settings.unusable(why))?;
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|why| unusable(&why))?;
        roots
            .add(certificate.clone())
            .map_err(|why| unusable(&why))?;
        listed.add(certificate);
    }
    match roots.is_empty() {
        true => Err(unusable(&"holds no certificate in PEM")),
        false => Ok((roots, listed)),
    }
}

fn no_roots(settings: &Settings) -> Error {
    let why = "tls: this system has no authorities to trust";
    let hint = "install the package ca-certificates, or say whom to trust: +tls,cacert=FILE";
    Error::new(ErrorKind::PeerCertificate, "open", &settings.endpoint, why).with_hint(hint)
}

/// Returns `sha256:` and the SHA-256 in hexadecimal digits.
pub(super) fn fingerprint(der: &[u8]) -> String {
    let digits = Sha256::digest(der)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<String>();
    format!("sha256:{digits}")
}

impl ServerCertVerifier for Trust {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        if let Some(pin) = &self.pin {
            let key = ParsedCertificate::try_from(end_entity)?.subject_public_key_info();
            let shown = fingerprint(end_entity);
            if *pin != shown && *pin != fingerprint(&key) {
                let other = OtherError(Arc::new(NotPinned { shown }));
                return Err(CertificateError::Other(other).into());
            }
        }
        let Some(authorities) = &self.authorities else {
            return Ok(ServerCertVerified::assertion());
        };
        let verified = authorities.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        match verified {
            Err(why) if self.listed.outweighs(&why, end_entity, Purpose::Server)? => {
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
                Ok(ServerCertVerified::assertion())
            }
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        verify_tls12_signature(message, cert, dss, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        verify_tls13_signature(message, cert, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// Asks an accepted peer for a certificate that an authority signed, or that is listed.
#[derive(Debug)]
pub(super) struct KnownPeer {
    pub(super) authorities: Arc<dyn ClientCertVerifier>,
    pub(super) listed: Listed,
}

impl ClientCertVerifier for KnownPeer {
    fn client_auth_mandatory(&self) -> bool {
        self.authorities.client_auth_mandatory()
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.authorities.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, TlsError> {
        let verified = self
            .authorities
            .verify_client_cert(end_entity, intermediates, now);
        match verified {
            Err(why) if self.listed.outweighs(&why, end_entity, Purpose::Client)? => {
                Ok(ClientCertVerified::assertion())
            }
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        self.authorities.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        self.authorities.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.authorities.supported_verify_schemes()
    }
}

/// Takes whatever certificate a peer shows, or none; the service decides what it is worth.
#[derive(Debug)]
pub(super) struct AnyPeer {
    algorithms: WebPkiSupportedAlgorithms,
}

impl AnyPeer {
    pub(super) fn new(provider: &CryptoProvider) -> Self {
        Self {
            algorithms: provider.signature_verification_algorithms,
        }
    }
}

impl ClientCertVerifier for AnyPeer {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, TlsError> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        verify_tls12_signature(message, cert, dss, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        verify_tls13_signature(message, cert, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// The certificate is not the pinned one and has another key.
#[derive(Debug)]
struct NotPinned {
    shown: String,
}

impl fmt::Display for NotPinned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it is not the pinned one but {}", self.shown)
    }
}

impl std::error::Error for NotPinned {}
