//! Messages through a relay: whole, in order, and what ends it.

use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
use tokio::sync::mpsc;

use super::super::{Messages, Stream, join};
use super::*;

/// Messages through channels: an end that can be told, or not.
#[derive(Debug)]
struct Channel {
    arrived: mpsc::Receiver<Bytes>,
    sent: mpsc::Sender<Bytes>,
    can_end: bool,
    bytes_max: usize,
}

/// The far end of a [`Channel`].
struct Far {
    to: mpsc::Sender<Bytes>,
    from: mpsc::Receiver<Bytes>,
}

fn channel(can_end: bool) -> (Channel, Far) {
    let ((to, arrived), (sent, from)) = (mpsc::channel(64), mpsc::channel(64));
    let near = Channel {
        arrived,
        sent,
        can_end,
        bytes_max: 100,
    };
    (near, Far { to, from })
}

impl Messages for Channel {
    fn poll_receive(
        &mut self,
        cx: &mut Context<'_>,
        into: &mut VecDeque<Bytes>,
    ) -> Poll<io::Result<bool>> {
        match ready!(self.arrived.poll_recv(cx)) {
            Some(message) => into.push_back(message),
            None if self.can_end => return Poll::Ready(Ok(false)),
            None => return Poll::Pending,
        }
        Poll::Ready(Ok(true))
    }

    fn poll_send(
        &mut self,
        _cx: &mut Context<'_>,
        from: &mut VecDeque<Bytes>,
    ) -> Poll<io::Result<()>> {
        while let Some(message) = from.front() {
            if self.sent.try_send(message.clone()).is_err() {
                return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
            }
            from.pop_front();
        }
        Poll::Ready(Ok(()))
    }

    fn message_bytes_max(&self) -> usize {
        self.bytes_max
    }

    fn can_end(&self) -> bool {
        self.can_end
    }
}

async fn relayed(
    a: impl Into<Conversation>,
    b: impl Into<Conversation>,
    idle: Option<Duration>,
) -> RelayReport {
    relayed_until(a, b, idle, Some(Duration::from_secs(2))).await
}

async fn relayed_until(
    a: impl Into<Conversation>,
    b: impl Into<Conversation>,
    idle: Option<Duration>,
    after_end: Option<Duration>,
) -> RelayReport {
    let (from_a, to_a) = (Arc::default(), Arc::default());
    let settings = RelaySettings {
        idle,
        after_end,
        ..RelaySettings::counting(&from_a, &to_a)
    };
    let report = join(a.into(), b.into(), settings, std::future::pending()).await;
    assert_eq!(from_a.load(Ordering::Relaxed), report.forth.bytes_read);
    assert_eq!(to_a.load(Ordering::Relaxed), report.back.bytes_written);
    report
}

#[tokio::test(start_paused = true)]
async fn messages_stay_whole_and_a_silence_after_the_other_sides_end_ends_it() {
    let ((a, mut far_a), (b, mut far_b)) = (channel(true), channel(false));
    let relay = relayed(Datagram::new(a), Datagram::new(b), None);
    let talk = async {
        for message in ["one", "", "three"] {
            far_a.to.send(message.into()).await.unwrap();
        }
        for message in ["one", "", "three"] {
            assert_eq!(far_b.from.recv().await.unwrap(), message);
        }
        drop(far_a.to);
        sleep(Duration::from_millis(1_900)).await;
        far_b.to.send("late".into()).await.unwrap();
        assert_eq!(far_a.from.recv().await.unwrap(), "late");
        Instant::now()
    };
    let (report, last) = tokio::join!(relay, talk);
    assert_eq!(last.elapsed(), Duration::from_secs(2));
    assert!(matches!(report.forth.ending, Ending::Eof));
    assert!(matches!(report.back.ending, Ending::Idle));
    assert!(report.into_result("relay", &"a", &"b").is_ok());
}

#[tokio::test(start_paused = true)]
async fn after_one_sides_end_the_other_is_given_a_minute_of_silence_or_the_idle_time() {
    for (idle, seconds) in [(None, 60), (Some(90), 90), (Some(5), 5)] {
        let ((a, mut far_a), (b, mut far_b)) = (channel(true), channel(false));
        let idle = idle.map(Duration::from_secs);
        let relay = relayed_until(Datagram::new(a), Datagram::new(b), idle, None);
        let talk = async {
            far_a.to.send("last".into()).await.unwrap();
            drop(far_a.to);
            assert_eq!(far_b.from.recv().await.unwrap(), "last");
            for _ in 0..3 {
                sleep(Duration::from_secs(seconds - 1)).await;
                far_b.to.send("late".into()).await.unwrap();
                assert_eq!(far_a.from.recv().await.unwrap(), "late");
            }
            Instant::now()
        };
        let (report, last) = tokio::join!(relay, talk);
        assert_eq!(last.elapsed(), Duration::from_secs(seconds));
        assert!(matches!(report.back.ending, Ending::Idle));
    }
}

