//! HELP and HELPOP (Modern IRC, section HELP message).

use super::Asked;
use crate::irc::network::Replies;
use crate::irc::numeric::{ERR_HELPNOTFOUND, RPL_ENDOFHELP, RPL_HELPSTART, RPL_HELPTXT};

pub(super) fn help(asked: &Asked<'_>, replies: &mut Replies) {
    let Some(subject) = asked.param(0) else {
        return index(asked, replies);
    };
    let found = TOPICS
        .iter()
        .find(|(name, ..)| name.eq_ignore_ascii_case(subject));
    let Some((name, usage, about)) = found else {
        let reply = asked.reply(ERR_HELPNOTFOUND, replies);
        return reply.param(subject).text();
    };
    let reply = asked.reply(RPL_HELPSTART, replies).param(name);
    let separator = if usage.is_empty() { "" } else { " " };
    reply.trailing_fmt(format_args!("{name}{separator}{usage}"));
    let reply = asked.reply(RPL_HELPTXT, replies).param(name);
    reply.trailing(about);
    let reply = asked.reply(RPL_ENDOFHELP, replies).param(name);
    reply.trailing("End of /HELP");
}

fn index(asked: &Asked<'_>, replies: &mut Replies) {
    let reply = asked.reply(RPL_HELPSTART, replies).param(INDEX);
    reply.trailing("HELP and one of these tells more:");
    for names in TOPICS.chunks(NAMES_A_LINE) {
        let reply = asked.reply(RPL_HELPTXT, replies).param(INDEX);
        let names: alloc::vec::Vec<_> = names.iter().map(|(name, ..)| *name).collect();
        reply.trailing(&names.join(" "));
    }
    let reply = asked.reply(RPL_ENDOFHELP, replies).param(INDEX);
    reply.trailing("End of /HELP");
}

/// The subject of the list of all subjects.
const INDEX: &str = "index";

/// Names on a line of it, all of them short.
const NAMES_A_LINE: usize = 10;

