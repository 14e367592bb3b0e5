//! WEBIRC: a gateway tells whom it comes for, before all else (IRCv3 WebIRC).

use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::{Registration, Step};
use crate::irc::account::Secret;
use crate::irc::input::Link;
use crate::irc::message::Message;

/// What a gateway says, which is not known to be true yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Introduction {
    /// What proves that it is the gateway.
    pub password: Secret,
    /// How it calls itself.
    pub gateway: String,
    /// The address of whom it comes for.
    pub address: IpAddr,
    /// The port there; 0 where none is told.
    pub port: u16,
    /// Whether that one's connection to the gateway is encrypted.
    pub secure: bool,
}

impl Registration {
    /// Goes on for whom a gateway comes, once that is believed: `host` is how it is shown.
    pub fn introduced(&mut self, host: String, link: Link) {
        self.host = host;
        self.link = link;
    }

    /// Takes WEBIRC as the first line, and refuses it as any other.
    pub(super) fn webirc(&mut self, message: &Message, steps: &mut Vec<Step>) {
        if self.lines != 1 {
            return self.close("WEBIRC has to be the first command", steps);
        }
        match read(&message.params) {
            Ok(introduction) => steps.push(Step::Introduced(introduction)),
            Err(why) => self.close(why, steps),
        }
    }
}

fn read(params: &[String]) -> Result<Introduction, &'static str> {
    // What a gateway has found to be the host's name is not looked at: nobody here has verified it.
    let [password, gateway, _hostname, address, options @ ..] = params else {
        return Err("WEBIRC needs a password, a gateway, a host and an address");
    };
    let address = address.parse().ok().map(|ip: IpAddr| ip.to_canonical());
    let is_host = |ip: &IpAddr| {
        let is_broadcast = matches!(ip, IpAddr::V4(v4) if v4.is_broadcast());
        !(ip.is_unspecified() || ip.is_multicast() || is_broadcast)
    };
    let mut introduction = Introduction {
        password: Secret(password.clone()),
        gateway: gateway.clone(),
        address: address
            .filter(is_host)
            .ok_or("WEBIRC without the address of a client")?,
        port: 0,
        secure: false,
    };
    // They are one parameter, which gateways without a colon before it send as several.
    for option in options.iter().flat_map(|option| option.split(' ')) {
        match option.split_once('=').unwrap_or((option, "")) {
            ("secure", _) => introduction.secure = true,
            ("remote-port", port) => introduction.port = port.parse().unwrap_or_default(),
            _ => {}
        }
    }
    Ok(introduction)
}
