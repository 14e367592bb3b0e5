//! The relay over real sockets of loopback, and over memory with paused time.

use std::net::Ipv4Addr;
use std::os::fd::AsFd;
use std::sync::atomic::Ordering;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::net::{TcpListener, TcpSocket, TcpStream, UnixStream};
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::*;

/// A relay that runs in a task, seen from outside.
struct Running {
    report: tokio::task::JoinHandle<RelayReport>,
    cut: oneshot::Sender<()>,
}

#[allow(clippy::disallowed_methods, reason = "no engine below the engine")]
fn start(a: impl Into<Stream>, b: impl Into<Stream>, idle: Option<Duration>) -> Running {
    let (a, b) = (a.into(), b.into());
    let (cut, cutting) = oneshot::channel();
    let report = tokio::spawn(async move {
        let (from_a, to_a) = (Arc::default(), Arc::default());
        let settings = RelaySettings {
            idle,
            ..RelaySettings::counting(&from_a, &to_a)
        };
        let cut = async {
            // A dropped sender is a test that never cuts.
            if cutting.await.is_err() {
                std::future::pending().await
            }
        };
        let report = relay(a, b, settings, cut).await;
        assert_eq!(from_a.load(Ordering::Relaxed), report.forth.bytes_read);
        assert_eq!(to_a.load(Ordering::Relaxed), report.back.bytes_written);
        report
    });
    Running { report, cut }
}

/// A peer and the end of its connection that the relay holds; small buffers, so that they fill.
async fn tcp() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(64 * 1024).unwrap();
    let (peer, accepted) = tokio::join!(
        socket.connect(listener.local_addr().unwrap()),
        listener.accept()
    );
    (peer.unwrap(), accepted.unwrap().0)
}

fn memory(end: DuplexStream) -> Stream {
    Stream::layered(end)
}

fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i * 31 / 7) as u8).collect()
}

async fn read_all(peer: &mut (impl AsyncReadExt + Unpin)) -> Vec<u8> {
    let mut bytes = Vec::new();
    peer.read_to_end(&mut bytes).await.unwrap();
    bytes
}

fn assert_both_eof(report: &RelayReport) {
    assert!(matches!(report.forth.ending, Ending::Eof), "{report:?}");
    assert!(matches!(report.back.ending, Ending::Eof), "{report:?}");
    assert!(report.is_clean());
}

#[tokio::test]
async fn each_direction_ends_by_itself() {
    let ((mut alice, a), (mut bob, b)) = (tcp().await, tcp().await);
    let running = start(a, b, None);

    alice.write_all(b"question").await.unwrap();
    alice.shutdown().await.unwrap();
    assert_eq!(read_all(&mut bob).await, b"question");
    bob.write_all(b"answer").await.unwrap();
    let mut answer = [0; 6];
    alice.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"answer");
    bob.shutdown().await.unwrap();
    assert_eq!(read_all(&mut alice).await, b"");

    let report = running.report.await.unwrap();
    assert_both_eof(&report);
    assert_eq!(
        (report.forth.bytes_written, report.back.bytes_written),
        (8, 6)
    );
}

#[tokio::test]
async fn one_byte_at_a_time_arrives_byte_by_byte() {
    let ((mut alice, a), (mut bob, b)) = (tcp().await, tcp().await);
    let running = start(a, b, None);
    for byte in 0..=255 {
        alice.write_all(&[byte]).await.unwrap();
        assert_eq!(bob.read_u8().await.unwrap(), byte);
    }
    drop(alice);
    assert_eq!(read_all(&mut bob).await, b"");
    drop(bob);
    assert_both_eof(&running.report.await.unwrap());
}

#[tokio::test]
async fn bulk_passes_both_ways_at_once() {
    let ((alice, a), (bob, b)) = (tcp().await, tcp().await);
    let running = start(a, b, None);
    let sent = pattern(8 << 20);
    let talk = async |peer: TcpStream| {
        let (mut reader, mut writer) = peer.into_split();
        let write = async {
            writer.write_all(&sent).await.unwrap();
            writer.shutdown().await.unwrap();
        };
        let (read, ()) = tokio::join!(read_all(&mut reader), write);
        assert!(read == sent);
    };
    tokio::join!(talk(alice), talk(bob));
    let report = running.report.await.unwrap();
    assert_both_eof(&report);
    for leg in [report.forth, report.back] {
        assert!(leg.bytes_spliced > leg.bytes_read / 2, "{leg:?}");
    }
}

