//! Scripts against hand-written ends.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::Instant;

use super::*;

fn played(script: &str) -> Stream {
    Stream::layered(Mock::new(steps(script).unwrap()))
}

async fn read_all(stream: &mut Stream) -> io::Result<String> {
    let mut text = String::new();
    stream.read_to_string(&mut text).await.map(|_| text)
}

#[tokio::test]
async fn a_dialogue_goes_through_byte_by_byte() {
    let mut stream = played(r#"send "220 "; expect "HELO"; send "250"; expect end; send "bye""#);
    let mut greeting = [0; 4];
    stream.read_exact(&mut greeting).await.unwrap();
    for byte in b"HELO" {
        stream.write_all(&[*byte]).await.unwrap();
    }
    stream.read_exact(&mut greeting[..3]).await.unwrap();
    stream.shutdown().await.unwrap();
    assert_eq!(read_all(&mut stream).await.unwrap(), "bye");
}

#[tokio::test(start_paused = true)]
async fn pauses_take_their_time_and_the_order_is_kept() {
    let began = Instant::now();
    let stream = played(r#"expect "a"; pause 5s; send "b"; pause 7s; expect "c"; send end"#);
    let (mut reader, mut writer) = tokio::io::split(stream);
    let write = async {
        writer.write_all(b"ac").await.unwrap();
        assert_eq!(began.elapsed(), Duration::from_secs(12));
        writer.shutdown().await.unwrap();
    };
    let read = async {
        let mut byte = [0];
        reader.read_exact(&mut byte).await.unwrap();
        assert_eq!(began.elapsed(), Duration::from_secs(5));
        assert_eq!(reader.read(&mut byte).await.unwrap(), 0);
        assert_eq!(began.elapsed(), Duration::from_secs(12));
    };
    tokio::join!(write, read);
}

#[tokio::test]
async fn what_was_not_expected_is_shown_on_both_sides() {
    let mut stream = played(r#"expect "HELO\r\n""#);
    stream.write_all(b"HE").await.unwrap();
    let expected = r#"step 1: expected "HELO\r\n", got "HELX""#;
    let error = stream.write_all(b"LX").await.unwrap_err();
    assert_eq!(error.to_string(), expected);
    assert_eq!(
        read_all(&mut stream).await.unwrap_err().to_string(),
        expected
    );

    let mut stream = played(r#"send "hi"; expect "abc""#);
    let error = stream.shutdown().await.unwrap_err();
    assert_eq!(error.to_string(), r#"step 2: expected "abc", got the end"#);

    let mut stream = played(r#"expect "abc""#);
    stream.write_all(b"ab").await.unwrap();
    let error = stream.shutdown().await.unwrap_err();
    let expected = r#"step 1: expected "abc", got the end after "ab""#;
    assert_eq!(error.to_string(), expected);

    let mut stream = played(r#"expect "a""#);
    stream.write_all(b"a").await.unwrap();
    let error = stream.write_all(&[0; 100]).await.unwrap_err().to_string();
    assert!(error.starts_with(r#"after the last step: expected the end, got "\x00"#));
    assert!(error.ends_with("and 36 bytes more"), "{error}");
}

#[tokio::test]
async fn close_and_reset_end_both_ways() {
    let mut stream = played("close");
    assert_eq!(read_all(&mut stream).await.unwrap(), "");
    let error = stream.write_all(b"x").await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    let mut stream = played("send \"x\"; reset");
    let error = read_all(&mut stream).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
}
