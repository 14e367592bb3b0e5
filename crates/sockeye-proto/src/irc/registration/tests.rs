//! Registrations as dialogues.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

use super::*;
use crate::irc::account::{Answer, AnswerError};
use crate::irc::id::AccountId;
use crate::irc::message::{LineDecoder, LineError};
use crate::irc::power::Powers;
use crate::irc::settings::CaseMapping;

fn settings() -> Settings {
    Settings {
        server: "h".into(),
        network: "Net".into(),
        version: "v".into(),
        created_ms: 0,
        motd: Vec::new(),
        history: true,
        search: true,
        history_events: true,
        redaction_window_s: 60,
        replay_on_join: 0,
        casemapping: CaseMapping::Ascii,
        accounts: true,
        register: true,
        ..Settings::default()
    }
}

struct Client {
    registration: Registration,
    decoder: LineDecoder,
}

impl Client {
    fn new() -> Self {
        Self::with(settings())
    }

    fn with(settings: Settings) -> Self {
        Self::of(settings, Link::default())
    }

    fn of(settings: Settings, link: Link) -> Self {
        let registration = Registration::new(Arc::new(settings), "10.0.0.1".into(), link);
        Self {
            registration,
            decoder: LineDecoder::default(),
        }
    }

    fn entered() -> Self {
        let mut client = Self::new();
        client.says("NICK ali\nUSER u 0 * :Ali");
        client.registration.entered();
        client
    }

    fn says(&mut self, lines: &str) -> Vec<String> {
        self.says_bytes(&[lines.as_bytes(), b"\n"].concat())
    }

    fn says_bytes(&mut self, mut bytes: &[u8]) -> Vec<String> {
        let mut steps = Vec::new();
        while let Some(line) = self.decoder.next_line(&mut bytes) {
            self.registration.line(line, &mut steps);
        }
        steps.into_iter().map(show).collect()
    }

    fn verified(&mut self, outcome: Result<AccountRef, AnswerError>) -> Vec<String> {
        self.answered(outcome.map(Answer::Account))
    }

    fn answered(&mut self, answer: Result<Answer, AnswerError>) -> Vec<String> {
        let mut steps = Vec::new();
        self.registration.answered(answer, &mut steps);
        steps.into_iter().map(show).collect()
    }
}

fn show(step: Step) -> String {
    let text = |bytes: Bytes| {
        String::from_utf8(bytes.to_vec())
            .unwrap()
            .replace("\r\n", "|")
    };
    match step {
        Step::Send(lines) => text(lines),
        Step::Close(lines) => ["close ", &text(lines)].concat(),
        Step::Reply(lines) => ["reply ", &text(lines)].concat(),
        Step::Login(account, lines) => ["login ", &account.name, " ", &text(lines)].concat(),
        Step::Ask(Question::Password { name, password }) => {
            ["verify ", &name, " ", &password.0].concat()
        }
        Step::Introduced(introduction) => format!("{introduction:?}"),
        Step::Ask(question) => format!("{question:?}"),
        Step::Batch(batch) => ["batch ", &batch.opening.params.join(" ")].concat(),
        Step::Forward(message) => ["forward ", &message.command].concat(),
        Step::Enter {
            nick,
            user,
            realname,
            caps,
            account,
            away,
            metadata: _,
        } => {
            let account = account.map(|account| account.name).unwrap_or_default();
            let away = away.map(|away| [" away ", &away].concat());
            let away = away.unwrap_or_default();
            format!("enter {nick} {user} ({realname}) {caps:?} {account}{away}")
        }
    }
}

