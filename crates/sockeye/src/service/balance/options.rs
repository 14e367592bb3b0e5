//! What a balancer is told: its backends, how it chooses among them and how it looks after them.

use std::ops::RangeInclusive;
use std::time::Duration;

use sockeye_proto::balance::{
    BackendSettings, BalanceSettings, HealthSettings, Method, QueueSettings, StickySettings,
};

use crate::endpoint::words::{self, Carries};
use crate::endpoint::{Address, Endpoint, Role};

/// How connections are handed to backends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BalanceOptions {
    /// Who can take them.
    pub backends: Vec<BackendOptions>,
    /// How the next one is chosen.
    pub method: Method,
    /// For [`Method::ConsistentHash`]: how many percent of its share of the sessions a backend takes at
    /// most; 0 is no limit.
    pub load_percent: u32,
    /// How long a source comes back to its backend; zero is not at all.
    pub sticky: Duration,
    /// How long the weight of a backend grows that has come up again; zero is not at all.
    pub slow_start: Duration,
    /// How long one attempt to connect to a backend may take.
    pub connect_timeout: Duration,
    /// Who waits while all backends are full.
    pub queue: QueueOptions,
    /// When backends that cannot be connected to are left out.
    pub eject: EjectOptions,
    /// How backends are looked at; `None` is not at all.
    pub check: Option<CheckOptions>,
}

/// One backend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackendOptions {
    /// Where it is.
    pub to: Endpoint,
    /// What it is called.
    pub name: String,
    /// Its share of the sessions.
    pub weight: u32,
    /// Most sessions at once; `None` is any number.
    pub sessions_max: Option<u32>,
    /// Whether it is used only while all others are down.
    pub is_backup: bool,
}

/// Who waits while all backends are full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueOptions {
    /// Most that wait; 0: nobody waits.
    pub max: u32,
    /// The longest wait.
    pub wait: Duration,
}

/// When a backend that cannot be connected to is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EjectOptions {
    /// After so many attempts in a row; 0 is never.
    pub after: u32,
    /// For how long, where nothing checks it; longer each time.
    pub time: Duration,
}

/// How a backend is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckOptions {
    /// Time between two checks.
    pub every: Duration,
    /// The same while results speak against the state.
    pub fast: Duration,
    /// How long one may take.
    pub timeout: Duration,
    /// Failures in a row until it is down.
    pub fall: u32,
    /// Successes in a row until it is up.
    pub rise: u32,
    /// What is done.
    pub kind: CheckKind,
    /// For [`CheckKind::Tls`]: the name that is asked for; empty is the endpoint's own.
    pub sni: String,
    /// For [`CheckKind::Http`]: what is asked for.
    pub path: String,
    /// For [`CheckKind::Http`]: of which host; empty is the endpoint's own.
    pub host: String,
    /// For [`CheckKind::Http`]: answers that are good.
    pub status: Vec<RangeInclusive<u16>>,
    /// For [`CheckKind::Script`]: what is said and expected, as in `mock:`.
    pub script: String,
}

/// What a check does once it has connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckKind {
    /// Nothing.
    Connect,
    /// A handshake of TLS.
    Tls,
    /// A request of HTTP/1.1.
    Http,
    /// A script.
    Script,
}

impl BalanceOptions {
    /// Returns what the state machine is told.
    pub(super) fn settings(&self) -> BalanceSettings {
        let health = HealthSettings {
            eject_after: self.eject.after,
            eject_for: self.eject.time,
            ..HealthSettings::default()
        };
        BalanceSettings {
            method: match self.method {
                Method::ConsistentHash { .. } => Method::ConsistentHash {
                    load_percent: self.load_percent.try_into().unwrap_or(u16::MAX),
                },
                method => method,
            },
            health: match &self.check {
                Some(check) => HealthSettings {
                    every: Some(check.every),
                    fast: check.fast.min(check.every),
                    fall: check.fall,
                    rise: check.rise,
                    ..health
                },
                None => health,
            },
            slow_start: self.slow_start,
            sticky: (!self.sticky.is_zero()).then_some(StickySettings {
                time: self.sticky,
                max: STICKY_MAX,
            }),
            queue: QueueSettings {
                max: self.queue.max as usize,
                wait: self.queue.wait,
            },
        }
    }
}

