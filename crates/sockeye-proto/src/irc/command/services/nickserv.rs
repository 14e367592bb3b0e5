//! NickServ: accounts by commands that people know from elsewhere. An account's name is its nick.

mod free;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

pub(crate) use free::FreeNick;

use super::super::Request;
use super::super::errand::{Errand, Purpose};
use super::super::login::LogIn;
use super::presence;
use crate::irc::account::{Answer, AnswerError, Question, Secret};
use crate::irc::event::Stamp;
use crate::irc::history::time_text;
use crate::irc::id::ClientId;
use crate::irc::input::{fingerprint_text, parse_fingerprint};
use crate::irc::network::{Effects, Event, Network, mask};

/// What somebody wants, once the accounts have answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wish {
    Register,
    Identify,
    /// To have a nick free.
    Free(FreeNick),
    SetPassword,
    AddCertificate([u8; 32]),
    RemoveCertificate([u8; 32]),
    ListCertificates,
    Info(String),
    /// The accounts that fit a mask.
    List(String),
    Drop(String),
}

pub(super) fn command(request: &mut Request<'_>, text: &str) {
    let mut words = text.split(' ').filter(|word| !word.is_empty());
    let verb = words.next().unwrap_or("HELP").to_ascii_uppercase();
    let words: Vec<&str> = words.collect();
    match (verb.as_str(), words.as_slice()) {
        ("REGISTER", [password, ..]) => register(request, password),
        ("IDENTIFY" | "LOGIN" | "ID", [password]) => {
            let name = request.client.nick.clone();
            identify(request, &name, password);
        }
        ("IDENTIFY" | "LOGIN" | "ID", [name, password, ..]) => identify(request, name, password),
        ("LOGOUT", _) => {
            let client = request.client.id;
            let account = None;
            request.act(Event::LogIn(LogIn { client, account }));
        }
        ("GHOST", [nick, password @ ..]) => free::free(request, nick, password, false),
        ("REGAIN" | "RECOVER", [nick, password @ ..]) => {
            free::free(request, nick, password, true);
        }
        ("SET", [what, password, ..]) if what.eq_ignore_ascii_case("PASSWORD") => {
            with_account(request, |name| {
                let password = Secret((*password).into());
                (Wish::SetPassword, Question::SetPassword { name, password })
            });
        }
        ("SET", [what, value, ..]) if presence::set(request, what, value) => {}
        ("GET", _) => presence::show(request),
        ("SET", [what, ..]) if what.eq_ignore_ascii_case("EMAIL") => {
            say_now(request, "No e-mail address is kept here.");
        }
        ("SET", [what, ..]) if is_of(what, &["ENFORCE", "KILL", "SECURE", "PROTECT"]) => {
            say_now(request, nicks_are(request.network));
        }
        ("RELEASE", [nick, ..]) => {
            let is_free = request.network.client_by_nick(nick).is_none();
            let text = match is_free {
                true => "Nobody has that nick and nobody holds it back: take it.",
                false => "Nobody holds nicks back here. REGAIN takes it from who has it.",
            };
            say_now(request, text);
        }
        ("GROUP" | "LINK" | "UNGROUP", _) => {
            say_now(
                request,
                "An account has one name, and can be used with any nick.",
            );
            say_now(request, nicks_are(request.network));
        }
        ("LIST", mask) => list(request, mask.first().copied().unwrap_or("*")),
        ("CERT", [verb, rest @ ..]) => certificate(request, &verb.to_ascii_uppercase(), rest),
        ("INFO", [name, ..]) => info(request, name),
        ("INFO", []) => {
            let own = request.client.account.as_ref();
            let name = own.map_or(&request.client.nick, |account| &account.name);
            info(request, &name.clone());
        }
        ("DROP", [name, password, ..]) => {
            let question = Question::Drop {
                name: (*name).into(),
                password: Secret((*password).into()),
            };
            ask(request, Wish::Drop((*name).into()), question);
        }
        ("HELP", _) => HELP.iter().for_each(|line| say_now(request, line)),
        _ => say_now(request, "I do not understand. HELP lists what I do."),
    }
}

/// Returns whether a word is one of these.
fn is_of(word: &str, known: &[&str]) -> bool {
    known.iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// Says what the name of an account means for nicks.
fn nicks_are(network: &Network) -> &'static str {
    match network.settings.reserve_nicks {
        true => "The name of an account is a nick that nobody else can have here.",
        false => "Nicks are not kept for anybody here; GHOST and REGAIN get yours back.",
    }
}

/// LIST is for operators: the names of accounts are nobody else's business.
fn list(request: &mut Request<'_>, mask: &str) {
    match request.client.is_operator() {
        true => ask(request, Wish::List(mask.into()), Question::Names),
        false => say_now(request, "That is for operators of the network."),
    }
}

fn register(request: &mut Request<'_>, password: &str) {
    if !request.network.settings.register {
        return say_now(request, "Accounts are made by the operators here.");
    }
    if request.client.account.is_some() {
        return say_now(request, "You are logged in already.");
    }
    let question = Question::Register {
        name: request.client.nick.clone(),
        password: Secret(password.into()),
    };
    ask(request, Wish::Register, question);
}

fn identify(request: &mut Request<'_>, name: &str, password: &str) {
    let question = Question::Password {
        name: name.into(),
        password: Secret(password.into()),
    };
    ask(request, Wish::Identify, question);
}

