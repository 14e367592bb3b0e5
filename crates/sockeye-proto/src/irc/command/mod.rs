//! The commands of a client on the network: one row here and one file each.
//!
//! A handler turns a line into works, in order: an intent to be logged and applied, a query that
//! is answered when its turn comes, or lines that are sure already (mostly a refusal). It looks at
//! the state, so as to name clients and channels by id, and never changes it.

pub(crate) mod account;
pub(crate) mod audit;
pub(crate) mod away;
pub(crate) mod ban;
pub(crate) mod batch;
pub(crate) mod capabilities;
pub(crate) mod chathistory;
pub(crate) mod errand;
pub(crate) mod help;
pub(crate) mod host;
pub(crate) mod invite;
pub(crate) mod join;
pub(crate) mod kick;
pub(crate) mod list;
pub(crate) mod login;
pub(crate) mod markread;
pub(crate) mod message;
pub(crate) mod metadata;
pub(crate) mod mode;
pub(crate) mod monitor;
pub(crate) mod names;
pub(crate) mod nick;
pub(crate) mod operator;
pub(crate) mod part;
pub(crate) mod ping;
pub(crate) mod playback;
pub(crate) mod presence;
pub(crate) mod quit;
pub(crate) mod ranks;
pub(crate) mod redact;
pub(crate) mod register;
pub(crate) mod relaymsg;
pub(crate) mod rename;
pub(crate) mod search;
pub(crate) mod server;
pub(crate) mod services;
pub(crate) mod setname;
pub(crate) mod stats;
pub(crate) mod stay;
pub(crate) mod topic;
pub(crate) mod user_mode;
pub(crate) mod who;
pub(crate) mod whois;
pub(crate) mod whowas;

use alloc::string::String;
use alloc::vec::Vec;
use core::mem;

use super::event::{Record, Stamp};
use super::input::Candidate;
use super::message::{Line, Message, truncated};
use super::multiline::{Content, Fault};
use super::network::{Client, Event, Network, Replies, Session, mask};
use super::numeric::{
    ERR_NEEDMOREPARAMS, ERR_NOSUCHCHANNEL, ERR_NOSUCHSERVER, ERR_UNKNOWNCOMMAND, Numeric, Reply,
};

/// A line of a client, being turned into works.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    pub(crate) network: &'a Network,
    /// Who sent it, and by which connection.
    pub(crate) client: &'a Client,
    pub(crate) session: &'a Session,
    pub(crate) message: &'a Message,
    pub(crate) beside: Beside<'a>,
    /// Milliseconds since 1970.
    pub(crate) now_ms: u64,
    works: Vec<Work>,
    /// Lines for the sender after the last of `works`.
    said: String,
}

/// What comes with a line.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Beside<'a> {
    /// What the store holds under the id that the line names.
    pub(crate) found: Option<&'a Record>,
    /// What is in the batch that the line opens.
    pub(crate) batch: Option<&'a Result<Content, Fault>>,
}

/// One thing that a line leads to.
#[derive(Debug)]
pub(crate) enum Work {
    /// Complete lines for the sender.
    Say(String),
    /// A look at the state when the turn comes.
    Ask(Query),
    /// A change of the state.
    Act(Event),
    /// A client wants to come onto the network.
    Enter(Candidate),
}

/// Answers a question.
pub(crate) type Query = fn(&Asked<'_>, &mut Replies);

/// A question whose turn has come.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) network: &'a Network,
    pub(crate) client: &'a Client,
    pub(crate) session: &'a Session,
    pub(crate) message: &'a Message,
    pub(crate) stamp: &'a Stamp,
}

/// Returns the place of a command in the table.
pub(crate) fn index(command: &str) -> Option<usize> {
    TABLE.iter().position(|row| row.name == command)
}

/// How many commands there are.
pub(crate) const COMMANDS: usize = TABLE.len();

/// Turns a line into works. An empty answer means that nothing has to be done or said.
pub(crate) fn parse(
    network: &Network,
    (client, session): (&Client, &Session),
    message: &Message,
    beside: Beside<'_>,
    now_ms: u64,
) -> Vec<Work> {
    let mut request = Request {
        network,
        client,
        session,
        message,
        beside,
        now_ms,
        works: Vec::new(),
        said: String::new(),
    };
    if !(network.guard)(&mut || request.handle()) {
        request.works.clear();
        request.said = network.broken(session.id, &message.command).0;
    }
    request.flush();
    request.works
}

