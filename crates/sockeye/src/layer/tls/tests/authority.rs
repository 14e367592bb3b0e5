//! An authority that signs what a test asks for.

use std::cell::Cell;
use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, PublicKeyData, date_time_ymd,
};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

pub(crate) struct Authority {
    folder: TempDir,
    certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
    signed: Cell<u32>,
}

/// What is asked of a certificate.
pub(crate) struct Given {
    pub(crate) names: Vec<String>,
    pub(crate) purpose: ExtendedKeyUsagePurpose,
    /// First and last year.
    pub(crate) years: (i32, i32),
}

impl Default for Given {
    fn default() -> Self {
        Self {
            names: vec!["a.example".to_owned(), "127.0.0.1".to_owned()],
            purpose: ExtendedKeyUsagePurpose::ServerAuth,
            years: (2020, 4000),
        }
    }
}

impl Given {
    pub(crate) fn client() -> Self {
        Self {
            purpose: ExtendedKeyUsagePurpose::ClientAuth,
            ..Self::default()
        }
    }
}

/// A certificate and its key; it prints as the keys of `+tls` that name them.
pub(crate) struct Signed {
    pub(crate) cert: PathBuf,
    pub(crate) key: PathBuf,
    pub(crate) sha256: [u8; 32],
    /// The SHA-256 of its public key.
    pub(crate) key_sha256: [u8; 32],
}

impl fmt::Display for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cert={},key={}", self.cert.display(), self.key.display())
    }
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(
            DnType::CommonName,
            format!("authority {}", NUMBER.fetch_add(1, Ordering::Relaxed)),
        );
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        let authority = Self {
            folder: TempDir::new().unwrap(),
            certificate,
            issuer: Issuer::new(params, key),
            signed: Cell::new(0),
        };
        std::fs::write(
            authority.folder.path().join("ca"),
            authority.certificate.pem(),
        )
        .unwrap();
        authority
    }

    /// Returns the file with its own certificate.
    pub(crate) fn file(&self) -> String {
        self.folder.path().join("ca").display().to_string()
    }

    pub(crate) fn certificate(&self, given: Given) -> Signed {
        let mut params = CertificateParams::new(given.names).unwrap();
        params.extended_key_usages = vec![given.purpose];
        params.not_before = date_time_ymd(given.years.0, 1, 1);
        params.not_after = date_time_ymd(given.years.1, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let number = self.signed.replace(self.signed.get() + 1);
        let file = |kind: &str, pem: String| {
            let path = self.folder.path().join(format!("{number}.{kind}"));
            std::fs::write(&path, pem).unwrap();
            path
        };
        Signed {
            cert: file("pem", certificate.pem()),
            key: file("key", key.serialize_pem()),
            sha256: Sha256::digest(certificate.der()).into(),
            key_sha256: Sha256::digest(key.subject_public_key_info()).into(),
        }
    }
}

/// By which authorities have names of their own.
static NUMBER: AtomicU32 = AtomicU32::new(0);
