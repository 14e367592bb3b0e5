//! Rooms over memory, with paused time.

use std::time::Duration;

use tokio::io::AsyncReadExt;

use super::*;
use crate::endpoint::{Address, Endpoint};
use crate::engine::{Engine, EngineLimits, Listening, SessionRow};

/// A room that listens, and the errors of those who have left.
struct Room {
    engine: Engine,
    door: Endpoint,
    room: Arc<Broadcast>,
    errors: Receiver<String>,
    _listening: Listening,
}

impl Room {
    async fn open() -> Self {
        let name = "room".to_owned();
        Self::at(Address::Mem { name }.into()).await
    }

    async fn at(at: Endpoint) -> Self {
        let engine = Engine::new(EngineLimits::default()).unwrap();
        let (said, errors) = channel(16);
        engine.observe(move |_, result| {
            let text = result.as_ref().err().map(ToString::to_string);
            said.try_send(text.unwrap_or_default()).unwrap();
        });
        let room = Arc::new(Broadcast::default());
        let _listening = engine.listen(&at, Arc::clone(&room) as _).await.unwrap();
        Self {
            engine,
            door: _listening.addresses()[0].clone().into(),
            room,
            errors,
            _listening,
        }
    }

    fn members(&self) -> usize {
        self.room.members().len()
    }

    async fn enter(&self) -> Stream {
        match self.engine.open(&self.door).await.unwrap().0 {
            Conversation::Stream(stream) => stream,
            other => panic!("{other:?}"),
        }
    }
}

/// Sends to all others until one of them has it: members enter in tasks of their own.
async fn meet(speaker: &mut Stream, listeners: &mut [&mut Stream]) {
    for listener in listeners {
        loop {
            speaker.write_all(b"?").await.unwrap();
            let wait = Duration::from_millis(1);
            if let Ok(read) = tokio::time::timeout(wait, listener.read_u8()).await {
                assert_eq!(read.unwrap(), b'?');
                break;
            }
        }
    }
}

async fn hears(stream: &mut Stream, text: &[u8]) {
    let mut heard = Vec::new();
    while !heard.ends_with(text) {
        heard.push(stream.read_u8().await.unwrap());
    }
}

#[tokio::test(start_paused = true)]
async fn all_others_hear_and_a_half_close_ends_only_what_one_says() {
    let room = Room::open().await;
    let (mut alice, mut bob, mut carol) =
        (room.enter().await, room.enter().await, room.enter().await);
    meet(&mut alice, &mut [&mut bob, &mut carol]).await;
    alice.write_all(b"to all of you.").await.unwrap();
    alice.shutdown().await.unwrap();
    hears(&mut bob, b"to all of you.").await;
    hears(&mut carol, b"to all of you.").await;
    bob.write_all(b"and back").await.unwrap();
    let mut heard = [0; 8];
    alice.read_exact(&mut heard).await.unwrap();
    // Her own words have not come back.
    assert_eq!(&heard, b"and back");
}

#[tokio::test(start_paused = true)]
async fn who_never_reads_is_dropped_with_notice_and_holds_up_nobody() {
    let mut room = Room::open().await;
    let (mut alice, mut bob, mut deaf) =
        (room.enter().await, room.enter().await, room.enter().await);
    meet(&mut alice, &mut [&mut bob, &mut deaf]).await;
    let all = vec![b'x'; 4 * QUEUE_BYTES_MAX];
    let talk = async {
        for piece in all.chunks(16 * 1024) {
            alice.write_all(piece).await.unwrap();
            let mut heard = vec![0; piece.len()];
            bob.read_exact(&mut heard).await.unwrap();
        }
    };
    tokio::time::timeout(Duration::from_secs(1), talk)
        .await
        .unwrap();
    let notice = room.errors.recv().await.unwrap();
    assert_eq!(
        notice,
        "broadcast mem:room: dropped, since it did not read what others sent"
    );
    assert_eq!(room.engine.sessions().len(), 2);
    // What had left its queue can still be read; what comes then is no end.
    let mut rest = Vec::new();
    let end = deaf.read_to_end(&mut rest).await.unwrap_err();
    assert_eq!(end.kind(), io::ErrorKind::ConnectionReset);
    assert!(rest.len() < QUEUE_BYTES_MAX);
}

