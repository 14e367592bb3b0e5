//! A hub from its first descriptor to its last.
//!
//! ```text
//! Plan ──prepare──▶ Prepared ──start──▶ Hub ──(reload)*──▶ drain ──▶ close
//! read and checked   no thread yet       accepts            goodbyes   on disk
//! ```

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::config::{Config, Listen};
use super::control::Server;
use super::first_run::FirstAccount;
use super::listeners::{Change, Listeners};
use super::notice::{Notice, Notices};
use super::plan::{ConfigSource, Plan, ServeOptions};
use super::services::{BALANCE, CHAT, PAGE, Services};
use super::takeover::{Given, Predecessor, Successor};
use super::{DataDir, Page, ban, casemapping, first_run, operate, retain, upkeep, verify};
use crate::endpoint::Address;
use crate::engine::{Drained, Engine, EngineLimits};
use crate::error::{Error, ErrorKind};
use crate::state::{Accounts, Audit, Bans, HashCost, Store, StoreOptions};

/// A hub before its first thread.
#[derive(Debug)]
pub struct Prepared {
    plan: Plan,
    engine: Engine,
}

/// A hub that is open and does not accept yet.
#[derive(Debug)]
pub(super) struct Opened {
    store: Store,
    accounts: Accounts,
    bans: Bans,
    audit: Audit,
    listeners: Listeners,
    services: Services,
    change: Change,
    first_account: Option<FirstAccount>,
    server: Server,
}

/// A running hub.
#[derive(Debug)]
pub struct Hub {
    shared: Arc<Shared>,
    control: JoinHandle<()>,
    control_stop: CancellationToken,
    successors: mpsc::Receiver<Successor>,
}

/// What the hub's tasks share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) engine: Engine,
    pub(super) store: Store,
    pub(super) accounts: Accounts,
    pub(super) bans: Bans,
    pub(super) audit: Audit,
    pub(super) data: DataDir,
    pub(super) started: Instant,
    pub(super) options: ServeOptions,
    pub(super) notices: Notices,
    /// Held over a whole reload, so that two of them do not mix.
    pub(super) running: Mutex<Running>,
}

/// What a reload changes.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) config: Config,
    pub(super) listeners: Listeners,
    pub(super) services: Services,
}

/// Does what comes before the first thread: makes the data directory and raises the descriptor
/// limit.
///
/// Invariant: no thread runs before this returns; the caller starts its runtime after it. A process
/// that is to run commands for others will be forked here, since a child forked later would inherit
/// locks that nobody in it lets go of.
///
/// # Errors
/// When the directory cannot be made, or the descriptors cannot hold the sessions asked for.
pub fn prepare(plan: Plan) -> Result<Prepared, Error> {
    plan.data.make()?;
    let answers_alone = |listen: &Listen| {
        let is_service =
            matches!(listen.serve.address(), Address::Service { name, .. } if *name != BALANCE);
        is_service && !listen.serve.is_proxy()
    };
    let relays = !plan.config.listen.iter().all(answers_alone);
    let engine = Engine::new(EngineLimits {
        sessions_max: plan.config.hub.sessions.map(|sessions| sessions as usize),
        session_descriptors: if relays { 2 } else { 1 },
    })
    .map_err(|error| error.with_hint("raise it (ulimit -n) or lower [hub] sessions"))?;
    Ok(Prepared { plan, engine })
}

impl Prepared {
    /// Takes what was prepared before.
    pub(super) fn new(plan: Plan, engine: Engine) -> Self {
        Self { plan, engine }
    }

    /// Opens the store, binds every listener, starts the services and accepts; takes over from the
    /// hub that runs where this is asked for.
    ///
    /// # Errors
    /// When another hub has the directory, the store is unusable, an address is taken, or a service
    /// does not start; nothing was accepted then. When the other hub does not hand over; it goes on
    /// then.
    pub async fn start(self, notices: Notices) -> Result<Hub, Error> {
        let taken = match self.plan.options.takeover {
            true => Predecessor::ask(&self.plan.data.control_socket()).await?,
            false => None,
        };
        let Some((old, given)) = taken else {
            if self.plan.options.takeover {
                let note = "no hub runs on this directory: nothing is taken over";
                notices.say(Notice::Note(note.into()));
            }
            let opened = self.open(Given::default()).await?;
            return Ok(self.accept(opened, notices).await);
        };
        let opened = self.open(given).await?;
        old.confirm().await?;
        Ok(self.accept(opened, notices).await)
    }

