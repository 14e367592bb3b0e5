//! The network in simulation: many clients with a log that delays, fails and crashes, beside a
//! naive model that says what everybody is to see.
#![allow(clippy::unwrap_used, reason = "all of it is a test")]

mod client;
mod devices;
mod judge;
mod log;
mod metadata;
mod model;
mod modes;
mod random;
mod room;
mod script;
mod seen;
mod speech;
mod stored;
mod world;

use judge::Fault;
use sockeye_proto::irc::settings::{CaseMapping, Presence, Settings};
use world::World;

#[test]
fn everybody_sees_what_the_model_foretells() {
    for seed in 0..SEEDS {
        if let Err(fault) = run(seed, 1, false) {
            panic!("seed {seed}: {fault}");
        }
    }
}

#[test]
fn two_replicas_of_the_same_log_are_equal() {
    for seed in SEEDS..SEEDS + SEEDS / 10 {
        if let Err(fault) = run(seed, 2, false) {
            panic!("seed {seed}: {fault}");
        }
    }
}

#[test]
fn devices_read_the_same_and_what_stays_outlives_crashes() {
    for seed in 0..SEEDS / 4 {
        for fails in [false, true] {
            if let Err(fault) = devices::run(seed, fails) {
                panic!("seed {seed}, failing: {fails}: {fault}");
            }
        }
    }
}

/// A simulator that finds nothing proves nothing.
#[test]
fn a_skipped_membership_check_is_found() {
    assert!((0..SEEDS).any(|seed| run(seed, 1, true).is_err()));
}

fn run(seed: u64, replicas: usize, mutant: bool) -> Result<(), Fault> {
    let mut world = World::new(seed, replicas, mutant);
    let mut steps = || {
        for _ in 0..ROUNDS {
            for _ in 0..STEPS {
                world.step()?;
            }
            world.settle()?;
        }
        Ok(())
    };
    steps().map_err(|fault: Fault| {
        let trace = &world.trace;
        let last = trace.iter().skip(trace.len().saturating_sub(TRACE_LINES));
        let last: Vec<_> = last.map(String::as_str).collect();
        format!("{fault}\nafter\n{}", last.join("\n"))
    })
}

fn settings() -> Settings {
    Settings {
        server: SERVER.into(),
        network: "Sim".into(),
        version: "sim".into(),
        created_ms: 0,
        motd: vec!["hello".into()],
        history: true,
        search: true,
        history_events: true,
        redaction_window_s: 60,
        replay_on_join: REPLAY_ON_JOIN,
        casemapping: CaseMapping::Ascii,
        accounts: true,
        presence: Presence {
            multiclient: false,
            ..Presence::default()
        },
        ..Settings::default()
    }
}

const SERVER: &str = "h";

const REPLAY_ON_JOIN: u32 = 3;

/// Runs, each of its own randomness.
const SEEDS: u64 = 200;

/// How often all comes to rest in a run.
const ROUNDS: usize = 3;

/// Steps between two rests.
const STEPS: usize = 100;

/// How much of what went before a fault is shown.
const TRACE_LINES: usize = 25;
