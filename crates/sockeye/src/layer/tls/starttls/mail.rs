//! Where mail is fetched: IMAP (RFC 9051 section 6.2.1) and POP3 (RFC 2595 section 4).

use super::super::handshake::Failure;
use super::reply::{brief, refused};
use super::talk::Talk;
use super::{is_word, not_offered};

pub(super) async fn imap(talk: &mut Talk<'_>) -> Result<(), Failure> {
    let greeting = talk.line().await?;
    let mut words = greeting.split(' ');
    match (
        words.next(),
        words.next().map(str::to_ascii_uppercase).as_deref(),
    ) {
        (Some("*"), Some("OK")) => {}
        (Some("*"), Some("BYE")) => return Err(refused("a connection", &greeting)),
        (Some("*"), Some("PREAUTH")) => {
            let why = "the server takes everybody as logged in, where TLS cannot begin any more";
            return Err(Failure::plain(why));
        }
        _ => return Err(not_understood("IMAP", &greeting)),
    }
    let mut offered = false;
    imap_command(talk, "a1", "CAPABILITY", |line| {
        let mut words = line.split(' ').skip(1);
        if is_word(words.next(), "CAPABILITY") {
            offered |= words.any(|word| is_word(Some(word), "STARTTLS"));
        }
    })
    .await?;
    match offered {
        true => imap_command(talk, "a2", "STARTTLS", |_| {}).await,
        false => Err(not_offered("STARTTLS")),
    }
}

/// Gives a command and waits until it is done; `untagged` sees the lines in between.
async fn imap_command(
    talk: &mut Talk<'_>,
    tag: &str,
    command: &str,
    mut untagged: impl FnMut(&str),
) -> Result<(), Failure> {
    talk.say(&format!("{tag} {command}")).await?;
    loop {
        let line = talk.line().await?;
        let mut words = line.split(' ');
        let (first, second) = (words.next(), words.next());
        match first {
            Some("*") if is_word(second, "BYE") => return Err(refused(command, &line)),
            Some("*") => untagged(&line),
            Some(first) if first == tag && is_word(second, "OK") => return Ok(()),
            Some(first) if first == tag => return Err(refused(command, &line)),
            _ => return Err(not_understood("IMAP", &line)),
        }
    }
}

pub(super) async fn pop3(talk: &mut Talk<'_>) -> Result<(), Failure> {
    pop3_status(talk, "a connection").await?;
    talk.say("CAPA").await?;
    let answer = talk.line().await?;
    match answer.split(' ').next() {
        Some("+OK") if !pop3_offers(talk).await? => return Err(not_offered("STLS")),
        // Who does not know CAPA (RFC 2449) cannot offer it, and may know STLS.
        Some("+OK" | "-ERR") => {}
        _ => return Err(not_understood("POP3", &answer)),
    }
    talk.say("STLS").await?;
    pop3_status(talk, "STLS").await
}

/// Reads the list of capabilities; tells whether STLS is among them.
async fn pop3_offers(talk: &mut Talk<'_>) -> Result<bool, Failure> {
    let mut offered = false;
    loop {
        let line = talk.line().await?;
        if line == "." {
            return Ok(offered);
        }
        offered |= is_word(line.split(' ').next(), "STLS");
    }
}

async fn pop3_status(talk: &mut Talk<'_>, what: &str) -> Result<(), Failure> {
    let line = talk.line().await?;
    match line.split(' ').next() {
        Some("+OK") => Ok(()),
        Some("-ERR") => Err(refused(what, &line)),
        _ => Err(not_understood("POP3", &line)),
    }
}

fn not_understood(protocol: &str, line: &str) -> Failure {
    let line = brief(line);
    Failure::Plain(format!("what the server says is not {protocol}: {line}"))
}
