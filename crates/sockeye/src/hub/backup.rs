//! `backup`: a copy of what a hub keeps, which the hub itself need not know of.

use std::path::Path;

use super::Plan;
use crate::error::Error;
use crate::state;

/// Copies what the hub of a plan keeps, running or not, into a file, `replace`: also in the place of
/// one. Returns how many bytes it has.
///
/// # Errors
/// When there is nothing, it cannot be read or is damaged, or the file cannot be written.
pub fn back_up(plan: &Plan, to: &Path, replace: bool) -> Result<u64, Error> {
    state::back_up(plan.data().path(), to, replace)
}
