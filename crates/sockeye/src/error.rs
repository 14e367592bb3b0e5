//! The one error type at the border.
//!
//! It prints `connect tcp://db:5432: connection refused (10.0.0.5)`: what was tried, where, and the
//! cause once. [`Error::hint`] says what to do about it, [`ErrorKind::exit_code`] what a shell sees.

use std::fmt;
use std::io;

/// What went wrong, by who is at fault and what a caller can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The command line, an endpoint or a file is wrong.
    ConfigUsage,
    /// A name did not resolve.
    PeerUnresolved,
    /// The name of a proxy on the way did not resolve.
    ProxyUnresolved,
    /// A proxy on the way did not do what it was asked, for a reason of its own.
    ProxyRefused,
    /// Nothing answered at the address, or it refused.
    PeerUnreachable,
    /// The peer reset the connection or cut it uncleanly.
    PeerReset,
    /// Time ran out.
    PeerTimeout,
    /// No agreement with the peer was reached: it speaks another protocol, or nothing in common.
    PeerHandshake,
    /// The peer's certificate does not prove who it is.
    PeerCertificate,
    /// The own certificate or its key cannot be used.
    LocalCertificate,
    /// The peer did not accept the login.
    PeerLoginDenied,
    /// Bytes taken from one side did not reach the other.
    LostBytes,
    /// The local end (a file, standard output, a child) did not take bytes.
    LocalWrite,
    /// The local end (a file, standard input, a child) did not yield bytes.
    LocalRead,
    /// A child process ended with this status, which is no success: 128 and more is a signal.
    ChildStatus(u8),
    /// An address could not be bound.
    LocalBind,
    /// More came than a limit of the endpoint's own allows.
    LocalQuota,
    /// The machine's limits cannot hold what was asked for.
    LocalLimits,
    /// A defect of Sockeye.
    Internal,
}

impl ErrorKind {
    /// Tells whether the same may succeed later: the peer was not there, or did not answer.
    pub const fn may_pass(self) -> bool {
        matches!(
            self,
            Self::PeerUnresolved
                | Self::ProxyUnresolved
                | Self::PeerUnreachable
                | Self::PeerReset
                | Self::PeerTimeout
        )
    }

    /// Returns the process's exit code: curl's number where curl has the case, else sysexits'.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::ConfigUsage => 2,
            Self::ProxyUnresolved => 5,
            Self::PeerUnresolved => 6,
            Self::PeerUnreachable => 7,
            Self::LostBytes => 18,
            Self::LocalWrite => 23,
            Self::LocalRead => 26,
            Self::PeerTimeout => 28,
            Self::ChildStatus(status) => status,
            Self::PeerHandshake => 35,
            Self::LocalBind => 45,
            Self::PeerReset => 56,
            Self::LocalCertificate => 58,
            Self::PeerCertificate => 60,
            Self::LocalQuota => 63,
            Self::PeerLoginDenied => 67,
            Self::Internal => 70,
            Self::LocalLimits => 71,
            Self::ProxyRefused => 97,
        }
    }
}

/// What was tried, on what, and why it did not work.
#[derive(Debug, Clone)]
pub struct Error {
    kind: ErrorKind,
    op: &'static str,
    on: String,
    cause: String,
    hint: Option<String>,
}

impl Error {
    /// Makes the error of `op` (a verb: `connect`, `listen`) on `on` (an endpoint or a file).
    ///
    /// `cause` is lower case and says what happened, once, without "failed to". A system error is
    /// brought into that form.
    pub fn new(
        kind: ErrorKind,
        op: &'static str,
        on: impl fmt::Display,
        cause: impl fmt::Display,
    ) -> Self {
        Self {
            kind,
            op,
            on: visible(&on.to_string()),
            cause: visible_lines(&plain(cause.to_string())),
            hint: None,
        }
    }

    /// Makes the error that another process has reported, from all that it said.
    pub fn reported(kind: ErrorKind, said: String) -> Self {
        Self {
            cause: visible_lines(&said),
            ..Self::new(kind, "", "", "")
        }
    }

