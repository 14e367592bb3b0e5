//! Whether an endpoint can act where it stands.

use super::problem::{Fault, ParseError};
use super::words::{self, Carries, SchemeKind, Stands, WordKind};
use super::{Address, Endpoint, Family, HopProtocol, Host, KnownHost, Secrets, Value, Word, split};

/// Where an endpoint stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Connections are accepted at it.
    Accept,
    /// A connection to it is opened.
    Connect,
    /// Accepted connections are handed to it: it is opened for each, or a service answers.
    Serve,
}

impl Endpoint {
    /// Checks that the address and every word and key can act in a role.
    ///
    /// # Errors
    /// [`ParseError`] with the place, in the endpoint's canonical text, of the first that cannot.
    pub fn check(&self, role: Role) -> Result<(), ParseError> {
        if let Some(misplaced) = self.misplaced_address(role) {
            return Err(self.wrong_at(0, misplaced));
        }
        self.check_layers()?;
        self.check_known_host()?;
        self.check_hops()?;
        let mut words = self.words.iter().enumerate();
        match words.find_map(|(i, word)| Some((i + 1, word.misplaced(role)?))) {
            None => Ok(()),
            Some((part, misplaced)) => Err(self.wrong_at(part, misplaced)),
        }
    }

    /// Checks that the addresses that are known belong to the host and port that is opened.
    fn check_known_host(&self) -> Result<(), ParseError> {
        let (Address::Tcp { host, port, .. } | Address::Udp { host, port, .. }) = &self.address
        else {
            return Ok(());
        };
        for (i, word) in self.words.iter().enumerate() {
            let Some(Value::KnownHost(known)) = word.value("resolve") else {
                continue;
            };
            let same = match host {
                Host::Name(name) => name.eq_ignore_ascii_case(&known.host),
                _ => false,
            };
            if !same || *port != known.port {
                let KnownHost { host, port, .. } = known;
                let problem = format!("resolve of +{} is for {host}:{port}", word.row.name);
                let hint = format!("the address is {}", self.address);
                return Err(self.wrong_at(i + 1, (problem, hint)));
            }
        }
        Ok(())
    }

    /// Checks that a proxy could pass datagrams, where there are some: one asked by another for a way would
    /// have to send through it what does not go through connections.
    fn check_hops(&self) -> Result<(), ParseError> {
        if !matches!(self.address, Address::Udp { .. }) {
            return Ok(());
        }
        let hops = self.words.iter().enumerate();
        let hops = hops.filter_map(|(i, word)| match word.value("url") {
            Some(Value::Hop(hop)) => Some((i + 1, hop.protocol)),
            _ => None,
        });
        for (at, (part, protocol)) in hops.enumerate() {
            let problem = match protocol {
                HopProtocol::Socks5 | HopProtocol::Socks5h if at == 0 => continue,
                HopProtocol::Socks5 | HopProtocol::Socks5h => {
                    "datagrams go by way of one proxy, not of a chain".to_owned()
                }
                other => format!("{}:// passes no datagrams", other.name()),
            };
            let hint = "one +via,socks5h://… does: UDP ASSOCIATE of SOCKS 5";
            return Err(self.wrong_at(part, (problem, hint.to_owned())));
        }
        Ok(())
    }

    /// Checks that each layer has bytes to wrap.
    fn check_layers(&self) -> Result<(), ParseError> {
        let mut carries = self.scheme_carries();
        for (i, word) in self.words.iter().enumerate() {
            let name = word.row.name;
            match (word.row.is, carries) {
                (WordKind::Option, _) => {}
                (WordKind::Layer, Carries::Messages) => {
                    let problem = format!("+{name} wraps bytes, and there are messages already");
                    let hint = "+line and +frame come last, and only where there are bytes";
                    return Err(self.wrong_at(i + 1, (problem, hint.to_owned())));
                }
                (WordKind::Layer, _) => carries = word.carries().unwrap_or(carries),
            }
        }
        Ok(())
    }

    /// Tells whether it can be opened once only.
    pub fn opens_once(&self) -> bool {
        matches!(self.address, Address::Stdio | Address::Fd(_))
    }

    /// Returns what passes through it, all layers applied.
    pub fn carries(&self) -> Carries {
        let layered = self.words.iter().rev().find_map(Word::carries);
        layered.unwrap_or_else(|| self.scheme_carries())
    }

    fn scheme_carries(&self) -> Carries {
        words::scheme(self.address.scheme()).map_or(Carries::Bytes, |row| row.carries)
    }

