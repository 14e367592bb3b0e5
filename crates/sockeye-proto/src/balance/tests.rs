//! Many sessions, counted.

use alloc::format;
use alloc::vec::Vec;
use std::vec;

use super::*;

const START: Duration = Duration::from_secs(1000);

fn at(seconds: u64) -> Duration {
    START + Duration::from_secs(seconds)
}

/// SplitMix64 from a seed: the same run each time.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        ring::mixed(self.0)
    }
}

fn backends(weights: &[u16]) -> Vec<BackendSettings> {
    let named = weights.iter().enumerate();
    named
        .map(|(at, weight)| BackendSettings {
            name: format!("b{at}"),
            weight: *weight,
            sessions_max: None,
            is_backup: false,
        })
        .collect()
}

fn balancer(method: Method, weights: &[u16]) -> Balancer {
    let settings = BalanceSettings {
        method,
        ..BalanceSettings::default()
    };
    Balancer::new(settings, backends(weights), START)
}

fn pick_of(balancer: &mut Balancer, source: u64, random: &mut Random) -> Option<usize> {
    match balancer.pick(source, &[], &mut || random.next(), START) {
        Pick::Backend(id) => Some(id.0),
        Pick::Full | Pick::Down => None,
    }
}

/// How often each is drawn in so many draws of ever new sources.
fn drawn(balancer: &mut Balancer, draws: u64) -> Vec<f64> {
    let mut random = Random(7);
    let mut counts = vec![0.0; balancer.backends.len()];
    for _ in 0..draws {
        let source = random.next();
        let at = pick_of(balancer, source, &mut random).unwrap();
        balancer.ended(BackendId(at));
        counts[at] += 1.0;
    }
    counts
}

/// Each count is within 3 standard deviations of a binomial one.
fn assert_within_3_sigma(counts: &[f64], weights: &[u16]) {
    let draws: f64 = counts.iter().sum();
    let total: f64 = weights.iter().map(|weight| f64::from(*weight)).sum();
    for (count, weight) in counts.iter().zip(weights) {
        let share = f64::from(*weight) / total;
        let sigma = (draws * share * (1.0 - share)).sqrt();
        let off = (count - draws * share).abs();
        assert!(off <= 3.0 * sigma, "{counts:?} for {weights:?}");
    }
}

#[test]
fn a_round_is_exact_to_one_session() {
    let mut random = Random(1);
    for weights in [
        &[1, 1, 1][..],
        &[5, 1, 1],
        &[3, 2],
        &[256, 1],
        &[7, 3, 3, 1, 9],
    ] {
        let mut balancer = balancer(Method::RoundRobin, weights);
        let total: f64 = weights.iter().map(|weight| f64::from(*weight)).sum();
        let mut counts = vec![0.0; weights.len()];
        for n in 1..=2000_u32 {
            counts[pick_of(&mut balancer, 0, &mut random).unwrap()] += 1.0;
            for (count, weight) in counts.iter().zip(weights) {
                let due = f64::from(n) * f64::from(*weight) / total;
                let off: f64 = count - due;
                assert!(off.abs() <= 1.0, "{weights:?} after {n}: {counts:?}");
            }
        }
    }
}

#[test]
fn connections_are_even_to_within_one() {
    let mut balancer = balancer(Method::LeastConnections, &[1, 1, 1, 1]);
    let mut random = Random(2);
    let mut open: Vec<usize> = Vec::new();
    for _ in 0..10_000 {
        open.push(pick_of(&mut balancer, 0, &mut random).unwrap());
        let sessions = |at: usize| open.iter().filter(|open| **open == at).count();
        let (most, fewest) = ((0..4).map(sessions).max(), (0..4).map(sessions).min());
        assert!(most.unwrap() - fewest.unwrap() <= 1, "{most:?} {fewest:?}");
        // The fullest one's sessions end, so that it stays a matter of choice.
        if random.next().is_multiple_of(2) {
            let fullest = (0..4).max_by_key(|at| sessions(*at)).unwrap();
            let place = open.iter().position(|open| *open == fullest).unwrap();
            balancer.ended(BackendId(open.swap_remove(place)));
        }
    }
}

