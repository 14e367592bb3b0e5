//! Who is on a channel, written as NAMES shows it and listed as lines reach it: kept in pieces, so that
//! a JOIN adds one name and a PART writes one piece anew, however many there are.
//!
//! Invariant: the pieces hold exactly the members, each once, in the order of joining; the text of a
//! piece is what writing its members now would give, and its audience what collecting their sessions
//! would.

#[cfg(test)]
pub(super) mod tests;

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::audience::{self, Audience};
use super::channel::Channel;
use super::client::{Client, Clients};
use super::rank::Rank;
use super::session::Sessions;
use crate::irc::id::ClientId;

/// How names are written: one of four ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Style {
    /// With all prefixes instead of the highest (IRCv3 multi-prefix).
    pub(crate) all_prefixes: bool,
    /// As `nick!user@host` (IRCv3 userhost-in-names).
    pub(crate) userhost: bool,
}

/// The members of a channel in the order of joining, with their names in the ways that were asked
/// for and their sessions.
#[derive(Debug, Default)]
pub(crate) struct Roll {
    pieces: Vec<Piece>,
}

#[derive(Debug, Default)]
struct Piece {
    members: Vec<ClientId>,
    /// The names in each style, a line each; `None`: not asked for since they changed.
    written: [Option<Lines>; Style::COUNT],
    /// Their sessions; `None`: not asked for since the members, their sessions or what those have
    /// agreed on changed.
    audience: Option<Audience>,
}

/// Names, in as few texts as fit the lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Lines(Vec<String>);

impl Style {
    const COUNT: usize = 4;

    const ALL: [Self; Self::COUNT] = [
        Self::new(false, false),
        Self::new(true, false),
        Self::new(false, true),
        Self::new(true, true),
    ];

    const fn new(all_prefixes: bool, userhost: bool) -> Self {
        Self {
            all_prefixes,
            userhost,
        }
    }

    const fn index(self) -> usize {
        self.all_prefixes as usize | (self.userhost as usize) << 1
    }
}

impl Lines {
    /// Adds a member at the end.
    pub(crate) fn push(&mut self, client: &Client, rank: Rank, style: Style) {
        let prefixes = rank.prefixes(style.all_prefixes);
        let name = match style.userhost {
            true => &client.source,
            false => &client.nick,
        };
        let bytes = " ".len() + prefixes.len() + name.len();
        let last = self.0.last_mut();
        let line = match last.filter(|line| line.len() + bytes <= LINE_NAMES_BYTES_MAX) {
            Some(line) => {
                line.push(' ');
                line
            }
            None => self.0.push_mut(String::new()),
        };
        line.push_str(prefixes);
        line.push_str(name);
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl Roll {
    /// Returns the members in the order of joining.
    pub(crate) fn members(&self) -> impl Iterator<Item = ClientId> {
        self.pieces.iter().flat_map(|piece| &piece.members).copied()
    }

    /// Adds one who has joined.
    pub(super) fn add(&mut self, client: &Client, rank: Rank) {
        let is_open = |piece: &&mut Piece| piece.members.len() < PIECE_MEMBERS_MAX;
        let piece = match self.pieces.last_mut().filter(is_open) {
            Some(piece) => piece,
            None => self.pieces.push_mut(Piece::default()),
        };
        piece.members.push(client.id);
        piece.audience = None;
        for style in Style::ALL {
            if let Some(Some(lines)) = piece.written.get_mut(style.index()) {
                lines.push(client, rank, style);
            }
        }
    }

    /// Takes out one who has left.
    pub(super) fn remove(&mut self, member: ClientId) {
        let Some(place) = self.pieces.iter().position(|piece| piece.holds(member)) else {
            return;
        };
        if let Some(piece) = self.pieces.get_mut(place) {
            piece.members.retain(|&other| other != member);
            piece.forget();
        }
        self.join_up(place);
        if let Some(before) = place.checked_sub(1) {
            self.join_up(before);
        }
    }

    /// Notes that a member is written in another way now.
    pub(super) fn rewrite(&mut self, member: ClientId) {
        if let Some(piece) = self.piece_of(member) {
            piece.written = Default::default();
        }
    }

    /// Notes that lines reach a member in another way now.
    pub(super) fn regroup(&mut self, member: ClientId) {
        if let Some(piece) = self.piece_of(member) {
            piece.audience = None;
        }
    }

    fn piece_of(&mut self, member: ClientId) -> Option<&mut Piece> {
        self.pieces.iter_mut().find(|piece| piece.holds(member))
    }

    /// Joins a piece that has become small to the next one, so that lines stay full.
    fn join_up(&mut self, place: usize) {
        let size = |place| {
            self.pieces
                .get(place)
                .map(|piece: &Piece| piece.members.len())
        };
        match (size(place), size(place + 1)) {
            (Some(0), _) => {
                self.pieces.remove(place);
            }
            (Some(here), Some(next)) if here + next <= PIECE_MEMBERS_MAX / 2 => {
                let next = self.pieces.remove(place + 1);
                if let Some(piece) = self.pieces.get_mut(place) {
                    piece.members.extend(next.members);
                    piece.forget();
                }
            }
            _ => {}
        }
    }
}

impl Piece {
    fn holds(&self, member: ClientId) -> bool {
        self.members.contains(&member)
    }

    /// Forgets what was made of other members.
    fn forget(&mut self) {
        self.written = Default::default();
        self.audience = None;
    }

    fn write(&self, style: Style, ranks: impl Fn(ClientId) -> Rank, clients: &Clients) -> Lines {
        let mut lines = Lines::default();
        for client in self.members.iter().filter_map(|&id| clients.find(id)) {
            lines.push(client, ranks(client.id), style);
        }
        lines
    }
}

impl Channel {
    /// Returns the sessions of all members, piece by piece.
    pub(super) fn audiences(
        &mut self,
        clients: &Clients,
        sessions: &Sessions,
    ) -> impl Iterator<Item = &Audience> {
        self.roll.pieces.iter_mut().map(|piece| {
            let members = &piece.members;
            let audience = &mut piece.audience;
            &*audience.get_or_insert_with(|| audience::of(members, clients, sessions))
        })
    }

    /// Writes what is not written yet of all names in a style.
    pub(crate) fn write_names(&mut self, style: Style, clients: &Clients) {
        let members = &self.members;
        let ranks = |id: ClientId| members.get(&id).copied().unwrap_or_default();
        for piece in &mut self.roll.pieces {
            if let Some(None) = piece.written.get(style.index()) {
                let lines = piece.write(style, ranks, clients);
                if let Some(written) = piece.written.get_mut(style.index()) {
                    *written = Some(lines);
                }
            }
        }
    }

    /// Returns the names of all members in a style.
    pub(crate) fn names<'a>(
        &'a self,
        style: Style,
        clients: &'a Clients,
    ) -> impl Iterator<Item = Cow<'a, Lines>> {
        let ranks = |id| self.rank(id).unwrap_or_default();
        self.roll
            .pieces
            .iter()
            .map(move |piece| match piece.written.get(style.index()) {
                Some(Some(lines)) => Cow::Borrowed(lines),
                _ => Cow::Owned(piece.write(style, ranks, clients)),
            })
    }
}

/// Longest list of names on one line, bytes: leaves room for a server name of 63 bytes, a nick and
/// a channel.
const LINE_NAMES_BYTES_MAX: usize = 330;

/// Most members of a piece: what is written and listed anew when one of them changes, a few lines.
const PIECE_MEMBERS_MAX: usize = 128;
