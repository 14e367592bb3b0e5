//! Bounds over memory with paused time, and over real sockets where it splices.

use std::collections::VecDeque;
use std::net::Ipv4Addr;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::net::{TcpListener, TcpStream};

use super::super::{Datagram, Ending, Messages, RelayReport, RelaySettings, Stream, join, relay};
use super::*;

fn limit(rate: Option<u64>, burst: Option<u64>, bytes: Option<u64>) -> LimitOptions {
    LimitOptions {
        rate: rate.and_then(NonZeroU64::new),
        burst,
        bytes,
        ..LimitOptions::default()
    }
}

fn paced(rate: u64, burst: u64) -> Option<Box<Bounds>> {
    Bounds::new(&limit(Some(rate), Some(burst), None), None)
}

fn quota(bytes: u64) -> Option<Box<Bounds>> {
    Bounds::new(&limit(None, None, Some(bytes)), None)
}

fn within(time: Duration) -> Option<Box<Bounds>> {
    Bounds::new(&LimitOptions::default(), Some((Instant::now(), time)))
}

/// A peer and the bounded end of its connection.
fn memory(bounds: Option<Box<Bounds>>) -> (DuplexStream, Stream) {
    let (peer, end) = duplex(1 << 20);
    (peer, Stream::layered(end).bounded(bounds))
}

async fn tcp(bounds: Option<Box<Bounds>>) -> (TcpStream, Stream) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let at = listener.local_addr().unwrap();
    let (peer, accepted) = tokio::join!(TcpStream::connect(at), listener.accept());
    (
        peer.unwrap(),
        Stream::from(accepted.unwrap().0).bounded(bounds),
    )
}

async fn joined(a: Stream, b: Stream) -> RelayReport {
    let (from_a, to_a) = (Arc::default(), Arc::default());
    let settings = RelaySettings::counting(&from_a, &to_a);
    relay(a, b, settings, std::future::pending()).await
}

/// Reads until the end or a failure.
async fn all_of(peer: &mut (impl AsyncReadExt + Unpin)) -> (Vec<u8>, io::Result<usize>) {
    let mut bytes = Vec::new();
    let end = peer.read_to_end(&mut bytes).await;
    (bytes, end)
}

fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i * 31 / 7) as u8).collect()
}

