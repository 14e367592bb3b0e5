//! Memory that registered clients take who say nothing.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::Outcome;
use crate::args::Args;
use crate::chat::Client;
use crate::process::memory_bytes;

/// Connects clients to every server, measures, and lets them go.
pub(crate) fn run(args: &Args) -> Outcome {
    let count: usize = args.value("clients")?;
    raise_descriptor_limit()?;
    for peer in &args.peers {
        let before = memory_bytes(peer.pid);
        let mut clients = Vec::with_capacity(count);
        for index in 0..count {
            clients.push(Client::register(peer.at, &format!("i{index:06}"), "")?);
        }
        let with = memory_bytes(peer.pid);
        drop(clients);
        let kib = with.saturating_sub(before) as f64 / 1024.0;
        println!("{count} idle clients: KiB each");
        println!(
            "  {:<18} {:.2} ({:.1} MiB before)",
            peer.name,
            kib / count as f64,
            before as f64 / 1048576.0
        );
    }
    Ok(())
}

fn raise_descriptor_limit() -> std::io::Result<()> {
    let limit = getrlimit(Resource::Nofile);
    Ok(setrlimit(
        Resource::Nofile,
        Rlimit {
            current: limit.maximum,
            ..limit
        },
    )?)
}