    /// Checks, where connections are accepted, that they fit what they are handed to and that every
    /// word can act on it.
    ///
    /// # Errors
    /// [`ParseError`] where one side carries bytes and the other one messages; at `+idle` where a
    /// service answers on bytes: it knows better than they when its peer is idle; at any option that
    /// is written after a service.
    pub fn check_serving(&self, served: &Self) -> Result<(), ParseError> {
        self.check_fits(served)?;
        let Address::Service { name, .. } = &served.address else {
            return Ok(());
        };
        let option = |word: &Word| word.row.is == WordKind::Option && word.row.name != "idle";
        if let Some(word) = served.words.iter().position(option) {
            let option = served.words[word].row.name;
            let problem = format!("+{option} has no effect on {name}:, which is a service");
            let hint = format!("+{option} belongs to endpoints that are opened or listened at");
            return Err(served.wrong_at(word + 1, (problem, hint)));
        }
        if words::scheme(name).is_some_and(|row| row.joins) {
            return Ok(());
        }
        let idle = |word: &Word| word.row.name == "idle";
        let messages = self.carries() == Carries::Messages;
        for endpoint in [self, served].into_iter().skip(usize::from(messages)) {
            if let Some(word) = endpoint.words.iter().position(idle) {
                let problem = format!("+idle has no effect on {name}:, which is a service");
                let hint = "+idle belongs to endpoints that are joined with another".to_owned();
                return Err(endpoint.wrong_at(word + 1, (problem, hint)));
            }
        }
        Ok(())
    }

    /// Tells whether it is a proxy: what takes those who come to it to where they ask for.
    pub fn is_proxy(&self) -> bool {
        matches!(self.address.scheme(), "socks" | "http-proxy" | "proxy")
    }

    /// Tells whether nobody beyond this machine can come in where it accepts, as far as it shows: not where
    /// others speak for those who come (`+proxy`), nor by a socket that was opened elsewhere.
    pub fn is_of_this_machine(&self) -> bool {
        let is_near = match &self.address {
            Address::Tcp { host, .. } | Address::Udp { host, .. } => match host {
                Host::Loopback => true,
                Host::Ip(ip) => ip.to_canonical().is_loopback(),
                Host::Any | Host::Name(_) => false,
            },
            Address::Fd(_) => false,
            _ => true,
        };
        is_near && !self.words.iter().any(|word| word.row.name == "proxy")
    }

    /// Checks, where connections are accepted, that a proxy which lets everybody through is not reached from
    /// other machines, unless that is meant: `open`.
    ///
    /// # Errors
    /// [`ParseError`] where it is, or where nothing is there that could be open.
    pub fn check_open(&self, served: &Self, open: bool) -> Result<(), ParseError> {
        let service = served.address.scheme();
        match (served.is_proxy(), open) {
            (true, false) if !self.is_of_this_machine() => {
                let problem = format!("{service}: would let everybody through who can reach it");
                let hint = "--open says that this is meant; a hub's proxy asks for accounts";
                Err(self.wrong_at(0, (problem, hint.to_owned())))
            }
            (false, true) => {
                let problem = "--open has no effect: no proxy answers here".to_owned();
                let hint = "it belongs to socks:, http-proxy: and proxy:".to_owned();
                Err(served.wrong_at(0, (problem, hint)))
            }
            _ => Ok(()),
        }
    }

    /// Checks that bytes are not to become messages without anything that says where those end.
    fn check_fits(&self, served: &Self) -> Result<(), ParseError> {
        let bytes = match (self.carries(), served.carries()) {
            (Carries::Bytes, Carries::Messages) => self,
            (Carries::Messages, Carries::Bytes) => served,
            (Carries::Either, Carries::Bytes) => return self.check_web(served),
            _ => return Ok(()),
        };
        let name = bytes.address.scheme();
        let messages = if std::ptr::eq(bytes, self) {
            served
        } else {
            self
        };
        let other = messages.address.scheme();
        let misplaced = match &bytes.address {
            Address::Service { name, .. } => (
                format!("{name}: answers on bytes, and {other} carries messages"),
                "it belongs to an endpoint of bytes, such as tcp".to_owned(),
            ),
            _ => (
                format!("{name} carries bytes, and {other} carries messages"),
                "+line or +frame on it says where each message ends".to_owned(),
            ),
        };
        Err(bytes.wrong_at(0, misplaced))
    }

    /// Checks that no service of bytes is to answer on a WebSocket that has no form of its own there.
    fn check_web(&self, served: &Self) -> Result<(), ParseError> {
        let web = self.words.iter().position(|word| word.row.name == "ws");
        let has_form = words::scheme(served.address.scheme()).is_some_and(|row| row.web);
        match (&served.address, web) {
            (Address::Service { name, .. }, Some(web)) if !has_form => {
                let problem = format!("{name}: does not speak WebSocket in this version");
                let hint = "it belongs to an endpoint of bytes, such as tcp".to_owned();
                Err(self.wrong_at(web + 1, (problem, hint)))
            }
            _ => Ok(()),
        }
    }

