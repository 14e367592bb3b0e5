//! What the tests of the real program share: processes, waiting, clients.

#[path = "../../../src/layer/tls/tests/authority.rs"]
pub(crate) mod authority;
pub(crate) mod client;
pub(crate) mod hub;
pub(crate) mod lines;
pub(crate) mod program;
pub(crate) mod terminal;
pub(crate) mod until;
