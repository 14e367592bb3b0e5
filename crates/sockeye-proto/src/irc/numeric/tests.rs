//! The table and the lines made of it.

use alloc::string::String;
use alloc::vec::Vec;

use super::*;

#[test]
fn codes_ascend_and_are_three_digits() {
    let codes: Vec<_> = ALL.iter().map(|numeric| numeric.code).collect();
    assert!(codes.windows(2).all(|pair| pair[0] < pair[1]));
    assert!(
        codes
            .iter()
            .all(|code| code.len() == 3 && code.parse::<u16>().is_ok())
    );
}

#[test]
fn errors_are_named_so_but_for_the_sasl_ones() {
    for numeric in ALL {
        let code: u16 = numeric.code.parse().unwrap();
        if (400..600).contains(&code) {
            assert!(numeric.name.starts_with("ERR_"), "{numeric:?}");
        }
        if code < 400 {
            assert!(numeric.name.starts_with("RPL_"), "{numeric:?}");
        }
    }
}

#[test]
fn layouts_hold_a_text_of_their_own_or_a_fixed_one() {
    for numeric in ALL {
        assert!(numeric.layout.starts_with("<client>"), "{numeric:?}");
        assert!(
            numeric.text.is_empty() || !numeric.layout.contains(" :"),
            "{numeric:?}"
        );
    }
}

#[test]
fn a_reply_is_written_in_the_order_of_its_layout() {
    let mut out = String::new();
    RPL_WHOISIDLE
        .to(&mut out, "hub.example", "ali")
        .param("bo")
        .number(7)
        .number(99)
        .text();
    assert_eq!(
        out,
        ":hub.example 317 ali bo 7 99 :seconds idle, signon time\r\n"
    );

    out.clear();
    RPL_CHANNELMODEIS
        .to(&mut out, "hub.example", "ali")
        .params(["#a", "+kl", "x", "5"])
        .end();
    assert_eq!(out, ":hub.example 324 ali #a +kl x 5\r\n");

    out.clear();
    ERR_NORECIPIENT
        .to(&mut out, "h", "")
        .trailing_fmt(format_args!("No recipient ({})", "PRIVMSG"));
    assert_eq!(out, ":h 411 * :No recipient (PRIVMSG)\r\n");
}

#[test]
fn room_is_what_fits_exactly() {
    let mut out = String::new();
    let reply = RPL_NAMREPLY
        .to(&mut out, "hub.example", "ali")
        .params(["=", "#a"]);
    let names = "x".repeat(reply.room());
    reply.trailing(&names);
    assert_eq!(out.len(), 512);
    assert!(out.ends_with("xx\r\n"));
}

#[test]
fn standard_replies_have_context_before_the_text() {
    let mut out = String::new();
    let what = ("CHATHISTORY", "UNKNOWN_COMMAND");
    standard_reply(
        Line::new(&mut out),
        Severity::Fail,
        "h",
        what,
        &["WHEN"],
        "Unknown command",
    );
    assert_eq!(
        out,
        ":h FAIL CHATHISTORY UNKNOWN_COMMAND WHEN :Unknown command\r\n"
    );
}
