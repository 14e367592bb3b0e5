//! Bytes through zstd: whole, at once, however they are cut, and no more of them than are wanted.

use std::io::Read;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;

/// Returns a stream with the layer, and the bare other end of it.
fn wrapped(buffer_bytes: usize) -> (Stream, tokio::io::DuplexStream) {
    let (near, far) = tokio::io::duplex(buffer_bytes);
    let near = Zstd { level: 3 }.wrap(Stream::layered(near));
    (near, far)
}

/// Writes compressed bytes, ends, and returns what is read of them.
async fn read_of(compressed: Vec<u8>) -> io::Result<Vec<u8>> {
    let (mut near, mut far) = wrapped(100);
    let mut received = Vec::new();
    let (read, ()) = tokio::join!(near.read_to_end(&mut received), async {
        // A reader that gives up does not take all.
        let _ = far.write_all(&compressed).await;
        let _ = far.shutdown().await;
    });
    read.map(|_| received)
}

fn sample() -> Vec<u8> {
    (0..300_000u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 27) as u8)
        .collect()
}

#[tokio::test]
async fn bytes_go_both_ways_and_a_reply_comes_after_half_close() {
    let (near, far) = tokio::io::duplex(1000);
    let [mut near, mut far] = [near, far].map(|end| Zstd { level: 1 }.wrap(Stream::layered(end)));
    let sent = sample();
    let mut received = Vec::new();
    let (near_done, far_done) = tokio::join!(
        async {
            near.write_all(&sent).await?;
            near.shutdown().await?;
            near.read_to_end(&mut received).await
        },
        async {
            let mut request = Vec::new();
            far.read_to_end(&mut request).await?;
            far.write_all(&request).await?;
            far.shutdown().await
        }
    );
    near_done.unwrap();
    far_done.unwrap();
    assert!(received == sent);
}

#[tokio::test]
async fn what_is_written_can_be_read_at_once() {
    let (near, far) = tokio::io::duplex(1000);
    let [mut near, mut far] = [near, far].map(|end| Zstd { level: 19 }.wrap(Stream::layered(end)));
    for byte in 0..100 {
        near.write_all(&[byte]).await.unwrap();
        near.flush().await.unwrap();
        let mut received = [0];
        far.read_exact(&mut received).await.unwrap();
        assert_eq!(received, [byte]);
    }
}

#[tokio::test]
async fn each_end_is_a_whole_frame() {
    let sent = sample();
    for sent in [&sent[..], b""] {
        let (mut near, mut far) = wrapped(1000);
        let mut compressed = Vec::new();
        let (written, read) = tokio::join!(
            async {
                near.write_all(sent).await?;
                near.shutdown().await
            },
            far.read_to_end(&mut compressed)
        );
        written.unwrap();
        read.unwrap();
        assert!(zstd::decode_all(&compressed[..]).unwrap() == sent);
    }
}

#[tokio::test]
async fn frames_behind_each_other_are_one_stream() {
    let sent = sample();
    let mut compressed = zstd::encode_all(&sent[..], 5).unwrap();
    // A frame to be skipped, of three bytes (RFC 8878 section 3.1.2).
    compressed.extend(b"\x50\x2a\x4d\x18\x03\0\0\0abc");
    compressed.extend(zstd::encode_all(&b"and more"[..], 1).unwrap());
    assert!(read_of(compressed).await.unwrap() == [&sent[..], b"and more"].concat());
    assert!(read_of(Vec::new()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_frame_that_is_cut_anywhere_is_no_end() {
    let whole = zstd::encode_all(&b"a frame with a checksum"[..], 1).unwrap();
    for length in 1..whole.len() {
        let error = read_of(whole[..length].to_vec()).await.unwrap_err();
        assert_eq!(error.to_string(), CUT, "{length}");
    }
}

#[tokio::test]
async fn what_is_no_zstd_or_wants_too_much_is_refused() {
    let error = read_of(b"GET / HTTP/1.1\r\n\r\n".to_vec())
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "what the peer sends is not zstd");
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
    encoder.window_log(WINDOW_BITS_MAX + 1).unwrap();
    io::Write::write_all(&mut encoder, b"x").unwrap();
    io::Write::flush(&mut encoder).unwrap();
    let error = read_of(encoder.finish().unwrap()).await.unwrap_err();
    assert!(
        error.to_string().contains("a window of more than 8 MiB"),
        "{error}"
    );
    let mut checked = zstd::Encoder::new(Vec::new(), 1).unwrap();
    checked.include_checksum(true).unwrap();
    io::Write::write_all(&mut checked, &sample()).unwrap();
    let mut changed = checked.finish().unwrap();
    let last = changed.len() - 1;
    changed[last] ^= 1;
    let error = read_of(changed).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{error}");
}

#[tokio::test]
async fn a_bomb_goes_off_as_slowly_as_it_is_read() {
    let zeros = io::repeat(0).take(64 << 20);
    let bomb = zstd::encode_all(zeros, 1).unwrap();
    let inner = tokio::io::duplex(1 << 20);
    let mut stream = ZstdStream {
        stream: Stream::layered(inner.0),
        level: 3,
        encoder: None,
        decoder: None,
        unsent: Unsent::default(),
        arrived: Bytes::new(),
        in_frame: false,
        has_more: false,
        closed: false,
    };
    let mut far = inner.1;
    far.write_all(&bomb).await.unwrap();
    far.shutdown().await.unwrap();
    let mut room = vec![1; 1000];
    let count = stream.read(&mut room).await.unwrap();
    assert!(room[..count].iter().all(|byte| *byte == 0));
    let waits = stream.arrived.len();
    assert!(waits > 0 && waits <= TAKE_BYTES, "{waits}");
    let mut total = count;
    loop {
        match stream.read(&mut room).await.unwrap() {
            0 => break,
            count => total += count,
        }
    }
    assert_eq!(total, 64 << 20);
}