#[tokio::test(start_paused = true)]
async fn an_empty_message_is_a_sign_of_life() {
    let ((a, far_a), (b, mut far_b)) = (channel(false), channel(false));
    let idle = Duration::from_secs(60);
    let a = Datagram::new(a).with_idle(Some(idle));
    let talk = async {
        for _ in 0..3 {
            sleep(Duration::from_secs(50)).await;
            far_a.to.send(Bytes::new()).await.unwrap();
            assert_eq!(far_b.from.recv().await.unwrap(), "");
        }
        Instant::now()
    };
    let (report, last) = tokio::join!(relayed(a, Datagram::new(b), None), talk);
    assert_eq!(last.elapsed(), idle);
    assert!(report.is_clean());
}

#[tokio::test(start_paused = true)]
async fn a_message_that_is_too_large_is_an_error_and_those_before_it_arrive() {
    let ((a, far_a), (b, mut far_b)) = (channel(true), channel(true));
    far_a.to.send("small".into()).await.unwrap();
    far_a.to.send(vec![0; 101].into()).await.unwrap();
    let report = relayed(Datagram::new(a), Datagram::new(b), None).await;
    assert_eq!(far_b.from.recv().await.unwrap(), "small");
    assert_eq!(report.bytes_lost(), 101);
    let error = report.into_result("relay", &"a", &"b").unwrap_err();
    assert_eq!(
        error.to_string(),
        "relay b: a message of 101 bytes, where 100 are the most; 101 bytes did not arrive"
    );
}

#[tokio::test(start_paused = true)]
async fn one_read_of_a_stream_is_one_message_small_enough_for_where_it_goes() {
    let ((stream, mut far), (b, mut far_b)) = (duplex(1024), channel(false));
    let relay = relayed(Stream::layered(stream), Datagram::new(b), None);
    let talk = async {
        far.write_all(b"a line\n").await.unwrap();
        assert_eq!(far_b.from.recv().await.unwrap(), "a line\n");
        far.write_all(&[7; 150]).await.unwrap();
        assert_eq!(far_b.from.recv().await.unwrap().len(), 100);
        assert_eq!(far_b.from.recv().await.unwrap().len(), 50);
        far_b.to.send("answer".into()).await.unwrap();
        far.shutdown().await.unwrap();
        let mut answer = String::new();
        far.read_to_string(&mut answer).await.unwrap();
        assert_eq!(answer, "answer");
    };
    let (report, ()) = tokio::join!(relay, talk);
    assert!(report.is_clean());
}

#[tokio::test]
async fn reset_of_a_stream_that_has_ended_is_seen() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let (alice, accepted) = tokio::join!(tokio::net::TcpStream::connect(at), listener.accept());
    let mut alice = alice.unwrap();
    let (b, mut bob) = channel(true);
    let (from_a, to_a) = (Arc::default(), Arc::default());
    let settings = RelaySettings::counting(&from_a, &to_a);
    let joined = join(
        Stream::from(accepted.unwrap().0).into(),
        Datagram::new(b).into(),
        settings,
        std::future::pending(),
    );
    let talk = async {
        alice.write_all(b"last").await.unwrap();
        alice.shutdown().await.unwrap();
        assert_eq!(bob.from.recv().await.unwrap(), "last");
        bob.to.send(Bytes::from_static(b"still")).await.unwrap();
        alice.read_exact(&mut [0; 5]).await.unwrap();
        alice.set_zero_linger().unwrap();
        drop(alice);
    };
    let (report, ()) = tokio::join!(joined, talk);
    assert!(matches!(report.forth.ending, Ending::Eof));
    assert!(matches!(report.back.ending, Ending::SinkFailed(_)));
}

/// A near end that lets messages take a shortcut, by the hand of the test.
#[derive(Debug)]
struct Near {
    channel: Channel,
    opened: Option<tokio::sync::oneshot::Sender<Arc<Shortcut>>>,
    closed: Arc<std::sync::atomic::AtomicBool>,
}

impl Messages for Near {
    fn poll_receive(
        &mut self,
        cx: &mut Context<'_>,
        into: &mut VecDeque<Bytes>,
    ) -> Poll<io::Result<bool>> {
        self.channel.poll_receive(cx, into)
    }

