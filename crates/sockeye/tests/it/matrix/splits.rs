//! However the wire cuts what passes, every layer reads the same.
//!
//! The layers of each row stand on memory, with a wire between the two ends that hands the bytes on
//! in pieces. Time is paused and goes on only when nobody has anything to do: each piece is all that
//! there is until its reader has done what it can with it.

use std::sync::Arc;
use std::time::Duration;

use sockeye::endpoint::Endpoint;
use sockeye::engine::Engine;
use sockeye::io::{Conversation, Stream};
use sockeye::service::{Echo, Service, serve_fn};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::net::{Net, exchange, in_time};
use super::rows::{Leg, layered};

#[tokio::test(start_paused = true)]
async fn one_byte_at_a_time_passes_every_layer() {
    for leg in layered() {
        passes(leg, |bytes| bytes.chunks(1).collect()).await;
    }
}

#[tokio::test(start_paused = true)]
async fn every_layer_reads_on_wherever_the_wire_cuts() {
    for leg in layered() {
        for at in 1..CUTS {
            passes(leg, move |bytes| match bytes.split_at_checked(at) {
                Some((first, rest)) => vec![first, rest],
                None => vec![bytes],
            })
            .await;
        }
    }
}

/// Cuts what was read at once into pieces.
trait Cut: Fn(&[u8]) -> Vec<&[u8]> + Copy + Send + Sync + 'static {}
impl<F: Fn(&[u8]) -> Vec<&[u8]> + Copy + Send + Sync + 'static> Cut for F {}

/// Sends to an echo under the layers of a leg, through a wire that cuts, and compares.
async fn passes(leg: &Leg, cut: impl Cut) {
    let net = Net::new();
    let echo = net.serve(&on_memory(leg), Arc::new(Echo)).await;
    let echo = echo.split(' ').next().unwrap();
    let wire = net.serve(&BARE, wire(&net.engine, echo, cut)).await;
    let to = format!("{wire} {}", leg.opens);
    if leg.is_bytes() {
        let received = in_time(leg, async { exchange(net.stream(&to).await, TEXT).await });
        assert_eq!(received.await, TEXT, "{leg:?}");
    } else {
        let mut datagram = in_time(leg, net.datagram(&to)).await;
        for message in MESSAGES {
            let there_and_back = async {
                datagram.send((*message).into()).await.unwrap();
                datagram.receive().await.unwrap()
            };
            let received = in_time(leg, there_and_back).await;
            assert_eq!(received.as_deref(), Some(*message), "{leg:?}");
        }
        datagram.shutdown().await.unwrap();
        let end = in_time(leg, datagram.receive()).await.unwrap();
        assert_eq!(end, None, "{leg:?}");
    }
    net.end().await;
}

fn on_memory(leg: &Leg) -> Leg {
    Leg {
        at: BARE.at,
        ..*leg
    }
}

/// Makes a service that opens `to` and hands the bytes on in pieces.
fn wire(engine: &Engine, to: &str, cut: impl Cut) -> Arc<dyn Service> {
    let (engine, to) = (engine.clone(), Endpoint::parse(to).unwrap());
    Arc::new(serve_fn("wire", move |near, _| {
        let (engine, to) = (engine.clone(), to.clone());
        Box::pin(async move {
            let (far, _) = engine.open(&to).await?;
            let (near, far) = (halves(near), halves(far));
            tokio::join!(pass(near.0, far.1, cut), pass(far.0, near.1, cut));
            Ok(())
        })
    }))
}

fn halves(conversation: Conversation) -> (impl AsyncRead + Unpin, impl AsyncWrite + Unpin) {
    match conversation {
        Conversation::Stream(stream) => tokio::io::split::<Stream>(stream),
        _ => panic!("no stream"),
    }
}

async fn pass(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, cut: impl Cut) {
    let mut buffer = vec![0; 64 * 1024];
    let mut quiet = tokio::time::interval(Duration::from_millis(1));
    loop {
        let count = from.read(&mut buffer).await.unwrap();
        if count == 0 {
            return to.shutdown().await.unwrap();
        }
        for piece in cut(&buffer[..count]) {
            to.write_all(piece).await.unwrap();
            quiet.reset();
            quiet.tick().await;
        }
    }
}

/// Memory without a layer.
const BARE: Leg = Leg {
    name: "wire",
    carries: super::rows::Carries::Bytes,
    at: "mem:{n}",
    accepts: Some(""),
    opens: "",
};

const TEXT: &[u8] = b"cut me where you like\n";
const MESSAGES: &[&[u8]] = &[b"one\\two\n\x00\xff", b"", b"three"];

/// One more than the places to cut at: what small messages take with all that layers add to them.
const CUTS: usize = 64;