#[test]
fn a_gateway_comes_first_and_says_for_whom() {
    let told = |line: &str| {
        let mut client = Client::new();
        let mut steps = Vec::new();
        let bytes = [line, "\n"].concat().into_bytes();
        let line = client.decoder.next_line(&mut &*bytes);
        client.registration.line(line.unwrap(), &mut steps);
        match steps.pop().unwrap() {
            Step::Introduced(told) => Ok(told),
            other => Err(show(other)),
        }
    };
    let plain = told("WEBIRC secret web host.example 198.51.100.3").unwrap();
    assert_eq!(plain.password.0, "secret");
    assert_eq!(
        (&*plain.gateway, plain.port, plain.secure),
        ("web", 0, false)
    );
    assert_eq!(plain.address.to_string(), "198.51.100.3");
    for options in [
        ":secure=x local-port=6697 remote-port=21726",
        "secure remote-port=21726",
        ":new=1 secure remote-port=21726",
    ] {
        let told = told(&format!("WEBIRC a b 0::1 0::ffff:192.0.2.1 {options}")).unwrap();
        assert_eq!((told.port, told.secure), (21_726, true), "{options}");
        assert_eq!(told.address.to_string(), "192.0.2.1");
    }
    for (line, why) in [
        ("WEBIRC a b c", "WEBIRC needs a password"),
        ("WEBIRC", "WEBIRC needs a password"),
        ("WEBIRC a b c host.example", "without the address"),
        ("WEBIRC a b c 0.0.0.0", "without the address"),
        ("WEBIRC a b c 255.255.255.255", "without the address"),
        ("WEBIRC a b c 224.0.0.1", "without the address"),
        ("WEBIRC a b c 0::", "without the address"),
        ("WEBIRC a b c ff02::1", "without the address"),
        ("WEBIRC a b c 1.2.3.4/8", "without the address"),
        ("WEBIRC a b c :", "without the address"),
    ] {
        let refused = told(line).unwrap_err();
        assert!(
            refused.contains("ERROR :") && refused.contains(why),
            "{refused}"
        );
    }
    let mut late = Client::new();
    let refused = late
        .says("CAP LS 302\nWEBIRC a b 1.2.3.4 1.2.3.4")
        .pop()
        .unwrap();
    assert!(refused.contains("has to be the first command"), "{refused}");
    assert!(late.says("NICK ali").is_empty());
}

#[test]
fn metadata_may_be_told_and_subscribed_to_before_registration() {
    let says = |client: &mut Client, lines: &str| -> Vec<String> {
        let said = client.says(lines).concat();
        said.split_terminator('|').map(String::from).collect()
    };
    let mut client = Client::new();
    assert_eq!(
        says(&mut client, "METADATA * LIST"),
        [":h 451 * :You have not registered"]
    );
    says(&mut client, "CAP REQ draft/metadata-3");
    assert!(
        says(&mut client, "METADATA * LIST")[0].contains(" 451 "),
        "it needs batch"
    );
    says(&mut client, "CAP REQ batch");
    assert_eq!(
        says(&mut client, "METADATA * SET url :a b"),
        [":h 761 * * url * :a b"]
    );
    assert_eq!(
        says(
            &mut client,
            "METADATA * SUB url status\nMETADATA * GET url $"
        ),
        [
            ":h 770 * url status",
            ":h BATCH +metadata metadata *",
            "@batch=metadata :h 761 * * url * :a b",
            "@batch=metadata :h WARN METADATA INVALID_KEY $ :Invalid key",
            ":h BATCH -metadata",
        ]
    );
    let target = "FAIL METADATA INVALID_TARGET";
    assert!(says(&mut client, "NICK ali\nMETADATA ali LIST")[0].contains(target));
    assert!(says(&mut client, "METADATA *ALL SYNC")[0].contains(target));
    assert_eq!(says(&mut client, "METADATA * SYNC").len(), 3);
    assert_eq!(says(&mut client, "METADATA * SUBS").len(), 3);
    let early = client.registration.metadata.clone().unwrap();
    assert_eq!((early.changes().len(), early.subscriptions.len()), (1, 2));
    assert_eq!(
        says(&mut client, "METADATA * CLEAR")[1],
        "@batch=metadata :h 766 ali * url :Key not set"
    );
    for n in 0..20 {
        says(&mut client, &format!("METADATA * SET k{n} x"));
    }
    let full = says(&mut client, "METADATA * SET k20 x");
    assert!(
        full[0].starts_with(":h FAIL METADATA LIMIT_REACHED SET * 20 :"),
        "{full:?}"
    );
    says(&mut client, "CAP REQ -batch");
    assert!(client.registration.metadata.is_none());
}

