//! What `+idle`, `+timeout` and `+limit` make of a session over every way of carrying it, under paused
//! time: how the session that forwards ends, and what the far end has got and is told.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use sockeye::ErrorKind;
use sockeye::endpoint::Endpoint;
use sockeye::io::{Conversation, Datagram, RelaySettings, Stream, join};
use sockeye::service::{Service, serve_fn};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Notify;
use tokio::sync::mpsc::{Sender, channel};
use tokio::time::Instant;

use super::net::{Net, in_time};
use super::rows::Carries::{Bytes, Messages};
use super::rows::{Leg, accepted};

#[tokio::test(start_paused = true)]
async fn every_bound_ends_every_way_of_carrying_as_it_says() {
    assert_eq!(ENDS.len(), accepted().count());
    for leg in accepted().filter(|leg| leg.is_here()) {
        let row = ENDS.iter().find(|(name, ..)| *name == leg.name);
        let (_, idle, cut) = *row.unwrap_or_else(|| panic!("{leg:?} has no row"));
        let messages = !leg.is_bytes();
        let outcome = |kind, bytes_lost, seconds, arrived, far| Outcome {
            kind,
            bytes_lost,
            seconds,
            arrived,
            far,
        };
        let (late, full) = (Some(ErrorKind::PeerTimeout), Some(ErrorKind::LocalQuota));
        // Messages are refused whole, and of bytes one shows that there are more.
        let refused = if messages { 500 } else { 1 };
        // Who cannot end is waited for once all has been said.
        let after = if idle == Far::Nothing { 3 } else { 1 };
        let clean = if idle == Far::Nothing {
            Far::Nothing
        } else {
            Far::End
        };
        for (word, expected) in [
            ("+idle,5s", outcome(None, 0, 5, 1_500, idle)),
            ("+timeout,5s", outcome(late, 0, 5, 1_500, cut)),
            ("+limit,bytes=1000", outcome(full, refused, 0, 1_000, cut)),
            (
                "+limit,rate=1000,burst=100",
                outcome(None, 0, after, 1_500, clean),
            ),
        ] {
            let got = in_time(leg, bounded(&in_memory(leg), word)).await;
            assert_eq!(got, expected, "{leg:?} {word}");
        }
    }
}

/// What the far end is told after a silence, and when it is cut: bare sockets end after a silence, and
/// layers that know an end of their own tell that it was none; Unix sockets know no reset, and who
/// has no connection is told nothing.
const ENDS: &[(&str, Far, Far)] = &[
    ("tcp", Far::End, Far::Cut),
    ("tcp6", Far::End, Far::Cut),
    ("unix", Far::End, Far::End),
    ("abstract", Far::End, Far::End),
    ("mem", Far::End, Far::Cut),
    ("tls", Far::Cut, Far::Cut),
    ("tls unix", Far::Cut, Far::Cut),
    ("tls mem", Far::Cut, Far::Cut),
    ("zstd", Far::Cut, Far::Cut),
    ("proxy", Far::End, Far::Cut),
    ("proxy tls", Far::Cut, Far::Cut),
    ("ws", Far::Cut, Far::Cut),
    ("wss", Far::Cut, Far::Cut),
    ("udp", Far::Nothing, Far::Nothing),
    ("udp6", Far::Nothing, Far::Nothing),
    ("line", Far::End, Far::Cut),
    ("hex mem", Far::End, Far::Cut),
    ("frame", Far::End, Far::Cut),
    ("frame unix", Far::End, Far::End),
    ("frame tls", Far::Cut, Far::Cut),
    ("unix-dgram", Far::Nothing, Far::Nothing),
    ("unix-seqpacket", Far::End, Far::End),
    ("ws messages", Far::Cut, Far::Cut),
];

/// Puts layers over TCP onto memory: a system acknowledges in its own time, which is not paused.
fn in_memory(leg: &Leg) -> Leg {
    let layers = leg.accepts.is_some_and(|words| !words.is_empty());
    match layers && leg.at == "127.0.0.1:0" {
        true => Leg {
            at: "mem:{n}",
            ..*leg
        },
        false => *leg,
    }
}

/// How a bounded session ended.
#[derive(Debug, PartialEq)]
struct Outcome {
    /// Of the session that forwards; `None` is no error.
    kind: Option<ErrorKind>,
    bytes_lost: u64,
    seconds: u64,
    /// What the far end has got.
    arrived: usize,
    /// How that ended there.
    far: Far,
}

/// What the far end is told.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Far {
    /// Nothing yet: it lives on until its own silence.
    Nothing,
    /// An end as any other.
    End,
    /// An error.
    Cut,
}

/// What the far end has seen.
#[derive(Debug, Default)]
struct Seen {
    state: Mutex<(usize, Option<Far>)>,
    news: Notify,
}

impl Seen {
    fn heard(&self, count: usize) {
        self.state.lock().unwrap().0 += count;
        self.news.notify_one();
    }

    /// Waits until something has arrived.
    async fn something(&self) {
        while self.state.lock().unwrap().0 == 0 {
            self.news.notified().await;
        }
    }

