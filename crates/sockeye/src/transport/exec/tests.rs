//! Children that every system has: `cat` and `sh`.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::super::{Rooms, connect as connect_any};
use super::*;
use crate::endpoint::Address;

async fn run(argv: &[&str]) -> (Stream, ChildProcess) {
    let argv = argv.iter().map(|word| (*word).to_owned()).collect();
    let endpoint = Endpoint::from(Address::Exec { argv });
    let (Conversation::Stream(stream), info) = connect_any(&endpoint, &Rooms::default(), None)
        .await
        .unwrap()
    else {
        panic!("a byte stream");
    };
    (stream, info.child.unwrap())
}

async fn read_all(stream: &mut Stream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    text
}

#[tokio::test]
async fn half_close_ends_input_and_leaves_output() {
    let (mut stream, child) = run(&["sh", "-c", "cat; echo after; exit 3"]).await;
    stream.write_all(b"before\n").await.unwrap();
    stream.shutdown().await.unwrap();
    assert_eq!(read_all(&mut stream).await, "before\nafter\n");
    assert_eq!(child.status().await.unwrap(), 3);
    assert_eq!(child.status().await.unwrap(), 3, "asked twice, told twice");
}

#[tokio::test]
async fn abort_ends_the_child() {
    let (stream, child) = run(&["sh", "-c", "exec cat"]).await;
    let (_, status) = tokio::join!(stream.abort(), child.status());
    assert_eq!(status.unwrap(), 128 + 15);
}

#[tokio::test]
async fn child_inherits_its_three_descriptors_only() {
    let held = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let (mut stream, _child) =
        run(&["sh", "-c", "ls -l /proc/$$/fd | grep socket; echo done"]).await;
    assert_eq!(read_all(&mut stream).await, "done\n");
    drop(held);
}

#[tokio::test]
async fn child_has_the_descriptor_limit_that_the_process_began_with() {
    descriptors::raise_limit();
    let (mut stream, _child) = run(&["sh", "-c", "ulimit -Sn"]).await;
    let limit = read_all(&mut stream).await;
    let inherited = descriptors::INHERITED.get().unwrap().current;
    assert_eq!(
        limit.trim(),
        inherited.map_or("unlimited".into(), |soft| soft.to_string())
    );
}

#[tokio::test]
async fn missing_program_is_named() {
    let argv = vec!["/nonexistent/program".to_owned()];
    let endpoint = Endpoint::from(Address::Exec { argv });
    let error = connect_any(&endpoint, &Rooms::default(), None)
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "connect exec:/nonexistent/program: no such file or directory"
    );
}

#[tokio::test]
async fn abort_waits_until_the_child_has_taken_what_was_written() {
    let directory = tempfile::tempdir().unwrap();
    let begin = directory.path().join("begin");
    let script = "until [ -e \"$0\" ]; do read -r _ < /dev/null; done; exec cat > /dev/null";
    let (mut stream, child) = run(&["sh", "-c", script, begin.to_str().unwrap()]).await;
    stream.write_all(&[b'x'; 40_000]).await.unwrap();
    std::fs::write(&begin, "").unwrap();
    let (lost, status) = tokio::join!(stream.abort(), child.status());
    // What it has taken out of the pipe is its own to finish before the signal, or not.
    assert_eq!((lost, status.unwrap()), (0, 128 + 15));
}
