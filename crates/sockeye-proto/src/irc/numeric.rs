//! Every numeric reply in one table, and the lines made of it (Modern IRC, section Numerics;
//! IRCv3 sasl-3.1 and capability negotiation for theirs; IRCv3 standard replies).
//!
//! ```
//! use sockeye_proto::irc::numeric::ERR_NOSUCHNICK;
//!
//! let mut out = String::new();
//! ERR_NOSUCHNICK.to(&mut out, "hub.example", "ali").param("bo").text();
//! assert_eq!(out, ":hub.example 401 ali bo :No such nick/channel\r\n");
//! ```

#[cfg(test)]
mod tests;

use alloc::string::String;
use core::fmt;

use super::message::{Line, Params};

/// A numeric reply: its number, its name and what it says where that is fixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numeric {
    /// The three digits.
    pub code: &'static str,
    /// The name in the documents: `RPL_WELCOME`.
    pub name: &'static str,
    /// The parameters as the document lays them out.
    pub layout: &'static str,
    /// The fixed text at the end; empty where each reply has its own.
    pub text: &'static str,
}

impl Numeric {
    /// Starts the line `:server NNN client` at the end of `out`; a client without a nick is `*`.
    pub fn to<'a>(self, out: &'a mut String, server: &str, client: &str) -> Reply<'a> {
        let line = Line::new(out)
            .source(server)
            .command(self.code)
            .param(client);
        Reply {
            line,
            text: self.text,
        }
    }
}

/// A numeric reply being written; parameters come in the order of its layout.
#[derive(Debug)]
#[must_use = "end it with `text`, `trailing`, `trailing_fmt` or `end`"]
pub struct Reply<'a> {
    line: Params<'a>,
    text: &'static str,
}

impl Reply<'_> {
    /// Adds a parameter.
    pub fn param(self, param: &str) -> Self {
        Self {
            line: self.line.param(param),
            ..self
        }
    }

    /// Adds each of the parameters.
    pub fn params<'t>(self, params: impl IntoIterator<Item = &'t str>) -> Self {
        Self {
            line: self.line.params(params),
            ..self
        }
    }

    /// Adds a number as a parameter.
    pub fn number(self, number: u64) -> Self {
        Self {
            line: self.line.number(number),
            ..self
        }
    }

    /// Ends the line with the text of the table.
    pub fn text(self) {
        self.line.trailing(self.text);
    }

    /// Ends the line with a text of its own.
    pub fn trailing(self, text: &str) {
        self.line.trailing(text);
    }

    /// Ends the line with a formatted text of its own.
    pub fn trailing_fmt(self, text: fmt::Arguments<'_>) {
        self.line.trailing_fmt(text);
    }

    /// Ends a line that has no text.
    pub fn end(self) {
        self.line.end();
    }

    /// Returns how many bytes a trailing parameter may still have.
    pub fn room(&self) -> usize {
        self.line.room()
    }
}

/// Writes 900: who is logged in now, as `nick!user@host`.
pub(crate) fn logged_in(
    account: &str,
    (server, client): (&str, &str),
    mask: &str,
    out: &mut String,
) {
    let reply = RPL_LOGGEDIN.to(out, server, client).params([mask, account]);
    reply.trailing_fmt(format_args!("You are now logged in as {account}"));
}

/// How grave a standard reply is (IRCv3 standard replies).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// `FAIL`: the command was not carried out.
    Fail,
    /// `WARN`: it was, but something is not as it should be.
    Warn,
    /// `NOTE`: information.
    Note,
}

/// Writes `:server FAIL command code context… :text`; `command` is `*` where none is meant.
pub fn standard_reply(
    line: Line<'_>,
    severity: Severity,
    server: &str,
    (command, code): (&str, &str),
    context: &[&str],
    text: &str,
) {
    let word = match severity {
        Severity::Fail => "FAIL",
        Severity::Warn => "WARN",
        Severity::Note => "NOTE",
    };
    line.source(server)
        .command(word)
        .param(command)
        .param(code)
        .params(context.iter().copied())
        .trailing(text);
}

macro_rules! numerics {
    ($($name:ident $code:literal $layout:literal $($text:literal)?;)+) => {
        $(
            #[doc = concat!("`", $code, " ", $layout, $(" :", $text,)? "`")]
            pub const $name: Numeric = Numeric {
                code: $code,
                name: stringify!($name),
                layout: $layout,
                text: concat!("", $($text)?),
            };
        )+

        /// All of them, ascending by number.
        pub const ALL: &[Numeric] = &[$($name),+];
    };
}