fn assert_took(began: Instant, expected: Duration) {
    let took = began.elapsed();
    // What is waited for is a part of a burst, the last time more than is wanted.
    let latest = expected + Duration::from_millis(300);
    assert!(took >= expected && took < latest, "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn each_direction_of_a_relay_has_the_rate_for_itself() {
    let ((mut alice, a), (mut bob, b)) = (memory(paced(1000, 100)), memory(None));
    alice.write_all(&pattern(2100)).await.unwrap();
    alice.shutdown().await.unwrap();
    bob.write_all(&pattern(2100)).await.unwrap();
    bob.shutdown().await.unwrap();
    let began = Instant::now();
    let report = joined(a, b).await;
    assert_took(began, Duration::from_secs(2));
    assert!(report.is_clean(), "{report:?}");
    assert_eq!(all_of(&mut alice).await.0, pattern(2100));
    assert_eq!(all_of(&mut bob).await.0, pattern(2100));
}

#[tokio::test(start_paused = true)]
async fn the_slower_side_sets_the_pace_and_a_pause_earns_a_burst() {
    let ((mut alice, a), (mut bob, b)) = (memory(paced(5000, 500)), memory(paced(1000, 1000)));
    let began = Instant::now();
    let talk = async {
        alice.write_all(&[1; 1000]).await.unwrap();
        let mut received = [0; 1000];
        bob.read_exact(&mut received).await.unwrap();
        // A burst of the faster side and the rest at its rate, with waits for parts of a burst.
        let took = began.elapsed().as_millis();
        assert!((100..250).contains(&took), "{took} ms");
        tokio::time::advance(Duration::from_secs(10)).await;
        alice.write_all(&[2; 3000]).await.unwrap();
        alice.shutdown().await.unwrap();
        let later = Instant::now();
        assert_eq!(all_of(&mut bob).await.0, [2; 3000]);
        assert_took(later, Duration::from_secs(2));
        bob.shutdown().await.unwrap();
    };
    let (report, ()) = tokio::join!(joined(a, b), talk);
    assert!(report.is_clean(), "{report:?}");
}

#[tokio::test]
async fn a_bounded_relay_of_sockets_still_splices() {
    // Fast enough to be over soon, slow enough that most splices are shorter than a pipe.
    let bounds = Bounds::new(&limit(Some(100 << 20), Some(200 << 10), None), None);
    let ((mut alice, a), (mut bob, b)) = (tcp(bounds).await, tcp(None).await);
    let sent = pattern(8 << 20);
    let write = async {
        alice.write_all(&sent).await.unwrap();
        alice.shutdown().await.unwrap();
    };
    let read = async {
        let (received, end) = all_of(&mut bob).await;
        bob.shutdown().await.unwrap();
        (received, end)
    };
    let (report, (), (received, end)) = tokio::join!(joined(a, b), write, read);
    end.unwrap();
    assert!(received == sent);
    assert!(report.is_clean(), "{report:?}");
    assert!(
        report.forth.bytes_spliced > report.forth.bytes_read / 2,
        "{report:?}"
    );
}

#[tokio::test]
async fn a_quota_ends_a_splice_at_its_very_byte_and_all_before_it_arrives() {
    let bytes = (3 << 20) + 1;
    let ((mut alice, a), (mut bob, b)) = (tcp(None).await, tcp(quota(bytes)).await);
    let sent = pattern(8 << 20);
    let write = async { alice.write_all(&sent).await };
    let read = async { all_of(&mut bob).await };
    let (report, _, (received, end)) = tokio::join!(joined(a, b), write, read);
    assert_eq!(end.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
    assert!(
        received == sent[..bytes as usize],
        "{} bytes",
        received.len()
    );
    assert!(report.forth.bytes_spliced > 0);
    assert_eq!(report.bytes_lost(), 1);
    let error = report.into_result("relay", &"a", &"b").unwrap_err();
    assert_eq!(error.kind().exit_code(), 63);
    assert_eq!(
        error.to_string(),
        "relay b: more than the 3145729 bytes that +limit allows; 1 byte did not arrive"
    );
}

#[tokio::test(start_paused = true)]
async fn a_quota_counts_both_ways_and_is_no_error_when_it_is_just_enough() {
    for (back, is_enough) in [(40, true), (41, false)] {
        let ((mut alice, a), (mut bob, b)) = (memory(quota(100)), memory(None));
        let talk = async {
            alice.write_all(&pattern(60)).await.unwrap();
            alice.shutdown().await.unwrap();
            assert_eq!(all_of(&mut bob).await.0, pattern(60));
            bob.write_all(&pattern(back)).await.unwrap();
            bob.shutdown().await.unwrap();
            assert_eq!(all_of(&mut alice).await.0, pattern(40));
        };
        let (report, ()) = tokio::join!(joined(a, b), talk);
        assert_eq!(report.is_clean(), is_enough, "{report:?}");
        let reached = matches!(report.back.ending, Ending::Bound(Reached::Quota(100)));
        assert_eq!(reached, !is_enough, "{report:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_read_too_far_counts_too() {
    let ((_alice, mut a), (mut bob, b)) = (memory(quota(4)), memory(None));
    a.unread(Bytes::from_static(b"header"));
    let (report, (received, _)) = tokio::join!(joined(a, b), all_of(&mut bob));
    assert_eq!(received, b"head");
    assert_eq!(report.bytes_lost(), 2);
    assert!(matches!(
        report.forth.ending,
        Ending::Bound(Reached::Quota(4))
    ));
}

#[tokio::test(start_paused = true)]
async fn a_relay_is_over_when_its_time_is() {
    let ((mut alice, a), (_bob, b)) = (memory(None), memory(within(Duration::from_secs(30))));
    alice.write_all(b"still there").await.unwrap();
    let began = Instant::now();
    let report = joined(a, b).await;
    assert_took(began, Duration::from_secs(30));
    let error = report
        .into_result("connect", &"-", &"tcp://h:1")
        .unwrap_err();
    assert_eq!(error.kind().exit_code(), 28);
    assert_eq!(error.to_string(), "connect tcp://h:1: not over within 30s");
}

#[tokio::test(start_paused = true)]
async fn who_reads_and_writes_a_stream_is_held_to_its_bounds() {
    let (mut peer, mut stream) = memory(paced(1000, 100));
    peer.write_all(&pattern(1100)).await.unwrap();
    let began = Instant::now();
    let mut received = vec![0; 1100];
    stream.read_exact(&mut received).await.unwrap();
    assert_took(began, Duration::from_secs(1));
    assert_eq!(received, pattern(1100));
    let began = Instant::now();
    stream.write_all(&pattern(600)).await.unwrap();
    assert_took(began, Duration::from_millis(500));

    let (mut peer, mut stream) = memory(quota(10));
    peer.write_all(b"12345").await.unwrap();
    let mut received = [0; 5];
    stream.read_exact(&mut received).await.unwrap();
    let error = stream.write_all(b"123456").await.unwrap_err();
    assert_eq!(Reached::in_error(&error), Some(Reached::Quota(10)));
    let mut sent = [0; 5];
    peer.read_exact(&mut sent).await.unwrap();
    assert_eq!((received, sent), (*b"12345", *b"12345"));
    peer.write_all(b"6").await.unwrap();
    let error = stream.read_u8().await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::QuotaExceeded);

    let (_peer, mut stream) = memory(within(Duration::from_secs(3)));
    let error = stream.read_u8().await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
}

#[tokio::test(start_paused = true)]
async fn messages_are_bounded_whole() {
    let two = || vec![Bytes::from_static(&[7; 60]), Bytes::from_static(&[8; 60])];
    let mut paced = Datagram::new(Canned::of(two())).bounded(paced(100, 10));
    let began = Instant::now();
    assert_eq!(paced.receive().await.unwrap().unwrap().len(), 60);
    assert_eq!(paced.receive().await.unwrap().unwrap().len(), 60);
    paced.send(Bytes::from_static(&[1; 50])).await.unwrap();
    assert_eq!(began.elapsed(), Duration::ZERO);
    // What went beyond the burst is a debt.
    paced.send(Bytes::from_static(&[1; 50])).await.unwrap();
    assert_took(began, Duration::from_millis(420));

    let mut limited = Datagram::new(Canned::of(two())).bounded(quota(119));
    assert_eq!(limited.receive().await.unwrap().unwrap().len(), 60);
    let error = limited.receive().await.unwrap_err();
    assert_eq!(Reached::in_error(&error), Some(Reached::Quota(119)));
    assert_eq!(limited.bytes_dropped(), 60);

    let (a, b) = (Canned::of(two()), Canned::of(Vec::new()));
    let a = Datagram::new(a).bounded(quota(119));
    let (from_a, to_a) = (Arc::default(), Arc::default());
    let settings = RelaySettings::counting(&from_a, &to_a);
    let b = Datagram::new(b).into();
    let report = join(a.into(), b, settings, std::future::pending()).await;
    assert_eq!((report.forth.bytes_written, report.bytes_lost()), (60, 60));
    let error = report.into_result("relay", &"a", &"b").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LocalQuota);
}

/// Messages that are there from the beginning; those that are sent are forgotten.
#[derive(Debug)]
struct Canned(VecDeque<Bytes>);

impl Canned {
    fn of(messages: Vec<Bytes>) -> Self {
        Self(messages.into())
    }
}

impl Messages for Canned {
    fn poll_receive(
        &mut self,
        _cx: &mut Context<'_>,
        into: &mut VecDeque<Bytes>,
    ) -> Poll<io::Result<bool>> {
        match self.0.is_empty() {
            true => Poll::Pending,
            false => {
                into.append(&mut self.0);
                Poll::Ready(Ok(true))
            }
        }
    }

    fn poll_send(
        &mut self,
        _cx: &mut Context<'_>,
        from: &mut VecDeque<Bytes>,
    ) -> Poll<io::Result<()>> {
        from.clear();
        Poll::Ready(Ok(()))
    }

    fn message_bytes_max(&self) -> usize {
        1000
    }
}

/// Takes messages at once and lets them leave when it is asked again.
#[derive(Debug, Default)]
struct Slow {
    taken: u64,
    left: Arc<AtomicU64>,
}

impl Messages for Slow {
    fn poll_receive(
        &mut self,
        _cx: &mut Context<'_>,
        _into: &mut VecDeque<Bytes>,
    ) -> Poll<io::Result<bool>> {
        Poll::Pending
    }

    fn poll_send(
        &mut self,
        cx: &mut Context<'_>,
        from: &mut VecDeque<Bytes>,
    ) -> Poll<io::Result<()>> {
        self.left.store(self.taken, Ordering::Relaxed);
        self.taken += from.drain(..).count() as u64;
        match self.taken == self.left.load(Ordering::Relaxed) {
            true => Poll::Ready(Ok(())),
            false => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
        }
    }

    fn message_bytes_max(&self) -> usize {
        1000
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_has_left_when_it_is_sent() {
    for bounds in [None, quota(1000)] {
        let slow = Slow::default();
        let left = Arc::clone(&slow.left);
        let mut datagram = Datagram::new(slow).bounded(bounds);
        for count in 1..=2 {
            datagram.send(Bytes::from_static(b"ferry")).await.unwrap();
            assert_eq!(left.load(Ordering::Relaxed), count);
        }
    }
}

/// Notes how many messages it is given at once.
#[derive(Debug, Default)]
struct Batches(Arc<std::sync::Mutex<Vec<usize>>>);

impl Messages for Batches {
    fn poll_receive(
        &mut self,
        _cx: &mut Context<'_>,
        _into: &mut VecDeque<Bytes>,
    ) -> Poll<io::Result<bool>> {
        Poll::Pending
    }

    fn poll_send(
        &mut self,
        _cx: &mut Context<'_>,
        from: &mut VecDeque<Bytes>,
    ) -> Poll<io::Result<()>> {
        match from.drain(..).count() {
            0 => {}
            count => self.0.lock().unwrap().push(count),
        }
        Poll::Ready(Ok(()))
    }

    fn message_bytes_max(&self) -> usize {
        1000
    }
}

#[tokio::test(start_paused = true)]
async fn messages_that_bounds_have_room_for_go_together() {
    let ten = || VecDeque::from(vec![Bytes::from_static(&[7; 10]); 10]);
    for (bounds, expected) in [
        (within(Duration::from_secs(9)), vec![10]),
        (quota(100), vec![10]),
        (quota(95), vec![9]),
        (paced(100, 60), vec![6]),
    ] {
        let batches = Batches::default();
        let noted = Arc::clone(&batches.0);
        let mut datagram = Datagram::new(batches).bounded(bounds);
        let mut messages = ten();
        let sent = datagram.send_all(&mut messages);
        let sent = tokio::time::timeout(Duration::from_millis(1), sent).await;
        assert_eq!(*noted.lock().unwrap(), expected);
        assert_eq!(messages.len(), 10 - expected[0]);
        assert_eq!(matches!(sent, Ok(Ok(()))), messages.is_empty());
    }
}
