//! Properties over generated endpoints and texts.

use super::*;

proptest! {
    /// What is written with its secrets parses back to the same endpoint; without any, that is what is
    /// displayed.
    #[test]
    fn display_round_trips(endpoint in any_endpoint()) {
        let text = endpoint.to_text_with_secrets();
        prop_assert_eq!(Endpoint::parse(&text), Ok(endpoint.clone()), "{}", text);
        let mut settings = endpoint.words.iter().flat_map(|word| &word.settings);
        let is_shown = |value: &Value| match value {
            Value::Secret(secret) => matches!(secret, Secret::Literal(_)),
            Value::Hop(hop) => hop.shows_password(),
            _ => false,
        };
        if !settings.any(|(_, value)| is_shown(value)) {
            prop_assert_eq!(endpoint.to_string(), text);
        }
    }

    /// The command line's words mean the same as the one-string form.
    #[test]
    fn args_are_the_words_of_the_text(endpoint in any_endpoint()) {
        let args: Vec<String> = endpoint.parts(Secrets::Shown).collect();
        prop_assert_eq!(Endpoint::from_args(&args), Ok(vec![endpoint]));
    }

    /// No text makes the parser panic, and every refusal points into its text.
    #[test]
    fn any_text_is_parsed_or_refused(text in any_text()) {
        if let Err(error) = Endpoint::parse(&text) {
            prop_assert!(text.get(error.place()).is_some(), "{:?} in {:?}", error.place(), text);
            let _ = error.to_string();
        }
    }

    /// Splitting undoes joining.
    #[test]
    fn split_undoes_join(words in prop::collection::vec("[ a-z'\"\\\\$,=é]{0,6}", 0..5)) {
        let tokens = split::split(&split::join(&words)).expect("joined words are quoted");
        prop_assert_eq!(tokens.into_iter().map(|t| t.text).collect::<Vec<_>>(), words);
    }
}

fn any_endpoint() -> impl Strategy<Value = Endpoint> {
    (any_address(), any::<bool>()).prop_flat_map(|(address, listening)| {
        let row = words::scheme(address.scheme()).expect("each address has a row");
        let listening = listening && row.stands == words::Stands::Anywhere;
        any_words(row.name).prop_map(move |words| Endpoint {
            address: address.clone(),
            listening,
            words,
        })
    })
}

fn any_address() -> impl Strategy<Value = Address> {
    let family = select(vec![Family::Any, Family::V4, Family::V6]);
    let fits = |host: &Host, family| match host {
        Host::Ip(ip) if ip.is_ipv4() => family != Family::V6,
        Host::Ip(_) => family != Family::V4,
        Host::Name(name) if name.contains(':') => family != Family::V4,
        _ => true,
    };
    let built = |kind| {
        words::SCHEMES
            .iter()
            .filter(move |row| row.built && row.is == kind)
    };
    let services: Vec<_> = built(SchemeKind::Service).collect();
    prop_oneof![
        Just(Address::Stdio),
        (any_host(), any::<u16>(), family)
            .prop_filter(
                "the family is the address's",
                move |(host, _, family)| fits(host, *family)
            )
            .prop_map(|(host, port, family)| Address::Tcp { host, port, family }),
        (any_host(), any::<u16>()).prop_map(|(host, port)| Address::Udp {
            host,
            port,
            family: Family::Any,
        }),
        any_unix_address(),
        (
            "[a-z/]{1,8}",
            prop::collection::vec("[ a-z'\"\\\\$+é]{0,8}", 0..4)
        )
            .prop_map(|(program, mut argv)| {
                argv.insert(0, program);
                Address::Exec { argv }
            }),
        "[a-z0-9 :/+']{1,12}"
            .prop_filter("a URL's path is absolute", |path| !path.starts_with("//"))
            .prop_map(|path| Address::File { path: path.into() }),
        "[a-z0-9 :/+'|$;]{1,12}".prop_map(|command| Address::Sh { command }),
        (3..=i32::MAX).prop_map(|number| Address::Fd(Inherited::Number(number))),
        "[a-z][a-z0-9 .-]{0,8}".prop_map(|name| Address::Fd(Inherited::Named(name))),
        "[a-z0-9 :/+']{1,8}".prop_map(|name| Address::Mem { name }),
        "(expect \"[ -!#-\\[\\]-~]{1,6}\"|send 0x0aFf|pause 5ms)(; send end|\n|)"
            .prop_map(|script| Address::Mock { script }),
        (select(services), "[a-z0-9 +']{1,8}").prop_map(|(row, text)| Address::Service {
            name: row.name,
            text: match row.form {
                Form::Nothing => String::new(),
                Form::TextOrNumber => text,
                _ => format!("a{text}"),
            },
        }),
    ]
}