numerics! {
    RPL_WELCOME "001" "<client> :<welcome>";
    RPL_YOURHOST "002" "<client> :<host and version>";
    RPL_CREATED "003" "<client> :<created>";
    RPL_MYINFO "004" "<client> <server> <version> <user modes> <channel modes> <with a parameter>";
    RPL_ISUPPORT "005" "<client> <1-13 tokens>" "are supported by this server";
    RPL_STATSCOMMANDS "212" "<client> <command> <count>";
    RPL_ENDOFSTATS "219" "<client> <letter>" "End of /STATS report";
    RPL_UMODEIS "221" "<client> <user modes>";
    RPL_STATSUPTIME "242" "<client> :<how long>";
    RPL_STATSOLINE "243" "<client> O <host mask> * <name>";
    RPL_LUSERCLIENT "251" "<client> :<users>";
    RPL_LUSEROP "252" "<client> <operators>" "operator(s) online";
    RPL_LUSERUNKNOWN "253" "<client> <connections>" "unknown connection(s)";
    RPL_LUSERCHANNELS "254" "<client> <channels>" "channels formed";
    RPL_LUSERME "255" "<client> :<clients and servers>";
    RPL_ADMINME "256" "<client> <server>" "Administrative info";
    RPL_ADMINLOC1 "257" "<client> :<where>";
    RPL_ADMINLOC2 "258" "<client> :<where>";
    RPL_ADMINEMAIL "259" "<client> :<how to reach somebody>";
    RPL_TRYAGAIN "263" "<client> <command>" "Please wait a while and try again.";
    RPL_LOCALUSERS "265" "<client> <users> <max> :<in words>";
    RPL_GLOBALUSERS "266" "<client> <users> <max> :<in words>";
    RPL_WHOISCERTFP "276" "<client> <nick> :has client certificate fingerprint <fingerprint>";
    RPL_AWAY "301" "<client> <nick> :<message>";
    RPL_USERHOST "302" "<client> :<replies>";
    RPL_ISON "303" "<client> :<nicks>";
    RPL_UNAWAY "305" "<client>" "You are no longer marked as being away";
    RPL_NOWAWAY "306" "<client>" "You have been marked as being away";
    RPL_WHOISUSER "311" "<client> <nick> <user> <host> * :<realname>";
    RPL_WHOISSERVER "312" "<client> <nick> <server> :<server info>";
    RPL_WHOISOPERATOR "313" "<client> <nick>" "is an IRC operator";
    RPL_WHOWASUSER "314" "<client> <nick> <user> <host> * :<realname>";
    RPL_ENDOFWHO "315" "<client> <mask>" "End of WHO list";
    RPL_WHOISIDLE "317" "<client> <nick> <secs> <signon>" "seconds idle, signon time";
    RPL_ENDOFWHOIS "318" "<client> <nick>" "End of /WHOIS list";
    RPL_WHOISCHANNELS "319" "<client> <nick> :<channels>";
    RPL_LISTSTART "321" "<client> Channel" "Users  Name";
    RPL_LIST "322" "<client> <channel> <client count> :<topic>";
    RPL_LISTEND "323" "<client>" "End of /LIST";
    RPL_CHANNELMODEIS "324" "<client> <channel> <modestring> <mode arguments>...";
    RPL_CREATIONTIME "329" "<client> <channel> <creation time>";
    RPL_WHOISACCOUNT "330" "<client> <nick> <account>" "is logged in as";
    RPL_NOTOPIC "331" "<client> <channel>" "No topic is set";
    RPL_TOPIC "332" "<client> <channel> :<topic>";
    RPL_TOPICWHOTIME "333" "<client> <channel> <nick> <set at>";
    RPL_WHOISBOT "335" "<client> <nick>" "is a bot";
    RPL_INVITELIST "336" "<client> <channel>";
    RPL_ENDOFINVITELIST "337" "<client>" "End of /INVITE list";
    RPL_WHOISACTUALLY "338" "<client> <nick> <host>" "Is actually using host";
    RPL_INVITING "341" "<client> <nick> <channel>";
    RPL_INVEXLIST "346" "<client> <channel> <mask> <who> <set at>";
    RPL_ENDOFINVEXLIST "347" "<client> <channel>" "End of channel invite exception list";
    RPL_EXCEPTLIST "348" "<client> <channel> <mask> <who> <set at>";
    RPL_ENDOFEXCEPTLIST "349" "<client> <channel>" "End of channel exception list";
    RPL_WHOISGATEWAY "350" "<client> <nick> * <address> :is connected via the <gateway> WebIRC gateway";
    RPL_VERSION "351" "<client> <version> <server> :<comments>";
    RPL_WHOREPLY "352" "<client> <channel> <user> <host> <server> <nick> <flags> :<hops> <realname>";
    RPL_NAMREPLY "353" "<client> <symbol> <channel> :<names>";
    RPL_WHOSPCRPL "354" "<client> <fields as asked for>";
    RPL_LINKS "364" "<client> <mask> <server> :<hops> <server info>";
    RPL_ENDOFLINKS "365" "<client> <mask>" "End of /LINKS list";
    RPL_ENDOFNAMES "366" "<client> <channel>" "End of /NAMES list";
    RPL_BANLIST "367" "<client> <channel> <mask> <who> <set at>";
    RPL_ENDOFBANLIST "368" "<client> <channel>" "End of channel ban list";
    RPL_ENDOFWHOWAS "369" "<client> <nick>" "End of WHOWAS";
    RPL_INFO "371" "<client> :<line>";
    RPL_MOTD "372" "<client> :<line>";
    RPL_ENDOFINFO "374" "<client>" "End of INFO list";
    RPL_MOTDSTART "375" "<client> :- <server> Message of the day - ";
    RPL_ENDOFMOTD "376" "<client>" "End of /MOTD command.";
    RPL_WHOISHOST "378" "<client> <nick> :<from where>";
    RPL_WHOISMODES "379" "<client> <nick> :<modes>";
    RPL_YOUREOPER "381" "<client>" "You are now an IRC operator";
    RPL_REHASHING "382" "<client> <what>" "Rehashing";
    RPL_TIME "391" "<client> <server> :<time>";
    RPL_VISIBLEHOST "396" "<client> <host>" "is now your visible host";
    ERR_UNKNOWNERROR "400" "<client> <command> :<info>";
    ERR_NOSUCHNICK "401" "<client> <nick>" "No such nick/channel";
    ERR_NOSUCHSERVER "402" "<client> <server>" "No such server";
    ERR_NOSUCHCHANNEL "403" "<client> <channel>" "No such channel";
    ERR_CANNOTSENDTOCHAN "404" "<client> <channel>" "Cannot send to channel";
    ERR_TOOMANYCHANNELS "405" "<client> <channel>" "You have joined too many channels";
    ERR_WASNOSUCHNICK "406" "<client> <nick>" "There was no such nickname";
    ERR_TOOMANYTARGETS "407" "<client> <target>" "Too many targets";
    ERR_NOORIGIN "409" "<client>" "No origin specified";
    ERR_INVALIDCAPCMD "410" "<client> <subcommand>" "Invalid CAP command";
    ERR_NORECIPIENT "411" "<client> :No recipient given (<command>)";
    ERR_NOTEXTTOSEND "412" "<client>" "No text to send";
    ERR_INPUTTOOLONG "417" "<client>" "Input line was too long";
    ERR_UNKNOWNCOMMAND "421" "<client> <command>" "Unknown command";
    ERR_NOMOTD "422" "<client>" "MOTD File is missing";
    ERR_NOADMININFO "423" "<client> <server>" "No administrative info available";
    ERR_NONICKNAMEGIVEN "431" "<client>" "No nickname given";
    ERR_ERRONEUSNICKNAME "432" "<client> <nick>" "Erroneus nickname";
    ERR_NICKNAMEINUSE "433" "<client> <nick>" "Nickname is already in use";
    ERR_BANONCHAN "435" "<client> <nick> <channel>" "Cannot change nickname while banned on channel";
    ERR_NICKCOLLISION "436" "<client> <nick> :Nickname collision KILL from <user>@<host>";
    ERR_USERNOTINCHANNEL "441" "<client> <nick> <channel>" "They aren't on that channel";
    ERR_NOTONCHANNEL "442" "<client> <channel>" "You're not on that channel";
    ERR_USERONCHANNEL "443" "<client> <nick> <channel>" "is already on channel";
    ERR_SUMMONDISABLED "445" "<client>" "SUMMON has been disabled";
    ERR_USERSDISABLED "446" "<client>" "USERS has been disabled";
    ERR_NOTREGISTERED "451" "<client>" "You have not registered";
    ERR_NEEDMOREPARAMS "461" "<client> <command>" "Not enough parameters";
    ERR_ALREADYREGISTERED "462" "<client>" "You may not reregister";
    ERR_PASSWDMISMATCH "464" "<client>" "Password incorrect";
    ERR_YOUREBANNEDCREEP "465" "<client>" "You are banned from this server.";
    ERR_KEYSET "467" "<client> <channel>" "Channel key already set";
    ERR_INVALIDUSERNAME "468" "<client>" "Your username is not valid";
    ERR_LINKCHANNEL "470" "<client> <channel> <other channel>" "Forwarding to another channel";
    ERR_CHANNELISFULL "471" "<client> <channel>" "Cannot join channel (+l)";
    ERR_UNKNOWNMODE "472" "<client> <mode>" "is unknown mode char to me";
    ERR_INVITEONLYCHAN "473" "<client> <channel>" "Cannot join channel (+i)";
    ERR_BANNEDFROMCHAN "474" "<client> <channel>" "Cannot join channel (+b)";
    ERR_BADCHANNELKEY "475" "<client> <channel>" "Cannot join channel (+k)";
    ERR_BADCHANMASK "476" "<client> <channel>" "Bad Channel Mask";
    ERR_NEEDREGGEDNICK "477" "<client> <channel>" "Cannot join channel (+R)";
    ERR_BANLISTFULL "478" "<client> <channel> <mode>" "Channel list is full";
    ERR_NOPRIVILEGES "481" "<client>" "Permission Denied- You're not an IRC operator";
    ERR_CHANOPRIVSNEEDED "482" "<client> <channel>" "You're not channel operator";
    ERR_CANTKILLSERVER "483" "<client>" "You cant kill a server!";
    ERR_NOOPERHOST "491" "<client>" "No O-lines for your host";
    ERR_UMODEUNKNOWNFLAG "501" "<client>" "Unknown MODE flag";
    ERR_USERSDONTMATCH "502" "<client>" "Cant change mode for other users";
    ERR_HELPNOTFOUND "524" "<client> <subject>" "No help available on this topic";
    ERR_INVALIDKEY "525" "<client> <channel>" "Key is not well-formed";
    RPL_WHOISSECURE "671" "<client> <nick>" "is using a secure connection";
    ERR_INVALIDMODEPARAM "696" "<client> <target> <mode> <parameter> :<description>";
    RPL_HELPSTART "704" "<client> <subject> :<line>";
    RPL_HELPTXT "705" "<client> <subject> :<line>";
    RPL_ENDOFHELP "706" "<client> <subject> :<line>";
    ERR_NOPRIVS "723" "<client> <privilege>" "Insufficient oper privileges";
    RPL_MONONLINE "730" "<client> :<targets>";
    RPL_MONOFFLINE "731" "<client> :<targets>";
    RPL_MONLIST "732" "<client> :<targets>";
    RPL_ENDOFMONLIST "733" "<client>" "End of MONITOR list";
    ERR_MONLISTFULL "734" "<client> <limit> <targets>" "Monitor list is full.";
    RPL_WHOISKEYVALUE "760" "<client> <nick> <key> <visibility> :<value>";
    RPL_KEYVALUE "761" "<client> <target> <key> <visibility> :<value>";
    RPL_KEYNOTSET "766" "<client> <target> <key>" "Key not set";
    RPL_METADATASUBOK "770" "<client> <key>...";
    RPL_METADATAUNSUBOK "771" "<client> <key>...";
    RPL_METADATASUBS "772" "<client> <key>...";
    ERR_METADATASYNCLATER "774" "<client> <target> <seconds>" "Ask with METADATA SYNC after so long";
    ERR_METADATARATELIMIT "775" "<client> <seconds> <target> <subcommand> [<params>...]";
    RPL_LOGGEDIN "900" "<client> <nick>!<user>@<host> <account> :You are now logged in as <account>";
    RPL_LOGGEDOUT "901" "<client> <nick>!<user>@<host>" "You are now logged out";
    ERR_NICKLOCKED "902" "<client>" "You must use a nick assigned to you";
    RPL_SASLSUCCESS "903" "<client>" "SASL authentication successful";
    ERR_SASLFAIL "904" "<client>" "SASL authentication failed";
    ERR_SASLTOOLONG "905" "<client>" "SASL message too long";
    ERR_SASLABORTED "906" "<client>" "SASL authentication aborted";
    ERR_SASLALREADY "907" "<client>" "You have already authenticated using SASL";
    RPL_SASLMECHS "908" "<client> <mechanisms>" "are available SASL mechanisms";
}
