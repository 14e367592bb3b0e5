//! The CAP command as clients use it.

use alloc::string::String;
use alloc::vec::Vec;

use super::*;
use crate::irc::settings::Sts;

struct Client {
    caps: Caps,
    offer: Offer,
}

impl Client {
    fn new() -> Self {
        let settings = Settings {
            history: true,
            search: true,
            accounts: true,
            register: true,
            ..Settings::default()
        };
        Self {
            caps: Caps::NONE,
            offer: Offer::new(&settings, &Link::default()),
        }
    }

    fn cap(&mut self, params: &[&str]) -> (Negotiation, String) {
        let params: Vec<_> = params.iter().map(|&param| String::from(param)).collect();
        let mut out = String::new();
        let effect = command(&params, &mut self.caps, &self.offer, ("h", "*"), &mut out);
        (effect, out)
    }
}

#[test]
fn ls_shows_values_from_version_302_on() {
    let mut client = Client::new();
    let (effect, plain) = client.cap(&["LS"]);
    assert_eq!(effect, Negotiation::Open);
    let begins = plain.starts_with(
        ":h CAP * LS :account-notify account-tag away-notify batch cap-notify chghost \
         echo-message extended-join extended-monitor invite-notify labeled-response message-tags \
         multi-prefix no-implicit-names sasl server-time setname standard-replies \
         userhost-in-names draft/account-registration draft/",
    );
    assert!(begins, "{plain}");
    assert!(!plain.contains('='), "{plain}");
    assert_eq!(client.caps, Caps::NONE);
    for version in ["302", "307"] {
        let (_, values) = client.cap(&["ls", version]);
        assert!(values.contains("sasl=SCRAM-SHA-256,PLAIN"), "{values}");
        assert!(client.caps.has(Caps::CAP_NOTIFY));
    }
    let (_, old) = client.cap(&["LS", "301"]);
    assert_eq!(old, plain);
}

#[test]
fn every_list_fits_its_lines_and_a_long_one_goes_on_as_the_client_knows() {
    let (server, nick) = ("s".repeat(63), "n".repeat(32));
    let settings = Settings {
        history: true,
        search: true,
        accounts: true,
        register: true,
        ..Settings::default()
    };
    let offer = Offer::new(&settings, &Link::default());
    let lines = |params: &[&str], caps: Caps| -> Vec<String> {
        let params: Vec<_> = params.iter().map(|&param| String::from(param)).collect();
        let (mut caps, mut out) = (caps, String::new());
        command(&params, &mut caps, &offer, (&server, &nick), &mut out);
        assert!(
            out.split_inclusive('\n')
                .all(|line| line.len() <= LINE_BYTES_MAX)
        );
        out.lines().map(String::from).collect()
    };
    let named = |lines: &[String]| -> usize {
        let lists = lines.iter().filter_map(|line| line.rsplit_once(':'));
        lists.map(|(_, list)| list.split(' ').count()).sum()
    };
    let all = TABLE.iter().fold(Caps::NONE, |all, row| all | row.cap);

    let many = lines(&["LS", "302"], Caps::NONE);
    let (last, first) = many.split_last().unwrap();
    assert!(!first.is_empty() && first.iter().all(|line| line.contains(" LS * :")));
    assert!(last.contains(" LS :"), "{last}");
    // All but sts, which is not set.
    assert_eq!(named(&many), TABLE.len() - 1);
    // Who reads only the first line has found what is no draft.
    assert!(first[0].contains(" userhost-in-names"), "{}", first[0]);

    let one = lines(&["LS"], Caps::NONE);
    assert_eq!(one.len(), 1);
    assert!(one[0].contains(" userhost-in-names"), "{}", one[0]);
    let repeated = lines(&["LIST"], all.without(Caps::VERSION_302 | Caps::STS));
    assert!(repeated.iter().all(|line| line.contains(" LIST :")));
    assert_eq!(named(&repeated), TABLE.len() - 1);
}

#[test]
fn what_is_not_offered_is_neither_listed_nor_granted() {
    let mut client = Client::new();
    client.offer = Offer::new(&Settings::default(), &Link::default());
    let (_, text) = client.cap(&["LS", "302"]);
    assert!(!text.contains("sasl") && !text.contains("chathistory"));
    assert_eq!(client.cap(&["REQ", "sasl"]).1, ":h CAP * NAK :sasl\r\n");
    // It may still be given up.
    assert_eq!(client.cap(&["REQ", "-sasl"]).1, ":h CAP * ACK :-sasl\r\n");
}

#[test]
fn req_takes_all_or_nothing() {
    let mut client = Client::new();
    let (effect, text) = client.cap(&["REQ", "batch nonsense"]);
    assert_eq!(
        (effect, text.as_str()),
        (Negotiation::Open, ":h CAP * NAK :batch nonsense\r\n")
    );
    assert_eq!(client.caps, Caps::NONE);
    assert_eq!(
        client.cap(&["REQ", " batch  batch "]).1,
        ":h CAP * ACK :batch\r\n"
    );
    assert_eq!(
        client.cap(&["REQ", "-batch server-time"]).1,
        ":h CAP * ACK :-batch server-time\r\n"
    );
    assert_eq!(client.caps, Caps::SERVER_TIME);
    assert_eq!(
        client.cap(&["LIST"]),
        (Negotiation::Aside, ":h CAP * LIST :server-time\r\n".into())
    );
    // A value is no part of a name.
    assert_eq!(
        client.cap(&["REQ", "sasl=PLAIN"]).1,
        ":h CAP * NAK :sasl=PLAIN\r\n"
    );
}