impl Default for BalanceOptions {
    fn default() -> Self {
        let health = HealthSettings::default();
        Self {
            backends: Vec::new(),
            method: Method::default(),
            load_percent: 125,
            sticky: Duration::ZERO,
            slow_start: Duration::ZERO,
            connect_timeout: Duration::from_secs(5),
            queue: QueueOptions {
                max: 0,
                wait: Duration::from_secs(10),
            },
            eject: EjectOptions {
                after: health.eject_after,
                time: health.eject_for,
            },
            check: None,
        }
    }
}

impl BackendOptions {
    /// Makes a backend that is called as its endpoint is written.
    pub fn new(to: Endpoint) -> Self {
        Self {
            name: to.to_string(),
            to,
            weight: 1,
            sessions_max: None,
            is_backup: false,
        }
    }

    /// Reads backends that are parted by commas, addresses without words.
    ///
    /// # Errors
    /// What is wrong with the first that is none, and what to write instead.
    pub fn read_list(text: &str) -> Result<Vec<Self>, (String, Option<String>)> {
        let mut backends: Vec<Self> = Vec::new();
        for text in text.split(',').map(str::trim) {
            if text.is_empty() {
                let what = match backends.is_empty() {
                    true => "no backends",
                    false => "an empty place among the backends",
                };
                let hint = "listen 5432 balance:10.0.0.1:5432,10.0.0.2:5432".to_owned();
                return Err((what.to_owned(), Some(hint)));
            }
            let to = Endpoint::parse(text).and_then(|to| to.check(Role::Connect).map(|()| to));
            let to = to.map_err(|error| {
                let what = format!("{text}: {}", error.problem());
                (what, error.hint().map(str::to_owned))
            })?;
            let backend = Self::new(to);
            if let Some((what, hint)) = backend.mistake(&backends) {
                return Err((what, Some(hint.to_owned())));
            }
            backends.push(backend);
        }
        Ok(backends)
    }

    /// Says why it could not be one beside the `others`, and what to write instead.
    pub fn mistake(&self, others: &[Self]) -> Option<(String, &'static str)> {
        let Self { to, name, .. } = self;
        if others.iter().any(|other| other.name == *name) {
            let hint =
                "another `name` tells two backends apart, and `weight` makes one count for more";
            return Some((format!("another backend is called {name} already"), hint));
        }
        if let Address::Service { name, .. } = to.address() {
            let what = format!("{name}: is a service, and a backend is an endpoint");
            return Some((
                what,
                "a listener of its own can serve it, and be the backend",
            ));
        }
        if to.opens_once() {
            let what = format!("{} can be opened once only", to.address());
            return Some((what, "a backend is opened for each session"));
        }
        if let Address::Exec { .. } | Address::Sh { .. } | Address::File { .. } = to.address() {
            let what = format!("{} is no backend", to.address());
            return Some((what, "a backend is connected to, such as tcp or unix"));
        }
        if to.carries() == Carries::Messages {
            let what = format!("{} carries messages", to.address());
            return Some((what, "backends are endpoints of bytes in this version"));
        }
        if to.retry().is_some() {
            let what = "+retry has no effect on a backend".to_owned();
            return Some((
                what,
                "another backend is tried, and checks tell when it is back",
            ));
        }
        None
    }

    /// Returns what the state machine is told.
    pub(super) fn settings(&self) -> BackendSettings {
        BackendSettings {
            name: self.name.clone(),
            weight: self.weight.try_into().unwrap_or(u16::MAX),
            sessions_max: self.sessions_max,
            is_backup: self.is_backup,
        }
    }
}

