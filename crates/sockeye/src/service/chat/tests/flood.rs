//! Flood control delays and never cuts: nothing is lost or comes in another order, whatever it is.

use super::*;

/// What is taken at once less what it takes to come onto the network and into a channel, and then
/// each line.
const LEFT: u64 = 7;
const INTERVAL: Duration = Duration::from_millis(200);

/// Asserts that so many lines took as long as they have to.
fn took(start: Instant, lines: u64) {
    let took = start.elapsed();
    let expected = INTERVAL * u32::try_from(lines.saturating_sub(LEFT)).unwrap();
    assert!(
        took >= expected.saturating_sub(SLACK) && took <= expected + SLACK,
        "{took:?} for {lines} lines, not {expected:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_byte_a_second_is_a_line_in_the_end() {
    let hub = Hub::in_memory().await;
    let mut bo = hub.member("bo").await;
    let mut ali = hub.member("ali").await;
    bo.until("JOIN").await;
    let start = Instant::now();
    let said = "PRIVMSG #fish :slow but sure \u{1f41f}\r\nPING done\r\n";
    for byte in said.bytes() {
        tokio::time::advance(Duration::from_secs(1)).await;
        ali.stream.write_all(&[byte]).await.unwrap();
    }
    let heard = bo.line().await.unwrap();
    assert_eq!(
        heard,
        ":ali!ali@localhost PRIVMSG #fish :slow but sure \u{1f41f}"
    );
    let answer = ali.line().await.unwrap();
    assert!(answer.ends_with("PONG hub.example :done"), "{answer}");
    let seconds = u64::try_from(said.len()).unwrap();
    assert!(start.elapsed().as_secs() >= seconds);
}

#[tokio::test(start_paused = true)]
async fn joins_and_parts_wait_for_their_turn_and_all_happen() {
    let hub = Hub::in_memory().await;
    let mut ali = hub.member("ali").await;
    let start = Instant::now();
    let flood: String = (0..60)
        .map(|n| format!("JOIN #sea{}\r\nPART #sea{}\r\n", n % 3, n % 3))
        .collect();
    ali.say(&flood).await;
    for n in 0..60 {
        let joined = ali.until("JOIN").await;
        assert_eq!(joined, format!(":ali!ali@localhost JOIN #sea{}", n % 3));
        let parted = ali.until("PART").await;
        assert_eq!(parted, format!(":ali!ali@localhost PART #sea{}", n % 3));
    }
    took(start, 120);
    ali.hears_nothing().await;
}

#[tokio::test(start_paused = true)]
async fn others_see_every_nick_of_a_flood_in_its_order() {
    let hub = Hub::in_memory().await;
    let mut bo = hub.member("bo").await;
    let mut ali = hub.member("ali").await;
    bo.until("JOIN").await;
    let start = Instant::now();
    let flood: String = (0..50).map(|n| format!("NICK ali{n}\r\n")).collect();
    ali.say(&(flood + "PRIVMSG #fish :who am I?\r\n")).await;
    let mut before = String::from("ali");
    for n in 0..50 {
        let line = bo.line().await.unwrap();
        assert_eq!(line, format!(":{before}!ali@localhost NICK ali{n}"));
        before = format!("ali{n}");
    }
    let said = bo.line().await.unwrap();
    assert_eq!(said, ":ali49!ali@localhost PRIVMSG #fish :who am I?");
    took(start, 51);
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_everything_holds_up_nobody_else() {
    let hub = Hub::in_memory().await;
    let mut eve = hub.client("eve").await;
    let mut bo = hub.member("bo").await;
    let mut ali = hub.member("ali").await;
    bo.until("JOIN").await;
    let flood: String = (0..200)
        .map(|n| match n % 4 {
            0 => format!("PRIVMSG #fish :{n}\r\n"),
            1 => format!("PING {n}\r\n"),
            2 => format!("JOIN sea{n}\r\n"),
            _ => format!("WHOIS nobody{n}\r\n"),
        })
        .collect();
    ali.say(&flood).await;
    // Somebody else is answered while the flood waits.
    let start = Instant::now();
    eve.say("PING mine\r\n").await;
    eve.until("PONG hub.example :mine").await;
    assert!(start.elapsed() <= SLACK);
    for n in (0..200).filter(|n| n % 4 != 0) {
        let (first, rest) = match n % 4 {
            1 => (format!(" PONG hub.example :{n}"), None),
            2 => (format!(" 403 ali sea{n} :"), None),
            _ => (format!(" 401 ali nobody{n} :"), Some(" 318 ")),
        };
        for wanted in [Some(first.as_str()), rest].into_iter().flatten() {
            let line = ali.line().await.unwrap();
            assert!(line.contains(wanted), "{line}, not {wanted}");
        }
    }
    for n in (0..200).step_by(4) {
        let line = bo.line().await.unwrap();
        assert_eq!(line, format!(":ali!ali@localhost PRIVMSG #fish :{n}"));
    }
    took(start, 200);
}

#[tokio::test(start_paused = true)]
async fn who_is_exempt_is_never_delayed() {
    let hub = Hub::unlimited().await;
    let mut ali = hub.member("ali").await;
    let start = Instant::now();
    for part in 0..10 {
        let flood: String = (0..100).map(|n| format!("PING {part}.{n}\r\n")).collect();
        ali.say(&flood).await;
        for n in 0..100 {
            let line = ali.line().await.unwrap();
            assert!(
                line.ends_with(&format!("PONG hub.example :{part}.{n}")),
                "{line}"
            );
        }
    }
    assert!(start.elapsed() <= SLACK, "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn that_somebody_types_holds_up_nothing_that_is_said() {
    let hub = Hub::in_memory().await;
    let mut ali = hub.connect().await;
    ali.say("CAP REQ :message-tags echo-message\r\nCAP END\r\n")
        .await;
    ali.say("NICK ali\r\nUSER ali 0 * :ali\r\n").await;
    ali.until(" 422 ").await;
    tokio::time::advance(Duration::from_secs(10)).await;
    // Ten lines that only say so, and the ten that may be said at once.
    let typing = "@+typing=active TAGMSG ali\r\n".repeat(10);
    let said: String = (0..10).map(|n| format!("PING {n}\r\n")).collect();
    let start = Instant::now();
    ali.say(&(typing + &said)).await;
    ali.until("PONG hub.example :9").await;
    assert!(start.elapsed() <= SLACK, "{:?}", start.elapsed());
    // But who says nothing else all the time gets no more lines for it.
    tokio::time::advance(Duration::from_secs(10)).await;
    let start = Instant::now();
    let typing = "@+typing=active TAGMSG ali\r\n".repeat(40);
    ali.say(&(typing + "PING end\r\n")).await;
    ali.until("PONG hub.example :end").await;
    let took = start.elapsed();
    assert!(
        took >= Duration::from_secs(2) && took <= Duration::from_secs(5),
        "{took:?}"
    );
}