    /// Waits until the far end has been told, which some never are.
    async fn told(&self) {
        while self.state.lock().unwrap().1.is_none() {
            self.news.notified().await;
        }
    }
}

fn sink(seen: &Arc<Seen>) -> Arc<dyn Service> {
    let seen = Arc::clone(seen);
    Arc::new(serve_fn("sink", move |conversation, _| {
        let seen = Arc::clone(&seen);
        Box::pin(async move {
            let end = match conversation {
                Conversation::Stream(mut stream) => take_bytes(&mut stream, &seen).await,
                Conversation::Datagram(mut datagram) => take_messages(&mut datagram, &seen).await,
                _ => unreachable!(),
            };
            seen.state.lock().unwrap().1 = Some(end);
            seen.news.notify_one();
            Ok(())
        })
    }))
}

/// Says its own end, too; where that cannot be said any more, it was no clean one.
fn ended(said: std::io::Result<()>) -> Far {
    said.map_or(Far::Cut, |()| Far::End)
}

async fn take_bytes(stream: &mut Stream, seen: &Seen) -> Far {
    let mut buffer = [0; 4096];
    loop {
        match stream.read(&mut buffer).await {
            Ok(0) => return ended(stream.shutdown().await),
            Ok(count) => seen.heard(count),
            Err(_) => return Far::Cut,
        }
    }
}

async fn take_messages(datagram: &mut Datagram, seen: &Seen) -> Far {
    loop {
        match datagram.receive().await {
            Ok(None) => return ended(datagram.shutdown().await),
            Ok(Some(message)) => seen.heard(message.len()),
            Err(_) => return Far::Cut,
        }
    }
}

/// Sends 15 pieces of 100 bytes through a relay to a leg that is bounded by `word`, and stays, or ends
/// its direction where it is only held up.
async fn bounded(leg: &Leg, word: &str) -> Outcome {
    let net = Net::new();
    let seen = Arc::new(Seen::default());
    let far = net.serve(leg, sink(&seen)).await;
    let (told, mut ended) = channel(1);
    let to = Endpoint::parse(&format!("{far} {word}")).unwrap();
    let near = if leg.is_bytes() { &BYTES } else { &MESSAGES };
    let near = net.serve(near, relaying(&net, to, told)).await;
    let began = Instant::now();
    let _held = say(&net, leg, &near, &seen, word.contains("rate")).await;
    let (kind, bytes_lost) = ended.recv().await.unwrap();
    let seconds = began.elapsed().as_secs();
    // Too short for the silence by which those end who are told nothing.
    let _ = tokio::time::timeout(Duration::from_secs(1), seen.told()).await;
    let (arrived, far) = *seen.state.lock().unwrap();
    Outcome {
        kind,
        bytes_lost,
        seconds,
        arrived,
        far: far.unwrap_or(Far::Nothing),
    }
}

/// Says all, the first piece having arrived before the others leave.
async fn say(net: &Net, leg: &Leg, near: &str, seen: &Seen, ends: bool) -> Conversation {
    if !leg.is_bytes() {
        let mut datagram = net.datagram(near).await;
        for n in 0..15 {
            datagram.send(vec![b'x'; 100].into()).await.unwrap();
            if n == 0 {
                seen.something().await;
            }
        }
        if ends {
            datagram.shutdown().await.unwrap();
        }
        return datagram.into();
    }
    let mut stream = net.stream(near).await;
    stream.write_all(&[b'x'; 100]).await.unwrap();
    seen.something().await;
    stream.write_all(&[b'x'; 1_400]).await.unwrap();
    if ends {
        stream.shutdown().await.unwrap();
    }
    stream.into()
}

/// Joins what comes with `to`, and tells how that has ended.
fn relaying(net: &Net, to: Endpoint, told: Sender<(Option<ErrorKind>, u64)>) -> Arc<dyn Service> {
    let engine = net.engine.clone();
    Arc::new(serve_fn("relay", move |near, session| {
        let (engine, to, told) = (engine.clone(), to.clone(), told.clone());
        Box::pin(async move {
            let (mut far, _) = engine.open(&to).await?;
            if matches!(near, Conversation::Stream(_)) {
                far = far.into_bytes();
            }
            let facts = session.facts();
            let settings = RelaySettings {
                idle: to.idle(),
                after_end: Some(Duration::from_secs(2)),
                ..RelaySettings::counting(&facts.bytes_in, &facts.bytes_out)
            };
            let report = join(near, far, settings, std::future::pending()).await;
            let legs = [&report.forth, &report.back];
            let lost = legs.map(|leg| leg.bytes_read - leg.bytes_written);
            let lost = lost.iter().sum();
            let result = report.into_result("relay", &"near", &"far");
            told.try_send((result.err().map(|error| error.kind()), lost))
                .unwrap();
            Ok(())
        })
    }))
}

/// How the near end comes, by what the far one carries.
const BYTES: Leg = Leg {
    name: "near",
    carries: Bytes,
    at: "mem:near",
    accepts: Some(""),
    opens: "",
};
const MESSAGES: Leg = Leg {
    name: "near",
    carries: Messages(1 << 20),
    at: "mem:near",
    accepts: Some("+frame"),
    opens: "+frame",
};
