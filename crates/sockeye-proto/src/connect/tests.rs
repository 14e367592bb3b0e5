//! Heads as clients and proxies send them, wrong ones, and every cut.

use alloc::string::ToString;
use alloc::vec::Vec;
use alloc::{format, vec};

use proptest::prelude::*;

use super::*;

/// Decodes at every length, which must say the same as the whole does.
fn decoded<T: Clone + PartialEq + fmt::Debug>(
    decode: impl Fn(&[u8]) -> Result<Option<(T, usize)>, ConnectError>,
    bytes: &[u8],
) -> Result<(T, usize), ConnectError> {
    let whole = decode(bytes);
    let first = (0..=bytes.len())
        .map(|count| decode(&bytes[..count]))
        .find(|result| !matches!(result, Ok(None)));
    assert_eq!(first, Some(whole.clone()), "{}", bytes.escape_ascii());
    whole.map(|value| value.expect("it is whole"))
}

fn asked(text: &str) -> Result<ProxyRequest, ConnectError> {
    decoded(ProxyRequest::decode, text.as_bytes()).map(|(request, _)| request)
}

fn tunnel(target: &str) -> Result<String, ConnectError> {
    match asked(&format!(
        "CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n"
    ))?
    .asks
    {
        Asks::Tunnel(destination) => Ok(destination.to_string()),
        Asks::Forward(_) => panic!("it is CONNECT"),
    }
}

#[test]
fn tunnels_go_to_a_host_and_a_port() {
    for target in ["example.org:443", "192.0.2.1:1", "[2001:db8::1]:65535"] {
        assert_eq!(tunnel(target), Ok(target.into()));
    }
    for target in [
        "example.org",
        "example.org:",
        "example.org:0",
        "example.org:65536",
        "example.org:+80",
        ":443",
        "2001:db8::1:443",
        "[2001:db8::1]",
        "[fe80::1%25eth0]:80",
        "[192.0.2.1]:80",
        "[example.org]:80",
        "ali@example.org:80",
        "http://example.org:80",
        "/",
    ] {
        assert_eq!(tunnel(target), Err(ConnectError::Target), "{target}");
    }
}

#[test]
fn what_follows_a_head_is_left() {
    let head = "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\nContent-Length: 4\r\n\r\n";
    let bytes = format!("{head}early");
    let (_, used) = decoded(ProxyRequest::decode, bytes.as_bytes()).unwrap();
    assert_eq!(used, head.len());
}

#[test]
fn other_methods_are_to_be_passed_on() {
    let request = asked("GET http://example.org/ HTTP/1.1\r\nHost: example.org\r\n\r\n").unwrap();
    assert!(matches!(request.asks, Asks::Forward(_)));
}

#[test]
fn who_asks_is_read_and_never_shown() {
    let with = |value: &str| {
        asked(&format!(
            "CONNECT a:1 HTTP/1.0\r\nProxy-Authorization: {value}\r\n\r\n"
        ))
    };
    // ali:sec:ret
    let request = with("bAsIc  YWxpOnNlYzpyZXQ=").unwrap();
    let login = request.login.clone().unwrap();
    assert_eq!(
        (&login.name[..], &login.password[..]),
        (&b"ali"[..], &b"sec:ret"[..])
    );
    assert!(!format!("{request:?}").contains("115"));
    for wrong in [
        "Basic",
        "Basic !",
        "Basic YWxp",
        "Bearer YWxpOng=",
        "",
        "Basic YWxpOng=\r\nProxy-Authorization: Basic YWxpOng=",
    ] {
        assert_eq!(with(wrong), Err(ConnectError::Login), "{wrong}");
    }
}

#[test]
fn what_is_not_well_written_is_told_apart_from_other_versions() {
    for head in [
        "CONNECT a:1 HTTP/2.0\r\n\r\n",
        "CONNECT a:1 HTTP/1.2\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        assert_eq!(asked(head), Err(ConnectError::Version), "{head}");
    }
    for head in [
        "CONNECT a:1\r\n\r\n",
        "CONNECT  a:1 HTTP/1.0\r\n\r\n",
        "CONNECT a:1 HTTP/1.0\r\nx: \0\r\n\r\n",
        "CONNECT a:1 HTTP/1.0\r\nx : y\r\n\r\n",
        "CONNECT a:1 HTTP/1.0\r\nx: y\r\n z\r\n\r\n",
        "CONNECT a:1 HTTP/1.0\rx: y\r\n\r\n",
        "\x16\x03\x01\x02",
    ] {
        assert_eq!(asked(head), Err(ConnectError::Http), "{head:?}");
    }
    // RFC 9112 section 2.2 lets a recipient take a single LF.
    assert!(asked("CONNECT a:1 HTTP/1.0\nx: y\n\n").is_ok());
}

