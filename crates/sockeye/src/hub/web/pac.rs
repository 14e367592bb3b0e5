//! `/proxy.pac`: a script that tells browsers of the hub's proxy (Proxy Auto-Config, as Netscape
//! defined it).

use std::net::SocketAddr;

/// Where the hub's proxies are.
#[derive(Debug, Default)]
pub(super) struct Ports {
    /// For HTTP CONNECT: what browsers can log in to.
    pub(super) http: Option<u16>,
    pub(super) socks: Option<u16>,
}

/// Returns under which name the proxy is reached from where the page is asked for: that by which the
/// page itself was, else the address at which the request came.
pub(super) fn host(named: Option<&str>, local: Option<SocketAddr>) -> Option<String> {
    named
        .and_then(without_port)
        .map(str::to_owned)
        .or_else(|| Some(bare(local?)))
}

/// Writes the script; `None` where there is no proxy.
///
/// There is no way past the proxy in it: who wants to go by a proxy is not to go without one unseen.
pub(super) fn script(host: &str, ports: &Ports) -> Option<String> {
    let ways = [
        ports.http.map(|port| format!("PROXY {host}:{port}")),
        ports.socks.map(|port| format!("SOCKS5 {host}:{port}")),
    ];
    let ways: Vec<_> = ways.into_iter().flatten().collect();
    let ways = Some(ways.join("; ")).filter(|ways| !ways.is_empty())?;
    Some(format!(
        "function FindProxyForURL(url, host) {{\n  \
           if (isPlainHostName(host) || host === \"127.0.0.1\" || host === \"[::1]\" || \
         host === \"::1\" || dnsDomainIs(host, \".localhost\")) {{\n    \
             return \"DIRECT\";\n  }}\n  \
           return \"{ways}\";\n}}\n"
    ))
}

/// Returns the host of a Host header (RFC 9112 section 3.2) where it holds nothing but a name or an
/// address: it comes to stand in a script.
fn without_port(named: &str) -> Option<&str> {
    let host = match named.strip_prefix('[') {
        Some(rest) => &named[..rest.find(']')? + 2],
        None => named.split(':').next()?,
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
    (!host.is_empty() && host.len() <= NAME_BYTES_MAX && host.chars().all(plain)).then_some(host)
}

fn bare(local: SocketAddr) -> String {
    match local.ip().to_canonical() {
        std::net::IpAddr::V4(ip) => ip.to_string(),
        std::net::IpAddr::V6(ip) => format!("[{ip}]"),
    }
}

/// Longest name of a host, bytes (RFC 1035 section 2.3.4).
const NAME_BYTES_MAX: usize = 253;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_by_which_the_page_was_reached_is_the_proxys() {
        let local = Some("192.0.2.7:7080".parse().unwrap());
        let host = |named| host(named, local).unwrap();
        assert_eq!(host(Some("hub.example:7080")), "hub.example");
        assert_eq!(host(Some("hub.example")), "hub.example");
        assert_eq!(host(Some("[2001:db8::1]:7080")), "[2001:db8::1]");
        assert_eq!(host(None), "192.0.2.7");
        let hostile = [
            "",
            ":7080",
            "a\"; evil(); \"",
            "[::1",
            "a b",
            "h\u{fc}b",
            "a/b",
        ];
        for named in hostile {
            assert_eq!(host(Some(named)), "192.0.2.7", "{named}");
        }
    }

    #[test]
    fn a_script_names_each_proxy_there_is() {
        let script = |http, socks| script("hub", &Ports { http, socks });
        assert_eq!(script(None, None), None);
        let both = script(Some(3128), Some(1080)).unwrap();
        assert!(
            both.contains("return \"PROXY hub:3128; SOCKS5 hub:1080\";"),
            "{both}"
        );
        let one = script(None, Some(1080)).unwrap();
        assert!(one.contains("return \"SOCKS5 hub:1080\";"), "{one}");
        assert_eq!(both.matches("DIRECT").count(), 1, "only for what is near");
    }
}
