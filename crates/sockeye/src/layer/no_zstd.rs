//! `+zstd` in a build without the feature `zstd`: there is none, and the vocabulary says so.

use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorKind};
use crate::io::Stream;

#[derive(Debug)]
pub(super) enum Zstd {}

impl Zstd {
    pub(super) fn prepare(endpoint: &Endpoint) -> Result<Self, Error> {
        let why = "+zstd is not in this version";
        Err(Error::new(ErrorKind::ConfigUsage, "open", endpoint, why))
    }

    pub(super) fn wrap(&self, _stream: Stream) -> Stream {
        match *self {}
    }
}
