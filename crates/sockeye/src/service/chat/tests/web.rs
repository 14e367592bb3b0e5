//! Chat over WebSocket: what is a message, what is refused, and who a gateway speaks for.

use super::*;

/// Shakes hands without our own client, with more lines in the request; returns the answer, too.
async fn bare(hub: &Hub, fields: &str) -> (Stream, String) {
    let (conversation, _) = hub.engine.connect(&door("mem:web")).await.unwrap();
    let Conversation::Stream(mut stream) = conversation else {
        panic!("a byte stream");
    };
    let ask = format!(
        "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{fields}\r\n"
    );
    stream.write_all(ask.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        answer.push(stream.read_u8().await.unwrap());
    }
    (stream, String::from_utf8(answer).unwrap())
}

fn door(text: &str) -> Endpoint {
    Endpoint::parse(text).unwrap()
}

/// Makes a frame whose mask changes nothing.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let length = payload.len();
    let mut made = match u8::try_from(length) {
        Ok(short @ ..126) => vec![first, 0x80 | short],
        _ => {
            let [.., high, low] = length.to_be_bytes();
            vec![first, 0x80 | 126, high, low]
        }
    };
    made.extend([0; 4]);
    made.extend(payload);
    made
}

const TEXT: u8 = 0x81;
const BINARY: u8 = 0x82;
const PING: u8 = 0x89;

/// Reads a frame of less than 64 KiB that has no mask: its first byte and its payload.
async fn read(stream: &mut Stream) -> (u8, Vec<u8>) {
    let first = stream.read_u8().await.unwrap();
    let length = match stream.read_u8().await.unwrap() {
        126 => stream.read_u16().await.unwrap().into(),
        length => length.into(),
    };
    let mut payload = vec![0; length];
    stream.read_exact(&mut payload).await.unwrap();
    (first, payload)
}

/// Reads texts up to one with `part` in it.
async fn until(stream: &mut Stream, part: &str) -> String {
    loop {
        let (first, payload) = read(stream).await;
        let text = String::from_utf8_lossy(&payload).into_owned();
        if text.contains(part) {
            return text;
        }
        assert!(matches!(first, TEXT | BINARY), "{first:x}: {text}");
    }
}

async fn enters(stream: &mut Stream, nick: &str) {
    for line in [format!("NICK {nick}"), "USER u 0 * :u".to_owned()] {
        stream
            .write_all(&frame(TEXT, line.as_bytes()))
            .await
            .unwrap();
    }
    until(stream, " 422 ").await;
}

#[tokio::test(start_paused = true)]
async fn each_line_is_a_message_of_the_kind_agreed_on() {
    let hub = Hub::in_memory().await;
    let _web = hub.open("mem:web +ws").await;
    let mut bo = hub.member("bo").await;
    for (offered, agreed, kind) in [
        ("text.ircv3.net", "text.ircv3.net", TEXT),
        ("binary.ircv3.net", "binary.ircv3.net", BINARY),
        // Who connects says what it would rather have.
        (
            "x, binary.ircv3.net, text.ircv3.net",
            "binary.ircv3.net",
            BINARY,
        ),
        ("text.ircv3.net, binary.ircv3.net", "text.ircv3.net", TEXT),
    ] {
        let (mut ali, answer) = bare(&hub, &format!("Sec-WebSocket-Protocol: {offered}\r\n")).await;
        let told = format!("\r\nSec-WebSocket-Protocol: {agreed}\r\n");
        assert!(answer.contains(&told), "{answer}");
        for line in ["NICK ali", "USER a 0 * :a", "JOIN #fish"] {
            ali.write_all(&frame(kind, line.as_bytes())).await.unwrap();
        }
        bo.until("JOIN #fish").await;
        bo.say("PRIVMSG #fish :h\u{e9}\r\nPRIVMSG #fish :\u{1f41f}\r\n")
            .await;
        for text in ["h\u{e9}", "\u{1f41f}"] {
            loop {
                let (first, payload) = read(&mut ali).await;
                let line = String::from_utf8(payload).unwrap();
                assert_eq!(first, kind, "{line}");
                assert!(!line.contains(['\r', '\n']), "{line:?}");
                // What was said to those before is shown with its time.
                if line.contains(" PRIVMSG #fish :") && !line.contains(":[") {
                    assert_eq!(line, format!(":bo!bo@localhost PRIVMSG #fish :{text}"));
                    break;
                }
            }
        }
        ali.write_all(&frame(kind, b"QUIT :bye")).await.unwrap();
        bo.until("QUIT :Quit: bye").await;
    }
}

