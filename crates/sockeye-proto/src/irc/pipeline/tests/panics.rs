//! A fault of ours costs one line, not the network.

use std::format;
use std::panic::{self, AssertUnwindSafe};
use std::string::String;

use super::net::{Net, line, settings};
use crate::irc::settings::{CaseMapping, Settings};

fn catching(run: &mut dyn FnMut()) -> bool {
    panic::catch_unwind(AssertUnwindSafe(run)).is_ok()
}

/// A mapping with a fault: it cannot bear `#boom`.
fn faulty(name: &str) -> Option<String> {
    assert_ne!(name, "boom");
    Some(name.to_lowercase())
}

#[test]
fn a_panic_while_looking_is_answered_with_400() {
    let mut net = Net::with(Settings {
        casemapping: CaseMapping::Precis(faulty),
        ..settings()
    });
    net.pipeline.guard(catching);
    let [ann, bob] = net.enter(["ann", "bob"]);
    for (command, said) in [("JOIN", "JOIN #ok,#boom"), ("NAMES", "NAMES #boom")] {
        let text = "Internal error; the command was not carried out";
        let broken = format!(":hub.test 400 ann {command} :{text}");
        assert_eq!(net.says(ann, said), line(&broken));
    }
    assert_eq!(net.says(bob, "JOIN #ok").len(), 3);
    assert_eq!(net.says(ann, "JOIN #ok").len(), 3);
    assert_eq!(net.done(ann), 4);
}

#[test]
fn a_panic_in_a_plan_refuses_the_event() {
    let mut net = Net::new();
    let [ann, bob] = net.enter(["ann", "bob"]);
    net.says(ann, "JOIN #c");
    net.says(bob, "JOIN #c");
    net.slow_log();
    net.writes(ann, "PRIVMSG #c :stored, then refused");
    net.pipeline.guard(|_| false);
    net.commit();
    assert_eq!(net.appending.as_ref().unwrap().voids.len(), 2);
    net.pipeline.guard(catching);
    net.commit();
    assert!(net.read(bob).iter().all(|line| !line.contains("PRIVMSG")));
    assert_eq!(net.read(ann).last().unwrap().split(' ').nth(1), Some("400"));
}
