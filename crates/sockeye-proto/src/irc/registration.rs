//! A client before it is on the network: WEBIRC, CAP, PASS, NICK, USER, AUTHENTICATE, PING, QUIT.
//!
//! Local to its connection; it has no part in shared state. After `Enter` it stays, because it
//! also answers AUTHENTICATE of a registered client.
//!
//! ```text
//!            NICK, USER, no CAP open                 entered
//!  ┌──────┐ ─────────────────────────▶ ┌──────────┐ ─────────▶ ┌─────────┐
//!  │ Open │                            │ Entering │            │ Entered │
//!  └──────┘ ◀───────────────────────── └──────────┘            └─────────┘
//!                   nick_refused
//! ```
//!
//! From all but Entered it may go to Closed, where nothing is taken or said any more.
//!
//! Sources: RFC 2812 section 3.1, Modern IRC section Connection Registration, IRCv3 capability
//! negotiation, IRCv3 sasl-3.1 and sasl-3.2, IRCv3 UTF8ONLY.

mod login;
pub(crate) mod sasl;
mod scram;
#[cfg(test)]
mod tests;
mod webirc;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use bytes::Bytes;

pub use self::login::FAILED_LOGINS_MAX;
use self::login::Purpose;
use self::sasl::Sasl;
pub use self::webirc::Introduction;
use super::account::{AccountRef, Question};
use super::caps::{self, Caps, Negotiation, Offer};
use super::casemap::is_unseen;
use super::command::{REASON_BYTES_MAX, shortened};
use super::input::Link;
use super::isupport;
use super::message::{Line, LineError, Message, truncated};
use super::metadata::words::Words;
use super::metadata::{Dialect, Early};
use super::multiline::{ClientBatch, Collector, Taken};
use super::numeric::{self, Numeric, Severity};
use super::settings::Settings;

/// What the connection has to do next.
#[derive(Debug)]
pub enum Step {
    /// Write these lines.
    Send(Bytes),
    /// Ask the accounts, then call [`Registration::answered`]; take no line before.
    Ask(Question),
    /// All is said: ask the network with `Input::Enter`; take no line before its answer.
    Enter {
        /// The wanted nick.
        nick: String,
        /// The user name, cleaned.
        user: String,
        /// The real name.
        realname: String,
        /// The capabilities.
        caps: Caps,
        /// The account, when logged in.
        account: Option<AccountRef>,
        /// Why it is away already (IRCv3 draft/pre-away).
        away: Option<String>,
        /// What it has said of itself already (IRCv3 draft/metadata-3).
        metadata: Option<Box<Early>>,
    },
    /// A gateway says whom it comes for: believe it with [`Registration::introduced`], or close.
    Introduced(Introduction),
    /// Write these lines, then close.
    Close(Bytes),
    /// The line is for the network: `Input::Line` (only once entered).
    Forward(Message),
    /// The batch is for the network: `Input::Batch` (only once entered).
    Batch(ClientBatch),
    /// `Input::Reply` (once entered): the lines keep their place among the network's replies.
    Reply(Bytes),
    /// `Input::Login` (once entered), followed by `Input::Reply` with these lines.
    Login(AccountRef, Bytes),
}

/// A connection's registration.
#[derive(Debug)]
pub struct Registration {
    settings: Arc<Settings>,
    host: String,
    link: Link,
    state: State,
    /// Registration waits for CAP END.
    negotiating: bool,
    caps: Caps,
    nick: Option<String>,
    /// User name and real name.
    user: Option<(String, String)>,
    account: Option<AccountRef>,
    away: Option<String>,
    metadata: Option<Box<Early>>,
    sasl: Sasl,
    /// Why the accounts are being looked into.
    asked_for: Option<Purpose>,
    failed_logins: u32,
    batches: Collector,
    bytes: usize,
    lines: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Entering,
    Entered,
    Closed,
}

impl Registration {
    /// Starts the registration of a connection whose client is shown with `host`.
    pub fn new(settings: Arc<Settings>, host: String, link: Link) -> Self {
        Self {
            settings,
            host,
            link,
            state: State::Open,
            negotiating: false,
            caps: Caps::NONE,
            nick: None,
            user: None,
            account: None,
            away: None,
            metadata: None,
            sasl: Sasl::default(),
            asked_for: None,
            failed_logins: 0,
            batches: Collector::default(),
            bytes: 0,
            lines: 0,
        }
    }

    /// Counts bytes that the line decoder has taken, whether or not they made a line; closes a
    /// connection that sends more than [`BYTES_MAX`] before it is on the network. What is read and
    /// not taken yet does not count: it may be for later.
    pub fn received(&mut self, bytes: usize, steps: &mut Vec<Step>) {
        if matches!(self.state, State::Open | State::Entering) {
            self.bytes = self.bytes.saturating_add(bytes);
            if self.bytes > BYTES_MAX {
                self.close(TOO_MUCH, steps);
            }
        }
    }