#[tokio::test(start_paused = true)]
async fn who_agrees_on_nothing_is_answered_as_it_speaks() {
    let hub = Hub::in_memory().await;
    let _web = hub.open("mem:web +ws").await;
    for (fields, kind) in [("", TEXT), ("Sec-WebSocket-Protocol: irc\r\n", BINARY)] {
        let (mut ali, answer) = bare(&hub, fields).await;
        assert!(!answer.contains("-Protocol"), "{answer}");
        ali.write_all(&frame(kind, b"PING :1\r\n")).await.unwrap();
        let (first, payload) = read(&mut ali).await;
        assert_eq!(
            (first, &payload[..]),
            (kind, &b":hub.example PONG hub.example :1"[..])
        );
    }
}

#[tokio::test(start_paused = true)]
async fn fragments_make_a_line_and_control_frames_stand_between() {
    let hub = Hub::in_memory().await;
    let _web = hub.open("mem:web +ws").await;
    let (mut ali, _) = bare(&hub, "Sec-WebSocket-Protocol: text.ircv3.net\r\n").await;
    enters(&mut ali, "ali").await;
    // The fish is cut in two.
    let parts = [
        frame(0x01, b"PRIVMSG ali :\xf0\x9f"),
        frame(PING, b"there?"),
        frame(0x00, b"\x90\x9f"),
        frame(0x80, b""),
    ];
    ali.write_all(&parts.concat()).await.unwrap();
    assert_eq!(read(&mut ali).await, (0x8a, b"there?".to_vec()));
    let line = until(&mut ali, "PRIVMSG").await;
    assert!(line.ends_with("PRIVMSG ali :\u{1f41f}"), "{line}");
}

#[tokio::test(start_paused = true)]
async fn lines_have_the_limits_that_they_have_elsewhere() {
    let hub = Hub::in_memory().await;
    let _web = hub.open("mem:web +ws").await;
    let (mut ali, _) = bare(&hub, "Sec-WebSocket-Protocol: binary.ircv3.net\r\n").await;
    enters(&mut ali, "ali").await;
    // 510 bytes of a line, and as many tags as there may be.
    let longest = |bytes: usize| {
        let words = "PING :";
        let tags = format!("@{} ", "x".repeat(4_094));
        tags + words + &"y".repeat(bytes - words.len())
    };
    ali.write_all(&frame(BINARY, longest(510).as_bytes()))
        .await
        .unwrap();
    until(&mut ali, "PONG").await;
    ali.write_all(&frame(BINARY, longest(511).as_bytes()))
        .await
        .unwrap();
    until(&mut ali, " 417 ").await;
    let tags = format!("@{} PING :z", "x".repeat(4_095));
    ali.write_all(&frame(BINARY, tags.as_bytes()))
        .await
        .unwrap();
    until(&mut ali, " 417 ").await;
    ali.write_all(&frame(BINARY, b"PRIVMSG ali :\xff"))
        .await
        .unwrap();
    until(&mut ali, "INVALID_UTF8").await;
    // Nothing of a message without end is kept, and it is refused once it ends.
    for _ in 0..100 {
        ali.write_all(&frame(0x02, &[b'x'; 60_000])).await.unwrap();
        ali.write_all(&frame(0x80, b"")).await.unwrap();
        until(&mut ali, " 417 ").await;
    }
    ali.write_all(&frame(TEXT, b"\xff")).await.unwrap();
    let (first, payload) = loop {
        match read(&mut ali).await {
            (TEXT | BINARY, _) => {}
            other => break other,
        }
    };
    assert_eq!((first, &payload[..2]), (0x88, &1007_u16.to_be_bytes()[..]));
}

