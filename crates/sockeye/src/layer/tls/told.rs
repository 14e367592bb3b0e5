//! What a handshake has settled, as a step that is told.

use std::time::Duration;

use sockeye_proto::x509::Certificate;

use super::trust::fingerprint;
use crate::io::TlsInfo;

/// Tells that a handshake is done, in words and as fields for programs.
pub(super) fn handshake(settled: &TlsInfo, certificate: Option<&[u8]>, took: Duration) {
    // Reading the certificate is not for nothing.
    if !tracing::enabled!(target: "step", tracing::Level::INFO) {
        return;
    }
    let TlsInfo {
        version, cipher, ..
    } = settled;
    let how = if settled.resumed { "resumed" } else { "full" };
    let ms = took.as_secs_f64() * 1000.0;
    let (name, alpn) = (settled.name.as_deref(), settled.alpn.as_deref());
    let asked = name.map_or(String::new(), |name| {
        format!(", the name asked for is {name}")
    });
    let agreed = alpn.map_or(String::new(), |alpn| format!(", they agree on {alpn}"));
    tracing::info!(
        target: "step",
        tls_version = *version,
        tls_cipher = cipher.as_str(),
        tls_resumed = settled.resumed,
        tls_name = name,
        tls_alpn = alpn,
        handshake_ms = ms,
        "tls: both ends are done, {how} handshake in {ms:.1} ms: TLS {version}, {cipher}{asked}{agreed}"
    );
    match certificate {
        Some(der) => tell_certificate(der),
        None => tracing::info!(target: "step", "tls: the peer shows no certificate"),
    }
}

fn tell_certificate(der: &[u8]) {
    let sha256 = fingerprint(der);
    // Whoever verifies it reads more of it, and may take what is not read here.
    let Some(read) = Certificate::read(der) else {
        tracing::info!(
            target: "step",
            certificate_sha256 = sha256,
            "tls: the peer's certificate is {sha256}"
        );
        return;
    };
    let Certificate {
        subject,
        issuer,
        not_after,
        ..
    } = &read;
    tracing::info!(
        target: "step",
        certificate_subject = subject.as_str(),
        certificate_issuer = issuer.as_str(),
        certificate_not_after = not_after.as_str(),
        certificate_sha256 = sha256,
        "tls: the peer's certificate is for {subject}, signed by {issuer}, valid until {not_after}: \
         {sha256}"
    );
}
