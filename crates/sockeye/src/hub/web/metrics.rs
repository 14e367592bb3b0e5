//! `/metrics`: how the hub is doing, in the text form of OpenMetrics, which Prometheus reads.

use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, MetricEncoder};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;

use crate::hub::status::{BackendStatus, BalancerStatus, Status, StoreStatus};

/// Writes the figures of a status.
///
/// # Errors
/// When one of them cannot be written, which is a defect.
pub(super) fn text(status: Status) -> Result<String, fmt::Error> {
    let mut registry = Registry::with_prefix("sockeye");
    registry.register_collector(Box::new(Figures(status)));
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &registry)?;
    Ok(text)
}

/// The figures of a hub at one moment.
#[derive(Debug)]
struct Figures(Status);

impl Collector for Figures {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let mut to = To(encoder);
        let Status {
            version,
            uptime_ms,
            listeners,
            balancers,
            chat,
            store,
            limits,
            ..
        } = &self.0;
        to.gauges("build", "The version that runs", |to| {
            to.gauge(&[("version", version.as_str())], 1.0)
        })?;
        to.one(
            "uptime_seconds",
            "How long it has run",
            *uptime_ms as f64 / 1e3,
        )?;
        to.one("sessions", "Open sessions", limits.sessions as f64)?;
        let max = limits.sessions_max as f64;
        to.one("sessions_max", "Sessions that it holds at most", max)?;
        to.counters("accepted", "Connections accepted", |to| {
            listeners.iter().try_for_each(|row| {
                to.counter(
                    &[("at", row.at.as_str()), ("serve", &row.serve)],
                    row.accepted,
                )
            })
        })?;
        to.counters(
            "refused",
            "Connections refused by a limit or a rule",
            |to| {
                listeners.iter().try_for_each(|row| {
                    to.counter(
                        &[("at", row.at.as_str()), ("serve", &row.serve)],
                        row.refused,
                    )
                })
            },
        )?;
        to.balancers(balancers)?;
        if let Some(chat) = chat {
            to.one(
                "chat_clients",
                "Registered chat clients",
                chat.clients as f64,
            )?;
            let registering = chat.registering as f64;
            to.one(
                "chat_registering",
                "Chat clients that register",
                registering,
            )?;
            to.one("chat_channels", "Channels", chat.channels as f64)?;
        }
        to.store(store)
    }
}

/// Where figures are written.
struct To<'a>(DescriptorEncoder<'a>);

/// Where the figures of one name are written.
struct Of<'a>(MetricEncoder<'a>);

impl To<'_> {
    fn one(&mut self, name: &str, help: &str, value: f64) -> fmt::Result {
        let to = self
            .0
            .encode_descriptor(name, help, None, MetricType::Gauge)?;
        ConstGauge::new(value).encode(to)
    }

    fn total(&mut self, name: &str, help: &str, value: u64) -> fmt::Result {
        let to = self
            .0
            .encode_descriptor(name, help, None, MetricType::Counter)?;
        ConstCounter::new(value).encode(to)
    }

    fn store(&mut self, store: &StoreStatus) -> fmt::Result {
        let healthy = f64::from(u8::from(store.healthy));
        self.one(
            "store_healthy",
            "Whether the store takes what comes",
            healthy,
        )?;
        self.total("store_commits", "Commits of the store", store.commits)?;
        self.total("store_rows", "Rows written to the store", store.rows)?;
        let commit = store.commit_us as f64 / 1e6;
        self.one(
            "store_commit_seconds",
            "Median time of the last commits",
            commit,
        )?;
        let lost = "Acts that the audit log could not keep";
        self.total("audit_lost", lost, store.audit_lost)
    }

    fn balancers(&mut self, balancers: &[BalancerStatus]) -> fmt::Result {
        if balancers.is_empty() {
            return Ok(());
        }
        let each = |of: &mut Of<'_>, value: &dyn Fn(&BackendStatus) -> f64| {
            for balancer in balancers {
                let at = balancer.at.join(" ");
                for backend in &balancer.backends {
                    let labels = [("balancer", at.as_str()), ("backend", &backend.name)];
                    of.gauge(&labels, value(backend))?;
                }
            }
            Ok(())
        };
        self.gauges("backend_up", "Whether a backend gets new sessions", |of| {
            each(of, &|backend| f64::from(u8::from(backend.state == UP)))
        })?;
        self.gauges("backend_sessions", "Open sessions of a backend", |of| {
            each(of, &|backend| f64::from(backend.sessions))
        })?;
        self.gauges(
            "backend_weight",
            "A backend's share of new sessions",
            |of| each(of, &|backend| f64::from(backend.weight)),
        )?;
        let total = |of: &mut Of<'_>, value: &dyn Fn(&BackendStatus) -> u64| {
            for balancer in balancers {
                let at = balancer.at.join(" ");
                for backend in &balancer.backends {
                    let labels = [("balancer", at.as_str()), ("backend", &backend.name)];
                    of.counter(&labels, value(backend))?;
                }
            }
            Ok(())
        };
        self.counters("backend_served", "Sessions that a backend has had", |of| {
            total(of, &|backend| backend.served)
        })?;
        self.counters(
            "backend_failures",
            "Connections that a backend did not take",
            |of| total(of, &|backend| backend.failures),
        )?;
        self.gauges(
            "balancer_waiting",
            "Sessions that wait for a backend",
            |of| {
                balancers.iter().try_for_each(|balancer| {
                    let at = balancer.at.join(" ");
                    of.gauge(&[("balancer", at.as_str())], balancer.waiting as f64)
                })
            },
        )
    }

    fn gauges(
        &mut self,
        name: &str,
        help: &str,
        each: impl FnOnce(&mut Of<'_>) -> fmt::Result,
    ) -> fmt::Result {
        each(&mut Of(self.0.encode_descriptor(
            name,
            help,
            None,
            MetricType::Gauge,
        )?))
    }

    fn counters(
        &mut self,
        name: &str,
        help: &str,
        each: impl FnOnce(&mut Of<'_>) -> fmt::Result,
    ) -> fmt::Result {
        each(&mut Of(self.0.encode_descriptor(
            name,
            help,
            None,
            MetricType::Counter,
        )?))
    }
}

impl Of<'_> {
    fn gauge<const N: usize>(&mut self, labels: &[(&str, &str); N], value: f64) -> fmt::Result {
        ConstGauge::new(value).encode(self.0.encode_family(labels)?)
    }

    fn counter<const N: usize>(&mut self, labels: &[(&str, &str); N], value: u64) -> fmt::Result {
        ConstCounter::new(value).encode(self.0.encode_family(labels)?)
    }
}

/// The form's media type (OpenMetrics 1.0, section "Content-Type").
pub(super) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The state of a backend that gets new sessions.
const UP: &str = "up";
