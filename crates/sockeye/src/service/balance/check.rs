//! Looking at a backend: one task each, which asks the state machine when the next look is due.

use std::convert::Infallible;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use sockeye_proto::balance::BackendId;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use super::dial::{LEADS_BACK, cause_of};
use super::options::{CheckKind, CheckOptions};
use super::pool::Pool;
use crate::endpoint::script::{self, Step};
use crate::endpoint::{Address, Endpoint, Role, Value};
use crate::engine::Engine;
use crate::error::{Error, ErrorKind, words};
use crate::io::{Conversation, Stream, read_head};
use crate::layer::Layers;

/// How one backend is looked at.
#[derive(Debug)]
pub(super) struct Probe {
    to: Endpoint,
    layers: Layers,
    asks: Asks,
    timeout: Duration,
}

/// What is asked once it has connected.
#[derive(Debug)]
enum Asks {
    Nothing,
    Http {
        request: String,
        good: Vec<RangeInclusive<u16>>,
    },
    Script(Vec<Step>),
}

impl Probe {
    /// Makes a check of a backend ready.
    ///
    /// # Errors
    /// What its layers need and do not find.
    pub(super) fn prepare(backend: &Endpoint, check: &CheckOptions) -> Result<Self, Error> {
        let wrong = |why: String| Error::new(ErrorKind::ConfigUsage, "check", backend, why);
        let to = match check.kind {
            CheckKind::Tls => under_tls(backend, &check.sni).map_err(wrong)?,
            _ => backend.clone(),
        };
        let asks = match check.kind {
            CheckKind::Connect | CheckKind::Tls => Asks::Nothing,
            CheckKind::Http => Asks::Http {
                request: request(backend, check),
                good: check.status.clone(),
            },
            CheckKind::Script => {
                let steps = script::steps(&check.script);
                Asks::Script(steps.map_err(|mistake| wrong(mistake.problem))?)
            }
        };
        Ok(Self {
            layers: Layers::prepare(&to, Role::Connect)?,
            to,
            asks,
            timeout: check.timeout,
        })
    }

    /// Looks at the backend once.
    ///
    /// # Errors
    /// In words, what is wrong with it.
    pub(super) async fn look(&self, engine: &Engine) -> Result<(), String> {
        let looking = async {
            let opened = engine.open_under(&self.to, &self.layers, None).await;
            let (conversation, _) = opened.map_err(|error| cause_of(&error, &self.to))?;
            let Conversation::Stream(mut stream) = conversation.into_bytes() else {
                return Err("carries messages".to_owned());
            };
            match &self.asks {
                Asks::Nothing => Ok(()),
                Asks::Http { request, good } => ask(&mut stream, request, good).await,
                Asks::Script(steps) => play(stream, steps).await,
            }
        };
        let looked = timeout(self.timeout, looking).await;
        looked.unwrap_or_else(|_| {
            let limit = Value::Duration(self.timeout);
            Err(format!("no good answer within {limit}"))
        })
    }
}

/// Looks at a backend whenever that is due, until `stop`.
pub(super) async fn watch(
    pool: Arc<Pool>,
    id: BackendId,
    probe: Probe,
    engine: Engine,
    stop: CancellationToken,
) {
    let watching = async {
        loop {
            // Waiting begins before the look at what is due.
            let changed = pool.changed.notified();
            match pool.check_due(id) {
                Some(due) if due <= Instant::now() => {
                    let result = match pool.leads_back(id) {
                        true => Err(LEADS_BACK.to_owned()),
                        false => probe.look(&engine).await,
                    };
                    pool.checked(id, result.as_ref().map_err(String::as_str).copied());
                }
                Some(due) => tokio::select! {
                    () = sleep_until(due) => {}
                    () = changed => {}
                },
                None => changed.await,
            }
        }
    };
    tokio::select! {
        () = stop.cancelled() => {}
        () = engine.stopping() => {}
        () = watching => {}
    }
}