impl Default for CheckOptions {
    fn default() -> Self {
        let health = HealthSettings::default();
        Self {
            every: Duration::from_secs(5),
            fast: health.fast,
            timeout: Duration::from_secs(3),
            fall: health.fall,
            rise: health.rise,
            kind: CheckKind::Connect,
            sni: String::new(),
            path: "/".to_owned(),
            host: String::new(),
            status: vec![200..=399],
            script: String::new(),
        }
    }
}

impl CheckOptions {
    /// Says which of them have no effect on a check of this kind, or are missing.
    pub fn mistake(&self) -> Option<(String, Option<String>)> {
        let plain = Self::default();
        let set = [
            ("sni", CheckKind::Tls, self.sni != plain.sni),
            ("path", CheckKind::Http, self.path != plain.path),
            ("host", CheckKind::Http, self.host != plain.host),
            ("status", CheckKind::Http, self.status != plain.status),
            ("script", CheckKind::Script, self.script != plain.script),
        ];
        let is_idle = |(_, kind, is_set): &&(_, CheckKind, bool)| *is_set && *kind != self.kind;
        if let Some((key, kind, _)) = set.iter().find(is_idle) {
            let what = format!(
                "`{key}` has no effect on a check of kind {}",
                self.kind.name()
            );
            return Some((what, Some(format!("write kind = \"{}\"", kind.name()))));
        }
        if self.kind == CheckKind::Script && self.script.is_empty() {
            let hint = "write script = 'send \"PING\\r\\n\"; expect \"+PONG\"'".to_owned();
            return Some((
                "a check of kind script has no `script`".to_owned(),
                Some(hint),
            ));
        }
        let has_tls = words::word("tls").is_some_and(|row| row.built);
        if self.kind == CheckKind::Tls && !has_tls {
            return Some((
                "checks of kind tls are not in this version".to_owned(),
                None,
            ));
        }
        None
    }
}

impl CheckKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Connect, Self::Tls, Self::Http, Self::Script];

    /// Returns its name, as written in a file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Http => "http",
            Self::Script => "script",
        }
    }
}

/// Returns the name of a method, as other balancers call it.
pub fn method_name(method: Method) -> &'static str {
    match method {
        Method::RoundRobin => "round-robin",
        Method::LeastConnections => "least-connections",
        Method::TwoChoices => "two-choices",
        Method::Random => "random",
        Method::SourceHash => "source-hash",
        Method::ConsistentHash { .. } => "consistent-hash",
        Method::First => "first-available",
    }
}

/// Every method.
pub const METHODS: [Method; 7] = [
    Method::RoundRobin,
    Method::LeastConnections,
    Method::TwoChoices,
    Method::Random,
    Method::SourceHash,
    Method::ConsistentHash { load_percent: 0 },
    Method::First,
];

/// Reads statuses of HTTP: `200-299,401`.
pub fn read_statuses(text: &str) -> Option<Vec<RangeInclusive<u16>>> {
    let status = |text: &str| {
        text.parse()
            .ok()
            .filter(|status| (100..=599).contains(status))
    };
    let range = |text: &str| {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let range = status(first.trim())?..=status(last.trim())?;
        (!range.is_empty()).then_some(range)
    };
    text.split(',').map(range).collect()
}

/// Writes statuses of HTTP.
pub fn shown_statuses(statuses: &[RangeInclusive<u16>]) -> String {
    let shown = |range: &RangeInclusive<u16>| match (range.start(), range.end()) {
        (first, last) if first == last => first.to_string(),
        (first, last) => format!("{first}-{last}"),
    };
    statuses.iter().map(shown).collect::<Vec<_>>().join(",")
}

/// Sources that are remembered: some 100 bytes each.
const STICKY_MAX: usize = 100_000;