#[tokio::test]
async fn unix_sockets_are_relayed_too() {
    let ((mut alice, a), (mut bob, b)) = (UnixStream::pair().unwrap(), tcp().await);
    let running = start(a, b, None);
    let sent = pattern(2 << 20);
    let (received, ()) = tokio::join!(read_all(&mut bob), async {
        alice.write_all(&sent).await.unwrap();
        alice.shutdown().await.unwrap();
    });
    assert!(received == sent);
    bob.write_all(b"got it").await.unwrap();
    drop(bob);
    assert_eq!(read_all(&mut alice).await, b"got it");
    assert_both_eof(&running.report.await.unwrap());
}

#[tokio::test]
async fn reset_arrives_after_every_byte_at_a_slow_reader() {
    let ((mut alice, a), (mut bob, b)) = (tcp().await, tcp().await);
    let running = start(a, b, None);
    let sent = pattern(4 << 20);
    // Bob reads nothing before the reset, so that all of it waits in buffers on the way.
    let written = async {
        alice.write_all(&sent).await.unwrap();
        // A reset throws away what has not left Alice's own queue, so she waits for that.
        assert_eq!(Stream::from(alice).abort().await, 0);
    };
    let mut received = vec![0; 1];
    let read = async {
        bob.read_exact(&mut received).await.unwrap();
        let mut piece = [0; 1500];
        loop {
            match bob.read(&mut piece).await {
                Ok(0) => panic!("a clean end after {} bytes", received.len()),
                Ok(count) => received.extend_from_slice(&piece[..count]),
                Err(error) => break error.kind(),
            }
        }
    };
    let ((), how) = tokio::join!(written, read);
    assert_eq!(how, io::ErrorKind::ConnectionReset);
    assert_eq!(received.len(), sent.len());
    assert!(received == sent);
    let report = running.report.await.unwrap();
    assert!(matches!(report.forth.ending, Ending::SourceFailed(_)));
    assert_eq!((report.bytes_lost(), report.is_clean()), (0, false));
}

#[tokio::test(start_paused = true)]
async fn reader_that_stopped_holds_a_reset_up_for_ten_seconds_at_most() {
    let ((mut alice, a), (mut bob, b)) = (tcp().await, tcp().await);
    let sent = pattern(512 * 1024);
    let started = Instant::now();
    let running = start(a, b, None);
    alice.write_all(&sent).await.unwrap();
    assert_eq!(Stream::from(alice).abort().await, 0);
    let report = running.report.await.unwrap();
    let waited = started.elapsed();
    assert!(
        waited >= ABORT_PATIENCE && waited < 2 * ABORT_PATIENCE,
        "{waited:?}"
    );

    let mut received = Vec::new();
    let error = bob.read_to_end(&mut received).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
    // Bytes whose acknowledgement was still on its way count as lost: never too few.
    assert!(report.bytes_lost() > 0);
    assert!(received.len() as u64 + report.bytes_lost() >= report.forth.bytes_read);
}

#[tokio::test]
async fn reset_of_an_idle_half_closed_peer_is_passed_on() {
    let ((mut alice, a), (mut bob, b)) = (tcp().await, tcp().await);
    let running = start(a, b, None);
    alice.shutdown().await.unwrap();
    assert_eq!(read_all(&mut bob).await, b"");
    alice.set_zero_linger().unwrap();
    drop(alice);
    // A reset after the end of a stream is a broken pipe in Linux, and no error to a reader.
    bob.ready(tokio::io::Interest::ERROR).await.unwrap();
    let error = bob.take_error().unwrap().unwrap();
    assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    assert!(matches!(
        running.report.await.unwrap().back.ending,
        Ending::SinkFailed(_)
    ));
}

/// A layer that changes nothing; its socket is at the bottom.
#[derive(Debug)]
struct Over(Stream);

impl crate::io::Layered for Over {
    fn abort(&mut self) {
        self.0.abort_now();
    }

    fn bottom(&self) -> Option<crate::io::Socket<'_>> {
        self.0.bottom()
    }
}

