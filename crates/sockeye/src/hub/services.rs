//! The right-hand sides of a hub's listeners, and the chat network that those for chat share.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use sockeye_proto::irc::settings::{CaseMapping, Settings, Sts};

use super::config::{Config, Hosts, Listen};
use super::proxy::Proxies;
use super::status::ChatStatus;
use super::verify;
use super::web::Web;
use crate::endpoint::Address;
use crate::engine::Engine;
use crate::error::{Error, ErrorKind};
use crate::service::chat::{Chat, ChatOptions, ClientRules, Presence, Rehash};
use crate::service::{self, Broadcast, Forward, Proxy, Service};
use crate::state::{Accounts, Audit, Ban, Bans, Store};

/// What answers on accepted connections.
#[derive(Debug)]
pub(super) struct Services {
    engine: Engine,
    store: Store,
    accounts: Accounts,
    casemapping: CaseMapping,
    cloak_key: [u8; 32],
    bans: Bans,
    audit: Audit,
    started_wall_ms: u64,
    chat: Option<Arc<Chat>>,
    proxies: Proxies,
    rehash: Option<Rehash>,
    web: Web,
    /// The rooms of `broadcast:` by name: its listeners share them, also after a reload.
    rooms: Mutex<BTreeMap<String, Arc<Broadcast>>>,
}

impl Services {
    /// Takes what the services work with; none runs yet.
    pub(super) fn new(
        engine: &Engine,
        store: &Store,
        accounts: &Accounts,
        casemapping: CaseMapping,
        cloak_key: [u8; 32],
        bans: &Bans,
        audit: &Audit,
    ) -> Self {
        let since_1970 = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Self {
            engine: engine.clone(),
            store: store.clone(),
            accounts: accounts.clone(),
            casemapping,
            cloak_key,
            bans: bans.clone(),
            audit: audit.clone(),
            started_wall_ms: since_1970.as_millis() as u64,
            chat: None,
            proxies: Proxies::new(accounts, casemapping, audit),
            rehash: None,
            web: Web::default(),
            rooms: Mutex::default(),
        }
    }

    /// Starts what the listeners of `config` need and does not run yet.
    ///
    /// # Errors
    /// When a service does not start.
    pub(super) async fn start(&mut self, config: &Config) -> Result<(), Error> {
        self.proxies.configure(config);
        if self.chat.is_none() && config.listen.iter().any(is_chat) {
            let options = ChatOptions {
                settings: self.settings(config),
                log: Arc::new(self.store.clone()),
                history: Arc::new(self.store.clone()),
                accounts: Some(self.accounts.clone()),
                bans: Some(self.bans.clone()),
                audit: Some(self.audit.clone()),
                rules: self.rules(config)?,
            };
            let chat = Chat::start(&self.engine, options).await?;
            if let Some(rehash) = &self.rehash {
                chat.set_rehash(rehash.clone());
            }
            self.chat = Some(chat);
        }
        Ok(())
    }

    /// Returns the pages.
    pub(super) fn web(&self) -> &Web {
        &self.web
    }

    /// Sets what REHASH of a chat operator does.
    pub(super) fn set_rehash(&mut self, rehash: Rehash) {
        if let Some(chat) = &self.chat {
            chat.set_rehash(rehash.clone());
        }
        self.rehash = Some(rehash);
    }

    /// Gives what runs its new settings.
    ///
    /// # Errors
    /// When a service has stopped.
    pub(super) async fn reload(&self, config: &Config) -> Result<(), Error> {
        match &self.chat {
            Some(chat) => {
                let rules = self.rules(config)?;
                chat.reload(self.settings(config), rules).await
            }
            None => Ok(()),
        }
    }

    /// Lets what runs finish its work; called after the sessions have ended.
    ///
    /// # Errors
    /// When state could not be stored; nothing acknowledged is lost by that.
    pub(super) async fn stop(&self) -> Result<(), Error> {
        match &self.chat {
            Some(chat) => chat.stop().await,
            None => Ok(()),
        }
    }

