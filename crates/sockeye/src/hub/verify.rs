//! What a configuration asks of files that it names: looked at before anything is opened, and by
//! `serve --check`.

use std::fs::File;
use std::io::Read;

use sockeye_proto::x509::Certificate;

use super::config::{Config, Gateway};
use crate::endpoint::{Endpoint, Value};
use crate::error::{Error, ErrorKind, words};
use crate::io::read_secret;
use crate::service::chat;

/// Checks that those files hold what they have to.
///
/// # Errors
/// A certificate for STS that is self-signed, so that clients would refuse it for as long as they were told
/// to come by TLS; a password of a gateway that cannot be read, or is none.
pub(super) fn verify(config: &Config) -> Result<(), Error> {
    let at = config.sts_listener().map(|listen| &listen.at);
    if let Some(at) = at
        && is_self_signed(at)?
    {
        let port = config.chat.sts_port;
        let why = format!("`sts_port`: the certificate on port {port} is self-signed");
        let hint = "clients refuse it, and hold on to TLS for `sts_duration_s` all the same";
        return Err(Error::new(ErrorKind::ConfigUsage, "check", at, why).with_hint(hint));
    }
    gateways(config).map(drop)
}

/// Tells whether the only certificate in the file of `+tls` names itself as its issuer.
fn is_self_signed(at: &Endpoint) -> Result<bool, Error> {
    let Some(Value::Text(file)) = at.value("tls", "cert") else {
        return Ok(false);
    };
    let wrong = |why: &str| {
        let why = format!("{file}: {why}");
        Error::new(ErrorKind::LocalCertificate, "read", at, why)
    };
    let mut text = Vec::new();
    let opened = File::open(&file).map_err(|error| wrong(&words(&error)))?;
    let read = opened.take(CERTIFICATE_BYTES_MAX).read_to_end(&mut text);
    read.map_err(|error| wrong(&words(&error)))?;
    match &Certificate::read_pem(&String::from_utf8_lossy(&text))[..] {
        [] => Err(wrong("holds no certificate in PEM")),
        [only] => Ok(only.subject == only.issuer),
        _ => Ok(false),
    }
}

/// Returns the gateways with their passwords.
///
/// # Errors
/// A password that cannot be read, or is none.
pub(super) fn gateways(config: &Config) -> Result<Vec<chat::Gateway>, Error> {
    config.gateways.iter().map(gateway).collect()
}

fn gateway(gateway: &Gateway) -> Result<chat::Gateway, Error> {
    let name = gateway.name.clone();
    let wrong =
        |kind, why: String| Error::new(kind, "read", format!("password of gateway {name}"), why);
    let password = gateway.password.as_ref().map(read_secret).transpose();
    let password = password.map_err(|(kind, why)| wrong(kind, why))?;
    // It is one word of a line.
    let is_word = |text: &String| {
        let breaks = |c: char| c == ' ' || c.is_control();
        !text.is_empty() && !text.starts_with(':') && !text.contains(breaks)
    };
    if !password.iter().all(is_word) {
        let why = "a password here is one word, without blanks and a colon in front";
        return Err(wrong(ErrorKind::ConfigUsage, why.to_owned()));
    }
    Ok(chat::Gateway {
        password,
        fingerprint: gateway.fingerprint,
        from: gateway.from.clone(),
        name,
    })
}

/// What is read of a file of certificates, bytes: a chain takes some thousands.
const CERTIFICATE_BYTES_MAX: u64 = 1024 * 1024;