#[test]
fn whom_a_gateway_comes_for_is_who_registers() {
    let settings = Settings {
        sts: Some(crate::irc::settings::Sts {
            port: 1,
            duration_s: 2,
        }),
        ..settings()
    };
    let mut client = Client::with(settings);
    client.says("WEBIRC a b 1.2.3.4 1.2.3.4");
    let link = Link {
        secure: true,
        ..Link::default()
    };
    client.registration.introduced("shown.example".into(), link);
    assert!(
        client
            .says("CAP LS 302")
            .concat()
            .contains(" sts=duration=2 ")
    );
    let end = client.says("QUIT :bye").concat();
    assert!(
        end.contains("ERROR :Closing link: shown.example (Quit: bye)"),
        "{end}"
    );
}

fn account() -> AccountRef {
    AccountRef {
        id: AccountId(1),
        name: "Ali".into(),
        powers: Powers::NONE,
    }
}

fn plain(message: &str) -> String {
    STANDARD.encode(message)
}

#[test]
fn nick_and_user_in_either_order_are_enough() {
    for lines in ["NICK ali\r\nUSER u 0 * :A L", "USER u 0 * :A L\r\nNICK ali"] {
        assert_eq!(Client::new().says(lines), ["enter ali u (A L) Caps(0) "]);
    }
}

#[test]
fn a_client_may_be_away_before_it_is_there() {
    let mut client = Client::new();
    let away = "AWAY :Gone to lunch";
    assert_eq!(client.says(away), [":h 451 * :You have not registered|"]);
    client.says("CAP REQ draft/pre-away");
    assert_eq!(
        client.says(away),
        [":h 306 * :You have been marked as being away|"]
    );
    client.says("AWAY");
    client.says("AWAY *");
    let entered = client.says("NICK ali\nUSER u 0 * :A\nCAP END");
    assert!(entered[0].ends_with(" away *"), "{entered:?}");
}

#[test]
fn isupport_is_told_before_registration_to_those_who_ask() {
    let mut client = Client::new();
    assert!(client.says("ISUPPORT")[0].starts_with(":h 451 "));
    client.says("CAP REQ draft/extended-isupport");
    let lines = client.says("ISUPPORT");
    assert!(lines[0].starts_with(":h 005 * "), "{lines:?}");
    client.says("CAP REQ batch");
    let lines = client.says("ISUPPORT").concat();
    assert!(lines.starts_with(":h BATCH +isupport draft/isupport|@batch=isupport :h 005 * "));
    assert!(lines.ends_with("|:h BATCH -isupport|"));
}

#[test]
fn cap_holds_registration_up_until_its_end() {
    let mut client = Client::new();
    client.says("CAP LS 302");
    assert!(client.says("NICK ali\nUSER u 0 * :A").is_empty());
    assert_eq!(
        client.says("CAP REQ :batch server-time"),
        [":h CAP ali ACK :batch server-time|"]
    );
    let end = client.says("CAP END");
    assert!(end[0].starts_with("enter ali u (A)"), "{end:?}");
    // LIST does not hold it up.
    assert_eq!(
        Client::new().says("CAP LIST\nNICK ali\nUSER u 0 * A").len(),
        2
    );
}

#[test]
fn a_refused_nick_is_asked_for_again() {
    let mut client = Client::new();
    client.says("NICK ali\nUSER u 0 * :A");
    client.registration.nick_refused();
    assert_eq!(client.says("PING x"), [":h PONG h :x|"]);
    assert_eq!(client.says("NICK bo"), ["enter bo u (A) Caps(0) "]);
}

#[test]
fn mistakes_get_their_numeric() {
    let mut client = Client::new();
    assert_eq!(client.says("NICK"), [":h 431 * :No nickname given|"]);
    assert_eq!(client.says("NICK :"), [":h 431 * :No nickname given|"]);
    assert_eq!(client.says("NICK 1a"), [":h 432 * 1a :Erroneus nickname|"]);
    assert_eq!(
        client.says("USER u 0 *"),
        [":h 461 * USER :Not enough parameters|"]
    );
    assert_eq!(
        client.says("USER @@ 0 * x"),
        [":h 468 * :Your username is not valid|"]
    );
    assert_eq!(
        client.says("PASS"),
        [":h 461 * PASS :Not enough parameters|"]
    );
    assert_eq!(
        client.says("PING"),
        [":h 461 * PING :Not enough parameters|"]
    );
    assert_eq!(client.says("PING :"), [":h 409 * :No origin specified|"]);
    assert_eq!(
        client.says("JOIN #a"),
        [":h 451 * :You have not registered|"]
    );
    assert_eq!(
        client.says("NICK ali\nJOIN #a"),
        [":h 451 ali :You have not registered|"]
    );
    assert_eq!(
        client.says("QUIT :bye"),
        ["close ERROR :Closing link: 10.0.0.1 (Quit: bye)|"]
    );
}

