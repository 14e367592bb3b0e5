//! Frames of zstd, made and read by the reference implementation.

use std::io;

use zstd::stream::raw::{CParameter, DParameter, Decoder, Encoder, InBuffer, Operation, OutBuffer};
use zstd::zstd_safe::compress_bound;

pub(super) fn encoder(level: i32, window_bits: u32) -> io::Result<Encoder<'static>> {
    let mut encoder = Encoder::new(level)?;
    encoder.set_parameter(CParameter::WindowLog(window_bits))?;
    encoder.set_parameter(CParameter::ChecksumFlag(true))?;
    Ok(encoder)
}

pub(super) fn decoder() -> io::Result<Decoder<'static>> {
    let mut decoder = Decoder::new()?;
    decoder.set_parameter(DParameter::WindowLogMax(WINDOW_BITS_MAX))?;
    Ok(decoder)
}

/// Adds `piece`, compressed and flushed, to `made`.
pub(super) fn compress(
    encoder: &mut Encoder<'_>,
    mut piece: &[u8],
    made: &mut Vec<u8>,
) -> io::Result<()> {
    let room = compress_bound(piece.len());
    fill(made, room, |out| {
        let mut input = InBuffer::around(piece);
        encoder.run(&mut input, out)?;
        piece = piece.get(input.pos()..).unwrap_or_default();
        match piece.is_empty() {
            true => encoder.flush(out),
            false => Ok(piece.len()),
        }
    })
}

/// Adds the end of the frame to `made`.
pub(super) fn finish(encoder: &mut Encoder<'_>, made: &mut Vec<u8>) -> io::Result<()> {
    fill(made, 0, |out| encoder.finish(out, true))
}

/// Calls `write` with room at the end of `made` until it has nothing left to write.
fn fill(
    made: &mut Vec<u8>,
    room: usize,
    mut write: impl FnMut(&mut OutBuffer<'_, Vec<u8>>) -> io::Result<usize>,
) -> io::Result<()> {
    let mut left = room;
    loop {
        made.reserve(left + BLOCK_OVERHEAD_BYTES);
        let at = made.len();
        left = write(&mut OutBuffer::around_pos(made, at))?;
        if left == 0 {
            return Ok(());
        }
    }
}

/// Says why bytes cannot be decoded as a person reads it.
pub(super) fn not_readable(error: io::Error) -> io::Error {
    let said = error.to_string();
    let why = match said.as_str() {
        "Unknown frame descriptor" => "what the peer sends is not zstd",
        "Frame requires too much memory for decoding" => {
            "the peer compresses with a window of more than 8 MiB"
        }
        _ => return io::Error::new(io::ErrorKind::InvalidData, format!("zstd: {said}")),
    };
    io::Error::new(io::ErrorKind::InvalidData, why)
}

/// Room for the headers of a frame and a block and for the checksum, bytes (RFC 8878 section 3.1.1).
const BLOCK_OVERHEAD_BYTES: usize = 32;
/// The largest window that a peer may ask for: 8 MiB, what every decoder should have (RFC 8878 section
/// 3.1.1.1.2), and what levels up to 19 need.
pub(super) const WINDOW_BITS_MAX: u32 = 23;
/// The first bytes of a frame (RFC 8878 section 3.1.1).
pub(super) const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
