//! BIND over memory: what the clock has to say.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::*;
use crate::engine::{Engine, EngineLimits};

/// Asks for a connection of somebody, by bytes whose answer has that length before the port, and returns
/// where it is awaited.
async fn awaited(said: &[u8], answer: &[u8]) -> (Stream, u16, Engine) {
    let engine = Engine::new(EngineLimits::default()).unwrap();
    let proxy = std::sync::Arc::new(Proxy::socks(std::sync::Arc::new(Policy::open())));
    let at = Endpoint::parse("mem:proxy").unwrap();
    let _listening = engine.listen(&at, proxy).await.unwrap();
    let (conversation, _) = engine.connect(&at).await.unwrap();
    let Conversation::Stream(mut stream) = conversation else {
        panic!("memory carries bytes");
    };
    stream.write_all(said).await.unwrap();
    let mut told = vec![0; answer.len()];
    stream.read_exact(&mut told).await.unwrap();
    assert_eq!(told, answer);
    let port = stream.read_u16().await.unwrap();
    (stream, port, engine)
}

#[tokio::test(start_paused = true)]
async fn a_peer_has_two_minutes() {
    let five = b"\x05\x01\x00\x05\x02\x00\x01\x7f\x00\x00\x01\x00\x00";
    let bound = b"\x05\x00\x05\x00\x00\x01\x7f\x00\x00\x01";
    let (mut stream, port, _engine) = awaited(five, bound).await;
    let began = Instant::now();
    let mut told = [0; 4];
    stream.read_exact(&mut told).await.unwrap();
    assert_eq!(told, [5, 6, 0, 1]);
    assert_eq!(began.elapsed().as_secs(), 120);
    assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn version_4_has_one_word_for_that() {
    let four = b"\x04\x02\x00\x00\x7f\x00\x00\x01ali\0";
    let (mut stream, _, _engine) = awaited(four, b"\x00\x5a").await;
    let mut told = [0; 6];
    stream.read_exact(&mut told).await.unwrap();
    assert_eq!(told, [127, 0, 0, 1, 0, 91]);
}
