//! Each protocol as its server speaks it, to a session and to each refusal.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::super::Tls;
use super::super::tests::authority::{Authority, Given};
use crate::endpoint::{Endpoint, Role};
use crate::error::{Error, ErrorKind};
use crate::io::{ConnectionInfo, Stream};

/// What a server says once it has heard something; nothing to hear: it speaks first.
type Script = &'static [(&'static str, &'static str)];

const SMTP: Script = &[
    ("", "220-office\r\n220 ready\r\n"),
    (
        "EHLO localhost\r\n",
        "250-office\r\n250-SIZE 9\r\n250 starttls\r\n",
    ),
    ("STARTTLS\r\n", "220 go\r\n"),
];
const IMAP: Script = &[
    ("", "* OK ready\r\n"),
    (
        "a1 CAPABILITY\r\n",
        "* CAPABILITY IMAP4rev2 StartTLS\r\na1 OK done\r\n",
    ),
    ("a2 STARTTLS\r\n", "* OK by the way\r\na2 OK go\r\n"),
];
const POP3: Script = &[
    ("", "+OK ready\r\n"),
    ("CAPA\r\n", "+OK\r\nTOP\r\nSTLS\r\n.\r\n"),
    ("STLS\r\n", "+OK go\r\n"),
];
const FTP: Script = &[
    (
        "",
        "120 soon\r\n220-office\r\n 221 not the end\r\n220 ready\r\n",
    ),
    ("AUTH TLS\r\n", "234 go\r\n"),
];
const POSTGRES: Script = &[("\0\0\0\u{8}\u{4}\u{d2}\u{16}/", "S")];

/// Speaks as a server does; `false` when the peer has left.
async fn speak(stream: &mut Stream, script: Script) -> bool {
    for (heard, said) in script {
        // Each letter stands for the byte of its number.
        let expected: Vec<u8> = heard.chars().map(|letter| letter as u8).collect();
        let mut received = vec![0; expected.len()];
        if stream.read_exact(&mut received).await.is_err() {
            return false;
        }
        assert_eq!(
            received.escape_ascii().to_string(),
            expected.escape_ascii().to_string()
        );
        if stream.write_all(said.as_bytes()).await.is_err() {
            return false;
        }
    }
    true
}

/// Returns the two ends of a connection in memory.
fn pair() -> (Stream, Stream) {
    let (near, far) = tokio::io::duplex(16 * 1024);
    (Stream::layered(near), Stream::layered(far))
}

fn layer(word: &str, role: Role) -> Tls {
    let endpoint = Endpoint::parse(&format!("mem:a {word}")).unwrap();
    Tls::prepare(&endpoint.words()[0], &endpoint, role).unwrap()
}

/// Connects by `starttls` to a server that speaks `script` and then nothing more.
async fn refusal(starttls: &str, script: Script) -> Error {
    let (near, mut far) = pair();
    let asking = layer(&format!("+tls,insecure,starttls={starttls}"), Role::Connect);
    let mut info = ConnectionInfo::default();
    let (refused, _) = tokio::join!(asking.wrap(near, &mut info), async {
        speak(&mut far, script).await;
        far.shutdown().await.unwrap();
    });
    refused.unwrap_err()
}