#[test]
fn connections_follow_weights() {
    let mut balancer = balancer(Method::LeastConnections, &[3, 1]);
    let mut random = Random(3);
    for _ in 0..400 {
        pick_of(&mut balancer, 0, &mut random).unwrap();
    }
    let sessions: Vec<u32> = balancer.states(START).map(|state| state.sessions).collect();
    assert_eq!(sessions, [300, 100]);
}

#[test]
fn a_million_draws_are_as_the_weights_say() {
    let weights = [1, 2, 3, 10];
    for method in [Method::Random, Method::SourceHash] {
        let counts = drawn(&mut balancer(method, &weights), 1_000_000);
        assert_within_3_sigma(&counts, &weights);
    }
    // Without sessions the better of two is the first of them.
    let counts = drawn(&mut balancer(Method::TwoChoices, &weights), 1_000_000);
    assert_within_3_sigma(&counts, &weights);
}

#[test]
fn two_choices_keep_sessions_closer_than_one() {
    let mut random = Random(4);
    let spread = |method, random: &mut Random| {
        let mut balancer = balancer(method, &[1; 8]);
        for _ in 0..8_000 {
            pick_of(&mut balancer, 0, random).unwrap();
        }
        let sessions: Vec<u32> = balancer.states(START).map(|state| state.sessions).collect();
        let (most, fewest) = (sessions.iter().max(), sessions.iter().min());
        most.unwrap() - fewest.unwrap()
    };
    let (two, one) = (
        spread(Method::TwoChoices, &mut random),
        spread(Method::Random, &mut random),
    );
    assert!(two <= 8 && two < one / 4, "{two} {one}");
}

#[test]
fn a_ring_moves_few_sources() {
    let method = Method::ConsistentHash { load_percent: 0 };
    let mut random = Random(5);
    let mut before = balancer(method, &[1; 8]);
    let mut after = before.clone();
    after.configure(settings_of(method), backends(&[1; 7]), START);
    let (mut moved, mut gone) = (0, 0);
    for source in 0..10_000 {
        let was = pick_of(&mut before, source, &mut random).unwrap();
        let is = pick_of(&mut after, source, &mut random).unwrap();
        assert_eq!(Some(was), pick_of(&mut before, source, &mut random));
        match was {
            7 => gone += 1,
            _ => moved += usize::from(was != is),
        }
    }
    assert_eq!(moved, 0);
    assert!(
        (800..1700).contains(&gone),
        "{gone} of 10,000 were the eighth's"
    );
}

#[test]
fn no_load_passes_its_bound() {
    let load_percent = 125;
    let mut balancer = balancer(Method::ConsistentHash { load_percent }, &[2, 1, 1, 4]);
    let mut random = Random(6);
    let mut open = Vec::new();
    for n in 0..20_000_u64 {
        // Most come from one place, which would drown its backend.
        let source = if n.is_multiple_of(3) {
            random.next()
        } else {
            1
        };
        let at = pick_of(&mut balancer, source, &mut random).unwrap();
        open.push(at);
        let total = open.len() as f64;
        let sessions = open.iter().filter(|open| **open == at).count() as f64;
        let weight = f64::from([2, 1, 1, 4][at]);
        assert!(
            sessions <= (1.25 * total * weight / 8.0).ceil(),
            "{at}: {sessions} of {total}"
        );
        if open.len() > 200 {
            let place = random.next() as usize % open.len();
            balancer.ended(BackendId(open.swap_remove(place)));
        }
    }
}