#[test]
fn bad_lines_are_answered_and_harm_nothing() {
    let mut client = Client::new();
    assert_eq!(
        client.says(&"x".repeat(600)),
        [":h 417 * :Input line was too long|"]
    );
    assert!(client.says_bytes(b"NICK \xff\n")[0].starts_with(":h FAIL * INVALID_UTF8 :"));
    assert!(client.says_bytes(b"NICK a\0b\n")[0].starts_with(":h 400 * * :"));
    assert_eq!(client.says("#"), [":h 421 * * :Unknown command|"]);
    assert_eq!(client.says("NICK ali\nUSER u 0 * :A").len(), 1);
}

#[test]
fn names_are_cleaned_and_cut() {
    let long = "ä".repeat(100);
    let line = format!("NICK ali\nUSER ~a@b!{long} 0 * :{long}");
    let Some(entered) = Client::new().says(&line).pop() else {
        panic!()
    };
    let user = ["ab", &"ä".repeat(7)].concat();
    assert_eq!(
        entered,
        format!("enter ali {user} ({}) Caps(0) ", "ä".repeat(64))
    );
}

#[test]
fn what_is_sent_before_registration_is_limited() {
    let mut client = Client::new();
    for _ in 0..LINES_MAX {
        assert_eq!(client.says("PING x").len(), 1);
    }
    assert!(client.says("PING x")[0].starts_with("close ERROR :"));
    // Nothing comes after the end, whatever was sent behind it.
    assert!(client.says("PING x").is_empty());

    let mut client = Client::new();
    let mut steps = Vec::new();
    client.registration.received(BYTES_MAX, &mut steps);
    assert!(steps.is_empty());
    client.registration.received(1, &mut steps);
    assert!(matches!(steps.as_slice(), [Step::Close(_)]));
    client.registration.line(Err(LineError::Nul), &mut steps);
    assert_eq!(steps.len(), 1);

    // Once on the network neither counts.
    let mut client = Client::entered();
    client.registration.received(usize::MAX, &mut steps);
    assert_eq!(steps.len(), 1);
    assert!((0..=LINES_MAX).all(|_| client.says("PING x") == ["forward PING"]));
}

#[test]
fn an_account_may_be_made_before_registration_ends() {
    let mut client = Client::new();
    let need = client.says("REGISTER * * secret");
    assert_eq!(need, [":h FAIL REGISTER NEED_NICK * :Say NICK first|"]);
    assert_eq!(
        client.says("REGISTER * *"),
        [":h 461 * REGISTER :Not enough parameters|"]
    );
    client.says("NICK ali");
    assert_eq!(
        client.says("REGISTER * a@b :se cret"),
        ["Register { name: \"ali\", password: *** }"]
    );
    assert_eq!(
        client.verified(Err(AnswerError::Exists)),
        [":h FAIL REGISTER ACCOUNT_EXISTS ali :There is an account of this name already|"]
    );
    assert_eq!(
        client.says("REGISTER Ali * secret"),
        ["Register { name: \"Ali\", password: *** }"]
    );
    assert_eq!(
        client.verified(Ok(account())),
        [
            ":h REGISTER SUCCESS Ali :Account created; you are logged in to it|",
            ":h 900 ali ali!*@10.0.0.1 Ali :You are now logged in as Ali|"
        ]
    );
    assert_eq!(
        client.says("REGISTER x * secret"),
        [":h FAIL REGISTER ALREADY_AUTHENTICATED Ali :You are already logged in|"]
    );
    assert_eq!(
        client.says("USER u 0 * :A"),
        ["enter ali u (A) Caps(0) Ali"]
    );
    let mut without = Client::with(Settings {
        register: false,
        ..settings()
    });
    assert!(without.says("NICK a\nREGISTER * * x")[0].starts_with(":h 451 "));
}

#[test]
fn http_is_closed_before_its_body_is_read() {
    let steps = Client::new().says("POST / HTTP/1.1");
    assert_eq!(
        steps,
        ["close ERROR :Closing link: 10.0.0.1 (This is not HTTP)|"]
    );
}

