//! An echo server for messages: what one UDP datagram brought goes back as one, an empty one too.

use std::net::UdpSocket;
use std::sync::Arc;
use std::time::Duration;

use sockeye::endpoint::{Address, Endpoint, Host};
use sockeye::engine::{Engine, EngineLimits};
use sockeye::service::Echo;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let engine = Engine::new(EngineLimits::default())?;
    let here = Endpoint::parse("udp://127.0.0.1:0 +idle,5s")?;
    let listening = engine.listen(&here, Arc::new(Echo)).await?;
    let port = match &listening.addresses()[0] {
        Address::Udp {
            host: Host::Ip(_),
            port,
            ..
        } => *port,
        other => return Err(format!("unexpected: {other}").into()),
    };

    let peer = tokio::task::spawn_blocking(move || -> std::io::Result<()> {
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        socket.set_read_timeout(Some(Duration::from_secs(10)))?;
        socket.connect(("127.0.0.1", port))?;
        for message in [&b"one"[..], b"", &[7; 8193]] {
            socket.send(message)?;
            let mut answer = vec![0; 65_507];
            let bytes = socket.recv(&mut answer)?;
            assert_eq!(&answer[..bytes], message);
        }
        Ok(())
    });
    peer.await??;
    engine.drain(Duration::ZERO).await;
    Ok(())
}
