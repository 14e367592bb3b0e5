//! A service of one's own is a value: the engine admits, counts and ends its conversations.

use std::sync::Arc;
use std::time::Duration;

use sockeye::endpoint::Endpoint;
use sockeye::engine::{Engine, EngineLimits, Session};
use sockeye::io::Conversation;
use sockeye::service::{BoxFuture, Service};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Tells each peer the address that it comes from.
#[derive(Debug)]
struct WhoAmI;

impl Service for WhoAmI {
    fn name(&self) -> &'static str {
        "who-am-i"
    }

    fn serve<'a>(
        &'a self,
        conversation: Conversation,
        session: &'a Session,
    ) -> BoxFuture<'a, Result<(), sockeye::Error>> {
        Box::pin(async move {
            if let Conversation::Stream(mut stream) = conversation {
                let answer = format!("you are {}\n", session.info().peer_text);
                // A peer that has gone does not need the answer.
                let _ = stream.write_all(answer.as_bytes()).await;
            }
            Ok(())
        })
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let engine = Engine::new(EngineLimits::default())?;
    let anywhere: Endpoint = Endpoint::parse("127.0.0.1:0")?;
    let listening = engine.listen(&anywhere, Arc::new(WhoAmI)).await?;
    let here = Endpoint::from(listening.addresses()[0].clone());

    let (conversation, session) = engine.connect(&here).await?;
    let mut said = String::new();
    if let Conversation::Stream(mut stream) = conversation {
        stream.read_to_string(&mut said).await?;
    }
    let local = session
        .info()
        .local
        .ok_or("a TCP connection has an address")?;
    assert_eq!(said, format!("you are {local}\n"));
    drop(session);
    engine.drain(Duration::from_secs(10)).await;
    Ok(())
}