#[test]
fn the_first_is_used_until_it_is_full_and_backups_only_when_all_are_down() {
    let mut settings = backends(&[1, 1, 1]);
    settings[0].sessions_max = Some(2);
    settings[1].sessions_max = Some(1);
    settings[2].is_backup = true;
    let first = BalanceSettings {
        method: Method::First,
        ..BalanceSettings::default()
    };
    let mut balancer = Balancer::new(first, settings, START);
    let mut random = Random(8);
    let picks: Vec<_> = (0..4)
        .map(|_| pick_of(&mut balancer, 0, &mut random))
        .collect();
    assert_eq!(picks, [Some(0), Some(0), Some(1), None]);
    for at in 0..2 {
        balancer.order(BackendId(at), Order::Drain, START);
    }
    assert_eq!(pick_of(&mut balancer, 0, &mut random), Some(2));
}

#[test]
fn those_that_were_tried_are_left_out() {
    let mut balancer = balancer(Method::RoundRobin, &[1, 1]);
    let mut tried = Vec::new();
    for _ in 0..2 {
        match balancer.pick(0, &tried, &mut || 0, START) {
            Pick::Backend(id) => tried.push(id),
            other => panic!("{other:?}"),
        }
    }
    assert_ne!(tried[0], tried[1]);
    assert_eq!(balancer.pick(0, &tried, &mut || 0, START), Pick::Down);
}

fn settings_of(method: Method) -> BalanceSettings {
    BalanceSettings {
        method,
        ..BalanceSettings::default()
    }
}

fn checked_settings(health: HealthSettings, slow_start: Duration) -> BalanceSettings {
    BalanceSettings {
        health,
        slow_start,
        ..BalanceSettings::default()
    }
}

fn checked_balancer(health: HealthSettings, slow_start: Duration) -> Balancer {
    Balancer::new(
        checked_settings(health, slow_start),
        backends(&[1, 1]),
        START,
    )
}

const CHECKS: HealthSettings = HealthSettings {
    every: Some(Duration::from_secs(10)),
    fast: Duration::from_secs(1),
    fall: 3,
    rise: 2,
    eject_after: 3,
    eject_for: Duration::from_secs(10),
};

const B: BackendId = BackendId(0);

#[test]
fn checks_take_a_backend_down_and_up() {
    let mut balancer = checked_balancer(CHECKS, Duration::ZERO);
    // 100 of 201 is the middle: no jitter.
    let mut check = |result, seconds| balancer.checked(B, result, 100, at(seconds));
    let refused = Err("connection refused");
    assert_eq!(check(Ok(()), 0), None);
    assert_eq!(check(refused, 10), None);
    assert_eq!(check(refused, 11), None);
    assert_eq!(check(Ok(()), 12), None, "the count starts anew");
    assert_eq!(check(refused, 22), None);
    assert_eq!(check(refused, 23), None);
    assert_eq!(check(refused, 24), Some(Verdict::Down));
    assert_eq!(check(refused, 34), None);
    assert_eq!(check(Ok(()), 44), None);
    assert_eq!(check(Ok(()), 45), Some(Verdict::Up));
    assert_eq!(balancer.check_due(B), Some(at(55)));
}

#[test]
fn checks_come_faster_while_it_changes_and_never_in_step() {
    let mut balancer = checked_balancer(CHECKS, Duration::ZERO);
    assert_eq!(balancer.check_due(B), Some(START), "at once");
    balancer.checked(B, Ok(()), 0, at(0));
    assert_eq!(balancer.check_due(B), Some(at(9)));
    balancer.checked(B, Ok(()), 200, at(9));
    assert_eq!(balancer.check_due(B), Some(at(20)));
    balancer.checked(B, Err("no"), 100, at(20));
    assert_eq!(balancer.check_due(B), Some(at(21)));
    balancer.order(B, Order::Maintenance, START);
    assert_eq!(balancer.check_due(B), None);
}

