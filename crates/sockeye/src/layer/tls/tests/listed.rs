//! Certificates that their owner made at home, and that the other end lists.

use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, KeyPair, date_time_ymd,
};
use tempfile::TempDir;

use super::*;

/// A certificate of `a.example` that is its own authority, as `openssl req -x509` makes it.
struct HomeMade {
    _folder: TempDir,
    cert: PathBuf,
    /// The keys of `+tls` that show it.
    shown: String,
}

impl HomeMade {
    fn new(until: i32, purposes: &[ExtendedKeyUsagePurpose]) -> Self {
        let mut params = CertificateParams::new(["a.example".to_owned()]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.extended_key_usages = purposes.to_vec();
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(until, 1, 1);
        let secret = KeyPair::generate().unwrap();
        let made = params.self_signed(&secret).unwrap();
        let folder = TempDir::new().unwrap();
        let (cert, key) = (folder.path().join("cert"), folder.path().join("key"));
        std::fs::write(&cert, made.pem()).unwrap();
        std::fs::write(&key, secret.serialize_pem()).unwrap();
        Self {
            shown: format!("cert={},key={}", cert.display(), key.display()),
            cert,
            _folder: folder,
        }
    }
}

/// Connects to who shows `server`, for `name`, with one certificate listed.
async fn connect(server: &str, name: &str, listed: &Path) -> Result<(), Error> {
    let world = World::new();
    let _listening = world.listen(&format!("mem:a +tls,{server}"), Echo).await;
    let to = format!("mem:a +tls,sni={name},cacert={}", listed.display());
    let (mut stream, _session) = world.connect(&to).await?;
    assert_eq!(exchange(&mut stream, b"hello").await, b"hello");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_listed_certificate_stands_by_itself() {
    let (plain, authority) = (HomeMade::new(4000, &[]), Authority::new());
    let for_servers = HomeMade::new(4000, &[ExtendedKeyUsagePurpose::ServerAuth]);
    let signed = authority.certificate(Given::default());
    for (shown, listed) in [
        (&plain.shown, &plain.cert),
        (&for_servers.shown, &for_servers.cert),
        (&signed.to_string(), &signed.cert),
    ] {
        connect(shown, "a.example", listed).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_listed_certificate_is_verified_in_all_but_its_chain() {
    let plain = HomeMade::new(4000, &[]);
    for (server, name, listed, sentence) in [
        (&plain, "b.example", None, "is for a.example, not for b.ex"),
        (&HomeMade::new(2021, &[]), "a.example", None, "expired "),
        (
            &HomeMade::new(4000, &[ExtendedKeyUsagePurpose::ClientAuth]),
            "a.example",
            None,
            "is not meant for a server",
        ),
        (
            &plain,
            "a.example",
            Some(HomeMade::new(4000, &[])),
            "is an authority's own and not one that is trusted here",
        ),
    ] {
        let listed = listed.as_ref().unwrap_or(server);
        let refused = connect(&server.shown, name, &listed.cert).await;
        let refused = refused.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::PeerCertificate);
        let sentence = format!("tls: the certificate {sentence}");
        assert!(refused.to_string().contains(&sentence), "{refused}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_authority_that_nobody_lists_comes_with_a_hint() {
    let (server, other) = (HomeMade::new(4000, &[]), HomeMade::new(4000, &[]));
    let refused = connect(&server.shown, "a.example", &other.cert).await;
    let hint = refused.unwrap_err().hint().unwrap_or_default().to_owned();
    assert!(hint.contains("cacert=FILE trusts it"), "{hint}");
}

#[tokio::test(start_paused = true)]
async fn a_peer_with_a_listed_certificate_is_let_in() {
    let (world, authority) = (World::new(), Authority::new());
    let (server, ca) = (authority.certificate(Given::default()), authority.file());
    let (known, stranger) = (HomeMade::new(4000, &[]), HomeMade::new(4000, &[]));
    let listed = known.cert.display();
    let at = format!("mem:a +tls,{server},client=require,client-ca={listed},max=1.2");
    let _listening = world.listen(&at, Echo).await;
    let to = format!("mem:a +tls,sni=a.example,cacert={ca}");
    let (mut stream, _session) = world
        .connect(&format!("{to},{}", known.shown))
        .await
        .unwrap();
    assert_eq!(exchange(&mut stream, b"hello").await, b"hello");
    let refused = world.connect(&format!("{to},{}", stranger.shown)).await;
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::LocalCertificate);
    let (_, result) = world.ended(2).await;
    let said = result.unwrap_err();
    assert!(said.contains("is an authority's own"), "{said}");
}
