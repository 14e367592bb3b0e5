//! What a listening endpoint's own words say of its sessions: whom it takes in (`+allow`, `+deny`), and
//! how much they move (`+limit`).

use std::sync::Arc;

use super::tally::Tally;
use crate::endpoint::{Endpoint, LimitOptions, NetworkEntry, NetworkSet};
use crate::error::Error;
use crate::io::{ConnectionInfo, read_networks};
use crate::service::Refusal;

/// The rules of one listening endpoint, its files read.
#[derive(Debug)]
pub(crate) struct Rules {
    /// `None` is everybody; a list that is empty is nobody.
    allow: Option<NetworkSet>,
    deny: NetworkSet,
    pub(super) limit: LimitOptions,
    /// Where the listener counts whom it refused.
    pub(super) tally: Arc<Tally>,
}

impl Rules {
    /// Reads what an endpoint says.
    ///
    /// # Errors
    /// [`ErrorKind::LocalRead`] when a list of networks cannot be read, [`ErrorKind::ConfigUsage`] when
    /// something else stands in it; file and line are named.
    pub(crate) fn read(endpoint: &Endpoint) -> Result<Self, Error> {
        let sources = endpoint.sources();
        let set = |entries: &[NetworkEntry]| {
            let set = read_networks(entries);
            set.map_err(|(kind, why)| Error::new(kind, "listen", endpoint, why))
        };
        let allow = (!sources.allow.is_empty()).then(|| set(&sources.allow));
        Ok(Self {
            allow: allow.transpose()?,
            deny: set(&sources.deny)?,
            limit: endpoint.limit(),
            tally: Arc::default(),
        })
    }

    /// Counts whom they refuse in `tally`.
    pub(super) fn counting_in(self, tally: &Arc<Tally>) -> Arc<Self> {
        Arc::new(Self {
            tally: Arc::clone(tally),
            ..self
        })
    }

    /// Checks that a connection may come in at all: `+deny` wins over `+allow`, and a written `+allow`
    /// refuses everybody else, peers without an IP address included.
    pub(super) fn check_source(&self, info: &ConnectionInfo) -> Result<(), Refusal> {
        let is_in = |set: &NetworkSet| info.peer.is_some_and(|peer| set.contains(peer.ip()));
        match self.allow.as_ref().is_none_or(is_in) && !is_in(&self.deny) {
            true => Ok(()),
            false => Err(Refusal::SourceForbidden),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::*;
    use crate::error::ErrorKind;

    fn rules(words: &str) -> Result<Rules, Error> {
        Rules::read(&Endpoint::parse(&format!(":1 {words}")).unwrap())
    }

    fn takes(rules: &Rules, peer: Option<&str>) -> bool {
        let peer = peer.map(|ip| SocketAddr::new(ip.parse().unwrap(), 1));
        let info = ConnectionInfo {
            peer,
            ..ConnectionInfo::default()
        };
        rules.check_source(&info).is_ok()
    }

    #[test]
    fn deny_wins_and_a_written_allow_refuses_everybody_else() {
        let open = rules("+deny,192.0.2.0/24").unwrap();
        assert!(takes(&open, Some("198.51.100.1")) && takes(&open, None));
        assert!(!takes(&open, Some("192.0.2.9")) && !takes(&open, Some("::ffff:192.0.2.9")));
        let closed = rules("+allow,192.0.2.0/24,::1 +deny,192.0.2.9").unwrap();
        assert!(takes(&closed, Some("192.0.2.8")) && takes(&closed, Some("::1")));
        assert!(!takes(&closed, Some("192.0.2.9")) && !takes(&closed, None));
        assert!(!takes(&closed, Some("198.51.100.1")));
    }

    #[test]
    fn lists_are_read_and_an_empty_one_allows_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("list");
        let list = list.to_str().unwrap();
        std::fs::write(list, "# ours\n\n 192.0.2.0/24 # here\r\n2001:db8::/32\n").unwrap();
        let with_list = rules(&format!("+allow,10.0.0.1,@{list}")).unwrap();
        for ip in ["10.0.0.1", "192.0.2.77", "2001:db8::5"] {
            assert!(takes(&with_list, Some(ip)), "{ip}");
        }
        assert!(!takes(&with_list, Some("10.0.0.2")));

        std::fs::write(list, "# nobody\n").unwrap();
        let nobody = rules(&format!("+allow,@{list}")).unwrap();
        assert!(!takes(&nobody, Some("10.0.0.1")));
        assert!(takes(
            &rules(&format!("+deny,@{list}")).unwrap(),
            Some("10.0.0.1")
        ));
    }

    #[test]
    fn what_is_wrong_in_a_list_is_named_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("list");
        let list = list.to_str().unwrap();
        std::fs::write(list, "10.0.0.0/8\n# two\n10.0.0.0/33\n").unwrap();
        let error = rules(&format!("+deny,@{list}")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConfigUsage);
        let expected = format!("{list}:3: \"10.0.0.0/33\" is no network");
        assert!(error.to_string().contains(&expected), "{error}");

        let large = vec![b'\n'; 4 * 1024 * 1024 + 1];
        std::fs::write(list, large).unwrap();
        let error = rules(&format!("+deny,@{list}")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::LocalRead);
        let error = rules(&format!("+deny,@{list}-none")).unwrap_err();
        assert!(
            error.to_string().ends_with("no such file or directory"),
            "{error}"
        );
    }
}
