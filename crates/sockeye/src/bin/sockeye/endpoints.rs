//! The endpoints of a command line.

use std::time::Duration;

use clap::Args;
use sockeye::endpoint::{Endpoint, Family, Kind, Secret, Value};
use sockeye::{Error, ErrorKind};

/// `-4` and `-6`.
#[derive(Debug, Args)]
pub(crate) struct Families {
    /// Use IPv4 only.
    #[arg(short = '4', long, conflicts_with = "ipv6")]
    ipv4: bool,

    /// Use IPv6 only.
    #[arg(short = '6', long)]
    ipv6: bool,
}

impl Families {
    /// Parses endpoints and keeps their TCP addresses to the family that was asked for.
    pub(crate) fn parse(
        &self,
        verb: &'static str,
        words: &[String],
    ) -> Result<Vec<Endpoint>, Error> {
        let mut endpoints = Endpoint::from_args(words)?;
        warn_of_secrets(&endpoints);
        let (flag, family) = match (self.ipv4, self.ipv6) {
            (true, _) => ("-4", Family::V4),
            (_, true) => ("-6", Family::V6),
            _ => return Ok(endpoints),
        };
        let mut any = false;
        for endpoint in &mut endpoints {
            any |= endpoint.keep_to(family)?;
        }
        match any {
            true => Ok(endpoints),
            false => Err(usage(
                verb,
                format!("{flag} has no effect here: no address is TCP's or UDP's"),
            )),
        }
    }
}

/// Says that what is written in a command line is no secret.
fn warn_of_secrets(endpoints: &[Endpoint]) {
    let words = endpoints.iter().flat_map(Endpoint::words);
    let mut settings = words.flat_map(|word| word.settings().iter().map(move |set| (word, set)));
    let literal = settings.find(|(_, (_, value))| match value {
        Value::Secret(secret) => matches!(secret, Secret::Literal(_)),
        Value::Hop(hop) => hop.shows_password(),
        _ => false,
    });
    if let Some((word, (key, _))) = literal {
        let key = match key.kind {
            Kind::Hop => "password",
            _ => key.name,
        };
        let word = word.row().name;
        tracing::warn!(
            "whoever can list this machine's processes sees the {key} of +{word}; \
             @FILE and env:NAME keep it out of the command line"
        );
    }
}

/// Makes the error of a command line that does not fit a verb.
pub(crate) fn usage(verb: &'static str, cause: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::ConfigUsage, verb, "", cause)
}

/// Reads a time as the keys of endpoints do.
pub(crate) fn read_time(text: &str) -> Result<Duration, String> {
    match Kind::Duration.read(text)? {
        Value::Duration(time) => Ok(time),
        _ => Err(format!("takes {}", Kind::Duration)),
    }
}
