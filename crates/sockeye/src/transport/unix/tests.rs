//! Unix sockets in a directory of their own.

mod datagrams;
mod files;
mod messages;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use tempfile::{TempDir, tempdir};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::super::{Rooms, bind as bind_any, connect as connect_any};
use super::*;
use crate::error::ErrorKind;
use crate::io::Datagram;

/// A directory with the path of one socket.
struct Place {
    _directory: TempDir,
    path: PathBuf,
}

impl Place {
    fn new() -> Self {
        let directory = tempdir().unwrap();
        let path = directory.path().join("s");
        Self {
            _directory: directory,
            path,
        }
    }

    fn endpoint(&self, scheme: &str, words: &str) -> Endpoint {
        Endpoint::parse(&format!("{scheme}:{}{words}", self.path.display())).unwrap()
    }
}

async fn bind_at(endpoint: &Endpoint) -> Result<Bound, Error> {
    bind_any(endpoint, &Rooms::default()).await
}

async fn connect_to(endpoint: &Endpoint) -> Result<(Conversation, ConnectionInfo), Error> {
    connect_any(endpoint, &Rooms::default(), None).await
}

/// Accepts messages.
async fn accept(bound: &Bound) -> (Datagram, ConnectionInfo) {
    match bound.listeners[0].accept().await.unwrap() {
        (Conversation::Datagram(datagram), info) => (datagram, info),
        _ => panic!("messages"),
    }
}

/// Opens messages.
async fn open(endpoint: &Endpoint) -> Datagram {
    match connect_to(endpoint).await.unwrap() {
        (Conversation::Datagram(datagram), _) => datagram,
        _ => panic!("messages"),
    }
}

/// The schemes of the three kinds.
const SCHEMES: [&str; 3] = ["unix", "unix-dgram", "unix-seqpacket"];
