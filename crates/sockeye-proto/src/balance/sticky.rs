//! Which backend a source had last.

use alloc::collections::{BTreeMap, BTreeSet};
use core::time::Duration;

use super::BackendId;

/// How long, and how many sources are remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StickySettings {
    /// How long after its last session began a source is remembered.
    pub time: Duration,
    /// Most sources; the one that came longest ago is forgotten first.
    pub max: usize,
}

#[derive(Debug, Clone)]
pub(super) struct Sticky {
    settings: Option<StickySettings>,
    /// Whose a source is, and when its last session began.
    sources: BTreeMap<u64, (BackendId, Duration)>,
    /// The same sources, the one that came longest ago first.
    order: BTreeSet<(Duration, u64)>,
}

impl Sticky {
    pub(super) const fn new(settings: Option<StickySettings>) -> Self {
        Self {
            settings,
            sources: BTreeMap::new(),
            order: BTreeSet::new(),
        }
    }

    /// Takes other settings; what is older or more than they say goes as others come.
    pub(super) fn adjust(&mut self, settings: Option<StickySettings>) {
        if settings.is_none() {
            self.sources.clear();
            self.order.clear();
        }
        self.settings = settings;
    }

    /// Forgets the sources of a backend.
    pub(super) fn forget(&mut self, gone: BackendId) {
        let order = &mut self.order;
        self.sources.retain(|source, (id, came)| {
            let stays = *id != gone;
            if !stays {
                order.remove(&(*came, *source));
            }
            stays
        });
    }

    pub(super) fn backend_of(&self, source: u64, now: Duration) -> Option<BackendId> {
        let settings = self.settings?;
        let (id, came) = self.sources.get(&source)?;
        (now.saturating_sub(*came) < settings.time).then_some(*id)
    }

    pub(super) fn keep(&mut self, source: u64, id: BackendId, now: Duration) {
        let Some(settings) = self.settings else {
            return;
        };
        if let Some((_, came)) = self.sources.insert(source, (id, now)) {
            self.order.remove(&(came, source));
        }
        self.order.insert((now, source));
        while let Some(&(came, oldest)) = self.order.first() {
            let is_old = now.saturating_sub(came) >= settings.time;
            if !is_old && self.sources.len() <= settings.max {
                break;
            }
            self.order.pop_first();
            self.sources.remove(&oldest);
        }
    }

    #[cfg(test)]
    pub(super) fn sizes(&self) -> (usize, usize) {
        (self.sources.len(), self.order.len())
    }
}
