//! `page:`: the hub's pages, over HTTP/1.1 (RFC 9112).
//!
//! ```text
//! /            what there is            /proxy.pac   how browsers find the proxy
//! /metrics     how the hub is doing, for Prometheus, to whom `[page] metrics` lists
//! ```
//!
//! It answers questions and changes nothing, so there is nothing that a foreign page could make a
//! browser do here.

mod metrics;
mod pac;

use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use axum::Router;
use axum::extract::{Extension, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, HeaderMap, HeaderValue,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{Request, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tower_service::Service as _;

use super::life::Shared;
use crate::endpoint::{Address, Network};
use crate::engine::Session;
use crate::error::{Error, ErrorKind};
use crate::io::Conversation;
use crate::service::{BoxFuture, Service};

/// The hub's pages.
#[derive(Debug, Clone, Default)]
pub(super) struct Web {
    /// The hub, once it runs; it is not kept.
    hub: Arc<OnceLock<Weak<Shared>>>,
}

/// From where a request came, and where it arrived.
#[derive(Debug, Clone, Copy)]
struct Ends {
    peer: Option<IpAddr>,
    local: Option<SocketAddr>,
}

impl Web {
    /// Sets the hub that the pages are about, once.
    pub(super) fn set_hub(&self, hub: Weak<Shared>) {
        let _ = self.hub.set(hub);
    }

    /// Returns what answers a listener's connections.
    pub(super) fn service(&self) -> Option<Arc<dyn Service>> {
        Some(Arc::new(self.clone()))
    }

    fn hub(&self) -> Result<Arc<Shared>, Refused> {
        let hub = self.hub.get().and_then(Weak::upgrade);
        hub.ok_or(Refused(
            StatusCode::SERVICE_UNAVAILABLE,
            "the hub starts or stops",
        ))
    }

    fn router(&self) -> Router {
        Router::new()
            .route("/", get(front))
            .route("/proxy.pac", get(proxy_pac))
            .route("/metrics", get(scrape))
            .fallback(|| async { Refused(StatusCode::NOT_FOUND, "there is no such page") })
            .with_state(self.clone())
    }
}

impl Service for Web {
    fn name(&self) -> &'static str {
        "page"
    }

    fn serve<'a>(
        &'a self,
        conversation: Conversation,
        session: &'a Session,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let info = session.info();
            let Conversation::Stream(stream) = conversation else {
                let why = "HTTP is spoken on a stream";
                let peer = &info.peer_text;
                return Err(Error::new(ErrorKind::ConfigUsage, "accept", peer, why));
            };
            let ends = Ends {
                peer: info.peer.map(|peer| peer.ip()),
                local: info.local,
            };
            let router = self.router().layer(Extension(ends));
            let answering = service_fn(|request: Request<Incoming>| {
                let (mut router, admitted) = (router.clone(), session.establish());
                async move {
                    match admitted {
                        Ok(()) => router.call(request).await,
                        Err(_) => Ok(Refused(
                            StatusCode::TOO_MANY_REQUESTS,
                            "too many sessions from this source",
                        )
                        .into_response()),
                    }
                }
            });
            let mut connection = pin!(
                http1::Builder::new()
                    .timer(TokioTimer::new())
                    .header_read_timeout(HEAD_TIME)
                    .max_buf_size(HEAD_BYTES_MAX)
                    .serve_connection(TokioIo::new(stream), answering)
            );
            let served = async {
                tokio::select! {
                    served = connection.as_mut() => return served,
                    () = session.closing() => connection.as_mut().graceful_shutdown(),
                }
                connection.await
            };
            tokio::select! {
                served = tokio::time::timeout(SESSION_TIME, served) => match served {
                    Ok(Err(error)) => {
                        let peer = &info.peer_text;
                        Err(Error::new(ErrorKind::PeerHandshake, "serve", peer, error))
                    }
                    Ok(Ok(())) | Err(_) => Ok(()),
                },
                () = session.cut() => Ok(()),
            }
        })
    }
}

