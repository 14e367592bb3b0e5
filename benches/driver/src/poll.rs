//! Which of many sockets can be read.

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use rustix::buffer::spare_capacity;
use rustix::event::{Timespec, epoll};

/// Watches sockets for readability, level-triggered.
#[derive(Debug)]
pub(crate) struct Poll {
    epoll: OwnedFd,
}

impl Poll {
    pub(crate) fn new() -> io::Result<Self> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        Ok(Self { epoll })
    }

    /// Watches a socket until it is closed; `token` names it in [`Poll::wait`].
    pub(crate) fn add(&self, socket: impl AsFd, token: usize) -> io::Result<()> {
        let data = epoll::EventData::new_u64(token as u64);
        Ok(epoll::add(
            &self.epoll,
            socket,
            data,
            epoll::EventFlags::IN,
        )?)
    }

    /// Waits until some can be read, or for so many nanoseconds, and returns their tokens.
    pub(crate) fn wait(&self, timeout_ns: Option<u64>) -> io::Result<Vec<usize>> {
        let timeout = timeout_ns.map(|ns| Timespec {
            tv_sec: (ns / 1_000_000_000).cast_signed(),
            tv_nsec: (ns % 1_000_000_000).cast_signed(),
        });
        let mut events = Vec::with_capacity(EVENTS_MAX);
        epoll::wait(&self.epoll, spare_capacity(&mut events), timeout.as_ref())?;
        Ok(events
            .iter()
            .map(|event| event.data.u64() as usize)
            .collect())
    }
}

const EVENTS_MAX: usize = 512;
