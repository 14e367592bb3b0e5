//! The keys of `[page]`.

use super::{Effect, Key, Slot};
use crate::hub::config::Page;

pub(in crate::hub::config) const PAGE: &[Key<Page>] = &[Key {
    name: "metrics",
    doc: "Networks that may read /metrics",
    effect: Effect::Reload,
    slot: Slot::Networks(|page| &mut page.metrics),
}];
