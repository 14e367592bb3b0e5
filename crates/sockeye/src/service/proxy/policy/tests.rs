//! What a proxy makes of those who come, and of where they want to go.

use super::*;

const PEER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7)), 50_000);

fn info() -> ConnectionInfo {
    ConnectionInfo {
        peer: Some(PEER),
        ..Default::default()
    }
}

fn of_ali() -> Policy {
    Policy::with_login(Login::by(
        async |Credentials { name, password, .. }: Credentials| match (
            name.as_str(),
            password.as_str(),
        ) {
            ("ali", "secret") => Ok("ali".to_owned()),
            _ => Err(Denied::new(Reason::Login, "name or password is wrong")),
        },
    ))
}

fn count(policy: &Policy, reason: Reason) -> u64 {
    let counts = policy.denied();
    let found = counts.into_iter().find(|count| count.reason == reason);
    found.map_or(0, |count| count.times)
}

#[tokio::test]
async fn who_logs_in_is_known_and_nobody_else_is_taken_in() {
    let policy = of_ali();
    assert!(policy.wants_login());
    let ali = policy.log_in(b"ali", b"secret", &info()).await.unwrap();
    assert_eq!(ali.account.as_deref(), Some("ali"));
    assert_eq!(ali.from, PEER.ip());
    for (name, password) in [
        (b"ali".as_slice(), b"Secret".as_slice()),
        (b"", b""),
        (b"ali", b"secret\xff"),
        (b"ali\xff", b"secret"),
    ] {
        let denied = policy.log_in(name, password, &info()).await.unwrap_err();
        assert_eq!(denied.reason, Reason::Login);
    }
    assert_eq!(
        policy.come(&info()).unwrap_err().reason,
        Reason::LoginWanted
    );
    assert_eq!(count(&policy, Reason::Login), 4);
    assert_eq!(count(&policy, Reason::LoginWanted), 1);
}

#[tokio::test]
async fn an_open_one_asks_nobody_who_they_are() {
    let policy = Policy::open();
    assert!(!policy.wants_login());
    assert!(policy.come(&info()).unwrap().account.is_none());
    let caller = policy.log_in(b"ali", b"wrong", &info()).await.unwrap();
    assert!(caller.account.is_none());
}
