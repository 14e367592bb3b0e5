//! Unix sockets in a directory of their own.

use tempfile::{TempDir, tempdir};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::super::{Rooms, bind as bind_any, connect as connect_any};
use super::*;

fn endpoint(words: &str, directory: &TempDir) -> Endpoint {
    Endpoint::parse(&format!(
        "unix:{}{words}",
        directory.path().join("s").display()
    ))
    .unwrap()
}

async fn greet(bound: &Bound, endpoint: &Endpoint) {
    let accept = async {
        let (Conversation::Stream(mut stream), _) = bound.listeners[0].accept().await.unwrap()
        else {
            panic!("a byte stream");
        };
        stream.write_all(b"hi").await.unwrap();
    };
    let rooms = Rooms::default();
    let (connected, ()) = tokio::join!(connect_any(endpoint, &rooms), accept);
    let (Conversation::Stream(mut stream), info) = connected.unwrap() else {
        panic!("a byte stream");
    };
    assert!(info.peer_text.starts_with("unix:/"));
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    assert_eq!(text, "hi");
}

async fn bind_at(endpoint: &Endpoint) -> Result<Bound, Error> {
    bind_any(endpoint, &Rooms::default()).await
}

#[tokio::test]
async fn listener_owns_its_file() {
    let directory = tempdir().unwrap();
    let endpoint = endpoint(" +unix,mode=600", &directory);
    let path = directory.path().join("s");
    let bound = bind_at(&endpoint).await.unwrap();
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    greet(&bound, &endpoint).await;
    drop(bound);
    assert!(!path.exists());
}

#[tokio::test]
async fn stale_socket_is_replaced_only_when_asked() {
    let directory = tempdir().unwrap();
    let path = directory.path().join("s");
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    let error = bind_at(&endpoint("", &directory)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LocalBind);
    assert!(error.hint().unwrap().contains("+unix,unlink"));
    let replacing = endpoint(" +unix,unlink", &directory);
    greet(&bind_at(&replacing).await.unwrap(), &replacing).await;
}

#[tokio::test]
async fn socket_that_somebody_listens_at_stays() {
    let directory = tempdir().unwrap();
    let replacing = endpoint(" +unix,unlink", &directory);
    let first = bind_at(&replacing).await.unwrap();
    let error = bind_at(&replacing).await.unwrap_err();
    assert!(
        error.to_string().ends_with("address already in use"),
        "{error}"
    );
    // The question whether somebody listens was a connection, too.
    first.listeners[0].accept().await.unwrap();
    greet(&first, &replacing).await;
}

#[tokio::test]
async fn regular_file_is_never_removed() {
    let directory = tempdir().unwrap();
    let path = directory.path().join("s");
    fs::write(&path, "precious").unwrap();
    let error = bind_at(&endpoint(" +unix,unlink", &directory))
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("there is a file that is no socket"),
        "{error}"
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
}

#[tokio::test]
async fn file_of_a_successor_stays() {
    let directory = tempdir().unwrap();
    let endpoint = endpoint("", &directory);
    let first = bind_at(&endpoint).await.unwrap();
    fs::remove_file(directory.path().join("s")).unwrap();
    let second = bind_at(&endpoint).await.unwrap();
    drop(first);
    greet(&second, &endpoint).await;
}

#[tokio::test]
async fn abstract_name_has_no_file() {
    let name = format!("sockeye-test-{}", std::process::id());
    let endpoint = Endpoint::from(Address::Unix(UnixName::Abstract(name.clone())));
    let bound = bind_at(&endpoint).await.unwrap();
    assert_eq!(
        bound.listeners[0].local().to_string(),
        format!("unix:@{name}")
    );
    let rooms = Rooms::default();
    let (accepted, connected) =
        tokio::join!(bound.listeners[0].accept(), connect_any(&endpoint, &rooms));
    accepted.unwrap();
    connected.unwrap();
}
