//! From one word of text to an address.
//!
//! `NAME:DIGITS` is a host and a port, but for the few schemes whose text may be a number; anything
//! else after a colon makes what stands before it a scheme.

use std::net::Ipv6Addr;
use std::ops::Range;
use std::path::PathBuf;

use super::address::{Address, Family, Host, Inherited, UnixName};
use super::authority::{Authority, Encoding};
use super::problem::{Fault, nearest};
use super::split::{self, Token};
use super::words::{self, Form, SchemeRow, Stands};
use super::{Endpoint, Word, script};

/// Parses the address that a token spells; `next` is the word after it, for suggestions only.
pub(super) fn endpoint(token: &Token, next: Option<&Token>) -> Result<Endpoint, Fault> {
    address(token, next).map_err(|fault| match token.text.contains(" +") {
        true => fault.hint("each +word stands for itself, outside of the quotes of its address"),
        false => fault,
    })
}

fn address(token: &Token, next: Option<&Token>) -> Result<Endpoint, Fault> {
    let text = token.text.as_str();
    if text == "-" {
        return Ok(Address::Stdio.into());
    }
    if is_number(text) {
        let port = Authority {
            token,
            part: 0..text.len(),
        }
        .port(0..text.len())?;
        return Ok(Address::Tcp {
            host: Host::Loopback,
            port,
            family: Family::Any,
        }
        .into());
    }
    if text.parse::<Ipv6Addr>().is_ok() {
        let fault = Fault::new(token.whole(), "an IPv6 address without brackets");
        return Err(fault.hint("write [ADDRESS]:PORT"));
    }
    let Some(colon) = text.find(':') else {
        return Err(no_address(token, next));
    };
    let (name, rest) = (&text[..colon], &text[colon + 1..]);
    let is_host = name.is_empty() || name.starts_with('[') || is_number(rest);
    if is_host && !takes_number(name) {
        let authority = Authority {
            token,
            part: 0..text.len(),
        };
        return authority
            .tcp(Family::Any, Encoding::Plain)
            .map(Endpoint::from);
    }
    let (row, listening) = find_scheme(token, colon)?;
    let address = match row.form {
        Form::HostPort => host_port(row, token, colon)?,
        _ => scheme_text(row, token, colon)?,
    };
    let implied = sugar(row.name).iter().filter_map(|name| words::word(name));
    Ok(Endpoint {
        listening,
        words: implied.map(Word::bare).collect(),
        ..Endpoint::from(address)
    })
}

/// Returns the layers over TCP that a scheme is short for, bottom-up.
fn sugar(scheme: &str) -> &'static [&'static str] {
    match scheme {
        "tls" => &["tls"],
        "ws" => &["ws"],
        "wss" => &["tls", "ws"],
        _ => &[],
    }
}

fn no_address(token: &Token, next: Option<&Token>) -> Fault {
    let text = &token.text;
    let fault = Fault::new(token.whole(), format!("{text} is no address"));
    match next {
        Some(port) if is_number(&port.text) => {
            fault.did_you_mean(Some(format!("{text}:{}", port.text)))
        }
        _ if words::scheme(text).is_some() => fault.did_you_mean(Some(format!("{text}:"))),
        _ if text.contains('/') => fault.did_you_mean(Some(format!("unix:{text}"))),
        _ => fault.hint("an address is PORT, HOST:PORT, scheme://… or scheme:TEXT"),
    }
}

/// Returns whether digits after the colon are a scheme's text and no port.
fn takes_number(name: &str) -> bool {
    let name = name.strip_suffix("-l").unwrap_or(name);
    words::scheme(name).is_some_and(|row| row.form == Form::TextOrNumber)
}

/// Finds the scheme that ends at the colon, and whether it is marked as listening.
fn find_scheme(token: &Token, colon: usize) -> Result<(&'static SchemeRow, bool), Fault> {
    let name = &token.text[..colon];
    let at = token.place(0..colon);
    let plain = name
        .strip_suffix("-l")
        .filter(|plain| words::scheme(plain).is_some());
    let Some(row) = words::scheme(plain.unwrap_or(name)).filter(|row| row.form != Form::Alone)
    else {
        return Err(unknown_scheme(token, colon));
    };
    if !row.built {
        let colon = if token.text[colon..].starts_with("://") {
            "://"
        } else {
            ":"
        };
        return Err(Fault::new(
            at,
            format!("{name}{colon} is not in this version"),
        ));
    }
    if plain.is_some() && row.stands == Stands::Opening {
        return Err(Fault::new(at, format!("{}: cannot listen", row.name)));
    }
    Ok((row, plain.is_some()))
}

fn unknown_scheme(token: &Token, colon: usize) -> Fault {
    let (name, rest) = (&token.text[..colon], &token.text[colon + 1..]);
    let at = token.place(0..colon);
    let colon_after = if rest.starts_with("//") { "://" } else { ":" };
    let names = words::SCHEMES
        .iter()
        .filter(|row| row.form != Form::Alone)
        .map(|row| row.name);
    let fault = Fault::new(at, format!("unknown scheme {name}"));
    match nearest(name, names) {
        Some(meant) => fault.did_you_mean(Some(format!("{meant}{colon_after}"))),
        None if rest.is_empty() => fault.hint("a port is missing after the colon"),
        None if !rest.starts_with("//") => fault.hint("a port is a number"),
        None => fault,
    }
}

