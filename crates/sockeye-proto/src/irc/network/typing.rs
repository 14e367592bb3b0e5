//! How often somebody's typing is told (IRCv3 typing): it is worth nothing a moment later.

use alloc::vec::Vec;

use crate::irc::event::Target;
use crate::irc::metadata::{Limit, Pace};

/// How soon a client may be told of as typing again, in each place; the last ones.
#[derive(Debug, Default)]
pub(crate) struct Typing(Vec<(Target, Pace)>);

impl Typing {
    /// Returns whether it may be told now, and notes it if so.
    pub(crate) fn take(&mut self, place: Target, now_ms: u64) -> bool {
        let known = self.0.iter().position(|(known, _)| *known == place);
        let mut pace = known.map_or(Pace::default(), |at| self.0.remove(at).1);
        let may = pace.wait_s(now_ms, &NEWS).is_none();
        if may {
            pace.take(now_ms, &NEWS);
        }
        if self.0.len() >= PLACES_MAX {
            self.0.remove(0);
        }
        self.0.push((place, pace));
        may
    }
}

/// A client says that somebody types every 3 s, and once more when that ends.
const NEWS: Limit = Limit {
    burst: 3,
    interval_ms: 1_000,
};

/// Places that are remembered: more than one types in at a time.
const PLACES_MAX: usize = 8;