impl<'a> Request<'a> {
    fn handle(&mut self) {
        let command = self.message.command.as_str();
        let Some(row) = TABLE.iter().find(|row| row.name == command) else {
            return self.reply(ERR_UNKNOWNCOMMAND).param(command).text();
        };
        if (0..row.params_min).any(|index| self.param(index).is_none()) {
            return self.reply(ERR_NEEDMOREPARAMS).param(command).text();
        }
        match row.handler {
            Handler::Act(handler) => handler(self),
            Handler::Ask(query) => self.ask(query),
        }
    }

    /// Asks for a change, unless it is plainly wrong now.
    pub(crate) fn act(&mut self, event: Event) {
        match event.check(self.network) {
            Ok(()) => self.push(Work::Act(event)),
            Err(refusal) => self.said.push_str(&refusal.0),
        }
    }

    /// Asks for an answer.
    pub(crate) fn ask(&mut self, query: Query) {
        self.push(Work::Ask(query));
    }

    /// Returns where complete lines that are sure already are appended.
    pub(crate) fn say(&mut self) -> &mut String {
        &mut self.said
    }

    /// Starts a numeric reply that is sure already.
    pub(crate) fn reply(&mut self, numeric: Numeric) -> Reply<'_> {
        self.network.reply(self.client.id, numeric, &mut self.said)
    }

    /// Returns where complete lines for the sender are appended.
    pub(crate) fn lines(&mut self) -> &mut String {
        &mut self.said
    }

    fn push(&mut self, work: Work) {
        self.flush();
        self.works.push(work);
    }

    fn flush(&mut self) {
        if !self.said.is_empty() {
            self.works.push(Work::Say(mem::take(&mut self.said)));
        }
    }

    /// Returns a parameter; an empty one counts as missing.
    pub(crate) fn param(&self, index: usize) -> Option<&'a str> {
        self.message.param(index).filter(|param| !param.is_empty())
    }

    /// Finds a channel, or says that there is none.
    pub(crate) fn channel(&mut self, name: &str) -> Option<&'a super::network::channel::Channel> {
        let found = self.network.channel_by_name(name);
        if found.is_none() {
            self.reply(ERR_NOSUCHCHANNEL).param(name).text();
        }
        found
    }
}

impl<'a> Asked<'a> {
    /// Lets a query answer.
    pub(crate) fn answer(&self, query: Query, replies: &mut Replies) {
        if !(self.network.guard)(&mut || query(self, replies)) {
            let broken = self.network.broken(self.session.id, &self.message.command);
            replies.lines().push_str(&broken.0);
        }
    }

    /// Starts a numeric reply.
    pub(crate) fn reply<'r>(&self, numeric: Numeric, replies: &'r mut Replies) -> Reply<'r> {
        self.network.reply(self.client.id, numeric, replies.lines())
    }

    /// Returns whether a parameter that may name a server or a client means this server, or says
    /// that there is no such server: all clients are on this one.
    pub(crate) fn is_this_server(&self, server: Option<&str>, replies: &mut Replies) -> bool {
        let Some(server) = server else {
            return true;
        };
        let known = mask::matches(server, &self.network.settings.server)
            || self.network.client_by_nick(server).is_some();
        if !known {
            self.reply(ERR_NOSUCHSERVER, replies).param(server).text();
        }
        known
    }

    /// Says that an answer is not complete.
    pub(crate) fn say_cut(&self, replies: &mut Replies, count: usize) {
        let line = Line::new(replies.lines()).source(&self.network.settings.server);
        let line = line.command("NOTICE").param(&self.client.nick);
        let command = &self.message.command;
        line.trailing_fmt(format_args!("{command}: only the first {count} are shown"));
    }

    /// Returns a parameter; an empty one counts as missing.
    pub(crate) fn param(&self, index: usize) -> Option<&'a str> {
        self.message.param(index).filter(|param| !param.is_empty())
    }
}

/// Splits a list `a,b,c`; empty parts are left out.
pub(crate) fn targets(param: &str) -> impl Iterator<Item = &str> {
    param.split(',').filter(|part| !part.is_empty())
}

/// Shortens a text to what its place in a line can hold, visibly: it then ends with `…`.
pub(crate) fn shortened(text: &str, bytes_max: usize) -> String {
    if text.len() <= bytes_max {
        return text.into();
    }
    let mut short = String::from(truncated(text, bytes_max.saturating_sub(ELLIPSIS.len())));
    short.push_str(ELLIPSIS);
    short
}

