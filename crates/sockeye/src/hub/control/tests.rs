use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::engine::Engine;

/// A control socket that answers with what it was asked.
struct Bench {
    dir: tempfile::TempDir,
    stop: CancellationToken,
    server: tokio::task::JoinHandle<()>,
}

impl Bench {
    fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let engine = Engine::new(Default::default()).unwrap();
        let server = Server::bind(&dir.path().join("control.sock")).unwrap();
        let answer: Answer = Arc::new(|request, _caller| {
            Box::pin(async move {
                match request {
                    Request::SessionKill { id } => Reply::Changed(vec![format!("killed {id}")]),
                    _ => Reply::Done,
                }
            })
        });
        let stop = CancellationToken::new();
        let (successors, _) = tokio::sync::mpsc::channel(1);
        let server = engine.spawn(server.run(engine.clone(), answer, successors, stop.clone()));
        Self { dir, stop, server }
    }

    fn socket(&self) -> PathBuf {
        self.dir.path().join("control.sock")
    }

    async fn ask(&self, request: Request) -> Option<Reply> {
        let socket = self.socket();
        tokio::task::spawn_blocking(move || call(&socket, &request))
            .await
            .unwrap()
            .unwrap()
    }

    async fn raw(&self) -> BufReader<UnixStream> {
        BufReader::new(UnixStream::connect(self.socket()).await.unwrap())
    }
}

#[tokio::test]
async fn a_request_is_answered_and_the_socket_goes_with_the_hub() {
    let bench = Bench::start();
    assert_eq!(bench.ask(Request::Reload).await, Some(Reply::Done));
    let killed = bench.ask(Request::SessionKill { id: 7 }).await;
    assert_eq!(killed, Some(Reply::Changed(vec!["killed 7".into()])));

    bench.stop.cancel();
    let Bench { dir, server, .. } = bench;
    server.await.unwrap();
    assert!(!dir.path().join("control.sock").exists());
    assert_eq!(
        call(&dir.path().join("control.sock"), &Request::Status).unwrap(),
        None
    );
}

#[tokio::test]
async fn the_socket_is_its_owners_alone_and_replaces_a_dead_one() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("control.sock");
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    assert_eq!(
        call(&path, &Request::Status).unwrap(),
        None,
        "nobody listens there"
    );

    let _server = Server::bind(&path).unwrap();
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn one_connection_carries_many_requests_and_mistakes_do_not_end_it() {
    let bench = Bench::start();
    let mut client = bench.raw().await;
    let requests = b"{\"do\":\"reload\"}\nnonsense\n{\"do\":\"dance\"}\n\
        {\"do\":\"session-kill\",\"id\":1,\"extra\":2}\n{\"do\":\"session-kill\",\"id\":3}\n";
    client.write_all(requests).await.unwrap();

    let mut lines = client.lines();
    let mut next = async || {
        let line = lines.next_line().await.unwrap().unwrap();
        serde_json::from_str::<Reply>(&line).unwrap()
    };
    assert_eq!(next().await, Reply::Done);
    for mistake in [
        "expected",
        "unknown variant `dance`",
        "unknown field `extra`",
    ] {
        let Reply::Fault(fault) = next().await else {
            panic!("{mistake} is refused")
        };
        assert!(fault.error.contains(mistake), "{fault:?}");
        assert_eq!(fault.exit_code, 2);
    }
    assert_eq!(next().await, Reply::Changed(vec!["killed 3".into()]));
}

#[tokio::test]
async fn an_endless_line_is_refused_and_cut() {
    let bench = Bench::start();
    let mut client = bench.raw().await;
    client.write_all(&vec![b' '; LINE_BYTES_MAX]).await.unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    assert!(answer.contains("no end of line"), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn a_silent_client_is_cut_and_gives_its_place_to_another() {
    let bench = Bench::start();
    let mut silent = Vec::new();
    for _ in 0..server::CLIENTS_MAX {
        silent.push(bench.raw().await);
    }
    let mut late = bench.raw().await;
    late.write_all(b"{\"do\":\"reload\"}\n").await.unwrap();
    let mut answer = String::new();
    late.read_line(&mut answer).await.unwrap();
    assert_eq!(answer, "\"done\"\n");
    for mut client in silent {
        assert_eq!(client.read(&mut [0]).await.unwrap(), 0, "cut");
    }
}
