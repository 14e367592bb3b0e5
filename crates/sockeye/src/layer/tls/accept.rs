//! The accepting end's configuration: the own certificate, and what is asked of the peer's.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs::Ticketer;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::sign::{CertifiedKey, SingleCertAndKey};

use super::files::OfFiles;
use super::trust::{AnyPeer, KnownPeer, authorities, fingerprint};
use super::{Settings, identity};
use crate::error::Error;

/// Makes what gives the configuration; `note` is set to what a person has to know of it.
pub(super) fn configure(
    settings: Settings,
    note: &mut Option<String>,
) -> Result<OfFiles<Arc<ServerConfig>>, Error> {
    let own = match (settings.text("cert"), settings.flag("self-signed")) {
        (Some(_), true) => {
            return Err(settings.usage("cert and self-signed of +tls exclude each other"));
        }
        (_, false) => None,
        (None, true) => {
            let own = identity::self_signed(&settings)?;
            let sha256 = fingerprint(own.end_entity_cert().map_or(&[], |cert| cert));
            let address = settings.endpoint.address();
            *note = Some(format!("self-signed certificate of {address}: {sha256}"));
            Some(own)
        }
    };
    let files = settings.files(&["cert", "key", "client-ca"]);
    OfFiles::new(files, move || config(&settings, own.clone()))
}

/// Makes the configuration; `own` is the certificate where it is in no file.
fn config(settings: &Settings, own: Option<Arc<CertifiedKey>>) -> Result<Arc<ServerConfig>, Error> {
    let Some(own) = identity::of_files(settings)?.or(own) else {
        let why = "+tls needs a certificate where it accepts";
        let hint = "+tls,cert=FILE,key=FILE, or +tls,self-signed for a try";
        return Err(settings.usage(why).with_hint(hint));
    };
    let unusable = |error: rustls::Error| settings.unusable(error);
    let mut config = ServerConfig::builder_with_provider(Arc::clone(&settings.provider))
        .with_protocol_versions(&settings.versions()?)
        .map_err(unusable)?
        .with_client_cert_verifier(verifier(settings)?)
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(own)));
    config.alpn_protocols = settings.alpn()?;
    // Resumption by tickets keeps nothing here for a peer that may never come back. Its keys are new
    // with each configuration: who resumes is not verified again, so not past a change of client-ca.
    config.ticketer = Ticketer::new().map_err(unusable)?;
    Ok(Arc::new(config))
}

/// Returns what decides on a peer's certificate.
fn verifier(settings: &Settings) -> Result<Arc<dyn ClientCertVerifier>, Error> {
    let authorities = settings
        .text("client-ca")
        .map(|file| authorities(settings, &file))
        .transpose()?;
    let client = settings.text("client").unwrap_or_default();
    let known = |(roots, listed), may_be_none: bool| {
        let provider = Arc::clone(&settings.provider);
        let mut builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        if may_be_none {
            builder = builder.allow_unauthenticated();
        }
        let authorities = builder.build().map_err(|error| settings.unusable(error))?;
        Ok(Arc::new(KnownPeer {
            authorities,
            listed,
        }) as Arc<dyn ClientCertVerifier>)
    };
    match (client.as_str(), authorities) {
        ("require", Some(authorities)) => known(authorities, false),
        ("request", Some(authorities)) => known(authorities, true),
        ("request", None) => Ok(Arc::new(AnyPeer::new(&settings.provider))),
        ("require", None) => {
            let hint = "client=request takes any certificate and lets the service decide";
            let why = "client=require needs client-ca=FILE, the authorities that sign";
            Err(settings.usage(why).with_hint(hint))
        }
        (_, Some(_)) => {
            let why = "client-ca has no effect without client=request or client=require";
            Err(settings.usage(why))
        }
        (_, None) => Ok(WebPkiClientVerifier::no_client_auth()),
    }
}