    /// Takes one line; pushes what follows from it.
    pub fn line(&mut self, line: Result<Message, LineError>, steps: &mut Vec<Step>) {
        if self.state == State::Closed {
            return;
        }
        if self.state != State::Entered {
            self.lines += 1;
            if self.lines > LINES_MAX {
                return self.close(TOO_MUCH, steps);
            }
        }
        match line {
            Err(error) => self.say(steps, |out, client, me| {
                me.write_line_error(error, client, out)
            }),
            Ok(message) if message.command == "AUTHENTICATE" => {
                self.authenticate(message.param(0), steps);
            }
            Ok(message) if self.state == State::Entered => match self.batches.take(message) {
                Taken::Line(message) => steps.push(Step::Forward(message)),
                Taken::Batch(batch) => steps.push(Step::Batch(batch)),
                Taken::Kept => {}
            },
            Ok(message) => self.command(&message, steps),
        }
    }

    /// Returns the host with which the client is shown when it comes.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Returns the batch that the client has open.
    pub fn batch(&mut self) -> &mut Collector {
        &mut self.batches
    }

    /// The network has taken the client in.
    pub fn entered(&mut self) {
        self.state = State::Entered;
        // From here on the network alone knows these, and puts the nick where `*` is written.
        self.metadata = None;
        self.nick = None;
        self.away = None;
    }

    /// The nick was refused: the next NICK tries again.
    pub fn nick_refused(&mut self) {
        self.state = State::Open;
        self.nick = None;
    }

    fn command(&mut self, message: &Message, steps: &mut Vec<Step>) {
        match message.command.as_str() {
            "WEBIRC" => return self.webirc(message, steps),
            "CAP" => self.cap(&message.params, steps),
            "NICK" => self.take_nick(message.param(0), steps),
            "USER" => self.take_user(&message.params, steps),
            "PASS" => return self.take_pass(message.param(0), steps),
            "REGISTER" => return self.register(&message.params, steps),
            "PING" => self.pong(message.param(0), steps),
            "PONG" => {}
            "AWAY" if self.caps.has(Caps::PRE_AWAY) => self.take_away(message.param(0), steps),
            "METADATA" if Dialect::of(self.caps).is_some() => {
                self.metadata(&message.params, steps);
            }
            "ISUPPORT" if self.caps.has(Caps::EXTENDED_ISUPPORT) => {
                self.say(steps, |out, client, me| {
                    isupport::write(&me.settings, me.caps, client, out);
                });
            }
            "QUIT" => {
                let reason = message.param(0).unwrap_or_default();
                return self.close(&["Quit: ", reason].concat(), steps);
            }
            // A browser that a page sends to this port: what follows is not its user's will.
            "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS" => {
                return self.close("This is not HTTP", steps);
            }
            _ => self.reply(numeric::ERR_NOTREGISTERED, &[], steps),
        }
        self.enter_if_complete(steps);
    }

    fn cap(&mut self, params: &[String], steps: &mut Vec<Step>) {
        let mut out = String::new();
        let offer = Offer::new(&self.settings, &self.link);
        let client = self.nick.as_deref().unwrap_or(NOBODY);
        let names = (self.settings.server.as_str(), client);
        match caps::command(params, &mut self.caps, &offer, names, &mut out) {
            Negotiation::Aside => {}
            Negotiation::Open => self.negotiating = true,
            Negotiation::Ended => self.negotiating = false,
        }
        if Dialect::of(self.caps).is_none() {
            self.metadata = None;
        }
        self.send(out, steps);
    }

    fn take_nick(&mut self, nick: Option<&str>, steps: &mut Vec<Step>) {
        match nick {
            None | Some("") => self.reply(numeric::ERR_NONICKNAMEGIVEN, &[], steps),
            Some(nick) if self.settings.casemapping.is_nick(nick) => self.nick = Some(nick.into()),
            Some(nick) => {
                let shown = truncated(nick, SHOWN_BYTES_MAX);
                self.reply(numeric::ERR_ERRONEUSNICKNAME, &[shown], steps);
            }
        }
    }

    fn take_user(&mut self, params: &[String], steps: &mut Vec<Step>) {
        let [user, _, _, realname, ..] = params else {
            return self.reply(numeric::ERR_NEEDMOREPARAMS, &["USER"], steps);
        };
        if user.is_empty() {
            return self.reply(numeric::ERR_NEEDMOREPARAMS, &["USER"], steps);
        }
        let clean: String = user.chars().filter(|&c| is_user_name(c)).collect();
        let clean = truncated(&clean, USER_BYTES_MAX);
        if clean.is_empty() {
            return self.reply(numeric::ERR_INVALIDUSERNAME, &[], steps);
        }
        let realname = if realname.is_empty() { user } else { realname };
        self.user = Some((clean.into(), truncated(realname, REALNAME_BYTES_MAX).into()));
    }