#[tokio::test(start_paused = true)]
async fn each_protocol_leads_to_a_verified_session() {
    let authority = Authority::new();
    let server = authority.certificate(Given::default());
    let accepting = layer(&format!("+tls,{server}"), Role::Accept);
    let trust = format!("sni=a.example,cacert={}", authority.file());
    for (name, script) in [
        ("smtp", SMTP),
        ("imap", IMAP),
        ("pop3", POP3),
        ("ftp", FTP),
        ("postgres", POSTGRES),
    ] {
        let (near, mut far) = pair();
        let asking = layer(&format!("+tls,{trust},starttls={name}"), Role::Connect);
        let (mut here, mut there) = (ConnectionInfo::default(), ConnectionInfo::default());
        let (asked, taken) = tokio::join!(asking.wrap(near, &mut here), async {
            assert!(speak(&mut far, script).await, "{name}");
            accepting.wrap(far, &mut there).await
        });
        let (mut near, mut far) = (asked.unwrap(), taken.unwrap());
        near.write_all(b"under cover").await.unwrap();
        let mut received = [0; 11];
        far.read_exact(&mut received).await.unwrap();
        assert_eq!(&received, b"under cover", "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_no_of_a_server_has_its_own_sentence() {
    for (name, script, sentence) in [
        (
            "smtp",
            &[("", "554 no service\r\n")] as Script,
            "refuses a connection: 554 no service",
        ),
        (
            "smtp",
            &[("", "220 a\r\n"), ("EHLO localhost\r\n", "502 what\r\n")],
            "refuses EHLO: 502 what",
        ),
        (
            "smtp",
            &[
                ("", "220 a\r\n"),
                ("EHLO localhost\r\n", "250-a\r\n250 SIZE\r\n"),
            ],
            "does not offer STARTTLS",
        ),
        (
            "smtp",
            &[
                ("", "220 a\r\n"),
                ("EHLO localhost\r\n", "250-a\r\n250 STARTTLS\r\n"),
                ("STARTTLS\r\n", "454 \u{1b}[2J later\r\n"),
            ],
            r"refuses STARTTLS: 454 \u{1b}[2J later",
        ),
        (
            "smtp",
            &[("", "220-a\r\nand on\r\n")],
            "is no reply: and on",
        ),
        ("smtp", &[("", "SSH-2.0-x\r\n")], "is no reply: SSH-2.0-x"),
        (
            "imap",
            &[("", "* BYE full\r\n")],
            "refuses a connection: * BYE full",
        ),
        (
            "imap",
            &[("", "* PREAUTH hello\r\n")],
            "takes everybody as logged in",
        ),
        ("imap", &[("", "+OK\r\n")], "is not IMAP: +OK"),
        (
            "imap",
            &[
                ("", "* OK\r\n"),
                ("a1 CAPABILITY\r\n", "* CAPABILITY IMAP4rev1\r\na1 OK\r\n"),
            ],
            "does not offer STARTTLS",
        ),
        (
            "imap",
            &[
                ("", "* OK\r\n"),
                ("a1 CAPABILITY\r\n", "* CAPABILITY STARTTLS\r\na1 OK\r\n"),
                ("a2 STARTTLS\r\n", "a2 NO certificate lost\r\n"),
            ],
            "refuses STARTTLS: a2 NO certificate lost",
        ),
        (
            "pop3",
            &[("", "-ERR full\r\n")],
            "refuses a connection: -ERR full",
        ),
        (
            "pop3",
            &[
                ("", "+OK\r\n"),
                ("CAPA\r\n", "-ERR\r\n"),
                ("STLS\r\n", "-ERR what\r\n"),
            ],
            "refuses STLS: -ERR what",
        ),
        (
            "pop3",
            &[("", "+OK\r\n"), ("CAPA\r\n", "+OK\r\n.\r\n")],
            "does not offer STLS",
        ),
        (
            "pop3",
            &[
                ("", "+OK\r\n"),
                ("CAPA\r\n", "+OK\r\nSTLS\r\n.\r\n"),
                ("STLS\r\n", "-ERR no\r\n"),
            ],
            "refuses STLS: -ERR no",
        ),
        (
            "ftp",
            &[("", "421 full\r\n")],
            "refuses a connection: 421 full",
        ),
        (
            "ftp",
            &[("", "220 a\r\n"), ("AUTH TLS\r\n", "534 no\r\n")],
            "refuses AUTH TLS: 534 no",
        ),
        (
            "postgres",
            &[("\0\0\0\u{8}\u{4}\u{d2}\u{16}/", "N")],
            "does not take TLS",
        ),
        (
            "postgres",
            &[("\0\0\0\u{8}\u{4}\u{d2}\u{16}/", "EFATAL")],
            "answers SSLRequest by an error",
        ),
        (
            "postgres",
            &[("\0\0\0\u{8}\u{4}\u{d2}\u{16}/", "?")],
            "is not PostgreSQL",
        ),
    ] {
        let error = refusal(name, script).await;
        assert_eq!(error.kind(), ErrorKind::PeerHandshake, "{error}");
        let said = error.to_string();
        assert!(
            said.contains("mem:a") && said.contains(": starttls: "),
            "{said}"
        );
        assert!(said.contains(sentence), "{name}: {said}");
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_in_plain_behind_the_go_ahead_is_taken() {
    for (name, script) in [
        (
            "smtp",
            &[
                ("", "220 a\r\n"),
                ("EHLO localhost\r\n", "250-a\r\n250 STARTTLS\r\n"),
                ("STARTTLS\r\n", "220 go\r\n250 x"),
            ] as Script,
        ),
        (
            "imap",
            &[
                ("", "* OK\r\n"),
                ("a1 CAPABILITY\r\n", "* CAPABILITY STARTTLS\r\na1 OK\r\n"),
                ("a2 STARTTLS\r\n", "a2 OK\r\n* CA"),
            ],
        ),
        (
            "pop3",
            &[
                ("", "+OK\r\n"),
                ("CAPA\r\n", "+OK\r\nSTLS\r\n.\r\n"),
                ("STLS\r\n", "+OK\r\n+OK\r\n"),
            ],
        ),
        (
            "ftp",
            &[("", "220 a\r\n"), ("AUTH TLS\r\n", "234 go\r\n230 x")],
        ),
        (
            "postgres",
            &[("\0\0\0\u{8}\u{4}\u{d2}\u{16}/", "SR\0\0\0\u{8}")],
        ),
    ] {
        let said = refusal(name, script).await.to_string();
        assert!(
            said.contains("came in plain behind the server's go-ahead"),
            "{name}: {said}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_server_says_in_plain_is_bounded() {
    let long: &str = Box::leak("2".repeat(9000).into_boxed_str());
    let said = refusal("smtp", &*Box::leak(vec![("", long)].into_boxed_slice())).await;
    assert!(
        said.to_string()
            .contains("a line of the server has more than 8192 bytes"),
        "{said}"
    );
    let many: &str = Box::leak("220-on and on\r\n".repeat(5000).into_boxed_str());
    let said = refusal("smtp", &*Box::leak(vec![("", many)].into_boxed_slice())).await;
    assert!(
        said.to_string().contains("more than 65536 bytes in plain"),
        "{said}"
    );
    let said = refusal("smtp", &[("", "220 re")]).await;
    assert!(
        said.to_string()
            .contains("ended the connection before TLS began"),
        "{said}"
    );
}