    /// Adds what the user can do about it.
    #[must_use]
    pub fn with_hint(mut self, hint: impl fmt::Display) -> Self {
        self.hint = Some(visible_lines(&hint.to_string()));
        self
    }

    /// Lays the error to another fault, which the caller knows better.
    #[must_use]
    pub fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.kind = kind;
        self
    }

    /// Lays the error to another fault, where one is known.
    #[must_use]
    pub fn blamed_on(self, fault: Option<ErrorKind>) -> Self {
        match fault {
            Some(kind) => self.with_kind(kind),
            None => self,
        }
    }

    /// Returns who is at fault and what can be done.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Returns what happened, without what was tried.
    pub(crate) fn cause(&self) -> &str {
        &self.cause
    }

    /// Returns what the user can do about it, as a sentence without a full stop.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { op, on, cause, .. } = self;
        match (op.is_empty(), on.is_empty()) {
            (true, _) => f.write_str(cause),
            (false, true) => write!(f, "{op}: {cause}"),
            (false, false) => write!(f, "{op} {on}: {cause}"),
        }
    }
}

impl std::error::Error for Error {}

/// Writes what acts on a terminal as escapes: names that others have chosen shall neither steer it nor
/// forge a line.
pub fn visible(text: &str) -> String {
    text.chars().fold(String::new(), |mut visible, letter| {
        match letter.is_control() || TURNS_TEXT.contains(&letter) {
            true => visible.extend(letter.escape_default()),
            false => visible.push(letter),
        }
        visible
    })
}

/// Does as [`visible`] does with each line of a text that has some.
pub fn visible_lines(text: &str) -> String {
    text.split('\n').map(visible).collect::<Vec<_>>().join("\n")
}

/// Writes a system error as a person reads it: lower case, without the number.
pub(crate) fn words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "connection refused".into(),
        io::ErrorKind::TimedOut if error.get_ref().is_none() => "timed out".into(),
        io::ErrorKind::AddrInUse => "address already in use".into(),
        _ => {
            let text = error.to_string();
            let text = text.split(" (os error").next().unwrap_or(&text);
            let resolver = text.split_once(RESOLVER_MARK);
            lower(resolver.map_or(text, |(_, words)| words))
        }
    }
}

/// Takes the number off the text of a system error, and its capital; leaves every other text.
fn plain(text: String) -> String {
    match text.rsplit_once(" (os error ") {
        Some((words, _)) => lower(words),
        None => text,
    }
}

fn lower(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_lowercase().chain(letters).collect())
        .unwrap_or_default()
}

/// How what the standard library puts before the resolver's own words ends.
const RESOLVER_MARK: &str = "lookup address information: ";
/// Characters that turn the direction of a text (Unicode standard annex 9, section 2).
const TURNS_TEXT: [char; 9] = [
    '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}', '\u{2066}', '\u{2067}', '\u{2068}',
    '\u{2069}',
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn system_errors_read_like_the_others() {
        let cause = io::Error::from_raw_os_error(13);
        let error = Error::new(ErrorKind::LocalWrite, "make", "/proc/x", cause);
        assert_eq!(error.to_string(), "make /proc/x: permission denied");
        let error = Error::new(ErrorKind::ConfigUsage, "read", "hub.toml", "Two (of them)");
        assert_eq!(error.to_string(), "read hub.toml: Two (of them)");
    }

    #[test]
    fn names_that_others_have_chosen_cannot_act_on_a_terminal() {
        let name = "a\x1b[2J\nerror: forged\u{202e}";
        let error = Error::new(ErrorKind::PeerReset, "connect", name, "gone\x07");
        assert_eq!(
            error.to_string(),
            r"connect a\u{1b}[2J\nerror: forged\u{202e}: gone\u{7}"
        );
        assert_eq!(visible_lines("é\tä\n\u{9b}"), "é\\tä\n\\u{9b}");
    }
}
