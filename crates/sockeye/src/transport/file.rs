//! `file:`: a file, read from its start to its end, or written by what `+file` says.
//!
//! A thread for each direction blocks in the system calls. A bare file is read only: bytes for it are
//! an error. One that is written is not read: its own end comes when the other side's has come.
//! Invariant: a byte counts as written only once the system call that wrote it has returned.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};

use rustix::event::PollFlags;
use rustix::fs::OFlags;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::lane::{Lane, PIECE_BYTES, until_done};
use crate::endpoint::{Endpoint, FileOptions};
use crate::error::{Error, ErrorKind, words};
use crate::io::{ConnectionInfo, Conversation, Layered, Stream};

pub(super) fn connect(
    endpoint: &Endpoint,
    path: &Path,
) -> Result<(Conversation, ConnectionInfo), Error> {
    let options = endpoint.file();
    if options.append && (options.truncate || options.offset_bytes > 0) {
        let why = "append of +file excludes truncate and offset";
        return Err(Error::new(ErrorKind::ConfigUsage, "open", endpoint, why));
    }
    let kind = match options.writes() {
        true => ErrorKind::LocalWrite,
        false => ErrorKind::LocalRead,
    };
    let stream = open(path, &options).map_err(|error| {
        let failed = Error::new(kind, "open", endpoint, words(&error));
        match error.kind() {
            io::ErrorKind::NotFound if options.writes() => {
                failed.with_hint("create of +file makes the file")
            }
            io::ErrorKind::AlreadyExists => {
                failed.with_hint("truncate or append of +file says what becomes of what is in it")
            }
            _ => failed,
        }
    })?;
    let info = ConnectionInfo {
        peer_text: format!("file:{}", path.display()),
        ..ConnectionInfo::default()
    };
    Ok((Conversation::Stream(Stream::layered(stream)), info))
}

fn open(path: &Path, options: &FileOptions) -> io::Result<FileStream> {
    let in_place = options.truncate || options.append || options.offset_bytes > 0;
    let mut file = OpenOptions::new()
        .read(!options.writes())
        .write(options.writes() && !options.append)
        .append(options.append)
        .truncate(options.truncate)
        .create(options.create && in_place)
        .create_new(options.create && !in_place)
        // A named pipe without its other end must not stop everything else.
        .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
        .open(path)?;
    if options.offset_bytes > 0 {
        file.seek(SeekFrom::Start(options.offset_bytes))?;
    }
    match options.writes() {
        true => FileStream::writing(file),
        false => FileStream::reading(file, READ_ONLY),
    }
}

fn read(file: &File, buffer: &mut [u8]) -> io::Result<usize> {
    until_done(file.as_fd(), PollFlags::IN, |file| {
        rustix::io::read(file, &mut *buffer)
    })
}

fn write(file: &File, buffer: &mut [u8]) -> io::Result<usize> {
    until_done(file.as_fd(), PollFlags::OUT, |file| {
        rustix::io::write(file, buffer)
    })
}

/// A file as one side of a relay.
#[derive(Debug)]
pub(super) struct FileStream {
    way: Way,
    /// Why one that is read takes no bytes.
    read_only: &'static str,
    /// Why it takes no more: nobody is there to go on reading for.
    broken: Option<Broken>,
}

/// Why nothing can be written.
#[derive(Debug, Clone, Copy)]
enum Broken {
    ReadOnly,
    System(Option<i32>),
}

impl Broken {
    fn error(self, read_only: &'static str) -> io::Error {
        match self {
            Self::ReadOnly => io::Error::other(read_only),
            Self::System(Some(code)) => io::Error::from_raw_os_error(code),
            Self::System(None) => io::ErrorKind::BrokenPipe.into(),
        }
    }
}

#[derive(Debug)]
enum Way {
    Reading {
        input: Lane,
        /// What was read, and how much of it was given on.
        arrived: Vec<u8>,
        given: usize,
    },
    Writing {
        output: Lane,
        ended: bool,
        /// Who waits for the end.
        reader: Option<Waker>,
    },
}

impl FileStream {
    /// Reads an open file to its end; `read_only` says why it takes no bytes.
    pub(super) fn reading(file: File, read_only: &'static str) -> io::Result<Self> {
        let way = Way::Reading {
            input: Lane::start("file", move |buffer| read(&file, buffer))?,
            arrived: Vec::new(),
            given: 0,
        };
        Ok(Self {
            way,
            read_only,
            broken: None,
        })
    }

    /// Writes an open file.
    pub(super) fn writing(file: File) -> io::Result<Self> {
        let way = Way::Writing {
            output: Lane::start("file", move |buffer| write(&file, buffer))?,
            ended: false,
            reader: None,
        };
        Ok(Self {
            way,
            read_only: "",
            broken: None,
        })
    }
}

impl Layered for FileStream {}

impl AsyncRead for FileStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if let Some(broken) = self.broken {
            return Poll::Ready(Err(broken.error(self.read_only)));
        }
        match &mut self.way {
            Way::Writing { ended: true, .. } => Poll::Ready(Ok(())),
            Way::Writing { reader, .. } => {
                *reader = Some(cx.waker().clone());
                Poll::Pending
            }
            Way::Reading {
                input,
                arrived,
                given,
            } => {
                if *given == arrived.len() {
                    if !input.busy {
                        let mut buffer = std::mem::take(arrived);
                        buffer.resize(PIECE_BYTES, 0);
                        input.begin(buffer);
                        *given = 0;
                    }
                    let (buffer, count) = ready!(input.poll_done(cx));
                    *arrived = buffer;
                    arrived.truncate(count?);
                }
                let rest = arrived.get(*given..).unwrap_or_default();
                let count = rest.len().min(buf.remaining());
                buf.put_slice(rest.get(..count).unwrap_or_default());
                *given += count;
                Poll::Ready(Ok(()))
            }
        }
    }
}

impl AsyncWrite for FileStream {
    /// Hands a copy of `buf` to the thread and completes when that has written it; a caller that
    /// was told to wait calls again with the same bytes.
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let Way::Writing { output, .. } = &mut self.way else {
            self.broken = Some(Broken::ReadOnly);
            return Poll::Ready(Err(Broken::ReadOnly.error(self.read_only)));
        };
        if !output.busy {
            let mut buffer = std::mem::take(&mut output.spare);
            buffer.clear();
            buffer.extend_from_slice(buf.get(..PIECE_BYTES).unwrap_or(buf));
            output.begin(buffer);
        }
        let (buffer, written) = ready!(output.poll_done(cx));
        output.spare = buffer;
        if let Err(error) = &written {
            self.broken = Some(Broken::System(error.raw_os_error()));
        }
        Poll::Ready(written)
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Way::Writing { ended, reader, .. } = &mut self.way {
            *ended = true;
            reader.take().into_iter().for_each(Waker::wake);
        }
        Poll::Ready(Ok(()))
    }
}

/// Why a bare file takes no bytes.
const READ_ONLY: &str =
    "it is open for reading only (+file with create, truncate or append writes)";
