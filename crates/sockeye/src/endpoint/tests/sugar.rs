//! Schemes that are short for a transport with layers.

use super::*;

#[test]
fn sugar_is_its_layers_over_tcp() {
    let plain = parsed("tcp://h:1 +tls");
    assert_eq!(parsed("tls://h:1"), plain);
    assert_eq!(parsed("tls://h:1").to_string(), "tcp://h:1 +tls");
    let listening = parsed("tls-l://h:1");
    assert!(listening.is_listening());
    assert_eq!(listening.words(), plain.words());
}

#[test]
fn a_word_after_sugar_configures_its_layer_and_another_adds_one() {
    let configured = parsed("tcp://h:1 +tls,sni=a,alpn=b");
    assert_eq!(parsed("tls://h:1 +tls,sni=a alpn=b"), configured);
    let within = parsed("tcp://h:1 +tls,sni=a +idle,5s +tls,sni=b");
    assert_eq!(parsed("tls://h:1 +tls,sni=a +idle,5s +tls,sni=b"), within);
    assert_refused(
        "tls://h:1 sni=a",
        "sni=a is no address",
        "sni=a",
        Some("an address is PORT, HOST:PORT, scheme://… or scheme:TEXT"),
    );
}

#[test]
fn versions_and_fingerprints_are_read_as_they_are_written_elsewhere() {
    assert_refused(
        "h:1 +tls,min=1.1",
        "min takes 1.2 or 1.3: older ones are not safe and not spoken",
        "1.1",
        None,
    );
    let plain = "ab".repeat(32);
    let openssl = vec!["AB"; 32].join(":");
    assert_eq!(
        parsed(&format!("h:1 +tls,pin=sha256:{openssl}")),
        parsed(&format!("h:1 +tls,pin=sha256:{plain}"))
    );
    assert_refused(
        "h:1 +tls,pin=sha256:ab",
        "pin takes sha256: and 64 hexadecimal digits",
        "sha256:ab",
        None,
    );
}

#[test]
fn proxy_stands_on_the_address_unless_after_a_written_tls() {
    let names = |text: &str| -> Vec<_> {
        let endpoint = parsed(text);
        endpoint.layers().map(|word| word.row().name).collect()
    };
    assert_eq!(names("tls://h:1 +proxy"), ["proxy", "tls"]);
    assert_eq!(names("tls://h:1 +tls,sni=a +proxy"), ["tls", "proxy"]);
    assert_eq!(names("h:1 +tls +proxy"), ["tls", "proxy"]);
    assert_eq!(names("h:1 +proxy +tls"), ["proxy", "tls"]);
    assert_refused(
        "h:1 +proxy +proxy",
        "+proxy is written twice",
        "+proxy",
        None,
    );
}

#[test]
fn networks_of_a_key_go_on_after_a_comma() {
    let short = parsed("h:1 +proxy,from=10.0.0.0/8,fd00::/8");
    assert_eq!(short, parsed("h:1 +proxy from=10.0.0.0/8,fd00::/8"));
    assert_eq!(parsed(&short.to_string()), short);
    assert_refused(
        "h:1 +proxy,from=10.0.0.0/8,11",
        "+proxy takes networks such as 10.0.0.0/8, fd00::/8 or 192.0.2.1, or @FILE",
        "11",
        None,
    );
}