#[test]
fn connects_that_fail_take_it_out_for_a_time_that_grows() {
    let passive = HealthSettings {
        every: None,
        ..CHECKS
    };
    let mut balancer = checked_balancer(passive, Duration::ZERO);
    let is_up = |balancer: &Balancer, now| balancer.states(now).next().unwrap().is_up;
    let refused = Err("connection refused");
    assert_eq!(balancer.connected(B, refused, at(0)), None);
    assert_eq!(balancer.connected(B, Ok(()), at(0)), None);
    for _ in 0..2 {
        assert_eq!(balancer.connected(B, refused, at(0)), None);
    }
    assert_eq!(balancer.connected(B, refused, at(0)), Some(Verdict::Down));
    assert!(!is_up(&balancer, at(9)) && is_up(&balancer, at(10)));
    // One more is enough, and each time it is out for longer.
    let mut now = 10;
    for seconds in [20, 40, 80, 160, 300, 300] {
        assert_eq!(balancer.connected(B, refused, at(now)), Some(Verdict::Down));
        assert!(!is_up(&balancer, at(now + seconds - 1)));
        now += seconds;
        assert!(is_up(&balancer, at(now)));
    }
    assert_eq!(balancer.connected(B, Ok(()), at(now)), Some(Verdict::Up));
    assert_eq!(
        balancer.connected(B, refused, at(now)),
        None,
        "all is forgiven"
    );
}

#[test]
fn a_backend_that_is_checked_comes_back_by_its_checks() {
    let mut balancer = checked_balancer(CHECKS, Duration::ZERO);
    balancer.checked(B, Ok(()), 100, at(0));
    for _ in 0..2 {
        assert_eq!(balancer.connected(B, Err("reset"), at(1)), None);
    }
    assert_eq!(
        balancer.connected(B, Err("reset"), at(1)),
        Some(Verdict::Down)
    );
    assert_eq!(balancer.check_due(B), Some(at(2)), "it is looked at soon");
    assert!(!balancer.states(at(1000)).next().unwrap().is_up);
    assert_eq!(balancer.states(at(2)).next().unwrap().reason, "reset");
    assert_eq!(balancer.checked(B, Ok(()), 0, at(2)), None);
    assert_eq!(balancer.checked(B, Ok(()), 0, at(3)), Some(Verdict::Up));
}

#[test]
fn nothing_flaps() {
    let mut balancer = checked_balancer(CHECKS, Duration::ZERO);
    let mut verdicts = 0;
    for n in 0..1000 {
        let result = if n % 2 == 0 { Ok(()) } else { Err("no") };
        verdicts += usize::from(balancer.checked(B, result, 0, at(n)).is_some());
    }
    assert_eq!(verdicts, 0, "every other check fails");
}

#[test]
fn a_backend_starts_slowly_again() {
    let slow = Duration::from_secs(60);
    let mut balancer = checked_balancer(CHECKS, slow);
    for n in 0..3 {
        balancer.checked(B, Err("no"), 0, at(n));
    }
    for n in 3..5 {
        balancer.checked(B, Ok(()), 0, at(n));
    }
    // It is up at 4; a tenth of its weight at least, half at 34, all at 64.
    let share = |seconds: u64, balancer: &Balancer| {
        let mut balancer = balancer.clone();
        let picks = (0..2000).map(|_| balancer.pick(0, &[], &mut || 0, at(seconds)));
        picks.filter(|pick| *pick == Pick::Backend(B)).count()
    };
    assert!(
        (181..184).contains(&share(4, &balancer)),
        "{}",
        share(4, &balancer)
    );
    assert!((665..669).contains(&share(34, &balancer)));
    assert_eq!(share(64, &balancer), 1000);
}

