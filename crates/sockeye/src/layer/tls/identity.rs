//! The own certificate and its key: from files, or made for this run.

use std::sync::Arc;

use rcgen::generate_simple_self_signed;
use rustls::pki_types::pem::{Error as PemError, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::sign::CertifiedKey;

use super::Settings;
use super::files;
use crate::endpoint::{Address, Host};
use crate::error::Error;

/// Reads the files that `cert` and `key` name; `None` where neither is given.
pub(super) fn of_files(settings: &Settings) -> Result<Option<Arc<CertifiedKey>>, Error> {
    let (cert, key) = match (settings.text("cert"), settings.text("key")) {
        (None, None) => return Ok(None),
        (None, Some(_)) => return Err(settings.usage("key of +tls needs cert beside it")),
        (Some(cert), None) => (cert.clone(), cert),
        (Some(cert), Some(key)) => (cert, key),
    };
    match read(settings, &cert, &key) {
        Ok(certified) => Ok(Some(Arc::new(certified))),
        Err(why) => Err(settings.unusable(why)),
    }
}

/// Reads a certificate with its chain, and the key that has to be its own: a pair of which one file
/// was changed and the other not yet does not pass.
fn read(settings: &Settings, cert: &str, key: &str) -> Result<CertifiedKey, String> {
    let chain = CertificateDer::pem_slice_iter(&files::read(cert)?)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|why| format!("{cert}: {why}"))?;
    if chain.is_empty() {
        return Err(format!("{cert}: holds no certificate in PEM"));
    }
    let secret = PrivateKeyDer::from_pem_slice(&files::read(key)?).map_err(|why| match why {
        PemError::NoItemsFound => format!("{key}: holds no private key in PEM"),
        why => format!("{key}: {why}"),
    })?;
    CertifiedKey::from_der(chain, secret, &settings.provider).map_err(|why| match why {
        rustls::Error::InconsistentKeys(_) => {
            format!("the key in {key} is not that of the certificate in {cert}")
        }
        why => format!("{cert}, {key}: {why}"),
    })
}

/// Makes a certificate for this run and the names under which this machine is reached.
pub(super) fn self_signed(settings: &Settings) -> Result<Arc<CertifiedKey>, Error> {
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
    CertifiedKey::from_der(vec![made.cert.into()], key.into(), &settings.provider)
        .map(Arc::new)
        .map_err(|why| settings.unusable(why))
}
