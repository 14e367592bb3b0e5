//! Who is held to which pace; [`throttle`](crate::engine::throttle) has the pace itself.

use std::net::SocketAddr;

use super::*;

const LIMITS: ConnectLimits = ConnectLimits {
    per_source: 60,
    per_network: 300,
    window: Duration::from_secs(30),
};

fn throttled(limits: AdmissionLimits) -> Arc<Admission> {
    Admission::throttled_by(&Arc::new(Throttle::new(LIMITS)), limits)
}

fn from(ip: &str) -> ConnectionInfo {
    ConnectionInfo {
        peer: Some(SocketAddr::new(ip.parse().unwrap(), 1)),
        ..ConnectionInfo::default()
    }
}

/// Tells how many connections of a peer come in, of so many that come and go.
fn admitted(admission: &Arc<Admission>, info: &ConnectionInfo, tried: usize) -> usize {
    let admit = |_: &usize| admission.admit(info, false).is_ok();
    (0..tried).filter(admit).count()
}

fn networks(texts: &[&str]) -> Vec<Network> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_storm_is_refused_and_another_source_gets_in() {
    let admission = throttled(AdmissionLimits::default());
    let storm = from("192.0.2.1");
    assert_eq!(admitted(&admission, &storm, 1_000), 60);
    let refused = admission.admit(&storm, false).unwrap_err();
    assert_eq!(refused, Refusal::SourceThrottled);
    // The same one, as a dual-stack socket tells it.
    assert_eq!(admitted(&admission, &from("::ffff:192.0.2.1"), 1), 0);
    assert_eq!(admitted(&admission, &from("192.0.2.2"), 1), 1);
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(admitted(&admission, &storm, 10), 2);

    // All of a /64 is one.
    assert_eq!(admitted(&admission, &from("2001:db8::1"), 60), 60);
    assert_eq!(admitted(&admission, &from("2001:db8::2:1"), 1), 0);
    assert_eq!(admitted(&admission, &from("2001:db8:0:1::1"), 1), 1);
}

#[tokio::test(start_paused = true)]
async fn exempt_networks_and_programs_of_this_machine_have_no_pace() {
    let admission = throttled(AdmissionLimits {
        exempt: networks(&["127.0.0.0/8"]),
        ..AdmissionLimits::default()
    });
    assert_eq!(admitted(&admission, &from("127.0.0.1"), 10_000), 10_000);
    let unix = ConnectionInfo::default();
    assert_eq!(admitted(&admission, &unix, 10_000), 10_000);
    assert_eq!(admitted(&admission, &from("192.0.2.1"), 1_000), 60);
}

#[tokio::test(start_paused = true)]
async fn what_a_limit_refuses_costs_nothing_of_the_pace() {
    let admission = throttled(AdmissionLimits {
        source_max: Some(2),
        ..AdmissionLimits::default()
    });
    let info = from("192.0.2.1");
    let held: Vec<_> = (0..2)
        .map(|_| admission.admit(&info, false).unwrap())
        .collect();
    let refused = admission.admit(&info, false).unwrap_err();
    assert_eq!(refused, Refusal::SourceEstablished);
    assert_eq!(admitted(&admission, &info, 1_000), 0);
    drop(held);
    assert_eq!(admitted(&admission, &info, 1_000), 58);
}

#[tokio::test(start_paused = true)]
async fn behind_a_proxy_those_it_comes_for_are_held_to_the_pace() {
    let admission = throttled(AdmissionLimits::default());
    let (proxy, client) = (from("10.0.0.1"), from("192.0.2.1"));
    let mut held = Vec::new();
    for n in 0..1_000 {
        let permit = admission.admit(&proxy, true).unwrap();
        let counted = permit.recount(&client);
        assert_eq!(counted.is_ok(), n < 60);
        // It came once, whatever else is learned.
        if counted.is_ok() {
            permit.establish(&client).unwrap();
            held.push(permit);
        }
    }
    let other = admission.admit(&proxy, true).unwrap();
    assert_eq!(other.recount(&from("198.51.100.1")), Ok(()));
    // Who is not believed is held to it at once, and not again when a layer has learned nothing.
    assert_eq!(admitted(&admission, &from("203.0.113.1"), 59), 59);
    let last = admission.admit(&from("203.0.113.1"), false).unwrap();
    assert_eq!(last.recount(&from("203.0.113.1")), Ok(()));
    assert_eq!(last.establish(&from("203.0.113.1")), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_gateway_has_a_pace_only_where_it_comes_for_itself() {
    let admission = throttled(AdmissionLimits {
        gateways: networks(&["10.0.0.1"]),
        ..AdmissionLimits::default()
    });
    let (gateway, client) = (from("10.0.0.1"), from("192.0.2.1"));
    let come = || admission.admit(&gateway, false).unwrap();
    assert_eq!(admitted(&admission, &gateway, 1_000), 1_000);
    let for_others = (0..1_000).filter(|_| come().recount(&client).is_ok());
    assert_eq!(for_others.count(), 60);
    let for_itself = (0..1_000).filter(|_| come().establish(&gateway).is_ok());
    assert_eq!(for_itself.count(), 60);
}

#[tokio::test(start_paused = true)]
async fn a_listeners_own_pace_is_its_own() {
    let own = |words: &str| AdmissionLimits::of(&Endpoint::parse(words).unwrap());
    let shared = Arc::new(Throttle::new(LIMITS));
    let slow = Admission::throttled_by(&shared, own(":1 +limit,connects=5,window=10s"));
    let other = Admission::throttled_by(&shared, own(":2"));
    let third = Admission::throttled_by(&shared, own(":3"));
    let info = from("192.0.2.1");
    assert_eq!(admitted(&slow, &info, 100), 5);
    assert_eq!(admitted(&other, &info, 40), 40);
    assert_eq!(admitted(&third, &info, 40), 20);
    tokio::time::advance(Duration::from_secs(2)).await;
    assert_eq!(admitted(&slow, &info, 100), 1);
    // Without the words, and without a hub, there is no pace.
    let free = Admission::new(own(":1"));
    assert_eq!(admitted(&free, &info, 10_000), 10_000);
}