    /// Keeps a TCP or UDP address to one family; `false` where there is nothing to keep.
    ///
    /// # Errors
    /// [`ParseError`] when the address is of another family.
    pub fn keep_to(&mut self, kept: Family) -> Result<bool, ParseError> {
        let (Address::Tcp { host, family, .. } | Address::Udp { host, family, .. }) =
            &mut self.address
        else {
            return Ok(false);
        };
        let other = match kept {
            Family::V4 => *family == Family::V6 || host.is_ipv6(),
            Family::V6 => *family == Family::V4 || matches!(host, Host::Ip(ip) if ip.is_ipv4()),
            Family::Any => false,
        };
        if other {
            let text = self.to_string();
            let problem = format!("{} is of the other address family", self.address);
            return Err(Fault::new(0..self.address.to_string().len(), problem).in_text(text));
        }
        // A number is of its family already.
        if !matches!(host, Host::Ip(_)) {
            *family = kept;
        }
        Ok(true)
    }

    /// Points at a part of the canonical text: the address is 0, the words follow.
    fn wrong_at(&self, part: usize, (problem, hint): Misplaced) -> ParseError {
        let until = |parts| split::join(self.parts(Secrets::Masked).take(parts)).len();
        let start = if part == 0 { 0 } else { until(part) + 1 };
        Fault::new(start..until(part + 1), problem)
            .hint(hint)
            .in_text(self.to_string())
    }

    fn misplaced_address(&self, role: Role) -> Option<Misplaced> {
        let row = words::scheme(self.address.scheme())?;
        let name = row.name;
        match role {
            Role::Accept if self.address == Address::Stdio => {
                let hint = "write it on the right-hand side: listen 8080 -";
                Some((
                    "standard input accepts no connections".to_owned(),
                    hint.to_owned(),
                ))
            }
            Role::Accept if row.stands == Stands::Opening => Some((
                format!("{name}: accepts no connections"),
                format!(
                    "write it on the right-hand side: listen 8080 {}",
                    self.address
                ),
            )),
            Role::Connect if row.is == SchemeKind::Service => Some((
                format!("{name}: is a service and answers on accepted connections"),
                format!("listen 8080 {name}:"),
            )),
            Role::Connect | Role::Serve if self.listening => Some((
                format!("{name}-l: accepts, where a connection is opened"),
                "write it first, listen A B, or join any two: relay A B".to_owned(),
            )),
            _ => None,
        }
    }
}

/// A problem and a hint.
type Misplaced = (String, String);

impl Word {
    /// Returns what it makes of what it wraps, where that is something else.
    fn carries(&self) -> Option<Carries> {
        match self.row.name {
            "line" | "frame" => Some(Carries::Messages),
            "ws" => Some(Carries::Either),
            "tls" | "zstd" => Some(Carries::Bytes),
            _ => None,
        }
    }

    fn misplaced(&self, role: Role) -> Option<Misplaced> {
        let word = self.row.name;
        if !stands_in(self.row.stands, role) {
            return Some((format!("+{word} has no effect here"), hint(self.row.stands)));
        }
        let mut keys = self.settings.iter().map(|(key, _)| key);
        match keys.find(|key| !stands_in(key.stands, role)) {
            Some(key) => Some((
                format!("{} of +{word} has no effect here", key.name),
                hint(key.stands),
            )),
            None => self.without_its_other_half(),
        }
    }

    /// Returns what is wrong with a key that acts on another one which is not written.
    fn without_its_other_half(&self) -> Option<Misplaced> {
        let has = |name| self.settings.iter().any(|(key, _)| key.name == name);
        let alone = |(half, other, _): &&(_, _, _)| has(*half) && !has(*other);
        let mut halves = HALVES.iter().filter(|_| self.row.name == "limit");
        halves.find(alone).map(|(half, other, hint)| {
            (
                format!("{half} of +limit has no effect without {other}"),
                (*hint).to_owned(),
            )
        })
    }
}

fn stands_in(stands: Stands, role: Role) -> bool {
    match stands {
        Stands::Anywhere => true,
        Stands::Accepting => role == Role::Accept,
        Stands::Opening => role != Role::Accept,
    }
}

fn hint(stands: Stands) -> String {
    match stands {
        Stands::Anywhere => String::new(),
        Stands::Accepting => "it belongs to the address where connections are accepted".to_owned(),
        Stands::Opening => "it belongs to the address that is opened".to_owned(),
    }
}

/// Keys of `+limit` that act on another one, and how the two are written.
const HALVES: [(&str, &str, &str); 2] = [
    ("burst", "rate", "+limit,rate=1M,burst=4M"),
    ("window", "connects", "+limit,connects=60,window=30s"),
];
