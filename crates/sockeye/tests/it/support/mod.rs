//! What the tests of the real program share: processes, waiting, clients.

pub(crate) mod client;
pub(crate) mod hub;
pub(crate) mod lines;
pub(crate) mod program;
pub(crate) mod terminal;
pub(crate) mod until;
