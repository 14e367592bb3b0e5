//! Who may speak on a channel, and who hears it.

use crate::irc::multiline::pieces;
use crate::irc::network::channel::Channel;
use crate::irc::network::modes::Flag;
use crate::irc::network::rank::Prefix;
use crate::irc::network::{Client, Network};

/// The members that hear a message: all, or those with this prefix or a higher one.
pub(crate) type Hearing = Option<Prefix>;

/// Returns who hears what a client says to a channel.
///
/// # Errors
/// The letter of the mode that does not let it speak.
pub(super) fn hearing(
    network: &Network,
    sender: &Client,
    channel: &Channel,
    text: &str,
) -> Result<Hearing, char> {
    let modes = &channel.modes;
    let rank = match channel.rank(sender.id) {
        Some(rank) => rank,
        None if modes.has(Flag::NoOutside) && !network.skips_membership_check => return Err('n'),
        None => Default::default(),
    };
    if modes.has(Flag::NoCtcp) && pieces(text).any(|piece| is_ctcp(piece.text)) {
        return Err('C');
    }
    // What follows concerns those without a prefix.
    if rank.is_at_least(Prefix::Voice) {
        return Ok(None);
    }
    if modes.has(Flag::Moderated) {
        return Err('m');
    }
    if modes.has(Flag::RegisteredSpeak) && sender.account.is_none() {
        return Err('M');
    }
    if modes.silences(sender) {
        return Err('b');
    }
    Ok(modes.has(Flag::OpModerated).then_some(Prefix::Halfop))
}

/// Splits `@#channel` into who is meant and the channel; of several prefixes the lowest counts
/// (Modern IRC, section PRIVMSG message; STATUSMSG in ISUPPORT).
pub(super) fn addressed(target: &str) -> (Hearing, &str) {
    let name = target.trim_start_matches(|c| Prefix::of_symbol(c).is_some());
    let prefixes = target.strip_suffix(name).unwrap_or_default();
    (prefixes.chars().filter_map(Prefix::of_symbol).min(), name)
}

/// Whether a text is a request or an answer of the Client-to-Client Protocol, but for ACTION, which
/// is something said.
fn is_ctcp(text: &str) -> bool {
    let Some(rest) = text.strip_prefix(CTCP_DELIMITER) else {
        return false;
    };
    let end = rest.find([' ', CTCP_DELIMITER]).unwrap_or(rest.len());
    let command = rest.get(..end).unwrap_or_default();
    !command.eq_ignore_ascii_case("ACTION")
}

/// Begins and ends a message of the Client-to-Client Protocol.
const CTCP_DELIMITER: char = '\u{1}';

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_action_is_no_ctcp() {
        for text in [
            "\u{1}VERSION\u{1}",
            "\u{1}PING 1",
            "\u{1}",
            "\u{1}ACTIONS x\u{1}",
        ] {
            assert!(is_ctcp(text), "{text:?}");
        }
        for text in [
            "hi",
            "\u{1}ACTION waves\u{1}",
            "\u{1}action",
            "a\u{1}PING\u{1}",
            "",
        ] {
            assert!(!is_ctcp(text), "{text:?}");
        }
    }

    #[test]
    fn the_lowest_of_several_prefixes_counts() {
        assert_eq!(addressed("#c"), (None, "#c"));
        assert_eq!(addressed("@#c"), (Some(Prefix::Operator), "#c"));
        assert_eq!(addressed("@%#c"), (Some(Prefix::Halfop), "#c"));
        assert_eq!(addressed("+~#c"), (Some(Prefix::Voice), "#c"));
        assert_eq!(addressed("@ann"), (Some(Prefix::Operator), "ann"));
        assert_eq!(addressed("@"), (Some(Prefix::Operator), ""));
    }
}