fn any_unix_address() -> impl Strategy<Value = Address> {
    let path =
        "/?[a-zé ',+=\\\\]{1,12}".prop_filter("@ makes it abstract", |p| !p.starts_with("//"));
    let name = prop_oneof![
        path.prop_map(|path| UnixName::Path(path.into())),
        "[a-z @]{1,8}".prop_map(UnixName::Abstract),
    ];
    let kinds = [Address::Unix, Address::UnixDatagram, Address::UnixSeqpacket];
    (select(kinds.to_vec()), name).prop_map(|(kind, name)| kind(name))
}

fn any_host() -> impl Strategy<Value = Host> {
    prop_oneof![
        Just(Host::Loopback),
        Just(Host::Any),
        any::<IpAddr>().prop_map(Host::Ip),
        "[a-z][a-z0-9-]{0,8}(\\.[a-z]{2,5}){0,2}"
            .prop_filter("it is loopback", |name| name != "localhost")
            .prop_map(Host::Name),
        "fe80::[1-9a-f]%[a-z]{2,4}[0-9]".prop_map(Host::Name),
    ]
}

/// Some of the built words that may stand on a scheme, each with some of its keys.
fn any_words(scheme: &'static str) -> impl Strategy<Value = Vec<Word>> {
    let fits = move |row: &&WordRow| row.built && (row.on.is_empty() || row.on.contains(&scheme));
    let all = words::OPTIONS.iter().chain(words::LAYERS);
    let rows: Vec<&'static WordRow> = all.filter(fits).collect();
    let count = 0..=rows.len();
    proptest::sample::subsequence(rows, count)
        .prop_shuffle()
        .prop_flat_map(|rows| rows.into_iter().map(any_word).collect::<Vec<_>>())
}

fn any_word(row: &'static WordRow) -> impl Strategy<Value = Word> {
    let keys: Vec<_> = row.keys.iter().filter(|key| key.built).collect();
    let fewest = usize::from(row.bare.is_some());
    proptest::sample::subsequence(keys.clone(), fewest..=keys.len())
        .prop_flat_map(|keys| {
            keys.into_iter()
                .map(|key| (Just(key), any_value(key.kind)))
                .collect::<Vec<_>>()
        })
        .prop_map(move |settings| Word { row, settings })
}