/// Returns the names of all commands.
#[cfg(test)]
pub(crate) fn all() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|row| row.name)
}

pub(crate) struct Row {
    pub(crate) name: &'static str,
    /// With fewer parameters, or empty ones, the answer is 461.
    params_min: usize,
    handler: Handler,
}

enum Handler {
    /// Looks at the line now.
    Act(fn(&mut Request<'_>)),
    /// Answers when the turn of the line has come.
    Ask(Query),
}

const fn act(name: &'static str, params_min: usize, handler: fn(&mut Request<'_>)) -> Row {
    Row {
        name,
        params_min,
        handler: Handler::Act(handler),
    }
}

const fn ask(name: &'static str, params_min: usize, query: Query) -> Row {
    Row {
        name,
        params_min,
        handler: Handler::Ask(query),
    }
}

/// Every command. Those with a numeric of their own for missing parameters have a minimum of 0.
pub(crate) const TABLE: &[Row] = &[
    // The first few are nearly all of the traffic.
    act("PRIVMSG", 0, message::privmsg),
    act("NOTICE", 0, message::notice),
    act("TAGMSG", 0, message::tagmsg),
    ask("PING", 1, ping::ping),
    ask("PONG", 0, ping::pong),
    act("JOIN", 1, join::join),
    act("PART", 1, part::part),
    act("QUIT", 0, quit::quit),
    ask("ADMIN", 0, server::admin),
    act("AUDIT", 0, audit::audit),
    act("AWAY", 0, away::away),
    act("BATCH", 0, batch::batch),
    act("CAP", 1, capabilities::cap),
    act("CHANSERV", 0, services::chanserv_command),
    act("CHATHISTORY", 0, chathistory::chathistory),
    act("CS", 0, services::chanserv_command),
    act("DLINE", 0, ban::ban),
    ask("HELP", 0, help::help),
    ask("HELPOP", 0, help::help),
    ask("INFO", 0, server::info),
    act("INVITE", 0, invite::invite),
    ask("ISON", 1, presence::ison),
    ask("ISUPPORT", 0, server::isupport),
    act("KICK", 2, kick::kick),
    act("KILL", 2, operator::kill),
    act("KLINE", 0, ban::ban),
    ask("LINKS", 0, server::links),
    ask("LIST", 0, list::list),
    ask("LUSERS", 0, server::lusers),
    act("MARKREAD", 0, markread::markread),
    act("METADATA", 0, metadata::metadata),
    act("MODE", 1, mode::mode),
    act("MONITOR", 1, monitor::monitor),
    ask("MOTD", 0, server::motd),
    ask("NAMES", 0, names::names),
    act("NICK", 0, nick::nick),
    act("NICKSERV", 0, services::nickserv_command),
    act("NS", 0, services::nickserv_command),
    act("OPER", 2, account::oper_command),
    act("PASS", 0, register::again),
    act("REDACT", 0, redact::redact),
    act("REHASH", 0, operator::rehash),
    act("REGISTER", 3, account::register),
    act("RELAYMSG", 0, relaymsg::relaymsg),
    act("RENAME", 2, rename::rename),
    act("SEARCH", 0, search::search),
    act("SETNAME", 1, setname::setname),
    ask("STATS", 1, stats::stats),
    ask("SUMMON", 0, server::summon),
    ask("TIME", 0, server::time),
    act("TOPIC", 1, topic::topic),
    act("UNDLINE", 1, ban::unban),
    act("UNKLINE", 1, ban::unban),
    act("USER", 0, register::again),
    ask("USERHOST", 1, presence::userhost),
    ask("USERS", 0, server::users),
    ask("VERSION", 0, server::version),
    act("VERIFY", 2, account::verify),
    act("WALLOPS", 1, operator::wallops),
    act("WEBIRC", 0, register::again),
    ask("WHO", 0, who::who),
    ask("WHOIS", 0, whois::whois),
    ask("WHOWAS", 0, whowas::whowas),
    act("ZNC", 1, playback::znc),
];

/// Longest reason of PART, QUIT, KICK and AWAY, bytes: AWAYLEN and KICKLEN. Together with the
/// longest source, channel name and nick it fits a line.
pub(crate) const REASON_BYTES_MAX: usize = 200;

const ELLIPSIS: &str = "…";
