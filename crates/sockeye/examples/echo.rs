//! An echo server at any endpoint: `cargo run --example echo -- 7000 +limit,per-ip=2`.
//!
//! Everything about *where* and *how* is text; mistakes in it come with their place and a hint.

use std::sync::Arc;
use std::time::Duration;

use sockeye::Error;
use sockeye::endpoint::{Endpoint, Role};
use sockeye::engine::{Engine, EngineLimits};
use sockeye::service::Echo;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let here = match Endpoint::from_args(&words)?.pop() {
        Some(endpoint) => endpoint,
        None => Endpoint::parse("127.0.0.1:0")?,
    };
    here.check(Role::Accept)?;

    let engine = Engine::new(EngineLimits::default())?;
    let listening = engine.listen(&here, Arc::new(Echo)).await?;
    for address in listening.addresses() {
        println!("echoing at {address}");
    }
    // Without arguments it is a demonstration, which ends by itself.
    if words.is_empty() {
        return Ok(());
    }
    let _ = tokio::signal::ctrl_c().await;
    let drained = engine.drain(Duration::from_secs(10)).await;
    println!(
        "{} sessions finished, {} were cut",
        drained.finished, drained.cut
    );
    Ok(())
}
