//! A layer of one's own is a value: it wraps a stream, and what it yields is a stream again.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use sockeye::io::{Layered, Stream};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf, duplex};

/// Makes every letter that is read upper case; what is written passes as it is.
#[derive(Debug)]
struct Upper(Stream);

impl AsyncRead for Upper {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.0).poll_read(cx, buf))?;
        buf.filled_mut()[before..].make_ascii_uppercase();
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Upper {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

impl Layered for Upper {}

#[tokio::main]
async fn main() -> io::Result<()> {
    let (mut peer, ours) = duplex(1024);
    let mut stream = Stream::layered(Upper(Stream::layered(ours)));
    peer.write_all(b"sockeye").await?;
    peer.shutdown().await?;
    let mut said = String::new();
    stream.read_to_string(&mut said).await?;
    assert_eq!(said, "SOCKEYE");
    Ok(())
}
