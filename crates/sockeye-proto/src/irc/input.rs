//! What goes into the [pipeline](super::pipeline) and what comes out.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt::Write as _;

use bytes::Bytes;

pub use super::account::AccountRef;
use super::account::{Answer, AnswerError, Question};
use super::caps::Caps;
use super::deed::Deed;
use super::event::Record;
use super::history::HistoryRequest;
use super::id::{AccountId, SessionId};
use super::message::Message;
pub use super::metadata::Early;
use super::multiline::ClientBatch;

/// Something that a connection, or the hub, asks of the network.
#[derive(Debug, Clone)]
pub enum Input {
    /// A client has said all that registration needs. Answered by [`Output::Entered`] or
    /// [`Output::NickRefused`].
    Enter(Candidate),
    /// A line of a registered client.
    Line {
        /// Who sent it.
        session: SessionId,
        /// The line, decoded.
        message: Message,
    },
    /// A line of a registered client that names a stored message: REDACT.
    Naming {
        /// Who sent it.
        session: SessionId,
        /// The line, decoded.
        message: Message,
        /// What the store holds under the id, whosever it is; `None`: nothing, or it cannot be
        /// read.
        found: Option<Record>,
    },
    /// A batch of a registered client.
    Batch {
        /// Who sent it.
        session: SessionId,
        /// All of it.
        batch: ClientBatch,
    },
    /// Lines that a registered client's connection produced itself and that must keep their place
    /// among the replies (for example to AUTHENTICATE). Numerics for `*` get the client's nick.
    Reply {
        /// Who receives them.
        session: SessionId,
        /// Complete lines, each with CR LF.
        lines: Bytes,
    },
    /// A registered client has logged in.
    Login {
        /// Who.
        session: SessionId,
        /// As which account.
        account: AccountRef,
    },
    /// The answer to [`Output::Ask`]; it has no `Done` of its own.
    Answer {
        /// Who asked.
        session: SessionId,
        /// What the hub says.
        answer: Result<Answer, AnswerError>,
    },
    /// A client is to be shown with another user name or host.
    Host {
        /// Who.
        session: SessionId,
        /// Its user name from now on.
        user: String,
        /// Its host from now on.
        host: String,
    },
    /// Time has passed, or the settings have changed: who stays and may not any more has to go.
    Expire,
    /// The client that stays for an account has to go, if there is one.
    Retire {
        /// Which account.
        account: AccountId,
        /// What the others read in its QUIT.
        reason: String,
    },
    /// A client is gone or is to go; valid in any state, also before [`Input::Enter`] was answered.
    Leave {
        /// Who.
        session: SessionId,
        /// What the others read in its QUIT.
        reason: String,
    },
}

/// A client at the end of registration.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The slot and generation that the caller chose; free at this moment.
    pub session: SessionId,
    /// The wanted nick, valid as text; the network decides whether it is free.
    pub nick: String,
    /// The user name, without `~`.
    pub user: String,
    /// The shown host.
    pub host: String,
    /// The real name.
    pub realname: String,
    /// The capabilities agreed on.
    pub caps: Caps,
    /// The account, when logged in.
    pub account: Option<AccountRef>,
    /// Why it is away already (IRCv3 draft/pre-away).
    pub away: Option<String>,
    /// What it has said of itself already (IRCv3 draft/metadata-3).
    pub metadata: Option<Box<Early>>,
    /// How it is connected.
    pub link: Link,
}

/// What is known of a client's connection. Of others only operators are told the address and the
/// certificate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Link {
    /// The address as text; `None` where there is none.
    pub address: Option<String>,
    /// Whether it is encrypted.
    pub secure: bool,
    /// The SHA-256 of the client's certificate, whose key it has proved to have.
    pub certificate: Option<[u8; 32]>,
    /// The gateway that it comes by (IRCv3 WebIRC): its name and its address.
    pub gateway: Option<(String, String)>,
}

/// Writes a certificate's fingerprint as people and their clients do: in hexadecimal.
pub fn fingerprint_text(fingerprint: &[u8; 32]) -> String {
    let mut text = String::with_capacity(2 * fingerprint.len());
    for byte in fingerprint {
        // Writing into memory cannot fail.
        let _written = write!(text, "{byte:02x}");
    }
    text
}

/// Reads a certificate's fingerprint: 64 hexadecimal digits, with or without colons.
pub fn parse_fingerprint(text: &str) -> Option<[u8; 32]> {
    let digits: Vec<u8> = text
        .chars()
        .filter(|&c| c != ':')
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect::<Option<_>>()?;
    let bytes: Vec<u8> = digits
        .chunks_exact(2)
        .filter_map(|pair| Some(pair.first()? << 4 | pair.last()?))
        .collect();
    (digits.len() == 64).then_some(())?;
    bytes.try_into().ok()
}

/// What the caller has to do, in this order for each session.
#[derive(Debug)]
pub enum Output {
    /// Append bytes to the queues of sessions.
    Send {
        /// Who receives.
        to: Recipients,
        /// One or more complete lines, each with CR LF.
        lines: Bytes,
    },
    /// Keep a place in the queue of `request.to`, fetch the stored messages and fill the place with
    /// [`history::encode`](super::history::encode).
    History(HistoryRequest),
    /// The client is on the network: it counts as registered, its limits change.
    Entered {
        /// Who.
        session: SessionId,
    },
    /// The nick is taken: the connection goes on registering.
    NickRefused {
        /// Who; its slot is not occupied.
        session: SessionId,
        /// The complete 433 line with CR LF.
        lines: Bytes,
    },
    /// One input of this session has been dealt with to the end: it may send one more. Follows
    /// every input, also [`Input::Enter`] whatever its answer; only what ends in [`Output::Close`]
    /// has no `Done`, nor have inputs behind it.
    Done {
        /// Who.
        session: SessionId,
    },
    /// Ask the hub and give the answer to [`Input::Answer`]. Until then no input of this
    /// session is dealt with.
    Ask {
        /// Who wants to know.
        session: SessionId,
        /// What.
        question: Question,
        /// How it is connected: what attempts are counted by.
        link: Link,
    },
    /// Keep what somebody has done in the audit log.
    Record(Deed),
    /// The session has left the network; close the connection after its queue has been written and
    /// free its slot. Follows QUIT and [`Input::Leave`]; inputs after it are ignored, but for
    /// another `Leave`, which is answered with another `Close`.
    Close {
        /// Who.
        session: SessionId,
    },
}

/// Who receives a line.
#[derive(Debug, Clone)]
pub enum Recipients {
    /// One session.
    One(SessionId),
    /// Many sessions but for one: a part of a channel's. A list is shared between messages until a
    /// membership or a capability in it changes, so two sends with pointer-equal lists and the same
    /// exception may be joined.
    Many {
        /// Everybody.
        members: Arc<[SessionId]>,
        /// The one of them who does not receive it, mostly the sender.
        except: Option<SessionId>,
    },
}

/// Durable work for the log: append all of it or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// New rows, numbers ascending, not necessarily consecutive.
    pub records: Vec<Record>,
    /// Numbers of earlier rows that `apply` refused.
    pub voids: Vec<super::id::Number>,
    /// Numbers of earlier messages that were taken back: what they said is not kept any longer.
    pub erased: Vec<super::id::Number>,
}