/// Why a page is not shown, in words.
#[derive(Debug)]
struct Refused(StatusCode, &'static str);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self(status, why) = self;
        (status, headers(TEXT), format!("{why}\n")).into_response()
    }
}

async fn front(State(web): State<Web>) -> Result<Response, Refused> {
    let hub = web.hub()?;
    let mut rows = String::new();
    for listener in hub.status().await.listeners {
        let (at, serve) = (escaped(&listener.at), escaped(&listener.serve));
        rows.push_str(&format!("<tr><td>{at}<td>{serve}\n"));
    }
    let body = format!(
        "<!DOCTYPE html>\n<html lang=en><meta charset=utf-8><title>Sockeye</title>\n\
         <h1>This is a hub of Sockeye</h1>\n<table>\n<tr><th>listens at<th>answers\n{rows}</table>\n\
         <p><a href=/proxy.pac>/proxy.pac</a> tells browsers of its proxy, \
         <a href=/metrics>/metrics</a> tells Prometheus how it is doing.\n"
    );
    Ok((headers("text/html; charset=utf-8"), Html(body)).into_response())
}

async fn proxy_pac(
    State(web): State<Web>,
    Extension(ends): Extension<Ends>,
    asked: HeaderMap,
) -> Result<Response, Refused> {
    let hub = web.hub()?;
    let running = hub.running.lock().await;
    let found = |name| match running.listeners.address_of(name) {
        Some(Address::Tcp { port, .. }) => Some(*port),
        _ => None,
    };
    let ports = pac::Ports {
        http: found("proxy").or_else(|| found("http-proxy")),
        socks: found("proxy").or_else(|| found("socks")),
    };
    drop(running);
    let named = asked.get(HOST).and_then(|host| host.to_str().ok());
    let host = pac::host(named, ends.local);
    let script = host.and_then(|host| pac::script(&host, &ports));
    let script = script.ok_or(Refused(StatusCode::NOT_FOUND, "this hub has no proxy"))?;
    Ok((headers("application/x-ns-proxy-autoconfig"), script).into_response())
}

async fn scrape(
    State(web): State<Web>,
    Extension(ends): Extension<Ends>,
) -> Result<Response, Refused> {
    let hub = web.hub()?;
    let allowed = hub.running.lock().await.config.page.metrics.clone();
    if !ends.peer.is_none_or(|peer| is_in(&allowed, peer)) {
        let why = "figures are for the networks in [page] metrics only";
        return Err(Refused(StatusCode::FORBIDDEN, why));
    }
    let text = metrics::text(hub.status().await);
    let text = text.map_err(|_| {
        let why = "the figures cannot be written";
        Refused(StatusCode::INTERNAL_SERVER_ERROR, why)
    })?;
    Ok((headers(metrics::CONTENT_TYPE), text).into_response())
}

fn is_in(networks: &[Network], ip: IpAddr) -> bool {
    networks.iter().any(|network| network.contains(ip))
}

/// Returns the headers of every answer: it is no other kind of thing than it says, runs nothing, and is
/// asked for anew each time.
fn headers(content_type: &'static str) -> HeaderMap {
    let rows = [
        (CONTENT_TYPE, content_type),
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    let rows = rows.map(|(name, value)| (name, HeaderValue::from_static(value)));
    rows.into_iter().collect()
}

/// Writes text so that it stays text in HTML.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            c => escaped.push(c),
        }
    }
    escaped
}

const TEXT: &str = "text/plain; charset=utf-8";

/// How long a head may take to come, and how long a connection may wait for the next one.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// How long a connection lasts at most: pages are small, and who needs more comes again.
const SESSION_TIME: Duration = Duration::from_secs(300);
/// What is held of a request, bytes: browsers send a few hundred, cookies of others up to some KiB.
const HEAD_BYTES_MAX: usize = 16 * 1024;
