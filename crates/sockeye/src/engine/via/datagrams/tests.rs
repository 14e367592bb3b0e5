//! A proxy that is played by hand: what it is asked on the connection, and what it does with datagrams.

use std::net::SocketAddr;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};

use super::*;
use crate::engine::{Engine, EngineLimits};

/// A proxy's two ends of an association, and who it is for.
struct Played {
    control: TcpStream,
    socket: UdpSocket,
    client: Datagram,
}

/// Opens `far` by way of a proxy that answers with its port at this address.
async fn open(far: &str, bound: [u8; 4]) -> Played {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let port = socket.local_addr().unwrap().port().to_be_bytes();
    let text = format!("{far} +via,socks5h://{}", listener.local_addr().unwrap());
    let endpoint = Endpoint::parse(&text).unwrap();
    let engine = Engine::new(EngineLimits::default()).unwrap();
    let playing = async {
        let (mut control, _) = listener.accept().await.unwrap();
        let mut asked = [0; 3];
        control.read_exact(&mut asked).await.unwrap();
        control.write_all(b"\x05\x00").await.unwrap();
        let mut asked = [0; 10];
        control.read_exact(&mut asked).await.unwrap();
        assert_eq!(&asked, b"\x05\x03\x00\x01\0\0\0\0\0\0");
        let reply = [&b"\x05\x00\x00\x01"[..], &bound, &port].concat();
        control.write_all(&reply).await.unwrap();
        control
    };
    let (control, opened) = tokio::join!(playing, engine.open(&endpoint));
    let Ok((Conversation::Datagram(client), info)) = opened else {
        panic!("not open: {opened:?}");
    };
    assert!(far.ends_with(&info.peer_text), "{}", info.peer_text);
    Played {
        control,
        socket,
        client,
    }
}

impl Played {
    async fn receive(&self) -> (Vec<u8>, SocketAddr) {
        let mut message = vec![0; 65_536];
        let (count, from) = self.socket.recv_from(&mut message).await.unwrap();
        message.truncate(count);
        (message, from)
    }
}

#[tokio::test]
async fn each_message_has_the_header_of_its_address() {
    for bound in [[127, 0, 0, 1], [0, 0, 0, 0]] {
        let mut played = open("udp://192.0.2.7:53", bound).await;
        played.client.send(Bytes::from("ahoy")).await.unwrap();
        let (message, from) = played.receive().await;
        assert_eq!(message, b"\0\0\0\x01\xc0\0\x02\x07\x00\x35ahoy");
        played.socket.send_to(&message, from).await.unwrap();
        let answer = played.client.receive().await.unwrap().unwrap();
        assert_eq!(answer, "ahoy");
    }
    let mut played = open("udp://db:53", [127, 0, 0, 1]).await;
    played.client.send(Bytes::new()).await.unwrap();
    assert_eq!(played.receive().await.0, b"\0\0\0\x03\x02db\x00\x35");
}

#[tokio::test]
async fn what_others_say_and_what_is_not_whole_is_dropped_and_counted() {
    let mut played = open("udp://192.0.2.7:53", [127, 0, 0, 1]).await;
    played.client.send(Bytes::from("ahoy")).await.unwrap();
    let (message, from) = played.receive().await;
    let (mut part, mut stranger, mut port) = (message.clone(), message.clone(), message.clone());
    (part[2], stranger[7], port[9]) = (1, 8, 54);
    let named = b"\0\0\0\x03\x02db\x00\x35named";
    let wrong = [&part[..], &stranger, &port, named, b"", b"\0\0\0\x09"];
    for wrong in wrong {
        played.socket.send_to(wrong, from).await.unwrap();
    }
    played.socket.send_to(&message, from).await.unwrap();
    let answer = played.client.receive().await.unwrap().unwrap();
    assert_eq!(answer, "ahoy");
    let dropped: usize = wrong.iter().map(|wrong| wrong.len()).sum();
    assert_eq!(played.client.bytes_dropped(), dropped as u64);
}

#[tokio::test]
async fn the_longest_leaves_room_for_the_header() {
    let mut played = open("udp://192.0.2.7:53", [127, 0, 0, 1]).await;
    assert_eq!(played.client.message_bytes_max(), 65_507 - 10);
    let longest = Bytes::from(vec![b'x'; 65_497]);
    played.client.send(longest).await.unwrap();
    assert_eq!(played.receive().await.0.len(), 65_507);
    let longer = Bytes::from(vec![b'x'; 65_498]);
    let error = played.client.send(longer).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
}

#[tokio::test]
async fn the_end_of_the_connection_ends_it_with_an_error() {
    let mut played = open("udp://192.0.2.7:53", [127, 0, 0, 1]).await;
    // What else the proxy says there means nothing.
    played.control.write_all(b"noise").await.unwrap();
    played.control.shutdown().await.unwrap();
    let error = played.client.receive().await.unwrap_err();
    assert_eq!(error.to_string(), "the proxy has ended the association");
}

#[tokio::test]
async fn a_proxy_that_passes_none_says_so() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let text = format!(
        "udp://192.0.2.7:53 +via,socks5://{}",
        listener.local_addr().unwrap()
    );
    let endpoint = Endpoint::parse(&text).unwrap();
    let engine = Engine::new(EngineLimits::default()).unwrap();
    let playing = async {
        let (mut control, _) = listener.accept().await.unwrap();
        control.read_exact(&mut [0; 3]).await.unwrap();
        control.write_all(b"\x05\x00").await.unwrap();
        control.read_exact(&mut [0; 10]).await.unwrap();
        let reply = b"\x05\x07\x00\x01\0\0\0\0\0\0";
        control.write_all(reply).await.unwrap();
    };
    let ((), opened) = tokio::join!(playing, engine.open(&endpoint));
    let error = opened.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ProxyRefused);
    let why = "a way for datagrams: the proxy does not know the command";
    assert!(error.to_string().ends_with(why), "{error}");
}
