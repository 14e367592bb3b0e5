//! The balancers of a hub's listeners: made ready, kept over reloads, listed and ordered about.

use std::sync::Arc;

use sockeye_proto::balance::Order;

use super::config::Listen;
use super::control::{BackendOrder, Reply, Request};
use super::listeners::Listeners;
use super::status::{BackendStatus, BalancerStatus};
use crate::endpoint::Endpoint;
use crate::engine::Engine;
use crate::error::{Error, ErrorKind};
use crate::service::balance::{BackendRow, Balance, Prepared};
use crate::state::{Act, Actor, Audit, AuditEntry};

/// A balancer and the options that it is to take.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) balance: Arc<Balance>,
    prepared: Prepared,
}

impl Ready {
    /// Makes ready what balances the connections of a listener: the one that did `before`, where there is
    /// one.
    ///
    /// # Errors
    /// What the layers of a backend need and do not find.
    pub(super) fn new(
        engine: &Engine,
        listen: &Listen,
        before: Option<&Arc<Balance>>,
    ) -> Result<Option<Self>, Error> {
        let Some(options) = listen.balance.clone() else {
            return Ok(None);
        };
        let idle = [listen.at.idle(), listen.serve.idle()];
        let prepared = Prepared::new(options, idle.into_iter().flatten().min())?;
        let balance = before.cloned();
        Ok(Some(Self {
            balance: balance.unwrap_or_else(|| Arc::new(Balance::new(engine))),
            prepared,
        }))
    }

    /// Lets the options take effect.
    pub(super) fn configure(self) -> Arc<Balance> {
        self.balance.configure(self.prepared);
        self.balance
    }
}

impl Listeners {
    /// Returns how each balancer is doing.
    pub(super) fn balancers_status(&self) -> Vec<BalancerStatus> {
        let statuses = self.balancers().map(|(at, balance)| {
            let (rows, waiting, method) = balance.state();
            BalancerStatus {
                at,
                method: method.to_owned(),
                waiting: waiting as u64,
                backends: rows.into_iter().map(status_of).collect(),
            }
        });
        statuses.collect()
    }

    /// Carries out what is ordered of a backend, in every balancer that has one of that name.
    ///
    /// # Errors
    /// When none has.
    pub(super) fn order_backend(
        &self,
        request: Request,
        audit: &Audit,
        actor: Actor,
    ) -> Result<Reply, Error> {
        let (name, ordered) = match request {
            Request::BackendOrder { name, order } => (name, Ordered::Order(order)),
            Request::BackendWeight { name, weight } => (name, Ordered::Weight(weight)),
            _ => return Ok(Reply::Done),
        };
        // As it is listed, or as an endpoint is written.
        let canonical = Endpoint::parse(&name).map(|endpoint| endpoint.to_string());
        let mut done = Vec::new();
        for (at, balance) in self.balancers() {
            let names = [Some(&name), canonical.as_ref().ok()];
            let found = names
                .into_iter()
                .flatten()
                .find(|name| ordered.carry_out(balance, name));
            done.extend(found.map(|name| format!("{}: backend {name}: {ordered}", at.join(", "))));
        }
        if done.is_empty() {
            let error = Error::new(ErrorKind::ConfigUsage, "order", &name, "no such backend");
            return Err(error.with_hint("`sockeye status` lists them"));
        }
        audit.note(AuditEntry::of(
            Act::Backend,
            actor,
            &name,
            &ordered.to_string(),
        ));
        Ok(Reply::Changed(done))
    }
}

/// What is ordered of a backend.
enum Ordered {
    Order(BackendOrder),
    Weight(u16),
}

impl Ordered {
    fn carry_out(&self, balance: &Balance, name: &str) -> bool {
        match self {
            Self::Order(BackendOrder::Ready) => balance.order(name, Order::Ready),
            Self::Order(BackendOrder::Drain) => balance.order(name, Order::Drain),
            Self::Order(BackendOrder::Maintenance) => balance.order(name, Order::Maintenance),
            Self::Weight(weight) => balance.weigh(name, *weight),
        }
    }
}

impl std::fmt::Display for Ordered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Order(BackendOrder::Ready) => f.write_str("ready"),
            Self::Order(BackendOrder::Drain) => f.write_str("drain"),
            Self::Order(BackendOrder::Maintenance) => f.write_str("maintenance"),
            Self::Weight(weight) => write!(f, "weight {weight}"),
        }
    }
}

fn status_of(row: BackendRow) -> BackendStatus {
    let BackendRow {
        name,
        state,
        reason,
        age,
        sessions,
        sessions_max,
        weight,
        is_backup,
        served,
        failures,
    } = row;
    BackendStatus {
        name,
        state: state.to_owned(),
        reason,
        since_ms: age.as_millis() as u64,
        sessions,
        sessions_max,
        weight,
        backup: is_backup,
        served,
        failures,
    }
}
