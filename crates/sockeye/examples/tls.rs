//! TLS without files: the server makes its own certificate, the client trusts exactly that one.

use std::sync::Arc;
use std::time::Duration;

use sockeye::endpoint::Endpoint;
use sockeye::engine::{Engine, EngineLimits};
use sockeye::io::Conversation;
use sockeye::service::Upper;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let engine = Engine::new(EngineLimits::default())?;
    let here = Endpoint::parse("127.0.0.1:0 +tls,self-signed")?;
    let listening = engine.listen(&here, Arc::new(Upper)).await?;
    let note = listening.notes().join("\n");
    let pin = note
        .split_whitespace()
        .find(|word| word.starts_with("sha256:"));
    let pin = pin.ok_or("the listener shows its certificate's fingerprint")?;

    let there = format!("{} +tls,pin={pin}", listening.addresses()[0]);
    let (conversation, session) = engine.connect(&Endpoint::parse(&there)?).await?;
    let tls = session.info().tls.as_ref().ok_or("there is TLS on it")?;
    println!("connected to {there}: {tls:?}");
    let mut answer = String::new();
    if let Conversation::Stream(mut stream) = conversation {
        stream.write_all(b"said in private").await?;
        stream.shutdown().await?;
        stream.read_to_string(&mut answer).await?;
    }
    assert_eq!(answer, "SAID IN PRIVATE");
    drop(session);
    engine.drain(Duration::from_secs(10)).await;
    Ok(())
}
