//! `starttls`: what is said in plain until the peer agrees to TLS, on the connecting side.
//!
//! ```text
//! smtp      greeting 220 ▸ EHLO ▸ 250 with STARTTLS ▸ STARTTLS ▸ 220           RFC 3207
//! imap      greeting OK ▸ CAPABILITY ▸ … STARTTLS, OK ▸ STARTTLS ▸ OK          RFC 9051 section 6.2.1
//! pop3      greeting +OK ▸ CAPA ▸ … STLS ▸ STLS ▸ +OK                          RFC 2595 section 4
//! ftp       greeting 220 ▸ AUTH TLS ▸ 234                                      RFC 4217 section 4
//! postgres  SSLRequest ▸ S                      PostgreSQL's protocol, "SSL Session Encryption"
//! ```
//!
//! Invariant: nothing that came in plain is taken for what comes under TLS. Bytes behind the peer's
//! go-ahead were put there by somebody else, or by a peer that is not to be trusted: no handshake.

mod mail;
mod reply;
mod talk;
#[cfg(test)]
mod tests;

use std::net::IpAddr;

use super::Settings;
use super::handshake::Failure;
use crate::io::{ConnectionInfo, Stream};
use reply::Lines;
use talk::Talk;

/// The protocol that is switched to TLS.
#[derive(Debug, Clone, Copy)]
pub(super) enum StartTls {
    Smtp,
    Imap,
    Pop3,
    Ftp,
    Postgres,
}

impl StartTls {
    /// Returns what `starttls` says.
    pub(super) fn of(settings: &Settings) -> Option<Self> {
        match settings.text("starttls")?.as_str() {
            "smtp" => Some(Self::Smtp),
            "imap" => Some(Self::Imap),
            "pop3" => Some(Self::Pop3),
            "ftp" => Some(Self::Ftp),
            "postgres" => Some(Self::Postgres),
            _ => None,
        }
    }

    /// Brings the peer to where the handshake begins; the caller limits the time.
    pub(super) async fn ask(
        self,
        stream: &mut Stream,
        info: &ConnectionInfo,
    ) -> Result<(), Failure> {
        let mut talk = Talk::new(stream);
        let asked = match self {
            Self::Smtp => smtp(&mut talk, info).await,
            Self::Imap => mail::imap(&mut talk).await,
            Self::Pop3 => mail::pop3(&mut talk).await,
            Self::Ftp => ftp(&mut talk).await,
            Self::Postgres => postgres(&mut talk).await,
        };
        asked.and_then(|()| talk.finish())
    }
}

async fn smtp(talk: &mut Talk<'_>, info: &ConnectionInfo) -> Result<(), Failure> {
    let greeting = talk.reply(Lines::EachWithCode).await?;
    greeting.expect(220, "a connection")?;
    talk.say(&format!("EHLO {}", address_literal(info))).await?;
    let hello = talk.reply(Lines::EachWithCode).await?;
    hello.expect(250, "EHLO")?;
    let mut keywords = hello.texts().skip(1);
    if !keywords.any(|text| is_word(text.split(' ').next(), "STARTTLS")) {
        return Err(not_offered("STARTTLS"));
    }
    talk.say("STARTTLS").await?;
    let answer = talk.reply(Lines::EachWithCode).await?;
    answer.expect(220, "STARTTLS")
}

/// Writes the own address as a client without a name of its own does (RFC 5321 section 4.1.3).
fn address_literal(info: &ConnectionInfo) -> String {
    match info.local.map(|local| local.ip().to_canonical()) {
        Some(IpAddr::V4(ip)) => format!("[{ip}]"),
        Some(IpAddr::V6(ip)) => format!("[IPv6:{ip}]"),
        None => "localhost".to_owned(),
    }
}

async fn ftp(talk: &mut Talk<'_>) -> Result<(), Failure> {
    let mut greeting = talk.reply(Lines::LastWithCode).await?;
    // It is ready in some minutes (RFC 959 section 5.4).
    while greeting.code == 120 {
        greeting = talk.reply(Lines::LastWithCode).await?;
    }
    greeting.expect(220, "a connection")?;
    talk.say("AUTH TLS").await?;
    let answer = talk.reply(Lines::LastWithCode).await?;
    answer.expect(234, "AUTH TLS")
}

async fn postgres(talk: &mut Talk<'_>) -> Result<(), Failure> {
    talk.send(&SSL_REQUEST, "SSLRequest").await?;
    match talk.byte().await? {
        b'S' => Ok(()),
        b'N' => Err(Failure::plain("the server does not take TLS")),
        // What an error says in plain is not shown: anybody may have written it.
        b'E' => Err(Failure::plain("the server answers SSLRequest by an error")),
        _ => Err(Failure::plain("what the server says is not PostgreSQL")),
    }
}

fn is_word(found: Option<&str>, word: &str) -> bool {
    found.is_some_and(|found| found.eq_ignore_ascii_case(word))
}

fn not_offered(command: &str) -> Failure {
    Failure::plain(format!("the server does not offer {command}"))
}

/// The length of the message, bytes, and the number that stands for a request of TLS.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];
