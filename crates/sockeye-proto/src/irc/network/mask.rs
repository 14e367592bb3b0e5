//! Masks with `*` and `?` (RFC 2812 section 2.5), and ban masks `nick!user@host`.

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

/// Completes a ban mask: `nick` becomes `nick!*@*`, `user@host` becomes `*!user@host`, and an
/// empty part becomes `*`.
pub(crate) fn complete(mask: &str) -> String {
    let (nick, rest) = match mask.split_once('!') {
        Some((nick, rest)) => (nick, rest),
        None if mask.contains('@') => ("*", mask),
        None => (mask, "*@*"),
    };
    let (user, host) = rest.split_once('@').unwrap_or((rest, "*"));
    let star = |part| if str::is_empty(part) { "*" } else { part };
    format!("{}!{}@{}", star(nick), star(user), star(host))
}

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
        assert_eq!(complete("bob"), "bob!*@*");
        assert_eq!(complete("bob!x"), "bob!x@*");
        assert_eq!(complete("x@host"), "*!x@host");
        assert_eq!(complete("bob!@host"), "bob!*@host");
        assert_eq!(complete("!@"), "*!*@*");
    }
}
