//! `listen A B` from a program: half-closes pass, so the answer comes after the end of the question.

use std::sync::Arc;
use std::time::Duration;

use sockeye::endpoint::Endpoint;
use sockeye::engine::{Engine, EngineLimits};
use sockeye::io::Conversation;
use sockeye::service::{Forward, Upper};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let engine = Engine::new(EngineLimits::default())?;
    let anywhere: Endpoint = Endpoint::parse("127.0.0.1:0")?;
    let upper = engine.listen(&anywhere, Arc::new(Upper)).await?;
    let upper = Endpoint::from(upper.addresses()[0].clone());

    let forward = Forward::new(&engine, upper, None)?;
    let forward = engine.listen(&anywhere, Arc::new(forward)).await?;
    let forward = Endpoint::from(forward.addresses()[0].clone());

    let (conversation, session) = engine.connect(&forward).await?;
    let mut answer = String::new();
    if let Conversation::Stream(mut stream) = conversation {
        stream.write_all(b"whisper").await?;
        stream.shutdown().await?;
        stream.read_to_string(&mut answer).await?;
    }
    assert_eq!(answer, "WHISPER");
    drop(session);
    engine.drain(Duration::from_secs(10)).await;
    Ok(())
}
