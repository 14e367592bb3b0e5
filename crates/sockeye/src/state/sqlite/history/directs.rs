//! What an account has said with everybody: whom it wrote with, and the latest of all of it.

use std::cmp::Reverse;

use sockeye_proto::irc::event::{Fact, Record};
use sockeye_proto::irc::history::{Buffer, Keep, Point, fit};
use sockeye_proto::irc::id::AccountId;

use super::super::latest;
use super::Rows;

impl Rows<'_> {
    /// Returns everybody with whom an account has direct messages after a time, by the nick in the
    /// latest of them, with its time.
    pub(super) fn directs(
        &self,
        owner: AccountId,
        after_ms: u64,
    ) -> rusqlite::Result<Vec<(String, u64)>> {
        let mut found = Vec::new();
        for latest in latest::of(self.connection, owner, self.upto)? {
            if latest.bounds().is_some_and(|(_, at_ms)| at_ms <= after_ms) {
                continue;
            }
            let known = match latest.known() {
                Some(known) => Some(known),
                None => self.latest_with(owner, latest.peer)?,
            };
            found.extend(known);
        }
        Ok(found)
    }

    /// Returns the other side's nick in the latest direct message, and its time.
    fn latest_with(
        &self,
        owner: AccountId,
        peer: String,
    ) -> rusqlite::Result<Option<(String, u64)>> {
        let events = false;
        let buffer = Buffer::Direct {
            owner,
            peer,
            events,
        };
        let newest = self.messages(&buffer, None, None, Keep::Last, 1)?;
        let Buffer::Direct { peer, .. } = buffer else {
            return Ok(None);
        };
        Ok(newest
            .into_iter()
            .next()
            .and_then(|record| match record.fact {
                Fact::Direct(direct) => {
                    let nick = latest::nick_of(&direct, &peer).to_owned();
                    Some((nick, record.stamp.wall_ms))
                }
                _ => None,
            }))
    }

    /// Returns the latest of what an account has said with anybody.
    pub(super) fn all_directs(
        &self,
        owner: AccountId,
        points: (Option<Point>, Option<Point>),
        limit: u32,
    ) -> rusqlite::Result<Vec<Record>> {
        let mut peers = latest::of(self.connection, owner, self.upto)?;
        peers.sort_by_key(|latest| Reverse(latest.bounds()));
        let mut found: Vec<Record> = Vec::new();
        // The newest that did not fit: nothing up to it is in the answer.
        let mut floor = 0;
        for latest in peers {
            if latest.bounds().is_some_and(|(number, _)| number <= floor) {
                break;
            }
            let (peer, events) = (latest.peer, false);
            let buffer = Buffer::Direct {
                owner,
                peer,
                events,
            };
            let said = self.range(&buffer, points, Keep::Last, limit)?;
            found.extend(
                said.into_iter()
                    .filter(|record| record.stamp.number > floor),
            );
            found.sort_by_key(|record| record.stamp.number);
            // What one account has said to itself is found once.
            found.dedup_by_key(|record| record.stamp.number);
            let numbers: Vec<_> = found.iter().map(|record| record.stamp.number).collect();
            fit(&mut found, Keep::Last, limit, self.bytes_max);
            let dropped = &numbers[..numbers.len() - found.len()];
            floor = dropped.last().copied().unwrap_or(floor);
        }
        Ok(found)
    }
}
