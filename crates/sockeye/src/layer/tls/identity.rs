//! The own certificate and its key: from files, read again when they have changed, or self-signed.
//!
//! Invariant: files that cannot be used never take the place of ones that could; the old certificate
//! is shown until both files fit together again.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::sync::{Arc, Mutex, PoisonError};

use rcgen::generate_simple_self_signed;
use rustls::SignatureScheme;
use rustls::client::ResolvesClientCert;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::{Error as PemError, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::Settings;
use super::trust::fingerprint;
use crate::endpoint::{Address, Host};
use crate::error::{Error, words};

/// A certificate with its chain and its key.
#[derive(Debug)]
pub(super) struct Identity {
    files: Option<Files>,
    provider: Arc<CryptoProvider>,
    current: Mutex<Current>,
}

#[derive(Debug)]
struct Files {
    cert: String,
    key: String,
}

#[derive(Debug)]
struct Current {
    certified: Arc<CertifiedKey>,
    /// What the files were when they were last looked at, usable or not.
    seen: Option<Seen>,
}

impl Identity {
    /// Reads `cert` and `key`; `None` where neither is given.
    pub(super) fn of_files(settings: &Settings<'_>) -> Result<Option<Self>, Error> {
        let files = match (settings.text("cert"), settings.text("key")) {
            (None, None) => return Ok(None),
            (None, Some(_)) => return Err(settings.usage("key of +tls needs cert beside it")),
            (Some(cert), key) => Files {
                key: key.unwrap_or_else(|| cert.clone()),
                cert,
            },
        };
        let provider = Arc::clone(&settings.provider);
        let seen = files.seen();
        let certified = files
            .read(&provider)
            .map_err(|why| settings.unusable(why))?;
        Ok(Some(Self::new(Some(files), provider, certified, seen)))
    }

    /// Makes a certificate for this run and the names under which this machine is reached.
    pub(super) fn self_signed(settings: &Settings<'_>) -> Result<Self, Error> {
        let mut names: Vec<String> = ["localhost", "127.0.0.1", "::1"].map(Into::into).into();
        if let Address::Tcp { host, .. } = settings.endpoint.address() {
            match host {
                Host::Name(name) => names.push(name.clone()),
                Host::Ip(ip) if !ip.is_loopback() => names.push(ip.to_string()),
                _ => {}
            }
        }
        let made = generate_simple_self_signed(names).map_err(|why| settings.unusable(why))?;
        let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
        let provider = Arc::clone(&settings.provider);
        let certified = CertifiedKey::from_der(vec![made.cert.into()], key.into(), &provider)
            .map_err(|why| settings.unusable(why))?;
        Ok(Self::new(None, provider, certified, None))
    }

    fn new(
        files: Option<Files>,
        provider: Arc<CryptoProvider>,
        certified: CertifiedKey,
        seen: Option<Seen>,
    ) -> Self {
        let certified = Arc::new(certified);
        Self {
            files,
            provider,
            current: Mutex::new(Current { certified, seen }),
        }
    }

    /// Returns the SHA-256 of the certificate.
    pub(super) fn fingerprint(&self) -> String {
        fingerprint(self.current().end_entity_cert().map_or(&[], |cert| cert))
    }

    /// Returns the certificate, read anew if its files have changed.
    fn current(&self) -> Arc<CertifiedKey> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(files) = &self.files else {
            return Arc::clone(&current.certified);
        };
        let seen = files.seen();
        if seen != current.seen {
            current.seen = seen;
            match files.read(&self.provider) {
                Ok(certified) => current.certified = Arc::new(certified),
                Err(why) => tracing::warn!("tls: the certificate before it stays: {why}"),
            }
        }
        Arc::clone(&current.certified)
    }
}

/// By what a change of a file shows: where it is, its length and when it was written.
type Stamp = (u64, u64, i64, i64);
type Seen = (Stamp, Stamp);

impl Files {
    fn seen(&self) -> Option<Seen> {
        Some((stamp(&self.cert)?, stamp(&self.key)?))
    }

    fn read(&self, provider: &CryptoProvider) -> Result<CertifiedKey, String> {
        let Self { cert, key } = self;
        let chain = CertificateDer::pem_file_iter(cert)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|why| format!("{cert}: {}", pem_words(why)))?;
        if chain.is_empty() {
            return Err(format!("{cert}: holds no certificate in PEM"));
        }
        let secret = PrivateKeyDer::from_pem_file(key).map_err(|why| match why {
            PemError::NoItemsFound => format!("{key}: holds no private key in PEM"),
            why => format!("{key}: {}", pem_words(why)),
        })?;
        CertifiedKey::from_der(chain, secret, provider).map_err(|why| match why {
            rustls::Error::InconsistentKeys(_) => {
                format!("the key in {key} is not that of the certificate in {cert}")
            }
            why => format!("{cert}, {key}: {why}"),
        })
    }
}

fn stamp(file: &str) -> Option<Stamp> {
    let found = fs::metadata(file).ok()?;
    Some((found.ino(), found.len(), found.mtime(), found.mtime_nsec()))
}

fn pem_words(error: PemError) -> String {
    match error {
        PemError::Io(error) if error.kind() == io::ErrorKind::NotFound => "no such file".into(),
        PemError::Io(error) => words(&error),
        error => error.to_string(),
    }
}

impl ResolvesServerCert for Identity {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current())
    }
}

impl ResolvesClientCert for Identity {
    fn resolve(&self, _hints: &[&[u8]], _schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(self.current())
    }

    fn has_certs(&self) -> bool {
        true
    }
}