/// Each command with its parameters and what it does, in the order of their names.
pub(crate) const TOPICS: &[(&str, &str, &str)] = &[
    (
        "ADMIN",
        "[server]",
        "Who runs this server and how to reach them",
    ),
    (
        "AUDIT",
        "[account]",
        "Tells who did what, or what was done by and to an account; for operators",
    ),
    (
        "AUTHENTICATE",
        "<mechanism or data>",
        "Logs in by SASL; your client does it",
    ),
    (
        "AWAY",
        "[text]",
        "Marks you as away with a text, or as back without one",
    ),
    (
        "BATCH",
        "+|-<reference> …",
        "Sends a message of several lines; your client does it",
    ),
    (
        "CAP",
        "<subcommand> [capabilities]",
        "Agrees on capabilities; your client does it",
    ),
    (
        "CHANSERV",
        "<command>",
        "Commands about channels; CHANSERV HELP lists them",
    ),
    (
        "CHATHISTORY",
        "<subcommand> <target> …",
        "Shows stored messages; your client does it",
    ),
    ("CS", "<command>", "The same as CHANSERV"),
    (
        "DLINE",
        "[span] <address, network, account:name or mask> [reason]",
        "Bans from the network, as KLINE does; alone it tells all bans; for operators",
    ),
    ("HELP", "[subject]", "Shows this"),
    ("HELPOP", "[subject]", "The same as HELP"),
    ("INFO", "[server]", "What this server is"),
    (
        "INVITE",
        "[<nick> <channel>]",
        "Lets somebody into a channel, or lists where you are invited",
    ),
    ("ISON", "<nicks>", "Which of the nicks are online"),
    ("ISUPPORT", "", "What clients may count on here"),
    (
        "JOIN",
        "<channels> [keys]",
        "Joins channels, with commas between; JOIN 0 leaves all",
    ),
    (
        "KICK",
        "<channel> <nicks> [reason]",
        "Removes members of a channel",
    ),
    (
        "KILL",
        "<nick> <reason>",
        "Sends a client away; for operators",
    ),
    (
        "KLINE",
        "[span] <mask, address, network or account:name> [reason]",
        "Bans from the network, for a span such as 30m, 2h or 1d; alone it tells all bans; for operators",
    ),
    (
        "LINKS",
        "[[server] mask]",
        "Lists the servers: there is one",
    ),
    (
        "LIST",
        "[channels, masks or conditions]",
        "Lists channels; >5 and <9 are members, C<60 and T<60 minutes since creation and topic",
    ),
    ("LUSERS", "", "How many clients and channels there are"),
    (
        "MARKREAD",
        "<target> [timestamp=…]",
        "Says up to when you have read; your client does it",
    ),
    (
        "METADATA",
        "<target> GET|LIST|SET|CLEAR|SUB|UNSUB|SUBS|SYNC [key]... [:value]",
        "Tells or changes what people and channels say of themselves; your client does it",
    ),
    (
        "MODE",
        "<channel or nick> [modes] [parameters]",
        "Shows or changes modes",
    ),
    (
        "MONITOR",
        "<+|-|C|L|S> [nicks]",
        "Tells you when nicks come and go",
    ),
    ("MOTD", "[server]", "The message of the day"),
    ("NAMES", "<channels>", "Who is on channels"),
    ("NICK", "<nick>", "Takes another nick"),
    (
        "NICKSERV",
        "<command>",
        "Asks NickServ about accounts; NICKSERV HELP lists what",
    ),
    (
        "NOTICE",
        "<targets> <text>",
        "Sends a text that is not answered",
    ),
    ("NS", "<command>", "The same as NICKSERV"),
    (
        "OPER",
        "<name> <password>",
        "Logs in to the account of an operator",
    ),
    ("PART", "<channels> [reason]", "Leaves channels"),
    (
        "PASS",
        "<account>:<password>",
        "Logs in while connecting; your client does it",
    ),
    ("PING", "<token>", "Asks for a PONG; your client does it"),
    ("PONG", "<token>", "Answers a PING; your client does it"),
    (
        "PRIVMSG",
        "<targets> <text>",
        "Sends a text to channels and nicks",
    ),
    ("QUIT", "[reason]", "Leaves the network"),
    (
        "REDACT",
        "<target> <msgid> [reason]",
        "Takes a message back; your client does it",
    ),
    (
        "REGISTER",
        "<account or *> <email or *> <password>",
        "Makes an account",
    ),
    ("REHASH", "", "Reads the configuration again; for operators"),
    (
        "RELAYMSG",
        "<channel> <nick/elsewhere> <text>",
        "Says what somebody elsewhere has said; bridges do it",
    ),
    (
        "RENAME",
        "<channel> <name> [reason]",
        "Gives a channel another name",
    ),
    (
        "SEARCH",
        "<attributes>",
        "Finds stored messages by words; your client does it",
    ),
    ("SETNAME", "<real name>", "Takes another real name"),
    (
        "STATS",
        "<letter>",
        "u: for how long it runs; for operators m: commands, o: operators",
    ),
    ("SUMMON", "<user>", "Does nothing on this server"),
    (
        "TAGMSG",
        "<targets>",
        "Sends tags without a text; your client does it",
    ),
    ("TIME", "[server]", "The time of the server"),
    (
        "TOPIC",
        "<channel> [topic]",
        "Shows or sets what a channel is about",
    ),
    ("UNDLINE", "<target>", "Takes a ban back; for operators"),
    ("UNKLINE", "<target>", "Takes a ban back; for operators"),
    (
        "USER",
        "<user> 0 * <real name>",
        "Says who you are while connecting; your client does it",
    ),
    ("USERHOST", "<nicks>", "User and host of up to five nicks"),
    ("USERS", "[server]", "Does nothing on this server"),
    (
        "VERIFY",
        "<account> <code>",
        "Has nothing to do on this server",
    ),
    ("VERSION", "[server]", "The version of this server"),
    (
        "WALLOPS",
        "<text>",
        "Writes to all who have set mode w; for operators",
    ),
    (
        "WEBIRC",
        "<password> <gateway> <host> <address> [options]",
        "Says whom a gateway comes for",
    ),
    (
        "WHO",
        "<mask> [o][%fields[,token]]",
        "Lists clients by channel, nick or mask",
    ),
    ("WHOIS", "[server] <nicks>", "Who has a nick"),
    ("WHOWAS", "<nick> [count]", "Who had a nick"),
    (
        "ZNC",
        "*playback <command>",
        "Sends what was said while you were away; your client does it",
    ),
];