#[test]
fn sasl_plain_logs_in_before_registration_ends() {
    let mut client = Client::new();
    client.says("CAP REQ sasl\nNICK ali\nUSER u 0 * :A");
    assert_eq!(client.says("AUTHENTICATE PLAIN"), ["AUTHENTICATE +|"]);
    let message = plain("\0Ali\0pass:word");
    assert_eq!(
        client.says(&["AUTHENTICATE ", &message].concat()),
        ["verify Ali pass:word"]
    );
    assert_eq!(
        client.verified(Ok(account())),
        [
            ":h 900 ali ali!u@10.0.0.1 Ali :You are now logged in as Ali|:h 903 ali :SASL \
         authentication successful|"
        ]
    );
    assert_eq!(client.says("CAP END"), ["enter ali u (A) Caps(64) Ali"]);
}

#[test]
fn sasl_chunks_are_joined_and_limited() {
    let begin = |client: &mut Client| assert_eq!(client.says("AUTHENTICATE PLAIN").len(), 1);
    // 300 bytes are exactly one chunk, ended by an empty one.
    let password = "p".repeat(300 - "\0ali\0".len());
    let message = plain(&["\0ali\0", &password].concat());
    assert_eq!(message.len(), 400);
    let mut client = Client::new();
    begin(&mut client);
    assert!(
        client
            .says(&["AUTHENTICATE ", &message].concat())
            .is_empty()
    );
    assert_eq!(
        client.says("AUTHENTICATE +"),
        [["verify ali ", &password].concat()]
    );

    let mut client = Client::new();
    begin(&mut client);
    let steps = client.says(&["AUTHENTICATE ", &"A".repeat(401)].concat());
    assert_eq!(steps, [":h 905 * :SASL message too long|"]);
    begin(&mut client);
    let chunk = ["AUTHENTICATE ", &"A".repeat(400)].concat();
    assert!((0..5).all(|_| client.says(&chunk).is_empty()));
    assert_eq!(client.says(&chunk), [":h 905 * :SASL message too long|"]);
}

#[test]
fn sasl_failures_have_their_numerics() {
    let mut client = Client::new();
    assert_eq!(
        client.says("AUTHENTICATE"),
        [":h 461 * AUTHENTICATE :Not enough parameters|"]
    );
    assert_eq!(
        client.says("AUTHENTICATE EXTERNAL"),
        [
            ":h 908 * SCRAM-SHA-256,PLAIN :are available SASL mechanisms|",
            ":h 904 * :SASL authentication failed|"
        ]
    );
    for message in [
        "!",
        &plain("ali"),
        &plain("bo\0ali\0p"),
        &plain("\0\0p"),
        &plain("\0a\0"),
        "+",
    ] {
        client.says("AUTHENTICATE PLAIN");
        let steps = client.says(&["AUTHENTICATE ", message].concat());
        assert_eq!(
            steps,
            [":h 904 * :SASL authentication failed|"],
            "{message}"
        );
    }
    client.says("AUTHENTICATE PLAIN");
    assert_eq!(
        client.says("AUTHENTICATE *"),
        [":h 906 * :SASL authentication aborted|"]
    );
    client.says("AUTHENTICATE PLAIN");
    let steps = client.says("NICK ali\nUSER u 0 * :A");
    assert_eq!(steps[0], ":h 906 ali :SASL authentication aborted|");
    assert!(steps[1].starts_with("enter "));

    let mut without = Client::with(Settings {
        accounts: false,
        ..settings()
    });
    assert_eq!(
        without.says("AUTHENTICATE PLAIN"),
        [":h 904 * :SASL authentication failed|"]
    );
}

#[test]
fn a_wrong_password_may_be_tried_three_times() {
    let mut client = Client::new();
    let attempt = ["AUTHENTICATE PLAIN\nAUTHENTICATE ", &plain("\0ali\0wrong")].concat();
    for round in 1..=3 {
        assert_eq!(client.says(&attempt)[1], "verify ali wrong");
        let steps = client.verified(Err(AnswerError::Denied));
        assert_eq!(steps[0], ":h 904 * :SASL authentication failed|");
        assert_eq!(steps.len() == 2, round == 3, "{steps:?}");
    }
    // After registration the connection stays, but nothing more is verified.
    let mut client = Client::entered();
    for _ in 0..3 {
        client.says(&attempt);
        assert_eq!(
            client.verified(Err(AnswerError::Busy)),
            ["reply :h 904 * :Too many attempts, try again later|"]
        );
    }
    assert_eq!(
        client.says("AUTHENTICATE PLAIN"),
        ["reply :h 904 * :SASL authentication failed|"]
    );
}