    fn take_away(&mut self, reason: Option<&str>, steps: &mut Vec<Step>) {
        let reason = reason.filter(|reason| !reason.is_empty());
        self.away = reason.map(|reason| shortened(reason, REASON_BYTES_MAX));
        let numeric = match self.away {
            Some(_) => numeric::RPL_NOWAWAY,
            None => numeric::RPL_UNAWAY,
        };
        self.reply(numeric, &[], steps);
    }

    fn metadata(&mut self, params: &[String], steps: &mut Vec<Step>) {
        let Some(dialect) = Dialect::of(self.caps) else {
            return;
        };
        let words = Words {
            dialect,
            server: &self.settings.server,
            client: self.nick.as_deref().unwrap_or(NOBODY),
        };
        let mut out = String::new();
        let early = self.metadata.get_or_insert_default();
        early.command(params, words, &mut out);
        self.send(out, steps);
    }

    fn pong(&self, token: Option<&str>, steps: &mut Vec<Step>) {
        match token {
            None => self.reply(numeric::ERR_NEEDMOREPARAMS, &["PING"], steps),
            Some("") => self.reply(numeric::ERR_NOORIGIN, &[], steps),
            Some(token) => self.say(steps, |out, _, me| {
                let server = me.settings.server.as_str();
                Line::new(out)
                    .source(server)
                    .command("PONG")
                    .param(server)
                    .trailing(token);
            }),
        }
    }

    fn enter_if_complete(&mut self, steps: &mut Vec<Step>) {
        let (Some(nick), Some((user, realname)), false, State::Open) =
            (&self.nick, &self.user, self.negotiating, self.state)
        else {
            return;
        };
        if self.sasl.abort() {
            self.reply(numeric::ERR_SASLABORTED, &[], steps);
        }
        steps.push(Step::Enter {
            nick: nick.clone(),
            user: user.clone(),
            realname: realname.clone(),
            caps: self.caps,
            account: self.account.clone(),
            away: self.away.clone(),
            metadata: self.metadata.clone(),
        });
        self.state = State::Entering;
    }

    fn write_line_error(&self, error: LineError, client: &str, out: &mut String) {
        let server = self.settings.server.as_str();
        match error {
            LineError::TooLong | LineError::TagsTooLong => {
                numeric::ERR_INPUTTOOLONG.to(out, server, client).text();
            }
            LineError::NotUtf8 => {
                let what = ("*", "INVALID_UTF8");
                let text = "Message rejected, only UTF-8 is accepted here";
                numeric::standard_reply(Line::new(out), Severity::Fail, server, what, &[], text);
            }
            LineError::Nul => {
                let reply = numeric::ERR_UNKNOWNERROR.to(out, server, client).param("*");
                reply.trailing("Message rejected, it holds a NUL byte");
            }
            LineError::NoCommand => {
                numeric::ERR_UNKNOWNCOMMAND
                    .to(out, server, client)
                    .param("*")
                    .text();
            }
        }
    }

    /// Returns the nick for replies; `*` if it is not known.
    fn client(&self) -> &str {
        self.nick.as_deref().unwrap_or(NOBODY)
    }

    fn reply(&self, numeric: Numeric, params: &[&str], steps: &mut Vec<Step>) {
        self.say(steps, |out, client, me| {
            let reply = numeric.to(out, &me.settings.server, client);
            reply.params(params.iter().copied()).text();
        });
    }

    fn say(&self, steps: &mut Vec<Step>, write: impl FnOnce(&mut String, &str, &Self)) {
        let mut out = String::new();
        write(&mut out, self.client(), self);
        self.send(out, steps);
    }

    fn send(&self, lines: String, steps: &mut Vec<Step>) {
        if !lines.is_empty() {
            let lines = Bytes::from(lines);
            steps.push(match self.state {
                State::Entered => Step::Reply(lines),
                _ => Step::Send(lines),
            });
        }
    }

    fn close(&mut self, reason: &str, steps: &mut Vec<Step>) {
        self.state = State::Closed;
        let mut out = String::new();
        let text = format_args!("Closing link: {} ({reason})", self.host);
        Line::new(&mut out).command("ERROR").trailing_fmt(text);
        steps.push(Step::Close(out.into()));
    }
}

/// What may stand between `!` and `@` without being mistaken for a part of the grammar.
fn is_user_name(c: char) -> bool {
    !is_unseen(c) && !matches!(c, '!' | '@' | '*' | '?' | ':' | ',' | '~')
}

/// Who has no nick yet.
const NOBODY: &str = "*";

const TOO_MUCH: &str = "Too much was sent before registration";

/// Most bytes of a connection before it is on the network: SASL, capabilities and all else take
/// less than a tenth.
pub const BYTES_MAX: usize = 32 * 1_024;

/// Most lines of a connection before it is on the network.
pub const LINES_MAX: u32 = 200;

/// Longest user name, bytes: USERLEN.
pub const USER_BYTES_MAX: usize = 16;

/// Longest real name, bytes.
pub const REALNAME_BYTES_MAX: usize = 128;

/// How much of a wrong value is repeated in its refusal, bytes.
const SHOWN_BYTES_MAX: usize = 64;
