//! The new hub, as the old one sees it.

use std::time::Duration;

use tokio::net::UnixStream;
use tokio::time::timeout;

use super::{Given, READY, SEND, YOURS, hear, say, sockets};
use crate::endpoint::Endpoint;
use crate::hub::control::{Handed, Reply, reply_line};

/// A hub that asks to take over.
#[derive(Debug)]
pub struct Successor {
    stream: UnixStream,
    pid: u32,
}

impl Successor {
    pub(in crate::hub) fn new(stream: UnixStream, pid: u32) -> Self {
        Self { stream, pid }
    }

    /// Answers it with a line.
    pub(in crate::hub) async fn answer(mut self, line: &[u8]) -> std::io::Result<()> {
        say(&mut self.stream, line).await
    }

    /// Returns the number of its process, as it says.
    pub(super) fn pid(&self) -> u32 {
        self.pid
    }

    /// Hands everything to it and waits until it can accept.
    ///
    /// # Errors
    /// Why it cannot, in words; it does not accept then.
    pub(super) async fn give(mut self, given: &Given) -> Result<(), String> {
        self.offer(given).await?;
        let ready = timeout(READY_WAIT, hear(&mut self.stream, READY)).await;
        let ready = ready.map_err(|_| format!("was not ready in {} s", READY_WAIT.as_secs()))?;
        ready.map_err(|_| "ended before it was ready".to_owned())?;
        // It waits for this: while it does, it does not accept.
        let said = say(&mut self.stream, YOURS).await;
        said.map_err(|_| "ended before it accepted".to_owned())
    }

    async fn offer(&mut self, given: &Given) -> Result<(), String> {
        let row = |(at, sockets): (&Endpoint, usize)| Handed {
            at: at.to_string(),
            sockets,
        };
        let answer = reply_line(&Reply::Handed(given.counts().map(row).collect()));
        let offering = async {
            say(&mut self.stream, &answer).await?;
            hear(&mut self.stream, SEND).await?;
            sockets::send(&self.stream, &given.sockets()).await
        };
        match timeout(OFFER_WAIT, offering).await {
            Ok(offered) => offered.map_err(|_| "went before it had the sockets".to_owned()),
            Err(_) => Err("does not take the sockets".to_owned()),
        }
    }
}

/// How long it may take to ask for the sockets and to receive them.
const OFFER_WAIT: Duration = Duration::from_secs(10);
/// How long it may take to open the store, also one that a newer version brings up to date.
const READY_WAIT: Duration = Duration::from_secs(120);

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use tokio::io::{AsyncBufReadExt, BufReader};

    use super::*;

    fn given() -> Given {
        let mut given = Given::default();
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        given.add(Endpoint::parse("127.0.0.1:0").unwrap(), vec![socket.into()]);
        given
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_is_silent_gets_nothing_for_good() {
        let (here, mut there) = UnixStream::pair().unwrap();
        let given = given();
        let giving = Successor::new(here, 7).give(&given);
        assert_eq!(giving.await.unwrap_err(), "does not take the sockets");
        let mut line = String::new();
        let mut said = BufReader::new(&mut there);
        said.read_line(&mut line).await.unwrap();
        assert!(line.contains("tcp://127.0.0.1:0"), "{line}");
        line.clear();
        assert_eq!(said.read_line(&mut line).await.unwrap(), 0, "it is told");
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_takes_too_long_is_not_waited_for() {
        let (here, mut there) = UnixStream::pair().unwrap();
        let given = given();
        let taking = async {
            BufReader::with_capacity(1, &mut there)
                .read_line(&mut String::new())
                .await
                .unwrap();
            say(&mut there, SEND).await.unwrap();
            let sockets = sockets::receive(&there, 1).await.unwrap();
            (sockets, hear(&mut there, YOURS).await)
        };
        let (given, (sockets, heard)) = tokio::join!(Successor::new(here, 7).give(&given), taking);
        assert_eq!(given.unwrap_err(), "was not ready in 120 s");
        assert_eq!(sockets.len(), 1);
        assert!(heard.is_err(), "it must not accept");
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_talks_otherwise_gets_nothing() {
        let (here, mut there) = UnixStream::pair().unwrap();
        let given = given();
        let (given, ()) = tokio::join!(Successor::new(here, 7).give(&given), async {
            say(&mut there, b"SEND\n").await.unwrap();
        });
        assert_eq!(given.unwrap_err(), "went before it had the sockets");
    }
}
