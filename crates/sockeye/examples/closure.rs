//! A closure serves: the shortest way from a question to an answer over any transport.

use std::sync::Arc;
use std::time::Duration;

use sockeye::endpoint::Endpoint;
use sockeye::engine::{Engine, EngineLimits};
use sockeye::io::Conversation;
use sockeye::service::serve_fn;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let count_words = serve_fn("count-words", |conversation, _session| {
        Box::pin(async move {
            if let Conversation::Stream(mut stream) = conversation {
                let mut text = String::new();
                // What is no text, or was cut, gets no answer.
                if stream.read_to_string(&mut text).await.is_ok() {
                    let answer = format!("{}\n", text.split_whitespace().count());
                    let _ = stream.write_all(answer.as_bytes()).await;
                }
            }
            Ok(())
        })
    });
    let engine = Engine::new(EngineLimits::default())?;
    let here = Endpoint::parse("127.0.0.1:0")?;
    let listening = engine.listen(&here, Arc::new(count_words)).await?;
    let here = Endpoint::from(listening.addresses()[0].clone());

    let (conversation, session) = engine.connect(&here).await?;
    let mut answer = String::new();
    if let Conversation::Stream(mut stream) = conversation {
        stream.write_all(b"to be or not to be").await?;
        stream.shutdown().await?;
        stream.read_to_string(&mut answer).await?;
    }
    assert_eq!(answer, "6\n");
    drop(session);
    engine.drain(Duration::from_secs(10)).await;
    Ok(())
}