#[test]
fn pass_with_an_account_logs_in() {
    let mut client = Client::new();
    assert_eq!(client.says("PASS ali:pass:word"), ["verify ali pass:word"]);
    assert_eq!(
        client.verified(Ok(account())),
        [":h 900 * *!*@10.0.0.1 Ali :You are now logged in as Ali|"]
    );
    assert_eq!(
        client.says("NICK ali\nUSER u 0 * :A"),
        ["enter ali u (A) Caps(0) Ali"]
    );

    let mut client = Client::new();
    client.says("PASS ali:wrong");
    assert_eq!(
        client.verified(Err(AnswerError::Denied)),
        [
            ":h 464 * :Password incorrect|",
            "close ERROR :Closing link: 10.0.0.1 (Login failed)|"
        ]
    );
    assert!(Client::new().says("PASS secret").is_empty());
    assert!(
        Client::with(Settings {
            accounts: false,
            ..settings()
        })
        .says("PASS a:b")
        .is_empty()
    );
}

#[test]
fn once_entered_only_authenticate_stays_here() {
    let mut client = Client::entered();
    assert_eq!(
        client.says("USER a b c d\nCAP LS\nQUIT"),
        ["forward USER", "forward CAP", "forward QUIT"]
    );
    let sasl = ["AUTHENTICATE PLAIN\nAUTHENTICATE ", &plain("\0ali\0p")].concat();
    assert_eq!(
        client.says(&sasl),
        ["reply AUTHENTICATE +|", "verify ali p"]
    );
    assert_eq!(client.says_bytes(b"X \xff\n").len(), 1);
    let steps = client.verified(Ok(account()));
    // The network knows the nick and says the rest.
    assert_eq!(
        steps,
        ["login Ali :h 903 * :SASL authentication successful|"]
    );
}

#[test]
fn who_is_logged_in_may_log_in_anew() {
    for mut client in [Client::new(), Client::entered()] {
        let attempt = ["AUTHENTICATE PLAIN\nAUTHENTICATE ", &plain("\0ali\0p")].concat();
        for _ in 0..2 {
            assert_eq!(client.says(&attempt)[1], "verify ali p");
            assert!(client.verified(Ok(account())).concat().contains(" 903 * :"));
        }
        // A failure leaves the login as it was.
        client.says(&attempt);
        let failed = client.verified(Err(AnswerError::Denied));
        assert!(failed[0].contains(":h 904 * :"), "{failed:?}");
        if client.registration.state == State::Open {
            let entered = client.says("NICK ali\nUSER u 0 * :A");
            assert!(entered[0].ends_with(" Ali"), "{entered:?}");
        }
    }
}

#[test]
fn sasl_external_asks_for_the_owner_of_the_certificate() {
    let mut without = Client::new();
    assert!(without.says("AUTHENTICATE EXTERNAL")[0].starts_with(":h 908 * SCRAM-SHA-256,PLAIN "));
    for (message, asked) in [
        ("+", "Certificate { name: None }"),
        (&*plain("ali"), "Certificate { name: Some(\"ali\") }"),
    ] {
        let certificate = Some([1; 32]);
        let link = Link {
            certificate,
            ..Link::default()
        };
        let mut client = Client::of(settings(), link);
        assert_eq!(client.says("AUTHENTICATE external"), ["AUTHENTICATE +|"]);
        assert_eq!(client.says(&["AUTHENTICATE ", message].concat()), [asked]);
        assert!(client.verified(Ok(account()))[0].contains(" 903 "));
    }
}

