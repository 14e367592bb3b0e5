//! The connecting end's configuration: whom to trust, and the name to verify.

use std::sync::Arc;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use rustls::sign::SingleCertAndKey;

use super::files::OfFiles;
use super::trust::Trust;
use super::{Settings, identity};
use crate::endpoint::{Address, Host};
use crate::error::Error;

/// Makes what gives the configuration, and the name that the peer has to prove.
pub(super) fn configure(
    settings: Settings,
) -> Result<(OfFiles<Arc<ClientConfig>>, ServerName<'static>), Error> {
    let name = match name(&settings)? {
        Some(name) => name,
        // No name is sent or verified then; a connection has to be given one all the same.
        None if !Trust::of(&settings)?.verifies_names() => nobody(),
        None => {
            let why = "+tls does not know which name to verify there";
            return Err(settings.usage(why).with_hint("+tls,sni=NAME says it"));
        }
    };
    let with_name = name != nobody();
    let files = settings.files(&["cert", "key", "cacert"]);
    let config = OfFiles::new(files, move || config(&settings, with_name))?;
    Ok((config, name))
}

fn config(settings: &Settings, with_name: bool) -> Result<Arc<ClientConfig>, Error> {
    let builder = ClientConfig::builder_with_provider(Arc::clone(&settings.provider))
        .with_protocol_versions(&settings.versions()?)
        .map_err(|error| settings.unusable(error))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Trust::of(settings)?));
    let mut config = match identity::of_files(settings)? {
        Some(own) => builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(own))),
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = settings.alpn()?;
    config.enable_sni = with_name;
    Ok(Arc::new(config))
}

/// Returns the name that was written, else the host's.
fn name(settings: &Settings) -> Result<Option<ServerName<'static>>, Error> {
    let name = match (settings.text("sni"), settings.endpoint.address()) {
        (Some(name), _) => name,
        (None, Address::Tcp { host, .. }) => match host {
            Host::Ip(ip) => return Ok(Some(ServerName::IpAddress((*ip).into()))),
            Host::Name(name) => name.trim_end_matches('.').to_owned(),
            Host::Loopback | Host::Any => "localhost".to_owned(),
        },
        (None, _) => return Ok(None),
    };
    match ServerName::try_from(name.clone()) {
        Ok(name) => Ok(Some(name)),
        Err(_) => {
            let why = format!("{name} is no name that a certificate can be for");
            Err(settings.usage(&why))
        }
    }
}

/// An address that stands for no name (RFC 1122 section 3.2.1.3).
fn nobody() -> ServerName<'static> {
    ServerName::IpAddress(std::net::IpAddr::from([0, 0, 0, 0]).into())
}