#[tokio::test(start_paused = true)]
async fn the_reason_of_the_end_is_that_of_the_close() {
    let hub = Hub::in_memory().await;
    let _web = hub.open("mem:web +ws").await;
    let mut bo = hub.member("bo").await;
    let (mut ali, _) = bare(&hub, "Sec-WebSocket-Protocol: text.ircv3.net\r\n").await;
    enters(&mut ali, "ali").await;
    let why = "\u{e9}".repeat(100);
    let said = [
        frame(TEXT, b"JOIN #fish"),
        frame(TEXT, format!("QUIT :{why}").as_bytes()),
    ];
    ali.write_all(&said.concat()).await.unwrap();
    let error = until(&mut ali, "ERROR :").await;
    let (first, payload) = read(&mut ali).await;
    assert_eq!((first, &payload[..2]), (0x88, &1000_u16.to_be_bytes()[..]));
    let reason = std::str::from_utf8(&payload[2..]).unwrap();
    assert!(
        error.starts_with(&format!("ERROR :{reason}")),
        "{error}: {reason}"
    );
    assert!((122..=123).contains(&reason.len()), "{reason}");
    bo.until(" QUIT :Quit: ").await;

    let (mut mute, _) = bare(&hub, "Sec-WebSocket-Protocol: text.ircv3.net\r\n").await;
    let error = until(&mut mute, "ERROR :").await;
    assert_eq!(error, "ERROR :Closing link: (Registration timed out)");
    assert!(
        read(&mut mute)
            .await
            .1
            .ends_with(b"(Registration timed out)")
    );
}

#[tokio::test(start_paused = true)]
async fn a_page_that_goes_leaves_at_once() {
    let hub = Hub::in_memory().await;
    let _web = hub.open("mem:web +ws").await;
    let mut bo = hub.member("bo").await;
    for goes in [&frame(0x88, &1001_u16.to_be_bytes())[..], b""] {
        let mut ali = hub
            .client_at(&door("mem:web +ws,subprotocol=text.ircv3.net"), "ali")
            .await;
        ali.say("JOIN #fish\r\n").await;
        ali.until(" 366 ").await;
        drop(ali);
        bo.until(":ali!ali@localhost QUIT").await;
        let (mut eve, _) = bare(&hub, "").await;
        enters(&mut eve, "eve").await;
        eve.write_all(&frame(TEXT, b"JOIN #fish")).await.unwrap();
        bo.until("JOIN").await;
        eve.write_all(goes).await.unwrap();
        match goes {
            [] => drop(eve),
            _ => {
                let (first, _) = loop {
                    match read(&mut eve).await {
                        (TEXT, _) => {}
                        other => break other,
                    }
                };
                assert_eq!(first, 0x88);
            }
        }
        bo.until(":eve!u@localhost QUIT").await;
    }
}

#[tokio::test(start_paused = true)]
async fn limits_and_hosts_are_those_of_whom_a_gateway_comes_for() {
    let hub = Hub::in_memory().await;
    let _web = hub.open("mem:web +ws from=0.0.0.0,10.0.0.0/8").await;
    let by = |list: &str| format!("X-Forwarded-For: {list}\r\nX-Forwarded-Proto: https\r\n");
    let mut bo = hub.member("bo").await;
    let (mut ali, _) = bare(&hub, &by("192.0.2.66, 198.51.100.7, 10.0.0.9")).await;
    enters(&mut ali, "ali").await;
    bo.say("WHOIS ali\r\n").await;
    bo.until(" 311 bo ali u 198.51.100.7 ").await;
    bo.until(" 671 bo ali ").await;

    let mut waiting = Vec::new();
    for _ in 0..SOURCE_PENDING_MAX {
        waiting.push(bare(&hub, &by("203.0.113.5")).await.0);
        let (_, answer) = bare(&hub, &by("nobody")).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    }
    let (mut more, _) = bare(&hub, &by("203.0.113.5")).await;
    let why = "ERROR :Closing Link: Too many unregistered connections from your network";
    assert_eq!(until(&mut more, "ERROR").await, why);
    let (first, reason) = read(&mut more).await;
    assert_eq!(
        (first, &reason[2..]),
        (0x88, &why.as_bytes()["ERROR :".len()..])
    );
    let (mut other, _) = bare(&hub, &by("203.0.113.6")).await;
    enters(&mut other, "other").await;
    // Who comes by itself is nobody else, whatever it says.
    let _door = hub.open("mem:direct +ws,from=10.0.0.1").await;
    let at = "mem:direct +ws header='X-Forwarded-For: 192.0.2.1'";
    let mut eve = hub.client_at(&door(at), "eve").await;
    eve.say("JOIN #fish\r\n").await;
    bo.until(":eve!eve@localhost JOIN #fish").await;
}
