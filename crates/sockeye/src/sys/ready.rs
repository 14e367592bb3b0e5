//! Which of many sockets have something to say, learned in one call: epoll(7).

#[cfg(target_os = "linux")]
pub(crate) use set::ReadySet;
#[cfg(not(target_os = "linux"))]
pub(crate) use unsupported::ReadySet;

#[cfg(target_os = "linux")]
mod set {
    #![allow(unsafe_code, reason = "tokio cannot know that a descriptor stays open")]

    use std::io;
    use std::mem::MaybeUninit;
    use std::os::fd::{BorrowedFd, OwnedFd};

    use rustix::event::Timespec;
    use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
    use tokio::io::Interest;
    use tokio::io::unix::AsyncFd;

    /// Sockets to look after. One has to be taken out before it is closed.
    #[derive(Debug)]
    pub(crate) struct ReadySet(AsyncFd<OwnedFd>);

    impl ReadySet {
        /// Makes an empty one.
        ///
        /// # Errors
        /// There is no descriptor left, or the system has nothing of the kind.
        pub(crate) fn new() -> io::Result<Self> {
            let set = epoll::create(CreateFlags::CLOEXEC)?;
            // SAFETY: an `OwnedFd` is open until it is dropped, always under the same number, and it is
            // dropped with what is made here only.
            let registered = unsafe { AsyncFd::register_with_interest(set, Interest::READABLE) };
            Ok(Self(registered?))
        }

        /// Looks after a socket as well: `token` stands for it.
        ///
        /// # Errors
        /// It is in there already, or the system's limit is reached.
        pub(crate) fn add(&self, socket: BorrowedFd<'_>, token: u64) -> io::Result<()> {
            let data = EventData::new_u64(token);
            Ok(epoll::add(self.0.get_ref(), socket, data, EventFlags::IN)?)
        }

        /// Takes a socket out.
        ///
        /// # Errors
        /// It is not in there.
        pub(crate) fn remove(&self, socket: BorrowedFd<'_>) -> io::Result<()> {
            Ok(epoll::delete(self.0.get_ref(), socket)?)
        }

        /// Waits until there are some that have something to say or have failed, and passes their tokens to
        /// `take`, which returns whether one of these may have more.
        ///
        /// # Errors
        /// What the system reports.
        pub(crate) async fn next(&self, take: impl FnOnce(&[u64]) -> bool) -> io::Result<()> {
            let mut guard = self.0.readable().await?;
            let mut room = [MaybeUninit::<Event>::uninit(); MOST];
            let no_time = Timespec::default();
            let (ready, _) = epoll::wait(self.0.get_ref(), &mut room, Some(&no_time))?;
            let mut tokens = [0; MOST];
            for (token, event) in tokens.iter_mut().zip(&*ready) {
                *token = event.data.u64();
            }
            let count = ready.len();
            // Who comes from here on makes the set ready anew.
            if !take(tokens.get(..count).unwrap_or_default()) && count < MOST {
                guard.clear_ready();
            }
            Ok(())
        }
    }

    /// Sockets told of at once: as many as make the call cheap beside what they have to say.
    const MOST: usize = 64;
}

#[cfg(not(target_os = "linux"))]
mod unsupported {
    use std::convert::Infallible;
    use std::io;
    use std::os::fd::BorrowedFd;

    /// What this system has not.
    #[derive(Debug)]
    pub(crate) struct ReadySet(Infallible);

    impl ReadySet {
        pub(crate) fn new() -> io::Result<Self> {
            Err(io::ErrorKind::Unsupported.into())
        }

        pub(crate) fn add(&self, _socket: BorrowedFd<'_>, _token: u64) -> io::Result<()> {
            match self.0 {}
        }

        pub(crate) fn remove(&self, _socket: BorrowedFd<'_>) -> io::Result<()> {
            match self.0 {}
        }

        pub(crate) async fn next(&self, _take: impl FnOnce(&[u64]) -> bool) -> io::Result<()> {
            match self.0 {}
        }
    }
}
