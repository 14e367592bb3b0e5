//! Lists of networks, those in files read.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::endpoint::{Network, NetworkEntry, NetworkSet};
use crate::error::{ErrorKind, words};

/// Returns the networks that entries name.
///
/// # Errors
/// [`ErrorKind::LocalRead`] when a file cannot be read, [`ErrorKind::ConfigUsage`] when something else
/// stands in it; file and line are named.
pub(crate) fn read_networks(entries: &[NetworkEntry]) -> Result<NetworkSet, (ErrorKind, String)> {
    let mut networks = Vec::new();
    for entry in entries {
        match entry {
            NetworkEntry::Network(network) => networks.push(*network),
            NetworkEntry::File(path) => networks_in(path, &mut networks)?,
        }
    }
    Ok(networks.into_iter().collect())
}

/// Reads a list of networks: one a line, `#` and what follows it being a comment.
fn networks_in(path: &Path, networks: &mut Vec<Network>) -> Result<(), (ErrorKind, String)> {
    let name = path.display();
    let unread = |why: String| (ErrorKind::LocalRead, format!("{name}: {why}"));
    let text = read_text(path).map_err(|error| unread(words(&error)))?;
    let text = text.ok_or_else(|| {
        unread(format!(
            "more than the {LIST_BYTES_MAX} bytes that are read"
        ))
    })?;
    for (number, line) in text.lines().enumerate() {
        let line = line.split_once('#').map_or(line, |(line, _)| line).trim();
        if !line.is_empty() {
            let wrong = |why| {
                (
                    ErrorKind::ConfigUsage,
                    format!("{name}:{}: {why}", number + 1),
                )
            };
            networks.push(line.parse().map_err(wrong)?);
        }
    }
    Ok(())
}

/// Reads a file that is not too large.
fn read_text(path: &Path) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    let file = File::open(path)?;
    file.take(LIST_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 <= LIST_BYTES_MAX {
        true => String::from_utf8(bytes).map(Some).map_err(io::Error::other),
        false => Ok(None),
    }
}

/// The largest list of networks, bytes: some 200,000 lines, read at once and kept in memory.
const LIST_BYTES_MAX: u64 = 4 * 1024 * 1024;