fn host_port(row: &SchemeRow, token: &Token, colon: usize) -> Result<Address, Fault> {
    let start = colon + "://".len();
    if !token.text[colon..].starts_with("://") {
        let rest = &token.text[colon + 1..];
        return Err(
            Fault::new(token.whole(), format!("{} takes ://HOST:PORT", row.name))
                .did_you_mean(Some(format!("{}://{rest}", row.name))),
        );
    }
    let family = match row.name {
        "tcp4" => Family::V4,
        "tcp6" => Family::V6,
        _ => Family::Any,
    };
    let authority = Authority {
        token,
        part: start..token.text.len(),
    };
    match (row.name, authority.tcp(family, Encoding::Percent)?) {
        ("udp", Address::Tcp { host, port, family }) => Ok(Address::Udp { host, port, family }),
        (_, tcp) => Ok(tcp),
    }
}

fn scheme_text(row: &'static SchemeRow, token: &Token, colon: usize) -> Result<Address, Fault> {
    let name = row.name;
    let at = token.place(colon + 1..token.text.len());
    let text = &token.text[colon + 1..];
    match (row.form, text.is_empty()) {
        (Form::Nothing, false) => {
            return Err(Fault::new(
                at,
                format!("{name}: takes nothing after the colon"),
            ));
        }
        (Form::Nothing, true) => {
            return Ok(Address::Service {
                name,
                text: String::new(),
            });
        }
        (Form::TextOrNothing, true) => {}
        (_, true) => {
            return Err(Fault::new(
                at,
                format!("{name}: needs a text after the colon"),
            ));
        }
        (_, false) => {}
    }
    match name {
        "unix" => unix_name(name, text, at).map(Address::Unix),
        "unix-dgram" => unix_name(name, text, at).map(Address::UnixDatagram),
        "unix-seqpacket" => unix_name(name, text, at).map(Address::UnixSeqpacket),
        "exec" => exec(token, colon + 1),
        "file" => match text.strip_prefix("//") {
            Some(path) if !path.starts_with('/') => {
                Err(Fault::new(at, "file:// needs a path from the root").hint("write file:PATH"))
            }
            path => Ok(Address::File {
                path: path.unwrap_or(text).into(),
            }),
        },
        "sh" => Ok(Address::Sh {
            command: text.to_owned(),
        }),
        "fd" => inherited(text, at).map(Address::Fd),
        "mem" => Ok(Address::Mem {
            name: text.to_owned(),
        }),
        "mock" => mock(token, colon + 1),
        _ => Ok(Address::Service {
            name,
            text: text.to_owned(),
        }),
    }
}

/// Reads `@NAME`, a path, or a path after `//`, which must be absolute.
fn unix_name(scheme: &str, text: &str, at: Range<usize>) -> Result<UnixName, Fault> {
    let (kind, name) = match (text.strip_prefix('@'), text.strip_prefix("//")) {
        (Some(name), _) => ("name", UnixName::Abstract(name.to_owned())),
        (_, Some(path)) if !path.starts_with('/') => {
            let problem = format!("{scheme}:// needs a path from the root");
            return Err(Fault::new(at, problem).hint(format!("write {scheme}:PATH")));
        }
        (_, path) => ("path", UnixName::Path(PathBuf::from(path.unwrap_or(text)))),
    };
    let bytes = match &name {
        UnixName::Abstract(name) => name.len(),
        UnixName::Path(path) => path.as_os_str().len(),
    };
    match bytes {
        ..=UNIX_BYTES_MAX => Ok(name),
        _ => {
            let most = format!("the {kind} of a Unix socket has at most {UNIX_BYTES_MAX} bytes");
            Err(Fault::new(at, format!("{most}, and this one {bytes}")))
        }
    }
}

/// Reads a descriptor's number, or the name that it was handed over by.
fn inherited(text: &str, at: Range<usize>) -> Result<Inherited, Fault> {
    if !is_number(text) {
        return Ok(Inherited::Named(text.to_owned()));
    }
    match text.parse() {
        Ok(0..=2) => {
            let problem = "descriptors 0 to 2 are standard input, output and error";
            Err(Fault::new(at, problem).hint("- is standard input and output"))
        }
        Ok(number) => Ok(Inherited::Number(number)),
        Err(_) => Err(Fault::new(at, format!("{text} is no descriptor"))),
    }
}

fn exec(token: &Token, start: usize) -> Result<Address, Fault> {
    let argv = split::split(&token.text[start..]).map_err(|unfinished| {
        let at = start + unfinished.at;
        Fault::new(token.place(at..at + 1), unfinished)
    })?;
    let argv: Vec<String> = argv.into_iter().map(|arg| arg.text).collect();
    match argv.first() {
        Some(program) if !program.is_empty() => Ok(Address::Exec { argv }),
        _ => Err(Fault::new(
            token.place(start..token.text.len()),
            "exec: needs a program",
        )),
    }
}

fn mock(token: &Token, start: usize) -> Result<Address, Fault> {
    let script = &token.text[start..];
    match script::steps(script) {
        Ok(_) => Ok(Address::Mock {
            script: script.to_owned(),
        }),
        Err(mistake) => {
            let at = start + mistake.at.start..start + mistake.at.end;
            let fault = Fault::new(token.place(at), mistake.problem);
            Err(mistake.hint.into_iter().fold(fault, Fault::hint))
        }
    }
}

/// Tells whether a text is digits and nothing else.
pub(super) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Longest path or name of a Unix socket, bytes: 108 less the zero byte at its end or its start
/// (unix(7)).
const UNIX_BYTES_MAX: usize = 107;