    fn poll_send(
        &mut self,
        cx: &mut Context<'_>,
        from: &mut VecDeque<Bytes>,
    ) -> Poll<io::Result<()>> {
        self.channel.poll_send(cx, from)
    }

    fn message_bytes_max(&self) -> usize {
        self.channel.bytes_max
    }

    fn open_shortcut(&mut self, shortcut: &Arc<Shortcut>) -> bool {
        let opened = self.opened.take().unwrap();
        opened.send(Arc::clone(shortcut)).is_ok()
    }

    fn close_shortcut(&mut self) {
        self.closed.store(true, Ordering::Relaxed);
    }
}

/// A far end that is a bare socket.
#[derive(Debug)]
struct Bare(Channel, Arc<tokio::net::UdpSocket>);

impl Messages for Bare {
    fn poll_receive(
        &mut self,
        _cx: &mut Context<'_>,
        _into: &mut VecDeque<Bytes>,
    ) -> Poll<io::Result<bool>> {
        panic!("nobody else receives from it while there is a shortcut");
    }

    fn poll_send(
        &mut self,
        cx: &mut Context<'_>,
        from: &mut VecDeque<Bytes>,
    ) -> Poll<io::Result<()>> {
        self.0.poll_send(cx, from)
    }

    fn message_bytes_max(&self) -> usize {
        self.0.bytes_max
    }

    fn own_socket(&self) -> Option<Arc<tokio::net::UdpSocket>> {
        Some(Arc::clone(&self.1))
    }
}

/// Relays with a shortcut while `talk` has that, the near end's far side and the far end's.
async fn with_shortcut<T>(
    talk: impl AsyncFnOnce(Arc<Shortcut>, Far, Far) -> T,
) -> (RelayReport, T) {
    let ((near, far_a), (bare, far_b)) = (channel(false), channel(false));
    let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let (opened, opening) = tokio::sync::oneshot::channel();
    let closed = Arc::default();
    let near = Near {
        channel: near,
        opened: Some(opened),
        closed: Arc::clone(&closed),
    };
    let a = Datagram::new(near).with_idle(Some(Duration::from_secs(60)));
    let b = Datagram::new(Bare(bare, Arc::new(socket)));
    let relay = relayed(a, b, None);
    let talk = async { talk(opening.await.unwrap(), far_a, far_b).await };
    let (report, told) = tokio::join!(relay, talk);
    assert!(closed.load(Ordering::Relaxed));
    (report, told)
}

#[tokio::test(start_paused = true)]
async fn what_takes_a_shortcut_is_counted_and_no_silence() {
    let (report, last) = with_shortcut(async |shortcut, far_a, mut far_b| {
        for way in [Way::Forth, Way::Back, Way::Forth] {
            sleep(Duration::from_secs(50)).await;
            shortcut.count(way, 2, 7, Instant::now());
        }
        sleep(Duration::from_secs(50)).await;
        far_a.to.send("not by it".into()).await.unwrap();
        assert_eq!(far_b.from.recv().await.unwrap(), "not by it");
        sleep(Duration::from_secs(50)).await;
        shortcut.count(Way::Back, 1, 0, Instant::now());
        let last = Instant::now();
        // Held until the relay is over: a closed channel is an end of another kind.
        sleep(Duration::from_secs(61)).await;
        drop((far_a, far_b));
        last
    })
    .await;
    assert_eq!(last.elapsed(), Duration::from_secs(61));
    assert!(matches!(report.forth.ending, Ending::Idle));
    assert_eq!(
        (report.forth.bytes_read, report.forth.bytes_written),
        (14 + 9, 14 + 9)
    );
    assert_eq!((report.back.bytes_read, report.back.bytes_written), (7, 7));
    assert!(report.is_clean());
}

#[tokio::test(start_paused = true)]
async fn a_failure_on_a_shortcut_ends_the_relay_and_what_was_taken_is_lost() {
    let (report, ()) = with_shortcut(async |shortcut, _far_a, _far_b| {
        shortcut.count(Way::Forth, 1, 3, Instant::now());
        let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
        shortcut.sink_failed(Way::Forth, refused, 4);
        assert!(!shortcut.is_open());
    })
    .await;
    assert_eq!(report.bytes_lost(), 4);
    let error = report.into_result("relay", &"a", &"b").unwrap_err();
    assert_eq!(
        error.to_string(),
        "relay b: connection refused; 4 bytes did not arrive"
    );
}
