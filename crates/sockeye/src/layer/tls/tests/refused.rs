//! What is refused: each cause a sentence of its own, and whose fault.

use super::*;
use crate::error::ErrorKind as K;
use crate::service::Hello;

/// Listens with `at`'s settings, connects with `to`'s, and returns why that did not work.
async fn refusal(at: &str, to: &str) -> (ErrorKind, String) {
    let world = World::new();
    let _listening = world.listen(&format!("mem:a {at}"), Hello).await;
    let error = world.connect(&format!("mem:a {to}")).await.unwrap_err();
    (error.kind(), error.to_string())
}

#[tokio::test(start_paused = true)]
async fn each_bad_certificate_has_its_own_sentence() {
    let authority = Authority::new();
    let (ca, other) = (authority.file(), Authority::new());
    let sign = |given| authority.certificate(given);
    let years = |years| {
        sign(Given {
            years,
            ..Given::default()
        })
    };
    let plain = Given::default;
    let strange_ca = other.file();
    for (server, to, sentence) in [
        (
            sign(plain()),
            format!("sni=b.example,cacert={ca}"),
            "is for a.example, 127.0.0.1, not for b.example",
        ),
        (
            sign(plain()),
            format!("sni=127.0.0.2,cacert={ca}"),
            "is for a.example, 127.0.0.1, not for 127.0.0.2",
        ),
        (
            years((2020, 2021)),
            format!("sni=a.example,cacert={ca}"),
            "expired ",
        ),
        (
            years((3000, 3001)),
            format!("sni=a.example,cacert={ca}"),
            "is valid only in ",
        ),
        (
            sign(plain()),
            format!("sni=a.example,cacert={strange_ca}"),
            "is signed by nobody who is trusted here",
        ),
        (
            sign(Given::client()),
            format!("sni=a.example,cacert={ca}"),
            "is not meant for a server",
        ),
    ] {
        let (kind, said) = refusal(&format!("+tls,{server}"), &format!("+tls,{to}")).await;
        assert_eq!(kind, K::PeerCertificate, "{said}");
        assert!(
            said.contains(&format!("tls: the certificate {sentence}")),
            "{said}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_name_may_be_an_ip_address_and_a_pin_may_be_a_key() {
    let (world, authority) = (World::new(), Authority::new());
    let (server, ca) = (authority.certificate(Given::default()), authority.file());
    let _listening = world.listen(&format!("mem:a +tls,{server}"), Echo).await;
    let digits: String = server
        .key_sha256
        .iter()
        .map(|byte| format!("{byte:02X}:"))
        .collect();
    let pin = format!("pin=sha256:{}", digits.trim_end_matches(':'));
    for trust in [
        format!("sni=127.0.0.1,cacert={ca}"),
        pin,
        "insecure".to_owned(),
    ] {
        let (mut stream, _session) = world.connect(&format!("mem:a +tls,{trust}")).await.unwrap();
        assert_eq!(exchange(&mut stream, b"hello").await, b"hello");
    }
}

#[tokio::test(start_paused = true)]
async fn ends_that_do_not_agree_say_on_what() {
    let authority = Authority::new();
    let server = authority.certificate(Given::default());
    for (at, to, sentence) in [
        (
            format!("+tls,{server},min=1.3"),
            "+tls,insecure,max=1.2",
            "speaks no such version of TLS",
        ),
        (
            format!("+tls,{server},alpn=a"),
            "+tls,insecure,alpn=b",
            "no protocol of alpn in common",
        ),
        (
            String::new(),
            "+tls,insecure",
            "what the peer sends is not TLS",
        ),
    ] {
        let (kind, said) = refusal(&at, to).await;
        assert_eq!(kind, K::PeerHandshake, "{said}");
        assert!(said.contains(sentence), "{said}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_does_not_speak_tls_is_told_apart() {
    let (world, authority) = (World::new(), Authority::new());
    let server = authority.certificate(Given::default());
    let _listening = world.listen(&format!("mem:a +tls,{server}"), Echo).await;
    let (mut stream, _session) = world.connect("mem:a").await.unwrap();
    stream.write_all(b"GET / HTTP/1.0\r\n\r\n").await.unwrap();
    let (_, result) = world.ended(1).await;
    assert!(
        result
            .unwrap_err()
            .contains("what the peer sends is not TLS")
    );
    let (stream, _session) = world.connect("mem:a").await.unwrap();
    drop(stream);
    let (_, result) = world.ended(2).await;
    assert!(
        result
            .unwrap_err()
            .contains("the peer ended the connection during the handshake")
    );
}

#[tokio::test(start_paused = true)]
async fn own_files_that_cannot_be_used_are_named() {
    let (world, authority) = (World::new(), Authority::new());
    let [a, b] = [0, 1].map(|_| authority.certificate(Given::default()));
    let (cert, key, other) = (a.cert.display(), a.key.display(), b.key.display());
    for (word, kind, sentence) in [
        (
            format!("+tls,cert=/nonexistent,key={key}"),
            K::LocalCertificate,
            "/nonexistent: no such file".to_owned(),
        ),
        (
            format!("+tls,cert={key},key={key}"),
            K::LocalCertificate,
            format!("{key}: holds no certificate in PEM"),
        ),
        (
            format!("+tls,cert={cert}"),
            K::LocalCertificate,
            format!("{cert}: holds no private key in PEM"),
        ),
        (
            format!("+tls,cert={cert},key={other}"),
            K::LocalCertificate,
            format!("the key in {other} is not that of the certificate in {cert}"),
        ),
        (
            "+tls".to_owned(),
            K::ConfigUsage,
            "needs a certificate where it accepts".to_owned(),
        ),
        (
            format!("+tls,{a},client=require"),
            K::ConfigUsage,
            "client=require needs client-ca".to_owned(),
        ),
        (
            format!("+tls,{a},self-signed"),
            K::ConfigUsage,
            "exclude each other".to_owned(),
        ),
        (
            format!("+tls,{a},min=1.3,max=1.2"),
            K::ConfigUsage,
            "min of +tls is above max".to_owned(),
        ),
        (
            format!("+tls,key={key}"),
            K::ConfigUsage,
            "needs cert beside it".to_owned(),
        ),
    ] {
        let at = Endpoint::parse(&format!("mem:a {word}")).unwrap();
        let error = world.engine.listen(&at, Arc::new(Echo)).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(&sentence), "{error}");
    }
    let error = world
        .connect("mem:a +tls,cacert=/nonexistent,sni=a")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), K::LocalCertificate);
}
