//! Bytes through TLS: whole, however they are cut, to a clean end or an unclean one.

use std::io::IoSlice;

use super::*;
use crate::endpoint::Role;
use crate::layer::tls::session::{Outgoing, Session as TlsSession};
use crate::layer::tls::{End, Tls};
use crate::service::{BoxFuture, Forward, serve_fn};

/// Answers after the peer's end.
#[derive(Debug)]
struct Late;

impl Service for Late {
    fn name(&self) -> &'static str {
        "late"
    }

    fn serve<'a>(
        &'a self,
        conversation: Conversation,
        _session: &'a Session,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let Conversation::Stream(mut stream) = conversation else {
                return Ok(());
            };
            let mut received = Vec::new();
            let read = stream.read_to_end(&mut received).await;
            read.map_err(|error| Error::new(ErrorKind::PeerReset, "late", "", error))?;
            stream.write_all(&received).await.unwrap();
            stream.shutdown().await.unwrap();
            Ok(())
        })
    }
}

#[tokio::test(start_paused = true)]
async fn a_reply_after_half_close_comes_through_two_forwarders() {
    let (world, authority) = (World::new(), Authority::new());
    let (server, ca) = (authority.certificate(Given::default()), authority.file());
    let trust = format!("sni=a.example,cacert={ca}");
    let forward = |to: &str| {
        let to = Endpoint::parse(to).unwrap();
        Forward::new(&world.engine, to, None).unwrap()
    };
    let second = forward(&format!("mem:late +tls,{trust}"));
    let first = forward("mem:second");
    let _listening = [
        world.listen(&format!("mem:late +tls,{server}"), Late).await,
        world.listen("mem:second", second).await,
        world
            .listen(&format!("mem:first +tls,{server}"), first)
            .await,
    ];
    let sent: Vec<u8> = (0..1_000_000u32).map(|i| (i % 251) as u8).collect();
    for sent in [&sent[..], b"", b"x"] {
        let to = format!("mem:first +tls,{trust}");
        let (mut stream, _session) = world.connect(&to).await.unwrap();
        assert!(exchange(&mut stream, sent).await == sent);
    }
    let (_, result) = world.ended(9).await;
    assert_eq!(result, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn pieces_that_are_written_together_go_together() {
    let world = World::new();
    let _listening = world.listen("mem:late +tls,self-signed", Late).await;
    let to = "mem:late +tls,insecure";
    let (mut stream, _session) = world.connect(to).await.unwrap();
    let long = [b'x'; 70_000];
    let pieces = [&b"one "[..], b"", b"two ", &long];
    assert!(tokio::io::AsyncWrite::is_write_vectored(&stream));
    let written = stream.write_vectored(&pieces.map(IoSlice::new)).await;
    // What is encrypted at once.
    assert_eq!(written.unwrap(), 65_536);
    let alone = [IoSlice::new(b""), IoSlice::new(b"three")];
    assert_eq!(stream.write_vectored(&alone).await.unwrap(), 5);
    stream.shutdown().await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let sent = pieces.concat();
    assert!(answer == [&sent[..65_536], b"three"].concat());
}

#[tokio::test]
async fn a_peer_that_goes_after_its_close_notify_is_noticed() {
    let world = World::new();
    let backend = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let to = Endpoint::parse(&backend.local_addr().unwrap().to_string()).unwrap();
    let forward = Forward::new(&world.engine, to, None).unwrap();
    let listening = world.listen("127.0.0.1:0 +tls,self-signed", forward).await;
    let near = format!("{} +tls,insecure", listening.addresses()[0]);
    let (mut alice, _session) = world.connect(&near).await.unwrap();
    let (mut bob, _) = backend.accept().await.unwrap();
    alice.shutdown().await.unwrap();
    assert_eq!(bob.read(&mut [0]).await.unwrap(), 0);
    bob.write_all(b"still").await.unwrap();
    alice.read_exact(&mut [0; 5]).await.unwrap();
    alice.abort().await;
    bob.ready(tokio::io::Interest::ERROR).await.unwrap();
    let (_, result) = world.ended(1).await;
    assert!(result.unwrap_err().contains("broken pipe"));
}

#[tokio::test(start_paused = true)]
async fn a_cut_is_no_end_and_a_reset_on_the_far_side() {
    let (world, authority) = (World::new(), Authority::new());
    let (server, ca) = (authority.certificate(Given::default()), authority.file());
    let to = Endpoint::parse("mem:late").unwrap();
    let forward = Forward::new(&world.engine, to, None).unwrap();
    let _listening = [
        world.listen("mem:late", Late).await,
        world.listen(&format!("mem:a +tls,{server}"), forward).await,
    ];
    // There the accepting end is done with the handshake first.
    let to = format!("mem:a +tls,sni=a.example,cacert={ca},max=1.2");
    let (mut stream, _session) = world.connect(&to).await.unwrap();
    stream.write_all(b"and then").await.unwrap();
    stream.flush().await.unwrap();
    drop(stream);
    let _ = world.ended(2).await;
    let ended: Vec<_> = world.ended.lock().unwrap().clone();
    let said: Vec<_> = ended
        .into_iter()
        .map(|(_, result)| result.unwrap_err())
        .collect();
    assert!(
        said.iter()
            .any(|said| said.contains("no close_notify of TLS")),
        "{said:?}"
    );
    assert!(
        said.iter()
            .any(|said| said.starts_with("late: connection reset")),
        "{said:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_came_with_the_handshake_of_a_peer_that_is_gone_is_delivered() {
    for version in ["1.2", "1.3"] {
        for ends_well in [true, false] {
            let (end, received) = last_words(version, |client, out| {
                client.encrypt(b"last words", out).unwrap();
                if ends_well {
                    client.close(out).unwrap();
                }
            })
            .await;
            assert_eq!(received, b"last words", "{version}");
            let cut = end.contains("no close_notify of TLS");
            assert_eq!(cut, !ends_well, "{version}: {end}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_came_before_garbage_is_delivered() {
    let (end, received) = last_words("1.2", |client, out| {
        client.encrypt(b"last words", out).unwrap();
        let mut elsewhere = Outgoing::new();
        client.encrypt(b"left out", &mut elsewhere).unwrap();
        client.encrypt(b"out of order", out).unwrap();
    })
    .await;
    assert_eq!(received, b"last words");
    assert!(end.contains("was changed on the way"), "{end}");
}

/// Shakes hands as a peer that says `what` as soon as it can, in one piece with the last of its
/// handshake, and is gone; returns how its session ended, and what the service had of it.
async fn last_words(
    version: &str,
    what: impl FnOnce(&mut TlsSession, &mut Outgoing),
) -> (String, Vec<u8>) {
    let world = World::new();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let at = format!("mem:a +tls,self-signed,max={version}");
    let _listening = world.listen(&at, hearing(&heard)).await;
    let (mut client, _) = sessions("+tls,self-signed", "+tls,insecure");
    let (mut stream, _session) = world.connect("mem:a").await.unwrap();
    let (mut out, mut buffer) = (Outgoing::new(), [0; 8 * 1024]);
    client.feed(&mut [], &mut out).unwrap();
    while client.is_handshaking() {
        stream.write_all(out.bytes()).await.unwrap();
        out.clear();
        let count = stream.read(&mut buffer).await.unwrap();
        let mut data = [&client.incoming, &buffer[..count]].concat();
        client.feed(&mut data, &mut out).unwrap();
    }
    what(&mut client, &mut out);
    // It fits into the memory between, so that nobody else runs before the stream is gone.
    stream.write_all(out.bytes()).await.unwrap();
    drop(stream);
    let (_, result) = world.ended(1).await;
    let heard = heard.lock().unwrap().clone();
    (result.err().unwrap_or_default(), heard)
}

/// Makes a service that only listens.
fn hearing(heard: &Arc<Mutex<Vec<u8>>>) -> impl Service + 'static {
    let heard = Arc::clone(heard);
    serve_fn("hearing", move |conversation, _| {
        let heard = Arc::clone(&heard);
        Box::pin(async move {
            let Conversation::Stream(mut stream) = conversation else {
                unreachable!("mem: yields streams");
            };
            let mut all = Vec::new();
            let read = stream.read_to_end(&mut all).await;
            *heard.lock().unwrap() = all;
            read.map_err(|error| Error::new(ErrorKind::PeerReset, "hearing", "", error))?;
            Ok(())
        })
    })
}

#[tokio::test(start_paused = true)]
async fn ciphertext_may_be_cut_anywhere() {
    let authority = Authority::new();
    let server = authority.certificate(Given::default());
    for version in ["1.2", "1.3"] {
        let word = format!("+tls,{server},min={version}");
        let (mut client, mut server) = sessions(&word, &format!("+tls,insecure,max={version}"));
        let mut to_server = Outgoing::new();
        client.feed(&mut [], &mut to_server).unwrap();
        while client.is_handshaking() || server.is_handshaking() {
            let to_client = byte_by_byte(&mut server, &to_server);
            to_server = byte_by_byte(&mut client, &to_client);
        }
        let sent: Vec<u8> = (0..40_000u32).map(|i| (i % 251) as u8).collect();
        let mut out = Outgoing::new();
        client.encrypt(&sent, &mut out).unwrap();
        client.close(&mut out).unwrap();
        byte_by_byte(&mut server, &out);
        assert!(server.plain == sent);
        assert!(server.peer_closed);
        assert!(server.incoming.is_empty());
    }
}

/// Feeds one byte at a time, returns what that yields for the peer.
fn byte_by_byte(session: &mut TlsSession, bytes: &Outgoing) -> Outgoing {
    let mut out = Outgoing::new();
    for byte in bytes.bytes() {
        let mut data = session.incoming.clone();
        data.push(*byte);
        session.feed(&mut data, &mut out).unwrap();
    }
    out
}

/// Returns a connecting and an accepting session.
pub(super) fn sessions(accept: &str, connect: &str) -> (TlsSession, TlsSession) {
    let prepare = |word: &str, role| {
        let endpoint = Endpoint::parse(&format!("mem:a {word}")).unwrap();
        Tls::prepare(&endpoint.words()[0], &endpoint, role)
            .unwrap()
            .end
    };
    match (
        prepare(connect, Role::Connect),
        prepare(accept, Role::Accept),
    ) {
        (End::Connect(config, name), End::Accept(accepting)) => (
            TlsSession::connect(&config.current(), &name).unwrap(),
            TlsSession::accept(&accepting.current()).unwrap(),
        ),
        _ => unreachable!("each role has its end"),
    }
}