/// A client that has got as far as the server's first message.
fn challenged(nonce: &str) -> (Client, Vec<String>) {
    let mut client = Client::new();
    assert_eq!(
        client.says("AUTHENTICATE SCRAM-SHA-256"),
        ["AUTHENTICATE +|"]
    );
    let first = plain(&["n,,n=ali,r=", nonce].concat());
    let mut steps = Vec::new();
    for chunk in first.as_bytes().chunks(400) {
        let chunk = core::str::from_utf8(chunk).unwrap();
        steps = client.says(&["AUTHENTICATE ", chunk].concat());
    }
    assert_eq!(steps, ["Challenge { name: \"ali\" }"]);
    let (nonce, salt) = ("srv".into(), "c2FsdA==".into());
    let iterations = 4_096;
    let said = client.answered(Ok(Answer::Challenge {
        nonce,
        salt,
        iterations,
    }));
    (client, said)
}

#[test]
fn sasl_scram_proves_both_sides() {
    let (mut client, said) = challenged("cli");
    let first = plain("r=clisrv,s=c2FsdA==,i=4096");
    assert_eq!(said, [["AUTHENTICATE ", &first, "|"].concat()]);
    let last = plain("c=biws,r=clisrv,p=cHJvb2Y=");
    let asked = client.says(&["AUTHENTICATE ", &last].concat());
    let message = "n=ali,r=cli,r=clisrv,s=c2FsdA==,i=4096,c=biws,r=clisrv";
    assert_eq!(
        asked,
        [format!(
            "Proof {{ name: \"ali\", message: {message:?}, proof: {:?} }}",
            b"proof"
        )]
    );
    let said = client.answered(Ok(Answer::Proven {
        account: account(),
        signature: b"sig".to_vec(),
    }));
    assert_eq!(said, [["AUTHENTICATE ", &plain("v=c2ln"), "|"].concat()]);
    // Only once the client has seen it, it is logged in.
    let done = client.says("AUTHENTICATE +");
    assert!(
        done[0].contains(":h 900 ") && done[0].contains(":h 903 "),
        "{done:?}"
    );
}

#[test]
fn sasl_scram_ends_where_something_is_wrong() {
    let failed = [":h 904 * :SASL authentication failed|"];
    let (mut client, _) = challenged("cli");
    let wrong = plain("c=biws,r=cli,p=cHJvb2Y=");
    assert_eq!(client.says(&["AUTHENTICATE ", &wrong].concat()), failed);
    let (mut client, _) = challenged("cli");
    client.says(&["AUTHENTICATE ", &plain("c=biws,r=clisrv,p=cHJvb2Y=")].concat());
    assert_eq!(client.verified(Err(AnswerError::Denied)), failed);
    let (mut client, _) = challenged("cli");
    let aborted = [":h 906 * :SASL authentication aborted|"];
    assert_eq!(client.says("AUTHENTICATE *"), aborted);
    let mut client = Client::new();
    client.says("AUTHENTICATE SCRAM-SHA-256");
    let binds = plain("p=tls-unique,,n=ali,r=x");
    assert_eq!(client.says(&["AUTHENTICATE ", &binds].concat()), failed);
}

#[test]
fn long_messages_of_the_server_come_in_chunks() {
    let (_, said) = challenged(&"n".repeat(600));
    let lines: Vec<_> = said[0].trim_end_matches('|').split('|').collect();
    assert!(lines.len() >= 3, "{said:?}");
    let chunks = lines
        .iter()
        .map(|line| line.strip_prefix("AUTHENTICATE ").unwrap());
    let (last, full) = chunks
        .clone()
        .collect::<Vec<_>>()
        .split_last()
        .map(|(a, b)| (*a, b.to_vec()))
        .unwrap();
    assert!(full.iter().all(|chunk| chunk.len() == 400) && last.len() < 400);
    let all: String = chunks.filter(|&chunk| chunk != "+").collect();
    assert!(STANDARD.decode(all).unwrap().starts_with(b"r=nnn"));
    let mut out = String::new();
    sasl::write(&mut out, &"x".repeat(300));
    assert!(out.ends_with("\r\nAUTHENTICATE +\r\n"), "{out}");
}

proptest! {
    #[test]
    fn no_bytes_panic_or_break_a_line(
        lines in prop::collection::vec(
            "(CAP|NICK|USER|PASS|AUTHENTICATE|PING|QUIT|@a|:b)? ?(LS|REQ|END|PLAIN|[a-z:]*)( \\PC{0,20}){0,4}",
            0..20,
        )
    ) {
        let mut client = Client::new();
        for line in lines {
            for step in client.says(&line) {
                prop_assert!(!step.contains('\n') && !step.contains('\r'));
            }
        }
    }
}