#[tokio::test(start_paused = true)]
async fn the_room_closes_politely() {
    let room = Room::open().await;
    let (mut alice, mut bob) = (room.enter().await, room.enter().await);
    meet(&mut alice, &mut [&mut bob]).await;
    let (drained, heard) = tokio::join!(room.engine.drain(Duration::from_secs(10)), async {
        let mut heard = Vec::new();
        bob.read_to_end(&mut heard).await.unwrap();
        heard
    });
    assert_eq!((drained.finished, drained.cut), (2, 0));
    assert!(heard.iter().all(|byte| *byte == b'?'));
}

#[tokio::test(start_paused = true)]
async fn what_was_said_before_the_room_closes_is_heard() {
    for door in ["mem:room", "mem:lines +line"] {
        let room = Room::at(Endpoint::parse(door).unwrap()).await;
        let (mut alice, mut bob) = (room.enter().await, room.enter().await);
        while room.members() < 2 {
            tokio::task::yield_now().await;
        }
        let line = format!("{}\n", "x".repeat(99));
        let said = line.repeat(LINES).into_bytes();
        alice.write_all(&said).await.unwrap();
        let all_is_said = || {
            let said = |row: &SessionRow| row.bytes_in >= (LINES * 99) as u64;
            room.engine.sessions().iter().any(said)
        };
        while !all_is_said() {
            tokio::task::yield_now().await;
        }
        let mut heard = Vec::new();
        let (drained, read) = tokio::join!(
            room.engine.drain(Duration::from_secs(10)),
            bob.read_to_end(&mut heard)
        );
        read.unwrap();
        assert!(heard == said, "{door}: {} bytes", heard.len());
        assert_eq!(drained.cut, 0);
    }
}

/// Lines that are said: as many as wait for one, and more than passes at once.
const LINES: usize = QUEUE_PIECES_MAX - 96;

#[tokio::test]
async fn who_has_missed_something_sees_a_reset() {
    let room = Room::at(Endpoint::parse("127.0.0.1:0").unwrap()).await;
    let (mut alice, mut deaf) = (room.enter().await, room.enter().await);
    meet(&mut alice, &mut [&mut deaf]).await;
    alice.write_all(&vec![b'x'; 16 << 20]).await.unwrap();
    while room.members() == 2 {
        tokio::task::yield_now().await;
    }
    let read = deaf.read_to_end(&mut Vec::new()).await;
    assert_eq!(read.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn who_has_said_all_and_vanishes_is_noticed_at_once() {
    let mut room = Room::at(Endpoint::parse("127.0.0.1:0").unwrap()).await;
    let (mut alice, mut bob) = (room.enter().await, room.enter().await);
    meet(&mut alice, &mut [&mut bob]).await;
    bob.shutdown().await.unwrap();
    bob.reset();
    let notice = room.errors.recv().await.unwrap();
    assert!(notice.ends_with(": broken pipe"), "{notice}");

    let folder = tempfile::tempdir().unwrap();
    let socket = format!("unix:{}/room", folder.path().display());
    let mut room = Room::at(Endpoint::parse(&socket).unwrap()).await;
    let (mut alice, mut bob) = (room.enter().await, room.enter().await);
    meet(&mut alice, &mut [&mut bob]).await;
    bob.shutdown().await.unwrap();
    alice.write_all(b"still there?").await.unwrap();
    hears(&mut bob, b"still there?").await;
    drop(bob);
    assert_eq!(room.errors.recv().await.unwrap(), "");
}
