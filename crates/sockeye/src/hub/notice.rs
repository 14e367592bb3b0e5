//! What a hub has to say while it runs; the program prints it, a library caller may do otherwise.

use std::fmt;
use std::sync::Arc;

use super::Page;
use crate::endpoint::Address;
use crate::error::Error;

/// Something that the hub says.
#[derive(Debug)]
#[non_exhaustive]
pub enum Notice {
    /// It accepts at an address.
    Listening {
        /// Where.
        address: Address,
        /// The names of the layers there, bottom-up.
        layers: Vec<&'static str>,
    },
    /// Something in passing, in words.
    Note(String),
    /// The page of a hub without a file.
    Page(Page),
    /// A reload has taken effect; a line for each change.
    Reloaded(Vec<String>),
    /// A reload was not possible: everything stays as it was.
    Kept(Error),
    /// It has stopped accepting and waits for its sessions.
    Draining {
        /// How many there are.
        sessions: usize,
    },
}

/// Where notices go.
#[derive(Clone)]
pub struct Notices(Arc<dyn Fn(Notice) + Send + Sync>);

impl Notices {
    /// Sends every notice to `say`, which must not block for long.
    pub fn to(say: impl Fn(Notice) + Send + Sync + 'static) -> Self {
        Self(Arc::new(say))
    }

    pub(super) fn say(&self, notice: Notice) {
        (self.0)(notice);
    }
}

impl fmt::Debug for Notices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Notices")
    }
}
