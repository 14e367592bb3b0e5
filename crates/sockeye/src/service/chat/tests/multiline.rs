//! Messages of several lines on a connection: what they cost, and how long they may take.

use super::*;

/// A member of `#fish` who may send them.
async fn writer(hub: &Hub, nick: &str) -> Client {
    let mut client = hub.member(nick).await;
    client.say("CAP REQ :batch draft/multiline\r\n").await;
    client.until(" ACK ").await;
    client
}

#[tokio::test(start_paused = true)]
async fn a_batch_costs_less_than_its_lines() {
    let hub = Hub::in_memory().await;
    let mut bo = writer(&hub, "bo").await;
    let mut ali = writer(&hub, "ali").await;
    bo.until("JOIN").await;
    let start = Instant::now();
    let line = "@batch=b PRIVMSG #fish :line\r\n";
    let batch = [
        "BATCH +b draft/multiline #fish\r\n",
        &line.repeat(100),
        "BATCH -b\r\n",
    ]
    .concat();
    ali.say(&batch).await;
    let opening = bo.line().await.unwrap();
    assert!(opening.contains(" BATCH +"), "{opening}");
    for _ in 0..100 {
        let line = bo.line().await.unwrap();
        assert!(line.ends_with(" PRIVMSG #fish :line"), "{line}");
    }
    assert!(bo.line().await.unwrap().contains(" BATCH -"));
    // The first and the last line and each fifth between cost one of ten that come at once, of which
    // four have been used, and then of five a second.
    let expected = Duration::from_millis((22 - 6) * 200);
    let took = start.elapsed();
    assert!(
        took >= expected - SLACK && took <= expected + SLACK,
        "{took:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_stays_open_is_given_up() {
    let hub = Hub::in_memory().await;
    let mut bo = hub.member("bo").await;
    let mut ali = writer(&hub, "ali").await;
    bo.until("JOIN").await;
    let start = Instant::now();
    ali.say("BATCH +b draft/multiline #fish\r\n@batch=b PRIVMSG #fish :lost\r\n")
        .await;
    let said = ali.line().await.unwrap();
    assert!(
        said.starts_with(":hub.example FAIL BATCH TIMEOUT b :"),
        "{said}"
    );
    let took = start.elapsed();
    assert!((29..=32).contains(&took.as_secs()), "{took:?}");
    ali.say("@batch=b PRIVMSG #fish :lost\r\nBATCH -b\r\n")
        .await;
    ali.hears_nothing().await;
    bo.hears_nothing().await;
    // One that is whole in time is sent, however long the connection stays idle then.
    ali.say("BATCH +b draft/multiline #fish\r\n@batch=b PRIVMSG #fish :kept\r\n")
        .await;
    tokio::time::advance(Duration::from_secs(20)).await;
    ali.say("BATCH -b\r\n").await;
    let heard = bo.line().await.unwrap();
    assert!(heard.ends_with(" PRIVMSG #fish :kept"), "{heard}");
    tokio::time::advance(Duration::from_secs(60)).await;
    ali.hears_nothing().await;
}