/// Puts TLS upon an endpoint that has none. It is not judged: whether it is that of the backend is for
/// those to say who come by way of the balancer.
fn under_tls(backend: &Endpoint, sni: &str) -> Result<Endpoint, String> {
    if backend.layers().any(|word| word.row().name == "tls") {
        return Ok(backend.clone());
    }
    let sni = match sni.is_empty() {
        true => String::new(),
        false => format!(",sni={sni}"),
    };
    let text = format!("{} +tls,insecure{sni}", backend.to_text_with_secrets());
    let to = Endpoint::parse(&text).map_err(|error| error.problem().to_owned())?;
    let checked = to.check(Role::Connect);
    checked.map_err(|error| error.problem().to_owned())?;
    Ok(to)
}

/// Writes a request of HTTP/1.1 (RFC 9112 section 3).
fn request(backend: &Endpoint, check: &CheckOptions) -> String {
    let host = match (check.host.as_str(), backend.address()) {
        ("", Address::Tcp { host, port, .. }) => format!("{host}:{port}"),
        ("", _) => "localhost".to_owned(),
        (host, _) => host.to_owned(),
    };
    let path = &check.path;
    format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: sockeye\r\nAccept: */*\r\n\
         Connection: close\r\n\r\n"
    )
}

/// Sends a request and looks at the status of its answer.
async fn ask(
    stream: &mut Stream,
    request: &str,
    good: &[RangeInclusive<u16>],
) -> Result<(), String> {
    let sent = async {
        stream.write_all(request.as_bytes()).await?;
        stream.flush().await
    };
    sent.await.map_err(|error| words(&error))?;
    let line = |bytes: &[u8]| -> Result<_, Infallible> {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let whole = end.or((bytes.len() >= STATUS_BYTES_MAX).then_some(bytes.len()));
        Ok(whole.map(|end| (bytes.get(..end).unwrap_or_default().to_vec(), end)))
    };
    let line = read_head(stream, "answer", line).await;
    let line = line.map_err(|error| error.to_string())?;
    match status_of(&line) {
        Some(status) if good.iter().any(|range| range.contains(&status)) => Ok(()),
        Some(status) => Err(format!("answers with status {status}")),
        None => Err("does not answer in HTTP".to_owned()),
    }
}

/// Reads a status line (RFC 9112 section 4).
fn status_of(line: &[u8]) -> Option<u16> {
    let line = str::from_utf8(line).ok()?.trim_end();
    let mut words = line.strip_prefix("HTTP/1.")?.splitn(3, ' ');
    let (_minor, status) = (words.next()?, words.next()?);
    status.parse().ok().filter(|_| status.len() == 3)
}

/// Plays a script.
async fn play(mut stream: Stream, steps: &[Step]) -> Result<(), String> {
    let failed = |error: std::io::Error| words(&error);
    for step in steps {
        match step {
            Step::Send(bytes) => {
                stream.write_all(bytes).await.map_err(failed)?;
                stream.flush().await.map_err(failed)?;
            }
            Step::SendEnd => stream.shutdown().await.map_err(failed)?,
            Step::Expect(bytes) => expect(&mut stream, bytes).await?,
            Step::ExpectEnd => match stream.read(&mut [0]).await.map_err(failed)? {
                0 => {}
                _ => return Err("goes on where it should end".to_owned()),
            },
            Step::Pause(time) => sleep(*time).await,
            Step::Close => return Ok(()),
            Step::Reset => {
                stream.reset();
                return Ok(());
            }
        }
    }
    Ok(())
}

async fn expect(stream: &mut Stream, bytes: &[u8]) -> Result<(), String> {
    let mut got = Vec::with_capacity(bytes.len());
    while got.len() < bytes.len() {
        let mut piece = [0; 512];
        let left = (bytes.len() - got.len()).min(piece.len());
        let read = stream.read(&mut piece[..left]).await;
        match read.map_err(|error| words(&error))? {
            0 => return Err("ends before its answer".to_owned()),
            count => got.extend_from_slice(&piece[..count]),
        }
        if !bytes.starts_with(&got) {
            let got = String::from_utf8_lossy(&got[..got.len().min(SHOWN_BYTES_MAX)]).into_owned();
            return Err(format!("answers {got:?}"));
        }
    }
    Ok(())
}

/// Longest status line, bytes: what is longer is no answer.
const STATUS_BYTES_MAX: usize = 1024;
/// What is shown of a wrong answer, bytes.
const SHOWN_BYTES_MAX: usize = 64;