#[test]
fn who_waits_is_served_in_order_or_told_in_time() {
    let mut settings = backends(&[1]);
    settings[0].sessions_max = Some(1);
    let queue = QueueSettings {
        max: 3,
        wait: Duration::from_secs(5),
    };
    let balance = BalanceSettings {
        queue,
        ..BalanceSettings::default()
    };
    let mut balancer = Balancer::new(balance, settings, START);
    let mut random = Random(9);
    assert_eq!(pick_of(&mut balancer, 0, &mut random), Some(0));
    assert_eq!(balancer.pick(0, &[], &mut || 0, START), Pick::Full);
    let wait = |balancer: &mut Balancer, seconds| balancer.wait(0, &[], at(seconds));
    let next = |balancer: &mut Balancer, seconds| balancer.next_waiting(&mut || 0, at(seconds));
    let [a, b, c] = [0, 1, 2].map(|seconds| wait(&mut balancer, seconds).unwrap().0);
    assert_eq!(wait(&mut balancer, 2), None, "three wait");
    assert_eq!(next(&mut balancer, 3), None, "nothing is free");
    balancer.leave(b);
    balancer.ended(B);
    assert_eq!(next(&mut balancer, 4), Some((a, B)));
    assert_eq!(next(&mut balancer, 4), None, "that one has it");
    balancer.ended(B);
    assert_eq!(next(&mut balancer, 6), Some((c, B)));
    balancer.ended(B);
    assert_eq!(next(&mut balancer, 6), None);
    wait(&mut balancer, 7).unwrap();
    assert_eq!(next(&mut balancer, 12), None, "its time is over");
}

#[test]
fn who_waits_is_not_held_up_by_who_cannot_be_served() {
    let mut settings = backends(&[1, 1, 1]);
    settings[0].sessions_max = Some(1);
    settings[1].sessions_max = Some(1);
    settings[2].is_backup = true;
    let queue = QueueSettings {
        max: 3,
        wait: Duration::from_secs(5),
    };
    let balance = BalanceSettings {
        queue,
        ..settings_of(Method::First)
    };
    let mut balancer = Balancer::new(balance, settings, START);
    let mut pick = |tried: &[BackendId]| balancer.pick(0, tried, &mut || 0, START);
    let [first, second] = [BackendId(0), BackendId(1)];
    assert_eq!([pick(&[]), pick(&[])], [first, second].map(Pick::Backend));
    assert_eq!([pick(&[first]), pick(&[])], [Pick::Full; 2], "no backup");
    let tried = balancer.wait(0, &[first], START).unwrap().0;
    let fresh = balancer.wait(0, &[], START).unwrap().0;
    assert_eq!(balancer.next_waiting(&mut || 0, START), None, "no backup");
    balancer.ended(first);
    let served = balancer.next_waiting(&mut || 0, START);
    assert_eq!(served, Some((fresh, first)));
    balancer.ended(second);
    let served = balancer.next_waiting(&mut || 0, START);
    assert_eq!(served, Some((tried, second)));
}

#[test]
fn where_all_are_left_out_the_next_one_back_is_tried() {
    let passive = HealthSettings {
        every: None,
        ..CHECKS
    };
    let mut balancer = checked_balancer(passive, Duration::ZERO);
    let [a, b] = [BackendId(0), BackendId(1)];
    for (id, second) in [(a, 0), (b, 1)] {
        for _ in 0..3 {
            balancer.connected(id, Err("connection refused"), at(second));
        }
    }
    assert_eq!(balancer.back_at(at(2)), Some(at(10)));
    let mut pick = |tried: &[BackendId]| balancer.pick(0, tried, &mut || 0, at(2));
    assert_eq!(pick(&[]), Pick::Backend(a));
    assert_eq!(pick(&[a]), Pick::Backend(b));
    assert_eq!(pick(&[a, b]), Pick::Down);
    let up = balancer.connected(b, Ok(()), at(2));
    assert_eq!(up, Some(Verdict::Up), "it was worth it");
    assert_eq!(balancer.pick(0, &[], &mut || 0, at(2)), Pick::Backend(b));
    // What checks have found is no guess.
    let mut checked = checked_balancer(CHECKS, Duration::ZERO);
    for id in [a, b] {
        for second in 0..3 {
            checked.checked(id, Err("no"), 0, at(second));
        }
    }
    assert_eq!(checked.pick(0, &[], &mut || 0, at(3)), Pick::Down);
}

