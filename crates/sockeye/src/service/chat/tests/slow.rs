//! Members that never read, beside one that does, however they are connected.

use super::*;

/// Fifty that never read cost the others nothing but a moment, and go within 30 s.
async fn fifty_that_never_read(door: &str) {
    let hub = Hub::unlimited().await;
    let _open = hub.open(door).await;
    let connect = Endpoint::parse(&door.replace(",self-signed", ",insecure")).unwrap();
    let mut deaf = Vec::new();
    for n in 0..DEAF {
        let mut member = hub.client_at(&connect, &format!("deaf{n}")).await;
        member.say("JOIN #fish\r\n").await;
        deaf.push(member);
    }
    let mut good = hub.client_at(&connect, "good").await;
    good.say("JOIN #fish\r\n").await;
    let mut talker = hub.client_at(&connect, "talker").await;
    talker.say("JOIN #fish\r\n").await;
    talker.until(" 366 ").await;
    let start = Instant::now();

    let text = "x".repeat(400);
    let talk = hub.engine.spawn(async move {
        for n in 0..LINES {
            talker.say(&format!("PRIVMSG #fish :{n} {text}\r\n")).await;
        }
        talker.say("PING done\r\n").await;
        talker.until(":done").await;
    });
    let (mut next, mut gone) = (0, 0);
    while next < LINES || gone < DEAF {
        let line = good.line().await.expect("the good one stays");
        if line.contains(" PRIVMSG #fish :") {
            let said = format!(":talker!talker@localhost PRIVMSG #fish :{next} ");
            assert!(line.starts_with(&said), "{line}");
            next += 1;
        } else if line.contains(" QUIT ") {
            assert!(line.starts_with(":deaf"), "{line}");
            assert!(line.ends_with(" QUIT :Send queue exceeded"), "{line}");
            gone += 1;
        }
    }
    talk.await.unwrap();
    let took = start.elapsed();
    assert!(took < Duration::from_secs(30), "{took:?}");
    for member in &mut deaf {
        let last = member.rest().await.pop().unwrap();
        assert_eq!(last, "ERROR :Closing link: (Send queue exceeded)");
    }
    assert_eq!(hub.chat.stats().clients, 1, "the talker has left");
}

#[tokio::test(start_paused = true)]
async fn fifty_bare_members_that_never_read_go_and_nobody_else_loses_a_line() {
    fifty_that_never_read("mem:bare").await;
}

#[tokio::test(start_paused = true)]
async fn fifty_members_by_websocket_that_never_read_go_and_nobody_else_loses_a_line() {
    fifty_that_never_read("mem:web +ws,subprotocol=text.ircv3.net").await;
}

/// One that takes a byte a second has no more than that against it, and goes within 30 s all the same.
async fn one_that_takes_a_byte_a_second(door: &str) {
    let hub = Hub::unlimited().await;
    let _open = hub.open(door).await;
    let connect = Endpoint::parse(&door.replace(",self-signed", ",insecure")).unwrap();
    let mut slow = hub.client_at(&connect, "slow").await;
    slow.say("JOIN #fish\r\n").await;
    slow.until(" 366 ").await;
    let mut good = hub.member("good").await;
    let mut talker = hub.member("talker").await;
    let start = Instant::now();
    let reading = hub.engine.spawn(async move {
        let (mut byte, mut second) = ([0], tokio::time::interval(Duration::from_secs(1)));
        while slow.stream.read(&mut byte).await.is_ok_and(|n| n > 0) {
            second.tick().await;
        }
    });
    let text = "x".repeat(400);
    let talk = hub.engine.spawn(async move {
        for n in 0..HALF_LINES {
            talker.say(&format!("PRIVMSG #fish :{n} {text}\r\n")).await;
        }
        talker.say("PING done\r\n").await;
        talker.until(":done").await;
    });
    for n in 0..HALF_LINES {
        good.until(&format!(" PRIVMSG #fish :{n} ")).await;
    }
    talk.await.unwrap();
    let gone = good.until(":slow!slow@localhost QUIT ").await;
    assert!(gone.ends_with(" QUIT :Write timed out"), "{gone}");
    let took = start.elapsed();
    assert!(took < Duration::from_secs(30), "{took:?}");
    reading.abort();
}

#[tokio::test(start_paused = true)]
async fn a_bare_member_that_takes_a_byte_a_second_goes() {
    one_that_takes_a_byte_a_second("mem:bare").await;
}

#[tokio::test(start_paused = true)]
async fn a_member_by_websocket_that_takes_a_byte_a_second_goes() {
    one_that_takes_a_byte_a_second("mem:web +ws,subprotocol=text.ircv3.net").await;
}

#[cfg(feature = "tls")]
mod encrypted {
    use super::{fifty_that_never_read, one_that_takes_a_byte_a_second};

    #[tokio::test(start_paused = true)]
    async fn a_member_by_tls_that_takes_a_byte_a_second_goes() {
        one_that_takes_a_byte_a_second("mem:tls +tls,self-signed").await;
    }

    #[tokio::test(start_paused = true)]
    async fn fifty_members_by_tls_that_never_read_go_and_nobody_else_loses_a_line() {
        fifty_that_never_read("mem:tls +tls,self-signed").await;
    }

    #[tokio::test(start_paused = true)]
    async fn so_do_fifty_by_websocket_over_tls() {
        let door = "mem:both +tls,self-signed +ws,subprotocol=text.ircv3.net";
        fifty_that_never_read(door).await;
    }
}

const DEAF: usize = 50;

/// More than half a queue, and less than a whole one.
const HALF_LINES: usize = 1_800;

/// Some 430 bytes each, so that they are more than a queue and all that stands before it holds.
const LINES: usize = 4_000;
