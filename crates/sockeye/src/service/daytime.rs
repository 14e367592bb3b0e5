//! `daytime:`: says the time and ends (RFC 867).

use std::time::{SystemTime, UNIX_EPOCH};

use sockeye_proto::irc::history::time_text;

use super::hello::tell;
use super::{BoxFuture, Service};
use crate::engine::Session;
use crate::error::Error;
use crate::io::Conversation;

/// Says the time in UTC (RFC 3339) and ends.
#[derive(Debug, Clone, Copy, Default)]
pub struct Daytime;

impl Service for Daytime {
    fn name(&self) -> &'static str {
        "daytime"
    }

    fn serve<'a>(
        &'a self,
        conversation: Conversation,
        session: &'a Session,
    ) -> BoxFuture<'a, Result<(), Error>> {
        let since_1970 = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let now_ms = u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX);
        let line = format!("{}\r\n", time_text(now_ms));
        Box::pin(tell("daytime", conversation, session, line))
    }
}
