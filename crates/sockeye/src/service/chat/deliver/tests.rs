//! Fan-out against the plainest delivery: each line to each receiver, one by one.

use std::collections::{BTreeMap, VecDeque};
use std::task::{Context, Waker};
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::service::chat::outbox::{End, QUEUE_BYTES_MAX};

fn id(n: u32) -> SessionId {
    SessionId::new(n, 1)
}

fn seated(n: u32) -> (Deliveries, Vec<Arc<Outbox>>) {
    let mut deliveries = Deliveries::default();
    let outboxes: Vec<Arc<Outbox>> = (0..n).map(|_| Arc::default()).collect();
    for (n, outbox) in outboxes.iter().enumerate() {
        deliveries.seat(id(n as u32), outbox.clone());
    }
    (deliveries, outboxes)
}

/// Takes what a connection would: its lines as text, and how many pieces they came in.
fn take(outbox: &Outbox) -> (String, usize) {
    let (mut out, mut cx) = (VecDeque::new(), Context::from_waker(Waker::noop()));
    outbox.take(&mut cx, &mut out);
    let mut text = String::new();
    for item in &out {
        match item {
            Item::Lines(lines) => text.push_str(std::str::from_utf8(lines).unwrap()),
            Item::History(request) => text.push_str(&request.reply.target),
        }
    }
    (text, out.len())
}

fn done(outbox: &Outbox) -> u32 {
    let (mut out, mut cx) = (VecDeque::new(), Context::from_waker(Waker::noop()));
    outbox.take(&mut cx, &mut out).done
}

fn many(members: &Arc<[SessionId]>, except: Option<SessionId>, lines: impl Into<Bytes>) -> Output {
    let to = Recipients::Many {
        members: members.clone(),
        except,
    };
    Output::Send {
        to,
        lines: lines.into(),
    }
}

fn one(to: u32, lines: impl Into<Bytes>) -> Output {
    Output::Send {
        to: Recipients::One(id(to)),
        lines: lines.into(),
    }
}

#[test]
fn lines_of_one_sender_become_one_piece_although_it_hears_its_echo_between() {
    let (mut deliveries, outboxes) = seated(4);
    let plain: Arc<[_]> = [id(0), id(1)].into();
    let tagged: Arc<[_]> = [id(2), id(3)].into();
    for n in 0..32 {
        deliveries.carry_out(many(&plain, Some(id(0)), format!("plain {n}\r\n")));
        deliveries.carry_out(many(&tagged, Some(id(0)), format!("tagged {n}\r\n")));
        deliveries.carry_out(one(0, format!("echo {n}\r\n")));
        deliveries.carry_out(Output::Done { session: id(0) });
    }
    deliveries.flush(Instant::now());
    assert_eq!(done(&outboxes[0]), 32);
    let (text, pieces) = take(&outboxes[3]);
    assert_eq!((pieces, text.lines().count()), (1, 32));
    assert!(text.starts_with("tagged 0\r\n") && text.ends_with("tagged 31\r\n"));
    assert_eq!(take(&outboxes[1]).1, 1);
}

/// A reply ends the run of the list in which its receiver is, and no other.
#[test]
fn who_is_told_something_else_splits_the_lines_of_its_own_list_only() {
    let (mut deliveries, outboxes) = seated(4);
    let pieces: [Arc<[_]>; 2] = [[id(0), id(1)].into(), [id(2), id(3)].into()];
    for n in 0..8 {
        for piece in &pieces {
            deliveries.carry_out(many(piece, None, format!("{n}\r\n")));
        }
        deliveries.carry_out(one(0, "reply\r\n"));
    }
    deliveries.flush(Instant::now());
    let pieces = outboxes.iter().map(|outbox| take(outbox).1);
    assert_eq!(pieces.collect::<Vec<_>>(), [16, 8, 1, 1]);
}

