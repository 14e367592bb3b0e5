//! Bans in chat: who is refused, who has to go, and what operators want of them.

use std::fmt::Write as _;
use std::net::IpAddr;

use bytes::Bytes;
use sockeye_proto::irc::account::{Answer, AnswerError};
use sockeye_proto::irc::ban::{BanOrder, BanRequest};
use sockeye_proto::irc::history::time_text;
use sockeye_proto::irc::id::SessionId;
use sockeye_proto::irc::input::{Candidate, Input};
use sockeye_proto::irc::message::Line;
use sockeye_proto::irc::numeric::{ERR_YOUREBANNEDCREEP, Severity, standard_reply};
use sockeye_proto::irc::pipeline::{Client, Pipeline};

use super::Shared;
use super::accounts::Asker;
use super::core::Ask;
use super::staying;
use crate::state::{Act, Actor, AuditEntry, Ban, BanError, Bans, Suspect};

impl Shared {
    /// Returns the ban that keeps somebody out at this moment.
    pub(super) fn ban_of(&self, whom: &Suspect<'_>) -> Option<Ban> {
        self.bans.as_ref()?.find(whom)
    }

    /// Refuses a login to a banned account. Only who has the right secret learns that it is.
    pub(super) fn unless_banned(&self, answer: Answer) -> Result<Answer, AnswerError> {
        let account = match &answer {
            Answer::Account(account) | Answer::Proven { account, .. } => Some(&*account.name),
            _ => None,
        };
        let whom = Suspect {
            account,
            ..Suspect::default()
        };
        match self.ban_of(&whom) {
            Some(_) => Err(AnswerError::Banned),
            None => Ok(answer),
        }
    }

    /// Returns what sends a client away that was banned while it came in.
    pub(super) fn sends_away(&self, candidate: &Candidate) -> Option<Vec<Input>> {
        let ban = self.ban_of(&Suspect {
            address: address(candidate.link.address.as_deref()),
            account: candidate.account.as_ref().map(|account| &*account.name),
            source: Some((&candidate.nick, &candidate.user, &candidate.host)),
        })?;
        Some(away(candidate.session, &ban, &self.current().settings.server).into())
    }

    /// Returns what sends a client away that takes a nick by which it is banned.
    pub(super) fn sends_away_as(&self, client: &Client<'_>, nick: &str) -> Option<Vec<Input>> {
        let ban = self.ban_of(&Suspect {
            address: address(client.address),
            account: client.account,
            source: Some((nick, client.user, client.host)),
        })?;
        Some(away(client.session, &ban, &self.current().settings.server).into())
    }

    /// Returns what sends the clients away that a new ban fits.
    pub(super) fn send_away(&self, ban: &Ban, pipeline: &Pipeline) -> Vec<Input> {
        let Some(bans) = &self.bans else {
            return Vec::new();
        };
        let server = &self.current().settings.server;
        let banned = pipeline.clients().filter(|client| {
            let whom = Suspect {
                address: address(client.address),
                account: client.account,
                source: Some((client.nick, client.user, client.host)),
            };
            bans.fits(ban, &whom)
        });
        let away = banned.flat_map(|client| away(client.session, ban, server));
        let staying = staying::residents(pipeline).into_iter();
        let staying = staying.filter(|resident| bans.fits(ban, &resident.suspect()));
        away.chain(staying.map(|resident| resident.retire(&format!("Banned: {}", ban.reason))))
            .collect()
    }
}

/// Writes what a banned client is told.
pub(super) fn told(ban: &Ban, server: &str, nick: &str) -> Bytes {
    let mut lines = String::new();
    let reply = ERR_YOUREBANNEDCREEP.to(&mut lines, server, nick);
    reply.trailing_fmt(format_args!(
        "You are banned from this server: {}",
        ban.reason
    ));
    lines.into()
}

impl Shared {
    /// Carries out what an operator wants, beside the core, and tells how it went.
    pub(super) async fn change_bans(&self, order: BanOrder, asker: &Asker) -> Answer {
        let server = self.current().settings.server.clone();
        let mut told = Told {
            command: &order.command,
            server: &server,
            lines: String::new(),
        };
        match &self.bans {
            None => told.say(Severity::Fail, ("UNAVAILABLE", "*"), "No bans here"),
            Some(bans) => self.change(bans, &order, asker, &mut told).await,
        }
        Answer::Lines(told.lines)
    }

