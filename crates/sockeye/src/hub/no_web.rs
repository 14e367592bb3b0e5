//! `page:` in a build without the feature `web`: there is none, and the vocabulary says so.

use std::sync::{Arc, Weak};

use super::life::Shared;
use crate::service::Service;

#[derive(Debug, Clone, Default)]
pub(super) struct Web;

impl Web {
    pub(super) fn set_hub(&self, _hub: Weak<Shared>) {}

    pub(super) fn service(&self) -> Option<Arc<dyn Service>> {
        None
    }
}
