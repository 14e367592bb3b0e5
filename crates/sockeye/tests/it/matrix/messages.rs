//! Pairs that carry messages: each arrives whole, and those of a peer in order.

use sockeye::io::Datagram;

use super::net::{Net, ODD_SIZES, in_time, noise};
use super::rows::pairs_of_messages;

async fn receive(datagram: &mut Datagram) -> bytes::Bytes {
    datagram.receive().await.unwrap().expect("a message")
}

#[tokio::test]
async fn messages_of_every_size_are_whole() {
    for (pair, largest) in pairs_of_messages().filter(|(pair, _)| pair.is_here()) {
        let net = Net::new();
        let to = net.echoing(pair).await;
        let mut datagram = net.datagram(&to).await;
        let odd = ODD_SIZES.iter().filter(|size| **size <= largest);
        for size in odd.copied().chain([0, 8_193, 65_507, largest.min(65_527)]) {
            let message = noise(size);
            let there_and_back = async {
                datagram.send(message.clone().into()).await.unwrap();
                receive(&mut datagram).await
            };
            let received = in_time(pair, there_and_back).await;
            assert!(received == message, "{pair:?}: {size} bytes");
        }
        net.cut().await;
    }
}

#[tokio::test]
async fn a_burst_of_a_new_peer_arrives_in_order() {
    for (pair, _) in pairs_of_messages().filter(|(pair, _)| pair.is_here()) {
        let net = Net::new();
        let to = net.echoing(pair).await;
        let mut datagram = net.datagram(&to).await;
        for n in 0..BURST {
            datagram.send(format!("message {n}").into()).await.unwrap();
        }
        for n in 0..BURST {
            let received = in_time(pair, receive(&mut datagram)).await;
            assert_eq!(received, format!("message {n}"), "{pair:?}");
        }
        net.cut().await;
    }
}

#[tokio::test]
async fn three_peers_at_once_have_a_session_each() {
    for (pair, _) in pairs_of_messages().filter(|(pair, _)| pair.is_here()) {
        let net = Net::new();
        let to = net.echoing(pair).await;
        let mut peers = Vec::new();
        for _ in 0..3 {
            peers.push(net.datagram(&to).await);
        }
        for round in 0..20 {
            for (n, peer) in peers.iter_mut().enumerate() {
                peer.send(format!("{n}-{round}").into()).await.unwrap();
            }
        }
        for (n, peer) in peers.iter_mut().enumerate() {
            for round in 0..20 {
                let received = in_time(pair, receive(peer)).await;
                assert_eq!(received, format!("{n}-{round}"), "{pair:?}");
            }
        }
        net.cut().await;
    }
}

/// Messages that a new peer sends at once.
const BURST: usize = 200;