impl tokio::io::AsyncRead for Over {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut tokio::io::ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl tokio::io::AsyncWrite for Over {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

#[tokio::test]
async fn reset_of_a_half_closed_peer_is_seen_under_layers() {
    for bob_is_layered in [false, true] {
        let ((mut alice, a), (mut bob, b)) = (tcp().await, tcp().await);
        let (a, mut b) = (
            Stream::layered(Over(Stream::layered(Over(a.into())))),
            Stream::from(b),
        );
        if bob_is_layered {
            b = Stream::layered(Over(b));
        }
        let running = start(a, b, None);
        alice.shutdown().await.unwrap();
        assert_eq!(read_all(&mut bob).await, b"");
        // The other direction goes on beside it.
        bob.write_all(b"still").await.unwrap();
        alice.read_exact(&mut [0; 5]).await.unwrap();
        alice.set_zero_linger().unwrap();
        drop(alice);
        bob.ready(tokio::io::Interest::ERROR).await.unwrap();
        let ending = running.report.await.unwrap().back.ending;
        assert!(matches!(ending, Ending::SinkFailed(_)), "{ending:?}");
    }
}

#[tokio::test]
async fn bytes_for_a_peer_that_went_are_counted_as_lost() {
    let ((alice, a), (mut bob, b)) = (tcp().await, tcp().await);
    let running = start(a, b, None);
    alice.set_zero_linger().unwrap();
    // Alice never reads: what Bob sends fills every buffer on the way, and then she resets.
    let piece = pattern(64 * 1024);
    let mut offered = 0;
    bob.writable().await.unwrap();
    while let Ok(count) = bob.try_write(&piece) {
        offered += count;
        stalled(&bob).await;
    }
    drop(alice);
    assert_eq!(
        bob.read_u8().await.unwrap_err().kind(),
        io::ErrorKind::ConnectionReset
    );
    let report = running.report.await.unwrap();
    assert!(offered > 0 && report.bytes_lost() > 0, "{report:?}");
    let error = report.into_result("relay", &"alice", &"bob").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LostBytes);
}

/// Completes when the peer of a socket has stopped taking bytes.
async fn stalled(socket: &TcpStream) {
    let mut before = u64::MAX;
    loop {
        for _ in 0..200 {
            tokio::task::yield_now().await;
        }
        let now = crate::sys::socket::unacknowledged(socket.as_fd()).unwrap();
        if now == before {
            return;
        }
        before = now;
    }
}

#[tokio::test(start_paused = true)]
async fn layered_streams_half_close_both_ways() {
    let ((mut alice, a), (mut bob, b)) = (duplex(16), duplex(16));
    let running = start(memory(a), memory(b), None);
    let sent = pattern(300_000);
    let (received, ()) = tokio::join!(read_all(&mut bob), async {
        alice.write_all(&sent).await.unwrap();
        alice.shutdown().await.unwrap();
    });
    assert!(received == sent);
    bob.write_all(b"later").await.unwrap();
    bob.shutdown().await.unwrap();
    assert_eq!(read_all(&mut alice).await, b"later");
    assert_both_eof(&running.report.await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn unread_bytes_of_a_handshake_come_first() {
    let ((mut alice, a), (mut bob, b)) = (duplex(64), duplex(64));
    let (mut a, mut b) = (memory(a), memory(b));
    a.unread(bytes::Bytes::from_static(b"early "));
    b.unread(bytes::Bytes::from_static(b"banner "));
    let running = start(a, b, None);
    alice.write_all(b"late").await.unwrap();
    bob.write_all(b"text").await.unwrap();
    alice.shutdown().await.unwrap();
    bob.shutdown().await.unwrap();
    assert_eq!(read_all(&mut bob).await, b"early late");
    assert_eq!(read_all(&mut alice).await, b"banner text");
    assert_both_eof(&running.report.await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn idle_limit_counts_from_the_last_byte() {
    let ((mut alice, a), (mut bob, b)) = (duplex(64), duplex(64));
    let started = Instant::now();
    let running = start(memory(a), memory(b), Some(Duration::from_secs(30)));
    tokio::time::advance(Duration::from_secs(20)).await;
    alice.write_u8(1).await.unwrap();
    bob.read_u8().await.unwrap();
    let report = running.report.await.unwrap();
    assert_eq!(started.elapsed(), Duration::from_secs(50));
    assert!(matches!(report.forth.ending, Ending::Idle));
    assert!(report.into_result("relay", &"a", &"b").is_ok());
}

#[tokio::test(start_paused = true)]
async fn cut_counts_what_is_in_hand() {
    let ((mut alice, a), (_bob, b)) = (duplex(64), duplex(8));
    let running = start(memory(a), memory(b), None);
    alice.write_all(&[7; 40]).await.unwrap();
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    running.cut.send(()).unwrap();
    let report = running.report.await.unwrap();
    assert_eq!(
        (report.forth.bytes_read, report.forth.bytes_written),
        (40, 8)
    );
    assert_eq!(report.bytes_lost(), 32);
    let error = report.into_result("relay", &"alice", &"bob").unwrap_err();
    assert_eq!(error.to_string(), "relay bob: cut; 32 bytes did not arrive");
}

/// Writes down what it is told.
#[derive(Debug, Default)]
struct Notes(std::sync::Mutex<Vec<String>>);

impl Watch for Notes {
    fn sees_bytes(&self) -> bool {
        true
    }

    fn bytes(&self, way: Way, bytes: &[u8]) {
        self.0
            .lock()
            .unwrap()
            .push(format!("{way:?} {}", bytes.len()));
    }

    fn ended(&self, way: Way, ending: &Ending, bytes: u64) {
        self.0
            .lock()
            .unwrap()
            .push(format!("{way:?} {ending:?} after {bytes}"));
    }
}

#[tokio::test]
async fn whoever_watches_sees_every_byte_and_each_end_once() {
    let ((mut alice, a), (mut bob, b)) = (tcp().await, tcp().await);
    let notes = Notes::default();
    let (from_a, to_a) = (Arc::default(), Arc::default());
    let settings = RelaySettings {
        watch: Some(&notes),
        ..RelaySettings::counting(&from_a, &to_a)
    };
    let (mut a, all) = (Stream::from(a), pattern(2_000_000));
    a.unread(bytes::Bytes::from_static(b"head"));
    let joined = relay(a, b.into(), settings, std::future::pending());
    let talk = async {
        let heard = async { read_all(&mut bob).await.len() };
        let said = async {
            alice.write_all(&all).await.unwrap();
            alice.shutdown().await.unwrap();
        };
        assert_eq!(tokio::join!(heard, said).0, all.len() + 4);
        bob.shutdown().await.unwrap();
    };
    let (report, ()) = tokio::join!(joined, talk);
    assert_eq!(report.forth.bytes_spliced, 0);
    let notes = notes.0.into_inner().unwrap();
    let seen = notes
        .iter()
        .filter_map(|note| note.strip_prefix("Forth ")?.parse::<usize>().ok());
    assert_eq!(seen.sum::<usize>(), all.len() + 4);
    assert_eq!(notes[0], "Forth 4");
    let ends: Vec<_> = notes.iter().filter(|note| note.contains("Eof")).collect();
    assert_eq!(ends, ["Forth Eof after 2000004", "Back Eof after 0"]);
}

/// What a peer of a generated relay does: it writes these pieces, then ends its stream.
type Script = Vec<usize>;

/// Runs a relay between two peers with scripts and asserts that each hears what the other said.
async fn assert_both_heard<P>(alice: P, bob: P, running: Running, scripts: [Script; 2])
where
    P: tokio::io::AsyncRead + tokio::io::AsyncWrite,
{
    let [said_by_alice, said_by_bob] = scripts.map(|pieces| {
        let all = pattern(pieces.iter().sum());
        (pieces, all)
    });
    let talk = async |peer: P, (pieces, all): &(Script, Vec<u8>)| {
        let (mut reader, mut writer) = tokio::io::split(peer);
        let write = async {
            let mut rest = &all[..];
            for piece in pieces {
                writer.write_all(&rest[..*piece]).await.unwrap();
                rest = &rest[*piece..];
                tokio::task::yield_now().await;
            }
            writer.shutdown().await.unwrap();
        };
        tokio::join!(read_all(&mut reader), write).0
    };
    let (heard_by_alice, heard_by_bob) =
        tokio::join!(talk(alice, &said_by_alice), talk(bob, &said_by_bob));
    assert!(heard_by_alice == said_by_bob.1 && heard_by_bob == said_by_alice.1);
    assert_both_eof(&running.report.await.unwrap());
}

fn block_on(future: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(future);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    #[test]
    fn any_pieces_arrive_through_any_buffers(
        scripts in [proptest::collection::vec(0usize..3000, 0..8), proptest::collection::vec(0usize..3000, 0..8)],
        buffers in [1usize..2000, 1usize..2000],
    ) {
        block_on(async {
            let ((alice, a), (bob, b)) = (duplex(buffers[0]), duplex(buffers[1]));
            let running = start(memory(a), memory(b), None);
            assert_both_heard(alice, bob, running, scripts).await;
        });
    }

    #[test]
    fn any_pieces_arrive_through_sockets(
        scripts in [proptest::collection::vec(0usize..200_000, 0..8), proptest::collection::vec(0usize..200_000, 0..8)],
    ) {
        block_on(async {
            let ((alice, a), (bob, b)) = (tcp().await, tcp().await);
            let running = start(a, b, None);
            assert_both_heard(alice, bob, running, scripts).await;
        });
    }
}
