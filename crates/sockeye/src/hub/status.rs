//! How a hub is doing: the answer to `sockeye status`, for programs and for people.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// How a hub is doing. The names are stable: `status --json` prints this.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// The version that runs.
    pub version: String,
    /// Its process.
    pub pid: u32,
    /// Since when, milliseconds.
    pub uptime_ms: u64,
    /// Its data directory.
    pub data: String,
    /// Each listener.
    pub listeners: Vec<ListenerStatus>,
    /// Each balancer.
    #[serde(default)]
    pub balancers: Vec<BalancerStatus>,
    /// Chat, where a listener serves it.
    pub chat: Option<ChatStatus>,
    /// The proxies, where a listener serves one.
    pub proxy: Option<ProxyStatus>,
    /// The store.
    pub store: StoreStatus,
    /// What the hub holds at most.
    pub limits: Limits,
}

/// A listener and its sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListenerStatus {
    /// Where it accepts, with the real port.
    pub at: String,
    /// What answers there.
    pub serve: String,
    /// Connections accepted since the start.
    pub accepted: u64,
    /// Connections refused by a limit or a rule since the start, at once or after their handshake;
    /// these are among the accepted, too.
    pub refused: u64,
    /// Those of the refused that came too fast.
    pub refused_throttled: u64,
    /// Those of the refused whose address is banned.
    pub refused_banned: u64,
}

/// A balancer and its backends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BalancerStatus {
    /// Where it accepts.
    pub at: Vec<String>,
    /// How it chooses.
    pub method: String,
    /// Sessions that wait for a backend.
    pub waiting: u64,
    /// Its backends.
    pub backends: Vec<BackendStatus>,
}

/// A backend of a balancer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackendStatus {
    /// Its name.
    pub name: String,
    /// `up`, `down`, `drain`, `maintenance`, or `leaving` where it is no longer configured.
    pub state: String,
    /// Why its health changed last; empty where it never did.
    pub reason: String,
    /// For how long it has been in this state, milliseconds.
    pub since_ms: u64,
    /// Its sessions.
    pub sessions: u32,
    /// Most of them at once.
    pub sessions_max: Option<u32>,
    /// Its weight, as configured or ordered.
    pub weight: u16,
    /// Whether it is used only while all others are down.
    pub backup: bool,
    /// Sessions that were joined with it since the start.
    pub served: u64,
    /// Attempts to connect to it that failed since the start.
    pub failures: u64,
}

/// Chat at this moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatStatus {
    /// Registered clients.
    pub clients: u64,
    /// Connections that have not registered yet.
    pub registering: u64,
    /// Channels.
    pub channels: u64,
}

/// The proxies since the start.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProxyStatus {
    /// How often somebody was refused, by reason; those that have not occurred are left out.
    pub denied: BTreeMap<String, u64>,
}

/// The store's health.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreStatus {
    /// False after three failed commits in a row: nothing is acknowledged until one succeeds.
    pub healthy: bool,
    /// Failed commits in a row.
    pub failures: u32,
    /// Why the last one failed.
    pub last_failure: Option<String>,
    /// Commits since the start.
    pub commits: u64,
    /// Rows written since the start.
    pub rows: u64,
    /// Median time of the last commits, microseconds.
    pub commit_us: u64,
    /// Rows of the audit log that could not be kept since the start.
    pub audit_lost: u64,
}

/// What the hub holds at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Sessions over all listeners.
    pub sessions_max: u64,
    /// Sessions at this moment.
    pub sessions: u64,
    /// File descriptors of the process.
    pub descriptors_max: u64,
    /// Unregistered chat connections of one source.
    pub pending_per_source: u32,
    /// Registered chat connections of one source.
    pub registered_per_source: u32,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            version,
            pid,
            uptime_ms,
            data,
            listeners,
            balancers,
            chat,
            proxy,
            store,
            limits,
        } = self;
        writeln!(
            f,
            "sockeye {version}  pid {pid}  up {}  data {data}",
            Span(*uptime_ms)
        )?;
        for listener in listeners {
            writeln!(f, "  listen  {listener}")?;
        }
        for balancer in balancers {
            write!(f, "{balancer}")?;
        }
        if let Some(ChatStatus {
            clients,
            registering,
            channels,
        }) = chat
        {
            writeln!(
                f,
                "  chat    {clients} clients, {registering} registering, {channels} channels"
            )?;
        }
        if let Some(proxy) = proxy {
            writeln!(f, "  proxy   {proxy}")?;
        }
        writeln!(f, "  store   {store}")?;
        let Limits {
            sessions_max,
            sessions,
            descriptors_max,
            ..
        } = limits;
        write!(
            f,
            "  limits  {sessions} of {sessions_max} sessions, {descriptors_max} descriptors; "
        )?;
        let Limits {
            pending_per_source,
            registered_per_source,
            ..
        } = limits;
        write!(
            f,
            "a source: {pending_per_source} pending, {registered_per_source} registered"
        )
    }
}

impl fmt::Display for BalancerStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            at,
            method,
            waiting,
            backends,
        } = self;
        let at = at.join(", ");
        writeln!(f, "  balance {at} by {method}, {waiting} waiting")?;
        backends
            .iter()
            .try_for_each(|backend| writeln!(f, "    {backend}"))
    }
}

