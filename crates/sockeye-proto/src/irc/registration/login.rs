//! Logging in: PASS and AUTHENTICATE.

use alloc::string::String;
use alloc::vec::Vec;

use super::sasl::{self, Exchange};
use super::{NOBODY, Registration, State, Step};
use crate::irc::account::{AccountRef, Answer, AnswerError, Question, Secret};
use crate::irc::command::account::{write_not_registered, write_registered};
use crate::irc::message::Line;
use crate::irc::numeric::{self, Severity, standard_reply};

/// What the accounts are looked into for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Purpose {
    Pass,
    Sasl,
    /// REGISTER of that account.
    Register(String),
}

impl Registration {
    /// Takes the answer to [`Step::Ask`].
    pub fn answered(&mut self, answer: Result<Answer, AnswerError>, steps: &mut Vec<Step>) {
        match (self.asked_for.take(), answer) {
            (Some(Purpose::Pass), Ok(Answer::Account(account))) => self.log_in(account, &[], steps),
            (Some(Purpose::Sasl), Ok(answer)) => {
                let exchange = self.sasl.answered(answer);
                self.go_on(exchange, steps);
            }
            (Some(Purpose::Sasl), Err(error)) => {
                self.sasl.abort();
                self.denied(Purpose::Sasl, error, steps);
            }
            (Some(Purpose::Pass), Err(error)) => self.denied(Purpose::Pass, error, steps),
            (Some(Purpose::Register(_)), Ok(Answer::Account(account))) => {
                self.say(steps, |out, _, me| {
                    write_registered(&account.name, &me.settings.server, out);
                });
                self.log_in(account, &[], steps);
            }
            (Some(Purpose::Register(name)), Err(error)) => self.say(steps, |out, _, me| {
                write_not_registered(error, &name, &me.settings.server, out);
            }),
            (Some(_), Ok(_)) | (None, _) => {}
        }
    }

    /// Before registration it needs a nick (IRCv3 draft/account-registration).
    pub(super) fn register(&mut self, params: &[String], steps: &mut Vec<Step>) {
        if !(self.settings.accounts && self.settings.register) {
            return self.reply(numeric::ERR_NOTREGISTERED, &[], steps);
        }
        let fail = |code, name: &str, text, steps: &mut Vec<Step>| {
            self.say(steps, |out, _, me| {
                let what = ("REGISTER", code);
                let server = &me.settings.server;
                let line = Line::new(out);
                standard_reply(line, Severity::Fail, server, what, &[name], text);
            });
        };
        let [name, _, password, ..] = params else {
            return self.reply(numeric::ERR_NEEDMOREPARAMS, &["REGISTER"], steps);
        };
        let Some(nick) = &self.nick else {
            return fail("NEED_NICK", "*", "Say NICK first", steps);
        };
        if let Some(account) = &self.account {
            let text = "You are already logged in";
            return fail("ALREADY_AUTHENTICATED", &account.name, text, steps);
        }
        let name = if name == "*" { nick } else { name }.clone();
        let question = Question::Register {
            name: name.clone(),
            password: Secret(password.clone()),
        };
        self.ask(question, Purpose::Register(name), steps);
    }

    /// There is no password for the server as a whole, so any is accepted, but one of the form
    /// `account:password` logs in.
    pub(super) fn take_pass(&mut self, password: Option<&str>, steps: &mut Vec<Step>) {
        let Some(password) = password else {
            return self.reply(numeric::ERR_NEEDMOREPARAMS, &["PASS"], steps);
        };
        match password.split_once(':') {
            Some((name, password)) if self.settings.accounts && !name.is_empty() => {
                let question = Question::Password {
                    name: name.into(),
                    password: Secret(password.into()),
                };
                self.ask(question, Purpose::Pass, steps);
            }
            _ => {}
        }
    }

    /// Who is logged in may log in anew, as somebody else, too (IRCv3 sasl-3.2).
    pub(super) fn authenticate(&mut self, parameter: Option<&str>, steps: &mut Vec<Step>) {
        let Some(parameter) = parameter else {
            return self.reply(numeric::ERR_NEEDMOREPARAMS, &["AUTHENTICATE"], steps);
        };
        if !self.settings.accounts || self.failed_logins >= FAILED_LOGINS_MAX {
            return self.reply(numeric::ERR_SASLFAIL, &[], steps);
        }
        let mechanisms = sasl::mechanisms(self.link.certificate.is_some());
        let exchange = self.sasl.step(parameter, mechanisms);
        self.go_on(exchange, steps);
    }

    fn go_on(&mut self, exchange: Exchange, steps: &mut Vec<Step>) {
        match exchange {
            Exchange::Say(message) => self.say(steps, |out, _, _| sasl::write(out, &message)),
            Exchange::More => {}
            Exchange::Aborted => self.reply(numeric::ERR_SASLABORTED, &[], steps),
            Exchange::TooLong => self.reply(numeric::ERR_SASLTOOLONG, &[], steps),
            Exchange::Failed => self.reply(numeric::ERR_SASLFAIL, &[], steps),
            Exchange::UnknownMechanism => {
                let mechanisms = sasl::mechanisms(self.link.certificate.is_some());
                self.reply(numeric::RPL_SASLMECHS, &[mechanisms], steps);
                self.reply(numeric::ERR_SASLFAIL, &[], steps);
            }
            Exchange::Ask(question) => self.ask(question, Purpose::Sasl, steps),
            Exchange::Done(account) => {
                self.log_in(account, &[numeric::RPL_SASLSUCCESS], steps);
            }
        }
    }

    fn ask(&mut self, question: Question, purpose: Purpose, steps: &mut Vec<Step>) {
        self.asked_for = Some(purpose);
        steps.push(Step::Ask(question));
    }

    fn denied(&mut self, purpose: Purpose, error: AnswerError, steps: &mut Vec<Step>) {
        self.failed_logins += 1;
        let failure = match purpose {
            Purpose::Pass => numeric::ERR_PASSWDMISMATCH,
            _ => numeric::ERR_SASLFAIL,
        };
        self.say(steps, |out, client, me| {
            let reply = failure.to(out, &me.settings.server, client);
            match error {
                AnswerError::Denied => reply.text(),
                error => reply.trailing(error.words()),
            }
        });
        let is_last = purpose == Purpose::Pass || self.failed_logins >= FAILED_LOGINS_MAX;
        if self.state != State::Entered && is_last {
            self.close("Login failed", steps);
        }
    }

    /// Logs in and says so, once on the network by the network itself, which knows the nick.
    fn log_in(&mut self, account: AccountRef, then: &[numeric::Numeric], steps: &mut Vec<Step>) {
        let mut out = String::new();
        let server = self.settings.server.as_str();
        let client = self.client();
        if self.state != State::Entered {
            let user = self.user.as_ref().map_or(NOBODY, |(user, _)| user);
            let mask = [client, "!", user, "@", &self.host].concat();
            numeric::logged_in(&account.name, (server, client), &mask, &mut out);
        }
        for numeric in then {
            numeric.to(&mut out, server, client).text();
        }
        self.account = Some(account.clone());
        if self.state == State::Entered {
            steps.push(Step::Login(account, out.into()));
        } else {
            self.send(out, steps);
            self.enter_if_complete(steps);
        }
    }
}

/// Most failed logins of a connection.
pub const FAILED_LOGINS_MAX: u32 = 3;
