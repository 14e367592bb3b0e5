//! `+tls` in a build without the feature `tls`: there is none, and the vocabulary says so.

use crate::endpoint::{Endpoint, Role, Word};
use crate::error::{Error, ErrorKind};
use crate::io::{ConnectionInfo, Stream};

#[derive(Debug)]
pub(super) enum Tls {}

impl Tls {
    pub(super) fn prepare(word: &Word, endpoint: &Endpoint, _role: Role) -> Result<Self, Error> {
        let why = format!("+{} is not in this version", word.row().name);
        Err(Error::new(ErrorKind::ConfigUsage, "open", endpoint, why))
    }

    pub(super) fn note(&self) -> Option<&str> {
        match *self {}
    }

    pub(super) async fn wrap(
        &self,
        _stream: Stream,
        _info: &mut ConnectionInfo,
    ) -> Result<Stream, Error> {
        match *self {}
    }
}