    async fn change(&self, bans: &Bans, order: &BanOrder, asker: &Asker, told: &mut Told<'_>) {
        let actor = Actor::new(&*order.account, &*asker.address);
        let (target, changed) = match &order.request {
            BanRequest::List => return list(bans, told),
            BanRequest::Add { target, .. } if self.fits_asker(bans, target, order, asker) => {
                self.note(AuditEntry::of(Act::BanRefused, actor, target, OWN_BAN));
                let code = ("BAN_FITS_YOU", word(target));
                return told.say(Severity::Fail, code, OWN_BAN);
            }
            BanRequest::Add {
                target,
                span_s,
                reason,
            } => {
                let span_ms = span_s.map(|span_s| span_s.saturating_mul(1_000));
                let added = bans.add(target, span_ms, reason, &actor).await;
                if let Ok(ban) = &added {
                    self.enforce(ban).await;
                }
                (target, added.map(|ban| ("BAN_SET", ban)))
            }
            BanRequest::Remove { target } => {
                let removed = bans.remove(target, &actor).await;
                if let Ok(ban) = &removed {
                    let text = format!("{} has taken back the ban of {}", actor.by, ban.target);
                    let _ = self.asks.send(Ask::Tell(text)).await;
                }
                (target, removed.map(|ban| ("BAN_REMOVED", ban)))
            }
        };
        match changed {
            Ok((code, ban)) => {
                let target = ban.target.to_string();
                told.say(Severity::Note, (code, &target), &words(&ban));
            }
            Err(error) => {
                let code = match error {
                    BanError::ConfigTarget(_) => "INVALID_TARGET",
                    BanError::ConfigReason => "INVALID_REASON",
                    BanError::Full => "LIMIT_REACHED",
                    BanError::Unknown => "NO_SUCH_BAN",
                    BanError::Store(_) => "NOT_STORED",
                };
                told.say(Severity::Fail, (code, word(target)), &error.to_string());
            }
        }
    }

    /// Returns whether operators would keep themselves out.
    fn fits_asker(&self, bans: &Bans, target: &str, order: &BanOrder, asker: &Asker) -> bool {
        let (nick, user, host) = &order.source;
        let asking = Suspect {
            address: address(Some(&asker.address)),
            account: Some(&order.account),
            source: Some((nick, user, host)),
        };
        // What is no target is refused for that.
        bans.would_fit(target, &asking).unwrap_or(false)
    }

    /// Sends away whom a new ban fits, from here and from all else that the hub serves, and tells the
    /// operators.
    pub(super) async fn enforce(&self, ban: &Ban) {
        self.engine.expel();
        let text = format!("{} is banned {}", ban.target, words(ban));
        let _ = self.asks.send(Ask::Tell(text)).await;
        let _ = self.asks.send(Ask::Banned(Box::new(ban.clone()))).await;
    }
}

/// What an operator is told, as standard replies of the command that was used.
struct Told<'a> {
    command: &'a str,
    server: &'a str,
    lines: String,
}

impl Told<'_> {
    fn say(&mut self, severity: Severity, (code, target): (&str, &str), text: &str) {
        let line = Line::new(&mut self.lines);
        let what = (self.command, code);
        standard_reply(line, severity, self.server, what, &[target], text);
    }
}

fn list(bans: &Bans, told: &mut Told<'_>) {
    let all = bans.list();
    for ban in all.iter().take(SHOWN_MAX) {
        let target = ban.target.to_string();
        told.say(Severity::Note, ("BAN", &target), &words(ban));
    }
    let mut end = format!("{} bans", all.len());
    if all.len() > SHOWN_MAX {
        let _written = write!(end, ", the first {SHOWN_MAX} are shown");
    }
    told.say(Severity::Note, ("BANS_END", "*"), &end);
}

/// Returns what can be a parameter in the place of a target.
fn word(target: &str) -> &str {
    let is_word = !target.is_empty() && !target.contains(' ') && !target.starts_with(':');
    if is_word { target } else { "*" }
}

/// Says by whom a ban is, for how long and why.
fn words(ban: &Ban) -> String {
    let until = match ban.expires_ms {
        Some(expires_ms) => format!("until {}", time_text(expires_ms)),
        None => "until it is taken back".to_owned(),
    };
    format!("{until}, by {}: {}", ban.by, ban.reason)
}

/// Sends one client away.
fn away(session: SessionId, ban: &Ban, server: &str) -> [Input; 2] {
    // The network puts the nick in the place of the star.
    let lines = told(ban, server, "*");
    let reason = format!("Banned: {}", ban.reason);
    [
        Input::Reply { session, lines },
        Input::Leave { session, reason },
    ]
}

fn address(text: Option<&str>) -> Option<IpAddr> {
    text?.parse().ok()
}

/// What operators are told who would ban themselves.
const OWN_BAN: &str =
    "This fits yourself; `sockeye ban add` on the hub's machine does it all the same";

/// Bans in one list: they fit the queue of a client.
const SHOWN_MAX: usize = 500;
