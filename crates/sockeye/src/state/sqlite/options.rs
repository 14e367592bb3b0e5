//! How a store is opened.

use crate::error::{Error, ErrorKind};

/// How a store is opened. The default is the only choice for a hub that people use.
#[derive(Debug, Clone, Default)]
pub struct StoreOptions {
    /// Largest size of the database, in pages of 4,096 bytes; reaching it is a full disk.
    pub pages_max: Option<u32>,
    /// Whether a commit returns before it is on disk. For tests that must see this fail.
    pub unsafe_no_sync: bool,
}

impl StoreOptions {
    /// Returns the options that the environment asks for, meant for tests of the whole program:
    /// `SOCKEYE_TEST_PAGES_MAX` (a number) and `SOCKEYE_TEST_NO_SYNC` (`1`).
    ///
    /// # Errors
    /// When a value is not of that form.
    pub fn from_env() -> Result<Self, Error> {
        let mut options = Self::default();
        if let Ok(pages) = std::env::var(ENV_PAGES_MAX) {
            let pages = pages.parse().map_err(|e| usage(ENV_PAGES_MAX, e))?;
            options.pages_max = Some(pages);
        }
        match std::env::var(ENV_NO_SYNC).as_deref() {
            Err(_) | Ok("" | "0") => {}
            Ok("1") => options.unsafe_no_sync = true,
            Ok(_) => return Err(usage(ENV_NO_SYNC, "0 or 1 expected")),
        }
        Ok(options)
    }
}

fn usage(key: &str, why: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::ConfigUsage, "read", key, why)
}

const ENV_PAGES_MAX: &str = "SOCKEYE_TEST_PAGES_MAX";
pub(super) const ENV_NO_SYNC: &str = "SOCKEYE_TEST_NO_SYNC";
