//! The vocabulary's rows and what implements them agree.

use super::*;

/// Returns a value other than the default that a key takes.
fn sample(key: &KeyRow) -> String {
    let samples = [
        "on",
        "off",
        "7",
        "64K",
        "7s",
        "660",
        "10.0.0.0/8",
        "h:1:::1",
        "1:2:3",
        "http://h:1",
        "text",
    ];
    let takes = |text: &&&str| key.kind.read(text).is_ok() && **text != key.default;
    (*samples.iter().find(takes).expect("a sample of each kind")).to_owned()
}

fn options(endpoint: &Endpoint) -> impl PartialEq + fmt::Debug + use<> {
    (
        endpoint.tcp(),
        endpoint.udp(),
        endpoint.unix(),
        endpoint.file(),
        endpoint.limit(),
        endpoint.sources(),
        endpoint.hops().cloned().collect::<Vec<_>>(),
        endpoint.idle(),
        endpoint.retry(),
        endpoint.connect_timeout(),
        endpoint.total_timeout(),
    )
}

#[test]
fn each_built_key_changes_what_its_word_means() {
    for row in words::OPTIONS.iter().filter(|row| row.built) {
        let address = match row.on.first() {
            Some(&"unix") => "unix:/a",
            Some(&"udp") => "udp://h:1",
            Some(&"file") => "file:/a",
            _ => "tcp://h:1",
        };
        // A word that acts by being there at all is there in both.
        let main = row.bare.and_then(|key| row.key(key));
        let without = match main.filter(|key| !key.default.is_empty()) {
            Some(key) => format!("{address} +{} {}={}", row.name, key.name, key.default),
            None => address.to_owned(),
        };
        for key in row.keys.iter().filter(|key| key.built) {
            let set = parsed(&format!(
                "{address} +{} {}={}",
                row.name,
                key.name,
                sample(key)
            ));
            assert_ne!(
                options(&set),
                options(&parsed(&without)),
                "+{} {}",
                row.name,
                key.name
            );
        }
    }
}

#[test]
fn defaults_are_values_of_their_kind() {
    for row in words::OPTIONS.iter().chain(words::LAYERS) {
        for key in row.keys.iter().filter(|key| !key.default.is_empty()) {
            assert!(
                key.kind.read(key.default).is_ok(),
                "+{} {}",
                row.name,
                key.name
            );
        }
    }
}

#[test]
fn names_are_given_once() {
    let mut words: Vec<_> = words::OPTIONS
        .iter()
        .chain(words::LAYERS)
        .map(|r| r.name)
        .collect();
    let mut schemes: Vec<_> = words::SCHEMES.iter().map(|row| row.name).collect();
    for names in [&mut words, &mut schemes] {
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}

#[test]
fn rows_refer_to_rows() {
    for row in words::OPTIONS.iter().chain(words::LAYERS) {
        assert!(
            row.on.iter().all(|scheme| words::scheme(scheme).is_some()),
            "+{}",
            row.name
        );
        assert!(
            row.bare.is_none_or(|key| row.key(key).is_some()),
            "+{}",
            row.name
        );
    }
    assert!(words::LAYERS.iter().all(|row| row.is == WordKind::Layer));
    assert!(words::OPTIONS.iter().all(|row| row.is == WordKind::Option));
}

#[test]
fn each_built_scheme_parses() {
    for row in words::SCHEMES.iter().filter(|row| row.built) {
        let text = match row.form {
            Form::HostPort => format!("{}://h:1", row.name),
            Form::Text if row.name == "mock" => "mock:close".to_owned(),
            Form::Text | Form::TextOrNumber | Form::TextOrNothing => format!("{}:x", row.name),
            Form::Nothing => format!("{}:", row.name),
            Form::Alone => row.name.to_owned(),
        };
        let scheme = if row.is == SchemeKind::Sugar {
            "tcp"
        } else {
            row.name
        };
        assert_eq!(parsed(&text).address().scheme(), scheme);
    }
}

#[test]
fn secrets_are_masked_but_in_the_text_that_asks_for_them() {
    static KEY: KeyRow = EXAMPLE_KEY;
    static ROW: WordRow = WordRow {
        name: "via",
        is: WordKind::Option,
        on: &[],
        stands: words::Stands::Anywhere,
        bare: Some("url"),
        keys: &[],
        built: true,
        doc: "",
    };
    let settings = vec![(
        &KEY,
        Value::Secret(Secret::Literal(r"socks5h://u:p@h:1/a,b\c".to_owned())),
    )];
    let words = vec![Word {
        row: &ROW,
        settings,
    }];
    let endpoint = Endpoint {
        words,
        ..parsed("db:1")
    };
    assert_eq!(endpoint.to_string(), "tcp://db:1 '+via,***'");
    assert_eq!(
        endpoint.to_text_with_secrets(),
        r"tcp://db:1 '+via,socks5h://u:p@h:1/a\,b\\c'"
    );
}

const EXAMPLE_KEY: KeyRow = KeyRow {
    name: "url",
    kind: Kind::Secret,
    default: "",
    stands: words::Stands::Anywhere,
    built: true,
    doc: "",
};