    /// Returns what answers the connections of a listener.
    ///
    /// # Errors
    /// When this version has no such service.
    pub(super) fn answering(&self, listen: &Listen) -> Result<Arc<dyn Service>, Error> {
        let Address::Service { name, text } = listen.serve.address() else {
            let (to, idle) = (listen.serve.clone(), listen.at.idle());
            return Ok(Arc::new(Forward::new(&self.engine, to, idle)?));
        };
        let found = match (&self.chat, *name) {
            (Some(chat), CHAT) => Some(Arc::clone(chat) as Arc<dyn Service>),
            (_, BROADCAST) => Some(self.room(text)),
            (_, name) if listen.serve.is_proxy() => self.proxy(name, listen),
            (_, PAGE) => self.web.service(),
            (_, name) => service::by_name(name),
        };
        found.ok_or_else(|| {
            let cause = format!("{name}: is not in this version");
            Error::new(ErrorKind::ConfigUsage, "serve", &listen.serve, cause)
        })
    }

    fn proxy(&self, name: &str, listen: &Listen) -> Option<Arc<dyn Service>> {
        let proxy = Proxy::by_name(name, self.proxies.policy(listen));
        proxy.map(|proxy| Arc::new(proxy) as _)
    }

    /// Returns what its proxies share.
    pub(super) fn proxies(&self) -> &Proxies {
        &self.proxies
    }

    fn room(&self, name: &str) -> Arc<dyn Service> {
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(rooms.entry(name.to_owned()).or_default()) as _
    }

    /// Lets what runs send away whom a new ban fits.
    pub(super) async fn enforce(&self, ban: &Ban) {
        if let Some(chat) = &self.chat {
            chat.enforce(ban).await;
        }
    }

    /// Returns how chat is doing, where it runs.
    pub(super) fn chat_status(&self) -> Option<ChatStatus> {
        let stats = self.chat.as_ref()?.stats();
        Some(ChatStatus {
            clients: stats.clients as u64,
            registering: stats.connections.saturating_sub(stats.registered) as u64,
            channels: stats.channels as u64,
        })
    }

    fn rules(&self, config: &Config) -> Result<ClientRules, Error> {
        let cloaks = config.chat.hosts == Hosts::Cloak;
        Ok(ClientRules {
            gateways: verify::gateways(config)?,
            exempt: config.hub.exempt.clone(),
            require_sasl: config.chat.require_sasl.clone(),
            cloak_key: cloaks.then_some(self.cloak_key),
        })
    }

    fn settings(&self, config: &Config) -> Settings {
        let Config { hub, chat, .. } = config;
        Settings {
            server: hub.name.clone(),
            network: chat.network.clone(),
            version: concat!("sockeye-", env!("CARGO_PKG_VERSION")).to_owned(),
            created_ms: self.started_wall_ms,
            motd: chat.motd.lines().map(str::to_owned).collect(),
            history: chat.history,
            history_events: chat.history_events,
            search: chat.search,
            redaction_window_s: chat.redaction_window_s,
            replay_on_join: chat.replay_on_join,
            channel_modes: chat.channel_modes,
            casemapping: self.casemapping,
            accounts: true,
            channel_relays: chat.channel_relays,
            register: chat.register,
            reserve_nicks: chat.reserve_nicks,
            registered_channels_max: chat.channels_per_account,
            presence: Presence {
                multiclient: chat.multiclient,
                devices_max: chat.devices_per_account as usize,
                always_on: chat.always_on,
                always_on_max: chat.always_on_clients as usize,
                always_on_days: chat.always_on_days,
                away_text: chat.away_text.clone(),
            },
            sts: u16::try_from(chat.sts_port)
                .ok()
                .filter(|&port| port != 0)
                .map(|port| Sts {
                    port,
                    duration_s: u64::from(chat.sts_duration_s),
                }),
            admin: chat.admin.lines().map(str::to_owned).collect(),
            tags_denied: chat.client_tags_denied.clone(),
            icon: chat.icon.lines().next().map(str::to_owned),
        }
    }
}

/// Tells whether chat answers a listener's connections.
pub(super) fn is_chat(listen: &Listen) -> bool {
    listen.serve.address().scheme() == CHAT
}

/// Chat's name in the vocabulary.
pub(super) const CHAT: &str = "chat";

/// Services whose sessions share a state that one process has: another hub's would not see them.
pub(super) const SHARING: [&str; 2] = [CHAT, BROADCAST];

/// A balancer's name in the vocabulary.
pub(super) const BALANCE: &str = "balance";

/// The pages' name in the vocabulary.
pub(super) const PAGE: &str = "page";

/// A room's name in the vocabulary.
const BROADCAST: &str = "broadcast";
