//! OPER (RFC 2812 section 3.1.4), and REGISTER and VERIFY (IRCv3 draft/account-registration).

use alloc::string::String;

use super::Request;
use super::errand::{Errand, Purpose};
use super::login::LogIn;
use crate::irc::account::{Answer, AnswerError, Question, Secret};
use crate::irc::deed::Act;
use crate::irc::event::Stamp;
use crate::irc::id::ClientId;
use crate::irc::message::Line;
use crate::irc::network::{Effects, Event, Network, Whom};
use crate::irc::numeric::{
    ERR_NOOPERHOST, ERR_PASSWDMISMATCH, ERR_UNKNOWNCOMMAND, RPL_YOUREOPER, Severity, standard_reply,
};

/// An operator is who is logged in to an account with a power: OPER logs in.
pub(super) fn oper_command(request: &mut Request<'_>) {
    let (name, password) = (request.param(0), request.param(1));
    let question = Question::Password {
        name: name.unwrap_or_default().into(),
        password: Secret(password.unwrap_or_default().into()),
    };
    request.act(Event::Errand(Errand {
        purpose: Purpose::Oper,
        question,
    }));
}

pub(super) fn oper(
    client: ClientId,
    answer: Result<Answer, AnswerError>,
    stamp: &Stamp,
    network: &mut Network,
    effects: &mut Effects<'_>,
) {
    match answer {
        Ok(Answer::Account(account)) if !account.powers.is_empty() => {
            let account = Some(account);
            let _taken = network.apply(LogIn { client, account }, stamp, effects);
            let lines = effects.replies.lines();
            network.reply(client, RPL_YOUREOPER, lines).text();
        }
        Ok(answer) => {
            if let Answer::Account(account) = &answer {
                let on = Whom::account(&account.name);
                network.record_act(Act::OperatorRefused, client, on, effects);
            }
            let lines = effects.replies.lines();
            network.reply(client, ERR_NOOPERHOST, lines).text();
        }
        Err(error) => {
            let lines = effects.replies.lines();
            let reply = network.reply(client, ERR_PASSWDMISMATCH, lines);
            match error {
                AnswerError::Denied => reply.text(),
                error => reply.trailing(error.words()),
            }
        }
    }
}

/// The account may have any name, and needs no e-mail address; one that is given is not kept.
pub(super) fn register(request: &mut Request<'_>) {
    if !request.network.settings.register {
        let command = &request.message.command;
        return request.reply(ERR_UNKNOWNCOMMAND).param(command).text();
    }
    let name = match request.param(0).unwrap_or_default() {
        "*" => &request.client.nick,
        name => name,
    };
    if let Some(account) = &request.client.account {
        let code = "ALREADY_AUTHENTICATED";
        let text = "You are already logged in";
        let server = &request.network.settings.server;
        return fail(code, &account.name, text, server, request.say());
    }
    let question = Question::Register {
        name: name.into(),
        password: Secret(request.param(2).unwrap_or_default().into()),
    };
    request.act(Event::Errand(Errand {
        purpose: Purpose::Register(name.into()),
        question,
    }));
}

/// Nothing has to be verified here, so no code is the right one.
pub(super) fn verify(request: &mut Request<'_>) {
    let name = request.param(0).unwrap_or_default();
    let what = ("VERIFY", "INVALID_CODE");
    let server = &request.network.settings.server;
    let line = Line::new(request.say());
    let text = "There is nothing to verify";
    standard_reply(line, Severity::Fail, server, what, &[name], text);
}

pub(super) fn registered(
    client: ClientId,
    name: &str,
    answer: Result<Answer, AnswerError>,
    stamp: &Stamp,
    network: &mut Network,
    effects: &mut Effects<'_>,
) {
    match answer {
        Ok(Answer::Account(account)) => {
            write_registered(
                &account.name,
                &network.settings.server,
                effects.replies.lines(),
            );
            let account = Some(account);
            let _taken = network.apply(LogIn { client, account }, stamp, effects);
        }
        Ok(_) => {}
        Err(error) => {
            let server = &network.settings.server;
            write_not_registered(error, name, server, effects.replies.lines());
        }
    }
}

/// Writes that an account has been made.
pub(crate) fn write_registered(name: &str, server: &str, out: &mut String) {
    let line = Line::new(out).source(server).command("REGISTER");
    let line = line.params(["SUCCESS", name]);
    line.trailing("Account created; you are logged in to it");
}

/// Writes why no account has been made.
pub(crate) fn write_not_registered(error: AnswerError, name: &str, server: &str, out: &mut String) {
    let code = match error {
        AnswerError::Exists => "ACCOUNT_EXISTS",
        AnswerError::BadName | AnswerError::Alike => "BAD_ACCOUNT_NAME",
        AnswerError::BadPassword(_) => "UNACCEPTABLE_PASSWORD",
        _ => "TEMPORARILY_UNAVAILABLE",
    };
    fail(code, name, error.words(), server, out);
}

fn fail(code: &str, name: &str, text: &str, server: &str, out: &mut String) {
    let line = Line::new(out);
    standard_reply(
        line,
        Severity::Fail,
        server,
        ("REGISTER", code),
        &[name],
        text,
    );
}