fn any_value(kind: Kind) -> BoxedStrategy<Value> {
    let duration = || any::<u32>().prop_map(|ms| Value::Duration(Duration::from_millis(ms.into())));
    match kind {
        Kind::Flag => any::<bool>().prop_map(Value::Flag).boxed(),
        Kind::CountOrForever => {
            prop_oneof![Just(Value::Forever), any::<u64>().prop_map(Value::Count)].boxed()
        }
        Kind::Count(max) => (0..=max).prop_map(Value::Count).boxed(),
        Kind::Within(min, max) => (min..=max).prop_map(Value::Count).boxed(),
        Kind::Bytes => any::<u64>().prop_map(Value::Bytes).boxed(),
        Kind::PowerOfTwo(min, max) => (min.ilog2()..=max.ilog2())
            .prop_map(|bits| Value::Bytes(1 << bits))
            .boxed(),
        Kind::SomeBytes => (1..=u64::MAX).prop_map(Value::Bytes).boxed(),
        Kind::Duration => duration().boxed(),
        Kind::SomeDuration => (1..=u64::from(u32::MAX))
            .prop_map(|ms| Value::Duration(Duration::from_millis(ms)))
            .boxed(),
        Kind::DurationOrOff => prop_oneof![Just(Value::Off), duration()].boxed(),
        Kind::Mode => (0..=0o7777u32).prop_map(Value::Mode).boxed(),
        Kind::Text => "[ -~é]{0,12}".prop_map(Value::Text).boxed(),
        Kind::Secret => {
            let literal = "([ -+.-9;-~é][ -9;-~é]{0,12})?".prop_map(Secret::Literal);
            let file = "[a-zé /.=@,'-]{1,8}".prop_map(|path| Secret::File(path.into()));
            let variable = "[A-Z_]{1,8}".prop_map(Secret::Variable);
            prop_oneof![literal, file, variable]
                .prop_map(Value::Secret)
                .boxed()
        }
        Kind::OneOf(words) => select(words)
            .prop_map(|word| Value::Text(word.to_owned()))
            .boxed(),
        Kind::TlsVersion => "1\\.[23]".prop_map(Value::Text).boxed(),
        Kind::Networks => {
            let entry = prop_oneof![
                any_network().prop_map(NetworkEntry::Network),
                "[a-zé /.=@'-]{1,8}".prop_map(|path| NetworkEntry::File(path.into())),
            ];
            prop::collection::vec(entry, 1..4)
                .prop_map(Value::Networks)
                .boxed()
        }
        Kind::SocketOption => {
            let bytes = prop::collection::vec(any::<u8>(), 1..5).prop_map(OptionValue::Bytes);
            let value = prop_oneof![any::<i32>().prop_map(OptionValue::Int), bytes];
            (any::<i32>(), any::<i32>(), value)
                .prop_map(|(level, name, value)| SocketOption { level, name, value })
                .prop_map(Value::SocketOption)
                .boxed()
        }
        Kind::KnownHost => {
            let addresses = prop::collection::vec(any::<IpAddr>(), 1..4);
            ("[a-z][a-z0-9.-]{0,8}", any::<u16>(), addresses)
                .prop_map(|(host, port, addresses)| KnownHost {
                    host,
                    port,
                    addresses,
                })
                .prop_map(Value::KnownHost)
                .boxed()
        }
        Kind::Hop => {
            let login = "[a-zé:@/ ]{1,8}".prop_map(|name| HopLogin {
                password: Secret::Literal(name.chars().rev().collect()),
                name,
            });
            let host = "[a-z][a-z0-9-]{0,8}x";
            (host, 1..=u16::MAX, prop::option::of(login))
                .prop_map(|(host, port, login)| Hop {
                    protocol: HopProtocol::Socks5h,
                    host: Host::Name(host),
                    port,
                    login,
                })
                .prop_map(Value::Hop)
                .boxed()
        }
        Kind::Sha256 => "sha256:[0-9a-f]{64}".prop_map(Value::Text).boxed(),
    }
}

fn any_network() -> impl Strategy<Value = Network> {
    (any::<IpAddr>(), 0..=32u8)
        .prop_map(|(ip, bits)| format!("{ip}/{bits}"))
        .prop_filter_map("a mapped network has 96 bits and more", |text| {
            text.parse().ok()
        })
}

/// Anything, and more often what looks like an endpoint.
fn any_text() -> impl Strategy<Value = String> {
    let piece = select(vec![
        "tcp://", "unix:", "exec:", "mem:", "echo:", "-", "-l", "[", "]", "::1", ":", "80", " ",
        "+", "+tcp", "+idle", ",", "=", "nodelay", "'", "\"", "\\", "%", "%25", "é", "@", "/",
        "\t", "\0",
    ]);
    prop_oneof![
        ".{0,40}",
        prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
    ]
}