#[test]
fn lists_with_the_same_lines_share_one_buffer() {
    let (mut deliveries, outboxes) = seated(2);
    let pieces: [Arc<[_]>; 2] = [[id(0)].into(), [id(1)].into()];
    for n in 0..8 {
        let line = Bytes::from(format!("{n}\r\n"));
        for piece in &pieces {
            deliveries.carry_out(many(piece, None, line.clone()));
        }
    }
    deliveries.flush(Instant::now());
    let buffer = |outbox: &Outbox| {
        let (mut out, mut cx) = (VecDeque::new(), Context::from_waker(Waker::noop()));
        outbox.take(&mut cx, &mut out);
        match &out.make_contiguous()[..] {
            [Item::Lines(lines)] => lines.as_ptr_range(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(buffer(&outboxes[0]), buffer(&outboxes[1]));
}

#[test]
fn a_session_that_has_left_receives_nothing_and_its_successor_nothing_of_it() {
    let (mut deliveries, outboxes) = seated(2);
    let members: Arc<[_]> = [id(0), id(1)].into();
    deliveries.carry_out(many(&members, None, "one\r\n"));
    deliveries.carry_out(Output::Close { session: id(1) });
    deliveries.flush(Instant::now());
    let successor: Arc<Outbox> = Arc::default();
    deliveries.seat(SessionId::new(1, 2), successor.clone());
    deliveries.carry_out(many(&members, None, "two\r\n"));
    deliveries.carry_out(one(1, "three\r\n"));
    deliveries.flush(Instant::now());
    assert_eq!(take(&outboxes[0]).0, "one\r\ntwo\r\n");
    assert_eq!(take(&outboxes[1]).0, "one\r\n");
    assert_eq!(take(&successor).0, "");
    assert!(deliveries.outbox(id(1)).is_none());
}

#[test]
fn a_seat_is_freed_for_a_connection_that_went_first() {
    let (mut deliveries, outboxes) = seated(3);
    outboxes.iter().for_each(|outbox| outbox.set_known(true));
    outboxes[0].orphan();
    outboxes[1].orphan();
    let lines = Bytes::from_static(b"433\r\n");
    deliveries.carry_out(Output::Close { session: id(0) });
    deliveries.carry_out(Output::NickRefused {
        session: id(1),
        lines,
    });
    deliveries.carry_out(Output::Close { session: id(2) });
    assert_eq!(
        deliveries.flush(Instant::now()).orphans_gone,
        [id(0), id(1)]
    );
}

#[tokio::test(start_paused = true)]
async fn talkers_wait_for_a_listener_that_reads_and_not_for_one_that_does_not() {
    let (mut deliveries, outboxes) = seated(3);
    let members: Arc<[_]> = [id(1), id(2)].into();
    let half = vec![b'x'; QUEUE_BYTES_MAX / 2 + 1];
    outboxes[1].wrote(100_000, Instant::now());
    let say = |deliveries: &mut Deliveries, lines: Vec<u8>| {
        deliveries.carry_out(many(&members, Some(id(0)), lines));
        deliveries.carry_out(Output::Done { session: id(0) });
        deliveries.flush(Instant::now())
    };
    say(&mut deliveries, half.clone());
    assert_eq!(done(&outboxes[0]), 1, "nobody knew yet");
    say(&mut deliveries, b"more\r\n".to_vec());
    say(&mut deliveries, b"more\r\n".to_vec());
    assert_eq!(done(&outboxes[0]), 0);
    assert!(deliveries.holds());

    assert!(outboxes[1].wrote(half.len(), Instant::now()));
    deliveries.release(Instant::now());
    deliveries.flush(Instant::now());
    assert_eq!(done(&outboxes[0]), 2);
    say(&mut deliveries, b"more\r\n".to_vec());
    assert_eq!(
        done(&outboxes[0]),
        1,
        "the other one has not read, and is not waited for"
    );

    outboxes[2].wrote(100_000, Instant::now());
    say(&mut deliveries, vec![b'x'; 100_000]);
    assert_eq!(done(&outboxes[0]), 1);
    say(&mut deliveries, b"more\r\n".to_vec());
    assert_eq!(done(&outboxes[0]), 0, "it reads by now");
    tokio::time::advance(Duration::from_secs(3)).await;
    deliveries.release(Instant::now());
    deliveries.flush(Instant::now());
    assert_eq!(done(&outboxes[0]), 1, "it has become slow");
    assert_eq!(say(&mut deliveries, half).overflowed, [id(2)]);
}

#[derive(Debug, Clone)]
enum Sent {
    One(u32),
    Many { list: usize, except: Option<u32> },
    Close(u32),
}

fn sent() -> impl Strategy<Value = Sent> {
    let except = prop::option::of(0u32..SESSIONS);
    prop_oneof![
        4 => (0..SESSIONS).prop_map(Sent::One),
        8 => (0..4usize, except).prop_map(|(list, except)| Sent::Many { list, except }),
        1 => (0..SESSIONS).prop_map(Sent::Close),
    ]
}

proptest! {
    /// Whatever is joined: each session receives exactly its lines, in the order of the outputs.
    #[test]
    fn every_session_receives_its_lines_in_order(
        lists in prop::collection::vec(prop::collection::btree_set(0..SESSIONS, 0..8), 4),
        sent in prop::collection::vec(sent(), 0..60),
        rounds in 1usize..8,
    ) {
        let (mut deliveries, outboxes) = seated(SESSIONS);
        let mut expected: BTreeMap<u32, String> = BTreeMap::new();
        let mut gone = std::collections::BTreeSet::new();
        let shared: Vec<Arc<[SessionId]>> =
            lists.iter().map(|list| list.iter().map(|n| id(*n)).collect()).collect();
        for (n, sent) in sent.into_iter().enumerate() {
            let line = format!("line {n}\r\n");
            let (to, output) = match sent {
                Sent::One(to) => (vec![to], one(to, line.clone())),
                Sent::Many { list, except } => {
                    let receivers = lists[list].iter().copied().filter(|to| Some(*to) != except);
                    (receivers.collect(), many(&shared[list], except.map(id), line.clone()))
                }
                Sent::Close(session) => {
                    gone.insert(session);
                    (Vec::new(), Output::Close { session: id(session) })
                }
            };
            for to in to.into_iter().filter(|to| !gone.contains(to)) {
                expected.entry(to).or_default().push_str(&line);
            }
            deliveries.carry_out(output);
            if n % rounds == 0 {
                deliveries.flush(Instant::now());
            }
        }
        deliveries.flush(Instant::now());
        for (n, outbox) in outboxes.iter().enumerate() {
            let text = take(outbox).0;
            prop_assert_eq!(&text, expected.get(&(n as u32)).map_or("", String::as_str));
            let (mut out, mut cx) = (VecDeque::new(), Context::from_waker(Waker::noop()));
            let is_closed = outbox.take(&mut cx, &mut out).end == End::Closed;
            prop_assert_eq!(is_closed, gone.contains(&(n as u32)));
        }
    }
}

const SESSIONS: u32 = 8;
