//! `upper:`: sends back what arrives, its ASCII letters in upper case.

use super::echo::reflect;
use super::{BoxFuture, Service};
use crate::engine::Session;
use crate::error::Error;
use crate::io::Conversation;

/// Sends back what arrives in upper case.
#[derive(Debug, Clone, Copy, Default)]
pub struct Upper;

impl Service for Upper {
    fn name(&self) -> &'static str {
        "upper"
    }

    fn serve<'a>(
        &'a self,
        conversation: Conversation,
        session: &'a Session,
    ) -> BoxFuture<'a, Result<(), Error>> {
        reflect("upper", conversation, session, <[u8]>::make_ascii_uppercase)
    }
}
