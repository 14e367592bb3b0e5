//! A relay with counters that are read while it runs, and a report of how it ended.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use sockeye::io::{Ending, RelaySettings, Stream, relay};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (mut alice, a) = pair().await?;
    let (mut bob, b) = pair().await?;
    let (from_a, to_a) = (Arc::default(), Arc::default());
    let settings = RelaySettings {
        idle: Some(Duration::from_secs(60)),
        ..RelaySettings::counting(&from_a, &to_a)
    };
    // A future that completes would cut it.
    let never = std::future::pending();
    let joined = relay(Stream::from(a), Stream::from(b), settings, never);

    let talk = async {
        alice.write_all(b"how are you?").await?;
        bob.read_exact(&mut [0; 12]).await?;
        println!("{} bytes so far", from_a.load(Ordering::Relaxed));
        bob.write_all(b"well").await?;
        bob.shutdown().await?;
        alice.read_to_end(&mut Vec::new()).await?;
        alice.shutdown().await
    };
    let (report, talked) = tokio::join!(joined, talk);
    talked?;
    assert!(report.is_clean() && matches!(report.forth.ending, Ending::Eof));
    assert_eq!(
        (report.forth.bytes_read, report.back.bytes_written),
        (12, 4)
    );
    println!(
        "{} there, {} back, none lost",
        from_a.load(Ordering::Relaxed),
        to_a.load(Ordering::Relaxed)
    );
    Ok(())
}

/// Makes the two ends of a connection.
async fn pair() -> std::io::Result<(TcpStream, TcpStream)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let connect = TcpStream::connect(listener.local_addr()?);
    let (near, far) = tokio::join!(connect, listener.accept());
    Ok((near?, far?.0))
}
