//! What `serve` is asked for: options and file, read and checked before anything is opened.

use std::io::{self, Read};
use std::path::PathBuf;

use super::config::Config;
use super::{DataDir, first_run, verify};
use crate::error::{Error, ErrorKind};

/// The command line of `serve`.
#[derive(Debug, Clone, Default)]
pub struct ServeOptions {
    /// The configuration file; `None`: everything in this build, on loopback.
    pub config: Option<ConfigSource>,
    /// The data directory; `None`: the file's, or the user's own.
    pub data: Option<PathBuf>,
    /// Where the ports start without a file; 0: the system chooses each.
    pub port_base: u16,
    /// Whether the hub that runs on the directory is to hand everything over.
    pub takeover: bool,
}

/// Where the configuration comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigSource {
    /// A file, read again on reload.
    File(PathBuf),
    /// Standard input, which can be read once only.
    Stdin,
}

/// A hub that could be started: everything is read and checked, nothing is open.
#[derive(Debug)]
pub struct Plan {
    pub(super) options: ServeOptions,
    pub(super) config: Config,
    pub(super) data: DataDir,
}

impl Plan {
    /// Reads the file, or takes what holds without one.
    ///
    /// # Errors
    /// When the file cannot be read, with every mistake in it, or when no directory is known.
    pub fn read(options: ServeOptions) -> Result<Self, Error> {
        let config = match &options.config {
            Some(source) => source.read()?,
            None => first_run::config(options.port_base),
        };
        let data = DataDir::choose(options.data.as_deref(), config.hub.data.as_deref())?;
        Ok(Self {
            options,
            config,
            data,
        })
    }

    /// Checks the files that the configuration names.
    ///
    /// # Errors
    /// What one of them lacks.
    pub fn check(&self) -> Result<(), Error> {
        verify::verify(&self.config)
    }

    /// Returns the data directory.
    pub fn data(&self) -> &DataDir {
        &self.data
    }

    /// Returns the configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Returns whether the hub runs without a file.
    pub(super) fn is_default(&self) -> bool {
        self.options.config.is_none()
    }
}

impl ConfigSource {
    /// Reads and checks the whole configuration.
    pub(super) fn read(&self) -> Result<Config, Error> {
        let name = self.to_string();
        let unreadable = |error: io::Error| {
            let error = Error::new(ErrorKind::ConfigUsage, "read", &name, error);
            error.with_hint("`sockeye serve --example-config` prints a file to start from")
        };
        let mut text = String::new();
        let limit = FILE_BYTES_MAX + 1;
        match self {
            Self::File(path) => {
                let file = std::fs::File::open(path).map_err(unreadable)?;
                file.take(limit).read_to_string(&mut text)
            }
            Self::Stdin => io::stdin().lock().take(limit).read_to_string(&mut text),
        }
        .map_err(unreadable)?;
        if text.len() as u64 == limit {
            let cause = format!("longer than {FILE_BYTES_MAX} bytes");
            return Err(Error::new(ErrorKind::ConfigUsage, "read", name, cause));
        }
        Ok(Config::parse(&text, &name)?)
    }
}

impl std::fmt::Display for ConfigSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Stdin => f.write_str("standard input"),
        }
    }
}

/// Longest configuration, bytes: thousands of listeners fit, a device file does not.
const FILE_BYTES_MAX: u64 = 4 << 20;