fn certificate(request: &mut Request<'_>, verb: &str, rest: &[&str]) {
    let own = request.session.link.certificate;
    let given = match rest.first() {
        Some(text) => parse_fingerprint(text),
        None => own,
    };
    match (verb, given) {
        ("LIST", _) => with_account(request, |name| {
            (Wish::ListCertificates, Question::Certificates { name })
        }),
        ("ADD" | "DEL", None) => {
            let text = "That needs a SHA-256 fingerprint, or a connection with a certificate.";
            say_now(request, text);
        }
        ("ADD", Some(fingerprint)) => with_account(request, |name| {
            let question = Question::AddCertificate { name, fingerprint };
            (Wish::AddCertificate(fingerprint), question)
        }),
        ("DEL", Some(fingerprint)) => with_account(request, |name| {
            let question = Question::RemoveCertificate { name, fingerprint };
            (Wish::RemoveCertificate(fingerprint), question)
        }),
        _ => say_now(request, "CERT takes ADD, DEL and LIST."),
    }
}

fn info(request: &mut Request<'_>, name: &str) {
    let question = Question::Lookup { name: name.into() };
    ask(request, Wish::Info(name.into()), question);
}

/// Asks for somebody who is logged in.
fn with_account(request: &mut Request<'_>, ask_for: impl FnOnce(String) -> (Wish, Question)) {
    match &request.client.account {
        None => say_now(request, "You are not logged in."),
        Some(account) => {
            let (wish, question) = ask_for(account.name.clone());
            ask(request, wish, question);
        }
    }
}

fn ask(request: &mut Request<'_>, wish: Wish, question: Question) {
    request.act(Event::Errand(Errand {
        purpose: Purpose::NickServ(wish),
        question,
    }));
}

/// Does what the answer allows, or says why not.
pub(in super::super) fn answered(
    client: ClientId,
    wish: Wish,
    answer: Result<Answer, AnswerError>,
    stamp: &Stamp,
    network: &mut Network,
    effects: &mut Effects<'_>,
) {
    let text = match (wish, answer) {
        (_, Err(error)) => error.words().into(),
        (Wish::Register | Wish::Identify, Ok(Answer::Account(account))) => {
            let text = format!("You are logged in as {}.", account.name);
            let account = Some(account);
            let _taken = network.apply(LogIn { client, account }, stamp, effects);
            text
        }
        (Wish::SetPassword, Ok(_)) => "Your password is another one now.".into(),
        (Wish::AddCertificate(fingerprint), Ok(_)) => {
            let text = fingerprint_text(&fingerprint);
            format!("Added {text}. It logs you in by SASL EXTERNAL.")
        }
        (Wish::RemoveCertificate(fingerprint), Ok(_)) => {
            format!("Removed {}.", fingerprint_text(&fingerprint))
        }
        (Wish::ListCertificates, Ok(Answer::Certificates(all))) => {
            for fingerprint in &all {
                let text = fingerprint_text(fingerprint);
                super::say(NICK, client, network, effects.replies.lines(), &text);
            }
            format!("{} certificates.", all.len())
        }
        (
            Wish::Info(_),
            Ok(Answer::Info {
                name, created_ms, ..
            }),
        ) => {
            format!("{name} was registered at {}.", time_text(created_ms))
        }
        (Wish::List(mask), Ok(Answer::Names(names))) => {
            let fitting = names.iter().filter(|name| mask::matches(&mask, name));
            let mut count = 0;
            for name in fitting {
                count += 1;
                if count <= LISTED_MAX {
                    super::say(NICK, client, network, effects.replies.lines(), name);
                }
            }
            match count > LISTED_MAX {
                true => format!("{count} accounts; only the first {LISTED_MAX} are shown."),
                false => format!("{count} accounts."),
            }
        }
        (Wish::Drop(name), Ok(_)) => {
            log_out_all(&name, stamp, network, effects);
            format!("{name} is no account any more.")
        }
        (_, Ok(_)) => return,
    };
    super::say(NICK, client, network, effects.replies.lines(), &text);
}

/// Who was logged in to an account that is gone is so no more.
fn log_out_all(name: &str, stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
    let fold = |name: &str| network.settings.casemapping.fold(name);
    let is_of_it = |account: &crate::irc::account::AccountRef| fold(&account.name) == fold(name);
    let clients = network.clients.iter();
    let clients = clients.filter(|client| client.account.as_ref().is_some_and(is_of_it));
    let clients: Vec<ClientId> = clients.map(|client| client.id).collect();
    for client in clients {
        network.log_in(client, None, stamp, effects);
    }
}

pub(super) fn say_now(request: &mut Request<'_>, text: &str) {
    let (to, network) = (request.client.id, request.network);
    super::say(NICK, to, network, request.say(), text);
}

/// The nick of the service.
pub(crate) const NICK: &str = "NickServ";

/// Most accounts that LIST shows.
const LISTED_MAX: usize = 500;

const HELP: [&str; 14] = [
    "REGISTER password: make an account with your nick for its name",
    "IDENTIFY [account] password: log in; LOGOUT: log out",
    "GHOST nick [password]: send away who has your nick",
    "REGAIN nick [password]: the same, and take the nick; RECOVER is another word for it",
    "SET PASSWORD password: set another password",
    "SET ALWAYS-ON true|false|default: stay when your last connection goes",
    "SET MULTICLIENT true|false|default: share your nick among connections; GET shows both",
    "CERT ADD [fingerprint]: let a certificate log you in (SHA-256)",
    "CERT DEL fingerprint, CERT LIST: take it away, list them",
    "INFO [account]: since when there is an account",
    "DROP account password: remove an account for good",
    "LIST [mask]: the accounts, for operators of the network",
    "GROUP, RELEASE: what these mean here",
    "The same account works for all services of this hub.",
];
