//! One test a rule of the grammar, and the round trip over generated endpoints.

use std::net::IpAddr;
use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::select;

use super::words::{Form, SchemeKind, WordKind};
use super::*;

mod generated;
mod secrets;
#[cfg(feature = "tls")]
mod sugar;
#[cfg(feature = "sqlite")]
mod web;
mod words_as_built;

fn parsed(text: &str) -> Endpoint {
    Endpoint::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn parsed_args(args: &[&str]) -> Vec<Endpoint> {
    Endpoint::from_args(args).unwrap_or_else(|error| panic!("{args:?}: {error}"))
}

/// Asserts what a text is refused with: the problem, the part under the carets, the hint.
fn assert_refused(text: &str, problem: &str, under: &str, hint: Option<&str>) {
    let Err(error) = Endpoint::parse(text) else {
        panic!("{text} parsed")
    };
    let found = (error.problem(), &text[error.place()], error.hint());
    assert_eq!(found, (problem, under, hint), "{text}");
}

fn tcp(host: Host, port: u16) -> Address {
    Address::Tcp {
        host,
        port,
        family: Family::Any,
    }
}

fn ip(text: &str) -> Host {
    Host::Ip(text.parse::<IpAddr>().unwrap())
}

fn exec(argv: &[&str]) -> Address {
    Address::Exec {
        argv: argv.iter().map(|&arg| arg.to_owned()).collect(),
    }
}

#[test]
fn bare_port_is_loopback() {
    assert_eq!(parsed("8080").address(), &tcp(Host::Loopback, 8080));
    assert_eq!(parsed("localhost:8080"), parsed("8080"));
    assert_eq!(parsed("8080").to_string(), "tcp://localhost:8080");
}

#[test]
fn colon_port_is_every_interface() {
    assert_eq!(parsed(":8080").address(), &tcp(Host::Any, 8080));
    assert_eq!(parsed(":8080").to_string(), "tcp://:8080");
}

#[test]
fn name_with_digits_is_a_host() {
    assert_eq!(
        parsed("ssh:22").address(),
        &tcp(Host::Name("ssh".into()), 22)
    );
    assert_eq!(
        parsed("chat:6667").address(),
        &tcp(Host::Name("chat".into()), 6667)
    );
    assert_eq!(
        parsed("unix:22").address(),
        &tcp(Host::Name("unix".into()), 22)
    );
    assert_eq!(parsed("10.0.0.1:80").address(), &tcp(ip("10.0.0.1"), 80));
}

#[test]
fn schemes_whose_text_may_be_a_number_stay_schemes() {
    assert_eq!(
        parsed("mem:5").address(),
        &Address::Mem { name: "5".into() }
    );
    assert_eq!(
        parsed("mem-l:5").address(),
        &Address::Mem { name: "5".into() }
    );
    assert_eq!(parsed("exec:5").address(), &exec(&["5"]));
    assert_eq!(parsed("broadcast:1").address().scheme(), "broadcast");
    let file = Address::File { path: "3".into() };
    assert_eq!(parsed("file:3").address(), &file);
    let fd = Address::Fd(Inherited::Number(3));
    assert_eq!(parsed("fd:3").address(), &fd);
    let why = "descriptors 0 to 2 are standard input, output and error";
    let hint = Some("- is standard input and output");
    assert_refused("fd:2", why, "2", hint);
    assert_refused(
        "fd:9999999999",
        "9999999999 is no descriptor",
        "9999999999",
        None,
    );
}

#[test]
fn ipv6_stands_in_brackets() {
    assert_eq!(parsed("[::1]:80").address(), &tcp(ip("::1"), 80));
    assert_eq!(
        parsed("tcp://[2001:db8::1]:80").address(),
        &tcp(ip("2001:db8::1"), 80)
    );
    let hint = Some("write [ADDRESS]:PORT");
    for bare in ["::1", "fe80::1", "::1:80", "2001:db8::1:80"] {
        assert_refused(bare, "an IPv6 address without brackets", bare, hint);
    }
    assert_refused(
        "tcp://::1:80",
        "an IPv6 address without brackets",
        "::1",
        hint,
    );
    assert_refused("[::1]", "a port is missing", "[::1]", None);
    assert_refused("[::g]:80", "[::g] is no IPv6 address", "[::g]", None);
}

#[test]
fn zones_are_percent_encoded_in_urls() {
    let zoned = parsed("[fe80::1%eth0]:80");
    assert_eq!(zoned.address(), &tcp(Host::Name("fe80::1%eth0".into()), 80));
    assert_eq!(zoned, parsed("tcp://[fe80::1%25eth0]:80"));
    assert_eq!(zoned.to_string(), "tcp://[fe80::1%25eth0]:80");
    let text = "tcp://[fe80::1%eth0]:80";
    assert_refused(
        text,
        "[fe80::1%eth0] is not well encoded",
        "[fe80::1%eth0]",
        Some("% is %25"),
    );
}

#[test]
fn families_are_schemes() {
    let v4 = Address::Tcp {
        host: Host::Any,
        port: 80,
        family: Family::V4,
    };
    assert_eq!(parsed("tcp4://:80").address(), &v4);
    assert_refused(
        "tcp6://10.0.0.1:80",
        "10.0.0.1 is no IPv6 address",
        "10.0.0.1",
        None,
    );
    assert_refused("tcp4://[::1]:80", "[::1] is no IPv4 address", "[::1]", None);
}

#[test]
fn ports_are_numbers_up_to_65535() {
    assert_eq!(parsed("65535").address(), &tcp(Host::Loopback, 65535));
    assert_refused("65536", "port 65536 is above 65535", "65536", None);
    assert_refused(
        "db:99999999999",
        "port 99999999999 is above 65535",
        "99999999999",
        None,
    );
    assert_refused("tcp://h:x", "x is no port", "x", Some("a port is a number"));
    assert_refused(
        "tcp://h:+5",
        "+5 is no port",
        "+5",
        Some("a port is a number"),
    );
    assert_refused("tcp://h:", "a port is missing after the colon", "h:", None);
    assert_refused("tcp://h", "a port is missing", "h", None);
    let hint = Some("did you mean localhost:80?");
    assert_refused("tcp://80", "a port is missing", "80", hint);
}

#[test]
fn host_and_port_as_two_words_are_asked_about() {
    let error = Endpoint::from_args(&["example.org", "80"]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "example.org is no address\n  example.org 80\n  ^^^^^^^^^^^"
    );
    assert_eq!(error.hint(), Some("did you mean example.org:80?"));
}

#[test]
fn what_is_no_host_is_refused() {
    assert_refused("1.2.3:80", "1.2.3 is no IPv4 address", "1.2.3", None);
    assert_refused(
        "256.1.1.1:80",
        "256.1.1.1 is no IPv4 address",
        "256.1.1.1",
        None,
    );
    assert_refused("a!b:80", "'!' has no place in a host name", "a!b", None);
    let problem = "a user or a path has no place in HOST:PORT";
    assert_refused("tcp://h:80/x", problem, "/x", None);
    assert_refused("tcp://u@h:80", problem, "@h:80", None);
    let long = "a".repeat(254);
    assert_refused(
        &format!("{long}:1"),
        "a host name has at most 253 bytes",
        &long,
        None,
    );
}

#[test]
fn unknown_schemes_are_refused_with_the_nearest() {
    assert_refused(
        "tpc://h:1",
        "unknown scheme tpc",
        "tpc",
        Some("did you mean tcp://?"),
    );
    assert_refused(
        "TCP://h:1",
        "unknown scheme TCP",
        "TCP",
        Some("did you mean tcp://?"),
    );
    assert_refused(
        "ehco:",
        "unknown scheme ehco",
        "ehco",
        Some("did you mean echo:?"),
    );
    assert_refused(
        "db.example:http",
        "unknown scheme db.example",
        "db.example",
        Some("a port is a number"),
    );
    assert_refused(
        "tcp:h",
        "tcp takes ://HOST:PORT",
        "tcp:h",
        Some("did you mean tcp://h?"),
    );
    assert_refused(
        "echo",
        "echo is no address",
        "echo",
        Some("did you mean echo:?"),
    );
    assert_refused(
        "/run/a",
        "/run/a is no address",
        "/run/a",
        Some("did you mean unix:/run/a?"),
    );
    assert_refused(
        "-:",
        "unknown scheme -",
        "-",
        Some("a port is missing after the colon"),
    );
}

#[test]
fn what_is_not_built_is_not_called_a_mistake() {
    for scheme in ["quic", "vsock"] {
        let problem = format!("{scheme}:// is not in this version");
        assert_refused(&format!("{scheme}://h:1"), &problem, scheme, None);
    }
    assert_refused(
        "h:1 +noise,psk=a",
        "+noise is not in this version",
        "+noise",
        None,
    );
}

#[test]
fn unix_names_are_paths_or_abstract() {
    let path = |path: &str| Address::Unix(UnixName::Path(path.into()));
    assert_eq!(parsed("unix:/run/a.sock").address(), &path("/run/a.sock"));
    assert_eq!(parsed("unix:///run/a.sock").address(), &path("/run/a.sock"));
    assert_eq!(parsed("unix:a").address(), &path("a"));
    let doubled = parsed("unix:////run/a.sock");
    assert_eq!(doubled.address(), &path("//run/a.sock"));
    assert_eq!(doubled.to_string(), "unix:////run/a.sock");
    assert_eq!(
        parsed("unix:@a").address(),
        &Address::Unix(UnixName::Abstract("a".into()))
    );
    let hint = Some("write unix:PATH");
    assert_refused(
        "unix://run/a",
        "unix:// needs a path from the root",
        "//run/a",
        hint,
    );
    assert_refused("unix:", "unix: needs a text after the colon", "", None);
    assert!(Endpoint::parse(&format!("unix:{}", "l".repeat(107))).is_ok());
    let long = "l".repeat(109);
    let why = "the name of a Unix socket has at most 107 bytes, and this one 108";
    let text = format!("unix-seqpacket:@{}", &long[1..]);
    assert_refused(&text, why, &text["unix-seqpacket:".len()..], None);
}

#[test]
fn exec_splits_its_text_as_a_shell_does() {
    assert_eq!(parsed("exec:cat").address(), &exec(&["cat"]));
    assert_eq!(parsed("'exec:cat -n'").address(), &exec(&["cat", "-n"]));
    assert_eq!(parsed("exec:'cat -n'").address(), &exec(&["cat", "-n"]));
    assert_eq!(
        parsed_args(&["exec:sh -c 'echo  hi; cat'"])[0].address(),
        &exec(&["sh", "-c", "echo  hi; cat"])
    );
    assert_eq!(
        parsed_args(&["exec:echo $HOME"])[0].address(),
        &exec(&["echo", "$HOME"])
    );
    let hint = Some("a text with blanks stands in quotes: 'exec:cat -n'");
    assert_refused(
        "exec:cat h:1",
        "a second address, where one is wanted",
        "h:1",
        hint,
    );
    assert_refused("exec:''", "exec: needs a text after the colon", "", None);
    assert_refused("\"exec:''\"", "exec: needs a program", "''", None);
    assert_refused(
        "\"exec:cat 'x\"",
        "a quote or \\ without its other half",
        "'",
        None,
    );
    assert_refused("'h:1", "a quote or \\ without its other half", "'", None);
}

#[test]
fn services_take_nothing_after_the_colon() {
    let echo = Address::Service {
        name: "echo",
        text: String::new(),
    };
    assert_eq!(parsed("echo:").address(), &echo);
    assert_refused("echo:x", "echo: takes nothing after the colon", "x", None);
}

#[test]
fn bare_service_names_are_served() {
    assert_eq!(Endpoint::parse_served("echo"), Endpoint::parse("echo:"));
    assert_eq!(
        Endpoint::parse_served("h:1 +tcp"),
        Endpoint::parse("h:1 +tcp")
    );
    assert!(Endpoint::parse_served("tcp").is_err());
}

#[test]
fn suffix_l_makes_a_listening_endpoint() {
    let endpoint = parsed("tcp-l://:9000");
    assert!(endpoint.is_listening());
    assert_eq!(endpoint.to_string(), "tcp-l://:9000");
    assert!(!parsed("tcp://:9000").is_listening());
    assert_eq!(
        parsed("tcp-l:80").address(),
        &tcp(Host::Name("tcp-l".into()), 80)
    );
    assert_refused("exec-l:cat", "exec: cannot listen", "exec-l", None);
    assert_refused("echo-l:", "echo: cannot listen", "echo-l", None);
}

#[test]
fn words_belong_to_the_address_before_them() {
    let both = parsed_args(&[
        "unix:/a",
        "+unix,mode=660,unlink",
        "8080",
        "+tcp",
        "backlog=5",
    ]);
    assert_eq!(both.len(), 2);
    assert_eq!(
        both[0].unix(),
        UnixOptions {
            mode: Some(0o660),
            unlink: true,
            sndbuf_bytes: None,
            opts: Vec::new(),
        }
    );
    assert_eq!(both[1].tcp().backlog, 5);
    let error = Endpoint::from_args(&["+tcp", "80"]).unwrap_err();
    assert_eq!(
        error.problem(),
        "a +word stands after the address it belongs to"
    );
}

#[test]
fn bare_value_stands_for_the_words_main_key() {
    assert_eq!(parsed("1 +idle,30s"), parsed("1 +idle after=30s"));
    assert_eq!(parsed("1 +idle,30s").idle(), Some(Duration::from_secs(30)));
    let takes = "+idle takes a time above 0 such as 250ms, 5s, 2m or 1h";
    assert_refused("1 +idle,30", takes, "30", None);
    assert_refused("1 +idle,0s", takes, "0s", None);
    assert_refused(
        "1 +idle,aftr=30s",
        "+idle has no key aftr",
        "aftr",
        Some("did you mean after?"),
    );
    assert_refused("1 +idle", "+idle needs a value: +idle,AFTER", "+idle", None);
}

#[test]
fn separate_settings_are_taken_whole() {
    let word = |text| parsed(text).words[0].settings[0].1.clone();
    assert_eq!(word("1 +tcp sndbuf=64K"), Value::Bytes(65536));
    assert_refused(
        "1 +tcp sndbuf=64K,rcvbuf=1",
        "sndbuf takes a number of bytes such as 512, 64K or 10M",
        "64K,rcvbuf=1",
        None,
    );
    assert_refused(
        "1 sndbuf=1",
        "sndbuf=1 is no address",
        "sndbuf=1",
        Some("an address is PORT, HOST:PORT, scheme://… or scheme:TEXT"),
    );
}

#[test]
fn slips_in_values_are_refused_with_the_nearest() {
    let has_tls = words::word("tls").is_some_and(|row| row.built);
    let of_tls = [
        ("1 +tls,client=requir", "requir", "require"),
        ("1 +tls,starttls=smpt", "smpt", "smtp"),
    ];
    let of_all = [
        ("1 +frame,checksum=crc31", "crc31", "crc32"),
        ("1 +retry,forver", "forver", "forever"),
        ("1 +tcp,nodelay=no", "no", "off"),
        ("1 +tcp,nodelay=true", "true", "on"),
        ("1 +via,sokcs5://h", "sokcs5://h", "socks5://"),
    ];
    let of_tls = of_tls.iter().filter(|_| has_tls);
    for (text, value, meant) in of_tls.chain(&of_all) {
        let error = Endpoint::parse(text).unwrap_err();
        assert_eq!(&text[error.place()], *value);
        let hint = format!("did you mean {meant}?");
        assert_eq!(error.hint(), Some(hint.as_str()), "{text}");
    }
    let error = Endpoint::parse("1 +via,http://h/path").unwrap_err();
    assert_eq!(error.hint(), None);
}

#[test]
fn words_within_the_quotes_of_an_address_are_told_apart() {
    for text in ["'h:1 +tls'", "'tcp://h:1 +tls'", "'upd://h:1 +idle,1s'"] {
        let hint = "each +word stands for itself, outside of the quotes of its address";
        assert_eq!(Endpoint::parse(text).unwrap_err().hint(), Some(hint));
    }
    assert!(Endpoint::parse("'exec:date +%s'").is_ok());
}

#[test]
fn slips_in_words_and_keys_are_refused_with_the_nearest() {
    assert_refused(
        "1 +tpc",
        "unknown word +tpc",
        "+tpc",
        Some("did you mean +tcp?"),
    );
    assert_refused(
        "1 +nodelay",
        "unknown word +nodelay",
        "+nodelay",
        Some("did you mean +tcp,nodelay?"),
    );
    assert_refused(
        "1 +tcp,nodealy",
        "+tcp has no key nodealy",
        "nodealy",
        Some("did you mean nodelay?"),
    );
    let takes = "max takes a number of bytes from 1 on such as 512, 64K or 10M";
    assert_refused("1 +line,max=0", takes, "0", None);
    assert_refused("1 +frame,max=0", takes, "0", None);
    assert_refused("1 +zzzz", "unknown word +zzzz", "+zzzz", None);
    assert_refused("1 +", "a word is missing after the +", "+", None);
    assert_refused("1 +,x", "a word is missing after the +", "+,x", None);
    assert_refused("1 +tcp,,nodelay", "nothing between the commas", "", None);
    assert_refused("1 +tcp,", "nothing between the commas", "", None);
    assert_refused(
        "1 +tcp,nodelay=yes",
        "nodelay takes on or off",
        "yes",
        Some("did you mean on?"),
    );
    assert_refused(
        "1 +tcp,backlog",
        "backlog takes a number from 0 to 2147483647: backlog=…",
        "backlog",
        None,
    );
}

#[test]
fn nothing_is_written_twice() {
    assert_refused(
        "1 +tcp,nodelay,nodelay=off",
        "nodelay is written twice",
        "nodelay",
        None,
    );
    assert_refused("1 +tcp +tcp", "+tcp is written twice", "+tcp", None);
}

#[test]
fn words_keep_to_their_schemes() {
    assert_refused(
        "1 +unix,unlink",
        "+unix has no place on tcp",
        "+unix",
        Some("+unix belongs to unix, unix-dgram, unix-seqpacket"),
    );
    assert_refused(
        "mem:a +tcp",
        "+tcp has no place on mem",
        "+tcp",
        Some("+tcp belongs to tcp, tcp4, tcp6"),
    );
}

#[test]
fn text_is_one_endpoint() {
    assert_refused("", "no address", "", None);
    assert_refused("  ", "no address", "", None);
    assert_refused(
        "mem:a\0b",
        "a NUL byte has no place in an endpoint",
        "mem:a\0b",
        None,
    );
}

#[test]
fn carets_stand_under_the_culprit() {
    let error = Endpoint::parse("tcp://h:443\t+tcp,nodealy").unwrap_err();
    let expected =
        "+tcp has no key nodealy\n  tcp://h:443 +tcp,nodealy\n                   ^^^^^^^";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn roles_refuse_what_cannot_act() {
    let misplaced = |text: &str, role| {
        let endpoint = parsed(text);
        let error = endpoint.check(role).err()?;
        Some((
            error.problem().to_owned(),
            endpoint.to_string()[error.place()].to_owned(),
        ))
    };
    let found = |problem: &str, under: &str| Some((problem.to_owned(), under.to_owned()));
    let limit = "8080 +idle,5s +limit,conns=5";
    assert_eq!(misplaced(limit, Role::Accept), None);
    let expected = found("conns of +limit has no effect here", "+limit,conns=5");
    assert_eq!(misplaced(limit, Role::Connect), expected);
    assert_eq!(misplaced("1 +limit,rate=1K,burst=9", Role::Connect), None);
    let alone = "burst of +limit has no effect without rate";
    let alone = found(alone, "+limit,burst=9");
    assert_eq!(misplaced("1 +limit,burst=9", Role::Connect), alone);
    assert_eq!(
        misplaced("1 +limit,connects=9,window=9s", Role::Accept),
        None
    );
    let alone = "window of +limit has no effect without connects";
    let alone = found(alone, "+limit,window=9s");
    assert_eq!(misplaced("1 +limit,window=9s", Role::Accept), alone);
    let retry = found("+retry has no effect here", "+retry,3");
    assert_eq!(misplaced("1 +retry,3", Role::Accept), retry);
    let backlog = found("backlog of +tcp has no effect here", "+tcp,backlog=5");
    assert_eq!(misplaced("1 +tcp,backlog=5", Role::Connect), backlog);
    let exec = found("exec: accepts no connections", "exec:cat");
    assert_eq!(misplaced("exec:cat", Role::Accept), exec);
    assert_eq!(misplaced("exec:cat", Role::Connect), None);
    let stdio = found("standard input accepts no connections", "-");
    assert_eq!(misplaced("-", Role::Accept), stdio);
    assert_eq!(misplaced("echo:", Role::Serve), None);
    assert!(misplaced("echo:", Role::Accept).is_some());
    assert!(misplaced("echo:", Role::Connect).is_some());
    assert_eq!(misplaced("tcp-l://:1", Role::Accept), None);
    assert!(misplaced("tcp-l://:1", Role::Connect).is_some());
}

#[test]
fn known_addresses_belong_to_the_host_that_is_opened() {
    let endpoint = parsed("db:5432 +tcp,resolve=db:5432:10.0.0.5,[fd00::5],nodelay=off");
    let known = endpoint.tcp().ip.resolve.unwrap();
    assert_eq!(known.to_string(), "db:5432:10.0.0.5,[fd00::5]");
    assert!(!endpoint.tcp().nodelay);
    assert_eq!(endpoint.check(Role::Connect), Ok(()));
    let error = parsed("DB:5433 +tcp,resolve=db:5432:10.0.0.5").check(Role::Connect);
    assert_eq!(
        error.unwrap_err().problem(),
        "resolve of +tcp is for db:5432"
    );
    let error = parsed("udp://10.0.0.9:53 +udp,resolve=db:53:10.0.0.5").check(Role::Connect);
    assert!(error.is_err());
}

#[test]
fn services_keep_their_own_time() {
    let check = |at, served| {
        parsed(at)
            .check_serving(&parsed(served))
            .map_err(|e| e.place())
    };
    assert_eq!(check("1 +idle,5s", "tcp://h:1"), Ok(()));
    assert_eq!(check("1", "echo:"), Ok(()));
    let at = "tcp://localhost:1 ".len();
    assert_eq!(check("1 +idle,5s", "echo:"), Err(at..at + "+idle,5s".len()));
    assert_eq!(check("1", "echo: +idle,5s"), Err(6..14));
    assert_eq!(check("1", "echo: +limit,rate=1K"), Err(6..20));
    assert_eq!(check("1 +limit,rate=1K", "echo:"), Ok(()));
}
