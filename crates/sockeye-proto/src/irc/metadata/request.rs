//! The grammar of METADATA: `METADATA <target> <subcommand> [<params>]`.

use alloc::string::String;

use super::words::Fault;
use super::{VALUE_BYTES_MAX, is_key};

/// What is asked of a target, its parameters counted; keys that come one at a time are valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subcommand<'a> {
    Get(&'a [String]),
    List,
    /// `None`: the key is removed.
    Set(&'a str, Option<&'a str>),
    Clear,
    Sub(&'a [String]),
    Unsub(&'a [String]),
    Subs,
    Sync,
}

/// Reads the parameters of METADATA: the target and what is asked of it.
///
/// # Errors
/// What is wrong with them.
pub(crate) fn read(params: &[String]) -> Result<(&str, Subcommand<'_>), Fault<'_>> {
    let (target, name, rest) = match params {
        [target, name, rest @ ..] => (target.as_str(), name.as_str(), rest),
        _ => return Err(Fault::Params("*")),
    };
    let shown = match name.contains(' ') || name.starts_with(':') {
        true => "*",
        false => name,
    };
    let wrong = Err(Fault::Params(shown));
    let subcommand = match (name.to_ascii_uppercase().as_str(), rest) {
        ("GET", keys @ [_, ..]) => Subcommand::Get(keys),
        ("SUB", keys @ [_, ..]) => Subcommand::Sub(keys),
        ("UNSUB", keys @ [_, ..]) => Subcommand::Unsub(keys),
        ("LIST", []) => Subcommand::List,
        ("CLEAR", []) => Subcommand::Clear,
        ("SUBS", []) => Subcommand::Subs,
        ("SYNC", []) => Subcommand::Sync,
        ("SET", [key, value @ ..]) if value.len() <= 1 => {
            let value = value.first().map(String::as_str);
            set(key, value.filter(|value| !value.is_empty()))?
        }
        ("GET" | "SUB" | "UNSUB" | "LIST" | "CLEAR" | "SUBS" | "SYNC" | "SET", _) => return wrong,
        _ => return Err(Fault::Subcommand(shown)),
    };
    Ok((target, subcommand))
}

fn set<'a>(key: &'a str, value: Option<&'a str>) -> Result<Subcommand<'a>, Fault<'a>> {
    if !is_key(key) {
        return Err(Fault::Key(key));
    }
    match value.is_some_and(|value| value.len() > VALUE_BYTES_MAX) {
        true => Err(Fault::Value(key)),
        false => Ok(Subcommand::Set(key, value)),
    }
}