impl fmt::Display for BackendStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            state,
            reason,
            since_ms,
            sessions,
            sessions_max,
            weight,
            backup,
            served,
            failures,
        } = self;
        let since = Span(*since_ms);
        write!(f, "{name}  {state} for {since}")?;
        if !reason.is_empty() {
            write!(f, " ({reason})")?;
        }
        let most = sessions_max.map_or(String::new(), |max| format!(" of {max}"));
        let backup = if *backup { ", backup" } else { "" };
        write!(
            f,
            "   {sessions}{most} sessions, weight {weight}{backup}; {served} served, {failures} failed"
        )
    }
}

impl fmt::Display for ListenerStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            at,
            serve,
            accepted,
            refused,
            refused_throttled: throttled,
            refused_banned: banned,
        } = self;
        write!(f, "{at} → {serve}   {accepted} accepted, {refused} refused")?;
        match (throttled, banned) {
            (0, 0) => Ok(()),
            (_, 0) => write!(f, " ({throttled} too fast)"),
            (0, _) => write!(f, " ({banned} banned)"),
            _ => write!(f, " ({throttled} too fast, {banned} banned)"),
        }
    }
}

impl fmt::Display for ProxyStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} denied", self.denied.values().sum::<u64>())?;
        let mut before = ": ";
        for (reason, times) in &self.denied {
            write!(f, "{before}{times} {reason}")?;
            before = ", ";
        }
        Ok(())
    }
}

impl fmt::Display for StoreStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            healthy,
            failures,
            last_failure,
            commits,
            rows,
            commit_us,
            audit_lost,
        } = self;
        let word = match (healthy, failures) {
            (false, _) => "FAILING",
            (true, 0) => "ok",
            (true, _) => "shaky",
        };
        write!(
            f,
            "{word}   {commits} commits, {rows} rows, {commit_us} µs a commit"
        )?;
        if *audit_lost > 0 {
            write!(f, "; {audit_lost} rows of the audit log lost")?;
        }
        match last_failure {
            Some(why) if *failures > 0 => write!(f, "; {failures} failed in a row: {why}"),
            _ => Ok(()),
        }
    }
}

/// A time as a person says it, by its two largest units.
struct Span(u64);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0 / 1_000;
        let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
        match (days, hours, minutes) {
            (0, 0, 0) => write!(f, "{seconds} s"),
            (0, 0, _) => write!(f, "{minutes} m {} s", seconds % 60),
            (0, _, _) => write!(f, "{hours} h {minutes} m"),
            _ => write!(f, "{days} d {hours} h"),
        }
    }
}

/// Failed commits in a row from which on the store counts as failing.
pub(super) const FAILURES_MAX: u32 = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_reads_what_matters_first() {
        let mut status = Status {
            version: "0.1.0".into(),
            pid: 4711,
            uptime_ms: 93_784_000,
            data: "/var/lib/sockeye".into(),
            listeners: vec![ListenerStatus {
                at: "tcp://127.0.0.1:6667".into(),
                serve: "chat:".into(),
                accepted: 12,
                refused: 4,
                refused_throttled: 2,
                refused_banned: 1,
            }],
            balancers: vec![BalancerStatus {
                at: vec!["tcp://127.0.0.1:5432".into()],
                method: "round-robin".into(),
                waiting: 0,
                backends: vec![BackendStatus {
                    name: "db1".into(),
                    state: "down".into(),
                    reason: "connection refused (10.0.0.1)".into(),
                    since_ms: 61_000,
                    sessions: 3,
                    sessions_max: Some(100),
                    weight: 1,
                    backup: false,
                    served: 7,
                    failures: 2,
                }],
            }],
            chat: Some(ChatStatus {
                clients: 2,
                registering: 0,
                channels: 3,
            }),
            proxy: Some(ProxyStatus {
                denied: [("login".into(), 10), ("rule".into(), 2)].into(),
            }),
            store: StoreStatus {
                healthy: true,
                commits: 40,
                rows: 90,
                commit_us: 850,
                ..Default::default()
            },
            limits: Limits {
                sessions_max: 10_000,
                sessions: 2,
                descriptors_max: 20_000,
                pending_per_source: 64,
                registered_per_source: 256,
            },
        };
        insta::assert_snapshot!(status, @"
        sockeye 0.1.0  pid 4711  up 1 d 2 h  data /var/lib/sockeye
          listen  tcp://127.0.0.1:6667 → chat:   12 accepted, 4 refused (2 too fast, 1 banned)
          balance tcp://127.0.0.1:5432 by round-robin, 0 waiting
            db1  down for 1 m 1 s (connection refused (10.0.0.1))   3 of 100 sessions, weight 1; 7 served, 2 failed
          chat    2 clients, 0 registering, 3 channels
          proxy   12 denied: 10 login, 2 rule
          store   ok   40 commits, 90 rows, 850 µs a commit
          limits  2 of 10000 sessions, 20000 descriptors; a source: 64 pending, 256 registered
        ");

        status.store.audit_lost = 2;
        status.store.failures = 3;
        status.store.healthy = false;
        status.store.last_failure = Some("no space left on device".into());
        assert_eq!(
            status.store.to_string(),
            "FAILING   40 commits, 90 rows, 850 µs a commit; \
             2 rows of the audit log lost; 3 failed in a row: no space left on device"
        );
    }

    #[test]
    fn spans_are_said_in_two_units() {
        let said = |ms| Span(ms).to_string();
        assert_eq!(said(0), "0 s");
        assert_eq!(said(61_000), "1 m 1 s");
        assert_eq!(said(3_600_000), "1 h 0 m");
        assert_eq!(said(90_000_000), "1 d 1 h");
    }
}