    /// Does all of a start that may fail; nothing is accepted yet.
    pub(super) async fn open(&self, mut given: Given) -> Result<Opened, Error> {
        let Self { plan, engine } = self;
        let store = Store::open(plan.data.path(), &StoreOptions::from_env()?)?;
        let folding = casemapping::hold(&store, plan.config.chat.casemapping).await?;
        let accounts = Accounts::new(store.clone(), folding, HashCost::default());
        let cloak_key = cloak_key(&store).await?;
        let bans = ban::open(&store, folding).await?;
        let door = bans.clone();
        engine.keep_out(move |address| door.keeps_out(address));
        let (audit, keeper) = Audit::new(&store);
        accounts.set_audit(audit.clone());
        engine.spawn(keeper);
        let mut services =
            Services::new(engine, &store, &accounts, folding, cloak_key, &bans, &audit);
        let listeners = Listeners::default();

        services.start(&plan.config).await?;
        let binding = listeners.bind(engine, &services, &plan.config, &mut given);
        let change = binding.await.map_err(|error| explain_bind(error, plan))?;
        let first_account = match plan.is_default() {
            true => first_run::account(&plan.data, &accounts).await?,
            false => None,
        };
        let server = Server::bind(&plan.data.control_socket())?;
        Ok(Opened {
            store,
            accounts,
            bans,
            audit,
            listeners,
            services,
            change,
            first_account,
            server,
        })
    }

    /// Accepts; nothing of this fails.
    pub(super) async fn accept(self, opened: Opened, notices: Notices) -> Hub {
        let Self { plan, engine } = self;
        let Opened {
            store,
            accounts,
            bans,
            audit,
            mut listeners,
            services,
            change,
            first_account,
            server,
        } = opened;
        listeners
            .swap(&engine, change, &plan.config)
            .announce(&notices);
        services
            .proxies()
            .ledger()
            .set_own(listeners.closed_to_proxies());
        if plan.is_default() {
            let places = [CHAT, PAGE, first_run::PROXY];
            let places = places.map(|name| listeners.address_of(name).cloned());
            notices.say(Notice::Page(Page::new(places, first_account)));
        }
        if plan.config.listen.is_empty() {
            let note = "nothing listens: the configuration has no [[listen]]";
            notices.say(Notice::Note(note.into()));
        }
        if let Some(note) = few_sessions(&engine, &plan.config) {
            notices.say(Notice::Note(note));
        }
        let shared = Arc::new(Shared {
            engine,
            store,
            accounts,
            bans,
            audit,
            data: plan.data,
            started: Instant::now(),
            options: plan.options,
            notices,
            running: Mutex::new(Running {
                config: plan.config,
                listeners,
                services,
            }),
        });
        let rehash = operate::rehash(&shared);
        {
            let mut running = shared.running.lock().await;
            running.services.set_rehash(rehash);
            running.services.web().set_hub(Arc::downgrade(&shared));
        }
        let control_stop = CancellationToken::new();
        let answer = operate::answer(Arc::clone(&shared));
        let (asking, successors) = mpsc::channel(1);
        let serve_control = server.run(shared.engine.clone(), answer, asking, control_stop.clone());
        let control = shared.engine.spawn(serve_control);
        let forget = retain::run(Arc::clone(&shared), control_stop.clone());
        shared.engine.spawn(forget);
        let upkeep = upkeep::run(Arc::clone(&shared), control_stop.clone());
        shared.engine.spawn(upkeep);
        Hub {
            shared,
            control,
            control_stop,
            successors,
        }
    }
}

impl Hub {
    /// Tells whether there is a configuration that could be read again.
    pub fn can_reload(&self) -> bool {
        matches!(self.shared.options.config, Some(ConfigSource::File(_)))
    }

    /// Reads the configuration again and says what came of it: all of it holds, or none.
    pub async fn reload(&self) {
        let reloaded = self.shared.reload().await;
        self.shared.notices.say(match reloaded {
            Ok(changes) => Notice::Reloaded(changes),
            Err(error) => Notice::Kept(error),
        });
    }

