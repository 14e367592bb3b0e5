//! Replies with a code of three digits, of one line or several (RFC 5321 section 4.2, RFC 959
//! section 4.2).

use super::super::handshake::Failure;
use super::talk::Talk;

/// How the lines of a long reply look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lines {
    /// Each begins with the code (SMTP).
    EachWithCode,
    /// The first and the last do, between them stands anything (FTP).
    LastWithCode,
}

/// A code and the lines with it.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) code: u16,
    lines: Vec<String>,
}

impl Talk<'_> {
    /// Waits for a whole reply.
    pub(super) async fn reply(&mut self, form: Lines) -> Result<Reply, Failure> {
        let mut lines = vec![self.line().await?];
        let not_understood = |line: &str| {
            let line = brief(line);
            Failure::Plain(format!("what the server says is no reply: {line}"))
        };
        let first = lines.first().map_or("", String::as_str);
        let (code, mut ends) = parse(first).ok_or_else(|| not_understood(first))?;
        while !ends {
            let line = self.line().await?;
            ends = match (parse(&line), form) {
                (Some((same, ends)), _) if same == code => ends,
                (_, Lines::LastWithCode) => false,
                (_, Lines::EachWithCode) => return Err(not_understood(&line)),
            };
            lines.push(line);
        }
        Ok(Reply { code, lines })
    }
}

impl Reply {
    /// Returns the texts of its lines, behind the codes.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.lines
            .iter()
            .map(|line| line.get(CODE_BYTES + 1..).unwrap_or_default())
    }

    /// Checks that the server has said `code` to `what`.
    pub(super) fn expect(&self, code: u16, what: &str) -> Result<(), Failure> {
        match self.code == code {
            true => Ok(()),
            false => {
                let said = self.lines.last().map_or("", String::as_str);
                Err(refused(what, said))
            }
        }
    }
}

/// Makes the failure of a server that says no to `what`, in its own words.
pub(super) fn refused(what: &str, said: &str) -> Failure {
    Failure::Plain(format!("the server refuses {what}: {}", brief(said)))
}

/// Returns the code that a line begins with, and whether the reply ends with it.
fn parse(line: &str) -> Option<(u16, bool)> {
    let (digits, rest) = line.split_at_checked(CODE_BYTES)?;
    let code = digits
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| digits.parse().ok())
        .flatten()?;
    match rest.chars().next() {
        None | Some(' ') => Some((code, true)),
        Some('-') => Some((code, false)),
        Some(_) => None,
    }
}

/// Returns what fits into a message.
pub(super) fn brief(line: &str) -> String {
    line.chars().take(SAID_CHARS_MAX).collect()
}

/// Digits of a code.
const CODE_BYTES: usize = 3;
/// What is repeated of a server's words, characters.
const SAID_CHARS_MAX: usize = 200;
