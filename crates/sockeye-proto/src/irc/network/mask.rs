//! Masks with `*` and `?` (RFC 2812 section 2.5), and the entries of ban lists that are made of
//! them.
//!
//! An entry is a mask `nick!user@host`, or one of the extended bans that EXTBAN in ISUPPORT lists:
//! `a:MASK` fits who is logged in to an account of that name, and `m:` before either of them makes
//! it one about speaking only.

use alloc::format;
use alloc::string::String;

/// Returns whether `text` matches `mask`: `*` stands for any characters, `?` for one. Letters are
/// compared without regard to case.
///
/// Takes at most `mask` × `text` steps.
pub(crate) fn matches(mask: &str, text: &str) -> bool {
    let mut mask = mask.chars();
    let mut text = text.chars();
    // Where to go on when the part after the last star did not fit: one character further.
    let mut retry = None;
    loop {
        let mut mask_after = mask.clone();
        match (mask_after.next(), text.clone().next()) {
            (Some('*'), _) => {
                retry = Some((mask_after.clone(), text.clone()));
                mask = mask_after;
                continue;
            }
            (Some(pattern), Some(c)) if pattern == '?' || same_letter(pattern, c) => {
                mask = mask_after;
                text.next();
                continue;
            }
            (None, None) => return true,
            _ => {}
        }
        let Some((mask_retry, mut text_retry)) = retry.take() else {
            return false;
        };
        if text_retry.next().is_none() {
            return false;
        }
        mask = mask_retry.clone();
        text = text_retry.clone();
        retry = Some((mask_retry, text_retry));
    }
}

fn same_letter(a: char, b: char) -> bool {
    a == b || a.to_lowercase().eq(b.to_lowercase())
}

/// Returns an entry in the form in which it is kept: `nick` becomes `nick!*@*`, `user@host` becomes
/// `*!user@host`, an empty part becomes `*`; `None` if it is an extended ban of nothing.
pub(crate) fn canonical(entry: &str) -> Option<String> {
    let (prefix, whom) = match entry.strip_prefix(MUTE) {
        Some(whom) => (MUTE, whom),
        None => ("", entry),
    };
    let is_of_account = whom.starts_with(ACCOUNT);
    match whom {
        "" | ACCOUNT => None,
        _ if is_of_account => Some(entry.into()),
        _ => Some([prefix, &complete(whom)].concat()),
    }
}

/// Returns whether an entry is about speaking only.
pub(crate) fn is_mute(entry: &str) -> bool {
    entry.starts_with(MUTE)
}

/// Returns whether an entry in canonical form fits a client; one that is about speaking only does
/// if that is what it wants to do.
pub(crate) fn fits(entry: &str, source: &str, account: Option<&str>, speaking: bool) -> bool {
    let whom = match entry.strip_prefix(MUTE) {
        Some(_) if !speaking => return false,
        Some(whom) => whom,
        None => entry,
    };
    match whom.strip_prefix(ACCOUNT) {
        Some(mask) => account.is_some_and(|account| matches(mask, account)),
        None => matches(whom, source),
    }
}

fn complete(mask: &str) -> String {
    let (nick, rest) = match mask.split_once('!') {
        Some((nick, rest)) => (nick, rest),
        None if mask.contains('@') => ("*", mask),
        None => (mask, "*@*"),
    };
    let (user, host) = rest.split_once('@').unwrap_or((rest, "*"));
    let star = |part| if str::is_empty(part) { "*" } else { part };
    format!("{}!{}@{}", star(nick), star(user), star(host))
}

/// Begins an entry about speaking only.
const MUTE: &str = "m:";

/// Begins an entry about accounts (IRCv3 account-extban).
const ACCOUNT: &str = "a:";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_question_marks_stand_for_text() {
        assert!(matches("*", ""));
        assert!(matches("a*c", "abbbc"));
        assert!(matches("*!*@10.0.*", "ann!u@10.0.0.7"));
        assert!(matches("a?c*", "abc"));
        assert!(matches("*a*b*", "xxaxxbxx"));
        assert!(matches("ÄRGER*", "ärgerlich"));
        assert!(!matches("a?c", "ac"));
        assert!(!matches("", "a"));
        assert!(!matches("*a", "ab"));
        assert!(!matches("a*b*c", "acb"));
    }

    #[test]
    fn a_mask_of_stars_takes_no_exponential_time() {
        let mask = "*a".repeat(60);
        let text = "a".repeat(50);
        assert!(!matches(&mask, &text));
    }

    #[test]
    fn missing_parts_of_a_ban_become_stars() {
        for (entry, kept) in [
            ("bob", "bob!*@*"),
            ("bob!x", "bob!x@*"),
            ("x@host", "*!x@host"),
            ("bob!@host", "bob!*@host"),
            ("!@", "*!*@*"),
            ("m:bob", "m:bob!*@*"),
            ("m:x@host", "m:*!x@host"),
            ("a:ann", "a:ann"),
            ("m:a:ann", "m:a:ann"),
            ("a:m:ann", "a:m:ann"),
        ] {
            assert_eq!(canonical(entry).as_deref(), Some(kept), "{entry}");
        }
        for nothing in ["", "m:", "a:", "m:a:"] {
            assert_eq!(canonical(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn entries_fit_by_source_or_account() {
        let fits = |entry, speaking| fits(entry, "bob!u@h", Some("Ann"), speaking);
        assert!(fits("bob!*@*", false) && fits("bob!*@*", true));
        assert!(fits("a:ann", false) && fits("a:*", true));
        assert!(fits("m:*!u@*", true) && !fits("m:*!u@*", false));
        assert!(fits("m:a:ann", true) && !fits("m:a:ann", false));
        assert!(!fits("a:bob", true) && !fits("m:a:bob", true));
        assert!(!super::fits("a:*", "bob!u@h", None, true));
    }
}
