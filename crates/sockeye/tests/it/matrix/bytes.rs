//! Pairs that carry bytes: nothing is lost, and each direction ends by itself.

use std::sync::Arc;
use std::time::Duration;

use sockeye::io::Conversation;
use sockeye::service::{Service, serve_fn};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::net::{Net, ODD_SIZES, exchange, in_time, noise};
use super::rows::{Pair, doors, pairs_of_bytes};

/// Answers 2 s after its peer's end.
fn late() -> Arc<dyn Service> {
    Arc::new(serve_fn("late", |conversation, session| {
        Box::pin(async move {
            let Conversation::Stream(mut stream) = conversation.into_bytes() else {
                panic!("no stream");
            };
            let mut question = Vec::new();
            stream.read_to_end(&mut question).await.unwrap();
            let cut = tokio::time::timeout(LATE, session.closing()).await;
            assert!(cut.is_err(), "it is to end before its answer");
            stream.write_all(&question).await.unwrap();
            stream.shutdown().await.unwrap();
            Ok(())
        })
    }))
}

/// Does the same where a program is opened.
const LATE_PROGRAM: &str = r#"'sh:question=$(cat); sleep 2; printf %s "$question"'"#;

/// All rows at once, so that all of them together take these 2 s.
#[tokio::test]
async fn a_reply_2_s_after_half_close_arrives_through_one_forwarder_and_two() {
    let net = Arc::new(Net::new());
    let mut rows = JoinSet::new();
    for pair in pairs_of_bytes().filter(Pair::is_here) {
        let far = match pair.right.accepts {
            Some(_) => net.serve(pair.right, late()).await,
            None => LATE_PROGRAM.to_owned(),
        };
        let one = net.forward(pair.left, &far).await;
        let two = net.forward(pair.left, &one).await;
        for through in [one, two] {
            let net = Arc::clone(&net);
            rows.spawn(async move {
                let stream = net.stream(&through).await;
                let asked = Instant::now();
                let answer = in_time(pair, exchange(stream, b"what is the time?")).await;
                assert_eq!(answer, b"what is the time?", "{pair:?}");
                assert!(asked.elapsed() >= LATE, "{pair:?}");
            });
        }
    }
    while let Some(row) = rows.join_next().await {
        row.unwrap();
    }
    net.end().await;
}

#[tokio::test]
async fn a_megabyte_goes_each_way_whole() {
    let sent = noise(1 << 20);
    for pair in pairs_of_bytes().filter(Pair::is_here) {
        let net = Net::new();
        let to = net.echoing(pair).await;
        let stream = net.stream(&to).await;
        let received = in_time(pair, exchange(stream, &sent)).await;
        assert!(received == sent, "{pair:?}: {} bytes", received.len());
        net.end().await;
    }
}

#[tokio::test]
async fn odd_sizes_go_each_way_whole() {
    for leg in doors().filter(|leg| leg.is_here()) {
        let net = Net::new();
        let (left, right) = (leg, leg);
        let to = net.echoing(Pair { left, right }).await;
        for size in ODD_SIZES {
            let (stream, sent) = (net.stream(&to).await, noise(*size));
            let received = in_time(leg, exchange(stream, &sent)).await;
            assert!(received == sent, "{leg:?}: {} of {size}", received.len());
        }
        net.end().await;
    }
}

#[tokio::test]
async fn three_peers_at_once_have_a_conversation_each() {
    for pair in pairs_of_bytes().filter(Pair::is_here) {
        let net = Net::new();
        let to = net.echoing(pair).await;
        let mut streams = Vec::new();
        for _ in 0..3 {
            streams.push(net.stream(&to).await);
        }
        for round in 0..20 {
            for (n, stream) in streams.iter_mut().enumerate() {
                stream.write_all(&[n as u8, round]).await.unwrap();
                stream.flush().await.unwrap();
            }
        }
        let expected = |n: usize| (0..20).flat_map(move |round| [n as u8, round]);
        for (n, stream) in streams.into_iter().enumerate() {
            let received = in_time(pair, exchange(stream, b"")).await;
            assert!(expected(n).eq(received), "{pair:?}");
        }
        net.end().await;
    }
}

#[tokio::test]
async fn small_and_large_answers_of_a_program_are_whole_a_hundred_times() {
    let (small, large) = (noise(1_000), noise(2_000_000));
    for leg in doors().filter(|leg| leg.is_here()).cycle().take(100) {
        let net = Net::new();
        let to = net.forward(leg, "exec:cat").await;
        for sent in [&small, &large] {
            let stream = net.stream(&to).await;
            let received = in_time(leg, exchange(stream, sent)).await;
            assert!(&received == sent, "{leg:?}: {} bytes", received.len());
        }
        net.end().await;
    }
}

#[tokio::test]
async fn a_file_is_read_and_written_whole() {
    let dir = tempfile::tempdir().unwrap();
    let content = noise(300_000);
    for leg in doors().filter(|leg| leg.is_here()) {
        let net = Net::new();
        let path = dir.path().join(leg.name.replace(' ', "-"));
        let file = format!("file:{}", path.display());
        let to = net.forward(leg, &format!("{file} +file,create")).await;
        let stream = net.stream(&to).await;
        assert_eq!(in_time(leg, exchange(stream, &content)).await, b"");
        assert!(std::fs::read(&path).unwrap() == content, "{leg:?}");

        let to = net.forward(leg, &file).await;
        let stream = net.stream(&to).await;
        let received = in_time(leg, exchange(stream, b"")).await;
        assert!(received == content, "{leg:?}: {} bytes", received.len());
        net.end().await;
    }
}

#[tokio::test]
async fn a_mute_peer_of_tls_delays_nobody() {
    let net = Net::new();
    for leg in doors().filter(|leg| leg.name.starts_with("tls") && leg.is_here()) {
        let to = net.forward(leg, "exec:cat").await;
        let beneath = to.replace(leg.opens, "");
        let mut mute = Vec::new();
        for _ in 0..3 {
            mute.push(net.stream(&beneath).await);
            let stream = net.stream(&to).await;
            assert_eq!(in_time(leg, exchange(stream, b"and I?")).await, b"and I?");
        }
    }
}

/// What a careless forwarder does not wait for.
const LATE: Duration = Duration::from_secs(2);