    /// Stops accepting, waits for the sessions as long as `limit` and cuts the rest.
    ///
    /// A second call with [`Duration::ZERO`] while the first one waits cuts at once.
    pub async fn drain(&self, limit: Duration) -> Drained {
        let sessions = self.shared.engine.sessions().len();
        if sessions > 0 && !limit.is_zero() {
            self.shared.notices.say(Notice::Draining { sessions });
        }
        self.shared.engine.drain(limit).await
    }

    /// Waits for a process that asks to take over.
    pub async fn successor(&mut self) -> Successor {
        match self.successors.recv().await {
            Some(successor) => successor,
            // The control socket has ended before the hub: nobody can ask any more.
            None => std::future::pending().await,
        }
    }

    /// Answers nobody at the control socket any more.
    pub(super) async fn end_control(self) -> Arc<Shared> {
        self.control_stop.cancel();
        // A panic in that task has been reported by itself.
        let _ = self.control.await;
        self.shared
    }

    /// Ends what is not a session; whatever is on its way to the disk gets there first.
    pub async fn close(self) {
        let shared = self.end_control().await;
        if let Err(error) = shared.running.lock().await.services.stop().await {
            let note = format!("{error}; nothing acknowledged is lost, the next start reads more");
            shared.notices.say(Notice::Note(note));
        }
        let engine = shared.engine.clone();
        drop(shared);
        engine.idle().await;
    }
}

impl Shared {
    /// Carries out a reload.
    ///
    /// # Errors
    /// When there is no file, when it has mistakes or asks for what needs a restart, or an address
    /// cannot be bound; everything stays as it was then.
    pub(super) async fn reload(&self) -> Result<Vec<String>, Error> {
        let refuse = |cause: &str| Error::new(ErrorKind::ConfigUsage, "reload", "", cause);
        let config = match &self.options.config {
            Some(source @ ConfigSource::File(_)) => source.read()?,
            Some(ConfigSource::Stdin) => {
                return Err(refuse("standard input can be read once only"));
            }
            None => return Err(refuse("this hub runs without a configuration file")),
        };
        verify::verify(&config)?;
        let mut running = self.running.lock().await;
        let mut changes = running.config.changes(&config).map_err(|fixed| {
            let cause = format!("only a restart can change {}", fixed.join(", "));
            Error::new(ErrorKind::ConfigUsage, "reload", "", cause)
        })?;
        let Running {
            listeners,
            services,
            ..
        } = &mut *running;
        services.start(&config).await?;
        let mut nothing = Given::default();
        let binding = listeners.bind(&self.engine, services, &config, &mut nothing);
        let change = binding.await?;
        services.reload(&config).await?;

        // From here on nothing fails.
        let swapped = listeners.swap(&self.engine, change, &config);
        swapped.announce(&self.notices);
        services
            .proxies()
            .ledger()
            .set_own(listeners.closed_to_proxies());
        changes.extend(swapped.changes);
        running.config = config;
        Ok(changes)
    }
}

/// Returns the key of the hosts that are shown in place of addresses.
async fn cloak_key(store: &Store) -> Result<[u8; 32], Error> {
    let key = store.secret("cloak-key").await;
    key.map_err(|error| Error::new(ErrorKind::LocalWrite, "open", store.dir().display(), error))
}

/// Adds the way out of a busy port to a hub without a file.
fn explain_bind(error: Error, plan: &Plan) -> Error {
    match error.kind() {
        ErrorKind::LocalBind if plan.is_default() => {
            error.with_hint("another port: --port-base 20000; any free one: --port-base 0")
        }
        _ => error,
    }
}

/// Says how many sessions there is room for, where nobody asked for a number and it is small.
fn few_sessions(engine: &Engine, config: &Config) -> Option<String> {
    let (sessions, descriptors) = engine.capacity();
    (config.hub.sessions.is_none() && sessions < SESSIONS_FEW).then(|| {
        format!(
            "holds {sessions} sessions at once: the descriptor limit (ulimit -n) is {descriptors}"
        )
    })
}

/// Room for fewer sessions than this is worth a word.
const SESSIONS_FEW: usize = 1_000;