#[test]
fn orders_outlive_a_reload_and_places_are_used_again() {
    let mut balancer = balancer(Method::RoundRobin, &[1, 1]);
    balancer.order(B, Order::Drain, at(1));
    balancer.weigh(B, 7);
    let state = |balancer: &Balancer| {
        let state = balancer.states(at(9)).next().unwrap();
        (state.order, state.weight, state.since)
    };
    balancer.configure(settings_of(Method::Random), backends(&[1, 1]), at(2));
    assert_eq!(state(&balancer), (Order::Drain, 7, at(1)));
    balancer.configure(settings_of(Method::Random), backends(&[2, 1]), at(3));
    assert_eq!(
        state(&balancer),
        (Order::Drain, 2, at(1)),
        "the file says more"
    );
    for n in 0..100 {
        let mut others = backends(&[1, 1]);
        for other in &mut others {
            other.name = format!("{n} {}", other.name);
        }
        balancer.configure(settings_of(Method::Random), others, at(4));
    }
    assert!(balancer.backends.len() <= 4, "{}", balancer.backends.len());
    assert_eq!(balancer.states(at(5)).count(), 2);
}

#[test]
fn a_source_comes_back_for_a_time() {
    let sticky = StickySettings {
        time: Duration::from_secs(60),
        max: 10,
    };
    let settings = BalanceSettings {
        sticky: Some(sticky),
        ..BalanceSettings::default()
    };
    let mut balancer = Balancer::new(settings, backends(&[1, 1, 1]), START);
    let mut pick = |source, seconds| match balancer.pick(source, &[], &mut || 0, at(seconds)) {
        Pick::Backend(id) => id.0,
        other => panic!("{other:?}"),
    };
    let own = pick(1, 0);
    let other = pick(2, 1);
    assert_ne!(own, other);
    assert_eq!(
        [pick(1, 50), pick(1, 100)],
        [own; 2],
        "each session renews it"
    );
    for source in 100..200 {
        pick(source, 101);
    }
    assert_eq!(balancer.sticky.sizes(), (10, 10), "the table has its limit");
    balancer.order(BackendId(own), Order::Drain, START);
    balancer.pick(199, &[], &mut || 0, at(102));
    let state = balancer.states(START).nth(own).unwrap();
    assert_eq!(state.order, Order::Drain);
}

#[test]
fn a_reload_keeps_state_and_drops_no_session() {
    let mut balancer = checked_balancer(CHECKS, Duration::ZERO);
    let mut random = Random(10);
    for _ in 0..4 {
        pick_of(&mut balancer, 0, &mut random).unwrap();
    }
    for n in 0..3 {
        balancer.checked(BackendId(1), Err("no"), 0, at(n));
    }
    let mut settings = backends(&[1, 1, 1]);
    settings.remove(0);
    balancer.configure(checked_settings(CHECKS, Duration::ZERO), settings, at(4));
    let states: Vec<_> = balancer
        .states(at(4))
        .map(|state| (state.name, state.is_up, state.is_leaving, state.sessions))
        .collect();
    let expected = [
        ("b0", true, true, 2),
        ("b1", false, false, 2),
        ("b2", true, false, 0),
    ];
    assert_eq!(states, expected);
    assert_eq!(pick_of(&mut balancer, 0, &mut random), Some(2));
    assert_eq!(balancer.check_due(B), None);
    balancer.ended(B);
    balancer.ended(B);
    assert_eq!(balancer.states(at(5)).next().unwrap().name, "b1");
}

#[test]
fn a_weight_of_none_takes_none() {
    let mut balancer = balancer(Method::RoundRobin, &[1, 1]);
    balancer.weigh(B, 0);
    let mut random = Random(11);
    assert!((0..10).all(|_| pick_of(&mut balancer, 0, &mut random) == Some(1)));
    balancer.weigh(BackendId(1), 0);
    assert_eq!(balancer.pick(0, &[], &mut || 0, START), Pick::Down);
}