#[test]
fn a_request_has_one_host() {
    for fields in ["", "Host: a\r\nHost: a\r\n"] {
        let head = format!("CONNECT a:1 HTTP/1.1\r\n{fields}\r\n");
        assert_eq!(asked(&head), Err(ConnectError::Hosts));
    }
    assert!(asked("CONNECT a:1 HTTP/1.0\r\n\r\n").is_ok());
}

#[test]
fn heads_have_a_size() {
    let mut bytes = b"CONNECT a:1 HTTP/1.0\r\nx: ".to_vec();
    bytes.resize(HEAD_BYTES_MAX - 4, b'y');
    let mut fits = bytes.clone();
    fits.extend_from_slice(b"\r\n\r\n");
    assert!(ProxyRequest::decode(&fits).unwrap().is_some());
    bytes.extend_from_slice(b"y\r\n\r\n");
    assert_eq!(ProxyRequest::decode(&bytes), Err(ConnectError::TooLarge));
    let endless = vec![b'y'; HEAD_BYTES_MAX];
    assert_eq!(ProxyRequest::decode(&endless), Err(ConnectError::TooLarge));
    let fields = "x: y\r\n".repeat(FIELDS_MAX + 1);
    let many = format!("CONNECT a:1 HTTP/1.0\r\n{fields}\r\n");
    assert_eq!(asked(&many), Err(ConnectError::TooLarge));
    let interim = "HTTP/1.1 100 Continue\r\n\r\n".repeat(700);
    let error = ProxyResponse::decode(interim.as_bytes());
    assert_eq!(error, Err(ConnectError::TooLarge));
}

#[test]
fn a_request_that_is_written_is_read() {
    let host = Host::parse("example.org").unwrap();
    let destination = Destination { host, port: 443 };
    let login = Login {
        name: b"ali".to_vec(),
        password: b"a:b c".to_vec(),
    };
    for login in [None, Some(login)] {
        let mut bytes = Vec::new();
        encode_request(&destination, login.as_ref(), &mut bytes);
        let (request, used) = decoded(ProxyRequest::decode, &bytes).unwrap();
        assert_eq!(used, bytes.len());
        assert_eq!(request.asks, Asks::Tunnel(destination.clone()));
        assert_eq!(request.login, login);
    }
}

#[test]
fn answers_tell_whether_it_stands() {
    let answer = |text: &str| decoded(ProxyResponse::decode, text.as_bytes());
    let (response, used) = answer("HTTP/1.0 200 OK\r\nContent-Length: 9\r\n\r\nSSH-2.0").unwrap();
    assert!(response.stands());
    assert_eq!(used, 38);
    let (response, _) = answer("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 \r\n\r\n").unwrap();
    assert_eq!(response.status, 204);
    let (response, _) = answer("HTTP/1.1 101 Switching\r\n\r\n").unwrap();
    assert!(!response.stands());
    let (response, _) = answer("HTTP/1.1 403 No\ttab\r\n\r\n").unwrap();
    assert_eq!((response.status, response.reason.as_str()), (403, "Notab"));
    assert_eq!(answer("SSH-2.0-x\r\n"), Err(ConnectError::Http));
    assert!(
        ProxyResponse::decode(ESTABLISHED)
            .unwrap()
            .unwrap()
            .0
            .stands()
    );
}

#[test]
fn refusals_say_why_and_what_to_do() {
    let mut bytes = Vec::new();
    ProxyStatus::LoginRequired.encode("the \"hub\"", "log in first", &mut bytes);
    let text = String::from_utf8(bytes).unwrap();
    assert!(
        text.contains("\r\nProxy-Authenticate: Basic realm=\"the hub\", charset"),
        "{text}"
    );
    assert!(
        text.ends_with("\r\nContent-Length: 13\r\n\r\nlog in first\n"),
        "{text}"
    );
    let (response, _) = ProxyResponse::decode(text.as_bytes()).unwrap().unwrap();
    assert_eq!(response.status, 407);
    for error in [
        ConnectError::Http,
        ConnectError::TooLarge,
        ConnectError::Login,
        ConnectError::Version,
    ] {
        let mut bytes = Vec::new();
        ProxyStatus::of(&error).encode("", &error.to_string(), &mut bytes);
        assert!(ProxyResponse::decode(&bytes).unwrap().is_some());
    }
}

proptest! {
    #[test]
    fn nothing_panics(bytes: Vec<u8>, target in "\\PC{0,40}") {
        let _ = (ProxyRequest::decode(&bytes), ProxyResponse::decode(&bytes));
        let _ = tunnel(&target);
    }
}