#[test]
fn version_302_keeps_cap_notify() {
    let mut client = Client::new();
    client.cap(&["REQ", "cap-notify"]);
    assert_eq!(
        client.cap(&["REQ", "-cap-notify"]).1,
        ":h CAP * ACK :-cap-notify\r\n"
    );
    client.cap(&["LS", "302"]);
    assert_eq!(
        client.cap(&["REQ", "-cap-notify"]).1,
        ":h CAP * NAK :-cap-notify\r\n"
    );
    assert!(client.caps.has(Caps::CAP_NOTIFY));
}

#[test]
fn end_and_nonsense() {
    let mut client = Client::new();
    assert_eq!(client.cap(&["END"]), (Negotiation::Ended, String::new()));
    assert_eq!(
        client.cap(&["FOO"]).1,
        ":h 410 * FOO :Invalid CAP command\r\n"
    );
    assert_eq!(client.cap(&[]).1, ":h 461 * CAP :Not enough parameters\r\n");
    assert_eq!(client.cap(&["LIST"]).1, ":h CAP * LIST :\r\n");
}

#[test]
fn only_what_changes_a_line_makes_another_encoding() {
    let changing = [
        Caps::MESSAGE_TAGS,
        Caps::SERVER_TIME,
        Caps::ACCOUNT_TAG,
        Caps::EXTENDED_JOIN,
        Caps::RELAYMSG,
        Caps::PLAYBACK,
    ];
    for row in TABLE {
        let is_other = row.cap.encoding() != Caps::NONE.encoding();
        assert_eq!(is_other, changing.contains(&row.cap), "{}", row.name);
    }
}

#[test]
fn every_capability_has_one_row_in_order() {
    let names: Vec<_> = TABLE.iter().map(|row| row.name).collect();
    assert!(names.is_sorted(), "{names:?}");
    for (index, row) in TABLE.iter().enumerate() {
        let others = TABLE.iter().skip(index + 1);
        assert!(
            others
                .clone()
                .all(|other| other.cap != row.cap && other.name != row.name)
        );
    }
}

#[test]
fn external_is_for_those_with_a_certificate() {
    let mut client = Client::new();
    let settings = Settings {
        accounts: true,
        ..Settings::default()
    };
    let link = Link {
        certificate: Some([0; 32]),
        ..Link::default()
    };
    client.offer = Offer::new(&settings, &link);
    let (_, text) = client.cap(&["LS", "302"]);
    assert!(text.contains("sasl=EXTERNAL,SCRAM-SHA-256,PLAIN"), "{text}");
}

#[test]
fn sts_is_an_order_and_no_capability_to_be_had() {
    let settings = Settings {
        sts: Some(Sts {
            port: 6697,
            duration_s: 15_552_000,
        }),
        ..Settings::default()
    };
    for (secure, value) in [(false, "sts=port=6697"), (true, "sts=duration=15552000")] {
        let link = Link {
            secure,
            ..Link::default()
        };
        let mut client = Client::new();
        client.offer = Offer::new(&settings, &link);
        assert!(!client.cap(&["LS"]).1.contains("sts"));
        assert!(client.cap(&["LS", "302"]).1.contains(value));
        assert_eq!(client.cap(&["REQ", "sts"]).1, ":h CAP * NAK :sts\r\n");
        assert_eq!(client.cap(&["REQ", "-sts"]).1, ":h CAP * NAK :-sts\r\n");
    }
    assert!(!Client::new().cap(&["LS", "302"]).1.contains("sts"));
}

#[test]
fn news_go_to_those_who_want_them() {
    let with = Client::new().offer;
    let without = Offer::new(&Settings::default(), &Link::default());
    let told = |offers: (&Offer, &Offer), caps: Caps| {
        let (mut caps, mut out) = (caps, String::new());
        notify(offers, &mut caps, ("h", "n"), &mut out);
        (caps, out)
    };
    let knows = Caps::CAP_NOTIFY | Caps::VERSION_302;
    assert_eq!(
        told((&without, &with), knows).1,
        ":h CAP n NEW :sasl=SCRAM-SHA-256,PLAIN \
         draft/account-registration=before-connect,custom-account-name draft/chathistory \
         draft/event-playback draft/message-redaction draft/read-marker soju.im/search znc.in/playback\r\n"
    );
    let old = ":h CAP n NEW :sasl draft/account-registration draft/chathistory draft/event-playback draft/message-redaction draft/read-marker soju.im/search znc.in/playback\r\n";
    assert_eq!(told((&without, &with), Caps::CAP_NOTIFY).1, old);
    let (caps, out) = told((&with, &without), knows | Caps::SASL | Caps::BATCH);
    assert_eq!(
        out,
        ":h CAP n DEL :sasl draft/account-registration draft/chathistory draft/event-playback draft/message-redaction draft/read-marker soju.im/search znc.in/playback\r\n"
    );
    assert_eq!(caps, knows | Caps::BATCH);
    let (caps, out) = told((&with, &without), Caps::SASL);
    assert_eq!((caps, out.as_str()), (Caps::NONE, ""));
    assert_eq!(told((&with, &with), knows).1, "");
}
