//! Sockets that are bound already.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use crate::endpoint::Endpoint;

/// Sockets that are bound already, with the listeners that they were bound for.
#[derive(Debug, Default)]
pub(in crate::hub) struct Given {
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    at: Endpoint,
    sockets: Vec<OwnedFd>,
}

impl Given {
    /// Adds what a listener had.
    pub(in crate::hub) fn add(&mut self, at: Endpoint, sockets: Vec<OwnedFd>) {
        self.rows.push(Row { at, sockets });
    }

    /// Takes out what was bound for the address of `at`, with the endpoint that it was bound for.
    pub(in crate::hub) fn take(&mut self, at: &Endpoint) -> Option<(Endpoint, Vec<OwnedFd>)> {
        let same = |row: &Row| row.at.address() == at.address() && !row.sockets.is_empty();
        let found = self.rows.iter().position(same)?;
        let Row { at, sockets } = self.rows.remove(found);
        Some((at, sockets))
    }

    /// Returns it once more, with descriptors of its own.
    ///
    /// # Errors
    /// When the system has none left.
    pub(in crate::hub) fn try_clone(&self) -> io::Result<Self> {
        let row = |row: &Row| {
            let sockets = row.sockets.iter().map(OwnedFd::try_clone);
            Ok(Row {
                at: row.at.clone(),
                sockets: sockets.collect::<io::Result<_>>()?,
            })
        };
        let rows = self.rows.iter().map(row).collect::<io::Result<_>>()?;
        Ok(Self { rows })
    }

    /// Returns each listener's endpoint and how many sockets it has.
    pub(super) fn counts(&self) -> impl Iterator<Item = (&Endpoint, usize)> {
        self.rows.iter().map(|row| (&row.at, row.sockets.len()))
    }

    /// Returns all sockets in the order of [`Given::counts`].
    pub(super) fn sockets(&self) -> Vec<BorrowedFd<'_>> {
        let all = self.rows.iter().flat_map(|row| &row.sockets);
        all.map(AsFd::as_fd).collect()
    }
}
