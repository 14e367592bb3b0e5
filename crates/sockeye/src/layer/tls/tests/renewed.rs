//! Files that change while sessions come and go.

use super::*;
use crate::endpoint::Role;
use crate::layer::tls::Tls;

/// Returns the layer, as a listener or a forwarder keeps it.
fn layer(word: &str, role: Role) -> Tls {
    let endpoint = Endpoint::parse(&format!("mem:a {word}")).unwrap();
    Tls::prepare(&endpoint.words()[0], &endpoint, role).unwrap()
}

/// Shakes hands and exchanges a word; returns what the connecting end knows of it.
async fn meet(connecting: &Tls, accepting: &Tls) -> Result<ConnectionInfo, Error> {
    let (near, far) = tokio::io::duplex(16 * 1024);
    let [mut here, mut there] = [0, 1].map(|_| ConnectionInfo::default());
    let (near, far) = tokio::join!(
        connecting.wrap(Stream::layered(near), &mut here),
        accepting.wrap(Stream::layered(far), &mut there)
    );
    let (mut near, mut far) = (near?, far?);
    // Tickets come behind the handshake.
    far.write_all(b"ahoy").await.unwrap();
    near.read_exact(&mut [0; 4]).await.unwrap();
    Ok(here)
}

fn copy(from: impl AsRef<std::path::Path>, to: impl AsRef<std::path::Path>) {
    std::fs::copy(from, to).unwrap();
}

#[tokio::test(start_paused = true)]
async fn who_resumes_is_verified_again_once_the_authorities_have_changed() {
    let (authority, others) = (Authority::new(), Authority::new());
    let (server, client) = (
        authority.certificate(Given::default()),
        authority.certificate(Given::client()),
    );
    let trusted = authority.file() + ".of-clients";
    copy(authority.file(), &trusted);
    let accepting = format!("+tls,{server},client=require,client-ca={trusted},max=1.2");
    let accepting = layer(&accepting, Role::Accept);
    let ca = authority.file();
    let connecting = layer(
        &format!("+tls,sni=a.example,cacert={ca},{client}"),
        Role::Serve,
    );
    for resumed in [false, true] {
        let info = meet(&connecting, &accepting).await.unwrap();
        assert_eq!(info.tls.unwrap().resumed, resumed);
    }
    copy(others.file(), &trusted);
    let refused = meet(&connecting, &accepting).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::LocalCertificate, "{refused}");
    // What cannot be read changes nothing.
    copy(authority.file(), &trusted);
    meet(&connecting, &accepting).await.unwrap();
    std::fs::write(&trusted, "-----BEGIN CERT").unwrap();
    meet(&connecting, &accepting).await.unwrap();
    std::fs::remove_file(&trusted).unwrap();
    meet(&connecting, &accepting).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn whom_a_forwarder_trusts_and_what_it_shows_follow_their_files() {
    let (authority, others) = (Authority::new(), Authority::new());
    let [ours, theirs] =
        [&authority, &others].map(|authority| authority.certificate(Given::default()));
    let [ours, theirs] = [ours, theirs].map(|signed| {
        (
            layer(&format!("+tls,{signed},client=request"), Role::Accept),
            signed,
        )
    });
    let trusted = authority.file() + ".copy";
    copy(authority.file(), &trusted);
    let [old, new] = [0, 1].map(|_| authority.certificate(Given::client()));
    let word = format!("+tls,sni=a.example,cacert={trusted},{old}");
    let connecting = layer(&word, Role::Serve);
    let shown = |info: ConnectionInfo| info.tls.unwrap().peer_certificate_sha256;
    let info = meet(&connecting, &ours.0).await.unwrap();
    assert_eq!(shown(info), Some(ours.1.sha256));
    let refused = meet(&connecting, &theirs.0).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::PeerCertificate);
    copy(others.file(), &trusted);
    let info = meet(&connecting, &theirs.0).await.unwrap();
    assert_eq!(shown(info), Some(theirs.1.sha256));
    let refused = meet(&connecting, &ours.0).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::PeerCertificate);
    copy(&new.cert, &old.cert);
    meet(&connecting, &theirs.0).await.unwrap();
    copy(&new.key, &old.key);
    meet(&connecting, &theirs.0).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_file_that_never_ends_is_refused() {
    let endpoint = Endpoint::parse("mem:a +tls,cert=/dev/zero").unwrap();
    let refused = Tls::prepare(&endpoint.words()[0], &endpoint, Role::Accept).unwrap_err();
    assert!(
        refused.to_string().contains("has more than 4194304 bytes"),
        "{refused}"
    );
}
