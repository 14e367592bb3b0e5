//! Bytes through zstd: whole, at once, however they are cut, and no more of them than are wanted.

use std::io::Read;

use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::time::timeout;

use super::codec::WINDOW_BITS_MAX;
use super::*;
use crate::engine::{Engine, EngineLimits};

fn settings(level: i32) -> Zstd {
    Zstd {
        level,
        window_bits: WINDOW_BITS,
    }
}

/// Returns a stream with the layer, and the bare other end of it.
fn wrapped(buffer_bytes: usize) -> (Stream, DuplexStream) {
    let (near, far) = tokio::io::duplex(buffer_bytes);
    let near = settings(3).wrap(Stream::layered(near));
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
    let [mut near, mut far] = [near, far].map(|end| settings(1).wrap(Stream::layered(end)));
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
    let [mut near, mut far] = [near, far].map(|end| settings(19).wrap(Stream::layered(end)));
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
    let mut stream = ZstdStream::new(settings(3), Stream::layered(inner.0));
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

/// Both ends of a connection through which nothing has passed.
fn pair(buffer_bytes: usize) -> [ZstdStream; 2] {
    let (near, far) = tokio::io::duplex(buffer_bytes);
    [near, far].map(|end| ZstdStream::new(settings(3), Stream::layered(end)))
}

/// Lets both ends wait for bytes for long enough that frames end.
async fn rest(ends: &mut [ZstdStream; 2]) {
    let [near, far] = ends;
    let (mut one, mut other) = ([0], [0]);
    let both = async { tokio::join!(near.read(&mut one), far.read(&mut other)) };
    assert!(timeout(3 * PAUSE, both).await.is_err(), "nothing is sent");
}

/// Sends `bytes` to `far` and reads them there.
async fn say(near: &mut ZstdStream, far: &mut ZstdStream, bytes: &[u8]) {
    let mut received = vec![0; bytes.len()];
    let (sent, read) = tokio::join!(
        async {
            near.write_all(bytes).await?;
            near.flush().await
        },
        far.read_exact(&mut received)
    );
    sent.unwrap();
    read.unwrap();
    assert!(received == bytes);
}

fn holds_nothing(end: &ZstdStream) -> bool {
    end.frame.is_none() && end.decoder.is_none() && end.unsent.len() == 0
}

#[tokio::test(start_paused = true)]
async fn a_session_at_rest_gives_its_memory_back_and_goes_on() {
    // The smallest buffer makes the end of a frame wait for the stream beneath.
    for buffer_bytes in [1, 3, 1000] {
        let mut ends = pair(buffer_bytes);
        for round in 0..3 {
            let [near, far] = &mut ends;
            assert!(holds_nothing(near) && holds_nothing(far), "{round}");
            say(near, far, b"is anybody there?").await;
            say(far, near, b"yes").await;
            assert!(near.frame.is_some() && near.decoder.is_some());
            assert!(far.frame.is_some() && far.decoder.is_some());
            rest(&mut ends).await;
            for end in &ends {
                assert!(holds_nothing(end), "{round} {end:?}");
                assert!(end.has_begun && end.arrived[..] == MAGIC);
            }
        }
        let [mut near, mut far] = ends;
        let mut room = [0];
        let (ended, read) = tokio::join!(near.shutdown(), far.read(&mut room));
        ended.unwrap();
        assert_eq!(read.unwrap(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_frame_goes_on_while_pauses_are_short() {
    let mut ends = pair(1000);
    for _ in 0..10 {
        let [near, far] = &mut ends;
        say(near, far, b"again").await;
        let waits = timeout(PAUSE - Duration::from_millis(1), near.read_u8());
        assert!(waits.await.is_err());
        assert!(near.frame.is_some());
    }
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_waited_before_the_first_write_ends_the_frame() {
    let (near, mut far) = wrapped(1000);
    let (mut reader, mut writer) = tokio::io::split(near);
    let engine = Engine::new(EngineLimits::default()).unwrap();
    let waits = engine.spawn(async move { assert!(reader.read_u8().await.is_err()) });
    tokio::task::yield_now().await;
    writer.write_all(b"hello").await.unwrap();
    writer.flush().await.unwrap();
    let mut sent = Vec::new();
    while !sent.ends_with(&MAGIC) {
        let more = timeout(3 * PAUSE, far.read_buf(&mut sent)).await;
        assert!(more.expect("the end of a frame").unwrap() > 0);
    }
    let frame = &sent[..sent.len() - MAGIC.len()];
    assert_eq!(zstd::decode_all(frame).unwrap(), b"hello");
    waits.abort();
}

/// Takes one write, no other, and never has anything to read.
#[derive(Debug)]
struct Once(bool);

impl AsyncRead for Once {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Poll::Pending
    }
}

impl AsyncWrite for Once {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(match std::mem::replace(&mut self.0, true) {
            false => Ok(buf.len()),
            true => Err(io::ErrorKind::BrokenPipe.into()),
        })
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl Layered for Once {}

#[tokio::test(start_paused = true)]
async fn who_writes_next_is_told_that_a_frame_could_not_end() {
    let mut near = ZstdStream::new(settings(3), Stream::layered(Once(false)));
    near.write_all(b"hello").await.unwrap();
    near.flush().await.unwrap();
    assert!(timeout(3 * PAUSE, near.read_u8()).await.is_err());
    assert!(near.frame.is_none());
    let error = near.flush().await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
}

/// Writes the parts with a pause behind each, and returns what is sent.
async fn sent_with_pauses(parts: &[&[u8]]) -> Vec<u8> {
    let (mut near, mut far) = wrapped(64);
    let mut sent = Vec::new();
    let write = async {
        for part in parts {
            near.write_all(part).await.unwrap();
            near.flush().await.unwrap();
            let waits = timeout(3 * PAUSE, near.read_u8()).await;
            assert!(waits.is_err(), "nothing is sent");
        }
        near.shutdown().await.unwrap();
    };
    let (read, ()) = tokio::join!(far.read_to_end(&mut sent), write);
    read.unwrap();
    sent
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_is_cut_in_a_pause_or_anywhere_is_no_end() {
    let sent = sent_with_pauses(&[b"one", b"two"]).await;
    assert_eq!(sent.windows(4).filter(|four| *four == MAGIC).count(), 3);
    assert_eq!(zstd::decode_all(&sent[..]).unwrap(), b"onetwo");
    for length in 1..sent.len() {
        // Between two frames that the layer sends there is no edge of what it sends at once.
        let whole = zstd::decode_all(&sent[..length]).is_ok();
        match read_of(sent[..length].to_vec()).await {
            Ok(_) => assert!(whole, "{length}"),
            Err(error) => assert_eq!(error.to_string(), CUT, "{length}"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn pauses_anywhere_change_nothing_of_what_is_read(
        bytes in prop::collection::vec(0u8..4, 0..3000),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        room_bytes in 1usize..50,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let mut at: Vec<_> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        at.extend([0, bytes.len()]);
        at.sort_unstable();
        let parts: Vec<_> = at.windows(2).map(|part| &bytes[part[0]..part[1]]).collect();
        let sent = runtime.block_on(sent_with_pauses(&parts));
        prop_assert!(zstd::decode_all(&sent[..]).unwrap() == bytes);
        let received = runtime.block_on(async {
            let (mut near, mut far) = wrapped(1);
            let (mut received, mut room) = (Vec::<u8>::new(), vec![0; room_bytes]);
            let read = async {
                loop {
                    match near.read(&mut room).await.unwrap() {
                        0 => break,
                        count => received.extend_from_slice(&room[..count]),
                    }
                }
            };
            let write = async {
                far.write_all(&sent).await.unwrap();
                far.shutdown().await.unwrap();
            };
            tokio::join!(read, write);
            received
        });
        prop_assert!(received == bytes);
    }
}
