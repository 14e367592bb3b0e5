//! Secrets, read from where they are.

use std::fs::File;
use std::io::Read;

use crate::endpoint::Secret;
use crate::error::{ErrorKind, words};

/// Returns a secret.
///
/// # Errors
/// [`ErrorKind::LocalRead`] when its file cannot be read or holds more than a secret may have,
/// [`ErrorKind::ConfigUsage`] when its variable is not set; it is named, with why.
pub(crate) fn read_secret(secret: &Secret) -> Result<String, (ErrorKind, String)> {
    match secret {
        Secret::Literal(text) => Ok(text.clone()),
        Secret::File(path) => {
            let unread = |why: &str| (ErrorKind::LocalRead, format!("{}: {why}", path.display()));
            let mut text = String::new();
            let file = File::open(path).map_err(|error| unread(&words(&error)))?;
            file.take(SECRET_BYTES_MAX + 1)
                .read_to_string(&mut text)
                .map_err(|error| unread(&words(&error)))?;
            if text.len() as u64 > SECRET_BYTES_MAX {
                return Err(unread("more than the 64 KiB that a secret may have"));
            }
            let line = text.strip_suffix('\n').unwrap_or(&text);
            Ok(line.strip_suffix('\r').unwrap_or(line).to_owned())
        }
        Secret::Variable(name) => std::env::var(name)
            .map_err(|error| (ErrorKind::ConfigUsage, format!("env:{name}: {error}"))),
    }
}

/// The longest secret in a file, bytes: far above any key or token, far below what a slip such as
/// `/dev/zero` would read.
const SECRET_BYTES_MAX: u64 = 64 * 1024;
