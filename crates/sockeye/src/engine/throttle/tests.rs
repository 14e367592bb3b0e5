use super::*;

const LIMITS: ConnectLimits = ConnectLimits {
    per_source: 60,
    per_network: 300,
    window: Duration::from_secs(30),
};

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// Opens as many as it may, and returns how many that were.
fn open_all(throttle: &Throttle, source: IpAddr) -> usize {
    (0..10_000)
        .take_while(|_| throttle.take(source).is_ok())
        .count()
}

fn kept(throttle: &Throttle) -> (usize, usize) {
    let tables = throttle.tables.lock().unwrap();
    (tables.sources.kept.len(), tables.networks.kept.len())
}

#[tokio::test(start_paused = true)]
async fn a_source_opens_many_at_once_and_then_one_each_half_second() {
    let throttle = Throttle::new(LIMITS);
    assert_eq!(open_all(&throttle, ip("192.0.2.1")), 60);
    assert_eq!(open_all(&throttle, ip("192.0.2.2")), 60);
    assert_eq!(open_all(&throttle, ip("192.0.2.1")), 0);
    tokio::time::advance(Duration::from_millis(499)).await;
    assert_eq!(open_all(&throttle, ip("192.0.2.1")), 0);
    tokio::time::advance(Duration::from_millis(1)).await;
    assert_eq!(open_all(&throttle, ip("192.0.2.1")), 1);
    tokio::time::advance(Duration::from_secs(30)).await;
    assert_eq!(open_all(&throttle, ip("192.0.2.1")), 60);
}

#[tokio::test(start_paused = true)]
async fn a_network_has_a_share_of_its_own_that_trying_on_does_not_use_up() {
    let throttle = Throttle::new(LIMITS);
    for host in 1..=4 {
        assert_eq!(open_all(&throttle, ip(&format!("192.0.2.{host}"))), 60);
    }
    // A source at its own limit tries on.
    assert!((0..1_000).all(|_| throttle.take(ip("192.0.2.1")).is_err()));
    assert_eq!(open_all(&throttle, ip("192.0.2.5")), 60);
    assert_eq!(open_all(&throttle, ip("192.0.2.6")), 0);
    assert_eq!(open_all(&throttle, ip("192.0.3.6")), 60);
    // Neither did it cost the sixth anything of its own.
    tokio::time::advance(Duration::from_secs(6)).await;
    assert_eq!(open_all(&throttle, ip("192.0.2.6")), 60);

    let six = |text: &str| open_all(&throttle, ip(text));
    for subnet in 0..5 {
        assert_eq!(six(&format!("2001:db8:1:{subnet}::")), 60);
    }
    assert_eq!((six("2001:db8:1:9::"), six("2001:db8:2::")), (0, 60));
}

#[tokio::test(start_paused = true)]
async fn zero_is_no_limit_and_holds_nothing() {
    let throttle = Throttle::new(ConnectLimits {
        per_network: 0,
        ..LIMITS
    });
    for host in 1..=100 {
        assert_eq!(open_all(&throttle, ip(&format!("192.0.2.{host}"))), 60);
    }
    assert_eq!(kept(&throttle), (100, 0));
    throttle.set(ConnectLimits::default());
    assert_eq!(open_all(&throttle, ip("192.0.2.1")), 10_000);
    assert_eq!(kept(&throttle), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn the_same_limits_again_forgive_nothing() {
    let throttle = Throttle::new(LIMITS);
    open_all(&throttle, ip("192.0.2.1"));
    throttle.set(LIMITS);
    assert_eq!(open_all(&throttle, ip("192.0.2.1")), 0);
    throttle.set(ConnectLimits {
        per_source: 10,
        ..LIMITS
    });
    assert_eq!(open_all(&throttle, ip("192.0.2.1")), 10);
}

#[tokio::test(start_paused = true)]
async fn a_flood_from_many_addresses_is_bounded_and_forgives_nobody_who_came_often() {
    let throttle = Throttle::new(LIMITS);
    let often = ip("198.51.100.7");
    assert_eq!(open_all(&throttle, often), 60);
    // A hundred thousand addresses within a second, ten a network.
    for n in 0..100_000_u32 {
        let spread = Ipv4Addr::from(0x0a00_0000 + n / 10 * 256 + n % 10);
        assert_eq!(throttle.take(spread.into()), Ok(()), "{spread}");
        let (sources, networks) = kept(&throttle);
        assert!(sources <= KEPT_MAX && networks <= KEPT_MAX);
        tokio::time::advance(Duration::from_micros(10)).await;
    }
    // Two tokens have come back meanwhile, not sixty.
    assert_eq!(open_all(&throttle, often), 2);

    // When it is over the table shrinks with the next ones.
    tokio::time::advance(Duration::from_secs(60)).await;
    for n in 0..KEPT_MAX as u32 {
        let later = Ipv4Addr::from(0x0b00_0000 + n * 256);
        throttle.take(later.into()).unwrap();
        tokio::time::advance(Duration::from_millis(10)).await;
    }
    let (sources, networks) = kept(&throttle);
    assert!(
        sources <= SWEEP_MIN && networks <= SWEEP_MIN,
        "{sources} {networks}"
    );
}
