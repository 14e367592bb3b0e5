//! `+tls`: encrypts and verifies (TLS 1.3, RFC 8446, and 1.2, RFC 5246), by rustls.
//!
//! ```text
//! +tls,… ──prepare──▶ Tls (configuration, certificates) ──wrap: handshake──▶ TlsStream + TlsInfo
//! ```
//!
//! Half-close: the end of the writing direction is `close_notify` and the end of the stream
//! beneath; reading goes on until the peer's own `close_notify`. A stream that ends without one was
//! cut, which is an error and no end.

mod accept;
mod connect;
mod files;
mod handshake;
mod identity;
mod listed;
mod session;
mod starttls;
mod stream;
#[cfg(test)]
mod tests;
mod told;
mod trust;
mod why;

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::{ClientConfig, ServerConfig, SupportedProtocolVersion, pki_types::ServerName};

use tokio::time::Instant;

use crate::endpoint::{Endpoint, Role, Value, Word};
use crate::error::{Error, ErrorKind};
use crate::io::{ConnectionInfo, Stream};
use files::OfFiles;
use session::Session;
use starttls::StartTls;
use stream::TlsStream;

/// The layer with all that it needs, shared by all conversations of an endpoint.
#[derive(Debug)]
pub(super) struct Tls {
    endpoint: String,
    end: End,
    /// What has to be said in plain first.
    starttls: Option<StartTls>,
    /// What a person has to know of it, such as the fingerprint of a certificate made for this run.
    note: Option<String>,
}

/// Which end of the handshake it is.
#[derive(Debug)]
enum End {
    Connect(OfFiles<Arc<ClientConfig>>, ServerName<'static>),
    Accept(OfFiles<Arc<ServerConfig>>),
}

impl Tls {
    /// Reads certificates and makes the configuration that `word` asks for.
    pub(super) fn prepare(word: &Word, endpoint: &Endpoint, role: Role) -> Result<Self, Error> {
        let settings = Settings {
            word: word.clone(),
            endpoint: endpoint.clone(),
            provider: Arc::new(aws_lc_rs::default_provider()),
        };
        let starttls = StartTls::of(&settings);
        let mut note = None;
        let end = match role {
            Role::Accept => End::Accept(accept::configure(settings, &mut note)?),
            Role::Connect | Role::Serve => {
                let (config, name) = connect::configure(settings)?;
                End::Connect(config, name)
            }
        };
        Ok(Self {
            endpoint: endpoint.to_string(),
            end,
            starttls,
            note,
        })
    }

    pub(super) fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// Shakes hands over `stream`.
    pub(super) async fn wrap(
        &self,
        mut stream: Stream,
        info: &mut ConnectionInfo,
    ) -> Result<Stream, Error> {
        let (op, on) = match &self.end {
            End::Connect(..) => ("connect", self.endpoint.as_str()),
            End::Accept(_) => ("accept", info.peer_text.as_str()),
        };
        let shaken = async {
            if let Some(starttls) = self.starttls {
                starttls.ask(&mut stream, info).await?;
            }
            let began = Instant::now();
            let mut session = match &self.end {
                End::Connect(config, name) => Session::connect(&config.current(), name)?,
                End::Accept(config) => Session::accept(&config.current())?,
            };
            handshake::run(&mut stream, &mut session).await?;
            Ok((session, began.elapsed()))
        };
        let (session, took) = shaken.await.map_err(|why| why::error(op, on, &why))?;
        let settled = session.info();
        told::handshake(&settled, session.peer_certificate(), took);
        info.tls = Some(Box::new(settled));
        Ok(Stream::layered(TlsStream::new(stream, session)))
    }
}

/// What was written after `+tls`, and where.
struct Settings {
    word: Word,
    endpoint: Endpoint,
    provider: Arc<CryptoProvider>,
}

impl Settings {
    fn text(&self, key: &str) -> Option<String> {
        match self.word.value(key) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Returns the files that these keys name.
    fn files(&self, keys: &[&str]) -> Vec<String> {
        keys.iter().filter_map(|key| self.text(key)).collect()
    }

    fn flag(&self, key: &str) -> bool {
        self.word.value(key) == Some(Value::Flag(true))
    }

    /// Returns the versions from `min` to `max`.
    fn versions(&self) -> Result<Vec<&'static SupportedProtocolVersion>, Error> {
        // As text `1.2` is less than `1.3`.
        let (min, max) = (self.text("min"), self.text("max"));
        let within = |version: &str| {
            min.as_deref().is_none_or(|min| version >= min)
                && max.as_deref().is_none_or(|max| version <= max)
        };
        let all = [
            ("1.2", &rustls::version::TLS12),
            ("1.3", &rustls::version::TLS13),
        ];
        let versions: Vec<_> = all
            .into_iter()
            .filter_map(|(name, version)| within(name).then_some(version))
            .collect();
        match versions.is_empty() {
            true => Err(self.usage("min of +tls is above max")),
            false => Ok(versions),
        }
    }

    /// Returns the protocols to agree on, as RFC 7301 names them.
    fn alpn(&self) -> Result<Vec<Vec<u8>>, Error> {
        let Some(names) = self.text("alpn") else {
            return Ok(Vec::new());
        };
        let is_name = |name: &&str| (1..=ALPN_BYTES_MAX).contains(&name.len());
        match names.split(',').all(|name| is_name(&name)) {
            true => Ok(names.split(',').map(Into::into).collect()),
            false => Err(self.usage("alpn takes names of 1 to 255 bytes with commas between")),
        }
    }

    fn usage(&self, why: &str) -> Error {
        Error::new(ErrorKind::ConfigUsage, "open", &self.endpoint, why)
    }

    /// Makes the error of a file that was given for a certificate or a key.
    fn unusable(&self, why: impl std::fmt::Display) -> Error {
        let why = format!("tls: {why}");
        Error::new(ErrorKind::LocalCertificate, "open", &self.endpoint, why)
    }
}

/// Longest name of a protocol, bytes (RFC 7301 section 3.1).
const ALPN_BYTES_MAX: usize = 255;
